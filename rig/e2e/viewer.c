// SPDX-License-Identifier: GPL-2.0
/* See viewer.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "image.h"
#include "proc_util.h"
#include "time_util.h"
#include "viewer.h"

#define TRACE_MARKER	4	/* a file descriptor that host-run opens */

static const struct box no_box;

struct wanted {
	char name[64];
	__u64 hash;
	int width, height;
	struct box but;
	bool part;		/* as of the last picture, see hand.h */
};

static bool has_size(const struct canvas *c, int width, int height)
{
	return c->width == width && c->height == height;
}

static void answer_number(unsigned int n)
{
	printf("%u\n", n);
	fflush(stdout);
}

static void forget_bytes(struct viewer *v)
{
	v->bytes = 0;
	v->at_once = 0;
}

static bool answer(struct viewer *v, bool seen)
{
	if (seen)
		v->seen++;
	else
		v->missed++;
	printf("%s\n", seen ? "seen" : "missed");
	fflush(stdout);
	forget_bytes(v);
	v->tries = 0;
	return seen;
}

/* Returns false if the next update of all of it is to be read instead. */
static bool answer_again(struct viewer *v, const char *name)
{
	if (++v->tries == VIEWER_TRIES) {
		v->by_parts = false;
		return false;
	}
	fprintf(stderr, "viewer: again %s, there was an update of all of it\n",
		name);
	printf("again\n");
	fflush(stdout);
	return true;
}

/* ---- pictures ---- */

static bool is_wanted(struct viewer *v, const void *what)
{
	const struct wanted *w = what;
	const struct canvas *c = &v->picture;

	return !v->ops->look(v) && has_size(c, w->width, w->height) &&
	       frame_hash(c->px, w->width, w->height, w->width, &w->but) ==
	       w->hash;
}

static bool is_wanted_cursor(struct viewer *v, const void *what)
{
	const struct wanted *w = what;
	const struct pointer *p = &v->pointer;

	if (!w->width || !p->at.w)
		return !w->width && !p->at.w;
	return has_size(&p->image, w->width, w->height) &&
	       p->at.x == w->but.x && p->at.y == w->but.y &&
	       p->hot_x == w->but.w && p->hot_y == w->but.h &&
	       frame_hash(p->image.px, w->width, w->height, w->width,
			  &no_box) == w->hash;
}

static int save(struct viewer *v, const struct canvas *c, const char *name,
		const char *suffix)
{
	char file[96];
	int ret;

	snprintf(file, sizeof(file), "%s%s.png", name, suffix);
	ret = c->width ? image_write(c, v->dir, file) : 0;
	if (ret)
		fprintf(stderr, "viewer: cannot write %s: %s\n", file,
			strerror(-ret));
	return ret;
}

/* Wait until @there is so. Returns 0 whether it came or not. */
static int look_for(struct viewer *v, const struct wanted *w,
		    bool (*there)(struct viewer *v, const void *w),
		    const struct canvas *shown)
{
	double start = time_s();
	unsigned int before = v->updates;
	bool found = there(v, w), by_parts = v->by_parts;
	int ret;

	v->unread = 0;
	while (!found && time_s() < start + v->bound) {
		ret = v->ops->wait(v, -1, 0.2);
		if (ret < 0)
			return ret;
		if (!v->fresh)
			continue;
		v->fresh = false;
		found = there(v, w);
		if (w->part && !found && v->by_parts && v->unread &&
		    answer_again(v, w->name))
			return 0;
	}
	ret = save(v, shown, w->name, found ? "" : ".missed");
	if (ret)
		return ret;
	fprintf(stderr, "viewer: %s %s%s after %.2f s, %u updates, %lu bytes, %lu at once\n",
		found ? "saw" : "missed", w->name,
		!w->part || !v->told_of_parts ? "" :
		v->by_parts ? " by parts" : " by all of it",
		time_s() - start, v->updates - before, v->bytes, v->at_once);
	v->by_parts = by_parts;
	answer(v, found);
	return 0;
}

static int look_for_cursor(struct viewer *v, const struct wanted *w)
{
	static const struct canvas nothing;
	const struct pointer *p = &v->pointer;
	unsigned int missed = v->missed;
	int ret;

	if (!v->told_of_cursor) {
		fprintf(stderr, "viewer: missed %s: never told of a cursor\n",
			w->name);
		answer(v, false);
		return 0;
	}
	ret = look_for(v, w, is_wanted_cursor, w->width ? &p->image : &nothing);
	if (!ret && v->missed != missed)
		fprintf(stderr, "viewer: the cursor is %d x %d at %d, %d, hotspot %d, %d\n",
			p->at.w, p->at.h, p->at.x, p->at.y, p->hot_x, p->hot_y);
	return ret;
}

/* ---- frames among which the guest flips ---- */

static void check_among(struct viewer *v)
{
	struct among *a = &v->among;
	__u64 hash;
	int i;

	if (v->ops->look(v) || !has_size(&v->picture, a->width, a->height)) {
		a->other++;
		return;
	}
	hash = frame_hash(v->picture.px, a->width, a->height, a->width,
			  &no_box);
	for (i = 0; i < a->count; i++) {
		if (hash == a->hash[i]) {
			a->seen[i]++;
			return;
		}
	}
	a->other++;
}

