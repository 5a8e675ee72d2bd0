// SPDX-License-Identifier: GPL-2.0
/*
 * Bounds of the command parser: commands that exceed the ring or the batch
 * buffer, batch buffers that never end or are too large, and the amount of log
 * output for commands that are refused.
 */
#include "command_util.h"

/* Placeholder in a variant for the address of the batch's second page */
#define SECOND_PAGE		0xadd4e550u

/* ---- commands cut off by the end of the ring or batch ---- */

/*
 * @batch: GGTT address of @commands, two pages; the second is
 *	MI_BATCH_BUFFER_END
 */
FIXTURE(cut) {
	struct exec e;
	uint64_t batch;
	uint32_t *commands;
};

/*
 * @commands: the last command is cut off, or its length field is too short
 * @count: dwords of @commands, which end at the ring's tail or at the end of a
 *	page
 * @in_batch: @commands are in a batch buffer
 */
FIXTURE_VARIANT(cut) {
	uint32_t commands[6];
	size_t count;
	bool in_batch;
};

/* Without the fix: flipped to an address left there by an earlier ring */
FIXTURE_VARIANT_ADD(cut, flip_after_its_header) {
	.commands = { MI_NOOP, MI_NOOP, MI_NOOP, MI_DISPLAY_FLIP },
	.count = 4,
};

/* Without the fix: loaded a value left in the buffer by an earlier ring */
FIXTURE_VARIANT_ADD(cut, register_load_before_its_value) {
	.commands = { MI_NOOP, MI_NOOP, MI_LOAD_REGISTER_IMM(1), GFX_MOCS_0 },
	.count = 4,
};

/* Without the fix: the same */
FIXTURE_VARIANT_ADD(cut, register_load_of_two_dwords) {
	.commands = { MI_NOOP, MI_NOOP,
		      OF_DWORDS(MI_LOAD_REGISTER_IMM(1), 2), GFX_MOCS_0 },
	.count = 4,
};

/* Without the fix: the address of the shadow batch was written past the end */
FIXTURE_VARIANT_ADD(cut, batch_start_after_its_header) {
	.commands = { MI_NOOP, MI_NOOP, MI_NOOP, MI_BATCH_BUFFER_START },
	.count = 4,
};

/* Without the fix: half of that address was written past the end */
FIXTURE_VARIANT_ADD(cut, batch_start_of_two_dwords) {
	.commands = { MI_NOOP, MI_NOOP, MI_NOOP, MI_NOOP,
		      OF_DWORDS(MI_BATCH_BUFFER_START, 2), SECOND_PAGE },
	.count = 6,
};

/* Without the fix: the next command's header was loaded into the register */
FIXTURE_VARIANT_ADD(cut, register_load_of_two_dwords_in_a_batch) {
	.commands = { OF_DWORDS(MI_LOAD_REGISTER_IMM(1), 2), GFX_MOCS_0,
		      MI_BATCH_BUFFER_END, MI_NOOP },
	.count = 4, .in_batch = true,
};

/* Without the fix: four bytes past the shadow batch were set to 0 */
FIXTURE_VARIANT_ADD(cut, chain_of_two_dwords_in_a_batch) {
	.commands = { MI_NOOP, MI_NOOP,
		      OF_DWORDS(MI_BATCH_BUFFER_START, 2), SECOND_PAGE },
	.count = 4, .in_batch = true,
};

FIXTURE_SETUP(cut)
{
	if (!test_unsafe(_metadata) ||
	    !test_open_vgpu(_metadata, &self->e.v))
		return;
	ASSERT_EQ(0, exec_init(&self->e));
	ASSERT_EQ(0, exec_alloc(&self->e.v, 2, &self->batch, &self->commands));
	self->commands[VGPU_PAGE / 4] = MI_BATCH_BUFFER_END;
}

FIXTURE_TEARDOWN(cut)
{
	test_close(&self->e.v);
}

/*
 * Fill the kernel's copy of the ring. A later ring of four or six dwords that
 * is parsed past its end then finds @address, 0 and 0 there.
 */
static int leave_address(struct exec *e, uint32_t address)
{
	const uint32_t commands[] = {
		MI_NOOP, MI_STORE_TO_GGTT, e->gma, 0, address, MI_NOOP,
		MI_NOOP, MI_NOOP,
	};

	return vgpu_ring_submit(&e->v, &e->ring, commands,
				ARRAY_SIZE(commands));
}

