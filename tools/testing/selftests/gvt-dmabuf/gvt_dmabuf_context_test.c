// SPDX-License-Identifier: GPL-2.0
/*
 * Invalid contexts: ring pointers outside of the ring, address spaces that are
 * destroyed in use or loaded twice, and rings and context images that are not
 * in guest memory.
 */
#include "command_util.h"

#define LINE			64u	/* bytes of a cacheline */
#define PD_INDEX		1	/* an entry not used by the gate */

/* ---- the ring in a context image ---- */

#define PAGES			4	/* allocated for the ring */

/*
 * @bad: a context with one store in its ring, and the variant's values in its
 *	image
 */
FIXTURE(ring) {
	struct exec e;
	struct vgpu_ring bad;
	struct kernel_log log;
};

/*
 * @engine: engine of the context
 * @pages: size of the ring
 * @head, @tail: in bytes (@tail 0: after the store)
 * @start, @indirect: offsets in their page of the ring and of the indirect
 *	context
 */
FIXTURE_VARIANT(ring) {
	uint32_t engine, pages, head, tail, start, indirect;
};

/* Without the fix: 0x3000 bytes were copied to a buffer of 0x1000 */
FIXTURE_VARIANT_ADD(ring, tail_after_the_end) {
	.engine = VGPU_BLITTER, .pages = 2, .tail = 0x3000,
};

/* Without the fix: 0x1000 bytes were copied to an empty buffer */
FIXTURE_VARIANT_ADD(ring, tail_at_the_end) {
	.engine = VGPU_BLITTER, .pages = 1, .tail = 0x1000,
};

/* Without the fix: guest memory was copied from the head on without an end */
FIXTURE_VARIANT_ADD(ring, head_after_the_end) {
	.engine = VGPU_BLITTER, .pages = 1, .head = 0x2000,
};

FIXTURE_VARIANT_ADD(ring, head_after_the_end_of_two_pages) {
	.engine = VGPU_BLITTER, .pages = 2, .head = 0x3000, .tail = 0x1000,
};

/* Without the fix: as both are past the end, the ring seemed valid */
FIXTURE_VARIANT_ADD(ring, head_and_tail_after_the_end) {
	.engine = VGPU_BLITTER, .pages = 1, .head = 0x2000, .tail = 0x3000,
};

/* Without the fix: a warning, and the context was unpinned once too often */
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

/*
 * @gate, @other: two sets of page tables; @render: a context of the render
 *	engine
 */
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
 * Destroy an address space while the GPU waits in it. A refused notification
 * may or may not return an error.
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

/* Without the fix: page tables were freed while the GPU used them */
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

/* Expect both engines to work, and those of a second vGPU, if there is one. */
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

/* Without the fix: a shadow page table of frame 0 was found once freed */
TEST_F(space, at_frame_0_is_freed_on_destroy)
{
	const uint64_t frame_0 = 1;	/* address 0 would mean no table */
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

/* Without the fix: it was on the lists of two workloads, corrupting both */
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

/* Without the fix: it was added twice to a list, which then had no end */
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
 * The load of the lower half is missing. Without the fix: the parser took it
 * from past the end of the ring, where an earlier ring had left data, and wrote
 * the address of the shadow page tables there.
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

/* Without the fix: the GPU used page tables at any address */
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
 * A GPU reset drops the shadow page tables. They cannot be shadowed again,
 * because the directory now refers to itself. Without the fix: the failed
 * attempt left a reference, and the page tables were never destroyed.
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

/* Without the fix: the workload was freed, and used when it completed */
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

/* Without the fix: the copy of the ring was freed while it was scanned */
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

/* ---- contexts that are not in guest memory, and valid ones ---- */

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

/* Without the fix: the previous ring's commands were executed again */
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

/* Without the fix: the ring's address was uninitialized stack memory */
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

/* Without the fix: stale contents of the host's buffer were scanned instead */
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

/* The head is near the end of the second page, the store in the first page. */
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

/* ---- what the GPU writes where the GGTT maps nothing ---- */

/* Store the pattern to a page that is not mapped. */
static int store_to_nothing(struct exec *e)
{
	int ret = vgpu_alloc_gma(&e->v, VGPU_PAGE, &e->gma);

	e->store[1] = e->gma;
	return ret ? ret : vgpu_ring_submit(&e->v, &e->ring, e->store,
					    ARRAY_SIZE(e->store));
}

/* A page that is not mapped contains what is stored there, so this one can see. */
static uint32_t found_at_nothing(struct __test_metadata *_metadata,
				 struct vgpu *v)
{
	uint64_t gma;
	uint32_t val;

	ASSERT_EQ(0, vgpu_alloc_gma(v, VGPU_PAGE, &gma));
	ASSERT_EQ(0, vgpu_read_aperture(v, gma, &val, sizeof(val)));
	return val;
}

/* Without the fix: the page is not cleared */
TEST_F(context, store_to_nothing_is_lost_on_reset)
{
	ASSERT_EQ(0, store_to_nothing(&self->e));
	EXPECT_EQ(PATTERN, found_at_nothing(_metadata, &self->e.v));
	ASSERT_EQ(0, exec_reset(&self->e));
	EXPECT_EQ(0, found_at_nothing(_metadata, &self->e.v));
}

TEST_F(context, store_to_nothing_is_lost_on_close)
{
	ASSERT_EQ(0, store_to_nothing(&self->e));
	ASSERT_EQ(0, test_next_owner(&self->e.v));
	EXPECT_EQ(0, found_at_nothing(_metadata, &self->e.v));
}

/* Without the fix: all vGPUs have the same page */
TEST_F(context, store_to_nothing_is_private)
{
	char uuid[40];
	struct vgpu other;

	if (!test_second_vgpu(uuid))
		SKIP(return, "no second vGPU: set VGPU_UUIDS");
	ASSERT_EQ(0, vgpu_open(&other, uuid, TEST_RAM));
	ASSERT_EQ(0, store_to_nothing(&self->e));
	EXPECT_EQ(0, found_at_nothing(_metadata, &other));
	test_close(&other);
}

TEST_HARNESS_MAIN
