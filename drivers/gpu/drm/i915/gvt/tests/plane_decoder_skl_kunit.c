// SPDX-License-Identifier: MIT
/*
 * KUnit: universal planes of display version 9.
 */

#include <kunit/test.h>

#include <drm/drm_fourcc.h>

#include "display/intel_display_regs.h"
#include "display/skl_universal_plane_regs.h"
#include "plane_decoder_kunit.h"

#define CTL(bits)	{ PLANE_CTL(PIPE_A, PLANE_1), PLANE_CTL_ENABLE | (bits) }
#define STRIDE(chunks)	{ PLANE_STRIDE(PIPE_A, PLANE_1), (chunks) }
#define SIZE(w, h)	{ PLANE_SIZE(PIPE_A, PLANE_1), \
			  PLANE_HEIGHT((h) - 1) | PLANE_WIDTH((w) - 1) }
#define OFFSET(x, y)	{ PLANE_OFFSET(PIPE_A, PLANE_1), \
			  PLANE_OFFSET_Y(y) | PLANE_OFFSET_X(x) }
#define SURF(gma)	{ PLANE_SURF(PIPE_A, PLANE_1), (gma) }

#define FORMAT(n)	REG_FIELD_PREP(PLANE_CTL_FORMAT_MASK_SKL, n)
#define TILING(n)	REG_FIELD_PREP(PLANE_CTL_TILED_MASK, n)
#define ALPHA(n)	REG_FIELD_PREP(PLANE_CTL_ALPHA_MASK, n)
#define KEY(n)		REG_FIELD_PREP(PLANE_CTL_KEY_ENABLE_MASK, n)
#define RGBX		PLANE_CTL_ORDER_RGBX
#define SW_ALPHA	PLANE_CTL_ALPHA_SW_PREMULTIPLY
#define HW_ALPHA	PLANE_CTL_ALPHA_HW_PREMULTIPLY
#define C8		PLANE_CTL_FORMAT_INDEXED
#define RGB565		PLANE_CTL_FORMAT_RGB_565
#define RGB8888		PLANE_CTL_FORMAT_XRGB_8888
#define RGB2101010	PLANE_CTL_FORMAT_XRGB_2101010
#define RGB16F		PLANE_CTL_FORMAT_XRGB_16161616F
#define YUV422		PLANE_CTL_FORMAT_YUV422
#define X_TILED		PLANE_CTL_TILED_X
#define Y_TILED		PLANE_CTL_TILED_Y
#define YF_TILED	PLANE_CTL_TILED_YF

#define SRC_1080P	{ PIPESRC_(PIPE_A), PIPESRC_WIDTH(1919) | \
			  PIPESRC_HEIGHT(1079) }

static const struct decoder_reg skl_primary_regs[] = {
	{ TRANSCONF_(PIPE_A), TRANSCONF_ENABLE }, SRC_1080P,
	CTL(RGB8888), STRIDE(BASE_STRIDE / 64), SIZE(1920, 1080),
	SURF(BASE_GMA),
	{ }
};

static const struct decoder_base skl_primary = {
	.decode = gvt_decode_primary, .ver = 9, .num_pipes = 3,
	.regs = skl_primary_regs, .want = BASE_PLANE,
};

