// SPDX-License-Identifier: GPL-2.0
/*
 * Scanline, frame counter and vblank interrupt of a vGPU's pipes, as a guest's
 * driver relies on them.
 *
 * The scanline must advance, masked interrupts must not be sent, and turning
 * off one pipe must not stop the vblanks of another.
 */
#include <sys/eventfd.h>

#include "clock_util.h"
#include "eventfd_util.h"
#include "test_util.h"
#include "vgpu_regs.h"

#define WIDTH		1024
#define HEIGHT		768
#define VTOTAL		813	/* set by vgpu_pipe_on() for HEIGHT */
#define ROUNDS		60

static int set_lines(struct vgpu *v, uint32_t vtotal, uint32_t vblank_start)
{
	int ret = vgpu_write32(v, TRANS_VTOTAL,
			       (vtotal - 1) << 16 | (HEIGHT - 1));

	return ret ? ret : vgpu_write32(v, TRANS_VBLANK, (vtotal - 1) << 16 |
						 (vblank_start - 1));
}

/* Read frame counter and scanline of pipe A at the same time. */
static int read_position(struct vgpu *v, uint32_t *frame, uint32_t *line)
{
	uint32_t again;
	int ret, tries;

	for (tries = 0; tries < 100; tries++) {
		ret = vgpu_pipe_frames(v, 0, frame);
		if (!ret)
			ret = vgpu_read32(v, PIPE_SCANLINE, line);
		if (!ret)
			ret = vgpu_pipe_frames(v, 0, &again);
		if (ret || *frame == again)
			return ret;
	}
	return -EAGAIN;
}

/* Wait for @count frames of @pipe; false on timeout. */
static bool frames_pass(struct vgpu *v, int pipe, uint32_t count)
{
	const int64_t until = time_ms() + CLOCK_MANY_MS;
	uint32_t first, now;

	if (vgpu_pipe_frames(v, pipe, &first))
		return false;
	do {
		if (vgpu_pipe_frames(v, pipe, &now))
			return false;
		if (now - first >= count)
			return true;
		usleep(1000);
	} while (time_ms() < until);
	/* On a busy machine this thread may not have run before the timeout. */
	return !vgpu_pipe_frames(v, pipe, &now) && now - first >= count;
}

/* ---- the scanline ---- */

FIXTURE(scanline) {
	struct vgpu v;
};

/* The guest may write any value to timing registers. */
FIXTURE_VARIANT(scanline) {
	uint32_t vtotal, vblank_start;
};

FIXTURE_SETUP(scanline)
{
	if (!test_open_vgpu(_metadata, &self->v))
		return;
	ASSERT_EQ(0, vgpu_pipe_on(&self->v, 0, WIDTH, HEIGHT));
}

FIXTURE_TEARDOWN(scanline)
{
	test_close(&self->v);
}

FIXTURE_VARIANT_ADD(scanline, vga) {
	.vtotal = 525, .vblank_start = 480,
};

FIXTURE_VARIANT_ADD(scanline, two_lines) {
	.vtotal = 2, .vblank_start = 1,
};

FIXTURE_VARIANT_ADD(scanline, most_lines) {
	.vtotal = 65536, .vblank_start = 65536,
};

FIXTURE_VARIANT_ADD(scanline, vblank_past_the_end) {
	.vtotal = 525, .vblank_start = 65536,
};

TEST_F(scanline, stays_inside_the_frame)
{
	const int64_t until = time_ms() + CLOCK_MANY_MS;
	bool upper = false, lower = false;
	uint32_t line;

	ASSERT_EQ(0, set_lines(&self->v, variant->vtotal,
			       variant->vblank_start));
	do {
		ASSERT_EQ(0, vgpu_read32(&self->v, PIPE_SCANLINE, &line));
		ASSERT_GT(variant->vtotal, line);
		upper |= line < variant->vtotal / 2;
		lower |= line >= variant->vtotal / 2;
		usleep(500);
	} while (!(upper && lower) && time_ms() < until);
	EXPECT_TRUE(upper);
	EXPECT_TRUE(lower);
}

/*
 * A driver combines frame counter and scanline to a time. Counted from the
 * first line of the vblank, it must never go back.
 */
