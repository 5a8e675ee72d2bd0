/* SPDX-License-Identifier: GPL-2.0 */
/* Remove an mdev, and create it again */
#ifndef GVT_DMABUF_MDEV_UTIL_H
#define GVT_DMABUF_MDEV_UTIL_H

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "test_util.h"

#define MDEVS	"/sys/bus/mdev/devices"

/**
 * struct mdev - an mdev that a test removes
 * @uuid: UUID to create it again with
 * @remove: sysfs file that removes it
 * @create: sysfs file of its type that creates it
 */
struct mdev {
	char uuid[40], remove[80], create[PATH_MAX + 8];
};

/* Find the sysfs files of an existing mdev: 0 or a negative errno. */
static inline int mdev_find(struct mdev *m, const char *uuid)
{
	char link[80], type[PATH_MAX];

	snprintf(link, sizeof(link), MDEVS "/%.39s/mdev_type", uuid);
	if (!realpath(link, type))
		return -errno;
	snprintf(m->uuid, sizeof(m->uuid), "%s", uuid);
	snprintf(m->remove, sizeof(m->remove), MDEVS "/%.39s/remove", uuid);
	snprintf(m->create, sizeof(m->create), "%s/create", type);
	return 0;
}

static inline int mdev_remove(const struct mdev *m)
{
	return test_write(m->remove, "1");
}

static inline int mdev_create(const struct mdev *m)
{
	return test_write(m->create, m->uuid);
}

static inline bool mdev_exists(const struct mdev *m)
{
	return !access(m->remove, F_OK);
}

static inline int count_mdevs(void)
{
	DIR *dir = opendir(MDEVS);
	struct dirent *entry;
	int n = 0;

	while (dir && (entry = readdir(dir)))
		n += entry->d_name[0] != '.';
	if (dir)
		closedir(dir);
	return n;
}

#endif /* GVT_DMABUF_MDEV_UTIL_H */