static const struct decoder_case skl_format_cases[] = {
	{ "C8", { CTL(C8) }, .want.fourcc = DRM_FORMAT_C8 },
	{ "RGB565", { CTL(RGB565) }, .want.fourcc = DRM_FORMAT_RGB565 },
	{ "RGB565 has one channel order", { CTL(RGB565 | RGBX) },
	  .want.fourcc = DRM_FORMAT_RGB565 },
	{ "XRGB8888", { CTL(RGB8888) }, .want.fourcc = DRM_FORMAT_XRGB8888 },
	{ "XBGR8888", { CTL(RGB8888 | RGBX) },
	  .want.fourcc = DRM_FORMAT_XBGR8888 },
	{ "XRGB2101010", { CTL(RGB2101010) },
	  .want.fourcc = DRM_FORMAT_XRGB2101010 },
	{ "XBGR2101010", { CTL(RGB2101010 | RGBX) },
	  .want.fourcc = DRM_FORMAT_XBGR2101010 },
	{ "XRGB16161616F", { CTL(RGB16F) },
	  .want.fourcc = DRM_FORMAT_XRGB16161616F },
	{ "XBGR16161616F", { CTL(RGB16F | RGBX) },
	  .want.fourcc = DRM_FORMAT_XBGR16161616F },
	{ "YUYV", { CTL(YUV422 | PLANE_CTL_YUV422_ORDER_YUYV) },
	  .want.fourcc = DRM_FORMAT_YUYV },
	{ "UYVY", { CTL(YUV422 | PLANE_CTL_YUV422_ORDER_UYVY) },
	  .want.fourcc = DRM_FORMAT_UYVY },
	{ "YVYU", { CTL(YUV422 | PLANE_CTL_YUV422_ORDER_YVYU) },
	  .want.fourcc = DRM_FORMAT_YVYU },
	{ "VYUY", { CTL(YUV422 | PLANE_CTL_YUV422_ORDER_VYUY) },
	  .want.fourcc = DRM_FORMAT_VYUY },
	{ "YCbCr has no RGB order", { CTL(YUV422 | RGBX) },
	  .want.fourcc = DRM_FORMAT_YUYV },
	{ "XYUV8888", { CTL(PLANE_CTL_FORMAT_XYUV) },
	  .want.fourcc = DRM_FORMAT_XYUV8888 },
	{ "RGB has no YCbCr order", { CTL(RGB8888 | PLANE_CTL_YUV422_ORDER_VYUY) },
	  .want.fourcc = DRM_FORMAT_XRGB8888 },

	{ "premultiplied alpha over black shows XRGB8888",
	  { CTL(RGB8888 | SW_ALPHA) }, .want.fourcc = DRM_FORMAT_XRGB8888 },
	{ "premultiplied alpha over black shows XBGR8888",
	  { CTL(RGB8888 | RGBX | SW_ALPHA) },
	  .want.fourcc = DRM_FORMAT_XBGR8888 },
	{ "premultiplied alpha over black shows XRGB2101010",
	  { CTL(RGB2101010 | SW_ALPHA) },
	  .want.fourcc = DRM_FORMAT_XRGB2101010 },
	{ "premultiplied alpha over black shows XRGB16161616F",
	  { CTL(RGB16F | SW_ALPHA) },
	  .want.fourcc = DRM_FORMAT_XRGB16161616F },
	{ "straight alpha has no fourcc", { CTL(RGB8888 | HW_ALPHA) },
	  .err = -EOPNOTSUPP },
	{ "straight alpha has no fourcc, RGBX", { CTL(RGB8888 | RGBX | HW_ALPHA) },
	  .err = -EOPNOTSUPP },
	{ "straight alpha has no fourcc, 10 bits", { CTL(RGB2101010 | HW_ALPHA) },
	  .err = -EOPNOTSUPP },
	{ "straight alpha has no fourcc, fp16", { CTL(RGB16F | HW_ALPHA) },
	  .err = -EOPNOTSUPP },
	{ "alpha mode 1 is reserved", { CTL(RGB8888 | ALPHA(1)) },
	  .err = -EINVAL },
	{ "RGB565 ignores the alpha mode", { CTL(RGB565 | HW_ALPHA) },
	  .want.fourcc = DRM_FORMAT_RGB565 },
	{ "C8 ignores the alpha mode", { CTL(C8 | ALPHA(1)) },
	  .want.fourcc = DRM_FORMAT_C8 },

	{ "NV12 has two planes", { CTL(PLANE_CTL_FORMAT_NV12) },
	  .err = -EOPNOTSUPP },
	{ "P010 has two planes", { CTL(PLANE_CTL_FORMAT_P010) },
	  .err = -EOPNOTSUPP },
	{ "P012 has two planes", { CTL(PLANE_CTL_FORMAT_P012) },
	  .err = -EOPNOTSUPP },
	{ "P016 has two planes", { CTL(PLANE_CTL_FORMAT_P016) },
	  .err = -EOPNOTSUPP },
	{ "XR_BIAS has no fourcc", { CTL(FORMAT(10)) }, .err = -EOPNOTSUPP },
	{ "format 9 is reserved", { CTL(FORMAT(9)) }, .err = -EINVAL },
	{ "format 11 is reserved", { CTL(FORMAT(11)) }, .err = -EINVAL },
	{ "format 13 is reserved", { CTL(FORMAT(13)) }, .err = -EINVAL },
	{ "format 15 is reserved", { CTL(FORMAT(15)) }, .err = -EINVAL },
};

KUNIT_ARRAY_PARAM_DESC(skl_format_cases, skl_format_cases, name);

