// SPDX-License-Identifier: GPL-2.0
/* The guest's interrupts for vgpu.h: MSI, and the masks in front of a vblank. */
#include <errno.h>
#include <unistd.h>

#include <linux/pci_regs.h>
#include <linux/vfio.h>

#include "vgpu.h"

/* Skylake PRM, Volume 2c: Master Interrupt Control, Display Pipe Interrupts */
#define MASTER_IRQ		0x44200u
#define  MASTER_IRQ_ENABLE	0x80000000u
#define DE_PIPE_IMR(pipe)	(0x44404u + 0x10 * (pipe))
#define DE_PIPE_IIR(pipe)	(0x44408u + 0x10 * (pipe))
#define DE_PIPE_IER(pipe)	(0x4440cu + 0x10 * (pipe))
#define  DE_PIPE_VBLANK		1u

static int config_read8(struct vgpu *v, uint8_t offset)
{
	uint8_t val;

	return pread(v->device, &val, 1, v->config + offset) == 1 ? val : -EIO;
}

static int find_capability(struct vgpu *v, uint8_t id)
{
	int at = config_read8(v, PCI_CAPABILITY_LIST), found, hops;

	for (hops = 0; at > 0 && hops < 48; hops++) {
		found = config_read8(v, at + PCI_CAP_LIST_ID);
		if (found < 0 || found == id)
			return found < 0 ? found : at;
		at = config_read8(v, at + PCI_CAP_LIST_NEXT);
	}
	return at < 0 ? at : -ENOENT;
}

int vgpu_msi_control(struct vgpu *v, uint16_t control)
{
	int at = find_capability(v, PCI_CAP_ID_MSI);
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
