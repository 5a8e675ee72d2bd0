/*
 * Intel IGD: north display
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef HW_DISPLAY_IGD_DISPLAY_H
#define HW_DISPLAY_IGD_DISPLAY_H

#include "hw/registerfields.h"
#include "igd-types.h"

#define IGD_PIPES       3

typedef struct IGDPipe {
    bool enabled;
    int64_t start_ns;           /* when scanout of frame 0 began */
    uint32_t frame_base;        /* frames counted before that */
    bool wanted;                /* an unmasked event waits for a vblank */
    uint32_t reported;          /* vblanks that were reported or missed */
    uint32_t flip_events;       /* flip-done bits due ... */
    uint32_t flip_vblank;       /* ... once that many vblanks have begun */
} IGDPipe;

void igd_display_init(IGDState *s);
void igd_display_reset(IGDState *s);
void igd_display_exit(IGDState *s);

/* Masks or enables of a pipe's events have changed. */
void igd_display_arm_vblank(IGDState *s);

/* AUX channel control, in the ports of both displays */
REG32(AUX_CTL, 0)
    FIELD(AUX_CTL, RECEIVE_ERROR, 25, 1)
    FIELD(AUX_CTL, TIMEOUT, 28, 1)
    FIELD(AUX_CTL, INTERRUPT, 29, 1)
    FIELD(AUX_CTL, DONE, 30, 1)
    FIELD(AUX_CTL, BUSY, 31, 1)
#define R_AUX_CTL_W1C (R_AUX_CTL_DONE_MASK | R_AUX_CTL_TIMEOUT_MASK | \
                       R_AUX_CTL_RECEIVE_ERROR_MASK)

/* The pre_write hook of such a register: a transfer is done when it returns. */
uint32_t igd_aux_ctl_pre(IGDState *s, uint32_t offset, uint32_t value);

#endif /* HW_DISPLAY_IGD_DISPLAY_H */
