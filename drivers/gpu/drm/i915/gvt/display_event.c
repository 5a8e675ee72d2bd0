// SPDX-License-Identifier: MIT
/*
 * Notifying clients when what a vGPU shows may have changed.
 *
 * Code that changes something calls one of the touch functions, which only read
 * one byte while no client listens. Plane registers count when they are latched,
 * not when they are written. Clients are signalled when the display is refreshed,
 * at the next vblank while a pipe is on, or immediately if a flip does not wait for
 * it. The vblank timer runs only while something waits for a vblank. Without vblanks
 * a work item does the same, immediately but never earlier than one refresh after the
 * last check, even if nothing was signalled then: the guest must not decide how often
 * the host is woken.
 */

#include <linux/eventfd.h>

#include "i915_drv.h"

#include "gvt.h"
#include "plane_decoder.h"
#include "surface_types.h"
#include "trace.h"
#include "vgpu_plane.h"

/* Refreshes from one search for memory that was unmapped to the next */
#define SEARCH_REFRESHES	8

static void gvt_event_signal_planes(struct gvt_display_event *event, unsigned long planes)
{
	unsigned int i;

	lockdep_assert_held(&event->lock);

	for_each_set_bit(i, &planes, GVT_PLANE_TYPES)
		eventfd_signal(event->triggers[i]);
	if (planes)
		trace_gvt_display_signal(container_of(event, struct intel_vgpu,
						      display.event)->id, planes);
}

/* If all pipes are off next, the refresh that stands in for a vblank counts from here. */
static void gvt_event_signal_immediately(struct gvt_display_event *event, u8 planes)
{
	if (planes)
		event->refreshed = ktime_get();
	gvt_event_signal_planes(event, planes);
}

/* Planes whose registers have been latched since the last call */
static u8 gvt_event_collect_latched(struct intel_vgpu *vgpu)
{
	u8 planes = vgpu->display.latch.latched;

	lockdep_assert_held(&vgpu->vgpu_lock);

	vgpu->display.latch.latched = 0;
	return planes;
}

/*
 * Look up the GGTT ranges of planes that have been signalled since the last lookup.
 * A plane whose range has changed after its signal is dirty, or latched and not yet
 * collected: it is signalled anyway.
 */
static void gvt_event_find_shown(struct intel_vgpu *vgpu)
{
	struct gvt_pte_range *shown = vgpu->display.event.shown;
	const unsigned long planes = vgpu->display.event.stale;
	struct gvt_plane plane;
	unsigned int i;

	lockdep_assert_held(&vgpu->vgpu_lock);

	for_each_set_bit(i, &planes, GVT_PLANE_TYPES) {
		if (intel_vgpu_decode_plane(vgpu, i, 0, true, &plane)) {
			shown[i] = (struct gvt_pte_range){ .first = 1 };
			continue;
		}
		shown[i].first = plane.gma >> PAGE_SHIFT;
		shown[i].last = (plane.gma + plane.size - 1) >> PAGE_SHIFT;
	}
	vgpu->display.event.stale = 0;
}

/*
 * VFIO does not notify when it maps memory, again or for the first time, and a client that
 * was refused a plane for that does not query it again. A page that is found is a change.
 */
static void gvt_event_find_lost_pages(struct intel_vgpu *vgpu)
{
	struct gvt_display_event *event = &vgpu->display.event;
	const unsigned long planes = READ_ONCE(event->state.watched);
	struct gvt_plane plane;
	unsigned int i;

	lockdep_assert_held(&vgpu->vgpu_lock);

	if (!vgpu->gtt.lost && !(event->missing & planes))
		return;
	if (++event->searched % SEARCH_REFRESHES)
		return;

	for_each_set_bit(i, &planes, GVT_PLANE_TYPES)
		if (intel_vgpu_decode_plane(vgpu, i, 0, true, &plane) ||
		    !gvt_plane_find_pages(vgpu, &plane))
			event->missing &= ~BIT(i);
}

/**
 * intel_vgpu_planes_to_signal - planes that have changed since their last signal
 * @vgpu: an open vGPU
 *
 * Context: vgpu_lock held.
 * Return: BIT(enum drm_plane_type) of each; the next refresh signals those that are
 * watched.
 */
u8 intel_vgpu_planes_to_signal(struct intel_vgpu *vgpu)
{
	struct gvt_display_event *event = &vgpu->display.event;
	u8 planes = vgpu->display.latch.latched;

	lockdep_assert_held(&vgpu->vgpu_lock);

	spin_lock(&event->lock);
	planes |= event->state.dirty;
	spin_unlock(&event->lock);

	return planes;
}

