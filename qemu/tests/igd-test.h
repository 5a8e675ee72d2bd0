/*
 * Intel IGD: what its qtests share
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef IGD_TEST_H
#define IGD_TEST_H

#include "libqtest.h"
#include "libqos/pci.h"
#include "libqos/pci-pc.h"
#include "hw/pci/pci_regs.h"

#define IGD_TEST_SLOT       4
#define IGD_TEST_APERTURE   (128 * 1024 * 1024)
#define IGD_TEST_GGTT       0x800000
#define IGD_TEST_PAGE       4096ull
#define IGD_TEST_PTE        1ull        /* present */

typedef struct IGDTest {
    QTestState *qts;
    QPCIBus *bus;
    QPCIDevice *dev;
    uint64_t mmio;              /* where BAR0 and BAR2 are */
    uint64_t aperture;
} IGDTest;

/* Enable the device and its bus mastering, and place its BARs. */
static inline void igd_test_map(IGDTest *t)
{
    qpci_device_enable(t->dev);
    t->mmio = qpci_iomap(t->dev, 0, NULL).addr;
    t->aperture = qpci_iomap(t->dev, 2, NULL).addr;
}

static inline IGDTest igd_test_start(const char *platform)
{
    IGDTest t = { 0 };

    t.qts = qtest_initf("-machine pc -nodefaults "
                        "-device igd,platform=%s,aperture-mb=%d,addr=%x.0",
                        platform, IGD_TEST_APERTURE >> 20, IGD_TEST_SLOT);
    t.bus = qpci_new_pc(t.qts, NULL);
    t.dev = qpci_device_find(t.bus, QPCI_DEVFN(IGD_TEST_SLOT, 0));
    g_assert_nonnull(t.dev);
    igd_test_map(&t);
    return t;
}

static inline void igd_test_stop(IGDTest *t)
{
    g_free(t->dev);
    qpci_free_pc(t->bus);
    qtest_quit(t->qts);
}

static inline uint32_t igd_rd(IGDTest *t, uint32_t reg)
{
    return qtest_readl(t->qts, t->mmio + reg);
}

static inline void igd_wr(IGDTest *t, uint32_t reg, uint32_t value)
{
    qtest_writel(t->qts, t->mmio + reg, value);
}

/* Set or clear bits of a masked register. */
static inline void igd_wr_masked(IGDTest *t, uint32_t reg, uint16_t mask,
                                 uint16_t value)
{
    igd_wr(t, reg, (uint32_t)mask << 16 | value);
}

static inline void igd_ggtt_set(IGDTest *t, uint64_t page, uint64_t entry)
{
    qtest_writeq(t->qts, t->mmio + IGD_TEST_GGTT + page * 8, entry);
}

static inline uint64_t igd_ggtt_get(IGDTest *t, uint64_t page)
{
    return qtest_readq(t->qts, t->mmio + IGD_TEST_GGTT + page * 8);
}

/* Map @pages of the GGTT, from @gma on, to guest memory from @pa on. */
static inline void igd_ggtt_map(IGDTest *t, uint64_t gma, uint64_t pa,
                                unsigned pages)
{
    for (unsigned i = 0; i < pages; i++) {
        igd_ggtt_set(t, gma / IGD_TEST_PAGE + i,
                     (pa + i * IGD_TEST_PAGE) | IGD_TEST_PTE);
    }
}

#endif /* IGD_TEST_H */
