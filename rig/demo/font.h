/* SPDX-License-Identifier: GPL-2.0 */
/* DejaVu Sans, rendered when the program is built (scripts/font.sh). */
#ifndef DEMO_FONT_H
#define DEMO_FONT_H

#include <linux/types.h>

/* Heights of a capital in pixels */
static const int font_sizes[] = { 9, 10, 11, 12, 13, 14, 22 };

#define FONT_FIRST	0x20
#define FONT_LAST	0x7e

struct glyph {
	int width, height;	/* of the coverage map */
	int baseline;		/* its row of the baseline */
	int left;		/* columns left of the pen */
	int advance;
	const __u8 *coverage;	/* 0 to 255 */
};

/* @size is one of font_sizes; a character that the font lacks is a '?'. */
const struct glyph *font_glyph(char ch, int size);

#endif /* DEMO_FONT_H */
