// SPDX-License-Identifier: GPL-2.0
/*
 * Timing of the display event: at most one signal per refresh, for armed
 * listeners only, and a client that arms the event and then sleeps misses no
 * change of plane state.
 */
#include <poll.h>
#include <pthread.h>
#include <sys/ioctl.h>

#include "event_fixture.h"
#include "time_util.h"
#include "vgpu_regs.h"

#define REFRESH_MS	17

/* ---- how often ---- */

/* Each flip is signalled, and described by a query after the signal. */
TEST_F(event, follows_flips_at_each_refresh)
{
	const struct vgpu_surface *shown[] = { &self->b, &self->a };
	struct vfio_device_gfx_plane_info info;
	uint32_t id[2] = {}, first, last, now, i, on_time = 0;

	arm_all(_metadata, self);
	ASSERT_EQ(0, vgpu_pipe_frames(&self->v, 0, &first));
	last = first;
	for (i = 0; i < 60; i++) {
		ASSERT_EQ(0, vgpu_primary_flip(&self->v, 0, shown[i % 2]->gma));
		ASSERT_EQ(1, next_signal(self->fd[VGPU_PRIMARY]))
			TH_LOG("flip %u", i);
		ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &info));
		if (i < 2)
			id[i] = info.dmabuf_id;
		ASSERT_EQ(id[i % 2], info.dmabuf_id) TH_LOG("flip %u", i);
		ASSERT_EQ(0, vgpu_pipe_frames(&self->v, 0, &now));
		on_time += now - last <= 1;
		last = now;
	}
	ASSERT_NE(id[0], id[1]);
	/*
	 * The first is signalled immediately, and the second by the refresh of
	 * the first frame if that was counted and not handled yet.
	 */
	EXPECT_GE(last - first, 58);
	/* One per refresh, except for some on a busy machine */
	EXPECT_LE(40, on_time);
}

/* A synchronous flip is not signalled before it is latched. */
TEST_F(event, flip_that_waits_for_its_vblank)
{
	const struct vgpu_surface *shown[] = { &self->b, &self->a };
	struct vfio_device_gfx_plane_info before, info;
	uint32_t last, now, i, on_time = 0;

	arm_all(_metadata, self);
	ASSERT_EQ(0, vgpu_pipe_frames(&self->v, 0, &last));
	for (i = 0; i < 20; i++) {
		ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &before));
		ASSERT_EQ(0, vgpu_write32(&self->v, FLIP_PLANE_1,
					  shown[i % 2]->gma));
		ASSERT_EQ(1, next_signal(self->fd[VGPU_PRIMARY]))
			TH_LOG("flip %u", i);
		ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &info));
		ASSERT_NE(before.dmabuf_id, info.dmabuf_id)
			TH_LOG("flip %u", i);
		ASSERT_EQ(0, vgpu_pipe_frames(&self->v, 0, &now));
		on_time += now - last <= 1;
		last = now;
	}
	/* Signalled by the flip, not by a front-buffer scan a refresh later */
	EXPECT_LE(10, on_time);
}

TEST_F(event, comes_once_per_refresh)
{
	uint32_t first, last, now, i, refreshes = 0;
	uint64_t count;

	arm_all(_metadata, self);
	ASSERT_EQ(0, vgpu_pipe_frames(&self->v, 0, &first));
	for (i = 0, last = first; refreshes < 20; i++) {
		ASSERT_EQ(0, vgpu_primary_flip(&self->v, 0, i % 2 ?
					       self->a.gma : self->b.gma));
		ASSERT_EQ(0, vgpu_pipe_frames(&self->v, 0, &now));
		refreshes += now != last;
		last = now;
	}
	ASSERT_TRUE(refreshes_pass(&self->v, 1));
	count = signals(self->fd[VGPU_PRIMARY]);
	ASSERT_EQ(0, vgpu_pipe_frames(&self->v, 0, &last));
	/*
	 * A signal immediately, and that of the first frame, may come after the
	 * counter was read.
	 */
	EXPECT_GE(last - first + 2, count);
	/* A vblank may come between reading the counter and the flip. */
	EXPECT_LE(refreshes / 2, count);
	EXPECT_LT(100, i);
}

