/*
 * Intel IGD: tests of PCI, registers, GGTT, aperture and fences
 *
 * Vblank and interrupts are in igd-irq-test.c, the engines in igd-cs-test.c
 * and igd-switch-test.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "igd-test.h"

#define ASLS            0xfc
#define FENCE_LO(n)     (0x100000 + 8 * (n))
#define FENCE_HI(n)     (0x100004 + 8 * (n))

#define DE_PIPE_A_IMR   0x44404
#define PIPE_A_CONF     0x70008
#define PIPE_A_FRMCNT   0x70040
#define PIPE_ENABLE     (1u << 31)

#define RAM             0x1000000       /* away from what the machine uses */

static const struct {
    const char *name;
    uint16_t device_id;
    uint8_t revision;
    bool gen8;
} platforms[] = {
    { "bdw", 0x1616, 0x09, true },
    { "skl", 0x1912, 0x06, false },
    { "kbl", 0x5912, 0x04, false },
    { "cfl", 0x3e92, 0x00, false },
};

static void test_identity(void)
{
    for (size_t i = 0; i < ARRAY_SIZE(platforms); i++) {
        IGDTest t = igd_test_start(platforms[i].name);

        g_assert_cmphex(qpci_config_readw(t.dev, PCI_VENDOR_ID), ==, 0x8086);
        g_assert_cmphex(qpci_config_readw(t.dev, PCI_DEVICE_ID), ==,
                        platforms[i].device_id);
        g_assert_cmphex(qpci_config_readb(t.dev, PCI_REVISION_ID), ==,
                        platforms[i].revision);
        g_assert_cmphex(qpci_config_readw(t.dev, PCI_CLASS_DEVICE), ==,
                        0x0300);
        /* 8 MiB of GTT entries, no stolen memory */
        g_assert_cmphex(qpci_config_readw(t.dev, 0x50), ==, 3 << 6);
        g_assert_cmphex(qpci_find_capability(t.dev, PCI_CAP_ID_MSI, 0), ==,
                        0xac);
        igd_test_stop(&t);
    }
}

static uint64_t bar_size(QPCIDevice *dev, int bar)
{
    int reg = PCI_BASE_ADDRESS_0 + 4 * bar;
    uint64_t mask;

    qpci_config_writel(dev, reg, UINT32_MAX);
    qpci_config_writel(dev, reg + 4, UINT32_MAX);
    mask = qpci_config_readl(dev, reg) & PCI_BASE_ADDRESS_MEM_MASK;
    mask |= (uint64_t)qpci_config_readl(dev, reg + 4) << 32;
    return ~mask + 1;
}

static void test_bars(void)
{
    static const struct {
        const char *option;
        uint64_t size;
    } aperture[] = {
        { "", 512ull << 20 },
        { ",aperture-mb=256", 256ull << 20 },
        { ",aperture-mb=4096", 4096ull << 20 },
    };

    for (size_t i = 0; i < ARRAY_SIZE(aperture); i++) {
        QTestState *qts = qtest_initf("-machine pc -nodefaults "
                                      "-device igd,addr=4%s",
                                      aperture[i].option);
        QPCIBus *bus = qpci_new_pc(qts, NULL);
        QPCIDevice *dev = qpci_device_find(bus, QPCI_DEVFN(4, 0));

        g_assert_cmphex(bar_size(dev, 0), ==, 16 << 20);
        g_assert_cmphex(bar_size(dev, 2), ==, aperture[i].size);
        qpci_config_writel(dev, PCI_BASE_ADDRESS_4, UINT32_MAX);
        g_assert_cmphex(qpci_config_readl(dev, PCI_BASE_ADDRESS_4), ==,
                        0xffffffc1);
        g_free(dev);
        qpci_free_pc(bus);
        qtest_quit(qts);
    }
}

typedef enum Gen { ANY, GEN8, GEN9 } Gen;

