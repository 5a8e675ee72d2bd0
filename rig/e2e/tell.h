/* SPDX-License-Identifier: GPL-2.0 */
/* The guest's side of hand.h, on standard input and output. */
#ifndef E2E_TELL_H
#define E2E_TELL_H

#include <stdbool.h>

#include "hand.h"

extern const struct box no_box;

/* How often this guest has started, as the viewer counts; 0 if it does not say */
int start_number(void);
/* What the viewer answers to the last line. */
bool was_seen(void);
/* Whether it has answered, in @ms at most. */
bool has_answer(int ms);
/* Says what the picture is. @stride is in pixels. */
void name_picture(const char *name, const __u32 *px, int width, int height,
		  int stride, const struct box *but);
/* The same, and returns whether the viewer saw it. */
bool hand_over(const char *name, const __u32 *px, int width, int height,
	       int stride, const struct box *but);
/* The same for the cursor: @at its place and size, @hot in both directions */
bool hand_over_cursor(const char *name, const __u32 *px, const struct box *at,
		      int hot);
/* Says what failed, after errno, and returns that negated. */
int say_error(const char *what);

#endif /* E2E_TELL_H */
