// SPDX-License-Identifier: GPL-2.0
/*
 * VFIO_GFX_PLANE_CAP_LAYOUT of framebuffers of two memory planes. The bytes of
 * both are those that the guest wrote, and i915 makes a framebuffer with the
 * layout. No GPU has compressed them: whether one reads what another has
 * compressed is not tested.
 */
#include "layout_util.h"

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

FIXTURE_SETUP(layout)
{
	layout_open_two(_metadata, &self->v, &self->fb, variant->kind,
			variant->gap);
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
	const uint8_t *was = layout_bytes(&self->v, &self->fb);
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

/* Does i915 make such a framebuffer of memory of its own? */
static bool can_show(int card, const struct layout_fb *fb)
{
	const struct vfio_device_gfx_plane_info info = {
		.drm_format = fb->kind->fourcc,
		.drm_format_mod = fb->kind->modifier,
	};
	const struct vfio_gfx_plane_cap_layout layout = {
		.nr_planes = 2,
		.source = { .x2 = fb->width, .y2 = fb->height },
		.planes = {
			{ .stride = fb->stride[0] },
			{ .offset = fb->offset[1], .stride = fb->stride[1] },
		},
	};
	uint32_t own;

	return !layout_own_object(card, fb->size, &own) &&
	       !layout_add_fb(card, own, &info, &layout);
}

TEST_F(layout, makes_a_framebuffer_of_i915)
{
	struct vfio_gfx_plane_cap_layout layout;
	uint32_t handle;
	int card, fd;

	card = vgpu_drm_open_card();
	ASSERT_LE(0, card);
	if (!can_show(card, &self->fb)) {
		close(card);
		SKIP(return, "this GPU has no such plane: use another");
	}
	self->cap = layout_query(&self->v, &self->answer, &self->ret);
	ASSERT_NE(NULL, self->cap);
	layout = *self->cap;
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
		far | stride,		/* not in its share */
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

/* Flip to another. Return whether what was shown before has been seen after. */
static bool flip_is_awaited(struct __test_metadata *_metadata, struct vgpu *v,
			    const struct layout_fb *from,
			    const struct layout_fb *to)
{
	const struct vfio_gfx_plane_cap_layout *cap;
	union query_answer answer;
	int tries, ret;

	ASSERT_EQ(0, layout_write(v, to, 0));
	ASSERT_EQ(0, arm(v, to));
	/* What is written after that waits for the next write of PLANE_SURF. */
	ASSERT_EQ(0, vgpu_write32(v, PLANE_AUX_DIST, 0));
	for (tries = 0; tries < 1000; tries++) {
		cap = layout_query(v, &answer, &ret);
		ASSERT_NE(NULL, cap);
		if (cap->planes[1].offset != from->offset[1])
			break;
		EXPECT_EQ(from->size, answer.info.size);
		usleep(100);
	}
	EXPECT_EQ(to->offset[1], cap->planes[1].offset);
	EXPECT_EQ(to->size, answer.info.size);
	return tries;
}

/* A flip that waits for the vblank takes the second plane along. */
TEST_F(layout, second_is_latched_with_the_first)
{
	struct layout_fb other;
	bool awaited = false;
	int i;

	ASSERT_EQ(0, layout_init(&self->v, &other, variant->kind, TEST_WIDTH,
				 TEST_HEIGHT, 2 * VGPU_PAGE));
	/* The vblank may come before the first query. */
	for (i = 0; i < 50 && !awaited; i++)
		awaited = flip_is_awaited(_metadata, &self->v,
					  i % 2 ? &other : &self->fb,
					  i % 2 ? &self->fb : &other);
	EXPECT_TRUE(awaited);
}

TEST_F(layout, without_room_only_argsz_counts)
{
	union query_answer *answer = &self->answer;
	const struct vfio_device_gfx_plane_info ask = {
		.argsz = sizeof(ask),
		.flags = VFIO_GFX_PLANE_TYPE_DMABUF | CAPS_AND_LAYOUTS,
		.drm_plane_type = VGPU_PRIMARY,
	};
	uint32_t room;

	answer->info = ask;
	ASSERT_EQ(0, vgpu_ioctl(self->v.device, VFIO_DEVICE_QUERY_GFX_PLANE,
				answer));
	EXPECT_EQ(0, answer->info.cap_offset);
	room = answer->info.argsz;
	ASSERT_LE(sizeof(ask) + sizeof(*self->cap), room);
	ASSERT_GE(sizeof(*answer), room);

	answer->info = ask;
	answer->info.argsz = room - 1;
	ASSERT_EQ(0, vgpu_ioctl(self->v.device, VFIO_DEVICE_QUERY_GFX_PLANE,
				answer));
	EXPECT_EQ(0, answer->info.cap_offset);
	EXPECT_EQ(room, answer->info.argsz);

	answer->info = ask;
	answer->info.argsz = room;
	ASSERT_EQ(0, vgpu_ioctl(self->v.device, VFIO_DEVICE_QUERY_GFX_PLANE,
				answer));
	EXPECT_NE(NULL, query_cap(answer, VFIO_GFX_PLANE_CAP_LAYOUT));
}

TEST_HARNESS_MAIN
