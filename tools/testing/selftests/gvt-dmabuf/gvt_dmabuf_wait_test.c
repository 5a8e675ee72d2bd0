// SPDX-License-Identifier: GPL-2.0
/*
 * No reader of a dma-buf waits for the guest, and no guest for a reader.
 *
 * A guest may never finish its GPU work, so its requests must not be fences of
 * a dma-buf (Documentation/driver-api/dma-buf.rst, "Indefinite DMA Fences"). A
 * gate is a request of the guest that ends when the test opens it; while it is
 * closed, all calls of a reader must return. A GGTT write of the guest may wait
 * for a part of a reader's work, but this part must be bounded.
 */
#include <linux/dma-buf.h>
#include <poll.h>
#include <pthread.h>
#include <sys/param.h>
#include <sys/resource.h>

#include "test_util.h"
#include "time_util.h"

/* Timeout of poll() for operations that must not wait */
#define NOW_MS		0

/*
 * Number of dma-bufs that are open while a request is timed, and of rounds. A
 * request that locks each dma-buf would take several times as long.
 */
#define EXPORTS		1000
#define ROUNDS		25

/* The GPU has not entered @gate yet. */
FIXTURE(reader) {
	struct vgpu v;
	struct vgpu_surface s;
	struct vgpu_ring ring;
	struct vgpu_gate gate;
	struct vfio_device_gfx_plane_info info;
	int dmabuf;
};

static void make_guest(struct __test_metadata *_metadata, struct vgpu *v,
		       struct vgpu_surface *s, struct vgpu_ring *ring,
		       struct vgpu_gate *gate)
{
	ASSERT_EQ(0, vgpu_ring_init(v, ring));
	ASSERT_EQ(0, vgpu_gate_init(v, gate));
	ASSERT_EQ(0, test_show(v, s, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR));
}

FIXTURE_SETUP(reader)
{
	self->dmabuf = -1;
	if (!test_open(_metadata, &self->v))
		return;
	make_guest(_metadata, &self->v, &self->s, &self->ring, &self->gate);
	self->dmabuf = test_export(&self->v, VGPU_PRIMARY, &self->info);
	ASSERT_LE(0, self->dmabuf);
}

FIXTURE_TEARDOWN(reader)
{
	vgpu_gate_open(&self->gate);
	close(self->dmabuf);
	test_close(&self->v);
}

/* Has a sync_file signaled, or may a dma-buf be read, without waiting? */
static bool is_ready(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, NOW_MS) == 1 && p.revents == POLLIN;
}

/* Use every interface that waits for writers of @dmabuf; none may block. */
static void expect_no_wait(struct __test_metadata *_metadata, int dmabuf)
{
	struct dma_buf_export_sync_file file = {
		.flags = DMA_BUF_SYNC_READ,
		.fd = -1,
	};
	struct dma_buf_sync sync = {
		.flags = DMA_BUF_SYNC_START | DMA_BUF_SYNC_READ,
	};

	/* First, as these fail where the others would block. */
	ASSERT_TRUE(is_ready(dmabuf));
	ASSERT_EQ(0, vgpu_ioctl(dmabuf, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, &file));
	ASSERT_TRUE(is_ready(file.fd));
	close(file.fd);

	EXPECT_EQ(0, vgpu_ioctl(dmabuf, DMA_BUF_IOCTL_SYNC, &sync));
	sync.flags = DMA_BUF_SYNC_END | DMA_BUF_SYNC_READ;
	EXPECT_EQ(0, vgpu_ioctl(dmabuf, DMA_BUF_IOCTL_SYNC, &sync));
}

TEST_F(reader, does_not_wait_for_the_guest)
{
	ASSERT_EQ(0, vgpu_gate_enter(&self->v, &self->gate, &self->ring,
				     NULL, 0));
	expect_no_wait(_metadata, self->dmabuf);
	if (_metadata->exit_code)
		return;
	EXPECT_EQ(0, test_compare(self->dmabuf, &self->v, &self->s));
}

