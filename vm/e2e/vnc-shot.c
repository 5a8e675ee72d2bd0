// SPDX-License-Identifier: GPL-2.0
/*
 * vnc-shot SOCKET DIRECTORY SECONDS: a VNC viewer that a guest tells what to
 * see (hand.h, on standard input and output).
 *
 * It looks at the display until that picture is there, all of it, and writes
 * it to DIRECTORY as NAME.png. If it has not come after SECONDS, what is there
 * instead becomes NAME.missed.png. The exit status is 0 if the guest came to
 * its end and no picture was missed.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <rfb/rfbclient.h>

#include "hand.h"
#include "image.h"

/* The frames that may be on display while the guest flips */
struct among {
	int count, width, height;
	__u64 hash[HAND_FRAMES];
	unsigned int seen[HAND_FRAMES], other;
	long slab;		/* kB of the kernel's when it began */
};

struct viewer {
	rfbClient *vnc;
	const char *dir;
	double bound;
	bool fresh;		/* an update since the last look */
	unsigned int updates, seen, missed;
	struct among among;
	unsigned int tags, mine;	/* a bit for each that was seen, is ours */
};

struct wanted {
	char name[64];
	__u64 hash;
	int width, height;
	struct box but;
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/* ---- VNC ---- */

static void check_among(struct among *a, rfbClient *vnc)
{
	static const struct box no_box;
	__u64 hash;
	int i;

	if (vnc->width != a->width || vnc->height != a->height) {
		a->other++;
		return;
	}
	hash = frame_hash((__u32 *)vnc->frameBuffer, a->width, a->height,
			  a->width, &no_box);
	for (i = 0; i < a->count; i++) {
		if (hash == a->hash[i]) {
			a->seen[i]++;
			return;
		}
	}
	a->other++;
}

static unsigned int tags_in(const rfbClient *vnc)
{
	const __u32 *px = (const __u32 *)vnc->frameBuffer;
	unsigned int tags = 0;
	int i;

	for (i = 0; i < vnc->width * vnc->height; i++)
		tags |= 1u << tag_of(px[i]);
	return tags & ~1u;
}

static void updated(rfbClient *vnc)
{
	struct viewer *v = rfbClientGetClientData(vnc, NULL);

	v->fresh = true;
	v->updates++;
	v->tags |= tags_in(vnc);
	if (v->among.count)
		check_among(&v->among, vnc);
}

/* The server comes up while we wait. */
static rfbClient *try_connect(const char *path)
{
	rfbClient *vnc = rfbGetClient(8, 3, 4);

	if (!vnc)
		return NULL;
	vnc->format.redShift = 16;
	vnc->format.greenShift = 8;
	vnc->format.blueShift = 0;
	vnc->appData.encodingsString = "raw";
	vnc->appData.useRemoteCursor = FALSE;
	vnc->serverHost = strdup(path);
	vnc->FinishedFrameBufferUpdate = updated;
	/* On failure it frees the client. */
	return rfbInitClient(vnc, NULL, NULL) ? vnc : NULL;
}

/*
 * libvncclient asks for the extended kind of size messages as well, and then
 * drops them if the screen has the number 0, as QEMU's has. So say again what
 * is wanted, without that: raw pixels and plain size messages.
 */
static bool ask_for_plain_sizes(rfbClient *vnc)
{
	unsigned char set_encodings[] = {
		2, 0, 0, 2,
		0, 0, 0, 0,
		0xff, 0xff, 0xff, 0x21,
	};

	return WriteToRFBServer(vnc, (char *)set_encodings,
				sizeof(set_encodings));
}

static int connect_viewer(struct viewer *v, const char *path)
{
	double end = now() + v->bound;

	while (access(path, F_OK) || !(v->vnc = try_connect(path))) {
		if (now() > end)
			return -ETIMEDOUT;
		usleep(50000);
	}
	rfbClientSetClientData(v->vnc, NULL, v);
	return ask_for_plain_sizes(v->vnc) ? 0 : -EPIPE;
}

/* Wait for a message for at most @usec and take it. */
static int take_update(struct viewer *v, int usec)
{
	int ret = WaitForMessage(v->vnc, usec);

	if (ret > 0 && !HandleRFBServerMessage(v->vnc))
		ret = -1;
	if (ret < 0)
		fprintf(stderr, "viewer: the VNC server has gone\n");
	return ret < 0 ? -EPIPE : 0;
}

/* ---- pictures ---- */

static bool is_wanted(const struct viewer *v, const struct wanted *w)
{
	rfbClient *vnc = v->vnc;

	return vnc->width == w->width && vnc->height == w->height &&
	       frame_hash((__u32 *)vnc->frameBuffer, w->width, w->height,
			  w->width, &w->but) == w->hash;
}

static int save(const struct viewer *v, const char *name, const char *suffix)
{
	struct canvas c = {
		.width = v->vnc->width,
		.height = v->vnc->height,
		.px = (__u32 *)v->vnc->frameBuffer,
	};
	char file[96];

	snprintf(file, sizeof(file), "%s%s.png", name, suffix);
	return image_write(&c, v->dir, file);
}

/* Returns 0 whether the picture came or not. */
static int look_for(struct viewer *v, const struct wanted *w)
{
	double start = now();
	unsigned int before = v->updates;
	bool found = is_wanted(v, w);
	int ret;

	while (!found && now() < start + v->bound) {
		ret = take_update(v, 200000);
		if (ret)
			return ret;
		if (!v->fresh)
			continue;
		v->fresh = false;
		found = is_wanted(v, w);
	}
	ret = save(v, w->name, found ? "" : ".missed");
	if (ret) {
		fprintf(stderr, "viewer: cannot write %s: %s\n", w->name,
			strerror(-ret));
		return ret;
	}
	fprintf(stderr, "viewer: %s %s after %.2f s, %u updates\n",
		found ? "saw" : "missed", w->name, now() - start,
		v->updates - before);
	if (found)
		v->seen++;
	else
		v->missed++;
	printf("%s\n", found ? "seen" : "missed");
	fflush(stdout);
	return 0;
}

/* ---- frames among which the guest flips ---- */

/* What the kernel has allocated and cannot take back, in kB */
static long kernel_slab(void)
{
	char line[80];
	long kb = -1;
	FILE *f = fopen("/proc/meminfo", "re");

	if (!f)
		return -1;
	while (kb < 0 && fgets(line, sizeof(line), f))
		if (sscanf(line, "SUnreclaim: %ld", &kb) != 1)
			kb = -1;
	fclose(f);
	return kb;
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
	a->slab = kernel_slab();
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
		a->other, kernel_slab() - a->slab);
	if (all)
		v->seen++;
	else
		v->missed++;
	a->count = 0;
	printf("%s\n", all ? "seen" : "missed");
	fflush(stdout);
}

