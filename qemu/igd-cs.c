/*
 * Intel IGD: command streamer
 *
 * Fetches commands from a ring or a batch buffer, finds their length and
 * executes them.  3D, media and video commands are skipped by length: the
 * model has no such pipelines.  A header that is no command of the engine is
 * an instruction error, as on hardware: the engine reports it and hangs until
 * it is reset.  What software got wrong is logged as a guest error.
 *
 * PRM: volume 7 (3D-Media-GPGPU), "Command streamer"; volume 2a, command
 * lengths; volume 5, per-process GTT.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "igd-cs.h"
#include "qemu/bitops.h"
#include "qemu/log.h"
#include "qemu/units.h"
#include "igd.h"
#include "igd-blt.h"
#include "igd-execlists.h"
#include "igd-ggtt.h"
#include "igd-gt.h"
#include "igd-irq.h"
#include "igd-mi.h"
#include "igd-ring.h"
#include "trace.h"

/* Context descriptor: addressing mode */
#define CTX_DESC_64B            (1u << 4)

#define PDE_ADDR                0x0000007ffffff000ull
#define PDE_PRESENT             (1u << 0)
#define PDE_RW                  (1u << 1)
#define PDE_PS                  (1u << 7)

/* Work before the machine goes on, and commands before a context is wild */
#define SLICE_BUDGET            4096
#define WILD_COMMANDS           (1u << 22)
#define RESTORE_COMMANDS        4096

#define TYPE(header)            ((header) >> 29)
#define TYPE_MI                 0
#define TYPE_2D                 2
#define TYPE_3D                 3

/* 3D and media: type, pipeline, opcode and subopcode */
#define OP3D(header)            ((header) >> 16)
#define OP3D_PIPE_CONTROL       0x7a00

/*
 * A context with 32-bit addressing has four page directories instead of a
 * top level table.
 */
static bool igd_cs_translate_32b(IGDCommandStreamer *cs, uint32_t addr,
                                 bool write, hwaddr *pa)
{
    uint32_t need = PDE_PRESENT | (write ? PDE_RW : 0);
    uint32_t pdp = RING_PDP(addr >> 30);
    uint64_t entry = (uint64_t)igd_ring_reg(cs, pdp + 4) << 32 |
                     igd_ring_reg(cs, pdp);

    entry = igd_dma_ld64(cs->s, (entry & PDE_ADDR) +
                                extract32(addr, 21, 9) * 8);
    if ((entry & need) != need) {
        return false;
    }
    if (entry & PDE_PS) {
        *pa = (entry & PDE_ADDR & ~(2 * MiB - 1)) | (addr & (2 * MiB - 1));
        return true;
    }
    entry = igd_dma_ld64(cs->s, (entry & PDE_ADDR) +
                                extract32(addr, 12, 9) * 8);
    *pa = (entry & PDE_ADDR) | (addr & ~IGD_PAGE_MASK);
    return (entry & need) == need;
}

bool igd_cs_translate(IGDCommandStreamer *cs, IGDSpace space, uint64_t addr,
                      bool write, hwaddr *pa)
{
    uint64_t pml4;

    if (space == IGD_SPACE_GGTT) {
        /* Bits above the table's reach are not decoded. */
        return igd_ggtt_translate(cs->s, (uint32_t)addr, pa);
    }
    if (!(cs->running[cs->element] & CTX_DESC_64B)) {
        return igd_cs_translate_32b(cs, addr, write, pa);
    }
    pml4 = (uint64_t)igd_ring_reg(cs, RING_PDP(0) + 4) << 32 |
           igd_ring_reg(cs, RING_PDP(0));
    addr = extract64(addr, 0, 48);      /* canonical: the rest is the sign */
    return write ? igd_ppgtt_translate_write(cs->s, pml4, addr, pa) :
                   igd_ppgtt_translate(cs->s, pml4, addr, pa);
}

static void igd_cs_fault(IGDCommandStreamer *cs, IGDSpace space, uint64_t addr,
                         const char *what)
{
    qemu_log_mask(LOG_GUEST_ERROR, "igd: %s: %s of unmapped %s address 0x%"
                  PRIx64 "\n", cs->e->info->name, what,
                  space == IGD_SPACE_GGTT ? "global" : "context", addr);
}

uint32_t igd_cs_ld32(IGDCommandStreamer *cs, IGDSpace space, uint64_t addr)
{
    hwaddr pa;

    if (!igd_cs_translate(cs, space, addr, false, &pa)) {
        igd_cs_fault(cs, space, addr, "read");
        return 0;
    }
    return igd_dma_ld32(cs->s, pa);
}

