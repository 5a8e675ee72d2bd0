// SPDX-License-Identifier: GPL-2.0
/*
 * Lifetime of an exported surface's pages after the guest's memory is unmapped
 * or the vGPU closed: an importer must not read memory that the kernel has
 * reused for something else.
 *
 * Such a test could pass by chance, because freed pages happen not to be
 * reused. So guest pages belong to the framebuffer and to a control group in
 * turn. Both are freed at the same time, but only the framebuffer's pages are
 * held by an export. The test then allocates memory until most page frames of
 * the control group have been reused; if the framebuffer's frames between them
 * had been free, some of them would have been reused as well.
 */
#include <fcntl.h>

#include <linux/pci_regs.h>

#include "test_util.h"
#include "proc_util.h"

#define SURFACE_PAGES	256	/* 512 x 512 pixels of 4 bytes */
#define SURFACE_BYTES	(SURFACE_PAGES * VGPU_PAGE)
#define MARK		0x5a
#define CHUNK		(16u << 20)

struct export {
	struct vgpu v;
	struct vgpu_surface s;
	uint8_t *was, *got;
	int fd, drm;
	uint32_t handle;
	uint64_t surface[SURFACE_PAGES], control[SURFACE_PAGES]; /* frames */
};

FIXTURE(pages) {
	struct export e;
};

/* Get the page frame numbers at @at; the pages must be present. */
static int frames(const void *at, uint64_t *pfn, size_t n)
{
	const uint64_t present = 1ull << 63, mask = (1ull << 55) - 1;
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	ssize_t len = n * sizeof(*pfn), got;
	size_t i;

	if (fd < 0)
		return -errno;
	got = pread(fd, pfn, len, (uintptr_t)at / VGPU_PAGE * sizeof(*pfn));
	close(fd);
	if (got != len)
		return -EIO;
	for (i = 0; i < n; i++) {
		if (!(pfn[i] & present) || !(pfn[i] & mask))
			return -EPERM;	/* frame 0: no permission to read it */
		pfn[i] &= mask;
	}
	return 0;
}

