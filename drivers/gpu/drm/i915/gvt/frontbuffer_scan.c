// SPDX-License-Identifier: MIT
/*
 * Detection of front-buffer writes by comparing page checksums.
 *
 * Consoles and desktops without page flips write to the framebuffer that is
 * scanned out, and no register or GGTT entry changes. Write protection would cost
 * the guest one fault per page and frame, and KVM emulates an instruction that writes
 * to a page it tracks, which fails for SSE and AVX. Instead the host compares
 * checksums: at each refresh those of pages near the last changes, and of part of
 * all pages in turn. frontbuffer_pace.c decides which.
 *
 * Nothing is drawn by a CPU that does not run. So after the guest's CPUs have run, all
 * pages are scanned once, and then none until one of them runs again. What else
 * writes to guest memory, such as a device that the VMM emulates, is noticed no
 * earlier. A guest without CPUs is taken to run.
 *
 * A work item scans: the lock that accesses of the guest wait for is only held to look
 * some pages up. What is found is signalled immediately, but at most once per refresh.
 * A write that is undone before its page is scanned again is not detected.
 */

#include <linux/highmem.h>
#include <linux/kvm_host.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/xxhash.h>

#include "i915_drv.h"

#include "gvt.h"
#include "surface_types.h"
#include "trace.h"
#include "vgpu_plane.h"

/* Pages that are looked up with vgpu_lock held once */
#define CHUNK_PAGES	GVT_PACE_PROBES

/* Refreshes without a signal, after which only every second one is scanned */
#define QUIET			60

/* The checksum of what is not memory, or has failed; all others are odd as well. */
#define SUM_OF_NOTHING	1

/**
 * struct gvt_scan_pass - one scan of a plane
 * @vgpu: a vGPU
 * @type: type of the plane
 * @damage: what has changed since its last scan, and is not signalled yet
 * @pages: pages that have been read
 * @signalled: a page had changed, and that is signalled, now or at the next refresh
 * @ended: the plane has changed meanwhile, or is not watched any more
 */
struct gvt_scan_pass {
	struct intel_vgpu *vgpu;
	unsigned int type;
	struct drm_rect damage;
	unsigned int pages;
	bool signalled;
	bool ended;
};

static struct gvt_scanned_plane *gvt_scan_plane_of(const struct gvt_scan_pass *pass)
{
	return &pass->vgpu->display.scan.planes[pass->type];
}

/*
 * Nothing is known of the pixels of @plane, which may be without any. Without memory
 * for the checksums, try again at the next scan.
 */
static void gvt_scan_restart(struct gvt_scanned_plane *scanned,
			     const struct gvt_plane *plane)
{
	unsigned int pages = plane->size >> PAGE_SHIFT;

	if (pages != scanned->pace.pages || !scanned->sums) {
		kvfree(scanned->sums);
		scanned->sums = pages ? kvmalloc_objs(*scanned->sums, pages,
						      GFP_KERNEL | __GFP_NOWARN) : NULL;
		pages = scanned->sums ? pages : 0;
	}
	if (pages)
		memset(scanned->sums, 0, array_size(pages, sizeof(*scanned->sums)));
	scanned->plane = *plane;
	scanned->unseen = pages;
	if (pages)
		gvt_page_layout_init(&scanned->layout, plane);
	gvt_pace_restart(&scanned->pace, pages, plane->stride);
}

/* Like KSM, read the page in place. */
static u64 gvt_scan_checksum(struct page *page)
{
	u64 sum;
	void *bytes;

	if (!page || is_page_hwpoison(page))
		return SUM_OF_NOTHING;
	bytes = kmap_local_page(page);
	sum = xxh64(bytes, PAGE_SIZE, 0);
	kunmap_local(bytes);
	return sum | 1;
}

/* Note what differs from before, or the whole plane when no page is unknown any more. */
static void gvt_scan_compare(struct gvt_scan_pass *pass, unsigned int index, u64 sum)
{
	struct gvt_scanned_plane *scanned = gvt_scan_plane_of(pass);
	u64 *known = &scanned->sums[index];

	if (*known == sum)
		return;

	if (!*known) {
		/* What was drawn before the first checksum is not known. */
		*known = sum;
		if (!--scanned->unseen)
			pass->damage = gvt_whole_plane;
		return;
	}

	*known = sum;
	gvt_pace_changed(&scanned->pace, index);
	gvt_page_add_to_rect(&scanned->layout, index, &pass->damage);
}

