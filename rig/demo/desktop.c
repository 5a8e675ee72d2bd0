// SPDX-License-Identifier: GPL-2.0
/* See desktop.h. Sizes are for 1920 x 1080; anything smaller is clipped. */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "desktop.h"
#include "util.h"

#define PANEL		40
#define HAZE		260	/* lines of the color gradient below a hilltop */

#define INK		0x23272e
#define PAPER		0xf7f7f5
#define ACCENT		0x2f74c8
#define MUTED		0x6d7480

struct box {
	int x, y, w, h;
};

static const struct box back = { 250, 120, 900, 620 };
static const struct box front = { 760, 330, 880, 560 };

/* ---- wallpaper ---- */

/* Dusk over four ranges of hills, the nearer the darker */
static void draw_wallpaper(struct canvas *c)
{
	static const struct {
		int base, tall, wide, shift;
		__u32 top, foot;
	} hills[] = {
		{ 560, 90, 420, 40, 0x7d6b97, 0xc58f92 },
		{ 660, 110, 330, 300, 0x5a5484, 0x8f7290 },
		{ 780, 90, 520, 150, 0x39406b, 0x5b5680 },
		{ 900, 80, 380, 520, 0x20294a, 0x333a63 },
	};
	static const __u32 sky[] = {
		0x16234f, 0x31447f, 0x6f69a0, 0xc9849a, 0xf3ad8c, 0xfbd7a1,
	};
	const int steps = ARRAY_SIZE(sky) - 1;
	const int horizon = 760;
	__u32 haze[HAZE], rgb;
	int x, y, i, top;

	for (y = 0; y < c->height; y++) {
		i = y * steps / horizon;
		if (i >= steps)
			i = steps - 1;
		top = y - i * horizon / steps;
		if (top > horizon / steps)
			top = horizon / steps;
		rgb = mix(sky[i], sky[i + 1], top, horizon / steps);
		for (x = 0; x < c->width; x++)
			c->px[y * c->width + x] = rgb;
	}
	for (i = 120; i > 52; i -= 8)		/* a glow, then the sun */
		canvas_round(c, 1500 - i, 470 - i, 2 * i, 2 * i, i, 0xffe9bf,
			     28);
	canvas_disc(c, 1500, 470, 52, 0xfff3d6);
	for (i = 0; i < (int)ARRAY_SIZE(hills); i++) {
		for (y = 0; y < HAZE; y++)
			haze[y] = mix(hills[i].top, hills[i].foot, y, HAZE);
		for (x = 0; x < c->width; x++) {
			float at = (float)(x + hills[i].shift) / hills[i].wide;

			top = hills[i].base - (int)(hills[i].tall *
			      (sinf(at) * 0.6f + sinf(at * 2.3f) * 0.3f +
			       sinf(at * 5.1f) * 0.1f));
			for (y = top; y < c->height; y++)
				c->px[y * c->width + x] =
					haze[y - top < HAZE ? y - top :
							      HAZE - 1];
		}
	}
}

/* ---- panel, icons, dock ---- */

static void draw_panel(struct canvas *c)
{
	const char *clock = "Sat 21 Nov   10:42";
	int x, i, y = 26;

	canvas_fill(c, 0, 0, c->width, PANEL, 0x10131c, 215);
	canvas_round(c, 14, 10, 20, 20, 5, ACCENT, 255);
	canvas_round(c, 19, 15, 10, 10, 2, 0xffffff, 255);
	x = canvas_text(c, 48, y, 12, 0xffffff, "Applications");
	x = canvas_text(c, x + 24, y, 12, 0xd5d9e2, "Places");
	canvas_text(c, x + 24, y, 12, 0xd5d9e2, "System");
	canvas_text(c, (c->width - canvas_text_width(12, clock)) / 2, y, 12,
		    0xffffff, clock);

	x = c->width - 150;			/* network, sound, battery */
	for (i = 0; i < 4; i++)
		canvas_round(c, x + i * 7, 26 - i * 4, 5, 4 + i * 4, 1,
			     0xffffff, 255);
	x += 46;
	canvas_fill(c, x, 17, 5, 8, 0xffffff, 255);
	for (i = 0; i < 7; i++)
		canvas_fill(c, x + 5 + i, 16 - i, 1, 10 + 2 * i, 0xffffff,
			    255);
	canvas_line(c, x + 17, 17, x + 17, 25, 2, 0xffffff);
	canvas_line(c, x + 22, 14, x + 22, 28, 2, 0xffffff);
	x += 44;
	canvas_round(c, x, 13, 34, 15, 4, 0xffffff, 255);
	canvas_round(c, x + 2, 15, 30, 11, 3, 0x10131c, 255);
	canvas_round(c, x + 4, 17, 20, 7, 1, 0x7fd67f, 255);
	canvas_fill(c, x + 35, 17, 3, 7, 0xffffff, 255);
}

