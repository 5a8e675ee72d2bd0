// SPDX-License-Identifier: GPL-2.0
/*
 * Rings that a guest submits to an engine are executed, or refused without
 * affecting those that are submitted next.
 */
#include "test_util.h"
#include "vgpu_commands.h"
#include "vgpu_regs.h"

#define PD_INDEX		1	/* an entry not used by the gate */

#define PATTERN			0xc0ffee11u

static const uint32_t good[] = { MI_NOOP, MI_NOOP };
static const uint32_t bad[] = { MI_NO_SUCH_COMMAND, MI_NOOP };

/* @batch: GGTT address of @commands and @written, a page each */
FIXTURE(submit) {
	struct vgpu v;
	struct vgpu_ring a, b;
	uint64_t batch;
	uint32_t *commands, *written;
};

FIXTURE_SETUP(submit)
{
	uint64_t gpa;

	if (!test_open_vgpu(_metadata, &self->v))
		return;
	ASSERT_EQ(0, vgpu_ring_init(&self->v, &self->a));
	ASSERT_EQ(0, vgpu_ring_init(&self->v, &self->b));
	ASSERT_EQ(0, vgpu_alloc_mapped(&self->v, 2 * VGPU_PAGE, &gpa,
				       &self->batch));
	self->commands = (uint32_t *)(self->v.ram + gpa);
	self->written = self->commands + VGPU_PAGE / 4;
	memset(self->commands, 0, 2 * VGPU_PAGE);
}

FIXTURE_TEARDOWN(submit)
{
	test_close(&self->v);
}

/* Reset the vGPU, and initialize @ring again. */
static void reset(struct __test_metadata *_metadata, struct vgpu *v,
		  struct vgpu_ring *ring)
{
	ASSERT_EQ(0, vgpu_restart(v));
	ASSERT_EQ(0, vgpu_ring_init(v, ring));
}

TEST_F(submit, commands_are_executed)
{
	const uint32_t store[] = {
		MI_STORE_TO_GGTT, self->batch + VGPU_PAGE, 0, PATTERN,
	};

	ASSERT_EQ(0, vgpu_ring_submit(&self->v, &self->a, store,
				      ARRAY_SIZE(store)));
	EXPECT_EQ(PATTERN, *self->written);
}

TEST_F(submit, two_contexts_are_executed)
{
	ASSERT_EQ(0, vgpu_ring_emit(&self->a, good, ARRAY_SIZE(good)));
	ASSERT_EQ(0, vgpu_ring_emit(&self->b, good, ARRAY_SIZE(good)));
	ASSERT_EQ(0, vgpu_ring_start(&self->v, &self->a, &self->b));
	EXPECT_EQ(0, vgpu_ring_wait(&self->v, &self->a));
	EXPECT_EQ(0, vgpu_ring_wait(&self->v, &self->b));
}

/*
 * The batch buffer's first command modifies the second one in guest memory. The
 * scanned copy must be executed, which is not modified. @noops precede the
 * batch start in the ring.
 */
static void run_batch(struct __test_metadata *_metadata, struct vgpu *v,
		      struct vgpu_ring *ring, uint64_t gma, uint32_t *commands,
		      size_t noops)
{
	const uint32_t batch[] = {
		MI_STORE_TO_GGTT, gma + 7 * sizeof(uint32_t), 0, ~PATTERN,
		MI_STORE_TO_GGTT, gma + VGPU_PAGE, 0, PATTERN,
		MI_BATCH_BUFFER_END, MI_NOOP,
	};
	uint32_t start[6] = { MI_NOOP, MI_NOOP };

	start[noops] = MI_BATCH_BUFFER_START;
	start[noops + 1] = gma;
	memcpy(commands, batch, sizeof(batch));
	ASSERT_EQ(0, vgpu_ring_submit(v, ring, start, ARRAY_SIZE(start)));
	EXPECT_EQ(~PATTERN, commands[7]);
}

