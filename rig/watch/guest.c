// SPDX-License-Identifier: GPL-2.0
/* See guest.h. What it does is said when it has been done, a line each. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "desktop.h"
#include "guest.h"

#define WIDTH		1024
#define HEIGHT		768
#define CURSOR		64
#define VIDEO_WIDTH	320
#define VIDEO_HEIGHT	240
#define VIDEO_X		352
#define VIDEO_Y		300
#define RAM_SIZE	(16u << 20)
#define PAUSE		90	/* frames from one change to the next */
#define LONG_PAUSE	400	/* the same for a client that draws all planes */

static void put_picture(struct guest *g, const struct vgpu_surface *s,
			int from, int to)
{
	int y;

	for (y = from; y < to; y++)
		vgpu_put_line(s, vgpu_surface_bytes(&g->v, s), y,
			      g->desktop.px + y * g->desktop.width);
}

static int show_desktop(struct guest *g)
{
	int ret = vgpu_pipe_on(&g->v, 0, WIDTH, HEIGHT);

	g->layers[GUEST_PLANE_1] = (struct layer){
		.px = g->desktop.px, .width = WIDTH, .height = HEIGHT,
	};
	return ret ? ret : vgpu_primary_show(&g->v, 0, &g->front);
}

static int show_cursor(struct guest *g)
{
	g->layers[GUEST_CURSOR] = (struct layer){
		.px = g->argb, .width = CURSOR, .height = CURSOR, .alpha = true,
	};
	return vgpu_cursor_show(&g->v, 0, &g->cursor);
}

static int move_cursor(struct guest *g)
{
	g->layers[GUEST_CURSOR].x = WIDTH / 2;
	g->layers[GUEST_CURSOR].y = HEIGHT / 2;
	return vgpu_cursor_move(&g->v, 0, WIDTH / 2, HEIGHT / 2);
}

static int draw_a_line(struct guest *g)
{
	canvas_fill(&g->desktop, 0, 200, WIDTH, 100, 0xc03030, 255);
	put_picture(g, &g->front, 200, 300);
	return 0;
}

static int flip(struct guest *g)
{
	canvas_fill(&g->desktop, 0, 400, WIDTH, 100, 0x3030c0, 255);
	put_picture(g, &g->back, 0, HEIGHT);
	return vgpu_primary_flip(&g->v, 0, g->back.gma);
}

/* Above it, a window that lets some of it through, and has a hole */
static int show_window(struct guest *g)
{
	g->layers[GUEST_PLANE_2] = (struct layer){
		.px = g->window, .width = WIDTH, .height = HEIGHT, .alpha = true,
	};
	return vgpu_plane_show(&g->v, 0, 2, &g->glass, 0, 0);
}

/* What is below the hole now: a video, as Windows does */
static int show_video(struct guest *g)
{
	g->layers[GUEST_PLANE_1] = (struct layer){
		.px = g->frame, .width = VIDEO_WIDTH, .height = VIDEO_HEIGHT,
		.x = VIDEO_X, .y = VIDEO_Y,
	};
	return vgpu_plane_show(&g->v, 0, 1, &g->video, VIDEO_X, VIDEO_Y);
}

static int hide_window(struct guest *g)
{
	g->layers[GUEST_PLANE_2].px = NULL;
	return vgpu_plane_hide(&g->v, 0, 2);
}

static int hide_cursor(struct guest *g)
{
	g->layers[GUEST_CURSOR].px = NULL;
	return vgpu_cursor_hide(&g->v, 0);
}

static int hide_desktop(struct guest *g)
{
	g->layers[GUEST_PLANE_1].px = NULL;
	return vgpu_primary_hide(&g->v, 0);
}

/* A client sees half of what is drawn in place, and Broadwell's planes have no alpha. */
static const struct step {
	int (*take)(struct guest *g);
	const char *what;
	bool in_place, alpha;
} steps[] = {
	{ .take = show_desktop, .what = "turned its screen on" },
	{ .take = show_cursor, .what = "showed its cursor" },
	{ .take = move_cursor, .what = "moved its cursor" },
	{ .take = draw_a_line, .what = "drew, and flipped not",
	  .in_place = true },
	{ .take = flip, .what = "flipped" },
	{ .take = show_window, .what = "showed a window above it",
	  .alpha = true },
	{ .take = show_video, .what = "showed a video below the window",
	  .alpha = true },
	{ .take = hide_window, .what = "turned the window off",
	  .alpha = true },
	{ .take = hide_cursor, .what = "hid its cursor" },
	{ .take = hide_desktop, .what = "turned its plane off" },
};

/* Note what the screen shows after a step. */
static int note_screen(struct guest *g)
{
	struct canvas screen = {
		.width = WIDTH, .height = HEIGHT,
		.px = calloc(WIDTH * HEIGHT, sizeof(*screen.px)),
	};
	int i;

	if (!screen.px)
		return -ENOMEM;
	for (i = 0; i < GUEST_PLANES; i++)
		if (g->layers[i].px)
			composite_draw(&screen, &g->layers[i]);
	g->screens[g->num_screens++] = composite_hash(&screen);
	free(screen.px);
	return 0;
}

