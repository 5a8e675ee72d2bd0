/*
 * Intel IGD: MI commands and PIPE_CONTROL
 *
 * A command has a row with its name and length field; a row without a handler
 * is skipped, because what it controls is not modelled: caches, performance
 * counters, the resource streamer, predication (predicated commands execute).
 * MI_WAIT_FOR_EVENT is among them: no event is ever waited for.
 *
 * PRM: volume 2a (command reference: instructions).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "igd-mi.h"
#include "qemu/bitops.h"
#include "qemu/log.h"
#include "igd.h"
#include "igd-cs.h"
#include "igd-execlists.h"
#include "igd-ggtt.h"
#include "igd-irq.h"
#include "igd-regs.h"
#include "igd-ring.h"

/* Bits that many headers share */
#define MI_GLOBAL_GTT           (1u << 22)
#define MI_STORE_INDEX          (1u << 21)
#define MI_POST_SYNC(dw)        extract32(dw, 14, 2)
#define   POST_SYNC_NONE            0
#define   POST_SYNC_IMMEDIATE       1
#define   POST_SYNC_DEPTH_COUNT     2
#define   POST_SYNC_TIMESTAMP       3
#define MI_NOTIFY               (1u << 8)

#define MI_STORE_QWORD          (1u << 21)
#define MI_STORE_PPHWSP         (1u << 21)
#define MI_BB_SECOND_LEVEL      (1u << 22)
#define MI_BB_PPGTT             (1u << 8)
#define MI_COPY_SRC_GLOBAL      (1u << 22)
#define MI_COPY_DST_GLOBAL      (1u << 21)
#define MI_COMPARE_SEMAPHORE    (1u << 21)
#define MI_FLUSH_ADDR_GLOBAL    (1u << 2)
#define MI_REG_OFFSET           0x007ffffcu

#define PIPE_CONTROL_GLOBAL     (1u << 24)
#define PIPE_CONTROL_LRI        (1u << 23)

#define ADDR_DWORD              (~(uint64_t)3)
#define ADDR_QWORD              (~(uint64_t)7)

/* Flips name a plane by number; the PRMs of the generations disagree. */
#define PLANE_REG(pipe, plane)  (0x70180 + 0x1000 * (pipe) + 0x100 * (plane))
#define   PLANE_STRIDE              0x08
#define   PLANE_SURF                0x1c
#define FLIP_ASYNC              1
#define FLIP_SURF_ADDR          0xfffff000u

typedef struct IGDMICommand {
    const char *name;
    uint8_t length_bits;        /* 0: one dword */
    uint8_t min;                /* dwords that the handler reads */
    IGDStep (*execute)(IGDCommandStreamer *cs, unsigned len);
} IGDMICommand;

static uint64_t igd_mi_addr(const IGDCommandStreamer *cs, unsigned dw)
{
    return (uint64_t)cs->cmd[dw + 1] << 32 | cs->cmd[dw];
}

/* Which space a command means; a user's batch may not name the global one. */
static bool igd_mi_space(IGDCommandStreamer *cs, bool global, IGDSpace *space)
{
    if (global && !igd_cs_privileged(cs)) {
        qemu_log_mask(LOG_GUEST_ERROR, "igd: %s: 0x%08x: global address in a "
                      "batch buffer without privilege\n", cs->e->info->name,
                      cs->cmd[0]);
        return false;
    }
    *space = global ? IGD_SPACE_GGTT : IGD_SPACE_PPGTT;
    return true;
}

