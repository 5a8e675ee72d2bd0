// SPDX-License-Identifier: GPL-2.0
/*
 * The framebuffers and the display event of mbochs, VFIO's sample of a virtual
 * display. It shows that the interface in vfio.h is not specific to GVT-g. The
 * tests need the module and KVM, but no GPU.
 */
#include <sys/eventfd.h>

#include "event_test_util.h"
#include "time_util.h"

#define UUID		"00000000-0000-4000-8000-0000000b0c45"
#define PARENT		"/sys/class/mdev_bus/*/"
#define REFRESH_MS	17

/* 16-bit registers of the dispi interface in BAR 2 */
#define DISPI		0x500
enum { XRES = 1, YRES, BPP, ENABLE, X_OFFSET = 8, Y_OFFSET };

struct mbochs {
	struct vgpu v;
	struct vgpu_event e;
	uint64_t bar2;
	int fd;
};

static void remove_device(void)
{
	test_write("/sys/bus/mdev/devices/" UUID "/remove", "1");
}

static int open_device(struct mbochs *m)
{
	uint64_t size;
	int ret = vgpu_open_device(&m->v, UUID, TEST_RAM);

	return ret ? ret : vgpu_region(&m->v, VFIO_PCI_BAR2_REGION_INDEX,
				       &m->bar2, &size);
}

static void close_device(struct mbochs *m)
{
	vgpu_leave(&m->v);
	remove_device();
}

/* Skip and return false without mbochs; the caller returns. */
static bool create_device(struct __test_metadata *_metadata, struct mbochs *m)
{
	char why[256];
	int ret;

	remove_device();	/* left by a test that was killed */
	ret = test_write(PARENT "mdev_supported_types/mbochs-small/create", UUID);
	if (ret == -ENOENT)
		SKIP(return false,
		     "no mbochs: set CONFIG_SAMPLE_VFIO_MDEV_MBOCHS, and load it");
	ASSERT_EQ(0, ret);
	ret = open_device(m);
	if (ret)
		close_device(m);
	ASSERT_EQ(0, ret) TH_LOG("%s", vgpu_explain(&m->v, ret, why, sizeof(why)));
	return true;
}

static int write_dispi(struct mbochs *m, unsigned int reg,
		       uint16_t val)
{
	return pwrite(m->v.device, &val, sizeof(val),
		      m->bar2 + DISPI + 2 * reg) == sizeof(val) ? 0 : -errno;
}

static int show(struct mbochs *m, uint16_t width, uint16_t height)
{
	int ret = write_dispi(m, XRES, width);

	if (!ret)
		ret = write_dispi(m, YRES, height);
	if (!ret)
		ret = write_dispi(m, BPP, 32);
	return ret ? ret : write_dispi(m, ENABLE, 1);
}

/* Arm the event, and consume the signal for arming. */
static void arm(struct __test_metadata *_metadata, struct mbochs *m)
{
	ASSERT_EQ(0, vgpu_event_arm(&m->v, &m->e, VGPU_PRIMARY, m->fd));
	ASSERT_EQ(1, signals(m->fd));
}

static int set(struct mbochs *m, uint32_t flags)
{
	return vgpu_event_set(&m->v, &m->e,
			      flags | VFIO_IRQ_SET_DATA_NONE, 0, 1, NULL, 0);
}

FIXTURE(framebuffer) {
	struct mbochs m;
	struct vfio_device_gfx_plane_info info;
};

FIXTURE_SETUP(framebuffer)
{
	create_device(_metadata, &self->m);
}

FIXTURE_TEARDOWN(framebuffer)
{
	close_device(&self->m);
}

/* Without the fix: -ENOMEM, and only the next query found the framebuffer. */
TEST_F(framebuffer, first_query_describes_it)
{
	ASSERT_EQ(0, show(&self->m, 640, 480));
	ASSERT_EQ(0, vgpu_query(&self->m.v, VGPU_PRIMARY, &self->info));
	EXPECT_EQ(640, self->info.width);
	EXPECT_EQ(480, self->info.height);
}

/* Without the fix: two pages later by pread(), beyond the end for the last two */
TEST_F(framebuffer, memory_is_where_it_is_mapped)
{
	const int device = self->m.v.device;
	uint64_t at, size, last;
	uint32_t val, *map;

	if (!test_unsafe(_metadata))
		return;
	ASSERT_EQ(0, vgpu_region(&self->m.v, VFIO_PCI_BAR0_REGION_INDEX, &at,
				 &size));
	map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, device, at);
	ASSERT_NE(MAP_FAILED, map);
	last = size - VGPU_PAGE;
	map[0] = 1;
	map[last / 4] = 2;
	EXPECT_EQ(4, pread(device, &val, 4, at));
	EXPECT_EQ(1, val);
	EXPECT_EQ(4, pread(device, &val, 4, at + last));
	EXPECT_EQ(2, val);
	val = 3;
	EXPECT_EQ(4, pwrite(device, &val, 4, at + last));
	EXPECT_EQ(3, map[last / 4]);
	munmap(map, size);
}

