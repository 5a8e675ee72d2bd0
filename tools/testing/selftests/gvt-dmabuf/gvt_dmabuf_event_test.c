// SPDX-License-Identifier: GPL-2.0
/*
 * The display event: a client is notified, at most once per refresh, when the
 * contents of a plane may have changed, and not otherwise.
 *
 * gvt_dmabuf_event_abi_test.c tests how the event is found and armed,
 * gvt_dmabuf_event_time_test.c its timing.
 */
#include "event_fixture.h"
#include "vgpu_commands.h"
#include "vgpu_regs.h"

/* ---- which changes are signalled ---- */

TEST_F(event, is_not_sent_while_nothing_changes)
{
	arm_all(_metadata, self);
	ASSERT_TRUE(refreshes_pass(&self->v, 30));
	expect_signals(_metadata, self, 0, "nothing");
}

static int flip(struct _test_data_event *self)
{
	return vgpu_primary_flip(&self->v, 0, self->b.gma);
}

static int flip_to_the_same(struct _test_data_event *self)
{
	return vgpu_primary_flip(&self->v, 0, self->a.gma);
}

static int hide(struct _test_data_event *self)
{
	return vgpu_primary_hide(&self->v, 0);
}

static int resize(struct _test_data_event *self)
{
	return vgpu_primary_stride(&self->v, 0, self->v.gen == 8 ? 2048 : 32);
}

static int source_size(struct _test_data_event *self)
{
	return vgpu_write32(&self->v, PIPE_SRCSZ, 63 << 16 | 31);
}

static int flip_by_register(struct _test_data_event *self)
{
	return vgpu_write32(&self->v, FLIP_PLANE_1, self->b.gma);
}

static int cursor_moves(struct _test_data_event *self)
{
	return vgpu_cursor_move(&self->v, 0, 30, 40);
}

static int cursor_image(struct _test_data_event *self)
{
	return vgpu_cursor_show(&self->v, 0, &self->cursor);
}

static int cursor_hotspot(struct _test_data_event *self)
{
	return vgpu_write32(&self->v, PVINFO_CURSOR_X_HOT, 3);
}

static int gpu_reset(struct _test_data_event *self)
{
	return vgpu_write32(&self->v, GDRST, GDRST_FULL);
}

static int show_again(struct _test_data_event *self)
{
	return vgpu_primary_show(&self->v, 0, &self->a);
}

static int cursor_hides(struct _test_data_event *self)
{
	return vgpu_cursor_hide(&self->v, 0);
}

static int second_pipe(struct _test_data_event *self)
{
	return vgpu_write32(&self->v, PIPE_REG(TRANS_CONF, 1),
			    TRANS_CONF_ENABLE);
}

static int last_page_remapped(struct _test_data_event *self)
{
	return vgpu_ggtt_map(&self->v, self->a.gma + self->a.size - VGPU_PAGE,
			     self->b.gpa, VGPU_PAGE);
}

static int cursor_remapped(struct _test_data_event *self)
{
	return vgpu_ggtt_map(&self->v, self->cursor.gma, self->b.gpa,
			     VGPU_PAGE);
}

/*
 * @planes: planes to be signalled
 * @steps_ctl_last: number of changes for VGPU_CTL_LAST, which turns a plane off
 *	first
 */
static const struct change {
	const char *what;
	int (*make)(struct _test_data_event *self);
	uint32_t planes;
	uint32_t steps_ctl_last;
} changes[] = {
	{ "flip", flip, PRIMARY, 1 },
	{ "flip to the same memory", flip_to_the_same, PRIMARY, 1 },
	{ "flip by 0x50080", flip_by_register, PRIMARY, 1 },
	{ "plane off", hide, PRIMARY, 1 },
	{ "stride", resize, PRIMARY, 1 },
	{ "size of the pipe", source_size, ALL, 1 },
	{ "another pipe on", second_pipe, ALL, 1 },
	{ "page remapped", last_page_remapped, PRIMARY, 1 },
	{ "cursor moves", cursor_moves, CURSOR, 1 },
	{ "cursor has another image", cursor_image, CURSOR, 2 },
	{ "hotspot of the cursor", cursor_hotspot, CURSOR, 1 },
	{ "reset of the GPU", gpu_reset, CURSOR, 1 },
	{ "cursor hides", cursor_hides, CURSOR, 1 },
	{ "page of the cursor remapped", cursor_remapped, CURSOR, 1 },
	{ "size of the pipe and the plane", show_again, ALL, 3 },
};

