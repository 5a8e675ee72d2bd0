// SPDX-License-Identifier: GPL-2.0
/*
 * Flips that do not wait for the vblank, and the display event: each is signalled
 * immediately, if there is one per refresh.
 */
#include "event_fixture.h"
#include "query_util.h"
#include "trace_util.h"
#include "vgpu_commands.h"
#include "vgpu_regs.h"

#define ROUNDS	10

/* Asynchronous flips of a plane between two framebuffers */
struct flip_way {
	const char *what;
	int (*prepare)(struct _test_data_event *self);
	int (*flip)(struct _test_data_event *self, const struct vgpu_surface *s);
	enum vgpu_plane plane;
	unsigned int min_gen;
};

static int surface_register(struct _test_data_event *self,
			    const struct vgpu_surface *s)
{
	return vgpu_primary_flip(&self->v, 0, s->gma);
}

static int register_50080(struct _test_data_event *self,
			  const struct vgpu_surface *s)
{
	return vgpu_write32(&self->v, FLIP_PLANE_1, s->gma | 1);
}

static int show_overlay(struct _test_data_event *self)
{
	return vgpu_overlay_show(&self->v, 0, &self->over);
}

static int overlay_register(struct _test_data_event *self,
			    const struct vgpu_surface *s)
{
	return vgpu_write32(&self->v, PLANE_REG(PLANE_SURF, 2), s->gma);
}

static const struct flip_way ways[] = {
	{ "surface register", NULL, surface_register, VGPU_PRIMARY, 8 },
	{ "0x50080", NULL, register_50080, VGPU_PRIMARY, 8 },
	{ "overlay", show_overlay, overlay_register, VGPU_OVERLAY, 9 },
};

/* Begin a refresh in which the plane has not been signalled. */
static bool next_refresh(struct _test_data_event *self, enum vgpu_plane plane)
{
	if (!refreshes_pass(&self->v, 2))
		return false;
	signals(self->fd[plane]);
	return true;
}

static uint32_t frame(struct _test_data_event *self)
{
	uint32_t frame = 0;

	return vgpu_pipe_frames(&self->v, 0, &frame) ? 0 : frame;
}

TEST_F(event, async_flip_is_signalled_at_once)
{
	const struct vgpu_surface *shown[] = { &self->b, &self->c };
	struct vfio_device_gfx_plane_info before, info;
	const struct flip_way *way;
	int i;

	for (way = ways; way < ways + ARRAY_SIZE(ways); way++) {
		if (self->v.gen < way->min_gen)
			continue;
		if (way->prepare)
			ASSERT_EQ(0, way->prepare(self));
		arm_all(_metadata, self);
		for (i = 0; i < ROUNDS; i++) {
			ASSERT_EQ(0, vgpu_query(&self->v, way->plane, &before));
			ASSERT_TRUE(next_refresh(self, way->plane));
			ASSERT_EQ(0, way->flip(self, shown[i % 2]));
			ASSERT_EQ(1, signals(self->fd[way->plane]))
				TH_LOG("%s: flip %d", way->what, i);
			ASSERT_EQ(0, vgpu_query(&self->v, way->plane, &info));
			ASSERT_NE(before.dmabuf_id, info.dmabuf_id)
				TH_LOG("%s: flip %d", way->what, i);
		}
		expect_signals(_metadata, self, 0, "other planes");
	}
}

/* Whatever was signalled at the refresh before the first of them */
TEST_F(event, async_flip_each_refresh_is_at_once)
{
	const struct vgpu_surface *shown[] = { &self->b, &self->c };
	uint32_t last, before = 0;
	int i, tries = 0;
	uint64_t at_once;
	bool late;

	arm_all(_metadata, self);
	for (i = 0; i < ROUNDS && tries < 10 * ROUNDS; tries++) {
		if (!i) {
			ASSERT_EQ(0, vgpu_ggtt_map(&self->v, self->a.gma,
						   self->a.gpa, VGPU_PAGE));
			ASSERT_LE(1, next_signal(self->fd[VGPU_PRIMARY]));
		}
		/* The host has handled the vblank then. */
		usleep(4000);
		signals(self->fd[VGPU_PRIMARY]);
		last = frame(self);
		ASSERT_EQ(0, surface_register(self, shown[tries % 2]));
		at_once = signals(self->fd[VGPU_PRIMARY]);
		late = frame(self) != last || (i && last != before + 1);
		before = last;
		while (!late && frame(self) == last)
			usleep(1000);
		if (late) {
			ASSERT_TRUE(next_refresh(self, VGPU_PRIMARY));
			i = 0;
			continue;
		}
		ASSERT_EQ(1, at_once) TH_LOG("flip %d", i);
		i++;
	}
	ASSERT_EQ(ROUNDS, i);
}

