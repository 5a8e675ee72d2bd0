/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A gate makes the GPU wait until the test opens it. GVT-g refuses a semaphore
 * wait in a ring, but not in a batch buffer in a PPGTT; so a gate is such a
 * batch buffer, with page tables of four levels.
 */
#ifndef GVT_DMABUF_VGPU_GATE_H
#define GVT_DMABUF_VGPU_GATE_H

#include "vgpu_ring.h"

/* The page tables; entry 0 is used, in VGPU_GATE_PT also entry 1. */
enum vgpu_gate_level {
	VGPU_GATE_PML4, VGPU_GATE_PDP, VGPU_GATE_PD, VGPU_GATE_PT,
};

/**
 * struct vgpu_gate - a gate
 * @gma: GGTT address of @words
 * @pml4: guest physical address of the PML4; the lower tables follow, a page
 *	each
 * @words: two dwords; the GPU sets the first before it waits, and waits for the
 *	second
 */
struct vgpu_gate {
	uint64_t gma, pml4;
	uint32_t *words;
};

/**
 * vgpu_gate_init - make a gate
 * @v: the vGPU
 * @g: the gate
 *
 * Return: 0, or as vgpu_alloc_ram(), vgpu_alloc_gma() and vgpu_ggtt_map().
 */
int vgpu_gate_init(struct vgpu *v, struct vgpu_gate *g);

/**
 * vgpu_gate_table - a page table of the gate's PPGTT
 * @v: the vGPU
 * @g: the gate
 * @level: level of the table
 * @gpa: its guest physical address, or NULL
 *
 * Return: its entries.
 */
uint64_t *vgpu_gate_table(const struct vgpu *v, const struct vgpu_gate *g,
			  enum vgpu_gate_level level, uint64_t *gpa);

/**
 * vgpu_gate_enter - submit a ring, and wait until the GPU enters the gate
 * @v: the vGPU
 * @g: the gate; it is closed unless it was opened before
 * @r: the ring
 * @then: commands to execute after the gate
 * @count: dwords of them
 *
 * Return: 0, %-ETIME, or as vgpu_ring_emit() and vgpu_ring_start().
 */
int vgpu_gate_enter(struct vgpu *v, struct vgpu_gate *g, struct vgpu_ring *r,
		    const uint32_t *then, size_t count);

/**
 * vgpu_gate_close - close a gate again
 * @g: the gate
 */
void vgpu_gate_close(struct vgpu_gate *g);

/**
 * vgpu_gate_open - let the GPU continue
 * @g: the gate; a zeroed one, never initialized, is ignored
 */
void vgpu_gate_open(struct vgpu_gate *g);

#endif /* GVT_DMABUF_VGPU_GATE_H */
