/* SPDX-License-Identifier: MIT */
/*
 * GEM proxy: a read-only view of pages with another owner.
 */

#ifndef __I915_GEM_PROXY_H__
#define __I915_GEM_PROXY_H__

#include <linux/types.h>

struct device;
struct dma_buf;
struct dma_buf_ops;
struct drm_i915_gem_object;
struct drm_i915_private;
struct module;
struct page;
struct sg_table;

/**
 * struct i915_gem_proxy_run - physically contiguous pages
 * @first: the first of them
 * @count: how many, at least one
 */
struct i915_gem_proxy_run {
	struct page *first;
	unsigned int count;
};

/**
 * struct i915_gem_proxy_ops - where the pages of a proxy come from
 * @owner: module that holds the functions below; it stays loaded for as long
 *	as an object may call them
 * @get_pages: fill @runs, which has room for @count runs, with @count pages in
 *	total, each with a reference that the proxy drops, and none of them PCI
 *	peer-to-peer memory. Called until the proxy has its pages, with the
 *	object's dma_resv held: it must not take mmap_lock nor any lock under
 *	which mmap_lock is taken. Returns how many runs it filled. On error (a
 *	negative errno, returned as it is to the caller that needs the pages)
 *	no reference is left.
 * @release: the object is gone and @priv will not be used again. Called once, in
 *	process context, by a worker or by a GEM ioctl of any client, without a lock.
 */
struct i915_gem_proxy_ops {
	struct module *owner;
	int (*get_pages)(void *priv, struct i915_gem_proxy_run *runs,
			 unsigned int count);
	void (*release)(void *priv);
};

extern const struct dma_buf_ops i915_gem_proxy_dmabuf_ops;

#if IS_ENABLED(CONFIG_DRM_I915_GVT_DMABUF)

struct drm_i915_gem_object *
i915_gem_object_create_proxy(struct drm_i915_private *i915, u64 size,
			     unsigned int tiling, unsigned int stride,
			     const struct i915_gem_proxy_ops *ops, void *priv);
bool i915_gem_object_is_page_proxy(const struct drm_i915_gem_object *obj);
void i915_gem_proxy_put_runs(const struct i915_gem_proxy_run *runs,
			     unsigned int num_runs);

int i915_gem_proxy_fill_table(struct sg_table *st,
			      const struct i915_gem_proxy_run *runs,
			      unsigned int num_runs, unsigned int max_segment,
			      unsigned long boundary_mask);
struct sg_table *
i915_gem_proxy_map_runs(struct device *dev,
			const struct i915_gem_proxy_run *runs,
			unsigned int num_runs);
void i915_gem_proxy_unmap_table(struct device *dev, struct sg_table *st);

bool i915_gem_dmabuf_is_proxy(const struct dma_buf *dmabuf);

#else

static inline bool
i915_gem_object_is_page_proxy(const struct drm_i915_gem_object *obj)
{
	return false;
}

static inline bool i915_gem_dmabuf_is_proxy(const struct dma_buf *dmabuf)
{
	return false;
}

#endif /* CONFIG_DRM_I915_GVT_DMABUF */

#endif /* __I915_GEM_PROXY_H__ */
