/*
 * Intel IGD: contexts, rings and submission, for its qtests
 *
 * A rig has one page table for the context space, and contexts whose images
 * and rings are in global space.  Global memory is one window of guest RAM,
 * context memory another; both are contiguous, so that a test can compute
 * where a byte is.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef IGD_EXEC_H
#define IGD_EXEC_H

#include "igd-test.h"

#define MI_NOOP                 0
#define MI_USER_INTERRUPT       (0x02 << 23)
#define MI_ARB_CHECK            (0x05 << 23)
#define MI_ARB_ON_OFF           (0x08 << 23)
#define MI_BATCH_BUFFER_END     (0x0a << 23)
#define MI_SEMAPHORE_WAIT       (0x1c << 23 | 1 << 15 | 2)
#define   SEMAPHORE_EQUAL           (4 << 12)
#define MI_STORE_DWORD_IMM      (0x20 << 23 | 2)
#define MI_LOAD_REGISTER_IMM    (0x22 << 23 | 1)
#define MI_FLUSH_DW             (0x26 << 23 | 2)
#define MI_BATCH_BUFFER_START   (0x31 << 23 | 1)
#define   BATCH_PPGTT               (1 << 8)
#define   BATCH_SECOND_LEVEL        (1 << 22)
#define MI_GLOBAL               (1 << 22)

#define RING_CTL                0x3c
#define   CTL_WAIT                  (1u << 10)
#define RING_HWS_PGA            0x80
#define RING_IMR                0xa8
#define RING_ELSP               0x230
#define RING_STATUS_HI          0x238
#define RING_STATUS_BUF         0x370
#define RING_STATUS_PTR         0x3a0

#define STATUS_IDLE_ACTIVE      0x0001u
#define STATUS_PREEMPTED        0x0002u
#define STATUS_LITE_RESTORE     0x8000u
#define STATUS_SWITCH           0x0004u
#define STATUS_ACTIVE_IDLE      0x0008u
#define STATUS_COMPLETE         0x0010u
#define STATUS_WAIT             0x0080u

#define EVENT_USER              (1u << 0)
#define EVENT_ERROR             (1u << 3)
#define EVENT_NOTIFY            (1u << 4)
#define EVENT_SWITCH            (1u << 8)
#define EVENT_WAIT              (1u << 11)

/* Context descriptor: valid, privileged, with addresses of 48 or 32 bits */
#define CTX_DESC_64B            0x119
#define CTX_DESC_32B            0x109

/* Dwords of a context's register state, which is the second page */
#define CTX_CONTROL             0x03
#define   CTX_INHIBIT_SYN           8
#define CTX_HEAD                0x05
#define CTX_TAIL                0x07
#define CTX_START               0x09
#define CTX_CTL                 0x0b
#define CTX_BB_ADDR_UDW         0x0d
#define CTX_BB_ADDR             0x0f
#define CTX_PER_CTX             0x19
#define CTX_INDIRECT            0x1b
#define CTX_PDP2_LDW            0x2b
#define CTX_PDP0_LDW            0x33

#define RING_SIZE               0x4000u

/* Global window: a status page, then images and rings, then data */
#define GLOBAL_GMA              0x00100000u
#define GLOBAL_PA               0x02000000ull
#define GLOBAL_PAGES            64
#define GLOBAL_HWSP             GLOBAL_GMA
#define GLOBAL_CTX(n)           (GLOBAL_GMA + 0x1000 + (n) * 0x8000)
#define GLOBAL_RING(n)          (GLOBAL_CTX(n) + 0x2000)
#define GLOBAL_DATA             (GLOBAL_GMA + 0x20000)

/* Context window: 2 MiB, where both halves of an address count */
#define VM_ADDR                 0x765432400000ull
#define VM_PA                   0x03000000ull
#define VM_TABLES               0x01f00000ull

typedef struct IGDExecEngine {
    const char *name;
    uint32_t base;
    uint32_t iir;
    unsigned shift;             /* of the engine's events in it */
} IGDExecEngine;

static const IGDExecEngine igd_engines[] = {
    { "rcs0", 0x02000, 0x44308, 0 },
    { "bcs0", 0x22000, 0x44308, 16 },
    { "vcs0", 0x12000, 0x44318, 0 },
    { "vecs0", 0x1a000, 0x44338, 0 },
};

