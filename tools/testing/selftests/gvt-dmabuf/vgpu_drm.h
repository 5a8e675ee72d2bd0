/* SPDX-License-Identifier: GPL-2.0 */
/* Access to a dma-buf: import into a render node, or mmap() */
#ifndef GVT_DMABUF_VGPU_DRM_H
#define GVT_DMABUF_VGPU_DRM_H

#include <stddef.h>
#include <stdint.h>

/**
 * vgpu_drm_open_driver - open a render node of a driver
 * @driver: name of the driver
 *
 * Return: its fd, or %-ENODEV.
 */
int vgpu_drm_open_driver(const char *driver);

/**
 * vgpu_drm_open - open the render node of i915
 *
 * Return: as vgpu_drm_open_driver().
 */
int vgpu_drm_open(void);

/**
 * vgpu_drm_open_card - open the primary node of i915, for modesetting
 *
 * Return: as vgpu_drm_open_driver().
 */
int vgpu_drm_open_card(void);

/**
 * vgpu_drm_import - import a dma-buf
 * @drm: the render node
 * @dmabuf: fd of the dma-buf
 * @handle: the GEM handle
 *
 * Return: 0, or the errno of the ioctl.
 */
int vgpu_drm_import(int drm, int dmabuf, uint32_t *handle);

/**
 * vgpu_drm_pread - read a GEM object by PREAD of i915
 * @drm: the render node
 * @handle: the GEM handle
 * @offset: offset of the first byte in the object
 * @to: destination
 * @size: bytes to read
 *
 * Return: 0, or the errno of the ioctl.
 */
int vgpu_drm_pread(int drm, uint32_t handle, uint64_t offset, void *to,
		   size_t size);

/**
 * vgpu_drm_close_handle - close a GEM handle
 * @drm: the render node
 * @handle: the GEM handle
 *
 * Return: 0, or the errno of the ioctl.
 */
int vgpu_drm_close_handle(int drm, uint32_t handle);

/**
 * vgpu_dmabuf_read - read a dma-buf by mmap()
 * @dmabuf: fd of the dma-buf
 * @to: destination
 * @size: bytes to read, from offset 0
 *
 * Return: 0, or the errno of mmap() or an ioctl.
 */
int vgpu_dmabuf_read(int dmabuf, void *to, size_t size);

#endif /* GVT_DMABUF_VGPU_DRM_H */