static void icon_folder(struct canvas *c, int x, int y)
{
	canvas_round(c, x, y + 2, 30, 20, 5, 0xc98a2b, 255);
	canvas_round(c, x, y + 8, 64, 44, 6, 0xc98a2b, 255);
	canvas_round(c, x, y + 14, 64, 38, 6, 0xf0b65a, 255);
	canvas_fill(c, x + 6, y + 20, 52, 2, 0xf8d69c, 255);
}

static void icon_terminal(struct canvas *c, int x, int y)
{
	canvas_round(c, x, y, 64, 52, 8, 0x4a505e, 255);
	canvas_round(c, x + 3, y + 3, 58, 46, 6, 0x171a21, 255);
	canvas_line(c, x + 12, y + 16, x + 22, y + 24, 4, 0x8be38b);
	canvas_line(c, x + 22, y + 24, x + 12, y + 32, 4, 0x8be38b);
	canvas_line(c, x + 28, y + 34, x + 42, y + 34, 4, 0xffffff);
}

static void icon_display(struct canvas *c, int x, int y)
{
	canvas_round(c, x, y, 64, 42, 6, 0x2b303b, 255);
	canvas_round(c, x + 4, y + 4, 56, 34, 3, 0x4f9be6, 255);
	canvas_round(c, x + 4, y + 22, 56, 16, 3, 0x3f6fb5, 255);
	canvas_disc(c, x + 46, y + 15, 6, 0xffe28a);
	canvas_fill(c, x + 26, y + 42, 12, 6, 0x2b303b, 255);
	canvas_round(c, x + 16, y + 48, 32, 5, 2, 0x2b303b, 255);
}

static void icon_trash(struct canvas *c, int x, int y)
{
	int i;

	canvas_round(c, x + 24, y, 16, 8, 3, 0xb8bec9, 255);
	canvas_round(c, x + 8, y + 5, 48, 7, 3, 0xd6dae2, 255);
	canvas_round(c, x + 12, y + 14, 40, 40, 6, 0xb8bec9, 255);
	for (i = 0; i < 3; i++)
		canvas_round(c, x + 20 + i * 10, y + 20, 4, 28, 2, 0x7b828f,
			     255);
}

typedef void (*icon_fn)(struct canvas *c, int x, int y);

static void draw_icons(struct canvas *c)
{
	static const struct {
		icon_fn draw;
		const char *name;
	} icons[] = {
		{ icon_display, "This vGPU" }, { icon_folder, "Home" },
		{ icon_terminal, "Terminal" }, { icon_trash, "Trash" },
	};
	const int n = ARRAY_SIZE(icons);
	int i, x, y, w;

	for (i = 0; i < n; i++) {
		y = 80 + i * 130;
		icons[i].draw(c, 64, y);
		x = 96 - canvas_text_width(12, icons[i].name) / 2;
		canvas_text(c, x + 1, y + 81, 12, 0x10131c, icons[i].name);
		canvas_text(c, x, y + 80, 12, 0xffffff, icons[i].name);
	}
	w = n * 88 + 24;
	x = (c->width - w) / 2;
	y = c->height - 96;
	canvas_round(c, x, y, w, 84, 20, 0xffffff, 70);
	for (i = 0; i < n; i++)
		icons[i].draw(c, x + 24 + i * 88, y + 14);
	canvas_disc(c, x + 24 + 32, y + 76, 3, 0xffffff);
	canvas_disc(c, x + 24 + 2 * 88 + 32, y + 76, 3, 0xffffff);
}