/* What a register holds before and after a write */
static const struct {
    const char *why;
    uint32_t reg;
    uint32_t before;
    uint32_t write;
    uint32_t after;
    Gen gen;
} access_rows[] = {
    { "plain", 0x70180, 0, 0x84000400, 0x84000400, ANY },
    { "plain, last pipe and plane", 0x72290, 0, 0x12345678, 0x12345678, ANY },
    { "read only", 0x120008, 64, 0, 64, ANY },
    { "read only, computed: one slice, 3 subslices", 0x9120,
      1 << 25 | 8 << 20, 0, 1 << 25 | 8 << 20, GEN9 },
    { "read only, computed: no disable bit on gen8", 0x9120, 1 << 25, 0,
      1 << 25, GEN8 },
    { "GuC stays in reset", 0xc000, 1, 0, 1, ANY },
    { "write one to clear: nothing to clear", 0x44308, 0, UINT32_MAX, 0, ANY },
    { "interrupt mask: everything masked", 0x44304, UINT32_MAX, 0x5, 0x5,
      ANY },
    { "only the enable is writable", 0x44200, 0, UINT32_MAX, 1u << 31, ANY },
    { "masked, no enable", 0x7000, 0, 0x0000ffff, 0, ANY },
    { "masked, some", 0x7004, 0, 0x0ff01234, 0x0230, ANY },
    { "masked per engine, idle stays", 0x2209c, 1 << 9, 0x01000100,
      1 << 9 | 1 << 8, ANY },
    { "reset request is ready at once", 0x120d0, 0, 0x00010001, 3, ANY },
    { "GDRST has finished", 0x941c, 0, 1, 0, ANY },
    { "TLB invalidation has finished", 0x4260, 0, 1, 0, ANY },
    { "pipe state follows enable", 0x71008, 0, 1u << 31, 3u << 30, ANY },
    { "pipe state alone is read only", 0x72008, 0, 1u << 30, 0, ANY },
    { "EDP transcoder", 0x7f008, 0, 1u << 31, 3u << 30, ANY },
    { "DDI is idle unless enabled", 0x64100, 1 << 7, 1u << 31, 1u << 31, ANY },
    { "DBUF power", 0x45008, 0, 1u << 31, 3u << 30, GEN9 },
    { "power well answers", 0x45404, 0, 0xa0000000, 0xf0000000, ANY },
    { "and shows that to other agents", 0x45408, 0x50000000, 0, 0x50000000,
      ANY },
    { "it stays on for another agent", 0x45400, 0x50000000, 0x80000000,
      0xd0000000, ANY },
    { "when the first lets go", 0x45404, 0xf0000000, 0, 0x40000000, ANY },
    { "LCPLL1 locks", 0x46010, 0, 1u << 31, 3u << 30, GEN9 },
    { "LCPLL is on after reset, and can be turned off", 0x130040, 1u << 30,
      1u << 31, 1u << 31, GEN8 },
    { "CDCLK from FCLK", 0x130040, 1u << 31, 1 << 21,
      1u << 30 | 1 << 21 | 1 << 19, GEN8 },
    { "AUX ends in a timeout", 0x64010, 0, 1u << 31, 5u << 28, ANY },
    { "AUX of the PCH", 0xe4210, 0, 1u << 31, 5u << 28, GEN8 },
    { "GPIO is pulled up", 0xc5014, 0x1010, 0, 0x1010, ANY },
    { "GPIO drives data low", 0xc5014, 0x1010, 0x0700, 0x0210, ANY },
    { "mailbox is done, data latency", 0x138124, 0, 0x80000006, 0, GEN9 },
    { "mailbox refuses", 0x138124, 0, 0x800000fe, 1, ANY },
    { "not a vGPU: no PVINFO", 0x78000, 0, UINT32_MAX, 0, ANY },
    { "unknown: stored", 0x1ffff8, 0, 0xcafe1234, 0xcafe1234, ANY },
};

/* In order, on one machine: a second row starts where the first one ends. */
static void test_access(void)
{
    for (size_t i = 0; i < ARRAY_SIZE(platforms); i++) {
        IGDTest t = igd_test_start(platforms[i].name);
        Gen other = platforms[i].gen8 ? GEN9 : GEN8;

        for (size_t j = 0; j < ARRAY_SIZE(access_rows); j++) {
            uint32_t reg = access_rows[j].reg;

            if (access_rows[j].gen == other) {
                continue;
            }
            g_test_message("%s: %s", platforms[i].name, access_rows[j].why);
            g_assert_cmphex(igd_rd(&t, reg), ==, access_rows[j].before);
            igd_wr(&t, reg, access_rows[j].write);
            g_assert_cmphex(igd_rd(&t, reg), ==, access_rows[j].after);
        }
        igd_test_stop(&t);
    }
}

