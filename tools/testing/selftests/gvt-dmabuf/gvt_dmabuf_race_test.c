// SPDX-License-Identifier: GPL-2.0
/*
 * Two threads use a vGPU at the same time, each through an entry point of its
 * own: all pairs of race_ops.h. Each round begins with an export whose pages
 * have not been looked up, and with random delays. After it, both threads must
 * have returned what the interface allows, what was read must be a framebuffer
 * of the guest, and the vGPU must work as before. In the end nothing may be
 * left over.
 *
 * RACE_ROUNDS: rounds of each pair (10); a tenth for pairs that open the vGPU
 *	again after each round
 * RACE_WITH: only pairs with the entry point of this name in race_ops.h
 * RACE_SEED: seed of the delays (1)
 * RACE_DELAY: the longest delay in microseconds (200)
 * GVT_UNFIXED_VFIO: if set, leave out two unmaps at the same time, which
 *	deadlock if VFIO takes device_list_lock with iommu->lock held
 */
#include <pthread.h>

#include "event_test_util.h"
#include "proc_util.h"
#include "race_ops.h"
#include "time_util.h"

#define RACERS		2
#define PATIENCE_MS	2000

FIXTURE(race) {
	struct race_guest r;
	struct racer racers[RACERS];
	unsigned int fds, rounds;
};

/* The entry point of the first thread */
FIXTURE_VARIANT(race) {
	enum race_index op;
};

FIXTURE_VARIANT_ADD(race, query) { .op = query };
FIXTURE_VARIANT_ADD(race, get) { .op = get };
FIXTURE_VARIANT_ADD(race, import) { .op = import };
FIXTURE_VARIANT_ADD(race, mapping) { .op = mapping };
FIXTURE_VARIANT_ADD(race, reading) { .op = reading };
FIXTURE_VARIANT_ADD(race, closing) { .op = closing };
FIXTURE_VARIANT_ADD(race, reset) { .op = reset };
FIXTURE_VARIANT_ADD(race, set_irqs) { .op = set_irqs };
FIXTURE_VARIANT_ADD(race, flip) { .op = flip };
FIXTURE_VARIANT_ADD(race, pte) { .op = pte };
FIXTURE_VARIANT_ADD(race, unmap) { .op = unmap };
FIXTURE_VARIANT_ADD(race, debugfs) { .op = debugfs };
FIXTURE_VARIANT_ADD(race, asleep) { .op = asleep };
/* The vGPU is closed, and opened again. */
FIXTURE_VARIANT_ADD(race, reopen) { .op = reopen };
/* The mdev is removed while the vGPU is open, and gone once that is closed. */
FIXTURE_VARIANT_ADD(race, removal) { .op = removal };
/* kvmgt is in use by the vGPU, or only by its exports. */
FIXTURE_VARIANT_ADD(race, rmmod) { .op = rmmod };

static bool is_pair(enum race_index first, enum race_index second)
{
	const char *with = getenv("RACE_WITH");

	if (with && strcmp(with, race_ops[first].name) &&
	    strcmp(with, race_ops[second].name))
		return false;
	if (first == unmap && second == unmap && getenv("GVT_UNFIXED_VFIO"))
		return false;
	if (first < reopen)
		return second >= first && second < reopen;
	return second < reopen &&
	       (first != reopen || !race_ops[second].needs_vgpu);
}

/* Does the vGPU have to be opened again after a round? */
static bool ends_vgpu(const struct racer *racers)
{
	return racers[0].op->run == race_remove ||
	       (racers[0].op->run == race_unload && !racers[1].op->needs_vgpu);
}

FIXTURE_SETUP(race)
{
	const char *uuid = getenv("VGPU_UUID");
	struct race_guest *r = &self->r;
	int i, plane;

	if (!test_open_event(_metadata, &r->v, TEST_RAM, &r->e))
		return;
	vgpu_close(&r->v);
	if (variant->op == rmmod && !find_module(r->ko, sizeof(r->ko)))
		SKIP(return, "no " MODULE_FILES ": run in the rig");
	if (variant->op == rmmod && count_mdevs() != 1)
		SKIP(return, "kvmgt is in use by other vGPUs: remove them");
	ASSERT_EQ(0, mdev_find(&r->mdev, uuid));
	ASSERT_EQ(0, race_make_memory(r));
	for (i = 0; i < RACERS; i++) {
		self->racers[i] = (struct racer) {
			.r = r, .dmabuf = -1, .i915 = vgpu_drm_open(),
			.vgem = vgpu_drm_open_driver("vgem"),
		};
		ASSERT_LE(0, self->racers[i].i915);
		for (plane = 0; plane < EVENT_PLANES; plane++)
			self->racers[i].eventfds[plane] =
				eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	}
	ASSERT_EQ(0, race_open(r, uuid));
	self->fds = count_fds();
}