/* Without the fix: closing the first fd freed the file of the second. */
TEST_F(framebuffer, survives_close_of_first_fd)
{
	int first, second;

	ASSERT_EQ(0, show(&self->m, 640, 480));
	ASSERT_EQ(0, vgpu_query(&self->m.v, VGPU_PRIMARY, &self->info));
	first = vgpu_get_dmabuf(&self->m.v, self->info.dmabuf_id);
	ASSERT_LE(0, first);
	second = vgpu_get_dmabuf(&self->m.v, self->info.dmabuf_id);
	ASSERT_LE(0, second);
	EXPECT_EQ(0, close(first));
	EXPECT_EQ(640 * 480 * 4, lseek(second, 0, SEEK_END));
	EXPECT_EQ(0, close(second));
	EXPECT_EQ(-ENOENT, vgpu_get_dmabuf(&self->m.v, self->info.dmabuf_id));
}

/*
 * Without the fix: a file that another process has opened. A dma-buf whose file is
 * gone is kept by its dentry, and struct file is reused at once.
 */
TEST_F(framebuffer, is_never_another_file)
{
	char path[32];
	int fd, dentry, i;

	ASSERT_EQ(0, show(&self->m, 640, 480));
	ASSERT_EQ(0, vgpu_query(&self->m.v, VGPU_PRIMARY, &self->info));
	fd = vgpu_get_dmabuf(&self->m.v, self->info.dmabuf_id);
	ASSERT_LE(0, fd);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	dentry = open(path, O_PATH);
	ASSERT_LE(0, dentry);
	EXPECT_EQ(0, close(fd));
	for (i = 0; i < 200; i++)
		ASSERT_LE(0, open("/dev/null", O_RDONLY));
	fd = vgpu_get_dmabuf(&self->m.v, self->info.dmabuf_id);
	ASSERT_LE(0, fd);
	EXPECT_EQ(640 * 480 * 4, lseek(fd, 0, SEEK_END));
	EXPECT_EQ(0, close(fd));
	EXPECT_EQ(0, close(dentry));
}

/* Without the fix: a use-after-free, reported by KASAN */
TEST_F(framebuffer, survives_device_removal)
{
	int fd;

	ASSERT_EQ(0, show(&self->m, 640, 480));
	ASSERT_EQ(0, vgpu_query(&self->m.v, VGPU_PRIMARY, &self->info));
	fd = vgpu_get_dmabuf(&self->m.v, self->info.dmabuf_id);
	ASSERT_LE(0, fd);
	close_device(&self->m);
	EXPECT_EQ(640 * 480 * 4, lseek(fd, 0, SEEK_END));
	EXPECT_EQ(0, close(fd));
	EXPECT_TRUE(create_device(_metadata, &self->m));
}

FIXTURE(event) {
	struct mbochs m;
};

FIXTURE_SETUP(event)
{
	struct mbochs *m = &self->m;

	if (!create_device(_metadata, m))
		return;
	if (!test_event(_metadata, &m->v, &m->e)) {
		close_device(m);
		return;
	}
	m->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	ASSERT_LE(0, m->fd);
}

FIXTURE_TEARDOWN(event)
{
	close(self->m.fd);
	close_device(&self->m);
}

TEST_F(event, is_of_the_primary_plane)
{
	const struct vfio_irq_info_cap_display *display;
	struct vfio_irq_info *info = event_irq_info(&self->m.v, self->m.e.index);

	ASSERT_NE(NULL, info);
	EXPECT_EQ(VFIO_IRQ_INFO_EVENTFD | VFIO_IRQ_INFO_MASKABLE |
		  VFIO_IRQ_INFO_FLAG_CAPS, info->flags);
	EXPECT_EQ(1, info->count);
	display = event_capability(info, VFIO_IRQ_INFO_CAP_DISPLAY);
	ASSERT_NE(NULL, display);
	ASSERT_EQ(1, display->nr_planes);
	EXPECT_EQ(0, display->planes[0].head);
	EXPECT_EQ(VGPU_PRIMARY, display->planes[0].drm_plane_type);
	EXPECT_EQ(0, display->flags & VFIO_IRQ_DISPLAY_PIXELS);
	free(info);
}

