/*
 * Intel integrated graphics device (IGD), gen8 and gen9
 *
 * A device that i915 and GVT-g drive as if it were the real one, for tests on
 * machines without it: registers, GGTT and aperture, interrupts, execlists and
 * a blitter.  It scans nothing out, and runs neither shaders nor media
 * commands.  igd.rst lists what is modelled and what is not.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "igd.h"
#include "qemu/host-utils.h"
#include "qemu/log.h"
#include "qemu/module.h"
#include "qemu/units.h"
#include "qapi/error.h"
#include "hw/pci/msi.h"
#include "hw/qdev-properties.h"
#include "migration/vmstate.h"
#include "igd-compat.h"
#include "igd-display.h"
#include "igd-ggtt.h"
#include "igd-gt.h"
#include "igd-irq.h"
#include "igd-pch.h"
#include "igd-regs.h"
#include "trace.h"

/* BAR0: registers, then the entries of the GGTT in the upper half */
#define IGD_GGTT_OFFSET     (8 * MiB)
#define IGD_BAR0_SIZE       (IGD_GGTT_OFFSET + IGD_GGTT_SIZE)

#define IGD_MSI_OFFSET      0xac

/* Configuration space */
#define IGD_GGC             0x50        /* GMCH graphics control */
#define IGD_GGC_GTT_8M      (3 << 6)
#define IGD_PM              0xd0
#define IGD_PM_DSI          0x20        /* needs its driver to initialise */
#define IGD_PM_D3HOT        3
#define IGD_ASLE            0xe4        /* software mailboxes, to 0xff */

typedef enum IGDPlatform {
    IGD_BDW,
    IGD_SKL,
    IGD_KBL,
    IGD_CFL,
    IGD_PLATFORMS
} IGDPlatform;

/* Revisions are production steppings: i915 warns about earlier ones. */
static const IGDPlatformInfo igd_platforms[IGD_PLATFORMS] = {
    [IGD_BDW] = {
        .name = "bdw", .device_id = 0x1616, .revision = 0x09, .gen = 8,
        .engines = 1 << IGD_RCS | 1 << IGD_BCS | 1 << IGD_VCS0 |
                   1 << IGD_VECS,
    },
    [IGD_SKL] = {
        .name = "skl", .device_id = 0x1912, .revision = 0x06, .gen = 9,
        .engines = 1 << IGD_RCS | 1 << IGD_BCS | 1 << IGD_VCS0 |
                   1 << IGD_VECS,
    },
    [IGD_KBL] = {
        .name = "kbl", .device_id = 0x5912, .revision = 0x04, .gen = 9,
        .engines = 1 << IGD_RCS | 1 << IGD_BCS | 1 << IGD_VCS0 |
                   1 << IGD_VECS,
    },
    [IGD_CFL] = {
        .name = "cfl", .device_id = 0x3e92, .revision = 0x00, .gen = 9,
        .engines = 1 << IGD_RCS | 1 << IGD_BCS | 1 << IGD_VCS0 |
                   1 << IGD_VECS,
    },
};

/*
 * BAR4 is for firmware: the offset of a register, then its data.  An index
 * with bits 1:0 set means a GTT entry, which is not modelled here.
 */
static uint64_t igd_io_read(void *opaque, hwaddr addr, unsigned size)
{
    IGDState *s = opaque;

    if (addr == 0) {
        return s->io_index;
    }
    return addr == 4 && !(s->io_index & 3) ?
           igd_mmio_read32(s, s->io_index) : 0;
}

static void igd_io_write(void *opaque, hwaddr addr, uint64_t value,
                         unsigned size)
{
    IGDState *s = opaque;

    if (addr == 0) {
        s->io_index = value;
    } else if (addr == 4 && !(s->io_index & 3)) {
        igd_mmio_write32(s, s->io_index, value);
    }
}

static const MemoryRegionOps igd_io_ops = {
    .read = igd_io_read,
    .write = igd_io_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .impl = { .min_access_size = 4, .max_access_size = 4 },
};

/*
 * In D3 no register answers: this region then covers all of BAR0.  The state
 * of the device does not change.
 */