/* Load the module and create the mdev again, if a round has ended with less. */
static int restore(struct race_guest *r)
{
	int ret = 0;

	if (*r->ko && access("/sys/module/kvmgt", F_OK))
		ret = load(r->ko);
	if (!ret && !mdev_exists(&r->mdev))
		ret = mdev_create(&r->mdev);
	return ret;
}

FIXTURE_TEARDOWN(race)
{
	int i, plane;

	for (i = 0; i < RACERS; i++) {
		test_keep_awake(self->racers[i].i915);
		close(self->racers[i].i915);
		close(self->racers[i].vgem);
		close(self->racers[i].dmabuf);
		for (plane = 0; plane < EVENT_PLANES; plane++)
			close(self->racers[i].eventfds[plane]);
	}
	test_close(&self->r.v);
	EXPECT_EQ(0, restore(&self->r));
}

static uint32_t environment(const char *name, uint32_t value)
{
	const char *text = getenv(name);

	return text ? strtoul(text, NULL, 0) : value;
}

/* ---- a round ---- */

static pthread_barrier_t start;

/* Asleep or not: with a single CPU, the other thread runs only if asleep. */
static void delay(struct racer *me)
{
	uint32_t us = random_below(&me->random, environment("RACE_DELAY", 200) + 1);
	int64_t end = time_us() + us;

	if (random_below(&me->random, 2))
		usleep(us);
	while (time_us() < end)
		;
}

/* The vGPU is removed when it is closed, which the thread that uses it does. */
static void *race_thread(void *arg)
{
	struct racer *me = arg;

	pthread_barrier_wait(&start);
	delay(me);
	me->ret = me->op->run(me);
	if (me->other->run == race_remove)
		vgpu_leave(&me->r->v);
	return NULL;
}

/* Run both threads, on CPUs of their own if there are so many. */
static int run_both(struct racer racers[RACERS])
{
	const long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	pthread_t threads[RACERS];
	pthread_attr_t attr;
	cpu_set_t cpu;
	int i, ret = 0;

	pthread_barrier_init(&start, NULL, RACERS);
	pthread_attr_init(&attr);
	for (i = 0; i < RACERS && !ret; i++) {
		CPU_ZERO(&cpu);
		CPU_SET(i % cpus, &cpu);
		pthread_attr_setaffinity_np(&attr, sizeof(cpu), &cpu);
		ret = pthread_create(&threads[i], &attr, race_thread,
				     &racers[i]);
	}
	pthread_attr_destroy(&attr);
	/* If only one was created, it waits for ever: the test is over. */
	for (i = 0; i < RACERS && !ret; i++)
		ret = pthread_join(threads[i], NULL);
	pthread_barrier_destroy(&start);
	return -ret;
}

static bool allowed(const struct racer *me)
{
	const bool gone = me->other->run == race_remove ||
			  me->other->run == race_reopen ||
			  me->other->run == race_unload;
	size_t i;

	if (!me->ret)
		return true;
	for (i = 0; i < RACE_ERRNOS; i++)
		if (me->ret == -me->op->may[i] ||
		    (gone && me->ret == -me->op->gone[i]))
			return true;
	return false;
}

static void expect_allowed(struct __test_metadata *_metadata,
			   const struct racer *me)
{
	EXPECT_TRUE(allowed(me))
		TH_LOG("%s: %s", me->op->name, me->ret == -EILSEQ ?
		       "not what the guest displays" : strerror(-me->ret));
}

/* Each thread gets an fd of the same export, which nobody has used yet. */
static int export_to_both(struct race_guest *r, struct racer racers[RACERS])
{
	struct vfio_device_gfx_plane_info info;

	racers[0].dmabuf = test_export(&r->v, VGPU_PRIMARY, &info);
	if (racers[0].dmabuf < 0)
		return racers[0].dmabuf;
	racers[1].dmabuf = dup(racers[0].dmabuf);
	return racers[1].dmabuf < 0 ? -errno : 0;
}

