/* SPDX-License-Identifier: GPL-2.0 */
/* The guest's desktop: a window that the pointer drags about. */
#ifndef E2E_SCENE_H
#define E2E_SCENE_H

#include "canvas.h"

struct scene {
	struct canvas back;	/* what does not move */
	struct canvas frame;	/* the last one drawn */
	int pointer_x, pointer_y;
};

/* Returns 0 or -ENOMEM. */
int scene_init(struct scene *s, int width, int height);
void scene_free(struct scene *s);
/* Frame @n of @of; they end where they began. */
void scene_draw(struct scene *s, int n, int of);

#endif /* E2E_SCENE_H */
