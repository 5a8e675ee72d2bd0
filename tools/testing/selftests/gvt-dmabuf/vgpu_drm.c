// SPDX-License-Identifier: GPL-2.0
/* Access to a dma-buf: import into a render node, or mmap() */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <drm/drm.h>
#include <drm/i915_drm.h>
#include <linux/dma-buf.h>

#include "vgpu_core.h"
#include "vgpu_drm.h"

/* The minors of each kind of node, 64 of them, begin at @first. */
static int open_node(const char *kind, int first, const char *driver)
{
	char path[40], name[32];
	int fd, minor;

	for (minor = first; minor < first + 64; minor++) {
		struct drm_version version = {
			.name = name,
			.name_len = sizeof(name) - 1,
		};

		snprintf(path, sizeof(path), "/dev/dri/%s%d", kind, minor);
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd < 0)
			continue;
		memset(name, 0, sizeof(name));
		if (!vgpu_ioctl(fd, DRM_IOCTL_VERSION, &version) &&
		    !strcmp(name, driver))
			return fd;
		close(fd);
	}
	return -ENODEV;
}

int vgpu_drm_open_driver(const char *driver)
{
	return open_node("renderD", 128, driver);
}

int vgpu_drm_open(void)
{
	return vgpu_drm_open_driver("i915");
}

int vgpu_drm_open_card(void)
{
	return open_node("card", 0, "i915");
}

int vgpu_drm_import(int drm, int dmabuf, uint32_t *handle)
{
	struct drm_prime_handle prime = { .fd = dmabuf };
	int ret = vgpu_ioctl(drm, DRM_IOCTL_PRIME_FD_TO_HANDLE, &prime);

	*handle = prime.handle;
	return ret;
}

int vgpu_drm_pread(int drm, uint32_t handle, uint64_t offset, void *to,
		   size_t size)
{
	struct drm_i915_gem_pread pread = {
		.handle = handle,
		.offset = offset,
		.size = size,
		.data_ptr = (uintptr_t)to,
	};

	return vgpu_ioctl(drm, DRM_IOCTL_I915_GEM_PREAD, &pread);
}

int vgpu_drm_close_handle(int drm, uint32_t handle)
{
	struct drm_gem_close gem_close = { .handle = handle };

	return vgpu_ioctl(drm, DRM_IOCTL_GEM_CLOSE, &gem_close);
}

int vgpu_dmabuf_read(int dmabuf, void *to, size_t size)
{
	struct dma_buf_sync sync = {
		.flags = DMA_BUF_SYNC_START | DMA_BUF_SYNC_READ,
	};
	void *map;
	int ret;

	map = mmap(NULL, size, PROT_READ, MAP_SHARED, dmabuf, 0);
	if (map == MAP_FAILED)
		return -errno;
	ret = vgpu_ioctl(dmabuf, DMA_BUF_IOCTL_SYNC, &sync);
	if (!ret) {
		memcpy(to, map, size);
		sync.flags = DMA_BUF_SYNC_END | DMA_BUF_SYNC_READ;
		ret = vgpu_ioctl(dmabuf, DMA_BUF_IOCTL_SYNC, &sync);
	}
	munmap(map, size);
	return ret;
}
