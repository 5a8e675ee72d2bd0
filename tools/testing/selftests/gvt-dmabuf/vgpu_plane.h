/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Planes and cursors of a vGPU; pipes count from 0.
 *
 * Planes are flipped asynchronously, so a change takes effect immediately. A
 * primary plane latches at vblank once vgpu_primary_ctl() has cleared
 * VGPU_ASYNC_FLIP. Cursors always latch at vblank; the functions return after
 * it. An errno is that of an access to a register, unless stated otherwise.
 */
#ifndef GVT_DMABUF_VGPU_PLANE_H
#define GVT_DMABUF_VGPU_PLANE_H

#include "vgpu_surface.h"

/* A bit of PLANE_CTL and of Broadwell's control registers */
#define VGPU_ASYNC_FLIP	0x200u

/**
 * vgpu_primary_show - show a surface on plane 1, and set the pipe to its size
 * @v: the vGPU; writes are in &vgpu.order
 * @pipe: the pipe
 * @s: the surface
 *
 * Return: 0, %-EINVAL if no primary plane of this GPU can show it, or an errno.
 */
int vgpu_primary_show(struct vgpu *v, int pipe, const struct vgpu_surface *s);

/**
 * vgpu_primary_flip - write PLANE_SURF of plane 1
 * @v: the vGPU
 * @pipe: the pipe
 * @gma: GGTT address of a surface with the same layout
 *
 * Return: 0, or an errno.
 */
int vgpu_primary_flip(struct vgpu *v, int pipe, uint64_t gma);

/**
 * vgpu_primary_hide - turn plane 1 off
 * @v: the vGPU
 * @pipe: the pipe
 *
 * Return: 0, or an errno.
 */
int vgpu_primary_hide(struct vgpu *v, int pipe);

/**
 * vgpu_primary_ctl - change bits of the control register of plane 1, and arm it
 * @v: the vGPU
 * @pipe: the pipe
 * @clear: bits to clear
 * @set: bits to set after that; reserved values are allowed
 *
 * Return: 0, or an errno.
 */
int vgpu_primary_ctl(struct vgpu *v, int pipe, uint32_t clear, uint32_t set);

/**
 * vgpu_primary_stride - write the stride register of plane 1, and arm it
 * @v: the vGPU
 * @pipe: the pipe
 * @reg: value of the register: bytes on Broadwell, units of the tiling from
 *	Skylake on
 *
 * Return: 0, or an errno.
 */
int vgpu_primary_stride(struct vgpu *v, int pipe, uint32_t reg);

/**
 * vgpu_plane_show - show a surface on any plane; the pipe keeps its size
 * @v: the vGPU; writes are in &vgpu.order
 * @pipe: the pipe
 * @plane: on gen9, 1 to 3 from bottom to top; on Broadwell, 1 for the primary
 *	plane, which always covers its pipe, or 2 for the sprite
 * @s: the surface
 * @x: pixels from the left of the pipe
 * @y: lines from its top
 *
 * Return: 0, %-EINVAL if the plane cannot show it, or an errno.
 */
int vgpu_plane_show(struct vgpu *v, int pipe, int plane,
		    const struct vgpu_surface *s, uint32_t x, uint32_t y);

/**
 * vgpu_plane_hide - turn any plane off
 * @v: the vGPU
 * @pipe: the pipe
 * @plane: as for vgpu_plane_show(); a plane that does not exist is ignored
 *
 * Return: 0, or an errno.
 */
int vgpu_plane_hide(struct vgpu *v, int pipe, int plane);

/**
 * vgpu_overlay_show - show a surface on plane 2, at the top left
 * @v: the vGPU; writes are in &vgpu.order
 * @pipe: the pipe
 * @s: the surface
 *
 * Return: as vgpu_plane_show().
 */
int vgpu_overlay_show(struct vgpu *v, int pipe, const struct vgpu_surface *s);

/**
 * vgpu_overlay_hide - turn plane 2 off
 * @v: the vGPU
 * @pipe: the pipe
 *
 * Return: 0, or an errno.
 */
int vgpu_overlay_hide(struct vgpu *v, int pipe);

/**
 * vgpu_cursor_show - show a surface as the cursor
 * @v: the vGPU; writes are in &vgpu.order
 * @pipe: the pipe
 * @s: a square of 64, 128 or 256 pixels, ARGB8888, linear
 *
 * Return: 0, or an errno.
 */
int vgpu_cursor_show(struct vgpu *v, int pipe, const struct vgpu_surface *s);

/**
 * vgpu_cursor_move - move the cursor
 * @v: the vGPU
 * @pipe: the pipe
 * @x: pixels from the left, which may be negative
 * @y: lines from the top, which may be negative
 *
 * Return: 0, or an errno.
 */
int vgpu_cursor_move(struct vgpu *v, int pipe, int x, int y);

/**
 * vgpu_cursor_hotspot - set the cursor's hotspot in PVINFO
 * @v: the vGPU
 * @x: pixels from the left of the cursor
 * @y: lines from the top of the cursor
 *
 * Return: 0, or an errno.
 */
int vgpu_cursor_hotspot(struct vgpu *v, uint32_t x, uint32_t y);

/**
 * vgpu_cursor_ctl - write CUR_CTL, and arm it
 * @v: the vGPU
 * @pipe: the pipe
 * @ctl: value of the register; reserved values are allowed
 *
 * Return: 0, or an errno.
 */
int vgpu_cursor_ctl(struct vgpu *v, int pipe, uint32_t ctl);

/**
 * vgpu_cursor_hide - turn the cursor off
 * @v: the vGPU
 * @pipe: the pipe
 *
 * Return: 0, or an errno.
 */
int vgpu_cursor_hide(struct vgpu *v, int pipe);

#endif /* GVT_DMABUF_VGPU_PLANE_H */
