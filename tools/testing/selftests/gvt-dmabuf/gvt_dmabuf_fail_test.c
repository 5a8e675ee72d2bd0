// SPDX-License-Identifier: GPL-2.0
/*
 * Error paths of the export: for each call from the query of a framebuffer to
 * its close, fail every allocation in turn, and every copy from or to user space
 * if the kernel can fail them. A call that fails returns ENOMEM or EFAULT,
 * changes nothing, and works when it is repeated.
 *
 * Leaked references to guest pages are detected by the kernel: guest memory is
 * a memfd, which cannot be sealed against writing while any page has one. Run
 * this with kmemleak, KASAN and lockdep to find other errors.
 */
#include <fcntl.h>

#include <drm/drm.h>
#include <drm/i915_drm.h>
#include <linux/dma-buf.h>

#include "fail_util.h"
#include "proc_util.h"

/* Bound of the sweep, more than the allocations and copies of any call */
#define MAX_FAULTS	150

/**
 * struct state - a framebuffer, and the results of the steps so far
 * @v: the vGPU
 * @all: guest memory of all framebuffers; each starts a page after the previous
 *	one
 * @s: the framebuffer displayed
 * @shown: number of framebuffers displayed so far
 * @info: result of the query
 * @fd: the dma-buf, or -1
 * @drm: i915's render node
 * @vgem: render node of another device
 * @handle: GEM handle in @drm or @vgem
 * @map: a mapping of the framebuffer, or MAP_FAILED
 * @got: bytes read from it
 * @guest: the memfd
 * @fail_nth: of fail_set_up()
 */
struct state {
	struct vgpu v;
	struct vgpu_surface all, s;
	unsigned int shown;
	struct vfio_device_gfx_plane_info info;
	int fd, drm, vgem;
	uint32_t handle;
	uint8_t *map, *got;
	int guest, fail_nth;
};

/* ---- the steps: 0, or a negative errno ---- */

/* Show a framebuffer that has not been queried before, and so has no id yet. */
static int step_show(struct state *st)
{
	uint64_t offset = st->shown++ % MAX_FAULTS * VGPU_PAGE;

	st->s.gma = st->all.gma + offset;
	st->s.gpa = st->all.gpa + offset;
	return vgpu_primary_flip(&st->v, 0, st->s.gma);
}

static int step_query(struct state *st)
{
	return vgpu_query(&st->v, VGPU_PRIMARY, &st->info);
}

static int step_get(struct state *st)
{
	st->fd = vgpu_get_dmabuf(&st->v, st->info.dmabuf_id);
	return st->fd < 0 ? st->fd : 0;
}

static int step_import(struct state *st)
{
	return vgpu_drm_import(st->drm, st->fd, &st->handle);
}

static int step_import_elsewhere(struct state *st)
{
	return vgpu_drm_import(st->vgem, st->fd, &st->handle);
}

static int step_first_read(struct state *st)
{
	return vgpu_drm_pread(st->drm, st->handle, 0, st->got, st->s.size);
}

/*
 * Return an address near which nothing has been mapped. mmap() there has to
 * allocate page tables before it maps the first page. If this fails, the range
 * to undo is empty; zapping it regardless would make KVM warn.
 */
