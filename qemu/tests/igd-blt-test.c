/*
 * Intel IGD: tests of the blitter
 *
 * Surfaces are in context memory, filled and read back by the test, and every
 * byte of them is compared: what a blit must not touch, too.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "igd-exec.h"

#define XY_SETUP_CLIP_BLT   (2u << 29 | 0x03 << 22 | 1)
#define COLOR_BLT           (2u << 29 | 0x40 << 22 | 4)
#define XY_FAST_COPY_BLT    (2u << 29 | 0x42 << 22 | 8)
#define SRC_COPY_BLT        (2u << 29 | 0x43 << 22 | 6)
#define XY_COLOR_BLT        (2u << 29 | 0x50 << 22 | 5)
#define XY_SRC_COPY_BLT     (2u << 29 | 0x53 << 22 | 8)
#define WRITE_ALPHA         (1 << 21)
#define WRITE_RGB           (1 << 20)
#define WRITE_RGBA          (WRITE_ALPHA | WRITE_RGB)
#define SRC_TILED           (1 << 15)
#define DST_TILED           (1 << 11)
#define CLIP                (1 << 30)
#define ROP(rop)            ((rop) << 16)
#define ROP_COPY            ROP(0xcc)
#define ROP_PATTERN         ROP(0xf0)
#define BCS_SWCTRL          0x22200
#define POINT(x, y)         ((uint32_t)(y) << 16 | (x))

/* Two tiles high and three wide, whatever the tiling and the pixel */
#define PITCH               1536
#define HEIGHT              64
#define SIZE                (PITCH * HEIGHT)

#define SRC                 (VM_ADDR + 0x10000)
#define DST                 (VM_ADDR + 0x80000)

typedef enum Tiling { LINEAR, TILE_X, TILE_Y, TILINGS } Tiling;

static const char *const tiling_name[] = { "linear", "x", "y" };

/* A surface as the test thinks of it: rows of bytes */
typedef uint8_t Picture[HEIGHT][PITCH];

static unsigned offset_of(Tiling tiling, unsigned x, unsigned y)
{
    switch (tiling) {
    case TILE_X:
        return y / 8 * 8 * PITCH + x / 512 * 4096 + y % 8 * 512 + x % 512;
    case TILE_Y:
        return y / 32 * 32 * PITCH + x / 128 * 4096 +
               x % 128 / 16 * 512 + y % 32 * 16 + x % 16;
    default:
        return y * PITCH + x;
    }
}

static void put(IGDExec *x, uint64_t addr, Tiling tiling, Picture picture)
{
    g_autofree uint8_t *mem = g_malloc(SIZE);

    for (unsigned row = 0; row < HEIGHT; row++) {
        for (unsigned i = 0; i < PITCH; i++) {
            mem[offset_of(tiling, i, row)] = picture[row][i];
        }
    }
    qtest_bufwrite(x->t.qts, vm_pa(addr), mem, SIZE);
}

static void assert_picture(IGDExec *x, uint64_t addr, Tiling tiling,
                           Picture want)
{
    g_autofree uint8_t *mem = g_malloc(SIZE);

    qtest_bufread(x->t.qts, vm_pa(addr), mem, SIZE);
    for (unsigned row = 0; row < HEIGHT; row++) {
        for (unsigned i = 0; i < PITCH; i++) {
            if (mem[offset_of(tiling, i, row)] != want[row][i]) {
                g_test_message("%s: byte %u of row %u", tiling_name[tiling],
                               i, row);
            }
            g_assert_cmphex(mem[offset_of(tiling, i, row)], ==, want[row][i]);
        }
    }
}

/* No two neighbours are alike, nor two rows, nor two seeds. */
static void noise(Picture picture, uint32_t seed)
{
    for (unsigned row = 0; row < HEIGHT; row++) {
        for (unsigned i = 0; i < PITCH; i++) {
            seed = seed * 1664525 + 1013904223;
            picture[row][i] = seed >> 24;
        }
    }
}

static uint32_t pitch(Tiling tiling)
{
    return tiling == LINEAR ? PITCH : PITCH / 4;
}

/* XY_SRC_COPY_BLT knows tiled or not; a register says which tiles. */
static void emit_tiling(IGDExec *x, Tiling dst, Tiling src)
{
    emit(x, 0, MI_LOAD_REGISTER_IMM, BCS_SWCTRL,
         3 << 16 | (dst == TILE_Y) << 1 | (src == TILE_Y));
}

