// SPDX-License-Identifier: GPL-2.0
/*
 * Import of an exported framebuffer into another device: vgem, which maps the
 * pages in segments of at most 64 KiB, and virtio-gpu, which accepts segments
 * of any length, as do amdgpu, xe and a second i915.
 *
 * vgem has no ioctl that reads or maps an imported buffer. So the pixels are
 * read from the dma-buf that vgem re-exports, and through i915.
 */
#include <drm/drm.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <sys/stat.h>

#include "test_util.h"

FIXTURE(import) {
	struct vgpu v;
	struct vgpu_surface s;
	uint8_t *was, *got;
	int fd, vgem;
	uint32_t handle;
};

FIXTURE_VARIANT(import) {
	uint64_t modifier;
};

FIXTURE_VARIANT_ADD(import, linear) { .modifier = DRM_FORMAT_MOD_LINEAR };
FIXTURE_VARIANT_ADD(import, x) { .modifier = I915_FORMAT_MOD_X_TILED };

FIXTURE_SETUP(import)
{
	struct vfio_device_gfx_plane_info info;

	if (!test_open(_metadata, &self->v))
		return;
	self->vgem = vgpu_drm_open_driver("vgem");
	if (self->vgem == -ENODEV)
		SKIP(return, "no second device: load vgem");
	ASSERT_EQ(0, test_show(&self->v, &self->s, DRM_FORMAT_XRGB8888,
			       variant->modifier));
	self->was = malloc(self->s.size);
	self->got = malloc(self->s.size);
	ASSERT_NE(NULL, self->was);
	ASSERT_NE(NULL, self->got);
	memcpy(self->was, vgpu_surface_bytes(&self->v, &self->s),
	       self->s.size);
	self->fd = test_export(&self->v, VGPU_PRIMARY, &info);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(import)
{
	close(self->vgem);
	close(self->fd);
	test_close(&self->v);
	free(self->was);
	free(self->got);
}

/* Re-export the dma-buf of a handle. */
static int export_again(int drm, uint32_t handle)
{
	struct drm_prime_handle prime = {
		.handle = handle,
		.flags = DRM_CLOEXEC,
	};
	int ret = vgpu_ioctl(drm, DRM_IOCTL_PRIME_HANDLE_TO_FD, &prime);

	return ret ? ret : prime.fd;
}

TEST_F(import, into_another_device_succeeds)
{
	EXPECT_EQ(0, vgpu_drm_import(self->vgem, self->fd, &self->handle));
}

TEST_F(import, other_device_reads_same_pixels)
{
	int again;

	ASSERT_EQ(0, vgpu_drm_import(self->vgem, self->fd, &self->handle));
	again = export_again(self->vgem, self->handle);
	ASSERT_LE(0, again);
	ASSERT_EQ(0, vgpu_dmabuf_read(again, self->got, self->s.size));
	EXPECT_EQ(0, memcmp(self->was, self->got, self->s.size));
	EXPECT_EQ(0, test_compare(again, &self->v, &self->s));
}

TEST_F(import, outlives_all_other_files)
{
	int again;

	ASSERT_EQ(0, vgpu_drm_import(self->vgem, self->fd, &self->handle));
	close(self->fd);
	self->fd = -1;
	test_close(&self->v);
	again = export_again(self->vgem, self->handle);
	ASSERT_LE(0, again);
	ASSERT_EQ(0, vgpu_dmabuf_read(again, self->got, self->s.size));
	EXPECT_EQ(0, memcmp(self->was, self->got, self->s.size));
	close(again);
}

/* Even if the other device maps it writable, its re-export is read-only. */
TEST_F(import, other_device_stays_read_only)
{
	void *map;
	int again;

	ASSERT_EQ(0, vgpu_drm_import(self->vgem, self->fd, &self->handle));
	again = export_again(self->vgem, self->handle);
	ASSERT_LE(0, again);
	map = mmap(NULL, self->s.size, PROT_READ | PROT_WRITE, MAP_SHARED,
		   again, 0);
	EXPECT_EQ(MAP_FAILED, map);
	EXPECT_EQ(0, memcmp(self->was,
			    vgpu_surface_bytes(&self->v, &self->s),
			    self->s.size));
}

TEST_F(import, two_surfaces_are_two)
{
	struct vfio_device_gfx_plane_info info;
	struct vgpu_surface other;
	uint32_t second;
	int fd, again;

	ASSERT_EQ(0, vgpu_drm_import(self->vgem, self->fd, &self->handle));
	ASSERT_EQ(0, test_show(&self->v, &other, DRM_FORMAT_XBGR8888,
			       variant->modifier));
	fd = test_export(&self->v, VGPU_PRIMARY, &info);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, vgpu_drm_import(self->vgem, fd, &second));
	EXPECT_NE(self->handle, second);
	again = export_again(self->vgem, second);
	ASSERT_LE(0, again);
	ASSERT_EQ(0, vgpu_dmabuf_read(again, self->got, other.size));
	EXPECT_EQ(0, memcmp(vgpu_surface_bytes(&self->v, &other), self->got,
			    other.size));
	close(again);
	close(fd);
}

