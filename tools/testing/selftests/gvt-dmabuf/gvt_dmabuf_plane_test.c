// SPDX-License-Identifier: GPL-2.0
/*
 * Which hardware plane a query describes, and from when on: orders of register
 * writes, several pipes, planes smaller than their pipe, scalers, encryption.
 */
#include "query_util.h"
#include "test_util.h"
#include "vgpu_regs.h"

#define SMALL_WIDTH		64
#define SMALL_HEIGHT		64

static int make_small(struct vgpu *v, struct vgpu_surface *s, uint32_t fourcc)
{
	int ret = vgpu_surface_init(v, s, SMALL_WIDTH, SMALL_HEIGHT, fourcc,
				    DRM_FORMAT_MOD_LINEAR);

	if (!ret)
		test_fill(v, s, fourcc);
	return ret;
}

/*
 * Does a query describe @s? 0, 1 if not, -ENOENT if the plane is off, or -errno
 */
static int shows(struct vgpu *v, enum vgpu_plane type,
		 const struct vgpu_surface *s)
{
	struct vfio_device_gfx_plane_info info;
	int fd = test_export(v, type, &info), ret;

	if (fd < 0)
		return fd;
	ret = info.width != s->width || info.height != s->height ||
	      info.stride != s->stride || test_compare(fd, v, s);
	close(fd);
	return ret;
}

/* ---- control registers of planes that are off ---- */

/* A plane of pipe A, off. @desktop is on plane 1, unless that is the plane. */
FIXTURE(ctl) {
	struct vgpu v;
	struct vgpu_surface desktop, s;
	uint32_t ctl, arm;
};

FIXTURE_VARIANT(ctl) {
	enum vgpu_plane type;
	int plane;	/* 0: the cursor */
};

FIXTURE_VARIANT_ADD(ctl, primary) { .type = VGPU_PRIMARY, .plane = 1 };
FIXTURE_VARIANT_ADD(ctl, plane_2) { .type = VGPU_OVERLAY, .plane = 2 };
FIXTURE_VARIANT_ADD(ctl, plane_3) { .type = VGPU_OVERLAY, .plane = 3 };
FIXTURE_VARIANT_ADD(ctl, cursor) { .type = VGPU_CURSOR };

FIXTURE_SETUP(ctl)
{
	const uint32_t fourcc = variant->plane ? DRM_FORMAT_XRGB8888 :
						 DRM_FORMAT_ARGB8888;

	if (!test_open(_metadata, &self->v))
		return;
	if (self->v.gen == 8 && variant->plane == 3)
		SKIP(return, "no plane 3 on Broadwell: use a vGPU of Skylake or later");
	self->ctl = variant->plane ? PLANE_REG(PLANE_CTL, variant->plane) :
				     CUR_CTL;
	self->arm = variant->plane ? PLANE_REG(PLANE_SURF, variant->plane) :
				     CUR_BASE;
	ASSERT_EQ(0, make_small(&self->v, &self->s, fourcc));
	if (variant->plane == 1) {
		ASSERT_EQ(0, vgpu_pipe_on(&self->v, 0, SMALL_WIDTH,
					  SMALL_HEIGHT));
	} else {
		ASSERT_EQ(0, test_show(&self->v, &self->desktop,
				       DRM_FORMAT_XRGB8888,
				       DRM_FORMAT_MOD_LINEAR));
	}
}

FIXTURE_TEARDOWN(ctl)
{
	test_close(&self->v);
}

/* Show @s by writes in @order, and return when it has been latched. */
static int show(struct vgpu *v, int plane, const struct vgpu_surface *s,
		enum vgpu_order order)
{
	int ret;

	v->order = order;
	ret = plane ? vgpu_plane_show(v, 0, plane, s, 0, 0) :
		      vgpu_cursor_show(v, 0, s);
	return ret;
}

TEST_F(ctl, written_last_is_seen)
{
	ASSERT_EQ(0, show(&self->v, variant->plane, &self->s, VGPU_CTL_LAST));
	EXPECT_EQ(0, shows(&self->v, variant->type, &self->s));
}

