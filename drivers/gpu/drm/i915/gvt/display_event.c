// SPDX-License-Identifier: MIT
/*
 * Telling viewers when what a vGPU shows may have changed.
 *
 * Whoever changes something says so by one of the touch functions, which do
 * nothing but look at one byte while no viewer is armed. Viewers are told when
 * the display is refreshed, by the vGPU's vblank timer. That timer runs while a
 * pipe is on. Without it, work does the same: at once, but never earlier than a
 * refresh after the last time, whether or not there was something to be told
 * then, because the guest must not decide how often that is.
 */

#include <linux/eventfd.h>
#include <linux/hrtimer.h>

#include <drm/drm_plane.h>

#include "i915_drv.h"

#include "fb_decoder.h"
#include "gfx_plane.h"
#include "gvt.h"

const u32 gvt_event_plane_types[GVT_EVENT_PLANES] = {
	[GVT_EVENT_PRIMARY] = DRM_PLANE_TYPE_PRIMARY,
	[GVT_EVENT_CURSOR] = DRM_PLANE_TYPE_CURSOR,
	[GVT_EVENT_OVERLAY] = DRM_PLANE_TYPE_OVERLAY,
};

static void signal_planes(struct gvt_display_event *event, unsigned long planes)
{
	unsigned int i;

	lockdep_assert_held(&event->lock);

	for_each_set_bit(i, &planes, GVT_EVENT_PLANES)
		eventfd_signal(event->triggers[i]);
}

/* Nothing that a plane shows has been remapped. */
static void forget_ptes(struct gvt_display_event *event)
{
	event->first_pte = ULONG_MAX;
	event->last_pte = 0;
}

/* Whose picture lies where GGTT entries have been written */
static u8 remapped_planes(struct intel_vgpu *vgpu, unsigned long first,
			  unsigned long last)
{
	struct gvt_plane plane;
	const char *why;
	unsigned int i;
	u8 planes = 0;

	if (first > last)
		return 0;

	for (i = 0; i < GVT_EVENT_PLANES; i++)
		if (!intel_vgpu_decode_plane(vgpu, gvt_event_plane_types[i], 0,
					     &plane, &why) &&
		    plane.gma >> PAGE_SHIFT <= last &&
		    (plane.gma + plane.size - 1) >> PAGE_SHIFT >= first)
			planes |= BIT(i);

	return planes;
}

/**
 * intel_vgpu_display_refreshed - tell viewers what changed since the last time
 * @vgpu: a vGPU at a vblank, or one without vblanks
 *
 * Context: Process context, vgpu_lock held.
 * Return: planes that changed and are armed, whether they are masked or not.
 */
u8 intel_vgpu_display_refreshed(struct intel_vgpu *vgpu)
{
	struct gvt_display_event *event = &vgpu->display.event;
	unsigned long first, last;
	u8 planes, changed;

	lockdep_assert_held(&vgpu->vgpu_lock);

	if (!gvt_event_is_armed(event))
		return 0;

	spin_lock(&event->lock);
	first = event->first_pte;
	last = event->last_pte;
	forget_ptes(event);
	spin_unlock(&event->lock);

	planes = remapped_planes(vgpu, first, last);

	spin_lock(&event->lock);
	gvt_event_touch(&event->state, planes);
	changed = event->state.dirty;
	planes = gvt_event_refresh(&event->state);
	event->refreshed = ktime_get();
	signal_planes(event, planes);
	spin_unlock(&event->lock);

	return changed;
}

static void refresh_without_vblank(struct work_struct *work)
{
	struct gvt_display_event *event =
		container_of(work, typeof(*event), work.work);
	struct intel_vgpu *vgpu =
		container_of(event, typeof(*vgpu), display.event);

	mutex_lock(&vgpu->vgpu_lock);
	/* A pipe has been turned on meanwhile: its first vblank does it. */
	if (!hrtimer_active(&vgpu->vblank_timer.timer))
		intel_vgpu_display_refreshed(vgpu);
	mutex_unlock(&vgpu->vgpu_lock);
}

/* Something has been touched: see to it that there will be a refresh. */
static void want_refresh(struct intel_vgpu *vgpu)
{
	struct gvt_display_event *event = &vgpu->display.event;
	s64 left;

	lockdep_assert_held(&event->lock);

	if (hrtimer_active(&vgpu->vblank_timer.timer))
		return;

	left = READ_ONCE(vgpu->vblank_timer.period) -
	       ktime_to_ns(ktime_sub(ktime_get(), event->refreshed));
	queue_delayed_work(system_wq, &event->work,
			   left > 0 ? nsecs_to_jiffies(left) + 1 : 0);
}

/**
 * intel_vgpu_touch_planes - note that what planes show may have changed
 * @vgpu: a vGPU
 * @planes: BIT(enum gvt_event_plane)
 *
 * Call it when the change has been made, and after the vblank timer has been
 * stopped if that is the change. Then nobody who is armed too late to be told
 * can have seen what was before: whoever asks takes the lock that the change was
 * made under.
 *
 * Context: Process context. VFIO's locks may be held.
 */
void intel_vgpu_touch_planes(struct intel_vgpu *vgpu, u8 planes)
{
	struct gvt_display_event *event = &vgpu->display.event;

	if (!(READ_ONCE(event->state.armed) & planes))
		return;

	spin_lock(&event->lock);
	gvt_event_touch(&event->state, planes);
	if (event->state.dirty)
		want_refresh(vgpu);
	spin_unlock(&event->lock);
}

