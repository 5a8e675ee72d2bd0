// SPDX-License-Identifier: GPL-2.0
/*
 * What else than flips the Linux guest's display can do:
 *
 *	modes:N		N times through three sizes, down and up
 *	frames:N	N pictures of one size, each in a buffer of its own
 *	cursor		a cursor drawn into the picture by the viewer: inside,
 *			over each edge, changed, bigger, hidden
 *	pointer		a cursor that the viewer is told of, with its hotspot
 *	pointer:back	the same, and at last it is shown again where it was
 *	tiles:T		a picture from a buffer whose tiles are T: none, x or y
 *
 * Every picture is handed over to the viewer (hand.h) before the next.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>
#include <drm_fourcc.h>

#include "kms.h"
#include "scene.h"
#include "tell.h"
#include "util.h"
#include "vgpu_tile.h"

#define CARD		"/dev/dri/card0"
#define REGISTERS	"/sys/class/drm/card0/device/resource0"
#define PVINFO		0x78000		/* what a vGPU tells its guest */
#define PVINFO_X_HOT	(0x830 / 4)	/* and here the guest answers */
#define PVINFO_Y_HOT	(0x834 / 4)
#define PAGE		4096

#define WIDTH		640
#define HEIGHT		480
#define BIG_CURSOR	128
#define MAX_ROUNDS	100

struct stage {
	struct kms kms;
	struct scene scene;
	struct kms_buffer buffer;	/* on display */
	int frame;			/* the last one drawn */
	struct canvas expected;		/* the frame with a cursor on it */
};

/* ---- pictures ---- */

static void lay_out(const struct canvas *c, struct kms_buffer *b,
		    __u64 modifier)
{
	int x, y;

	for (y = 0; y < c->height; y++)
		for (x = 0; x < c->width; x++)
			b->px[vgpu_byte_offset(modifier, 4, b->stride * 4,
					       x * 4, y) / 4] =
				c->px[y * c->width + x];
}

/* A frame that was not there yet, in a new buffer; the last one is freed. */
static int show(struct stage *s, const char *name, __u64 modifier)
{
	const struct canvas *frame = &s->scene.frame;
	struct kms_buffer last = s->buffer;
	int ret;

	ret = kms_buffer_init(&s->kms, &s->buffer, frame->width, frame->height,
			      modifier);
	if (ret)
		return ret;
	scene_draw(&s->scene, ++s->frame % 60, 60);
	lay_out(frame, &s->buffer, modifier);
	ret = kms_set_mode(&s->kms, &s->buffer);
	if (ret)
		return ret;
	kms_buffer_free(&s->kms, &last);
	if (name && !hand_over(name, frame->px, frame->width, frame->height,
			       frame->width, &no_box))
		return -ETIMEDOUT;
	return 0;
}

static int use_size(struct stage *s, int width, int height)
{
	int ret;

	if (!s->kms.mode_count) {
		ret = kms_open(&s->kms, CARD);
		if (ret)
			return ret;
	}
	ret = kms_use_mode(&s->kms, width, height);
	if (ret || s->scene.frame.width == width)
		return ret;
	scene_free(&s->scene);
	return scene_init(&s->scene, width, height);
}

/* ---- modes ---- */

static int show_modes(struct stage *s, int rounds)
{
	static const struct {
		int width, height;
	} sizes[] = {
		{ 1024, 768 }, { 800, 600 }, { WIDTH, HEIGHT }, { 800, 600 },
	};
	char name[32];
	int i, n, ret = 0;

	for (i = 0; i < rounds * (int)ARRAY_SIZE(sizes) && !ret; i++) {
		n = i % ARRAY_SIZE(sizes);
		snprintf(name, sizeof(name), "mode-%02d-%dx%d", i,
			 sizes[n].width, sizes[n].height);
		ret = use_size(s, sizes[n].width, sizes[n].height);
		if (!ret)
			ret = show(s, name, DRM_FORMAT_MOD_LINEAR);
	}
	return ret;
}

static int show_frames(struct stage *s, int frames)
{
	char name[32];
	int i, ret = use_size(s, WIDTH, HEIGHT);

	for (i = 0; i < frames && !ret; i++) {
		snprintf(name, sizeof(name), "frame-%02d", i);
		ret = show(s, name, DRM_FORMAT_MOD_LINEAR);
	}
	return ret;
}