/* Restore the state that each change starts from. */
static int start_over(struct _test_data_event *self)
{
	int ret = vgpu_write32(&self->v, PIPE_REG(TRANS_CONF, 1), 0);

	if (!ret)
		ret = vgpu_ggtt_map(&self->v, self->a.gma, self->a.gpa,
				    self->a.size);
	if (!ret)
		ret = vgpu_ggtt_map(&self->v, self->cursor.gma,
				    self->cursor.gpa, self->cursor.size);
	if (!ret)
		ret = vgpu_primary_show(&self->v, 0, &self->a);
	if (!ret)
		ret = vgpu_cursor_hotspot(&self->v, 1, 1);
	return ret ? ret : vgpu_cursor_show(&self->v, 0, &self->cursor);
}

TEST_F(event, signals_each_change_once)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(changes); i++) {
		ASSERT_EQ(0, start_over(self));
		arm_all(_metadata, self);
		ASSERT_EQ(0, changes[i].make(self));
		ASSERT_TRUE(refreshes_pass(&self->v, 2));
		expect_steps(_metadata, self, changes[i].planes,
			     variant->order == VGPU_CTL_LAST ?
			     changes[i].steps_ctl_last : 1, changes[i].what);
	}
}

TEST_F(event, signals_the_overlay)
{
	if (self->v.gen == 8)
		SKIP(return, "no plane 2 on Broadwell: use a vGPU of Skylake or later");
	arm_all(_metadata, self);
	ASSERT_EQ(0, vgpu_overlay_show(&self->v, 0, &self->over));
	ASSERT_TRUE(refreshes_pass(&self->v, 2));
	/* The control register of a plane that is off arms it. */
	expect_steps(_metadata, self, OVERLAY, 2, "overlay on");
	settle(_metadata, self);
	ASSERT_EQ(0, vgpu_overlay_hide(&self->v, 0));
	ASSERT_TRUE(refreshes_pass(&self->v, 2));
	expect_signals(_metadata, self, OVERLAY, "overlay off");
}

TEST_F(event, signals_a_flip_by_command)
{
	const uint32_t commands[] = {
		MI_DISPLAY_FLIP,
		self->b.stride / 64 << 6,
		self->b.gma,
		0,
	};
	struct vgpu_ring ring;

	ASSERT_EQ(0, vgpu_ring_init(&self->v, &ring));
	arm_all(_metadata, self);
	ASSERT_EQ(0, vgpu_ring_submit(&self->v, &ring, commands,
				      ARRAY_SIZE(commands)));
	EXPECT_LE(1, next_signal(self->fd[VGPU_PRIMARY]));
	expect_signals(_metadata, self, 0, "MI_DISPLAY_FLIP, other planes");
}

/* GGTT writes below, above and between the displayed framebuffers */
TEST_F(event, pages_that_no_plane_shows)
{
	const uint64_t pages[] = {
		self->b.gma, self->c.gma, self->over.gma,
		self->cursor.gma - VGPU_PAGE, self->a.gma + self->a.size,
		self->last_gma,
	};
	size_t i;

	arm_all(_metadata, self);
	for (i = 0; i < ARRAY_SIZE(pages); i++)
		ASSERT_EQ(0, vgpu_ggtt_map(&self->v, pages[i], self->c.gpa,
					   VGPU_PAGE));
	ASSERT_TRUE(refreshes_pass(&self->v, 2));
	expect_signals(_metadata, self, 0, "pages that are not shown");
}

