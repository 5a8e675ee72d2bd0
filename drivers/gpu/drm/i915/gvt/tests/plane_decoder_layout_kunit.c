// SPDX-License-Identifier: MIT
/*
 * KUnit: what only a layout describes: two memory planes, a first pixel inside a page,
 * rotation. Callers that take no layout are refused all of it.
 */

#include <kunit/test.h>

#include <drm/drm_fourcc.h>

#include "display/i9xx_plane_regs.h"
#include "display/intel_display_regs.h"
#include "display/intel_sprite_regs.h"
#include "display/skl_universal_plane_regs.h"
#include "plane_decoder_kunit.h"

#define CTL(bits)	{ PLANE_CTL(PIPE_A, PLANE_1), PLANE_CTL_ENABLE | (bits) }
#define STRIDE(chunks)	{ PLANE_STRIDE(PIPE_A, PLANE_1), (chunks) }
#define SIZE(w, h)	{ PLANE_SIZE(PIPE_A, PLANE_1), \
			  PLANE_HEIGHT((h) - 1) | PLANE_WIDTH((w) - 1) }
#define OFFSET(x, y)	{ PLANE_OFFSET(PIPE_A, PLANE_1), \
			  PLANE_OFFSET_Y(y) | PLANE_OFFSET_X(x) }
#define SURF(gma)	{ PLANE_SURF(PIPE_A, PLANE_1), (gma) }
#define AUX(dist, chunks) { PLANE_AUX_DIST(PIPE_A, PLANE_1), (dist) | (chunks) }
#define AUX_OFFSET(x, y) { PLANE_AUX_OFFSET(PIPE_A, PLANE_1), \
			   PLANE_OFFSET_Y(y) | PLANE_OFFSET_X(x) }

#define FORMAT(n)	REG_FIELD_PREP(PLANE_CTL_FORMAT_MASK_SKL, n)
#define TILING(n)	REG_FIELD_PREP(PLANE_CTL_TILED_MASK, n)
#define KEY(n)		REG_FIELD_PREP(PLANE_CTL_KEY_ENABLE_MASK, n)
#define NV12		PLANE_CTL_FORMAT_NV12
#define RGB565		PLANE_CTL_FORMAT_RGB_565
#define RGB8888		PLANE_CTL_FORMAT_XRGB_8888
#define RGB2101010	PLANE_CTL_FORMAT_XRGB_2101010
#define RGBX		PLANE_CTL_ORDER_RGBX
#define SW_ALPHA	PLANE_CTL_ALPHA_SW_PREMULTIPLY
#define X_TILED		PLANE_CTL_TILED_X
#define Y_TILED		PLANE_CTL_TILED_Y
#define YF_TILED	PLANE_CTL_TILED_YF
#define COMPRESSED	PLANE_CTL_RENDER_DECOMPRESSION_ENABLE

#define SRC_1080P	{ PIPESRC_(PIPE_A), PIPESRC_WIDTH(1919) | \
			  PIPESRC_HEIGHT(1079) }

/* Where 1080 lines of luma, or rows of Y tiles with them, end, and so many bytes */
#define LUMA		(BASE_STRIDE * 1080)
#define Y_ROWS		(BASE_STRIDE * 1088)
#define YF_ROWS		(BASE_STRIDE * 1088)

static const struct decoder_reg skl_regs[] = {
	{ TRANSCONF_(PIPE_A), TRANSCONF_ENABLE }, SRC_1080P,
	CTL(RGB8888), STRIDE(BASE_STRIDE / 64), SIZE(1920, 1080),
	SURF(BASE_GMA),
	{ }
};

static const struct decoder_base skl_primary = {
	.decode = gvt_decode_primary, .ver = 9, .num_pipes = 3,
	.regs = skl_regs, .want = BASE_PLANE,
};

