// SPDX-License-Identifier: GPL-2.0
/* Files of a vGPU in sysfs and debugfs */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "vgpu_debugfs.h"

/*
 * Read the first file that matches @pattern as a string: its length or -errno.
 */
static int read_text(const char *pattern, char *text, size_t size)
{
	size_t len = 0;
	glob_t found;
	ssize_t n;
	int fd;

	if (glob(pattern, 0, NULL, &found))
		return -ENOENT;
	fd = open(found.gl_pathv[0], O_RDONLY | O_CLOEXEC);
	globfree(&found);
	if (fd < 0)
		return -errno;
	do {
		n = read(fd, text + len, size - 1 - len);
		len += n > 0 ? n : 0;
	} while (n > 0);
	text[len] = 0;
	close(fd);
	return n < 0 ? -errno : (int)len;
}

int vgpu_number(const struct vgpu *v)
{
	char path[128], text[16];
	int ret;

	snprintf(path, sizeof(path),
		 "/sys/bus/mdev/devices/%s/intel_vgpu/vgpu_id", v->uuid);
	ret = read_text(path, text, sizeof(text));
	return ret < 0 ? ret : atoi(text);
}

int vgpu_debugfs_pattern(const struct vgpu *v, const char *file, char *pattern,
			 size_t size)
{
	int number = vgpu_number(v);

	if (number < 0)
		return number;
	snprintf(pattern, size, "/sys/kernel/debug/dri/*/gvt/vgpu%d/%s", number,
		 file);
	return 0;
}

int vgpu_debugfs_read(const struct vgpu *v, const char *file, char *text,
		      size_t size)
{
	char pattern[128];
	int ret = vgpu_debugfs_pattern(v, file, pattern, sizeof(pattern));

	return ret ? ret : read_text(pattern, text, size);
}

long vgpu_pinned_pages(const struct vgpu *v)
{
	char text[32];
	int ret = vgpu_debugfs_read(v, "kvmgt_nr_cache_entries", text,
				    sizeof(text));

	return ret < 0 ? ret : atol(text);
}
