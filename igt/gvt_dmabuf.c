// SPDX-License-Identifier: MIT
/*
 * Test the dma-buf export of a GVT-g virtual GPU, as a VMM uses it.
 *
 * The test is VMM, guest and importer in one: it creates a vGPU through sysfs, owns
 * it with a KVM VM that has no vCPU, and writes plane registers and GGTT entries
 * as a guest would (gvt_dmabuf/vgpu.h). It needs a GPU that GVT-g supports, but
 * neither a guest system nor a display.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "igt.h"
#include "igt_rand.h"
#include "gvt_dmabuf/mdev.h"
#include "gvt_dmabuf/vgpu.h"

/**
 * TEST: gvt dmabuf
 * Category: Core
 * Mega feature: General Core features
 * Sub-category: Virtualization
 * Functionality: dma-buf export of GVT-g vGPUs
 * Feature: prime
 *
 * SUBTEST: query
 * Description: A query describes the guest's framebuffer and returns its id.
 *
 * SUBTEST: export
 * Description: Each dma-buf shows the guest's memory, independently of others.
 *
 * SUBTEST: formats
 * Description: Every pixel format of the primary plane is exported correctly.
 *
 * SUBTEST: tiling
 * Description: Every tiling is described by its modifier, and by GET_TILING.
 *
 * SUBTEST: cursor
 * Description: A cursor is described with position and hotspot.
 *
 * SUBTEST: read-only
 * Description: The guest's memory cannot be written through the export.
 *
 * SUBTEST: proxy-ioctls
 * Description: Ioctls that would move or change the guest's pages are refused.
 *
 * SUBTEST: stress
 * Description: An importer always sees the framebuffer that a flipping guest shows.
 *
 * SUBTEST: lifetime
 * Description: An id and a dma-buf never change to another framebuffer.
 */

IGT_TEST_DESCRIPTION("Test the export of a GVT-g virtual GPU's framebuffers as dma-bufs.");

#define GUEST_RAM	(32u << 20)

/* Edges fall inside a tile, in both directions. */
#define WIDTH		200
#define HEIGHT		50

#define STRESS_SECONDS	5
#define STRESS_SURFACES	8

static int i915 = -1;
static struct vgpu vgpu;
static char uuid[40];

/* ---- the vGPU ---- */

static void close_vgpu(void)
{
	if (vgpu.ram)
		vgpu_close(&vgpu);
}

static void remove_vgpu(int sig)
{
	close_vgpu();
	mdev_remove(uuid);
}

/* Bring the vGPU into its state after reset, whatever the last subtest left. */
static void open_vgpu(void)
{
	char why[256];
	int err;

	close_vgpu();
	err = vgpu_open(&vgpu, uuid, GUEST_RAM);
	igt_assert_f(!err, "%s\n", vgpu_explain(&vgpu, err, why, sizeof(why)));
}

/* ---- the guest ---- */

static void draw(const struct vgpu_surface *s, uint32_t seed)
{
	uint32_t *word = (uint32_t *)vgpu_surface_bytes(&vgpu, s);
	size_t i;

	srand(seed);
	for (i = 0; i < s->size / sizeof(*word); i++)
		word[i] = rand();
}

static void make_surface(struct vgpu_surface *s, uint32_t fourcc,
			 uint64_t modifier)
{
	igt_assert_eq(vgpu_surface_init(&vgpu, s, WIDTH, HEIGHT, fourcc,
					modifier), 0);
	draw(s, s->gma);
}

static void show(const struct vgpu_surface *s)
{
	igt_assert_eq(vgpu_primary_show(&vgpu, 0, s), 0);
	igt_assert_eq(vgpu_pipe_on(&vgpu, 0, s->width, s->height), 0);
}

static void show_new(struct vgpu_surface *s, uint32_t fourcc, uint64_t modifier)
{
	make_surface(s, fourcc, modifier);
	show(s);
}

/* ---- the importer ---- */

static void query(enum vgpu_plane type, struct vfio_device_gfx_plane_info *info)
{
	igt_assert_eq(vgpu_query(&vgpu, type, info), 0);
}

static int export(enum vgpu_plane type, struct vfio_device_gfx_plane_info *info)
{
	int fd;

	query(type, info);
	igt_assert_neq(info->drm_format, 0);
	fd = vgpu_get_dmabuf(&vgpu, info->dmabuf_id);
	igt_assert_lte(0, fd);
	return fd;
}

