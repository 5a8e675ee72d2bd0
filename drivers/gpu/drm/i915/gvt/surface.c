// SPDX-License-Identifier: MIT
/*
 * Surfaces of a vGPU that userspace may fetch as a dma-buf.
 *
 * A surface is a layout and the guest pages that back it. It gets an id when it is
 * first queried, and the id stands for this surface from then on. If the guest
 * maps other pages at the same address, the result is another surface with another
 * id. If it goes back to a surface that is still in the table, a query returns the
 * same id as before.
 *
 * Pages are not stored, only a digest of them (surface_pages.c), so a surface costs
 * the same whatever its size. The digest is computed again only if a PTE in the
 * surface's range has been written: a query of an unchanged surface walks no
 * pages. A PTE write visits only surfaces whose digest is valid, so writes cost the
 * guest one step for each query that computed one.
 *
 * Surfaces without a dma-buf are kept in the order of their last use, and the
 * oldest are dropped: the guest decides how many framebuffers there are, the host
 * how many it keeps.
 */

#include <linux/dma-buf.h>
#include <linux/dma-resv.h>
#include <linux/jhash.h>
#include <linux/lockdep.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include <drm/drm_file.h>
#include <drm/drm_fourcc.h>
#include <drm/drm_print.h>

#include "gem/i915_gem_dmabuf.h"
#include "gem/i915_gem_proxy.h"
#include "i915_drv.h"

#include "gvt.h"
#include "surface.h"
#include "surface_types.h"
#include "trace.h"

/* More than any client queries between a QUERY and its GET. */
#define MAX_IDLE_SURFACES	64

/* PTEs that an unmap compares with the table's lock held: 16 surfaces of 4K */
#define MAX_UNMAP_PTES		(16 * 8100)

static void surfaces_free(struct kref *ref)
{
	struct gvt_surfaces *table = container_of(ref, typeof(*table), ref);

	mutex_destroy(&table->lock);
	kfree(table);
}

static void surface_free(struct kref *ref)
{
	struct gvt_surface *s = container_of(ref, typeof(*s), ref);

	kref_put(&s->table->ref, surfaces_free);
	kfree(s);
}

/* All fields but the modifier: layouts at one address seldom differ in that alone. */
static u32 layout_hash(const struct gvt_plane *plane)
{
	u32 hash = jhash_3words(plane->gma >> PAGE_SHIFT,
				plane->width << 16 | plane->height, plane->stride,
				plane->fourcc);

	return jhash_3words(plane->src_x << 16 | plane->src_y << 1 | plane->rotated,
			    plane->aux_offset, plane->aux_stride, hash);
}

/* Where a plane is on the screen does not change what it shows. */
static bool same_layout(const struct gvt_plane *a, const struct gvt_plane *b)
{
	return gvt_plane_same_memory(a, b) && a->rotated == b->rotated &&
	       a->width == b->width && a->height == b->height &&
	       a->src_x == b->src_x && a->src_y == b->src_y;
}

/* The digest is valid: a query finds it first, and need not compute it again. */
static void surface_make_clean(struct gvt_surface *s)
{
	struct gvt_surfaces *table = s->table;

	lockdep_assert_held(&table->lock);

	s->state = GVT_SURFACE_CLEAN;
	hash_del(&s->layout_node);
	hash_add(table->layouts, &s->layout_node, layout_hash(&s->plane));
	interval_tree_insert(&s->range, &table->ranges);
}

static void surface_make_dirty(struct gvt_surface *s)
{
	struct gvt_surfaces *table = s->table;

	lockdep_assert_held(&table->lock);

	s->state = GVT_SURFACE_DIRTY;
	interval_tree_remove(&s->range, &table->ranges);
}

/* The caller holds a reference on the table, or this may free its lock. */
static void surface_unlink(struct gvt_surface *s)
{
	struct gvt_surfaces *table = s->table;

	lockdep_assert_held(&table->lock);

	if (s->state == GVT_SURFACE_CLEAN)
		surface_make_dirty(s);
	hash_del(&s->id_node);
	hash_del(&s->layout_node);
	if (!s->exports) {
		list_del(&s->node);
		table->num_idle--;
	}
	s->state = GVT_SURFACE_ENDED;
	kref_put(&s->ref, surface_free);
}

