/* SPDX-License-Identifier: GPL-2.0 */
/* What /proc says of memory and of this process. */
#ifndef GVT_DMABUF_PROC_UTIL_H
#define GVT_DMABUF_PROC_UTIL_H

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What a line of /proc/meminfo says, or -1 */
static inline long meminfo_kib(const char *name)
{
	FILE *f = fopen("/proc/meminfo", "re");
	size_t len = strlen(name);
	char line[128];
	long kib = -1;

	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, name, len) &&
		    sscanf(line + len, ": %ld kB", &kib) == 1)
			break;
	if (f)
		fclose(f);
	return kib;
}

/* Memory of the kernel that nothing can be made to give back, or -1 */
static inline long unreclaimable_kib(void)
{
	return meminfo_kib("SUnreclaim");
}

/* Free pages that wait on the list of a CPU, which MemAvailable leaves out */
static inline long listed_kib(void)
{
	FILE *f = fopen("/proc/zoneinfo", "re");
	long pages, sum = 0;
	char line[128];

	if (!f)
		return -1;
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, " count: %ld", &pages) == 1)
			sum += pages;
	fclose(f);
	return sum * (sysconf(_SC_PAGESIZE) / 1024);
}

/* Pages that are free or can be made so, and what the debugging of slabs keeps */
static inline long free_kib(void)
{
	return meminfo_kib("MemAvailable") + listed_kib() + unreclaimable_kib();
}

/* For comparison with another count: there are some that this needs. */
static inline unsigned int count_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned int n = 0;

	while (dir && readdir(dir))
		n++;
	if (dir)
		closedir(dir);
	return n;
}

#endif /* GVT_DMABUF_PROC_UTIL_H */
