/* SPDX-License-Identifier: MIT */
/*
 * Notifying clients when what a vGPU shows may have changed.
 */

#ifndef _GVT_DISPLAY_EVENT_H_
#define _GVT_DISPLAY_EVENT_H_

#include <linux/compiler.h>
#include <linux/ktime.h>
#include <linux/spinlock_types.h>
#include <linux/workqueue_types.h>

#include <drm/drm_plane.h>

#include "display_event_state.h"
#include "plane_decoder.h"

struct eventfd_ctx;
struct intel_vgpu;

/**
 * struct gvt_pte_range - GGTT pages that a plane scans out
 * @first: the first one
 * @last: the last one; less than @first if there is none
 */
struct gvt_pte_range {
	unsigned long first;
	unsigned long last;
};

/**
 * struct gvt_display_event - listeners of a vGPU, and what they wait for
 * @lock: covers @state, @triggers and @refreshed; &state.watched is also read
 *	without it
 * @state: what is to be signalled
 * @triggers: eventfds of planes that are armed
 * @refreshed: when it was last checked whether there is something to signal, or
 *	something was signalled between two refreshes
 * @work: stands in for vblanks when there are none
 * @shown: where the surface of each watched plane lies, also of one that QUERY
 *	refuses because a page is missing; vgpu_lock
 * @missing: planes that QUERY has refused because a page is missing; vgpu_lock
 * @searched: refreshes, if pages are missing, to search for them in some; vgpu_lock
 * @postponed: @work has left a refresh to a vblank that has not come; vgpu_lock
 * @stale: planes whose @shown is out of date. It is updated when the guest writes a
 *	PTE, which most guests never do while they flip; vgpu_lock
 * @flipped: planes whose flip has been signalled since the last refresh; vgpu_lock
 */
struct gvt_display_event {
	spinlock_t lock;	/* see above */
	struct gvt_event_state state;
	struct eventfd_ctx *triggers[GVT_PLANE_TYPES];
	ktime_t refreshed;
	struct delayed_work work;
	struct gvt_pte_range shown[GVT_PLANE_TYPES];
	u8 missing;
	u8 searched;
	bool postponed;
	u8 stale;
	u8 flipped;
};

/**
 * gvt_event_is_watched - whether a client is to be notified of changes
 * @event: of a vGPU
 *
 * Inline, because each register and GGTT write of a guest calls it.
 *
 * Return: true if so; may be out of date without vgpu_lock.
 */
static inline bool gvt_event_is_watched(const struct gvt_display_event *event)
{
	return READ_ONCE(event->state.watched);
}

#if IS_ENABLED(CONFIG_DRM_I915_GVT_DMABUF)

void intel_vgpu_init_display_event(struct intel_vgpu *vgpu);
void intel_vgpu_close_display_event(struct intel_vgpu *vgpu);

int intel_vgpu_set_display_triggers(struct intel_vgpu *vgpu,
				    unsigned long planes,
				    struct eventfd_ctx **triggers);
void intel_vgpu_trigger_display_event(struct intel_vgpu *vgpu, u8 planes);
void intel_vgpu_mask_display_event(struct intel_vgpu *vgpu, u8 planes);
int intel_vgpu_unmask_display_event(struct intel_vgpu *vgpu, u8 planes);

void intel_vgpu_touch_planes(struct intel_vgpu *vgpu, u8 planes);
void intel_vgpu_touch_planes_of_regs(struct intel_vgpu *vgpu, u32 offset,
				     unsigned int bytes);
void intel_vgpu_touch_latched_planes(struct intel_vgpu *vgpu);
void intel_vgpu_touch_planes_of_pte(struct intel_vgpu *vgpu,
				    unsigned long index);
u8 intel_vgpu_signal_frontbuffers(struct intel_vgpu *vgpu, u8 planes);
u8 intel_vgpu_planes_to_signal(struct intel_vgpu *vgpu);
u8 intel_vgpu_changed_planes(struct intel_vgpu *vgpu);
u8 intel_vgpu_display_refreshed(struct intel_vgpu *vgpu);

#else

static inline void intel_vgpu_init_display_event(struct intel_vgpu *vgpu)
{
}

static inline void intel_vgpu_close_display_event(struct intel_vgpu *vgpu)
{
}

static inline void intel_vgpu_touch_planes(struct intel_vgpu *vgpu, u8 planes)
{
}

static inline void
intel_vgpu_touch_planes_of_regs(struct intel_vgpu *vgpu, u32 offset,
				unsigned int bytes)
{
}

static inline void intel_vgpu_touch_latched_planes(struct intel_vgpu *vgpu)
{
}

static inline void intel_vgpu_touch_planes_of_pte(struct intel_vgpu *vgpu,
						  unsigned long index)
{
}

static inline u8 intel_vgpu_display_refreshed(struct intel_vgpu *vgpu)
{
	return 0;
}

#endif /* CONFIG_DRM_I915_GVT_DMABUF */

#endif /* _GVT_DISPLAY_EVENT_H_ */
