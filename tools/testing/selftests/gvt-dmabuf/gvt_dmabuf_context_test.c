// SPDX-License-Identifier: GPL-2.0
/*
 * Contexts by which a guest could hurt the host: rings that end outside of
 * themselves, address spaces that are destroyed in use or used twice, and
 * images and rings that are not in memory.
 */
#include "command_util.h"

#define LINE			64u	/* of the cache */
#define PD_INDEX		1	/* of an entry that the gate does not use */

/* ---- the ring in a context image ---- */

#define PAGES			4	/* whatever the ring says */

/* @bad: a ring with one store, for the engine and image of the variant */
FIXTURE(ring) {
	struct exec e;
	struct vgpu_ring bad;
	struct kernel_log log;
};

/*
 * @pages: of the ring; @head, @tail: in bytes (@tail 0: after the store)
 * @start, @indirect: offset in a page, the latter of a batch that is executed
 *	when the context is restored
 */
FIXTURE_VARIANT(ring) {
	uint32_t engine, pages, head, tail, start, indirect;
};

/* Without the fix: 0x1000 bytes were allocated, and 0x3000 copied to them */
FIXTURE_VARIANT_ADD(ring, tail_after_the_end) {
	.engine = VGPU_BLITTER, .pages = 2, .tail = 0x3000,
};

/* Without the fix: none were allocated, and 0x1000 copied */
FIXTURE_VARIANT_ADD(ring, tail_at_the_end) {
	.engine = VGPU_BLITTER, .pages = 1, .tail = 0x1000,
};

/* Without the fix: memory was copied from the head on, until there was none */
FIXTURE_VARIANT_ADD(ring, head_after_the_end) {
	.engine = VGPU_BLITTER, .pages = 1, .head = 0x2000,
};

FIXTURE_VARIANT_ADD(ring, head_after_the_end_of_two_pages) {
	.engine = VGPU_BLITTER, .pages = 2, .head = 0x3000, .tail = 0x1000,
};

/* Without the fix: both as far, an empty ring that was none */
FIXTURE_VARIANT_ADD(ring, head_and_tail_after_the_end) {
	.engine = VGPU_BLITTER, .pages = 1, .head = 0x2000, .tail = 0x3000,
};

/* Without the fix: a warning, and a context that was unpinned once too often */
FIXTURE_VARIANT_ADD(ring, start_in_a_page) {
	.engine = VGPU_BLITTER, .pages = 1, .start = LINE,
};

/* Without the fix: the same */
FIXTURE_VARIANT_ADD(ring, indirect_batch_in_a_page) {
	.engine = VGPU_RENDER, .pages = 1, .indirect = LINE,
};

FIXTURE_SETUP(ring)
{
	struct vgpu *v = &self->e.v;
	uint32_t *state;
	uint64_t gma;

	if (!test_unsafe(_metadata))
		return;
	if (!test_open_vgpu(_metadata, v))
		return;
	ASSERT_EQ(0, exec_init(&self->e));
	ASSERT_EQ(0, vgpu_ring_init_on(v, &self->bad, variant->engine));
	ASSERT_EQ(0, exec_alloc(v, PAGES, &gma, &self->bad.ring));
	ASSERT_EQ(0, kernel_log_open(&self->log));

	ASSERT_EQ(0, vgpu_ring_emit(&self->bad, self->e.store,
				    ARRAY_SIZE(self->e.store)));
	state = self->bad.state;
	state[STATE_START] = gma + variant->start;
	state[STATE_CTL] = CTL_PAGES(variant->pages);
	state[STATE_HEAD] = variant->head;
	if (variant->tail)
		state[STATE_TAIL] = variant->tail;
	if (variant->indirect)
		state[STATE_INDIRECT_CTX] = (gma + (PAGES - 1) * VGPU_PAGE +
					     variant->indirect) |
					    INDIRECT_ONE_LINE;
}

FIXTURE_TEARDOWN(ring)
{
	close(self->log.fd);
	test_close(&self->e.v);
}

