// SPDX-License-Identifier: GPL-2.0
/*
 * How a guest flips a plane, and when queries describe the flip: by the
 * double-buffered plane registers, by a register for flips (0x50080), and by a
 * command in a ring (MI_DISPLAY_FLIP). Flips are latched at vblank, or
 * immediately if asynchronous.
 */
#include "test_util.h"
#include "vgpu_commands.h"
#include "vgpu_regs.h"

/* Plane 1 of pipe A displays @a; @b is for flips. */
FIXTURE(flip) {
	struct vgpu v;
	struct vgpu_surface a, b;
};

FIXTURE_VARIANT(flip) {
	enum vgpu_order order;
};

FIXTURE_VARIANT_ADD(flip, surf_last) { .order = VGPU_SURF_LAST };
FIXTURE_VARIANT_ADD(flip, ctl_last) { .order = VGPU_CTL_LAST };

FIXTURE_SETUP(flip)
{
	if (!test_open(_metadata, &self->v))
		return;
	self->v.order = variant->order;
	ASSERT_EQ(0, test_show(&self->v, &self->a, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR));
	ASSERT_EQ(0, test_make(&self->v, &self->b, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR, 1));
}

FIXTURE_TEARDOWN(flip)
{
	test_close(&self->v);
}

/* ---- registers of a plane ---- */

/* The fields of a query that plane registers determine */
struct framebuffer {
	uint32_t width, height, stride, fourcc;
	uint64_t modifier;
};

static int query_framebuffer(struct vgpu *v, enum vgpu_plane plane,
			     struct framebuffer *fb)
{
	struct vfio_device_gfx_plane_info info;
	int ret = vgpu_query(v, plane, &info);

	memset(fb, 0, sizeof(*fb));
	fb->width = info.width;
	fb->height = info.height;
	fb->stride = info.stride;
	fb->fourcc = info.drm_format;
	fb->modifier = info.drm_format_mod;
	return ret;
}

/*
 * A write of @reg must not take effect before SURF is written, and must after
 * that.
 */
static void expect_latched(struct __test_metadata *_metadata, struct vgpu *v,
			   uint32_t reg, uint32_t val)
{
	struct framebuffer before, after;
	uint32_t surf;

	ASSERT_EQ(0, query_framebuffer(v, VGPU_PRIMARY, &before));
	ASSERT_NE(0, before.fourcc);
	ASSERT_EQ(0, vgpu_write32(v, reg, val));
	EXPECT_EQ(0, query_framebuffer(v, VGPU_PRIMARY, &after));
	EXPECT_EQ(0, memcmp(&before, &after, sizeof(before)))
		TH_LOG("0x%x took effect before SURF was written", reg);

	ASSERT_EQ(0, vgpu_read32(v, PLANE_SURF, &surf));
	ASSERT_EQ(0, vgpu_write32(v, PLANE_SURF, surf));
	ASSERT_EQ(0, vgpu_wait_vblank(v, 0));
	EXPECT_EQ(0, query_framebuffer(v, VGPU_PRIMARY, &after));
	EXPECT_NE(0, memcmp(&before, &after, sizeof(before)))
		TH_LOG("0x%x had no effect after SURF was written", reg);
}

TEST_F(flip, stride_waits_for_surf)
{
	uint32_t stride;

	ASSERT_EQ(0, vgpu_read32(&self->v, PLANE_STRIDE, &stride));
	ASSERT_EQ(0, vgpu_ggtt_map(&self->v, self->a.gma, self->a.gpa,
				   2 * self->a.size));
	expect_latched(_metadata, &self->v, PLANE_STRIDE, stride * 2);
}

TEST_F(flip, format_waits_for_surf)
{
	uint32_t ctl;

	/* 2:10:10:10 has the same number of bytes per pixel. */
	ASSERT_EQ(0, vgpu_read32(&self->v, PLANE_CTL, &ctl));
	if (self->v.gen == 8)
		ctl = (ctl & ~BDW_FORMAT(15u)) | BDW_FORMAT(10u);
	else
		ctl = (ctl & ~SKL_FORMAT(15u)) | SKL_FORMAT(2u);
	expect_latched(_metadata, &self->v, PLANE_CTL, ctl);
}

