// SPDX-License-Identifier: MIT
/*
 * KUnit: where the pixels of a plane have changed.
 */

#include <kunit/test.h>
#include <linux/bits.h>
#include <linux/minmax.h>
#include <linux/sizes.h>

#include <drm/drm_fourcc.h>

#include "gvt/frontbuffer_damage.h"

/* ---- where pages are ---- */

static const struct layout_row {
	const char *name;
	u32 fourcc;
	u64 modifier;
	u32 stride;
	unsigned int page;
	struct drm_rect rect;
	u32 aux_offset, aux_stride;
	u32 src_x, src_y;
} layout_rows[] = {
	{ "linear, first page", DRM_FORMAT_XRGB8888, DRM_FORMAT_MOD_LINEAR, 7680,
	  0, { 0, 0, INT_MAX, 1 } },
	{ "linear, page on two lines", DRM_FORMAT_XRGB8888, DRM_FORMAT_MOD_LINEAR,
	  7680, 1, { 0, 0, INT_MAX, 2 } },
	{ "linear, page of many lines", DRM_FORMAT_C8, DRM_FORMAT_MOD_LINEAR, 64,
	  3, { 0, 192, INT_MAX, 256 } },
	{ "linear, page past 2 GiB", DRM_FORMAT_XRGB8888,
	  DRM_FORMAT_MOD_LINEAR, SZ_32K, 0x80001, { 0, 0x10000, INT_MAX, 0x10001 } },
	{ "X, 4 bytes", DRM_FORMAT_XRGB8888, I915_FORMAT_MOD_X_TILED, 7680,
	  16, { 128, 8, 256, 16 } },
	{ "X, 2 bytes", DRM_FORMAT_RGB565, I915_FORMAT_MOD_X_TILED, 4096,
	  7, { 1792, 0, 2048, 8 } },
	{ "X, one tile wide", DRM_FORMAT_C8, I915_FORMAT_MOD_X_TILED, 512,
	  5, { 0, 40, 512, 48 } },
	{ "Y, 4 bytes", DRM_FORMAT_XRGB8888, I915_FORMAT_MOD_Y_TILED, 7680,
	  61, { 32, 32, 64, 64 } },
	{ "Y, 8 bytes", DRM_FORMAT_XBGR16161616F, I915_FORMAT_MOD_Y_TILED, 1024,
	  9, { 16, 32, 32, 64 } },
	{ "Yf, 1 byte", DRM_FORMAT_C8, I915_FORMAT_MOD_Yf_TILED, 1024,
	  17, { 64, 64, 128, 128 } },
	{ "Yf, 2 bytes", DRM_FORMAT_RGB565, I915_FORMAT_MOD_Yf_TILED, 1024,
	  9, { 64, 32, 128, 64 } },
	{ "Yf, 4 bytes", DRM_FORMAT_XRGB8888, I915_FORMAT_MOD_Yf_TILED, 1024,
	  9, { 32, 32, 64, 64 } },
	{ "Yf, 8 bytes", DRM_FORMAT_XBGR16161616F, I915_FORMAT_MOD_Yf_TILED, 1024,
	  5, { 32, 16, 64, 32 } },
	{ "last page of the first memory plane", DRM_FORMAT_NV12,
	  DRM_FORMAT_MOD_LINEAR, 4096, 9, { 0, 9, INT_MAX, 10 }, 10 * 4096, 4096 },
	{ "first page of the second", DRM_FORMAT_NV12, DRM_FORMAT_MOD_LINEAR, 4096,
	  10, { 0, 0, INT_MAX, INT_MAX }, 10 * 4096, 4096 },
	{ "page before the one with both", DRM_FORMAT_NV12, DRM_FORMAT_MOD_LINEAR,
	  4096, 8, { 0, 8, INT_MAX, 9 }, 9 * 4096 + 2048, 4096 },
	{ "page with both", DRM_FORMAT_NV12, DRM_FORMAT_MOD_LINEAR, 4096,
	  9, { 0, 0, INT_MAX, INT_MAX }, 9 * 4096 + 2048, 4096 },
	{ "Y and a control surface", DRM_FORMAT_XRGB8888, I915_FORMAT_MOD_Y_TILED_CCS,
	  1024, 9, { 32, 32, 64, 64 }, 16 * 4096, 128 },
	{ "Yf and a control surface, of this", DRM_FORMAT_XRGB8888,
	  I915_FORMAT_MOD_Yf_TILED_CCS, 1024, 16, { 0, 0, INT_MAX, INT_MAX },
	  16 * 4096, 128 },
	{ "linear, panned", DRM_FORMAT_XRGB8888, DRM_FORMAT_MOD_LINEAR, 4096,
	  5, { 0, 2, INT_MAX, 3 }, .src_x = 10, .src_y = 3 },
	{ "linear, above what is shown", DRM_FORMAT_XRGB8888, DRM_FORMAT_MOD_LINEAR,
	  4096, 2, { }, .src_x = 10, .src_y = 3 },
	{ "X, panned", DRM_FORMAT_XRGB8888, I915_FORMAT_MOD_X_TILED, 7680,
	  16, { 0, 4, 126, 12 }, .src_x = 130, .src_y = 4 },
	{ "X, left of what is shown", DRM_FORMAT_XRGB8888, I915_FORMAT_MOD_X_TILED,
	  7680, 15, { }, .src_x = 130, .src_y = 4 },
};

