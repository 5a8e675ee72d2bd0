/* SPDX-License-Identifier: GPL-2.0 */
/* Fixture of display event tests: planes, and an eventfd for each */
#ifndef GVT_DMABUF_EVENT_FIXTURE_H
#define GVT_DMABUF_EVENT_FIXTURE_H

#include "event_test_util.h"

/* A bit for each enum vgpu_plane */
#define OVERLAY		1
#define PRIMARY		2
#define CURSOR		4
#define ALL		(PRIMARY | CURSOR | OVERLAY)

/*
 * Pipe A displays @a and @cursor; @b, @c and @over are for the tests to show.
 */
FIXTURE(event) {
	struct vgpu v;
	struct vgpu_event e;
	struct vgpu_surface a, b, c, over, cursor;
	uint64_t last_gma;
	int fd[EVENT_PLANES];
	int cpu;			/* of the guest, see halt_guest() */
	uint32_t settled;		/* frame at which settle() returned */
};

FIXTURE_VARIANT(event) {
	enum vgpu_order order;
};

FIXTURE_VARIANT_ADD(event, surf_last) { .order = VGPU_SURF_LAST };
FIXTURE_VARIANT_ADD(event, ctl_last) { .order = VGPU_CTL_LAST };

FIXTURE_SETUP(event)
{
	int i;

	if (!test_open_event(_metadata, &self->v, TEST_RAM, &self->e))
		return;
	for (i = 0; i < EVENT_PLANES; i++)
		self->fd[i] = -1;
	self->cpu = -1;
	for (i = 0; i < EVENT_PLANES; i++) {
		self->fd[i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		ASSERT_LE(0, self->fd[i]);
	}
	self->v.order = variant->order;
	ASSERT_EQ(0, test_make(&self->v, &self->b, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR, 1));
	ASSERT_EQ(0, test_make(&self->v, &self->c, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR, 2));
	ASSERT_EQ(0, test_make(&self->v, &self->over, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR, 3));
	ASSERT_EQ(0, test_make_cursor(&self->v, &self->cursor));
	ASSERT_EQ(0, test_show(&self->v, &self->a, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR));
	ASSERT_EQ(0, vgpu_cursor_show(&self->v, 0, &self->cursor));
	ASSERT_EQ(0, vgpu_alloc_gma(&self->v, VGPU_PAGE, &self->last_gma));
}

FIXTURE_TEARDOWN(event)
{
	int i;

	for (i = 0; i < EVENT_PLANES; i++)
		close(self->fd[i]);
	if (self->cpu >= 0)
		close(self->cpu);
	test_close(&self->v);
}

/* What is signalled from now on is what the test has done to registers and entries. */
static inline void halt_guest(struct __test_metadata *_metadata,
			      struct _test_data_event *self)
{
	self->cpu = test_idle_cpu(&self->v);
	ASSERT_LE(0, self->cpu);
}

/* Wait until no further signals arrive. */
static inline void settle(struct __test_metadata *_metadata,
			  struct _test_data_event *self)
{
	uint64_t count;
	int i, tries;

	for (tries = 0, count = 1; count && tries < 20; tries++) {
		ASSERT_TRUE(refreshes_pass(&self->v, SCAN_REFRESHES + 2));
		for (i = 0, count = 0; i < EVENT_PLANES; i++)
			count += signals(self->fd[i]);
	}
	ASSERT_EQ(0, count) TH_LOG("signals do not stop");
	ASSERT_EQ(0, vgpu_pipe_frames(&self->v, 0, &self->settled));
}

/* Arm the event of each plane with its eventfd, and settle. */
static inline void arm_all(struct __test_metadata *_metadata,
			   struct _test_data_event *self)
{
	int i;

	for (i = 0; i < EVENT_PLANES; i++)
		ASSERT_EQ(0, vgpu_event_arm(&self->v, &self->e, i, self->fd[i]));
	settle(_metadata, self);
}

/*
 * Expect 1 to @steps signals for each plane in @planes and none for the others.
 * Allow one more for each front-buffer scan that may have run since settle().
 */
static inline void expect_steps(struct __test_metadata *_metadata,
				struct _test_data_event *self, uint32_t planes,
				uint32_t steps, const char *what)
{
	uint64_t count[EVENT_PLANES];
	uint32_t now;
	int i;

	/*
	 * Read the frame counter last, as scans go on. It may be ahead of the
	 * vblank's work when settle() reads it.
	 */
	for (i = 0; i < EVENT_PLANES; i++)
		count[i] = signals(self->fd[i]);
	ASSERT_EQ(0, vgpu_pipe_frames(&self->v, 0, &now));
	steps += (now - self->settled) / SCAN_REFRESHES;
	for (i = 0; i < EVENT_PLANES; i++) {
		EXPECT_LE(planes >> i & 1, count[i])
			TH_LOG("%s: plane type %d", what, i);
		EXPECT_GE((planes >> i & 1) * steps, count[i])
			TH_LOG("%s: plane type %d, %u refreshes", what, i,
			       now - self->settled);
	}
}

static inline void expect_signals(struct __test_metadata *_metadata,
				  struct _test_data_event *self,
				  uint32_t planes, const char *what)
{
	expect_steps(_metadata, self, planes, 1, what);
}

#endif /* GVT_DMABUF_EVENT_FIXTURE_H */
