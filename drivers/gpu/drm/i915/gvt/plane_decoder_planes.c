// SPDX-License-Identifier: MIT
/*
 * One plane of the hardware: where it is on its pipe, and what it reads from
 * memory.
 *
 * The table has the effect of each bit of its registers. Conveyed: QUERY has a field
 * for it. Refused: the bit changes how memory is read or shown, and QUERY has no
 * field for it; -EOPNOTSUPP. Colour only: not conveyed, see plane_decoder.c. Bits
 * that are not listed are reserved, and the hardware ignores them: those of DSPCNTR
 * that i915 has names for (stereo, source key, line doubling) are of generations
 * before Haswell.
 *
 * SKL PRM vol. 2c, PLANE_CTL:
 *	31	enable				conveyed
 *	30, 23	pipe gamma, pipe CSC		color only
 *	29, 28	YUV offset, range correction	color only
 *	27:24	source pixel format		conveyed or refused, one row each
 *	22:21	key enable			refused, but see skl_is_keyed()
 *	20	RGB color order		conveyed
 *	19, 18	YUV to RGB CSC, its format	color only
 *	17:16	YUV 4:2:2 byte order		conveyed
 *	15	render decompression		conveyed by a layout, or refused
 *	14	trickle feed			no effect on what is shown
 *	13	plane gamma disable		color only
 *	12:10	tiled surface			conveyed, or -EINVAL
 *	9	async address update		conveyed, by the latch
 *	8	horizontal flip, from CNL on	refused
 *	7:6	stereo surface vblank mask	when it is latched: for either eye
 *	5:4	alpha mode			conveyed or refused, one row each
 *	3	allow double buffer update	no effect: the latch holds nothing
 *		disable				back for DOUBLE_BUFFER_CTL
 *	1:0	rotation			180 degrees conveyed by a layout,
 *						others refused
 * PLANE_SURF: 31:12 address, conveyed; 6:4 and 2 decryption: refused by bit 2; 3
 *	which ring flipped, no effect. Of a stereo framebuffer: the right eye's.
 * PLANE_STRIDE, PLANE_SIZE, PLANE_POS, PLANE_OFFSET: conveyed; bits above a field
 *	make it too big: -EINVAL. PLANE_KEYMSK 31, PLANE_KEYMAX 31:24, constant
 *	alpha: refused unless it is 255; the rest is for keys.
 * PLANE_AUX_DIST, PLANE_AUX_OFFSET: conveyed by a layout, see plane_decoder_aux.c.
 * PS_CTRL 31, 27:25, PS_WIN_SZ, PS_WIN_POS: conveyed as a position, or refused if
 *	they scale the plane; other bits choose a filter. Bound to the pipe, the
 *	scaler stretches all planes alike: not conveyed.
 *
 * BDW PRM vol. 2c, PRI_CTL and SPR_CTL:
 *	31	enable				conveyed
 *	30, 24	pipe gamma, pipe CSC		color only
 *	29:26, 27:25 (sprite) source format	conveyed or refused, one row each
 *	29, 28	YUV offset, range (sprite)	color only
 *	22	source key (sprite)		refused
 *	20	RGB color order (sprite)	conveyed
 *	19, 18	YUV to RGB CSC (sprite)		color only
 *	17:16	YUV 4:2:2 byte order (sprite)	conveyed
 *	15	180 degrees			conveyed by a layout
 *	14, 13	trickle feed, gamma (sprite)	no effect, color only
 *	10	tiled surface			conveyed
 *	9	async address update		conveyed, by the latch
 *	7:6	stereo surface vblank mask	when it is latched: for either eye
 *	2	destination key (sprite)	refused
 * PRI_SURF, SPR_SURF: as PLANE_SURF. PF_CTL is the pipe's.
 *
 * TRANS_CONF 22:21, interlaced modes: both fields are in one surface, and it is
 * conveyed whole.
 */

#include <linux/align.h>
#include <linux/bits.h>
#include <linux/log2.h>
#include <linux/sizes.h>

#include <drm/drm_fourcc.h>

#include "display/i9xx_plane_regs.h"
#include "display/intel_display_regs.h"
#include "display/intel_sprite_regs.h"
#include "display/skl_universal_plane_regs.h"

#include "plane_decoder.h"
#include "plane_decoder_formats.h"
#include "plane_decoder_planes.h"

/*
 * What the size fields of both platforms can say (PRM vol. 2c: PIPE_SRCSZ, SPR_SIZE,
 * PLANE_SIZE). i915's masks are wider.
 */