static void *copy_of(const struct vgpu_surface *s)
{
	void *copy = malloc(s->size);

	igt_assert(copy);
	return memcpy(copy, vgpu_surface_bytes(&vgpu, s), s->size);
}

static void assert_shows(uint32_t handle, const void *want, size_t size)
{
	void *got = malloc(size);

	igt_assert(got);
	gem_read(i915, handle, 0, got, size);
	igt_assert_f(!memcmp(want, got, size), "not the guest's pixels\n");
	free(got);
}

/* Import, compare, close */
static void assert_dmabuf_shows(int dmabuf, const struct vgpu_surface *s)
{
	uint32_t handle = prime_fd_to_handle(i915, dmabuf);

	assert_shows(handle, vgpu_surface_bytes(&vgpu, s), s->size);
	gem_close(i915, handle);
}

/* ---- subtests ---- */

static int query_with(uint32_t argsz, uint32_t flags)
{
	struct vfio_device_gfx_plane_info info = {
		.argsz = argsz,
		.flags = flags,
		.drm_plane_type = VGPU_PRIMARY,
	};

	return vgpu_ioctl(vgpu.device, VFIO_DEVICE_QUERY_GFX_PLANE, &info);
}

static void test_query(void)
{
	struct vfio_device_gfx_plane_info info, again, off = {
		.argsz = sizeof(off),
		.flags = VFIO_GFX_PLANE_TYPE_DMABUF,
		.drm_plane_type = VGPU_PRIMARY,
		.drm_format = DRM_FORMAT_XRGB8888,
		.width = 1, .height = 1, .size = 1,
	};
	struct vgpu_surface s;

	show_new(&s, DRM_FORMAT_XRGB8888, DRM_FORMAT_MOD_LINEAR);
	query(VGPU_PRIMARY, &info);
	igt_assert_eq_u32(info.drm_format, DRM_FORMAT_XRGB8888);
	igt_assert_eq_u64(info.drm_format_mod, DRM_FORMAT_MOD_LINEAR);
	igt_assert_eq_u32(info.width, WIDTH);
	igt_assert_eq_u32(info.height, HEIGHT);
	igt_assert_eq_u32(info.stride, s.stride);
	igt_assert_neq_u32(info.dmabuf_id, 0);
	query(VGPU_PRIMARY, &again);
	igt_assert_eq_u32(info.dmabuf_id, again.dmabuf_id);

	igt_assert_eq(query_with(sizeof(info), VFIO_GFX_PLANE_TYPE_PROBE |
				 VFIO_GFX_PLANE_TYPE_DMABUF), 0);
	igt_assert_eq(query_with(sizeof(info), VFIO_GFX_PLANE_TYPE_REGION),
		      -EINVAL);
	igt_assert_eq(query_with(8, VFIO_GFX_PLANE_TYPE_DMABUF), -EINVAL);

	igt_assert_eq_u32(info.size, s.size);
	igt_assert_eq(vgpu_primary_hide(&vgpu, 0), 0);
	igt_assert_eq(vgpu_ioctl(vgpu.device, VFIO_DEVICE_QUERY_GFX_PLANE,
				 &off), 0);
	igt_assert_eq_u32(off.drm_format | off.width | off.height | off.size, 0);
}

static void test_export(void)
{
	struct vfio_device_gfx_plane_info info;
	struct vgpu_surface s;
	int first, second;

	show_new(&s, DRM_FORMAT_XRGB8888, DRM_FORMAT_MOD_LINEAR);
	first = export(VGPU_PRIMARY, &info);
	second = vgpu_get_dmabuf(&vgpu, info.dmabuf_id);
	igt_assert_lte(0, second);
	igt_assert_eq(lseek(first, 0, SEEK_END), s.size);
	assert_dmabuf_shows(first, &s);
	close(first);
	assert_dmabuf_shows(second, &s);
	close(second);
	igt_assert_eq(vgpu_get_dmabuf(&vgpu, info.dmabuf_id + 1), -EINVAL);
}

static void test_format(uint32_t fourcc, uint64_t modifier)
{
	struct vfio_device_gfx_plane_info info;
	struct vgpu_surface s;
	int fd;

	open_vgpu();
	show_new(&s, fourcc, modifier);
	fd = export(VGPU_PRIMARY, &info);
	igt_assert_eq_u64(info.drm_format_mod, modifier);
	/* There is nothing below the primary plane to blend it with. */
	if (fourcc != DRM_FORMAT_ARGB8888 && fourcc != DRM_FORMAT_ABGR8888)
		igt_assert_eq_u32(info.drm_format, fourcc);
	assert_dmabuf_shows(fd, &s);
	close(fd);
}

