// SPDX-License-Identifier: GPL-2.0
/*
 * Error paths in the life of a vGPU: for each call of an administrator, a VMM
 * or a guest, from the creation of the mdev to its removal, fail every allocation
 * in turn, and every copy from or to user space if the kernel can fail them. A
 * call that fails returns ENOMEM or EFAULT and leaves nothing behind; the next
 * one works, and so does the vGPU.
 *
 * kmemleak finds what is lost. gvt_dmabuf_fail_test does the same for the calls
 * that export a framebuffer.
 *
 * FAIL_EVERY: of the creation and the removal, which take long, each n-th
 *	allocation fails (7)
 */
#include <drm/drm.h>
#include <drm/i915_drm.h>

#include "event_test_util.h"
#include "fail_util.h"
#include "mdev_util.h"
#include "proc_util.h"
#include "query_util.h"
#include "vgpu_commands.h"

/* Bound of the sweep, more than the allocations and copies of any call */
#define MAX_FAULTS	2000

/* Guest memory that step_map() maps */
#define IOVA		0x1000000000ull
#define IOVA_SIZE	(16 * VGPU_PAGE)

/**
 * struct state - a vGPU with a framebuffer, and what the steps need
 * @mdev: the mdev
 * @v: the vGPU, which is open unless a step wants it closed
 * @e: its display event
 * @s: the framebuffer displayed
 * @ring: a context of the guest
 * @planes: the file of its planes in debugfs
 * @fds: an eventfd for each plane
 * @memory: memory outside of the guest's
 * @drm: i915's render node
 * @fail_nth: of fail_set_up()
 */
struct state {
	struct mdev mdev;
	struct vgpu v;
	struct vgpu_event e;
	struct vgpu_surface s;
	struct vgpu_ring ring;
	char planes[128];
	int32_t fds[EVENT_PLANES];
	uint8_t *memory;
	int drm, fail_nth;
};

/* ---- the vGPU: 0, or a negative errno ---- */

static int display(struct state *st)
{
	int ret = test_show(&st->v, &st->s, DRM_FORMAT_XRGB8888,
			    DRM_FORMAT_MOD_LINEAR);

	return ret ? ret : vgpu_ring_init(&st->v, &st->ring);
}

/* The VMM resets the vGPU, and the guest's driver starts again. */
static int start_again(struct state *st)
{
	int ret = vgpu_restart(&st->v);

	vgpu_release(&st->v, (struct vgpu_mark) { .gma = st->v.aperture });
	return ret ? ret : display(st);
}

/* Without memory for it, a vGPU has no directory in debugfs. */
static int find_planes(struct state *st)
{
	char pattern[128];
	glob_t found;
	int ret = vgpu_debugfs_pattern(&st->v, "planes", pattern,
				       sizeof(pattern));

	if (ret)
		return ret;
	if (glob(pattern, 0, NULL, &found))
		return -ENOENT;
	snprintf(st->planes, sizeof(st->planes), "%s", found.gl_pathv[0]);
	globfree(&found);
	return 0;
}

static int open_all(struct state *st)
{
	int ret = vgpu_open(&st->v, st->mdev.uuid, TEST_RAM);

	if (!ret)
		ret = vgpu_event_find(&st->v, &st->e);
	return ret ? ret : display(st);
}

/* All but the device itself, which step_open() opens */
static int open_up_to_device(struct state *st)
{
	int ret;

	vgpu_leave(&st->v);
	st->v.ram_next = 0;
	ret = vgpu_vfio_find(&st->v);
	if (!ret)
		ret = vgpu_vm_open(&st->v);
	return ret ? ret : vgpu_vfio_attach(&st->v);
}

static int leave(struct state *st)
{
	vgpu_leave(&st->v);
	return 0;
}

static int leave_and_remove(struct state *st)
{
	vgpu_leave(&st->v);
	return mdev_remove(&st->mdev);
}

/* ---- the steps: 0, or a negative errno ---- */

/* As test_write(), but with nothing in libc that a fault could confuse */
static int write_file(const char *path, const char *text)
{
	const ssize_t len = strlen(text);
	int fd = open(path, O_WRONLY | O_CLOEXEC), ret;

	if (fd < 0)
		return -errno;
	ret = write(fd, text, len) == len ? 0 : -errno;
	close(fd);
	return ret;
}