TEST_F(ctl, of_a_pipe_that_is_off_is_seen)
{
	ASSERT_EQ(0, vgpu_pipe_off(&self->v, 0));
	ASSERT_EQ(0, show(&self->v, variant->plane, &self->s, VGPU_CTL_LAST));
	ASSERT_EQ(0, vgpu_write32(&self->v, TRANS_CONF, TRANS_CONF_ENABLE));
	EXPECT_EQ(0, shows(&self->v, variant->type, &self->s));
}

/* Turn a plane or cursor off, and on again by the control register alone. */
static int off_and_on(struct vgpu *v, uint32_t ctl, uint32_t arm)
{
	uint32_t on, surf;
	int ret = vgpu_read32(v, ctl, &on);

	if (!ret)
		ret = vgpu_read32(v, arm, &surf);
	if (!ret)
		ret = vgpu_write32(v, ctl, 0);
	if (!ret)
		ret = vgpu_write32(v, arm, surf);
	return ret ? ret : vgpu_write32(v, ctl, on);
}

TEST_F(ctl, that_turns_on_again_is_seen)
{
	uint32_t on;

	ASSERT_EQ(0, show(&self->v, variant->plane, &self->s, VGPU_SURF_LAST));
	ASSERT_EQ(0, vgpu_read32(&self->v, self->ctl, &on));
	ASSERT_EQ(0, vgpu_write32(&self->v, self->ctl, 0));
	ASSERT_EQ(0, vgpu_write32(&self->v, self->arm, self->s.gma));
	ASSERT_EQ(0, vgpu_wait_vblank(&self->v, 0));
	ASSERT_EQ(-ENOENT, shows(&self->v, variant->type, &self->s));
	ASSERT_EQ(0, vgpu_write32(&self->v, self->ctl, on));
	ASSERT_EQ(0, vgpu_wait_vblank(&self->v, 0));
	EXPECT_EQ(0, shows(&self->v, variant->type, &self->s));
}

/* Off is latched at the first vblank, on at the next one. */
TEST_F(ctl, off_and_on_within_a_frame_is_seen)
{
	ASSERT_EQ(0, show(&self->v, variant->plane, &self->s, VGPU_SURF_LAST));
	ASSERT_EQ(0, off_and_on(&self->v, self->ctl, self->arm));
	ASSERT_EQ(0, vgpu_wait_vblank(&self->v, 0));
	ASSERT_EQ(0, vgpu_wait_vblank(&self->v, 0));
	EXPECT_EQ(0, shows(&self->v, variant->type, &self->s));
}

/* While a plane is on, its control register does not arm it. */
TEST_F(ctl, off_alone_waits_for_the_surface)
{
	ASSERT_EQ(0, show(&self->v, variant->plane, &self->s, VGPU_SURF_LAST));
	ASSERT_EQ(0, vgpu_write32(&self->v, self->ctl, 0));
	ASSERT_EQ(0, vgpu_wait_vblank(&self->v, 0));
	ASSERT_EQ(0, vgpu_wait_vblank(&self->v, 0));
	EXPECT_EQ(0, shows(&self->v, variant->type, &self->s));
	ASSERT_EQ(0, vgpu_write32(&self->v, self->arm, self->s.gma));
	ASSERT_EQ(0, vgpu_wait_vblank(&self->v, 0));
	EXPECT_EQ(-ENOENT, shows(&self->v, variant->type, &self->s));
}

/* Writes after that of the control register are latched with it. */
TEST_F(ctl, brings_what_is_written_meanwhile)
{
	const uint32_t reg = PLANE_REG(PLANE_STRIDE, variant->plane);
	struct vfio_device_gfx_plane_info info;
	uint32_t stride;

	if (!variant->plane)
		SKIP(return, "a cursor has no stride: see the planes");
	ASSERT_EQ(0, show(&self->v, variant->plane, &self->s, VGPU_CTL_LAST));
	ASSERT_EQ(0, vgpu_plane_hide(&self->v, 0, variant->plane));
	ASSERT_EQ(0, vgpu_wait_vblank(&self->v, 0));
	ASSERT_EQ(-ENOENT, shows(&self->v, variant->type, &self->s));
	ASSERT_EQ(0, vgpu_write32(&self->v, self->arm, self->s.gma));
	ASSERT_EQ(0, vgpu_write32(&self->v, self->ctl, PLANE_ENABLE |
				  (self->v.gen >= 9 ? SKL_FORMAT(4u) :
				   variant->plane == 1 ? BDW_FORMAT(6u) :
				   SPR_FORMAT(2u))));
	ASSERT_EQ(0, vgpu_read32(&self->v, reg, &stride));
	ASSERT_EQ(0, vgpu_write32(&self->v, reg, 2 * stride));
	ASSERT_EQ(0, vgpu_ggtt_map(&self->v, self->s.gma, self->s.gpa,
				   2 * self->s.size));
	ASSERT_EQ(0, vgpu_wait_vblank(&self->v, 0));
	ASSERT_EQ(0, vgpu_query(&self->v, variant->type, &info));
	EXPECT_EQ(2 * self->s.stride, info.stride);
}