TEST_F(flip, off_waits_for_surf)
{
	expect_latched(_metadata, &self->v, PLANE_CTL, 0);
}

TEST_F(flip, size_waits_for_surf)
{
	if (self->v.gen == 8)
		SKIP(return, "the pipe sizes Broadwell's plane: use a vGPU of Skylake or later");
	expect_latched(_metadata, &self->v, PLANE_SIZE, 31u << 16 | 63u);
}

TEST_F(flip, async_surf_latches_immediately)
{
	ASSERT_EQ(0, vgpu_primary_flip(&self->v, 0, self->b.gma));
	EXPECT_EQ(0, test_shows(&self->v, VGPU_PRIMARY, &self->b));
}

/* Write @val in pieces of @bytes, starting with the lowest. */
static int write_in_pieces(struct vgpu *v, uint32_t reg, uint32_t val,
			   size_t bytes)
{
	int ret = 0;
	size_t at;

	for (at = 0; at < sizeof(val) && !ret; at += bytes)
		ret = vgpu_write(v, reg + at, (const uint8_t *)&val + at, bytes);
	return ret;
}

TEST_F(flip, by_partial_surf_writes)
{
	size_t bytes;

	for (bytes = 1; bytes <= 2; bytes++) {
		ASSERT_EQ(0, vgpu_primary_flip(&self->v, 0, self->a.gma));
		ASSERT_EQ(0, write_in_pieces(&self->v, PLANE_SURF, self->b.gma,
					     bytes));
		ASSERT_EQ(0, vgpu_wait_vblank(&self->v, 0));
		EXPECT_EQ(0, test_shows(&self->v, VGPU_PRIMARY, &self->b))
			TH_LOG("%zu bytes at a time", bytes);
	}
}

/* Partial writes of STRIDE take effect when SURF arms them, not before. */
TEST_F(flip, stride_by_its_bytes_waits_for_surf)
{
	struct framebuffer before, after;
	uint32_t stride, surf;

	ASSERT_EQ(0, vgpu_read32(&self->v, PLANE_STRIDE, &stride));
	ASSERT_EQ(0, vgpu_read32(&self->v, PLANE_SURF, &surf));
	ASSERT_EQ(0, vgpu_ggtt_map(&self->v, self->a.gma, self->a.gpa,
				   2 * self->a.size));
	ASSERT_EQ(0, query_framebuffer(&self->v, VGPU_PRIMARY, &before));
	ASSERT_EQ(0, write_in_pieces(&self->v, PLANE_STRIDE, 2 * stride, 1));
	ASSERT_EQ(0, query_framebuffer(&self->v, VGPU_PRIMARY, &after));
	EXPECT_EQ(before.stride, after.stride);

	ASSERT_EQ(0, write_in_pieces(&self->v, PLANE_SURF, surf, 2));
	ASSERT_EQ(0, vgpu_wait_vblank(&self->v, 0));
	ASSERT_EQ(0, query_framebuffer(&self->v, VGPU_PRIMARY, &after));
	EXPECT_EQ(2 * before.stride, after.stride);
}

/*
 * Make flips synchronous. Wait until this update has been latched, so that its
 * flip-done interrupt is not mistaken for that of the next flip.
 */
static int flip_synchronously(struct vgpu *v)
{
	int ret = vgpu_primary_ctl(v, 0, VGPU_ASYNC_FLIP, 0);

	return ret ? ret : vgpu_wait_vblank(v, 0);
}

/*
 * After flip done, the guest draws to the previous framebuffer; before, it may
 * still draw to the new one. So queries must describe the flip from then on.
 */
static void expect_seen_when_done(struct __test_metadata *_metadata,
				  struct vgpu *v, uint32_t reg, uint64_t gma)
{
	const uint32_t done = v->gen == 8 ? BDW_FLIP_DONE : SKL_FLIP_DONE(1);
	struct vfio_device_gfx_plane_info before, after;
	uint32_t iir = 0;
	int tries;