static int step_create(struct state *st)
{
	return write_file(st->mdev.create, st->mdev.uuid);
}

static int step_remove(struct state *st)
{
	return write_file(st->mdev.remove, "1");
}

static int step_open(struct state *st)
{
	int ret = vgpu_vfio_open_device(&st->v);

	if (ret && st->v.device >= 0) {
		close(st->v.device);
		st->v.device = -1;
	}
	return ret;
}

static int step_reset(struct state *st)
{
	return vgpu_reset(&st->v);
}

static int step_irq_info(struct state *st)
{
	struct vfio_irq_info *info = event_irq_info(&st->v, st->e.index);

	free(info);
	return info ? 0 : -errno;
}

static int step_region_info(struct state *st)
{
	char bytes[256];
	struct vfio_region_info *info = (void *)bytes;

	*info = (struct vfio_region_info) {
		.argsz = sizeof(bytes), .index = VFIO_PCI_BAR2_REGION_INDEX,
	};
	return vgpu_ioctl(st->v.device, VFIO_DEVICE_GET_REGION_INFO, info);
}

static int step_arm(struct state *st)
{
	return vgpu_event_set(&st->v, &st->e, VFIO_IRQ_SET_DATA_EVENTFD |
			      VFIO_IRQ_SET_ACTION_TRIGGER, 0, EVENT_PLANES,
			      st->fds, sizeof(st->fds));
}

static int step_mask(struct state *st)
{
	return vgpu_event_set(&st->v, &st->e, VFIO_IRQ_SET_DATA_NONE |
			      VFIO_IRQ_SET_ACTION_MASK, 0, EVENT_PLANES,
			      NULL, 0);
}

static int step_msi(struct state *st)
{
	return vgpu_msi_eventfd(&st->v, st->fds[0]);
}

static int step_map(struct state *st)
{
	return vgpu_map_dma(&st->v, IOVA, st->memory, IOVA_SIZE);
}

static int step_unmap(struct state *st)
{
	return vgpu_unmap_dma(&st->v, IOVA, IOVA_SIZE);
}

static int step_query_caps(struct state *st)
{
	union query_answer answer;

	return query_caps(&st->v, VGPU_PRIMARY, &answer);
}

static int step_ggtt(struct state *st)
{
	return vgpu_ggtt_map(&st->v, st->s.gma, st->s.gpa, st->s.size);
}

static int step_flip(struct state *st)
{
	return vgpu_primary_flip(&st->v, 0, st->s.gma);
}

static int step_debugfs(struct state *st)
{
	char text[4096];
	int fd = open(st->planes, O_RDONLY | O_CLOEXEC), ret;

	if (fd < 0)
		return -errno;
	ret = read(fd, text, sizeof(text)) > 0 ? 0 : -errno;
	close(fd);
	return ret;
}

static int step_submit(struct state *st)
{
	static const uint32_t nothing[] = { MI_NOOP, MI_NOOP };

	return vgpu_ring_submit(&st->v, &st->ring, nothing, ARRAY_SIZE(nothing));
}

static int step_execbuffer(struct state *st)
{
	struct drm_i915_gem_create batch = { .size = VGPU_PAGE };
	struct drm_i915_gem_exec_object2 objects[2] = { };
	struct drm_i915_gem_execbuffer2 exec = {
		.buffers_ptr = (uintptr_t)objects,
		.buffer_count = ARRAY_SIZE(objects),
	};
	const uint32_t end[2] = { MI_BATCH_BUFFER_END };
	struct drm_i915_gem_pwrite pwrite = {
		.size = sizeof(end), .data_ptr = (uintptr_t)end,
	};
	struct vfio_device_gfx_plane_info info;
	int fd = test_export(&st->v, VGPU_PRIMARY, &info), ret;

	if (fd < 0)
		return fd;
	ret = vgpu_drm_import(st->drm, fd, &objects[0].handle);
	close(fd);
	if (!ret)
		ret = vgpu_ioctl(st->drm, DRM_IOCTL_I915_GEM_CREATE, &batch);
	objects[1].handle = batch.handle;
	pwrite.handle = batch.handle;
	if (!ret)
		ret = vgpu_ioctl(st->drm, DRM_IOCTL_I915_GEM_PWRITE, &pwrite);
	if (!ret)
		ret = vgpu_ioctl(st->drm, DRM_IOCTL_I915_GEM_EXECBUFFER2, &exec);
	if (objects[1].handle)
		vgpu_drm_close_handle(st->drm, objects[1].handle);
	if (objects[0].handle)
		vgpu_drm_close_handle(st->drm, objects[0].handle);
	return ret;
}