/* Longer than an engine waits before it reads a semaphore again */
#define POLL_NS                 200000

#define RCS (&igd_engines[0])
#define BCS (&igd_engines[1])

typedef struct IGDExec {
    IGDTest t;
    const IGDExecEngine *e;
    uint32_t desc;              /* what descriptors hold beside the address */
    uint32_t id[2];
    uint32_t tail[2];           /* of the rings of the two contexts */
} IGDExec;

/* Guest memory by its global or context address */
static inline uint64_t global_pa(uint32_t gma)
{
    return GLOBAL_PA + (gma - GLOBAL_GMA);
}

static inline uint64_t vm_pa(uint64_t addr)
{
    return VM_PA + (addr - VM_ADDR);
}

static inline uint32_t peek(IGDExec *x, uint64_t pa)
{
    return qtest_readl(x->t.qts, pa);
}

static inline void poke(IGDExec *x, uint64_t pa, uint32_t value)
{
    qtest_writel(x->t.qts, pa, value);
}

static inline uint32_t ring_reg(IGDExec *x, uint32_t reg)
{
    return igd_rd(&x->t, x->e->base + reg);
}

static inline void ring_reg_set(IGDExec *x, uint32_t reg, uint32_t value)
{
    igd_wr(&x->t, x->e->base + reg, value);
}

static inline uint32_t ctx_get(IGDExec *x, int n, unsigned dword)
{
    return peek(x, global_pa(GLOBAL_CTX(n)) + 0x1000 + dword * 4);
}

static inline void ctx_set(IGDExec *x, int n, unsigned dword, uint32_t value)
{
    poke(x, global_pa(GLOBAL_CTX(n)) + 0x1000 + dword * 4, value);
}

/* Four levels of tables, of which the last has 512 pages */
static inline void exec_map_vm(IGDExec *x)
{
    for (int level = 0; level < 3; level++) {
        uint64_t table = VM_TABLES + level * 0x1000;
        unsigned index = (VM_ADDR >> (39 - 9 * level)) & 511;

        qtest_writeq(x->t.qts, table + index * 8, (table + 0x1000) | 3);
    }
    for (int i = 0; i < 512; i++) {
        qtest_writeq(x->t.qts, VM_TABLES + 3 * 0x1000 + i * 8,
                     (VM_PA + i * 0x1000) | 3);
    }
}

static inline void exec_unmask(IGDExec *x)
{
    ring_reg_set(x, RING_IMR, 0);
    igd_wr(&x->t, x->e->iir - 4, 0);
    igd_wr(&x->t, x->e->iir + 4, UINT32_MAX);
}

/* A context with an empty ring */
static inline void exec_context(IGDExec *x, int n)
{
    x->id[n] = 0x100 + n;
    x->tail[n] = 0;
    ctx_set(x, n, CTX_CONTROL, CTX_INHIBIT_SYN << 16 | CTX_INHIBIT_SYN);
    ctx_set(x, n, CTX_START, GLOBAL_RING(n));
    ctx_set(x, n, CTX_CTL, (RING_SIZE - 0x1000) | 1);
    ctx_set(x, n, CTX_PDP0_LDW, VM_TABLES);
}

static inline IGDExec exec_start(const char *platform, const IGDExecEngine *e)
{
    IGDExec x = {
        .t = igd_test_start(platform), .e = e, .desc = CTX_DESC_64B,
    };

    igd_ggtt_map(&x.t, GLOBAL_GMA, GLOBAL_PA, GLOBAL_PAGES);
    exec_map_vm(&x);
    exec_context(&x, 0);
    exec_context(&x, 1);
    ring_reg_set(&x, RING_HWS_PGA, GLOBAL_HWSP);
    exec_unmask(&x);
    return x;
}

static inline void exec_stop(IGDExec *x)
{
    igd_test_stop(&x->t);
}

/* Append commands to the ring of a context. */
static inline void emit_array(IGDExec *x, int n, const uint32_t *cs,
                              unsigned dwords)
{
    for (unsigned i = 0; i < dwords; i++) {
        poke(x, global_pa(GLOBAL_RING(n)) + x->tail[n], cs[i]);
        x->tail[n] = (x->tail[n] + 4) % RING_SIZE;
    }
}

