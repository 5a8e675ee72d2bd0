// SPDX-License-Identifier: MIT
/*
 * VFIO_DEVICE_QUERY_GFX_PLANE and VFIO_DEVICE_GET_GFX_DMABUF: copy, check,
 * call, copy. Planes are described by vgpu_plane.c, ids by surface.c.
 */

#include <linux/uaccess.h>
#include <linux/vfio.h>

#include <drm/drm_plane.h>

#include "i915_drv.h"

#include "gfx_plane.h"
#include "gvt.h"
#include "plane_decoder.h"
#include "plane_latch.h"
#include "surface.h"
#include "trace.h"
#include "vgpu_plane.h"

static void fill_info(struct vfio_device_gfx_plane_info *info,
		      const struct gvt_plane *plane, u32 id)
{
	info->drm_format = plane->fourcc;
	info->drm_format_mod = plane->modifier;
	info->width = plane->width;
	info->height = plane->height;
	info->stride = plane->stride;
	info->size = plane->size;
	info->x_pos = plane->x_pos;
	info->y_pos = plane->y_pos;
	info->x_hot = plane->x_hot;
	info->y_hot = plane->y_hot;
	info->dmabuf_id = id;
}

static void fill_flip_info(struct vfio_device_gfx_plane_info *info,
			   const struct intel_vgpu *vgpu)
{
	const struct gvt_plane_flips flips =
		intel_vgpu_plane_flips(vgpu, info->drm_plane_type);

	info->reserved = 0;
	info->flip_seq = flips.count;
	info->flip_time = ktime_to_ns(flips.last);
}

/* Describe a plane in @info, with an id if it is on. */
static int gvt_query_plane(struct intel_vgpu *vgpu,
			   struct vfio_device_gfx_plane_info *info)
{
	/* What a plane that is off looks like: no format and no extent. */
	static const struct gvt_plane off = {
		.x_hot = GVT_HOTSPOT_UNKNOWN,
		.y_hot = GVT_HOTSPOT_UNKNOWN,
	};
	u32 type = info->drm_plane_type;
	const struct gvt_plane *plane;
	enum gvt_refusal why;
	u32 id = 0;

	/* Held while commands of the guest are scanned, which may take long. */
	if (mutex_lock_killable(&vgpu->vgpu_lock))
		return -EINTR;

	why = intel_vgpu_find_plane(vgpu, type, &plane);
	if (!why) {
		why = intel_vgpu_find_surface(vgpu, plane, &id);
	} else if (gvt_refusal_errno(why) == -ENODEV) {
		plane = &off;
		why = GVT_DESCRIBED;
	}
	if (!why) {
		fill_info(info, plane, id);
		if (info->flags & VFIO_GFX_PLANE_FLIP_INFO)
			fill_flip_info(info, vgpu);
		trace_gvt_dmabuf_query(vgpu->id, type, id, plane);
	}
	mutex_unlock(&vgpu->vgpu_lock);

	if (why)
		trace_gvt_dmabuf_refuse(vgpu->id, type, gvt_refusal_errno(why),
					gvt_refusal_text(why));

	return gvt_refusal_errno(why);
}

/**
 * intel_vgpu_query_gfx_plane - serve VFIO_DEVICE_QUERY_GFX_PLANE
 * @vgpu: an open vGPU
 * @arg: struct vfio_device_gfx_plane_info of the caller
 *
 * Return: 0, also for a plane that is off, which has drm_format, width, height
 * and size 0. -EFAULT if @arg cannot be read or written; -EINVAL for a short
 * argsz, flags other than DMABUF with PROBE, FLIP_INFO or both, a plane type that does
 * not exist, registers that no hardware would show, or a surface that is not
 * mapped in the vGPU's share of the GGTT; -EOPNOTSUPP for a plane that one
 * buffer and this structure cannot describe; -ENOMEM; -ENOSPC; -EINTR if the
 * caller is being killed.
 */
long intel_vgpu_query_gfx_plane(struct intel_vgpu *vgpu, void __user *arg)
{
	const size_t minsz = offsetofend(struct vfio_device_gfx_plane_info,
					 dmabuf_id);
	const size_t insz = offsetofend(struct vfio_device_gfx_plane_info,
					drm_plane_type);
	const size_t flipsz = offsetofend(struct vfio_device_gfx_plane_info,
					  flip_time);
	struct vfio_device_gfx_plane_info info;
	int ret;

	/* The rest is ours to fill. */
	if (copy_from_user(&info, arg, insz))
		return -EFAULT;

	if (info.argsz < minsz)
		return -EINVAL;
	if (info.flags & VFIO_GFX_PLANE_FLIP_INFO && info.argsz < flipsz)
		return -EINVAL;

	switch (info.flags & ~VFIO_GFX_PLANE_FLIP_INFO) {
	case VFIO_GFX_PLANE_TYPE_PROBE | VFIO_GFX_PLANE_TYPE_DMABUF:
		return 0;
	case VFIO_GFX_PLANE_TYPE_DMABUF:
		break;
	default:
		return -EINVAL;
	}

	ret = gvt_query_plane(vgpu, &info);
	if (ret)
		return ret;

	return copy_to_user(arg, &info, info.flags & VFIO_GFX_PLANE_FLIP_INFO ?
			    flipsz : minsz) ? -EFAULT : 0;
}

/**
 * intel_vgpu_get_gfx_dmabuf - serve VFIO_DEVICE_GET_GFX_DMABUF
 * @vgpu: an open vGPU
 * @arg: __u32 id that a query answered
 *
 * Return: a file descriptor of a read-only dma-buf, -EFAULT, or what
 * intel_vgpu_export_surface() says.
 */
long intel_vgpu_get_gfx_dmabuf(struct intel_vgpu *vgpu, void __user *arg)
{
	int fd;
	u32 id;

	if (get_user(id, (u32 __user *)arg))
		return -EFAULT;

	fd = intel_vgpu_export_surface(vgpu, id);
	trace_gvt_dmabuf_export(vgpu->id, id, fd);
	return fd;
}
