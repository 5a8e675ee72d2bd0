// SPDX-License-Identifier: MIT
/*
 * KUnit: which pages of a framebuffer are scanned, and in which order.
 */

#include <kunit/test.h>
#include <linux/bitmap.h>
#include <linux/minmax.h>
#include <linux/sizes.h>

#include "gvt/frontbuffer_pace.h"

#define FULL_HD_PAGES	2025	/* 1920 x 1080 in 32 bits */
#define FULL_HD_STRIDE	7680
#define FULL_HD_LINES	1080

static void restart_full_hd(struct gvt_frontbuffer_pace *pace)
{
	gvt_pace_restart(pace, FULL_HD_PAGES, FULL_HD_STRIDE);
}

/* Pages that are visited until none is left */
static unsigned int visit_all(struct gvt_frontbuffer_pace *pace, unsigned long *seen)
{
	unsigned int visits = 0;

	while (pace->left) {
		__set_bit(gvt_pace_next(pace), seen);
		visits++;
	}
	return visits;
}

static void each_page_is_visited_once(struct kunit *test)
{
	static const unsigned int sizes[] = {
		1, 2, 3, 4, 5, 7, 8, 16, 64, 100, 750, 2025, 2040, 8100, 8160, 65536,
	};
	struct gvt_frontbuffer_pace pace;
	unsigned long *seen;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		seen = bitmap_zalloc(sizes[i], GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, seen);
		gvt_pace_restart(&pace, sizes[i], FULL_HD_STRIDE);
		KUNIT_EXPECT_EQ(test, sizes[i], visit_all(&pace, seen));
		KUNIT_EXPECT_EQ_MSG(test, sizes[i], bitmap_weight(seen, sizes[i]),
				    "%u pages", sizes[i]);
		bitmap_free(seen);
	}
}

static void hint_in_between_leaves_all_pages(struct kunit *test)
{
	struct gvt_frontbuffer_pace pace;
	unsigned long *seen;
	unsigned int i;

	seen = bitmap_zalloc(FULL_HD_PAGES, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, seen);
	restart_full_hd(&pace);
	for (i = 0; i < 1000; i++)
		gvt_pace_next(&pace);
	gvt_pace_hint(&pace);
	KUNIT_EXPECT_EQ(test, FULL_HD_PAGES, visit_all(&pace, seen));
	KUNIT_EXPECT_EQ(test, FULL_HD_PAGES, bitmap_weight(seen, FULL_HD_PAGES));
	bitmap_free(seen);
}

static void no_page_is_left_without_a_hint(struct kunit *test)
{
	struct gvt_frontbuffer_pace pace;
	unsigned int first;

	gvt_pace_restart(&pace, 0, 0);
	KUNIT_EXPECT_EQ(test, 0, gvt_pace_budget(&pace));
	gvt_pace_hint(&pace);
	KUNIT_EXPECT_EQ(test, 0, gvt_pace_budget(&pace));
	KUNIT_EXPECT_EQ(test, 0, gvt_pace_surroundings(&pace, 0, &first));

	gvt_pace_restart(&pace, 4, 256);
	KUNIT_EXPECT_EQ(test, 4, gvt_pace_budget(&pace));
	while (pace.left)
		gvt_pace_next(&pace);
	KUNIT_EXPECT_EQ(test, 0, gvt_pace_budget(&pace));
}

static void scan_of_any_size_is_bounded(struct kunit *test)
{
	struct gvt_frontbuffer_pace pace;
	unsigned int pages, scans;

	for (pages = 1; pages <= 65536; pages = 2 * pages + 1) {
		gvt_pace_restart(&pace, pages, FULL_HD_STRIDE);
		KUNIT_EXPECT_LE(test, gvt_pace_budget(&pace), GVT_PACE_MAX_PAGES);
		scans = DIV_ROUND_UP(pages, gvt_pace_budget(&pace));
		KUNIT_EXPECT_LE_MSG(test, scans,
				    max(pages / GVT_PACE_MAX_PAGES + 1, GVT_PACE_SCANS),
				    "%u pages", pages);
	}
}

/* Whether it is scanned because of what has changed lately */
static bool is_hot(const struct gvt_frontbuffer_pace *pace, unsigned int page)
{
	unsigned int pages[GVT_PACE_PROBES];
	unsigned int spot, count, i;

	for (spot = 0; spot < GVT_PACE_SPOTS; spot++) {
		count = gvt_pace_probe(pace, spot, pages);
		for (i = 0; i < count; i++)
			if (pages[i] == page)
				return true;
	}
	return false;
}

