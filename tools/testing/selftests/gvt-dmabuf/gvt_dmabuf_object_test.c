// SPDX-License-Identifier: GPL-2.0
/*
 * Uses of an exported dma-buf: the GEM ioctls on its proxy object, and all
 * interfaces by which the host could write to guest memory.
 */

#include <drm/drm.h>
#include <drm/i915_drm.h>

#include "test_util.h"
#include "vgpu_commands.h"

FIXTURE(object) {
	struct vgpu v;
	struct vgpu_surface s;
	uint8_t *was;		/* initial contents of the guest's pages */
	int fd, drm;
	uint32_t handle;
};

FIXTURE_SETUP(object)
{
	struct vfio_device_gfx_plane_info info;

	if (!test_open(_metadata, &self->v))
		return;
	ASSERT_EQ(0, test_show(&self->v, &self->s, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR));
	self->was = malloc(self->s.size);
	ASSERT_NE(NULL, self->was);
	memcpy(self->was, vgpu_surface_bytes(&self->v, &self->s),
	       self->s.size);
	self->fd = test_export(&self->v, VGPU_PRIMARY, &info);
	ASSERT_LE(0, self->fd);
	self->drm = vgpu_drm_open();
	ASSERT_LE(0, self->drm);
	ASSERT_EQ(0, vgpu_drm_import(self->drm, self->fd, &self->handle));
}

FIXTURE_TEARDOWN(object)
{
	close(self->drm);
	close(self->fd);
	test_close(&self->v);
	free(self->was);
}

#define EXPECT_GUEST_UNCHANGED() \
	EXPECT_EQ(0, memcmp(self->was, \
			    vgpu_surface_bytes(&self->v, &self->s), \
			    self->s.size))

/* ---- GEM ioctls ---- */

TEST_F(object, set_domain_is_enxio)
{
	static const uint32_t domains[] = {
		I915_GEM_DOMAIN_CPU, I915_GEM_DOMAIN_GTT, I915_GEM_DOMAIN_WC,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(domains); i++) {
		struct drm_i915_gem_set_domain read = {
			.handle = self->handle,
			.read_domains = domains[i],
		};
		struct drm_i915_gem_set_domain write = {
			.handle = self->handle,
			.read_domains = domains[i],
			.write_domain = domains[i],
		};

		EXPECT_EQ(-ENXIO, vgpu_ioctl(self->drm,
					     DRM_IOCTL_I915_GEM_SET_DOMAIN,
					     &read));
		EXPECT_EQ(-ENXIO, vgpu_ioctl(self->drm,
					     DRM_IOCTL_I915_GEM_SET_DOMAIN,
					     &write));
	}
	EXPECT_GUEST_UNCHANGED();
}

TEST_F(object, set_caching_is_enxio)
{
	uint32_t caching;

	for (caching = I915_CACHING_NONE; caching <= I915_CACHING_CACHED;
	     caching++) {
		struct drm_i915_gem_caching arg = {
			.handle = self->handle,
			.caching = caching,
		};

		EXPECT_EQ(-ENXIO, vgpu_ioctl(self->drm,
					     DRM_IOCTL_I915_GEM_SET_CACHING,
					     &arg));
	}
}

TEST_F(object, set_tiling_is_enxio)
{
	struct drm_i915_gem_set_tiling arg = {
		.handle = self->handle,
		.tiling_mode = I915_TILING_X,
		.stride = 1024,
	};

	EXPECT_EQ(-ENXIO, vgpu_ioctl(self->drm, DRM_IOCTL_I915_GEM_SET_TILING,
				     &arg));
}

