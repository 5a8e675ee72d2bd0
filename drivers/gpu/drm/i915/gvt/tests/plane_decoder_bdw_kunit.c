// SPDX-License-Identifier: MIT
/*
 * KUnit: primary and sprite planes of display version 8.
 */

#include <kunit/test.h>

#include <drm/drm_fourcc.h>

#include "display/i9xx_plane_regs.h"
#include "display/intel_display_regs.h"
#include "display/intel_pfit_regs.h"
#include "display/intel_sprite_regs.h"
#include "plane_decoder_kunit.h"

#define CTL(bits)	{ DSPCNTR_(PIPE_A), DISP_ENABLE | (bits) }
#define STRIDE(bytes)	{ DSPSTRIDE_(PIPE_A), (bytes) }
#define SRC(w, h)	{ PIPESRC_(PIPE_A), \
			  PIPESRC_WIDTH((w) - 1) | PIPESRC_HEIGHT((h) - 1) }
#define OFFSET(x, y)	{ DSPOFFSET_(PIPE_A), \
			  DISP_OFFSET_Y(y) | DISP_OFFSET_X(x) }
#define SURF(gma)	{ DSPSURF_(PIPE_A), (gma) }
#define FORMAT(n)	REG_FIELD_PREP(DISP_FORMAT_MASK, n)
#define RGB8888		DISP_FORMAT_BGRX888

static const struct decoder_reg bdw_primary_regs[] = {
	{ TRANSCONF_(PIPE_A), TRANSCONF_ENABLE },
	CTL(RGB8888), STRIDE(BASE_STRIDE), SRC(1920, 1080), SURF(BASE_GMA),
	{ }
};

static const struct decoder_base bdw_primary = {
	.decode = gvt_decode_primary, .ver = 8, .num_pipes = 3,
	.regs = bdw_primary_regs, .want = BASE_PLANE,
};

