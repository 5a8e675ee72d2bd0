// SPDX-License-Identifier: GPL-2.0
/*
 * GPU access through GGTT and PPGTT entries to guest memory that a VMM unmaps:
 * the GPU must not reach the old memory, and must reach memory that is mapped
 * there next.
 */
#include <sys/mman.h>

#include "test_util.h"
#include "proc_util.h"
#include "vgpu_commands.h"
#include "vgpu_regs.h"

/* Guest physical address of the page that the GPU writes to */
#define IOVA			0x1000000000ull

/* Entry in the lowest page table of a gate, and the address that it maps */
#define PT_INDEX		2
#define PPGTT_ADDR		(PT_INDEX * VGPU_PAGE)

#define PATTERN			0xc0ffee11u

enum { A, B, MEMORIES };

/*
 * @memory: two pages for the VMM to map at IOVA; @store: a store of the GPU to
 *	IOVA
 */
FIXTURE(reached) {
	struct vgpu v;
	struct vgpu_ring ring;
	struct vgpu_gate gate;
	uint32_t *memory[MEMORIES];
	uint32_t store[4];
};

/* @address_space: GLOBAL_GTT, or 0 for the PPGTT */
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
	ASSERT_EQ(0, vgpu_map_dma(v, IOVA, self->memory[A], VGPU_PAGE));
	ASSERT_EQ(0, vgpu_alloc_gma(v, VGPU_PAGE, &gma));
	ASSERT_EQ(0, vgpu_ggtt_map(v, gma, IOVA, VGPU_PAGE));
	table = vgpu_gate_table(v, &self->gate, VGPU_GATE_PT, NULL);
	table[PT_INDEX] = IOVA | PTE_PRESENT | PTE_WRITABLE;

	/* After this, the host keeps the shadow page tables. */
	ASSERT_EQ(0, vgpu_ppgtt_notify(v, self->gate.pml4, PPGTT_L4_CREATE));

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

/* Have the GPU wait at the gate, with the store after it. */
static int begin(struct vgpu *v, struct vgpu_gate *gate,
		 struct vgpu_ring *ring, const uint32_t *store)
{
	vgpu_gate_close(gate);
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
	ASSERT_EQ(0, vgpu_unmap_dma(&self->v, IOVA, VGPU_PAGE));
	EXPECT_EQ(0, run(&self->v, &self->gate, &self->ring, self->store));
	EXPECT_EQ(0, self->memory[A][0]);
}

TEST_F(reached, not_what_is_unmapped_meanwhile)
{
	ASSERT_EQ(0, begin(&self->v, &self->gate, &self->ring, self->store));
	ASSERT_EQ(0, vgpu_unmap_dma(&self->v, IOVA, VGPU_PAGE));
	EXPECT_EQ(0, end(&self->v, &self->gate, &self->ring));
	EXPECT_EQ(0, self->memory[A][0]);
}

/* A VMM may unmap memory and map it again, to split a mapping for example. */
TEST_F(reached, same_memory_mapped_again)
{
	ASSERT_EQ(0, vgpu_unmap_dma(&self->v, IOVA, VGPU_PAGE));
	ASSERT_EQ(0, vgpu_map_dma(&self->v, IOVA, self->memory[A], VGPU_PAGE));
	EXPECT_EQ(0, run(&self->v, &self->gate, &self->ring, self->store));
	EXPECT_EQ(PATTERN, self->memory[A][0]);
}

TEST_F(reached, other_memory_mapped_there)
{
	ASSERT_EQ(0, vgpu_unmap_dma(&self->v, IOVA, VGPU_PAGE));
	ASSERT_EQ(0, vgpu_map_dma(&self->v, IOVA, self->memory[B], VGPU_PAGE));
	EXPECT_EQ(0, run(&self->v, &self->gate, &self->ring, self->store));
	EXPECT_EQ(0, self->memory[A][0]);
	EXPECT_EQ(PATTERN, self->memory[B][0]);
}

/* A workload that ran without the memory must not affect later ones. */
TEST_F(reached, memory_mapped_after_a_miss)
{
	ASSERT_EQ(0, vgpu_unmap_dma(&self->v, IOVA, VGPU_PAGE));
	ASSERT_EQ(0, run(&self->v, &self->gate, &self->ring, self->store));
	ASSERT_EQ(0, vgpu_map_dma(&self->v, IOVA, self->memory[B], VGPU_PAGE));
	usleep(100000);
	EXPECT_EQ(0, run(&self->v, &self->gate, &self->ring, self->store));
	EXPECT_EQ(PATTERN, self->memory[B][0]);
}