/* Firmware writes the plane registers before the GGTT entries. */
TEST_F(event, ptes_after_the_surface)
{
	struct vfio_device_gfx_plane_info info;

	halt_guest(_metadata, self);
	ASSERT_EQ(0, vgpu_ggtt_unmap(&self->v, self->b.gma, self->b.size));
	ASSERT_EQ(0, vgpu_primary_show(&self->v, 0, &self->b));
	arm_all(_metadata, self);
	ASSERT_EQ(-EINVAL, vgpu_query(&self->v, VGPU_PRIMARY, &info));
	ASSERT_EQ(0, vgpu_ggtt_map(&self->v, self->b.gma, self->b.gpa,
				   self->b.size));
	EXPECT_LE(1, next_signal(self->fd[VGPU_PRIMARY]));
	EXPECT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &info));
	EXPECT_NE(0, info.drm_format);
}

/* The same within one refresh */
TEST_F(event, ptes_right_after_the_surface)
{
	struct vfio_device_gfx_plane_info info;

	ASSERT_EQ(0, vgpu_ggtt_unmap(&self->v, self->b.gma, self->b.size));
	arm_all(_metadata, self);
	ASSERT_EQ(0, vgpu_primary_show(&self->v, 0, &self->b));
	ASSERT_EQ(0, vgpu_ggtt_map(&self->v, self->b.gma, self->b.gpa,
				   self->b.size));
	ASSERT_TRUE(refreshes_pass(&self->v, 2));
	EXPECT_LE(1, signals(self->fd[VGPU_PRIMARY]));
	EXPECT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &info));
}

/* QUERY was refused before, so no surface exists yet. */
TEST_F(event, signals_a_missing_page_that_comes)
{
	struct vfio_device_gfx_plane_info info;

	halt_guest(_metadata, self);
	ASSERT_EQ(0, vgpu_ggtt_unmap(&self->v, self->b.gma, VGPU_PAGE));
	ASSERT_EQ(0, vgpu_primary_show(&self->v, 0, &self->b));
	arm_all(_metadata, self);
	ASSERT_EQ(-EINVAL, vgpu_query(&self->v, VGPU_PRIMARY, &info));
	ASSERT_EQ(0, vgpu_ggtt_map(&self->v, self->b.gma, self->b.gpa,
				   VGPU_PAGE));
	EXPECT_EQ(1, next_signal(self->fd[VGPU_PRIMARY]));
	EXPECT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &info));
}

TEST_F(event, signals_unmapped_memory)
{
	arm_all(_metadata, self);
	ASSERT_EQ(0, vgpu_unmap_dma(&self->v, 0, self->v.ram_size));
	/* It may take more than one refresh. */
	EXPECT_LE(1, next_signal(self->fd[VGPU_PRIMARY]));
}

/* Neither the guest nor the client does anything meanwhile. */
TEST_F(event, signals_memory_that_is_mapped_again)
{
	struct vfio_device_gfx_plane_info info;
	const int fd = self->fd[VGPU_PRIMARY];
	int round;

	halt_guest(_metadata, self);
	arm_all(_metadata, self);
	for (round = 0; round < 5; round++) {
		ASSERT_EQ(0, vgpu_unmap_dma(&self->v, 0, self->v.ram_size));
		ASSERT_LE(1, next_signal(fd)) TH_LOG("round %d", round);
		ASSERT_EQ(-EINVAL, vgpu_query(&self->v, VGPU_PRIMARY, &info));
		ASSERT_TRUE(refreshes_pass(&self->v, 3));
		signals(fd);
		ASSERT_EQ(0, vgpu_map_dma(&self->v, 0, self->v.ram, self->v.ram_size));
		ASSERT_LE(1, next_signal(fd)) TH_LOG("round %d", round);
		ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &info));
		settle(_metadata, self);
	}
}

