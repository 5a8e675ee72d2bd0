// SPDX-License-Identifier: GPL-2.0
/* See tell.h. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tell.h"

const struct box no_box;

static bool answer(char *line, int size)
{
	fflush(stdout);
	return fgets(line, size, stdin);
}

int start_number(void)
{
	char line[HAND_LINE];

	printf("start\n");
	return answer(line, sizeof(line)) ? atoi(line) : 0;
}

bool was_seen(void)
{
	char line[HAND_LINE];

	return answer(line, sizeof(line)) && !strncmp(line, "seen", 4);
}

/* Each line is asked for, so none is in stdin's buffer. */
bool has_answer(int ms)
{
	struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };

	fflush(stdout);
	return poll(&in, 1, ms) > 0;
}

void name_picture(const char *name, const __u32 *px, int width, int height,
		  int stride, const struct box *but)
{
	printf("picture %s %016llx %d %d %d %d %d %d\n", name,
	       (unsigned long long)frame_hash(px, width, height, stride, but),
	       width, height, but->x, but->y, but->w, but->h);
}

bool hand_over(const char *name, const __u32 *px, int width, int height,
	       int stride, const struct box *but)
{
	name_picture(name, px, width, height, stride, but);
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
