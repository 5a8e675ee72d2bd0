/*
 * Intel IGD: execlists
 *
 * Software writes two context descriptors to ELSP; the engine loads the first
 * context's registers from its image, executes its ring until head meets tail,
 * saves the image, goes on to the second, and reports every switch as a
 * context status.  A new execlist replaces the running one at an arbitration
 * point, without a reload if it starts with the context that runs (lite
 * restore).
 *
 * An engine runs from a timer of the virtual clock that expires immediately.
 * Not from the register write, so that what it does to registers cannot
 * recurse, and not from a bottom half, so that with -icount it runs at the same
 * instruction every time.
 *
 * PRM: volume 7 (3D-Media-GPGPU), "Execlists"; volume 2c, EXECLIST_STATUS,
 * "Context Status"; the register state context in volume 2d / volume 7.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "igd-execlists.h"
#include "qemu/bswap.h"
#include "qemu/log.h"
#include "qemu/timer.h"
#include "igd.h"
#include "igd-cs.h"
#include "igd-ggtt.h"
#include "igd-gt.h"
#include "igd-irq.h"
#include "igd-regs.h"
#include "igd-ring.h"
#include "trace.h"

/* Context descriptor, low dword; the high one is the context's ID */
#define CTX_DESC_VALID          (1u << 0)
#define CTX_DESC_FORCE_RESTORE  (1u << 2)
#define CTX_DESC_LRCA           0xfffff000u

/* Context status */
#define STATUS_IDLE_TO_ACTIVE   (1u << 0)
#define STATUS_PREEMPTED        (1u << 1)
#define STATUS_ELEMENT_SWITCH   (1u << 2)
#define STATUS_ACTIVE_TO_IDLE   (1u << 3)
#define STATUS_COMPLETE         (1u << 4)
#define STATUS_WAIT_SEMAPHORE   (1u << 7)
#define STATUS_LITE_RESTORE     (1u << 15)
#define STATUS_ENTRIES          6
#define STATUS_PTR_NONE         7       /* nothing was written since reset */
#define STATUS_PTR_WRITE        7u

/* Where the hardware status page has the status buffer and its pointer */
#define HWSP_STATUS             0x40
#define HWSP_STATUS_PTR         0x7c

/* A context that does not end is interrupted, so that the machine goes on. */
#define SLICE_PAUSE_NS          (10 * SCALE_US)
#define WAIT_POLL_NS            (100 * SCALE_US)

/*
 * Not immediately: engines that wake each other would stay in one callback of
 * the timers, since no time passes there.
 */
#define WAKE_NS                 (1 * SCALE_US)

/* Execlists in a row before the machine goes on */
#define EXECLIST_BUDGET         64

/*
 * The register state context is the second page of the image: groups of an
 * MI_LOAD_REGISTER_IMM at a fixed place and its pairs of offset and value.
 */
#define CTX_STATE_OFFSET        IGD_PAGE_SIZE
#define CTX_STATE_TAIL          (CTX_STATE_OFFSET + 0x07 * 4)
#define CTX_BB_ADDR             0x0f    /* dwords in it */
#define CTX_SBB_ADDR            0x15
#define CTX_ENGINE_STATE        0x50    /* from here on it can be inhibited */
#define CTX_GROUP_MAX           44

typedef struct IGDContextGroup {
    uint8_t dword;
    bool posted;
    uint8_t count;
    const uint16_t *regs;
} IGDContextGroup;

static const uint16_t igd_ctx_ring[] = {
    RING_CONTEXT_CONTROL, RING_HEAD, RING_TAIL, RING_START, RING_CTL,
    RING_BB_ADDR_UDW, RING_BB_ADDR, RING_BB_STATE,
    RING_SBB_ADDR_UDW, RING_SBB_ADDR, RING_SBB_STATE,
    /* not on gen8, unless it is the render engine */
    RING_BB_PER_CTX_PTR, RING_INDIRECT_CTX, RING_INDIRECT_CTX + 4,
};