/* After a workload no entry waits for a page that it has lost. */
static int gpu_runs(struct _test_data_event *self)
{
	const uint32_t nothing[] = { MI_NOOP, MI_NOOP };
	struct vgpu_ring ring;
	int ret = vgpu_ring_init(&self->v, &ring);

	if (ret)
		return ret;
	return vgpu_ring_submit(&self->v, &ring, nothing, ARRAY_SIZE(nothing));
}

/* a frame beyond the guest's memory, and memory of the VMM's that may be put there */
static const uint64_t nowhere = 1ull << 32;

static void *memory_for(const struct vgpu_surface *s)
{
	return mmap(NULL, s->size, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

/* Nobody asks again for a plane that was refused: memory has to be signalled. */
static void expect_refused_then_signalled(struct __test_metadata *_metadata,
					  struct _test_data_event *self,
					  void *memory)
{
	const int fd = self->fd[VGPU_PRIMARY];
	struct vfio_device_gfx_plane_info info;

	ASSERT_EQ(-EINVAL, vgpu_query(&self->v, VGPU_PRIMARY, &info));
	ASSERT_TRUE(refreshes_pass(&self->v, 30));
	signals(fd);
	ASSERT_TRUE(refreshes_pass(&self->v, 30));
	EXPECT_EQ(0, signals(fd));
	ASSERT_EQ(0, vgpu_map_dma(&self->v, nowhere, memory, self->b.size));
	EXPECT_LE(1, next_signal(fd));
	EXPECT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &info));
	ASSERT_EQ(0, vgpu_unmap_dma(&self->v, nowhere, self->b.size));
	ASSERT_EQ(0, munmap(memory, self->b.size));
}

/* Without the fix: memory was only searched for entries that had lost theirs. */
TEST_F(event, signals_memory_that_was_never_there)
{
	void *memory = memory_for(&self->b);

	ASSERT_NE(MAP_FAILED, memory);
	ASSERT_EQ(0, gpu_runs(self));
	halt_guest(_metadata, self);
	arm_all(_metadata, self);
	ASSERT_EQ(0, vgpu_ggtt_map(&self->v, self->b.gma, nowhere, self->b.size));
	ASSERT_EQ(0, vgpu_primary_flip(&self->v, 0, self->b.gma));
	ASSERT_LE(1, next_signal(self->fd[VGPU_PRIMARY]));
	expect_refused_then_signalled(_metadata, self, memory);
}

/* Without the fix: an entry that was written meanwhile was not searched for. */
TEST_F(event, signals_memory_of_a_rewritten_entry)
{
	void *memory = memory_for(&self->b);

	ASSERT_NE(MAP_FAILED, memory);
	ASSERT_EQ(0, vgpu_map_dma(&self->v, nowhere, memory, self->b.size));
	ASSERT_EQ(0, vgpu_ggtt_map(&self->v, self->b.gma, nowhere, self->b.size));
	arm_all(_metadata, self);
	ASSERT_EQ(0, vgpu_primary_flip(&self->v, 0, self->b.gma));
	ASSERT_LE(1, next_signal(self->fd[VGPU_PRIMARY]));
	ASSERT_EQ(0, vgpu_unmap_dma(&self->v, nowhere, self->b.size));
	ASSERT_EQ(0, vgpu_ggtt_map(&self->v, self->b.gma, nowhere, self->b.size));
	ASSERT_EQ(0, gpu_runs(self));
	halt_guest(_metadata, self);
	expect_refused_then_signalled(_metadata, self, memory);
}

