// SPDX-License-Identifier: MIT
/*
 * The guest pages backing a surface.
 *
 * A keyed digest of their page frame numbers stands for them, with one word per run
 * of contiguous pages. It is computed when the surface is created, and again when
 * an importer first needs the pages if a PTE was written in between: the importer
 * gets the pages that the id stands for, or none.
 *
 * The digest is of the host's pages and not of the guest's frame numbers: VFIO
 * does not notify when other memory is mapped at a frame that is not pinned.
 */

#include <linux/mm.h>

#include "gem/i915_gem_proxy.h"
#include "gt/intel_gtt.h"
#include "i915_drv.h"

#include "gvt.h"
#include "surface_types.h"
#include "trace.h"

/* What gtt.c maps, wider than the hardware's 38:12 */
#define GGTT_PTE_ADDR		GENMASK_ULL(45, PAGE_SHIFT)

/* Pages that are looked up under a spinlock in a row */
#define MAX_LOCKED	1024u

/* Entries of the vGPU's GGTT, as the guest wrote them */
static const u64 *plane_ptes(const struct intel_vgpu *vgpu,
			     const struct gvt_plane *plane)
{
	const u64 *ptes = vgpu->gtt.ggtt_mm->ggtt_mm.virtual_ggtt;

	return ptes + (plane->gma >> PAGE_SHIFT);
}

static unsigned int plane_pages(const struct gvt_plane *plane)
{
	return plane->size >> PAGE_SHIFT;
}

/* A digest that is being computed; @words are not part of it yet. */
struct summing {
	struct page_summary sum;
	u64 words[32];
	unsigned int num_words;
};

static void gvt_pages_hash_words(struct summing *s, const siphash_key_t *key)
{
	u64 digest = siphash(s->words, s->num_words * sizeof(*s->words), key);

	s->sum.digest = siphash_2u64(s->sum.digest, digest, key);
	s->num_words = 0;
}

static void gvt_pages_hash_run(struct summing *s, struct page *first,
			       unsigned int count, const siphash_key_t *key)
{
	if (s->num_words == ARRAY_SIZE(s->words))
		gvt_pages_hash_words(s, key);

	/* As one number: an address has 52 bits, so a frame has 40. */
	s->words[s->num_words++] = (u64)page_to_pfn(first) << 16 | count;
}

/* References that are being taken */
struct holding {
	struct i915_gem_proxy_run *runs;
	unsigned int num_runs;
};

/* Add pages to the runs, or to the last of them if they follow it in memory. */
static void add_run(struct holding *h, struct page *first, unsigned int count)
{
	struct i915_gem_proxy_run *last;

	last = h->num_runs ? &h->runs[h->num_runs - 1] : NULL;
	if (last && last->first + last->count == first) {
		last->count += count;
		return;
	}

	h->runs[h->num_runs].first = first;
	h->runs[h->num_runs].count = count;
	h->num_runs++;
}

/* Take references on contiguous pages; returns the number of pages held. */
static unsigned int gvt_pages_get_refs(struct page *first, unsigned int count)
{
	unsigned int held, len;

	for (held = 0; held < count; held += len) {
		struct page *page = first + held;
		struct folio *folio = page_folio(page);

		if (folio_ref_count(folio) <= 0)	/* as try_get_page() */
			break;

		len = min_t(unsigned long, count - held, folio_nr_pages(folio) -
			    folio_page_idx(folio, page));
		folio_ref_add(folio, len);
	}

	return held;
}

/* Hash a run of contiguous pages and take references on it, as requested */
static int gvt_pages_visit_run(const struct intel_vgpu *vgpu,
			       struct page *first, unsigned int count,
			       struct summing *now, struct holding *h)
{
	unsigned int held;

	if (now)
		gvt_pages_hash_run(now, first, count, &vgpu->surfaces->key);
	if (!h)
		return 0;

