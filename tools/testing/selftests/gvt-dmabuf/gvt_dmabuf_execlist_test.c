// SPDX-License-Identifier: GPL-2.0
/*
 * Repeatedly submitted contexts, and batches that an engine executes on context
 * restore: only checked commands and state may reach the engine.
 */
#include "command_util.h"

#define LINE_DWORDS		16	/* dwords of a cacheline */

/* ---- batches that an engine executes when it restores a context ---- */

/*
 * @ring: a context of the render engine, the only one with such batches on
 *	every GPU
 * @batch: GGTT address of @commands
 * @commands: the per-context batch
 * @indirect: the indirect context, if the variant has one
 */
FIXTURE(restore) {
	struct exec e;
	struct vgpu_ring ring;
	struct vgpu_gate gate;
	uint64_t batch;
	uint32_t *commands, *indirect;
};

/* @indirect: the context has an indirect context as well, of MI_NOOPs */
FIXTURE_VARIANT(restore) { bool indirect; };

FIXTURE_VARIANT_ADD(restore, alone) { .indirect = false };
FIXTURE_VARIANT_ADD(restore, after_indirect_context) { .indirect = true };

FIXTURE_SETUP(restore)
{
	struct vgpu *v = &self->e.v;
	uint64_t gma;

	if (!test_open_vgpu(_metadata, v))
		return;
	ASSERT_EQ(0, exec_init(&self->e));
	ASSERT_EQ(0, vgpu_gate_init(v, &self->gate));
	ASSERT_EQ(0, vgpu_ring_init_on(v, &self->ring, VGPU_RENDER));
	ASSERT_EQ(0, exec_alloc(v, 1, &self->batch, &self->commands));
	ASSERT_EQ(0, exec_alloc(v, 1, &gma, &self->indirect));
	self->ring.state[STATE_PER_CONTEXT] = self->batch | PER_CONTEXT_VALID;
	if (variant->indirect)
		exec_set_indirect(v, &self->ring, gma);
}

FIXTURE_TEARDOWN(restore)
{
	vgpu_gate_open(&self->gate);
	test_close(&self->e.v);
}

static const uint32_t nothing[] = { MI_NOOP, MI_NOOP };

/* The first command modifies the second, but only in guest memory. */
TEST_F(restore, batch_runs_as_checked)
{
	const uint32_t batch[] = {
		MI_STORE_TO_GGTT, self->batch + 7 * sizeof(uint32_t), 0,
		~PATTERN,
		MI_STORE_TO_GGTT, self->e.gma, 0, PATTERN,
		MI_BATCH_BUFFER_END, MI_NOOP,
	};

	if (!test_unsafe(_metadata))
		return;
	memcpy(self->commands, batch, sizeof(batch));
	ASSERT_EQ(0, vgpu_ring_submit(&self->e.v, &self->ring, nothing,
				      ARRAY_SIZE(nothing)));
	EXPECT_EQ(~PATTERN, self->commands[7]);
	EXPECT_TRUE(exec_was_stored(&self->e));
}

/* Without the fix: it was executed unless there was an indirect context */
TEST_F(restore, batch_with_refused_command)
{
	if (!test_unsafe(_metadata))
		return;
	self->commands[0] = MI_LOAD_REGISTER_IMM(1);
	self->commands[1] = VGPU_RENDER + RING_PDP0_LDW;
	self->commands[2] = 0x1000;
	self->commands[3] = MI_BATCH_BUFFER_END;
	ASSERT_EQ(0, vgpu_ring_emit(&self->ring, nothing,
				    ARRAY_SIZE(nothing)));
	EXPECT_EQ(-EFAULT, vgpu_ring_start(&self->e.v, &self->ring, NULL));
	EXPECT_TRUE(exec_in_failsafe_mode(&self->e));

	ASSERT_EQ(0, exec_reset(&self->e));
	EXPECT_EQ(0, exec_store(&self->e, &self->e.ring));
}

/*
 * The length of the indirect context's last command covers the start of the
 * batch. Without the fix: the batch was executed unchecked.
 */