static const struct decoder_case bdw_primary_cases[] = {
	{ "C8", { CTL(DISP_FORMAT_8BPP) }, .want.fourcc = DRM_FORMAT_C8 },
	{ "RGB565", { CTL(DISP_FORMAT_BGRX565) },
	  .want.fourcc = DRM_FORMAT_RGB565 },
	{ "XRGB8888", { CTL(DISP_FORMAT_BGRX888) },
	  .want.fourcc = DRM_FORMAT_XRGB8888 },
	{ "XBGR8888", { CTL(DISP_FORMAT_RGBX888) },
	  .want.fourcc = DRM_FORMAT_XBGR8888 },
	{ "XRGB2101010", { CTL(DISP_FORMAT_BGRX101010) },
	  .want.fourcc = DRM_FORMAT_XRGB2101010 },
	{ "XBGR2101010", { CTL(DISP_FORMAT_RGBX101010) },
	  .want.fourcc = DRM_FORMAT_XBGR2101010 },
	{ "XBGR16161616F", { CTL(DISP_FORMAT_RGBX161616) },
	  .want.fourcc = DRM_FORMAT_XBGR16161616F },
	{ "XR_BIAS has no fourcc", { CTL(FORMAT(9)) }, .err = -EOPNOTSUPP },
	{ "format 0 is reserved", { CTL(FORMAT(0)) }, .err = -EINVAL },
	{ "format 1 is reserved", { CTL(FORMAT(1)) }, .err = -EINVAL },
	{ "format 3 is reserved", { CTL(FORMAT(3)) }, .err = -EINVAL },
	{ "format 4 is reserved", { CTL(FORMAT(4)) }, .err = -EINVAL },
	{ "format 7 is reserved", { CTL(FORMAT(7)) }, .err = -EINVAL },
	{ "format 11 is reserved", { CTL(FORMAT(11)) }, .err = -EINVAL },
	{ "format 13 is reserved", { CTL(FORMAT(13)) }, .err = -EINVAL },
	{ "format 15 is reserved", { CTL(FORMAT(15)) }, .err = -EINVAL },

	{ "a plane that is off is no error of its own",
	  { { DSPCNTR_(PIPE_A), RGB8888 } }, .err = -ENODEV },
	{ "180 degrees", { CTL(RGB8888 | DISP_ROTATE_180) },
	  .err = -EOPNOTSUPP },
	{ "reserved comes before unsupported",
	  { CTL(FORMAT(0) | DISP_ROTATE_180) }, .err = -EINVAL },
	{ "gamma, CSC, async, trickle and stereo mask change no layout",
	  { CTL(RGB8888 | DISP_PIPE_GAMMA_ENABLE | DISP_PIPE_CSC_ENABLE |
		DISP_ASYNC_FLIP | DISP_TRICKLE_FEED_DISABLE |
		GENMASK(7, 6)) } },
	{ "stereo, source key and line doubling went before Haswell",
	  { CTL(RGB8888 | DISP_STEREO_ENABLE | DISP_SRC_KEY_ENABLE |
		DISP_LINE_DOUBLE | DISP_STEREO_POLARITY_SECOND) } },
	{ "the panel fitter scales all planes alike",
	  { { PF_CTL(PIPE_A), PF_ENABLE },
	    { PF_WIN_SZ(PIPE_A), PF_WIN_XSIZE(960) | PF_WIN_YSIZE(540) } } },

	{ "linear ends with its last line", { SRC(1366, 767), STRIDE(5504) },
	  .want = { .width = 1366, .height = 767, .stride = 5504,
		    .size = 1031 * 4096 } },
	{ "X tiles are 512 bytes by 8 lines",
	  { CTL(RGB8888 | DISP_TILED), SRC(1920, 1100) },
	  .want = { .modifier = I915_FORMAT_MOD_X_TILED, .height = 1100,
		    .size = BASE_STRIDE * 1104 } },
	{ "a linear stride is a multiple of 64", { STRIDE(BASE_STRIDE + 32) },
	  .err = -EINVAL },
	{ "a linear stride need be no multiple of 512",
	  { STRIDE(BASE_STRIDE + 64) },
	  .want = { .stride = BASE_STRIDE + 64,
		    .size = ALIGN((BASE_STRIDE + 64) * 1080, 4096) } },
	{ "an X-tiled stride is a multiple of 512",
	  { CTL(RGB8888 | DISP_TILED), STRIDE(BASE_STRIDE + 64) },
	  .err = -EINVAL },
	{ "a stride of 0 holds no line", { STRIDE(0) }, .err = -EINVAL },
	{ "a stride holds width * cpp", { STRIDE(7680) },
	  .want = { .stride = 7680, .size = 7680 * 1080 } },
	{ "a stride 64 bytes short is refused", { STRIDE(7616) },
	  .err = -EINVAL },
	{ "a stride may be 32 KiB", { STRIDE(32768) },
	  .want = { .stride = 32768, .size = 32768 * 1080 } },
	{ "a stride over 32 KiB is refused", { STRIDE(32768 + 512) },
	  .err = -EINVAL },
	{ "a stride of 4 GiB less 64 is refused", { STRIDE(0xffffffc0) },
	  .err = -EINVAL },
	{ "8193 pixels are too wide",
	  { CTL(DISP_FORMAT_8BPP), SRC(8193, 1080) }, .err = -EINVAL },
	{ "4097 lines are too high", { SRC(1920, 4097) }, .err = -EINVAL },
	{ "a surface may end with the GGTT",
	  { SURF(0u - BASE_STRIDE * 1080) },
	  .want.gma = 0x100000000ull - BASE_STRIDE * 1080 },
	{ "a surface may not leave the GGTT",
	  { SURF(0x1000 - BASE_STRIDE * 1080) }, .err = -EINVAL },
	{ "flags in DSPSURF are not address", { SURF(BASE_GMA | 0xffb) } },
	{ "an encrypted surface shows nothing to others",
	  { SURF(BASE_GMA | BIT(2)) }, .err = -EOPNOTSUPP },

	{ "linear, panned by one page of pixels", { OFFSET(1024, 0) },
	  .want = { .gma = BASE_GMA + 4096, .size = BASE_STRIDE * 1080 - 4096 } },
	{ "linear, panned by one line", { OFFSET(0, 1) },
	  .want.gma = BASE_GMA + BASE_STRIDE * 1 },
	{ "linear, one pixel is inside a page", { OFFSET(1, 0) },
	  .err = -EOPNOTSUPP },
	{ "X-tiled, panned by a tile both ways",
	  { CTL(RGB8888 | DISP_TILED), OFFSET(128, 8) },
	  .want = { .modifier = I915_FORMAT_MOD_X_TILED,
		    .gma = BASE_GMA + BASE_STRIDE * 8 + 4096,
		    .size = BASE_STRIDE * 1080 - 4096 } },
	{ "X-tiled, one line is inside a tile",
	  { CTL(RGB8888 | DISP_TILED), OFFSET(0, 1) }, .err = -EOPNOTSUPP },
	{ "X-tiled, one pixel is inside a tile",
	  { CTL(RGB8888 | DISP_TILED), OFFSET(1, 0) }, .err = -EOPNOTSUPP },
	{ "DSPLINOFF is gone since Haswell", { { DSPLINOFF_(PIPE_A), 64 } } },
};

