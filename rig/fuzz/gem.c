// SPDX-License-Identifier: GPL-2.0-or-later
/* Operations of importers: i915 and, for another device, vgem. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <drm/drm.h>
#include <drm/i915_drm.h>
#include <drm/vgem_drm.h>

#include "fuzz.h"

#define KERNEL_ADDRESS		0xffff888000000000ull

int drm_ioctl(struct worker *w, unsigned long request, void *arg)
{
	return vgpu_ioctl(w->drm, request, arg);
}

int open_nodes(struct worker *w)
{
	w->drm = vgpu_drm_open();
	w->vgem = vgpu_drm_open_driver("vgem");
	return w->drm < 0 ? w->drm : 0;
}

/* With all handles of them */
void close_nodes(struct worker *w)
{
	int i;

	close(w->drm);
	for (i = 0; i < HANDLES; i++) {
		if (w->handles[i].handle)
			picture_put(w->handles[i].picture);
		w->handles[i].handle = 0;
	}
	if (w->vgem < 0)
		return;
	close(w->vgem);
	if (w->vgem_handle)
		picture_put(w->vgem_picture);
	w->vgem_handle = 0;
}

void op_drm_reopen(struct worker *w)
{
	close_nodes(w);
	if (open_nodes(w))
		fail(w, "the render node of i915 is gone");
}

struct handle *any_handle(struct worker *w)
{
	unsigned int first = below(w, HANDLES), i;

	for (i = 0; i < HANDLES; i++) {
		struct handle *h = &w->handles[(first + i) % HANDLES];

		if (h->handle)
			return h;
	}
	return NULL;
}

static void close_handle(struct worker *w, struct handle *h)
{
	if (!h->handle)
		return;
	called(w, GEM_CLOSE, vgpu_drm_close_handle(w->drm, h->handle));
	picture_put(h->picture);
	h->handle = 0;
}

static bool has_handle(const struct worker *w, __u32 handle)
{
	int i;

	for (i = 0; i < HANDLES; i++)
		if (w->handles[i].handle == handle)
			return true;
	return false;
}

void op_import(struct worker *w)
{
	struct handle *h = &w->handles[below(w, HANDLES)];
	struct picture *p;
	__u32 handle;
	int fd = take(w, &p);

	if (fd < 0)
		return;
	called(w, IMPORT, vgpu_drm_import(w->drm, fd, &handle));
	close(fd);
	/* One object has one handle, however often it is imported. */
	if (has_handle(w, handle)) {
		picture_put(p);
		return;
	}
	close_handle(w, h);
	h->handle = handle;
	h->picture = p;
}

void op_gem_close(struct worker *w)
{
	struct handle *h = any_handle(w);

	if (h)
		close_handle(w, h);
}

/* ---- reading ---- */

void op_pread(struct worker *w)
{
	struct handle *h = any_handle(w);
	__u64 size, offset = 0, len;
	enum row what;

	if (!h)
		return;
	size = h->picture->info.size;
	len = size < BUFFER_SIZE ? size : BUFFER_SIZE;
	if (one_in(w, 2)) {
		offset = below(w, size);
		len = 1 + below(w, len);
		if (len > size - offset)
			len = size - offset;
	}
	what = h->picture->has_pages ? PREAD_AGAIN : PREAD;
	if (called(w, what, vgpu_drm_pread(w->drm, h->handle, offset,
					   w->buffer, len)))
		return;
	h->picture->has_pages = true;
	check_bytes(w, h->picture, w->buffer, offset, len);
}