static const uint16_t igd_ctx_pdp[] = {
    RING_CTX_TIMESTAMP,
    RING_PDP(3) + 4, RING_PDP(3), RING_PDP(2) + 4, RING_PDP(2),
    RING_PDP(1) + 4, RING_PDP(1), RING_PDP(0) + 4, RING_PDP(0),
};

static const uint16_t igd_ctx_power[] = { RING_PWR_CLK_STATE };
static const uint16_t igd_ctx_swctrl[] = { BCS_SWCTRL, RING_EXCC };

static const uint16_t igd_ctx_engine[CTX_GROUP_MAX] = {
    RING_EXCC, RING_MI_MODE, RING_INSTPM, 0x178, 0x17c, RING_TIMESTAMP,
    0x170, 0x150, 0x154, 0x158, 0x41c,
    RING_GPR(0), RING_GPR(0) + 4, RING_GPR(1), RING_GPR(1) + 4,
    RING_GPR(2), RING_GPR(2) + 4, RING_GPR(3), RING_GPR(3) + 4,
    RING_GPR(4), RING_GPR(4) + 4, RING_GPR(5), RING_GPR(5) + 4,
    RING_GPR(6), RING_GPR(6) + 4, RING_GPR(7), RING_GPR(7) + 4,
    RING_GPR(8), RING_GPR(8) + 4, RING_GPR(9), RING_GPR(9) + 4,
    RING_GPR(10), RING_GPR(10) + 4, RING_GPR(11), RING_GPR(11) + 4,
    RING_GPR(12), RING_GPR(12) + 4, RING_GPR(13), RING_GPR(13) + 4,
    RING_GPR(14), RING_GPR(14) + 4, RING_GPR(15), RING_GPR(15) + 4,
    RING_IPEHR,
};

/* By generation (8, 9) and by engine (render, others); count 0 ends a layout */
static const IGDContextGroup igd_context_layout[2][2][5] = {
    {
        {
            { 0x01, true, 14, igd_ctx_ring },
            { 0x21, true, 9, igd_ctx_pdp },
            { 0x41, false, 1, igd_ctx_power },
            { 0x55, true, 2, igd_ctx_engine },
        }, {
            { 0x01, false, 11, igd_ctx_ring },
            { 0x21, false, 9, igd_ctx_pdp },
            { 0x41, false, 2, igd_ctx_swctrl },
        },
    }, {
        {
            { 0x01, true, 14, igd_ctx_ring },
            { 0x21, true, 9, igd_ctx_pdp },
            { 0x41, false, 1, igd_ctx_power },
            { 0x51, true, CTX_GROUP_MAX, igd_ctx_engine },
        }, {
            { 0x01, true, 14, igd_ctx_ring },
            { 0x21, true, 9, igd_ctx_pdp },
            { 0x41, true, 1, igd_ctx_swctrl },
            { 0x51, true, CTX_GROUP_MAX, igd_ctx_engine },
        },
    },
};

/* Every context but the render engine's has it; the blitter uses it. */
static const IGDReg igd_xcs_rows[] = {
    { .name = "SWCTRL", .offset = BCS_SWCTRL, .flags = IGD_REG_MASKED },
};

static const IGDReg igd_bcs_rows[] = {
    { .name = "BLIT_CCTL", .offset = BCS_BLIT_CCTL },
};

static const IGDContextGroup *igd_context_groups(const IGDCommandStreamer *cs)
{
    return igd_context_layout[igd_gen(cs->s) - 8][cs->e->id != IGD_RCS];
}

uint32_t igd_context_page(const IGDCommandStreamer *cs)
{
    return cs->running[cs->element] & CTX_DESC_LRCA;
}

/* In the image, too, these have write enables in their upper half. */
static bool igd_context_masked(uint32_t reg)
{
    switch (reg) {
    case RING_CONTEXT_CONTROL:
    case RING_MI_MODE:
    case BCS_SWCTRL:
    case RING_EXCC:
    case RING_INSTPM:
        return true;
    }
    return false;
}

