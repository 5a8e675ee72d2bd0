/* SPDX-License-Identifier: GPL-2.0 */
/* Tracepoints, in a tracefs instance that is separate from other users */
#ifndef GVT_DMABUF_TRACE_UTIL_H
#define GVT_DMABUF_TRACE_UTIL_H

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test_util.h"

#define NO_TRACEFS	"no tracefs: mount it, with CONFIG_EVENT_TRACING"

/* Open the trace buffer; opening it for writing clears it. */
static inline FILE *trace_open(const char *instance, const char *mode)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/trace", instance);
	return fopen(path, mode);
}

/* Disable the events of an instance left by a failed test, and clear it. */
static inline int trace_clean(const char *instance)
{
	char path[PATH_MAX];
	FILE *f;
	int ret;

	snprintf(path, sizeof(path), "%s/events/enable", instance);
	ret = test_write(path, "0");
	f = trace_open(instance, "we");
	if (f)
		fclose(f);
	return ret ? ret : f ? 0 : -errno;
}

/*
 * Make an instance: 0, -ENOENT without tracefs, or another -errno. The caller
 * removes the directory @path.
 */
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
		if (!mkdir(path, 0700))
			return 0;
		return errno == EEXIST ? trace_clean(path) : -errno;
	}
	path[0] = 0;
	return -ENOENT;
}

/* Enable @event, named SUBSYSTEM/EVENT: 0 or a negative errno. */
static inline int trace_on(const char *instance, const char *event)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/events/%s/enable", instance, event);
	return test_write(path, "1");
}

/*
 * Count the lines with @text since the last call; a negative errno on failure.
 */
static inline int trace_count(const char *instance, const char *text)
{
	char line[512];
	int count = 0;
	FILE *f;

	f = trace_open(instance, "re");
	if (!f)
		return -errno;
	while (fgets(line, sizeof(line), f))
		count += !!strstr(line, text);
	fclose(f);
	f = trace_open(instance, "we");
	if (f)
		fclose(f);
	return f ? count : -errno;
}

#endif /* GVT_DMABUF_TRACE_UTIL_H */
