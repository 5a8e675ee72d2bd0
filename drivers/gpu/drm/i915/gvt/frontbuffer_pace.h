/* SPDX-License-Identifier: MIT */
/*
 * Which pages of a framebuffer are scanned, and in which order.
 */

#ifndef _GVT_FRONTBUFFER_PACE_H_
#define _GVT_FRONTBUFFER_PACE_H_

#include <linux/types.h>

/* Refreshes from a change that was signalled otherwise to the next scan */
#define GVT_PACE_SETTLE		4
/* A scan visits a fifth of all pages in turn, but between 256 KiB and 4 MiB. */
#define GVT_PACE_SCANS		5
#define GVT_PACE_MIN_PAGES	64u
#define GVT_PACE_MAX_PAGES	1024u
/* Places of the last changes, and scans for which a place stays hot */
#define GVT_PACE_SPOTS		2
#define GVT_PACE_HOT		64
/* Pages that are scanned around a hot place */
#define GVT_PACE_PROBES		32u

/**
 * struct gvt_hot_spot - where something has changed lately
 * @page: which page
 * @scans: for how many more scans it is hot; 0 if it is not
 */
struct gvt_hot_spot {
	unsigned int page;
	unsigned int scans;
};

/**
 * struct gvt_frontbuffer_pace - the order in which a framebuffer is scanned
 * @pages: of the framebuffer
 * @step: from a page to the one that is visited after it
 * @next: the page to visit next
 * @left: pages to visit until each was visited after the last hint
 * @stride: bytes from one line to the next
 * @spots: the last changes
 */
struct gvt_frontbuffer_pace {
	unsigned int pages;
	unsigned int step;
	unsigned int next;
	unsigned int left;
	unsigned int stride;
	struct gvt_hot_spot spots[GVT_PACE_SPOTS];
};

void gvt_pace_restart(struct gvt_frontbuffer_pace *pace, unsigned int pages,
		      unsigned int stride);
unsigned int gvt_pace_budget(const struct gvt_frontbuffer_pace *pace);
void gvt_pace_hint(struct gvt_frontbuffer_pace *pace);
unsigned int gvt_pace_next(struct gvt_frontbuffer_pace *pace);
void gvt_pace_changed(struct gvt_frontbuffer_pace *pace, unsigned int page);
void gvt_pace_cool(struct gvt_frontbuffer_pace *pace);
unsigned int gvt_pace_probe(const struct gvt_frontbuffer_pace *pace,
			    unsigned int spot, unsigned int *pages);
unsigned int gvt_pace_surroundings(const struct gvt_frontbuffer_pace *pace,
				   unsigned int spot, unsigned int *first);

#endif /* _GVT_FRONTBUFFER_PACE_H_ */
