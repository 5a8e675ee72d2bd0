// SPDX-License-Identifier: MIT
/*
 * KUnit: how a row is run, which pipe answers, and what has no row.
 *
 *   plane_decoder_skl_kunit.c	universal planes, display version 9
 *   plane_decoder_bdw_kunit.c	primary and sprite, display version 8
 *   plane_decoder_cursor_kunit.c	cursors, both
 *   plane_decoder_layout_kunit.c	what only a layout describes, both
 *   plane_decoder_roles_kunit.c	which plane is primary, which overlay
 */

#include <linux/module.h>
#include <linux/string.h>

#include <kunit/test.h>

#include <drm/drm_fourcc.h>

#include "display/i9xx_plane_regs.h"
#include "display/intel_cursor_regs.h"
#include "display/intel_display_regs.h"
#include "display/intel_sprite_regs.h"
#include "display/skl_universal_plane_regs.h"
#include "i915_pvinfo.h"
#include "plane_decoder_kunit.h"

#define MAX_READS	64

struct read_log {
	unsigned int count;
	u32 reg[MAX_READS];
	u32 again;	/* a register that was read twice, or 0 */
};

/* Registers of a row over those of its table; what neither names reads 0. */
struct fake_regs {
	const struct decoder_reg *row;
	const struct decoder_reg *base;
	struct read_log *log;
};

static const struct decoder_reg *find_reg(const struct decoder_reg *regs,
					  i915_reg_t reg)
{
	for (; i915_mmio_reg_valid(regs->reg); regs++)
		if (i915_mmio_reg_equal(regs->reg, reg))
			return regs;
	return NULL;
}

static u32 fake_read(const void *ctx, i915_reg_t reg)
{
	u32 offset = i915_mmio_reg_offset(reg);
	const struct fake_regs *fake = ctx;
	const struct decoder_reg *found;
	unsigned int i;

	for (i = 0; i < fake->log->count; i++)
		if (fake->log->reg[i] == offset)
			fake->log->again = offset;
	if (fake->log->count < MAX_READS)
		fake->log->reg[fake->log->count++] = offset;

	found = find_reg(fake->row, reg);
	if (!found)
		found = find_reg(fake->base, reg);
	return found ? found->value : 0;
}

static struct gvt_plane_regs fake_source(const struct fake_regs *fake,
					 const struct decoder_base *base)
{
	return (struct gvt_plane_regs) {
		.read = fake_read, .ctx = fake,
		.ver = base->ver, .num_pipes = base->num_pipes,
	};
}

static void expect_field(struct kunit *test, const char *name, u64 value,
			 u64 want, u64 base)
{
	KUNIT_EXPECT_EQ_MSG(test, value, want ? want : base, "%s", name);
}