TEST_F(object, get_tiling_is_the_guests)
{
	static const struct {
		uint64_t modifier;
		uint32_t tiling;
	} cases[] = {
		{ DRM_FORMAT_MOD_LINEAR, I915_TILING_NONE },
		{ I915_FORMAT_MOD_X_TILED, I915_TILING_X },
		{ I915_FORMAT_MOD_Y_TILED, I915_TILING_Y },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct drm_i915_gem_get_tiling arg = { };
		struct vfio_device_gfx_plane_info info;
		struct vgpu_surface s;
		int fd;

		if (!vgpu_can_show(&self->v, DRM_FORMAT_XRGB8888,
				   cases[i].modifier))
			continue;
		ASSERT_EQ(0, test_show(&self->v, &s, DRM_FORMAT_XRGB8888,
				       cases[i].modifier));
		fd = test_export(&self->v, VGPU_PRIMARY, &info);
		ASSERT_LE(0, fd);
		ASSERT_EQ(0, vgpu_drm_import(self->drm, fd, &arg.handle));
		ASSERT_EQ(0, vgpu_ioctl(self->drm,
					DRM_IOCTL_I915_GEM_GET_TILING, &arg));
		EXPECT_EQ(cases[i].tiling, arg.tiling_mode);
		close(fd);
	}
}

/* Detiling by a Y fence would corrupt Yf-tiled pixels. */
TEST_F(object, get_tiling_of_yf_is_none)
{
	struct drm_i915_gem_get_tiling arg = { };
	struct vfio_device_gfx_plane_info info;
	struct vgpu_surface s;
	int fd;

	if (self->v.gen == 8)
		SKIP(return, "no Yf on Broadwell: use a vGPU of Skylake or later");
	ASSERT_EQ(0, test_show(&self->v, &s, DRM_FORMAT_XRGB8888,
			       I915_FORMAT_MOD_Yf_TILED));
	fd = test_export(&self->v, VGPU_PRIMARY, &info);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, vgpu_drm_import(self->drm, fd, &arg.handle));
	ASSERT_EQ(0, vgpu_ioctl(self->drm, DRM_IOCTL_I915_GEM_GET_TILING,
				&arg));
	EXPECT_EQ(I915_TILING_NONE, arg.tiling_mode);
	close(fd);
}

TEST_F(object, sw_finish_and_willneed_work)
{
	struct drm_i915_gem_sw_finish finish = { .handle = self->handle };
	struct drm_i915_gem_madvise advice = {
		.handle = self->handle,
		.madv = I915_MADV_WILLNEED,
	};

	EXPECT_EQ(0, vgpu_ioctl(self->drm, DRM_IOCTL_I915_GEM_SW_FINISH,
				&finish));
	EXPECT_EQ(0, vgpu_ioctl(self->drm, DRM_IOCTL_I915_GEM_MADVISE,
				&advice));
	EXPECT_EQ(1, advice.retained);
}

/* DONTNEED before the first read must not purge pages of other importers. */
TEST_F(object, dontneed_keeps_pages_of_others)
{
	struct drm_i915_gem_madvise advice = {
		.handle = self->handle,
		.madv = I915_MADV_DONTNEED,
	};

	EXPECT_EQ(0, vgpu_ioctl(self->drm, DRM_IOCTL_I915_GEM_MADVISE,
				&advice));
	EXPECT_EQ(0, test_compare(self->fd, &self->v, &self->s));
}

TEST_F(object, pread_works_at_any_offset)
{
	static const size_t offsets[] = { 0, 1, 63, 4095, 4096, 10001 };
	uint8_t got[5000];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(offsets); i++) {
		ASSERT_EQ(0, vgpu_drm_pread(self->drm, self->handle,
					    offsets[i], got, sizeof(got)));
		EXPECT_EQ(0, memcmp(got, self->was + offsets[i], sizeof(got)))
			TH_LOG("offset %zu", offsets[i]);
	}
	EXPECT_EQ(-EINVAL, vgpu_drm_pread(self->drm, self->handle,
					  self->s.size - 1, got, 2));
}

TEST_F(object, dmabuf_mmap_shows_the_pixels)
{
	uint8_t *got = malloc(self->s.size);

	ASSERT_NE(NULL, got);
	ASSERT_EQ(0, vgpu_dmabuf_read(self->fd, got, self->s.size));
	EXPECT_EQ(0, memcmp(self->was, got, self->s.size));
	free(got);
}

static void *gtt_map(int drm, uint32_t handle, uint64_t flags, int prot,
		     size_t size)
{
	struct drm_i915_gem_mmap_offset arg = {
		.handle = handle,
		.flags = flags,
	};

	if (vgpu_ioctl(drm, DRM_IOCTL_I915_GEM_MMAP_OFFSET, &arg))
		return MAP_FAILED;
	return mmap(NULL, size, prot, MAP_SHARED, drm, arg.offset);
}

