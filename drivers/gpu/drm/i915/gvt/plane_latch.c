// SPDX-License-Identifier: MIT
/*
 * Registers of a plane as the display engine has taken them up.
 *
 * A guest that flips to another mode writes format, stride, size and address
 * one after the other. The hardware looks at none of them until the last, the
 * surface address, has been written: the registers of a plane are double
 * buffered, that write arms them, and they are taken up when the next vblank of
 * the pipe starts, or at once by an asynchronous flip and while the pipe is off
 * (PRM, Display Registers, PLANE_CTL, PRI_CTL and CUR_CTL: "Double Buffer Armed
 * By" and "Double Buffer Update Point"). So does this: what was armed is kept
 * until the vblank that tells the guest of its flip, then a plane is described
 * by it. Whoever asks earlier is shown the old picture, never half of each, and
 * never a new one that the guest still takes for the one to come.
 *
 * The position of a cursor arms itself, and nothing is read from memory because
 * of it: it is not latched.
 */

#include <drm/drm_plane.h>

#include "i915_drv.h"

#include "gvt.h"
#include "plane_latch.h"

#define PLANES_BASE	0x70000
#define PIPE_STRIDE	0x1000
#define PLANE_REGS	0x80	/* bytes of a plane, aligned to as much */
#define PIPE_BLOCKS	(GVT_LATCH_WORDS * sizeof(u32) / PLANE_REGS)
#define ALL_BLOCKS	(GVT_LATCH_PIPES * PIPE_BLOCKS)

/* Of those, what describes a picture: PLANE_CTL to PLANE_OFFSET, CUR_FBC_CTL */
#define LATCHED_REGS	0x28

#define CURSOR_POS	0x88	/* CURPOS, from the base of its pipe */

/* Which of the blocks of PLANE_REGS in a pipe */
#define CURSOR_BLOCK	1
#define PRIMARY_BLOCK	3

/* Cursor at 0x080, universal planes at 0x180, 0x280 and 0x380 */
static bool is_latched(u32 offset)
{
	u32 in_pipe = offset % PIPE_STRIDE;

	return offset >= PLANES_BASE &&
	       offset < PLANES_BASE + GVT_LATCH_PIPES * PIPE_STRIDE &&
	       in_pipe < GVT_LATCH_WORDS * sizeof(u32) &&
	       in_pipe & PLANE_REGS &&
	       in_pipe % PLANE_REGS < LATCHED_REGS && in_pipe != CURSOR_POS;
}

/* Where a register is in &gvt_plane_latch.regs; its pipe must have a place. */
static unsigned int latch_index(u32 offset)
{
	return (offset - PLANES_BASE) / PIPE_STRIDE * GVT_LATCH_WORDS +
	       offset % PIPE_STRIDE / sizeof(u32);
}

static void count_flip(struct intel_vgpu *vgpu, enum drm_plane_type type)
{
	struct gvt_plane_flips *flips = &vgpu->display.latch.flips[type];

	flips->count++;
	flips->last = ktime_get();
	vgpu->display.latch.latched |= BIT(type);
}

/* Registers are in blocks of PLANE_REGS, those of a plane in one of ALL_BLOCKS. */
static unsigned int latch_block(u32 offset)
{
	u32 from_first = offset - PLANES_BASE;

	return from_first / PIPE_STRIDE * PIPE_BLOCKS +
	       from_first % PIPE_STRIDE / PLANE_REGS;
}

static u32 *block_regs(u32 *regs, unsigned int block)
{
	return &regs[block * PLANE_REGS / sizeof(u32)];
}

static const u32 *written_regs(const struct intel_vgpu *vgpu, u32 offset)
{
	return &vgpu_vreg(vgpu, round_down(offset, PLANE_REGS));
}

static enum drm_plane_type type_of_block(unsigned int block)
{
	switch (block % PIPE_BLOCKS) {
	case CURSOR_BLOCK:
		return DRM_PLANE_TYPE_CURSOR;
	case PRIMARY_BLOCK:
		return DRM_PLANE_TYPE_PRIMARY;
	default:
		return DRM_PLANE_TYPE_OVERLAY;
	}
}

/* @regs: what was written to the plane that @block is of */
static void take_up(struct intel_vgpu *vgpu, unsigned int block,
		    const u32 *regs)
{
	struct gvt_plane_latch *latch = &vgpu->display.latch;

	memcpy(block_regs(latch->regs, block), regs, LATCHED_REGS);
	__clear_bit(block, &latch->waiting);
	count_flip(vgpu, type_of_block(block));
}

static bool has_vblanks(struct intel_vgpu *vgpu, int pipe)
{
	return hrtimer_active(&vgpu->vblank_timer.timer) &&
	       pipe_is_enabled(vgpu, pipe);
}

