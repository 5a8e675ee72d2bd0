// SPDX-License-Identifier: GPL-2.0
/* The ways in which a VMM has VFIO give a vGPU guest memory. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/iommufd.h>
#include <linux/kvm.h>

#include "vgpu_vfio.h"

static bool is_way(const char *way)
{
	const char *wanted = getenv("VGPU_IOMMU");

	return !strcmp(wanted ? wanted : "type1", way);
}

static int open_node(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* The group of an mdev is named by a link in its directory... */
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

/* ... and its own node by a directory. */
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
	return is_way("cdev") ? find_device(v) : find_group(v);
}

/* kvmgt asks VFIO for the VM of a vGPU when the device is opened or bound. */
static int tell_vm(struct vgpu *v, const int *fd)
{
	struct kvm_create_device create = { .type = KVM_DEV_TYPE_VFIO };
	struct kvm_device_attr add = {
		.group = KVM_DEV_VFIO_FILE,
		.attr = KVM_DEV_VFIO_FILE_ADD,
		.addr = (uintptr_t)fd,
	};
	int ret;

	v->step = VGPU_STEP_ATTACH;
	ret = vgpu_ioctl(v->vm, KVM_CREATE_DEVICE, &create);
	if (ret < 0)
		return ret;
	v->kvm_vfio = create.fd;
	return vgpu_ioctl(v->kvm_vfio, KVM_SET_DEVICE_ATTR, &add);
}

static int map_ram(struct vgpu *v)
{
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map),
		.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
		.vaddr = (uintptr_t)v->ram,
		.size = v->ram_size,
	};

	v->step = VGPU_STEP_DMA;
	return vgpu_ioctl(v->container, VFIO_IOMMU_MAP_DMA, &map);
}

static int attach_group(struct vgpu *v)
{
	int ret;

	v->step = VGPU_STEP_ATTACH;
	ret = vgpu_ioctl(v->group, VFIO_GROUP_SET_CONTAINER, &v->container);
	if (ret < 0)
		return ret;
	/* Version 1 does not let an mdev pin pages. */
	ret = vgpu_ioctl(v->container, VFIO_SET_IOMMU,
			 (void *)VFIO_TYPE1v2_IOMMU);
	if (ret < 0)
		return ret;
	ret = map_ram(v);
	return ret < 0 ? ret : tell_vm(v, &v->group);
}

/* An address space that VFIO's ioctls on the same fd mean as well */
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

	ret = tell_vm(v, &v->device);
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
	v->container = open_node(is_way("type1") ? "/dev/vfio/vfio" :
						   "/dev/iommu");
	if (v->container < 0)
		return v->container;
	return is_way("cdev") ? attach_device(v) : attach_group(v);
}

int vgpu_vfio_device(struct vgpu *v)
{
	v->step = VGPU_STEP_DEVICE;
	if (v->device >= 0)
		return 0;
	v->device = vgpu_ioctl(v->group, VFIO_GROUP_GET_DEVICE_FD, v->uuid);
	return v->device < 0 ? v->device : 0;
}
