/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A VMM and its guest in one process, for tests of a GVT-g vGPU's display.
 *
 * There is a KVM VM (kvmgt insists on one) but no vCPU: this process writes
 * the vGPU's registers and GGTT entries through the VFIO device fd, as a VMM
 * does when its guest traps. So the "guest" is whatever calls these functions,
 * and its memory is ordinary memory of this process.
 *
 * No global state. Functions that can fail return 0 or a negative errno.
 */
#ifndef GVT_DMABUF_VGPU_H
#define GVT_DMABUF_VGPU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <drm/drm_fourcc.h>
#include <linux/vfio.h>

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
#endif

#define VGPU_PAGE		4096u
#define VGPU_PIPES		3
#define VGPU_HOT_UNKNOWN	0xffffffffu

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

/**
 * struct vgpu - one open vGPU and the VM that owns it
 * @device: VFIO device fd, for ioctls of the caller's own
 * @container: VFIO container fd
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
 *
 * The rest belongs to vgpu.c.
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
	int step;
	uint64_t ram_next, gma_next;
};

/**
 * struct vgpu_surface - a picture in guest memory, mapped by the GGTT
 * @stride: bytes from one line to the next, as the plane registers see it
 * @gma: GGTT address of the first pixel
 * @gpa: guest physical address of the first page; pages are contiguous until
 *	the caller remaps them with vgpu_ggtt_map()
 * @size: bytes, whole pages and whole tile rows
 */
struct vgpu_surface {
	uint32_t width, height, fourcc, cpp, stride;
	uint64_t modifier;
	uint64_t gma, gpa;
	size_t size;
};

/* ioctl() that returns -errno, for use with any fd here */
int vgpu_ioctl(int fd, unsigned long request, void *arg);

/*
 * Open the mdev with this UUID, reset it and turn its planes off. On failure
 * everything is closed again and vgpu_explain() says in one line what to do.
 */
int vgpu_open(struct vgpu *v, const char *uuid, size_t ram_size);
void vgpu_close(struct vgpu *v);
/* The same without a word to the vGPU, as when a VMM is killed */
int vgpu_open_as_left(struct vgpu *v, const char *uuid, size_t ram_size);
void vgpu_leave(struct vgpu *v);
const char *vgpu_explain(const struct vgpu *v, int err, char *buf, size_t len);

/* @bytes from @reg on, which need not be where a register starts */
int vgpu_write(struct vgpu *v, uint32_t reg, const void *val, size_t bytes);
int vgpu_write32(struct vgpu *v, uint32_t reg, uint32_t val);
int vgpu_read32(struct vgpu *v, uint32_t reg, uint32_t *val);

/* Guest memory and GGTT space: taken in order, given back by returning there */
struct vgpu_mark { uint64_t ram, gma; };
struct vgpu_mark vgpu_mark(const struct vgpu *v);
void vgpu_release(struct vgpu *v, struct vgpu_mark mark);
int vgpu_alloc_ram(struct vgpu *v, size_t size, uint64_t *gpa);
int vgpu_alloc_gma(struct vgpu *v, size_t size, uint64_t *gma);
int vgpu_ggtt_map(struct vgpu *v, uint64_t gma, uint64_t gpa, size_t size);
int vgpu_ggtt_unmap(struct vgpu *v, uint64_t gma, size_t size);
int vgpu_ggtt_read(struct vgpu *v, uint64_t gma, uint64_t *pte);
/* Where a VFIO region lies in the device fd: VFIO_PCI_*_REGION_INDEX, others */
int vgpu_region(struct vgpu *v, uint32_t index, uint64_t *offset,
		uint64_t *size);

/* Can the primary plane of this GPU show it? */
bool vgpu_can_show(const struct vgpu *v, uint32_t fourcc, uint64_t modifier);
int vgpu_surface_init(struct vgpu *v, struct vgpu_surface *s, uint32_t width,
		      uint32_t height, uint32_t fourcc, uint64_t modifier);
