/* SPDX-License-Identifier: MIT */
/*
 * Registers of a plane as the display engine has latched them.
 */

#ifndef _GVT_PLANE_LATCH_H_
#define _GVT_PLANE_LATCH_H_

#include <linux/cache.h>
#include <linux/ktime.h>
#include <linux/types.h>

#include "display.h"
#include "i915_reg_defs.h"

struct gvt_plane_roles;
struct intel_vgpu;

/* What latches its registers by itself, in each pipe */
enum gvt_latch_unit {
	GVT_LATCH_CURSOR,
	GVT_LATCH_PLANE_1,
	GVT_LATCH_PLANE_2,
	GVT_LATCH_PLANE_3,
	GVT_LATCH_SCALER_1,
	GVT_LATCH_SCALER_2,
	GVT_LATCH_UNITS
};

#define GVT_LATCH_REGS	12	/* of each */

/**
 * struct gvt_plane_flips - how often a plane latched its registers
 * @count: so often since the vGPU was created
 * @last: when it was last; 0 if never
 */
struct gvt_plane_flips {
	u64 count;
	ktime_t last;
};

/**
 * struct gvt_latched_unit - registers of a plane, cursor or scaler
 * @regs: as latched
 * @armed: as armed, while it is @waiting for a vblank; else of no meaning
 * @flips: how often it was latched; nothing reads it of a scaler
 * @waiting: it has been armed since it was latched
 */
struct gvt_latched_unit {
	u32 regs[GVT_LATCH_REGS];
	u32 armed[GVT_LATCH_REGS];
	struct gvt_plane_flips flips;
	bool waiting;
} ____cacheline_aligned;	/* a power of two: flips find theirs by shifts */

/**
 * struct gvt_plane_latch - latched and armed registers of a vGPU
 * @units: by pipe, and what it is of the pipe
 * @vblanks: BIT(pipe) of pipes that have vblanks
 * @latched: BIT(enum drm_plane_type) of planes whose QUERY result may have changed
 *	because registers were latched; set here, cleared by the reader
 */
struct gvt_plane_latch {
	struct gvt_latched_unit units[GVT_NUM_PIPES][GVT_LATCH_UNITS];
	u8 vblanks;
	u8 latched;
};

bool gvt_reg_is_latched(u32 offset);
const u32 *intel_vgpu_latched_reg(const struct intel_vgpu *vgpu,
				  i915_reg_t reg);

#if IS_ENABLED(CONFIG_DRM_I915_GVT_DMABUF)

void intel_vgpu_arm_plane(struct intel_vgpu *vgpu, u32 offset);
void intel_vgpu_arm_plane_that_is_off(struct intel_vgpu *vgpu, u32 offset);
void intel_vgpu_arm_scaler(struct intel_vgpu *vgpu, u32 offset);
void intel_vgpu_latch_plane(struct intel_vgpu *vgpu, u32 offset);
void intel_vgpu_latch_waiting_planes(struct intel_vgpu *vgpu, int pipe);
void intel_vgpu_pipes_changed(struct intel_vgpu *vgpu);
void intel_vgpu_latch_all_planes(struct intel_vgpu *vgpu);
void intel_vgpu_plane_roles(const struct intel_vgpu *vgpu,
			    struct gvt_plane_roles *roles);
struct gvt_plane_flips intel_vgpu_plane_flips(const struct intel_vgpu *vgpu,
					      u32 type, u32 *source);

#else

static inline void intel_vgpu_arm_plane(struct intel_vgpu *vgpu, u32 offset) { }

static inline void intel_vgpu_arm_plane_that_is_off(struct intel_vgpu *vgpu,
						    u32 offset)
{
}

static inline void intel_vgpu_arm_scaler(struct intel_vgpu *vgpu, u32 offset) { }

static inline void intel_vgpu_latch_plane(struct intel_vgpu *vgpu, u32 offset) { }

static inline void intel_vgpu_latch_waiting_planes(struct intel_vgpu *vgpu, int pipe)
{
}

static inline void intel_vgpu_pipes_changed(struct intel_vgpu *vgpu) { }

static inline void intel_vgpu_latch_all_planes(struct intel_vgpu *vgpu) { }

#endif /* CONFIG_DRM_I915_GVT_DMABUF */

#endif /* _GVT_PLANE_LATCH_H_ */
