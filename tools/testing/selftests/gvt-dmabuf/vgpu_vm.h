/* SPDX-License-Identifier: GPL-2.0 */
/* The KVM VM that owns a vGPU. It has memory and no vCPU. */
#ifndef GVT_DMABUF_VGPU_VM_H
#define GVT_DMABUF_VGPU_VM_H

#include "vgpu_core.h"

/**
 * vgpu_vm_open - create the VM and its memory
 * @v: with &vgpu.ram_size set
 *
 * On failure what was opened stays in @v, for vgpu_leave() to close.
 *
 * Return: 0, or the errno of open(), mmap() or an ioctl of KVM.
 */
int vgpu_vm_open(struct vgpu *v);

/**
 * vgpu_vm_add_vfio - make the VM known to a VFIO group or device
 * @v: with a VM
 * @fd: the group or the device
 *
 * kvmgt looks for the VM of a vGPU when the device is opened or bound.
 *
 * Return: 0, or the errno of an ioctl of KVM.
 */
int vgpu_vm_add_vfio(struct vgpu *v, int fd);

#endif /* GVT_DMABUF_VGPU_VM_H */