static const struct decoder_case nv12_cases[] = {
	{ "linear", { CTL(NV12), AUX(LUMA, BASE_STRIDE / 64) }, .layouts = true,
	  .want = { .fourcc = DRM_FORMAT_NV12, .size = LUMA + BASE_STRIDE * 540,
		    .aux_offset = LUMA, .aux_stride = BASE_STRIDE } },
	{ "refused without layouts", { CTL(NV12), AUX(LUMA, BASE_STRIDE / 64) },
	  .err = -EOPNOTSUPP },
	{ "chroma has a stride of its own", { CTL(NV12), AUX(LUMA, 30) },
	  .layouts = true,
	  .want = { .fourcc = DRM_FORMAT_NV12,
		    .size = LUMA + 1040384,	/* 1920 * 540, whole pages */
		    .aux_offset = LUMA, .aux_stride = 1920 } },
	{ "a gap is described with both", { CTL(NV12), AUX(2 * LUMA, 256) },
	  .layouts = true,
	  .want = { .fourcc = DRM_FORMAT_NV12,
		    .size = 2 * LUMA + BASE_STRIDE * 540,
		    .aux_offset = 2 * LUMA, .aux_stride = BASE_STRIDE } },
	{ "chroma may be between the lines of luma",
	  { CTL(NV12), AUX(0x2000, BASE_STRIDE / 64) }, .layouts = true,
	  .want = { .fourcc = DRM_FORMAT_NV12,
		    .aux_offset = 0x2000, .aux_stride = BASE_STRIDE } },
	{ "linear chroma begins inside a page",
	  { CTL(NV12), AUX(LUMA, BASE_STRIDE / 64), AUX_OFFSET(512, 1) },
	  .layouts = true,
	  .want = { .fourcc = DRM_FORMAT_NV12,
		    .size = LUMA + BASE_STRIDE * 541 + 4096,
		    .aux_offset = LUMA + BASE_STRIDE + 1024,
		    .aux_stride = BASE_STRIDE } },
	{ "luma is panned, chroma from its first sample",
	  { CTL(NV12), OFFSET(4, 2), AUX(LUMA, BASE_STRIDE / 64),
	    AUX_OFFSET(2, 1) }, .layouts = true,
	  .want = { .fourcc = DRM_FORMAT_NV12, .src_x = 4, .src_y = 2,
		    .size = LUMA + BASE_STRIDE * 541,
		    .aux_offset = LUMA, .aux_stride = BASE_STRIDE } },
	{ "luma is panned, chroma from the sample shown",
	  { CTL(NV12), OFFSET(0, 2), AUX(LUMA, BASE_STRIDE / 64) },
	  .layouts = true,
	  .want = { .fourcc = DRM_FORMAT_NV12, .src_y = 2,
		    .size = LUMA + BASE_STRIDE * 540,
		    .aux_offset = LUMA - BASE_STRIDE,
		    .aux_stride = BASE_STRIDE } },
	{ "a page that begins with the first pixel is panned as well",
	  { CTL(NV12), OFFSET(0, 4), AUX(LUMA, BASE_STRIDE / 64),
	    AUX_OFFSET(0, 2) }, .layouts = true,
	  .want = { .fourcc = DRM_FORMAT_NV12, .src_y = 4,
		    .size = LUMA + BASE_STRIDE * 542,
		    .aux_offset = LUMA, .aux_stride = BASE_STRIDE } },
	{ "chroma may not begin before luma",
	  { CTL(NV12), OFFSET(0, 2), AUX(0x1000, BASE_STRIDE / 64) },
	  .layouts = true, .err = -EOPNOTSUPP },
	{ "chroma may not begin past 4 GiB",
	  { CTL(NV12), AUX(0xfffff000, BASE_STRIDE / 64), AUX_OFFSET(0, 1) },
	  .layouts = true, .err = -EOPNOTSUPP },
	{ "chroma may not leave the GGTT",
	  { CTL(NV12), AUX(0xffe00000, BASE_STRIDE / 64) }, .layouts = true,
	  .err = -EINVAL },
	{ "luma may not leave the GGTT",
	  { CTL(NV12), SURF(0xfffff000), AUX(LUMA, BASE_STRIDE / 64) },
	  .layouts = true, .err = -EINVAL },
	{ "a line of chroma is as wide as one of luma",
	  { CTL(NV12), AUX(LUMA, 29) }, .layouts = true, .err = -EINVAL },
	{ "a chroma stride of 0 holds no line", { CTL(NV12), AUX(LUMA, 0) },
	  .layouts = true, .err = -EINVAL },
	{ "a chroma stride over 32 KiB is refused", { CTL(NV12), AUX(LUMA, 513) },
	  .layouts = true, .err = -EINVAL },
	{ "an odd width is refused",
	  { CTL(NV12), SIZE(1919, 1080), AUX(LUMA, 256) }, .layouts = true,
	  .err = -EINVAL },
	{ "an odd height is refused",
	  { CTL(NV12), SIZE(1920, 1079), AUX(LUMA, 256) }, .layouts = true,
	  .err = -EINVAL },
	{ "an odd first column is refused",
	  { CTL(NV12), OFFSET(1, 0), AUX(LUMA, 256) }, .layouts = true,
	  .err = -EINVAL },
	{ "an odd first line is refused",
	  { CTL(NV12), OFFSET(0, 1), AUX(LUMA, 256) }, .layouts = true,
	  .err = -EINVAL },

	{ "X-tiled", { CTL(NV12 | X_TILED), STRIDE(32), AUX(LUMA, 32) },
	  .layouts = true,
	  .want = { .fourcc = DRM_FORMAT_NV12, .size = LUMA + BASE_STRIDE * 544,
		    .modifier = I915_FORMAT_MOD_X_TILED,
		    .aux_offset = LUMA, .aux_stride = BASE_STRIDE } },
	{ "Y-tiled", { CTL(NV12 | Y_TILED), STRIDE(128), AUX(Y_ROWS, 128) },
	  .layouts = true,
	  .want = { .fourcc = DRM_FORMAT_NV12, .size = Y_ROWS + BASE_STRIDE * 544,
		    .modifier = I915_FORMAT_MOD_Y_TILED,
		    .aux_offset = Y_ROWS, .aux_stride = BASE_STRIDE } },
	{ "Yf-tiled, tiles of luma and chroma differ",
	  { CTL(NV12 | YF_TILED), STRIDE(256), AUX(YF_ROWS, 128) },
	  .layouts = true,
	  .want = { .fourcc = DRM_FORMAT_NV12, .size = YF_ROWS + BASE_STRIDE * 544,
		    .modifier = I915_FORMAT_MOD_Yf_TILED,
		    .aux_offset = YF_ROWS, .aux_stride = BASE_STRIDE } },
	{ "tiled, both panned",
	  { CTL(NV12 | Y_TILED), STRIDE(128), AUX(Y_ROWS, 128), OFFSET(64, 6),
	    AUX_OFFSET(32, 3) }, .layouts = true,
	  .want = { .fourcc = DRM_FORMAT_NV12, .size = Y_ROWS + BASE_STRIDE * 544,
		    .modifier = I915_FORMAT_MOD_Y_TILED,
		    .src_x = 64, .src_y = 6,
		    .aux_offset = Y_ROWS, .aux_stride = BASE_STRIDE } },
	{ "tiled, chroma begins whole tiles elsewhere",
	  { CTL(NV12 | Y_TILED), STRIDE(128), AUX(Y_ROWS, 128), OFFSET(0, 64),
	    AUX_OFFSET(64, 0) }, .layouts = true,
	  .want = { .fourcc = DRM_FORMAT_NV12,
		    .size = Y_ROWS + BASE_STRIDE * 576 - 127 * 4096,
		    .modifier = I915_FORMAT_MOD_Y_TILED, .src_y = 64,
		    .aux_offset = Y_ROWS - 127 * 4096,
		    .aux_stride = BASE_STRIDE } },
	{ "tiled chroma may not begin before luma",
	  { CTL(NV12 | Y_TILED), STRIDE(128), AUX(0x1000, 128), OFFSET(0, 64) },
	  .layouts = true, .err = -EOPNOTSUPP },
	{ "chroma column past that of any offset",
	  { CTL(NV12), AUX(LUMA, 256), AUX_OFFSET(8192, 0) }, .layouts = true,
	  .err = -EINVAL },
	{ "chroma line past that of any offset",
	  { CTL(NV12), AUX(LUMA, 256), AUX_OFFSET(0, 8192) }, .layouts = true,
	  .err = -EINVAL },
	{ "the last chroma line of any offset",
	  { CTL(NV12), AUX(LUMA, 256), AUX_OFFSET(0, 8191) }, .layouts = true,
	  .want = { .fourcc = DRM_FORMAT_NV12,
		    .size = LUMA + BASE_STRIDE * (8191 + 540),
		    .aux_offset = LUMA + BASE_STRIDE * 8191,
		    .aux_stride = BASE_STRIDE } },
	{ "a line of luma may not go on past the stride",
	  { CTL(NV12), STRIDE(30), OFFSET(2, 0), AUX(LUMA, 256) },
	  .layouts = true, .err = -EINVAL },
	{ "tiled chroma is panned as luma is, columns",
	  { CTL(NV12 | Y_TILED), STRIDE(128), AUX(Y_ROWS, 128),
	    AUX_OFFSET(32, 0) }, .layouts = true, .err = -EOPNOTSUPP },
	{ "tiled chroma is panned as luma is, lines",
	  { CTL(NV12 | Y_TILED), STRIDE(128), AUX(Y_ROWS, 128),
	    AUX_OFFSET(0, 3) }, .layouts = true, .err = -EOPNOTSUPP },
	{ "rotated by 180 degrees",
	  { CTL(NV12 | PLANE_CTL_ROTATE_180), AUX(LUMA, BASE_STRIDE / 64) },
	  .layouts = true,
	  .want = { .fourcc = DRM_FORMAT_NV12, .size = LUMA + BASE_STRIDE * 540,
		    .rotated = true,
		    .aux_offset = LUMA, .aux_stride = BASE_STRIDE } },
	{ "P010 came later", { CTL(PLANE_CTL_FORMAT_P010), AUX(LUMA, 256) },
	  .layouts = true, .err = -EOPNOTSUPP },
	{ "a format without a name has no layout", { CTL(FORMAT(10)) },
	  .layouts = true, .err = -EOPNOTSUPP },
	{ "a reserved format is none", { CTL(FORMAT(15)) }, .layouts = true,
	  .err = -EINVAL },
	{ "keyed", { CTL(NV12 | KEY(1)), AUX(LUMA, 256) }, .layouts = true,
	  .err = -EOPNOTSUPP },
	{ "through a scaler that keeps the size",
	  { CTL(NV12), AUX(LUMA, BASE_STRIDE / 64),
	    { SKL_PS_CTRL(PIPE_A, 0), PS_SCALER_EN | PS_BINDING_PLANE(PLANE_1) },
	    { SKL_PS_WIN_SZ(PIPE_A, 0), PS_WIN_XSIZE(1920) | PS_WIN_YSIZE(1080) } },
	  .layouts = true,
	  .want = { .fourcc = DRM_FORMAT_NV12, .size = LUMA + BASE_STRIDE * 540,
		    .aux_offset = LUMA, .aux_stride = BASE_STRIDE } },
	{ "scaled",
	  { CTL(NV12), AUX(LUMA, BASE_STRIDE / 64),
	    { SKL_PS_CTRL(PIPE_A, 0), PS_SCALER_EN | PS_BINDING_PLANE(PLANE_1) },
	    { SKL_PS_WIN_SZ(PIPE_A, 0), PS_WIN_XSIZE(3840) | PS_WIN_YSIZE(2160) } },
	  .layouts = true, .err = -EOPNOTSUPP },
};

