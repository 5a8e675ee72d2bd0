// SPDX-License-Identifier: MIT
/*
 * Cache of decoded planes, valid while the registers that were read are unchanged.
 *
 * A client queries a plane sixty times a second, and mostly finds one of a few
 * framebuffers. The decoder reads a dozen registers for an answer, checks them all
 * and searches tables. But registers are its only input, and whether the client takes
 * layouts: if each register that it has read has the same value, the answer is the same.
 * So its reads are stored with the answer, and compared the next time.
 *
 * There is nothing to invalidate when a register is written.
 */

#include "plane_memo.h"

static bool gvt_memo_matches(const struct gvt_plane_memo *memo, bool layouts,
			     unsigned int *last_mismatch)
{
	unsigned int i = *last_mismatch;

	if (!memo->num_reads || memo->layouts != layouts)
		return false;

	/* Flips change one register: comparing it first rules most entries out. */
	if (i < memo->num_reads && *memo->at[i] != memo->value[i])
		return false;

	for (i = 0; i < memo->num_reads; i++) {
		if (*memo->at[i] != memo->value[i]) {
			*last_mismatch = i;
			return false;
		}
	}

	return true;
}

/**
 * gvt_memo_recall - answer without decoding
 * @memos: of a kind of plane
 * @layouts: the caller takes layouts
 *
 * Context: the caller has excluded other users of @memos and writes of registers.
 * Return: what the decoder would return, valid until the next gvt_memo_begin(), or
 * NULL if the registers have to be decoded.
 */
const struct gvt_plane *gvt_memo_recall(struct gvt_plane_memos *memos, bool layouts)
{
	unsigned int i, slot;

	/* Mostly the last answer holds, or the one that was made after it. */
	for (i = 0; i < GVT_MEMOS; i++) {
		slot = (memos->recent + i) % GVT_MEMOS;
		if (gvt_memo_matches(&memos->memo[slot], layouts, &memos->last_mismatch)) {
			memos->recent = slot;
			return &memos->memo[slot].plane;
		}
	}

	return NULL;
}

/**
 * gvt_memo_begin - start to record a decode
 * @memos: of a kind of plane
 * @layouts: the caller takes layouts
 *
 * Return: the memo to pass to gvt_memo_read() and to store the result in.
 */
struct gvt_plane_memo *gvt_memo_begin(struct gvt_plane_memos *memos, bool layouts)
{
	struct gvt_plane_memo *memo = &memos->memo[memos->next];

	memo->layouts = layouts;
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