void igd_cs_st32(IGDCommandStreamer *cs, IGDSpace space, uint64_t addr,
                 uint32_t value)
{
    hwaddr pa;

    if (!igd_cs_translate(cs, space, addr, true, &pa)) {
        igd_cs_fault(cs, space, addr, "write");
        return;
    }
    igd_dma_st32(cs->s, pa, value);
}

void igd_cs_st64(IGDCommandStreamer *cs, IGDSpace space, uint64_t addr,
                 uint64_t value)
{
    hwaddr pa;

    if (!igd_cs_translate(cs, space, addr, true, &pa)) {
        igd_cs_fault(cs, space, addr, "write");
        return;
    }
    igd_dma_st64(cs->s, pa, value);
}

uint64_t igd_cs_timestamp(IGDCommandStreamer *cs)
{
    uint32_t base = cs->e->info->base;

    return igd_mmio_read32(cs->s, base + RING_TIMESTAMP) |
           (uint64_t)igd_mmio_read32(cs->s, base + RING_TIMESTAMP_UDW) << 32;
}

/* Where the parser is: the innermost batch buffer, or NULL for the ring */
static IGDBatch *igd_cs_batch(IGDCommandStreamer *cs)
{
    return cs->batch[1].valid ? &cs->batch[1] :
           cs->batch[0].valid ? &cs->batch[0] : NULL;
}

/* The ring and batch buffers in global space; others are a user's. */
bool igd_cs_privileged(const IGDCommandStreamer *cs)
{
    return !(cs->batch[1].valid && cs->batch[1].space == IGD_SPACE_PPGTT) &&
           !(cs->batch[0].valid && cs->batch[0].space == IGD_SPACE_PPGTT);
}

static uint32_t igd_cs_ring_size(const IGDCommandStreamer *cs)
{
    return (igd_ring_reg(cs, RING_CTL) & RING_CTL_PAGES) + IGD_PAGE_SIZE;
}

static uint32_t igd_cs_ring_head(const IGDCommandStreamer *cs)
{
    return igd_ring_reg(cs, RING_HEAD) % igd_cs_ring_size(cs) & ~3u;
}

static bool igd_cs_ring_empty(const IGDCommandStreamer *cs)
{
    return !(igd_ring_reg(cs, RING_CTL) & RING_CTL_VALID) ||
           igd_cs_ring_head(cs) ==
           (igd_ring_reg(cs, RING_TAIL) % igd_cs_ring_size(cs) & ~7u);
}

/* Read dword @i of the command at the parser's position. */
static bool igd_cs_fetch(IGDCommandStreamer *cs, unsigned i, uint32_t *value)
{
    const IGDBatch *b = igd_cs_batch(cs);
    IGDSpace space = b ? b->space : IGD_SPACE_GGTT;
    uint64_t addr = b ? b->addr + i * 4 :
                    (igd_ring_reg(cs, RING_START) & IGD_PAGE_MASK) +
                    (igd_cs_ring_head(cs) + i * 4) % igd_cs_ring_size(cs);
    uint64_t page = addr & IGD_PAGE_MASK;

    if (!cs->fetch_valid || cs->fetch_space != space ||
        cs->fetch_page != page) {
        cs->fetch_space = space;
        cs->fetch_page = page;
        cs->fetch_valid = igd_cs_translate(cs, space, page, false,
                                           &cs->fetch_pa);
    }
    if (!cs->fetch_valid) {
        igd_cs_fault(cs, space, addr, "instruction fetch");
        return false;
    }
    if (!igd_dma_read(cs->s, cs->fetch_pa + (addr - page), value,
                      sizeof(*value))) {
        return false;
    }
    *value = le32_to_cpu(*value);
    return true;
}

static void igd_cs_advance(IGDCommandStreamer *cs, unsigned len)
{
    IGDBatch *b = igd_cs_batch(cs);

    if (b) {
        b->addr += len * 4;
    } else {
        igd_ring_reg_set(cs, RING_HEAD, (igd_cs_ring_head(cs) + len * 4) %
                                        igd_cs_ring_size(cs));
    }
}

/* Lengths have a bias of 2; these are the exceptions to 8 bits of length. */
static unsigned igd_3d_length(uint32_t header)
{
    switch (OP3D(header)) {
    case 0x680b:                        /* 3DSTATE_VF_STATISTICS, old form */
    case 0x6904:                        /* PIPELINE_SELECT */
    case 0x780b:                        /* 3DSTATE_VF_STATISTICS */
        return 1;
    case 0x7839:                        /* 3DSTATE_DX9_CONSTANTF_VS, _PS */
    case 0x783a:
        return extract32(header, 0, 11) + 2;
    case 0x7843 ... 0x7847:             /* 3DSTATE_BINDING_TABLE_EDIT_* */
    case 0x7917:                        /* 3DSTATE_SO_DECL_LIST */
        return extract32(header, 0, 9) + 2;
    case 0x7000 ... 0x71ff:             /* media */
        return extract32(header, 0, 16) + 2;
    }
    return extract32(header, 0, 8) + 2;
}

