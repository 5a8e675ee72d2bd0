/* SPDX-License-Identifier: GPL-2.0 */
/* How long each stage of a frame takes, from the latch of a flip to the client's close */
#ifndef GVT_WATCH_STAGES_H
#define GVT_WATCH_STAGES_H

/* Begin to trace. Return 0, or a negative errno: no tracefs, or no such tracepoint. */
int stages_begin(void);
/* End, and print a histogram. @vgpu is the vGPU's number; -1 for all of them. */
void stages_print(int vgpu);

#endif /* GVT_WATCH_STAGES_H */
