/*
 * Intel IGD: north display
 *
 * Registers of power wells, clocks, pipes, transcoders, planes, cursors and
 * ports.  Nothing is scanned out: planes are registers for others to read.
 * Writes take effect immediately instead of at the next vblank; a flip is still
 * reported at that vblank.  Vblanks, the frame counter and the scanline
 * follow the virtual clock at 60 Hz, whatever the mode's clock says.
 *
 * PRM: volume 2c (register names as below), volume 12, Display.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "igd-display.h"
#include "qemu/timer.h"
#include "hw/registerfields.h"
#include "igd.h"
#include "igd-irq.h"
#include "igd-regs.h"
#include "trace.h"

#define FRAME_NS            (NANOSECONDS_PER_SECOND / 60)

#define PIPE_BASE(p)        (0x1000 * (p))
#define TRANS_EDP_BASE      0xf000      /* a fourth transcoder, no pipe */
#define DDI_BASE(d)         (0x64000 + 0x100 * (d))
#define DDIS                5

/* Four agents request a well (odd bits); each is answered (even bits). */
REG32(PWR_WELL_CTL, 0x45400)
#define PWR_WELL_AGENTS     4
#define PWR_WELL_REQUESTS   0xaaaaaaaa

REG32(DBUF_CTL, 0x45008)
    FIELD(DBUF_CTL, STATE, 30, 1)
    FIELD(DBUF_CTL, REQUEST, 31, 1)
REG32(LCPLL1_CTL, 0x46010)
    FIELD(LCPLL1_CTL, LOCK, 30, 1)
    FIELD(LCPLL1_CTL, ENABLE, 31, 1)
REG32(LCPLL2_CTL, 0x46014)
REG32(WRPLL_CTL1, 0x46040)
REG32(WRPLL_CTL2, 0x46060)
REG32(DPLL_STATUS, 0x6c060)
REG32(LCPLL_CTL, 0x130040)              /* gen8 */
    FIELD(LCPLL_CTL, SOURCE_FCLK_DONE, 19, 1)
    FIELD(LCPLL_CTL, SOURCE_FCLK, 21, 1)
    FIELD(LCPLL_CTL, LOCK, 30, 1)
    FIELD(LCPLL_CTL, DISABLE, 31, 1)

/* Relative to PIPE_BASE() */
REG32(TRANS_VTOTAL, 0x6000c)
    FIELD(TRANS_VTOTAL, ACTIVE, 0, 13)
    FIELD(TRANS_VTOTAL, TOTAL, 16, 13)
REG32(TRANS_DDI_FUNC_CTL, 0x60400)
    FIELD(TRANS_DDI_FUNC_CTL, EDP_INPUT, 12, 3)
    FIELD(TRANS_DDI_FUNC_CTL, ENABLE, 31, 1)
REG32(PIPE_SCANLINE, 0x70000)
REG32(PIPE_CONF, 0x70008)
    FIELD(PIPE_CONF, STATE, 30, 1)
    FIELD(PIPE_CONF, ENABLE, 31, 1)
REG32(PIPE_FRMCNT, 0x70040)
REG32(PIPE_FLIPCNT, 0x70044)
REG32(CUR_BASE, 0x70084)
REG32(CUR_SURFLIVE, 0x700ac)
REG32(PLANE_SURF, 0x7019c)
REG32(PLANE_SURFLIVE, 0x701ac)

/* Relative to DDI_BASE() */
REG32(DDI_BUF_CTL, 0x00)
    FIELD(DDI_BUF_CTL, IDLE, 7, 1)
    FIELD(DDI_BUF_CTL, ENABLE, 31, 1)
REG32(DDI_AUX_CTL, 0x10)

/* In the interrupt registers of a pipe */
#define PIPE_EVENT_VBLANK   (1u << 0)
#define PIPE_EVENT_FLIP_GEN8(plane) (1u << (4 + (plane)))
#define PIPE_EVENT_FLIP_GEN9(plane) (1u << (3 + (plane)))

static uint32_t igd_pwr_well_read(IGDState *s, uint32_t offset)
{
    uint32_t any = 0;

    for (int i = 0; i < PWR_WELL_AGENTS; i++) {
        any |= igd_reg(s, A_PWR_WELL_CTL + i * 4);
    }
    /* A well is on as long as at least one agent requests it. */
    return igd_reg(s, offset) | (any & PWR_WELL_REQUESTS) >> 1;
}