/* The guest's GGTT entry keeps its value, but refers to a newly mapped page. */
TEST_F(event, equal_pte_after_a_remap)
{
	struct vfio_device_gfx_plane_info info;
	int dmabuf;

	halt_guest(_metadata, self);
	arm_all(_metadata, self);
	ASSERT_EQ(0, vgpu_unmap_dma(&self->v, 0, self->v.ram_size));
	ASSERT_EQ(0, vgpu_map_dma(&self->v, 0, self->v.ram, self->v.ram_size));
	ASSERT_TRUE(refreshes_pass(&self->v, 12));
	EXPECT_LE(1, signals(self->fd[VGPU_PRIMARY]));
	signals(self->fd[VGPU_CURSOR]);
	ASSERT_EQ(0, vgpu_ggtt_map(&self->v, self->a.gma, self->a.gpa,
				   self->a.size));
	EXPECT_LE(1, next_signal(self->fd[VGPU_PRIMARY]));
	EXPECT_EQ(0, signals(self->fd[VGPU_CURSOR]));
	dmabuf = test_export(&self->v, VGPU_PRIMARY, &info);
	ASSERT_LE(0, dmabuf);
	EXPECT_EQ(0, test_compare(dmabuf, &self->v, &self->a));
	close(dmabuf);
}

/* Queries describe cursor and overlay of the primary plane's pipe. */
TEST_F(event, head_switch_changes_all_planes)
{
	ASSERT_EQ(0, vgpu_pipe_on(&self->v, 1, TEST_WIDTH, TEST_HEIGHT));
	ASSERT_EQ(0, vgpu_primary_show(&self->v, 1, &self->b));
	arm_all(_metadata, self);
	ASSERT_EQ(0, vgpu_primary_hide(&self->v, 0));
	ASSERT_TRUE(refreshes_pass(&self->v, 2));
	expect_signals(_metadata, self, ALL, "primary of pipe A off");
	settle(_metadata, self);
	ASSERT_EQ(0, vgpu_primary_flip(&self->v, 1, self->c.gma));
	ASSERT_TRUE(refreshes_pass(&self->v, 2));
	expect_signals(_metadata, self, PRIMARY, "flip of pipe B");
	settle(_metadata, self);
	ASSERT_EQ(0, vgpu_primary_show(&self->v, 0, &self->a));
	ASSERT_TRUE(refreshes_pass(&self->v, 2));
	expect_steps(_metadata, self, ALL, 3, "primary of pipe A on");
}

/* Changes of a pipe that queries do not describe are not signalled. */
TEST_F(event, head_that_is_not_described)
{
	ASSERT_EQ(0, vgpu_pipe_on(&self->v, 1, TEST_WIDTH, TEST_HEIGHT));
	ASSERT_EQ(0, vgpu_primary_show(&self->v, 1, &self->b));
	arm_all(_metadata, self);
	ASSERT_EQ(0, vgpu_primary_flip(&self->v, 1, self->c.gma));
	ASSERT_EQ(0, vgpu_plane_show(&self->v, 1, 2, &self->over, 0, 0));
	ASSERT_TRUE(refreshes_pass(&self->v, 2));
	expect_signals(_metadata, self, 0, "planes of pipe B");
}

/* The primary plane selects the pipe, also for the cursor. */
TEST_F(event, cursor_goes_with_its_primary)
{
	ASSERT_EQ(0, vgpu_pipe_on(&self->v, 1, TEST_WIDTH, TEST_HEIGHT));
	ASSERT_EQ(0, vgpu_primary_show(&self->v, 1, &self->b));
	ASSERT_EQ(0, vgpu_event_arm(&self->v, &self->e, VGPU_CURSOR,
				    self->fd[VGPU_CURSOR]));
	settle(_metadata, self);
	ASSERT_EQ(0, flip(self));
	ASSERT_TRUE(refreshes_pass(&self->v, 2));
	expect_signals(_metadata, self, 0, "flip");
	ASSERT_EQ(0, hide(self));
	ASSERT_TRUE(refreshes_pass(&self->v, 2));
	expect_signals(_metadata, self, CURSOR, "primary off");
}

