/*
 * Intel IGD: tests of vblank, frame counter and interrupts
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "igd-test.h"

#define MASTER_IRQ      0x44200
#define MASTER_ENABLE   (1u << 31)
#define DE_PIPE_A_IMR   0x44404
#define DE_PIPE_A_IIR   0x44408
#define DE_PIPE_A_IER   0x4440c
#define DE_PIPE_A       (1u << 16)      /* in the master register */
#define VBLANK          (1u << 0)
#define FLIP_DONE       (1u << 3)       /* of the first plane */

#define PIPE_A_VTOTAL   0x6000c
#define PIPE_A_CONF     0x70008
#define PIPE_A_SCANLINE 0x70000
#define PIPE_A_FRMCNT   0x70040
#define PIPE_ENABLE     (1u << 31)
#define PIPE_STATE      (1u << 30)
#define FRAME_NS        (1000000000 / 60)

#define PLANE_SURF_A    0x7019c
#define PLANE_SURFLIVE_A 0x701ac

#define MSI_TARGET      0x1000100       /* guest memory */

static void enable_pipe_a(IGDTest *t)
{
    igd_wr(t, PIPE_A_VTOTAL, (1125 - 1) << 16 | (1080 - 1));
    igd_wr(t, PIPE_A_CONF, PIPE_ENABLE);
}

static void test_vblank(void)
{
    IGDTest t = igd_test_start("skl");

    qtest_clock_step(t.qts, FRAME_NS);
    g_assert_cmpuint(igd_rd(&t, PIPE_A_FRMCNT), ==, 0);

    enable_pipe_a(&t);
    g_assert_cmpuint(igd_rd(&t, PIPE_A_SCANLINE), ==, 0);
    qtest_clock_step(t.qts, FRAME_NS / 2);
    g_assert_cmpuint(igd_rd(&t, PIPE_A_SCANLINE), ==, 1125 / 2);
    g_assert_cmpuint(igd_rd(&t, PIPE_A_FRMCNT), ==, 0);
    /* Vblank begins after 1080 of 1125 lines. */
    qtest_clock_step(t.qts, (int64_t)FRAME_NS * 46 / 100 + 10000);
    g_assert_cmpuint(igd_rd(&t, PIPE_A_SCANLINE), >=, 1080);
    g_assert_cmpuint(igd_rd(&t, PIPE_A_FRMCNT), ==, 1);
    qtest_clock_step(t.qts, 60ll * FRAME_NS);
    g_assert_cmpuint(igd_rd(&t, PIPE_A_FRMCNT), ==, 61);

    /* Masked: counted, and not latched. */
    g_assert_cmphex(igd_rd(&t, DE_PIPE_A_IIR), ==, 0);

    /* Unmasked it is latched, even if it may not interrupt. */
    igd_wr(&t, DE_PIPE_A_IMR, ~VBLANK);
    g_assert_cmphex(igd_rd(&t, DE_PIPE_A_IIR), ==, 0);
    qtest_clock_step(t.qts, FRAME_NS);
    g_assert_cmphex(igd_rd(&t, DE_PIPE_A_IIR), ==, VBLANK);
    g_assert_cmphex(igd_rd(&t, MASTER_IRQ), ==, 0);
    igd_wr(&t, DE_PIPE_A_IER, VBLANK);
    g_assert_cmphex(igd_rd(&t, MASTER_IRQ), ==, DE_PIPE_A);
    igd_wr(&t, DE_PIPE_A_IIR, VBLANK);
    g_assert_cmphex(igd_rd(&t, MASTER_IRQ), ==, 0);

    /* A flip that is masked at its vblank is never reported. */
    igd_wr(&t, DE_PIPE_A_IER, VBLANK | FLIP_DONE);
    igd_wr(&t, PLANE_SURF_A, 0x80000);
    qtest_clock_step(t.qts, FRAME_NS);
    g_assert_cmphex(igd_rd(&t, DE_PIPE_A_IIR), ==, VBLANK);
    igd_wr(&t, DE_PIPE_A_IIR, VBLANK);

    /* A flip is live immediately and done at the next vblank. */
    igd_wr(&t, DE_PIPE_A_IMR, ~(VBLANK | FLIP_DONE));
    igd_wr(&t, PLANE_SURF_A, 0x40000);
    g_assert_cmphex(igd_rd(&t, PLANE_SURFLIVE_A), ==, 0x40000);
    g_assert_cmphex(igd_rd(&t, DE_PIPE_A_IIR), ==, 0);
    qtest_clock_step(t.qts, FRAME_NS);
    g_assert_cmphex(igd_rd(&t, DE_PIPE_A_IIR), ==, VBLANK | FLIP_DONE);

    /* Off: time stands still. */
    igd_wr(&t, PIPE_A_CONF, 0);
    igd_wr(&t, DE_PIPE_A_IIR, UINT32_MAX);
    g_assert_cmpuint(igd_rd(&t, PIPE_A_FRMCNT), ==, 64);
    qtest_clock_step(t.qts, 10ll * FRAME_NS);
    g_assert_cmpuint(igd_rd(&t, PIPE_A_FRMCNT), ==, 64);
    g_assert_cmphex(igd_rd(&t, DE_PIPE_A_IIR), ==, 0);
    igd_test_stop(&t);
}

