// SPDX-License-Identifier: GPL-2.0
/* See image.h. */
#include <errno.h>
#include <limits.h>
#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "image.h"

static int write_png(const struct canvas *c, FILE *f, png_byte *line)
{
	png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL,
						  NULL, NULL);
	png_infop info = png ? png_create_info_struct(png) : NULL;
	int x, y;

	if (!info) {
		png_destroy_write_struct(&png, NULL);
		return -ENOMEM;
	}
	if (setjmp(png_jmpbuf(png))) {
		png_destroy_write_struct(&png, &info);
		return -EIO;
	}
	png_init_io(png, f);
	/* The CPU that runs this may be an emulated one: fast, not small. */
	png_set_compression_level(png, 1);
	png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_NONE);
	png_set_IHDR(png, info, c->width, c->height, 8, PNG_COLOR_TYPE_RGB,
		     PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
		     PNG_FILTER_TYPE_DEFAULT);
	png_write_info(png, info);
	for (y = 0; y < c->height; y++) {
		for (x = 0; x < c->width; x++) {
			__u32 px = c->px[y * c->width + x];

			line[3 * x] = px >> 16;
			line[3 * x + 1] = px >> 8;
			line[3 * x + 2] = px;
		}
		png_write_row(png, line);
	}
	png_write_end(png, NULL);
	png_destroy_write_struct(&png, &info);
	return 0;
}

int image_write(const struct canvas *c, const char *dir, const char *name)
{
	char temporary[PATH_MAX], path[PATH_MAX];
	png_byte *line = malloc(3 * c->width);
	FILE *f = NULL;
	int ret;

	if (!line)
		return -ENOMEM;
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	snprintf(temporary, sizeof(temporary), "%s/.%s.part", dir, name);
	f = fopen(temporary, "we");
	if (!f) {
		ret = -errno;
		free(line);
		return ret;
	}
	ret = write_png(c, f, line);
	free(line);
	if (fclose(f) && !ret)
		ret = -errno;
	if (!ret && rename(temporary, path))
		ret = -errno;
	if (ret)
		unlink(temporary);
	return ret;
}
