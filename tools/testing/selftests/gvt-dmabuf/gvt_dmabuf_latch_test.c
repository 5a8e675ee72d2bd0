// SPDX-License-Identifier: GPL-2.0
/*
 * When planes of a vGPU latch register writes, as seen by a query after a
 * delay, and by the guest in SURFLIVE and flip-done interrupts.
 */
#include "clock_util.h"
#include "test_util.h"
#include "vgpu_regs.h"

/* A time in the middle of the third frame at 60 Hz */
#define THIRD_FRAME_MS		40
#define ROUNDS			10

/* Make flips of plane @n synchronous. */
static int set_sync_flips(struct vgpu *v, int n)
{
	int ret = vgpu_update32(v, PLANE_REG(PLANE_CTL, n), VGPU_ASYNC_FLIP, 0);

	if (!ret)
		ret = vgpu_update32(v, PLANE_REG(PLANE_SURF, n), 0, 0);
	return ret ? ret : vgpu_wait_vblank(v, 0);
}

/* ---- writes after frames without any access ---- */

/**
 * struct screen - plane 1 of pipe A
 * @a: surface that the plane is turned on with
 * @b: surface that it is flipped to
 * @first: id of @a
 * @second: id of @b
 * @on: value of the control register while the plane is on
 * @stride: value of the stride register
 * @began: start of the frame in which the plane was turned on, in ms
 */
struct screen {
	struct vgpu_surface a, b;
	uint32_t first, second, on, stride;
	int64_t began;
};

/* The service thread does not run, as the tests run at real-time priority. */
FIXTURE(late) {
	struct vgpu v;
	struct screen s;
};

static uint32_t id_of(struct __test_metadata *_metadata, struct vgpu *v,
		      const struct vgpu_surface *s)
{
	struct vfio_device_gfx_plane_info info;

	ASSERT_EQ(0, vgpu_primary_show(v, 0, s));
	ASSERT_EQ(0, vgpu_query(v, VGPU_PRIMARY, &info));
	return info.dmabuf_id;
}

FIXTURE_SETUP(late)
{
	struct vgpu *v = &self->v;

	if (!test_open(_metadata, v))
		return;
	ASSERT_EQ(0, test_make(v, &self->s.a, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR, 1));
	ASSERT_EQ(0, test_make(v, &self->s.b, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR, 2));
	ASSERT_EQ(0, vgpu_pipe_on(v, 0, TEST_WIDTH, TEST_HEIGHT));
	self->s.second = id_of(_metadata, v, &self->s.b);
	self->s.first = id_of(_metadata, v, &self->s.a);
	ASSERT_EQ(0, set_sync_flips(v, 1));
	ASSERT_EQ(0, vgpu_read32(v, PLANE_CTL, &self->s.on));
	ASSERT_EQ(0, vgpu_read32(v, PLANE_STRIDE, &self->s.stride));
	ASSERT_EQ(0, clock_hurry());
}

FIXTURE_TEARDOWN(late)
{
	test_close(&self->v);
}

static bool begin_frame(struct vgpu *v)
{
	return clock_frame_ends(v, 0) && clock_frame_ends(v, 0);
}

/*
 * Turn the plane off, and on again at the start of a frame, so that @a is
 * latched at the end of this frame. Return in the third frame, without an
 * access in between.
 */
static void turn_on(struct __test_metadata *_metadata, struct vgpu *v,
		    struct screen *s)
{
	ASSERT_EQ(0, vgpu_write32(v, PLANE_STRIDE, s->stride));
	ASSERT_EQ(0, vgpu_write32(v, PLANE_CTL, s->on & ~PLANE_ENABLE));
	ASSERT_EQ(0, vgpu_write32(v, PLANE_SURF, s->a.gma));
	ASSERT_TRUE(begin_frame(v));
	s->began = time_ms();
	ASSERT_EQ(0, vgpu_write32(v, PLANE_CTL, s->on));
	ASSERT_EQ(0, vgpu_write32(v, PLANE_SURF, s->a.gma));
	while (time_ms() - s->began < THIRD_FRAME_MS)
		;
}

/* False if the frame may have ended, on a slow machine */
static bool in_third_frame(const struct screen *s)
{
	return time_ms() - s->began < THIRD_FRAME_MS + 5;
}

/* The plane has been on since the end of the first frame: flips must wait. */
TEST_F(late, surf_after_turn_on_waits)
{
	struct vfio_device_gfx_plane_info info;
	int i, in_time = 0;

	for (i = 0; i < ROUNDS; i++) {
		turn_on(_metadata, &self->v, &self->s);
		ASSERT_EQ(0, vgpu_write32(&self->v, PLANE_SURF,
					  self->s.b.gma));
		ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &info));
		if (!in_third_frame(&self->s))
			continue;
		in_time++;
		EXPECT_EQ(self->s.first, info.dmabuf_id) TH_LOG("round %d", i);
		ASSERT_TRUE(clock_frame_ends(&self->v, 0));
		ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &info));
		EXPECT_EQ(self->s.second, info.dmabuf_id) TH_LOG("round %d", i);
	}
	EXPECT_LE(1, in_time) TH_LOG("all rounds took too long");
}