/* ---- the table of steps ---- */

/**
 * enum faults - behaviour of a step when one of its allocations or copies fails
 * @CAN_FAIL: it returns -ENOMEM or -EFAULT, and works when it is repeated
 * @NEVER_FAILS: it succeeds, and may have nothing that could fail
 * @LOSES: it succeeds or fails; a reset makes good what the guest has lost
 */
enum faults { CAN_FAIL, NEVER_FAILS, LOSES };

/**
 * struct step - a call
 * @before: prepares it, or NULL
 * @run: the call
 * @undo: for the next time, or NULL
 * @faults: what a fault does
 * @also: an errno that it may return besides ENOMEM and EFAULT
 * @reopen: the vGPU must be opened again after it
 * @slow: it takes long, see FAIL_EVERY
 */
struct step {
	int (*before)(struct state *st);
	int (*run)(struct state *st);
	int (*undo)(struct state *st);
	enum faults faults;
	int also;
	bool reopen, slow;
};

FIXTURE(fail_device) {
	struct state st;
	unsigned int fds;
};

FIXTURE_VARIANT(fail_device) {
	struct step step;
};

FIXTURE_VARIANT_ADD(fail_device, create) {
	.step = { .before = leave_and_remove, .run = step_create,
		  .reopen = true, .slow = true },
};

FIXTURE_VARIANT_ADD(fail_device, remove) {
	.step = { .before = leave, .run = step_remove, .undo = step_create,
		  .reopen = true, .slow = true },
};

FIXTURE_VARIANT_ADD(fail_device, open) {
	.step = { .before = open_up_to_device, .run = step_open,
		  .reopen = true },
};

FIXTURE_VARIANT_ADD(fail_device, close) {
	.step = { .run = leave, .faults = NEVER_FAILS, .reopen = true },
};

FIXTURE_VARIANT_ADD(fail_device, reset) {
	.step = { .run = step_reset, .undo = display, .faults = NEVER_FAILS },
};

FIXTURE_VARIANT_ADD(fail_device, irq_info) {
	.step = { .run = step_irq_info },
};

FIXTURE_VARIANT_ADD(fail_device, region_info) {
	.step = { .run = step_region_info },
};

FIXTURE_VARIANT_ADD(fail_device, arm) {
	.step = { .run = step_arm },
};

FIXTURE_VARIANT_ADD(fail_device, mask) {
	.step = { .before = step_arm, .run = step_mask },
};

FIXTURE_VARIANT_ADD(fail_device, msi) {
	.step = { .run = step_msi },
};

FIXTURE_VARIANT_ADD(fail_device, map) {
	.step = { .run = step_map, .undo = step_unmap },
};

FIXTURE_VARIANT_ADD(fail_device, unmap) {
	.step = { .before = step_map, .run = step_unmap },
};

FIXTURE_VARIANT_ADD(fail_device, query_caps) {
	.step = { .run = step_query_caps },
};

FIXTURE_VARIANT_ADD(fail_device, ggtt) {
	.step = { .run = step_ggtt },
};

FIXTURE_VARIANT_ADD(fail_device, flip) {
	.step = { .run = step_flip },
};

FIXTURE_VARIANT_ADD(fail_device, debugfs) {
	.step = { .before = find_planes, .run = step_debugfs },
};

FIXTURE_VARIANT_ADD(fail_device, submit) {
	.step = { .run = step_submit, .faults = LOSES },
};

/* Without memory for a node, i915 finds no space in the PPGTT. */
FIXTURE_VARIANT_ADD(fail_device, execbuffer) {
	.step = { .run = step_execbuffer, .also = ENOSPC },
};

