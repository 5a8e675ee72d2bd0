// SPDX-License-Identifier: GPL-2.0
/*
 * A GGTT entry has eight bytes. kvmgt must read and write it in one step,
 * unlike registers, accesses to which are split into at most four bytes.
 *
 * The tests detect a split by a buffer of which half is inaccessible: a call in
 * one step fails without any effect, a call in two steps has already processed
 * one half.
 */
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "test_util.h"

#define ENTRY		sizeof(uint64_t)
#define HALF		(ENTRY / 2)

/* Not present, so they need no backing memory */
#define OLD		0x1111222233334440ull
#define NEW		0x5555666677778880ull

/* @buffer: two pages, of which a test may unmap one; @at: offset of entry 0 */
FIXTURE(entry) {
	struct vgpu v;
	uint64_t gma;
	off_t at;
	uint8_t *buffer;
};

FIXTURE_VARIANT(entry) {
	uint32_t bar0;		/* BAR 0 as programmed by the guest, 0: unset */
};

FIXTURE_VARIANT_ADD(entry, bar_is_unset) { .bar0 = 0 };
FIXTURE_VARIANT_ADD(entry, bar_is_set) { .bar0 = 0xd0000000 };

static int set_entries(struct vgpu *v, off_t at, uint64_t value)
{
	const uint64_t both[] = { value, value };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(both); i++)
		if (pwrite(v->device, &both[i], ENTRY, at + i * ENTRY) != ENTRY)
			return -EIO;
	return 0;
}

static uint64_t get_entry(struct vgpu *v, uint64_t gma, size_t index)
{
	uint64_t pte = 0;

	return vgpu_ggtt_read(v, gma + index * VGPU_PAGE, &pte) ? 0 : pte;
}

FIXTURE_SETUP(entry)
{
	if (!test_open_vgpu(_metadata, &self->v))
		return;
	ASSERT_EQ(0, vgpu_alloc_gma(&self->v, 2 * VGPU_PAGE, &self->gma));
	self->at = self->v.bar0 + vgpu_ggtt_entry(self->gma);
	if (variant->bar0)
		ASSERT_EQ(4, pwrite(self->v.device, &variant->bar0, 4,
				    self->v.config + PCI_BASE_ADDRESS_0));
	ASSERT_EQ(0, set_entries(&self->v, self->at, OLD));
	self->buffer = mmap(NULL, 2 * VGPU_PAGE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->buffer);
}

FIXTURE_TEARDOWN(entry)
{
	munmap(self->buffer, 2 * VGPU_PAGE);
	test_close(&self->v);
}

/* Place @bytes at the end of the first page, and unmap the second. */
static uint8_t *end_of_buffer(uint8_t *buffer, const void *bytes, size_t size)
{
	munmap(buffer + VGPU_PAGE, VGPU_PAGE);
	return memcpy(buffer + VGPU_PAGE - size, bytes, size);
}

TEST_F(entry, is_written_in_one_step)
{
	const uint64_t new = NEW;
	uint8_t *half = end_of_buffer(self->buffer, &new, HALF);

	EXPECT_EQ(-1, pwrite(self->v.device, half, ENTRY, self->at));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(OLD, get_entry(&self->v, self->gma, 0));
}

TEST_F(entry, is_written_whole_before_the_next)
{
	const uint64_t new[] = { NEW, NEW };
	uint8_t *most = end_of_buffer(self->buffer, new, ENTRY + HALF);

	EXPECT_EQ(-1, pwrite(self->v.device, most, 2 * ENTRY, self->at));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(NEW, get_entry(&self->v, self->gma, 0));
	EXPECT_EQ(OLD, get_entry(&self->v, self->gma, 1));
}

/* A 32-bit guest writes the halves one after the other. */
TEST_F(entry, can_be_written_in_halves)
{
	const uint64_t new = NEW;
	const uint8_t *halves = (const uint8_t *)&new;

	ASSERT_EQ(HALF, pwrite(self->v.device, halves, HALF, self->at));
	ASSERT_EQ(HALF, pwrite(self->v.device, halves + HALF, HALF,
			       self->at + HALF));
	EXPECT_EQ(NEW, get_entry(&self->v, self->gma, 0));
	EXPECT_EQ(OLD, get_entry(&self->v, self->gma, 1));
}

