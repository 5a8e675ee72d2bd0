// SPDX-License-Identifier: MIT
/*
 * GEM proxy: a read-only view of pages with another owner.
 *
 * The pages belong to another driver's client, a virtual machine for example,
 * which keeps writing to them and decides how they are laid out and cached.
 * i915 and the importers of the proxy's dma-buf only read. Hence userspace may
 * not change domain, caching or tiling of a proxy, and i915 hands out no writable
 * mapping of its pages: neither to the CPU nor, where an IOMMU enforces it, to a
 * device.
 *
 * The pages are asked for when they are first needed and then kept, with a
 * reference and a DMA mapping of the proxy's own, until the object is freed:
 * a proxy is never shrunk. So whatever their owner does meanwhile, an importer
 * does not see a page change hands.
 */

#include <linux/dma-mapping.h>
#include <linux/iommu.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#include "i915_drv.h"
#include "i915_gem_object.h"
#include "i915_gem_proxy.h"
#include "i915_gem_tiling.h"
#include "i915_scatterlist.h"

/*
 * i915_gem_gtt_prepare_pages() with the same attributes would let the device
 * write. Here devices only read, whatever direction an importer asks for, and an
 * IOMMU enforces this. begin_cpu_access() takes care of the CPU's caches.
 */
#define PROXY_DMA_DIRECTION DMA_TO_DEVICE
#define PROXY_DMA_ATTRS (DMA_ATTR_SKIP_CPU_SYNC | \
			 DMA_ATTR_NO_KERNEL_MAPPING | \
			 DMA_ATTR_NO_WARN)

/* One atomic operation per folio rather than per page */
static void proxy_put_run(struct page *page, unsigned long count)
{
	while (count) {
		struct folio *folio = page_folio(page);
		unsigned long len = min_t(unsigned long, count,
					  folio_nr_pages(folio) -
					  folio_page_idx(folio, page));

		folio_put_refs(folio, len);
		page += len;
		count -= len;
	}
}

/**
 * i915_gem_proxy_put_runs - drop references on pages
 * @runs: where they are
 * @num_runs: how many runs there are
 */
void i915_gem_proxy_put_runs(const struct i915_gem_proxy_run *runs,
			     unsigned int num_runs)
{
	for (; num_runs; num_runs--, runs++)
		proxy_put_run(runs->first, runs->count);
}

/*
 * Limits of a device for one entry of a table. In pages: the bytes of a run may not
 * fit into the 32 bits in which an entry counts them.
 */
struct proxy_segment_limits {
	unsigned int max;	/* at least one */
	unsigned long boundary;	/* a power of two; no entry crosses a multiple */
};

static struct proxy_segment_limits
proxy_limits_in_pages(unsigned int max_segment, unsigned long boundary_mask)
{
	return (struct proxy_segment_limits){
		.max = max(max_segment >> PAGE_SHIFT, 1u),
		.boundary = ((boundary_mask | ~PAGE_MASK) >> PAGE_SHIFT) + 1,
	};
}

/* How many of the @count pages from @first on fit into one entry; at least one */
static unsigned int proxy_segment_pages(struct page *first, unsigned int count,
					const struct proxy_segment_limits *limits)
{
	unsigned long to_boundary = limits->boundary -
		(page_to_pfn(first) & (limits->boundary - 1));

	return min3((unsigned long)count, (unsigned long)limits->max,
		    to_boundary);
}

/**
 * i915_gem_proxy_fill_table - put runs of pages into a scatterlist
 * @st: table to allocate and fill
 * @runs: the pages
 * @num_runs: how many runs there are, at least one
 * @max_segment: longest entry in bytes; less than a page counts as a page
 * @boundary_mask: no entry crosses a multiple of this plus one
 *
 * Unlike sg_alloc_table_from_pages_segment(), this needs no array of pages, and
 * does not check each pair of neighbours for peer-to-peer memory.
 *
 * Return: 0, or -ENOMEM with nothing allocated.
 */
int i915_gem_proxy_fill_table(struct sg_table *st,
			      const struct i915_gem_proxy_run *runs,
			      unsigned int num_runs, unsigned int max_segment,
			      unsigned long boundary_mask)
{
	const struct proxy_segment_limits limits =
		proxy_limits_in_pages(max_segment, boundary_mask);
	unsigned int i, done, len, segments = 0;
	struct scatterlist *sg;
	int err;

	for (i = 0; i < num_runs; i++) {
		for (done = 0; done < runs[i].count; done += len) {
			len = proxy_segment_pages(runs[i].first + done,
						  runs[i].count - done, &limits);
			segments++;
		}
	}

	err = sg_alloc_table(st, segments, GFP_KERNEL_ACCOUNT);
	if (err)
		return err;

	sg = st->sgl;
	for (i = 0; i < num_runs; i++) {
		for (done = 0; done < runs[i].count; done += len) {
			struct page *page = runs[i].first + done;

			len = proxy_segment_pages(page, runs[i].count - done,
						  &limits);
			sg_set_page(sg, page, len << PAGE_SHIFT, 0);
			sg = __sg_next(sg);
		}
	}

	return 0;
}

