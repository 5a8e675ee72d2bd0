/* SPDX-License-Identifier: GPL-2.0 */
/* Tracepoints of GVT-g, in an instance of their own that disturbs no other. */
#ifndef GVT_DMABUF_TRACE_UTIL_H
#define GVT_DMABUF_TRACE_UTIL_H

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test_util.h"

#define NO_TRACEFS	"no tracefs: mount it, with CONFIG_EVENT_TRACING"

/* Make an instance, whose @path is to be removed: 0, -ENOENT without tracefs, -errno */
static inline int trace_init(char *path, size_t size)
{
	static const char *const places[] = {
		"/sys/kernel/tracing", "/sys/kernel/debug/tracing",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(places); i++) {
		snprintf(path, size, "%s/events", places[i]);
		if (access(path, F_OK))
			continue;
		snprintf(path, size, "%s/instances/gvt-dmabuf-test", places[i]);
		return mkdir(path, 0700) && errno != EEXIST ? -errno : 0;
	}
	path[0] = 0;
	return -ENOENT;
}

/* 0 or a negative errno */
static inline int trace_on(const char *instance, const char *event)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/events/gvt/%s/enable", instance,
		 event);
	return test_write(path, "1");
}

/* What was traced; opened to be written, it is emptied. */
static inline FILE *trace_open(const char *instance, const char *mode)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/trace", instance);
	return fopen(path, mode);
}

#endif /* GVT_DMABUF_TRACE_UTIL_H */
