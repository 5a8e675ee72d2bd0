// SPDX-License-Identifier: MIT
/*
 * The pixel formats and tilings that a guest may program, one row each.
 *
 * Adding a format is adding a row and a KUnit row that decodes it.
 */

#include <linux/array_size.h>

#include <drm/drm_fourcc.h>

#include "display/i9xx_plane_regs.h"
#include "display/intel_sprite_regs.h"
#include "display/skl_universal_plane_regs.h"

#include "plane_decoder_formats.h"

/* One row per layout of pixels that the guest may program */
struct format_row {
	u32 mask;	/* control register bits that select the row */
	u32 fourcc;	/* 0: the hardware has it, DRM has no name for it */
	u32 ctl;	/* value of the bits in @mask */
};

/*
 * BDW PRM vol. 2c, PRI_CTL, Source Pixel Format. The encodings that i915 calls
 * BGRX555 and those with alpha are from before or after; RGBA101010 is
 * Broadwell's extended range (XR_BIAS) format.
 */
static const struct format_row bdw_primary_formats[] = {
	{ .mask = DISP_FORMAT_MASK, .fourcc = DRM_FORMAT_C8,
	  .ctl = DISP_FORMAT_8BPP },
	{ .mask = DISP_FORMAT_MASK, .fourcc = DRM_FORMAT_RGB565,
	  .ctl = DISP_FORMAT_BGRX565 },
	{ .mask = DISP_FORMAT_MASK, .fourcc = DRM_FORMAT_XRGB8888,
	  .ctl = DISP_FORMAT_BGRX888 },
	{ .mask = DISP_FORMAT_MASK, .fourcc = DRM_FORMAT_XBGR8888,
	  .ctl = DISP_FORMAT_RGBX888 },
	{ .mask = DISP_FORMAT_MASK, .fourcc = DRM_FORMAT_XRGB2101010,
	  .ctl = DISP_FORMAT_BGRX101010 },
	{ .mask = DISP_FORMAT_MASK, .fourcc = DRM_FORMAT_XBGR2101010,
	  .ctl = DISP_FORMAT_RGBX101010 },
	{ .mask = DISP_FORMAT_MASK, .fourcc = DRM_FORMAT_XBGR16161616F,
	  .ctl = DISP_FORMAT_RGBX161616 },
	{ .mask = DISP_FORMAT_MASK, .fourcc = 0,
	  .ctl = DISP_FORMAT_RGBA101010 },
};

#define SPRITE_RGB_MASK	(SPRITE_FORMAT_MASK | SPRITE_RGB_ORDER_RGBX)
#define SPRITE_YUV_MASK	(SPRITE_FORMAT_MASK | SPRITE_YUV_ORDER_MASK)

/* BDW PRM vol. 2c, SPR_CTL, Source Pixel Format. Sprites have no alpha. */
static const struct format_row bdw_sprite_formats[] = {
	{ .mask = SPRITE_YUV_MASK, .fourcc = DRM_FORMAT_YUYV,
	  .ctl = SPRITE_FORMAT_YUV422 | SPRITE_YUV_ORDER_YUYV },
	{ .mask = SPRITE_YUV_MASK, .fourcc = DRM_FORMAT_UYVY,
	  .ctl = SPRITE_FORMAT_YUV422 | SPRITE_YUV_ORDER_UYVY },
	{ .mask = SPRITE_YUV_MASK, .fourcc = DRM_FORMAT_YVYU,
	  .ctl = SPRITE_FORMAT_YUV422 | SPRITE_YUV_ORDER_YVYU },
	{ .mask = SPRITE_YUV_MASK, .fourcc = DRM_FORMAT_VYUY,
	  .ctl = SPRITE_FORMAT_YUV422 | SPRITE_YUV_ORDER_VYUY },
	{ .mask = SPRITE_FORMAT_MASK, .fourcc = DRM_FORMAT_XYUV8888,
	  .ctl = SPRITE_FORMAT_YUV444 },
	{ .mask = SPRITE_RGB_MASK, .fourcc = DRM_FORMAT_XRGB8888,
	  .ctl = SPRITE_FORMAT_RGBX888 },
	{ .mask = SPRITE_RGB_MASK, .fourcc = DRM_FORMAT_XBGR8888,
	  .ctl = SPRITE_FORMAT_RGBX888 | SPRITE_RGB_ORDER_RGBX },
	{ .mask = SPRITE_RGB_MASK, .fourcc = DRM_FORMAT_XRGB2101010,
	  .ctl = SPRITE_FORMAT_RGBX101010 },
	{ .mask = SPRITE_RGB_MASK, .fourcc = DRM_FORMAT_XBGR2101010,
	  .ctl = SPRITE_FORMAT_RGBX101010 | SPRITE_RGB_ORDER_RGBX },
	{ .mask = SPRITE_RGB_MASK, .fourcc = DRM_FORMAT_XRGB16161616F,
	  .ctl = SPRITE_FORMAT_RGBX161616 },
	{ .mask = SPRITE_RGB_MASK, .fourcc = DRM_FORMAT_XBGR16161616F,
	  .ctl = SPRITE_FORMAT_RGBX161616 | SPRITE_RGB_ORDER_RGBX },
	{ .mask = SPRITE_FORMAT_MASK, .fourcc = 0,
	  .ctl = SPRITE_FORMAT_XR_BGR101010 },
};

