// SPDX-License-Identifier: MIT
/*
 * The dma-buf of a GEM proxy, through which any device and the CPU read pages
 * with another owner.
 *
 * i915's own dma_buf_ops would migrate an object, track its domains and map it
 * writable. None of that fits: a proxy is in system memory, its owner uses it
 * outside of any domain, and nothing here may write to it.
 */

#include <linux/dma-buf.h>
#include <linux/dma-resv.h>
#include <linux/highmem.h>
#include <linux/iosys-map.h>
#include <linux/mm.h>
#include <linux/scatterlist.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include <drm/drm_cache.h>
#include <drm/drm_prime.h>

#include "i915_gem_object.h"
#include "i915_gem_proxy.h"
#include "i915_mm.h"
#include "i915_scatterlist.h"

static struct drm_i915_gem_object *to_proxy(const struct dma_buf *dmabuf)
{
	return to_intel_bo(dmabuf->priv);
}

/* As i915's own dma-bufs: the page pin lasts for as long as the attachment. */
static int proxy_attach(struct dma_buf *dmabuf,
			struct dma_buf_attachment *attach)
{
	return i915_gem_object_pin_pages_unlocked(to_proxy(dmabuf));
}

static void proxy_detach(struct dma_buf *dmabuf,
			 struct dma_buf_attachment *attach)
{
	i915_gem_object_unpin_pages(to_proxy(dmabuf));
}

/*
 * Merge the entries of @st into runs again: they were split at the segment limit
 * of i915's device, and an importer may have a higher one.
 */
static unsigned int proxy_table_to_runs(struct sg_table *st,
					struct i915_gem_proxy_run *runs)
{
	struct i915_gem_proxy_run *run = NULL;
	unsigned int i, num_runs = 0;
	struct scatterlist *sg;

	for_each_sgtable_sg(st, sg, i) {
		unsigned int count = sg->length >> PAGE_SHIFT;

		if (run && run->first + run->count == sg_page(sg)) {
			run->count += count;
			continue;
		}
		run = &runs[num_runs++];
		run->first = sg_page(sg);
		run->count = count;
	}

	return num_runs;
}

static struct sg_table *proxy_map(struct dma_buf_attachment *attach,
				  enum dma_data_direction dir)
{
	struct drm_i915_gem_object *obj = to_proxy(attach->dmabuf);
	struct i915_gem_proxy_run *runs;
	unsigned int num_runs;
	struct sg_table *st;

	switch (dir) {
	case DMA_TO_DEVICE:
	case DMA_BIDIRECTIONAL:	/* drm_gem_prime_import_dev() asks for no other */
		break;
	case DMA_FROM_DEVICE:
		return ERR_PTR(-EACCES);
	default:
		return ERR_PTR(-EINVAL);
	}

	/* An entry of the table is at most one run. */
	runs = kvmalloc_objs(*runs, obj->mm.pages->orig_nents);
	if (!runs)
		return ERR_PTR(-ENOMEM);

	num_runs = proxy_table_to_runs(obj->mm.pages, runs);
	st = i915_gem_proxy_map_runs(attach->dev, runs, num_runs);
	kvfree(runs);
	return st;
}

/* @dir is what the importer asked for, not how the table is mapped. */
static void proxy_unmap(struct dma_buf_attachment *attach, struct sg_table *st,
			enum dma_data_direction dir)
{
	i915_gem_proxy_unmap_table(attach->dev, st);
}

