/*
 * Intel IGD: tests of MI commands, and of contexts that run one by one
 *
 * Each test runs on every engine of a gen8 and of a gen9 platform, except
 * where an engine has a command alone.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "igd-exec.h"

#define RING_START          0x38
#define RING_EIR            0xb0
#define RING_EMR            0xb4
#define RING_GPR0           0x600

#define GDRST               0x941c
#define DE_PLANE_SURF_B     0x7119c
#define DE_PLANE_STRIDE_B   0x71188

/* No memory is at this address. */
#define NO_PA               0x7000000000ull

static bool is_gen8(IGDExec *x)
{
    return qpci_config_readw(x->t.dev, PCI_DEVICE_ID) >> 8 == 0x16;
}

/* Global and context memory, an interrupt, two statuses, a saved image */
static void test_store(IGDExec *x)
{
    emit_store(x, 0, GLOBAL_DATA + 4, 0x12345678);
    emit(x, 0, MI_STORE_DWORD_IMM, LO(VM_ADDR + 0x5008), HI(VM_ADDR),
         0x9abcdef0);
    /* A quadword, over a page that is not the first */
    emit(x, 0, (MI_STORE_DWORD_IMM | 1 << 21) + 1, LO(VM_ADDR + 0x1ff010),
         HI(VM_ADDR), 0x11111111, 0x22222222);
    emit(x, 0, MI_USER_INTERRUPT);
    g_assert_cmphex(peek(x, global_pa(GLOBAL_DATA + 4)), ==, 0);
    submit(x, 0);

    g_assert_cmphex(peek(x, global_pa(GLOBAL_DATA)), ==, 0);
    g_assert_cmphex(peek(x, global_pa(GLOBAL_DATA + 4)), ==, 0x12345678);
    g_assert_cmphex(peek(x, global_pa(GLOBAL_DATA + 8)), ==, 0);
    g_assert_cmphex(peek(x, VM_PA + 0x5004), ==, 0);
    g_assert_cmphex(peek(x, VM_PA + 0x5008), ==, 0x9abcdef0);
    g_assert_cmphex(peek(x, VM_PA + 0x1ff010), ==, 0x11111111);
    g_assert_cmphex(peek(x, VM_PA + 0x1ff014), ==, 0x22222222);

    g_assert_cmphex(events(x), ==, EVENT_USER | EVENT_SWITCH);
    assert_status(x, 0, STATUS_IDLE_ACTIVE, 0);
    assert_status(x, 1, STATUS_COMPLETE | STATUS_ACTIVE_IDLE, x->id[0]);
    assert_statuses(x, 2);

    g_assert_cmphex(ctx_get(x, 0, CTX_HEAD), ==, x->tail[0]);
    g_assert_cmphex(ctx_get(x, 0, CTX_HEAD - 1), ==, x->e->base + 0x34);
    g_assert_cmphex(ctx_get(x, 0, CTX_START), ==, GLOBAL_RING(0));
    g_assert_cmphex(ring_reg(x, RING_START), ==, GLOBAL_RING(0));
    g_assert_cmphex(ring_reg(x, RING_STATUS_HI), ==, 0);

    /* Nothing is masked above; a masked event is not latched. */
    ring_reg_set(x, RING_IMR, EVENT_USER << x->e->shift);
    emit(x, 0, MI_USER_INTERRUPT);
    submit(x, 0);
    g_assert_cmphex(events(x), ==, EVENT_SWITCH);
    assert_statuses(x, 4);
}

/* The ring and the status buffer wrap; the pair runs in order. */
static void test_pair(IGDExec *x)
{
    int statuses = 0;

    for (int i = 0; i < 8; i++) {
        while (x->tail[0] < RING_SIZE - 8 && i == 3) {
            emit(x, 0, MI_NOOP);
        }
        emit_store(x, 0, GLOBAL_DATA, 0x1000 + i);
        emit_store(x, 1, GLOBAL_DATA + 4, 0x2000 + i);
        /* The second writes over what the first wrote. */
        emit_store(x, 0, GLOBAL_DATA + 8, 1);
        emit_store(x, 1, GLOBAL_DATA + 8, 2);
        submit_pair(x, 0, 1);

        g_assert_cmphex(peek(x, global_pa(GLOBAL_DATA)), ==, 0x1000 + i);
        g_assert_cmphex(peek(x, global_pa(GLOBAL_DATA + 4)), ==, 0x2000 + i);
        g_assert_cmphex(peek(x, global_pa(GLOBAL_DATA + 8)), ==, 2);
        assert_status(x, statuses++, STATUS_IDLE_ACTIVE, 0);
        assert_status(x, statuses++, STATUS_COMPLETE | STATUS_SWITCH,
                      x->id[0]);
        assert_status(x, statuses++, STATUS_COMPLETE | STATUS_ACTIVE_IDLE,
                      x->id[1]);
        assert_statuses(x, statuses);
        g_assert_cmphex(ctx_get(x, 0, CTX_HEAD), ==, x->tail[0]);
        g_assert_cmphex(ctx_get(x, 1, CTX_HEAD), ==, x->tail[1]);
    }
}