/* ---- windows ---- */

static void draw_frame(struct canvas *c, const struct box *b,
		       const char *title, __u32 bar, __u32 ink,
		       __u32 body)
{
	static const __u32 dots[] = { 0xe8655a, 0xe9b949, 0x62c068 };
	int i, x;

	canvas_shadow(c, b->x, b->y + 6, b->w, b->h, 36);
	canvas_round(c, b->x - 1, b->y - 1, b->w + 2, b->h + 2, 13, 0x0c0e14,
		     150);
	canvas_round(c, b->x, b->y, b->w, b->h, 12, body, 255);
	canvas_round(c, b->x, b->y, b->w, 30, 12, bar, 255);
	canvas_fill(c, b->x, b->y + 14, b->w, 30, bar, 255);
	canvas_fill(c, b->x, b->y + 44, b->w, 1, mix(bar, 0, 1, 4), 255);
	for (i = 0; i < 3; i++)
		canvas_disc(c, b->x + b->w - 26 - i * 28, b->y + 22, 8,
			    dots[i]);
	x = b->x + (b->w - canvas_text_width(13, title)) / 2;
	canvas_text(c, x, b->y + 28, 13, ink, title);
}

static void draw_terminal(struct canvas *c)
{
	static const struct {
		__u32 rgb;
		const char *text;
	} lines[] = {
		{ 0x8be38b, "guest $ lspci | grep VGA" },
		{ 0xd5d9e2, "00:02.0 VGA compatible controller: Intel vGPU" },
		{ 0x8be38b, "guest $ cat /proc/fb" },
		{ 0xd5d9e2, "0 i915drmfb" },
		{ 0x8be38b, "guest $ ./paint --desktop" },
		{ 0xd5d9e2, "wallpaper, panel, icons, windows: done" },
		{ 0x8be38b, "guest $ flip" },
		{ 0xd5d9e2, "PLANE_SURF written, the host may look now" },
		{ 0x8be38b, "guest $" },
	};
	int i, x = back.x + 24, y = back.y + 84;

	draw_frame(c, &back, "Terminal - guest", 0x323743, 0xe8eaf0, 0x171a21);
	for (i = 0; i < (int)ARRAY_SIZE(lines); i++) {
		int end = canvas_text(c, x, y + i * 32, 13, lines[i].rgb,
				      lines[i].text);

		if (!lines[i].text[7])
			canvas_fill(c, end + 6, y + i * 32 - 14, 10, 17,
				    0xd5d9e2, 255);
	}
}

static void draw_button(struct canvas *c, int x, int y, int w,
			const char *text, __u32 face, __u32 ink)
{
	canvas_round(c, x, y, w, 40, 8, mix(face, 0, 1, 4), 255);
	canvas_round(c, x + 1, y + 1, w - 2, 38, 7, face, 255);
	canvas_text(c, x + (w - canvas_text_width(13, text)) / 2, y + 27, 13,
		    ink, text);
}

/* Colors in which swapped channels are visible */
static void draw_bars(struct canvas *c, int x, int y, int w, int h)
{
	static const __u32 bars[] = {
		0xffffff, 0xffe000, 0x00d0e0, 0x20c040, 0xd020c0, 0xe02020,
		0x2040e0, 0x101010,
	};
	int i, n = ARRAY_SIZE(bars);

	for (i = 0; i < n; i++)
		canvas_fill(c, x + w * i / n, y, w / n + 1, h, bars[i], 255);
	for (i = 0; i < w; i++) {
		canvas_fill(c, x + i, y + h, 1, 12, mix(0, 0xff0000, i, w), 255);
		canvas_fill(c, x + i, y + h + 12, 1, 12, mix(0, 0x00ff00, i, w),
			    255);
		canvas_fill(c, x + i, y + h + 24, 1, 12, mix(0, 0x0000ff, i, w),
			    255);
		canvas_fill(c, x + i, y + h + 36, 1, 12, mix(0, 0xffffff, i, w),
			    255);
	}
}