/* 1100 lines end inside a tile of each height. */
static const struct decoder_case skl_surface_cases[] = {
	{ "linear ends with its last line",
	  { SIZE(1920, 1100) },
	  .want = { .height = 1100, .size = BASE_STRIDE * 1100 } },
	{ "X tiles are 512 bytes by 8 lines",
	  { CTL(RGB8888 | X_TILED), STRIDE(32), SIZE(1920, 1100) },
	  .want = { .modifier = I915_FORMAT_MOD_X_TILED, .height = 1100,
		    .size = BASE_STRIDE * 1104 } },
	{ "X tiles are the same for 8 bits",
	  { CTL(C8 | X_TILED), STRIDE(32), SIZE(1920, 1100) },
	  .want = { .modifier = I915_FORMAT_MOD_X_TILED, .height = 1100,
		    .fourcc = DRM_FORMAT_C8, .size = BASE_STRIDE * 1104 } },
	{ "X tiles are the same for 16 bits",
	  { CTL(RGB565 | X_TILED), STRIDE(32), SIZE(1920, 1100) },
	  .want = { .modifier = I915_FORMAT_MOD_X_TILED, .height = 1100,
		    .fourcc = DRM_FORMAT_RGB565, .size = BASE_STRIDE * 1104 } },
	{ "X tiles are the same for 64 bits",
	  { CTL(RGB16F | X_TILED), STRIDE(32), SIZE(1920, 1100) },
	  .want = { .modifier = I915_FORMAT_MOD_X_TILED, .height = 1100,
		    .fourcc = DRM_FORMAT_XRGB16161616F,
		    .size = BASE_STRIDE * 1104 } },
	{ "Y tiles are 128 bytes by 32 lines",
	  { CTL(RGB8888 | Y_TILED), STRIDE(128), SIZE(1920, 1100) },
	  .want = { .modifier = I915_FORMAT_MOD_Y_TILED, .height = 1100,
		    .size = BASE_STRIDE * 1120 } },
	{ "Y tiles are the same for 8 bits",
	  { CTL(C8 | Y_TILED), STRIDE(128), SIZE(1920, 1100) },
	  .want = { .modifier = I915_FORMAT_MOD_Y_TILED, .height = 1100,
		    .fourcc = DRM_FORMAT_C8, .size = BASE_STRIDE * 1120 } },
	{ "Y tiles are the same for 16 bits",
	  { CTL(RGB565 | Y_TILED), STRIDE(128), SIZE(1920, 1100) },
	  .want = { .modifier = I915_FORMAT_MOD_Y_TILED, .height = 1100,
		    .fourcc = DRM_FORMAT_RGB565, .size = BASE_STRIDE * 1120 } },
	{ "Y tiles are the same for 64 bits",
	  { CTL(RGB16F | Y_TILED), STRIDE(128), SIZE(1920, 1100) },
	  .want = { .modifier = I915_FORMAT_MOD_Y_TILED, .height = 1100,
		    .fourcc = DRM_FORMAT_XRGB16161616F,
		    .size = BASE_STRIDE * 1120 } },
	{ "Yf tiles of 8 bits are 64 bytes by 64 lines",
	  { CTL(C8 | YF_TILED), STRIDE(256), SIZE(1920, 1100) },
	  .want = { .modifier = I915_FORMAT_MOD_Yf_TILED, .height = 1100,
		    .fourcc = DRM_FORMAT_C8, .size = BASE_STRIDE * 1152 } },
	{ "Yf tiles of 16 bits are 128 bytes by 32 lines",
	  { CTL(RGB565 | YF_TILED), STRIDE(128), SIZE(1920, 1100) },
	  .want = { .modifier = I915_FORMAT_MOD_Yf_TILED, .height = 1100,
		    .fourcc = DRM_FORMAT_RGB565, .size = BASE_STRIDE * 1120 } },
	{ "Yf tiles of 32 bits are 128 bytes by 32 lines",
	  { CTL(RGB8888 | YF_TILED), STRIDE(128), SIZE(1920, 1100) },
	  .want = { .modifier = I915_FORMAT_MOD_Yf_TILED, .height = 1100,
		    .size = BASE_STRIDE * 1120 } },
	{ "Yf tiles of 64 bits are 256 bytes by 16 lines",
	  { CTL(RGB16F | YF_TILED), STRIDE(64), SIZE(1920, 1100) },
	  .want = { .modifier = I915_FORMAT_MOD_Yf_TILED, .height = 1100,
		    .fourcc = DRM_FORMAT_XRGB16161616F,
		    .size = BASE_STRIDE * 1104 } },
	{ "tiling 2 is reserved", { CTL(RGB8888 | TILING(2)) }, .err = -EINVAL },
	{ "tiling 3 is reserved", { CTL(RGB8888 | TILING(3)) }, .err = -EINVAL },
	{ "tiling 6 is reserved", { CTL(RGB8888 | TILING(6)) }, .err = -EINVAL },
	{ "tiling 7 is reserved", { CTL(RGB8888 | TILING(7)) }, .err = -EINVAL },

	{ "a stride of 0 holds no line", { STRIDE(0) }, .err = -EINVAL },
	{ "a stride holds width * cpp", { STRIDE(120) },
	  .want = { .stride = 7680, .size = 7680 * 1080 } },
	{ "a stride one chunk short is refused", { STRIDE(119) },
	  .err = -EINVAL },
	{ "a stride that fits 32 bits does not fit 64",
	  { CTL(RGB16F), STRIDE(120) }, .err = -EINVAL },
	{ "a linear stride may be 32 KiB", { STRIDE(512) },
	  .want = { .stride = 32768, .size = 32768 * 1080 } },
	{ "a linear stride over 32 KiB is refused", { STRIDE(513) },
	  .err = -EINVAL },
	{ "an X-tiled stride may be 32 KiB",
	  { CTL(RGB8888 | X_TILED), STRIDE(64) },
	  .want = { .modifier = I915_FORMAT_MOD_X_TILED, .stride = 32768,
		    .size = 32768 * 1080 } },
	{ "an X-tiled stride over 32 KiB is refused",
	  { CTL(RGB8888 | X_TILED), STRIDE(65) }, .err = -EINVAL },
	{ "a Y-tiled stride over 32 KiB is refused",
	  { CTL(RGB8888 | Y_TILED), STRIDE(257) }, .err = -EINVAL },
	{ "the largest stride is refused", { STRIDE(0xfff) }, .err = -EINVAL },
	{ "bits above the stride are not the stride",
	  { STRIDE(0xabcd1000 | BASE_STRIDE / 64) } },

	{ "size is rounded up to pages", { STRIDE(86), SIZE(1366, 767) },
	  .want = { .width = 1366, .height = 767, .stride = 5504,
		    .size = 1031 * 4096 } },
	{ "one pixel takes one page", { STRIDE(1), SIZE(1, 1) },
	  .want = { .width = 1, .height = 1, .stride = 64, .size = 4096 } },
	{ "the largest framebuffer is 8192 by 4096",
	  { CTL(C8), SIZE(8192, 4096) },
	  .want = { .fourcc = DRM_FORMAT_C8, .width = 8192, .height = 4096,
		    .size = BASE_STRIDE * 4096 } },
	{ "8193 pixels are too wide", { CTL(C8), SIZE(8193, 1080) },
	  .err = -EINVAL },
	{ "4097 lines are too high", { SIZE(1920, 4097) }, .err = -EINVAL },
	{ "65536 by 65536 is refused", { SIZE(65536, 65536) }, .err = -EINVAL },
	{ "4:2:2 pixels come in pairs", { CTL(YUV422), SIZE(1919, 1080) },
	  .err = -EINVAL },
	{ "a plane may be smaller than the pipe", { SIZE(640, 480) },
	  .want = { .width = 640, .height = 480, .size = BASE_STRIDE * 480 } },

	{ "flags in PLANE_SURF are not address", { SURF(BASE_GMA | 0xffb) } },
	{ "an encrypted surface shows nothing to others",
	  { SURF(BASE_GMA | PLANE_SURF_DECRYPT) }, .err = -EOPNOTSUPP },
	{ "a surface may end with the GGTT",
	  { SURF(0u - BASE_STRIDE * 1080) },
	  .want.gma = 0x100000000ull - BASE_STRIDE * 1080 },
	{ "a surface may not leave the GGTT",
	  { SURF(0x1000 - BASE_STRIDE * 1080) }, .err = -EINVAL },
	{ "the last page holds no desktop", { SURF(0xfffff000) },
	  .err = -EINVAL },
};

