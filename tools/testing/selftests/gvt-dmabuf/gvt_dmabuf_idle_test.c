// SPDX-License-Identifier: GPL-2.0
/*
 * An idle vGPU with its pipe on: the host's vblank timer must not expire,
 * without a difference to a guest that reads, polls or waits. A guest must not
 * be able to make the timer expire more often than its refresh rate.
 */
#include "event_test_util.h"
#include "idle_util.h"
#include "random_util.h"
#include "vgpu_commands.h"

#define STILL_US	2000000
/* Rounds that were too slow are repeated, for less than 30 s. */
#define MANY_ROUNDS	(3 * IDLE_ROUNDS)

FIXTURE(idle) {
	struct idle d;
};

FIXTURE_SETUP(idle)
{
	if (idle_open(_metadata, &self->d))
		idle_begin(_metadata, &self->d);
}

FIXTURE_TEARDOWN(idle)
{
	idle_end(&self->d);
}

/* ---- nothing waits for a vblank ---- */

TEST_F(idle, masked_vblank_needs_no_timer)
{
	struct idle *d = &self->d;
	uint32_t first, last;
	int64_t from, frames;

	ASSERT_EQ(0, vgpu_pipe_frames(&d->v, 0, &first));
	from = time_us();
	usleep(STILL_US);
	ASSERT_EQ(0, vgpu_pipe_frames(&d->v, 0, &last));
	frames = (time_us() - from) * IDLE_HZ / 1000000;
	EXPECT_EQ(0, idle_expiries(d));
	/* The frame counter advances nevertheless. */
	EXPECT_LE(frames - 2, (int64_t)(last - first));
	EXPECT_GE(frames + 2, (int64_t)(last - first));
}

TEST_F(idle, unacknowledged_needs_no_timer)
{
	struct idle *d = &self->d;

	ASSERT_EQ(0, idle_unmask_vblanks(d));
	ASSERT_EQ(1, signals_within(d->msi, CLOCK_MANY_MS));
	EXPECT_EQ(0, idle_pause(d));
	EXPECT_EQ(0, signals_within(d->msi, 0));
}

/* The vblank is unmasked only for a pipe that is off. */
TEST_F(idle, pipe_that_is_off_needs_no_timer)
{
	struct idle *d = &self->d;

	ASSERT_EQ(0, vgpu_vblank_irq_on(&d->v, 1));
	EXPECT_EQ(0, idle_pause(d));
}

TEST_F(idle, failsafe_mode_needs_no_timer)
{
	const uint32_t bad[] = { MI_NO_SUCH_COMMAND, MI_NOOP };
	struct idle *d = &self->d;
	struct vgpu_ring ring;

	if (!test_unsafe(_metadata))
		return;
	ASSERT_EQ(0, vgpu_ring_init(&d->v, &ring));
	ASSERT_EQ(0, vgpu_ring_emit(&ring, bad, ARRAY_SIZE(bad)));
	ASSERT_EQ(-EFAULT, vgpu_ring_start(&d->v, &ring, NULL));
	EXPECT_EQ(0, idle_pause(d));
	ASSERT_EQ(0, idle_unmask_vblanks(d));
	EXPECT_LE(1, signals_within(d->msi, CLOCK_MANY_MS));
	EXPECT_EQ(0, idle_pause(d));
}

/* Unmask the vblank and flip, so that the timer runs. */
static int start_timer(struct idle *d)
{
	int ret = idle_unmask_vblanks(d);

	return ret ? ret : vgpu_primary_flip(&d->v, 0, d->s[1].gma);
}

static void expect_stopped_by(struct __test_metadata *_metadata, struct idle *d,
			      int (*end)(struct vgpu *v))
{
	ASSERT_EQ(0, start_timer(d));
	ASSERT_EQ(0, end(&d->v));
	ASSERT_LE(0, idle_expiries(d));
	usleep(IDLE_PAUSE_US);
	EXPECT_EQ(0, idle_expiries(d));
}

TEST_F(idle, reset_stops_the_timer)
{
	expect_stopped_by(_metadata, &self->d, vgpu_reset);
}

TEST_F(idle, close_stops_the_timer)
{
	expect_stopped_by(_metadata, &self->d, test_next_owner);
}

/* ---- something waits for a vblank again ---- */

static bool begin_round(struct idle *d, int i)
{
	if (!idle_settles(d))
		return false;
	usleep(i % IDLE_ROUNDS * IDLE_STEP_US);
	return true;
}

/* A vblank that is unmasked at any time comes at the end of the frame. */
TEST_F(idle, unmasked_comes_at_next_vblank)
{
	struct idle *d = &self->d;
	uint32_t before, after;
	int i, in_time = 0;

	for (i = 0; i < MANY_ROUNDS && in_time < IDLE_ROUNDS; i++) {
		ASSERT_TRUE(begin_round(d, i));
		ASSERT_EQ(0, vgpu_pipe_frames(&d->v, 0, &before));
		ASSERT_EQ(0, idle_unmask_vblanks(d));
		ASSERT_EQ(1, signals_within(d->msi, CLOCK_MANY_MS));
		ASSERT_EQ(0, vgpu_pipe_frames(&d->v, 0, &after));
		EXPECT_NE(before, after) TH_LOG("interrupt within the frame");
		in_time += after - before == 1;
		ASSERT_EQ(0, idle_mask_vblanks(d));
	}
	EXPECT_EQ(IDLE_ROUNDS, in_time);
}