KUNIT_ARRAY_PARAM_DESC(nv12_cases, nv12_cases, name);

/* 1920 by 1080 pixels are 240 bytes by 68 lines: 2 by 3 tiles */
#define CCS_STRIDE	256
#define CCS_SIZE	(CCS_STRIDE * 96)
#define Y_CCS		(RGB8888 | Y_TILED | COMPRESSED)
#define YF_CCS		(RGB8888 | YF_TILED | COMPRESSED)
#define WANT_Y_CCS	.modifier = I915_FORMAT_MOD_Y_TILED_CCS, \
			.size = Y_ROWS + CCS_SIZE, \
			.aux_offset = Y_ROWS, .aux_stride = CCS_STRIDE

static const struct decoder_case ccs_cases[] = {
	{ "Y", { CTL(Y_CCS), STRIDE(128), AUX(Y_ROWS, 2) }, .layouts = true,
	  .want = { WANT_Y_CCS } },
	{ "Yf", { CTL(YF_CCS), STRIDE(128), AUX(Y_ROWS, 2) }, .layouts = true,
	  .want = { .modifier = I915_FORMAT_MOD_Yf_TILED_CCS,
		    .size = Y_ROWS + CCS_SIZE,
		    .aux_offset = Y_ROWS, .aux_stride = CCS_STRIDE } },
	{ "refused without layouts", { CTL(Y_CCS), STRIDE(128), AUX(Y_ROWS, 2) },
	  .err = -EOPNOTSUPP },
	{ "XBGR8888", { CTL(Y_CCS | RGBX), STRIDE(128), AUX(Y_ROWS, 2) },
	  .layouts = true, .want = { WANT_Y_CCS, .fourcc = DRM_FORMAT_XBGR8888 } },
	{ "ARGB8888 over black", { CTL(Y_CCS | SW_ALPHA), STRIDE(128), AUX(Y_ROWS, 2) },
	  .layouts = true, .want = { WANT_Y_CCS } },
	{ "rotated by 180 degrees",
	  { CTL(Y_CCS | PLANE_CTL_ROTATE_180), STRIDE(128), AUX(Y_ROWS, 2) },
	  .layouts = true, .want = { WANT_Y_CCS, .rotated = true } },
	{ "a tile more of the control surface",
	  { CTL(Y_CCS), STRIDE(128), AUX(Y_ROWS, 3) }, .layouts = true,
	  .want = { .modifier = I915_FORMAT_MOD_Y_TILED_CCS,
		    .size = Y_ROWS + 384 * 96,
		    .aux_offset = Y_ROWS, .aux_stride = 384 } },
	{ "one pixel takes one tile of both",
	  { CTL(Y_CCS), STRIDE(1), SIZE(1, 1), AUX(0x1000, 1) }, .layouts = true,
	  .want = { .modifier = I915_FORMAT_MOD_Y_TILED_CCS, .width = 1,
		    .height = 1, .stride = 128, .size = 8192,
		    .aux_offset = 4096, .aux_stride = 128 } },
	{ "panned",
	  { CTL(Y_CCS), STRIDE(128), OFFSET(100, 7), AUX(Y_ROWS, 2),
	    AUX_OFFSET(100, 7) }, .layouts = true,
	  .want = { WANT_Y_CCS, .src_x = 100, .src_y = 7 } },
	{ "panned by a tile, which is no other surface",
	  { CTL(Y_CCS), STRIDE(128), OFFSET(32, 32), AUX(BASE_STRIDE * 1120, 2),
	    AUX_OFFSET(32, 32) }, .layouts = true,
	  .want = { .modifier = I915_FORMAT_MOD_Y_TILED_CCS,
		    .src_x = 32, .src_y = 32,
		    .size = BASE_STRIDE * 1120 + CCS_SIZE,
		    .aux_offset = BASE_STRIDE * 1120, .aux_stride = CCS_STRIDE } },
	{ "both are panned alike, columns",
	  { CTL(Y_CCS), STRIDE(128), OFFSET(100, 7), AUX(Y_ROWS, 2),
	    AUX_OFFSET(0, 7) }, .layouts = true, .err = -EOPNOTSUPP },
	{ "both are panned alike, lines",
	  { CTL(Y_CCS), STRIDE(128), OFFSET(100, 7), AUX(Y_ROWS, 2),
	    AUX_OFFSET(100, 0) }, .layouts = true, .err = -EOPNOTSUPP },
	{ "the control surface holds a line",
	  { CTL(Y_CCS), STRIDE(128), AUX(Y_ROWS, 1) }, .layouts = true,
	  .err = -EINVAL },
	{ "the control surface holds a line that is panned",
	  { CTL(Y_CCS), STRIDE(128), OFFSET(129, 0), AUX(Y_ROWS, 2),
	    AUX_OFFSET(129, 0) }, .layouts = true, .err = -EINVAL },
	{ "a stride of the control surface over 32 KiB is refused",
	  { CTL(Y_CCS), STRIDE(128), AUX(Y_ROWS, 257) }, .layouts = true,
	  .err = -EINVAL },
	{ "the control surface may end with the GGTT",
	  { CTL(Y_CCS), STRIDE(128), SURF(0u - Y_ROWS - CCS_SIZE),
	    AUX(Y_ROWS, 2) }, .layouts = true,
	  .want = { WANT_Y_CCS, .gma = 0x100000000ull - Y_ROWS - CCS_SIZE } },
	{ "the control surface may not leave the GGTT",
	  { CTL(Y_CCS), STRIDE(128), SURF(0u - Y_ROWS - CCS_SIZE + 4096),
	    AUX(Y_ROWS, 2) }, .layouts = true, .err = -EINVAL },
	{ "encrypted",
	  { CTL(Y_CCS), STRIDE(128), SURF(BASE_GMA | PLANE_SURF_DECRYPT),
	    AUX(Y_ROWS, 2) }, .layouts = true, .err = -EOPNOTSUPP },
	{ "linear is not compressed",
	  { CTL(RGB8888 | COMPRESSED), AUX(Y_ROWS, 2) }, .layouts = true,
	  .err = -EOPNOTSUPP },
	{ "X-tiled is not compressed",
	  { CTL(RGB8888 | X_TILED | COMPRESSED), STRIDE(32), AUX(Y_ROWS, 2) },
	  .layouts = true, .err = -EOPNOTSUPP },
	{ "16 bpp are not compressed",
	  { CTL(RGB565 | Y_TILED | COMPRESSED), STRIDE(128), AUX(Y_ROWS, 2) },
	  .layouts = true, .err = -EOPNOTSUPP },
	{ "10 bits are not compressed",
	  { CTL(RGB2101010 | Y_TILED | COMPRESSED), STRIDE(128), AUX(Y_ROWS, 2) },
	  .layouts = true, .err = -EOPNOTSUPP },
	{ "NV12 is not compressed",
	  { CTL(NV12 | Y_TILED | COMPRESSED), STRIDE(128), AUX(Y_ROWS, 128) },
	  .layouts = true, .err = -EOPNOTSUPP },
	{ "a reserved tiling is none", { CTL(RGB8888 | TILING(7) | COMPRESSED) },
	  .layouts = true, .err = -EINVAL },
};

