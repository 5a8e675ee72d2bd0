// SPDX-License-Identifier: GPL-2.0
/*
 * VFIO_GFX_PLANE_CAP_LAYOUT: where the memory planes of a framebuffer are,
 * what of it is shown, and how it is turned. The bytes of both memory planes
 * are those that the guest wrote, and i915 makes a framebuffer with the layout.
 * No GPU has compressed them: whether one reads what another has compressed is
 * not tested.
 */
#include <sys/eventfd.h>

#include "event_test_util.h"
#include "layout_util.h"

#define CAPS_AND_LAYOUTS	(VFIO_GFX_PLANE_CAPS | VFIO_GFX_PLANE_LAYOUTS)

static bool takes_layouts(struct vgpu *v)
{
	struct vfio_device_gfx_plane_info info = {
		.argsz = sizeof(info),
		.flags = VFIO_GFX_PLANE_TYPE_PROBE |
			 VFIO_GFX_PLANE_TYPE_DMABUF | CAPS_AND_LAYOUTS,
	};

	return !vgpu_ioctl(v->device, VFIO_DEVICE_QUERY_GFX_PLANE, &info);
}

/* ---- two memory planes ---- */

#define NV12_CTL	SKL_FORMAT(1u)
#define CCS_CTL		(SKL_FORMAT(4u) | PLANE_DECOMPRESS)
/* A byte of the control surface is for 8 by 16 pixels; it has Y tiles. */
#define CCS_PART	{ 1, 8, 16, 128, 32 }

static const struct layout_kind nv12_linear = {
	.fourcc = DRM_FORMAT_NV12, .modifier = DRM_FORMAT_MOD_LINEAR,
	.ctl = NV12_CTL, .parts = { { 1, 1, 1, 64, 1 }, { 2, 2, 2, 64, 1 } },
};

static const struct layout_kind nv12_x = {
	.fourcc = DRM_FORMAT_NV12, .modifier = I915_FORMAT_MOD_X_TILED,
	.ctl = NV12_CTL | PLANE_TILING(1u),
	.parts = { { 1, 1, 1, 512, 8 }, { 2, 2, 2, 512, 8 } },
};

static const struct layout_kind nv12_y = {
	.fourcc = DRM_FORMAT_NV12, .modifier = I915_FORMAT_MOD_Y_TILED,
	.ctl = NV12_CTL | PLANE_TILING(4u),
	.parts = { { 1, 1, 1, 128, 32 }, { 2, 2, 2, 128, 32 } },
};

static const struct layout_kind nv12_yf = {
	.fourcc = DRM_FORMAT_NV12, .modifier = I915_FORMAT_MOD_Yf_TILED,
	.ctl = NV12_CTL | PLANE_TILING(5u),
	.parts = { { 1, 1, 1, 64, 64 }, { 2, 2, 2, 128, 32 } },
};

static const struct layout_kind ccs_y = {
	.fourcc = DRM_FORMAT_XRGB8888, .modifier = I915_FORMAT_MOD_Y_TILED_CCS,
	.ctl = CCS_CTL | PLANE_TILING(4u),
	.parts = { { 4, 1, 1, 128, 32 }, CCS_PART },
};

static const struct layout_kind ccs_yf = {
	.fourcc = DRM_FORMAT_XRGB8888, .modifier = I915_FORMAT_MOD_Yf_TILED_CCS,
	.ctl = CCS_CTL | PLANE_TILING(5u),
	.parts = { { 4, 1, 1, 128, 32 }, CCS_PART },
};

FIXTURE(layout) {
	struct vgpu v;
	struct layout_fb fb;
	union query_answer answer;
	const struct vfio_gfx_plane_cap_layout *cap;
	int ret;
};

FIXTURE_VARIANT(layout) {
	const struct layout_kind *kind;
	uint32_t gap;
};

FIXTURE_VARIANT_ADD(layout, nv12_linear) { .kind = &nv12_linear };
FIXTURE_VARIANT_ADD(layout, nv12_x) { .kind = &nv12_x };
FIXTURE_VARIANT_ADD(layout, nv12_y) { .kind = &nv12_y };
FIXTURE_VARIANT_ADD(layout, nv12_yf) { .kind = &nv12_yf };
FIXTURE_VARIANT_ADD(layout, ccs_y) { .kind = &ccs_y };
FIXTURE_VARIANT_ADD(layout, ccs_y_apart) {
	.kind = &ccs_y, .gap = 3 * VGPU_PAGE,
};
FIXTURE_VARIANT_ADD(layout, ccs_yf) { .kind = &ccs_yf };

