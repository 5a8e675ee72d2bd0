// SPDX-License-Identifier: GPL-2.0
/*
 * Emulated hotplug: a VMM changes the EDID or the link state of the vGPU's
 * monitor through VFIO's EDID region, and the guest sees it in the registers of
 * the south display engine and by an interrupt.
 */
#include <sys/eventfd.h>

#include "test_util.h"
#include "eventfd_util.h"
#include "vgpu_regs.h"

#define PATIENCE_MS		1000

/* DisplayPort: registers of the sink (DPCD), and its EDID */
#define I2C_EDID		0x50u
#define DPCD_LANES		0x002u	/* MAX_LANE_COUNT, a sink capability */
#define DPCD_BRANCH		0x500u	/* unused, as the sink is no branch */

#define EDID_SIZE		128
#define EDID_BYTE_0		0x00	/* byte 1 is 0xff */
#define EDID_YEAR		17	/* a byte that may have any value */
#define EDID_CHECKSUM		127

#define UP			VFIO_DEVICE_GFX_LINK_STATE_UP
#define DOWN			VFIO_DEVICE_GFX_LINK_STATE_DOWN

/* @port, @status, @strap: register bits of the port that has the monitor */
FIXTURE(hotplug) {
	struct vgpu v;
	uint64_t region;
	uint32_t port, status, strap;
	int msi;
};

FIXTURE_SETUP(hotplug)
{
	uint64_t size;

	if (!test_open_vgpu(_metadata, &self->v))
		return;
	self->port = self->v.gen == 8 ? SDE_PORTB : SDE_PORTD;
	self->status = self->v.gen == 8 ? SHOTPLUG_STATUS_B :
					  SHOTPLUG_STATUS_D;
	self->strap = self->v.gen == 8 ? SFUSE_STRAP_PORT_B :
					 SFUSE_STRAP_PORT_D;
	ASSERT_EQ(0, vgpu_region(&self->v, VFIO_PCI_NUM_REGIONS + 1,
				 &self->region, &size));
	self->msi = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	ASSERT_LE(0, self->msi);
	ASSERT_EQ(0, vgpu_msi_on(&self->v, self->msi));
}

static int set_link(struct vgpu *v, uint64_t region, uint32_t state)
{
	const off_t at = region +
			 offsetof(struct vfio_region_gfx_edid, link_state);

	return pwrite(v->device, &state, 4, at) == 4 ? 0 : -errno;
}

FIXTURE_TEARDOWN(hotplug)
{
	EXPECT_EQ(0, set_link(&self->v, self->region, UP));
	close(self->msi);
	test_close(&self->v);
}

static uint32_t reg(struct vgpu *v, uint32_t offset)
{
	uint32_t val;

	return vgpu_read32(v, offset, &val) ? 0xdeaddead : val;
}

static int unmask(struct vgpu *v, uint32_t ports)
{
	int ret = vgpu_write32(v, SDEIER, ~0u);

	if (!ret)
		ret = vgpu_write32(v, SDEIIR, ~0u);
	if (!ret)
		ret = vgpu_write32(v, SDEIMR, ~ports);
	return ret ? ret : vgpu_write32(v, MASTER_IRQ, MASTER_IRQ_ENABLE);
}

TEST_F(hotplug, monitor_is_connected_at_start)
{
	EXPECT_EQ(self->port, reg(&self->v, SDEISR) & SDE_PORTS);
	EXPECT_EQ(self->strap, reg(&self->v, SFUSE_STRAP) & SFUSE_STRAP_PORTS);
}

TEST_F(hotplug, link_down_is_seen_by_the_guest)
{
	ASSERT_EQ(0, set_link(&self->v, self->region, DOWN));
	EXPECT_EQ(0, reg(&self->v, SDEISR) & SDE_PORTS);
	EXPECT_EQ(self->port, reg(&self->v, SDEIIR) & SDE_PORTS);
	EXPECT_EQ(self->status, reg(&self->v, SHOTPLUG_CTL) & self->status);
}

TEST_F(hotplug, link_up_is_seen_by_the_guest)
{
	ASSERT_EQ(0, set_link(&self->v, self->region, DOWN));
	ASSERT_EQ(0, vgpu_write32(&self->v, SDEIIR, ~0u));
	EXPECT_EQ(0, reg(&self->v, SDEIIR));
	ASSERT_EQ(0, set_link(&self->v, self->region, UP));
	EXPECT_EQ(self->port, reg(&self->v, SDEISR) & SDE_PORTS);
	EXPECT_EQ(self->port, reg(&self->v, SDEIIR) & SDE_PORTS);
}