KUNIT_ARRAY_PARAM_DESC(ccs_cases, ccs_cases, name);

static const struct decoder_case skl_simple_cases[] = {
	{ "a simple framebuffer is described alike", { }, .layouts = true },
	{ "one that is panned by lines is described from there",
	  { OFFSET(0, 1) }, .layouts = true,
	  .want = { .gma = BASE_GMA + BASE_STRIDE } },
	{ "one that is panned by a page has whole lines",
	  { OFFSET(1024, 0) }, .layouts = true, .want = { .src_x = 1024 } },
	{ "so has one that is panned by a tile",
	  { CTL(RGB8888 | X_TILED), STRIDE(32), OFFSET(128, 8) }, .layouts = true,
	  .want = { .modifier = I915_FORMAT_MOD_X_TILED, .src_x = 128, .src_y = 8,
		    .size = BASE_STRIDE * 1088 } },
	{ "linear, one pixel is inside a page", { OFFSET(1, 0) }, .layouts = true,
	  .want = { .src_x = 1 } },
	{ "linear, one line of 7680 bytes is inside a page",
	  { STRIDE(120), OFFSET(0, 1) }, .layouts = true,
	  .want = { .stride = 7680, .src_y = 1,
		    .size = 8302592 } },	/* 7680 * 1081, whole pages */
	{ "X-tiled, inside a tile",
	  { CTL(RGB8888 | X_TILED), STRIDE(32), OFFSET(64, 4) }, .layouts = true,
	  .want = { .modifier = I915_FORMAT_MOD_X_TILED, .src_x = 64, .src_y = 4,
		    .size = BASE_STRIDE * 1088 } },
	{ "180 degrees", { CTL(RGB8888 | PLANE_CTL_ROTATE_180) }, .layouts = true,
	  .want = { .rotated = true } },
	{ "180 degrees, panned",
	  { CTL(RGB8888 | PLANE_CTL_ROTATE_180), OFFSET(1024, 1) },
	  .layouts = true,
	  .want = { .rotated = true, .src_x = 1024, .src_y = 1,
		    .size = LUMA + BASE_STRIDE } },
	{ "90 degrees", { CTL(RGB8888 | PLANE_CTL_ROTATE_90) }, .layouts = true,
	  .err = -EOPNOTSUPP },
	{ "270 degrees", { CTL(RGB8888 | PLANE_CTL_ROTATE_270) }, .layouts = true,
	  .err = -EOPNOTSUPP },
	{ "mirrored", { CTL(RGB8888 | PLANE_CTL_FLIP_HORIZONTAL) },
	  .layouts = true, .err = -EOPNOTSUPP },
	{ "mirrored and rotated",
	  { CTL(RGB8888 | PLANE_CTL_FLIP_HORIZONTAL | PLANE_CTL_ROTATE_180) },
	  .layouts = true, .err = -EOPNOTSUPP },
	{ "a plane that is off", { { PLANE_CTL(PIPE_A, PLANE_1), 0 } },
	  .layouts = true, .err = -ENODEV },
};