TEST_F(restore, batch_starts_inside_a_command)
{
	const uint32_t batch[] = {
		MI_STORE_TO_GGTT, self->e.gma, 0, PATTERN,
		MI_BATCH_BUFFER_END, MI_NOOP,
	};

	if (!variant->indirect)
		SKIP(return, "no command before it: see the other variant");
	if (!test_unsafe(_metadata))
		return;
	memcpy(self->commands, batch, sizeof(batch));
	self->indirect[LINE_DWORDS - 3] = PIPE_CONTROL;
	ASSERT_EQ(0, vgpu_ring_emit(&self->ring, nothing,
				    ARRAY_SIZE(nothing)));
	EXPECT_EQ(-EFAULT, vgpu_ring_start(&self->e.v, &self->ring, NULL));
	usleep(100000);
	EXPECT_FALSE(exec_was_stored(&self->e));

	ASSERT_EQ(0, exec_reset(&self->e));
	EXPECT_EQ(0, exec_store(&self->e, &self->e.ring));
}

/* Two batches in one page, as drivers place them */
TEST_F(restore, batch_starts_at_any_line)
{
	const uint32_t other[] = {
		MI_STORE_TO_GGTT, self->e.gma, 0, ~PATTERN,
	}, batch[] = {
		MI_STORE_TO_GGTT, self->e.gma + 4, 0, PATTERN,
		MI_BATCH_BUFFER_END, MI_NOOP,
	};

	memcpy(self->commands, other, sizeof(other));
	memcpy(self->commands + LINE_DWORDS, batch, sizeof(batch));
	self->ring.state[STATE_PER_CONTEXT] += LINE_DWORDS * sizeof(uint32_t);
	ASSERT_EQ(0, vgpu_ring_submit(&self->e.v, &self->ring, nothing,
				      ARRAY_SIZE(nothing)));
	EXPECT_EQ(0, self->e.written[0]);
	EXPECT_EQ(PATTERN, self->e.written[1]);
}

/*
 * The engine is busy when the context is submitted, and the guest adds batches
 * to the image before it is restored. Without the fix: the engine got the
 * addresses written after submission, or some of them.
 */
TEST_F(restore, batches_are_those_submitted)
{
	const uint32_t batch[] = {
		MI_STORE_TO_GGTT, self->e.gma, 0, PATTERN,
		MI_BATCH_BUFFER_END, MI_NOOP,
	};
	struct vgpu *v = &self->e.v;
	struct vgpu_ring busy;

	if (!test_unsafe(_metadata))
		return;
	self->ring.state[STATE_PER_CONTEXT] = 0;
	ASSERT_EQ(0, vgpu_ring_init_on(v, &busy, VGPU_RENDER));
	ASSERT_EQ(0, vgpu_gate_enter(v, &self->gate, &busy, NULL, 0));
	ASSERT_EQ(0, vgpu_ring_emit(&self->ring, nothing,
				    ARRAY_SIZE(nothing)));
	ASSERT_EQ(0, vgpu_ring_start(v, &self->ring, NULL));

	memcpy(self->commands, batch, sizeof(batch));
	exec_set_indirect(v, &self->ring, self->batch);
	self->ring.state[STATE_PER_CONTEXT] = self->batch | PER_CONTEXT_VALID;
	vgpu_gate_open(&self->gate);
	EXPECT_EQ(0, vgpu_ring_wait(v, &self->ring));
	EXPECT_FALSE(exec_was_stored(&self->e));
}

/* ---- contexts that are submitted again ---- */

FIXTURE(resubmit) {
	struct exec e;
	struct vgpu_gate gate;
	struct vgpu_ring ring;
	struct kernel_log log;
};

FIXTURE_SETUP(resubmit)
{
	if (!test_open_vgpu(_metadata, &self->e.v))
		return;
	ASSERT_EQ(0, exec_init(&self->e));
	ASSERT_EQ(0, vgpu_gate_init(&self->e.v, &self->gate));
	ASSERT_EQ(0, vgpu_ring_init(&self->e.v, &self->ring));
	ASSERT_EQ(0, kernel_log_open(&self->log));
}

FIXTURE_TEARDOWN(resubmit)
{
	vgpu_gate_open(&self->gate);
	close(self->log.fd);
	test_close(&self->e.v);
}

/* Execute a store, with @control as the context control of the image. */
static int control_and_store(struct exec *e, struct vgpu_ring *ring,
			     uint32_t control)
{
	int ret;

	*e->written = 0;
	ret = vgpu_ring_emit(ring, e->store, ARRAY_SIZE(e->store));
	ring->state[STATE_CONTROL] = control;
	if (!ret)
		ret = vgpu_ring_start(&e->v, ring, NULL);
	return ret ? ret : vgpu_ring_wait(&e->v, ring);
}

