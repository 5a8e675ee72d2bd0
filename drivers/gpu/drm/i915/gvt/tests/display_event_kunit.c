// SPDX-License-Identifier: MIT
/*
 * KUnit: when clients are notified of a change on a vGPU's screen, and of which
 * planes a register is.
 */

#include <kunit/test.h>
#include <linux/bitmap.h>
#include <linux/minmax.h>
#include <linux/prandom.h>
#include <linux/sizes.h>

#include <drm/drm_plane.h>

#include "display/skl_universal_plane_regs.h"
#include "gvt/display_event_state.h"
#include "gvt/plane_decoder.h"
#include "gvt/plane_latch.h"

#define P	BIT(DRM_PLANE_TYPE_PRIMARY)
#define C	BIT(DRM_PLANE_TYPE_CURSOR)
#define O	BIT(DRM_PLANE_TYPE_OVERLAY)
#define ALL	GVT_ALL_PLANE_TYPES

enum step_kind {
	END, TOUCH, FLIP, DRAW, REFRESH, ARM, DISARM, TRIGGER, MASK, UNMASK
};

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
	{ "a flip that does not wait is signalled immediately, once",
	  { { ARM, P, P }, { FLIP, P, P }, { REFRESH }, { FLIP, P, P } } },
	{ "the second flip before a refresh is signalled there",
	  { { ARM, P, P }, { FLIP, P, P }, { FLIP, P }, { FLIP, P },
	    { REFRESH, 0, P }, { REFRESH } } },
	{ "a flip after a refresh that signalled is signalled immediately",
	  { { ARM, P, P }, { TOUCH, P }, { REFRESH, 0, P }, { FLIP, P, P },
	    { REFRESH }, { FLIP, P, P } } },
	{ "after two flips in a refresh the next one waits",
	  { { ARM, P, P }, { FLIP, P, P }, { FLIP, P }, { REFRESH, 0, P },
	    { FLIP, P }, { REFRESH, 0, P }, { REFRESH }, { FLIP, P, P } } },
	{ "the signal of a flip stands for an earlier change",
	  { { ARM, P, P }, { TOUCH, P }, { FLIP, P, P }, { REFRESH } } },
	{ "a change after a flip is signalled at the refresh",
	  { { ARM, P, P }, { FLIP, P, P }, { TOUCH, P }, { REFRESH, 0, P } } },
	{ "a flip does not signal the change of another plane",
	  { { ARM, P | C, P | C }, { TOUCH, C }, { FLIP, P, P },
	    { REFRESH, 0, C } } },
	{ "a flip of a plane that is not armed is not signalled",
	  { { ARM, C, C }, { FLIP, P }, { ARM, P, P }, { REFRESH } } },
	{ "a flip while masked is not signalled, the next one is",
	  { { ARM, P, P }, { MASK, P }, { FLIP, P }, { UNMASK, P, P },
	    { FLIP, P, P }, { REFRESH } } },
	{ "arming again begins anew",
	  { { ARM, P, P }, { FLIP, P, P }, { DISARM, P }, { ARM, P, P },
	    { FLIP, P, P } } },
	{ "drawing and a flip are one signal, and one at the refresh",
	  { { ARM, P, P }, { DRAW, P, P }, { DRAW, P }, { FLIP, P },
	    { REFRESH, 0, P }, { DRAW, P }, { REFRESH }, { DRAW, P, P } } },
};

KUNIT_ARRAY_PARAM_DESC(event_cases, event_cases, name);

