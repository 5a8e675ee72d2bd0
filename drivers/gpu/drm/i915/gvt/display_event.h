/* SPDX-License-Identifier: MIT */
/*
 * Telling viewers when what a vGPU shows may have changed.
 */

#ifndef _GVT_DISPLAY_EVENT_H_
#define _GVT_DISPLAY_EVENT_H_

#include <linux/compiler.h>
#include <linux/ktime.h>
#include <linux/spinlock_types.h>
#include <linux/workqueue_types.h>

#include "display_event_state.h"

struct eventfd_ctx;
struct intel_vgpu;

/* enum drm_plane_type of each enum gvt_event_plane */
extern const u32 gvt_event_plane_types[GVT_EVENT_PLANES];

/**
 * struct gvt_display_event - who wants to know of changes, and of which
 * @lock: covers all below; &state.armed is also looked at without it
 * @state: what is to be told
 * @triggers: who is told, for planes that are armed
 * @work: stands in for vblanks when there are none
 * @refreshed: when it was last looked at whether there is a change to be told
 * @first_pte: GGTT pages that have been remapped since the last refresh are all
 *	between this one
 * @last_pte: and this one, if it is not below the first
 */
struct gvt_display_event {
	spinlock_t lock;	/* see above */
	struct gvt_event_state state;
	struct eventfd_ctx *triggers[GVT_EVENT_PLANES];
	struct delayed_work work;
	ktime_t refreshed;
	unsigned long first_pte;
	unsigned long last_pte;
};

/**
 * gvt_event_is_armed - whether anybody wants to know of changes
 * @event: of a vGPU
 *
 * Here, because each register write of a guest asks.
 *
 * Return: true if so; may be out of date.
 */
static inline bool gvt_event_is_armed(const struct gvt_display_event *event)
{
	return READ_ONCE(event->state.armed);
}

#if IS_ENABLED(CONFIG_DRM_I915_GVT_DMABUF)

void intel_vgpu_init_display_event(struct intel_vgpu *vgpu);
void intel_vgpu_close_display_event(struct intel_vgpu *vgpu);

void intel_vgpu_set_display_triggers(struct intel_vgpu *vgpu,
				     unsigned long planes,
				     struct eventfd_ctx **triggers);
void intel_vgpu_trigger_display_event(struct intel_vgpu *vgpu, u8 planes);
void intel_vgpu_mask_display_event(struct intel_vgpu *vgpu, u8 planes);
void intel_vgpu_unmask_display_event(struct intel_vgpu *vgpu, u8 planes);

void intel_vgpu_touch_planes(struct intel_vgpu *vgpu, u8 planes);
void intel_vgpu_touch_planes_of_regs(struct intel_vgpu *vgpu, u32 offset,
				     unsigned int bytes);
void intel_vgpu_touch_planes_of_pte(struct intel_vgpu *vgpu,
				    unsigned long index);
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