/* Fuses that disable pipes, by the bits that i915 reads */
static uint32_t igd_fuse_strap_read(IGDState *s, uint32_t offset)
{
    if (!s->pipes) {
        return 1u << 31;    /* the display as a whole */
    }
    return s->pipes & 1u << 2 ? 0 : 1u << 28;
}

static uint32_t igd_dfsm_read(IGDState *s, uint32_t offset)
{
    static const uint32_t disable[IGD_PIPES] = { 1u << 30, 1u << 21, 1u << 28 };
    uint32_t fuses = 0;

    for (int i = 0; i < IGD_PIPES; i++) {
        fuses |= s->pipes & 1u << i ? 0 : disable[i];
    }
    return fuses;
}

static uint32_t igd_dbuf_ctl_pre(IGDState *s, uint32_t offset, uint32_t value)
{
    return FIELD_DP32(value, DBUF_CTL, STATE,
                      FIELD_EX32(value, DBUF_CTL, REQUEST));
}

static uint32_t igd_lcpll_gen9_pre(IGDState *s, uint32_t offset,
                                   uint32_t value)
{
    return FIELD_DP32(value, LCPLL1_CTL, LOCK,
                      FIELD_EX32(value, LCPLL1_CTL, ENABLE));
}

static uint32_t igd_lcpll_gen8_pre(IGDState *s, uint32_t offset,
                                   uint32_t value)
{
    value = FIELD_DP32(value, LCPLL_CTL, LOCK,
                       !FIELD_EX32(value, LCPLL_CTL, DISABLE));
    return FIELD_DP32(value, LCPLL_CTL, SOURCE_FCLK_DONE,
                      FIELD_EX32(value, LCPLL_CTL, SOURCE_FCLK));
}

static uint32_t igd_dpll_status_read(IGDState *s, uint32_t offset)
{
    static const uint32_t enable[] = {
        A_LCPLL1_CTL, A_LCPLL2_CTL, A_WRPLL_CTL1, A_WRPLL_CTL2
    };
    uint32_t locked = 0;

    for (size_t i = 0; i < ARRAY_SIZE(enable); i++) {
        if (igd_reg(s, enable[i]) & R_LCPLL1_CTL_ENABLE_MASK) {
            locked |= 1u << (8 * i);
        }
    }
    return locked;
}

/* The base of the transcoder that drives a pipe, the pipe's own by default */
static uint32_t igd_pipe_transcoder(const IGDState *s, unsigned pipe)
{
    static const uint8_t edp_input[IGD_PIPES] = { 0, 5, 6 };
    uint32_t ctl = igd_reg(s, TRANS_EDP_BASE + A_TRANS_DDI_FUNC_CTL);
    uint32_t input = FIELD_EX32(ctl, TRANS_DDI_FUNC_CTL, EDP_INPUT);

    if (FIELD_EX32(ctl, TRANS_DDI_FUNC_CTL, ENABLE) &&
        (input == edp_input[pipe] || (input == 4 && pipe == 0))) {
        return TRANS_EDP_BASE;
    }
    return PIPE_BASE(pipe);
}

/* Lines of a frame; returns the first one of its vblank. */
static uint32_t igd_pipe_lines(const IGDState *s, unsigned pipe,
                               uint32_t *total)
{
    uint32_t v = igd_reg(s, igd_pipe_transcoder(s, pipe) + A_TRANS_VTOTAL);

    *total = FIELD_EX32(v, TRANS_VTOTAL, TOTAL) + 1;
    return MIN(FIELD_EX32(v, TRANS_VTOTAL, ACTIVE) + 1, *total);
}

/* When the vblank that follows @n others begins */
static int64_t igd_pipe_vblank_ns(const IGDState *s, unsigned pipe, uint32_t n)
{
    uint32_t total;
    uint32_t active = igd_pipe_lines(s, pipe, &total);

    /* Rounded up, so that the scanline has reached it by then */
    return s->pipe[pipe].start_ns + n * FRAME_NS +
           DIV_ROUND_UP(FRAME_NS * active, total);
}

/* How many vblanks have begun since the pipe was enabled */
static uint32_t igd_pipe_vblanks(const IGDState *s, unsigned pipe)
{
    int64_t since = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) -
                    igd_pipe_vblank_ns(s, pipe, 0);

    return s->pipe[pipe].enabled && since >= 0 ? since / FRAME_NS + 1 : 0;
}

