// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory that the kernel keeps for exports, and for queries without one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

/* Exports that are measured, where each is big and where each is small */
#define FEW		96
#define MANY		768	/* a page more or less is 5 bytes of each */
#define WARM_UP		3	/* rounds until no cache grows any more */
#define SETTLE		200000

/*
 * i915 gets the pages of an object as a scatterlist, here and nowhere else:
 * struct sg_table has the number of its entries behind one pointer.
 */
#define PROBE		"gvt_pages"
#define PROBE_AT	"__i915_gem_object_set_pages entries=+8(%si):u32"

/* Entries of the table of the object that got its pages last */
static double last_entries(void)
{
	FILE *f = trace_open();
	char line[256], *at;
	double entries = -1;

	while (fgets(line, sizeof(line), f)) {
		at = strstr(line, " entries=");
		if (at)
			entries = atoi(at + strlen(" entries="));
	}
	fclose(f);
	return entries;
}

/* Export, import, and have the pages found: a read does, on any kernel. */
static __u32 hold(struct bench *b, const struct vgpu_surface *s, int *fd)
{
	__u32 handle;
	__u64 word;

	*fd = export_screen(&b->v, s);
	must(vgpu_drm_import(b->drm, *fd, &handle), "importing");
	must(vgpu_drm_pread(b->drm, handle, 0, &word, sizeof(word)),
	     "reading");
	return handle;
}

static void let_go(struct bench *b, __u32 handle, int fd)
{
	vgpu_drm_close_handle(b->drm, handle);
	close(fd);
}

static void measure_exports(struct bench *b, const char *entries,
			    const char *bytes, const struct vgpu_surface *s,
			    enum layout layout, int exports)
{
	double count[RUNS], size[RUNS];
	__u32 handles[MANY];
	int fds[MANY], i, n;
	long long before;

	lay_out(&b->v, s, layout);
	for (i = -WARM_UP; i < RUNS; i++) {
		trace_start(PROBE, PROBE_AT);
		handles[0] = hold(b, s, &fds[0]);
		trace_stop(PROBE);
		if (i >= 0)
			count[i] = last_entries();
		trace_forget(PROBE);
		let_go(b, handles[0], fds[0]);
		usleep(SETTLE);

		before = memory_in_use();
		for (n = 0; n < exports; n++)
			handles[n] = hold(b, s, &fds[n]);
		if (i >= 0)
			size[i] = (double)(memory_in_use() - before) /
				  exports;
		for (n = 0; n < exports; n++)
			let_go(b, handles[n], fds[n]);
		usleep(SETTLE);
	}
	figure(entries, count);
	figure(bytes, size);
}

/*
 * Every picture is another one: another address, or another width. They are of
 * two lines, so that the host spends its time on remembering them.
 */
static void query_many(struct vgpu *v, const struct vgpu_surface *big,
		       unsigned int count)
{
	const unsigned int places = big->size / VGPU_PAGE - 8;
	struct vfio_device_gfx_plane_info info;
	struct vgpu_surface s = *big;
	unsigned int i;

	s.height = 2;
	for (i = 0; i < count; i++) {
		if (i % places == 0) {
			s.width = 64 + i / places;
			must(vgpu_primary_show(v, 0, &s), "showing a surface");
		}
		must(vgpu_primary_flip(v, 0, s.gma + i % places * VGPU_PAGE),
		     "flipping");
		must(vgpu_query(v, VGPU_PRIMARY, &info), "QUERY");
	}
}

/* On a vGPU that was just opened each time: closing it ends what is known. */
void bench_unfetched(struct bench *b)
{
	double values[RUNS], each[RUNS];
	struct vgpu_surface s;
	long long before;
	int i;

	for (i = -1; i < RUNS; i++) {
		make_screen(&b->v, &s, WIDTH_4K, HEIGHT_4K);
		show(&b->v, &s);
		before = memory_in_use();
		query_many(&b->v, &s, b->queries);
		if (i >= 0) {
			values[i] = (double)(memory_in_use() - before);
			each[i] = values[i] / b->queries;
		}
		reopen(b);
	}
	figure("unfetched_memory", values);
	figure("unfetched_each", each);
}

void bench_memory(struct bench *b)
{
	struct vgpu_mark mark = vgpu_mark(&b->v);
	struct vgpu_surface s;

	make_screen(&b->v, &s, WIDTH_4K, HEIGHT_4K);
	measure_exports(b, "entries_4k", "bytes_4k", &s, CONTIGUOUS,
			MANY);
	measure_exports(b, "entries_4k_64k", "bytes_4k_64k", &s, CHUNKS_64K,
			FEW);
	measure_exports(b, "entries_4k_scattered", "bytes_4k_scattered", &s,
			SCATTERED, FEW);
	vgpu_release(&b->v, mark);
}
