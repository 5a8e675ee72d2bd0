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

#include <linux/align.h>
#include <linux/bits.h>
#include <linux/string.h>

#include <drm/drm_plane.h>
#include <kunit/visibility.h>

#include "display/intel_cursor_regs.h"
#include "display/intel_display_regs.h"
#include "display/skl_universal_plane_regs.h"

#include "i915_drv.h"

#include "gvt.h"
#include "plane_decoder.h"
#include "plane_latch.h"
#include "trace.h"

#define UNIT_BYTES	0x100

#define LATCH_AUX_REGS		2
#define LATCH_FIRST_REGS	(GVT_LATCH_REGS - LATCH_AUX_REGS)

/*
 * Location of the latched registers. Each pipe has units of the same layout at a
 * distance of UNIT_BYTES. A unit has LATCH_FIRST_REGS consecutive registers, and a
 * plane has LATCH_AUX_REGS more elsewhere in the unit (PLANE_AUX_DIST and
 * PLANE_AUX_OFFSET of Skylake and later).
 */
static const struct latch_map {
	u32 base;		/* of the first unit of pipe A */
	u32 regs;		/* where in a unit its registers begin */
	u32 pipe_shift;		/* log2 of the bytes from one pipe's to the next one's */
	enum gvt_latch_unit first;
	unsigned int count;
} plane_map = {
	/* CUR_CTL to CUR_FBC_CTL and PLANE_CTL to PLANE_OFFSET, or PRI_ and SPR_ */
	.base = ALIGN_DOWN(_CURACNTR, UNIT_BYTES),
	.regs = _CURACNTR % UNIT_BYTES,
	.pipe_shift = 12,
	.first = GVT_LATCH_CURSOR,
	.count = GVT_LATCH_SCALER_1,
}, scaler_map = {
	/* PS_WIN_POS, PS_WIN_SZ, PS_CTRL */
	.base = ALIGN_DOWN(_PS_WIN_POS_1A, UNIT_BYTES),
	.regs = _PS_WIN_POS_1A % UNIT_BYTES,
	.pipe_shift = 11,
	.first = GVT_LATCH_SCALER_1,
	.count = GVT_LATCH_UNITS - GVT_LATCH_SCALER_1,
};

/* Registers by their place in a unit */
#define PLANE_REG(of_plane_1)	(((of_plane_1) - _PLANE_CTL_1_A) / sizeof(u32))
#define CURSOR_REG(of_cursor)	(((of_cursor) - _CURACNTR) / sizeof(u32))
#define SCALER_REG(of_scaler_1)	(((of_scaler_1) - _PS_WIN_POS_1A) / sizeof(u32))

/* The place in a unit of those that are apart */
#define AUX_REG		PLANE_REG(_PLANE_AUX_DIST_1_A)

/* The address that is scanned out, from the first register of a plane or cursor */
#define SURFLIVE	(_PLANE_SURFLIVE_1_A - _PLANE_CTL_1_A)

/* Inline, as flips and queries ask: which unit is the register at @offset of? */
static __always_inline bool gvt_latch_find(const struct latch_map *map, u32 offset,
					   unsigned int *pipe,
					   enum gvt_latch_unit *unit)
{
	const u32 from_a = offset - map->base;
	const u32 nr = from_a / UNIT_BYTES % ((1u << map->pipe_shift) / UNIT_BYTES);

	*pipe = from_a >> map->pipe_shift;
	*unit = map->first + nr;
	return *pipe < GVT_NUM_PIPES && nr < map->count;
}

/* The same of a register with a handler: those that come here are all in @map. */
static __always_inline void gvt_latch_find_known(const struct latch_map *map,
						 u32 offset, unsigned int *pipe,
						 enum gvt_latch_unit *unit)
{
	gvt_latch_find(map, offset, pipe, unit);
}

/* Offset of the first latched register of the unit that the one at @offset is of */
static __always_inline u32 first_reg(const struct latch_map *map, u32 offset)
{
	return ALIGN_DOWN(offset, UNIT_BYTES) + map->regs;
}

static bool is_scaler(enum gvt_latch_unit unit)
{
	return unit >= GVT_LATCH_SCALER_1;
}