/* A register must not care how it is reached. */
static void test_access_sizes(void)
{
    IGDTest t = igd_test_start("kbl");
    uint64_t reg = t.mmio + 0x70190;

    qtest_writel(t.qts, reg, 0x11223344);
    qtest_writeb(t.qts, reg + 2, 0xaa);
    g_assert_cmphex(qtest_readl(t.qts, reg), ==, 0x11aa3344);
    qtest_writew(t.qts, reg, 0xbbcc);
    g_assert_cmphex(qtest_readl(t.qts, reg), ==, 0x11aabbcc);
    g_assert_cmphex(qtest_readb(t.qts, reg + 3), ==, 0x11);
    g_assert_cmphex(qtest_readw(t.qts, reg + 2), ==, 0x11aa);
    qtest_writeq(t.qts, reg, 0x5566778899aabbccull);
    g_assert_cmphex(qtest_readl(t.qts, reg + 4), ==, 0x55667788);
    g_assert_cmphex(qtest_readq(t.qts, reg), ==, 0x5566778899aabbccull);

    /* The mask is in the bytes that are not written. */
    igd_wr_masked(&t, 0x7000, 0xffff, 0x00ff);
    qtest_writew(t.qts, t.mmio + 0x7000, 0);
    g_assert_cmphex(igd_rd(&t, 0x7000), ==, 0x00ff);
    igd_test_stop(&t);
}

static void test_unknown(void)
{
    IGDTest t = igd_test_start("skl");

    g_assert_cmphex(igd_rd(&t, 0x1ffffc), ==, 0);
    qtest_writeq(t.qts, t.mmio + 0x1fff00, UINT64_MAX);
    g_assert_cmphex(qtest_readq(t.qts, t.mmio + 0x1fff00), ==, UINT64_MAX);
    /* Between registers and GTT entries there is nothing. */
    qtest_writel(t.qts, t.mmio + 0x400000, 1);
    qtest_readl(t.qts, t.mmio + 0x400000);
    g_assert_cmphex(igd_rd(&t, 0xc000), ==, 1);
    igd_test_stop(&t);
}

static void test_forcewake(void)
{
    static const struct {
        uint32_t request;
        uint32_t ack;
        Gen gen;
    } domains[] = {
        { 0xa188, 0x130044, ANY }, { 0xa278, 0xd84, GEN9 },
        { 0xa270, 0xd88, GEN9 },
    };

    for (int gen8 = 0; gen8 < 2; gen8++) {
        IGDTest t = igd_test_start(gen8 ? "bdw" : "skl");

        for (size_t i = 0; i < ARRAY_SIZE(domains); i++) {
            if (gen8 && domains[i].gen == GEN9) {
                continue;
            }
            g_assert_cmphex(igd_rd(&t, domains[i].ack), ==, 0);
            igd_wr_masked(&t, domains[i].request, 1, 1);
            g_assert_cmphex(igd_rd(&t, domains[i].ack), ==, 1);
            /* Another thread's bit leaves the first one alone. */
            igd_wr_masked(&t, domains[i].request, 2, 2);
            g_assert_cmphex(igd_rd(&t, domains[i].ack), ==, 3);
            igd_wr_masked(&t, domains[i].request, 1, 0);
            g_assert_cmphex(igd_rd(&t, domains[i].ack), ==, 2);
            igd_wr(&t, domains[i].ack, 0);
            g_assert_cmphex(igd_rd(&t, domains[i].ack), ==, 2);
        }
        igd_test_stop(&t);
    }
}

/* Addresses that no device acknowledges; the status is cleared by software. */
static void test_gmbus(void)
{
    IGDTest t = igd_test_start("skl");

    g_assert_cmphex(igd_rd(&t, 0xc5108), ==, 1 << 11);
    igd_wr(&t, 0xc5104, 1u << 30 | 1 << 25 | 4 << 16 | 0x50 << 1 | 1);
    g_assert_cmphex(igd_rd(&t, 0xc5108), ==, 1 << 11 | 1 << 10);
    igd_wr(&t, 0xc5104, 1u << 31);
    igd_wr(&t, 0xc5104, 0);
    g_assert_cmphex(igd_rd(&t, 0xc5108), ==, 1 << 11);
    igd_test_stop(&t);
}

static uint32_t sbi(IGDTest *t, uint16_t reg, uint32_t op, uint32_t data)
{
    igd_wr(t, 0xc6000, (uint32_t)reg << 16);
    igd_wr(t, 0xc6004, data);
    igd_wr(t, 0xc6008, op << 8 | 1);
    g_assert_cmphex(igd_rd(t, 0xc6008) & 3, ==, 0);
    return igd_rd(t, 0xc6004);
}

