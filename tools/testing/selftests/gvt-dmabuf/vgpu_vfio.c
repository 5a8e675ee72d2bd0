// SPDX-License-Identifier: GPL-2.0
/* VFIO as a VMM uses it: guest memory, the device, and its regions */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dirent.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/iommufd.h>
#include <linux/pci_regs.h>

#include "vgpu_vfio.h"
#include "vgpu_vm.h"

static bool uses_iommu(const char *name)
{
	const char *iommu = getenv("VGPU_IOMMU");

	return !strcmp(iommu ? iommu : "type1", name);
}

static int open_node(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* A link in the directory of an mdev has the number of its group. */
static int find_group(struct vgpu *v)
{
	char link[128], target[PATH_MAX], node[64];
	ssize_t len;

	snprintf(link, sizeof(link), "/sys/bus/mdev/devices/%s/iommu_group",
		 v->uuid);
	len = readlink(link, target, sizeof(target) - 1);
	if (len < 0)
		return -errno;
	target[len] = 0;

	v->step = VGPU_STEP_GROUP;
	snprintf(node, sizeof(node), "/dev/vfio/%.32s", basename(target));
	v->group = open_node(node);
	return v->group < 0 ? v->group : 0;
}

/* A subdirectory has the name of its character device. */
static int find_device(struct vgpu *v)
{
	char path[128], node[64] = "";
	const struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "/sys/bus/mdev/devices/%s/vfio-dev",
		 v->uuid);
	dir = opendir(path);
	if (!dir)
		return -errno;
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			snprintf(node, sizeof(node), "/dev/vfio/devices/%.32s",
				 entry->d_name);
	closedir(dir);

	v->step = VGPU_STEP_GROUP;
	v->device = open_node(node);
	return v->device < 0 ? v->device : 0;
}

int vgpu_vfio_find(struct vgpu *v)
{
	v->step = VGPU_STEP_UUID;
	if (!v->uuid[0])
		return -ENODEV;

	v->step = VGPU_STEP_MDEV;
	return uses_iommu("cdev") ? find_device(v) : find_group(v);
}

/* ---- guest memory ---- */

int vgpu_map_dma(struct vgpu *v, uint64_t iova, void *vaddr, size_t size)
{
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map),
		.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
		.vaddr = (uintptr_t)vaddr,
		.iova = iova,
		.size = size,
	};

	return vgpu_ioctl(v->container, VFIO_IOMMU_MAP_DMA, &map);
}

int vgpu_unmap_dma(struct vgpu *v, uint64_t iova, size_t size)
{
	struct vfio_iommu_type1_dma_unmap unmap = {
		.argsz = sizeof(unmap),
		.iova = iova,
		.size = size,
	};

	return vgpu_ioctl(v->container, VFIO_IOMMU_UNMAP_DMA, &unmap);
}

static int map_ram(struct vgpu *v)
{
	v->step = VGPU_STEP_DMA;
	return vgpu_map_dma(v, 0, v->ram, v->ram_size);
}

static int attach_group(struct vgpu *v)
{
	int ret;

	v->step = VGPU_STEP_ATTACH;
	ret = vgpu_ioctl(v->group, VFIO_GROUP_SET_CONTAINER, &v->container);
	if (ret < 0)
		return ret;
	/* VFIO_TYPE1_IOMMU does not support pinning by an mdev. */
	ret = vgpu_ioctl(v->container, VFIO_SET_IOMMU,
			 (void *)VFIO_TYPE1v2_IOMMU);
	if (ret < 0)
		return ret;
	ret = map_ram(v);
	return ret < 0 ? ret : vgpu_vm_add_vfio(v, v->group);
}

