// SPDX-License-Identifier: GPL-2.0
/* See scene.h. Sizes are for 640 x 480 and more. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scene.h"
#include "util.h"

#define PANEL		26
#define WINDOW_WIDTH	290
#define WINDOW_HEIGHT	176
#define TITLE		26

#define INK		0x23272e
#define PAPER		0xf7f7f5
#define ACCENT		0x2f74c8
#define MUTED		0x6d7480

static void draw_hills(struct canvas *c)
{
	static const struct {
		int base, tall, wide, shift;	/* the first two in percent */
		__u32 rgb;
	} hills[] = {
		{ 58, 9, 150, 20, 0x8d7199 },
		{ 70, 10, 120, 130, 0x5e5683 },
		{ 84, 9, 190, 60, 0x2c3560 },
	};
	int i, x, y, top;

	for (i = 0; i < (int)ARRAY_SIZE(hills); i++) {
		for (x = 0; x < c->width; x++) {
			float at = (float)(x + hills[i].shift) / hills[i].wide;

			top = (hills[i].base - hills[i].tall *
			       (sinf(at) + sinf(at * 2.3f) / 2)) *
			      c->height / 100;
			for (y = top; y < c->height; y++)
				c->px[y * c->width + x] = hills[i].rgb;
		}
	}
}

static void draw_wallpaper(struct canvas *c)
{
	static const __u32 sky[] = {
		0x16234f, 0x31447f, 0x6f69a0, 0xc9849a, 0xf3ad8c, 0xfbd7a1,
	};
	const int steps = ARRAY_SIZE(sky) - 1;
	int x, y, i, part, height = c->height * 3 / 4;
	__u32 rgb;

	for (y = 0; y < c->height; y++) {
		i = y * steps / height;
		part = y * steps - i * height;
		if (i >= steps) {
			i = steps - 1;
			part = height;
		}
		rgb = mix(sky[i], sky[i + 1], part, height);
		for (x = 0; x < c->width; x++)
			c->px[y * c->width + x] = rgb;
	}
	x = c->width * 3 / 4;
	y = c->height * 2 / 5;
	for (i = 60; i > 24; i -= 6)		/* a glow, then the sun */
		canvas_round(c, x - i, y - i, 2 * i, 2 * i, i, 0xffe9bf, 28);
	canvas_disc(c, x, y, 24, 0xfff3d6);
	draw_hills(c);
}

static void draw_panel(struct canvas *c)
{
	int x, i;

	canvas_fill(c, 0, 0, c->width, PANEL, 0x10131c, 215);
	canvas_round(c, 8, 6, 14, 14, 4, ACCENT, 255);
	canvas_round(c, 12, 10, 6, 6, 2, 0xffffff, 255);
	x = canvas_text(c, 32, 18, 9, 0xffffff, "Linux guest");
	canvas_text(c, x + 18, 18, 9, 0xd5d9e2, "i915 on a vGPU");
	x = c->width - 40;
	for (i = 0; i < 4; i++)
		canvas_round(c, x + i * 7, 17 - i * 3, 5, 4 + i * 3, 1,
			     0xffffff, 255);
}

static void draw_icons(struct canvas *c)
{
	static const struct {
		__u32 rgb;
		const char *name;
	} icons[] = {
		{ 0xf0b65a, "Home" }, { 0x4f9be6, "vGPU" },
		{ 0x62c068, "Flips" }, { 0xb8bec9, "Trash" },
	};
	int i, x, y;

	for (i = 0; i < (int)ARRAY_SIZE(icons); i++) {
		y = PANEL + 20 + i * 76;
		canvas_round(c, 24, y, 40, 34, 7, mix(icons[i].rgb, 0, 1, 3),
			     255);
		canvas_round(c, 26, y + 2, 36, 30, 5, icons[i].rgb, 255);
		canvas_fill(c, 30, y + 10, 28, 3, 0xffffff, 150);
		x = 44 - canvas_text_width(9, icons[i].name) / 2;
		canvas_text(c, x + 1, y + 51, 9, 0x10131c, icons[i].name);
		canvas_text(c, x, y + 50, 9, 0xffffff, icons[i].name);
	}
}

