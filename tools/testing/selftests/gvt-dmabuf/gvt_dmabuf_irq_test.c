// SPDX-License-Identifier: GPL-2.0
/*
 * VFIO_DEVICE_SET_IRQS for the MSI of a vGPU: a vblank signals the eventfd that
 * was set, a count of 0 does not crash the host, and eventfds are released.
 */
#include <fcntl.h>
#include <sys/eventfd.h>

#include <linux/pci_regs.h>

#include "test_util.h"
#include "eventfd_util.h"

#define VBLANK_MS	1000	/* many vblanks */

static const uint32_t trigger = VFIO_IRQ_SET_DATA_EVENTFD |
				VFIO_IRQ_SET_ACTION_TRIGGER;

static int set_irqs(struct vgpu *v, uint32_t flags, uint32_t index,
		    uint32_t start, uint32_t count, int fd)
{
	struct {
		struct vfio_irq_set set;
		int32_t fd;
	} arg = {
		.set = {
			.argsz = sizeof(arg), .flags = flags, .index = index,
			.start = start, .count = count,
		},
		.fd = fd,
	};

	return vgpu_ioctl(v->device, VFIO_DEVICE_SET_IRQS, &arg);
}

static int set_msi(struct vgpu *v, int fd)
{
	return set_irqs(v, trigger, VFIO_PCI_MSI_IRQ_INDEX, 0, 1, fd);
}

static int release_msi(struct vgpu *v)
{
	return set_irqs(v, VFIO_IRQ_SET_DATA_NONE |
			   VFIO_IRQ_SET_ACTION_TRIGGER,
			VFIO_PCI_MSI_IRQ_INDEX, 0, 0, -1);
}

/* Pipe A is on, with its vblank interrupt enabled; no eventfd is set. */
FIXTURE(irq) {
	struct vgpu v;
	int a, b;
};

FIXTURE_SETUP(irq)
{
	if (!test_open_vgpu(_metadata, &self->v))
		return;
	self->a = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	self->b = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	ASSERT_LE(0, self->a);
	ASSERT_LE(0, self->b);
	ASSERT_EQ(0, vgpu_pipe_on(&self->v, 0, 1024, 768));
	ASSERT_EQ(0, vgpu_vblank_irq_on(&self->v, 0));
	ASSERT_EQ(0, vgpu_msi_control(&self->v, PCI_MSI_FLAGS_ENABLE));
}

FIXTURE_TEARDOWN(irq)
{
	close(self->a);
	close(self->b);
	test_close(&self->v);
}

/* Wait for two vblanks, so that pending interrupts have arrived. */
static bool next_vblanks_pass(struct vgpu *v)
{
	uint32_t first, now;
	int tries;

	if (vgpu_vblank_irq_ack(v, 0) || vgpu_pipe_frames(v, 0, &first))
		return false;
	for (tries = 0; tries < VBLANK_MS; tries++) {
		if (vgpu_pipe_frames(v, 0, &now))
			return false;
		if (now - first >= 2)
			return true;
		usleep(1000);
	}
	return false;
}

TEST_F(irq, vblank_signals_the_eventfd)
{
	ASSERT_EQ(0, set_msi(&self->v, self->a));
	EXPECT_TRUE(signals_within(self->a, VBLANK_MS));
	ASSERT_EQ(0, vgpu_vblank_irq_ack(&self->v, 0));
	EXPECT_TRUE(signals_within(self->a, VBLANK_MS));
}

TEST_F(irq, msi_that_is_off_signals_nothing)
{
	ASSERT_EQ(0, set_msi(&self->v, self->a));
	ASSERT_EQ(0, vgpu_msi_control(&self->v, 0));
	signals_within(self->a, 0);
	ASSERT_TRUE(next_vblanks_pass(&self->v));
	EXPECT_FALSE(signals_within(self->a, 0));
}

TEST_F(irq, another_eventfd_takes_over)
{
	ASSERT_EQ(0, set_msi(&self->v, self->a));
	ASSERT_TRUE(signals_within(self->a, VBLANK_MS));
	ASSERT_EQ(0, set_msi(&self->v, self->b));
	signals_within(self->a, 0);
	EXPECT_TRUE(signals_within(self->b, VBLANK_MS));
	ASSERT_TRUE(next_vblanks_pass(&self->v));
	EXPECT_FALSE(signals_within(self->a, 0));
}

TEST_F(irq, fd_of_minus_one_disarms)
{
	ASSERT_EQ(0, set_msi(&self->v, self->a));
	EXPECT_EQ(0, set_msi(&self->v, -1));
	signals_within(self->a, 0);
	ASSERT_TRUE(next_vblanks_pass(&self->v));
	EXPECT_FALSE(signals_within(self->a, 0));
}

TEST_F(irq, count_of_zero_without_data_disarms)
{
	ASSERT_EQ(0, set_msi(&self->v, self->a));
	EXPECT_EQ(0, release_msi(&self->v));
	signals_within(self->a, 0);
	ASSERT_TRUE(next_vblanks_pass(&self->v));
	EXPECT_FALSE(signals_within(self->a, 0));
}