/* Immediate to register, register to register, to memory, memory to register */
static void test_registers(IGDExec *x)
{
    uint32_t gpr = x->e->base + RING_GPR0;

    poke(x, VM_PA + 0x100, 0x55667788);
    emit(x, 0, MI_LOAD_REGISTER_IMM + 2, gpr, 0x11223344, gpr + 4, 5);
    emit(x, 0, 0x2a << 23 | 1, gpr, gpr + 8);
    emit(x, 0, 0x29 << 23 | 2, gpr + 12, LO(VM_ADDR + 0x100), HI(VM_ADDR));
    emit(x, 0, 0x24 << 23 | 2 | MI_GLOBAL, gpr + 8, GLOBAL_DATA, 0);
    emit(x, 0, 0x24 << 23 | 2, gpr + 12, LO(VM_ADDR + 0x104), HI(VM_ADDR));
    emit(x, 0, 0x2e << 23 | 3 | 1 << 22, LO(VM_ADDR + 0x108), HI(VM_ADDR),
         GLOBAL_DATA, 0);
    /* R2 = R0 + R1, R3 = carry of R0 - R1 */
    emit(x, 0, 0x1a << 23 | 7, 0x08008000, 0x08008401, 0x10000000, 0x18000831,
         0x10100000, 0x18000c33, 0, 0);
    /* R4 = all ones + 0 */
    emit(x, 0, 0x1a << 23 | 3, 0x48108000, 0x08108400, 0x10000000, 0x18001031);
    submit(x, 0);

    g_assert_cmphex(igd_rd(&x->t, gpr), ==, 0x11223344);
    g_assert_cmphex(igd_rd(&x->t, gpr + 8), ==, 0x11223344);
    g_assert_cmphex(peek(x, global_pa(GLOBAL_DATA)), ==, 0x11223344);
    g_assert_cmphex(peek(x, VM_PA + 0x104), ==, 0x55667788);
    g_assert_cmphex(peek(x, VM_PA + 0x108), ==, 0x11223344);
    g_assert_cmphex(igd_rd(&x->t, gpr + 16), ==, 0x22446688);
    g_assert_cmphex(igd_rd(&x->t, gpr + 20), ==, 0x5566778d);
    g_assert_cmphex(igd_rd(&x->t, gpr + 24), ==, UINT32_MAX);
    g_assert_cmphex(igd_rd(&x->t, gpr + 32), ==, UINT32_MAX);
    g_assert_cmphex(igd_rd(&x->t, gpr + 36), ==, UINT32_MAX);

    /* gen9 keeps these in the context: another one does not see them. */
    emit(x, 1, MI_LOAD_REGISTER_IMM, gpr, 0xdead);
    submit(x, 1);
    emit(x, 0, 0x24 << 23 | 2 | MI_GLOBAL, gpr, GLOBAL_DATA, 0);
    submit(x, 0);
    g_assert_cmphex(peek(x, global_pa(GLOBAL_DATA)), ==,
                    is_gen8(x) ? 0xdead : 0x11223344);
}

