// SPDX-License-Identifier: MIT
/*
 * KUnit: which of a pipe's planes is described as primary, which as overlay, and how
 * these make up the screen.
 */

#include <linux/string.h>

#include <kunit/test.h>

#include <drm/drm_fourcc.h>
#include <drm/drm_plane.h>

#include "display/i9xx_plane_regs.h"
#include "display/intel_cursor_regs.h"
#include "display/intel_display_regs.h"
#include "display/intel_sprite_regs.h"
#include "display/skl_universal_plane_regs.h"
#include "plane_decoder_kunit.h"

#define VIDEO_GMA	0x100000
#define DESKTOP_GMA	0x800000
#define MENU_GMA	0x1000000
#define STRIDE		5120

#define ON		PLANE_CTL_ENABLE
#define RGB8888		PLANE_CTL_FORMAT_XRGB_8888
#define ARGB8888	(RGB8888 | PLANE_CTL_ALPHA_SW_PREMULTIPLY)
#define CTL(plane, v)	{ PLANE_CTL(PIPE_A, plane), (v) }
#define OFF(plane)	CTL(plane, 0)
#define SIZE(plane, w, h) { PLANE_SIZE(PIPE_A, plane), \
			    PLANE_HEIGHT((h) - 1) | PLANE_WIDTH((w) - 1) }
#define POS(plane, x, y) { PLANE_POS(PIPE_A, plane), \
			   PLANE_POS_Y(y) | PLANE_POS_X(x) }
#define SURF(plane, v)	{ PLANE_SURF(PIPE_A, plane), (v) }
#define PITCH(plane, v)	{ PLANE_STRIDE(PIPE_A, plane), (v) / 64 }
#define KEYMSK(plane, v) { PLANE_KEYMSK(PIPE_A, plane), (v) }
#define KEYMAX(plane, v) { PLANE_KEYMAX(PIPE_A, plane), (v) }
#define SRC(w, h)	{ PIPESRC_(PIPE_A), \
			  PIPESRC_WIDTH((w) - 1) | PIPESRC_HEIGHT((h) - 1) }

/*
 * What Windows makes of a video that plays in a window: it is in plane 1, and the
 * desktop above it has a hole. Plane 3 is off.
 */
static const struct decoder_reg overlay_regs[] = {
	{ TRANSCONF_(PIPE_A), TRANSCONF_ENABLE }, SRC(1280, 720),
	CTL(PLANE_1, ON | PLANE_CTL_FORMAT_YUV422), SIZE(PLANE_1, 640, 360),
	POS(PLANE_1, 200, 100), SURF(PLANE_1, VIDEO_GMA), PITCH(PLANE_1, STRIDE),
	CTL(PLANE_2, ON | ARGB8888), SIZE(PLANE_2, 1280, 720),
	SURF(PLANE_2, DESKTOP_GMA), PITCH(PLANE_2, STRIDE),
	SIZE(PLANE_3, 1280, 720), SURF(PLANE_3, MENU_GMA),
	PITCH(PLANE_3, STRIDE),
	{ }
};

#define DESKTOP							\
	{							\
		.fourcc = DRM_FORMAT_XRGB8888,			\
		.width = 1280, .height = 720, .stride = STRIDE,	\
		.gma = DESKTOP_GMA, .size = STRIDE * 720,	\
		.x_hot = GVT_HOTSPOT_UNKNOWN,			\
		.y_hot = GVT_HOTSPOT_UNKNOWN,			\
	}
#define VIDEO							\
	{							\
		.fourcc = DRM_FORMAT_YUYV,			\
		.width = 640, .height = 360, .stride = STRIDE,	\
		.gma = VIDEO_GMA, .size = STRIDE * 360,		\
		.x_pos = 200, .y_pos = 100,			\
		.x_hot = GVT_HOTSPOT_UNKNOWN,			\
		.y_hot = GVT_HOTSPOT_UNKNOWN,			\
	}