/* What PIPE_CONTROL and MI_FLUSH_DW do when everything before has finished */
static void igd_mi_post_sync(IGDCommandStreamer *cs, uint32_t flags,
                             bool global, uint64_t addr, uint64_t value,
                             bool qword)
{
    IGDSpace space;

    /* The flush may have been meant for page tables. */
    cs->fetch_valid = false;

    if (MI_POST_SYNC(flags) == POST_SYNC_TIMESTAMP) {
        value = igd_cs_timestamp(cs);
        qword = true;
    } else if (MI_POST_SYNC(flags) == POST_SYNC_DEPTH_COUNT) {
        value = 0;                      /* nothing is ever drawn */
        qword = true;
    }
    if (MI_POST_SYNC(flags) != POST_SYNC_NONE) {
        if (flags & MI_STORE_INDEX) {
            space = IGD_SPACE_GGTT;
            addr = igd_context_page(cs) + (addr & ~IGD_PAGE_MASK);
        } else if (!igd_mi_space(cs, global, &space)) {
            return;
        }
        if (qword) {
            igd_cs_st64(cs, space, addr & ADDR_QWORD, value);
        } else {
            igd_cs_st32(cs, space, addr & ADDR_DWORD, value);
        }
    }
    if (flags & MI_NOTIFY) {
        igd_irq_gt(cs->s, cs->e, IGD_EVENT_FLUSH_NOTIFY);
    }
}

IGDStep igd_mi_pipe_control(IGDCommandStreamer *cs, unsigned len)
{
    uint32_t flags = cs->cmd[1];

    if (len < 6) {
        qemu_log_mask(LOG_GUEST_ERROR, "igd: %s: PIPE_CONTROL of %u dwords\n",
                      cs->e->info->name, len);
        return IGD_STEP_NEXT;
    }
    if ((flags & PIPE_CONTROL_LRI) &&
        MI_POST_SYNC(flags) == POST_SYNC_IMMEDIATE) {
        igd_mmio_write32(cs->s, cs->cmd[2] & MI_REG_OFFSET, cs->cmd[4]);
        return IGD_STEP_NEXT;
    }
    igd_mi_post_sync(cs, flags, flags & PIPE_CONTROL_GLOBAL,
                     igd_mi_addr(cs, 2), igd_mi_addr(cs, 4), true);
    return IGD_STEP_NEXT;
}

static IGDStep igd_mi_flush_dw(IGDCommandStreamer *cs, unsigned len)
{
    uint64_t value = len > 3 ? cs->cmd[3] : 0;

    if (len > 4) {
        value |= (uint64_t)cs->cmd[4] << 32;
    }
    igd_mi_post_sync(cs, cs->cmd[0], cs->cmd[1] & MI_FLUSH_ADDR_GLOBAL,
                     igd_mi_addr(cs, 1) & ADDR_QWORD, value, len > 4);
    return IGD_STEP_NEXT;
}

static IGDStep igd_mi_user_interrupt(IGDCommandStreamer *cs, unsigned len)
{
    igd_irq_gt(cs->s, cs->e, IGD_EVENT_USER);
    return IGD_STEP_NEXT;
}

static IGDStep igd_mi_arb_check(IGDCommandStreamer *cs, unsigned len)
{
    return IGD_STEP_ARBITRATE;
}

static IGDStep igd_mi_arb_on_off(IGDCommandStreamer *cs, unsigned len)
{
    cs->arbitration = cs->cmd[0] & 1;
    return IGD_STEP_NEXT;
}

/*
 * From the ring or a first level buffer to a first level buffer, or a call
 * from a first to a second level buffer, which is what the end returns from.
 */
static IGDStep igd_mi_batch_start(IGDCommandStreamer *cs, unsigned len)
{
    bool second = cs->batch[1].valid ||
                  (cs->batch[0].valid && (cs->cmd[0] & MI_BB_SECOND_LEVEL));
    IGDSpace space;

    if (!igd_mi_space(cs, !(cs->cmd[0] & MI_BB_PPGTT), &space)) {
        space = IGD_SPACE_PPGTT;
    }
    cs->fetch_valid = false;
    cs->batch[second] = (IGDBatch) {
        .valid = true,
        .space = space,
        .addr = extract64(igd_mi_addr(cs, 1), 0, 48) & ADDR_DWORD,
    };
    return IGD_STEP_NEXT;
}

static IGDStep igd_mi_batch_end(IGDCommandStreamer *cs, unsigned len)
{
    if (!cs->batch[0].valid) {
        qemu_log_mask(LOG_GUEST_ERROR, "igd: %s: MI_BATCH_BUFFER_END in the "
                      "ring\n", cs->e->info->name);
    }
    cs->fetch_valid = false;
    cs->batch[cs->batch[1].valid].valid = false;
    return IGD_STEP_NEXT;
}

