/* SPDX-License-Identifier: MIT */
/*
 * Registers of a plane as the display engine has latched them.
 */

#ifndef _GVT_PLANE_LATCH_H_
#define _GVT_PLANE_LATCH_H_

#include <linux/ktime.h>
#include <linux/types.h>

#include "display.h"
#include "i915_reg_defs.h"

struct gvt_plane_roles;
struct intel_vgpu;

#define GVT_LATCH_WORDS	(0x400 / sizeof(u32))
#define GVT_LATCH_PLANES	4	/* of a pipe: cursor, planes 1 to 3 */
#define GVT_LATCH_SCALERS	2	/* of a pipe */

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
 * struct gvt_scaler_regs - a scaler of display version 9
 * @pos: PS_WIN_POS
 * @size: PS_WIN_SZ
 * @ctl: PS_CTRL
 */
struct gvt_scaler_regs {
	u32 pos;
	u32 size;
	u32 ctl;
};

/**
 * struct gvt_plane_latch - latched and armed registers of all planes
 * @regs: registers at 0x70000 + pipe * 0x1000 of each pipe, as latched; only
 *	those that belong to planes are kept up to date
 * @armed: the same, as armed, of planes that wait for a vblank
 * @waiting: planes that wait: bit n for the block at n * 0x80 in @regs and @armed
 * @scalers: latched registers of the scalers of each pipe
 * @armed_scalers: the same, as armed, of scalers that wait for a vblank
 * @waiting_scalers: scalers that wait: bit n for entry n of both arrays
 * @vblanks: pipes that have vblanks: bit n for pipe n
 * @latched: BIT(enum drm_plane_type) of planes whose QUERY result may have changed
 *	because registers were latched; set here, cleared by the reader
 * @flips: of each plane of each pipe
 */
struct gvt_plane_latch {
	u32 regs[GVT_NUM_PIPES * GVT_LATCH_WORDS];
	u32 armed[GVT_NUM_PIPES * GVT_LATCH_WORDS];
	unsigned long waiting;
	struct gvt_scaler_regs scalers[GVT_NUM_PIPES * GVT_LATCH_SCALERS];
	struct gvt_scaler_regs
		armed_scalers[GVT_NUM_PIPES * GVT_LATCH_SCALERS];
	u8 waiting_scalers;
	u8 vblanks;
	u8 latched;
	struct gvt_plane_flips flips[GVT_NUM_PIPES * GVT_LATCH_PLANES];
};

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
					      u32 type);

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