static void place_of_a_change_cools(struct kunit *test)
{
	struct gvt_frontbuffer_pace pace;
	unsigned int i;

	restart_full_hd(&pace);
	gvt_pace_changed(&pace, 1000);
	for (i = 0; i < GVT_PACE_HOT; i++) {
		KUNIT_EXPECT_TRUE(test, is_hot(&pace, 1000));
		gvt_pace_cool(&pace);
	}
	KUNIT_EXPECT_FALSE(test, is_hot(&pace, 1000));
}

/* A clock beside the text that is typed */
static void two_places_are_hot_at_once(struct kunit *test)
{
	struct gvt_frontbuffer_pace pace;
	unsigned int i;

	restart_full_hd(&pace);
	for (i = 0; i < 10; i++) {
		gvt_pace_changed(&pace, 20);
		gvt_pace_changed(&pace, 21);
		gvt_pace_cool(&pace);
		gvt_pace_changed(&pace, 1000 + i);
		gvt_pace_cool(&pace);
		KUNIT_EXPECT_TRUE(test, is_hot(&pace, 20));
		KUNIT_EXPECT_TRUE(test, is_hot(&pace, 1000 + i));
	}
	/* The older of them makes room. */
	gvt_pace_changed(&pace, 500);
	KUNIT_EXPECT_FALSE(test, is_hot(&pace, 20));
	KUNIT_EXPECT_TRUE(test, is_hot(&pace, 500));
	KUNIT_EXPECT_TRUE(test, is_hot(&pace, 1009));
}

static void surroundings_are_those_of_new_changes(struct kunit *test)
{
	struct gvt_frontbuffer_pace pace;
	unsigned int first, count;

	restart_full_hd(&pace);
	KUNIT_EXPECT_EQ(test, 0, gvt_pace_surroundings(&pace, 0, &first));
	gvt_pace_changed(&pace, 1000);
	count = gvt_pace_surroundings(&pace, 0, &first);
	KUNIT_EXPECT_LT(test, first, 1000);
	KUNIT_EXPECT_GT(test, first + count, 1001);
	gvt_pace_cool(&pace);
	KUNIT_EXPECT_EQ(test, 0, gvt_pace_surroundings(&pace, 0, &first));
}

static void hot_pages_are_within_the_framebuffer(struct kunit *test)
{
	static const unsigned int sizes[] = { 65, 66, 80, FULL_HD_PAGES };
	unsigned int pages[GVT_PACE_PROBES];
	struct gvt_frontbuffer_pace pace;
	unsigned int i, n, at, first, count;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		for (at = 0; at < sizes[i]; at++) {
			gvt_pace_restart(&pace, sizes[i], FULL_HD_STRIDE);
			gvt_pace_changed(&pace, at);
			count = gvt_pace_probe(&pace, 0, pages);
			KUNIT_EXPECT_LE(test, count, GVT_PACE_PROBES);
			for (n = 0; n < count; n++)
				KUNIT_EXPECT_LT(test, pages[n], sizes[i]);
			count = gvt_pace_surroundings(&pace, 0, &first);
			KUNIT_EXPECT_LE(test, first + count, sizes[i]);
			KUNIT_EXPECT_TRUE(test, is_hot(&pace, at));
		}
	}
}

/* All of a small one is scanned each time. */
static void small_framebuffer_has_no_hot_pages(struct kunit *test)
{
	unsigned int pages[GVT_PACE_PROBES];
	struct gvt_frontbuffer_pace pace;

	gvt_pace_restart(&pace, GVT_PACE_MIN_PAGES, 256);
	gvt_pace_changed(&pace, 1);
	KUNIT_EXPECT_EQ(test, 0, gvt_pace_probe(&pace, 0, pages));
	KUNIT_EXPECT_EQ(test, GVT_PACE_MIN_PAGES, gvt_pace_budget(&pace));
}

/* What is drawn into 1920 x 1080 in 32 bits, or with another stride */
static const struct drawing_case {
	const char *name;
	u32 tile_width;		/* bytes; 0 for linear */
	u32 tile_height;
	u32 width;		/* pixels that are drawn, 16 lines of them */
	unsigned int worst;	/* scans until it is found */
	u32 stride;		/* bytes, if it is another one */
} drawing_cases[] = {
	{ "line of text, linear",      0,  1, 1920, 1 },
	{ "line of text, X-tiled",   512,  8, 1920, 1 },
	{ "line of text, Y-tiled",   128, 32, 1920, 1 },
	{ "line of text, Yf-tiled",  128, 32, 1920, 1 },
	{ "glyph, linear",             0,  1,    8, 2 },
	{ "glyph, X-tiled",          512,  8,    8, 5 },
	{ "glyph, Y-tiled",          128, 32,    8, 5 },
	{ "glyph, Yf-tiled",         128, 32,    8, 5 },
	{ "glyph, Y-tiled, of 1366 pixels", 128, 32, 8, 5, 5504 },
	{ "glyph, Y-tiled, of 1600 pixels", 128, 32, 8, 5, 6400 },
	{ "glyph, linear, of 1366 pixels", 0, 1, 8, 3, 5504 },
};

