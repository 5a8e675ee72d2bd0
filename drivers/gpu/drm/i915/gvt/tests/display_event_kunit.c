// SPDX-License-Identifier: MIT
/*
 * KUnit: when clients are notified of a change on a vGPU's screen, and of which
 * planes a register is.
 */

#include <kunit/test.h>
#include <linux/prandom.h>

#include <drm/drm_plane.h>

#include "gvt/display_event_state.h"
#include "gvt/plane_decoder.h"

#define P	BIT(DRM_PLANE_TYPE_PRIMARY)
#define C	BIT(DRM_PLANE_TYPE_CURSOR)
#define O	BIT(DRM_PLANE_TYPE_OVERLAY)
#define ALL	GVT_ALL_PLANE_TYPES

enum step_kind { END, TOUCH, REFRESH, ARM, DISARM, TRIGGER, MASK, UNMASK };

/* What happens to which planes, and which are signalled because of it */
struct step {
	enum step_kind kind;
	u8 planes;
	u8 due;
};

static const struct event_case {
	const char *name;
	struct step steps[8];
} event_cases[] = {
	{ "armed ones are signalled immediately",
	  { { ARM, P | C, P | C }, { REFRESH } } },
	{ "a change is signalled at the refresh, once",
	  { { ARM, P, P }, { TOUCH, P }, { REFRESH, 0, P }, { REFRESH } } },
	{ "many changes are one",
	  { { ARM, P, P }, { TOUCH, P }, { TOUCH, P }, { TOUCH, P },
	    { REFRESH, 0, P }, { REFRESH } } },
	{ "each plane has its own",
	  { { ARM, ALL, ALL }, { TOUCH, P | O }, { REFRESH, 0, P | O },
	    { TOUCH, C }, { REFRESH, 0, C } } },
	{ "a plane that is not armed is not signalled",
	  { { ARM, P, P }, { TOUCH, C | O }, { REFRESH } } },
	{ "what is latched after arming is signalled",
	  { { TOUCH, P }, { ARM, P, P }, { TOUCH, P }, { REFRESH, 0, P } } },
	{ "what is latched after arming again is signalled",
	  { { ARM, P, P }, { DISARM, P }, { ARM, P, P }, { TOUCH, P },
	    { REFRESH, 0, P } } },
	{ "arming one does not signal another early",
	  { { ARM, P, P }, { TOUCH, P }, { ARM, C, C }, { REFRESH, 0, P } } },
	{ "arming again signals, and the change at the refresh",
	  { { ARM, P, P }, { TOUCH, P }, { ARM, P, P }, { REFRESH, 0, P } } },
	{ "disarming drops the change",
	  { { ARM, P, P }, { TOUCH, P }, { DISARM, P }, { REFRESH },
	    { ARM, P, P }, { REFRESH } } },
	{ "disarming one leaves the others",
	  { { ARM, ALL, ALL }, { TOUCH, ALL }, { DISARM, C },
	    { REFRESH, 0, P | O } } },
	{ "a trigger is signalled immediately",
	  { { ARM, P | C, P | C }, { TRIGGER, P, P }, { REFRESH } } },
	{ "a trigger of what is not armed does nothing",
	  { { ARM, P, P }, { TRIGGER, ALL, P }, { ARM, C, C }, { REFRESH } } },
	{ "a trigger does not signal a change early",
	  { { ARM, P | C, P | C }, { TOUCH, C }, { TRIGGER, P, P },
	    { REFRESH, 0, C } } },
	{ "masked changes are one when they are unmasked",
	  { { ARM, P, P }, { MASK, P }, { TOUCH, P }, { REFRESH }, { TOUCH, P },
	    { REFRESH }, { UNMASK, P, P }, { REFRESH } } },
	{ "a masked trigger is signalled when it is unmasked",
	  { { ARM, P, P }, { MASK, P }, { TRIGGER, P }, { UNMASK, P, P } } },
	{ "unmasking signals: no query was made meanwhile",
	  { { ARM, P, P }, { MASK, P }, { UNMASK, ALL, P }, { UNMASK, ALL } } },
	{ "a change before the mask is signalled when it is unmasked",
	  { { ARM, P, P }, { TOUCH, P }, { MASK, P }, { REFRESH },
	    { UNMASK, P, P }, { REFRESH } } },
	{ "a change after unmasking is signalled at the refresh",
	  { { ARM, P, P }, { MASK, P }, { UNMASK, P, P }, { TOUCH, P },
	    { REFRESH, 0, P } } },
	{ "a mask does not hold back the others",
	  { { ARM, ALL, ALL }, { MASK, P }, { TOUCH, ALL },
	    { REFRESH, 0, C | O }, { UNMASK, P, P } } },
	{ "a mask outlives arming and disarming",
	  { { MASK, P }, { ARM, P }, { DISARM, P }, { ARM, P },
	    { UNMASK, P, P } } },
	{ "disarming drops what a mask held back",
	  { { ARM, P, P }, { MASK, P }, { TRIGGER, P }, { DISARM, P },
	    { UNMASK, P } } },
};

KUNIT_ARRAY_PARAM_DESC(event_cases, event_cases, name);

