// SPDX-License-Identifier: GPL-2.0
/*
 * Flips of a guest that has been idle, so that the host's vblank timer does not
 * run: each must be latched at the next vblank, not at a past one.
 */
#include "idle_util.h"
#include "thread_util.h"
#include "vgpu_commands.h"

#define MANY_ROUNDS	(3 * IDLE_ROUNDS)

FIXTURE(idle_flip) {
	struct idle d;
	struct vgpu_ring ring;
};

/*
 * @plane: a plane of gen9, or 1 and 2 for Broadwell's primary and sprite; 0:
 *	the cursor
 * @reg: register that flips it; 0: flip by command
 * @done: the guest has unmasked the flip-done interrupt
 * @off: the plane is off
 */
FIXTURE_VARIANT(idle_flip) {
	int plane;
	uint32_t reg;
	bool done, off;
};

FIXTURE_VARIANT_ADD(idle_flip, with_flip_done) {
	.plane = 1, .reg = PLANE_SURF, .done = true,
};

FIXTURE_VARIANT_ADD(idle_flip, masked) { .plane = 1, .reg = PLANE_SURF };
FIXTURE_VARIANT_ADD(idle_flip, reg_50080) { .plane = 1, .reg = FLIP_PLANE_1 };
FIXTURE_VARIANT_ADD(idle_flip, command) { .plane = 1 };

FIXTURE_VARIANT_ADD(idle_flip, plane_2) {
	.plane = 2, .reg = PLANE_REG(PLANE_SURF, 2),
};

FIXTURE_VARIANT_ADD(idle_flip, plane_3) {
	.plane = 3, .reg = PLANE_REG(PLANE_SURF, 3),
};

FIXTURE_VARIANT_ADD(idle_flip, plane_that_is_off) {
	.plane = 2, .reg = PLANE_REG(PLANE_SURF, 2), .off = true,
};

FIXTURE_VARIANT_ADD(idle_flip, cursor) { .reg = CUR_BASE };

/* Make flips of plane @n of @pipe synchronous. */
static int set_sync_flips(struct vgpu *v, int pipe, int n)
{
	const uint32_t reg = PIPE_REG(0, pipe);
	int ret;

	ret = vgpu_update32(v, reg + PLANE_REG(PLANE_CTL, n), VGPU_ASYNC_FLIP, 0);
	return ret ? ret : vgpu_update32(v, reg + PLANE_REG(PLANE_SURF, n), 0, 0);
}

FIXTURE_SETUP(idle_flip)
{
	struct idle *d = &self->d;
	struct vgpu *v = &d->v;

	if (!idle_open(_metadata, d))
		return;
	if (!test_exports(_metadata, v))
		return;
	if (variant->plane == 3 && v->gen == 8)
		SKIP(return, "no plane 3: use a vGPU of Skylake or later");
	idle_begin(_metadata, d);
	if (variant->plane > 1 && !variant->off)
		ASSERT_EQ(0, vgpu_plane_show(v, 0, variant->plane, &d->s[0],
					     0, 0));
	if (variant->plane)
		ASSERT_EQ(0, set_sync_flips(v, 0, variant->plane));
	if (!variant->reg)
		ASSERT_EQ(0, vgpu_ring_init(v, &self->ring));
}

FIXTURE_TEARDOWN(idle_flip)
{
	idle_end(&self->d);
}

static int flip(struct vgpu *v, uint32_t reg, struct vgpu_ring *ring,
		const struct vgpu_surface *s)
{
	const uint32_t commands[] = {
		MI_DISPLAY_FLIP |
		(v->gen == 8 ? BDW_FLIP_PLANE(0) : SKL_FLIP_PLANE(0)),
		s->stride / 64 << 6, s->gma, 0,
	};

	return reg ? vgpu_write32(v, reg, s->gma) :
		     vgpu_ring_submit(v, ring, commands, ARRAY_SIZE(commands));
}

/* Poll until the bits @mask of a register have @value; false on timeout. */
static bool becomes(struct vgpu *v, uint32_t reg, uint32_t mask, uint32_t value)
{
	const int64_t until = time_ms() + CLOCK_MANY_MS;
	uint32_t now;

	do {
		if (vgpu_read32(v, reg, &now))
			return false;
		if ((now & mask) == value)
			return true;
		usleep(500);
	} while (time_ms() < until);
	return false;
}

static uint32_t flip_done(const struct vgpu *v)
{
	return v->gen == 8 ? BDW_FLIP_DONE : SKL_FLIP_DONE(1);
}