/* Create an IOAS, and make it the one that VFIO's ioctls on the IOMMUFD use. */
static int attach_device(struct vgpu *v)
{
	struct vfio_device_bind_iommufd bind = {
		.argsz = sizeof(bind), .iommufd = v->container,
	};
	struct iommu_ioas_alloc ioas = { .size = sizeof(ioas) };
	struct iommu_vfio_ioas compat = {
		.size = sizeof(compat), .op = IOMMU_VFIO_IOAS_SET,
	};
	struct vfio_device_attach_iommufd_pt attach = {
		.argsz = sizeof(attach),
	};
	int ret;

	ret = vgpu_vm_add_vfio(v, v->device);
	if (!ret)
		ret = vgpu_ioctl(v->device, VFIO_DEVICE_BIND_IOMMUFD, &bind);
	if (!ret)
		ret = vgpu_ioctl(v->container, IOMMU_IOAS_ALLOC, &ioas);
	compat.ioas_id = ioas.out_ioas_id;
	attach.pt_id = ioas.out_ioas_id;
	if (!ret)
		ret = vgpu_ioctl(v->container, IOMMU_VFIO_IOAS, &compat);
	if (!ret)
		ret = map_ram(v);
	if (ret)
		return ret;
	v->step = VGPU_STEP_ATTACH;
	return vgpu_ioctl(v->device, VFIO_DEVICE_ATTACH_IOMMUFD_PT, &attach);
}

int vgpu_vfio_attach(struct vgpu *v)
{
	v->step = VGPU_STEP_CONTAINER;
	v->container = open_node(uses_iommu("type1") ? "/dev/vfio/vfio" :
						       "/dev/iommu");
	if (v->container < 0)
		return v->container;
	return uses_iommu("cdev") ? attach_device(v) : attach_group(v);
}

/* ---- the device ---- */

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

int vgpu_vfio_open_device(struct vgpu *v)
{
	uint64_t size;
	int ret;

	v->step = VGPU_STEP_DEVICE;
	if (v->device < 0)
		v->device = vgpu_ioctl(v->group, VFIO_GROUP_GET_DEVICE_FD,
				       v->uuid);
	if (v->device < 0)
		return v->device;
	ret = vgpu_region(v, VFIO_PCI_BAR0_REGION_INDEX, &v->bar0, &size);
	return ret ? ret : vgpu_region(v, VFIO_PCI_CONFIG_REGION_INDEX,
				       &v->config, &size);
}

int vgpu_reset(struct vgpu *v)
{
	return vgpu_ioctl(v->device, VFIO_DEVICE_RESET, NULL);
}

static int config_read8(struct vgpu *v, uint8_t offset)
{
	uint8_t val;

	return pread(v->device, &val, 1, v->config + offset) == 1 ? val : -EIO;
}

int vgpu_find_capability(struct vgpu *v, uint8_t id)
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

int vgpu_read_aperture(struct vgpu *v, uint64_t gma, void *to, size_t size)
{
	uint64_t offset, bytes;
	ssize_t n;
	int ret = vgpu_region(v, VFIO_PCI_BAR2_REGION_INDEX, &offset, &bytes);

	if (ret)
		return ret;
	n = pread(v->device, to, size, offset + gma);
	return n == (ssize_t)size ? 0 : n < 0 ? -errno : -EIO;
}

/* ---- registers ---- */

int vgpu_write(struct vgpu *v, uint32_t reg, const void *val, size_t bytes)
{
	ssize_t n = pwrite(v->device, val, bytes, v->bar0 + reg);

	return n == (ssize_t)bytes ? 0 : n < 0 ? -errno : -EIO;
}

int vgpu_read(struct vgpu *v, uint32_t reg, void *val, size_t bytes)
{
	ssize_t n = pread(v->device, val, bytes, v->bar0 + reg);

	return n == (ssize_t)bytes ? 0 : n < 0 ? -errno : -EIO;
}

int vgpu_write32(struct vgpu *v, uint32_t reg, uint32_t val)
{
	return vgpu_write(v, reg, &val, sizeof(val));
}

int vgpu_read32(struct vgpu *v, uint32_t reg, uint32_t *val)
{
	return vgpu_read(v, reg, val, sizeof(*val));
}

int vgpu_update32(struct vgpu *v, uint32_t reg, uint32_t clear, uint32_t set)
{
	uint32_t val;
	int ret = vgpu_read32(v, reg, &val);

	return ret ? ret : vgpu_write32(v, reg, (val & ~clear) | set);
}

int vgpu_write_all(struct vgpu *v, uint32_t base,
		   const struct vgpu_reg_write *writes, size_t count)
{
	size_t i;
	int ret = 0;

	for (i = 0; i < count && !ret; i++)
		ret = vgpu_write32(v, base + writes[i].reg, writes[i].val);
	return ret;
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
