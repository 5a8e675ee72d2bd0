// SPDX-License-Identifier: GPL-2.0
/*
 * render FONT: print the glyphs of a font at the sizes of font.h as C.
 *
 * Runs on the machine that builds, so that what draws in the rig needs neither
 * FreeType nor the file of the font.
 */
#include <stdio.h>
#include <ft2build.h>
#include FT_FREETYPE_H

#include "font.h"
#include "util.h"

/* Where the next glyph starts in the array of all coverage maps */
static unsigned int used;

/* A size is the height of a capital; what fonts are scaled by is larger. */
static int set_size(FT_Face face, int size)
{
	FT_Size_RequestRec request = { .type = FT_SIZE_REQUEST_TYPE_NOMINAL };
	int ret = FT_Load_Char(face, 'H', FT_LOAD_NO_SCALE);

	if (ret)
		return ret;
	request.height = FT_MulDiv(size * 64, face->units_per_EM,
				   face->glyph->metrics.horiBearingY);
	return FT_Request_Size(face, &request);
}

/* Hinted in height only: lines are sharp, and the shapes stay. */
static int load(FT_Face face, int ch)
{
	return FT_Load_Char(face, ch, FT_LOAD_RENDER | FT_LOAD_TARGET_LIGHT);
}

static int print_coverage(FT_Face face, int size)
{
	const FT_Bitmap *map = &face->glyph->bitmap;
	unsigned int x, y;
	int ch, ret;

	for (ch = FONT_FIRST; ch <= FONT_LAST; ch++) {
		ret = load(face, ch);
		if (ret)
			return ret;
		printf("\t/* %d, 0x%02x */\n", size, ch);
		for (y = 0; y < map->rows; y++) {
			printf("\t");
			for (x = 0; x < map->width; x++)
				printf("%d,", map->buffer[(int)y * map->pitch +
							  (int)x]);
			printf("\n");
		}
	}
	return 0;
}

static int print_glyphs(FT_Face face)
{
	const FT_GlyphSlot slot = face->glyph;
	int ch, ret;

	for (ch = FONT_FIRST; ch <= FONT_LAST; ch++) {
		ret = load(face, ch);
		if (ret)
			return ret;
		printf("\t\t{ %u, %u, %d, %d, %ld, &coverage[%u] },\n",
		       slot->bitmap.width, slot->bitmap.rows, slot->bitmap_top,
		       -slot->bitmap_left, (slot->advance.x + 32) / 64, used);
		used += slot->bitmap.width * slot->bitmap.rows;
	}
	return 0;
}

static int print_all(FT_Face face)
{
	int i, ret = 0;

	printf("static const __u8 coverage[] = {\n");
	for (i = 0; i < (int)ARRAY_SIZE(font_sizes) && !ret; i++) {
		ret = set_size(face, font_sizes[i]);
		if (!ret)
			ret = print_coverage(face, font_sizes[i]);
	}
	printf("\t0\n};\n\nstatic const struct glyph glyphs[][%d] = {\n",
	       FONT_LAST - FONT_FIRST + 1);
	for (i = 0; i < (int)ARRAY_SIZE(font_sizes) && !ret; i++) {
		printf("\t{\n");
		ret = set_size(face, font_sizes[i]);
		if (!ret)
			ret = print_glyphs(face);
		printf("\t},\n");
	}
	printf("};\n");
	return ret;
}

int main(int argc, char **argv)
{
	FT_Library library;
	FT_Face face;
	int ret;

	if (argc != 2) {
		fprintf(stderr, "usage: %s FONT\n", argv[0]);
		return 2;
	}
	ret = FT_Init_FreeType(&library);
	if (!ret)
		ret = FT_New_Face(library, argv[1], 0, &face);
	if (!ret)
		ret = print_all(face);
	if (ret)
		fprintf(stderr, "%s: FreeType error %d\n", argv[1], ret);
	return ret || fflush(stdout) ? 1 : 0;
}