/* The guest has remapped a page since the query. */
TEST_F(import, of_stale_surface_is_estale)
{
	struct dma_buf_sync sync = {
		.flags = DMA_BUF_SYNC_START | DMA_BUF_SYNC_READ,
	};
	int i;

	ASSERT_EQ(0, vgpu_ggtt_map(&self->v, self->s.gma,
				   self->s.gpa + VGPU_PAGE, VGPU_PAGE));
	/* Twice, because the first failure must not change state. */
	for (i = 0; i < 2; i++) {
		EXPECT_EQ(-ESTALE, vgpu_drm_import(self->vgem, self->fd,
						   &self->handle));
		EXPECT_EQ(-ESTALE, vgpu_ioctl(self->fd, DMA_BUF_IOCTL_SYNC,
					      &sync));
		EXPECT_EQ(-ESTALE, vgpu_dmabuf_read(self->fd, self->got,
						    self->s.size));
	}
}

/* Enough pages that some are physically contiguous, and the number displayed */
#define MANY_PAGES	1024
#define SHOWN_PAGES	(TEST_WIDTH * TEST_HEIGHT * 4 / VGPU_PAGE)

struct guest_page {
	uint64_t gpa, frame;
};

FIXTURE(long_segments) {
	struct vgpu v;
	struct vgpu_surface s;
	struct guest_page pages[MANY_PAGES], *shown;
	int fd, card;
};

static int by_frame(const void *a, const void *b)
{
	const struct guest_page *x = a, *y = b;

	return x->frame < y->frame ? -1 : x->frame > y->frame;
}

/* Allocate guest pages, and sort them by page frame number of the host. */
static int find_pages(struct vgpu *v, struct guest_page *pages)
{
	const uint64_t mask = (1ull << 55) - 1;
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	uint64_t gpa, entry;
	int i, ret;

	if (fd < 0)
		return -errno;
	ret = vgpu_alloc_ram(v, MANY_PAGES * VGPU_PAGE, &gpa);
	for (i = 0; i < MANY_PAGES && !ret; i++, gpa += VGPU_PAGE) {
		memset(v->ram + gpa, i, VGPU_PAGE);
		if (pread(fd, &entry, sizeof(entry), (uintptr_t)(v->ram + gpa) /
			  VGPU_PAGE * sizeof(entry)) != sizeof(entry))
			ret = -EIO;
		pages[i] = (struct guest_page){ gpa, entry & mask };
	}
	close(fd);
	qsort(pages, MANY_PAGES, sizeof(*pages), by_frame);
	return ret;
}

/* Find SHOWN_PAGES pages of which the first two are contiguous, or NULL. */
static struct guest_page *find_run(struct guest_page *pages)
{
	size_t i;

	for (i = 0; i < MANY_PAGES - SHOWN_PAGES; i++)
		if (pages[i].frame && pages[i].frame + 1 == pages[i + 1].frame)
			return &pages[i];
	return NULL;
}

