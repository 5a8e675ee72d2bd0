/*
 * Intel IGD: register tables
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef HW_DISPLAY_IGD_REGS_H
#define HW_DISPLAY_IGD_REGS_H

#include "igd.h"

enum {
    IGD_REG_MASKED = 1 << 0,    /* bits 31:16 are write enables of 15:0 */
    IGD_REG_GEN8 = 1 << 1,      /* only there; neither flag: on both */
    IGD_REG_GEN9 = 1 << 2,
};

/*
 * One row a register.  What a write stores is found in this order: the mask
 * (or the bytes written), write-one-to-clear bits, read-only bits, then
 * pre_write, which sees the outcome and may replace it.  post_write runs after
 * the store.  A read hook replaces the stored value.
 *
 * @offset is relative to the base that igd_regs_add() is given, so one table
 * serves every pipe or engine; @count and @stride repeat a row within a table.
 * Hooks get the absolute offset.
 */
struct IGDReg {
    const char *name;
    uint32_t offset;
    uint32_t reset;
    uint32_t ro;
    uint32_t w1c;
    uint32_t flags;
    uint32_t count;             /* 0 means 1 */
    uint32_t stride;            /* 0 means 4 */
    uint32_t (*read)(IGDState *s, uint32_t offset);
    uint32_t (*pre_write)(IGDState *s, uint32_t offset, uint32_t value);
    void (*post_write)(IGDState *s, uint32_t offset, uint32_t value);
};

void igd_regs_init(IGDState *s);
void igd_regs_exit(IGDState *s);
void igd_regs_add(IGDState *s, uint32_t base, const IGDReg *rows, size_t n);
void igd_regs_reset(IGDState *s, uint32_t first, uint32_t last);

extern const MemoryRegionOps igd_mmio_ops;

/* AUX channel control, in the ports of both displays */
REG32(AUX_CTL, 0)
    FIELD(AUX_CTL, RECEIVE_ERROR, 25, 1)
    FIELD(AUX_CTL, TIMEOUT, 28, 1)
    FIELD(AUX_CTL, INTERRUPT, 29, 1)
    FIELD(AUX_CTL, DONE, 30, 1)
    FIELD(AUX_CTL, BUSY, 31, 1)
#define R_AUX_CTL_W1C (R_AUX_CTL_DONE_MASK | R_AUX_CTL_TIMEOUT_MASK | \
                       R_AUX_CTL_RECEIVE_ERROR_MASK)
uint32_t igd_aux_ctl_pre(IGDState *s, uint32_t offset, uint32_t value);

#endif /* HW_DISPLAY_IGD_REGS_H */
