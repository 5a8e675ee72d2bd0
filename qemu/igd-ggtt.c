/*
 * Intel IGD: global and per-process GTT, aperture, fences
 *
 * The aperture is an IOMMU memory region: a page of it translates through the
 * GGTT to guest memory, so that a CPU (or TCG's TLB) reaches RAM without
 * calling back.  Pages that a fence covers cannot be mapped like that, since
 * neighbouring bytes of a row are not neighbours in memory: those translate
 * to the detiler, a region with callbacks.
 *
 * PRM: volume 5, Memory Views (GTT entries, address tiling, fences);
 * volume 2c, FENCE (0x100000).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "igd-ggtt.h"
#include "qemu/bitops.h"
#include "qemu/log.h"
#include "qemu/module.h"
#include "qemu/units.h"
#include "hw/registerfields.h"
#include "igd.h"
#include "igd-compat.h"
#include "igd-regs.h"
#include "trace.h"

#define GEN8_PAGE_PRESENT   (1ull << 0)
#define GEN8_PAGE_RW        (1ull << 1)
#define GEN8_PAGE_PS        (1ull << 7)             /* leaf above the PT */
#define GEN8_ADDR_MASK      0x0000007ffffff000ull

/* Two dwords per fence; the high one has the address of the last page. */
REG32(FENCE_LO, 0x100000)
    FIELD(FENCE_LO, VALID, 0, 1)
    FIELD(FENCE_LO, YMAJOR, 1, 1)
    FIELD(FENCE_LO, START, 12, 20)
REG32(FENCE_HI, 0x100004)
    FIELD(FENCE_HI, PITCH, 0, 12)                   /* 128 bytes, minus one */
    FIELD(FENCE_HI, END, 12, 20)

/*
 * TCG finds the callbacks of a translated page by its index in the CPU's own
 * address space, so the detiler has to live there.  Neither a CPU (at most 52
 * bits) nor the device (39 bits) can address it where it is.
 */
#define IGD_DETILER_BASE    (1ull << 52)

#define TYPE_IGD_APERTURE "igd-aperture"

static uint64_t igd_aperture_size(const IGDState *s)
{
    return (uint64_t)s->aperture_mb * MiB;
}

uint32_t igd_dma_ld32(IGDState *s, hwaddr pa)
{
    uint32_t value = 0;

    ldl_le_pci_dma(PCI_DEVICE(s), pa, &value, MEMTXATTRS_UNSPECIFIED);
    return value;
}

uint64_t igd_dma_ld64(IGDState *s, hwaddr pa)
{
    uint64_t value = 0;

    ldq_le_pci_dma(PCI_DEVICE(s), pa, &value, MEMTXATTRS_UNSPECIFIED);
    return value;
}

void igd_dma_st32(IGDState *s, hwaddr pa, uint32_t value)
{
    stl_le_pci_dma(PCI_DEVICE(s), pa, value, MEMTXATTRS_UNSPECIFIED);
}

void igd_dma_st64(IGDState *s, hwaddr pa, uint64_t value)
{
    stq_le_pci_dma(PCI_DEVICE(s), pa, value, MEMTXATTRS_UNSPECIFIED);
}

bool igd_dma_read(IGDState *s, hwaddr pa, void *buf, size_t len)
{
    if (pci_dma_read(PCI_DEVICE(s), pa, buf, len) != MEMTX_OK) {
        qemu_log_mask(LOG_GUEST_ERROR, "igd: cannot read memory at 0x%"
                      HWADDR_PRIx "\n", pa);
        memset(buf, 0, len);
        return false;
    }
    return true;
}

void igd_dma_write(IGDState *s, hwaddr pa, const void *buf, size_t len)
{
    pci_dma_write(PCI_DEVICE(s), pa, buf, len);
}

