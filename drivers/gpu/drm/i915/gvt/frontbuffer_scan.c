// SPDX-License-Identifier: MIT
/*
 * Detection of front-buffer writes by sampling page checksums.
 *
 * Consoles and desktops without page flips write to the framebuffer that is
 * scanned out, and no register or GGTT entry changes. Write protection would cost
 * the guest one fault per page and frame. Instead the host samples, per refresh,
 * no more than PHASE_PAGES pages that are spread over the framebuffer, and
 * compares a checksum of their content with the previous one. All pages are
 * sampled in turn. frontbuffer_pace.c decides when.
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

#include "gvt.h"
#include "surface_types.h"
#include "trace.h"
#include "vgpu_plane.h"

#define PHASE_PAGES	32u
#define PIECE_BYTES	512u

static bool same_framebuffer(const struct gvt_plane *a, const struct gvt_plane *b)
{
	return a->gma == b->gma && a->size == b->size &&
	       a->stride == b->stride && a->fourcc == b->fourcc;
}

/* Nothing is known of the pixels of @plane, which may be without any. */
static void gvt_scan_restart(struct gvt_scanned_plane *scanned,
			     const struct gvt_plane *plane)
{
	unsigned int phases = DIV_ROUND_UP(plane->size >> PAGE_SHIFT,
					   PHASE_PAGES);

	if (phases != scanned->phases) {
		kvfree(scanned->sums);
		scanned->sums = kvmalloc_objs(*scanned->sums, phases);
		scanned->phases = scanned->sums ? phases : 0;
	}
	scanned->plane = *plane;
	scanned->phase = 0;
	scanned->seen = 0;
}

/* The page that is there, with a reference, unless its memory has failed */
static struct page *gvt_scan_hold_page(struct intel_vgpu *vgpu,
				       const struct gvt_plane *plane,
				       unsigned int index)
{
	struct page *page = gvt_plane_hold_page(vgpu, plane, index);

	if (!page || !is_page_hwpoison(page))
		return page;

	put_page(page);
	return NULL;
}

/* The good pages of a phase, each with a reference */
static unsigned int gvt_scan_get_pages(struct intel_vgpu *vgpu,
				       const struct gvt_scanned_plane *scanned,
				       struct page **pages)
{
	const unsigned int total = scanned->plane.size >> PAGE_SHIFT;
	unsigned int count = 0, i;

	for (i = scanned->phase; i < total; i += scanned->phases) {
		pages[count] = gvt_scan_hold_page(vgpu, &scanned->plane, i);
		if (pages[count])
			count++;
	}

	return count;
}

/*
 * Memory that has failed takes the host down unless it is copied, so the page is
 * copied in pieces. A piece that has failed ends the checksum.
 */
static u64 gvt_scan_checksum_page(struct page *page, u64 sum)
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

static u64 gvt_scan_checksum(struct page **pages, unsigned int count)
{
	unsigned int i;
	u64 sum = 0;

	for (i = 0; i < count; i++)
		sum = gvt_scan_checksum_page(pages[i], sum);

	return sum;
}

/*
 * Compare with the previous checksum. Report one change once the baseline is
 * complete: what was drawn before that is unknown.
 */
static bool gvt_scan_compare(struct gvt_scanned_plane *scanned, u64 sum)
{
	u64 *known = &scanned->sums[scanned->phase];
	bool changed;

	if (scanned->seen < scanned->phases)
		changed = ++scanned->seen == scanned->phases;
	else
		changed = *known != sum;

	*known = sum;
	scanned->phase += gvt_pace_step(scanned->phases);
	scanned->phase %= scanned->phases;
	return changed;
}

/* Is it still to be sampled? A plane that has been masked meanwhile is not. */
static bool gvt_scan_begin(struct intel_vgpu *vgpu, u8 plane, bool *unknown)
{
	struct gvt_frontbuffer_scan *scan = &vgpu->display.scan;
	bool due;

	lockdep_assert_held(&vgpu->vgpu_lock);

	spin_lock(&scan->lock);
	due = scan->due & READ_ONCE(vgpu->display.event.state.watched) & plane;
	scan->due &= ~plane;
	if (due) {
		*unknown = scan->unknown & plane;
		scan->unknown &= ~plane;
		scan->scanning |= plane;
	}
	spin_unlock(&scan->lock);

	return due;
}

/* Do not report a framebuffer replaced meanwhile: that change was signalled. */
static void gvt_scan_end(struct gvt_frontbuffer_scan *scan, unsigned int i,
			 bool changed)
{
	const struct gvt_scanned_plane *scanned = &scan->planes[i];

	spin_lock(&scan->lock);
	if (scan->scanning & BIT(i)) {
		scan->scanning &= ~BIT(i);
		if (changed)
			WRITE_ONCE(scan->found, scan->found | BIT(i));
		gvt_pace_scanned(&scan->paces[i],
				 changed || scanned->seen < scanned->phases);
	}
	spin_unlock(&scan->lock);
}

/* Set the phases of the plane to 0 if there is nothing to sample. */
static unsigned int gvt_scan_find_pages(struct intel_vgpu *vgpu, unsigned int i,
					bool unknown, struct page **pages)
{
	struct gvt_scanned_plane *scanned = &vgpu->display.scan.planes[i];
	static const struct gvt_plane nothing;
	struct gvt_plane plane;

	if (intel_vgpu_decode_plane(vgpu, i, 0, &plane)) {
		gvt_scan_restart(scanned, &nothing);
		return 0;
	}
	/* Without memory for the checksums, try again. */
	if (unknown || !scanned->phases ||
	    !same_framebuffer(&scanned->plane, &plane))
		gvt_scan_restart(scanned, &plane);

	return scanned->phases ? gvt_scan_get_pages(vgpu, scanned, pages) : 0;
}

