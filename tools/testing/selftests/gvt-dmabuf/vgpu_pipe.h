/* SPDX-License-Identifier: GPL-2.0 */
/* Pipes of a vGPU, counted from 0. Several may be on. */
#ifndef GVT_DMABUF_VGPU_PIPE_H
#define GVT_DMABUF_VGPU_PIPE_H

#include "vgpu_core.h"

/**
 * vgpu_pipe_on - turn a pipe on, at 60 Hz
 * @v: the vGPU
 * @pipe: the pipe
 * @width: pixels of the pipe source
 * @height: lines of the pipe source
 *
 * Return: 0, or the errno of an access to a register.
 */
int vgpu_pipe_on(struct vgpu *v, int pipe, uint32_t width, uint32_t height);

/**
 * vgpu_pipe_off - turn a pipe off
 * @v: the vGPU
 * @pipe: the pipe
 *
 * Return: 0, or the errno of a write to a register.
 */
int vgpu_pipe_off(struct vgpu *v, int pipe);

/**
 * vgpu_pipe_size - set PIPE_SRCSZ
 * @v: the vGPU
 * @pipe: the pipe
 * @width: pixels of the pipe source
 * @height: lines of the pipe source
 *
 * Return: 0, or the errno of a write to a register.
 */
int vgpu_pipe_size(struct vgpu *v, int pipe, uint32_t width, uint32_t height);

/**
 * vgpu_pipe_timing - turn pipe A on with any timing, valid or not
 * @v: the vGPU
 * @pixel_khz: pixel clock
 * @htotal: pixels per line, at least 1
 * @vtotal: lines per frame, at least 1
 *
 * Return: 0, or the errno of an access to a register.
 */
int vgpu_pipe_timing(struct vgpu *v, uint32_t pixel_khz, uint32_t htotal,
		     uint32_t vtotal);

/**
 * vgpu_pipe_frames - read the frame counter
 * @v: the vGPU
 * @pipe: the pipe
 * @count: the frame counter, set on success only
 *
 * Return: 0, or the errno of a read from a register.
 */
int vgpu_pipe_frames(struct vgpu *v, int pipe, uint32_t *count);

/**
 * vgpu_wait_vblank - wait until armed registers have been latched
 * @v: the vGPU
 * @pipe: the pipe; if it is off, do not wait
 *
 * Return: 0, also on timeout after several frames, or the errno of a read from
 * a register.
 */
int vgpu_wait_vblank(struct vgpu *v, int pipe);

#endif /* GVT_DMABUF_VGPU_PIPE_H */
