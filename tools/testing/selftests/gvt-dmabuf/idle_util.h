/* SPDX-License-Identifier: GPL-2.0 */
/* An idle vGPU with its pipe on, and a trace of the host's vblank timers */
#ifndef GVT_DMABUF_IDLE_UTIL_H
#define GVT_DMABUF_IDLE_UTIL_H

#include <sys/eventfd.h>

#include "clock_util.h"
#include "event_util.h"
#include "test_util.h"
#include "trace_util.h"
#include "vgpu_regs.h"

#define IDLE_WIDTH	1024
#define IDLE_HEIGHT	768
#define IDLE_HZ		60
#define IDLE_ROUNDS	8
/* Offset between rounds, so that each starts at a different scanline */
#define IDLE_STEP_US	7700
#define IDLE_PAUSE_US	500000	/* 30 frames */

/**
 * struct idle - a vGPU that displays a surface and has no interrupt unmasked
 * @v: the vGPU
 * @s: the surface displayed, and another one
 * @tracing: tracefs instance that records the host's timers
 * @msi: eventfd of the vGPU's MSI
 */
struct idle {
	struct vgpu v;
	struct vgpu_surface s[2];
	char tracing[64];
	int msi;
};

/*
 * The number of expiries of vblank timers since the last call, or a negative
 * errno. The trace does not tell vGPUs apart, so no other vGPU may be in use.
 */
static inline int idle_expiries(struct idle *d)
{
	return trace_count(d->tracing, "function=vblank_timer_fn");
}

/* Wait until pending work is done and a timer about to stop has stopped. */
static inline bool idle_settles(struct idle *d)
{
	return refreshes_pass(&d->v, 4) && idle_expiries(d) >= 0;
}

/* The number of expiries in 30 frames of an idle guest, or a negative errno */
static inline int idle_pause(struct idle *d)
{
	if (!idle_settles(d))
		return -ETIME;
	usleep(IDLE_PAUSE_US);
	return idle_expiries(d);
}

static inline int idle_mask_vblanks(struct idle *d)
{
	int ret = vgpu_write32(&d->v, DE_PIPE_IMR(0), ~0u);

	ret = ret ? ret : vgpu_vblank_irq_ack(&d->v, 0);
	signals(d->msi);
	return ret;
}

/* Write only IMR: a write of IER or the master control delivers pending interrupts. */
static inline int idle_unmask_vblanks(struct idle *d)
{
	return vgpu_write32(&d->v, DE_PIPE_IMR(0), ~DE_PIPE_VBLANK);
}

/* Skip and return false without a vGPU or tracefs; the caller returns. */
static inline bool idle_open(struct __test_metadata *_metadata, struct idle *d)
{
	if (!test_open_vgpu(_metadata, &d->v))
		return false;
	if (trace_init(d->tracing, sizeof(d->tracing))) {
		vgpu_close(&d->v);
		SKIP(return false, NO_TRACEFS);
	}
	return true;
}

static inline void idle_begin(struct __test_metadata *_metadata, struct idle *d)
{
	int i;

	d->msi = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	ASSERT_LE(0, d->msi);
	ASSERT_EQ(0, vgpu_msi_on(&d->v, d->msi));
	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, vgpu_write32(&d->v, DE_PIPE_IMR(i), ~0u));
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, test_make(&d->v, &d->s[i], DRM_FORMAT_XRGB8888,
				       DRM_FORMAT_MOD_LINEAR, i));
	ASSERT_EQ(0, vgpu_primary_show(&d->v, 0, &d->s[0]));
	ASSERT_EQ(0, vgpu_pipe_on(&d->v, 0, IDLE_WIDTH, IDLE_HEIGHT));
	/* Check that idle_expiries() does count. */
	ASSERT_EQ(0, trace_on(d->tracing, "timer/hrtimer_expire_entry"));
	ASSERT_EQ(0, vgpu_vblank_irq_on(&d->v, 0));
	ASSERT_LE(1, signals_within(d->msi, CLOCK_MANY_MS));
	ASSERT_LE(1, idle_expiries(d));
	ASSERT_EQ(0, idle_mask_vblanks(d));
	ASSERT_TRUE(idle_settles(d));
}

static inline void idle_end(struct idle *d)
{
	close(d->msi);
	test_close(&d->v);
	rmdir(d->tracing);
}

#endif /* GVT_DMABUF_IDLE_UTIL_H */
