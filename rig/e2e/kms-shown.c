// SPDX-License-Identifier: GPL-2.0
/*
 * kms-shown NAME: tell the viewer what the display shows, whoever drew it.
 *
 * Reads the framebuffers of the CRTC and of its cursor once the picture is another
 * than at the last call and stands still, and hands it over (hand.h). It stands still
 * if it is the same at a few looks in a row, before each of which no other program
 * ran or waited for a disk: one that is late, on a machine that is slow, is waited for.
 * The exit status is 0 if the viewer saw it, and 1 if it did not.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/ioctl.h>
#include <drm.h>
#include <drm_fourcc.h>

#include "canvas.h"
#include "kms.h"
#include "pixel.h"
#include "tell.h"

#define CARD		"/dev/dri/card0"
#define LAST		"/run/kms-shown"	/* the hash at the last call */
#define LOOKS		3
#define BETWEEN_LOOKS	250000	/* us */
#define MAX_LOOKS	4000	/* which take 17 minutes at least */

struct look {
	struct canvas picture;	/* with the cursor on it, if there is one */
	__u32 format;
	bool cursor;
	__u64 hash;
};

/* Does no other program run, or wait for a disk? */
static bool is_quiet(void)
{
	FILE *f = fopen("/proc/stat", "re");
	bool quiet = f;
	char line[256];
	int n;

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "procs_running %d", &n) == 1)
			quiet = quiet && n == 1;
		else if (sscanf(line, "procs_blocked %d", &n) == 1)
			quiet = quiet && !n;
	}
	if (f)
		fclose(f);
	return quiet;
}

static __u64 last_hash(void)
{
	unsigned long long hash = 0;
	FILE *f = fopen(LAST, "re");

	if (f) {
		if (fscanf(f, "%llx", &hash) != 1)
			hash = 0;
		fclose(f);
	}
	return hash;
}

static int keep_hash(__u64 hash)
{
	FILE *f = fopen(LAST, "we");

	if (!f)
		return -errno;
	fprintf(f, "%llx\n", (unsigned long long)hash);
	return fclose(f) ? -errno : 0;
}

static const struct pixel_format *format_of(const struct kms_buffer *b)
{
	unsigned int i;

	for (i = 0; i < pixel_format_count; i++)
		if (pixel_formats[i].fourcc == b->format)
			return &pixel_formats[i];
	fprintf(stderr, "kms-shown: a framebuffer in %.4s\n",
		(const char *)&b->format);
	return NULL;
}

/* A channel of a pixel, in 8 bits: 1 is the greatest value in any format. */
static __u32 channel(const struct pixel_format *f, __u32 px, int i)
{
	__u32 max = (1u << f->bits[i]) - 1, v = px >> f->shift[i] & max;

	return max == 255 ? v : (v * 255 + max / 2) / max;
}

static int copy(struct canvas *c, const struct kms_buffer *b)
{
	const struct pixel_format *f = format_of(b);
	int x, y;
	__u32 px;

	if (!f)
		return -EOPNOTSUPP;
	c->px = realloc(c->px, sizeof(*c->px) * b->width * b->height);
	if (!c->px)
		return -ENOMEM;
	c->width = b->width;
	c->height = b->height;
	for (y = 0; y < b->height; y++) {
		const __u32 *line = b->px + (size_t)y * b->stride;
		__u32 *to = c->px + (size_t)y * b->width;

		if (b->format == DRM_FORMAT_XRGB8888) {
			memcpy(to, line, sizeof(*to) * b->width);
			continue;
		}
		for (x = 0; x < b->width; x++) {
			px = f->cpp == 2 ? ((const __u16 *)line)[x] : line[x];
			to[x] = channel(f, px, 0) << 16 |
				channel(f, px, 1) << 8 | channel(f, px, 2);
		}
	}
	return 0;
}

/* How half a pixel is blended differs, so there must not be any. */
static int put_cursor(struct canvas *c, const struct kms_buffer *b, int left,
		      int top)
{
	int x, y;
	__u32 px;

	if (b->format != DRM_FORMAT_ARGB8888)
		return -EOPNOTSUPP;
	for (y = 0; y < b->height; y++) {
		for (x = 0; x < b->width; x++) {
			px = b->px[(size_t)y * b->stride + x];
			if (px >> 24 == 0xff)
				canvas_blend(c, left + x, top + y,
					     px & 0xffffff, 255);
			else if (px)
				return -EOPNOTSUPP;
		}
	}
	return 0;
}

static int read_display(struct look *l, struct kms *kms)
{
	struct kms_buffer b;
	int left, top, ret = kms_buffer_shown(kms, &b);

	if (ret)
		return ret;
	ret = copy(&l->picture, &b);
	l->format = b.format;
	kms_buffer_free(kms, &b);
	if (!ret)
		ret = kms_cursor_shown(kms, &b, &left, &top);
	if (ret)
		return ret;
	if (b.width) {
		ret = put_cursor(&l->picture, &b, left, top);
		l->cursor = true;
		kms_buffer_free(kms, &b);
	}
	l->hash = frame_hash(l->picture.px, l->picture.width, l->picture.height,
			     l->picture.width, &no_box);
	return ret;
}

/* The card is opened for each look, so as to never be in its master's way. */
static int look(struct look *l)
{
	struct kms kms;
	int ret = kms_open(&kms, CARD);

	if (kms.fd < 0)
		return ret;
	/* Whoever opens a card first is its master. */
	ioctl(kms.fd, DRM_IOCTL_DROP_MASTER, 0);
	l->cursor = false;
	if (!ret)
		ret = read_display(l, &kms);
	close(kms.fd);
	return ret;
}

/* Returns 0 when there is a picture with another hash than @last, which stands still. */
static int wait_for_picture(struct look *l, __u64 last)
{
	int looks, still = 0, ret;
	__u64 before;

	for (looks = 0; looks < MAX_LOOKS && still < LOOKS; looks++) {
		if (looks)
			usleep(BETWEEN_LOOKS);
		/* Reading takes long, and would hold up whoever draws. */
		if (!is_quiet()) {
			still = 0;
			continue;
		}
		before = l->hash;
		ret = look(l);
		if (ret && ret != -ENODEV)
			return ret;
		if (ret || l->hash == last)
			still = 0;
		else if (still && l->hash != before)
			still = 1;
		else
			still++;
	}
	return still == LOOKS ? 0 : -ETIMEDOUT;
}

int main(int argc, char **argv)
{
	static struct look l;
	const struct canvas *c = &l.picture;
	int ret = -EINVAL;

	if (argc == 2)
		ret = wait_for_picture(&l, last_hash());
	if (!ret)
		ret = keep_hash(l.hash);
	if (ret) {
		errno = -ret;
		say_error(argc == 2 ? argv[1] : "kms-shown");
		return 2;
	}
	printf("say %s: %dx%d in %.4s%s\n", argv[1], c->width, c->height,
	       (const char *)&l.format, l.cursor ? ", with a cursor" : "");
	return hand_over(argv[1], c->px, c->width, c->height, c->width,
			 &no_box) ? 0 : 1;
}
