/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Unload kvmgt, and load it again. The module is not installed under
 * /lib/modules in the test environment; MODULE_FILES matches its file.
 */
#ifndef GVT_DMABUF_MODULE_UTIL_H
#define GVT_DMABUF_MODULE_UTIL_H

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MODULE_FILES	"/mods/*-kvmgt.ko"

static inline int unload(void)
{
	return syscall(SYS_delete_module, "kvmgt", O_NONBLOCK) ? -errno : 0;
}

static inline int load(const char *ko)
{
	int fd = open(ko, O_RDONLY | O_CLOEXEC), ret;

	if (fd < 0)
		return -errno;
	ret = syscall(SYS_finit_module, fd, "", 0) ? -errno : 0;
	close(fd);
	return ret;
}

/* Objects are freed asynchronously after the last close: retry for 2 s. */
static inline int unload_soon(void)
{
	int tries, ret;

	for (tries = 0; tries < 200; tries++) {
		ret = unload();
		if (ret != -EWOULDBLOCK)
			return ret;
		usleep(10000);
	}
	return ret;
}

static inline bool find_module(char *ko, size_t size)
{
	glob_t found;

	if (glob(MODULE_FILES, 0, NULL, &found))
		return false;
	snprintf(ko, size, "%s", found.gl_pathv[0]);
	globfree(&found);
	return true;
}

#endif /* GVT_DMABUF_MODULE_UTIL_H */
