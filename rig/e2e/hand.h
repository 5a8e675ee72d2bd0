/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How the guest and the viewer's host hand over to each other: lines on a
 * serial port of the guest, so that neither has to guess how long the other
 * takes.
 *
 *   guest:  picture NAME HASH WIDTH HEIGHT X Y W H
 *	The display shows NAME from now on, see frame_hash(); the box is where
 *	a cursor may be, and W 0 if nowhere.
 *   viewer: seen | missed
 *	It has that very picture; or it waited as long as it may.
 *   guest:  parts
 *   viewer: ready
 *	From now on pixels change in place, a part of the picture at a time.
 *   guest:  part NAME HASH WIDTH HEIGHT X Y W H
 *	A picture of which only a part is new. A viewer that is told which parts
 *	have changed is to see it by these alone: updates of all of it are not
 *	read, since they would bring what such a part should have. If there
 *	was one, perhaps in place of the part, it answers
 *   viewer: again
 *	and the guest changes the same pixels once more. After some of these
 *	it reads all, and says so.
 *   guest:  cursor NAME HASH W H X Y HOT-X HOT-Y
 *	The same of the hardware cursor by itself, W 0 if there is none, for a
 *	viewer that is told of it: answered missed by one that is not.
 *   guest:  among WIDTH HEIGHT HASH...
 *	From now on the display shows one of these frames, whole.
 *   guest:  settled
 *	No longer so. As if each frame that the viewer has seen by then was a
 *	picture, it answers seen or missed.
 *   guest:  start
 *   viewer: NUMBER
 *	How often it was told so, now included: a guest that has started again
 *	does not know.
 *   guest:  mine TAG
 *	Pixels with this tag (tagged() below) are of this guest. At its end the
 *	viewer misses nothing only if it has seen none of another.
 *   guest:  mark TEXT
 *	Goes to the kernel's trace, where it stands between what happened before
 *	and after. No answer.
 *   guest:  say TEXT
 *   guest:  fail TEXT
 *   guest:  end
 */
#ifndef E2E_HAND_H
#define E2E_HAND_H

#include <stdbool.h>
#include <linux/types.h>

#define HAND_LINE	256
#define HAND_FRAMES	8

struct box {
	int x, y, w, h;
};

/*
 * FNV-1a over the pixels without their top byte, row by row; a pixel inside
 * @but counts as black.
 */
static inline __u64 frame_hash(const __u32 *px, int width, int height,
			       int stride, const struct box *but)
{
	__u64 hash = 0xcbf29ce484222325ull;
	int x, y;

	for (y = 0; y < height; y++) {
		for (x = 0; x < width; x++) {
			__u32 v = px[(long)y * stride + x] & 0xffffff;

			if (x >= but->x && x < but->x + but->w &&
			    y >= but->y && y < but->y + but->h)
				v = 0;
			hash = (hash ^ v) * 0x100000001b3ull;
		}
	}
	return hash;
}

#define HAND_TAGS	16

/* @pixel, marked in the low bits of its colours as of the guest @tag */
static inline __u32 tagged(__u32 pixel, __u32 tag)
{
	return (pixel & 0xf0f0f0) | 0x050a00 | tag;
}

/* The tag of a pixel, or 0 if it has none. */
static inline __u32 tag_of(__u32 pixel)
{
	return (pixel & 0x0f0f00) == 0x050a00 ? pixel & 0xf : 0;
}

#endif /* E2E_HAND_H */
