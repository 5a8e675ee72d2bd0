/*
 * Intel IGD: command streamer
 *
 * The state of an engine that executes, and what its files share:
 * igd-execlists.c submits to it, igd-mi.c and igd-blt.c execute commands.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef HW_DISPLAY_IGD_CS_H
#define HW_DISPLAY_IGD_CS_H

#include "qemu/timer.h"
#include "exec/hwaddr.h"
#include "igd-gt.h"
#include "igd-regs.h"
#include "igd-types.h"

/* The longest command that is executed: MI_STORE_DATA_IMM, 10 bits of length */
#define IGD_CMD_MAX     1026

typedef enum IGDSpace {
    IGD_SPACE_GGTT,
    IGD_SPACE_PPGTT,            /* of the context that runs */
} IGDSpace;

/* A batch buffer that is being executed; addr is the next command's */
typedef struct IGDBatch {
    bool valid;
    IGDSpace space;
    uint64_t addr;
} IGDBatch;

/* What executing one command, and then a run of them, leads to */
typedef enum IGDStep {
    IGD_STEP_NEXT,
    IGD_STEP_WAIT,              /* not yet: execute the same command again */
    IGD_STEP_ARBITRATE,         /* done, and the context may be switched */
    IGD_STEP_ERROR,             /* the engine hangs until it is reset */
} IGDStep;

typedef enum IGDRun {
    IGD_RUN_DONE,               /* the ring is empty */
    IGD_RUN_WAIT,
    IGD_RUN_ARBITRATE,          /* a new execlist may take over */
    IGD_RUN_SLICE,              /* enough for now: let the machine go on */
    IGD_RUN_ERROR,
} IGDRun;

struct IGDCommandStreamer {
    IGDState *s;
    IGDEngine *e;
    QEMUTimer *timer;           /* runs the engine: never from a register */

    /* submission: context descriptors, of which bit 0 says valid */
    uint32_t elsp[4];
    unsigned elsp_count;
    uint64_t pending[2];        /* submitted, not taken yet */
    uint64_t running[2];
    unsigned element;           /* the one of running[] that executes */
    unsigned slot;              /* running[] is execlist 0 or 1, in turn */
    bool active;
    uint32_t switched_in;       /* timestamp */
    uint32_t switch_reason;     /* of the last status written */

    /* parser */
    IGDBatch batch[2];          /* first and second level */
    bool arbitration;
    bool waiting;
    bool halted;
    bool progress;              /* the last run executed something */
    int budget;                 /* of the run: commands, or pages of a blit */
    uint64_t executed;          /* commands since the context came in */
    bool fetch_valid;           /* one page of instruction TLB */
    IGDSpace fetch_space;
    uint64_t fetch_page;
    hwaddr fetch_pa;
    uint32_t cmd[IGD_CMD_MAX];

    /* blitter: the clip rectangle stays until it is set again */
    int clip_x1, clip_y1, clip_x2, clip_y2;
};

static inline uint32_t igd_ring_reg(const IGDCommandStreamer *cs, uint32_t reg)
{
    return igd_reg(cs->s, cs->e->info->base + reg);
}

static inline void igd_ring_reg_set(IGDCommandStreamer *cs, uint32_t reg,
                                    uint32_t value)
{
    igd_reg_set(cs->s, cs->e->info->base + reg, value);
}

/*
 * Addresses in one of the two spaces.  What is not mapped is logged; it reads
 * as zero, and a write is dropped.
 */
bool igd_cs_translate(IGDCommandStreamer *cs, IGDSpace space, uint64_t addr,
                      bool write, hwaddr *pa);
uint32_t igd_cs_ld32(IGDCommandStreamer *cs, IGDSpace space, uint64_t addr);
void igd_cs_st32(IGDCommandStreamer *cs, IGDSpace space, uint64_t addr,
                 uint32_t value);
void igd_cs_st64(IGDCommandStreamer *cs, IGDSpace space, uint64_t addr,
                 uint64_t value);

/* The engine's TIMESTAMP, both halves */
uint64_t igd_cs_timestamp(IGDCommandStreamer *cs);

/* Does the ring execute, or a batch buffer in global space? */
bool igd_cs_privileged(const IGDCommandStreamer *cs);

/* Execute the ring of the running context as far as it goes. */
IGDRun igd_cs_run(IGDCommandStreamer *cs);

/* Execute the batches that a context runs at each restore. */
void igd_cs_run_restore_batches(IGDCommandStreamer *cs);

#endif /* HW_DISPLAY_IGD_CS_H */