#define emit(x, n, ...) do { \
    const uint32_t cs_[] = { __VA_ARGS__ }; \
    emit_array(x, n, cs_, ARRAY_SIZE(cs_)); \
} while (0)

static inline void emit_store(IGDExec *x, int n, uint32_t gma, uint32_t value)
{
    emit(x, n, MI_STORE_DWORD_IMM | MI_GLOBAL, gma, 0, value);
}

/* A batch buffer in context memory */
static inline void batch_array(IGDExec *x, uint64_t addr, const uint32_t *cs,
                               unsigned dwords)
{
    for (unsigned i = 0; i < dwords; i++) {
        poke(x, vm_pa(addr) + i * 4, cs[i]);
    }
}

#define batch(x, addr, ...) do { \
    const uint32_t cs_[] = { __VA_ARGS__ }; \
    batch_array(x, addr, cs_, ARRAY_SIZE(cs_)); \
} while (0)

#define LO(addr) ((uint32_t)(addr))
#define HI(addr) ((uint32_t)((addr) >> 32))

/* Submit the first @n contexts, or context @first alone. */
static inline void submit_pair(IGDExec *x, int first, int second)
{
    for (int n = 0; n < 2; n++) {
        if (x->tail[n] & 7) {
            emit(x, n, MI_NOOP);
        }
        ctx_set(x, n, CTX_TAIL, x->tail[n]);
    }
    ring_reg_set(x, RING_ELSP, second < 0 ? 0 : x->id[second]);
    ring_reg_set(x, RING_ELSP, second < 0 ? 0 : GLOBAL_CTX(second) | x->desc);
    ring_reg_set(x, RING_ELSP, x->id[first]);
    ring_reg_set(x, RING_ELSP, GLOBAL_CTX(first) | x->desc);
}

static inline void submit(IGDExec *x, int first)
{
    submit_pair(x, first, -1);
}

/* Events since the last call */
static inline uint32_t events(IGDExec *x)
{
    uint32_t iir = igd_rd(&x->t, x->e->iir);

    igd_wr(&x->t, x->e->iir, 0xffffu << x->e->shift);
    return (iir >> x->e->shift) & 0xffff;
}

/* The @nth status since reset, in the status page and in the registers */
static inline void assert_status(IGDExec *x, int nth, uint32_t status,
                                 uint32_t id)
{
    uint64_t hwsp = global_pa(GLOBAL_HWSP);
    int entry = nth % 6;

    g_assert_cmphex(peek(x, hwsp + 0x40 + entry * 8), ==, status);
    g_assert_cmphex(peek(x, hwsp + 0x44 + entry * 8), ==, id);
    g_assert_cmphex(ring_reg(x, RING_STATUS_BUF + entry * 8), ==, status);
    g_assert_cmphex(ring_reg(x, RING_STATUS_BUF + entry * 8 + 4), ==, id);
}

static inline void assert_statuses(IGDExec *x, int count)
{
    uint64_t hwsp = global_pa(GLOBAL_HWSP);

    g_assert_cmpuint(peek(x, hwsp + 0x7c), ==, (count - 1) % 6);
    g_assert_cmpuint(ring_reg(x, RING_STATUS_PTR) & 7, ==, (count - 1) % 6);
}

typedef void (*IGDExecTest)(IGDExec *x);

typedef struct IGDExecCase {
    const char *platform;
    const IGDExecEngine *engine;
    IGDExecTest test;
} IGDExecCase;

static inline void exec_run_case(gconstpointer data)
{
    const IGDExecCase *c = data;
    IGDExec x = exec_start(c->platform, c->engine);

    c->test(&x);
    exec_stop(&x);
}

/* Add @test, to run on one engine of one platform. */
static inline void exec_add(const char *group, const char *name,
                            const char *platform, const IGDExecEngine *engine,
                            IGDExecTest test)
{
    g_autofree char *path = g_strdup_printf("/igd/%s/%s/%s/%s", group, name,
                                            platform, engine->name);
    IGDExecCase *c = g_new(IGDExecCase, 1);

    *c = (IGDExecCase) { platform, engine, test };
    qtest_add_data_func_full(path, c, exec_run_case, g_free);
}

#endif /* IGD_EXEC_H */
