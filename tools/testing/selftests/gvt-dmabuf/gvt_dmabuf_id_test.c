// SPDX-License-Identifier: GPL-2.0
/*
 * Ids of exported surfaces: which framebuffers share one, how long it is valid,
 * and the resources that it holds.
 */
#include <pthread.h>
#include <sys/resource.h>

#include "test_util.h"
#include "proc_util.h"
#include "vgpu_regs.h"

FIXTURE(id) {
	struct vgpu v;
	struct vgpu_surface a, b;	/* @a is displayed */
};

FIXTURE_SETUP(id)
{
	if (!test_open(_metadata, &self->v))
		return;
	ASSERT_EQ(0, test_show(&self->v, &self->a, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR));
	ASSERT_EQ(0, test_make(&self->v, &self->b, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR, 1));
}

FIXTURE_TEARDOWN(id)
{
	test_close(&self->v);
}

/* The id of the framebuffer displayed, or a negative errno */
static int64_t query_id(struct vgpu *v)
{
	struct vfio_device_gfx_plane_info info;
	int ret = vgpu_query(v, VGPU_PRIMARY, &info);

	return ret ? ret : (int64_t)info.dmabuf_id;
}

/* Objects are freed asynchronously after the last close: retry for 2 s. */
static bool eventually(bool (*done)(void *arg), void *arg)
{
	int tries;

	for (tries = 0; tries < 200; tries++) {
		if (done(arg))
			return true;
		usleep(10000);
	}
	return false;
}

TEST_F(id, same_surface_keeps_its_id)
{
	int64_t first = query_id(&self->v);

	ASSERT_LT(0, first);
	EXPECT_EQ(first, query_id(&self->v));
}

/* Guest physical address above other memory, mapped page by page */
#define APART		0x1000000000ull

/* Unmapping a page between two frames of a surface does not affect it. */
TEST_F(id, survives_unmap_between_its_pages)
{
	const size_t bytes = 3 * VGPU_PAGE;
	struct vfio_device_gfx_plane_info info;
	struct vgpu_surface s = self->a;
	struct vgpu *v = &self->v;
	uint8_t *memory, first[2 * VGPU_PAGE];
	uint64_t other;
	size_t at;
	int fd;

	memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, memory);
	for (at = 0; at < bytes; at += VGPU_PAGE)
		ASSERT_EQ(0, vgpu_map_dma(v, APART + at, memory + at,
					  VGPU_PAGE));
	s.width = 128;
	s.height = 16;
	s.stride = 512;
	s.size = 2 * VGPU_PAGE;
	ASSERT_EQ(0, vgpu_alloc_gma(v, s.size, &s.gma));
	ASSERT_EQ(0, vgpu_alloc_gma(v, VGPU_PAGE, &other));
	ASSERT_EQ(0, vgpu_ggtt_map(v, s.gma, APART, VGPU_PAGE));
	ASSERT_EQ(0, vgpu_ggtt_map(v, s.gma + VGPU_PAGE, APART + 2 * VGPU_PAGE,
				   VGPU_PAGE));
	ASSERT_EQ(0, vgpu_ggtt_map(v, other, APART + VGPU_PAGE, VGPU_PAGE));
	ASSERT_EQ(0, vgpu_primary_show(v, 0, &s));
	ASSERT_EQ(0, vgpu_pipe_size(v, 0, s.width, s.height));
	fd = test_export(v, VGPU_PRIMARY, &info);
	ASSERT_LE(0, fd);

	ASSERT_EQ(0, vgpu_unmap_dma(v, APART + VGPU_PAGE, VGPU_PAGE));
	EXPECT_EQ(info.dmabuf_id, query_id(v));
	EXPECT_EQ(0, vgpu_dmabuf_read(fd, first, sizeof(first)));
	close(fd);
	fd = vgpu_get_dmabuf(v, info.dmabuf_id);
	EXPECT_LE(0, fd);
	close(fd);

	ASSERT_EQ(0, vgpu_unmap_dma(v, APART + 2 * VGPU_PAGE, VGPU_PAGE));
	EXPECT_EQ(-EINVAL, vgpu_get_dmabuf(v, info.dmabuf_id));
	vgpu_ggtt_unmap(v, s.gma, s.size);
	vgpu_ggtt_unmap(v, other, VGPU_PAGE);
	munmap(memory, bytes);
}