void op_pread_odd(struct worker *w)
{
	struct handle *h = any_handle(w);
	struct drm_i915_gem_pread pread = {
		.size = 64,
		.data_ptr = (uintptr_t)w->buffer,
	};
	void *hole;

	if (!h)
		return;
	pread.handle = h->handle;
	switch (below(w, 4)) {
	case 0:
		pread.offset = h->picture->info.size -
			       below(w, one_in(w, 2) ? 63 : 1);
		if (one_in(w, 4))
			pread.offset = random64(w) | 1ull << 63;
		called(w, PREAD_BEYOND,
		       drm_ioctl(w, DRM_IOCTL_I915_GEM_PREAD, &pread));
		break;
	case 1:
		pread.handle |= BIT(30);
		called(w, PREAD_HANDLE,
		       drm_ioctl(w, DRM_IOCTL_I915_GEM_PREAD, &pread));
		break;
	case 2:
		pread.data_ptr = KERNEL_ADDRESS;
		called(w, PREAD_POINTER,
		       drm_ioctl(w, DRM_IOCTL_I915_GEM_PREAD, &pread));
		break;
	default:	/* a pointer that faults half-way */
		hole = mmap(NULL, 2 * VGPU_PAGE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (hole == MAP_FAILED)
			fail(w, "out of memory");
		mprotect((__u8 *)hole + VGPU_PAGE, VGPU_PAGE, PROT_NONE);
		pread.data_ptr = (uintptr_t)hole + VGPU_PAGE - 32;
		called(w, PREAD_POINTER,
		       drm_ioctl(w, DRM_IOCTL_I915_GEM_PREAD, &pread));
		munmap(hole, 2 * VGPU_PAGE);
	}
}

/* ---- what works on an object, and what does not ---- */

static void get_tiling(struct worker *w, const struct handle *h)
{
	const __u64 modifier = h->picture->info.drm_format_mod;
	struct drm_i915_gem_get_tiling arg = { .handle = h->handle };
	__u32 guest = modifier == I915_FORMAT_MOD_X_TILED ? I915_TILING_X :
			 modifier == I915_FORMAT_MOD_Y_TILED ? I915_TILING_Y :
			 I915_TILING_NONE;

	called(w, GET_TILING, drm_ioctl(w, DRM_IOCTL_I915_GEM_GET_TILING,
					&arg));
	/* None, if no fence can describe the stride */
	if (arg.tiling_mode != guest && arg.tiling_mode != I915_TILING_NONE)
		fail(w, "tiling %u of modifier %#llx", arg.tiling_mode,
		     modifier);
}

static void handle_to_fd(struct worker *w, const struct handle *h)
{
	struct drm_prime_handle prime = {
		.handle = h->handle,
		.flags = DRM_CLOEXEC | DRM_RDWR,
	};
	void *map;

	called(w, HANDLE_TO_FD, drm_ioctl(w, DRM_IOCTL_PRIME_HANDLE_TO_FD,
					  &prime));
	map = mmap(NULL, VGPU_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED,
		   prime.fd, 0);
	called(w, MMAP_WRITE, map == MAP_FAILED ? -errno : 0);
	close(prime.fd);
}

void op_gem(struct worker *w)
{
	struct handle *h = any_handle(w);
	struct drm_i915_gem_caching caching = { };
	struct drm_i915_gem_madvise advice = { .madv = below(w, 2) };
	struct drm_i915_gem_sw_finish finish = { };
	struct drm_i915_gem_busy busy = { };
	struct drm_i915_gem_wait wait = { .timeout_ns = below(w, 100000) };

	if (!h)
		return;
	switch (below(w, 7)) {
	case 0:
		get_tiling(w, h);
		break;
	case 1:
		caching.handle = h->handle;
		called(w, GET_CACHING,
		       drm_ioctl(w, DRM_IOCTL_I915_GEM_GET_CACHING, &caching));
		break;
	case 2:
		advice.handle = h->handle;
		called(w, MADVISE, drm_ioctl(w, DRM_IOCTL_I915_GEM_MADVISE,
					     &advice));
		if (advice.retained != 1)
			fail(w, "an advice took the picture away");
		break;
	case 3:
		finish.handle = h->handle;
		called(w, SW_FINISH,
		       drm_ioctl(w, DRM_IOCTL_I915_GEM_SW_FINISH, &finish));
		break;
	case 4:
		busy.handle = h->handle;
		called(w, BUSY, drm_ioctl(w, DRM_IOCTL_I915_GEM_BUSY, &busy));
		break;
	case 5:
		wait.bo_handle = h->handle;
		called(w, WAIT, drm_ioctl(w, DRM_IOCTL_I915_GEM_WAIT, &wait));
		break;
	default:
		handle_to_fd(w, h);
	}
}

static void set_domain(struct worker *w, const struct handle *h)
{
	static const __u32 cpu[] = {
		I915_GEM_DOMAIN_CPU, I915_GEM_DOMAIN_GTT, I915_GEM_DOMAIN_WC,
	};
	struct drm_i915_gem_set_domain arg = {
		.handle = h->handle,
		.read_domains = cpu[below(w, 3)],
	};
	enum row what = SET_DOMAIN;

	switch (below(w, 4)) {
	case 0:
		arg.write_domain = arg.read_domains;
		break;
	case 1:
		arg.read_domains |= I915_GEM_DOMAIN_RENDER;
		what = SET_DOMAIN_ARGS;
		break;
	case 2:
		arg.write_domain = arg.read_domains;
		arg.read_domains = 0;
		what = SET_DOMAIN_ARGS;
	}
	called(w, what, drm_ioctl(w, DRM_IOCTL_I915_GEM_SET_DOMAIN, &arg));
}

/* Pages are of no use as another object's: get_user_pages() refuses them. */
static void userptr(struct worker *w, const struct handle *h)
{
	struct drm_i915_gem_userptr arg = {
		.user_size = VGPU_PAGE,
		.flags = I915_USERPTR_PROBE |
			 (one_in(w, 2) ? I915_USERPTR_READ_ONLY : 0),
	};
	struct drm_prime_handle prime = {
		.handle = h->handle,
		.flags = DRM_CLOEXEC,
	};
	enum row what = h->picture->has_pages ? MMAP_AGAIN : MMAP;
	void *map;

	called(w, HANDLE_TO_FD, drm_ioctl(w, DRM_IOCTL_PRIME_HANDLE_TO_FD,
					  &prime));
	map = mmap(NULL, VGPU_PAGE, PROT_READ, MAP_SHARED, prime.fd, 0);
	if (!called(w, what, map == MAP_FAILED ? -errno : 0)) {
		h->picture->has_pages = true;
		arg.user_ptr = (uintptr_t)map;
		called(w, USERPTR, drm_ioctl(w, DRM_IOCTL_I915_GEM_USERPTR,
					     &arg));
		munmap(map, VGPU_PAGE);
	}
	close(prime.fd);
}

void op_gem_refused(struct worker *w)
{
	struct handle *h = any_handle(w);
	struct drm_i915_gem_pwrite pwrite = {
		.size = 1 + below(w, VGPU_PAGE),
		.data_ptr = (uintptr_t)w->buffer,
	};
	struct drm_i915_gem_set_tiling tiling = {
		.tiling_mode = below(w, 3),
		.stride = 512 * below(w, 16),
	};
	struct drm_i915_gem_caching caching = { .caching = below(w, 3) };
	struct drm_i915_gem_mmap map = { .size = VGPU_PAGE };

	if (!h)
		return;
	switch (below(w, 6)) {
	case 0:
		pwrite.handle = h->handle;
		pwrite.offset = below(w, h->picture->info.size);
		called(w, PWRITE, drm_ioctl(w, DRM_IOCTL_I915_GEM_PWRITE,
					    &pwrite));
		break;
	case 1:
		tiling.handle = h->handle;
		called(w, SET_TILING,
		       drm_ioctl(w, DRM_IOCTL_I915_GEM_SET_TILING, &tiling));
		break;
	case 2:
		set_domain(w, h);
		break;
	case 3:
		caching.handle = h->handle;
		called(w, SET_CACHING,
		       drm_ioctl(w, DRM_IOCTL_I915_GEM_SET_CACHING, &caching));
		break;
	case 4:
		map.handle = h->handle;
		called(w, GEM_MMAP, drm_ioctl(w, DRM_IOCTL_I915_GEM_MMAP,
					      &map));
		break;
	default:
		userptr(w, h);
	}
}

/* ---- mappings by offset ---- */

/*
 * Read from a mapping; false after a bus error. The first page fault looks up
 * the pages, and there is no other way to tell that this failed.
 */
static bool touch(struct worker *w, const __u8 *bytes)
{
	if (sigsetjmp(w->bus_error, 1)) {
		w->expects_bus_error = false;
		return false;
	}
	w->expects_bus_error = true;
	memcpy(w->buffer, bytes, sizeof(__u64));
	w->expects_bus_error = false;
	return true;
}

void op_gem_mmap(struct worker *w)
{
	static const __u64 kinds[] = {
		I915_MMAP_OFFSET_GTT, I915_MMAP_OFFSET_WB,
		I915_MMAP_OFFSET_WC, I915_MMAP_OFFSET_UC,
	};
	struct handle *h = any_handle(w);
	struct drm_i915_gem_mmap_offset arg = {
		.flags = kinds[below(w, ARRAY_SIZE(kinds))],
	};
	bool has_pages, ok;
	__u64 size, at;
	__u8 *map;

	if (!h)
		return;
	arg.handle = h->handle;
	if (one_in(w, 16)) {
		arg.flags = I915_MMAP_OFFSET_FIXED;
		called(w, MMAP_OFFSET_FIXED,
		       drm_ioctl(w, DRM_IOCTL_I915_GEM_MMAP_OFFSET, &arg));
		return;
	}
	called(w, MMAP_OFFSET,
	       drm_ioctl(w, DRM_IOCTL_I915_GEM_MMAP_OFFSET, &arg));
	size = h->picture->info.size;
	if (one_in(w, 4)) {
		map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED,
			   w->drm, arg.offset);
		called(w, OFFSET_MMAP_WRITE, map == MAP_FAILED ? -errno : 0);
		return;
	}
	map = mmap(NULL, size, PROT_READ, MAP_SHARED, w->drm, arg.offset);
	called(w, OFFSET_MMAP, map == MAP_FAILED ? -errno : 0);

	has_pages = h->picture->has_pages;
	at = (__u64)below(w, size / VGPU_PAGE) * VGPU_PAGE;
	ok = touch(w, map + at);
	called(w, has_pages ? TOUCH_AGAIN : TOUCH, ok ? 0 : -EFAULT);
	if (ok) {
		h->picture->has_pages = true;
		/* A fence turns tiles into lines, so only linear is as is. */
		if (!h->picture->info.drm_format_mod)
			check_bytes(w, h->picture, map + at, at, VGPU_PAGE);
	}
	munmap(map, size);
}