/* Go from timer to timer for three frames; how many expired at a vblank? */
static int wakeups_at_vblank(IGDTest *t)
{
    /* The clock of QEMU 10 does not take a step of nothing. */
    int64_t end = qtest_clock_step(t->qts, 1) + 3ll * FRAME_NS;
    int wakeups = 0;

    while (qtest_clock_step_next(t->qts) < end) {
        wakeups += igd_rd(t, PIPE_A_SCANLINE) == 1080;
        qtest_clock_step(t->qts, 100000);
    }
    return wakeups;
}

/* An idle guest is not woken: the timer runs only for unmasked events. */
static void test_vblank_sleeps(void)
{
    IGDTest t = igd_test_start("skl");

    enable_pipe_a(&t);
    g_assert_cmpint(wakeups_at_vblank(&t), ==, 0);
    igd_wr(&t, DE_PIPE_A_IER, VBLANK);
    g_assert_cmpint(wakeups_at_vblank(&t), ==, 0);
    igd_wr(&t, DE_PIPE_A_IMR, ~VBLANK);
    g_assert_cmpint(wakeups_at_vblank(&t), >=, 2);
    igd_test_stop(&t);
}

/* Latch a vblank of pipe A with the mask and enable registers open. */
static void raise_vblank(IGDTest *t)
{
    qtest_clock_step(t->qts, FRAME_NS);
    g_assert_cmphex(igd_rd(t, DE_PIPE_A_IIR), ==, VBLANK);
}

static void test_intx(void)
{
    IGDTest t = igd_test_start("skl");
    QPCIDevice *piix = qpci_device_find(t.bus, QPCI_DEVFN(1, 0));
    int pirq = (IGD_TEST_SLOT - 1) & 3;

    qpci_config_writeb(piix, 0x60 + pirq, 10);
    qtest_irq_intercept_in(t.qts, "ioapic");
    enable_pipe_a(&t);
    igd_wr(&t, DE_PIPE_A_IMR, ~VBLANK);
    igd_wr(&t, DE_PIPE_A_IER, VBLANK);

    raise_vblank(&t);
    g_assert_false(qtest_get_irq(t.qts, 10));
    igd_wr(&t, MASTER_IRQ, MASTER_ENABLE);
    g_assert_true(qtest_get_irq(t.qts, 10));
    g_assert_cmphex(igd_rd(&t, MASTER_IRQ), ==, MASTER_ENABLE | DE_PIPE_A);
    igd_wr(&t, MASTER_IRQ, 0);
    g_assert_false(qtest_get_irq(t.qts, 10));
    igd_wr(&t, MASTER_IRQ, MASTER_ENABLE);

    /* Masking does not take back what is latched; disabling and clearing do. */
    igd_wr(&t, DE_PIPE_A_IMR, UINT32_MAX);
    g_assert_true(qtest_get_irq(t.qts, 10));
    igd_wr(&t, DE_PIPE_A_IER, 0);
    g_assert_false(qtest_get_irq(t.qts, 10));
    g_assert_cmphex(igd_rd(&t, DE_PIPE_A_IIR), ==, VBLANK);
    igd_wr(&t, DE_PIPE_A_IER, VBLANK);
    g_assert_true(qtest_get_irq(t.qts, 10));
    igd_wr(&t, DE_PIPE_A_IIR, ~VBLANK);
    g_assert_true(qtest_get_irq(t.qts, 10));
    igd_wr(&t, DE_PIPE_A_IIR, VBLANK);
    g_assert_false(qtest_get_irq(t.qts, 10));

    g_free(piix);
    igd_test_stop(&t);
}

static void test_msi(void)
{
    IGDTest t = igd_test_start("skl");
    uint8_t cap = qpci_find_capability(t.dev, PCI_CAP_ID_MSI, 0);
    uint64_t message = MSI_TARGET;

    /* Messages go to memory, where they can be seen. */
    qpci_config_writel(t.dev, cap + PCI_MSI_ADDRESS_LO, message);
    qpci_config_writew(t.dev, cap + PCI_MSI_DATA_32, 0x4321);
    qpci_config_writew(t.dev, cap + PCI_MSI_FLAGS, PCI_MSI_FLAGS_ENABLE);
    enable_pipe_a(&t);
    igd_wr(&t, DE_PIPE_A_IMR, ~VBLANK);
    igd_wr(&t, DE_PIPE_A_IER, VBLANK);
    igd_wr(&t, MASTER_IRQ, MASTER_ENABLE);

    raise_vblank(&t);
    g_assert_cmphex(qtest_readl(t.qts, message), ==, 0x4321);

    /* One message for what is pending, another when it is enabled again */
    qtest_writel(t.qts, message, 0);
    raise_vblank(&t);
    g_assert_cmphex(qtest_readl(t.qts, message), ==, 0);
    igd_wr(&t, MASTER_IRQ, 0);
    igd_wr(&t, MASTER_IRQ, MASTER_ENABLE);
    g_assert_cmphex(qtest_readl(t.qts, message), ==, 0x4321);

    qtest_writel(t.qts, message, 0);
    igd_wr(&t, DE_PIPE_A_IIR, VBLANK);
    g_assert_cmphex(qtest_readl(t.qts, message), ==, 0);
    raise_vblank(&t);
    g_assert_cmphex(qtest_readl(t.qts, message), ==, 0x4321);
    igd_test_stop(&t);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/igd/display/vblank", test_vblank);
    qtest_add_func("/igd/display/vblank-sleeps", test_vblank_sleeps);
    qtest_add_func("/igd/irq/intx", test_intx);
    qtest_add_func("/igd/irq/msi", test_msi);
    return g_test_run();
}