TEST_F(submit, batch_runs_as_checked)
{
	run_batch(_metadata, &self->v, &self->a, self->batch, self->commands,
		  2);
	EXPECT_EQ(PATTERN, *self->written);
}

/* As the first command of a ring, too, it must start the shadow batch. */
TEST_F(submit, first_command_starts_shadow_batch)
{
	run_batch(_metadata, &self->v, &self->a, self->batch, self->commands,
		  0);
	EXPECT_EQ(PATTERN, *self->written);
}

/* Without the fix: a context that was never pinned was unpinned */
TEST_F(submit, works_after_a_refused_ring)
{
	if (!test_unsafe(_metadata))
		return;
	ASSERT_EQ(0, vgpu_ring_emit(&self->a, bad, ARRAY_SIZE(bad)));
	vgpu_ring_start(&self->v, &self->a, NULL);

	reset(_metadata, &self->v, &self->a);
	EXPECT_EQ(0, vgpu_ring_submit(&self->v, &self->a, good,
				      ARRAY_SIZE(good)));
}

/* A reserved plane code must be refused, without a warning. */
TEST_F(submit, ring_with_bad_flip_is_not_run)
{
	const uint32_t ring[] = {
		MI_DISPLAY_FLIP | (self->v.gen == 8 ? BDW_FLIP_PLANE(7) :
						      SKL_FLIP_PLANE(31)),
		TEST_WIDTH * 4, self->batch, 0,
		MI_STORE_TO_GGTT, self->batch + VGPU_PAGE, 0, PATTERN,
	};

	if (!test_unsafe(_metadata))
		return;
	ASSERT_EQ(0, vgpu_ring_emit(&self->a, ring, ARRAY_SIZE(ring)));
	vgpu_ring_start(&self->v, &self->a, NULL);

	/* The reset waits for a workload in execution. */
	reset(_metadata, &self->v, &self->a);
	EXPECT_EQ(0, *self->written);
	EXPECT_EQ(0, vgpu_ring_submit(&self->v, &self->a, good,
				      ARRAY_SIZE(good)));
}

/* Without the fix: the timeline of the refused request stayed locked */
TEST_F(submit, works_after_two_refused_rings)
{
	if (!test_unsafe(_metadata))
		return;
	ASSERT_EQ(0, vgpu_ring_emit(&self->a, good, ARRAY_SIZE(good)));
	ASSERT_EQ(0, vgpu_ring_emit(&self->b, bad, ARRAY_SIZE(bad)));
	ASSERT_EQ(0, vgpu_ring_start(&self->v, &self->a, &self->b));

	reset(_metadata, &self->v, &self->a);
	EXPECT_EQ(0, vgpu_ring_submit(&self->v, &self->a, good,
				      ARRAY_SIZE(good)));
}

/*
 * A page directory that refers to itself. If it was shadowed, shadow page
 * tables would be mapped as guest pages, and the store would change one.
 */
TEST_F(submit, table_at_two_levels_is_refused)
{
	const uint32_t store[] = {
		MI_STORE_DATA_IMM,
		(PD_INDEX << 21) + VGPU_PAGE - sizeof(uint64_t), 0, 0,
	};
	struct vgpu_gate gate;
	uint64_t *directory, gpa;

	if (!test_unsafe(_metadata))
		return;
	ASSERT_EQ(0, vgpu_gate_init(&self->v, &gate));
	directory = vgpu_gate_table(&self->v, &gate, VGPU_GATE_PD, &gpa);
	directory[PD_INDEX] = gpa | PTE_PRESENT | PTE_WRITABLE;
	EXPECT_NE(0, vgpu_gate_enter(&self->v, &gate, &self->a, store,
				     ARRAY_SIZE(store)));
	vgpu_gate_open(&gate);

	reset(_metadata, &self->v, &self->a);
	EXPECT_EQ(0, vgpu_ring_submit(&self->v, &self->a, good,
				      ARRAY_SIZE(good)));
}

TEST_HARNESS_MAIN
