// SPDX-License-Identifier: MIT
/*
 * Rules of the GEM proxy that need no GPU: whose the pages are, who may map
 * them, and when they go back.
 */

#include <linux/dma-buf.h>
#include <linux/gfp.h>

#include "gem/i915_gem_dmabuf.h"

#include "i915_selftest.h"
#include "selftests/mock_gem_device.h"

#define OWNED_ORDER	3
#define OWNED_PAGES	BIT(OWNED_ORDER)
#define OWNED_SIZE	(OWNED_PAGES << PAGE_SHIFT)

/* Somebody with pages that lie one after the other, each filled with its index */
struct owner {
	struct page *pages;
	int fail;	/* what get_pages answers, if not 0 */
	int asked;
	int released;
	bool frees_pages;	/* in release, where nobody waits for it */
};

static int owner_get_pages(void *priv, struct i915_gem_proxy_run *runs,
			   unsigned int count)
{
	struct owner *owner = priv;
	unsigned int i;

	owner->asked++;
	if (owner->fail)
		return owner->fail;

	for (i = 0; i < count; i++)
		get_page(owner->pages + i);
	runs[0] = (struct i915_gem_proxy_run){ owner->pages, count };
	return 1;
}

static void owner_fini(struct owner *owner)
{
	unsigned int i;

	for (i = 0; i < OWNED_PAGES; i++)
		__free_page(owner->pages + i);
}

static void owner_release(void *priv)
{
	struct owner *owner = priv;

	owner->released++;
	if (owner->frees_pages)
		owner_fini(owner);
}

static const struct i915_gem_proxy_ops owner_ops = {
	.owner = THIS_MODULE,
	.get_pages = owner_get_pages,
	.release = owner_release,
};

static int owner_init(struct owner *owner)
{
	unsigned int i;

	*owner = (struct owner){ };
	owner->pages = alloc_pages(GFP_KERNEL, OWNED_ORDER);
	if (!owner->pages)
		return -ENOMEM;

	split_page(owner->pages, OWNED_ORDER);
	for (i = 0; i < OWNED_PAGES; i++)
		memset(page_address(owner->pages + i), i + 1, PAGE_SIZE);
	return 0;
}

/* Everything the proxy took is back: references and the object itself. */
static int expect_released(struct drm_i915_private *i915, struct owner *owner)
{
	unsigned int i;

	i915_gem_drain_freed_objects(i915);
	if (owner->released != 1) {
		pr_err("released %d times\n", owner->released);
		return -EINVAL;
	}

	for (i = 0; i < OWNED_PAGES; i++) {
		if (page_count(owner->pages + i) != 1) {
			pr_err("page %u has %d references\n", i,
			       page_count(owner->pages + i));
			return -EINVAL;
		}
	}

	return 0;
}