typedef struct Copy {
    Tiling dst, src;
    unsigned cpp;
    int x1, y1, x2, y2, sx, sy;
} Copy;

static void emit_xy_src_copy(IGDExec *x, const Copy *c)
{
    static const uint32_t depth[] = { [1] = 0, [2] = 1 << 24, [4] = 3 << 24 };

    emit_tiling(x, c->dst, c->src);
    emit(x, 0,
         XY_SRC_COPY_BLT | WRITE_RGBA | (c->src == LINEAR ? 0 : SRC_TILED) |
         (c->dst == LINEAR ? 0 : DST_TILED),
         depth[c->cpp] | ROP_COPY | pitch(c->dst),
         POINT(c->x1, c->y1), POINT(c->x2, c->y2), LO(DST), HI(DST),
         POINT(c->sx, c->sy), pitch(c->src), LO(SRC), HI(SRC));
}

static void emit_xy_fast_copy(IGDExec *x, const Copy *c)
{
    static const uint32_t depth[] = {
        [1] = 0, [2] = 1 << 24, [4] = 3 << 24, [8] = 4 << 24, [16] = 5 << 24,
    };

    emit(x, 0, XY_FAST_COPY_BLT | c->src << 20 | c->dst << 13,
         depth[c->cpp] | pitch(c->dst),
         POINT(c->x1, c->y1), POINT(c->x2, c->y2), LO(DST), HI(DST),
         POINT(c->sx, c->sy), pitch(c->src), LO(SRC), HI(SRC));
}

static void copy_rows(Picture dst, Picture src, const Copy *c)
{
    for (int row = c->y1; row < c->y2; row++) {
        memcpy(&dst[row][c->x1 * c->cpp],
               &src[row - c->y1 + c->sy][c->sx * c->cpp],
               (c->x2 - c->x1) * c->cpp);
    }
}

static void check_copy(IGDExec *x, const Copy *c,
                       void (*emit_copy)(IGDExec *x, const Copy *c))
{
    g_autofree Picture *src = g_new(Picture, 1), *dst = g_new(Picture, 1);

    noise(*src, 1);
    noise(*dst, 2);
    put(x, SRC, c->src, *src);
    put(x, DST, c->dst, *dst);
    emit_copy(x, c);
    submit(x, 0);
    copy_rows(*dst, *src, c);
    assert_picture(x, DST, c->dst, *dst);
    assert_picture(x, SRC, c->src, *src);
}

/* Every pair of tilings and every depth; whole surfaces and odd rectangles */
static void test_copies(IGDExec *x, unsigned max_cpp,
                        void (*emit_copy)(IGDExec *x, const Copy *c))
{
    for (unsigned cpp = 1; cpp <= max_cpp; cpp *= 2) {
        for (Tiling dst = 0; dst < TILINGS; dst++) {
            for (Tiling src = 0; src < TILINGS; src++) {
                check_copy(x, &(Copy) {
                    .dst = dst, .src = src, .cpp = cpp,
                    .x2 = PITCH / cpp, .y2 = HEIGHT,
                }, emit_copy);
                check_copy(x, &(Copy) {
                    .dst = dst, .src = src, .cpp = cpp,
                    .x1 = 7, .y1 = 5, .x2 = 85, .y2 = 61, .sx = 9, .sy = 3,
                }, emit_copy);
            }
        }
    }
}

static void test_src_copy(IGDExec *x)
{
    test_copies(x, 4, emit_xy_src_copy);
}

static void test_fast_copy(IGDExec *x)
{
    test_copies(x, 16, emit_xy_fast_copy);
}

/* gen8 skips it, by its length, and goes on. */
static void test_no_fast_copy(IGDExec *x)
{
    const Copy all = { .cpp = 4, .x2 = PITCH / 4, .y2 = HEIGHT };
    g_autofree Picture *dst = g_new(Picture, 1);

    noise(*dst, 2);
    put(x, DST, LINEAR, *dst);
    emit_xy_fast_copy(x, &all);
    emit_store(x, 0, GLOBAL_DATA, 1);
    submit(x, 0);
    assert_picture(x, DST, LINEAR, *dst);
    g_assert_cmphex(peek(x, global_pa(GLOBAL_DATA)), ==, 1);
}

