/* SPDX-License-Identifier: MIT */
/*
 * Cache of decoded planes, valid while the registers that were read are unchanged.
 */

#ifndef _GVT_PLANE_MEMO_H_
#define _GVT_PLANE_MEMO_H_

#include <linux/types.h>

#include "plane_decoder.h"

/* More framebuffers than a guest flips between */
#define GVT_MEMOS	8

#define GVT_MEMO_READS	GVT_DECODE_READS

/**
 * struct gvt_plane_memo - one decode
 * @num_reads: registers that it read; 0 if there was none yet, and more than
 *	GVT_MEMO_READS if they did not fit, which makes it of no use
 * @at: where each of them is
 * @value: its value
 * @layouts: whether it was for a caller that takes layouts
 * @plane: the result
 */
struct gvt_plane_memo {
	unsigned int num_reads;
	const u32 *at[GVT_MEMO_READS];
	u32 value[GVT_MEMO_READS];
	bool layouts;
	struct gvt_plane plane;
};

/**
 * struct gvt_plane_memos - the last decodes of one kind of plane
 * @memo: decodes that succeeded
 * @recent: index of the last hit
 * @next: index of the one to overwrite next
 * @last_mismatch: index in @at of the register that last ruled out an entry
 */
struct gvt_plane_memos {
	struct gvt_plane_memo memo[GVT_MEMOS];
	unsigned int recent;
	unsigned int next;
	unsigned int last_mismatch;
};

const struct gvt_plane *gvt_memo_recall(struct gvt_plane_memos *memos, bool layouts);
struct gvt_plane_memo *gvt_memo_begin(struct gvt_plane_memos *memos, bool layouts);
u32 gvt_memo_read(struct gvt_plane_memo *memo, const u32 *at);
void gvt_memo_end(struct gvt_plane_memos *memos, bool keep);

#endif /* _GVT_PLANE_MEMO_H_ */