/* ---- two pipes ---- */

/* Both pipes have a primary plane, pipe B also a cursor and an overlay. */
FIXTURE(head) {
	struct vgpu v;
	struct vgpu_surface a, b, cursor, over;
};

FIXTURE_SETUP(head)
{
	if (!test_open(_metadata, &self->v))
		return;
	ASSERT_EQ(0, test_show(&self->v, &self->a, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR));
	ASSERT_EQ(0, test_make(&self->v, &self->b, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR, 1));
	ASSERT_EQ(0, make_small(&self->v, &self->cursor, DRM_FORMAT_ARGB8888));
	ASSERT_EQ(0, make_small(&self->v, &self->over, DRM_FORMAT_XRGB8888));
	ASSERT_EQ(0, vgpu_primary_show(&self->v, 1, &self->b));
	ASSERT_EQ(0, vgpu_pipe_on(&self->v, 1, self->b.width, self->b.height));
	ASSERT_EQ(0, vgpu_cursor_show(&self->v, 1, &self->cursor));
	ASSERT_EQ(0, vgpu_plane_show(&self->v, 1, 2, &self->over, 0, 0));
}

FIXTURE_TEARDOWN(head)
{
	test_close(&self->v);
}

TEST_F(head, cursor_of_another_is_off)
{
	EXPECT_EQ(0, shows(&self->v, VGPU_PRIMARY, &self->a));
	EXPECT_EQ(-ENOENT, shows(&self->v, VGPU_CURSOR, &self->cursor));
}

TEST_F(head, overlay_of_another_is_off)
{
	EXPECT_EQ(0, shows(&self->v, VGPU_PRIMARY, &self->a));
	EXPECT_EQ(-ENOENT, shows(&self->v, VGPU_OVERLAY, &self->over));
}

TEST_F(head, cursor_and_overlay_are_its_own)
{
	ASSERT_EQ(0, vgpu_cursor_show(&self->v, 0, &self->cursor));
	ASSERT_EQ(0, vgpu_plane_show(&self->v, 0, 2, &self->over, 0, 0));
	EXPECT_EQ(0, shows(&self->v, VGPU_CURSOR, &self->cursor));
	EXPECT_EQ(0, shows(&self->v, VGPU_OVERLAY, &self->over));
}

TEST_F(head, without_primary_is_passed_over)
{
	ASSERT_EQ(0, vgpu_primary_hide(&self->v, 0));
	EXPECT_EQ(0, shows(&self->v, VGPU_PRIMARY, &self->b));
	EXPECT_EQ(0, shows(&self->v, VGPU_CURSOR, &self->cursor));
	EXPECT_EQ(0, shows(&self->v, VGPU_OVERLAY, &self->over));
}

/* Without a primary plane, the cursor is that of the lowest pipe. */
TEST_F(head, cursor_is_lowest_without_primary)
{
	ASSERT_EQ(0, vgpu_primary_hide(&self->v, 0));
	ASSERT_EQ(0, vgpu_primary_hide(&self->v, 1));
	EXPECT_EQ(-ENOENT, shows(&self->v, VGPU_PRIMARY, &self->a));
	EXPECT_EQ(-ENOENT, shows(&self->v, VGPU_CURSOR, &self->cursor));
	ASSERT_EQ(0, vgpu_pipe_off(&self->v, 0));
	EXPECT_EQ(0, shows(&self->v, VGPU_CURSOR, &self->cursor));
}

/* ---- a video below the desktop ---- */

#define DESKTOP_WIDTH		1280
#define DESKTOP_HEIGHT		720
#define VIDEO_WIDTH		640
#define VIDEO_HEIGHT		360
#define VIDEO_X			200
#define VIDEO_Y			100