/* The dma-buf is opened while the guest's request runs. */
TEST_F(reader, that_comes_later_does_not_wait)
{
	struct vfio_device_gfx_plane_info info;
	int dmabuf;

	ASSERT_EQ(0, vgpu_gate_enter(&self->v, &self->gate, &self->ring,
				     NULL, 0));
	dmabuf = test_export(&self->v, VGPU_PRIMARY, &info);
	ASSERT_LE(0, dmabuf);
	EXPECT_EQ(self->info.dmabuf_id, info.dmabuf_id);
	expect_no_wait(_metadata, dmabuf);
	if (_metadata->exit_code)
		return;
	EXPECT_EQ(0, test_compare(dmabuf, &self->v, &self->s));
	close(dmabuf);
}

/* A dma-buf of an earlier owner must not wait for the next owner. */
TEST_F(reader, does_not_wait_for_the_next_owner)
{
	ASSERT_EQ(0, test_compare(self->dmabuf, &self->v, &self->s));
	self->gate.words = NULL;
	ASSERT_EQ(0, test_next_owner(&self->v));
	make_guest(_metadata, &self->v, &self->s, &self->ring, &self->gate);
	ASSERT_EQ(0, vgpu_gate_enter(&self->v, &self->gate, &self->ring,
				     NULL, 0));
	expect_no_wait(_metadata, self->dmabuf);
}

/* Nor for requests of another vGPU */
TEST_F(reader, does_not_wait_for_another_vgpu)
{
	char second[40];
	struct vgpu v;
	struct vgpu_surface s;
	struct vgpu_ring ring;
	struct vgpu_gate gate;

	if (!test_second_vgpu(second))
		SKIP(return, "one vGPU: name two in VGPU_UUIDS");
	ASSERT_EQ(0, vgpu_open(&v, second, TEST_RAM));
	make_guest(_metadata, &v, &s, &ring, &gate);
	ASSERT_EQ(0, vgpu_gate_enter(&v, &gate, &ring, NULL, 0));
	expect_no_wait(_metadata, self->dmabuf);
	vgpu_gate_open(&gate);
	test_close(&v);
}

/* ---- a guest does not wait for readers ---- */

/* The shortest time of a request that does nothing, from submission to end */
static int64_t request_ns(struct vgpu *v, struct vgpu_ring *ring)
{
	static const uint32_t nothing[] = { 0, 0 };
	int64_t best = INT64_MAX, from;
	int i, ret;

	for (i = 0; i < ROUNDS; i++) {
		from = time_ns();
		ret = vgpu_ring_submit(v, ring, nothing, ARRAY_SIZE(nothing));
		if (ret)
			return ret;
		if (time_ns() - from < best)
			best = time_ns() - from;
	}
	return best;
}

/* Guards against a request that locks every dma-buf with vgpu_lock held. */
TEST_F_TIMEOUT(reader, costs_a_request_nothing, 120)
{
	struct rlimit files = { EXPORTS + 64, EXPORTS + 64 };
	int fds[EXPORTS], i;
	int64_t before, after, took;

	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &files));
	before = request_ns(&self->v, &self->ring);
	ASSERT_LT(0, before);
	for (i = 0; i < EXPORTS; i++) {
		fds[i] = vgpu_get_dmabuf(&self->v, self->info.dmabuf_id);
		ASSERT_LE(0, fds[i]);
	}
	/* Repeat, as all rounds may be slow on a busy machine. */
	for (i = 0, after = INT64_MAX; i < 10 && after > before * 2; i++) {
		took = request_ns(&self->v, &self->ring);
		ASSERT_LT(0, took);
		if (took < after)
			after = took;
	}
	for (i = 0; i < EXPORTS; i++)
		close(fds[i]);
	EXPECT_GE(before * 2, after)
		TH_LOG("%lld ns without, %lld ns with %d dma-bufs",
		       (long long)before, (long long)after, EXPORTS);
}

TEST_F(reader, does_not_hold_up_a_query)
{
	struct vfio_device_gfx_plane_info info;

	ASSERT_EQ(0, vgpu_gate_enter(&self->v, &self->gate, &self->ring,
				     NULL, 0));
	ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &info));
	EXPECT_EQ(self->info.dmabuf_id, info.dmabuf_id);
}

/* ---- GGTT writes during an import ---- */

/* A framebuffer of many pages, no two of them contiguous */
#define WIDTH		4096u
#define HEIGHT		2560u
#define FRAMES		2048u
#define IMPORTS		5