	ASSERT_EQ(0, vgpu_write32(v, DE_PIPE_IMR(0), ~done));
	ASSERT_EQ(0, vgpu_write32(v, DE_PIPE_IIR(0), done));
	ASSERT_EQ(0, vgpu_query(v, VGPU_PRIMARY, &before));
	ASSERT_EQ(0, vgpu_write32(v, reg, gma));
	for (tries = 0; tries < 1000 && !(iir & done); tries++) {
		ASSERT_EQ(0, vgpu_query(v, VGPU_PRIMARY, &after));
		ASSERT_EQ(0, vgpu_read32(v, DE_PIPE_IIR(0), &iir));
		if (after.dmabuf_id != before.dmabuf_id)
			ASSERT_EQ(done, iir & done)
				TH_LOG("flip by 0x%x described too early", reg);
		usleep(100);
	}
	ASSERT_EQ(done, iir & done);
	ASSERT_EQ(0, vgpu_query(v, VGPU_PRIMARY, &after));
	EXPECT_NE(before.dmabuf_id, after.dmabuf_id)
		TH_LOG("flip by 0x%x done, but not described", reg);
}

TEST_F(flip, surf_visible_when_flip_done)
{
	ASSERT_EQ(0, flip_synchronously(&self->v));
	expect_seen_when_done(_metadata, &self->v, PLANE_SURF, self->b.gma);
}

TEST_F(flip, reg_50080_visible_when_flip_done)
{
	expect_seen_when_done(_metadata, &self->v, FLIP_PLANE_1, self->b.gma);
}

/* Without vblanks, a pending flip is latched when the pipe turns off. */
TEST_F(flip, pending_latches_when_pipe_turns_off)
{
	ASSERT_EQ(0, flip_synchronously(&self->v));
	ASSERT_EQ(0, vgpu_primary_flip(&self->v, 0, self->b.gma));
	ASSERT_EQ(0, vgpu_pipe_off(&self->v, 0));
	ASSERT_EQ(0, vgpu_pipe_on(&self->v, 0, self->b.width, self->b.height));
	EXPECT_EQ(0, test_shows(&self->v, VGPU_PRIMARY, &self->b));
}

FIXTURE(cursor_flip) {
	struct vgpu v;
	struct vgpu_surface s;
};

FIXTURE_VARIANT(cursor_flip) {
	enum vgpu_order order;
};

FIXTURE_VARIANT_ADD(cursor_flip, base_last) { .order = VGPU_SURF_LAST };
FIXTURE_VARIANT_ADD(cursor_flip, ctl_last) { .order = VGPU_CTL_LAST };

FIXTURE_SETUP(cursor_flip)
{
	if (!test_open(_metadata, &self->v))
		return;
	self->v.order = variant->order;
	ASSERT_EQ(0, vgpu_surface_init(&self->v, &self->s, 128, 128,
				       DRM_FORMAT_ARGB8888,
				       DRM_FORMAT_MOD_LINEAR));
	ASSERT_EQ(0, vgpu_pipe_on(&self->v, 0, 1920, 1080));
	ASSERT_EQ(0, vgpu_cursor_show(&self->v, 0, &self->s));
}

FIXTURE_TEARDOWN(cursor_flip)
{
	test_close(&self->v);
}

TEST_F(cursor_flip, mode_waits_for_base)
{
	struct framebuffer fb;

	ASSERT_EQ(0, vgpu_write32(&self->v, CUR_CTL, CUR_MODE_64_ARGB));
	ASSERT_EQ(0, query_framebuffer(&self->v, VGPU_CURSOR, &fb));
	EXPECT_EQ(128, fb.width);
	ASSERT_EQ(0, vgpu_write32(&self->v, CUR_BASE, self->s.gma));
	ASSERT_EQ(0, vgpu_wait_vblank(&self->v, 0));
	ASSERT_EQ(0, query_framebuffer(&self->v, VGPU_CURSOR, &fb));
	EXPECT_EQ(64, fb.width);
}

TEST_F(cursor_flip, bytes_of_base_arm_it)
{
	struct framebuffer fb;

	ASSERT_EQ(0, write_in_pieces(&self->v, CUR_CTL,
				     CUR_MODE_64_ARGB, 2));
	ASSERT_EQ(0, write_in_pieces(&self->v, CUR_BASE, self->s.gma, 1));
	ASSERT_EQ(0, vgpu_wait_vblank(&self->v, 0));
	ASSERT_EQ(0, query_framebuffer(&self->v, VGPU_CURSOR, &fb));
	EXPECT_EQ(64, fb.width);
}

