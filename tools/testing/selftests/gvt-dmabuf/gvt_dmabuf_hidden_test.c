// SPDX-License-Identifier: GPL-2.0
/*
 * Commands that an engine reads in another way than a scan from header to header,
 * and register writes that go past what checks their value: the kernel must refuse
 * the commands, and check the values.
 */
#include "command_util.h"
#include "mdev_util.h"

#define VGPU_VIDEO		0x12000u	/* register base of the engine */

#define MFX_WAIT		0x68000000u
#define MI_LOAD_SCAN_LINES	(0x12u << 23)
#define MI_ATOMIC		(0x2fu << 23 | 1u)
#define  ATOMIC_INLINE_DATA	0x00040000u
#define  BATCH_OFFSET		0x00010000u	/* of MI_BATCH_BUFFER_START */
#define  BATCH_PREDICATED	0x00008000u
#define  BATCH_SECOND_LEVEL	0x00400000u
#define  LOAD_NOT_BYTE_0	0x00000100u	/* of MI_LOAD_REGISTER_IMM */
#define  PIPE_CONTROL_GLOBAL	0x01000000u	/* in its second dword */
#define  PIPE_CONTROL_TO_REG	0x00800000u
#define  POST_SYNC_INDEX	0x00200000u	/* as in MI_FLUSH_DW's first */
#define  POST_SYNC_TIMESTAMP	0x0000c000u
#define  POST_SYNC_DEPTH_COUNT	0x00008000u
#define  POST_SYNC_STORE	0x00004000u
#define VF_STATISTICS		0x780b0000u	/* of one dword only as 0x680b0000 */
#define  FLUSH_NOTIFY		0x00000100u

/* An address of nobody, whose halves are as headers MI_NOOPs with a number */
#define NOBODYS_GMA_LOW		0x00001000u
#define NOBODYS_GMA_HIGH	1u

/* Placeholders in a variant for GGTT addresses: of the batch, and the guest's own */
#define BATCH			0xadd4e551u
#define OWN			0xadd4e552u
#define OWN_QWORD		0xadd4e558u

/* Registers that a batch buffer may write if this names them, and that none may */
#define ALLOWED_REG		0x00000d80u
#define REFUSED_REG		0x00002080u	/* of ALLOWED_REG with another byte */
#define RING_UHPTR		0x00000134u	/* from the engine's base */
#define GFX_MOCS		0x0000c800u
#define HDC_CHICKEN0		0x00007300u
#define TRTTE			0x00004df4u
#define  TRTT_PHYSICAL		1u		/* enabled, and nothing else */

FIXTURE(hidden) {
	struct exec e;
	struct vgpu_ring ring;
	uint64_t batch;
	uint32_t *commands;
};

/*
 * @engine: register base of the engine that is given @commands
 * @in_batch: @commands are in a batch buffer
 * @executed: they are harmless
 */
FIXTURE_VARIANT(hidden) {
	uint32_t engine;
	uint32_t commands[8];
	bool in_batch, executed;
};

/* Without the fix: the engine stored to the host's GGTT */
FIXTURE_VARIANT_ADD(hidden, store_after_a_wait_of_one_dword) {
	.engine = VGPU_VIDEO,
	.commands = { MFX_WAIT, MI_STORE_TO_GGTT, NOBODYS_GMA_LOW,
		      NOBODYS_GMA_HIGH, 0 },
};

FIXTURE_VARIANT_ADD(hidden, wait_of_one_dword) {
	.engine = VGPU_VIDEO,
	.commands = { MFX_WAIT }, .executed = true,
};

/* Without the fix: the engine took the next command for its operand */
FIXTURE_VARIANT_ADD(hidden, header_after_scan_lines) {
	.engine = VGPU_BLITTER,
	.commands = { MI_LOAD_SCAN_LINES | 2 },
};

FIXTURE_VARIANT_ADD(hidden, scan_lines) {
	.engine = VGPU_BLITTER,
	.commands = { MI_LOAD_SCAN_LINES }, .executed = true,
};

FIXTURE_VARIANT_ADD(hidden, atomic_of_another_length) {
	.engine = VGPU_BLITTER,
	.commands = { MI_ATOMIC | ATOMIC_INLINE_DATA },
};

/* Without the fix: a batch that is not scanned was executed */
FIXTURE_VARIANT_ADD(hidden, batch_start_with_an_offset) {
	.engine = VGPU_BLITTER,
	.commands = { MI_BATCH_BUFFER_START | BATCH_OFFSET, BATCH },
};