static void igd_context_restore_reg(IGDCommandStreamer *cs, uint32_t reg,
                                    uint32_t value)
{
    if (igd_context_masked(reg)) {
        igd_mmio_write32(cs->s, cs->e->info->base + reg, value);
    } else if (reg != RING_TIMESTAMP) {
        igd_ring_reg_set(cs, reg, value);
    }
}

static uint32_t igd_context_save_reg(IGDCommandStreamer *cs, uint32_t reg)
{
    uint32_t value = reg == RING_TIMESTAMP ? igd_cs_timestamp(cs) :
                     igd_ring_reg(cs, reg);

    return igd_context_masked(reg) ? value | 0xffff0000u : value;
}

static void igd_context_load_batch(IGDCommandStreamer *cs, IGDBatch *b,
                                   uint32_t lo, uint32_t hi, uint32_t state)
{
    uint32_t addr = igd_ring_reg(cs, lo);

    b->valid = addr & BB_ADDR_VALID;
    b->space = igd_ring_reg(cs, state) & BB_STATE_PPGTT ?
               IGD_SPACE_PPGTT : IGD_SPACE_GGTT;
    b->addr = (uint64_t)igd_ring_reg(cs, hi) << 32 | (addr & ~3u);
}

static void igd_context_store_batch(IGDCommandStreamer *cs, const IGDBatch *b,
                                    uint32_t lo, uint32_t hi, uint32_t state)
{
    igd_ring_reg_set(cs, lo, (uint32_t)b->addr |
                             (b->valid ? BB_ADDR_VALID : 0));
    igd_ring_reg_set(cs, hi, b->addr >> 32);
    igd_ring_reg_set(cs, state, b->space == IGD_SPACE_PPGTT ?
                                BB_STATE_PPGTT : 0);
}

/* Switch to running[element]. */
static void igd_context_restore(IGDCommandStreamer *cs)
{
    uint32_t page[IGD_PAGE_SIZE / 4];
    bool inhibit = false;
    hwaddr pa;

    trace_igd_context_restore(cs->e->info->name,
                              cs->running[cs->element] >> 32,
                              igd_context_page(cs));
    cs->arbitration = true;
    cs->waiting = false;
    cs->executed = 0;
    if (!igd_ggtt_translate(cs->s, igd_context_page(cs) + CTX_STATE_OFFSET,
                            &pa)) {
        qemu_log_mask(LOG_GUEST_ERROR, "igd: %s: no context image at 0x%08x\n",
                      cs->e->info->name, igd_context_page(cs));
        cs->halted = true;
        return;
    }
    if (!igd_dma_read(cs->s, pa, page, sizeof(page))) {
        cs->halted = true;
        return;
    }

    for (const IGDContextGroup *g = igd_context_groups(cs); g->count; g++) {
        if (g->dword >= CTX_ENGINE_STATE && inhibit) {
            continue;
        }
        for (int i = 0; i < g->count; i++) {
            igd_context_restore_reg(cs, g->regs[i],
                                    le32_to_cpu(page[g->dword + 2 + 2 * i]));
        }
        /* It is in the first group. */
        inhibit = igd_ring_reg(cs, RING_CONTEXT_CONTROL) & CTX_RESTORE_INHIBIT;
    }

    igd_context_load_batch(cs, &cs->batch[0], RING_BB_ADDR, RING_BB_ADDR_UDW,
                           RING_BB_STATE);
    igd_context_load_batch(cs, &cs->batch[1], RING_SBB_ADDR, RING_SBB_ADDR_UDW,
                           RING_SBB_STATE);
    /*
     * An engine that is reset saves nothing: software that replays the ring
     * must not start in the middle of a batch.
     */
    igd_dma_st32(cs->s, pa + CTX_BB_ADDR * 4,
                 igd_ring_reg(cs, RING_BB_ADDR) & ~BB_ADDR_VALID);
    igd_dma_st32(cs->s, pa + CTX_SBB_ADDR * 4,
                 igd_ring_reg(cs, RING_SBB_ADDR) & ~BB_ADDR_VALID);
    cs->switched_in = igd_cs_timestamp(cs);
    igd_cs_run_restore_batches(cs);
}

