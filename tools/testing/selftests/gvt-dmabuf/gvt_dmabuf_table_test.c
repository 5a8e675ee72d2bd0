// SPDX-License-Identifier: GPL-2.0
/*
 * Limits of the page tables and address spaces that the host shadows for a
 * guest: they are large enough for guests, and bound the host's memory.
 */
#include "command_util.h"
#include "proc_util.h"
#include "vgpu_debugfs.h"

#define PDE_2M			0x80u
#define ENTRIES			(VGPU_PAGE / sizeof(uint64_t))
#define AREA			(2u << 20)	/* mapped by an entry */
#define AREAS			(TEST_RAM / 2 / AREA)

/* A directory may need a shadow page table for each of its entries. */
#define MAX_TABLES		16384u
#define FULL			(MAX_TABLES / ENTRIES - 1)
#define TOO_MANY		(4 * MAX_TABLES / ENTRIES)
#define MAX_KIB			((long)(MAX_TABLES * VGPU_PAGE / 1024))
#define SLACK_KIB		(16l << 10)	/* for other allocations */

#define MAX_SPACES		1024u
#define MANY_SPACES		6000u	/* 24 MiB of roots; a sixth is kept */

#define ROOT_ADDRESS_BIT	12
#define ROOT_ADDRESS_END	46

#define MAX_LOADS		64u

/*
 * @gate, @other: two sets of page tables; @refused: a second context of the
 *	engine
 */
FIXTURE(tables) {
	struct exec e;
	struct vgpu_gate gate, other;
	struct vgpu_ring refused;
};

/* Set the engines for which batch buffers in PPGTTs are scanned. */
static int scan_all_batches(struct vgpu *v, const char *engines)
{
	char pattern[128];
	int ret = vgpu_debugfs_pattern(v, "scan_nonprivbb", pattern,
				       sizeof(pattern));

	return ret ? ret : test_write(pattern, engines);
}

FIXTURE_SETUP(tables)
{
	struct vgpu *v = &self->e.v;

	if (!test_open_vgpu(_metadata, v))
		return;
	ASSERT_EQ(0, exec_init(&self->e));
	ASSERT_EQ(0, vgpu_gate_init(v, &self->gate));
	ASSERT_EQ(0, vgpu_gate_init(v, &self->other));
	ASSERT_EQ(0, vgpu_ring_init(v, &self->refused));
}

FIXTURE_TEARDOWN(tables)
{
	vgpu_gate_open(&self->gate);
	vgpu_gate_open(&self->other);
	scan_all_batches(&self->e.v, "0");
	test_close(&self->e.v);
}

/*
 * Add directories to the page tables of @gate in which each entry maps 2 MiB.
 */
static int add_directories(struct vgpu *v, struct vgpu_gate *gate,
			   unsigned int count)
{
	uint64_t *pdp = vgpu_gate_table(v, gate, VGPU_GATE_PDP, NULL);
	uint64_t gpa, *entry;
	unsigned int i;
	int ret;

	ret = vgpu_alloc_ram(v, count * VGPU_PAGE, &gpa);
	if (ret)
		return ret;
	/* Populate guest memory now, so that it is not counted later. */
	memset(v->ram + TEST_RAM / 2, 0, TEST_RAM / 2);
	entry = (uint64_t *)(v->ram + gpa);
	for (i = 0; i < count * ENTRIES; i++)
		entry[i] = (TEST_RAM / 2 + (uint64_t)(i % AREAS) * AREA) |
			   PDE_2M | PTE_PRESENT;
	for (i = 0; i < count; i++)
		pdp[1 + i] = (gpa + i * VGPU_PAGE) | PTE_PRESENT | PTE_WRITABLE;
	return 0;
}

/* Allocate @count empty roots, a page each. */
static int add_roots(struct vgpu *v, unsigned int count, uint64_t *roots)
{
	int ret = vgpu_alloc_ram(v, count * VGPU_PAGE, roots);

	if (!ret)
		memset(v->ram + *roots, 0, count * VGPU_PAGE);
	return ret;
}

static int create_spaces(struct vgpu *v, uint64_t roots, unsigned int count)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < count; i++)
		ret = vgpu_ppgtt_notify(v, roots + i * VGPU_PAGE,
					PPGTT_L4_CREATE);
	return ret;
}

static int run_in(struct exec *e, struct vgpu_gate *gate)
{
	int ret = exec_enter_gate(e, gate);

	return ret ? ret : exec_leave_gate(e, gate);
}

/* Without the fix: the number of shadow page tables was not limited */
TEST_F_TIMEOUT(tables, beyond_the_limit_are_refused, 300)
{
	struct vgpu *v = &self->e.v;
	uint64_t *pdp = vgpu_gate_table(v, &self->gate, VGPU_GATE_PDP, NULL);
	long before;

	if (!test_release_kernel(_metadata))
		return;
	ASSERT_EQ(0, add_directories(v, &self->gate, TOO_MANY));
	before = free_kib();
	ASSERT_EQ(0, vgpu_ppgtt_notify(v, self->gate.pml4, PPGTT_L4_CREATE));
	EXPECT_GT(MAX_KIB + SLACK_KIB, before - free_kib());

	memset(pdp + 1, 0, TOO_MANY * sizeof(*pdp));
	vgpu_ppgtt_notify(v, self->gate.pml4, PPGTT_L4_DESTROY);
	EXPECT_GT(SLACK_KIB, before - free_kib());
}

