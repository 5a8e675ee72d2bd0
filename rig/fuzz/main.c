// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gvt-fuzz [--seconds N] [--operations N] [--seed S] [--threads T]
 *
 * Threads that play guest, VMM and viewers of the vGPU $VGPU_UUID at random,
 * and look whether the host keeps its promises: each call answers what the
 * contract allows (call.c), an id never stands for two pictures (id.c), what
 * an export shows is guest memory (picture.c), and nothing changes guest
 * memory or stays open (guest.c).
 *
 * What a thread does at its n-th operation depends on the seed, the thread
 * and n only. Ends after so many seconds of this machine's clock, or so many
 * operations a thread, or when there is a file "stop" here; without any of
 * the three, never. The exit status is 1 if a promise was broken.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "fuzz.h"
#include "proc_util.h"
#include "time_util.h"

/* What an operation needs of the vGPU */
enum need { NOTHING, SHARED, EXCLUSIVE };

/* One row an operation, drawn as often as its weight says */
static const struct {
	const char *name;
	void (*run)(struct worker *w);
	unsigned int weight;
	enum need need;
} operations[] = {
	/* the guest */
	{ "show", op_show, 240, SHARED },
	{ "mutate", op_mutate, 100, SHARED },
	{ "scramble", op_scramble, 20, SHARED },
	{ "cursor", op_cursor, 80, SHARED },
	{ "pipe", op_pipe, 40, SHARED },
	{ "neighbours", op_neighbours, 12, SHARED },
	{ "flip", op_flip, 80, SHARED },
	{ "map", op_map, 60, SHARED },
	{ "remap", op_remap, 160, SHARED },
	{ "junk pte", op_junk_pte, 8, SHARED },
	/* the VMM */
	{ "reset", op_reset, 1, SHARED },
	{ "unmap", op_unmap, 6, SHARED },
	{ "reopen", op_reopen, 1, EXCLUSIVE },
	{ "exact", op_exact, 10, EXCLUSIVE },
	{ "verify", op_verify, 20, SHARED },
	/* the viewer */
	{ "query", op_query, 200, SHARED },
	{ "query and get", op_query_get, 300, SHARED },
	{ "odd query", op_query_odd, 40, SHARED },
	{ "get", op_get, 80, SHARED },
	{ "odd get", op_get_odd, 20, SHARED },
	{ "close", op_close, 120, NOTHING },
	{ "arm", op_arm, 60, SHARED },
	{ "arm and forget", op_arm_and_forget, 20, SHARED },
	{ "disarm", op_disarm, 8, SHARED },
	{ "mask", op_mask, 60, SHARED },
	{ "odd event", op_event_odd, 20, SHARED },
	{ "irq info", op_irq_info, 8, SHARED },
	{ "read event", op_event_read, 60, SHARED },
	/* the dma-buf */
	{ "read", op_read, 120, NOTHING },
	{ "sync", op_sync, 60, NOTHING },
	{ "odd mmap", op_mmap_odd, 40, NOTHING },
	{ "doors", op_doors, 40, NOTHING },
	{ "sync file", op_sync_file, 30, NOTHING },
	{ "misc", op_misc, 20, NOTHING },
	/* importers */
	{ "import", op_import, 160, NOTHING },
	{ "gem close", op_gem_close, 80, NOTHING },
	{ "pread", op_pread, 120, NOTHING },
	{ "odd pread", op_pread_odd, 30, NOTHING },
	{ "gem", op_gem, 60, NOTHING },
	{ "refused gem", op_gem_refused, 60, NOTHING },
	{ "gem mmap", op_gem_mmap, 40, NOTHING },
	{ "exec", op_exec, 30, NOTHING },
	{ "vgem", op_vgem, 40, NOTHING },
	{ "drm reopen", op_drm_reopen, 3, NOTHING },
};

static struct fuzz fuzz;
static struct worker workers[MAX_THREADS];
static __thread struct worker *self;

/* splitmix64: close seeds give states that have nothing in common. */
static __u64 mix(__u64 x)
{
	x += 0x9e3779b97f4a7c15;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

static void bus_error(int sig)
{
	if (self && self->expects_bus_error)
		siglongjmp(self->bus_error, 1);
	signal(sig, SIG_DFL);	/* not one of ours: let it happen again */
}

/* ---- a thread ---- */

static unsigned int total_weight(void)
{
	unsigned int total = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(operations); i++)
		total += operations[i].weight;
	return total;
}

static size_t pick(struct worker *w)
{
	unsigned int at = below(w, total_weight());
	size_t i = 0;

	while (at >= operations[i].weight)
		at -= operations[i++].weight;
	return i;
}

static void step(struct worker *w)
{
	const struct fuzz *f = w->f;
	size_t i;

	w->op++;
	w->rng = mix(mix(f->seed + w->index) + w->op) | 1;
	i = pick(w);
	w->doing = operations[i].name;
	switch (operations[i].need) {
	case SHARED:
		pthread_rwlock_rdlock(&w->f->device);
		break;
	case EXCLUSIVE:
		pthread_rwlock_wrlock(&w->f->device);
		break;
	case NOTHING:
		break;
	}
	operations[i].run(w);
	if (operations[i].need != NOTHING)
		pthread_rwlock_unlock(&w->f->device);
}

