/*
 * Intel IGD: interrupts
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef HW_DISPLAY_IGD_IRQ_H
#define HW_DISPLAY_IGD_IRQ_H

#include "igd-types.h"

/* Events of an engine, as bits of its 16-bit field in the GT interrupt banks */
#define IGD_EVENT_USER              (1u << 0)   /* MI_USER_INTERRUPT */
#define IGD_EVENT_CS_ERROR          (1u << 3)   /* command streamer error */
#define IGD_EVENT_FLUSH_NOTIFY      (1u << 4)   /* PIPE_CONTROL/MI_FLUSH_DW */
#define IGD_EVENT_CONTEXT_SWITCH    (1u << 8)
#define IGD_EVENT_SEMAPHORE_WAIT    (1u << 11)

void igd_irq_init(IGDState *s);
void igd_irq_reset(IGDState *s);

/* MSI was enabled or disabled: deliver what is pending the new way. */
void igd_irq_rewire(IGDState *s);

/*
 * Latch the @events that the masks let through, and update the interrupt.
 * Cheap enough to be called once per event.
 */
void igd_irq_gt(IGDState *s, const IGDEngine *e, uint32_t events);
void igd_irq_pipe(IGDState *s, unsigned pipe, uint32_t events);
void igd_irq_port(IGDState *s, uint32_t events);

/* Would any of @events of the pipe be latched? */
bool igd_irq_pipe_unmasked(const IGDState *s, unsigned pipe, uint32_t events);

#endif /* HW_DISPLAY_IGD_IRQ_H */
