/*
 * Intel IGD: render side without its command streamers
 *
 * Forcewake, reset, TLB invalidation, power controller mailbox, fuses,
 * memory controller mirror, and the registers every engine has.
 *
 * PRM: volume 2c (register names as below); volume 2c part "Command Reference:
 * Registers" of Broadwell and of Skylake.  Mailbox commands and the sideband
 * are not in the PRMs; i915's i915_reg.h names them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "igd-gt.h"
#include "qemu/host-utils.h"
#include "qemu/log.h"
#include "qemu/timer.h"
#include "hw/registerfields.h"
#include "igd.h"
#include "igd-execlists.h"
#include "igd-regs.h"
#include "trace.h"

/* Multithreaded forcewake: each request bit of a domain is acknowledged. */
REG32(FORCEWAKE_MEDIA, 0xa270)
REG32(FORCEWAKE_RENDER, 0xa278)
REG32(FORCEWAKE_MT, 0xa188)             /* gen8: all; gen9: the "GT" domain */
REG32(FORCEWAKE_ACK_RENDER, 0xd84)
REG32(FORCEWAKE_ACK_MEDIA, 0xd88)
REG32(FORCEWAKE_ACK_GT, 0x130044)

REG32(GDRST, 0x941c)
    FIELD(GDRST, FULL, 0, 1)
    FIELD(GDRST, RENDER, 1, 1)
    FIELD(GDRST, MEDIA, 2, 1)
    FIELD(GDRST, BLT, 3, 1)
    FIELD(GDRST, VECS, 4, 1)
    FIELD(GDRST, GUC, 5, 1)
    FIELD(GDRST, MEDIA2, 7, 1)

REG32(PCODE_MAILBOX, 0x138124)
    FIELD(PCODE_MAILBOX, COMMAND, 0, 8) /* when done: an error code */
    FIELD(PCODE_MAILBOX, BUSY, 31, 1)
REG32(PCODE_DATA, 0x138128)
REG32(PCODE_DATA1, 0x13812c)

REG32(FUSE2, 0x9120)
    FIELD(FUSE2, SS_DISABLE_GEN9, 20, 4)
    FIELD(FUSE2, SS_DISABLE_GEN8, 21, 3)
    FIELD(FUSE2, SLICE_ENABLE, 25, 3)

/* Relative to the base of an engine */
REG32(RING_MI_MODE, 0x9c)
    FIELD(RING_MI_MODE, STOP, 8, 1)
    FIELD(RING_MI_MODE, IDLE, 9, 1)
REG32(RING_RESET_CTL, 0xd0)
    FIELD(RING_RESET_CTL, REQUEST, 0, 1)
    FIELD(RING_RESET_CTL, READY, 1, 1)
REG32(RING_ELSP, 0x230)
REG32(RING_TIMESTAMP, 0x358)
REG32(RING_TIMESTAMP_UDW, 0x35c)
#define RING_BLOCK_SIZE 0x800

#define PCODE_ILLEGAL_CMD   1

static const IGDEngineInfo igd_engine_info[IGD_ENGINES] = {
    [IGD_RCS] = {
        .name = "rcs0", .base = 0x2000,
        .gdrst = R_GDRST_RENDER_MASK, .irq_bank = 0, .irq_shift = 0,
    },
    [IGD_BCS] = {
        .name = "bcs0", .base = 0x22000,
        .gdrst = R_GDRST_BLT_MASK, .irq_bank = 0, .irq_shift = 16,
    },
    [IGD_VCS0] = {
        .name = "vcs0", .base = 0x12000,
        .gdrst = R_GDRST_MEDIA_MASK, .irq_bank = 1, .irq_shift = 0,
    },
    [IGD_VCS1] = {
        .name = "vcs1", .base = 0x1c000,
        .gdrst = R_GDRST_MEDIA2_MASK, .irq_bank = 1, .irq_shift = 16,
    },
    [IGD_VECS] = {
        .name = "vecs0", .base = 0x1a000,
        .gdrst = R_GDRST_VECS_MASK, .irq_bank = 3, .irq_shift = 0,
    },
};

