/* SPDX-License-Identifier: GPL-2.0 */
/* What each file of the library starts from: the state of a vGPU that is open. */
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
 * enum vgpu_order - in which order the guest shows a plane or a cursor
 * @VGPU_SURF_LAST: the surface (of a cursor, the base) after all else, which is
 *	what drivers do
 * @VGPU_CTL_LAST: the plane off, the surface, and the control register after
 *	it, like firmware; returns after the vblank that it takes effect with
 * @VGPU_PTES_LAST: as drivers do, and only then the GGTT entries of the
 *	surface, which must be the ones that vgpu_surface_init() made
 */
enum vgpu_order { VGPU_SURF_LAST, VGPU_CTL_LAST, VGPU_PTES_LAST };

/* How far vgpu_open() has got, for vgpu_explain() */
enum vgpu_step {
	VGPU_STEP_UUID, VGPU_STEP_MDEV, VGPU_STEP_GROUP, VGPU_STEP_KVM,
	VGPU_STEP_VM, VGPU_STEP_RAM, VGPU_STEP_CONTAINER, VGPU_STEP_ATTACH,
	VGPU_STEP_DMA, VGPU_STEP_DEVICE, VGPU_STEP_RESET, VGPU_STEP_PVINFO,
	VGPU_STEP_PLATFORM, VGPU_STEP_PLANES,
};

/**
 * struct vgpu - one open vGPU and the VM that owns it
 * @device: VFIO device fd, for ioctls of the caller's own
 * @container: fd of the VFIO container, or of the IOMMUFD in its place
 * @bar0: where registers and GGTT begin in @device
 * @config: where the PCI configuration space begins in @device
 * @pci_id: PCI device id
 * @platform: short name of the GPU, "kbl"
 * @gen: 8 or 9, which decides the layout of plane registers
 * @ram: guest memory; guest physical address 0 is @ram[0]
 * @ram_size: bytes of @ram
 * @aperture: GGTT address of the part that this vGPU owns
 * @aperture_size: bytes of it
 * @order: of the guest's writes, for the caller to set once the vGPU is open
 * @uuid: of the mdev
 *
 * The rest belongs to the library. There is no lock: what one thread of a program
 * changes here (by opening, closing or allocating) no other may use meanwhile.
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

/* ioctl() that returns -errno, for use with any fd */
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