static u8 do_step(struct gvt_event_state *state, const struct step *step)
{
	switch (step->kind) {
	case TOUCH:
		gvt_event_touch(state, step->planes);
		return 0;
	case REFRESH:
		return gvt_event_refresh(state);
	case ARM:
		return gvt_event_arm(state, step->planes, 0);
	case DISARM:
		return gvt_event_arm(state, 0, step->planes);
	case TRIGGER:
		return gvt_event_trigger(state, step->planes);
	case MASK:
		gvt_event_mask(state, step->planes);
		return 0;
	case UNMASK:
		return gvt_event_unmask(state, step->planes);
	default:
		return 0;
	}
}

static void changes_are_signalled(struct kunit *test)
{
	const struct event_case *c = test->param_value;
	struct gvt_event_state state = {};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(c->steps) && c->steps[i].kind; i++)
		KUNIT_EXPECT_EQ_MSG(test, c->steps[i].due,
				    do_step(&state, &c->steps[i]),
				    "step %u", i);
}

static const struct reg_case {
	const char *name;
	u32 offset;
	u8 planes;
} reg_cases[] = {
	{ "surface of plane 1 is latched", 0x7019c, 0 },
	{ "surface of plane 2, pipe B", 0x7129c, 0 },
	{ "surface of plane 3, pipe C", 0x7239c, 0 },
	{ "control of plane 1 is latched", 0x70180, 0 },
	{ "stride of plane 2 is latched", 0x70288, 0 },
	{ "base of the cursor is latched", 0x70084, 0 },
	{ "position of the cursor, pipe B", 0x71088, C },
	{ "control of the cursor is latched", 0x70080, 0 },
	{ "a fourth pipe is none", 0x73008, 0 },
	{ "pipe A", 0x70008, ALL },
	{ "pipe C", 0x72008, ALL },
	{ "transcoder for eDP", 0x7f008, ALL },
	{ "which pipe feeds eDP", 0x6f400, ALL },
	{ "source size of pipe A", 0x6001c, ALL },
	{ "source size of pipe C", 0x6201c, ALL },
	{ "horizontal total of pipe A", 0x60000, 0 },
	{ "scalers are latched", 0x68180, 0 },
	{ "flip by 0x50080 is latched", 0x50080, 0 },
	{ "hotspot, x", 0x78830, C },
	{ "hotspot, y", 0x78834, C },
	{ "frame counter of pipe A", 0x70040, 0 },
	{ "vblank interrupt of pipe A", 0x44408, 0 },
	{ "nothing of the display", 0x2030, 0 },
};

KUNIT_ARRAY_PARAM_DESC(reg_cases, reg_cases, name);

static void registers_belong_to_planes(struct kunit *test)
{
	const struct reg_case *c = test->param_value;

	KUNIT_EXPECT_EQ(test, c->planes, gvt_event_planes_of_reg(c->offset));
}

struct reads {
	struct kunit *test;
	struct rnd_state rnd;
	u8 plane;
};

/*
 * Scalers of the pipes, and registers at 0x80 to 0xff and so on of a pipe, but for
 * the cursor's position
 */
static bool is_latched(u32 offset)
{
	if (offset >= 0x68100 && offset < 0x68100 + 3 * 0x800)
		return true;

	return offset >= 0x70000 && offset < 0x73000 && offset & 0x80 &&
	       offset % 0x1000 < 0x400 && offset % 0x1000 != 0x88;
}

static u32 read_anything(const void *ctx, i915_reg_t reg)
{
	struct reads *reads = (struct reads *)ctx;
	u32 offset = i915_mmio_reg_offset(reg);

	if (!is_latched(offset))
		KUNIT_EXPECT_TRUE_MSG(reads->test,
				      gvt_event_planes_of_reg(offset) &
				      reads->plane, "0x%x", offset);
	return prandom_u32_state(&reads->rnd);
}

/* Else the answer of QUERY would change without a signal. */
static void registers_of_the_decoder_are_watched(struct kunit *test)
{
	static const struct {
		u8 plane;
		enum gvt_refusal (*decode)(const struct gvt_plane_regs *regs,
					   struct gvt_plane *out);
	} kinds[] = {
		{ P, gvt_decode_primary },
		{ C, gvt_decode_cursor },
		{ O, gvt_decode_overlay },
	};
	struct reads reads = { .test = test };
	struct gvt_plane_regs regs = {
		.read = read_anything,
		.ctx = &reads,
		.num_pipes = 3,
	};
	struct gvt_plane plane;
	unsigned int i, n;

	prandom_seed_state(&reads.rnd, 15);
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		reads.plane = kinds[i].plane;
		for (n = 0; n < 20000; n++) {
			regs.ver = 8 + n % 2;
			kinds[i].decode(&regs, &plane);
		}
	}
}

static struct kunit_case display_event_cases[] = {
	KUNIT_CASE_PARAM(changes_are_signalled, event_cases_gen_params),
	KUNIT_CASE_PARAM(registers_belong_to_planes, reg_cases_gen_params),
	KUNIT_CASE(registers_of_the_decoder_are_watched),
	{ }
};

static struct kunit_suite gvt_display_event_suite = {
	.name = "gvt_display_event",
	.test_cases = display_event_cases,
};

kunit_test_suite(gvt_display_event_suite);

MODULE_DESCRIPTION("KUnit tests of GVT-g's display event");
MODULE_LICENSE("Dual MIT/GPL");
MODULE_IMPORT_NS("EXPORTED_FOR_KUNIT_TESTING");
