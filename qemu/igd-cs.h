/*
 * Intel IGD: what the files of the command streamer share
 *
 * igd-execlists.c  submission, context images, context status
 * igd-cs.c         addresses, fetch, decode, the run loop
 * igd-mi.c         MI commands and PIPE_CONTROL
 * igd-blt.c        2D commands
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef HW_DISPLAY_IGD_CS_H
#define HW_DISPLAY_IGD_CS_H

#include "hw/display/igd/igd.h"

/* Registers, relative to the base of an engine */
#define RING_EXCC               0x028
#define RING_TAIL               0x030
#define RING_HEAD               0x034
#define RING_START              0x038
#define RING_CTL                0x03c
#define   RING_CTL_VALID            (1u << 0)
#define   RING_CTL_WAIT_SEMAPHORE   (1u << 10)
#define   RING_CTL_PAGES            0x001ff000
#define RING_ACTHD_UDW          0x05c
#define RING_IPEHR              0x068
#define RING_ACTHD              0x074
#define RING_HWS_PGA            0x080
#define RING_MI_MODE            0x09c
#define   MI_MODE_STOP              (1u << 8)
#define RING_EIR                0x0b0
#define RING_EMR                0x0b4
#define RING_ESR                0x0b8
#define   RING_ERROR_INSTRUCTION    (1u << 0)
#define RING_INSTPM             0x0c0
#define RING_PWR_CLK_STATE      0x0c8
#define RING_BB_STATE           0x110
#define   BB_STATE_PPGTT            (1u << 5)
#define RING_SBB_ADDR           0x114
#define RING_SBB_STATE          0x118
#define RING_SBB_ADDR_UDW       0x11c
#define RING_BB_ADDR            0x140
#define   BB_ADDR_VALID             (1u << 0)
#define RING_BB_ADDR_UDW        0x168
#define RING_BB_PER_CTX_PTR     0x1c0
#define   PER_CTX_VALID             (1u << 0)
#define RING_INDIRECT_CTX       0x1c4
#define   INDIRECT_CTX_LINES        0x3f    /* of 64 bytes */
#define BCS_SWCTRL              0x200
#define   BCS_SWCTRL_SRC_Y          (1u << 0)
#define   BCS_SWCTRL_DST_Y          (1u << 1)
#define BCS_BLIT_CCTL           0x204
#define RING_EXECLIST_STATUS    0x234
#define RING_EXECLIST_STATUS_HI 0x238
#define RING_CONTEXT_CONTROL    0x244
#define   CTX_RESTORE_INHIBIT       (1u << 0)
#define   CTX_SAVE_INHIBIT          (1u << 2)
#define   CTX_INHIBIT_SYN_SWITCH    (1u << 3)
#define RING_PDP(n)             (0x270 + 8 * (n))
#define RING_TIMESTAMP          0x358
#define RING_TIMESTAMP_UDW      0x35c
#define RING_CONTEXT_STATUS(n)  (0x370 + 8 * (n))
#define RING_CONTEXT_STATUS_PTR 0x3a0
#define RING_CTX_TIMESTAMP      0x3a8
#define RING_GPR(n)             (0x600 + 8 * (n))

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

/* igd-cs.c */
bool igd_cs_translate(IGDCommandStreamer *cs, IGDSpace space, uint64_t addr,
                      bool write, hwaddr *pa);
uint32_t igd_cs_ld32(IGDCommandStreamer *cs, IGDSpace space, uint64_t addr);
void igd_cs_st32(IGDCommandStreamer *cs, IGDSpace space, uint64_t addr,
                 uint32_t value);
void igd_cs_st64(IGDCommandStreamer *cs, IGDSpace space, uint64_t addr,
                 uint64_t value);
uint64_t igd_cs_timestamp(IGDCommandStreamer *cs);
bool igd_cs_privileged(const IGDCommandStreamer *cs);
IGDRun igd_cs_run(IGDCommandStreamer *cs);
void igd_cs_run_restore_batches(IGDCommandStreamer *cs);

/* igd-execlists.c */
uint32_t igd_cs_context_page(const IGDCommandStreamer *cs);
void igd_cs_wake_waiters(IGDState *s);

/* igd-mi.c */
unsigned igd_mi_length(uint32_t header);
IGDStep igd_mi_execute(IGDCommandStreamer *cs, unsigned len);
IGDStep igd_pipe_control(IGDCommandStreamer *cs, unsigned len);

/* igd-blt.c */
void igd_blt_execute(IGDCommandStreamer *cs, unsigned len);

#endif /* HW_DISPLAY_IGD_CS_H */
