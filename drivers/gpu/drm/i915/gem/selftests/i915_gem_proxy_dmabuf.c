// SPDX-License-Identifier: MIT
/*
 * Rules of a GEM proxy's dma-buf that need no GPU: what importers and the CPU
 * get. Included after selftests/i915_gem_proxy.c, whose struct owner it uses.
 */

#include <linux/dma-fence.h>
#include <linux/dma-resv.h>
#include <linux/timer.h>

/* Like with_proxy(), with its dma-buf, which is released before pages are counted */
static int with_dmabuf(struct drm_i915_private *i915,
		       int (*check)(struct dma_buf *dmabuf,
				    struct owner *owner))
{
	struct drm_i915_gem_object *obj;
	struct dma_buf *dmabuf;
	struct owner owner;
	int err, released;

	err = owner_init(&owner, small, ARRAY_SIZE(small));
	if (err)
		return err;

	obj = create_proxy(i915, &owner);
	if (IS_ERR(obj)) {
		err = PTR_ERR(obj);
		goto out_fini;
	}

	dmabuf = i915_gem_prime_export(&obj->base, 0);
	i915_gem_object_put(obj);
	if (IS_ERR(dmabuf)) {
		err = PTR_ERR(dmabuf);
	} else {
		err = check(dmabuf, &owner);
		__fput_sync(dmabuf->file);
	}
	released = expect_released(i915, &owner);
	if (!err)
		err = released;

out_fini:
	owner_fini(&owner);
	return err;
}

static struct device *importer_of(struct dma_buf *dmabuf)
{
	struct drm_gem_object *obj = dmabuf->priv;

	return obj->dev->dev;
}

static int check_directions(struct dma_buf *dmabuf, struct owner *owner)
{
	static const struct {
		enum dma_data_direction dir;
		int err;
	} cases[] = {
		{ DMA_BIDIRECTIONAL, 0 },
		{ DMA_TO_DEVICE, 0 },
		{ DMA_FROM_DEVICE, -EACCES },
		{ DMA_NONE, -EINVAL },
	};
	struct dma_buf_attachment *attach;
	unsigned int i;
	int err = 0;

	attach = dma_buf_attach(dmabuf, importer_of(dmabuf));
	if (IS_ERR(attach))
		return PTR_ERR(attach);

	for (i = 0; i < ARRAY_SIZE(cases) && !err; i++) {
		int got = import_as(attach, cases[i].dir, owner,
				    owner_pages(owner));

		if (got != cases[i].err) {
			pr_err("direction %d: %d instead of %d\n",
			       cases[i].dir, got, cases[i].err);
			err = -EINVAL;
		}
	}
	dma_buf_detach(dmabuf, attach);
	return err;
}

static int igt_proxy_directions(void *arg)
{
	return with_dmabuf(arg, check_directions);
}

/* Two importers, one of which maps twice: each mapping has its own table. */
static int check_importers(struct dma_buf *dmabuf, struct owner *owner)
{
	struct dma_buf_attachment *first, *second;
	struct sg_table *once, *twice;
	int err;

	first = dma_buf_attach(dmabuf, importer_of(dmabuf));
	if (IS_ERR(first))
		return PTR_ERR(first);
	second = dma_buf_attach(dmabuf, importer_of(dmabuf));
	if (IS_ERR(second)) {
		err = PTR_ERR(second);
		goto out_detach_first;
	}

	once = dma_buf_map_attachment_unlocked(first, DMA_BIDIRECTIONAL);
	if (IS_ERR(once)) {
		err = PTR_ERR(once);
		goto out_detach_second;
	}
	twice = dma_buf_map_attachment_unlocked(first, DMA_TO_DEVICE);
	if (IS_ERR(twice)) {
		err = PTR_ERR(twice);
	} else {
		err = once == twice ? -EINVAL :
		      import_as(second, DMA_BIDIRECTIONAL, owner,
				owner_pages(owner));
		dma_buf_unmap_attachment_unlocked(first, twice, DMA_TO_DEVICE);
	}
	if (!err)
		err = expect_entries(once, owner, owner_pages(owner));
	dma_buf_unmap_attachment_unlocked(first, once, DMA_BIDIRECTIONAL);
	if (owner->asked != 1)
		err = -EINVAL;

out_detach_second:
	dma_buf_detach(dmabuf, second);
out_detach_first:
	dma_buf_detach(dmabuf, first);
	return err;
}

static int igt_proxy_importers(void *arg)
{
	return with_dmabuf(arg, check_importers);
}