/* A guest that lets no frame end does not hide what it shows. */
TEST_F(event, comes_while_a_pipe_is_toggled)
{
	const struct vgpu_surface *shown[] = { &self->b, &self->a };
	int64_t from;
	int i;

	arm_all(_metadata, self);
	from = time_us();
	for (i = 0; time_us() - from < 1000000; i++) {
		ASSERT_EQ(0, vgpu_pipe_off(&self->v, 0));
		ASSERT_EQ(0, vgpu_primary_flip(&self->v, 0, shown[i % 2]->gma));
		ASSERT_EQ(0, vgpu_pipe_on(&self->v, 0, TEST_WIDTH, TEST_HEIGHT));
		usleep(2000);
	}
	/* A refresh without a vblank may be a jiffy late, and waits for one vblank. */
	EXPECT_LE(1000 / (4 * REFRESH_MS), signals(self->fd[VGPU_PRIMARY]))
		TH_LOG("%d times", i);
}

TEST_F(event, comes_while_the_rate_is_toggled)
{
	int64_t from;
	int i;

	arm_all(_metadata, self);
	from = time_us();
	for (i = 0; time_us() - from < 1000000; i++) {
		ASSERT_EQ(0, vgpu_cursor_move(&self->v, 0, i % 99, 0));
		/* Alternate between 60 and 30 Hz. */
		ASSERT_EQ(0, vgpu_pipe_timing(&self->v, i % 2 ? 148500 : 74250,
					      2200, 1125));
		usleep(2000);
	}
	EXPECT_LE(1000 / (4 * REFRESH_MS), signals(self->fd[VGPU_CURSOR]))
		TH_LOG("%d times", i);
}

/* The rate of one owner is not that of the next, or after a reset. */
TEST_F(event, period_is_reset_with_the_vgpu)
{
	struct pollfd p = { .fd = self->fd[VGPU_PRIMARY], .events = POLLIN };

	/* 1 Hz */
	ASSERT_EQ(0, vgpu_pipe_timing(&self->v, 2475, 2200, 1125));
	ASSERT_EQ(0, vgpu_event_arm(&self->v, &self->e, VGPU_PRIMARY, p.fd));
	ASSERT_EQ(0, vgpu_reset(&self->v));
	usleep(2 * REFRESH_MS * 1000);
	signals(p.fd);
	ASSERT_EQ(0, vgpu_primary_flip(&self->v, 0, self->b.gma));
	ASSERT_EQ(1, poll(&p, 1, 500));
	signals(p.fd);
	ASSERT_EQ(0, vgpu_primary_flip(&self->v, 0, self->a.gma));
	EXPECT_EQ(1, poll(&p, 1, 500));
}

TEST_F(event, last_pipe_off_is_signalled_once)
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
	uint64_t count;
	double start, end;
	uint32_t i;

	ASSERT_EQ(0, vgpu_pipe_off(&self->v, 0));
	ASSERT_EQ(0, vgpu_event_arm(&self->v, &self->e, VGPU_PRIMARY,
				    self->fd[VGPU_PRIMARY]));
	ASSERT_EQ(1, next_signal(self->fd[VGPU_PRIMARY]));
	start = time_s();
	for (i = 0; i < 3000; i++)
		ASSERT_EQ(0, vgpu_primary_flip(&self->v, 0, self->b.gma));
	usleep(2000 * REFRESH_MS);
	count = signals(self->fd[VGPU_PRIMARY]);
	end = time_s();
	/* At most one per refresh, plus one for the last flip */
	EXPECT_LE(1, count);
	EXPECT_GE((end - start) / 0.016 + 1, count);
	start = end;
	for (i = 0; i < 5; i++) {
		ASSERT_EQ(0, vgpu_primary_flip(&self->v, 0, self->b.gma));
		ASSERT_EQ(1, next_signal(self->fd[VGPU_PRIMARY]));
	}
	end = time_s();
	EXPECT_LE(4 * 0.016, end - start);
}

/* ---- arming ---- */

/* Make flips of the primary plane synchronous. */
static int set_sync_flips(struct _test_data_event *self)
{
	return vgpu_primary_ctl(&self->v, 0, VGPU_ASYNC_FLIP, 0);
}

static int pending_flip(struct _test_data_event *self)
{
	return vgpu_primary_flip(&self->v, 0, self->b.gma);
}

static int pending_flip_50080(struct _test_data_event *self)
{
	return vgpu_write32(&self->v, FLIP_PLANE_1, self->b.gma);
}

static int pending_hide(struct _test_data_event *self)
{
	return vgpu_primary_ctl(&self->v, 0, PLANE_ENABLE, 0);
}

static int pending_cursor(struct _test_data_event *self)
{
	int ret = vgpu_write32(&self->v, CUR_CTL, 0);

	return ret ? ret : vgpu_write32(&self->v, CUR_BASE, 0);
}