TEST_F(object, gtt_mmap_shows_the_pixels)
{
	uint8_t *map = gtt_map(self->drm, self->handle, I915_MMAP_OFFSET_GTT,
			       PROT_READ, self->s.size);

	ASSERT_NE(MAP_FAILED, map);
	EXPECT_EQ(0, memcmp(self->was, map, self->s.size));
}

/* The GGTT reads as ones while the GPU is suspended. */
TEST_F(object, import_works_while_the_gpu_sleeps)
{
	int asleep = test_let_sleep(self->drm), ret;

	ret = test_compare(self->fd, &self->v, &self->s);
	ASSERT_EQ(0, test_keep_awake(self->drm));
	if (asleep == -ENOENT || asleep == -EIO)
		SKIP(return, "no runtime suspend: set CONFIG_PM in the kernel");
	ASSERT_LE(0, asleep);
	if (!asleep)
		SKIP(return, "the GPU stays awake: give i915 its firmware");
	EXPECT_EQ(0, ret);
}

/* ---- writes that must not reach the guest ---- */

TEST_F(object, pwrite_is_refused)
{
	uint8_t junk[64] = { 1, 2, 3 };
	struct drm_i915_gem_pwrite arg = {
		.handle = self->handle,
		.offset = 128,
		.size = sizeof(junk),
		.data_ptr = (uintptr_t)junk,
	};

	EXPECT_EQ(-EINVAL, vgpu_ioctl(self->drm, DRM_IOCTL_I915_GEM_PWRITE,
				      &arg));
	EXPECT_GUEST_UNCHANGED();
}

TEST_F(object, gem_mmap_is_enxio)
{
	struct drm_i915_gem_mmap arg = {
		.handle = self->handle,
		.size = self->s.size,
	};

	EXPECT_EQ(-ENXIO, vgpu_ioctl(self->drm, DRM_IOCTL_I915_GEM_MMAP,
				     &arg));
}

TEST_F(object, no_mmap_is_writable)
{
	static const uint64_t kinds[] = {
		I915_MMAP_OFFSET_GTT, I915_MMAP_OFFSET_WC,
		I915_MMAP_OFFSET_WB, I915_MMAP_OFFSET_UC,
	};
	void *map;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		map = gtt_map(self->drm, self->handle, kinds[i],
			      PROT_READ | PROT_WRITE, self->s.size);
		EXPECT_EQ(MAP_FAILED, map)
			TH_LOG("mmap offset type %zu", i);
		map = gtt_map(self->drm, self->handle, kinds[i], PROT_READ,
			      self->s.size);
		if (map == MAP_FAILED)
			continue;	/* unreadable is allowed here */
		EXPECT_EQ(-1, mprotect(map, self->s.size,
				       PROT_READ | PROT_WRITE));
		EXPECT_EQ(EACCES, errno);
	}

	map = mmap(NULL, self->s.size, PROT_READ | PROT_WRITE, MAP_SHARED,
		   self->fd, 0);
	EXPECT_EQ(MAP_FAILED, map);
	/* ENODEV would mean that mmap is not supported at all. */
	EXPECT_EQ(EACCES, errno);
	map = mmap(NULL, self->s.size, PROT_READ, MAP_SHARED, self->fd, 0);
	ASSERT_NE(MAP_FAILED, map);
	EXPECT_EQ(-1, mprotect(map, self->s.size, PROT_READ | PROT_WRITE));
	EXPECT_EQ(EACCES, errno);
}

/* Create a batch buffer that contains @dwords. */
static int make_batch(int drm, const uint32_t *dwords, size_t size,
		      uint32_t *handle)
{
	struct drm_i915_gem_create create = { .size = VGPU_PAGE };
	struct drm_i915_gem_pwrite pwrite = {
		.size = size,
		.data_ptr = (uintptr_t)dwords,
	};
	int ret = vgpu_ioctl(drm, DRM_IOCTL_I915_GEM_CREATE, &create);

	if (ret)
		return ret;
	*handle = create.handle;
	pwrite.handle = create.handle;
	return vgpu_ioctl(drm, DRM_IOCTL_I915_GEM_PWRITE, &pwrite);
}