/* Write the state of running[element] back to its image. */
static void igd_context_save(IGDCommandStreamer *cs)
{
    uint32_t ctl = igd_ring_reg(cs, RING_CONTEXT_CONTROL);
    uint32_t ran = (uint32_t)igd_cs_timestamp(cs) - cs->switched_in;
    uint32_t group[1 + 2 * CTX_GROUP_MAX], tail;
    hwaddr pa;

    cs->waiting = false;
    igd_ring_reg_set(cs, RING_CTL, igd_ring_reg(cs, RING_CTL) &
                                   ~RING_CTL_WAIT_SEMAPHORE);
    igd_ring_reg_set(cs, RING_CTX_TIMESTAMP,
                     igd_ring_reg(cs, RING_CTX_TIMESTAMP) + ran);
    igd_context_store_batch(cs, &cs->batch[0], RING_BB_ADDR, RING_BB_ADDR_UDW,
                            RING_BB_STATE);
    igd_context_store_batch(cs, &cs->batch[1], RING_SBB_ADDR,
                            RING_SBB_ADDR_UDW, RING_SBB_STATE);
    /* What was saved once can be restored. */
    igd_ring_reg_set(cs, RING_CONTEXT_CONTROL, ctl & ~CTX_RESTORE_INHIBIT);

    if (!igd_ggtt_translate(cs->s, igd_context_page(cs) + CTX_STATE_OFFSET,
                            &pa)) {
        qemu_log_mask(LOG_GUEST_ERROR, "igd: %s: context image at 0x%08x is "
                      "gone\n", cs->e->info->name, igd_context_page(cs));
        return;
    }
    /* The tail is software's, which may have moved it since it was read. */
    if (igd_dma_read(cs->s, pa + CTX_STATE_TAIL - CTX_STATE_OFFSET, &tail,
                     sizeof(tail))) {
        igd_ring_reg_set(cs, RING_TAIL, le32_to_cpu(tail));
    }
    for (const IGDContextGroup *g = igd_context_groups(cs); g->count; g++) {
        if (g->dword >= CTX_ENGINE_STATE && (ctl & CTX_SAVE_INHIBIT)) {
            continue;
        }
        group[0] = cpu_to_le32(0x11000000 | (g->posted ? 1 << 12 : 0) |
                               (2 * g->count - 1));
        for (int i = 0; i < g->count; i++) {
            group[1 + 2 * i] = cpu_to_le32(cs->e->info->base + g->regs[i]);
            group[2 + 2 * i] = cpu_to_le32(igd_context_save_reg(cs,
                                                                g->regs[i]));
        }
        igd_dma_write(cs->s, pa + g->dword * 4, group,
                      (1 + 2 * g->count) * 4);
    }
}

static void igd_execlist_status(IGDCommandStreamer *cs)
{
    uint32_t lo = cs->slot | !cs->slot << 1 | (cs->pending[0] ? 1 << 2 : 0) |
                  cs->switch_reason << 5 | cs->arbitration << 16;
    uint32_t hi = 0;

    if (cs->active) {
        lo |= cs->slot ? 1 << 3 | 1 << 17 : 1 << 4 | 1 << 18;
        lo |= (cs->element + 1) << 14;
        hi = cs->running[cs->element] >> 32;
    }
    igd_ring_reg_set(cs, RING_EXECLIST_STATUS, lo);
    igd_ring_reg_set(cs, RING_EXECLIST_STATUS_HI, hi);
}