void desktop_draw(struct canvas *c)
{
	draw_wallpaper(c);
	draw_panel(c);
	draw_icons(c);
	draw_terminal(c);
	draw_frame(c, &front, "About this plane", 0xe3e4e8, INK, PAPER);
	draw_bars(c, front.x + 500, front.y + 120, 330, 150);
	draw_button(c, front.x + front.w - 290, front.y + front.h - 64, 120,
		    "Cancel", 0xe6e7ea, INK);
	draw_button(c, front.x + front.w - 150, front.y + front.h - 64, 120,
		    "OK", ACCENT, 0xffffff);
}

void desktop_draw_facts(struct canvas *c, const struct desktop_facts *f)
{
	char size[40], stride[40];
	const struct {
		const char *name, *value;
	} rows[] = {
		{ "Platform", f->platform }, { "Format", f->format },
		{ "Modifier", f->modifier }, { "Size", size },
		{ "Stride", stride }, { "Address", f->address },
		{ "Plane", "primary, pipe A" },
	};
	int i, x = front.x + 40, y = front.y + 140;

	snprintf(size, sizeof(size), "%d x %d", f->width, f->height);
	snprintf(stride, sizeof(stride), "%d bytes", f->stride);
	canvas_text(c, x, front.y + 96, 22, ACCENT, "Intel GVT-g vGPU");
	for (i = 0; i < (int)ARRAY_SIZE(rows); i++) {
		canvas_text(c, x, y + i * 40, 14, MUTED, rows[i].name);
		canvas_text(c, x + 130, y + i * 40, 14, INK, rows[i].value);
	}
	canvas_text(c, x, front.y + front.h - 38, 11, MUTED, f->uuid);
}

/* ---- pointer ---- */

void desktop_pointer(const struct canvas *c, int *x, int *y)
{
	*x = front.x + front.w - 80;
	*y = front.y + front.h - 36;
	if (*x >= c->width || *y >= c->height) {
		*x = c->width / 2;
		*y = c->height / 2;
	}
}

/* Signed distance to the arrow's outline, in units of its height / 24 */
static float arrow(float x, float y)
{
	static const float shape[][2] = {
		{ 0, 0 }, { 0, 17 }, { 4, 13.2f }, { 7, 20 }, { 10, 18.6f },
		{ 7, 12 }, { 12, 12 },
	};
	const int n = ARRAY_SIZE(shape);
	float best = 1e9f, sign = 1;
	int i, j;

	for (i = 0, j = n - 1; i < n; j = i++) {
		float ex = shape[j][0] - shape[i][0];
		float ey = shape[j][1] - shape[i][1];
		float wx = x - shape[i][0], wy = y - shape[i][1];
		float t = (wx * ex + wy * ey) / (ex * ex + ey * ey);
		bool above = shape[i][1] > y, before = shape[j][1] > y;
		float bx, by;

		t = t < 0 ? 0 : t > 1 ? 1 : t;
		bx = wx - t * ex;
		by = wy - t * ey;
		if (bx * bx + by * by < best)
			best = bx * bx + by * by;
		if (above != before && wx < ex * wy / ey)
			sign = -sign;
	}
	return sign * sqrtf(best);
}

static float clamp(float v)
{
	return v < 0 ? 0 : v > 1 ? 1 : v;
}

void desktop_draw_cursor(__u32 *argb, int size, int *hot)
{
	const float scale = size / 32.0f;	/* pixels a unit */
	int x, y;

	*hot = size / 10;
	for (y = 0; y < size; y++) {
		for (x = 0; x < size; x++) {
			float at = arrow((x - *hot) / scale,
					 (y - *hot) / scale) * scale;
			float dark = arrow((x - *hot - size / 24.0f) / scale,
					   (y - *hot - size / 24.0f) / scale);
			float edge = clamp(0.5f + scale - at);
			float face = clamp(0.5f - at);
			float shade = clamp((3.5f - dark) / 5) * 0.45f;
			float alpha = edge + shade * (1 - edge);
			__u32 a = alpha * 255 + 0.5f;
			__u32 white = face * 255 + 0.5f;

			if (white > a)
				white = a;
			argb[y * size + x] = a << 24 | white << 16 |
					     white << 8 | white;
		}
	}
}