	held = gvt_pages_get_refs(first, count);
	if (held)
		add_run(h, first, held);
	return held < count ? -ENOMEM : 0;
}

static void note_frames(struct page_summary *sum, gfn_t first, unsigned int count)
{
	sum->first_gfn = min(sum->first_gfn, first);
	sum->last_gfn = max(sum->last_gfn, first + count - 1);
}

/*
 * Count how many of at most @max PTEs point to contiguous frames with contiguous
 * pages. @pte is the first PTE, and @dma the cache entry of its frame. One whose other
 * bits differ ends the search as well, and the caller begins the next with it: that is
 * rare, and masking each PTE costs two instructions per page.
 */
static unsigned int count_neighbours(const u64 *ptes, u64 pte,
				     const struct gvt_dma *dma,
				     unsigned int max)
{
	const struct gvt_dma *first = dma, *end = dma + max;
	const struct page *page = dma->page;

	while (++dma < end) {
		pte += PAGE_SIZE;
		page++;
		if (READ_ONCE(*++ptes) != pte || dma->page != page)
			break;
	}

	return dma - first;
}

/*
 * Return the page that the first of at most @max PTEs points to, and in @count how
 * many PTEs from that one on point to contiguous pages. @xas and @block keep the
 * position for the next call.
 */
static struct page *find_pages(struct xa_state *xas,
			       const struct gvt_dma_block **block,
			       const u64 *ptes, unsigned int max,
			       struct page_summary *sum, unsigned int *count)
{
	const u64 pte = READ_ONCE(*ptes);
	const gfn_t gfn = (pte & GGTT_PTE_ADDR) >> PAGE_SHIFT;
	const unsigned long index = gfn / GVT_DMA_FRAMES;
	const struct gvt_dma *dma;

	if (!(pte & GEN8_PAGE_PRESENT))
		return ERR_PTR(-EINVAL);

	if (*block && xas->xa_index + 1 == index) {
		*block = xas_next(xas);		/* most are in a row: no search then */
	} else if (!*block || xas->xa_index != index) {
		xas_set(xas, index);
		*block = xas_load(xas);
	}
	dma = *block ? &(*block)->dma[gfn % GVT_DMA_FRAMES] : NULL;
	if (!dma || !dma->page)
		return ERR_PTR(-ENXIO);

	max = min(max, GVT_DMA_FRAMES - gfn % GVT_DMA_FRAMES);
	*count = count_neighbours(ptes, pte, dma, max);
	if (sum)
		note_frames(sum, gfn, *count);

	return dma->page;
}

/*
 * Visit pages of @plane from @done to @end: hash them unless @now is NULL, and take
 * references unless @h is NULL. Pages stay pinned while the lock of the cache is
 * held, so references can be taken. Return -EINVAL if a PTE is not present, -ENXIO
 * if it points to no memory of the guest; @h then has what could be taken.
 */
static int gvt_pages_walk_locked(struct intel_vgpu *vgpu,
				 const struct gvt_plane *plane,
				 unsigned int *done, unsigned int end,
				 struct summing *now, struct holding *h)
{
	struct page_summary *sum = now ? &now->sum : NULL;
	const struct gvt_dma_block *block = NULL;
	struct page *first = NULL, *next = NULL;
	XA_STATE(xas, &vgpu->gfn_cache, 0);
	const u64 *ptes = plane_ptes(vgpu, plane);
	unsigned int i = *done, count = 0;
	struct page *page;
	int ret;

	lockdep_assert_held(&vgpu->gfn_cache.xa_lock);

	for (;;) {
		page = NULL;
		if (i < end)
			page = find_pages(&xas, &block, ptes + i, end - i, sum,
					  &count);
		if (first && page != next) {
			ret = gvt_pages_visit_run(vgpu, first, next - first, now, h);
			if (ret)
				return ret;
		}
		if (IS_ERR_OR_NULL(page))
			break;

		if (page != next)
			first = page;
		next = page + count;
		i += count;
	}

