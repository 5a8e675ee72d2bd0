/* SPDX-License-Identifier: GPL-2.0 */
/* GVT-g's service thread, which emulates vblanks: detect whether it has run */
#ifndef GVT_DMABUF_THREAD_UTIL_H
#define GVT_DMABUF_THREAD_UTIL_H

#include <glob.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>

#define NO_SCHEDSTAT	"no schedstat: run a kernel with CONFIG_SCHEDSTATS"

/* The pid of the service thread, or 0; there is one per GPU */
static inline pid_t thread_find(void)
{
	char comm[32] = "";
	pid_t found = 0;
	glob_t all;
	size_t i;
	FILE *f;

	if (glob("/proc/[0-9]*/comm", 0, NULL, &all))
		return 0;
	for (i = 0; i < all.gl_pathc && !found; i++) {
		f = fopen(all.gl_pathv[i], "re");
		if (f && fgets(comm, sizeof(comm), f) &&
		    !strcmp(comm, "gvt_service_thread\n"))
			sscanf(all.gl_pathv[i], "/proc/%d", &found);
		if (f)
			fclose(f);
	}
	globfree(&all);
	return found;
}

/* How often the thread was scheduled in, or -1 */
static inline int64_t thread_runs(pid_t thread)
{
	long long runs = -1;
	char path[40];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/schedstat", thread);
	f = fopen(path, "re");
	if (!f)
		return -1;
	if (fscanf(f, "%*d %*d %lld", &runs) != 1)
		runs = -1;
	fclose(f);
	return runs;
}

#endif /* GVT_DMABUF_THREAD_UTIL_H */
