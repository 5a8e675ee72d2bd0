// SPDX-License-Identifier: GPL-2.0
/*
 * VFIO_DEVICE_QUERY_GFX_PLANE and VFIO_DEVICE_GET_GFX_DMABUF of a GVT-g vGPU:
 * the ABI, formats and pixels of framebuffers and cursors, and refused ones.
 * Ids are tested by gvt_dmabuf_id_test.c, GEM by gvt_dmabuf_object_test.c.
 */
#include <drm/i915_drm.h>
#include <stddef.h>

#include "test_util.h"

#define MIN_ARGSZ (offsetof(struct vfio_device_gfx_plane_info, dmabuf_id) + 4)

/* ---- the two ioctls ---- */

FIXTURE(abi) {
	struct vgpu v;
};

FIXTURE_SETUP(abi)
{
	if (!test_open(_metadata, &self->v))
		return;
}

FIXTURE_TEARDOWN(abi)
{
	test_close(&self->v);
}

TEST_F(abi, probe_of_dmabuf_succeeds)
{
	struct vfio_device_gfx_plane_info info = {
		.argsz = sizeof(info),
		.flags = VFIO_GFX_PLANE_TYPE_PROBE | VFIO_GFX_PLANE_TYPE_DMABUF,
	};

	EXPECT_EQ(0, vgpu_ioctl(self->v.device, VFIO_DEVICE_QUERY_GFX_PLANE,
				&info));
}

TEST_F(abi, other_flags_are_refused)
{
	static const uint32_t refused[] = {
		0,
		VFIO_GFX_PLANE_TYPE_PROBE,
		VFIO_GFX_PLANE_TYPE_REGION,
		VFIO_GFX_PLANE_TYPE_PROBE | VFIO_GFX_PLANE_TYPE_REGION,
		VFIO_GFX_PLANE_TYPE_DMABUF | VFIO_GFX_PLANE_TYPE_REGION,
		VFIO_GFX_PLANE_TYPE_PROBE | VFIO_GFX_PLANE_TYPE_DMABUF |
			VFIO_GFX_PLANE_TYPE_REGION,
		VFIO_GFX_PLANE_TYPE_DMABUF | 1u << 4,
		VFIO_GFX_PLANE_TYPE_DMABUF | 1u << 31,
		VFIO_GFX_PLANE_TYPE_PROBE | VFIO_GFX_PLANE_TYPE_DMABUF |
			1u << 31,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(refused); i++) {
		struct vfio_device_gfx_plane_info info = {
			.argsz = sizeof(info),
			.flags = refused[i],
			.drm_plane_type = VGPU_PRIMARY,
		};

		EXPECT_EQ(-EINVAL, vgpu_ioctl(self->v.device,
					      VFIO_DEVICE_QUERY_GFX_PLANE,
					      &info))
			TH_LOG("flags 0x%x", refused[i]);
	}
}

TEST_F(abi, short_argsz_is_refused)
{
	static const struct {
		uint32_t argsz;
		int ret;
	} cases[] = {
		{ 0, -EINVAL },
		{ 4, -EINVAL },
		{ MIN_ARGSZ - 1, -EINVAL },
		{ MIN_ARGSZ, 0 },
		{ sizeof(struct vfio_device_gfx_plane_info), 0 },
		{ 4096, 0 },	/* a caller with a newer, larger struct */
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct vfio_device_gfx_plane_info info = {
			.argsz = cases[i].argsz,
			.flags = VFIO_GFX_PLANE_TYPE_DMABUF,
			.drm_plane_type = VGPU_PRIMARY,
		};

		EXPECT_EQ(cases[i].ret, vgpu_ioctl(self->v.device,
						   VFIO_DEVICE_QUERY_GFX_PLANE,
						   &info))
			TH_LOG("argsz %u", cases[i].argsz);
	}
}

TEST_F(abi, bad_pointer_faults)
{
	EXPECT_EQ(-EFAULT, vgpu_ioctl(self->v.device,
				      VFIO_DEVICE_QUERY_GFX_PLANE, NULL));
	EXPECT_EQ(-EFAULT, vgpu_ioctl(self->v.device,
				      VFIO_DEVICE_GET_GFX_DMABUF, NULL));
}

