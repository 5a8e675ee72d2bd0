/* SPDX-License-Identifier: MIT */
/*
 * Noticing that a guest draws into what is on the screen.
 */

#ifndef _GVT_PIXEL_WATCH_H_
#define _GVT_PIXEL_WATCH_H_

#include <linux/spinlock_types.h>
#include <linux/types.h>
#include <linux/workqueue_types.h>

#include "display_event_state.h"
#include "fb_decoder.h"
#include "pixel_pace.h"

struct intel_vgpu;

/**
 * struct gvt_watched_plane - what is known of the pixels of a plane
 * @plane: what is watched
 * @sums: of each phase its pages, summed up
 * @phases: how many there are; 0 if nothing is watched
 * @phase: the next one
 * @seen: how many of them have been looked at
 */
struct gvt_watched_plane {
	struct gvt_plane plane;
	u64 *sums;
	unsigned int phases;
	unsigned int phase;
	unsigned int seen;
};

/**
 * struct gvt_pixel_watch - what is known of the pixels of all planes
 * @work: looks at planes
 * @planes: what it knows of them; nobody else uses that
 * @lock: covers the rest, a leaf
 * @paces: when to look at which plane
 * @due: planes to look at
 * @looking: planes that are being looked at, unless they have changed since
 * @found: planes that had changed when they were looked at; also read without
 *	@lock
 * @unknown: planes of whose pixels nothing is known any more
 * @armed: planes that were armed at the last refresh; covered by
 *	vgpu_lock
 */
struct gvt_pixel_watch {
	struct work_struct work;
	struct gvt_watched_plane planes[GVT_EVENT_PLANES];
	spinlock_t lock;	/* see above */
	struct gvt_pixel_pace paces[GVT_EVENT_PLANES];
	u8 due;
	u8 looking;
	u8 found;
	u8 unknown;
	u8 armed;
};

#if IS_ENABLED(CONFIG_DRM_I915_GVT_DMABUF)

void intel_vgpu_init_pixel_watch(struct intel_vgpu *vgpu);
void intel_vgpu_close_pixel_watch(struct intel_vgpu *vgpu);
void intel_vgpu_watch_pixels(struct intel_vgpu *vgpu, u8 changed);

#else

static inline void intel_vgpu_init_pixel_watch(struct intel_vgpu *vgpu)
{
}

static inline void intel_vgpu_close_pixel_watch(struct intel_vgpu *vgpu)
{
}

static inline void intel_vgpu_watch_pixels(struct intel_vgpu *vgpu, u8 changed)
{
}

#endif /* CONFIG_DRM_I915_GVT_DMABUF */

#endif /* _GVT_PIXEL_WATCH_H_ */
