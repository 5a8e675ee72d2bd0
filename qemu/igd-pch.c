/*
 * Intel IGD: south display, the part of it in the platform controller hub
 *
 * GMBUS and GPIO without a device on the bus, the sideband (gen8), panel power
 * sequencing, hotplug without events, AUX channels of gen8's ports B to D.
 *
 * PRM: volume 2c, GMBUS0 to GMBUS5, GPIO_CTL, SHOTPLUG_CTL, PP_*; the sideband
 * is known from i915.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "igd-pch.h"
#include "hw/registerfields.h"
#include "igd.h"
#include "igd-display.h"
#include "igd-regs.h"
#include "trace.h"

REG32(GPIO_CTL, 0xc5010)
    FIELD(GPIO_CTL, CLOCK_OUT, 1, 1)    /* direction */
    FIELD(GPIO_CTL, CLOCK_VALUE, 3, 1)
    FIELD(GPIO_CTL, CLOCK_IN, 4, 1)
    FIELD(GPIO_CTL, DATA_OUT, 9, 1)
    FIELD(GPIO_CTL, DATA_VALUE, 11, 1)
    FIELD(GPIO_CTL, DATA_IN, 12, 1)
#define GPIO_MASKS  0x0505              /* write enables; read as zero */

REG32(GMBUS1, 0xc5104)
    FIELD(GMBUS1, CYCLE, 25, 3)
    FIELD(GMBUS1, SW_READY, 30, 1)
    FIELD(GMBUS1, CLEAR, 31, 1)
REG32(GMBUS2, 0xc5108)
    FIELD(GMBUS2, NAK, 10, 1)
    FIELD(GMBUS2, HW_READY, 11, 1)
#define GMBUS_CYCLE_STOP    4

REG32(SBI_ADDR, 0xc6000)
    FIELD(SBI_ADDR, OFFSET, 16, 16)
REG32(SBI_DATA, 0xc6004)
REG32(SBI_CTL, 0xc6008)
    FIELD(SBI_CTL, BUSY, 0, 1)
    FIELD(SBI_CTL, RESPONSE, 1, 2)
    FIELD(SBI_CTL, WRITE, 8, 1)
    FIELD(SBI_CTL, DESTINATION, 16, 8)

REG32(PP_STATUS, 0xc7200)
    FIELD(PP_STATUS, ON, 31, 1)
REG32(PP_CONTROL, 0xc7204)
    FIELD(PP_CONTROL, ON, 0, 1)

/* Pulled up, unless software drives a zero */
static uint32_t igd_gpio_read(IGDState *s, uint32_t offset)
{
    uint32_t v = igd_reg(s, offset);

    v = FIELD_DP32(v, GPIO_CTL, CLOCK_IN,
                   !FIELD_EX32(v, GPIO_CTL, CLOCK_OUT) ||
                   FIELD_EX32(v, GPIO_CTL, CLOCK_VALUE));
    return FIELD_DP32(v, GPIO_CTL, DATA_IN,
                      !FIELD_EX32(v, GPIO_CTL, DATA_OUT) ||
                      FIELD_EX32(v, GPIO_CTL, DATA_VALUE));
}

/* Direction and value change only where their write enables, one bit below. */
static uint32_t igd_gpio_pre(IGDState *s, uint32_t offset, uint32_t value)
{
    uint32_t changed = (value & GPIO_MASKS) << 1;

    return (igd_reg(s, offset) & ~changed) | (value & changed);
}

/* No device acknowledges its address; a stop alone is not acknowledged. */
static void igd_gmbus1_post(IGDState *s, uint32_t offset, uint32_t value)
{
    uint32_t status = igd_reg(s, A_GMBUS2);
    uint32_t cycle = FIELD_EX32(value, GMBUS1, CYCLE);

    if (FIELD_EX32(value, GMBUS1, CLEAR)) {
        status = FIELD_DP32(status, GMBUS2, NAK, 0);
    } else if (FIELD_EX32(value, GMBUS1, SW_READY) && cycle &&
               cycle != GMBUS_CYCLE_STOP) {
        status = FIELD_DP32(status, GMBUS2, NAK, 1);
    }
    trace_igd_gmbus(value, status);
    igd_reg_set(s, A_GMBUS2, status);
}