static u8 do_step(struct gvt_event_state *state, const struct step *step)
{
	switch (step->kind) {
	case TOUCH:
		gvt_event_touch(state, step->planes);
		return 0;
	case FLIP:
		return gvt_event_flip(state, step->planes);
	case DRAW:
		return gvt_event_signal(state, step->planes);
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

/* A register counts when it is written, and for which planes, or when latched. */
static const struct reg_case {
	const char *name;
	u32 offset;
	u8 planes;
	bool latched;
} reg_cases[] = {
	{ "surface of plane 1", 0x7019c, .latched = true },
	{ "surface of plane 2, pipe B", 0x7129c, .latched = true },
	{ "surface of plane 3, pipe C", 0x7239c, .latched = true },
	{ "control of plane 1", 0x70180, .latched = true },
	{ "stride of plane 2", 0x70288, .latched = true },
	{ "offset of plane 3, the last that is", 0x703a4, .latched = true },
	{ "past those of plane 3", 0x703a8 },
	{ "before the auxiliary ones of plane 1", 0x701bc },
	{ "auxiliary distance of plane 1", 0x701c0, .latched = true },
	{ "auxiliary offset of plane 3, pipe C", 0x723c4, .latched = true },
	{ "past the auxiliary ones of plane 2", 0x702c8 },
	{ "a cursor has no auxiliary ones", 0x700c0 },
	{ "nor has a scaler", 0x681b0 },
	{ "what plane 1 scans out, of the hardware", 0x701ac },
	{ "a fourth plane is none", 0x70480 },
	{ "base of the cursor", 0x70084, .latched = true },
	{ "control of the cursor", 0x70080, .latched = true },
	{ "size of the cursor, pipe C", 0x720a0, .latched = true },
	{ "position of the cursor, pipe A", 0x70088, C },
	{ "position of the cursor, pipe B", 0x71088, C },
	{ "a fourth pipe is none", 0x73008, 0 },
	{ "surface of a fourth pipe is none", 0x7319c },
	{ "pipe A", 0x70008, ALL },
	{ "pipe C", 0x72008, ALL },
	{ "transcoder for eDP", 0x7f008, ALL },
	{ "which pipe feeds eDP", 0x6f400, ALL },
	{ "source size of pipe A", 0x6001c, ALL },
	{ "source size of pipe C", 0x6201c, ALL },
	{ "horizontal total of pipe A", 0x60000, 0 },
	{ "control of scaler 1", 0x68180, .latched = true },
	{ "window position of scaler 2, pipe B", 0x68a70, .latched = true },
	{ "window size of scaler 2, pipe C", 0x69274, .latched = true },
	{ "a third scaler is none", 0x68370 },
	{ "scaler of a fourth pipe is none", 0x69970 },
	{ "flip by 0x50080 arms another register", 0x50080, 0 },
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
	KUNIT_EXPECT_EQ(test, c->latched, gvt_reg_is_latched(c->offset));
}

#define MMIO_REGS	(SZ_512K / sizeof(u32))

/*
 * Registers that the decoder has read, a bit each. What they say is random; or if
 * @layout, those of planes are of NV12, as far as that has a second memory plane:
 * random ones are refused before it is read.
 */
struct reads {
	struct rnd_state rnd;
	bool layout;
	DECLARE_BITMAP(regs, MMIO_REGS);
};

static const struct {
	u32 offset;
	u32 value;
} nv12_of_plane_1[] = {
	{ 0x70180, PLANE_CTL_ENABLE | PLANE_CTL_FORMAT_NV12 },
	{ 0x70188, 64 },
	{ 0x70190, PLANE_HEIGHT(99) | PLANE_WIDTH(99) },
	{ 0x70198, 0 },
	{ 0x7019c, 0x100000 },
	{ 0x701a4, 0 },
};

static u32 read_anything(const void *ctx, i915_reg_t reg)
{
	const u32 offset = i915_mmio_reg_offset(reg);
	struct reads *reads = (struct reads *)ctx;
	unsigned int i;

	__set_bit(min(offset / sizeof(u32), MMIO_REGS - 1), reads->regs);
	for (i = 0; i < ARRAY_SIZE(nv12_of_plane_1) && reads->layout; i++)
		/* Of any plane and pipe */
		if ((offset & ~0x3f00) == (nv12_of_plane_1[i].offset & ~0x3f00))
			return nv12_of_plane_1[i].value;

	return prandom_u32_state(&reads->rnd);
}

static const struct decoder {
	const char *name;
	u8 plane;
	enum gvt_refusal (*decode)(const struct gvt_plane_regs *regs,
				   struct gvt_plane *out);
} decoders[] = {
	{ "primary", P, gvt_decode_primary },
	{ "cursor", C, gvt_decode_cursor },
	{ "overlay", O, gvt_decode_overlay },
};

KUNIT_ARRAY_PARAM_DESC(decoders, decoders, name);

/*
 * A register that is read must be latched or watched: else the answer of QUERY would
 * change without a signal. One that is watched must be read: else there would be
 * signals of no change.
 */
static void registers_of_the_decoder_are_watched(struct kunit *test)
{
	const struct decoder *decoder = test->param_value;
	unsigned int i, offset, latched = 0;
	struct gvt_plane_regs regs = {
		.read = read_anything,
		.num_pipes = 3,
	};
	bool read, watched;
	struct gvt_plane plane;
	struct reads *reads;

	reads = kunit_kzalloc(test, sizeof(*reads), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, reads);
	prandom_seed_state(&reads->rnd, 15);
	regs.ctx = reads;
	for (i = 0; i < 20000; i++) {
		regs.ver = 8 + i % 2;
		regs.layouts = i / 2 % 2;
		reads->layout = i / 4 % 2;
		decoder->decode(&regs, &plane);
	}

	for (i = 0; i < MMIO_REGS; i++) {
		offset = i * sizeof(u32);
		read = test_bit(i, reads->regs);
		if (read && gvt_reg_is_latched(offset)) {
			latched++;
			continue;
		}
		watched = gvt_event_planes_of_reg(offset) & decoder->plane;
		KUNIT_EXPECT_EQ_MSG(test, read, watched, "0x%x", offset);
	}
	KUNIT_EXPECT_NE(test, latched, 0);
	/* Else it proves nothing of the second memory plane. */
	if (decoder->plane == P)
		KUNIT_EXPECT_TRUE(test, test_bit(0x701c4 / sizeof(u32), reads->regs));
}

static struct kunit_case display_event_cases[] = {
	KUNIT_CASE_PARAM(changes_are_signalled, event_cases_gen_params),
	KUNIT_CASE_PARAM(registers_belong_to_planes, reg_cases_gen_params),
	KUNIT_CASE_PARAM(registers_of_the_decoder_are_watched, decoders_gen_params),
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
