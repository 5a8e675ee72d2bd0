/*
 * Intel integrated graphics device (IGD), gen8 and gen9: shared declarations
 *
 * What is modelled, what is not, and where the facts come from: igd.rst.
 *
 * igd.c          PCI device, properties, reset, BAR dispatch
 * igd-regs.c     register store and the table engine
 * igd-gt.c       forcewake, reset, pcode, fuses, per-engine registers
 * igd-display.c  power wells, clocks, pipes, planes, ports
 * igd-pch.c      south display: GMBUS, sideband, panel power, hotplug
 * igd-irq.c      interrupt tree, MSI and INTx
 * igd-ggtt.c     GGTT, PPGTT, aperture, fences
 * igd-execlists.c, igd-cs.c, igd-mi.c, igd-blt.c: engines, see igd-cs.h
 * igd-compat.h   what older versions of QEMU lack
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef HW_DISPLAY_IGD_H
#define HW_DISPLAY_IGD_H

#include "hw/registerfields.h"
#include "qemu/timer.h"
#include "qemu/units.h"
#include "qom/object.h"
#include "igd-compat.h"

#define TYPE_IGD "igd"
OBJECT_DECLARE_SIMPLE_TYPE(IGDState, IGD)

#define IGD_MMIO_SIZE   (2 * MiB)       /* registers, from the start of BAR0 */
#define IGD_GGTT_OFFSET (8 * MiB)       /* PTEs, upper half of BAR0 */
#define IGD_GGTT_SIZE   (8 * MiB)
#define IGD_BAR0_SIZE   (16 * MiB)
#define IGD_PAGE_SIZE   4096
#define IGD_PAGE_MASK   (~(uint64_t)(IGD_PAGE_SIZE - 1))
#define IGD_GGTT_PTES   (IGD_GGTT_SIZE / 8)
#define IGD_FENCES      32
#define IGD_PIPES       3

typedef enum IGDPlatform {
    IGD_BDW,
    IGD_SKL,
    IGD_KBL,
    IGD_CFL,
    IGD_PLATFORMS
} IGDPlatform;

typedef enum IGDEngineId {
    IGD_RCS,
    IGD_BCS,
    IGD_VCS0,
    IGD_VCS1,
    IGD_VECS,
    IGD_ENGINES
} IGDEngineId;

/* Events of an engine, as bits of its 16-bit field in the GT interrupt banks */
#define IGD_EVENT_USER              (1u << 0)   /* MI_USER_INTERRUPT */
#define IGD_EVENT_CS_ERROR          (1u << 3)   /* command streamer error */
#define IGD_EVENT_FLUSH_NOTIFY      (1u << 4)   /* PIPE_CONTROL/MI_FLUSH_DW */
#define IGD_EVENT_CONTEXT_SWITCH    (1u << 8)
#define IGD_EVENT_SEMAPHORE_WAIT    (1u << 11)

/* What the command streamer keeps for an engine; opaque elsewhere */
typedef struct IGDCommandStreamer IGDCommandStreamer;

/* Constant facts about an engine: see igd_engine_info[] in igd-gt.c */
typedef struct IGDEngineInfo {
    const char *name;
    uint32_t base;              /* its registers: base + offset */
    uint32_t tlb_reg;           /* write 1 to invalidate, reads 0 when done */
    uint32_t gdrst;             /* its bit in GDRST */
    uint8_t irq_bank;           /* GT interrupt bank: 0x44300 + 16 * bank */
    uint8_t irq_shift;          /* its 16-bit field in the bank */
} IGDEngineInfo;

typedef struct IGDEngine {
    const IGDEngineInfo *info;
    IGDEngineId id;
    bool present;               /* this platform has the engine */
    IGDCommandStreamer *cs;
} IGDEngine;

typedef struct IGDReg IGDReg;

/* Constant facts about a platform: see igd_platforms[] in igd.c */
typedef struct IGDPlatformInfo {
    const char *name;
    uint16_t device_id;
    uint8_t revision;
    uint8_t gen;
    uint32_t engines;           /* mask of IGDEngineId bits */
} IGDPlatformInfo;

typedef struct IGDFence {
    uint64_t start;             /* first byte in the aperture */
    uint64_t end;               /* last byte, inclusive */
    uint32_t pitch;             /* bytes; 0: the fence is off */
    bool ymajor;
} IGDFence;

