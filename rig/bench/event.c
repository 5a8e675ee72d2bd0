// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The display event: how often a viewer wakes up, what it sees, and what it
 * costs to look for pixels that change without a flip.
 *
 * Stock has no event: its viewer does what QEMU does, two queries a refresh.
 */
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

#include "event_util.h"
#include "query_util.h"
#include "vcpu_util.h"

#define SECOND_NS	1000000000ull
#define REFRESH_NS	16666667ull
#define SETTLE		8	/* seconds until what is still counts as still */
#define DRAWING_NS	(REFRESH_NS / 4)
#define WINDOW		7	/* seconds: RUNS of them are a minute */
#define FLIPS		60
#define TRIGGERS	200

static struct vgpu_event event;
static int fds[EVENT_PLANES];

static __u64 clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * SECOND_NS + t.tv_nsec;
}

static void nap(__u64 ns)
{
	const struct timespec t = { .tv_nsec = ns };

	clock_nanosleep(CLOCK_MONOTONIC, 0, &t, NULL);
}

/* Sleep until a plane may have changed or the clock is at @until. */
static bool wait_event(__u64 until)
{
	struct pollfd p[EVENT_PLANES];
	struct timespec left;
	__u64 now = clock_ns();
	eventfd_t count;
	int i, ready;

	if (now >= until)
		return false;
	left.tv_sec = (until - now) / SECOND_NS;
	left.tv_nsec = (until - now) % SECOND_NS;
	for (i = 0; i < EVENT_PLANES; i++)
		p[i] = (struct pollfd){ .fd = fds[i], .events = POLLIN };
	ready = must(ppoll(p, EVENT_PLANES, &left, NULL), "polling");
	for (i = 0; i < EVENT_PLANES; i++)
		if (p[i].revents)
			must(eventfd_read(fds[i], &count), "reading");
	return ready;
}

