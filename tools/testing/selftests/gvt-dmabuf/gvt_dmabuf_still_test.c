// SPDX-License-Identifier: GPL-2.0
/*
 * Pixels are scanned only after something has run that may have drawn them: a CPU
 * of the guest, or its GPU.
 */
#include <stdio.h>
#include <sys/eventfd.h>

#include "event_test_util.h"
#include "trace_util.h"
#include "vcpu_util.h"
#include "vgpu_commands.h"

#define WIDTH		1024
#define HEIGHT		768
#define CPUS		2
#define ROUNDS		40
/* All pages are scanned in five refreshes, six times as many on a busy machine. */
#define FOUND_MS	500
#define MANY		60	/* refreshes */

/* @cpus: that halt, the first of which draws */
FIXTURE(still) {
	struct vgpu v;
	struct vgpu_event e;
	struct vgpu_surface s, back;
	struct vcpu cpus[CPUS];
	struct vgpu_ring ring;
	char tracing[64];
	int fd;
};

FIXTURE_SETUP(still)
{
	int i;

	if (!test_open_event(_metadata, &self->v, TEST_RAM, &self->e))
		return;
	if (trace_init(self->tracing, sizeof(self->tracing))) {
		vgpu_close(&self->v);
		SKIP(return, NO_TRACEFS);
	}
	for (i = 0; i < CPUS; i++)
		ASSERT_EQ(0, vcpu_open(&self->v, &self->cpus[i], i));
	ASSERT_EQ(0, vgpu_surface_init(&self->v, &self->s, WIDTH, HEIGHT,
				       DRM_FORMAT_XRGB8888,
				       DRM_FORMAT_MOD_LINEAR));
	ASSERT_EQ(0, vgpu_surface_init(&self->v, &self->back, WIDTH, HEIGHT,
				       DRM_FORMAT_XRGB8888,
				       DRM_FORMAT_MOD_LINEAR));
	ASSERT_EQ(0, vgpu_ring_init(&self->v, &self->ring));
	ASSERT_EQ(0, vgpu_primary_show(&self->v, 0, &self->s));
	ASSERT_EQ(0, vgpu_pipe_on(&self->v, 0, WIDTH, HEIGHT));
	ASSERT_EQ(0, trace_on(self->tracing, "gvt/gvt_frontbuffer_scan"));
	self->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, vgpu_event_arm(&self->v, &self->e, VGPU_PRIMARY, self->fd));
}

FIXTURE_TEARDOWN(still)
{
	int i;

	close(self->fd);
	for (i = 0; i < CPUS; i++)
		vcpu_close(&self->cpus[i]);
	test_close(&self->v);
	rmdir(self->tracing);
}

static int scans(struct _test_data_still *self)
{
	return trace_count(self->tracing, "gvt_frontbuffer_scan:");
}

/* Wait until nothing is left to be scanned. */
static bool is_still(struct _test_data_still *self)
{
	int tries;

	for (tries = 0; tries < 20; tries++) {
		if (!refreshes_pass(&self->v, 10))
			return false;
		if (!scans(self)) {
			signals(self->fd);
			return true;
		}
	}
	return false;
}

static int store_by_gpu(struct _test_data_still *self, uint64_t gma,
			uint32_t value)
{
	const uint32_t store[] = { MI_STORE_TO_GGTT, gma, 0, value };

	return vgpu_ring_submit(&self->v, &self->ring, store, ARRAY_SIZE(store));
}

static int draw(struct _test_data_still *self, uint32_t offset, uint32_t value)
{
	return vcpu_store(&self->v, &self->cpus[0], self->s.gpa + offset, value);
}

TEST_F(still, halted_cpus_are_not_scanned_for)
{
	ASSERT_EQ(0, draw(self, 0, 1));
	ASSERT_TRUE(is_still(self));
	ASSERT_TRUE(refreshes_pass(&self->v, MANY));
	EXPECT_EQ(0, scans(self));
	EXPECT_EQ(0, signals(self->fd));
}