/*
 * swiotlb copies pages once, when they are mapped: the device would read these pixels
 * for good. A domain that translates addresses uses it for parts of pages only.
 */
static bool proxy_is_bounced(struct device *dev, struct sg_table *st)
{
	struct iommu_domain *domain = iommu_get_domain_for_dev(dev);
	struct scatterlist *sg;
	unsigned int i;

	if (domain && domain->type & __IOMMU_DOMAIN_PAGING)
		return false;

	for_each_sgtable_dma_sg(st, sg, i)
		if (dma_need_sync(dev, sg_dma_address(sg)))
			return true;

	return false;
}

static struct sg_table *proxy_map_segments(struct device *dev,
					   const struct i915_gem_proxy_run *runs,
					   unsigned int num_runs,
					   unsigned int max_segment)
{
	struct sg_table *st;
	int err;

	st = kmalloc_obj(*st, GFP_KERNEL_ACCOUNT);
	if (!st)
		return ERR_PTR(-ENOMEM);

	err = i915_gem_proxy_fill_table(st, runs, num_runs, max_segment,
					dma_get_seg_boundary(dev));
	if (err)
		goto err_free_st;

	err = dma_map_sgtable(dev, st, PROXY_DMA_DIRECTION, PROXY_DMA_ATTRS);
	if (err)
		goto err_free_table;

	if (proxy_is_bounced(dev, st)) {
		err = -EIO;
		goto err_unmap;
	}

	return st;

err_unmap:
	dma_unmap_sgtable(dev, st, PROXY_DMA_DIRECTION, PROXY_DMA_ATTRS);
err_free_table:
	sg_free_table(st);
err_free_st:
	kfree(st);
	return ERR_PTR(err);
}

/**
 * i915_gem_proxy_map_runs - map runs of pages for a device that reads them
 * @dev: the device, i915's own or an importer
 * @runs: the pages
 * @num_runs: how many runs there are, at least one
 *
 * Return: a table whose entries are as long as @dev takes them, to be given to
 * i915_gem_proxy_unmap_table(), or an ERR_PTR() of -ENOMEM, of what dma_map_sgtable()
 * returned, or of -EIO if @dev would read a copy.
 */
struct sg_table *
i915_gem_proxy_map_runs(struct device *dev,
			const struct i915_gem_proxy_run *runs,
			unsigned int num_runs)
{
	unsigned int max_segment = min(i915_sg_segment_size(dev),
				       dma_get_max_seg_size(dev));

	return proxy_map_segments(dev, runs, num_runs, max_segment);
}

/**
 * i915_gem_proxy_unmap_table - undo i915_gem_proxy_map_runs()
 * @dev: the device
 * @st: the table; the references on its pages stay as they are
 */
void i915_gem_proxy_unmap_table(struct device *dev, struct sg_table *st)
{
	dma_unmap_sgtable(dev, st, PROXY_DMA_DIRECTION, PROXY_DMA_ATTRS);
	sg_free_table(st);
	kfree(st);
}

static int proxy_get_pages(struct drm_i915_gem_object *obj)
{
	unsigned int count = obj->base.size >> PAGE_SHIFT;
	struct i915_gem_proxy_run *runs;
	struct sg_table *st;
	int num_runs, err = 0;

	/* Room for the worst case, each page a run of its own. */
	runs = kvmalloc_objs(*runs, count);
	if (!runs)
		return -ENOMEM;

	num_runs = obj->proxy.ops->get_pages(obj->proxy.priv, runs, count);
	if (num_runs < 0) {
		err = num_runs;
		goto out_free_runs;
	}

	st = i915_gem_proxy_map_runs(obj->base.dev->dev, runs, num_runs);
	if (IS_ERR(st)) {
		err = PTR_ERR(st);
		i915_gem_proxy_put_runs(runs, num_runs);
		goto out_free_runs;
	}

	/* From here the table holds the page references. */
	__i915_gem_object_set_pages(obj, st);

out_free_runs:
	kvfree(runs);
	return err;
}

static void proxy_put_pages(struct drm_i915_gem_object *obj,
			    struct sg_table *st)
{
	struct scatterlist *sg;
	unsigned int i;

	/* No device may reach the pages once their references are gone. */
	dma_unmap_sgtable(obj->base.dev->dev, st, PROXY_DMA_DIRECTION,
			  PROXY_DMA_ATTRS);
	for_each_sgtable_sg(st, sg, i)
		proxy_put_run(sg_page(sg), sg->length >> PAGE_SHIFT);
	sg_free_table(st);
	kfree(st);
}

