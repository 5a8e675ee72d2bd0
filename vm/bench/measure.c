// SPDX-License-Identifier: GPL-2.0-or-later
/* Counting, and printing what was counted. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

int must(int ret, const char *what)
{
	if (ret >= 0)
		return ret;
	fflush(stdout);
	fprintf(stderr, "gvt-bench: %s: %s\n", what, strerror(-ret));
	exit(1);
}

void figure(const char *name, const double *values)
{
	int i;

	printf("%s", name);
	for (i = 0; i < RUNS; i++)
		printf(" %.2f", values[i]);
	printf("\n");
}

void measure(const char *name, unsigned int calls,
	     void (*run)(struct bench *b, unsigned int call), struct bench *b)
{
	double values[RUNS];
	unsigned int call;
	__u64 start;
	int i;

	/* The first round warms up and is forgotten. */
	for (i = -1; i < RUNS; i++) {
		start = now();
		for (call = 0; call < calls; call++)
			run(b, call);
		if (i >= 0)
			values[i] = (double)(now() - start) / calls;
	}
	figure(name, values);
}
