/* SPDX-License-Identifier: MIT */
/*
 * Which planes' viewers have to be told of a change, and when: no lock, no
 * eventfd and no vGPU, so that KUnit can drive it.
 */

#ifndef _GVT_DISPLAY_EVENT_STATE_H_
#define _GVT_DISPLAY_EVENT_STATE_H_

#include <linux/bits.h>
#include <linux/types.h>

/* A plane's number is that of its sub-interrupt. */
enum gvt_event_plane {
	GVT_EVENT_PRIMARY,
	GVT_EVENT_CURSOR,
	GVT_EVENT_OVERLAY,
	GVT_EVENT_PLANES
};

#define GVT_EVENT_ALL	((u8)GENMASK(GVT_EVENT_PLANES - 1, 0))

/**
 * struct gvt_event_state - what is to be told, a bit a plane
 * @armed: somebody wants to know
 * @masked: but not now
 * @dirty: changed since the last refresh
 * @pending: to be told; stays while it is masked
 */
struct gvt_event_state {
	u8 armed;
	u8 masked;
	u8 dirty;
	u8 pending;
};

void gvt_event_touch(struct gvt_event_state *state, u8 planes);
u8 gvt_event_refresh(struct gvt_event_state *state);
u8 gvt_event_arm(struct gvt_event_state *state, u8 arm, u8 disarm);
u8 gvt_event_trigger(struct gvt_event_state *state, u8 planes);
void gvt_event_mask(struct gvt_event_state *state, u8 planes);
u8 gvt_event_unmask(struct gvt_event_state *state, u8 planes);
u8 gvt_event_planes_of_reg(u32 offset);

#endif /* _GVT_DISPLAY_EVENT_STATE_H_ */
