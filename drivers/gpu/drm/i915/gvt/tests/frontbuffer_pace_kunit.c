// SPDX-License-Identifier: MIT
/*
 * KUnit: how often, and in which order, the pixels of a plane are sampled.
 */

#include <kunit/test.h>
#include <linux/bits.h>
#include <linux/sizes.h>

#include "gvt/frontbuffer_pace.h"

/* Refreshes until the next sample, that one included */
static unsigned int refreshes_to_sample(struct gvt_frontbuffer_pace *pace)
{
	unsigned int n = 1;

	while (!gvt_pace_refresh(pace) && n < 1000)
		n++;
	return n;
}

static void signalled_change_is_left_to_settle(struct kunit *test)
{
	struct gvt_frontbuffer_pace pace;

	gvt_pace_restart(&pace);
	KUNIT_EXPECT_EQ(test, GVT_PACE_SETTLE, refreshes_to_sample(&pace));
	gvt_pace_scanned(&pace, false);
	KUNIT_EXPECT_EQ(test, 1, refreshes_to_sample(&pace));
}

static void guest_that_flips_is_never_sampled(struct kunit *test)
{
	struct gvt_frontbuffer_pace pace;
	unsigned int i, samples = 0;

	for (i = 0; i < 100; i++) {
		gvt_pace_restart(&pace);
		samples += gvt_pace_refresh(&pace);
	}
	KUNIT_EXPECT_EQ(test, 0, samples);
}

static void run_quiet(struct gvt_frontbuffer_pace *pace, unsigned int samples)
{
	while (samples--) {
		refreshes_to_sample(pace);
		gvt_pace_scanned(pace, false);
	}
}

static void quiet_framebuffer_is_sampled_less(struct kunit *test)
{
	struct gvt_frontbuffer_pace pace;
	unsigned int samples, doubled;

	gvt_pace_restart(&pace);
	run_quiet(&pace, 1);
	for (samples = 0; samples < 10 * GVT_PACE_QUIET; samples++) {
		doubled = min(samples / GVT_PACE_QUIET, 8u);
		KUNIT_EXPECT_EQ_MSG(test, min(1u << doubled, GVT_PACE_MAX),
				    refreshes_to_sample(&pace), "sample %u", samples);
		gvt_pace_scanned(&pace, false);
	}
}

static void change_brings_the_rate_back(struct kunit *test)
{
	struct gvt_frontbuffer_pace pace;

	gvt_pace_restart(&pace);
	run_quiet(&pace, 10 * GVT_PACE_QUIET);
	gvt_pace_scanned(&pace, true);
	KUNIT_EXPECT_EQ(test, 1, refreshes_to_sample(&pace));
	gvt_pace_scanned(&pace, false);
	KUNIT_EXPECT_EQ(test, 1, refreshes_to_sample(&pace));
}

/* Framebuffers up to 4 GiB have 32768 phases. */
static void each_phase_is_visited_once(struct kunit *test)
{
	unsigned int phases, step, phase, visits;

	for (phases = 1; phases <= 32768; phases += phases < 300 ? 1 : 4999) {
		step = gvt_pace_step(phases);
		phase = step % phases;
		for (visits = 1; phase && visits <= phases; visits++)
			phase = (phase + step) % phases;
		KUNIT_EXPECT_EQ_MSG(test, phases, visits, "%u phases", phases);
	}
}

/*
 * 1920 x 1080 in 32 bits has 64 phases in each layout. A line of text over the
 * whole width is found soon whatever the layout. A single glyph is on more pages
 * the less the layout gathers, so in a tiled one it can take all phases.
 */
static const struct drawing_case {
	const char *name;
	u32 tile_width;		/* bytes; 0 for linear */
	u32 tile_height;
	u32 width;		/* pixels that are drawn, 16 lines of them */
	unsigned int worst;	/* samples */
} drawing_cases[] = {
	{ "line of text, linear",      0,  1, 1920,  3 },
	{ "line of text, X-tiled",   512,  8, 1920,  3 },
	{ "line of text, Y-tiled",   128, 32, 1920,  2 },
	{ "line of text, Yf-tiled",  128, 32, 1920,  2 },
	{ "glyph, linear",             0,  1,    8,  9 },
	{ "glyph, X-tiled",          512,  8,    8, 55 },
	{ "glyph, Y-tiled",          128, 32,    8, 64 },
	{ "glyph, Yf-tiled",         128, 32,    8, 64 },
};

KUNIT_ARRAY_PARAM_DESC(drawing_cases, drawing_cases, name);

#define STRIDE	(1920 * 4)

static u32 page_of(const struct drawing_case *c, u32 x, u32 y)
{
	if (!c->tile_width)
		return (y * STRIDE + x) / SZ_4K;

	return y / c->tile_height * (STRIDE / c->tile_width) +
	       x / c->tile_width;
}

/* Which of the 64 phases sample what is drawn at @left bytes, @top lines */
static u64 phases_of(const struct drawing_case *c, u32 left, u32 top)
{
	u64 phases = 0;
	u32 x, y;

	for (y = top; y < top + 16; y++) {
		for (x = left; x < left + c->width * 4; x += 32)
			phases |= BIT_ULL(page_of(c, x, y) % 64);
		phases |= BIT_ULL(page_of(c, x - 1, y) % 64);
	}

	return phases;
}

static unsigned int samples_until(u64 phases, unsigned int phase)
{
	const unsigned int step = gvt_pace_step(64);
	unsigned int samples = 1;

	for (; !(phases & BIT_ULL(phase)); phase = (phase + step) % 64)
		samples++;

	return samples;
}

static void drawing_is_found_within(struct kunit *test)
{
	const struct drawing_case *c = test->param_value;
	const u32 last = STRIDE - c->width * 4;
	unsigned int phase, worst = 0;
	u32 left, top;
	u64 phases;

	for (top = 0; top <= 1080 - 16; top += 16) {
		for (left = 0; left <= last; left += 13 * 32) {
			phases = phases_of(c, left, top);
			for (phase = 0; phase < 64; phase++)
				worst = max(worst, samples_until(phases, phase));
		}
	}
	KUNIT_EXPECT_EQ(test, c->worst, worst);
}

static struct kunit_case frontbuffer_pace_cases[] = {
	KUNIT_CASE(signalled_change_is_left_to_settle),
	KUNIT_CASE(guest_that_flips_is_never_sampled),
	KUNIT_CASE(quiet_framebuffer_is_sampled_less),
	KUNIT_CASE(change_brings_the_rate_back),
	KUNIT_CASE(each_phase_is_visited_once),
	KUNIT_CASE_PARAM(drawing_is_found_within, drawing_cases_gen_params),
	{ }
};

static struct kunit_suite gvt_frontbuffer_pace_suite = {
	.name = "gvt_frontbuffer_pace",
	.test_cases = frontbuffer_pace_cases,
};

kunit_test_suite(gvt_frontbuffer_pace_suite);
