/* SPDX-License-Identifier: GPL-2.0 */
/* Pipes of a vGPU. They count from 0, and there may be several heads. */
#ifndef GVT_DMABUF_VGPU_PIPE_H
#define GVT_DMABUF_VGPU_PIPE_H

#include "vgpu_core.h"

/**
 * vgpu_pipe_on - turn a pipe on, at 60 Hz
 * @v: the vGPU
 * @pipe: which one
 * @width: of what its planes are put together to, in pixels
 * @height: of it, in lines
 *
 * Return: 0, or the errno of an access to a register.
 */
int vgpu_pipe_on(struct vgpu *v, int pipe, uint32_t width, uint32_t height);

/**
 * vgpu_pipe_off - turn a pipe off
 * @v: the vGPU
 * @pipe: which one
 *
 * Return: 0, or the errno of a write to a register.
 */
int vgpu_pipe_off(struct vgpu *v, int pipe);

/**
 * vgpu_pipe_size - set PIPE_SRCSZ
 * @v: the vGPU
 * @pipe: which one
 * @width: of what its planes are put together to, in pixels
 * @height: of it, in lines
 *
 * Return: 0, or the errno of a write to a register.
 */
int vgpu_pipe_size(struct vgpu *v, int pipe, uint32_t width, uint32_t height);

/**
 * vgpu_pipe_timing - turn pipe A on with any timing, however absurd
 * @v: the vGPU
 * @pixel_khz: pixel clock
 * @htotal: pixels of a line, from 1
 * @vtotal: lines of a frame, from 1
 *
 * Return: 0, or the errno of an access to a register.
 */
int vgpu_pipe_timing(struct vgpu *v, uint32_t pixel_khz, uint32_t htotal,
		     uint32_t vtotal);

/**
 * vgpu_pipe_frames - read the frame counter
 * @v: the vGPU
 * @pipe: which one
 * @count: vblanks since some time, on success only
 *
 * Return: 0, or the errno of a read from a register.
 */
int vgpu_pipe_frames(struct vgpu *v, int pipe, uint32_t *count);

/**
 * vgpu_wait_vblank - wait until what was armed before has been latched
 * @v: the vGPU
 * @pipe: which one; if it is off there is nothing to wait for
 *
 * Return: 0, also if no vblank came for several frames, or the errno of a read
 * from a register.
 */
int vgpu_wait_vblank(struct vgpu *v, int pipe);

#endif /* GVT_DMABUF_VGPU_PIPE_H */