static uint32_t igd_frmcnt_read(IGDState *s, uint32_t offset)
{
    unsigned pipe = (offset - A_PIPE_FRMCNT) / PIPE_BASE(1);

    return s->pipe[pipe].frame_base + igd_pipe_vblanks(s, pipe);
}

static uint32_t igd_scanline_read(IGDState *s, uint32_t offset)
{
    unsigned pipe = (offset - A_PIPE_SCANLINE) / PIPE_BASE(1);
    int64_t since = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) -
                    s->pipe[pipe].start_ns;
    uint32_t total;

    if (!s->pipe[pipe].enabled) {
        return 0;
    }
    igd_pipe_lines(s, pipe, &total);
    return since % FRAME_NS * total / FRAME_NS;
}

/*
 * Run the timer to the nearest vblank with an unmasked event, and not at all
 * without one: an idle guest must not be woken.
 */
void igd_display_arm_vblank(IGDState *s)
{
    int64_t next = INT64_MAX;

    for (unsigned i = 0; i < IGD_PIPES; i++) {
        IGDPipe *p = &s->pipe[i];
        bool wanted = p->enabled &&
            igd_irq_pipe_unmasked(s, i, PIPE_EVENT_VBLANK | p->flip_events);

        if (wanted && !p->wanted) {
            /* Vblanks that passed while masked are not reported. */
            p->reported = igd_pipe_vblanks(s, i);
            if (p->reported >= p->flip_vblank) {
                p->flip_events = 0;
            }
        }
        p->wanted = wanted;
        if (wanted) {
            next = MIN(next, igd_pipe_vblank_ns(s, i, p->reported));
        }
    }
    if (next == INT64_MAX) {
        timer_del(s->vblank_timer);
    } else {
        timer_mod(s->vblank_timer, next);
    }
}

static void igd_vblank_timer(void *opaque)
{
    IGDState *s = opaque;

    for (unsigned i = 0; i < IGD_PIPES; i++) {
        IGDPipe *p = &s->pipe[i];
        uint32_t vblanks = igd_pipe_vblanks(s, i);

        if (p->wanted && vblanks > p->reported) {
            uint32_t events = PIPE_EVENT_VBLANK;

            trace_igd_vblank(i, vblanks);
            /* A late timer may find a flip that came after the vblank. */
            if (p->flip_events && vblanks >= p->flip_vblank) {
                trace_igd_flip_done(i, p->flip_events);
                events |= p->flip_events;
                p->flip_events = 0;
            }
            p->reported = vblanks;
            igd_irq_pipe(s, i, events);
        }
    }
    igd_display_arm_vblank(s);
}

static uint32_t igd_pipe_conf_pre(IGDState *s, uint32_t offset, uint32_t value)
{
    return FIELD_DP32(value, PIPE_CONF, STATE,
                      FIELD_EX32(value, PIPE_CONF, ENABLE));
}

/* A transcoder was enabled or disabled, or the EDP one was given a pipe. */
static void igd_pipe_post(IGDState *s, uint32_t offset, uint32_t value)
{
    for (unsigned i = 0; i < IGD_PIPES; i++) {
        IGDPipe *p = &s->pipe[i];
        bool enabled = igd_reg(s, igd_pipe_transcoder(s, i) + A_PIPE_CONF) &
                       R_PIPE_CONF_ENABLE_MASK;

        if (enabled && !p->enabled) {
            p->start_ns = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
        } else if (!enabled && p->enabled) {
            p->frame_base += igd_pipe_vblanks(s, i);
            p->flip_events = 0;
        }
        if (enabled != p->enabled) {
            trace_igd_pipe(i, enabled);
        }
        p->enabled = enabled;
    }
    igd_display_arm_vblank(s);
}

static void igd_vtotal_post(IGDState *s, uint32_t offset, uint32_t value)
{
    igd_display_arm_vblank(s);
}