TEST_F(late, stride_after_turn_on_waits_for_surf)
{
	struct vfio_device_gfx_plane_info info;
	int i, in_time = 0;

	for (i = 0; i < ROUNDS; i++) {
		turn_on(_metadata, &self->v, &self->s);
		ASSERT_EQ(0, vgpu_write32(&self->v, PLANE_STRIDE,
					  2 * self->s.stride));
		if (!in_third_frame(&self->s))
			continue;
		in_time++;
		ASSERT_TRUE(begin_frame(&self->v));
		ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &info));
		EXPECT_EQ(self->s.a.stride, info.stride) TH_LOG("round %d", i);
	}
	EXPECT_LE(1, in_time) TH_LOG("all rounds took too long");
}

TEST_F(late, off_after_turn_on_waits_for_surf)
{
	struct vfio_device_gfx_plane_info info;
	int i, in_time = 0;

	for (i = 0; i < ROUNDS; i++) {
		turn_on(_metadata, &self->v, &self->s);
		ASSERT_EQ(0, vgpu_write32(&self->v, PLANE_CTL,
					  self->s.on & ~PLANE_ENABLE));
		if (!in_third_frame(&self->s))
			continue;
		in_time++;
		ASSERT_TRUE(begin_frame(&self->v));
		ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &info));
		EXPECT_EQ(self->s.first, info.dmabuf_id) TH_LOG("round %d", i);
	}
	EXPECT_LE(1, in_time) TH_LOG("all rounds took too long");
}

/* ---- SURFLIVE, as read by the guest ---- */

FIXTURE(surflive) {
	struct vgpu v;
	struct vgpu_surface s[2];
};

FIXTURE_SETUP(surflive)
{
	struct vgpu *v = &self->v;
	int n;

	if (!test_open_vgpu(_metadata, v))
		return;
	ASSERT_EQ(0, test_make_cursor(v, &self->s[0]));
	ASSERT_EQ(0, test_make_cursor(v, &self->s[1]));
	ASSERT_EQ(0, vgpu_pipe_on(v, 0, 64, 64));
	self->s[0].fourcc = DRM_FORMAT_XRGB8888;
	ASSERT_EQ(0, vgpu_primary_show(v, 0, &self->s[0]));
	ASSERT_EQ(0, vgpu_overlay_show(v, 0, &self->s[0]));
	if (v->gen == 9)
		ASSERT_EQ(0, vgpu_plane_show(v, 0, 3, &self->s[0], 0, 0));
	self->s[0].fourcc = DRM_FORMAT_ARGB8888;
	ASSERT_EQ(0, vgpu_cursor_show(v, 0, &self->s[0]));
	for (n = 1; n <= (v->gen == 9 ? 3 : 2); n++)
		ASSERT_EQ(0, set_sync_flips(v, n));
	ASSERT_EQ(0, clock_hurry());
}

FIXTURE_TEARDOWN(surflive)
{
	test_close(&self->v);
}

/*
 * The guest does not draw to the surface that SURFLIVE names. So it must keep
 * the address of s[0] until the vblank that latches the flip to s[1].
 */
static void expect_live_when_latched(struct __test_metadata *_metadata,
				     struct vgpu *v,
				     const struct vgpu_surface *s,
				     uint32_t flip, uint32_t surf, uint32_t live)
{
	uint32_t first, last, before, after;
	int i, in_time = 0;

	for (i = 0; i < ROUNDS; i++) {
		ASSERT_EQ(0, vgpu_write32(v, surf, s[0].gma));
		ASSERT_TRUE(begin_frame(v));
		ASSERT_EQ(0, vgpu_pipe_frames(v, 0, &first));
		ASSERT_EQ(0, vgpu_write32(v, flip, s[1].gma));
		ASSERT_EQ(0, vgpu_read32(v, live, &before));
		ASSERT_EQ(0, vgpu_pipe_frames(v, 0, &last));
		ASSERT_TRUE(clock_frame_ends(v, 0));
		ASSERT_EQ(0, vgpu_read32(v, live, &after));
		if (first != last)
			continue;	/* too slow */
		in_time++;
		EXPECT_EQ(s[0].gma, before) TH_LOG("0x%x", flip);
		EXPECT_EQ(s[1].gma, after) TH_LOG("0x%x", flip);
	}
	EXPECT_LE(1, in_time) TH_LOG("all rounds took too long");
}

