// SPDX-License-Identifier: GPL-2.0
/*
 * VFIO_GFX_PLANE_CAP_SCREEN: which planes make up the screen, in which order,
 * so that a client can draw what the guest's screen shows.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

#include "event_test_util.h"
#include "query_util.h"
#include "vgpu_drm.h"
#include "vgpu_regs.h"

#define WIDTH		640
#define HEIGHT		360
#define SMALL		128
#define SMALL_X		100
#define SMALL_Y		60
#define CURSOR_X	150		/* in the small surface, in part */
#define CURSOR_Y	100

#define DESKTOP		0xff204080u
#define BAR		0x80300010u	/* of the menu: lets half through */
#define WINDOW		0xffc0a020u
#define POINTER		0xfff0f0f0u

static void draw(struct vgpu *v, const struct vgpu_surface *s, uint32_t upper,
		 uint32_t lower)
{
	uint32_t *px = (uint32_t *)vgpu_surface_bytes(v, s);
	uint32_t i;

	for (i = 0; i < s->stride / 4 * s->height; i++)
		px[i] = i < s->stride / 4 * s->height / 2 ? upper : lower;
}

FIXTURE(screen) {
	struct vgpu v;
	struct vgpu_surface big, alpha, window, menu, cursor;
	union query_answer answer;
};

FIXTURE_VARIANT(screen) {
	enum vgpu_order order;
};

FIXTURE_VARIANT_ADD(screen, surf_last) { .order = VGPU_SURF_LAST };
FIXTURE_VARIANT_ADD(screen, ctl_last) { .order = VGPU_CTL_LAST };

static const struct vfio_gfx_plane_cap_screen *
screen_of(struct vgpu *v, enum vgpu_plane plane, union query_answer *answer)
{
	return query_caps(v, plane, answer) ? NULL :
	       query_cap(answer, VFIO_GFX_PLANE_CAP_SCREEN);
}

FIXTURE_SETUP(screen)
{
	struct vgpu *v = &self->v;

	if (!test_open(_metadata, v))
		return;
	v->order = variant->order;
	ASSERT_EQ(0, vgpu_surface_init(v, &self->big, WIDTH, HEIGHT,
				       DRM_FORMAT_XRGB8888,
				       DRM_FORMAT_MOD_LINEAR));
	ASSERT_EQ(0, vgpu_surface_init(v, &self->window, SMALL, SMALL,
				       DRM_FORMAT_XRGB8888,
				       DRM_FORMAT_MOD_LINEAR));
	/* Broadwell has no formats with alpha but the cursor's. */
	self->alpha = self->big;
	self->menu = self->window;
	if (v->gen != 8) {
		ASSERT_EQ(0, vgpu_surface_init(v, &self->alpha, WIDTH, HEIGHT,
					       DRM_FORMAT_ARGB8888,
					       DRM_FORMAT_MOD_LINEAR));
		ASSERT_EQ(0, vgpu_surface_init(v, &self->menu, SMALL, SMALL,
					       DRM_FORMAT_ARGB8888,
					       DRM_FORMAT_MOD_LINEAR));
	}
	ASSERT_EQ(0, test_make_cursor(v, &self->cursor));
	draw(v, &self->alpha, DESKTOP, 0);
	draw(v, &self->menu, BAR, 0);
	draw(v, &self->big, DESKTOP, DESKTOP + 1);
	draw(v, &self->window, WINDOW, WINDOW + 1);
	draw(v, &self->cursor, POINTER, 0);
	ASSERT_EQ(0, vgpu_pipe_on(v, 0, WIDTH, HEIGHT));
	ASSERT_EQ(0, vgpu_plane_show(v, 0, 1, &self->big, 0, 0));
	if (query_caps(v, VGPU_PRIMARY, &self->answer) == -EINVAL) {
		test_close(v);
		SKIP(return, "no capabilities: run a kernel that has them");
	}
}

FIXTURE_TEARDOWN(screen)
{
	test_close(&self->v);
}

/* A letter for each plane from the bottom on, in upper case if it has alpha */
static const char *order_of(const struct vfio_gfx_plane_cap_screen *cap)
{
	static char text[16];
	uint32_t i;

	if (!cap)
		return "none";
	for (i = 0; i < cap->nr_planes && i < sizeof(text) - 1; i++)
		text[i] = (cap->planes[i].flags & VFIO_GFX_SCREEN_PLANE_ALPHA ?
			   "OPC?" : "opc?")[cap->planes[i].drm_plane_type & 3];
	text[i] = 0;
	return text;
}

static const char *order(struct vgpu *v, union query_answer *answer)
{
	return order_of(screen_of(v, VGPU_PRIMARY, answer));
}

TEST_F(screen, size_is_the_pipes)
{
	const struct vfio_gfx_plane_cap_screen *cap;

	ASSERT_EQ(0, vgpu_pipe_size(&self->v, 0, WIDTH - 8, HEIGHT - 4));
	cap = screen_of(&self->v, VGPU_PRIMARY, &self->answer);
	ASSERT_NE(NULL, cap);
	EXPECT_EQ(WIDTH - 8, cap->width);
	EXPECT_EQ(HEIGHT - 4, cap->height);
	EXPECT_EQ(0, cap->flags);
}