/* ---- while the GPU is suspended ---- */

TEST_F(reached, not_what_was_unmapped_asleep)
{
	int drm = vgpu_drm_open(), asleep, ret;

	ASSERT_LE(0, drm);
	asleep = test_let_sleep(drm);
	ret = vgpu_unmap_dma(&self->v, IOVA, VGPU_PAGE);
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
		SKIP(return, "PPGTT entries are in memory: see ggtt");
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

/* ---- pages of replaced entries, while a workload may still use them ---- */

#define ROUNDS		3000	/* with a new page each */
#define TABLE_ROUNDS	700
#define KEPT		1024	/* limit in gtt.c */

/*
 * The GPU waits at @gate, and may have any entry in a TLB. Meanwhile an entry
 * for @memory, in the GGTT or the page tables of @other, is set and replaced.
 */
struct entry {
	struct vgpu v;
	struct vgpu_ring ring;
	struct vgpu_gate gate, other;
	bool ggtt;
	uint64_t gma;
	uint32_t *memory;
	long pinned;
};

FIXTURE(kept) {
	struct entry e;
};

FIXTURE_VARIANT(kept) {
	bool ggtt;
};

FIXTURE_VARIANT_ADD(kept, ggtt) { .ggtt = true };
FIXTURE_VARIANT_ADD(kept, ppgtt) { };

static int set_entry(struct entry *e)
{
	return e->ggtt ?
	       vgpu_ggtt_map(&e->v, e->gma, IOVA, VGPU_PAGE) :
	       vgpu_ppgtt_notify(&e->v, e->other.pml4, PPGTT_L4_CREATE);
}

/* Replace by a page that another entry keeps pinned, or destroy the PPGTT. */
static int replace_entry(struct entry *e)
{
	return e->ggtt ?
	       vgpu_ggtt_map(&e->v, e->gma, e->gate.pml4, VGPU_PAGE) :
	       vgpu_ppgtt_notify(&e->v, e->other.pml4, PPGTT_L4_DESTROY);
}

FIXTURE_SETUP(kept)
{
	struct vgpu *v = &self->e.v;
	uint64_t *table, gma;

	/* Free pages are on the list of the CPU that freed them. */
	ASSERT_EQ(0, test_stay_on_this_cpu());
	if (!test_open_vgpu(_metadata, v))
		return;
	if (vgpu_pinned_pages(v) == -ENOENT)
		SKIP(return,
		     "no pin count: mount debugfs at /sys/kernel/debug");
	self->e.ggtt = variant->ggtt;
	self->e.memory = mmap(NULL, VGPU_PAGE, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1,
			      0);
	ASSERT_NE(MAP_FAILED, self->e.memory);
	ASSERT_EQ(0, vgpu_map_dma(v, IOVA, self->e.memory, VGPU_PAGE));
	ASSERT_EQ(0, vgpu_ring_init(v, &self->e.ring));
	ASSERT_EQ(0, vgpu_gate_init(v, &self->e.gate));
	ASSERT_EQ(0, vgpu_gate_init(v, &self->e.other));
	table = vgpu_gate_table(v, &self->e.other, VGPU_GATE_PT, NULL);
	table[PT_INDEX] = IOVA | PTE_PRESENT | PTE_WRITABLE;
	ASSERT_EQ(0, vgpu_alloc_gma(v, VGPU_PAGE, &self->e.gma));
	ASSERT_EQ(0, vgpu_alloc_gma(v, VGPU_PAGE, &gma));
	ASSERT_EQ(0, vgpu_ggtt_map(v, gma, self->e.gate.pml4, VGPU_PAGE));

	/* Keep the gate's page tables when the workload ends. */
	ASSERT_EQ(0, vgpu_ppgtt_notify(v, self->e.gate.pml4, PPGTT_L4_CREATE));
	ASSERT_EQ(0, set_entry(&self->e));
	ASSERT_EQ(0, vgpu_gate_enter(v, &self->e.gate, &self->e.ring, NULL, 0));
	self->e.pinned = vgpu_pinned_pages(v);
	ASSERT_LT(0, self->e.pinned);
}

FIXTURE_TEARDOWN(kept)
{
	vgpu_gate_open(&self->e.gate);
	test_close(&self->e.v);
	munmap(self->e.memory, VGPU_PAGE);
}

/*
 * Let the workload end, and wait up to 1 s for @until pinned pages: the host
 * handles the end of a workload after the guest can see it. Return the number
 * of pinned pages.
 */
static long pinned_after_it_ran(struct entry *e, long until)
{
	long pinned;
	int ms;

	if (end(&e->v, &e->gate, &e->ring))
		return -EIO;
	for (ms = 0; ms < 1000; ms++) {
		pinned = vgpu_pinned_pages(&e->v);
		if (pinned < 0 || pinned == until)
			break;
		usleep(1000);
	}
	return pinned;
}

TEST_F(kept, page_while_it_may_be_in_a_tlb)
{
	const long fewer = self->e.pinned - (variant->ggtt ? 1 : 2);

	ASSERT_EQ(0, replace_entry(&self->e));
	EXPECT_EQ(self->e.pinned, vgpu_pinned_pages(&self->e.v));
	EXPECT_EQ(fewer, pinned_after_it_ran(&self->e, fewer));
}

TEST_F(kept, page_until_it_is_unmapped)
{
	const long fewer = self->e.pinned - (variant->ggtt ? 1 : 2);

	ASSERT_EQ(0, replace_entry(&self->e));
	ASSERT_EQ(0, vgpu_unmap_dma(&self->e.v, IOVA, VGPU_PAGE));
	EXPECT_EQ(fewer, vgpu_pinned_pages(&self->e.v));
	EXPECT_EQ(fewer, pinned_after_it_ran(&self->e, fewer));
}

TEST_F(kept, page_that_is_named_again)
{
	ASSERT_EQ(0, replace_entry(&self->e));
	ASSERT_EQ(0, set_entry(&self->e));
	EXPECT_EQ(self->e.pinned, vgpu_pinned_pages(&self->e.v));
	ASSERT_EQ(0, end(&self->e.v, &self->e.gate, &self->e.ring));
	usleep(50000);
	EXPECT_EQ(self->e.pinned, vgpu_pinned_pages(&self->e.v));
	ASSERT_EQ(0, vgpu_unmap_dma(&self->e.v, IOVA, VGPU_PAGE));
	EXPECT_EQ(self->e.pinned - 1, vgpu_pinned_pages(&self->e.v));
}

TEST_F_TIMEOUT(kept, pages_are_not_many, 120)
{
	uint64_t gpa;
	int i;

	if (!variant->ggtt)
		SKIP(return, "always the same pages: see tables_are_not_many");
	ASSERT_EQ(0, vgpu_alloc_ram(&self->e.v, ROUNDS * VGPU_PAGE, &gpa));
	for (i = 0; i < ROUNDS; i++)
		ASSERT_EQ(0, vgpu_ggtt_map(&self->e.v, self->e.gma,
					   gpa + i * VGPU_PAGE, VGPU_PAGE));
	EXPECT_GE(self->e.pinned + KEPT, vgpu_pinned_pages(&self->e.v));
	EXPECT_EQ(self->e.pinned, pinned_after_it_ran(&self->e, self->e.pinned));
}

static long pages_that_are_free(void)
{
	return free_kib() / (VGPU_PAGE / 1024);
}

/*
 * Each round creates four page tables. The first half of the rounds fills the
 * lists of free pages.
 */
TEST_F_TIMEOUT(kept, tables_are_not_many, 120)
{
	long before = 0;
	int i;

	if (variant->ggtt)
		SKIP(return, "no page tables: see ppgtt");
	for (i = -TABLE_ROUNDS; i < TABLE_ROUNDS; i++) {
		if (!i)
			before = pages_that_are_free();
		ASSERT_EQ(0, replace_entry(&self->e));
		ASSERT_EQ(0, set_entry(&self->e));
	}
	EXPECT_GT(TABLE_ROUNDS * 4 / 2, before - pages_that_are_free());
	EXPECT_EQ(self->e.pinned, pinned_after_it_ran(&self->e, self->e.pinned));
}

TEST_HARNESS_MAIN
