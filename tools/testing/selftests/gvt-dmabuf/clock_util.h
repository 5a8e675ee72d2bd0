/* SPDX-License-Identifier: GPL-2.0 */
/* For tests that do something in a certain frame of a vGPU's display */
#ifndef GVT_DMABUF_CLOCK_UTIL_H
#define GVT_DMABUF_CLOCK_UTIL_H

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "vgpu.h"

#define CLOCK_MANY_MS	1000	/* dozens of frames */

static inline int64_t clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000ll + t.tv_nsec / 1000000;
}

/* With a priority that leaves the threads of the kernel no time on this CPU */
static inline int clock_hurry(void)
{
	const struct sched_param p = { .sched_priority = 1 };

	return sched_setscheduler(0, SCHED_FIFO, &p);
}

/* Wait for the end of the frame without a pause. */
static inline bool clock_frame_ends(struct vgpu *v, int pipe)
{
	const int64_t until = clock_ms() + CLOCK_MANY_MS;
	uint32_t first, now;

	if (vgpu_pipe_frames(v, pipe, &first))
		return false;
	do {
		if (vgpu_pipe_frames(v, pipe, &now))
			return false;
	} while (now == first && clock_ms() < until);
	return now != first;
}

#endif /* GVT_DMABUF_CLOCK_UTIL_H */