static const uint32_t formats[] = {
	DRM_FORMAT_C8, DRM_FORMAT_RGB565,
	DRM_FORMAT_XRGB8888, DRM_FORMAT_XBGR8888,
	DRM_FORMAT_ARGB8888, DRM_FORMAT_ABGR8888,
	DRM_FORMAT_XRGB2101010, DRM_FORMAT_XBGR2101010,
	DRM_FORMAT_XRGB16161616F, DRM_FORMAT_XBGR16161616F,
	DRM_FORMAT_YUYV, DRM_FORMAT_UYVY, DRM_FORMAT_YVYU, DRM_FORMAT_VYUY,
};

/* The four letters of a fourcc, without trailing spaces */
static const char *format_name(uint32_t fourcc, char name[5])
{
	memcpy(name, &fourcc, 4);
	name[4] = 0;
	name[strcspn(name, " ")] = 0;
	return name;
}

static const struct {
	const char *name;
	uint64_t modifier;
	uint32_t tiling;
} tilings[] = {
	{ "linear", DRM_FORMAT_MOD_LINEAR, I915_TILING_NONE },
	{ "x", I915_FORMAT_MOD_X_TILED, I915_TILING_X },
	{ "y", I915_FORMAT_MOD_Y_TILED, I915_TILING_Y },
	{ "yf", I915_FORMAT_MOD_Yf_TILED, I915_TILING_NONE },
};

static void test_tiling(uint64_t modifier, uint32_t want)
{
	struct vfio_device_gfx_plane_info info;
	struct vgpu_surface s;
	uint32_t handle, tiling, swizzle;
	int fd;

	open_vgpu();
	show_new(&s, DRM_FORMAT_XRGB8888, modifier);
	fd = export(VGPU_PRIMARY, &info);
	igt_assert_eq_u64(info.drm_format_mod, modifier);
	handle = prime_fd_to_handle(i915, fd);
	assert_shows(handle, vgpu_surface_bytes(&vgpu, &s), s.size);
	gem_get_tiling(i915, handle, &tiling, &swizzle);
	igt_assert_eq_u32(tiling, want);
	gem_close(i915, handle);
	close(fd);
}

static void test_cursor(void)
{
	struct vfio_device_gfx_plane_info info;
	struct vgpu_surface screen, s;
	int fd;

	show_new(&screen, DRM_FORMAT_XRGB8888, DRM_FORMAT_MOD_LINEAR);
	igt_assert_eq(vgpu_surface_init(&vgpu, &s, 64, 64, DRM_FORMAT_ARGB8888,
					DRM_FORMAT_MOD_LINEAR), 0);
	draw(&s, 1);
	igt_assert_eq(vgpu_cursor_show(&vgpu, 0, &s), 0);
	igt_assert_eq(vgpu_cursor_move(&vgpu, 0, 7, 9), 0);
	igt_assert_eq(vgpu_cursor_hotspot(&vgpu, 3, 4), 0);
	fd = export(VGPU_CURSOR, &info);
	igt_assert_eq_u32(info.drm_format, DRM_FORMAT_ARGB8888);
	igt_assert_eq_u32(info.width, 64);
	igt_assert_eq_u32(info.height, 64);
	igt_assert_eq_u32(info.x_pos, 7);
	igt_assert_eq_u32(info.y_pos, 9);
	igt_assert_eq_u32(info.x_hot, 3);
	igt_assert_eq_u32(info.y_hot, 4);
	assert_dmabuf_shows(fd, &s);
	close(fd);

	/* Partly off the left and top edges */
	igt_assert_eq(vgpu_cursor_move(&vgpu, 0, -5, -6), 0);
	query(VGPU_CURSOR, &info);
	igt_assert_eq((int)info.x_pos, -5);
	igt_assert_eq((int)info.y_pos, -6);
}

