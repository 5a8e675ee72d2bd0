/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The viewer's side of hand.h, whatever the display is that it looks at: a
 * program fills in a struct viewer and calls viewer_run().
 */
#ifndef E2E_VIEWER_H
#define E2E_VIEWER_H

#include <stdbool.h>

#include "canvas.h"
#include "hand.h"

/*
 * How much longer than for a picture to wait while QEMU starts or a guest boots:
 * several times what that takes on a machine that is busy.
 */
#define VIEWER_PATIENCE	12

/* The frames that may be on display while the guest flips */
struct among {
	int count, width, height;
	__u64 hash[HAND_FRAMES];
	unsigned int seen[HAND_FRAMES], other;
	long slab;		/* kB of the kernel's when it began */
};

/* A hardware cursor of which the display tells; w is 0 while it is hidden. */
struct pointer {
	struct canvas image;
	struct box at;
	int hot_x, hot_y;
};

/* Tries of a picture by its parts, see hand.h */
#define VIEWER_TRIES	4

struct viewer;

struct display_ops {
	/*
	 * Take updates until @fd can be read or hangs up, or @seconds have
	 * gone, or, with @fd -1, there was one. Returns 1 if @fd is ready,
	 * 0 if not, or -errno.
	 */
	int (*wait)(struct viewer *v, int fd, double seconds);
	/* Bring v->picture up to date; its width is 0 while there is none. */
	int (*look)(struct viewer *v);
};

struct viewer {
	const struct display_ops *ops;
	const char *dir;	/* of the pictures */
	double bound;		/* seconds that one picture may take */
	bool told_of_cursor, told_of_parts;
	bool sees_tags;		/* of each guest's pixels (hand.h) */

	struct canvas picture;
	struct pointer pointer;

	bool fresh;		/* an update since the last look */
	unsigned int updates, seen, missed;
	/* Of the updates since the last answer, and of the largest of them */
	unsigned long bytes, at_once;
	/*
	 * Whether a display that is told of parts leaves an update of all of it
	 * unread, unless the buffer is new; and how many it has left.
	 */
	bool by_parts;
	unsigned int unread, tries;
	unsigned int starts;	/* of the guest, which said so */
	struct among among;
	unsigned int tags, mine;	/* a bit for each that was seen, is ours */
};

/* For a display: a part of so many bytes has come. */
void viewer_counts(struct viewer *v, unsigned long bytes);
/* And then, once for all parts: it has changed, or may have. */
void viewer_updated(struct viewer *v);
/* Do as the guest says, to its end. Returns the exit status. */
int viewer_run(struct viewer *v);

#endif /* E2E_VIEWER_H */