TEST_F(ring, is_refused_alone)
{
	ASSERT_EQ(-EFAULT, vgpu_ring_start(&self->e.v, &self->bad, NULL));
	usleep(100000);
	EXPECT_FALSE(exec_was_stored(&self->e));
	EXPECT_EQ(0, exec_store(&self->e, &self->e.ring));
	kernel_log_read(&self->log);
	EXPECT_FALSE(self->log.warned) TH_LOG("%s", self->log.line);
}

/* ---- address spaces ---- */

/* @gate, @other: of which the page tables are used; @render: on that engine */
FIXTURE(space) {
	struct exec e;
	struct vgpu_gate gate, other;
	struct vgpu_ring render;
};

FIXTURE_SETUP(space)
{
	struct vgpu *v = &self->e.v;

	if (!test_open_vgpu(_metadata, v))
		return;
	ASSERT_EQ(0, exec_init(&self->e));
	ASSERT_EQ(0, vgpu_gate_init(v, &self->gate));
	ASSERT_EQ(0, vgpu_gate_init(v, &self->other));
	ASSERT_EQ(0, vgpu_ring_init_on(v, &self->render, VGPU_RENDER));
}

FIXTURE_TEARDOWN(space)
{
	vgpu_gate_open(&self->gate);
	test_close(&self->e.v);
}

/*
 * The guest destroys a space while the GPU waits in it. Whether the refused write
 * returns an error does not matter.
 */
static void destroy_in_use(struct __test_metadata *_metadata, struct exec *e,
			   struct vgpu_gate *gate, int creations,
			   int destructions)
{
	int i;

	for (i = 0; i < creations; i++)
		ASSERT_EQ(0, vgpu_ppgtt_notify(&e->v, gate->pml4,
					       PPGTT_L4_CREATE));
	ASSERT_EQ(0, exec_enter_gate(e, gate));
	for (i = 0; i < destructions; i++)
		vgpu_ppgtt_notify(&e->v, gate->pml4, PPGTT_L4_DESTROY);
	ASSERT_EQ(0, exec_leave_gate(e, gate));
	ASSERT_EQ(0, exec_enter_gate(e, gate));
	ASSERT_EQ(0, exec_leave_gate(e, gate));
}

TEST_F(space, can_be_destroyed_in_use)
{
	destroy_in_use(_metadata, &self->e, &self->gate, 1, 1);
}

TEST_F(space, can_be_created_and_destroyed_twice)
{
	destroy_in_use(_metadata, &self->e, &self->gate, 2, 2);
}

/* Without the fix: the page tables were freed that the GPU used */
TEST_F(space, that_was_not_created_stays_in_use)
{
	if (!test_unsafe(_metadata))
		return;
	destroy_in_use(_metadata, &self->e, &self->gate, 0, 1);
}

/* Without the fix: the same */
TEST_F(space, extra_destroy_keeps_it_in_use)
{
	if (!test_unsafe(_metadata))
		return;
	destroy_in_use(_metadata, &self->e, &self->gate, 2, 3);
}

/* The vGPU and, if there is one, another */
static void expect_life(struct __test_metadata *_metadata, struct exec *e,
			struct vgpu_ring *render)
{
	struct exec other;
	char second[40];

	EXPECT_EQ(0, exec_store(e, &e->ring));
	EXPECT_EQ(0, exec_store(e, render));
	if (!test_second_vgpu(second))
		return;
	ASSERT_EQ(0, vgpu_open(&other.v, second, TEST_RAM));
	ASSERT_EQ(0, exec_init(&other));
	EXPECT_EQ(0, exec_store(&other, &other.ring));
	test_close(&other.v);
}

TEST_F(space, is_loaded_by_a_ring)
{
	uint32_t load[EXEC_LOAD_DWORDS];

	exec_load_space(load, VGPU_RENDER, self->other.pml4);
	ASSERT_EQ(0, vgpu_ppgtt_notify(&self->e.v, self->other.pml4,
				       PPGTT_L4_CREATE));
	EXPECT_EQ(0, vgpu_ring_submit(&self->e.v, &self->render, load,
				      ARRAY_SIZE(load)));
	expect_life(_metadata, &self->e, &self->render);
}