static void surface_make_idle(struct gvt_surface *s)
{
	struct gvt_surfaces *table = s->table;

	lockdep_assert_held(&table->lock);

	list_add_tail(&s->node, &table->idle);
	if (++table->num_idle > MAX_IDLE_SURFACES)
		surface_unlink(list_first_entry(&table->idle, typeof(*s),
						node));
}

/*
 * What lies in the vGPU's share of the GGTT can be on the screen at the same
 * time. As much again may be held of what was there before.
 */
static u64 max_exported_pages(struct intel_vgpu *vgpu)
{
	return (vgpu_aperture_sz(vgpu) + vgpu_hidden_sz(vgpu)) / PAGE_SIZE * 2;
}

/* For one more proxy; surface_release() undoes it. */
static int surface_hold(struct intel_vgpu *vgpu, struct gvt_surface *s)
{
	const u64 pages = s->exports ? 0 : s->plane.size >> PAGE_SHIFT;
	struct gvt_surfaces *table = s->table;

	lockdep_assert_held(&table->lock);

	if (table->num_exports >= GVT_MAX_EXPORTS ||
	    table->exported_pages + pages > max_exported_pages(vgpu))
		return -EDQUOT;

	table->num_exports++;
	table->exported_pages += pages;
	kref_get(&s->ref);
	if (!s->exports++) {
		list_move_tail(&s->node, &table->exported);
		table->num_idle--;
	}
	return 0;
}

/* A proxy of the surface @priv is gone. */
static void surface_release(void *priv)
{
	struct gvt_surface *s = priv;
	struct gvt_surfaces *table = s->table;

	kref_get(&table->ref);
	mutex_lock(&table->lock);
	table->num_exports--;
	if (!--s->exports) {
		table->exported_pages -= s->plane.size >> PAGE_SHIFT;
		list_del(&s->node);
		if (s->state != GVT_SURFACE_ENDED)
			surface_make_idle(s);
	}
	trace_gvt_dmabuf_release(table->vgpu_id, s->id, s->exports);
	kref_put(&s->ref, surface_free);
	mutex_unlock(&table->lock);
	kref_put(&table->ref, surfaces_free);
}

static const struct i915_gem_proxy_ops surface_proxy_ops = {
	.owner = THIS_MODULE,
	.get_pages = gvt_surface_get_pages,
	.release = surface_release,
};

static struct gvt_surface *gvt_surface_find_id(struct gvt_surfaces *table, u32 id)
{
	struct gvt_surface *s;

	hash_for_each_possible(table->ids, s, id_node, id)
		if (s->id == id)
			return s;

	return NULL;
}

/* No more than one surface of a layout is clean, and it comes before the others. */
static struct gvt_surface *gvt_surface_find_clean(struct gvt_surfaces *table,
						  const struct gvt_plane *plane)
{
	struct gvt_surface *s;

	hash_for_each_possible(table->layouts, s, layout_node,
			       layout_hash(plane))
		if (same_layout(&s->plane, plane))
			return s->state == GVT_SURFACE_CLEAN ? s : NULL;

	return NULL;
}

/* A surface whose PTEs were written may still show the same pages. */
static struct gvt_surface *gvt_surface_find_digest(struct gvt_surfaces *table,
						   const struct gvt_surface *fresh)
{
	struct gvt_surface *s;

	hash_for_each_possible(table->layouts, s, layout_node,
			       layout_hash(&fresh->plane))
		if (s->pages.digest == fresh->pages.digest &&
		    same_layout(&s->plane, &fresh->plane))
			return s;

	return NULL;
}

static enum gvt_refusal surface_publish(struct gvt_surface *s)
{
	struct gvt_surfaces *table = s->table;

	if (!table->next_id)
		return GVT_REFUSED_NO_ID;

	/* From here the table holds the first reference. */
	s->id = table->next_id++;
	s->born = ktime_get();
	s->range.start = s->plane.gma >> PAGE_SHIFT;
	s->range.last = ((s->plane.gma + s->plane.size) >> PAGE_SHIFT) - 1;
	hash_add(table->ids, &s->id_node, s->id);
	surface_make_clean(s);
	surface_make_idle(s);
	return GVT_DESCRIBED;
}