TEST_F(event, info_of_any_size_is_answered)
{
	union {
		struct vfio_irq_info info;
		uint8_t bytes[128];
	} arg;
	const uint32_t untouched_from = offsetof(struct vfio_irq_info, count);
	const uint32_t short_size = offsetof(struct vfio_irq_info, cap_offset);
	struct vfio_irq_info *whole = event_irq_info(&self->m.v, self->m.e.index);
	uint32_t size;

	ASSERT_NE(NULL, whole);
	ASSERT_GT(sizeof(arg), whole->argsz);
	for (size = 0; size <= whole->argsz; size++) {
		memset(&arg, 0xa5, sizeof(arg));
		arg.info.argsz = size;
		arg.info.index = self->m.e.index;
		EXPECT_EQ(size < short_size ? -EINVAL : 0,
			  vgpu_ioctl(self->m.v.device, VFIO_DEVICE_GET_IRQ_INFO,
				     &arg))
			TH_LOG("argsz %u", size);
		EXPECT_EQ(size < short_size ? size : whole->argsz,
			  arg.info.argsz);
		if (size >= sizeof(arg.info))
			EXPECT_EQ(size < whole->argsz ? 0 : whole->cap_offset,
				  arg.info.cap_offset);
		EXPECT_EQ(0xa5, arg.bytes[size < untouched_from ?
					  untouched_from : size]);
	}
	free(whole);
}

TEST_F(event, arming_signals_once)
{
	arm(_metadata, &self->m);
	EXPECT_EQ(0, signals_within(self->m.fd, 4 * REFRESH_MS));
}

TEST_F(event, mode_is_signalled)
{
	struct vfio_device_gfx_plane_info info;

	arm(_metadata, &self->m);
	ASSERT_EQ(0, show(&self->m, 800, 600));
	EXPECT_LT(0, next_signal(self->m.fd));
	ASSERT_EQ(0, vgpu_query(&self->m.v, VGPU_PRIMARY, &info));
	EXPECT_EQ(800, info.width);
}

TEST_F(event, flips_are_signalled_once_a_refresh)
{
	unsigned int i, flips = 0;
	uint64_t count;
	int64_t start;

	ASSERT_EQ(0, show(&self->m, 640, 400));
	arm(_metadata, &self->m);
	start = time_ms();
	for (i = 0; i < 2000; i++)
		flips += !write_dispi(&self->m, Y_OFFSET, i % 2 * 400);
	count = next_signal(self->m.fd);
	EXPECT_EQ(2000, flips);
	EXPECT_LT(0, count);
	EXPECT_GE(1 + (time_ms() - start) / (REFRESH_MS - 1), count);
}

TEST_F(event, masked_is_signalled_when_unmasked)
{
	arm(_metadata, &self->m);
	ASSERT_EQ(0, show(&self->m, 640, 480));
	ASSERT_EQ(0, set(&self->m, VFIO_IRQ_SET_ACTION_MASK));
	signals(self->m.fd);	/* if it was signalled before it was masked */
	ASSERT_EQ(0, show(&self->m, 800, 600));
	EXPECT_EQ(0, signals_within(self->m.fd, 4 * REFRESH_MS));
	ASSERT_EQ(0, set(&self->m, VFIO_IRQ_SET_ACTION_TRIGGER));
	EXPECT_EQ(0, signals_within(self->m.fd, 4 * REFRESH_MS));
	ASSERT_EQ(0, set(&self->m, VFIO_IRQ_SET_ACTION_UNMASK));
	EXPECT_EQ(1, signals(self->m.fd));
	ASSERT_EQ(0, set(&self->m, VFIO_IRQ_SET_ACTION_UNMASK));
	EXPECT_EQ(0, signals_within(self->m.fd, 4 * REFRESH_MS));
}

TEST_F(event, trigger_and_reset_are_signalled)
{
	arm(_metadata, &self->m);
	ASSERT_EQ(0, set(&self->m, VFIO_IRQ_SET_ACTION_TRIGGER));
	EXPECT_EQ(1, signals(self->m.fd));
	ASSERT_EQ(0, vgpu_reset(&self->m.v));
	EXPECT_EQ(1, next_signal(self->m.fd));
}

TEST_F(event, triggers_and_masks_heed_bools)
{
	const uint32_t trigger = VFIO_IRQ_SET_ACTION_TRIGGER;
	const uint32_t mask = VFIO_IRQ_SET_ACTION_MASK;
	const uint32_t unmask = VFIO_IRQ_SET_ACTION_UNMASK;
	const struct { uint32_t action; uint8_t value; int signals; } calls[] = {
		{ trigger, 0, 0 }, { trigger, 5, 1 },
		{ mask, 0, 0 }, { trigger, 1, 1 },
		{ mask, 1, 0 }, { trigger, 1, 0 },
		{ unmask, 0, 0 }, { trigger, 1, 0 },
		{ unmask, 1, 1 }, { trigger, 1, 1 },
	};
	size_t i;

	arm(_metadata, &self->m);
	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		ASSERT_EQ(0, vgpu_event_set(&self->m.v, &self->m.e,
					    calls[i].action |
					    VFIO_IRQ_SET_DATA_BOOL, 0, 1,
					    &calls[i].value, 1));
		EXPECT_EQ(calls[i].signals, signals(self->m.fd))
			TH_LOG("call %zu", i);
	}
}

