// SPDX-License-Identifier: MIT
/*
 * GEM proxy: a read-only view of pages that somebody else owns.
 *
 * The pages belong to another driver's client, a virtual machine for example,
 * who goes on writing to them and decides how they are laid out and cached.
 * i915 and the importers of the proxy's dma-buf only read. Hence userspace may
 * not change domain, caching or tiling of a proxy, and no door of i915 leads to
 * a writable mapping of its pages, neither for the CPU nor for a device.
 *
 * The pages are asked for when they are first needed and then kept, with a
 * reference and a DMA mapping of the proxy's own, until the object is freed:
 * a proxy is never shrunk. So whatever their owner does meanwhile, an importer
 * does not see a page change hands.
 */

#include <linux/dma-mapping.h>
#include <linux/iosys-map.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include <drm/drm_cache.h>

#include "i915_drv.h"
#include "i915_gem_object.h"
#include "i915_gem_proxy.h"
#include "i915_gem_tiling.h"
#include "i915_mm.h"
#include "i915_scatterlist.h"

/* Devices only read; the CPU's side is begin_cpu_access()'s business. */
#define PROXY_DMA_ATTRS (DMA_ATTR_SKIP_CPU_SYNC | \
			 DMA_ATTR_NO_KERNEL_MAPPING | \
			 DMA_ATTR_NO_WARN)

/* A folio counts the references on all its pages in one place. */
static void put_run(struct page *page, unsigned long count)
{
	while (count) {
		struct folio *folio = page_folio(page);
		unsigned long len = min_t(unsigned long, count,
					  folio_nr_pages(folio) -
					  folio_page_idx(folio, page));

		folio_put_refs(folio, len);
		page = nth_page(page, len);
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
		put_run(runs->first, runs->count);
}
EXPORT_SYMBOL_NS_GPL(i915_gem_proxy_put_runs, I915_GVT);

/*
 * sg_alloc_table_from_pages_segment() would do, if it did not want each page by
 * itself, and ask of each two whether they are peer-to-peer memory.
 */
static int proxy_fill_table(struct sg_table *st,
			    const struct i915_gem_proxy_run *runs,
			    unsigned int num_runs, unsigned int max_segment)
{
	const unsigned int max = max_segment >> PAGE_SHIFT;
	unsigned int i, done, len, segments = 0;
	struct scatterlist *sg;
	int err;

	for (i = 0; i < num_runs; i++)
		segments += runs[i].count <= max ?
				1 : DIV_ROUND_UP(runs[i].count, max);

	err = sg_alloc_table(st, segments, GFP_KERNEL_ACCOUNT);
	if (err)
		return err;

	sg = st->sgl;
	for (i = 0; i < num_runs; i++) {
		for (done = 0; done < runs[i].count; done += len) {
			len = min(runs[i].count - done, max);
			sg_set_page(sg, nth_page(runs[i].first, done),
				    len << PAGE_SHIFT, 0);
			sg = __sg_next(sg);
		}
	}

	return 0;
}

static struct sg_table *proxy_alloc_table(struct drm_i915_gem_object *obj,
					  const struct i915_gem_proxy_run *runs,
					  unsigned int num_runs,
					  unsigned int max_segment)
{
	struct device *dev = obj->base.dev->dev;
	struct sg_table *st;
	int err;

	st = kmalloc(sizeof(*st), GFP_KERNEL_ACCOUNT);
	if (!st)
		return ERR_PTR(-ENOMEM);

	err = proxy_fill_table(st, runs, num_runs, max_segment);
	if (err)
		goto err_free_st;

	err = dma_map_sgtable(dev, st, I915_GEM_PROXY_DMA_DIRECTION,
			      PROXY_DMA_ATTRS);
	if (err)
		goto err_free_table;

	return st;

err_free_table:
	sg_free_table(st);
err_free_st:
	kfree(st);
	return ERR_PTR(err);
}

static int proxy_get_pages(struct drm_i915_gem_object *obj)
{
	unsigned int max_segment = i915_sg_segment_size(obj->base.dev->dev);
	unsigned int count = obj->base.size >> PAGE_SHIFT;
	struct i915_gem_proxy_run *runs;
	struct sg_table *st;
	int num_runs, err = 0;

	/* As many as there may be; most often a few of them are used. */
	runs = kvmalloc_array(count, sizeof(*runs), GFP_KERNEL);
	if (!runs)
		return -ENOMEM;

	num_runs = obj->proxy.ops->get_pages(obj->proxy.priv, runs, count);
	if (num_runs < 0) {
		err = num_runs;
		goto out_free_runs;
	}

	st = proxy_alloc_table(obj, runs, num_runs, max_segment);
	/* A small remapping table may still take single pages. */
	if (IS_ERR(st) && max_segment > PAGE_SIZE)
		st = proxy_alloc_table(obj, runs, num_runs, PAGE_SIZE);
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

	dma_unmap_sgtable(obj->base.dev->dev, st, I915_GEM_PROXY_DMA_DIRECTION,
			  PROXY_DMA_ATTRS);
	for_each_sgtable_sg(st, sg, i)
		put_run(sg_page(sg), sg->length >> PAGE_SHIFT);
	sg_free_table(st);
	kfree(st);
}

static void proxy_release(struct drm_i915_gem_object *obj)
{
	const struct i915_gem_proxy_ops *ops = obj->proxy.ops;
	struct module *owner = ops->owner;

	ops->release(obj->proxy.priv);
	module_put(owner);	/* @ops may be gone from here on */
}

static const struct drm_i915_gem_object_ops proxy_ops = {
	.name = "i915_gem_object_proxy",
	.get_pages = proxy_get_pages,
	.put_pages = proxy_put_pages,
	.release = proxy_release,
};

/**
 * i915_gem_object_is_proxy - tell a proxy from the objects that i915 owns
 * @obj: any GEM object of i915
 *
 * Return: true if @obj came from i915_gem_object_create_proxy().
 */
bool i915_gem_object_is_proxy(const struct drm_i915_gem_object *obj)
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
 * i915_gem_object_create_proxy - make a GEM object for somebody else's pages
 * @i915: device that the object belongs to
 * @size: bytes, a multiple of PAGE_SIZE and not 0
 * @tiling: I915_TILING_* layout of the pages, for GET_TILING and GTT mappings
 * @stride: bytes a row of pixels; ignored for I915_TILING_NONE
 * @ops: where the pages come from
 * @priv: handed to @ops
 *
 * The object is read-only, has no pages yet and no handle. On success @priv
 * belongs to the object and @ops->release() will be called once.
 *
 * Context: Process context. May sleep.
 * Return: the object, or an ERR_PTR: -EINVAL for a bad @size, -E2BIG if it is
 * beyond what GEM carries, -ENOMEM, or -ENODEV if @ops->owner is being
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

	/* The owner flushes for the display engine, whose picture this is. */
	obj->read_domains = I915_GEM_DOMAIN_GTT;
	obj->write_domain = 0;
	i915_gem_object_set_cache_coherency(obj, HAS_LLC(i915) ?
					    I915_CACHE_LLC : I915_CACHE_NONE);

	obj->tiling_and_stride = proxy_tiling_and_stride(obj, tiling, stride);
	obj->proxy.ops = ops;
	obj->proxy.priv = priv;

	return obj;
}
EXPORT_SYMBOL_NS_GPL(i915_gem_object_create_proxy, I915_GVT);