FIXTURE_VARIANT_ADD(hidden, batch_start_of_five_dwords) {
	.engine = VGPU_BLITTER,
	.commands = { OF_DWORDS(MI_BATCH_BUFFER_START, 5), BATCH },
};

FIXTURE_VARIANT_ADD(hidden, batch_start) {
	.engine = VGPU_BLITTER,
	.commands = { MI_BATCH_BUFFER_START, BATCH }, .executed = true,
};

/* Without the fix: the engine went on after the end of the shadow batch */
FIXTURE_VARIANT_ADD(hidden, chain_that_is_predicated) {
	.engine = VGPU_BLITTER,
	.commands = { MI_BATCH_BUFFER_START | BATCH_PREDICATED, BATCH },
	.in_batch = true,
};

/* Without the fix: perhaps with the privilege of the last one, which was scanned */
FIXTURE_VARIANT_ADD(hidden, second_level_that_is_not_scanned) {
	.engine = VGPU_BLITTER,
	.commands = { MI_BATCH_BUFFER_START | BATCH_SECOND_LEVEL | BATCH_IN_PPGTT,
		      BATCH, 0, MI_BATCH_BUFFER_END },
	.in_batch = true,
};

FIXTURE_VARIANT_ADD(hidden, second_level) {
	.engine = VGPU_BLITTER,
	.commands = { MI_BATCH_BUFFER_START | BATCH_SECOND_LEVEL, BATCH, 0,
		      MI_BATCH_BUFFER_END },
	.in_batch = true, .executed = true,
};

/* Without the fix: where the ring, which is the host's, is executed from */
FIXTURE_VARIANT_ADD(hidden, load_of_the_head_of_the_ring) {
	.engine = VGPU_BLITTER,
	.commands = { MI_LOAD_REGISTER_IMM(1), VGPU_BLITTER + RING_UHPTR, 1 },
};

/* Without the fix: any batch buffer could write that register */
FIXTURE_VARIANT_ADD(hidden, allowed_register_by_pipe_control) {
	.engine = VGPU_RENDER,
	.commands = { PIPE_CONTROL, PIPE_CONTROL_TO_REG,
		      VGPU_RENDER + RING_FORCE_TO_NONPRIV, 0, REFUSED_REG, 0 },
};

FIXTURE_VARIANT_ADD(hidden, allowed_register_by_bytes) {
	.engine = VGPU_RENDER,
	.commands = { MI_LOAD_REGISTER_IMM(1) | LOAD_NOT_BYTE_0,
		      VGPU_RENDER + RING_FORCE_TO_NONPRIV, ALLOWED_REG },
};

FIXTURE_VARIANT_ADD(hidden, allowed_register_by_storing_pipe_control) {
	.engine = VGPU_RENDER,
	.commands = { PIPE_CONTROL, PIPE_CONTROL_TO_REG | POST_SYNC_STORE,
		      VGPU_RENDER + RING_FORCE_TO_NONPRIV, 0, REFUSED_REG, 0 },
};

/* Without the fix: the next guest executed with it */
FIXTURE_VARIANT_ADD(hidden, mocs_by_pipe_control) {
	.engine = VGPU_RENDER,
	.commands = { PIPE_CONTROL, PIPE_CONTROL_TO_REG, GFX_MOCS, 0, 0, 0 },
};

/* Without the fix: only the register was looked at */
FIXTURE_VARIANT_ADD(hidden, store_and_register_by_pipe_control) {
	.engine = VGPU_RENDER,
	.commands = { PIPE_CONTROL, PIPE_CONTROL_TO_REG | POST_SYNC_STORE |
		      PIPE_CONTROL_GLOBAL, 0xab800000u | HDC_CHICKEN0, 0, 0, 0 },
};

FIXTURE_VARIANT_ADD(hidden, pipe_control_without_operands) {
	.engine = VGPU_RENDER,
	.commands = { PIPE_CONTROL & ~0xffu, PIPE_CONTROL_GLOBAL },
};

/* Counters that it stores are no registers that it writes. */
FIXTURE_VARIANT_ADD(hidden, timestamp_by_pipe_control) {
	.engine = VGPU_RENDER,
	.commands = { PIPE_CONTROL, POST_SYNC_TIMESTAMP | PIPE_CONTROL_GLOBAL,
		      OWN_QWORD, 0, 0, 0 },
	.executed = true,
};

