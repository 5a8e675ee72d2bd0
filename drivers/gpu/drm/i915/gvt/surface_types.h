/* SPDX-License-Identifier: MIT */
/*
 * Surfaces of a vGPU, as surface.c, surface_pages.c and debugfs see them.
 */

#ifndef _GVT_SURFACE_TYPES_H_
#define _GVT_SURFACE_TYPES_H_

#include <linux/hashtable.h>
#include <linux/interval_tree.h>
#include <linux/kref.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/siphash.h>

#include "plane_decoder.h"

struct i915_gem_proxy_run;
struct intel_vgpu;
struct page;

/*
 * Dma-bufs of one vGPU that exist at the same time, those included that an
 * earlier owner left. A client has one for each framebuffer that its guest flips
 * between, or a few of each.
 */
#define GVT_MAX_EXPORTS		1024

/* GVT_MAX_EXPORTS surfaces are four per bucket on average. */
#define GVT_SURFACE_HASH_BITS	8

/**
 * struct gvt_surfaces - the surfaces of a vGPU
 * @ref: one for the vGPU, one for each surface
 * @lock: covers all below and the state of every surface. Taken inside
 *	vgpu_lock and inside dma_resv, so with it held, do not wait for any
 *	lock under which mmap_lock is taken.
 * @vgpu: valid only for surfaces that are live
 * @vgpu_id: its number, for tracepoints and debugfs
 * @ids: id -> live surface
 * @layouts: layout -> live surfaces, the one that is clean before the dirty ones
 * @ranges: GGTT pages -> clean surfaces
 * @idle: live surfaces without a proxy, last queried at the end
 * @num_idle: length of @idle
 * @exported: surfaces with a proxy, live or not, also of earlier owners
 * @num_exports: proxies of them, GVT_MAX_EXPORTS at most
 * @exported_pages: pages of @exported, each surface counted once
 * @next_id: an owner's ids are never used twice; 0 when they have run out
 * @key: of the digests, which the guest must not be able to forge
 */
struct gvt_surfaces {
	struct kref ref;
	struct mutex lock;	/* see above */
	struct intel_vgpu *vgpu;
	int vgpu_id;
	DECLARE_HASHTABLE(ids, GVT_SURFACE_HASH_BITS);
	DECLARE_HASHTABLE(layouts, GVT_SURFACE_HASH_BITS);
	struct rb_root_cached ranges;
	struct list_head idle;
	unsigned int num_idle;
	struct list_head exported;
	unsigned int num_exports;
	u64 exported_pages;
	u32 next_id;
	siphash_key_t key;
};

/**
 * struct page_summary - stands for the guest pages backing a surface
 * @digest: keyed, of the page frame numbers in order
 * @first_gfn: lowest guest frame at which they are
 * @last_gfn: highest one
 */
struct page_summary {
	u64 digest;
	u64 first_gfn;
	u64 last_gfn;
};

/**
 * enum gvt_surface_state - what is known of a surface
 * @GVT_SURFACE_ENDED: its id stands for nothing any more, or it has none yet
 * @GVT_SURFACE_DIRTY: live: it is in the table, and its pages may still be looked up;
 *	a PTE of its range was written since its digest was computed
 * @GVT_SURFACE_CLEAN: live, and the digest is that of the pages of its PTEs
 */
enum gvt_surface_state {
	GVT_SURFACE_ENDED,
	GVT_SURFACE_DIRTY,
	GVT_SURFACE_CLEAN,
};

/**
 * struct gvt_surface - one framebuffer of a guest
 * @ref: one while it is live, one for each proxy
 * @table: where it lives or lived
 * @id: dmabuf_id of the ioctls
 * @plane: layout; the position of the plane that showed it first has no meaning
 * @pages: its backing pages when it got its id
 * @exports: proxies that exist
 * @state: live, which is dirty or clean, or ended
 * @id_node: in &gvt_surfaces.ids while it is live
 * @layout_node: in &gvt_surfaces.layouts while it is live
 * @range: in &gvt_surfaces.ranges while it is clean
 * @node: in &gvt_surfaces.exported while there are @exports, else in
 *	&gvt_surfaces.idle while it is live
 * @born: when it got its id
 */
struct gvt_surface {
	struct kref ref;
	struct gvt_surfaces *table;
	u32 id;
	struct gvt_plane plane;
	struct page_summary pages;
	unsigned int exports;
	enum gvt_surface_state state;
	struct hlist_node id_node;
	struct hlist_node layout_node;
	struct interval_tree_node range;
	struct list_head node;
	ktime_t born;
};

enum gvt_refusal gvt_plane_find_pages(struct intel_vgpu *vgpu,
				      const struct gvt_plane *plane);
enum gvt_refusal gvt_plane_walk_pages(struct intel_vgpu *vgpu,
				      const struct gvt_plane *plane,
				      struct page_summary *sum);
bool gvt_plane_has_frames(const struct intel_vgpu *vgpu,
			  const struct gvt_plane *plane, u64 first_gfn,
			  u64 last_gfn);
struct page *gvt_plane_hold_page(struct intel_vgpu *vgpu,
				 const struct gvt_plane *plane,
				 unsigned int index);
int gvt_surface_get_pages(void *priv, struct i915_gem_proxy_run *runs,
			  unsigned int count);

#endif /* _GVT_SURFACE_TYPES_H_ */
