// SPDX-License-Identifier: GPL-2.0
/*
 * VFIO_GFX_PLANE_CAP_FLIPS: the number of flips of a plane, and the time of the
 * last one, for clients that pace themselves. Nothing changes for callers that
 * do not ask for capabilities.
 */
#include <sys/ioctl.h>
#include <unistd.h>

#include "query_util.h"
#include "test_util.h"
#include "time_util.h"
#include "vgpu_regs.h"

#define UNTOUCHED	0xa5

FIXTURE(flip_info) {
	struct vgpu v;
	struct vgpu_surface a, b, cursor;
};

FIXTURE_VARIANT(flip_info) {
	enum vgpu_order order;
};

FIXTURE_VARIANT_ADD(flip_info, surf_last) { .order = VGPU_SURF_LAST };
FIXTURE_VARIANT_ADD(flip_info, ctl_last) { .order = VGPU_CTL_LAST };

FIXTURE_SETUP(flip_info)
{
	struct query_flips flips;

	if (!test_open(_metadata, &self->v))
		return;
	if (query_flips(&self->v, VGPU_PRIMARY, &flips) == -EINVAL) {
		vgpu_close(&self->v);
		SKIP(return, "no flip info: run a kernel that has it");
	}
	self->v.order = variant->order;
	ASSERT_EQ(0, test_make(&self->v, &self->b, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR, 1));
	ASSERT_EQ(0, test_make_cursor(&self->v, &self->cursor));
	ASSERT_EQ(0, test_show(&self->v, &self->a, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR));
	ASSERT_EQ(0, vgpu_cursor_show(&self->v, 0, &self->cursor));
}

FIXTURE_TEARDOWN(flip_info)
{
	test_close(&self->v);
}

TEST_F(flip_info, can_be_probed)
{
	struct vfio_device_gfx_plane_info info = {
		.argsz = sizeof(info),
		.flags = VFIO_GFX_PLANE_TYPE_PROBE |
			 VFIO_GFX_PLANE_TYPE_DMABUF | VFIO_GFX_PLANE_CAPS,
	};

	EXPECT_EQ(0, vgpu_ioctl(self->v.device, VFIO_DEVICE_QUERY_GFX_PLANE,
				&info));
	info.flags &= ~VFIO_GFX_PLANE_TYPE_DMABUF;
	EXPECT_EQ(-EINVAL, vgpu_ioctl(self->v.device,
				      VFIO_DEVICE_QUERY_GFX_PLANE, &info));
}

TEST_F(flip_info, not_written_without_the_flag)
{
	union {
		struct vfio_device_gfx_plane_info info;
		uint8_t bytes[128];
	} arg;
	size_t i;

	memset(&arg, UNTOUCHED, sizeof(arg));
	arg.info.argsz = sizeof(arg);
	arg.info.flags = VFIO_GFX_PLANE_TYPE_DMABUF;
	arg.info.drm_plane_type = VGPU_PRIMARY;
	ASSERT_EQ(0, vgpu_ioctl(self->v.device, VFIO_DEVICE_QUERY_GFX_PLANE,
				&arg));
	for (i = offsetof(struct vfio_device_gfx_plane_info, cap_offset);
	     i < sizeof(arg); i++)
		ASSERT_EQ(UNTOUCHED, arg.bytes[i]) TH_LOG("byte %zu", i);
}

TEST_F(flip_info, needs_room)
{
	struct vfio_device_gfx_plane_info info = {
		.flags = VFIO_GFX_PLANE_TYPE_DMABUF | VFIO_GFX_PLANE_CAPS,
		.drm_plane_type = VGPU_PRIMARY,
	};

	for (info.argsz = 0; info.argsz < sizeof(info); info.argsz++)
		ASSERT_EQ(-EINVAL, vgpu_ioctl(self->v.device,
					      VFIO_DEVICE_QUERY_GFX_PLANE,
					      &info))
			TH_LOG("argsz %u", info.argsz);
}

TEST_F(flip_info, argsz_returns_what_caps_need)
{
	union query_answer answer;
	uint32_t need, argsz;
	size_t i;

	/* One that is large enough is not written. */
	ASSERT_EQ(0, query_caps(&self->v, VGPU_PRIMARY, &answer));
	EXPECT_EQ(sizeof(answer), answer.info.argsz);
	answer.info.argsz = sizeof(answer.info);
	ASSERT_EQ(0, vgpu_ioctl(self->v.device, VFIO_DEVICE_QUERY_GFX_PLANE,
				&answer));
	need = answer.info.argsz;
	ASSERT_LE(sizeof(answer.info) + sizeof(struct vfio_gfx_plane_cap_flips),
		  need);
	for (argsz = sizeof(answer.info); argsz <= need; argsz++) {
		memset(&answer, UNTOUCHED, sizeof(answer));
		answer.info.argsz = argsz;
		answer.info.flags = VFIO_GFX_PLANE_TYPE_DMABUF |
				    VFIO_GFX_PLANE_CAPS;
		answer.info.drm_plane_type = VGPU_PRIMARY;
		ASSERT_EQ(0, vgpu_ioctl(self->v.device,
					VFIO_DEVICE_QUERY_GFX_PLANE, &answer));
		EXPECT_EQ(need, answer.info.argsz) TH_LOG("argsz %u", argsz);
		EXPECT_EQ(self->a.width, answer.info.width);
		EXPECT_EQ(argsz == need, !!answer.info.cap_offset)
			TH_LOG("argsz %u", argsz);
		i = argsz < need ? sizeof(answer.info) : need;
		for (; i < sizeof(answer); i++)
			ASSERT_EQ(UNTOUCHED, answer.bytes[i])
				TH_LOG("argsz %u, byte %zu", argsz, i);
	}
}