static void igd_surf_post(IGDState *s, uint32_t offset, uint32_t value)
{
    unsigned pipe = (offset - A_PLANE_SURF) / PIPE_BASE(1);
    unsigned plane = (offset - A_PLANE_SURF) % PIPE_BASE(1) / 0x100;
    uint32_t count = A_PIPE_FLIPCNT + PIPE_BASE(pipe);
    IGDPipe *p = &s->pipe[pipe];

    trace_igd_flip(pipe, plane, value);
    igd_reg_set(s, offset + A_PLANE_SURFLIVE - A_PLANE_SURF, value);
    igd_reg_set(s, count, igd_reg(s, count) + 1);
    if (p->enabled) {
        /* What no timer has reported by its vblank was masked there. */
        if (!p->wanted && igd_pipe_vblanks(s, pipe) >= p->flip_vblank) {
            p->flip_events = 0;
        }
        p->flip_events |= igd_gen(s) == 8 ? PIPE_EVENT_FLIP_GEN8(plane) :
                          PIPE_EVENT_FLIP_GEN9(plane);
        p->flip_vblank = igd_pipe_vblanks(s, pipe) + 1;
        igd_display_arm_vblank(s);
    }
}

static void igd_cur_base_post(IGDState *s, uint32_t offset, uint32_t value)
{
    igd_reg_set(s, offset + A_CUR_SURFLIVE - A_CUR_BASE, value);
}

static uint32_t igd_ddi_buf_ctl_pre(IGDState *s, uint32_t offset,
                                    uint32_t value)
{
    return FIELD_DP32(value, DDI_BUF_CTL, IDLE,
                      !FIELD_EX32(value, DDI_BUF_CTL, ENABLE));
}

/* Nothing is connected, so every transfer ends in a timeout. */
uint32_t igd_aux_ctl_pre(IGDState *s, uint32_t offset, uint32_t value)
{
    if (value & R_AUX_CTL_BUSY_MASK) {
        trace_igd_aux_timeout(offset);
        value &= ~R_AUX_CTL_BUSY_MASK;
        value |= R_AUX_CTL_DONE_MASK | R_AUX_CTL_TIMEOUT_MASK;
    }
    return value;
}

static void igd_ddi_aux_post(IGDState *s, uint32_t offset, uint32_t value)
{
    /* Events of AUX A to D in the port interrupt registers */
    static const uint32_t events[DDIS] = { 1u << 0, 1u << 25, 1u << 26,
                                           1u << 27 };

    if ((value & R_AUX_CTL_DONE_MASK) && (value & R_AUX_CTL_INTERRUPT_MASK)) {
        igd_irq_port(s, events[(offset - DDI_BASE(0)) / 0x100]);
    }
}

