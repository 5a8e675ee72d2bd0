// SPDX-License-Identifier: GPL-2.0
/* Planes and cursors of a vGPU */
#include <stdbool.h>

#include "vgpu_memory.h"
#include "vgpu_pipe.h"
#include "vgpu_plane.h"
#include "vgpu_regs.h"
#include "vgpu_tile.h"
#include "vgpu_vfio.h"

static uint32_t tiling_bits(const struct vgpu *v, uint64_t modifier)
{
	if (v->gen == 8)	/* one bit: X or linear */
		return PLANE_TILING(modifier != DRM_FORMAT_MOD_LINEAR);
	switch (modifier) {
	case I915_FORMAT_MOD_X_TILED:
		return PLANE_TILING(1);
	case I915_FORMAT_MOD_Y_TILED:
		return PLANE_TILING(4);
	case I915_FORMAT_MOD_Yf_TILED:
		return PLANE_TILING(5);
	default:
		return PLANE_TILING(0);
	}
}

static uint32_t stride_units(const struct vgpu *v, const struct vgpu_surface *s)
{
	return v->gen == 8 ? s->stride :
			     s->stride / vgpu_tile_width(s->modifier, s->cpp);
}

/* VGPU_PTES_LAST: the GGTT entries are cleared first, and written last. */
static int unmap_early(struct vgpu *v, const struct vgpu_surface *s)
{
	return v->order == VGPU_PTES_LAST ?
	       vgpu_ggtt_unmap(v, s->gma, s->size) : 0;
}

static int map_late(struct vgpu *v, const struct vgpu_surface *s)
{
	return v->order == VGPU_PTES_LAST ?
	       vgpu_ggtt_map(v, s->gma, s->gpa, s->size) : 0;
}

/* Rewrite the arming register, to have changes of other registers latched. */
static int arm(struct vgpu *v, uint32_t reg)
{
	return vgpu_update32(v, reg, 0, 0);
}

/* Offset from the registers of plane 1 of pipe A */
static uint32_t plane_base(int pipe, int plane)
{
	return PIPE_REG(PLANE_REG(0, plane), pipe);
}

static int hide(struct vgpu *v, int pipe, int plane)
{
	const struct vgpu_reg_write off[] = {
		{ PLANE_CTL, VGPU_ASYNC_FLIP },
		{ PLANE_SURF, 0 },
	};

	return vgpu_write_all(v, plane_base(pipe, plane), off, ARRAY_SIZE(off));
}

/* Format bits of a plane's control register */
static uint32_t format_bits(const struct vgpu *v, int plane,
			    const struct vgpu_format *f)
{
	if (v->gen >= 9)
		return f->skl;
	return plane == 1 ? f->bdw : f->spr;
}

/*
 * Write the layout, then control and surface address in the order of
 * &vgpu.order. Drivers write the surface address last, which arms all
 * registers. The flip is asynchronous, so that tests need not wait for a
 * vblank. Firmware writes the control register last, which arms a plane that is
 * off and is latched at vblank.
 */
static int show(struct vgpu *v, int pipe, int plane,
		const struct vgpu_surface *s, uint32_t x, uint32_t y)
{
	const uint32_t bits = format_bits(v, plane,
					  vgpu_format_find(s->fourcc));
	/* Broadwell's primary plane has neither position nor size. */
	const bool sized = v->gen >= 9 || plane > 1;
	const bool ctl_last = v->order == VGPU_CTL_LAST;
	const struct vgpu_reg_write ctl = {
		PLANE_CTL, PLANE_ENABLE | VGPU_ASYNC_FLIP | bits |
			   tiling_bits(v, s->modifier)
	};
	const struct vgpu_reg_write surf = { PLANE_SURF, s->gma };
	struct vgpu_reg_write w[6];
	size_t n = 0;
	int ret = 0;

	if (bits == VGPU_NOT_SHOWN)
		return -EINVAL;
	w[n++] = (struct vgpu_reg_write) { PLANE_STRIDE, stride_units(v, s) };
	if (sized) {
		w[n++] = (struct vgpu_reg_write) { PLANE_POS, y << 16 | x };
		w[n++] = (struct vgpu_reg_write) {
			PLANE_SIZE, (s->height - 1) << 16 | (s->width - 1)
		};
	}
	w[n++] = (struct vgpu_reg_write) { PLANE_OFFSET, 0 };
	w[n++] = ctl_last ? surf : ctl;
	w[n++] = ctl_last ? ctl : surf;

	if (ctl_last)
		ret = hide(v, pipe, plane);
	if (!ret)
		ret = unmap_early(v, s);
	if (!ret)
		ret = vgpu_write_all(v, plane_base(pipe, plane), w, n);
	if (!ret)
		ret = map_late(v, s);
	return ret || !ctl_last ? ret : vgpu_wait_vblank(v, pipe);
}