/* The row in test->param_value, over the table's @base. */
void decoder_run_case(struct kunit *test, const struct decoder_base *base)
{
	const struct decoder_case *row = test->param_value;
	const struct gvt_plane *want = &row->want;
	struct read_log log = {};
	struct fake_regs fake = { row->regs, base->regs, &log };
	enum gvt_refusal why;
	struct gvt_plane_regs regs = fake_source(&fake, base);
	struct gvt_plane out, untouched;

	memset(&out, 0xa5, sizeof(out));
	memset(&untouched, 0xa5, sizeof(untouched));

	regs.layouts = row->layouts;
	why = base->decode(&regs, &out);
	KUNIT_EXPECT_EQ(test, gvt_refusal_errno(why), row->err);
	KUNIT_EXPECT_EQ_MSG(test, log.again, 0, "register read twice");

	if (row->err) {
		KUNIT_EXPECT_EQ_MSG(test, 0,
				    memcmp(&out, &untouched, sizeof(out)),
				    "written on failure");
		KUNIT_EXPECT_NOT_NULL_MSG(test, gvt_refusal_text(why),
					  "refused without a text");
		return;
	}

	KUNIT_EXPECT_LE(test, log.count, GVT_DECODE_READS);
	if (!row->layouts)
		KUNIT_EXPECT_EQ(test, gvt_plane_needs_layout(&out), false);
	expect_field(test, "pipe", out.pipe,
		     want->pipe, base->want.pipe);
	expect_field(test, "fourcc", out.fourcc,
		     want->fourcc, base->want.fourcc);
	expect_field(test, "modifier", out.modifier,
		     want->modifier, base->want.modifier);
	expect_field(test, "width", out.width,
		     want->width, base->want.width);
	expect_field(test, "height", out.height,
		     want->height, base->want.height);
	expect_field(test, "stride", out.stride,
		     want->stride, base->want.stride);
	expect_field(test, "gma", out.gma,
		     want->gma, base->want.gma);
	expect_field(test, "size", out.size,
		     want->size, base->want.size);
	expect_field(test, "src_x", out.src_x,
		     want->src_x, base->want.src_x);
	expect_field(test, "src_y", out.src_y,
		     want->src_y, base->want.src_y);
	expect_field(test, "rotated", out.rotated,
		     want->rotated, base->want.rotated);
	expect_field(test, "aux_offset", out.aux_offset,
		     want->aux_offset, base->want.aux_offset);
	expect_field(test, "aux_stride", out.aux_stride,
		     want->aux_stride, base->want.aux_stride);
	expect_field(test, "x_pos", out.x_pos,
		     want->x_pos, base->want.x_pos);
	expect_field(test, "y_pos", out.y_pos,
		     want->y_pos, base->want.y_pos);
	expect_field(test, "x_hot", out.x_hot,
		     want->x_hot, base->want.x_hot);
	expect_field(test, "y_hot", out.y_hot,
		     want->y_hot, base->want.y_hot);
}

/*
 * The same, and what only a layout describes must be refused to a caller that does not
 * take layouts. A plane whose first pixel begins a page inside a line is described to
 * both: without a layout from there, with one from the surface's first pixel.
 */
void decoder_run_layout_case(struct kunit *test, const struct decoder_base *base)
{
	const struct decoder_case *row = test->param_value;
	struct read_log log = {};
	struct fake_regs fake = { row->regs, base->regs, &log };
	struct gvt_plane_regs regs = fake_source(&fake, base);
	struct gvt_plane out, plain;
	enum gvt_refusal why;

	decoder_run_case(test, base);
	regs.layouts = true;
	if (base->decode(&regs, &out))
		return;

	log = (struct read_log){ };
	regs.layouts = false;
	why = base->decode(&regs, &plain);
	if (why) {
		KUNIT_EXPECT_EQ(test, -EOPNOTSUPP, gvt_refusal_errno(why));
		KUNIT_EXPECT_EQ(test, gvt_plane_needs_layout(&out), true);
		return;
	}
	KUNIT_EXPECT_EQ(test, out.aux_stride || out.rotated, false);
	KUNIT_EXPECT_EQ(test, out.gma + out.size, plain.gma + plain.size);
	KUNIT_EXPECT_EQ(test, out.src_x != 0, plain.gma != out.gma);
	KUNIT_EXPECT_EQ(test, out.src_x != 0, gvt_plane_needs_layout(&out));
}

/* Which planes the row in test->param_value, over @base, is about */
void decoder_find_roles(struct kunit *test, const struct decoder_base *base,
			struct gvt_plane_roles *roles)
{
	const struct decoder_case *row = test->param_value;
	struct read_log log = {};
	struct fake_regs fake = { row->regs, base->regs, &log };
	struct gvt_plane_regs regs = fake_source(&fake, base);

	gvt_find_plane_roles(&regs, roles);
	KUNIT_EXPECT_EQ_MSG(test, log.again, 0, "register read twice");
}

/* What gvt_find_screen() says of the row in test->param_value, over @base */
bool decoder_find_screen(struct kunit *test, const struct decoder_base *base,
			 struct gvt_screen *screen)
{
	const struct decoder_case *row = test->param_value;
	struct read_log log = {};
	struct fake_regs fake = { row->regs, base->regs, &log };
	struct gvt_plane_regs regs = fake_source(&fake, base);
	bool on = gvt_find_screen(&regs, screen);