FIXTURE_SETUP(long_segments)
{
	struct vfio_device_gfx_plane_info info;
	size_t i;

	if (!test_open(_metadata, &self->v))
		return;
	self->card = vgpu_drm_open_driver("virtio_gpu");
	if (self->card == -ENODEV)
		SKIP(return, "no virtio-gpu: add the device and its driver");
	ASSERT_EQ(0, test_show(&self->v, &self->s, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR));
	ASSERT_EQ(0, find_pages(&self->v, self->pages));
	self->shown = find_run(self->pages);
	if (!self->shown)
		SKIP(return, "memory is fragmented: run this after a reboot");
	for (i = 0; i < SHOWN_PAGES; i++)
		ASSERT_EQ(0, vgpu_ggtt_map(&self->v, self->s.gma + i * VGPU_PAGE,
					   self->shown[i].gpa, VGPU_PAGE));
	self->fd = test_export(&self->v, VGPU_PRIMARY, &info);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(long_segments)
{
	close(self->card);
	close(self->fd);
	test_close(&self->v);
}

/*
 * virtio-gpu of Linux 6.12 maps a dma-buf of another device, and then fails
 * with -ENODEV, as it does not support it. This still tests the exporter.
 */
TEST_F(long_segments, are_mapped)
{
	uint32_t handle;
	int i, ret;

	for (i = 0; i < 2; i++) {
		ret = vgpu_drm_import(self->card, self->fd, &handle);
		EXPECT_TRUE(ret == 0 || ret == -ENODEV)
			TH_LOG("import: %d", ret);
		if (!ret)
			vgpu_drm_close_handle(self->card, handle);
	}
}

TEST_F(long_segments, show_the_framebuffer)
{
	const uint8_t *ram = self->v.ram;
	uint8_t got[SHOWN_PAGES * VGPU_PAGE];
	uint32_t handle;
	size_t i;

	vgpu_drm_import(self->card, self->fd, &handle);
	ASSERT_EQ(0, test_read(self->fd, got, sizeof(got)));
	for (i = 0; i < SHOWN_PAGES; i++)
		EXPECT_EQ(0, memcmp(got + i * VGPU_PAGE,
				    ram + self->shown[i].gpa, VGPU_PAGE))
			TH_LOG("page %zu", i);
}

/* ---- without a second device ---- */

FIXTURE(dmabuf) {
	struct vgpu v;
	struct vgpu_surface s;
	int fd;
};

FIXTURE_SETUP(dmabuf)
{
	struct vfio_device_gfx_plane_info info;

	if (!test_open(_metadata, &self->v))
		return;
	ASSERT_EQ(0, test_show(&self->v, &self->s, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR));
	self->fd = test_export(&self->v, VGPU_PRIMARY, &info);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(dmabuf)
{
	close(self->fd);
	test_close(&self->v);
}

TEST_F(dmabuf, mmap_at_an_offset)
{
	static const size_t pages[] = { 1, 2, 5 };
	const uint8_t *was = vgpu_surface_bytes(&self->v, &self->s);
	const uint8_t *map;
	size_t i, offset;

	for (i = 0; i < ARRAY_SIZE(pages); i++) {
		offset = pages[i] * VGPU_PAGE;
		map = mmap(NULL, self->s.size - offset, PROT_READ, MAP_SHARED,
			   self->fd, offset);
		ASSERT_NE(MAP_FAILED, map);
		EXPECT_EQ(0, memcmp(map, was + offset, self->s.size - offset))
			TH_LOG("page %zu", pages[i]);
		munmap((void *)map, self->s.size - offset);
	}
}

TEST_F(dmabuf, mmap_past_the_end)
{
	const size_t size = self->s.size;
	const struct {
		size_t size, offset;
	} cases[] = {
		{ size + VGPU_PAGE, 0 },
		{ size, VGPU_PAGE },
		{ VGPU_PAGE, size },
		{ VGPU_PAGE, size + VGPU_PAGE },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_EQ(MAP_FAILED, mmap(NULL, cases[i].size, PROT_READ,
					   MAP_SHARED, self->fd,
					   cases[i].offset));
		EXPECT_EQ(EINVAL, errno) TH_LOG("case %zu", i);
	}
}

/* Re-exporting an import gives the same dma-buf, which is still read-only. */
TEST_F(dmabuf, reexport_is_the_same_dmabuf)
{
	struct drm_prime_handle prime = { .flags = DRM_CLOEXEC | DRM_RDWR };
	struct stat first, second;
	int drm = vgpu_drm_open();

	ASSERT_LE(0, drm);
	ASSERT_EQ(0, vgpu_drm_import(drm, self->fd, &prime.handle));
	ASSERT_EQ(0, vgpu_ioctl(drm, DRM_IOCTL_PRIME_HANDLE_TO_FD, &prime));
	ASSERT_EQ(0, fstat(self->fd, &first));
	ASSERT_EQ(0, fstat(prime.fd, &second));
	EXPECT_EQ(first.st_ino, second.st_ino);
	EXPECT_EQ(MAP_FAILED, mmap(NULL, self->s.size, PROT_READ | PROT_WRITE,
				   MAP_SHARED, prime.fd, 0));
	EXPECT_EQ(0, test_compare(prime.fd, &self->v, &self->s));
	close(prime.fd);
	close(drm);
}

/* Reading failed memory, which PREAD does not expect, can crash the host. */
TEST_F(dmabuf, pread_of_failed_memory)
{
	const struct {
		uint64_t offset, size;
		int ret;
	} cases[] = {
		{ 0, 2 * VGPU_PAGE, 0 },
		{ 2 * VGPU_PAGE, 1, -EIO },
		{ 3 * VGPU_PAGE - 1, 2, -EIO },
		{ 0, self->s.size, -EIO },
		{ 3 * VGPU_PAGE, self->s.size - 3 * VGPU_PAGE, 0 },
	};
	uint8_t *bytes = vgpu_surface_bytes(&self->v, &self->s);
	uint8_t got[TEST_WIDTH * TEST_HEIGHT * 8];
	int drm = vgpu_drm_open();
	uint32_t handle;
	size_t i;

	ASSERT_LE(0, drm);
	ASSERT_GE(sizeof(got), self->s.size);
	ASSERT_EQ(0, vgpu_drm_import(drm, self->fd, &handle));
	ASSERT_EQ(0, vgpu_drm_pread(drm, handle, 0, got, self->s.size));
	if (test_fail_memory(bytes + 2 * VGPU_PAGE))
		SKIP(return, "memory cannot fail: set CONFIG_MEMORY_FAILURE");
	for (i = 0; i < ARRAY_SIZE(cases); i++)
		EXPECT_EQ(cases[i].ret,
			  vgpu_drm_pread(drm, handle, cases[i].offset, got,
					 cases[i].size))
			TH_LOG("case %zu", i);
	close(drm);
}

TEST_HARNESS_MAIN