/* Scrolling by a few pixels in each direction, within one surface */
static void test_overlap(IGDExec *x)
{
    for (int i = 0; i < 9; i++) {
        Copy c = {
            .dst = i % 3, .src = i % 3, .cpp = 4, .x1 = 20, .y1 = 20,
            .x2 = 120, .y2 = 50, .sx = 20 + 3 * (i / 3 - 1),
            .sy = 20 + 2 * (i % 3 - 1),
        };
        g_autofree Picture *src = g_new(Picture, 1), *dst = g_new(Picture, 1);

        noise(*src, i);
        memcpy(dst, src, sizeof(Picture));
        put(x, DST, c.dst, *src);
        emit_tiling(x, c.dst, c.src);
        emit(x, 0, XY_SRC_COPY_BLT | WRITE_RGBA |
             (c.dst == LINEAR ? 0 : DST_TILED | SRC_TILED),
             3 << 24 | ROP_COPY | pitch(c.dst), POINT(c.x1, c.y1),
             POINT(c.x2, c.y2), LO(DST), HI(DST), POINT(c.sx, c.sy),
             pitch(c.src), LO(DST), HI(DST));
        submit(x, 0);
        copy_rows(*dst, *src, &c);
        assert_picture(x, DST, c.dst, *dst);
    }
}

static void fill_rows(Picture p, unsigned cpp, uint32_t color, uint32_t mask,
                      int x1, int y1, int x2, int y2)
{
    for (int row = y1; row < y2; row++) {
        for (unsigned i = x1 * cpp; i < x2 * cpp; i++) {
            uint8_t m = mask >> (i % cpp * 8);

            p[row][i] = (p[row][i] & ~m) | (color >> (i % cpp * 8) & m);
        }
    }
}

/* Depths, write enables, and the clip rectangle */
static void test_fill(IGDExec *x)
{
    static const struct {
        unsigned cpp;
        uint32_t depth, enable, mask;
        bool clip;
    } rows[] = {
        { 1, 0, 0, UINT32_MAX, false },
        { 2, 1 << 24, 0, UINT32_MAX, false },
        { 2, 2 << 24, 0, UINT32_MAX, true },
        { 4, 3 << 24, WRITE_RGBA, UINT32_MAX, false },
        { 4, 3 << 24, WRITE_RGBA, UINT32_MAX, true },
        { 4, 3 << 24, WRITE_RGB, 0x00ffffff, false },
        { 4, 3 << 24, WRITE_ALPHA, 0xff000000, true },
        { 4, 3 << 24, 0, 0, false },
    };
    const uint32_t color = 0x89abcdef;

    emit(x, 0, XY_SETUP_CLIP_BLT, POINT(30, 20), POINT(70, 45));
    for (int i = 0; i < ARRAY_SIZE(rows); i++) {
        for (Tiling tiling = 0; tiling < TILINGS; tiling++) {
            g_autofree Picture *want = g_new(Picture, 1);

            noise(*want, i);
            put(x, DST, tiling, *want);
            emit_tiling(x, tiling, LINEAR);
            emit(x, 0, XY_COLOR_BLT | rows[i].enable |
                 (tiling == LINEAR ? 0 : DST_TILED),
                 rows[i].depth | ROP_PATTERN | (rows[i].clip ? CLIP : 0) |
                 pitch(tiling), POINT(13, 7), POINT(101, 43),
                 LO(DST), HI(DST), color);
            submit(x, 0);
            if (rows[i].clip) {
                fill_rows(*want, rows[i].cpp, color, rows[i].mask,
                          30, 20, 70, 43);
            } else {
                fill_rows(*want, rows[i].cpp, color, rows[i].mask,
                          13, 7, 101, 43);
            }
            assert_picture(x, DST, tiling, *want);
        }
    }
}

/* A clipped copy moves its source along. */
static void test_clipped_copy(IGDExec *x)
{
    const Copy clipped = {
        .cpp = 4, .x1 = 30, .y1 = 20, .x2 = 60, .y2 = 45,
        .sx = 100 + 20, .sy = 3 + 10,
    };
    g_autofree Picture *src = g_new(Picture, 1), *dst = g_new(Picture, 1);

    noise(*src, 1);
    noise(*dst, 2);
    put(x, SRC, LINEAR, *src);
    put(x, DST, LINEAR, *dst);
    emit(x, 0, XY_SETUP_CLIP_BLT, POINT(30, 20), POINT(70, 45));
    emit(x, 0, XY_SRC_COPY_BLT | WRITE_RGBA,
         CLIP | 3 << 24 | ROP_COPY | PITCH, POINT(10, 10), POINT(60, 50),
         LO(DST), HI(DST), POINT(100, 3), PITCH, LO(SRC), HI(SRC));
    submit(x, 0);
    copy_rows(*dst, *src, &clipped);
    assert_picture(x, DST, LINEAR, *dst);
}

