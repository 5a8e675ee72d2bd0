/* SPDX-License-Identifier: MIT */
/*
 * Planes and exported surfaces of a vGPU in debugfs.
 */

#ifndef _GVT_SURFACE_DEBUGFS_H_
#define _GVT_SURFACE_DEBUGFS_H_

struct intel_vgpu;

#if IS_ENABLED(CONFIG_DRM_I915_GVT_DMABUF)

void intel_vgpu_debugfs_add_surfaces(struct intel_vgpu *vgpu);

#else

static inline void intel_vgpu_debugfs_add_surfaces(struct intel_vgpu *vgpu)
{
}

#endif /* CONFIG_DRM_I915_GVT_DMABUF */

#endif /* _GVT_SURFACE_DEBUGFS_H_ */
