// SPDX-License-Identifier: GPL-2.0
/*
 * What is left when memory runs out half-way: every allocation of a call fails
 * in turn, on the way from the query to the close of a picture. A call that
 * fails has changed nothing, says ENOMEM, and works when it is made again.
 *
 * That no page of the guest stays behind is asked of the kernel: guest memory
 * is a memfd here, which can be sealed against writing only if nobody holds a
 * page of it. What else is lost, kmemleak knows.
 */
#include <fcntl.h>
#include <dirent.h>

#include <drm/drm.h>
#include <drm/i915_drm.h>
#include <linux/dma-buf.h>

#include "test_util.h"

#define FAIL_NTH	"/proc/thread-self/fail-nth"
#define DEBUGFS		"/sys/kernel/debug/"
#define MAX_FAULTS	150	/* more than any call here allocates */

/**
 * struct state - a picture, as far as it has got
 * @v: the vGPU
 * @all: guest memory in which the pictures lie, a page apart
 * @s: the picture on the screen
 * @shown: how many there were
 * @info: answer of the query
 * @fd: the dma-buf, or -1
 * @drm: i915's render node
 * @vgem: that of another device
 * @handle: in one of them
 * @map: a mapping of it, or MAP_FAILED
 * @got: bytes of it
 * @guest: the memfd
 * @fail_nth: says which allocation of this thread fails
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

/* ---- the calls: 0, or a negative errno ---- */

/* A picture that nobody has asked for: each starts a page further. */
static int show(struct state *st)
{
	uint64_t offset = st->shown++ % MAX_FAULTS * VGPU_PAGE;

	st->s.gma = st->all.gma + offset;
	st->s.gpa = st->all.gpa + offset;
	return vgpu_primary_flip(&st->v, 0, st->s.gma);
}

static int query(struct state *st)
{
	return vgpu_query(&st->v, VGPU_PRIMARY, &st->info);
}

static int get(struct state *st)
{
	st->fd = vgpu_get_dmabuf(&st->v, st->info.dmabuf_id);
	return st->fd < 0 ? st->fd : 0;
}

static int import(struct state *st)
{
	return vgpu_drm_import(st->drm, st->fd, &st->handle);
}

static int import_elsewhere(struct state *st)
{
	return vgpu_drm_import(st->vgem, st->fd, &st->handle);
}

static int read_picture(struct state *st)
{
	return vgpu_drm_pread(st->drm, st->handle, 0, st->got, st->s.size);
}

static int close_handle(struct state *st)
{
	return vgpu_drm_close_handle(st->drm, st->handle);
}

/*
 * Where nothing was mapped before, there are no page tables: allocating them
 * is what can fail first. KVM warns if an empty range is zapped then.
 */
