// SPDX-License-Identifier: GPL-2.0
/*
 * The display event: a viewer is told when what a plane shows may have changed,
 * once a refresh, and is left alone otherwise.
 *
 * How the event is found and set is the business of gvt_dmabuf_event_abi_test.c.
 */
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <time.h>

#include "test_util.h"
#include "event_util.h"

#define PATIENCE_MS	1000	/* many refreshes */
#define REFRESH_MS	17

/* Skylake PRM, Volume 2c */
#define PIPE_SRCSZ	0x6001cu
#define TRANS_CONF_B	0x71008u
#define  TRANS_CONF_ENABLE	0x80000000u
/* i915_pvinfo.h in the kernel */
#define PVINFO_CURSOR_X_HOT	0x78830u
/* Not in the PRM: what guests of GVT-g flip plane 1 of pipe A with */
#define FLIP_PLANE_1	0x50080u
/* Broadwell and Skylake PRM, Volume 2a; plane 1 of pipe A on both */
#define MI_DISPLAY_FLIP	(0x14u << 23 | 1u)

/* A bit for each enum vgpu_plane */
#define OVERLAY		1
#define PRIMARY		2
#define CURSOR		4
#define ALL		(PRIMARY | CURSOR | OVERLAY)

/* @a and the cursor are on pipe A, which is on; @b, @c and @over come later. */
FIXTURE(event) {
	struct vgpu v;
	struct vgpu_event e;
	struct vgpu_surface a, b, c, over, cursor;
	int fd[EVENT_PLANES];
};

FIXTURE_SETUP(event)
{
	int i;

	if (!test_open(_metadata, &self->v))
		return;
	for (i = 0; i < EVENT_PLANES; i++)
		self->fd[i] = -1;
	if (vgpu_event_find(&self->v, &self->e) == -ENOENT) {
		vgpu_close(&self->v);
		SKIP(return, "no display event: run a kernel that has it");
	}
	for (i = 0; i < EVENT_PLANES; i++) {
		self->fd[i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		ASSERT_LE(0, self->fd[i]);
	}
	ASSERT_EQ(0, test_make(&self->v, &self->b, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR, 1));
	ASSERT_EQ(0, test_make(&self->v, &self->c, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR, 2));
	ASSERT_EQ(0, test_make(&self->v, &self->over, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR, 3));
	ASSERT_EQ(0, vgpu_surface_init(&self->v, &self->cursor, 64, 64,
				       DRM_FORMAT_ARGB8888,
				       DRM_FORMAT_MOD_LINEAR));
	ASSERT_EQ(0, test_show(&self->v, &self->a, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR));
	ASSERT_EQ(0, vgpu_cursor_show(&self->v, 0, &self->cursor));
}

FIXTURE_TEARDOWN(event)
{
	int i;

	for (i = 0; i < EVENT_PLANES; i++)
		close(self->fd[i]);
	test_close(&self->v);
}

/* Wait for a signal: how many there were, 0 if none came */
static uint64_t next_signal(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, PATIENCE_MS) == 1 ? signals(fd) : 0;
}

