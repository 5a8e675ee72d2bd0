// SPDX-License-Identifier: MIT
/*
 * Detection of front-buffer writes by sampling page checksums.
 *
 * Consoles and desktops without page flips write to the framebuffer that is
 * scanned out, and no register or GGTT entry changes. Write protection would cost
 * the guest one fault per page and frame. Instead the host samples, per refresh,
 * no more than PHASE_PAGES pages that are spread over the framebuffer, and
 * compares a checksum of their content with the previous one. All pages are
 * sampled in turn. pixel_pace.c decides when.
 *
 * It is done by a work item: the lock that accesses of the guest wait for is only
 * held to look the pages up.
 *
 * A write that is undone before its page is sampled again is not detected.
 */

#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/xxhash.h>

#include "i915_drv.h"

#include "dmabuf_surface.h"
#include "gfx_plane.h"
#include "gvt.h"
#include "trace.h"

#define PHASE_PAGES	32u
#define PIECE_BYTES	512u

static bool same_picture(const struct gvt_plane *a, const struct gvt_plane *b)
{
	return a->gma == b->gma && a->size == b->size &&
	       a->stride == b->stride && a->fourcc == b->fourcc;
}

/* Nothing is known of the pixels of @plane, which may be without any. */
static void start_over(struct gvt_watched_plane *watched,
		       const struct gvt_plane *plane)
{
	unsigned int phases = DIV_ROUND_UP(plane->size >> PAGE_SHIFT,
					   PHASE_PAGES);

	if (phases != watched->phases) {
		kvfree(watched->sums);
		watched->sums = kvmalloc_objs(*watched->sums, phases);
		watched->phases = watched->sums ? phases : 0;
	}
	watched->plane = *plane;
	watched->phase = 0;
	watched->seen = 0;
}

/* The page that is there, with a reference, unless its memory has failed */
static struct page *hold_good_page(const struct gvt_surface *s,
				   unsigned int index)
{
	struct page *page = gvt_surface_hold_page(s, index);

	if (!page || !is_page_hwpoison(page))
		return page;

	put_page(page);
	return NULL;
}

/* The good pages of a phase, each with a reference */
static unsigned int phase_pages(struct intel_vgpu *vgpu,
				const struct gvt_watched_plane *watched,
				struct page **pages)
{
	const struct gvt_surface s = {
		.table = vgpu->surfaces,
		.plane = watched->plane,
	};
	const unsigned int total = s.plane.size >> PAGE_SHIFT;
	unsigned int count = 0, i;

	for (i = watched->phase; i < total; i += watched->phases) {
		pages[count] = hold_good_page(&s, i);
		if (pages[count])
			count++;
	}

	return count;
}

/*
 * Memory that has failed takes the host down unless it is copied, so the page is
 * copied in pieces. A piece that has failed ends the sum.
 */
static u64 sum_up_page(struct page *page, u64 sum)
{
	u8 *bytes = kmap_local_page(page);
	u8 piece[PIECE_BYTES];
	unsigned int at;

	for (at = 0; at < PAGE_SIZE; at += PIECE_BYTES) {
		if (copy_mc_to_kernel(piece, bytes + at, PIECE_BYTES)) {
			memory_failure_queue(page_to_pfn(page), 0);
			break;
		}
		sum = xxh64(piece, PIECE_BYTES, sum);
	}
	kunmap_local(bytes);

	return sum;
}

static u64 sum_up(struct page **pages, unsigned int count)
{
	unsigned int i;
	u64 sum = 0;

	for (i = 0; i < count; i++)
		sum = sum_up_page(pages[i], sum);

	return sum;
}

/*
 * Compare with the previous checksum. Report one change once the baseline is
 * complete: what was drawn before that is unknown.
 */
static bool compare(struct gvt_watched_plane *watched, u64 sum)
{
	u64 *known = &watched->sums[watched->phase];
	bool changed;

	if (watched->seen < watched->phases)
		changed = ++watched->seen == watched->phases;
	else
		changed = *known != sum;

	*known = sum;
	watched->phase += gvt_pace_step(watched->phases);
	watched->phase %= watched->phases;
	return changed;
}

/* Is it still to be looked at? What has been masked meanwhile is left alone. */
static bool begin_look(struct intel_vgpu *vgpu, u8 plane, bool *unknown)
{
	struct gvt_pixel_watch *watch = &vgpu->display.watch;
	bool due;

	lockdep_assert_held(&vgpu->vgpu_lock);

	spin_lock(&watch->lock);
	due = watch->due & READ_ONCE(vgpu->display.event.state.watched) & plane;
	watch->due &= ~plane;
	if (due) {
		*unknown = watch->unknown & plane;
		watch->unknown &= ~plane;
		watch->looking |= plane;
	}
	spin_unlock(&watch->lock);

	return due;
}

/* Nothing is to be said of what is no longer shown: that it is gone was said. */
static void end_look(struct gvt_pixel_watch *watch, unsigned int i, bool changed)
{
	const struct gvt_watched_plane *watched = &watch->planes[i];

	spin_lock(&watch->lock);
	if (watch->looking & BIT(i)) {
		watch->looking &= ~BIT(i);
		if (changed)
			WRITE_ONCE(watch->found, watch->found | BIT(i));
		gvt_pace_looked(&watch->paces[i],
				changed || watched->seen < watched->phases);
	}
	spin_unlock(&watch->lock);
}

