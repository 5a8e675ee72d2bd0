// SPDX-License-Identifier: MIT
/*
 * Which pages of a framebuffer are scanned, and in which order.
 *
 * All pages are visited in turn, far from each other, because what is drawn is
 * seldom a single page. Before that come the pages around the last changes: text
 * is typed beside text.
 */

#include <linux/array_size.h>
#include <linux/export.h>
#include <linux/gcd.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/mm.h>

#include <kunit/visibility.h>

#include "frontbuffer_pace.h"

/* Heights of X and Y tiles of 4 KiB, and the width of an X tile in bytes */
#define ROW_LINES	8
#define Y_ROW_LINES	32
#define X_TILE_BYTES	((int)PAGE_SIZE / ROW_LINES)
/* A line of text, or a row of Y tiles, is at most so many of these high. */
#define NEAR_ROWS	4
/* For a stride that no monitor needs */
#define MAX_REACH	128u

/*
 * The golden section spreads pages evenly from the first on. Without a common
 * divisor, each page is visited before one is visited again.
 */
static unsigned int gvt_pace_step(unsigned int pages)
{
	unsigned int step = max(mult_frac(pages, 5, 8), 1u);

	while (gcd(step, pages) != 1)
		step++;

	return step;
}

/**
 * gvt_pace_restart - begin with a framebuffer of which nothing is known
 * @pace: of a plane
 * @pages: of the framebuffer; there may be none
 * @stride: bytes from one line to the next
 */
void gvt_pace_restart(struct gvt_frontbuffer_pace *pace, unsigned int pages,
		      unsigned int stride)
{
	*pace = (struct gvt_frontbuffer_pace){
		.pages = pages,
		.step = pages ? gvt_pace_step(pages) : 0,
		.left = pages,
		.stride = stride,
	};
}
EXPORT_SYMBOL_IF_KUNIT(gvt_pace_restart);

/**
 * gvt_pace_hint - any page may have been written to
 * @pace: of a plane
 */
void gvt_pace_hint(struct gvt_frontbuffer_pace *pace)
{
	pace->left = pace->pages;
}
EXPORT_SYMBOL_IF_KUNIT(gvt_pace_hint);

/**
 * gvt_pace_budget - how much a scan visits in turn
 * @pace: of a plane
 *
 * Return: how many pages, at most those that are left.
 */
unsigned int gvt_pace_budget(const struct gvt_frontbuffer_pace *pace)
{
	return min(pace->left, clamp(DIV_ROUND_UP(pace->pages, GVT_PACE_SCANS),
				     GVT_PACE_MIN_PAGES, GVT_PACE_MAX_PAGES));
}
EXPORT_SYMBOL_IF_KUNIT(gvt_pace_budget);

/**
 * gvt_pace_next - visit a page
 * @pace: of a plane, of which pages are left
 *
 * Return: which one.
 */
unsigned int gvt_pace_next(struct gvt_frontbuffer_pace *pace)
{
	const unsigned int page = pace->next;

	pace->next = (page + pace->step) % pace->pages;
	pace->left--;
	return page;
}
EXPORT_SYMBOL_IF_KUNIT(gvt_pace_next);

/* Pages on each side of a change that may belong to the same drawing */
static unsigned int gvt_pace_reach(const struct gvt_frontbuffer_pace *pace)
{
	return min(NEAR_ROWS * (DIV_ROUND_UP(pace->stride, X_TILE_BYTES) + 1), MAX_REACH);
}

/**
 * gvt_pace_changed - note that a page has changed
 * @pace: of a plane
 * @page: which one
 *
 * The page becomes the hot spot in the place of one nearby, or else of the oldest.
 */
void gvt_pace_changed(struct gvt_frontbuffer_pace *pace, unsigned int page)
{
	struct gvt_hot_spot *spot, *oldest = pace->spots;

	for (spot = pace->spots; spot < pace->spots + GVT_PACE_SPOTS; spot++) {
		if (spot->scans &&
		    abs_diff(spot->page, page) <= gvt_pace_reach(pace)) {
			oldest = spot;
			break;
		}
		if (spot->scans < oldest->scans)
			oldest = spot;
	}

	*oldest = (struct gvt_hot_spot){ .page = page, .scans = GVT_PACE_HOT };
}
EXPORT_SYMBOL_IF_KUNIT(gvt_pace_changed);

/**
 * gvt_pace_cool - age the hot spots at the beginning of a scan
 * @pace: of a plane
 */
void gvt_pace_cool(struct gvt_frontbuffer_pace *pace)
{
	unsigned int i;

	for (i = 0; i < GVT_PACE_SPOTS; i++)
		if (pace->spots[i].scans)
			pace->spots[i].scans--;
}
EXPORT_SYMBOL_IF_KUNIT(gvt_pace_cool);

/**
 * gvt_pace_probe - which pages a drawing beside the last one changes
 * @pace: of a plane
 * @spot: which of the last changes
 * @pages: receives at most %GVT_PACE_PROBES of them
 *
 * A glyph next to a change, in the line of text below, or at the beginning of that
 * changes one of these pages, whatever the layout, if a line of text has up to 32
 * lines: above and below there are rows of X tiles, one of four of them begins a row of
 * Y tiles, and in a linear framebuffer a glyph is on more pages than a row has.
 *
 * Return: how many; 0 if the spot is not hot, or scans visit all pages anyway.
 */
unsigned int gvt_pace_probe(const struct gvt_frontbuffer_pace *pace,
			    unsigned int spot, unsigned int *pages)
{
	const struct gvt_hot_spot *s = &pace->spots[spot];
	const int stride = pace->stride;
	/* What is no whole number of X tiles wide may still have rows of Y tiles. */
	const int lines = stride % X_TILE_BYTES ? Y_ROW_LINES : ROW_LINES;
	const unsigned int tiles = max(lines * stride / (int)PAGE_SIZE, 1);
	unsigned int count = 0;
	int row, i;

	if (!s->scans || pace->pages <= GVT_PACE_MIN_PAGES)
		return 0;

	for (row = 1 - NEAR_ROWS; row <= NEAR_ROWS; row++) {
		const s64 page = (s64)s->page + row * ROW_LINES * stride / (int)PAGE_SIZE;
		const s64 wanted[] = { page - 1, page, page + 1,
				       page - s->page % tiles };

		for (i = 0; i < ARRAY_SIZE(wanted); i++)
			if (wanted[i] >= 0 && wanted[i] < pace->pages)
				pages[count++] = wanted[i];
	}

	return count;
}
EXPORT_SYMBOL_IF_KUNIT(gvt_pace_probe);

/**
 * gvt_pace_surroundings - which pages may have changed together with one
 * @pace: of a plane
 * @spot: which of the last changes
 * @first: receives the first page
 *
 * Return: how many pages; 0 if the spot has not changed since gvt_pace_cool().
 */
unsigned int gvt_pace_surroundings(const struct gvt_frontbuffer_pace *pace,
				   unsigned int spot, unsigned int *first)
{
	const unsigned int page = pace->spots[spot].page;
	const unsigned int reach = gvt_pace_reach(pace);

	if (pace->spots[spot].scans < GVT_PACE_HOT)
		return 0;

	*first = page - min(page, reach);
	return min(page + reach + 1, pace->pages) - *first;
}
EXPORT_SYMBOL_IF_KUNIT(gvt_pace_surroundings);
