// SPDX-License-Identifier: GPL-2.0
/* The guest's half of vgpu.h: surfaces, pipes and planes. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "vgpu.h"

#define BIT(n)	(1u << (n))

/*
 * Registers, by the names of the Skylake PRM, Volume 2c (Command Reference:
 * Registers), and of the Broadwell PRM, Volume 2c, where they differ. Pipe B
 * and C repeat those of pipe A at 0x1000 and 0x2000 above.
 */
#define PIPE_STEP		0x1000u
#define PLANE_STEP		0x100u		/* from plane 1 to 2, the sprite */
#define TRANS_HTOTAL		0x60000u	/* Pipe Horizontal Total */
#define TRANS_VTOTAL		0x6000cu
#define PIPE_SRCSZ		0x6001cu
#define TRANS_LINKM1		0x60040u	/* Data/Link M/N values */
#define TRANS_LINKN1		0x60044u
#define TRANS_DDI_FUNC_CTL	0x60400u
#define  DDI_PORT(ctl)		((ctl) >> 28 & 7)
#define PORT_CLK_SEL(port)	(0x46100u + 4 * (port))		/* BDW */
#define  PORT_CLK_LCPLL_810	(2u << 29)
#define DPLL_CTRL1		0x6c058u	/* SKL and later */
#define  DPLL0_OVERRIDE_1620	(3u << 1 | 1u)
#define  DPLL0_MASK		0x3fu
#define DPLL_CTRL2		0x6c05cu
#define  DDI_CLK_OFF(port)	BIT((port) + 15)
#define  DDI_CLK_MASK(port)	(7u << (port) * 3)
#define  DDI_CLK_OVERRIDE(port)	BIT((port) * 3)	/* and DPLL0 */
#define TRANS_CONF		0x70008u
#define  TRANS_CONF_ENABLE	BIT(31)
#define PIPE_FRMCNT		0x70040u	/* Pipe Frame Counter */
#define CUR_CTL			0x70080u
#define  CUR_MODE_128_ARGB	0x22u
#define  CUR_MODE_256_ARGB	0x23u
#define  CUR_MODE_64_ARGB	0x27u
#define CUR_BASE		0x70084u
#define CUR_POS			0x70088u
#define  CUR_POS_SIGN		BIT(15)
#define  CUR_POS_MASK		0x7fffu
#define PLANE_CTL		0x70180u	/* BDW: PRI_CTL */
#define  PLANE_ENABLE		BIT(31)
#define  SKL_FORMAT(f)		((f) << 24)
#define  SKL_ORDER_RGBX		BIT(20)
#define  SKL_ORDER_YUV(o)	((o) << 16)
#define  SKL_TILING(t)		((t) << 10)
#define  SKL_ALPHA_PREMULT	(2u << 4)
#define  BDW_FORMAT(f)		((f) << 26)
#define  SPR_FORMAT(f)		((f) << 25)	/* SPR_CTL, at plane 2's place */
#define  BDW_TILED_X		BIT(10)
#define PLANE_STRIDE		0x70188u	/* BDW: bytes; SKL: units */
#define PLANE_POS		0x7018cu	/* SKL, and of the sprite */
#define PLANE_SIZE		0x70190u	/* the same */
#define PLANE_SURF		0x7019cu
#define PLANE_OFFSET		0x701a4u
#define PVINFO_CURSOR_X_HOT	0x78830u	/* i915_pvinfo.h in the kernel */
#define PVINFO_CURSOR_Y_HOT	0x78834u

#define NOT_ON			UINT32_MAX

