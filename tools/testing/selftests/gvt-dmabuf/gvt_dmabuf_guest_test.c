// SPDX-License-Identifier: GPL-2.0
/*
 * Isolation of the host and of other owners from a guest and its VMM: state
 * left by the previous owner, refresh rates, access sizes, the configuration
 * space, and uevents.
 */
#include <linux/netlink.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "test_util.h"
#include "time_util.h"
#include "vgpu_regs.h"

/* The limit of the vblank rate, with some tolerance */
#define MAX_HZ		250
#define MEASURE_MS	300

/* Number of changes, and the upper bound of the uevents that they may send */
#define TOGGLES		200
#define MAX_UEVENTS	10

/* The vblank rate of pipe A, measured for MEASURE_MS, or a negative errno */
static int measure_hz(struct vgpu *v)
{
	int64_t from = time_us();
	uint32_t first, last;
	int ret;

	ret = vgpu_pipe_frames(v, 0, &first);
	usleep(MEASURE_MS * 1000);
	if (!ret)
		ret = vgpu_pipe_frames(v, 0, &last);
	return ret ? ret : (int64_t)(last - first) * 1000000 /
			   (time_us() - from);
}

/* The time of a computation that needs only the CPU */
static int64_t measure_work_us(void)
{
	int64_t from = time_us();
	unsigned int i;

	for (i = 0; i < 5000000; i++)
		asm volatile("");
	return time_us() - from;
}

static bool answers(struct vgpu *v)
{
	struct vfio_device_gfx_plane_info info;
	int ret = vgpu_query(v, VGPU_PRIMARY, &info);

	return !ret || ret == -ENOTTY;
}

/* ---- state left by the previous owner ---- */

enum end { OWNER_CLOSED, OWNER_RESET };

FIXTURE(left) {
	struct vgpu v;
	struct vgpu_surface s;
	void *ram;		/* the previous owner's memory */
	size_t ram_size;
};

FIXTURE_VARIANT(left) {
	enum end end;
};

FIXTURE_VARIANT_ADD(left, by_close) { .end = OWNER_CLOSED };
FIXTURE_VARIANT_ADD(left, by_reset) { .end = OWNER_RESET };

/* Count the pages of @s that are the same in the aperture and at @ram. */
static int pages_in_aperture(struct vgpu *v, const struct vgpu_surface *s,
			     const uint8_t *ram)
{
	uint8_t page[VGPU_PAGE];
	size_t at;
	int n = 0, ret;

	for (at = 0; at < s->size; at += VGPU_PAGE) {
		ret = vgpu_read_aperture(v, s->gma + at, page, VGPU_PAGE);
		if (ret)
			return ret;
		n += !memcmp(page, ram + s->gpa + at, VGPU_PAGE);
	}
	return n;
}

/*
 * An owner that displays a framebuffer and a cursor. A second mapping of its
 * memory keeps the pages, with their contents, when the owner closes the vGPU.
 */
FIXTURE_SETUP(left)
{
	struct vgpu_surface cursor;

	if (!test_open_vgpu(_metadata, &self->v))
		return;
	ASSERT_EQ(0, test_show(&self->v, &self->s, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR));
	ASSERT_EQ(0, test_make_cursor(&self->v, &cursor));
	ASSERT_EQ(0, vgpu_cursor_show(&self->v, 0, &cursor));
	self->ram_size = self->v.ram_size;
	self->ram = mremap(self->v.ram, 0, self->ram_size, MREMAP_MAYMOVE);
	ASSERT_NE(MAP_FAILED, self->ram);
}

FIXTURE_TEARDOWN(left)
{
	munmap(self->ram, self->ram_size);
	test_close(&self->v);
}

static void end_ownership(struct __test_metadata *_metadata, struct vgpu *v,
			  enum end end)
{
	char uuid[sizeof(v->uuid)];

	if (end == OWNER_RESET) {
		ASSERT_EQ(0, vgpu_reset(v));
		return;
	}
	memcpy(uuid, v->uuid, sizeof(uuid));
	vgpu_leave(v);
	ASSERT_EQ(0, vgpu_open_as_left(v, uuid, TEST_RAM));
}