static const struct decoder_base skl_primary = {
	.decode = gvt_decode_primary, .ver = 9, .num_pipes = 3,
	.regs = overlay_regs, .want = DESKTOP,
};

static const struct decoder_base skl_overlay = {
	.decode = gvt_decode_overlay, .ver = 9, .num_pipes = 3,
	.regs = overlay_regs, .want = VIDEO,
};

static const struct decoder_case primary_cases[] = {
	{ "the desktop above a video, without its alpha", { } },
	{ "the desktop alone, in plane 2", { OFF(PLANE_1) } },
	{ "the lowest of two that cover",
	  { CTL(PLANE_3, ON | RGB8888) } },
	{ "plane 3 if it alone covers",
	  { SIZE(PLANE_2, 1280, 719), CTL(PLANE_3, ON | RGB8888) },
	  .want.gma = MENU_GMA },
	{ "plane 3 above two that are scaled",
	  { { TRANSCONF_EDP_, TRANSCONF_ENABLE }, SIZE(PLANE_2, 1280, 719),
	    CTL(PLANE_3, ON | RGB8888),
	    { SKL_PS_CTRL(PIPE_A, 0), PS_SCALER_EN | PS_BINDING_PLANE(PLANE_1) },
	    { SKL_PS_CTRL(PIPE_A, 1), PS_SCALER_EN | PS_BINDING_PLANE(PLANE_2) } },
	  .want.gma = MENU_GMA },
	{ "plane 1 if it covers as well", { SIZE(PLANE_1, 1280, 720),
	  POS(PLANE_1, 0, 0) },
	  .want = { .fourcc = DRM_FORMAT_YUYV, .gma = VIDEO_GMA } },
	{ "plane 1 if none above covers in width",
	  { SIZE(PLANE_2, 1279, 720) }, .want = VIDEO },
	{ "plane 1 if none above covers in height",
	  { SIZE(PLANE_2, 1280, 719) }, .want = VIDEO },
	{ "plane 1 if what is above begins at the right",
	  { POS(PLANE_2, 1, 0) }, .want = VIDEO },
	{ "plane 1 if what is above begins lower",
	  { POS(PLANE_2, 0, 1) }, .want = VIDEO },
	{ "plane 1 alone, smaller than the pipe", { OFF(PLANE_2) },
	  .want = VIDEO },
	{ "none without one that covers",
	  { OFF(PLANE_1), SIZE(PLANE_2, 1280, 719) }, .err = -ENODEV },
	{ "a desktop that is refused shows no video instead",
	  { CTL(PLANE_2, ON | PLANE_CTL_FORMAT_NV12) }, .err = -EOPNOTSUPP },
	{ "a desktop that a scaler makes as large as the pipe",
	  { SIZE(PLANE_2, 640, 360),
	    { SKL_PS_CTRL(PIPE_A, 0), PS_SCALER_EN | PS_BINDING_PLANE(PLANE_2) },
	    { SKL_PS_WIN_SZ(PIPE_A, 0), PS_WIN_XSIZE(1280) | PS_WIN_YSIZE(720) } },
	  .err = -EOPNOTSUPP },
	{ "a desktop that a scaler makes smaller than the pipe",
	  { { SKL_PS_CTRL(PIPE_A, 1), PS_SCALER_EN | PS_BINDING_PLANE(PLANE_2) },
	    { SKL_PS_WIN_SZ(PIPE_A, 1), PS_WIN_XSIZE(640) | PS_WIN_YSIZE(360) } },
	  .want = VIDEO },
};

KUNIT_ARRAY_PARAM_DESC(primary_cases, primary_cases, name);

