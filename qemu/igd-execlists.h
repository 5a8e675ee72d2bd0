/*
 * Intel IGD: submission, context images, context status
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef HW_DISPLAY_IGD_EXECLISTS_H
#define HW_DISPLAY_IGD_EXECLISTS_H

#include "igd-types.h"

/* At realize and unrealize: allocate and free e->cs. */
void igd_execlists_init(IGDState *s, IGDEngine *e);
void igd_execlists_exit(IGDEngine *e);

/*
 * At device reset, and when GDRST resets the engine: drop what runs and what
 * is queued, without an interrupt.  The engine's registers have their reset
 * values before the call.
 */
void igd_execlists_reset(IGDEngine *e);

/* One dword was written to ELSP; the fourth submits. */
void igd_execlists_elsp_write(IGDEngine *e, uint32_t value);

/*
 * Global address of the first page of the running context's image, which is
 * its status page
 */
uint32_t igd_context_page(const IGDCommandStreamer *cs);

/* An engine changed memory: engines that wait at a semaphore check again. */
void igd_execlists_wake_waiters(IGDState *s);

#endif /* HW_DISPLAY_IGD_EXECLISTS_H */