TEST_F(still, what_a_cpu_draws_is_signalled)
{
	const uint32_t pages = self->s.size / VGPU_PAGE;
	uint32_t i, offset;

	ASSERT_TRUE(is_still(self));
	for (i = 0; i < ROUNDS; i++) {
		offset = i * 37 % pages * VGPU_PAGE + i * 52 % VGPU_PAGE;
		ASSERT_EQ(0, draw(self, offset, i + 1));
		ASSERT_LE(1, signals_within(self->fd, FOUND_MS))
			TH_LOG("round %u, offset %u", i, offset);
		/* Each round begins at another place in its frame. */
		usleep(i * 1300 % 50000);
		if (i % 4 == 0)
			ASSERT_TRUE(is_still(self));
		signals(self->fd);
	}
}

/* If the last store was missed, undoing it later is not seen as a change. */
TEST_F(still, last_of_many_stores_is_found)
{
	uint32_t round, i, stores;

	for (round = 0; round < ROUNDS / 4; round++) {
		ASSERT_TRUE(is_still(self));
		stores = 100 + 7 * round;
		for (i = 1; i <= stores; i++)
			ASSERT_EQ(0, draw(self, VGPU_PAGE, i));
		ASSERT_LE(1, signals_within(self->fd, FOUND_MS));
		ASSERT_TRUE(is_still(self));
		ASSERT_EQ(0, draw(self, VGPU_PAGE, stores - 1));
		ASSERT_LE(1, signals_within(self->fd, FOUND_MS))
			TH_LOG("round %u", round);
	}
}

/* A scan that finds nothing while the GPU draws must not keep old checksums. */
TEST_F(still, undone_rendering_is_signalled)
{
	ASSERT_EQ(0, draw(self, 0, 1));
	ASSERT_TRUE(is_still(self));
	ASSERT_EQ(0, store_by_gpu(self, self->s.gma, 2));
	ASSERT_LE(1, next_signal(self->fd));
	ASSERT_TRUE(is_still(self));
	ASSERT_EQ(0, draw(self, 0, 1));
	EXPECT_LE(1, signals_within(self->fd, FOUND_MS));
}

/* What the GPU draws after an asynchronous flip is not part of the flip's signal. */
TEST_F(still, rendering_right_after_a_flip_is_signalled)
{
	const uint32_t nothing[] = { 0, 0 };
	uint32_t before, after, tries;

	for (tries = 0; tries < 20; tries++) {
		ASSERT_TRUE(is_still(self));
		ASSERT_EQ(0, vgpu_wait_vblank(&self->v, 0));
		ASSERT_EQ(0, vgpu_pipe_frames(&self->v, 0, &before));
		ASSERT_EQ(0, vgpu_primary_flip(&self->v, 0, self->s.gma));
		ASSERT_EQ(0, vgpu_ring_submit(&self->v, &self->ring, nothing,
					      ARRAY_SIZE(nothing)));
		ASSERT_EQ(0, vgpu_pipe_frames(&self->v, 0, &after));
		if (before == after)
			break;
	}
	ASSERT_NE(20, tries) TH_LOG("never within a frame");
	ASSERT_LE(1, signals(self->fd));
	/* It has settled after four refreshes, and no pixel differs. */
	EXPECT_LE(1, signals_within(self->fd, FOUND_MS));
}

TEST_F(still, drawn_while_masked_is_signalled)
{
	ASSERT_TRUE(is_still(self));
	ASSERT_EQ(0, vgpu_event_set(&self->v, &self->e, VFIO_IRQ_SET_DATA_NONE |
				    VFIO_IRQ_SET_ACTION_MASK, 0, self->e.count, NULL, 0));
	ASSERT_EQ(0, draw(self, self->s.size / 2, 1));
	ASSERT_TRUE(refreshes_pass(&self->v, 10));
	EXPECT_EQ(0, scans(self));
	EXPECT_EQ(0, signals(self->fd));
	ASSERT_EQ(0, vgpu_event_set(&self->v, &self->e, VFIO_IRQ_SET_DATA_NONE |
				    VFIO_IRQ_SET_ACTION_UNMASK, 0, self->e.count, NULL, 0));
	/* Once for the end of the mask, and once for what the scan finds */
	usleep(FOUND_MS * 1000);
	EXPECT_EQ(2, signals(self->fd));
	/* The baseline includes it, so it is not a change later. */
	ASSERT_TRUE(is_still(self));
	ASSERT_TRUE(refreshes_pass(&self->v, MANY));
	EXPECT_EQ(0, signals(self->fd));
}

