/* SPDX-License-Identifier: MIT */
/* Mediated devices of a GPU: vGPUs are created and removed through sysfs. */
#ifndef GVT_DMABUF_MDEV_H
#define GVT_DMABUF_MDEV_H

#include <stdbool.h>
#include <stddef.h>

/**
 * mdev_find_type:
 * @dir: the sysfs directory of the type
 * @size: bytes of @dir
 *
 * Finds a type of vGPU of which one more can be created.
 *
 * Returns: whether there is one.
 */
bool mdev_find_type(char *dir, size_t size);

/**
 * mdev_create:
 * @type: the sysfs directory of the type
 * @uuid: the UUID of the vGPU, a new one
 *
 * Returns: 0, or -1 with errno.
 */
int mdev_create(const char *type, char uuid[40]);

/**
 * mdev_remove:
 * @uuid: the UUID of a vGPU; it may be gone already
 */
void mdev_remove(const char *uuid);

#endif /* GVT_DMABUF_MDEV_H */
