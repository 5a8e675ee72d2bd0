/*
 * Intel IGD: blitter
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef HW_DISPLAY_IGD_BLT_H
#define HW_DISPLAY_IGD_BLT_H

#include "igd-types.h"

/* Execute cs->cmd, a 2D command of @len dwords. */
void igd_blt_execute(IGDCommandStreamer *cs, unsigned len);

#endif /* HW_DISPLAY_IGD_BLT_H */