FIXTURE_VARIANT_ADD(hidden, depth_count_by_pipe_control) {
	.engine = VGPU_RENDER,
	.commands = { PIPE_CONTROL, POST_SYNC_DEPTH_COUNT | PIPE_CONTROL_GLOBAL,
		      OWN_QWORD, 0, 0, 0 },
	.executed = true,
};

/* Without the fix: an index without the GGTT bit was not looked at */
FIXTURE_VARIANT_ADD(hidden, pipe_control_with_an_index_past_the_page) {
	.engine = VGPU_RENDER,
	.commands = { PIPE_CONTROL, POST_SYNC_STORE | POST_SYNC_INDEX,
		      VGPU_PAGE, 0, 0, 0 },
};

FIXTURE_VARIANT_ADD(hidden, flush_with_an_index_past_the_page) {
	.engine = VGPU_BLITTER,
	.commands = { MI_FLUSH_DW | 2 | POST_SYNC_INDEX, VGPU_PAGE },
};

FIXTURE_VARIANT_ADD(hidden, pipe_control_with_an_index) {
	.engine = VGPU_RENDER,
	.commands = { PIPE_CONTROL, POST_SYNC_STORE | POST_SYNC_INDEX,
		      0x100, 0, 0, 0 },
	.executed = true,
};

FIXTURE_VARIANT_ADD(hidden, flush_with_an_index) {
	.engine = VGPU_BLITTER,
	.commands = { MI_FLUSH_DW | 2 | POST_SYNC_INDEX, 0x100 },
	.executed = true,
};

/* Without the fix: the engine skipped as many dwords as the length says */
FIXTURE_VARIANT_ADD(hidden, statistics_with_operands) {
	.engine = VGPU_RENDER,
	.commands = { VF_STATISTICS | 2 },
};

/* Without the fix: a warning of the host, for each */
FIXTURE_VARIANT_ADD(hidden, notification_that_render_has_not) {
	.engine = VGPU_RENDER,
	.commands = { MI_FLUSH_DW | 2 | FLUSH_NOTIFY, OWN | FLUSH_TO_GGTT },
	.executed = true,
};

FIXTURE_SETUP(hidden)
{
	struct vgpu *v = &self->e.v;

	if (!variant->executed && !test_unsafe(_metadata))
		return;
	if (!test_open_vgpu(_metadata, v))
		return;
	ASSERT_EQ(0, exec_init(&self->e));
	ASSERT_EQ(0, vgpu_ring_init_on(v, &self->ring, variant->engine));
	ASSERT_EQ(0, exec_alloc(v, 2, &self->batch, &self->commands));
	self->commands[VGPU_PAGE / 4] = MI_BATCH_BUFFER_END;
}

FIXTURE_TEARDOWN(hidden)
{
	test_close(&self->e.v);
}

static uint32_t with_address(const struct exec *e, uint64_t batch, uint32_t dword)
{
	if (dword == BATCH)
		return batch + VGPU_PAGE;
	if ((dword & ~FLUSH_TO_GGTT) == (OWN & ~FLUSH_TO_GGTT))
		return e->gma | FLUSH_TO_GGTT;
	if (dword == OWN_QWORD)
		return e->gma;
	return dword;
}

TEST_F(hidden, command_is_refused)
{
	const uint32_t start[] = { MI_BATCH_BUFFER_START, self->batch, 0, MI_NOOP };
	uint32_t commands[ARRAY_SIZE(variant->commands)];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(commands); i++)
		commands[i] = with_address(&self->e, self->batch,
					   variant->commands[i]);
	if (variant->in_batch) {
		memcpy(self->commands, commands, sizeof(commands));
		ASSERT_EQ(0, vgpu_ring_emit(&self->ring, start,
					    ARRAY_SIZE(start)));
	} else {
		ASSERT_EQ(0, vgpu_ring_emit(&self->ring, commands,
					    ARRAY_SIZE(commands)));
	}

	if (variant->executed) {
		ASSERT_EQ(0, vgpu_ring_start(&self->e.v, &self->ring, NULL));
		ASSERT_EQ(0, vgpu_ring_wait(&self->e.v, &self->ring));
		EXPECT_EQ(0, exec_store(&self->e, &self->e.ring));
		return;
	}
	ASSERT_EQ(-EFAULT, vgpu_ring_start(&self->e.v, &self->ring, NULL));
	EXPECT_TRUE(exec_in_failsafe_mode(&self->e));
	ASSERT_EQ(0, exec_reset(&self->e));
	EXPECT_EQ(0, exec_store(&self->e, &self->e.ring));
}

