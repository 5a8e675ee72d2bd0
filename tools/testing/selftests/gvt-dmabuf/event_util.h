/* SPDX-License-Identifier: GPL-2.0 */
/* The display event: a VFIO IRQ index that signals changes of planes */
#ifndef GVT_DMABUF_EVENT_UTIL_H
#define GVT_DMABUF_EVENT_UTIL_H

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "eventfd_util.h"
#include "vgpu.h"

#define EVENT_PLANES		3
#define EVENT_PATIENCE_MS	1000	/* many refreshes */

/**
 * struct vgpu_event - the IRQ index of the display event
 * @index: IRQ index
 * @count: number of sub-interrupts
 * @of: sub-interrupt of each enum vgpu_plane
 */
struct vgpu_event {
	uint32_t index, count;
	uint32_t of[EVENT_PLANES];
};

/*
 * Find a capability of @info, a buffer of info->argsz bytes; NULL if it has
 * none.
 */
static inline const void *event_capability(const struct vfio_irq_info *info,
					   uint16_t id)
{
	const struct vfio_info_cap_header *cap;
	uint32_t at = info->flags & VFIO_IRQ_INFO_FLAG_CAPS ?
		      info->cap_offset : 0;

	for (; at; at = cap->next) {
		cap = (const void *)((const char *)info + at);
		if (cap->id == id)
			return cap;
	}
	return NULL;
}

/* GET_IRQ_INFO with capabilities, for the caller to free; NULL on error */
static inline struct vfio_irq_info *event_irq_info(struct vgpu *v,
						   uint32_t index)
{
	struct vfio_irq_info first = { .argsz = sizeof(first), .index = index };
	struct vfio_irq_info *info;

	if (vgpu_ioctl(v->device, VFIO_DEVICE_GET_IRQ_INFO, &first))
		return NULL;
	info = calloc(1, first.argsz);
	if (!info)
		return NULL;
	info->argsz = first.argsz;
	info->index = index;
	if (vgpu_ioctl(v->device, VFIO_DEVICE_GET_IRQ_INFO, info)) {
		free(info);
		return NULL;
	}
	return info;
}

static inline bool event_read_planes(struct vgpu_event *e,
				     const struct vfio_irq_info *info)
{
	const struct vfio_irq_info_cap_type *type =
		event_capability(info, VFIO_IRQ_INFO_CAP_TYPE);
	const struct vfio_irq_info_cap_display *display =
		event_capability(info, VFIO_IRQ_INFO_CAP_DISPLAY);
	uint32_t i;

	if (!type || type->type != VFIO_IRQ_TYPE_GFX ||
	    type->subtype != VFIO_IRQ_SUBTYPE_GFX_DISPLAY || !display)
		return false;
	e->index = info->index;
	e->count = info->count;
	for (i = 0; i < display->nr_planes; i++)
		if (display->planes[i].drm_plane_type < EVENT_PLANES)
			e->of[display->planes[i].drm_plane_type] = i;
	return true;
}

/* Find the display event: 0, or -ENOENT if this kernel does not have it. */
static inline int vgpu_event_find(struct vgpu *v, struct vgpu_event *e)
{
	struct vfio_device_info device = { .argsz = sizeof(device) };
	struct vfio_irq_info *info;
	uint32_t index;
	bool found = false;
	int ret;

	*e = (struct vgpu_event) { };
	ret = vgpu_ioctl(v->device, VFIO_DEVICE_GET_INFO, &device);
	if (ret)
		return ret;
	for (index = VFIO_PCI_NUM_IRQS; index < device.num_irqs && !found;
	     index++) {
		info = event_irq_info(v, index);
		found = info && event_read_planes(e, info);
		free(info);
	}
	return found ? 0 : -ENOENT;
}

/* VFIO_DEVICE_SET_IRQS with @size bytes of @data */
static inline int vgpu_event_set(struct vgpu *v, const struct vgpu_event *e,
				 uint32_t flags, uint32_t start, uint32_t count,
				 const void *data, size_t size)
{
	struct {
		struct vfio_irq_set set;
		int32_t data[8];
	} arg = {
		.set = {
			.argsz = sizeof(arg.set) + size, .flags = flags,
			.index = e->index, .start = start, .count = count,
		},
	};

	if (size)
		memcpy(arg.data, data, size);
	return vgpu_ioctl(v->device, VFIO_DEVICE_SET_IRQS, &arg);
}

/* Signal changes of @plane to @fd; -1 disarms. */
static inline int vgpu_event_arm(struct vgpu *v, const struct vgpu_event *e,
				 enum vgpu_plane plane, int32_t fd)
{
	return vgpu_event_set(v, e, VFIO_IRQ_SET_DATA_EVENTFD |
				    VFIO_IRQ_SET_ACTION_TRIGGER,
			      e->of[plane], 1, &fd, sizeof(fd));
}

/* Wait for a signal. Return the number of signals, 0 on timeout. */
static inline uint64_t next_signal(int fd)
{
	return signals_within(fd, EVENT_PATIENCE_MS);
}

/*
 * Wait until the work of @n refreshes is done; false on timeout. On a busy
 * machine the frame counter may advance by several at once, which counts as one
 * refresh.
 */
static inline bool refreshes_pass(struct vgpu *v, uint32_t n)
{
	uint32_t last, now, passed = 0;
	int tries;

	if (vgpu_pipe_frames(v, 0, &last))
		return false;
	for (tries = 0; tries < EVENT_PATIENCE_MS; tries++) {
		if (vgpu_pipe_frames(v, 0, &now))
			return false;
		if (now != last) {
			if (++passed > n)
				return true;
			last = now;
			tries = 0;
		}
		usleep(1000);
	}
	return false;
}

#endif /* GVT_DMABUF_EVENT_UTIL_H */
