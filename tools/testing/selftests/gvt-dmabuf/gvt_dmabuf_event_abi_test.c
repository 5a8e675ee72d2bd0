// SPDX-License-Identifier: GPL-2.0
/*
 * The ABI of the display event: capabilities in VFIO_DEVICE_GET_IRQ_INFO, and
 * VFIO_DEVICE_SET_IRQS.
 */
#include <poll.h>
#include <sys/eventfd.h>

#include "event_test_util.h"
#include "eventfd_util.h"

#define OLD_SIZE	offsetof(struct vfio_irq_info, cap_offset)
#define UNTOUCHED	0xa5

static const uint32_t trigger_fd = VFIO_IRQ_SET_ACTION_TRIGGER |
				   VFIO_IRQ_SET_DATA_EVENTFD;
static const uint32_t trigger_none = VFIO_IRQ_SET_ACTION_TRIGGER |
				     VFIO_IRQ_SET_DATA_NONE;
static const uint32_t trigger_bool = VFIO_IRQ_SET_ACTION_TRIGGER |
				     VFIO_IRQ_SET_DATA_BOOL;
static const uint32_t mask_none = VFIO_IRQ_SET_ACTION_MASK |
				  VFIO_IRQ_SET_DATA_NONE;
static const uint32_t unmask_none = VFIO_IRQ_SET_ACTION_UNMASK |
				    VFIO_IRQ_SET_DATA_NONE;

/* ---- GET_IRQ_INFO ---- */

FIXTURE(info) {
	struct vgpu v;
	struct vgpu_event e;
	/* the argument, and space after it to detect writes past argsz */
	union {
		struct vfio_irq_info info;
		uint8_t bytes[256];
	} arg;
};

FIXTURE_SETUP(info)
{
	test_open_event(_metadata, &self->v, TEST_RAM, &self->e);
}

FIXTURE_TEARDOWN(info)
{
	test_close(&self->v);
}

static int get_info(struct _test_data_info *self, uint32_t index, uint32_t argsz)
{
	memset(self->arg.bytes, UNTOUCHED, sizeof(self->arg));
	self->arg.info.argsz = argsz;
	self->arg.info.index = index;
	return vgpu_ioctl(self->v.device, VFIO_DEVICE_GET_IRQ_INFO, &self->arg);
}

/*
 * The offset of the first byte from @from on that was written, or sizeof(arg)
 */
static size_t touched(struct _test_data_info *self, size_t from)
{
	while (from < sizeof(self->arg) &&
	       self->arg.bytes[from] == UNTOUCHED)
		from++;
	return from;
}

TEST_F(info, has_an_index_past_those_of_pci)
{
	EXPECT_LE(VFIO_PCI_NUM_IRQS, self->e.index);
	EXPECT_EQ(3, self->e.count);
}

TEST_F(info, of_an_old_caller_ends_at_count)
{
	ASSERT_EQ(0, get_info(self, self->e.index, OLD_SIZE));
	EXPECT_EQ(sizeof(self->arg), touched(self, OLD_SIZE));
	EXPECT_EQ(VFIO_IRQ_INFO_EVENTFD | VFIO_IRQ_INFO_MASKABLE |
		  VFIO_IRQ_INFO_FLAG_CAPS, self->arg.info.flags);
	EXPECT_EQ(3, self->arg.info.count);
	EXPECT_LT(sizeof(struct vfio_irq_info), self->arg.info.argsz);
}

/* A part of a field is of no use to anybody. */
TEST_F(info, of_a_caller_between_fields_ends_at_count)
{
	uint32_t size;

	for (size = OLD_SIZE; size < OLD_SIZE + sizeof(uint32_t); size++) {
		ASSERT_EQ(0, get_info(self, self->e.index, size));
		EXPECT_EQ(sizeof(self->arg), touched(self, OLD_SIZE))
			TH_LOG("argsz %u", size);
	}
}