/* A write of the whole entry discards a half that was written before. */
TEST_F(entry, whole_ends_a_half_before_it)
{
	const uint64_t new = NEW, old = OLD;
	const uint8_t *halves = (const uint8_t *)&new;

	ASSERT_EQ(HALF, pwrite(self->v.device, &old, HALF, self->at));
	ASSERT_EQ(ENTRY, pwrite(self->v.device, &old, ENTRY, self->at));
	ASSERT_EQ(HALF, pwrite(self->v.device, halves + HALF, HALF,
			       self->at + HALF));
	ASSERT_EQ(HALF, pwrite(self->v.device, halves, HALF, self->at));
	EXPECT_EQ(NEW, get_entry(&self->v, self->gma, 0));
}

#define PIXELS		(2 * VGPU_PAGE)	/* compared, of a framebuffer */

/* Show @s. Get the offset of its first GGTT entry, and its first two pages. */
static int show_pages(struct vgpu *v, struct vgpu_surface *s, off_t *at,
		      uint8_t *pixels)
{
	int ret = test_show(v, s, DRM_FORMAT_XRGB8888, DRM_FORMAT_MOD_LINEAR);

	if (ret)
		return ret;
	*at = v->bar0 + vgpu_ggtt_entry(s->gma);
	memcpy(pixels, vgpu_surface_bytes(v, s), PIXELS);
	return 0;
}

/* Swap the first two GGTT entries of @s by writing only their lower halves. */
static int swap_pages(struct vgpu *v, off_t at, const struct vgpu_surface *s)
{
	uint8_t *bytes = vgpu_surface_bytes(v, s), page[VGPU_PAGE];
	uint32_t first, second;

	if (pread(v->device, &first, HALF, at) != HALF ||
	    pread(v->device, &second, HALF, at + ENTRY) != HALF ||
	    pwrite(v->device, &second, HALF, at) != HALF ||
	    pwrite(v->device, &first, HALF, at + ENTRY) != HALF)
		return -EIO;

	/* Swap the contents as well, so that the framebuffer looks the same. */
	memcpy(page, bytes, VGPU_PAGE);
	memcpy(bytes, bytes + VGPU_PAGE, VGPU_PAGE);
	memcpy(bytes + VGPU_PAGE, page, VGPU_PAGE);
	return 0;
}

/* Does the exported framebuffer begin with @pixels? */
static bool is_shown(struct vgpu *v, const uint8_t *pixels)
{
	struct vfio_device_gfx_plane_info info;
	uint8_t shown[PIXELS];
	int fd, ret;

	fd = test_export(v, VGPU_PRIMARY, &info);
	if (fd < 0)
		return false;
	ret = test_read(fd, shown, sizeof(shown));
	close(fd);
	return !ret && !memcmp(shown, pixels, sizeof(shown));
}

/* As in hardware, the half that is not written keeps its value. */
TEST_F(entry, half_counts_when_it_is_written)
{
	uint8_t pixels[PIXELS];
	struct vgpu_surface s;
	off_t at;
	int i;

	if (!test_exports(_metadata, &self->v))
		return;
	ASSERT_EQ(0, show_pages(&self->v, &s, &at, pixels));
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, swap_pages(&self->v, at, &s));
		EXPECT_TRUE(is_shown(&self->v, pixels)) TH_LOG("swap %d", i);
	}
}

/* Either half may come first, and halves may be written repeatedly. */
TEST_F(entry, halves_may_come_in_any_order)
{
	static const size_t orders[][3] = {
		{ 0, HALF, 0 }, { HALF, 0, HALF }, { 0, 0, HALF }, { HALF, HALF, 0 },
	};
	uint8_t pixels[PIXELS];
	struct vgpu_surface s;
	uint64_t pte;
	size_t i, j;
	off_t at;

	if (!test_exports(_metadata, &self->v))
		return;
	ASSERT_EQ(0, show_pages(&self->v, &s, &at, pixels));
	ASSERT_EQ(0, vgpu_ggtt_read(&self->v, s.gma, &pte));
	for (i = 0; i < ARRAY_SIZE(orders); i++) {
		for (j = 0; j < ARRAY_SIZE(orders[i]); j++)
			ASSERT_EQ(HALF, pwrite(self->v.device,
					       (uint8_t *)&pte + orders[i][j],
					       HALF, at + orders[i][j]));
		EXPECT_TRUE(is_shown(&self->v, pixels)) TH_LOG("order %zu", i);
	}
}