/* Report to software in registers, in the status page and by interrupt. */
static void igd_context_status(IGDCommandStreamer *cs, uint32_t status,
                               uint32_t id)
{
    uint32_t ptr = igd_ring_reg(cs, RING_CONTEXT_STATUS_PTR);
    uint32_t entry = (ptr & STATUS_PTR_WRITE) + 1;
    uint32_t hwsp = igd_ring_reg(cs, RING_HWS_PGA) & CTX_DESC_LRCA;

    trace_igd_context_status(cs->e->info->name, id, status);
    if (entry >= STATUS_ENTRIES) {
        entry = 0;
    }
    igd_ring_reg_set(cs, RING_CONTEXT_STATUS(entry), status);
    igd_ring_reg_set(cs, RING_CONTEXT_STATUS(entry) + 4, id);
    igd_ring_reg_set(cs, RING_CONTEXT_STATUS_PTR,
                     (ptr & ~STATUS_PTR_WRITE) | entry);

    igd_cs_st64(cs, IGD_SPACE_GGTT, hwsp + HWSP_STATUS + entry * 8,
                (uint64_t)id << 32 | status);
    igd_cs_st32(cs, IGD_SPACE_GGTT, hwsp + HWSP_STATUS_PTR, entry);

    cs->switch_reason = status & 0x1ff;
    igd_irq_gt(cs->s, cs->e, IGD_EVENT_CONTEXT_SWITCH);
}

static bool igd_same_context(uint64_t a, uint64_t b)
{
    return a >> 32 == b >> 32 && !((a ^ b) & CTX_DESC_LRCA);
}

/* Make the submitted execlist the running one. */
static void igd_execlist_take(IGDCommandStreamer *cs)
{
    uint64_t old = cs->running[cs->element];
    bool lite = cs->active && igd_same_context(old, cs->pending[0]) &&
                !(cs->pending[0] & CTX_DESC_FORCE_RESTORE);
    bool idle = !cs->active;

    if (cs->active && !lite) {
        igd_context_save(cs);
    }
    memcpy(cs->running, cs->pending, sizeof(cs->running));
    memset(cs->pending, 0, sizeof(cs->pending));
    cs->element = 0;
    cs->slot = !cs->slot;
    cs->active = true;

    if (idle) {
        igd_context_status(cs, STATUS_IDLE_TO_ACTIVE, 0);
    } else {
        igd_context_status(cs, STATUS_PREEMPTED |
                               (lite ? STATUS_LITE_RESTORE : 0), old >> 32);
    }
    if (lite) {
        cs->executed = 0;
        igd_ring_reg_set(cs, RING_TAIL,
                         igd_cs_ld32(cs, IGD_SPACE_GGTT,
                                     igd_context_page(cs) +
                                     CTX_STATE_TAIL));
    } else {
        igd_context_restore(cs);
    }
}

/* The ring of running[element] is empty, or it waits and lets the next in. */
static void igd_execlist_advance(IGDCommandStreamer *cs, uint32_t why)
{
    uint32_t id = cs->running[cs->element] >> 32;

    igd_context_save(cs);
    if (cs->element == 0 && (cs->running[1] & CTX_DESC_VALID)) {
        cs->element = 1;
        igd_context_status(cs, why | STATUS_ELEMENT_SWITCH, id);
        igd_context_restore(cs);
    } else {
        cs->active = false;
        igd_context_status(cs, why | STATUS_ACTIVE_TO_IDLE, id);
    }
}

/* A waiting context gives way to the second one if software allows it. */
static bool igd_execlist_may_yield(const IGDCommandStreamer *cs)
{
    return cs->element == 0 && (cs->running[1] & CTX_DESC_VALID) &&
           cs->arbitration &&
           !(igd_ring_reg(cs, RING_CONTEXT_CONTROL) & CTX_INHIBIT_SYN_SWITCH);
}

static void igd_execlist_arm(IGDCommandStreamer *cs, int64_t delay)
{
    timer_mod(cs->timer, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) + delay);
}

void igd_execlists_wake_waiters(IGDState *s)
{
    for (int i = 0; i < IGD_ENGINES; i++) {
        IGDCommandStreamer *cs = s->engine[i].cs;

        if (cs && cs->active && cs->waiting) {
            igd_execlist_arm(cs, WAKE_NS);
        }
    }
}

