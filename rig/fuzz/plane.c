// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the guest does: planes, pipes, page table entries. Most of it makes
 * sense, with a field or two that does not.
 */
#include <string.h>
#include <unistd.h>

#include "fuzz.h"
#include "vgpu_regs.h"

/* In each control register that is written here */
#define ENABLE			PLANE_ENABLE

/* Registers of a plane, as dwords from its first one */
enum plane_reg {
	CTL = 0, STRIDE = 2, POS = 3, SIZE = 4, KEYVAL = 5, KEYMSK = 6,
	SURF = 7, KEYMAX = 8, OFFSET = 9,
	PLANE_REGS
};

/* In the order in which they are written: SURF arms the others. */
static const enum plane_reg plane_regs[] = {
	STRIDE, POS, SIZE, KEYVAL, KEYMSK, KEYMAX, OFFSET, CTL, SURF,
};

/* Pixels that a plane can show: bits of its control register, and bytes */
struct encoding {
	__u32 ctl, cpp;
};

static const struct encoding bdw_primary[] = {
	{ BDW_FORMAT(2u), 1 }, { BDW_FORMAT(5u), 2 }, { BDW_FORMAT(6u), 4 },
	{ BDW_FORMAT(8u), 4 }, { BDW_FORMAT(10u), 4 },
	{ BDW_FORMAT(12u), 8 }, { BDW_FORMAT(14u), 4 },
};

static const struct encoding bdw_sprite[] = {
	{ SPR_FORMAT(0u) | PLANE_ORDER_YUV(0u), 2 },
	{ SPR_FORMAT(0u) | PLANE_ORDER_YUV(1u), 2 },
	{ SPR_FORMAT(0u) | PLANE_ORDER_YUV(2u), 2 },
	{ SPR_FORMAT(0u) | PLANE_ORDER_YUV(3u), 2 },
	{ SPR_FORMAT(1u), 4 }, { SPR_FORMAT(2u), 4 }, { SPR_FORMAT(3u), 8 },
	{ SPR_FORMAT(2u) | PLANE_ORDER_RGBX, 4 }, { SPR_FORMAT(4u), 4 },
};

static const struct encoding skl_plane[] = {
	{ SKL_FORMAT(0u) | PLANE_ORDER_YUV(0u), 2 },
	{ SKL_FORMAT(0u) | PLANE_ORDER_YUV(1u), 2 },
	{ SKL_FORMAT(0u) | PLANE_ORDER_YUV(2u), 2 },
	{ SKL_FORMAT(0u) | PLANE_ORDER_YUV(3u), 2 },
	{ SKL_FORMAT(2u), 4 }, { SKL_FORMAT(2u) | PLANE_ORDER_RGBX, 4 },
	{ SKL_FORMAT(4u), 4 }, { SKL_FORMAT(4u) | PLANE_ORDER_RGBX, 4 },
	{ SKL_FORMAT(4u) | PLANE_ALPHA_PREMULT, 4 },
	{ SKL_FORMAT(4u) | PLANE_ORDER_RGBX | PLANE_ALPHA_PREMULT, 4 },
	{ SKL_FORMAT(6u), 8 }, { SKL_FORMAT(6u) | PLANE_ORDER_RGBX, 8 },
	{ SKL_FORMAT(8u), 4 }, { SKL_FORMAT(12u), 1 }, { SKL_FORMAT(14u), 2 },
};

/* Tile width in bytes, and bits of the control register */
static const struct tiling {
	__u32 ctl, width[9];	/* by bytes a pixel */
} tilings[] = {
	{ PLANE_TILING(0u), { [1] = 64, [2] = 64, [4] = 64, [8] = 64 } },
	{ PLANE_TILING(1u), { [1] = 512, [2] = 512, [4] = 512, [8] = 512 } },
	/* from Skylake on */
	{ PLANE_TILING(4u), { [1] = 128, [2] = 128, [4] = 128, [8] = 128 } },
	{ PLANE_TILING(5u), { [1] = 64, [2] = 128, [4] = 128, [8] = 256 } },
};

