/* SPDX-License-Identifier: GPL-2.0 */
/* Tracepoints, in an instance of their own that disturbs no other. */
#ifndef GVT_DMABUF_TRACE_UTIL_H
#define GVT_DMABUF_TRACE_UTIL_H

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test_util.h"

#define NO_TRACEFS	"no tracefs: mount it, with CONFIG_EVENT_TRACING"

/* What was traced; opened to be written, it is emptied. */
static inline FILE *trace_open(const char *instance, const char *mode)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/trace", instance);
	return fopen(path, mode);
}

/* A test that failed may have left one, which traces what it wanted. */
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
		if (!mkdir(path, 0700))
			return 0;
		return errno == EEXIST ? trace_clean(path) : -errno;
	}
	path[0] = 0;
	return -ENOENT;
}

/* @event: as SUBSYSTEM/EVENT. 0 or a negative errno */
static inline int trace_on(const char *instance, const char *event)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/events/%s/enable", instance, event);
	return test_write(path, "1");
}

/* Lines with @text since the last call, or a negative errno */
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
