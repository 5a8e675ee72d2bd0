// SPDX-License-Identifier: GPL-2.0
/*
 * What a guest draws into the framebuffer that is scanned out, without a flip, is
 * signalled by the display event, later than a flip and never more often.
 */
#include <stdio.h>
#include <sys/eventfd.h>

#include "clock_util.h"
#include "event_test_util.h"
#include "trace_util.h"

/* 750 pages, which are scanned in five refreshes */
#define WIDTH		1000
#define HEIGHT		768
#define SCANS		5
/* Refreshes from a change that is signalled at a vblank to the next scan */
#define SETTLE		4
/* How much longer it may take on a busy machine */
#define PATIENCE	6

FIXTURE(pixels) {
	struct vgpu v;
	struct vgpu_event e;
	struct vgpu_surface s, cursor;
	char tracing[64];
	int fd[EVENT_PLANES];
};

FIXTURE_VARIANT(pixels) {
	enum vgpu_order order;
};

FIXTURE_VARIANT_ADD(pixels, surf_last) { .order = VGPU_SURF_LAST };
FIXTURE_VARIANT_ADD(pixels, ctl_last) { .order = VGPU_CTL_LAST };

FIXTURE_SETUP(pixels)
{
	int i;

	if (!test_open_event(_metadata, &self->v, TEST_RAM, &self->e))
		return;
	ASSERT_EQ(0, vgpu_surface_init(&self->v, &self->s, WIDTH, HEIGHT,
				       DRM_FORMAT_XRGB8888,
				       DRM_FORMAT_MOD_LINEAR));
	ASSERT_EQ(0, test_make_cursor(&self->v, &self->cursor));
	self->v.order = variant->order;
	ASSERT_EQ(0, vgpu_primary_show(&self->v, 0, &self->s));
	ASSERT_EQ(0, vgpu_cursor_show(&self->v, 0, &self->cursor));
	ASSERT_EQ(0, vgpu_pipe_on(&self->v, 0, WIDTH, HEIGHT));
	for (i = 0; i < EVENT_PLANES; i++) {
		self->fd[i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		ASSERT_LE(0, self->fd[i]);
		ASSERT_EQ(0, vgpu_event_arm(&self->v, &self->e, i, self->fd[i]));
	}
}

FIXTURE_TEARDOWN(pixels)
{
	int i;

	for (i = 0; i < EVENT_PLANES; i++)
		close(self->fd[i]);
	if (self->tracing[0])
		rmdir(self->tracing);
	test_close(&self->v);
}

/* Wait until all pages have been scanned and no further signals arrive. */
static bool settles(struct _test_data_pixels *self)
{
	uint64_t count;
	int tries, i;

	for (tries = 0; tries < 20; tries++) {
		if (!refreshes_pass(&self->v, 4 * SCANS))
			return false;
		for (count = 0, i = 0; i < EVENT_PLANES; i++)
			count += signals(self->fd[i]);
		if (!count)
			return true;
	}
	return false;
}

static bool signalled_within(struct vgpu *v, int fd, uint32_t refreshes)
{
	uint32_t i;

	for (i = 0; i < refreshes; i++) {
		if (!refreshes_pass(v, 0))
			return false;
		if (signals(fd))
			return true;
	}
	return false;
}

TEST_F(pixels, are_promised_by_a_flag)
{
	struct vfio_irq_info *info = event_irq_info(&self->v, self->e.index);
	const struct vfio_irq_info_cap_display *display;

	ASSERT_NE(NULL, info);
	display = event_capability(info, VFIO_IRQ_INFO_CAP_DISPLAY);
	ASSERT_NE(NULL, display);
	EXPECT_EQ(VFIO_IRQ_DISPLAY_PIXELS, display->flags);
	free(info);
}

TEST_F(pixels, that_have_settled_are_silent)
{
	int i;

	ASSERT_TRUE(settles(self));
	ASSERT_TRUE(refreshes_pass(&self->v, 200));
	for (i = 0; i < EVENT_PLANES; i++)
		EXPECT_EQ(0, signals(self->fd[i]));
}

TEST_F(pixels, are_found_wherever_they_are)
{
	uint8_t *bytes = vgpu_surface_bytes(&self->v, &self->s);
	const size_t at[] = {
		0, VGPU_PAGE - 1, VGPU_PAGE, self->s.size / 2 + 7,
		self->s.size / 3, self->s.size - 1,
	};
	size_t i;

	ASSERT_TRUE(settles(self));
	for (i = 0; i < ARRAY_SIZE(at); i++) {
		bytes[at[i]]++;
		EXPECT_TRUE(signalled_within(&self->v, self->fd[VGPU_PRIMARY],
					     SCANS * PATIENCE))
			TH_LOG("byte %zu", at[i]);
		EXPECT_EQ(0, signals(self->fd[VGPU_CURSOR]));
	}
}

TEST_F(pixels, of_the_cursor_signal_the_cursor)
{
	uint8_t *bytes = vgpu_surface_bytes(&self->v, &self->cursor);

	ASSERT_TRUE(settles(self));
	bytes[self->cursor.size - 1]++;
	EXPECT_TRUE(signalled_within(&self->v, self->fd[VGPU_CURSOR],
				     3 * PATIENCE));
	EXPECT_EQ(0, signals(self->fd[VGPU_PRIMARY]));
}

/* Like a console that scrolls continuously */
TEST_F(pixels, steady_changes_signal_per_refresh)
{
	uint8_t *bytes = vgpu_surface_bytes(&self->v, &self->s);
	uint32_t first, last, refreshes;
	uint64_t count = 0;

	ASSERT_TRUE(settles(self));
	/* The first change may be found late, those after it are not. */
	memset(bytes, 255, self->s.size);
	ASSERT_TRUE(signalled_within(&self->v, self->fd[VGPU_PRIMARY],
				     3 * PATIENCE));
	ASSERT_EQ(0, vgpu_pipe_frames(&self->v, 0, &first));
	signals(self->fd[VGPU_PRIMARY]);
	for (refreshes = 0; count < 30 && refreshes < 120; refreshes++) {
		memset(bytes, refreshes, self->s.size);
		ASSERT_TRUE(refreshes_pass(&self->v, 0));
		count += signals(self->fd[VGPU_PRIMARY]);
	}
	ASSERT_EQ(0, vgpu_pipe_frames(&self->v, 0, &last));
	/* The signal of the first frame may follow the read of the counter. */
	EXPECT_GE(last - first + 1, count);
	/* Scans longer than a refresh signal every other one. */
	EXPECT_LE(30, count)
		TH_LOG("%u refreshes", refreshes);
	EXPECT_TRUE(settles(self));
}

/* Scans of the pixels of this type since the last call, or a negative errno */
static int scans(struct _test_data_pixels *self, enum vgpu_plane type)
{
	char line[256], want[64];
	int count = 0;
	FILE *f;

	snprintf(want, sizeof(want), "gvt_frontbuffer_scan: vgpu%d type %d:",
		 vgpu_number(&self->v), type);
	f = trace_open(self->tracing, "re");
	if (!f)
		return -errno;
	while (fgets(line, sizeof(line), f))
		count += !!strstr(line, want);
	fclose(f);
	f = trace_open(self->tracing, "we");
	if (f)
		fclose(f);
	return f ? count : -errno;
}

static bool trace_scans(struct _test_data_pixels *self)
{
	return !trace_init(self->tracing, sizeof(self->tracing)) &&
	       !trace_on(self->tracing, "gvt/gvt_frontbuffer_scan");
}

/* VFIO_IRQ_SET_ACTION_MASK or _UNMASK, for all planes */
static int mask_all(struct _test_data_pixels *self, uint32_t action)
{
	return vgpu_event_set(&self->v, &self->e,
			      VFIO_IRQ_SET_DATA_NONE | action, 0, EVENT_PLANES,
			      NULL, 0);
}

/* How many pages the last scan of this type read, or -ENOENT */
static int pages_of_last_scan(struct _test_data_pixels *self,
			      enum vgpu_plane type)
{
	char line[256], want[64], *found;
	int pages = -ENOENT;
	FILE *f;

	snprintf(want, sizeof(want), "gvt_frontbuffer_scan: vgpu%d type %d: ",
		 vgpu_number(&self->v), type);
	f = trace_open(self->tracing, "re");
	while (f && fgets(line, sizeof(line), f)) {
		found = strstr(line, want);
		if (found)
			pages = atoi(found + strlen(want));
	}
	if (f)
		fclose(f);
	return pages;
}

/* Reading it could crash the host. */
TEST_F(pixels, of_failed_memory_are_not_read)
{
	uint8_t *bytes = vgpu_surface_bytes(&self->v, &self->cursor);
	const int pages = self->cursor.size / VGPU_PAGE;

	if (!trace_scans(self))
		SKIP(return, NO_TRACEFS);
	ASSERT_TRUE(settles(self));
	ASSERT_TRUE(refreshes_pass(&self->v, 2 * PATIENCE));
	ASSERT_EQ(pages, pages_of_last_scan(self, VGPU_CURSOR));
	if (test_fail_memory(bytes + VGPU_PAGE))
		SKIP(return, "memory cannot fail: set CONFIG_MEMORY_FAILURE");
	/* The loss is a change, and the pages around it are scanned again. */
	ASSERT_TRUE(settles(self));
	EXPECT_EQ(pages - 1, pages_of_last_scan(self, VGPU_CURSOR));

	/* The other pages are still scanned. */
	ASSERT_TRUE(settles(self));
	bytes[0]++;
	EXPECT_TRUE(signalled_within(&self->v, self->fd[VGPU_CURSOR],
				     3 * PATIENCE));
}

TEST_F(pixels, not_scanned_without_listener)
{
	if (!trace_scans(self))
		SKIP(return, NO_TRACEFS);
	ASSERT_TRUE(settles(self));
	ASSERT_LE(0, scans(self, VGPU_PRIMARY));
	ASSERT_TRUE(refreshes_pass(&self->v, 4 * PATIENCE));
	EXPECT_LE(2, scans(self, VGPU_PRIMARY));

	ASSERT_EQ(0, vgpu_event_arm(&self->v, &self->e, VGPU_PRIMARY, -1));
	ASSERT_TRUE(refreshes_pass(&self->v, 0));
	scans(self, VGPU_PRIMARY);
	ASSERT_TRUE(refreshes_pass(&self->v, 8 * PATIENCE));
	EXPECT_EQ(0, scans(self, VGPU_PRIMARY));
}

TEST_F(pixels, are_not_scanned_while_masked)
{
	if (!trace_scans(self))
		SKIP(return, NO_TRACEFS);
	ASSERT_TRUE(settles(self));
	ASSERT_EQ(0, mask_all(self, VFIO_IRQ_SET_ACTION_MASK));
	ASSERT_TRUE(refreshes_pass(&self->v, 0));
	scans(self, VGPU_PRIMARY);
	ASSERT_TRUE(refreshes_pass(&self->v, 8 * PATIENCE));
	EXPECT_EQ(0, scans(self, VGPU_PRIMARY));

	ASSERT_EQ(0, mask_all(self, VFIO_IRQ_SET_ACTION_UNMASK));
	ASSERT_TRUE(refreshes_pass(&self->v, 4 * PATIENCE));
	EXPECT_LE(2, scans(self, VGPU_PRIMARY));
}

/* Map each 16th page of the surface to its own memory, or to that of the next page. */
static int remap_pages(struct _test_data_pixels *self, bool own)
{
	const struct vgpu_surface *s = &self->s;
	uint64_t at;
	int ret = 0;

	for (at = 0; !ret && at < s->size; at += 16 * VGPU_PAGE)
		ret = vgpu_ggtt_map(&self->v, s->gma + at,
				    s->gpa + at + (own ? 0 : VGPU_PAGE), VGPU_PAGE);
	return ret;
}

/*
 * A scan that is under way leaves the change to the signal at the vblank. The work of
 * the vblank before may come while pages are mapped, and on a slow machine so may
 * the next vblank, and after that a scan: a second signal must be the exception.
 */
TEST_F(pixels, remap_during_a_scan_is_one_signal)
{
	uint8_t *bytes = vgpu_surface_bytes(&self->v, &self->s);
	uint32_t first, mapped, last, quick = 0, once = 0;
	uint64_t count;
	size_t i;

	for (i = 0; i < self->s.size; i++)
		bytes[i] = i / VGPU_PAGE;
	for (i = 0; i < 8; i++) {
		ASSERT_TRUE(settles(self));
		ASSERT_TRUE(clock_frame_ends(&self->v, 0));
		usleep(i * 200);
		ASSERT_EQ(0, vgpu_pipe_frames(&self->v, 0, &first));
		ASSERT_EQ(0, remap_pages(self, i % 2));
		ASSERT_EQ(0, vgpu_pipe_frames(&self->v, 0, &mapped));
		ASSERT_TRUE(refreshes_pass(&self->v, 2));
		count = signals(self->fd[VGPU_PRIMARY]);
		ASSERT_EQ(0, vgpu_pipe_frames(&self->v, 0, &last));
		EXPECT_LE(1, count);
		EXPECT_GE(2 + mapped - first + (last - mapped) / SETTLE, count)
			TH_LOG("%zu us after the vblank, %u + %u refreshes",
			       i * 200, mapped - first, last - mapped);
		if (mapped == first && last - mapped < SETTLE) {
			quick++;
			once += count == 1;
		}
	}
	EXPECT_LE(quick / 2, once) TH_LOG("%u of %u", once, quick);
}

/* A client that masks until it has queried must not be woken by its own unmasking. */
TEST_F(pixels, that_have_settled_survive_a_mask)
{
	const int fd = self->fd[VGPU_PRIMARY];
	uint8_t *bytes = vgpu_surface_bytes(&self->v, &self->s);

	ASSERT_TRUE(settles(self));
	ASSERT_EQ(0, mask_all(self, VFIO_IRQ_SET_ACTION_MASK));
	ASSERT_TRUE(refreshes_pass(&self->v, 3));
	ASSERT_EQ(0, mask_all(self, VFIO_IRQ_SET_ACTION_UNMASK));
	EXPECT_EQ(1, signals(fd));
	ASSERT_TRUE(refreshes_pass(&self->v, 2 * PATIENCE * SCANS));
	EXPECT_EQ(0, signals(fd));

	ASSERT_EQ(0, mask_all(self, VFIO_IRQ_SET_ACTION_MASK));
	bytes[0]++;
	ASSERT_TRUE(refreshes_pass(&self->v, 3));
	ASSERT_EQ(0, mask_all(self, VFIO_IRQ_SET_ACTION_UNMASK));
	EXPECT_EQ(1, signals(fd));
	EXPECT_TRUE(signalled_within(&self->v, fd, SCANS * PATIENCE));
}

/* A client that arms later has seen it: undoing it must be signalled. */
TEST_F(pixels, drawn_without_listener_and_undone)
{
	uint8_t *bytes = vgpu_surface_bytes(&self->v, &self->s);
	const int fd = self->fd[VGPU_PRIMARY];

	ASSERT_TRUE(settles(self));
	ASSERT_EQ(0, vgpu_event_arm(&self->v, &self->e, VGPU_PRIMARY, -1));
	bytes[0]++;
	ASSERT_TRUE(refreshes_pass(&self->v, 3));
	ASSERT_EQ(0, vgpu_event_arm(&self->v, &self->e, VGPU_PRIMARY, fd));
	EXPECT_EQ(1, signals(fd));
	bytes[0]--;
	EXPECT_TRUE(signalled_within(&self->v, fd, SCANS * PATIENCE));
	EXPECT_TRUE(settles(self));
}

/* The pages of a framebuffer are scanned except for a missing one. */
TEST_F(pixels, around_a_missing_page_are_found)
{
	uint8_t *bytes = vgpu_surface_bytes(&self->v, &self->s);

	ASSERT_EQ(0, vgpu_ggtt_unmap(&self->v, self->s.gma, VGPU_PAGE));
	ASSERT_TRUE(settles(self));
	bytes[VGPU_PAGE]++;
	EXPECT_TRUE(signalled_within(&self->v, self->fd[VGPU_PRIMARY],
				     SCANS * PATIENCE));
}

TEST_HARNESS_MAIN
