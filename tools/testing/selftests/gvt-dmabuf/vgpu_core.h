/* SPDX-License-Identifier: GPL-2.0 */
/* The state of an open vGPU, which every file of the library uses */
#ifndef GVT_DMABUF_VGPU_CORE_H
#define GVT_DMABUF_VGPU_CORE_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
#endif

#define VGPU_PAGE		4096u
#define VGPU_PIPES		3

/* DRM_PLANE_TYPE_* are kernel-internal names; the VFIO ABI uses the values. */
enum vgpu_plane { VGPU_OVERLAY, VGPU_PRIMARY, VGPU_CURSOR };

/**
 * enum vgpu_order - order in which the guest writes the registers of a plane
 * @VGPU_SURF_LAST: the surface address (base, for a cursor) after all other
 *	registers, as drivers do
 * @VGPU_CTL_LAST: turn the plane off, write the surface address, then the
 *	control register, as firmware does; returns after the vblank that
 *	latches it
 * @VGPU_PTES_LAST: as @VGPU_SURF_LAST, then the GGTT entries of the surface, as
 *	vgpu_surface_init() wrote them
 */
enum vgpu_order { VGPU_SURF_LAST, VGPU_CTL_LAST, VGPU_PTES_LAST };

/* The step that vgpu_open() has reached, for vgpu_explain() */
enum vgpu_step {
	VGPU_STEP_UUID, VGPU_STEP_MDEV, VGPU_STEP_GROUP, VGPU_STEP_KVM,
	VGPU_STEP_VM, VGPU_STEP_RAM, VGPU_STEP_CONTAINER, VGPU_STEP_ATTACH,
	VGPU_STEP_DMA, VGPU_STEP_DEVICE, VGPU_STEP_RESET, VGPU_STEP_PVINFO,
	VGPU_STEP_PLATFORM, VGPU_STEP_PLANES,
};

/**
 * struct vgpu - one open vGPU and the VM that owns it
 * @device: VFIO device fd; callers may use it for ioctls
 * @container: fd of the VFIO container, or of the IOMMUFD in its place
 * @bar0: offset of BAR 0 (registers and GGTT) in @device
 * @config: offset of the PCI configuration space in @device
 * @pci_id: PCI device id
 * @platform: short name of the GPU, "kbl"
 * @gen: graphics generation, 8 or 9, which determines the layout of plane
 *	registers
 * @ram: guest memory; guest physical address 0 is @ram[0]
 * @ram_size: bytes of @ram
 * @aperture: GGTT address of the vGPU's part of the aperture
 * @aperture_size: bytes of it
 * @order: order of the guest's plane register writes; callers may set it after
 *	opening
 * @uuid: UUID of the mdev
 *
 * The other fields are internal. There is no lock: while one thread opens,
 * closes or allocates, no other may use the struct.
 */
struct vgpu {
	int kvm, vm, kvm_vfio, container, group, device;
	uint16_t pci_id;
	const char *platform;
	unsigned int gen;
	uint8_t *ram;
	size_t ram_size;
	uint64_t aperture, aperture_size;
	uint64_t bar0, config;
	enum vgpu_order order;

	char uuid[40];
	enum vgpu_step step;
	uint64_t ram_next, gma_next;
};

/* ioctl() that returns -errno */
static inline int vgpu_ioctl(int fd, unsigned long request, void *arg)
{
	int ret = ioctl(fd, request, arg);

	return ret < 0 ? -errno : ret;
}

static inline uint64_t vgpu_align(uint64_t val, uint64_t to)
{
	return (val + to - 1) / to * to;
}

#endif /* GVT_DMABUF_VGPU_CORE_H */