static const struct decoder_case overlay_cases[] = {
	{ "the video below a desktop with a hole", { } },
	{ "the video below a desktop that is not premultiplied",
	  { CTL(PLANE_2, ON | RGB8888 | PLANE_CTL_ALPHA_HW_PREMULTIPLY) } },
	{ "the video below a desktop of 30 bits with alpha",
	  { CTL(PLANE_2, ON | PLANE_CTL_FORMAT_XRGB_2101010 |
		PLANE_CTL_ALPHA_HW_PREMULTIPLY) } },
	{ "the video where the desktop has its key color",
	  { CTL(PLANE_2, ON | RGB8888 | PLANE_CTL_KEY_ENABLE_SOURCE) } },
	{ "the video where the desktop has its key color in a window",
	  { CTL(PLANE_2, ON | RGB8888 | PLANE_CTL_KEY_ENABLE_MASK) } },
	{ "the video where it has not the desktop's key color",
	  { CTL(PLANE_1, ON | PLANE_CTL_FORMAT_YUV422 |
		PLANE_CTL_KEY_ENABLE_DESTINATION),
	    CTL(PLANE_2, ON | RGB8888) } },
	{ "nothing below a desktop with a key for what is above",
	  { CTL(PLANE_2, ON | RGB8888 | PLANE_CTL_KEY_ENABLE_DESTINATION) },
	  .err = -ENODEV },
	{ "what is above a desktop with a key for it",
	  { CTL(PLANE_2, ON | RGB8888 | PLANE_CTL_KEY_ENABLE_DESTINATION),
	    CTL(PLANE_3, ON | PLANE_CTL_FORMAT_YUV422),
	    SIZE(PLANE_3, 640, 360), POS(PLANE_3, 200, 100) },
	  .want.gma = MENU_GMA },
	{ "nothing below two where only the lower is off and has a key",
	  { CTL(PLANE_2, PLANE_CTL_KEY_ENABLE_DESTINATION),
	    CTL(PLANE_3, ON | RGB8888) }, .err = -ENODEV },
	{ "the video below a desktop of constant alpha",
	  { CTL(PLANE_2, ON | RGB8888), KEYMSK(PLANE_2, PLANE_KEYMSK_ALPHA_ENABLE),
	    KEYMAX(PLANE_2, PLANE_KEYMAX_ALPHA(0xfe) | 0xffffff) } },
	{ "nothing below a desktop of constant alpha 255",
	  { CTL(PLANE_2, ON | RGB8888), KEYMSK(PLANE_2, PLANE_KEYMSK_ALPHA_ENABLE),
	    KEYMAX(PLANE_2, PLANE_KEYMAX_ALPHA(0xff)) }, .err = -ENODEV },
	{ "nothing below a desktop whose constant alpha is not enabled",
	  { CTL(PLANE_2, ON | RGB8888), KEYMSK(PLANE_2, ~PLANE_KEYMSK_ALPHA_ENABLE),
	    KEYMAX(PLANE_2, PLANE_KEYMAX_ALPHA(0x80)) }, .err = -ENODEV },
	{ "nothing below an opaque desktop in plane 3",
	  { SIZE(PLANE_2, 1280, 719), CTL(PLANE_3, ON | RGB8888) },
	  .err = -ENODEV },
	{ "the video below two, of which plane 3 is the desktop",
	  { SIZE(PLANE_2, 1280, 719),
	    CTL(PLANE_3, ON | RGB8888 | PLANE_CTL_KEY_ENABLE_SOURCE) } },
	{ "nothing below an opaque desktop", { CTL(PLANE_2, ON | RGB8888) },
	  .err = -ENODEV },
	{ "nothing below a desktop without alpha channel",
	  { CTL(PLANE_2, ON | PLANE_CTL_FORMAT_RGB_565 | BIT(5)) },
	  .err = -ENODEV },
	{ "nothing below a desktop that is refused",
	  { CTL(PLANE_2, ON | PLANE_CTL_FORMAT_MASK_SKL) }, .err = -ENODEV },
	{ "what is above an opaque desktop",
	  { CTL(PLANE_2, ON | RGB8888),
	    CTL(PLANE_3, ON | PLANE_CTL_FORMAT_YUV422),
	    SIZE(PLANE_3, 640, 360), POS(PLANE_3, 200, 100) },
	  .want.gma = MENU_GMA },
	{ "the lowest of what is above and below",
	  { CTL(PLANE_3, ON | RGB8888) } },
	{ "plane 2 above a video that covers",
	  { SIZE(PLANE_1, 1280, 720), POS(PLANE_1, 0, 0) },
	  .want = { .fourcc = DRM_FORMAT_ARGB8888, .width = 1280,
		    .height = 720, .gma = DESKTOP_GMA, .size = STRIDE * 720 } },
	{ "plane 2 without a primary",
	  { OFF(PLANE_1), CTL(PLANE_2, ON | PLANE_CTL_FORMAT_YUV422),
	    SIZE(PLANE_2, 640, 360), POS(PLANE_2, 200, 100) },
	  .want.gma = DESKTOP_GMA },
	{ "nothing beside a desktop in plane 2", { OFF(PLANE_1) },
	  .err = -ENODEV },
};

