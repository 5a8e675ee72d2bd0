// SPDX-License-Identifier: MIT
/*
 * Which planes' clients are notified of a change, and when.
 *
 * A change that QUERY can see makes a plane dirty, and a refresh of the display
 * signals what is dirty. A flip that does not wait for the refresh is signalled
 * immediately, unless the plane has been signalled so since the last refresh, or that
 * refresh was its second signal. So however often a guest changes a plane, its client
 * gets at most n + 1 signals in n refreshes. What the client does itself is signalled
 * immediately, and does not count.
 *
 * A masked plane is not watched. Its changes are not recorded meanwhile, so
 * unmasking it signals once, as arming does.
 */

#include <linux/array_size.h>
#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/export.h>
#include <linux/stddef.h>

#include <drm/drm_plane.h>
#include <kunit/visibility.h>

#include "display/intel_cursor_regs.h"
#include "display/intel_display_regs.h"

#include "display.h"
#include "display_event_state.h"
#include "i915_pvinfo.h"
#include "plane_decoder.h"

static void gvt_event_update_watched(struct gvt_event_state *state)
{
	/* Each register write of a guest reads it without a lock. */
	WRITE_ONCE(state->watched, state->armed & ~state->masked);
	state->dirty &= state->watched;
	state->signalled &= state->watched;
}

/**
 * gvt_event_touch - note that the answer to QUERY may have changed
 * @state: of a vGPU
 * @planes: which ones; only watched ones are noted
 */
void gvt_event_touch(struct gvt_event_state *state, u8 planes)
{
	state->dirty |= planes & state->watched;
}
EXPORT_SYMBOL_IF_KUNIT(gvt_event_touch);

/**
 * gvt_event_refresh - collect the changes since the last refresh
 * @state: of a vGPU
 *
 * Return: planes to signal.
 */
u8 gvt_event_refresh(struct gvt_event_state *state)
{
	u8 due = state->dirty;

	state->dirty = 0;
	/* A signal is for the interval that ends, unless that had its own already. */
	state->signalled &= due;
	return due;
}
EXPORT_SYMBOL_IF_KUNIT(gvt_event_refresh);

/**
 * gvt_event_signal - signal planes before the next refresh, if that is allowed
 * @state: of a vGPU
 * @planes: which ones
 *
 * Return: planes to signal: the watched ones that have not been since the last
 * refresh.
 */
u8 gvt_event_signal(struct gvt_event_state *state, u8 planes)
{
	u8 due = planes & state->watched & ~state->signalled;

	state->signalled |= due;
	return due;
}
EXPORT_SYMBOL_IF_KUNIT(gvt_event_signal);

/**
 * gvt_event_flip - note that planes show another framebuffer already
 * @state: of a vGPU
 * @planes: which ones; only watched ones are noted
 *
 * Return: planes to signal; the others are signalled at the next refresh.
 */
u8 gvt_event_flip(struct gvt_event_state *state, u8 planes)
{
	u8 due = gvt_event_signal(state, planes);

	gvt_event_touch(state, planes);
	/* What has changed before the signal needs no other one. */
	state->dirty &= ~due;
	return due;
}
EXPORT_SYMBOL_IF_KUNIT(gvt_event_flip);

/**
 * gvt_event_arm - add and remove listeners
 * @state: of a vGPU
 * @arm: planes that have a new listener, which is signalled once
 * @disarm: planes that have none any more
 *
 * Return: planes to signal.
 */
u8 gvt_event_arm(struct gvt_event_state *state, u8 arm, u8 disarm)
{
	state->armed = (state->armed & ~disarm) | arm;
	gvt_event_update_watched(state);
	return arm & ~state->masked;
}
EXPORT_SYMBOL_IF_KUNIT(gvt_event_arm);

/**
 * gvt_event_trigger - signal planes as if they had changed
 * @state: of a vGPU
 * @planes: which ones; what is not armed does nothing, and what is masked is
 *	signalled when it is unmasked
 *
 * Return: planes to signal.
 */
u8 gvt_event_trigger(const struct gvt_event_state *state, u8 planes)
{
	return planes & state->watched;
}
EXPORT_SYMBOL_IF_KUNIT(gvt_event_trigger);

/**
 * gvt_event_mask - hold signals back, and do not watch the planes any more
 * @state: of a vGPU
 * @planes: which ones, armed or not
 */
void gvt_event_mask(struct gvt_event_state *state, u8 planes)
{
	state->masked |= planes;
	gvt_event_update_watched(state);
}
EXPORT_SYMBOL_IF_KUNIT(gvt_event_mask);

/**
 * gvt_event_unmask - watch planes again
 * @state: of a vGPU
 * @planes: which ones, masked or not
 *
 * Return: planes to signal: each that was masked, as it may have changed.
 */
u8 gvt_event_unmask(struct gvt_event_state *state, u8 planes)
{
	u8 unmasked = planes & state->masked;

	state->masked &= ~planes;
	gvt_event_update_watched(state);
	return unmasked & state->armed;
}
EXPORT_SYMBOL_IF_KUNIT(gvt_event_unmask);

#define PIPE_BYTES	0x1000

/* What a description depends on and the latch does not keep */
static const struct {
	u32 offset;	/* of pipe A, if each pipe has one */
	bool per_pipe;
	u8 planes;
} gvt_event_regs[] = {
	{ _PIPEASRC, true, GVT_ALL_PLANE_TYPES },
	{ _TRANSACONF, true, GVT_ALL_PLANE_TYPES },
	{ GVT_TRANSCONF_EDP, false, GVT_ALL_PLANE_TYPES },
	{ _TRANS_DDI_FUNC_CTL_EDP, false, GVT_ALL_PLANE_TYPES },
	{ _CURAPOS, true, BIT(DRM_PLANE_TYPE_CURSOR) },
	{ VGT_PVINFO_PAGE + offsetof(struct vgt_if, cursor_x_hot), false,
	  BIT(DRM_PLANE_TYPE_CURSOR) },
	{ VGT_PVINFO_PAGE + offsetof(struct vgt_if, cursor_y_hot), false,
	  BIT(DRM_PLANE_TYPE_CURSOR) },
};

/**
 * gvt_event_planes_of_reg - which planes change when a register is written
 * @offset: of a register of 32 bits
 *
 * Registers that are latched change nothing here: the latch says when they do.
 *
 * Return: planes whose description may change, also if only on some platform.
 */
u8 gvt_event_planes_of_reg(u32 offset)
{
	unsigned int i;
	u32 from_a;

	for (i = 0; i < ARRAY_SIZE(gvt_event_regs); i++) {
		from_a = offset - gvt_event_regs[i].offset;
		if (!from_a || (gvt_event_regs[i].per_pipe &&
				from_a < GVT_NUM_PIPES * PIPE_BYTES &&
				!(from_a % PIPE_BYTES)))
			return gvt_event_regs[i].planes;
	}

	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(gvt_event_planes_of_reg);