static const IGDReg igd_display_rows[] = {
    { .name = "VGA_CONTROL", .offset = 0x41000 },
    { .name = "FUSE_STATUS", .offset = 0x42000, .ro = UINT32_MAX,
      .reset = 1u << 31 | 7u << 25, .flags = IGD_REG_GEN9 },
    { .name = "FUSE_STRAP", .offset = 0x42014, .ro = UINT32_MAX,
      .read = igd_fuse_strap_read },
    { .name = "CHICKEN_PAR", .offset = 0x42080, .count = 12 },
    { .name = "CHICKEN_PIPESL_1", .offset = 0x420b0, .count = 4 },
    { .name = "CHICKEN_TRANS", .offset = 0x420c0, .count = 8 },
    { .name = "FBC", .offset = 0x43200, .count = 10 },
    { .name = "IPS_CTL", .offset = 0x43408 },
    { .name = "DIGITAL_PORT_HOTPLUG", .offset = 0x44030, .w1c = 3 },

    { .name = "ARB_CTL", .offset = 0x45000, .count = 2 },
    { .name = "DBUF_CTL", .offset = A_DBUF_CTL, .flags = IGD_REG_GEN9,
      .ro = R_DBUF_CTL_STATE_MASK, .pre_write = igd_dbuf_ctl_pre },
    { .name = "MSG_CTL", .offset = 0x45010 },
    { .name = "WM_LP", .offset = 0x45108, .count = 3 },
    { .name = "WM_LP_SPR", .offset = 0x45120, .count = 3 },
    { .name = "WM_MISC", .offset = 0x45260 },
    { .name = "WM_LINETIME", .offset = 0x45270, .count = IGD_PIPES },
    { .name = "PWR_WELL_CTL", .offset = A_PWR_WELL_CTL,
      .count = PWR_WELL_AGENTS, .ro = ~PWR_WELL_REQUESTS,
      .read = igd_pwr_well_read },
    { .name = "PWR_WELL_CTL5", .offset = 0x45410, .count = 2 },
    { .name = "DC_STATE_EN", .offset = 0x45504, .flags = IGD_REG_GEN9 },
    { .name = "DC_STATE_DEBUG", .offset = 0x45520, .flags = IGD_REG_GEN9 },

    { .name = "CDCLK_CTL", .offset = 0x46000, .flags = IGD_REG_GEN9 },
    { .name = "LCPLL_CTL_GEN9", .offset = A_LCPLL1_CTL, .count = 2,
      .flags = IGD_REG_GEN9, .ro = R_LCPLL1_CTL_LOCK_MASK,
      .pre_write = igd_lcpll_gen9_pre },
    { .name = "SPLL_CTL", .offset = 0x46020, .flags = IGD_REG_GEN8 },
    { .name = "WRPLL_CTL1", .offset = A_WRPLL_CTL1 },
    { .name = "WRPLL_CTL2", .offset = A_WRPLL_CTL2 },
    { .name = "PORT_CLK_SEL", .offset = 0x46100, .count = DDIS,
      .reset = 7u << 29, .flags = IGD_REG_GEN8 },
    { .name = "TRANS_CLK_SEL", .offset = 0x46140, .count = IGD_PIPES },
    { .name = "CDCLK_FREQ", .offset = 0x46200, .flags = IGD_REG_GEN8 },
    { .name = "CHICKEN_DCPR_1", .offset = 0x46430 },
    { .name = "CLKGATE_DIS", .offset = 0x46520, .count = 6 },
    { .name = "SWF", .offset = 0x4f000, .count = 36 },
    { .name = "DFSM", .offset = 0x51000, .ro = UINT32_MAX,
      .read = igd_dfsm_read, .flags = IGD_REG_GEN9 },
    { .name = "DSSM", .offset = 0x51004, .ro = UINT32_MAX,
      .flags = IGD_REG_GEN9 },
    { .name = "BLC_PWM_CPU", .offset = 0x48250, .count = 2 },
    { .name = "UTIL_PIN_CTL", .offset = 0x48400 },
    { .name = "MSG_FBC_REND_STATE", .offset = 0x50380 },
    { .name = "PSR_IMR", .offset = 0x64834, .reset = UINT32_MAX },
    { .name = "PSR_IIR", .offset = 0x64838, .w1c = UINT32_MAX },
    { .name = "AUDIO", .offset = 0x65000, .count = 240 },
    { .name = "DPLL_CFGCR", .offset = 0x6c040, .count = 6,
      .flags = IGD_REG_GEN9 },
    { .name = "DPLL_CTRL", .offset = 0x6c058, .count = 2,
      .flags = IGD_REG_GEN9 },
    { .name = "DPLL_STATUS", .offset = A_DPLL_STATUS, .ro = UINT32_MAX,
      .read = igd_dpll_status_read, .flags = IGD_REG_GEN9 },
    { .name = "DDI_BUF_TRANS", .offset = 0x64e00, .count = 120 },
    /* Firmware leaves it running at 450 MHz. */
    { .name = "LCPLL_CTL", .offset = A_LCPLL_CTL, .flags = IGD_REG_GEN8,
      .reset = R_LCPLL_CTL_LOCK_MASK, .ro = R_LCPLL_CTL_LOCK_MASK |
      R_LCPLL_CTL_SOURCE_FCLK_DONE_MASK, .pre_write = igd_lcpll_gen8_pre },
    { .name = "D_COMP", .offset = 0x138144, .flags = IGD_REG_GEN8 },
    { .name = "DMC", .offset = 0x80000, .count = 0x3000,
      .flags = IGD_REG_GEN9 },
    { .name = "DMC_CTRL", .offset = 0x8f000, .count = 32,
      .flags = IGD_REG_GEN9 },
};