/**
 * intel_vgpu_changed_planes - planes that have changed since the last refresh
 * @vgpu: an open vGPU
 *
 * Context: vgpu_lock held.
 * Return: BIT(enum drm_plane_type) of each, also of those that have been signalled.
 */
u8 intel_vgpu_changed_planes(struct intel_vgpu *vgpu)
{
	return intel_vgpu_planes_to_signal(vgpu) | vgpu->display.event.flipped;
}

/**
 * intel_vgpu_display_refreshed - notify clients of what changed since last time
 * @vgpu: a vGPU at a vblank, or one without vblanks
 *
 * Context: Process context, vgpu_lock held.
 * Return: watched planes that changed.
 */
u8 intel_vgpu_display_refreshed(struct intel_vgpu *vgpu)
{
	struct gvt_display_event *event = &vgpu->display.event;
	u8 changed;

	lockdep_assert_held(&vgpu->vgpu_lock);

	if (!gvt_event_is_watched(event)) {
		vgpu->display.latch.latched = 0;
		event->flipped = 0;
		return 0;
	}

	gvt_event_find_lost_pages(vgpu);

	spin_lock(&event->lock);
	gvt_event_touch(&event->state, gvt_event_collect_latched(vgpu));
	changed = event->state.dirty;
	spin_unlock(&event->lock);

	/* End scans first: what is drawn after the signal takes another signal. */
	intel_vgpu_end_frontbuffer_scans(vgpu, changed);

	spin_lock(&event->lock);
	gvt_event_signal_planes(event, gvt_event_refresh(&event->state));
	event->refreshed = ktime_get();
	spin_unlock(&event->lock);

	event->postponed = false;
	event->stale |= changed;

	changed |= event->flipped;
	event->flipped = 0;
	return changed;
}

/**
 * intel_vgpu_signal_frontbuffers - notify clients of what was drawn without a flip
 * @vgpu: an open vGPU
 * @planes: BIT(enum drm_plane_type) of each that was drawn to
 *
 * Context: Process context. The lock of the front-buffer scan may be held.
 * Return: those of @planes that have been signalled since the last refresh, and have
 * to wait for the next.
 */
u8 intel_vgpu_signal_frontbuffers(struct intel_vgpu *vgpu, u8 planes)
{
	struct gvt_display_event *event = &vgpu->display.event;
	u8 late;

	spin_lock(&event->lock);
	late = planes & event->state.signalled;
	gvt_event_signal_immediately(event, gvt_event_signal(&event->state, planes));
	spin_unlock(&event->lock);
	return late;
}

/* Needed even if nothing is signalled, so that toggling a pipe cannot wake the host. */
static void gvt_event_note_refresh(struct gvt_display_event *event)
{
	spin_lock(&event->lock);
	event->refreshed = ktime_get();
	spin_unlock(&event->lock);
}

static void refresh_without_vblank(struct work_struct *work)
{
	struct gvt_display_event *event =
		container_of(work, typeof(*event), work.work);
	struct intel_vgpu *vgpu =
		container_of(event, typeof(*vgpu), display.event);

	mutex_lock(&vgpu->vgpu_lock);
	if (vgpu->vblank_timer.on && !event->postponed) {
		/*
		 * A pipe has been turned on meanwhile: its first vblank does it, unless
		 * the guest turns it off again before that.
		 */
		event->postponed = true;
		intel_vgpu_await_vblank(vgpu);
		gvt_event_note_refresh(event);
	} else {
		intel_vgpu_display_refreshed(vgpu);
	}
	mutex_unlock(&vgpu->vgpu_lock);
}

/* Something has been touched: make sure that there will be a refresh. */
static void gvt_event_queue_refresh(struct intel_vgpu *vgpu)
{
	struct gvt_display_event *event = &vgpu->display.event;
	s64 left;

	lockdep_assert_held(&event->lock);

	if (vgpu->vblank_timer.on) {
		intel_vgpu_await_vblank(vgpu);
		return;
	}

	left = vgpu->vblank_timer.period -
	       ktime_to_ns(ktime_sub(ktime_get(), event->refreshed));
	queue_delayed_work(system_percpu_wq, &event->work,
			   left > 0 ? nsecs_to_jiffies(left) + 1 : 0);
}

/**
 * intel_vgpu_touch_planes - note that the answer to QUERY may have changed
 * @vgpu: a vGPU
 * @planes: BIT(enum drm_plane_type)
 *
 * Call it after the change, and if that ends the vblanks, after they have ended.
 * Then a client that arms too late to be notified of the change queries the state
 * after it, as arming takes vgpu_lock.
 *
 * Context: vgpu_lock held. VFIO's locks may be held.
 */
