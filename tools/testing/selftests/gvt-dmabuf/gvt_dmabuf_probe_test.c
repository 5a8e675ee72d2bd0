// SPDX-License-Identifier: GPL-2.0
/* State after a reset that i915 in the guest relies on when it loads. */
#include "test_util.h"
#include "vgpu_regs.h"

FIXTURE(probe) {
	struct vgpu v;
};

FIXTURE_SETUP(probe)
{
	if (!test_open_vgpu(_metadata, &self->v))
		return;
	ASSERT_EQ(0, vgpu_reset(&self->v));
}

FIXTURE_TEARDOWN(probe)
{
	test_close(&self->v);
}

/* i915 divides by the pixel clock, so it must not be 0. */
TEST_F(probe, finds_a_clock_if_the_pipe_is_on)
{
	uint32_t conf, m, n;

	ASSERT_EQ(0, vgpu_read32(&self->v, TRANS_CONF, &conf));
	ASSERT_EQ(0, vgpu_read32(&self->v, TRANS_LINKM1, &m));
	ASSERT_EQ(0, vgpu_read32(&self->v, TRANS_LINKN1, &n));
	EXPECT_TRUE(!(conf & TRANS_CONF_ENABLE) || (m && n))
		TH_LOG("the pipe is on, with M %#x and N %#x", m, n);
}

/* i915 retries until it gets this reply, for up to 51 ms. */
TEST_F(probe, can_turn_sagv_off)
{
	uint32_t val;

	if (self->v.gen < 9)
		SKIP(return, "not on Broadwell: use a vGPU of Skylake or later");
	ASSERT_EQ(0, vgpu_write32(&self->v, PCODE_DATA, SAGV_DISABLE));
	ASSERT_EQ(0, vgpu_write32(&self->v, PCODE_MAILBOX,
				  PCODE_RUN | PCODE_SAGV_CONTROL));
	ASSERT_EQ(0, vgpu_read32(&self->v, PCODE_MAILBOX, &val));
	EXPECT_EQ(0, val & PCODE_RUN);
	ASSERT_EQ(0, vgpu_read32(&self->v, PCODE_DATA, &val));
	EXPECT_EQ(SAGV_IS_DISABLED, val);
}

TEST_HARNESS_MAIN