KUNIT_ARRAY_PARAM_DESC(skl_simple_cases, skl_simple_cases, name);

/* 1920 pixels from column 128 and so on do not fit 7680 bytes. */
static const struct decoder_case wide_cases[] = {
	{ "linear, a page begins with the first pixel, without layouts",
	  { STRIDE(120), OFFSET(1664, 21) },
	  .want = { .gma = BASE_GMA + 41 * 4096, .stride = 7680,
		    .size = 7680 * 1080 } },
	{ "linear, the same, the stride has room for two pages",
	  { SIZE(1100, 1080), OFFSET(3072, 3) },
	  .want = { .gma = BASE_GMA + 15 * 4096, .width = 1100,
		    .size = BASE_STRIDE * 1080 - 2 * 4096 } },
	{ "linear, a page begins with the pixel above, without layouts",
	  { STRIDE(120), OFFSET(128, 2) }, .err = -EOPNOTSUPP },
	{ "linear, no line above begins a page, without layouts",
	  { STRIDE(120), OFFSET(1, 70) }, .err = -EINVAL },
	{ "Y-tiled, a tile begins with the first pixel, without layouts",
	  { CTL(RGB8888 | Y_TILED), STRIDE(60), OFFSET(32, 32) },
	  .want = { .modifier = I915_FORMAT_MOD_Y_TILED, .stride = 7680,
		    .gma = BASE_GMA + 61 * 4096, .size = 7680 * 1088 } },
	{ "Y-tiled, the first line is inside a tile, without layouts",
	  { CTL(RGB8888 | Y_TILED), STRIDE(60), OFFSET(32, 35) },
	  .err = -EOPNOTSUPP },
	{ "linear, a page begins with the first pixel",
	  { STRIDE(120), OFFSET(1664, 21) }, .layouts = true,
	  .want = { .gma = BASE_GMA + 41 * 4096, .stride = 7680,
		    .size = 7680 * 1080 } },
	{ "linear, a page begins with the pixel above",
	  { STRIDE(120), OFFSET(128, 2) }, .layouts = true,
	  .want = { .gma = BASE_GMA + 2 * 4096, .stride = 7680, .src_y = 1,
		    .size = 8302592 } },	/* 7680 * 1081, whole pages */
	{ "linear, inside a page, the stride has room",
	  { SIZE(1000, 1080), OFFSET(3500, 3) }, .layouts = true,
	  .want = { .gma = BASE_GMA + 13 * 4096, .src_x = 2476, .width = 1000 } },
	{ "linear, that page would be before the surface",
	  { STRIDE(120), OFFSET(128, 0) }, .layouts = true, .err = -EINVAL },
	{ "linear, no line above begins a page",
	  { STRIDE(120), OFFSET(1, 70) }, .layouts = true, .err = -EINVAL },
	{ "linear, a stride of 0 holds no line",
	  { STRIDE(0) }, .layouts = true, .err = -EINVAL },
	{ "linear, rotated", { CTL(RGB8888 | PLANE_CTL_ROTATE_180), STRIDE(120),
	    OFFSET(1664, 21) }, .layouts = true,
	  .want = { .gma = BASE_GMA + 41 * 4096, .stride = 7680, .rotated = true,
		    .size = 7680 * 1080 } },
	{ "Y-tiled, a tile begins with the first pixel",
	  { CTL(RGB8888 | Y_TILED), STRIDE(60), OFFSET(32, 32) }, .layouts = true,
	  .want = { .modifier = I915_FORMAT_MOD_Y_TILED, .stride = 7680,
		    .gma = BASE_GMA + 61 * 4096, .size = 7680 * 1088 } },
	{ "Y-tiled, the first line is inside a tile",
	  { CTL(RGB8888 | Y_TILED), STRIDE(60), OFFSET(32, 35) }, .layouts = true,
	  .want = { .modifier = I915_FORMAT_MOD_Y_TILED, .stride = 7680,
		    .gma = BASE_GMA + 61 * 4096, .src_y = 3,
		    .size = 7680 * 1088 } },
	{ "Y-tiled, inside a tile, the stride has room",
	  { CTL(RGB8888 | Y_TILED), STRIDE(128), SIZE(1000, 1080),
	    OFFSET(3500, 35) }, .layouts = true,
	  .want = { .modifier = I915_FORMAT_MOD_Y_TILED, .width = 1000,
		    .gma = BASE_GMA + 141 * 4096, .src_x = 3084, .src_y = 3,
		    .size = BASE_STRIDE * 1088 } },
	{ "Y-tiled, a column inside a tile has no room",
	  { CTL(RGB8888 | Y_TILED), STRIDE(60), OFFSET(33, 0) }, .layouts = true,
	  .err = -EINVAL },
	{ "may end with the GGTT",
	  { STRIDE(120), OFFSET(1664, 21), SURF(0u - 41 * 4096 - 7680 * 1080) },
	  .layouts = true,
	  .want = { .gma = 0x100000000ull - 7680 * 1080, .stride = 7680,
		    .size = 7680 * 1080 } },
	{ "may not leave the GGTT",
	  { STRIDE(120), OFFSET(1664, 21), SURF(0u - 40 * 4096 - 7680 * 1080) },
	  .layouts = true, .err = -EINVAL },
	{ "compressed", { CTL(Y_CCS), STRIDE(60), OFFSET(32, 32), AUX(Y_ROWS, 2),
	    AUX_OFFSET(32, 32) }, .layouts = true, .err = -EINVAL },
};