/* Has the plane changed, or its listener been masked, since the scan began? */
static bool gvt_scan_has_ended(const struct gvt_scan_pass *pass)
{
	const struct intel_vgpu_display *display = &pass->vgpu->display;

	return !(READ_ONCE(display->scan.scanning) &
		 READ_ONCE(display->event.state.watched) & BIT(pass->type));
}

/* Take a reference on each page that is there, unless the scan has ended. */
static void gvt_scan_hold_pages(struct gvt_scan_pass *pass,
				const unsigned int *index, struct page **pages,
				unsigned int count)
{
	const struct gvt_plane *plane = &gvt_scan_plane_of(pass)->plane;
	struct intel_vgpu *vgpu = pass->vgpu;
	unsigned int i;

	mutex_lock(&vgpu->vgpu_lock);
	pass->ended = gvt_scan_has_ended(pass) ||
		      intel_vgpu_changed_planes(vgpu) & BIT(pass->type);
	for (i = 0; i < count && !pass->ended; i++)
		pages[i] = gvt_plane_hold_page(vgpu, plane, index[i]);
	mutex_unlock(&vgpu->vgpu_lock);
}

static void gvt_scan_chunk(struct gvt_scan_pass *pass, const unsigned int *index,
			   unsigned int count)
{
	struct page *pages[CHUNK_PAGES];
	u64 sums[CHUNK_PAGES];
	unsigned int i;

	gvt_scan_hold_pages(pass, index, pages, count);
	if (pass->ended)
		return;

	for (i = 0; i < count; i++) {
		sums[i] = gvt_scan_checksum(pages[i]);
		if (pages[i])
			put_page(pages[i]);
	}
	cond_resched();

	/*
	 * If the plane has changed meanwhile, pages may have been drawn after that
	 * was signalled: keep their old checksums, so that the next scan finds it. If
	 * it has not, they were drawn before. The pages have to be read first: this
	 * pairs with the unlock in intel_vgpu_end_frontbuffer_scans().
	 */
	smp_rmb();
	pass->ended = gvt_scan_has_ended(pass);
	for (i = 0; i < count && !pass->ended; i++) {
		gvt_scan_compare(pass, index[i], sums[i]);
		pass->pages += sums[i] != SUM_OF_NOTHING;
	}
}

static void gvt_scan_surroundings(struct gvt_scan_pass *pass, unsigned int spot)
{
	unsigned int index[CHUNK_PAGES];
	unsigned int first, left, i, n;

	left = gvt_pace_surroundings(&gvt_scan_plane_of(pass)->pace, spot, &first);
	for (; left && !pass->ended; left -= n) {
		n = min(left, CHUNK_PAGES);
		for (i = 0; i < n; i++)
			index[i] = first++;
		gvt_scan_chunk(pass, index, n);
	}
}

/*
 * Signal what has been found, but once per refresh. What the same scan finds after the
 * signal may have been drawn after it, and is signalled at the next refresh. The
 * surroundings of a change are scanned first, so that one drawing is one signal.
 */
static void gvt_scan_signal(struct gvt_scan_pass *pass)
{
	struct gvt_frontbuffer_scan *scan = &pass->vgpu->display.scan;
	const u8 plane = BIT(pass->type);
	unsigned int spot;

	if (!drm_rect_visible(&pass->damage))
		return;

	for (spot = 0; spot < GVT_PACE_SPOTS && !pass->signalled; spot++)
		gvt_scan_surroundings(pass, spot);
	pass->signalled = true;
	gvt_damage_add(&pass->vgpu->display.damage[pass->type], &pass->damage);
	pass->damage = (struct drm_rect){ };

	spin_lock(&scan->lock);
	/* The signal of a plane that has changed meanwhile stands for this, too. */
	if (!(scan->scanning & plane)) {
		pass->ended = true;
	} else {
		scan->quiet = 0;
		scan->found |= intel_vgpu_signal_frontbuffers(pass->vgpu, plane);
	}
	spin_unlock(&scan->lock);
}

