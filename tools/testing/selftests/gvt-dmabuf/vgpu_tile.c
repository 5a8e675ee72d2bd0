// SPDX-License-Identifier: GPL-2.0
/* Layout of tiled surfaces */
#include <drm/drm_fourcc.h>

#include "vgpu_core.h"
#include "vgpu_tile.h"

uint32_t vgpu_tile_width(uint64_t modifier, uint32_t cpp)
{
	switch (modifier) {
	case DRM_FORMAT_MOD_LINEAR:
		return 64;	/* the unit of the stride register */
	case I915_FORMAT_MOD_X_TILED:
		return 512;
	case I915_FORMAT_MOD_Y_TILED:
		return 128;
	case I915_FORMAT_MOD_Yf_TILED:
		return cpp == 1 ? 64 : cpp == 8 ? 256 : 128;
	default:
		return 0;
	}
}

uint32_t vgpu_tile_height(uint64_t modifier, uint32_t cpp)
{
	if (modifier == DRM_FORMAT_MOD_LINEAR)
		return 1;
	return VGPU_PAGE / vgpu_tile_width(modifier, cpp);
}

/*
 * Skylake PRM, Volume 5 (Memory Views), "Tiled memory": an X tile has 8 lines
 * of 512 bytes; a Y tile has columns of 16 bytes and 32 lines; a Yf tile is
 * divided in x and y alternately, down to blocks of 256 bytes, whose shape
 * depends on cpp.
 */
static uint32_t yf_offset(uint32_t cpp, uint32_t x, uint32_t y)
{
	/* For every cpp, the smallest unit is 16 bytes by 4 lines. */
	uint32_t at = (x & 15) | (y & 3) << 4;
	uint32_t bit = 6;

	x >>= 4;
	y >>= 2;
	if (cpp == 1) {			/* block of 16 bytes, 16 lines */
		at |= (y & 3) << 6;
		y >>= 2;
		bit = 8;
	} else if (cpp == 8) {		/* block of 64 bytes, 4 lines */
		at |= (x & 3) << 6;
		x >>= 2;
		bit = 8;
	}
	for (; bit < 12; bit += 2) {
		at |= (y & 1) << bit | (x & 1) << (bit + 1);
		x >>= 1;
		y >>= 1;
	}
	return at;
}

size_t vgpu_byte_offset(uint64_t modifier, uint32_t cpp, uint32_t stride,
			uint32_t x, uint32_t y)
{
	uint32_t width = vgpu_tile_width(modifier, cpp);
	uint32_t height = vgpu_tile_height(modifier, cpp);
	size_t tile;

	if (modifier == DRM_FORMAT_MOD_LINEAR)
		return (size_t)y * stride + x;

	tile = (size_t)(y / height) * height * stride +
	       (size_t)(x / width) * VGPU_PAGE;
	x %= width;
	y %= height;
	switch (modifier) {
	case I915_FORMAT_MOD_X_TILED:
		return tile + y * 512 + x;
	case I915_FORMAT_MOD_Y_TILED:
		return tile + x / 16 * 512 + y * 16 + x % 16;
	default:
		return tile + yf_offset(cpp, x, y);
	}
}
