// SPDX-License-Identifier: GPL-2.0
/*
 * What the GPU reaches through entries of guest memory that a VMM unmaps: no
 * memory that was there, and what is mapped at the same place next.
 *
 * "Audit" numbers are rows of docs/audit.md.
 */
#include <sys/mman.h>

#include "test_util.h"

/* The page that the GPU writes to has a place of its own. */
#define IOVA			0x1000000000ull

/* Broadwell and Skylake PRM, Volume 2a */
#define MI_STORE_DATA_IMM	(0x20u << 23 | 2u)
#define  GLOBAL_GTT		0x400000u

/* Of the page tables of a gate (vgpu_gate.c), the one that has entries to spare */
#define PT_OFFSET		(3 * VGPU_PAGE)
#define PT_INDEX		2
#define PPGTT_ADDR		(PT_INDEX * VGPU_PAGE)
#define PTE_WRITABLE		3u

/* i915_pvinfo.h in the kernel */
#define PVINFO_G2V_NOTIFY	0x78818u
#define  PPGTT_L4_CREATE	4u
#define PVINFO_PDP0_LO		0x78838u
#define PVINFO_PDP0_HI		0x7883cu

#define PATTERN			0xc0ffee11u

enum { A, B, MEMORIES };

/* @address: of the page in the address space that the variant is about */
FIXTURE(reached) {
	struct vgpu v;
	struct vgpu_ring ring;
	struct vgpu_gate gate;
	uint32_t *memory[MEMORIES];
	uint32_t store[4];
};

FIXTURE_VARIANT(reached) {
	uint32_t address_space;
};

FIXTURE_VARIANT_ADD(reached, ggtt) { .address_space = GLOBAL_GTT };
FIXTURE_VARIANT_ADD(reached, ppgtt) { };

FIXTURE_SETUP(reached)
{
	struct vgpu *v = &self->v;
	uint64_t gma, *table;
	size_t i;

	if (!test_open_vgpu(_metadata, v))
		return;
	for (i = 0; i < MEMORIES; i++) {
		self->memory[i] = mmap(NULL, VGPU_PAGE, PROT_READ | PROT_WRITE,
				       MAP_PRIVATE | MAP_ANONYMOUS |
				       MAP_POPULATE, -1, 0);
		ASSERT_NE(MAP_FAILED, self->memory[i]);
	}
	ASSERT_EQ(0, vgpu_ring_init(v, &self->ring));
	ASSERT_EQ(0, vgpu_gate_init(v, &self->gate));
	ASSERT_EQ(0, test_map_dma(v, IOVA, self->memory[A], VGPU_PAGE));
	ASSERT_EQ(0, vgpu_alloc_gma(v, VGPU_PAGE, &gma));
	ASSERT_EQ(0, vgpu_ggtt_map(v, gma, IOVA, VGPU_PAGE));
	table = (uint64_t *)(v->ram + self->gate.pml4 + PT_OFFSET);
	table[PT_INDEX] = IOVA | PTE_WRITABLE;

	/* The host keeps page tables that it was told of. */
	ASSERT_EQ(0, vgpu_write32(v, PVINFO_PDP0_LO, self->gate.pml4));
	ASSERT_EQ(0, vgpu_write32(v, PVINFO_PDP0_HI, self->gate.pml4 >> 32));
	ASSERT_EQ(0, vgpu_write32(v, PVINFO_G2V_NOTIFY, PPGTT_L4_CREATE));

	self->store[0] = MI_STORE_DATA_IMM | variant->address_space;
	self->store[1] = variant->address_space ? gma : PPGTT_ADDR;
	self->store[3] = PATTERN;
}

FIXTURE_TEARDOWN(reached)
{
	size_t i;

	vgpu_gate_open(&self->gate);
	test_close(&self->v);
	for (i = 0; i < MEMORIES; i++)
		munmap(self->memory[i], VGPU_PAGE);
}

/* The GPU stands at the gate with the store behind it. */
static int begin(struct vgpu *v, struct vgpu_gate *gate,
		 struct vgpu_ring *ring, const uint32_t *store)
{
	memset(gate->words, 0, 2 * sizeof(*gate->words));
	return vgpu_gate_enter(v, gate, ring, store, 4);
}

static int end(struct vgpu *v, struct vgpu_gate *gate, struct vgpu_ring *ring)
{
	vgpu_gate_open(gate);
	return vgpu_ring_wait(v, ring);
}

static int run(struct vgpu *v, struct vgpu_gate *gate, struct vgpu_ring *ring,
	       const uint32_t *store)
{
	int ret = begin(v, gate, ring, store);

	return ret ? ret : end(v, gate, ring);
}