FIXTURE(part) {
	struct vgpu v;
};

FIXTURE_SETUP(part)
{
	if (!test_open_vgpu(_metadata, &self->v))
		return;
}

FIXTURE_TEARDOWN(part)
{
	test_close(&self->v);
}

static int write_bytes(struct vgpu *v, uint32_t reg, const void *bytes, int count)
{
	return pwrite(v->device, bytes, count, v->bar0 + reg) == count ? 0 : -EIO;
}

/* Without the fix: the GPU was given the register as it was put together */
TEST_F(part, of_a_register_is_checked)
{
	const uint32_t reg = VGPU_RENDER + RING_FORCE_TO_NONPRIV;
	const uint8_t byte = REFUSED_REG >> 8;
	const uint16_t half = 0;
	uint32_t val;

	ASSERT_EQ(0, vgpu_write32(&self->v, reg, ALLOWED_REG));
	ASSERT_EQ(0, vgpu_read32(&self->v, reg, &val));
	ASSERT_EQ(ALLOWED_REG, val);
	ASSERT_EQ(0, write_bytes(&self->v, reg + 1, &byte, 1));
	ASSERT_EQ(0, vgpu_read32(&self->v, reg, &val));
	EXPECT_NE(REFUSED_REG, val);
	/* What it has there already is no other value. */
	ASSERT_EQ(0, vgpu_write32(&self->v, reg, ALLOWED_REG));
	ASSERT_EQ(0, write_bytes(&self->v, reg + 2, &half, 2));
	ASSERT_EQ(0, vgpu_read32(&self->v, reg, &val));
	EXPECT_EQ(ALLOWED_REG, val);
}

/* Write enables that are not written are none. */
TEST_F(part, of_a_masked_register_changes_nothing)
{
	const uint32_t reg = VGPU_RENDER + RING_MODE;
	const uint8_t byte = 0;
	uint32_t before, val;

	ASSERT_EQ(0, vgpu_write32(&self->v, reg, RING_MODE_EXECLISTS));
	ASSERT_EQ(0, vgpu_read32(&self->v, reg, &before));
	ASSERT_EQ(0, write_bytes(&self->v, reg + 1, &byte, 1));
	ASSERT_EQ(0, vgpu_read32(&self->v, reg, &val));
	EXPECT_EQ(before & 0xffff, val & 0xffff);
}

/* Without the fix: stored in four bytes, of which three were of the host's stack */
TEST_F(part, of_a_register_is_no_more)
{
	const uint8_t byte = 0x5a;
	uint32_t val;
	int i;

	for (i = 0; i < 4; i++) {
		ASSERT_EQ(0, vgpu_write32(&self->v, DE_PIPE_IMR(0), 0x11223344));
		ASSERT_EQ(0, write_bytes(&self->v, DE_PIPE_IMR(0) + i, &byte, 1));
		ASSERT_EQ(0, vgpu_read32(&self->v, DE_PIPE_IMR(0), &val));
		EXPECT_EQ((0x11223344 & ~(0xffu << 8 * i)) |
			  (uint32_t)byte << 8 * i, val);
	}
}

/* ---- rings ---- */

FIXTURE(ring) {
	struct exec e;
};

FIXTURE_SETUP(ring)
{
	if (!test_open_vgpu(_metadata, &self->e.v))
		return;
	ASSERT_EQ(0, exec_init(&self->e));
}

FIXTURE_TEARDOWN(ring)
{
	test_close(&self->e.v);
}

/* Without the fix: what followed in the host's ring was at odd dwords for good */
TEST_F(ring, of_odd_dwords_is_executed)
{
	struct vgpu_ring odd;
	int i;

	if (!test_unsafe(_metadata))
		return;
	ASSERT_EQ(0, vgpu_ring_init(&self->e.v, &odd));
	odd.state[STATE_HEAD] = 4;
	EXPECT_EQ(0, vgpu_ring_emit(&odd, (const uint32_t[]) { MI_NOOP, MI_NOOP }, 2));
	EXPECT_EQ(0, exec_store(&self->e, &odd));
	for (i = 0; i < 10; i++)
		EXPECT_EQ(0, exec_store(&self->e, &self->e.ring));
}