/* It is executed when its ring is, not when it is submitted. */
TEST_F(event, async_command_is_signalled_early)
{
	struct vgpu_surface *shown[] = { &self->b, &self->c };
	int i, early = 0;
	struct vgpu_ring ring;
	uint32_t last;

	ASSERT_EQ(0, vgpu_ring_init(&self->v, &ring));
	arm_all(_metadata, self);
	for (i = 0; i < ROUNDS; i++) {
		const uint32_t commands[] = {
			MI_DISPLAY_FLIP,
			self->b.stride / 64 << 6,
			shown[i % 2]->gma | 1,
			0,
		};

		ASSERT_TRUE(next_refresh(self, VGPU_PRIMARY));
		last = frame(self);
		ASSERT_EQ(0, vgpu_ring_submit(&self->v, &ring, commands,
					      ARRAY_SIZE(commands)));
		ASSERT_LE(1, next_signal(self->fd[VGPU_PRIMARY]));
		early += frame(self) == last;
	}
	EXPECT_LE(ROUNDS / 2, early);
}

/* New rectangles of the primary plane, -ERANGE for all of it, or -ENODATA */
static int new_damage(struct vgpu *v, uint64_t *serial)
{
	const struct vfio_gfx_plane_cap_damage *cap;
	union query_answer answer;

	if (query_caps(v, VGPU_PRIMARY, &answer))
		return -ENODATA;
	cap = query_cap(&answer, VFIO_GFX_PLANE_CAP_DAMAGE);
	return cap ? query_new_rects(cap, serial) : -ENODATA;
}

TEST_F(event, async_flip_is_damage_once)
{
	const struct vgpu_surface *shown[] = { &self->b, &self->c };
	int i, first, second, tries = 0;
	uint64_t serial = 0;
	uint32_t last;

	arm_all(_metadata, self);
	for (i = 0; i < ROUNDS && tries < 10 * ROUNDS; tries++) {
		ASSERT_TRUE(next_refresh(self, VGPU_PRIMARY));
		new_damage(&self->v, &serial);
		last = frame(self);
		ASSERT_EQ(0, surface_register(self, shown[tries % 2]));
		first = new_damage(&self->v, &serial);
		second = new_damage(&self->v, &serial);
		ASSERT_NE(-ENODATA, first);
		ASSERT_NE(0, first) TH_LOG("flip %d", i);
		if (frame(self) != last)
			continue;
		ASSERT_EQ(0, second) TH_LOG("flip %d", i);
		i++;
	}
	ASSERT_EQ(ROUNDS, i);
}

TEST_F(event, second_async_flip_waits_for_vblank)
{
	struct vfio_device_gfx_plane_info info, first;
	uint64_t at_once;
	uint32_t last;
	int i, tries = 0;

	arm_all(_metadata, self);
	for (i = 0; i < ROUNDS && tries < 10 * ROUNDS; tries++) {
		ASSERT_TRUE(next_refresh(self, VGPU_PRIMARY));
		last = frame(self);
		ASSERT_EQ(0, surface_register(self, &self->b));
		ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &first));
		ASSERT_EQ(0, surface_register(self, &self->c));
		at_once = signals(self->fd[VGPU_PRIMARY]);
		if (frame(self) != last)
			continue;
		ASSERT_EQ(1, at_once) TH_LOG("flip %d", i);
		ASSERT_LE(1, next_signal(self->fd[VGPU_PRIMARY]));
		ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &info));
		ASSERT_NE(first.dmabuf_id, info.dmabuf_id) TH_LOG("flip %d", i);
		i++;
	}
	ASSERT_EQ(ROUNDS, i);
}

