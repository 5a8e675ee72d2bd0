/*
 * Intel IGD: blitter
 *
 * Fills and copies rectangles between linear, X-tiled and Y-tiled surfaces in
 * the context's address space.  Modelled are XY_COLOR_BLT, XY_SRC_COPY_BLT
 * and XY_FAST_COPY_BLT, the rectangles without coordinates (COLOR_BLT,
 * SRC_COPY_BLT), and the commands that set the clip rectangle.  Monochrome
 * sources, patterns, text, and Yf and Ys tiles are not: they are logged and
 * skipped.
 *
 * PRM: volume 10 (Copy engine) of Broadwell and of Skylake; volume 5, tiling.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "igd-blt.h"
#include "qemu/bitops.h"
#include "qemu/log.h"
#include "igd.h"
#include "igd-cs.h"
#include "igd-ggtt.h"
#include "igd-ring.h"
#include "trace.h"

#define OP2D(header)            extract32(header, 22, 7)

/* Dword 0 */
#define BLT_WRITE_ALPHA         (1u << 21)      /* of 32-bit pixels */
#define BLT_WRITE_RGB           (1u << 20)
#define BLT_SRC_TILED           (1u << 15)
#define BLT_DST_TILED           (1u << 11)
#define FAST_SRC_TILING(dw)     extract32(dw, 20, 2)
#define FAST_DST_TILING(dw)     extract32(dw, 13, 2)

/* Dword 1 */
#define BLT_CLIP                (1u << 30)
#define BLT_DEPTH(dw)           extract32(dw, 24, 2)
#define BLT_ROP(dw)             extract32(dw, 16, 8)
#define BLT_PITCH(dw)           extract32(dw, 0, 16)
#define FAST_SRC_YF             (1u << 31)
#define FAST_DST_YF             (1u << 30)
#define FAST_DEPTH(dw)          extract32(dw, 24, 3)

/* A raster operation has a bit for each value of (pattern, source, dest). */
/* Far more than any surface has: one blit must not stop the machine. */
#define BLT_MAX_BYTES           (1u << 30)

#define ROP_COPY                0xcc
#define ROP_NEEDS_PATTERN(rop)  ((((rop) >> 4) ^ (rop)) & 0x0f)
#define ROP_NEEDS_SRC(rop)      ((((rop) >> 2) ^ (rop)) & 0x33)
#define ROP_NEEDS_DST(rop)      ((((rop) >> 1) ^ (rop)) & 0x55)

typedef enum IGDTiling {
    IGD_LINEAR,
    IGD_XTILED,                 /* 512 bytes by 8 rows */
    IGD_YTILED,                 /* 128 bytes by 32 rows, in 16-byte columns */
} IGDTiling;

typedef struct IGDSurface {
    uint64_t base;
    int32_t pitch;              /* bytes */
    IGDTiling tiling;
} IGDSurface;

#define BLT_TLB_SIZE 64

typedef struct IGDBltTlb {
    bool valid;
    uint64_t page;
    hwaddr pa;
} IGDBltTlb;

/* One command */
typedef struct IGDBlt {
    IGDCommandStreamer *cs;
    IGDSurface dst, src;
    int x1, y1, x2, y2;         /* pixels of dst; the second corner is out */
    int sx, sy;
    unsigned cpp;
    uint8_t rop;
    uint32_t color;
    uint32_t keep;              /* bits of a 32-bit pixel not to write */
    bool faulted;
    IGDBltTlb tlb[2][BLT_TLB_SIZE];
} IGDBlt;

/* Where byte @x of row @y is; *@run bytes from there are adjacent. */
static int64_t igd_surface_offset(const IGDSurface *f, int64_t x, int64_t y,
                                  unsigned *run)
{
    switch (f->tiling) {
    case IGD_XTILED:
        *run = 512 - x % 512;
        return y / 8 * 8 * f->pitch + x / 512 * 4096 + y % 8 * 512 + x % 512;
    case IGD_YTILED:
        *run = 16 - x % 16;
        return y / 32 * 32 * f->pitch + x / 128 * 4096 +
               x % 128 / 16 * 512 + y % 32 * 16 + x % 16;
    default:
        *run = IGD_PAGE_SIZE;
        return y * f->pitch + x;
    }
}

static bool igd_blt_translate(IGDBlt *b, uint64_t addr, bool write, hwaddr *pa)
{
    uint64_t page = addr & IGD_PAGE_MASK;
    IGDBltTlb *t = &b->tlb[write][page / IGD_PAGE_SIZE % BLT_TLB_SIZE];

    if (!t->valid || t->page != page) {
        t->page = page;
        t->valid = igd_cs_translate(b->cs, IGD_SPACE_PPGTT, page, write,
                                    &t->pa);
    }
    *pa = t->pa + (addr - page);
    return t->valid;
}

