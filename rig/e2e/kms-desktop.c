// SPDX-License-Identifier: GPL-2.0
/*
 * What the Linux guest shows, one phase after the other:
 *
 *	console		the boot console, as it is in the framebuffer
 *	desktop:N	a window dragged about, N frames, each a page flip
 *			between three buffers, with a hardware cursor
 *	flips:N:B	N flips between B buffers as fast as they go
 *
 * Every picture is handed over to the viewer (hand.h) before the next.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <linux/fb.h>
#include <drm_fourcc.h>

#include "desktop.h"
#include "kms.h"
#include "scene.h"
#include "tell.h"
#include "time_util.h"

#define CARD		"/dev/dri/card0"
#define BUFFERS		3
#define MAX_FRAMES	1000

#define KLOG_CONSOLE_LEVEL	8

/* ---- console ---- */

static int hide_text_cursor(void)
{
	static const char text[] = "\033[?25l";
	int fd = open("/dev/tty0", O_WRONLY | O_CLOEXEC);
	ssize_t ret;

	if (fd < 0)
		return -errno;
	ret = write(fd, text, sizeof(text) - 1);
	close(fd);
	return ret < 0 ? -errno : 0;
}

static int show_console(void)
{
	struct fb_var_screeninfo var;
	struct fb_fix_screeninfo fix;
	__u32 *px;
	size_t size, at;
	ssize_t got;
	bool seen;
	int fd;

	/* From here on nobody writes to it. */
	klogctl(KLOG_CONSOLE_LEVEL, NULL, 1);
	if (hide_text_cursor())
		return say_error("/dev/tty0");
	fd = open("/dev/fb0", O_RDONLY | O_CLOEXEC);
	if (fd < 0 || ioctl(fd, FBIOGET_VSCREENINFO, &var) ||
	    ioctl(fd, FBIOGET_FSCREENINFO, &fix))
		return say_error("/dev/fb0");
	size = (size_t)fix.line_length * var.yres;
	px = malloc(size);
	if (!px || var.bits_per_pixel != 32)
		return say_error("/dev/fb0: not 32 bits a pixel");
	for (at = 0; at < size; at += got) {
		got = read(fd, (char *)px + at, size - at);
		if (got <= 0)
			return say_error("/dev/fb0: read");
	}
	close(fd);
	seen = hand_over("linux-console", px, var.xres, var.yres,
			 fix.line_length / 4, &no_box);
	free(px);
	return seen ? 0 : -ETIMEDOUT;
}

/* ---- desktop ---- */

struct show {
	struct kms kms;
	struct scene scene;
	struct kms_buffer buffers[BUFFERS], cursor;
	int hot;
};

/* The first phase that needs the display opens it for all. */
static int show_init(struct show *s)
{
	int i, ret;

	if (s->scene.back.px)
		return 0;
	ret = kms_open(&s->kms, CARD);
	if (ret)
		return ret;
	for (i = 0; i < BUFFERS && !ret; i++)
		ret = kms_buffer_init(&s->kms, &s->buffers[i],
				      s->kms.mode.hdisplay,
				      s->kms.mode.vdisplay,
				      DRM_FORMAT_MOD_LINEAR);
	if (!ret)
		ret = kms_buffer_init(&s->kms, &s->cursor, KMS_CURSOR,
				      KMS_CURSOR, DRM_FORMAT_MOD_LINEAR);
	if (!ret)
		ret = scene_init(&s->scene, s->kms.mode.hdisplay,
				 s->kms.mode.vdisplay);
	if (ret)
		return ret;
	desktop_draw_cursor(s->cursor.px, KMS_CURSOR, &s->hot);
	return 0;
}

static void copy_frame(const struct canvas *c, struct kms_buffer *b)
{
	int y;

	for (y = 0; y < c->height; y++)
		memcpy(b->px + (size_t)y * b->stride,
		       c->px + (size_t)y * c->width, sizeof(*c->px) * c->width);
}

