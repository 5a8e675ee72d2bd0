// SPDX-License-Identifier: GPL-2.0
/*
 * A VMM gives the vGPU's monitor another EDID, or pulls it out, through VFIO's
 * EDID region: what the guest finds in the registers of the south display.
 *
 * Guards against a port whose hotplug is not emulated.
 */
#include <poll.h>
#include <sys/eventfd.h>

#include "test_util.h"

#define PATIENCE_MS		1000

/* Broadwell and Skylake PRM, Volume 2c: south display engine interrupts */
#define SDEISR			0xc4000u
#define SDEIMR			0xc4004u
#define SDEIIR			0xc4008u
#define SDEIER			0xc400cu
#define  SDE_PORTB		0x00200000u
#define  SDE_PORTD		0x00800000u
#define  SDE_PORTS		(7u << 21 | 3u << 24)
#define MASTER_IRQ		0x44200u
#define  MASTER_IRQ_ENABLE	0x80000000u
#define  MASTER_IRQ_PCH		0x00800000u
#define SHOTPLUG_CTL		0xc4030u
#define  BDW_STATUS		3u		/* of port B */
#define  SKL_STATUS		(3u << 16)	/* of port D */
#define SFUSE_STRAP		0xc2014u
#define  STRAP_PORTS		7u
#define  BDW_STRAP		4u
#define  SKL_STRAP		1u

#define EDID_SIZE		128
#define EDID_YEAR		17	/* a byte that may have any value */
#define EDID_CHECKSUM		127

#define UP			VFIO_DEVICE_GFX_LINK_STATE_UP
#define DOWN			VFIO_DEVICE_GFX_LINK_STATE_DOWN

/* @port, @status, @strap: the bits of where the monitor is */
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
	self->status = self->v.gen == 8 ? BDW_STATUS : SKL_STATUS;
	self->strap = self->v.gen == 8 ? BDW_STRAP : SKL_STRAP;
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

static bool interrupted(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	eventfd_t count;

	return poll(&p, 1, ms) == 1 && !eventfd_read(fd, &count);
}

TEST_F(hotplug, monitor_is_there_at_first)
{
	EXPECT_EQ(self->port, reg(&self->v, SDEISR) & SDE_PORTS);
	EXPECT_EQ(self->strap, reg(&self->v, SFUSE_STRAP) & STRAP_PORTS);
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
		EXPECT_TRUE(interrupted(self->msi, PATIENCE_MS));
		EXPECT_EQ(MASTER_IRQ_PCH,
			  reg(&self->v, MASTER_IRQ) & MASTER_IRQ_PCH);
		EXPECT_EQ(self->port, reg(&self->v, SDEIIR) & SDE_PORTS);
		ASSERT_EQ(0, vgpu_write32(&self->v, SDEIIR, self->port));
		EXPECT_EQ(0, reg(&self->v, MASTER_IRQ) & MASTER_IRQ_PCH);
	}
}

TEST_F(hotplug, masked_waits_until_it_is_unmasked)
{
	ASSERT_EQ(0, unmask(&self->v, 0));
	interrupted(self->msi, 0);
	ASSERT_EQ(0, set_link(&self->v, self->region, DOWN));
	EXPECT_FALSE(interrupted(self->msi, 100));
	EXPECT_EQ(self->port, reg(&self->v, SDEIIR) & SDE_PORTS);
	ASSERT_EQ(0, vgpu_write32(&self->v, SDEIMR, ~self->port));
	EXPECT_TRUE(interrupted(self->msi, PATIENCE_MS));
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

TEST_F(hotplug, new_edid_is_announced)
{
	struct vfio_region_gfx_edid regs;
	uint8_t was[EDID_SIZE], edid[EDID_SIZE];

	ASSERT_EQ(4, pread(self->v.device, &regs.edid_offset, 4, self->region +
			   offsetof(struct vfio_region_gfx_edid, edid_offset)));
	ASSERT_EQ(EDID_SIZE, pread(self->v.device, was, EDID_SIZE,
				   self->region + regs.edid_offset));
	memcpy(edid, was, EDID_SIZE);
	edid[EDID_YEAR]++;
	edid[EDID_CHECKSUM]--;
	ASSERT_EQ(0, unmask(&self->v, self->port));
	ASSERT_EQ(0, set_link(&self->v, self->region, DOWN));
	ASSERT_EQ(EDID_SIZE, pwrite(self->v.device, edid, EDID_SIZE,
				    self->region + regs.edid_offset));
	ASSERT_EQ(0, vgpu_write32(&self->v, SDEIIR, self->port));
	interrupted(self->msi, PATIENCE_MS);
	ASSERT_EQ(0, set_link(&self->v, self->region, UP));
	EXPECT_TRUE(interrupted(self->msi, PATIENCE_MS));
	EXPECT_EQ(self->port, reg(&self->v, SDEISR) & SDE_PORTS);
	ASSERT_EQ(EDID_SIZE, pwrite(self->v.device, was, EDID_SIZE,
				    self->region + regs.edid_offset));
}

TEST_F(hotplug, reset_keeps_the_link_state)
{
	ASSERT_EQ(0, set_link(&self->v, self->region, DOWN));
	ASSERT_EQ(0, vgpu_ioctl(self->v.device, VFIO_DEVICE_RESET, NULL));
	EXPECT_EQ(0, reg(&self->v, SDEISR) & SDE_PORTS);
	ASSERT_EQ(0, set_link(&self->v, self->region, UP));
	ASSERT_EQ(0, vgpu_ioctl(self->v.device, VFIO_DEVICE_RESET, NULL));
	EXPECT_EQ(self->port, reg(&self->v, SDEISR) & SDE_PORTS);
}

TEST_F(hotplug, next_owner_finds_the_monitor)
{
	char uuid[sizeof(self->v.uuid)];

	memcpy(uuid, self->v.uuid, sizeof(uuid));
	ASSERT_EQ(0, set_link(&self->v, self->region, DOWN));
	test_close(&self->v);
	ASSERT_EQ(0, vgpu_open(&self->v, uuid, TEST_RAM));
	EXPECT_EQ(self->port, reg(&self->v, SDEISR) & SDE_PORTS);
}

TEST_HARNESS_MAIN