/**
 * intel_vgpu_touch_planes_of_regs - note that a guest has written registers
 * @vgpu: a vGPU
 * @offset: of the first byte
 * @bytes: how many
 *
 * Context: vgpu_lock held.
 */
void intel_vgpu_touch_planes_of_regs(struct intel_vgpu *vgpu, u32 offset,
				     unsigned int bytes)
{
	u8 planes = 0;
	u32 reg;

	for (reg = round_down(offset, sizeof(u32)); reg < offset + bytes;
	     reg += sizeof(u32))
		planes |= gvt_event_planes_of_reg(reg);

	intel_vgpu_touch_planes(vgpu, planes);
}

/**
 * intel_vgpu_touch_planes_of_pte - note that a guest has written a GGTT entry
 * @vgpu: a vGPU
 * @index: guest GGTT page
 *
 * Whether a plane shows it is looked at once a refresh: a guest that maps a
 * picture writes thousands.
 *
 * Context: vgpu_lock held.
 */
void intel_vgpu_touch_planes_of_pte(struct intel_vgpu *vgpu,
				    unsigned long index)
{
	struct gvt_display_event *event = &vgpu->display.event;

	lockdep_assert_held(&vgpu->vgpu_lock);

	if (!gvt_event_is_armed(event))
		return;

	spin_lock(&event->lock);
	if (event->state.armed) {
		event->first_pte = min(event->first_pte, index);
		event->last_pte = max(event->last_pte, index);
		want_refresh(vgpu);
	}
	spin_unlock(&event->lock);
}

/**
 * intel_vgpu_set_display_triggers - let others be told of changes
 * @vgpu: an open vGPU
 * @planes: those that it is about
 * @triggers: for each plane an eventfd, or NULL to tell nobody; the ones of
 *	@planes are replaced by those to be released by the caller
 *
 * Each new one is signaled once.
 *
 * Context: Process context.
 */
void intel_vgpu_set_display_triggers(struct intel_vgpu *vgpu,
				     unsigned long planes,
				     struct eventfd_ctx **triggers)
{
	struct gvt_display_event *event = &vgpu->display.event;
	unsigned int i;
	u8 arm = 0;

	spin_lock(&event->lock);
	for_each_set_bit(i, &planes, GVT_EVENT_PLANES) {
		swap(event->triggers[i], triggers[i]);
		if (event->triggers[i])
			arm |= BIT(i);
	}
	if (!event->state.armed)
		forget_ptes(event);
	signal_planes(event, gvt_event_arm(&event->state, arm, planes & ~arm));
	spin_unlock(&event->lock);
}

/**
 * intel_vgpu_trigger_display_event - pretend that planes have changed
 * @vgpu: an open vGPU
 * @planes: those of which; what is not armed does nothing
 *
 * Context: Process context.
 */
void intel_vgpu_trigger_display_event(struct intel_vgpu *vgpu, u8 planes)
{
	struct gvt_display_event *event = &vgpu->display.event;

	spin_lock(&event->lock);
	signal_planes(event, gvt_event_trigger(&event->state, planes));
	spin_unlock(&event->lock);
}

/**
 * intel_vgpu_mask_display_event - hold signals back
 * @vgpu: an open vGPU
 * @planes: those of which
 *
 * Context: Process context.
 */
void intel_vgpu_mask_display_event(struct intel_vgpu *vgpu, u8 planes)
{
	struct gvt_display_event *event = &vgpu->display.event;

	spin_lock(&event->lock);
	gvt_event_mask(&event->state, planes);
	spin_unlock(&event->lock);
}

/**
 * intel_vgpu_unmask_display_event - deliver what was held back
 * @vgpu: an open vGPU
 * @planes: those of which
 *
 * Context: Process context.
 */
void intel_vgpu_unmask_display_event(struct intel_vgpu *vgpu, u8 planes)
{
	struct gvt_display_event *event = &vgpu->display.event;

	spin_lock(&event->lock);
	signal_planes(event, gvt_event_unmask(&event->state, planes));
	spin_unlock(&event->lock);
}

/**
 * intel_vgpu_init_display_event - get ready to be armed
 * @vgpu: a vGPU that is being created
 */
void intel_vgpu_init_display_event(struct intel_vgpu *vgpu)
{
	struct gvt_display_event *event = &vgpu->display.event;

	spin_lock_init(&event->lock);
	INIT_DELAYED_WORK(&event->work, refresh_without_vblank);
	forget_ptes(event);
}

/**
 * intel_vgpu_close_display_event - tell nobody any more
 * @vgpu: a vGPU that is being closed; nobody can arm it
 *
 * Context: Process context, without vgpu_lock.
 */
void intel_vgpu_close_display_event(struct intel_vgpu *vgpu)
{
	struct gvt_display_event *event = &vgpu->display.event;
	struct eventfd_ctx *triggers[GVT_EVENT_PLANES] = {};
	unsigned int i;

	intel_vgpu_set_display_triggers(vgpu, GVT_EVENT_ALL, triggers);
	for (i = 0; i < GVT_EVENT_PLANES; i++)
		if (triggers[i])
			eventfd_ctx_put(triggers[i]);

	/* Nothing is armed, so nothing queues it again. */
	cancel_delayed_work_sync(&event->work);
	intel_vgpu_unmask_display_event(vgpu, GVT_EVENT_ALL);
}