/* What may be wrong in a picture: these bits of this register */
static const struct field {
	enum plane_reg reg;
	__u32 bits;
} fields[] = {
	{ CTL, SKL_FORMAT(15u) }, { CTL, SPR_FORMAT(15u) },
	{ CTL, BDW_FORMAT(15u) },
	{ CTL, PLANE_ORDER_RGBX }, { CTL, PLANE_ORDER_YUV(3u) },
	{ CTL, PLANE_TILING(7u) }, { CTL, PLANE_TILING(1u) },
	{ CTL, 3 }, { CTL, BIT(15) }, { CTL, BIT(8) }, { CTL, BIT(9) },
	{ CTL, 3 << 4 }, { CTL, 3 << 21 }, { CTL, BIT(22) | BIT(2) },
	{ CTL, ENABLE }, { CTL, UINT32_MAX },
	{ STRIDE, 0x3ff }, { STRIDE, 0xffff }, { STRIDE, UINT32_MAX },
	{ POS, UINT32_MAX }, { SIZE, 0xffff }, { SIZE, 0xffff0000 },
	{ SIZE, UINT32_MAX }, { SURF, 0xfff }, { SURF, 0x003ff000 },
	{ SURF, UINT32_MAX }, { KEYMSK, UINT32_MAX }, { KEYMAX, UINT32_MAX },
	{ OFFSET, 0x001f001f }, { OFFSET, 0x003f0000 },
	{ OFFSET, UINT32_MAX },
};

static void write_reg(struct worker *w, __u32 reg, __u32 val)
{
	called(w, REGISTER_WRITE, vgpu_write32(&w->f->v, reg, val));
}

static __u32 read_reg(struct worker *w, __u32 reg)
{
	__u32 val;

	called(w, REGISTER_READ, vgpu_read32(&w->f->v, reg, &val));
	return val;
}

static __u32 plane_reg(int pipe, int plane, enum plane_reg reg)
{
	return PIPE_REG(PLANE_REG(PLANE_CTL, plane + 1), pipe) + reg * 4;
}

/* The first pipe is looked at first, so it is the one mostly used. */
static int any_pipe(struct worker *w)
{
	return one_in(w, 3) ? below(w, VGPU_PIPES) : 0;
}

static int any_plane(struct worker *w)
{
	return one_in(w, 3) ? 1 + below(w, w->f->v.gen == 8 ? 1 : 2) : 0;
}

/* ---- page table entries ---- */

static void write_ptes(struct worker *w, __u64 gma, const __u64 *ptes,
		       unsigned int count)
{
	const struct fuzz *f = w->f;
	ssize_t size = count * sizeof(*ptes);

	called(w, PTE_WRITE, pwrite(f->v.device, ptes, size, f->v.bar0 +
				    vgpu_ggtt_entry(gma)) != size);
}

static __u64 any_pte(struct worker *w)
{
	return (__u64)below(w, RAM_PAGES) * VGPU_PAGE | 1;
}

/* The pages of a picture: in order, backwards, one page, or any */
static void map(struct worker *w, __u64 gma, unsigned int pages)
{
	__u64 ptes[256], first = below(w, RAM_PAGES);
	unsigned int how = below(w, 5), done = 0, i, n;

	for (; pages; pages -= n, gma += (__u64)n * VGPU_PAGE) {
		n = pages < ARRAY_SIZE(ptes) ? pages : ARRAY_SIZE(ptes);
		for (i = 0; i < n; i++, done++) {
			switch (how) {
			case 0:
				ptes[i] = any_pte(w);
				break;
			case 1:
				ptes[i] = (first - done) % RAM_PAGES *
					  VGPU_PAGE | 1;
				break;
			case 2:
				ptes[i] = first * VGPU_PAGE | 1;
				break;
			default:
				ptes[i] = (first + done) % RAM_PAGES *
					  VGPU_PAGE | 1;
			}
		}
		write_ptes(w, gma, ptes, n);
	}
}

