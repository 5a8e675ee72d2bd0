/* SPDX-License-Identifier: GPL-2.0 */
/* A guest to watch: it changes its screen in each of the ways there are. */
#ifndef WATCH_GUEST_H
#define WATCH_GUEST_H

#include <pthread.h>

#include "canvas.h"
#include "vgpu.h"

struct guest {
	struct vgpu v;
	struct canvas desktop;
	struct vgpu_surface front, back, cursor;
	pthread_t thread;
};

/* Open the vGPU @uuid and let a thread play the guest. Returns 0 or -errno. */
int guest_start(struct guest *g, const char *uuid);
/* Wait until it has done all it does, and close the vGPU. */
void guest_end(struct guest *g);

#endif /* WATCH_GUEST_H */
