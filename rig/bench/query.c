// SPDX-License-Identifier: GPL-2.0-or-later
/* Asking what a plane shows, and opening it. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <drm/drm.h>

#include "bench.h"

#define CALLS		2000
#define MANY		256	/* surfaces, of a page each */
#define MANY_WIDTH	32
#define MANY_HEIGHT	32
#define GETS		64

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

static void flip(struct bench *b, unsigned int call)
{
	must(vgpu_primary_flip(&b->v, 0, b->screens[call % b->num_screens].gma),
	     "flipping");
}

static void flip_and_query(struct bench *b, unsigned int call)
{
	flip(b, call);
	query(b, call);
}

void bench_query(struct bench *b)
{
	struct vgpu_mark mark = vgpu_mark(&b->v);
	struct vgpu_surface screens[MANY];
	unsigned int flips[] = { 2, 3, 8 }, i;
	int fds[MANY];
	char name[32];

	for (i = 0; i < MANY; i++)
		make_screen(&b->v, &screens[i], MANY_WIDTH, MANY_HEIGHT);
	b->screens = screens;

	fds[0] = export_screen(&b->v, &screens[0]);
	b->num_screens = 1;
	measure("get_info", CALLS, get_info, b);
	measure("flip_async", CALLS, flip, b);
	must(vgpu_primary_ctl(&b->v, 0, VGPU_ASYNC_FLIP, 0), "waiting for vblanks");
	measure("flip", CALLS, flip, b);
	must(vgpu_primary_ctl(&b->v, 0, 0, VGPU_ASYNC_FLIP), "flipping at once");
	measure("query_1", CALLS, query, b);
	for (i = 1; i < 8; i++)
		fds[i] = export_screen(&b->v, &screens[i]);
	for (i = 0; i < ARRAY_SIZE(flips); i++) {
		b->num_screens = flips[i];
		snprintf(name, sizeof(name), "query_flip_%u", flips[i]);
		measure(name, CALLS, flip_and_query, b);
	}
	for (i = 8; i < MANY; i++)
		fds[i] = export_screen(&b->v, &screens[i]);
	measure("query_256", CALLS, query, b);

	for (i = 0; i < MANY; i++)
		close(fds[i]);
	vgpu_release(&b->v, mark);
}

/* GET alone: the fds are closed where nobody counts. */
static void measure_get(struct bench *b, const char *name, unsigned int width,
			unsigned int height)
{
	struct vgpu_mark mark = vgpu_mark(&b->v);
	double values[RUNS];
	struct vgpu_surface s;
	int fds[GETS], i, get;
	__u64 start;
	__u32 id;

	make_screen(&b->v, &s, width, height);
	/* One stays open, as with a viewer that asks again. */
	fds[0] = export_screen(&b->v, &s);
	id = show(&b->v, &s);
	for (i = -1; i < RUNS; i++) {
		start = now();
		for (get = 1; get < GETS; get++)
			fds[get] = must(vgpu_get_dmabuf(&b->v, id), "GET");
		if (i >= 0)
			values[i] = (double)(now() - start) / (GETS - 1);
		for (get = 1; get < GETS; get++)
			close(fds[get]);
		/* The kernel frees objects behind our back. */
		usleep(100000);
	}
	close(fds[0]);
	figure(name, values);
	vgpu_release(&b->v, mark);
}

/*
 * What GET cannot do without: an object of i915 that is there, without pages, is
 * opened as a dma-buf for the first time.
 */
static void measure_prime(struct bench *b)
{
	struct drm_prime_handle prime[GETS];
	double values[RUNS];
	__u64 start;
	int i, n;

	for (i = -1; i < RUNS; i++) {
		for (n = 0; n < GETS; n++) {
			prime[n] = (struct drm_prime_handle){
				.handle = make_object(b->drm),
				.flags = DRM_CLOEXEC,
			};
		}
		start = now();
		for (n = 0; n < GETS; n++)
			must(vgpu_ioctl(b->drm, DRM_IOCTL_PRIME_HANDLE_TO_FD,
					&prime[n]), "opening an object");
		if (i >= 0)
			values[i] = (double)(now() - start) / GETS;
		for (n = 0; n < GETS; n++) {
			close(prime[n].fd);
			vgpu_drm_close_handle(b->drm, prime[n].handle);
		}
		usleep(100000);
	}
	figure("get_floor", values);
}

void bench_get(struct bench *b)
{
	measure_prime(b);
	measure_get(b, "get_1080p", 1920, 1080);
	measure_get(b, "get_4k", WIDTH_4K, HEIGHT_4K);
}
