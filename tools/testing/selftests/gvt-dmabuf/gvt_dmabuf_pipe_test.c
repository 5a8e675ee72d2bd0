// SPDX-License-Identifier: GPL-2.0
/*
 * Each pipe of a vGPU on its own. The three pipes are emulated, so they must
 * work even if fuses disable pipes of the host.
 *
 * Without the fix: the vGPU's pipe C had no vblanks if a fuse disabled the
 * host's pipe C, and was not described if only pipe B was disabled.
 */
#include "test_util.h"
#include "vgpu_regs.h"

FIXTURE(pipe) {
	struct vgpu v;
	struct vgpu_surface a, b;
};

FIXTURE_VARIANT(pipe) {
	int pipe;
};

FIXTURE_VARIANT_ADD(pipe, a) { .pipe = 0 };
FIXTURE_VARIANT_ADD(pipe, b) { .pipe = 1 };
FIXTURE_VARIANT_ADD(pipe, c) { .pipe = 2 };

FIXTURE_SETUP(pipe)
{
	struct vgpu *v = &self->v;

	if (!test_open(_metadata, v))
		return;
	ASSERT_EQ(0, test_make(v, &self->a, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR, 1));
	ASSERT_EQ(0, test_make(v, &self->b, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR, 2));
	ASSERT_EQ(0, vgpu_primary_show(v, variant->pipe, &self->a));
	ASSERT_EQ(0, vgpu_pipe_on(v, variant->pipe, self->a.width,
				  self->a.height));
}

FIXTURE_TEARDOWN(pipe)
{
	test_close(&self->v);
}

TEST_F(pipe, alone_has_vblanks)
{
	uint32_t before, after;

	ASSERT_EQ(0, vgpu_pipe_frames(&self->v, variant->pipe, &before));
	ASSERT_EQ(0, vgpu_wait_vblank(&self->v, variant->pipe));
	ASSERT_EQ(0, vgpu_wait_vblank(&self->v, variant->pipe));
	ASSERT_EQ(0, vgpu_pipe_frames(&self->v, variant->pipe, &after));
	EXPECT_LE(2, after - before);
}

/* The write of a part of its register is as good as one of all of it. */
TEST_F(pipe, turned_on_by_a_byte_has_vblanks)
{
	const uint32_t reg = TRANS_CONF + 0x1000 * variant->pipe;
	const uint8_t enable = 0x80;
	uint32_t before, after;

	ASSERT_EQ(0, vgpu_pipe_off(&self->v, variant->pipe));
	ASSERT_EQ(1, pwrite(self->v.device, &enable, 1, self->v.bar0 + reg + 3));
	ASSERT_EQ(0, vgpu_pipe_frames(&self->v, variant->pipe, &before));
	ASSERT_EQ(0, vgpu_wait_vblank(&self->v, variant->pipe));
	ASSERT_EQ(0, vgpu_wait_vblank(&self->v, variant->pipe));
	ASSERT_EQ(0, vgpu_pipe_frames(&self->v, variant->pipe, &after));
	EXPECT_LE(2, after - before);
}

TEST_F(pipe, alone_is_described)
{
	EXPECT_EQ(0, test_shows(&self->v, VGPU_PRIMARY, &self->a));
}

TEST_F(pipe, alone_shows_a_synchronous_flip)
{
	struct vgpu *v = &self->v;

	ASSERT_EQ(0, vgpu_primary_ctl(v, variant->pipe, VGPU_ASYNC_FLIP, 0));
	ASSERT_EQ(0, vgpu_primary_flip(v, variant->pipe, self->b.gma));
	ASSERT_EQ(0, vgpu_wait_vblank(v, variant->pipe));
	EXPECT_EQ(0, test_shows(v, VGPU_PRIMARY, &self->b));
}

TEST_HARNESS_MAIN
