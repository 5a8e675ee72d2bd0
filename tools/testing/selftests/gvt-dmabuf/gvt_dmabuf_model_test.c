// SPDX-License-Identifier: GPL-2.0
/*
 * The display event, compared with a model of what vfio.h promises: whatever
 * guest and client do, in whatever order, a client that arms and then sleeps
 * knows the state of each plane.
 *
 * A guest in one thread and a client in another one, on another CPU if there is
 * one, make random steps. After some of them, the guest rests for a few
 * refreshes, and what the client has learned from its signals is compared with
 * what a query says. The steps depend on a seed alone, their timing does not.
 *
 * MODEL_STEPS: steps of each test, of guest and client together
 * MODEL_SEED: seed of the first round, each of which has its own. To repeat a
 *	failure, run the test that failed with the seed that it printed.
 */
#include <poll.h>
#include <pthread.h>

#include "event_fixture.h"
#include "model_client.h"
#include "vgpu_regs.h"

#define STEPS		1000u	/* of a test */
#define ROUND_STEPS	500u	/* with one seed */
#define BURST_LOG2	8	/* at most 2^(n-1) steps between checks */
#define REFRESH_US	17000
#define LOGGED		20u	/* steps that a failure prints */
#define PATIENCE_MS	20000

/* ---- the guest ---- */

enum { CURSORS = 2, PRIMARIES = 3, SURFACES = 6 };

/*
 * @surfaces: for the primary plane, for the overlay and for the cursor
 * @spare: guest physical page for each of them, with the same contents
 * @ctl: of planes 1 and 2 when they are on
 * @lost: all is gone, by a reset
 * @r: a random number for the next step
 */
struct guest {
	struct vgpu *v;
	struct vgpu_surface surfaces[SURFACES], *over, *cursors;
	uint64_t spare[SURFACES];
	uint32_t ctl[2];
	bool pipe_on, lost;
	uint32_t r;
};

/* Write two registers in the order of the test. Do not wait for a vblank. */
static int write_pair(struct guest *g, uint32_t ctl_reg, uint32_t ctl,
		      uint32_t surf_reg, uint32_t surf)
{
	const struct vgpu_reg_write w[] = {
		{ ctl_reg, ctl }, { surf_reg, surf }, { ctl_reg, ctl },
	};

	return vgpu_write_all(g->v, 0, &w[g->v->order == VGPU_CTL_LAST], 2);
}

static int flip(struct guest *g)
{
	return vgpu_primary_flip(g->v, 0, g->surfaces[g->r % PRIMARIES].gma);
}

static int flip_50080(struct guest *g)
{
	return vgpu_write32(g->v, FLIP_PLANE_1, g->surfaces[g->r % PRIMARIES].gma);
}

/* Asynchronous flips or such that wait for the vblank */
static int flip_mode(struct guest *g)
{
	return vgpu_primary_ctl(g->v, 0, VGPU_ASYNC_FLIP,
				g->r % 2 ? VGPU_ASYNC_FLIP : 0);
}

static int show(struct guest *g)
{
	return write_pair(g, PLANE_CTL,
			  g->r & 8 ? g->ctl[0] : g->ctl[0] & ~VGPU_ASYNC_FLIP,
			  PLANE_SURF, g->surfaces[g->r % PRIMARIES].gma);
}

static int hide(struct guest *g)
{
	return g->r % 2 ? vgpu_primary_hide(g->v, 0) :
		       vgpu_primary_ctl(g->v, 0, PLANE_ENABLE, 0);
}

static int overlay(struct guest *g)
{
	return write_pair(g, PLANE_REG(PLANE_CTL, 2), g->r % 2 ? g->ctl[1] : 0,
			  PLANE_REG(PLANE_SURF, 2), g->r % 2 ? g->over->gma : 0);
}

static int cursor_move(struct guest *g)
{
	return vgpu_cursor_move(g->v, 0, g->r % 64, g->r / 64 % 64);
}

static int cursor_image(struct guest *g)
{
	return write_pair(g, CUR_CTL, CUR_MODE_64_ARGB,
			  CUR_BASE, g->cursors[g->r % CURSORS].gma);
}

static int cursor_hide(struct guest *g)
{
	return write_pair(g, CUR_CTL, 0, CUR_BASE, 0);
}

static int cursor_hotspot(struct guest *g)
{
	return vgpu_cursor_hotspot(g->v, g->r % 8, g->r / 8 % 8);
}

/* The page of a surface that changes */
static uint64_t page_of(const struct vgpu_surface *s, uint32_t i)
{
	return i * 7 * VGPU_PAGE % s->size;
}