/* GGTT entries of the previous owner must be gone. */
TEST_F(left, no_ggtt_entry)
{
	uint64_t at, pte;
	int left = 0;

	ASSERT_EQ(0, vgpu_ggtt_read(&self->v, self->s.gma, &pte));
	ASSERT_EQ(self->s.gpa | PTE_PRESENT, pte);
	end_ownership(_metadata, &self->v, variant->end);
	for (at = 0; at < self->s.size; at += VGPU_PAGE) {
		ASSERT_EQ(0, vgpu_ggtt_read(&self->v, self->s.gma + at, &pte));
		left += pte != 0;
	}
	EXPECT_EQ(0, left);
}

/* A half-written entry must not be completed by the next owner's write. */
TEST_F(left, no_half_of_a_ggtt_entry)
{
	const uint64_t gma = self->s.gma + self->s.size + VGPU_PAGE;
	const uint32_t entry = vgpu_ggtt_entry(gma);
	uint64_t pte;

	ASSERT_EQ(0, vgpu_write32(&self->v, entry, self->s.gpa | PTE_PRESENT));
	end_ownership(_metadata, &self->v, variant->end);
	ASSERT_EQ(0, vgpu_write32(&self->v, entry + 4, 0));
	ASSERT_EQ(0, vgpu_ggtt_read(&self->v, gma, &pte));
	EXPECT_EQ(0, pte);
}

TEST_F(left, no_memory_in_the_aperture)
{
	ASSERT_EQ(self->s.size / VGPU_PAGE,
		  pages_in_aperture(&self->v, &self->s, self->ram));
	end_ownership(_metadata, &self->v, variant->end);
	EXPECT_EQ(0, pages_in_aperture(&self->v, &self->s, self->ram));
}

TEST_F(left, no_framebuffer)
{
	static const enum vgpu_plane planes[] = { VGPU_PRIMARY, VGPU_CURSOR };
	struct vfio_device_gfx_plane_info info;
	size_t i;

	if (!test_exports(_metadata, &self->v))
		return;
	for (i = 0; i < ARRAY_SIZE(planes); i++) {
		ASSERT_EQ(0, vgpu_query(&self->v, planes[i], &info));
		ASSERT_NE(0, info.drm_format);
	}
	end_ownership(_metadata, &self->v, variant->end);
	for (i = 0; i < ARRAY_SIZE(planes); i++) {
		ASSERT_EQ(0, vgpu_query(&self->v, planes[i], &info));
		EXPECT_EQ(0, info.drm_format);
		EXPECT_EQ(0, info.width);
		EXPECT_EQ(0, info.height);
	}
}

/* The vblank timer must stop with its owner. */
TEST_F(left, no_vblank_timer)
{
	ASSERT_LT(0, measure_hz(&self->v));
	end_ownership(_metadata, &self->v, variant->end);
	EXPECT_EQ(0, measure_hz(&self->v));
}

/* ---- the refresh rate ---- */

FIXTURE(rate) {
	struct vgpu v;
};

FIXTURE_SETUP(rate)
{
	if (!test_open_vgpu(_metadata, &self->v))
		return;
	if (!strcmp(self->v.platform, "bxt"))
		SKIP(return, "Broxton's clocks are left as they are: use another vGPU");
}

FIXTURE_TEARDOWN(rate)
{
	test_close(&self->v);
}

TEST_F(rate, is_that_of_the_guests_mode)
{
	int hz;

	ASSERT_EQ(0, vgpu_pipe_timing(&self->v, 148500, 2200, 1125));
	hz = measure_hz(&self->v);
	EXPECT_LE(55, hz);
	EXPECT_GE(65, hz);
	ASSERT_EQ(0, vgpu_pipe_timing(&self->v, 74250, 2200, 1125));
	hz = measure_hz(&self->v);
	EXPECT_LE(25, hz);
	EXPECT_GE(35, hz);
}

/* The rates of the host's timer and of the frame counter are limited. */
TEST_F(rate, is_bounded)
{
	ASSERT_EQ(0, vgpu_pipe_timing(&self->v, 2475000, 2200, 1125));
	EXPECT_GE(MAX_HZ, measure_hz(&self->v)) TH_LOG("mode of 1 kHz");
	EXPECT_TRUE(answers(&self->v));
}