static uint8_t *fb_bytes(const struct vgpu *v, const struct layout_fb *fb)
{
	return v->ram + fb->gpa;
}

/* Each page differs from all others, and each byte from its neighbours. */
static void fill(const struct vgpu *v, const struct layout_fb *fb)
{
	uint8_t *bytes = fb_bytes(v, fb);
	size_t i;

	for (i = 0; i < fb->size; i++)
		bytes[i] = i * 31 + i / VGPU_PAGE * 7 + (i >> 8);
}

FIXTURE_SETUP(layout)
{
	if (!test_open(_metadata, &self->v))
		return;
	if (self->v.gen == 8) {
		test_close(&self->v);
		SKIP(return, "one memory plane on Broadwell: use a vGPU of Skylake or later");
	}
	if (!takes_layouts(&self->v)) {
		test_close(&self->v);
		SKIP(return, "no layouts: run a kernel that has them");
	}
	ASSERT_EQ(0, layout_init(&self->v, &self->fb, variant->kind,
				 TEST_WIDTH, TEST_HEIGHT, variant->gap));
	fill(&self->v, &self->fb);
	ASSERT_EQ(0, layout_show(&self->v, &self->fb));
}

FIXTURE_TEARDOWN(layout)
{
	test_close(&self->v);
}

TEST_F(layout, describes_both_planes)
{
	const struct vfio_device_gfx_plane_info *info = &self->answer.info;
	size_t i;

	self->cap = layout_query(&self->v, &self->answer, &self->ret);
	ASSERT_EQ(0, self->ret);
	ASSERT_NE(NULL, self->cap);
	EXPECT_EQ(variant->kind->fourcc, info->drm_format);
	EXPECT_EQ(variant->kind->modifier, info->drm_format_mod);
	EXPECT_EQ(TEST_WIDTH, info->width);
	EXPECT_EQ(TEST_HEIGHT, info->height);
	EXPECT_EQ(self->fb.stride[0], info->stride);
	EXPECT_EQ(self->fb.size, info->size);
	ASSERT_EQ(2, self->cap->nr_planes);
	EXPECT_EQ(DRM_MODE_ROTATE_0, self->cap->rotation);
	EXPECT_EQ(0, self->cap->source.x1);
	EXPECT_EQ(0, self->cap->source.y1);
	EXPECT_EQ(TEST_WIDTH, self->cap->source.x2);
	EXPECT_EQ(TEST_HEIGHT, self->cap->source.y2);
	for (i = 0; i < 2; i++) {
		EXPECT_EQ(self->fb.offset[i], self->cap->planes[i].offset);
		EXPECT_EQ(self->fb.stride[i], self->cap->planes[i].stride);
	}
	for (; i < 4; i++) {
		EXPECT_EQ(0, self->cap->planes[i].offset);
		EXPECT_EQ(0, self->cap->planes[i].stride);
	}
}

TEST_F(layout, refused_without_the_flag)
{
	EXPECT_EQ(-EOPNOTSUPP, query_flags(&self->v, VGPU_PRIMARY, 0,
					   &self->answer));
	EXPECT_EQ(-EOPNOTSUPP, query_flags(&self->v, VGPU_PRIMARY,
					   VFIO_GFX_PLANE_CAPS, &self->answer));
	/* Nor after another client has been told of the same registers. */
	ASSERT_NE(NULL, layout_query(&self->v, &self->answer, &self->ret));
	EXPECT_EQ(-EOPNOTSUPP, query_flags(&self->v, VGPU_PRIMARY, 0,
					   &self->answer));
}