/* Move @len bytes of row @y between a surface and a buffer. */
static void igd_blt_row(IGDBlt *b, const IGDSurface *f, int64_t x, int y,
                        uint8_t *buf, size_t len, bool write)
{
    while (len) {
        unsigned run;
        uint64_t addr = f->base + igd_surface_offset(f, x, y, &run);
        size_t n = MIN(MIN(len, run), IGD_PAGE_SIZE - addr % IGD_PAGE_SIZE);
        hwaddr pa;

        if (!igd_blt_translate(b, addr, write, &pa)) {
            if (!write) {
                memset(buf, 0, n);
            }
            if (!b->faulted) {
                qemu_log_mask(LOG_GUEST_ERROR, "igd: %s: blit %s unmapped "
                              "address 0x%" PRIx64 "\n", b->cs->e->info->name,
                              write ? "to" : "from", addr);
            }
            b->faulted = true;
        } else if (write) {
            igd_dma_write(b->cs->s, pa, buf, n);
        } else {
            igd_dma_read(b->cs->s, pa, buf, n);
        }
        x += n;
        buf += n;
        len -= n;
    }
}

static uint8_t igd_rop3(uint8_t rop, uint8_t p, uint8_t s, uint8_t d)
{
    uint8_t out = 0;

    for (int i = 0; i < 8; i++) {
        if (rop & (1 << i)) {
            out |= (i & 4 ? p : ~p) & (i & 2 ? s : ~s) & (i & 1 ? d : ~d);
        }
    }
    return out;
}

static bool igd_blt_inside(const IGDSurface *f, int x, int y)
{
    return f->tiling == IGD_LINEAR || (x >= 0 && y >= 0 && f->pitch > 0);
}

static void igd_blt_draw(IGDBlt *b)
{
    bool needs_src = ROP_NEEDS_SRC(b->rop);
    bool needs_dst = ROP_NEEDS_DST(b->rop) || b->keep;
    g_autofree uint8_t *src = NULL, *dst = NULL, *color = NULL;
    int rows = b->y2 - b->y1;
    size_t len;
    bool up;

    if (b->x2 <= b->x1 || rows <= 0) {
        return;
    }
    if (!igd_blt_inside(&b->dst, b->x1, b->y1) ||
        (needs_src && !igd_blt_inside(&b->src, b->sx, b->sy))) {
        qemu_log_mask(LOG_GUEST_ERROR, "igd: %s: blit outside of a tiled "
                      "surface\n", b->cs->e->info->name);
        return;
    }
    trace_igd_blt(b->dst.base, b->src.base, b->x2 - b->x1, rows, b->cpp,
                  b->rop);
    len = (size_t)(b->x2 - b->x1) * b->cpp;
    if (len * rows > BLT_MAX_BYTES) {
        qemu_log_mask(LOG_GUEST_ERROR, "igd: %s: blit of %zu bytes is "
                      "skipped\n", b->cs->e->info->name, len * rows);
        return;
    }
    b->cs->budget -= (int)(len * rows / IGD_PAGE_SIZE);
    src = g_malloc0(len);
    dst = g_malloc0(len);
    color = g_malloc(len);
    for (size_t i = 0; i < len; i++) {
        color[i] = b->color >> (i % MIN(b->cpp, 4) * 8);
    }

    /* Rectangles may overlap: rows are whole, their order has to be right. */
    up = needs_src && b->dst.base + (int64_t)b->y1 * b->dst.pitch >
                      b->src.base + (int64_t)b->sy * b->src.pitch;

    for (int i = 0; i < rows; i++) {
        int row = up ? rows - 1 - i : i;
        uint8_t *out = b->rop == ROP_COPY && !b->keep ? src : dst;

        if (needs_src) {
            igd_blt_row(b, &b->src, (int64_t)b->sx * b->cpp, b->sy + row,
                        src, len, false);
        }
        if (needs_dst) {
            igd_blt_row(b, &b->dst, (int64_t)b->x1 * b->cpp, b->y1 + row,
                        dst, len, false);
        }
        for (size_t j = 0; out == dst && j < len; j++) {
            uint8_t keep = b->keep >> (j % 4 * 8);

            dst[j] = (dst[j] & keep) |
                     (igd_rop3(b->rop, color[j], src[j], dst[j]) & ~keep);
        }
        igd_blt_row(b, &b->dst, (int64_t)b->x1 * b->cpp, b->y1 + row,
                    out, len, true);
    }
}

