// SPDX-License-Identifier: MIT
/*
 * Plane registers of a vGPU -> description of the framebuffer they scan out.
 *
 * Every register here holds what a guest wrote. The plane_decoder files check all of
 * it, so that no caller has to. A value without a table row (formats and tilings in
 * plane_decoder_formats.c, cursor_modes below) is refused: there is no default.
 *
 * This file chooses the pipe and its planes, and decodes the cursor.
 * plane_decoder_planes.c decodes one plane of the hardware, and lists the effect of
 * each bit of its registers.
 *
 * Each refusal has an errno: -EINVAL means that the hardware shows no such
 * framebuffer, -EOPNOTSUPP that it does, but that a dma-buf of one plane with a
 * fourcc, a modifier and a stride cannot describe it, nor a layout if the caller asks
 * for one.
 *
 * Not conveyed, as the ABI has no field for it: palette, gamma and color
 * conversion, YCbCr encoding and range, the pipe's own scaler (which scales
 * all planes alike) and a PIPE_BOTTOM_COLOR other than black.
 *
 * PRM: Intel Open Source HD Graphics Programmer's Reference Manual, for 2014-
 * 2015 (BDW) and 2015-2016 (SKL); the registers are in volume 2c of both.
 */

#include <linux/align.h>
#include <linux/array_size.h>
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/sizes.h>

#include <drm/drm_fourcc.h>
#include <drm/drm_plane.h>
#include <kunit/visibility.h>

#include "display/intel_cursor_regs.h"
#include "display/intel_display_regs.h"

#include "i915_pvinfo.h"
#include "plane_decoder.h"
#include "plane_decoder_planes.h"

#define TRANS_DDI_FUNC_CTL_EDP	_MMIO(_TRANS_DDI_FUNC_CTL_EDP)

/* PRM vol. 2c, CUR_CTL: the field is wider than i915's MCURSOR_MODE_MASK. */
#define CUR_CTL_MODE_MASK	REG_GENMASK(5, 0)

/* PRM vol. 2c, CUR_CTL, Force Alpha Plane Select and Value; CUR_BASE */
#define CUR_CTL_FORCE_ALPHA_PLANES	REG_GENMASK(11, 10)
#define CUR_CTL_FORCE_ALPHA		REG_GENMASK(9, 8)
#define CUR_BASE_DECRYPT		REG_BIT(2)

/* PRM vol. 2c, CUR_FBC_CTL: a reduced cursor keeps at least 8 lines. */
#define MIN_CURSOR_HEIGHT	8