static void test_sideband(void)
{
    IGDTest t = igd_test_start("bdw");

    g_assert_cmphex(sbi(&t, 0x1f00, 6, 0), ==, 0);
    sbi(&t, 0x1f00, 7, 0x1234);
    sbi(&t, 0x020c, 7, 0x5678);
    g_assert_cmphex(sbi(&t, 0x1f00, 6, 0), ==, 0x1234);
    g_assert_cmphex(sbi(&t, 0x020c, 6, 0), ==, 0x5678);
    /* The other destination has registers of its own. */
    g_assert_cmphex(sbi(&t, 0x1f00, 1 << 8 | 2, 0), ==, 0);
    igd_test_stop(&t);
}

static void test_ggtt(void)
{
    IGDTest t = igd_test_start("skl");
    uint64_t last = 8 * 1024 * 1024 / 8 - 1;

    igd_ggtt_set(&t, 5, 0x123456789abcd001ull);
    g_assert_cmphex(igd_ggtt_get(&t, 5), ==, 0x123456789abcd001ull);
    igd_wr(&t, IGD_TEST_GGTT + 5 * 8, 0xfedcb001);
    g_assert_cmphex(igd_ggtt_get(&t, 5), ==, 0x12345678fedcb001ull);
    igd_wr(&t, IGD_TEST_GGTT + 5 * 8 + 4, 0x7);
    g_assert_cmphex(igd_ggtt_get(&t, 5), ==, 0x7fedcb001ull);
    g_assert_cmphex(igd_rd(&t, IGD_TEST_GGTT + 5 * 8 + 4), ==, 7);
    igd_ggtt_set(&t, last, 0x1001);
    g_assert_cmphex(igd_ggtt_get(&t, last), ==, 0x1001);
    g_assert_cmphex(igd_ggtt_get(&t, 4), ==, 0);
    igd_test_stop(&t);
}

static void test_aperture(void)
{
    IGDTest t = igd_test_start("skl");
    uint64_t page = t.aperture + 0x40000;
    uint8_t buf[6000], back[6000];

    /* Neighbours in the aperture that are none in memory, in reverse order */
    igd_ggtt_map(&t, 0x40000, RAM + 0x3000, 1);
    igd_ggtt_map(&t, 0x41000, RAM + 0x1000, 1);

    qtest_writeb(t.qts, page + 1, 0x12);
    g_assert_cmphex(qtest_readb(t.qts, RAM + 0x3001), ==, 0x12);
    qtest_writew(t.qts, page + 3, 0x3456);
    g_assert_cmphex(qtest_readw(t.qts, RAM + 0x3003), ==, 0x3456);
    qtest_writel(t.qts, page + 7, 0x789abcde);
    g_assert_cmphex(qtest_readl(t.qts, RAM + 0x3007), ==, 0x789abcde);
    qtest_writeq(t.qts, RAM + 0x3011, 0x1122334455667788ull);
    g_assert_cmphex(qtest_readq(t.qts, page + 0x11), ==,
                    0x1122334455667788ull);

    /* Across the page boundary */
    qtest_writeq(t.qts, page + 0xffd, 0xa1a2a3a4a5a6a7a8ull);
    g_assert_cmphex(qtest_readb(t.qts, RAM + 0x3ffd), ==, 0xa8);
    g_assert_cmphex(qtest_readw(t.qts, RAM + 0x3ffe), ==, 0xa6a7);
    g_assert_cmphex(qtest_readl(t.qts, RAM + 0x1000), ==, 0xa2a3a4a5);
    for (size_t i = 0; i < sizeof(buf); i++) {
        buf[i] = i * 7 + i / 256;
    }
    qtest_memwrite(t.qts, page + 0x123, buf, sizeof(buf));
    qtest_memread(t.qts, RAM + 0x3123, back, 0x1000 - 0x123);
    qtest_memread(t.qts, RAM + 0x1000, back + 0x1000 - 0x123,
                  sizeof(buf) - (0x1000 - 0x123));
    g_assert_cmpmem(buf, sizeof(buf), back, sizeof(back));

    /* A changed entry counts immediately, and so does a cleared one. */
    qtest_writel(t.qts, RAM + 0x5000, 0x600d600d);
    igd_ggtt_map(&t, 0x40000, RAM + 0x5000, 1);
    g_assert_cmphex(qtest_readl(t.qts, page), ==, 0x600d600d);
    igd_ggtt_set(&t, 0x40, 0);
    g_assert_cmphex(qtest_readl(t.qts, page), !=, 0x600d600d);
    qtest_writel(t.qts, page, 0xbad);
    g_assert_cmphex(qtest_readl(t.qts, RAM + 0x5000), ==, 0x600d600d);

    /* An entry that points back into the aperture leads nowhere. */
    igd_ggtt_map(&t, 0x40000, page, 1);
    qtest_readl(t.qts, page);
    qtest_writel(t.qts, page, 1);
    igd_test_stop(&t);
}