static const IGDReg igd_transcoder_rows[] = {
    { .name = "TRANS_HTIMING", .offset = 0x60000, .count = 3 },
    { .name = "TRANS_VTOTAL", .offset = A_TRANS_VTOTAL,
      .post_write = igd_vtotal_post },
    { .name = "TRANS_VTIMING", .offset = 0x60010, .count = 2 },
    { .name = "PIPE_SRCSZ", .offset = 0x6001c },
    { .name = "BCLRPAT", .offset = 0x60020 },
    { .name = "TRANS_VSYNCSHIFT", .offset = 0x60028 },
    { .name = "TRANS_MULT", .offset = 0x6002c },
    { .name = "TRANS_MN", .offset = 0x60030, .count = 8 },
    { .name = "TRANS_VIDEO_DIP_CTL", .offset = 0x60200 },
    { .name = "TRANS_VIDEO_DIP_DATA", .offset = 0x60220, .count = 72 },
    { .name = "TRANS_DDI_FUNC_CTL", .offset = A_TRANS_DDI_FUNC_CTL,
      .post_write = igd_pipe_post },
    { .name = "TRANS_MSA_MISC", .offset = 0x60410 },
    { .name = "PSR", .offset = 0x60800, .count = 26 },
    { .name = "PSR2", .offset = 0x60900, .count = 18 },
    { .name = "PIPE_CONF", .offset = A_PIPE_CONF,
      .ro = R_PIPE_CONF_STATE_MASK, .pre_write = igd_pipe_conf_pre,
      .post_write = igd_pipe_post },
};

static const IGDReg igd_pipe_rows[] = {
    { .name = "PIPE_SCANLINE", .offset = A_PIPE_SCANLINE, .ro = UINT32_MAX,
      .read = igd_scanline_read },
    { .name = "PIPE_SCANLINE_COMP", .offset = 0x70004 },
    { .name = "PIPE_MISC", .offset = 0x70030, .count = 2 },
    { .name = "PIPE_FRMCNT", .offset = A_PIPE_FRMCNT, .ro = UINT32_MAX,
      .read = igd_frmcnt_read },
    { .name = "PIPE_FLIPCNT", .offset = A_PIPE_FLIPCNT, .ro = UINT32_MAX },
    { .name = "PIPE_TMSTMP", .offset = 0x70048, .count = 2,
      .ro = UINT32_MAX },
    { .name = "CUR_CTL", .offset = 0x70080 },
    { .name = "CUR_BASE", .offset = A_CUR_BASE,
      .post_write = igd_cur_base_post },
    { .name = "CUR_POS", .offset = 0x70088 },
    { .name = "CUR_PAL", .offset = 0x70090, .count = 4 },
    { .name = "CUR_FBC_CTL", .offset = 0x700a0 },
    { .name = "CUR_SURFLIVE", .offset = A_CUR_SURFLIVE, .ro = UINT32_MAX },
    { .name = "CUR_WM", .offset = 0x70140, .count = 8,
      .flags = IGD_REG_GEN9 },
    { .name = "CUR_WM_TRANS", .offset = 0x70168, .flags = IGD_REG_GEN9 },
    { .name = "CUR_BUF_CFG", .offset = 0x7017c, .flags = IGD_REG_GEN9 },
    { .name = "SPR_SCALE", .offset = 0x70304, .flags = IGD_REG_GEN8 },
    { .name = "SPR_GAMC", .offset = 0x70400, .count = 20,
      .flags = IGD_REG_GEN8 },
};

/* A universal plane of gen9; gen8's primary and sprite have the same places */
static const IGDReg igd_plane_rows[] = {
    { .name = "PLANE_CTL", .offset = 0x70180 },
    { .name = "PLANE_LINOFF", .offset = 0x70184, .flags = IGD_REG_GEN8 },
    { .name = "PLANE_STRIDE", .offset = 0x70188 },
    { .name = "PLANE_POS", .offset = 0x7018c },
    { .name = "PLANE_SIZE", .offset = 0x70190 },
    { .name = "PLANE_KEYVAL", .offset = 0x70194 },
    { .name = "PLANE_KEYMSK", .offset = 0x70198 },
    { .name = "PLANE_SURF", .offset = A_PLANE_SURF,
      .post_write = igd_surf_post },
    { .name = "PLANE_KEYMAX", .offset = 0x701a0 },
    { .name = "PLANE_OFFSET", .offset = 0x701a4 },
    { .name = "PLANE_SURFLIVE", .offset = A_PLANE_SURFLIVE,
      .ro = UINT32_MAX },
    { .name = "PLANE_AUX", .offset = 0x701c0, .count = 2,
      .flags = IGD_REG_GEN9 },
    { .name = "PLANE_WM", .offset = 0x70240, .count = 8,
      .flags = IGD_REG_GEN9 },
    { .name = "PLANE_WM_TRANS", .offset = 0x70268, .flags = IGD_REG_GEN9 },
    { .name = "PLANE_NV12_BUF_CFG", .offset = 0x70278,
      .flags = IGD_REG_GEN9 },
    { .name = "PLANE_BUF_CFG", .offset = 0x7027c, .flags = IGD_REG_GEN9 },
};