#define MAX_WIDTH		8192
#define MAX_HEIGHT		4096

/* What the registers of a plane say about memory, nothing checked yet. */
struct scanout {
	const struct drm_format_info *format;
	u64 modifier;
	u32 chunk;	/* tile width in bytes; of linear: what strides count */
	u32 surf;	/* surface register */
	u32 stride;	/* in bytes */
	u32 x, y;	/* first pixel shown, from the surface's first */
	bool rotated;	/* by 180 degrees */
	bool has_aux;	/* there is a second memory plane */
	bool layouts;	/* what only a layout describes is wanted */
};

static u32 read_reg(const struct gvt_pipe_planes *p, i915_reg_t reg)
{
	return p->regs->read(p->regs->ctx, reg);
}

/* ---- where planes are ---- */

/**
 * gvt_pipe_read_source - read the size of what a pipe blends its planes into
 * @p: planes of a pipe; receives it, if it has not been read (PRM vol. 2c, PIPE_SRCSZ)
 */
void gvt_pipe_read_source(struct gvt_pipe_planes *p)
{
	u32 size;

	if (p->src_width)
		return;

	size = read_reg(p, GVT_PIPE_REG(p->pipe, _PIPEASRC));
	p->src_width = REG_FIELD_GET(PIPESRC_WIDTH_MASK, size) + 1;
	p->src_height = REG_FIELD_GET(PIPESRC_HEIGHT_MASK, size) + 1;
}

static void set_window(struct gvt_window *w, u32 width, u32 height,
		       u32 x, u32 y)
{
	w->width = width;
	w->height = height;
	w->shown_width = width;
	w->shown_height = height;
	w->x = x;
	w->y = y;
}

/* BDW PRM vol. 2c: PRI_CTL, PIPE_SRCSZ. The plane is as large as the pipe. */
static void bdw_read_primary(struct gvt_pipe_planes *p, struct gvt_window *w)
{
	u32 ctl = read_reg(p, GVT_PIPE_REG(p->pipe, _DSPACNTR));

	if (!(ctl & DISP_ENABLE))
		return;

	w->ctl = ctl;
	gvt_pipe_read_source(p);
	set_window(w, p->src_width, p->src_height, 0, 0);
}

/* BDW PRM vol. 2c: SPR_CTL, SPR_POS, SPR_SIZE. Its scaler went with Haswell. */
static void bdw_read_sprite(struct gvt_pipe_planes *p, struct gvt_window *w)
{
	u32 ctl = read_reg(p, SPRCTL(p->pipe));
	u32 size, pos;

	if (!(ctl & SPRITE_ENABLE))
		return;

	w->ctl = ctl;
	size = read_reg(p, SPRSIZE(p->pipe));
	pos = read_reg(p, SPRPOS(p->pipe));
	set_window(w, REG_FIELD_GET(SPRITE_WIDTH_MASK, size) + 1,
		   REG_FIELD_GET(SPRITE_HEIGHT_MASK, size) + 1,
		   REG_FIELD_GET(SPRITE_POS_X_MASK, pos),
		   REG_FIELD_GET(SPRITE_POS_Y_MASK, pos));
}

/* SKL PRM vol. 2c, PS_CTRL: the scaler that is bound to a plane, or -1 */
static int skl_find_scaler(struct gvt_pipe_planes *p, enum plane_id id)
{
	int num_scalers = p->pipe == PIPE_C ? 1 : 2;
	int i;

	for (i = 0; i < num_scalers; i++) {
		if (!(p->scalers_read & BIT(i)))
			p->scalers[i] = read_reg(p, SKL_PS_CTRL(p->pipe, i));
		p->scalers_read |= BIT(i);

		if (p->scalers[i] & PS_SCALER_EN &&
		    (p->scalers[i] & PS_BINDING_MASK) == PS_BINDING_PLANE(id))
			return i;
	}
	return -1;
}

/*
 * SKL PRM vol. 2c: PLANE_CTL, PLANE_SIZE, PLANE_POS, or PS_WIN_SZ and PS_WIN_POS
 * if a scaler is bound to the plane.
 */
static void skl_read_plane(struct gvt_pipe_planes *p, enum plane_id id,
			   struct gvt_window *w)
{
	u32 ctl = read_reg(p, PLANE_CTL(p->pipe, id));
	u32 size, pos;
	int scaler;

	if (!(ctl & PLANE_CTL_ENABLE))
		return;