TEST_F(id, flip_gives_another_and_back_the_same)
{
	int64_t a, b;

	a = query_id(&self->v);
	ASSERT_LT(0, a);
	ASSERT_EQ(0, vgpu_primary_flip(&self->v, 0, self->b.gma));
	b = query_id(&self->v);
	ASSERT_LT(0, b);
	EXPECT_NE(a, b);
	ASSERT_EQ(0, vgpu_primary_flip(&self->v, 0, self->a.gma));
	EXPECT_EQ(a, query_id(&self->v));
}

TEST_F(id, other_format_is_another)
{
	struct vgpu_surface other = self->a;
	int64_t id = query_id(&self->v);

	ASSERT_LT(0, id);
	other.fourcc = DRM_FORMAT_XBGR8888;
	ASSERT_EQ(0, vgpu_primary_show(&self->v, 0, &other));
	EXPECT_NE(id, query_id(&self->v));
}

struct client {
	struct vgpu *v;
	pthread_barrier_t *start;
	int64_t id;
};

static void *query_thread(void *arg)
{
	struct client *client = arg;

	pthread_barrier_wait(client->start);
	client->id = query_id(client->v);
	return NULL;
}

/* Concurrent queries of a new framebuffer must agree on one id. */
TEST_F(id, concurrent_queries_get_the_same)
{
	struct client clients[6];
	pthread_t threads[ARRAY_SIZE(clients)];
	pthread_barrier_t start;
	const size_t pages = self->b.size / VGPU_PAGE;
	uint64_t gma;
	size_t i, round;

	ASSERT_EQ(0, pthread_barrier_init(&start, NULL, ARRAY_SIZE(clients)));
	for (round = 0; round < 50; round++) {
		gma = self->a.gma + (round % 4 + 1) * VGPU_PAGE;
		ASSERT_EQ(0, vgpu_ggtt_map(&self->v, gma, self->b.gpa +
					   round / 4 % pages * VGPU_PAGE,
					   VGPU_PAGE));
		ASSERT_EQ(0, vgpu_primary_flip(&self->v, 0, gma));
		for (i = 0; i < ARRAY_SIZE(clients); i++) {
			clients[i] = (struct client){ &self->v, &start, -1 };
			ASSERT_EQ(0, pthread_create(&threads[i], NULL,
						    query_thread, &clients[i]));
		}
		for (i = 0; i < ARRAY_SIZE(clients); i++)
			ASSERT_EQ(0, pthread_join(threads[i], NULL));
		ASSERT_LT(0, clients[0].id);
		for (i = 1; i < ARRAY_SIZE(clients); i++)
			ASSERT_EQ(clients[0].id, clients[i].id);
	}
	pthread_barrier_destroy(&start);
}

/*
 * Remap pages without a change of plane registers. The old id must keep the old
 * pages, and a query must return a new id for the new ones.
 */