TEST_F(abi, reply_to_an_unwritable_page_faults)
{
	const struct vfio_device_gfx_plane_info ask = {
		.argsz = sizeof(ask),
		.flags = VFIO_GFX_PLANE_TYPE_DMABUF,
		.drm_plane_type = VGPU_PRIMARY,
	};
	void *page = mmap(NULL, VGPU_PAGE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ASSERT_NE(MAP_FAILED, page);
	memcpy(page, &ask, sizeof(ask));
	ASSERT_EQ(0, mprotect(page, VGPU_PAGE, PROT_READ));
	EXPECT_EQ(-EFAULT, vgpu_ioctl(self->v.device,
				      VFIO_DEVICE_QUERY_GFX_PLANE, page));
}

TEST_F(abi, unknown_plane_type_is_refused)
{
	struct vfio_device_gfx_plane_info info;

	EXPECT_EQ(-EINVAL, vgpu_query(&self->v, 3, &info));
	EXPECT_EQ(-EINVAL, vgpu_query(&self->v, UINT32_MAX, &info));
}

TEST_F(abi, unknown_id_is_refused)
{
	EXPECT_EQ(-EINVAL, vgpu_get_dmabuf(&self->v, 0));
	EXPECT_EQ(-EINVAL, vgpu_get_dmabuf(&self->v, 0x7fffffff));
	EXPECT_EQ(-EINVAL, vgpu_get_dmabuf(&self->v, UINT32_MAX));
}

/* Fields must be zeroed, not left as the caller passed them. */
TEST_F(abi, plane_off_returns_zeros)
{
	static const uint32_t planes[] = { VGPU_PRIMARY, VGPU_CURSOR };
	struct vfio_device_gfx_plane_info info;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(planes); i++) {
		memset(&info, 0xff, sizeof(info));
		info.argsz = sizeof(info);
		info.flags = VFIO_GFX_PLANE_TYPE_DMABUF;
		info.drm_plane_type = planes[i];
		ASSERT_EQ(0, vgpu_ioctl(self->v.device,
					VFIO_DEVICE_QUERY_GFX_PLANE, &info));
		EXPECT_EQ(0, info.drm_format);
		EXPECT_EQ(0, info.size);
		EXPECT_EQ(0, info.width);
		EXPECT_EQ(0, info.height);
	}
}

/* Importers map whole pages, so the size is page-aligned. */
TEST_F(abi, size_is_that_of_the_dmabuf)
{
	struct vfio_device_gfx_plane_info info;
	struct vgpu_surface s;
	int fd;

	ASSERT_EQ(0, test_show(&self->v, &s, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR));
	fd = test_export(&self->v, VGPU_PRIMARY, &info);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, info.size % VGPU_PAGE);
	EXPECT_EQ(s.size, info.size);
	EXPECT_EQ(info.size, lseek(fd, 0, SEEK_END));
}

/* Drawing by the guest is visible in an open dma-buf. */
TEST_F(abi, pixels_are_not_a_copy)
{
	struct vfio_device_gfx_plane_info info;
	struct vgpu_surface s;
	int fd;

	ASSERT_EQ(0, test_show(&self->v, &s, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR));
	fd = test_export(&self->v, VGPU_PRIMARY, &info);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, test_compare(fd, &self->v, &s));
	test_fill(&self->v, &s, 4711);
	EXPECT_EQ(0, test_compare(fd, &self->v, &s));
}

/* ---- framebuffers ---- */

FIXTURE(framebuffer) {
	struct vgpu v;
};

FIXTURE_VARIANT(framebuffer) {
	uint64_t modifier;
	enum vgpu_order order;
};

FIXTURE_VARIANT_ADD(framebuffer, linear) { .modifier = DRM_FORMAT_MOD_LINEAR };
FIXTURE_VARIANT_ADD(framebuffer, x) { .modifier = I915_FORMAT_MOD_X_TILED };
FIXTURE_VARIANT_ADD(framebuffer, y) { .modifier = I915_FORMAT_MOD_Y_TILED };
FIXTURE_VARIANT_ADD(framebuffer, yf) { .modifier = I915_FORMAT_MOD_Yf_TILED };
FIXTURE_VARIANT_ADD(framebuffer, linear_ctl_last) {
	.modifier = DRM_FORMAT_MOD_LINEAR, .order = VGPU_CTL_LAST };
