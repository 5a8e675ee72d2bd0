// SPDX-License-Identifier: GPL-2.0
/*
 * How soon a glyph is signalled that the guest draws into a still framebuffer, in
 * each layout. X without a compositor, consoles and installers draw like that.
 */
#include <poll.h>
#include <stdio.h>
#include <sys/eventfd.h>

#include "event_test_util.h"
#include "glyph_util.h"
#include "time_util.h"

#define RAM		(64u << 20)
#define GLYPHS		20
#define REFRESH_US	16667
#define TYPING_US	100000
/* From a glyph to its signal, if nothing was drawn before; twice that for 4K */
#define AVERAGE_US	60000
#define WORST_US	150000
/* An emulated machine beside another takes so many times as long at most. */
#define SLOW		3

FIXTURE(frontbuffer) {
	struct vgpu v;
	struct vgpu_event e;
	struct vgpu_surface s;
	uint32_t random;
	int fd;
};

FIXTURE_VARIANT(frontbuffer) {
	uint32_t width, height;
	uint64_t modifier;
};

FIXTURE_VARIANT_ADD(frontbuffer, linear) {
	.width = 1920, .height = 1080, .modifier = DRM_FORMAT_MOD_LINEAR,
};

FIXTURE_VARIANT_ADD(frontbuffer, x) {
	.width = 1920, .height = 1080, .modifier = I915_FORMAT_MOD_X_TILED,
};

FIXTURE_VARIANT_ADD(frontbuffer, y) {
	.width = 1920, .height = 1080, .modifier = I915_FORMAT_MOD_Y_TILED,
};

FIXTURE_VARIANT_ADD(frontbuffer, yf) {
	.width = 1920, .height = 1080, .modifier = I915_FORMAT_MOD_Yf_TILED,
};

FIXTURE_VARIANT_ADD(frontbuffer, linear_4k) {
	.width = 3840, .height = 2160, .modifier = DRM_FORMAT_MOD_LINEAR,
};

FIXTURE_VARIANT_ADD(frontbuffer, x_4k) {
	.width = 3840, .height = 2160, .modifier = I915_FORMAT_MOD_X_TILED,
};

FIXTURE_VARIANT_ADD(frontbuffer, y_4k) {
	.width = 3840, .height = 2160, .modifier = I915_FORMAT_MOD_Y_TILED,
};

FIXTURE_SETUP(frontbuffer)
{
	if (!test_open_event(_metadata, &self->v, RAM, &self->e))
		return;
	if (!vgpu_can_show(&self->v, DRM_FORMAT_XRGB8888, variant->modifier)) {
		vgpu_close(&self->v);
		SKIP(return, "the primary plane does not scan out this layout");
	}
	ASSERT_EQ(0, vgpu_surface_init(&self->v, &self->s, variant->width,
				       variant->height, DRM_FORMAT_XRGB8888,
				       variant->modifier));
	memset(vgpu_surface_bytes(&self->v, &self->s), 0, self->s.size);
	ASSERT_EQ(0, vgpu_primary_show(&self->v, 0, &self->s));
	ASSERT_EQ(0, vgpu_pipe_on(&self->v, 0, variant->width, variant->height));
	self->random = 1;
	self->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, vgpu_event_arm(&self->v, &self->e, VGPU_PRIMARY, self->fd));
}

FIXTURE_TEARDOWN(frontbuffer)
{
	close(self->fd);
	test_close(&self->v);
}

/* Until nothing was signalled for many refreshes */
static bool is_still(struct _test_data_frontbuffer *self)
{
	int tries;

	for (tries = 0; tries < 20; tries++)
		if (!signals_within(self->fd, 500))
			return true;
	return false;
}

/* Microseconds from the glyph to its signal, or -ETIME */
static int64_t glyph_us(struct _test_data_frontbuffer *self, uint32_t left,
			uint32_t top)
{
	int64_t drawn;

	draw_glyph(&self->v, &self->s, left, top);
	drawn = time_us();
	if (!signals_within(self->fd, EVENT_PATIENCE_MS))
		return -ETIME;
	return time_us() - drawn;
}

/* Before each glyph no signal comes for half a second: with KASAN, 30 s are too few. */
TEST_F_TIMEOUT(frontbuffer, glyph_on_a_still_screen, 120)
{
	const int slow = variant->width < 3840 ? SLOW : 2 * SLOW;
	int64_t us, sum = 0, worst = 0;
	uint32_t left, top;
	int i;

	for (i = 0; i < GLYPHS; i++) {
		ASSERT_TRUE(is_still(self));
		place_glyph(&self->s, &self->random, &left, &top);
		us = glyph_us(self, left, top);
		ASSERT_LE(0, us) TH_LOG("not signalled");
		sum += us;
		worst = us > worst ? us : worst;
	}
	TH_LOG("average %.1f ms, worst %.1f ms", sum / 1e3 / GLYPHS, worst / 1e3);
	EXPECT_GE(slow * AVERAGE_US, sum / GLYPHS);
	EXPECT_GE(slow * WORST_US, worst);
}

static int by_size(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

TEST_F(frontbuffer, next_glyph_within_two_refreshes)
{
	uint32_t left = variant->width / 2, top = variant->height / 2;
	int64_t us[GLYPHS];
	int i;

	ASSERT_TRUE(is_still(self));
	ASSERT_LE(0, glyph_us(self, left, top));
	for (i = 0; i < GLYPHS; i++) {
		usleep(TYPING_US + 1700 * i);
		signals(self->fd);
		left += GLYPH_WIDTH;
		us[i] = glyph_us(self, left, top);
		ASSERT_LE(0, us[i]) TH_LOG("not signalled");
	}
	qsort(us, GLYPHS, sizeof(*us), by_size);
	TH_LOG("median %.1f ms, worst %.1f ms", us[GLYPHS / 2] / 1e3, us[GLYPHS - 1] / 1e3);
	EXPECT_GE(SLOW * 2 * REFRESH_US, us[GLYPHS * 3 / 4]);
}

/* Once more, if it was scanned while it was drawn, but not for each of its pages */
TEST_F(frontbuffer, glyph_is_not_signalled_per_page)
{
	ASSERT_TRUE(is_still(self));
	ASSERT_LE(0, glyph_us(self, variant->width / 3, variant->height / 3));
	usleep(500000);
	EXPECT_GE(1, signals(self->fd));
	EXPECT_EQ(0, signals_within(self->fd, 500));
}

TEST_HARNESS_MAIN
