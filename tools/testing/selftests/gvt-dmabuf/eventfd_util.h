/* SPDX-License-Identifier: GPL-2.0 */
/* Eventfds: count signals, and detect references that the kernel still holds */
#ifndef GVT_DMABUF_EVENTFD_UTIL_H
#define GVT_DMABUF_EVENTFD_UTIL_H

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* The number of signals of a non-blocking eventfd since the last call */
static inline uint64_t signals(int fd)
{
	eventfd_t count;

	return eventfd_read(fd, &count) ? 0 : count;
}

/* Wait for a signal. Return the number of signals, 0 on timeout. */
static inline uint64_t signals_within(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, ms) == 1 ? signals(fd) : 0;
}

/* The kernel assigns the lowest id that no live eventfd has. */
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