/* Eight unaligned bytes are halves of two entries. */
TEST_F(entry, is_not_written_across)
{
	const uint64_t new = NEW;
	uint64_t first, second;

	ASSERT_EQ(ENTRY, pwrite(self->v.device, &new, ENTRY, self->at + HALF));
	ASSERT_EQ(HALF, pread(self->v.device, &first, HALF, self->at + HALF));
	ASSERT_EQ(HALF, pread(self->v.device, &second, HALF, self->at + ENTRY));
	EXPECT_EQ((uint32_t)NEW, (uint32_t)first);
	EXPECT_EQ(NEW >> 32, (uint32_t)second);
}

/* Accesses to the GGTT of less than four bytes are refused. */
TEST_F(entry, is_not_written_in_less_than_halves)
{
	static const size_t sizes[] = { 1, 2, 3 };
	const uint64_t new = NEW;
	size_t i, at;

	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		for (at = 0; at < ENTRY; at++)
			EXPECT_EQ(-1, pwrite(self->v.device, &new, sizes[i],
					     self->at + at));
	EXPECT_EQ(OLD, get_entry(&self->v, self->gma, 0));
	EXPECT_EQ(OLD, get_entry(&self->v, self->gma, 1));
}

/* The first entry is written whole if the size ends within the second. */
TEST_F(entry, is_whole_whatever_follows_it)
{
	static const size_t sizes[] = { 9, 10, 11, 12, 13, 15 };
	const uint64_t new[] = { NEW, NEW };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		ASSERT_EQ(0, set_entries(&self->v, self->at, OLD));
		pwrite(self->v.device, new, sizes[i], self->at);
		EXPECT_EQ(NEW, get_entry(&self->v, self->gma, 0));
	}
}

/* ---- reads: the entry changes while its first half is copied ---- */

struct changer {
	struct vgpu *v;
	off_t at;
	uint8_t *page;
	int uffd, ret;
};

/* Change the entries when the page is touched; the access waits until then. */
static void *change_at_fault(void *arg)
{
	struct changer *c = arg;
	struct uffdio_zeropage zero = {
		.range = { .start = (uintptr_t)c->page, .len = VGPU_PAGE },
	};
	struct uffd_msg msg;

	if (read(c->uffd, &msg, sizeof(msg)) != sizeof(msg))
		c->ret = -errno;
	else
		c->ret = set_entries(c->v, c->at, NEW);
	vgpu_ioctl(c->uffd, UFFDIO_ZEROPAGE, &zero);
	return NULL;
}

/* Return a userfaultfd that reports faults on @page, or -errno. */
static int watch_page(uint8_t *page)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register area = {
		.range = { .start = (uintptr_t)page, .len = VGPU_PAGE },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC), ret;

	if (fd < 0)
		return -errno;
	ret = vgpu_ioctl(fd, UFFDIO_API, &api);
	if (!ret)
		ret = vgpu_ioctl(fd, UFFDIO_REGISTER, &area);
	if (!ret)
		return fd;
	close(fd);
	return ret;
}

TEST_F(entry, is_read_in_one_step)
{
	struct changer c = { &self->v, self->at, self->buffer, -1, 0 };
	uint8_t *buffer = self->buffer + VGPU_PAGE - HALF;
	pthread_t thread;
	uint64_t got;

	if (access("/proc/sys/vm/unprivileged_userfaultfd", F_OK))
		SKIP(return, "no userfaultfd: set CONFIG_USERFAULTFD in the kernel");
	self->buffer[VGPU_PAGE] = 0;	/* populate the second page */
	c.uffd = watch_page(self->buffer);
	ASSERT_LE(0, c.uffd);
	ASSERT_EQ(0, pthread_create(&thread, NULL, change_at_fault, &c));
	EXPECT_EQ(ENTRY, pread(self->v.device, buffer, ENTRY, self->at));
	ASSERT_EQ(0, pthread_join(thread, NULL));
	ASSERT_EQ(0, c.ret);
	memcpy(&got, buffer, ENTRY);
	EXPECT_TRUE(got == OLD || got == NEW)
		TH_LOG("read 0x%016llx", (unsigned long long)got);
	EXPECT_EQ(NEW, get_entry(&self->v, self->gma, 0));
	close(c.uffd);
}

TEST_HARNESS_MAIN