KUNIT_ARRAY_PARAM_DESC(overlay_cases, overlay_cases, name);

static void primary(struct kunit *test)
{
	decoder_run_case(test, &skl_primary);
}

static void overlay(struct kunit *test)
{
	const struct decoder_case *row = test->param_value;
	struct decoder_base base = skl_overlay;

	/* A row cannot ask for 0 over its base. */
	if (row->want.width == 1280) {
		base.want.x_pos = 0;
		base.want.y_pos = 0;
	}
	decoder_run_case(test, &base);
}

/* Sprite and primary plane of Broadwell, which covers whenever it is on */
static const struct decoder_reg bdw_regs[] = {
	{ TRANSCONF_(PIPE_A), TRANSCONF_ENABLE }, SRC(1280, 720),
	{ SPRCTL(PIPE_A), SPRITE_ENABLE | SPRITE_FORMAT_RGBX888 },
	{ SPRSTRIDE(PIPE_A), STRIDE },
	{ SPRSIZE(PIPE_A), SPRITE_HEIGHT(719) | SPRITE_WIDTH(1279) },
	{ SPRSURF(PIPE_A), DESKTOP_GMA },
	{ DSPSTRIDE_(PIPE_A), STRIDE }, { DSPSURF_(PIPE_A), VIDEO_GMA },
	{ }
};

static const struct decoder_base bdw_primary = {
	.decode = gvt_decode_primary, .ver = 8, .num_pipes = 3,
	.regs = bdw_regs, .want = DESKTOP,
};

static const struct decoder_base bdw_overlay = {
	.decode = gvt_decode_overlay, .ver = 8, .num_pipes = 3,
	.regs = bdw_regs, .want = DESKTOP,
};

#define PRIMARY_ON	{ DSPCNTR_(PIPE_A), DISP_ENABLE | DISP_FORMAT_BGRX888 }
#define SMALL_SPRITE	{ SPRSIZE(PIPE_A), SPRITE_HEIGHT(719) | \
					   SPRITE_WIDTH(1278) }

static const struct decoder_case bdw_primary_cases[] = {
	{ "a sprite that covers, without a primary plane", { } },
	{ "no sprite that does not", { SMALL_SPRITE }, .err = -ENODEV },
	{ "the primary plane below a sprite that covers", { PRIMARY_ON },
	  .want.gma = VIDEO_GMA },
};

KUNIT_ARRAY_PARAM_DESC(bdw_primary_cases, bdw_primary_cases, name);

static const struct decoder_case bdw_overlay_cases[] = {
	{ "the sprite", { PRIMARY_ON } },
	{ "nothing beside a sprite that covers", { }, .err = -ENODEV },
	{ "a sprite that does not cover", { SMALL_SPRITE }, .want.width = 1279 },
};

KUNIT_ARRAY_PARAM_DESC(bdw_overlay_cases, bdw_overlay_cases, name);

static void bdw_primaries(struct kunit *test)
{
	decoder_run_case(test, &bdw_primary);
}

static void bdw_overlays(struct kunit *test)
{
	decoder_run_case(test, &bdw_overlay);
}