/* What planes can show: bits for PRI_CTL, for SPR_CTL and for PLANE_CTL. */
static const struct format {
	uint32_t fourcc, cpp, bdw, spr, skl;
} formats[] = {
	{ DRM_FORMAT_C8, 1, BDW_FORMAT(2), NOT_ON, SKL_FORMAT(12u) },
	{ DRM_FORMAT_RGB565, 2, BDW_FORMAT(5), NOT_ON, SKL_FORMAT(14u) },
	{ DRM_FORMAT_XRGB8888, 4, BDW_FORMAT(6), SPR_FORMAT(2),
	  SKL_FORMAT(4u) },
	{ DRM_FORMAT_XBGR8888, 4, BDW_FORMAT(14u),
	  SPR_FORMAT(2) | SKL_ORDER_RGBX, SKL_FORMAT(4u) | SKL_ORDER_RGBX },
	{ DRM_FORMAT_ARGB8888, 4, NOT_ON, NOT_ON,
	  SKL_FORMAT(4u) | SKL_ALPHA_PREMULT },
	{ DRM_FORMAT_ABGR8888, 4, NOT_ON, NOT_ON,
	  SKL_FORMAT(4u) | SKL_ALPHA_PREMULT | SKL_ORDER_RGBX },
	{ DRM_FORMAT_XRGB2101010, 4, BDW_FORMAT(10u), SPR_FORMAT(1),
	  SKL_FORMAT(2u) },
	{ DRM_FORMAT_XBGR2101010, 4, BDW_FORMAT(8u),
	  SPR_FORMAT(1) | SKL_ORDER_RGBX, SKL_FORMAT(2u) | SKL_ORDER_RGBX },
	{ DRM_FORMAT_XRGB16161616F, 8, NOT_ON, SPR_FORMAT(3), SKL_FORMAT(6u) },
	{ DRM_FORMAT_XBGR16161616F, 8, BDW_FORMAT(12u),
	  SPR_FORMAT(3) | SKL_ORDER_RGBX, SKL_FORMAT(6u) | SKL_ORDER_RGBX },
	{ DRM_FORMAT_YUYV, 2, NOT_ON, SKL_ORDER_YUV(0u), SKL_ORDER_YUV(0u) },
	{ DRM_FORMAT_UYVY, 2, NOT_ON, SKL_ORDER_YUV(1u), SKL_ORDER_YUV(1u) },
	{ DRM_FORMAT_YVYU, 2, NOT_ON, SKL_ORDER_YUV(2u), SKL_ORDER_YUV(2u) },
	{ DRM_FORMAT_VYUY, 2, NOT_ON, SKL_ORDER_YUV(3u), SKL_ORDER_YUV(3u) },
};

static const struct format *find_format(uint32_t fourcc)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(formats); i++)
		if (formats[i].fourcc == fourcc)
			return &formats[i];
	return NULL;
}

static uint64_t align(uint64_t val, uint64_t to)
{
	return (val + to - 1) / to * to;
}

/* ---- surfaces ---- */

bool vgpu_can_show(const struct vgpu *v, uint32_t fourcc, uint64_t modifier)
{
	const struct format *f = find_format(fourcc);

	if (!f || !vgpu_tile_width(modifier, f->cpp))
		return false;
	if (v->gen >= 9)
		return f->skl != NOT_ON;
	return f->bdw != NOT_ON && modifier != I915_FORMAT_MOD_Y_TILED &&
	       modifier != I915_FORMAT_MOD_Yf_TILED;
}

int vgpu_surface_init(struct vgpu *v, struct vgpu_surface *s, uint32_t width,
		      uint32_t height, uint32_t fourcc, uint64_t modifier)
{
	const struct format *f = find_format(fourcc);
	struct vgpu_mark mark = vgpu_mark(v);
	int ret;

	if (!f || !vgpu_tile_width(modifier, f->cpp))
		return -EINVAL;
	*s = (struct vgpu_surface) {
		.width = width, .height = height,
		.fourcc = fourcc, .cpp = f->cpp, .modifier = modifier,
		.stride = align((uint64_t)width * f->cpp,
				vgpu_tile_width(modifier, f->cpp)),
	};
	s->size = align((uint64_t)s->stride *
			align(height, vgpu_tile_height(modifier, f->cpp)),
			VGPU_PAGE);

	ret = vgpu_alloc_ram(v, s->size, &s->gpa);
	if (!ret)
		ret = vgpu_alloc_gma(v, s->size, &s->gma);
	if (!ret)
		ret = vgpu_ggtt_map(v, s->gma, s->gpa, s->size);
	if (ret)
		vgpu_release(v, mark);
	return ret;
}

uint8_t *vgpu_surface_bytes(const struct vgpu *v, const struct vgpu_surface *s)
{
	return v->ram + s->gpa;
}

/* ---- pipes ---- */

struct reg_write {
	uint32_t reg, val;
};

static int write_all(struct vgpu *v, uint32_t base, const struct reg_write *w,
		     size_t n)
{
	size_t i;
	int ret = 0;

	for (i = 0; i < n && !ret; i++)
		ret = vgpu_write32(v, base + w[i].reg, w[i].val);
	return ret;
}