static void igd_execlist_run(void *opaque)
{
    IGDCommandStreamer *cs = opaque;
    IGDRun run = IGD_RUN_DONE;
    int budget = EXECLIST_BUDGET;
    bool again = true;

    if (igd_ring_reg(cs, RING_MI_MODE) & MI_MODE_STOP) {
        igd_execlist_arm(cs, WAIT_POLL_NS);
        return;
    }
    while (again) {
        /* A context can submit itself: it has to stop for others, too. */
        if (!budget--) {
            run = IGD_RUN_SLICE;
            break;
        }
        if (cs->pending[0] &&
            (!cs->active || run == IGD_RUN_ARBITRATE ||
             (cs->waiting && cs->arbitration))) {
            igd_execlist_take(cs);
        }
        if (!cs->active) {
            break;
        }

        run = igd_cs_run(cs);
        again = run == IGD_RUN_DONE || run == IGD_RUN_ARBITRATE ||
                (run == IGD_RUN_WAIT && cs->pending[0] && cs->arbitration);
        if (cs->progress) {
            igd_execlists_wake_waiters(cs->s);
        }
        if (run == IGD_RUN_DONE) {
            igd_execlist_advance(cs, STATUS_COMPLETE);
        } else if (run == IGD_RUN_WAIT && igd_execlist_may_yield(cs)) {
            igd_execlist_advance(cs, STATUS_WAIT_SEMAPHORE);
            again = true;
        }
    }

    if (cs->active && run == IGD_RUN_SLICE) {
        igd_execlist_arm(cs, SLICE_PAUSE_NS);
    } else if (cs->active && run == IGD_RUN_WAIT) {
        igd_execlist_arm(cs, WAIT_POLL_NS);
    }
    igd_execlist_status(cs);
}

void igd_execlists_elsp_write(IGDEngine *e, uint32_t value)
{
    IGDCommandStreamer *cs = e->cs;

    cs->elsp[cs->elsp_count++] = value;
    if (cs->elsp_count < ARRAY_SIZE(cs->elsp)) {
        return;
    }
    cs->elsp_count = 0;
    if (!(cs->elsp[3] & CTX_DESC_VALID)) {
        qemu_log_mask(LOG_GUEST_ERROR, "igd: %s: execlist without a first "
                      "context\n", e->info->name);
        return;
    }
    if (cs->pending[0]) {
        qemu_log_mask(LOG_GUEST_ERROR, "igd: %s: execlist overwritten before "
                      "it was taken\n", e->info->name);
    }
    /* The second context is written first, each with its high dword first. */
    cs->pending[0] = (uint64_t)cs->elsp[2] << 32 | cs->elsp[3];
    cs->pending[1] = (uint64_t)cs->elsp[0] << 32 | cs->elsp[1];
    trace_igd_execlist_submit(e->info->name, cs->pending[0], cs->pending[1]);
    igd_execlist_status(cs);
    igd_execlist_arm(cs, 0);
}

void igd_execlists_reset(IGDEngine *e)
{
    IGDCommandStreamer *cs = e->cs;
    IGDState *s = cs->s;
    QEMUTimer *timer = cs->timer;

    timer_del(timer);
    memset(cs, 0, sizeof(*cs));
    cs->s = s;
    cs->e = e;
    cs->timer = timer;
    cs->slot = 1;                       /* the first execlist is number 0 */
    igd_ring_reg_set(cs, RING_CONTEXT_STATUS_PTR, STATUS_PTR_NONE);
    igd_execlist_status(cs);
}

void igd_execlists_init(IGDState *s, IGDEngine *e)
{
    e->cs = g_new0(IGDCommandStreamer, 1);
    e->cs->s = s;
    e->cs->e = e;
    e->cs->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, igd_execlist_run, e->cs);
    if (e->id != IGD_RCS) {
        igd_regs_add(s, e->info->base, igd_xcs_rows, ARRAY_SIZE(igd_xcs_rows));
    }
    if (e->id == IGD_BCS) {
        igd_regs_add(s, e->info->base, igd_bcs_rows, ARRAY_SIZE(igd_bcs_rows));
    }
}

void igd_execlists_exit(IGDEngine *e)
{
    timer_free(e->cs->timer);
    g_free(e->cs);
    e->cs = NULL;
}