TEST_F(layout, has_the_bytes_of_both_planes)
{
	const uint8_t *was = fb_bytes(&self->v, &self->fb);
	uint32_t at, i;
	uint8_t *got;
	int fd;

	self->cap = layout_query(&self->v, &self->answer, &self->ret);
	ASSERT_NE(NULL, self->cap);
	fd = vgpu_get_dmabuf(&self->v, self->answer.info.dmabuf_id);
	ASSERT_LE(0, fd);
	got = malloc(self->answer.info.size);
	ASSERT_NE(NULL, got);
	ASSERT_EQ(0, test_read(fd, got, self->answer.info.size));
	for (i = 0; i < self->cap->nr_planes; i++) {
		at = self->cap->planes[i].offset;
		ASSERT_LE(at + self->fb.bytes[i], self->answer.info.size);
		EXPECT_EQ(0, memcmp(was + self->fb.offset[i], got + at,
				    self->fb.bytes[i])) TH_LOG("plane %u", i);
	}
	free(got);
	close(fd);
}

TEST_F(layout, makes_a_framebuffer_of_i915)
{
	struct vfio_gfx_plane_cap_layout layout;
	uint32_t own, handle;
	int card, fd;

	card = layout_open_card();
	ASSERT_LE(0, card);
	self->cap = layout_query(&self->v, &self->answer, &self->ret);
	ASSERT_NE(NULL, self->cap);
	layout = *self->cap;
	ASSERT_EQ(0, layout_own_object(card, self->answer.info.size, &own));
	if (layout_add_fb(card, own, &self->answer.info, &layout) == -EINVAL) {
		close(card);
		SKIP(return, "this GPU has no such plane: run the test on another");
	}
	fd = vgpu_get_dmabuf(&self->v, self->answer.info.dmabuf_id);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, vgpu_drm_import(card, fd, &handle));
	EXPECT_EQ(0, layout_add_fb(card, handle, &self->answer.info, &layout));

	/* It does check: the second plane would end past the object. */
	layout.planes[1].offset += VGPU_PAGE;
	EXPECT_GT(0, layout_add_fb(card, handle, &self->answer.info, &layout));
	close(fd);
	close(card);
}

/* The id stands for the pages of both. */
TEST_F(layout, other_pages_of_either_are_another_id)
{
	const uint32_t at[] = { 0, self->fb.size - VGPU_PAGE };
	uint32_t id, other;
	uint64_t spare;
	size_t i;

	ASSERT_EQ(0, vgpu_alloc_ram(&self->v, VGPU_PAGE, &spare));
	ASSERT_NE(NULL, layout_query(&self->v, &self->answer, &self->ret));
	id = self->answer.info.dmabuf_id;
	for (i = 0; i < ARRAY_SIZE(at); i++) {
		ASSERT_EQ(0, vgpu_ggtt_map(&self->v, self->fb.gma + at[i],
					   spare, VGPU_PAGE));
		ASSERT_NE(NULL, layout_query(&self->v, &self->answer,
					     &self->ret));
		other = self->answer.info.dmabuf_id;
		EXPECT_NE(id, other) TH_LOG("page at 0x%x", at[i]);
		ASSERT_EQ(0, vgpu_ggtt_map(&self->v, self->fb.gma + at[i],
					   self->fb.gpa + at[i], VGPU_PAGE));
		ASSERT_NE(NULL, layout_query(&self->v, &self->answer,
					     &self->ret));
		EXPECT_EQ(id, self->answer.info.dmabuf_id);
	}
}

TEST_F(layout, unmapped_page_of_the_second_is_einval)
{
	ASSERT_EQ(0, vgpu_ggtt_unmap(&self->v, self->fb.gma + self->fb.size -
				     VGPU_PAGE, VGPU_PAGE));
	EXPECT_EQ(NULL, layout_query(&self->v, &self->answer, &self->ret));
	EXPECT_EQ(-EINVAL, self->ret);
}

/* PLANE_SURF again, to have the registers latched */
static int arm(struct vgpu *v, const struct layout_fb *fb)
{
	return vgpu_write32(v, PLANE_SURF, fb->gma);
}

