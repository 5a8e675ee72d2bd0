// SPDX-License-Identifier: GPL-2.0-or-later
/* Looking into the kernel, with a probe at a function. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>

#include "bench.h"

#define TRACING	"/sys/kernel/tracing/"

static void put(const char *file, const char *text, int flags)
{
	char path[128];

	snprintf(path, sizeof(path), TRACING "%s", file);
	write_file(path, text, flags);
}

static void turn(const char *name, const char *on)
{
	char file[64];

	snprintf(file, sizeof(file), "events/kprobes/%s/enable", name);
	put(file, on, 0);
}

void trace_start(const char *name, const char *where)
{
	char probe[128];

	mount("tracefs", TRACING, "tracefs", 0, NULL);
	snprintf(probe, sizeof(probe), "p:%s %s", name, where);
	put("trace", "", O_TRUNC);
	put("kprobe_events", probe, O_APPEND);
	turn(name, "1");
}

void trace_stop(const char *name)
{
	turn(name, "0");
}

void trace_forget(const char *name)
{
	char probe[64];

	snprintf(probe, sizeof(probe), "-:%s", name);
	put("kprobe_events", probe, O_APPEND);
}

FILE *trace_open(void)
{
	FILE *f = fopen(TRACING "trace", "r");

	if (!f)
		must(-errno, TRACING "trace");
	return f;
}
