/* SPDX-License-Identifier: GPL-2.0 */
/* What vgpu_open() is made of. */
#ifndef GVT_DMABUF_VGPU_VFIO_H
#define GVT_DMABUF_VGPU_VFIO_H

#include "vgpu.h"

/* In order, for vgpu_explain() */
enum vgpu_step {
	VGPU_STEP_UUID, VGPU_STEP_MDEV, VGPU_STEP_GROUP, VGPU_STEP_KVM,
	VGPU_STEP_VM, VGPU_STEP_RAM, VGPU_STEP_CONTAINER, VGPU_STEP_ATTACH,
	VGPU_STEP_DMA, VGPU_STEP_DEVICE, VGPU_STEP_RESET, VGPU_STEP_PVINFO,
	VGPU_STEP_PLATFORM, VGPU_STEP_PLANES,
};

/*
 * A VMM comes to guest memory in one of three ways, which the environment names
 * as VGPU_IOMMU: by a container of VFIO's own (type1, as nothing is said), by
 * IOMMUFD in the place of that container (iommufd), or by the device's own node
 * and IOMMUFD, without a group (cdev). In each v->container takes VFIO's ioctls
 * to map and unmap. Return 0 or a negative errno.
 */
int vgpu_vfio_find(struct vgpu *v);
/* When there is a VM with memory: map that, and make the VM known to VFIO */
int vgpu_vfio_attach(struct vgpu *v);
int vgpu_vfio_device(struct vgpu *v);

#endif /* GVT_DMABUF_VGPU_VFIO_H */