TEST_F(cursor_flip, position_does_not_wait)
{
	struct vfio_device_gfx_plane_info info;

	ASSERT_EQ(0, vgpu_cursor_move(&self->v, 0, 30, 40));
	ASSERT_EQ(0, vgpu_query(&self->v, VGPU_CURSOR, &info));
	EXPECT_EQ(30, info.x_pos);
	EXPECT_EQ(40, info.y_pos);
}

/* ---- 0x50080 ---- */

/* Writing the register must flip the plane, not only store the value. */
TEST_F(flip, by_register_50080_is_seen)
{
	ASSERT_EQ(0, vgpu_write32(&self->v, FLIP_PLANE_1, self->b.gma));
	ASSERT_EQ(0, vgpu_wait_vblank(&self->v, 0));
	EXPECT_EQ(0, test_shows(&self->v, VGPU_PRIMARY, &self->b));
}

TEST_F(flip, reg_50080_has_type_in_low_bits)
{
	ASSERT_EQ(0, vgpu_write32(&self->v, FLIP_PLANE_1, self->b.gma | 1));
	EXPECT_EQ(0, test_shows(&self->v, VGPU_PRIMARY, &self->b));
}

TEST_F(flip, by_register_50090_is_of_plane_2)
{
	struct vgpu_surface c;

	if (self->v.gen == 8)
		SKIP(return, "no plane 2 on Broadwell: use a vGPU of Skylake or later");
	ASSERT_EQ(0, vgpu_surface_init(&self->v, &c, TEST_WIDTH, TEST_HEIGHT,
				       DRM_FORMAT_XRGB8888,
				       DRM_FORMAT_MOD_LINEAR));
	test_fill(&self->v, &c, 2);
	ASSERT_EQ(0, vgpu_overlay_show(&self->v, 0, &self->b));
	ASSERT_EQ(0, vgpu_write32(&self->v, FLIP_PLANE_2, c.gma));
	ASSERT_EQ(0, vgpu_wait_vblank(&self->v, 0));
	EXPECT_EQ(0, test_shows(&self->v, VGPU_OVERLAY, &c));
	EXPECT_EQ(0, test_shows(&self->v, VGPU_PRIMARY, &self->a));
}

/* ---- MI_DISPLAY_FLIP ---- */

/* The stride is in units of 64 bytes; from Skylake on, in tiles if tiled. */
#define FLIP_DWORDS		4

static void flip_commands(const struct vgpu *v, uint32_t plane,
			  const struct vgpu_surface *s,
			  uint32_t commands[FLIP_DWORDS])
{
	const bool x_tiled = s->modifier == I915_FORMAT_MOD_X_TILED;
	const uint32_t unit = v->gen >= 9 && x_tiled ? 512 : 64;

	commands[0] = MI_DISPLAY_FLIP | plane;
	commands[1] = s->stride / unit << 6 | x_tiled;
	commands[2] = s->gma;
	commands[3] = 0;
}

static int flip_by_command(struct vgpu *v, struct vgpu_ring *r, uint32_t plane,
			   const struct vgpu_surface *s)
{
	uint32_t commands[FLIP_DWORDS];
	int ret;

	flip_commands(v, plane, s, commands);
	ret = vgpu_ring_submit(v, r, commands, FLIP_DWORDS);
	if (!ret)
		ret = vgpu_wait_vblank(v, 0);
	return ret ? ret : vgpu_wait_vblank(v, 1);	/* one pipe is off */
}

/* The code of plane 1 of pipes A and B. (Broadwell's for pipe C is not 2.) */
static uint32_t plane_1(const struct vgpu *v, uint32_t pipe)
{
	return v->gen == 8 ? BDW_FLIP_PLANE(pipe) : SKL_FLIP_PLANE(pipe);
}

FIXTURE(command) {
	struct vgpu v;
	struct vgpu_surface a, b, c;	/* @a is on plane 1 */
	struct vgpu_ring ring;
	struct vgpu_gate gate;
};

FIXTURE_VARIANT(command) {
	enum vgpu_order order;
};

FIXTURE_VARIANT_ADD(command, surf_last) { .order = VGPU_SURF_LAST };
FIXTURE_VARIANT_ADD(command, ctl_last) { .order = VGPU_CTL_LAST };