/**
 * struct writer - a guest that changes a GGTT entry outside of the framebuffer
 * @v: the vGPU
 * @gma: GGTT address of the entry
 * @gpa: guest physical address of two pages that it maps in turn
 * @longest: longest wait of a write in ns, without waiting for a CPU
 * @stop: end the loop
 */
struct writer {
	struct vgpu *v;
	uint64_t gma, gpa;
	int64_t longest;
	bool stop;
};

/* The time that this thread was not runnable, plus a constant */
static int64_t slept_ns(int schedstat)
{
	long long ran, ready;
	char text[64] = "";

	if (pread(schedstat, text, sizeof(text) - 1, 0) < 0 ||
	    sscanf(text, "%lld %lld", &ran, &ready) != 2)
		return -1;
	return time_ns() - ran - ready;
}

static void *write_entries(void *arg)
{
	int schedstat = open("/proc/thread-self/schedstat", O_RDONLY);
	struct writer *w = arg;
	int64_t from, slept;
	size_t i;

	for (i = 0; !__atomic_load_n(&w->stop, __ATOMIC_ACQUIRE); i++) {
		from = slept_ns(schedstat);
		if (vgpu_ggtt_map(w->v, w->gma, w->gpa + i % 2 * VGPU_PAGE,
				  VGPU_PAGE))
			break;
		slept = from < 0 ? INT64_MAX : slept_ns(schedstat) - from;
		if (slept > __atomic_load_n(&w->longest, __ATOMIC_ACQUIRE))
			__atomic_store_n(&w->longest, slept, __ATOMIC_RELEASE);
		usleep(200);
	}
	close(schedstat);
	return NULL;
}

/* 389 and FRAMES are coprime. */
static int show_scattered(struct vgpu *v)
{
	struct vgpu_surface s = {
		.width = WIDTH, .height = HEIGHT, .stride = WIDTH * 4, .cpp = 4,
		.fourcc = DRM_FORMAT_XRGB8888, .size = WIDTH * HEIGHT * 4,
	};
	size_t i;
	int ret;

	ret = vgpu_alloc_ram(v, FRAMES * VGPU_PAGE, &s.gpa);
	if (!ret)
		ret = vgpu_alloc_gma(v, s.size, &s.gma);
	for (i = 0; i < s.size / VGPU_PAGE && !ret; i++)
		ret = vgpu_ggtt_map(v, s.gma + i * VGPU_PAGE, s.gpa +
				    i * 389 % FRAMES * VGPU_PAGE, VGPU_PAGE);
	return ret ? ret : vgpu_primary_show(v, 0, &s);
}

TEST_F_TIMEOUT(reader, does_not_hold_up_a_ggtt_write, 120)
{
	struct vfio_device_gfx_plane_info info;
	struct writer w = { .v = &self->v };
	int64_t from, import = INT64_MAX, wait = INT64_MAX;
	pthread_t thread;
	uint64_t word;
	int i, fd;

	ASSERT_EQ(0, show_scattered(&self->v));
	ASSERT_EQ(0, vgpu_alloc_ram(&self->v, 2 * VGPU_PAGE, &w.gpa));
	ASSERT_EQ(0, vgpu_alloc_gma(&self->v, VGPU_PAGE, &w.gma));
	ASSERT_EQ(0, pthread_create(&thread, NULL, write_entries, &w));
	for (i = 0; i < IMPORTS; i++) {
		fd = test_export(&self->v, VGPU_PRIMARY, &info);
		EXPECT_LE(0, fd);
		__atomic_store_n(&w.longest, 0, __ATOMIC_RELEASE);
		from = time_ns();
		/* A page fault would hold mmap_lock and block pins. */
		EXPECT_EQ(0, test_read(fd, &word, sizeof(word)));
		import = MIN(import, time_ns() - from);
		usleep(10000);	/* until a write that waited has ended */
		wait = MIN(wait, __atomic_load_n(&w.longest, __ATOMIC_ACQUIRE));
		close(fd);
	}
	__atomic_store_n(&w.stop, true, __ATOMIC_RELEASE);
	ASSERT_EQ(0, pthread_join(thread, NULL));
	EXPECT_GT(import / 6, wait)
		TH_LOG("a write waited for %lld ns of an import of %lld ns",
		       (long long)wait, (long long)import);
}

TEST_HARNESS_MAIN
