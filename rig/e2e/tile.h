/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where Intel's X and Y tiles have a byte. A tile is a page: 8 rows of 512
 * bytes, or 32 rows of 128 bytes in which 16 bytes are followed by those below
 * them.
 */
#ifndef E2E_TILE_H
#define E2E_TILE_H

#include <drm_fourcc.h>
#include <stddef.h>

#define TILE_BYTES	4096

/* Of byte @x in row @y; @stride is in bytes. */
static inline size_t tile_offset(__u64 modifier, size_t stride, size_t x,
				 size_t y)
{
	switch (modifier) {
	case I915_FORMAT_MOD_X_TILED:
		return y / 8 * 8 * stride + x / 512 * TILE_BYTES + y % 8 * 512 +
		       x % 512;
	case I915_FORMAT_MOD_Y_TILED:
		return y / 32 * 32 * stride + x / 128 * TILE_BYTES +
		       x % 128 / 16 * 512 + y % 32 * 16 + x % 16;
	default:
		return y * stride + x;
	}
}

/* How many rows a buffer for @height has */
static inline size_t tile_rows(__u64 modifier, size_t height)
{
	size_t tall = modifier == I915_FORMAT_MOD_X_TILED ? 8 :
		      modifier == I915_FORMAT_MOD_Y_TILED ? 32 : 1;

	return (height + tall - 1) / tall * tall;
}

#endif /* E2E_TILE_H */
