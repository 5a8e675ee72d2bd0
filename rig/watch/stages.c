// SPDX-License-Identifier: GPL-2.0
/*
 * How long each stage of a frame takes, by the tracepoints of the kernel: a plane is
 * latched, the client is signalled and queries the plane, and the dma-buf that it got
 * is released.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stages.h"
#include "vgpu.h"

/* Where tracefs may be mounted */
static const char *const places[] = {
	"/sys/kernel/tracing", "/sys/kernel/debug/tracing",
};

static char instance[64];

#define TYPES		3
#define IDS		256

static const char *const events[] = {
	"gvt_plane_latch", "gvt_display_signal", "gvt_dmabuf_query",
	"gvt_dmabuf_release",
};

enum stage { SIGNALLED, QUERIED, RELEASED, STAGES };

static const char *const stage_names[STAGES] = {
	[SIGNALLED] = "latched to signalled",
	[QUERIED] = "signalled to queried",
	[RELEASED] = "queried to released",
};

/* Upper ends of the columns, in microseconds; what is more is in the last. */
static const unsigned int ends[] = {
	63, 125, 250, 500, 1000, 2000, 4000, 8000, 16000, 32000,
};

#define COLUMNS	(ARRAY_SIZE(ends) + 1)

/* Times in seconds, 0 for none. A frame that is replaced before its next stage ends. */
struct frames {
	double latched[TYPES], signalled[TYPES];
	double queried[IDS];
	unsigned int count[STAGES][COLUMNS];
};

static int put(const char *file, const char *text)
{
	char path[256];
	FILE *f;
	int bad;

	snprintf(path, sizeof(path), "%s/%s", instance, file);
	f = fopen(path, "we");
	if (!f)
		return -errno;
	bad = fputs(text, f) < 0;
	/* What the kernel refuses, it refuses when the buffer is written. */
	return fclose(f) || bad ? -errno : 0;
}

int stages_begin(void)
{
	char file[64];
	size_t i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(places); i++) {
		snprintf(instance, sizeof(instance), "%s/instances/gvt-watch",
			 places[i]);
		if (!mkdir(instance, 0700) || errno == EEXIST)
			break;
	}
	ret = put("trace", "");
	for (i = 0; !ret && i < ARRAY_SIZE(events); i++) {
		snprintf(file, sizeof(file), "events/gvt/%s/enable", events[i]);
		ret = put(file, "1");
	}
	if (ret)
		rmdir(instance);
	return ret;
}

/* The frame that began with @from enters its next stage. */
static void enter(struct frames *f, enum stage entered, double *from, double now)
{
	unsigned int i;

	if (!*from)
		return;
	for (i = 0; i < ARRAY_SIZE(ends); i++)
		if ((now - *from) * 1e6 < ends[i])
			break;
	f->count[entered][i]++;
	*from = 0;
}

static void latch(struct frames *f, unsigned int types, double now)
{
	unsigned int type;

	for (type = 0; type < TYPES; type++)
		if (types >> type & 1)
			f->latched[type] = now;
}

static void signal_types(struct frames *f, unsigned int types, double now)
{
	unsigned int type;

	for (type = 0; type < TYPES; type++) {
		if (!(types >> type & 1))
			continue;
		enter(f, SIGNALLED, &f->latched[type], now);
		f->signalled[type] = now;
	}
}

/* "    task-1   [000] .....    12.345678: gvt_plane_latch: vgpu1 pipe 0 plane 1: types 0x2" */
static void add_line(struct frames *f, const char *line, int vgpu)
{
	const char *event = strstr(line, ": gvt_"), *what, *number = event;
	unsigned int a, b;
	double now;
	int id, n;

	if (!event)
		return;
	what = strstr(event + 2, ": vgpu");
	if (!what || sscanf(what, ": vgpu%d %n", &id, &n) != 1 ||
	    (vgpu >= 0 && id != vgpu))
		return;
	while (number > line && number[-1] != ' ')
		number--;
	now = atof(number);
	event += 2;
	what += n;
	if (!strncmp(event, "gvt_plane_latch:", 16)) {
		if (sscanf(what, "pipe %*u plane %*u: types %x", &a) == 1)
			latch(f, a, now);
	} else if (!strncmp(event, "gvt_display_signal:", 19)) {
		if (sscanf(what, "types %x", &a) == 1)
			signal_types(f, a, now);
	} else if (!strncmp(event, "gvt_dmabuf_query:", 17)) {
		if (sscanf(what, "type %u: id %u", &a, &b) != 2 || a >= TYPES)
			return;
		enter(f, QUERIED, &f->signalled[a], now);
		if (b)
			f->queried[b % IDS] = now;
	} else if (!strncmp(event, "gvt_dmabuf_release:", 19)) {
		if (sscanf(what, "id %u", &a) == 1)
			enter(f, RELEASED, &f->queried[a % IDS], now);
	}
}

static void print(const struct frames *f)
{
	unsigned int stage, i;

	printf("watch: frames by the milliseconds that each stage took\n%-22s", "");
	for (i = 0; i < ARRAY_SIZE(ends); i++)
		printf(" <%-5.3g", ends[i] / 1e3);
	printf("  more\n");
	for (stage = 0; stage < STAGES; stage++) {
		printf("  %-20s", stage_names[stage]);
		for (i = 0; i < COLUMNS; i++)
			printf(" %6u", f->count[stage][i]);
		printf("\n");
	}
}

void stages_print(int vgpu)
{
	struct frames f = {};
	char line[512];
	FILE *trace;

	snprintf(line, sizeof(line), "%s/trace", instance);
	trace = fopen(line, "re");
	if (trace) {
		while (fgets(line, sizeof(line), trace))
			add_line(&f, line, vgpu);
		fclose(trace);
		print(&f);
	}
	rmdir(instance);
}
