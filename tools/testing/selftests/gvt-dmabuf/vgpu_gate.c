// SPDX-License-Identifier: GPL-2.0
/* A batch buffer that makes the GPU wait, with its page tables */
#include <string.h>
#include <unistd.h>

#include "vgpu_commands.h"
#include "vgpu_gate.h"
#include "vgpu_memory.h"
#include "vgpu_regs.h"

/* Pages of a gate: page tables, then the two pages that the last one maps */
enum { BATCH = VGPU_GATE_PT + 1, WORDS, PAGES };
enum { REACHED, OPEN };

/* Addresses in the PPGTT */
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
	for (i = VGPU_GATE_PML4; i <= VGPU_GATE_PT; i++) {
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

uint64_t *vgpu_gate_table(const struct vgpu *v, const struct vgpu_gate *g,
			  enum vgpu_gate_level level, uint64_t *gpa)
{
	const uint64_t at = g->pml4 + level * VGPU_PAGE;

	if (gpa)
		*gpa = at;
	return (uint64_t *)(v->ram + at);
}

int vgpu_gate_enter(struct vgpu *v, struct vgpu_gate *g, struct vgpu_ring *r,
		    const uint32_t *then, size_t count)
{
	const uint32_t gate[] = {
		MI_STORE_TO_GGTT, g->gma, 0, 1,
		MI_BATCH_BUFFER_START | BATCH_IN_PPGTT, BATCH_ADDR, 0,
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

void vgpu_gate_close(struct vgpu_gate *g)
{
	memset(g->words, 0, 2 * sizeof(*g->words));
}

void vgpu_gate_open(struct vgpu_gate *g)
{
	if (g->words)
		__atomic_store_n(&g->words[OPEN], 1, __ATOMIC_RELEASE);
}
