// SPDX-License-Identifier: MIT
/*
 * Rules of the GEM proxy that need no GPU: references on pages, mappings that are
 * allowed, and release.
 */

#include <linux/dma-buf.h>
#include <linux/gfp.h>
#include <linux/sizes.h>

#include "gem/i915_gem_dmabuf.h"

#include "i915_selftest.h"
#include "selftests/mock_gem_device.h"

/* Where an owner's pages lie in its block, and how many follow each other */
struct place {
	unsigned int at, count;
};

static const struct place small[] = { { 0, 8 } };

/* No two runs are adjacent, so none may be merged. */
static const struct place mixed[] = {
	{ 0, 512 }, { 513, 1 }, { 515, 17 }, { 533, 2 }, { 536, 17 },
	{ 600, 1 }, { 602, 2 }, { 605, 1 },
};

/* The owner of the pages; each page is filled with its number */
struct owner {
	const struct place *places;
	unsigned int num_places, order;
	struct page *block;
	int fail;	/* what get_pages returns, if not 0 */
	int asked;
	int released;
};

static int owner_get_pages(void *priv, struct i915_gem_proxy_run *runs,
			   unsigned int count)
{
	struct owner *owner = priv;
	unsigned int i, n;

	owner->asked++;
	if (owner->fail)
		return owner->fail;

	for (i = 0; i < owner->num_places; i++) {
		runs[i].first = owner->block + owner->places[i].at;
		runs[i].count = owner->places[i].count;
		for (n = 0; n < runs[i].count; n++)
			get_page(runs[i].first + n);
	}
	return owner->num_places;
}

static void owner_release(void *priv)
{
	struct owner *owner = priv;

	owner->released++;
}

static const struct i915_gem_proxy_ops owner_ops = {
	.owner = THIS_MODULE,
	.get_pages = owner_get_pages,
	.release = owner_release,
};

static unsigned int owner_pages(const struct owner *owner)
{
	unsigned int i, count = 0;

	for (i = 0; i < owner->num_places; i++)
		count += owner->places[i].count;
	return count;
}

static struct page *owner_page(const struct owner *owner, unsigned int n)
{
	const struct place *place = owner->places;

	for (; n >= place->count; place++)
		n -= place->count;
	return owner->block + place->at + n;
}

static void owner_fill(struct owner *owner, u8 first)
{
	unsigned int i;

	for (i = 0; i < owner_pages(owner); i++)
		memset(page_address(owner_page(owner, i)), first + i,
		       PAGE_SIZE);
}

static int owner_init(struct owner *owner, const struct place *places,
		      unsigned int num_places)
{
	*owner = (struct owner){
		.places = places,
		.num_places = num_places,
	};
	owner->order = order_base_2(places[num_places - 1].at +
				    places[num_places - 1].count);
	owner->block = alloc_pages(GFP_KERNEL, owner->order);
	if (!owner->block)
		return -ENOMEM;

	split_page(owner->block, owner->order);
	owner_fill(owner, 1);
	return 0;
}

static void owner_fini(struct owner *owner)
{
	unsigned int i;

	for (i = 0; i < BIT(owner->order); i++)
		__free_page(owner->block + i);
}

/* Check that the proxy has dropped its page references and was released once. */
static int expect_released(struct drm_i915_private *i915, struct owner *owner)
{
	unsigned int i;

	i915_gem_drain_freed_objects(i915);
	if (owner->released != 1) {
		pr_err("released %d times\n", owner->released);
		return -EINVAL;
	}

	for (i = 0; i < BIT(owner->order); i++) {
		if (page_count(owner->block + i) != 1) {
			pr_err("page %u has %d references\n", i,
			       page_count(owner->block + i));
			return -EINVAL;
		}
	}

	return 0;
}

/* Does @bytes hold what owner_fill() has put into the pages? */
static bool holds(const struct owner *owner, const u8 *bytes, u8 first)
{
	unsigned int i;

	for (i = 0; i < owner_pages(owner); i++) {
		if (memchr_inv(bytes + i * PAGE_SIZE, (u8)(first + i),
			       PAGE_SIZE)) {
			pr_err("page %u has wrong contents\n", i);
			return false;
		}
	}

	return true;
}