/* Until every vblank that was due @n refreshes ago has been dealt with */
static bool refreshes_pass(struct vgpu *v, uint32_t n)
{
	uint32_t first, now;
	int tries;

	if (vgpu_pipe_frames(v, 0, &first))
		return false;
	for (tries = 0; tries < PATIENCE_MS; tries++) {
		if (vgpu_pipe_frames(v, 0, &now))
			return false;
		if (now - first > n)
			return true;
		usleep(1000);
	}
	return false;
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/*
 * All planes to their eventfds, and nothing left to be told: what is new on the
 * screen is looked at some refreshes later, and told once more.
 */
static void arm_all(struct __test_metadata *_metadata,
		    struct _test_data_event *self)
{
	int i;

	for (i = 0; i < EVENT_PLANES; i++)
		ASSERT_EQ(0, vgpu_event_arm(&self->v, &self->e, i, self->fd[i]));
	ASSERT_TRUE(refreshes_pass(&self->v, 12));
	for (i = 0; i < EVENT_PLANES; i++)
		signals(self->fd[i]);
}

/* Exactly these planes were told of the one change before, once */
static void expect_told(struct __test_metadata *_metadata,
			struct _test_data_event *self, uint32_t planes,
			const char *what)
{
	int i;

	for (i = 0; i < EVENT_PLANES; i++) {
		uint64_t told = signals(self->fd[i]);

		EXPECT_EQ(planes >> i & 1, told)
			TH_LOG("%s: plane type %d", what, i);
	}
}

/* ---- what is told ---- */

TEST_F(event, is_not_sent_while_nothing_changes)
{
	arm_all(_metadata, self);
	ASSERT_TRUE(refreshes_pass(&self->v, 30));
	expect_told(_metadata, self, 0, "nothing");
}

static int flip(struct _test_data_event *self)
{
	return vgpu_primary_flip(&self->v, 0, self->b.gma);
}

static int flip_to_the_same(struct _test_data_event *self)
{
	return vgpu_primary_flip(&self->v, 0, self->a.gma);
}

static int hide(struct _test_data_event *self)
{
	return vgpu_primary_hide(&self->v, 0);
}

static int resize(struct _test_data_event *self)
{
	return vgpu_primary_stride(&self->v, 0, self->v.gen == 8 ? 2048 : 32);
}

static int source_size(struct _test_data_event *self)
{
	return vgpu_write32(&self->v, PIPE_SRCSZ, 63 << 16 | 31);
}

static int flip_by_register(struct _test_data_event *self)
{
	return vgpu_write32(&self->v, FLIP_PLANE_1, self->b.gma);
}

static int cursor_moves(struct _test_data_event *self)
{
	return vgpu_cursor_move(&self->v, 0, 30, 40);
}

static int cursor_image(struct _test_data_event *self)
{
	return vgpu_cursor_show(&self->v, 0, &self->cursor);
}

static int cursor_hotspot(struct _test_data_event *self)
{
	return vgpu_write32(&self->v, PVINFO_CURSOR_X_HOT, 3);
}

static int cursor_hides(struct _test_data_event *self)
{
	return vgpu_cursor_hide(&self->v, 0);
}

static int second_pipe(struct _test_data_event *self)
{
	return vgpu_write32(&self->v, TRANS_CONF_B, TRANS_CONF_ENABLE);
}

static int last_page_remapped(struct _test_data_event *self)
{
	return vgpu_ggtt_map(&self->v, self->a.gma + self->a.size - VGPU_PAGE,
			     self->b.gpa, VGPU_PAGE);
}

static int cursor_remapped(struct _test_data_event *self)
{
	return vgpu_ggtt_map(&self->v, self->cursor.gma, self->b.gpa,
			     VGPU_PAGE);
}

static const struct change {
	const char *what;
	int (*make)(struct _test_data_event *self);
	uint32_t told;
} changes[] = {
	{ "flip", flip, PRIMARY },
	{ "flip to the same memory", flip_to_the_same, PRIMARY },
	{ "flip by 0x50080", flip_by_register, PRIMARY },
	{ "plane off", hide, PRIMARY },
	{ "stride", resize, PRIMARY },
	{ "size of the pipe", source_size, ALL },
	{ "another pipe on", second_pipe, ALL },
	{ "page remapped", last_page_remapped, PRIMARY },
	{ "cursor moves", cursor_moves, CURSOR },
	{ "cursor has another image", cursor_image, CURSOR },
	{ "hotspot of the cursor", cursor_hotspot, CURSOR },
	{ "cursor hides", cursor_hides, CURSOR },
	{ "page of the cursor remapped", cursor_remapped, CURSOR },
};

/* The picture that every change starts from */
static int start_over(struct _test_data_event *self)
{
	int ret = vgpu_write32(&self->v, TRANS_CONF_B, 0);

	if (!ret)
		ret = vgpu_ggtt_map(&self->v, self->a.gma, self->a.gpa,
				    self->a.size);
	if (!ret)
		ret = vgpu_ggtt_map(&self->v, self->cursor.gma,
				    self->cursor.gpa, self->cursor.size);
	if (!ret)
		ret = vgpu_primary_show(&self->v, 0, &self->a);
	return ret ? ret : vgpu_cursor_show(&self->v, 0, &self->cursor);
}

TEST_F(event, tells_of_each_change_once_and_of_no_other_plane)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(changes); i++) {
		ASSERT_EQ(0, start_over(self));
		arm_all(_metadata, self);
		ASSERT_EQ(0, changes[i].make(self));
		ASSERT_TRUE(refreshes_pass(&self->v, 3));
		expect_told(_metadata, self, changes[i].told, changes[i].what);
	}
}

TEST_F(event, tells_of_the_overlay)
{
	if (self->v.gen == 8)
		SKIP(return, "no plane 2 on Broadwell: use a vGPU of Skylake or later");
	arm_all(_metadata, self);
	ASSERT_EQ(0, vgpu_overlay_show(&self->v, 0, &self->over));
	ASSERT_TRUE(refreshes_pass(&self->v, 3));
	expect_told(_metadata, self, OVERLAY, "overlay on");
	ASSERT_EQ(0, vgpu_overlay_hide(&self->v, 0));
	ASSERT_TRUE(refreshes_pass(&self->v, 3));
	expect_told(_metadata, self, OVERLAY, "overlay off");
}

