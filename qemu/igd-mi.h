/*
 * Intel IGD: MI commands and PIPE_CONTROL
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef HW_DISPLAY_IGD_MI_H
#define HW_DISPLAY_IGD_MI_H

#include "igd-cs.h"

/* Dwords of the command, its header included */
unsigned igd_mi_length(uint32_t header);

/* Execute cs->cmd, which has @len dwords. */
IGDStep igd_mi_execute(IGDCommandStreamer *cs, unsigned len);
IGDStep igd_mi_pipe_control(IGDCommandStreamer *cs, unsigned len);

#endif /* HW_DISPLAY_IGD_MI_H */
