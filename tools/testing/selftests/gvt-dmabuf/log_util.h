/* SPDX-License-Identifier: GPL-2.0 */
/* Messages that the kernel logs during a test */
#ifndef GVT_DMABUF_LOG_UTIL_H
#define GVT_DMABUF_LOG_UTIL_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "time_util.h"

#define LOG_MAX_LINES	30	/* per ten seconds, whatever the guest does */

/**
 * struct kernel_log - messages of the kernel since kernel_log_open()
 * @fd: /dev/kmsg
 * @start: time_ms() at kernel_log_open()
 * @lines: number of lines
 * @warned: one of them was a WARNING or BUG
 * @line: the first of these, or else the first line
 */
struct kernel_log {
	int fd, lines;
	int64_t start;
	bool warned;
	char line[160];
};

static inline int kernel_log_open(struct kernel_log *log)
{
	*log = (struct kernel_log) { .start = time_ms() };
	log->fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (log->fd < 0)
		return -errno;
	return lseek(log->fd, 0, SEEK_END) < 0 ? -errno : 0;
}

/*
 * A record is "priority,sequence,time,flags;text". Only the kernel's own
 * records have a priority below 8, which is facility 0.
 */
static inline void kernel_log_read(struct kernel_log *log)
{
	char record[8192], *text;
	bool warning;
	ssize_t n;

	for (;;) {
		n = read(log->fd, record, sizeof(record) - 1);
		if (n < 0 && errno == EPIPE) {	/* records were overwritten */
			log->lines += 1000;
			continue;
		}
		if (n <= 0)
			return;
		record[n] = 0;
		text = strchr(record, ';');
		if (!text || atoi(record) >= 8)
			continue;
		warning = strstr(text, "WARNING:") || strstr(text, "BUG:") ||
			  strstr(text, "bug detected");
		if (!log->lines++ || (warning && !log->warned))
			snprintf(log->line, sizeof(log->line), "%.*s",
				 (int)strcspn(text + 1, "\n"), text + 1);
		log->warned |= warning;
	}
}

/* The number of lines that the rate limit allows for the time elapsed */
static inline int kernel_log_allowed(const struct kernel_log *log)
{
	return LOG_MAX_LINES * (1 + (time_ms() - log->start) / 10000);
}

#endif /* GVT_DMABUF_LOG_UTIL_H */
