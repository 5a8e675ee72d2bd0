// SPDX-License-Identifier: GPL-2.0-or-later
/* Counting, and printing what was counted. */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

#define SETTLE	2000000	/* us of guest time, which the clock skips */

int must(int ret, const char *what)
{
	if (ret >= 0)
		return ret;
	fflush(stdout);
	fprintf(stderr, "gvt-bench: %s: %s\n", what, strerror(-ret));
	exit(1);
}

void write_file(const char *path, const char *text, int flags)
{
	int fd = open(path, O_WRONLY | flags);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		must(-errno, path);
	close(fd);
}

void figure(const char *name, const double *values)
{
	int i;

	printf("%s", name);
	for (i = 0; i < RUNS; i++)
		printf(" %.2f", values[i]);
	printf("\n");
	fflush(stdout);
}

static int compare(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The middle one of @count samples, MAX_SAMPLES at most, so far @apart */
static double middle(const double *samples, int count, int apart)
{
	double sorted[MAX_SAMPLES];
	int i;

	for (i = 0; i < count; i++)
		sorted[i] = samples[i * apart];
	qsort(sorted, count, sizeof(*sorted), compare);
	return sorted[count / 2];
}

/* What meets one of two rounds in a row meets both: those of a value are apart. */
void figure_of_rounds(const char *name, const double *samples)
{
	double values[RUNS];
	int i;

	for (i = 0; i < RUNS; i++)
		values[i] = middle(&samples[i], TRIES, RUNS);
	figure(name, values);
}

double least(const double *samples, int count, int apart)
{
	double found = samples[0];
	int i;

	for (i = 1; i < count; i++)
		if (samples[i * apart] < found)
			found = samples[i * apart];
	return found;
}

void figure_of_least(const char *name, const double *samples, int tries)
{
	double values[RUNS];
	int i;

	for (i = 0; i < RUNS; i++)
		values[i] = least(&samples[i], tries, RUNS);
	figure(name, values);
}

/* Timer ticks come in a pattern of a few frames: those of a value are neighbours. */
void figure_of_frames(const char *name, const double *samples, int frames)
{
	double values[RUNS];
	int i;

	for (i = 0; i < RUNS; i++)
		values[i] = middle(&samples[i * frames], frames, 1);
	figure(name, values);
}

void measure(const char *name, unsigned int calls,
	     void (*run)(struct bench *b, unsigned int call), struct bench *b)
{
	double samples[SAMPLES];
	unsigned int call;
	__u64 start;
	int i;

	/* Workers may still have to do with what came before. */
	usleep(SETTLE);
	/* The first round warms up and is forgotten. */
	for (i = -1; i < SAMPLES; i++) {
		start = now();
		for (call = 0; call < calls; call++)
			run(b, call);
		if (i >= 0)
			samples[i] = (double)(now() - start) / calls;
	}
	figure_of_least(name, samples, TRIES);
}

/* ---- a process that does nothing, countably ---- */

static __u64 *rounds;	/* of the busy process; read by load() */
static pid_t busy;

static void do_nothing(void)
{
	const struct sched_param param = { };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	close_range(0, ~0u, 0);		/* or what they name would stay */
	sched_setscheduler(0, SCHED_IDLE, &param);
	/* Two instructions a round: instructions() relies on it. */
	asm volatile("1: incq %0\n\tjmp 1b" : "+m" (*rounds));
	__builtin_unreachable();
}

static __u64 load(const __u64 *counter)
{
	return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

void busy_start(void)
{
	if (!rounds) {
		rounds = mmap(NULL, VGPU_PAGE, PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		if (rounds == MAP_FAILED)
			must(-12, "mapping a counter");
	}
	*rounds = 0;
	busy = must(fork(), "forking");
	if (!busy)
		do_nothing();
	while (!load(rounds))
		usleep(1000);
}

void busy_stop(void)
{
	kill(busy, SIGKILL);
	waitpid(busy, NULL, 0);
}

__u64 instructions(void)
{
	return now() - 2 * load(rounds);
}

/* ---- memory ---- */

static FILE *open_file(const char *path, const char *mode)
{
	FILE *f = fopen(path, mode);

	if (!f)
		must(-errno, path);
	return f;
}

/* Let no cache keep pages without objects, or ahead of the next object. */
static void shrink_caches(void)
{
	glob_t caches;
	size_t i;

	if (glob("/sys/kernel/slab/*/shrink", 0, NULL, &caches))
		must(-ENOENT, "/sys/kernel/slab/*/shrink");
	for (i = 0; i < caches.gl_pathc; i++)
		write_file(caches.gl_pathv[i], "1", 0);
	globfree(&caches);
}

/* Bytes of the objects in all caches */
static long long objects(void)
{
	FILE *f = open_file("/proc/slabinfo", "r");
	long long bytes = 0, active, size;
	char line[512];

	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "%*s %lld %*d %lld", &active, &size) == 2)
			bytes += active * size;
	fclose(f);
	return bytes;
}

/* Pages that are free, in the lists of each CPU too, or belong to caches */
static long long other_pages(void)
{
	FILE *f = open_file("/proc/zoneinfo", "r");
	long long pages = 0, count;
	char line[128];

	while (fgets(line, sizeof(line), f))
		if (sscanf(line, " pages free %lld", &count) == 1 ||
		    sscanf(line, " count: %lld", &count) == 1 ||
		    sscanf(line, " nr_slab_reclaimable %lld", &count) == 1 ||
		    sscanf(line, " nr_slab_unreclaimable %lld", &count) == 1)
			pages += count;
	fclose(f);
	return pages;
}

long long memory_in_use(void)
{
	shrink_caches();
	write_file("/proc/sys/vm/stat_refresh", "1", 0);
	return objects() - other_pages() * VGPU_PAGE;
}
