/*
 * Intel IGD: types that headers name without knowing their contents
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef HW_DISPLAY_IGD_TYPES_H
#define HW_DISPLAY_IGD_TYPES_H

typedef struct IGDCommandStreamer IGDCommandStreamer;   /* igd-cs.h */
typedef struct IGDEngine IGDEngine;                     /* igd-gt.h */
typedef struct IGDReg IGDReg;                           /* igd-regs.h */
typedef struct IGDState IGDState;                       /* igd.h */

#endif /* HW_DISPLAY_IGD_TYPES_H */