/* Without the fix: the host kept a freed table at frame 0 in its list. */
TEST_F(space, at_frame_0_is_freed_on_destroy)
{
	const uint64_t frame_0 = 1;	/* an address of 0 is none */
	struct vgpu *v = &self->e.v;
	long before = vgpu_pinned_pages(v);
	int i;

	if (!test_unsafe(_metadata))
		return;
	if (before == -ENOENT)
		SKIP(return,
		     "no pin count: mount debugfs at /sys/kernel/debug");
	memcpy(v->ram, v->ram + self->other.pml4, VGPU_PAGE);
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, vgpu_ppgtt_notify(v, frame_0, PPGTT_L4_CREATE));
		ASSERT_LT(before, vgpu_pinned_pages(v));
		ASSERT_EQ(0, vgpu_ppgtt_notify(v, frame_0, PPGTT_L4_DESTROY));
		ASSERT_EQ(before, vgpu_pinned_pages(v));
	}
}

/* Without the fix: it was in the lists of both workloads, which became one */
TEST_F(space, can_be_loaded_by_two_engines)
{
	uint32_t blitter[EXEC_LOAD_DWORDS], render[EXEC_LOAD_DWORDS];
	struct vgpu *v = &self->e.v;

	if (!test_unsafe(_metadata))
		return;
	exec_load_space(blitter, VGPU_BLITTER, self->other.pml4);
	exec_load_space(render, VGPU_RENDER, self->other.pml4);
	ASSERT_EQ(0, vgpu_ppgtt_notify(&self->e.v, self->other.pml4,
				       PPGTT_L4_CREATE));
	ASSERT_EQ(0, vgpu_gate_enter(v, &self->gate, &self->e.ring, blitter,
				     ARRAY_SIZE(blitter)));
	EXPECT_EQ(0, vgpu_ring_submit(v, &self->render, render,
				      ARRAY_SIZE(render)));
	vgpu_gate_open(&self->gate);
	EXPECT_EQ(0, vgpu_ring_wait(v, &self->e.ring));
	expect_life(_metadata, &self->e, &self->render);
}

/*
 * Without the fix: it was twice in the list of the workload, which had no end
 */
TEST_F(space, can_be_loaded_twice_by_a_ring)
{
	uint32_t load[2 * EXEC_LOAD_DWORDS];

	if (!test_unsafe(_metadata))
		return;
	exec_load_space(load, VGPU_RENDER, self->other.pml4);
	exec_load_space(load + EXEC_LOAD_DWORDS, VGPU_RENDER, self->other.pml4);
	ASSERT_EQ(0, vgpu_ppgtt_notify(&self->e.v, self->other.pml4,
				       PPGTT_L4_CREATE));
	EXPECT_EQ(0, vgpu_ring_submit(&self->e.v, &self->render, load,
				      ARRAY_SIZE(load)));
	expect_life(_metadata, &self->e, &self->render);
}

/*
 * Without the fix: what an earlier ring had behind the end was taken for the
 * lower half of the address, and that of the host's page tables was written
 * there.
 */
TEST_F(space, that_is_half_loaded_is_refused)
{
	const uint32_t earlier[] = {
		MI_NOOP, MI_STORE_TO_GGTT, self->e.gma, 0, self->other.pml4,
		MI_NOOP,
	}, half[] = {
		MI_LOAD_REGISTER_IMM(1), VGPU_BLITTER + RING_PDP0_UDW,
		self->other.pml4 >> 32, MI_NOOP,
	};
	struct vgpu_ring *ring = &self->e.ring;

	if (!test_unsafe(_metadata))
		return;
	ASSERT_EQ(0, vgpu_ppgtt_notify(&self->e.v, self->other.pml4,
				       PPGTT_L4_CREATE));
	ASSERT_EQ(0, vgpu_ring_submit(&self->e.v, ring, earlier,
				      ARRAY_SIZE(earlier)));
	ASSERT_EQ(0, vgpu_ring_emit(ring, half, ARRAY_SIZE(half)));
	ASSERT_EQ(-EFAULT, vgpu_ring_start(&self->e.v, ring, NULL));

	ASSERT_EQ(0, exec_reset(&self->e));
	EXPECT_EQ(0, exec_store(&self->e, &self->e.ring));
}

/*
 * Without the fix: the GPU walked page tables at any address that the guest
 * chose
 */
