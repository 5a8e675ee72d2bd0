/*
 * Intel IGD: tests of switches between contexts, and of waits
 *
 * Each test runs on every engine of a gen8 and of a gen9 platform; those of two
 * engines run once on each.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "igd-exec.h"

static void emit_wait(IGDExec *x, int n, uint32_t gma, uint32_t value)
{
    emit(x, n, MI_SEMAPHORE_WAIT | MI_GLOBAL | SEMAPHORE_EQUAL, value, gma, 0);
}

/* Stops at the semaphore and goes on when memory says so. */
static void test_semaphore(IGDExec *x)
{
    emit_store(x, 0, GLOBAL_DATA, 1);
    emit_wait(x, 0, GLOBAL_DATA + 4, 42);
    emit_store(x, 0, GLOBAL_DATA, 2);
    submit(x, 0);
    g_assert_cmphex(events(x), ==, EVENT_SWITCH | EVENT_WAIT);

    qtest_clock_step(x->t.qts, POLL_NS);
    g_assert_cmphex(peek(x, global_pa(GLOBAL_DATA)), ==, 1);
    g_assert_cmphex(ring_reg(x, RING_CTL) & CTL_WAIT, ==, CTL_WAIT);
    g_assert_cmphex(ring_reg(x, RING_STATUS_HI), ==, x->id[0]);
    g_assert_cmphex(events(x), ==, 0);
    assert_statuses(x, 1);

    poke(x, global_pa(GLOBAL_DATA + 4), 42);
    g_assert_cmphex(peek(x, global_pa(GLOBAL_DATA)), ==, 1);
    qtest_clock_step(x->t.qts, POLL_NS);
    g_assert_cmphex(peek(x, global_pa(GLOBAL_DATA)), ==, 2);
    g_assert_cmphex(ring_reg(x, RING_CTL) & CTL_WAIT, ==, 0);
    assert_status(x, 1, STATUS_COMPLETE | STATUS_ACTIVE_IDLE, x->id[0]);
    assert_statuses(x, 2);
}

/* A waiting context takes a longer ring, or gives way to another. */
static void test_preemption(IGDExec *x)
{
    emit_wait(x, 0, GLOBAL_DATA, 1);
    submit(x, 0);
    emit_store(x, 0, GLOBAL_DATA + 4, 0x77);
    submit(x, 0);
    assert_status(x, 1, STATUS_PREEMPTED | STATUS_LITE_RESTORE, x->id[0]);
    assert_statuses(x, 2);
    g_assert_cmphex(peek(x, global_pa(GLOBAL_DATA + 4)), ==, 0);

    emit_store(x, 1, GLOBAL_DATA + 8, 0x88);
    submit(x, 1);
    assert_status(x, 2, STATUS_PREEMPTED, x->id[0]);
    assert_status(x, 3, STATUS_COMPLETE | STATUS_ACTIVE_IDLE, x->id[1]);
    g_assert_cmphex(ctx_get(x, 0, CTX_HEAD), ==, 0);
    g_assert_cmphex(peek(x, global_pa(GLOBAL_DATA + 8)), ==, 0x88);
    g_assert_cmphex(peek(x, global_pa(GLOBAL_DATA + 4)), ==, 0);

    poke(x, global_pa(GLOBAL_DATA), 1);
    submit(x, 0);
    g_assert_cmphex(peek(x, global_pa(GLOBAL_DATA + 4)), ==, 0x77);
    assert_statuses(x, 6);

    /* Without arbitration it stays. */
    emit(x, 0, MI_ARB_ON_OFF);
    emit_wait(x, 0, GLOBAL_DATA, 2);
    submit(x, 0);
    submit(x, 1);
    qtest_clock_step(x->t.qts, POLL_NS);
    assert_status(x, 6, STATUS_IDLE_ACTIVE, 0);
    assert_statuses(x, 7);
    poke(x, global_pa(GLOBAL_DATA), 2);
    qtest_clock_step(x->t.qts, POLL_NS);
    assert_status(x, 7, STATUS_COMPLETE | STATUS_ACTIVE_IDLE, x->id[0]);
    assert_status(x, 8, STATUS_IDLE_ACTIVE, 0);
    assert_statuses(x, 10);
}

