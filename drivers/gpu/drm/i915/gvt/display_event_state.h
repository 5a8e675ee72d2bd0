/* SPDX-License-Identifier: MIT */
/*
 * Which planes' clients are notified of a change, and when: no lock, no eventfd
 * and no vGPU, so that KUnit can drive it.
 */

#ifndef _GVT_DISPLAY_EVENT_STATE_H_
#define _GVT_DISPLAY_EVENT_STATE_H_

#include <linux/types.h>

/**
 * struct gvt_event_state - what is to be signalled, BIT(enum drm_plane_type) each
 * @armed: planes with a listener
 * @masked: planes whose signals are held back
 * @watched: planes that are armed and not masked
 * @dirty: watched planes that have changed since they were signalled
 * @signalled: planes that have had the signal that may come before the next refresh
 */
struct gvt_event_state {
	u8 armed;
	u8 masked;
	u8 watched;
	u8 dirty;
	u8 signalled;
};

void gvt_event_touch(struct gvt_event_state *state, u8 planes);
u8 gvt_event_refresh(struct gvt_event_state *state);
u8 gvt_event_signal(struct gvt_event_state *state, u8 planes);
u8 gvt_event_flip(struct gvt_event_state *state, u8 planes);
u8 gvt_event_arm(struct gvt_event_state *state, u8 arm, u8 disarm);
u8 gvt_event_trigger(const struct gvt_event_state *state, u8 planes);
void gvt_event_mask(struct gvt_event_state *state, u8 planes);
u8 gvt_event_unmask(struct gvt_event_state *state, u8 planes);
u8 gvt_event_planes_of_reg(u32 offset);

#endif /* _GVT_DISPLAY_EVENT_STATE_H_ */