/**
 * intel_vgpu_arm_plane - let the next vblank take up the registers of one plane
 * @vgpu: a vGPU
 * @offset: of the register that arms the plane: its surface or cursor base
 *
 * They are taken up at once if there is no vblank to come.
 *
 * Each flip of a guest comes here, so it does as little as it can.
 *
 * Context: vgpu_lock held.
 */
void intel_vgpu_arm_plane(struct intel_vgpu *vgpu, u32 offset)
{
	struct gvt_plane_latch *latch = &vgpu->display.latch;
	const u32 *regs = written_regs(vgpu, offset);
	unsigned int block = latch_block(offset);

	lockdep_assert_held(&vgpu->vgpu_lock);

	if (block >= ALL_BLOCKS)
		return;

	if (!(latch->vblanks & BIT(block / PIPE_BLOCKS))) {
		take_up(vgpu, block, regs);
		return;
	}

	memcpy(block_regs(latch->armed, block), regs, LATCHED_REGS);
	__set_bit(block, &latch->waiting);
}

/**
 * intel_vgpu_latch_plane - take up the registers of one plane at once
 * @vgpu: a vGPU
 * @offset: of the register that arms the plane: its surface or cursor base
 *
 * Context: vgpu_lock held.
 */
void intel_vgpu_latch_plane(struct intel_vgpu *vgpu, u32 offset)
{
	unsigned int block = latch_block(offset);

	lockdep_assert_held(&vgpu->vgpu_lock);

	if (block < ALL_BLOCKS)
		take_up(vgpu, block, written_regs(vgpu, offset));
}

/**
 * intel_vgpu_take_up_planes - take up the registers of planes that wait
 * @vgpu: a vGPU
 * @pipe: a pipe at its vblank, or one that will have none
 *
 * Context: vgpu_lock held.
 */
void intel_vgpu_take_up_planes(struct intel_vgpu *vgpu, int pipe)
{
	struct gvt_plane_latch *latch = &vgpu->display.latch;
	unsigned long blocks;
	unsigned int block;

	lockdep_assert_held(&vgpu->vgpu_lock);

	if (!latch->waiting || pipe >= GVT_LATCH_PIPES)
		return;

	blocks = latch->waiting & GENMASK((pipe + 1) * PIPE_BLOCKS - 1,
					  pipe * PIPE_BLOCKS);
	for_each_set_bit(block, &blocks, ALL_BLOCKS)
		take_up(vgpu, block, block_regs(latch->armed, block));
}

/**
 * intel_vgpu_pipes_changed - note which pipes have vblanks
 * @vgpu: a vGPU of which a pipe may have been turned on or off
 *
 * What waits for a vblank that will not come is taken up.
 *
 * Context: vgpu_lock held.
 */
void intel_vgpu_pipes_changed(struct intel_vgpu *vgpu)
{
	struct gvt_plane_latch *latch = &vgpu->display.latch;
	unsigned int pipe;

	lockdep_assert_held(&vgpu->vgpu_lock);

	latch->vblanks = 0;
	for (pipe = 0; pipe < GVT_LATCH_PIPES; pipe++) {
		if (has_vblanks(vgpu, pipe))
			latch->vblanks |= BIT(pipe);
		else
			intel_vgpu_take_up_planes(vgpu, pipe);
	}
}

/**
 * intel_vgpu_latch_all_planes - take up the registers of all planes
 * @vgpu: a vGPU whose registers have been set without being written by a guest,
 *	and whose vblank timer is off
 *
 * Context: vgpu_lock held, or nobody knows @vgpu yet.
 */
void intel_vgpu_latch_all_planes(struct intel_vgpu *vgpu)
{
	struct gvt_plane_latch *latch = &vgpu->display.latch;
	unsigned int pipe, type;

	for (pipe = 0; pipe < GVT_LATCH_PIPES; pipe++)
		memcpy(&latch->regs[pipe * GVT_LATCH_WORDS],
		       &vgpu_vreg(vgpu, PLANES_BASE + pipe * PIPE_STRIDE),
		       GVT_LATCH_WORDS * sizeof(u32));
	latch->waiting = 0;
	latch->vblanks = 0;
	for (type = 0; type < GVT_LATCH_TYPES; type++)
		count_flip(vgpu, type);
}

/**
 * intel_vgpu_latched_reg - where a register is as the display engine sees it
 * @vgpu: a vGPU
 * @reg: any register
 *
 * Context: vgpu_lock held, also to read it.
 * Return: what was latched if @reg belongs to a plane, else the register; the
 * same for as long as the vGPU exists.
 */
const u32 *intel_vgpu_latched_reg(const struct intel_vgpu *vgpu,
				  i915_reg_t reg)
{
	u32 offset = i915_mmio_reg_offset(reg);

	if (!is_latched(offset))
		return &vgpu_vreg(vgpu, offset);

	return &vgpu->display.latch.regs[latch_index(offset)];
}