TEST_F(info, of_a_pci_index_is_unchanged)
{
	static const struct {
		uint32_t index, flags;
	} cases[] = {
		{ VFIO_PCI_INTX_IRQ_INDEX, VFIO_IRQ_INFO_EVENTFD |
		  VFIO_IRQ_INFO_MASKABLE | VFIO_IRQ_INFO_AUTOMASKED },
		{ VFIO_PCI_MSI_IRQ_INDEX, VFIO_IRQ_INFO_EVENTFD |
		  VFIO_IRQ_INFO_NORESIZE },
	};
	static const uint32_t sizes[] = { OLD_SIZE, sizeof(struct vfio_irq_info),
					  200 };
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		for (j = 0; j < ARRAY_SIZE(sizes); j++) {
			ASSERT_EQ(0, get_info(self, cases[i].index, sizes[j]));
			EXPECT_EQ(cases[i].flags, self->arg.info.flags);
			EXPECT_EQ(1, self->arg.info.count);
			EXPECT_EQ(sizes[j], self->arg.info.argsz);
			EXPECT_EQ(sizeof(self->arg), touched(self, OLD_SIZE));
		}
	}
}

TEST_F(info, short_argsz_returns_the_size)
{
	uint32_t need, size;

	ASSERT_EQ(0, get_info(self, self->e.index, OLD_SIZE));
	need = self->arg.info.argsz;
	for (size = sizeof(struct vfio_irq_info); size < need; size++) {
		ASSERT_EQ(0, get_info(self, self->e.index, size));
		EXPECT_EQ(need, self->arg.info.argsz);
		EXPECT_EQ(0, self->arg.info.cap_offset);
		EXPECT_EQ(sizeof(self->arg),
			  touched(self, sizeof(struct vfio_irq_info)))
			TH_LOG("argsz %u", size);
	}
	ASSERT_EQ(0, get_info(self, self->e.index, need));
	EXPECT_EQ(need, self->arg.info.argsz);
	EXPECT_EQ(sizeof(struct vfio_irq_info), self->arg.info.cap_offset);
	EXPECT_EQ(sizeof(self->arg), touched(self, need));
}

TEST_F(info, with_less_than_count_is_refused)
{
	EXPECT_EQ(-EINVAL, get_info(self, self->e.index, OLD_SIZE - 1));
	EXPECT_EQ(-EINVAL, get_info(self, self->e.index, 0));
	EXPECT_EQ(-EINVAL, get_info(self, self->e.index + 1, OLD_SIZE));
	EXPECT_EQ(-EINVAL, get_info(self, UINT32_MAX, OLD_SIZE));
}

TEST_F(info, names_each_plane_type_once)
{
	const struct vfio_irq_info_cap_display *display;
	uint32_t i, types = 0;

	ASSERT_EQ(0, get_info(self, self->e.index, sizeof(self->arg)));
	display = event_capability(&self->arg.info, VFIO_IRQ_INFO_CAP_DISPLAY);
	ASSERT_NE(NULL, display);
	ASSERT_EQ(self->arg.info.count, display->nr_planes);
	for (i = 0; i < display->nr_planes; i++) {
		EXPECT_EQ(0, display->planes[i].head);
		ASSERT_GT(EVENT_PLANES, display->planes[i].drm_plane_type);
		types |= 1u << display->planes[i].drm_plane_type;
	}
	EXPECT_EQ(7, types);
}

/* A type is either generic or, with this flag, specific to a PCI vendor. */
TEST_F(info, type_is_not_vendor_specific)
{
	const struct vfio_irq_info_cap_type *type;

	ASSERT_EQ(0, get_info(self, self->e.index, sizeof(self->arg)));
	type = event_capability(&self->arg.info, VFIO_IRQ_INFO_CAP_TYPE);
	ASSERT_NE(NULL, type);
	EXPECT_EQ(0, type->type & VFIO_IRQ_TYPE_PCI_VENDOR_TYPE);
	EXPECT_EQ(VFIO_IRQ_TYPE_GFX, type->type);
	EXPECT_EQ(VFIO_IRQ_SUBTYPE_GFX_DISPLAY, type->subtype);
}

/* ---- SET_IRQS ---- */

/* @fd: an eventfd per sub-interrupt. All pipes are off, so no plane changes. */
FIXTURE(irqs) {
	struct vgpu v;
	struct vgpu_event e;
	int32_t fd[EVENT_PLANES];
};