TEST_F(event, plane_smaller_than_its_pipe)
{
	ASSERT_EQ(0, vgpu_pipe_size(&self->v, 0, 2 * TEST_WIDTH,
				    2 * TEST_HEIGHT));
	arm_all(_metadata, self);
	ASSERT_EQ(0, flip(self));
	ASSERT_TRUE(refreshes_pass(&self->v, 2));
	expect_signals(_metadata, self, PRIMARY, "flip");
	settle(_metadata, self);
	ASSERT_EQ(0, vgpu_pipe_size(&self->v, 0, TEST_WIDTH, TEST_HEIGHT));
	ASSERT_TRUE(refreshes_pass(&self->v, 2));
	expect_signals(_metadata, self, ALL, "size of the pipe");
}

/* Plane 1 is visible below a desktop on plane 2 only if that has alpha. */
TEST_F(event, overlay_that_is_hidden_or_not)
{
	static const uint32_t fourcc[] = {
		DRM_FORMAT_ARGB8888, DRM_FORMAT_XRGB8888,
	};
	struct vgpu_surface desktop;
	size_t i;

	if (self->v.gen == 8)
		SKIP(return, "plane 1 of Broadwell covers its pipe: use Skylake");
	ASSERT_EQ(0, test_make_desktop(&self->v, &desktop));
	ASSERT_EQ(0, vgpu_plane_show(&self->v, 0, 2, &desktop, 0, 0));
	for (i = 0; i < ARRAY_SIZE(fourcc); i++) {
		arm_all(_metadata, self);
		desktop.fourcc = fourcc[i];
		ASSERT_EQ(0, vgpu_plane_show(&self->v, 0, 2, &desktop, 0, 0));
		ASSERT_TRUE(refreshes_pass(&self->v, 2));
		EXPECT_LE(1, signals(self->fd[VGPU_OVERLAY]))
			TH_LOG("format %zu", i);
	}

	/* To a query it is off now, and flips of a plane that is off are no change. */
	settle(_metadata, self);
	for (i = 0; i < 4; i++) {
		ASSERT_EQ(0, vgpu_plane_show(&self->v, 0, 1, &self->a, 0, 0));
		ASSERT_TRUE(refreshes_pass(&self->v, 2));
	}
	EXPECT_EQ(0, signals(self->fd[VGPU_OVERLAY]));
}

/* A refused command puts the vGPU into failsafe mode, until a reset. */
TEST_F(event, failsafe_mode)
{
	static const uint32_t refused[] = { MI_NO_SUCH_COMMAND, MI_NOOP };
	static const struct change failsafe[] = {
		{ "cursor moves", cursor_moves, CURSOR, 1 },
		{ "hotspot of the cursor", cursor_hotspot, CURSOR, 1 },
		{ "page remapped", last_page_remapped, PRIMARY, 1 },
		{ "flip", flip, PRIMARY, 1 },
		{ "size of the pipe", source_size, ALL, 1 },
		{ "plane off", hide, PRIMARY, 1 },
	};
	struct vgpu_ring ring;
	size_t i;

	ASSERT_EQ(0, vgpu_ring_init(&self->v, &ring));
	ASSERT_EQ(0, vgpu_ring_emit(&ring, refused, ARRAY_SIZE(refused)));
	vgpu_ring_start(&self->v, &ring, NULL);
	arm_all(_metadata, self);
	for (i = 0; i < ARRAY_SIZE(failsafe); i++) {
		ASSERT_EQ(0, failsafe[i].make(self));
		ASSERT_TRUE(refreshes_pass(&self->v, 2));
		expect_steps(_metadata, self, failsafe[i].planes, 2,
			     failsafe[i].what);
		arm_all(_metadata, self);
	}
}

TEST_F(event, signals_a_reset)
{
	struct vfio_device_gfx_plane_info info;

	arm_all(_metadata, self);
	ASSERT_EQ(0, vgpu_reset(&self->v));
	EXPECT_LE(1, next_signal(self->fd[VGPU_PRIMARY]));
	ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &info));
	EXPECT_EQ(0, info.drm_format);
}

TEST_HARNESS_MAIN
