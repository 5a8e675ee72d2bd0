// SPDX-License-Identifier: MIT
/* Create and remove vGPUs through sysfs. */
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "igt_sysfs.h"
#include "mdev.h"

bool mdev_find_type(char *dir, size_t size)
{
	glob_t found;
	size_t i;
	int n;

	if (glob("/sys/bus/pci/devices/*/mdev_supported_types/i915-GVTg_*", 0,
		 NULL, &found))
		return false;
	for (i = 0; i < found.gl_pathc; i++) {
		int fd = open(found.gl_pathv[i], O_DIRECTORY | O_RDONLY);

		n = igt_sysfs_get_u32(fd, "available_instances");
		close(fd);
		if (n > 0)
			break;
	}
	if (i < found.gl_pathc)
		snprintf(dir, size, "%s", found.gl_pathv[i]);
	globfree(&found);
	return i < found.gl_pathc;
}

static int write_uuid(const char *path, const char *uuid)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -1;
	n = write(fd, uuid, strlen(uuid));
	close(fd);
	return n > 0 ? 0 : -1;
}

int mdev_create(const char *type, char uuid[40])
{
	FILE *f = fopen("/proc/sys/kernel/random/uuid", "re");
	char path[PATH_MAX];
	int n;

	if (!f)
		return -1;
	n = fscanf(f, "%36s", uuid);
	fclose(f);
	if (n != 1)
		return -1;
	snprintf(path, sizeof(path), "%s/create", type);
	return write_uuid(path, uuid);
}

void mdev_remove(const char *uuid)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "/sys/bus/mdev/devices/%s/remove", uuid);
	write_uuid(path, uuid);
}