static bool owner_holds(const struct owner *owner, u8 first)
{
	unsigned int i;

	for (i = 0; i < owner_pages(owner); i++) {
		if (memchr_inv(page_address(owner_page(owner, i)),
			       (u8)(first + i), PAGE_SIZE)) {
			pr_err("page %u was written to\n", i);
			return false;
		}
	}

	return true;
}

static int igt_proxy_bad_size(void *arg)
{
	static const struct {
		u64 size;
		int err;
	} cases[] = {
		{ 0, -EINVAL },
		{ PAGE_SIZE - 1, -EINVAL },
		{ PAGE_SIZE + 1, -EINVAL },
		{ (UINT_MAX + 1ull) << PAGE_SHIFT, -E2BIG },
	};
	struct owner owner = { };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct drm_i915_gem_object *obj =
			i915_gem_object_create_proxy(arg, cases[i].size,
						     I915_TILING_NONE, 0,
						     &owner_ops, &owner);

		if (PTR_ERR_OR_ZERO(obj) != cases[i].err) {
			pr_err("size %llu: %d instead of %d\n", cases[i].size,
			       PTR_ERR_OR_ZERO(obj), cases[i].err);
			return -EINVAL;
		}
	}

	return owner.released ? -EINVAL : 0;
}

static struct drm_i915_gem_object *create_proxy(struct drm_i915_private *i915,
						struct owner *owner)
{
	u64 size = (u64)owner_pages(owner) << PAGE_SHIFT;

	return i915_gem_object_create_proxy(i915, size, I915_TILING_NONE, 0,
					    &owner_ops, owner);
}

/* Run @check on a proxy, then check that everything was released. */
static int with_proxy(struct drm_i915_private *i915, const struct place *places,
		      unsigned int num_places,
		      int (*check)(struct drm_i915_gem_object *obj,
				   struct owner *owner))
{
	struct drm_i915_gem_object *obj;
	struct owner owner;
	int err, released;

	err = owner_init(&owner, places, num_places);
	if (err)
		return err;

	obj = create_proxy(i915, &owner);
	if (IS_ERR(obj)) {
		err = PTR_ERR(obj);
		goto out_fini;
	}

	err = check(obj, &owner);
	i915_gem_object_put(obj);
	released = expect_released(i915, &owner);
	if (!err)
		err = released;

out_fini:
	owner_fini(&owner);
	return err;
}

static int check_pages(struct drm_i915_gem_object *obj, struct owner *owner)
{
	int err = i915_gem_object_pin_pages_unlocked(obj);

	if (err)
		return err;

	/* Contiguous pages share an entry, and get_pages was called once. */
	if (obj->mm.pages->orig_nents != 1 || owner->asked != 1 ||
	    sg_page(obj->mm.pages->sgl) != owner->block)
		err = -EINVAL;
	if (page_count(owner->block) != 2)
		err = -EINVAL;
	i915_gem_object_unpin_pages(obj);
	return err;
}

static int igt_proxy_pages(void *arg)
{
	return with_proxy(arg, small, ARRAY_SIZE(small), check_pages);
}

static int check_owner_fails(struct drm_i915_gem_object *obj,
			     struct owner *owner)
{
	int err;

	owner->fail = -ESTALE;
	if (i915_gem_object_pin_pages_unlocked(obj) != -ESTALE)
		return -EINVAL;

	/* And it may be asked again. */
	owner->fail = 0;
	err = i915_gem_object_pin_pages_unlocked(obj);
	if (err)
		return err;
	i915_gem_object_unpin_pages(obj);
	return owner->asked == 2 ? 0 : -EINVAL;
}

static int igt_proxy_owner_fails(void *arg)
{
	return with_proxy(arg, small, ARRAY_SIZE(small), check_owner_fails);
}

static int check_refusals(struct drm_i915_gem_object *obj, struct owner *owner)
{
	void *map;

	if (!i915_gem_object_is_proxy(obj) || !i915_gem_object_is_readonly(obj))
		return -EINVAL;

	map = i915_gem_object_pin_map_unlocked(obj, I915_MAP_WB);
	if (!IS_ERR(map)) {
		i915_gem_object_unpin_map(obj);
		return -EINVAL;
	}
	if (PTR_ERR(map) != -ENXIO)
		return -EINVAL;

	/* It can neither be purged nor swapped out. */
	return i915_gem_object_is_shrinkable(obj) ? -EINVAL : 0;
}