TEST_F(event, masked_stays_so_over_a_reset)
{
	arm(_metadata, &self->m);
	ASSERT_EQ(0, set(&self->m, VFIO_IRQ_SET_ACTION_MASK));
	ASSERT_EQ(0, vgpu_reset(&self->m.v));
	EXPECT_EQ(0, signals_within(self->m.fd, 4 * REFRESH_MS));
	ASSERT_EQ(0, set(&self->m, VFIO_IRQ_SET_ACTION_UNMASK));
	EXPECT_EQ(1, signals(self->m.fd));
}

TEST_F(event, new_listener_gets_no_old_signal)
{
	int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

	arm(_metadata, &self->m);
	ASSERT_EQ(0, show(&self->m, 640, 480));
	ASSERT_EQ(0, vgpu_event_arm(&self->m.v, &self->m.e, VGPU_PRIMARY, fd));
	EXPECT_EQ(1, signals(fd));
	EXPECT_EQ(0, signals_within(fd, 4 * REFRESH_MS));
	close(fd);
}

TEST_F(event, disarmed_is_not_signalled)
{
	const int next = next_eventfd_id();
	int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

	ASSERT_EQ(next, eventfd_id(fd));
	ASSERT_EQ(0, vgpu_event_arm(&self->m.v, &self->m.e, VGPU_PRIMARY, fd));
	ASSERT_EQ(0, vgpu_event_arm(&self->m.v, &self->m.e, VGPU_PRIMARY, -1));
	EXPECT_EQ(1, signals(fd));
	ASSERT_EQ(0, show(&self->m, 640, 480));
	EXPECT_EQ(0, signals_within(fd, 4 * REFRESH_MS));
	close(fd);
	EXPECT_EQ(next, next_eventfd_id());
}

TEST_F(event, close_releases_the_eventfd)
{
	const int next = next_eventfd_id();
	int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

	ASSERT_EQ(next, eventfd_id(fd));
	ASSERT_EQ(0, vgpu_event_arm(&self->m.v, &self->m.e, VGPU_PRIMARY, fd));
	ASSERT_EQ(0, show(&self->m, 640, 480));
	close(fd);
	EXPECT_NE(next, next_eventfd_id());
	close(self->m.v.device);
	self->m.v.device = -1;
	EXPECT_EQ(next, next_eventfd_id());
}

TEST_F(event, bad_calls_change_nothing)
{
	const int32_t bad = INT32_MAX, not_eventfd = self->m.v.device;
	const uint32_t arming = VFIO_IRQ_SET_ACTION_TRIGGER |
				VFIO_IRQ_SET_DATA_EVENTFD;
	struct vgpu_event intx = self->m.e;

	arm(_metadata, &self->m);
	EXPECT_EQ(-EBADF, vgpu_event_set(&self->m.v, &self->m.e, arming, 0, 1, &bad,
					 sizeof(bad)));
	EXPECT_EQ(-EINVAL, vgpu_event_set(&self->m.v, &self->m.e, arming, 0, 1,
					  &not_eventfd, sizeof(not_eventfd)));
	EXPECT_EQ(-EINVAL, vgpu_event_set(&self->m.v, &self->m.e, arming, 0, 0, NULL,
					  0));
	EXPECT_EQ(-EINVAL, vgpu_event_set(&self->m.v, &self->m.e, arming, 0, 1, NULL,
					  0));
	EXPECT_EQ(-EINVAL, vgpu_event_set(&self->m.v, &self->m.e, arming, 1, 1,
					  &self->m.fd, sizeof(self->m.fd)));
	EXPECT_EQ(-EINVAL, vgpu_event_set(&self->m.v, &self->m.e,
					  VFIO_IRQ_SET_DATA_NONE, 0, 1, NULL, 0));
	EXPECT_EQ(-ENOTTY, vgpu_event_set(&self->m.v, &self->m.e,
					  VFIO_IRQ_SET_ACTION_MASK |
					  VFIO_IRQ_SET_DATA_EVENTFD, 0, 1,
					  &self->m.fd, sizeof(self->m.fd)));
	intx.index = VFIO_PCI_INTX_IRQ_INDEX;
	EXPECT_EQ(-EINVAL, vgpu_event_set(&self->m.v, &intx, arming, 0, 1,
					  &self->m.fd, sizeof(self->m.fd)));
	EXPECT_EQ(0, signals_within(self->m.fd, 2 * REFRESH_MS));
	ASSERT_EQ(0, show(&self->m, 640, 480));
	EXPECT_LT(0, next_signal(self->m.fd));
}

TEST_HARNESS_MAIN