static bool holds_the_pattern(const u8 *bytes)
{
	unsigned int i;

	for (i = 0; i < OWNED_PAGES; i++) {
		if (memchr_inv(bytes + i * PAGE_SIZE, i + 1, PAGE_SIZE)) {
			pr_err("page %u is another's\n", i);
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

/* Asks @check about a proxy, then expects all to be back. */
static int with_proxy(struct drm_i915_private *i915,
		      int (*check)(struct drm_i915_gem_object *obj,
				   struct owner *owner))
{
	struct drm_i915_gem_object *obj;
	struct owner owner;
	int err, released;

	err = owner_init(&owner);
	if (err)
		return err;

	obj = i915_gem_object_create_proxy(i915, OWNED_SIZE, I915_TILING_NONE,
					   0, &owner_ops, &owner);
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

	/* Neighbours share an entry, and are asked for but once. */
	if (obj->mm.pages->orig_nents != 1 || owner->asked != 1 ||
	    sg_page(obj->mm.pages->sgl) != owner->pages)
		err = -EINVAL;
	if (page_count(owner->pages) != 2)
		err = -EINVAL;
	i915_gem_object_unpin_pages(obj);
	return err;
}

static int igt_proxy_pages(void *arg)
{
	return with_proxy(arg, check_pages);
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
	return with_proxy(arg, check_owner_fails);
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
	return with_proxy(arg, check_refusals);
}

static int check_vmap(struct drm_i915_gem_object *obj, struct owner *owner)
{
	struct iosys_map map;
	int err;

	i915_gem_object_lock(obj, NULL);
	err = i915_gem_proxy_vmap(obj, &map);
	if (!err) {
		if (!holds_the_pattern(map.vaddr))
			err = -EINVAL;
		i915_gem_proxy_vunmap(obj, &map);
	}
	i915_gem_object_unlock(obj);
	return err;
}

static int igt_proxy_vmap(void *arg)
{
	return with_proxy(arg, check_vmap);
}

/* One page after the other, since the owner's lie so, in @count segments */
static int expect_segments(struct sg_table *st, unsigned int count)
{
	struct scatterlist *sg;
	unsigned int i;

	if (st->orig_nents != count) {
		pr_err("%u segments, not %u\n", st->orig_nents, count);
		return -EINVAL;
	}
	for_each_sgtable_sg(st, sg, i) {
		if (sg->length != OWNED_SIZE / count ||
		    sg_page(sg) != nth_page(sg_page(st->sgl),
					    i * OWNED_PAGES / count)) {
			pr_err("segment %u is another's\n", i);
			return -EINVAL;
		}
	}
	return holds_the_pattern(page_address(sg_page(st->sgl))) ? 0 : -EINVAL;
}

/* Whatever an importer wants to do: it gets to read. */
static int import_dmabuf(struct dma_buf *dmabuf, struct device *importer,
			 unsigned int segments)
{
	struct dma_buf_attachment *attach;
	struct sg_table *st;
	int err;

	attach = dma_buf_attach(dmabuf, importer);
	if (IS_ERR(attach))
		return PTR_ERR(attach);

	st = dma_buf_map_attachment_unlocked(attach, DMA_BIDIRECTIONAL);
	if (IS_ERR(st)) {
		err = PTR_ERR(st);
	} else {
		err = expect_segments(st, segments);
		dma_buf_unmap_attachment_unlocked(attach, st,
						  DMA_BIDIRECTIONAL);
	}

	dma_buf_detach(dmabuf, attach);
	return err;
}

/* An importer that takes them all at once, two pages, or a page and a half */
static int import_by_segments(struct dma_buf *dmabuf, struct device *dev)
{
	static const struct {
		unsigned int limit, segments;
	} cases[] = {
		{ OWNED_SIZE, 1 },
		{ 2 * PAGE_SIZE, OWNED_PAGES / 2 },
		{ PAGE_SIZE + PAGE_SIZE / 2, OWNED_PAGES },
	};
	struct device_dma_parameters *was = dev->dma_parms;
	struct device_dma_parameters parms = { };
	unsigned int i;
	int err = 0;

	dev->dma_parms = &parms;
	for (i = 0; i < ARRAY_SIZE(cases) && !err; i++) {
		parms.max_segment_size = cases[i].limit;
		err = import_dmabuf(dmabuf, dev, cases[i].segments);
	}
	dev->dma_parms = was;
	return err;
}

static int igt_proxy_import(void *arg)
{
	/* A dma-buf goes when this task returns to user space: after us. */
	static struct owner owner;
	struct drm_i915_private *i915 = arg;
	struct drm_i915_gem_object *obj;
	struct dma_buf *dmabuf;
	int err;

	err = owner_init(&owner);
	if (err)
		return err;
	owner.frees_pages = true;

	obj = i915_gem_object_create_proxy(i915, OWNED_SIZE, I915_TILING_NONE,
					   0, &owner_ops, &owner);
	if (IS_ERR(obj)) {
		owner_fini(&owner);
		return PTR_ERR(obj);
	}

	dmabuf = i915_gem_prime_export(&obj->base, 0);
	i915_gem_object_put(obj);
	if (IS_ERR(dmabuf))
		return PTR_ERR(dmabuf);

	err = import_by_segments(dmabuf, i915->drm.dev);
	dma_buf_put(dmabuf);
	return err;
}

int i915_gem_proxy_mock_selftests(void)
{
	static const struct i915_subtest tests[] = {
		SUBTEST(igt_proxy_bad_size),
		SUBTEST(igt_proxy_pages),
		SUBTEST(igt_proxy_owner_fails),
		SUBTEST(igt_proxy_refusals),
		SUBTEST(igt_proxy_vmap),
		SUBTEST(igt_proxy_import),
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