static void gvt_scan_hot_spots(struct gvt_scan_pass *pass)
{
	struct gvt_frontbuffer_pace *pace = &gvt_scan_plane_of(pass)->pace;
	unsigned int index[CHUNK_PAGES];
	unsigned int spot, count;

	for (spot = 0; spot < GVT_PACE_SPOTS && !pass->ended; spot++) {
		count = gvt_pace_probe(pace, spot, index);
		if (count)
			gvt_scan_chunk(pass, index, count);
	}
	gvt_scan_signal(pass);
}

/*
 * Visit pages in turn. If the next scan is due meanwhile, because the machine is
 * slow or busy, what is hot comes first again.
 */
static void gvt_scan_in_turn(struct gvt_scan_pass *pass)
{
	struct gvt_frontbuffer_scan *scan = &pass->vgpu->display.scan;
	struct gvt_frontbuffer_pace *pace = &gvt_scan_plane_of(pass)->pace;
	unsigned int budget = gvt_pace_budget(pace);
	unsigned int index[CHUNK_PAGES];
	unsigned int i, n;

	for (; budget && !pass->ended; budget -= n) {
		n = min(budget, CHUNK_PAGES);
		for (i = 0; i < n; i++)
			index[i] = gvt_pace_next(pace);
		gvt_scan_chunk(pass, index, n);
		gvt_scan_signal(pass);
		if (READ_ONCE(scan->due) & BIT(pass->type))
			break;
	}
}

/*
 * Is it still to be scanned? A plane that has been masked meanwhile is not, nor one
 * that has changed: the next vblank signals that.
 */
static bool gvt_scan_begin(struct gvt_scan_pass *pass, bool *unknown, bool *hinted)
{
	struct gvt_frontbuffer_scan *scan = &pass->vgpu->display.scan;
	const u8 plane = BIT(pass->type);
	u8 due;

	lockdep_assert_held(&pass->vgpu->vgpu_lock);

	due = READ_ONCE(pass->vgpu->display.event.state.watched) & plane &
	      ~intel_vgpu_changed_planes(pass->vgpu);
	spin_lock(&scan->lock);
	due &= scan->due;
	WRITE_ONCE(scan->due, scan->due & ~plane);
	if (due) {
		*unknown = scan->unknown & plane;
		*hinted = scan->hinted & plane;
		scan->unknown &= ~plane;
		scan->hinted &= ~plane;
		scan->unfinished &= ~plane;
		WRITE_ONCE(scan->scanning, scan->scanning | plane);
	}
	spin_unlock(&scan->lock);

	return due;
}

static void gvt_scan_end(struct gvt_scan_pass *pass, bool unfinished)
{
	struct gvt_frontbuffer_scan *scan = &pass->vgpu->display.scan;

	spin_lock(&scan->lock);
	WRITE_ONCE(scan->scanning, scan->scanning & ~BIT(pass->type));
	if (unfinished)
		scan->unfinished |= BIT(pass->type);
	spin_unlock(&scan->lock);
}