/* In the picture that was shown last, or anywhere in the slice */
static __u64 any_gma(struct worker *w)
{
	if (w->shown_pages && !one_in(w, 4))
		return w->shown + (__u64)below(w, w->shown_pages) *
				  VGPU_PAGE;
	return w->slice + (__u64)below(w, SLICE_PAGES) * VGPU_PAGE;
}

void op_map(struct worker *w)
{
	unsigned int pages = 1 + below(w, one_in(w, 8) ? 256 : 32);

	map(w, w->slice + (__u64)below(w, SLICE_PAGES - pages) * VGPU_PAGE,
	    pages);
}

/* One page in the middle of what is shown: other memory, or none */
void op_remap(struct worker *w)
{
	__u64 pte = one_in(w, 8) ? 0 : any_pte(w);

	write_ptes(w, any_gma(w), &pte, 1);
}

/* Invalid entries. Rarely, as the kernel logs each failure. */
void op_junk_pte(struct worker *w)
{
	const struct fuzz *f = w->f;
	__u64 gma = any_gma(w), pte = any_pte(w);
	__u32 half = pte;

	switch (below(w, 6)) {
	case 0:			/* memory that the guest does not have */
		pte += RAM_SIZE + ((__u64)below(w, 1 << 20) << 12);
		break;
	case 1:
		pte = random64(w);
		break;
	case 2:			/* caching and reserved bits */
		pte |= random64(w) & 0xfff0000000000ffe;
		break;
	case 3:			/* somebody else's GGTT space */
		gma = (__u64)below(w, BIT(20)) * VGPU_PAGE;
		if (gma >= f->exact_gma &&
		    gma < f->exact_gma + EXACT_PAGES * VGPU_PAGE)
			return;
		break;
	case 4:			/* the first half only */
		called(w, PTE_WRITE,
		       vgpu_write32(&w->f->v, vgpu_ggtt_entry(gma), half));
		return;
	default:		/* an address, but not present */
		pte &= ~1ull;
	}
	write_ptes(w, gma, &pte, 1);
}

/* ---- planes ---- */

static const struct encoding *any_encoding(struct worker *w, int plane)
{
	if (w->f->v.gen >= 9)
		return &skl_plane[below(w, ARRAY_SIZE(skl_plane))];
	if (plane)
		return &bdw_sprite[below(w, ARRAY_SIZE(bdw_sprite))];
	return &bdw_primary[below(w, ARRAY_SIZE(bdw_primary))];
}

/* Small mostly, for many pictures a second */
static __u32 any_extent(struct worker *w)
{
	static const __u32 common[] = { 1, 16, 64, 128, 200, 256, 320 };

	switch (below(w, 16)) {
	case 0:
		return 1 + below(w, 2000);
	case 1 ... 6:
		return 1 + below(w, 200);
	default:
		return common[below(w, ARRAY_SIZE(common))];
	}
}

/* A picture that makes sense; returns its pages, at most the slice's. */
static unsigned int draw_up(struct worker *w, int plane, __u32 *regs)
{
	const bool gen8 = w->f->v.gen == 8;
	const struct encoding *e = any_encoding(w, plane);
	const struct tiling *t = &tilings[below(w, gen8 ? 2 : 4)];
	__u32 width = any_extent(w), height = any_extent(w);
	__u32 unit = t->width[e->cpp], stride, rows, pages;

	width += width % 2;	/* or 4:2:2 would mostly be refused */
	stride = (width * e->cpp + unit - 1) / unit;
	if (one_in(w, 4))
		stride += below(w, 4);
	rows = t->ctl ? VGPU_PAGE / unit : 1;
	if (height < rows && one_in(w, 2))
		height = rows;
	pages = ((height + rows - 1) / rows * rows * stride * unit +
		 VGPU_PAGE - 1) / VGPU_PAGE;
	if (pages > SLICE_PAGES) {
		height = 16;
		pages = (32 * stride * unit + VGPU_PAGE - 1) / VGPU_PAGE;
	}

	memset(regs, 0, PLANE_REGS * sizeof(*regs));
	regs[CTL] = ENABLE | e->ctl | t->ctl;
	regs[STRIDE] = gen8 ? stride * unit : stride;
	regs[SIZE] = (height - 1) << 16 | (width - 1);
	w->shown_pages = pages < SLICE_PAGES ? pages : SLICE_PAGES;
	w->shown = w->slice + (__u64)below(w, SLICE_PAGES + 1 -
					      w->shown_pages) * VGPU_PAGE;
	regs[SURF] = w->shown;
	return w->shown_pages;
}