/*
 * Map another page to a surface, or none, or the one that was there. It is the
 * same one of a surface each time, as ids are dropped when there are 64. Its
 * contents do not differ, so a front-buffer scan does not find it.
 */
static int remap(struct guest *g)
{
	const uint32_t i = g->r % SURFACES;
	const struct vgpu_surface *s = &g->surfaces[i];
	const uint64_t at = page_of(s, i);

	if (g->r / 8 % 4 == 0)
		return vgpu_ggtt_unmap(g->v, s->gma + at, VGPU_PAGE);
	return vgpu_ggtt_map(g->v, s->gma + at,
			     g->r / 8 % 4 == 1 ? g->spare[i] : s->gpa + at,
			     VGPU_PAGE);
}

static int pipe_on(struct guest *g)
{
	g->pipe_on = true;
	return vgpu_pipe_on(g->v, 0, TEST_WIDTH, TEST_HEIGHT);
}

static int pipe_off(struct guest *g)
{
	g->pipe_on = false;
	return vgpu_pipe_off(g->v, 0);
}

/* It is described while pipe A shows nothing. */
static int pipe_b(struct guest *g)
{
	return vgpu_write32(g->v, PIPE_REG(TRANS_CONF, 1),
			    g->r % 2 ? TRANS_CONF_ENABLE : 0);
}

/* That of the surfaces, a half, or twice of it */
static int pipe_size(struct guest *g)
{
	return vgpu_pipe_size(g->v, 0, TEST_WIDTH / 2 << (g->r % 3),
			      TEST_HEIGHT / 2 << (g->r % 3));
}

static int reset_gpu(struct guest *g)
{
	return vgpu_write32(g->v, GDRST, GDRST_FULL);
}

static int reset_device(struct guest *g)
{
	g->pipe_on = false;
	g->lost = true;
	return vgpu_reset(g->v);
}

/* Let time pass, so that a vblank may come between two steps. */
static int nap(struct guest *g)
{
	usleep(g->r % REFRESH_US);
	return 0;
}

/* Also the first step of a round: show everything, without the pipes. */
static int start(struct guest *g)
{
	const struct vgpu_surface *s;
	int ret = 0, i;

	g->lost = false;
	for (i = 0; i < SURFACES && !ret; i++) {
		s = &g->surfaces[i];
		ret = vgpu_ggtt_map(g->v, s->gma, s->gpa, s->size);
	}
	if (!ret)
		ret = vgpu_primary_show(g->v, 1, &g->surfaces[1]);
	if (!ret)
		ret = vgpu_primary_show(g->v, 0, &g->surfaces[0]);
	if (!ret)
		ret = vgpu_overlay_show(g->v, 0, g->over);
	return ret ? ret : cursor_image(g);
}

static int make_spare(struct guest *g, int i)
{
	const struct vgpu_surface *s = &g->surfaces[i];
	int ret = vgpu_alloc_ram(g->v, VGPU_PAGE, &g->spare[i]);

	if (!ret)
		memcpy(g->v->ram + g->spare[i],
		       vgpu_surface_bytes(g->v, s) + page_of(s, i), VGPU_PAGE);
	return ret;
}

/* ---- a round ---- */

/* The weight of a step is how often it is made, among all others. */
static const struct step {
	const char *what;
	int (*make)(struct guest *g);
	enum op op;	/* of the client, without @make */
	uint32_t weight;
} steps[] = {
	{ "flip", flip, .weight = 60 },
	{ "flip by 0x50080", flip_50080, .weight = 25 },
	{ "flip mode", flip_mode, .weight = 15 },
	{ "show", show, .weight = 40 },
	{ "hide", hide, .weight = 12 },
	{ "overlay", overlay, .weight = 40 },
	{ "cursor moves", cursor_move, .weight = 60 },
	{ "cursor image", cursor_image, .weight = 40 },
	{ "cursor hides", cursor_hide, .weight = 12 },
	{ "hotspot", cursor_hotspot, .weight = 25 },
	{ "remap", remap, .weight = 100 },
	{ "pipe A on", pipe_on, .weight = 10 },
	{ "pipe A off", pipe_off, .weight = 4 },
	{ "pipe B", pipe_b, .weight = 8 },
	{ "size of pipe A", pipe_size, .weight = 12 },
	{ "reset of the GPU", reset_gpu, .weight = 8 },
	{ "VFIO_DEVICE_RESET", reset_device, .weight = 2 },
	{ "nap", nap, .weight = 40 },
	{ "arm", .op = ARM, .weight = 50 },
	{ "replace", .op = REPLACE, .weight = 30 },
	{ "disarm", .op = DISARM, .weight = 10 },
	{ "mask", .op = MASK, .weight = 20 },
	{ "unmask", .op = UNMASK, .weight = 60 },
	{ "trigger", .op = TRIGGER, .weight = 10 },
};