KUNIT_ARRAY_PARAM_DESC(bdw_primary_cases, bdw_primary_cases, name);

#define SPR(bits)	{ SPRCTL(PIPE_A), SPRITE_ENABLE | (bits) }
#define SPR_FORMAT(n)	REG_FIELD_PREP(SPRITE_FORMAT_MASK, n)
#define SPR_RGBX	SPRITE_RGB_ORDER_RGBX
#define SPR_8888	SPRITE_FORMAT_RGBX888
#define SPR_2101010	SPRITE_FORMAT_RGBX101010
#define SPR_16F		SPRITE_FORMAT_RGBX161616
#define SPR_YUV		SPRITE_FORMAT_YUV422

/* The primary plane is on and has the desktop. */
static const struct decoder_reg bdw_sprite_regs[] = {
	{ TRANSCONF_(PIPE_A), TRANSCONF_ENABLE },
	CTL(RGB8888), SRC(1920, 1080),
	SPR(SPR_8888),
	{ SPRSTRIDE(PIPE_A), BASE_STRIDE },
	{ SPRSIZE(PIPE_A), SPRITE_HEIGHT(1079) | SPRITE_WIDTH(1919) },
	{ SPRSURF(PIPE_A), BASE_GMA },
	{ }
};

static const struct decoder_base bdw_sprite = {
	.decode = gvt_decode_overlay, .ver = 8, .num_pipes = 3,
	.regs = bdw_sprite_regs, .want = BASE_PLANE,
};