	*done = i;
	return PTR_ERR_OR_ZERO(page);
}

/* The same for as many pages as one should visit with a lock held */
static int gvt_pages_walk_chunk(struct intel_vgpu *vgpu,
				const struct gvt_plane *plane,
				unsigned int *done, struct summing *now,
				struct holding *h)
{
	const unsigned int total = plane_pages(plane);
	int ret;

	xa_lock(&vgpu->gfn_cache);
	ret = gvt_pages_walk_locked(vgpu, plane, done,
				    min(total, *done + MAX_LOCKED), now, h);
	xa_unlock(&vgpu->gfn_cache);

	if (now && !ret && *done == total)
		gvt_pages_hash_words(now, &vgpu->surfaces->key);
	return ret;
}

/*
 * Take references on all pages of @s, if they are those that its id stands for.
 *
 * The digest of a clean surface is valid: a PTE write first marks the surface as
 * dirty, under the table's lock. PTEs of other surfaces are written without that
 * lock, so the pages that were read are compared with the digest.
 *
 * PTE writes wait for that lock with vgpu_lock held, so drop it regularly, and then
 * check again: the surface must be live, or its vGPU may be gone. If it was clean it
 * must still be, or its PTEs may have changed: otherwise return -EAGAIN, and the
 * caller retries with the digest computed.
 */
static int gvt_pages_verify_and_get(const struct gvt_surface *s, bool sum_up,
				    struct holding *h)
{
	const bool clean = s->state == GVT_SURFACE_CLEAN && !sum_up;
	struct summing now = { };
	unsigned int done = 0;
	int ret;

	lockdep_assert_held(&s->table->lock);

	for (;;) {
		if (s->state == GVT_SURFACE_ENDED)
			return -ENODEV;
		if (clean && s->state != GVT_SURFACE_CLEAN)
			return -EAGAIN;

		/*
		 * This is under the dma_resv of a proxy. lockdep cannot learn
		 * that no such lock is taken under vgpu_lock: GVT takes those of
		 * its shadow batch buffers there, which are of the same class.
		 */
		lockdep_assert_not_held(&s->table->vgpu->vgpu_lock);

		ret = gvt_pages_walk_chunk(s->table->vgpu, &s->plane, &done,
					   clean ? NULL : &now, h);
		if (ret || done == plane_pages(&s->plane))
			break;

		mutex_unlock(&s->table->lock);
		cond_resched();
		mutex_lock(&s->table->lock);
	}

	if (ret == -EINVAL)
		return -ESTALE;		/* all PTEs were present when the id was assigned */
	if (!ret && !clean && now.sum.digest != s->pages.digest)
		return -ESTALE;
	return ret;
}

/**
 * gvt_plane_find_pages - look up pages that are missing for a plane's GGTT entries
 * @vgpu: a vGPU
 * @plane: lies in its share of the GGTT
 *
 * Context: Process context, vgpu_lock held, and &gvt_surfaces.lock not, as VFIO takes
 * mmap_lock to pin pages.
 * Return: %GVT_DESCRIBED, %GVT_REFUSED_NO_MEMORY, or %GVT_REFUSED_UNMAPPED if there
 * is no memory of the guest for an entry.
 */
enum gvt_refusal gvt_plane_find_pages(struct intel_vgpu *vgpu,
				      const struct gvt_plane *plane)
{
	switch (intel_vgpu_find_frames_in_ggtt(vgpu, plane->gma, plane->size)) {
	case 0:
		return GVT_DESCRIBED;
	case -ENOMEM:
		return GVT_REFUSED_NO_MEMORY;
	default:
		return GVT_REFUSED_UNMAPPED;
	}
}

/**
 * gvt_plane_walk_pages - compute the digest of the pages of a plane
 * @vgpu: a vGPU
 * @plane: lies in its share of the GGTT
 * @sum: receives the digest and the range of guest frames
 *
 * Context: Process context, vgpu_lock held.
 * Return: %GVT_DESCRIBED, or %GVT_REFUSED_UNMAPPED if a page is not mapped, or not
 * memory of the guest.
 */
