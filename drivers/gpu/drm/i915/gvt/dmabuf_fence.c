// SPDX-License-Identifier: MIT
/*
 * What a guest may still be drawing, as an implicit fence of what it shows.
 *
 * A guest's commands name addresses of page tables of its own, so there is no
 * telling which of its requests draws to which surface: every dma-buf of a
 * vGPU carries every request of it that the GPU has been given, as a writer's.
 * Whoever reads by the rules of dma-buf waits for them and then sees no half
 * drawn picture. Neither the guest nor GVT ever waits for a reader, so nothing
 * goes round in a circle.
 *
 * What the guest has submitted and GVT not yet dispatched has no fence: when
 * the vGPU gets its turn is up to the scheduler of vGPUs, and a fence must
 * signal in bounded time. Drawing by the guest's CPU has none either.
 */

#include <linux/dma-resv.h>

#include "gem/i915_gem_object.h"
#include "gt/intel_engine_types.h"
#include "i915_drv.h"
#include "i915_request.h"

#include "dmabuf.h"
#include "dmabuf_surface.h"
#include "gvt.h"

/* vgpu_lock keeps what is found: a workload completes with it held. */
static unsigned int find_outstanding(struct intel_vgpu *vgpu,
				     struct dma_fence **fences)
{
	struct intel_gvt *gvt = vgpu->gvt;
	struct intel_vgpu_workload *workload;
	enum intel_engine_id id;
	unsigned int count = 0;

	/* Mostly there is none, and the lock is everybody's. */
	if (!atomic_read(&vgpu->submission.running_workload_num))
		return 0;

	mutex_lock(&gvt->sched_lock);
	for (id = 0; id < I915_NUM_ENGINES; id++) {
		workload = gvt->scheduler.current_workload[id];
		if (workload && workload->vgpu == vgpu && workload->req)
			fences[count++] = &workload->req->fence;
	}
	mutex_unlock(&gvt->sched_lock);

	return count;
}

static int add_fences(struct dma_resv *resv, struct dma_fence **fences,
		      unsigned int count)
{
	unsigned int i;
	int ret;

	if (!count)
		return 0;

	dma_resv_lock(resv, NULL);
	ret = dma_resv_reserve_fences(resv, count);
	for (i = 0; i < count && !ret; i++)
		dma_resv_add_fence(resv, fences[i], DMA_RESV_USAGE_WRITE);
	dma_resv_unlock(resv);

	return ret;
}

/**
 * gvt_export_add_fences - let a new dma-buf carry what its guest draws
 * @vgpu: vGPU whose surface it is
 * @export: it, with its proxy; on success it is in &gvt_surfaces.exports
 *
 * Context: Process context, without vgpu_lock. May sleep.
 * Return: 0 or -ENOMEM.
 */
int gvt_export_add_fences(struct intel_vgpu *vgpu, struct gvt_export *export)
{
	struct gvt_surfaces *table = vgpu->surfaces;
	struct dma_fence *fences[I915_NUM_ENGINES];
	int ret;

	/* No request can be added between those there are and the list. */
	mutex_lock(&vgpu->vgpu_lock);
	ret = add_fences(export->obj->base.resv, fences,
			 find_outstanding(vgpu, fences));
	if (!ret) {
		mutex_lock(&table->lock);
		list_add_tail(&export->node, &table->exports);
		mutex_unlock(&table->lock);
	}
	mutex_unlock(&vgpu->vgpu_lock);

	return ret;
}

/**
 * intel_vgpu_surfaces_add_fence - let dma-bufs carry a new request of the guest
 * @vgpu: vGPU whose request it is
 * @fence: it
 *
 * Context: Process context, vgpu_lock held, no dma_resv held.
 */
void intel_vgpu_surfaces_add_fence(struct intel_vgpu *vgpu,
				   struct dma_fence *fence)
{
	struct gvt_surfaces *table = vgpu->surfaces;
	struct drm_i915_gem_object *last = NULL;
	struct gvt_export *export;

	lockdep_assert_held(&vgpu->vgpu_lock);

	mutex_lock(&table->lock);
	list_for_each_entry(export, &table->exports, node) {
		/* One that is being freed has nobody who could wait. */
		if (!kref_get_unless_zero(&export->obj->base.refcount))
			continue;

		/*
		 * dma_resv is outside of the table's lock. Short of memory, a
		 * picture may tear: the guest's work matters more.
		 */
		mutex_unlock(&table->lock);
		add_fences(export->obj->base.resv, &fence, 1);
		if (last)
			i915_gem_object_put(last);
		mutex_lock(&table->lock);
		/* With its proxy held, @export stays in the list. */
		last = export->obj;
	}
	mutex_unlock(&table->lock);

	if (last)
		i915_gem_object_put(last);
}