TEST_F(flip_info, counts_and_times_each_flip)
{
	const uint64_t gma[] = { self->b.gma, self->b.gma, self->a.gma };
	struct query_flips before, after;
	int64_t earliest, latest;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(gma); i++) {
		ASSERT_EQ(0, query_flips(&self->v, VGPU_PRIMARY, &before));
		earliest = time_ns();
		ASSERT_EQ(0, vgpu_primary_flip(&self->v, 0, gma[i]));
		latest = time_ns();
		ASSERT_EQ(0, query_flips(&self->v, VGPU_PRIMARY, &after));
		EXPECT_EQ(before.count + 1, after.count);
		EXPECT_LE(earliest, after.time);
		EXPECT_GE(latest, after.time);
	}
}

/* A synchronous flip counts when it is latched, not before. */
TEST_F(flip_info, pending_flip_counts_at_latch)
{
	struct query_flips before, after;
	const int64_t earliest = time_ns();
	int tries;

	ASSERT_EQ(0, query_flips(&self->v, VGPU_PRIMARY, &before));
	after = before;
	ASSERT_EQ(0, vgpu_write32(&self->v, FLIP_PLANE_1, self->b.gma));
	for (tries = 0; tries < 1000 && after.count == before.count; tries++) {
		usleep(100);
		ASSERT_EQ(0, query_flips(&self->v, VGPU_PRIMARY, &after));
		EXPECT_EQ(after.count != before.count,
			  after.info.dmabuf_id != before.info.dmabuf_id);
	}
	EXPECT_EQ(before.count + 1, after.count);
	EXPECT_LE(earliest, after.time);
	EXPECT_GE(time_ns(), after.time);
}

/* It is that of the vblank, not when the host has latched each of them. */
TEST_F(flip_info, flips_at_one_vblank_have_its_time)
{
	struct query_flips primary, cursor;
	uint32_t before, after, tries;

	/* The other order would turn the cursor off first. */
	self->v.order = VGPU_SURF_LAST;
	ASSERT_EQ(0, vgpu_cursor_show(&self->v, 0, &self->cursor));
	for (tries = 0; tries < 20; tries++) {
		ASSERT_EQ(0, vgpu_wait_vblank(&self->v, 0));
		ASSERT_EQ(0, vgpu_pipe_frames(&self->v, 0, &before));
		ASSERT_EQ(0, vgpu_write32(&self->v, FLIP_PLANE_1, self->b.gma));
		ASSERT_EQ(0, vgpu_write32(&self->v, CUR_BASE, self->cursor.gma));
		ASSERT_EQ(0, vgpu_pipe_frames(&self->v, 0, &after));
		if (before == after)
			break;
	}
	ASSERT_NE(20, tries) TH_LOG("never within a frame");
	ASSERT_EQ(0, vgpu_wait_vblank(&self->v, 0));
	ASSERT_EQ(0, query_flips(&self->v, VGPU_PRIMARY, &primary));
	ASSERT_EQ(0, query_flips(&self->v, VGPU_CURSOR, &cursor));
	EXPECT_EQ(primary.time, cursor.time);
}

TEST_F(flip_info, unchanged_without_a_flip)
{
	struct query_flips before, after;

	ASSERT_EQ(0, query_flips(&self->v, VGPU_PRIMARY, &before));
	ASSERT_EQ(0, vgpu_cursor_show(&self->v, 0, &self->cursor));
	ASSERT_EQ(0, query_flips(&self->v, VGPU_PRIMARY, &after));
	EXPECT_EQ(0, memcmp(&before, &after, sizeof(before)));
}