uint8_t *vgpu_surface_bytes(const struct vgpu *v, const struct vgpu_surface *s);

/* Width in bytes and height in lines of a 4 KiB tile; 0 for no such modifier */
uint32_t vgpu_tile_width(uint64_t modifier, uint32_t cpp);
uint32_t vgpu_tile_height(uint64_t modifier, uint32_t cpp);
/*
 * Where a byte of a picture lies: @x in bytes from the left, @y in lines.
 * Gen8 and gen9 never swizzle bit 6, so this is the whole story.
 */
size_t vgpu_byte_offset(uint64_t modifier, uint32_t cpp, uint32_t stride,
			uint32_t x, uint32_t y);
/* One line of @s between @raw (laid out like the surface) and plain @line */
void vgpu_put_line(const struct vgpu_surface *s, void *raw, uint32_t y,
		   const void *line);
void vgpu_get_line(const struct vgpu_surface *s, const void *raw, uint32_t y,
		   void *line);

/*
 * Pipes and planes; @pipe counts from 0, and there may be several heads. Showing a
 * primary plane makes its pipe as large as the plane.
 */
int vgpu_pipe_on(struct vgpu *v, int pipe, uint32_t width, uint32_t height);
int vgpu_pipe_off(struct vgpu *v, int pipe);
/* PIPESRC: how large is what the planes of the pipe are put together to */
int vgpu_pipe_size(struct vgpu *v, int pipe, uint32_t width, uint32_t height);
/* Pipe A on with these, however absurd; totals count from 1 */
int vgpu_pipe_timing(struct vgpu *v, uint32_t pixel_khz, uint32_t htotal,
		     uint32_t vtotal);
/* Vblanks since some time */
int vgpu_pipe_frames(struct vgpu *v, int pipe, uint32_t *count);
/* Until what was armed before has been taken up; at once if the pipe is off */
int vgpu_wait_vblank(struct vgpu *v, int pipe);
/*
 * Planes take effect at once, and cursors when these return. A plane waits for
 * vblanks when VGPU_ASYNC_FLIP is cleared by vgpu_primary_ctl().
 */
#define VGPU_ASYNC_FLIP	0x200u
int vgpu_primary_show(struct vgpu *v, int pipe, const struct vgpu_surface *s);
int vgpu_primary_flip(struct vgpu *v, int pipe, uint64_t gma);
int vgpu_primary_hide(struct vgpu *v, int pipe);
/* Raw bits for PLANE_CTL or DSPCNTR, to try encodings that mean nothing */
int vgpu_primary_ctl(struct vgpu *v, int pipe, uint32_t clear, uint32_t set);
int vgpu_primary_stride(struct vgpu *v, int pipe, uint32_t reg);
/*
 * A universal plane of gen9, 1 to 3 from the bottom to the top, or on Broadwell 2
 * for the sprite (1 is the primary, which is as large as its pipe); the pipe
 * keeps its size. An overlay is plane 2 at the top left.
 */
int vgpu_plane_show(struct vgpu *v, int pipe, int plane,
		    const struct vgpu_surface *s, uint32_t x, uint32_t y);
int vgpu_plane_hide(struct vgpu *v, int pipe, int plane);
int vgpu_overlay_show(struct vgpu *v, int pipe, const struct vgpu_surface *s);
int vgpu_overlay_hide(struct vgpu *v, int pipe);
int vgpu_cursor_show(struct vgpu *v, int pipe, const struct vgpu_surface *s);
int vgpu_cursor_move(struct vgpu *v, int pipe, int x, int y);
int vgpu_cursor_hotspot(struct vgpu *v, uint32_t x, uint32_t y);
int vgpu_cursor_ctl(struct vgpu *v, int pipe, uint32_t ctl);
int vgpu_cursor_hide(struct vgpu *v, int pipe);