TEST_F(reached, memory_that_is_mapped)
{
	EXPECT_EQ(0, run(&self->v, &self->gate, &self->ring, self->store));
	EXPECT_EQ(PATTERN, self->memory[A][0]);
}

TEST_F(reached, not_what_was_unmapped)
{
	ASSERT_EQ(0, test_unmap_dma(&self->v, IOVA, VGPU_PAGE));
	EXPECT_EQ(0, run(&self->v, &self->gate, &self->ring, self->store));
	EXPECT_EQ(0, self->memory[A][0]);
}

TEST_F(reached, not_what_is_unmapped_meanwhile)
{
	ASSERT_EQ(0, begin(&self->v, &self->gate, &self->ring, self->store));
	ASSERT_EQ(0, test_unmap_dma(&self->v, IOVA, VGPU_PAGE));
	EXPECT_EQ(0, end(&self->v, &self->gate, &self->ring));
	EXPECT_EQ(0, self->memory[A][0]);
}

/* A VMM that cuts its memory in other pieces unmaps and maps it. */
TEST_F(reached, same_memory_mapped_again)
{
	ASSERT_EQ(0, test_unmap_dma(&self->v, IOVA, VGPU_PAGE));
	ASSERT_EQ(0, test_map_dma(&self->v, IOVA, self->memory[A], VGPU_PAGE));
	EXPECT_EQ(0, run(&self->v, &self->gate, &self->ring, self->store));
	EXPECT_EQ(PATTERN, self->memory[A][0]);
}

TEST_F(reached, other_memory_mapped_there)
{
	ASSERT_EQ(0, test_unmap_dma(&self->v, IOVA, VGPU_PAGE));
	ASSERT_EQ(0, test_map_dma(&self->v, IOVA, self->memory[B], VGPU_PAGE));
	EXPECT_EQ(0, run(&self->v, &self->gate, &self->ring, self->store));
	EXPECT_EQ(0, self->memory[A][0]);
	EXPECT_EQ(PATTERN, self->memory[B][0]);
}

/* What ran without it does not keep it away from what runs next. */
TEST_F(reached, memory_mapped_after_it_was_missed)
{
	ASSERT_EQ(0, test_unmap_dma(&self->v, IOVA, VGPU_PAGE));
	ASSERT_EQ(0, run(&self->v, &self->gate, &self->ring, self->store));
	ASSERT_EQ(0, test_map_dma(&self->v, IOVA, self->memory[B], VGPU_PAGE));
	usleep(100000);
	EXPECT_EQ(0, run(&self->v, &self->gate, &self->ring, self->store));
	EXPECT_EQ(PATTERN, self->memory[B][0]);
}

/* ---- while the GPU sleeps ---- */

TEST_F(reached, not_what_was_unmapped_asleep)
{
	int drm = vgpu_drm_open(), asleep, ret;

	ASSERT_LE(0, drm);
	asleep = test_let_sleep(drm);
	ret = test_unmap_dma(&self->v, IOVA, VGPU_PAGE);
	ASSERT_EQ(0, test_keep_awake(drm));
	close(drm);
	if (!asleep)
		SKIP(return, "the GPU stays awake: give i915 its firmware");
	ASSERT_EQ(1, asleep);
	ASSERT_EQ(0, ret);

	EXPECT_EQ(0, run(&self->v, &self->gate, &self->ring, self->store));
	EXPECT_EQ(0, self->memory[A][0]);
}

TEST_F(reached, entry_that_was_written_asleep)
{
	const uint32_t *written;
	int drm = vgpu_drm_open(), asleep, ret;
	uint64_t gpa;

	if (!variant->address_space)
		SKIP(return, "page tables are memory: see the GGTT");
	ASSERT_LE(0, drm);
	ASSERT_EQ(0, vgpu_alloc_ram(&self->v, VGPU_PAGE, &gpa));
	written = (uint32_t *)(self->v.ram + gpa);
	asleep = test_let_sleep(drm);
	ret = vgpu_ggtt_map(&self->v, self->store[1], gpa, VGPU_PAGE);
	ASSERT_EQ(0, test_keep_awake(drm));
	close(drm);
	if (!asleep)
		SKIP(return, "the GPU stays awake: give i915 its firmware");
	ASSERT_EQ(1, asleep);
	ASSERT_EQ(0, ret);

	EXPECT_EQ(0, run(&self->v, &self->gate, &self->ring, self->store));
	EXPECT_EQ(0, self->memory[A][0]);
	EXPECT_EQ(PATTERN, *written);
}

TEST_HARNESS_MAIN