bool igd_ggtt_translate(IGDState *s, uint64_t gma, hwaddr *pa)
{
    uint64_t pte;

    if (gma >= IGD_GGTT_PTES * (uint64_t)IGD_PAGE_SIZE) {
        return false;
    }
    pte = s->ggtt[gma / IGD_PAGE_SIZE];
    *pa = (pte & GEN8_ADDR_MASK) | (gma & ~IGD_PAGE_MASK);
    return pte & GEN8_PAGE_PRESENT;
}

/* Walk four levels; every entry on the way must have the bits of @need. */
static bool igd_ppgtt_walk(IGDState *s, uint64_t pml4, uint64_t addr,
                           uint64_t need, hwaddr *pa)
{
    uint64_t entry = pml4;

    for (int shift = 39; shift >= 12; shift -= 9) {
        hwaddr table = entry & GEN8_ADDR_MASK;
        uint64_t page = (1ull << shift) - 1;

        entry = igd_dma_ld64(s, table + extract64(addr, shift, 9) * 8);
        if ((entry & need) != need) {
            return false;
        }
        /* 4 KiB, or a leaf of 2 MiB or 1 GiB */
        if (shift == 12 || (shift < 39 && (entry & GEN8_PAGE_PS))) {
            *pa = (entry & GEN8_ADDR_MASK & ~page) | (addr & page);
            return true;
        }
    }
    g_assert_not_reached();
}

bool igd_ppgtt_translate(IGDState *s, uint64_t pml4, uint64_t addr,
                         hwaddr *pa)
{
    return igd_ppgtt_walk(s, pml4, addr, GEN8_PAGE_PRESENT, pa);
}

bool igd_ppgtt_translate_write(IGDState *s, uint64_t pml4, uint64_t addr,
                               hwaddr *pa)
{
    return igd_ppgtt_walk(s, pml4, addr, GEN8_PAGE_PRESENT | GEN8_PAGE_RW, pa);
}

/* Invalidate cached translations of the aperture. */
static void igd_aperture_unmap(IGDState *s, uint64_t start, uint64_t mask)
{
    IOMMUTLBEvent event = {
        .type = IOMMU_NOTIFIER_UNMAP,
        .entry = {
            .target_as = &address_space_memory,
            .iova = start,
            .addr_mask = mask,
            .perm = IOMMU_NONE,
        },
    };

    memory_region_notify_iommu(&s->aperture, 0, event);
}

static const IGDFence *igd_fence_at(const IGDState *s, uint64_t addr)
{
    for (int i = 0; i < IGD_FENCES; i++) {
        const IGDFence *f = &s->fence[i];

        if (f->pitch && addr >= f->start && addr <= f->end) {
            return f;
        }
    }
    return NULL;
}

static IOMMUTLBEntry igd_aperture_translate(IOMMUMemoryRegion *mr, hwaddr addr,
                                            IOMMUAccessFlags flag, int index)
{
    IGDState *s = container_of(mr, IGDState, aperture);
    pcibus_t bar = pci_get_bar_addr(PCI_DEVICE(s), 2);
    IOMMUTLBEntry entry = {
        .target_as = &address_space_memory,
        .iova = addr & IGD_PAGE_MASK,
        .addr_mask = ~IGD_PAGE_MASK,
        .perm = IOMMU_NONE,
    };
    hwaddr pa;

    /*
     * What an IOMMU translates goes through the detiler as well: TCG calls the
     * IOMMU's callbacks as if it had all of them, and intel-iommu has not.
     */
    if (s->behind_iommu || igd_fence_at(s, addr)) {
        entry.translated_addr = s->detiler.addr + entry.iova;
        entry.perm = IOMMU_RW;
    } else if (igd_ggtt_translate(s, entry.iova, &pa) &&
               /* An entry that points into BAR2 would translate forever. */
               (pa < bar || pa - bar >= igd_aperture_size(s))) {
        entry.translated_addr = pa;
        entry.perm = IOMMU_RW;
    }
    return entry;
}

/* The translation does not depend on the attributes of the access. */
static int igd_aperture_attrs_to_index(IOMMUMemoryRegion *mr, MemTxAttrs attrs)
{
    return 0;
}