static int check_stale(struct dma_buf *dmabuf, struct owner *owner)
{
	struct device *dev = importer_of(dmabuf);
	struct dma_buf_attachment *attach;

	owner->fail = -ESTALE;
	attach = dma_buf_attach(dmabuf, dev);
	if (!IS_ERR(attach)) {
		dma_buf_detach(dmabuf, attach);
		return -EINVAL;
	}
	if (PTR_ERR(attach) != -ESTALE ||
	    dma_buf_begin_cpu_access(dmabuf, DMA_FROM_DEVICE) != -ESTALE)
		return -EINVAL;

	owner->fail = 0;
	return import_dmabuf(dmabuf, dev, owner, owner_pages(owner));
}

static int igt_proxy_stale(void *arg)
{
	return with_dmabuf(arg, check_stale);
}

/* Self-import returns the object itself, which can be exported again. */
static int check_self_import(struct dma_buf *dmabuf, struct owner *owner)
{
	struct drm_gem_object *obj = dmabuf->priv, *import;
	struct dma_buf *again;
	int err;

	import = i915_gem_prime_import(obj->dev, dmabuf);
	if (IS_ERR(import))
		return PTR_ERR(import);
	if (import != obj) {
		drm_gem_object_put(import);
		return -EINVAL;
	}

	again = i915_gem_prime_export(import, 0);
	drm_gem_object_put(import);
	if (IS_ERR(again))
		return PTR_ERR(again);
	err = import_dmabuf(again, importer_of(again), owner,
			    owner_pages(owner));
	__fput_sync(again->file);
	return err;
}

static int igt_proxy_self_import(void *arg)
{
	return with_dmabuf(arg, check_self_import);
}

/* ---- the CPU ---- */

/* A vmap may be written to: it is a copy that the kernel owns. */
static int check_vmap(struct dma_buf *dmabuf, struct owner *owner)
{
	struct iosys_map map, other;
	int err;

	err = dma_buf_vmap_unlocked(dmabuf, &map);
	if (err)
		return err;
	if (!holds(owner, map.vaddr, 1))
		goto out_inval;

	memset(map.vaddr, 0xaa, dmabuf->size);
	if (!owner_holds(owner, 1))
		goto out_inval;

	/* begin_cpu_access() updates the copy for all its users. */
	err = dma_buf_vmap_unlocked(dmabuf, &other);
	if (err)
		goto out_vunmap;
	owner_fill(owner, 100);
	err = dma_buf_begin_cpu_access(dmabuf, DMA_FROM_DEVICE);
	if (!err) {
		if (!holds(owner, map.vaddr, 100) ||
		    !holds(owner, other.vaddr, 100))
			err = -EINVAL;
		dma_buf_end_cpu_access(dmabuf, DMA_FROM_DEVICE);
	}
	dma_buf_vunmap_unlocked(dmabuf, &other);
	goto out_vunmap;

out_inval:
	err = -EINVAL;
out_vunmap:
	dma_buf_vunmap_unlocked(dmabuf, &map);
	return err;
}

static int igt_proxy_vmap(void *arg)
{
	return with_dmabuf(arg, check_vmap);
}

/* The core warns if vmap fails: vmap gives a blank copy, begin_cpu_access() fails. */
static int check_vmap_stale(struct dma_buf *dmabuf, struct owner *owner)
{
	struct iosys_map map;
	int err;

	owner->fail = -ESTALE;
	err = dma_buf_vmap_unlocked(dmabuf, &map);
	if (err)
		return err;
	if (memchr_inv(map.vaddr, 0, dmabuf->size) ||
	    dma_buf_begin_cpu_access(dmabuf, DMA_FROM_DEVICE) != -ESTALE)
		err = -EINVAL;

	owner->fail = 0;
	if (!err)
		err = dma_buf_begin_cpu_access(dmabuf, DMA_FROM_DEVICE);
	if (!err && !holds(owner, map.vaddr, 1))
		err = -EINVAL;
	dma_buf_vunmap_unlocked(dmabuf, &map);
	return err;
}

static int igt_proxy_vmap_stale(void *arg)
{
	return with_dmabuf(arg, check_vmap_stale);
}

