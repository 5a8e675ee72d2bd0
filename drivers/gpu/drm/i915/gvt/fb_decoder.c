// SPDX-License-Identifier: MIT
/*
 * Plane registers of a vGPU -> description of the picture they scan out.
 *
 * Every register here holds what a guest wrote, so nothing is believed before
 * it is checked, and it is checked here and nowhere else. A value without a
 * table row (fb_decoder_formats.c, cursor_modes below) is refused: there is no
 * default format, tiling or cursor.
 *
 * The errno says whose the refusal is: -EINVAL means that the hardware has no
 * such picture, -EOPNOTSUPP that it has, but that a dma-buf of one plane with
 * a fourcc, a modifier and a stride cannot describe it.
 *
 * Not conveyed, as the ABI has no field for it: palette, gamma and colour
 * conversion, YCbCr encoding and range, the pipe's own scaler (which scales
 * all planes alike) and a PIPE_BOTTOM_COLOR other than black.
 *
 * PRM: Intel Open Source HD Graphics Programmer's Reference Manual, for 2014-
 * 2015 (BDW) and 2015-2016 (SKL); the registers are in volume 2c of both.
 */

#include <linux/align.h>
#include <linux/array_size.h>
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/log2.h>
#include <linux/sizes.h>

#include <drm/drm_fourcc.h>
#include <kunit/visibility.h>

#include "display/i9xx_plane_regs.h"
#include "display/intel_cursor_regs.h"
#include "display/intel_sprite_regs.h"
#include "display/skl_universal_plane_regs.h"

#include "fb_decoder.h"
#include "fb_decoder_formats.h"
#include "i915_pvinfo.h"
#include "i915_reg.h"

/*
 * i915's accessors for these registers look up a device's offset table. On all
 * platforms that GVT-g knows the blocks of pipe A, B and C are 0x1000 apart.
 */
#define PIPE_REG(pipe, reg_a)	_MMIO((reg_a) + (pipe) * 0x1000)

/* PRM vol. 2c, TRANS_CONF: the eDP transcoder's block */
#define TRANSCONF_EDP		_MMIO(_TRANSACONF + 0xf000)
#define TRANS_DDI_FUNC_CTL_EDP	_MMIO(_TRANS_DDI_FUNC_CTL_EDP)

/* PRM vol. 2c, CUR_CTL: the field is wider than i915's MCURSOR_MODE_MASK. */
#define CUR_CTL_MODE_MASK	REG_GENMASK(5, 0)

/*
 * What the size and offset fields of both platforms can say, and how wide a
 * line in memory may be (PRM vol. 2c: PIPE_SRCSZ, PRI_STRIDE, PRI_OFFSET,
 * SPR_SIZE, PLANE_SIZE, PLANE_STRIDE, PLANE_OFFSET). i915's masks are wider.
 */
#define MAX_WIDTH		8192
#define MAX_HEIGHT		4096
#define MAX_OFFSET		8191
#define MAX_STRIDE		SZ_32K

/* PRM vol. 2c, CUR_FBC_CTL: a reduced cursor keeps at least 8 lines. */
#define MIN_CURSOR_HEIGHT	8

/* Tiles are as big as a GGTT page, whatever their shape. */
#define TILE_SIZE		SZ_4K

/*
 * PRM vol. 2c, CUR_CTL, Cursor Mode Select. Hardware blends ARGB cursors as
 * premultiplied, like DRM. AND/INVERT stores opaque pixels with alpha 0xff
 * and transparent ones as 0, which is ARGB too; only its inverting pixels
 * (alpha 0, white) come out as added white, as no format can say "invert".
 * Palettes and AND/XOR masks are not colours at all.
 */
