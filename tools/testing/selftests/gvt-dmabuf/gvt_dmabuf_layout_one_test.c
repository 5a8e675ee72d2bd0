// SPDX-License-Identifier: GPL-2.0
/*
 * VFIO_GFX_PLANE_CAP_LAYOUT of framebuffers of one memory plane, which all
 * platforms support: a part of a surface, rotation, and what is returned to
 * clients that do not ask for layouts.
 */
#include "layout_util.h"

FIXTURE(layout_one) {
	struct vgpu v;
	struct vgpu_surface s;
	union query_answer answer;
	const struct vfio_gfx_plane_cap_layout *cap;
	int ret;
};

/* @x, @y: a pixel that is not the first of its line, but of a page */
FIXTURE_VARIANT(layout_one) {
	uint64_t modifier;
	uint32_t x, y;
};

FIXTURE_VARIANT_ADD(layout_one, linear) {
	.modifier = DRM_FORMAT_MOD_LINEAR, .x = 192, .y = 4,
};

FIXTURE_VARIANT_ADD(layout_one, x) {
	.modifier = I915_FORMAT_MOD_X_TILED, .x = 128, .y = 8,
};

FIXTURE_SETUP(layout_one)
{
	if (layout_open(_metadata, &self->v))
		ASSERT_EQ(0, test_show(&self->v, &self->s, DRM_FORMAT_XRGB8888,
				       variant->modifier));
}

FIXTURE_TEARDOWN(layout_one)
{
	test_close(&self->v);
}

TEST_F(layout_one, is_described_besides)
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

TEST_F(layout_one, absent_unless_asked_for)
{
	ASSERT_EQ(0, query_caps(&self->v, VGPU_PRIMARY, &self->answer));
	EXPECT_EQ(NULL, query_cap(&self->answer, VFIO_GFX_PLANE_CAP_LAYOUT));
	EXPECT_NE(NULL, query_cap(&self->answer, VFIO_GFX_PLANE_CAP_FLIPS));
}

TEST_F(layout_one, flag_needs_capabilities)
{
	EXPECT_EQ(-EINVAL, query_flags(&self->v, VGPU_PRIMARY,
				       VFIO_GFX_PLANE_LAYOUTS, &self->answer));
	EXPECT_EQ(-EINVAL, query_flags(&self->v, VGPU_PRIMARY,
				       VFIO_GFX_PLANE_LAYOUTS << 1 |
				       CAPS_AND_LAYOUTS, &self->answer));
}

TEST_F(layout_one, absent_of_a_plane_that_is_off)
{
	ASSERT_EQ(0, vgpu_primary_hide(&self->v, 0));
	EXPECT_EQ(NULL, layout_query(&self->v, &self->answer, &self->ret));
	EXPECT_EQ(0, self->ret);
	EXPECT_EQ(0, self->answer.info.drm_format);
	EXPECT_NE(NULL, query_cap(&self->answer, VFIO_GFX_PLANE_CAP_FLIPS));
}

static int rotate(struct vgpu *v, bool on)
{
	const uint32_t bit = v->gen == 8 ? BDW_ROTATE_180 : PLANE_ROTATE_180;

	return vgpu_primary_ctl(v, 0, on ? 0 : bit, on ? bit : 0);
}

/* Show a part of the surface, which begins at @x, @y. */
static int show_part(struct vgpu *v, const struct vgpu_surface *s, uint32_t x,
		     uint32_t y, uint32_t width, uint32_t height)
{
	const struct vgpu_reg_write w[] = {
		{ PLANE_OFFSET, y << 16 | x },
		{ PLANE_SIZE, (height - 1) << 16 | (width - 1) },
	};
	int ret = vgpu_write_all(v, 0, w, ARRAY_SIZE(w));

	if (!ret)
		ret = vgpu_pipe_size(v, 0, width, height);
	return ret ? ret : vgpu_write32(v, PLANE_SURF, s->gma);
}

TEST_F(layout_one, rotation_is_told)
{
	ASSERT_EQ(0, rotate(&self->v, true));
	EXPECT_EQ(-EOPNOTSUPP, query_caps(&self->v, VGPU_PRIMARY,
					  &self->answer));
	self->cap = layout_query(&self->v, &self->answer, &self->ret);
	ASSERT_NE(NULL, self->cap);
	EXPECT_EQ(DRM_MODE_ROTATE_180, self->cap->rotation);
	EXPECT_EQ(1, self->cap->nr_planes);
}

/*
 * A part whose lines go on past the stride, as i915 programs one below another: a
 * client that does not ask for layouts gets it from its first pixel.
 */
