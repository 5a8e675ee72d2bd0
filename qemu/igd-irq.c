/*
 * Intel IGD: gen8 interrupt tree
 *
 * Each source has four registers 4 bytes apart: ISR, IMR, IIR, IER.  An event
 * that IMR lets through is latched in IIR; IIR & IER of a bank makes the
 * bank's bit in the master register, which is computed, not stored; the
 * master enable decides whether the device interrupts.
 *
 * PRM: volume 2c, MASTER_INTERRUPT and the GT, DE and PCU interrupt
 * definitions; IIR here has depth one (the hardware queues a second event).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "igd-irq.h"
#include "hw/pci/msi.h"
#include "hw/registerfields.h"
#include "igd.h"
#include "igd-compat.h"
#include "igd-display.h"
#include "igd-gt.h"
#include "igd-regs.h"
#include "igd-ring.h"
#include "trace.h"

REG32(MASTER_IRQ, 0x44200)
    FIELD(MASTER_IRQ, ENABLE, 31, 1)

#define ISR 0x0
#define IMR 0x4
#define IIR 0x8
#define IER 0xc

#define GT_BANK(n)      (0x44300 + 0x10 * (n))
#define DE_PIPE_BANK(p) (0x44400 + 0x10 * (p))
#define DE_PORT_BANK    0x44440
#define DE_MISC_BANK    0x44460
#define PCU_BANK        0x444e0
#define SDE_BANK        0xc4000

/* The bits of the master register that a bank's pending events set */
static const struct {
    uint32_t base;
    uint32_t low;               /* for events in bits 15:0 */
    uint32_t high;              /* for events in bits 31:16 */
} igd_banks[] = {
    { GT_BANK(0), 1u << 0, 1u << 1 },           /* RCS, BCS */
    { GT_BANK(1), 1u << 2, 1u << 3 },           /* VCS0, VCS1 */
    { GT_BANK(2), 1u << 4, 1u << 5 },           /* PM, GuC */
    { GT_BANK(3), 1u << 6, 1u << 7 },           /* VECS, OA */
    { DE_PIPE_BANK(0), 1u << 16, 1u << 16 },
    { DE_PIPE_BANK(1), 1u << 17, 1u << 17 },
    { DE_PIPE_BANK(2), 1u << 18, 1u << 18 },
    { DE_PORT_BANK, 1u << 20, 1u << 20 },
    { DE_MISC_BANK, 1u << 22, 1u << 22 },
    { SDE_BANK, 1u << 23, 1u << 23 },
    { PCU_BANK, 1u << 30, 1u << 30 },
};

static uint32_t igd_irq_pending(const IGDState *s)
{
    uint32_t master = 0;

    for (size_t i = 0; i < ARRAY_SIZE(igd_banks); i++) {
        uint32_t base = igd_banks[i].base;
        uint32_t pending = igd_reg(s, base + IIR) & igd_reg(s, base + IER);

        master |= pending & 0xffff ? igd_banks[i].low : 0;
        master |= pending >> 16 ? igd_banks[i].high : 0;
    }
    return master;
}

/* Drive the wire, or send a message when it would rise. */
static void igd_irq_update(IGDState *s)
{
    PCIDevice *d = PCI_DEVICE(s);
    bool level = (igd_reg(s, A_MASTER_IRQ) & R_MASTER_IRQ_ENABLE_MASK) &&
                 igd_irq_pending(s);
    bool rises = level && !s->irq_level;

    if (level != s->irq_level) {
        trace_igd_irq_level(level, msi_enabled(d));
    }
    s->irq_level = level;
    if (!msi_enabled(d)) {
        pci_set_irq(d, level);
    } else if (rises) {
        msi_notify(d, 0);
    }
}

void igd_irq_rewire(IGDState *s)
{
    PCIDevice *d = PCI_DEVICE(s);

    if (msi_enabled(d)) {
        pci_set_irq(d, 0);
    }
    s->irq_level = false;
    igd_irq_update(s);
}