/* The scanline at the interrupt is that of the start of vblank. */
TEST_F(idle, unmasked_vblank_comes_in_phase)
{
	const uint32_t vtotal = IDLE_HEIGHT + 45, start = IDLE_HEIGHT - 1;
	uint32_t before, after, line, late;
	int i, in_time = 0, in_phase = 0;
	struct idle *d = &self->d;

	ASSERT_EQ(0, vgpu_write32(&d->v, TRANS_VBLANK,
				  (vtotal - 1) << 16 | start));
	for (i = 0; i < MANY_ROUNDS && in_time < IDLE_ROUNDS; i++) {
		ASSERT_TRUE(begin_round(d, i));
		ASSERT_EQ(0, vgpu_pipe_frames(&d->v, 0, &before));
		ASSERT_EQ(0, idle_unmask_vblanks(d));
		ASSERT_EQ(1, signals_within(d->msi, CLOCK_MANY_MS));
		ASSERT_EQ(0, vgpu_read32(&d->v, PIPE_SCANLINE, &line));
		ASSERT_EQ(0, vgpu_pipe_frames(&d->v, 0, &after));
		ASSERT_EQ(0, idle_mask_vblanks(d));
		if (after - before != 1)
			continue;
		in_time++;
		late = (line + vtotal - start) % vtotal;
		in_phase += late < vtotal / 4;
	}
	EXPECT_EQ(IDLE_ROUNDS, in_time);
	EXPECT_LE(IDLE_ROUNDS * 3 / 4, in_phase);
}

/* Interrupts are disabled, and the guest polls IIR. */
TEST_F(idle, polled_vblank_comes_with_its_frame)
{
	struct idle *d = &self->d;
	uint32_t before, after, pending;
	int i, in_time = 0;
	int64_t until;

	ASSERT_EQ(0, vgpu_write32(&d->v, MASTER_IRQ, 0));
	ASSERT_EQ(0, vgpu_write32(&d->v, DE_PIPE_IER(0), 0));
	ASSERT_EQ(0, idle_unmask_vblanks(d));
	for (i = 0; i < MANY_ROUNDS && in_time < IDLE_ROUNDS; i++) {
		ASSERT_TRUE(begin_round(d, i));
		until = time_ms() + CLOCK_MANY_MS;
		ASSERT_EQ(0, vgpu_pipe_frames(&d->v, 0, &before));
		ASSERT_EQ(0, vgpu_vblank_irq_ack(&d->v, 0));
		do {
			usleep(500);
			ASSERT_EQ(0, vgpu_read32(&d->v, DE_PIPE_IIR(0),
						 &pending));
		} while (!(pending & DE_PIPE_VBLANK) && time_ms() < until);
		ASSERT_EQ(DE_PIPE_VBLANK, pending & DE_PIPE_VBLANK);
		ASSERT_EQ(0, vgpu_pipe_frames(&d->v, 0, &after));
		EXPECT_NE(before, after) TH_LOG("pending within the frame");
		in_time += after - before == 1;
	}
	EXPECT_EQ(IDLE_ROUNDS, in_time);
	EXPECT_EQ(0, idle_pause(d));
}

/* A second pipe shares the vblank timer of the first. */
TEST_F(idle, other_pipe_turned_on_has_vblanks)
{
	struct idle *d = &self->d;

	usleep(IDLE_PAUSE_US);
	ASSERT_EQ(0, vgpu_vblank_irq_on(&d->v, 1));
	ASSERT_EQ(0, vgpu_pipe_on(&d->v, 1, IDLE_WIDTH, IDLE_HEIGHT));
	EXPECT_LE(1, signals_within(d->msi, CLOCK_MANY_MS));
}

/* After any actions of the guest, an unmasked vblank must arrive. */
TEST_F(idle, no_wakeup_is_lost)
{
	struct idle *d = &self->d;
	uint32_t random = 1, step;
	int i;

	for (i = 0; i < 20 * IDLE_ROUNDS; i++) {
		step = random_next(&random) >> 24;
		if (step & 1)
			ASSERT_EQ(0, vgpu_vblank_irq_on(&d->v, step >> 6 & 1));
		if (step & 2)
			ASSERT_EQ(0, vgpu_primary_flip(&d->v, 0,
						       d->s[i % 2].gma));
		if (step & 4)
			usleep(step * 150);
		if (step & 8)
			ASSERT_EQ(0, idle_mask_vblanks(d));
		if (step & 16)
			usleep(step * 150);
		/* Ignore a pending interrupt that is delivered again. */
		ASSERT_EQ(0, vgpu_vblank_irq_on(&d->v, 0));
		signals(d->msi);
		ASSERT_EQ(0, vgpu_vblank_irq_ack(&d->v, 0));
		ASSERT_LE(1, signals_within(d->msi, CLOCK_MANY_MS))
			TH_LOG("round %d: %x", i, step);
	}
}