static int update(struct vgpu *v, uint32_t reg, uint32_t clear, uint32_t set)
{
	uint32_t val;
	int ret = vgpu_read32(v, reg, &val);

	return ret ? ret : vgpu_write32(v, reg, (val & ~clear) | set);
}

/*
 * The port that kvmgt put its virtual monitor on gets the slowest DisplayPort
 * clock that it starts with. Returns that clock in kHz as kvmgt computes it,
 * 0 for a GPU whose clocks are left as they are.
 */
static int set_port_clock(struct vgpu *v)
{
	uint32_t ctl, port;
	int ret;

	ret = vgpu_read32(v, TRANS_DDI_FUNC_CTL, &ctl);
	if (ret)
		return ret;
	port = DDI_PORT(ctl);
	if (v->gen == 8) {
		ret = vgpu_write32(v, PORT_CLK_SEL(port), PORT_CLK_LCPLL_810);
		return ret ? ret : 162000;
	}
	if (!strcmp(v->platform, "bxt"))
		return 0;
	ret = update(v, DPLL_CTRL1, DPLL0_MASK, DPLL0_OVERRIDE_1620);
	if (!ret)
		ret = update(v, DPLL_CTRL2,
			     DDI_CLK_OFF(port) | DDI_CLK_MASK(port),
			     DDI_CLK_OVERRIDE(port));
	return ret ? ret : 324000;
}

/*
 * kvmgt derives the period of its vblank timer from transcoder A's totals and
 * link M/N whichever pipe is turned on. The pixel clock is that of the link
 * times M / N.
 */
static int set_timing(struct vgpu *v, uint32_t pixel_khz, uint32_t width,
		      uint32_t htotal, uint32_t height, uint32_t vtotal)
{
	const int clock = set_port_clock(v);
	const struct reg_write timing[] = {
		{ TRANS_HTOTAL, (htotal - 1) << 16 | (width - 1) },
		{ TRANS_VTOTAL, (vtotal - 1) << 16 | (height - 1) },
		{ TRANS_LINKN1, clock },
		{ TRANS_LINKM1, pixel_khz },
	};

	if (clock <= 0)
		return clock;
	return write_all(v, 0, timing, ARRAY_SIZE(timing));
}

/* At 60 Hz */
int vgpu_pipe_on(struct vgpu *v, int pipe, uint32_t width, uint32_t height)
{
	const uint32_t htotal = width + 280, vtotal = height + 45;
	const struct reg_write on[] = {
		{ PIPE_SRCSZ, (width - 1) << 16 | (height - 1) },
		{ TRANS_CONF, TRANS_CONF_ENABLE },
	};
	int ret = set_timing(v, (uint64_t)htotal * vtotal * 60 / 1000, width,
			     htotal, height, vtotal);

	return ret ? ret : write_all(v, pipe * PIPE_STEP, on, ARRAY_SIZE(on));
}

int vgpu_pipe_size(struct vgpu *v, int pipe, uint32_t width, uint32_t height)
{
	return vgpu_write32(v, PIPE_SRCSZ + pipe * PIPE_STEP,
			    (width - 1) << 16 | (height - 1));
}

int vgpu_pipe_timing(struct vgpu *v, uint32_t pixel_khz, uint32_t htotal,
		     uint32_t vtotal)
{
	int ret = set_timing(v, pixel_khz, 1, htotal, 1, vtotal);

	return ret ? ret : vgpu_write32(v, TRANS_CONF, TRANS_CONF_ENABLE);
}

int vgpu_pipe_frames(struct vgpu *v, int pipe, uint32_t *count)
{
	return vgpu_read32(v, PIPE_FRMCNT + pipe * PIPE_STEP, count);
}

int vgpu_wait_vblank(struct vgpu *v, int pipe)
{
	const int patience_ms = 100;	/* six frames */
	uint32_t conf, last, now, vblanks = 0;
	int ret, ms;

	ret = vgpu_read32(v, TRANS_CONF + pipe * PIPE_STEP, &conf);
	if (!ret)
		ret = vgpu_pipe_frames(v, pipe, &last);
	if (ret || !(conf & TRANS_CONF_ENABLE))
		return ret;
	/*
	 * The counter is read off the clock, and what is due at a vblank may be
	 * late: by the next one it has been done.
	 */
	for (ms = 0; ms < patience_ms && vblanks < 2; ms++) {
		usleep(1000);
		ret = vgpu_pipe_frames(v, pipe, &now);
		if (ret)
			return ret;
		vblanks += now != last;
		last = now;
	}
	usleep(1000);
	return 0;
}