static const struct cursor_row {
	u32 mode;
	u32 size;	/* pixels a side; 0: not ARGB */
} cursor_modes[] = {
	{ .mode = MCURSOR_MODE_64_ARGB_AX, .size = 64 },
	{ .mode = MCURSOR_MODE_128_ARGB_AX, .size = 128 },
	{ .mode = MCURSOR_MODE_256_ARGB_AX, .size = 256 },
	{ .mode = MCURSOR_MODE_64_32B_AX, .size = 64 },
	{ .mode = MCURSOR_MODE_128_32B_AX, .size = 128 },
	{ .mode = MCURSOR_MODE_256_32B_AX, .size = 256 },
	{ .mode = MCURSOR_MODE_64_2B, .size = 0 },	/* 2 bpp, 3 colours */
	{ .mode = 0x05, .size = 0 },			/* 2 bpp, AND/XOR */
	{ .mode = 0x06, .size = 0 },			/* 2 bpp, 4 colours */
	{ .mode = 0x24, .size = 0 },			/* 64, 32 bpp AND/XOR */
	{ .mode = 0x25, .size = 0 },			/* 128, 32 bpp AND/XOR */
	{ .mode = 0x26, .size = 0 },			/* 256, 32 bpp AND/XOR */
};

/* What the registers of a plane say about memory, nothing checked yet. */
struct scanout {
	const struct drm_format_info *format;
	u64 modifier;
	u32 chunk;	/* tile width in bytes; of linear: what strides count */
	u32 base;	/* GGTT address of the surface, page aligned */
	u32 stride;	/* in bytes */
	u32 x, y;	/* first pixel shown, from the surface's first */
	u32 width, height;
};

static u32 read_reg(const struct gvt_plane_regs *regs, i915_reg_t reg)
{
	return regs->read(regs->ctx, reg);
}

/* No picture: @err for the caller, @why for whoever wonders */
static int refuse(const struct gvt_plane_regs *regs, int err, const char *why)
{
	if (regs->why)
		*regs->why = why;
	return err;
}

/*
 * Check all that sizes anything, then describe the surface from the first
 * pixel shown to the end of the last row of tiles (of pixels, if linear) that
 * the picture touches. With x = 0 that is whole rows, as importers expect; it
 * never reaches beyond the rows that the guest's own surface must have.
 */
static int place(const struct gvt_plane_regs *regs, const struct scanout *s,
		 struct gvt_plane *plane)
{
	bool linear = s->modifier == DRM_FORMAT_MOD_LINEAR;
	u32 tile_height = linear ? 1 : TILE_SIZE / s->chunk;
	u32 cpp = s->format->cpp[0];
	u64 start, end;

	if (s->width > MAX_WIDTH || s->height > MAX_HEIGHT ||
	    s->x > MAX_OFFSET || s->y > MAX_OFFSET)
		return refuse(regs, -EINVAL, "size or offset is too big");
	if (s->stride > MAX_STRIDE || s->stride % s->chunk)
		return refuse(regs, -EINVAL, "no such stride");
	/* In 4:2:2 two neighbours share one chroma sample. */
	if (s->x % s->format->hsub || s->width % s->format->hsub)
		return refuse(regs, -EINVAL, "odd column of a 4:2:2 format");
	/* A line that is wider than the stride would show the next one's. */
	if ((s->x + s->width) * cpp > s->stride)
		return refuse(regs, -EINVAL, "line is wider than the stride");

	end = (u64)s->base +
	      (u64)s->stride * ALIGN(s->y + s->height, tile_height);
	end = ALIGN(end, SZ_4K);
	if (end > SZ_4G)
		return refuse(regs, -EINVAL, "surface ends above 4 GiB");

	/* Pages are what is exported, so the first pixel must begin one. */
	start = (u64)s->base + (u64)s->stride * s->y;
	if (linear) {
		start += s->x * cpp;
		if (!IS_ALIGNED(start, SZ_4K))
			return refuse(regs, -EOPNOTSUPP,
				      "first pixel is inside a page");
	} else {
		if (s->y % tile_height || s->x * cpp % s->chunk)
			return refuse(regs, -EOPNOTSUPP,
				      "first pixel is inside a tile");
		start += s->x * cpp / s->chunk * TILE_SIZE;
	}

