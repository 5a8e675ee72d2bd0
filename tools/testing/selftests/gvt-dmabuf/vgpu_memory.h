/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Guest memory, GGTT entries and PPGTTs. Memory and GGTT space are allocated in
 * ascending order, and freed by releasing everything allocated after a mark.
 */
#ifndef GVT_DMABUF_VGPU_MEMORY_H
#define GVT_DMABUF_VGPU_MEMORY_H

#include "vgpu_core.h"

/**
 * struct vgpu_mark - allocations at a point in time
 * @ram: bytes of guest memory that are allocated
 * @gma: the next GGTT address
 */
struct vgpu_mark {
	uint64_t ram, gma;
};

/**
 * vgpu_mark - mark the current allocations, for vgpu_release()
 * @v: the vGPU
 *
 * Return: the mark.
 */
struct vgpu_mark vgpu_mark(const struct vgpu *v);

/**
 * vgpu_release - free what was allocated since a mark
 * @v: the vGPU
 * @mark: the mark
 *
 * GGTT entries are not changed.
 */
void vgpu_release(struct vgpu *v, struct vgpu_mark mark);

/**
 * vgpu_alloc_ram - allocate guest memory
 * @v: the vGPU
 * @size: bytes, rounded up to whole pages
 * @gpa: guest physical address, set on success only
 *
 * Return: 0, or %-ENOMEM.
 */
int vgpu_alloc_ram(struct vgpu *v, size_t size, uint64_t *gpa);

/**
 * vgpu_alloc_gma - allocate GGTT space
 * @v: the vGPU
 * @size: bytes, rounded up to whole pages
 * @gma: GGTT address, set on success only
 *
 * Return: 0, or %-ENOSPC.
 */
int vgpu_alloc_gma(struct vgpu *v, size_t size, uint64_t *gma);

/**
 * vgpu_alloc_mapped - allocate guest memory, and map it in the GGTT
 * @v: the vGPU
 * @size: bytes, rounded up to whole pages
 * @gpa: guest physical address
 * @gma: GGTT address
 *
 * Nothing is allocated on failure. The memory is not initialized.
 *
 * Return: 0, %-ENOMEM, %-ENOSPC, or as vgpu_ggtt_map().
 */
int vgpu_alloc_mapped(struct vgpu *v, size_t size, uint64_t *gpa,
		      uint64_t *gma);

/**
 * vgpu_ggtt_entry - the offset of a GGTT entry
 * @gma: GGTT address of the page
 *
 * Return: the offset of the entry in BAR 0.
 */
uint32_t vgpu_ggtt_entry(uint64_t gma);

/**
 * vgpu_ggtt_map - map contiguous guest memory in the GGTT
 * @v: the vGPU
 * @gma: GGTT address of the first page
 * @gpa: guest physical address of the first page
 * @size: bytes, rounded up to whole pages
 *
 * Return: 0, the errno of pwrite(), or %-EIO if it wrote less.
 */
int vgpu_ggtt_map(struct vgpu *v, uint64_t gma, uint64_t gpa, size_t size);

/**
 * vgpu_ggtt_unmap - clear GGTT entries
 * @v: the vGPU
 * @gma: GGTT address of the first page
 * @size: bytes, rounded up to whole pages
 *
 * Return: as vgpu_ggtt_map().
 */
int vgpu_ggtt_unmap(struct vgpu *v, uint64_t gma, size_t size);

/**
 * vgpu_ggtt_read - read a GGTT entry
 * @v: the vGPU
 * @gma: GGTT address of the page
 * @pte: the entry, set on success only
 *
 * Return: 0, the errno of pread(), or %-EIO if it read less.
 */
int vgpu_ggtt_read(struct vgpu *v, uint64_t gma, uint64_t *pte);

/**
 * vgpu_ppgtt_notify - notify GVT-g of a PPGTT with four levels
 * @v: the vGPU
 * @pml4: guest physical address of the highest table
 * @notification: PPGTT_L4_CREATE or PPGTT_L4_DESTROY (vgpu_regs.h)
 *
 * Return: 0, or the errno of a write to a register.
 */
int vgpu_ppgtt_notify(struct vgpu *v, uint64_t pml4, uint32_t notification);

#endif /* GVT_DMABUF_VGPU_MEMORY_H */