TEST_F(screen, planes_are_from_the_bottom_on)
{
	struct vgpu *v = &self->v;

	EXPECT_STREQ("p", order(v, &self->answer));
	ASSERT_EQ(0, vgpu_plane_show(v, 0, 2, &self->menu, SMALL_X, SMALL_Y));
	EXPECT_STREQ(v->gen == 8 ? "po" : "pO", order(v, &self->answer));
	ASSERT_EQ(0, vgpu_cursor_show(v, 0, &self->cursor));
	EXPECT_STREQ(v->gen == 8 ? "poC" : "pOC", order(v, &self->answer));
	ASSERT_EQ(0, vgpu_plane_hide(v, 0, 2));
	EXPECT_STREQ("pC", order(v, &self->answer));
}

TEST_F(screen, is_the_same_for_each_plane)
{
	struct vgpu *v = &self->v;
	enum vgpu_plane plane;

	/* The overlay is off. */
	ASSERT_EQ(0, vgpu_cursor_show(v, 0, &self->cursor));
	for (plane = VGPU_OVERLAY; plane <= VGPU_CURSOR; plane++)
		EXPECT_STREQ("pC",
			     order_of(screen_of(v, plane, &self->answer)));
}

TEST_F(screen, cursor_stays_without_a_primary)
{
	ASSERT_EQ(0, vgpu_cursor_show(&self->v, 0, &self->cursor));
	ASSERT_EQ(0, vgpu_primary_hide(&self->v, 0));
	EXPECT_STREQ("C", order(&self->v, &self->answer));
}

TEST_F(screen, that_is_off_has_none)
{
	ASSERT_EQ(0, vgpu_pipe_off(&self->v, 0));
	EXPECT_STREQ("none", order(&self->v, &self->answer));
}

TEST_F(screen, video_is_below_a_desktop_with_alpha)
{
	struct vgpu *v = &self->v;

	if (v->gen == 8)
		SKIP(return, "planes have no alpha: use Skylake");
	ASSERT_EQ(0, vgpu_plane_show(v, 0, 1, &self->window, SMALL_X, SMALL_Y));
	ASSERT_EQ(0, vgpu_plane_show(v, 0, 2, &self->alpha, 0, 0));
	EXPECT_STREQ("oP", order(v, &self->answer));
	/* No alpha for a client that shows one plane */
	EXPECT_EQ(DRM_FORMAT_XRGB8888, self->answer.info.drm_format);
	/* What an opaque one hides is not seen. */
	ASSERT_EQ(0, vgpu_plane_show(v, 0, 2, &self->big, 0, 0));
	EXPECT_STREQ("p", order(v, &self->answer));
}

TEST_F(screen, third_plane_is_said_to_be_missing)
{
	const struct vfio_gfx_plane_cap_screen *cap;
	struct vgpu *v = &self->v;
	struct vgpu_event e;
	int fd;

	if (v->gen == 8)
		SKIP(return, "two planes: use Skylake");
	if (!test_event(_metadata, v, &e))
		return;
	ASSERT_EQ(0, vgpu_plane_show(v, 0, 2, &self->menu, 0, 0));
	fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, vgpu_event_arm(v, &e, VGPU_PRIMARY, fd));
	/* It has been scanned then, and is still. */
	ASSERT_TRUE(refreshes_pass(v, 20));
	signals(fd);
	ASSERT_TRUE(refreshes_pass(v, 20));
	ASSERT_EQ(0, signals(fd));

	ASSERT_EQ(0, vgpu_plane_show(v, 0, 3, &self->menu, SMALL_X, SMALL_Y));
	ASSERT_TRUE(refreshes_pass(v, 2));
	EXPECT_NE(0, signals(fd));
	cap = screen_of(v, VGPU_PRIMARY, &self->answer);
	EXPECT_STREQ("pO", order_of(cap));
	ASSERT_NE(NULL, cap);
	EXPECT_EQ(VFIO_GFX_SCREEN_INCOMPLETE, cap->flags);
	ASSERT_TRUE(refreshes_pass(v, 20));
	signals(fd);

	ASSERT_EQ(0, vgpu_plane_hide(v, 0, 3));
	ASSERT_TRUE(refreshes_pass(v, 2));
	EXPECT_NE(0, signals(fd));
	cap = screen_of(v, VGPU_PRIMARY, &self->answer);
	ASSERT_NE(NULL, cap);
	EXPECT_EQ(0, cap->flags);
	close(fd);
}

/* ---- what a client draws ---- */

static uint32_t over(uint32_t below, uint32_t px)
{
	uint32_t rest = 255 - (px >> 24), sum = 0, shift;

	for (shift = 0; shift < 24; shift += 8)
		sum |= ((px >> shift & 255) +
			((below >> shift & 255) * rest + 127) / 255) << shift;
	return sum;
}