/* Length in dwords of a command of this engine; 0: it is none. */
static unsigned igd_cs_length(const IGDCommandStreamer *cs, uint32_t header)
{
    bool video = cs->e->id != IGD_RCS && cs->e->id != IGD_BCS;

    switch (TYPE(header)) {
    case TYPE_MI:
        return igd_mi_length(header);
    case TYPE_2D:
        return cs->e->id == IGD_BCS ? extract32(header, 0, 8) + 2 : 0;
    case TYPE_3D:
        if (cs->e->id == IGD_RCS) {
            return igd_3d_length(header);
        } else if (video) {
            /* MFX_WAIT is alone in its pipeline. */
            return extract32(header, 27, 2) == 1 ? 1 :
                   extract32(header, 0, 12) + 2;
        }
    }
    return 0;
}

/* Commands that would draw or compute are logged, those of state are not. */
static void igd_cs_skip_3d(IGDCommandStreamer *cs)
{
    switch (OP3D(cs->cmd[0])) {
    case 0x7100 ... 0x7105:             /* MEDIA_OBJECT*, GPGPU_WALKER */
    case 0x7b00:                        /* 3DPRIMITIVE */
        if (cs->e->id == IGD_RCS) {
            qemu_log_mask(LOG_UNIMP, "igd: %s: 0x%08x draws nothing\n",
                          cs->e->info->name, cs->cmd[0]);
        }
    }
}

static IGDStep igd_cs_execute(IGDCommandStreamer *cs, unsigned len)
{
    switch (TYPE(cs->cmd[0])) {
    case TYPE_MI:
        return igd_mi_execute(cs, len);
    case TYPE_2D:
        igd_blt_execute(cs, len);
        return IGD_STEP_NEXT;
    }
    if (cs->e->id == IGD_RCS && OP3D(cs->cmd[0]) == OP3D_PIPE_CONTROL) {
        return igd_mi_pipe_control(cs, len);
    }
    igd_cs_skip_3d(cs);
    return IGD_STEP_NEXT;
}

/* The engine hangs; software is notified unless EMR masks the error. */
static IGDStep igd_cs_instruction_error(IGDCommandStreamer *cs)
{
    uint32_t eir;

    qemu_log_mask(LOG_GUEST_ERROR, "igd: %s: invalid instruction 0x%08x\n",
                  cs->e->info->name, cs->cmd[0]);
    igd_ring_reg_set(cs, RING_ESR, igd_ring_reg(cs, RING_ESR) |
                                   RING_ERROR_INSTRUCTION);
    eir = RING_ERROR_INSTRUCTION & ~igd_ring_reg(cs, RING_EMR);
    if (eir) {
        igd_ring_reg_set(cs, RING_EIR, igd_ring_reg(cs, RING_EIR) | eir);
        igd_irq_gt(cs->s, cs->e, IGD_EVENT_CS_ERROR);
    }
    return IGD_STEP_ERROR;
}

static void igd_cs_report_position(IGDCommandStreamer *cs)
{
    const IGDBatch *b = igd_cs_batch(cs);
    uint64_t addr = b ? b->addr : (igd_ring_reg(cs, RING_START) +
                                   igd_cs_ring_head(cs));

    igd_ring_reg_set(cs, RING_ACTHD, addr);
    igd_ring_reg_set(cs, RING_ACTHD_UDW, addr >> 32);
    b = &cs->batch[0];
    igd_ring_reg_set(cs, RING_BB_ADDR, (uint32_t)b->addr | b->valid);
    igd_ring_reg_set(cs, RING_BB_ADDR_UDW, b->addr >> 32);
}

/* Execute one command and move on, or stay if it has to wait. */
static IGDStep igd_cs_step(IGDCommandStreamer *cs)
{
    uint32_t head = igd_ring_reg(cs, RING_HEAD);
    IGDBatch batch[2] = { cs->batch[0], cs->batch[1] };
    unsigned len;
    IGDStep step;

    if (!igd_cs_fetch(cs, 0, &cs->cmd[0])) {
        return IGD_STEP_ERROR;
    }
    igd_ring_reg_set(cs, RING_IPEHR, cs->cmd[0]);
    len = igd_cs_length(cs, cs->cmd[0]);
    if (!len) {
        return igd_cs_instruction_error(cs);
    }
    /* What does not fit is never executed, so its tail is not needed. */
    for (unsigned i = 1; i < MIN(len, IGD_CMD_MAX); i++) {
        if (!igd_cs_fetch(cs, i, &cs->cmd[i])) {
            return IGD_STEP_ERROR;
        }
    }

    trace_igd_cs_command(cs->e->info->name, cs->cmd[0], len);
    igd_cs_advance(cs, len);
    step = igd_cs_execute(cs, len);
    if (!cs->active) {
        return IGD_STEP_ERROR;          /* the command reset this engine */
    }
    if (step == IGD_STEP_WAIT || step == IGD_STEP_ERROR) {
        igd_ring_reg_set(cs, RING_HEAD, head);
        memcpy(cs->batch, batch, sizeof(batch));
    } else {
        cs->executed++;
        cs->progress = true;
    }
    return step;
}

