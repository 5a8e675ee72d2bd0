// SPDX-License-Identifier: MIT
/*
 * Planes whose lines go on past the stride.
 *
 * The hardware only counts on in memory, by lines and by bytes or tiles. So i915 may
 * align PLANE_SURF down to 256 KiB or 1 MiB, which mostly is not the start of a line,
 * and put what is left into the offset: x and the width can exceed the stride then. The
 * same pixels are those of a framebuffer with the same stride that begins elsewhere.
 */

#include <linux/sizes.h>

#include <drm/drm_fourcc.h>

#include "plane_decoder.h"
#include "plane_decoder_planes.h"

/**
 * gvt_plane_rebase - describe a plane from a page where its lines end with the stride
 * @plane: all but its size is described, from the first pixel of the surface; of one
 *	memory plane
 * @cpp: bytes of a pixel
 * @chunk: tile width in bytes; not used if linear
 *
 * The page is not before the surface, where there may be nothing. It is as many pages
 * before the first pixel as the stride has room for: so at most one page is described
 * after that of the last pixel.
 *
 * Return: whether there is such a page; then all but the size is set.
 */
bool gvt_plane_rebase(struct gvt_plane *plane, u32 cpp, u32 chunk)
{
	const u32 bytes = plane->width * cpp;
	u32 unit, page, inside, spare, at, lines;

	if (plane->modifier == DRM_FORMAT_MOD_LINEAR) {
		/* Begin so many lines earlier that one fits from its place in a page. */
		at = plane->src_y * plane->stride + plane->src_x * cpp;
		for (lines = 0; at % SZ_4K + bytes > plane->stride; lines++) {
			if (at < plane->stride || lines == SZ_4K / 64)
				return false;	/* strides are multiples of 64 */
			at -= plane->stride;
		}
		unit = SZ_4K;
		page = at / SZ_4K;
		inside = at % SZ_4K;
	} else {
		unit = chunk;
		lines = plane->src_y % (GVT_TILE_SIZE / chunk);
		page = plane->src_y / (GVT_TILE_SIZE / chunk) * (plane->stride / chunk) +
		       plane->src_x * cpp / chunk;
		inside = plane->src_x * cpp % chunk;
		if (inside + bytes > plane->stride)
			return false;
	}

	/* Fewer than @page, as the line was too wide. */
	spare = (plane->stride - inside - bytes) / unit;
	plane->gma += (u64)(page - spare) * SZ_4K;
	plane->src_x = (spare * unit + inside) / cpp;
	plane->src_y = lines;
	return true;
}
