/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A VMM and its guest in one process, for tests of a GVT-g vGPU's display.
 *
 * There is a KVM VM (kvmgt insists on one) but no vCPU: this process writes
 * the vGPU's registers and GGTT entries through the VFIO device fd, as a VMM
 * does when its guest traps. So the "guest" is whatever calls these functions,
 * and its memory is ordinary memory of this process.
 *
 * There is no global state. Functions that can fail return a negative errno.
 *
 * This header has all of it except for the names of registers (vgpu_regs.h) and of
 * commands (vgpu_commands.h); no file of the library includes it but vgpu.c:
 *
 *	vgpu_core.h	struct vgpu
 *	vgpu_vm		KVM: VM and memory
 *	vgpu_vfio	VFIO: DMA mappings, device, registers, export
 *	vgpu_memory	the guest's memory, GGTT and PPGTT entries
 *	vgpu_tile	where the bytes of a tiled surface lie
 *	vgpu_surface	surfaces in guest memory
 *	vgpu_pipe	pipes, timing and vblanks
 *	vgpu_plane	planes and cursors
 *	vgpu_irq	MSI and vblank interrupts
 *	vgpu_ring	contexts and rings
 *	vgpu_gate	a batch buffer that waits
 *	vgpu_drm	importers
 *	vgpu_debugfs	what the kernel says of a vGPU
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
 * @v: what is opened
 * @uuid: of the mdev, which need not be one of GVT-g, or NULL
 * @ram_size: bytes of guest memory
 *
 * Nothing is asked of the device. On failure everything is closed again, and
 * vgpu_explain() says what to do.
 *
 * Return: 0, %-ENODEV for no UUID, or the errno of what failed.
 */
int vgpu_open_device(struct vgpu *v, const char *uuid, size_t ram_size);

/**
 * vgpu_open - open a vGPU, reset it, and turn its planes off
 * @v: what is opened
 * @uuid: of the mdev, or NULL
 * @ram_size: bytes of guest memory
 *
 * On failure everything is closed again, and vgpu_explain() says what to do.
 *
 * Return: 0, %-ENODEV for no UUID, no vGPU of GVT-g or an unknown GPU, or the errno
 * of what failed.
 */
int vgpu_open(struct vgpu *v, const char *uuid, size_t ram_size);

/**
 * vgpu_open_as_left - open a vGPU and leave it as it is
 * @v: what is opened
 * @uuid: of the mdev, or NULL
 * @ram_size: bytes of guest memory
 *
 * Return: as vgpu_open().
 */
int vgpu_open_as_left(struct vgpu *v, const char *uuid, size_t ram_size);

/**
 * vgpu_close - turn planes and pipes off, and close all
 * @v: the vGPU, which may be closed
 */
void vgpu_close(struct vgpu *v);

/**
 * vgpu_leave - close all without a word to the vGPU, as when a VMM is killed
 * @v: the vGPU, which may be closed
 */
void vgpu_leave(struct vgpu *v);

/**
 * vgpu_restart - reset the vGPU, and have the guest's driver find it again
 * @v: the vGPU
 *
 * GVT-g takes a guest that submits without having looked for one that does not
 * know that it has a vGPU, and puts it into failsafe mode. What the guest had set up
 * is gone; &vgpu.ram and what is taken of it stay.
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