static int show_frame(struct show *s, int n, int of)
{
	const struct canvas *frame = &s->scene.frame;
	struct kms_buffer *b = &s->buffers[n % BUFFERS];
	struct box cursor = { .w = KMS_CURSOR, .h = KMS_CURSOR };
	char name[32];
	int ret;

	scene_draw(&s->scene, n, of);
	copy_frame(frame, b);
	ret = n ? kms_flip(&s->kms, b) : kms_set_mode(&s->kms, b);
	if (ret)
		return ret;
	cursor.x = s->scene.pointer_x - s->hot;
	cursor.y = s->scene.pointer_y - s->hot;
	ret = kms_cursor_move(&s->kms, cursor.x, cursor.y);
	if (!ret && !n)
		ret = kms_cursor_show(&s->kms, &s->cursor, s->hot);
	if (ret)
		return ret;
	snprintf(name, sizeof(name), "frame-%03d", n);
	if (!hand_over(name, frame->px, frame->width, frame->height,
		       frame->width, &cursor))
		return -ETIMEDOUT;
	return 0;
}

static int say_flips(const struct show *s, int ret)
{
	if (ret) {
		errno = -ret;
		return say_error("desktop");
	}
	printf("say flips %u\n", s->kms.flips);
	return 0;
}

static int show_desktop(struct show *s, int frames)
{
	int n, ret = show_init(s);

	if (!ret)
		printf("say mode %s at %u Hz\n", s->kms.mode.name,
		       s->kms.mode.vrefresh);
	for (n = 0; n < frames && !ret; n++)
		ret = show_frame(s, n, frames);
	return say_flips(s, ret);
}

static int show_flips(struct show *s, int flips, int buffers)
{
	const struct canvas *frame = &s->scene.frame;
	int i, ret = show_init(s);
	double start;
	__u64 hash;

	if (ret)
		return say_flips(s, ret);
	ret = kms_set_mode(&s->kms, &s->buffers[0]);
	for (i = buffers - 1; i >= 0 && !ret; i--) {
		scene_draw(&s->scene, i, buffers);
		copy_frame(frame, &s->buffers[i]);
	}
	/* The one on display was drawn last. */
	if (!ret && !hand_over("flips", frame->px, frame->width, frame->height,
			       frame->width, &no_box))
		ret = -ETIMEDOUT;
	if (ret)
		return say_flips(s, ret);

	printf("among %d %d", frame->width, frame->height);
	for (i = 0; i < buffers; i++) {
		scene_draw(&s->scene, i, buffers);
		hash = frame_hash(frame->px, frame->width, frame->height,
				  frame->width, &no_box);
		printf(" %016llx", (unsigned long long)hash);
	}
	printf("\n");
	fflush(stdout);
	start = time_s();
	for (i = 1; i <= flips && !ret; i++)
		ret = kms_flip(&s->kms, &s->buffers[i % buffers]);
	printf("say %d flips in %.1f s\n", i - 1, time_s() - start);
	printf("settled\n");
	if (!was_seen() && !ret)
		ret = -EBADMSG;
	return say_flips(s, ret);
}

static int run_phase(struct show *s, const char *phase)
{
	int n, b;

	if (!strcmp(phase, "console"))
		return show_console();
	if (sscanf(phase, "desktop:%d", &n) == 1 && n > 0 && n <= MAX_FRAMES)
		return show_desktop(s, n);
	if (sscanf(phase, "flips:%d:%d", &n, &b) == 2 && n > 0 && b > 1 &&
	    b <= BUFFERS)
		return show_flips(s, n, b);
	errno = EINVAL;
	return say_error(phase);
}

int main(int argc, char **argv)
{
	static struct show show;
	int i, ret = 0;

	for (i = 1; i < argc && !ret; i++)
		ret = run_phase(&show, argv[i]);
	printf("end\n");
	fflush(stdout);
	return ret ? 1 : 0;
}
