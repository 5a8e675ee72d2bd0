/* SPDX-License-Identifier: GPL-2.0 */
/* Lines of a canvas in the formats of a plane, and back. */
#ifndef DEMO_PIXEL_H
#define DEMO_PIXEL_H

#include <linux/types.h>

struct pixel_format {
	__u32 fourcc;
	__u32 cpp;
	const char *name;
	__u8 shift[3];		/* where red, green and blue start */
	__u8 bits[3];		/* and how many bits each has */
};

extern const struct pixel_format pixel_formats[];
extern const unsigned int pixel_format_count;

/* Every value of a channel, moved and scaled; the fields are red, green, blue */
struct pixel_tables {
	const struct pixel_format *format;
	__u32 pack[3][256];
	__u32 unpack[3][1024];
};

void pixel_tables_init(struct pixel_tables *t, const struct pixel_format *f);

/* @rgb holds 0x00RRGGBB words. */
void pixel_pack(const struct pixel_tables *t, const __u32 *rgb, void *line,
		__u32 width);
void pixel_unpack(const struct pixel_tables *t, const void *line, __u32 *rgb,
		  __u32 width);

#endif /* DEMO_PIXEL_H */