static void igd_irq_latch(IGDState *s, uint32_t bank, uint32_t events)
{
    events &= ~igd_reg(s, bank + IMR);
    if (events) {
        trace_igd_irq_latch(bank, events);
        igd_reg_set(s, bank + IIR, igd_reg(s, bank + IIR) | events);
        igd_irq_update(s);
    }
}

void igd_irq_gt(IGDState *s, const IGDEngine *e, uint32_t events)
{
    /* The engine's own mask uses the bank's bit positions. */
    events <<= e->info->irq_shift;
    events &= ~igd_reg(s, e->info->base + RING_IMR);
    igd_irq_latch(s, GT_BANK(e->info->irq_bank), events);
}

void igd_irq_pipe(IGDState *s, unsigned pipe, uint32_t events)
{
    igd_irq_latch(s, DE_PIPE_BANK(pipe), events);
}

bool igd_irq_pipe_unmasked(const IGDState *s, unsigned pipe, uint32_t events)
{
    uint32_t bank = DE_PIPE_BANK(pipe);

    return ~igd_reg(s, bank + IMR) & events;
}

void igd_irq_port(IGDState *s, uint32_t events)
{
    igd_irq_latch(s, DE_PORT_BANK, events);
}

static uint32_t igd_master_read(IGDState *s, uint32_t offset)
{
    return igd_reg(s, offset) | igd_irq_pending(s);
}

static void igd_irq_post(IGDState *s, uint32_t offset, uint32_t value)
{
    igd_irq_update(s);
}

/* The masks decide whether the vblank timer has to run. */
static void igd_irq_pipe_post(IGDState *s, uint32_t offset, uint32_t value)
{
    igd_irq_update(s);
    igd_display_arm_vblank(s);
}

static const IGDReg igd_irq_master[] = {
    { .name = "MASTER_INT_CTL", .offset = A_MASTER_IRQ,
      .ro = ~R_MASTER_IRQ_ENABLE_MASK,
      .read = igd_master_read, .post_write = igd_irq_post },
};

static const IGDReg igd_irq_bank[] = {
    { .name = "ISR", .offset = ISR, .ro = UINT32_MAX },
    { .name = "IMR", .offset = IMR, .reset = UINT32_MAX },
    { .name = "IIR", .offset = IIR, .w1c = UINT32_MAX,
      .post_write = igd_irq_post },
    { .name = "IER", .offset = IER, .post_write = igd_irq_post },
};

static const IGDReg igd_irq_pipe_bank[] = {
    { .name = "DE_PIPE_ISR", .offset = ISR, .ro = UINT32_MAX },
    { .name = "DE_PIPE_IMR", .offset = IMR, .reset = UINT32_MAX,
      .post_write = igd_irq_pipe_post },
    { .name = "DE_PIPE_IIR", .offset = IIR, .w1c = UINT32_MAX,
      .post_write = igd_irq_post },
    { .name = "DE_PIPE_IER", .offset = IER,
      .post_write = igd_irq_pipe_post },
};

void igd_irq_init(IGDState *s)
{
    igd_regs_add(s, 0, igd_irq_master, ARRAY_SIZE(igd_irq_master));
    for (size_t i = 0; i < ARRAY_SIZE(igd_banks); i++) {
        uint32_t base = igd_banks[i].base;

        if (base >= DE_PIPE_BANK(0) && base < DE_PIPE_BANK(IGD_PIPES)) {
            igd_regs_add(s, base, igd_irq_pipe_bank,
                         ARRAY_SIZE(igd_irq_pipe_bank));
        } else {
            igd_regs_add(s, base, igd_irq_bank, ARRAY_SIZE(igd_irq_bank));
        }
    }
}

void igd_irq_reset(IGDState *s)
{
    s->irq_level = false;
    pci_set_irq(PCI_DEVICE(s), 0);
}