/* A call to the second level and back, a jump, and back to the ring */
static void test_batch(IGDExec *x)
{
    batch(x, VM_ADDR + 0xff8,
          /* This one crosses a page. */
          MI_STORE_DWORD_IMM, LO(VM_ADDR + 0x100), HI(VM_ADDR), 1,
          MI_BATCH_BUFFER_START | BATCH_PPGTT | BATCH_SECOND_LEVEL,
          LO(VM_ADDR + 0x2000), HI(VM_ADDR),
          MI_STORE_DWORD_IMM, LO(VM_ADDR + 0x108), HI(VM_ADDR), 3,
          MI_BATCH_BUFFER_START | BATCH_PPGTT,
          LO(VM_ADDR + 0x3000), HI(VM_ADDR),
          MI_STORE_DWORD_IMM, LO(VM_ADDR + 0x110), HI(VM_ADDR), 0xbad);
    batch(x, VM_ADDR + 0x2000,
          MI_STORE_DWORD_IMM, LO(VM_ADDR + 0x104), HI(VM_ADDR), 2,
          MI_BATCH_BUFFER_END);
    batch(x, VM_ADDR + 0x3000,
          MI_STORE_DWORD_IMM, LO(VM_ADDR + 0x10c), HI(VM_ADDR), 4,
          /* A user's batch has no access to global memory. */
          MI_STORE_DWORD_IMM | MI_GLOBAL, GLOBAL_DATA, 0, 0xbad,
          MI_BATCH_BUFFER_END);
    emit(x, 0, MI_BATCH_BUFFER_START | BATCH_PPGTT, LO(VM_ADDR + 0xff8),
         HI(VM_ADDR));
    emit_store(x, 0, GLOBAL_DATA + 4, 5);
    submit(x, 0);

    for (int i = 0; i < 4; i++) {
        g_assert_cmphex(peek(x, VM_PA + 0x100 + i * 4), ==, i + 1);
    }
    g_assert_cmphex(peek(x, VM_PA + 0x110), ==, 0);
    g_assert_cmphex(peek(x, global_pa(GLOBAL_DATA)), ==, 0);
    g_assert_cmphex(peek(x, global_pa(GLOBAL_DATA + 4)), ==, 5);
    assert_status(x, 1, STATUS_COMPLETE | STATUS_ACTIVE_IDLE, x->id[0]);
}

/* PIPE_CONTROL and MI_FLUSH_DW write, index, take the time and notify. */
static void test_post_sync(IGDExec *x)
{
    bool rcs = x->e == RCS;

    qtest_clock_step(x->t.qts, 1000000);
    if (rcs) {
        emit(x, 0, 0x7a000004, 1 << 24 | 1 << 20 | 1 << 14, GLOBAL_DATA, 0,
             0x01234567, 0x89abcdef);
        emit(x, 0, 0x7a000004, 3 << 14, LO(VM_ADDR), HI(VM_ADDR), 0, 0);
        emit(x, 0, 0x7a000004, 1 << 21 | 1 << 14 | 1 << 8, 0xd0, 0, 7, 0);
    } else {
        emit(x, 0, (MI_FLUSH_DW + 1) | 1 << 14, GLOBAL_DATA | 4, 0,
             0x01234567, 0x89abcdef);
        emit(x, 0, MI_FLUSH_DW | 3 << 14, LO(VM_ADDR), HI(VM_ADDR), 0);
        emit(x, 0, MI_FLUSH_DW | 1 << 21 | 1 << 14 | 1 << 8, 0xd0, 0, 7);
    }
    submit(x, 0);

    g_assert_cmphex(peek(x, global_pa(GLOBAL_DATA)), ==, 0x01234567);
    g_assert_cmphex(peek(x, global_pa(GLOBAL_DATA + 4)), ==, 0x89abcdef);
    g_assert_cmpuint(peek(x, VM_PA), ==, ring_reg(x, 0x358));
    g_assert_cmpuint(peek(x, VM_PA), >=, 1000000 / 84);
    /* The index is into the context's own status page. */
    g_assert_cmphex(peek(x, global_pa(GLOBAL_CTX(0)) + 0xd0), ==, 7);
    g_assert_cmphex(peek(x, global_pa(GLOBAL_HWSP) + 0xd0), ==, 0);
    g_assert_cmphex(events(x), ==, EVENT_NOTIFY | EVENT_SWITCH);
}

/* Memory that cannot be read holds no commands: the engine hangs. */
static void test_no_memory(IGDExec *x)
{
    emit(x, 0, MI_NOOP, MI_NOOP);
    igd_ggtt_map(&x->t, GLOBAL_RING(0), NO_PA, 1);
    submit(x, 0);
    emit_store(x, 1, GLOBAL_DATA, 1);
    submit(x, 1);
    qtest_clock_step(x->t.qts, POLL_NS);
    g_assert_cmphex(peek(x, global_pa(GLOBAL_DATA)), ==, 0);
    g_assert_cmphex(ring_reg(x, RING_STATUS_HI), ==, x->id[0]);
}