/* ---- cursors ---- */

/*
 * A disc, each quarter in a colour of its own. Each pixel is opaque or not
 * there, so that any way of blending has the same result.
 */
static void draw_cursor(struct kms_buffer *b, __u32 rgb)
{
	int size = b->width, half = size / 2, x, y, dx, dy;

	for (y = 0; y < size; y++) {
		for (x = 0; x < size; x++) {
			dx = x - half;
			dy = y - half;
			b->px[y * b->stride + x] =
				dx * dx + dy * dy >= half * half ? 0 :
				0xff000000 | (rgb ^ (dx < 0 ? 0x3f0000 : 0) ^
					      (dy < 0 ? 0x00003f : 0));
		}
	}
}

static int make_cursor(struct stage *s, struct kms_buffer *b, int size,
		       __u32 rgb)
{
	int ret = kms_buffer_init(&s->kms, b, size, size,
				  DRM_FORMAT_MOD_LINEAR);

	if (ret)
		return ret;
	if (b->stride != (__u32)size) {
		fprintf(stderr, "kms-planes: a stride of %u for %d pixels\n",
			b->stride, size);
		return -EINVAL;
	}
	draw_cursor(b, rgb);
	return 0;
}

/* The frame with the part of the cursor that is on it */
static void blend(struct stage *s, const struct kms_buffer *cursor, int left,
		  int top)
{
	struct canvas *c = &s->expected;
	int x, y;
	__u32 px;

	memcpy(c->px, s->scene.frame.px, sizeof(*c->px) * WIDTH * HEIGHT);
	for (y = 0; cursor && y < cursor->height; y++) {
		for (x = 0; x < cursor->width; x++) {
			px = cursor->px[y * cursor->stride + x];
			if (px)
				canvas_blend(c, left + x, top + y,
					     px & 0xffffff, 255);
		}
	}
}

static int cursor_stage(struct stage *s)
{
	int ret = use_size(s, WIDTH, HEIGHT);

	if (ret)
		return ret;
	s->expected.width = WIDTH;
	s->expected.height = HEIGHT;
	if (!s->expected.px)
		s->expected.px = malloc(sizeof(__u32) * WIDTH * HEIGHT);
	return s->expected.px ? show(s, NULL, DRM_FORMAT_MOD_LINEAR) : -ENOMEM;
}

static int show_cursor(struct stage *s)
{
	struct kms_buffer green, red, big;
	const struct {
		const char *name;
		const struct kms_buffer *cursor;
		int x, y;
	} steps[] = {
		{ "cursor-inside", &green, 300, 200 },
		{ "cursor-over-left-edge", &green, -40, 120 },
		{ "cursor-over-top-edge", &green, 250, -21 },
		{ "cursor-over-corner", &green, -32, -32 },
		{ "cursor-over-far-corner", &green, WIDTH - 20, HEIGHT - 30 },
		{ "cursor-changed", &red, 150, 90 },
		{ "cursor-bigger", &big, 320, 170 },
		{ "cursor-bigger-over-left-edge", &big, -100, 170 },
		{ "cursor-hidden", NULL, -100, 170 },
		{ "cursor-back", &green, 64, 64 },
	};
	int i, ret = cursor_stage(s);

	if (!ret)
		ret = make_cursor(s, &green, KMS_CURSOR, 0x40c060);
	if (!ret)
		ret = make_cursor(s, &red, KMS_CURSOR, 0xd04040);
	if (!ret)
		ret = make_cursor(s, &big, BIG_CURSOR, 0xe0c040);
	for (i = 0; i < (int)ARRAY_SIZE(steps) && !ret; i++) {
		ret = kms_cursor_show(&s->kms, steps[i].cursor, 0);
		if (!ret)
			ret = kms_cursor_move(&s->kms, steps[i].x, steps[i].y);
		if (ret)
			break;
		blend(s, steps[i].cursor, steps[i].x, steps[i].y);
		/* One that is missed does not hide what comes after it. */
		hand_over(steps[i].name, s->expected.px, WIDTH, HEIGHT, WIDTH,
			  &no_box);
	}
	return ret ? ret : kms_cursor_show(&s->kms, NULL, 0);
}

