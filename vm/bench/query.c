// SPDX-License-Identifier: GPL-2.0-or-later
/* Asking what a plane shows. */
#include "bench.h"

#define CALLS	2000

static void get_info(struct bench *b, unsigned int call)
{
	struct vfio_device_info info = { .argsz = sizeof(info) };

	(void)call;
	must(vgpu_ioctl(b->v.device, VFIO_DEVICE_GET_INFO, &info), "GET_INFO");
}

static void query(struct bench *b, unsigned int call)
{
	struct vfio_device_gfx_plane_info info;

	(void)call;
	must(vgpu_query(&b->v, VGPU_PRIMARY, &info), "QUERY");
}

void bench_query(struct bench *b)
{
	struct vgpu_mark mark = vgpu_mark(&b->v);
	struct vgpu_surface s;

	must(vgpu_surface_init(&b->v, &s, 1920, 1080, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR), "making a surface");
	must(vgpu_primary_show(&b->v, 0, &s), "showing a surface");
	measure("get_info", CALLS, get_info, b);
	measure("query_1", CALLS, query, b);
	vgpu_release(&b->v, mark);
}
