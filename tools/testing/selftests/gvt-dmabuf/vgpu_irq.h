/* SPDX-License-Identifier: GPL-2.0 */
/* Interrupts of a guest. */
#ifndef GVT_DMABUF_VGPU_IRQ_H
#define GVT_DMABUF_VGPU_IRQ_H

#include "vgpu_core.h"

/**
 * vgpu_msi_control - write the control word of the MSI capability
 * @v: the vGPU
 * @control: PCI_MSI_FLAGS_*
 *
 * Return: 0, %-ENOENT without that capability, or %-EIO.
 */
int vgpu_msi_control(struct vgpu *v, uint16_t control);

/**
 * vgpu_msi_eventfd - have the message arrive at an eventfd
 * @v: the vGPU
 * @fd: the eventfd, or -1
 *
 * Return: 0, or the errno of VFIO_DEVICE_SET_IRQS.
 */
int vgpu_msi_eventfd(struct vgpu *v, int fd);

/**
 * vgpu_msi_on - both
 * @v: the vGPU
 * @fd: the eventfd
 *
 * Return: as vgpu_msi_eventfd() and vgpu_msi_control().
 */
int vgpu_msi_on(struct vgpu *v, int fd);

/**
 * vgpu_vblank_irq_on - let the vblank of a pipe through all masks
 * @v: the vGPU
 * @pipe: which one
 *
 * It arrives at the eventfd and, once acknowledged, at the next vblank again.
 *
 * Return: 0, or the errno of a write to a register.
 */
int vgpu_vblank_irq_on(struct vgpu *v, int pipe);

/**
 * vgpu_vblank_irq_ack - acknowledge a vblank
 * @v: the vGPU
 * @pipe: of which pipe
 *
 * Return: 0, or the errno of a write to a register.
 */
int vgpu_vblank_irq_ack(struct vgpu *v, int pipe);

#endif /* GVT_DMABUF_VGPU_IRQ_H */