/* The pages of @from in segments that are no longer than @max_segment */
static struct sg_table *proxy_copy_table(struct sg_table *from,
					 unsigned int max_segment)
{
	unsigned int count = 0, at, len, i;
	struct scatterlist *src, *dst;
	struct sg_table *st;
	int err;

	for_each_sgtable_sg(from, src, i)
		count += DIV_ROUND_UP(src->length, max_segment);

	st = kmalloc(sizeof(*st), GFP_KERNEL_ACCOUNT);
	if (!st)
		return ERR_PTR(-ENOMEM);

	err = sg_alloc_table(st, count, GFP_KERNEL_ACCOUNT);
	if (err) {
		kfree(st);
		return ERR_PTR(err);
	}

	dst = st->sgl;
	for_each_sgtable_sg(from, src, i) {
		for (at = 0; at < src->length; at += len) {
			len = min(src->length - at, max_segment);
			sg_set_page(dst, nth_page(sg_page(src),
						  at >> PAGE_SHIFT), len, 0);
			dst = sg_next(dst);
		}
	}
	return st;
}

/**
 * i915_gem_proxy_map - map a proxy's pages for another device
 * @obj: a proxy with its pages pinned
 * @importer: device that is going to read them
 *
 * The caller unmaps them with &I915_GEM_PROXY_DMA_DIRECTION and frees the
 * table, as drm_gem_unmap_dma_buf() does.
 *
 * Return: a table whose segments are as long as @importer takes them, or an
 * ERR_PTR() of -ENOMEM or of what dma_map_sgtable() said.
 */
struct sg_table *i915_gem_proxy_map(struct drm_i915_gem_object *obj,
				    struct device *importer)
{
	unsigned int max_segment = dma_get_max_seg_size(importer);
	struct sg_table *st;
	int err;

	max_segment = max(round_down(max_segment, PAGE_SIZE), PAGE_SIZE);
	st = proxy_copy_table(obj->mm.pages, max_segment);
	if (IS_ERR(st))
		return st;

	err = dma_map_sgtable(importer, st, I915_GEM_PROXY_DMA_DIRECTION,
			      DMA_ATTR_SKIP_CPU_SYNC);
	if (err) {
		sg_free_table(st);
		kfree(st);
		return ERR_PTR(err);
	}
	return st;
}