	KUNIT_EXPECT_EQ_MSG(test, log.again, 0, "register read twice");
	return on;
}

#define SKL_CTL(pipe, plane)	{ PLANE_CTL(pipe, plane), \
				  PLANE_CTL_ENABLE | \
				  PLANE_CTL_FORMAT_XRGB_8888 }
#define SKL_STRIDE(pipe, plane)	{ PLANE_STRIDE(pipe, plane), BASE_STRIDE / 64 }
#define SKL_SIZE(pipe, plane)	{ PLANE_SIZE(pipe, plane), \
				  PLANE_HEIGHT(1079) | PLANE_WIDTH(1919) }
#define SKL_SMALL(pipe, plane)	{ PLANE_SIZE(pipe, plane), \
				  PLANE_HEIGHT(479) | PLANE_WIDTH(639) }
#define SKL_SURF(pipe, plane)	{ PLANE_SURF(pipe, plane), BASE_GMA }
#define CURSOR_ON(pipe)		{ CURCNTR_(pipe), MCURSOR_MODE_64_ARGB_AX }
#define CURSOR_BASE(pipe)	{ CURBASE_(pipe), BASE_GMA }
#define BDW_CTL(pipe)		{ DSPCNTR_(pipe), \
				  DISP_ENABLE | DISP_FORMAT_BGRX888 }
#define BDW_STRIDE(pipe)	{ DSPSTRIDE_(pipe), BASE_STRIDE }
#define BDW_SURF(pipe)		{ DSPSURF_(pipe), BASE_GMA }
#define SRC_1080P(pipe)		{ PIPESRC_(pipe), PIPESRC_WIDTH(1919) | \
				  PIPESRC_HEIGHT(1079) }

/* All planes of three pipes are on; a row says which pipes are. */
static const struct decoder_reg skl_pipes_regs[] = {
	SKL_CTL(PIPE_A, PLANE_1), SKL_STRIDE(PIPE_A, PLANE_1),
	SKL_SIZE(PIPE_A, PLANE_1), SKL_SURF(PIPE_A, PLANE_1),
	SKL_CTL(PIPE_A, PLANE_2), SKL_STRIDE(PIPE_A, PLANE_2),
	SKL_SMALL(PIPE_A, PLANE_2), SKL_SURF(PIPE_A, PLANE_2),
	CURSOR_ON(PIPE_A), CURSOR_BASE(PIPE_A), SRC_1080P(PIPE_A),
	SKL_CTL(PIPE_B, PLANE_1), SKL_STRIDE(PIPE_B, PLANE_1),
	SKL_SIZE(PIPE_B, PLANE_1), SKL_SURF(PIPE_B, PLANE_1),
	SKL_CTL(PIPE_B, PLANE_2), SKL_STRIDE(PIPE_B, PLANE_2),
	SKL_SMALL(PIPE_B, PLANE_2), SKL_SURF(PIPE_B, PLANE_2),
	CURSOR_ON(PIPE_B), CURSOR_BASE(PIPE_B), SRC_1080P(PIPE_B),
	SKL_CTL(PIPE_C, PLANE_1), SKL_STRIDE(PIPE_C, PLANE_1),
	SKL_SIZE(PIPE_C, PLANE_1), SKL_SURF(PIPE_C, PLANE_1),
	SKL_CTL(PIPE_C, PLANE_2), SKL_STRIDE(PIPE_C, PLANE_2),
	SKL_SMALL(PIPE_C, PLANE_2), SKL_SURF(PIPE_C, PLANE_2),
	CURSOR_ON(PIPE_C), CURSOR_BASE(PIPE_C), SRC_1080P(PIPE_C),
	{ }
};

static const struct decoder_reg bdw_pipes_regs[] = {
	BDW_CTL(PIPE_A), BDW_STRIDE(PIPE_A),
	BDW_SURF(PIPE_A), SRC_1080P(PIPE_A),
	BDW_CTL(PIPE_B), BDW_STRIDE(PIPE_B),
	BDW_SURF(PIPE_B), SRC_1080P(PIPE_B),
	BDW_CTL(PIPE_C), BDW_STRIDE(PIPE_C),
	BDW_SURF(PIPE_C), SRC_1080P(PIPE_C),
	{ }
};