TEST_F(cut, command_is_refused)
{
	const uint32_t start[] = {
		MI_BATCH_BUFFER_START, self->batch, 0, MI_NOOP,
	};
	const size_t in_page = VGPU_PAGE / 4;
	struct vgpu *v = &self->e.v;
	uint32_t commands[6], before, after;
	size_t i;

	for (i = 0; i < variant->count; i++)
		commands[i] = variant->commands[i] == SECOND_PAGE ?
			      self->batch + VGPU_PAGE : variant->commands[i];
	ASSERT_EQ(0, leave_address(&self->e, self->batch + VGPU_PAGE));
	ASSERT_EQ(0, vgpu_read32(v, GFX_MOCS_0, &before));

	if (variant->in_batch) {
		memcpy(self->commands + in_page - variant->count, commands,
		       variant->count * sizeof(*commands));
		ASSERT_EQ(0, vgpu_ring_emit(&self->e.ring, start,
					    ARRAY_SIZE(start)));
	} else {
		ASSERT_EQ(0, vgpu_ring_emit(&self->e.ring, commands,
					    variant->count));
	}
	ASSERT_EQ(-EFAULT, vgpu_ring_start(v, &self->e.ring, NULL));
	EXPECT_TRUE(exec_in_failsafe_mode(&self->e));
	ASSERT_EQ(0, vgpu_read32(v, GFX_MOCS_0, &after));
	EXPECT_EQ(before, after);

	ASSERT_EQ(0, exec_reset(&self->e));
	EXPECT_EQ(0, exec_store(&self->e, &self->e.ring));
}

/* ---- the size of batch buffers ---- */

/* The limit of all shadow batches of a workload is 16 MiB. */
#define TOO_MANY_PAGES		(20 * 256)
#define SECONDS			60	/* on a slow machine; it takes one */

/* Long commands that do nothing, 16 per page, so that parsing is fast */
#define COMMAND_DWORDS		64

/* @batch: GGTT address of the batch buffer */
FIXTURE(batch) {
	struct exec e;
	uint64_t batch;
};

/*
 * @pages: pages of commands, followed by one for the end
 * @starts: how often the ring starts the batch buffer
 * @too_large: the kernel must refuse it
 */
FIXTURE_VARIANT(batch) {
	size_t pages, starts;
	bool too_large;
};

/* 12.5 MiB */
FIXTURE_VARIANT_ADD(batch, many_times) { .pages = 15, .starts = 200 };

/* 25 MiB. Without the fix: each start was shadowed, without a limit in total */
FIXTURE_VARIANT_ADD(batch, too_many_times) {
	.pages = 31, .starts = 200, .too_large = true,
};

/* Without the fix: a shadow could be as large as the vGPU's GGTT space */
FIXTURE_VARIANT_ADD(batch, too_long) {
	.pages = TOO_MANY_PAGES, .starts = 1, .too_large = true,
};

/* All pages of the batch except the last map the same guest page. */
FIXTURE_SETUP(batch)
{
	struct vgpu *v = &self->e.v;
	uint32_t *commands;
	uint64_t gpa;
	size_t i;

	if (variant->too_large && !test_unsafe(_metadata))
		return;
	if (!test_open_vgpu(_metadata, v))
		return;
	ASSERT_EQ(0, exec_init(&self->e));
	ASSERT_EQ(0, vgpu_alloc_ram(v, 2 * VGPU_PAGE, &gpa));
	ASSERT_EQ(0, vgpu_alloc_gma(v, (variant->pages + 1) * VGPU_PAGE,
				    &self->batch));
	commands = (uint32_t *)(v->ram + gpa);
	memset(commands, 0, 2 * VGPU_PAGE);
	for (i = 0; i < VGPU_PAGE / 4; i += COMMAND_DWORDS)
		commands[i] = OF_DWORDS(MI_MATH, COMMAND_DWORDS);
	commands[i] = MI_BATCH_BUFFER_END;

	for (i = 0; i < variant->pages; i++)
		ASSERT_EQ(0, vgpu_ggtt_map(v, self->batch + i * VGPU_PAGE, gpa,
					   VGPU_PAGE));
	ASSERT_EQ(0, vgpu_ggtt_map(v, self->batch + i * VGPU_PAGE,
				   gpa + VGPU_PAGE, VGPU_PAGE));
}

FIXTURE_TEARDOWN(batch)
{
	test_close(&self->e.v);
}