TEST_F(event, tells_of_a_flip_by_command)
{
	const uint32_t commands[] = {
		MI_DISPLAY_FLIP,
		self->b.stride / 64 << 6,
		self->b.gma,
		0,
	};
	struct vgpu_ring ring;

	ASSERT_EQ(0, vgpu_ring_init(&self->v, &ring));
	arm_all(_metadata, self);
	ASSERT_EQ(0, vgpu_ring_submit(&self->v, &ring, commands,
				      ARRAY_SIZE(commands)));
	EXPECT_LE(1, next_signal(self->fd[VGPU_PRIMARY]));
	expect_told(_metadata, self, 0, "MI_DISPLAY_FLIP, the others");
}

TEST_F(event, tells_nothing_of_pages_that_no_plane_shows)
{
	arm_all(_metadata, self);
	ASSERT_EQ(0, vgpu_ggtt_map(&self->v, self->b.gma, self->c.gpa,
				   VGPU_PAGE));
	ASSERT_TRUE(refreshes_pass(&self->v, 3));
	expect_told(_metadata, self, 0, "page that is not shown");
}

/* QUERY was refused before, so that no surface was known. */
TEST_F(event, tells_when_a_missing_page_has_come)
{
	struct vfio_device_gfx_plane_info info;

	ASSERT_EQ(0, vgpu_ggtt_unmap(&self->v, self->b.gma, VGPU_PAGE));
	ASSERT_EQ(0, vgpu_primary_show(&self->v, 0, &self->b));
	arm_all(_metadata, self);
	ASSERT_EQ(-EINVAL, vgpu_query(&self->v, VGPU_PRIMARY, &info));
	ASSERT_EQ(0, vgpu_ggtt_map(&self->v, self->b.gma, self->b.gpa,
				   VGPU_PAGE));
	EXPECT_EQ(1, next_signal(self->fd[VGPU_PRIMARY]));
	EXPECT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &info));
}

TEST_F(event, tells_when_memory_of_the_guest_is_unmapped)
{
	struct vfio_iommu_type1_dma_unmap unmap = {
		.argsz = sizeof(unmap),
		.iova = 0,
		.size = self->v.ram_size,
	};

	arm_all(_metadata, self);
	ASSERT_EQ(0, vgpu_ioctl(self->v.container, VFIO_IOMMU_UNMAP_DMA,
				&unmap));
	EXPECT_EQ(1, next_signal(self->fd[VGPU_PRIMARY]));
}

TEST_F(event, tells_of_a_reset)
{
	struct vfio_device_gfx_plane_info info;

	arm_all(_metadata, self);
	ASSERT_EQ(0, vgpu_ioctl(self->v.device, VFIO_DEVICE_RESET, NULL));
	EXPECT_LE(1, next_signal(self->fd[VGPU_PRIMARY]));
	ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &info));
	EXPECT_EQ(0, info.drm_format);
}

/* ---- how often ---- */

/* Each flip is told, and what is seen then is what was flipped to. */
TEST_F(event, follows_a_guest_that_flips_at_each_refresh)
{
	const struct vgpu_surface *shown[] = { &self->b, &self->a };
	struct vfio_device_gfx_plane_info info;
	uint32_t id[2] = {}, i, before;

	arm_all(_metadata, self);
	ASSERT_EQ(0, vgpu_pipe_frames(&self->v, 0, &before));
	for (i = 0; i < 60; i++) {
		ASSERT_EQ(0, vgpu_primary_flip(&self->v, 0, shown[i % 2]->gma));
		ASSERT_EQ(1, next_signal(self->fd[VGPU_PRIMARY]))
			TH_LOG("flip %u", i);
		ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &info));
		if (i < 2)
			id[i] = info.dmabuf_id;
		ASSERT_EQ(id[i % 2], info.dmabuf_id) TH_LOG("flip %u", i);
	}
	ASSERT_NE(id[0], id[1]);
	ASSERT_EQ(0, vgpu_pipe_frames(&self->v, 0, &i));
	EXPECT_GE(i - before, 59);
	/* One a refresh, but for some for which the guest was late */
	EXPECT_LE(i - before, 90);
}