static int restore_and_store(struct exec *e, struct vgpu_ring *ring)
{
	return control_and_store(e, ring, CONTROL_RESTORE);
}

static void load_forbidden_register(struct vgpu_ring *ring)
{
	uint32_t *state = ring->state + STATE_ENGINE;

	state[0] = MI_LOAD_REGISTER_IMM(1);
	state[1] = VGPU_BLITTER + RING_PDP0_LDW;
	state[2] = 0x1000;
}

TEST_F(resubmit, same_state_is_executed)
{
	int i;

	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, restore_and_store(&self->e, &self->ring));
		EXPECT_TRUE(exec_was_stored(&self->e));
	}
}

TEST_F(resubmit, allowed_state_is_executed)
{
	ASSERT_EQ(0, restore_and_store(&self->e, &self->ring));
	self->ring.state[STATE_ENGINE] = MI_NOOP | 1;
	ASSERT_EQ(0, restore_and_store(&self->e, &self->ring));
	EXPECT_TRUE(exec_was_stored(&self->e));
}

static void expect_refused(struct __test_metadata *_metadata, struct exec *e,
			   struct vgpu_ring *ring)
{
	EXPECT_NE(0, restore_and_store(e, ring));
	EXPECT_FALSE(exec_was_stored(e));
	EXPECT_TRUE(exec_in_failsafe_mode(e));

	ASSERT_EQ(0, exec_reset(e));
	EXPECT_EQ(0, exec_store(e, &e->ring));
}

/* Without the fix: engine state was only checked at the first submission */
TEST_F(resubmit, forbidden_state_is_refused)
{
	if (!test_unsafe(_metadata))
		return;
	ASSERT_EQ(0, restore_and_store(&self->e, &self->ring));
	load_forbidden_register(&self->ring);
	expect_refused(_metadata, &self->e, &self->ring);
}

/* State that is inhibited now is restored by the next submission. */
TEST_F(resubmit, state_set_inhibited_is_refused)
{
	if (!test_unsafe(_metadata))
		return;
	ASSERT_EQ(0, restore_and_store(&self->e, &self->ring));
	load_forbidden_register(&self->ring);
	ASSERT_EQ(0, control_and_store(&self->e, &self->ring,
				       CONTROL_INHIBIT_BOTH));
	EXPECT_TRUE(exec_was_stored(&self->e));
	expect_refused(_metadata, &self->e, &self->ring);
}

/* Without the fix: it never completed, and the next one caused a warning */
TEST_F(resubmit, same_list_is_refused_alone)
{
	if (!test_unsafe(_metadata))
		return;
	ASSERT_EQ(0, vgpu_ring_emit(&self->ring, nothing,
				    ARRAY_SIZE(nothing)));
	EXPECT_EQ(-EFAULT, vgpu_ring_start(&self->e.v, &self->ring,
					   &self->ring));
	EXPECT_EQ(0, exec_store(&self->e, &self->e.ring));
	kernel_log_read(&self->log);
	EXPECT_FALSE(self->log.warned) TH_LOG("%s", self->log.line);
}

/* Drivers submit four at most. Without the fix: there was no limit */
TEST_F(resubmit, is_refused_when_many_wait)
{
	struct vgpu *v = &self->e.v;
	int i;

	if (!test_unsafe(_metadata))
		return;
	ASSERT_EQ(0, vgpu_gate_enter(v, &self->gate, &self->e.ring, NULL, 0));
	ASSERT_EQ(0, vgpu_ring_emit(&self->ring, nothing,
				    ARRAY_SIZE(nothing)));
	for (i = 0; i < 1000; i++)
		if (vgpu_ring_start(v, &self->ring, NULL))
			break;
	EXPECT_LE(16, i);
	EXPECT_GT(256, i);

	vgpu_gate_open(&self->gate);
	EXPECT_EQ(0, vgpu_ring_wait(v, &self->ring));
	EXPECT_EQ(0, exec_store(&self->e, &self->ring));
	EXPECT_EQ(0, exec_store(&self->e, &self->e.ring));
}

TEST_HARNESS_MAIN
