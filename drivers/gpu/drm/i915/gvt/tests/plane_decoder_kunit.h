/* SPDX-License-Identifier: MIT */
/*
 * One row, one rule: a few registers that differ from the plane state that every
 * row of a table starts from, and the description or the errno that must result.
 */

#ifndef _GVT_PLANE_DECODER_KUNIT_H_
#define _GVT_PLANE_DECODER_KUNIT_H_

#include "gvt/plane_decoder.h"

struct kunit;

struct decoder_reg {
	i915_reg_t reg;		/* 0 ends a list */
	u32 value;
};

/**
 * struct decoder_case - one rule
 * @name: the rule, as a statement
 * @regs: registers that differ from the table's base
 * @layouts: the caller takes layouts
 * @err: errno that must come back, or 0
 * @want: what must come out if @err is 0; a field that is 0 is the base's
 */
struct decoder_case {
	const char *name;
	struct decoder_reg regs[8];
	bool layouts;
	int err;
	struct gvt_plane want;
};

/**
 * struct decoder_base - what the rows of a table have in common
 * @decode: function under test
 * @ver: display version
 * @num_pipes: pipes of the platform
 * @regs: plane state that decodes, ended by a zero register
 * @want: its description
 */
struct decoder_base {
	enum gvt_refusal (*decode)(const struct gvt_plane_regs *regs,
				   struct gvt_plane *out);
	unsigned int ver;
	unsigned int num_pipes;
	const struct decoder_reg *regs;
	struct gvt_plane want;
};

void decoder_run_case(struct kunit *test, const struct decoder_base *base);
void decoder_run_layout_case(struct kunit *test, const struct decoder_base *base);
void decoder_find_roles(struct kunit *test, const struct decoder_base *base,
			struct gvt_plane_roles *roles);
bool decoder_find_screen(struct kunit *test, const struct decoder_base *base,
			 struct gvt_screen *screen);

/* i915's macros for these want a device; the blocks are 0x1000 apart. */
#define PIPE_BLOCK(pipe, reg_a)		_MMIO((reg_a) + (pipe) * 0x1000)
#define TRANSCONF_(pipe)		PIPE_BLOCK(pipe, _TRANSACONF)
#define TRANSCONF_EDP_			_MMIO(0x7f008)
#define CURCNTR_(pipe)			PIPE_BLOCK(pipe, _CURACNTR)
#define CURBASE_(pipe)			PIPE_BLOCK(pipe, _CURABASE)
#define CURPOS_(pipe)			PIPE_BLOCK(pipe, _CURAPOS)
#define CUR_FBC_CTL_(pipe)		PIPE_BLOCK(pipe, _CUR_FBC_CTL_A)
#define DSPCNTR_(pipe)			PIPE_BLOCK(pipe, _DSPACNTR)
#define DSPSTRIDE_(pipe)		PIPE_BLOCK(pipe, _DSPASTRIDE)
#define DSPSURF_(pipe)			PIPE_BLOCK(pipe, _DSPASURF)
#define DSPLINOFF_(pipe)		PIPE_BLOCK(pipe, _DSPALINOFF)
#define DSPOFFSET_(pipe)		PIPE_BLOCK(pipe, _DSPAOFFSET)
#define PIPESRC_(pipe)			PIPE_BLOCK(pipe, _PIPEASRC)

/* The plane state that tables start from; all formats fit its stride. */
#define BASE_GMA	0x100000
#define BASE_STRIDE	16384
#define BASE_PLANE				\
	{					\
		.pipe = PIPE_A,			\
		.fourcc = DRM_FORMAT_XRGB8888,	\
		.modifier = DRM_FORMAT_MOD_LINEAR, \
		.width = 1920,			\
		.height = 1080,			\
		.stride = BASE_STRIDE,		\
		.gma = BASE_GMA,		\
		.size = BASE_STRIDE * 1080,	\
		.x_hot = GVT_HOTSPOT_UNKNOWN,	\
		.y_hot = GVT_HOTSPOT_UNKNOWN,	\
	}

extern struct kunit_suite gvt_decoder_bdw_suite;
extern struct kunit_suite gvt_decoder_cursor_suite;
extern struct kunit_suite gvt_decoder_layout_suite;
extern struct kunit_suite gvt_decoder_roles_suite;
extern struct kunit_suite gvt_decoder_skl_suite;

#endif /* _GVT_PLANE_DECODER_KUNIT_H_ */
