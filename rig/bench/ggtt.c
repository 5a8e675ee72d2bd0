// SPDX-License-Identifier: GPL-2.0-or-later
/* What the export costs a guest that writes its GGTT. */
#include <unistd.h>

#include "bench.h"

#define CALLS	1000
#define EXPORTS	16
#define SIZE	256	/* pixels a side */

/* The same page each time, so that nothing is pinned or unpinned. */
static void write_pte(struct bench *b, unsigned int call)
{
	(void)call;
	must(vgpu_ggtt_map(&b->v, b->screens[0].gma, b->screens[0].gpa,
			   VGPU_PAGE), "writing a PTE");
}

void bench_ggtt(struct bench *b)
{
	struct vgpu_mark mark = vgpu_mark(&b->v);
	struct vgpu_surface screens[EXPORTS + 1];
	int fds[EXPORTS + 1], i;

	for (i = 0; i <= EXPORTS; i++)
		make_screen(&b->v, &screens[i], SIZE, SIZE);
	b->screens = screens;

	/* A reset forgets what earlier figures left behind. */
	measure("ggtt_write", CALLS, write_pte, b);
	for (i = 1; i <= EXPORTS; i++)
		fds[i] = export_screen(&b->v, &screens[i]);
	measure("ggtt_write_elsewhere", CALLS, write_pte, b);
	fds[0] = export_screen(&b->v, &screens[0]);
	measure("ggtt_write_exported", CALLS, write_pte, b);

	for (i = 0; i <= EXPORTS; i++)
		close(fds[i]);
	vgpu_release(&b->v, mark);
}