/* Ends the batch if the dword in memory is not above the one given. */
static IGDStep igd_mi_conditional_end(IGDCommandStreamer *cs, unsigned len)
{
    IGDSpace space;

    if ((cs->cmd[0] & MI_COMPARE_SEMAPHORE) &&
        igd_mi_space(cs, cs->cmd[0] & MI_GLOBAL_GTT, &space) &&
        igd_cs_ld32(cs, space, igd_mi_addr(cs, 2) & ADDR_QWORD) <=
        cs->cmd[1]) {
        return igd_mi_batch_end(cs, len);
    }
    return IGD_STEP_NEXT;
}

static IGDStep igd_mi_store_data_imm(IGDCommandStreamer *cs, unsigned len)
{
    uint64_t addr = igd_mi_addr(cs, 1) & ADDR_DWORD;
    IGDSpace space;

    if (!igd_mi_space(cs, cs->cmd[0] & MI_GLOBAL_GTT, &space)) {
        return IGD_STEP_NEXT;
    }
    if (cs->cmd[0] & MI_STORE_QWORD) {
        addr &= ADDR_QWORD;
        for (unsigned i = 3; i + 1 < len; i += 2, addr += 8) {
            igd_cs_st64(cs, space, addr, igd_mi_addr(cs, i));
        }
    } else {
        for (unsigned i = 3; i < len; i++, addr += 4) {
            igd_cs_st32(cs, space, addr, cs->cmd[i]);
        }
    }
    return IGD_STEP_NEXT;
}

static IGDStep igd_mi_store_data_index(IGDCommandStreamer *cs, unsigned len)
{
    uint32_t page = cs->cmd[0] & MI_STORE_PPHWSP ? igd_context_page(cs) :
                    igd_ring_reg(cs, RING_HWS_PGA) & IGD_PAGE_MASK;
    uint32_t offset = cs->cmd[1] & 0xffc;

    igd_cs_st32(cs, IGD_SPACE_GGTT, page + offset, cs->cmd[2]);
    if (len > 3 && offset < 0xffc) {
        igd_cs_st32(cs, IGD_SPACE_GGTT, page + offset + 4, cs->cmd[3]);
    }
    return IGD_STEP_NEXT;
}

static IGDStep igd_mi_load_register_imm(IGDCommandStreamer *cs, unsigned len)
{
    for (unsigned i = 1; i + 1 < len; i += 2) {
        igd_mmio_write32(cs->s, cs->cmd[i] & MI_REG_OFFSET, cs->cmd[i + 1]);
    }
    return IGD_STEP_NEXT;
}

static IGDStep igd_mi_load_register_mem(IGDCommandStreamer *cs, unsigned len)
{
    IGDSpace space;

    if (igd_mi_space(cs, cs->cmd[0] & MI_GLOBAL_GTT, &space)) {
        igd_mmio_write32(cs->s, cs->cmd[1] & MI_REG_OFFSET,
                         igd_cs_ld32(cs, space,
                                     igd_mi_addr(cs, 2) & ADDR_DWORD));
    }
    return IGD_STEP_NEXT;
}

static IGDStep igd_mi_load_register_reg(IGDCommandStreamer *cs, unsigned len)
{
    igd_mmio_write32(cs->s, cs->cmd[2] & MI_REG_OFFSET,
                     igd_mmio_read32(cs->s, cs->cmd[1] & MI_REG_OFFSET));
    return IGD_STEP_NEXT;
}

static IGDStep igd_mi_store_register_mem(IGDCommandStreamer *cs, unsigned len)
{
    IGDSpace space;

    if (igd_mi_space(cs, cs->cmd[0] & MI_GLOBAL_GTT, &space)) {
        igd_cs_st32(cs, space, igd_mi_addr(cs, 2) & ADDR_DWORD,
                    igd_mmio_read32(cs->s, cs->cmd[1] & MI_REG_OFFSET));
    }
    return IGD_STEP_NEXT;
}