static unsigned int tags_in(const struct canvas *c)
{
	unsigned int tags = 0;
	int i;

	for (i = 0; i < c->width * c->height; i++)
		tags |= 1u << tag_of(c->px[i]);
	return tags & ~1u;
}

void viewer_counts(struct viewer *v, unsigned long bytes)
{
	v->bytes += bytes;
	if (bytes > v->at_once)
		v->at_once = bytes;
}

void viewer_updated(struct viewer *v)
{
	v->fresh = true;
	v->updates++;
	if (v->sees_tags && !v->ops->look(v))
		v->tags |= tags_in(&v->picture);
	if (v->among.count)
		check_among(v);
}

static void begin_among(struct viewer *v, const char *line)
{
	struct among *a = &v->among;
	unsigned long long hash;
	int n = 0;

	memset(a, 0, sizeof(*a));
	if (sscanf(line, "%d %d%n", &a->width, &a->height, &n) != 2)
		return;
	line += n;
	while (a->count < HAND_FRAMES && sscanf(line, "%llx%n", &hash, &n) == 1) {
		a->hash[a->count++] = hash;
		line += n;
	}
	a->slab = unreclaimable_kib();
}

static void end_among(struct viewer *v)
{
	struct among *a = &v->among;
	bool all = true;
	int i;

	for (i = 0; i < a->count; i++)
		all = all && a->seen[i];
	all = all && a->count && !a->other;
	fprintf(stderr, "viewer: %s %d frames:", all ? "saw" : "missed",
		a->count);
	for (i = 0; i < a->count; i++)
		fprintf(stderr, " %u", a->seen[i]);
	fprintf(stderr, " times, %u other pictures; slab grew by %ld kB\n",
		a->other, unreclaimable_kib() - a->slab);
	a->count = 0;
	answer(v, all);
}

/* ---- what the guest says ---- */

static bool read_wanted(struct wanted *w, const char *line, const char *what)
{
	size_t n = strlen(what);
	unsigned long long hash;

	if (strncmp(line, what, n) ||
	    sscanf(line + n, " %63s %llx %d %d %d %d %d %d", w->name, &hash,
		   &w->width, &w->height, &w->but.x, &w->but.y, &w->but.w,
		   &w->but.h) != 8)
		return false;
	w->hash = hash;
	w->part = !strcmp(what, "part");
	return true;
}

/* Returns 1 at the guest's end. */
static int obey(struct viewer *v, const char *line)
{
	struct wanted w;
	unsigned int tag;

	if (read_wanted(&w, line, "picture") || read_wanted(&w, line, "part"))
		return look_for(v, &w, is_wanted, &v->picture);
	if (read_wanted(&w, line, "cursor"))
		return look_for_cursor(v, &w);
	if (!strcmp(line, "end"))
		return 1;
	if (!strcmp(line, "parts")) {
		v->by_parts = v->told_of_parts;
		forget_bytes(v);
		printf("ready\n");
		fflush(stdout);
		return 0;
	}
	if (!strcmp(line, "start")) {
		answer_number(++v->starts);
		return 0;
	}
	if (!strncmp(line, "among ", 6)) {
		begin_among(v, line + 6);
		return 0;
	}
	if (!strcmp(line, "settled")) {
		end_among(v);
		return 0;
	}
	if (sscanf(line, "mine %u", &tag) == 1 && tag < HAND_TAGS) {
		v->mine |= 1u << tag;
		return 0;
	}
	if (!strncmp(line, "mark ", 5)) {
		dprintf(TRACE_MARKER, "%s\n", line + 5);
		return 0;
	}
	if (!strncmp(line, "fail ", 5))
		v->missed++;
	fprintf(stderr, "guest: %s\n", line);
	return 0;
}

/* The display's messages are taken meanwhile, lest the server drop us. */
static int next_line(struct viewer *v, char *line, size_t size)
{
	size_t n = 0;
	int ret;
	char ch;

	for (;;) {
		ret = v->ops->wait(v, STDIN_FILENO, v->bound * VIEWER_PATIENCE);
		if (!ret) {
			fprintf(stderr, "viewer: the guest says nothing\n");
			ret = -ETIMEDOUT;
		}
		if (ret < 0)
			return ret;
		if (read(STDIN_FILENO, &ch, 1) != 1)
			return -EPIPE;
		if (ch == '\n')
			break;
		if (ch != '\r' && n < size - 1)
			line[n++] = ch;
	}
	line[n] = 0;
	return 0;
}

int viewer_run(struct viewer *v)
{
	char line[HAND_LINE];
	int ret = 0;

	/* Another viewer may write to the same log. */
	setvbuf(stderr, NULL, _IOLBF, 0);
	while (!ret) {
		ret = next_line(v, line, sizeof(line));
		if (!ret)
			ret = obey(v, line);
	}
	if (v->mine) {
		fprintf(stderr, "viewer: %s a pixel of another guest\n",
			v->tags & ~v->mine ? "saw" : "never saw");
		v->missed += !v->sees_tags || v->tags & ~v->mine;
	}
	fprintf(stderr, "viewer: %u pictures seen, %u missed, %u updates\n",
		v->seen, v->missed, v->updates);
	return ret == 1 && !v->missed ? 0 : 1;
}
