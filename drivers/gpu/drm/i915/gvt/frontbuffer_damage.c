// SPDX-License-Identifier: MIT
/*
 * Where the pixels of a plane have changed.
 *
 * The scan finds pages that have changed. A page holds some lines or a tile, depending
 * on the layout. The rectangles of such pages are numbered, and a query returns the
 * last ones, so that each client finds what has changed since its previous query.
 *
 * Rectangles are kept relative to the first pixel shown: where that is in the framebuffer
 * differs between clients that take layouts and others.
 */

#include <linux/bitops.h>
#include <linux/export.h>
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/spinlock.h>

#include <drm/drm_fourcc.h>
#include <kunit/visibility.h>

#include "frontbuffer_damage.h"

/* Larger than any framebuffer, and clipped when a query returns it */
const struct drm_rect gvt_whole_plane = { .x2 = INT_MAX, .y2 = INT_MAX };
EXPORT_SYMBOL_IF_KUNIT(gvt_whole_plane);

/* PRM vol. 5, tile formats: a tile is a page. The width of Yf tiles depends on @cpp. */
static u32 gvt_tile_width(u64 modifier, u32 cpp)
{
	switch (modifier) {
	case I915_FORMAT_MOD_X_TILED:
		return 512;
	case I915_FORMAT_MOD_Y_TILED:
	case I915_FORMAT_MOD_Y_TILED_CCS:
		return 128;
	case I915_FORMAT_MOD_Yf_TILED:
	case I915_FORMAT_MOD_Yf_TILED_CCS:
		return cpp == 1 ? 64 : cpp < 8 ? 128 : 256;
	default:
		return 0;
	}
}

/**
 * gvt_page_layout_init - prepare to say where pages are
 * @layout: to set
 * @plane: a plane that is on
 */
void gvt_page_layout_init(struct gvt_page_layout *layout,
			  const struct gvt_plane *plane)
{
	const struct drm_format_info *format = drm_format_info(plane->fourcc);

	layout->stride = plane->stride;
	layout->cpp = format->cpp[0];
	layout->tile_width = gvt_tile_width(plane->modifier, layout->cpp);
	/* A page that the second one begins in is taken for one of the second. */
	layout->pages = plane->aux_stride ? plane->aux_offset >> PAGE_SHIFT : UINT_MAX;
	layout->x = plane->src_x;
	layout->y = plane->src_y;
}
EXPORT_SYMBOL_IF_KUNIT(gvt_page_layout_init);

static void gvt_rect_add(struct drm_rect *rect, const struct drm_rect *other)
{
	if (!drm_rect_visible(rect)) {
		*rect = *other;
		return;
	}

	rect->x1 = min(rect->x1, other->x1);
	rect->y1 = min(rect->y1, other->y1);
	rect->x2 = max(rect->x2, other->x2);
	rect->y2 = max(rect->y2, other->y2);
}

/**
 * gvt_page_add_to_rect - extend a rectangle by the pixels that a page holds
 * @layout: of the framebuffer
 * @page: which page of it
 * @rect: in pixels from the first one shown; may be empty. It may then be larger than
 *	what is shown.
 *
 * A page of a second memory plane stands for all pixels.
 */
void gvt_page_add_to_rect(const struct gvt_page_layout *layout, unsigned int page,
			  struct drm_rect *rect)
{
	const u64 first = (u64)page << PAGE_SHIFT;
	struct drm_rect r = gvt_whole_plane;
	u32 tiles, height;

	if (page >= layout->pages) {
		gvt_rect_add(rect, &r);
		return;
	}

