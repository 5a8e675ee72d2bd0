// SPDX-License-Identifier: MIT
/*
 * KUnit: cursors, which are alike on display versions 8 and 9.
 */

#include <kunit/test.h>

#include <drm/drm_fourcc.h>

#include "display/intel_cursor_regs.h"
#include "display/intel_display_regs.h"
#include "i915_pvinfo.h"
#include "plane_decoder_kunit.h"

#define MODE(mode)	{ CURCNTR_(PIPE_A), (mode) }
#define BASE(gma)	{ CURBASE_(PIPE_A), (gma) }
#define POS(bits)	{ CURPOS_(PIPE_A), (bits) }
#define LINES(n)	{ CUR_FBC_CTL_(PIPE_A), \
			  CUR_FBC_EN | CUR_FBC_HEIGHT((n) - 1) }
#define X_HOT(x)	{ vgtif_reg(cursor_x_hot), (x) }
#define Y_HOT(y)	{ vgtif_reg(cursor_y_hot), (y) }
#define NO_HOTSPOT	.x_hot = GVT_HOTSPOT_UNKNOWN, \
			.y_hot = GVT_HOTSPOT_UNKNOWN

static const struct decoder_reg cursor_regs[] = {
	{ TRANSCONF_(PIPE_A), TRANSCONF_ENABLE },
	MODE(MCURSOR_MODE_64_ARGB_AX), BASE(BASE_GMA),
	POS(CURSOR_POS_Y(50) | CURSOR_POS_X(100)), X_HOT(7), Y_HOT(9),
	{ }
};

#define CURSOR_PLANE				\
	{					\
		.pipe = PIPE_A,			\
		.fourcc = DRM_FORMAT_ARGB8888,	\
		.modifier = DRM_FORMAT_MOD_LINEAR, \
		.width = 64,			\
		.height = 64,			\
		.stride = 256,			\
		.gma = BASE_GMA,		\
		.size = 64 * 256,		\
		.x_pos = 100,			\
		.y_pos = 50,			\
		.x_hot = 7,			\
		.y_hot = 9,			\
	}

static const struct decoder_base bdw_cursor = {
	.decode = gvt_decode_cursor, .ver = 8, .num_pipes = 3,
	.regs = cursor_regs, .want = CURSOR_PLANE,
};

static const struct decoder_base skl_cursor = {
	.decode = gvt_decode_cursor, .ver = 9, .num_pipes = 3,
	.regs = cursor_regs, .want = CURSOR_PLANE,
};

#define IMAGE_128	.width = 128, .height = 128, .stride = 512, \
			.size = 128 * 512
#define IMAGE_256	.width = 256, .height = 256, .stride = 1024, \
			.size = 256 * 1024

