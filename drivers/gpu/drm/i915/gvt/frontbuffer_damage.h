/* SPDX-License-Identifier: MIT */
/*
 * Where the pixels of a plane have changed.
 */

#ifndef _GVT_FRONTBUFFER_DAMAGE_H_
#define _GVT_FRONTBUFFER_DAMAGE_H_

#include <linux/spinlock_types.h>
#include <linux/types.h>

#include <drm/drm_rect.h>

#include "plane_decoder.h"

#define GVT_DAMAGES	8

/**
 * struct gvt_page_layout - where the pages of a framebuffer are in it
 * @stride: bytes from one line to the next
 * @tile_width: in bytes; 0 if linear
 * @cpp: bytes per pixel
 * @pages: of the first memory plane, if there are others: what these hold is not computed
 * @x: first pixel shown, from the first one of the framebuffer
 * @y: the same in lines
 */
struct gvt_page_layout {
	u32 stride;
	u32 tile_width;
	u32 cpp;
	u32 pages;
	u32 x;
	u32 y;
};

/**
 * struct gvt_damage - the last changes of a plane
 * @lock: covers what follows; no other lock is taken inside it
 * @serial: number of the newest rectangle; 0 if there is none yet
 * @answered: a query has returned the newest, so the next change is a new one
 * @rects: number N is rects[N % GVT_DAMAGES]; older ones are dropped
 */
struct gvt_damage {
	spinlock_t lock;	/* see above */
	u64 serial;
	bool answered;
	struct drm_rect rects[GVT_DAMAGES];
};

void gvt_page_layout_init(struct gvt_page_layout *layout,
			  const struct gvt_plane *plane);
void gvt_page_add_to_rect(const struct gvt_page_layout *layout, unsigned int page,
			  struct drm_rect *rect);
void gvt_damage_init(struct gvt_damage *damage);
void gvt_damage_drop(struct gvt_damage *damage);
void gvt_damage_add(struct gvt_damage *damage, const struct drm_rect *rect);
void gvt_damage_add_all(struct gvt_damage *damage, unsigned long planes);
unsigned int gvt_damage_answer(struct gvt_damage *damage,
			       const struct gvt_plane *plane,
			       struct drm_rect *rects, u64 *serial);

extern const struct drm_rect gvt_whole_plane;

#endif /* _GVT_FRONTBUFFER_DAMAGE_H_ */
