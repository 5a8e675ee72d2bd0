// SPDX-License-Identifier: MIT
/*
 * Registers of a plane as the display engine has latched them.
 *
 * A guest that flips to another mode writes format, stride, size and address
 * one after the other. These registers are double buffered: the write of the last,
 * the surface address, arms them, and they are latched when the next vblank of the
 * pipe starts, or immediately by an asynchronous flip and while the pipe is off
 * (PRM vol. 2c, PLANE_CTL, PRI_CTL, SPR_CTL and CUR_CTL: "Double Buffer Armed By"
 * and "Double Buffer Update Point"). So does this: a query before the vblank
 * gets the previous framebuffer, and never half of each.
 *
 * Registers of a plane that is off arm themselves ("or plane not enabled" in the
 * same entry). Off means as latched: a plane that was turned on and waits for the
 * vblank is still off, and what is written meanwhile is latched with it.
 *
 * The position of a cursor arms itself, and nothing is read from memory because
 * of it: it is not latched. A scaler is armed by the size of its window, and by
 * its control register while it is off (SKL PRM vol. 2c, PS_CTRL).
 */

#include <drm/drm_plane.h>

#include "display/intel_cursor_regs.h"
#include "display/intel_display_regs.h"
#include "display/skl_universal_plane_regs.h"

#include "i915_drv.h"

#include "gvt.h"
#include "plane_decoder.h"
#include "plane_latch.h"

#define PLANES_BASE	0x70000
#define PIPE_STRIDE	0x1000
#define PLANE_REGS	0x80	/* bytes of a plane, aligned to as much */
#define PIPE_BLOCKS	(GVT_LATCH_WORDS * sizeof(u32) / PLANE_REGS)
#define ALL_BLOCKS	(GVT_NUM_PIPES * PIPE_BLOCKS)

/* Of those, the ones that are latched: PLANE_CTL to PLANE_OFFSET, CUR_FBC_CTL */
#define LATCHED_REGS	0x28

#define CURSOR_POS	0x88	/* CURPOS, from the base of its pipe */

/* Which of the blocks of PLANE_REGS in a pipe; plane 2 and 3 are two further. */
#define CURSOR_BLOCK	1
#define PLANE_1_BLOCK	3

/* In a block, what says which planes are seen: PLANE_POS, _SIZE, _KEYMSK, _KEYMAX */
#define CTL_WORD	0
#define POS_WORD	3
#define SIZE_WORD	4
#define KEYMSK_WORD	6
#define KEYMAX_WORD	8

/* PLANE_SURF and CURBASE, and the address that is scanned out: PLANE_SURFLIVE */
#define SURF_WORD	7
#define CURBASE_WORD	1
#define SURFLIVE	0x2c

#define SCALERS_BASE	(_PS_1A_CTRL - 0x80)
#define SCALER_PIPE	0x800	/* from one pipe's to the next one's */
#define SCALER_REGS	0x100
#define ALL_SCALERS	(GVT_NUM_PIPES * GVT_LATCH_SCALERS)
#define SCALER_POS	0x70	/* PS_WIN_POS, from a scaler's base */
#define SCALER_SIZE	0x74
#define SCALER_CTL	0x80