static const struct decoder_case bdw_sprite_cases[] = {
	{ "XRGB8888", { SPR(SPR_8888) } },
	{ "XBGR8888", { SPR(SPR_8888 | SPR_RGBX) },
	  .want.fourcc = DRM_FORMAT_XBGR8888 },
	{ "XRGB2101010", { SPR(SPR_2101010) },
	  .want.fourcc = DRM_FORMAT_XRGB2101010 },
	{ "XBGR2101010", { SPR(SPR_2101010 | SPR_RGBX) },
	  .want.fourcc = DRM_FORMAT_XBGR2101010 },
	{ "XRGB16161616F", { SPR(SPR_16F) },
	  .want.fourcc = DRM_FORMAT_XRGB16161616F },
	{ "XBGR16161616F", { SPR(SPR_16F | SPR_RGBX) },
	  .want.fourcc = DRM_FORMAT_XBGR16161616F },
	{ "YUYV", { SPR(SPR_YUV | SPRITE_YUV_ORDER_YUYV) },
	  .want.fourcc = DRM_FORMAT_YUYV },
	{ "UYVY", { SPR(SPR_YUV | SPRITE_YUV_ORDER_UYVY) },
	  .want.fourcc = DRM_FORMAT_UYVY },
	{ "YVYU", { SPR(SPR_YUV | SPRITE_YUV_ORDER_YVYU) },
	  .want.fourcc = DRM_FORMAT_YVYU },
	{ "VYUY", { SPR(SPR_YUV | SPRITE_YUV_ORDER_VYUY) },
	  .want.fourcc = DRM_FORMAT_VYUY },
	{ "XYUV8888", { SPR(SPRITE_FORMAT_YUV444) },
	  .want.fourcc = DRM_FORMAT_XYUV8888 },
	{ "XR_BIAS has no fourcc", { SPR(SPR_FORMAT(5)) },
	  .err = -EOPNOTSUPP },
	{ "format 6 is reserved", { SPR(SPR_FORMAT(6)) }, .err = -EINVAL },
	{ "format 7 is reserved", { SPR(SPR_FORMAT(7)) }, .err = -EINVAL },
	{ "a sprite that is off is no error of its own",
	  { { SPRCTL(PIPE_A), SPR_8888 } }, .err = -ENODEV },
	{ "180 degrees", { SPR(SPR_8888 | SPRITE_ROTATE_180) },
	  .err = -EOPNOTSUPP },
	{ "a source key makes holes", { SPR(SPR_8888 | SPRITE_SOURCE_KEY) },
	  .err = -EOPNOTSUPP },
	{ "a destination key makes holes", { SPR(SPR_8888 | SPRITE_DEST_KEY) },
	  .err = -EOPNOTSUPP },
	{ "X-tiled", { SPR(SPR_8888 | SPRITE_TILED) },
	  .want.modifier = I915_FORMAT_MOD_X_TILED },
	{ "X-tiled, panned by a tile both ways",
	  { SPR(SPR_8888 | SPRITE_TILED),
	    { SPROFFSET(PIPE_A), SPRITE_OFFSET_Y(8) | SPRITE_OFFSET_X(128) } },
	  .want = { .modifier = I915_FORMAT_MOD_X_TILED,
		    .gma = BASE_GMA + BASE_STRIDE * 8 + 4096,
		    .size = BASE_STRIDE * 1080 - 4096 } },
	{ "an X-tiled stride is a multiple of 512",
	  { SPR(SPR_8888 | SPRITE_TILED), { SPRSTRIDE(PIPE_A), 7744 } },
	  .err = -EINVAL },
	{ "a linear stride need be no multiple of 512",
	  { { SPRSTRIDE(PIPE_A), BASE_STRIDE + 64 } },
	  .want = { .stride = BASE_STRIDE + 64,
		    .size = ALIGN((BASE_STRIDE + 64) * 1080, 4096) } },
	{ "flags in SPRSURF are not address",
	  { { SPRSURF(PIPE_A), BASE_GMA | 0xffb } } },
	{ "an encrypted surface shows nothing to others",
	  { { SPRSURF(PIPE_A), BASE_GMA | BIT(2) } }, .err = -EOPNOTSUPP },
	{ "color, async, trickle and stereo bits change no layout",
	  { SPR(SPR_8888 | SPRITE_PIPE_GAMMA_ENABLE | BIT(29) |
		SPRITE_YUV_RANGE_CORRECTION_DISABLE | SPRITE_PIPE_CSC_ENABLE |
		SPRITE_YUV_TO_RGB_CSC_DISABLE |
		SPRITE_YUV_TO_RGB_CSC_FORMAT_BT709 |
		SPRITE_TRICKLE_FEED_DISABLE | SPRITE_PLANE_GAMMA_DISABLE |
		BIT(9) | GENMASK(7, 6)) } },
	{ "size and position are the sprite's own",
	  { { SPRSIZE(PIPE_A), SPRITE_HEIGHT(479) | SPRITE_WIDTH(639) },
	    { SPRPOS(PIPE_A), SPRITE_POS_Y(20) | SPRITE_POS_X(10) } },
	  .want = { .width = 640, .height = 480, .size = BASE_STRIDE * 480,
		    .x_pos = 10, .y_pos = 20 } },
	{ "4:2:2 pixels come in pairs",
	  { SPR(SPR_YUV),
	    { SPRSIZE(PIPE_A), SPRITE_HEIGHT(479) | SPRITE_WIDTH(640) } },
	  .err = -EINVAL },
	{ "SPRSCALE is Ivy Bridge's",
	  { { SPRSCALE(PIPE_A), SPRITE_SCALE_ENABLE } } },
};

KUNIT_ARRAY_PARAM_DESC(bdw_sprite_cases, bdw_sprite_cases, name);

static void bdw_primaries(struct kunit *test)
{
	decoder_run_case(test, &bdw_primary);
}

static void bdw_sprites(struct kunit *test)
{
	decoder_run_case(test, &bdw_sprite);
}

static struct kunit_case bdw_cases[] = {
	KUNIT_CASE_PARAM(bdw_primaries, bdw_primary_cases_gen_params),
	KUNIT_CASE_PARAM(bdw_sprites, bdw_sprite_cases_gen_params),
	{ }
};

struct kunit_suite gvt_decoder_bdw_suite = {
	.name = "gvt_decoder_bdw",
	.test_cases = bdw_cases,
};