static int pending_overlay(struct _test_data_event *self)
{
	int ret = vgpu_write32(&self->v, PLANE_REG(PLANE_CTL, 2), 0);

	return ret ? ret : vgpu_write32(&self->v, PLANE_REG(PLANE_SURF, 2), 0);
}

static const struct pending {
	const char *what;
	int (*make)(struct _test_data_event *self);
	enum vgpu_plane plane;
} pending[] = {
	{ "flip", pending_flip, VGPU_PRIMARY },
	{ "flip by 0x50080", pending_flip_50080, VGPU_PRIMARY },
	{ "plane off", pending_hide, VGPU_PRIMARY },
	{ "cursor off", pending_cursor, VGPU_CURSOR },
	{ "overlay off", pending_overlay, VGPU_OVERLAY },
};

static int show_all(struct _test_data_event *self)
{
	int ret = vgpu_primary_show(&self->v, 0, &self->a);

	if (!ret)
		ret = set_sync_flips(self);
	if (!ret)
		ret = vgpu_overlay_show(&self->v, 0, &self->over);
	if (!ret)
		ret = vgpu_cursor_show(&self->v, 0, &self->cursor);
	return ret;
}

/* Compare the fields that differ between the states of these tests. */
static bool same_plane(const struct vfio_device_gfx_plane_info *a,
		       const struct vfio_device_gfx_plane_info *b)
{
	return a->drm_format == b->drm_format && a->dmabuf_id == b->dmabuf_id &&
	       a->width == b->width && a->x_pos == b->x_pos;
}

/*
 * Make a change, arm the event, and query, all before the vblank that latches
 * the change. With @again, the event was armed before and is disarmed in
 * between.
 */
static void expect_pending_is_notified(struct __test_metadata *_metadata,
				       struct _test_data_event *self,
				       const struct pending *p, bool again)
{
	struct vfio_device_gfx_plane_info before, after;
	const int fd = self->fd[p->plane];
	uint32_t first, last;
	uint64_t count;
	int tries;

	for (tries = 0; tries < 20; tries++) {
		ASSERT_EQ(0, vgpu_event_arm(&self->v, &self->e, p->plane,
					    again ? fd : -1));
		ASSERT_EQ(0, show_all(self));
		ASSERT_EQ(0, vgpu_wait_vblank(&self->v, 0));
		ASSERT_EQ(0, vgpu_pipe_frames(&self->v, 0, &first));
		ASSERT_EQ(0, p->make(self));
		ASSERT_EQ(0, vgpu_event_arm(&self->v, &self->e, p->plane, -1));
		signals(fd);
		ASSERT_EQ(0, vgpu_event_arm(&self->v, &self->e, p->plane, fd));
		/* One for arming, one for a change latched already */
		EXPECT_LE(1, signals(fd));
		ASSERT_EQ(0, vgpu_query(&self->v, p->plane, &before));
		/* A front-buffer scan comes only after two refreshes. */
		ASSERT_TRUE(refreshes_pass(&self->v, 2));
		ASSERT_EQ(0, vgpu_query(&self->v, p->plane, &after));
		if (!same_plane(&before, &after))
			break;
	}
	ASSERT_NE(20, tries) TH_LOG("%s: never seen pending", p->what);
	count = signals(fd);
	ASSERT_EQ(0, vgpu_pipe_frames(&self->v, 0, &last));
	EXPECT_LE(1, count) TH_LOG("%s", p->what);
	/* On a busy machine a front-buffer scan may have run, too. */
	EXPECT_GE(1 + (last - first) / SCAN_REFRESHES, count)
		TH_LOG("%s, frames %u to %u", p->what, first, last);
}

TEST_F(event, pending_change_when_it_is_armed)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(pending); i++)
		expect_pending_is_notified(_metadata, self, &pending[i], false);
}

TEST_F(event, pending_change_when_it_is_rearmed)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(pending); i++)
		expect_pending_is_notified(_metadata, self, &pending[i], true);
}

/*
 * Wait until a vblank has been handled: move the cursor, and wait for its
 * signal. Reading a register then waits for the rest of the work.
 */
static bool pass_vblank(struct _test_data_event *self, int x)
{
	uint32_t frames;

	return !vgpu_cursor_move(&self->v, 0, x, 40) &&
	       next_signal(self->fd[VGPU_CURSOR]) == 1 &&
	       !vgpu_pipe_frames(&self->v, 0, &frames);
}

/*
 * A front-buffer scan finds a change, and a flip replaces the framebuffer at
 * the vblank at which this would be signalled: one signal for both.
 */