static uint64_t igd_asleep_read(void *opaque, hwaddr addr, unsigned size)
{
    return UINT64_MAX;
}

static void igd_asleep_write(void *opaque, hwaddr addr, uint64_t value,
                             unsigned size)
{
    qemu_log_mask(LOG_GUEST_ERROR, "igd: write to 0x%" HWADDR_PRIx " in D3\n",
                  addr);
}

static const MemoryRegionOps igd_asleep_ops = {
    .read = igd_asleep_read,
    .write = igd_asleep_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
};

static void igd_update_power(PCIDevice *d)
{
    uint16_t state = pci_get_word(d->config + IGD_PM + PCI_PM_CTRL) &
                     PCI_PM_CTRL_STATE_MASK;

    memory_region_set_enabled(&IGD(d)->asleep, state == IGD_PM_D3HOT);
}

static void igd_config_write(PCIDevice *d, uint32_t addr, uint32_t value,
                             int len)
{
    bool msi = msi_enabled(d);

    pci_default_write_config(d, addr, value, len);
    if (msi != msi_enabled(d)) {
        igd_irq_rewire(IGD(d));
    }
    igd_update_power(d);
}

static const IGDPlatformInfo *igd_find_platform(const char *name)
{
    for (int i = 0; i < IGD_PLATFORMS; i++) {
        if (!g_strcmp0(name, igd_platforms[i].name)) {
            return &igd_platforms[i];
        }
    }
    return NULL;
}

static void igd_reset(DeviceState *dev)
{
    PCIDevice *d = PCI_DEVICE(dev);
    IGDState *s = IGD(dev);

    trace_igd_reset();
    pci_word_test_and_clear_mask(d->config + IGD_PM + PCI_PM_CTRL,
                                 PCI_PM_CTRL_STATE_MASK);
    memset(d->config + IGD_ASLE, 0, PCI_CONFIG_SPACE_SIZE - IGD_ASLE);
    igd_update_power(d);
    igd_regs_reset(s, 0, IGD_MMIO_SIZE - 4);
    s->io_index = 0;
    igd_ggtt_reset(s);
    igd_gt_reset(s);
    igd_display_reset(s);
    igd_pch_reset(s);
    igd_irq_reset(s);
}