/* ---- what the guest says ---- */

/* Returns 1 at the guest's end. */
static int obey(struct viewer *v, const char *line)
{
	struct wanted w;
	unsigned long long hash;
	unsigned int tag;

	if (sscanf(line, "picture %63s %llx %d %d %d %d %d %d", w.name, &hash,
		   &w.width, &w.height, &w.but.x, &w.but.y, &w.but.w,
		   &w.but.h) == 8) {
		w.hash = hash;
		return look_for(v, &w);
	}
	if (!strcmp(line, "end"))
		return 1;
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
		struct pollfd in[] = {
			{ .fd = STDIN_FILENO, .events = POLLIN },
			{ .fd = v->vnc->sock, .events = POLLIN },
		};

		if (poll(in, 2, v->bound * 1000) <= 0) {
			fprintf(stderr, "viewer: the guest says nothing\n");
			return -ETIMEDOUT;
		}
		if (in[1].revents) {
			ret = take_update(v, 0);
			if (ret)
				return ret;
		}
		if (!(in[0].revents & (POLLIN | POLLHUP)))
			continue;
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

int main(int argc, char **argv)
{
	struct viewer v = { 0 };
	char line[HAND_LINE];
	int ret;

	if (argc != 4) {
		fprintf(stderr, "usage: vnc-shot SOCKET DIRECTORY SECONDS\n");
		return 2;
	}
	v.dir = argv[2];
	v.bound = atof(argv[3]);
	rfbEnableClientLogging = FALSE;
	ret = connect_viewer(&v, argv[1]);
	if (ret)
		fprintf(stderr, "viewer: no VNC server at %s\n", argv[1]);
	while (!ret) {
		ret = next_line(&v, line, sizeof(line));
		if (!ret)
			ret = obey(&v, line);
	}
	if (v.mine) {
		fprintf(stderr, "viewer: %s a pixel of another guest\n",
			v.tags & ~v.mine ? "saw" : "never saw");
		v.missed += !!(v.tags & ~v.mine);
	}
	fprintf(stderr, "viewer: %u pictures seen, %u missed, %u updates\n",
		v.seen, v.missed, v.updates);
	return ret == 1 && !v.missed ? 0 : 1;
}