TEST_F(layout, second_outside_the_ggtt_is_einval)
{
	const uint32_t far = 0xfff00000u - (uint32_t)self->fb.gma;
	const uint32_t stride = layout_aux_dist(&self->fb, 0);
	const uint32_t dists[] = {
		far | stride,		/* in nobody's or another's share */
		0xfffff000u | stride,	/* past 4 GiB */
		layout_aux_dist(&self->fb, self->fb.offset[1]) - stride,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(dists); i++) {
		ASSERT_EQ(0, vgpu_write32(&self->v, PLANE_AUX_OFFSET, 0));
		ASSERT_EQ(0, vgpu_write32(&self->v, PLANE_AUX_DIST, dists[i]));
		ASSERT_EQ(0, arm(&self->v, &self->fb));
		EXPECT_EQ(NULL, layout_query(&self->v, &self->answer,
					     &self->ret));
		EXPECT_EQ(-EINVAL, self->ret) TH_LOG("0x%08x", dists[i]);
	}
}

/* A page is not moved, so the second plane is: by a page, to other bytes. */
TEST_F(layout, second_counts_when_latched)
{
	const uint32_t more = self->fb.offset[1] + VGPU_PAGE;
	struct vgpu_mark mark = vgpu_mark(&self->v);
	uint64_t gpa, gma;

	/* The page after the framebuffer, which is mapped from here on */
	ASSERT_EQ(0, vgpu_alloc_mapped(&self->v, VGPU_PAGE, &gpa, &gma));
	ASSERT_EQ(self->fb.gma + self->fb.size, gma);
	ASSERT_EQ(0, vgpu_write32(&self->v, PLANE_AUX_DIST,
				  layout_aux_dist(&self->fb, more)));
	self->cap = layout_query(&self->v, &self->answer, &self->ret);
	ASSERT_NE(NULL, self->cap);
	EXPECT_EQ(self->fb.offset[1], self->cap->planes[1].offset);
	ASSERT_EQ(0, arm(&self->v, &self->fb));
	self->cap = layout_query(&self->v, &self->answer, &self->ret);
	ASSERT_NE(NULL, self->cap);
	EXPECT_EQ(more, self->cap->planes[1].offset);
	EXPECT_EQ(self->fb.size + VGPU_PAGE, self->answer.info.size);
	vgpu_release(&self->v, mark);
}

/* A flip that waits for the vblank takes the second plane along. */
TEST_F(layout, second_is_latched_with_the_first)
{
	struct layout_fb other;
	int tries;

	ASSERT_EQ(0, layout_init(&self->v, &other, variant->kind, TEST_WIDTH,
				 TEST_HEIGHT, 2 * VGPU_PAGE));
	ASSERT_EQ(0, layout_write(&self->v, &other, 0));
	ASSERT_EQ(0, arm(&self->v, &other));
	/* What is written after that waits for the next write of PLANE_SURF. */
	ASSERT_EQ(0, vgpu_write32(&self->v, PLANE_AUX_DIST, 0));
	for (tries = 0; tries < 1000; tries++) {
		self->cap = layout_query(&self->v, &self->answer, &self->ret);
		ASSERT_NE(NULL, self->cap);
		if (self->cap->planes[1].offset != self->fb.offset[1])
			break;
		EXPECT_EQ(self->fb.size, self->answer.info.size);
		usleep(100);
	}
	EXPECT_EQ(other.offset[1], self->cap->planes[1].offset);
	EXPECT_EQ(other.size, self->answer.info.size);
}

TEST_F(layout, without_room_only_argsz_counts)
{
	struct vfio_device_gfx_plane_info info = {
		.argsz = sizeof(info),
		.flags = VFIO_GFX_PLANE_TYPE_DMABUF | CAPS_AND_LAYOUTS,
		.drm_plane_type = VGPU_PRIMARY,
	};

	ASSERT_EQ(0, vgpu_ioctl(self->v.device, VFIO_DEVICE_QUERY_GFX_PLANE,
				&info));
	EXPECT_EQ(0, info.cap_offset);
	EXPECT_LE(sizeof(info) + sizeof(struct vfio_gfx_plane_cap_layout),
		  info.argsz);
}

/* ---- changes of either memory plane ---- */

/* Refreshes that are enough to find all that was drawn */
#define FOUND	12

