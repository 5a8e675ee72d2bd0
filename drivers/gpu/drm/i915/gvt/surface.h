/* SPDX-License-Identifier: MIT */
/*
 * Surfaces of a vGPU that userspace may fetch as a dma-buf.
 */

#ifndef _GVT_SURFACE_H_
#define _GVT_SURFACE_H_

#include <linux/types.h>

#include "plane_decoder.h"

struct intel_vgpu;

#if IS_ENABLED(CONFIG_DRM_I915_GVT_DMABUF)

int intel_vgpu_init_surfaces(struct intel_vgpu *vgpu);
void intel_vgpu_clean_surfaces(struct intel_vgpu *vgpu);
void intel_vgpu_open_surfaces(struct intel_vgpu *vgpu);
void intel_vgpu_drop_surfaces(struct intel_vgpu *vgpu);

enum gvt_refusal intel_vgpu_find_surface(struct intel_vgpu *vgpu,
					 const struct gvt_plane *plane, u32 *id);
int intel_vgpu_export_surface(struct intel_vgpu *vgpu, u32 id);

void intel_vgpu_surfaces_pte_write(struct intel_vgpu *vgpu,
				   unsigned long index);
void intel_vgpu_surfaces_dma_unmap(struct intel_vgpu *vgpu,
				   u64 first_gfn, u64 last_gfn);

#else

static inline int intel_vgpu_init_surfaces(struct intel_vgpu *vgpu)
{
	return 0;
}

static inline void intel_vgpu_clean_surfaces(struct intel_vgpu *vgpu)
{
}

static inline void intel_vgpu_open_surfaces(struct intel_vgpu *vgpu)
{
}

static inline void intel_vgpu_drop_surfaces(struct intel_vgpu *vgpu)
{
}

static inline void intel_vgpu_surfaces_pte_write(struct intel_vgpu *vgpu,
						 unsigned long index)
{
}

static inline void intel_vgpu_surfaces_dma_unmap(struct intel_vgpu *vgpu,
						 u64 first_gfn, u64 last_gfn)
{
}

#endif /* CONFIG_DRM_I915_GVT_DMABUF */

#endif /* _GVT_SURFACE_H_ */
