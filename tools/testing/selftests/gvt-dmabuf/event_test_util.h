/* SPDX-License-Identifier: GPL-2.0 */
/* Opening of a vGPU for tests that need the display event */
#ifndef GVT_DMABUF_EVENT_TEST_UTIL_H
#define GVT_DMABUF_EVENT_TEST_UTIL_H

#include <linux/kvm.h>

#include "event_util.h"
#include "test_util.h"

/*
 * A front-buffer scan of a new framebuffer begins this many refreshes after a
 * change, and signals once more.
 */
#define SCAN_REFRESHES	4

/* Skip and return false if there is no display event; the caller returns. */
static inline bool test_event(struct __test_metadata *_metadata,
			      struct vgpu *v, struct vgpu_event *e)
{
	int ret = vgpu_event_find(v, e);

	if (ret == -ENOENT)
		SKIP(return false, "no display event: run a kernel that has it");
	ASSERT_EQ(0, ret);
	return true;
}

/* test_open(), with @ram bytes of memory, for tests that need the event */
static inline bool test_open_event(struct __test_metadata *_metadata,
				   struct vgpu *v, size_t ram,
				   struct vgpu_event *e)
{
	if (!test_open_ram(_metadata, v, ram))
		return false;
	if (test_exports(_metadata, v) && test_event(_metadata, v, e))
		return true;
	vgpu_close(v);
	return false;
}

/*
 * Give the guest a CPU that never runs, so that pixels are not scanned after the first
 * time: a file descriptor to be closed, or a negative errno.
 */
static inline int test_idle_cpu(struct vgpu *v)
{
	return vgpu_ioctl(v->vm, KVM_CREATE_VCPU, NULL);
}

#endif /* GVT_DMABUF_EVENT_TEST_UTIL_H */