TEST_F_TIMEOUT(tables, too_many_refuse_a_workload_alone, 300)
{
	struct vgpu *v = &self->e.v;

	if (!test_release_kernel(_metadata) || !test_unsafe(_metadata))
		return;
	ASSERT_EQ(0, add_directories(v, &self->gate, TOO_MANY));
	EXPECT_EQ(-EFAULT, vgpu_gate_enter(v, &self->gate, &self->refused, NULL,
					   0));
	EXPECT_EQ(0, run_in(&self->e, &self->other));
}

/* As many as allowed; tables of another space evict them and vice versa. */
TEST_F_TIMEOUT(tables, up_to_the_limit_are_used, 300)
{
	struct vgpu *v = &self->e.v;
	long before;

	if (!test_release_kernel(_metadata))
		return;
	ASSERT_EQ(0, add_directories(v, &self->gate, FULL));
	ASSERT_EQ(0, add_directories(v, &self->other, 2));
	before = free_kib();
	ASSERT_EQ(0, vgpu_ppgtt_notify(v, self->gate.pml4, PPGTT_L4_CREATE));
	EXPECT_LT(MAX_KIB / 2, before - free_kib());
	ASSERT_EQ(0, vgpu_ppgtt_notify(v, self->other.pml4, PPGTT_L4_CREATE));
	EXPECT_EQ(0, run_in(&self->e, &self->other));
	EXPECT_EQ(0, run_in(&self->e, &self->gate));
	EXPECT_GT(MAX_KIB + SLACK_KIB, before - free_kib());

	ASSERT_EQ(0, vgpu_ppgtt_notify(v, self->other.pml4, PPGTT_L4_DESTROY));
	ASSERT_EQ(0, vgpu_ppgtt_notify(v, self->gate.pml4, PPGTT_L4_DESTROY));
	EXPECT_GT(SLACK_KIB, before - free_kib());
}

/*
 * A GPU reset drops shadow page tables, and guests do not notify the host of
 * them again. Without the fix: a batch buffer could not be scanned, as its page
 * tables were missing.
 */
TEST_F_TIMEOUT(tables, dropped_by_gpu_reset_are_scanned, 120)
{
	struct exec *e = &self->e;
	uint64_t *pt = vgpu_gate_table(&e->v, &self->gate, VGPU_GATE_PT, NULL);
	uint32_t *batch = (uint32_t *)(e->v.ram + pt[0] / VGPU_PAGE * VGPU_PAGE);
	int ret;

	if (!test_unsafe(_metadata))
		return;
	/* Scans refuse semaphore waits on this engine. */
	batch[0] = MI_BATCH_BUFFER_END;
	ret = scan_all_batches(&e->v, "0xff");
	if (ret == -ENOENT)
		SKIP(return, "no scan_nonprivbb: mount debugfs at /sys/kernel/debug");
	ASSERT_EQ(0, ret);
	ASSERT_EQ(0, vgpu_ppgtt_notify(&e->v, self->gate.pml4, PPGTT_L4_CREATE));
	ASSERT_EQ(0, run_in(e, &self->gate));
	ASSERT_EQ(0, vgpu_write32(&e->v, GDRST, GDRST_FULL));
	ASSERT_EQ(0, exec_init(e));
	EXPECT_EQ(0, run_in(e, &self->gate));
	EXPECT_EQ(0, exec_store(e, &e->ring));
}

/* Without the fix: each value of the other bits made another space */
TEST_F_TIMEOUT(tables, root_is_known_by_its_address, 120)
{
	struct vgpu *v = &self->e.v;
	uint64_t pml4 = self->gate.pml4;
	long before = vgpu_pinned_pages(v);
	int bit;

	if (before == -ENOENT)
		SKIP(return, "no pin count: mount debugfs at /sys/kernel/debug");
	for (bit = 0; bit < 64; bit++) {
		if (bit >= ROOT_ADDRESS_BIT && bit < ROOT_ADDRESS_END)
			continue;
		ASSERT_EQ(0, vgpu_ppgtt_notify(v, pml4 | 1ull << bit,
					       PPGTT_L4_CREATE));
		EXPECT_LT(before, vgpu_pinned_pages(v));
		ASSERT_EQ(0, vgpu_ppgtt_notify(v, pml4, PPGTT_L4_DESTROY));
		EXPECT_EQ(before, vgpu_pinned_pages(v));
	}
}