/* A page whose memory has failed is not read: it is blank, the others are not. */
static int check_vmap_poisoned(struct dma_buf *dmabuf, struct owner *owner)
{
	const unsigned int bad = 3;
	struct page *page = owner_page(owner, bad);
	struct iosys_map map;
	u8 *copy;
	int err;

	SetPageHWPoison(page);
	err = dma_buf_vmap_unlocked(dmabuf, &map);
	if (err)
		goto out_cure;
	copy = map.vaddr;
	if (memchr_inv(copy + bad * PAGE_SIZE, 0, PAGE_SIZE) ||
	    copy[(bad - 1) * PAGE_SIZE] != bad ||
	    copy[(bad + 1) * PAGE_SIZE] != bad + 2)
		err = -EINVAL;

	/* What fails later is blank when the next access begins. */
	ClearPageHWPoison(page);
	if (!err)
		err = dma_buf_begin_cpu_access(dmabuf, DMA_FROM_DEVICE);
	if (!err && !holds(owner, map.vaddr, 1))
		err = -EINVAL;
	SetPageHWPoison(page);
	if (!err)
		err = dma_buf_begin_cpu_access(dmabuf, DMA_FROM_DEVICE);
	if (!err && memchr_inv(copy + bad * PAGE_SIZE, 0, PAGE_SIZE))
		err = -EINVAL;
	dma_buf_vunmap_unlocked(dmabuf, &map);
out_cure:
	ClearPageHWPoison(page);
	return err;
}

static int igt_proxy_vmap_poisoned(void *arg)
{
	if (!IS_ENABLED(CONFIG_MEMORY_FAILURE))
		return 0;

	return with_dmabuf(arg, check_vmap_poisoned);
}

struct writer {
	struct dma_fence fence;
	spinlock_t lock;	/* of the fence */
	struct timer_list timer;
	struct owner *owner;
};

static const char *writer_name(struct dma_fence *fence)
{
	return "proxy selftest";
}

static void writer_free(struct dma_fence *fence)
{
	struct writer *writer = container_of(fence, typeof(*writer), fence);

	timer_shutdown_sync(&writer->timer);
	kfree(writer);
}

static const struct dma_fence_ops writer_ops = {
	.get_driver_name = writer_name,
	.get_timeline_name = writer_name,
	.release = writer_free,
};

static void writer_done(struct timer_list *timer)
{
	struct writer *writer = timer_container_of(writer, timer, timer);

	owner_fill(writer->owner, 100);
	dma_fence_signal(&writer->fence);
}

static struct writer *add_writer(struct dma_resv *resv, struct owner *owner)
{
	struct writer *writer = kzalloc_obj(*writer);
	int err;

	if (!writer)
		return NULL;

	writer->owner = owner;
	spin_lock_init(&writer->lock);
	timer_setup(&writer->timer, writer_done, 0);
	dma_fence_init(&writer->fence, &writer_ops, &writer->lock,
		       dma_fence_context_alloc(1), 1);
	dma_resv_lock(resv, NULL);
	err = dma_resv_reserve_fences(resv, 1);
	if (!err)
		dma_resv_add_fence(resv, &writer->fence, DMA_RESV_USAGE_WRITE);
	dma_resv_unlock(resv);
	if (err) {
		dma_fence_put(&writer->fence);
		return NULL;
	}
	mod_timer(&writer->timer, jiffies + HZ / 20);
	return writer;
}

/* The core waits as well, but after the copy has been made. */
static int check_cpu_access_waits(struct dma_buf *dmabuf, struct owner *owner)
{
	struct writer *writer;
	struct iosys_map map;
	int err;

	err = dma_buf_vmap_unlocked(dmabuf, &map);
	if (err)
		return err;

	writer = add_writer(dmabuf->resv, owner);
	if (!writer) {
		err = -ENOMEM;
		goto out_vunmap;
	}
	err = dma_buf_begin_cpu_access(dmabuf, DMA_FROM_DEVICE);
	if (!err && !holds(owner, map.vaddr, 100))
		err = -EINVAL;
	dma_fence_wait(&writer->fence, false);
	dma_fence_put(&writer->fence);

out_vunmap:
	dma_buf_vunmap_unlocked(dmabuf, &map);
	return err;
}

static int igt_proxy_cpu_access_waits(void *arg)
{
	return with_dmabuf(arg, check_cpu_access_waits);
}

int i915_gem_proxy_dmabuf_mock_selftests(void)
{
	static const struct i915_subtest tests[] = {
		SUBTEST(igt_proxy_directions),
		SUBTEST(igt_proxy_importers),
		SUBTEST(igt_proxy_stale),
		SUBTEST(igt_proxy_self_import),
		SUBTEST(igt_proxy_vmap),
		SUBTEST(igt_proxy_vmap_stale),
		SUBTEST(igt_proxy_vmap_poisoned),
		SUBTEST(igt_proxy_cpu_access_waits),
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