TEST_F(flip_info, cursor_move_is_not_counted)
{
	struct query_flips before, moved, shown;

	/* The other order would turn the cursor off first. */
	self->v.order = VGPU_SURF_LAST;
	ASSERT_EQ(0, query_flips(&self->v, VGPU_CURSOR, &before));
	ASSERT_EQ(0, vgpu_cursor_move(&self->v, 0, 3, 4));
	ASSERT_EQ(0, query_flips(&self->v, VGPU_CURSOR, &moved));
	EXPECT_EQ(before.count, moved.count);
	ASSERT_EQ(0, vgpu_cursor_show(&self->v, 0, &self->cursor));
	ASSERT_EQ(0, query_flips(&self->v, VGPU_CURSOR, &shown));
	EXPECT_EQ(before.count + 1, shown.count);
}

/* As Linux moves it: nothing tells that from a flip. */
TEST_F(flip_info, cursor_move_with_its_address_is_counted)
{
	struct query_flips before, moved;

	ASSERT_EQ(0, query_flips(&self->v, VGPU_CURSOR, &before));
	ASSERT_EQ(0, vgpu_cursor_move(&self->v, 0, 3, 4));
	ASSERT_EQ(0, vgpu_write32(&self->v, CUR_BASE, self->cursor.gma));
	ASSERT_EQ(0, vgpu_wait_vblank(&self->v, 0));
	ASSERT_EQ(0, query_flips(&self->v, VGPU_CURSOR, &moved));
	EXPECT_EQ(before.count + 1, moved.count);
}

/* Counts of different planes cannot be compared, so the client has to know. */
TEST_F(flip_info, source_names_the_plane)
{
	struct query_flips before, other, after;
	struct vgpu_surface desktop;

	if (self->v.gen == 8)
		SKIP(return, "plane 1 of Broadwell covers its pipe: use Skylake");
	ASSERT_EQ(0, test_make_desktop(&self->v, &desktop));
	ASSERT_EQ(0, query_flips(&self->v, VGPU_PRIMARY, &before));
	ASSERT_EQ(0, vgpu_plane_show(&self->v, 0, 2, &desktop, 0, 0));
	ASSERT_EQ(0, vgpu_wait_vblank(&self->v, 0));
	ASSERT_EQ(0, query_flips(&self->v, VGPU_PRIMARY, &other));
	ASSERT_NE(before.info.dmabuf_id, other.info.dmabuf_id);
	EXPECT_NE(before.source, other.source);
	ASSERT_EQ(0, vgpu_plane_hide(&self->v, 0, 2));
	ASSERT_EQ(0, vgpu_wait_vblank(&self->v, 0));
	ASSERT_EQ(0, query_flips(&self->v, VGPU_PRIMARY, &after));
	EXPECT_EQ(before.source, after.source);
	EXPECT_EQ(before.count, after.count);
}

TEST_F(flip_info, source_names_the_head)
{
	struct query_flips before, after;

	ASSERT_EQ(0, vgpu_primary_show(&self->v, 1, &self->b));
	ASSERT_EQ(0, vgpu_pipe_on(&self->v, 1, self->b.width, self->b.height));
	ASSERT_EQ(0, query_flips(&self->v, VGPU_PRIMARY, &before));
	ASSERT_EQ(0, vgpu_pipe_off(&self->v, 0));
	ASSERT_EQ(0, query_flips(&self->v, VGPU_PRIMARY, &after));
	ASSERT_NE(before.info.dmabuf_id, after.info.dmabuf_id);
	EXPECT_NE(before.source, after.source);
}

TEST_F(flip_info, counts_turn_off)
{
	struct query_flips before, after;

	ASSERT_EQ(0, query_flips(&self->v, VGPU_PRIMARY, &before));
	ASSERT_EQ(0, vgpu_primary_hide(&self->v, 0));
	ASSERT_EQ(0, query_flips(&self->v, VGPU_PRIMARY, &after));
	EXPECT_EQ(0, after.info.drm_format);
	EXPECT_EQ(before.count + 1, after.count);
	EXPECT_LT(before.time, after.time);
}

/* Flips of a pipe that queries do not describe are not counted. */
TEST_F(flip_info, counts_no_flip_of_another_head)
{
	struct query_flips before, after;

	ASSERT_EQ(0, vgpu_primary_show(&self->v, 1, &self->b));
	ASSERT_EQ(0, vgpu_pipe_on(&self->v, 1, self->b.width, self->b.height));
	ASSERT_EQ(0, query_flips(&self->v, VGPU_PRIMARY, &before));
	ASSERT_EQ(0, vgpu_primary_flip(&self->v, 1, self->a.gma));
	ASSERT_EQ(0, vgpu_cursor_show(&self->v, 1, &self->cursor));
	ASSERT_EQ(0, query_flips(&self->v, VGPU_PRIMARY, &after));
	EXPECT_EQ(0, memcmp(&before, &after, sizeof(before)));
	ASSERT_EQ(0, vgpu_primary_flip(&self->v, 0, self->b.gma));
	ASSERT_EQ(0, query_flips(&self->v, VGPU_PRIMARY, &after));
	EXPECT_EQ(before.count + 1, after.count);
}

TEST_HARNESS_MAIN