static u32 unit_offset(unsigned int pipe, enum gvt_latch_unit unit)
{
	const struct latch_map *map = is_scaler(unit) ? &scaler_map : &plane_map;

	return map->base + (pipe << map->pipe_shift) +
	       (unit - map->first) * UNIT_BYTES + map->regs;
}

/* Registers of a unit, from the first one on, as the guest has written them */
static const u32 *written_regs(const struct intel_vgpu *vgpu, unsigned int pipe,
			       enum gvt_latch_unit unit)
{
	return &vgpu_vreg(vgpu, unit_offset(pipe, unit));
}

/* Inline, as flips do: copy what the guest has written, from the first register on. */
static __always_inline void gvt_latch_copy(u32 *regs, const u32 *written)
{
	memcpy(regs, written, LATCH_FIRST_REGS * sizeof(*regs));
	memcpy(regs + LATCH_FIRST_REGS, written + AUX_REG,
	       LATCH_AUX_REGS * sizeof(*regs));
}

static bool gvt_latch_is_off(enum gvt_latch_unit unit, const u32 *regs)
{
	if (is_scaler(unit))
		return !(regs[SCALER_REG(_PS_1A_CTRL)] & PS_SCALER_EN);
	/* All of the modes have one of these bits. */
	if (unit == GVT_LATCH_CURSOR)
		return !(regs[CURSOR_REG(_CURACNTR)] & (MCURSOR_MODE_MASK | 0x18));
	/* PRI_CTL and SPR_CTL have the bit as well. */
	return !(regs[PLANE_REG(_PLANE_CTL_1_A)] & PLANE_CTL_ENABLE);
}

static unsigned int reg_in_unit(u32 offset)
{
	return offset / sizeof(u32) % (UNIT_BYTES / sizeof(u32));
}

/* Inline, as queries ask: is the register at @offset latched, and where? */
static __always_inline bool gvt_latch_find_reg(u32 offset, unsigned int *pipe,
					       enum gvt_latch_unit *unit,
					       unsigned int *reg)
{
	if (gvt_latch_find(&plane_map, offset, pipe, unit))
		*reg = reg_in_unit(offset) - reg_in_unit(plane_map.regs);
	else if (gvt_latch_find(&scaler_map, offset, pipe, unit))
		*reg = reg_in_unit(offset) - reg_in_unit(scaler_map.regs);
	else
		return false;

	if (*reg - AUX_REG < LATCH_AUX_REGS) {
		*reg -= AUX_REG - LATCH_FIRST_REGS;
		return *unit != GVT_LATCH_CURSOR && !is_scaler(*unit);
	}

	/* The position of a cursor is not: see above. */
	return *reg < LATCH_FIRST_REGS &&
	       (*unit != GVT_LATCH_CURSOR || *reg != CURSOR_REG(_CURAPOS));
}

/**
 * gvt_reg_is_latched - whether a register counts only when it is latched
 * @offset: of any register
 *
 * For KUnit, which compares what the decoder reads.
 *
 * Return: whether it is one of a plane, cursor or scaler that is.
 */
bool gvt_reg_is_latched(u32 offset)
{
	enum gvt_latch_unit unit;
	unsigned int pipe, reg;

	return gvt_latch_find_reg(offset, &pipe, &unit, &reg);
}
EXPORT_SYMBOL_IF_KUNIT(gvt_reg_is_latched);

