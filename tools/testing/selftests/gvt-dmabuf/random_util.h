/* SPDX-License-Identifier: GPL-2.0 */
/* Pseudorandom numbers, the same in each run */
#ifndef GVT_DMABUF_RANDOM_UTIL_H
#define GVT_DMABUF_RANDOM_UTIL_H

#include <stdint.h>

/* The next number after *@state, a seed at first; its high bits vary most. */
static inline uint32_t random_next(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state;
}

static inline uint32_t random_below(uint32_t *state, uint32_t limit)
{
	return (random_next(state) >> 8) % limit;
}

#endif /* GVT_DMABUF_RANDOM_UTIL_H */
