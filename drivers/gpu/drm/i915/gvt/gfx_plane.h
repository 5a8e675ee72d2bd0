/* SPDX-License-Identifier: MIT */
/*
 * VFIO_DEVICE_QUERY_GFX_PLANE and VFIO_DEVICE_GET_GFX_DMABUF.
 */

#ifndef _GVT_GFX_PLANE_H_
#define _GVT_GFX_PLANE_H_

#include <linux/compiler_types.h>
#include <linux/errno.h>
#include <linux/types.h>

struct intel_vgpu;

#if IS_ENABLED(CONFIG_DRM_I915_GVT_DMABUF)

long intel_vgpu_query_gfx_plane(struct intel_vgpu *vgpu, void __user *arg);
long intel_vgpu_get_gfx_dmabuf(struct intel_vgpu *vgpu, void __user *arg);

#else

static inline long intel_vgpu_query_gfx_plane(struct intel_vgpu *vgpu,
					      void __user *arg)
{
	return -ENOTTY;
}

static inline long intel_vgpu_get_gfx_dmabuf(struct intel_vgpu *vgpu,
					     void __user *arg)
{
	return -ENOTTY;
}

#endif /* CONFIG_DRM_I915_GVT_DMABUF */

#endif /* _GVT_GFX_PLANE_H_ */
