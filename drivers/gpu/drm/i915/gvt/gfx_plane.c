// SPDX-License-Identifier: MIT
/*
 * VFIO_DEVICE_QUERY_GFX_PLANE and VFIO_DEVICE_GET_GFX_DMABUF: copy, check,
 * call, copy. Planes are described by vgpu_plane.c, ids by surface.c.
 */

#include <linux/nospec.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vfio.h>

#include <drm/drm_mode.h>
#include <drm/drm_plane.h>

#include "i915_drv.h"

#include "gfx_plane.h"
#include "gvt.h"
#include "plane_decoder.h"
#include "plane_latch.h"
#include "surface.h"
#include "trace.h"
#include "vgpu_plane.h"

/*
 * What capabilities say of a plane: @serial, @nr_rects and @rects if it @has_damage,
 * @screen if it @has_screen
 */
struct gvt_query_answer {
	struct gvt_plane plane;
	struct gvt_plane_flips flips;
	u32 flips_source;
	bool has_damage;
	u64 serial;
	unsigned int nr_rects;
	struct drm_rect rects[GVT_DAMAGES];
	bool has_screen;
	struct gvt_screen screen;
};

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

static int add_flips(struct vfio_info_cap *caps, const struct gvt_query_answer *answer)
{
	struct vfio_gfx_plane_cap_flips cap = {
		.header.id = VFIO_GFX_PLANE_CAP_FLIPS,
		.header.version = 1,
		.source = answer->flips_source,
		.count = answer->flips.count,
		.time = ktime_to_ns(answer->flips.last),
	};

	return vfio_info_add_capability(caps, &cap.header, sizeof(cap));
}

static int add_damage(struct vfio_info_cap *caps, const struct gvt_query_answer *answer)
{
	DEFINE_RAW_FLEX(struct vfio_gfx_plane_cap_damage, cap, rects, GVT_DAMAGES);
	unsigned int i;

	cap->header.id = VFIO_GFX_PLANE_CAP_DAMAGE;
	cap->header.version = 1;
	cap->serial = answer->serial;
	cap->nr_rects = answer->nr_rects;
	for (i = 0; i < answer->nr_rects; i++)
		cap->rects[i] = (struct vfio_gfx_rect){
			.x1 = answer->rects[i].x1,
			.y1 = answer->rects[i].y1,
			.x2 = answer->rects[i].x2,
			.y2 = answer->rects[i].y2,
		};

	return vfio_info_add_capability(caps, &cap->header,
					struct_size(cap, rects, answer->nr_rects));
}

/* Copy @info and its capabilities, or say how much room they need. */
static int copy_with_capabilities(void __user *arg,
				  struct vfio_device_gfx_plane_info *info,
				  struct vfio_info_cap *caps)
{
	const size_t size = sizeof(*info) + caps->size;

	if (info->argsz < size) {
		info->argsz = size;
		info->cap_offset = 0;
	} else {
		info->cap_offset = sizeof(*info);
		vfio_info_cap_shift(caps, sizeof(*info));
		if (copy_to_user(arg + sizeof(*info), caps->buf, caps->size))
			return -EFAULT;
	}

	return copy_to_user(arg, info, sizeof(*info)) ? -EFAULT : 0;
}

static int add_layout(struct vfio_info_cap *caps, const struct gvt_plane *plane)
{
	struct vfio_gfx_plane_cap_layout cap = {
		.header.id = VFIO_GFX_PLANE_CAP_LAYOUT,
		.header.version = 1,
		.nr_planes = plane->aux_stride ? 2 : 1,
		.rotation = plane->rotated ? DRM_MODE_ROTATE_180 : DRM_MODE_ROTATE_0,
		.source = {
			.x1 = plane->src_x,
			.y1 = plane->src_y,
			.x2 = plane->src_x + plane->width,
			.y2 = plane->src_y + plane->height,
		},
		.planes = {
			{ .stride = plane->stride },
			{ .offset = plane->aux_offset, .stride = plane->aux_stride },
		},
	};

	return vfio_info_add_capability(caps, &cap.header, sizeof(cap));
}

static int add_screen(struct vfio_info_cap *caps, const struct gvt_screen *screen)
{
	DEFINE_RAW_FLEX(struct vfio_gfx_plane_cap_screen, cap, planes, GVT_PLANE_TYPES);
	unsigned int i;

	cap->header.id = VFIO_GFX_PLANE_CAP_SCREEN;
	cap->header.version = 1;
	if (screen->incomplete)
		cap->flags = VFIO_GFX_SCREEN_INCOMPLETE;
	cap->width = screen->width;
	cap->height = screen->height;
	cap->nr_planes = screen->num_planes;
	for (i = 0; i < screen->num_planes; i++) {
		cap->planes[i].drm_plane_type = screen->planes[i].type;
		if (screen->planes[i].alpha)
			cap->planes[i].flags = VFIO_GFX_SCREEN_PLANE_ALPHA;
	}

	return vfio_info_add_capability(caps, &cap->header,
					struct_size(cap, planes, screen->num_planes));
}