void intel_vgpu_touch_planes(struct intel_vgpu *vgpu, u8 planes)
{
	struct gvt_display_event *event = &vgpu->display.event;

	lockdep_assert_held(&vgpu->vgpu_lock);

	if (!(READ_ONCE(event->state.watched) & planes))
		return;

	spin_lock(&event->lock);
	gvt_event_touch(&event->state, planes);
	if (event->state.dirty)
		gvt_event_queue_refresh(vgpu);
	spin_unlock(&event->lock);
}

/**
 * intel_vgpu_touch_latched_planes - note which planes have been latched
 * @vgpu: a vGPU
 *
 * Call it where the guest makes planes latch without a vblank. Clients are notified
 * immediately, at most once per refresh.
 *
 * Context: vgpu_lock held.
 */
void intel_vgpu_touch_latched_planes(struct intel_vgpu *vgpu)
{
	struct gvt_display_event *event = &vgpu->display.event;
	u8 planes = gvt_event_collect_latched(vgpu);
	u8 due;

	planes &= READ_ONCE(event->state.watched);
	if (!planes)
		return;
	if (!vgpu->vblank_timer.on) {
		intel_vgpu_touch_planes(vgpu, planes);
		return;
	}

	intel_vgpu_end_frontbuffer_scans(vgpu, planes);

	spin_lock(&event->lock);
	due = gvt_event_flip(&event->state, planes);
	gvt_event_signal_immediately(event, due);
	spin_unlock(&event->lock);

	event->flipped |= due;
	event->stale |= due;
	/* The next vblank signals the others, and allows all to be signalled again. */
	intel_vgpu_await_vblank(vgpu);
}

/**
 * intel_vgpu_touch_planes_of_regs - note that a guest has written registers
 * @vgpu: a vGPU
 * @offset: of the first byte
 * @bytes: how many
 *
 * What the write has latched is noted as well. What waits for its vblank is noted
 * there.
 *
 * Context: vgpu_lock held.
 */
void intel_vgpu_touch_planes_of_regs(struct intel_vgpu *vgpu, u32 offset,
				     unsigned int bytes)
{
	u8 planes = 0;
	u32 reg;

	intel_vgpu_touch_latched_planes(vgpu);

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
 * Context: vgpu_lock held.
 */
void intel_vgpu_touch_planes_of_pte(struct intel_vgpu *vgpu,
				    unsigned long index)
{
	const struct gvt_pte_range *shown = vgpu->display.event.shown;
	unsigned int i;
	u8 planes = 0;

	lockdep_assert_held(&vgpu->vgpu_lock);

	if (vgpu->display.event.stale)
		gvt_event_find_shown(vgpu);

	for (i = 0; i < GVT_PLANE_TYPES; i++)
		if (shown[i].first <= index && index <= shown[i].last)
			planes |= BIT(i);

	if (planes)
		intel_vgpu_touch_planes(vgpu, planes);
}

static void gvt_event_swap_triggers(struct intel_vgpu *vgpu,
				    unsigned long planes,
				    struct eventfd_ctx **triggers)
{
	struct gvt_display_event *event = &vgpu->display.event;
	unsigned int i;
	u8 arm = 0, watched;

	lockdep_assert_held(&vgpu->vgpu_lock);

	intel_vgpu_touch_latched_planes(vgpu);

	spin_lock(&event->lock);
	watched = event->state.watched;
	for_each_set_bit(i, &planes, GVT_PLANE_TYPES) {
		swap(event->triggers[i], triggers[i]);
		if (event->triggers[i])
			arm |= BIT(i);
	}
	gvt_event_signal_planes(event, gvt_event_arm(&event->state, arm, planes & ~arm));
	watched = event->state.watched & ~watched;
	spin_unlock(&event->lock);

	event->stale |= watched;
}

/**
 * intel_vgpu_set_display_triggers - replace the eventfds that signal changes
 * @vgpu: an open vGPU
 * @planes: whose triggers are replaced
 * @triggers: for each plane an eventfd, or NULL for none; holds on success, for
 *	each of @planes, the one that was replaced, which the caller releases
 *
 * Each new one is signalled once, and none of the old ones ever again.
 *
 * Context: Process context, without vgpu_lock, which it takes.
 * Return: 0; -EINTR, with nothing replaced, if the caller is being killed.
 */
int intel_vgpu_set_display_triggers(struct intel_vgpu *vgpu,
				    unsigned long planes,
				    struct eventfd_ctx **triggers)
{
	unsigned int i;
	u8 arm = 0;

	for_each_set_bit(i, &planes, GVT_PLANE_TYPES)
		if (triggers[i])
			arm |= BIT(i);

	/* Scanning guest commands can hold the lock for a long time: be killable. */
	if (mutex_lock_killable(&vgpu->vgpu_lock))
		return -EINTR;
	intel_vgpu_restart_frontbuffer_scans(vgpu, arm);
	gvt_event_swap_triggers(vgpu, planes, triggers);
	mutex_unlock(&vgpu->vgpu_lock);
	return 0;
}

/**
 * intel_vgpu_trigger_display_event - signal planes as if they had changed
 * @vgpu: an open vGPU
 * @planes: which ones; what is not armed does nothing
 *
 * Context: Process context.
 */
void intel_vgpu_trigger_display_event(struct intel_vgpu *vgpu, u8 planes)
{
	struct gvt_display_event *event = &vgpu->display.event;

	spin_lock(&event->lock);
	gvt_event_signal_planes(event, gvt_event_trigger(&event->state, planes));
	spin_unlock(&event->lock);
}

/**
 * intel_vgpu_mask_display_event - hold signals back, and do not look for changes
 * @vgpu: an open vGPU
 * @planes: which ones
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

static void gvt_event_unmask_planes(struct intel_vgpu *vgpu, u8 planes)
{
	struct gvt_display_event *event = &vgpu->display.event;
	u8 watched;

	lockdep_assert_held(&vgpu->vgpu_lock);

	intel_vgpu_touch_latched_planes(vgpu);

	spin_lock(&event->lock);
	/* What has changed meanwhile was not noted. */
	gvt_damage_add_all(vgpu->display.damage, planes & event->state.masked);
	watched = event->state.watched;
	gvt_event_signal_planes(event, gvt_event_unmask(&event->state, planes));
	watched = event->state.watched & ~watched;
	spin_unlock(&event->lock);

	event->stale |= watched;
}

