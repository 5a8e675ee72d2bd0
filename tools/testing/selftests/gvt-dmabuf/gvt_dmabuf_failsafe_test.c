// SPDX-License-Identifier: GPL-2.0
/*
 * A vGPU in failsafe mode: a refused command puts it there, and a reset by the
 * VMM ends it. Its engines execute nothing, but its display works, so that a
 * guest can report that its driver has failed.
 *
 * The tests guard against registers that become plain memory in this mode:
 * flips that are neither described nor signalled, interrupts that cannot be
 * acknowledged, and counters that stand still.
 */
#include <poll.h>
#include <sys/eventfd.h>

#include "event_test_util.h"
#include "vgpu_commands.h"
#include "vgpu_regs.h"

#define OTHERS_FENCE		31
#define DPCD_REV_12		0x12
#define PATTERN			0xc0ffee11u

/* The primary plane of pipe A displays @a, and its vblank is unmasked. */
FIXTURE(failsafe) {
	struct vgpu v;
	struct vgpu_ring ring;
	struct vgpu_surface a, b, cursor;
	uint64_t written_gma;
	uint32_t *written;
	int msi;
};

FIXTURE_SETUP(failsafe)
{
	const uint32_t bad[] = { MI_NO_SUCH_COMMAND, MI_NOOP };
	struct vgpu *v = &self->v;
	uint64_t gpa;

	if (!test_open_vgpu(_metadata, v))
		return;
	self->msi = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	ASSERT_LE(0, self->msi);
	ASSERT_EQ(0, vgpu_msi_on(v, self->msi));
	ASSERT_EQ(0, vgpu_alloc_mapped(v, VGPU_PAGE, &gpa,
				       &self->written_gma));
	self->written = (uint32_t *)(v->ram + gpa);
	*self->written = 0;
	ASSERT_EQ(0, test_make_cursor(v, &self->cursor));
	test_fill(v, &self->cursor, 2);
	ASSERT_EQ(0, test_make(v, &self->b, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR, 1));
	ASSERT_EQ(0, vgpu_vblank_irq_on(v, 0));
	ASSERT_EQ(0, test_show(v, &self->a, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR));

	ASSERT_EQ(0, vgpu_ring_init(v, &self->ring));
	ASSERT_EQ(0, vgpu_ring_emit(&self->ring, bad, ARRAY_SIZE(bad)));
	ASSERT_EQ(-EFAULT, vgpu_ring_start(v, &self->ring, NULL));
}

FIXTURE_TEARDOWN(failsafe)
{
	close(self->msi);
	test_close(&self->v);
}

static bool is_off(struct vgpu *v, enum vgpu_plane plane)
{
	struct vfio_device_gfx_plane_info info;

	return !vgpu_query(v, plane, &info) && !info.drm_format;
}

/* ---- planes ---- */

TEST_F(failsafe, flip_is_described)
{
	if (!test_exports(_metadata, &self->v))
		return;
	ASSERT_EQ(0, vgpu_primary_flip(&self->v, 0, self->b.gma));
	EXPECT_EQ(0, test_shows(&self->v, VGPU_PRIMARY, &self->b));
}

TEST_F(failsafe, hide_is_described)
{
	if (!test_exports(_metadata, &self->v))
		return;
	ASSERT_EQ(0, vgpu_primary_ctl(&self->v, 0, PLANE_ENABLE, 0));
	EXPECT_TRUE(is_off(&self->v, VGPU_PRIMARY));
}

TEST_F(failsafe, flip_latches_at_vblank)
{
	if (!test_exports(_metadata, &self->v))
		return;
	ASSERT_EQ(0, vgpu_primary_ctl(&self->v, 0, VGPU_ASYNC_FLIP, 0));
	ASSERT_EQ(0, vgpu_wait_vblank(&self->v, 0));
	ASSERT_EQ(0, vgpu_primary_flip(&self->v, 0, self->b.gma));
	ASSERT_EQ(0, vgpu_wait_vblank(&self->v, 0));
	EXPECT_EQ(0, test_shows(&self->v, VGPU_PRIMARY, &self->b));
}

TEST_F(failsafe, reg_50080_flip_is_described)
{
	if (!test_exports(_metadata, &self->v))
		return;
	ASSERT_EQ(0, vgpu_write32(&self->v, FLIP_PLANE_1,
				  self->b.gma | 1));	/* asynchronous */
	EXPECT_EQ(0, test_shows(&self->v, VGPU_PRIMARY, &self->b));
}