/* Windows may put a video on plane 1, below a hole in the desktop. */
FIXTURE(video) {
	struct vgpu v;
	struct vgpu_surface desktop, video;
	struct vfio_device_gfx_plane_info info;
};

FIXTURE_VARIANT(video) {
	enum vgpu_order order;
};

FIXTURE_VARIANT_ADD(video, surf_last) { .order = VGPU_SURF_LAST };
FIXTURE_VARIANT_ADD(video, ctl_last) { .order = VGPU_CTL_LAST };

FIXTURE_SETUP(video)
{
	struct vgpu *v = &self->v;

	if (!test_open(_metadata, v))
		return;
	if (v->gen == 8)
		SKIP(return,
		     "plane 1 of Broadwell covers its pipe: use Skylake");
	v->order = variant->order;
	ASSERT_EQ(0, vgpu_surface_init(v, &self->desktop, DESKTOP_WIDTH,
				       DESKTOP_HEIGHT, DRM_FORMAT_ARGB8888,
				       DRM_FORMAT_MOD_LINEAR));
	ASSERT_EQ(0, vgpu_surface_init(v, &self->video, VIDEO_WIDTH,
				       VIDEO_HEIGHT, DRM_FORMAT_YUYV,
				       DRM_FORMAT_MOD_LINEAR));
	test_fill(v, &self->desktop, 1);
	test_fill(v, &self->video, 2);
	ASSERT_EQ(0, vgpu_pipe_on(v, 0, DESKTOP_WIDTH, DESKTOP_HEIGHT));
	ASSERT_EQ(0, vgpu_plane_show(v, 0, 1, &self->video, VIDEO_X, VIDEO_Y));
	ASSERT_EQ(0, vgpu_plane_show(v, 0, 2, &self->desktop, 0, 0));
}

FIXTURE_TEARDOWN(video)
{
	test_close(&self->v);
}

TEST_F(video, below_the_desktop_is_not_primary)
{
	EXPECT_EQ(0, shows(&self->v, VGPU_PRIMARY, &self->desktop));
	ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &self->info));
	EXPECT_EQ(0, self->info.x_pos);
	EXPECT_EQ(0, self->info.y_pos);
	EXPECT_EQ(DRM_FORMAT_XRGB8888, self->info.drm_format);
}

TEST_F(video, below_the_desktop_is_the_overlay)
{
	EXPECT_EQ(0, shows(&self->v, VGPU_OVERLAY, &self->video));
	ASSERT_EQ(0, vgpu_query(&self->v, VGPU_OVERLAY, &self->info));
	EXPECT_EQ(VIDEO_X, self->info.x_pos);
	EXPECT_EQ(VIDEO_Y, self->info.y_pos);
	EXPECT_EQ(DRM_FORMAT_YUYV, self->info.drm_format);
}

TEST_F(video, that_ends_leaves_the_desktop)
{
	ASSERT_EQ(0, vgpu_plane_hide(&self->v, 0, 1));
	EXPECT_EQ(0, shows(&self->v, VGPU_PRIMARY, &self->desktop));
	EXPECT_EQ(-ENOENT, shows(&self->v, VGPU_OVERLAY, &self->video));
}

/* No plane covers the pipe: plane 1 is described with its position. */
TEST_F(video, alone_is_primary)
{
	ASSERT_EQ(0, vgpu_plane_hide(&self->v, 0, 2));
	EXPECT_EQ(0, shows(&self->v, VGPU_PRIMARY, &self->video));
	ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &self->info));
	EXPECT_EQ(VIDEO_X, self->info.x_pos);
	EXPECT_EQ(VIDEO_Y, self->info.y_pos);
	EXPECT_EQ(-ENOENT, shows(&self->v, VGPU_OVERLAY, &self->desktop));
}

TEST_F(video, desktop_flips_are_the_primarys)
{
	struct query_flips before, after;

	if (query_flips(&self->v, VGPU_PRIMARY, &before) == -EINVAL)
		SKIP(return, "no flip info: run a kernel that has it");
	ASSERT_EQ(0, vgpu_write32(&self->v, PLANE_SURF, self->video.gma));
	ASSERT_EQ(0, query_flips(&self->v, VGPU_PRIMARY, &after));
	EXPECT_EQ(before.count, after.count);
	ASSERT_EQ(0, vgpu_write32(&self->v, PLANE_REG(PLANE_SURF, 2),
				  self->desktop.gma));
	ASSERT_EQ(0, query_flips(&self->v, VGPU_PRIMARY, &after));
	EXPECT_EQ(before.count + 1, after.count);
}

