/* SPDX-License-Identifier: GPL-2.0 */
/* The time, by CLOCK_MONOTONIC */
#ifndef GVT_DMABUF_TIME_UTIL_H
#define GVT_DMABUF_TIME_UTIL_H

#include <stdint.h>
#include <time.h>

static inline int64_t time_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ll + t.tv_nsec;
}

static inline int64_t time_us(void)
{
	return time_ns() / 1000;
}

static inline int64_t time_ms(void)
{
	return time_ns() / 1000000;
}

static inline double time_s(void)
{
	return time_ns() / 1e9;
}

#endif /* GVT_DMABUF_TIME_UTIL_H */