static IGDRun igd_cs_run_slice(IGDCommandStreamer *cs)
{
    for (cs->budget = SLICE_BUDGET; cs->budget > 0; cs->budget--) {
        if (!igd_cs_batch(cs) && igd_cs_ring_empty(cs)) {
            return IGD_RUN_DONE;
        }
        switch (igd_cs_step(cs)) {
        case IGD_STEP_NEXT:
            break;
        case IGD_STEP_ARBITRATE:
            if (cs->pending[0] && cs->arbitration) {
                return IGD_RUN_ARBITRATE;
            }
            break;
        case IGD_STEP_WAIT:
            return IGD_RUN_WAIT;
        case IGD_STEP_ERROR:
            cs->halted = cs->active;
            return IGD_RUN_ERROR;
        }
        if (cs->executed == WILD_COMMANDS) {
            qemu_log_mask(LOG_GUEST_ERROR, "igd: %s: context 0x%x executed %u "
                          "commands without an end\n", cs->e->info->name,
                          igd_context_page(cs), WILD_COMMANDS);
        }
    }
    return IGD_RUN_SLICE;
}

/* Execute the ring of the running context as far as it goes. */
IGDRun igd_cs_run(IGDCommandStreamer *cs)
{
    uint32_t ctl = igd_ring_reg(cs, RING_CTL) & ~RING_CTL_WAIT_SEMAPHORE;
    bool waited = cs->waiting;
    IGDRun run;

    cs->progress = false;
    cs->fetch_valid = false;
    if (cs->halted) {
        return IGD_RUN_ERROR;
    }
    run = igd_cs_run_slice(cs);
    if (!cs->active) {
        return run;
    }

    cs->waiting = run == IGD_RUN_WAIT;
    if (cs->waiting && (!waited || cs->progress)) {
        igd_irq_gt(cs->s, cs->e, IGD_EVENT_SEMAPHORE_WAIT);
    }
    igd_ring_reg_set(cs, RING_CTL,
                     ctl | (cs->waiting ? RING_CTL_WAIT_SEMAPHORE : 0));
    igd_cs_report_position(cs);
    return run;
}

/* Run what the context wants at each restore: @size bytes, 0 for to the end. */
static void igd_cs_run_batch(IGDCommandStreamer *cs, uint32_t addr,
                             uint32_t size)
{
    IGDBatch saved[2] = { cs->batch[0], cs->batch[1] };
    int budget = RESTORE_COMMANDS;
    IGDStep step = IGD_STEP_NEXT;

    cs->fetch_valid = false;
    cs->batch[0] = (IGDBatch) { .valid = true, .space = IGD_SPACE_GGTT,
                                .addr = addr };
    cs->batch[1].valid = false;
    while (cs->batch[0].valid && budget-- &&
           (step == IGD_STEP_NEXT || step == IGD_STEP_ARBITRATE)) {
        if (size && cs->batch[0].addr - addr >= size) {
            break;
        }
        step = igd_cs_step(cs);
    }
    if (!cs->active) {
        return;
    }
    if (budget < 0 || step == IGD_STEP_WAIT || step == IGD_STEP_ERROR) {
        qemu_log_mask(LOG_GUEST_ERROR, "igd: %s: restore batch at 0x%08x does "
                      "not end\n", cs->e->info->name, addr);
        cs->halted = true;
    }
    memcpy(cs->batch, saved, sizeof(saved));
}

/* INDIRECT_CTX has a length in cache lines; the other ends like any batch. */
void igd_cs_run_restore_batches(IGDCommandStreamer *cs)
{
    uint32_t indirect = igd_ring_reg(cs, RING_INDIRECT_CTX);
    uint32_t per_ctx = igd_ring_reg(cs, RING_BB_PER_CTX_PTR);

    if (igd_gen(cs->s) == 8 && cs->e->id != IGD_RCS) {
        return;                         /* not in the image */
    }
    if (indirect & INDIRECT_CTX_LINES) {
        igd_cs_run_batch(cs, indirect & ~INDIRECT_CTX_LINES,
                         (indirect & INDIRECT_CTX_LINES) * 64);
    }
    if (per_ctx & PER_CTX_VALID) {
        igd_cs_run_batch(cs, per_ctx & ~0x3fu, 0);
    }
}