static void proxy_vm_open(struct vm_area_struct *vma)
{
	/* A VMA that was forked or split off keeps the pages like the first. */
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

/*
 * Called with mmap_lock held for writing, after the dma-buf core has checked that the
 * range is inside the object.
 */
static int proxy_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct drm_i915_gem_object *obj = to_proxy(dmabuf);
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
	 * Use special PTEs: the pages are anonymous memory of another process.
	 * rmap must not find them here, and neither must get_user_pages(), or
	 * userptr could get around the read-only mapping.
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

/* Without LLC the owner's GPU writes around the CPU caches. */
static void proxy_flush_stale_lines(struct drm_i915_gem_object *obj)
{
	if (!(obj->cache_coherent & I915_BO_CACHE_COHERENT_FOR_READ))
		drm_clflush_sg(obj->mm.pages);
}

/*
 * The memory may have failed since its owner used it. Reading it must not take the
 * host down, so what cannot be read is blank.
 */
static void proxy_copy_page_or_blank(void *to, struct page *page)
{
	void *from;

	if (is_page_hwpoison(page)) {
		memset(to, 0, PAGE_SIZE);
		return;
	}

	from = kmap_local_page(page);
	if (copy_mc_to_kernel(to, from, PAGE_SIZE)) {
		memory_failure_queue(page_to_pfn(page), 0);
		memset(to, 0, PAGE_SIZE);
	}
	kunmap_local(from);
}

static void proxy_copy_pages(struct drm_i915_gem_object *obj, void *to)
{
	struct sgt_iter iter;
	struct page *page;

	assert_object_held(obj);

	for_each_sgt_page(page, iter, obj->mm.pages) {
		proxy_copy_page_or_blank(to, page);
		to += PAGE_SIZE;
		cond_resched();
	}
}

/*
 * An importer that maps a dma-buf into the kernel may write to it: vb2-vmalloc
 * does, and there is no way to say that it must not. So it gets a copy, which
 * begin_cpu_access() brings up to date.
 *
 * The core warns of any error, so errors that a guest or a VMM can cause are not
 * returned: if the pages cannot be looked up, the copy is blank until
 * begin_cpu_access(), which returns the reason, succeeds. Only a lack of memory,
 * which is charged to the importer, is -ENOMEM, as for every other exporter.
 */
static int proxy_vmap(struct dma_buf *dmabuf, struct iosys_map *map)
{
	struct drm_i915_gem_object *obj = to_proxy(dmabuf);
	void *copy;

	copy = __vmalloc(dmabuf->size, GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	if (!copy)
		return -ENOMEM;

	if (!i915_gem_object_pin_pages(obj)) {
		proxy_flush_stale_lines(obj);
		proxy_copy_pages(obj, copy);
		i915_gem_object_unpin_pages(obj);
	}

	iosys_map_set_vaddr(map, copy);
	return 0;
}

static void proxy_vunmap(struct dma_buf *dmabuf, struct iosys_map *map)
{
	vfree(map->vaddr);
}

/* Nothing writes to the pages here, so the end of the access needs nothing. */
static int proxy_begin_cpu_access(struct dma_buf *dmabuf,
				  enum dma_data_direction dir)
{
	struct drm_i915_gem_object *obj = to_proxy(dmabuf);
	long ret;

	ret = i915_gem_object_pin_pages_unlocked(obj);
	if (ret)
		return ret;

	/*
	 * The core waits only after this has returned, which is too late:
	 * writers must have finished before cache lines are flushed and the
	 * copy is made. Hold no lock meanwhile: a writer can take a long time.
	 */
	ret = dma_resv_wait_timeout(dmabuf->resv, DMA_RESV_USAGE_WRITE, true,
				    MAX_SCHEDULE_TIMEOUT);
	if (ret < 0)
		goto out_unpin;

	proxy_flush_stale_lines(obj);

	ret = dma_resv_lock_interruptible(dmabuf->resv, NULL);
	if (ret)
		goto out_unpin;
	if (dmabuf->vmapping_counter)
		proxy_copy_pages(obj, dmabuf->vmap_ptr.vaddr);
	dma_resv_unlock(dmabuf->resv);

out_unpin:
	i915_gem_object_unpin_pages(obj);
	return ret < 0 ? ret : 0;
}

/* What i915_gem_prime_export() gives the dma-buf of a proxy */
const struct dma_buf_ops i915_gem_proxy_dmabuf_ops = {
	.attach = proxy_attach,
	.detach = proxy_detach,
	.map_dma_buf = proxy_map,
	.unmap_dma_buf = proxy_unmap,
	.release = drm_gem_dmabuf_release,
	.mmap = proxy_mmap,
	.vmap = proxy_vmap,
	.vunmap = proxy_vunmap,
	.begin_cpu_access = proxy_begin_cpu_access,
};

/**
 * i915_gem_dmabuf_is_proxy - check for the dma-buf of a proxy
 * @dmabuf: any dma-buf
 *
 * Return: true if i915 exported @dmabuf, and its object is a proxy.
 */
bool i915_gem_dmabuf_is_proxy(const struct dma_buf *dmabuf)
{
	return dmabuf->ops == &i915_gem_proxy_dmabuf_ops;
}
