// SPDX-License-Identifier: GPL-2.0
/*
 * What the guest is drawing is a fence of its dma-bufs, which readers wait for.
 *
 * "Audit" numbers are rows of docs/audit.md.
 */
#include <linux/dma-buf.h>
#include <poll.h>

#include "test_util.h"

/* A fence that is still to come, and one that must have come by then */
#define NOW_MS		0
#define LATE_MS		5000

/* @gate is one that the GPU has not been sent to yet. */
FIXTURE(fence) {
	struct vgpu v;
	struct vgpu_surface s;
	struct vgpu_ring ring;
	struct vgpu_gate gate;
	int dmabuf;
};

FIXTURE_SETUP(fence)
{
	struct vfio_device_gfx_plane_info info;

	self->dmabuf = -1;
	if (!test_open(_metadata, &self->v))
		return;
	ASSERT_EQ(0, vgpu_ring_init(&self->v, &self->ring));
	ASSERT_EQ(0, vgpu_gate_init(&self->v, &self->gate));
	ASSERT_EQ(0, test_show(&self->v, &self->s, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR));
	self->dmabuf = test_export(&self->v, VGPU_PRIMARY, &info);
	ASSERT_LE(0, self->dmabuf);
}

FIXTURE_TEARDOWN(fence)
{
	vgpu_gate_open(&self->gate);
	close(self->dmabuf);
	test_close(&self->v);
}

/* A sync_file of what whoever accesses the dma-buf so has to wait for */
static int sync_file(int dmabuf, uint32_t access)
{
	struct dma_buf_export_sync_file arg = { .flags = access, .fd = -1 };
	int ret = vgpu_ioctl(dmabuf, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, &arg);

	return ret ? ret : arg.fd;
}

/* Of a sync_file: has it signaled; of a dma-buf: may it be read */
static bool comes(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, ms) == 1 && p.revents == POLLIN;
}

/* What is being drawn holds up who reads @dmabuf, until @gate is opened. */
static void expect_fence(struct __test_metadata *_metadata,
			 struct vgpu_gate *gate, int dmabuf)
{
	int fd = sync_file(dmabuf, DMA_BUF_SYNC_READ);

	ASSERT_LE(0, fd);
	EXPECT_FALSE(comes(fd, NOW_MS));
	vgpu_gate_open(gate);
	EXPECT_TRUE(comes(fd, LATE_MS));
	close(fd);
}

TEST_F(fence, has_come_while_nothing_is_drawn)
{
	int fd = sync_file(self->dmabuf, DMA_BUF_SYNC_READ);

	ASSERT_LE(0, fd);
	EXPECT_TRUE(comes(fd, NOW_MS));
	EXPECT_TRUE(comes(self->dmabuf, NOW_MS));
	close(fd);
}

/* Audit 21: for stock's importers, the guest never drew anything. */
TEST_F(fence, comes_when_what_was_being_drawn_is)
{
	ASSERT_EQ(0, vgpu_gate_enter(&self->v, &self->gate, &self->ring,
				     NULL, 0));
	expect_fence(_metadata, &self->gate, self->dmabuf);
}

TEST_F(fence, keeps_poll_waiting)
{
	ASSERT_EQ(0, vgpu_gate_enter(&self->v, &self->gate, &self->ring,
				     NULL, 0));
	EXPECT_FALSE(comes(self->dmabuf, NOW_MS));
	vgpu_gate_open(&self->gate);
	EXPECT_TRUE(comes(self->dmabuf, LATE_MS));
}

TEST_F(fence, is_there_when_the_dmabuf_comes_after_the_request)
{
	struct vfio_device_gfx_plane_info info;
	int dmabuf;

	ASSERT_EQ(0, vgpu_gate_enter(&self->v, &self->gate, &self->ring,
				     NULL, 0));
	dmabuf = test_export(&self->v, VGPU_PRIMARY, &info);
	ASSERT_LE(0, dmabuf);
	expect_fence(_metadata, &self->gate, dmabuf);
	close(dmabuf);
}

/* The one that is drawn to is not known: each of them may be. */
TEST_F(fence, is_that_of_each_dmabuf)
{
	struct vfio_device_gfx_plane_info info;
	struct vgpu_surface other;
	int dmabuf;

	ASSERT_EQ(0, test_make(&self->v, &other, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR, 1));
	ASSERT_EQ(0, vgpu_primary_show(&self->v, 0, &other));
	dmabuf = test_export(&self->v, VGPU_PRIMARY, &info);
	ASSERT_LE(0, dmabuf);
	ASSERT_EQ(0, vgpu_gate_enter(&self->v, &self->gate, &self->ring,
				     NULL, 0));
	EXPECT_FALSE(comes(self->dmabuf, NOW_MS));
	EXPECT_FALSE(comes(dmabuf, NOW_MS));
	vgpu_gate_open(&self->gate);
	EXPECT_TRUE(comes(self->dmabuf, LATE_MS));
	EXPECT_TRUE(comes(dmabuf, LATE_MS));
	close(dmabuf);
}

/* The guest waits for no reader, and a viewer's query for no fence. */
TEST_F(fence, does_not_hold_up_a_query)
{
	struct vfio_device_gfx_plane_info first, second;

	ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &first));
	ASSERT_EQ(0, vgpu_gate_enter(&self->v, &self->gate, &self->ring,
				     NULL, 0));
	ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &second));
	EXPECT_EQ(first.dmabuf_id, second.dmabuf_id);
}

TEST_F(fence, comes_after_the_dmabuf_has_lost_its_vgpu)
{
	int fd;

	ASSERT_EQ(0, vgpu_gate_enter(&self->v, &self->gate, &self->ring,
				     NULL, 0));
	fd = sync_file(self->dmabuf, DMA_BUF_SYNC_READ);
	ASSERT_LE(0, fd);
	EXPECT_FALSE(comes(fd, NOW_MS));
	vgpu_gate_open(&self->gate);
	self->gate.words = NULL;	/* goes with the guest's memory */
	test_close(&self->v);
	EXPECT_TRUE(comes(fd, LATE_MS));
	EXPECT_TRUE(comes(self->dmabuf, LATE_MS));
	close(fd);
}

TEST_HARNESS_MAIN