static const struct decoder_base skl_primary_pipes = {
	.decode = gvt_decode_primary, .ver = 9, .num_pipes = 3,
	.regs = skl_pipes_regs, .want = BASE_PLANE,
};

static const struct decoder_base skl_overlay_pipes = {
	.decode = gvt_decode_overlay, .ver = 9, .num_pipes = 3,
	.regs = skl_pipes_regs,
	.want = {
		.fourcc = DRM_FORMAT_XRGB8888, .width = 640, .height = 480,
		.stride = BASE_STRIDE, .gma = BASE_GMA,
		.size = BASE_STRIDE * 480,
		.x_hot = GVT_HOTSPOT_UNKNOWN, .y_hot = GVT_HOTSPOT_UNKNOWN,
	},
};

static const struct decoder_base skl_cursor_pipes = {
	.decode = gvt_decode_cursor, .ver = 9, .num_pipes = 3,
	.regs = skl_pipes_regs,
	.want = {
		.fourcc = DRM_FORMAT_ARGB8888, .width = 64, .height = 64,
		.stride = 256, .gma = BASE_GMA, .size = 64 * 256,
	},
};

static const struct decoder_base bdw_primary_pipes = {
	.decode = gvt_decode_primary, .ver = 8, .num_pipes = 3,
	.regs = bdw_pipes_regs, .want = BASE_PLANE,
};

#define ON(pipe)	{ TRANSCONF_(pipe), TRANSCONF_ENABLE }
#define EDP_ON		{ TRANSCONF_EDP_, TRANSCONF_ENABLE }
#define EDP_FROM(input)	{ _MMIO(_TRANS_DDI_FUNC_CTL_EDP), \
			  TRANS_DDI_FUNC_ENABLE | (input) }

/* True of every plane and version. */
static const struct decoder_case any_pipe_cases[] = {
	{ "all pipes off", { }, .err = -ENODEV },
	{ "pipe A", { ON(PIPE_A) }, .want.pipe = PIPE_A },
	{ "pipe B", { ON(PIPE_B) }, .want.pipe = PIPE_B },
	{ "pipe C", { ON(PIPE_C) }, .want.pipe = PIPE_C },
	{ "the lowest of two", { ON(PIPE_B), ON(PIPE_C) }, .want.pipe = PIPE_B },
	{ "the lowest of three", { ON(PIPE_A), ON(PIPE_B), ON(PIPE_C) },
	  .want.pipe = PIPE_A },
	{ "a state bit is no enable bit",
	  { { TRANSCONF_(PIPE_A), TRANSCONF_STATE_ENABLE } }, .err = -ENODEV },
	{ "there is no pipe D", { { TRANSCONF_(3), TRANSCONF_ENABLE } },
	  .err = -ENODEV },
	{ "eDP from A, always on",
	  { EDP_ON, EDP_FROM(TRANS_DDI_EDP_INPUT_A_ON) }, .want.pipe = PIPE_A },
	{ "eDP from A", { EDP_ON, EDP_FROM(TRANS_DDI_EDP_INPUT_A_ONOFF) },
	  .want.pipe = PIPE_A },
	{ "eDP from B", { EDP_ON, EDP_FROM(TRANS_DDI_EDP_INPUT_B_ONOFF) },
	  .want.pipe = PIPE_B },
	{ "eDP from C", { EDP_ON, EDP_FROM(TRANS_DDI_EDP_INPUT_C_ONOFF) },
	  .want.pipe = PIPE_C },
	{ "eDP from a reserved input", { EDP_ON, EDP_FROM(1 << 12) },
	  .err = -ENODEV },
	{ "eDP from a reserved input beside a pipe",
	  { EDP_ON, EDP_FROM(7 << 12), ON(PIPE_C) }, .want.pipe = PIPE_C },
	{ "eDP transcoder off", { EDP_FROM(TRANS_DDI_EDP_INPUT_A_ON) },
	  .err = -ENODEV },
	{ "eDP function off", { EDP_ON }, .err = -ENODEV },
	{ "eDP and a lower pipe",
	  { EDP_ON, EDP_FROM(TRANS_DDI_EDP_INPUT_C_ONOFF), ON(PIPE_B) },
	  .want.pipe = PIPE_B },
	{ "eDP and a higher pipe",
	  { EDP_ON, EDP_FROM(TRANS_DDI_EDP_INPUT_B_ONOFF), ON(PIPE_C) },
	  .want.pipe = PIPE_B },
};