/* Sets the phases of the plane to 0 if there is nothing to be seen. */
static unsigned int pages_to_look_at(struct intel_vgpu *vgpu, unsigned int i,
				     bool unknown, struct page **pages)
{
	struct gvt_watched_plane *watched = &vgpu->display.watch.planes[i];
	static const struct gvt_plane nothing;
	struct gvt_plane plane;
	const char *why;

	if (intel_vgpu_decode_plane(vgpu, gvt_event_plane_types[i], 0, &plane,
				    &why)) {
		start_over(watched, &nothing);
		return 0;
	}
	/* Without memory for the sums, try again. */
	if (unknown || !watched->phases ||
	    !same_picture(&watched->plane, &plane))
		start_over(watched, &plane);

	return watched->phases ? phase_pages(vgpu, watched, pages) : 0;
}

static void look_at(struct intel_vgpu *vgpu, unsigned int i)
{
	struct gvt_pixel_watch *watch = &vgpu->display.watch;
	struct gvt_watched_plane *watched = &watch->planes[i];
	struct page *pages[PHASE_PAGES];
	bool changed = false, unknown;
	unsigned int count;

	mutex_lock(&vgpu->vgpu_lock);
	if (!begin_look(vgpu, BIT(i), &unknown)) {
		mutex_unlock(&vgpu->vgpu_lock);
		return;
	}
	count = pages_to_look_at(vgpu, i, unknown, pages);
	mutex_unlock(&vgpu->vgpu_lock);

	if (watched->phases) {
		changed = compare(watched, sum_up(pages, count));
		release_pages(pages, count);
		trace_gvt_pixel_scan(vgpu->id, gvt_event_plane_types[i], count,
				     changed);
	}
	end_look(watch, i, changed);
}

static void look_at_planes(struct work_struct *work)
{
	struct gvt_pixel_watch *watch = container_of(work, typeof(*watch), work);
	struct intel_vgpu *vgpu = container_of(watch, typeof(*vgpu),
					       display.watch);
	unsigned int i;

	for (i = 0; i < GVT_EVENT_PLANES; i++)
		look_at(vgpu, i);
}

/**
 * intel_vgpu_watch_pixels - look at the pixels of planes that seem unchanged
 * @vgpu: a vGPU at a vblank
 * @changed: planes whose clients have just been notified of a change
 *
 * Does nothing while no plane is armed and unmasked. Checksums survive a mask:
 * what is drawn meanwhile is a change when its page is scanned again. Clients of
 * what has been found since the last vblank are notified.
 *
 * Context: Process context, vgpu_lock held.
 */
void intel_vgpu_watch_pixels(struct intel_vgpu *vgpu, u8 changed)
{
	const struct gvt_event_state *state = &vgpu->display.event.state;
	struct gvt_pixel_watch *watch = &vgpu->display.watch;
	u8 fresh = state->armed & ~watch->armed, found;
	unsigned long active = READ_ONCE(state->watched);
	unsigned int i;

	watch->armed = state->armed;
	/* What is found just now can wait for the next vblank. */
	if (!active && !fresh && !READ_ONCE(watch->found))
		return;

	spin_lock(&watch->lock);
	/*
	 * A new listener has seen what was drawn before. If that is undone, it is
	 * a change.
	 */
	watch->unknown |= fresh;
	/* A framebuffer that was replaced need not be sampled any more. */
	watch->due &= ~changed;
	watch->looking &= ~changed;
	found = watch->found & ~changed;
	WRITE_ONCE(watch->found, 0);
	for_each_set_bit(i, &active, GVT_EVENT_PLANES) {
		if (changed & BIT(i))
			gvt_pace_restart(&watch->paces[i]);
		else if (gvt_pace_refresh(&watch->paces[i]))
			watch->due |= BIT(i);
	}
	if (watch->due)
		queue_work(system_dfl_wq, &watch->work);
	spin_unlock(&watch->lock);

	if (found)
		intel_vgpu_trigger_display_event(vgpu, found);
}

/**
 * intel_vgpu_init_pixel_watch - get ready to look
 * @vgpu: a vGPU that is being created
 */
void intel_vgpu_init_pixel_watch(struct intel_vgpu *vgpu)
{
	struct gvt_pixel_watch *watch = &vgpu->display.watch;
	unsigned int i;

	spin_lock_init(&watch->lock);
	INIT_WORK(&watch->work, look_at_planes);
	for (i = 0; i < GVT_EVENT_PLANES; i++)
		gvt_pace_restart(&watch->paces[i]);
}

/**
 * intel_vgpu_close_pixel_watch - look no more
 * @vgpu: a vGPU that is being closed, whose listeners are gone
 *
 * Context: Process context, without vgpu_lock.
 */
void intel_vgpu_close_pixel_watch(struct intel_vgpu *vgpu)
{
	struct gvt_pixel_watch *watch = &vgpu->display.watch;
	unsigned int i;

	/*
	 * A vblank before it was disarmed may have queued the work. From now on
	 * nothing is due, so none queues it, and what a running one finds is dropped.
	 */
	mutex_lock(&vgpu->vgpu_lock);
	spin_lock(&watch->lock);
	watch->due = 0;
	watch->looking = 0;
	watch->unknown = 0;
	WRITE_ONCE(watch->found, 0);
	spin_unlock(&watch->lock);
	watch->armed = 0;
	mutex_unlock(&vgpu->vgpu_lock);
	cancel_work_sync(&watch->work);

	for (i = 0; i < GVT_EVENT_PLANES; i++) {
		kvfree(watch->planes[i].sums);
		watch->planes[i] = (struct gvt_watched_plane){ };
		gvt_pace_restart(&watch->paces[i]);
	}
}
