// SPDX-License-Identifier: GPL-2.0
/*
 * VFIO_GFX_PLANE_CAP_DAMAGE: where pixels of a plane have changed since a client
 * queried it before. The rectangles hold each such pixel, in each layout, and
 * everything where a change is not known by its pixels.
 */
#include <sys/eventfd.h>

#include "event_test_util.h"
#include "glyph_util.h"
#include "query_util.h"
#include "vgpu_commands.h"
#include "vgpu_tile.h"

#define WIDTH		1024
#define HEIGHT		768
/* Refreshes that are enough to find all that was drawn */
#define FOUND		12
#define QUERIES		10	/* more than there are rectangles */

FIXTURE(damage) {
	struct vgpu v;
	struct vgpu_event e;
	struct vgpu_surface s, cursor;
	int fd[EVENT_PLANES];
};

/* What a client remembers of its last query: a serial, and then what is newer */
struct client {
	uint64_t serial;
	struct vfio_gfx_rect rect;
};

static const struct vfio_gfx_rect everything = { 0, 0, WIDTH, HEIGHT };

static void add_rect(struct vfio_gfx_rect *to, const struct vfio_gfx_rect *r)
{
	if (r->x1 == r->x2)
		return;
	if (to->x1 == to->x2) {
		*to = *r;
		return;
	}
	to->x1 = r->x1 < to->x1 ? r->x1 : to->x1;
	to->y1 = r->y1 < to->y1 ? r->y1 : to->y1;
	to->x2 = r->x2 > to->x2 ? r->x2 : to->x2;
	to->y2 = r->y2 > to->y2 ? r->y2 : to->y2;
}

static const struct vfio_gfx_plane_cap_damage *
damage_of(struct vgpu *v, enum vgpu_plane plane, union query_answer *answer)
{
	return query_caps(v, plane, answer) ? NULL :
	       query_cap(answer, VFIO_GFX_PLANE_CAP_DAMAGE);
}

/* What has changed since the last call, as vfio.h says to find it */
static int look(struct vgpu *v, enum vgpu_plane plane, struct client *c)
{
	const struct vfio_gfx_plane_cap_damage *cap;
	union query_answer answer;
	int i, count;

	cap = damage_of(v, plane, &answer);
	if (!cap)
		return -ENODATA;
	c->rect = (struct vfio_gfx_rect) { };
	count = query_new_rects(cap, &c->serial);
	if (count < 0)
		c->rect = (struct vfio_gfx_rect) {
			0, 0, answer.info.width, answer.info.height
		};
	for (i = 0; i < count; i++)
		add_rect(&c->rect, &cap->rects[i]);
	return 0;
}

