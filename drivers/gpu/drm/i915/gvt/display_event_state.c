// SPDX-License-Identifier: MIT
/*
 * Which planes' viewers have to be told of a change, and when.
 *
 * A change makes a plane dirty. A refresh of the display makes what is dirty
 * pending: from then on it is visible to QUERY. What is pending and not masked
 * is told, once. So however often a guest changes a plane, its viewer hears of
 * it once a refresh. What the viewer does itself, it hears of at once.
 */

#include <linux/compiler.h>
#include <linux/export.h>
#include <linux/stddef.h>

#include <kunit/visibility.h>

#include "display/i9xx_plane_regs.h"
#include "display/intel_cursor_regs.h"

#include "display_event_state.h"
#include "i915_pvinfo.h"
#include "i915_reg.h"

static u8 take(struct gvt_event_state *state, u8 planes)
{
	u8 due = state->pending & ~state->masked & planes;

	state->pending &= ~due;
	return due;
}

/**
 * gvt_event_touch - note that what planes show may have changed
 * @state: of a vGPU
 * @planes: those of which; only armed ones are remembered
 */
void gvt_event_touch(struct gvt_event_state *state, u8 planes)
{
	state->dirty |= planes & state->armed;
}
EXPORT_SYMBOL_IF_KUNIT(gvt_event_touch);

/**
 * gvt_event_refresh - let the changes since the last refresh be told
 * @state: of a vGPU
 *
 * Return: planes to signal.
 */
u8 gvt_event_refresh(struct gvt_event_state *state)
{
	state->pending |= state->dirty;
	state->dirty = 0;
	return take(state, GVT_EVENT_ALL);
}
EXPORT_SYMBOL_IF_KUNIT(gvt_event_refresh);

/**
 * gvt_event_arm - somebody else wants to know, or nobody any more
 * @state: of a vGPU
 * @arm: planes that have a new listener, who is told the present state
 * @disarm: planes that have none any more
 *
 * Return: planes to signal.
 */
u8 gvt_event_arm(struct gvt_event_state *state, u8 arm, u8 disarm)
{
	/* Whoever changes something looks at it without a lock first. */
	WRITE_ONCE(state->armed, (state->armed & ~disarm) | arm);
	state->dirty &= state->armed;
	state->pending = (state->pending & state->armed) | arm;
	return take(state, arm);
}
EXPORT_SYMBOL_IF_KUNIT(gvt_event_arm);

/**
 * gvt_event_trigger - pretend that planes have changed
 * @state: of a vGPU
 * @planes: those of which; what is not armed does nothing
 *
 * Return: planes to signal.
 */
u8 gvt_event_trigger(struct gvt_event_state *state, u8 planes)
{
	state->pending |= planes & state->armed;
	return take(state, planes);
}
EXPORT_SYMBOL_IF_KUNIT(gvt_event_trigger);

/**
 * gvt_event_mask - hold back what is to be told
 * @state: of a vGPU
 * @planes: those of which, armed or not
 */
void gvt_event_mask(struct gvt_event_state *state, u8 planes)
{
	state->masked |= planes;
}
EXPORT_SYMBOL_IF_KUNIT(gvt_event_mask);

/**
 * gvt_event_unmask - tell what was held back
 * @state: of a vGPU
 * @planes: those of which, masked or not
 *
 * Return: planes to signal.
 */
u8 gvt_event_unmask(struct gvt_event_state *state, u8 planes)
{
	state->masked &= ~planes;
	return take(state, planes);
}
EXPORT_SYMBOL_IF_KUNIT(gvt_event_unmask);

#define PIPES_END	3
#define PIPE_BYTES	0x1000
#define IN_PIPE(reg_a)	((reg_a) % PIPE_BYTES)

/* Offsets of pipe A that those of the other pipes repeat */
static u8 planes_of_pipe_reg(u32 offset)
{
	switch (offset) {
	case _PIPEASRC:
	case _TRANSACONF:
		return GVT_EVENT_ALL;
	case _CURABASE:
	case _CURAPOS:
		return BIT(GVT_EVENT_CURSOR);
	case _DSPASURF:				/* and PLANE_SURF of plane 1 */
		return BIT(GVT_EVENT_PRIMARY);
	case _DSPASURF + 0x100:			/* SPRSURF, plane 2 */
	case _DSPASURF + 0x200:			/* plane 3 */
		return BIT(GVT_EVENT_OVERLAY);
	default:
		return 0;
	}
}

/**
 * gvt_event_planes_of_reg - whose picture a register changes when it is written
 * @offset: of a register of 32 bits
 *
 * Registers that are latched change nothing: their plane's surface or base
 * register, which arms them, does.
 *
 * Return: planes that may look different then, also if only on some platform.
 */
u8 gvt_event_planes_of_reg(u32 offset)
{
	switch (offset) {
	/* The register for flips is gvt's own: REG_50080(). */
	case 0x50080:
	case 0x50088:
	case 0x5008c:
		return BIT(GVT_EVENT_PRIMARY);
	case 0x50090:
	case 0x50098:
	case 0x5009c:
		return BIT(GVT_EVENT_OVERLAY);
	case 0x60000 ... 0x60000 + PIPES_END * PIPE_BYTES - 1:
		return planes_of_pipe_reg(0x60000 + IN_PIPE(offset));
	/* Scalers of the pipes: a position may depend on them. */
	case _PS_1A_CTRL & ~0xff ... (_PS_1C_CTRL | 0xff):
		return BIT(GVT_EVENT_PRIMARY) | BIT(GVT_EVENT_OVERLAY);
	case 0x6f400:				/* TRANS_DDI_FUNC_CTL_EDP */
	case 0x7f008:				/* TRANSCONF_EDP */
		return GVT_EVENT_ALL;
	case 0x70000 ... 0x70000 + PIPES_END * PIPE_BYTES - 1:
		return planes_of_pipe_reg(0x70000 + IN_PIPE(offset));
	case VGT_PVINFO_PAGE + offsetof(struct vgt_if, cursor_x_hot):
	case VGT_PVINFO_PAGE + offsetof(struct vgt_if, cursor_y_hot):
		return BIT(GVT_EVENT_CURSOR);
	default:
		return 0;
	}
}
EXPORT_SYMBOL_IF_KUNIT(gvt_event_planes_of_reg);