static enum gvt_latch_unit unit_of_plane(enum plane_id id)
{
	return GVT_LATCH_PLANE_1 + id;
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

/* What a query says of a plane, if it is not hidden, as BIT(enum drm_plane_type) */
static u8 types_of_plane(const struct gvt_plane_roles *roles, unsigned int pipe,
			 enum gvt_latch_unit unit)
{
	if (pipe != roles->pipe)
		return 0;
	if (unit == GVT_LATCH_CURSOR)
		return BIT(DRM_PLANE_TYPE_CURSOR);
	if (unit == unit_of_plane(roles->primary))
		return BIT(DRM_PLANE_TYPE_PRIMARY);
	if (roles->has_overlay && unit == unit_of_plane(roles->overlay))
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
	/* Nothing else says that the screen is not complete. */
	if (before->primary != after->primary || before->has_more != after->has_more)
		types |= BIT(DRM_PLANE_TYPE_PRIMARY);
	/* A primary plane that is opaque now hides the one below it. */
	if (before->overlay != after->overlay ||
	    before->has_overlay != after->has_overlay)
		types |= BIT(DRM_PLANE_TYPE_OVERLAY);
	return types;
}

static bool differs(const u32 *before, const u32 *after, unsigned int reg)
{
	return before[reg] != after[reg];
}

/* Position, size, control or color key differ: other planes may be visible. */
static bool gvt_latch_is_moved(const u32 *before, const u32 *after)
{
	return differs(before, after, PLANE_REG(_PLANE_CTL_1_A)) ||
	       differs(before, after, PLANE_REG(_PLANE_POS_1_A)) ||
	       differs(before, after, PLANE_REG(_PLANE_SIZE_1_A)) ||
	       differs(before, after, PLANE_REG(_PLANE_KEYMSK_1_A)) ||
	       differs(before, after, PLANE_REG(_PLANE_KEYMAX_1_A));
}

/* Most guests have one head that shows plane 1 and the cursor: no search then. */
static u8 obvious_types(const struct gvt_plane_latch *latch, unsigned int pipe,
			enum gvt_latch_unit unit)
{
	const struct gvt_latched_unit *units = latch->units[pipe];

	if (latch->vblanks != BIT(pipe))
		return 0;
	if (unit == GVT_LATCH_CURSOR)
		return BIT(DRM_PLANE_TYPE_CURSOR);
	if (unit == GVT_LATCH_PLANE_1 &&
	    gvt_latch_is_off(GVT_LATCH_PLANE_2, units[GVT_LATCH_PLANE_2].regs) &&
	    gvt_latch_is_off(GVT_LATCH_PLANE_3, units[GVT_LATCH_PLANE_3].regs))
		return BIT(DRM_PLANE_TYPE_PRIMARY);
	return 0;
}

static void gvt_latch_plane(struct intel_vgpu *vgpu, unsigned int pipe,
			    enum gvt_latch_unit unit)
{
	struct gvt_plane_latch *latch = &vgpu->display.latch;
	struct gvt_latched_unit *u = &latch->units[pipe][unit];
	const u32 *regs = u->armed;
	bool cursor = unit == GVT_LATCH_CURSOR;
	bool moved = !cursor && gvt_latch_is_moved(u->regs, regs);
	struct gvt_plane_roles before, after;
	u8 types;

	if (moved)
		intel_vgpu_plane_roles(vgpu, &before);

	memcpy(u->regs, regs, sizeof(u->regs));
	vgpu_vreg(vgpu, unit_offset(pipe, unit) + SURFLIVE) =
		regs[cursor ? CURSOR_REG(_CURABASE) : PLANE_REG(_PLANE_SURF_1_A)];
	u->flips.count++;
	u->flips.last = ktime_get();

	types = moved ? 0 : obvious_types(latch, pipe, unit);
	if (!types) {
		intel_vgpu_plane_roles(vgpu, &after);
		types = types_of_plane(&after, pipe, unit);
	}
	if (moved)
		types |= types_of_plane(&before, pipe, unit) |
			 changed_types(&before, &after);
	latch->latched |= types;
	trace_gvt_plane_latch(vgpu->id, pipe, unit, types);
}

/* Latch what is armed. */
static void gvt_latch_unit(struct intel_vgpu *vgpu, unsigned int pipe,
			   enum gvt_latch_unit unit)
{
	struct gvt_plane_latch *latch = &vgpu->display.latch;
	struct gvt_latched_unit *u = &latch->units[pipe][unit];

	u->waiting = false;
	if (!is_scaler(unit)) {
		gvt_latch_plane(vgpu, pipe, unit);
		return;
	}