static void *virgin_address(void)
{
	const size_t room = 1u << 30;
	uint8_t *at = mmap(NULL, room, PROT_NONE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (at == MAP_FAILED)
		return NULL;
	munmap(at, room);
	return at + room / 2;
}

static int map_dmabuf(struct state *st)
{
	st->map = mmap(virgin_address(), st->s.size, PROT_READ, MAP_SHARED,
		       st->fd, 0);
	return st->map == MAP_FAILED ? -errno : 0;
}

static int map_gtt(struct state *st)
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

/* A fault that runs out of memory is taken again, so this cannot fail. */
static int touch(struct state *st)
{
	memcpy(st->got, st->map, VGPU_PAGE);
	return 0;
}

static int begin_access(struct state *st)
{
	struct dma_buf_sync sync = {
		.flags = DMA_BUF_SYNC_START | DMA_BUF_SYNC_READ,
	};

	return vgpu_ioctl(st->fd, DMA_BUF_IOCTL_SYNC, &sync);
}

static int close_dmabuf(struct state *st)
{
	int ret = close(st->fd) ? -errno : 0;

	st->fd = -1;
	return ret;
}

/* ---- one after the other ---- */

enum call {
	SHOW, QUERY, GET, IMPORT, IMPORT_ELSEWHERE, READ, MAP, GTT_MAP, TOUCH,
	ACCESS, CLOSE_HANDLE, CLOSE,
};

/* What is made to fail */
enum faults {
	CAN_FAIL,	/* allocates, and cannot do without */
	RETRIES,	/* allocates, and does not give up */
	NEVER_FAILS,	/* what is closed is closed */
};

/* One row a call, and what has to be done before */
static const struct {
	int (*run)(struct state *st);
	enum call after;
	enum faults faults;
} steps[] = {
	[SHOW] = { show, SHOW, NEVER_FAILS },
	[QUERY] = { query, SHOW, CAN_FAIL },
	[GET] = { get, QUERY, CAN_FAIL },
	[IMPORT] = { import, GET, CAN_FAIL },
	[IMPORT_ELSEWHERE] = { import_elsewhere, GET, CAN_FAIL },
	[READ] = { read_picture, IMPORT, CAN_FAIL },
	[MAP] = { map_dmabuf, GET, CAN_FAIL },
	[GTT_MAP] = { map_gtt, IMPORT, CAN_FAIL },
	[TOUCH] = { touch, GTT_MAP, RETRIES },
	[ACCESS] = { begin_access, GET, CAN_FAIL },
	[CLOSE_HANDLE] = { close_handle, READ, NEVER_FAILS },
	[CLOSE] = { close_dmabuf, ACCESS, NEVER_FAILS },
};

/* All that comes before @step */
static int prepare(struct state *st, enum call step)
{
	enum call before = steps[step].after;
	int ret = before == SHOW ? 0 : prepare(st, before);

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

/* Let every allocation fail that may, and nothing be said about it. */
static bool set_up_faults(void)
{
	static const struct { const char *path, *text; } settings[] = {
		{ DEBUGFS "failslab/ignore-gfp-wait", "N" },
		{ DEBUGFS "failslab/verbose", "0" },
		{ DEBUGFS "fail_page_alloc/ignore-gfp-wait", "N" },
		{ DEBUGFS "fail_page_alloc/ignore-gfp-highmem", "N" },
		{ DEBUGFS "fail_page_alloc/min-order", "0" },
		{ DEBUGFS "fail_page_alloc/verbose", "0" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(settings); i++)
		if (test_write(settings[i].path, settings[i].text))
			return false;
	return true;
}

/* Run a step whose @n-th allocation fails, if it has as many: @injected */
static int run_with_fault(struct state *st, enum call step, unsigned int n,
			  bool *injected)
{
	char text[16] = "";
	int ret;

	snprintf(text, sizeof(text), "%u", n);
	if (pwrite(st->fail_nth, text, strlen(text), 0) < 0)
		return -errno;
	ret = steps[step].run(st);
	/* What is left to count down: nothing after a fault */
	if (pread(st->fail_nth, text, sizeof(text) - 1, 0) < 0 ||
	    pwrite(st->fail_nth, "0", 1, 0) < 0)
		return -errno;
	*injected = !atoi(text);
	return ret;
}

static unsigned int count_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned int n = 0;

	while (dir && readdir(dir))
		n++;
	if (dir)
		closedir(dir);
	return n;
}

/* All is closed: has every page of the guest been given back? */
static bool is_released(int guest)
{
	int tries;

	for (tries = 0; tries < 100; tries++) {
		if (!fcntl(guest, F_ADD_SEALS, F_SEAL_WRITE))
			return true;
		usleep(20000);	/* objects are freed in the background */
	}
	return false;
}

FIXTURE(fail) {
	struct state st;
};

FIXTURE_VARIANT(fail) {
	enum call step;
};

FIXTURE_VARIANT_ADD(fail, query) { .step = QUERY };
FIXTURE_VARIANT_ADD(fail, get) { .step = GET };
FIXTURE_VARIANT_ADD(fail, import) { .step = IMPORT };
FIXTURE_VARIANT_ADD(fail, import_elsewhere) { .step = IMPORT_ELSEWHERE };
FIXTURE_VARIANT_ADD(fail, first_read) { .step = READ };
FIXTURE_VARIANT_ADD(fail, mmap) { .step = MAP };
FIXTURE_VARIANT_ADD(fail, gtt_mmap) { .step = GTT_MAP };
FIXTURE_VARIANT_ADD(fail, page_fault) { .step = TOUCH };
FIXTURE_VARIANT_ADD(fail, sync) { .step = ACCESS };
FIXTURE_VARIANT_ADD(fail, gem_close) { .step = CLOSE_HANDLE };
FIXTURE_VARIANT_ADD(fail, close) { .step = CLOSE };

/* Guest memory that can be asked who holds it */
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

FIXTURE_SETUP(fail)
{
	struct state *st = &self->st;

	if (!test_open(_metadata, &st->v))
		return;
	if (variant->step == IMPORT_ELSEWHERE && !has_vgem())
		SKIP(return, "no second device: load vgem");
	if (!set_up_faults())
		SKIP(return, "no " DEBUGFS "failslab: mount debugfs, as root");
	st->fail_nth = open(FAIL_NTH, O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, st->fail_nth);
	use_memfd(_metadata, st);

	/* Room for many pictures of the usual size */
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

/* One call, with fault @n; false if it has not so many allocations. */
static bool try_fault(struct __test_metadata *_metadata, struct state *st,
		      enum call step, unsigned int n)
{
	bool injected = false;
	unsigned int fds;
	int ret;

	ASSERT_EQ(0, open_drm(st));
	ASSERT_EQ(0, prepare(st, step));
	fds = count_fds();
	ret = run_with_fault(st, step, n, &injected);
	if (!injected || steps[step].faults != CAN_FAIL)
		ASSERT_EQ(0, ret) TH_LOG("fault %u", n);
	/* i915 does not look whether DRM let the file in, and refuses it later. */
	if (step == GTT_MAP && ret == -EACCES)
		ret = -ENOMEM;
	if (ret) {
		EXPECT_EQ(-ENOMEM, ret) TH_LOG("fault %u", n);
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

	while (try_fault(_metadata, st, variant->step, n))
		ASSERT_GT(MAX_FAULTS, ++n);
	TH_LOG("%u allocations", n - 1);
	if (steps[variant->step].faults != NEVER_FAILS)
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
