// SPDX-License-Identifier: GPL-2.0-or-later
/* Listeners of the display event that come and go, and ask for nonsense. */
#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "fuzz.h"

#include "event_util.h"

#define TRIGGER_FD	(VFIO_IRQ_SET_ACTION_TRIGGER | VFIO_IRQ_SET_DATA_EVENTFD)
#define TRIGGER_NONE	(VFIO_IRQ_SET_ACTION_TRIGGER | VFIO_IRQ_SET_DATA_NONE)

/* The threads share the sub-interrupts, and each has eventfds of its own. */
static const struct vgpu_event event = {
	.index = VFIO_PCI_NUM_IRQS,
	.count = EVENT_PLANES,
};

static int set(struct worker *w, __u32 flags, __u32 start, __u32 count,
	       const void *data, size_t size)
{
	return vgpu_event_set(&w->f->v, &event, flags, start, count, data,
			      size);
}

int open_events(struct worker *w)
{
	int i;

	for (i = 0; i < EVENT_PLANES; i++) {
		w->events[i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		if (w->events[i] < 0)
			return -errno;
	}
	return 0;
}

void close_events(struct worker *w)
{
	int i;

	for (i = 0; i < EVENT_PLANES; i++)
		close(w->events[i]);
}

void op_arm(struct worker *w)
{
	__u32 start = below(w, EVENT_PLANES), i;
	__u32 count = 1 + below(w, EVENT_PLANES - start);
	__s32 fds[EVENT_PLANES];

	for (i = 0; i < count; i++)
		fds[i] = one_in(w, 4) ? -1 : w->events[below(w, EVENT_PLANES)];
	called(w, EVENT_ARM, set(w, TRIGGER_FD, start, count, fds,
				 count * sizeof(*fds)));
}

/* One that nobody else knows, and that only the vGPU keeps from then on */
void op_arm_and_forget(struct worker *w)
{
	__s32 fd = eventfd(0, EFD_CLOEXEC);

	if (fd < 0)
		fail(w, "no eventfd: %s", strerror(errno));
	called(w, EVENT_ARM, set(w, TRIGGER_FD, below(w, EVENT_PLANES), 1, &fd,
				 sizeof(fd)));
	close(fd);
}

void op_disarm(struct worker *w)
{
	called(w, EVENT_DISARM, set(w, TRIGGER_NONE, 0, 0, NULL, 0));
}

void op_mask(struct worker *w)
{
	static const __u32 actions[] = {
		VFIO_IRQ_SET_ACTION_MASK, VFIO_IRQ_SET_ACTION_UNMASK,
		VFIO_IRQ_SET_ACTION_TRIGGER,
	};
	static const enum row rows[] = {
		EVENT_MASK, EVENT_UNMASK, EVENT_TRIGGER,
	};
	__u32 start = below(w, EVENT_PLANES), action = below(w, 3);
	__u32 count = 1 + below(w, EVENT_PLANES - start);
	__u32 bools = random32(w);
	bool by_bool = one_in(w, 2);

	called(w, rows[action], set(w, actions[action] |
				    (by_bool ? VFIO_IRQ_SET_DATA_BOOL :
					       VFIO_IRQ_SET_DATA_NONE),
				    start, count, &bools, by_bool ? count : 0));
}

void op_event_odd(struct worker *w)
{
	__s32 fds[8] = { -1, -1, -1, -1, -1, -1, -1, -1 };
	__u32 start = odd_value(w), count = odd_value(w);

	switch (below(w, 5)) {
	case 0:
		if (start < EVENT_PLANES && count <= EVENT_PLANES - start)
			start = EVENT_PLANES;
		called(w, EVENT_RANGE, set(w, TRIGGER_FD, start, count, fds,
					   sizeof(fds)));
		break;
	case 1:
		fds[below(w, EVENT_PLANES)] = 1 << 20;
		called(w, EVENT_NO_FD, set(w, TRIGGER_FD, 0, EVENT_PLANES, fds,
					   EVENT_PLANES * sizeof(*fds)));
		break;
	case 2:
		fds[1] = w->events[0];
		fds[below(w, 2) * 2] = w->f->v.device;
		called(w, EVENT_NO_EVENTFD, set(w, TRIGGER_FD, 0, EVENT_PLANES,
						fds, sizeof(fds)));
		break;
	case 3:
		called(w, EVENT_ACTION, set(w, VFIO_IRQ_SET_DATA_EVENTFD |
					    (one_in(w, 2) ?
					     VFIO_IRQ_SET_ACTION_MASK :
					     VFIO_IRQ_SET_ACTION_UNMASK),
					    0, 1, fds, sizeof(*fds)));
		break;
	default:
		called(w, EVENT_SIZE, set(w, TRIGGER_FD, 0, EVENT_PLANES, fds,
					  below(w, EVENT_PLANES) *
					  sizeof(*fds)));
		break;
	}
}

void op_irq_info(struct worker *w)
{
	struct {
		struct vfio_irq_info info;
		__u8 capabilities[200];
	} arg = { .info = { .index = event.index } };
	const __u32 size = below(w, sizeof(arg) + 1);
	const bool is_short = size < offsetof(struct vfio_irq_info, cap_offset);

	arg.info.argsz = size;
	called(w, is_short ? IRQ_INFO_SHORT : IRQ_INFO,
	       vgpu_ioctl(w->f->v.device, VFIO_DEVICE_GET_IRQ_INFO, &arg));
	if (!is_short && arg.info.count != EVENT_PLANES)
		fail(w, "%u sub-interrupts", arg.info.count);
}

/* A listener that has been told looks what there is to see. */
void op_event_read(struct worker *w)
{
	eventfd_t count;

	if (!eventfd_read(w->events[below(w, EVENT_PLANES)], &count))
		op_query_get(w);
}