/* ---- accesses ---- */

FIXTURE(access) {
	struct vgpu v;
};

FIXTURE_SETUP(access)
{
	if (!test_open_vgpu(_metadata, &self->v))
		return;
}

FIXTURE_TEARDOWN(access)
{
	test_close(&self->v);
}

/*
 * Without the fix: a one-byte access was handled as four bytes, three of them
 * from the host's stack. The upper bytes may be kept, or become 0.
 */
TEST_F(access, of_one_byte_is_one_byte)
{
	static const uint32_t masks[] = {	/* interrupt registers */
		DE_PIPE_IMR(0), DE_PIPE_IER(0), DE_PIPE_IMR(1), DE_PIPE_IER(1),
	};
	const uint8_t byte = 0x5a;
	uint32_t val;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(masks); i++) {
		ASSERT_EQ(0, vgpu_write32(&self->v, masks[i], 0x11223300));
		/* Leave a known value on the host's stack. */
		ASSERT_EQ(0, vgpu_write32(&self->v, PLANE_STRIDE, 0xa5a5a5a5));
		ASSERT_EQ(1, pwrite(self->v.device, &byte, 1,
				    self->v.bar0 + masks[i]));
		ASSERT_EQ(0, vgpu_read32(&self->v, masks[i], &val));
		EXPECT_EQ(byte, val & 0xff);
		EXPECT_TRUE(val >> 8 == 0x112233 || val >> 8 == 0)
			TH_LOG("register 0x%x is 0x%08x", masks[i], val);
	}
}

/* ---- tests that may crash or hang an unfixed kernel, so they are last ---- */

/* A rate of zero, exact or rounded, must not cause a division by zero. */
FIXTURE(division) {
	struct vgpu v;
};

FIXTURE_VARIANT(division) {
	uint32_t pixel_khz, htotal, vtotal;
};

FIXTURE_VARIANT_ADD(division, no_clock) {
	.pixel_khz = 0, .htotal = 2200, .vtotal = 1125,
};

FIXTURE_VARIANT_ADD(division, rate_rounded_to_zero) {
	.pixel_khz = 1, .htotal = 65536, .vtotal = 65536,
};

/* 2^32 mHz, which is 0 if truncated to 32 bits */
FIXTURE_VARIANT_ADD(division, rate_cut_to_zero) {
	.pixel_khz = 1u << 26, .htotal = 125, .vtotal = 125,
};

FIXTURE_SETUP(division)
{
	if (!test_unsafe(_metadata) ||
	    !test_open_vgpu(_metadata, &self->v))
		return;
	if (!strcmp(self->v.platform, "bxt"))
		SKIP(return, "Broxton's clocks are left as they are: use another vGPU");
}

FIXTURE_TEARDOWN(division)
{
	test_close(&self->v);
}

TEST_F(division, by_zero_is_avoided)
{
	ASSERT_EQ(0, vgpu_pipe_timing(&self->v, variant->pixel_khz,
				      variant->htotal, variant->vtotal));
	EXPECT_TRUE(answers(&self->v));
	EXPECT_GE(MAX_HZ, measure_hz(&self->v));
}

/* The same for the dividers of Broadwell's WRPLL */
TEST_F(rate, survives_a_pll_that_divides_by_zero)
{
	static const uint32_t dividers[] = {
		0x00000001, 0x00000100, 0x00000000, 0x00ff0000,
	};
	uint32_t ctl, port;
	size_t i;

	if (self->v.gen != 8)
		SKIP(return, "no WRPLL on Skylake: use a vGPU of Broadwell");
	if (!test_unsafe(_metadata))
		return;
	ASSERT_EQ(0, vgpu_pipe_timing(&self->v, 148500, 2200, 1125));
	ASSERT_EQ(0, vgpu_read32(&self->v, TRANS_DDI_FUNC_CTL, &ctl));
	port = DDI_PORT(ctl);
	ASSERT_EQ(0, vgpu_write32(&self->v, PORT_CLK_SEL(port),
				  PORT_CLK_WRPLL1));
	for (i = 0; i < ARRAY_SIZE(dividers); i++) {
		ASSERT_EQ(0, vgpu_write32(&self->v, WRPLL_CTL1,
					  WRPLL_ENABLE_LCPLL | dividers[i]));
		ASSERT_EQ(0, vgpu_write32(&self->v, TRANS_CONF,
					  TRANS_CONF_ENABLE));
		EXPECT_TRUE(answers(&self->v));
	}
}

