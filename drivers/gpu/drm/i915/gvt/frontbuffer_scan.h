/* SPDX-License-Identifier: MIT */
/*
 * Detection of front-buffer writes by comparing page checksums.
 */

#ifndef _GVT_FRONTBUFFER_SCAN_H_
#define _GVT_FRONTBUFFER_SCAN_H_

#include <linux/spinlock_types.h>
#include <linux/types.h>
#include <linux/workqueue_types.h>

#include "display_event_state.h"
#include "frontbuffer_damage.h"
#include "frontbuffer_pace.h"
#include "plane_decoder.h"

struct intel_vgpu;

/**
 * struct gvt_scanned_plane - checksums of the pages of a plane
 * @plane: what is scanned
 * @layout: where its pages are
 * @pace: which pages are next
 * @sums: of each page, its checksum; 0 if it has not been scanned yet
 * @unseen: how many have not
 */
struct gvt_scanned_plane {
	struct gvt_plane plane;
	struct gvt_page_layout layout;
	struct gvt_frontbuffer_pace pace;
	u64 *sums;
	unsigned int unseen;
};

/**
 * struct gvt_frontbuffer_scan - the scan of all planes of a vGPU
 * @work: scans planes
 * @planes: their checksums; only used by @work
 * @lock: covers what follows, unless stated otherwise; comes outside the lock of
 *	the display event
 * @settle: refreshes until the plane may be scanned
 * @due: planes to scan; also read without @lock
 * @scanning: planes that are being scanned, unless they have changed since; also
 *	read without @lock
 * @unfinished: planes of which pages are left to scan
 * @hinted: planes that may have been drawn to since their last scan began
 * @unknown: planes of whose pixels nothing is known any more
 * @found: planes that had changed when they were scanned, to be signalled at the
 *	next refresh
 * @rendered: the primary plane, if the guest's GPU may have drawn to it, to be
 *	signalled when it has settled
 * @quiet: refreshes without a signal, up to a limit
 * @exits: of the guest's CPUs, at the last refresh; covered by vgpu_lock
 */
struct gvt_frontbuffer_scan {
	struct work_struct work;
	struct gvt_scanned_plane planes[GVT_PLANE_TYPES];
	spinlock_t lock;	/* see above */
	u8 settle[GVT_PLANE_TYPES];
	u8 due;
	u8 scanning;
	u8 unfinished;
	u8 hinted;
	u8 unknown;
	u8 found;
	u8 rendered;
	u8 quiet;
	u64 exits;
};

#if IS_ENABLED(CONFIG_DRM_I915_GVT_DMABUF)

void intel_vgpu_init_frontbuffer_scan(struct intel_vgpu *vgpu);
void intel_vgpu_close_frontbuffer_scan(struct intel_vgpu *vgpu);
void intel_vgpu_restart_frontbuffer_scans(struct intel_vgpu *vgpu, u8 planes);
void intel_vgpu_end_frontbuffer_scans(struct intel_vgpu *vgpu, u8 planes);
void intel_vgpu_scan_frontbuffers(struct intel_vgpu *vgpu, u8 changed);
void intel_vgpu_note_rendering(struct intel_vgpu *vgpu);

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

static inline void intel_vgpu_note_rendering(struct intel_vgpu *vgpu)
{
}

#endif /* CONFIG_DRM_I915_GVT_DMABUF */

#endif /* _GVT_FRONTBUFFER_SCAN_H_ */