static IGDEngine *igd_engine_of(IGDState *s, uint32_t offset)
{
    for (int i = 0; i < IGD_ENGINES; i++) {
        if (offset - igd_engine_info[i].base < RING_BLOCK_SIZE) {
            return &s->engine[i];
        }
    }
    g_assert_not_reached();
}

static void igd_forcewake_post(IGDState *s, uint32_t offset, uint32_t value)
{
    uint32_t ack = offset == A_FORCEWAKE_RENDER ? A_FORCEWAKE_ACK_RENDER :
                   offset == A_FORCEWAKE_MEDIA ? A_FORCEWAKE_ACK_MEDIA :
                   A_FORCEWAKE_ACK_GT;

    igd_reg_set(s, ack, value);
}

/* Reset has finished by the time the write returns: the bits read zero. */
static uint32_t igd_gdrst_pre(IGDState *s, uint32_t offset, uint32_t value)
{
    for (int i = 0; i < IGD_ENGINES; i++) {
        IGDEngine *e = &s->engine[i];

        if (e->present &&
            (value & (R_GDRST_FULL_MASK | e->info->gdrst))) {
            trace_igd_engine_reset(e->info->name);
            igd_regs_reset(s, e->info->base,
                           e->info->base + RING_BLOCK_SIZE - 4);
            igd_execlists_reset(e);
        }
    }
    return 0;
}

/* No translation is cached, so there is nothing to invalidate. */
static uint32_t igd_tlb_pre(IGDState *s, uint32_t offset, uint32_t value)
{
    return 0;
}

/* What the power controller answers; commands without a row are refused. */
static const struct {
    uint8_t command;
    uint32_t data;
} igd_pcode_replies[] = {
    { 0x05, 0 },                /* load HDCP keys; RC6 voltages on gen8 */
    { 0x07, 1 },                /* CDCLK change: ready */
    { 0x08, 0 },                /* write a row of the frequency table */
    { 0x09, 0 },                /* read one */
    { 0x17, 0 },                /* display asks for a frequency */
    { 0x18, 0 },                /* display frequency change request */
    { 0x19, 0 },                /* IPS control */
    { 0x1a, 0x0b00 },           /* duty cycle: efficient ratio in 15:8 */
    { 0x21, 1 },                /* SAGV: is disabled */
};

static uint32_t igd_pcode_pre(IGDState *s, uint32_t offset, uint32_t value)
{
    uint8_t command = FIELD_EX32(value, PCODE_MAILBOX, COMMAND);
    uint32_t error = PCODE_ILLEGAL_CMD;

    if (!(value & R_PCODE_MAILBOX_BUSY_MASK)) {
        return value;
    }
    value &= ~(R_PCODE_MAILBOX_BUSY_MASK | R_PCODE_MAILBOX_COMMAND_MASK);

    if (command == 0x06 && igd_gen(s) >= 9) {
        /* Memory latency in us, one byte per level: 0 to 3, or 4 to 7 */
        igd_reg_set(s, A_PCODE_DATA,
                    igd_reg(s, A_PCODE_DATA) ? 0x736e6341 : 0x201c1302);
        return value;
    }
    for (size_t i = 0; i < ARRAY_SIZE(igd_pcode_replies); i++) {
        if (igd_pcode_replies[i].command == command) {
            igd_reg_set(s, A_PCODE_DATA, igd_pcode_replies[i].data);
            igd_reg_set(s, A_PCODE_DATA1, 0);
            error = 0;
        }
    }
    if (error) {
        qemu_log_mask(LOG_UNIMP, "igd: mailbox command 0x%02x\n", command);
    }
    return FIELD_DP32(value, PCODE_MAILBOX, COMMAND, error);
}

/* Subslice 3 exists in no GT2; its disable bit does only on gen9. */
static uint32_t igd_fuse2_read(IGDState *s, uint32_t offset)
{
    uint32_t fuse = FIELD_DP32(0, FUSE2, SLICE_ENABLE, 1);

    return igd_gen(s) == 8 ? fuse : FIELD_DP32(fuse, FUSE2,
                                               SS_DISABLE_GEN9, 1 << 3);
}

/* Ticks of 80 ns on gen8, of 1/12 us on gen9 */
static uint64_t igd_timestamp(IGDState *s)
{
    int64_t ns = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);

    return igd_gen(s) == 8 ? ns / 80 : muldiv64(ns, 12, 1000);
}