FIXTURE_SETUP(damage)
{
	union query_answer answer;
	int i;

	if (!test_open_event(_metadata, &self->v, TEST_RAM, &self->e))
		return;
	ASSERT_EQ(0, vgpu_surface_init(&self->v, &self->s, WIDTH, HEIGHT,
				       DRM_FORMAT_XRGB8888,
				       DRM_FORMAT_MOD_LINEAR));
	ASSERT_EQ(0, test_make_cursor(&self->v, &self->cursor));
	ASSERT_EQ(0, vgpu_primary_show(&self->v, 0, &self->s));
	ASSERT_EQ(0, vgpu_cursor_show(&self->v, 0, &self->cursor));
	ASSERT_EQ(0, vgpu_pipe_on(&self->v, 0, WIDTH, HEIGHT));
	for (i = 0; i < EVENT_PLANES; i++) {
		self->fd[i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		ASSERT_LE(0, self->fd[i]);
		ASSERT_EQ(0, vgpu_event_arm(&self->v, &self->e, i, self->fd[i]));
	}
	if (!damage_of(&self->v, VGPU_PRIMARY, &answer)) {
		for (i = 0; i < EVENT_PLANES; i++)
			close(self->fd[i]);
		vgpu_close(&self->v);
		SKIP(return, "no damage: run a kernel that has it");
	}
}

FIXTURE_TEARDOWN(damage)
{
	int i;

	for (i = 0; i < EVENT_PLANES; i++)
		close(self->fd[i]);
	test_close(&self->v);
}

/* Until nothing is signalled any more; then @c has seen all of it. */
static bool settles(struct _test_data_damage *self, struct client *c)
{
	int tries;

	for (tries = 0; tries < 20; tries++) {
		if (!refreshes_pass(&self->v, FOUND))
			return false;
		if (!signals(self->fd[VGPU_PRIMARY]))
			return !look(&self->v, VGPU_PRIMARY, c);
	}
	return false;
}

/* The pixels of all pages that the glyph is on; a line of the linear one is a page. */
static struct vfio_gfx_rect pages_of_glyph(struct _test_data_damage *self,
					   uint32_t left, uint32_t top)
{
	const struct vgpu_surface *s = &self->s;
	uint32_t width = WIDTH, height = 1;

	if (s->modifier != DRM_FORMAT_MOD_LINEAR) {
		width = vgpu_tile_width(s->modifier, s->cpp) / s->cpp;
		height = vgpu_tile_height(s->modifier, s->cpp);
	}
	return (struct vfio_gfx_rect) {
		left / width * width, top / height * height,
		(left + GLYPH_WIDTH - 1) / width * width + width,
		(top + GLYPH_HEIGHT - 1) / height * height + height,
	};
}

/* Draw, and query after each signal until there is none for some time. */
static int look_at_glyph(struct _test_data_damage *self, struct client *c,
			 uint32_t left, uint32_t top)
{
	struct vfio_gfx_rect sum = { };
	int ret;

	draw_glyph(&self->v, &self->s, left, top);
	if (!next_signal(self->fd[VGPU_PRIMARY]))
		return -ETIME;
	do {
		ret = look(&self->v, VGPU_PRIMARY, c);
		if (ret)
			return ret;
		add_rect(&sum, &c->rect);
		if (!refreshes_pass(&self->v, FOUND))
			return -ETIME;
	} while (signals(self->fd[VGPU_PRIMARY]));
	c->rect = sum;
	return 0;
}

static void expect_rect(struct __test_metadata *_metadata,
			const struct vfio_gfx_rect *expected,
			const struct vfio_gfx_rect *seen)
{
	EXPECT_EQ(0, memcmp(expected, seen, sizeof(*seen)))
		TH_LOG("%u %u to %u %u, expected %u %u to %u %u", seen->x1,
		       seen->y1, seen->x2, seen->y2, expected->x1, expected->y1,
		       expected->x2, expected->y2);
}

TEST_F(damage, of_a_glyph_is_its_pages)
{
	const uint64_t layouts[] = {
		DRM_FORMAT_MOD_LINEAR, I915_FORMAT_MOD_X_TILED,
		I915_FORMAT_MOD_Y_TILED, I915_FORMAT_MOD_Yf_TILED,
	};
	const struct { uint32_t left, top; } at[] = {
		{ 0, 0 }, { WIDTH - GLYPH_WIDTH, HEIGHT - GLYPH_HEIGHT },
		{ WIDTH - GLYPH_WIDTH, 0 }, { 0, HEIGHT - GLYPH_HEIGHT },
		{ 124, 28 }, { 500, 333 },
	};
	struct vfio_gfx_rect pages;
	struct client c;
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(layouts); i++) {
		if (!vgpu_can_show(&self->v, DRM_FORMAT_XRGB8888, layouts[i]))
			continue;
		/* The same memory and stride: only the layout differs. */
		self->s.modifier = layouts[i];
		ASSERT_EQ(0, vgpu_primary_show(&self->v, 0, &self->s));
		c = (struct client) { };
		ASSERT_TRUE(settles(self, &c));
		for (j = 0; j < ARRAY_SIZE(at); j++) {
			ASSERT_EQ(0, look_at_glyph(self, &c, at[j].left, at[j].top));
			pages = pages_of_glyph(self, at[j].left, at[j].top);
			expect_rect(_metadata, &pages, &c.rect);
		}
	}
}

