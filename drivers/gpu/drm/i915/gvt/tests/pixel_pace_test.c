// SPDX-License-Identifier: MIT
/*
 * KUnit: how often, and in which order, the pixels of a picture are looked at.
 */

#include <kunit/test.h>

#include "gvt/pixel_pace.h"

/* Refreshes until the next look, that one included */
static unsigned int refreshes_to_look(struct gvt_pixel_pace *pace)
{
	unsigned int n = 1;

	while (!gvt_pace_refresh(pace) && n < 1000)
		n++;
	return n;
}

static void change_that_is_told_is_left_to_settle(struct kunit *test)
{
	struct gvt_pixel_pace pace;

	gvt_pace_restart(&pace);
	KUNIT_EXPECT_EQ(test, GVT_PACE_SETTLE, refreshes_to_look(&pace));
	gvt_pace_looked(&pace, false);
	KUNIT_EXPECT_EQ(test, 1, refreshes_to_look(&pace));
}

static void guest_that_flips_is_never_looked_at(struct kunit *test)
{
	struct gvt_pixel_pace pace;
	unsigned int i, looks = 0;

	for (i = 0; i < 100; i++) {
		gvt_pace_restart(&pace);
		looks += gvt_pace_refresh(&pace);
	}
	KUNIT_EXPECT_EQ(test, 0, looks);
}

static void run_quiet(struct gvt_pixel_pace *pace, unsigned int looks)
{
	while (looks--) {
		refreshes_to_look(pace);
		gvt_pace_looked(pace, false);
	}
}

static void quiet_picture_is_looked_at_ever_more_seldom(struct kunit *test)
{
	struct gvt_pixel_pace pace;
	unsigned int looks, doubled;

	gvt_pace_restart(&pace);
	run_quiet(&pace, 1);
	for (looks = 0; looks < 10 * GVT_PACE_QUIET; looks++) {
		doubled = min(looks / GVT_PACE_QUIET, 8u);
		KUNIT_EXPECT_EQ_MSG(test, min(1u << doubled, GVT_PACE_MAX),
				    refreshes_to_look(&pace), "look %u", looks);
		gvt_pace_looked(&pace, false);
	}
}

static void change_brings_the_rate_back(struct kunit *test)
{
	struct gvt_pixel_pace pace;

	gvt_pace_restart(&pace);
	run_quiet(&pace, 10 * GVT_PACE_QUIET);
	gvt_pace_looked(&pace, true);
	KUNIT_EXPECT_EQ(test, 1, refreshes_to_look(&pace));
	gvt_pace_looked(&pace, false);
	KUNIT_EXPECT_EQ(test, 1, refreshes_to_look(&pace));
}

/* Pictures up to 4 GiB have 32768 phases. */
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

/* 1080p has 64 phases, and a line of text is on 30 pages in a row. */
static void line_of_text_is_found_soon(struct kunit *test)
{
	const unsigned int phases = 64, pages = 30;
	unsigned int first, start, phase, looks, worst = 0;

	for (first = 0; first < phases; first++) {
		for (start = 0; start < phases; start++) {
			phase = start;
			for (looks = 1; (phase + phases - first) % phases >= pages;
			     looks++)
				phase = (phase + gvt_pace_step(phases)) % phases;
			worst = max(worst, looks);
		}
	}
	KUNIT_EXPECT_LE(test, worst, 4);
}

static struct kunit_case pixel_pace_cases[] = {
	KUNIT_CASE(change_that_is_told_is_left_to_settle),
	KUNIT_CASE(guest_that_flips_is_never_looked_at),
	KUNIT_CASE(quiet_picture_is_looked_at_ever_more_seldom),
	KUNIT_CASE(change_brings_the_rate_back),
	KUNIT_CASE(each_phase_is_visited_once),
	KUNIT_CASE(line_of_text_is_found_soon),
	{ }
};

static struct kunit_suite gvt_pixel_pace_suite = {
	.name = "gvt_pixel_pace",
	.test_cases = pixel_pace_cases,
};

kunit_test_suite(gvt_pixel_pace_suite);