	if (layout->tile_width) {
		tiles = layout->stride / layout->tile_width;
		height = PAGE_SIZE / layout->tile_width;
		r.x1 = page % tiles * layout->tile_width / layout->cpp;
		r.x1 -= layout->x;
		r.x2 = r.x1 + layout->tile_width / layout->cpp;
		r.y1 = page / tiles * height;
		r.y2 = r.y1 + height;
	} else {
		r.y1 = div_u64(first, layout->stride);
		r.y2 = div_u64(first + PAGE_SIZE - 1, layout->stride) + 1;
	}
	r.y1 -= layout->y;
	r.y2 -= layout->y;
	/* What is left of the first pixel shown, or above, is not. */
	if (!drm_rect_intersect(&r, &gvt_whole_plane))
		return;

	gvt_rect_add(rect, &r);
}
EXPORT_SYMBOL_IF_KUNIT(gvt_page_add_to_rect);

/**
 * gvt_damage_init - begin without damage
 * @damage: of a plane
 */
void gvt_damage_init(struct gvt_damage *damage)
{
	*damage = (struct gvt_damage){ };
	spin_lock_init(&damage->lock);
}
EXPORT_SYMBOL_IF_KUNIT(gvt_damage_init);

/**
 * gvt_damage_drop - a query is to return nothing of what has changed until now
 * @damage: of a plane
 */
void gvt_damage_drop(struct gvt_damage *damage)
{
	spin_lock(&damage->lock);
	damage->serial = 0;
	damage->answered = false;
	spin_unlock(&damage->lock);
}
EXPORT_SYMBOL_IF_KUNIT(gvt_damage_drop);

/**
 * gvt_damage_add - note that pixels have changed
 * @damage: of a plane
 * @rect: where, from the first pixel shown; may be larger than the plane
 *
 * Call it before what has changed is signalled.
 */
void gvt_damage_add(struct gvt_damage *damage, const struct drm_rect *rect)
{
	spin_lock(&damage->lock);
	if (damage->answered || !damage->serial) {
		damage->serial++;
		damage->answered = false;
		damage->rects[damage->serial % GVT_DAMAGES] = (struct drm_rect){ };
	}
	gvt_rect_add(&damage->rects[damage->serial % GVT_DAMAGES], rect);
	spin_unlock(&damage->lock);
}
EXPORT_SYMBOL_IF_KUNIT(gvt_damage_add);

/**
 * gvt_damage_add_all - note that any pixel of planes may have changed
 * @damage: of each plane of a vGPU
 * @planes: BIT(enum drm_plane_type)
 */
void gvt_damage_add_all(struct gvt_damage *damage, unsigned long planes)
{
	unsigned int i;

	for_each_set_bit(i, &planes, GVT_PLANE_TYPES)
		gvt_damage_add(&damage[i], &gvt_whole_plane);
}
EXPORT_SYMBOL_IF_KUNIT(gvt_damage_add_all);

/**
 * gvt_damage_answer - the last changes, for a query
 * @damage: of a plane
 * @plane: how the plane is described
 * @rects: receives up to %GVT_DAMAGES rectangles within the plane, the newest first
 * @serial: receives the number of the newest
 *
 * Return: how many rectangles.
 */
unsigned int gvt_damage_answer(struct gvt_damage *damage,
			       const struct gvt_plane *plane,
			       struct drm_rect *rects, u64 *serial)
{
	const struct drm_rect all = { .x2 = plane->width, .y2 = plane->height };
	unsigned int i, count;

	spin_lock(&damage->lock);
	*serial = damage->serial;
	damage->answered = true;
	count = min(damage->serial, GVT_DAMAGES);
	for (i = 0; i < count; i++)
		rects[i] = damage->rects[(damage->serial - i) % GVT_DAMAGES];
	spin_unlock(&damage->lock);

	/* What is the first pixel of the framebuffer depends on whether one takes layouts. */
	for (i = 0; i < count; i++)
		if (drm_rect_intersect(&rects[i], &all))
			drm_rect_translate(&rects[i], plane->src_x, plane->src_y);
		else
			rects[i] = (struct drm_rect){ };

	return count;
}
EXPORT_SYMBOL_IF_KUNIT(gvt_damage_answer);
