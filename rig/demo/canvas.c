// SPDX-License-Identifier: GPL-2.0
/* See canvas.h. */
#include <math.h>

#include "canvas.h"
#include "font.h"

static __u32 over(__u32 under, __u32 rgb, int alpha)
{
	/* Red and blue at once: they cannot reach each other. */
	__u32 rb = (under & 0xff00ff) * (255 - alpha) +
		      (rgb & 0xff00ff) * alpha + 0x800080;
	__u32 g = (under >> 8 & 0xff) * (255 - alpha) +
		     (rgb >> 8 & 0xff) * alpha + 0x80;

	rb = (rb + (rb >> 8 & 0xff00ff)) >> 8 & 0xff00ff;
	g = (g + (g >> 8)) & 0xff00;
	return rb | g;
}

__u32 mix(__u32 from, __u32 to, int part, int whole)
{
	return over(from, to, part * 255 / whole);
}

void canvas_blend(struct canvas *c, int x, int y, __u32 rgb, int alpha)
{
	__u32 *px;

	if (x < 0 || y < 0 || x >= c->width || y >= c->height || alpha <= 0)
		return;
	px = &c->px[y * c->width + x];
	*px = alpha >= 255 ? rgb : over(*px, rgb, alpha);
}

void canvas_fill(struct canvas *c, int x, int y, int w, int h, __u32 rgb,
		 int alpha)
{
	int i, j;

	for (j = y; j < y + h; j++)
		for (i = x; i < x + w; i++)
			canvas_blend(c, i, j, rgb, alpha);
}

/* How much of the pixel @dx, @dy from the centre is within @radius, of 255 */
static int inside(float dx, float dy, float radius)
{
	float d = radius + 0.5f - sqrtf(dx * dx + dy * dy);

	return d <= 0 ? 0 : d >= 1 ? 255 : (int)(d * 255);
}

void canvas_round(struct canvas *c, int x, int y, int w, int h, int radius,
		  __u32 rgb, int alpha)
{
	int i, j, a;

	for (j = 0; j < h; j++) {
		int dy = j < radius ? radius - j :
			 j >= h - radius ? j - (h - radius - 1) : 0;

		for (i = 0; i < w; i++) {
			int dx = i < radius ? radius - i :
				 i >= w - radius ? i - (w - radius - 1) : 0;

			a = dx && dy ? inside(dx, dy, radius) : 255;
			canvas_blend(c, x + i, y + j, rgb, a * alpha / 255);
		}
	}
}

void canvas_disc(struct canvas *c, int x, int y, int radius, __u32 rgb)
{
	int i, j;

	for (j = -radius - 1; j <= radius + 1; j++)
		for (i = -radius - 1; i <= radius + 1; i++)
			canvas_blend(c, x + i, y + j, rgb,
				     inside(i, j, radius));
}

void canvas_line(struct canvas *c, int x0, int y0, int x1, int y1, int width,
		 __u32 rgb)
{
	float dx = x1 - x0, dy = y1 - y0, len = dx * dx + dy * dy, t, px, py;
	int left = (x0 < x1 ? x0 : x1) - width;
	int right = (x0 > x1 ? x0 : x1) + width;
	int top = (y0 < y1 ? y0 : y1) - width;
	int bottom = (y0 > y1 ? y0 : y1) + width;
	int x, y;

	for (y = top; y <= bottom; y++) {
		for (x = left; x <= right; x++) {
			px = x - x0;
			py = y - y0;
			t = len > 0 ? (px * dx + py * dy) / len : 0;
			t = t < 0 ? 0 : t > 1 ? 1 : t;
			canvas_blend(c, x, y, rgb,
				     inside(px - t * dx, py - t * dy,
					    width / 2.0f));
		}
	}
}

void canvas_shadow(struct canvas *c, int x, int y, int w, int h, int spread)
{
	int i, j, dx, dy, far;

	for (j = y - spread; j < y + h + spread; j++) {
		dy = j < y ? y - j : j >= y + h ? j - (y + h - 1) : 0;
		for (i = x - spread; i < x + w + spread; i++) {
			dx = i < x ? x - i : i >= x + w ? i - (x + w - 1) : 0;
			far = dx && dy ? (int)sqrtf(dx * dx + dy * dy) :
					 dx + dy;
			far = spread - far;
			if (far > 0)
				canvas_blend(c, i, j, 0, far * far * 110 /
					     (spread * spread));
		}
	}
}

int canvas_text(struct canvas *c, int x, int y, int size, __u32 rgb,
		const char *text)
{
	const struct glyph *g;
	int i, j;

	for (; *text; text++) {
		g = font_glyph(*text, size);
		for (j = 0; j < g->height; j++)
			for (i = 0; i < g->width; i++)
				canvas_blend(c, x + i - g->left,
					     y + j - g->baseline, rgb,
					     g->coverage[j * g->width + i]);
		x += g->advance;
	}
	return x;
}

int canvas_text_width(int size, const char *text)
{
	int width = 0;

	for (; *text; text++)
		width += font_glyph(*text, size)->advance;
	return width;
}
