// SPDX-License-Identifier: GPL-2.0
/* See tell.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tell.h"

const struct box no_box;

bool was_seen(void)
{
	char answer[HAND_LINE];

	fflush(stdout);
	return fgets(answer, sizeof(answer), stdin) &&
	       !strncmp(answer, "seen", 4);
}

bool hand_over(const char *name, const __u32 *px, int width, int height,
	       int stride, const struct box *but)
{
	printf("picture %s %016llx %d %d %d %d %d %d\n", name,
	       (unsigned long long)frame_hash(px, width, height, stride, but),
	       width, height, but->x, but->y, but->w, but->h);
	return was_seen();
}

bool hand_over_cursor(const char *name, const __u32 *px, const struct box *at,
		      int hot)
{
	__u64 hash = px ? frame_hash(px, at->w, at->h, at->w, &no_box) : 0;

	printf("cursor %s %016llx %d %d %d %d %d %d\n", name,
	       (unsigned long long)hash, at->w, at->h, at->x, at->y, hot, hot);
	return was_seen();
}

int say_error(const char *what)
{
	int err = errno ? errno : EIO;

	printf("fail %s: %s\n", what, strerror(err));
	fflush(stdout);
	return -err;
}