/* ---- another device ---- */

/* An object of vgem stays until the next import; a fence of it for a moment */
void op_vgem(struct worker *w)
{
	struct drm_vgem_fence_attach attach = {
		.flags = one_in(w, 2) ? VGEM_FENCE_WRITE : 0,
	};
	struct drm_vgem_fence_signal signal = { };
	struct picture *p;
	enum row what;
	int fd, ret;

	if (w->vgem < 0)
		return;
	if (w->vgem_handle) {
		called(w, GEM_CLOSE,
		       vgpu_drm_close_handle(w->vgem, w->vgem_handle));
		picture_put(w->vgem_picture);
		w->vgem_handle = 0;
	}
	fd = take(w, &p);
	if (fd < 0)
		return;
	what = p->has_pages ? IMPORT_VGEM_AGAIN : IMPORT_VGEM;
	ret = called(w, what, vgpu_drm_import(w->vgem, fd, &w->vgem_handle));
	close(fd);
	if (ret) {
		w->vgem_handle = 0;
		picture_put(p);
		return;
	}
	p->has_pages = true;
	w->vgem_picture = p;
	if (one_in(w, 2))
		return;
	attach.handle = w->vgem_handle;
	if (called(w, VGEM_ATTACH, vgpu_ioctl(w->vgem,
					      DRM_IOCTL_VGEM_FENCE_ATTACH,
					      &attach)))
		return;
	sched_yield();	/* for somebody to wait */
	signal.fence = attach.out_fence;
	called(w, VGEM_SIGNAL, vgpu_ioctl(w->vgem, DRM_IOCTL_VGEM_FENCE_SIGNAL,
					  &signal));
}