TEST_F(layout_one, lines_past_the_stride_are_described)
{
	const uint32_t width = 140, height = 20;
	const size_t before =
		variant->modifier == DRM_FORMAT_MOD_LINEAR ? 4096 : 3 * 4096;
	int fd;

	ASSERT_LT(self->s.stride, (variant->x + width) * 4);
	ASSERT_EQ(0, show_part(&self->v, &self->s, variant->x, variant->y,
			       width, height));
	ASSERT_EQ(0, query_caps(&self->v, VGPU_PRIMARY, &self->answer));
	EXPECT_EQ(width, self->answer.info.width);
	EXPECT_EQ(height, self->answer.info.height);
	EXPECT_EQ(self->s.stride, self->answer.info.stride);
	EXPECT_EQ(variant->modifier, self->answer.info.drm_format_mod);

	self->s.gpa += before;
	self->s.size = self->answer.info.size;
	fd = vgpu_get_dmabuf(&self->v, self->answer.info.dmabuf_id);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, test_compare(fd, &self->v, &self->s));
	close(fd);

	/* Not if it begins inside a page or a tile */
	ASSERT_EQ(0, show_part(&self->v, &self->s, variant->x, variant->y + 1,
			       width, height));
	EXPECT_EQ(-EOPNOTSUPP, query_caps(&self->v, VGPU_PRIMARY,
					  &self->answer));
}

/* A part of the surface, which begins inside a page and a tile */
TEST_F(layout_one, source_is_told)
{
	const uint32_t width = 100, height = 20, x = 10, y = 3;
	int fd;

	ASSERT_EQ(0, show_part(&self->v, &self->s, x, y, width, height));
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

/* An id with the layout, 0 on failure */
static uint32_t id_of(struct vgpu *v)
{
	union query_answer answer;
	int ret;

	return layout_query(v, &answer, &ret) ? answer.info.dmabuf_id : 0;
}

TEST_F(layout_one, rotation_is_part_of_the_id)
{
	const uint32_t id = id_of(&self->v);
	uint32_t rotated;

	ASSERT_NE(0, id);
	ASSERT_EQ(0, rotate(&self->v, true));
	rotated = id_of(&self->v);
	EXPECT_NE(0, rotated);
	EXPECT_NE(id, rotated);
	ASSERT_EQ(0, rotate(&self->v, false));
	EXPECT_EQ(id, id_of(&self->v));
}

/* Columns and lines of the same pages */
TEST_F(layout_one, source_is_part_of_the_id)
{
	static const uint32_t at[][2] = { { 10, 2 }, { 11, 2 }, { 10, 3 } };
	uint32_t ids[ARRAY_SIZE(at)];
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(at); i++) {
		ASSERT_EQ(0, show_part(&self->v, &self->s, at[i][0], at[i][1],
				       100, 20));
		ids[i] = id_of(&self->v);
		ASSERT_NE(0, ids[i]);
		for (j = 0; j < i; j++)
			EXPECT_NE(ids[j], ids[i]);
	}
	for (i = 0; i < ARRAY_SIZE(at); i++) {
		ASSERT_EQ(0, show_part(&self->v, &self->s, at[i][0], at[i][1],
				       100, 20));
		EXPECT_EQ(ids[i], id_of(&self->v));
	}
}

/* A layout has whole lines, as ADDFB2 needs; other queries describe the part alone. */
TEST_F(layout_one, part_that_begins_a_page_makes_a_framebuffer)
{
	const uint32_t width = 8, height = 20;
	struct vfio_device_gfx_plane_info plain, again;
	uint32_t own, handle;
	int card, fd;

	card = vgpu_drm_open_card();
	ASSERT_LE(0, card);
	ASSERT_EQ(0, show_part(&self->v, &self->s, variant->x, variant->y,
			       width, height));
	ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &plain));
	self->cap = layout_query(&self->v, &self->answer, &self->ret);
	ASSERT_NE(NULL, self->cap);
	EXPECT_EQ(variant->x, self->cap->source.x1);
	EXPECT_EQ(variant->y, self->cap->source.y1);
	EXPECT_EQ(variant->x + width, self->cap->source.x2);
	EXPECT_EQ(variant->y + height, self->cap->source.y2);
	EXPECT_NE(plain.dmabuf_id, self->answer.info.dmabuf_id);

	/* The query with a layout has not changed the answer without one. */
	ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &again));
	EXPECT_EQ(plain.dmabuf_id, again.dmabuf_id);
	EXPECT_EQ(plain.size, again.size);

	fd = vgpu_get_dmabuf(&self->v, self->answer.info.dmabuf_id);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, vgpu_drm_import(card, fd, &handle));
	EXPECT_EQ(0, layout_add_fb(card, handle, &self->answer.info,
				   self->cap));
	/* ADDFB2 checks the size: an object that is one page smaller is refused. */
	ASSERT_EQ(0, layout_own_object(card, self->answer.info.size - VGPU_PAGE,
				       &own));
	EXPECT_EQ(-EINVAL, layout_add_fb(card, own, &self->answer.info,
					 self->cap));
	self->s.size = self->answer.info.size;
	EXPECT_EQ(0, test_compare(fd, &self->v, &self->s));
	close(fd);
	close(card);
}

TEST_HARNESS_MAIN