/* Colours whose channels no two formats could swap unseen */
static void draw_bars(struct canvas *c, int x, int y, int w, int h)
{
	static const __u32 bars[] = {
		0xffffff, 0xffe000, 0x00d0e0, 0x20c040, 0xd020c0, 0xe02020,
		0x2040e0, 0x101010,
	};
	int i, n = ARRAY_SIZE(bars);

	for (i = 0; i < n; i++)
		canvas_fill(c, x + w * i / n, y, w / n + 1, h, bars[i], 255);
}

static void draw_window(struct canvas *c, int x, int y, int n, int of)
{
	static const __u32 dots[] = { 0xe8655a, 0xe9b949, 0x62c068 };
	int w = WINDOW_WIDTH, h = WINDOW_HEIGHT, i;
	char line[32];

	canvas_shadow(c, x, y + 4, w, h, 14);
	canvas_round(c, x - 1, y - 1, w + 2, h + 2, 9, 0x0c0e14, 150);
	canvas_round(c, x, y, w, h, 8, PAPER, 255);
	canvas_round(c, x, y, w, TITLE - 8, 8, 0xd9dce3, 255);
	canvas_fill(c, x, y + 8, w, TITLE - 8, 0xd9dce3, 255);
	for (i = 0; i < 3; i++)
		canvas_disc(c, x + w - 16 - i * 17, y + 13, 5, dots[i]);
	canvas_text(c, x + 12, y + 18, 9, INK, "Page flips");
	canvas_text(c, x + 16, y + 56, 14, ACCENT, "Zero copies");
	canvas_text(c, x + 16, y + 80, 9, MUTED, "drawn by a Linux guest");
	canvas_text(c, x + 16, y + 98, 9, MUTED, "shown by QEMU");
	snprintf(line, sizeof(line), "frame %d of %d", n + 1, of);
	canvas_text(c, x + 16, y + 122, 10, INK, line);
	canvas_round(c, x + 16, y + 132, w - 32, 8, 4, 0xd9dce3, 255);
	canvas_round(c, x + 16, y + 132, 8 + (w - 40) * (n + 1) / of, 8, 4,
		     ACCENT, 255);
	draw_bars(c, x + 16, y + 150, w - 32, 14);
}

static int canvas_init(struct canvas *c, int width, int height)
{
	c->width = width;
	c->height = height;
	c->px = malloc(sizeof(*c->px) * width * height);
	return c->px ? 0 : -ENOMEM;
}

int scene_init(struct scene *s, int width, int height)
{
	if (canvas_init(&s->back, width, height) ||
	    canvas_init(&s->frame, width, height))
		return -ENOMEM;
	draw_wallpaper(&s->back);
	draw_panel(&s->back);
	draw_icons(&s->back);
	return 0;
}

void scene_free(struct scene *s)
{
	free(s->back.px);
	free(s->frame.px);
	memset(s, 0, sizeof(*s));
}

/* An ellipse through the room that the panel and the icons leave */
void scene_draw(struct scene *s, int n, int of)
{
	int left = 104, top = PANEL + 18;
	int dx = (s->frame.width - 20 - WINDOW_WIDTH - left) / 2;
	int dy = (s->frame.height - 30 - WINDOW_HEIGHT - top) / 2;
	float angle = 2 * (float)M_PI * n / of;
	int x = left + dx - dx * cosf(angle);
	int y = top + dy - dy * sinf(angle);

	memcpy(s->frame.px, s->back.px,
	       sizeof(*s->back.px) * s->back.width * s->back.height);
	draw_window(&s->frame, x, y, n, of);
	s->pointer_x = x + 150;
	s->pointer_y = y + 14;
}