/* Cut the destination, and the source with it. */
static void igd_blt_clip(IGDBlt *b)
{
    IGDCommandStreamer *cs = b->cs;
    int left = MAX(0, cs->clip_x1 - b->x1);
    int top = MAX(0, cs->clip_y1 - b->y1);

    b->x1 += left;
    b->sx += left;
    b->y1 += top;
    b->sy += top;
    b->x2 = MIN(b->x2, cs->clip_x2);
    b->y2 = MIN(b->y2, cs->clip_y2);
}

static int igd_blt_x(uint32_t dw)
{
    return sextract32(dw, 0, 16);
}

static int igd_blt_y(uint32_t dw)
{
    return sextract32(dw, 16, 16);
}

static uint64_t igd_blt_addr(const IGDCommandStreamer *cs, unsigned dw)
{
    return extract64((uint64_t)cs->cmd[dw + 1] << 32 | cs->cmd[dw], 0, 48);
}

static void igd_blt_rectangle(IGDBlt *b, unsigned dw)
{
    const uint32_t *cmd = b->cs->cmd;

    b->x1 = igd_blt_x(cmd[dw]);
    b->y1 = igd_blt_y(cmd[dw]);
    b->x2 = igd_blt_x(cmd[dw + 1]);
    b->y2 = igd_blt_y(cmd[dw + 1]);
}

/* Depth, raster operation and byte enables, as most commands carry them */
static void igd_blt_control(IGDBlt *b)
{
    static const uint8_t cpp[] = { 1, 2, 2, 4 };
    const uint32_t *cmd = b->cs->cmd;

    b->cpp = cpp[BLT_DEPTH(cmd[1])];
    b->rop = BLT_ROP(cmd[1]);
    if (b->cpp == 4) {
        b->keep = (cmd[0] & BLT_WRITE_ALPHA ? 0 : 0xff000000) |
                  (cmd[0] & BLT_WRITE_RGB ? 0 : 0x00ffffff);
    }
}

/* The pitch of a tiled surface is in dwords; a linear one may run upwards. */
static void igd_blt_surface(IGDBlt *b, IGDSurface *f, uint32_t pitch,
                            unsigned addr_dw, bool tiled, uint32_t y_select)
{
    f->base = igd_blt_addr(b->cs, addr_dw);
    f->tiling = IGD_LINEAR;
    f->pitch = (int16_t)BLT_PITCH(pitch);
    if (tiled) {
        f->tiling = igd_ring_reg(b->cs, BCS_SWCTRL) & y_select ? IGD_YTILED :
                                                                 IGD_XTILED;
        f->pitch = BLT_PITCH(pitch) * 4;
    }
}

static void igd_xy_color_blt(IGDBlt *b)
{
    const uint32_t *cmd = b->cs->cmd;

    igd_blt_control(b);
    igd_blt_rectangle(b, 2);
    igd_blt_surface(b, &b->dst, cmd[1], 4, cmd[0] & BLT_DST_TILED,
                    BCS_SWCTRL_DST_Y);
    b->color = cmd[6];
    if (cmd[1] & BLT_CLIP) {
        igd_blt_clip(b);
    }
}

static void igd_xy_src_copy_blt(IGDBlt *b)
{
    const uint32_t *cmd = b->cs->cmd;

    igd_blt_control(b);
    igd_blt_rectangle(b, 2);
    igd_blt_surface(b, &b->dst, cmd[1], 4, cmd[0] & BLT_DST_TILED,
                    BCS_SWCTRL_DST_Y);
    b->sx = igd_blt_x(cmd[6]);
    b->sy = igd_blt_y(cmd[6]);
    igd_blt_surface(b, &b->src, cmd[7], 8, cmd[0] & BLT_SRC_TILED,
                    BCS_SWCTRL_SRC_Y);
    if (cmd[1] & BLT_CLIP) {
        igd_blt_clip(b);
    }
}

/* No coordinates: a height, and a width in bytes */
static void igd_blt_linear_rectangle(IGDBlt *b)
{
    uint32_t size = b->cs->cmd[2];

    igd_blt_control(b);
    b->x2 = extract32(size, 0, 16) / b->cpp;
    b->y2 = extract32(size, 16, 16);
    igd_blt_surface(b, &b->dst, b->cs->cmd[1], 3, false, 0);
}

static void igd_color_blt(IGDBlt *b)
{
    igd_blt_linear_rectangle(b);
    b->color = b->cs->cmd[5];
}

static void igd_src_copy_blt(IGDBlt *b)
{
    igd_blt_linear_rectangle(b);
    igd_blt_surface(b, &b->src, b->cs->cmd[5], 6, false, 0);
}