/* Write the hotspot to the registers in which a guest's driver would report it. */
static int tell_hotspot(int hot)
{
	__u32 *pvinfo;
	int fd = open(REGISTERS, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return say_error(REGISTERS);
	pvinfo = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		      PVINFO);
	close(fd);
	if (pvinfo == MAP_FAILED)
		return say_error(REGISTERS);
	/* One access each */
	__atomic_store_n(&pvinfo[PVINFO_X_HOT], hot, __ATOMIC_RELAXED);
	__atomic_store_n(&pvinfo[PVINFO_Y_HOT], hot, __ATOMIC_RELAXED);
	munmap(pvinfo, PAGE);
	return 0;
}

static int show_pointer(struct stage *s, bool back)
{
	struct kms_buffer green, red;
	const struct {
		const char *name;
		const struct kms_buffer *cursor;
		int x, y, hot;		/* -1: the guest has not told */
	} steps[] = {
		{ "pointer-inside", &green, 300, 200, -1 },
		{ "pointer-hotspot", &green, 300, 200, 5 },
		{ "pointer-over-edges", &green, -40, -21, 5 },
		{ "pointer-changed", &red, 150, 90, 9 },
		{ "pointer-hidden", NULL, 150, 90, 0 },
		{ "pointer-back", &red, 150, 90, 9 },
	};
	const int count = ARRAY_SIZE(steps) - !back;
	int i, ret = cursor_stage(s);

	if (!ret)
		ret = make_cursor(s, &green, KMS_CURSOR, 0x40c060);
	if (!ret)
		ret = make_cursor(s, &red, KMS_CURSOR, 0xd04040);
	for (i = 0; i < count && !ret; i++) {
		const struct kms_buffer *cursor = steps[i].cursor;
		struct box at = {
			.x = steps[i].x,
			.y = steps[i].y,
			.w = cursor ? cursor->width : 0,
			.h = cursor ? cursor->height : 0,
		};

		ret = kms_cursor_move(&s->kms, at.x, at.y);
		if (!ret && steps[i].hot > 0)
			ret = tell_hotspot(steps[i].hot);
		if (!ret)
			ret = kms_cursor_show(&s->kms, cursor, 0);
		if (!ret)
			hand_over_cursor(steps[i].name,
					 cursor ? cursor->px : NULL, &at,
					 steps[i].hot);
	}
	return ret;
}

/* ---- tiles ---- */

static int show_tiles(struct stage *s, const char *which)
{
	static const struct {
		const char *phase, *name;
		__u64 modifier;
	} tilings[] = {
		{ "none", "tiles-none", DRM_FORMAT_MOD_LINEAR },
		{ "x", "tiles-x", I915_FORMAT_MOD_X_TILED },
		{ "y", "tiles-y", I915_FORMAT_MOD_Y_TILED },
	};
	int i, ret = use_size(s, WIDTH, HEIGHT);

	for (i = 0; i < (int)ARRAY_SIZE(tilings) && !ret; i++)
		if (!strcmp(tilings[i].phase, which))
			return show(s, tilings[i].name, tilings[i].modifier);
	return ret ? ret : -EINVAL;
}

/* ---- all of it ---- */

static int run_phase(struct stage *s, const char *phase)
{
	int n;

	if (sscanf(phase, "modes:%d", &n) == 1 && n > 0 && n <= MAX_ROUNDS)
		return show_modes(s, n);
	if (sscanf(phase, "frames:%d", &n) == 1 && n > 0 && n <= MAX_ROUNDS)
		return show_frames(s, n);
	if (!strcmp(phase, "cursor"))
		return show_cursor(s);
	if (!strcmp(phase, "pointer"))
		return show_pointer(s, false);
	if (!strcmp(phase, "pointer:back"))
		return show_pointer(s, true);
	if (!strncmp(phase, "tiles:", 6))
		return show_tiles(s, phase + 6);
	return -EINVAL;
}

int main(int argc, char **argv)
{
	static struct stage stage;
	int i, err, ret = 0;

	for (i = 1; i < argc; i++) {
		err = run_phase(&stage, argv[i]);
		if (err) {
			errno = -err;
			ret = say_error(argv[i]);
		}
	}
	printf("end\n");
	fflush(stdout);
	return ret ? 1 : 0;
}
