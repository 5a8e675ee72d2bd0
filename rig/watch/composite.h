/* SPDX-License-Identifier: GPL-2.0 */
/* The screen of a vGPU, drawn by the CPU from all of its planes */
#ifndef WATCH_COMPOSITE_H
#define WATCH_COMPOSITE_H

#include <stdbool.h>

#include "canvas.h"
#include "vgpu.h"

/* A part of a screen, in 0xAARRGGBB */
struct layer {
	const __u32 *px;
	int width, height, x, y;
	bool alpha;	/* premultiplied; else it is opaque */
};

/* Draw @layer over what is on @screen; what is outside is not drawn. */
void composite_draw(struct canvas *screen, const struct layer *layer);
/* The bytes of a plane's dma-buf, to be freed, or NULL and a negative errno in @ret */
void *plane_bytes(struct vgpu *v, const struct vfio_device_gfx_plane_info *info,
		  int *ret);
/*
 * Draw what the vGPU shows, as VFIO_GFX_PLANE_CAP_SCREEN says, to a canvas to be freed.
 * Returns how many planes that are, or a negative errno: -ENODATA without that
 * capability, which is when the screen is off, too.
 */
int composite_take(struct vgpu *v, struct canvas *screen);
/* A number that tells screens apart */
__u64 composite_hash(const struct canvas *screen);

#endif /* WATCH_COMPOSITE_H */
