// SPDX-License-Identifier: GPL-2.0
/* Surfaces in guest memory: formats, layout, and access to lines */
#include <string.h>

#include "vgpu_memory.h"
#include "vgpu_regs.h"
#include "vgpu_surface.h"
#include "vgpu_tile.h"

/* ---- formats ---- */

#define NOT_SHOWN	VGPU_NOT_SHOWN

static const struct vgpu_format formats[] = {
	{ DRM_FORMAT_C8, 1, BDW_FORMAT(2), NOT_SHOWN, SKL_FORMAT(12u) },
	{ DRM_FORMAT_RGB565, 2, BDW_FORMAT(5), NOT_SHOWN, SKL_FORMAT(14u) },
	{ DRM_FORMAT_XRGB8888, 4, BDW_FORMAT(6), SPR_FORMAT(2),
	  SKL_FORMAT(4u) },
	{ DRM_FORMAT_XBGR8888, 4, BDW_FORMAT(14u),
	  SPR_FORMAT(2) | PLANE_ORDER_RGBX, SKL_FORMAT(4u) | PLANE_ORDER_RGBX },
	{ DRM_FORMAT_ARGB8888, 4, NOT_SHOWN, NOT_SHOWN,
	  SKL_FORMAT(4u) | PLANE_ALPHA_PREMULT },
	{ DRM_FORMAT_ABGR8888, 4, NOT_SHOWN, NOT_SHOWN,
	  SKL_FORMAT(4u) | PLANE_ALPHA_PREMULT | PLANE_ORDER_RGBX },
	{ DRM_FORMAT_XRGB2101010, 4, BDW_FORMAT(10u), SPR_FORMAT(1),
	  SKL_FORMAT(2u) },
	{ DRM_FORMAT_XBGR2101010, 4, BDW_FORMAT(8u),
	  SPR_FORMAT(1) | PLANE_ORDER_RGBX, SKL_FORMAT(2u) | PLANE_ORDER_RGBX },
	{ DRM_FORMAT_XRGB16161616F, 8, NOT_SHOWN, SPR_FORMAT(3),
	  SKL_FORMAT(6u) },
	{ DRM_FORMAT_XBGR16161616F, 8, BDW_FORMAT(12u),
	  SPR_FORMAT(3) | PLANE_ORDER_RGBX, SKL_FORMAT(6u) | PLANE_ORDER_RGBX },
	{ DRM_FORMAT_YUYV, 2, NOT_SHOWN, PLANE_ORDER_YUV(0u),
	  PLANE_ORDER_YUV(0u) },
	{ DRM_FORMAT_UYVY, 2, NOT_SHOWN, PLANE_ORDER_YUV(1u),
	  PLANE_ORDER_YUV(1u) },
	{ DRM_FORMAT_YVYU, 2, NOT_SHOWN, PLANE_ORDER_YUV(2u),
	  PLANE_ORDER_YUV(2u) },
	{ DRM_FORMAT_VYUY, 2, NOT_SHOWN, PLANE_ORDER_YUV(3u),
	  PLANE_ORDER_YUV(3u) },
};

const struct vgpu_format *vgpu_format_find(uint32_t fourcc)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(formats); i++)
		if (formats[i].fourcc == fourcc)
			return &formats[i];
	return NULL;
}

bool vgpu_can_show(const struct vgpu *v, uint32_t fourcc, uint64_t modifier)
{
	const struct vgpu_format *f = vgpu_format_find(fourcc);

	if (!f || !vgpu_tile_width(modifier, f->cpp))
		return false;
	if (v->gen >= 9)
		return f->skl != NOT_SHOWN;
	return f->bdw != NOT_SHOWN && modifier != I915_FORMAT_MOD_Y_TILED &&
	       modifier != I915_FORMAT_MOD_Yf_TILED;
}

/* ---- surfaces ---- */

int vgpu_surface_init(struct vgpu *v, struct vgpu_surface *s, uint32_t width,
		      uint32_t height, uint32_t fourcc, uint64_t modifier)
{
	const struct vgpu_format *f = vgpu_format_find(fourcc);
	uint64_t lines;

	if (!f || !vgpu_tile_width(modifier, f->cpp))
		return -EINVAL;
	*s = (struct vgpu_surface) {
		.width = width, .height = height,
		.fourcc = fourcc, .cpp = f->cpp, .modifier = modifier,
		.stride = vgpu_align((uint64_t)width * f->cpp,
				     vgpu_tile_width(modifier, f->cpp)),
	};
	lines = vgpu_align(height, vgpu_tile_height(modifier, f->cpp));
	s->size = vgpu_align(s->stride * lines, VGPU_PAGE);
	return vgpu_alloc_mapped(v, s->size, &s->gpa, &s->gma);
}

uint8_t *vgpu_surface_bytes(const struct vgpu *v, const struct vgpu_surface *s)
{
	return v->ram + s->gpa;
}

/*
 * In every tiling, the offset of a byte is the sum of an offset for x and one
 * for y, and the offsets for x repeat in each tile. So compute the offsets of
 * the contiguous runs of a line in a tile once, and copy the line run by run.
 */
static void copy_line(const struct vgpu_surface *s, uint8_t *raw, uint32_t y,
		      uint8_t *line, bool put)
{
	const bool linear = s->modifier == DRM_FORMAT_MOD_LINEAR;
	const bool x_tiled = s->modifier == I915_FORMAT_MOD_X_TILED;
	const uint32_t bytes = s->width * s->cpp;
	const uint32_t width = linear ? bytes :
					vgpu_tile_width(s->modifier, s->cpp);
	const uint32_t run = linear || x_tiled ? width : 16;
	uint32_t at[16], runs = width / run, x, i, n;

	for (i = 0; i < runs; i++)
		at[i] = vgpu_byte_offset(s->modifier, s->cpp, s->stride,
					 i * run, 0);
	raw += vgpu_byte_offset(s->modifier, s->cpp, s->stride, 0, y);
	for (x = 0; x < bytes; raw += VGPU_PAGE) {
		for (i = 0; i < runs && x < bytes; i++, x += run) {
			n = bytes - x < run ? bytes - x : run;
			if (put)
				memcpy(raw + at[i], line + x, n);
			else
				memcpy(line + x, raw + at[i], n);
		}
	}
}

void vgpu_put_line(const struct vgpu_surface *s, void *raw, uint32_t y,
		   const void *line)
{
	copy_line(s, raw, y, (uint8_t *)line, true);
}

void vgpu_get_line(const struct vgpu_surface *s, const void *raw, uint32_t y,
		   void *line)
{
	copy_line(s, (uint8_t *)raw, y, line, false);
}
