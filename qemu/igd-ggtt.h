/*
 * Intel IGD: global and per-process GTT, aperture, fences, DMA
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef HW_DISPLAY_IGD_GGTT_H
#define HW_DISPLAY_IGD_GGTT_H

#include "qemu/units.h"
#include "exec/hwaddr.h"
#include "igd-types.h"

#define IGD_PAGE_SIZE   4096
#define IGD_PAGE_MASK   (~(uint64_t)(IGD_PAGE_SIZE - 1))
#define IGD_GGTT_SIZE   (8 * MiB)       /* of the table, in BAR0 */
#define IGD_GGTT_PTES   (IGD_GGTT_SIZE / 8)
#define IGD_FENCES      32

typedef struct IGDFence {
    uint64_t start;             /* first byte in the aperture */
    uint64_t end;               /* last byte, inclusive */
    uint32_t pitch;             /* bytes; 0: the fence is off */
    bool ymajor;
} IGDFence;

void igd_ggtt_init(IGDState *s);
void igd_ggtt_reset(IGDState *s);
void igd_ggtt_exit(IGDState *s);

/*
 * Address translation: false if no present entry maps the address.
 * @pml4 is the physical address of the top table, as PDP0 of a context with
 * 48-bit addressing holds it.  The _write variant also requires every level to
 * be writable (gen8 entries have a RW bit; a GPU write through a read-only
 * entry is dropped).
 */
bool igd_ggtt_translate(IGDState *s, uint64_t gma, hwaddr *pa);
bool igd_ppgtt_translate(IGDState *s, uint64_t pml4, uint64_t addr,
                         hwaddr *pa);
bool igd_ppgtt_translate_write(IGDState *s, uint64_t pml4, uint64_t addr,
                               hwaddr *pa);

/*
 * Access memory as a bus master, at a physical address or, behind an IOMMU, one
 * that the IOMMU translates.  What cannot be read is zero, what cannot be
 * written is dropped.
 */
uint32_t igd_dma_ld32(IGDState *s, hwaddr pa);
uint64_t igd_dma_ld64(IGDState *s, hwaddr pa);
void igd_dma_st32(IGDState *s, hwaddr pa, uint32_t value);
void igd_dma_st64(IGDState *s, hwaddr pa, uint64_t value);
bool igd_dma_read(IGDState *s, hwaddr pa, void *buf, size_t len);
void igd_dma_write(IGDState *s, hwaddr pa, const void *buf, size_t len);

#endif /* HW_DISPLAY_IGD_GGTT_H */
