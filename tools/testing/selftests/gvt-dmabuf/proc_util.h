/* SPDX-License-Identifier: GPL-2.0 */
/* Memory of the system, and open files of this process, from /proc */
#ifndef GVT_DMABUF_PROC_UTIL_H
#define GVT_DMABUF_PROC_UTIL_H

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A value of /proc/meminfo, or -1 */
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

/* Slab memory that cannot be reclaimed, or -1 */
static inline long unreclaimable_kib(void)
{
	return meminfo_kib("SUnreclaim");
}

/* Free pages on per-CPU lists, which MemAvailable does not include */
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

/*
 * Free and reclaimable memory. Unreclaimable slabs are included, because slab
 * debugging delays the freeing of objects.
 */
static inline long free_kib(void)
{
	return meminfo_kib("MemAvailable") + listed_kib() + unreclaimable_kib();
}

/* Open fds, plus a constant for "." and ".." and the directory itself */
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