static const struct decoder_case cursor_cases[] = {
	{ "off", { MODE(MCURSOR_MODE_DISABLE) }, .err = -ENODEV },
	{ "off with other bits set",
	  { MODE(MCURSOR_PIPE_GAMMA_ENABLE | MCURSOR_ROTATE_180) },
	  .err = -ENODEV },
	{ "64 ARGB", { MODE(MCURSOR_MODE_64_ARGB_AX) } },
	{ "128 ARGB", { MODE(MCURSOR_MODE_128_ARGB_AX) }, .want = { IMAGE_128 } },
	{ "256 ARGB", { MODE(MCURSOR_MODE_256_ARGB_AX) }, .want = { IMAGE_256 } },
	{ "64 AND/INVERT", { MODE(MCURSOR_MODE_64_32B_AX) } },
	{ "128 AND/INVERT", { MODE(MCURSOR_MODE_128_32B_AX) },
	  .want = { IMAGE_128 } },
	{ "256 AND/INVERT", { MODE(MCURSOR_MODE_256_32B_AX) },
	  .want = { IMAGE_256 } },
	{ "2 bpp, 3 colors", { MODE(0x04) }, .err = -EOPNOTSUPP },
	{ "2 bpp, AND/XOR", { MODE(0x05) }, .err = -EOPNOTSUPP },
	{ "2 bpp, 4 colors", { MODE(0x06) }, .err = -EOPNOTSUPP },
	{ "64 AND/XOR", { MODE(0x24) }, .err = -EOPNOTSUPP },
	{ "128 AND/XOR", { MODE(0x25) }, .err = -EOPNOTSUPP },
	{ "256 AND/XOR", { MODE(0x26) }, .err = -EOPNOTSUPP },
	{ "mode 1 is reserved", { MODE(0x01) }, .err = -EINVAL },
	{ "mode 8 is reserved", { MODE(0x08) }, .err = -EINVAL },
	{ "mode 0x0f is reserved", { MODE(0x0f) }, .err = -EINVAL },
	{ "mode 0x20 is reserved", { MODE(0x20) }, .err = -EINVAL },
	{ "mode 0x21 is reserved", { MODE(0x21) }, .err = -EINVAL },
	{ "mode 0x37 is reserved", { MODE(0x37) }, .err = -EINVAL },
	{ "mode 0x3f is reserved", { MODE(0x3f) }, .err = -EINVAL },
	{ "180 degrees",
	  { MODE(MCURSOR_MODE_64_ARGB_AX | MCURSOR_ROTATE_180) },
	  .err = -EOPNOTSUPP },
	{ "gamma, CSC and trickle bits change no layout",
	  { MODE(MCURSOR_MODE_64_ARGB_AX | MCURSOR_PIPE_GAMMA_ENABLE |
		 MCURSOR_PIPE_CSC_ENABLE | MCURSOR_TRICKLE_FEED_DISABLE) } },
	{ "alpha that is forced above planes",
	  { MODE(MCURSOR_MODE_64_ARGB_AX | BIT(10) | BIT(8)) },
	  .err = -EOPNOTSUPP },
	{ "alpha that is forced above others, by the other bits",
	  { MODE(MCURSOR_MODE_64_ARGB_AX | BIT(11) | BIT(9)) },
	  .err = -EOPNOTSUPP },
	{ "alpha that is forced above no plane is not",
	  { MODE(MCURSOR_MODE_64_ARGB_AX | GENMASK(9, 8)) } },
	{ "no alpha is forced above planes",
	  { MODE(MCURSOR_MODE_64_ARGB_AX | GENMASK(11, 10)) } },
	{ "bits beside those force no alpha above planes",
	  { MODE(MCURSOR_MODE_64_ARGB_AX | BIT(12) | BIT(8)) } },
	{ "bits beside those are no alpha that is forced",
	  { MODE(MCURSOR_MODE_64_ARGB_AX | BIT(10) | BIT(7)) } },
	{ "the mode ends with bit 5",
	  { MODE(MCURSOR_MODE_64_ARGB_AX | BIT(6)) } },
	{ "updates that may be held change no layout",
	  { MODE(MCURSOR_MODE_64_ARGB_AX | BIT(23)) } },

	{ "x is sign and magnitude",
	  { POS(CURSOR_POS_X_SIGN | CURSOR_POS_X(5) | CURSOR_POS_Y(50)) },
	  .want.x_pos = -5 },
	{ "y is sign and magnitude",
	  { POS(CURSOR_POS_Y_SIGN | CURSOR_POS_Y(63) | CURSOR_POS_X(100)) },
	  .want.y_pos = -63 },
	{ "both are negative",
	  { POS(CURSOR_POS_Y_SIGN | CURSOR_POS_Y(1) |
		CURSOR_POS_X_SIGN | CURSOR_POS_X(2)) },
	  .want = { .x_pos = -2, .y_pos = -1 } },
	{ "the furthest is no overflow", { POS(0xffffffff) },
	  .want = { .x_pos = -0x7fff, .y_pos = -0x7fff } },

	{ "8 lines of 64", { LINES(8), X_HOT(7), Y_HOT(7) },
	  .want = { .height = 8, .size = 4096, .y_hot = 7 } },
	{ "7 lines are too few", { LINES(7) }, .err = -EINVAL },
	{ "64 lines of 64", { LINES(64) } },
	{ "65 lines of 64 are too many", { LINES(65) }, .err = -EINVAL },
	{ "100 lines of 128 are 13 pages",
	  { MODE(MCURSOR_MODE_128_ARGB_AX), LINES(100) },
	  .want = { .width = 128, .height = 100, .stride = 512,
		    .size = 13 * 4096 } },
	{ "256 lines of 256", { MODE(MCURSOR_MODE_256_ARGB_AX), LINES(256) },
	  .want = { IMAGE_256 } },
	{ "lines without the enable bit do not count",
	  { { CUR_FBC_CTL_(PIPE_A), CUR_FBC_HEIGHT(7) } } },

	{ "flags in CURBASE are not address", { BASE(BASE_GMA | 0xffb) } },
	{ "an encrypted image shows nothing to others",
	  { BASE(BASE_GMA | BIT(2)) }, .err = -EOPNOTSUPP },
	{ "an image may end with the GGTT", { BASE(0xffffc000) },
	  .want.gma = 0xffffc000 },
	{ "an image may not leave the GGTT", { BASE(0xffffd000) },
	  .err = -EINVAL },
	{ "a reduced image may be nearer the end", { BASE(0xffffe000), LINES(32) },
	  .want = { .gma = 0xffffe000, .height = 32, .size = 32 * 256 } },

	{ "the hotspot's last pixel", { X_HOT(63), Y_HOT(63) },
	  .want = { .x_hot = 63, .y_hot = 63 } },
	{ "no hotspot was set", { X_HOT(0xffffffff), Y_HOT(0xffffffff) },
	  .want = { NO_HOTSPOT } },
	{ "a hotspot right of the image is none", { X_HOT(64), Y_HOT(9) },
	  .want = { NO_HOTSPOT } },
	{ "a hotspot below the image is none", { X_HOT(7), Y_HOT(64) },
	  .want = { NO_HOTSPOT } },
	{ "a hotspot below a reduced image is none", { LINES(16), X_HOT(7), Y_HOT(16) },
	  .want = { .height = 16, .size = 4096, NO_HOTSPOT } },
	{ "half a hotspot is none", { X_HOT(7), Y_HOT(0xffffffff) },
	  .want = { NO_HOTSPOT } },
	{ "a larger image has larger hotspots",
	  { MODE(MCURSOR_MODE_256_ARGB_AX), X_HOT(255), Y_HOT(200) },
	  .want = { IMAGE_256, .x_hot = 255, .y_hot = 200 } },
};

KUNIT_ARRAY_PARAM_DESC(cursor_cases, cursor_cases, name);

static void bdw_cursors(struct kunit *test)
{
	decoder_run_case(test, &bdw_cursor);
}

static void skl_cursors(struct kunit *test)
{
	decoder_run_case(test, &skl_cursor);
}

static struct kunit_case cursor_test_cases[] = {
	KUNIT_CASE_PARAM(bdw_cursors, cursor_cases_gen_params),
	KUNIT_CASE_PARAM(skl_cursors, cursor_cases_gen_params),
	{ }
};

struct kunit_suite gvt_decoder_cursor_suite = {
	.name = "gvt_decoder_cursor",
	.test_cases = cursor_test_cases,
};