	plane->fourcc = s->format->format;
	plane->modifier = s->modifier;
	plane->width = s->width;
	plane->height = s->height;
	plane->stride = s->stride;
	plane->gma = start;
	plane->size = end - start;
	return 0;
}

/*
 * BDW PRM vol. 2c: PRI_CTL, PRI_STRIDE, PRI_SURF, PRI_OFFSET, PIPE_SRCSZ. The
 * plane covers the pipe's source, and one offset register serves linear and
 * tiled surfaces (i915: DSPOFFSET, at DSPTILEOFF's address; DSPLINOFF is gone
 * since Haswell).
 */
static int bdw_decode_primary(const struct gvt_plane_regs *regs,
			      enum pipe pipe, struct gvt_plane *plane)
{
	u32 ctl = read_reg(regs, PIPE_REG(pipe, _DSPACNTR));
	struct scanout s = {};
	u32 offset, size;
	int err;

	if (!(ctl & DISP_ENABLE))
		return refuse(regs, -ENODEV, "plane is off");

	err = gvt_bdw_primary_format(ctl, &s.format);
	if (err)
		return refuse(regs, err, "pixel format");
	if (ctl & DISP_ROTATE_180)
		return refuse(regs, -EOPNOTSUPP, "rotated");

	s.modifier = ctl & DISP_TILED ? I915_FORMAT_MOD_X_TILED :
					DRM_FORMAT_MOD_LINEAR;
	s.chunk = ctl & DISP_TILED ? 512 : 64;
	s.base = read_reg(regs, PIPE_REG(pipe, _DSPASURF)) & DISP_ADDR_MASK;
	s.stride = read_reg(regs, PIPE_REG(pipe, _DSPASTRIDE));
	offset = read_reg(regs, PIPE_REG(pipe, _DSPAOFFSET));
	s.x = REG_FIELD_GET(DISP_OFFSET_X_MASK, offset);
	s.y = REG_FIELD_GET(DISP_OFFSET_Y_MASK, offset);
	size = read_reg(regs, PIPE_REG(pipe, _PIPEASRC));
	s.width = REG_FIELD_GET(PIPESRC_WIDTH_MASK, size) + 1;
	s.height = REG_FIELD_GET(PIPESRC_HEIGHT_MASK, size) + 1;

	return place(regs, &s, plane);
}

/*
 * BDW PRM vol. 2c: SPR_CTL, SPR_STRIDE, SPR_POS, SPR_SIZE, SPR_SURF,
 * SPR_OFFSET. There is one sprite a pipe and, since Haswell, no sprite scaler.
 */
static int bdw_decode_overlay(const struct gvt_plane_regs *regs,
			      enum pipe pipe, struct gvt_plane *plane)
{
	u32 ctl = read_reg(regs, SPRCTL(pipe));
	struct scanout s = {};
	u32 offset, size, pos;
	int err;

	if (!(ctl & SPRITE_ENABLE))
		return refuse(regs, -ENODEV, "plane is off");

	err = gvt_bdw_sprite_format(ctl, &s.format);
	if (err)
		return refuse(regs, err, "pixel format");
	/* A key makes holes in the picture or in the one below. */
	if (ctl & (SPRITE_ROTATE_180 | SPRITE_SOURCE_KEY | SPRITE_DEST_KEY))
		return refuse(regs, -EOPNOTSUPP, "rotated or colour-keyed");