KUNIT_ARRAY_PARAM_DESC(skl_surface_cases, skl_surface_cases, name);

static const struct decoder_case skl_panning_cases[] = {
	{ "linear, panned by one page of pixels", { OFFSET(1024, 0) },
	  .want = { .gma = BASE_GMA + 4096, .size = BASE_STRIDE * 1080 - 4096 } },
	{ "linear, panned by one line", { OFFSET(0, 1) },
	  .want.gma = BASE_GMA + BASE_STRIDE * 1 },
	{ "linear, panned both ways", { OFFSET(2048, 100) },
	  .want = { .gma = BASE_GMA + BASE_STRIDE * 100 + 8192,
		    .size = BASE_STRIDE * 1080 - 8192 } },
	{ "linear, panned by one line of two pages",
	  { STRIDE(128), OFFSET(0, 1), SIZE(1024, 768) },
	  .want = { .gma = BASE_GMA + 8192, .stride = 8192, .width = 1024,
		    .height = 768, .size = 8192 * 768 } },
	{ "linear, half pages of both add up to a page",
	  { STRIDE(96), OFFSET(512, 1), SIZE(1024, 767) },
	  .want = { .gma = BASE_GMA + 8192, .stride = 6144, .width = 1024,
		    .height = 767, .size = 6144 * 768 - 8192 } },
	{ "linear, one pixel is inside a page", { OFFSET(1, 0) },
	  .err = -EOPNOTSUPP },
	{ "linear, one line of 7680 bytes is inside a page",
	  { STRIDE(120), OFFSET(0, 1) }, .err = -EOPNOTSUPP },
	{ "linear, 8 lines of 7680 bytes are whole pages",
	  { STRIDE(120), OFFSET(0, 8) },
	  .want = { .gma = BASE_GMA + 7680 * 8, .stride = 7680,
		    .size = 7680 * 1080 } },
	{ "linear, the rightmost page", { OFFSET(2048, 0) },
	  .want = { .gma = BASE_GMA + 8192, .size = BASE_STRIDE * 1080 - 8192 } },
	{ "a panned line goes on past the stride", { OFFSET(3072, 0) },
	  .want = { .gma = BASE_GMA + 3 * 4096,
		    .size = BASE_STRIDE * 1080 - 2 * 4096 } },
	{ "x + width may fill the stride",
	  { CTL(RGB565), OFFSET(4096, 0), SIZE(4096, 1080) },
	  .want = { .fourcc = DRM_FORMAT_RGB565, .width = 4096,
		    .gma = BASE_GMA + 8192, .size = BASE_STRIDE * 1080 - 8192 } },
	{ "x + width over the stride by one pixel",
	  { CTL(RGB565), OFFSET(4096, 0), SIZE(4097, 1080) },
	  .want = { .fourcc = DRM_FORMAT_RGB565, .width = 4097,
		    .gma = BASE_GMA + 8192, .size = BASE_STRIDE * 1080 - 4096 } },
	{ "x stops at 8191", { CTL(C8), OFFSET(8192, 0) }, .err = -EINVAL },
	{ "x may be 8191, which is inside a page",
	  { CTL(C8), OFFSET(8191, 0) }, .err = -EOPNOTSUPP },
	{ "y stops at 8191", { OFFSET(0, 8192) }, .err = -EINVAL },
	{ "y may be 8191", { OFFSET(0, 8191) },
	  .want.gma = BASE_GMA + BASE_STRIDE * 8191ull },
	{ "65535 both ways is refused", { OFFSET(65535, 65535) },
	  .err = -EINVAL },
	{ "a 4:2:2 pair is not split", { CTL(YUV422), OFFSET(1, 0) },
	  .err = -EINVAL },
	{ "panning may not leave the GGTT",
	  { SURF(0u - BASE_STRIDE * 1080), OFFSET(0, 1) }, .err = -EINVAL },

	{ "X-tiled, panned by one tile",
	  { CTL(RGB8888 | X_TILED), STRIDE(32), OFFSET(128, 0) },
	  .want = { .modifier = I915_FORMAT_MOD_X_TILED, .gma = BASE_GMA + 4096,
		    .size = BASE_STRIDE * 1080 - 4096 } },
	{ "X-tiled, panned by one row of tiles",
	  { CTL(RGB8888 | X_TILED), STRIDE(32), OFFSET(0, 8) },
	  .want = { .modifier = I915_FORMAT_MOD_X_TILED,
		    .gma = BASE_GMA + BASE_STRIDE * 8 } },
	{ "X-tiled, panned both ways, ending inside a tile",
	  { CTL(RGB8888 | X_TILED), STRIDE(32), OFFSET(256, 16),
	    SIZE(1920, 1079) },
	  .want = { .modifier = I915_FORMAT_MOD_X_TILED, .height = 1079,
		    .gma = BASE_GMA + BASE_STRIDE * 16 + 8192,
		    .size = BASE_STRIDE * 1080 - 8192 } },
	{ "X-tiled, 4 lines are inside a tile",
	  { CTL(RGB8888 | X_TILED), STRIDE(32), OFFSET(0, 4) },
	  .err = -EOPNOTSUPP },
	{ "X-tiled, 64 pixels are inside a tile",
	  { CTL(RGB8888 | X_TILED), STRIDE(32), OFFSET(64, 0) },
	  .err = -EOPNOTSUPP },
	{ "Y-tiled, panned by a tile both ways",
	  { CTL(RGB8888 | Y_TILED), STRIDE(128), OFFSET(32, 32) },
	  .want = { .modifier = I915_FORMAT_MOD_Y_TILED,
		    .gma = BASE_GMA + BASE_STRIDE * 32 + 4096,
		    .size = BASE_STRIDE * 1088 - 4096 } },
	{ "Y-tiled, 8 lines are inside a tile",
	  { CTL(RGB8888 | Y_TILED), STRIDE(128), OFFSET(0, 8) },
	  .err = -EOPNOTSUPP },
	{ "Yf-tiled, 8 bits, panned by a tile both ways",
	  { CTL(C8 | YF_TILED), STRIDE(256), OFFSET(64, 64) },
	  .want = { .modifier = I915_FORMAT_MOD_Yf_TILED,
		    .fourcc = DRM_FORMAT_C8,
		    .gma = BASE_GMA + BASE_STRIDE * 64 + 4096,
		    .size = BASE_STRIDE * 1088 - 4096 } },
	{ "Yf-tiled, 8 bits, 32 lines are inside a tile",
	  { CTL(C8 | YF_TILED), STRIDE(256), OFFSET(0, 32) },
	  .err = -EOPNOTSUPP },
	{ "Yf-tiled, 64 bits, panned by a tile both ways",
	  { CTL(RGB16F | YF_TILED), STRIDE(64), OFFSET(32, 16) },
	  .want = { .modifier = I915_FORMAT_MOD_Yf_TILED,
		    .fourcc = DRM_FORMAT_XRGB16161616F,
		    .gma = BASE_GMA + BASE_STRIDE * 16 + 4096,
		    .size = BASE_STRIDE * 1088 - 4096 } },
};

