// SPDX-License-Identifier: MIT
/*
 * The guest pages behind a surface.
 *
 * They are summed up in a keyed digest of their guest frame numbers, in which
 * frames that follow each other are one word: they are looked at in runs. It is
 * taken when the surface is made and checked once more when an importer first
 * needs the pages: they are those that the id stands for, or there are none.
 */

#include <linux/mm.h>

#include "gt/intel_gtt.h"
#include "i915_drv.h"

#include "dmabuf_surface.h"
#include "gvt.h"
#include "trace.h"

/* Address of a GGTT entry: what gtt.c maps, wider than the hardware's 38:12. */
#define GGTT_PTE_ADDR		GENMASK_ULL(45, PAGE_SHIFT)

#define MAX_RUN		512u	/* frames looked up under a spinlock */
#define RUN_BATCH	32	/* runs summed up at a time, on the stack */

/* A run as one number: its first frame, of 34 bits, and its length */
#define RUN_WORD(gfn, len)	((gfn) << 16 | (len))

/*
 * How many of at most @max PTEs have frames that follow each other. They are
 * what the guest wrote, whether or not it could be mapped for DMA.
 */
static int next_run(const u64 *ptes, unsigned int max, gfn_t *gfn)
{
	const u64 mask = GGTT_PTE_ADDR | GEN8_PAGE_PRESENT;
	u64 expected = READ_ONCE(ptes[0]) & mask;
	unsigned int i;

	if (!(expected & GEN8_PAGE_PRESENT))
		return -EINVAL;

	*gfn = expected >> PAGE_SHIFT;
	for (i = 1; i < max; i++) {
		expected += PAGE_SIZE;
		if ((READ_ONCE(ptes[i]) & mask) != expected)
			break;
	}

	return i;
}

static u64 digest_runs(u64 digest, const u64 *runs, unsigned int count,
		       const siphash_key_t *key)
{
	return siphash_2u64(digest, siphash(runs, count * sizeof(*runs), key),
			    key);
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
	struct intel_vgpu *vgpu = s->table->vgpu;
	const u64 *ptes = vgpu->gtt.ggtt_mm->ggtt_mm.virtual_ggtt;
	unsigned int done, num_runs = 0;
	u64 runs[RUN_BATCH];
	int len, ret;
	gfn_t gfn;

	ptes += s->plane.gma >> PAGE_SHIFT;
	*sum = (struct page_summary){ .first_gfn = U64_MAX };
	for (done = 0; done < total; done += len) {
		len = next_run(ptes + done, min(total - done, MAX_RUN), &gfn);
		ret = min(len, 0);
		if (pages && ret)
			ret = -ESTALE;	/* they were all there once */
		else if (pages)
			ret = intel_gvt_get_guest_pages(vgpu, gfn, len,
							pages + done);
		if (ret) {
			if (pages)
				release_pages(pages, done);
			return ret;
		}

		runs[num_runs++] = RUN_WORD(gfn, len);
		if (num_runs == RUN_BATCH) {
			sum->digest = digest_runs(sum->digest, runs, num_runs,
						  key);
			num_runs = 0;
		}
		sum->first_gfn = min(sum->first_gfn, gfn);
		sum->last_gfn = max(sum->last_gfn, gfn + len - 1);
	}

	sum->digest = digest_runs(sum->digest, runs, num_runs, key);
	return 0;
}

/**
 * gvt_surface_get_pages - look up the pages of a proxy that is a surface
 * @priv: a &struct gvt_export of the surface
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
	const struct gvt_export *export = priv;
	struct gvt_surface *s = export->surface;
	struct page_summary now;
	int ret;

	mutex_lock(&s->table->lock);
	ret = s->live ? gvt_surface_walk(s, &now, pages) : -ENODEV;
	mutex_unlock(&s->table->lock);

	/*
	 * The guest writes PTEs without this lock. Whatever it did while they
	 * were read, the pages are those that the id stands for, or not.
	 */
	if (!ret && now.digest != s->pages.digest) {
		release_pages(pages, count);
		ret = -ESTALE;
	}

	if (ret)
		trace_gvt_dmabuf_stale(s->table->vgpu_id, s->id, ret);
	return ret;
}
