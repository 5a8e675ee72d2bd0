/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the export of a vGPU's pictures costs, in instructions.
 *
 * The rig counts instructions and its TSC advances by one with each, the
 * kernel's and ours alike. So a figure is a difference of two TSC values, and
 * it is the same whatever else this machine does. While the CPU has nothing to
 * do the TSC jumps: what waits for the kernel's workers is measured beside a
 * process that never lets it come to that (spin.c).
 *
 * A figure is one line on standard output: its name and RUNS values. What they
 * mean, and what they must reach, is in figures.toml.
 */
#ifndef BENCH_H
#define BENCH_H

#include <linux/types.h>

#include "vgpu.h"

#define RUNS		9	/* values of each figure */
#define RAM_SIZE	(96u << 20)

/**
 * struct bench - what all figures are measured on
 * @v: the first vGPU, open, with its pipe A on
 * @drm: i915's render node
 */
struct bench {
	struct vgpu v;
	int drm;
};

/* End the run unless @ret says success; @what was tried */
int must(int ret, const char *what);

static inline __u64 now(void)
{
	return __builtin_ia32_rdtsc();
}

/* Print @values, of which there are RUNS */
void figure(const char *name, const double *values);
/* The figure is what a call of @run takes, averaged over @calls of them */
void measure(const char *name, unsigned int calls,
	     void (*run)(struct bench *b, unsigned int call), struct bench *b);

/* The figures */
void bench_query(struct bench *b);

#endif /* BENCH_H */
