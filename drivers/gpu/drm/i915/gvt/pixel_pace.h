/* SPDX-License-Identifier: MIT */
/*
 * How often, and in which order, the pixels of a plane are sampled.
 */

#ifndef _GVT_PIXEL_PACE_H_
#define _GVT_PIXEL_PACE_H_

#include <linux/types.h>

/* Refreshes from a change that was signalled anyway to the next look */
#define GVT_PACE_SETTLE		4
/* Looks that found nothing until they become rarer, and refreshes between them */
#define GVT_PACE_QUIET		60
#define GVT_PACE_MAX		8

/**
 * struct gvt_pixel_pace - when to look next
 * @wait: refreshes until then
 * @interval: refreshes from one look to the next
 * @quiet: looks that found nothing since @interval was set
 */
struct gvt_pixel_pace {
	u8 wait;
	u8 interval;
	u8 quiet;
};

void gvt_pace_restart(struct gvt_pixel_pace *pace);
bool gvt_pace_refresh(struct gvt_pixel_pace *pace);
void gvt_pace_looked(struct gvt_pixel_pace *pace, bool changed);

unsigned int gvt_pace_step(unsigned int phases);

#endif /* _GVT_PIXEL_PACE_H_ */
