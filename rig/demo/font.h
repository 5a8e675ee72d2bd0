/* SPDX-License-Identifier: GPL-2.0 */
/* A font made of strokes, drawn smoothly at any size. */
#ifndef DEMO_FONT_H
#define DEMO_FONT_H

#include <linux/types.h>

struct glyph {
	int width, height;	/* of the coverage map */
	int baseline;		/* its row of the baseline */
	int left;		/* columns left of the pen */
	int advance;
	__u8 *coverage;	/* 0 to 255 */
};

/* The same glyph of the same size is drawn once and kept. NULL: no memory. */
const struct glyph *font_glyph(char ch, int size);

#endif /* DEMO_FONT_H */
