// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How soon a glyph is signalled that the guest draws without a flip, after its screen
 * and its CPU have been still for long. Stock has no event.
 */
#include <errno.h>
#include <stdbool.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

#include "event_util.h"
#include "glyph_util.h"
#include "vcpu_util.h"

#define GLYPHS		3	/* per value */
#define STILL_MS	2000
#define PATIENCE_MS	5000

static const struct layout_case {
	const char *name;
	unsigned int width, height;
	__u64 modifier;
} cases[] = {
	{ "glyph_linear", 1920, 1080, DRM_FORMAT_MOD_LINEAR },
	{ "glyph_x", 1920, 1080, I915_FORMAT_MOD_X_TILED },
	{ "glyph_y", 1920, 1080, I915_FORMAT_MOD_Y_TILED },
	{ "glyph_yf", 1920, 1080, I915_FORMAT_MOD_Yf_TILED },
	{ "glyph_4k_linear", 3840, 2160, DRM_FORMAT_MOD_LINEAR },
	{ "glyph_4k_x", 3840, 2160, I915_FORMAT_MOD_X_TILED },
	{ "glyph_4k_y", 3840, 2160, I915_FORMAT_MOD_Y_TILED },
};

static double clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

/* From a glyph, after which a CPU of the guest has run, to the signal */
static double glyph_ms(struct vgpu *v, const struct vgpu_surface *s,
		       struct vcpu *cpu, int fd)
{
	static __u32 random = 1;
	__u32 left, top;
	double drawn;

	while (signals_within(fd, STILL_MS))
		;
	place_glyph(s, &random, &left, &top);
	draw_glyph(v, s, left, top);
	drawn = clock_ms();
	must(vcpu_store(v, cpu, cpu->code + VGPU_PAGE / 2, 1), "running a CPU");
	must(signals_within(fd, PATIENCE_MS) ? 0 : -ETIME, "waiting for a glyph");
	return clock_ms() - drawn;
}

static double bench_layout(struct bench *b, const struct layout_case *c,
			   struct vcpu *cpu, int fd)
{
	double values[RUNS] = { }, worst = 0, ms;
	struct vgpu_mark mark = vgpu_mark(&b->v);
	struct vgpu_surface s;
	int run, i;

	must(vgpu_surface_init(&b->v, &s, c->width, c->height,
			       DRM_FORMAT_XRGB8888, c->modifier), "making a surface");
	must(vgpu_pipe_on(&b->v, 0, c->width, c->height), "turning the pipe on");
	show(&b->v, &s);
	for (run = 0; run < RUNS; run++) {
		for (i = 0; i < GLYPHS; i++) {
			ms = glyph_ms(&b->v, &s, cpu, fd);
			values[run] += ms / GLYPHS;
			worst = ms > worst ? ms : worst;
		}
	}
	figure(c->name, values);
	vgpu_release(&b->v, mark);
	return worst;
}

/* The same value RUNS times: it is that of all runs. */
static void figure_of_all(const char *name, double value)
{
	double values[RUNS];
	int i;

	for (i = 0; i < RUNS; i++)
		values[i] = value;
	figure(name, values);
}

void bench_glyphs(struct bench *b)
{
	double worst[2] = { }, ms;
	bool large;
	struct vgpu_event event;
	struct vcpu cpu;
	size_t i;
	int fd;

	if (vgpu_event_find(&b->v, &event))
		return;
	must(vcpu_open(&b->v, &cpu, 0), "making a CPU");
	fd = must(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd");
	must(vgpu_event_arm(&b->v, &event, VGPU_PRIMARY, fd), "arming");
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		ms = bench_layout(b, &cases[i], &cpu, fd);
		large = cases[i].width > 1920;
		if (ms > worst[large])
			worst[large] = ms;
	}
	figure_of_all("glyph_worst", worst[0]);
	figure_of_all("glyph_4k_worst", worst[1]);
	must(vgpu_event_arm(&b->v, &event, VGPU_PRIMARY, -1), "disarming");
	close(fd);
	vcpu_close(&cpu);
}