TEST_F(scanline, and_frame_counter_agree)
{
	uint64_t frame_lines = variant->vtotal, place, last = 0, first = 0;
	/* The scanline register is one line behind. */
	uint32_t start = (variant->vblank_start - 1) % variant->vtotal;
	const int64_t until = time_ms() + CLOCK_MANY_MS;
	uint32_t frame, line, moved = 0;

	ASSERT_EQ(0, set_lines(&self->v, variant->vtotal,
			       variant->vblank_start));
	do {
		ASSERT_EQ(0, read_position(&self->v, &frame, &line));
		place = frame * frame_lines +
			(line + frame_lines - start) % frame_lines;
		ASSERT_LE(last, place) TH_LOG("frame %u line %u", frame, line);
		/* Count the changes within a frame. */
		moved += place > last && place / frame_lines == last / frame_lines;
		first = first ?: place;
		last = place;
	} while (last - first < 6 * frame_lines && time_ms() < until);
	EXPECT_LE(6 * frame_lines, last - first);
	EXPECT_LE(3, moved);
}

FIXTURE(counter) {
	struct vgpu v;
};

FIXTURE_SETUP(counter)
{
	if (!test_open_vgpu(_metadata, &self->v))
		return;
	ASSERT_EQ(0, vgpu_pipe_on(&self->v, 0, WIDTH, HEIGHT));
	ASSERT_EQ(0, set_lines(&self->v, VTOTAL, HEIGHT));
}

FIXTURE_TEARDOWN(counter)
{
	test_close(&self->v);
}

TEST_F(counter, one_line_frame_stays_at_line_0)
{
	uint32_t line;
	int i;

	ASSERT_TRUE(clock_reg_changes(&self->v, PIPE_SCANLINE));
	ASSERT_EQ(0, vgpu_write32(&self->v, TRANS_VTOTAL, 0));
	for (i = 0; i < 100; i++) {
		ASSERT_EQ(0, vgpu_read32(&self->v, PIPE_SCANLINE, &line));
		ASSERT_EQ(0, line);
	}
}

TEST_F(counter, is_not_the_guests_to_write)
{
	uint32_t frame, line;

	ASSERT_EQ(0, vgpu_write32(&self->v, PIPE_FRMCNT, 0x40000000));
	ASSERT_EQ(0, vgpu_write32(&self->v, PIPE_SCANLINE, 0x40000));
	ASSERT_EQ(0, read_position(&self->v, &frame, &line));
	EXPECT_GT(0x40000000, frame);
	EXPECT_GT(VTOTAL, line);
}

TEST_F(counter, survives_other_pipe_turned_off)
{
	uint32_t first, last;

	ASSERT_EQ(0, vgpu_pipe_on(&self->v, 1, WIDTH, HEIGHT));
	ASSERT_TRUE(frames_pass(&self->v, 1, 2));
	ASSERT_EQ(0, vgpu_pipe_off(&self->v, 1));
	ASSERT_EQ(0, vgpu_pipe_frames(&self->v, 1, &first));
	EXPECT_TRUE(frames_pass(&self->v, 0, 2));
	ASSERT_EQ(0, vgpu_pipe_frames(&self->v, 1, &last));
	EXPECT_EQ(first, last) TH_LOG("pipe B is off but counts");
}

/* Make @count surfaces, and display the first one. */
static void show_first_of(struct __test_metadata *_metadata, struct vgpu *v,
			  struct vgpu_surface *s, int count)
{
	int i;

	for (i = 0; i < count; i++)
		ASSERT_EQ(0, test_make(v, &s[i], DRM_FORMAT_XRGB8888,
				       DRM_FORMAT_MOD_LINEAR, i));
	ASSERT_EQ(0, vgpu_primary_show(v, 0, &s[0]));
}

/*
 * A driver that sees the frame counter change draws to the previous
 * framebuffer, so a flip must have been latched by then.
 */
TEST_F(counter, of_flips_moves_at_the_latch)
{
	struct vfio_device_gfx_plane_info before, after;
	struct vgpu_surface s[2];
	int i;

	if (!test_exports(_metadata, &self->v))
		return;
	show_first_of(_metadata, &self->v, s, 2);
	ASSERT_EQ(0, vgpu_primary_ctl(&self->v, 0, VGPU_ASYNC_FLIP, 0));
	ASSERT_TRUE(clock_frame_ends(&self->v, 0));
	ASSERT_EQ(0, clock_hurry());
	for (i = 1; i <= ROUNDS; i++) {
		ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &before));
		ASSERT_EQ(0, vgpu_primary_flip(&self->v, 0, s[i % 2].gma));
		ASSERT_TRUE(clock_frame_ends(&self->v, 0));
		ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &after));
		ASSERT_NE(before.dmabuf_id, after.dmabuf_id)
			TH_LOG("flip %d", i);
	}
}