/*
 * i915_gem_pread_ioctl() copies the bytes itself if this returns -ENODEV. Reading
 * a page whose memory has failed would crash the host, so refuse pages that are
 * marked as poisoned.
 */
static int proxy_pread(struct drm_i915_gem_object *obj,
		       const struct drm_i915_gem_pread *args)
{
	pgoff_t last = (args->offset + args->size - 1) >> PAGE_SHIFT;
	pgoff_t n = args->offset >> PAGE_SHIFT;
	int err;

	err = i915_gem_object_pin_pages_unlocked(obj);
	if (err)
		return err;

	while (n <= last && !is_page_hwpoison(i915_gem_object_get_page(obj, n)))
		n++;
	i915_gem_object_unpin_pages(obj);

	return n <= last ? -EIO : -ENODEV;
}

static void proxy_release(struct drm_i915_gem_object *obj)
{
	const struct i915_gem_proxy_ops *ops = obj->proxy.ops;
	struct module *owner = ops->owner;

	ops->release(obj->proxy.priv);
	module_put(owner);	/* @ops may be unloaded from here on */
}

static const struct drm_i915_gem_object_ops proxy_ops = {
	.name = "i915_gem_object_proxy",
	.flags = I915_GEM_OBJECT_IS_PROXY,
	.get_pages = proxy_get_pages,
	.put_pages = proxy_put_pages,
	.pread = proxy_pread,
	.release = proxy_release,
};

/**
 * i915_gem_object_is_page_proxy - check for a proxy that has struct pages
 * @obj: any GEM object of i915
 *
 * Unlike i915_gem_object_is_proxy(), this is a constant false without
 * CONFIG_DRM_I915_GVT_DMABUF.
 *
 * Return: true if @obj came from i915_gem_object_create_proxy().
 */
bool i915_gem_object_is_page_proxy(const struct drm_i915_gem_object *obj)
{
	return obj->ops == &proxy_ops;
}

/* What a fence register cannot describe is reported and mapped as linear. */
static unsigned int proxy_tiling_and_stride(struct drm_i915_gem_object *obj,
					    unsigned int tiling,
					    unsigned int stride)
{
	if (tiling == I915_TILING_NONE ||
	    !i915_tiling_ok(obj, tiling, stride))
		return I915_TILING_NONE;

	return tiling | stride;
}

/**
 * i915_gem_object_create_proxy - make a GEM object for pages with another owner
 * @i915: device that the object belongs to
 * @size: bytes, a multiple of PAGE_SIZE and not 0
 * @tiling: I915_TILING_* layout of the pages, for GET_TILING and GTT mappings
 * @stride: bytes per row of pixels; ignored for I915_TILING_NONE
 * @ops: where the pages come from
 * @priv: handed to @ops
 *
 * The object is read-only, has no pages yet and no handle. On success @priv
 * belongs to the object and @ops->release() will be called once.
 *
 * Context: Process context. May sleep.
 * Return: the object, or an ERR_PTR: -EINVAL for a bad @size, -E2BIG if GEM does
 * not support objects of that size, -ENOMEM, or -ENODEV if @ops->owner is being
 * unloaded.
 */
struct drm_i915_gem_object *
i915_gem_object_create_proxy(struct drm_i915_private *i915, u64 size,
			     unsigned int tiling, unsigned int stride,
			     const struct i915_gem_proxy_ops *ops, void *priv)
{
	static struct lock_class_key lock_class;
	struct drm_i915_gem_object *obj;

	if (!size || !IS_ALIGNED(size, PAGE_SIZE))
		return ERR_PTR(-EINVAL);

	/* An sg_table counts its pages in an unsigned int. */
	if (i915_gem_object_size_2big(size) ||
	    overflows_type(size >> PAGE_SHIFT, unsigned int))
		return ERR_PTR(-E2BIG);

	if (!try_module_get(ops->owner))
		return ERR_PTR(-ENODEV);

	obj = i915_gem_object_alloc();
	if (!obj) {
		module_put(ops->owner);
		return ERR_PTR(-ENOMEM);
	}

	drm_gem_private_object_init(&i915->drm, &obj->base, size);
	i915_gem_object_init(obj, &proxy_ops, &lock_class, 0);
	obj->mem_flags |= I915_BO_FLAG_STRUCT_PAGE;
	i915_gem_object_set_readonly(obj);

	/* The owner flushes its caches for the display engine. */
	obj->read_domains = I915_GEM_DOMAIN_GTT;
	obj->write_domain = 0;
	i915_gem_object_set_cache_coherency(obj, HAS_LLC(i915) ?
					    I915_CACHE_LLC : I915_CACHE_NONE);

	obj->tiling_and_stride = proxy_tiling_and_stride(obj, tiling, stride);
	obj->proxy.ops = ops;
	obj->proxy.priv = priv;

	return obj;
}
