// SPDX-License-Identifier: GPL-2.0
/*
 * The guest resets its GPU by GDRST, as a driver does after a hang. This resets
 * engines, but not the display; a full reset also clears the cursor's hotspot.
 */
#include "test_util.h"
#include "vgpu_commands.h"
#include "vgpu_regs.h"

FIXTURE(gpu_reset) {
	struct vgpu v;
	struct vgpu_surface a, b, cursor;
	struct vgpu_ring ring;
};

FIXTURE_VARIANT(gpu_reset) {
	uint32_t domains;
	bool hotspot_stays;
};

FIXTURE_VARIANT_ADD(gpu_reset, full) { .domains = GDRST_FULL };

FIXTURE_VARIANT_ADD(gpu_reset, render) {
	.domains = GDRST_RENDER, .hotspot_stays = true,
};

FIXTURE_VARIANT_ADD(gpu_reset, blitter) {
	.domains = GDRST_BLITTER, .hotspot_stays = true,
};

FIXTURE_VARIANT_ADD(gpu_reset, media) {
	.domains = GDRST_MEDIA, .hotspot_stays = true,
};

FIXTURE_VARIANT_ADD(gpu_reset, nothing) { .hotspot_stays = true };

/* Pipe A displays @a and the cursor; the blitter is in use. */
FIXTURE_SETUP(gpu_reset)
{
	const uint32_t nothing[] = { MI_NOOP, MI_NOOP };
	struct vgpu *v = &self->v;

	if (!test_open(_metadata, v))
		return;
	ASSERT_EQ(0, test_make_cursor(v, &self->cursor));
	ASSERT_EQ(0, test_make(v, &self->b, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR, 1));
	ASSERT_EQ(0, test_show(v, &self->a, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR));
	ASSERT_EQ(0, vgpu_cursor_show(v, 0, &self->cursor));
	ASSERT_EQ(0, vgpu_cursor_hotspot(v, 3, 5));
	ASSERT_EQ(0, vgpu_ring_init(v, &self->ring));
	ASSERT_EQ(0, vgpu_ring_submit(v, &self->ring, nothing,
				      ARRAY_SIZE(nothing)));
}

FIXTURE_TEARDOWN(gpu_reset)
{
	test_close(&self->v);
}

static int reset_gpu(struct vgpu *v, uint32_t domains)
{
	uint32_t val;
	int ret = vgpu_write32(v, GDRST, domains);

	if (!ret)
		ret = vgpu_read32(v, GDRST, &val);
	return ret ? ret : val ? -ETIME : 0;
}

TEST_F(gpu_reset, keeps_ids_and_pixels)
{
	struct vfio_device_gfx_plane_info before, after;
	int was, is;

	was = test_export(&self->v, VGPU_PRIMARY, &before);
	ASSERT_LE(0, was);
	ASSERT_EQ(0, reset_gpu(&self->v, variant->domains));
	is = test_export(&self->v, VGPU_PRIMARY, &after);
	ASSERT_LE(0, is);
	EXPECT_EQ(0, memcmp(&before, &after, sizeof(before)));
	EXPECT_EQ(0, test_compare(was, &self->v, &self->a));
	EXPECT_EQ(0, test_compare(is, &self->v, &self->a));
	close(was);
	close(is);
}

TEST_F(gpu_reset, resets_the_hotspot_if_full)
{
	struct vfio_device_gfx_plane_info before, after;

	ASSERT_EQ(0, vgpu_query(&self->v, VGPU_CURSOR, &before));
	ASSERT_EQ(3, before.x_hot);
	ASSERT_EQ(0, reset_gpu(&self->v, variant->domains));
	ASSERT_EQ(0, vgpu_query(&self->v, VGPU_CURSOR, &after));
	EXPECT_EQ(before.dmabuf_id, after.dmabuf_id);
	EXPECT_EQ(variant->hotspot_stays ? 3 : VGPU_HOT_UNKNOWN, after.x_hot);
	EXPECT_EQ(variant->hotspot_stays ? 5 : VGPU_HOT_UNKNOWN, after.y_hot);
}

/* A synchronous flip that is pending is latched after the reset. */
TEST_F(gpu_reset, leaves_a_pending_flip)
{
	struct vfio_device_gfx_plane_info info;
	int fd;

	ASSERT_EQ(0, vgpu_primary_ctl(&self->v, 0, VGPU_ASYNC_FLIP, 0));
	ASSERT_EQ(0, vgpu_wait_vblank(&self->v, 0));
	ASSERT_EQ(0, vgpu_primary_flip(&self->v, 0, self->b.gma));
	ASSERT_EQ(0, reset_gpu(&self->v, variant->domains));
	ASSERT_EQ(0, vgpu_wait_vblank(&self->v, 0));
	fd = test_export(&self->v, VGPU_PRIMARY, &info);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, test_compare(fd, &self->v, &self->b));
	close(fd);
}

TEST_F(gpu_reset, leaves_the_vblanks)
{
	uint32_t first, now;

	ASSERT_EQ(0, vgpu_pipe_frames(&self->v, 0, &first));
	ASSERT_EQ(0, reset_gpu(&self->v, variant->domains));
	usleep(100000);
	ASSERT_EQ(0, vgpu_pipe_frames(&self->v, 0, &now));
	EXPECT_LT(first + 2, now);
}

TEST_HARNESS_MAIN
