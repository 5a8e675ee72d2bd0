// SPDX-License-Identifier: GPL-2.0
/* The KVM VM that owns a vGPU */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <fcntl.h>
#include <sys/mman.h>

#include <linux/kvm.h>

#include "vgpu_vm.h"

int vgpu_vm_open(struct vgpu *v)
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

	/* Shared, so that children of the process share it with the vGPU. */
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

int vgpu_vm_add_vfio(struct vgpu *v, int fd)
{
	struct kvm_create_device create = { .type = KVM_DEV_TYPE_VFIO };
	struct kvm_device_attr add = {
		.group = KVM_DEV_VFIO_FILE,
		.attr = KVM_DEV_VFIO_FILE_ADD,
		.addr = (uintptr_t)&fd,
	};
	int ret;

	v->step = VGPU_STEP_ATTACH;
	ret = vgpu_ioctl(v->vm, KVM_CREATE_DEVICE, &create);
	if (ret < 0)
		return ret;
	v->kvm_vfio = create.fd;
	return vgpu_ioctl(v->kvm_vfio, KVM_SET_DEVICE_ATTR, &add);
}
