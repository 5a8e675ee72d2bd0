/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inject faults: fail the n-th allocation, or the n-th copy from or to user
 * space, of what this thread does.
 *
 * Copies are included with CONFIG_FAULT_INJECTION_USERCOPY: a fault is then an
 * ENOMEM or an EFAULT.
 */
#ifndef GVT_DMABUF_FAIL_UTIL_H
#define GVT_DMABUF_FAIL_UTIL_H

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "test_util.h"

#define FAIL_NTH	"/proc/thread-self/fail-nth"
#define FAIL_DEBUGFS	"/sys/kernel/debug/"

/*
 * Make every kind of allocation eligible, and do not log faults. The previous
 * settings are not restored. Return the fd of the file that sets which
 * allocation of this thread fails, or a negative errno.
 */
static inline int fail_set_up(void)
{
	static const struct { const char *path, *text; } settings[] = {
		{ FAIL_DEBUGFS "failslab/ignore-gfp-wait", "N" },
		{ FAIL_DEBUGFS "failslab/verbose", "0" },
		{ FAIL_DEBUGFS "fail_page_alloc/ignore-gfp-wait", "N" },
		{ FAIL_DEBUGFS "fail_page_alloc/ignore-gfp-highmem", "N" },
		{ FAIL_DEBUGFS "fail_page_alloc/min-order", "0" },
		{ FAIL_DEBUGFS "fail_page_alloc/verbose", "0" },
	};
	int ret, fd;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(settings); i++) {
		ret = test_write(settings[i].path, settings[i].text);
		if (ret)
			return ret;
	}
	/* Only with CONFIG_FAULT_INJECTION_USERCOPY */
	test_write(FAIL_DEBUGFS "fail_usercopy/verbose", "0");
	fd = open(FAIL_NTH, O_RDWR | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* From here, fail the @n-th allocation or copy of this thread. */
static inline int fail_begin(int fd, unsigned int n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", n);

	return pwrite(fd, text, len, 0) == len ? 0 : -errno;
}

/*
 * Fail no more. Return 1 if a fault was injected, 0 if there were not so many
 * allocations and copies, or a negative errno.
 */
static inline int fail_end(int fd)
{
	char text[16] = "";
	ssize_t len = pread(fd, text, sizeof(text) - 1, 0);
	int left;

	/* Reading, and writing, copies: the fault may have been left for it. */
	if (len < 0)
		return errno == EFAULT ? 0 : -errno;
	left = atoi(text);
	if (left && pwrite(fd, "0", 1, 0) != 1 && errno != EFAULT)
		return -errno;
	return !left;
}

#endif /* GVT_DMABUF_FAIL_UTIL_H */