int vgpu_primary_show(struct vgpu *v, int pipe, const struct vgpu_surface *s)
{
	int ret;

	if (!vgpu_can_show(v, s->fourcc, s->modifier))
		return -EINVAL;
	ret = vgpu_pipe_size(v, pipe, s->width, s->height);
	return ret ? ret : show(v, pipe, 1, s, 0, 0);
}

int vgpu_plane_show(struct vgpu *v, int pipe, int plane,
		    const struct vgpu_surface *s, uint32_t x, uint32_t y)
{
	if (v->gen == 8 && plane > 2)
		return -EINVAL;
	if (v->gen == 8 && (s->modifier == I915_FORMAT_MOD_Y_TILED ||
			    s->modifier == I915_FORMAT_MOD_Yf_TILED))
		return -EINVAL;
	return show(v, pipe, plane, s, x, y);
}

int vgpu_plane_hide(struct vgpu *v, int pipe, int plane)
{
	if (v->gen == 8 && plane > 2)
		return 0;
	return hide(v, pipe, plane);
}

int vgpu_primary_flip(struct vgpu *v, int pipe, uint64_t gma)
{
	return vgpu_write32(v, PIPE_REG(PLANE_SURF, pipe), gma);
}

int vgpu_primary_hide(struct vgpu *v, int pipe)
{
	return hide(v, pipe, 1);
}

int vgpu_primary_ctl(struct vgpu *v, int pipe, uint32_t clear, uint32_t set)
{
	int ret = vgpu_update32(v, PIPE_REG(PLANE_CTL, pipe), clear, set);

	return ret ? ret : arm(v, PIPE_REG(PLANE_SURF, pipe));
}

int vgpu_primary_stride(struct vgpu *v, int pipe, uint32_t reg)
{
	int ret = vgpu_write32(v, PIPE_REG(PLANE_STRIDE, pipe), reg);

	return ret ? ret : arm(v, PIPE_REG(PLANE_SURF, pipe));
}

int vgpu_overlay_show(struct vgpu *v, int pipe, const struct vgpu_surface *s)
{
	return vgpu_plane_show(v, pipe, 2, s, 0, 0);
}

int vgpu_overlay_hide(struct vgpu *v, int pipe)
{
	return vgpu_plane_hide(v, pipe, 2);
}

static uint32_t cursor_mode(uint32_t width)
{
	switch (width) {
	case 256:
		return CUR_MODE_256_ARGB;
	case 128:
		return CUR_MODE_128_ARGB;
	default:
		return CUR_MODE_64_ARGB;
	}
}

int vgpu_cursor_show(struct vgpu *v, int pipe, const struct vgpu_surface *s)
{
	const struct vgpu_reg_write ctl = { CUR_CTL, cursor_mode(s->width) };
	const struct vgpu_reg_write cur_base = { CUR_BASE, s->gma };
	const uint32_t base = PIPE_REG(0, pipe);
	const bool ctl_last = v->order == VGPU_CTL_LAST;
	int ret = 0;

	if (ctl_last)
		ret = vgpu_cursor_hide(v, pipe);
	if (!ret)
		ret = unmap_early(v, s);
	if (!ret)
		ret = vgpu_write_all(v, base, ctl_last ? &cur_base : &ctl, 1);
	if (!ret)
		ret = vgpu_write_all(v, base, ctl_last ? &ctl : &cur_base, 1);
	if (!ret)
		ret = map_late(v, s);
	return ret ? ret : vgpu_wait_vblank(v, pipe);
}

/* Positions are in sign-magnitude form, not two's complement. */
static uint32_t cursor_coordinate(int at)
{
	return at < 0 ? CUR_POS_SIGN | (-at & CUR_POS_MASK) : at & CUR_POS_MASK;
}

int vgpu_cursor_move(struct vgpu *v, int pipe, int x, int y)
{
	return vgpu_write32(v, PIPE_REG(CUR_POS, pipe),
			    cursor_coordinate(y) << 16 | cursor_coordinate(x));
}

int vgpu_cursor_hotspot(struct vgpu *v, uint32_t x, uint32_t y)
{
	int ret = vgpu_write32(v, PVINFO_CURSOR_X_HOT, x);

	return ret ? ret : vgpu_write32(v, PVINFO_CURSOR_Y_HOT, y);
}

int vgpu_cursor_ctl(struct vgpu *v, int pipe, uint32_t ctl)
{
	int ret = vgpu_write32(v, PIPE_REG(CUR_CTL, pipe), ctl);

	if (!ret)
		ret = arm(v, PIPE_REG(CUR_BASE, pipe));
	return ret ? ret : vgpu_wait_vblank(v, pipe);
}

int vgpu_cursor_hide(struct vgpu *v, int pipe)
{
	const struct vgpu_reg_write off[] = {
		{ CUR_CTL, 0 },
		{ CUR_BASE, 0 },
	};
	int ret = vgpu_write_all(v, PIPE_REG(0, pipe), off, ARRAY_SIZE(off));

	return ret ? ret : vgpu_wait_vblank(v, pipe);
}
