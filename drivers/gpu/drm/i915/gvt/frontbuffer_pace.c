// SPDX-License-Identifier: MIT
/*
 * How often, and in which order, the pixels of a plane are sampled.
 *
 * A flip is a register write; drawing into the framebuffer that is scanned out is
 * not. So a part of the framebuffer is sampled now and then: at each refresh while
 * changes are found, and the more seldom the longer none are.
 */

#include <linux/export.h>
#include <linux/gcd.h>
#include <linux/minmax.h>

#include <kunit/visibility.h>

#include "frontbuffer_pace.h"

/**
 * gvt_pace_restart - begin again after a change that is signalled anyway
 * @pace: of a plane
 */
void gvt_pace_restart(struct gvt_frontbuffer_pace *pace)
{
	pace->wait = GVT_PACE_SETTLE;
	pace->interval = 1;
	pace->quiet = 0;
}
EXPORT_SYMBOL_IF_KUNIT(gvt_pace_restart);

/**
 * gvt_pace_refresh - the display has been refreshed without a change
 * @pace: of a plane, restarted at least once
 *
 * Return: whether to sample.
 */
bool gvt_pace_refresh(struct gvt_frontbuffer_pace *pace)
{
	if (pace->wait > 1) {
		pace->wait--;
		return false;
	}

	pace->wait = pace->interval;
	return true;
}
EXPORT_SYMBOL_IF_KUNIT(gvt_pace_refresh);

/**
 * gvt_pace_scanned - decide by the result when to sample next
 * @pace: of a plane
 * @changed: pixels have changed
 */
void gvt_pace_scanned(struct gvt_frontbuffer_pace *pace, bool changed)
{
	if (changed) {
		pace->wait = 1;
		pace->interval = 1;
		pace->quiet = 0;
	} else if (++pace->quiet == GVT_PACE_QUIET) {
		pace->interval = min(2 * pace->interval, GVT_PACE_MAX);
		pace->quiet = 0;
	}
}
EXPORT_SYMBOL_IF_KUNIT(gvt_pace_scanned);

/**
 * gvt_pace_step - the distance between phases sampled in a row
 * @phases: there are so many, at least one
 *
 * Page i of a framebuffer is sampled in phase i modulo @phases. What is drawn is
 * seldom a single page, so phases that follow each other soon should be far
 * apart: the golden section spreads them evenly from the first on.
 *
 * Return: what to add to a phase, modulo @phases, to come to the next. All are
 * visited before one is visited again.
 */
unsigned int gvt_pace_step(unsigned int phases)
{
	unsigned int step = max(phases * 5 / 8, 1u);

	while (gcd(step, phases) != 1)
		step++;

	return step;
}
EXPORT_SYMBOL_IF_KUNIT(gvt_pace_step);