static IGDStep igd_mi_copy_mem_mem(IGDCommandStreamer *cs, unsigned len)
{
    IGDSpace src, dst;

    if (igd_mi_space(cs, cs->cmd[0] & MI_COPY_SRC_GLOBAL, &src) &&
        igd_mi_space(cs, cs->cmd[0] & MI_COPY_DST_GLOBAL, &dst)) {
        igd_cs_st32(cs, dst, igd_mi_addr(cs, 1) & ADDR_DWORD,
                    igd_cs_ld32(cs, src, igd_mi_addr(cs, 3) & ADDR_DWORD));
    }
    return IGD_STEP_NEXT;
}

/* The dword in memory against the one given; both modes, poll and signal. */
static IGDStep igd_mi_semaphore_wait(IGDCommandStreamer *cs, unsigned len)
{
    uint32_t given = cs->cmd[1], memory;
    bool met = false;
    IGDSpace space;

    if (!igd_mi_space(cs, cs->cmd[0] & MI_GLOBAL_GTT, &space)) {
        return IGD_STEP_NEXT;
    }
    memory = igd_cs_ld32(cs, space, igd_mi_addr(cs, 2) & ADDR_DWORD);
    switch (extract32(cs->cmd[0], 12, 3)) {
    case 0:
        met = memory > given;
        break;
    case 1:
        met = memory >= given;
        break;
    case 2:
        met = memory < given;
        break;
    case 3:
        met = memory <= given;
        break;
    case 4:
        met = memory == given;
        break;
    case 5:
        met = memory != given;
        break;
    default:
        qemu_log_mask(LOG_GUEST_ERROR, "igd: %s: semaphore comparison %u\n",
                      cs->e->info->name, extract32(cs->cmd[0], 12, 3));
        return IGD_STEP_NEXT;
    }
    return met ? IGD_STEP_NEXT : IGD_STEP_WAIT;
}

static IGDStep igd_mi_semaphore_signal(IGDCommandStreamer *cs, unsigned len)
{
    igd_execlists_wake_waiters(cs->s);
    return IGD_STEP_NEXT;
}

/* Pipe and plane of a flip; false: the hardware has no such plane. */
static bool igd_mi_flip_plane(const IGDCommandStreamer *cs, unsigned *pipe,
                              unsigned *plane)
{
    static const uint8_t gen8_pipe[] = { 0, 1, 0, 1, 2, 2 };
    static const uint8_t gen8_plane[] = { 0, 0, 1, 1, 0, 1 };
    unsigned code;

    if (igd_gen(cs->s) == 8) {
        code = extract32(cs->cmd[0], 19, 3);
        if (code >= ARRAY_SIZE(gen8_pipe)) {
            return false;
        }
        *pipe = gen8_pipe[code];
        *plane = gen8_plane[code];
        return true;
    }
    code = extract32(cs->cmd[0], 8, 5);
    switch (code) {
    case 0 ... 2:
        *plane = 0;
        *pipe = code;
        return true;
    case 4 ... 6:
        *plane = 1;
        *pipe = code - 4;
        return true;
    case 7 ... 9:
        *plane = 2;
        *pipe = code - 7;
        return true;
    }
    return false;
}

/* The same registers as for the CPU; writing the surface arms the flip. */
static IGDStep igd_mi_display_flip(IGDCommandStreamer *cs, unsigned len)
{
    bool gen8 = igd_gen(cs->s) == 8;
    unsigned pipe, plane;
    uint32_t reg, ctl, stride;

    if (!igd_mi_flip_plane(cs, &pipe, &plane)) {
        qemu_log_mask(LOG_GUEST_ERROR, "igd: %s: flip of an unknown plane, "
                      "0x%08x\n", cs->e->info->name, cs->cmd[0]);
        return IGD_STEP_NEXT;
    }
    reg = PLANE_REG(pipe, plane);
    /* An asynchronous flip changes the address only. */
    if (extract32(cs->cmd[2], 0, 2) != FLIP_ASYNC) {
        ctl = igd_mmio_read32(cs->s, reg);
        ctl = gen8 ? deposit32(ctl, 10, 1, cs->cmd[1]) :
                     deposit32(ctl, 10, 3, cs->cmd[1]);
        stride = extract32(cs->cmd[1], 6, 10);
        igd_mmio_write32(cs->s, reg, ctl);
        igd_mmio_write32(cs->s, reg + PLANE_STRIDE,
                         gen8 ? stride << 6 : stride);
    }
    igd_mmio_write32(cs->s, reg + PLANE_SURF, cs->cmd[2] & FLIP_SURF_ADDR);
    return IGD_STEP_NEXT;
}