/* Cursor at 0x080, universal planes at 0x180, 0x280 and 0x380 */
static bool is_latched(u32 offset)
{
	u32 in_pipe = offset % PIPE_STRIDE;

	return offset >= PLANES_BASE &&
	       offset < PLANES_BASE + GVT_NUM_PIPES * PIPE_STRIDE &&
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

/* Registers are in blocks of PLANE_REGS, those of a plane in one of ALL_BLOCKS. */
static unsigned int latch_block(u32 offset)
{
	u32 from_first = offset - PLANES_BASE;

	return from_first / PIPE_STRIDE * PIPE_BLOCKS +
	       from_first % PIPE_STRIDE / PLANE_REGS;
}

static enum pipe pipe_of_block(unsigned int block)
{
	return block / PIPE_BLOCKS;
}

static bool is_cursor(unsigned int block)
{
	return block % PIPE_BLOCKS == CURSOR_BLOCK;
}

static enum plane_id plane_of_block(unsigned int block)
{
	return (block % PIPE_BLOCKS - PLANE_1_BLOCK) / 2;
}

static unsigned int block_of_plane(enum pipe pipe, enum plane_id id)
{
	return pipe * PIPE_BLOCKS + PLANE_1_BLOCK + 2 * id;
}

static u32 *block_regs(u32 *regs, unsigned int block)
{
	return &regs[block * PLANE_REGS / sizeof(u32)];
}

static u32 *latched_regs(struct intel_vgpu *vgpu, unsigned int block)
{
	return block_regs(vgpu->display.latch.regs, block);
}

static u32 block_offset(unsigned int block)
{
	return PLANES_BASE + block / PIPE_BLOCKS * PIPE_STRIDE +
	       block % PIPE_BLOCKS * PLANE_REGS;
}

static const u32 *written_regs(const struct intel_vgpu *vgpu,
			       unsigned int block)
{
	return &vgpu_vreg(vgpu, block_offset(block));
}

static bool gvt_latch_is_off(const u32 *regs, unsigned int block)
{
	/* All of the modes have one of these bits, and PLANE_CTL is PRI_CTL. */
	u32 on = is_cursor(block) ? MCURSOR_MODE_MASK | 0x18 : PLANE_CTL_ENABLE;

	return !(regs[CTL_WORD] & on);
}

static u32 read_latched(const void *ctx, i915_reg_t reg)
{
	return *intel_vgpu_latched_reg(ctx, reg);
}

/**
 * intel_vgpu_plane_roles - look which planes of the hardware are described
 * @vgpu: a vGPU
 * @roles: receives them
 *
 * The one place that says which plane serves which DRM_PLANE_TYPE_*, for queries,
 * their flip info, the display event and debugfs.
 *
 * Context: vgpu_lock held, or no other thread knows @vgpu yet.
 */
void intel_vgpu_plane_roles(const struct intel_vgpu *vgpu,
			    struct gvt_plane_roles *roles)
{
	const struct gvt_plane_regs regs = {
		.read = read_latched,
		.ctx = vgpu,
		.ver = GRAPHICS_VER(vgpu->gvt->gt->i915),
		.num_pipes = GVT_NUM_PIPES,
	};

	gvt_find_plane_roles(&regs, roles);
}

/* What a query says of the plane of @block, as BIT(enum drm_plane_type) */
static u8 types_of_block(const struct gvt_plane_roles *roles,
			 unsigned int block)
{
	if (pipe_of_block(block) != roles->pipe)
		return 0;
	if (is_cursor(block))
		return BIT(DRM_PLANE_TYPE_CURSOR);
	if (plane_of_block(block) == roles->primary)
		return BIT(DRM_PLANE_TYPE_PRIMARY);
	if (plane_of_block(block) == roles->overlay)
		return BIT(DRM_PLANE_TYPE_OVERLAY);
	return 0;
}

/* Types whose query result changes because other planes are described now */
static u8 changed_types(const struct gvt_plane_roles *before,
			const struct gvt_plane_roles *after)
{
	u8 types = 0;

	if (before->pipe != after->pipe)
		return GVT_ALL_PLANE_TYPES;
	if (before->primary != after->primary)
		types |= BIT(DRM_PLANE_TYPE_PRIMARY);
	/* A primary plane that is opaque now hides the one below it. */
	if (before->overlay != after->overlay ||
	    before->has_overlay != after->has_overlay)
		types |= BIT(DRM_PLANE_TYPE_OVERLAY);
	return types;
}

static unsigned int flips_of_block(unsigned int block)
{
	/* Blocks 1, 3, 5 and 7 of a pipe */
	return pipe_of_block(block) * GVT_LATCH_PLANES +
	       block % PIPE_BLOCKS / 2;
}

/* Position, size, control or color key differ: other planes may be visible. */
static bool gvt_latch_is_moved(const u32 *before, const u32 *after)
{
	return before[CTL_WORD] != after[CTL_WORD] ||
	       before[POS_WORD] != after[POS_WORD] ||
	       before[SIZE_WORD] != after[SIZE_WORD] ||
	       before[KEYMSK_WORD] != after[KEYMSK_WORD] ||
	       before[KEYMAX_WORD] != after[KEYMAX_WORD];
}

/* Most guests have one head that shows plane 1 and the cursor: no search then. */
static u8 obvious_types(struct intel_vgpu *vgpu, unsigned int block)
{
	enum pipe pipe = pipe_of_block(block);
	unsigned int plane_2 = block_of_plane(pipe, PLANE_2);
	unsigned int plane_3 = block_of_plane(pipe, PLANE_3);

	if (vgpu->display.latch.vblanks != BIT(pipe))
		return 0;
	if (is_cursor(block))
		return BIT(DRM_PLANE_TYPE_CURSOR);
	if (plane_of_block(block) == PLANE_1 &&
	    gvt_latch_is_off(latched_regs(vgpu, plane_2), plane_2) &&
	    gvt_latch_is_off(latched_regs(vgpu, plane_3), plane_3))
		return BIT(DRM_PLANE_TYPE_PRIMARY);
	return 0;
}

static void gvt_latch_block(struct intel_vgpu *vgpu, unsigned int block,
			    const u32 *regs)
{
	struct gvt_plane_latch *latch = &vgpu->display.latch;
	u32 *latched = latched_regs(vgpu, block);
	struct gvt_plane_flips *flips = &latch->flips[flips_of_block(block)];
	bool moved = !is_cursor(block) && gvt_latch_is_moved(latched, regs);
	struct gvt_plane_roles before, after;
	u8 types;

	if (moved)
		intel_vgpu_plane_roles(vgpu, &before);

	memcpy(latched, regs, LATCHED_REGS);
	vgpu_vreg(vgpu, block_offset(block) + SURFLIVE) =
		regs[is_cursor(block) ? CURBASE_WORD : SURF_WORD];
	__clear_bit(block, &latch->waiting);
	flips->count++;
	flips->last = ktime_get();

	types = moved ? 0 : obvious_types(vgpu, block);
	if (!types) {
		intel_vgpu_plane_roles(vgpu, &after);
		types = types_of_block(&after, block);
	}
	if (moved)
		types |= types_of_block(&before, block) |
			 changed_types(&before, &after);
	latch->latched |= types;
}

/**
 * intel_vgpu_arm_plane - latch the registers of one plane at the next vblank
 * @vgpu: a vGPU
 * @offset: of the register that arms the plane: its surface or cursor base
 *
 * They are latched immediately if there is no vblank to come.
 *
 * Context: vgpu_lock held, and intel_vgpu_count_vblanks() called before the
 * register was written if a vblank was due.
 */
void intel_vgpu_arm_plane(struct intel_vgpu *vgpu, u32 offset)
{
	unsigned int block = latch_block(offset);
	const u32 *written = &vgpu_vreg(vgpu, offset & ~(PLANE_REGS - 1));
	struct gvt_plane_latch *latch = &vgpu->display.latch;

	lockdep_assert_held(&vgpu->vgpu_lock);

	if (block >= ALL_BLOCKS)
		return;

	if (!(latch->vblanks & BIT(pipe_of_block(block)))) {
		gvt_latch_block(vgpu, block, written);
		return;
	}

	memcpy(block_regs(latch->armed, block), written, LATCHED_REGS);
	__set_bit(block, &latch->waiting);
}

/**
 * intel_vgpu_arm_plane_that_is_off - the same if the plane is off
 * @vgpu: a vGPU
 * @offset: of the control register of the plane
 *
 * A plane that is on waits for its surface or cursor base to be written.
 *
 * Context: As intel_vgpu_arm_plane().
 */
void intel_vgpu_arm_plane_that_is_off(struct intel_vgpu *vgpu, u32 offset)
{
	unsigned int block = latch_block(offset);

	lockdep_assert_held(&vgpu->vgpu_lock);

	if (block < ALL_BLOCKS && gvt_latch_is_off(latched_regs(vgpu, block), block))
		intel_vgpu_arm_plane(vgpu, offset);
}

/**
 * intel_vgpu_latch_plane - latch the registers of one plane immediately
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
		gvt_latch_block(vgpu, block, written_regs(vgpu, block));
}

/*
 * At its vblank, a plane that is off latches what has been written until then. A
 * plane that this vblank turns off, and that the guest has already written to be
 * on again, is armed for the next vblank.
 */
static void latch_waiting_block(struct intel_vgpu *vgpu, unsigned int block)
{
	struct gvt_plane_latch *latch = &vgpu->display.latch;
	const u32 *written = written_regs(vgpu, block);
	u32 *latched = latched_regs(vgpu, block);

	if (gvt_latch_is_off(latched, block)) {
		gvt_latch_block(vgpu, block, written);
		return;
	}

	gvt_latch_block(vgpu, block, block_regs(latch->armed, block));
	if (!gvt_latch_is_off(latched, block) || gvt_latch_is_off(written, block))
		return;

	if (latch->vblanks & BIT(pipe_of_block(block)))
		__set_bit(block, &latch->waiting);
	else
		gvt_latch_block(vgpu, block, written);
}

/* Is @offset a register of a scaler that can be latched, and of which? */
static bool find_scaler(u32 offset, unsigned int *scaler, u32 *reg)
{
	u32 from_first = offset - SCALERS_BASE;
	u32 in_pipe = from_first % SCALER_PIPE;

	if (from_first >= GVT_NUM_PIPES * SCALER_PIPE ||
	    in_pipe >= GVT_LATCH_SCALERS * SCALER_REGS)
		return false;

	*scaler = from_first / SCALER_PIPE * GVT_LATCH_SCALERS +
		  in_pipe / SCALER_REGS;
	*reg = in_pipe % SCALER_REGS;
	return true;
}

static void read_scaler(const struct intel_vgpu *vgpu, unsigned int scaler,
			struct gvt_scaler_regs *regs)
{
	u32 base = SCALERS_BASE +
		   scaler / GVT_LATCH_SCALERS * SCALER_PIPE +
		   scaler % GVT_LATCH_SCALERS * SCALER_REGS;

	regs->pos = vgpu_vreg(vgpu, base + SCALER_POS);
	regs->size = vgpu_vreg(vgpu, base + SCALER_SIZE);
	regs->ctl = vgpu_vreg(vgpu, base + SCALER_CTL);
}

/* A plane may be as large as its pipe or not by this, and be scaled or not. */
static void gvt_latch_scaler(struct intel_vgpu *vgpu, unsigned int scaler,
			     const struct gvt_scaler_regs *regs)
{
	struct gvt_plane_latch *latch = &vgpu->display.latch;

	latch->scalers[scaler] = *regs;
	latch->waiting_scalers &= ~BIT(scaler);
	latch->latched |= GVT_ALL_PLANE_TYPES;
}

static void gvt_latch_arm_scaler(struct intel_vgpu *vgpu, unsigned int scaler)
{
	struct gvt_plane_latch *latch = &vgpu->display.latch;
	struct gvt_scaler_regs *armed = &latch->armed_scalers[scaler];

	read_scaler(vgpu, scaler, armed);
	if (latch->vblanks & BIT(scaler / GVT_LATCH_SCALERS))
		latch->waiting_scalers |= BIT(scaler);
	else
		gvt_latch_scaler(vgpu, scaler, armed);
}

/**
 * intel_vgpu_arm_scaler - latch the registers of a scaler at the next vblank
 * @vgpu: a vGPU
 * @offset: of the register of the scaler that was written: the size of its
 *	window, which arms it, or its control register, which does if it is off
 *
 * Context: As intel_vgpu_arm_plane().
 */
void intel_vgpu_arm_scaler(struct intel_vgpu *vgpu, u32 offset)
{
	unsigned int scaler;
	u32 reg;

	lockdep_assert_held(&vgpu->vgpu_lock);

	if (!find_scaler(offset, &scaler, &reg))
		return;
	if (reg == SCALER_SIZE ||
	    !(vgpu->display.latch.scalers[scaler].ctl & PS_SCALER_EN))
		gvt_latch_arm_scaler(vgpu, scaler);
}

/* As latch_waiting_block() */
static void latch_waiting_scaler(struct intel_vgpu *vgpu, unsigned int scaler)
{
	struct gvt_plane_latch *latch = &vgpu->display.latch;
	const struct gvt_scaler_regs *latched = &latch->scalers[scaler];
	bool was_off = !(latched->ctl & PS_SCALER_EN);
	struct gvt_scaler_regs written;

	read_scaler(vgpu, scaler, &written);
	gvt_latch_scaler(vgpu, scaler,
			 was_off ? &written : &latch->armed_scalers[scaler]);
	if (!was_off && !(latched->ctl & PS_SCALER_EN) &&
	    written.ctl & PS_SCALER_EN)
		gvt_latch_arm_scaler(vgpu, scaler);
}

/**
 * intel_vgpu_latch_waiting_planes - latch the registers of planes that wait
 * @vgpu: a vGPU
 * @pipe: a pipe at its vblank, or one that will have none
 *
 * Context: vgpu_lock held.
 */
void intel_vgpu_latch_waiting_planes(struct intel_vgpu *vgpu, int pipe)
{
	struct gvt_plane_latch *latch = &vgpu->display.latch;
	unsigned long bits;
	unsigned int i;

	lockdep_assert_held(&vgpu->vgpu_lock);

	if (pipe >= GVT_NUM_PIPES)
		return;

	bits = latch->waiting_scalers & GENMASK((pipe + 1) * GVT_LATCH_SCALERS - 1,
						pipe * GVT_LATCH_SCALERS);
	for_each_set_bit(i, &bits, ALL_SCALERS)
		latch_waiting_scaler(vgpu, i);

	bits = latch->waiting & GENMASK((pipe + 1) * PIPE_BLOCKS - 1,
					pipe * PIPE_BLOCKS);
	for_each_set_bit(i, &bits, ALL_BLOCKS)
		latch_waiting_block(vgpu, i);
}

/**
 * intel_vgpu_pipes_changed - note which pipes have vblanks
 * @vgpu: a vGPU of which a pipe may have been turned on or off
 *
 * What waits for a vblank that will not come is latched.
 *
 * Context: vgpu_lock held.
 */
void intel_vgpu_pipes_changed(struct intel_vgpu *vgpu)
{
	struct gvt_plane_latch *latch = &vgpu->display.latch;
	unsigned int pipe;

	lockdep_assert_held(&vgpu->vgpu_lock);

	latch->vblanks = 0;
	for (pipe = 0; pipe < GVT_NUM_PIPES; pipe++) {
		if (hrtimer_active(&vgpu->vblank_timer.timer) &&
		    pipe_is_enabled(vgpu, pipe))
			latch->vblanks |= BIT(pipe);
		else
			intel_vgpu_latch_waiting_planes(vgpu, pipe);
	}
}

/**
 * intel_vgpu_latch_all_planes - latch the registers of all planes
 * @vgpu: a vGPU whose registers have been set without being written by a guest,
 *	and whose vblank timer is off
 *
 * Context: vgpu_lock held, or no other thread knows @vgpu yet.
 */
void intel_vgpu_latch_all_planes(struct intel_vgpu *vgpu)
{
	struct gvt_plane_latch *latch = &vgpu->display.latch;
	ktime_t now = ktime_get();
	unsigned int i;

	for (i = 0; i < GVT_NUM_PIPES; i++)
		memcpy(&latch->regs[i * GVT_LATCH_WORDS],
		       &vgpu_vreg(vgpu, PLANES_BASE + i * PIPE_STRIDE),
		       GVT_LATCH_WORDS * sizeof(u32));
	for (i = 0; i < ALL_SCALERS; i++)
		read_scaler(vgpu, i, &latch->scalers[i]);
	latch->waiting = 0;
	latch->waiting_scalers = 0;
	latch->vblanks = 0;
	latch->latched = GVT_ALL_PLANE_TYPES;
	for (i = 0; i < ARRAY_SIZE(latch->flips); i++) {
		latch->flips[i].count++;
		latch->flips[i].last = now;
	}
}

/**
 * intel_vgpu_latched_reg - where a register is as the display engine sees it
 * @vgpu: a vGPU
 * @reg: any register
 *
 * Context: vgpu_lock held, also to read it.
 * Return: what was latched if @reg belongs to a plane or its scaler, else the
 * register; the same for as long as the vGPU exists.
 */
const u32 *intel_vgpu_latched_reg(const struct intel_vgpu *vgpu,
				  i915_reg_t reg)
{
	const struct gvt_plane_latch *latch = &vgpu->display.latch;
	u32 offset = i915_mmio_reg_offset(reg), in_scaler;
	unsigned int scaler;

	if (is_latched(offset))
		return &latch->regs[latch_index(offset)];

	if (find_scaler(offset, &scaler, &in_scaler)) {
		if (in_scaler == SCALER_POS)
			return &latch->scalers[scaler].pos;
		if (in_scaler == SCALER_SIZE)
			return &latch->scalers[scaler].size;
		if (in_scaler == SCALER_CTL)
			return &latch->scalers[scaler].ctl;
	}

	return &vgpu_vreg(vgpu, offset);
}

/**
 * intel_vgpu_plane_flips - count and time of the flips of a plane
 * @vgpu: a vGPU
 * @type: DRM_PLANE_TYPE_*
 *
 * Context: vgpu_lock held.
 * Return: the flips of the plane that a query about @type describes, or would if
 * it was on.
 */
struct gvt_plane_flips intel_vgpu_plane_flips(const struct intel_vgpu *vgpu,
					      u32 type)
{
	struct gvt_plane_roles roles;
	unsigned int block;

	lockdep_assert_held(&vgpu->vgpu_lock);

	intel_vgpu_plane_roles(vgpu, &roles);
	if (type == DRM_PLANE_TYPE_CURSOR)
		block = roles.pipe * PIPE_BLOCKS + CURSOR_BLOCK;
	else
		block = block_of_plane(roles.pipe, type == DRM_PLANE_TYPE_PRIMARY ?
				       roles.primary : roles.overlay);

	return vgpu->display.latch.flips[flips_of_block(block)];
}
