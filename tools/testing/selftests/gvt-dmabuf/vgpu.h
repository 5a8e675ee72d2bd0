/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A VMM and its guest in one process, for tests of a GVT-g vGPU's display.
 *
 * There is a KVM VM, which kvmgt requires, but no vCPU: this process writes the
 * vGPU's registers and GGTT entries through the VFIO device fd, as a VMM does
 * when its guest traps. So the "guest" is the caller of these functions, and
 * guest memory is ordinary memory of this process.
 *
 * There is no global state. Functions that can fail return a negative errno.
 *
 * This header includes the whole library except for register names
 * (vgpu_regs.h) and commands (vgpu_commands.h). Within the library, only vgpu.c
 * includes it:
 *
 *	vgpu_core.h	struct vgpu
 *	vgpu_vm		KVM: VM and memory
 *	vgpu_vfio	VFIO: DMA mappings, device, registers, export
 *	vgpu_memory	the guest's memory, GGTT and PPGTT entries
 *	vgpu_tile	layout of tiled surfaces
 *	vgpu_surface	surfaces in guest memory
 *	vgpu_pipe	pipes, timing and vblanks
 *	vgpu_plane	planes and cursors
 *	vgpu_irq	MSI and vblank interrupts
 *	vgpu_ring	contexts and rings
 *	vgpu_gate	a batch buffer that makes the GPU wait
 *	vgpu_drm	importers
 *	vgpu_debugfs	files of a vGPU in debugfs
 */
#ifndef GVT_DMABUF_VGPU_H
#define GVT_DMABUF_VGPU_H

#include "vgpu_core.h"
#include "vgpu_debugfs.h"
#include "vgpu_drm.h"
#include "vgpu_gate.h"
#include "vgpu_irq.h"
#include "vgpu_memory.h"
#include "vgpu_pipe.h"
#include "vgpu_plane.h"
#include "vgpu_ring.h"
#include "vgpu_surface.h"
#include "vgpu_tile.h"
#include "vgpu_vfio.h"
#include "vgpu_vm.h"

/**
 * vgpu_open_device - open a VFIO device in a VM of its own
 * @v: the device, initialized here
 * @uuid: UUID of the mdev, which need not be a vGPU of GVT-g, or NULL
 * @ram_size: bytes of guest memory
 *
 * The device is neither accessed nor reset. On failure everything is closed
 * again, and vgpu_explain() says what to do.
 *
 * Return: 0, %-ENODEV for no UUID, or the errno of what failed.
 */
int vgpu_open_device(struct vgpu *v, const char *uuid, size_t ram_size);

/**
 * vgpu_open - open a vGPU, reset it, and turn its planes off
 * @v: the vGPU, initialized here
 * @uuid: UUID of the mdev, or NULL
 * @ram_size: bytes of guest memory
 *
 * On failure everything is closed again, and vgpu_explain() says what to do.
 *
 * Return: 0; %-ENODEV without a UUID, if the mdev is not a vGPU of GVT-g, or
 * for an unknown GPU; or the errno of what failed.
 */
int vgpu_open(struct vgpu *v, const char *uuid, size_t ram_size);

/**
 * vgpu_open_as_left - open a vGPU without a reset
 * @v: the vGPU, initialized here
 * @uuid: UUID of the mdev, or NULL
 * @ram_size: bytes of guest memory
 *
 * Return: as vgpu_open().
 */
int vgpu_open_as_left(struct vgpu *v, const char *uuid, size_t ram_size);

/**
 * vgpu_close - turn planes and pipes off, and close the vGPU
 * @v: the vGPU, which may be closed already
 */
void vgpu_close(struct vgpu *v);

/**
 * vgpu_leave - close the vGPU without access to it, as when a VMM is killed
 * @v: the vGPU, which may be closed already
 */
void vgpu_leave(struct vgpu *v);

/**
 * vgpu_restart - reset the vGPU, and detect it again as the guest's driver does
 * @v: the vGPU
 *
 * A guest has to read PVINFO before it submits: GVT-g puts a guest that does
 * not into failsafe mode, as it cannot know that it has a vGPU. State of the
 * vGPU is lost. &vgpu.ram and allocations in it stay.
 *
 * Return: 0, or the errno of the reset or a read.
 */
int vgpu_restart(struct vgpu *v);

/**
 * vgpu_explain - say why a vGPU could not be opened
 * @v: the vGPU
 * @err: what vgpu_open() returned
 * @buf: the explanation, one line
 * @len: bytes of @buf
 *
 * Return: @buf.
 */
const char *vgpu_explain(const struct vgpu *v, int err, char *buf, size_t len);

#endif /* GVT_DMABUF_VGPU_H */