typedef struct IGDPipe {
    bool enabled;
    int64_t start_ns;           /* when scanout of frame 0 began */
    uint32_t frame_base;        /* frames counted before that */
    bool wanted;                /* someone waits for its next vblank */
    uint32_t reported;          /* vblanks that were reported or missed */
    uint32_t flip_events;       /* flip-done bits due ... */
    uint32_t flip_vblank;       /* ... once that many vblanks have begun */
} IGDPipe;

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
    uint32_t pipes;             /* a bit for each that no fuse disables */

    /* configuration */
    const IGDPlatformInfo *platform;

    /* registers */
    uint32_t *regs;             /* one dword a register, IGD_MMIO_SIZE */
    const IGDReg **reg_row;     /* dword -> its table row, NULL: unknown */
    unsigned long *logged;      /* unknown dwords that were logged already */

    /* GGTT and aperture */
    uint64_t *ggtt;
    IGDFence fence[IGD_FENCES];

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

/*
 * Registers.  Offsets are bytes from the start of BAR0, dword aligned.
 * igd_reg() and igd_reg_set() touch the stored value only; igd_mmio_read32()
 * and igd_mmio_write32() do what a CPU access would (access rights, masks,
 * hooks), so they are what MI_LOAD_REGISTER_IMM and friends use.  Any offset
 * is safe: out of range reads zero and ignores writes.
 */
uint32_t igd_reg(const IGDState *s, uint32_t offset);
void igd_reg_set(IGDState *s, uint32_t offset, uint32_t value);
uint32_t igd_mmio_read32(IGDState *s, uint32_t offset);
void igd_mmio_write32(IGDState *s, uint32_t offset, uint32_t value);

/*
 * Address translation: false if no present entry maps the address.
 * @pml4 is the physical address of the top table, as PDP0 of a context with
 * 48-bit addressing holds it.  The _write variant also wants every level to
 * be writable (gen8 entries have a RW bit; a GPU write through a read-only
 * entry is dropped).
 */
bool igd_ggtt_translate(IGDState *s, uint64_t gma, hwaddr *pa);
bool igd_ppgtt_translate(IGDState *s, uint64_t pml4, uint64_t addr,
                         hwaddr *pa);
bool igd_ppgtt_translate_write(IGDState *s, uint64_t pml4, uint64_t addr,
                               hwaddr *pa);

/* Access to guest memory by physical address, as the device does it */
uint32_t igd_dma_ld32(IGDState *s, hwaddr pa);
uint64_t igd_dma_ld64(IGDState *s, hwaddr pa);
void igd_dma_st32(IGDState *s, hwaddr pa, uint32_t value);
void igd_dma_st64(IGDState *s, hwaddr pa, uint64_t value);
void igd_dma_read(IGDState *s, hwaddr pa, void *buf, size_t len);
void igd_dma_write(IGDState *s, hwaddr pa, const void *buf, size_t len);

/*
 * Interrupts.  igd_irq_gt() latches the events that the engine's IMR lets
 * through and re-evaluates the tree; cheap enough to call once an event.
 */
void igd_irq_gt(IGDState *s, const IGDEngine *e, uint32_t events);
void igd_irq_pipe(IGDState *s, unsigned pipe, uint32_t events);
bool igd_irq_pipe_unmasked(const IGDState *s, unsigned pipe, uint32_t events);
void igd_irq_port(IGDState *s, uint32_t events);
void igd_irq_update(IGDState *s);
void igd_irq_rewire(IGDState *s);
void igd_irq_reset(IGDState *s);

/*
 * Command streamer.  init at realize (allocates e->cs), exit at
 * unrealize; reset at device reset and when GDRST or RESET_CTL resets the
 * engine: drops what runs and what is queued, raises nothing.  The register
 * store of the engine has been reset before the call.
 */
void igd_cs_init(IGDState *s, IGDEngine *e);
void igd_cs_exit(IGDState *s, IGDEngine *e);
void igd_cs_reset(IGDState *s, IGDEngine *e);
void igd_cs_elsp_write(IGDState *s, IGDEngine *e, uint32_t value);

/* Blocks: each adds its rows at realize and resets its state */
void igd_gt_init(IGDState *s);
void igd_gt_reset(IGDState *s);
void igd_gt_exit(IGDState *s);
void igd_display_init(IGDState *s);
void igd_display_reset(IGDState *s);
void igd_display_arm_vblank(IGDState *s);
void igd_display_exit(IGDState *s);
void igd_pch_init(IGDState *s);
void igd_pch_reset(IGDState *s);
void igd_pch_exit(IGDState *s);
void igd_irq_init(IGDState *s);
void igd_ggtt_init(IGDState *s);
void igd_ggtt_reset(IGDState *s);
void igd_ggtt_exit(IGDState *s);

#endif /* HW_DISPLAY_IGD_H */