/* Tiled offset of (x, y) in bytes and rows, by the definition of a tile */
static uint64_t tiled(bool ymajor, unsigned pitch, unsigned x, unsigned y)
{
    unsigned width = ymajor ? 128 : 512, height = ymajor ? 32 : 8;
    uint64_t tile = (uint64_t)(y / height) * (pitch / width) + x / width;

    x %= width;
    y %= height;
    return tile * 4096 + (ymajor ? x / 16 * 512 + y * 16 + x % 16 :
                          y * 512 + x);
}

static void test_fence(const void *data)
{
    bool ymajor = GPOINTER_TO_INT(data);
    IGDTest t = igd_test_start("skl");
    unsigned pitch = 2048, rows = 64, pages = pitch * rows / 4096;
    uint32_t base = 0x100000;
    uint64_t surface = t.aperture + base;
    int n = ymajor ? 31 : 0;

    igd_ggtt_map(&t, base, RAM, pages + 1);
    for (unsigned i = 0; i < pitch * rows + 8; i += 4) {
        qtest_writel(t.qts, RAM + i, 0x5a000000 + i);
    }

    /* Linear, until there is a fence */
    g_assert_cmphex(qtest_readl(t.qts, surface + 512), ==, 0x5a000000 + 512);
    igd_wr(&t, FENCE_HI(n), (base + (pages - 1) * 4096) | (pitch / 128 - 1));
    igd_wr(&t, FENCE_LO(n), base | ymajor << 1 | 1);

    for (unsigned y = 0; y < rows; y += 5) {
        for (unsigned x = 0; x < pitch; x += 148) {
            uint64_t at = tiled(ymajor, pitch, x, y);

            g_assert_cmphex(qtest_readl(t.qts, surface + y * pitch + x), ==,
                            0x5a000000 + at);
        }
    }

    /* Eight bytes over a tile's edge, and the last byte of the surface */
    qtest_writeq(t.qts, surface + 3 * pitch + 508, 0x0123456789abcdefull);
    g_assert_cmphex(qtest_readl(t.qts, RAM + tiled(ymajor, pitch, 508, 3)),
                    ==, 0x89abcdef);
    g_assert_cmphex(qtest_readl(t.qts, RAM + tiled(ymajor, pitch, 512, 3)),
                    ==, 0x01234567);
    qtest_writeb(t.qts, surface + pitch * rows - 1, 0xee);
    g_assert_cmphex(qtest_readb(t.qts, RAM + tiled(ymajor, pitch, pitch - 1,
                                                   rows - 1)), ==, 0xee);
    qtest_writeq(t.qts, surface + 2 * pitch + 13, 0x1112131415161718ull);
    for (int i = 0; i < 8; i++) {
        uint64_t at = tiled(ymajor, pitch, 13 + i, 2);

        g_assert_cmphex(qtest_readb(t.qts, RAM + at), ==, 0x18 - i);
    }
    /* The page after the fence is linear. */
    g_assert_cmphex(qtest_readl(t.qts, surface + pitch * rows + 4), ==,
                    0x5a000000 + pitch * rows + 4);

    igd_wr(&t, FENCE_LO(n), 0);
    g_assert_cmphex(qtest_readl(t.qts, surface + 512), ==, 0x5a000000 + 512);
    igd_test_stop(&t);
}