	w->ctl = ctl;
	size = read_reg(p, PLANE_SIZE(p->pipe, id));
	w->width = REG_FIELD_GET(PLANE_WIDTH_MASK, size) + 1;
	w->height = REG_FIELD_GET(PLANE_HEIGHT_MASK, size) + 1;

	scaler = skl_find_scaler(p, id);
	if (scaler < 0) {
		pos = read_reg(p, PLANE_POS(p->pipe, id));
		set_window(w, w->width, w->height,
			   REG_FIELD_GET(PLANE_POS_X_MASK, pos),
			   REG_FIELD_GET(PLANE_POS_Y_MASK, pos));
		return;
	}

	size = read_reg(p, SKL_PS_WIN_SZ(p->pipe, scaler));
	w->shown_width = REG_FIELD_GET(PS_WIN_XSIZE_MASK, size);
	w->shown_height = REG_FIELD_GET(PS_WIN_YSIZE_MASK, size);
	pos = read_reg(p, SKL_PS_WIN_POS(p->pipe, scaler));
	w->x = REG_FIELD_GET(PS_WIN_XPOS_MASK, pos);
	w->y = REG_FIELD_GET(PS_WIN_YPOS_MASK, pos);
}

/**
 * gvt_plane_is_on - check whether a plane is on, and read where it is
 * @p: planes of a pipe; each is read once
 * @id: one of them
 *
 * Return: whether it is on; its window can be used then.
 */
bool gvt_plane_is_on(struct gvt_pipe_planes *p, enum plane_id id)
{
	struct gvt_window *w = &p->windows[id];

	if (p->windows_read & BIT(id))
		return w->ctl;

	p->windows_read |= BIT(id);
	if (p->regs->ver == 9)
		skl_read_plane(p, id, w);
	else if (id == PLANE_PRIMARY)
		bdw_read_primary(p, w);
	else
		bdw_read_sprite(p, w);

	return w->ctl;
}

/**
 * gvt_plane_covers_pipe - check whether a plane covers all of its pipe
 * @p: planes of a pipe
 * @id: one that is on
 *
 * Return: whether each pixel of the pipe is in the plane's window, whatever is
 * above it.
 */
bool gvt_plane_covers_pipe(struct gvt_pipe_planes *p, enum plane_id id)
{
	const struct gvt_window *w = &p->windows[id];

	gvt_pipe_read_source(p);
	return !w->x && !w->y && w->shown_width >= p->src_width &&
	       w->shown_height >= p->src_height;
}

/* PLANE_KEYMSK and PLANE_KEYMAX have the alpha of all of a plane. */
static bool has_constant_alpha(const struct gvt_pipe_planes *p, enum plane_id id)
{
	return read_reg(p, PLANE_KEYMSK(p->pipe, id)) & PLANE_KEYMSK_ALPHA_ENABLE &&
	       ~read_reg(p, PLANE_KEYMAX(p->pipe, id)) & PLANE_KEYMAX_ALPHA_MASK;
}

/**
 * gvt_plane_is_opaque - check whether what is below a plane can be seen
 * @p: planes of a pipe of display version 9: on version 8 there is nothing below
 * @id: one that is on, and not the lowest; the one below it has been read, too
 *
 * Return: false if it can: through the alpha of its pixels or of all of it, where
 * it has its source key, or where the plane below has not its destination key
 * (SKL PRM vol. 2c, PLANE_CTL, PLANE_KEYMSK, PLANE_KEYMAX).
 */
bool gvt_plane_is_opaque(const struct gvt_pipe_planes *p, enum plane_id id)
{
	const u32 ctl = p->windows[id].ctl;
	const u32 key = ctl & PLANE_CTL_KEY_ENABLE_MASK;
	const u32 key_below = p->windows[id - 1].ctl & PLANE_CTL_KEY_ENABLE_MASK;
	const struct drm_format_info *format;

	if (key && key != PLANE_CTL_KEY_ENABLE_DESTINATION)
		return false;
	if (key_below == PLANE_CTL_KEY_ENABLE_DESTINATION)
		return false;
	if (has_constant_alpha(p, id))
		return false;

	if (gvt_skl_plane_format(ctl, &format) == GVT_DESCRIBED)
		return !format->has_alpha;
	/* A format that is refused for its alpha mode alone has alpha. */
	return gvt_skl_plane_format(ctl & ~PLANE_CTL_ALPHA_MASK, &format) !=
	       GVT_DESCRIBED;
}