FIXTURE_VARIANT_ADD(framebuffer, x_ctl_last) {
	.modifier = I915_FORMAT_MOD_X_TILED, .order = VGPU_CTL_LAST };
FIXTURE_VARIANT_ADD(framebuffer, linear_ptes_last) {
	.modifier = DRM_FORMAT_MOD_LINEAR, .order = VGPU_PTES_LAST };

FIXTURE_SETUP(framebuffer)
{
	if (!test_open(_metadata, &self->v))
		return;
	if (!vgpu_can_show(&self->v, DRM_FORMAT_XRGB8888, variant->modifier))
		SKIP(return, "no such tiling on Broadwell: use a vGPU of Skylake or later");
	self->v.order = variant->order;
}

FIXTURE_TEARDOWN(framebuffer)
{
	test_close(&self->v);
}

static void expect_format(struct __test_metadata *_metadata, struct vgpu *v,
			  uint32_t fourcc, uint64_t modifier)
{
	struct vgpu_mark mark = vgpu_mark(v);
	struct vfio_device_gfx_plane_info info;
	struct vgpu_surface s;
	int fd;

	ASSERT_EQ(0, test_show(v, &s, fourcc, modifier));
	fd = test_export(v, VGPU_PRIMARY, &info);
	ASSERT_LE(0, fd) TH_LOG("format %.4s", (char *)&fourcc);
	EXPECT_EQ(fourcc, info.drm_format);
	EXPECT_EQ(modifier, info.drm_format_mod);
	EXPECT_EQ(s.width, info.width);
	EXPECT_EQ(s.height, info.height);
	EXPECT_EQ(s.stride, info.stride);
	EXPECT_EQ(0, test_compare(fd, v, &s))
		TH_LOG("format %.4s", (char *)&fourcc);
	close(fd);
	vgpu_release(v, mark);
}

/* Test the formats that the platform supports, one after the other. */
static void expect_formats(struct __test_metadata *_metadata, struct vgpu *v,
			   const uint32_t *fourccs, size_t count,
			   uint64_t modifier)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (vgpu_can_show(v, fourccs[i], modifier))
			expect_format(_metadata, v, fourccs[i], modifier);
}

TEST_F(framebuffer, equals_guest_memory)
{
	static const uint32_t fourccs[] = {
		DRM_FORMAT_RGB565, DRM_FORMAT_XRGB8888, DRM_FORMAT_XBGR8888,
		DRM_FORMAT_XRGB2101010, DRM_FORMAT_XBGR2101010,
	};

	expect_formats(_metadata, &self->v, fourccs, ARRAY_SIZE(fourccs),
		       variant->modifier);
}

/* The hardware scans out 16-bit floats: they must not be refused. */
TEST_F(framebuffer, half_floats_equal_memory)
{
	const uint32_t fourccs[] = { DRM_FORMAT_XBGR16161616F,
				     DRM_FORMAT_XRGB16161616F };

	expect_formats(_metadata, &self->v, fourccs, ARRAY_SIZE(fourccs),
		       variant->modifier);
}

/*
 * The hardware blends the lowest plane over black, which does not change
 * premultiplied colors. A client must not blend them: no alpha is reported.
 */
TEST_F(framebuffer, primary_has_no_alpha)
{
	static const struct {
		uint32_t shown, seen;
	} cases[] = {
		{ DRM_FORMAT_ARGB8888, DRM_FORMAT_XRGB8888 },
		{ DRM_FORMAT_ABGR8888, DRM_FORMAT_XBGR8888 },
	};
	struct vfio_device_gfx_plane_info info;
	struct vgpu_surface s;
	size_t i;

	if (self->v.gen == 8)
		SKIP(return, "no alpha on Broadwell: use a vGPU of Skylake or later");
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		ASSERT_EQ(0, test_show(&self->v, &s, cases[i].shown,
				       variant->modifier));
		ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &info));
		EXPECT_EQ(cases[i].seen, info.drm_format);
	}
}

/* ---- cursors ---- */

