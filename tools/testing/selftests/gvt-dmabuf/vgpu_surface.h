/* SPDX-License-Identifier: GPL-2.0 */
/* Surfaces in guest memory, and pixel formats of planes */
#ifndef GVT_DMABUF_VGPU_SURFACE_H
#define GVT_DMABUF_VGPU_SURFACE_H

#include <stdbool.h>

#include <drm/drm_fourcc.h>

#include "vgpu_core.h"

/* Instead of register bits: the plane does not support the format. */
#define VGPU_NOT_SHOWN		UINT32_MAX

/**
 * struct vgpu_format - pixel format of a surface
 * @fourcc: DRM_FORMAT_*
 * @cpp: bytes per pixel
 * @bdw: bits of PRI_CTL on Broadwell, or VGPU_NOT_SHOWN
 * @spr: bits of SPR_CTL on Broadwell, or VGPU_NOT_SHOWN
 * @skl: bits of PLANE_CTL from Skylake on, or VGPU_NOT_SHOWN
 */
struct vgpu_format {
	uint32_t fourcc, cpp, bdw, spr, skl;
};

/**
 * struct vgpu_surface - a framebuffer in guest memory, mapped by the GGTT
 * @width: pixels
 * @height: lines
 * @fourcc: DRM_FORMAT_*
 * @cpp: bytes per pixel
 * @stride: bytes from one line to the next
 * @modifier: DRM_FORMAT_MOD_LINEAR or I915_FORMAT_MOD_*
 * @gma: GGTT address of the first pixel
 * @gpa: guest physical address of the first page; pages are contiguous until
 *	the caller remaps them with vgpu_ggtt_map()
 * @size: bytes, rounded up to whole pages and tile rows
 */
struct vgpu_surface {
	uint32_t width, height, fourcc, cpp, stride;
	uint64_t modifier;
	uint64_t gma, gpa;
	size_t size;
};

/**
 * vgpu_format_find - find a format
 * @fourcc: DRM_FORMAT_*
 *
 * Return: the format, or NULL if no plane supports it.
 */
const struct vgpu_format *vgpu_format_find(uint32_t fourcc);

/**
 * vgpu_can_show - does the primary plane of this GPU support a format?
 * @v: the vGPU
 * @fourcc: DRM_FORMAT_*
 * @modifier: of the format
 *
 * Return: true if it does.
 */
bool vgpu_can_show(const struct vgpu *v, uint32_t fourcc, uint64_t modifier);

/**
 * vgpu_surface_init - lay out a surface, and allocate memory for it
 * @v: the vGPU
 * @s: the surface
 * @width: pixels
 * @height: lines
 * @fourcc: DRM_FORMAT_*
 * @modifier: of the format
 *
 * The memory is not initialized.
 *
 * Return: 0, %-EINVAL for a format or modifier that no plane supports, or as
 * vgpu_alloc_mapped().
 */
int vgpu_surface_init(struct vgpu *v, struct vgpu_surface *s, uint32_t width,
		      uint32_t height, uint32_t fourcc, uint64_t modifier);

/**
 * vgpu_surface_bytes - the memory of a surface
 * @v: the vGPU
 * @s: the surface
 *
 * Return: its first byte.
 */
uint8_t *vgpu_surface_bytes(const struct vgpu *v, const struct vgpu_surface *s);

/**
 * vgpu_put_line - write a line of pixels to a tiled or linear surface
 * @s: the surface
 * @raw: memory with the layout of @s
 * @y: the line
 * @line: pixels from left to right
 */
void vgpu_put_line(const struct vgpu_surface *s, void *raw, uint32_t y,
		   const void *line);

/**
 * vgpu_get_line - read a line of pixels from a tiled or linear surface
 * @s: the surface
 * @raw: memory with the layout of @s
 * @y: the line
 * @line: destination of the pixels, from left to right
 */
void vgpu_get_line(const struct vgpu_surface *s, const void *raw, uint32_t y,
		   void *line);

#endif /* GVT_DMABUF_VGPU_SURFACE_H */