static void remap(struct __test_metadata *_metadata, struct vgpu *v,
		  const struct vgpu_surface *a, const struct vgpu_surface *b,
		  size_t from, size_t bytes)
{
	uint8_t *want = malloc(a->size), *got = malloc(a->size);
	struct vfio_device_gfx_plane_info before, after;
	int old, new;

	ASSERT_NE(NULL, want);
	ASSERT_NE(NULL, got);
	old = test_export(v, VGPU_PRIMARY, &before);
	ASSERT_LE(0, old);
	ASSERT_EQ(0, test_read(old, got, a->size));
	ASSERT_EQ(0, vgpu_ggtt_map(v, a->gma + from, b->gpa + from, bytes));

	new = test_export(v, VGPU_PRIMARY, &after);
	ASSERT_LE(0, new);
	EXPECT_NE(before.dmabuf_id, after.dmabuf_id);
	memcpy(want, vgpu_surface_bytes(v, a), a->size);
	EXPECT_EQ(0, test_compare(old, v, a));
	memcpy(want + from, vgpu_surface_bytes(v, b) + from, bytes);
	ASSERT_EQ(0, test_read(new, got, a->size));
	EXPECT_EQ(0, memcmp(want, got, a->size));
	free(want);
	free(got);
}

TEST_F(id, remap_of_all_pages_gives_a_new_id)
{
	remap(_metadata, &self->v, &self->a, &self->b, 0, self->a.size);
}

/* Not only a change of the first page counts. */
TEST_F(id, remap_of_a_middle_page_gives_a_new_id)
{
	remap(_metadata, &self->v, &self->a, &self->b, 3 * VGPU_PAGE,
	      VGPU_PAGE);
}

TEST_F(id, remap_of_the_last_page_gives_a_new_id)
{
	remap(_metadata, &self->v, &self->a, &self->b,
	      self->a.size - VGPU_PAGE, VGPU_PAGE);
}

/* Change bits other than the address and present in some entries. */
TEST_F(id, other_bits_of_an_entry_do_not_count)
{
	struct vfio_device_gfx_plane_info info;
	const uint64_t bits = 1ull << 63 | 1ull << 46 | 0xe6;
	int64_t first = query_id(&self->v);
	uint64_t gma, pte;
	size_t at;
	int fd;

	ASSERT_LT(0, first);
	for (at = 0; at < self->a.size; at += 3 * VGPU_PAGE) {
		gma = self->a.gma + at;
		pte = (self->a.gpa + at) | bits | PTE_PRESENT;
		ASSERT_EQ(0, vgpu_write(&self->v, vgpu_ggtt_entry(gma), &pte,
					sizeof(pte)));
		ASSERT_EQ(0, vgpu_ggtt_read(&self->v, gma, &pte));
		ASSERT_EQ(bits, pte & bits);
	}
	EXPECT_EQ(first, query_id(&self->v));
	fd = test_export(&self->v, VGPU_PRIMARY, &info);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, test_compare(fd, &self->v, &self->a));
}

TEST_F(id, is_never_reused)
{
	uint32_t seen[8];
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(seen); i++) {
		struct vfio_device_gfx_plane_info info;
		uint32_t handle;
		int fd, drm;

		/* A new surface each time, as it starts at another page */
		ASSERT_EQ(0, vgpu_primary_flip(&self->v, 0, self->a.gma +
					       i * VGPU_PAGE));
		fd = test_export(&self->v, VGPU_PRIMARY, &info);
		ASSERT_LE(0, fd);
		drm = vgpu_drm_open();
		ASSERT_LE(0, drm);
		ASSERT_EQ(0, vgpu_drm_import(drm, fd, &handle));
		close(fd);
		close(drm);
		usleep(20000);	/* until the object is freed */
		seen[i] = info.dmabuf_id;
		for (j = 0; j < i; j++)
			ASSERT_NE(seen[j], seen[i]);
	}
}

/* After a reset, a client must not get surfaces from before. */
TEST_F(id, ends_with_a_reset)
{
	struct vfio_device_gfx_plane_info info;

	ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &info));
	ASSERT_EQ(0, vgpu_reset(&self->v));
	EXPECT_EQ(-EINVAL, vgpu_get_dmabuf(&self->v, info.dmabuf_id));
}