int vgpu_pipe_off(struct vgpu *v, int pipe)
{
	return vgpu_write32(v, TRANS_CONF + pipe * PIPE_STEP, 0);
}

/* ---- planes ---- */

static uint32_t tiling_bits(const struct vgpu *v, uint64_t modifier)
{
	if (v->gen == 8)
		return modifier == DRM_FORMAT_MOD_LINEAR ? 0 : BDW_TILED_X;
	switch (modifier) {
	case I915_FORMAT_MOD_X_TILED:
		return SKL_TILING(1);
	case I915_FORMAT_MOD_Y_TILED:
		return SKL_TILING(4);
	case I915_FORMAT_MOD_Yf_TILED:
		return SKL_TILING(5);
	default:
		return SKL_TILING(0);
	}
}

static uint32_t stride_units(const struct vgpu *v, const struct vgpu_surface *s)
{
	return v->gen == 8 ? s->stride :
			     s->stride / vgpu_tile_width(s->modifier, s->cpp);
}

/* VGPU_PTES_LAST: the guest maps what it shows when it already shows it. */
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

/* To change another register alone, the one that arms is written once more. */
static int arm(struct vgpu *v, uint32_t reg)
{
	return update(v, reg, 0, 0);
}

static int hide(struct vgpu *v, uint32_t base)
{
	const struct reg_write off[] = {
		{ PLANE_CTL, VGPU_ASYNC_FLIP },
		{ PLANE_SURF, 0 },
	};

	return write_all(v, base, off, ARRAY_SIZE(off));
}

/* The bits for the control register of the plane at @base, but for tiling */
static uint32_t format_bits(const struct vgpu *v, uint32_t base,
			    const struct format *f)
{
	if (v->gen >= 9)
		return f->skl;
	return base % PIPE_STEP ? f->spr : f->bdw;
}

/*
 * Layout, then control and surface in the guest's order. Drivers write the
 * surface last: what was written before takes effect with it, and at once as the
 * flips do not wait, so that tests need not either. Firmware writes the control
 * last, which arms a plane that is off, and that waits for a vblank.
 */
static int show(struct vgpu *v, int pipe, uint32_t base,
		const struct vgpu_surface *s, uint32_t x, uint32_t y)
{
	const uint32_t bits = format_bits(v, base, find_format(s->fourcc));
	/* Broadwell's primary plane has neither position nor size. */
	const bool sized = v->gen >= 9 || base % PIPE_STEP;
	const bool ctl_last = v->order == VGPU_CTL_LAST;
	const struct reg_write ctl = {
		PLANE_CTL, PLANE_ENABLE | VGPU_ASYNC_FLIP | bits |
			   tiling_bits(v, s->modifier)
	};
	const struct reg_write surf = { PLANE_SURF, s->gma };
	struct reg_write w[6];
	size_t n = 0;
	int ret = 0;

	if (bits == NOT_ON)
		return -EINVAL;
	w[n++] = (struct reg_write) { PLANE_STRIDE, stride_units(v, s) };
	if (sized) {
		w[n++] = (struct reg_write) { PLANE_POS, y << 16 | x };
		w[n++] = (struct reg_write) {
			PLANE_SIZE, (s->height - 1) << 16 | (s->width - 1)
		};
	}
	w[n++] = (struct reg_write) { PLANE_OFFSET, 0 };
	w[n++] = ctl_last ? surf : ctl;
	w[n++] = ctl_last ? ctl : surf;

	if (ctl_last)
		ret = hide(v, base);
	if (!ret)
		ret = unmap_early(v, s);
	if (!ret)
		ret = write_all(v, base, w, n);
	if (!ret)
		ret = map_late(v, s);
	return ret || !ctl_last ? ret : vgpu_wait_vblank(v, pipe);
}

