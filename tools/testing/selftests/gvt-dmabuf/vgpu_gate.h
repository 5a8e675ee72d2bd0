/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A place where the GPU waits until it is let through. GVT-g lets no ring wait, but
 * what has an address space of its own may: a batch buffer with four levels of page
 * tables.
 */
#ifndef GVT_DMABUF_VGPU_GATE_H
#define GVT_DMABUF_VGPU_GATE_H

#include "vgpu_ring.h"

/* The page tables; entries from the second on (of the lowest: the third) are free. */
enum vgpu_gate_level {
	VGPU_GATE_PML4, VGPU_GATE_PDP, VGPU_GATE_PD, VGPU_GATE_PT,
};

/**
 * struct vgpu_gate - a gate
 * @gma: GGTT address of @words
 * @pml4: guest physical address of the page tables, a page each
 * @words: two, of which the first is set when the GPU is about to wait
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
 * vgpu_gate_table - a page table of what waits at the gate
 * @v: the vGPU
 * @g: the gate
 * @level: of the table
 * @gpa: its guest physical address, or NULL
 *
 * Return: its entries.
 */
uint64_t *vgpu_gate_table(const struct vgpu *v, const struct vgpu_gate *g,
			  enum vgpu_gate_level level, uint64_t *gpa);

/**
 * vgpu_gate_enter - have a ring run into the gate, and wait until it is there
 * @v: the vGPU
 * @g: the gate; it is closed unless it was opened before
 * @r: the ring
 * @then: commands to execute past the gate
 * @count: dwords of them
 *
 * Return: 0, %-ETIME, or as vgpu_ring_emit() and vgpu_ring_start().
 */
int vgpu_gate_enter(struct vgpu *v, struct vgpu_gate *g, struct vgpu_ring *r,
		    const uint32_t *then, size_t count);

/**
 * vgpu_gate_close - close a gate that was opened
 * @g: the gate
 */
void vgpu_gate_close(struct vgpu_gate *g);

/**
 * vgpu_gate_open - let the GPU through
 * @g: the gate; one of zeroes is none, and stays as it is
 */
void vgpu_gate_open(struct vgpu_gate *g);

#endif /* GVT_DMABUF_VGPU_GATE_H */