static void *address_without_page_tables(void)
{
	const size_t room = 1u << 30;
	uint8_t *at = mmap(NULL, room, PROT_NONE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (at == MAP_FAILED)
		return NULL;
	munmap(at, room);
	return at + room / 2;
}

static int step_mmap(struct state *st)
{
	st->map = mmap(address_without_page_tables(), st->s.size, PROT_READ,
		       MAP_SHARED, st->fd, 0);
	return st->map == MAP_FAILED ? -errno : 0;
}

static int step_gtt_mmap(struct state *st)
{
	struct drm_i915_gem_mmap_offset arg = {
		.handle = st->handle,
		.flags = I915_MMAP_OFFSET_GTT,
	};
	int ret = vgpu_ioctl(st->drm, DRM_IOCTL_I915_GEM_MMAP_OFFSET, &arg);

	if (ret)
		return ret;
	st->map = mmap(NULL, st->s.size, PROT_READ, MAP_SHARED, st->drm,
		       arg.offset);
	return st->map == MAP_FAILED ? -errno : 0;
}

/* A page fault that runs out of memory is retried, so this never fails. */
static int step_page_fault(struct state *st)
{
	memcpy(st->got, st->map, VGPU_PAGE);
	return 0;
}

static int step_sync(struct state *st)
{
	struct dma_buf_sync sync = {
		.flags = DMA_BUF_SYNC_START | DMA_BUF_SYNC_READ,
	};

	return vgpu_ioctl(st->fd, DMA_BUF_IOCTL_SYNC, &sync);
}

static int step_gem_close(struct state *st)
{
	return vgpu_drm_close_handle(st->drm, st->handle);
}

static int step_close(struct state *st)
{
	int ret = close(st->fd) ? -errno : 0;

	st->fd = -1;
	return ret;
}

/* ---- the order of the steps ---- */

/* In the order of the functions above and the variants below */
enum fail_step {
	STEP_SHOW,
	STEP_QUERY,
	STEP_GET,
	STEP_IMPORT,
	STEP_IMPORT_ELSEWHERE,
	STEP_FIRST_READ,
	STEP_MMAP,
	STEP_GTT_MMAP,
	STEP_PAGE_FAULT,
	STEP_SYNC,
	STEP_GEM_CLOSE,
	STEP_CLOSE,
};

/* Behaviour of a step when one of its allocations or copies fails */
enum faults {
	CAN_FAIL,	/* returns -ENOMEM or -EFAULT */
	RETRIES,	/* allocates again until it succeeds */
	FREES,		/* returns at most -EFAULT, and may allocate nothing */
};

/* One row per step, with the step that it depends on */
static const struct {
	int (*run)(struct state *st);
	enum fail_step after;
	enum faults faults;
} steps[] = {
	[STEP_SHOW] = { .run = step_show },	/* the first of all */
	[STEP_QUERY] = { .run = step_query, .after = STEP_SHOW },
	[STEP_GET] = { .run = step_get, .after = STEP_QUERY },
	[STEP_IMPORT] = { .run = step_import, .after = STEP_GET },
	[STEP_IMPORT_ELSEWHERE] = { .run = step_import_elsewhere,
				    .after = STEP_GET },
	[STEP_FIRST_READ] = { .run = step_first_read, .after = STEP_IMPORT },
	[STEP_MMAP] = { .run = step_mmap, .after = STEP_GET },
	[STEP_GTT_MMAP] = { .run = step_gtt_mmap, .after = STEP_IMPORT },
	[STEP_PAGE_FAULT] = { .run = step_page_fault, .after = STEP_GTT_MMAP,
			      .faults = RETRIES },
	[STEP_SYNC] = { .run = step_sync, .after = STEP_GET },
	[STEP_GEM_CLOSE] = { .run = step_gem_close, .after = STEP_FIRST_READ,
			     .faults = FREES },
	[STEP_CLOSE] = { .run = step_close, .after = STEP_SYNC,
			 .faults = FREES },
};

/* May a step return @ret because of a fault? */
static bool is_allowed(enum faults faults, int ret)
{
	return (ret == -ENOMEM && faults == CAN_FAIL) ||
	       (ret == -EFAULT && faults != RETRIES);
}

/* Run all steps that come before @step. */
static int prepare(struct state *st, enum fail_step step)
{
	enum fail_step before = steps[step].after;
	int ret;

	if (step == STEP_SHOW)
		return 0;

	ret = prepare(st, before);
	return ret ? ret : steps[before].run(st);
}

static int open_drm(struct state *st)
{
	st->drm = vgpu_drm_open();
	st->vgem = vgpu_drm_open_driver("vgem");
	return st->drm < 0 ? st->drm : 0;
}

static void start_over(struct state *st)
{
	if (st->map != MAP_FAILED)
		munmap(st->map, st->s.size);
	st->map = MAP_FAILED;
	if (st->fd >= 0)
		close(st->fd);
	st->fd = -1;
	close(st->drm);
	if (st->vgem >= 0)
		close(st->vgem);
}

/* ---- faults ---- */

/* Run a step with its @n-th fault; @injected: it has that many. */
static int run_with_fault(struct state *st, enum fail_step step, unsigned int n,
			  bool *injected)
{
	int ret = fail_begin(st->fail_nth, n), end;

	if (ret)
		return ret;
	ret = steps[step].run(st);
	end = fail_end(st->fail_nth);
	*injected = end > 0;
	return end < 0 ? end : ret;
}

/* Has the kernel released all guest pages, after everything was closed? */
static bool is_released(int guest)
{
	int tries;

	for (tries = 0; tries < 100; tries++) {
		if (!fcntl(guest, F_ADD_SEALS, F_SEAL_WRITE))
			return true;
		usleep(20000);	/* objects are freed asynchronously */
	}
	return false;
}

/* Replace the guest's memory by a memfd, for is_released(). */
static void use_memfd(struct __test_metadata *_metadata, struct state *st)
{
	struct vgpu *v = &st->v;

	st->guest = memfd_create("guest", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	ASSERT_LE(0, st->guest);
	ASSERT_EQ(0, ftruncate(st->guest, v->ram_size));
	ASSERT_EQ(v->ram, mmap(v->ram, v->ram_size, PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_FIXED, st->guest, 0));
}

static bool has_vgem(void)
{
	int fd = vgpu_drm_open_driver("vgem");

	return fd >= 0 && !close(fd);
}

FIXTURE(fail) {
	struct state st;
};

FIXTURE_VARIANT(fail) {
	enum fail_step step;
};

FIXTURE_VARIANT_ADD(fail, query) { .step = STEP_QUERY };
FIXTURE_VARIANT_ADD(fail, get) { .step = STEP_GET };
FIXTURE_VARIANT_ADD(fail, import) { .step = STEP_IMPORT };
FIXTURE_VARIANT_ADD(fail, import_elsewhere) { .step = STEP_IMPORT_ELSEWHERE };
FIXTURE_VARIANT_ADD(fail, first_read) { .step = STEP_FIRST_READ };
FIXTURE_VARIANT_ADD(fail, mmap) { .step = STEP_MMAP };
FIXTURE_VARIANT_ADD(fail, gtt_mmap) { .step = STEP_GTT_MMAP };
FIXTURE_VARIANT_ADD(fail, page_fault) { .step = STEP_PAGE_FAULT };
FIXTURE_VARIANT_ADD(fail, sync) { .step = STEP_SYNC };
FIXTURE_VARIANT_ADD(fail, gem_close) { .step = STEP_GEM_CLOSE };
FIXTURE_VARIANT_ADD(fail, close) { .step = STEP_CLOSE };

FIXTURE_SETUP(fail)
{
	struct state *st = &self->st;

	if (!test_open(_metadata, &st->v))
		return;
	if (variant->step == STEP_IMPORT_ELSEWHERE && !has_vgem())
		SKIP(return, "no second device: load vgem");
	st->fail_nth = fail_set_up();
	if (st->fail_nth == -ENOENT)
		SKIP(return, "no " FAIL_DEBUGFS "failslab: mount debugfs, as root");
	ASSERT_LE(0, st->fail_nth);
	use_memfd(_metadata, st);

	/* Room for many framebuffers of the usual size */
	ASSERT_EQ(0, vgpu_surface_init(&st->v, &st->all, TEST_WIDTH, 1000,
				       DRM_FORMAT_XRGB8888,
				       DRM_FORMAT_MOD_LINEAR));
	test_fill(&st->v, &st->all, 1);
	st->s = st->all;
	st->s.height = TEST_HEIGHT;
	st->s.size = (TEST_HEIGHT * st->s.stride + VGPU_PAGE - 1) /
		     VGPU_PAGE * VGPU_PAGE;
	ASSERT_LE((MAX_FAULTS - 1) * VGPU_PAGE + st->s.size, st->all.size);
	ASSERT_EQ(0, vgpu_primary_show(&st->v, 0, &st->s));
	ASSERT_EQ(0, vgpu_pipe_on(&st->v, 0, st->s.width, st->s.height));

	st->fd = -1;
	st->map = MAP_FAILED;
	st->got = calloc(1, st->s.size);
	ASSERT_NE(NULL, st->got);
}

FIXTURE_TEARDOWN(fail)
{
	vgpu_close(&self->st.v);
	free(self->st.got);
}

/* Run @step with fault @n, after its preceding steps; false if it has fewer. */
static bool try_fault(struct __test_metadata *_metadata, struct state *st,
		      enum fail_step step, unsigned int n)
{
	bool injected = false;
	unsigned int fds;
	int ret;

	ASSERT_EQ(0, open_drm(st));
	ASSERT_EQ(0, prepare(st, step));
	fds = count_fds();
	ret = run_with_fault(st, step, n, &injected);
	/* If drm_vma_node_allow_once() fails, mmap() is denied. */
	if (step == STEP_GTT_MMAP && ret == -EACCES)
		ret = -ENOMEM;
	if (ret) {
		ASSERT_TRUE(injected && is_allowed(steps[step].faults, ret))
			TH_LOG("fault %u: %s", n, strerror(-ret));
		EXPECT_EQ(fds, count_fds()) TH_LOG("fault %u", n);
		ASSERT_EQ(0, steps[step].run(st)) TH_LOG("fault %u", n);
	}
	if (st->fd >= 0)
		EXPECT_EQ(0, test_compare(st->fd, &st->v, &st->s))
			TH_LOG("fault %u", n);
	start_over(st);
	return injected;
}

TEST_F_TIMEOUT(fail, survives_failing_allocations, 300)
{
	struct state *st = &self->st;
	long pinned = vgpu_pinned_pages(&st->v);
	unsigned int n = 1;

	while (try_fault(_metadata, st, variant->step, n)) {
		n++;
		ASSERT_GT(MAX_FAULTS, n)
			TH_LOG("too many faults: raise MAX_FAULTS");
	}
	TH_LOG("%u faults", n - 1);
	if (steps[variant->step].faults != FREES)
		EXPECT_LT(1, n);

	EXPECT_EQ(pinned, vgpu_pinned_pages(&st->v));
	vgpu_close(&st->v);
	EXPECT_TRUE(is_released(st->guest)) TH_LOG("pages are still held");
}

int main(int argc, char **argv)
{
	if (access(FAIL_NTH, F_OK)) {
		ksft_print_header();
		ksft_exit_skip("no " FAIL_NTH ": boot a kernel with CONFIG_FAULT_INJECTION\n");
	}
	return test_harness_run(argc, argv);
}