KUNIT_ARRAY_PARAM_DESC(skl_panning_cases, skl_panning_cases, name);

#define PS_CTL(id, bits)	{ SKL_PS_CTRL(PIPE_A, id), (bits) }
#define PS_ON(plane)		(PS_SCALER_EN | PS_BINDING_PLANE(plane))
#define PS_SIZE(id, w, h)	{ SKL_PS_WIN_SZ(PIPE_A, id), \
				  PS_WIN_XSIZE(w) | PS_WIN_YSIZE(h) }
#define PS_POS(id, x, y)	{ SKL_PS_WIN_POS(PIPE_A, id), \
				  PS_WIN_XPOS(x) | PS_WIN_YPOS(y) }
#define KEYMSK(plane, v)	{ PLANE_KEYMSK(PIPE_A, plane), (v) }
#define KEYMAX(plane, v)	{ PLANE_KEYMAX(PIPE_A, plane), (v) }

static const struct decoder_case skl_display_cases[] = {
	{ "a plane that is off is no error of its own",
	  { { PLANE_CTL(PIPE_A, PLANE_1), RGB8888 } }, .err = -ENODEV },
	{ "off comes before reserved",
	  { { PLANE_CTL(PIPE_A, PLANE_1), FORMAT(15) } }, .err = -ENODEV },
	{ "gamma, CSC, async and trickle bits change no layout",
	  { CTL(RGB8888 | PLANE_CTL_PIPE_GAMMA_ENABLE |
		PLANE_CTL_PIPE_CSC_ENABLE | PLANE_CTL_PLANE_GAMMA_DISABLE |
		PLANE_CTL_ASYNC_FLIP | PLANE_CTL_TRICKLE_FEED_DISABLE) } },
	{ "color conversion of YCbCr is not conveyed",
	  { CTL(YUV422 | PLANE_CTL_YUV_RANGE_CORRECTION_DISABLE |
		PLANE_CTL_YUV420_Y_PLANE | BIT(29) |
		PLANE_CTL_YUV_TO_RGB_CSC_FORMAT_BT709) },
	  .want.fourcc = DRM_FORMAT_YUYV },
	{ "stereo masks and held updates change no layout",
	  { CTL(RGB8888 | GENMASK(7, 6) | BIT(3)) } },
	{ "an auxiliary surface is of what has one",
	  { { PLANE_AUX_DIST(PIPE_A, PLANE_1), 0x12345678 } } },
	{ "90 degrees", { CTL(RGB8888 | PLANE_CTL_ROTATE_90) },
	  .err = -EOPNOTSUPP },
	{ "180 degrees", { CTL(RGB8888 | PLANE_CTL_ROTATE_180) },
	  .err = -EOPNOTSUPP },
	{ "270 degrees", { CTL(RGB8888 | PLANE_CTL_ROTATE_270) },
	  .err = -EOPNOTSUPP },
	{ "mirrored", { CTL(RGB8888 | PLANE_CTL_FLIP_HORIZONTAL) },
	  .err = -EOPNOTSUPP },
	{ "render compressed, Y",
	  { CTL(RGB8888 | Y_TILED | PLANE_CTL_RENDER_DECOMPRESSION_ENABLE) },
	  .err = -EOPNOTSUPP },
	{ "render compressed, Yf",
	  { CTL(RGB8888 | YF_TILED | PLANE_CTL_RENDER_DECOMPRESSION_ENABLE) },
	  .err = -EOPNOTSUPP },
	{ "reserved comes before unsupported",
	  { CTL(FORMAT(15) | PLANE_CTL_ROTATE_90) }, .err = -EINVAL },
	{ "reserved tiling comes before unsupported",
	  { CTL(RGB8888 | TILING(7) | PLANE_CTL_ROTATE_90) }, .err = -EINVAL },

	{ "a source key makes holes", { CTL(RGB8888 | KEY(1)) },
	  .err = -EOPNOTSUPP },
	{ "a destination key on plane 1 shows others", { CTL(RGB8888 | KEY(2)) } },
	{ "a source key window makes holes", { CTL(RGB8888 | KEY(3)) },
	  .err = -EOPNOTSUPP },
	{ "constant alpha dims",
	  { KEYMSK(PLANE_1, PLANE_KEYMSK_ALPHA_ENABLE),
	    KEYMAX(PLANE_1, PLANE_KEYMAX_ALPHA(0x80)) }, .err = -EOPNOTSUPP },
	{ "constant alpha of 255 does not",
	  { KEYMSK(PLANE_1, PLANE_KEYMSK_ALPHA_ENABLE),
	    KEYMAX(PLANE_1, PLANE_KEYMAX_ALPHA(0xff)) } },
	{ "constant alpha that is off does not",
	  { KEYMAX(PLANE_1, PLANE_KEYMAX_ALPHA(0x80)) } },

	{ "PLANE_POS is the position",
	  { { PLANE_POS(PIPE_A, PLANE_1), PLANE_POS_Y(50) | PLANE_POS_X(100) } },
	  .want = { .x_pos = 100, .y_pos = 50 } },
	{ "a scaler that is off does nothing",
	  { PS_CTL(0, PS_BINDING_PLANE(PLANE_1)), PS_SIZE(0, 960, 540) } },
	{ "a scaler of the pipe does nothing to planes",
	  { PS_CTL(0, PS_SCALER_EN), PS_SIZE(0, 960, 540) } },
	{ "a scaler of another plane does nothing",
	  { PS_CTL(0, PS_ON(PLANE_2)), PS_SIZE(0, 960, 540) } },
	{ "a scaler of plane 4 does nothing to others",
	  { PS_CTL(0, PS_ON(PLANE_4)), PS_SIZE(0, 960, 540) } },
	{ "filters of a scaler do nothing",
	  { PS_CTL(0, PS_ON(PLANE_1) | GENMASK(29, 28) | GENMASK(24, 5)),
	    PS_SIZE(0, 1920, 1080) } },
	{ "a scaler without a window shows nothing",
	  { PS_CTL(0, PS_ON(PLANE_1)) }, .err = -EOPNOTSUPP },
	{ "stretched by one pixel",
	  { PS_CTL(0, PS_ON(PLANE_1)), PS_SIZE(0, 1921, 1080) },
	  .err = -EOPNOTSUPP },
	{ "stretched by one line",
	  { PS_CTL(0, PS_ON(PLANE_1)), PS_SIZE(0, 1920, 1081) },
	  .err = -EOPNOTSUPP },
	{ "stretched to the screen",
	  { SIZE(640, 360), PS_CTL(0, PS_ON(PLANE_1)),
	    PS_SIZE(0, 1920, 1080) }, .err = -EOPNOTSUPP },
	{ "a scaler that keeps the size moves",
	  { PS_CTL(0, PS_ON(PLANE_1)), PS_SIZE(0, 1920, 1080), PS_POS(0, 7, 9) },
	  .want = { .x_pos = 7, .y_pos = 9 } },
	{ "the second scaler moves as well",
	  { PS_CTL(1, PS_ON(PLANE_1)), PS_SIZE(1, 1920, 1080), PS_POS(1, 7, 9) },
	  .want = { .x_pos = 7, .y_pos = 9 } },
	{ "scaled in width",
	  { PS_CTL(0, PS_ON(PLANE_1)), PS_SIZE(0, 960, 1080) },
	  .err = -EOPNOTSUPP },
	{ "scaled in height",
	  { PS_CTL(0, PS_ON(PLANE_1)), PS_SIZE(0, 1920, 540) },
	  .err = -EOPNOTSUPP },
	{ "scaled by the second scaler",
	  { PS_CTL(1, PS_ON(PLANE_1)), PS_SIZE(1, 3840, 2160) },
	  .err = -EOPNOTSUPP },
};