static uint32_t igd_timestamp_read(IGDState *s, uint32_t offset)
{
    return igd_timestamp(s);
}

static uint32_t igd_timestamp_udw_read(IGDState *s, uint32_t offset)
{
    return igd_timestamp(s) >> 32;
}

static uint32_t igd_us_read(IGDState *s, uint32_t offset)
{
    return qemu_clock_get_us(QEMU_CLOCK_VIRTUAL);
}

/* An engine never has work in flight when software looks: it is idle. */
static uint32_t igd_mi_mode_pre(IGDState *s, uint32_t offset, uint32_t value)
{
    return value | R_RING_MI_MODE_IDLE_MASK;
}

static uint32_t igd_reset_ctl_pre(IGDState *s, uint32_t offset, uint32_t value)
{
    return FIELD_DP32(value, RING_RESET_CTL, READY,
                      FIELD_EX32(value, RING_RESET_CTL, REQUEST));
}

static void igd_elsp_post(IGDState *s, uint32_t offset, uint32_t value)
{
    igd_execlists_elsp_write(igd_engine_of(s, offset), value);
}

static const IGDReg igd_gt_rows[] = {
    { .name = "FORCEWAKE_RENDER", .offset = A_FORCEWAKE_RENDER,
      .flags = IGD_REG_MASKED | IGD_REG_GEN9,
      .post_write = igd_forcewake_post },
    { .name = "FORCEWAKE_MEDIA", .offset = A_FORCEWAKE_MEDIA,
      .flags = IGD_REG_MASKED | IGD_REG_GEN9,
      .post_write = igd_forcewake_post },
    { .name = "FORCEWAKE_MT", .offset = A_FORCEWAKE_MT,
      .flags = IGD_REG_MASKED, .post_write = igd_forcewake_post },
    { .name = "FORCEWAKE_ACK_RENDER", .offset = A_FORCEWAKE_ACK_RENDER,
      .flags = IGD_REG_GEN9, .ro = UINT32_MAX },
    { .name = "FORCEWAKE_ACK_MEDIA", .offset = A_FORCEWAKE_ACK_MEDIA,
      .flags = IGD_REG_GEN9, .ro = UINT32_MAX },
    { .name = "FORCEWAKE_ACK_GT", .offset = A_FORCEWAKE_ACK_GT,
      .ro = UINT32_MAX },

    { .name = "GDRST", .offset = A_GDRST, .pre_write = igd_gdrst_pre },
    /* RTCR, M1TCR, M2TCR, BTCR, VTCR */
    { .name = "TLB_INVALIDATE", .offset = 0x4260, .count = 5,
      .pre_write = igd_tlb_pre },

    { .name = "PCODE_MAILBOX", .offset = A_PCODE_MAILBOX,
      .pre_write = igd_pcode_pre },
    { .name = "PCODE_DATA", .offset = A_PCODE_DATA },
    { .name = "PCODE_DATA1", .offset = A_PCODE_DATA1 },

    { .name = "FUSE2", .offset = A_FUSE2, .ro = UINT32_MAX,
      .read = igd_fuse2_read },
    { .name = "EU_DISABLE", .offset = 0x9134, .count = 3, .ro = UINT32_MAX },
    /* The microcontroller has no firmware: its core stays in reset. */
    { .name = "GUC_STATUS", .offset = 0xc000, .reset = 1, .ro = UINT32_MAX },
    { .name = "GUC_MAX_IDLE_COUNT", .offset = 0xc3e4 },
    { .name = "EDRAM_CAP", .offset = 0x120010, .ro = UINT32_MAX },
    { .name = "GT_THREAD_STATUS", .offset = 0x13805c, .ro = UINT32_MAX },
    { .name = "GTFIFODBG", .offset = 0x120000, .w1c = UINT32_MAX },
    { .name = "GTFIFOCTL", .offset = 0x120008, .reset = 64,
      .ro = UINT32_MAX },
    { .name = "FPGA_DBG", .offset = 0x42300, .w1c = 1u << 31 },

    { .name = "TIMESTAMP_CTR", .offset = 0x44070, .ro = UINT32_MAX,
      .read = igd_us_read },
    { .name = "TIMESTAMP_OVERRIDE", .offset = 0x44074 },
    /* The crystal, divided by two, clocks the engines' timestamps. */
    { .name = "CTC_MODE", .offset = 0xa26c, .reset = 2 << 1,
      .flags = IGD_REG_GEN9 },

    /* A hypervisor's signature of a vGPU: zero, this is no vGPU */
    { .name = "PVINFO", .offset = 0x78000, .count = 0x400,
      .ro = UINT32_MAX },

    /* Frequency and idle states: accepted, and without effect */
    { .name = "RPNSWREQ", .offset = 0xa008 },
    { .name = "RC_VIDEO_FREQ", .offset = 0xa00c },
    { .name = "RP_DOWN_TIMEOUT", .offset = 0xa010 },
    { .name = "RP_INTERRUPT_LIMITS", .offset = 0xa014 },
    { .name = "RPSTAT1", .offset = 0xa01c, .ro = UINT32_MAX },
    { .name = "RP_CONTROL", .offset = 0xa024, .count = 4 },
    { .name = "RP_EI", .offset = 0xa050, .count = 8 },
    { .name = "RP_IDLE_HYSTERSIS", .offset = 0xa070 },
    { .name = "RC_CONTROL", .offset = 0xa090 },
    { .name = "RC_STATE", .offset = 0xa094 },
    { .name = "RC_WAKE_RATE_LIMIT", .offset = 0xa098, .count = 9 },
    { .name = "PM_CONTROL", .offset = 0xa0bc, .count = 5 },
    { .name = "PM_INT_MASK", .offset = 0xa168, .reset = UINT32_MAX },
    { .name = "PG_ENABLE", .offset = 0xa210 },
    /* Not zero: the saved context of RC6 is intact. */
    { .name = "RC6_CTX_INFO", .offset = 0x8504, .reset = 1,
      .ro = UINT32_MAX },
    { .name = "RC_RESIDENCY", .offset = 0x138104, .count = 4,
      .ro = UINT32_MAX },

    /* Chicken bits and clock gating: stored */
    { .name = "UCGCTL", .offset = 0x9400, .count = 4 },
    { .name = "MISCCPCTL", .offset = 0x9424 },
    { .name = "GARBCNTL", .offset = 0xb004 },
    { .name = "LNCFCMOCS", .offset = 0xb020, .count = 32 },
    { .name = "L3SQC", .offset = 0xb100, .count = 8 },
    { .name = "FF_THREAD_MODE", .offset = 0x20a0 },
    { .name = "MCR_SELECTOR", .offset = 0xfdc },
    { .name = "PRIVATE_PAT", .offset = 0x40e0, .count = 2 },
    { .name = "GTT_CACHE_EN", .offset = 0x4024 },
    { .name = "L3_LRA_1_GPGPU", .offset = 0x4dd4 },
    { .name = "ARB_MODE", .offset = 0x4030, .flags = IGD_REG_MASKED },
    { .name = "RING_FAULT", .offset = 0x4094 },
    { .name = "FAULT_TLB_DATA", .offset = 0x4b10, .count = 2 },
    { .name = "GAMT_ECO", .offset = 0x4ab0 },
    { .name = "GAMT_CHICKEN", .offset = 0x4ab8 },
    { .name = "TRTT", .offset = 0x4de0, .count = 8 },
    { .name = "GFX_FLSH_CNTL", .offset = 0x101008 },
    { .name = "MOCS_ENGINE", .offset = 0xc800, .count = 320 },
    { .name = "WM_CHICKEN3", .offset = 0x5588, .flags = IGD_REG_MASKED },
    { .name = "CACHE_MODE", .offset = 0x7000, .count = 2,
      .flags = IGD_REG_MASKED },
    { .name = "GT_MODE", .offset = 0x7008, .flags = IGD_REG_MASKED },
    { .name = "COMMON_SLICE_CHICKEN", .offset = 0x7010, .count = 3,
      .flags = IGD_REG_MASKED },
    { .name = "HDC_CHICKEN", .offset = 0x7300, .count = 2,
      .flags = IGD_REG_MASKED },
    { .name = "VF_GUARDBAND", .offset = 0x83a4, .flags = IGD_REG_MASKED },
    { .name = "HALF_SLICE_CHICKEN1", .offset = 0xe100,
      .flags = IGD_REG_MASKED },
    { .name = "HALF_SLICE_CHICKEN", .offset = 0xe180, .count = 6,
      .flags = IGD_REG_MASKED },
    { .name = "ROW_CHICKEN", .offset = 0xe4f0, .count = 2,
      .flags = IGD_REG_MASKED },

    /* Mirror of the memory controller: two 4 GiB DDR4 DIMMs, x8, one rank */
    { .name = "MAD_INTER_CHANNEL", .offset = 0x145000, .ro = UINT32_MAX,
      .flags = IGD_REG_GEN9 },
    { .name = "MAD_DIMM", .offset = 0x14500c, .count = 2, .reset = 4,
      .ro = UINT32_MAX, .flags = IGD_REG_GEN9 },
    /* Watermark latencies: 0.2, 0.5, 2, 2.5 us; the rest off */
    { .name = "SSKPD", .offset = 0x145d10, .reset = 0x00a04051,
      .ro = UINT32_MAX, .flags = IGD_REG_GEN8 },
    { .name = "SSKPD_UDW", .offset = 0x145d14, .reset = 2u << 24,
      .ro = UINT32_MAX, .flags = IGD_REG_GEN8 },
    /* Ratios of 50 MHz: 1100 at most, 550 efficient, 350 at least */
    { .name = "RP_STATE_CAP", .offset = 0x145998, .reset = 0x00070b16,
      .ro = UINT32_MAX },
    { .name = "MC_BIOS_DATA", .offset = 0x145e04, .ro = UINT32_MAX },
    { .name = "GT_PERF_STATUS", .offset = 0x145948, .ro = UINT32_MAX },
};

