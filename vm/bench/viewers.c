// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A viewer for each of several vGPUs: sixty times a second its guest flips and
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
#define FRAME_NS	16666667
#define SECOND_NS	1000000000
#define PATTERN		6	/* frames in which ticks of 4 ms come again alike */
#define WINDOW		30	/* frames */
#define WINDOW_OF_ONE	120	/* what else goes on weighs more then */
#define SETTLE		6	/* frames */
#define FREE_US		100000	/* for stock to free what was closed */

static const int counts[] = { 0, 1, 2, 4, MAX_VIEWERS };

static sig_atomic_t stop;

static void on_term(int sig)
{
	(void)sig;
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
}

/* Sleep until @frames after @at, which moves there. */
static void sleep_frames(struct timespec *at, unsigned int frames)
{
	at->tv_nsec += frames * FRAME_NS;
	at->tv_sec += at->tv_nsec / SECOND_NS;
	at->tv_nsec %= SECOND_NS;
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
		sleep_frames(&at, 1);
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

static void count(double *samples, int num)
{
	struct timespec at;
	__u64 start;
	int i;

	clock_gettime(CLOCK_MONOTONIC, &at);
	/* Not when the viewer wakes up: one interrupt would do for both. */
	at.tv_nsec += FRAME_NS / 2;
	sleep_frames(&at, SETTLE);
	for (i = 0; i < num; i++) {
		start = instructions();
		sleep_frames(&at, 1);
		samples[i] = (double)(instructions() - start) * SECOND_NS /
			     FRAME_NS;
	}
}

/*
 * The middle one of all frames would jump: the kernel's own timers meet one
 * frame of a pattern and not the next. So the middle one for each place in the
 * pattern, and their mean.
 */
static double frame(const double *samples, int count)
{
	double sum = 0;
	int i;

	for (i = 0; i < PATTERN; i++)
		sum += middle(&samples[i], count / PATTERN, PATTERN);
	return sum / PATTERN;
}

/* ---- locks ---- */

#define PROBE		"gvt_mutex"
#define PROBE_AT	"mutex_lock mutex=%di:x64"
#define MAX_MUTEXES	256

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
	usleep(WINDOW * FRAME_NS / 1000);
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
	double samples[MAX_SAMPLES], values[RUNS], idle = 0;
	char uuids[MAX_VIEWERS * 40];
	pid_t viewers[MAX_VIEWERS];
	int running = 0, window, i, n;
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
		window = running > 1 ? WINDOW : WINDOW_OF_ONE;
		count(samples, RUNS * window);
		if (!running) {
			idle = frame(samples, RUNS * window);
			continue;
		}
		for (n = 0; n < RUNS; n++)
			values[n] = (frame(&samples[n * window], window) -
				     idle) / running;
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