/* Of each refusal: the errno that the ioctl returns, and the text in debugfs */
static const struct {
	int err;
	const char *text;
} refusals[] = {
	[GVT_REFUSED_PIPE_OFF] = { -ENODEV, "pipe is off" },
	[GVT_REFUSED_PLANE_OFF] = { -ENODEV, "plane is off" },
	[GVT_REFUSED_PLANE_TYPE] = { -EINVAL, "no such plane type" },
	[GVT_REFUSED_VERSION] = { -EOPNOTSUPP, "unknown display version" },
	[GVT_REFUSED_RESERVED_FORMAT] = { -EINVAL, "reserved pixel format" },
	[GVT_REFUSED_FORMAT] = { -EOPNOTSUPP, "pixel format" },
	[GVT_REFUSED_TILING] = { -EINVAL, "no such tiling" },
	[GVT_REFUSED_STRIDE] = { -EINVAL, "no such stride" },
	[GVT_REFUSED_SIZE] = { -EINVAL, "size or offset is too big" },
	[GVT_REFUSED_ODD_COLUMN] = { -EINVAL, "odd column or line of shared chroma" },
	[GVT_REFUSED_NARROW_STRIDE] = { -EINVAL, "line is wider than the stride" },
	[GVT_REFUSED_ABOVE_4G] = { -EINVAL, "surface ends above 4 GiB" },
	[GVT_REFUSED_OUTSIDE] = { -EINVAL, "not in the vGPU's share of the GGTT" },
	[GVT_REFUSED_UNMAPPED] = { -EINVAL, "page is not mapped" },
	[GVT_REFUSED_NO_MEMORY] = { -ENOMEM, "no memory" },
	[GVT_REFUSED_NO_ID] = { -ENOSPC, "no more ids" },
	[GVT_REFUSED_INSIDE_PAGE] = { -EOPNOTSUPP, "first pixel is inside a page" },
	[GVT_REFUSED_INSIDE_TILE] = { -EOPNOTSUPP, "first pixel is inside a tile" },
	[GVT_REFUSED_ENCRYPTED] = { -EOPNOTSUPP, "encrypted" },
	[GVT_REFUSED_COMPRESSED] = { -EOPNOTSUPP, "compressed" },
	[GVT_REFUSED_AUX_OFFSET] = { -EOPNOTSUPP, "memory planes begin at different pixels" },
	[GVT_REFUSED_ROTATED] = { -EOPNOTSUPP, "rotated" },
	[GVT_REFUSED_ROTATED_OR_KEYED] = { -EOPNOTSUPP, "rotated or color-keyed" },
	[GVT_REFUSED_ROTATED_OR_MIRRORED] = { -EOPNOTSUPP, "rotated or mirrored" },
	[GVT_REFUSED_KEYED] = { -EOPNOTSUPP, "keyed or constant alpha" },
	[GVT_REFUSED_SCALED] = { -EOPNOTSUPP, "scaled" },
	[GVT_REFUSED_CURSOR_MODE] = { -EINVAL, "no such cursor mode" },
	[GVT_REFUSED_CURSOR_HEIGHT] = { -EINVAL, "height of the cursor" },
	[GVT_REFUSED_CURSOR_FORMAT] = { -EOPNOTSUPP, "cursor is no ARGB, or rotated" },
	[GVT_REFUSED_CURSOR_ALPHA] = { -EOPNOTSUPP, "alpha of the cursor is forced" },
};

static_assert(ARRAY_SIZE(refusals) == GVT_NUM_REFUSALS);

static u32 read_reg(const struct gvt_plane_regs *regs, i915_reg_t reg)
{
	return regs->read(regs->ctx, reg);
}

/**
 * gvt_refusal_errno - the errno of a refusal
 * @why: what the decoder or one of its callers returned
 *
 * Return: %-ENODEV for a pipe or plane that is off, %-EINVAL for what no hardware
 * shows, %-EOPNOTSUPP for what hardware can show and one dma-buf cannot describe,
 * %-ENOMEM, %-ENOSPC; 0 for %GVT_DESCRIBED.
 */
int gvt_refusal_errno(enum gvt_refusal why)
{
	return refusals[why].err;
}
EXPORT_SYMBOL_IF_KUNIT(gvt_refusal_errno);

/**
 * gvt_refusal_text - a refusal in words, for debugfs and tracepoints
 * @why: what the decoder returned
 *
 * Return: a constant string, or NULL for %GVT_DESCRIBED.
 */
const char *gvt_refusal_text(enum gvt_refusal why)
{
	return refusals[why].text;
}
EXPORT_SYMBOL_IF_KUNIT(gvt_refusal_text);

/*
 * PRM vol. 2c, CUR_CTL, Cursor Mode Select. Hardware blends ARGB cursors as
 * premultiplied, like DRM. AND/INVERT stores opaque pixels with alpha 0xff
 * and transparent ones as 0, which is ARGB too; only its inverting pixels
 * (alpha 0, white) come out as added white, as no format can say "invert".
 * Palettes and AND/XOR masks are not colors at all.
 */