/* Without the fix: ids ran out, as they continued over all owners */
TEST_F(id, starts_over_with_a_new_owner)
{
	const uint32_t first = 1;
	uint32_t id, other;

	ASSERT_LT(0, query_id(&self->v));
	ASSERT_EQ(0, vgpu_primary_flip(&self->v, 0, self->b.gma));
	other = query_id(&self->v);
	ASSERT_EQ(0, test_next_owner(&self->v));
	EXPECT_EQ(-EINVAL, vgpu_get_dmabuf(&self->v, first));
	ASSERT_EQ(0, test_show(&self->v, &self->a, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR));
	id = query_id(&self->v);
	EXPECT_EQ(first, id);
	EXPECT_EQ(-EINVAL, vgpu_get_dmabuf(&self->v, other));

	/* A reset by the same owner does not reset ids. */
	ASSERT_EQ(0, vgpu_reset(&self->v));
	ASSERT_EQ(0, test_show(&self->v, &self->a, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR));
	EXPECT_LT(id, query_id(&self->v));
}

/* An earlier owner's dma-buf is not affected by a reused id. */
TEST_F(id, of_an_earlier_owner_keeps_its_memory)
{
	struct vfio_device_gfx_plane_info before, after;
	uint8_t *was = malloc(self->a.size), *got = malloc(self->a.size);
	int old, new;

	ASSERT_NE(NULL, was);
	ASSERT_NE(NULL, got);
	ASSERT_EQ(0, test_next_owner(&self->v));
	ASSERT_EQ(0, test_show(&self->v, &self->a, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR));
	old = test_export(&self->v, VGPU_PRIMARY, &before);
	ASSERT_LE(0, old);
	ASSERT_EQ(0, test_read(old, was, self->a.size));
	ASSERT_EQ(0, test_next_owner(&self->v));
	ASSERT_EQ(0, test_show(&self->v, &self->b, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR));
	test_fill(&self->v, &self->b, 2);
	new = test_export(&self->v, VGPU_PRIMARY, &after);
	ASSERT_LE(0, new);
	EXPECT_EQ(before.dmabuf_id, after.dmabuf_id);
	EXPECT_EQ(0, test_compare(new, &self->v, &self->b));
	ASSERT_EQ(0, test_read(old, got, self->a.size));
	EXPECT_EQ(0, memcmp(was, got, self->a.size));
	close(old);
	close(new);
	free(was);
	free(got);
}

/* Closing the only dma-buf of a surface must not end its id. */
TEST_F(id, query_query_get_close_get)
{
	int64_t id = query_id(&self->v);
	int fd;

	ASSERT_LT(0, id);
	ASSERT_EQ(id, query_id(&self->v));
	fd = vgpu_get_dmabuf(&self->v, id);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, test_compare(fd, &self->v, &self->a));
	close(fd);
	usleep(50000);
	fd = vgpu_get_dmabuf(&self->v, id);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, test_compare(fd, &self->v, &self->a));
	close(fd);
}

TEST_F(id, each_fd_owns_a_reference)
{
	int64_t id = query_id(&self->v);
	int first, second;

	ASSERT_LT(0, id);
	first = vgpu_get_dmabuf(&self->v, id);
	second = vgpu_get_dmabuf(&self->v, id);
	ASSERT_LE(0, first);
	ASSERT_LE(0, second);
	EXPECT_NE(first, second);
	EXPECT_EQ(0, close(first));
	usleep(50000);
	EXPECT_EQ(0, test_compare(second, &self->v, &self->a));
	EXPECT_EQ(0, close(second));
}

/* ---- resources ---- */

struct pins {
	struct vgpu *v;
	long want;
};

static bool pins_are_back(void *arg)
{
	struct pins *p = arg;

	return vgpu_pinned_pages(p->v) == p->want;
}