static const struct step start_step = { "start", start, .weight = 0 };

struct run {
	struct guest g;
	struct client c;
	int commands, replies;
	uint64_t random;
	uint32_t seed, step;
	struct {
		const struct step *s;
		uint32_t r;
	} log[LOGGED];
};

/* splitmix64: seeds that follow each other give unrelated numbers. */
static uint32_t next_random(struct run *run)
{
	uint64_t z = run->random += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return (z ^ z >> 31) >> 16;
}

static const struct step *next_step(struct run *run)
{
	uint32_t sum = 0, i, r;

	if (run->g.lost && next_random(run) % 4 == 0)
		return &start_step;
	for (i = 0; i < ARRAY_SIZE(steps); i++)
		sum += steps[i].weight;
	r = next_random(run) % sum;
	for (i = 0; r >= steps[i].weight; i++)
		r -= steps[i].weight;
	return &steps[i];
}

static bool post(struct run *run, enum op op, uint32_t first, uint32_t count)
{
	const struct command cmd = { op, run->step, first, count };

	return write(run->commands, &cmd, sizeof(cmd)) == sizeof(cmd);
}

static int make_step(struct run *run, const struct step *s)
{
	const uint32_t r = next_random(run), first = r % EVENT_PLANES;
	/* Most often one plane, else all from one on in one call */
	const uint32_t count = r & 0x300 ? 1 : EVENT_PLANES - first;

	run->log[run->step % LOGGED].s = s;
	run->log[run->step % LOGGED].r = r;
	run->step++;
	run->g.r = r;
	if (s->make)
		return s->make(&run->g);
	return post(run, s->op, first, count) ? 0 : -EPIPE;
}

/* After this, what the last steps have changed is latched and signalled. */
static bool rest(struct run *run)
{
	usleep(2 * REFRESH_US);
	if (run->g.pipe_on)
		return refreshes_pass(run->g.v, 0);
	usleep(REFRESH_US);
	return true;
}

static bool check(struct run *run)
{
	struct pollfd p = { .fd = run->replies, .events = POLLIN };
	char reply;

	return post(run, CHECK, 0, EVENT_PLANES) &&
	       poll(&p, 1, PATIENCE_MS) == 1 && read(p.fd, &reply, 1) == 1;
}

static void print_log(struct __test_metadata *_metadata, struct run *run)
{
	uint32_t i = run->step > LOGGED ? run->step - LOGGED : 0;

	for (; i < run->step; i++)
		TH_LOG("step %u: %s (%#x)", i + 1, run->log[i % LOGGED].s->what,
		       run->log[i % LOGGED].r);
}

static void print_answer(struct __test_metadata *_metadata, const char *who,
			 const struct answer *a)
{
	TH_LOG("%s: errno %d, id %u, %ux%u+%u+%u, hotspot %u,%u", who, a->err,
	       a->info.dmabuf_id, a->info.width, a->info.height, a->info.x_pos,
	       a->info.y_pos, a->info.x_hot, a->info.y_hot);
}

static bool is_broken(struct run *run)
{
	return __atomic_load_n(&run->c.broken, __ATOMIC_ACQUIRE);
}

static void print_failure(struct __test_metadata *_metadata, struct run *run)
{
	const struct client *c = &run->c;
	const int plane = c->broken_plane;

	TH_LOG("seed %u, step %u, plane type %d: %s", run->seed, c->broken_step,
	       plane, c->broken);
	print_answer(_metadata, "known", &c->planes[plane].known);
	print_answer(_metadata, "query", &c->before[plane]);
	print_log(_metadata, run);
}

static void play_round(struct __test_metadata *_metadata, struct run *run,
		       uint32_t count)
{
	uint32_t most, left;

	run->random = run->seed;
	run->step = 0;
	ASSERT_TRUE(post(run, DISARM, 0, EVENT_PLANES));
	ASSERT_TRUE(post(run, UNMASK, 0, EVENT_PLANES));
	run->g.r = 0;
	ASSERT_EQ(0, pipe_b(&run->g));
	ASSERT_EQ(0, pipe_off(&run->g));
	ASSERT_EQ(0, start(&run->g));
	ASSERT_EQ(0, pipe_on(&run->g));
	ASSERT_TRUE(post(run, ARM, 0, EVENT_PLANES));
	while (run->step < count && !is_broken(run)) {
		most = 1 << next_random(run) % BURST_LOG2;
		left = 1 + next_random(run) % most;
		for (; left && run->step < count && !is_broken(run); left--)
			ASSERT_EQ(0, make_step(run, next_step(run)))
				print_log(_metadata, run);
		ASSERT_TRUE(rest(run));
		ASSERT_TRUE(check(run));
	}
	if (is_broken(run))
		print_failure(_metadata, run);
}

