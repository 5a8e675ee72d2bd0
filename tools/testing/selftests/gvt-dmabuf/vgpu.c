// SPDX-License-Identifier: GPL-2.0
/* Open and close a vGPU */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/pci_regs.h>

#include "vgpu.h"
#include "vgpu_regs.h"

static const struct {
	const char *what, *hint;
} steps[] = {
	[VGPU_STEP_UUID] = { "no UUID", "set VGPU_UUID to an mdev's UUID" },
	[VGPU_STEP_MDEV] = {
		"no such mdev",
		"write the UUID to <GPU>/mdev_supported_types/<type>/create"
	},
	[VGPU_STEP_GROUP] = {
		"cannot open the VFIO group or device",
		"end the process that owns the vGPU, or run as root"
	},
	[VGPU_STEP_KVM] = { "cannot open /dev/kvm", "load kvm_intel or kvm_amd" },
	[VGPU_STEP_VM] = { "cannot create a VM", "see the kernel log" },
	[VGPU_STEP_RAM] = {
		"cannot allocate guest memory", "free some memory"
	},
	[VGPU_STEP_CONTAINER] = {
		"cannot open /dev/vfio/vfio or /dev/iommu",
		"load vfio_iommu_type1, or set CONFIG_IOMMUFD"
	},
	[VGPU_STEP_ATTACH] = {
		"cannot attach the vGPU to an IOMMU", "load vfio_iommu_type1"
	},
	[VGPU_STEP_DMA] = { "cannot map guest memory", "raise RLIMIT_MEMLOCK" },
	[VGPU_STEP_DEVICE] = { "cannot open the vGPU", "see the kernel log" },
	[VGPU_STEP_RESET] = { "cannot reset the vGPU", "see the kernel log" },
	[VGPU_STEP_PVINFO] = { "no PVINFO page", "use a vGPU of GVT-g" },
	[VGPU_STEP_PLATFORM] = { "unknown GPU", "add its PCI id to vgpu.c" },
	[VGPU_STEP_PLANES] = { "cannot turn planes off", "see the kernel log" },
};

/* The high byte of a PCI device id is enough to tell GVT-g's GPUs apart. */
static const struct {
	uint8_t high;
	uint8_t gen;
	const char *name;
} platforms[] = {
	{ 0x16, 8, "bdw" }, { 0x19, 9, "skl" }, { 0x0a, 9, "bxt" },
	{ 0x1a, 9, "bxt" }, { 0x5a, 9, "bxt" }, { 0x59, 9, "kbl" },
	{ 0x87, 9, "kbl" }, { 0x3e, 9, "cfl" }, { 0x9b, 9, "cml" },
};

static int identify(struct vgpu *v)
{
	uint32_t low, high, base, size;
	size_t i;
	int ret;

	v->step = VGPU_STEP_PVINFO;
	ret = vgpu_read32(v, PVINFO_MAGIC, &low);
	if (!ret)
		ret = vgpu_read32(v, PVINFO_MAGIC + 4, &high);
	if (!ret)
		ret = vgpu_read32(v, PVINFO_APERTURE, &base);
	if (!ret)
		ret = vgpu_read32(v, PVINFO_APERTURE_SIZE, &size);
	if (ret)
		return ret;
	if (((uint64_t)high << 32 | low) != PVINFO_MAGIC_VALUE || !size)
		return -ENODEV;
	v->aperture = base;
	v->aperture_size = size;
	v->gma_next = base;

	v->step = VGPU_STEP_PLATFORM;
	if (pread(v->device, &v->pci_id, 2, v->config + PCI_DEVICE_ID) != 2)
		return -EIO;
	for (i = 0; i < ARRAY_SIZE(platforms); i++) {
		if (platforms[i].high != v->pci_id >> 8)
			continue;
		v->platform = platforms[i].name;
		v->gen = platforms[i].gen;
		return 0;
	}
	return -ENODEV;
}

static int planes_off(struct vgpu *v)
{
	int pipe, ret = 0;

	v->step = VGPU_STEP_PLANES;
	for (pipe = 0; pipe < VGPU_PIPES && !ret; pipe++) {
		ret = vgpu_primary_hide(v, pipe);
		if (!ret)
			ret = vgpu_plane_hide(v, pipe, 2);
		if (!ret)
			ret = vgpu_plane_hide(v, pipe, 3);
		if (!ret)
			ret = vgpu_cursor_hide(v, pipe);
		if (!ret)
			ret = vgpu_pipe_off(v, pipe);
	}
	return ret;
}

int vgpu_open_device(struct vgpu *v, const char *uuid, size_t ram_size)
{
	int ret;

	memset(v, 0, sizeof(*v));
	v->kvm = -1;
	v->vm = -1;
	v->kvm_vfio = -1;
	v->container = -1;
	v->group = -1;
	v->device = -1;
	v->ram_size = vgpu_align(ram_size, VGPU_PAGE);
	snprintf(v->uuid, sizeof(v->uuid), "%s", uuid ? uuid : "");

	ret = vgpu_vfio_find(v);
	if (!ret)
		ret = vgpu_vm_open(v);
	if (!ret)
		ret = vgpu_vfio_attach(v);
	if (!ret)
		ret = vgpu_vfio_open_device(v);
	if (ret)
		vgpu_leave(v);
	return ret;
}

static int open_all(struct vgpu *v, const char *uuid, size_t ram_size,
		    bool as_left)
{
	int ret = vgpu_open_device(v, uuid, ram_size);

	/* As VMMs do, since the previous owner may have left any state. */
	if (!ret && !as_left) {
		v->step = VGPU_STEP_RESET;
		ret = vgpu_reset(v);
	}
	if (!ret)
		ret = identify(v);
	if (!ret && !as_left)
		ret = planes_off(v);
	if (ret)
		vgpu_leave(v);
	return ret;
}

int vgpu_open(struct vgpu *v, const char *uuid, size_t ram_size)
{
	return open_all(v, uuid, ram_size, false);
}

int vgpu_open_as_left(struct vgpu *v, const char *uuid, size_t ram_size)
{
	return open_all(v, uuid, ram_size, true);
}

void vgpu_leave(struct vgpu *v)
{
	int *fds[] = { &v->device, &v->kvm_vfio, &v->group, &v->container,
		       &v->vm, &v->kvm };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fds); i++) {
		if (*fds[i] >= 0)
			close(*fds[i]);
		*fds[i] = -1;
	}
	if (v->ram)
		munmap(v->ram, v->ram_size);
	v->ram = NULL;
}

void vgpu_close(struct vgpu *v)
{
	/* An unfixed kernel would not stop the vblank timer on close. */
	if (v->device >= 0)
		planes_off(v);
	vgpu_leave(v);
}

int vgpu_restart(struct vgpu *v)
{
	uint32_t magic;
	int ret = vgpu_reset(v);

	return ret ? ret : vgpu_read32(v, PVINFO_MAGIC, &magic);
}

const char *vgpu_explain(const struct vgpu *v, int err, char *buf, size_t len)
{
	snprintf(buf, len, "vGPU %s: %s (%s): %s", v->uuid[0] ? v->uuid : "?",
		 steps[v->step].what, strerror(-err), steps[v->step].hint);
	return buf;
}