TEST_F(failsafe, second_pipe_is_described)
{
	if (!test_exports(_metadata, &self->v))
		return;
	ASSERT_EQ(0, vgpu_primary_hide(&self->v, 0));
	ASSERT_EQ(0, vgpu_pipe_off(&self->v, 0));
	ASSERT_EQ(0, vgpu_primary_show(&self->v, 1, &self->b));
	ASSERT_EQ(0, vgpu_pipe_on(&self->v, 1, TEST_WIDTH, TEST_HEIGHT));
	EXPECT_EQ(0, test_shows(&self->v, VGPU_PRIMARY, &self->b));
}

TEST_F(failsafe, cursor_is_described)
{
	struct vfio_device_gfx_plane_info info;

	if (!test_exports(_metadata, &self->v))
		return;
	ASSERT_EQ(0, vgpu_cursor_show(&self->v, 0, &self->cursor));
	EXPECT_EQ(0, test_shows(&self->v, VGPU_CURSOR, &self->cursor));
	ASSERT_EQ(0, vgpu_cursor_move(&self->v, 0, 12, 34));
	ASSERT_EQ(0, vgpu_query(&self->v, VGPU_CURSOR, &info));
	EXPECT_EQ(12, info.x_pos);
	EXPECT_EQ(34, info.y_pos);
}

TEST_F(failsafe, overlay_is_described)
{
	if (self->v.gen == 8)
		SKIP(return, "not on Broadwell: use a vGPU of Skylake or later");
	if (!test_exports(_metadata, &self->v))
		return;
	ASSERT_EQ(0, vgpu_overlay_show(&self->v, 0, &self->b));
	ASSERT_EQ(0, vgpu_wait_vblank(&self->v, 0));
	EXPECT_EQ(0, test_shows(&self->v, VGPU_OVERLAY, &self->b));
}

/* Remapping the same GGTT address gives a new surface, with the new pages. */
TEST_F(failsafe, ggtt_writes_are_described)
{
	struct vfio_device_gfx_plane_info before, after;
	struct vgpu_surface s = self->a;
	int fd;

	if (!test_exports(_metadata, &self->v))
		return;
	ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &before));
	ASSERT_EQ(0, vgpu_ggtt_map(&self->v, self->a.gma, self->b.gpa,
				   self->a.size));
	fd = test_export(&self->v, VGPU_PRIMARY, &after);
	ASSERT_LE(0, fd);
	EXPECT_NE(before.dmabuf_id, after.dmabuf_id);
	s.gpa = self->b.gpa;
	EXPECT_EQ(0, test_compare(fd, &self->v, &s));
	close(fd);
}

/* Writes through BAR 2 must reach the page that the GGTT entry refers to. */
TEST_F(failsafe, aperture_follows_the_ggtt)
{
	uint32_t val = PATTERN, *word;
	uint64_t bar2, size;

	ASSERT_EQ(0, vgpu_region(&self->v, VFIO_PCI_BAR2_REGION_INDEX, &bar2,
				 &size));
	ASSERT_EQ(0, vgpu_ggtt_map(&self->v, self->a.gma, self->b.gpa,
				   VGPU_PAGE));
	ASSERT_EQ(4, pwrite(self->v.device, &val, 4, bar2 + self->a.gma));
	word = (uint32_t *)vgpu_surface_bytes(&self->v, &self->b);
	EXPECT_EQ(PATTERN, *word);
}

/* ---- the display event ---- */

TEST_F(failsafe, flip_and_hide_are_notified)
{
	struct vgpu_event e = {};
	int fd;

	if (!test_event(_metadata, &self->v, &e))
		return;
	fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, vgpu_event_arm(&self->v, &e, VGPU_PRIMARY, fd));
	usleep(300000);
	signals(fd);
	ASSERT_EQ(0, vgpu_primary_flip(&self->v, 0, self->b.gma));
	EXPECT_LE(1, next_signal(fd));
	usleep(300000);
	signals(fd);
	ASSERT_EQ(0, vgpu_primary_ctl(&self->v, 0, PLANE_ENABLE, 0));
	EXPECT_LE(1, next_signal(fd));
	close(fd);
}

/* ---- interrupts, counters, and the monitor ---- */

TEST_F(failsafe, vblank_interrupts_continue)
{
	int i;

	for (i = 0; i < 4; i++) {
		EXPECT_LE(1, next_signal(self->msi)) TH_LOG("vblank %d", i);
		ASSERT_EQ(0, vgpu_vblank_irq_ack(&self->v, 0));
	}
}

