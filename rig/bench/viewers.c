// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A viewer for each of several vGPUs: 59 times a second its guest flips and
 * it asks what is shown. How much of a second that takes, and whether the
 * viewers meet at a lock.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

#define MAX_VIEWERS	7	/* as many vGPUs as GVT-g makes */
#define SECOND_NS	1000000000
/*
 * Not the 60 Hz of stock's vblank timers, nor a multiple of a tick: timers that
 * are near each other fire in one interrupt. At this rate, about a second covers
 * all phases between them; timers of the same rate would keep their phase.
 */
#define FRAME_NS	16944444
#define SETTLE_NS	100000000
#define WINDOW_NS	(1 * SECOND_NS)
#define WINDOW_OF_ONE_NS (3ULL * SECOND_NS)	/* what else goes on weighs more then */
#define FREE_US		100000	/* for stock to free what was closed */

static const int counts[] = { 0, 1, 2, 4, MAX_VIEWERS };

static sig_atomic_t stop;

static void on_term(int sig)
{
	(void)sig;
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
}

/* Sleep until @ns after @at, which moves there. */
static void sleep_on(struct timespec *at, __u64 ns)
{
	ns += at->tv_nsec;
	at->tv_sec += ns / SECOND_NS;
	at->tv_nsec = ns % SECOND_NS;
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, at, NULL);
}

static void frames(struct vgpu *v, const struct vgpu_surface *screens)
{
	struct vfio_device_gfx_plane_info info;
	struct timespec at;
	unsigned int i;

	clock_gettime(CLOCK_MONOTONIC, &at);
	for (i = 0; !__atomic_load_n(&stop, __ATOMIC_RELAXED); i++) {
		must(vgpu_primary_flip(v, 0, screens[i % 2].gma), "flipping");
		must(vgpu_query(v, VGPU_PRIMARY, &info), "QUERY");
		sleep_on(&at, FRAME_NS);
	}
}

/* Tells through @ready when it has begun. */
static void view(const char *uuid, int ready)
{
	struct vgpu_surface screens[2];
	struct vgpu v;
	int fds[2], i;

	signal(SIGTERM, on_term);
	must(vgpu_open(&v, uuid, RAM_SIZE), "opening a vGPU");
	must(vgpu_pipe_on(&v, 0, 1920, 1080), "turning the pipe on");
	for (i = 0; i < 2; i++) {
		make_screen(&v, &screens[i], 1920, 1080);
		fds[i] = export_screen(&v, &screens[i]);
	}
	must(write(ready, "", 1) == 1 ? 0 : -EPIPE, "telling");
	frames(&v, screens);

	for (i = 0; i < 2; i++)
		close(fds[i]);
	usleep(FREE_US);
	vgpu_close(&v);
	exit(0);
}

static pid_t start_viewer(const char *uuid)
{
	int ready[2];
	pid_t pid;
	char byte;

	must(pipe(ready), "making a pipe");
	pid = must(fork(), "forking");
	if (!pid)
		view(uuid, ready[1]);
	close(ready[1]);
	must(read(ready[0], &byte, 1) == 1 ? 0 : -EPIPE, "starting a viewer");
	close(ready[0]);
	return pid;
}

/* The instructions of a second, in each of RUNS windows */
static void count(double *values, __u64 window)
{
	struct timespec at;
	__u64 start;
	int i;

	clock_gettime(CLOCK_MONOTONIC, &at);
	sleep_on(&at, SETTLE_NS);
	for (i = 0; i < RUNS; i++) {
		start = instructions();
		sleep_on(&at, window);
		values[i] = (double)(instructions() - start) * SECOND_NS /
			    window;
	}
}

/* ---- locks ---- */

#define PROBE		"gvt_mutex"
#define PROBE_AT	"mutex_lock mutex=%di:x64"
#define MAX_MUTEXES	256
#define TRACED_US	500000

struct taken {
	unsigned long long mutex;
	int pid;
	bool shared;
};

/* One line of a trace: COMMAND-PID [CPU] ... mutex=0xADDRESS */
static bool parse(char *line, int *pid, unsigned long long *mutex)
{
	char *cpu = strstr(line, " ["), *at = strstr(line, " mutex=");

	if (line[0] == '#' || !cpu || !at)
		return false;
	*cpu = 0;
	*pid = atoi(strrchr(line, '-') + 1);
	return sscanf(at, " mutex=%llx", mutex) == 1;
}

static bool is_viewer(const pid_t *viewers, int pid)
{
	int i;

	for (i = 0; i < MAX_VIEWERS; i++)
		if (viewers[i] == pid)
			return true;
	return false;
}

/* Mutexes that more than one viewer took while somebody looked */
static double shared_mutexes(const pid_t *viewers)
{
	struct taken taken[MAX_MUTEXES];
	unsigned long long mutex;
	int num = 0, shared = 0, pid, i;
	char line[256];
	FILE *f;

	trace_start(PROBE, PROBE_AT);
	usleep(TRACED_US);
	trace_stop(PROBE);
	f = trace_open();
	while (fgets(line, sizeof(line), f)) {
		if (!parse(line, &pid, &mutex) || !is_viewer(viewers, pid))
			continue;
		for (i = 0; i < num && taken[i].mutex != mutex; i++)
			;
		if (i == MAX_MUTEXES)
			must(-ENOSPC, "remembering mutexes");
		if (i == num) {
			taken[num++] = (struct taken){ mutex, pid, false };
		} else if (taken[i].pid != pid && !taken[i].shared) {
			taken[i].shared = true;
			shared++;
		}
	}
	fclose(f);
	trace_forget(PROBE);
	if (!num)
		must(-ENODATA, "seeing the mutexes of vGPUs");
	return shared;
}

void bench_viewers(struct bench *b)
{
	double values[RUNS], idle = 0;
	char uuids[MAX_VIEWERS * 40];
	pid_t viewers[MAX_VIEWERS];
	int running = 0, i, n;
	char *uuid, name[32];

	(void)b;
	snprintf(uuids, sizeof(uuids), "%s", getenv("VGPU_UUIDS"));
	uuid = strtok(uuids, " ");
	busy_start();
	for (i = 0; i < (int)ARRAY_SIZE(counts); i++) {
		for (; running < counts[i]; running++) {
			if (!uuid)
				must(-ENODEV, "finding seven vGPUs");
			viewers[running] = start_viewer(uuid);
			uuid = strtok(NULL, " ");
		}
		count(values, running > 1 ? WINDOW_NS : WINDOW_OF_ONE_NS);
		if (!running) {
			for (n = 0; n < RUNS; n++)
				idle += values[n] / RUNS;
			continue;
		}
		for (n = 0; n < RUNS; n++)
			values[n] = (values[n] - idle) / running;
		snprintf(name, sizeof(name), "viewers_%d", running);
		figure(name, values);
	}
	busy_stop();
	for (n = 0; n < RUNS; n++)
		values[n] = shared_mutexes(viewers);
	figure("viewers_locks", values);
	while (running--) {
		kill(viewers[running], SIGTERM);
		waitpid(viewers[running], NULL, 0);
	}
}