static void igd_fast_surface(IGDBlt *b, IGDSurface *f, uint32_t pitch,
                             unsigned addr_dw, uint32_t tiling)
{
    f->base = igd_blt_addr(b->cs, addr_dw);
    f->tiling = tiling;
    f->pitch = BLT_PITCH(pitch) * (tiling == IGD_LINEAR ? 1 : 4);
}

/* Names its tiles itself, and knows no raster operation and no clipping */
static void igd_xy_fast_copy_blt(IGDBlt *b)
{
    static const uint8_t cpp[8] = { 1, 2, 0, 4, 8, 16 };
    const uint32_t *cmd = b->cs->cmd;
    uint32_t src = FAST_SRC_TILING(cmd[0]), dst = FAST_DST_TILING(cmd[0]);

    b->rop = ROP_COPY;
    b->cpp = cpp[FAST_DEPTH(cmd[1])];
    if (!b->cpp) {
        qemu_log_mask(LOG_GUEST_ERROR, "igd: %s: XY_FAST_COPY_BLT of depth "
                      "%u\n", b->cs->e->info->name, FAST_DEPTH(cmd[1]));
        return;
    }
    if (src > IGD_YTILED || dst > IGD_YTILED ||
        (src == IGD_YTILED && (cmd[1] & FAST_SRC_YF)) ||
        (dst == IGD_YTILED && (cmd[1] & FAST_DST_YF))) {
        qemu_log_mask(LOG_UNIMP, "igd: %s: XY_FAST_COPY_BLT on Yf or Ys "
                      "tiles\n", b->cs->e->info->name);
        return;
    }
    igd_blt_rectangle(b, 2);
    igd_fast_surface(b, &b->dst, cmd[1], 4, dst);
    b->sx = igd_blt_x(cmd[6]);
    b->sy = igd_blt_y(cmd[6]);
    igd_fast_surface(b, &b->src, cmd[7], 8, src);
}

static void igd_blt_set_clip(IGDCommandStreamer *cs, unsigned dw)
{
    cs->clip_x1 = igd_blt_x(cs->cmd[dw]);
    cs->clip_y1 = igd_blt_y(cs->cmd[dw]);
    cs->clip_x2 = igd_blt_x(cs->cmd[dw + 1]);
    cs->clip_y2 = igd_blt_y(cs->cmd[dw + 1]);
}

/* Opcodes that draw; each fills in the rectangle, none means nothing to do */
static const struct {
    uint8_t opcode;
    uint8_t gen;                /* the first that has it */
    uint8_t dwords;
    bool copy;                  /* has a source, else a color as pattern */
    const char *name;
    void (*decode)(IGDBlt *b);
} igd_blt_commands[] = {
    { 0x40, 8, 6, false, "COLOR_BLT", igd_color_blt },
    { 0x42, 9, 10, true, "XY_FAST_COPY_BLT", igd_xy_fast_copy_blt },
    { 0x43, 8, 8, true, "SRC_COPY_BLT", igd_src_copy_blt },
    { 0x50, 8, 7, false, "XY_COLOR_BLT", igd_xy_color_blt },
    { 0x53, 8, 10, true, "XY_SRC_COPY_BLT", igd_xy_src_copy_blt },
};

void igd_blt_execute(IGDCommandStreamer *cs, unsigned len)
{
    uint8_t opcode = OP2D(cs->cmd[0]);
    g_autofree IGDBlt *b = NULL;

    if ((opcode == 0x01 && len == 10) || (opcode == 0x03 && len == 3)) {
        /* XY_SETUP_BLT, XY_SETUP_CLIP_BLT */
        igd_blt_set_clip(cs, opcode == 0x01 ? 2 : 1);
        return;
    }
    for (size_t i = 0; i < ARRAY_SIZE(igd_blt_commands); i++) {
        if (igd_blt_commands[i].opcode != opcode ||
            igd_blt_commands[i].gen > igd_gen(cs->s)) {
            continue;
        }
        if (len != igd_blt_commands[i].dwords) {
            qemu_log_mask(LOG_GUEST_ERROR, "igd: %s: %s of %u dwords\n",
                          cs->e->info->name, igd_blt_commands[i].name, len);
            return;
        }
        b = g_new0(IGDBlt, 1);
        b->cs = cs;
        igd_blt_commands[i].decode(b);
        if (igd_blt_commands[i].copy ? ROP_NEEDS_PATTERN(b->rop) :
                                       ROP_NEEDS_SRC(b->rop)) {
            qemu_log_mask(LOG_UNIMP, "igd: %s: raster operation 0x%02x\n",
                          cs->e->info->name, b->rop);
        } else {
            igd_blt_draw(b);
        }
        return;
    }
    qemu_log_mask(LOG_UNIMP, "igd: %s: 2D command 0x%08x\n",
                  cs->e->info->name, cs->cmd[0]);
}