static void gvt_scan_plane(struct intel_vgpu *vgpu, unsigned int type)
{
	struct gvt_scan_pass pass = { .vgpu = vgpu, .type = type };
	struct gvt_scanned_plane *scanned = gvt_scan_plane_of(&pass);
	struct gvt_frontbuffer_pace *pace = &scanned->pace;
	struct gvt_plane plane;
	bool unknown, hinted;

	mutex_lock(&vgpu->vgpu_lock);
	if (!gvt_scan_begin(&pass, &unknown, &hinted)) {
		mutex_unlock(&vgpu->vgpu_lock);
		return;
	}
	/* One that is off or refused has no pages. */
	if (intel_vgpu_decode_plane(vgpu, type, 0, true, &plane))
		plane = (struct gvt_plane){ };
	mutex_unlock(&vgpu->vgpu_lock);

	if (unknown || !scanned->sums || !gvt_plane_same_memory(&scanned->plane, &plane))
		gvt_scan_restart(scanned, &plane);
	else
		gvt_page_layout_init(&scanned->layout, &plane);	/* it may have been panned */
	gvt_pace_cool(pace);
	if (hinted) {
		gvt_pace_hint(pace);
		gvt_scan_hot_spots(&pass);
	}
	gvt_scan_in_turn(&pass);
	if (pass.ended)
		gvt_pace_hint(pace);
	if (pace->pages)
		trace_gvt_frontbuffer_scan(vgpu->id, type, pass.pages, pass.signalled);
	gvt_scan_end(&pass, pace->left || (plane.size && !scanned->sums));
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

/* Have the guest's CPUs run since the last call? */
static bool gvt_scan_guest_has_run(struct intel_vgpu *vgpu)
{
	struct gvt_frontbuffer_scan *scan = &vgpu->display.scan;
	bool inside = false, outside = false;
	struct kvm_vcpu *vcpu;
	unsigned long i;
	u64 exits = 0;

	lockdep_assert_held(&vgpu->vgpu_lock);

	/*
	 * A CPU that has run has exited since, or is in the guest still. One that enters
	 * it meanwhile has run at the next call.
	 */
	kvm_for_each_vcpu(i, vcpu, vgpu->vfio_device.kvm) {
		if (READ_ONCE(vcpu->mode) == OUTSIDE_GUEST_MODE)
			outside = true;
		else
			inside = true;
		exits += READ_ONCE(vcpu->stat.exits);
	}
	swap(exits, scan->exits);
	return inside || !outside || exits != scan->exits;
}

/* Which planes have not changed for some refreshes? */
static u8 gvt_scan_settled_planes(struct gvt_frontbuffer_scan *scan,
				  unsigned long active, u8 changed)
{
	unsigned int i;
	u8 settled = 0;

	lockdep_assert_held(&scan->lock);

	for_each_set_bit(i, &active, GVT_PLANE_TYPES) {
		if (changed & BIT(i))
			scan->settle[i] = GVT_PACE_SETTLE - 1;
		else if (scan->settle[i])
			scan->settle[i]--;
		else
			settled |= BIT(i);
	}

	return settled;
}

/* Is nothing to be scanned, and has nothing been signalled for long? */
static bool gvt_scan_is_idle(struct gvt_frontbuffer_scan *scan, bool has_run,
			     u8 signalled)
{
	lockdep_assert_held(&scan->lock);

	if (signalled)
		scan->quiet = 0;
	else if (scan->quiet < QUIET)
		scan->quiet++;

	return scan->quiet == QUIET && !has_run && !scan->due && !scan->scanning;
}

/**
 * intel_vgpu_restart_frontbuffer_scans - drop the checksums of planes
 * @vgpu: an open vGPU
 * @planes: planes that get a new listener
 *
 * The listener may have read the pixels before. If a later write restores what an
 * old checksum stands for, that must be reported. Call it before the listener is
 * signalled for the first time.
 *
 * Context: Process context, vgpu_lock held.
 */
void intel_vgpu_restart_frontbuffer_scans(struct intel_vgpu *vgpu, u8 planes)
{
	struct gvt_frontbuffer_scan *scan = &vgpu->display.scan;

	lockdep_assert_held(&vgpu->vgpu_lock);

	if (planes)
		intel_vgpu_await_vblank(vgpu);
	gvt_damage_add_all(vgpu->display.damage, planes);
	spin_lock(&scan->lock);
	scan->unknown |= planes;
	scan->hinted |= planes;
	spin_unlock(&scan->lock);
}

/**
 * intel_vgpu_end_frontbuffer_scans - drop what scans find of planes that change
 * @vgpu: an open vGPU at a refresh
 * @planes: planes that are about to be signalled
 *
 * The client sees after the signal what was drawn before it.
 *
 * Context: Process context, vgpu_lock held.
 */
void intel_vgpu_end_frontbuffer_scans(struct intel_vgpu *vgpu, u8 planes)
{
	struct gvt_frontbuffer_scan *scan = &vgpu->display.scan;

	lockdep_assert_held(&vgpu->vgpu_lock);

	gvt_damage_add_all(vgpu->display.damage, planes);
	spin_lock(&scan->lock);
	WRITE_ONCE(scan->scanning, scan->scanning & ~planes);
	scan->found &= ~planes;
	scan->rendered &= ~planes;
	scan->hinted |= planes;
	spin_unlock(&scan->lock);
}

/**
 * intel_vgpu_scan_frontbuffers - scan planes whose registers have not changed
 * @vgpu: a vGPU at a vblank
 * @changed: planes whose clients have just been notified of a change
 *
 * Does nothing while no plane is armed and unmasked. Checksums survive a mask:
 * what is drawn meanwhile is a change when its page is scanned again. While a plane is
 * watched, the vblank timer runs, at half the refresh rate if that is enough.
 *
 * Context: Process context, vgpu_lock held.
 */
void intel_vgpu_scan_frontbuffers(struct intel_vgpu *vgpu, u8 changed)
{
	const u8 active = READ_ONCE(vgpu->display.event.state.watched);
	struct gvt_frontbuffer_scan *scan = &vgpu->display.scan;
	u8 found, settled, rendered;
	bool has_run, idle;

	if (!active)
		return;

	has_run = gvt_scan_guest_has_run(vgpu);

	spin_lock(&scan->lock);
	/* Those that are not watched now have been drawn to as well. */
	if (has_run)
		scan->hinted = GVT_ALL_PLANE_TYPES;
	settled = gvt_scan_settled_planes(scan, active, changed);
	rendered = scan->rendered & settled;
	scan->rendered &= ~settled;
	/* What has been drawn is known when it has been scanned. */
	scan->hinted |= rendered;
	gvt_damage_add_all(vgpu->display.damage, rendered);
	found = (scan->found & active) | rendered;
	scan->found = 0;
	/* While the GPU draws, each refresh is signalled: scan when it is done. */
	WRITE_ONCE(scan->due, settled & ~rendered &
			      (scan->hinted | scan->unfinished));
	if (scan->due)
		queue_work(system_dfl_wq, &scan->work);
	if (found)
		intel_vgpu_signal_frontbuffers(vgpu, found);
	idle = gvt_scan_is_idle(scan, has_run, changed | found);
	spin_unlock(&scan->lock);

	if (idle)
		intel_vgpu_await_late_vblank(vgpu);
	else
		intel_vgpu_await_vblank(vgpu);
}

/**
 * intel_vgpu_note_rendering - note that the guest's GPU may have drawn
 * @vgpu: a vGPU that has completed a workload
 *
 * Which framebuffer it has drawn to is unknown. Assume that of the primary plane,
 * unless that plane is flipped next: a guest that flips draws into another one. What
 * a workload with an error has drawn is not signalled.
 *
 * Context: vgpu_lock held.
 */
void intel_vgpu_note_rendering(struct intel_vgpu *vgpu)
{
	const u8 primary = BIT(DRM_PLANE_TYPE_PRIMARY);
	struct gvt_frontbuffer_scan *scan = &vgpu->display.scan;

	lockdep_assert_held(&vgpu->vgpu_lock);

	if (!(READ_ONCE(vgpu->display.event.state.watched) & primary))
		return;

	intel_vgpu_await_vblank(vgpu);
	spin_lock(&scan->lock);
	scan->rendered |= primary;
	spin_unlock(&scan->lock);
}

/**
 * intel_vgpu_init_frontbuffer_scan - set up the scan of a vGPU
 * @vgpu: a vGPU that is being created
 */
void intel_vgpu_init_frontbuffer_scan(struct intel_vgpu *vgpu)
{
	struct gvt_frontbuffer_scan *scan = &vgpu->display.scan;
	unsigned int i;

	for (i = 0; i < GVT_PLANE_TYPES; i++)
		gvt_damage_init(&vgpu->display.damage[i]);
	spin_lock_init(&scan->lock);
	INIT_WORK(&scan->work, gvt_scan_work);
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
	 * nothing is due, so none queues it, and a running one ends.
	 */
	mutex_lock(&vgpu->vgpu_lock);
	spin_lock(&scan->lock);
	WRITE_ONCE(scan->due, 0);
	WRITE_ONCE(scan->scanning, 0);
	spin_unlock(&scan->lock);
	mutex_unlock(&vgpu->vgpu_lock);
	cancel_work_sync(&scan->work);

	for (i = 0; i < GVT_PLANE_TYPES; i++) {
		kvfree(scan->planes[i].sums);
		scan->planes[i] = (struct gvt_scanned_plane){ };
		gvt_damage_drop(&vgpu->display.damage[i]);
		scan->settle[i] = 0;
	}
	scan->unfinished = 0;
	scan->hinted = 0;
	scan->unknown = 0;
	scan->found = 0;
	scan->rendered = 0;
	scan->quiet = 0;
}