/* MI_MATH works on the general purpose registers through two operands. */
typedef struct IGDAlu {
    uint64_t srca, srcb, accu;
    bool zero, carry;
} IGDAlu;

static uint64_t igd_alu_get(IGDCommandStreamer *cs, const IGDAlu *alu,
                            unsigned operand)
{
    switch (operand) {
    case 0x00 ... 0x0f:
        return (uint64_t)igd_ring_reg(cs, RING_GPR(operand) + 4) << 32 |
               igd_ring_reg(cs, RING_GPR(operand));
    case 0x31:
        return alu->accu;
    case 0x32:
        return alu->zero ? UINT64_MAX : 0;
    case 0x33:
        return alu->carry ? UINT64_MAX : 0;
    }
    return 0;
}

static void igd_alu_set(IGDCommandStreamer *cs, IGDAlu *alu, unsigned operand,
                        uint64_t value)
{
    switch (operand) {
    case 0x00 ... 0x0f:
        igd_ring_reg_set(cs, RING_GPR(operand), value);
        igd_ring_reg_set(cs, RING_GPR(operand) + 4, value >> 32);
        break;
    case 0x20:
        alu->srca = value;
        break;
    case 0x21:
        alu->srcb = value;
        break;
    }
}

static IGDStep igd_mi_math(IGDCommandStreamer *cs, unsigned len)
{
    IGDAlu alu = { 0 };

    for (unsigned i = 1; i < len; i++) {
        unsigned to = extract32(cs->cmd[i], 10, 10);
        uint64_t from = igd_alu_get(cs, &alu, extract32(cs->cmd[i], 0, 10));
        unsigned op = extract32(cs->cmd[i], 20, 12);

        switch (op) {
        case 0x000:
            continue;
        case 0x080:                     /* LOAD */
        case 0x180:                     /* STORE */
            igd_alu_set(cs, &alu, to, from);
            continue;
        case 0x480:                     /* LOADINV */
        case 0x580:                     /* STOREINV */
            igd_alu_set(cs, &alu, to, ~from);
            continue;
        case 0x081:                     /* LOAD0 */
            igd_alu_set(cs, &alu, to, 0);
            continue;
        case 0x481:                     /* LOAD1 */
            igd_alu_set(cs, &alu, to, UINT64_MAX);
            continue;
        case 0x100:
            alu.accu = alu.srca + alu.srcb;
            alu.carry = alu.accu < alu.srca;
            break;
        case 0x101:
            alu.accu = alu.srca - alu.srcb;
            alu.carry = alu.srca < alu.srcb;
            break;
        case 0x102:
            alu.accu = alu.srca & alu.srcb;
            break;
        case 0x103:
            alu.accu = alu.srca | alu.srcb;
            break;
        case 0x104:
            alu.accu = alu.srca ^ alu.srcb;
            break;
        default:
            qemu_log_mask(LOG_GUEST_ERROR, "igd: %s: MI_MATH operation "
                          "0x%03x\n", cs->e->info->name, op);
            return IGD_STEP_NEXT;
        }
        alu.zero = !alu.accu;
    }
    return IGD_STEP_NEXT;
}