	/* A plane may cover its pipe or not by this, and be scaled or not. */
	memcpy(u->regs, u->armed, sizeof(u->regs));
	latch->latched |= GVT_ALL_PLANE_TYPES;
}

/* Latch what has been @written at the next vblank, or now if there is none to come. */
static __always_inline void gvt_latch_arm(struct intel_vgpu *vgpu, unsigned int pipe,
					  enum gvt_latch_unit unit,
					  const u32 *written)
{
	struct gvt_plane_latch *latch = &vgpu->display.latch;
	struct gvt_latched_unit *u = &latch->units[pipe][unit];

	gvt_latch_copy(u->armed, written);
	if (latch->vblanks & BIT(pipe))
		u->waiting = true;
	else
		gvt_latch_unit(vgpu, pipe, unit);
}

/**
 * intel_vgpu_arm_plane - latch the registers of one plane at the next vblank
 * @vgpu: a vGPU
 * @offset: of the register that arms the plane: its surface or cursor base, of a plane
 *	or cursor of the hardware
 *
 * They are latched immediately if there is no vblank to come.
 *
 * Context: vgpu_lock held. Call intel_vgpu_count_vblanks() before the register is
 * written if a vblank is due, and intel_vgpu_await_vblank() before this.
 */
void intel_vgpu_arm_plane(struct intel_vgpu *vgpu, u32 offset)
{
	enum gvt_latch_unit unit;
	unsigned int pipe;

	lockdep_assert_held(&vgpu->vgpu_lock);

	gvt_latch_find_known(&plane_map, offset, &pipe, &unit);
	gvt_latch_arm(vgpu, pipe, unit,
		      &vgpu_vreg(vgpu, first_reg(&plane_map, offset)));
}

/**
 * intel_vgpu_arm_plane_that_is_off - the same if the plane is off
 * @vgpu: a vGPU
 * @offset: of the control register of the plane
 *
 * A plane that is on waits for its surface or cursor base to be written.
 *
 * Context: vgpu_lock held, and intel_vgpu_count_vblanks() called as for
 * intel_vgpu_arm_plane().
 */
void intel_vgpu_arm_plane_that_is_off(struct intel_vgpu *vgpu, u32 offset)
{
	const struct gvt_plane_latch *latch = &vgpu->display.latch;
	enum gvt_latch_unit unit;
	unsigned int pipe;

	lockdep_assert_held(&vgpu->vgpu_lock);

	gvt_latch_find_known(&plane_map, offset, &pipe, &unit);
	if (gvt_latch_is_off(unit, latch->units[pipe][unit].regs)) {
		intel_vgpu_await_vblank(vgpu);
		intel_vgpu_arm_plane(vgpu, offset);
	}
}

/**
 * intel_vgpu_arm_scaler - latch the registers of a scaler at the next vblank
 * @vgpu: a vGPU
 * @offset: of the register of the scaler that was written: the size of its
 *	window, which arms it, or its control register, which does if it is off
 *
 * Context: vgpu_lock held, and intel_vgpu_count_vblanks() called as for
 * intel_vgpu_arm_plane().
 */
void intel_vgpu_arm_scaler(struct intel_vgpu *vgpu, u32 offset)
{
	const struct gvt_plane_latch *latch = &vgpu->display.latch;
	enum gvt_latch_unit unit;
	unsigned int pipe;

	lockdep_assert_held(&vgpu->vgpu_lock);

	gvt_latch_find_known(&scaler_map, offset, &pipe, &unit);
	if (offset - first_reg(&scaler_map, offset) == _PS_WIN_SZ_1A - _PS_WIN_POS_1A ||
	    gvt_latch_is_off(unit, latch->units[pipe][unit].regs)) {
		intel_vgpu_await_vblank(vgpu);
		gvt_latch_arm(vgpu, pipe, unit,
			      &vgpu_vreg(vgpu, first_reg(&scaler_map, offset)));
	}
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
	enum gvt_latch_unit unit;
	unsigned int pipe;

	lockdep_assert_held(&vgpu->vgpu_lock);

	gvt_latch_find_known(&plane_map, offset, &pipe, &unit);
	gvt_latch_copy(vgpu->display.latch.units[pipe][unit].armed,
		       &vgpu_vreg(vgpu, first_reg(&plane_map, offset)));
	gvt_latch_unit(vgpu, pipe, unit);
}

/*
 * At its vblank, a unit that is off latches what has been written until then. One
 * that this vblank turns off, and that the guest has already written to be on
 * again, is armed for the next vblank.
 */
static void gvt_latch_waiting(struct intel_vgpu *vgpu, unsigned int pipe,
			      enum gvt_latch_unit unit)
{
	struct gvt_latched_unit *u = &vgpu->display.latch.units[pipe][unit];
	const u32 *written = written_regs(vgpu, pipe, unit);