/* What is added to a ring while it runs is executed, however it is left. */
static void test_longer_ring(IGDExec *x)
{
    emit_wait(x, 0, GLOBAL_DATA, 1);
    submit(x, 0);
    emit_store(x, 0, GLOBAL_DATA + 4, 0x77);
    emit_store(x, 1, GLOBAL_DATA + 8, 0x88);
    submit_pair(x, 1, 0);
    assert_status(x, 1, STATUS_PREEMPTED, x->id[0]);
    g_assert_cmphex(ctx_get(x, 0, CTX_TAIL), ==, x->tail[0]);
    g_assert_cmphex(peek(x, global_pa(GLOBAL_DATA + 8)), ==, 0x88);

    poke(x, global_pa(GLOBAL_DATA), 1);
    qtest_clock_step(x->t.qts, POLL_NS);
    g_assert_cmphex(peek(x, global_pa(GLOBAL_DATA + 4)), ==, 0x77);
    g_assert_cmphex(ctx_get(x, 0, CTX_HEAD), ==, x->tail[0]);
}

/* If software allows it, the second context runs while the first waits. */
static void test_yield(IGDExec *x)
{
    ctx_set(x, 0, CTX_CONTROL, CTX_INHIBIT_SYN << 16);
    emit_wait(x, 0, GLOBAL_DATA, 1);
    emit_store(x, 1, GLOBAL_DATA, 1);
    submit_pair(x, 0, 1);
    assert_status(x, 1, STATUS_WAIT | STATUS_SWITCH, x->id[0]);
    assert_status(x, 2, STATUS_COMPLETE | STATUS_ACTIVE_IDLE, x->id[1]);
    submit(x, 0);
    assert_status(x, 4, STATUS_COMPLETE | STATUS_ACTIVE_IDLE, x->id[0]);
    assert_statuses(x, 5);
}

/* An endless batch does not stop the machine, and can be preempted. */
static void test_spin(IGDExec *x)
{
    batch(x, VM_ADDR, MI_ARB_CHECK, MI_BATCH_BUFFER_START | BATCH_PPGTT,
          LO(VM_ADDR), HI(VM_ADDR));
    emit(x, 0, MI_BATCH_BUFFER_START | BATCH_PPGTT, LO(VM_ADDR), HI(VM_ADDR));
    emit_store(x, 0, GLOBAL_DATA, 1);
    submit(x, 0);
    qtest_clock_step(x->t.qts, POLL_NS);
    assert_statuses(x, 1);

    emit_store(x, 1, GLOBAL_DATA + 4, 2);
    submit(x, 1);
    qtest_clock_step(x->t.qts, POLL_NS);
    assert_status(x, 1, STATUS_PREEMPTED, x->id[0]);
    g_assert_cmphex(peek(x, global_pa(GLOBAL_DATA)), ==, 0);
    g_assert_cmphex(peek(x, global_pa(GLOBAL_DATA + 4)), ==, 2);
    g_assert_cmphex(ctx_get(x, 0, CTX_BB_ADDR_UDW), ==, HI(VM_ADDR));
    g_assert_cmphex(ctx_get(x, 0, CTX_BB_ADDR) & ~0xfff, ==, LO(VM_ADDR));
    g_assert_cmphex(ctx_get(x, 0, CTX_BB_ADDR) & 1, ==, 1);

    /*
     * It resumes where it was, which is in the batch.  Would the engine be
     * reset now, the image must not say so.
     */
    submit(x, 0);
    g_assert_cmphex(ctx_get(x, 0, CTX_BB_ADDR) & 1, ==, 0);
    qtest_clock_step(x->t.qts, POLL_NS);
    assert_statuses(x, 4);
    poke(x, VM_PA + 4, MI_BATCH_BUFFER_END);
    qtest_clock_step(x->t.qts, POLL_NS);
    assert_status(x, 4, STATUS_COMPLETE | STATUS_ACTIVE_IDLE, x->id[0]);
    g_assert_cmphex(peek(x, global_pa(GLOBAL_DATA)), ==, 1);
}

