/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A minimal guest driver: execute a few commands by the ring of an engine.
 * GVT-g scans and shadows them like those of any guest.
 */
#ifndef GVT_DMABUF_VGPU_RING_H
#define GVT_DMABUF_VGPU_RING_H

#include "vgpu_core.h"

/* An engine is identified by its register base: Skylake PRM, Volume 2c */
#define VGPU_RENDER	0x2000u
#define VGPU_BLITTER	0x22000u

/**
 * struct vgpu_ring - a context of the guest, with its ring
 * @engine: engine of the context
 * @image: GGTT address of the context image
 * @state: register state in the image (STATE_* of vgpu_regs.h)
 * @ring: the ring, one page
 * @tail: offset of the ring's tail
 */
struct vgpu_ring {
	uint32_t engine;
	uint64_t image;
	uint32_t *state, *ring;
	uint32_t tail;
};

/**
 * vgpu_ring_make - make a context of an engine whose execlists may be disabled
 * @v: the vGPU
 * @r: the context
 * @engine: VGPU_RENDER or VGPU_BLITTER
 *
 * Return: 0, or as vgpu_alloc_mapped() and vgpu_write32().
 */
int vgpu_ring_make(struct vgpu *v, struct vgpu_ring *r, uint32_t engine);

/**
 * vgpu_ring_init_on - make a context, and enable execlists of the engine
 * @v: the vGPU
 * @r: the context
 * @engine: VGPU_RENDER or VGPU_BLITTER
 *
 * Return: 0, or as vgpu_alloc_mapped() and vgpu_write32().
 */
int vgpu_ring_init_on(struct vgpu *v, struct vgpu_ring *r, uint32_t engine);

/**
 * vgpu_ring_init - vgpu_ring_init_on() for the blitter
 * @v: the vGPU
 * @r: the context
 *
 * Return: as vgpu_ring_init_on().
 */
int vgpu_ring_init(struct vgpu *v, struct vgpu_ring *r);

/**
 * vgpu_ring_emit - append commands to the ring
 * @r: the context
 * @commands: dwords (vgpu_commands.h)
 * @count: number of dwords
 *
 * Return: 0, %-EINVAL if @count is odd, or %-ENOSPC.
 */
int vgpu_ring_emit(struct vgpu_ring *r, const uint32_t *commands, size_t count);

/**
 * vgpu_ring_start - submit an execlist of one or two contexts
 * @v: the vGPU
 * @first: the first context
 * @second: the second context, of the same engine, or NULL
 *
 * Return: 0, or the errno of a write to a register: %-EFAULT if GVT-g refuses a
 * context.
 */
int vgpu_ring_start(struct vgpu *v, const struct vgpu_ring *first,
		    const struct vgpu_ring *second);

/**
 * vgpu_ring_wait - wait until a ring is empty and its engine idle
 * @v: the vGPU
 * @r: the context
 *
 * Return: 0, or %-ETIME after some seconds.
 */
int vgpu_ring_wait(struct vgpu *v, const struct vgpu_ring *r);

/**
 * vgpu_ring_submit - have an engine execute commands, and wait for it
 * @v: the vGPU
 * @r: the context
 * @commands: dwords
 * @count: number of dwords
 *
 * Return: 0, or as vgpu_ring_emit(), vgpu_ring_start() and vgpu_ring_wait().
 */
int vgpu_ring_submit(struct vgpu *v, struct vgpu_ring *r,
		     const uint32_t *commands, size_t count);

#endif /* GVT_DMABUF_VGPU_RING_H */
