// SPDX-License-Identifier: GPL-2.0
/* See pixel.h. Bit positions as drm_fourcc.h defines the formats. */
#include <drm/drm_fourcc.h>
#include <stdbool.h>

#include "pixel.h"
#include "util.h"

const struct pixel_format pixel_formats[] = {
	{ DRM_FORMAT_XRGB8888, 4, "XRGB8888", { 16, 8, 0 }, { 8, 8, 8 } },
	{ DRM_FORMAT_XBGR8888, 4, "XBGR8888", { 0, 8, 16 }, { 8, 8, 8 } },
	{ DRM_FORMAT_RGB565, 2, "RGB565", { 11, 5, 0 }, { 5, 6, 5 } },
	{ DRM_FORMAT_XRGB2101010, 4, "XRGB2101010", { 20, 10, 0 }, { 10, 10, 10 } },
	{ DRM_FORMAT_XBGR2101010, 4, "XBGR2101010", { 0, 10, 20 }, { 10, 10, 10 } },
};

const unsigned int pixel_format_count = ARRAY_SIZE(pixel_formats);

/* From 8 bits to more or fewer, so that white stays white */
static __u32 from8(__u32 v, int bits)
{
	return bits > 8 ? v << (bits - 8) | v >> (16 - bits) : v >> (8 - bits);
}

static __u32 to8(__u32 v, int bits)
{
	return bits > 8 ? v >> (bits - 8) :
			  v << (8 - bits) | v >> (2 * bits - 8);
}

void pixel_tables_init(struct pixel_tables *t, const struct pixel_format *f)
{
	__u32 v;
	int i;

	t->format = f;
	for (i = 0; i < 3; i++) {
		for (v = 0; v < 256; v++)
			t->pack[i][v] = from8(v, f->bits[i]) << f->shift[i];
		for (v = 0; v < 1u << f->bits[i]; v++)
			t->unpack[i][v] = to8(v, f->bits[i]) << (16 - 8 * i);
	}
}

void pixel_pack(const struct pixel_tables *t, const __u32 *rgb, void *line,
		__u32 width)
{
	const bool narrow = t->format->cpp == 2;
	__u16 *half = line;
	__u32 *word = line;
	__u32 x, px;

	for (x = 0; x < width; x++) {
		px = t->pack[0][rgb[x] >> 16 & 0xff] |
		     t->pack[1][rgb[x] >> 8 & 0xff] |
		     t->pack[2][rgb[x] & 0xff];
		if (narrow)
			half[x] = px;
		else
			word[x] = px;
	}
}

void pixel_unpack(const struct pixel_tables *t, const void *line, __u32 *rgb,
		  __u32 width)
{
	const struct pixel_format *f = t->format;
	const __u32 red = (1u << f->bits[0]) - 1;
	const __u32 green = (1u << f->bits[1]) - 1;
	const __u32 blue = (1u << f->bits[2]) - 1;
	const __u16 *half = line;
	const __u32 *word = line;
	__u32 x, px;

	for (x = 0; x < width; x++) {
		px = f->cpp == 2 ? half[x] : word[x];
		rgb[x] = t->unpack[0][px >> f->shift[0] & red] |
			 t->unpack[1][px >> f->shift[1] & green] |
			 t->unpack[2][px >> f->shift[2] & blue];
	}
}