FIXTURE(cursor) {
	struct vgpu v;
	struct vgpu_surface s;
};

FIXTURE_VARIANT(cursor) {
	uint32_t size;
	enum vgpu_order order;
};

FIXTURE_VARIANT_ADD(cursor, 64) { .size = 64 };
FIXTURE_VARIANT_ADD(cursor, 128) { .size = 128 };
FIXTURE_VARIANT_ADD(cursor, 256) { .size = 256 };
FIXTURE_VARIANT_ADD(cursor, 64_ctl_last) {
	.size = 64, .order = VGPU_CTL_LAST };

FIXTURE_SETUP(cursor)
{
	if (!test_open(_metadata, &self->v))
		return;
	self->v.order = variant->order;
	ASSERT_EQ(0, vgpu_surface_init(&self->v, &self->s, variant->size,
				       variant->size, DRM_FORMAT_ARGB8888,
				       DRM_FORMAT_MOD_LINEAR));
	test_fill(&self->v, &self->s, variant->size);
	ASSERT_EQ(0, vgpu_pipe_on(&self->v, 0, 1920, 1080));
	ASSERT_EQ(0, vgpu_cursor_show(&self->v, 0, &self->s));
}

FIXTURE_TEARDOWN(cursor)
{
	test_close(&self->v);
}

TEST_F(cursor, equals_guest_memory)
{
	struct vfio_device_gfx_plane_info info;
	int fd = test_export(&self->v, VGPU_CURSOR, &info);

	ASSERT_LE(0, fd);
	EXPECT_EQ(DRM_FORMAT_ARGB8888, info.drm_format);
	EXPECT_EQ(DRM_FORMAT_MOD_LINEAR, info.drm_format_mod);
	EXPECT_EQ(variant->size, info.width);
	EXPECT_EQ(variant->size, info.height);
	EXPECT_EQ(variant->size * 4, info.stride);
	EXPECT_EQ(self->s.size, info.size);
	EXPECT_EQ(0, test_compare(fd, &self->v, &self->s));
}

/* Positions may be negative. */
TEST_F(cursor, position_is_signed)
{
	static const struct {
		int x, y;
	} at[] = {
		{ 0, 0 }, { 1919, 1079 }, { -1, 0 }, { 0, -1 }, { -32, -17 },
	};
	struct vfio_device_gfx_plane_info info;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(at); i++) {
		ASSERT_EQ(0, vgpu_cursor_move(&self->v, 0, at[i].x, at[i].y));
		ASSERT_EQ(0, vgpu_query(&self->v, VGPU_CURSOR, &info));
		EXPECT_EQ(at[i].x, (int32_t)info.x_pos);
		EXPECT_EQ(at[i].y, (int32_t)info.y_pos);
	}
}

TEST_F(cursor, move_keeps_the_id)
{
	struct vfio_device_gfx_plane_info before, after;

	ASSERT_EQ(0, vgpu_query(&self->v, VGPU_CURSOR, &before));
	ASSERT_EQ(0, vgpu_cursor_move(&self->v, 0, 100, 200));
	ASSERT_EQ(0, vgpu_query(&self->v, VGPU_CURSOR, &after));
	EXPECT_EQ(before.dmabuf_id, after.dmabuf_id);
}

TEST_F(cursor, hotspot_is_unknown_until_set)
{
	struct vfio_device_gfx_plane_info info;

	ASSERT_EQ(0, vgpu_query(&self->v, VGPU_CURSOR, &info));
	EXPECT_EQ(VGPU_HOT_UNKNOWN, info.x_hot);
	EXPECT_EQ(VGPU_HOT_UNKNOWN, info.y_hot);
	ASSERT_EQ(0, vgpu_cursor_hotspot(&self->v, 5, 9));
	ASSERT_EQ(0, vgpu_query(&self->v, VGPU_CURSOR, &info));
	EXPECT_EQ(5, info.x_hot);
	EXPECT_EQ(9, info.y_hot);
}