static int igt_proxy_refusals(void *arg)
{
	return with_proxy(arg, small, ARRAY_SIZE(small), check_refusals);
}

/* ---- how long the entries of a table are ---- */

static const struct {
	unsigned int limit;	/* of the device, in bytes */
	unsigned int pages;	/* an entry has at most */
} limits[] = {
	{ PAGE_SIZE, 1 },
	{ PAGE_SIZE + PAGE_SIZE / 2, 1 },
	{ 2 * PAGE_SIZE, 2 },
	{ SZ_64K, SZ_64K / PAGE_SIZE },
	{ SZ_2G, SZ_2G / PAGE_SIZE },
	{ UINT_MAX, UINT_MAX / PAGE_SIZE },
};

/* As few entries as the limit allows, with the owner's pages in their order */
static int expect_entries(struct sg_table *st, const struct owner *owner,
			  unsigned int limit)
{
	unsigned int i, n, page = 0, entries = 0;
	struct scatterlist *sg;

	for (i = 0; i < owner->num_places; i++)
		entries += DIV_ROUND_UP(owner->places[i].count, limit);
	if (st->orig_nents != entries) {
		pr_err("%u entries instead of %u of %u pages\n",
		       st->orig_nents, entries, limit);
		return -EINVAL;
	}

	for_each_sgtable_dma_sg(st, sg, i) {
		if (sg_dma_len(sg) > limit * PAGE_SIZE)
			return -EINVAL;
		/* The mock device has no IOMMU. */
		for (n = 0; n < sg_dma_len(sg) >> PAGE_SHIFT; n++, page++) {
			if (sg_dma_address(sg) + n * PAGE_SIZE !=
			    page_to_phys(owner_page(owner, page))) {
				pr_err("page %u has a wrong address\n", page);
				return -EINVAL;
			}
		}
	}
	return page == owner_pages(owner) ? 0 : -EINVAL;
}

/* A direction that an importer asks for, and what it gets */
static int import_as(struct dma_buf_attachment *attach,
		     enum dma_data_direction dir, const struct owner *owner,
		     unsigned int limit)
{
	struct sg_table *st = dma_buf_map_attachment_unlocked(attach, dir);
	int err;

	if (IS_ERR(st))
		return PTR_ERR(st);

	err = expect_entries(st, owner, limit);
	dma_buf_unmap_attachment_unlocked(attach, st, dir);
	return err;
}

static int import_dmabuf(struct dma_buf *dmabuf, struct device *importer,
			 const struct owner *owner, unsigned int limit)
{
	struct dma_buf_attachment *attach;
	int err;

	attach = dma_buf_attach(dmabuf, importer);
	if (IS_ERR(attach))
		return PTR_ERR(attach);

	err = import_as(attach, DMA_BIDIRECTIONAL, owner, limit);
	dma_buf_detach(dmabuf, attach);
	return err;
}

/* The table of i915 itself, and the one that an importer gets */
static int check_limit(struct drm_i915_private *i915, struct owner *owner,
		       unsigned int limit)
{
	struct drm_i915_gem_object *obj = create_proxy(i915, owner);
	struct dma_buf *dmabuf;
	int err;

	if (IS_ERR(obj))
		return PTR_ERR(obj);

	err = i915_gem_object_pin_pages_unlocked(obj);
	if (err)
		goto out_put;
	err = expect_entries(obj->mm.pages, owner, limit);
	i915_gem_object_unpin_pages(obj);
	if (err)
		goto out_put;

	dmabuf = i915_gem_prime_export(&obj->base, 0);
	if (IS_ERR(dmabuf)) {
		err = PTR_ERR(dmabuf);
		goto out_put;
	}
	err = import_dmabuf(dmabuf, i915->drm.dev, owner, limit);
	__fput_sync(dmabuf->file);

out_put:
	i915_gem_object_put(obj);
	i915_gem_drain_freed_objects(i915);
	return err;
}