static void gvt_scan_plane(struct intel_vgpu *vgpu, unsigned int i)
{
	struct gvt_frontbuffer_scan *scan = &vgpu->display.scan;
	struct gvt_scanned_plane *scanned = &scan->planes[i];
	struct page *pages[PHASE_PAGES];
	bool changed = false, unknown;
	unsigned int count;

	mutex_lock(&vgpu->vgpu_lock);
	if (!gvt_scan_begin(vgpu, BIT(i), &unknown)) {
		mutex_unlock(&vgpu->vgpu_lock);
		return;
	}
	count = gvt_scan_find_pages(vgpu, i, unknown, pages);
	mutex_unlock(&vgpu->vgpu_lock);

	if (scanned->phases) {
		changed = gvt_scan_compare(scanned,
					   gvt_scan_checksum(pages, count));
		release_pages(pages, count);
		trace_gvt_frontbuffer_scan(vgpu->id, i, count, changed);
	}
	gvt_scan_end(scan, i, changed);
}

static void gvt_scan_work(struct work_struct *work)
{
	struct gvt_frontbuffer_scan *scan = container_of(work, typeof(*scan), work);
	struct intel_vgpu *vgpu = container_of(scan, typeof(*vgpu),
					       display.scan);
	unsigned int i;

	for (i = 0; i < GVT_PLANE_TYPES; i++)
		gvt_scan_plane(vgpu, i);
}

/**
 * intel_vgpu_scan_frontbuffers - sample planes whose registers have not changed
 * @vgpu: a vGPU at a vblank
 * @changed: planes whose clients have just been notified of a change
 *
 * Does nothing while no plane is armed and unmasked. Checksums survive a mask:
 * what is drawn meanwhile is a change when its page is scanned again. Clients of
 * what has been found since the last vblank are notified. While a plane is scanned,
 * the vblank timer runs.
 *
 * Context: Process context, vgpu_lock held.
 */
void intel_vgpu_scan_frontbuffers(struct intel_vgpu *vgpu, u8 changed)
{
	const struct gvt_event_state *state = &vgpu->display.event.state;
	struct gvt_frontbuffer_scan *scan = &vgpu->display.scan;
	u8 fresh = state->armed & ~scan->armed, found;
	unsigned long active = READ_ONCE(state->watched);
	unsigned int i;

	scan->armed = state->armed;
	/* A change that the work finds now is reported at the next vblank. */
	if (!active && !fresh && !READ_ONCE(scan->found))
		return;
	if (active)
		intel_vgpu_await_vblank(vgpu);

	spin_lock(&scan->lock);
	/*
	 * A new listener has seen what was drawn before. If that is undone, it is
	 * a change.
	 */
	scan->unknown |= fresh;
	/* A framebuffer that was replaced need not be sampled any more. */
	scan->due &= ~changed;
	scan->scanning &= ~changed;
	found = scan->found & ~changed;
	WRITE_ONCE(scan->found, 0);
	for_each_set_bit(i, &active, GVT_PLANE_TYPES) {
		if (changed & BIT(i))
			gvt_pace_restart(&scan->paces[i]);
		else if (gvt_pace_refresh(&scan->paces[i]))
			scan->due |= BIT(i);
	}
	if (scan->due)
		queue_work(system_dfl_wq, &scan->work);
	spin_unlock(&scan->lock);

	if (found)
		intel_vgpu_trigger_display_event(vgpu, found);
}

/**
 * intel_vgpu_init_frontbuffer_scan - set up the scan of a vGPU
 * @vgpu: a vGPU that is being created
 */
void intel_vgpu_init_frontbuffer_scan(struct intel_vgpu *vgpu)
{
	struct gvt_frontbuffer_scan *scan = &vgpu->display.scan;
	unsigned int i;

	spin_lock_init(&scan->lock);
	INIT_WORK(&scan->work, gvt_scan_work);
	for (i = 0; i < GVT_PLANE_TYPES; i++)
		gvt_pace_restart(&scan->paces[i]);
}

/**
 * intel_vgpu_close_frontbuffer_scan - end the scan
 * @vgpu: a vGPU that is being closed, whose listeners are gone
 *
 * Context: Process context, without vgpu_lock.
 */
void intel_vgpu_close_frontbuffer_scan(struct intel_vgpu *vgpu)
{
	struct gvt_frontbuffer_scan *scan = &vgpu->display.scan;
	unsigned int i;

	/*
	 * A vblank before it was disarmed may have queued the work. From now on
	 * nothing is due, so none queues it, and what a running one finds is dropped.
	 */
	mutex_lock(&vgpu->vgpu_lock);
	spin_lock(&scan->lock);
	scan->due = 0;
	scan->scanning = 0;
	scan->unknown = 0;
	WRITE_ONCE(scan->found, 0);
	spin_unlock(&scan->lock);
	scan->armed = 0;
	mutex_unlock(&vgpu->vgpu_lock);
	cancel_work_sync(&scan->work);

	for (i = 0; i < GVT_PLANE_TYPES; i++) {
		kvfree(scan->planes[i].sums);
		scan->planes[i] = (struct gvt_scanned_plane){ };
		gvt_pace_restart(&scan->paces[i]);
	}
}