/* A flip that waits for the vblank is not told before it is seen. */
TEST_F(event, tells_of_a_flip_that_waits_when_it_is_seen)
{
	const struct vgpu_surface *shown[] = { &self->b, &self->a };
	struct vfio_device_gfx_plane_info before, info;
	uint32_t first, last, i;

	arm_all(_metadata, self);
	ASSERT_EQ(0, vgpu_pipe_frames(&self->v, 0, &first));
	for (i = 0; i < 20; i++) {
		ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &before));
		ASSERT_EQ(0, vgpu_write32(&self->v, FLIP_PLANE_1,
					  shown[i % 2]->gma));
		ASSERT_EQ(1, next_signal(self->fd[VGPU_PRIMARY]))
			TH_LOG("flip %u", i);
		ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &info));
		ASSERT_NE(before.dmabuf_id, info.dmabuf_id)
			TH_LOG("flip %u", i);
	}
	/* By the flip, not by the look at its pixels a refresh later */
	ASSERT_EQ(0, vgpu_pipe_frames(&self->v, 0, &last));
	EXPECT_LE(last - first, 30);
}

TEST_F(event, comes_once_a_refresh_however_often_the_guest_flips)
{
	uint32_t first, last, i;

	arm_all(_metadata, self);
	ASSERT_EQ(0, vgpu_pipe_frames(&self->v, 0, &first));
	for (i = 0; i < 3000; i++)
		ASSERT_EQ(0, vgpu_primary_flip(&self->v, 0, i % 2 ?
					       self->a.gma : self->b.gma));
	ASSERT_TRUE(refreshes_pass(&self->v, 2));
	ASSERT_EQ(0, vgpu_pipe_frames(&self->v, 0, &last));
	EXPECT_GE(last - first, signals(self->fd[VGPU_PRIMARY]));
}

TEST_F(event, tells_that_the_last_pipe_is_off_and_then_nothing)
{
	struct vfio_device_gfx_plane_info info;
	struct pollfd p = { .fd = self->fd[VGPU_PRIMARY], .events = POLLIN };

	arm_all(_metadata, self);
	ASSERT_EQ(0, vgpu_pipe_off(&self->v, 0));
	EXPECT_EQ(1, next_signal(self->fd[VGPU_PRIMARY]));
	ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &info));
	EXPECT_EQ(0, info.drm_format);
	EXPECT_EQ(0, poll(&p, 1, 10 * REFRESH_MS));
}

TEST_F(event, is_bounded_without_vblanks)
{
	double start, end;
	uint32_t i;

	ASSERT_EQ(0, vgpu_pipe_off(&self->v, 0));
	ASSERT_EQ(0, vgpu_event_arm(&self->v, &self->e, VGPU_PRIMARY,
				    self->fd[VGPU_PRIMARY]));
	ASSERT_EQ(1, next_signal(self->fd[VGPU_PRIMARY]));
	start = seconds();
	for (i = 0; i < 3000; i++)
		ASSERT_EQ(0, vgpu_primary_flip(&self->v, 0, self->b.gma));
	/* The last one is told as well. */
	ASSERT_LE(1, next_signal(self->fd[VGPU_PRIMARY]));
	for (i = 0; i < 5; i++) {
		ASSERT_EQ(0, vgpu_primary_flip(&self->v, 0, self->b.gma));
		ASSERT_EQ(1, next_signal(self->fd[VGPU_PRIMARY]));
	}
	end = seconds();
	EXPECT_LE(4 * 0.016, end - start);
}

/* ---- only what is asked for ---- */

TEST_F(event, of_before_it_was_armed_is_told_as_the_present_state)
{
	uint32_t i;

	for (i = 0; i < 10; i++)
		ASSERT_EQ(0, vgpu_primary_flip(&self->v, 0, self->b.gma));
	ASSERT_EQ(0, vgpu_event_arm(&self->v, &self->e, VGPU_PRIMARY,
				    self->fd[VGPU_PRIMARY]));
	EXPECT_EQ(1, signals(self->fd[VGPU_PRIMARY]));
	/* Once more when it has been looked at, but not ten times. */
	ASSERT_TRUE(refreshes_pass(&self->v, 12));
	EXPECT_GE(1, signals(self->fd[VGPU_PRIMARY]));
}

TEST_F(event, goes_to_nobody_when_it_is_disarmed)
{
	arm_all(_metadata, self);
	ASSERT_EQ(0, vgpu_event_arm(&self->v, &self->e, VGPU_PRIMARY, -1));
	ASSERT_EQ(0, flip(self));
	ASSERT_EQ(0, cursor_moves(self));
	ASSERT_TRUE(refreshes_pass(&self->v, 3));
	expect_told(_metadata, self, CURSOR, "flip and cursor");
}

TEST_HARNESS_MAIN