/**
 * gvt_plane_has_alpha - check whether a plane is blended by the alpha of its pixels
 * @p: planes of a pipe
 * @id: one that is on
 *
 * Return: whether it is, with colors that are premultiplied; false as well for a plane
 * whose format is refused, and on display version 8, whose formats have no alpha.
 */
bool gvt_plane_has_alpha(const struct gvt_pipe_planes *p, enum plane_id id)
{
	const struct drm_format_info *format;

	return p->regs->ver == 9 &&
	       gvt_skl_plane_format(p->windows[id].ctl, &format) == GVT_DESCRIBED &&
	       format->has_alpha;
}

/**
 * gvt_plane_has_key_for_above - check whether a plane has a destination key
 * @p: planes of a pipe
 * @id: one that is on
 *
 * Return: whether what is above the plane is seen only where this one has its key (SKL
 * PRM vol. 2c, PLANE_CTL). Broadwell's sprite is refused if it has one.
 */
bool gvt_plane_has_key_for_above(const struct gvt_pipe_planes *p, enum plane_id id)
{
	return p->regs->ver == 9 &&
	       (p->windows[id].ctl & PLANE_CTL_KEY_ENABLE_MASK) ==
	       PLANE_CTL_KEY_ENABLE_DESTINATION;
}

/* ---- what they read ---- */

/*
 * Check every value that a size is computed from, then describe the framebuffer
 * from the first pixel shown to the end of the last row of tiles (of pixels, if
 * linear) that the plane shows. With x = 0 that is whole rows, as importers expect;
 * it never extends past the rows that the guest's own framebuffer must have.
 *
 * Without a layout, the first pixel shown is the first one described. With one, that is
 * so for whole rows. Others are described from the surface's first pixel, as a surface
 * with a second memory plane always is.
 */
static enum gvt_refusal describe_framebuffer(const struct gvt_window *w,
					     const struct scanout *s,
					     struct gvt_plane *plane)
{
	bool linear = s->modifier == DRM_FORMAT_MOD_LINEAR;
	u32 tile_height = linear ? 1 : GVT_TILE_SIZE / s->chunk;
	u32 cpp = s->format->cpp[0];
	u32 base = s->surf & PLANE_SURF_ADDR_MASK;
	enum gvt_refusal why = GVT_DESCRIBED;
	u64 start, end;

	if (s->surf & PLANE_SURF_DECRYPT)
		return GVT_REFUSED_ENCRYPTED;
	if (w->width > MAX_WIDTH || w->height > MAX_HEIGHT ||
	    s->x > GVT_MAX_OFFSET || s->y > GVT_MAX_OFFSET)
		return GVT_REFUSED_SIZE;
	if (s->stride > GVT_MAX_STRIDE || s->stride % s->chunk)
		return GVT_REFUSED_STRIDE;
	/* In 4:2:2 and 4:2:0 neighbours share one chroma sample. */
	if (s->x % s->format->hsub || w->width % s->format->hsub ||
	    s->y % s->format->vsub || w->height % s->format->vsub)
		return GVT_REFUSED_ODD_COLUMN;

	plane->fourcc = s->format->format;
	plane->modifier = s->modifier;
	plane->width = w->width;
	plane->height = w->height;
	plane->stride = s->stride;
	plane->gma = base;
	plane->src_x = s->x;
	plane->src_y = s->y;
	plane->rotated = s->rotated;
	plane->x_pos = w->x;
	plane->y_pos = w->y;

	/* The hardware goes on in the next line. */
	if ((s->x + w->width) * cpp > s->stride &&
	    (s->has_aux || !gvt_plane_rebase(plane, cpp, s->chunk)))
		return GVT_REFUSED_NARROW_STRIDE;

	end = plane->gma +
	      (u64)s->stride * ALIGN(plane->src_y + w->height, tile_height);
	end = ALIGN(end, SZ_4K);
	if (end > SZ_4G)
		return GVT_REFUSED_ABOVE_4G;

	/* Pages are what is exported, so the first pixel must begin one. */
	start = (u64)base + (u64)s->stride * s->y;
	if (linear) {
		start += s->x * cpp;
		if (!IS_ALIGNED(start, SZ_4K))
			why = GVT_REFUSED_INSIDE_PAGE;
	} else {
		if (s->y % tile_height || s->x * cpp % s->chunk)
			why = GVT_REFUSED_INSIDE_TILE;
		start += s->x * cpp / s->chunk * GVT_TILE_SIZE;
	}
	if (why && !s->layouts)
		return why;
	/* With a layout, the dma-buf is as large as its lines times the stride. */
	if (!why && !s->has_aux && !(s->layouts && s->x)) {
		plane->gma = start;
		plane->src_x = 0;
		plane->src_y = 0;
	}
	plane->size = end - plane->gma;
	return GVT_DESCRIBED;
}