static void page_holds_these_pixels(struct kunit *test)
{
	const struct layout_row *row = test->param_value;
	const struct gvt_plane plane = {
		.fourcc = row->fourcc,
		.modifier = row->modifier,
		.stride = row->stride,
		.aux_offset = row->aux_offset,
		.aux_stride = row->aux_stride,
		.src_x = row->src_x,
		.src_y = row->src_y,
	};
	struct gvt_page_layout layout;
	struct drm_rect rect = { };

	gvt_page_layout_init(&layout, &plane);
	gvt_page_add_to_rect(&layout, row->page, &rect);
	KUNIT_EXPECT_EQ(test, row->rect.x1, rect.x1);
	KUNIT_EXPECT_EQ(test, row->rect.y1, rect.y1);
	KUNIT_EXPECT_EQ(test, row->rect.x2, rect.x2);
	KUNIT_EXPECT_EQ(test, row->rect.y2, rect.y2);
}

static void layout_row_name(const struct layout_row *row, char *name)
{
	strscpy(name, row->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(layout_row, layout_rows, layout_row_name);

/* ---- what a query returns ---- */

static const struct gvt_plane full_hd = { .width = 1920, .height = 1080 };

struct answer {
	struct drm_rect rects[GVT_DAMAGES];
	unsigned int count;
	u64 serial;
};

static struct answer answer_of(struct gvt_damage *damage)
{
	struct answer a = { };

	a.count = gvt_damage_answer(damage, &full_hd, a.rects, &a.serial);
	return a;
}

static void add_line(struct gvt_damage *damage, int y)
{
	gvt_damage_add(damage, &(struct drm_rect)DRM_RECT_INIT(0, y, 10, 1));
}

static struct gvt_damage *new_damage(struct kunit *test)
{
	struct gvt_damage *damage = kunit_kzalloc(test, sizeof(*damage), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, damage);
	gvt_damage_init(damage);
	return damage;
}

static void nothing_changed_has_no_rectangle(struct kunit *test)
{
	struct gvt_damage *damage = new_damage(test);
	const struct answer a = answer_of(damage);

	KUNIT_EXPECT_EQ(test, 0, a.count);
	KUNIT_EXPECT_EQ(test, 0, a.serial);
}

static void changes_between_queries_are_one(struct kunit *test)
{
	struct gvt_damage *damage = new_damage(test);
	struct answer a;

	add_line(damage, 5);
	add_line(damage, 9);
	a = answer_of(damage);
	KUNIT_EXPECT_EQ(test, 1, a.count);
	KUNIT_EXPECT_EQ(test, 1, a.serial);
	KUNIT_EXPECT_EQ(test, 0, a.rects[0].x1);
	KUNIT_EXPECT_EQ(test, 10, a.rects[0].x2);
	KUNIT_EXPECT_EQ(test, 5, a.rects[0].y1);
	KUNIT_EXPECT_EQ(test, 10, a.rects[0].y2);
}

static void change_after_a_query_is_another(struct kunit *test)
{
	struct gvt_damage *damage = new_damage(test);
	struct answer a;

	add_line(damage, 5);
	answer_of(damage);
	add_line(damage, 9);
	a = answer_of(damage);
	KUNIT_EXPECT_EQ(test, 2, a.count);
	KUNIT_EXPECT_EQ(test, 2, a.serial);
	KUNIT_EXPECT_EQ(test, 9, a.rects[0].y1);
	KUNIT_EXPECT_EQ(test, 5, a.rects[1].y1);
	a = answer_of(damage);
	KUNIT_EXPECT_EQ(test, 2, a.serial);
}

static void last_changes_are_kept_newest_first(struct kunit *test)
{
	struct gvt_damage *damage = new_damage(test);
	struct answer a;
	int i;

	for (i = 1; i <= 3 * GVT_DAMAGES; i++) {
		add_line(damage, i);
		a = answer_of(damage);
		KUNIT_ASSERT_EQ(test, i, a.serial);
		KUNIT_ASSERT_EQ(test, min(i, GVT_DAMAGES), a.count);
	}
	for (i = 0; i < GVT_DAMAGES; i++)
		KUNIT_EXPECT_EQ(test, 3 * GVT_DAMAGES - i, a.rects[i].y1);
}

static void rectangles_are_within_the_plane(struct kunit *test)
{
	struct gvt_damage *damage = new_damage(test);
	struct answer a;

	gvt_damage_add(damage, &gvt_whole_plane);
	a = answer_of(damage);
	KUNIT_EXPECT_EQ(test, 0, a.rects[0].x1);
	KUNIT_EXPECT_EQ(test, 0, a.rects[0].y1);
	KUNIT_EXPECT_EQ(test, 1920, a.rects[0].x2);
	KUNIT_EXPECT_EQ(test, 1080, a.rects[0].y2);
	/* The lines below the last one, up to the end of its tile */
	add_line(damage, 1084);
	a = answer_of(damage);
	KUNIT_EXPECT_EQ(test, 0, a.rects[0].x2);
	KUNIT_EXPECT_EQ(test, 0, a.rects[0].y1);
	KUNIT_EXPECT_EQ(test, 0, a.rects[0].y2);
}

/* Clients that take layouts have other coordinates than clients that do not. */
static void rectangles_are_those_of_the_framebuffer(struct kunit *test)
{
	const struct gvt_plane part = {
		.width = 100, .height = 50, .src_x = 7, .src_y = 3,
	};
	struct gvt_damage *damage = new_damage(test);
	struct drm_rect rects[GVT_DAMAGES];
	u64 serial;

	add_line(damage, 5);
	KUNIT_EXPECT_EQ(test, 1, gvt_damage_answer(damage, &part, rects, &serial));
	KUNIT_EXPECT_EQ(test, 7, rects[0].x1);
	KUNIT_EXPECT_EQ(test, 17, rects[0].x2);
	KUNIT_EXPECT_EQ(test, 8, rects[0].y1);
	KUNIT_EXPECT_EQ(test, 9, rects[0].y2);
	gvt_damage_add(damage, &gvt_whole_plane);
	gvt_damage_answer(damage, &part, rects, &serial);
	KUNIT_EXPECT_EQ(test, 7, rects[0].x1);
	KUNIT_EXPECT_EQ(test, 107, rects[0].x2);
	KUNIT_EXPECT_EQ(test, 3, rects[0].y1);
	KUNIT_EXPECT_EQ(test, 53, rects[0].y2);
}

/* A rectangle that is wider on both sides, and one that is inside */
static void rectangle_holds_all_changes(struct kunit *test)
{
	struct gvt_damage *damage = new_damage(test);
	struct answer a;

	gvt_damage_add(damage, &(struct drm_rect)DRM_RECT_INIT(100, 50, 10, 10));
	gvt_damage_add(damage, &(struct drm_rect)DRM_RECT_INIT(40, 55, 200, 2));
	gvt_damage_add(damage, &(struct drm_rect)DRM_RECT_INIT(105, 52, 1, 1));
	a = answer_of(damage);
	KUNIT_EXPECT_EQ(test, 1, a.count);
	KUNIT_EXPECT_EQ(test, 40, a.rects[0].x1);
	KUNIT_EXPECT_EQ(test, 50, a.rects[0].y1);
	KUNIT_EXPECT_EQ(test, 240, a.rects[0].x2);
	KUNIT_EXPECT_EQ(test, 60, a.rects[0].y2);
}

static void dropped_changes_are_not_returned(struct kunit *test)
{
	struct gvt_damage *damage = new_damage(test);
	struct answer a;

	add_line(damage, 5);
	answer_of(damage);
	add_line(damage, 6);
	gvt_damage_drop(damage);
	a = answer_of(damage);
	KUNIT_EXPECT_EQ(test, 0, a.count);
	add_line(damage, 9);
	a = answer_of(damage);
	KUNIT_EXPECT_EQ(test, 1, a.count);
	KUNIT_EXPECT_EQ(test, 1, a.serial);
	KUNIT_EXPECT_EQ(test, 9, a.rects[0].y1);
}

static void all_is_of_the_planes_that_are_named(struct kunit *test)
{
	struct gvt_damage *damage;
	unsigned int i;

	damage = kunit_kcalloc(test, GVT_PLANE_TYPES, sizeof(*damage), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, damage);
	for (i = 0; i < GVT_PLANE_TYPES; i++)
		gvt_damage_init(&damage[i]);
	gvt_damage_add_all(damage, BIT(1));
	KUNIT_EXPECT_EQ(test, 0, answer_of(&damage[0]).count);
	KUNIT_EXPECT_EQ(test, 1, answer_of(&damage[1]).count);
	KUNIT_EXPECT_EQ(test, 0, answer_of(&damage[2]).count);
}

static struct kunit_case frontbuffer_damage_cases[] = {
	KUNIT_CASE_PARAM(page_holds_these_pixels, layout_row_gen_params),
	KUNIT_CASE(nothing_changed_has_no_rectangle),
	KUNIT_CASE(changes_between_queries_are_one),
	KUNIT_CASE(change_after_a_query_is_another),
	KUNIT_CASE(last_changes_are_kept_newest_first),
	KUNIT_CASE(rectangles_are_within_the_plane),
	KUNIT_CASE(rectangles_are_those_of_the_framebuffer),
	KUNIT_CASE(rectangle_holds_all_changes),
	KUNIT_CASE(dropped_changes_are_not_returned),
	KUNIT_CASE(all_is_of_the_planes_that_are_named),
	{ }
};

static struct kunit_suite gvt_frontbuffer_damage_suite = {
	.name = "gvt_frontbuffer_damage",
	.test_cases = frontbuffer_damage_cases,
};

kunit_test_suite(gvt_frontbuffer_damage_suite);