FIXTURE_SETUP(irqs)
{
	int i;

	if (!test_open_event(_metadata, &self->v, TEST_RAM, &self->e))
		return;
	for (i = 0; i < EVENT_PLANES; i++) {
		self->fd[i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		ASSERT_LE(0, self->fd[i]);
	}
	ASSERT_EQ(0, vgpu_pipe_off(&self->v, 0));
}

FIXTURE_TEARDOWN(irqs)
{
	int i;

	for (i = 0; i < EVENT_PLANES; i++)
		close(self->fd[i]);
	test_close(&self->v);
}

static int set(struct _test_data_irqs *self, uint32_t flags, uint32_t start,
	       uint32_t count, const void *data, size_t size)
{
	return vgpu_event_set(&self->v, &self->e, flags, start, count, data,
			      size);
}

static int arm(struct _test_data_irqs *self)
{
	return set(self, trigger_fd, 0, EVENT_PLANES, self->fd,
		   sizeof(self->fd));
}

/* Signals since the last call, a digit per sub-interrupt, such as 101 */
static int signalled(struct _test_data_irqs *self)
{
	eventfd_t count;
	int i, digits = 0;

	for (i = 0; i < EVENT_PLANES; i++)
		digits = digits * 10 +
			 (eventfd_read(self->fd[i], &count) ? 0 : (int)count);
	return digits;
}

TEST_F(irqs, arming_signals_once)
{
	ASSERT_EQ(0, arm(self));
	EXPECT_EQ(111, signalled(self));
	ASSERT_EQ(0, arm(self));
	EXPECT_EQ(111, signalled(self));
}

TEST_F(irqs, arming_one_leaves_the_others)
{
	ASSERT_EQ(0, set(self, trigger_fd, 1, 1, &self->fd[1],
			 sizeof(self->fd[1])));
	EXPECT_EQ(10, signalled(self));
	ASSERT_EQ(0, set(self, trigger_none, 0, 3, NULL, 0));
	EXPECT_EQ(10, signalled(self));
}

TEST_F(irqs, one_eventfd_serves_several)
{
	const int32_t fds[] = { self->fd[0], self->fd[0], self->fd[0] };

	ASSERT_EQ(0, set(self, trigger_fd, 0, 3, fds, sizeof(fds)));
	EXPECT_EQ(300, signalled(self));
}

TEST_F(irqs, fd_of_minus_one_disarms)
{
	const int32_t fds[] = { -1, self->fd[1], -1 };

	ASSERT_EQ(0, arm(self));
	signalled(self);
	ASSERT_EQ(0, set(self, trigger_fd, 0, 3, fds, sizeof(fds)));
	EXPECT_EQ(10, signalled(self));
	ASSERT_EQ(0, set(self, trigger_none, 0, 3, NULL, 0));
	EXPECT_EQ(10, signalled(self));
}

TEST_F(irqs, count_of_zero_disarms_all)
{
	ASSERT_EQ(0, arm(self));
	signalled(self);
	ASSERT_EQ(0, set(self, trigger_none, 0, 0, NULL, 0));
	ASSERT_EQ(0, set(self, trigger_none, 0, 3, NULL, 0));
	EXPECT_EQ(0, signalled(self));
	EXPECT_EQ(0, set(self, trigger_none, 0, 0, NULL, 0));
}

TEST_F(irqs, are_triggered_by_none_and_bools)
{
	static const uint8_t bools[] = { 1, 0, 5 };

	ASSERT_EQ(0, arm(self));
	signalled(self);
	ASSERT_EQ(0, set(self, trigger_none, 1, 2, NULL, 0));
	EXPECT_EQ(11, signalled(self));
	ASSERT_EQ(0, set(self, trigger_bool, 0, 3, bools, sizeof(bools)));
	EXPECT_EQ(101, signalled(self));
}

/* Masked planes are not monitored, so unmasking signals as arming does. */
TEST_F(irqs, unmask_signals_what_was_masked_once)
{
	ASSERT_EQ(0, arm(self));
	signalled(self);
	ASSERT_EQ(0, set(self, mask_none, 0, 2, NULL, 0));
	ASSERT_EQ(0, set(self, mask_none, 0, 2, NULL, 0));
	EXPECT_EQ(0, signalled(self));
	ASSERT_EQ(0, set(self, unmask_none, 0, 3, NULL, 0));
	EXPECT_EQ(110, signalled(self));
	ASSERT_EQ(0, set(self, unmask_none, 0, 3, NULL, 0));
	EXPECT_EQ(0, signalled(self));
}

TEST_F(irqs, trigger_while_masked_waits)
{
	ASSERT_EQ(0, arm(self));
	signalled(self);
	ASSERT_EQ(0, set(self, mask_none, 0, 2, NULL, 0));
	ASSERT_EQ(0, set(self, trigger_none, 1, 2, NULL, 0));
	ASSERT_EQ(0, set(self, trigger_none, 1, 2, NULL, 0));
	EXPECT_EQ(2, signalled(self));
	ASSERT_EQ(0, set(self, unmask_none, 1, 1, NULL, 0));
	EXPECT_EQ(10, signalled(self));
}

/* A reset keeps eventfds and masks, as for the IRQs of a PCI device. */
TEST_F(irqs, outlive_a_reset)
{
	ASSERT_EQ(0, arm(self));
	ASSERT_EQ(0, set(self, mask_none, 2, 1, NULL, 0));
	ASSERT_EQ(0, vgpu_reset(&self->v));
	usleep(200000);
	signalled(self);
	ASSERT_EQ(0, set(self, trigger_none, 0, 3, NULL, 0));
	EXPECT_EQ(110, signalled(self));
	ASSERT_EQ(0, set(self, unmask_none, 0, 3, NULL, 0));
	EXPECT_EQ(1, signalled(self));
}

TEST_F(irqs, replaced_eventfd_gets_nothing)
{
	const int32_t old = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

	ASSERT_LE(0, old);
	ASSERT_EQ(0, set(self, trigger_fd, 1, 1, &old, sizeof(old)));
	EXPECT_EQ(1, signals(old));
	ASSERT_EQ(0, arm(self));
	EXPECT_EQ(111, signalled(self));
	ASSERT_EQ(0, set(self, trigger_none, 0, 3, NULL, 0));
	EXPECT_EQ(111, signalled(self));
	EXPECT_EQ(0, signals(old));
	close(old);
}

TEST_F(irqs, are_masked_by_bools)
{
	static const uint8_t bools[] = { 1, 0, 1 };
	const uint32_t by_bool = VFIO_IRQ_SET_DATA_BOOL;

	ASSERT_EQ(0, arm(self));
	signalled(self);
	ASSERT_EQ(0, set(self, VFIO_IRQ_SET_ACTION_MASK | by_bool, 0, 3, bools,
			 sizeof(bools)));
	ASSERT_EQ(0, set(self, trigger_none, 0, 3, NULL, 0));
	EXPECT_EQ(10, signalled(self));
	ASSERT_EQ(0, set(self, VFIO_IRQ_SET_ACTION_UNMASK | by_bool, 2, 1, bools,
			 1));
	EXPECT_EQ(1, signalled(self));
}

TEST_F(irqs, armed_while_masked_wait)
{
	ASSERT_EQ(0, set(self, mask_none, 2, 1, NULL, 0));
	ASSERT_EQ(0, arm(self));
	EXPECT_EQ(110, signalled(self));
	ASSERT_EQ(0, set(self, unmask_none, 2, 1, NULL, 0));
	EXPECT_EQ(1, signalled(self));
}

TEST_F(irqs, disarmed_while_masked_get_nothing)
{
	const int32_t none[] = { -1, -1, -1 };

	ASSERT_EQ(0, arm(self));
	ASSERT_EQ(0, set(self, mask_none, 0, 3, NULL, 0));
	ASSERT_EQ(0, set(self, trigger_none, 0, 3, NULL, 0));
	ASSERT_EQ(0, set(self, trigger_fd, 0, 3, none, sizeof(none)));
	signalled(self);
	ASSERT_EQ(0, set(self, unmask_none, 0, 3, NULL, 0));
	EXPECT_EQ(0, signalled(self));
}

TEST_F(irqs, bad_fd_changes_nothing)
{
	const int32_t no_fd[] = { -1, 1000, -1 };
	const int32_t no_eventfd[] = { -1, -1, self->v.device };
	const int32_t below[] = { -2, -1, -1 };

	ASSERT_EQ(0, arm(self));
	signalled(self);
	EXPECT_EQ(-EBADF, set(self, trigger_fd, 0, 3, no_fd, sizeof(no_fd)));
	EXPECT_EQ(-EINVAL, set(self, trigger_fd, 0, 3, no_eventfd,
			       sizeof(no_eventfd)));
	EXPECT_EQ(-EBADF, set(self, trigger_fd, 0, 3, below, sizeof(below)));
	EXPECT_EQ(0, signalled(self));
	ASSERT_EQ(0, set(self, trigger_none, 0, 3, NULL, 0));
	EXPECT_EQ(111, signalled(self));
}

TEST_F(irqs, invalid_arguments_are_refused)
{
	const uint32_t mask_fd = VFIO_IRQ_SET_ACTION_MASK |
				 VFIO_IRQ_SET_DATA_EVENTFD;
	const uint32_t unmask_fd = VFIO_IRQ_SET_ACTION_UNMASK |
				   VFIO_IRQ_SET_DATA_EVENTFD;
	const struct {
		uint32_t flags, start, count, size;
		int ret;
	} cases[] = {
		{ trigger_fd, 0, 4, 16, -EINVAL },
		{ trigger_fd, 3, 1, 4, -EINVAL },
		{ trigger_fd, 2, 2, 8, -EINVAL },
		{ trigger_fd, 1, UINT32_MAX, 4, -EINVAL },
		{ trigger_fd, UINT32_MAX, 1, 4, -EINVAL },
		{ trigger_fd, 0, 3, 8, -EINVAL },	/* one fd is missing */
		{ trigger_bool, 0, 3, 2, -EINVAL },
		{ trigger_fd, 0, 0, 0, -EINVAL },
		{ trigger_bool, 0, 0, 0, -EINVAL },
		{ trigger_none, 3, 0, 0, -EINVAL },
		{ mask_none, 0, 0, 0, -EINVAL },
		{ unmask_none, 0, 0, 0, -EINVAL },
		{ mask_none, 0, 4, 0, -EINVAL },
		{ mask_fd, 0, 1, 4, -ENOTTY },
		{ unmask_fd, 0, 1, 4, -ENOTTY },
		{ trigger_none | mask_none, 0, 3, 0, -EINVAL },
		{ VFIO_IRQ_SET_DATA_NONE, 0, 3, 0, -EINVAL },
		{ trigger_none | trigger_bool, 0, 3, 4, -EINVAL },
		{ VFIO_IRQ_SET_ACTION_TRIGGER, 0, 3, 0, -EINVAL },
		{ trigger_none | 1u << 6, 0, 3, 0, -EINVAL },
	};
	static const int32_t none[4] = { -1, -1, -1, -1 };
	size_t i;

	ASSERT_EQ(0, arm(self));
	signalled(self);
	for (i = 0; i < ARRAY_SIZE(cases); i++)
		EXPECT_EQ(cases[i].ret, set(self, cases[i].flags,
					    cases[i].start, cases[i].count,
					    none, cases[i].size))
			TH_LOG("case %zu", i);
	EXPECT_EQ(0, signalled(self));
	ASSERT_EQ(0, set(self, trigger_none, 0, 3, NULL, 0));
	EXPECT_EQ(111, signalled(self));
}

/* ---- references to eventfds ---- */

TEST_F(irqs, release_an_eventfd_that_is_replaced)
{
	const int first = next_eventfd_id();
	int32_t fd;
	int i;

	ASSERT_LE(0, first);
	for (i = 0; i < 1000; i++) {
		fd = eventfd(0, EFD_CLOEXEC);
		ASSERT_LE(0, fd);
		ASSERT_EQ(0, set(self, trigger_fd, i % 3, 1, &fd, sizeof(fd)));
		close(fd);
	}
	ASSERT_EQ(0, set(self, trigger_none, 0, 0, NULL, 0));
	EXPECT_EQ(first, next_eventfd_id());
}

TEST_F(irqs, release_eventfds_of_a_failed_call)
{
	const int first = next_eventfd_id();
	int32_t fds[] = { eventfd(0, EFD_CLOEXEC), eventfd(0, EFD_CLOEXEC), -2 };
	int i;

	for (i = 0; i < 1000; i++)
		ASSERT_EQ(-EBADF, set(self, trigger_fd, 0, 3, fds, sizeof(fds)));
	close(fds[0]);
	close(fds[1]);
	EXPECT_EQ(first, next_eventfd_id());
}

TEST_F(irqs, end_with_the_close_of_the_vgpu)
{
	const int first = next_eventfd_id();
	int32_t fd = eventfd(0, EFD_CLOEXEC);

	ASSERT_EQ(0, set(self, trigger_fd, 0, 1, &fd, sizeof(fd)));
	ASSERT_EQ(0, set(self, mask_none, 0, 3, NULL, 0));
	close(fd);
	ASSERT_NE(first, next_eventfd_id());
	test_close(&self->v);
	EXPECT_EQ(first, next_eventfd_id());

	/* The masks do not persist to the next owner. */
	ASSERT_TRUE(test_open(_metadata, &self->v));
	ASSERT_EQ(0, arm(self));
	EXPECT_EQ(111, signalled(self));
}

TEST_HARNESS_MAIN
