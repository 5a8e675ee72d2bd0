// SPDX-License-Identifier: MIT
/*
 * KUnit: when viewers are told of a change on a vGPU's screen, and of which
 * planes a register is.
 */

#include <kunit/test.h>

#include "gvt/display_event_state.h"

#define P	BIT(GVT_EVENT_PRIMARY)
#define C	BIT(GVT_EVENT_CURSOR)
#define O	BIT(GVT_EVENT_OVERLAY)
#define ALL	GVT_EVENT_ALL

enum step_kind { END, TOUCH, REFRESH, ARM, DISARM, TRIGGER, MASK, UNMASK };

/* What happens to which planes, and who is signaled because of it */
struct step {
	enum step_kind kind;
	u8 planes;
	u8 told;
};

static const struct event_case {
	const char *name;
	struct step steps[8];
} event_cases[] = {
	{ "armed ones are told the present state at once",
	  { { ARM, P | C, P | C }, { REFRESH } } },
	{ "a change is told at the refresh, once",
	  { { ARM, P, P }, { TOUCH, P }, { REFRESH, 0, P }, { REFRESH } } },
	{ "many changes are one",
	  { { ARM, P, P }, { TOUCH, P }, { TOUCH, P }, { TOUCH, P },
	    { REFRESH, 0, P }, { REFRESH } } },
	{ "each plane has its own",
	  { { ARM, ALL, ALL }, { TOUCH, P | O }, { REFRESH, 0, P | O },
	    { TOUCH, C }, { REFRESH, 0, C } } },
	{ "nobody is told of what nobody armed",
	  { { ARM, P, P }, { TOUCH, C | O }, { REFRESH } } },
	{ "what was before is not told again",
	  { { TOUCH, P }, { ARM, P, P }, { REFRESH } } },
	{ "arming one does not tell another early",
	  { { ARM, P, P }, { TOUCH, P }, { ARM, C, C }, { REFRESH, 0, P } } },
	{ "arming again tells the present state, and the change in its time",
	  { { ARM, P, P }, { TOUCH, P }, { ARM, P, P }, { REFRESH, 0, P } } },
	{ "disarming forgets the change",
	  { { ARM, P, P }, { TOUCH, P }, { DISARM, P }, { REFRESH },
	    { ARM, P, P }, { REFRESH } } },
	{ "disarming one leaves the others",
	  { { ARM, ALL, ALL }, { TOUCH, ALL }, { DISARM, C },
	    { REFRESH, 0, P | O } } },
	{ "a trigger is told at once",
	  { { ARM, P | C, P | C }, { TRIGGER, P, P }, { REFRESH } } },
	{ "a trigger of what is not armed does nothing",
	  { { ARM, P, P }, { TRIGGER, ALL, P }, { ARM, C, C }, { REFRESH } } },
	{ "a trigger does not tell a change early",
	  { { ARM, P | C, P | C }, { TOUCH, C }, { TRIGGER, P, P },
	    { REFRESH, 0, C } } },
	{ "masked changes are one when they are unmasked",
	  { { ARM, P, P }, { MASK, P }, { TOUCH, P }, { REFRESH }, { TOUCH, P },
	    { REFRESH }, { UNMASK, P, P } } },
	{ "unmasking what was not held back tells nothing",
	  { { ARM, P, P }, { MASK, P }, { REFRESH }, { UNMASK, ALL } } },
	{ "unmasking does not tell a change early",
	  { { ARM, P, P }, { MASK, P }, { TOUCH, P }, { UNMASK, P },
	    { REFRESH, 0, P } } },
	{ "a mask holds back the others not",
	  { { ARM, ALL, ALL }, { MASK, P }, { TOUCH, ALL },
	    { REFRESH, 0, C | O }, { UNMASK, P, P } } },
	{ "a mask outlives arming and disarming",
	  { { MASK, P }, { ARM, P }, { DISARM, P }, { ARM, P },
	    { UNMASK, P, P } } },
	{ "what is held back for one is not told to the next",
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

static void changes_are_told(struct kunit *test)
{
	const struct event_case *c = test->param_value;
	struct gvt_event_state state = {};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(c->steps) && c->steps[i].kind; i++)
		KUNIT_EXPECT_EQ_MSG(test, c->steps[i].told,
				    do_step(&state, &c->steps[i]),
				    "step %u", i);
}

static const struct reg_case {
	const char *name;
	u32 offset;
	u8 planes;
} reg_cases[] = {
	{ "surface of plane 1, pipe A", 0x7019c, P },
	{ "surface of plane 1, pipe C", 0x7219c, P },
	{ "surface of plane 2, pipe B", 0x7129c, O },
	{ "surface of plane 3, pipe A", 0x7039c, O },
	{ "control of plane 1 waits", 0x70180, 0 },
	{ "stride of plane 2 waits", 0x70288, 0 },
	{ "base of the cursor, pipe A", 0x70084, C },
	{ "position of the cursor, pipe B", 0x71088, C },
	{ "control of the cursor waits", 0x70080, 0 },
	{ "a fourth pipe is none", 0x7319c, 0 },
	{ "pipe A", 0x70008, ALL },
	{ "pipe C", 0x72008, ALL },
	{ "transcoder for eDP", 0x7f008, ALL },
	{ "which pipe feeds eDP", 0x6f400, ALL },
	{ "source size of pipe A", 0x6001c, ALL },
	{ "source size of pipe C", 0x6201c, ALL },
	{ "horizontal total of pipe A", 0x60000, 0 },
	{ "first scaler of pipe A", 0x68180, P | O },
	{ "window of the second scaler of pipe B", 0x68a74, P | O },
	{ "scaler of pipe C", 0x69180, P | O },
	{ "behind the scalers", 0x69200, 0 },
	{ "flip of plane 1, pipe A", 0x50080, P },
	{ "flip of plane 1, pipe B", 0x50088, P },
	{ "flip of plane 2, pipe C", 0x5009c, O },
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

static struct kunit_case display_event_cases[] = {
	KUNIT_CASE_PARAM(changes_are_told, event_cases_gen_params),
	KUNIT_CASE_PARAM(registers_belong_to_planes, reg_cases_gen_params),
	{ }
};

static struct kunit_suite gvt_display_event_suite = {
	.name = "gvt_display_event",
	.test_cases = display_event_cases,
};

kunit_test_suite(gvt_display_event_suite);

MODULE_DESCRIPTION("KUnit tests of GVT-g's display event");
MODULE_LICENSE("Dual MIT/GPL");
MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
