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
#define RAM_SIZE	(16u << 20)
#define PAUSE		90	/* frames from one change to the next */

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

	return ret ? ret : vgpu_primary_show(&g->v, 0, &g->front);
}

static int show_cursor(struct guest *g)
{
	return vgpu_cursor_show(&g->v, 0, &g->cursor);
}

static int move_cursor(struct guest *g)
{
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

static int hide_cursor(struct guest *g)
{
	return vgpu_cursor_hide(&g->v, 0);
}

static int hide_desktop(struct guest *g)
{
	return vgpu_primary_hide(&g->v, 0);
}

static const struct step {
	int (*take)(struct guest *g);
	const char *what;
} steps[] = {
	{ show_desktop, "turned its screen on" },
	{ show_cursor, "showed its cursor" },
	{ move_cursor, "moved its cursor" },
	{ draw_a_line, "drew, and flipped not" },
	{ flip, "flipped" },
	{ hide_cursor, "hid its cursor" },
	{ hide_desktop, "turned its plane off" },
};

static int pause_frames(struct guest *g)
{
	__u32 first, frame;
	int ret = vgpu_pipe_frames(&g->v, 0, &first);

	for (frame = first; !ret && frame - first < PAUSE; ) {
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
		ret = steps[i].take(g);
		printf("guest: %s\n", ret ? strerror(-ret) : steps[i].what);
		if (!ret)
			ret = pause_frames(g);
	}
	return NULL;
}

static int make_pictures(struct guest *g)
{
	__u32 argb[CURSOR * CURSOR];
	int y, hot, ret;

	g->desktop.px = calloc(WIDTH * HEIGHT, sizeof(*g->desktop.px));
	if (!g->desktop.px)
		return -ENOMEM;
	g->desktop.width = WIDTH;
	g->desktop.height = HEIGHT;
	ret = vgpu_surface_init(&g->v, &g->front, WIDTH, HEIGHT,
				DRM_FORMAT_XRGB8888, I915_FORMAT_MOD_X_TILED);
	if (!ret)
		ret = vgpu_surface_init(&g->v, &g->back, WIDTH, HEIGHT,
					DRM_FORMAT_XRGB8888,
					I915_FORMAT_MOD_X_TILED);
	if (!ret)
		ret = vgpu_surface_init(&g->v, &g->cursor, CURSOR, CURSOR,
					DRM_FORMAT_ARGB8888,
					DRM_FORMAT_MOD_LINEAR);
	if (ret)
		return ret;
	desktop_draw(&g->desktop);
	put_picture(g, &g->front, 0, HEIGHT);
	desktop_draw_cursor(argb, CURSOR, &hot);
	for (y = 0; y < CURSOR; y++)
		vgpu_put_line(&g->cursor, vgpu_surface_bytes(&g->v, &g->cursor),
			      y, argb + y * CURSOR);
	return 0;
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
		free(g->desktop.px);
		vgpu_close(&g->v);
	}
	return ret;
}

void guest_end(struct guest *g)
{
	pthread_join(g->thread, NULL);
	free(g->desktop.px);
	vgpu_close(&g->v);
}