TEST_F(surflive, of_planes_is_what_is_latched)
{
	int n;

	for (n = 1; n <= (self->v.gen == 9 ? 3 : 2); n++)
		expect_live_when_latched(_metadata, &self->v, self->s,
					 PLANE_REG(PLANE_SURF, n),
					 PLANE_REG(PLANE_SURF, n),
					 PLANE_REG(PLANE_SURFLIVE, n));
}

TEST_F(surflive, of_a_cursor_is_what_is_latched)
{
	expect_live_when_latched(_metadata, &self->v, self->s, CUR_BASE,
				 CUR_BASE, CUR_SURFLIVE);
}

TEST_F(surflive, reg_50080_sets_it_at_latch)
{
	expect_live_when_latched(_metadata, &self->v, self->s, FLIP_PLANE_1,
				 PLANE_SURF, PLANE_SURFLIVE);
}

TEST_F(surflive, async_flip_sets_it_immediately)
{
	uint32_t live;

	ASSERT_EQ(0, vgpu_primary_ctl(&self->v, 0, 0, VGPU_ASYNC_FLIP));
	ASSERT_EQ(0, vgpu_write32(&self->v, PLANE_SURF, self->s[1].gma));
	ASSERT_EQ(0, vgpu_read32(&self->v, PLANE_SURFLIVE, &live));
	EXPECT_EQ(self->s[1].gma, live);
}

TEST_F(surflive, pipe_off_sets_it_immediately)
{
	uint32_t live;

	ASSERT_EQ(0, vgpu_pipe_off(&self->v, 0));
	ASSERT_EQ(0, vgpu_write32(&self->v, PLANE_SURF, self->s[1].gma));
	ASSERT_EQ(0, vgpu_read32(&self->v, PLANE_SURFLIVE, &live));
	EXPECT_EQ(self->s[1].gma, live);
}

/* ---- the flip-done interrupt ---- */

FIXTURE(flip_done) {
	struct vgpu v;
	struct vgpu_surface s;
};

FIXTURE_VARIANT(flip_done) {
	int plane;
};

FIXTURE_VARIANT_ADD(flip_done, plane_1) { .plane = 1 };
FIXTURE_VARIANT_ADD(flip_done, plane_2) { .plane = 2 };
FIXTURE_VARIANT_ADD(flip_done, plane_3) { .plane = 3 };

FIXTURE_SETUP(flip_done)
{
	struct vgpu *v = &self->v;

	if (!test_open_vgpu(_metadata, v))
		return;
	if (v->gen != 9)
		SKIP(return, "planes of Broadwell are not alike: use a vGPU of Skylake or later");
	ASSERT_EQ(0, vgpu_surface_init(v, &self->s, 64, 64, DRM_FORMAT_XRGB8888,
				       DRM_FORMAT_MOD_LINEAR));
	ASSERT_EQ(0, vgpu_pipe_on(v, 0, 64, 64));
	ASSERT_EQ(0, vgpu_plane_show(v, 0, variant->plane, &self->s, 0, 0));
	ASSERT_EQ(0, set_sync_flips(v, variant->plane));
	ASSERT_EQ(0, vgpu_wait_vblank(v, 0));
}

FIXTURE_TEARDOWN(flip_done)
{
	test_close(&self->v);
}

TEST_F(flip_done, comes_once_per_plane)
{
	const uint32_t all = SKL_FLIP_DONE(1) | SKL_FLIP_DONE(2) |
			     SKL_FLIP_DONE(3);
	struct vgpu *v = &self->v;
	uint32_t iir = 0;

	ASSERT_EQ(0, vgpu_write32(v, DE_PIPE_IMR(0), ~all));
	ASSERT_EQ(0, vgpu_write32(v, DE_PIPE_IIR(0), all));
	ASSERT_EQ(0, vgpu_write32(v, PLANE_REG(PLANE_SURF, variant->plane),
				  self->s.gma));
	ASSERT_EQ(0, vgpu_wait_vblank(v, 0));
	ASSERT_EQ(0, vgpu_wait_vblank(v, 0));
	ASSERT_EQ(0, vgpu_read32(v, DE_PIPE_IIR(0), &iir));
	EXPECT_EQ(SKL_FLIP_DONE(variant->plane), iir & all);
	ASSERT_EQ(0, vgpu_write32(v, DE_PIPE_IIR(0), all));
	ASSERT_EQ(0, vgpu_wait_vblank(v, 0));
	ASSERT_EQ(0, vgpu_wait_vblank(v, 0));
	ASSERT_EQ(0, vgpu_read32(v, DE_PIPE_IIR(0), &iir));
	EXPECT_EQ(0, iir & all);
}

TEST_HARNESS_MAIN