KUNIT_ARRAY_PARAM_DESC(drawing_cases, drawing_cases, name);

static u32 stride_of(const struct drawing_case *c)
{
	return c->stride ?: FULL_HD_STRIDE;
}

static u32 page_of(const struct drawing_case *c, u32 x, u32 y)
{
	if (!c->tile_width)
		return (y * stride_of(c) + x) / SZ_4K;

	return y / c->tile_height * (stride_of(c) / c->tile_width) +
	       x / c->tile_width;
}

/* The scan that finds what is drawn at @left bytes, @top lines; @scan_of: of each page */
static unsigned int scan_that_finds(const struct drawing_case *c, const u8 *scan_of,
				    u32 left, u32 top)
{
	unsigned int scan = UINT_MAX;
	u32 x, y;

	for (y = top; y < top + 16; y++)
		for (x = left; x < left + c->width * 4; x += 32)
			scan = min(scan, scan_of[page_of(c, x, y)]);

	return scan;
}

static void drawing_is_found_within(struct kunit *test)
{
	const struct drawing_case *c = test->param_value;
	/* With the rest of the last row of tiles */
	const u32 pages = page_of(c, stride_of(c) - 1, FULL_HD_LINES - 1) + 1;
	const u32 last = stride_of(c) - c->width * 4;
	struct gvt_frontbuffer_pace pace;
	unsigned int scan, budget, worst = 0;
	u32 left, top;
	u8 *scan_of;

	scan_of = kunit_kzalloc(test, pages, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, scan_of);
	gvt_pace_restart(&pace, pages, stride_of(c));
	for (scan = 1; pace.left; scan++)
		for (budget = gvt_pace_budget(&pace); budget; budget--)
			scan_of[gvt_pace_next(&pace)] = scan;

	for (top = 0; top <= 1080 - 16; top += 8)
		for (left = 0; left <= last; left += 32)
			worst = max(worst, scan_that_finds(c, scan_of, left, top));
	KUNIT_EXPECT_EQ(test, c->worst, worst);
}

static bool glyph_is_hot(const struct gvt_frontbuffer_pace *pace,
			 const struct drawing_case *c, u32 left, u32 top)
{
	u32 y;

	for (y = top; y < top + 16; y++)
		if (is_hot(pace, page_of(c, left, y)))
			return true;
	return false;
}

/* What is typed next: to the right, in the line below, or at its beginning */
static void next_glyph_is_hot(struct kunit *test)
{
	const struct drawing_case *c = test->param_value;
	const u32 pages = page_of(c, stride_of(c) - 1, FULL_HD_LINES - 1) + 1;
	struct gvt_frontbuffer_pace pace;
	u32 left, top, y;

	for (top = 0; top <= 1080 - 48; top += 8) {
		for (left = 0; left < stride_of(c) - 32; left += 32) {
			gvt_pace_restart(&pace, pages, stride_of(c));
			for (y = top; y < top + 16; y++)
				gvt_pace_changed(&pace, page_of(c, left, y));
			KUNIT_EXPECT_TRUE(test, glyph_is_hot(&pace, c, left + 32, top));
			KUNIT_EXPECT_TRUE(test, glyph_is_hot(&pace, c, left, top + 16));
			KUNIT_EXPECT_TRUE(test, glyph_is_hot(&pace, c, 0, top + 16));
		}
	}
}

static struct kunit_case frontbuffer_pace_cases[] = {
	KUNIT_CASE(each_page_is_visited_once),
	KUNIT_CASE(hint_in_between_leaves_all_pages),
	KUNIT_CASE(no_page_is_left_without_a_hint),
	KUNIT_CASE(scan_of_any_size_is_bounded),
	KUNIT_CASE(place_of_a_change_cools),
	KUNIT_CASE(two_places_are_hot_at_once),
	KUNIT_CASE(surroundings_are_those_of_new_changes),
	KUNIT_CASE(hot_pages_are_within_the_framebuffer),
	KUNIT_CASE(small_framebuffer_has_no_hot_pages),
	KUNIT_CASE_PARAM(drawing_is_found_within, drawing_cases_gen_params),
	KUNIT_CASE_PARAM(next_glyph_is_hot, drawing_cases_gen_params),
	{ }
};

static struct kunit_suite gvt_frontbuffer_pace_suite = {
	.name = "gvt_frontbuffer_pace",
	.test_cases = frontbuffer_pace_cases,
};

kunit_test_suite(gvt_frontbuffer_pace_suite);
