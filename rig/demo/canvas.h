/* SPDX-License-Identifier: GPL-2.0 */
/* A picture of 0x00RRGGBB words, and what can be drawn on it. */
#ifndef DEMO_CANVAS_H
#define DEMO_CANVAS_H

#include <linux/types.h>

struct canvas {
	int width, height;
	__u32 *px;
};

/* Everything is clipped to the canvas; @alpha goes from 0 to 255. */
void canvas_blend(struct canvas *c, int x, int y, __u32 rgb, int alpha);
void canvas_fill(struct canvas *c, int x, int y, int w, int h, __u32 rgb,
		 int alpha);
void canvas_round(struct canvas *c, int x, int y, int w, int h, int radius,
		  __u32 rgb, int alpha);
void canvas_disc(struct canvas *c, int x, int y, int radius, __u32 rgb);
void canvas_line(struct canvas *c, int x0, int y0, int x1, int y1, int width,
		 __u32 rgb);
/* A soft shadow around a box */
void canvas_shadow(struct canvas *c, int x, int y, int w, int h, int spread);
/* @size is the height of a capital, one of font_sizes; @y the baseline */
int canvas_text(struct canvas *c, int x, int y, int size, __u32 rgb,
		const char *text);
int canvas_text_width(int size, const char *text);

__u32 mix(__u32 from, __u32 to, int part, int whole);

#endif /* DEMO_CANVAS_H */
