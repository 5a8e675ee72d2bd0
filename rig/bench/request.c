// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a request of the guest takes, from its write to the engine's submission
 * port to the empty ring, with nothing exported and with what its own vGPU and
 * another one have. The host works on it in a thread of its own.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

#define REQUESTS	120	/* a value is the middle one of them */
#define EXPORTS		256	/* of each vGPU, of a page each */
#define SIDE		32	/* pixels */
#define OTHER_RAM	(4u << 20)

/* Each in turn: the next is written when the one before has ended. */
static void requests(struct bench *b, double *samples)
{
	static const __u32 nothing[2];
	struct vgpu_mark mark = vgpu_mark(&b->v);
	struct vgpu_ring ring;
	__u64 start;
	int i, n;

	busy_start();
	for (i = -1; i < RUNS; i++) {
		/* A ring is of a page, and is not begun again. */
		must(vgpu_ring_init(&b->v, &ring), "making a ring");
		for (n = 0; n < REQUESTS; n++) {
			start = instructions();
			must(vgpu_ring_submit(&b->v, &ring, nothing,
					      ARRAY_SIZE(nothing)),
			     "executing commands");
			if (i >= 0)
				samples[i * REQUESTS + n] = instructions() -
							    start;
		}
		vgpu_release(&b->v, mark);
	}
	busy_stop();
}

static void export_many(struct vgpu *v, int *fds)
{
	struct vgpu_surface s;
	int i;

	for (i = 0; i < EXPORTS; i++) {
		make_screen(v, &s, SIDE, SIDE);
		fds[i] = export_screen(v, &s);
	}
}

static void close_many(const int *fds)
{
	int i;

	for (i = 0; i < EXPORTS; i++)
		close(fds[i]);
}

/* The second of the vGPUs that there are */
static void open_other(struct vgpu *v)
{
	char uuids[512], *uuid;

	snprintf(uuids, sizeof(uuids), "%s", getenv("VGPU_UUIDS"));
	strtok(uuids, " ");
	uuid = strtok(NULL, " ");
	must(uuid ? vgpu_open(v, uuid, OTHER_RAM) : -19, "opening another vGPU");
	must(vgpu_pipe_on(v, 0, 1920, 1080), "turning its pipe on");
}

void bench_request(struct bench *b)
{
	struct vgpu_mark mark = vgpu_mark(&b->v);
	int fds[EXPORTS], others[EXPORTS];
	double samples[RUNS * REQUESTS];
	struct vgpu other;

	open_other(&other);
	requests(b, samples);
	figure_of_frames("request", samples, REQUESTS);

	export_many(&b->v, fds);
	export_many(&other, others);
	requests(b, samples);
	figure_of_frames("request_exported", samples, REQUESTS);

	close_many(fds);
	close_many(others);
	usleep(100000);		/* for stock to free what was closed */
	vgpu_close(&other);
	vgpu_release(&b->v, mark);
}