KUNIT_ARRAY_PARAM_DESC(wide_cases, wide_cases, name);

#define PLANE(pipe, id, ctl)	{ PLANE_CTL(pipe, id), PLANE_CTL_ENABLE | (ctl) }
#define FULL_HD			(PLANE_HEIGHT(1079) | PLANE_WIDTH(1919))

/* Planes of pipe A or pipe C, one of which a row turns on, above plane 1 that is off */
static const struct decoder_reg skl_other_regs[] = {
	{ PIPESRC_(PIPE_A), PIPESRC_WIDTH(1919) | PIPESRC_HEIGHT(1079) },
	{ PIPESRC_(PIPE_C), PIPESRC_WIDTH(1919) | PIPESRC_HEIGHT(1079) },
	{ PLANE_STRIDE(PIPE_A, PLANE_2), BASE_STRIDE / 128 },
	{ PLANE_SIZE(PIPE_A, PLANE_2), FULL_HD },
	{ PLANE_SURF(PIPE_A, PLANE_2), BASE_GMA },
	{ PLANE_AUX_DIST(PIPE_A, PLANE_2), Y_ROWS | 2 },
	{ PLANE_STRIDE(PIPE_A, PLANE_3), BASE_STRIDE / 128 },
	{ PLANE_SIZE(PIPE_A, PLANE_3), FULL_HD },
	{ PLANE_SURF(PIPE_A, PLANE_3), BASE_GMA },
	{ PLANE_AUX_DIST(PIPE_A, PLANE_3), Y_ROWS | 2 },
	{ PLANE_STRIDE(PIPE_C, PLANE_1), BASE_STRIDE / 128 },
	{ PLANE_SIZE(PIPE_C, PLANE_1), FULL_HD },
	{ PLANE_SURF(PIPE_C, PLANE_1), BASE_GMA },
	{ PLANE_AUX_DIST(PIPE_C, PLANE_1), Y_ROWS | 2 },
	{ }
};

