/*
 * Intel IGD: south display
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef HW_DISPLAY_IGD_PCH_H
#define HW_DISPLAY_IGD_PCH_H

#include "igd-types.h"

void igd_pch_init(IGDState *s);
void igd_pch_reset(IGDState *s);
void igd_pch_exit(IGDState *s);

#endif /* HW_DISPLAY_IGD_PCH_H */