/* ---- scalers ---- */

/* PS_CTRL of a scaler that is on and bound to @plane, 0: to the pipe */
static uint32_t ps_on(uint32_t plane)
{
	return PS_ENABLE | PS_BINDING(plane);
}

FIXTURE(scaler_reg) {
	struct vgpu v;
};

FIXTURE_SETUP(scaler_reg)
{
	if (!test_open_vgpu(_metadata, &self->v))
		return;
}

FIXTURE_TEARDOWN(scaler_reg)
{
	test_close(&self->v);
}

/* Without the fix: a scaler bound to a plane was treated as off */
TEST_F(scaler_reg, keeps_what_was_written)
{
	static const uint32_t regs[] = {
		PS_REG(PS_CTRL, 0, 1), PS_REG(PS_CTRL, 0, 2),
		PS_REG(PS_CTRL, 1, 1), PS_REG(PS_CTRL, 1, 2),
		PS_REG(PS_CTRL, 2, 1),
	};
	uint32_t plane, ctl;
	size_t i;

	if (self->v.gen == 8)
		SKIP(return, "no scaler on Broadwell: use a vGPU of Skylake or later");
	for (i = 0; i < ARRAY_SIZE(regs); i++)
		for (plane = 0; plane < 8; plane++) {
			ASSERT_EQ(0, vgpu_write32(&self->v, regs[i],
						  ps_on(plane)));
			ASSERT_EQ(0, vgpu_read32(&self->v, regs[i], &ctl));
			EXPECT_EQ(ps_on(plane), ctl) TH_LOG("0x%x", regs[i]);
		}
}

/* Plane 1 displays 200 x 50 pixels on a pipe of 1920 x 1080. */
FIXTURE(scaler) {
	struct vgpu v;
	struct vgpu_surface s;
	struct vfio_device_gfx_plane_info info;
	uint32_t base;
};

FIXTURE_VARIANT(scaler) {
	uint32_t base;
};

FIXTURE_VARIANT_ADD(scaler, first) { .base = PS_REG(0, 0, 1) };
FIXTURE_VARIANT_ADD(scaler, second) { .base = PS_REG(0, 0, 2) };

FIXTURE_SETUP(scaler)
{
	if (!test_open(_metadata, &self->v))
		return;
	if (self->v.gen == 8)
		SKIP(return, "no plane of Broadwell has a scaler: use a vGPU of Skylake or later");
	self->base = variant->base;
	ASSERT_EQ(0, test_show(&self->v, &self->s, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR));
	ASSERT_EQ(0, vgpu_pipe_size(&self->v, 0, 1920, 1080));
}

FIXTURE_TEARDOWN(scaler)
{
	test_close(&self->v);
}

/* Program a scaler. The window size is written last, which arms it. */
static int scale(struct vgpu *v, uint32_t base, uint32_t ctl, uint32_t pos,
		 uint32_t size)
{
	int ret = vgpu_write32(v, PS_WIN_POS + base, pos);

	if (!ret)
		ret = vgpu_write32(v, PS_CTRL + base, ctl);
	if (!ret)
		ret = vgpu_write32(v, PS_WIN_SZ + base, size);
	return ret ? ret : vgpu_wait_vblank(v, 0);
}

TEST_F(scaler, of_a_plane_is_refused)
{
	ASSERT_EQ(0, scale(&self->v, self->base, ps_on(1), 0,
			   1920 << 16 | 1080));
	EXPECT_EQ(-EOPNOTSUPP, vgpu_query(&self->v, VGPU_PRIMARY, &self->info));
}

TEST_F(scaler, by_one_pixel_is_refused)
{
	ASSERT_EQ(0, scale(&self->v, self->base, ps_on(1), 0,
			   (TEST_WIDTH + 1) << 16 | TEST_HEIGHT));
	EXPECT_EQ(-EOPNOTSUPP, vgpu_query(&self->v, VGPU_PRIMARY, &self->info));
}