FIXTURE_SETUP(command)
{
	if (!test_open(_metadata, &self->v))
		return;
	self->v.order = variant->order;
	ASSERT_EQ(0, vgpu_ring_init(&self->v, &self->ring));
	ASSERT_EQ(0, vgpu_gate_init(&self->v, &self->gate));
	ASSERT_EQ(0, test_show(&self->v, &self->a, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR));
	ASSERT_EQ(0, test_make(&self->v, &self->b, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR, 1));
	ASSERT_EQ(0, test_make(&self->v, &self->c, DRM_FORMAT_XRGB8888,
			       I915_FORMAT_MOD_X_TILED, 2));
}

FIXTURE_TEARDOWN(command)
{
	vgpu_gate_open(&self->gate);
	test_close(&self->v);
}

TEST_F(command, flips_plane_1)
{
	const uint32_t plane = plane_1(&self->v, 0);

	ASSERT_EQ(0, flip_by_command(&self->v, &self->ring, plane, &self->b));
	EXPECT_EQ(0, test_shows(&self->v, VGPU_PRIMARY, &self->b));
	ASSERT_EQ(0, flip_by_command(&self->v, &self->ring, plane, &self->a));
	EXPECT_EQ(0, test_shows(&self->v, VGPU_PRIMARY, &self->a));
}

/* A flip waits for the commands before it, which may draw to the buffer. */
TEST_F(command, flip_follows_earlier_commands)
{
	struct vfio_device_gfx_plane_info before, meanwhile;
	uint32_t flip[FLIP_DWORDS];

	ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &before));
	flip_commands(&self->v, plane_1(&self->v, 0), &self->b, flip);
	ASSERT_EQ(0, vgpu_gate_enter(&self->v, &self->gate, &self->ring, flip,
				     FLIP_DWORDS));
	ASSERT_EQ(0, vgpu_wait_vblank(&self->v, 0));
	ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &meanwhile));
	EXPECT_EQ(before.dmabuf_id, meanwhile.dmabuf_id);
	vgpu_gate_open(&self->gate);
	ASSERT_EQ(0, vgpu_ring_wait(&self->v, &self->ring));
	ASSERT_EQ(0, vgpu_wait_vblank(&self->v, 0));
	EXPECT_EQ(0, test_shows(&self->v, VGPU_PRIMARY, &self->b));
}

TEST_F(command, sets_stride_and_tiling)
{
	struct framebuffer fb;

	ASSERT_EQ(0, flip_by_command(&self->v, &self->ring,
				     plane_1(&self->v, 0), &self->c));
	ASSERT_EQ(0, query_framebuffer(&self->v, VGPU_PRIMARY, &fb));
	EXPECT_EQ(self->c.stride, fb.stride);
	EXPECT_EQ(self->c.modifier, fb.modifier);
	EXPECT_EQ(0, test_shows(&self->v, VGPU_PRIMARY, &self->c));
}

/*
 * Without the fix: a flip of any plane but plane 1 of pipe A was refused, which
 * put the vGPU into failsafe mode.
 */
TEST_F(command, flips_plane_1_of_the_second_pipe)
{
	ASSERT_EQ(0, vgpu_primary_show(&self->v, 1, &self->a));
	ASSERT_EQ(0, vgpu_pipe_on(&self->v, 1, self->a.width,
				  self->a.height));
	ASSERT_EQ(0, vgpu_pipe_off(&self->v, 0));
	ASSERT_EQ(0, flip_by_command(&self->v, &self->ring,
				     plane_1(&self->v, 1), &self->b));
	EXPECT_EQ(0, test_shows(&self->v, VGPU_PRIMARY, &self->b));
}

TEST_F(command, flips_plane_2_and_leaves_plane_1)
{
	if (self->v.gen == 8)
		SKIP(return, "no plane 2 on Broadwell: use a vGPU of Skylake or later");
	ASSERT_EQ(0, vgpu_overlay_show(&self->v, 0, &self->b));
	ASSERT_EQ(0, flip_by_command(&self->v, &self->ring,
				     SKL_FLIP_PLANE(4), &self->c));
	EXPECT_EQ(0, test_shows(&self->v, VGPU_PRIMARY, &self->a));
	EXPECT_EQ(0, test_shows(&self->v, VGPU_OVERLAY, &self->c));
}

TEST_HARNESS_MAIN