/* By opcode; those below 0x10 are one dword long.  No name: it is logged. */
static const IGDMICommand igd_mi_commands[64] = {
    [0x00] = { "MI_NOOP" },
    [0x01] = { "MI_SET_PREDICATE" },
    [0x02] = { "MI_USER_INTERRUPT", 0, 1, igd_mi_user_interrupt },
    [0x03] = { "MI_WAIT_FOR_EVENT" },
    [0x04] = { "MI_FLUSH" },
    [0x05] = { "MI_ARB_CHECK", 0, 1, igd_mi_arb_check },
    [0x06] = { "MI_RS_CONTROL" },
    [0x07] = { "MI_REPORT_HEAD" },
    [0x08] = { "MI_ARB_ON_OFF", 0, 1, igd_mi_arb_on_off },
    [0x09] = { "MI_URB_ATOMIC_ALLOC" },
    [0x0a] = { "MI_BATCH_BUFFER_END", 0, 1, igd_mi_batch_end },
    [0x0b] = { "MI_SUSPEND_FLUSH" },
    [0x0c] = { "MI_PREDICATE" },
    [0x0d] = { "MI_TOPOLOGY_FILTER" },
    [0x0e] = { "MI_SET_APPID" },
    [0x0f] = { "MI_RS_CONTEXT" },
    [0x12] = { "MI_LOAD_SCAN_LINES_INCL", 6 },
    [0x13] = { "MI_LOAD_SCAN_LINES_EXCL", 6 },
    [0x14] = { "MI_DISPLAY_FLIP", 8, 3, igd_mi_display_flip },
    [0x18] = { "MI_SET_CONTEXT", 8 },
    [0x19] = { "MI_URB_CLEAR", 8 },
    [0x1a] = { "MI_MATH", 8, 2, igd_mi_math },
    [0x1b] = { "MI_SEMAPHORE_SIGNAL", 8, 2, igd_mi_semaphore_signal },
    [0x1c] = { "MI_SEMAPHORE_WAIT", 8, 4, igd_mi_semaphore_wait },
    [0x20] = { "MI_STORE_DATA_IMM", 10, 4, igd_mi_store_data_imm },
    [0x21] = { "MI_STORE_DATA_INDEX", 8, 3, igd_mi_store_data_index },
    [0x22] = { "MI_LOAD_REGISTER_IMM", 8, 3, igd_mi_load_register_imm },
    [0x23] = { .length_bits = 10 },     /* MI_UPDATE_GTT: not modelled */
    [0x24] = { "MI_STORE_REGISTER_MEM", 8, 4, igd_mi_store_register_mem },
    [0x26] = { "MI_FLUSH_DW", 6, 3, igd_mi_flush_dw },
    [0x27] = { "MI_CLFLUSH", 10 },
    [0x28] = { "MI_REPORT_PERF_COUNT", 6 },
    [0x29] = { "MI_LOAD_REGISTER_MEM", 8, 4, igd_mi_load_register_mem },
    [0x2a] = { "MI_LOAD_REGISTER_REG", 8, 3, igd_mi_load_register_reg },
    [0x2b] = { "MI_RS_STORE_DATA_IMM", 8 },
    [0x2c] = { "MI_LOAD_URB_MEM", 8 },
    [0x2d] = { "MI_STORE_URB_MEM", 8 },
    [0x2e] = { "MI_COPY_MEM_MEM", 8, 5, igd_mi_copy_mem_mem },
    [0x31] = { "MI_BATCH_BUFFER_START", 8, 3, igd_mi_batch_start },
    [0x36] = { "MI_CONDITIONAL_BATCH_BUFFER_END", 8, 4,
               igd_mi_conditional_end },
};

static unsigned igd_mi_opcode(uint32_t header)
{
    return extract32(header, 23, 6);
}

unsigned igd_mi_length(uint32_t header)
{
    unsigned opcode = igd_mi_opcode(header);
    const IGDMICommand *c = &igd_mi_commands[opcode];

    if (opcode < 0x10) {
        return 1;
    }
    return extract32(header, 0, c->length_bits ?: 8) + 2;
}

IGDStep igd_mi_execute(IGDCommandStreamer *cs, unsigned len)
{
    const IGDMICommand *c = &igd_mi_commands[igd_mi_opcode(cs->cmd[0])];

    if (!c->name) {
        qemu_log_mask(LOG_UNIMP, "igd: %s: MI command 0x%08x\n",
                      cs->e->info->name, cs->cmd[0]);
        return IGD_STEP_NEXT;
    }
    if (!c->execute) {
        return IGD_STEP_NEXT;
    }
    if (len < c->min) {
        qemu_log_mask(LOG_GUEST_ERROR, "igd: %s: %s of %u dwords\n",
                      cs->e->info->name, c->name, len);
        return IGD_STEP_NEXT;
    }
    return c->execute(cs, len);
}