static const struct cursor_row {
	u32 mode;
	u32 size;	/* pixels per side; 0: not ARGB */
} cursor_modes[] = {
	{ .mode = MCURSOR_MODE_64_ARGB_AX, .size = 64 },
	{ .mode = MCURSOR_MODE_128_ARGB_AX, .size = 128 },
	{ .mode = MCURSOR_MODE_256_ARGB_AX, .size = 256 },
	{ .mode = MCURSOR_MODE_64_32B_AX, .size = 64 },
	{ .mode = MCURSOR_MODE_128_32B_AX, .size = 128 },
	{ .mode = MCURSOR_MODE_256_32B_AX, .size = 256 },
	{ .mode = MCURSOR_MODE_64_2B, .size = 0 },	/* 2 bpp, 3 colors */
	{ .mode = 0x05, .size = 0 },			/* 2 bpp, AND/XOR */
	{ .mode = 0x06, .size = 0 },			/* 2 bpp, 4 colors */
	{ .mode = 0x24, .size = 0 },			/* 64, 32 bpp AND/XOR */
	{ .mode = 0x25, .size = 0 },			/* 128, 32 bpp AND/XOR */
	{ .mode = 0x26, .size = 0 },			/* 256, 32 bpp AND/XOR */
};

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

/*
 * PRM vol. 2c: CUR_CTL, CUR_BASE, CUR_POS, CUR_FBC_CTL, alike on BDW and SKL.
 * CUR_CTL:
 *	26, 24	pipe gamma, pipe CSC		color only
 *	23	allow double buffer update	no effect, as for planes
 *		disable
 *	15	180 degrees			refused
 *	14	trickle feed			no effect on what is shown
 *	11:10	planes above which, and		refused if both are set
 *	9:8	alpha that is forced
 *	5:0	mode				conveyed or refused, one row each
 * CUR_BASE: 31:12 address, conveyed; 2 decryption, refused. CUR_FBC_CTL and CUR_POS:
 * conveyed.
 */
static enum gvt_refusal decode_cursor(const struct gvt_plane_regs *regs,
				      enum pipe pipe, struct gvt_plane *plane)
{
	u32 ctl = read_reg(regs, GVT_PIPE_REG(pipe, _CURACNTR));
	const struct cursor_row *row;
	u32 base, pos, fbc, x_hot, y_hot;

	if (!(ctl & CUR_CTL_MODE_MASK))
		return GVT_REFUSED_PLANE_OFF;
	row = find_cursor(ctl);
	if (!row)
		return GVT_REFUSED_CURSOR_MODE;
	if (!row->size || ctl & MCURSOR_ROTATE_180)
		return GVT_REFUSED_CURSOR_FORMAT;
	if (ctl & CUR_CTL_FORCE_ALPHA_PLANES && ctl & CUR_CTL_FORCE_ALPHA)
		return GVT_REFUSED_CURSOR_ALPHA;

	plane->fourcc = DRM_FORMAT_ARGB8888;
	plane->modifier = DRM_FORMAT_MOD_LINEAR;
	plane->width = row->size;
	plane->height = row->size;
	plane->stride = row->size * 4;

	/* "FBC" here is the fetch of fewer lines, with nothing compressed. */
	fbc = read_reg(regs, GVT_PIPE_REG(pipe, _CUR_FBC_CTL_A));
	if (fbc & CUR_FBC_EN) {
		plane->height = REG_FIELD_GET(CUR_FBC_HEIGHT_MASK, fbc) + 1;
		if (plane->height < MIN_CURSOR_HEIGHT ||
		    plane->height > plane->width)
			return GVT_REFUSED_CURSOR_HEIGHT;
	}

	base = read_reg(regs, GVT_PIPE_REG(pipe, _CURABASE));
	if (base & CUR_BASE_DECRYPT)
		return GVT_REFUSED_ENCRYPTED;
	plane->gma = ALIGN_DOWN(base, SZ_4K);
	plane->size = ALIGN(plane->stride * plane->height, SZ_4K);
	if (plane->gma + plane->size > SZ_4G)
		return GVT_REFUSED_ABOVE_4G;

	pos = read_reg(regs, GVT_PIPE_REG(pipe, _CURAPOS));
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
	return GVT_DESCRIBED;
}

/*
 * PRM vol. 2c: TRANS_CONF, TRANS_DDI_FUNC_CTL. Transcoders A to C belong to
 * their pipe; the eDP transcoder is fed by any of them.
 */
