/* SPDX-License-Identifier: GPL-2.0 */
/* The KVM VM that owns a vGPU. It has memory and no vCPU. */
#ifndef GVT_DMABUF_VGPU_VM_H
#define GVT_DMABUF_VGPU_VM_H

#include "vgpu_core.h"

/**
 * vgpu_vm_open - create the VM and its memory
 * @v: with &vgpu.ram_size set
 *
 * On failure, vgpu_leave() closes what was opened.
 *
 * Return: 0, or the errno of open(), mmap() or an ioctl of KVM.
 */
int vgpu_vm_open(struct vgpu *v);

/**
 * vgpu_vm_add_vfio - register the VM with a VFIO group or device
 * @v: with a VM
 * @fd: the group or the device
 *
 * kvmgt requires a registered VM when the device is opened (or bound to an
 * IOMMUFD).
 *
 * Return: 0, or the errno of an ioctl of KVM.
 */
int vgpu_vm_add_vfio(struct vgpu *v, int fd);

#endif /* GVT_DMABUF_VGPU_VM_H */