TEST_F(cursor, hotspot_outside_image_is_unknown)
{
	struct vfio_device_gfx_plane_info info;

	ASSERT_EQ(0, vgpu_cursor_hotspot(&self->v, variant->size + 1, 0));
	ASSERT_EQ(0, vgpu_query(&self->v, VGPU_CURSOR, &info));
	EXPECT_EQ(VGPU_HOT_UNKNOWN, info.x_hot);
	EXPECT_EQ(VGPU_HOT_UNKNOWN, info.y_hot);
}

/* The hardware has two ARGB modes per size, with bit 5 set or not. */
TEST_F(cursor, has_two_argb_modes)
{
	const uint32_t mode = variant->size == 64 ? 7 :
			      variant->size == 128 ? 2 : 3;
	struct vfio_device_gfx_plane_info info;
	uint32_t alpha;

	for (alpha = 0; alpha <= 0x20; alpha += 0x20) {
		ASSERT_EQ(0, vgpu_cursor_ctl(&self->v, 0, alpha | mode));
		ASSERT_EQ(0, vgpu_query(&self->v, VGPU_CURSOR, &info))
			TH_LOG("mode 0x%02x", alpha | mode);
		EXPECT_EQ(DRM_FORMAT_ARGB8888, info.drm_format);
		EXPECT_EQ(variant->size, info.width);
	}
}

/* ---- invalid registers, and the choice of the pipe ---- */

FIXTURE(decode) {
	struct vgpu v;
	struct vgpu_surface s;
};

FIXTURE_VARIANT(decode) {
	enum vgpu_order order;
};

FIXTURE_VARIANT_ADD(decode, surf_last) { .order = VGPU_SURF_LAST };
FIXTURE_VARIANT_ADD(decode, ctl_last) { .order = VGPU_CTL_LAST };

FIXTURE_SETUP(decode)
{
	if (!test_open(_metadata, &self->v))
		return;
	self->v.order = variant->order;
	ASSERT_EQ(0, test_show(&self->v, &self->s, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR));
}

FIXTURE_TEARDOWN(decode)
{
	test_close(&self->v);
}

/* A reserved tiling must not be described as linear. */
TEST_F(decode, reserved_tilings_are_refused)
{
	static const uint32_t reserved[] = { 2, 3, 6, 7 };
	struct vfio_device_gfx_plane_info info;
	size_t i;

	if (self->v.gen == 8)
		SKIP(return, "Broadwell's tiling is one bit: use a vGPU of Skylake or later");
	for (i = 0; i < ARRAY_SIZE(reserved); i++) {
		ASSERT_EQ(0, vgpu_primary_ctl(&self->v, 0, 7u << 10,
					      reserved[i] << 10));
		EXPECT_EQ(-EINVAL, vgpu_query(&self->v, VGPU_PRIMARY, &info))
			TH_LOG("tiling %u", reserved[i]);
	}
}

TEST_F(decode, reserved_formats_are_refused)
{
	const uint8_t bdw[] = { 0, 1, 3, 4, 7, 11, 13, 15 };
	const uint8_t skl[] = { 9, 11, 13, 15 };
	const uint8_t *reserved = self->v.gen == 8 ? bdw : skl;
	size_t n = self->v.gen == 8 ? sizeof(bdw) : sizeof(skl);
	int shift = self->v.gen == 8 ? 26 : 24;
	struct vfio_device_gfx_plane_info info;
	size_t i;

	for (i = 0; i < n; i++) {
		ASSERT_EQ(0, vgpu_primary_ctl(&self->v, 0, 15u << shift,
					      (uint32_t)reserved[i] << shift));
		EXPECT_EQ(-EINVAL, vgpu_query(&self->v, VGPU_PRIMARY, &info))
			TH_LOG("format %u", reserved[i]);
	}
}

/* The ABI describes one memory plane, NV12 needs two. */
TEST_F(decode, two_memory_planes_are_unsupported)
{
	struct vfio_device_gfx_plane_info info;

	if (self->v.gen == 8)
		SKIP(return, "no NV12 on Broadwell: use a vGPU of Skylake or later");
	ASSERT_EQ(0, vgpu_primary_ctl(&self->v, 0, 15u << 24, 1u << 24));
	EXPECT_EQ(-EOPNOTSUPP, vgpu_query(&self->v, VGPU_PRIMARY, &info));
}

