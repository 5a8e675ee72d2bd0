// SPDX-License-Identifier: MIT
/*
 * The planes of a vGPU as its latched registers describe them: the decoder, applied
 * to a vGPU, and the check that the framebuffer is in its share of the GGTT. The
 * ioctls, the display event, debugfs and the scan of front-buffer writes all
 * ask here.
 */

#include <linux/build_bug.h>
#include <linux/nospec.h>

#include <drm/drm_plane.h>

#include "i915_drv.h"

#include "gvt.h"
#include "plane_decoder.h"
#include "plane_latch.h"
#include "plane_memo.h"
#include "vgpu_plane.h"

static_assert(GVT_ALL_PLANE_TYPES == (BIT(DRM_PLANE_TYPE_OVERLAY) |
				      BIT(DRM_PLANE_TYPE_PRIMARY) |
				      BIT(DRM_PLANE_TYPE_CURSOR)));

struct gvt_plane_reader {
	const struct intel_vgpu *vgpu;
	struct gvt_plane_memo *memo;	/* or NULL */
};

static u32 gvt_plane_read_reg(const void *ctx, i915_reg_t reg)
{
	const struct gvt_plane_reader *reader = ctx;
	const u32 *at = intel_vgpu_latched_reg(reader->vgpu, reg);

	return reader->memo ? gvt_memo_read(reader->memo, at) : *at;
}

static enum gvt_refusal gvt_plane_decode(const struct gvt_plane_regs *regs,
					 u32 type, struct gvt_plane *plane)
{
	switch (type) {
	case DRM_PLANE_TYPE_PRIMARY:
		return gvt_decode_primary(regs, plane);
	case DRM_PLANE_TYPE_CURSOR:
		return gvt_decode_cursor(regs, plane);
	case DRM_PLANE_TYPE_OVERLAY:
		return gvt_decode_overlay(regs, plane);
	default:
		return GVT_REFUSED_PLANE_TYPE;
	}
}

static enum gvt_refusal
gvt_plane_decode_checked(struct intel_vgpu *vgpu, u32 type, u32 skip_pipes,
			 bool layouts, struct gvt_plane_memo *memo,
			 struct gvt_plane *plane)
{
	struct drm_i915_private *i915 = vgpu->gvt->gt->i915;
	const struct gvt_plane_reader reader = { .vgpu = vgpu, .memo = memo };
	const struct gvt_plane_regs regs = {
		.read = gvt_plane_read_reg,
		.ctx = &reader,
		.ver = GRAPHICS_VER(i915),
		.num_pipes = GVT_NUM_PIPES,
		.skip_pipes = skip_pipes,
		.layouts = layouts,
	};
	struct gvt_plane found;
	enum gvt_refusal why;

	lockdep_assert_held(&vgpu->vgpu_lock);

	why = gvt_plane_decode(&regs, type, &found);
	if (why)
		return why;
	if (found.size > U32_MAX ||
	    !intel_gvt_ggtt_validate_range(vgpu, found.gma, found.size))
		return GVT_REFUSED_OUTSIDE;

	*plane = found;
	return GVT_DESCRIBED;
}

/**
 * intel_vgpu_decode_plane - describe the framebuffer of a vGPU's plane
 * @vgpu: a vGPU
 * @type: DRM_PLANE_TYPE_*
 * @skip_pipes: BIT(pipe) of those to ignore
 * @layouts: also describe what needs a layout, see gvt_plane_needs_layout()
 * @plane: written on success only
 *
 * Context: vgpu_lock held, so that the guest writes no register meanwhile.
 * Return: %GVT_DESCRIBED, what the decoder returns, %GVT_REFUSED_OUTSIDE or
 * %GVT_REFUSED_PLANE_TYPE.
 */
enum gvt_refusal intel_vgpu_decode_plane(struct intel_vgpu *vgpu, u32 type,
					 u32 skip_pipes, bool layouts,
					 struct gvt_plane *plane)
{
	return gvt_plane_decode_checked(vgpu, type, skip_pipes, layouts, NULL,
					plane);
}

/**
 * intel_vgpu_find_plane - describe a plane, from the cache if its registers are unchanged
 * @vgpu: a vGPU
 * @type: DRM_PLANE_TYPE_*
 * @layouts: also describe what needs a layout, see gvt_plane_needs_layout()
 * @plane: receives a description that is valid while vgpu_lock is held; written on
 *	success only
 *
 * The same as intel_vgpu_decode_plane() for all pipes. If no register has changed
 * that an earlier description was made from, it is used again.
 *
 * Context: vgpu_lock held.
 * Return: what intel_vgpu_decode_plane() returns.
 */
enum gvt_refusal intel_vgpu_find_plane(struct intel_vgpu *vgpu, u32 type,
				       bool layouts,
				       const struct gvt_plane **plane)
{
	const struct gvt_plane *known;
	struct gvt_plane_memos *memos;
	struct gvt_plane_memo *memo;
	enum gvt_refusal why;

	if (type >= GVT_PLANE_TYPES)
		return GVT_REFUSED_PLANE_TYPE;

	memos = &vgpu->display.memos[array_index_nospec(type, GVT_PLANE_TYPES)];
	known = gvt_memo_recall(memos, layouts);
	if (known) {
		*plane = known;
		return GVT_DESCRIBED;
	}

	memo = gvt_memo_begin(memos, layouts);
	why = gvt_plane_decode_checked(vgpu, type, 0, layouts, memo, &memo->plane);
	gvt_memo_end(memos, !why);
	if (!why)
		*plane = &memo->plane;

	return why;
}

/**
 * intel_vgpu_find_screen - find how planes make up what a vGPU shows
 * @vgpu: a vGPU
 * @screen: receives it
 *
 * Context: vgpu_lock held.
 * Return: what gvt_find_screen() returns.
 */
bool intel_vgpu_find_screen(const struct intel_vgpu *vgpu, struct gvt_screen *screen)
{
	const struct gvt_plane_reader reader = { .vgpu = vgpu };
	const struct gvt_plane_regs regs = {
		.read = gvt_plane_read_reg,
		.ctx = &reader,
		.ver = GRAPHICS_VER(vgpu->gvt->gt->i915),
		.num_pipes = GVT_NUM_PIPES,
	};

	lockdep_assert_held(&vgpu->vgpu_lock);

	return gvt_find_screen(&regs, screen);
}