static void mutate(struct worker *w, __u32 *regs)
{
	const struct field *f = &fields[below(w, ARRAY_SIZE(fields))];

	regs[f->reg] = (regs[f->reg] & ~f->bits) | (odd_value(w) & f->bits);
	if (one_in(w, 4))
		regs[f->reg] ^= random32(w) & f->bits;
}

static void write_plane(struct worker *w, int pipe, int plane,
			const __u32 *regs)
{
	const __u32 size = regs[SIZE];
	size_t i;

	/* Broadwell's primary plane has the size of the pipe's source. */
	if (!plane)
		write_reg(w, PIPE_REG(PIPE_SRCSZ, pipe),
			  size << 16 | size >> 16);
	for (i = 0; i < ARRAY_SIZE(plane_regs); i++)
		write_reg(w, plane_reg(pipe, plane, plane_regs[i]),
			  regs[plane_regs[i]]);
}

static void pipe_on(struct worker *w, int pipe)
{
	write_reg(w, PIPE_REG(TRANS_CONF, pipe), ENABLE);
}

/* A picture on the screen, half of the time with something wrong in it */
void op_show(struct worker *w)
{
	int pipe = any_pipe(w), plane = any_plane(w), wrong;
	__u32 regs[PLANE_REGS];
	unsigned int pages = draw_up(w, plane, regs);

	if (!one_in(w, 8))
		map(w, w->shown, pages);
	for (wrong = one_in(w, 2) ? 1 + below(w, 2) : 0; wrong; wrong--)
		mutate(w, regs);
	write_plane(w, pipe, plane, regs);
	if (!one_in(w, 4))
		pipe_on(w, pipe);
}

/* One field of what is on the screen, armed or left for the next flip */
void op_mutate(struct worker *w)
{
	int pipe = any_pipe(w), plane = any_plane(w);
	__u32 regs[PLANE_REGS], old[PLANE_REGS];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(plane_regs); i++)
		regs[plane_regs[i]] = read_reg(w, plane_reg(pipe, plane,
							    plane_regs[i]));
	memcpy(old, regs, sizeof(old));
	mutate(w, regs);
	for (i = 0; i < ARRAY_SIZE(plane_regs); i++) {
		enum plane_reg reg = plane_regs[i];

		if (regs[reg] != old[reg] || (reg == SURF && !one_in(w, 8)))
			write_reg(w, plane_reg(pipe, plane, reg), regs[reg]);
	}
}

/* Everything at random */
void op_scramble(struct worker *w)
{
	int pipe = any_pipe(w), plane = any_plane(w);
	__u32 regs[PLANE_REGS];
	size_t i;

	for (i = 0; i < PLANE_REGS; i++)
		regs[i] = one_in(w, 3) ? odd_value(w) : random32(w);
	if (!one_in(w, 4))
		regs[CTL] |= ENABLE;
	write_plane(w, pipe, plane, regs);
}

/* Another address for the same picture */
void op_flip(struct worker *w)
{
	int pipe = any_pipe(w), plane = any_plane(w);

	write_reg(w, plane_reg(pipe, plane, SURF), any_gma(w));
}