	s.modifier = ctl & SPRITE_TILED ? I915_FORMAT_MOD_X_TILED :
					  DRM_FORMAT_MOD_LINEAR;
	s.chunk = ctl & SPRITE_TILED ? 512 : 64;
	s.base = read_reg(regs, SPRSURF(pipe)) & SPRITE_ADDR_MASK;
	s.stride = read_reg(regs, SPRSTRIDE(pipe));
	offset = read_reg(regs, SPROFFSET(pipe));
	s.x = REG_FIELD_GET(SPRITE_OFFSET_X_MASK, offset);
	s.y = REG_FIELD_GET(SPRITE_OFFSET_Y_MASK, offset);
	size = read_reg(regs, SPRSIZE(pipe));
	s.width = REG_FIELD_GET(SPRITE_WIDTH_MASK, size) + 1;
	s.height = REG_FIELD_GET(SPRITE_HEIGHT_MASK, size) + 1;
	pos = read_reg(regs, SPRPOS(pipe));
	plane->x_pos = REG_FIELD_GET(SPRITE_POS_X_MASK, pos);
	plane->y_pos = REG_FIELD_GET(SPRITE_POS_Y_MASK, pos);

	return place(regs, &s, plane);
}

/* What mixes a plane with its neighbours in a way that no fourcc conveys. */
static bool skl_has_odd_blending(const struct gvt_plane_regs *regs,
				 enum pipe pipe, enum plane_id id, u32 ctl)
{
	u32 key = ctl & PLANE_CTL_KEY_ENABLE_MASK;
	u32 alpha;

	/* A destination key on the lowest plane only lets others show. */
	if (id == PLANE_1 && key == PLANE_CTL_KEY_ENABLE_DESTINATION)
		key = 0;
	if (key)
		return true;
	if (!(read_reg(regs, PLANE_KEYMSK(pipe, id)) &
	      PLANE_KEYMSK_ALPHA_ENABLE))
		return false;
	alpha = read_reg(regs, PLANE_KEYMAX(pipe, id)) & PLANE_KEYMAX_ALPHA_MASK;
	return alpha != PLANE_KEYMAX_ALPHA_MASK;
}

/*
 * SKL PRM vol. 2c: PLANE_POS, or PS_CTRL, PS_WIN_SZ and PS_WIN_POS if a scaler
 * is bound to the plane. A scaler that keeps the size is just another position.
 */
static int skl_position(const struct gvt_plane_regs *regs, enum pipe pipe,
			enum plane_id id, struct gvt_plane *plane)
{
	int num_scalers = pipe == PIPE_C ? 1 : 2;
	u32 ctl, size, pos;
	int i;

	for (i = 0; i < num_scalers; i++) {
		ctl = read_reg(regs, SKL_PS_CTRL(pipe, i));
		if (!(ctl & PS_SCALER_EN) ||
		    (ctl & PS_BINDING_MASK) != PS_BINDING_PLANE(id))
			continue;
		size = read_reg(regs, SKL_PS_WIN_SZ(pipe, i));
		if (REG_FIELD_GET(PS_WIN_XSIZE_MASK, size) != plane->width ||
		    REG_FIELD_GET(PS_WIN_YSIZE_MASK, size) != plane->height)
			return refuse(regs, -EOPNOTSUPP, "scaled");
		pos = read_reg(regs, SKL_PS_WIN_POS(pipe, i));
		plane->x_pos = REG_FIELD_GET(PS_WIN_XPOS_MASK, pos);
		plane->y_pos = REG_FIELD_GET(PS_WIN_YPOS_MASK, pos);
		return 0;
	}

	pos = read_reg(regs, PLANE_POS(pipe, id));
	plane->x_pos = REG_FIELD_GET(PLANE_POS_X_MASK, pos);
	plane->y_pos = REG_FIELD_GET(PLANE_POS_Y_MASK, pos);
	return 0;
}

/*
 * SKL PRM vol. 2c: PLANE_CTL, PLANE_STRIDE, PLANE_SIZE, PLANE_SURF,
 * PLANE_OFFSET, PLANE_KEYMSK, PLANE_KEYMAX. Planes 1 to 3 are alike.
 */
static int skl_decode_plane(const struct gvt_plane_regs *regs, enum pipe pipe,
			    enum plane_id id, struct gvt_plane *plane)
{
	u32 ctl = read_reg(regs, PLANE_CTL(pipe, id));
	const struct gvt_skl_tiling *tiling;
	struct scanout s = {};
	u32 offset, size;
	int err;

