// SPDX-License-Identifier: GPL-2.0
/*
 * The scheduler of vGPUs. Its timer must not expire while no guest has work for
 * the GPU, and such a pause must not affect time slices.
 */
#include <pthread.h>

#include "command_util.h"
#include "time_util.h"
#include "trace_util.h"

#define STILL_US	2000000
#define PAUSE_US	1200000	/* longer than the accounting period, 1 s */
#define PRIORITY_US	2200000	/* a vGPU has priority in its first 2 s */
#define ROUNDS		4
#define REQUESTS	100	/* a ring has room for these */

/* ---- a guest that is idle ---- */

FIXTURE(timer) {
	struct exec e;
	char tracing[64];
};

FIXTURE_SETUP(timer)
{
	if (!test_open_vgpu(_metadata, &self->e.v))
		return;
	if (trace_init(self->tracing, sizeof(self->tracing))) {
		vgpu_close(&self->e.v);
		SKIP(return, NO_TRACEFS);
	}
	ASSERT_EQ(0, trace_on(self->tracing, "timer/hrtimer_expire_entry"));
	ASSERT_EQ(0, exec_init(&self->e));
}

FIXTURE_TEARDOWN(timer)
{
	test_close(&self->e.v);
	rmdir(self->tracing);
}

static int expiries(const char *tracing)
{
	return trace_count(tracing, "function=tbs_timer_fn");
}

/* Wait until a request and its time slice have ended. */
static int settle(const char *tracing)
{
	usleep(100000);
	return expiries(tracing);
}

TEST_F(timer, runs_only_for_work)
{
	int i;

	for (i = 0; i < ROUNDS; i++) {
		ASSERT_EQ(0, exec_store(&self->e, &self->e.ring));
		/* Check that expiries() does count. */
		ASSERT_LE(1, settle(self->tracing));
		usleep(STILL_US / ROUNDS);
		EXPECT_EQ(0, expiries(self->tracing)) TH_LOG("pause %d", i);
	}
}

TEST_F(timer, does_not_run_before_work)
{
	ASSERT_LE(0, settle(self->tracing));
	usleep(STILL_US);
	EXPECT_EQ(0, expiries(self->tracing));
	EXPECT_EQ(0, exec_store(&self->e, &self->e.ring));
}

/* The vGPU is closed while the GPU executes its workload. */
TEST_F(timer, ends_with_the_guest)
{
	struct vgpu_gate gate;

	ASSERT_EQ(0, vgpu_gate_init(&self->e.v, &gate));
	ASSERT_EQ(0, exec_enter_gate(&self->e, &gate));
	vgpu_gate_open(&gate);
	ASSERT_EQ(0, test_next_owner(&self->e.v));
	ASSERT_LE(0, settle(self->tracing));
	usleep(STILL_US / 2);
	EXPECT_EQ(0, expiries(self->tracing));
	ASSERT_EQ(0, exec_init(&self->e));
	EXPECT_EQ(0, exec_store(&self->e, &self->e.ring));
}

/* ---- two guests ---- */

FIXTURE(slices) {
	struct exec a, b;
	struct vgpu_gate gate;
};

FIXTURE_SETUP(slices)
{
	char second[40];

	if (!test_second_vgpu(second))
		SKIP(return, "one vGPU only: name two in VGPU_UUIDS");
	if (!test_open_vgpu(_metadata, &self->a.v))
		return;
	ASSERT_EQ(0, vgpu_open(&self->b.v, second, TEST_RAM));
	ASSERT_EQ(0, exec_init(&self->a));
	ASSERT_EQ(0, exec_init(&self->b));
	ASSERT_EQ(0, vgpu_gate_init(&self->a.v, &self->gate));
	usleep(PRIORITY_US);
}

FIXTURE_TEARDOWN(slices)
{
	vgpu_gate_open(&self->gate);
	test_close(&self->b.v);
	test_close(&self->a.v);
}

struct share {
	struct exec *e;
	bool *over;
	int done, ret;
};

/* Submit requests until one of the guests has submitted REQUESTS. */
static void *submit_many(void *arg)
{
	struct share *s = arg;

	while (!s->ret && !__atomic_load_n(s->over, __ATOMIC_RELAXED)) {
		s->ret = exec_store(s->e, &s->e->ring);
		if (++s->done == REQUESTS)
			__atomic_store_n(s->over, true, __ATOMIC_RELAXED);
	}
	return NULL;
}

TEST_F(slices, are_shared)
{
	bool over = false;
	struct share a = { .e = &self->a, .over = &over };
	struct share b = { .e = &self->b, .over = &over };
	pthread_t thread;

	ASSERT_EQ(0, pthread_create(&thread, NULL, submit_many, &a));
	submit_many(&b);
	ASSERT_EQ(0, pthread_join(thread, NULL));
	EXPECT_EQ(0, a.ret);
	EXPECT_EQ(0, b.ret);
	EXPECT_LE(REQUESTS / 4, a.done);
	EXPECT_LE(REQUESTS / 4, b.done);
}

/* The time that a request takes after a pause, or a negative errno */
static int64_t request_ms(struct exec *e)
{
	int64_t from;
	int ret;

	usleep(PAUSE_US);
	from = time_ms();
	ret = exec_store(e, &e->ring);
	return ret ? ret : time_ms() - from;
}

/* A guest that has exceeded its share is not delayed after 1 s. */
TEST_F(slices, debt_expires_in_a_pause)
{
	int64_t usual, ms;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		usual = request_ms(&self->a);
		ASSERT_LE(0, usual);
		ASSERT_EQ(0, exec_enter_gate(&self->a, &self->gate));
		usleep(600000);
		ASSERT_EQ(0, exec_leave_gate(&self->a, &self->gate));
		ms = request_ms(&self->a);
		ASSERT_LE(0, ms);
		EXPECT_GT(2 * usual + 60, ms) TH_LOG("round %d", i);
	}
}

TEST_HARNESS_MAIN
