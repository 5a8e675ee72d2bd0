/* SPDX-License-Identifier: GPL-2.0 */
/* A guest to watch: it changes its screen in each of the ways there are. */
#ifndef WATCH_GUEST_H
#define WATCH_GUEST_H

#include <pthread.h>

#include "canvas.h"
#include "composite.h"
#include "vgpu.h"

#define GUEST_SCREENS	16	/* more than it shows */

/* From the bottom to the top */
enum guest_plane { GUEST_PLANE_1, GUEST_PLANE_2, GUEST_CURSOR, GUEST_PLANES };

struct guest {
	struct vgpu v;
	bool composite;		/* whoever watches draws all planes: set it first */
	struct canvas desktop;
	__u32 *window, *frame, *argb;
	struct vgpu_surface front, back, cursor, glass, video;
	struct layer layers[GUEST_PLANES];	/* px is NULL: it is off */
	__u64 screens[GUEST_SCREENS];	/* what it has shown, by composite_hash() */
	unsigned int num_screens;
	pthread_t thread;
};

/* Open the vGPU @uuid and let a thread play the guest. Returns 0 or -errno. */
int guest_start(struct guest *g, const char *uuid);
/* Wait until it has done all it does, and close the vGPU. */
void guest_end(struct guest *g);

#endif /* WATCH_GUEST_H */