/* Slow path of a query: see which pages are there now. */
static enum gvt_refusal
gvt_surface_find_or_create(struct gvt_surfaces *table,
			   const struct gvt_plane *plane,
			   struct gvt_surface **found)
{
	struct gvt_surface *fresh, *s;
	enum gvt_refusal why;

	fresh = kzalloc_obj(*fresh, GFP_KERNEL_ACCOUNT);
	if (!fresh)
		return GVT_REFUSED_NO_MEMORY;

	kref_init(&fresh->ref);
	kref_get(&table->ref);
	fresh->table = table;
	fresh->plane = *plane;

	why = gvt_plane_walk_pages(table->vgpu, plane, &fresh->pages);
	if (why)
		goto out_put_fresh;

	s = gvt_surface_find_digest(table, fresh);
	if (s) {
		/*
		 * The frames may be others, if the same memory is there; and no
		 * clean surface has the layout, or it would have been found.
		 */
		s->pages = fresh->pages;
		surface_make_clean(s);
		*found = s;
		goto out_put_fresh;
	}

	why = surface_publish(fresh);
	if (why)
		goto out_put_fresh;

	*found = fresh;
	return GVT_DESCRIBED;

out_put_fresh:
	kref_put(&fresh->ref, surface_free);
	return why;
}

/**
 * intel_vgpu_find_surface - find or create the surface of a plane
 * @vgpu: a vGPU whose guest cannot change registers or PTEs meanwhile
 * @plane: from the decoder; it must lie in the vGPU's share of the GGTT
 * @id: receives the surface's id, never 0
 *
 * Queries alone end an id only after MAX_IDLE_SURFACES other surfaces, and never
 * while a dma-buf of the surface exists. Reset, close and unmapping of guest memory
 * end it in any case.
 *
 * Context: Process context, vgpu_lock held. May sleep.
 * Return: %GVT_DESCRIBED; %GVT_REFUSED_UNMAPPED if a page of the surface is not
 * mapped, %GVT_REFUSED_NO_MEMORY, %GVT_REFUSED_NO_ID if the vGPU has used up all
 * 2^32 - 1 ids.
 */
enum gvt_refusal intel_vgpu_find_surface(struct intel_vgpu *vgpu,
					 const struct gvt_plane *plane, u32 *id)
{
	struct gvt_surfaces *table = vgpu->surfaces;
	enum gvt_refusal why = GVT_DESCRIBED;
	struct gvt_surface *s;

	lockdep_assert_held(&vgpu->vgpu_lock);

	mutex_lock(&table->lock);
	s = gvt_surface_find_clean(table, plane);
	if (!s) {
		/*
		 * Each entry of a surface must hold its page itself. Otherwise
		 * another entry could drop the page while the surface is clean.
		 * VFIO takes mmap_lock to pin pages, so drop the table's lock.
		 * No surface becomes clean without vgpu_lock.
		 */
		mutex_unlock(&table->lock);
		why = gvt_plane_find_pages(vgpu, plane);
		if (why)
			return why;
		mutex_lock(&table->lock);
		why = gvt_surface_find_or_create(table, plane, &s);
	}
	if (!why) {
		*id = s->id;
		if (!s->exports)
			list_move_tail(&s->node, &table->idle);
	}
	mutex_unlock(&table->lock);

	return why;
}

/* The surface of an id, held for one more proxy */
static struct gvt_surface *surface_get(struct intel_vgpu *vgpu, u32 id)
{
	struct gvt_surfaces *table = vgpu->surfaces;
	struct gvt_surface *s;
	int ret = -EINVAL;

	mutex_lock(&table->lock);
	s = gvt_surface_find_id(table, id);
	if (s)
		ret = surface_hold(vgpu, s);	/* before a query pushes it out */
	mutex_unlock(&table->lock);

	return ret ? ERR_PTR(ret) : s;
}