static void test_sleep(void)
{
    IGDTest t = igd_test_start("kbl");
    uint8_t pm = qpci_find_capability(t.dev, PCI_CAP_ID_PM, 0);

    g_assert_cmphex(pm, ==, 0xd0);
    igd_wr(&t, FENCE_LO(0), 0x12345001);
    igd_ggtt_set(&t, 1, RAM | IGD_TEST_PTE);

    qpci_config_writew(t.dev, pm + PCI_PM_CTRL, 3);
    g_assert_cmphex(igd_rd(&t, FENCE_LO(0)), ==, UINT32_MAX);
    g_assert_cmphex(igd_ggtt_get(&t, 1), ==, UINT64_MAX);
    igd_wr(&t, FENCE_LO(0), 0);
    igd_ggtt_set(&t, 1, 0);

    qpci_config_writew(t.dev, pm + PCI_PM_CTRL, 0);
    g_assert_cmphex(igd_rd(&t, FENCE_LO(0)), ==, 0x12345001);
    g_assert_cmphex(igd_ggtt_get(&t, 1), ==, RAM | IGD_TEST_PTE);

    /* A reset wakes it. */
    qpci_config_writel(t.dev, ASLS, 0x12345678);
    qpci_config_writew(t.dev, pm + PCI_PM_CTRL, 3);
    qtest_qmp_assert_success(t.qts, "{ 'execute': 'system_reset' }");
    qtest_qmp_eventwait(t.qts, "RESET");
    igd_test_map(&t);
    g_assert_cmphex(qpci_config_readw(t.dev, pm + PCI_PM_CTRL) & 3, ==, 0);
    g_assert_cmphex(qpci_config_readl(t.dev, ASLS), ==, 0);
    g_assert_cmphex(igd_rd(&t, FENCE_LO(0)), ==, 0);
    igd_test_stop(&t);
}

static void test_reset(void)
{
    IGDTest t = igd_test_start("skl");

    igd_wr(&t, 0x70180, 0x1234);
    igd_wr(&t, 0x1fff00, 0x1234);
    igd_wr(&t, DE_PIPE_A_IMR, 0);
    igd_wr_masked(&t, 0xa278, 1, 1);
    igd_wr(&t, FENCE_HI(0), 0x7fff);
    igd_wr(&t, FENCE_LO(0), 1);
    igd_ggtt_map(&t, 0, RAM, 1);
    igd_wr(&t, PIPE_A_CONF, PIPE_ENABLE);

    qtest_qmp_assert_success(t.qts, "{ 'execute': 'system_reset' }");
    qtest_qmp_eventwait(t.qts, "RESET");
    igd_test_map(&t);

    g_assert_cmphex(igd_rd(&t, 0x70180), ==, 0);
    g_assert_cmphex(igd_rd(&t, 0x1fff00), ==, 0);
    g_assert_cmphex(igd_rd(&t, DE_PIPE_A_IMR), ==, UINT32_MAX);
    g_assert_cmphex(igd_rd(&t, 0xd84), ==, 0);
    g_assert_cmphex(igd_rd(&t, FENCE_LO(0)), ==, 0);
    g_assert_cmphex(igd_ggtt_get(&t, 0), ==, 0);
    g_assert_cmphex(igd_rd(&t, PIPE_A_CONF), ==, 0);
    qtest_clock_step(t.qts, 100 * 1000 * 1000);
    g_assert_cmpuint(igd_rd(&t, PIPE_A_FRMCNT), ==, 0);
    /* The fence is gone from the aperture, too. */
    igd_ggtt_map(&t, 0, RAM, 1);
    qtest_writel(t.qts, RAM + 512, 0x600d);
    g_assert_cmphex(qtest_readl(t.qts, t.aperture + 512), ==, 0x600d);
    igd_test_stop(&t);
}

/* Its state is not described: a copy of the device would be a fresh one. */
static void test_migration(void)
{
    IGDTest t = igd_test_start("kbl");
    QDict *answer = qtest_qmp(t.qts, "{ 'execute': 'migrate', 'arguments':"
                                     "  { 'uri': 'exec:cat >/dev/null' } }");

    qmp_expect_error_and_unref(answer, "GenericError");
    igd_test_stop(&t);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/igd/pci/identity", test_identity);
    qtest_add_func("/igd/pci/bars", test_bars);
    qtest_add_func("/igd/pci/sleep", test_sleep);
    qtest_add_func("/igd/pci/migration", test_migration);
    qtest_add_func("/igd/regs/access", test_access);
    qtest_add_func("/igd/regs/sizes", test_access_sizes);
    qtest_add_func("/igd/regs/unknown", test_unknown);
    qtest_add_func("/igd/regs/reset", test_reset);
    qtest_add_func("/igd/gt/forcewake", test_forcewake);
    qtest_add_func("/igd/pch/gmbus", test_gmbus);
    qtest_add_func("/igd/pch/sideband", test_sideband);
    qtest_add_func("/igd/ggtt/entries", test_ggtt);
    qtest_add_func("/igd/ggtt/aperture", test_aperture);
    qtest_add_data_func("/igd/ggtt/fence-x", GINT_TO_POINTER(0), test_fence);
    qtest_add_data_func("/igd/ggtt/fence-y", GINT_TO_POINTER(1), test_fence);
    return g_test_run();
}
