/* SPDX-License-Identifier: MIT */
/*
 * Plane registers of a vGPU -> description of the framebuffer they scan out.
 */

#ifndef _GVT_PLANE_DECODER_H_
#define _GVT_PLANE_DECODER_H_

#include <linux/bits.h>
#include <linux/limits.h>
#include <linux/types.h>

#include "display/intel_display_limits.h"
#include "i915_reg_defs.h"

/*
 * Arrays and masks of planes are indexed by enum drm_plane_type. Sub-interrupt i of
 * the display event is that of type i.
 */
#define GVT_PLANE_TYPES		3
#define GVT_ALL_PLANE_TYPES	GENMASK(GVT_PLANE_TYPES - 1, 0)

/* PRM vol. 2c, TRANS_CONF of the eDP transcoder, for which i915 has no name */
#define GVT_TRANSCONF_EDP	(_TRANSACONF + 0xf000)

/* gvt_plane.x_hot and .y_hot when the guest did not say, or said nonsense */
#define GVT_HOTSPOT_UNKNOWN	U32_MAX

/*
 * Registers that are read for an answer, at most 28 if one pipe is on. A guest
 * with small planes on several pipes can make it more.
 */
#define GVT_DECODE_READS	32

/*
 * Whether a plane is described, or why not: errno and text are in plane_decoder.c.
 * The decoder does not know of GGTT and pages: _PLANE_TYPE, _OUTSIDE, _UNMAPPED and
 * _NO_* are for its callers.
 */
enum gvt_refusal {
	GVT_DESCRIBED,
	GVT_REFUSED_PIPE_OFF,
	GVT_REFUSED_PLANE_OFF,
	GVT_REFUSED_PLANE_TYPE,
	GVT_REFUSED_VERSION,
	GVT_REFUSED_RESERVED_FORMAT,
	GVT_REFUSED_FORMAT,
	GVT_REFUSED_TILING,
	GVT_REFUSED_STRIDE,
	GVT_REFUSED_SIZE,
	GVT_REFUSED_ODD_COLUMN,
	GVT_REFUSED_NARROW_STRIDE,
	GVT_REFUSED_ABOVE_4G,
	GVT_REFUSED_OUTSIDE,
	GVT_REFUSED_UNMAPPED,
	GVT_REFUSED_NO_MEMORY,
	GVT_REFUSED_NO_ID,
	GVT_REFUSED_INSIDE_PAGE,
	GVT_REFUSED_INSIDE_TILE,
	GVT_REFUSED_ENCRYPTED,
	GVT_REFUSED_COMPRESSED,
	GVT_REFUSED_AUX_OFFSET,
	GVT_REFUSED_ROTATED,
	GVT_REFUSED_ROTATED_OR_KEYED,
	GVT_REFUSED_ROTATED_OR_MIRRORED,
	GVT_REFUSED_KEYED,
	GVT_REFUSED_SCALED,
	GVT_REFUSED_CURSOR_MODE,
	GVT_REFUSED_CURSOR_HEIGHT,
	GVT_REFUSED_CURSOR_FORMAT,
	GVT_REFUSED_CURSOR_ALPHA,
	GVT_NUM_REFUSALS
};

/**
 * struct gvt_plane_regs - where the decoder reads registers from
 * @read: returns the value of one register; called once per register per decode,
 *	so the caller only has to keep writers out for the length of one call
 * @ctx: handed to @read as it is
 * @ver: display version: 8 (Broadwell) or 9 (Skylake, Broxton, Kaby Lake,
 *	Coffee Lake, Comet Lake); the decoder knows no other
 * @num_pipes: pipes that the platform has, counted from pipe A
 * @skip_pipes: BIT(pipe) of those that the caller does not ask about
 * @layouts: the caller also wants planes that need %VFIO_GFX_PLANE_CAP_LAYOUT, see
 *	gvt_plane_needs_layout(), and whole lines of one that begins inside a line; the
 *	others are described alike
 *
 * A vGPU's virtual registers in the driver, an array in KUnit.
 */
struct gvt_plane_regs {
	u32 (*read)(const void *ctx, i915_reg_t reg);
	const void *ctx;
	unsigned int ver;
	unsigned int num_pipes;
	u32 skip_pipes;
	bool layouts;
};