/* Without the fix: all were kept. An evicted space can still be used. */
TEST_F_TIMEOUT(tables, of_many_spaces_make_room, 300)
{
	struct vgpu *v = &self->e.v;
	uint64_t roots;
	long before;

	if (!test_release_kernel(_metadata))
		return;
	ASSERT_EQ(0, vgpu_ppgtt_notify(v, self->gate.pml4, PPGTT_L4_CREATE));
	ASSERT_EQ(0, add_roots(v, MANY_SPACES, &roots));
	before = free_kib();
	ASSERT_EQ(0, create_spaces(v, roots, MANY_SPACES));
	EXPECT_GT(SLACK_KIB, before - free_kib());
	EXPECT_EQ(0, run_in(&self->e, &self->gate));
}

/* Guests create a space only once; loading must create an evicted one. */
TEST_F_TIMEOUT(tables, evicted_by_others_are_loaded, 120)
{
	uint32_t load[EXEC_LOAD_DWORDS];
	struct vgpu *v = &self->e.v;
	uint64_t roots;

	exec_load_space(load, VGPU_BLITTER, self->other.pml4);
	ASSERT_EQ(0, vgpu_ppgtt_notify(v, self->other.pml4, PPGTT_L4_CREATE));
	ASSERT_EQ(0, add_roots(v, MAX_SPACES, &roots));
	ASSERT_EQ(0, create_spaces(v, roots, MAX_SPACES));
	EXPECT_EQ(0, vgpu_ring_submit(v, &self->e.ring, load,
				      ARRAY_SIZE(load)));
}

/* An evicted space is kept again after use, not shadowed each time. */
TEST_F_TIMEOUT(tables, evicted_by_others_are_kept_again, 120)
{
	struct vgpu *v = &self->e.v;
	long used, pages = vgpu_pinned_pages(v);
	uint64_t roots;

	if (pages == -ENOENT)
		SKIP(return, "no pin count: mount debugfs at /sys/kernel/debug");
	ASSERT_EQ(0, vgpu_ppgtt_notify(v, self->gate.pml4, PPGTT_L4_CREATE));
	pages = vgpu_pinned_pages(v) - pages;
	ASSERT_LT(0, pages);
	ASSERT_EQ(0, add_roots(v, MAX_SPACES, &roots));
	ASSERT_EQ(0, create_spaces(v, roots, MAX_SPACES));
	ASSERT_EQ(0, run_in(&self->e, &self->gate));
	used = vgpu_pinned_pages(v);
	ASSERT_EQ(0, vgpu_ppgtt_notify(v, self->gate.pml4, PPGTT_L4_DESTROY));
	EXPECT_EQ(used - pages, vgpu_pinned_pages(v));
}

/* The space created first is not evicted if it was used since. */
TEST_F_TIMEOUT(tables, in_use_are_evicted_last, 120)
{
	struct vgpu *v = &self->e.v;
	uint64_t roots;
	long used;

	if (vgpu_pinned_pages(v) == -ENOENT)
		SKIP(return, "no pin count: mount debugfs at /sys/kernel/debug");
	ASSERT_EQ(0, vgpu_ppgtt_notify(v, self->gate.pml4, PPGTT_L4_CREATE));
	ASSERT_EQ(0, add_roots(v, 3 * MAX_SPACES / 2, &roots));
	ASSERT_EQ(0, create_spaces(v, roots, MAX_SPACES / 2));
	ASSERT_EQ(0, run_in(&self->e, &self->gate));
	ASSERT_EQ(0, run_in(&self->e, &self->other));
	ASSERT_EQ(0, create_spaces(v, roots + MAX_SPACES / 2 * VGPU_PAGE,
				   3 * MAX_SPACES / 4));
	used = vgpu_pinned_pages(v);
	ASSERT_EQ(0, vgpu_ppgtt_notify(v, self->gate.pml4, PPGTT_L4_DESTROY));
	EXPECT_GT(used, vgpu_pinned_pages(v));
}

/* Without the fix: any number was loaded, and held until completion */
TEST_F_TIMEOUT(tables, loads_of_a_workload_are_limited, 120)
{
	uint32_t loads[(MAX_LOADS + 1) * EXEC_LOAD_DWORDS];
	struct vgpu *v = &self->e.v;
	unsigned int i;

	if (!test_unsafe(_metadata))
		return;
	for (i = 0; i <= MAX_LOADS; i++)
		exec_load_space(loads + i * EXEC_LOAD_DWORDS, VGPU_BLITTER,
				self->other.pml4);
	ASSERT_EQ(0, vgpu_ppgtt_notify(v, self->other.pml4, PPGTT_L4_CREATE));
	ASSERT_EQ(0, vgpu_ring_emit(&self->refused, loads, ARRAY_SIZE(loads)));
	EXPECT_EQ(-EFAULT, vgpu_ring_start(v, &self->refused, NULL));
	EXPECT_EQ(0, vgpu_ring_submit(v, &self->e.ring, loads,
				      MAX_LOADS * EXEC_LOAD_DWORDS));
	EXPECT_EQ(0, exec_store(&self->e, &self->e.ring));
}

TEST_HARNESS_MAIN
