// SPDX-License-Identifier: MIT
/*
 * The guest pages behind a surface.
 *
 * They are summed up in a keyed digest of their guest frame numbers, in which
 * frames that follow each other are one word. It is taken when the surface is
 * made, and once more when an importer first needs the pages and a PTE was
 * written in between: they are those that the id stands for, or there are none.
 */

#include <linux/mm.h>

#include "gem/i915_gem_proxy.h"
#include "gt/intel_gtt.h"
#include "i915_drv.h"

#include "dmabuf_surface.h"
#include "gvt.h"
#include "trace.h"

/* Address of a GGTT entry: what gtt.c maps, wider than the hardware's 38:12. */
#define GGTT_PTE_ADDR		GENMASK_ULL(45, PAGE_SHIFT)

/* What is looked up under a spinlock: @MAX_FRAMES frames, @BATCH times */
#define MAX_FRAMES	128u
#define BATCH		16

/* Entries of the vGPU's GGTT, as the guest wrote them */
static const u64 *surface_ptes(const struct gvt_surface *s)
{
	const u64 *ptes = s->table->vgpu->gtt.ggtt_mm->ggtt_mm.virtual_ggtt;

	return ptes + (s->plane.gma >> PAGE_SHIFT);
}

/*
 * Frames that follow each other in at most @max PTEs, whether or not they could
 * be mapped for DMA; false if there is none.
 */
static bool read_frames(const u64 *ptes, unsigned int max,
			struct gvt_frames *frames)
{
	const u64 mask = GGTT_PTE_ADDR | GEN8_PAGE_PRESENT;
	u64 expected = READ_ONCE(ptes[0]) & mask;
	unsigned int i;

	if (!(expected & GEN8_PAGE_PRESENT))
		return false;

	frames->first = expected >> PAGE_SHIFT;
	max = min(max, MAX_FRAMES);
	for (i = 1; i < max; i++) {
		expected += PAGE_SIZE;
		if ((READ_ONCE(ptes[i]) & mask) != expected)
			break;
	}
	frames->count = i;
	return true;
}

/* A sum that is being taken; @words are not part of its digest yet. */
struct summing {
	struct page_summary sum;
	u64 words[32];
	unsigned int num_words;
};

static void sum_words(struct summing *s, const siphash_key_t *key)
{
	u64 digest = siphash(s->words, s->num_words * sizeof(*s->words), key);

	s->sum.digest = siphash_2u64(s->sum.digest, digest, key);
	s->num_words = 0;
}

static void sum_frames(struct summing *s, const struct gvt_frames *frames,
		       const siphash_key_t *key)
{
	if (s->num_words == ARRAY_SIZE(s->words))
		sum_words(s, key);

	/* As one number: a frame has 34 bits. */
	s->words[s->num_words++] = frames->first << 16 | frames->count;
	s->sum.first_gfn = min(s->sum.first_gfn, frames->first);
	s->sum.last_gfn = max(s->sum.last_gfn,
			      frames->first + frames->count - 1);
}

/*
 * References on all pages of @s, and what they sum up to unless @now is NULL.
 * If it fails @runs has those that were taken.
 */
static int take_pages(const struct gvt_surface *s, struct summing *now,
		      struct i915_gem_proxy_run *runs, unsigned int *num_runs)
{
	const unsigned int total = s->plane.size >> PAGE_SHIFT;
	const u64 *ptes = surface_ptes(s);
	struct gvt_frames frames[BATCH];
	unsigned int done = 0, i;
	int ret;

	while (done < total) {
		for (i = 0; i < BATCH && done < total; i++) {
			if (!read_frames(ptes + done, total - done, &frames[i]))
				return -ESTALE;	/* they were all there once */
			if (now)
				sum_frames(now, &frames[i], &s->table->key);
			done += frames[i].count;
		}

		ret = intel_gvt_get_guest_pages(s->table->vgpu, frames, i,
						runs, num_runs);
		if (ret)
			return ret;
	}

	if (now)
		sum_words(now, &s->table->key);
	return 0;
}

static int check_and_take(const struct gvt_surface *s,
			  struct i915_gem_proxy_run *runs,
			  unsigned int *num_runs)
{
	struct summing now = { };
	int ret;

	lockdep_assert_held(&s->table->lock);

	if (!s->live)
		return -ENODEV;

	/*
	 * This is under the dma_resv of a proxy. lockdep cannot learn that no
	 * such lock is taken under vgpu_lock: GVT takes those of its shadow
	 * batch buffers there, which are of the same class.
	 */
	lockdep_assert_not_held(&s->table->vgpu->vgpu_lock);

	/* Whoever is about to write a PTE says so first, under the lock. */
	if (s->clean)
		return take_pages(s, NULL, runs, num_runs);

	/*
	 * The guest writes PTEs without the lock. Whatever it does while they
	 * are read, the pages are those that the id stands for, or not.
	 */
	ret = take_pages(s, &now, runs, num_runs);
	if (!ret && now.sum.digest != s->pages.digest)
		ret = -ESTALE;
	return ret;
}

/**
 * gvt_surface_walk - sum up the pages of a surface
 * @s: a surface; only its table and plane are looked at
 * @sum: receives what sums them up
 *
 * Context: Process context, &gvt_surfaces.lock held if @s is in a table.
 * Return: 0, or -EINVAL if a page is not mapped.
 */
int gvt_surface_walk(const struct gvt_surface *s, struct page_summary *sum)
{
	const unsigned int total = s->plane.size >> PAGE_SHIFT;
	struct summing now = { .sum.first_gfn = U64_MAX };
	const u64 *ptes = surface_ptes(s);
	struct gvt_frames frames;
	unsigned int done;

	for (done = 0; done < total; done += frames.count) {
		if (!read_frames(ptes + done, total - done, &frames))
			return -EINVAL;
		sum_frames(&now, &frames, &s->table->key);
	}

	sum_words(&now, &s->table->key);
	*sum = now.sum;
	return 0;
}

/**
 * gvt_surface_hold_page - take a reference on one page of a surface
 * @s: a surface; only its table and plane are looked at
 * @index: which of its pages
 *
 * Context: Process context, vgpu_lock held so that the GGTT exists.
 * Return: the page that is there now, or NULL.
 */
struct page *gvt_surface_hold_page(const struct gvt_surface *s,
				   unsigned int index)
{
	struct i915_gem_proxy_run run;
	unsigned int num_runs = 0;
	struct gvt_frames frame;

	if (!read_frames(surface_ptes(s) + index, 1, &frame) ||
	    intel_gvt_get_guest_pages(s->table->vgpu, &frame, 1,
				      &run, &num_runs))
		return NULL;

	return run.first;
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
 * -ESTALE if other pages are there now, or why intel_gvt_get_guest_pages()
 * fails.
 */
int gvt_surface_get_pages(void *priv, struct i915_gem_proxy_run *runs,
			  unsigned int count)
{
	struct gvt_surface *s = priv;
	unsigned int num_runs = 0;
	int ret;

	mutex_lock(&s->table->lock);
	ret = check_and_take(s, runs, &num_runs);
	mutex_unlock(&s->table->lock);
	if (!ret)
		return num_runs;

	i915_gem_proxy_put_runs(runs, num_runs);
	trace_gvt_dmabuf_stale(s->table->vgpu_id, s->id, ret);
	return ret;
}