KUNIT_ARRAY_PARAM_DESC(any_pipe_cases, any_pipe_cases, name);

#define NO_PRIMARY(pipe)	{ PLANE_CTL(pipe, PLANE_1), 0 }

static const struct decoder_case primary_pipe_cases[] = {
	{ "a pipe without its primary is passed over",
	  { ON(PIPE_A), ON(PIPE_B), NO_PRIMARY(PIPE_A) }, .want.pipe = PIPE_B },
	{ "two pipes without their primary are passed over",
	  { ON(PIPE_A), ON(PIPE_B), ON(PIPE_C), NO_PRIMARY(PIPE_A),
	    NO_PRIMARY(PIPE_B) }, .want.pipe = PIPE_C },
	{ "no pipe has its primary",
	  { ON(PIPE_A), ON(PIPE_B), NO_PRIMARY(PIPE_A), NO_PRIMARY(PIPE_B) },
	  .err = -ENODEV },
	{ "a bad primary hides no other screen's",
	  { ON(PIPE_A), ON(PIPE_B),
	    { PLANE_CTL(PIPE_A, PLANE_1),
	      PLANE_CTL_ENABLE | PLANE_CTL_FORMAT_MASK_SKL } },
	  .err = -EINVAL },
	{ "pipe C has one scaler",
	  { ON(PIPE_C),
	    { SKL_PS_CTRL(PIPE_C, 1),
	      PS_SCALER_EN | PS_BINDING_PLANE(PLANE_1) } },
	  .want.pipe = PIPE_C },
};

KUNIT_ARRAY_PARAM_DESC(primary_pipe_cases, primary_pipe_cases, name);

#define NO_OVERLAY(pipe)	{ PLANE_CTL(pipe, PLANE_2), 0 }
#define NO_CURSOR(pipe)		{ CURCNTR_(pipe), 0 }

/* A client puts overlay and cursor where the primary plane's screen is. */
static const struct decoder_case other_pipe_cases[] = {
	{ "those of another head are none",
	  { ON(PIPE_A), ON(PIPE_B), NO_OVERLAY(PIPE_A), NO_CURSOR(PIPE_A) },
	  .err = -ENODEV },
	{ "those of the head that has the primary",
	  { ON(PIPE_A), ON(PIPE_B), NO_PRIMARY(PIPE_A) },
	  .want.pipe = PIPE_B },
	{ "none of the head that has the primary",
	  { ON(PIPE_A), ON(PIPE_B), NO_PRIMARY(PIPE_A), NO_OVERLAY(PIPE_B),
	    NO_CURSOR(PIPE_B) }, .err = -ENODEV },
	{ "without any primary, those of the lowest pipe",
	  { ON(PIPE_B), ON(PIPE_C), NO_PRIMARY(PIPE_B), NO_PRIMARY(PIPE_C) },
	  .want.pipe = PIPE_B },
	{ "without any primary, none of a higher pipe",
	  { ON(PIPE_B), ON(PIPE_C), NO_PRIMARY(PIPE_B), NO_PRIMARY(PIPE_C),
	    NO_OVERLAY(PIPE_B), NO_CURSOR(PIPE_B) }, .err = -ENODEV },
	{ "a primary that is refused is one",
	  { ON(PIPE_A), ON(PIPE_B),
	    { PLANE_CTL(PIPE_A, PLANE_1),
	      PLANE_CTL_ENABLE | PLANE_CTL_FORMAT_MASK_SKL } },
	  .want.pipe = PIPE_A },
};

KUNIT_ARRAY_PARAM_DESC(other_pipe_cases, other_pipe_cases, name);