TEST_F(irq, disarming_twice_does_no_harm)
{
	EXPECT_EQ(0, release_msi(&self->v));
	EXPECT_EQ(0, release_msi(&self->v));
	ASSERT_EQ(0, set_msi(&self->v, self->a));
	EXPECT_TRUE(signals_within(self->a, VBLANK_MS));
}

TEST_F(irq, bad_fd_changes_nothing)
{
	ASSERT_EQ(0, set_msi(&self->v, self->a));
	EXPECT_EQ(-EINVAL, set_msi(&self->v, self->v.device));
	EXPECT_EQ(-EBADF, set_msi(&self->v, 1000));
	signals_within(self->a, 0);
	ASSERT_EQ(0, vgpu_vblank_irq_ack(&self->v, 0));
	EXPECT_TRUE(signals_within(self->a, VBLANK_MS));
}

TEST_F(irq, set_outside_the_range_is_refused)
{
	static const struct {
		uint32_t flags, index, start, count;
	} cases[] = {
		{ trigger, VFIO_PCI_MSI_IRQ_INDEX, 1, 1 },
		{ trigger, VFIO_PCI_MSI_IRQ_INDEX, 0, 2 },
		{ trigger, VFIO_PCI_MSI_IRQ_INDEX, 1, UINT32_MAX },
		{ trigger, VFIO_PCI_MSI_IRQ_INDEX, UINT32_MAX, 1 },
		{ trigger, VFIO_PCI_MSIX_IRQ_INDEX, 0, 1 },
		{ trigger, VFIO_PCI_NUM_IRQS + 1, 0, 1 },
		{ trigger, UINT32_MAX, 0, 1 },
		{ trigger | VFIO_IRQ_SET_DATA_BOOL, VFIO_PCI_MSI_IRQ_INDEX,
		  0, 1 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		EXPECT_EQ(-EINVAL, set_irqs(&self->v, cases[i].flags,
					    cases[i].index, cases[i].start,
					    cases[i].count, self->a))
			TH_LOG("case %zu", i);
}

TEST_F(irq, argument_without_fd_is_refused)
{
	struct vfio_irq_set set = {
		.argsz = sizeof(set),
		.flags = trigger,
		.index = VFIO_PCI_MSI_IRQ_INDEX,
		.count = 1,
	};

	EXPECT_EQ(-EINVAL, vgpu_ioctl(self->v.device, VFIO_DEVICE_SET_IRQS,
				      &set));
	set.argsz--;
	EXPECT_EQ(-EINVAL, vgpu_ioctl(self->v.device, VFIO_DEVICE_SET_IRQS,
				      &set));
}

/* ---- references to eventfds ---- */

TEST_F(irq, replaced_eventfd_is_released)
{
	const int first = next_eventfd_id();
	int i, fd;

	ASSERT_LE(0, first);
	for (i = 0; i < 1000; i++) {
		fd = eventfd(0, EFD_CLOEXEC);
		ASSERT_LE(0, fd);
		ASSERT_EQ(0, set_msi(&self->v, fd));
		close(fd);
	}
	ASSERT_EQ(0, release_msi(&self->v));
	EXPECT_GE(first + 10, next_eventfd_id());
}

TEST_F(irq, eventfd_set_twice_is_released)
{
	const int first = next_eventfd_id();
	int i, fd, id;

	fd = eventfd(0, EFD_CLOEXEC);
	ASSERT_LE(0, fd);
	id = eventfd_id(fd);
	ASSERT_EQ(first, id);
	for (i = 0; i < 10000; i++)
		ASSERT_EQ(0, set_msi(&self->v, fd));
	ASSERT_EQ(0, release_msi(&self->v));
	close(fd);
	EXPECT_EQ(first, next_eventfd_id());
}

TEST_F(irq, close_releases_eventfd)
{
	const int first = next_eventfd_id();
	int fd;

	fd = eventfd(0, EFD_CLOEXEC);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, set_msi(&self->v, fd));
	close(fd);
	ASSERT_NE(first, next_eventfd_id());
	test_close(&self->v);
	EXPECT_EQ(first, next_eventfd_id());
}

/* ---- a test that may crash an unfixed kernel, so it is last ---- */

TEST_F(irq, count_of_zero_with_data_is_refused)
{
	if (!test_unsafe(_metadata))
		return;
	ASSERT_EQ(0, set_msi(&self->v, self->a));
	EXPECT_EQ(-EINVAL, set_irqs(&self->v, trigger, VFIO_PCI_MSI_IRQ_INDEX,
				    0, 0, self->b));
	signals_within(self->a, 0);
	ASSERT_EQ(0, vgpu_vblank_irq_ack(&self->v, 0));
	EXPECT_TRUE(signals_within(self->a, VBLANK_MS));
}

TEST_HARNESS_MAIN
