/* SPDX-License-Identifier: GPL-2.0 */
/* A CPU of the guest that stores dwords and halts. */
#ifndef GVT_DMABUF_VCPU_UTIL_H
#define GVT_DMABUF_VCPU_UTIL_H

#include <sys/mman.h>

#include <linux/kvm.h>

#include "vgpu.h"

#define VCPU_PE		1u	/* CR0: protected mode */

/**
 * struct vcpu - a CPU of the guest
 * @fd: of KVM; -1 if there is none
 * @run: what it shares with KVM
 * @size: bytes of it
 * @code: guest physical address of its instructions
 */
struct vcpu {
	int fd;
	struct kvm_run *run;
	size_t size;
	uint64_t code;
};

/* Flat segments of 4 GiB, without paging */
static inline int vcpu_set_segments(struct vcpu *c)
{
	struct kvm_segment flat = {
		.limit = ~0u, .type = 3, .present = 1, .s = 1, .db = 1, .g = 1,
		.selector = 16,
	};
	struct kvm_sregs sregs;
	int ret;

	ret = vgpu_ioctl(c->fd, KVM_GET_SREGS, &sregs);
	if (ret)
		return ret;
	sregs.ds = flat;
	sregs.es = flat;
	sregs.ss = flat;
	flat.type = 11;
	flat.selector = 8;
	sregs.cs = flat;
	sregs.cr0 |= VCPU_PE;
	return vgpu_ioctl(c->fd, KVM_SET_SREGS, &sregs);
}

/* 0 or a negative errno; to be closed in either case */
static inline int vcpu_open(struct vgpu *v, struct vcpu *c, unsigned long id)
{
	int ret;

	*c = (struct vcpu){ .fd = -1 };
	ret = vgpu_alloc_ram(v, VGPU_PAGE, &c->code);
	if (ret)
		return ret;
	c->fd = vgpu_ioctl(v->vm, KVM_CREATE_VCPU, (void *)id);
	if (c->fd < 0)
		return c->fd;
	ret = vgpu_ioctl(v->kvm, KVM_GET_VCPU_MMAP_SIZE, NULL);
	if (ret < 0)
		return ret;
	c->size = ret;
	c->run = mmap(NULL, c->size, PROT_READ | PROT_WRITE, MAP_SHARED, c->fd, 0);
	if (c->run == MAP_FAILED) {
		c->run = NULL;
		return -errno;
	}
	return vcpu_set_segments(c);
}

static inline void vcpu_close(struct vcpu *c)
{
	if (c->run)
		munmap(c->run, c->size);
	if (c->fd >= 0)
		close(c->fd);
}

/* Have the CPU store @value at @gpa, and halt: 0, %-EIO, or the errno of an ioctl */
static inline int vcpu_store(struct vgpu *v, struct vcpu *c, uint32_t gpa,
			     uint32_t value)
{
	const struct kvm_regs regs = { .rip = c->code, .rflags = 2 };
	uint8_t *code = v->ram + c->code;
	int ret;

	/* mov dword [gpa], value; hlt */
	code[0] = 0xc7;
	code[1] = 0x05;
	memcpy(code + 2, &gpa, sizeof(gpa));
	memcpy(code + 6, &value, sizeof(value));
	code[10] = 0xf4;
	ret = vgpu_ioctl(c->fd, KVM_SET_REGS, (void *)&regs);
	if (!ret)
		ret = vgpu_ioctl(c->fd, KVM_RUN, NULL);
	if (ret)
		return ret;
	return c->run->exit_reason == KVM_EXIT_HLT ? 0 : -EIO;
}

#endif /* GVT_DMABUF_VCPU_UTIL_H */