/* A compressed framebuffer must not be described as an uncompressed one. */
TEST_F(decode, compression_is_unsupported)
{
	struct vfio_device_gfx_plane_info info;

	if (self->v.gen == 8)
		SKIP(return, "no render compression on Broadwell: use a vGPU of Skylake or later");
	ASSERT_EQ(0, vgpu_primary_ctl(&self->v, 0, 7u << 10,
				      4u << 10 | 1u << 15));
	EXPECT_EQ(-EOPNOTSUPP, vgpu_query(&self->v, VGPU_PRIMARY, &info));
}

TEST_F(decode, cursor_without_argb_is_refused)
{
	static const struct {
		uint32_t mode;
		int err;
	} cases[] = {
		{ 0x01, -EINVAL }, { 0x21, -EINVAL },	/* reserved */
		{ 0x04, -EOPNOTSUPP }, { 0x05, -EOPNOTSUPP },	/* 2 bpp */
		{ 0x06, -EOPNOTSUPP },
		{ 0x24, -EOPNOTSUPP }, { 0x25, -EOPNOTSUPP },	/* AND/XOR */
		{ 0x26, -EOPNOTSUPP },
	};
	struct vfio_device_gfx_plane_info info;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		ASSERT_EQ(0, vgpu_cursor_ctl(&self->v, 0, cases[i].mode));
		EXPECT_EQ(cases[i].err,
			  vgpu_query(&self->v, VGPU_CURSOR, &info))
			TH_LOG("mode 0x%02x", cases[i].mode);
	}
}

/* A line must not be longer than the stride. */
TEST_F(decode, stride_below_the_width_is_refused)
{
	const uint32_t unit = self->v.gen == 8 ? 1 : 64;
	struct vfio_device_gfx_plane_info info;

	ASSERT_EQ(0, vgpu_primary_stride(&self->v, 0,
					 (self->s.stride - 64) / unit));
	EXPECT_EQ(-EINVAL, vgpu_query(&self->v, VGPU_PRIMARY, &info));
	ASSERT_EQ(0, vgpu_primary_stride(&self->v, 0, 0));
	EXPECT_EQ(-EINVAL, vgpu_query(&self->v, VGPU_PRIMARY, &info));
}

TEST_F(decode, foreign_surface_is_refused)
{
	struct vfio_device_gfx_plane_info info;

	ASSERT_EQ(0, vgpu_primary_flip(&self->v, 0, 0));
	EXPECT_EQ(-EINVAL, vgpu_query(&self->v, VGPU_PRIMARY, &info));
}

TEST_F(decode, pipe_off_turns_planes_off)
{
	struct vfio_device_gfx_plane_info info;

	ASSERT_EQ(0, vgpu_pipe_off(&self->v, 0));
	ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &info));
	EXPECT_EQ(0, info.drm_format);
}

/* A pipe without a primary plane is skipped, even if it is on. */
TEST_F(decode, plane_on_the_second_pipe_is_found)
{
	struct vfio_device_gfx_plane_info info;

	ASSERT_EQ(0, vgpu_primary_hide(&self->v, 0));
	ASSERT_EQ(0, vgpu_primary_show(&self->v, 1, &self->s));
	ASSERT_EQ(0, vgpu_pipe_on(&self->v, 1, self->s.width, self->s.height));
	ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &info));
	EXPECT_EQ(DRM_FORMAT_XRGB8888, info.drm_format);
	EXPECT_EQ(TEST_WIDTH, info.width);
	EXPECT_EQ(TEST_HEIGHT, info.height);
}

TEST_F(decode, lowest_pipe_with_the_plane_wins)
{
	struct vfio_device_gfx_plane_info info;
	struct vgpu_surface other;

	ASSERT_EQ(0, vgpu_surface_init(&self->v, &other, 64, 64,
				       DRM_FORMAT_RGB565,
				       DRM_FORMAT_MOD_LINEAR));
	ASSERT_EQ(0, vgpu_primary_show(&self->v, 1, &other));
	ASSERT_EQ(0, vgpu_pipe_on(&self->v, 1, 64, 64));
	ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &info));
	EXPECT_EQ(DRM_FORMAT_XRGB8888, info.drm_format);
}

TEST_HARNESS_MAIN