TEST_F(hotplug, each_change_interrupts)
{
	int i;

	ASSERT_EQ(0, unmask(&self->v, self->port));
	for (i = 0; i < 4; i++) {
		ASSERT_EQ(0, set_link(&self->v, self->region,
				      i % 2 ? UP : DOWN));
		EXPECT_TRUE(signals_within(self->msi, PATIENCE_MS));
		EXPECT_EQ(MASTER_IRQ_PCH,
			  reg(&self->v, MASTER_IRQ) & MASTER_IRQ_PCH);
		EXPECT_EQ(self->port, reg(&self->v, SDEIIR) & SDE_PORTS);
		ASSERT_EQ(0, vgpu_write32(&self->v, SDEIIR, self->port));
		EXPECT_EQ(0, reg(&self->v, MASTER_IRQ) & MASTER_IRQ_PCH);
	}
}

TEST_F(hotplug, masked_comes_when_unmasked)
{
	ASSERT_EQ(0, unmask(&self->v, 0));
	signals_within(self->msi, 0);
	ASSERT_EQ(0, set_link(&self->v, self->region, DOWN));
	EXPECT_FALSE(signals_within(self->msi, 100));
	EXPECT_EQ(self->port, reg(&self->v, SDEIIR) & SDE_PORTS);
	ASSERT_EQ(0, vgpu_write32(&self->v, SDEIMR, ~self->port));
	EXPECT_TRUE(signals_within(self->msi, PATIENCE_MS));
}

TEST_F(hotplug, status_is_cleared_by_writing_it)
{
	uint32_t ctl;

	ASSERT_EQ(0, set_link(&self->v, self->region, DOWN));
	ctl = reg(&self->v, SHOTPLUG_CTL);
	ASSERT_EQ(self->status, ctl & self->status);
	ASSERT_EQ(0, vgpu_write32(&self->v, SHOTPLUG_CTL, ctl & ~self->status));
	EXPECT_EQ(self->status, reg(&self->v, SHOTPLUG_CTL) & self->status);
	ASSERT_EQ(0, vgpu_write32(&self->v, SHOTPLUG_CTL, ctl));
	EXPECT_EQ(0, reg(&self->v, SHOTPLUG_CTL) & self->status);
}

static int write_edid(struct vgpu *v, uint64_t region, const uint8_t *edid,
		      uint32_t size)
{
	const off_t at = region + offsetof(struct vfio_region_gfx_edid, edid_size);
	uint32_t offset;

	if (pread(v->device, &offset, 4, region) != 4 ||
	    pwrite(v->device, edid, EDID_SIZE, region + offset) != EDID_SIZE)
		return -EIO;
	return pwrite(v->device, &size, 4, at) == 4 ? 0 : -EIO;
}

static int read_edid(struct vgpu *v, uint64_t region, uint8_t *edid)
{
	uint32_t offset;

	if (pread(v->device, &offset, 4, region) != 4 ||
	    pread(v->device, edid, EDID_SIZE, region + offset) != EDID_SIZE)
		return -EIO;
	return 0;
}

/* Make an EDID that differs from @was in the year of manufacture. */
static void make_other_edid(uint8_t *edid, const uint8_t *was)
{
	memcpy(edid, was, EDID_SIZE);
	edid[EDID_YEAR]++;
	edid[EDID_CHECKSUM]--;
}

TEST_F(hotplug, new_edid_interrupts)
{
	uint8_t was[EDID_SIZE], edid[EDID_SIZE];

	ASSERT_EQ(0, read_edid(&self->v, self->region, was));
	make_other_edid(edid, was);
	ASSERT_EQ(0, unmask(&self->v, self->port));
	ASSERT_EQ(0, set_link(&self->v, self->region, DOWN));
	ASSERT_EQ(0, write_edid(&self->v, self->region, edid, EDID_SIZE));
	ASSERT_EQ(0, vgpu_write32(&self->v, SDEIIR, self->port));
	signals_within(self->msi, PATIENCE_MS);
	ASSERT_EQ(0, set_link(&self->v, self->region, UP));
	EXPECT_TRUE(signals_within(self->msi, PATIENCE_MS));
	EXPECT_EQ(self->port, reg(&self->v, SDEISR) & SDE_PORTS);
	ASSERT_EQ(0, write_edid(&self->v, self->region, was, EDID_SIZE));
}

TEST_F(hotplug, reset_keeps_the_link_state)
{
	ASSERT_EQ(0, set_link(&self->v, self->region, DOWN));
	ASSERT_EQ(0, vgpu_reset(&self->v));
	EXPECT_EQ(0, reg(&self->v, SDEISR) & SDE_PORTS);
	ASSERT_EQ(0, set_link(&self->v, self->region, UP));
	ASSERT_EQ(0, vgpu_reset(&self->v));
	EXPECT_EQ(self->port, reg(&self->v, SDEISR) & SDE_PORTS);
}