TEST_F_TIMEOUT(event, flip_away_from_what_was_just_drawn, 120)
{
	uint8_t *bytes = vgpu_surface_bytes(&self->v, &self->a);
	const int fd = self->fd[VGPU_PRIMARY];
	unsigned int round, tried = 0;
	uint32_t first, now, last;
	uint64_t count;

	ASSERT_EQ(0, set_sync_flips(self));
	arm_all(_metadata, self);
	for (round = 0; round < 60 && tried < 10; round++) {
		ASSERT_EQ(0, vgpu_primary_flip(&self->v, 0, self->a.gma));
		settle(_metadata, self);
		/* After a change, scans are repeated every refresh. */
		bytes[0]++;
		ASSERT_EQ(1, next_signal(fd));
		ASSERT_TRUE(pass_vblank(self, 20 + round));
		usleep(1000 * REFRESH_MS / 4);	/* until that scan has ended */
		signals(fd);
		ASSERT_EQ(0, vgpu_pipe_frames(&self->v, 0, &first));
		bytes[0]++;
		ASSERT_TRUE(pass_vblank(self, 120 + round));
		/* The scan had not ended, and has found the second change. */
		if (signals(fd))
			continue;
		ASSERT_EQ(0, vgpu_primary_flip(&self->v, 0, self->b.gma));
		ASSERT_EQ(0, vgpu_pipe_frames(&self->v, 0, &now));
		ASSERT_TRUE(refreshes_pass(&self->v, 2));
		count = signals(fd);
		ASSERT_EQ(0, vgpu_pipe_frames(&self->v, 0, &last));
		/* On a busy machine the flip is latched later. */
		if (now != first + 1)
			continue;
		tried++;
		ASSERT_LE(1, count) TH_LOG("round %u", round);
		ASSERT_GE(1 + (last - first) / SCAN_REFRESHES, count)
			TH_LOG("round %u, frames %u to %u", round, first, last);
	}
	EXPECT_EQ(10, tried);
}

TEST_F(event, replaced_listener_gets_nothing)
{
	const int old = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

	ASSERT_LE(0, old);
	ASSERT_EQ(0, vgpu_event_arm(&self->v, &self->e, VGPU_PRIMARY, old));
	arm_all(_metadata, self);
	ASSERT_LE(1, signals(old));
	ASSERT_EQ(0, vgpu_primary_flip(&self->v, 0, self->b.gma));
	ASSERT_EQ(1, next_signal(self->fd[VGPU_PRIMARY]));
	EXPECT_EQ(0, signals(old));
	close(old);
}

/* As for other IRQ indexes */
TEST_F(event, listener_outlives_a_reset)
{
	arm_all(_metadata, self);
	ASSERT_EQ(0, vgpu_event_set(&self->v, &self->e, VFIO_IRQ_SET_DATA_NONE |
							VFIO_IRQ_SET_ACTION_MASK,
				    self->e.of[VGPU_CURSOR], 1, NULL, 0));
	ASSERT_EQ(0, vgpu_reset(&self->v));
	EXPECT_LE(1, next_signal(self->fd[VGPU_PRIMARY]));
	EXPECT_EQ(0, signals(self->fd[VGPU_CURSOR]));

	ASSERT_EQ(0, vgpu_ggtt_map(&self->v, self->a.gma, self->a.gpa,
				   self->a.size));
	ASSERT_EQ(0, vgpu_primary_show(&self->v, 0, &self->a));
	ASSERT_EQ(0, vgpu_pipe_on(&self->v, 0, TEST_WIDTH, TEST_HEIGHT));
	ASSERT_TRUE(refreshes_pass(&self->v, 12));
	EXPECT_LE(1, signals(self->fd[VGPU_PRIMARY]));
	ASSERT_EQ(0, vgpu_primary_flip(&self->v, 0, self->a.gma));
	EXPECT_EQ(1, next_signal(self->fd[VGPU_PRIMARY]));
	EXPECT_EQ(0, signals(self->fd[VGPU_CURSOR]));
}

/* Masked planes are not monitored, so unmasking signals as arming does. */
TEST_F(event, unmask_signals_once)
{
	const uint32_t none = VFIO_IRQ_SET_DATA_NONE;
	const int fd = self->fd[VGPU_PRIMARY];

	arm_all(_metadata, self);
	ASSERT_EQ(0, vgpu_event_set(&self->v, &self->e, none |
				    VFIO_IRQ_SET_ACTION_MASK, 0, EVENT_PLANES,
				    NULL, 0));
	ASSERT_EQ(0, vgpu_primary_flip(&self->v, 0, self->b.gma));
	ASSERT_TRUE(refreshes_pass(&self->v, 2));
	expect_signals(_metadata, self, 0, "masked");
	ASSERT_EQ(0, vgpu_event_set(&self->v, &self->e, none |
				    VFIO_IRQ_SET_ACTION_UNMASK, 0, EVENT_PLANES,
				    NULL, 0));
	expect_signals(_metadata, self, ALL, "unmasked");
	/* Monitoring resumes, also for GGTT entries of the new framebuffer. */
	ASSERT_TRUE(refreshes_pass(&self->v, 12));
	signals(fd);
	ASSERT_EQ(0, vgpu_ggtt_map(&self->v, self->b.gma, self->c.gpa,
				   VGPU_PAGE));
	EXPECT_EQ(1, next_signal(fd));
}

