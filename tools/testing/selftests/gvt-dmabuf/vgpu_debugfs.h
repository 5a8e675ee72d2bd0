/* SPDX-License-Identifier: GPL-2.0 */
/* Files of a vGPU in sysfs and debugfs */
#ifndef GVT_DMABUF_VGPU_DEBUGFS_H
#define GVT_DMABUF_VGPU_DEBUGFS_H

#include "vgpu_core.h"

/**
 * vgpu_number - the number in the kernel's name of a vGPU
 * @v: the vGPU; its UUID is enough
 *
 * Return: N of vgpuN, or a negative errno: %-ENOENT if there is no such mdev.
 */
int vgpu_number(const struct vgpu *v);

/**
 * vgpu_debugfs_pattern - a glob() pattern for a file of the vGPU in debugfs
 * @v: the vGPU; its UUID is enough
 * @file: name of the file
 * @pattern: the pattern
 * @size: bytes of @pattern; 128 are enough for any file
 *
 * Return: 0, or as vgpu_number().
 */
int vgpu_debugfs_pattern(const struct vgpu *v, const char *file, char *pattern,
			 size_t size);

/**
 * vgpu_debugfs_read - read a file of the vGPU's directory in debugfs
 * @v: the vGPU; its UUID is enough
 * @file: name of the file
 * @text: contents of the file as a string, truncated to fit
 * @size: bytes of @text
 *
 * Return: the length of the string, or a negative errno: %-ENOENT if there is no
 * such file.
 */
int vgpu_debugfs_read(const struct vgpu *v, const char *file, char *text,
		      size_t size);

/**
 * vgpu_pinned_pages - the number of guest pages that kvmgt has pinned
 * @v: the vGPU; its UUID is enough
 *
 * Return: the number, or as vgpu_debugfs_read().
 */
long vgpu_pinned_pages(const struct vgpu *v);

#endif /* GVT_DMABUF_VGPU_DEBUGFS_H */
