/* SPDX-License-Identifier: MIT */
/*
 * Detection of front-buffer writes by sampling page checksums.
 */

#ifndef _GVT_FRONTBUFFER_SCAN_H_
#define _GVT_FRONTBUFFER_SCAN_H_

#include <linux/spinlock_types.h>
#include <linux/types.h>
#include <linux/workqueue_types.h>

#include "display_event_state.h"
#include "frontbuffer_pace.h"
#include "plane_decoder.h"

struct intel_vgpu;

/**
 * struct gvt_scanned_plane - checksums of the pixels of a plane
 * @plane: what is scanned
 * @sums: of each phase, a checksum of its pages
 * @phases: how many there are; 0 if nothing is scanned
 * @phase: the next one
 * @seen: how many of them have been sampled
 */
struct gvt_scanned_plane {
	struct gvt_plane plane;
	u64 *sums;
	unsigned int phases;
	unsigned int phase;
	unsigned int seen;
};

/**
 * struct gvt_frontbuffer_scan - the scan of all planes of a vGPU
 * @work: samples planes
 * @planes: their checksums; only used by @work
 * @lock: covers the rest, a leaf
 * @paces: when to sample which plane
 * @due: planes to sample
 * @scanning: planes that are being sampled, unless they have changed since
 * @found: planes that had changed when they were sampled; also read without
 *	@lock
 * @unknown: planes of whose pixels nothing is known any more
 * @armed: planes that were armed at the last refresh; covered by
 *	vgpu_lock
 */
struct gvt_frontbuffer_scan {
	struct work_struct work;
	struct gvt_scanned_plane planes[GVT_PLANE_TYPES];
	spinlock_t lock;	/* see above */
	struct gvt_frontbuffer_pace paces[GVT_PLANE_TYPES];
	u8 due;
	u8 scanning;
	u8 found;
	u8 unknown;
	u8 armed;
};

#if IS_ENABLED(CONFIG_DRM_I915_GVT_DMABUF)

void intel_vgpu_init_frontbuffer_scan(struct intel_vgpu *vgpu);
void intel_vgpu_close_frontbuffer_scan(struct intel_vgpu *vgpu);
void intel_vgpu_scan_frontbuffers(struct intel_vgpu *vgpu, u8 changed);

#else

static inline void intel_vgpu_init_frontbuffer_scan(struct intel_vgpu *vgpu)
{
}

static inline void intel_vgpu_close_frontbuffer_scan(struct intel_vgpu *vgpu)
{
}

static inline void intel_vgpu_scan_frontbuffers(struct intel_vgpu *vgpu,
						u8 changed)
{
}

#endif /* CONFIG_DRM_I915_GVT_DMABUF */

#endif /* _GVT_FRONTBUFFER_SCAN_H_ */
