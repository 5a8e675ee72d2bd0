// SPDX-License-Identifier: GPL-2.0
/* See font.h. */
#include <stdio.h>
#include <stdlib.h>

#include "font.h"
#include "glyphs.h"	/* made by scripts/font.sh */
#include "util.h"

const struct glyph *font_glyph(char ch, int size)
{
	int i;

	for (i = 0; i < (int)ARRAY_SIZE(font_sizes); i++) {
		if (font_sizes[i] != size)
			continue;
		if (ch < FONT_FIRST || ch > FONT_LAST)
			ch = '?';
		return &glyphs[i][ch - FONT_FIRST];
	}
	fprintf(stderr, "font_sizes has no %d\n", size);
	abort();
}