/* Without the fix: a load was not given to what refuses the value */
TEST_F(ring, translation_by_physical_addresses_is_refused)
{
	const uint32_t load[] = {
		MI_LOAD_REGISTER_IMM(1), TRTTE, TRTT_PHYSICAL, MI_NOOP,
	};
	struct vgpu_ring render;

	ASSERT_EQ(0, vgpu_ring_init_on(&self->e.v, &render, VGPU_RENDER));
	ASSERT_EQ(0, vgpu_ring_emit(&render, load, ARRAY_SIZE(load)));
	EXPECT_EQ(-EFAULT, vgpu_ring_start(&self->e.v, &render, NULL));
	ASSERT_EQ(0, exec_reset(&self->e));
	EXPECT_EQ(0, exec_store(&self->e, &self->e.ring));
}

/* ---- engines whose execlists are not enabled ---- */

FIXTURE(disabled) {
	struct exec e;
	struct mdev mdev;
};

/* A new vGPU: what was enabled once is remembered. */
FIXTURE_SETUP(disabled)
{
	struct vgpu *v = &self->e.v;

	if (!test_unsafe(_metadata))
		return;
	if (!test_open_vgpu(_metadata, v))
		return;
	ASSERT_EQ(0, mdev_find(&self->mdev, v->uuid));
	test_close(v);
	ASSERT_EQ(0, mdev_remove(&self->mdev));
	ASSERT_EQ(0, mdev_create(&self->mdev));
	ASSERT_EQ(0, vgpu_open(v, self->mdev.uuid, TEST_RAM));
	ASSERT_EQ(0, exec_alloc(v, 1, &self->e.gma, &self->e.written));
	self->e.store[0] = MI_STORE_TO_GGTT;
	self->e.store[1] = self->e.gma;
	self->e.store[3] = PATTERN;
	ASSERT_EQ(0, vgpu_ring_make(v, &self->e.ring, VGPU_BLITTER));
	ASSERT_EQ(0, vgpu_ring_emit(&self->e.ring, self->e.store,
				    ARRAY_SIZE(self->e.store)));
}

FIXTURE_TEARDOWN(disabled)
{
	test_close(&self->e.v);
}

/* Without the fix: the host's thread of the engine crashed */
TEST_F(disabled, engine_takes_no_execlist)
{
	struct vgpu_ring render;

	ASSERT_EQ(0, vgpu_ring_init_on(&self->e.v, &render, VGPU_RENDER));
	EXPECT_EQ(0, vgpu_ring_start(&self->e.v, &self->e.ring, NULL));
	usleep(100000);
	EXPECT_FALSE(exec_was_stored(&self->e));
	EXPECT_EQ(0, exec_store(&self->e, &render));
}

/* Without the fix: it was executed by the next owner */
TEST_F(disabled, engine_has_nothing_for_the_next_owner)
{
	struct vgpu *v = &self->e.v;
	uint32_t val;

	EXPECT_EQ(0, vgpu_ring_start(v, &self->e.ring, NULL));
	ASSERT_EQ(0, test_next_owner(v));
	ASSERT_EQ(0, exec_init(&self->e));
	EXPECT_EQ(0, exec_store(&self->e, &self->e.ring));
	ASSERT_EQ(0, vgpu_read32(v, VGPU_BLITTER + RING_EXECLIST_STATUS, &val));
	EXPECT_EQ(0, val & EXECLIST_ACTIVE);
}

/* ---- fences ---- */

/* Without the fix: the accesses of everyone were swizzled */
TEST_F(ring, fence_over_all_changes_nothing)
{
	struct vgpu *v = &self->e.v;
	uint32_t *memory, got[VGPU_PAGE];
	size_t i, same = 0;
	uint64_t gma;

	ASSERT_EQ(0, exec_alloc(v, 4, &gma, &memory));
	for (i = 0; i < VGPU_PAGE; i++)
		memory[i] = i;
	/* X tiles, 4096 bytes wide, from the first page to the last */
	ASSERT_EQ(0, vgpu_write32(v, FENCE(0) + 4, 0x0ffff000u | 31));
	ASSERT_EQ(0, vgpu_write32(v, FENCE(0), 1));
	ASSERT_EQ(0, vgpu_read_aperture(v, gma, got, sizeof(got)));
	for (i = 0; i < VGPU_PAGE; i++)
		same += got[i] == memory[i];
	EXPECT_EQ(VGPU_PAGE, same);
	ASSERT_EQ(0, vgpu_write32(v, FENCE(0), 0));
}

TEST_HARNESS_MAIN
