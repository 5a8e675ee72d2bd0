/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DEMO_IMAGE_H
#define DEMO_IMAGE_H

#include "canvas.h"

/* Write the canvas as a PNG, or nothing at all. Returns 0 or -errno. */
int image_write(const struct canvas *c, const char *dir, const char *name);

#endif /* DEMO_IMAGE_H */