TEST_F_TIMEOUT(batch, is_executed_unless_too_large, 120)
{
	const uint32_t start[] = {
		MI_BATCH_BUFFER_START, self->batch, 0, MI_NOOP,
	};
	struct vgpu_ring *ring = &self->e.ring;
	size_t i;

	for (i = 0; i < variant->starts; i++)
		ASSERT_EQ(0, vgpu_ring_emit(ring, start, ARRAY_SIZE(start)));
	ASSERT_EQ(0, vgpu_ring_emit(ring, self->e.store,
				    ARRAY_SIZE(self->e.store)));
	if (!variant->too_large) {
		ASSERT_EQ(0, vgpu_ring_start(&self->e.v, ring, NULL));
		EXPECT_EQ(0, vgpu_ring_wait(&self->e.v, ring));
		EXPECT_TRUE(exec_was_stored(&self->e));
		return;
	}
	ASSERT_EQ(-EFAULT, vgpu_ring_start(&self->e.v, ring, NULL));
	EXPECT_TRUE(exec_in_failsafe_mode(&self->e));
	EXPECT_FALSE(exec_was_stored(&self->e));

	ASSERT_EQ(0, exec_reset(&self->e));
	EXPECT_EQ(0, exec_store(&self->e, &self->e.ring));
}

/* @batch: GGTT address of @commands, two pages */
FIXTURE(chain) {
	struct exec e;
	uint64_t batch;
	uint32_t *commands;
};

FIXTURE_SETUP(chain)
{
	if (!test_open_vgpu(_metadata, &self->e.v))
		return;
	ASSERT_EQ(0, exec_init(&self->e));
	ASSERT_EQ(0, exec_alloc(&self->e.v, 2, &self->batch, &self->commands));
}

FIXTURE_TEARDOWN(chain)
{
	test_close(&self->e.v);
}

/* Submit a ring that starts @batch, which chains to @next. */
static int start_chain(struct exec *e, uint64_t batch, uint32_t *commands,
		       uint64_t next)
{
	const uint32_t start[] = { MI_BATCH_BUFFER_START, batch, 0, MI_NOOP };
	const uint32_t chain[] = { MI_BATCH_BUFFER_START, next, 0 };
	int ret;

	memcpy(commands, chain, sizeof(chain));
	ret = vgpu_ring_emit(&e->ring, start, ARRAY_SIZE(start));
	return ret ? ret : vgpu_ring_start(&e->v, &e->ring, NULL);
}

TEST_F(chain, that_ends_is_executed)
{
	uint32_t *second = self->commands + VGPU_PAGE / 4;

	if (!test_unsafe(_metadata))
		return;
	memcpy(second, self->e.store, sizeof(self->e.store));
	second[ARRAY_SIZE(self->e.store)] = MI_BATCH_BUFFER_END;
	ASSERT_EQ(0, start_chain(&self->e, self->batch, self->commands,
				 self->batch + VGPU_PAGE));
	EXPECT_EQ(0, vgpu_ring_wait(&self->e.v, &self->e.ring));
	EXPECT_TRUE(exec_was_stored(&self->e));
}

/* Without the fix: shadowed repeatedly, until the host ran out of memory */
TEST_F_TIMEOUT(chain, to_itself_is_refused, 120)
{
	int64_t start;

	if (!test_unsafe(_metadata))
		return;
	start = time_ms();
	ASSERT_EQ(-EFAULT, start_chain(&self->e, self->batch, self->commands,
				       self->batch));
	EXPECT_GE(SECONDS * 1000, time_ms() - start);
	EXPECT_TRUE(exec_in_failsafe_mode(&self->e));

	ASSERT_EQ(0, exec_reset(&self->e));
	EXPECT_EQ(0, exec_store(&self->e, &self->e.ring));
}

/*
 * Without the fix: a batch buffer whose address is the ring's tail made the
 * parser stop, before it had parsed this batch buffer or the rest of the ring.
 */
