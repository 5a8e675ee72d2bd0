// SPDX-License-Identifier: GPL-2.0
/*
 * Commands by which a guest could hurt the host that checks them: those that
 * are longer than what was submitted, batch buffers without an end or without
 * measure, and what is said of those that are refused.
 */
#include "command_util.h"

/* In the commands of a variant, where the second page of the batch is */
#define SECOND_PAGE		0xadd4e550u

/* ---- the end of what was submitted ---- */

/* @batch: the GGTT address of a batch buffer, and of a second page that ends it */
FIXTURE(cut) {
	struct exec e;
	uint64_t batch;
	uint32_t *commands;
};

/*
 * @commands: of which the last one lacks its end, or has a length at which its
 *	end is no part of it
 * @count: how many dwords there are, to the end of the ring or of a page
 */
FIXTURE_VARIANT(cut) {
	uint32_t commands[6];
	size_t count;
	bool in_batch;
};

/* Without the fix: a flip to what an earlier ring had there */
FIXTURE_VARIANT_ADD(cut, flip_after_its_header) {
	.commands = { MI_NOOP, MI_NOOP, MI_NOOP, MI_DISPLAY_FLIP },
	.count = 4,
};

/* Without the fix: the register had what an earlier ring had there */
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

/*
 * Without the fix: the batch buffer was shadowed, and its address written
 * behind the end
 */
FIXTURE_VARIANT_ADD(cut, batch_start_after_its_header) {
	.commands = { MI_NOOP, MI_NOOP, MI_NOOP, MI_BATCH_BUFFER_START },
	.count = 4,
};

/* Without the fix: half of that address was written behind the end */
FIXTURE_VARIANT_ADD(cut, batch_start_of_two_dwords) {
	.commands = { MI_NOOP, MI_NOOP, MI_NOOP, MI_NOOP,
		      OF_DWORDS(MI_BATCH_BUFFER_START, 2), SECOND_PAGE },
	.count = 6,
};

/* Without the fix: the register had the code of the next command */
FIXTURE_VARIANT_ADD(cut, register_load_of_two_dwords_in_a_batch) {
	.commands = { OF_DWORDS(MI_LOAD_REGISTER_IMM(1), 2), GFX_MOCS_0,
		      MI_BATCH_BUFFER_END, MI_NOOP },
	.count = 4, .in_batch = true,
};

/* Without the fix: four bytes of the page behind the shadow were set to 0 */
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
 * Leave commands where the kernel copies a ring to. What a later ring of four
 * or six dwords lacks, it finds there: an address, 0 and 0.
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

/* The kernel shadows up to 16 MiB of whole pages for a ring. */
#define TOO_MANY_PAGES		(20 * 256)
#define SECONDS			60	/* on a slow machine; it takes one */

/* Sixteen in a page, that the kernel may find the end soon, and do nothing */
#define COMMAND_DWORDS		64

/* @batch: where in the GGTT the longest batch buffer of the variant may be */
FIXTURE(batch) {
	struct exec e;
	uint64_t batch;
};

/* @pages: of commands, and one more for the end; @starts: of it in the ring */
FIXTURE_VARIANT(batch) {
	size_t pages, starts;
	bool too_large;
};

/* 12.5 MiB */
FIXTURE_VARIANT_ADD(batch, many_times) { .pages = 15, .starts = 200 };

/* 25 MiB. Without the fix: each start had a shadow, whatever they add up to */
FIXTURE_VARIANT_ADD(batch, too_many_times) {
	.pages = 31, .starts = 200, .too_large = true,
};

/* Without the fix: a shadow as large as the guest's part of the GGTT */
FIXTURE_VARIANT_ADD(batch, too_long) {
	.pages = TOO_MANY_PAGES, .starts = 1, .too_large = true,
};

/* All pages are the same one, except for the last. */
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

/* @batch: of two pages */
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

/* Have a ring start the first page, which starts @next. */
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

/*
 * Without the fix: the host shadowed it again and again, until it had no memory
 */
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
 * Without the fix: who checks was done where the tail is, though in the batch
 * buffer there, and neither that nor the rest of the ring had been seen.
 */
TEST_F(chain, at_the_tail_of_the_ring_is_checked)
{
	struct vgpu_ring *ring = &self->e.ring;
	const uint32_t start_of_ring = ring->state[STATE_START];
	const uint32_t start[] = {
		MI_BATCH_BUFFER_START, start_of_ring + 4 * sizeof(uint32_t), 0,
		MI_NOOP,
	}, behind[] = {
		MI_STORE_TO_GGTT, 0, 0, PATTERN, MI_BATCH_BUFFER_END, MI_NOOP,
	};

	if (!test_unsafe(_metadata))
		return;
	ASSERT_EQ(0, vgpu_ring_emit(ring, start, ARRAY_SIZE(start)));
	memcpy(ring->ring + ARRAY_SIZE(start), behind, sizeof(behind));
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

/* Without the fix: it went back to itself, for ever */
TEST_F_TIMEOUT(chain, end_in_the_ring_is_refused, 120)
{
	const uint32_t commands[] = {
		MI_BATCH_BUFFER_START | BATCH_IN_PPGTT, 0, 0,
		MI_BATCH_BUFFER_END,
	};

	expect_refused(_metadata, &self->e, commands, ARRAY_SIZE(commands));
}

/*
 * Without the fix: its address was not looked at, as that of one of four dwords
 * is
 */
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

/* @operand: second dword; @times: how often such a ring is submitted */
FIXTURE_VARIANT(refused) {
	uint32_t command, operand;
	unsigned int times;
	bool in_failsafe_mode;
};

/* Without the fix: three lines of the command's code each time */
FIXTURE_VARIANT_ADD(refused, store_of_a_register) {
	.command = MI_STORE_REGISTER_MEM | GLOBAL_GTT,
	.operand = VGPU_BLITTER + RING_MI_MODE,
	.times = 200,
};

/*
 * Without the fix: a line for each dword of the command as well. Address 0 is
 * the host's.
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
	/* The third dword is half of an address, the lower or the upper one. */
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