/* Wait for flip done, which the service thread may set late. */
static bool flip_is_done(struct vgpu *v, uint32_t done)
{
	const int64_t until = time_ms() + CLOCK_MANY_MS;
	uint32_t pending;

	do {
		usleep(1000);
		if (vgpu_read32(v, DE_PIPE_IIR(0), &pending))
			return false;
	} while (!(pending & done) && time_ms() < until);
	return pending & done;
}

/*
 * The service thread may handle a vblank late. A flip in the meantime must wait
 * for the next vblank: it must be neither described nor completed before.
 */
TEST_F(counter, of_frames_moves_before_the_flip)
{
	const uint32_t done = self->v.gen == 8 ? BDW_FLIP_DONE :
						 SKL_FLIP_DONE(1);
	struct vfio_device_gfx_plane_info before, after;
	uint32_t first, last, pending;
	struct vgpu_surface s[2];
	int i, within = 0;

	if (!test_exports(_metadata, &self->v))
		return;
	ASSERT_EQ(0, vgpu_write32(&self->v, DE_PIPE_IMR(0), ~done));
	show_first_of(_metadata, &self->v, s, 2);
	/* Have one flip pending at a time, so that flip done is unambiguous. */
	ASSERT_TRUE(flip_is_done(&self->v, done));
	ASSERT_EQ(0, vgpu_write32(&self->v, DE_PIPE_IIR(0), done));
	ASSERT_EQ(0, vgpu_primary_ctl(&self->v, 0, VGPU_ASYNC_FLIP, 0));
	ASSERT_EQ(0, clock_hurry());
	for (i = 1; i <= ROUNDS; i++) {
		ASSERT_TRUE(flip_is_done(&self->v, done)) TH_LOG("flip %d", i);
		ASSERT_TRUE(clock_frame_ends(&self->v, 0));
		ASSERT_EQ(0, vgpu_pipe_frames(&self->v, 0, &first));
		ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &before));
		ASSERT_EQ(0, vgpu_write32(&self->v, DE_PIPE_IIR(0), done));
		ASSERT_EQ(0, vgpu_primary_flip(&self->v, 0, s[i % 2].gma));
		usleep(1000);	/* until the late vblank has been handled */
		ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &after));
		ASSERT_EQ(0, vgpu_read32(&self->v, DE_PIPE_IIR(0), &pending));
		ASSERT_EQ(0, vgpu_pipe_frames(&self->v, 0, &last));
		if (last != first)
			continue;	/* too slow */
		within++;
		ASSERT_EQ(before.dmabuf_id, after.dmabuf_id)
			TH_LOG("flip %d", i);
		ASSERT_EQ(0, pending & done) TH_LOG("flip %d", i);
	}
	EXPECT_LE(1, within) TH_LOG("all rounds took too long");
}

/* A time in the middle of the third frame at 60 Hz */
#define THIRD_FRAME_MS	40

/*
 * Two frames end without an access of the guest, and before the service thread
 * runs. The first flip must be latched, not replaced by the second one.
 */
TEST_F(counter, late_update_keeps_pending_flip)
{
	struct vfio_device_gfx_plane_info first, now;
	struct vgpu_surface s[3];
	int i, in_time = 0;
	int64_t begin;

	if (!test_exports(_metadata, &self->v))
		return;
	show_first_of(_metadata, &self->v, s, 3);
	ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &first));
	ASSERT_EQ(0, vgpu_primary_ctl(&self->v, 0, VGPU_ASYNC_FLIP, 0));
	ASSERT_EQ(0, clock_hurry());
	for (i = 0; i < ROUNDS / 6; i++) {
		ASSERT_EQ(0, vgpu_primary_flip(&self->v, 0, s[1].gma));
		ASSERT_TRUE(clock_frame_ends(&self->v, 0));
		ASSERT_TRUE(clock_frame_ends(&self->v, 0));

		begin = time_ms();
		ASSERT_EQ(0, vgpu_primary_flip(&self->v, 0, s[0].gma));
		while (time_ms() - begin < THIRD_FRAME_MS)
			;
		ASSERT_EQ(0, vgpu_primary_flip(&self->v, 0, s[2].gma));
		ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &now));
		if (time_ms() - begin >= THIRD_FRAME_MS + 5)
			continue;	/* too slow */
		in_time++;
		EXPECT_EQ(first.dmabuf_id, now.dmabuf_id)
			TH_LOG("flip %d", i);
	}
	EXPECT_LE(1, in_time) TH_LOG("all rounds took too long");
}