TEST_F(space, load_by_registers_is_refused)
{
	const uint32_t registers[] = {
		VGPU_BLITTER + RING_PDP0_LDW, VGPU_BLITTER + RING_PDP1_LDW,
		VGPU_BLITTER + RING_PDP1_UDW, VGPU_RENDER + RING_PDP0_LDW,
		VGPU_RENDER + RING_PDP0_UDW,
	};
	size_t i;

	if (!test_unsafe(_metadata))
		return;
	for (i = 0; i < ARRAY_SIZE(registers); i++) {
		const uint32_t load[] = {
			MI_LOAD_REGISTER_IMM(1), registers[i], 0x1000, MI_NOOP,
		};

		ASSERT_EQ(0, vgpu_ring_emit(&self->e.ring, load,
					    ARRAY_SIZE(load)));
		EXPECT_EQ(-EFAULT, vgpu_ring_start(&self->e.v, &self->e.ring,
						   NULL))
			TH_LOG("register 0x%x", registers[i]);
		ASSERT_EQ(0, exec_reset(&self->e));
	}
	EXPECT_EQ(0, exec_store(&self->e, &self->e.ring));
}

/*
 * A reset of the GPU drops what the host made of page tables, and with a
 * directory that names itself it is not made again. Without the fix: the
 * attempt counted as a use of the page tables.
 */
TEST_F(space, that_became_invalid_is_destroyed)
{
	struct vgpu *v = &self->e.v;
	struct kernel_log log;
	uint64_t *directory, gpa;

	if (!test_unsafe(_metadata))
		return;
	ASSERT_EQ(0, vgpu_ppgtt_notify(v, self->gate.pml4, PPGTT_L4_CREATE));
	ASSERT_EQ(0, exec_enter_gate(&self->e, &self->gate));
	ASSERT_EQ(0, exec_leave_gate(&self->e, &self->gate));
	ASSERT_EQ(0, vgpu_write32(v, GDRST, GDRST_FULL));
	ASSERT_EQ(0, exec_init(&self->e));

	ASSERT_EQ(0, kernel_log_open(&log));
	directory = vgpu_gate_table(v, &self->gate, VGPU_GATE_PD, &gpa);
	directory[PD_INDEX] = gpa | PTE_PRESENT | PTE_WRITABLE;
	EXPECT_NE(0, exec_enter_gate(&self->e, &self->gate));
	EXPECT_EQ(0, vgpu_ppgtt_notify(v, self->gate.pml4, PPGTT_L4_DESTROY));
	kernel_log_read(&log);
	EXPECT_FALSE(log.warned) TH_LOG("%s", log.line);
	close(log.fd);
}

/*
 * Without the fix: what the engine was executing was dropped, and missed at its
 * end
 */
TEST_F(space, in_use_when_execlists_restart)
{
	if (!test_unsafe(_metadata))
		return;
	ASSERT_EQ(0, exec_enter_gate(&self->e, &self->gate));
	ASSERT_EQ(0, vgpu_write32(&self->e.v, VGPU_BLITTER + RING_MODE,
				  RING_MODE_EXECLISTS));
	EXPECT_EQ(0, exec_leave_gate(&self->e, &self->gate));
	EXPECT_EQ(0, exec_store(&self->e, &self->e.ring));
}

/*
 * Without the fix: the copy of the ring was freed while it was looked through
 */
TEST_F(space, of_a_ring_that_starts_execlists)
{
	const uint32_t load[] = {
		MI_LOAD_REGISTER_IMM(1), VGPU_BLITTER + RING_MODE,
		RING_MODE_EXECLISTS, MI_NOOP,
	};

	if (!test_unsafe(_metadata))
		return;
	EXPECT_EQ(0, vgpu_ring_submit(&self->e.v, &self->e.ring, load,
				      ARRAY_SIZE(load)));
	EXPECT_EQ(0, exec_store(&self->e, &self->e.ring));
}

/* ---- what is not in memory, and what is as it should be ---- */

FIXTURE(context) {
	struct exec e;
	struct vgpu_ring ring;
};

FIXTURE_SETUP(context)
{
	if (!test_open_vgpu(_metadata, &self->e.v))
		return;
	ASSERT_EQ(0, exec_init(&self->e));
	ASSERT_EQ(0, vgpu_ring_init(&self->e.v, &self->ring));
}