TEST_F(failsafe, scanline_and_frames_continue)
{
	uint32_t first, now, line, lines = 0, last = ~0u;
	int i;

	ASSERT_EQ(0, vgpu_pipe_frames(&self->v, 0, &first));
	for (i = 0; i < 100; i++) {
		ASSERT_EQ(0, vgpu_read32(&self->v, PIPE_SCANLINE, &line));
		lines += line != last;
		last = line;
		usleep(1000);
	}
	ASSERT_EQ(0, vgpu_pipe_frames(&self->v, 0, &now));
	EXPECT_LT(first + 2, now);
	EXPECT_LT(2, lines);
}

TEST_F(failsafe, monitor_answers_on_dp_aux)
{
	const uint32_t ctl = self->v.gen == 8 ? BDW_DP_AUX_CTL_B :
					     SKL_DP_AUX_CTL_D;
	uint32_t val;

	ASSERT_EQ(0, vgpu_write32(&self->v, DP_AUX_DATA(ctl, 0),
				  DP_AUX_READ(0)));
	ASSERT_EQ(0, vgpu_write32(&self->v, ctl, DP_AUX_SEND));
	ASSERT_EQ(0, vgpu_read32(&self->v, ctl, &val));
	EXPECT_EQ(0, val & DP_AUX_SEND);
	ASSERT_EQ(0, vgpu_read32(&self->v, ctl + 4, &val));
	EXPECT_EQ(DPCD_REV_12, val >> 16 & 0xff);
}

/* ---- requests that are refused ---- */

TEST_F(failsafe, submission_is_refused_silently)
{
	const uint32_t store[] = {
		MI_STORE_TO_GGTT, self->written_gma, 0, PATTERN,
	};

	self->ring.tail = 0;
	ASSERT_EQ(0, vgpu_ring_emit(&self->ring, store, ARRAY_SIZE(store)));
	ASSERT_EQ(0, vgpu_ring_start(&self->v, &self->ring, NULL));
	usleep(200000);
	EXPECT_EQ(0, __atomic_load_n(self->written, __ATOMIC_ACQUIRE));
}

TEST_F(failsafe, page_tables_fail_silently)
{
	EXPECT_EQ(0, vgpu_write32(&self->v, PVINFO_G2V_NOTIFY,
				  PPGTT_L4_CREATE));
}

/* Then the guest's driver declares its GPU wedged, and submits nothing more. */
TEST_F(failsafe, gpu_reset_is_not_acknowledged)
{
	uint32_t val;

	ASSERT_EQ(0, vgpu_write32(&self->v, GDRST, GDRST_FULL));
	ASSERT_EQ(0, vgpu_read32(&self->v, GDRST, &val));
	EXPECT_EQ(GDRST_FULL, val);
}

TEST_F(failsafe, others_fence_is_only_stored)
{
	uint32_t val;

	ASSERT_EQ(0, vgpu_write32(&self->v, FENCE(OTHERS_FENCE), PATTERN));
	ASSERT_EQ(0, vgpu_read32(&self->v, FENCE(OTHERS_FENCE), &val));
	EXPECT_EQ(PATTERN, val);
}

TEST_F(failsafe, any_access_size_succeeds)
{
	uint8_t bytes[8] = { 0 };
	int at, n;

	for (n = 1; n <= 8; n *= 2)
		for (at = 0; at < 8; at++) {
			EXPECT_EQ(n, pread(self->v.device, bytes, n,
					   self->v.bar0 + CUR_POS + at));
			EXPECT_EQ(n, pwrite(self->v.device, bytes, n,
					    self->v.bar0 + CUR_POS + at));
			EXPECT_EQ(n, pread(self->v.device, bytes, n,
					   self->v.bar0 + GGTT + at));
			EXPECT_EQ(n, pwrite(self->v.device, bytes, n,
					    self->v.bar0 + GGTT + at));
		}
}

/* ---- the end of failsafe mode ---- */

/* After the reset, a ring is executed. */
TEST_F(failsafe, ends_with_a_reset)
{
	const uint32_t store[] = {
		MI_STORE_TO_GGTT, self->written_gma, 0, PATTERN,
	};
	const uint64_t gpa = (uint8_t *)self->written - self->v.ram;

	if (!test_unsafe(_metadata))
		return;
	ASSERT_EQ(0, vgpu_restart(&self->v));
	ASSERT_EQ(0, vgpu_ggtt_map(&self->v, self->written_gma, gpa,
				   VGPU_PAGE));
	ASSERT_EQ(0, vgpu_ring_init(&self->v, &self->ring));
	ASSERT_EQ(0, vgpu_ring_submit(&self->v, &self->ring, store,
				      ARRAY_SIZE(store)));
	EXPECT_EQ(PATTERN, *self->written);
}

TEST_HARNESS_MAIN