TEST_F(idle_flip, is_latched_at_the_next_vblank)
{
	const uint32_t live_reg = !variant->plane ? CUR_SURFLIVE :
				  PLANE_REG(PLANE_SURFLIVE, variant->plane);
	const uint32_t done = flip_done(&self->d.v);
	uint32_t before, after, live, gma;
	struct idle *d = &self->d;
	int i, in_time = 0;

	if (variant->done)
		ASSERT_EQ(0, vgpu_write32(&d->v, DE_PIPE_IMR(0), ~done));
	for (i = 1; i <= MANY_ROUNDS && in_time < IDLE_ROUNDS; i++) {
		gma = d->s[i % 2].gma;
		ASSERT_TRUE(idle_settles(d));
		usleep(i % IDLE_ROUNDS * IDLE_STEP_US);
		ASSERT_EQ(0, vgpu_write32(&d->v, DE_PIPE_IIR(0), done));
		ASSERT_EQ(0, vgpu_pipe_frames(&d->v, 0, &before));
		ASSERT_EQ(0, flip(&d->v, variant->reg, &self->ring,
				  &d->s[i % 2]));
		ASSERT_EQ(0, vgpu_read32(&d->v, live_reg, &live));
		ASSERT_EQ(0, vgpu_pipe_frames(&d->v, 0, &after));
		if (before == after)
			ASSERT_NE(gma, live) TH_LOG("flip %d", i);
		ASSERT_TRUE(becomes(&d->v, live_reg, ~0u, gma));
		if (variant->done)
			ASSERT_TRUE(becomes(&d->v, DE_PIPE_IIR(0), done, done));
		ASSERT_EQ(0, vgpu_pipe_frames(&d->v, 0, &after));
		EXPECT_NE(before, after) TH_LOG("flip %d", i);
		in_time += after - before == 1;
	}
	EXPECT_EQ(IDLE_ROUNDS, in_time);
	EXPECT_EQ(0, idle_pause(d));
}

/* ---- a service thread that is late ---- */

FIXTURE(idle_late) {
	struct idle d;
	uint32_t done;
};

FIXTURE_SETUP(idle_late)
{
	if (!idle_open(_metadata, &self->d))
		return;
	idle_begin(_metadata, &self->d);
	self->done = flip_done(&self->d.v);
	ASSERT_EQ(0, set_sync_flips(&self->d.v, 0, 1));
	ASSERT_EQ(0, clock_hurry());
}

FIXTURE_TEARDOWN(idle_late)
{
	idle_end(&self->d);
}

/*
 * The frame of the flip has ended, but the service thread has not run yet, when
 * the guest changes its mode to 24 Hz. Flip done must not wait for the end of a
 * frame of 42 ms.
 */
TEST_F(idle_late, flip_done_despite_rate_change)
{
	const uint32_t done = self->done;
	struct idle *d = &self->d;
	int i, in_time = 0;
	int64_t from;

	if (!strcmp(d->v.platform, "bxt"))
		SKIP(return, "Broxton's clocks are left as they are: use another vGPU");
	ASSERT_EQ(0, vgpu_write32(&d->v, DE_PIPE_IMR(0), ~done));
	for (i = 0; i < IDLE_ROUNDS; i++) {
		ASSERT_EQ(0, vgpu_pipe_timing(&d->v, 148500, 2200, 1125));
		ASSERT_TRUE(idle_settles(d));
		ASSERT_EQ(0, vgpu_write32(&d->v, DE_PIPE_IIR(0), done));
		ASSERT_TRUE(clock_frame_ends(&d->v, 0));
		ASSERT_EQ(0, vgpu_primary_flip(&d->v, 0, d->s[i % 2].gma));
		ASSERT_TRUE(clock_frame_ends(&d->v, 0));
		ASSERT_EQ(0, vgpu_pipe_timing(&d->v, 59400, 2200, 1125));
		from = time_ms();
		ASSERT_TRUE(becomes(&d->v, DE_PIPE_IIR(0), done, done));
		in_time += time_ms() - from < 20;
	}
	EXPECT_LE(IDLE_ROUNDS / 2, in_time);
}

/*
 * A flip of a pipe that is off, which is turned on before the service thread
 * runs. If the thread does run in between, on another CPU, it drops the flip.
 */
TEST_F(idle_late, flip_done_despite_pipe_on)
{
	const pid_t thread = thread_find();
	const uint32_t done = self->done;
	struct idle *d = &self->d;
	int i, late = 0;
	int64_t runs;

	if (thread_runs(thread) < 0)
		SKIP(return, NO_SCHEDSTAT);
	ASSERT_EQ(0, set_sync_flips(&d->v, 1, 1));
	ASSERT_EQ(0, vgpu_write32(&d->v, DE_PIPE_IMR(1), ~done));
	for (i = 0; i < IDLE_ROUNDS; i++) {
		ASSERT_EQ(0, vgpu_pipe_off(&d->v, 1));
		ASSERT_TRUE(idle_settles(d));
		ASSERT_EQ(0, vgpu_write32(&d->v, DE_PIPE_IIR(1), done));
		runs = thread_runs(thread);
		ASSERT_EQ(0, vgpu_primary_flip(&d->v, 1, d->s[i % 2].gma));
		ASSERT_TRUE(clock_frame_ends(&d->v, 0));
		ASSERT_EQ(0, vgpu_pipe_on(&d->v, 1, IDLE_WIDTH, IDLE_HEIGHT));
		if (thread_runs(thread) != runs)
			continue;
		late++;
		EXPECT_TRUE(becomes(&d->v, DE_PIPE_IIR(1), done, done))
			TH_LOG("flip %d", i);
	}
	EXPECT_LE(1, late);
}

TEST_HARNESS_MAIN