/* What is mapped there after the signal is another change. */
TEST_F(event, ptes_right_after_an_async_flip)
{
	const uint64_t gma = self->b.gma + self->b.size - VGPU_PAGE;
	uint32_t last;
	int i, tries = 0;

	arm_all(_metadata, self);
	for (i = 0; i < ROUNDS && tries < 10 * ROUNDS; tries++) {
		ASSERT_EQ(0, surface_register(self, &self->a));
		ASSERT_TRUE(next_refresh(self, VGPU_PRIMARY));
		last = frame(self);
		ASSERT_EQ(0, surface_register(self, &self->b));
		signals(self->fd[VGPU_PRIMARY]);
		ASSERT_EQ(0, vgpu_ggtt_map(&self->v, gma, i % 2 ? self->c.gpa :
					   self->over.gpa, VGPU_PAGE));
		if (frame(self) != last)
			continue;
		ASSERT_TRUE(refreshes_pass(&self->v, 2));
		ASSERT_LE(1, signals(self->fd[VGPU_PRIMARY])) TH_LOG("map %d", i);
		i++;
	}
	ASSERT_EQ(ROUNDS, i);
}

static int set_mask(struct _test_data_event *self, uint32_t action)
{
	return vgpu_event_set(&self->v, &self->e, VFIO_IRQ_SET_DATA_NONE |
			      action, VGPU_PRIMARY, 1, NULL, 0);
}

TEST_F(event, async_flip_while_masked)
{
	int i;

	arm_all(_metadata, self);
	for (i = 0; i < ROUNDS; i++) {
		ASSERT_TRUE(next_refresh(self, VGPU_PRIMARY));
		ASSERT_EQ(0, set_mask(self, VFIO_IRQ_SET_ACTION_MASK));
		ASSERT_EQ(0, surface_register(self, &self->b));
		ASSERT_EQ(0, signals(self->fd[VGPU_PRIMARY]));
		ASSERT_EQ(0, set_mask(self, VFIO_IRQ_SET_ACTION_UNMASK));
		ASSERT_EQ(1, signals(self->fd[VGPU_PRIMARY]));
		ASSERT_EQ(0, surface_register(self, &self->c));
		ASSERT_EQ(1, signals(self->fd[VGPU_PRIMARY])) TH_LOG("flip %d", i);
	}
}

/* A flip that waits for its vblank, until the client's query */
static const char *const stages[] = {
	"gvt_plane_latch", "gvt_display_signal", "gvt_dmabuf_query",
};

TEST_F(event, stages_of_a_frame_are_traced)
{
	struct vfio_device_gfx_plane_info info;
	char instance[64], event[64], text[16384];
	const char *at = text;
	size_t i, len;
	FILE *f;

	if (trace_init(instance, sizeof(instance)))
		SKIP(return, NO_TRACEFS);
	ASSERT_EQ(0, vgpu_primary_ctl(&self->v, 0, VGPU_ASYNC_FLIP, 0));
	arm_all(_metadata, self);
	for (i = 0; i < ARRAY_SIZE(stages); i++) {
		snprintf(event, sizeof(event), "gvt/%s", stages[i]);
		EXPECT_EQ(0, trace_on(instance, event)) TH_LOG("%s", event);
	}
	ASSERT_EQ(0, surface_register(self, &self->b));
	ASSERT_EQ(1, next_signal(self->fd[VGPU_PRIMARY]));
	ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &info));
	f = trace_open(instance, "re");
	ASSERT_NE(NULL, f);
	len = fread(text, 1, sizeof(text) - 1, f);
	text[len] = 0;
	fclose(f);
	rmdir(instance);
	for (i = 0; i < ARRAY_SIZE(stages); i++) {
		at = strstr(at, stages[i]);
		ASSERT_NE(NULL, at) TH_LOG("no %s in order in\n%s", stages[i], text);
	}
}

TEST_HARNESS_MAIN