/* Here @err is not used, and @want not either. */
struct role_case {
	struct decoder_case row;
	struct gvt_plane_roles roles;
};

#define ROLES(name_, pipe, primary, overlay, has_overlay, ...)		\
	{ .row = { .name = name_, .regs = { __VA_ARGS__ } },		\
	  .roles = { pipe, primary, overlay, has_overlay } }

static const struct role_case role_cases[] = {
	ROLES("desktop and video", PIPE_A, PLANE_2, PLANE_1, true),
	ROLES("video above the desktop", PIPE_A, PLANE_1, PLANE_2, true,
	      SIZE(PLANE_1, 1280, 720), POS(PLANE_1, 0, 0)),
	ROLES("desktop in plane 2, nothing else", PIPE_A, PLANE_2, PLANE_1,
	      false, OFF(PLANE_1)),
	ROLES("desktop in plane 1, nothing else", PIPE_A, PLANE_1, PLANE_2,
	      false, OFF(PLANE_2)),
	ROLES("all planes off", PIPE_A, PLANE_1, PLANE_2, false,
	      OFF(PLANE_1), OFF(PLANE_2)),
	ROLES("pipe B without planes", PIPE_B, PLANE_1, PLANE_2, false,
	      { TRANSCONF_(PIPE_A), 0 },
	      { TRANSCONF_(PIPE_B), TRANSCONF_ENABLE }),
	{ .row = { .name = "a menu above desktop and video",
		   .regs = { CTL(PLANE_3, ON | ARGB8888) } },
	  .roles = { PIPE_A, PLANE_2, PLANE_1, true, true } },
	ROLES("all pipes off", PIPE_A, PLANE_1, PLANE_2, false,
	      { TRANSCONF_(PIPE_A), 0 }),
};

KUNIT_ARRAY_PARAM_DESC(role_cases, role_cases, row.name);

static void roles(struct kunit *test)
{
	const struct role_case *c = test->param_value;
	struct gvt_plane_roles found = {
		.has_overlay = !c->roles.has_overlay,
		.has_more = !c->roles.has_more,
	};

	decoder_find_roles(test, &skl_primary, &found);
	KUNIT_EXPECT_EQ(test, found.pipe, c->roles.pipe);
	KUNIT_EXPECT_EQ(test, found.primary, c->roles.primary);
	KUNIT_EXPECT_EQ(test, found.overlay, c->roles.overlay);
	KUNIT_EXPECT_EQ(test, found.has_overlay, c->roles.has_overlay);
	KUNIT_EXPECT_EQ(test, found.has_more, c->roles.has_more);
}

/* Here @err is not used, and @want not either. */
struct screen_case {
	struct decoder_case row;
	bool bdw;
	struct gvt_screen screen;
};

#define P_OPAQUE	{ DRM_PLANE_TYPE_PRIMARY, false }
#define P_ALPHA		{ DRM_PLANE_TYPE_PRIMARY, true }
#define O_OPAQUE	{ DRM_PLANE_TYPE_OVERLAY, false }
#define O_ALPHA		{ DRM_PLANE_TYPE_OVERLAY, true }
#define C_ALPHA		{ DRM_PLANE_TYPE_CURSOR, true }
#define CURSOR_ON	{ CURCNTR_(PIPE_A), MCURSOR_MODE_64_ARGB_AX }

