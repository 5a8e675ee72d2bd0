/*
 * Intel integrated graphics device (IGD), gen8 and gen9: state of the device
 *
 * What is modelled, what is not, and where the facts come from: igd.rst.
 *
 * A block is a .c file with a header of the same name, which says what other
 * blocks may call:
 *
 * igd.c            PCI device, properties, reset, BARs
 * igd-regs.c       register store and register tables
 * igd-gt.c         forcewake, reset, mailbox, fuses, registers of engines
 * igd-display.c    power wells, clocks, pipes, planes, ports
 * igd-pch.c        south display: GMBUS, sideband, panel power, hotplug
 * igd-irq.c        interrupt tree, MSI and INTx
 * igd-ggtt.c       GGTT, PPGTT, aperture, fences, DMA
 * igd-execlists.c  submission, context images, context status
 * igd-cs.c         command streamer: fetch, decode, the run loop
 * igd-mi.c         MI commands and PIPE_CONTROL
 * igd-blt.c        2D commands
 *
 * Headers alone are igd-types.h (names of types), igd-ring.h (registers of an
 * engine) and igd-compat.h (what older versions of QEMU lack).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef HW_DISPLAY_IGD_H
#define HW_DISPLAY_IGD_H

#include "qom/object.h"
#include "igd-compat.h"
#include "igd-display.h"
#include "igd-ggtt.h"
#include "igd-gt.h"
#include "igd-types.h"

#define TYPE_IGD "igd"
OBJECT_DECLARE_SIMPLE_TYPE(IGDState, IGD)

/* Constant facts about a platform */
typedef struct IGDPlatformInfo {
    const char *name;
    uint16_t device_id;
    uint8_t revision;
    uint8_t gen;
    uint32_t engines;           /* mask of IGDEngineId bits */
} IGDPlatformInfo;

struct IGDState {
    PCIDevice parent_obj;

    /* memory regions */
    MemoryRegion bar0;
    MemoryRegion asleep;        /* of BAR0, in D3 */
    MemoryRegion mmio;
    MemoryRegion ggtt_mr;
    IOMMUMemoryRegion aperture;
    MemoryRegion detiler;       /* where the aperture sends fenced pages */
    MemoryRegion io;            /* BAR4: index and data */
    uint32_t io_index;

    /* properties */
    char *platform_name;
    uint32_t aperture_mb;
    uint32_t pipes;             /* one bit per pipe that no fuse disables */

    /* configuration */
    const IGDPlatformInfo *platform;

    /* registers */
    uint32_t *regs;             /* one dword per register, IGD_MMIO_SIZE */
    const IGDReg **reg_row;     /* dword -> its table row, NULL: unknown */
    unsigned long *logged;      /* unknown dwords that were logged already */

    /* GGTT and aperture */
    uint64_t *ggtt;
    IGDFence fence[IGD_FENCES];
    bool behind_iommu;

    IGDEngine engine[IGD_ENGINES];

    /* display */
    QEMUTimer *vblank_timer;
    IGDPipe pipe[IGD_PIPES];
    GHashTable *sbi;            /* sideband registers that were written */

    bool irq_level;             /* the wire, or "message sent" for MSI */
};

static inline unsigned igd_gen(const IGDState *s)
{
    return s->platform->gen;
}

#endif /* HW_DISPLAY_IGD_H */