TEST_F(damage, is_empty_if_nothing_changed)
{
	const struct vfio_gfx_rect nothing = { };
	struct client c = { };
	int i;

	ASSERT_TRUE(settles(self, &c));
	for (i = 0; i < 2 * QUERIES; i++) {
		ASSERT_TRUE(refreshes_pass(&self->v, 0));
		ASSERT_EQ(0, look(&self->v, VGPU_PRIMARY, &c));
		expect_rect(_metadata, &nothing, &c.rect);
	}
}

/* A query of one client hides nothing from another. */
TEST_F(damage, is_each_clients_own)
{
	struct vfio_gfx_rect first = pages_of_glyph(self, 40, 80);
	struct vfio_gfx_rect second = pages_of_glyph(self, 640, 480);
	struct client seldom = { }, often = { };

	ASSERT_TRUE(settles(self, &often));
	ASSERT_EQ(0, look(&self->v, VGPU_PRIMARY, &seldom));
	ASSERT_EQ(0, look_at_glyph(self, &often, 40, 80));
	expect_rect(_metadata, &first, &often.rect);
	ASSERT_EQ(0, look_at_glyph(self, &often, 640, 480));
	expect_rect(_metadata, &second, &often.rect);
	ASSERT_EQ(0, look(&self->v, VGPU_PRIMARY, &seldom));
	add_rect(&first, &second);
	expect_rect(_metadata, &first, &seldom.rect);
}

TEST_F(damage, is_everything_if_too_long_ago)
{
	struct client seldom = { }, often = { };
	int i;

	ASSERT_TRUE(settles(self, &often));
	ASSERT_EQ(0, look(&self->v, VGPU_PRIMARY, &seldom));
	for (i = 0; i < QUERIES; i++)
		ASSERT_EQ(0, look_at_glyph(self, &often, 40 + 8 * i, 80));
	ASSERT_EQ(0, look(&self->v, VGPU_PRIMARY, &seldom));
	expect_rect(_metadata, &everything, &seldom.rect);
}

/* Before it is signalled, too: the query describes it already. */
TEST_F(damage, of_a_flip_is_everything)
{
	struct client c = { };
	int i;

	for (i = 0; i < 8; i++) {
		ASSERT_TRUE(settles(self, &c));
		ASSERT_EQ(0, vgpu_primary_flip(&self->v, 0, self->s.gma));
		ASSERT_EQ(0, look(&self->v, VGPU_PRIMARY, &c));
		expect_rect(_metadata, &everything, &c.rect);
	}
}

TEST_F(damage, of_a_page_remapped_is_everything)
{
	struct client c = { };

	ASSERT_TRUE(settles(self, &c));
	ASSERT_EQ(0, vgpu_ggtt_map(&self->v, self->s.gma, self->s.gpa + VGPU_PAGE,
				   VGPU_PAGE));
	ASSERT_EQ(0, look(&self->v, VGPU_PRIMARY, &c));
	expect_rect(_metadata, &everything, &c.rect);
}

TEST_F(damage, of_the_gpu_is_everything)
{
	const uint32_t nothing[] = { 0, 0, 0, 0 };
	struct vgpu_ring ring;
	struct client c = { };

	ASSERT_EQ(0, vgpu_ring_init(&self->v, &ring));
	ASSERT_TRUE(settles(self, &c));
	ASSERT_EQ(0, vgpu_ring_submit(&self->v, &ring, nothing,
				      ARRAY_SIZE(nothing)));
	ASSERT_LE(1, next_signal(self->fd[VGPU_PRIMARY]));
	ASSERT_EQ(0, look(&self->v, VGPU_PRIMARY, &c));
	expect_rect(_metadata, &everything, &c.rect);
}

static int mask_all(struct _test_data_damage *self, uint32_t action)
{
	return vgpu_event_set(&self->v, &self->e, VFIO_IRQ_SET_DATA_NONE | action,
			      0, self->e.count, NULL, 0);
}