/* No command: an error, and a hang that only a reset ends */
static void test_invalid(IGDExec *x)
{
    ring_reg_set(x, RING_EMR, ~1u);
    emit(x, 0, 0xe0000000);
    emit_store(x, 0, GLOBAL_DATA, 1);
    submit(x, 0);
    submit(x, 1);
    qtest_clock_step(x->t.qts, POLL_NS);
    g_assert_cmphex(events(x), ==, EVENT_SWITCH | EVENT_ERROR);
    g_assert_cmphex(ring_reg(x, RING_EIR), ==, 1);
    g_assert_cmphex(peek(x, global_pa(GLOBAL_DATA)), ==, 0);
    assert_statuses(x, 1);

    igd_wr(&x->t, GDRST, 1);
    qtest_clock_step(x->t.qts, POLL_NS);
    g_assert_cmphex(ring_reg(x, RING_EIR), ==, 0);
    g_assert_cmphex(ring_reg(x, RING_STATUS_PTR) & 7, ==, 7);
    ring_reg_set(x, RING_HWS_PGA, GLOBAL_HWSP);
    exec_unmask(x);
    ctx_set(x, 0, CTX_HEAD, 4);
    submit(x, 0);
    g_assert_cmphex(peek(x, global_pa(GLOBAL_DATA)), ==, 1);
    assert_status(x, 0, STATUS_IDLE_ACTIVE, 0);
    assert_statuses(x, 2);
}

/* What has no handler is skipped by its own length, not by a guess. */
static void test_lengths(IGDExec *x)
{
    emit(x, 0, 0x28 << 23 | 2, -1, -1, -1);             /* REPORT_PERF_COUNT */
    emit(x, 0, 0x27 << 23 | 0x101);                     /* CLFLUSH, 259 */
    for (int i = 0; i < 0x102; i++) {
        emit(x, 0, -1);
    }
    emit(x, 0, 0x12 << 23, -1);                         /* LOAD_SCAN_LINES */
    if (x->e == RCS) {
        emit(x, 0, 0x69040000, 0x780b0000);             /* one dword each */
        emit(x, 0, 0x70020002, -1, -1, -1);             /* media descriptors */
        emit(x, 0, 0x79170101);                         /* SO_DECL_LIST */
        for (int i = 0; i < 0x102; i++) {
            emit(x, 0, -1);
        }
    } else if (x->e == BCS) {
        emit(x, 0, 2u << 29 | 0x55 << 22 | 7, -1, -1, -1, -1, -1, -1, -1, -1);
    } else {
        emit(x, 0, 0x68000000);                         /* MFX_WAIT */
        emit(x, 0, 0x70000101);                         /* 12 bits of length */
        for (int i = 0; i < 0x102; i++) {
            emit(x, 0, -1);
        }
    }
    emit_store(x, 0, GLOBAL_DATA, 1);
    submit(x, 0);
    g_assert_cmphex(peek(x, global_pa(GLOBAL_DATA)), ==, 1);
    assert_statuses(x, 2);
}

/* The batches that a context has executed whenever it comes in */
static void test_restore_batches(IGDExec *x)
{
    uint32_t indirect = GLOBAL_DATA + 0x1000, per_ctx = GLOBAL_DATA + 0x2000;
    uint32_t add[] = {                  /* R0 += R1, to global memory */
        0x1a << 23 | 3, 0x08008000, 0x08008401, 0x10000000, 0x18000031,
        0x24 << 23 | 2 | MI_GLOBAL, x->e->base + RING_GPR0, GLOBAL_DATA, 0,
    };
    bool has = x->e == RCS || !is_gen8(x);

    for (int i = 0; i < ARRAY_SIZE(add); i++) {
        poke(x, global_pa(indirect) + i * 4, add[i]);
    }
    /* It is 64 bytes long: this is beyond the end. */
    poke(x, global_pa(indirect) + 64, 0xe0000000);
    poke(x, global_pa(per_ctx), MI_STORE_DWORD_IMM | MI_GLOBAL);
    poke(x, global_pa(per_ctx) + 4, GLOBAL_DATA + 4);
    poke(x, global_pa(per_ctx) + 12, 9);
    poke(x, global_pa(per_ctx) + 16, MI_BATCH_BUFFER_END);
    if (has) {
        ctx_set(x, 0, CTX_INDIRECT, indirect | 1);
        ctx_set(x, 0, CTX_PER_CTX, per_ctx | 1);
    }
    emit(x, 0, MI_LOAD_REGISTER_IMM, x->e->base + RING_GPR0 + 8, 3);
    submit(x, 0);
    g_assert_cmphex(peek(x, global_pa(GLOBAL_DATA + 4)), ==, has ? 9 : 0);
    g_assert_cmphex(peek(x, global_pa(GLOBAL_DATA)), ==, 0);
    emit(x, 0, MI_NOOP);
    submit(x, 0);
    emit(x, 0, MI_NOOP, MI_NOOP);
    submit(x, 0);
    g_assert_cmphex(peek(x, global_pa(GLOBAL_DATA)), ==, has ? 6 : 0);
}

