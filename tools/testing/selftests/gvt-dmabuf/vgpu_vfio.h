/* SPDX-License-Identifier: GPL-2.0 */
/*
 * VFIO: container or IOMMUFD, group, device, regions, and the two ioctls that
 * export a vGPU's planes.
 *
 * The environment variable VGPU_IOMMU selects how guest memory is mapped: a
 * VFIO container ("type1", the default), IOMMUFD in place of the container
 * ("iommufd"), or IOMMUFD and the device's character device, without a group
 * ("cdev"). In all three, &vgpu.container accepts VFIO's ioctls to map and
 * unmap.
 */
#ifndef GVT_DMABUF_VGPU_VFIO_H
#define GVT_DMABUF_VGPU_VFIO_H

#include <linux/vfio.h>

#include "vgpu_core.h"

/* &vfio_device_gfx_plane_info.x_hot and y_hot if the hotspot is unknown */
#define VGPU_HOT_UNKNOWN	0xffffffffu

/* ---- opening: vgpu_open() calls these in this order ---- */

/**
 * vgpu_vfio_find - open the group of an mdev, or its character device
 * @v: with &vgpu.uuid set
 *
 * Return: 0, %-ENODEV without a UUID, or the errno of open().
 */
int vgpu_vfio_find(struct vgpu *v);

/**
 * vgpu_vfio_attach - map guest memory, and register the VM with VFIO
 * @v: after vgpu_vfio_find() and vgpu_vm_open()
 *
 * Return: 0, or the errno of open() or an ioctl.
 */
int vgpu_vfio_attach(struct vgpu *v);

/**
 * vgpu_vfio_open_device - open the device, and find its regions
 * @v: after vgpu_vfio_attach()
 *
 * Return: 0, or the errno of an ioctl of VFIO.
 */
int vgpu_vfio_open_device(struct vgpu *v);

/* ---- the device ---- */

/**
 * vgpu_reset - reset the device, as a VMM does when its guest restarts
 * @v: the vGPU
 *
 * Return: 0, or the errno of the ioctl.
 */
int vgpu_reset(struct vgpu *v);

/**
 * vgpu_region - find a region of the device
 * @v: the vGPU
 * @index: VFIO_PCI_*_REGION_INDEX, or the index of a device-specific region
 * @offset: offset of the region in &vgpu.device
 * @size: bytes of the region
 *
 * Return: 0, or the errno of the ioctl.
 */
int vgpu_region(struct vgpu *v, uint32_t index, uint64_t *offset,
		uint64_t *size);

/**
 * vgpu_find_capability - find a capability in the PCI configuration space
 * @v: the vGPU
 * @id: PCI_CAP_ID_*
 *
 * Return: its offset, %-ENOENT if there is none, or %-EIO.
 */
int vgpu_find_capability(struct vgpu *v, uint8_t id);

/**
 * vgpu_map_dma - map memory into the guest, besides or in place of &vgpu.ram
 * @v: the vGPU
 * @iova: guest physical address
 * @vaddr: the memory
 * @size: bytes
 *
 * Return: 0, or the errno of the ioctl.
 */
int vgpu_map_dma(struct vgpu *v, uint64_t iova, void *vaddr, size_t size);

/**
 * vgpu_unmap_dma - unmap memory of the guest
 * @v: the vGPU
 * @iova: guest physical address
 * @size: bytes; the range must consist of whole mappings
 *
 * Return: 0, or the errno of the ioctl.
 */
int vgpu_unmap_dma(struct vgpu *v, uint64_t iova, size_t size);

/**
 * vgpu_read_aperture - read what the GGTT maps, by BAR 2
 * @v: the vGPU
 * @gma: GGTT address
 * @to: destination
 * @size: bytes to read
 *
 * Return: 0, the errno of the ioctl or of pread(), or %-EIO if it read less.
 */
int vgpu_read_aperture(struct vgpu *v, uint64_t gma, void *to, size_t size);

/* ---- registers ---- */

/**
 * vgpu_write - write a part of BAR 0
 * @v: the vGPU
 * @reg: offset in BAR 0, which need not be the start of a register
 * @val: data to write
 * @bytes: number of bytes
 *
 * Return: 0, the errno of pwrite(), or %-EIO if it wrote less.
 */
int vgpu_write(struct vgpu *v, uint32_t reg, const void *val, size_t bytes);

/**
 * vgpu_read - read a part of BAR 0
 * @v: the vGPU
 * @reg: offset in BAR 0
 * @val: destination
 * @bytes: number of bytes
 *
 * Return: 0, the errno of pread(), or %-EIO if it read less.
 */
int vgpu_read(struct vgpu *v, uint32_t reg, void *val, size_t bytes);

/**
 * vgpu_write32 - write a register
 * @v: the vGPU
 * @reg: its offset (vgpu_regs.h)
 * @val: its value
 *
 * Return: as vgpu_write().
 */
int vgpu_write32(struct vgpu *v, uint32_t reg, uint32_t val);

/**
 * vgpu_read32 - read a register
 * @v: the vGPU
 * @reg: its offset (vgpu_regs.h)
 * @val: its value, set on success only
 *
 * Return: as vgpu_read().
 */
int vgpu_read32(struct vgpu *v, uint32_t reg, uint32_t *val);

/**
 * vgpu_update32 - read, modify and write a register
 * @v: the vGPU
 * @reg: its offset
 * @clear: bits to clear
 * @set: bits to set after that
 *
 * Return: as vgpu_read() and vgpu_write().
 */
int vgpu_update32(struct vgpu *v, uint32_t reg, uint32_t clear, uint32_t set);

/**
 * struct vgpu_reg_write - one of several writes
 * @reg: offset of the register
 * @val: its value
 */
struct vgpu_reg_write {
	uint32_t reg, val;
};

/**
 * vgpu_write_all - write registers in order
 * @v: the vGPU
 * @base: added to each offset
 * @writes: the writes
 * @count: number of writes
 *
 * Return: 0, or the errno of the first write that fails.
 */
int vgpu_write_all(struct vgpu *v, uint32_t base,
		   const struct vgpu_reg_write *writes, size_t count);

/* ---- the ABI under test ---- */

/**
 * vgpu_query - VFIO_DEVICE_QUERY_GFX_PLANE for a dma-buf
 * @v: the vGPU
 * @type: type of the plane
 * @info: the description; drm_format is 0 if the plane is off
 *
 * Return: 0, or the errno of the ioctl.
 */
int vgpu_query(struct vgpu *v, enum vgpu_plane type,
	       struct vfio_device_gfx_plane_info *info);

/**
 * vgpu_get_dmabuf - VFIO_DEVICE_GET_GFX_DMABUF
 * @v: the vGPU
 * @id: from a query
 *
 * Return: the fd of a dma-buf, or the errno of the ioctl.
 */
int vgpu_get_dmabuf(struct vgpu *v, uint32_t id);

#endif /* GVT_DMABUF_VGPU_VFIO_H */