static const struct screen_case screen_cases[] = {
	{ .row = { "a video below the desktop", { } },
	  .screen = { 1280, 720, 2, { O_OPAQUE, P_ALPHA } } },
	{ .row = { "a cursor above both", { CURSOR_ON } },
	  .screen = { 1280, 720, 3, { O_OPAQUE, P_ALPHA, C_ALPHA } } },
	{ .row = { "a cursor alone", { OFF(PLANE_1), OFF(PLANE_2), CURSOR_ON } },
	  .screen = { 1280, 720, 1, { C_ALPHA } } },
	{ .row = { "nothing", { OFF(PLANE_1), OFF(PLANE_2) } },
	  .screen = { 1280, 720 } },
	{ .row = { "a video above the desktop",
		   { CTL(PLANE_1, ON | RGB8888), SIZE(PLANE_1, 1280, 720),
		     POS(PLANE_1, 0, 0),
		     CTL(PLANE_2, ON | PLANE_CTL_FORMAT_YUV422),
		     SIZE(PLANE_2, 640, 360) } },
	  .screen = { 1280, 720, 2, { P_OPAQUE, O_OPAQUE } } },
	{ .row = { "a menu with alpha above the desktop",
		   { CTL(PLANE_1, ON | RGB8888), SIZE(PLANE_1, 1280, 720),
		     POS(PLANE_1, 0, 0), SIZE(PLANE_2, 640, 360) } },
	  .screen = { 1280, 720, 2, { P_OPAQUE, O_ALPHA } } },
	{ .row = { "a video that an opaque desktop hides",
		   { CTL(PLANE_2, ON | RGB8888) } },
	  .screen = { 1280, 720, 1, { P_OPAQUE } } },
	{ .row = { "a menu above a desktop that hides a video",
		   { CTL(PLANE_2, ON | RGB8888), CTL(PLANE_3, ON | ARGB8888) } },
	  .screen = { 1280, 720, 2, { P_OPAQUE, O_ALPHA } } },
	{ .row = { "a menu that is not described",
		   { CTL(PLANE_3, ON | ARGB8888), SIZE(PLANE_3, 640, 360) } },
	  .screen = { 1280, 720, 2, { O_OPAQUE, P_ALPHA }, true } },
	{ .row = { "a desktop that is refused",
		   { CTL(PLANE_2, ON | RGB8888 | PLANE_CTL_ALPHA_HW_PREMULTIPLY) } },
	  .screen = { 1280, 720, 2, { O_OPAQUE, P_OPAQUE } } },
	{ .row = { "a desktop of constant alpha",
		   { KEYMSK(PLANE_2, PLANE_KEYMSK_ALPHA_ENABLE), KEYMAX(PLANE_2, 0) } },
	  .screen = { 1280, 720, 2, { O_OPAQUE, P_ALPHA } } },
	{ .row = { "a desktop that is seen by the key of the video",
		   { CTL(PLANE_1, ON | PLANE_CTL_FORMAT_YUV422 |
			 PLANE_CTL_KEY_ENABLE_DESTINATION),
		     CTL(PLANE_2, ON | RGB8888) } },
	  .screen = { 1280, 720, 2, { O_OPAQUE, P_OPAQUE }, true } },
	{ .row = { "a key for what is above, where nothing is",
		   { CTL(PLANE_2, ON | RGB8888 | PLANE_CTL_KEY_ENABLE_DESTINATION) } },
	  .screen = { 1280, 720, 1, { P_OPAQUE } } },
	{ .row = { "an opaque plane 3 hides what is below",
		   { SIZE(PLANE_2, 1280, 719), CTL(PLANE_3, ON | RGB8888) } },
	  .screen = { 1280, 720, 1, { P_OPAQUE } } },
	{ .row = { "two below a plane 3 with alpha",
		   { SIZE(PLANE_2, 1280, 719), CTL(PLANE_3, ON | ARGB8888) } },
	  .screen = { 1280, 720, 2, { O_OPAQUE, P_ALPHA }, true } },
	{ .row = { "two small ones without a primary plane",
		   { OFF(PLANE_1), SIZE(PLANE_2, 640, 360),
		     CTL(PLANE_3, ON | RGB8888), SIZE(PLANE_3, 640, 360) } },
	  .screen = { 1280, 720, 1, { O_ALPHA }, true } },
	{ .row = { "a desktop that a scaler makes as large as the pipe",
		   { SIZE(PLANE_2, 640, 360),
		     { SKL_PS_CTRL(PIPE_A, 0), PS_SCALER_EN | PS_BINDING_PLANE(PLANE_2) },
		     { SKL_PS_WIN_SZ(PIPE_A, 0), PS_WIN_XSIZE(1280) | PS_WIN_YSIZE(720) } } },
	  .screen = { 1280, 720, 2, { O_OPAQUE, P_ALPHA } } },
	{ .row = { "a cursor that is refused",
		   { OFF(PLANE_1), { CURCNTR_(PIPE_A), MCURSOR_MODE_64_2B } } },
	  .screen = { 1280, 720, 2, { P_ALPHA, C_ALPHA } } },
	{ .row = { "pipe B has another size",
		   { { TRANSCONF_(PIPE_A), 0 },
		     { TRANSCONF_(PIPE_B), TRANSCONF_ENABLE },
		     { PIPESRC_(PIPE_B), PIPESRC_WIDTH(799) | PIPESRC_HEIGHT(599) } } },
	  .screen = { 800, 600 } },
	{ .row = { "planes of pipe C",
		   { { TRANSCONF_(PIPE_A), 0 },
		     { TRANSCONF_(PIPE_C), TRANSCONF_ENABLE },
		     { PIPESRC_(PIPE_C), PIPESRC_WIDTH(799) | PIPESRC_HEIGHT(599) },
		     { PLANE_CTL(PIPE_C, PLANE_1), ON | RGB8888 },
		     { CURCNTR_(PIPE_C), MCURSOR_MODE_64_ARGB_AX } } },
	  .screen = { 800, 600, 2, { P_OPAQUE, C_ALPHA } } },
	{ .row = { "all pipes are off", { { TRANSCONF_(PIPE_A), 0 } } } },
	{ .row = { "a sprite above the primary plane", { PRIMARY_ON, CURSOR_ON } },
	  .bdw = true,
	  .screen = { 1280, 720, 3, { P_OPAQUE, O_OPAQUE, C_ALPHA } } },
	{ .row = { "a sprite alone", { } }, .bdw = true,
	  .screen = { 1280, 720, 1, { P_OPAQUE } } },
	{ .row = { "a small sprite alone", { SMALL_SPRITE } }, .bdw = true,
	  .screen = { 1280, 720, 1, { O_OPAQUE } } },
};

