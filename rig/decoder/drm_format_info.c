// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * drm_format_info() over the rows that decoder-user.sh takes out of the base's
 * drivers/gpu/drm/drm_fourcc.c.
 */

#include <drm/drm_fourcc.h>

static const struct drm_format_info formats[] = {
#include "drm_formats.inc"
};

const struct drm_format_info *drm_format_info(u32 format)
{
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
		if (formats[i].format == format)
			return &formats[i];
	__builtin_trap();	/* the kernel's WARNs */
}
