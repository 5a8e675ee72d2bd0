/* SPDX-License-Identifier: MIT */
/*
 * How often, and in which order, the pixels of a plane are sampled.
 */

#ifndef _GVT_FRONTBUFFER_PACE_H_
#define _GVT_FRONTBUFFER_PACE_H_

#include <linux/types.h>

/* Refreshes from a change that was signalled anyway to the next sample */
#define GVT_PACE_SETTLE		4
/* Samples without a change until they become rarer, and refreshes between them */
#define GVT_PACE_QUIET		60
#define GVT_PACE_MAX		8

/**
 * struct gvt_frontbuffer_pace - when to sample next
 * @wait: refreshes until then
 * @interval: refreshes from one sample to the next
 * @quiet: samples without a change since @interval was set
 */
struct gvt_frontbuffer_pace {
	u8 wait;
	u8 interval;
	u8 quiet;
};

void gvt_pace_restart(struct gvt_frontbuffer_pace *pace);
bool gvt_pace_refresh(struct gvt_frontbuffer_pace *pace);
void gvt_pace_scanned(struct gvt_frontbuffer_pace *pace, bool changed);

unsigned int gvt_pace_step(unsigned int phases);

#endif /* _GVT_FRONTBUFFER_PACE_H_ */