/*
 * Without the limit, this mode results in a timer with a period of 248 ns. It
 * keeps the CPU on which the pipe was turned on busy, while vblanks, which a
 * thread emulates, fall behind. So measure the time left for other work.
 */
TEST_F(rate, two_by_two_pixels_is_bounded)
{
	int64_t before, after;

	if (!test_unsafe(_metadata))
		return;
	ASSERT_EQ(0, test_stay_on_this_cpu());
	before = measure_work_us();
	ASSERT_EQ(0, vgpu_pipe_timing(&self->v, 256866, 2, 2));
	after = measure_work_us();
	EXPECT_GE(before * 3 / 2, after)
		TH_LOG("the computation took %lld us before, %lld us after",
		       (long long)before, (long long)after);
	EXPECT_GE(MAX_HZ, measure_hz(&self->v));
	EXPECT_TRUE(answers(&self->v));
}

FIXTURE(config) {
	struct vgpu v;
};

FIXTURE_SETUP(config)
{
	if (!test_unsafe(_metadata) ||
	    !test_open_vgpu(_metadata, &self->v))
		return;
}

FIXTURE_TEARDOWN(config)
{
	test_close(&self->v);
}

/*
 * Without the fix: offsets were truncated to 32 bits, and the sum of offset and
 * size as well, so an access of 4 bytes at 4 GiB - 4 seemed to end at 0.
 */
TEST_F(config, space_does_not_wrap_around)
{
	const uint64_t end = self->v.config + (1ull << 32);
	uint32_t val = 0;

	EXPECT_GT(0, pread(self->v.device, &val, 4, end));
	EXPECT_GT(0, pread(self->v.device, &val, 4, end - 4));
	EXPECT_GT(0, pwrite(self->v.device, &val, 4, end - 4));
	EXPECT_TRUE(answers(&self->v));
}

/* ---- uevents ---- */

FIXTURE(uevent) {
	struct vgpu v;
	int socket;
};

FIXTURE_SETUP(uevent)
{
	struct sockaddr_nl all = { .nl_family = AF_NETLINK, .nl_groups = 1 };

	if (!test_open_vgpu(_metadata, &self->v))
		return;
	self->socket = socket(AF_NETLINK,
			      SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
			      NETLINK_KOBJECT_UEVENT);
	ASSERT_LE(0, self->socket);
	ASSERT_EQ(0, bind(self->socket, (struct sockaddr *)&all, sizeof(all)));
}

FIXTURE_TEARDOWN(uevent)
{
	close(self->socket);
	test_close(&self->v);
}

/* Count the pending uevents of GVT-g, and any lost one. */
static int count_uevents(int fd)
{
	static const char name[] = "GVT_DISPLAY_READY=";
	char event[4096];
	ssize_t n;
	int count = 0;

	for (;;) {
		n = recv(fd, event, sizeof(event), 0);
		if (n >= 0)
			count += !!memmem(event, n, name, sizeof(name) - 1);
		else if (errno == ENOBUFS)
			count++;
		else
			return count;
	}
}

TEST_F(uevent, is_sent_when_display_is_ready)
{
	ASSERT_EQ(0, vgpu_write32(&self->v, PVINFO_DISPLAY_READY, 1));
	EXPECT_EQ(1, count_uevents(self->socket));
}

TEST_F(uevent, toggling_is_rate_limited)
{
	int i, count = 0;

	for (i = 0; i < TOGGLES; i++) {
		ASSERT_EQ(0, vgpu_write32(&self->v, PVINFO_DISPLAY_READY,
					  i % 2));
		count += count_uevents(self->socket);
	}
	EXPECT_GE(MAX_UEVENTS, count);
}

TEST_HARNESS_MAIN