/**
 * intel_vgpu_unmask_display_event - look for changes again
 * @vgpu: an open vGPU
 * @planes: which ones; each that was masked is signalled once
 *
 * Context: Process context, without vgpu_lock, which it takes.
 * Return: 0; -EINTR, with nothing unmasked, if the caller is being killed.
 */
int intel_vgpu_unmask_display_event(struct intel_vgpu *vgpu, u8 planes)
{
	if (mutex_lock_killable(&vgpu->vgpu_lock))
		return -EINTR;
	gvt_event_unmask_planes(vgpu, planes);
	/* What was drawn meanwhile has yet to be found. */
	if (gvt_event_is_watched(&vgpu->display.event))
		intel_vgpu_await_vblank(vgpu);
	mutex_unlock(&vgpu->vgpu_lock);
	return 0;
}

/**
 * intel_vgpu_init_display_event - initialize the display event
 * @vgpu: a vGPU that is being created
 */
void intel_vgpu_init_display_event(struct intel_vgpu *vgpu)
{
	struct gvt_display_event *event = &vgpu->display.event;

	spin_lock_init(&event->lock);
	INIT_DELAYED_WORK(&event->work, refresh_without_vblank);
}

/**
 * intel_vgpu_close_display_event - stop notifying
 * @vgpu: a vGPU that is being closed and cannot be armed any more
 *
 * Context: Process context, without vgpu_lock.
 */
void intel_vgpu_close_display_event(struct intel_vgpu *vgpu)
{
	struct gvt_display_event *event = &vgpu->display.event;
	struct eventfd_ctx *triggers[GVT_PLANE_TYPES] = {};
	unsigned int i;

	/* Wait for it even if the process is being killed: this is its exit. */
	mutex_lock(&vgpu->vgpu_lock);
	gvt_event_swap_triggers(vgpu, GVT_ALL_PLANE_TYPES, triggers);
	mutex_unlock(&vgpu->vgpu_lock);
	for (i = 0; i < GVT_PLANE_TYPES; i++)
		if (triggers[i])
			eventfd_ctx_put(triggers[i]);

	/* Nothing is armed, so nothing queues it again. */
	cancel_delayed_work_sync(&event->work);
	mutex_lock(&vgpu->vgpu_lock);
	gvt_event_unmask_planes(vgpu, GVT_ALL_PLANE_TYPES);
	event->missing = 0;
	mutex_unlock(&vgpu->vgpu_lock);
}
