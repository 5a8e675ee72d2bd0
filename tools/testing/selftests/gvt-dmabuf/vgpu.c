// SPDX-License-Identifier: GPL-2.0
/* The VMM's half of vgpu.h: VM, VFIO, guest memory, the ABI, an importer. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <drm/drm.h>
#include <drm/i915_drm.h>
#include <linux/dma-buf.h>
#include <linux/kvm.h>
#include <linux/pci_regs.h>

#include "vgpu.h"
#include "vgpu_vfio.h"

#define PVINFO_MAGIC		0x78000u	/* i915_pvinfo.h in the kernel */
#define PVINFO_APERTURE		0x78040u
#define PVINFO_APERTURE_SIZE	0x78044u
#define GGTT			0x800000u	/* second half of BAR0 */
#define  GGTT_PRESENT		1u

#define VGT_MAGIC		0x4776544776544776ull	/* "vGTvGTvG" */

static const struct {
	const char *what, *hint;
} steps[] = {
	[VGPU_STEP_UUID] = { "no vGPU named", "set VGPU_UUID to an mdev's UUID" },
	[VGPU_STEP_MDEV] = {
		"no such mdev",
		"write the UUID to <GPU>/mdev_supported_types/<type>/create"
	},
	[VGPU_STEP_GROUP] = {
		"cannot open the VFIO group or device",
		"end the process that owns the vGPU, or get access"
	},
	[VGPU_STEP_KVM] = { "cannot open /dev/kvm", "load kvm_intel or kvm_amd" },
	[VGPU_STEP_VM] = { "cannot create a VM", "see the kernel log" },
	[VGPU_STEP_RAM] = { "cannot make guest memory", "free some memory" },
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
	[VGPU_STEP_PVINFO] = { "no PVINFO page", "name a GVT-g vGPU" },
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

int vgpu_ioctl(int fd, unsigned long request, void *arg)
{
	int ret = ioctl(fd, request, arg);

	return ret < 0 ? -errno : ret;
}

static uint64_t page_align(uint64_t val)
{
	return (val + VGPU_PAGE - 1) / VGPU_PAGE * VGPU_PAGE;
}

/* ---- opening ---- */

static int open_vm(struct vgpu *v)
{
	struct kvm_userspace_memory_region slot = { };

	v->step = VGPU_STEP_KVM;
	v->kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (v->kvm < 0)
		return -errno;

	v->step = VGPU_STEP_VM;
	v->vm = vgpu_ioctl(v->kvm, KVM_CREATE_VM, NULL);
	if (v->vm < 0)
		return v->vm;

	/* Shared, so that a child sees what its parent's vGPU wrote. */
	v->step = VGPU_STEP_RAM;
	v->ram = mmap(NULL, v->ram_size, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (v->ram == MAP_FAILED) {
		v->ram = NULL;
		return -errno;
	}
	slot.memory_size = v->ram_size;
	slot.userspace_addr = (uintptr_t)v->ram;
	return vgpu_ioctl(v->vm, KVM_SET_USER_MEMORY_REGION, &slot);
}

int vgpu_region(struct vgpu *v, uint32_t index, uint64_t *offset,
		uint64_t *size)
{
	struct vfio_region_info info = {
		.argsz = sizeof(info),
		.index = index,
	};
	int ret = vgpu_ioctl(v->device, VFIO_DEVICE_GET_REGION_INFO, &info);

	*offset = info.offset;
	*size = info.size;
	return ret;
}

static int open_device(struct vgpu *v)
{
	uint64_t size;
	int ret;

	ret = vgpu_vfio_device(v);
	if (!ret)
		ret = vgpu_region(v, VFIO_PCI_BAR0_REGION_INDEX, &v->bar0, &size);
	if (!ret)
		ret = vgpu_region(v, VFIO_PCI_CONFIG_REGION_INDEX, &v->config,
				  &size);
	return ret;
}

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
	if (((uint64_t)high << 32 | low) != VGT_MAGIC || !size)
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

static int reset(struct vgpu *v)
{
	v->step = VGPU_STEP_RESET;
	return vgpu_ioctl(v->device, VFIO_DEVICE_RESET, NULL);
}

static int open_all(struct vgpu *v, const char *uuid, size_t ram_size,
		    bool as_left)
{
	int ret;

	memset(v, 0, sizeof(*v));
	v->kvm = -1;
	v->vm = -1;
	v->kvm_vfio = -1;
	v->container = -1;
	v->group = -1;
	v->device = -1;
	v->ram_size = page_align(ram_size);
	snprintf(v->uuid, sizeof(v->uuid), "%s", uuid ? uuid : "");

	ret = vgpu_vfio_find(v);
	if (!ret)
		ret = open_vm(v);
	if (!ret)
		ret = vgpu_vfio_attach(v);
	if (!ret)
		ret = open_device(v);
	/* As any VMM does: it does not trust the last owner. */
	if (!ret && !as_left)
		ret = reset(v);
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
	/* A vblank timer would run on, and find the next owner's vGPU. */
	if (v->device >= 0)
		planes_off(v);
	vgpu_leave(v);
}

const char *vgpu_explain(const struct vgpu *v, int err, char *buf, size_t len)
{
	snprintf(buf, len, "vGPU %s: %s (%s): %s", v->uuid[0] ? v->uuid : "?",
		 steps[v->step].what, strerror(-err), steps[v->step].hint);
	return buf;
}

/* ---- registers, memory, GGTT ---- */

int vgpu_write(struct vgpu *v, uint32_t reg, const void *val, size_t bytes)
{
	ssize_t n = pwrite(v->device, val, bytes, v->bar0 + reg);

	return n == (ssize_t)bytes ? 0 : n < 0 ? -errno : -EIO;
}

int vgpu_write32(struct vgpu *v, uint32_t reg, uint32_t val)
{
	return vgpu_write(v, reg, &val, sizeof(val));
}

int vgpu_read32(struct vgpu *v, uint32_t reg, uint32_t *val)
{
	ssize_t n = pread(v->device, val, sizeof(*val), v->bar0 + reg);

	return n == sizeof(*val) ? 0 : n < 0 ? -errno : -EIO;
}

struct vgpu_mark vgpu_mark(const struct vgpu *v)
{
	return (struct vgpu_mark){ v->ram_next, v->gma_next };
}

void vgpu_release(struct vgpu *v, struct vgpu_mark mark)
{
	v->ram_next = mark.ram;
	v->gma_next = mark.gma;
}

int vgpu_alloc_ram(struct vgpu *v, size_t size, uint64_t *gpa)
{
	size = page_align(size);
	if (size > v->ram_size - v->ram_next)
		return -ENOMEM;
	*gpa = v->ram_next;
	v->ram_next += size;
	return 0;
}

int vgpu_alloc_gma(struct vgpu *v, size_t size, uint64_t *gma)
{
	size = page_align(size);
	if (size > v->aperture + v->aperture_size - v->gma_next)
		return -ENOSPC;
	*gma = v->gma_next;
	v->gma_next += size;
	return 0;
}

static int write_ptes(struct vgpu *v, uint64_t gma, uint64_t pte,
		      uint64_t step, size_t size)
{
	uint64_t batch[256], left = page_align(size) / VGPU_PAGE;
	uint64_t at = v->bar0 + GGTT + gma / VGPU_PAGE * sizeof(pte);
	size_t i, n, bytes;
	ssize_t done;

	for (; left; left -= n, at += bytes) {
		n = left < 256 ? left : 256;
		bytes = n * sizeof(pte);
		for (i = 0; i < n; i++, pte += step)
			batch[i] = pte;
		done = pwrite(v->device, batch, bytes, at);
		if (done != (ssize_t)bytes)
			return done < 0 ? -errno : -EIO;
	}
	return 0;
}

int vgpu_ggtt_map(struct vgpu *v, uint64_t gma, uint64_t gpa, size_t size)
{
	return write_ptes(v, gma, gpa | GGTT_PRESENT, VGPU_PAGE, size);
}

int vgpu_ggtt_unmap(struct vgpu *v, uint64_t gma, size_t size)
{
	return write_ptes(v, gma, 0, 0, size);
}

int vgpu_ggtt_read(struct vgpu *v, uint64_t gma, uint64_t *pte)
{
	ssize_t n = pread(v->device, pte, sizeof(*pte),
			  v->bar0 + GGTT + gma / VGPU_PAGE * sizeof(*pte));

	return n == sizeof(*pte) ? 0 : n < 0 ? -errno : -EIO;
}

/* ---- the ABI under test ---- */

int vgpu_query(struct vgpu *v, enum vgpu_plane type,
	       struct vfio_device_gfx_plane_info *info)
{
	memset(info, 0, sizeof(*info));
	info->argsz = sizeof(*info);
	info->flags = VFIO_GFX_PLANE_TYPE_DMABUF;
	info->drm_plane_type = type;
	return vgpu_ioctl(v->device, VFIO_DEVICE_QUERY_GFX_PLANE, info);
}

int vgpu_get_dmabuf(struct vgpu *v, uint32_t id)
{
	return vgpu_ioctl(v->device, VFIO_DEVICE_GET_GFX_DMABUF, &id);
}

/* ---- an importer ---- */

int vgpu_drm_open_driver(const char *driver)
{
	char path[40], name[32];
	int fd, minor;

	for (minor = 128; minor < 192; minor++) {
		struct drm_version version = {
			.name = name,
			.name_len = sizeof(name) - 1,
		};

		snprintf(path, sizeof(path), "/dev/dri/renderD%d", minor);
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd < 0)
			continue;
		memset(name, 0, sizeof(name));
		if (!vgpu_ioctl(fd, DRM_IOCTL_VERSION, &version) &&
		    !strcmp(name, driver))
			return fd;
		close(fd);
	}
	return -ENODEV;
}

int vgpu_drm_open(void)
{
	return vgpu_drm_open_driver("i915");
}

int vgpu_drm_import(int drm, int dmabuf, uint32_t *handle)
{
	struct drm_prime_handle prime = { .fd = dmabuf };
	int ret = vgpu_ioctl(drm, DRM_IOCTL_PRIME_FD_TO_HANDLE, &prime);

	*handle = prime.handle;
	return ret;
}

int vgpu_drm_pread(int drm, uint32_t handle, uint64_t offset, void *to,
		   size_t size)
{
	struct drm_i915_gem_pread pread = {
		.handle = handle,
		.offset = offset,
		.size = size,
		.data_ptr = (uintptr_t)to,
	};

	return vgpu_ioctl(drm, DRM_IOCTL_I915_GEM_PREAD, &pread);
}

int vgpu_drm_close_handle(int drm, uint32_t handle)
{
	struct drm_gem_close gem_close = { .handle = handle };

	return vgpu_ioctl(drm, DRM_IOCTL_GEM_CLOSE, &gem_close);
}

int vgpu_dmabuf_read(int dmabuf, void *to, size_t size)
{
	struct dma_buf_sync sync = {
		.flags = DMA_BUF_SYNC_START | DMA_BUF_SYNC_READ,
	};
	void *map;
	int ret;

	map = mmap(NULL, size, PROT_READ, MAP_SHARED, dmabuf, 0);
	if (map == MAP_FAILED)
		return -errno;
	ret = vgpu_ioctl(dmabuf, DMA_BUF_IOCTL_SYNC, &sync);
	if (!ret) {
		memcpy(to, map, size);
		sync.flags = DMA_BUF_SYNC_END | DMA_BUF_SYNC_READ;
		ret = vgpu_ioctl(dmabuf, DMA_BUF_IOCTL_SYNC, &sync);
	}
	munmap(map, size);
	return ret;
}
