// SPDX-License-Identifier: GPL-2.0
/*
 * kms-restart TAG ACTION...: a Linux guest that starts several times.
 *
 * Each time it shows a picture whose pixels are marked as of this start, the
 * first with TAG, the next with TAG + 1 (hand.h); then it does the ACTION of
 * that number, with the picture on display:
 *
 *	reboot	restart the machine as its owner would
 *	panic	crash the kernel, which restarts the machine
 *	die	the same, but tell the viewer first that this is the end
 *	end	tell the viewer
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include <sys/reboot.h>
#include <drm_fourcc.h>

#include "kms.h"
#include "scene.h"
#include "tell.h"

#define CARD		"/dev/dri/card0"
#define SYSRQ		"/proc/sysrq-trigger"
#define FRAMES		60
#define UNTIL_OTHER	3000	/* ms */

struct stage {
	struct kms kms;
	struct scene scene;
	struct kms_buffer picture, other;
};

static int stage_init(struct stage *s)
{
	int ret = kms_open(&s->kms, CARD), width, height;

	if (ret)
		return ret;
	width = s->kms.mode.hdisplay;
	height = s->kms.mode.vdisplay;
	ret = kms_buffer_init(&s->kms, &s->picture, width, height,
			      DRM_FORMAT_MOD_LINEAR);
	if (!ret)
		ret = kms_buffer_init(&s->kms, &s->other, width, height,
				      DRM_FORMAT_MOD_LINEAR);
	return ret ? ret : scene_init(&s->scene, width, height);
}

static void draw(struct stage *s, struct kms_buffer *b, int frame, int tag)
{
	struct canvas *c = &s->scene.frame;
	int x, y;

	scene_draw(&s->scene, frame, FRAMES);
	for (y = 0; y < c->height; y++) {
		for (x = 0; x < c->width; x++) {
			__u32 *px = &c->px[y * c->width + x];

			*px = tagged(*px, tag);
			b->px[y * b->stride + x] = *px;
		}
	}
}

/* As hand_over_after_reset() of firmware.c, and for the same reason */
static int show(struct stage *s, int tag)
{
	const struct canvas *frame = &s->scene.frame;
	char name[32];
	int ret;

	draw(s, &s->other, FRAMES / 2 + tag, tag);
	draw(s, &s->picture, tag, tag);
	snprintf(name, sizeof(name), "linux-%d", tag);
	name_picture(name, frame->px, frame->width, frame->height,
		     frame->width, &no_box);
	ret = kms_set_mode(&s->kms, &s->picture);
	while (!ret && !has_answer(UNTIL_OTHER)) {
		ret = kms_set_mode(&s->kms, &s->other);
		if (!ret && !has_answer(UNTIL_OTHER))
			ret = kms_set_mode(&s->kms, &s->picture);
	}
	if (ret)
		return ret;
	return was_seen() ? 0 : -ETIMEDOUT;
}

static void say_end(void)
{
	printf("end\n");
	fflush(stdout);
	tcdrain(STDOUT_FILENO);
}

static int panic(void)
{
	int fd = open(SYSRQ, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "c", 1) != 1)
		return -errno;
	return -EALREADY;	/* it is not to come back */
}

static int act(const char *action)
{
	if (!strcmp(action, "reboot")) {
		reboot(RB_AUTOBOOT);
		return -errno;
	}
	if (!strcmp(action, "panic"))
		return panic();
	say_end();
	return strcmp(action, "die") ? 0 : panic();
}

int main(int argc, char **argv)
{
	static struct stage stage;
	int start = start_number(), tag, ret;

	if (argc < 3 || start < 1 || start > argc - 2) {
		errno = EINVAL;
		say_error("kms-restart");
		say_end();
		return 2;
	}
	tag = atoi(argv[1]) + start - 1;
	printf("mine %d\n", tag);
	ret = stage_init(&stage);
	if (!ret)
		ret = show(&stage, tag);
	if (!ret)
		ret = act(argv[1 + start]);
	if (ret) {
		errno = -ret;
		say_error(argv[1 + start]);
		say_end();
	}
	return ret ? 1 : 0;
}