TEST_F(damage, is_absent_unless_watched)
{
	union query_answer answer;
	struct client c = { };

	ASSERT_TRUE(settles(self, &c));
	ASSERT_EQ(0, mask_all(self, VFIO_IRQ_SET_ACTION_MASK));
	ASSERT_EQ(0, query_caps(&self->v, VGPU_PRIMARY, &answer));
	EXPECT_EQ(NULL, query_cap(&answer, VFIO_GFX_PLANE_CAP_DAMAGE));
	ASSERT_EQ(0, mask_all(self, VFIO_IRQ_SET_ACTION_UNMASK));
	ASSERT_EQ(0, look(&self->v, VGPU_PRIMARY, &c));
	expect_rect(_metadata, &everything, &c.rect);

	ASSERT_TRUE(settles(self, &c));
	ASSERT_EQ(0, vgpu_event_arm(&self->v, &self->e, VGPU_PRIMARY, -1));
	ASSERT_EQ(0, query_caps(&self->v, VGPU_PRIMARY, &answer));
	EXPECT_EQ(NULL, query_cap(&answer, VFIO_GFX_PLANE_CAP_DAMAGE));
	ASSERT_EQ(0, vgpu_event_arm(&self->v, &self->e, VGPU_PRIMARY,
				    self->fd[VGPU_PRIMARY]));
	ASSERT_EQ(0, look(&self->v, VGPU_PRIMARY, &c));
	expect_rect(_metadata, &everything, &c.rect);
}

TEST_F(damage, unmask_without_a_mask_adds_none)
{
	const struct vfio_gfx_rect nothing = { };
	struct client c = { };

	ASSERT_TRUE(settles(self, &c));
	ASSERT_EQ(0, mask_all(self, VFIO_IRQ_SET_ACTION_UNMASK));
	ASSERT_EQ(0, look(&self->v, VGPU_PRIMARY, &c));
	expect_rect(_metadata, &nothing, &c.rect);
}

TEST_F(damage, of_a_plane_off_and_on_is_everything)
{
	const struct vfio_gfx_rect nothing = { };
	struct client c = { };

	ASSERT_TRUE(settles(self, &c));
	ASSERT_EQ(0, vgpu_primary_hide(&self->v, 0));
	ASSERT_EQ(0, look(&self->v, VGPU_PRIMARY, &c));
	expect_rect(_metadata, &nothing, &c.rect);
	ASSERT_EQ(0, vgpu_primary_show(&self->v, 0, &self->s));
	ASSERT_EQ(0, look(&self->v, VGPU_PRIMARY, &c));
	expect_rect(_metadata, &everything, &c.rect);
}

/* The next owner of the vGPU has another guest. */
TEST_F(damage, ends_with_the_close)
{
	const struct vfio_gfx_plane_cap_damage *cap;
	union query_answer answer;
	struct client c = { };
	int i;

	ASSERT_TRUE(settles(self, &c));
	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, look_at_glyph(self, &c, 40 + 8 * i, 80));
	vgpu_close(&self->v);
	ASSERT_TRUE(test_open(_metadata, &self->v));
	ASSERT_EQ(0, vgpu_event_arm(&self->v, &self->e, VGPU_PRIMARY,
				    self->fd[VGPU_PRIMARY]));
	cap = damage_of(&self->v, VGPU_PRIMARY, &answer);
	ASSERT_NE(NULL, cap);
	EXPECT_EQ(1, cap->serial);
	EXPECT_EQ(1, cap->nr_rects);
}

TEST_F(damage, of_the_cursor_is_the_cursors)
{
	uint8_t *bytes = vgpu_surface_bytes(&self->v, &self->cursor);
	struct client c = { }, cursor = { };

	ASSERT_TRUE(settles(self, &c));
	ASSERT_EQ(0, look(&self->v, VGPU_CURSOR, &cursor));
	signals(self->fd[VGPU_CURSOR]);
	bytes[self->cursor.size - 1]++;
	ASSERT_LE(1, next_signal(self->fd[VGPU_CURSOR]));
	ASSERT_EQ(0, look(&self->v, VGPU_CURSOR, &cursor));
	EXPECT_EQ(self->cursor.height, cursor.rect.y2);
	EXPECT_LT(0, cursor.rect.y1);
	EXPECT_EQ(0, signals(self->fd[VGPU_PRIMARY]));
}

TEST_HARNESS_MAIN
