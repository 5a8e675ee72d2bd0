// SPDX-License-Identifier: MIT
/*
 * What the decoder said of registers that have not changed since.
 *
 * A viewer asks sixty times a second what a plane shows, and most of the time
 * it is one of few pictures. The decoder reads a dozen registers for an answer,
 * checks them all and looks into tables. But registers are its only input: if
 * each one that it read last time says the same, so would the decoder. So its
 * reads are noted down with the answer, and compared the next time.
 *
 * Nobody has to tell when a register changes, so none can be forgotten.
 */

#include "plane_memo.h"

static bool still_true(const struct gvt_plane_memo *memo, unsigned int *telling)
{
	unsigned int i = *telling;

	if (!memo->num_reads)
		return false;

	/* Flips change one register: a look at it rules most pictures out. */
	if (i < memo->num_reads && *memo->at[i] != memo->value[i])
		return false;

	for (i = 0; i < memo->num_reads; i++) {
		if (*memo->at[i] != memo->value[i]) {
			*telling = i;
			return false;
		}
	}

	return true;
}

/**
 * gvt_memo_recall - answer without decoding
 * @memos: of a kind of plane
 *
 * Context: nobody else uses @memos, or writes to the registers.
 * Return: what the decoder would say, valid until the next gvt_memo_begin(), or
 * NULL if it has to be asked.
 */
const struct gvt_plane *gvt_memo_recall(struct gvt_plane_memos *memos)
{
	unsigned int i, slot;

	/* Mostly the last answer holds, or the one that was made after it. */
	for (i = 0; i < GVT_MEMOS; i++) {
		slot = (memos->recent + i) % GVT_MEMOS;
		if (still_true(&memos->memo[slot], &memos->telling)) {
			memos->recent = slot;
			return &memos->memo[slot].plane;
		}
	}

	return NULL;
}

/**
 * gvt_memo_begin - get ready to note down a decode
 * @memos: of a kind of plane
 *
 * Return: for gvt_memo_read(), and for the answer.
 */
struct gvt_plane_memo *gvt_memo_begin(struct gvt_plane_memos *memos)
{
	struct gvt_plane_memo *memo = &memos->memo[memos->next];

	memo->num_reads = 0;
	return memo;
}

/**
 * gvt_memo_read - read a register and note it down
 * @memo: from gvt_memo_begin()
 * @at: where the register is, now and at any later time
 *
 * Return: what it says.
 */
u32 gvt_memo_read(struct gvt_plane_memo *memo, const u32 *at)
{
	u32 value = *at;

	if (memo->num_reads < GVT_MEMO_READS) {
		memo->at[memo->num_reads] = at;
		memo->value[memo->num_reads] = value;
	}
	memo->num_reads++;
	return value;
}

/**
 * gvt_memo_end - decide what becomes of a decode
 * @memos: of a kind of plane
 * @keep: it succeeded, and may be recalled
 */
void gvt_memo_end(struct gvt_plane_memos *memos, bool keep)
{
	struct gvt_plane_memo *memo = &memos->memo[memos->next];

	if (keep && memo->num_reads <= GVT_MEMO_READS) {
		memos->recent = memos->next;
		memos->next = (memos->next + 1) % GVT_MEMOS;
	} else {
		memo->num_reads = 0;
	}
}
