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
#include <unistd.h>

#include <rfb/rfbclient.h>

#include "time_util.h"
#include "viewer.h"

struct vnc_viewer {
	struct viewer v;
	rfbClient *vnc;
};

/* In the protocol: the header of an update, that of a rectangle, raw pixels */
#define UPDATE_BYTES	4
#define RECT_BYTES	12
#define PIXEL_BYTES	4

static void got_rect(rfbClient *vnc, int x, int y, int w, int h)
{
	struct viewer *v = rfbClientGetClientData(vnc, NULL);

	viewer_counts(v, RECT_BYTES + PIXEL_BYTES * w * h);
}

static void updated(rfbClient *vnc)
{
	struct viewer *v = rfbClientGetClientData(vnc, NULL);

	viewer_counts(v, UPDATE_BYTES);
	viewer_updated(v);
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
	vnc->GotFrameBufferUpdate = got_rect;
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

static int connect_viewer(struct vnc_viewer *s, const char *path)
{
	double end = time_s() + s->v.bound * VIEWER_PATIENCE;

	while (access(path, F_OK) || !(s->vnc = try_connect(path))) {
		if (time_s() > end)
			return -ETIMEDOUT;
		usleep(50000);
	}
	rfbClientSetClientData(s->vnc, NULL, &s->v);
	return ask_for_plain_sizes(s->vnc) ? 0 : -EPIPE;
}

static int take_message(struct vnc_viewer *s)
{
	int ret = WaitForMessage(s->vnc, 0);

	if (ret > 0 && !HandleRFBServerMessage(s->vnc))
		ret = -1;
	if (ret < 0)
		fprintf(stderr, "viewer: the VNC server has gone\n");
	return ret < 0 ? -EPIPE : 0;
}

static int vnc_wait(struct viewer *v, int fd, double seconds)
{
	struct vnc_viewer *s = (struct vnc_viewer *)v;
	double end = time_s() + seconds;
	struct pollfd in[] = {
		{ .fd = fd, .events = POLLIN },
		{ .fd = s->vnc->sock, .events = POLLIN },
	};
	int ret;

	do {
		ret = poll(in, 2, seconds * 1000);
		if (ret <= 0)
			return ret < 0 ? -errno : 0;
		if (in[1].revents) {
			ret = take_message(s);
			if (ret)
				return ret;
		}
		if (in[0].revents)
			return 1;
		seconds = end - time_s();
	} while (fd >= 0 && seconds > 0);
	return 0;
}

static int vnc_look(struct viewer *v)
{
	const struct vnc_viewer *s = (struct vnc_viewer *)v;

	v->picture = (struct canvas){
		.width = s->vnc->width,
		.height = s->vnc->height,
		.px = (__u32 *)s->vnc->frameBuffer,
	};
	return 0;
}

int main(int argc, char **argv)
{
	static const struct display_ops ops = {
		.wait = vnc_wait,
		.look = vnc_look,
	};
	struct vnc_viewer s = { .v = { .ops = &ops, .sees_tags = true } };

	if (argc != 4) {
		fprintf(stderr, "usage: vnc-shot SOCKET DIRECTORY SECONDS\n");
		return 2;
	}
	s.v.dir = argv[2];
	s.v.bound = atof(argv[3]);
	rfbEnableClientLogging = FALSE;
	if (connect_viewer(&s, argv[1])) {
		fprintf(stderr, "viewer: no VNC server at %s\n", argv[1]);
		return 1;
	}
	return viewer_run(&s.v);
}