/**
 * struct gvt_plane - one framebuffer in guest graphics memory
 * @pipe: pipe that shows the plane
 * @fourcc: DRM_FORMAT_*, NV12 or a format with one memory plane and one cpp
 * @modifier: DRM_FORMAT_MOD_LINEAR or I915_FORMAT_MOD_{X,Y,Yf}_TILED, or
 *	I915_FORMAT_MOD_{Y,Yf}_TILED_CCS
 * @width: in pixels, not 0
 * @height: in lines, not 0
 * @stride: bytes from one line of pixels to the next, at least (@src_x + @width) *
 *	cpp, and for a tiled surface a multiple of the tile's width
 * @gma: GGTT address of the first memory plane, page aligned
 * @size: bytes from @gma to the end of what is shown of the memory planes, page
 *	aligned and not 0; @gma + @size never exceeds 4 GiB
 * @src_x: first pixel shown, from the first one of the memory planes
 * @src_y: the same in lines
 * @rotated: by 180 degrees
 * @aux_offset: bytes from @gma to a second memory plane: the chroma of NV12, or the
 *	control surface of a compressed framebuffer; 0 if there is none
 * @aux_stride: of it, as @stride
 * @x_pos: where the pipe shows the left edge; negative for a cursor that
 *	leaves the screen there. Not 0 for a primary plane that does not cover it
 * @y_pos: the same for the top edge
 * @x_hot: cursor hotspot from the image's left edge, or %GVT_HOTSPOT_UNKNOWN
 * @y_hot: cursor hotspot from the image's top edge, or %GVT_HOTSPOT_UNKNOWN
 *
 * Every field is set for every kind of plane. Two decodes of the same registers
 * compare equal field by field (there may be padding between fields).
 */
struct gvt_plane {
	enum pipe pipe;
	u32 fourcc;
	u64 modifier;
	u32 width;
	u32 height;
	u32 stride;
	u64 gma;
	u64 size;
	u32 src_x;
	u32 src_y;
	bool rotated;
	u32 aux_offset;
	u32 aux_stride;
	s32 x_pos;
	s32 y_pos;
	u32 x_hot;
	u32 y_hot;
};

/**
 * gvt_plane_needs_layout - check whether only a layout can describe a plane
 * @plane: from the decoder, which describes no plane so without &gvt_plane_regs.layouts
 *
 * Return: whether describing it takes %VFIO_GFX_PLANE_CAP_LAYOUT.
 */
static inline bool gvt_plane_needs_layout(const struct gvt_plane *plane)
{
	return plane->aux_stride || plane->src_x || plane->src_y || plane->rotated;
}

/**
 * gvt_plane_same_memory - check whether two descriptions are of the same memory
 * @a: from the decoder
 * @b: the same
 *
 * Return: whether address, size, stride, format, modifier and second memory plane
 * are equal.
 */
static inline bool gvt_plane_same_memory(const struct gvt_plane *a,
					 const struct gvt_plane *b)
{
	return a->gma == b->gma && a->size == b->size &&
	       a->stride == b->stride && a->fourcc == b->fourcc &&
	       a->modifier == b->modifier && a->aux_offset == b->aux_offset &&
	       a->aux_stride == b->aux_stride;
}

/**
 * struct gvt_plane_roles - which planes of the hardware are described
 * @pipe: the pipe that the planes and the cursor are on
 * @primary: PLANE_1 to PLANE_3
 * @overlay: PLANE_1 to PLANE_3, other than @primary
 * @has_overlay: @overlay is on and visible
 * @has_more: a further plane is on and visible, and not described
 */
struct gvt_plane_roles {
	enum pipe pipe;
	enum plane_id primary;
	enum plane_id overlay;
	bool has_overlay;
	bool has_more;
};

/**
 * struct gvt_screen_plane - a plane that can be seen on a screen
 * @type: DRM_PLANE_TYPE_*
 * @alpha: it is blended by the alpha of its pixels, which are premultiplied
 */
struct gvt_screen_plane {
	u32 type;
	bool alpha;
};

/**
 * struct gvt_screen - how planes make up what a pipe shows
 * @width: in pixels, before the pipe's own scaler
 * @height: in lines
 * @num_planes: how many @planes there are
 * @planes: those that are described, from the bottom to the top one
 * @incomplete: a further plane is visible (&gvt_plane_roles.has_more), or the color
 *	key of a plane decides where one above it is visible
 */
struct gvt_screen {
	u32 width;
	u32 height;
	unsigned int num_planes;
	struct gvt_screen_plane planes[GVT_PLANE_TYPES];
	bool incomplete;
};

enum gvt_refusal gvt_decode_primary(const struct gvt_plane_regs *regs,
				    struct gvt_plane *out);
enum gvt_refusal gvt_decode_cursor(const struct gvt_plane_regs *regs,
				   struct gvt_plane *out);
enum gvt_refusal gvt_decode_overlay(const struct gvt_plane_regs *regs,
				    struct gvt_plane *out);
int gvt_refusal_errno(enum gvt_refusal why);
const char *gvt_refusal_text(enum gvt_refusal why);
void gvt_find_plane_roles(const struct gvt_plane_regs *regs,
			  struct gvt_plane_roles *roles);
bool gvt_find_screen(const struct gvt_plane_regs *regs, struct gvt_screen *screen);

#endif /* _GVT_PLANE_DECODER_H_ */