int vgpu_primary_show(struct vgpu *v, int pipe, const struct vgpu_surface *s)
{
	const uint32_t base = pipe * PIPE_STEP;
	int ret;

	if (!vgpu_can_show(v, s->fourcc, s->modifier))
		return -EINVAL;
	ret = vgpu_pipe_size(v, pipe, s->width, s->height);
	return ret ? ret : show(v, pipe, base, s, 0, 0);
}

int vgpu_plane_show(struct vgpu *v, int pipe, int plane,
		    const struct vgpu_surface *s, uint32_t x, uint32_t y)
{
	const uint32_t base = pipe * PIPE_STEP + (plane - 1) * PLANE_STEP;

	if (v->gen == 8 && plane > 2)
		return -EINVAL;
	if (v->gen == 8 && (s->modifier == I915_FORMAT_MOD_Y_TILED ||
			    s->modifier == I915_FORMAT_MOD_Yf_TILED))
		return -EINVAL;
	return show(v, pipe, base, s, x, y);
}

int vgpu_plane_hide(struct vgpu *v, int pipe, int plane)
{
	if (v->gen == 8 && plane > 2)
		return 0;
	return hide(v, pipe * PIPE_STEP + (plane - 1) * PLANE_STEP);
}

int vgpu_primary_flip(struct vgpu *v, int pipe, uint64_t gma)
{
	return vgpu_write32(v, PLANE_SURF + pipe * PIPE_STEP, gma);
}

int vgpu_primary_hide(struct vgpu *v, int pipe)
{
	return hide(v, pipe * PIPE_STEP);
}

int vgpu_primary_ctl(struct vgpu *v, int pipe, uint32_t clear, uint32_t set)
{
	const uint32_t base = pipe * PIPE_STEP;
	int ret = update(v, PLANE_CTL + base, clear, set);

	return ret ? ret : arm(v, PLANE_SURF + base);
}

int vgpu_primary_stride(struct vgpu *v, int pipe, uint32_t reg)
{
	const uint32_t base = pipe * PIPE_STEP;
	int ret = vgpu_write32(v, PLANE_STRIDE + base, reg);

	return ret ? ret : arm(v, PLANE_SURF + base);
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
	const struct reg_write ctl = { CUR_CTL, cursor_mode(s->width) };
	const struct reg_write cur_base = { CUR_BASE, s->gma };
	const uint32_t base = pipe * PIPE_STEP;
	const bool ctl_last = v->order == VGPU_CTL_LAST;
	int ret = 0;

	if (ctl_last)
		ret = vgpu_cursor_hide(v, pipe);
	if (!ret)
		ret = unmap_early(v, s);
	if (!ret)
		ret = write_all(v, base, ctl_last ? &cur_base : &ctl, 1);
	if (!ret)
		ret = write_all(v, base, ctl_last ? &ctl : &cur_base, 1);
	if (!ret)
		ret = map_late(v, s);
	return ret ? ret : vgpu_wait_vblank(v, pipe);
}

/* Positions are sign and magnitude, not two's complement. */
static uint32_t cursor_coordinate(int at)
{
	return at < 0 ? CUR_POS_SIGN | (-at & CUR_POS_MASK) : at & CUR_POS_MASK;
}

int vgpu_cursor_move(struct vgpu *v, int pipe, int x, int y)
{
	return vgpu_write32(v, CUR_POS + pipe * PIPE_STEP,
			    cursor_coordinate(y) << 16 | cursor_coordinate(x));
}

int vgpu_cursor_hotspot(struct vgpu *v, uint32_t x, uint32_t y)
{
	int ret = vgpu_write32(v, PVINFO_CURSOR_X_HOT, x);

	return ret ? ret : vgpu_write32(v, PVINFO_CURSOR_Y_HOT, y);
}

int vgpu_cursor_ctl(struct vgpu *v, int pipe, uint32_t ctl)
{
	const uint32_t base = pipe * PIPE_STEP;
	int ret = vgpu_write32(v, CUR_CTL + base, ctl);

	if (!ret)
		ret = arm(v, CUR_BASE + base);
	return ret ? ret : vgpu_wait_vblank(v, pipe);
}

int vgpu_cursor_hide(struct vgpu *v, int pipe)
{
	const struct reg_write off[] = {
		{ CUR_CTL, 0 },
		{ CUR_BASE, 0 },
	};
	int ret = write_all(v, pipe * PIPE_STEP, off, ARRAY_SIZE(off));

	return ret ? ret : vgpu_wait_vblank(v, pipe);
}