static const struct decoder_base skl_other = {
	.decode = gvt_decode_primary, .ver = 9, .num_pipes = 3,
	.regs = skl_other_regs, .want = BASE_PLANE,
};

#define ON(pipe)	{ TRANSCONF_(pipe), TRANSCONF_ENABLE }

static const struct decoder_case skl_other_cases[] = {
	{ "plane 2 has an auxiliary surface",
	  { ON(PIPE_A), PLANE(PIPE_A, PLANE_2, Y_CCS) }, .layouts = true,
	  .want = { WANT_Y_CCS } },
	{ "plane 3 has none", { ON(PIPE_A), PLANE(PIPE_A, PLANE_3, Y_CCS) },
	  .layouts = true, .err = -EOPNOTSUPP },
	{ "plane 3 has no chroma",
	  { ON(PIPE_A), PLANE(PIPE_A, PLANE_3, NV12 | Y_TILED) },
	  .layouts = true, .err = -EOPNOTSUPP },
	{ "pipe C has none", { ON(PIPE_C), PLANE(PIPE_C, PLANE_1, Y_CCS) },
	  .layouts = true, .err = -EOPNOTSUPP },
};

KUNIT_ARRAY_PARAM_DESC(skl_other_cases, skl_other_cases, name);

#define DSP_CTL(bits)	{ DSPCNTR_(PIPE_A), \
			  DISP_ENABLE | DISP_FORMAT_BGRX888 | (bits) }