static const IGDReg igd_rcs_rows[] = {
    { .name = "PGTBL_ER", .offset = 0x2024 },
    { .name = "3D_CHICKEN", .offset = 0x2084, .count = 2,
      .flags = IGD_REG_MASKED },
    { .name = "3D_CHICKEN3", .offset = 0x2090, .flags = IGD_REG_MASKED },
    { .name = "CSFE_CHICKEN1", .offset = 0x20d4, .count = 6,
      .flags = IGD_REG_MASKED },
    { .name = "CS_DEBUG_MODE1", .offset = 0x20ec, .flags = IGD_REG_MASKED },
    { .name = "VFSKPD", .offset = 0x2470, .flags = IGD_REG_MASKED },
    { .name = "CS_CHICKEN1", .offset = 0x2580, .flags = IGD_REG_MASKED },
};

/* Relative to the engine's base */
static const IGDReg igd_ring_rows[] = {
    { .name = "EXCC", .offset = 0x28, .flags = IGD_REG_MASKED },
    { .name = "TAIL", .offset = 0x30 },
    { .name = "HEAD", .offset = 0x34 },
    { .name = "START", .offset = 0x38 },
    { .name = "CTL", .offset = 0x3c },
    { .name = "PSMI_CTL", .offset = 0x50, .flags = IGD_REG_MASKED },
    { .name = "MAX_IDLE", .offset = 0x54 },
    { .name = "ACTHD_UDW", .offset = 0x5c, .ro = UINT32_MAX },
    { .name = "DMA_FADD_UDW", .offset = 0x60, .ro = UINT32_MAX },
    { .name = "IPEIR", .offset = 0x64, .ro = UINT32_MAX },
    { .name = "IPEHR", .offset = 0x68, .ro = UINT32_MAX },
    { .name = "INSTDONE", .offset = 0x6c, .reset = UINT32_MAX,
      .ro = UINT32_MAX },
    { .name = "INSTPS", .offset = 0x70, .ro = UINT32_MAX },
    { .name = "ACTHD", .offset = 0x74, .ro = UINT32_MAX },
    { .name = "DMA_FADD", .offset = 0x78, .ro = UINT32_MAX },
    { .name = "HWS_PGA", .offset = 0x80 },
    { .name = "NOPID", .offset = 0x94, .ro = UINT32_MAX },
    { .name = "HWSTAM", .offset = 0x98, .reset = UINT32_MAX },
    { .name = "MI_MODE", .offset = A_RING_MI_MODE,
      .reset = R_RING_MI_MODE_IDLE_MASK, .ro = R_RING_MI_MODE_IDLE_MASK,
      .flags = IGD_REG_MASKED, .pre_write = igd_mi_mode_pre },
    { .name = "IMR", .offset = 0xa8, .reset = UINT32_MAX },
    { .name = "EIR", .offset = 0xb0, .w1c = UINT32_MAX },
    { .name = "EMR", .offset = 0xb4, .reset = UINT32_MAX },
    { .name = "ESR", .offset = 0xb8, .ro = UINT32_MAX },
    { .name = "INSTPM", .offset = 0xc0, .flags = IGD_REG_MASKED },
    { .name = "PWR_CLK_STATE", .offset = 0xc8 },
    { .name = "RESET_CTL", .offset = A_RING_RESET_CTL,
      .ro = R_RING_RESET_CTL_READY_MASK, .flags = IGD_REG_MASKED,
      .pre_write = igd_reset_ctl_pre },
    { .name = "BBSTATE", .offset = 0x110, .ro = UINT32_MAX },
    { .name = "BBADDR", .offset = 0x140, .ro = UINT32_MAX },
    { .name = "BBADDR_UDW", .offset = 0x168, .ro = UINT32_MAX },
    { .name = "CCID", .offset = 0x180 },
    { .name = "BB_PER_CTX_PTR", .offset = 0x1c0, .count = 3 },
    { .name = "ECOSKPD", .offset = 0x1d0, .flags = IGD_REG_MASKED },
    { .name = "ELSP", .offset = A_RING_ELSP, .post_write = igd_elsp_post },
    { .name = "EXECLIST_STATUS", .offset = 0x234, .count = 2,
      .ro = UINT32_MAX },
    { .name = "CONTEXT_CONTROL", .offset = 0x244, .flags = IGD_REG_MASKED },
    { .name = "CTX_PREEMPT", .offset = 0x248 },
    { .name = "SEMA_WAIT_POLL", .offset = 0x24c },
    { .name = "PDP", .offset = 0x270, .count = 8 },
    { .name = "MODE", .offset = 0x29c, .flags = IGD_REG_MASKED },
    { .name = "TIMESTAMP", .offset = A_RING_TIMESTAMP, .ro = UINT32_MAX,
      .read = igd_timestamp_read },
    { .name = "TIMESTAMP_UDW", .offset = A_RING_TIMESTAMP_UDW,
      .ro = UINT32_MAX, .read = igd_timestamp_udw_read },
    { .name = "CONTEXT_STATUS_BUF", .offset = 0x370, .count = 12,
      .ro = UINT32_MAX },
    { .name = "CONTEXT_STATUS_PTR", .offset = 0x3a0,
      .flags = IGD_REG_MASKED },
    { .name = "CTX_TIMESTAMP", .offset = 0x3a8 },
    { .name = "PREDICATE", .offset = 0x400, .count = 8 },
    { .name = "FORCE_TO_NONPRIV", .offset = 0x4d0, .count = 12 },
    { .name = "CS_GPR", .offset = 0x600, .count = 32 },
};

void igd_gt_init(IGDState *s)
{
    igd_regs_add(s, 0, igd_gt_rows, ARRAY_SIZE(igd_gt_rows));
    igd_regs_add(s, 0, igd_rcs_rows, ARRAY_SIZE(igd_rcs_rows));
    for (int i = 0; i < IGD_ENGINES; i++) {
        IGDEngine *e = &s->engine[i];

        e->info = &igd_engine_info[i];
        e->id = i;
        e->present = s->platform->engines & (1u << i);
        if (e->present) {
            igd_regs_add(s, e->info->base, igd_ring_rows,
                         ARRAY_SIZE(igd_ring_rows));
            igd_execlists_init(s, e);
        }
    }
}

void igd_gt_reset(IGDState *s)
{
    for (int i = 0; i < IGD_ENGINES; i++) {
        if (s->engine[i].present) {
            igd_execlists_reset(&s->engine[i]);
        }
    }
}

void igd_gt_exit(IGDState *s)
{
    for (int i = 0; i < IGD_ENGINES; i++) {
        if (s->engine[i].present) {
            igd_execlists_exit(&s->engine[i]);
        }
    }
}
