/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A guest driver that can do one thing: run a few commands on the ring of an
 * engine. GVT-g checks and shadows them like those of any guest.
 */
#ifndef GVT_DMABUF_VGPU_RING_H
#define GVT_DMABUF_VGPU_RING_H

#include "vgpu_core.h"

/* An engine is where its registers begin: Skylake PRM, Volume 2c */
#define VGPU_RENDER	0x2000u
#define VGPU_BLITTER	0x22000u

/**
 * struct vgpu_ring - a context of the guest, with its ring
 * @engine: of the context
 * @image: GGTT address of the context image
 * @state: the registers in the image (STATE_* of vgpu_regs.h)
 * @ring: the ring, one page
 * @tail: bytes of it that were submitted
 */
struct vgpu_ring {
	uint32_t engine;
	uint64_t image;
	uint32_t *state, *ring;
	uint32_t tail;
};

/**
 * vgpu_ring_init_on - make a context, and start the engine's execlists
 * @v: the vGPU
 * @r: the context
 * @engine: VGPU_RENDER or VGPU_BLITTER
 *
 * Return: 0, or as vgpu_alloc_mapped() and vgpu_write32().
 */
int vgpu_ring_init_on(struct vgpu *v, struct vgpu_ring *r, uint32_t engine);

/**
 * vgpu_ring_init - the same on the blitter
 * @v: the vGPU
 * @r: the context
 *
 * Return: as vgpu_ring_init_on().
 */
int vgpu_ring_init(struct vgpu *v, struct vgpu_ring *r);

/**
 * vgpu_ring_emit - put commands into the ring
 * @r: the context
 * @commands: dwords (vgpu_commands.h)
 * @count: how many
 *
 * Return: 0, %-EINVAL if @count is odd, or %-ENOSPC.
 */
int vgpu_ring_emit(struct vgpu_ring *r, const uint32_t *commands, size_t count);

/**
 * vgpu_ring_start - submit one context, or two in turn
 * @v: the vGPU
 * @first: context of an engine
 * @second: of the same one, or NULL
 *
 * Return: 0, or the errno of a write to a register: %-EFAULT if GVT-g refuses it.
 */
int vgpu_ring_start(struct vgpu *v, const struct vgpu_ring *first,
		    const struct vgpu_ring *second);

/**
 * vgpu_ring_wait - wait until a ring is empty and its engine idle
 * @v: the vGPU
 * @r: the context
 *
 * Return: 0, or %-ETIME after seconds.
 */
int vgpu_ring_wait(struct vgpu *v, const struct vgpu_ring *r);

/**
 * vgpu_ring_submit - have an engine execute commands, and wait for it
 * @v: the vGPU
 * @r: the context
 * @commands: dwords
 * @count: how many
 *
 * Return: 0, or as vgpu_ring_emit(), vgpu_ring_start() and vgpu_ring_wait().
 */
int vgpu_ring_submit(struct vgpu *v, struct vgpu_ring *r,
		     const uint32_t *commands, size_t count);

#endif /* GVT_DMABUF_VGPU_RING_H */