static int igt_proxy_segment_limits(void *arg)
{
	struct drm_i915_private *i915 = arg;
	struct device *dev = i915->drm.dev;
	struct device_dma_parameters *was = dev->dma_parms;
	struct device_dma_parameters parms = { };
	struct owner owner;
	unsigned int i;
	int err;

	err = owner_init(&owner, mixed, ARRAY_SIZE(mixed));
	if (err)
		return err;

	dev->dma_parms = &parms;
	for (i = 0; i < ARRAY_SIZE(limits) && !err; i++) {
		parms.max_segment_size = limits[i].limit;
		err = check_limit(i915, &owner, limits[i].pages);
		if (err)
			pr_err("limit of %u bytes: %d\n", limits[i].limit, err);
	}
	dev->dma_parms = was;

	if (!err && owner.released != ARRAY_SIZE(limits))
		err = -EINVAL;
	owner_fini(&owner);
	return err;
}

/* Entries of a table over @run, of which only the addresses matter */
static int expect_filled(const struct i915_gem_proxy_run *run,
			 unsigned int limit, unsigned long boundary_mask,
			 unsigned int entries)
{
	unsigned long pages = 0, start, end;
	struct scatterlist *sg;
	struct sg_table st;
	unsigned int i;
	int err;

	err = i915_gem_proxy_fill_table(&st, run, 1, limit, boundary_mask);
	if (err)
		return err;

	for_each_sgtable_sg(&st, sg, i) {
		start = page_to_pfn(sg_page(sg));
		end = start + (sg->length >> PAGE_SHIFT) - 1;
		if (!sg->length || !PAGE_ALIGNED(sg->length) ||
		    start != page_to_pfn(run->first) + pages ||
		    (start ^ end) & ~(boundary_mask >> PAGE_SHIFT))
			err = -EINVAL;
		pages += sg->length >> PAGE_SHIFT;
	}
	if (st.orig_nents != entries || pages != run->count)
		err = -EINVAL;
	if (err)
		pr_err("%u entries instead of %u, %lu pages\n", st.orig_nents,
		       entries, pages);
	sg_free_table(&st);
	return err;
}

/* A run may be longer than 32 bits of bytes, and cross a boundary. */
static int igt_proxy_long_runs(void *arg)
{
	static const struct {
		unsigned int first, count, limit;
		unsigned long boundary_mask;
		unsigned int entries;
	} cases[] = {
		/* The DMA API would complain of a limit below a page. */
		{ 0, 17, 1, ULONG_MAX, 17 },
		{ 0, SZ_1M - 1, UINT_MAX, ULONG_MAX, 1 },
		{ 0, SZ_1M, UINT_MAX, ULONG_MAX, 2 },
		{ 0, 2 * SZ_1M + 17, UINT_MAX, ULONG_MAX, 3 },
		{ 0, 2 * SZ_1M, SZ_2G, ULONG_MAX, 4 },
		{ SZ_1M - 1, 2, UINT_MAX, DMA_BIT_MASK(32), 2 },
		{ SZ_1M, SZ_1M - 1, UINT_MAX, DMA_BIT_MASK(32), 1 },
		{ 1, 32, UINT_MAX, SZ_64K - 1, 3 },
		{ 1, 3, UINT_MAX, PAGE_SIZE - 1, 3 },
		{ 1, 3, UINT_MAX, PAGE_SIZE / 2 - 1, 3 },
	};
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct i915_gem_proxy_run run = {
			.first = pfn_to_page(cases[i].first),
			.count = cases[i].count,
		};

		err = expect_filled(&run, cases[i].limit,
				    cases[i].boundary_mask, cases[i].entries);
		if (err) {
			pr_err("case %u: %d\n", i, err);
			return err;
		}
	}
	return 0;
}

int i915_gem_proxy_mock_selftests(void)
{
	static const struct i915_subtest tests[] = {
		SUBTEST(igt_proxy_bad_size),
		SUBTEST(igt_proxy_pages),
		SUBTEST(igt_proxy_owner_fails),
		SUBTEST(igt_proxy_refusals),
		SUBTEST(igt_proxy_segment_limits),
		SUBTEST(igt_proxy_long_runs),
	};
	struct drm_i915_private *i915;
	int err;

	i915 = mock_gem_device();
	if (!i915)
		return -ENOMEM;

	err = i915_subtests(tests, i915);

	mock_destroy_device(i915);
	return err;
}
