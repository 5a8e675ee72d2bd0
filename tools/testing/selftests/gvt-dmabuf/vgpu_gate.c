// SPDX-License-Identifier: GPL-2.0
/*
 * A gate for the GPU in vgpu.h. GVT-g lets no ring wait, but what has an address
 * space of its own may: a batch buffer with four levels of page tables, the
 * lowest of which has two pages.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "vgpu.h"

/* Dwords of the second page of a context image: Broadwell PRM, Volume 7 */
#define STATE_PDP0_UDW		49
#define STATE_PDP0_LDW		51

/* Broadwell and Skylake PRM, Volume 2a */
#define MI_NOOP			0u
#define MI_BATCH_BUFFER_END	(0x0au << 23)
#define MI_SEMAPHORE_WAIT	(0x1cu << 23 | 2u)
#define  SEMAPHORE_POLL		0x8000u
#define  SEMAPHORE_EQUAL	0x4000u
#define MI_STORE_DATA_IMM	(0x20u << 23 | 2u)
#define  GLOBAL_GTT		0x400000u
#define MI_BATCH_BUFFER_START	(0x31u << 23 | 1u)
#define  PER_PROCESS_GTT	0x100u

/* Broadwell PRM, Volume 5, "Per-Process GTT" */
#define PTE_PRESENT		1u
#define PTE_WRITABLE		2u

enum { PML4, PDP, PD, PT, BATCH, WORDS, PAGES };
enum { REACHED, OPEN };

/* In that address space */
#define BATCH_ADDR		0u
#define OPEN_ADDR		(VGPU_PAGE + OPEN * sizeof(uint32_t))

int vgpu_gate_init(struct vgpu *v, struct vgpu_gate *g)
{
	static const uint32_t wait[] = {
		MI_SEMAPHORE_WAIT | SEMAPHORE_POLL | SEMAPHORE_EQUAL, 1,
		OPEN_ADDR, 0,
		MI_BATCH_BUFFER_END,
	};
	uint64_t gma, gpa, *table;
	uint8_t *ram;
	int i, ret;

	ret = vgpu_alloc_ram(v, PAGES * VGPU_PAGE, &gpa);
	if (!ret)
		ret = vgpu_alloc_gma(v, VGPU_PAGE, &gma);
	if (!ret)
		ret = vgpu_ggtt_map(v, gma, gpa + WORDS * VGPU_PAGE, VGPU_PAGE);
	if (ret)
		return ret;

	ram = v->ram + gpa;
	memset(ram, 0, PAGES * VGPU_PAGE);
	for (i = PML4; i <= PT; i++) {
		table = (uint64_t *)(ram + i * VGPU_PAGE);
		table[0] = (gpa + (i + 1) * VGPU_PAGE) | PTE_PRESENT |
			   PTE_WRITABLE;
	}
	table[1] = (gpa + WORDS * VGPU_PAGE) | PTE_PRESENT | PTE_WRITABLE;
	memcpy(ram + BATCH * VGPU_PAGE, wait, sizeof(wait));
	*g = (struct vgpu_gate) {
		.gma = gma,
		.pml4 = gpa,
		.words = (uint32_t *)(ram + WORDS * VGPU_PAGE),
	};
	return 0;
}

int vgpu_gate_enter(struct vgpu *v, struct vgpu_gate *g, struct vgpu_ring *r,
		    const uint32_t *then, size_t count)
{
	const uint32_t gate[] = {
		MI_STORE_DATA_IMM | GLOBAL_GTT, g->gma, 0, 1,
		MI_BATCH_BUFFER_START | PER_PROCESS_GTT, BATCH_ADDR, 0,
		MI_NOOP,
	};
	int tries, ret;

	r->state[STATE_PDP0_UDW] = g->pml4 >> 32;
	r->state[STATE_PDP0_LDW] = g->pml4;
	ret = vgpu_ring_emit(r, gate, ARRAY_SIZE(gate));
	if (!ret && count)
		ret = vgpu_ring_emit(r, then, count);
	if (!ret)
		ret = vgpu_ring_start(v, r, NULL);
	if (ret)
		return ret;

	for (tries = 0; tries < 2000; tries++) {
		if (__atomic_load_n(&g->words[REACHED], __ATOMIC_ACQUIRE))
			return 0;
		usleep(1000);
	}
	return -ETIME;
}

void vgpu_gate_open(struct vgpu_gate *g)
{
	if (g->words)
		__atomic_store_n(&g->words[OPEN], 1, __ATOMIC_RELEASE);
}
