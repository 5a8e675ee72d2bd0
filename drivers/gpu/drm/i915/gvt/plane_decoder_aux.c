// SPDX-License-Identifier: MIT
/*
 * The auxiliary surface of a plane: the chroma of NV12, or the control surface (CCS)
 * that says which parts of a compressed framebuffer are compressed, and how.
 *
 * SKL PRM vol. 2c:
 * PLANE_AUX_DIST: 31:12 distance from the main surface, conveyed; 11:0 stride, in the
 *	units of PLANE_STRIDE, conveyed.
 * PLANE_AUX_OFFSET: first pixel shown; 31:16 line, 15:0 column: of NV12 in chroma
 *	samples, of a compressed framebuffer in its pixels. Conveyed if it is the one of
 *	PLANE_OFFSET, and of NV12 also if the two differ by whole tiles, or if linear in
 *	any way: then chroma begins elsewhere. Too big: -EINVAL. Others are refused.
 */

#include <linux/align.h>
#include <linux/log2.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/sizes.h>

#include <drm/drm_fourcc.h>

#include "display/skl_universal_plane_regs.h"

#include "plane_decoder.h"
#include "plane_decoder_formats.h"
#include "plane_decoder_planes.h"

/* What the registers say about the auxiliary surface, nothing checked yet. */
struct aux_surface {
	u32 chunk;	/* tile width in bytes; of linear: what strides count */
	u32 cpp;	/* bytes of a sample */
	u32 hsub, vsub;	/* pixels of the main surface that share a sample */
	u32 dist;	/* bytes from the main surface */
	u32 stride;	/* in bytes */
};

static u32 read_reg(const struct gvt_pipe_planes *p, i915_reg_t reg)
{
	return p->regs->read(p->regs->ctx, reg);
}

/**
 * gvt_skl_plane_has_aux - check whether a plane reads an auxiliary surface
 * @p: planes of a pipe of display version 9
 * @id: one of them
 *
 * SKL PRM vol. 2c, PLANE_CTL, Source Pixel Format and Render Decompression.
 *
 * Return: whether it shows NV12 and compressed framebuffers.
 */
bool gvt_skl_plane_has_aux(const struct gvt_pipe_planes *p, enum plane_id id)
{
	return p->pipe != PIPE_C && (id == PLANE_1 || id == PLANE_2);
}

/*
 * The control surface has a byte for 8 by 16 pixels, and is made of Y tiles, whatever
 * the tiles of the main surface are.
 */
static bool read_ccs(u32 dist, u32 offset, const struct gvt_plane *plane,
		     struct aux_surface *aux)
{
	aux->cpp = 1;
	aux->hsub = 8;
	aux->vsub = 16;
	aux->chunk = 128;
	aux->stride = aux->chunk * REG_FIELD_GET(PLANE_AUX_STRIDE_MASK, dist);
	aux->dist = dist & PLANE_AUX_DISTANCE_MASK;

	return REG_FIELD_GET(PLANE_OFFSET_X_MASK, offset) == plane->src_x &&
	       REG_FIELD_GET(PLANE_OFFSET_Y_MASK, offset) == plane->src_y;
}

/*
 * Each memory plane has an address and an offset, and drivers put what they like into
 * either. i915 aligns luma to 256 KiB or 1 MiB and chroma to 4 KiB. Find where the chroma
 * of the first pixel of luma is: it may be inside the page that the registers name if
 * linear, else it must begin a tile.
 */
static bool read_chroma(u32 dist, u32 offset, u32 ctl, const struct gvt_plane *plane,
			struct aux_surface *aux)
{
	const struct drm_format_info *format = drm_format_info(plane->fourcc);
	s64 x, y, first;
	u32 lines;

	aux->cpp = format->cpp[1];
	aux->hsub = format->hsub;
	aux->vsub = format->vsub;
	aux->chunk = gvt_skl_find_tiling(ctl)->chunk[ilog2(aux->cpp)];
	aux->stride = aux->chunk * REG_FIELD_GET(PLANE_AUX_STRIDE_MASK, dist);
	aux->dist = dist & PLANE_AUX_DISTANCE_MASK;

	x = (s64)REG_FIELD_GET(PLANE_OFFSET_X_MASK, offset) - plane->src_x / aux->hsub;
	y = (s64)REG_FIELD_GET(PLANE_OFFSET_Y_MASK, offset) - plane->src_y / aux->vsub;
	if (plane->modifier == DRM_FORMAT_MOD_LINEAR) {
		first = aux->dist + y * aux->stride + x * aux->cpp;
	} else {
		lines = GVT_TILE_SIZE / aux->chunk;
		if (y % lines || x * aux->cpp % aux->chunk)
			return false;
		first = aux->dist + (y / lines * (aux->stride / aux->chunk) +
				     x * aux->cpp / aux->chunk) * GVT_TILE_SIZE;
	}
	if (first < 0 || first > U32_MAX)
		return false;
	aux->dist = first;
	return true;
}

/**
 * gvt_skl_describe_aux - add the auxiliary surface of a plane to its description
 * @p: planes of a pipe
 * @id: one that is on
 * @ctl: its control register
 * @plane: the plane without it, described from the first pixel of the main surface
 *
 * The two are described as one range, with what is between them.
 *
 * Return: %GVT_DESCRIBED, or the reason of the refusal.
 */
enum gvt_refusal gvt_skl_describe_aux(const struct gvt_pipe_planes *p,
				      enum plane_id id, u32 ctl,
				      struct gvt_plane *plane)
{
	const u32 dist = read_reg(p, PLANE_AUX_DIST(p->pipe, id));
	const u32 offset = read_reg(p, PLANE_AUX_OFFSET(p->pipe, id));
	const bool linear = plane->modifier == DRM_FORMAT_MOD_LINEAR;
	struct aux_surface aux;
	u32 columns, lines;
	bool together;
	u64 end;

	if (ctl & PLANE_CTL_RENDER_DECOMPRESSION_ENABLE)
		together = read_ccs(dist, offset, plane, &aux);
	else
		together = read_chroma(dist, offset, ctl, plane, &aux);

	if (REG_FIELD_GET(PLANE_OFFSET_X_MASK, offset) > GVT_MAX_OFFSET ||
	    REG_FIELD_GET(PLANE_OFFSET_Y_MASK, offset) > GVT_MAX_OFFSET)
		return GVT_REFUSED_SIZE;
	if (aux.stride > GVT_MAX_STRIDE)
		return GVT_REFUSED_STRIDE;
	columns = DIV_ROUND_UP(plane->src_x + plane->width, aux.hsub);
	if (columns * aux.cpp > aux.stride)
		return GVT_REFUSED_NARROW_STRIDE;
	if (!together)
		return GVT_REFUSED_AUX_OFFSET;

	lines = DIV_ROUND_UP(plane->src_y + plane->height, aux.vsub);
	if (!linear)
		lines = ALIGN(lines, GVT_TILE_SIZE / aux.chunk);
	end = plane->gma + aux.dist + (u64)aux.stride * lines;
	end = ALIGN(end, SZ_4K);
	if (end > SZ_4G)
		return GVT_REFUSED_ABOVE_4G;

	plane->aux_offset = aux.dist;
	plane->aux_stride = aux.stride;
	plane->size = max(plane->size, end - plane->gma);
	return GVT_DESCRIBED;
}
