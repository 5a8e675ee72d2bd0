// SPDX-License-Identifier: GPL-2.0
/* MSI and vblank interrupts of a vGPU */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <unistd.h>

#include <linux/pci_regs.h>
#include <linux/vfio.h>

#include "vgpu_irq.h"
#include "vgpu_regs.h"
#include "vgpu_vfio.h"

int vgpu_msi_control(struct vgpu *v, uint16_t control)
{
	int at = vgpu_find_capability(v, PCI_CAP_ID_MSI);
	ssize_t n;

	if (at < 0)
		return at;
	n = pwrite(v->device, &control, sizeof(control),
		   v->config + at + PCI_MSI_FLAGS);
	return n == sizeof(control) ? 0 : -EIO;
}

int vgpu_msi_eventfd(struct vgpu *v, int fd)
{
	struct {
		struct vfio_irq_set set;
		int32_t fd;
	} arg = {
		.set = {
			.argsz = sizeof(arg),
			.flags = VFIO_IRQ_SET_DATA_EVENTFD |
				 VFIO_IRQ_SET_ACTION_TRIGGER,
			.index = VFIO_PCI_MSI_IRQ_INDEX, .count = 1,
		},
		.fd = fd,
	};

	return vgpu_ioctl(v->device, VFIO_DEVICE_SET_IRQS, &arg);
}

int vgpu_msi_on(struct vgpu *v, int fd)
{
	int ret = vgpu_msi_eventfd(v, fd);

	return ret ? ret : vgpu_msi_control(v, PCI_MSI_FLAGS_ENABLE);
}

int vgpu_vblank_irq_on(struct vgpu *v, int pipe)
{
	int ret = vgpu_write32(v, DE_PIPE_IMR(pipe), ~DE_PIPE_VBLANK);

	if (!ret)
		ret = vgpu_write32(v, DE_PIPE_IER(pipe), DE_PIPE_VBLANK);
	return ret ? ret : vgpu_write32(v, MASTER_IRQ, MASTER_IRQ_ENABLE);
}

int vgpu_vblank_irq_ack(struct vgpu *v, int pipe)
{
	return vgpu_write32(v, DE_PIPE_IIR(pipe), DE_PIPE_VBLANK);
}