/* ---- a guest that tries to keep the host awake ---- */

static int toggle_masks(struct idle *d, int i)
{
	int ret = vgpu_write32(&d->v, DE_PIPE_IMR(0),
			       i % 2 ? ~0u : ~DE_PIPE_VBLANK);

	if (!ret)
		ret = vgpu_vblank_irq_ack(&d->v, 0);
	return ret ? ret : vgpu_primary_flip(&d->v, 0, d->s[i / 2 % 2].gma);
}

static int toggle_pipe(struct idle *d, int i)
{
	return i % 2 ? vgpu_pipe_on(&d->v, 0, IDLE_WIDTH, IDLE_HEIGHT) :
		       vgpu_pipe_off(&d->v, 0);
}

/* Alternate between 60 and 30 Hz. */
static int toggle_rate(struct idle *d, int i)
{
	return vgpu_pipe_timing(&d->v, i % 2 ? 148500 : 74250, 2200, 1125);
}

TEST_F(idle, guest_cannot_raise_the_rate)
{
	static int (*const provoke[])(struct idle *d, int i) = {
		toggle_masks, toggle_pipe, toggle_rate,
	};
	struct idle *d = &self->d;
	int64_t from, us;
	int i, count;
	size_t n;

	for (n = 0; n < ARRAY_SIZE(provoke); n++) {
		ASSERT_EQ(0, idle_unmask_vblanks(d));
		ASSERT_LE(0, idle_expiries(d));
		from = time_us();
		for (i = 0; time_us() - from < 1000000; i++)
			ASSERT_EQ(0, provoke[n](d, i));
		us = time_us() - from;
		count = idle_expiries(d);
		EXPECT_GE(us * IDLE_HZ / 1000000 + 2, count)
			TH_LOG("case %zu: %d expiries in %lld us", n, count,
			       (long long)us);
	}
}

/* ---- a client that has armed the display event ---- */

TEST_F(idle, masked_listener_needs_no_timer)
{
	struct idle *d = &self->d;
	struct vgpu_event e = { };
	int fd;

	if (!test_exports(_metadata, &d->v) || !test_event(_metadata, &d->v, &e))
		return;
	fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, vgpu_event_arm(&d->v, &e, VGPU_PRIMARY, fd));
	ASSERT_EQ(0, vgpu_event_set(&d->v, &e, VFIO_IRQ_SET_DATA_NONE |
				    VFIO_IRQ_SET_ACTION_MASK, 0, EVENT_PLANES,
				    NULL, 0));
	signals(fd);
	EXPECT_EQ(0, idle_pause(d));

	ASSERT_EQ(0, vgpu_primary_flip(&d->v, 0, d->s[1].gma));
	ASSERT_TRUE(idle_settles(d));
	EXPECT_EQ(0, signals(fd));
	ASSERT_EQ(0, vgpu_event_set(&d->v, &e, VFIO_IRQ_SET_DATA_NONE |
				    VFIO_IRQ_SET_ACTION_UNMASK, 0, EVENT_PLANES,
				    NULL, 0));
	EXPECT_LE(1, next_signal(fd));
	/* Flip before the first scan is complete, as that signals, too. */
	ASSERT_EQ(0, vgpu_primary_flip(&d->v, 0, d->s[0].gma));
	ASSERT_TRUE(refreshes_pass(&d->v, 2));
	EXPECT_LE(1, signals(fd));

	ASSERT_EQ(0, vgpu_event_arm(&d->v, &e, VGPU_PRIMARY, -1));
	EXPECT_EQ(0, idle_pause(d));
	close(fd);
}

/* With all pipes off, a worker handles the event, at most at 60 Hz. */
TEST_F(idle, toggled_pipe_wakes_at_refresh_rate)
{
	struct vgpu_event e = { };
	struct idle *d = &self->d;
	int64_t from, us;
	int fd, count;

	if (!test_exports(_metadata, &d->v) || !test_event(_metadata, &d->v, &e))
		return;
	fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, vgpu_event_arm(&d->v, &e, VGPU_PRIMARY, fd));
	ASSERT_EQ(0, trace_on(d->tracing, "workqueue/workqueue_execute_start"));
	ASSERT_EQ(0, clock_hurry());
	ASSERT_LE(0, idle_expiries(d));
	from = time_us();
	while (time_us() - from < 1000000) {
		ASSERT_EQ(0, vgpu_pipe_off(&d->v, 0));
		ASSERT_EQ(0, vgpu_pipe_on(&d->v, 0, IDLE_WIDTH, IDLE_HEIGHT));
		usleep(2000);
	}
	us = time_us() - from;
	count = trace_count(d->tracing, "refresh_without_vblank");
	EXPECT_LE(1, count);
	EXPECT_GE(us * IDLE_HZ / 1000000 + 2, count);
	close(fd);
}

TEST_HARNESS_MAIN