static unsigned int surface_tiling(const struct gvt_surface *s)
{
	switch (s->plane.modifier) {
	case I915_FORMAT_MOD_X_TILED:
		return I915_TILING_X;
	case I915_FORMAT_MOD_Y_TILED:
		return I915_TILING_Y;
	default:
		return I915_TILING_NONE;	/* no fence knows Yf or CCS */
	}
}

/*
 * The table's lock is taken inside dma_resv, which nothing does before the first
 * import. Have lockdep know from the first GET, so that it reports a dma_resv
 * that is taken the other way round, on whatever path and in whatever order.
 */
static void gvt_surface_prime_lockdep(struct drm_i915_gem_object *obj,
				      struct gvt_surface *s)
{
	if (!IS_ENABLED(CONFIG_PROVE_LOCKING))
		return;

	dma_resv_lock(obj->base.resv, NULL);
	might_lock(&s->table->lock);
	dma_resv_unlock(obj->base.resv);
}

/**
 * intel_vgpu_export_surface - open a surface as a dma-buf
 * @vgpu: a vGPU
 * @id: from intel_vgpu_find_surface()
 *
 * Each call makes a dma-buf of its own: no pointer to one is kept, so none can
 * outlive the file. On failure nothing has changed.
 *
 * Context: Process context, without vgpu_lock. May sleep.
 * Return: a file descriptor, or -EINVAL if @id names no surface, -EDQUOT if too
 * much of the vGPU is held by dma-bufs already, -EMFILE, -ENOMEM, -E2BIG if the
 * surface is too large for GEM, -ENODEV if kvmgt is being unloaded.
 */
int intel_vgpu_export_surface(struct intel_vgpu *vgpu, u32 id)
{
	struct drm_i915_private *i915 = vgpu->gvt->gt->i915;
	struct drm_i915_gem_object *obj;
	struct dma_buf *dmabuf;
	struct gvt_surface *s;
	int fd;

	s = surface_get(vgpu, id);
	if (s == ERR_PTR(-EDQUOT)) {
		/* What has been closed may be waiting to be freed. */
		flush_work(&i915->mm.free_work);
		s = surface_get(vgpu, id);
	}
	if (IS_ERR(s))
		return PTR_ERR(s);

	obj = i915_gem_object_create_proxy(i915, s->plane.size,
					   surface_tiling(s), s->plane.stride,
					   &surface_proxy_ops, s);
	if (IS_ERR(obj)) {
		surface_release(s);
		return PTR_ERR(obj);
	}

	/* The proxy owns @s now, and the dma-buf will own the proxy. */
	gvt_surface_prime_lockdep(obj, s);
	dmabuf = i915_gem_prime_export(&obj->base, DRM_CLOEXEC);
	i915_gem_object_put(obj);
	if (IS_ERR(dmabuf))
		return PTR_ERR(dmabuf);

	/* Last, because a file descriptor cannot be taken back. */
	fd = dma_buf_fd(dmabuf, DRM_CLOEXEC);
	if (fd < 0)
		dma_buf_put(dmabuf);

	return fd;
}

/**
 * intel_vgpu_surfaces_pte_write - note that the guest changes a GGTT entry
 * @vgpu: a vGPU
 * @index: guest GGTT page
 *
 * Context: Process context, vgpu_lock held.
 */
void intel_vgpu_surfaces_pte_write(struct intel_vgpu *vgpu,
				   unsigned long index)
{
	struct gvt_surfaces *table = vgpu->surfaces;
	struct interval_tree_node *node;

	lockdep_assert_held(&vgpu->vgpu_lock);

	/* Surfaces are made under vgpu_lock, so none can appear right now. */
	if (RB_EMPTY_ROOT(&table->ranges.rb_root))
		return;

	mutex_lock(&table->lock);
	while ((node = interval_tree_iter_first(&table->ranges, index, index)))
		surface_make_dirty(container_of(node, struct gvt_surface,
						range));
	mutex_unlock(&table->lock);
}

/* Reads at most @budget PTEs in all calls for one unmap, as a lock is held. */
static bool surface_has_frames(const struct gvt_surface *s, u64 first_gfn,
			       u64 last_gfn, u64 *budget)
{
	const u64 pages = s->plane.size >> PAGE_SHIFT;

	if (s->pages.first_gfn > last_gfn || s->pages.last_gfn < first_gfn)
		return false;

	/* The range may have gaps. Check the PTEs, unless they were written. */
	if (s->state != GVT_SURFACE_CLEAN || pages > *budget)
		return true;
	*budget -= pages;
	return gvt_plane_has_frames(s->table->vgpu, &s->plane, first_gfn,
				    last_gfn);
}