void op_cursor(struct worker *w)
{
	static const struct { __u32 mode, size; } modes[] = {
		{ 0x27, 64 }, { 0x22, 128 }, { 0x23, 256 },
		{ 0x07, 64 }, { 0x02, 128 }, { 0x03, 256 },
	};
	const unsigned int i = below(w, ARRAY_SIZE(modes));
	__u32 mode = modes[i].mode, size = modes[i].size, fbc = 0;
	int pipe = any_pipe(w);

	w->shown_pages = size * size * 4 / VGPU_PAGE;
	w->shown = w->slice + (__u64)below(w, SLICE_PAGES -
					      w->shown_pages) * VGPU_PAGE;
	if (!one_in(w, 8))
		map(w, w->shown, w->shown_pages);
	if (one_in(w, 4))
		mode = below(w, 0x40) | (one_in(w, 2) ? BIT(15) : 0);
	if (one_in(w, 8))
		mode = odd_value(w);
	if (one_in(w, 3))
		fbc = ENABLE | below(w, one_in(w, 2) ? size : 0x400);
	write_reg(w, PIPE_REG(CUR_FBC_CTL, pipe), fbc);
	write_reg(w, PIPE_REG(CUR_POS, pipe), odd_value(w));
	write_reg(w, PVINFO_CURSOR_X_HOT, one_in(w, 2) ? below(w, size + 2) :
							 odd_value(w));
	write_reg(w, PVINFO_CURSOR_Y_HOT, one_in(w, 2) ? below(w, size + 2) :
							 odd_value(w));
	write_reg(w, PIPE_REG(CUR_CTL, pipe), mode);
	write_reg(w, PIPE_REG(CUR_BASE, pipe),
		  one_in(w, 8) ? odd_value(w) : w->shown);
	if (one_in(w, 2))
		pipe_on(w, pipe);
}

void op_pipe(struct worker *w)
{
	int pipe = below(w, VGPU_PIPES);

	switch (below(w, 6)) {
	case 0:
		write_reg(w, PIPE_REG(TRANS_CONF, pipe),
			  random32(w) & ~ENABLE);
		break;
	case 1:
		write_reg(w, PIPE_REG(TRANS_CONF, pipe), random32(w) | ENABLE);
		break;
	case 2:
		write_reg(w, TRANS_CONF_EDP, one_in(w, 2) ? ENABLE : 0);
		break;
	case 3:
		write_reg(w, TRANS_DDI_FUNC_CTL_EDP,
			  (one_in(w, 2) ? ENABLE : 0) |
			  DDI_EDP_INPUT(below(w, 8)));
		break;
	case 4:
		write_reg(w, PIPE_REG(PIPE_SRCSZ, pipe), odd_value(w));
		break;
	default:
		called(w, REGISTER_WRITE,
		       vgpu_pipe_on(&w->f->v, pipe, 1920, 1080));
	}
}

/* What the vblank timer is computed from, and scalers that GVT-g has not */
void op_neighbours(struct worker *w)
{
	static const __u32 timing[] = {
		TRANS_HTOTAL, TRANS_VTOTAL, TRANS_LINKM1, TRANS_LINKN1,
		TRANS_DDI_FUNC_CTL, PORT_CLK_SEL(0), PORT_CLK_SEL(1),
		PORT_CLK_SEL(2), WRPLL_CTL1, WRPLL_CTL2, DPLL_CTRL1, DPLL_CTRL2,
	};
	const int pipe = any_pipe(w), scaler = 1 + below(w, 2);
	int i;

	if (one_in(w, 4)) {
		write_reg(w, PS_REG(PS_WIN_POS, pipe, scaler), odd_value(w));
		write_reg(w, PS_REG(PS_WIN_SZ, pipe, scaler), odd_value(w));
		write_reg(w, PS_REG(PS_CTRL, pipe, scaler), odd_value(w));
		return;
	}
	for (i = below(w, 3); i >= 0; i--)
		write_reg(w, timing[below(w, ARRAY_SIZE(timing))],
			  odd_value(w));
	pipe_on(w, any_pipe(w));
}
