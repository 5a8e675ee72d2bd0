/* SPDX-License-Identifier: MIT */
/*
 * GEM proxy: a read-only view of pages that somebody else owns.
 */

#ifndef __I915_GEM_PROXY_H__
#define __I915_GEM_PROXY_H__

#include <linux/dma-direction.h>
#include <linux/err.h>
#include <linux/types.h>

struct device;
struct dma_buf;
struct drm_i915_gem_object;
struct drm_i915_private;
struct iosys_map;
struct module;
struct page;
struct sg_table;
struct vm_area_struct;

/**
 * struct i915_gem_proxy_run - pages that follow each other in memory
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
 * @get_pages: fill @runs, of which there are @count, so that they are @count
 *	pages together, each with a reference that the proxy drops, and none of
 *	it PCI peer-to-peer memory. Called once at most, with the object's
 *	dma_resv held: it must not take mmap_lock nor any lock under which
 *	mmap_lock is taken. Returns how many runs it filled. On error (a
 *	negative errno, returned as it is to whoever needed the pages) no
 *	reference is left behind.
 * @release: the object is gone and @priv will not be used again. Called once,
 *	from a worker, without a lock.
 */
struct i915_gem_proxy_ops {
	struct module *owner;
	int (*get_pages)(void *priv, struct i915_gem_proxy_run *runs,
			 unsigned int count);
	void (*release)(void *priv);
};

/* Whatever an importer asks for: devices read. An IOMMU holds them to it. */
#define I915_GEM_PROXY_DMA_DIRECTION DMA_TO_DEVICE

#if IS_ENABLED(CONFIG_DRM_I915_GVT_DMABUF)

struct drm_i915_gem_object *
i915_gem_object_create_proxy(struct drm_i915_private *i915, u64 size,
			     unsigned int tiling, unsigned int stride,
			     const struct i915_gem_proxy_ops *ops, void *priv);
bool i915_gem_object_is_proxy(const struct drm_i915_gem_object *obj);
void i915_gem_proxy_put_runs(const struct i915_gem_proxy_run *runs,
			     unsigned int num_runs);

struct sg_table *i915_gem_proxy_map(struct drm_i915_gem_object *obj,
				    struct device *importer);
int i915_gem_proxy_mmap(struct drm_i915_gem_object *obj,
			struct vm_area_struct *vma);
int i915_gem_proxy_vmap(struct drm_i915_gem_object *obj,
			struct iosys_map *map);
void i915_gem_proxy_vunmap(struct drm_i915_gem_object *obj,
			   struct iosys_map *map);
int i915_gem_proxy_begin_cpu_access(struct drm_i915_gem_object *obj);

#else

static inline bool
i915_gem_object_is_proxy(const struct drm_i915_gem_object *obj)
{
	return false;
}

static inline struct sg_table *
i915_gem_proxy_map(struct drm_i915_gem_object *obj, struct device *importer)
{
	return ERR_PTR(-ENODEV);
}

static inline int i915_gem_proxy_mmap(struct drm_i915_gem_object *obj,
				      struct vm_area_struct *vma)
{
	return -ENODEV;
}

static inline int i915_gem_proxy_vmap(struct drm_i915_gem_object *obj,
				      struct iosys_map *map)
{
	return -ENODEV;
}

static inline void i915_gem_proxy_vunmap(struct drm_i915_gem_object *obj,
					 struct iosys_map *map)
{
}

static inline int
i915_gem_proxy_begin_cpu_access(struct drm_i915_gem_object *obj)
{
	return -ENODEV;
}

#endif /* CONFIG_DRM_I915_GVT_DMABUF */

#endif /* __I915_GEM_PROXY_H__ */