/* Execute the batch, the last of @objects, and wait for it. */
static int run_batch(int drm, struct drm_i915_gem_exec_object2 *objects,
		     int count)
{
	struct drm_i915_gem_execbuffer2 exec = {
		.buffers_ptr = (uintptr_t)objects,
		.buffer_count = count,
		.flags = I915_EXEC_RENDER,
	};
	struct drm_i915_gem_wait wait = {
		.bo_handle = objects[count - 1].handle,
		.timeout_ns = 2000000000,
	};
	int ret = vgpu_ioctl(drm, DRM_IOCTL_I915_GEM_EXECBUFFER2, &exec);

	return ret ? ret : vgpu_ioctl(drm, DRM_IOCTL_I915_GEM_WAIT, &wait);
}

/* Create a userptr object of the pages at @at. */
static int make_userptr(int drm, const void *at, size_t size, uint32_t flags,
			uint32_t *handle)
{
	struct drm_i915_gem_userptr arg = {
		.user_ptr = (uintptr_t)at,
		.user_size = size,
		.flags = flags,
	};
	int ret = vgpu_ioctl(drm, DRM_IOCTL_I915_GEM_USERPTR, &arg);

	*handle = arg.handle;
	return ret;
}

/* With a probe, creation fails; without, getting the pages fails. */
TEST_F(object, userptr_of_an_mmap_gets_no_pages)
{
	const uint8_t junk[64] = { 1, 2, 3 };
	struct drm_i915_gem_pwrite arg = {
		.size = sizeof(junk),
		.data_ptr = (uintptr_t)junk,
	};
	uint8_t *map = mmap(NULL, self->s.size, PROT_READ, MAP_SHARED,
			    self->fd, 0);
	uint32_t handle;

	ASSERT_NE(MAP_FAILED, map);
	EXPECT_NE(0, make_userptr(self->drm, map, self->s.size,
				  I915_USERPTR_PROBE, &handle));
	ASSERT_EQ(0, make_userptr(self->drm, map, self->s.size, 0, &handle));
	arg.handle = handle;
	EXPECT_NE(0, vgpu_ioctl(self->drm, DRM_IOCTL_I915_GEM_PWRITE, &arg));
	EXPECT_GUEST_UNCHANGED();
	munmap(map, self->s.size);
}

/* The kernel writes relocations to an object, which must not be a proxy. */
TEST_F(object, relocation_misses_the_guest)
{
	static const uint32_t batch[] = { MI_BATCH_BUFFER_END, 0 };
	struct drm_i915_gem_relocation_entry reloc = {
		.offset = 64,
		.delta = 0x1234,
		.presumed_offset = UINT64_MAX,
		.read_domains = I915_GEM_DOMAIN_RENDER,
	};
	struct drm_i915_gem_exec_object2 objects[2] = {
		{
			.handle = self->handle,
			.relocation_count = 1,
			.relocs_ptr = (uintptr_t)&reloc,
		},
	};
	int ret;

	ASSERT_EQ(0, make_batch(self->drm, batch, sizeof(batch),
				&objects[1].handle));
	reloc.target_handle = objects[1].handle;
	ret = run_batch(self->drm, objects, 2);
	EXPECT_GUEST_UNCHANGED();
	EXPECT_EQ(-EINVAL, ret);
}

/* The GPU drops a write through a read-only page table entry. */
TEST_F(object, gpu_store_misses_the_guest)
{
	uint32_t batch[] = {
		MI_STORE_DATA_IMM, 0, 0, 0xdeadbeef,
		MI_BATCH_BUFFER_END, 0,
	};
	struct drm_i915_gem_relocation_entry reloc = {
		.target_handle = self->handle,
		.offset = 4,
		.delta = 256,
		.presumed_offset = UINT64_MAX,
		.read_domains = I915_GEM_DOMAIN_RENDER,
		.write_domain = I915_GEM_DOMAIN_RENDER,
	};
	struct drm_i915_gem_exec_object2 objects[2] = {
		{
			.handle = self->handle,
			.flags = EXEC_OBJECT_WRITE |
				 EXEC_OBJECT_SUPPORTS_48B_ADDRESS,
		},
		{
			.relocation_count = 1,
			.relocs_ptr = (uintptr_t)&reloc,
			.flags = EXEC_OBJECT_SUPPORTS_48B_ADDRESS,
		},
	};

	ASSERT_EQ(0, make_batch(self->drm, batch, sizeof(batch),
				&objects[1].handle));
	run_batch(self->drm, objects, 2);
	EXPECT_GUEST_UNCHANGED();
}