#define SKL_FORMAT_MASK	PLANE_CTL_FORMAT_MASK_SKL
#define SKL_YUV_MASK	(SKL_FORMAT_MASK | PLANE_CTL_YUV422_ORDER_MASK)
#define SKL_RGB_MASK	(SKL_FORMAT_MASK | PLANE_CTL_ORDER_RGBX | \
			 PLANE_CTL_ALPHA_MASK)
#define SKL_SW_ALPHA	PLANE_CTL_ALPHA_SW_PREMULTIPLY
#define SKL_HW_ALPHA	PLANE_CTL_ALPHA_HW_PREMULTIPLY
#define SKL_XR_BIAS	REG_FIELD_PREP(PLANE_CTL_FORMAT_MASK_SKL, 10)

/*
 * SKL PRM vol. 2c, PLANE_CTL, Source Pixel Format, RGB Color Order, YUV 422
 * Byte Order, Alpha Mode. DRM's alpha is premultiplied by software; straight
 * alpha, which the hardware multiplies while it reads, has no fourcc. Formats
 * without an alpha channel ignore the alpha mode.
 */
static const struct format_row skl_formats[] = {
	{ .mask = SKL_YUV_MASK, .fourcc = DRM_FORMAT_YUYV,
	  .ctl = PLANE_CTL_FORMAT_YUV422 | PLANE_CTL_YUV422_ORDER_YUYV },
	{ .mask = SKL_YUV_MASK, .fourcc = DRM_FORMAT_UYVY,
	  .ctl = PLANE_CTL_FORMAT_YUV422 | PLANE_CTL_YUV422_ORDER_UYVY },
	{ .mask = SKL_YUV_MASK, .fourcc = DRM_FORMAT_YVYU,
	  .ctl = PLANE_CTL_FORMAT_YUV422 | PLANE_CTL_YUV422_ORDER_YVYU },
	{ .mask = SKL_YUV_MASK, .fourcc = DRM_FORMAT_VYUY,
	  .ctl = PLANE_CTL_FORMAT_YUV422 | PLANE_CTL_YUV422_ORDER_VYUY },
	{ .mask = SKL_FORMAT_MASK, .fourcc = DRM_FORMAT_XYUV8888,
	  .ctl = PLANE_CTL_FORMAT_XYUV },
	{ .mask = SKL_FORMAT_MASK, .fourcc = DRM_FORMAT_C8,
	  .ctl = PLANE_CTL_FORMAT_INDEXED },
	/* 565 has one channel order: the RGBX bit is ignored. */
	{ .mask = SKL_FORMAT_MASK, .fourcc = DRM_FORMAT_RGB565,
	  .ctl = PLANE_CTL_FORMAT_RGB_565 },

	{ .mask = SKL_RGB_MASK, .fourcc = DRM_FORMAT_XRGB8888,
	  .ctl = PLANE_CTL_FORMAT_XRGB_8888 },
	{ .mask = SKL_RGB_MASK, .fourcc = DRM_FORMAT_ARGB8888,
	  .ctl = PLANE_CTL_FORMAT_XRGB_8888 | SKL_SW_ALPHA },
	{ .mask = SKL_RGB_MASK, .fourcc = DRM_FORMAT_XBGR8888,
	  .ctl = PLANE_CTL_FORMAT_XRGB_8888 | PLANE_CTL_ORDER_RGBX },
	{ .mask = SKL_RGB_MASK, .fourcc = DRM_FORMAT_ABGR8888,
	  .ctl = PLANE_CTL_FORMAT_XRGB_8888 | PLANE_CTL_ORDER_RGBX |
		 SKL_SW_ALPHA },
	{ .mask = SKL_FORMAT_MASK | PLANE_CTL_ALPHA_MASK, .fourcc = 0,
	  .ctl = PLANE_CTL_FORMAT_XRGB_8888 | SKL_HW_ALPHA },

	{ .mask = SKL_RGB_MASK, .fourcc = DRM_FORMAT_XRGB2101010,
	  .ctl = PLANE_CTL_FORMAT_XRGB_2101010 },
	{ .mask = SKL_RGB_MASK, .fourcc = DRM_FORMAT_ARGB2101010,
	  .ctl = PLANE_CTL_FORMAT_XRGB_2101010 | SKL_SW_ALPHA },
	{ .mask = SKL_RGB_MASK, .fourcc = DRM_FORMAT_XBGR2101010,
	  .ctl = PLANE_CTL_FORMAT_XRGB_2101010 | PLANE_CTL_ORDER_RGBX },
	{ .mask = SKL_RGB_MASK, .fourcc = DRM_FORMAT_ABGR2101010,
	  .ctl = PLANE_CTL_FORMAT_XRGB_2101010 | PLANE_CTL_ORDER_RGBX |
		 SKL_SW_ALPHA },
	{ .mask = SKL_FORMAT_MASK | PLANE_CTL_ALPHA_MASK, .fourcc = 0,
	  .ctl = PLANE_CTL_FORMAT_XRGB_2101010 | SKL_HW_ALPHA },

	{ .mask = SKL_RGB_MASK, .fourcc = DRM_FORMAT_XRGB16161616F,
	  .ctl = PLANE_CTL_FORMAT_XRGB_16161616F },
	{ .mask = SKL_RGB_MASK, .fourcc = DRM_FORMAT_ARGB16161616F,
	  .ctl = PLANE_CTL_FORMAT_XRGB_16161616F | SKL_SW_ALPHA },
	{ .mask = SKL_RGB_MASK, .fourcc = DRM_FORMAT_XBGR16161616F,
	  .ctl = PLANE_CTL_FORMAT_XRGB_16161616F | PLANE_CTL_ORDER_RGBX },
	{ .mask = SKL_RGB_MASK, .fourcc = DRM_FORMAT_ABGR16161616F,
	  .ctl = PLANE_CTL_FORMAT_XRGB_16161616F | PLANE_CTL_ORDER_RGBX |
		 SKL_SW_ALPHA },
	{ .mask = SKL_FORMAT_MASK | PLANE_CTL_ALPHA_MASK, .fourcc = 0,
	  .ctl = PLANE_CTL_FORMAT_XRGB_16161616F | SKL_HW_ALPHA },

	/*
	 * Of more than one memory plane. P01x came after this generation, and is
	 * refused even where NV12 is not.
	 */
	{ .mask = SKL_FORMAT_MASK, .fourcc = DRM_FORMAT_NV12,
	  .ctl = PLANE_CTL_FORMAT_NV12 },
	{ .mask = SKL_FORMAT_MASK, .fourcc = DRM_FORMAT_P010,
	  .ctl = PLANE_CTL_FORMAT_P010 },
	{ .mask = SKL_FORMAT_MASK, .fourcc = DRM_FORMAT_P012,
	  .ctl = PLANE_CTL_FORMAT_P012 },
	{ .mask = SKL_FORMAT_MASK, .fourcc = DRM_FORMAT_P016,
	  .ctl = PLANE_CTL_FORMAT_P016 },

	{ .mask = SKL_FORMAT_MASK, .fourcc = 0, .ctl = SKL_XR_BIAS },
};