	if (!(ctl & PLANE_CTL_ENABLE))
		return refuse(regs, -ENODEV, "plane is off");

	/*
	 * Below plane 1 there is only the pipe's black background, and colours
	 * that are premultiplied stay as they are when blended over black. To
	 * say XRGB is therefore exact; a viewer that was told ARGB would show
	 * its own background through.
	 */
	if (id == PLANE_1 &&
	    (ctl & PLANE_CTL_ALPHA_MASK) == PLANE_CTL_ALPHA_SW_PREMULTIPLY)
		ctl &= ~PLANE_CTL_ALPHA_MASK;

	err = gvt_skl_plane_format(ctl, &s.format);
	if (err)
		return refuse(regs, err, "pixel format");
	tiling = gvt_skl_find_tiling(ctl);
	if (!tiling)
		return refuse(regs, -EINVAL, "no such tiling");

	if (ctl & PLANE_CTL_RENDER_DECOMPRESSION_ENABLE)
		return refuse(regs, -EOPNOTSUPP, "compressed");
	if (ctl & (PLANE_CTL_FLIP_HORIZONTAL | PLANE_CTL_ROTATE_MASK))
		return refuse(regs, -EOPNOTSUPP, "rotated or mirrored");
	if (skl_has_odd_blending(regs, pipe, id, ctl))
		return refuse(regs, -EOPNOTSUPP, "keyed or constant alpha");

	s.modifier = tiling->modifier;
	s.chunk = tiling->chunk[ilog2(s.format->cpp[0])];
	s.base = read_reg(regs, PLANE_SURF(pipe, id)) & PLANE_SURF_ADDR_MASK;
	s.stride = s.chunk * REG_FIELD_GET(PLANE_STRIDE__MASK,
			   read_reg(regs, PLANE_STRIDE(pipe, id)));
	offset = read_reg(regs, PLANE_OFFSET(pipe, id));
	s.x = REG_FIELD_GET(PLANE_OFFSET_X_MASK, offset);
	s.y = REG_FIELD_GET(PLANE_OFFSET_Y_MASK, offset);
	size = read_reg(regs, PLANE_SIZE(pipe, id));
	s.width = REG_FIELD_GET(PLANE_WIDTH_MASK, size) + 1;
	s.height = REG_FIELD_GET(PLANE_HEIGHT_MASK, size) + 1;

	err = place(regs, &s, plane);
	if (err)
		return err;

	return skl_position(regs, pipe, id, plane);
}

static int decode_primary(const struct gvt_plane_regs *regs, enum pipe pipe,
			  struct gvt_plane *plane)
{
	if (regs->ver == 8)
		return bdw_decode_primary(regs, pipe, plane);

	return skl_decode_plane(regs, pipe, PLANE_1, plane);
}

static int decode_overlay(const struct gvt_plane_regs *regs, enum pipe pipe,
			  struct gvt_plane *plane)
{
	int err;

	if (regs->ver == 8)
		return bdw_decode_overlay(regs, pipe, plane);

	err = skl_decode_plane(regs, pipe, PLANE_2, plane);
	if (err == -ENODEV)
		err = skl_decode_plane(regs, pipe, PLANE_3, plane);
	return err;
}

static const struct cursor_row *find_cursor(u32 ctl)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cursor_modes); i++)
		if ((ctl & CUR_CTL_MODE_MASK) == cursor_modes[i].mode)
			return &cursor_modes[i];
	return NULL;
}

/* PRM vol. 2c, CUR_POS: magnitude and sign, not two's complement */
static s32 cursor_coordinate(u32 magnitude, bool negative)
{
	return negative ? -(s32)magnitude : (s32)magnitude;
}

/* PRM vol. 2c: CUR_CTL, CUR_BASE, CUR_POS, CUR_FBC_CTL, alike on BDW and SKL */
static int decode_cursor(const struct gvt_plane_regs *regs, enum pipe pipe,
			 struct gvt_plane *plane)
{
	u32 ctl = read_reg(regs, PIPE_REG(pipe, _CURACNTR));
	const struct cursor_row *row;
	u32 base, pos, fbc, x_hot, y_hot;