TEST_F(scaler, that_keeps_the_size_is_a_position)
{
	ASSERT_EQ(0, scale(&self->v, self->base, ps_on(1), 30 << 16 | 40,
			   TEST_WIDTH << 16 | TEST_HEIGHT));
	ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &self->info));
	EXPECT_EQ(30, self->info.x_pos);
	EXPECT_EQ(40, self->info.y_pos);
}

TEST_F(scaler, of_others_changes_nothing)
{
	static const int planes[] = { 0, 2, 3, 4 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(planes); i++) {
		ASSERT_EQ(0, scale(&self->v, self->base, ps_on(planes[i]), 0,
				   1920 << 16 | 1080));
		EXPECT_EQ(0, shows(&self->v, VGPU_PRIMARY, &self->s))
			TH_LOG("bound to %d", planes[i]);
	}
}

TEST_F(scaler, that_ends_shows_the_plane_again)
{
	ASSERT_EQ(0, scale(&self->v, self->base, ps_on(1), 0,
			   1920 << 16 | 1080));
	ASSERT_EQ(0, scale(&self->v, self->base, 0, 0, 0));
	EXPECT_EQ(0, shows(&self->v, VGPU_PRIMARY, &self->s));
}

TEST_F(scaler, that_is_on_waits_for_its_window)
{
	ASSERT_EQ(0, scale(&self->v, self->base, ps_on(1), 0,
			   1920 << 16 | 1080));
	ASSERT_EQ(0, vgpu_write32(&self->v, PS_CTRL + self->base, 0));
	ASSERT_EQ(0, vgpu_wait_vblank(&self->v, 0));
	EXPECT_EQ(-EOPNOTSUPP, vgpu_query(&self->v, VGPU_PRIMARY, &self->info));
}

/* Each write to a scaler that is off arms it, also of the position. */
static int scale_with_position_last(struct vgpu *v, uint32_t base, uint32_t pos)
{
	int ret = vgpu_write32(v, PS_WIN_SZ + base,
			       TEST_WIDTH << 16 | TEST_HEIGHT);

	if (!ret)
		ret = vgpu_write32(v, PS_CTRL + base, ps_on(1));
	return ret ? ret : vgpu_write32(v, PS_WIN_POS + base, pos);
}

TEST_F(scaler, off_latches_a_late_position)
{
	ASSERT_EQ(0, scale_with_position_last(&self->v, self->base,
					      30 << 16 | 40));
	ASSERT_EQ(0, vgpu_wait_vblank(&self->v, 0));
	ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &self->info));
	EXPECT_EQ(30, self->info.x_pos);
	EXPECT_EQ(40, self->info.y_pos);
}

/* Off is latched at the first vblank, the new position at the next one. */
TEST_F(scaler, off_and_on_within_a_frame)
{
	ASSERT_EQ(0, scale(&self->v, self->base, ps_on(1), 30 << 16 | 40,
			   TEST_WIDTH << 16 | TEST_HEIGHT));
	ASSERT_EQ(0, vgpu_write32(&self->v, PS_CTRL + self->base, 0));
	ASSERT_EQ(0, vgpu_write32(&self->v, PS_WIN_SZ + self->base, 0));
	ASSERT_EQ(0, scale_with_position_last(&self->v, self->base,
					      50 << 16 | 60));
	ASSERT_EQ(0, vgpu_wait_vblank(&self->v, 0));
	ASSERT_EQ(0, vgpu_wait_vblank(&self->v, 0));
	ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &self->info));
	EXPECT_EQ(50, self->info.x_pos);
	EXPECT_EQ(60, self->info.y_pos);
}

/* ---- encrypted surfaces ---- */

TEST_F(ctl, encrypted_surface_is_refused)
{
	struct vfio_device_gfx_plane_info info;

	ASSERT_EQ(0, show(&self->v, variant->plane, &self->s, VGPU_SURF_LAST));
	ASSERT_EQ(0, vgpu_write32(&self->v, self->arm, self->s.gma | 4));
	ASSERT_EQ(0, vgpu_wait_vblank(&self->v, 0));
	EXPECT_EQ(-EOPNOTSUPP, vgpu_query(&self->v, variant->type, &info));
}

TEST_HARNESS_MAIN