FIXTURE_SETUP(fail_device)
{
	struct state *st = &self->st;
	int i;

	if (!test_open_event(_metadata, &st->v, TEST_RAM, &st->e))
		return;
	ASSERT_EQ(0, mdev_find(&st->mdev, st->v.uuid));
	vgpu_close(&st->v);
	st->fail_nth = fail_set_up();
	if (st->fail_nth == -ENOENT)
		SKIP(return, "no " FAIL_DEBUGFS "failslab: mount debugfs, as root");
	ASSERT_LE(0, st->fail_nth);
	for (i = 0; i < EVENT_PLANES; i++)
		st->fds[i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	st->memory = mmap(NULL, IOVA_SIZE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, st->memory);
	st->drm = vgpu_drm_open();
	ASSERT_LE(0, st->drm);
	self->fds = count_fds();
	ASSERT_EQ(0, open_all(st));
}

FIXTURE_TEARDOWN(fail_device)
{
	vgpu_close(&self->st.v);
	if (self->st.mdev.create[0] && !mdev_exists(&self->st.mdev))
		EXPECT_EQ(0, mdev_create(&self->st.mdev));
}

/* Run the step with fault @n; false if it has fewer. */
static bool try_fault(struct __test_metadata *_metadata, struct state *st,
		      const struct step *step, unsigned int n)
{
	unsigned int fds;
	int ret, injected;

	if (step->before)
		ASSERT_EQ(0, step->before(st));
	fds = count_fds();
	ASSERT_EQ(0, fail_begin(st->fail_nth, n));
	ret = step->run(st);
	injected = fail_end(st->fail_nth);
	ASSERT_LE(0, injected);

	if (!injected || step->faults == NEVER_FAILS)
		ASSERT_EQ(0, ret) TH_LOG("fault %u: %s", n, strerror(-ret));
	if (ret && step->faults == CAN_FAIL) {
		EXPECT_TRUE(ret == -ENOMEM || ret == -EFAULT ||
			    (step->also && ret == -step->also))
			TH_LOG("fault %u: %s", n, strerror(-ret));
		EXPECT_EQ(fds, count_fds()) TH_LOG("fault %u", n);
		ret = step->run(st);
		ASSERT_EQ(0, ret) TH_LOG("after fault %u: %s", n, strerror(-ret));
	}
	if (step->faults == LOSES && injected) {
		ASSERT_EQ(0, start_again(st));
		ret = step->run(st);
		ASSERT_EQ(0, ret) TH_LOG("after fault %u: %s", n, strerror(-ret));
	}
	return injected;
}

/* Make good what the step has done: what the guest displays can be seen. */
static void expect_whole(struct __test_metadata *_metadata, struct state *st,
			 const struct step *step)
{
	if (step->undo)
		ASSERT_EQ(0, step->undo(st));
	if (step->reopen) {
		vgpu_leave(&st->v);
		ASSERT_EQ(0, open_all(st));
	}
	ASSERT_EQ(0, test_shows(&st->v, VGPU_PRIMARY, &st->s));
}

TEST_F_TIMEOUT(fail_device, survives_failing_allocations, 1200)
{
	const struct step *step = &variant->step;
	const char *every = getenv("FAIL_EVERY");
	struct state *st = &self->st;
	unsigned int n = 1;

	if (!test_unsafe(_metadata))
		return;
	while (try_fault(_metadata, st, step, n)) {
		expect_whole(_metadata, st, step);
		n += !step->slow ? 1 : every ? strtoul(every, NULL, 0) : 7;
		ASSERT_GT(MAX_FAULTS, n)
			TH_LOG("too many faults: raise MAX_FAULTS");
	}
	expect_whole(_metadata, st, step);
	TH_LOG("%u faults", n - 1);
	if (step->faults != NEVER_FAILS)
		EXPECT_LT(1, n);
	vgpu_close(&st->v);
	EXPECT_EQ(self->fds, count_fds());
}

int main(int argc, char **argv)
{
	if (access(FAIL_NTH, F_OK)) {
		ksft_print_header();
		ksft_exit_skip("no " FAIL_NTH ": boot a kernel with CONFIG_FAULT_INJECTION\n");
	}
	return test_harness_run(argc, argv);
}