KUNIT_ARRAY_PARAM_DESC(screen_cases, screen_cases, row.name);

static void screens(struct kunit *test)
{
	const struct screen_case *c = test->param_value;
	const struct gvt_screen *want = &c->screen;
	struct gvt_screen found;
	unsigned int i;

	memset(&found, 0xa5, sizeof(found));
	KUNIT_EXPECT_EQ(test, want->width != 0,
			decoder_find_screen(test, c->bdw ? &bdw_primary : &skl_primary,
					    &found));
	KUNIT_EXPECT_EQ(test, found.width, want->width);
	KUNIT_EXPECT_EQ(test, found.height, want->height);
	KUNIT_EXPECT_EQ(test, found.incomplete, want->incomplete);
	KUNIT_ASSERT_EQ(test, found.num_planes, want->num_planes);
	for (i = 0; i < want->num_planes; i++) {
		KUNIT_EXPECT_EQ(test, found.planes[i].type, want->planes[i].type);
		KUNIT_EXPECT_EQ(test, found.planes[i].alpha, want->planes[i].alpha);
	}
}

static struct kunit_case roles_cases[] = {
	KUNIT_CASE_PARAM(primary, primary_cases_gen_params),
	KUNIT_CASE_PARAM(overlay, overlay_cases_gen_params),
	KUNIT_CASE_PARAM(bdw_primaries, bdw_primary_cases_gen_params),
	KUNIT_CASE_PARAM(bdw_overlays, bdw_overlay_cases_gen_params),
	KUNIT_CASE_PARAM(roles, role_cases_gen_params),
	KUNIT_CASE_PARAM(screens, screen_cases_gen_params),
	{ }
};

struct kunit_suite gvt_decoder_roles_suite = {
	.name = "gvt_decoder_roles",
	.test_cases = roles_cases,
};