/*
 * BDW PRM vol. 2c: PRI_STRIDE, PRI_SURF, PRI_OFFSET. One offset register serves
 * linear and tiled surfaces (i915: DSPOFFSET, at DSPTILEOFF's address; DSPLINOFF
 * is gone since Haswell).
 */
static enum gvt_refusal bdw_decode_primary(const struct gvt_pipe_planes *p,
					   const struct gvt_window *w,
					   struct gvt_plane *plane)
{
	struct scanout s = { .layouts = p->regs->layouts };
	enum gvt_refusal why;
	u32 offset;

	why = gvt_bdw_primary_format(w->ctl, &s.format);
	if (why)
		return why;
	s.rotated = w->ctl & DISP_ROTATE_180;
	if (s.rotated && !s.layouts)
		return GVT_REFUSED_ROTATED;

	s.modifier = w->ctl & DISP_TILED ? I915_FORMAT_MOD_X_TILED :
					   DRM_FORMAT_MOD_LINEAR;
	s.chunk = w->ctl & DISP_TILED ? 512 : 64;
	s.surf = read_reg(p, GVT_PIPE_REG(p->pipe, _DSPASURF));
	s.stride = read_reg(p, GVT_PIPE_REG(p->pipe, _DSPASTRIDE));
	offset = read_reg(p, GVT_PIPE_REG(p->pipe, _DSPAOFFSET));
	s.x = REG_FIELD_GET(DISP_OFFSET_X_MASK, offset);
	s.y = REG_FIELD_GET(DISP_OFFSET_Y_MASK, offset);

	return describe_framebuffer(w, &s, plane);
}

/* BDW PRM vol. 2c: SPR_STRIDE, SPR_SURF, SPR_OFFSET */
static enum gvt_refusal bdw_decode_sprite(const struct gvt_pipe_planes *p,
					  const struct gvt_window *w,
					  struct gvt_plane *plane)
{
	struct scanout s = { .layouts = p->regs->layouts };
	enum gvt_refusal why;
	u32 offset;

	why = gvt_bdw_sprite_format(w->ctl, &s.format);
	if (why)
		return why;
	s.rotated = w->ctl & SPRITE_ROTATE_180;
	/* A key makes pixels of this plane or of the one below transparent. */
	if (w->ctl & (SPRITE_SOURCE_KEY | SPRITE_DEST_KEY) ||
	    (s.rotated && !s.layouts))
		return GVT_REFUSED_ROTATED_OR_KEYED;

	s.modifier = w->ctl & SPRITE_TILED ? I915_FORMAT_MOD_X_TILED :
					     DRM_FORMAT_MOD_LINEAR;
	s.chunk = w->ctl & SPRITE_TILED ? 512 : 64;
	s.surf = read_reg(p, SPRSURF(p->pipe));
	s.stride = read_reg(p, SPRSTRIDE(p->pipe));
	offset = read_reg(p, SPROFFSET(p->pipe));
	s.x = REG_FIELD_GET(SPRITE_OFFSET_X_MASK, offset);
	s.y = REG_FIELD_GET(SPRITE_OFFSET_Y_MASK, offset);

	return describe_framebuffer(w, &s, plane);
}

/* Is the plane blended with its neighbours in a way that no fourcc conveys? */
static bool skl_is_keyed(const struct gvt_pipe_planes *p, enum plane_id id,
			 u32 ctl)
{
	u32 key = ctl & PLANE_CTL_KEY_ENABLE_MASK;

	/* A destination key on the lowest plane only lets others show. */
	if (id == PLANE_1 && key == PLANE_CTL_KEY_ENABLE_DESTINATION)
		key = 0;

	return key || has_constant_alpha(p, id);
}

/*
 * Look up format and layout of the pixels. The row of NV12 is wanted if a layout is, and
 * with a layout a compressed framebuffer has another modifier.
 */
static enum gvt_refusal skl_find_layout(const struct gvt_pipe_planes *p,
					enum plane_id id, u32 ctl,
					struct scanout *s)
{
	const bool can_have_aux = s->layouts && gvt_skl_plane_has_aux(p, id);
	const struct gvt_skl_tiling *tiling;
	enum gvt_refusal why;