FIXTURE_TEARDOWN(context)
{
	test_close(&self->e.v);
}

/* Without the fix: the ring that was executed last was executed again */
TEST_F(context, without_its_ring_is_refused)
{
	struct vgpu_ring *ring = &self->ring;

	ASSERT_EQ(0, exec_store(&self->e, ring));
	*self->e.written = 0;
	ASSERT_EQ(0, vgpu_ring_emit(ring, self->e.store,
				    ARRAY_SIZE(self->e.store)));
	ASSERT_EQ(0, vgpu_ggtt_map(&self->e.v, ring->state[STATE_START],
				   NOWHERE, VGPU_PAGE));
	EXPECT_EQ(-EFAULT, vgpu_ring_start(&self->e.v, ring, NULL));
	usleep(100000);
	EXPECT_FALSE(exec_was_stored(&self->e));
	EXPECT_TRUE(exec_in_failsafe_mode(&self->e));

	ASSERT_EQ(0, exec_reset(&self->e));
	EXPECT_EQ(0, exec_store(&self->e, &self->e.ring));
}

/* Without the fix: the ring was where the host's stack said that it is */
TEST_F(context, missing_image_refuses_it_alone)
{
	struct vgpu_ring *ring = &self->ring;

	if (!test_unsafe(_metadata))
		return;
	ASSERT_EQ(0, vgpu_ring_emit(ring, self->e.store,
				    ARRAY_SIZE(self->e.store)));
	ASSERT_EQ(0, vgpu_ggtt_map(&self->e.v, ring->image + VGPU_PAGE, NOWHERE,
				   VGPU_PAGE));
	EXPECT_EQ(-EFAULT, vgpu_ring_start(&self->e.v, ring, NULL));
	usleep(100000);
	EXPECT_FALSE(exec_was_stored(&self->e));
	EXPECT_EQ(0, exec_store(&self->e, &self->e.ring));
}

/* Without the fix: what the host's memory had there was checked instead */
TEST_F(context, without_its_batch_is_refused)
{
	const uint32_t start[] = {
		MI_BATCH_BUFFER_START, self->ring.state[STATE_START], 0,
		MI_NOOP,
	};

	ASSERT_EQ(0, vgpu_ggtt_map(&self->e.v, start[1], NOWHERE, VGPU_PAGE));
	ASSERT_EQ(0, vgpu_ring_emit(&self->e.ring, start,
				    ARRAY_SIZE(start)));
	EXPECT_EQ(-EFAULT, vgpu_ring_start(&self->e.v, &self->e.ring, NULL));
	EXPECT_TRUE(exec_in_failsafe_mode(&self->e));

	ASSERT_EQ(0, exec_reset(&self->e));
	EXPECT_EQ(0, exec_store(&self->e, &self->e.ring));
}

/* From near the end of the second page to the store in the first one */
TEST_F(context, wrapped_ring_is_executed)
{
	struct vgpu_ring *ring = &self->ring;
	uint64_t gma;

	ASSERT_EQ(0, exec_alloc(&self->e.v, 2, &gma, &ring->ring));
	ASSERT_EQ(0, vgpu_ring_emit(ring, self->e.store,
				    ARRAY_SIZE(self->e.store)));
	ring->state[STATE_START] = gma;
	ring->state[STATE_CTL] = CTL_PAGES(2);
	ring->state[STATE_HEAD] = 2 * VGPU_PAGE - 16;
	ASSERT_EQ(0, vgpu_ring_start(&self->e.v, ring, NULL));
	EXPECT_EQ(0, vgpu_ring_wait(&self->e.v, ring));
	EXPECT_TRUE(exec_was_stored(&self->e));
}

TEST_F(context, indirect_batch_is_executed)
{
	struct vgpu *v = &self->e.v;
	struct vgpu_ring render;
	uint32_t *noops;
	uint64_t gma;

	ASSERT_EQ(0, vgpu_ring_init_on(v, &render, VGPU_RENDER));
	ASSERT_EQ(0, exec_alloc(v, 1, &gma, &noops));
	exec_set_indirect(v, &render, gma);
	EXPECT_EQ(0, exec_store(&self->e, &render));
}

TEST_HARNESS_MAIN