/* ---- the vblank interrupt ---- */

FIXTURE(vblank) {
	struct vgpu v;
	int fd;
};

FIXTURE_SETUP(vblank)
{
	if (!test_open_vgpu(_metadata, &self->v))
		return;
	self->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, vgpu_msi_on(&self->v, self->fd));
}

FIXTURE_TEARDOWN(vblank)
{
	close(self->fd);
	test_close(&self->v);
}

TEST_F(vblank, acknowledged_comes_again)
{
	int i;

	ASSERT_EQ(0, vgpu_vblank_irq_on(&self->v, 0));
	ASSERT_EQ(0, vgpu_pipe_on(&self->v, 0, WIDTH, HEIGHT));
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(1, signals_within(self->fd, CLOCK_MANY_MS));
		ASSERT_EQ(0, vgpu_vblank_irq_ack(&self->v, 0));
	}
}

TEST_F(vblank, unacknowledged_comes_once)
{
	ASSERT_EQ(0, vgpu_vblank_irq_on(&self->v, 0));
	ASSERT_EQ(0, vgpu_pipe_on(&self->v, 0, WIDTH, HEIGHT));
	ASSERT_EQ(1, signals_within(self->fd, CLOCK_MANY_MS));
	ASSERT_TRUE(frames_pass(&self->v, 0, 5));
	EXPECT_EQ(0, signals_within(self->fd, 0));
}

/* Masked vblanks of pipe A must not deliver a pending one of pipe B. */
TEST_F(vblank, masked_sends_no_interrupt)
{
	ASSERT_EQ(0, vgpu_vblank_irq_on(&self->v, 1));
	ASSERT_EQ(0, vgpu_pipe_on(&self->v, 1, WIDTH, HEIGHT));
	ASSERT_LE(1, signals_within(self->fd, CLOCK_MANY_MS));
	ASSERT_EQ(0, vgpu_pipe_off(&self->v, 1));
	ASSERT_EQ(0, vgpu_pipe_on(&self->v, 0, WIDTH, HEIGHT));
	signals_within(self->fd, 0);
	ASSERT_TRUE(frames_pass(&self->v, 0, 5));
	EXPECT_EQ(0, signals_within(self->fd, 0));
}

TEST_F(vblank, comes_after_it_is_unmasked)
{
	ASSERT_EQ(0, vgpu_pipe_on(&self->v, 0, WIDTH, HEIGHT));
	ASSERT_TRUE(frames_pass(&self->v, 0, 2));
	ASSERT_EQ(0, signals_within(self->fd, 0));
	ASSERT_EQ(0, vgpu_vblank_irq_on(&self->v, 0));
	EXPECT_LE(1, signals_within(self->fd, CLOCK_MANY_MS));
}

TEST_F(vblank, survives_other_pipe_turned_off)
{
	ASSERT_EQ(0, vgpu_pipe_on(&self->v, 0, WIDTH, HEIGHT));
	ASSERT_EQ(0, vgpu_pipe_on(&self->v, 1, WIDTH, HEIGHT));
	ASSERT_EQ(0, vgpu_pipe_off(&self->v, 1));
	ASSERT_EQ(0, vgpu_vblank_irq_on(&self->v, 0));
	EXPECT_LE(1, signals_within(self->fd, CLOCK_MANY_MS));
}

/* ---- the eDP transcoder ---- */

/*
 * @input: TRANS_DDI_FUNC_CTL_EDP, which selects the pipe; @other: another pipe
 */
FIXTURE(edp) {
	struct vgpu v;
};

FIXTURE_VARIANT(edp) {
	uint32_t input;
	int pipe, other;
};

