// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libFuzzer target: every register holds what the input says, in the order in
 * which the decoder asks; whatever that is, the contract of plane_decoder.h holds.
 */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <drm/drm_fourcc.h>

#include "gvt/plane_decoder.h"
#include "vgpu_tile.h"

#define MAX_READS	64

struct stream {
	const uint8_t *data;
	size_t size;
	unsigned int reads;
	u32 offset[MAX_READS];
};

static const struct {
	const char *name;
	enum gvt_refusal (*decode)(const struct gvt_plane_regs *regs,
				   struct gvt_plane *out);
} targets[] = {
	{ "primary", gvt_decode_primary },
	{ "overlay", gvt_decode_overlay },
	{ "cursor", gvt_decode_cursor },
};

enum { OK, OFF, INVALID, UNSUPPORTED, NUM_OUTCOMES };
static uint64_t outcomes[ARRAY_SIZE(targets)][NUM_OUTCOMES];

#define check(cond)							\
	do {								\
		if (!(cond)) {						\
			fprintf(stderr, "%s:%d: not true: %s\n",	\
				__FILE__, __LINE__, #cond);		\
			abort();					\
		}							\
	} while (0)

static u32 read_stream(const void *ctx, i915_reg_t reg)
{
	struct stream *s = (struct stream *)ctx;
	u32 value = 0;

	for (unsigned int i = 0; i < s->reads; i++)
		check(s->offset[i] != reg.reg);	/* never twice: no torn plane */
	check(s->reads < MAX_READS);
	s->offset[s->reads++] = reg.reg;

	if (s->size >= sizeof(value)) {
		memcpy(&value, s->data, sizeof(value));
		s->data += sizeof(value);
		s->size -= sizeof(value);
	}
	return value;
}

/* The tiles of the first memory plane; the second is linear, or its tiles are Y. */
static u64 tiling_of(u64 modifier)
{
	switch (modifier) {
	case I915_FORMAT_MOD_Y_TILED_CCS:
		return I915_FORMAT_MOD_Y_TILED;
	case I915_FORMAT_MOD_Yf_TILED_CCS:
		return I915_FORMAT_MOD_Yf_TILED;
	default:
		return modifier;
	}
}

/* The last byte of the second memory plane that the hardware reads is inside. */
static void check_aux(const struct gvt_plane *p, const struct drm_format_info *format)
{
	bool ccs = tiling_of(p->modifier) != p->modifier;
	u64 tiling = ccs ? I915_FORMAT_MOD_Y_TILED : p->modifier;
	u32 cpp = ccs ? 1 : format->cpp[1];
	u32 columns = (p->src_x + p->width - 1) / (ccs ? 8 : 2) + 1;
	u32 lines = (p->src_y + p->height - 1) / (ccs ? 16 : 2) + 1;

	check(ccs || p->fourcc == DRM_FORMAT_NV12);
	check(p->aux_stride % vgpu_tile_width(tiling, cpp) == 0);
	check(p->aux_stride <= 32768 && columns * cpp <= p->aux_stride);
	check(tiling == DRM_FORMAT_MOD_LINEAR || p->aux_offset % 4096 == 0);
	check(p->aux_offset + (u64)vgpu_byte_offset(tiling, cpp, p->aux_stride,
						    columns * cpp - 1, lines - 1) < p->size);
}

static void check_plane(const struct gvt_plane *p, unsigned int num_pipes, bool layouts)
{
	const struct drm_format_info *format = drm_format_info(p->fourcc);
	const u64 tiling = tiling_of(p->modifier);
	u32 cpp = format->cpp[0], tile = vgpu_tile_width(tiling, cpp);
	u64 line = (u64)(p->src_x + p->width) * cpp;

	check(layouts || !gvt_plane_needs_layout(p));
	check((unsigned int)p->pipe < num_pipes);
	check((format->num_planes == 2 || tiling != p->modifier) == !!p->aux_stride);
	check(p->src_x <= 8191 && p->src_y <= 8191);
	if (p->aux_stride)
		check_aux(p, format);
	else
		check(!p->aux_offset);
	check(p->width >= 1 && p->width <= 8192);
	check(p->height >= 1 && p->height <= 4096);
	check(p->stride >= line && p->stride <= 32768);
	check(tile);	/* a modifier that some platform has */
	check(p->stride % tile == 0);
	check(p->gma % 4096 == 0);
	check(p->size % 4096 == 0 && p->size > 0);
	check(p->gma + p->size <= 1ull << 32);
	check(p->x_pos >= -32767 && p->x_pos <= 65535);
	check(p->y_pos >= -32767 && p->y_pos <= 65535);
	check((p->x_hot == GVT_HOTSPOT_UNKNOWN) ==
	      (p->y_hot == GVT_HOTSPOT_UNKNOWN));
	check(p->x_hot == GVT_HOTSPOT_UNKNOWN || p->x_hot < p->width);
	check(p->y_hot == GVT_HOTSPOT_UNKNOWN || p->y_hot < p->height);

	/* The last byte that the hardware reads is inside: a tile is a page. */
	check(vgpu_byte_offset(tiling, cpp, p->stride, line - 1,
			       p->src_y + p->height - 1) < p->size);
}

static void report(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(targets); i++)
		fprintf(stderr,
			"%-8s decoded %" PRIu64 ", off %" PRIu64
			", invalid %" PRIu64 ", unsupported %" PRIu64 "\n",
			targets[i].name, outcomes[i][OK], outcomes[i][OFF],
			outcomes[i][INVALID], outcomes[i][UNSUPPORTED]);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return atexit(report);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gvt_plane_regs regs = { .read = read_stream };
	struct gvt_plane out, again, untouched;
	struct stream first, second;
	enum gvt_refusal why;
	size_t target;
	int err, outcome;

	if (size < 3)
		return 0;
	target = data[0] % ARRAY_SIZE(targets);
	regs.ver = 8 + (data[1] & 1);
	regs.layouts = data[1] & 2;
	regs.num_pipes = data[2] % 4;
	first = (struct stream){ .data = data + 3, .size = size - 3 };
	second = first;
	memset(&out, 0xa5, sizeof(out));
	memset(&again, 0xa5, sizeof(again));
	memset(&untouched, 0xa5, sizeof(untouched));

	regs.ctx = &first;
	why = targets[target].decode(&regs, &out);
	err = gvt_refusal_errno(why);
	check(!err == (why == GVT_DESCRIBED));
	switch (err) {
	case 0:
		outcome = OK;
		check_plane(&out, regs.num_pipes, regs.layouts);
		break;
	case -ENODEV:
		outcome = OFF;
		break;
	case -EINVAL:
		outcome = INVALID;
		break;
	default:
		check(err == -EOPNOTSUPP);
		outcome = UNSUPPORTED;
	}
	outcomes[target][outcome]++;
	if (err)
		check(!memcmp(&out, &untouched, sizeof(out)));

	/* The same registers are the same plane. */
	regs.ctx = &second;
	check(targets[target].decode(&regs, &again) == why);
	check(first.reads == second.reads);
	if (!err)
		check(out.pipe == again.pipe && out.fourcc == again.fourcc &&
		      out.modifier == again.modifier &&
		      out.width == again.width && out.height == again.height &&
		      out.stride == again.stride && out.gma == again.gma &&
		      out.size == again.size && out.src_x == again.src_x &&
		      out.src_y == again.src_y && out.rotated == again.rotated &&
		      out.aux_offset == again.aux_offset &&
		      out.aux_stride == again.aux_stride);
	return 0;
}