/* Arm the event with a new eventfd, and wait until nothing is signalled. */
static int watch(struct vgpu *v)
{
	struct vgpu_event e;
	int fd, tries;

	fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (fd < 0 || vgpu_event_find(v, &e) ||
	    vgpu_event_arm(v, &e, VGPU_PRIMARY, fd))
		return -1;
	for (tries = 0; tries < 20; tries++)
		if (refreshes_pass(v, FOUND) && !signals(fd))
			return fd;
	return -1;
}

TEST_F(layout, pte_of_either_is_signalled)
{
	const uint32_t at[] = { 0, self->fb.size - VGPU_PAGE };
	uint64_t spare;
	size_t i;
	int fd;

	ASSERT_EQ(0, vgpu_alloc_ram(&self->v, VGPU_PAGE, &spare));
	for (i = 0; i < ARRAY_SIZE(at); i++) {
		fd = watch(&self->v);
		ASSERT_LE(0, fd);
		ASSERT_EQ(0, vgpu_ggtt_map(&self->v, self->fb.gma + at[i],
					   spare, VGPU_PAGE));
		EXPECT_LE(1, next_signal(fd)) TH_LOG("page at 0x%x", at[i]);
		close(fd);
	}
}

static const struct vfio_gfx_plane_cap_damage *
damage(const union query_answer *answer)
{
	return query_cap(answer, VFIO_GFX_PLANE_CAP_DAMAGE);
}

static bool same_rect(const struct vfio_gfx_rect *a,
		      const struct vfio_gfx_rect *b)
{
	return !memcmp(a, b, sizeof(*a));
}

/* What is drawn in the first is there; in the second it may be anywhere. */
TEST_F(layout, drawing_in_either_is_damage)
{
	const uint32_t at[] = { 0, self->fb.size - 1 };
	const struct vfio_gfx_plane_cap_damage *cap;
	uint64_t serial;
	size_t i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(at); i++) {
		fd = watch(&self->v);
		ASSERT_LE(0, fd);
		ASSERT_NE(NULL, layout_query(&self->v, &self->answer,
					     &self->ret));
		ASSERT_NE(NULL, damage(&self->answer));
		serial = damage(&self->answer)->serial;
		fb_bytes(&self->v, &self->fb)[at[i]] ^= 0xff;
		ASSERT_LE(1, next_signal(fd)) TH_LOG("byte at 0x%x", at[i]);
		self->cap = layout_query(&self->v, &self->answer, &self->ret);
		ASSERT_NE(NULL, self->cap);
		cap = damage(&self->answer);
		ASSERT_EQ(1, cap->serial - serial);
		EXPECT_EQ(0, cap->rects[0].x1 | cap->rects[0].y1);
		EXPECT_EQ(i == 1, same_rect(&cap->rects[0], &self->cap->source))
			TH_LOG("to %u, %u", cap->rects[0].x2, cap->rects[0].y2);
		close(fd);
	}
}

/* ---- one memory plane, on all platforms ---- */

FIXTURE(simple_layout) {
	struct vgpu v;
	struct vgpu_surface s;
	union query_answer answer;
	const struct vfio_gfx_plane_cap_layout *cap;
	int ret;
};

FIXTURE_VARIANT(simple_layout) {
	uint64_t modifier;
};

FIXTURE_VARIANT_ADD(simple_layout, linear) {
	.modifier = DRM_FORMAT_MOD_LINEAR,
};
FIXTURE_VARIANT_ADD(simple_layout, x) {
	.modifier = I915_FORMAT_MOD_X_TILED,
};

FIXTURE_SETUP(simple_layout)
{
	if (!test_open(_metadata, &self->v))
		return;
	if (!takes_layouts(&self->v)) {
		test_close(&self->v);
		SKIP(return, "no layouts: run a kernel that has them");
	}
	ASSERT_EQ(0, test_show(&self->v, &self->s, DRM_FORMAT_XRGB8888,
			       variant->modifier));
}

FIXTURE_TEARDOWN(simple_layout)
{
	test_close(&self->v);
}