TEST_F(hotplug, next_owner_finds_the_monitor)
{
	ASSERT_EQ(0, set_link(&self->v, self->region, DOWN));
	ASSERT_EQ(0, test_next_owner(&self->v));
	EXPECT_EQ(self->port, reg(&self->v, SDEISR) & SDE_PORTS);
}

/* ---- state that must not persist to the next owner ---- */

static uint32_t aux(const struct vgpu *v)
{
	return v->gen == 8 ? BDW_DP_AUX_CTL_B : SKL_DP_AUX_CTL_D;
}

/*
 * Send a message of @bytes whose first dword is @header; the reply replaces it.
 */
static int send_aux(struct vgpu *v, uint32_t header, uint32_t bytes)
{
	int ret = vgpu_write32(v, DP_AUX_DATA(aux(v), 0), header);

	return ret ? ret : vgpu_write32(v, aux(v),
					DP_AUX_SEND | DP_AUX_BYTES(bytes));
}

static int write_dpcd(struct vgpu *v, uint32_t address, uint8_t value)
{
	int ret = vgpu_write32(v, DP_AUX_DATA(aux(v), 1),
			       (uint32_t)value << 24);

	return ret ? ret : send_aux(v, DP_AUX_WRITE(address), 5);
}

/* The reply consists of an ACK byte and the byte read. */
static int read_dpcd(struct vgpu *v, uint32_t address)
{
	if (send_aux(v, DP_AUX_READ(address), 4))
		return -EIO;
	return reg(v, DP_AUX_DATA(aux(v), 0)) >> 16 & 0xff;
}

TEST_F(hotplug, sink_capabilities_are_read_only)
{
	const int lanes = read_dpcd(&self->v, DPCD_LANES);

	ASSERT_LT(0, lanes);
	ASSERT_EQ(0, write_dpcd(&self->v, DPCD_LANES, 0));
	EXPECT_EQ(lanes, read_dpcd(&self->v, DPCD_LANES));
	ASSERT_EQ(0, write_dpcd(&self->v, DPCD_BRANCH, 0x5a));
	EXPECT_EQ(0x5a, read_dpcd(&self->v, DPCD_BRANCH));
}

TEST_F(hotplug, dpcd_ends_with_a_reset)
{
	ASSERT_EQ(0, write_dpcd(&self->v, DPCD_BRANCH, 0x5a));
	ASSERT_EQ(0, vgpu_reset(&self->v));
	EXPECT_EQ(0, read_dpcd(&self->v, DPCD_BRANCH));
}

TEST_F(hotplug, dpcd_ends_with_its_owner)
{
	ASSERT_EQ(0, write_dpcd(&self->v, DPCD_BRANCH, 0x5a));
	ASSERT_EQ(0, test_next_owner(&self->v));
	EXPECT_EQ(0, read_dpcd(&self->v, DPCD_BRANCH));
}

/* Read the first byte of the EDID, without ending the transaction. */
static int begin_to_read_edid(struct vgpu *v)
{
	const uint32_t read = DP_AUX_I2C_READ_MOT(I2C_EDID);

	if (send_aux(v, read, 3) || send_aux(v, read, 4))
		return -EIO;
	return reg(v, DP_AUX_DATA(aux(v), 0)) >> 16 & 0xff;
}

TEST_F(hotplug, edid_read_restarts_after_reset)
{
	ASSERT_EQ(EDID_BYTE_0, begin_to_read_edid(&self->v));
	ASSERT_EQ(0, vgpu_reset(&self->v));
	EXPECT_EQ(EDID_BYTE_0, begin_to_read_edid(&self->v));
}

/* The EDID was set by the VMM, which need not write it again after a reset. */
TEST_F(hotplug, edid_survives_a_reset)
{
	uint8_t was[EDID_SIZE], edid[EDID_SIZE], now[EDID_SIZE];

	ASSERT_EQ(0, read_edid(&self->v, self->region, was));
	make_other_edid(edid, was);
	ASSERT_EQ(0, write_edid(&self->v, self->region, edid, EDID_SIZE));
	ASSERT_EQ(0, vgpu_reset(&self->v));
	ASSERT_EQ(0, read_edid(&self->v, self->region, now));
	EXPECT_EQ(0, memcmp(edid, now, EDID_SIZE));
	EXPECT_EQ(0, write_edid(&self->v, self->region, was, EDID_SIZE));
}

TEST_F(hotplug, edid_ends_with_its_owner)
{
	uint8_t was[EDID_SIZE], edid[EDID_SIZE] = { };

	ASSERT_EQ(0, read_edid(&self->v, self->region, was));
	ASSERT_EQ(0, write_edid(&self->v, self->region, edid, EDID_SIZE / 2));
	ASSERT_EQ(0, test_next_owner(&self->v));
	ASSERT_EQ(0, read_edid(&self->v, self->region, edid));
	EXPECT_EQ(0, memcmp(was, edid, EDID_SIZE));
}

TEST_HARNESS_MAIN