static void close_both(struct racer racers[RACERS])
{
	int i;

	for (i = 0; i < RACERS; i++) {
		if (racers[i].dmabuf >= 0)
			close(racers[i].dmabuf);
		racers[i].dmabuf = -1;
	}
}

/* A client that comes now gets what is displayed, and its event. */
static void expect_whole(struct __test_metadata *_metadata,
			 struct _test_data_race *self)
{
	struct vfio_device_gfx_plane_info info;
	struct race_guest *r = &self->r;
	int fd = self->racers[0].eventfds[VGPU_PRIMARY], dmabuf;

	ASSERT_EQ(0, vgpu_query(&r->v, VGPU_PRIMARY, &info));
	ASSERT_TRUE(race_describes(&info));
	dmabuf = vgpu_get_dmabuf(&r->v, info.dmabuf_id);
	ASSERT_LE(0, dmabuf);
	EXPECT_EQ(0, race_mapped(dmabuf));
	close(dmabuf);

	signals(fd);
	ASSERT_EQ(0, vgpu_event_arm(&r->v, &r->e, VGPU_PRIMARY, fd));
	EXPECT_EQ(1, signals(fd) > 0);
	ASSERT_EQ(0, vgpu_event_arm(&r->v, &r->e, VGPU_PRIMARY, -1));
}

static void play(struct __test_metadata *_metadata,
		 struct _test_data_race *self)
{
	struct racer *racers = self->racers;
	struct race_guest *r = &self->r;
	const bool ends = ends_vgpu(racers);
	int i;

	ASSERT_EQ(0, export_to_both(r, racers));
	if (ends && racers[0].op->run == race_unload) {
		vgpu_leave(&r->v);
		ASSERT_EQ(0, mdev_remove(&r->mdev));
	}
	ASSERT_EQ(0, run_both(racers));
	close_both(racers);
	for (i = 0; i < RACERS; i++)
		expect_allowed(_metadata, &racers[i]);
	if (ends) {
		vgpu_leave(&r->v);
		ASSERT_EQ(0, restore(r));
		ASSERT_EQ(0, race_open(r, r->mdev.uuid));
	} else if (racers[0].op->changes || racers[1].op->changes) {
		ASSERT_EQ(0, race_show(r));
	}
	expect_whole(_metadata, self);
}

static void play_pair(struct __test_metadata *_metadata,
		      struct _test_data_race *self, enum race_index first,
		      enum race_index second)
{
	const uint32_t seed = environment("RACE_SEED", 1);
	uint32_t rounds = environment("RACE_ROUNDS", 10), round;
	struct racer *racers = self->racers;
	int i;

	racers[0].op = &race_ops[first];
	racers[1].op = &race_ops[second];
	for (i = 0; i < RACERS; i++) {
		racers[i].random = seed * RACERS + i;
		racers[i].other = racers[!i].op;
	}
	if (first >= reopen)
		rounds = (rounds + 9) / 10;
	for (round = 0; round < rounds && !_metadata->exit_code; round++)
		play(_metadata, self);
	self->rounds += round;
	if (_metadata->exit_code)
		TH_LOG("%s and %s: seed %u, round %u", racers[0].op->name,
		       racers[1].op->name, seed, round);
}

/* The number of exports that exist, or -errno; the first line is a heading. */
static int count_exports(struct vgpu *v)
{
	char text[4096], *at;
	int ret = vgpu_debugfs_read(v, "dmabufs", text, sizeof(text)), n = -1;

	for (at = text; ret >= 0 && (at = strchr(at, '\n')); at++)
		n++;
	return ret < 0 ? ret : n;
}

TEST_F_TIMEOUT(race, with_each_entry_point, 3600)
{
	enum race_index other;
	int tries;

	if (!test_unsafe(_metadata))
		return;
	for (other = 0; other < RACE_OPS && !_metadata->exit_code; other++)
		if (is_pair(variant->op, other))
			play_pair(_metadata, self, variant->op, other);

	/* Objects are freed asynchronously. */
	for (tries = 0; tries < PATIENCE_MS && count_exports(&self->r.v); tries++)
		usleep(1000);
	EXPECT_EQ(0, count_exports(&self->r.v));
	EXPECT_EQ(self->fds, count_fds());
	TH_LOG("%u rounds", self->rounds);
}

TEST_HARNESS_MAIN