TEST_F(simple_layout, is_described_besides)
{
	struct vfio_device_gfx_plane_info plain;

	ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &plain));
	self->cap = layout_query(&self->v, &self->answer, &self->ret);
	ASSERT_NE(NULL, self->cap);
	EXPECT_EQ(plain.dmabuf_id, self->answer.info.dmabuf_id);
	EXPECT_EQ(plain.size, self->answer.info.size);
	EXPECT_EQ(1, self->cap->nr_planes);
	EXPECT_EQ(DRM_MODE_ROTATE_0, self->cap->rotation);
	EXPECT_EQ(0, self->cap->planes[0].offset);
	EXPECT_EQ(plain.stride, self->cap->planes[0].stride);
	EXPECT_EQ(TEST_WIDTH, self->cap->source.x2);
	EXPECT_EQ(TEST_HEIGHT, self->cap->source.y2);
}

TEST_F(simple_layout, absent_unless_asked_for)
{
	ASSERT_EQ(0, query_caps(&self->v, VGPU_PRIMARY, &self->answer));
	EXPECT_EQ(NULL, query_cap(&self->answer, VFIO_GFX_PLANE_CAP_LAYOUT));
	EXPECT_NE(NULL, query_cap(&self->answer, VFIO_GFX_PLANE_CAP_FLIPS));
}

TEST_F(simple_layout, flag_needs_capabilities)
{
	EXPECT_EQ(-EINVAL, query_flags(&self->v, VGPU_PRIMARY,
				       VFIO_GFX_PLANE_LAYOUTS, &self->answer));
	EXPECT_EQ(-EINVAL, query_flags(&self->v, VGPU_PRIMARY,
				       VFIO_GFX_PLANE_LAYOUTS << 1 |
				       CAPS_AND_LAYOUTS, &self->answer));
}

TEST_F(simple_layout, absent_of_a_plane_that_is_off)
{
	ASSERT_EQ(0, vgpu_primary_hide(&self->v, 0));
	EXPECT_EQ(NULL, layout_query(&self->v, &self->answer, &self->ret));
	EXPECT_EQ(0, self->ret);
	EXPECT_EQ(0, self->answer.info.drm_format);
	EXPECT_NE(NULL, query_cap(&self->answer, VFIO_GFX_PLANE_CAP_FLIPS));
}

TEST_F(simple_layout, rotation_is_told)
{
	ASSERT_EQ(0, vgpu_primary_ctl(&self->v, 0, 0,
				      self->v.gen == 8 ? BDW_ROTATE_180 :
							 PLANE_ROTATE_180));
	EXPECT_EQ(-EOPNOTSUPP, query_caps(&self->v, VGPU_PRIMARY,
					  &self->answer));
	self->cap = layout_query(&self->v, &self->answer, &self->ret);
	ASSERT_NE(NULL, self->cap);
	EXPECT_EQ(DRM_MODE_ROTATE_180, self->cap->rotation);
	EXPECT_EQ(1, self->cap->nr_planes);
}

/* A part of the surface, which begins inside a page and a tile */
TEST_F(simple_layout, source_is_told)
{
	const uint32_t width = 100, height = 20, x = 10, y = 3;
	int fd;

	ASSERT_EQ(0, vgpu_write32(&self->v, PLANE_OFFSET, y << 16 | x));
	ASSERT_EQ(0, vgpu_write32(&self->v, PLANE_SIZE,
				  (height - 1) << 16 | (width - 1)));
	ASSERT_EQ(0, vgpu_pipe_size(&self->v, 0, width, height));
	ASSERT_EQ(0, vgpu_write32(&self->v, PLANE_SURF, self->s.gma));
	EXPECT_EQ(-EOPNOTSUPP, query_caps(&self->v, VGPU_PRIMARY,
					  &self->answer));
	self->cap = layout_query(&self->v, &self->answer, &self->ret);
	ASSERT_NE(NULL, self->cap);
	EXPECT_EQ(x, self->cap->source.x1);
	EXPECT_EQ(y, self->cap->source.y1);
	EXPECT_EQ(x + width, self->cap->source.x2);
	EXPECT_EQ(y + height, self->cap->source.y2);
	EXPECT_EQ(width, self->answer.info.width);
	EXPECT_EQ(height, self->answer.info.height);

	/* The dma-buf begins with the surface, and ends with what is shown. */
	self->s.size = self->answer.info.size;
	fd = vgpu_get_dmabuf(&self->v, self->answer.info.dmabuf_id);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, test_compare(fd, &self->v, &self->s));
	close(fd);
}

TEST_HARNESS_MAIN
