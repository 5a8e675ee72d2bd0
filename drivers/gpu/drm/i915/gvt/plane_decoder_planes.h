/* SPDX-License-Identifier: MIT */
/*
 * The planes of one pipe; for plane_decoder.c.
 */

#ifndef _GVT_PLANE_DECODER_PLANES_H_
#define _GVT_PLANE_DECODER_PLANES_H_

#include <linux/sizes.h>
#include <linux/types.h>

#include "display/intel_display_limits.h"
#include "plane_decoder.h"

/*
 * i915's accessors for these registers look up a device's offset table. On all
 * platforms that GVT-g knows the blocks of pipe A, B and C are 0x1000 apart.
 */
#define GVT_PIPE_REG(pipe, reg_a)	_MMIO((reg_a) + (pipe) * 0x1000)

/* Planes above plane 3 came after display version 9. */
#define GVT_PIPE_PLANES			3

/* Tiles are as big as a GGTT page, whatever their shape. */
#define GVT_TILE_SIZE			SZ_4K

/* How wide a line in memory may be (PRM vol. 2c: PRI_STRIDE, PLANE_STRIDE) */
#define GVT_MAX_STRIDE			SZ_32K

/* What the offset fields of both platforms can say (PRI_OFFSET, PLANE_OFFSET) */
#define GVT_MAX_OFFSET			8191

/* No plane of the hardware serves a type. */
#define GVT_PLANE_NONE			(-1)

/**
 * struct gvt_window - where a plane is on its pipe
 * @ctl: its control register, 0 if it is off; then the rest has no meaning
 * @width: of what it reads from memory, in pixels
 * @height: the same in lines
 * @shown_width: of what it shows, which differs if it is scaled
 * @shown_height: the same in lines
 * @x: left edge of what it shows
 * @y: top edge
 */
struct gvt_window {
	u32 ctl;
	u32 width;
	u32 height;
	u32 shown_width;
	u32 shown_height;
	u32 x;
	u32 y;
};

/**
 * struct gvt_pipe_planes - what has been read of a pipe and its planes
 * @regs: where it is read from
 * @pipe: which pipe; all below is zero at first
 * @primary: plane_id of its primary plane, or %GVT_PLANE_NONE; for plane_decoder.c
 * @src_width: of the pipe, before its own scaler; 0 if it has not been read
 * @src_height: the same in lines
 * @scalers: control registers of the scalers
 * @scalers_read: BIT() of those that have been read
 * @windows_read: BIT(plane_id) of @windows that have been read
 * @windows: by plane_id; PLANE_2 is Broadwell's sprite
 */
struct gvt_pipe_planes {
	const struct gvt_plane_regs *regs;
	enum pipe pipe;
	int primary;
	u32 src_width;
	u32 src_height;
	u32 scalers[2];
	u8 scalers_read;
	u8 windows_read;
	struct gvt_window windows[GVT_PIPE_PLANES];
};

void gvt_pipe_read_source(struct gvt_pipe_planes *p);
bool gvt_plane_is_on(struct gvt_pipe_planes *p, enum plane_id id);
bool gvt_plane_covers_pipe(struct gvt_pipe_planes *p, enum plane_id id);
bool gvt_plane_is_opaque(const struct gvt_pipe_planes *p, enum plane_id id);
bool gvt_plane_has_alpha(const struct gvt_pipe_planes *p, enum plane_id id);
bool gvt_plane_has_key_for_above(const struct gvt_pipe_planes *p, enum plane_id id);
bool gvt_skl_plane_has_aux(const struct gvt_pipe_planes *p, enum plane_id id);
enum gvt_refusal gvt_skl_describe_aux(const struct gvt_pipe_planes *p,
				      enum plane_id id, u32 ctl,
				      struct gvt_plane *plane);
bool gvt_plane_rebase(struct gvt_plane *plane, u32 cpp, u32 chunk);
enum gvt_refusal gvt_decode_hw_plane(const struct gvt_pipe_planes *p,
				     enum plane_id id, bool lowest,
				     struct gvt_plane *plane);

#endif /* _GVT_PLANE_DECODER_PLANES_H_ */