	if (!(ctl & CUR_CTL_MODE_MASK))
		return refuse(regs, -ENODEV, "plane is off");
	row = find_cursor(ctl);
	if (!row)
		return refuse(regs, -EINVAL, "no such cursor mode");
	if (!row->size || ctl & MCURSOR_ROTATE_180)
		return refuse(regs, -EOPNOTSUPP, "cursor is no ARGB, or rotated");

	plane->fourcc = DRM_FORMAT_ARGB8888;
	plane->modifier = DRM_FORMAT_MOD_LINEAR;
	plane->width = row->size;
	plane->height = row->size;
	plane->stride = row->size * 4;

	/* "FBC" here is the fetch of fewer lines, with nothing compressed. */
	fbc = read_reg(regs, PIPE_REG(pipe, _CUR_FBC_CTL_A));
	if (fbc & CUR_FBC_EN) {
		plane->height = REG_FIELD_GET(CUR_FBC_HEIGHT_MASK, fbc) + 1;
		if (plane->height < MIN_CURSOR_HEIGHT ||
		    plane->height > plane->width)
			return refuse(regs, -EINVAL, "height of the cursor");
	}

	base = read_reg(regs, PIPE_REG(pipe, _CURABASE));
	plane->gma = ALIGN_DOWN(base, SZ_4K);
	plane->size = ALIGN(plane->stride * plane->height, SZ_4K);
	if (plane->gma + plane->size > SZ_4G)
		return refuse(regs, -EINVAL, "surface ends above 4 GiB");

	pos = read_reg(regs, PIPE_REG(pipe, _CURAPOS));
	plane->x_pos = cursor_coordinate(REG_FIELD_GET(CURSOR_POS_X_MASK, pos),
					 pos & CURSOR_POS_X_SIGN);
	plane->y_pos = cursor_coordinate(REG_FIELD_GET(CURSOR_POS_Y_MASK, pos),
					 pos & CURSOR_POS_Y_SIGN);

	/* Half a hotspot is none. GVT-g resets both to ~0. */
	x_hot = read_reg(regs, vgtif_reg(cursor_x_hot));
	y_hot = read_reg(regs, vgtif_reg(cursor_y_hot));
	if (x_hot < plane->width && y_hot < plane->height) {
		plane->x_hot = x_hot;
		plane->y_hot = y_hot;
	}
	return 0;
}

/*
 * PRM vol. 2c: TRANS_CONF, TRANS_DDI_FUNC_CTL. Transcoders A to C belong to
 * their pipe; the eDP transcoder takes its picture from any one.
 */
static u32 enabled_pipes(const struct gvt_plane_regs *regs)
{
	u32 pipes = 0;
	u32 func;
	int pipe;

	for (pipe = PIPE_A; pipe < regs->num_pipes; pipe++)
		if (read_reg(regs, PIPE_REG(pipe, _TRANSACONF)) &
		    TRANSCONF_ENABLE)
			pipes |= BIT(pipe);

	if (!(read_reg(regs, TRANSCONF_EDP) & TRANSCONF_ENABLE))
		return pipes;
	func = read_reg(regs, TRANS_DDI_FUNC_CTL_EDP);
	if (!(func & TRANS_DDI_FUNC_ENABLE))
		return pipes;

	switch (func & TRANS_DDI_EDP_INPUT_MASK) {
	case TRANS_DDI_EDP_INPUT_A_ON:
	case TRANS_DDI_EDP_INPUT_A_ONOFF:
		return pipes | BIT(PIPE_A);
	case TRANS_DDI_EDP_INPUT_B_ONOFF:
		return pipes | BIT(PIPE_B);
	case TRANS_DDI_EDP_INPUT_C_ONOFF:
		return pipes | BIT(PIPE_C);
	default:
		return pipes;
	}
}