static void skl_primary_any_pipe(struct kunit *test)
{
	decoder_run_case(test, &skl_primary_pipes);
}

static void skl_overlay_any_pipe(struct kunit *test)
{
	decoder_run_case(test, &skl_overlay_pipes);
}

static void skl_cursor_any_pipe(struct kunit *test)
{
	decoder_run_case(test, &skl_cursor_pipes);
}

static void bdw_primary_any_pipe(struct kunit *test)
{
	decoder_run_case(test, &bdw_primary_pipes);
}

static void skl_primary_pipe(struct kunit *test)
{
	decoder_run_case(test, &skl_primary_pipes);
}

static void skl_overlay_pipe(struct kunit *test)
{
	decoder_run_case(test, &skl_overlay_pipes);
}

static void skl_cursor_pipe(struct kunit *test)
{
	decoder_run_case(test, &skl_cursor_pipes);
}

static int decode(const struct decoder_base *base,
		  const struct decoder_reg *regs, struct gvt_plane *out)
{
	struct read_log log = {};
	struct fake_regs fake = { regs, base->regs, &log };
	struct gvt_plane_regs source = fake_source(&fake, base);

	return gvt_refusal_errno(base->decode(&source, out));
}

/* A row cannot ask for 0 over its base. */
static void zero_is_a_value(struct kunit *test)
{
	static const struct decoder_reg primary[] = {
		ON(PIPE_A), { PLANE_SURF(PIPE_A, PLANE_1), 0 }, { }
	};
	static const struct decoder_reg cursor[] = {
		ON(PIPE_A), { CURBASE_(PIPE_A), 0 },
		{ CURPOS_(PIPE_A), CURSOR_POS_X_SIGN },
		{ vgtif_reg(cursor_x_hot), 0 },
		{ vgtif_reg(cursor_y_hot), 0 }, { }
	};
	struct gvt_plane out;

	KUNIT_ASSERT_EQ(test, 0, decode(&skl_primary_pipes, primary, &out));
	KUNIT_EXPECT_EQ(test, out.gma, 0);
	KUNIT_EXPECT_EQ(test, out.x_pos, 0);
	KUNIT_EXPECT_EQ(test, out.y_pos, 0);

	KUNIT_ASSERT_EQ(test, 0, decode(&skl_cursor_pipes, cursor, &out));
	KUNIT_EXPECT_EQ(test, out.gma, 0);
	KUNIT_EXPECT_EQ(test, out.x_pos, 0);
	KUNIT_EXPECT_EQ(test, out.y_pos, 0);
	KUNIT_EXPECT_EQ(test, out.x_hot, 0);
	KUNIT_EXPECT_EQ(test, out.y_hot, 0);
}

/* Versions before 8 and after 9 have other registers at these addresses. */
static void other_versions_are_refused(struct kunit *test)
{
	static const struct decoder_reg on[] = { ON(PIPE_A), { } };
	struct decoder_base base = skl_primary_pipes;
	struct gvt_plane out;

	base.ver = 7;
	KUNIT_EXPECT_EQ(test, decode(&base, on, &out), -EOPNOTSUPP);
	base.ver = 10;
	KUNIT_EXPECT_EQ(test, decode(&base, on, &out), -EOPNOTSUPP);
}

/* eDP may name pipe C where the platform stops at B. */
static void pipes_end_where_the_platform_says(struct kunit *test)
{
	static const struct decoder_reg edp[] = {
		EDP_ON, EDP_FROM(TRANS_DDI_EDP_INPUT_C_ONOFF), { }
	};
	static const struct decoder_reg third[] = { ON(PIPE_C), { } };
	struct decoder_base base = skl_primary_pipes;
	struct gvt_plane out;

	base.num_pipes = 2;
	KUNIT_EXPECT_EQ(test, decode(&base, edp, &out), -ENODEV);
	KUNIT_EXPECT_EQ(test, decode(&base, third, &out), -ENODEV);
}

