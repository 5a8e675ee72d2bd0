// SPDX-License-Identifier: MIT
/*
 * The VFIO IRQ index that signals changes of a vGPU's display: its capabilities,
 * and SET_IRQS. display_event.c decides when it is signalled.
 */

#include <linux/eventfd.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "i915_drv.h"

#include "gfx_irq.h"
#include "gvt.h"

/* QUERY describes one head. */
static int add_capabilities(struct vfio_info_cap *caps)
{
	DEFINE_RAW_FLEX(struct vfio_irq_info_cap_display, display, planes,
			GVT_PLANE_TYPES);
	struct vfio_irq_info_cap_type type = {
		.header.id = VFIO_IRQ_INFO_CAP_TYPE,
		.header.version = 1,
		.type = VFIO_IRQ_TYPE_GFX,
		.subtype = VFIO_IRQ_SUBTYPE_GFX_DISPLAY,
	};
	unsigned int i;
	int ret;

	display->header.id = VFIO_IRQ_INFO_CAP_DISPLAY;
	display->header.version = 1;
	display->flags = VFIO_IRQ_DISPLAY_PIXELS;
	display->nr_planes = GVT_PLANE_TYPES;
	for (i = 0; i < GVT_PLANE_TYPES; i++)
		display->planes[i].drm_plane_type = i;

	ret = vfio_info_add_capability(caps, &type.header, sizeof(type));
	if (ret)
		return ret;

	return vfio_info_add_capability(caps, &display->header,
					struct_size(display, planes,
						    GVT_PLANE_TYPES));
}

/**
 * intel_vgpu_get_gfx_irq_info - serve VFIO_DEVICE_GET_IRQ_INFO of this index
 * @arg: struct vfio_irq_info of the caller, whose index is %GVT_GFX_IRQ_INDEX
 *
 * Return: 0; -EFAULT; -EINVAL for a short argsz; -ENOMEM.
 */
long intel_vgpu_get_gfx_irq_info(void __user *arg)
{
	const size_t minsz = offsetofend(struct vfio_irq_info, count);
	struct vfio_info_cap caps = {};
	struct vfio_irq_info info = {};
	size_t size;
	int ret;

	if (copy_from_user(&info, arg, minsz))
		return -EFAULT;

	if (info.argsz < minsz)
		return -EINVAL;

	ret = add_capabilities(&caps);
	if (ret)
		return ret;

	/* A caller that knows no cap_offset has no room for one, and none for half. */
	size = info.argsz < offsetofend(struct vfio_irq_info, cap_offset) ?
	       minsz : min_t(size_t, info.argsz, sizeof(info));
	info.flags = VFIO_IRQ_INFO_EVENTFD | VFIO_IRQ_INFO_MASKABLE |
		     VFIO_IRQ_INFO_FLAG_CAPS;
	info.count = GVT_PLANE_TYPES;

	if (info.argsz < sizeof(info) + caps.size) {
		info.argsz = sizeof(info) + caps.size;
	} else {
		vfio_info_cap_shift(&caps, sizeof(info));
		if (copy_to_user(arg + sizeof(info), caps.buf, caps.size))
			ret = -EFAULT;
		info.cap_offset = sizeof(info);
	}
	kfree(caps.buf);

	if (ret || copy_to_user(arg, &info, size))
		return -EFAULT;

	return 0;
}

/* All of them, or none if one fd is not good. */
static int gvt_gfx_irq_set_triggers(struct intel_vgpu *vgpu, unsigned int start,
				    unsigned int count, const s32 *fds)
{
	struct eventfd_ctx *triggers[GVT_PLANE_TYPES] = {};
	unsigned int i;
	int ret = 0;

	for (i = 0; i < count; i++) {
		struct eventfd_ctx *trigger;

		if (fds[i] == -1)
			continue;
		trigger = eventfd_ctx_fdget(fds[i]);
		if (IS_ERR(trigger)) {
			ret = PTR_ERR(trigger);
			goto out_put_triggers;
		}
		triggers[start + i] = trigger;
	}

	/* If it succeeds, @triggers has the previous eventfds. */
	ret = intel_vgpu_set_display_triggers(vgpu,
					      GENMASK(start + count - 1, start),
					      triggers);
out_put_triggers:
	for (i = 0; i < GVT_PLANE_TYPES; i++)
		if (triggers[i])
			eventfd_ctx_put(triggers[i]);
	return ret;
}

static u8 planes_of(u32 flags, unsigned int start, unsigned int count,
		    const u8 *data)
{
	unsigned int i;
	u8 planes = 0;

	for (i = 0; i < count; i++)
		if (flags & VFIO_IRQ_SET_DATA_NONE || data[i])
			planes |= BIT(start + i);

	return planes;
}

/**
 * intel_vgpu_set_gfx_irqs - serve VFIO_DEVICE_SET_IRQS of this index
 * @vgpu: an open vGPU
 * @flags: of the caller, with one type of data
 * @start: first sub-interrupt
 * @count: how many; all of them exist
 * @data: one s32 or u8 a sub-interrupt, as @flags say
 *
 * Return: 0; -ENOTTY for an action that does not exist or takes no eventfd;
 * -EINVAL for no sub-interrupt, or an fd that is no eventfd; -EBADF for a bad fd;
 * -EINTR if the caller is being killed.
 */
int intel_vgpu_set_gfx_irqs(struct intel_vgpu *vgpu, u32 flags,
			    unsigned int start, unsigned int count,
			    const void *data)
{
	const s32 disarmed[GVT_PLANE_TYPES] = { -1, -1, -1 };
	u8 planes;

	switch (flags & VFIO_IRQ_SET_ACTION_TYPE_MASK) {
	case VFIO_IRQ_SET_ACTION_TRIGGER:
		/* No sub-interrupt at all means to disable the index. */
		if (!count && flags & VFIO_IRQ_SET_DATA_NONE)
			return gvt_gfx_irq_set_triggers(vgpu, 0, GVT_PLANE_TYPES, disarmed);
		if (count && flags & VFIO_IRQ_SET_DATA_EVENTFD)
			return gvt_gfx_irq_set_triggers(vgpu, start, count, data);
		break;
	case VFIO_IRQ_SET_ACTION_MASK:
	case VFIO_IRQ_SET_ACTION_UNMASK:
		if (flags & VFIO_IRQ_SET_DATA_EVENTFD)
			return -ENOTTY;
		break;
	default:
		return -ENOTTY;
	}

	if (!count)
		return -EINVAL;

	planes = planes_of(flags, start, count, data);
	if (flags & VFIO_IRQ_SET_ACTION_TRIGGER)
		intel_vgpu_trigger_display_event(vgpu, planes);
	else if (flags & VFIO_IRQ_SET_ACTION_MASK)
		intel_vgpu_mask_display_event(vgpu, planes);
	else
		return intel_vgpu_unmask_display_event(vgpu, planes);

	return 0;
}
