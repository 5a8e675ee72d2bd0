// SPDX-License-Identifier: GPL-2.0-or-later
/* gvt-bench: measure everything once, on the vGPU that VGPU_UUID names. */
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"

int main(void)
{
	struct bench b;
	char why[256];
	int err;

	err = vgpu_open(&b.v, getenv("VGPU_UUID"), RAM_SIZE);
	if (err) {
		fprintf(stderr, "gvt-bench: %s\n",
			vgpu_explain(&b.v, err, why, sizeof(why)));
		return 1;
	}
	b.drm = must(vgpu_drm_open(), "opening i915");
	must(vgpu_pipe_on(&b.v, 0, 1920, 1080), "turning the pipe on");

	bench_query(&b);

	vgpu_close(&b.v);
	return 0;
}
