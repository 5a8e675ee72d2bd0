// SPDX-License-Identifier: GPL-2.0
/*
 * gvt-hold STATE: play a guest whose screen is in that state, say so in a line, and
 * stay until standard input ends. For tests of gvt-dmabuf-report on Skylake and later;
 * VGPU_UUID names the vGPU.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vgpu.h"
#include "vgpu_regs.h"

#define WIDTH		1024
#define HEIGHT		768
#define VIDEO		64
#define RAM_SIZE	(16u << 20)

/* Bits of PLANE_CTL, which no test of the kselftest needs by name */
#define ROTATE_180	2u
#define COMPRESSED	0x8000u
#define NV12		SKL_FORMAT(1)
#define ANY_FORMAT	SKL_FORMAT(15)

static const struct state {
	const char *name;
	__u64 modifier;		/* of the desktop */
	__u32 clear, set;	/* bits of its PLANE_CTL */
	bool no_driver;		/* no pipe is on */
	bool screen_off, scaled_video, exported;
} states[] = {
	{ .name = "no-driver", .no_driver = true },
	{ .name = "screen-off", .screen_off = true },
	{ .name = "rotated", .set = ROTATE_180 },
	{ .name = "compressed", .modifier = I915_FORMAT_MOD_Y_TILED,
	  .set = COMPRESSED },
	{ .name = "nv12", .clear = ANY_FORMAT, .set = NV12 },
	{ .name = "scaled-video", .scaled_video = true, .exported = true },
	{ .name = "not-exported" },
	{ .name = "exported", .exported = true },
	{ .name = "tiled", .modifier = I915_FORMAT_MOD_X_TILED,
	  .exported = true },
};

static const struct state *find_state(const char *name)
{
	size_t i;

	for (i = 0; name && i < ARRAY_SIZE(states); i++)
		if (!strcmp(states[i].name, name))
			return &states[i];
	return NULL;
}

/* A video on plane 2, which a scaler enlarges */
static int show_scaled_video(struct vgpu *v)
{
	struct vgpu_surface s;
	int ret;

	ret = vgpu_surface_init(v, &s, VIDEO, VIDEO, DRM_FORMAT_XRGB8888,
				DRM_FORMAT_MOD_LINEAR);
	if (!ret)
		ret = vgpu_overlay_show(v, 0, &s);
	if (!ret)
		ret = vgpu_write32(v, PS_CTRL, PS_ENABLE | PS_BINDING(2));
	if (!ret)
		ret = vgpu_write32(v, PS_WIN_SZ, WIDTH << 16 | HEIGHT);
	return ret;
}

/* The dma-buf stays open until this process ends. */
static int export_desktop(struct vgpu *v)
{
	struct vfio_device_gfx_plane_info info;
	int ret;

	ret = vgpu_query(v, VGPU_PRIMARY, &info);
	if (!ret)
		ret = vgpu_get_dmabuf(v, info.dmabuf_id);
	return ret < 0 ? ret : 0;
}

static int enter(struct vgpu *v, const struct state *state)
{
	struct vgpu_surface s;
	int ret;

	if (state->no_driver)
		return 0;
	ret = vgpu_surface_init(v, &s, WIDTH, HEIGHT, DRM_FORMAT_XRGB8888,
				state->modifier);
	if (!ret)
		ret = vgpu_pipe_on(v, 0, WIDTH, HEIGHT);
	if (!ret)
		ret = vgpu_primary_show(v, 0, &s);
	if (!ret && state->set)
		ret = vgpu_primary_ctl(v, 0, state->clear, state->set);
	if (!ret && state->screen_off)
		ret = vgpu_primary_hide(v, 0);
	if (!ret && state->scaled_video)
		ret = show_scaled_video(v);
	if (!ret)
		ret = vgpu_wait_vblank(v, 0);
	if (!ret && state->exported)
		ret = export_desktop(v);
	return ret;
}

int main(int argc, char **argv)
{
	const struct state *state = find_state(argc == 2 ? argv[1] : NULL);
	char why[200];
	struct vgpu v;
	int ret;

	if (!state) {
		fprintf(stderr, "gvt-hold: no such state; see gvt-hold.c\n");
		return 1;
	}
	ret = vgpu_open(&v, getenv("VGPU_UUID"), RAM_SIZE);
	if (ret) {
		fprintf(stderr, "gvt-hold: %s\n",
			vgpu_explain(&v, ret, why, sizeof(why)));
		return 1;
	}
	ret = enter(&v, state);
	if (ret) {
		fprintf(stderr, "gvt-hold: %s: %s\n", state->name,
			strerror(-ret));
		vgpu_close(&v);
		return 1;
	}
	puts(state->name);
	fflush(stdout);
	while (getchar() != EOF)
		;
	vgpu_close(&v);
	return 0;
}