/*
 * SKL PRM vol. 2c, PLANE_CTL, Tiled Surface, and PLANE_STRIDE, Stride; vol. 5,
 * Tiling Formats.
 */
static const struct gvt_skl_tiling skl_tilings[] = {
	{ .ctl = PLANE_CTL_TILED_LINEAR, .modifier = DRM_FORMAT_MOD_LINEAR,
	  .chunk = { 64, 64, 64, 64 } },
	{ .ctl = PLANE_CTL_TILED_X, .modifier = I915_FORMAT_MOD_X_TILED,
	  .chunk = { 512, 512, 512, 512 } },
	{ .ctl = PLANE_CTL_TILED_Y, .modifier = I915_FORMAT_MOD_Y_TILED,
	  .ccs_modifier = I915_FORMAT_MOD_Y_TILED_CCS,
	  .chunk = { 128, 128, 128, 128 } },
	{ .ctl = PLANE_CTL_TILED_YF, .modifier = I915_FORMAT_MOD_Yf_TILED,
	  .ccs_modifier = I915_FORMAT_MOD_Yf_TILED_CCS,
	  .chunk = { 64, 128, 128, 256 } },
};

static enum gvt_refusal find_format(const struct format_row *rows,
				    size_t num_rows, u32 ctl,
				    const struct drm_format_info **format)
{
	size_t i;

	for (i = 0; i < num_rows; i++) {
		if ((ctl & rows[i].mask) != rows[i].ctl)
			continue;
		if (!rows[i].fourcc)
			return GVT_REFUSED_FORMAT;
		*format = drm_format_info(rows[i].fourcc);
		return (*format)->num_planes == 1 ? GVT_DESCRIBED :
						    GVT_REFUSED_FORMAT;
	}
	return GVT_REFUSED_RESERVED_FORMAT;
}