enum gvt_refusal gvt_plane_walk_pages(struct intel_vgpu *vgpu,
				      const struct gvt_plane *plane,
				      struct page_summary *sum)
{
	struct summing now = { .sum.first_gfn = U64_MAX };
	unsigned int done = 0;

	lockdep_assert_held(&vgpu->vgpu_lock);

	while (done < plane_pages(plane)) {
		if (gvt_pages_walk_chunk(vgpu, plane, &done, &now, NULL))
			return GVT_REFUSED_UNMAPPED;
		cond_resched();
	}

	*sum = now.sum;
	return GVT_DESCRIBED;
}

/**
 * gvt_plane_has_frames - look whether a plane has pages at some frames
 * @vgpu: a vGPU
 * @plane: lies in its share of the GGTT
 * @first_gfn: first of the guest frames
 * @last_gfn: last one
 *
 * Context: vgpu_lock or &gvt_surfaces.lock held, so that the GGTT exists.
 * Return: whether one of its PTEs points to one of them.
 */
bool gvt_plane_has_frames(const struct intel_vgpu *vgpu,
			  const struct gvt_plane *plane, u64 first_gfn,
			  u64 last_gfn)
{
	const u64 *ptes = plane_ptes(vgpu, plane);
	unsigned int i;

	for (i = 0; i < plane_pages(plane); i++) {
		const u64 gfn = (READ_ONCE(ptes[i]) & GGTT_PTE_ADDR) >> PAGE_SHIFT;

		if (gfn >= first_gfn && gfn <= last_gfn)
			return true;
	}

	return false;
}

/**
 * gvt_plane_hold_page - take a reference on one page of a plane
 * @vgpu: a vGPU
 * @plane: lies in its share of the GGTT
 * @index: which of its pages
 *
 * Context: Process context, vgpu_lock held so that the GGTT exists.
 * Return: the page that is there now, or NULL.
 */
struct page *gvt_plane_hold_page(struct intel_vgpu *vgpu,
				 const struct gvt_plane *plane,
				 unsigned int index)
{
	struct i915_gem_proxy_run run;
	struct holding h = { .runs = &run };
	int ret;

	lockdep_assert_held(&vgpu->vgpu_lock);

	xa_lock(&vgpu->gfn_cache);
	ret = gvt_pages_walk_locked(vgpu, plane, &index, index + 1, NULL, &h);
	xa_unlock(&vgpu->gfn_cache);

	return ret ? NULL : run.first;
}

/**
 * gvt_surface_get_pages - look up the pages of a proxy that is a surface
 * @priv: the &struct gvt_surface
 * @runs: receives them, each with a reference
 * @count: pages of the surface, and how many @runs there are
 *
 * See &i915_gem_proxy_ops.get_pages.
 *
 * Return: how many of @runs it takes; -ENODEV if the surface's id has ended,
 * -ESTALE if other pages are there now, -ENXIO if what is there is no memory of
 * the guest, -ENOMEM if a page has too many references.
 */
int gvt_surface_get_pages(void *priv, struct i915_gem_proxy_run *runs,
			  unsigned int count)
{
	struct gvt_surface *s = priv;
	bool sum_up = false;
	struct holding h;
	int ret;

	do {
		h = (struct holding){ .runs = runs };
		mutex_lock(&s->table->lock);
		ret = gvt_pages_verify_and_get(s, sum_up, &h);
		mutex_unlock(&s->table->lock);
		if (!ret)
			return h.num_runs;

		i915_gem_proxy_put_runs(runs, h.num_runs);
		sum_up = true;
	} while (ret == -EAGAIN);

	trace_gvt_dmabuf_stale(s->table->vgpu_id, s->id, ret);
	return ret;
}
