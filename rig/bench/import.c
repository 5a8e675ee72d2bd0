// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Importing a picture for the GPU, as a viewer that draws with it does: the
 * first use finds the pages and maps them, the last close lets them go.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <drm/i915_drm.h>

#include "bench.h"
#include "vgpu_commands.h"

/*
 * In microseconds of the guest: i915 looks once a second which requests have
 * ended, and they hold what they used; and workers free what nobody holds.
 */
#define RETIRE	2500000
#define SETTLE	80000

static __u32 make_batch(int drm)
{
	const __u32 commands[] = { MI_BATCH_BUFFER_END, 0 };
	struct drm_i915_gem_pwrite pwrite = {
		.handle = make_object(drm),
		.size = sizeof(commands),
		.data_ptr = (unsigned long)commands,
	};

	must(vgpu_ioctl(drm, DRM_IOCTL_I915_GEM_PWRITE, &pwrite),
	     "writing a batch");
	return pwrite.handle;
}

/* One import is too short to be measured beside timer ticks: 24 of 4K */
#define PAGES		194400
#define MAX_IMPORTS	96

/* One who draws with the pictures */
struct viewer {
	int drm;
	__u32 batch;
	__u32 handles[MAX_IMPORTS];
};

/*
 * Have the GPU use @count pictures, and do nothing with them. In one request: it
 * interrupts when it is done, and how many of several are done by then is up to
 * the host on which the model runs.
 */
static void use_all(const struct viewer *v, int count)
{
	struct drm_i915_gem_exec_object2 objects[MAX_IMPORTS + 1] = { };
	struct drm_i915_gem_execbuffer2 exec = {
		.buffers_ptr = (unsigned long)objects,
		.buffer_count = count + 1,
		.batch_len = 8,
		.flags = I915_EXEC_BLT | I915_EXEC_NO_RELOC,
	};
	int n;

	for (n = 0; n <= count; n++) {
		objects[n].handle = n < count ? v->handles[n] : v->batch;
		objects[n].flags = EXEC_OBJECT_SUPPORTS_48B_ADDRESS;
	}
	must(vgpu_ioctl(v->drm, DRM_IOCTL_I915_GEM_EXECBUFFER2, &exec),
	     "using all pictures");
}

static void wait_for(int drm, __u32 handle)
{
	struct drm_i915_gem_wait wait = {
		.bo_handle = handle,
		.timeout_ns = -1,
	};

	must(vgpu_ioctl(drm, DRM_IOCTL_I915_GEM_WAIT, &wait),
	     "waiting for the GPU");
}

/* Import all of @fds, have the GPU use them, and answer what that took. */
static __u64 import_all(struct viewer *v, const int *fds, int count)
{
	__u64 start = now(), took;
	int n;

	for (n = 0; n < count; n++)
		must(vgpu_drm_import(v->drm, fds[n], &v->handles[n]),
		     "importing");
	use_all(v, count);
	took = now() - start;
	wait_for(v->drm, v->batch);
	usleep(RETIRE);
	return took;
}

static void close_all(struct viewer *v, int count)
{
	int n;

	for (n = 0; n < count; n++)
		vgpu_drm_close_handle(v->drm, v->handles[n]);
}

/*
 * All for each page of the picture. A second viewer needs no pages any more: what
 * it takes is i915's, whatever it is that is imported.
 */
static void measure_import(struct bench *b, const char *name,
			   const struct vgpu_surface *s, enum layout layout,
			   double *in)
{
	const int count = PAGES * VGPU_PAGE / s->size;
	const double pages = (double)count * s->size / VGPU_PAGE;
	struct viewer first = { .drm = b->drm }, second;
	double again[LEAST_SAMPLES], out[LEAST_SAMPLES];
	double took, took_again, released;
	int fds[MAX_IMPORTS], i, n;
	char figure_name[32];
	__u64 start;

	first.batch = make_batch(first.drm);
	second.drm = must(vgpu_drm_open(), "opening i915 again");
	second.batch = make_batch(second.drm);
	lay_out(&b->v, s, layout);
	for (i = -1; i < LEAST_SAMPLES; i++) {
		for (n = 0; n < count; n++)
			fds[n] = export_screen(&b->v, s);
		took = import_all(&first, fds, count) / pages;
		took_again = import_all(&second, fds, count) / pages;
		close_all(&second, count);
		usleep(RETIRE);

		busy_start();
		start = instructions();
		close_all(&first, count);
		for (n = 0; n < count; n++)
			close(fds[n]);
		usleep(SETTLE);
		released = (instructions() - start) / pages;
		busy_stop();
		if (i < 0)
			continue;
		in[i] = took;
		again[i] = took_again;
		out[i] = released;
	}
	vgpu_drm_close_handle(first.drm, first.batch);
	close(second.drm);

	snprintf(figure_name, sizeof(figure_name), "import_%s", name);
	figure_of_least(figure_name, in, LEAST_OF);
	snprintf(figure_name, sizeof(figure_name), "again_%s", name);
	figure_of_least(figure_name, again, LEAST_OF);
	snprintf(figure_name, sizeof(figure_name), "release_%s", name);
	figure_of_least(figure_name, out, LEAST_OF);
}

void bench_import(struct bench *b)
{
	struct vgpu_mark mark = vgpu_mark(&b->v);
	double small[LEAST_SAMPLES], big[LEAST_SAMPLES], other[LEAST_SAMPLES];
	double growth[RUNS];
	struct vgpu_surface s;
	int i;

	make_screen(&b->v, &s, 1920, 1080);
	measure_import(b, "1080p", &s, CONTIGUOUS, small);
	vgpu_release(&b->v, mark);

	make_screen(&b->v, &s, WIDTH_4K, HEIGHT_4K);
	measure_import(b, "4k", &s, CONTIGUOUS, big);
	/* Of what the two figures are, whose spreads a quotient of samples would add */
	for (i = 0; i < RUNS; i++)
		growth[i] = least(&big[i], LEAST_OF, RUNS) /
			    least(&small[i], LEAST_OF, RUNS);
	figure("import_growth", growth);
	measure_import(b, "4k_64k", &s, CHUNKS_64K, other);
	measure_import(b, "4k_scattered", &s, SCATTERED, other);
	vgpu_release(&b->v, mark);
}
