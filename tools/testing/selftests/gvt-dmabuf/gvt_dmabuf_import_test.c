// SPDX-License-Identifier: GPL-2.0
/*
 * Import of an exported picture into a device that is not the GPU: vgem, which
 * maps the pages for itself like any other driver.
 *
 * What vgem then has cannot be read through vgem: it lets nobody map what it
 * imported, and no ioctl of it maps a dma-buf into the kernel (vmap). So the
 * pixels are read from the dma-buf that vgem gives back, and by i915 beside it.
 */
#include <drm/drm.h>
#include <fcntl.h>

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

/* The dma-buf behind a handle */
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

TEST_F(import, into_another_device_is_the_same_picture)
{
	int again;

	ASSERT_EQ(0, vgpu_drm_import(self->vgem, self->fd, &self->handle));
	again = export_again(self->vgem, self->handle);
	ASSERT_LE(0, again);
	ASSERT_EQ(0, vgpu_dmabuf_read(again, self->got, self->s.size));
	EXPECT_EQ(0, memcmp(self->was, self->got, self->s.size));
	EXPECT_EQ(0, test_compare(again, &self->v, &self->s));
}

TEST_F(import, holds_the_picture_when_all_else_is_closed)
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

/* The other device's mapping is writable for all that we know of it. */
TEST_F(import, into_another_device_stays_read_only)
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

TEST_F(import, of_two_pictures_are_two)
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

TEST_HARNESS_MAIN