/* Draw a plane as its query and @cap say; all are 32 bits per pixel. */
static int draw_plane(struct vgpu *v,
		      const struct vfio_gfx_plane_cap_screen *cap,
		      const struct vfio_gfx_screen_plane *plane,
		      uint32_t *screen)
{
	const int width = cap->width, height = cap->height;
	struct vfio_device_gfx_plane_info info;
	int fd = test_export(v, plane->drm_plane_type, &info), ret;
	uint32_t *px, *to, line = info.stride / 4;
	int x, y, left = info.x_pos, top = info.y_pos;

	if (fd < 0)
		return fd;
	px = malloc(info.size);
	ret = px ? vgpu_dmabuf_read(fd, px, info.size) : -ENOMEM;
	for (y = 0; !ret && y < (int)info.height && top + y < height; y++) {
		to = screen + (top + y) * width + left;
		for (x = 0; x < (int)info.width && left + x < width; x++)
			to[x] = plane->flags & VFIO_GFX_SCREEN_PLANE_ALPHA ?
				over(to[x], px[y * line + x]) :
				px[y * line + x] & 0xffffff;
	}
	free(px);
	close(fd);
	return ret;
}

static bool in_cursor(int x, int y)
{
	return x >= CURSOR_X && x < CURSOR_X + 64 && y >= CURSOR_Y &&
	       y < CURSOR_Y + 32;		/* the rest has no color */
}

static bool in_small(int x, int y)
{
	return x >= SMALL_X && x < SMALL_X + SMALL && y >= SMALL_Y &&
	       y < SMALL_Y + SMALL;
}

/* A video, seen through the lower half of the desktop */
static uint32_t video_pixel(int x, int y)
{
	if (in_cursor(x, y))
		return POINTER & 0xffffff;
	if (y < HEIGHT / 2)
		return DESKTOP & 0xffffff;
	if (in_small(x, y))
		return (WINDOW + 1) & 0xffffff;	/* its lower half */
	return 0;
}

/* A menu above the desktop: half of that is seen through its upper half. */
static uint32_t menu_pixel(int x, int y)
{
	const uint32_t below = DESKTOP + (y >= HEIGHT / 2);

	if (in_cursor(x, y))
		return POINTER & 0xffffff;
	if (in_small(x, y) && y < SMALL_Y + SMALL / 2)
		return over(below, BAR);
	return below & 0xffffff;
}

/* Broadwell's sprite is opaque. */
static uint32_t sprite_pixel(int x, int y)
{
	if (in_cursor(x, y))
		return POINTER & 0xffffff;
	if (in_small(x, y))
		return (WINDOW + (y >= SMALL_Y + SMALL / 2)) & 0xffffff;
	return (DESKTOP + (y >= HEIGHT / 2)) & 0xffffff;
}

/* How many pixels differ that a client draws by the capability, or -errno */
static int differing(struct vgpu *v, union query_answer *answer,
		     uint32_t (*pixel)(int x, int y))
{
	const struct vfio_gfx_plane_cap_screen *cap =
		screen_of(v, VGPU_CURSOR, answer);
	uint32_t *screen = NULL, i;
	int x, y, ret = -ENODATA;

	if (cap)
		screen = calloc(cap->width * cap->height, sizeof(*screen));
	if (screen)
		ret = 0;
	for (i = 0; !ret && i < cap->nr_planes; i++)
		ret = draw_plane(v, cap, &cap->planes[i], screen);
	for (y = 0; ret >= 0 && y < (int)cap->height; y++)
		for (x = 0; x < (int)cap->width; x++)
			ret += screen[y * cap->width + x] != pixel(x, y);
	free(screen);
	return ret;
}

TEST_F(screen, drawn_by_a_client_is_the_guests)
{
	struct vgpu *v = &self->v;

	ASSERT_EQ(0, vgpu_cursor_move(v, 0, CURSOR_X, CURSOR_Y));
	ASSERT_EQ(0, vgpu_cursor_show(v, 0, &self->cursor));
	ASSERT_EQ(0, vgpu_plane_show(v, 0, 2, &self->menu, SMALL_X, SMALL_Y));
	EXPECT_EQ(0, differing(v, &self->answer,
			       v->gen == 8 ? sprite_pixel : menu_pixel));
	if (v->gen == 8)
		return;

	ASSERT_EQ(0, vgpu_plane_show(v, 0, 1, &self->window, SMALL_X, SMALL_Y));
	ASSERT_EQ(0, vgpu_plane_show(v, 0, 2, &self->alpha, 0, 0));
	EXPECT_EQ(0, differing(v, &self->answer, video_pixel));

	/* Less than the planes have, the rest of which is not shown */
	ASSERT_EQ(0, vgpu_pipe_size(v, 0, SMALL_X + 10, SMALL_Y + 10));
	EXPECT_EQ(0, differing(v, &self->answer, video_pixel));
}

TEST_HARNESS_MAIN
