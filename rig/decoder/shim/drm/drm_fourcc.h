/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The base's own fourccs, and as much of struct drm_format_info as the rows of
 * the base's own table (drm_fourcc.c) name.
 */

#ifndef DECODER_SHIM_DRM_FOURCC_H
#define DECODER_SHIM_DRM_FOURCC_H

/* These uapi headers come unsanitized. */
#define __user
#include <base-uapi/drm/drm_fourcc.h>

#include "../shim.h"

struct drm_format_info {
	u32 format;
	u8 depth;
	u8 num_planes;
	union {
		u8 cpp[4];
		u8 char_per_block[4];
	};
	u8 block_w[4];
	u8 block_h[4];
	u8 hsub;
	u8 vsub;
	bool has_alpha;
	bool is_yuv;
	bool is_color_indexed;
};

const struct drm_format_info *drm_format_info(u32 format);

#endif /* DECODER_SHIM_DRM_FOURCC_H */
