// SPDX-License-Identifier: GPL-2.0
/*
 * A guest that writes the GGTT entries after the plane registers, as firmware
 * does. The framebuffer cannot be described at first; once it can, the display
 * event is signalled.
 */
#include <poll.h>

#include "event_test_util.h"

/* The primary plane displays @s, whose GGTT entries are not written yet. */
FIXTURE(ptes) {
	struct vgpu v;
	struct vgpu_surface s;
	struct vfio_device_gfx_plane_info info;
};

FIXTURE_VARIANT(ptes) {
	enum vgpu_order order;
};

FIXTURE_VARIANT_ADD(ptes, surf_last) { .order = VGPU_SURF_LAST };
FIXTURE_VARIANT_ADD(ptes, ctl_last) { .order = VGPU_CTL_LAST };

FIXTURE_SETUP(ptes)
{
	if (!test_open(_metadata, &self->v))
		return;
	self->v.order = variant->order;
	ASSERT_EQ(0, test_make(&self->v, &self->s, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR, 1));
	ASSERT_EQ(0, vgpu_ggtt_unmap(&self->v, self->s.gma, self->s.size));
	ASSERT_EQ(0, vgpu_pipe_on(&self->v, 0, self->s.width, self->s.height));
	ASSERT_EQ(0, vgpu_primary_show(&self->v, 0, &self->s));
}

FIXTURE_TEARDOWN(ptes)
{
	test_close(&self->v);
}

TEST_F(ptes, after_the_surface_give_an_id)
{
	ASSERT_EQ(-EINVAL, vgpu_query(&self->v, VGPU_PRIMARY, &self->info));
	ASSERT_EQ(0, vgpu_ggtt_map(&self->v, self->s.gma, self->s.gpa,
				   self->s.size));
	EXPECT_EQ(0, test_shows(&self->v, VGPU_PRIMARY, &self->s));
}

TEST_F(ptes, all_but_the_last_give_none)
{
	ASSERT_EQ(0, vgpu_ggtt_map(&self->v, self->s.gma, self->s.gpa,
				   self->s.size - VGPU_PAGE));
	EXPECT_EQ(-EINVAL, vgpu_query(&self->v, VGPU_PRIMARY, &self->info));
}

TEST_F(ptes, after_the_surface_are_notified)
{
	struct vgpu_event event;
	struct pollfd fd;
	int cpu;

	if (!test_event(_metadata, &self->v, &event))
		return;
	cpu = test_idle_cpu(&self->v);
	ASSERT_LE(0, cpu);
	fd = (struct pollfd) {
		.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), .events = POLLIN,
	};
	ASSERT_LE(0, fd.fd);
	ASSERT_EQ(0, vgpu_event_arm(&self->v, &event, VGPU_PRIMARY, fd.fd));
	ASSERT_EQ(1, signals(fd.fd));
	ASSERT_TRUE(refreshes_pass(&self->v, SCAN_REFRESHES + 2));
	signals(fd.fd);
	ASSERT_EQ(0, vgpu_ggtt_map(&self->v, self->s.gma, self->s.gpa,
				   self->s.size));
	EXPECT_EQ(1, poll(&fd, 1, 500));
	EXPECT_EQ(0, test_shows(&self->v, VGPU_PRIMARY, &self->s));
	close(fd.fd);
	close(cpu);
}

TEST_HARNESS_MAIN