static void arm(struct bench *b)
{
	int i;

	for (i = 0; i < EVENT_PLANES; i++) {
		fds[i] = must(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd");
		must(vgpu_event_arm(&b->v, &event, i, fds[i]), "arming");
	}
}

static void disarm(struct bench *b)
{
	int i;

	for (i = 0; i < EVENT_PLANES; i++) {
		must(vgpu_event_arm(&b->v, &event, i, -1), "disarming");
		close(fds[i]);
	}
}

/* ---- a desktop on which nothing happens ---- */

static unsigned int wake_ups(__u64 until)
{
	unsigned int count = 0;

	while (clock_ns() < until)
		count += wait_event(until);
	return count;
}

static void bench_static(void)
{
	double values[RUNS];
	int i;

	/* All of a 1080p framebuffer is scanned within a second or two. */
	wake_ups(clock_ns() + 4 * SECOND_NS);
	for (i = 0; i < RUNS; i++)
		values[i] = wake_ups(clock_ns() + WINDOW * SECOND_NS);
	figure("static_wake_ups", values);
}

static void bench_static_polling(struct bench *b)
{
	struct vfio_device_gfx_plane_info info;
	double values[RUNS] = { };
	__u64 until;
	int i;

	for (i = 0; i < RUNS; i++) {
		until = clock_ns() + WINDOW * SECOND_NS;
		for (; clock_ns() < until; values[i]++) {
			must(vgpu_query(&b->v, VGPU_PRIMARY, &info), "QUERY");
			must(vgpu_query(&b->v, VGPU_CURSOR, &info), "QUERY");
			nap(REFRESH_NS);
		}
	}
	figure("static_wake_ups", values);
}

/* ---- a guest that flips at each refresh ---- */

static struct query_flips last_flip(struct vgpu *v)
{
	struct query_flips flips;

	must(query_flips(v, VGPU_PRIMARY, &flips), "QUERY");
	return flips;
}

static void bench_flips(struct bench *b, const struct vgpu_surface *screens)
{
	double signals[RUNS] = { }, missed[RUNS] = { };
	double latency[RUNS] = { }, since_vblank[RUNS * FLIPS];
	struct query_flips seen, before;
	__u64 start, end;
	int run, i;

	for (run = 0; run < RUNS; run++) {
		seen = last_flip(&b->v);
		for (i = 0; i < FLIPS; i++) {
			nap(DRAWING_NS);
			start = clock_ns();
			must(vgpu_primary_flip(&b->v, 0, screens[i % 2].gma),
			     "flipping");
			signals[run] += wait_event(start + SECOND_NS);
			end = clock_ns();
			before = seen;
			seen = last_flip(&b->v);
			missed[run] += seen.count != before.count + 1;
			latency[run] += (end - start) / 1e6 / FLIPS;
			since_vblank[run * FLIPS + i] = end - seen.time;
		}
	}
	figure("flips_signals", signals);
	figure("flips_missed", missed);
	figure("flips_latency", latency);
	figure_of_frames("flips_told", since_vblank, FLIPS);
}

/* ---- what it costs ---- */

/* A flip that does not wait for the vblank, until its client could be woken */
static void bench_async_flips(struct bench *b, const struct vgpu_surface *screens)
{
	double samples[LEAST_SAMPLES];
	eventfd_t count;
	__u64 start;
	int i;

	must(vgpu_primary_ctl(&b->v, 0, 0, VGPU_ASYNC_FLIP), "flipping at once");
	for (i = 0; i < LEAST_SAMPLES; i++) {
		/* Only the first one of a refresh is signalled by the flip itself. */
		nap(2 * REFRESH_NS);
		eventfd_read(fds[VGPU_PRIMARY], &count);
		start = now();
		must(vgpu_primary_flip(&b->v, 0, screens[i % 2].gma), "flipping");
		must(eventfd_read(fds[VGPU_PRIMARY], &count), "reading");
		samples[i] = now() - start;
	}
	must(vgpu_primary_ctl(&b->v, 0, VGPU_ASYNC_FLIP, 0), "waiting for vblanks");
	figure_of_least("flip_signal", samples, LEAST_OF);
}

static void trigger(struct bench *b, unsigned int call)
{
	eventfd_t count;

	(void)call;
	must(vgpu_event_set(&b->v, &event, VFIO_IRQ_SET_ACTION_TRIGGER |
			    VFIO_IRQ_SET_DATA_NONE, event.of[VGPU_PRIMARY], 1,
			    NULL, 0), "triggering");
	must(eventfd_read(fds[VGPU_PRIMARY], &count), "reading");
}

static void plain(struct bench *b, unsigned int call)
{
	eventfd_t count;

	(void)b;
	(void)call;
	must(eventfd_write(fds[VGPU_PRIMARY], 1), "writing");
	must(eventfd_read(fds[VGPU_PRIMARY], &count), "reading");
}

static void count_seconds(const char *name)
{
	const struct timespec second = { .tv_sec = 1 };
	double samples[SAMPLES];
	__u64 start;
	int i;

	for (i = -SETTLE; i < SAMPLES; i++) {
		start = instructions();
		clock_nanosleep(CLOCK_MONOTONIC, 0, &second, NULL);
		if (i >= 0)
			samples[i] = instructions() - start;
	}
	figure_of_rounds(name, samples);
}

/*
 * All that the machine does, armed less not armed. A guest without CPUs is taken for
 * one whose CPUs run all the time.
 */
static void bench_watching(struct bench *b)
{
	struct vcpu halted;

	busy_start();
	count_seconds("static_unarmed");
	arm(b);
	count_seconds("static_running");
	must(vcpu_open(&b->v, &halted, 0), "making a CPU");
	count_seconds("static_armed");
	vcpu_close(&halted);
	disarm(b);
	busy_stop();
}

void bench_event(struct bench *b)
{
	struct vgpu_surface screens[2], cursor;
	int i;

	for (i = 0; i < 2; i++)
		make_screen(&b->v, &screens[i], 1920, 1080);
	make_screen(&b->v, &cursor, 64, 64);
	show(&b->v, &screens[0]);
	must(vgpu_cursor_show(&b->v, 0, &cursor), "showing a cursor");
	must(vgpu_primary_ctl(&b->v, 0, VGPU_ASYNC_FLIP, 0), "waiting for vblanks");

	if (vgpu_event_find(&b->v, &event)) {
		bench_static_polling(b);
		return;
	}
	bench_watching(b);
	arm(b);
	bench_static();
	bench_flips(b, screens);
	bench_async_flips(b, screens);
	measure("trigger", TRIGGERS, trigger, b);
	measure("eventfd", TRIGGERS, plain, b);
	disarm(b);
}