static int decode_lowest(const struct gvt_plane_regs *regs,
			 int (*decode)(const struct gvt_plane_regs *regs,
				       enum pipe pipe,
				       struct gvt_plane *plane),
			 struct gvt_plane *out)
{
	struct gvt_plane plane = {
		.x_hot = GVT_HOTSPOT_UNKNOWN,
		.y_hot = GVT_HOTSPOT_UNKNOWN,
	};
	u32 pipes;
	int err;

	if (regs->ver != 8 && regs->ver != 9)
		return refuse(regs, -EOPNOTSUPP, "unknown display version");

	pipes = enabled_pipes(regs) & (BIT(regs->num_pipes) - 1) &
		~regs->skip_pipes;
	if (!pipes)
		return refuse(regs, -ENODEV, "pipe is off");

	for (plane.pipe = PIPE_A; plane.pipe < regs->num_pipes; plane.pipe++) {
		if (!(pipes & BIT(plane.pipe)))
			continue;
		err = decode(regs, plane.pipe, &plane);
		if (err == -ENODEV)
			continue;
		if (!err)
			*out = plane;
		return err;
	}
	return -ENODEV;
}

/**
 * gvt_decode_primary - describe what the lowest plane of a pipe shows
 * @regs: register source; all it returns is taken as hostile
 * @out: written on success only
 *
 * The answer is the lowest enabled pipe's whose primary plane is on. If that
 * plane cannot be decoded the call fails, rather than show another screen.
 *
 * A surface whose first visible pixel is not its first one (PLANE_OFFSET,
 * DSPOFFSET) is described from that pixel if it begins a page: if linear, when
 * y * stride + x * cpp is a multiple of 4096; if tiled, when x and y are those
 * of a tile's corner.
 *
 * A caller may size allocations from @out: width, height, stride, address and
 * size are within the limits given at struct gvt_plane.
 *
 * Return: 0, %-ENODEV if every pipe or its primary plane is off, %-EINVAL for
 * reserved encodings and values out of range, %-EOPNOTSUPP for a picture that
 * the hardware can show and one dma-buf cannot describe: several memory planes
 * (NV12), render compression, extended range, straight alpha, constant alpha,
 * colour key, rotation, mirroring, scaling, a first pixel inside a page.
 */
int gvt_decode_primary(const struct gvt_plane_regs *regs,
		       struct gvt_plane *out)
{
	return decode_lowest(regs, decode_primary, out);
}
EXPORT_SYMBOL_IF_KUNIT(gvt_decode_primary);

/**
 * gvt_decode_overlay - describe what a plane above the primary shows
 * @regs: register source; all it returns is taken as hostile
 * @out: written on success only
 *
 * The answer is the lowest enabled pipe's that has one: universal plane 2,
 * else 3, or Broadwell's sprite. The rules of gvt_decode_primary() apply.
 *
 * Return: as gvt_decode_primary().
 */
int gvt_decode_overlay(const struct gvt_plane_regs *regs,
		       struct gvt_plane *out)
{
	return decode_lowest(regs, decode_overlay, out);
}
EXPORT_SYMBOL_IF_KUNIT(gvt_decode_overlay);

/**
 * gvt_decode_cursor - describe the cursor image and where it is
 * @regs: register source; all it returns is taken as hostile
 * @out: written on success only
 *
 * The answer is the lowest enabled pipe's whose cursor is on. The image is
 * linear ARGB8888, premultiplied.
 *
 * Return: 0, %-ENODEV if every pipe or its cursor is off, %-EINVAL for reserved
 * modes and values out of range, %-EOPNOTSUPP for palette and AND/XOR cursors
 * and for a rotated one.
 */
int gvt_decode_cursor(const struct gvt_plane_regs *regs,
		      struct gvt_plane *out)
{
	return decode_lowest(regs, decode_cursor, out);
}
EXPORT_SYMBOL_IF_KUNIT(gvt_decode_cursor);
