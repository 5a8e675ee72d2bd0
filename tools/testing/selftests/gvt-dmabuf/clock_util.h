/* SPDX-License-Identifier: GPL-2.0 */
/* Timing of a test relative to the frames of a pipe */
#ifndef GVT_DMABUF_CLOCK_UTIL_H
#define GVT_DMABUF_CLOCK_UTIL_H

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

#include "time_util.h"
#include "vgpu.h"
#include "vgpu_regs.h"

#define CLOCK_MANY_MS	1000	/* dozens of frames */

/* Run as SCHED_FIFO: normal kernel threads on this CPU do not run meanwhile. */
static inline int clock_hurry(void)
{
	const struct sched_param p = { .sched_priority = 1 };

	return sched_setscheduler(0, SCHED_FIFO, &p);
}

/* Busy-poll a register until it changes; false on timeout. */
static inline bool clock_reg_changes(struct vgpu *v, uint32_t reg)
{
	const int64_t until = time_ms() + CLOCK_MANY_MS;
	uint32_t first, now;

	if (vgpu_read32(v, reg, &first))
		return false;
	do {
		if (vgpu_read32(v, reg, &now))
			return false;
	} while (now == first && time_ms() < until);
	return now != first;
}

/* Wait until the frame counter changes; false on timeout. */
static inline bool clock_frame_ends(struct vgpu *v, int pipe)
{
	return clock_reg_changes(v, PIPE_REG(PIPE_FRMCNT, pipe));
}

#endif /* GVT_DMABUF_CLOCK_UTIL_H */
