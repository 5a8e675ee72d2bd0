/*
 * Intel IGD: register store and register tables
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef HW_DISPLAY_IGD_REGS_H
#define HW_DISPLAY_IGD_REGS_H

#include "qemu/units.h"
#include "igd-compat.h"
#include "igd-types.h"

#define IGD_MMIO_SIZE   (2 * MiB)       /* registers, from the start of BAR0 */

enum {
    IGD_REG_MASKED = 1 << 0,    /* bits 31:16 are write enables of 15:0 */
    IGD_REG_GEN8 = 1 << 1,      /* gen8 only; neither flag: on both */
    IGD_REG_GEN9 = 1 << 2,      /* gen9 only */
};

/*
 * One row per register.  What a write stores is found in this order: the mask
 * (or the bytes written), write-one-to-clear bits, read-only bits, then
 * pre_write, which gets the outcome and may replace it.  post_write runs after
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

/* Registers for the CPU; @opaque is the IGDState. */
extern const MemoryRegionOps igd_mmio_ops;

/* Allocate and free the register store: before and after all other blocks. */
void igd_regs_init(IGDState *s);
void igd_regs_exit(IGDState *s);

/*
 * Add the @n rows of this generation at @base.  The rows must be static: only
 * pointers to them are kept.
 */
void igd_regs_add(IGDState *s, uint32_t base, const IGDReg *rows, size_t n);

/* Give registers @first to @last their reset values; no hook runs. */
void igd_regs_reset(IGDState *s, uint32_t first, uint32_t last);

/*
 * Offsets are bytes from the start of BAR0, dword aligned.  igd_reg() and
 * igd_reg_set() access the stored value only; igd_mmio_read32() and
 * igd_mmio_write32() do what a CPU access would (access rights, masks, hooks),
 * so they are what MI_LOAD_REGISTER_IMM and the like use.  Any offset is safe:
 * out of range reads as zero and ignores writes.
 */
uint32_t igd_reg(const IGDState *s, uint32_t offset);
void igd_reg_set(IGDState *s, uint32_t offset, uint32_t value);
uint32_t igd_mmio_read32(IGDState *s, uint32_t offset);
void igd_mmio_write32(IGDState *s, uint32_t offset, uint32_t value);

#endif /* HW_DISPLAY_IGD_REGS_H */