TEST_F(chain, at_the_tail_of_the_ring_is_checked)
{
	struct vgpu_ring *ring = &self->e.ring;
	const uint32_t start_of_ring = ring->state[STATE_START];
	const uint32_t start[] = {
		MI_BATCH_BUFFER_START, start_of_ring + 4 * sizeof(uint32_t), 0,
		MI_NOOP,
	}, batch[] = {
		MI_STORE_TO_GGTT, 0, 0, PATTERN, MI_BATCH_BUFFER_END, MI_NOOP,
	};

	if (!test_unsafe(_metadata))
		return;
	ASSERT_EQ(0, vgpu_ring_emit(ring, start, ARRAY_SIZE(start)));
	memcpy(ring->ring + ARRAY_SIZE(start), batch, sizeof(batch));
	ASSERT_EQ(-EFAULT, vgpu_ring_start(&self->e.v, ring, NULL));
	EXPECT_TRUE(exec_in_failsafe_mode(&self->e));
}

static void expect_refused(struct __test_metadata *_metadata, struct exec *e,
			   const uint32_t *commands, size_t count)
{
	if (!test_unsafe(_metadata))
		return;
	ASSERT_EQ(0, vgpu_ring_emit(&e->ring, commands, count));
	ASSERT_EQ(-EFAULT, vgpu_ring_start(&e->v, &e->ring, NULL));
	EXPECT_TRUE(exec_in_failsafe_mode(e));
}

/* Without the fix: the parser returned there in an endless loop */
TEST_F_TIMEOUT(chain, end_in_the_ring_is_refused, 120)
{
	const uint32_t commands[] = {
		MI_BATCH_BUFFER_START | BATCH_IN_PPGTT, 0, 0,
		MI_BATCH_BUFFER_END,
	};

	expect_refused(_metadata, &self->e, commands, ARRAY_SIZE(commands));
}

/* Without the fix: the address was only checked in a flush of four dwords */
TEST_F(chain, flush_of_five_dwords_is_refused)
{
	const uint32_t commands[] = {
		OF_DWORDS(MI_FLUSH_DW, 5), FLUSH_TO_GGTT | 0, 0, PATTERN, 0,
		MI_NOOP,
	};

	expect_refused(_metadata, &self->e, commands, ARRAY_SIZE(commands));
}

/* ---- the kernel log ---- */

FIXTURE(refused) {
	struct exec e;
	struct kernel_log log;
};

/* @operand: second dword of the command; @times: number of submissions */
FIXTURE_VARIANT(refused) {
	uint32_t command, operand;
	unsigned int times;
	bool in_failsafe_mode;
};

/* Without the fix: three lines per submission */
FIXTURE_VARIANT_ADD(refused, store_of_a_register) {
	.command = MI_STORE_REGISTER_MEM | GLOBAL_GTT,
	.operand = VGPU_BLITTER + RING_MI_MODE,
	.times = 200,
};

/*
 * Without the fix: also a line for each dword of the command. GGTT address 0
 * belongs to the host.
 */
FIXTURE_VARIANT_ADD(refused, store_to_others_memory) {
	.command = MI_STORE_TO_GGTT, .operand = 0, .times = 40,
	.in_failsafe_mode = true,
};

FIXTURE_SETUP(refused)
{
	if (!test_open_vgpu(_metadata, &self->e.v))
		return;
	ASSERT_EQ(0, exec_init(&self->e));
	ASSERT_EQ(0, kernel_log_open(&self->log));
}

FIXTURE_TEARDOWN(refused)
{
	close(self->log.fd);
	test_close(&self->e.v);
}

TEST_F_TIMEOUT(refused, command_cannot_flood_the_log, 120)
{
	/* The third dword is the lower or the upper half of the address. */
	const uint32_t commands[] = {
		variant->command, variant->operand,
		variant->in_failsafe_mode ? 0 : self->e.gma, 0,
	};
	struct kernel_log *log = &self->log;
	unsigned int i;

	for (i = 0; i < variant->times; i++) {
		self->e.ring.tail = 0;
		ASSERT_EQ(0, vgpu_ring_emit(&self->e.ring, commands,
					    ARRAY_SIZE(commands)));
		ASSERT_EQ(-EFAULT, vgpu_ring_start(&self->e.v, &self->e.ring,
						   NULL));
		if (variant->in_failsafe_mode)
			ASSERT_EQ(0, exec_reset(&self->e));
	}
	kernel_log_read(log);
	EXPECT_GE(kernel_log_allowed(log), log->lines)
		TH_LOG("%d lines after %u times: %s", log->lines, i, log->line);
	EXPECT_FALSE(log->warned) TH_LOG("%s", log->line);

	self->e.ring.tail = 0;
	EXPECT_EQ(0, exec_store(&self->e, &self->e.ring));
}

TEST_HARNESS_MAIN
