/*
 * Intel IGD: what differs among the versions of QEMU that it builds in
 *
 * The device is written for the newest of them.  What an older one lacks is
 * here and in meson.build, and nowhere else; each block names the version that
 * brought it.  Compiled with 7.2 and 10.0.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef HW_DISPLAY_IGD_COMPAT_H
#define HW_DISPLAY_IGD_COMPAT_H

#define IGD_QEMU_SINCE(major, minor)                                    \
    (QEMU_VERSION_MAJOR > (major) ||                                    \
     (QEMU_VERSION_MAJOR == (major) && QEMU_VERSION_MINOR >= (minor)))

/* The device of PCI has a header of its own. */
#if IGD_QEMU_SINCE(8, 0)
#include "hw/pci/pci_device.h"
#else
#include "hw/pci/pci.h"
#endif

/* Headers moved out of include/exec. */
#if IGD_QEMU_SINCE(10, 1)
#include "system/address-spaces.h"
#include "system/memory.h"
#else
#include "exec/address-spaces.h"
#include "exec/memory.h"
#endif

/* A class does not change the data that its type hands to it. */
#if IGD_QEMU_SINCE(10, 1)
typedef const void IGDClassData;
#else
typedef void IGDClassData;
#endif

/* Properties are constant and counted; before, an empty one ended the list. */
#if !IGD_QEMU_SINCE(10, 0)
#include "hw/qdev-properties.h"

static inline void device_class_set_props_n(DeviceClass *dc,
                                            const Property *props, size_t n)
{
    Property *list = g_new0(Property, n + 1);   /* as long-lived as the class */

    memcpy(list, props, n * sizeof(*props));
    device_class_set_props(dc, list);
}
#endif

/* The method of the class is set by a function. */
#if !IGD_QEMU_SINCE(9, 2)
static inline void device_class_set_legacy_reset(DeviceClass *dc,
                                                 DeviceReset reset)
{
    dc->reset = reset;
}
#endif

#endif /* HW_DISPLAY_IGD_COMPAT_H */