/* Color and scaling of a pipe; strides differ from that of the pipe block */
static const IGDReg igd_pipe_color_rows[] = {
    { .name = "WM_PIPE", .offset = 0x45100, .count = 2, .stride = 4,
      .flags = IGD_REG_GEN8 },
    { .name = "WM_PIPE_C", .offset = 0x45200, .flags = IGD_REG_GEN8 },
    { .name = "CSC_A", .offset = 0x49010, .count = 16 },
    { .name = "CSC_B", .offset = 0x49110, .count = 16 },
    { .name = "CSC_C", .offset = 0x49210, .count = 16 },
    { .name = "PALETTE_A", .offset = 0x4a000, .count = 0x128 },
    { .name = "PALETTE_B", .offset = 0x4a800, .count = 0x128 },
    { .name = "PALETTE_C", .offset = 0x4b000, .count = 0x128 },
    { .name = "PF_A", .offset = 0x68070, .count = 5, .flags = IGD_REG_GEN8 },
    { .name = "PF_B", .offset = 0x68870, .count = 5, .flags = IGD_REG_GEN8 },
    { .name = "PF_C", .offset = 0x69070, .count = 5, .flags = IGD_REG_GEN8 },
    { .name = "PS_A", .offset = 0x68160, .count = 96, .flags = IGD_REG_GEN9 },
    { .name = "PS_B", .offset = 0x68960, .count = 96, .flags = IGD_REG_GEN9 },
    { .name = "PS_C", .offset = 0x69160, .count = 96, .flags = IGD_REG_GEN9 },
};

static const IGDReg igd_ddi_rows[] = {
    { .name = "DDI_BUF_CTL", .offset = A_DDI_BUF_CTL,
      .reset = R_DDI_BUF_CTL_IDLE_MASK, .ro = R_DDI_BUF_CTL_IDLE_MASK,
      .pre_write = igd_ddi_buf_ctl_pre },
    { .name = "DDI_AUX_CTL", .offset = A_DDI_AUX_CTL, .w1c = R_AUX_CTL_W1C,
      .pre_write = igd_aux_ctl_pre, .post_write = igd_ddi_aux_post },
    { .name = "DDI_AUX_DATA", .offset = 0x14, .count = 5 },
    { .name = "DP_TP_CTL", .offset = 0x40 },
    { .name = "DP_TP_STATUS", .offset = 0x44, .w1c = UINT32_MAX },
};

void igd_display_init(IGDState *s)
{
    unsigned planes = igd_gen(s) == 8 ? 2 : 4;

    igd_regs_add(s, 0, igd_display_rows, ARRAY_SIZE(igd_display_rows));
    igd_regs_add(s, 0, igd_pipe_color_rows,
                 ARRAY_SIZE(igd_pipe_color_rows));
    igd_regs_add(s, TRANS_EDP_BASE, igd_transcoder_rows,
                 ARRAY_SIZE(igd_transcoder_rows));
    for (unsigned i = 0; i < IGD_PIPES; i++) {
        igd_regs_add(s, PIPE_BASE(i), igd_transcoder_rows,
                     ARRAY_SIZE(igd_transcoder_rows));
        igd_regs_add(s, PIPE_BASE(i), igd_pipe_rows,
                     ARRAY_SIZE(igd_pipe_rows));
        for (unsigned j = 0; j < planes; j++) {
            igd_regs_add(s, PIPE_BASE(i) + 0x100 * j, igd_plane_rows,
                         ARRAY_SIZE(igd_plane_rows));
        }
    }
    for (unsigned i = 0; i < DDIS; i++) {
        igd_regs_add(s, DDI_BASE(i), igd_ddi_rows, ARRAY_SIZE(igd_ddi_rows));
    }
    s->vblank_timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, igd_vblank_timer, s);
}

void igd_display_reset(IGDState *s)
{
    memset(s->pipe, 0, sizeof(s->pipe));
    timer_del(s->vblank_timer);
}

void igd_display_exit(IGDState *s)
{
    timer_free(s->vblank_timer);
}