/* Expiries of vblank timers since the last call */
static int expiries(struct _test_data_still *self)
{
	return trace_count(self->tracing, "function=vblank_timer_fn");
}

/* Wait until the timer has slowed down. */
static bool is_slow(struct _test_data_still *self)
{
	return is_still(self) && refreshes_pass(&self->v, 70) && expiries(self) >= 0;
}

TEST_F(still, timer_runs_at_half_the_rate)
{
	uint32_t first, last;
	int count;

	ASSERT_EQ(0, trace_on(self->tracing, "timer/hrtimer_expire_entry"));
	ASSERT_TRUE(is_slow(self));
	ASSERT_EQ(0, vgpu_pipe_frames(&self->v, 0, &first));
	usleep(1000000);
	count = expiries(self);
	ASSERT_EQ(0, vgpu_pipe_frames(&self->v, 0, &last));
	EXPECT_LE(1, count);
	EXPECT_GE((last - first) / 2 + 2, count);
	/* A store is signalled, and restores the rate. */
	ASSERT_EQ(0, draw(self, self->s.size / 3, 1));
	ASSERT_LE(1, signals_within(self->fd, FOUND_MS));
	expiries(self);
	usleep(500000);
	EXPECT_LE(20, expiries(self));
}

/* The vblank that the timer would have skipped */
TEST_F(still, flip_with_a_slow_timer_is_in_time)
{
	const struct vgpu_surface *shown[] = { &self->s, &self->back };
	uint32_t first, last;
	int i;

	for (i = 1; i <= 10; i++) {
		ASSERT_TRUE(is_slow(self));
		usleep(i * 3300);
		ASSERT_EQ(0, vgpu_pipe_frames(&self->v, 0, &first));
		ASSERT_EQ(0, vgpu_primary_flip(&self->v, 0, shown[i % 2]->gma));
		ASSERT_LE(1, next_signal(self->fd));
		ASSERT_EQ(0, vgpu_pipe_frames(&self->v, 0, &last));
		EXPECT_GE(2, last - first) TH_LOG("round %d", i);
	}
}

TEST_F(still, rendering_is_signalled_at_next_refresh)
{
	uint32_t first, last;
	int i;

	for (i = 1; i <= 10; i++) {
		ASSERT_TRUE(is_still(self));
		ASSERT_EQ(0, vgpu_pipe_frames(&self->v, 0, &first));
		ASSERT_EQ(0, store_by_gpu(self, self->s.gma, i));
		ASSERT_LE(1, next_signal(self->fd)) TH_LOG("round %d", i);
		ASSERT_EQ(0, vgpu_pipe_frames(&self->v, 0, &last));
		/* The submission may take a refresh, and so may the machine. */
		EXPECT_GE(4, last - first) TH_LOG("round %d", i);
	}
}

/* The surface is not displayed yet, so only the flip is signalled. */
TEST_F(still, rendering_of_a_flip_is_signalled_once)
{
	const struct vgpu_surface *shown[] = { &self->s, &self->back };
	uint64_t count = 0;
	uint32_t i;

	ASSERT_TRUE(is_still(self));
	for (i = 1; i <= 40; i++) {
		ASSERT_EQ(0, store_by_gpu(self, shown[i % 2]->gma, i));
		ASSERT_EQ(0, vgpu_primary_flip(&self->v, 0, shown[i % 2]->gma));
		ASSERT_TRUE(refreshes_pass(&self->v, 0));
		count += signals(self->fd);
	}
	/* Where the machine was late, two flips are one signal, or none came in time. */
	EXPECT_GE(40 + 40 / 4, count);
	EXPECT_LE(20, count);
	/* After the last one, the pixels are scanned once. */
	ASSERT_TRUE(is_still(self));
	ASSERT_TRUE(refreshes_pass(&self->v, MANY));
	EXPECT_EQ(0, signals(self->fd));
}

TEST_HARNESS_MAIN