static void igd_aperture_class_init(ObjectClass *klass, IGDClassData *data)
{
    IOMMUMemoryRegionClass *imrc = IOMMU_MEMORY_REGION_CLASS(klass);

    imrc->translate = igd_aperture_translate;
    imrc->attrs_to_index = igd_aperture_attrs_to_index;
}

static const TypeInfo igd_aperture_info = {
    .name = TYPE_IGD_APERTURE,
    .parent = TYPE_IOMMU_MEMORY_REGION,
    .class_init = igd_aperture_class_init,
};

static void igd_aperture_register_types(void)
{
    type_register_static(&igd_aperture_info);
}

type_init(igd_aperture_register_types)

/*
 * Where the byte at @addr of the aperture is in the tiled surface.  A tile is
 * 4 KiB: X has 8 rows of 512 bytes; Y has 8 columns of 16 bytes by 32 rows.
 * Bit 6 is not swizzled on these platforms.
 */
static uint64_t igd_fence_detile(const IGDFence *f, uint64_t addr)
{
    uint64_t y = (addr - f->start) / f->pitch;
    uint64_t x = (addr - f->start) % f->pitch;
    uint64_t tile;

    if (f->ymajor) {
        tile = y / 32 * (f->pitch / 128) + x / 128;
        return f->start + tile * IGD_PAGE_SIZE + x % 128 / 16 * 512 +
               y % 32 * 16 + x % 16;
    }
    tile = y / 8 * (f->pitch / 512) + x / 512;
    return f->start + tile * IGD_PAGE_SIZE + y % 8 * 512 + x % 512;
}

static bool igd_detiler_translate(IGDState *s, hwaddr addr, hwaddr *pa)
{
    const IGDFence *f = igd_fence_at(s, addr);

    return igd_ggtt_translate(s, f ? igd_fence_detile(f, addr) : addr, pa);
}

/* Without a fence, bytes of a page follow each other. */
static bool igd_detiler_at_once(IGDState *s, hwaddr addr, unsigned size)
{
    hwaddr last = addr + size - 1;

    return !igd_fence_at(s, addr) && !igd_fence_at(s, last) &&
           !((addr ^ last) & IGD_PAGE_MASK);
}

/* In tiles they may be far from each other: one by one. */
static uint64_t igd_detiler_read(void *opaque, hwaddr addr, unsigned size)
{
    uint64_t value = 0;
    hwaddr pa;

    if (igd_detiler_at_once(opaque, addr, size)) {
        if (igd_detiler_translate(opaque, addr, &pa)) {
            igd_dma_read(opaque, pa, &value, size);
        }
        return le64_to_cpu(value);
    }
    for (unsigned i = 0; i < size; i++) {
        uint8_t byte = 0;

        if (igd_detiler_translate(opaque, addr + i, &pa)) {
            igd_dma_read(opaque, pa, &byte, 1);
        }
        value |= (uint64_t)byte << (8 * i);
    }
    return value;
}

static void igd_detiler_write(void *opaque, hwaddr addr, uint64_t value,
                              unsigned size)
{
    hwaddr pa;

    if (igd_detiler_at_once(opaque, addr, size)) {
        value = cpu_to_le64(value);
        if (igd_detiler_translate(opaque, addr, &pa)) {
            igd_dma_write(opaque, pa, &value, size);
        }
        return;
    }
    for (unsigned i = 0; i < size; i++) {
        uint8_t byte = value >> (8 * i);

        if (igd_detiler_translate(opaque, addr + i, &pa)) {
            igd_dma_write(opaque, pa, &byte, 1);
        }
    }
}

static const MemoryRegionOps igd_detiler_ops = {
    .read = igd_detiler_read,
    .write = igd_detiler_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 1, .max_access_size = 8, .unaligned = true },
    .impl = { .min_access_size = 1, .max_access_size = 8, .unaligned = true },
};