static void proxy_vm_open(struct vm_area_struct *vma)
{
	/* Whoever was forked or split off keeps the pages like the first. */
	__i915_gem_object_pin_pages(vma->vm_private_data);
}

static void proxy_vm_close(struct vm_area_struct *vma)
{
	i915_gem_object_unpin_pages(vma->vm_private_data);
}

static const struct vm_operations_struct proxy_vm_ops = {
	.open = proxy_vm_open,
	.close = proxy_vm_close,
};

/**
 * i915_gem_proxy_mmap - map a proxy's pages, read-only, to userspace
 * @obj: a proxy
 * @vma: from mmap() of its dma-buf, which checked the range
 *
 * Context: Called with mmap_lock held for writing; takes the object's dma_resv.
 * Return: 0, -EINVAL for a private mapping, -EACCES for a writable one,
 * -EINTR, -ENOMEM, or what &i915_gem_proxy_ops.get_pages said.
 */
int i915_gem_proxy_mmap(struct drm_i915_gem_object *obj,
			struct vm_area_struct *vma)
{
	int err;

	/* A read-only file has VM_SHARED cleared, whatever was asked for. */
	if (!(vma->vm_flags & VM_MAYSHARE))
		return -EINVAL;
	if (vma->vm_flags & VM_WRITE)
		return -EACCES;

	err = i915_gem_object_pin_pages_unlocked(obj);
	if (err)
		return err;

	/*
	 * Special PTEs: the pages are another process' anonymous memory, which
	 * rmap must not find here, and get_user_pages() must not either, lest
	 * userptr turns the read-only view into something else.
	 */
	vm_flags_mod(vma, VM_IO | VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP,
		     VM_MAYWRITE);
	err = remap_io_sg(vma, vma->vm_start, vma->vm_end - vma->vm_start,
			  obj->mm.pages->sgl, vma->vm_pgoff, -1);
	if (err) {
		i915_gem_object_unpin_pages(obj);
		return err;
	}

	/* The VMA's file holds the object, the VMA itself the page pin. */
	vma->vm_private_data = obj;
	vma->vm_ops = &proxy_vm_ops;
	return 0;
}

/**
 * i915_gem_proxy_vmap - map a proxy's pages, read-only, into the kernel
 * @obj: a proxy, locked
 * @map: receives the address
 *
 * Return: 0, -ENOMEM, or what &i915_gem_proxy_ops.get_pages said.
 */
int i915_gem_proxy_vmap(struct drm_i915_gem_object *obj,
			struct iosys_map *map)
{
	unsigned int count, i = 0;
	struct sgt_iter iter;
	struct page **pages;
	struct page *page;
	void *vaddr;
	int err;

	assert_object_held(obj);

	err = i915_gem_object_pin_pages(obj);
	if (err)
		return err;

	count = obj->base.size >> PAGE_SHIFT;
	pages = kvmalloc_array(count, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		goto err_unpin_pages;

	for_each_sgt_page(page, iter, obj->mm.pages)
		pages[i++] = page;
	vaddr = vmap(pages, count, VM_MAP, PAGE_KERNEL_RO);
	kvfree(pages);
	if (!vaddr)
		goto err_unpin_pages;

	iosys_map_set_vaddr(map, vaddr);
	return 0;

err_unpin_pages:
	i915_gem_object_unpin_pages(obj);
	return -ENOMEM;
}

/**
 * i915_gem_proxy_vunmap - undo i915_gem_proxy_vmap()
 * @obj: a proxy
 * @map: what i915_gem_proxy_vmap() filled in
 */
void i915_gem_proxy_vunmap(struct drm_i915_gem_object *obj,
			   struct iosys_map *map)
{
	vunmap(map->vaddr);
	i915_gem_object_unpin_pages(obj);
}

/**
 * i915_gem_proxy_begin_cpu_access - make what devices wrote visible to the CPU
 * @obj: a proxy
 *
 * Nothing here writes to the pages, so there is nothing to undo at the end of
 * the access.
 *
 * Return: 0, -EINTR, -ENOMEM, or what &i915_gem_proxy_ops.get_pages said.
 */
int i915_gem_proxy_begin_cpu_access(struct drm_i915_gem_object *obj)
{
	struct i915_gem_ww_ctx ww;
	int err;

	for_i915_gem_ww(&ww, err, true) {
		err = i915_gem_object_lock(obj, &ww);
		if (err)
			continue;

		err = i915_gem_object_pin_pages(obj);
		if (err)
			continue;

		/*
		 * Without LLC the owner's GPU writes around the CPU caches,
		 * where an earlier access may have left lines.
		 */
		if (!(obj->cache_coherent & I915_BO_CACHE_COHERENT_FOR_READ))
			drm_clflush_sg(obj->mm.pages);
		i915_gem_object_unpin_pages(obj);
	}

	return err;
}