KUNIT_ARRAY_PARAM_DESC(skl_display_cases, skl_display_cases, name);

#define CTL2(bits)	{ PLANE_CTL(PIPE_A, PLANE_2), PLANE_CTL_ENABLE | (bits) }
#define CTL3(bits)	{ PLANE_CTL(PIPE_A, PLANE_3), PLANE_CTL_ENABLE | (bits) }
#define NO_PLANE_2	{ PLANE_CTL(PIPE_A, PLANE_2), 0 }

/* Plane 3 is off, and else as good as plane 2; plane 1 has the desktop. */
static const struct decoder_reg skl_overlay_regs[] = {
	{ TRANSCONF_(PIPE_A), TRANSCONF_ENABLE }, SRC_1080P,
	CTL(RGB8888), SIZE(1920, 1080),
	CTL2(RGB8888),
	{ PLANE_STRIDE(PIPE_A, PLANE_2), BASE_STRIDE / 64 },
	{ PLANE_SIZE(PIPE_A, PLANE_2), PLANE_HEIGHT(1079) | PLANE_WIDTH(1919) },
	{ PLANE_SURF(PIPE_A, PLANE_2), BASE_GMA },
	{ PLANE_STRIDE(PIPE_A, PLANE_3), BASE_STRIDE / 64 },
	{ PLANE_SIZE(PIPE_A, PLANE_3), PLANE_HEIGHT(1079) | PLANE_WIDTH(1919) },
	{ PLANE_SURF(PIPE_A, PLANE_3), BASE_GMA },
	{ }
};

