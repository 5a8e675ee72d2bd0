// SPDX-License-Identifier: GPL-2.0
/*
 * The host suspends its devices and resumes them, while a vGPU's desktop is
 * exported and its owner waits for events. "devices" in pm_test ends the suspend
 * before the machine would stop.
 *
 * It suspends the machine, so it asks to be wanted: set GVT_SUSPEND.
 */
#include "event_test_util.h"
#include "vgpu_commands.h"
#include "vgpu_regs.h"

#define PM_TEST		"/sys/power/pm_test"
#define PM_TEST_DELAY	"/sys/module/suspend/parameters/pm_test_delay"
#define PM_STATE	"/sys/power/state"

#define PATTERN		0x600df00du

/* Pipe A displays @a, of which @fd is a dma-buf and @map its mapping. */
FIXTURE(suspend) {
	struct vgpu v;
	struct vgpu_event e;
	struct vgpu_surface a, b;
	struct vgpu_ring ring;
	struct vfio_device_gfx_plane_info info;
	uint64_t gpa, gma;
	int fd, signal;
	uint8_t *map;
};

FIXTURE_SETUP(suspend)
{
	struct vgpu *v = &self->v;

	if (!getenv("GVT_SUSPEND"))
		SKIP(return, "it suspends the machine: set GVT_SUSPEND");
	if (access(PM_TEST, W_OK))
		SKIP(return, "needs CONFIG_PM_SLEEP_DEBUG, and root");
	if (!test_open_event(_metadata, v, TEST_RAM, &self->e))
		return;
	ASSERT_EQ(0, test_make(v, &self->b, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR, 1));
	ASSERT_EQ(0, test_show(v, &self->a, DRM_FORMAT_XRGB8888,
			       I915_FORMAT_MOD_X_TILED));
	ASSERT_EQ(0, vgpu_ring_init(v, &self->ring));
	ASSERT_EQ(0, vgpu_alloc_mapped(v, VGPU_PAGE, &self->gpa, &self->gma));
	self->signal = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	ASSERT_LE(0, self->signal);
	ASSERT_EQ(0, vgpu_event_arm(v, &self->e, VGPU_PRIMARY, self->signal));
	self->fd = test_export(v, VGPU_PRIMARY, &self->info);
	ASSERT_LE(0, self->fd);
	self->map = mmap(NULL, self->a.size, PROT_READ, MAP_SHARED, self->fd,
			 0);
	ASSERT_NE(MAP_FAILED, self->map);
}

FIXTURE_TEARDOWN(suspend)
{
	munmap(self->map, self->a.size);
	close(self->fd);
	close(self->signal);
	test_close(&self->v);
}

/* Suspend and resume: 0 or a negative errno. */
static int suspend(void)
{
	int ret = test_write(PM_TEST_DELAY, "1");

	if (!ret)
		ret = test_write(PM_TEST, "devices");
	if (!ret)
		ret = test_write(PM_STATE, "mem");
	test_write(PM_TEST, "none");
	return ret;
}

/* Have the GPU write PATTERN to a page of guest memory: what the page has then. */
static uint32_t store(struct vgpu *v, struct vgpu_ring *ring, uint64_t gpa,
		      uint64_t gma)
{
	const uint32_t commands[] = {
		MI_STORE_DATA_IMM | GLOBAL_GTT, gma, 0, PATTERN,
	};
	uint32_t *page = (uint32_t *)(v->ram + gpa);

	*page = 0;
	if (vgpu_ring_submit(v, ring, commands, ARRAY_SIZE(commands)))
		return 0;
	return *page;
}

TEST_F(suspend, keeps_what_an_importer_sees)
{
	ASSERT_EQ(0, suspend());
	EXPECT_EQ(0, memcmp(self->map, vgpu_surface_bytes(&self->v, &self->a),
			    self->a.size));
	EXPECT_EQ(0, test_compare(self->fd, &self->v, &self->a));
}

TEST_F(suspend, keeps_the_id)
{
	struct vfio_device_gfx_plane_info info;

	ASSERT_EQ(0, suspend());
	ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &info));
	EXPECT_EQ(self->info.dmabuf_id, info.dmabuf_id);
	EXPECT_EQ(0, test_shows(&self->v, VGPU_PRIMARY, &self->a));
}

TEST_F(suspend, gpu_reaches_memory_afterwards)
{
	ASSERT_EQ(PATTERN, store(&self->v, &self->ring, self->gpa, self->gma));
	ASSERT_EQ(0, suspend());
	EXPECT_EQ(PATTERN, store(&self->v, &self->ring, self->gpa, self->gma));
}

/* Of a workload that the GPU had not ended only this much is known. */
TEST_F(suspend, gpu_works_after_a_wait_that_was_cut)
{
	const uint32_t nothing[] = { MI_NOOP, MI_NOOP };
	struct vgpu_gate gate;

	ASSERT_EQ(0, vgpu_gate_init(&self->v, &gate));
	vgpu_gate_close(&gate);
	ASSERT_EQ(0, vgpu_gate_enter(&self->v, &gate, &self->ring, nothing,
				     ARRAY_SIZE(nothing)));
	ASSERT_EQ(0, suspend());
	vgpu_gate_open(&gate);
	vgpu_ring_wait(&self->v, &self->ring);
	EXPECT_EQ(0, test_next_owner(&self->v));
	ASSERT_EQ(0, vgpu_ring_init(&self->v, &self->ring));
	ASSERT_EQ(0, vgpu_alloc_mapped(&self->v, VGPU_PAGE, &self->gpa,
				       &self->gma));
	EXPECT_EQ(PATTERN, store(&self->v, &self->ring, self->gpa, self->gma));
}

TEST_F(suspend, refreshes_go_on)
{
	ASSERT_EQ(0, suspend());
	EXPECT_TRUE(refreshes_pass(&self->v, 4));
}

TEST_F(suspend, flips_are_signalled_afterwards)
{
	ASSERT_EQ(0, suspend());
	ASSERT_TRUE(refreshes_pass(&self->v, 4));
	signals(self->signal);
	ASSERT_EQ(0, vgpu_primary_flip(&self->v, 0, self->b.gma));
	EXPECT_LT(0, signals_within(self->signal, EVENT_PATIENCE_MS));
}

TEST_F(suspend, twice_is_as_once)
{
	ASSERT_EQ(0, suspend());
	ASSERT_EQ(0, suspend());
	EXPECT_EQ(0, test_compare(self->fd, &self->v, &self->a));
	EXPECT_EQ(PATTERN, store(&self->v, &self->ring, self->gpa, self->gma));
}

TEST_HARNESS_MAIN
