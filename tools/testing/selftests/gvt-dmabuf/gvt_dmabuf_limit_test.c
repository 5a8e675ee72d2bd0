// SPDX-License-Identifier: GPL-2.0
/*
 * Limits of the dma-bufs of a vGPU and of the pages that they hold: the errno
 * at the limit, and that closing a dma-buf makes room for another.
 */
#include <sys/mman.h>
#include <sys/resource.h>

#include "test_util.h"
#include "proc_util.h"
#include "vgpu_regs.h"

#define MAX_EXPORTS	1024	/* GVT_MAX_EXPORTS in the kernel */
#define ATTEMPTS	100000

/* Pages of a large framebuffer, all of which map the same page of memory */
#define BIG_PAGES	4096u
#define MAX_BIG		1024

/* @fds: dma-bufs opened by the test */
FIXTURE(get) {
	struct vgpu v;
	struct vgpu_surface s;
	struct vfio_device_gfx_plane_info info;
	int fds[MAX_EXPORTS + 1], num_fds;
};

FIXTURE_SETUP(get)
{
	struct rlimit files = { MAX_EXPORTS + 128, MAX_EXPORTS + 128 };

	self->num_fds = 0;
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &files));
	if (!test_open(_metadata, &self->v))
		return;
	ASSERT_EQ(0, test_show(&self->v, &self->s, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR));
	ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &self->info));
}

FIXTURE_TEARDOWN(get)
{
	while (self->num_fds)
		close(self->fds[--self->num_fds]);
	test_close(&self->v);
}

/* GET until it fails or there are MAX_EXPORTS + 1 fds: the errno, or 0 */
static int get_all(struct vgpu *v, uint32_t id, int *fds, int *num_fds)
{
	int fd;

	while (*num_fds <= MAX_EXPORTS) {
		fd = vgpu_get_dmabuf(v, id);
		if (fd < 0)
			return fd;
		fds[(*num_fds)++] = fd;
	}
	return 0;
}

TEST_F_TIMEOUT(get, is_limited_in_number, 120)
{
	ASSERT_EQ(-EDQUOT, get_all(&self->v, self->info.dmabuf_id, self->fds,
				   &self->num_fds));
	EXPECT_EQ(MAX_EXPORTS, self->num_fds);

	/* Closing one makes room for exactly one. */
	close(self->fds[--self->num_fds]);
	ASSERT_EQ(-EDQUOT, get_all(&self->v, self->info.dmabuf_id, self->fds,
				   &self->num_fds));
	EXPECT_EQ(MAX_EXPORTS, self->num_fds);

	/* Open dma-bufs and QUERY are not affected. */
	EXPECT_EQ(0, test_compare(self->fds[MAX_EXPORTS - 1], &self->v,
				  &self->s));
	EXPECT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &self->info));
}

TEST_F_TIMEOUT(get, that_is_refused_costs_no_memory, 300)
{
	const long limit_kib = 512;
	long before;
	int i;

	if (!test_release_kernel(_metadata))
		return;
	ASSERT_EQ(-EDQUOT, get_all(&self->v, self->info.dmabuf_id, self->fds,
				   &self->num_fds));
	before = unreclaimable_kib();
	ASSERT_LT(0, before);
	for (i = MAX_EXPORTS; i < ATTEMPTS; i++)
		ASSERT_EQ(-EDQUOT, vgpu_get_dmabuf(&self->v,
						   self->info.dmabuf_id));
	EXPECT_GE(limit_kib, unreclaimable_kib() - before);
	close(self->fds[--self->num_fds]);
	self->fds[self->num_fds] = vgpu_get_dmabuf(&self->v,
						   self->info.dmabuf_id);
	EXPECT_LE(0, self->fds[self->num_fds++]);
}

/* dma-bufs of earlier owners count towards the limit of the vGPU. */
TEST_F_TIMEOUT(get, is_limited_over_owners, 120)
{
	ASSERT_EQ(-EDQUOT, get_all(&self->v, self->info.dmabuf_id, self->fds,
				   &self->num_fds));
	ASSERT_EQ(0, test_next_owner(&self->v));
	ASSERT_EQ(0, test_show(&self->v, &self->s, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR));
	ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &self->info));
	EXPECT_EQ(-EDQUOT, vgpu_get_dmabuf(&self->v, self->info.dmabuf_id));

	close(self->fds[--self->num_fds]);
	EXPECT_EQ(-EDQUOT, get_all(&self->v, self->info.dmabuf_id, self->fds,
				   &self->num_fds));
	EXPECT_EQ(MAX_EXPORTS, self->num_fds);
}