static const struct decoder_base skl_overlay = {
	.decode = gvt_decode_overlay, .ver = 9, .num_pipes = 3,
	.regs = skl_overlay_regs, .want = BASE_PLANE,
};

static const struct decoder_case skl_overlay_cases[] = {
	{ "plane 2", { } },
	{ "plane 2 comes before plane 3", { CTL3(C8) } },
	{ "plane 3 if plane 2 is off", { NO_PLANE_2, CTL3(C8) },
	  .want.fourcc = DRM_FORMAT_C8 },
	{ "a bad plane 2 does not fall back to plane 3",
	  { CTL2(FORMAT(15)), CTL3(C8) }, .err = -EINVAL },
	{ "plane 1 is no overlay", { NO_PLANE_2 }, .err = -ENODEV },
	{ "ARGB8888", { CTL2(RGB8888 | SW_ALPHA) },
	  .want.fourcc = DRM_FORMAT_ARGB8888 },
	{ "ABGR8888", { CTL2(RGB8888 | RGBX | SW_ALPHA) },
	  .want.fourcc = DRM_FORMAT_ABGR8888 },
	{ "ARGB2101010", { CTL2(RGB2101010 | SW_ALPHA) },
	  .want.fourcc = DRM_FORMAT_ARGB2101010 },
	{ "ABGR2101010", { CTL2(RGB2101010 | RGBX | SW_ALPHA) },
	  .want.fourcc = DRM_FORMAT_ABGR2101010 },
	{ "ARGB16161616F", { CTL2(RGB16F | SW_ALPHA) },
	  .want.fourcc = DRM_FORMAT_ARGB16161616F },
	{ "ABGR16161616F", { CTL2(RGB16F | RGBX | SW_ALPHA) },
	  .want.fourcc = DRM_FORMAT_ABGR16161616F },
	{ "straight alpha has no fourcc", { CTL2(RGB8888 | HW_ALPHA) },
	  .err = -EOPNOTSUPP },
	{ "UYVY", { CTL2(YUV422 | PLANE_CTL_YUV422_ORDER_UYVY) },
	  .want.fourcc = DRM_FORMAT_UYVY },
	{ "NV12 has two planes", { CTL2(PLANE_CTL_FORMAT_NV12) },
	  .err = -EOPNOTSUPP },
	{ "a source key makes holes", { CTL2(RGB8888 | KEY(1)) },
	  .err = -EOPNOTSUPP },
	{ "a destination key makes holes", { CTL2(RGB8888 | KEY(2)) },
	  .err = -EOPNOTSUPP },
	{ "constant alpha dims",
	  { KEYMSK(PLANE_2, PLANE_KEYMSK_ALPHA_ENABLE),
	    KEYMAX(PLANE_2, PLANE_KEYMAX_ALPHA(0xfe)) }, .err = -EOPNOTSUPP },
	{ "PLANE_POS is the position",
	  { { PLANE_POS(PIPE_A, PLANE_2), PLANE_POS_Y(20) | PLANE_POS_X(10) } },
	  .want = { .x_pos = 10, .y_pos = 20 } },
	{ "scaled", { PS_CTL(1, PS_ON(PLANE_2)), PS_SIZE(1, 3840, 2160) },
	  .err = -EOPNOTSUPP },
};

