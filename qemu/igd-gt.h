/*
 * Intel IGD: engines, and the registers that they share
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef HW_DISPLAY_IGD_GT_H
#define HW_DISPLAY_IGD_GT_H

#include "igd-types.h"

typedef enum IGDEngineId {
    IGD_RCS,
    IGD_BCS,
    IGD_VCS0,
    IGD_VCS1,
    IGD_VECS,
    IGD_ENGINES
} IGDEngineId;

/* Constant facts about an engine */
typedef struct IGDEngineInfo {
    const char *name;
    uint32_t base;              /* its registers: base + offset */
    uint32_t gdrst;             /* its bit in GDRST */
    uint8_t irq_bank;           /* GT interrupt bank: 0x44300 + 16 * bank */
    uint8_t irq_shift;          /* its 16-bit field in the bank */
} IGDEngineInfo;

struct IGDEngine {
    const IGDEngineInfo *info;
    IGDEngineId id;
    bool present;               /* this platform has the engine */
    IGDCommandStreamer *cs;
};

void igd_gt_init(IGDState *s);
void igd_gt_reset(IGDState *s);
void igd_gt_exit(IGDState *s);

#endif /* HW_DISPLAY_IGD_GT_H */