/*
 * Interrupts: the control word of the MSI capability, the eventfd at which the
 * message arrives (-1: none), or both; and the vblank of a pipe let through all
 * masks. It arrives there and, once acknowledged, at the next vblank again.
 */
int vgpu_msi_control(struct vgpu *v, uint16_t control);
int vgpu_msi_eventfd(struct vgpu *v, int fd);
int vgpu_msi_on(struct vgpu *v, int fd);
int vgpu_vblank_irq_on(struct vgpu *v, int pipe);
int vgpu_vblank_irq_ack(struct vgpu *v, int pipe);

/* An engine is where its registers begin: Skylake PRM, Volume 2c */
#define VGPU_RENDER	0x2000u
#define VGPU_BLITTER	0x22000u

/**
 * struct vgpu_ring - a context of the guest, with its ring
 * @engine: of the context
 * @image: GGTT address of the context image
 * @state: the registers in the image
 * @ring: the ring, one page
 * @tail: bytes of it that were submitted
 */
struct vgpu_ring {
	uint32_t engine;
	uint64_t image;
	uint32_t *state, *ring;
	uint32_t tail;
};

int vgpu_ring_init_on(struct vgpu *v, struct vgpu_ring *r, uint32_t engine);
/* The same on the blitter */
int vgpu_ring_init(struct vgpu *v, struct vgpu_ring *r);
/*
 * Put commands into the ring (@count is even), have one ring or two of an engine
 * executed in turn, wait until one is empty and the engine idle; or all of that.
 */
int vgpu_ring_emit(struct vgpu_ring *r, const uint32_t *commands, size_t count);
int vgpu_ring_start(struct vgpu *v, const struct vgpu_ring *first,
		    const struct vgpu_ring *second);
int vgpu_ring_wait(struct vgpu *v, const struct vgpu_ring *r);
int vgpu_ring_submit(struct vgpu *v, struct vgpu_ring *r,
		     const uint32_t *commands, size_t count);

/**
 * struct vgpu_gate - a place where the GPU waits until it is let through
 * @gma: GGTT address of @words
 * @pml4: page tables of what waits there
 * @words: two, of which the first is set when the GPU is about to
 */
struct vgpu_gate {
	uint64_t gma, pml4;
	uint32_t *words;
};

int vgpu_gate_init(struct vgpu *v, struct vgpu_gate *g);
/*
 * Have a ring run into the gate, and commands execute behind it (@count is
 * even); wait until the GPU is there. Opening a gate that is none does nothing.
 */
int vgpu_gate_enter(struct vgpu *v, struct vgpu_gate *g, struct vgpu_ring *r,
		    const uint32_t *then, size_t count);
void vgpu_gate_open(struct vgpu_gate *g);

/* The ABI under test */
int vgpu_query(struct vgpu *v, enum vgpu_plane type,
	       struct vfio_device_gfx_plane_info *info);
int vgpu_get_dmabuf(struct vgpu *v, uint32_t id);

/* N of the vgpuN that the kernel calls it */
int vgpu_number(const struct vgpu *v);
/* A file of its debugfs directory, as a string: its length or -errno */
int vgpu_debugfs_read(const struct vgpu *v, const char *file, char *text,
		      size_t size);
/* Pages that kvmgt has pinned for this vGPU; needs debugfs */
long vgpu_pinned_pages(const struct vgpu *v);

/* An importer: the render node of i915 or another, or the dma-buf itself */
int vgpu_drm_open(void);
int vgpu_drm_open_driver(const char *driver);
int vgpu_drm_import(int drm, int dmabuf, uint32_t *handle);
int vgpu_drm_pread(int drm, uint32_t handle, uint64_t offset, void *to,
		   size_t size);
int vgpu_drm_close_handle(int drm, uint32_t handle);
int vgpu_dmabuf_read(int dmabuf, void *to, size_t size);

#endif /* GVT_DMABUF_VGPU_H */