/* An engine that its own command resets drops all work and starts again. */
static void test_reset_by_command(IGDExec *x)
{
    emit(x, 0, MI_LOAD_REGISTER_IMM, GDRST, 1);
    emit_store(x, 0, GLOBAL_DATA, 1);
    submit_pair(x, 0, 1);
    qtest_clock_step(x->t.qts, POLL_NS);
    g_assert_cmphex(peek(x, global_pa(GLOBAL_DATA)), ==, 0);
    g_assert_cmphex(ring_reg(x, RING_STATUS_PTR) & 7, ==, 7);
    g_assert_cmphex(ctx_get(x, 0, CTX_HEAD), ==, 0);

    ring_reg_set(x, RING_HWS_PGA, GLOBAL_HWSP);
    exec_unmask(x);
    ctx_set(x, 0, CTX_HEAD, 12);
    submit(x, 0);
    g_assert_cmphex(peek(x, global_pa(GLOBAL_DATA)), ==, 1);
    assert_statuses(x, 2);
}

/* A context with 32-bit addresses has page directories, one each GiB. */
static void test_32b(IGDExec *x)
{
    uint32_t addr = 2u << 30 | (uint32_t)(VM_ADDR & 0x3fe00000) | 0x1238;

    x->desc = CTX_DESC_32B;
    ctx_set(x, 0, CTX_PDP0_LDW, 0);
    ctx_set(x, 0, CTX_PDP2_LDW, VM_TABLES + 2 * 0x1000);
    emit(x, 0, MI_STORE_DWORD_IMM, addr, 0, 0x600d);
    emit(x, 0, MI_STORE_DWORD_IMM, addr - (1u << 30), 0, 0xbad);
    submit(x, 0);
    g_assert_cmphex(peek(x, VM_PA + 0x1238), ==, 0x600d);
    assert_statuses(x, 2);
}

/* A flip to plane 1 of pipe B */
static void test_flip(IGDExec *x)
{
    uint32_t plane = is_gen8(x) ? 1 << 19 : 1 << 8;

    emit(x, 0, 0x14 << 23 | 1 | plane, 64 << 6, 0x00456000);
    submit(x, 0);
    g_assert_cmphex(igd_rd(&x->t, DE_PLANE_SURF_B), ==, 0x00456000);
    g_assert_cmphex(igd_rd(&x->t, DE_PLANE_STRIDE_B), ==,
                    is_gen8(x) ? 64 << 6 : 64);
    /* An asynchronous one leaves the stride alone. */
    emit(x, 0, 0x14 << 23 | 1 | plane, 32 << 6, 0x00789001);
    submit(x, 0);
    g_assert_cmphex(igd_rd(&x->t, DE_PLANE_SURF_B), ==, 0x00789000);
    g_assert_cmphex(igd_rd(&x->t, DE_PLANE_STRIDE_B), ==,
                    is_gen8(x) ? 64 << 6 : 64);
}

int main(int argc, char **argv)
{
    static const char *const platforms[] = { "bdw", "kbl" };
    static const struct {
        const char *name;
        IGDExecTest test;
    } tests[] = {
        { "store", test_store },
        { "pair", test_pair },
        { "registers", test_registers },
        { "batch", test_batch },
        { "post-sync", test_post_sync },
        { "no-memory", test_no_memory },
        { "invalid", test_invalid },
        { "lengths", test_lengths },
        { "restore-batches", test_restore_batches },
        { "reset-by-command", test_reset_by_command },
        { "32b", test_32b },
    };

    g_test_init(&argc, &argv, NULL);
    for (int p = 0; p < ARRAY_SIZE(platforms); p++) {
        for (int e = 0; e < ARRAY_SIZE(igd_engines); e++) {
            for (int i = 0; i < ARRAY_SIZE(tests); i++) {
                exec_add("cs", tests[i].name, platforms[p], &igd_engines[e],
                         tests[i].test);
            }
        }
        exec_add("cs", "flip", platforms[p], RCS, test_flip);
        exec_add("cs", "flip", platforms[p], BCS, test_flip);
    }
    return g_test_run();
}