static void igd_realize(PCIDevice *d, Error **errp)
{
    IGDState *s = IGD(d);
    Object *owner = OBJECT(d);
    bool another;

    s->platform = igd_find_platform(s->platform_name);
    if (!s->platform) {
        error_setg(errp, "no platform '%s': choose bdw, skl, kbl or cfl",
                   s->platform_name);
        return;
    }
    if (s->pipes >> IGD_PIPES ||
        (igd_gen(s) == 8 && s->pipes && (s->pipes & 3) != 3)) {
        error_setg(errp, "pipes: 0x%x: no fuse leaves these", s->pipes);
        return;
    }
    if (!is_power_of_2(s->aperture_mb) || s->aperture_mb < 128 ||
        s->aperture_mb > 4096) {
        error_setg(errp, "aperture-mb must be a power of two from 128 to "
                   "4096");
        return;
    }
    /* The detiler is at a fixed address. */
    object_resolve_path_type("", TYPE_IGD, &another);
    if (another) {
        error_setg(errp, "there is an igd already");
        return;
    }
    if (msi_init(d, IGD_MSI_OFFSET, 1, false, false, errp) < 0) {
        return;
    }
    if (pci_add_capability(d, PCI_CAP_ID_PM, IGD_PM, PCI_PM_SIZEOF,
                           errp) < 0) {
        return;
    }

    pci_set_word(d->config + IGD_PM + PCI_PM_PMC, 2 | IGD_PM_DSI);
    pci_set_word(d->config + IGD_PM + PCI_PM_CTRL, PCI_PM_CTRL_NO_SOFT_RESET);
    pci_set_word(d->wmask + IGD_PM + PCI_PM_CTRL, PCI_PM_CTRL_STATE_MASK);
    pci_set_word(d->config + PCI_DEVICE_ID, s->platform->device_id);
    d->config[PCI_REVISION_ID] = s->platform->revision;
    d->config[PCI_INTERRUPT_PIN] = 1;
    pci_set_word(d->config + IGD_GGC, IGD_GGC_GTT_8M);  /* no stolen memory */
    memset(d->wmask + IGD_ASLE, 0xff, PCI_CONFIG_SPACE_SIZE - IGD_ASLE);

    igd_regs_init(s);
    igd_irq_init(s);
    igd_ggtt_init(s);
    igd_gt_init(s);
    igd_display_init(s);
    igd_pch_init(s);

    memory_region_init(&s->bar0, owner, "igd-bar0", IGD_BAR0_SIZE);
    memory_region_init_io(&s->mmio, owner, &igd_mmio_ops, s, "igd-mmio",
                          IGD_MMIO_SIZE);
    memory_region_add_subregion(&s->bar0, 0, &s->mmio);
    memory_region_add_subregion(&s->bar0, IGD_GGTT_OFFSET, &s->ggtt_mr);
    memory_region_init_io(&s->asleep, owner, &igd_asleep_ops, s, "igd-asleep",
                          IGD_BAR0_SIZE);
    memory_region_set_enabled(&s->asleep, false);
    memory_region_add_subregion_overlap(&s->bar0, 0, &s->asleep, 1);
    memory_region_init_io(&s->io, owner, &igd_io_ops, s, "igd-io", 64);

    pci_register_bar(d, 0, PCI_BASE_ADDRESS_MEM_TYPE_64, &s->bar0);
    pci_register_bar(d, 2, PCI_BASE_ADDRESS_MEM_TYPE_64 |
                     PCI_BASE_ADDRESS_MEM_PREFETCH,
                     MEMORY_REGION(&s->aperture));
    pci_register_bar(d, 4, PCI_BASE_ADDRESS_SPACE_IO, &s->io);
}

static void igd_exit(PCIDevice *d)
{
    IGDState *s = IGD(d);

    igd_pch_exit(s);
    igd_display_exit(s);
    igd_gt_exit(s);
    igd_ggtt_exit(s);
    igd_regs_exit(s);
    msi_uninit(d);
}

static const Property igd_properties[] = {
    DEFINE_PROP_STRING("platform", IGDState, platform_name),
    DEFINE_PROP_UINT32("aperture-mb", IGDState, aperture_mb, 512),
    DEFINE_PROP_UINT32("pipes", IGDState, pipes, (1u << IGD_PIPES) - 1),
};

static void igd_instance_init(Object *obj)
{
    IGD(obj)->platform_name = g_strdup("kbl");
}

/* The state of the engines and of what they were doing is not described. */
static const VMStateDescription igd_vmstate = {
    .name = TYPE_IGD,
    .unmigratable = 1,
};

static void igd_class_init(ObjectClass *klass, IGDClassData *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    PCIDeviceClass *pc = PCI_DEVICE_CLASS(klass);

    pc->realize = igd_realize;
    pc->exit = igd_exit;
    pc->config_write = igd_config_write;
    pc->vendor_id = PCI_VENDOR_ID_INTEL;
    pc->class_id = PCI_CLASS_DISPLAY_VGA;
    dc->desc = "Intel integrated graphics (gen8, gen9), without scanout";
    dc->vmsd = &igd_vmstate;
    dc->hotpluggable = false;
    device_class_set_legacy_reset(dc, igd_reset);
    device_class_set_props_n(dc, igd_properties, ARRAY_SIZE(igd_properties));
    set_bit(DEVICE_CATEGORY_DISPLAY, dc->categories);
}

static const TypeInfo igd_info = {
    .name = TYPE_IGD,
    .parent = TYPE_PCI_DEVICE,
    .instance_size = sizeof(IGDState),
    .instance_init = igd_instance_init,
    .class_init = igd_class_init,
    .interfaces = (InterfaceInfo[]) {
        { INTERFACE_CONVENTIONAL_PCI_DEVICE },
        { },
    },
};

static void igd_register_types(void)
{
    type_register_static(&igd_info);
}

type_init(igd_register_types)
