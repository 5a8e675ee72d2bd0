// SPDX-License-Identifier: GPL-2.0
/*
 * kvmgt must not be unloaded while a dma-buf exists that uses its functions,
 * even if the vGPU is closed and its mdev removed.
 *
 * Each test restores the module and the vGPU. This needs the file of the module
 * (module_util.h).
 */
#include "test_util.h"
#include "mdev_util.h"
#include "module_util.h"

FIXTURE(unload) {
	struct vgpu v;
	struct vgpu_surface s;
	uint8_t *was, *got;
	struct mdev mdev;
	char ko[PATH_MAX];
};

FIXTURE_SETUP(unload)
{
	if (!find_module(self->ko, sizeof(self->ko)))
		SKIP(return, "no " MODULE_FILES ": run in the rig");
	if (!test_open(_metadata, &self->v))
		return;
	if (count_mdevs() != 1)
		SKIP(return, "kvmgt is in use by other vGPUs: remove them");
	ASSERT_EQ(0, mdev_find(&self->mdev, self->v.uuid));

	ASSERT_EQ(0, test_show(&self->v, &self->s, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR));
	self->was = malloc(self->s.size);
	self->got = malloc(self->s.size);
	ASSERT_NE(NULL, self->was);
	ASSERT_NE(NULL, self->got);
	memcpy(self->was, vgpu_surface_bytes(&self->v, &self->s),
	       self->s.size);
}

/* Restore the module and the vGPU. */
FIXTURE_TEARDOWN(unload)
{
	test_close(&self->v);
	free(self->was);
	free(self->got);
	if (access("/sys/module/kvmgt", F_OK))
		EXPECT_EQ(0, load(self->ko));
	if (!mdev_exists(&self->mdev))
		EXPECT_EQ(0, mdev_create(&self->mdev));
	EXPECT_EQ(0, vgpu_open(&self->v, self->mdev.uuid, TEST_RAM));
	test_close(&self->v);
}

TEST_F(unload, works_without_an_export)
{
	test_close(&self->v);
	ASSERT_EQ(0, mdev_remove(&self->mdev));
	EXPECT_EQ(0, unload_soon());
}

TEST_F(unload, is_refused_while_the_vgpu_is_open)
{
	EXPECT_EQ(-EWOULDBLOCK, unload());
}

/* ---- tests that may crash an unfixed kernel, so they are last ---- */

/* If unload() succeeds, stop: any use of the export crashes. */
TEST_F(unload, is_refused_while_an_export_lives)
{
	struct vfio_device_gfx_plane_info info;
	int fd;

	if (!test_unsafe(_metadata))
		return;
	fd = test_export(&self->v, VGPU_PRIMARY, &info);
	ASSERT_LE(0, fd);
	test_close(&self->v);
	ASSERT_EQ(0, mdev_remove(&self->mdev));
	usleep(50000);		/* for asynchronous releases */
	ASSERT_EQ(-EWOULDBLOCK, unload());
	close(fd);
	EXPECT_EQ(0, unload_soon());
}

TEST_F(unload, is_refused_while_an_import_lives)
{
	struct vfio_device_gfx_plane_info info;
	uint32_t handle;
	int fd, drm;

	if (!test_unsafe(_metadata))
		return;
	fd = test_export(&self->v, VGPU_PRIMARY, &info);
	ASSERT_LE(0, fd);
	drm = vgpu_drm_open();
	ASSERT_LE(0, drm);
	ASSERT_EQ(0, vgpu_drm_import(drm, fd, &handle));
	ASSERT_EQ(0, vgpu_drm_pread(drm, handle, 0, self->got, self->s.size));
	close(fd);
	test_close(&self->v);
	ASSERT_EQ(0, mdev_remove(&self->mdev));
	usleep(50000);
	ASSERT_EQ(-EWOULDBLOCK, unload());
	memset(self->got, 0, self->s.size);
	ASSERT_EQ(0, vgpu_drm_pread(drm, handle, 0, self->got, self->s.size));
	EXPECT_EQ(0, memcmp(self->was, self->got, self->s.size));
	close(drm);
	EXPECT_EQ(0, unload_soon());
}

TEST_HARNESS_MAIN