/* XOR of a copy, inversion by a fill, and both twice to get back */
static void test_rop(IGDExec *x)
{
    g_autofree Picture *src = g_new(Picture, 1), *dst = g_new(Picture, 1);

    noise(*src, 1);
    noise(*dst, 2);
    put(x, SRC, LINEAR, *src);
    put(x, DST, LINEAR, *dst);
    for (int i = 0; i < 2; i++) {
        emit(x, 0, XY_SRC_COPY_BLT | WRITE_RGBA, 3 << 24 | ROP(0x66) | PITCH,
             0, POINT(PITCH / 4, HEIGHT), LO(DST), HI(DST), 0, PITCH, LO(SRC),
             HI(SRC));
        emit(x, 0, XY_COLOR_BLT | WRITE_RGBA, 3 << 24 | ROP(0x55) | PITCH, 0,
             POINT(PITCH / 4, HEIGHT), LO(DST), HI(DST), 0);
        submit(x, 0);
        for (unsigned row = 0; row < HEIGHT; row++) {
            for (unsigned j = 0; j < PITCH; j++) {
                (*dst)[row][j] ^= ~(*src)[row][j];
            }
        }
        assert_picture(x, DST, LINEAR, *dst);
    }
}

/* Those without coordinates have a width in bytes. */
static void test_linear_rectangles(IGDExec *x)
{
    const Copy c = { .cpp = 2, .x2 = 50, .y2 = 40 };
    g_autofree Picture *src = g_new(Picture, 1), *dst = g_new(Picture, 1);

    noise(*src, 1);
    noise(*dst, 2);
    put(x, SRC, LINEAR, *src);
    put(x, DST, LINEAR, *dst);
    emit(x, 0, SRC_COPY_BLT, 1 << 24 | ROP_COPY | PITCH, POINT(100, 40),
         LO(DST), HI(DST), PITCH, LO(SRC), HI(SRC));
    emit(x, 0, COLOR_BLT | WRITE_RGBA, 3 << 24 | ROP_PATTERN | PITCH,
         POINT(60, 10), LO(DST), HI(DST), 0x01020304);
    submit(x, 0);
    copy_rows(*dst, *src, &c);
    fill_rows(*dst, 4, 0x01020304, UINT32_MAX, 0, 0, 15, 10);
    assert_picture(x, DST, LINEAR, *dst);
}

/* More than memory can hold: skipped, and what follows is executed. */
static void test_huge_fill(IGDExec *x)
{
    emit(x, 0, XY_COLOR_BLT | WRITE_RGBA, 3 << 24 | ROP_PATTERN | PITCH,
         POINT(0x8000, 0x8000), POINT(0x7fff, 0x7fff), LO(DST), HI(DST), 0);
    emit_store(x, 0, GLOBAL_DATA, 1);
    submit(x, 0);
    g_assert_cmphex(peek(x, global_pa(GLOBAL_DATA)), ==, 1);
}

typedef struct BltCase {
    const char *platform;
    void (*test)(IGDExec *x);
} BltCase;

static void run_case(gconstpointer data)
{
    const BltCase *c = data;
    IGDExec x = exec_start(c->platform, BCS);

    c->test(&x);
    exec_stop(&x);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        BltCase c;
    } cases[] = {
        { "src-copy/bdw", { "bdw", test_src_copy } },
        { "src-copy/skl", { "skl", test_src_copy } },
        { "fast-copy/bdw", { "bdw", test_no_fast_copy } },
        { "fast-copy/skl", { "skl", test_fast_copy } },
        { "overlap/bdw", { "bdw", test_overlap } },
        { "overlap/skl", { "skl", test_overlap } },
        { "fill/bdw", { "bdw", test_fill } },
        { "fill/skl", { "skl", test_fill } },
        { "clipped-copy/bdw", { "bdw", test_clipped_copy } },
        { "rop/bdw", { "bdw", test_rop } },
        { "linear-rectangles/bdw", { "bdw", test_linear_rectangles } },
        { "huge-fill/bdw", { "bdw", test_huge_fill } },
    };

    g_test_init(&argc, &argv, NULL);
    for (int i = 0; i < ARRAY_SIZE(cases); i++) {
        g_autofree char *path = g_strdup_printf("/igd/blt/%s", cases[i].name);

        qtest_add_data_func(path, &cases[i].c, run_case);
    }
    return g_test_run();
}
