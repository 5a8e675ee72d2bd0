// SPDX-License-Identifier: MIT
/*
 * VFIO_DEVICE_QUERY_GFX_PLANE and VFIO_DEVICE_GET_GFX_DMABUF: copy, check,
 * call, copy. What a plane shows is the decoder's business, what an id stands
 * for that of dmabuf.c.
 */

#include <linux/uaccess.h>
#include <linux/vfio.h>

#include <drm/drm_plane.h>

#include "i915_drv.h"

#include "dmabuf.h"
#include "fb_decoder.h"
#include "gfx_plane.h"
#include "gvt.h"
#include "plane_latch.h"
#include "plane_memo.h"
#include "trace.h"

struct plane_reader {
	const struct intel_vgpu *vgpu;
	struct gvt_plane_memo *memo;	/* or NULL */
};

static u32 read_plane_reg(const void *ctx, i915_reg_t reg)
{
	const struct plane_reader *reader = ctx;
	const u32 *at = intel_vgpu_latched_reg(reader->vgpu, reg);

	return reader->memo ? gvt_memo_read(reader->memo, at) : *at;
}

static int decode_plane(const struct gvt_plane_regs *regs, u32 type,
			struct gvt_plane *plane)
{
	switch (type) {
	case DRM_PLANE_TYPE_PRIMARY:
		return gvt_decode_primary(regs, plane);
	case DRM_PLANE_TYPE_CURSOR:
		return gvt_decode_cursor(regs, plane);
	case DRM_PLANE_TYPE_OVERLAY:
		return gvt_decode_overlay(regs, plane);
	default:
		*regs->why = "no such plane type";
		return -EINVAL;
	}
}

static int decode_and_check(struct intel_vgpu *vgpu, u32 type, u32 skip_pipes,
			    struct gvt_plane_memo *memo,
			    struct gvt_plane *plane, const char **why)
{
	struct drm_i915_private *i915 = vgpu->gvt->gt->i915;
	const struct plane_reader reader = { .vgpu = vgpu, .memo = memo };
	const struct gvt_plane_regs regs = {
		.read = read_plane_reg,
		.ctx = &reader,
		.ver = GRAPHICS_VER(i915),
		.num_pipes = GVT_NUM_PIPES,
		.skip_pipes = skip_pipes,
		.why = why,
	};
	struct gvt_plane found;
	int ret;

	lockdep_assert_held(&vgpu->vgpu_lock);

	ret = decode_plane(&regs, type, &found);
	if (ret)
		return ret;
	if (found.size > U32_MAX ||
	    !intel_gvt_ggtt_validate_range(vgpu, found.gma, found.size)) {
		*why = "not in the vGPU's share of the GGTT";
		return -EINVAL;
	}

	*plane = found;
	return 0;
}

/**
 * intel_vgpu_decode_plane - describe what a vGPU's plane shows
 * @vgpu: a vGPU
 * @type: DRM_PLANE_TYPE_*
 * @skip_pipes: BIT(pipe) of those not to look at
 * @plane: written on success only
 * @why: receives the reason of a refusal, in words
 *
 * Context: vgpu_lock held, so that the guest writes no register meanwhile.
 * Return: 0; what the decoder says; -EINVAL for a surface that is not in the
 * vGPU's share of the GGTT, or a type that does not exist.
 */
int intel_vgpu_decode_plane(struct intel_vgpu *vgpu, u32 type, u32 skip_pipes,
			    struct gvt_plane *plane, const char **why)
{
	return decode_and_check(vgpu, type, skip_pipes, NULL, plane, why);
}

/* The same for all pipes, without decoding again what has not changed */
static const struct gvt_plane *find_plane(struct intel_vgpu *vgpu, u32 type,
					  const char **why)
{
	const struct gvt_plane *known;
	struct gvt_plane_memos *memos;
	struct gvt_plane_memo *memo;
	int ret;

	if (type >= GVT_PLANE_TYPES) {
		*why = "no such plane type";
		return ERR_PTR(-EINVAL);
	}

	memos = &vgpu->display.memos[array_index_nospec(type, GVT_PLANE_TYPES)];
	known = gvt_memo_recall(memos);
	if (known)
		return known;

	memo = gvt_memo_begin(memos);
	ret = decode_and_check(vgpu, type, 0, memo, &memo->plane, why);
	gvt_memo_end(memos, !ret);

	return ret ? ERR_PTR(ret) : &memo->plane;
}

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

/* Describe a plane in @info, with an id if it shows something. */
static int query_plane(struct intel_vgpu *vgpu,
		       struct vfio_device_gfx_plane_info *info)
{
	/* What a plane that is off looks like: no format and no extent. */
	static const struct gvt_plane off = {
		.x_hot = GVT_HOTSPOT_UNKNOWN,
		.y_hot = GVT_HOTSPOT_UNKNOWN,
	};
	u32 type = info->drm_plane_type;
	const struct gvt_plane *plane;
	const char *why = NULL;
	u32 id = 0;
	int ret;

	/* Others hold it for as long as what the guest submits takes to be scanned. */
	if (mutex_lock_killable(&vgpu->vgpu_lock))
		return -EINTR;

	plane = find_plane(vgpu, type, &why);
	ret = PTR_ERR_OR_ZERO(plane);
	if (ret == -ENODEV) {
		plane = &off;
		ret = 0;
	} else if (!ret) {
		ret = intel_vgpu_find_surface(vgpu, plane, &id);
		why = ret == -EINVAL ? "page is not mapped" : "out of memory or ids";
	}
	if (!ret) {
		fill_info(info, plane, id);
		if (info->flags & VFIO_GFX_PLANE_FLIP_INFO)
			fill_flip_info(info, vgpu);
		trace_gvt_dmabuf_query(vgpu->id, type, id, plane);
	}
	mutex_unlock(&vgpu->vgpu_lock);

	if (ret)
		trace_gvt_dmabuf_refuse(vgpu->id, type, ret, why);

	return ret;
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

	ret = query_plane(vgpu, &info);
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
