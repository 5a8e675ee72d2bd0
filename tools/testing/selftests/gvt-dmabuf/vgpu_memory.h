/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Guest memory, and the entries by which the GPU finds it. Memory and GGTT space
 * are taken in order, and given back by returning to a mark.
 */
#ifndef GVT_DMABUF_VGPU_MEMORY_H
#define GVT_DMABUF_VGPU_MEMORY_H

#include "vgpu_core.h"

/**
 * struct vgpu_mark - what was taken at some time
 * @ram: bytes of guest memory
 * @gma: the next GGTT address
 */
struct vgpu_mark {
	uint64_t ram, gma;
};

/**
 * vgpu_mark - remember what is taken
 * @v: the vGPU
 *
 * Return: the mark.
 */
struct vgpu_mark vgpu_mark(const struct vgpu *v);

/**
 * vgpu_release - give back what was taken since a mark
 * @v: the vGPU
 * @mark: the mark
 *
 * Entries of the GGTT stay as they are.
 */
void vgpu_release(struct vgpu *v, struct vgpu_mark mark);

/**
 * vgpu_alloc_ram - take whole pages of guest memory
 * @v: the vGPU
 * @size: at least so many bytes
 * @gpa: guest physical address of the first one, on success only
 *
 * Return: 0, or %-ENOMEM.
 */
int vgpu_alloc_ram(struct vgpu *v, size_t size, uint64_t *gpa);

/**
 * vgpu_alloc_gma - take GGTT space
 * @v: the vGPU
 * @size: for at least so many bytes
 * @gma: GGTT address of the first one, on success only
 *
 * Return: 0, or %-ENOSPC.
 */
int vgpu_alloc_gma(struct vgpu *v, size_t size, uint64_t *gma);

/**
 * vgpu_alloc_mapped - take guest memory and GGTT space, and map one to the other
 * @v: the vGPU
 * @size: at least so many bytes
 * @gpa: guest physical address of the first one
 * @gma: its GGTT address
 *
 * Nothing is taken on failure. What the memory contains is unknown.
 *
 * Return: 0, %-ENOMEM, %-ENOSPC, or as vgpu_ggtt_map().
 */
int vgpu_alloc_mapped(struct vgpu *v, size_t size, uint64_t *gpa,
		      uint64_t *gma);

/**
 * vgpu_ggtt_entry - where an entry of the GGTT is
 * @gma: GGTT address of the page
 *
 * Return: its offset in BAR 0.
 */
uint32_t vgpu_ggtt_entry(uint64_t gma);

/**
 * vgpu_ggtt_map - write entries of the GGTT
 * @v: the vGPU
 * @gma: GGTT address of the first page
 * @gpa: guest physical address of the first page; the others follow it
 * @size: for at least so many bytes
 *
 * Return: 0, the errno of pwrite(), or %-EIO if it wrote less.
 */
int vgpu_ggtt_map(struct vgpu *v, uint64_t gma, uint64_t gpa, size_t size);

/**
 * vgpu_ggtt_unmap - write entries of the GGTT that name no page
 * @v: the vGPU
 * @gma: GGTT address of the first page
 * @size: for at least so many bytes
 *
 * Return: as vgpu_ggtt_map().
 */
int vgpu_ggtt_unmap(struct vgpu *v, uint64_t gma, size_t size);

/**
 * vgpu_ggtt_read - read an entry of the GGTT
 * @v: the vGPU
 * @gma: GGTT address of the page
 * @pte: the entry, on success only
 *
 * Return: 0, the errno of pread(), or %-EIO if it read less.
 */
int vgpu_ggtt_read(struct vgpu *v, uint64_t gma, uint64_t *pte);

/**
 * vgpu_ppgtt_notify - tell GVT-g of a PPGTT with four levels, as guests of it do
 * @v: the vGPU
 * @pml4: guest physical address of the highest table
 * @notification: PPGTT_L4_CREATE or PPGTT_L4_DESTROY (vgpu_regs.h)
 *
 * Return: 0, or the errno of a write that is refused.
 */
int vgpu_ppgtt_notify(struct vgpu *v, uint64_t pml4, uint32_t notification);

#endif /* GVT_DMABUF_VGPU_MEMORY_H */
