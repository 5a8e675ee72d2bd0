/* SPDX-License-Identifier: GPL-2.0 */
/* Glyphs that a guest draws into a surface without a flip */
#ifndef GVT_DMABUF_GLYPH_UTIL_H
#define GVT_DMABUF_GLYPH_UTIL_H

#include "random_util.h"
#include "vgpu.h"

#define GLYPH_WIDTH	8
#define GLYPH_HEIGHT	16

/* Change a byte of each pixel of a glyph at @left, @top. */
static inline void draw_glyph(struct vgpu *v, const struct vgpu_surface *s,
			      uint32_t left, uint32_t top)
{
	uint8_t *bytes = vgpu_surface_bytes(v, s);
	uint32_t x, y;

	for (y = top; y < top + GLYPH_HEIGHT; y++)
		for (x = left; x < left + GLYPH_WIDTH; x++)
			bytes[vgpu_byte_offset(s->modifier, s->cpp, s->stride,
					       x * s->cpp, y)]++;
}

/* A position at which a glyph is within @s */
static inline void place_glyph(const struct vgpu_surface *s, uint32_t *random,
			       uint32_t *left, uint32_t *top)
{
	*left = random_below(random, s->width - GLYPH_WIDTH);
	*top = random_below(random, s->height - GLYPH_HEIGHT);
}

#endif /* GVT_DMABUF_GLYPH_UTIL_H */