static u32 enabled_pipes(const struct gvt_plane_regs *regs)
{
	u32 pipes = 0;
	u32 func;
	int pipe;

	for (pipe = PIPE_A; pipe < regs->num_pipes; pipe++)
		if (read_reg(regs, GVT_PIPE_REG(pipe, _TRANSACONF)) &
		    TRANSCONF_ENABLE)
			pipes |= BIT(pipe);

	if (!(read_reg(regs, _MMIO(GVT_TRANSCONF_EDP)) & TRANSCONF_ENABLE))
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

/* Broadwell has a primary plane and a sprite. */
static int num_planes(const struct gvt_plane_regs *regs)
{
	return regs->ver == 9 ? GVT_PIPE_PLANES : 2;
}

/*
 * The primary plane of a pipe is the lowest that covers it, and plane 1 if none
 * does: see gvt_decode_primary(). GVT_PLANE_NONE if that one is off.
 */
static int find_primary(struct gvt_pipe_planes *p)
{
	bool first = gvt_plane_is_on(p, PLANE_1);
	int id;

	if (first && gvt_plane_covers_pipe(p, PLANE_1))
		return PLANE_1;

	for (id = PLANE_2; id < num_planes(p->regs); id++)
		if (gvt_plane_is_on(p, id) && gvt_plane_covers_pipe(p, id))
			return id;

	return first ? PLANE_1 : GVT_PLANE_NONE;
}

/* An opaque primary plane hides what is below it. */
static int lowest_visible(const struct gvt_pipe_planes *p)
{
	if (p->regs->ver == 9 && p->primary > PLANE_1 &&
	    gvt_plane_is_opaque(p, p->primary))
		return p->primary;

	return PLANE_1;
}

/* The lowest plane from @id on that is on, other than primary and @other */
static int find_visible(struct gvt_pipe_planes *p, int id, int other)
{
	for (; id < num_planes(p->regs); id++)
		if (id != p->primary && id != other && gvt_plane_is_on(p, id))
			return id;

	return GVT_PLANE_NONE;
}

/* The overlay is the lowest other plane that can be seen. */
static int find_overlay(struct gvt_pipe_planes *p, int lowest)
{
	return find_visible(p, lowest, GVT_PLANE_NONE);
}

/*
 * The pipe that is described: the lowest that is on and has a primary plane, or
 * if none has one, the lowest that is on.
 */
static enum gvt_refusal find_pipe(const struct gvt_plane_regs *regs,
				  struct gvt_pipe_planes *p)
{
	struct gvt_pipe_planes lowest = {};
	u32 pipes;
	int pipe;

	if (regs->ver != 8 && regs->ver != 9)
		return GVT_REFUSED_VERSION;

	pipes = enabled_pipes(regs) & (BIT(regs->num_pipes) - 1) &
		~regs->skip_pipes;
	if (!pipes)
		return GVT_REFUSED_PIPE_OFF;

	for (pipe = PIPE_A; pipe < regs->num_pipes; pipe++) {
		if (!(pipes & BIT(pipe)))
			continue;
		*p = (struct gvt_pipe_planes){ .regs = regs, .pipe = pipe };
		p->primary = find_primary(p);
		if (p->primary != GVT_PLANE_NONE)
			return GVT_DESCRIBED;
		if (!lowest.regs)
			lowest = *p;
	}
	*p = lowest;
	return GVT_DESCRIBED;
}

static const struct gvt_plane no_plane = {
	.x_hot = GVT_HOTSPOT_UNKNOWN,
	.y_hot = GVT_HOTSPOT_UNKNOWN,
};

/* @id is GVT_PLANE_NONE if no plane of the pipe serves the type that is asked for. */
static enum gvt_refusal decode_plane(const struct gvt_pipe_planes *p, int id,
				     bool lowest, struct gvt_plane *out)
{
	struct gvt_plane plane = no_plane;
	enum gvt_refusal why;

	if (id == GVT_PLANE_NONE)
		return GVT_REFUSED_PLANE_OFF;

	plane.pipe = p->pipe;
	why = gvt_decode_hw_plane(p, id, lowest, &plane);
	if (!why)
		*out = plane;
	return why;
}

/**
 * gvt_decode_primary - describe the framebuffer of the primary plane
 * @regs: register source; all it returns is taken as hostile
 * @out: written on success only
 *
 * On each pipe the primary plane is the lowest plane that covers all of the
 * pipe's source. Mostly that is plane 1. A guest that puts a video into plane 1
 * and its desktop above, into plane 2, has plane 2 for a primary: a caller that
 * shows one plane is to show the desktop, in its size. If no plane covers the
 * pipe it is plane 1, and @out->x_pos and @out->y_pos say where on the screen.
 *
 * The plane is on the lowest enabled pipe that has a primary plane. If that plane
 * cannot be decoded the call fails, rather than describe another screen. The
 * format has no alpha channel: what is below is black, or the overlay.
 *
 * A surface whose first visible pixel is not its first one (PLANE_OFFSET,
 * DSPOFFSET) is described from that pixel if it begins a page: if linear, when
 * y * stride + x * cpp is a multiple of 4096; if tiled, when x and y are those
 * of a tile's corner.
 *
 * A caller may size allocations from @out: width, height, stride, address and
 * size are within the limits given at struct gvt_plane.
 *
 * Return: %GVT_DESCRIBED, or a refusal whose errno is %-ENODEV if every pipe or its
 * primary plane is off, %-EINVAL for reserved encodings and values out of range,
 * %-EOPNOTSUPP for a plane that the hardware can show and one dma-buf cannot
 * describe: encryption, extended range, straight alpha, constant alpha, color key,
 * rotation by 90 or 270 degrees, mirroring, scaling; and what only a layout describes,
 * unless the caller wants these: several memory planes (NV12), render compression,
 * rotation by 180 degrees, a first pixel inside a page.
 */
enum gvt_refusal gvt_decode_primary(const struct gvt_plane_regs *regs,
				    struct gvt_plane *out)
{
	struct gvt_pipe_planes p;
	enum gvt_refusal why;

	why = find_pipe(regs, &p);
	if (why)
		return why;

	return decode_plane(&p, p.primary, true, out);
}
EXPORT_SYMBOL_IF_KUNIT(gvt_decode_primary);

/**
 * gvt_decode_overlay - describe what the screen shows besides the primary plane
 * @regs: register source; all it returns is taken as hostile
 * @out: written on success only
 *
 * The answer is of the pipe that gvt_decode_primary() describes, or if no pipe
 * has a primary plane, of the lowest that is on. The overlay is the lowest plane
 * that is on and is not the primary. That may be one below the primary, if that
 * can be seen through by alpha or a color key: a caller that shows overlays above
 * is right where it is transparent. With most of these the primary is refused, and
 * the overlay is all that there is. What an opaque primary hides is no overlay.
 *
 * Return: as gvt_decode_primary(), %-ENODEV if there is no such plane.
 */
enum gvt_refusal gvt_decode_overlay(const struct gvt_plane_regs *regs,
				    struct gvt_plane *out)
{
	struct gvt_pipe_planes p;
	enum gvt_refusal why;
	int overlay;

	why = find_pipe(regs, &p);
	if (why)
		return why;

	overlay = find_overlay(&p, lowest_visible(&p));
	return decode_plane(&p, overlay, overlay == PLANE_1, out);
}
EXPORT_SYMBOL_IF_KUNIT(gvt_decode_overlay);

/**
 * gvt_decode_cursor - describe the image of the cursor and its position
 * @regs: register source; all it returns is taken as hostile
 * @out: written on success only
 *
 * The answer is of the pipe that gvt_decode_overlay() describes. The image is
 * linear ARGB8888, premultiplied.
 *
 * Return: %GVT_DESCRIBED, or a refusal whose errno is %-ENODEV if every pipe or the
 * cursor is off, %-EINVAL for reserved modes and values out of range, %-EOPNOTSUPP
 * for palette and AND/XOR cursors, for a rotated or encrypted one and one whose
 * alpha is forced.
 */
enum gvt_refusal gvt_decode_cursor(const struct gvt_plane_regs *regs,
				   struct gvt_plane *out)
{
	struct gvt_plane plane = no_plane;
	struct gvt_pipe_planes p;
	enum gvt_refusal why;

	why = find_pipe(regs, &p);
	if (why)
		return why;

	plane.pipe = p.pipe;
	why = decode_cursor(regs, p.pipe, &plane);
	if (!why)
		*out = plane;
	return why;
}
EXPORT_SYMBOL_IF_KUNIT(gvt_decode_cursor);

/**
 * gvt_find_plane_roles - find which planes of the hardware are described
 * @regs: register source
 * @roles: receives the pipe, and the planes that gvt_decode_primary() and
 *	gvt_decode_overlay() describe; where they say that a plane is off, the one
 *	that it would be if it was on
 */
void gvt_find_plane_roles(const struct gvt_plane_regs *regs,
			  struct gvt_plane_roles *roles)
{
	struct gvt_pipe_planes p;
	int lowest, overlay;

	if (find_pipe(regs, &p)) {
		roles->pipe = PIPE_A;
		roles->primary = PLANE_1;
		roles->overlay = PLANE_2;
		roles->has_overlay = false;
		roles->has_more = false;
		return;
	}

	lowest = lowest_visible(&p);
	overlay = find_overlay(&p, lowest);
	roles->pipe = p.pipe;
	roles->primary = p.primary == GVT_PLANE_NONE ? PLANE_1 : p.primary;
	roles->has_overlay = overlay != GVT_PLANE_NONE;
	roles->has_more = find_visible(&p, lowest, overlay) != GVT_PLANE_NONE;
	if (roles->has_overlay)
		roles->overlay = overlay;
	else
		roles->overlay = roles->primary == PLANE_1 ? PLANE_2 : PLANE_1;
}
EXPORT_SYMBOL_IF_KUNIT(gvt_find_plane_roles);

static void add_to_screen(struct gvt_screen *screen, u32 type, bool alpha)
{
	screen->planes[screen->num_planes++] = (struct gvt_screen_plane){
		.type = type,
		.alpha = alpha,
	};
}

/**
 * gvt_find_screen - find how the planes that are described make up the screen
 * @regs: register source
 * @screen: receives it; the pipe is that of gvt_find_plane_roles()
 *
 * A plane whose registers are refused is listed as well, though a client cannot draw
 * it. The cursor is above all of them, as in i915's zpos.
 *
 * Return: false if all pipes are off, or the display version is unknown; then @screen is
 * all 0.
 */
bool gvt_find_screen(const struct gvt_plane_regs *regs, struct gvt_screen *screen)
{
	struct gvt_pipe_planes p;
	int id, lowest, overlay;
	bool keyed = false;

	*screen = (struct gvt_screen){ };
	if (find_pipe(regs, &p))
		return false;

	gvt_pipe_read_source(&p);
	screen->width = p.src_width;
	screen->height = p.src_height;

	lowest = lowest_visible(&p);
	overlay = find_overlay(&p, lowest);
	for (id = lowest; id < num_planes(regs); id++) {
		if (!gvt_plane_is_on(&p, id))
			continue;
		screen->incomplete |= keyed;
		keyed = gvt_plane_has_key_for_above(&p, id);
		if (id == p.primary)
			add_to_screen(screen, DRM_PLANE_TYPE_PRIMARY,
				      gvt_plane_has_alpha(&p, id));
		else if (id == overlay)
			add_to_screen(screen, DRM_PLANE_TYPE_OVERLAY,
				      gvt_plane_has_alpha(&p, id));
		else
			screen->incomplete = true;
	}
	if (read_reg(regs, GVT_PIPE_REG(p.pipe, _CURACNTR)) & CUR_CTL_MODE_MASK)
		add_to_screen(screen, DRM_PLANE_TYPE_CURSOR, true);

	return true;
}
EXPORT_SYMBOL_IF_KUNIT(gvt_find_screen);