/* put_pages() must unpin what get_pages() has pinned. */
TEST_F(id, pins_return_after_close)
{
	struct pins before = { .v = &self->v };
	int i;

	before.want = vgpu_pinned_pages(&self->v);
	if (before.want == -ENOENT)
		SKIP(return, "no pin count: mount debugfs at /sys/kernel/debug");
	ASSERT_LT(0, before.want);

	for (i = 0; i < 4; i++) {
		struct vgpu_mark mark = vgpu_mark(&self->v);
		struct vfio_device_gfx_plane_info info;
		struct vgpu_surface s;
		int fd;

		ASSERT_EQ(0, vgpu_surface_init(&self->v, &s, TEST_WIDTH,
					       TEST_HEIGHT,
					       DRM_FORMAT_XRGB8888,
					       DRM_FORMAT_MOD_LINEAR));
		ASSERT_EQ(0, vgpu_primary_flip(&self->v, 0, s.gma));
		fd = test_export(&self->v, VGPU_PRIMARY, &info);
		ASSERT_LE(0, fd);
		ASSERT_EQ(0, test_compare(fd, &self->v, &s));
		close(fd);
		ASSERT_EQ(0, vgpu_primary_flip(&self->v, 0, self->a.gma));
		ASSERT_EQ(0, vgpu_ggtt_unmap(&self->v, s.gma, s.size));
		mark.ram = vgpu_mark(&self->v).ram;	/* other pages */
		vgpu_release(&self->v, mark);
	}
	EXPECT_TRUE(eventually(pins_are_back, &before))
		TH_LOG("%ld pages were pinned before, %ld after", before.want,
		       vgpu_pinned_pages(&self->v));
}

/*
 * Without the fix: each query of a new framebuffer leaked 160 bytes until the
 * device was closed, 1.6 MB for ten thousand. The limit allows for other
 * allocations of the kernel.
 */
TEST_F_TIMEOUT(id, queries_cost_bounded_memory, 120)
{
	const long limit_kib = 384;
	struct vgpu_surface s = self->a;
	long before, after;
	int i, width;

	if (!test_release_kernel(_metadata))
		return;
	ASSERT_EQ(0, vgpu_ggtt_map(&self->v, self->a.gma, self->a.gpa,
				   4u << 20));
	s.stride = 2048;
	s.height = 2;
	ASSERT_LT(0, query_id(&self->v));
	before = unreclaimable_kib();
	ASSERT_LT(0, before);
	for (width = 101; width < 111; width++) {
		s.width = width;
		ASSERT_EQ(0, vgpu_primary_show(&self->v, 0, &s));
		for (i = 0; i < 1000; i++) {
			ASSERT_EQ(0, vgpu_primary_flip(&self->v, 0, s.gma +
						       i * VGPU_PAGE));
			ASSERT_LT(0, query_id(&self->v));
		}
	}
	after = unreclaimable_kib();
	EXPECT_LE(after - before, limit_kib)
		TH_LOG("10000 queries cost %ld KiB", after - before);
}

/* ---- tests that may crash an unfixed kernel, so they are last ---- */

/* A GET that fails must not drop a reference that it has not taken. */
TEST_F(id, get_that_fails_changes_nothing)
{
	struct rlimit old, none;
	int fd, second, i;
	int64_t id;

	if (!test_unsafe(_metadata))
		return;
	id = query_id(&self->v);
	ASSERT_LT(0, id);
	fd = vgpu_get_dmabuf(&self->v, id);
	ASSERT_LE(0, fd);

	ASSERT_EQ(0, getrlimit(RLIMIT_NOFILE, &old));
	none = old;
	none.rlim_cur = 0;
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &none));
	/* Wait each time for objects that are freed asynchronously. */
	for (i = 0; i < 4; i++) {
		EXPECT_EQ(-EMFILE, vgpu_get_dmabuf(&self->v, id));
		usleep(50000);
	}
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &old));

	/* Without a query in between, which would create the surface again */
	second = vgpu_get_dmabuf(&self->v, id);
	ASSERT_LE(0, second);
	EXPECT_EQ(0, test_compare(fd, &self->v, &self->a));
	EXPECT_EQ(0, test_compare(second, &self->v, &self->a));
	EXPECT_EQ(id, query_id(&self->v));
}

TEST_HARNESS_MAIN