/* The first CPU for the guest, the last one for the client */
static int use_cpu(bool last)
{
	cpu_set_t all, one;
	int i, cpu = -1;

	if (sched_getaffinity(0, sizeof(all), &all))
		return -errno;
	for (i = 0; i < CPU_SETSIZE && (last || cpu < 0); i++)
		if (CPU_ISSET(i, &all))
			cpu = i;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	return sched_setaffinity(0, sizeof(one), &one);
}

static int make_guest(struct guest *g, struct _test_data_event *self)
{
	const struct vgpu_surface *made[] = {
		&self->a, &self->b, &self->c, &self->over, &self->cursor,
	};
	size_t i;
	int ret;

	g->v = &self->v;
	for (i = 0; i < ARRAY_SIZE(made); i++)
		g->surfaces[i] = *made[i];
	g->over = &g->surfaces[PRIMARIES];
	g->cursors = g->over + 1;
	ret = test_make_cursor(g->v, &g->cursors[1]);
	for (i = 0; i < SURFACES && !ret; i++)
		ret = make_spare(g, i);
	if (!ret)
		ret = start(g);
	if (!ret)
		ret = vgpu_read32(g->v, PLANE_CTL, &g->ctl[0]);
	if (!ret)
		ret = vgpu_read32(g->v, PLANE_REG(PLANE_CTL, 2), &g->ctl[1]);
	return ret;
}

/* Pipes and eventfds of the client */
static int make_client(struct run *run, struct _test_data_event *self)
{
	struct client *c = &run->c;
	int commands[2], replies[2], i;

	c->v = &self->v;
	c->e = &self->e;
	if (pipe2(commands, O_CLOEXEC) || pipe2(replies, O_CLOEXEC))
		return -errno;
	c->commands = commands[0];
	run->commands = commands[1];
	run->replies = replies[0];
	c->replies = replies[1];
	for (i = 0; i < EVENT_PLANES; i++) {
		/* Ranges of sub-interrupts are ranges of planes. */
		if (c->e->of[i] != (uint32_t)i)
			return -EINVAL;
		c->fd[i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		c->replaced[i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		if (c->fd[i] < 0 || c->replaced[i] < 0)
			return -errno;
	}
	c->since = time_ns();
	return 0;
}

static void close_client(struct run *run)
{
	int i;

	close(run->c.commands);
	close(run->c.replies);
	close(run->replies);
	for (i = 0; i < EVENT_PLANES; i++) {
		close(run->c.fd[i]);
		close(run->c.replaced[i]);
	}
}

static uint32_t environment(const char *name, uint32_t otherwise)
{
	const char *value = getenv(name);

	return value && *value ? strtoul(value, NULL, 0) : otherwise;
}

static void play(struct __test_metadata *_metadata,
		 struct _test_data_event *self, uint32_t seed)
{
	const uint32_t total = environment("MODEL_STEPS", STEPS);
	static struct run run;	/* The client's thread may outlive a failure. */
	const double begun = time_s();
	uint32_t left, count;
	pthread_t thread;

	run.seed = environment("MODEL_SEED", seed);
	ASSERT_EQ(0, make_guest(&run.g, self));
	ASSERT_EQ(0, make_client(&run, self));
	ASSERT_EQ(0, use_cpu(true));
	ASSERT_EQ(0, pthread_create(&thread, NULL, client_thread, &run.c));
	ASSERT_EQ(0, use_cpu(false));
	for (left = total; left && !is_broken(&run); left -= count) {
		count = left < ROUND_STEPS ? left : ROUND_STEPS;
		play_round(_metadata, &run, count);
		run.seed++;
	}
	close(run.commands);
	ASSERT_EQ(0, pthread_join(thread, NULL));
	close_client(&run);
	EXPECT_FALSE(is_broken(&run));
	TH_LOG("seeds to %u, %.0f s: %u steps, %u signals, %u checks, %u changes",
	       run.seed - 1, time_s() - begun, total - left, run.c.signals,
	       run.c.checked, run.c.changed);
	/* It has not compared the same again and again. */
	EXPECT_LE((total - left) / 100, run.c.changed);
}

TEST_F_TIMEOUT(event, random_steps_from_seed_1, 36000)
{
	play(_metadata, self, 1);
}

TEST_F_TIMEOUT(event, random_steps_from_seed_100001, 36000)
{
	play(_metadata, self, 100001);
}

TEST_HARNESS_MAIN
