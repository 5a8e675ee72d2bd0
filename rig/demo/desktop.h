/* SPDX-License-Identifier: GPL-2.0 */
/* The desktop that the demo's guest shows. */
#ifndef DEMO_DESKTOP_H
#define DEMO_DESKTOP_H

#include "canvas.h"

/* What the front window says about the plane that shows it */
struct desktop_facts {
	const char *platform, *format, *modifier, *address, *uuid;
	int width, height, stride;
};

/* Wallpaper, panel, icons and the windows without the facts */
void desktop_draw(struct canvas *c);
/* The same everywhere but in the front window, so cheap to do again */
void desktop_draw_facts(struct canvas *c, const struct desktop_facts *facts);

/*
 * An arrow with a soft shadow, @size pixels square, alpha premultiplied as the
 * cursor plane wants it. Its tip is at @hot, @hot.
 */
void desktop_draw_cursor(__u32 *argb, int size, int *hot);

/* Where the pointer belongs in this scene */
void desktop_pointer(const struct canvas *c, int *x, int *y);

#endif /* DEMO_DESKTOP_H */