static int by_value(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static size_t count_common(const uint64_t *sorted, size_t n,
			   const uint64_t *pfn, size_t m)
{
	size_t i, common = 0;

	for (i = 0; i < m; i++)
		common += !!bsearch(&pfn[i], sorted, n, sizeof(*sorted),
				    by_value);
	return common;
}

/*
 * Allocate and fill memory until it includes 90 % of the control group's
 * frames. Use small pages, as huge ones would not be allocated from single
 * freed frames. Return how many of the surface's frames it includes, or a
 * negative errno.
 */
static int recycle(uint64_t *surface, uint64_t *control, size_t n)
{
	const long available = meminfo_kib("MemAvailable");
	size_t left, seen = 0, taken = 0;
	uint64_t pfn[CHUNK / VGPU_PAGE];
	uint8_t *chunk;
	int ret;

	left = available < 0 ? 0 : ((size_t)available << 10) / 4 * 3;
	qsort(surface, n, sizeof(*surface), by_value);
	qsort(control, n, sizeof(*control), by_value);
	for (; seen < n * 9 / 10; left -= CHUNK) {
		if (left < CHUNK)
			return -ENOMEM;
		chunk = mmap(NULL, CHUNK, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (chunk == MAP_FAILED)
			return -errno;
		madvise(chunk, CHUNK, MADV_NOHUGEPAGE);
		memset(chunk, MARK, CHUNK);
		ret = frames(chunk, pfn, ARRAY_SIZE(pfn));
		if (ret)
			return ret;
		seen += count_common(control, n, pfn, ARRAY_SIZE(pfn));
		taken += count_common(surface, n, pfn, ARRAY_SIZE(pfn));
	}
	return taken;
}

/* Assign guest pages to the surface and to the control group in turn. */
static void scatter(struct __test_metadata *_metadata, struct export *e)
{
	struct vgpu *v = &e->v;
	uint64_t frame[2 * SURFACE_PAGES], gpa;
	uint32_t *words;
	unsigned int i;
	int ret;

	e->s = (struct vgpu_surface) {
		.width = 512, .height = 512, .stride = 2048, .cpp = 4,
		.fourcc = DRM_FORMAT_XRGB8888, .size = SURFACE_BYTES,
	};
	ASSERT_EQ(0, vgpu_alloc_ram(v, 2 * SURFACE_BYTES, &gpa));
	ASSERT_EQ(0, vgpu_alloc_gma(v, SURFACE_BYTES, &e->s.gma));
	words = (uint32_t *)(v->ram + gpa);
	for (i = 0; i < 2 * SURFACE_BYTES / 4; i++)
		words[i] = i | 0x80000000;	/* neither 0 nor MARK */
	ret = frames(v->ram + gpa, frame, 2 * SURFACE_PAGES);
	if (ret == -EPERM || ret == -EACCES)
		SKIP(return, "cannot read page frame numbers: run as root");
	ASSERT_EQ(0, ret);
	for (i = 0; i < SURFACE_PAGES; i++) {
		uint64_t at = gpa + 2 * i * VGPU_PAGE;

		e->surface[i] = frame[2 * i];
		e->control[i] = frame[2 * i + 1];
		memcpy(e->was + i * VGPU_PAGE, v->ram + at, VGPU_PAGE);
		ASSERT_EQ(0, vgpu_ggtt_map(v, e->s.gma + i * VGPU_PAGE, at,
					   VGPU_PAGE));
	}
}

FIXTURE_SETUP(pages)
{
	struct vfio_device_gfx_plane_info info;

	/* Pages on this CPU's free list are not reused by other CPUs. */
	ASSERT_EQ(0, test_stay_on_this_cpu());
	if (!test_open(_metadata, &self->e.v))
		return;
	self->e.was = malloc(SURFACE_BYTES);
	self->e.got = malloc(SURFACE_BYTES);
	ASSERT_NE(NULL, self->e.was);
	ASSERT_NE(NULL, self->e.got);
	scatter(_metadata, &self->e);
	if (_metadata->exit_code)
		return;
	ASSERT_EQ(0, vgpu_primary_show(&self->e.v, 0, &self->e.s));
	ASSERT_EQ(0, vgpu_pipe_on(&self->e.v, 0, 512, 512));

	self->e.fd = test_export(&self->e.v, VGPU_PRIMARY, &info);
	ASSERT_LE(0, self->e.fd);
	self->e.drm = vgpu_drm_open();
	ASSERT_LE(0, self->e.drm);
	ASSERT_EQ(0, vgpu_drm_import(self->e.drm, self->e.fd, &self->e.handle));
}

FIXTURE_TEARDOWN(pages)
{
	close(self->e.drm);
	close(self->e.fd);
	test_close(&self->e.v);
	free(self->e.was);
	free(self->e.got);
}

/* Count the pages that differ from what the guest drew, or -errno. */
static int wrong_pages(struct export *e)
{
	int i, n = 0, ret;

	ret = vgpu_drm_pread(e->drm, e->handle, 0, e->got,
			     SURFACE_BYTES);
	for (i = 0; !ret && i < SURFACE_PAGES; i++)
		n += !!memcmp(e->was + i * VGPU_PAGE,
			      e->got + i * VGPU_PAGE, VGPU_PAGE);
	return ret ? ret : n;
}

/*
 * Expect that the surface's frames were reused neither by this process, as the
 * frame numbers tell, nor by the kernel, as the unchanged contents tell.
 */
static void expect_old_surface(struct __test_metadata *_metadata,
			       struct export *e)
{
	int taken = recycle(e->surface, e->control, SURFACE_PAGES);

	ASSERT_LE(0, taken) TH_LOG("frames of the control group not reused");
	EXPECT_EQ(0, taken)
		TH_LOG("%d of %d frames were reused by this process", taken,
		       SURFACE_PAGES);
	EXPECT_EQ(0, wrong_pages(e));
}

TEST_F_TIMEOUT(pages, survive_the_close_of_the_vgpu, 120)
{
	ASSERT_EQ(0, wrong_pages(&self->e));	/* this gets the pages */
	test_close(&self->e.v);
	expect_old_surface(_metadata, &self->e);
}

TEST_F_TIMEOUT(pages, survive_vfio_iommu_unmap_dma, 120)
{
	ASSERT_EQ(0, wrong_pages(&self->e));
	ASSERT_EQ(0, vgpu_unmap_dma(&self->e.v, 0, self->e.v.ram_size));
	ASSERT_EQ(0, munmap(self->e.v.ram, self->e.v.ram_size));
	self->e.v.ram = NULL;
	expect_old_surface(_metadata, &self->e);
}

TEST_F(pages, survive_a_reset_of_the_vgpu)
{
	ASSERT_EQ(0, wrong_pages(&self->e));
	ASSERT_EQ(0, vgpu_reset(&self->e.v));
	EXPECT_EQ(0, wrong_pages(&self->e));
}

static int set_power_state(struct vgpu *v, uint16_t state)
{
	const int at = vgpu_find_capability(v, PCI_CAP_ID_PM);

	if (at < 0)
		return at;
	return pwrite(v->device, &state, 2, v->config + at + PCI_PM_CTRL) == 2 ?
	       0 : -EIO;
}

/* When a guest suspends and resumes, its VMM resets the vGPU in between. */
TEST_F(pages, survive_d3_of_the_vgpu)
{
	int ret = set_power_state(&self->e.v, 3);

	if (ret == -ENOENT)
		SKIP(return, "no D3: the GPU needs a PCI PM capability");
	ASSERT_EQ(0, ret);
	EXPECT_EQ(0, wrong_pages(&self->e));
	ASSERT_EQ(0, vgpu_reset(&self->e.v));
	EXPECT_EQ(0, wrong_pages(&self->e));
	ASSERT_EQ(0, set_power_state(&self->e.v, 0));
	EXPECT_EQ(0, wrong_pages(&self->e));
}

/* A first read after the close may fail, or return the guest's pixels. */
TEST_F_TIMEOUT(pages, late_first_read_is_not_recycled, 120)
{
	int wrong;

	test_close(&self->e.v);
	ASSERT_LE(0, recycle(self->e.surface, self->e.control, SURFACE_PAGES));
	wrong = wrong_pages(&self->e);
	EXPECT_GE(0, wrong) TH_LOG("%d pages", wrong);
}

/* ---- a test that may crash an unfixed kernel, so it is last ---- */

/* Export @n surfaces of one page each, a page apart. */
static void export_many(struct __test_metadata *_metadata, struct vgpu *v,
			const struct vgpu_surface *base, int *fds, int n)
{
	struct vfio_device_gfx_plane_info info;
	struct vgpu_surface s = *base;
	int i;

	s.width = 64;
	s.height = 16;
	s.stride = 256;
	ASSERT_EQ(0, vgpu_primary_show(v, 0, &s));
	for (i = 0; i < n; i++) {
		ASSERT_EQ(0, vgpu_primary_flip(v, 0, base->gma +
					       i * VGPU_PAGE));
		fds[i] = test_export(v, VGPU_PRIMARY, &info);
		ASSERT_LE(0, fds[i]);
	}
}

/*
 * Close the vGPU while a worker frees its objects, a little later in each
 * round. Without the fix: both freed the same bookkeeping.
 */
TEST_F_TIMEOUT(pages, freed_while_the_vgpu_closes, 300)
{
	int fds[64], i, j;

	if (!test_unsafe(_metadata))
		return;
	for (i = 0; i < 40; i++) {
		export_many(_metadata, &self->e.v, &self->e.s, fds,
			    ARRAY_SIZE(fds));
		ASSERT_EQ(0, vgpu_pipe_off(&self->e.v, 0));
		close(self->e.drm);
		close(self->e.fd);
		for (j = 0; j < (int)ARRAY_SIZE(fds); j++)
			close(fds[j]);
		usleep(i * 10);
		close(self->e.v.device);
		self->e.v.device = -1;
		vgpu_close(&self->e.v);
		free(self->e.was);
		free(self->e.got);
		pages_setup(_metadata, self, variant);
	}
}

TEST_HARNESS_MAIN
