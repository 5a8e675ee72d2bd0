// SPDX-License-Identifier: GPL-2.0-or-later
/* Batches that try to have a picture written to, by the kernel or the GPU. */
#include <errno.h>
#include <string.h>

#include <drm/drm.h>
#include <drm/i915_drm.h>

#include "fuzz.h"
#include "vgpu_commands.h"

static __u32 make_batch(struct worker *w, const __u32 *dwords,
			size_t size)
{
	struct drm_i915_gem_create create = { .size = VGPU_PAGE };
	struct drm_i915_gem_pwrite pwrite = {
		.size = size,
		.data_ptr = (uintptr_t)dwords,
	};
	int ret = drm_ioctl(w, DRM_IOCTL_I915_GEM_CREATE, &create);

	pwrite.handle = create.handle;
	if (!ret)
		ret = drm_ioctl(w, DRM_IOCTL_I915_GEM_PWRITE, &pwrite);
	if (ret)
		fail(w, "batch buffer: %s", strerror(-ret));
	return create.handle;
}

static int execute(struct worker *w, struct drm_i915_gem_exec_object2 *objects)
{
	struct drm_i915_gem_execbuffer2 exec = {
		.buffers_ptr = (uintptr_t)objects,
		.buffer_count = 2,
		.flags = I915_EXEC_RENDER,
	};

	return drm_ioctl(w, DRM_IOCTL_I915_GEM_EXECBUFFER2, &exec);
}

/* Ask for a relocation in the framebuffer. */
static void exec_relocation(struct worker *w, const struct handle *h)
{
	static const __u32 batch[] = { MI_BATCH_BUFFER_END, 0 };
	__u32 handle = make_batch(w, batch, sizeof(batch));
	struct drm_i915_gem_relocation_entry reloc = {
		.target_handle = handle,
		.offset = below(w, h->picture->info.size / 8) * 8,
		.delta = random32(w),
		.presumed_offset = UINT64_MAX,
		.read_domains = I915_GEM_DOMAIN_RENDER,
	};
	struct drm_i915_gem_exec_object2 objects[2] = {
		{
			.handle = h->handle,
			.relocation_count = 1,
			.relocs_ptr = (uintptr_t)&reloc,
			.flags = one_in(w, 2) ? EXEC_OBJECT_WRITE : 0,
		},
		{ .handle = handle },
	};

	called(w, EXEC_RELOC, execute(w, objects));
	vgpu_drm_close_handle(w->drm, handle);
}

/* Have the GPU store to the picture: a read-only entry swallows it. */
static void exec_store(struct worker *w, const struct handle *h)
{
	static const __u32 batch[] = {
		MI_STORE_DATA_IMM, 0, 0, 0xdeadbeef,
		MI_BATCH_BUFFER_END, 0,
	};
	__u32 handle = make_batch(w, batch, sizeof(batch));
	struct drm_i915_gem_relocation_entry reloc = {
		.target_handle = h->handle,
		.offset = 4,
		.delta = below(w, h->picture->info.size / 4) * 4,
		.presumed_offset = UINT64_MAX,
		.read_domains = I915_GEM_DOMAIN_RENDER,
		.write_domain = I915_GEM_DOMAIN_RENDER,
	};
	struct drm_i915_gem_exec_object2 objects[2] = {
		{
			.handle = h->handle,
			.flags = EXEC_OBJECT_WRITE |
				 EXEC_OBJECT_SUPPORTS_48B_ADDRESS,
		},
		{
			.handle = handle,
			.relocation_count = 1,
			.relocs_ptr = (uintptr_t)&reloc,
			.flags = EXEC_OBJECT_SUPPORTS_48B_ADDRESS,
		},
	};
	struct drm_i915_gem_wait wait = {
		.bo_handle = handle,
		.timeout_ns = 10000000000,
	};
	enum row what = h->picture->has_pages ? EXEC_AGAIN : EXEC;

	if (!called(w, what, execute(w, objects))) {
		h->picture->has_pages = true;
		if (one_in(w, 2))
			called(w, EXEC_WAIT,
			       drm_ioctl(w, DRM_IOCTL_I915_GEM_WAIT, &wait));
	}
	vgpu_drm_close_handle(w->drm, handle);
}

void op_exec(struct worker *w)
{
	struct handle *h = any_handle(w);

	if (!h)
		return;
	if (one_in(w, 2))
		exec_relocation(w, h);
	else
		exec_store(w, h);
}