/**
 * intel_vgpu_surfaces_dma_unmap - drop surfaces whose memory goes away
 * @vgpu: a vGPU
 * @first_gfn: first guest frame that is unmapped
 * @last_gfn: last one
 *
 * Pages that a dma-buf already holds stay with it. What is mapped at the same
 * place next is other memory, so the ids end here. Call this when the pages can
 * no longer be looked up; otherwise a query could create surfaces of them again.
 *
 * Context: Process context. VFIO's locks may be held.
 */
void intel_vgpu_surfaces_dma_unmap(struct intel_vgpu *vgpu,
				   u64 first_gfn, u64 last_gfn)
{
	struct gvt_surfaces *table = vgpu->surfaces;
	u64 budget = MAX_UNMAP_PTES;
	struct hlist_node *next;
	struct gvt_surface *s;
	int bucket;

	mutex_lock(&table->lock);
	hash_for_each_safe(table->ids, bucket, next, s, id_node)
		if (surface_has_frames(s, first_gfn, last_gfn, &budget))
			surface_unlink(s);
	mutex_unlock(&table->lock);
}

/**
 * intel_vgpu_drop_surfaces - drop all surfaces of a vGPU
 * @vgpu: a vGPU that is reset or closed
 *
 * Dma-bufs whose pages have been looked up keep them; the others will never
 * find any. The ids end here.
 *
 * Context: Process context. May sleep.
 */
void intel_vgpu_drop_surfaces(struct intel_vgpu *vgpu)
{
	struct gvt_surfaces *table = vgpu->surfaces;
	struct hlist_node *next;
	struct gvt_surface *s;
	int bucket;

	mutex_lock(&table->lock);
	hash_for_each_safe(table->ids, bucket, next, s, id_node)
		surface_unlink(s);
	mutex_unlock(&table->lock);
}

/**
 * intel_vgpu_open_surfaces - start with a new owner of a vGPU
 * @vgpu: a vGPU that is being opened, of which no surface is live
 *
 * Ids start over: those of the last owner have ended, and so has its file.
 *
 * Context: Process context. May sleep.
 */
void intel_vgpu_open_surfaces(struct intel_vgpu *vgpu)
{
	struct gvt_surfaces *table = vgpu->surfaces;

	mutex_lock(&table->lock);
	drm_WARN_ON(&vgpu->gvt->gt->i915->drm, table->num_idle);
	table->next_id = 1;
	mutex_unlock(&table->lock);
}

/**
 * intel_vgpu_init_surfaces - get ready to export what a vGPU shows
 * @vgpu: a vGPU that is being created
 *
 * Return: 0 or -ENOMEM.
 */
int intel_vgpu_init_surfaces(struct intel_vgpu *vgpu)
{
	struct gvt_surfaces *table;

	table = kzalloc_obj(*table);
	if (!table)
		return -ENOMEM;

	kref_init(&table->ref);
	mutex_init(&table->lock);
	hash_init(table->ids);
	hash_init(table->layouts);
	table->ranges = RB_ROOT_CACHED;
	INIT_LIST_HEAD(&table->idle);
	INIT_LIST_HEAD(&table->exported);
	table->next_id = 1;
	get_random_bytes(&table->key, sizeof(table->key));
	table->vgpu = vgpu;
	table->vgpu_id = vgpu->id;
	vgpu->surfaces = table;
	return 0;
}

/**
 * intel_vgpu_clean_surfaces - undo intel_vgpu_init_surfaces()
 * @vgpu: a vGPU that is being destroyed; its dma-bufs may live on
 */
void intel_vgpu_clean_surfaces(struct intel_vgpu *vgpu)
{
	intel_vgpu_drop_surfaces(vgpu);
	kref_put(&vgpu->surfaces->ref, surfaces_free);
	vgpu->surfaces = NULL;
}