static void *run(void *arg)
{
	struct worker *w = arg;

	self = w;
	if (open_nodes(w))
		fail(w, "no render node of i915");
	if (open_events(w))
		fail(w, "no eventfds");
	while (!atomic_load(&w->f->stop) &&
	       (!w->f->operations || w->op < w->f->operations))
		step(w);
	close_events(w);
	close_nodes(w);
	return NULL;
}

/* ---- all of them ---- */

static __u64 operations_done(void)
{
	__u64 sum = 0;
	unsigned int i;

	for (i = 0; i < fuzz.threads; i++)
		sum += workers[i].op;
	return sum;
}

static bool all_done(void)
{
	unsigned int i;

	for (i = 0; fuzz.operations && i < fuzz.threads; i++)
		if (workers[i].op < fuzz.operations)
			return false;
	return fuzz.operations;
}

/* Say something now and then, until it is time to end. */
static void wait_for_the_end(double seconds)
{
	const struct timespec nap = { .tv_nsec = 200000000 };
	double start = time_s(), told = start;

	while (access("stop", F_OK) && !all_done() &&
	       (!seconds || time_s() - start < seconds)) {
		nanosleep(&nap, NULL);
		if (time_s() - told < 20)
			continue;
		told = time_s();
		printf("gvt-fuzz: %.0f s of this clock, %llu operations\n",
		       told - start, operations_done());
	}
	atomic_store(&fuzz.stop, true);
}

static void bad_options(void)
{
	fprintf(stderr, "gvt-fuzz: [--seconds N] [--operations N] [--seed S] [--threads T]\n");
	exit(2);
}

static double parse_options(int argc, char **argv)
{
	static const struct option options[] = {
		{ "seconds", required_argument, NULL, 's' },
		{ "operations", required_argument, NULL, 'o' },
		{ "seed", required_argument, NULL, 'S' },
		{ "threads", required_argument, NULL, 't' },
		{ NULL, 0, NULL, 0 }
	};
	double seconds = 0;
	int c;

	fuzz.seed = 1;
	fuzz.threads = 4;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 's':
			seconds = atof(optarg);
			break;
		case 'o':
			fuzz.operations = strtoull(optarg, NULL, 0);
			break;
		case 'S':
			fuzz.seed = strtoull(optarg, NULL, 0);
			break;
		case 't':
			fuzz.threads = atoi(optarg);
			break;
		default:
			bad_options();
		}
	}
	if (optind < argc || !fuzz.threads || fuzz.threads > MAX_THREADS)
		bad_options();
	return seconds;
}

/* Whoever wants the vGPU for itself must not wait for ever. */
static void init_locks(void)
{
	const int kind = PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP;
	pthread_rwlockattr_t attr;
	int i;

	pthread_rwlockattr_init(&attr);
	pthread_rwlockattr_setkind_np(&attr, kind);
	pthread_rwlock_init(&fuzz.device, &attr);
	pthread_mutex_init(&fuzz.unmapping, NULL);
	pthread_mutex_init(&fuzz.resetting, NULL);
	for (i = 0; i < POOL; i++)
		pthread_mutex_init(&fuzz.pool[i].lock, NULL);
}

static void start_worker(struct worker *w, unsigned int index)
{
	w->f = &fuzz;
	w->index = index;
	w->slice = fuzz.v.aperture + (__u64)index * SLICE_PAGES * VGPU_PAGE;
	w->buffer = malloc(BUFFER_SIZE);
	w->doing = "start";
	if (!w->buffer || pthread_create(&w->thread, NULL, run, w)) {
		fprintf(stderr, "gvt-fuzz: no thread %u\n", index);
		exit(1);
	}
}

/* Close everything, and see that nothing stays behind. */
static void finish(struct worker *w, unsigned int fds)
{
	int i;

	w->doing = "end";
	for (i = 0; i < POOL; i++)
		close_slot(&fuzz.pool[i]);
	close_guest(w);
	check_released(w);
	if (count_fds() != fds)
		fail(w, "%u file descriptors were open, and %u are", fds,
		     count_fds());
}

int main(int argc, char **argv)
{
	const double seconds = parse_options(argc, argv);
	unsigned int fds = count_fds(), i;
	char why[256];
	double begin;
	int ret;

	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGBUS, bus_error);
	fuzz.uuid = getenv("VGPU_UUID");
	init_locks();
	ret = open_guest(&fuzz);
	if (ret) {
		fprintf(stderr, "gvt-fuzz: %s\n",
			vgpu_explain(&fuzz.v, ret, why, sizeof(why)));
		return 1;
	}
	printf("gvt-fuzz: seed %llu, %u threads, %s\n", fuzz.seed,
	       fuzz.threads, fuzz.v.platform);

	begin = time_s();
	for (i = 0; i < fuzz.threads; i++)
		start_worker(&workers[i], i);
	wait_for_the_end(seconds);
	for (i = 0; i < fuzz.threads; i++)
		pthread_join(workers[i].thread, NULL);
	begin = time_s() - begin;
	finish(&workers[0], fds);

	print_calls(workers, fuzz.threads);
	printf("gvt-fuzz: seed %llu: %llu operations, %.0f a second of this clock, nothing wrong\n",
	       fuzz.seed, operations_done(), operations_done() / begin);
	return 0;
}
