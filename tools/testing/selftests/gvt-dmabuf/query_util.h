/* SPDX-License-Identifier: GPL-2.0 */
/* VFIO_DEVICE_QUERY_GFX_PLANE with capabilities */
#ifndef GVT_DMABUF_QUERY_UTIL_H
#define GVT_DMABUF_QUERY_UTIL_H

#include <errno.h>
#include <stdint.h>

#include "vgpu.h"

/* The structure, and room for all capabilities */
union query_answer {
	struct vfio_device_gfx_plane_info info;
	uint8_t bytes[512];
};

/* @flags: besides VFIO_GFX_PLANE_TYPE_DMABUF */
static inline int query_flags(struct vgpu *v, enum vgpu_plane plane,
			      uint32_t flags, union query_answer *answer)
{
	*answer = (union query_answer) {
		.info.argsz = sizeof(*answer),
		.info.flags = VFIO_GFX_PLANE_TYPE_DMABUF | flags,
		.info.drm_plane_type = plane,
	};
	return vgpu_ioctl(v->device, VFIO_DEVICE_QUERY_GFX_PLANE, answer);
}

static inline int query_caps(struct vgpu *v, enum vgpu_plane plane,
			     union query_answer *answer)
{
	return query_flags(v, plane, VFIO_GFX_PLANE_CAPS, answer);
}

/* Find a capability of @answer; NULL if it has none of that id. */
static inline const void *query_cap(const union query_answer *answer,
				    uint16_t id)
{
	const struct vfio_info_cap_header *cap;
	uint32_t at = answer->info.cap_offset;

	for (; at && at + sizeof(*cap) <= sizeof(*answer); at = cap->next) {
		cap = (const void *)(answer->bytes + at);
		if (cap->id == id)
			return cap;
	}
	return NULL;
}

/* A plane with the count and time of its flips */
struct query_flips {
	struct vfio_device_gfx_plane_info info;
	uint32_t source;
	uint64_t count, time;
};

static inline int query_flips(struct vgpu *v, enum vgpu_plane plane,
			      struct query_flips *flips)
{
	const struct vfio_gfx_plane_cap_flips *cap;
	union query_answer answer;
	int ret = query_caps(v, plane, &answer);

	if (ret)
		return ret;
	cap = query_cap(&answer, VFIO_GFX_PLANE_CAP_FLIPS);
	if (!cap)
		return -ENODATA;
	*flips = (struct query_flips) {
		.info = answer.info, .source = cap->source,
		.count = cap->count, .time = cap->time,
	};
	return 0;
}

/*
 * Count the rectangles of @cap that are newer than *@serial, which is of the
 * query before, or 0: -ERANGE if all of the plane may have changed.
 */
static inline int
query_new_rects(const struct vfio_gfx_plane_cap_damage *cap, uint64_t *serial)
{
	uint64_t new = *serial ? cap->serial - *serial : UINT64_MAX;

	*serial = cap->serial;
	return new > cap->nr_rects ? -ERANGE : (int)new;
}

#endif /* GVT_DMABUF_QUERY_UTIL_H */