/* ---- a client in a separate thread ---- */

struct client {
	struct _test_data_event *self;
	struct vfio_device_gfx_plane_info last;
	bool stop;
	int err;
};

/* Arm the event, and query only after a signal. */
static void *client_thread(void *arg)
{
	struct client *c = arg;
	struct vgpu *v = &c->self->v;
	const int fd = c->self->fd[VGPU_PRIMARY];
	struct pollfd p = { .fd = fd, .events = POLLIN };

	c->err = vgpu_event_arm(v, &c->self->e, VGPU_PRIMARY, fd);
	while (!c->err && !__atomic_load_n(&c->stop, __ATOMIC_ACQUIRE))
		if (poll(&p, 1, 1) == 1 && signals(fd))
			c->err = vgpu_query(v, VGPU_PRIMARY, &c->last);
	return NULL;
}

/* Make a change. Its kind and its time in the refresh depend on @i. */
static int change_something(struct _test_data_event *self, unsigned int i)
{
	const struct vgpu_surface *shown[] = { &self->a, &self->b, &self->c };

	usleep(i * 7919 % 5000);
	switch (i % 8) {
	case 3:
		return pending_hide(self);
	case 4:
		return show_all(self);
	default:
		return vgpu_primary_flip(&self->v, 0, shown[i % 3]->gma);
	}
}

TEST_F(event, client_beside_the_guest)
{
	struct vfio_device_gfx_plane_info now;
	unsigned int round, i;
	pthread_t thread;

	ASSERT_EQ(0, set_sync_flips(self));
	for (round = 0; round < 30; round++) {
		struct client c = { .self = self };

		ASSERT_EQ(0, change_something(self, round));
		ASSERT_EQ(0, pthread_create(&thread, NULL, client_thread, &c));
		for (i = 0; i < round % 4; i++)
			ASSERT_EQ(0, change_something(self, 8 * round + i + 1));
		ASSERT_TRUE(refreshes_pass(&self->v, 2));
		usleep(3000);
		__atomic_store_n(&c.stop, true, __ATOMIC_RELEASE);
		ASSERT_EQ(0, pthread_join(thread, NULL));
		ASSERT_EQ(0, c.err);
		ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &now));
		ASSERT_TRUE(same_plane(&now, &c.last))
			TH_LOG("round %u: id %u, the client's last was %u",
			       round, now.dmabuf_id, c.last.dmabuf_id);
		ASSERT_EQ(0, vgpu_event_arm(&self->v, &self->e, VGPU_PRIMARY,
					    -1));
		ASSERT_EQ(0, show_all(self));
	}
}

/* ---- no more than was requested ---- */

TEST_F(event, arming_signals_once)
{
	uint32_t i;

	for (i = 0; i < 10; i++)
		ASSERT_EQ(0, vgpu_primary_flip(&self->v, 0, self->b.gma));
	ASSERT_EQ(0, vgpu_event_arm(&self->v, &self->e, VGPU_PRIMARY,
				    self->fd[VGPU_PRIMARY]));
	EXPECT_EQ(1, signals(self->fd[VGPU_PRIMARY]));
	/* A scan may signal once more; the ten flips before arming do not. */
	ASSERT_TRUE(refreshes_pass(&self->v, 12));
	EXPECT_GE(1, signals(self->fd[VGPU_PRIMARY]));
}

TEST_F(event, disarmed_listener_gets_nothing)
{
	arm_all(_metadata, self);
	ASSERT_EQ(0, vgpu_event_arm(&self->v, &self->e, VGPU_PRIMARY, -1));
	ASSERT_EQ(0, vgpu_primary_flip(&self->v, 0, self->b.gma));
	ASSERT_EQ(0, vgpu_cursor_move(&self->v, 0, 30, 40));
	ASSERT_TRUE(refreshes_pass(&self->v, 2));
	expect_signals(_metadata, self, CURSOR, "flip and cursor");
}

TEST_HARNESS_MAIN