/* Sideband registers read as written: they configure clocks that have none. */
static uint32_t igd_sbi_pre(IGDState *s, uint32_t offset, uint32_t value)
{
    uint32_t address = FIELD_EX32(igd_reg(s, A_SBI_ADDR), SBI_ADDR, OFFSET) |
                       FIELD_EX32(value, SBI_CTL, DESTINATION) << 16;
    gpointer key = GUINT_TO_POINTER(address);

    if (!FIELD_EX32(value, SBI_CTL, BUSY)) {
        return value;
    }
    value = FIELD_DP32(value, SBI_CTL, BUSY, 0);
    /* Nobody answers for other destinations. */
    if (FIELD_EX32(value, SBI_CTL, DESTINATION) > 1) {
        return FIELD_DP32(value, SBI_CTL, RESPONSE, 1);
    }
    if (FIELD_EX32(value, SBI_CTL, WRITE)) {
        g_hash_table_insert(s->sbi, key,
                            GUINT_TO_POINTER(igd_reg(s, A_SBI_DATA)));
    } else {
        gpointer data = g_hash_table_lookup(s->sbi, key);

        igd_reg_set(s, A_SBI_DATA, GPOINTER_TO_UINT(data));
    }
    return FIELD_DP32(value, SBI_CTL, RESPONSE, 0);
}

static uint32_t igd_pp_status_read(IGDState *s, uint32_t offset)
{
    return FIELD_DP32(0, PP_STATUS, ON,
                      FIELD_EX32(igd_reg(s, A_PP_CONTROL), PP_CONTROL, ON));
}

static const IGDReg igd_pch_rows[] = {
    { .name = "SCHICKEN", .offset = 0xc2000, .count = 2 },
    /* No strap: no port detected, raw clock of 24 MHz */
    { .name = "SFUSE_STRAP", .offset = 0xc2014, .ro = UINT32_MAX },
    { .name = "SCLKGATE_DIS", .offset = 0xc2020 },
    { .name = "SHOTPLUG_CTL", .offset = 0xc4030, .w1c = 0x03030303 },
    { .name = "SHPD_PULSE_CNT", .offset = 0xc4034, .count = 2 },
    { .name = "SHOTPLUG_CTL2", .offset = 0xc403c, .w1c = 3 },
    { .name = "SERR_INT", .offset = 0xc4040, .w1c = UINT32_MAX },
    { .name = "GPIO_CTL", .offset = A_GPIO_CTL, .count = 6,
      .read = igd_gpio_read, .pre_write = igd_gpio_pre },
    { .name = "GMBUS0", .offset = 0xc5100 },
    { .name = "GMBUS1", .offset = A_GMBUS1, .post_write = igd_gmbus1_post },
    { .name = "GMBUS2", .offset = A_GMBUS2, .ro = UINT32_MAX,
      .reset = R_GMBUS2_HW_READY_MASK },
    { .name = "GMBUS3", .offset = 0xc510c },
    { .name = "GMBUS4", .offset = 0xc5110 },
    { .name = "GMBUS5", .offset = 0xc5120 },
    { .name = "SBI_ADDR", .offset = A_SBI_ADDR, .flags = IGD_REG_GEN8 },
    { .name = "SBI_DATA", .offset = A_SBI_DATA, .flags = IGD_REG_GEN8 },
    { .name = "SBI_CTL", .offset = A_SBI_CTL, .flags = IGD_REG_GEN8,
      .pre_write = igd_sbi_pre },
    { .name = "PIXCLK_GATE", .offset = 0xc6020, .flags = IGD_REG_GEN8 },
    { .name = "RAWCLK_FREQ", .offset = 0xc6204, .reset = 24 },
    { .name = "PP_STATUS", .offset = A_PP_STATUS, .ro = UINT32_MAX,
      .read = igd_pp_status_read },
    { .name = "PP_CONTROL", .offset = A_PP_CONTROL },
    { .name = "PP_DELAYS", .offset = 0xc7208, .count = 3 },
    { .name = "SBLC_PWM", .offset = 0xc8250, .count = 6 },
    { .name = "AUX_CTL", .offset = 0xe4110, .count = 3, .stride = 0x100,
      .w1c = R_AUX_CTL_W1C, .pre_write = igd_aux_ctl_pre,
      .flags = IGD_REG_GEN8 },
    { .name = "AUX_B_DATA", .offset = 0xe4114, .count = 5,
      .flags = IGD_REG_GEN8 },
    { .name = "AUX_C_DATA", .offset = 0xe4214, .count = 5,
      .flags = IGD_REG_GEN8 },
    { .name = "AUX_D_DATA", .offset = 0xe4314, .count = 5,
      .flags = IGD_REG_GEN8 },
    { .name = "PCH_TRANSCONF", .offset = 0xf0008 },
};

void igd_pch_init(IGDState *s)
{
    igd_regs_add(s, 0, igd_pch_rows, ARRAY_SIZE(igd_pch_rows));
    s->sbi = g_hash_table_new(NULL, NULL);
}

void igd_pch_reset(IGDState *s)
{
    g_hash_table_remove_all(s->sbi);
}

void igd_pch_exit(IGDState *s)
{
    g_hash_table_destroy(s->sbi);
}