static enum gvt_refusal decode_but(u32 skip_pipes,
				   const struct decoder_reg *regs,
				   struct gvt_plane *out)
{
	struct read_log log = {};
	struct fake_regs fake = { regs, skl_pipes_regs, &log };
	struct gvt_plane_regs source = {
		.read = fake_read, .ctx = &fake, .ver = 9, .num_pipes = 3,
		.skip_pipes = skip_pipes,
	};

	return gvt_decode_primary(&source, out);
}

static void pipes_that_are_skipped_are_ignored(struct kunit *test)
{
	static const struct decoder_reg on[] = {
		ON(PIPE_A), ON(PIPE_C), { }
	};
	struct gvt_plane out;

	KUNIT_ASSERT_EQ(test, GVT_DESCRIBED, decode_but(BIT(PIPE_A), on, &out));
	KUNIT_EXPECT_EQ(test, out.pipe, PIPE_C);
	KUNIT_EXPECT_EQ(test, GVT_REFUSED_PIPE_OFF,
			decode_but(BIT(PIPE_A) | BIT(PIPE_C), on, &out));
}

/* The reason says whether the pipe or the plane is off. */
static void pipe_and_plane_that_are_off_are_told_apart(struct kunit *test)
{
	static const struct decoder_reg pipe[] = { NO_PRIMARY(PIPE_A), { } };
	static const struct decoder_reg plane[] = {
		ON(PIPE_A), NO_PRIMARY(PIPE_A), { }
	};
	struct gvt_plane out;

	KUNIT_EXPECT_EQ(test, GVT_REFUSED_PIPE_OFF, decode_but(0, pipe, &out));
	KUNIT_EXPECT_EQ(test, GVT_REFUSED_PLANE_OFF, decode_but(0, plane, &out));
}

static void refusals_have_an_errno_and_a_text(struct kunit *test)
{
	enum gvt_refusal why;

	KUNIT_EXPECT_EQ(test, gvt_refusal_errno(GVT_DESCRIBED), 0);
	for (why = GVT_DESCRIBED + 1; why < GVT_NUM_REFUSALS; why++) {
		KUNIT_EXPECT_LE(test, gvt_refusal_errno(why), -1);
		KUNIT_EXPECT_NOT_NULL_MSG(test, gvt_refusal_text(why), "%d", why);
	}
}

static struct kunit_case pipe_cases[] = {
	KUNIT_CASE_PARAM(skl_primary_any_pipe, any_pipe_cases_gen_params),
	KUNIT_CASE_PARAM(skl_overlay_any_pipe, any_pipe_cases_gen_params),
	KUNIT_CASE_PARAM(skl_cursor_any_pipe, any_pipe_cases_gen_params),
	KUNIT_CASE_PARAM(bdw_primary_any_pipe, any_pipe_cases_gen_params),
	KUNIT_CASE_PARAM(skl_primary_pipe, primary_pipe_cases_gen_params),
	KUNIT_CASE_PARAM(skl_overlay_pipe, other_pipe_cases_gen_params),
	KUNIT_CASE_PARAM(skl_cursor_pipe, other_pipe_cases_gen_params),
	KUNIT_CASE(zero_is_a_value),
	KUNIT_CASE(other_versions_are_refused),
	KUNIT_CASE(pipes_end_where_the_platform_says),
	KUNIT_CASE(pipes_that_are_skipped_are_ignored),
	KUNIT_CASE(refusals_have_an_errno_and_a_text),
	KUNIT_CASE(pipe_and_plane_that_are_off_are_told_apart),
	{ }
};

static struct kunit_suite gvt_decoder_pipe_suite = {
	.name = "gvt_decoder_pipe",
	.test_cases = pipe_cases,
};

kunit_test_suites(&gvt_decoder_pipe_suite, &gvt_decoder_skl_suite,
		  &gvt_decoder_bdw_suite, &gvt_decoder_cursor_suite,
		  &gvt_decoder_roles_suite, &gvt_decoder_layout_suite);

MODULE_DESCRIPTION("KUnit tests of GVT-g's plane decoder");
MODULE_LICENSE("Dual MIT/GPL");
MODULE_IMPORT_NS("EXPORTED_FOR_KUNIT_TESTING");
