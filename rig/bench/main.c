// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gvt-bench QUERIES [GROUP]: measure everything once, or one group of figures,
 * on the vGPUs that VGPU_UUIDS names.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

static void open_vgpu(struct bench *b)
{
	char why[256];
	int err;

	err = vgpu_open(&b->v, getenv("VGPU_UUID"), RAM_SIZE);
	if (err) {
		fprintf(stderr, "gvt-bench: %s\n",
			vgpu_explain(&b->v, err, why, sizeof(why)));
		exit(1);
	}
	solid_ram(&b->v);
	must(vgpu_pipe_on(&b->v, 0, 1920, 1080), "turning the pipe on");
}

/* Stock may crash if it is closed while objects are freed behind its back. */
static void close_vgpu(struct bench *b)
{
	usleep(100000);
	vgpu_close(&b->v);
}

void reopen(struct bench *b)
{
	close_vgpu(b);
	open_vgpu(b);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(struct bench *b);
	} groups[] = {
		/* First, because the others leave surfaces behind. */
		{ "ggtt", bench_ggtt },
		{ "query", bench_query },
		{ "get", bench_get },
		{ "import", bench_import },
		{ "memory", bench_memory },
		{ "unfetched", bench_unfetched },
		{ "read", bench_read },
		{ "event", bench_event },
		{ "glyphs", bench_glyphs },
		{ "request", bench_request },
		{ "lifecycle", bench_lifecycle },
		{ "viewers", bench_viewers },
	};
	struct bench b = { };
	size_t i;

	if (argc < 2) {
		fprintf(stderr, "gvt-bench: how many queries nobody fetches?\n");
		return 2;
	}
	b.queries = atoi(argv[1]);

	b.drm = must(vgpu_drm_open(), "opening i915");
	for (i = 0; i < ARRAY_SIZE(groups); i++) {
		if (argc > 2 && strcmp(argv[2], groups[i].name))
			continue;
		/* Viewers open vGPUs of their own, the first one too. */
		if (groups[i].run != bench_viewers)
			open_vgpu(&b);
		groups[i].run(&b);
		if (groups[i].run != bench_viewers)
			close_vgpu(&b);
	}
	return 0;
}