#define DSP_OFFSET(x, y) { DSPOFFSET_(PIPE_A), \
			   DISP_OFFSET_X(x) | DISP_OFFSET_Y(y) }
#define SPR_CTL(bits)	{ SPRCTL(PIPE_A), \
			  SPRITE_ENABLE | SPRITE_FORMAT_RGBX888 | (bits) }

static const struct decoder_reg bdw_regs[] = {
	{ TRANSCONF_(PIPE_A), TRANSCONF_ENABLE }, SRC_1080P,
	DSP_CTL(0), { DSPSTRIDE_(PIPE_A), BASE_STRIDE },
	{ DSPSURF_(PIPE_A), BASE_GMA },
	SPR_CTL(0), { SPRSTRIDE(PIPE_A), BASE_STRIDE },
	{ SPRSIZE(PIPE_A), SPRITE_HEIGHT(1079) | SPRITE_WIDTH(1919) },
	{ SPRSURF(PIPE_A), BASE_GMA },
	{ }
};

static const struct decoder_base bdw_primary = {
	.decode = gvt_decode_primary, .ver = 8, .num_pipes = 3,
	.regs = bdw_regs, .want = BASE_PLANE,
};

static const struct decoder_base bdw_sprite = {
	.decode = gvt_decode_overlay, .ver = 8, .num_pipes = 3,
	.regs = bdw_regs, .want = BASE_PLANE,
};

static const struct decoder_case bdw_primary_cases[] = {
	{ "180 degrees", { DSP_CTL(DISP_ROTATE_180) }, .layouts = true,
	  .want = { .rotated = true } },
	{ "one pixel is inside a page", { DSP_OFFSET(1, 0) }, .layouts = true,
	  .want = { .src_x = 1 } },
	{ "X-tiled, the line goes on past the stride",
	  { DSP_CTL(DISP_TILED), { DSPSTRIDE_(PIPE_A), 7680 }, DSP_OFFSET(128, 8) },
	  .layouts = true,
	  .want = { .modifier = I915_FORMAT_MOD_X_TILED, .stride = 7680,
		    .gma = BASE_GMA + 16 * 4096, .size = 7680 * 1080 } },
	{ "X-tiled, inside a tile", { DSP_CTL(DISP_TILED), DSP_OFFSET(64, 4) },
	  .layouts = true,
	  .want = { .modifier = I915_FORMAT_MOD_X_TILED, .src_x = 64, .src_y = 4,
		    .size = BASE_STRIDE * 1088 } },
};

KUNIT_ARRAY_PARAM_DESC(bdw_primary_cases, bdw_primary_cases, name);

static const struct decoder_case bdw_sprite_cases[] = {
	{ "180 degrees", { SPR_CTL(SPRITE_ROTATE_180) }, .layouts = true,
	  .want = { .rotated = true } },
	{ "180 degrees and keyed", { SPR_CTL(SPRITE_ROTATE_180 | SPRITE_DEST_KEY) },
	  .layouts = true, .err = -EOPNOTSUPP },
};

KUNIT_ARRAY_PARAM_DESC(bdw_sprite_cases, bdw_sprite_cases, name);

static void nv12(struct kunit *test)
{
	decoder_run_layout_case(test, &skl_primary);
}

static void ccs(struct kunit *test)
{
	decoder_run_layout_case(test, &skl_primary);
}

static void skl_simple(struct kunit *test)
{
	decoder_run_layout_case(test, &skl_primary);
}

static void wide(struct kunit *test)
{
	decoder_run_layout_case(test, &skl_primary);
}

static void skl_others(struct kunit *test)
{
	decoder_run_layout_case(test, &skl_other);
}

static void bdw_primaries(struct kunit *test)
{
	decoder_run_layout_case(test, &bdw_primary);
}

static void bdw_sprites(struct kunit *test)
{
	decoder_run_layout_case(test, &bdw_sprite);
}

static struct kunit_case layout_cases[] = {
	KUNIT_CASE_PARAM(nv12, nv12_cases_gen_params),
	KUNIT_CASE_PARAM(ccs, ccs_cases_gen_params),
	KUNIT_CASE_PARAM(skl_simple, skl_simple_cases_gen_params),
	KUNIT_CASE_PARAM(wide, wide_cases_gen_params),
	KUNIT_CASE_PARAM(skl_others, skl_other_cases_gen_params),
	KUNIT_CASE_PARAM(bdw_primaries, bdw_primary_cases_gen_params),
	KUNIT_CASE_PARAM(bdw_sprites, bdw_sprite_cases_gen_params),
	{ }
};

struct kunit_suite gvt_decoder_layout_suite = {
	.name = "gvt_decoder_layout",
	.test_cases = layout_cases,
};
