/* SPDX-License-Identifier: GPL-2.0 */
/* Signals of an eventfd, and whether the kernel still holds one. */
#ifndef GVT_DMABUF_EVENTFD_UTIL_H
#define GVT_DMABUF_EVENTFD_UTIL_H

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* Signals of one that does not block, since the last time */
static inline uint64_t signals(int fd)
{
	eventfd_t count;

	return eventfd_read(fd, &count) ? 0 : count;
}

/* Wait for a signal: how many there were, 0 if none came */
static inline uint64_t signals_within(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, ms) == 1 ? signals(fd) : 0;
}

/* The kernel gives an eventfd the lowest id that none has which still lives. */
static inline int eventfd_id(int fd)
{
	char path[40], line[80];
	int id = -ENOENT;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "eventfd-id: %d", &id) == 1)
			break;
	if (f)
		fclose(f);
	return id;
}

static inline int next_eventfd_id(void)
{
	int fd = eventfd(0, EFD_CLOEXEC);
	int id = eventfd_id(fd);

	close(fd);
	return id;
}

#endif /* GVT_DMABUF_EVENTFD_UTIL_H */
