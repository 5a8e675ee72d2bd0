/* SPDX-License-Identifier: MIT */
/*
 * The pixel formats and tilings that a guest may program; for plane_decoder.c.
 */

#ifndef _GVT_PLANE_DECODER_FORMATS_H_
#define _GVT_PLANE_DECODER_FORMATS_H_

#include <linux/types.h>

#include "plane_decoder.h"

struct drm_format_info;

/**
 * struct gvt_skl_tiling - one value of PLANE_CTL's tiling field
 * @ctl: the value, in place
 * @modifier: DRM's name for it
 * @ccs_modifier: of a render-compressed surface, or DRM_FORMAT_MOD_LINEAR if it
 *	cannot be one
 * @chunk: bytes that one unit of PLANE_STRIDE counts, for pixels of 1, 2, 4
 *	and 8 bytes: the tile's width, or 64 if linear
 */
struct gvt_skl_tiling {
	u32 ctl;
	u64 modifier;
	u64 ccs_modifier;
	u16 chunk[4];
};

enum gvt_refusal gvt_bdw_primary_format(u32 ctl,
					const struct drm_format_info **format);
enum gvt_refusal gvt_bdw_sprite_format(u32 ctl,
				       const struct drm_format_info **format);
enum gvt_refusal gvt_skl_plane_format(u32 ctl,
				      const struct drm_format_info **format);
const struct gvt_skl_tiling *gvt_skl_find_tiling(u32 ctl);

#endif /* _GVT_PLANE_DECODER_FORMATS_H_ */
