// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What it takes to remove a vGPU and to make it again, as is done when the
 * virtual machine that had it goes and another one comes.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

#define DEVICES	"/sys/bus/mdev/devices/"

/* The last of the vGPUs that there are, which nobody has opened */
void bench_lifecycle(struct bench *b)
{
	const char *last = strrchr(getenv("VGPU_UUIDS"), ' ');
	const char *uuid;
	char link[PATH_MAX], type[PATH_MAX], create[PATH_MAX + 8];
	char remove[PATH_MAX];
	double samples[LEAST_SAMPLES];
	__u64 start;
	int i;

	(void)b;
	must(last ? 0 : -ENODEV, "looking for a vGPU besides the first");
	uuid = last + 1;
	snprintf(link, sizeof(link), DEVICES "%s/mdev_type", uuid);
	must(realpath(link, type) ? 0 : -errno, "looking for a vGPU's type");
	snprintf(create, sizeof(create), "%s/create", type);
	snprintf(remove, sizeof(remove), DEVICES "%s/remove", uuid);

	busy_start();
	for (i = -1; i < LEAST_SAMPLES; i++) {
		start = instructions();
		write_file(remove, "1", 0);
		write_file(create, uuid, 0);
		if (i >= 0)
			samples[i] = instructions() - start;
	}
	busy_stop();
	figure_of_least("lifecycle", samples, LEAST_OF);
}
