/*
 * Intel IGD: register store and table engine
 *
 * QEMU's own register API keeps 192 bytes a dword up to the highest offset,
 * 96 MiB for this BAR, so the store here is an array of dwords and an array of
 * pointers to constant rows.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "igd-regs.h"
#include "qemu/bitmap.h"
#include "qemu/bitops.h"
#include "qemu/log.h"
#include "igd.h"
#include "trace.h"

#define IGD_NREGS (IGD_MMIO_SIZE / 4)

uint32_t igd_reg(const IGDState *s, uint32_t offset)
{
    return offset < IGD_MMIO_SIZE ? s->regs[offset / 4] : 0;
}

void igd_reg_set(IGDState *s, uint32_t offset, uint32_t value)
{
    if (offset < IGD_MMIO_SIZE) {
        s->regs[offset / 4] = value;
    }
}

/* The row of a register; one without a row is logged once. */
static const IGDReg *igd_reg_lookup(IGDState *s, uint32_t offset,
                                    const char *what)
{
    const IGDReg *r = s->reg_row[offset / 4];

    if (!r && !test_and_set_bit(offset / 4, s->logged)) {
        qemu_log_mask(LOG_UNIMP, "igd: %s of unknown register 0x%06x\n",
                      what, offset & ~3);
    }
    return r;
}

static const char *igd_reg_name(const IGDReg *r)
{
    return r ? r->name : "unknown";
}

static void igd_reg_write(IGDState *s, uint32_t offset, uint32_t value,
                          uint32_t lanes)
{
    const IGDReg *r = igd_reg_lookup(s, offset, "write");
    uint32_t old = s->regs[offset / 4];
    uint32_t w1c;

    value &= lanes;
    trace_igd_mmio_write(igd_reg_name(r), offset, value, lanes);
    if (!r) {
        s->regs[offset / 4] = (old & ~lanes) | value;
        return;
    }

    w1c = value & r->w1c;
    if (r->flags & IGD_REG_MASKED) {
        lanes = value >> 16;
    }
    value = (old & ~lanes) | (value & lanes);
    value = (value & ~r->w1c) | (old & r->w1c & ~w1c);
    value = (value & ~r->ro) | (old & r->ro);

    if (r->pre_write) {
        value = r->pre_write(s, offset, value);
    }
    s->regs[offset / 4] = value;
    if (r->post_write) {
        r->post_write(s, offset, value);
    }
}

uint32_t igd_mmio_read32(IGDState *s, uint32_t offset)
{
    const IGDReg *r;
    uint32_t value;

    offset &= ~3;
    if (offset >= IGD_MMIO_SIZE) {
        qemu_log_mask(LOG_GUEST_ERROR, "igd: read beyond registers: 0x%x\n",
                      offset);
        return 0;
    }
    r = igd_reg_lookup(s, offset, "read");
    value = r && r->read ? r->read(s, offset) : s->regs[offset / 4];
    trace_igd_mmio_read(igd_reg_name(r), offset, value);
    return value;
}

void igd_mmio_write32(IGDState *s, uint32_t offset, uint32_t value)
{
    offset &= ~3;
    if (offset >= IGD_MMIO_SIZE) {
        qemu_log_mask(LOG_GUEST_ERROR, "igd: write beyond registers: 0x%x\n",
                      offset);
        return;
    }
    igd_reg_write(s, offset, value, UINT32_MAX);
}

static uint64_t igd_mmio_read(void *opaque, hwaddr addr, unsigned size)
{
    IGDState *s = opaque;
    uint64_t value;

    if (size == 8) {
        value = igd_mmio_read32(s, addr);
        return value | (uint64_t)igd_mmio_read32(s, addr + 4) << 32;
    }
    return extract32(igd_mmio_read32(s, addr), (addr & 3) * 8, size * 8);
}

static void igd_mmio_write(void *opaque, hwaddr addr, uint64_t value,
                           unsigned size)
{
    IGDState *s = opaque;
    unsigned shift = (addr & 3) * 8;

    if (size == 8) {
        igd_mmio_write32(s, addr, value);
        igd_mmio_write32(s, addr + 4, value >> 32);
        return;
    }
    /* Bytes that are not written must not clear a write-one-to-clear bit. */
    igd_reg_write(s, addr & ~3, (uint32_t)value << shift,
                  MAKE_64BIT_MASK(shift, size * 8));
}

const MemoryRegionOps igd_mmio_ops = {
    .read = igd_mmio_read,
    .write = igd_mmio_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 1, .max_access_size = 8 },
    .impl = { .min_access_size = 1, .max_access_size = 8 },
};

void igd_regs_init(IGDState *s)
{
    s->regs = g_new0(uint32_t, IGD_NREGS);
    s->reg_row = g_new0(const IGDReg *, IGD_NREGS);
    s->logged = bitmap_new(IGD_NREGS);
}

void igd_regs_exit(IGDState *s)
{
    g_free(s->logged);
    g_free(s->reg_row);
    g_free(s->regs);
}

void igd_regs_add(IGDState *s, uint32_t base, const IGDReg *rows, size_t n)
{
    uint32_t other = igd_gen(s) == 8 ? IGD_REG_GEN9 : IGD_REG_GEN8;

    for (const IGDReg *r = rows; r < rows + n; r++) {
        uint32_t stride = r->stride ?: 4;

        if (r->flags & other) {
            continue;
        }
        for (uint32_t i = 0; i < MAX(r->count, 1); i++) {
            uint32_t offset = base + r->offset + i * stride;

            assert(offset < IGD_MMIO_SIZE && !(offset & 3));
            assert(!s->reg_row[offset / 4]);    /* one row a register */
            s->reg_row[offset / 4] = r;
        }
    }
}

void igd_regs_reset(IGDState *s, uint32_t first, uint32_t last)
{
    for (uint32_t i = first / 4; i <= last / 4; i++) {
        s->regs[i] = s->reg_row[i] ? s->reg_row[i]->reset : 0;
    }
}