TEST_F_TIMEOUT(get, of_another_vgpu_has_its_own_limit, 120)
{
	struct vfio_device_gfx_plane_info info;
	struct vgpu_surface s;
	char second[40];
	struct vgpu v;
	int fd;

	if (!test_second_vgpu(second))
		SKIP(return, "one vGPU: name two in VGPU_UUIDS");
	ASSERT_EQ(-EDQUOT, get_all(&self->v, self->info.dmabuf_id, self->fds,
				   &self->num_fds));
	ASSERT_EQ(0, vgpu_open(&v, second, TEST_RAM));
	ASSERT_EQ(0, test_show(&v, &s, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR));
	fd = test_export(&v, VGPU_PRIMARY, &info);
	EXPECT_LE(0, fd);
	EXPECT_EQ(0, test_compare(fd, &v, &s));
	close(fd);
	test_close(&v);
}

/* ---- pages ---- */

/* Export different framebuffers of BIG_PAGES each until this is refused. */
TEST_F_TIMEOUT(get, is_limited_in_pages, 120)
{
	struct vgpu *v = &self->v;
	struct vgpu_surface s = {
		.height = 1024, .stride = 16384, .cpp = 4,
		.fourcc = DRM_FORMAT_XRGB8888, .size = BIG_PAGES * VGPU_PAGE,
	};
	struct vfio_device_gfx_plane_info info;
	uint64_t pages, at, gpa;
	uint32_t hidden;
	int fd = 0, again;

	ASSERT_EQ(0, vgpu_read32(v, PVINFO_HIDDEN_SIZE, &hidden));
	pages = (v->aperture_size + hidden) / VGPU_PAGE * 2;
	ASSERT_EQ(0, vgpu_alloc_ram(v, VGPU_PAGE, &gpa));
	ASSERT_EQ(0, vgpu_alloc_gma(v, s.size, &s.gma));
	for (at = 0; at < s.size; at += VGPU_PAGE)
		ASSERT_EQ(0, vgpu_ggtt_map(v, s.gma + at, gpa, VGPU_PAGE));

	for (s.width = 2048; self->num_fds < MAX_BIG; s.width++) {
		ASSERT_EQ(0, vgpu_primary_show(v, 0, &s));
		fd = test_export(v, VGPU_PRIMARY, &info);
		if (fd < 0)
			break;
		ASSERT_EQ(s.size, info.size);
		self->fds[self->num_fds++] = fd;
	}
	EXPECT_EQ(-EDQUOT, fd);
	EXPECT_EQ(pages / BIG_PAGES, self->num_fds);

	/* Another dma-buf of a surface does not count its pages again. */
	s.width--;
	ASSERT_EQ(0, vgpu_primary_show(v, 0, &s));
	again = test_export(v, VGPU_PRIMARY, &info);
	EXPECT_LE(0, again);
	close(again);

	/* Closing one makes room for another. */
	close(self->fds[0]);
	s.width = 1000;
	ASSERT_EQ(0, vgpu_primary_show(v, 0, &s));
	self->fds[0] = test_export(v, VGPU_PRIMARY, &info);
	EXPECT_LE(0, self->fds[0]);
}

/* dma-bufs hold memory that was unmapped, up to the limit. */
TEST_F_TIMEOUT(get, is_limited_over_unmaps, 300)
{
	struct vgpu *v = &self->v;
	const uint64_t iova = 1ull << 36;
	struct vgpu_surface s = {
		.width = 64, .height = 16, .stride = 256, .cpp = 4,
		.fourcc = DRM_FORMAT_XRGB8888, .size = VGPU_PAGE,
	};
	struct vfio_device_gfx_plane_info info;
	uint64_t got, *page;
	int fd = 0;

	ASSERT_EQ(0, vgpu_alloc_gma(v, s.size, &s.gma));
	ASSERT_EQ(0, vgpu_primary_show(v, 0, &s));
	while (self->num_fds <= MAX_EXPORTS) {
		page = mmap(NULL, VGPU_PAGE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		ASSERT_NE(MAP_FAILED, page);
		page[0] = self->num_fds;
		ASSERT_EQ(0, vgpu_map_dma(v, iova, page, VGPU_PAGE));
		ASSERT_EQ(0, vgpu_ggtt_map(v, s.gma, iova, VGPU_PAGE));
		fd = test_export(v, VGPU_PRIMARY, &info);
		if (fd >= 0) {
			self->fds[self->num_fds++] = fd;
			ASSERT_EQ(0, vgpu_dmabuf_read(fd, &got, sizeof(got)));
		}
		ASSERT_EQ(0, vgpu_ggtt_unmap(v, s.gma, VGPU_PAGE));
		ASSERT_EQ(0, vgpu_unmap_dma(v, iova, VGPU_PAGE));
		ASSERT_EQ(0, munmap(page, VGPU_PAGE));
		if (fd < 0)
			break;
	}
	EXPECT_EQ(-EDQUOT, fd);
	EXPECT_EQ(MAX_EXPORTS, self->num_fds);

	/* Each dma-buf still has the contents of its own page. */
	ASSERT_EQ(0, vgpu_dmabuf_read(self->fds[7], &got, sizeof(got)));
	EXPECT_EQ(7, got);
}

TEST_HARNESS_MAIN
