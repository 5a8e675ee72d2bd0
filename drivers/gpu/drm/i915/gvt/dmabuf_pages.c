// SPDX-License-Identifier: MIT
/*
 * The guest pages behind a surface.
 *
 * They are summed up in a keyed digest of their guest frame numbers. It is
 * taken when the surface is made and checked once more when an importer first
 * needs the pages: they are those that the id stands for, or there are none.
 */

#include <linux/mm.h>

#include "gt/intel_gtt.h"
#include "i915_drv.h"

#include "dmabuf_surface.h"
#include "gvt.h"
#include "trace.h"

/* Guest frame numbers that are read and summed up at a time, on the stack. */
#define GFN_BATCH		32

/* Address of a GGTT entry: what gtt.c maps, wider than the hardware's 38:12. */
#define GGTT_PTE_ADDR		GENMASK_ULL(45, PAGE_SHIFT)

/* What the guest wrote, whether or not it could be mapped for DMA. */
static int surface_read_gfns(struct intel_vgpu *vgpu, u64 gma,
			     unsigned int count, gfn_t *gfns)
{
	const u64 *ptes = vgpu->gtt.ggtt_mm->ggtt_mm.virtual_ggtt;
	unsigned int i;

	ptes += gma >> PAGE_SHIFT;
	for (i = 0; i < count; i++) {
		u64 pte = READ_ONCE(ptes[i]);

		if (!(pte & GEN8_PAGE_PRESENT))
			return -EINVAL;
		gfns[i] = (pte & GGTT_PTE_ADDR) >> PAGE_SHIFT;
	}

	return 0;
}

/**
 * gvt_surface_walk - look at each page of a surface
 * @s: a surface; only its table and plane are looked at
 * @sum: receives what sums the pages up
 * @pages: receives the pages, each with a reference, or NULL
 *
 * Context: Process context, &gvt_surfaces.lock held if @s is in a table.
 * Return: 0; without @pages -EINVAL if a page is not mapped; with @pages
 * -ESTALE for that, or why intel_gvt_get_guest_pages() fails.
 */
int gvt_surface_walk(const struct gvt_surface *s, struct page_summary *sum,
		     struct page **pages)
{
	const unsigned int total = s->plane.size >> PAGE_SHIFT;
	const siphash_key_t *key = &s->table->key;
	unsigned int done, count, i;
	gfn_t gfns[GFN_BATCH];
	int ret;

	*sum = (struct page_summary){ .first_gfn = U64_MAX };
	for (done = 0; done < total; done += count) {
		count = min_t(unsigned int, total - done, GFN_BATCH);
		ret = surface_read_gfns(s->table->vgpu,
					s->plane.gma + ((u64)done << PAGE_SHIFT),
					count, gfns);
		if (pages && ret)
			ret = -ESTALE;	/* they were all there once */
		else if (pages)
			ret = intel_gvt_get_guest_pages(s->table->vgpu, gfns,
							count, pages + done);
		if (ret) {
			if (pages)
				release_pages(pages, done);
			return ret;
		}

		sum->digest = siphash_2u64(sum->digest,
					   siphash(gfns, count * sizeof(*gfns),
						   key), key);
		for (i = 0; i < count; i++) {
			sum->first_gfn = min(sum->first_gfn, gfns[i]);
			sum->last_gfn = max(sum->last_gfn, gfns[i]);
		}
	}

	return 0;
}

static int get_pages(struct gvt_surface *s, struct page **pages,
		     unsigned int count)
{
	struct page_summary now;
	int ret;

	mutex_lock(&s->table->lock);
	ret = s->live ? gvt_surface_walk(s, &now, pages) : -ENODEV;
	mutex_unlock(&s->table->lock);
	if (ret)
		return ret;

	/*
	 * The guest writes PTEs without this lock. Whatever it did while they
	 * were read, the pages are those that the id stands for, or not.
	 */
	if (now.digest != s->pages.digest) {
		release_pages(pages, count);
		return -ESTALE;
	}

	return 0;
}

/**
 * gvt_surface_get_pages - look up the pages of a proxy that is a surface
 * @priv: the surface
 * @pages: receives them, each with a reference
 * @count: pages of the surface
 *
 * See &i915_gem_proxy_ops.get_pages.
 *
 * Return: 0; -ENODEV if the surface's id has ended, -ESTALE if other pages are
 * there now, or why intel_gvt_get_guest_pages() fails.
 */
int gvt_surface_get_pages(void *priv, struct page **pages, unsigned int count)
{
	struct gvt_surface *s = priv;
	int ret = get_pages(s, pages, count);

	if (ret)
		trace_gvt_dmabuf_stale(s->table->vgpu_id, s->id, ret);
	return ret;
}