/* The same store to a writable object, to test that such a batch is executed */
TEST_F(object, gpu_store_reaches_own_object)
{
	uint32_t batch[] = {
		MI_STORE_DATA_IMM, 0, 0, 0xdeadbeef,
		MI_BATCH_BUFFER_END, 0,
	};
	struct drm_i915_gem_relocation_entry reloc = {
		.offset = 4,
		.delta = 256,
		.presumed_offset = UINT64_MAX,
		.read_domains = I915_GEM_DOMAIN_RENDER,
		.write_domain = I915_GEM_DOMAIN_RENDER,
	};
	struct drm_i915_gem_exec_object2 objects[2] = {
		{
			.flags = EXEC_OBJECT_WRITE |
				 EXEC_OBJECT_SUPPORTS_48B_ADDRESS,
		},
		{
			.relocation_count = 1,
			.relocs_ptr = (uintptr_t)&reloc,
			.flags = EXEC_OBJECT_SUPPORTS_48B_ADDRESS,
		},
	};
	uint32_t got = 0;

	ASSERT_EQ(0, make_batch(self->drm, batch, sizeof(batch),
				&objects[0].handle));
	ASSERT_EQ(0, make_batch(self->drm, batch, sizeof(batch),
				&objects[1].handle));
	reloc.target_handle = objects[0].handle;
	ASSERT_EQ(0, run_batch(self->drm, objects, 2));
	ASSERT_EQ(0, vgpu_drm_pread(self->drm, objects[0].handle, 256, &got,
				    sizeof(got)));
	EXPECT_EQ(0xdeadbeef, got);
}

/*
 * The fence detiles the guest's pixels. This is also the only test that
 * compares vgpu_tile.c with the hardware.
 *
 * Without the fix: the object has a tiling but no stride, so a page fault
 * divides by zero. So this is last.
 */
static void expect_detiled(struct __test_metadata *_metadata, struct vgpu *v,
			   int drm, uint64_t modifier)
{
	struct vfio_device_gfx_plane_info info;
	uint32_t want[TEST_WIDTH], y, wrong = 0, handle;
	struct vgpu_surface s;
	uint8_t *map;
	int fd;

	ASSERT_EQ(0, test_show(v, &s, DRM_FORMAT_XRGB8888, modifier));
	fd = test_export(v, VGPU_PRIMARY, &info);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, vgpu_drm_import(drm, fd, &handle));
	map = gtt_map(drm, handle, I915_MMAP_OFFSET_GTT, PROT_READ, s.size);
	ASSERT_NE(MAP_FAILED, map);
	for (y = 0; y < s.height; y++) {
		vgpu_get_line(&s, vgpu_surface_bytes(v, &s), y, want);
		wrong += !!memcmp(want, map + y * s.stride, sizeof(want));
	}
	EXPECT_EQ(0, wrong) TH_LOG("%u of %u lines", wrong, s.height);
	munmap(map, s.size);
	close(fd);
}

TEST_F(object, gtt_mmap_of_x_tiles_is_detiled)
{
	if (self->v.gen == 8 && !test_unsafe(_metadata))
		return;
	expect_detiled(_metadata, &self->v, self->drm,
		       I915_FORMAT_MOD_X_TILED);
}

TEST_F(object, gtt_mmap_of_y_tiles_is_detiled)
{
	if (self->v.gen == 8)
		SKIP(return, "no Y on Broadwell: use a vGPU of Skylake or later");
	expect_detiled(_metadata, &self->v, self->drm,
		       I915_FORMAT_MOD_Y_TILED);
}

TEST_HARNESS_MAIN