static void igd_fence_post(IGDState *s, uint32_t offset, uint32_t value)
{
    uint32_t index = (offset - A_FENCE_LO) / 8;
    uint32_t lo = igd_reg(s, A_FENCE_LO + index * 8);
    uint32_t hi = igd_reg(s, A_FENCE_HI + index * 8);
    IGDFence *f = &s->fence[index];
    IGDFence old = *f;

    *f = (IGDFence) { 0 };
    if (FIELD_EX32(lo, FENCE_LO, VALID)) {
        f->start = lo & R_FENCE_LO_START_MASK;
        f->end = (hi & R_FENCE_HI_END_MASK) | ~IGD_PAGE_MASK;
        f->pitch = (FIELD_EX32(hi, FENCE_HI, PITCH) + 1) * 128;
        f->ymajor = FIELD_EX32(lo, FENCE_LO, YMAJOR);
    }
    trace_igd_fence(index, f->start, f->end, f->pitch, f->ymajor);
    if (old.pitch || f->pitch) {
        igd_aperture_unmap(s, 0, igd_aperture_size(s) - 1);
    }
}

static const IGDReg igd_fence_rows[] = {
    { .name = "FENCE_LO", .offset = A_FENCE_LO, .count = IGD_FENCES,
      .stride = 8, .ro = 0xffc, .post_write = igd_fence_post },
    { .name = "FENCE_HI", .offset = A_FENCE_HI, .count = IGD_FENCES,
      .stride = 8, .post_write = igd_fence_post },
};

static uint64_t igd_ggtt_read(void *opaque, hwaddr addr, unsigned size)
{
    IGDState *s = opaque;

    return extract64(s->ggtt[addr / 8], (addr & 7) * 8, size * 8);
}

static void igd_ggtt_write(void *opaque, hwaddr addr, uint64_t value,
                           unsigned size)
{
    IGDState *s = opaque;
    uint64_t *pte = &s->ggtt[addr / 8];
    uint64_t old = *pte;
    uint64_t page = addr / 8 * IGD_PAGE_SIZE;

    *pte = deposit64(old, (addr & 7) * 8, size * 8, value);
    trace_igd_ggtt_write(addr / 8, *pte);
    if (*pte != old && page < igd_aperture_size(s)) {
        igd_aperture_unmap(s, page, ~IGD_PAGE_MASK);
    }
}

static const MemoryRegionOps igd_ggtt_ops = {
    .read = igd_ggtt_read,
    .write = igd_ggtt_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 1, .max_access_size = 8 },
    .impl = { .min_access_size = 1, .max_access_size = 8 },
};

void igd_ggtt_init(IGDState *s)
{
    Object *owner = OBJECT(s);

    s->ggtt = g_new0(uint64_t, IGD_GGTT_PTES);
    memory_region_init_io(&s->ggtt_mr, owner, &igd_ggtt_ops, s, "igd-ggtt",
                          IGD_GGTT_SIZE);
    memory_region_init_iommu(&s->aperture, sizeof(s->aperture),
                             TYPE_IGD_APERTURE, owner, "igd-aperture",
                             igd_aperture_size(s));
    memory_region_init_io(&s->detiler, owner, &igd_detiler_ops, s,
                          "igd-detiler", igd_aperture_size(s));
    /* One slot per device function: a second device must not overlap. */
    memory_region_add_subregion(get_system_memory(), IGD_DETILER_BASE +
                                ((uint64_t)PCI_DEVICE(s)->devfn << 32),
                                &s->detiler);
    igd_regs_add(s, 0, igd_fence_rows, ARRAY_SIZE(igd_fence_rows));
}

void igd_ggtt_reset(IGDState *s)
{
    /* Known once the machine is complete, which is reset after that. */
    s->behind_iommu = pci_device_iommu_address_space(PCI_DEVICE(s)) !=
                      &address_space_memory;
    memset(s->ggtt, 0, IGD_GGTT_SIZE);
    memset(s->fence, 0, sizeof(s->fence));
    igd_aperture_unmap(s, 0, igd_aperture_size(s) - 1);
}

void igd_ggtt_exit(IGDState *s)
{
    memory_region_del_subregion(get_system_memory(), &s->detiler);
    g_free(s->ggtt);
}