static void test_read_only(void)
{
	struct vfio_device_gfx_plane_info info;
	struct vgpu_surface s;
	uint32_t handle, zero = 0;
	void *was, *map;
	int fd;

	show_new(&s, DRM_FORMAT_XRGB8888, DRM_FORMAT_MOD_LINEAR);
	was = copy_of(&s);
	fd = export(VGPU_PRIMARY, &info);
	handle = prime_fd_to_handle(i915, fd);
	assert_shows(handle, was, s.size);

	igt_assert_lt(__gem_write(i915, handle, 0, &zero, sizeof(zero)), 0);
	map = mmap(NULL, s.size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	igt_assert(map == MAP_FAILED);
	map = mmap(NULL, s.size, PROT_READ, MAP_SHARED, fd, 0);
	igt_assert_f(map != MAP_FAILED, "no mapping to read from: %m\n");
	igt_assert(!memcmp(map, was, s.size));
	igt_assert_neq(mprotect(map, s.size, PROT_READ | PROT_WRITE), 0);
	munmap(map, s.size);

	igt_assert(!memcmp(vgpu_surface_bytes(&vgpu, &s), was, s.size));
	gem_close(i915, handle);
	close(fd);
	free(was);
}

static void test_proxy_ioctls(void)
{
	struct vfio_device_gfx_plane_info info;
	struct drm_i915_gem_sw_finish finish = {};
	struct vgpu_surface s;
	uint32_t handle, tiling, swizzle;
	int fd;

	show_new(&s, DRM_FORMAT_XRGB8888, I915_FORMAT_MOD_X_TILED);
	fd = export(VGPU_PRIMARY, &info);
	handle = prime_fd_to_handle(i915, fd);

	igt_assert_eq(__gem_set_domain(i915, handle, I915_GEM_DOMAIN_CPU, 0),
		      -ENXIO);
	igt_assert_eq(__gem_set_caching(i915, handle, I915_CACHING_CACHED),
		      -ENXIO);
	igt_assert_eq(__gem_set_tiling(i915, handle, I915_TILING_NONE, 0),
		      -ENXIO);

	gem_get_tiling(i915, handle, &tiling, &swizzle);
	igt_assert_eq_u32(tiling, I915_TILING_X);
	finish.handle = handle;
	do_ioctl(i915, DRM_IOCTL_I915_GEM_SW_FINISH, &finish);
	gem_madvise(i915, handle, I915_MADV_DONTNEED);
	assert_shows(handle, vgpu_surface_bytes(&vgpu, &s), s.size);
	gem_close(i915, handle);
	close(fd);
}

static void test_stress(void)
{
	struct vgpu_surface s[STRESS_SURFACES];
	struct vfio_device_gfx_plane_info info;
	unsigned long rounds = 0;
	unsigned int i;
	int fd;

	for (i = 0; i < STRESS_SURFACES; i++)
		make_surface(&s[i], DRM_FORMAT_XRGB8888, DRM_FORMAT_MOD_LINEAR);
	show(&s[0]);
	igt_until_timeout(STRESS_SECONDS) {
		i = hars_petruska_f54_1_random_unsafe_max(STRESS_SURFACES);
		igt_assert_eq(vgpu_primary_flip(&vgpu, 0, s[i].gma), 0);
		draw(&s[i], rounds);
		fd = export(VGPU_PRIMARY, &info);
		assert_dmabuf_shows(fd, &s[i]);
		close(fd);
		rounds++;
	}
	igt_info("%lu framebuffers\n", rounds);
	igt_assert_lt(0, rounds);
}

static void test_id_is_never_reused(void)
{
	struct vfio_device_gfx_plane_info info;
	struct vgpu_surface s;
	uint32_t seen[4];
	int i, j;

	for (i = 0; i < ARRAY_SIZE(seen); i++) {
		show_new(&s, DRM_FORMAT_XRGB8888, DRM_FORMAT_MOD_LINEAR);
		close(export(VGPU_PRIMARY, &info));
		seen[i] = info.dmabuf_id;
		for (j = 0; j < i; j++)
			igt_assert_neq_u32(seen[i], seen[j]);
	}
}

static void test_remap_is_another(void)
{
	struct vfio_device_gfx_plane_info before, after;
	struct vgpu_surface a, b;

	make_surface(&b, DRM_FORMAT_XRGB8888, DRM_FORMAT_MOD_LINEAR);
	show_new(&a, DRM_FORMAT_XRGB8888, DRM_FORMAT_MOD_LINEAR);
	query(VGPU_PRIMARY, &before);
	igt_assert_eq(vgpu_ggtt_map(&vgpu, a.gma + VGPU_PAGE,
				    b.gpa + VGPU_PAGE, VGPU_PAGE), 0);
	query(VGPU_PRIMARY, &after);
	igt_assert_neq_u32(before.dmabuf_id, after.dmabuf_id);
}

static void test_survives(void (*end)(void))
{
	struct vfio_device_gfx_plane_info info;
	struct vgpu_surface s;
	uint32_t handle;
	void *was;
	int fd;

	show_new(&s, DRM_FORMAT_XRGB8888, DRM_FORMAT_MOD_LINEAR);
	was = copy_of(&s);
	fd = export(VGPU_PRIMARY, &info);
	handle = prime_fd_to_handle(i915, fd);
	assert_shows(handle, was, s.size);
	end();
	assert_shows(handle, was, s.size);
	gem_close(i915, handle);
	close(fd);
	free(was);
}

static void unmap_guest(void)
{
	struct vfio_iommu_type1_dma_unmap unmap = {
		.argsz = sizeof(unmap),
		.size = vgpu.ram_size,
	};

	do_ioctl(vgpu.container, VFIO_IOMMU_UNMAP_DMA, &unmap);
}

static void reset_vgpu(void)
{
	do_ioctl(vgpu.device, VFIO_DEVICE_RESET, NULL);
}

igt_main
{
	igt_fixture {
		char type[PATH_MAX - 8];	/* and "/create" */

		igt_require_f(mdev_find_type(type, sizeof(type)),
			      "no GPU here offers one more GVT-g vGPU: that takes a Broadwell to Comet Lake, i915.enable_gvt=1 and kvmgt\n");
		i915 = drm_open_driver(DRIVER_INTEL);
		igt_assert_f(mdev_create(type, uuid) == 0, "%s: %m\n", type);
		igt_install_exit_handler(remove_vgpu);
	}

	igt_describe("A query describes the guest's framebuffer, whatever the caller passed in.");
	igt_subtest("query") {
		open_vgpu();
		test_query();
	}

	igt_describe("Each dma-buf shows the guest's memory, independently of others.");
	igt_subtest("export") {
		open_vgpu();
		test_export();
	}

	igt_describe("Every pixel format of the primary plane is exported correctly.");
	igt_subtest_with_dynamic("formats") {
		char name[5];

		open_vgpu();
		for (int i = 0; i < ARRAY_SIZE(formats); i++) {
			if (!vgpu_can_show(&vgpu, formats[i],
					   DRM_FORMAT_MOD_LINEAR))
				continue;
			igt_dynamic_f("%s", format_name(formats[i], name))
				test_format(formats[i], DRM_FORMAT_MOD_LINEAR);
		}
	}

	igt_describe("Every tiling is described by its modifier, and by GET_TILING.");
	igt_subtest_with_dynamic("tiling") {
		open_vgpu();
		for (int i = 0; i < ARRAY_SIZE(tilings); i++) {
			if (!vgpu_can_show(&vgpu, DRM_FORMAT_XRGB8888,
					   tilings[i].modifier))
				continue;
			igt_dynamic(tilings[i].name)
				test_tiling(tilings[i].modifier,
					    tilings[i].tiling);
		}
	}

	igt_describe("A cursor is described with its position, even off the screen, and hotspot.");
	igt_subtest("cursor") {
		open_vgpu();
		test_cursor();
	}

	igt_describe("The host can read the framebuffer and cannot write guest memory.");
	igt_subtest("read-only") {
		open_vgpu();
		test_read_only();
	}

	igt_describe("Ioctls that would move the guest's pages are refused, and only those.");
	igt_subtest("proxy-ioctls") {
		open_vgpu();
		test_proxy_ioctls();
	}

	igt_describe("An importer always sees the framebuffer that a flipping guest shows.");
	igt_subtest("stress") {
		open_vgpu();
		test_stress();
	}

	igt_describe("An id and a dma-buf never change to another framebuffer.");
	igt_subtest_with_dynamic("lifetime") {
		static const struct {
			const char *name;
			void (*end)(void);
		} ends[] = {
			{ "survives-reset", reset_vgpu },
			{ "survives-unmap", unmap_guest },
			{ "survives-close", close_vgpu },
		};

		igt_dynamic("id-is-never-reused") {
			open_vgpu();
			test_id_is_never_reused();
		}
		igt_dynamic("remap-is-another") {
			open_vgpu();
			test_remap_is_another();
		}
		for (int i = 0; i < ARRAY_SIZE(ends); i++)
			igt_dynamic(ends[i].name) {
				open_vgpu();
				test_survives(ends[i].end);
			}
	}

	igt_fixture
		drm_close_driver(i915);
}