	why = gvt_skl_plane_format(ctl, &s->format);
	if (why == GVT_REFUSED_FORMAT && can_have_aux && s->format &&
	    s->format->format == DRM_FORMAT_NV12) {
		s->has_aux = true;
		why = GVT_DESCRIBED;
	}
	if (why)
		return why;
	tiling = gvt_skl_find_tiling(ctl);
	if (!tiling)
		return GVT_REFUSED_TILING;

	s->modifier = tiling->modifier;
	s->chunk = tiling->chunk[ilog2(s->format->cpp[0])];
	if (!(ctl & PLANE_CTL_RENDER_DECOMPRESSION_ENABLE))
		return GVT_DESCRIBED;

	/* Only 32 bpp RGB can be compressed. */
	if (!can_have_aux || !tiling->ccs_modifier ||
	    (ctl & PLANE_CTL_FORMAT_MASK_SKL) != PLANE_CTL_FORMAT_XRGB_8888)
		return GVT_REFUSED_COMPRESSED;
	s->modifier = tiling->ccs_modifier;
	s->has_aux = true;
	return GVT_DESCRIBED;
}

/*
 * SKL PRM vol. 2c: PLANE_STRIDE, PLANE_SURF, PLANE_OFFSET, PLANE_KEYMSK,
 * PLANE_KEYMAX. Planes 1 to 3 are alike, but for what has an auxiliary surface.
 */
static enum gvt_refusal skl_decode_plane(const struct gvt_pipe_planes *p,
					 enum plane_id id,
					 const struct gvt_window *w,
					 bool lowest, struct gvt_plane *plane)
{
	struct scanout s = { .layouts = p->regs->layouts };
	enum gvt_refusal why;
	u32 ctl = w->ctl;
	u32 offset, turn;

	/*
	 * Below the lowest plane there is only the pipe's black background, and
	 * colors that are premultiplied stay as they are when blended over
	 * black. To say XRGB is therefore exact; with ARGB a client would let its
	 * own background show through.
	 */
	if (lowest &&
	    (ctl & PLANE_CTL_ALPHA_MASK) == PLANE_CTL_ALPHA_SW_PREMULTIPLY)
		ctl &= ~PLANE_CTL_ALPHA_MASK;

	why = skl_find_layout(p, id, ctl, &s);
	if (why)
		return why;
	turn = ctl & (PLANE_CTL_FLIP_HORIZONTAL | PLANE_CTL_ROTATE_MASK);
	s.rotated = turn == PLANE_CTL_ROTATE_180 && s.layouts;
	if (turn && !s.rotated)
		return GVT_REFUSED_ROTATED_OR_MIRRORED;
	if (skl_is_keyed(p, id, ctl))
		return GVT_REFUSED_KEYED;

	s.surf = read_reg(p, PLANE_SURF(p->pipe, id));
	s.stride = s.chunk * REG_FIELD_GET(PLANE_STRIDE__MASK,
			   read_reg(p, PLANE_STRIDE(p->pipe, id)));
	offset = read_reg(p, PLANE_OFFSET(p->pipe, id));
	s.x = REG_FIELD_GET(PLANE_OFFSET_X_MASK, offset);
	s.y = REG_FIELD_GET(PLANE_OFFSET_Y_MASK, offset);

	why = describe_framebuffer(w, &s, plane);
	if (!why && s.has_aux)
		why = gvt_skl_describe_aux(p, id, ctl, plane);
	if (why)
		return why;

	/* A scaler that keeps the size is just another position. */
	if (w->shown_width != w->width || w->shown_height != w->height)
		return GVT_REFUSED_SCALED;
	return GVT_DESCRIBED;
}

/**
 * gvt_decode_hw_plane - describe what a plane of the hardware reads from memory
 * @p: planes of a pipe
 * @id: one that is on
 * @lowest: no plane is shown below it
 * @plane: receives all but @plane->pipe and the hotspot; undefined on failure
 *
 * Return: %GVT_DESCRIBED, or the reason of the refusal.
 */
enum gvt_refusal gvt_decode_hw_plane(const struct gvt_pipe_planes *p,
				     enum plane_id id, bool lowest,
				     struct gvt_plane *plane)
{
	const struct gvt_window *w = &p->windows[id];

	if (p->regs->ver == 9)
		return skl_decode_plane(p, id, w, lowest, plane);
	if (id == PLANE_PRIMARY)
		return bdw_decode_primary(p, w, plane);
	return bdw_decode_sprite(p, w, plane);
}