static int copy_answer(void __user *arg, struct vfio_device_gfx_plane_info *info,
		       const struct gvt_query_answer *answer)
{
	struct vfio_info_cap caps = {};
	int ret;

	ret = add_flips(&caps, answer);
	if (!ret && answer->has_damage)
		ret = add_damage(&caps, answer);
	/* One that is off has none. */
	if (!ret && info->flags & VFIO_GFX_PLANE_LAYOUTS && answer->plane.fourcc)
		ret = add_layout(&caps, &answer->plane);
	if (!ret && answer->has_screen)
		ret = add_screen(&caps, &answer->screen);
	if (!ret)
		ret = copy_with_capabilities(arg, info, &caps);
	kfree(caps.buf);

	return ret;
}

/* What changes while a plane is not watched is not known. */
static void gvt_query_damage(struct intel_vgpu *vgpu, u32 type,
			     const struct gvt_plane *plane,
			     struct gvt_query_answer *answer)
{
	struct gvt_damage *damage = vgpu->display.damage;

	type = array_index_nospec(type, GVT_PLANE_TYPES);
	/* What the next vblank signals can be seen already. */
	gvt_damage_add_all(damage, intel_vgpu_planes_to_signal(vgpu) & BIT(type));
	/* Masking drops what was to be signalled, so ask for that first. */
	answer->has_damage = READ_ONCE(vgpu->display.event.state.watched) & BIT(type);
	if (answer->has_damage)
		answer->nr_rects = gvt_damage_answer(&damage[type], plane,
						     answer->rects, &answer->serial);
}

/* Describe a plane in @info, with an id if it is on, and its capabilities in @answer. */
static int gvt_query_plane(struct intel_vgpu *vgpu,
			   struct vfio_device_gfx_plane_info *info,
			   struct gvt_query_answer *answer)
{
	/* What a plane that is off looks like: no format and no extent. */
	static const struct gvt_plane off = {
		.x_hot = GVT_HOTSPOT_UNKNOWN,
		.y_hot = GVT_HOTSPOT_UNKNOWN,
	};
	const bool layouts = info->flags & VFIO_GFX_PLANE_LAYOUTS;
	u32 type = info->drm_plane_type;
	const struct gvt_plane *plane;
	enum gvt_refusal why;
	u32 id = 0;

	/* Scanning guest commands can hold the lock for a long time: be killable. */
	if (mutex_lock_killable(&vgpu->vgpu_lock))
		return -EINTR;

	why = intel_vgpu_find_plane(vgpu, type, layouts, &plane);
	if (!why) {
		why = intel_vgpu_find_surface(vgpu, plane, &id);
		if (why == GVT_REFUSED_UNMAPPED)
			vgpu->display.event.missing |= BIT(type);
	} else if (gvt_refusal_errno(why) == -ENODEV) {
		plane = &off;
		why = GVT_DESCRIBED;
	}
	if (!why) {
		fill_info(info, plane, id);
		if (info->flags & VFIO_GFX_PLANE_CAPS) {
			answer->plane = *plane;
			answer->flips = intel_vgpu_plane_flips(vgpu, type,
							       &answer->flips_source);
			gvt_query_damage(vgpu, type, plane, answer);
			answer->has_screen = intel_vgpu_find_screen(vgpu, &answer->screen);
		}
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
 * argsz, flags other than DMABUF with PROBE, CAPS or both, and LAYOUTS with CAPS, a
 * plane type that does not exist, registers that no hardware would show, or a surface
 * that is not mapped in the vGPU's share of the GGTT; -EOPNOTSUPP for a plane that one
 * buffer and this structure, or with LAYOUTS the capability, cannot describe; -ENOMEM;
 * -ENOSPC; -EINTR if the caller is being killed.
 */
long intel_vgpu_query_gfx_plane(struct intel_vgpu *vgpu, void __user *arg)
{
	const size_t minsz = offsetofend(struct vfio_device_gfx_plane_info,
					 dmabuf_id);
	const size_t insz = offsetofend(struct vfio_device_gfx_plane_info,
					drm_plane_type);
	struct vfio_device_gfx_plane_info info;
	struct gvt_query_answer answer;
	int ret;

	/* The rest is ours to fill. */
	if (copy_from_user(&info, arg, insz))
		return -EFAULT;

	if (info.argsz < minsz)
		return -EINVAL;
	if (info.flags & VFIO_GFX_PLANE_CAPS && info.argsz < sizeof(info))
		return -EINVAL;
	if (info.flags & VFIO_GFX_PLANE_LAYOUTS && !(info.flags & VFIO_GFX_PLANE_CAPS))
		return -EINVAL;

	switch (info.flags & ~(VFIO_GFX_PLANE_CAPS | VFIO_GFX_PLANE_LAYOUTS)) {
	case VFIO_GFX_PLANE_TYPE_PROBE | VFIO_GFX_PLANE_TYPE_DMABUF:
		return 0;
	case VFIO_GFX_PLANE_TYPE_DMABUF:
		break;
	default:
		return -EINVAL;
	}

	ret = gvt_query_plane(vgpu, &info, &answer);
	if (ret)
		return ret;

	if (info.flags & VFIO_GFX_PLANE_CAPS)
		return copy_answer(arg, &info, &answer);

	return copy_to_user(arg, &info, minsz) ? -EFAULT : 0;
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
