/* SPDX-License-Identifier: GPL-2.0 */
/* Interrupts of a vGPU */
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
 * vgpu_msi_eventfd - set the eventfd that the MSI signals
 * @v: the vGPU
 * @fd: the eventfd, or -1 for none
 *
 * Return: 0, or the errno of VFIO_DEVICE_SET_IRQS.
 */
int vgpu_msi_eventfd(struct vgpu *v, int fd);

/**
 * vgpu_msi_on - set the eventfd of the MSI, and enable the MSI
 * @v: the vGPU
 * @fd: the eventfd
 *
 * Return: as vgpu_msi_eventfd() and vgpu_msi_control().
 */
int vgpu_msi_on(struct vgpu *v, int fd);

/**
 * vgpu_vblank_irq_on - unmask and enable the vblank interrupt of a pipe
 * @v: the vGPU
 * @pipe: the pipe
 *
 * Acknowledge an interrupt to get the next one.
 *
 * Return: 0, or the errno of a write to a register.
 */
int vgpu_vblank_irq_on(struct vgpu *v, int pipe);

/**
 * vgpu_vblank_irq_ack - acknowledge a vblank interrupt
 * @v: the vGPU
 * @pipe: the pipe
 *
 * Return: 0, or the errno of a write to a register.
 */
int vgpu_vblank_irq_ack(struct vgpu *v, int pipe);

#endif /* GVT_DMABUF_VGPU_IRQ_H */