/**
 * gvt_bdw_primary_format - look up the pixel format in DSPCNTR
 * @ctl: the register's value
 * @format: undefined on failure
 *
 * Return: %GVT_DESCRIBED, %GVT_REFUSED_RESERVED_FORMAT without a row,
 * %GVT_REFUSED_FORMAT for a row that no fourcc with one memory plane describes.
 */
enum gvt_refusal gvt_bdw_primary_format(u32 ctl,
					const struct drm_format_info **format)
{
	return find_format(bdw_primary_formats,
			   ARRAY_SIZE(bdw_primary_formats), ctl, format);
}

/**
 * gvt_bdw_sprite_format - look up the pixel format in SPRCTL
 * @ctl: the register's value
 * @format: undefined on failure
 *
 * Return: as gvt_bdw_primary_format().
 */
enum gvt_refusal gvt_bdw_sprite_format(u32 ctl,
				       const struct drm_format_info **format)
{
	return find_format(bdw_sprite_formats,
			   ARRAY_SIZE(bdw_sprite_formats), ctl, format);
}

/**
 * gvt_skl_plane_format - look up the pixel format in PLANE_CTL
 * @ctl: the register's value
 * @format: also set if it is one of several memory planes, which is refused; not
 *	written on other failures
 *
 * Return: as gvt_bdw_primary_format().
 */
enum gvt_refusal gvt_skl_plane_format(u32 ctl,
				      const struct drm_format_info **format)
{
	return find_format(skl_formats, ARRAY_SIZE(skl_formats), ctl, format);
}

/**
 * gvt_skl_find_tiling - look up the tiling in PLANE_CTL
 * @ctl: the register's value
 *
 * Return: the row, or NULL if the encoding is reserved.
 */
const struct gvt_skl_tiling *gvt_skl_find_tiling(u32 ctl)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(skl_tilings); i++)
		if ((ctl & PLANE_CTL_TILED_MASK) == skl_tilings[i].ctl)
			return &skl_tilings[i];
	return NULL;
}