KUNIT_ARRAY_PARAM_DESC(skl_overlay_cases, skl_overlay_cases, name);

static void skl_formats(struct kunit *test)
{
	decoder_run_case(test, &skl_primary);
}

static void skl_surfaces(struct kunit *test)
{
	decoder_run_case(test, &skl_primary);
}

static void skl_panning(struct kunit *test)
{
	decoder_run_case(test, &skl_primary);
}

static void skl_display(struct kunit *test)
{
	decoder_run_case(test, &skl_primary);
}

static void skl_overlays(struct kunit *test)
{
	decoder_run_case(test, &skl_overlay);
}

static struct kunit_case skl_cases[] = {
	KUNIT_CASE_PARAM(skl_formats, skl_format_cases_gen_params),
	KUNIT_CASE_PARAM(skl_surfaces, skl_surface_cases_gen_params),
	KUNIT_CASE_PARAM(skl_panning, skl_panning_cases_gen_params),
	KUNIT_CASE_PARAM(skl_display, skl_display_cases_gen_params),
	KUNIT_CASE_PARAM(skl_overlays, skl_overlay_cases_gen_params),
	{ }
};

struct kunit_suite gvt_decoder_skl_suite = {
	.name = "gvt_decoder_skl",
	.test_cases = skl_cases,
};