FIXTURE_VARIANT_ADD(edp, a_on) {
	.input = DDI_EDP_INPUT(0u), .pipe = 0, .other = 1,
};

FIXTURE_VARIANT_ADD(edp, a) {
	.input = DDI_EDP_INPUT(4u), .pipe = 0, .other = 1,
};

FIXTURE_VARIANT_ADD(edp, b) {
	.input = DDI_EDP_INPUT(5u), .pipe = 1, .other = 0,
};

FIXTURE_VARIANT_ADD(edp, c) {
	.input = DDI_EDP_INPUT(6u), .pipe = 2, .other = 0,
};

FIXTURE_SETUP(edp)
{
	if (!test_open_vgpu(_metadata, &self->v))
		return;
	/* Stop the vblank timer by turning another pipe on and off. */
	ASSERT_EQ(0, vgpu_write32(&self->v, TRANS_CONF_EDP, TRANS_CONF_ENABLE));
	ASSERT_EQ(0, vgpu_pipe_on(&self->v, variant->other, WIDTH, HEIGHT));
	ASSERT_EQ(0, vgpu_pipe_off(&self->v, variant->other));
}

FIXTURE_TEARDOWN(edp)
{
	vgpu_write32(&self->v, TRANS_DDI_FUNC_CTL_EDP, 0);
	vgpu_write32(&self->v, TRANS_CONF_EDP, 0);
	test_close(&self->v);
}

TEST_F(edp, input_starts_the_vblanks_of_its_pipe)
{
	ASSERT_EQ(0, vgpu_write32(&self->v, TRANS_DDI_FUNC_CTL_EDP,
				  DDI_FUNC_ENABLE | variant->input));
	EXPECT_TRUE(frames_pass(&self->v, variant->pipe, 3));
}

TEST_F(edp, input_that_goes_leaves_other_pipes)
{
	ASSERT_EQ(0, vgpu_write32(&self->v, TRANS_DDI_FUNC_CTL_EDP,
				  DDI_FUNC_ENABLE | variant->input));
	ASSERT_EQ(0, vgpu_pipe_on(&self->v, variant->other, WIDTH, HEIGHT));
	ASSERT_EQ(0, vgpu_write32(&self->v, TRANS_DDI_FUNC_CTL_EDP, 0));
	EXPECT_TRUE(frames_pass(&self->v, variant->other, 3));
}

/* Flips are latched at vblank, also if the eDP transcoder enables the pipe. */
TEST_F(edp, flips_wait_for_the_vblank)
{
	struct vfio_device_gfx_plane_info before, after;
	uint32_t first, last = 0;
	struct vgpu_surface a, b;
	int tries;

	if (!test_exports(_metadata, &self->v))
		return;
	ASSERT_EQ(0, test_make(&self->v, &a, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR, 1));
	ASSERT_EQ(0, test_make(&self->v, &b, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR, 2));
	ASSERT_EQ(0, vgpu_primary_show(&self->v, variant->pipe, &a));
	ASSERT_EQ(0, vgpu_write32(&self->v, TRANS_DDI_FUNC_CTL_EDP,
				  DDI_FUNC_ENABLE | variant->input));
	ASSERT_EQ(0, vgpu_primary_ctl(&self->v, variant->pipe, VGPU_ASYNC_FLIP,
				      0));
	ASSERT_TRUE(frames_pass(&self->v, variant->pipe, 2));

	for (tries = 0, first = 1; tries < 20 && first != last; tries++) {
		ASSERT_EQ(0, vgpu_primary_flip(&self->v, variant->pipe, a.gma));
		ASSERT_TRUE(frames_pass(&self->v, variant->pipe, 2));
		ASSERT_EQ(0, vgpu_pipe_frames(&self->v, variant->pipe, &first));
		ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &before));
		ASSERT_EQ(0, vgpu_primary_flip(&self->v, variant->pipe, b.gma));
		ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &after));
		ASSERT_EQ(0, vgpu_pipe_frames(&self->v, variant->pipe, &last));
	}
	ASSERT_EQ(first, last) TH_LOG("all rounds took too long");
	EXPECT_EQ(before.dmabuf_id, after.dmabuf_id);
	ASSERT_TRUE(frames_pass(&self->v, variant->pipe, 2));
	ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &after));
	EXPECT_NE(before.dmabuf_id, after.dmabuf_id);
}

TEST_HARNESS_MAIN
