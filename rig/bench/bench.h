/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the export of a vGPU's pictures costs, in instructions.
 *
 * The rig counts instructions and its TSC advances by one with each, the
 * kernel's and ours alike. So a figure is a difference of two TSC values, and
 * it is the same whatever else this machine does. While the CPU has nothing to
 * do the TSC jumps: what waits for the kernel's workers is measured beside a
 * process that never lets it come to that, busy_start().
 *
 * A figure is one line on standard output: its name and RUNS values. What they
 * mean, and what they must reach, is in figures.toml.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdio.h>

#include <linux/types.h>

#include "vgpu.h"

#define RUNS		9	/* values of each figure */
/*
 * Work that the kernel does once a second falls into some samples only, and only
 * adds to them: where that matters, a value is the least of three samples.
 */
#define TRIES		3
#define SAMPLES		(RUNS * TRIES)
/*
 * Other work of the kernel is in one of five samples of asynchronous work. The least
 * of three samples includes it in one of a hundred values, and there are seventy; the
 * least of five in one of three thousand.
 */
#define LEAST_OF	5
#define LEAST_SAMPLES	(RUNS * LEAST_OF)
#define MAX_SAMPLES	(RUNS * 120)

/* A picture of 4K takes 8100 pages; the rest is for everything else. */
#define WIDTH_4K	3840
#define HEIGHT_4K	2160
#define RAM_SIZE	(48u << 20)

/**
 * struct bench - what all figures are measured on
 * @v: the first vGPU, open, with its pipe A on
 * @drm: i915's render node
 * @screens: surfaces that a figure flips between
 * @num_screens: how many
 * @queries: how often a figure asks for another picture
 */
struct bench {
	struct vgpu v;
	int drm;
	const struct vgpu_surface *screens;
	unsigned int num_screens;
	unsigned int queries;
};

/* ---- measure.c ---- */

/* End the run unless @ret says success; @what was tried */
int must(int ret, const char *what);
/* Write all of @text to a file that is there, opened with @flags besides, or end */
void write_file(const char *path, const char *text, int flags);

static inline __u64 now(void)
{
	return __builtin_ia32_rdtsc();
}

/* Print @values, of which there are RUNS */
void figure(const char *name, const double *values);
/* Print RUNS values, each the middle one of TRIES rounds, or of so many @frames */
void figure_of_rounds(const char *name, const double *samples);
void figure_of_frames(const char *name, const double *samples, int frames);
/* The minimum of @count samples with a step of @apart: other activity only adds to them */
double least(const double *samples, int count, int apart);
/* Print RUNS values, each the least of as many rounds as @tries */
void figure_of_least(const char *name, const double *samples, int tries);
/* The figure is what a call of @run takes, averaged over @calls of them */
void measure(const char *name, unsigned int calls,
	     void (*run)(struct bench *b, unsigned int call), struct bench *b);

/*
 * While it runs, instructions() counts all but those of a process that does
 * nothing whenever nobody else wants the CPU.
 */
void busy_start(void);
void busy_stop(void);
__u64 instructions(void);

/*
 * Bytes of memory in use, from where on only differences mean: objects count by
 * themselves, not with the pages that they are in.
 */
long long memory_in_use(void);

/* ---- trace.c ---- */

/* Record each call of a function; @where is in the syntax of kprobe_events */
void trace_start(const char *name, const char *where);
void trace_stop(const char *name);
/* The recorded calls, until trace_forget() */
FILE *trace_open(void);
void trace_forget(const char *name);

/* ---- screen.c ---- */

/* How the pages of a picture lie in memory */
enum layout { CONTIGUOUS, CHUNKS_64K, SCATTERED };

/* Make guest memory contiguous, whatever its layout was */
void solid_ram(struct vgpu *v);
/* A picture of 32 bits a pixel, and how its pages lie */
void make_screen(struct vgpu *v, struct vgpu_surface *s, unsigned int width,
		 unsigned int height);
void lay_out(struct vgpu *v, const struct vgpu_surface *s, enum layout layout);
/* Show it and answer its id; the pipe is on */
__u32 show(struct vgpu *v, const struct vgpu_surface *s);
/* Show it and open it as a dma-buf */
int export_screen(struct vgpu *v, const struct vgpu_surface *s);
/* An object of i915's own, of a page */
__u32 make_object(int drm);

/* ---- main.c ---- */

/* Close the vGPU and open it again, with nothing in its memory */
void reopen(struct bench *b);

/* ---- the figures ---- */

void bench_query(struct bench *b);
void bench_get(struct bench *b);
void bench_ggtt(struct bench *b);
void bench_import(struct bench *b);
void bench_memory(struct bench *b);
void bench_unfetched(struct bench *b);
void bench_read(struct bench *b);
void bench_event(struct bench *b);
void bench_glyphs(struct bench *b);
void bench_request(struct bench *b);
void bench_lifecycle(struct bench *b);
void bench_viewers(struct bench *b);

#endif /* BENCH_H */