/* A context that submits itself does not stop the machine. */
static void test_self_submission(IGDExec *x)
{
    uint32_t elsp = x->e->base + RING_ELSP;

    batch(x, VM_ADDR, MI_LOAD_REGISTER_IMM + 6, elsp, 0, elsp, 0, elsp,
          x->id[0], elsp, GLOBAL_CTX(0) | x->desc, MI_ARB_CHECK,
          MI_BATCH_BUFFER_START | BATCH_PPGTT, LO(VM_ADDR), HI(VM_ADDR));
    emit(x, 0, MI_BATCH_BUFFER_START | BATCH_PPGTT, LO(VM_ADDR), HI(VM_ADDR));
    submit(x, 0);
    qtest_clock_step(x->t.qts, POLL_NS);

    poke(x, VM_PA, MI_BATCH_BUFFER_END);
    qtest_clock_step(x->t.qts, POLL_NS);
    g_assert_cmphex(ring_reg(x, RING_STATUS_HI), ==, 0);
}

/* The first engine waits for the second, and sees it much before it polls. */
static void test_two_engines(IGDExec *x)
{
    IGDExec y = *x;

    emit_wait(x, 0, GLOBAL_DATA, 7);
    emit_store(x, 0, GLOBAL_DATA + 4, 8);
    submit(x, 0);
    g_assert_cmphex(peek(x, global_pa(GLOBAL_DATA + 4)), ==, 0);
    y.e = BCS;
    emit_store(&y, 1, GLOBAL_DATA, 7);
    submit(&y, 1);
    qtest_clock_step(x->t.qts, POLL_NS / 50);
    g_assert_cmphex(peek(x, global_pa(GLOBAL_DATA + 4)), ==, 8);
}

/* Two engines that wake each other for ever do not stop the machine. */
static void test_ping_pong(IGDExec *x)
{
    static const uint32_t wait = MI_SEMAPHORE_WAIT | MI_GLOBAL |
                                 SEMAPHORE_EQUAL;
    static const uint32_t store = MI_STORE_DWORD_IMM | MI_GLOBAL;
    IGDExec y = *x;

    y.e = BCS;
    for (int n = 0; n < 2; n++) {
        IGDExec *z = n ? &y : x;
        uint32_t batch = GLOBAL_DATA + 0x1000 + n * 0x1000;
        uint32_t cs[] = {
            wait, n, GLOBAL_DATA, 0, store, GLOBAL_DATA, 0, !n,
            MI_BATCH_BUFFER_START, batch, 0,
        };

        for (int i = 0; i < ARRAY_SIZE(cs); i++) {
            poke(x, global_pa(batch) + i * 4, cs[i]);
        }
        emit(z, n, MI_BATCH_BUFFER_START, batch, 0);
        submit(z, n);
    }
    qtest_clock_step(x->t.qts, POLL_NS);
    g_assert_cmphex(ring_reg(x, RING_STATUS_HI), ==, x->id[0]);
    g_assert_cmphex(ring_reg(&y, RING_STATUS_HI), ==, y.id[1]);
}

int main(int argc, char **argv)
{
    static const char *const platforms[] = { "bdw", "kbl" };
    static const struct {
        const char *name;
        IGDExecTest test;
    } tests[] = {
        { "semaphore", test_semaphore },
        { "preemption", test_preemption },
        { "longer-ring", test_longer_ring },
        { "yield", test_yield },
        { "spin", test_spin },
        { "self-submission", test_self_submission },
    };

    g_test_init(&argc, &argv, NULL);
    for (int p = 0; p < ARRAY_SIZE(platforms); p++) {
        for (int e = 0; e < ARRAY_SIZE(igd_engines); e++) {
            for (int i = 0; i < ARRAY_SIZE(tests); i++) {
                exec_add("switch", tests[i].name, platforms[p],
                         &igd_engines[e], tests[i].test);
            }
        }
        exec_add("switch", "two-engines", platforms[p], RCS, test_two_engines);
        exec_add("switch", "ping-pong", platforms[p], RCS, test_ping_pong);
    }
    return g_test_run();
}
