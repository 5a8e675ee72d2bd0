/* SPDX-License-Identifier: MIT */
/*
 * The VFIO IRQ index that signals changes of a vGPU's display.
 */

#ifndef _GVT_GFX_IRQ_H_
#define _GVT_GFX_IRQ_H_

#include <linux/compiler_types.h>
#include <linux/errno.h>
#include <linux/types.h>
#include <linux/vfio.h>

#include "plane_decoder.h"

struct intel_vgpu;

#define GVT_GFX_IRQ_INDEX	VFIO_PCI_NUM_IRQS

#if IS_ENABLED(CONFIG_DRM_I915_GVT_DMABUF)

#define GVT_NUM_IRQS		(GVT_GFX_IRQ_INDEX + 1)
#define GVT_GFX_IRQ_COUNT	GVT_PLANE_TYPES

long intel_vgpu_get_gfx_irq_info(void __user *arg);
int intel_vgpu_set_gfx_irqs(struct intel_vgpu *vgpu, u32 flags,
			    unsigned int start, unsigned int count,
			    const void *data);

#else

#define GVT_NUM_IRQS		VFIO_PCI_NUM_IRQS
#define GVT_GFX_IRQ_COUNT	0

static inline long intel_vgpu_get_gfx_irq_info(void __user *arg)
{
	return -EINVAL;
}

static inline int intel_vgpu_set_gfx_irqs(struct intel_vgpu *vgpu, u32 flags,
					  unsigned int start,
					  unsigned int count, const void *data)
{
	return -ENOTTY;
}

#endif /* CONFIG_DRM_I915_GVT_DMABUF */

#endif /* _GVT_GFX_IRQ_H_ */