static int pause_frames(struct guest *g)
{
	const __u32 pause = g->composite ? LONG_PAUSE : PAUSE;
	__u32 first, frame;
	int ret = vgpu_pipe_frames(&g->v, 0, &first);

	for (frame = first; !ret && frame - first < pause; ) {
		usleep(10000);	/* each look is work for the host */
		ret = vgpu_pipe_frames(&g->v, 0, &frame);
	}
	return ret;
}

static void *play(void *guest)
{
	struct guest *g = guest;
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < ARRAY_SIZE(steps); i++) {
		if ((steps[i].in_place && g->composite) ||
		    (steps[i].alpha && g->v.gen == 8))
			continue;
		ret = steps[i].take(g);
		if (!ret)
			ret = note_screen(g);
		printf("guest: %s\n", ret ? strerror(-ret) : steps[i].what);
		if (!ret)
			ret = pause_frames(g);
	}
	return NULL;
}

/* Make a surface of pixels in 0xAARRGGBB, a screen of them or less. */
static int make_argb(struct guest *g, struct vgpu_surface *s, const __u32 *px,
		     int width, int height, __u32 fourcc)
{
	int y, ret = vgpu_surface_init(&g->v, s, width, height, fourcc,
				       DRM_FORMAT_MOD_LINEAR);

	for (y = 0; !ret && y < height; y++)
		vgpu_put_line(s, vgpu_surface_bytes(&g->v, s), y, px + y * width);
	return ret;
}

/* A dark window of half alpha, whose border has none, with a hole for the video */
static void draw_window(__u32 *px)
{
	int x, y;

	for (y = 100; y < HEIGHT - 100; y++)
		for (x = 200; x < WIDTH - 200; x++)
			if (x < VIDEO_X || x >= VIDEO_X + VIDEO_WIDTH || y < VIDEO_Y ||
			    y >= VIDEO_Y + VIDEO_HEIGHT)
				px[y * WIDTH + x] = 0x80102010;
}

static int make_pictures(struct guest *g)
{
	int i, hot, ret;

	g->desktop.px = calloc(WIDTH * HEIGHT, sizeof(*g->desktop.px));
	g->window = calloc(WIDTH * HEIGHT, sizeof(*g->window));
	g->frame = calloc(VIDEO_WIDTH * VIDEO_HEIGHT, sizeof(*g->frame));
	g->argb = calloc(CURSOR * CURSOR, sizeof(*g->argb));
	if (!g->desktop.px || !g->window || !g->frame || !g->argb)
		return -ENOMEM;
	g->desktop.width = WIDTH;
	g->desktop.height = HEIGHT;
	desktop_draw(&g->desktop);
	desktop_draw_cursor(g->argb, CURSOR, &hot);
	draw_window(g->window);
	for (i = 0; i < VIDEO_WIDTH * VIDEO_HEIGHT; i++)
		g->frame[i] = i % VIDEO_WIDTH << 16 | i / VIDEO_WIDTH << 8 | 0x60;

	ret = vgpu_surface_init(&g->v, &g->front, WIDTH, HEIGHT,
				DRM_FORMAT_XRGB8888, I915_FORMAT_MOD_X_TILED);
	if (!ret)
		ret = vgpu_surface_init(&g->v, &g->back, WIDTH, HEIGHT,
					DRM_FORMAT_XRGB8888,
					I915_FORMAT_MOD_X_TILED);
	if (!ret)
		ret = make_argb(g, &g->cursor, g->argb, CURSOR, CURSOR,
				DRM_FORMAT_ARGB8888);
	if (!ret)
		ret = make_argb(g, &g->video, g->frame, VIDEO_WIDTH, VIDEO_HEIGHT,
				DRM_FORMAT_XRGB8888);
	if (!ret && g->v.gen != 8)
		ret = make_argb(g, &g->glass, g->window, WIDTH, HEIGHT,
				DRM_FORMAT_ARGB8888);
	if (!ret)
		put_picture(g, &g->front, 0, HEIGHT);
	return ret;
}

static void free_pictures(struct guest *g)
{
	free(g->desktop.px);
	free(g->window);
	free(g->frame);
	free(g->argb);
}

int guest_start(struct guest *g, const char *uuid)
{
	char why[256];
	int ret = vgpu_open(&g->v, uuid, RAM_SIZE);

	if (ret) {
		fprintf(stderr, "gvt-watch: %s\n",
			vgpu_explain(&g->v, ret, why, sizeof(why)));
		return ret;
	}
	ret = make_pictures(g);
	if (!ret)
		ret = -pthread_create(&g->thread, NULL, play, g);
	if (ret) {
		free_pictures(g);
		vgpu_close(&g->v);
	}
	return ret;
}

void guest_end(struct guest *g)
{
	pthread_join(g->thread, NULL);
	free_pictures(g);
	vgpu_close(&g->v);
}