	if (gvt_latch_is_off(unit, u->regs)) {
		gvt_latch_copy(u->armed, written);
		gvt_latch_unit(vgpu, pipe, unit);
		return;
	}

	gvt_latch_unit(vgpu, pipe, unit);
	if (gvt_latch_is_off(unit, u->regs) && !gvt_latch_is_off(unit, written)) {
		intel_vgpu_await_vblank(vgpu);
		gvt_latch_arm(vgpu, pipe, unit, written);
	}
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
	struct gvt_latched_unit *u = vgpu->display.latch.units[pipe];
	unsigned int unit;
	ktime_t now;

	lockdep_assert_held(&vgpu->vgpu_lock);

	/* A vblank that is counted late was in time. */
	now = vgpu->vblank_timer.on && pipe_is_enabled(vgpu, pipe) ?
	      vgpu->vblank_timer.last : ktime_get();
	for (unit = 0; unit < GVT_LATCH_UNITS; unit++, u++) {
		if (u->waiting) {
			gvt_latch_waiting(vgpu, pipe, unit);
			u->flips.last = now;
		}
	}
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
		if (vgpu->vblank_timer.on && pipe_is_enabled(vgpu, pipe))
			latch->vblanks |= BIT(pipe);
		else
			intel_vgpu_latch_waiting_planes(vgpu, pipe);
	}
}

/**
 * intel_vgpu_latch_all_planes - latch the registers of all planes
 * @vgpu: a vGPU whose registers have been set without being written by a guest,
 *	and which has no vblanks
 *
 * Context: vgpu_lock held, or no other thread knows @vgpu yet.
 */
void intel_vgpu_latch_all_planes(struct intel_vgpu *vgpu)
{
	struct gvt_plane_latch *latch = &vgpu->display.latch;
	ktime_t now = ktime_get();
	unsigned int pipe, unit;

	for (pipe = 0; pipe < GVT_NUM_PIPES; pipe++) {
		for (unit = 0; unit < GVT_LATCH_UNITS; unit++) {
			struct gvt_latched_unit *u = &latch->units[pipe][unit];

			gvt_latch_copy(u->regs, written_regs(vgpu, pipe, unit));
			u->waiting = false;
			u->flips.count++;
			u->flips.last = now;
		}
	}
	latch->vblanks = 0;
	latch->latched = GVT_ALL_PLANE_TYPES;
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
	u32 offset = i915_mmio_reg_offset(reg);
	enum gvt_latch_unit unit;
	unsigned int pipe, i;

	if (gvt_latch_find_reg(offset, &pipe, &unit, &i))
		return &vgpu->display.latch.units[pipe][unit].regs[i];

	return &vgpu_vreg(vgpu, offset);
}

/**
 * intel_vgpu_plane_flips - count and time of the flips of a plane
 * @vgpu: a vGPU
 * @type: DRM_PLANE_TYPE_*
 * @source: receives a number of the plane of the hardware that they are of
 *
 * Context: vgpu_lock held.
 * Return: the flips of the plane that a query about @type describes, or would if
 * it was on.
 */
struct gvt_plane_flips intel_vgpu_plane_flips(const struct intel_vgpu *vgpu,
					      u32 type, u32 *source)
{
	struct gvt_plane_roles roles;
	enum gvt_latch_unit unit = GVT_LATCH_CURSOR;

	lockdep_assert_held(&vgpu->vgpu_lock);

	intel_vgpu_plane_roles(vgpu, &roles);
	if (type != DRM_PLANE_TYPE_CURSOR)
		unit = unit_of_plane(type == DRM_PLANE_TYPE_PRIMARY ?
				     roles.primary : roles.overlay);
	*source = roles.pipe * GVT_LATCH_UNITS + unit;

	return vgpu->display.latch.units[roles.pipe][unit].flips;
}
