// SPDX-License-Identifier: GPL-2.0
/*
 * A VMM unmaps guest memory and maps other memory at the same address: an id
 * must stand for the memory that was mapped when the query returned it, or
 * become invalid. Also tests the bookkeeping of pinned pages.
 */
#include <pthread.h>
#include <sys/mman.h>

#include "test_util.h"
#include "proc_util.h"
#include "time_util.h"
#include "trace_util.h"

/* Guest physical address of the framebuffer, outside of v->ram */
#define IOVA		0x1000000000ull
#define PAGES		16u
#define BYTES		(PAGES * VGPU_PAGE)

#define ROUNDS		50
#define MAX_ID		65536

/* Pages far apart in guest physical memory, with nothing in between */
#define FAR_PAGES	1024u
#define FAR		(256ull << 20)

/* Pages at a distance of a huge page, and the limit of bookkeeping per page */
#define LONE		(2ull << 20)
#define LONE_KIB	8

enum { A, B, MEMORIES };

FIXTURE(unmapped) {
	struct vgpu v;
	struct vgpu_surface s;
	uint64_t *memory[MEMORIES];
};

FIXTURE_SETUP(unmapped)
{
	size_t i, word;

	if (!test_open(_metadata, &self->v))
		return;
	for (i = 0; i < MEMORIES; i++) {
		self->memory[i] = mmap(NULL, BYTES, PROT_READ | PROT_WRITE,
				       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		ASSERT_NE(MAP_FAILED, self->memory[i]);
		for (word = 0; word < BYTES / sizeof(uint64_t); word++)
			self->memory[i][word] = i;
	}
	self->s = (struct vgpu_surface) {
		.width = 128, .height = PAGES * 8, .stride = 512, .cpp = 4,
		.fourcc = DRM_FORMAT_XRGB8888, .size = BYTES,
	};
	ASSERT_EQ(0, vgpu_alloc_gma(&self->v, BYTES, &self->s.gma));
	ASSERT_EQ(0, vgpu_map_dma(&self->v, IOVA, self->memory[A], BYTES));
	ASSERT_EQ(0, vgpu_ggtt_map(&self->v, self->s.gma, IOVA, BYTES));
	ASSERT_EQ(0, vgpu_primary_show(&self->v, 0, &self->s));
	ASSERT_EQ(0, vgpu_pipe_on(&self->v, 0, self->s.width, self->s.height));
}

FIXTURE_TEARDOWN(unmapped)
{
	size_t i;

	test_close(&self->v);
	for (i = 0; i < MEMORIES; i++)
		munmap(self->memory[i], BYTES);
}

/* Which of the two memories is in a dma-buf? -EILSEQ if it is a mixture */
static int memory_of(int dmabuf)
{
	uint64_t words[BYTES / sizeof(uint64_t)];
	size_t i;
	int ret = vgpu_dmabuf_read(dmabuf, words, sizeof(words));

	for (i = 1; !ret && i < ARRAY_SIZE(words); i++)
		if (words[i] != words[0])
			return -EILSEQ;
	return ret ? ret : (int)words[0];
}

TEST_F(unmapped, memory_is_not_described)
{
	struct vfio_device_gfx_plane_info info;

	ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &info));
	ASSERT_EQ(0, vgpu_unmap_dma(&self->v, IOVA, BYTES));
	EXPECT_EQ(-EINVAL, vgpu_get_dmabuf(&self->v, info.dmabuf_id));
	EXPECT_EQ(-EINVAL, vgpu_query(&self->v, VGPU_PRIMARY, &info));
}

TEST_F(unmapped, page_is_enough_to_end_an_id)
{
	struct vfio_device_gfx_plane_info info;
	struct vgpu *v = &self->v;
	const uint64_t middle = IOVA + BYTES / 2;
	uint8_t *memory = (uint8_t *)self->memory[A];

	/* Only whole mappings can be unmapped: map a page separately. */
	ASSERT_EQ(0, vgpu_ggtt_unmap(v, self->s.gma, BYTES));
	ASSERT_EQ(0, vgpu_unmap_dma(v, IOVA, BYTES));
	ASSERT_EQ(0, vgpu_map_dma(v, IOVA, memory, BYTES / 2));
	ASSERT_EQ(0, vgpu_map_dma(v, middle, memory + BYTES / 2, VGPU_PAGE));
	ASSERT_EQ(0, vgpu_map_dma(v, middle + VGPU_PAGE,
				  memory + BYTES / 2 + VGPU_PAGE,
				  BYTES / 2 - VGPU_PAGE));
	ASSERT_EQ(0, vgpu_ggtt_map(v, self->s.gma, IOVA, BYTES));
	ASSERT_EQ(0, vgpu_query(v, VGPU_PRIMARY, &info));
	ASSERT_EQ(0, vgpu_unmap_dma(v, middle, VGPU_PAGE));
	EXPECT_EQ(-EINVAL, vgpu_get_dmabuf(v, info.dmabuf_id));
	EXPECT_EQ(-EINVAL, vgpu_query(v, VGPU_PRIMARY, &info));
}

/*
 * VFIO notifies a driver of an unmap only if it has pinned pages. The guest
 * clears its GGTT entries first, so the pages are not pinned; afterwards the
 * frame numbers are the same as before, but for other memory.
 */
TEST_F(unmapped, other_memory_gets_another_id)
{
	struct vfio_device_gfx_plane_info before, after;
	struct vgpu *v = &self->v;
	int old, new;

	old = test_export(v, VGPU_PRIMARY, &before);
	ASSERT_LE(0, old);
	ASSERT_EQ(A, memory_of(old));
	ASSERT_EQ(0, vgpu_ggtt_unmap(v, self->s.gma, BYTES));
	ASSERT_EQ(0, vgpu_unmap_dma(v, IOVA, BYTES));
	ASSERT_EQ(0, vgpu_map_dma(v, IOVA, self->memory[B], BYTES));
	ASSERT_EQ(0, vgpu_ggtt_map(v, self->s.gma, IOVA, BYTES));

	new = test_export(v, VGPU_PRIMARY, &after);
	ASSERT_LE(0, new);
	EXPECT_NE(before.dmabuf_id, after.dmabuf_id);
	EXPECT_EQ(A, memory_of(old));
	EXPECT_EQ(B, memory_of(new));
	close(old);
	close(new);
}

/* Clearing GGTT entries and writing them again keeps the framebuffer. */
TEST_F(unmapped, same_pages_again_keep_the_id)
{
	struct vfio_device_gfx_plane_info before, after;
	struct vgpu *v = &self->v;

	ASSERT_EQ(0, vgpu_query(v, VGPU_PRIMARY, &before));
	ASSERT_EQ(0, vgpu_ggtt_unmap(v, self->s.gma, BYTES));
	EXPECT_EQ(-EINVAL, vgpu_query(v, VGPU_PRIMARY, &after));
	ASSERT_EQ(0, vgpu_ggtt_map(v, self->s.gma, IOVA, BYTES));
	ASSERT_EQ(0, vgpu_query(v, VGPU_PRIMARY, &after));
	EXPECT_EQ(before.dmabuf_id, after.dmabuf_id);
}

/* ---- two entries of one frame, and two frames of one page ---- */

/* Map the framebuffer's pages a second time in the GGTT. */
static int map_again(struct vgpu *v, uint64_t gpa, uint64_t *gma)
{
	int ret = vgpu_alloc_gma(v, BYTES, gma);

	return ret ? ret : vgpu_ggtt_map(v, *gma, gpa, BYTES);
}

/* Without the fix: an entry dropped the page reference of another one */
TEST_F(unmapped, old_entry_releases_nothing)
{
	struct vfio_device_gfx_plane_info info;
	struct vgpu *v = &self->v;
	uint64_t other;

	ASSERT_EQ(0, map_again(v, IOVA, &other));
	ASSERT_EQ(0, vgpu_unmap_dma(v, IOVA, BYTES));
	ASSERT_EQ(0, vgpu_map_dma(v, IOVA, self->memory[A], BYTES));
	ASSERT_EQ(0, vgpu_ggtt_map(v, self->s.gma, IOVA, BYTES));
	ASSERT_EQ(0, vgpu_ggtt_unmap(v, other, BYTES));
	EXPECT_EQ(0, vgpu_query(v, VGPU_PRIMARY, &info));
}

/* The VMM maps the same pages at two guest physical addresses. */
TEST_F(unmapped, frames_of_one_page_are_two)
{
	const uint64_t again = 2 * IOVA;
	struct vfio_device_gfx_plane_info info;
	struct vgpu *v = &self->v;
	uint64_t other;

	ASSERT_EQ(0, vgpu_map_dma(v, again, self->memory[A], BYTES));
	ASSERT_EQ(0, map_again(v, again, &other));
	ASSERT_EQ(0, vgpu_ggtt_unmap(v, other, BYTES));
	EXPECT_EQ(0, vgpu_query(v, VGPU_PRIMARY, &info));

	/* In the other order */
	ASSERT_EQ(0, vgpu_ggtt_map(v, other, again, BYTES));
	ASSERT_EQ(0, vgpu_ggtt_unmap(v, self->s.gma, BYTES));
	ASSERT_EQ(0, vgpu_ggtt_map(v, self->s.gma, IOVA, BYTES));
	ASSERT_EQ(0, vgpu_ggtt_unmap(v, other, BYTES));
	EXPECT_EQ(0, vgpu_query(v, VGPU_PRIMARY, &info));
}

/* A framebuffer must not rely on page references of other entries. */
TEST_F(unmapped, page_survives_another_entry)
{
	struct vfio_device_gfx_plane_info info;
	struct vgpu *v = &self->v;
	uint64_t other;
	int fd;

	ASSERT_EQ(0, vgpu_unmap_dma(v, IOVA, BYTES));
	ASSERT_EQ(0, vgpu_ggtt_map(v, self->s.gma, IOVA, BYTES));
	ASSERT_EQ(0, vgpu_map_dma(v, IOVA, self->memory[B], BYTES));
	ASSERT_EQ(0, map_again(v, IOVA, &other));
	fd = test_export(v, VGPU_PRIMARY, &info);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, vgpu_ggtt_unmap(v, other, BYTES));
	EXPECT_EQ(B, memory_of(fd));
	close(fd);
}

/* Memory that is mapped again is described without a new GGTT write. */
TEST_F(unmapped, remapped_memory_is_described)
{
	struct vfio_device_gfx_plane_info info;
	struct vgpu *v = &self->v;
	int fd;

	ASSERT_EQ(0, vgpu_unmap_dma(v, IOVA, BYTES));
	EXPECT_EQ(-EINVAL, vgpu_query(v, VGPU_PRIMARY, &info));
	ASSERT_EQ(0, vgpu_map_dma(v, IOVA, self->memory[B], BYTES));
	fd = test_export(v, VGPU_PRIMARY, &info);
	ASSERT_LE(0, fd);
	EXPECT_EQ(B, memory_of(fd));
	close(fd);
}

/* ---- a client that queries in a loop ---- */

/**
 * struct client - a client that queries in a loop
 * @v: the vGPU
 * @last: the last id
 * @rounds: number of queries
 * @memory: for each id, 1 + the memory that its dma-bufs contained; 0 if
 *	unknown
 * @stop: end the loop
 * @mixed: an id had two memories, or a mixture
 */
struct client {
	struct vgpu *v;
	uint32_t last, rounds;
	uint8_t memory[MAX_ID];
	bool stop, mixed;
};

static void check_memory(struct client *c, uint32_t id, int fd)
{
	int memory = memory_of(fd);

	if (memory >= 0 && id < MAX_ID && !c->memory[id])
		c->memory[id] = memory + 1;
	if (memory == -EILSEQ ||
	    (memory >= 0 && id < MAX_ID && c->memory[id] != memory + 1))
		c->mixed = true;
}

static void *query_loop(void *arg)
{
	struct vfio_device_gfx_plane_info info;
	struct client *c = arg;
	int fd;

	while (!__atomic_load_n(&c->stop, __ATOMIC_ACQUIRE)) {
		if (!vgpu_query(c->v, VGPU_PRIMARY, &info)) {
			__atomic_store_n(&c->last, info.dmabuf_id,
					 __ATOMIC_RELEASE);
			fd = vgpu_get_dmabuf(c->v, info.dmabuf_id);
			if (fd >= 0) {
				check_memory(c, info.dmabuf_id, fd);
				close(fd);
			}
		}
		__atomic_add_fetch(&c->rounds, 1, __ATOMIC_ACQ_REL);
	}
	return NULL;
}

/* Wait until the client has begun and ended another round. */
static void wait_for_query(struct client *c)
{
	uint32_t from = __atomic_load_n(&c->rounds, __ATOMIC_ACQUIRE);

	while (__atomic_load_n(&c->rounds, __ATOMIC_ACQUIRE) - from < 2)
		usleep(100);
}

TEST_F_TIMEOUT(unmapped, during_a_query_leaves_no_id, 120)
{
	static struct client client;
	struct vgpu *v = &self->v;
	pthread_t thread;
	uint32_t id;
	int i, fd, alive = 0;

	client = (struct client){ .v = v };
	ASSERT_EQ(0, pthread_create(&thread, NULL, query_loop, &client));
	for (i = 0; i < ROUNDS && !alive; i++) {
		EXPECT_EQ(0, vgpu_unmap_dma(v, IOVA, BYTES));
		wait_for_query(&client);
		id = __atomic_load_n(&client.last, __ATOMIC_ACQUIRE);
		fd = vgpu_get_dmabuf(v, id);
		if (fd >= 0) {
			close(fd);
			alive++;
		}
		EXPECT_EQ(0, vgpu_map_dma(v, IOVA, self->memory[i % MEMORIES],
					  BYTES));
		EXPECT_EQ(0, vgpu_ggtt_map(v, self->s.gma, IOVA, BYTES));
		wait_for_query(&client);
	}
	__atomic_store_n(&client.stop, true, __ATOMIC_RELEASE);
	ASSERT_EQ(0, pthread_join(thread, NULL));
	EXPECT_EQ(0, alive) TH_LOG("round %d: the id is still valid", i);
	EXPECT_FALSE(client.mixed);
}

/* ---- the positions of guest frames ---- */

/* The time of the first use of a framebuffer whose pages are @stride apart */
static int64_t first_use_ns(struct vgpu *v, struct vgpu_surface *s,
			    uint64_t base, uint64_t stride)
{
	struct vfio_device_gfx_plane_info info;
	int64_t from, took = -EIO;
	uint64_t word;
	size_t i;
	int fd, ret = 0;

	/* No two pages are contiguous: 389 and FAR_PAGES are coprime. */
	for (i = 0; i < FAR_PAGES && !ret; i++)
		ret = vgpu_ggtt_map(v, s->gma + i * VGPU_PAGE, base +
				    i * 389 % FAR_PAGES * stride, VGPU_PAGE);
	if (ret)
		return ret;
	fd = test_export(v, VGPU_PRIMARY, &info);
	if (fd < 0)
		return fd;
	from = time_ns();
	if (!vgpu_dmabuf_read(fd, &word, sizeof(word)))
		took = time_ns() - from;
	close(fd);
	ret = vgpu_ggtt_unmap(v, s->gma, s->size);
	return ret ? ret : took;
}

/* Guards against a hash in which frames 256 MiB apart share a bucket. */
TEST_F_TIMEOUT(unmapped, far_frames_cost_nothing, 120)
{
	const size_t size = FAR_PAGES * VGPU_PAGE;
	const uint64_t near = 0x10000000000ull;
	struct vgpu *v = &self->v;
	struct vgpu_surface s = {
		.width = 2048, .height = 512, .stride = 8192, .cpp = 4,
		.fourcc = DRM_FORMAT_XRGB8888, .size = size,
	};
	int64_t beside, apart;
	uint8_t *memory;
	size_t i;

	memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	ASSERT_NE(MAP_FAILED, memory);
	ASSERT_EQ(0, vgpu_alloc_gma(v, size, &s.gma));
	for (i = 0; i < FAR_PAGES; i++)
		ASSERT_EQ(0, vgpu_map_dma(v, 2 * IOVA + i * FAR,
					  memory + i * VGPU_PAGE, VGPU_PAGE));
	ASSERT_EQ(0, vgpu_map_dma(v, near, memory, size));
	ASSERT_EQ(0, vgpu_primary_show(v, 0, &s));

	beside = first_use_ns(v, &s, near, VGPU_PAGE);
	ASSERT_LT(0, beside);
	apart = first_use_ns(v, &s, 2 * IOVA, FAR);
	ASSERT_LT(0, apart);
	EXPECT_GE(beside * 3 / 2, apart)
		TH_LOG("%lld ns for near pages, %lld ns for far ones",
		       (long long)beside, (long long)apart);
	munmap(memory, size);
}

/* Guards against bookkeeping of 16 KiB for each of these pages. */
TEST_F_TIMEOUT(unmapped, lone_frames_take_little_memory, 120)
{
	const size_t size = FAR_PAGES * VGPU_PAGE;
	struct vgpu *v = &self->v;
	uint8_t *memory;
	long before, kib;
	uint64_t gma;
	size_t i;

	memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	ASSERT_NE(MAP_FAILED, memory);
	ASSERT_EQ(0, vgpu_alloc_gma(v, size, &gma));
	for (i = 0; i < FAR_PAGES; i++)
		ASSERT_EQ(0, vgpu_map_dma(v, 2 * IOVA + i * LONE,
					  memory + i * VGPU_PAGE, VGPU_PAGE));

	before = unreclaimable_kib();
	ASSERT_LT(0, before);
	for (i = 0; i < FAR_PAGES; i++)
		ASSERT_EQ(0, vgpu_ggtt_map(v, gma + i * VGPU_PAGE,
					   2 * IOVA + i * LONE, VGPU_PAGE));
	kib = unreclaimable_kib() - before;
	EXPECT_GT(FAR_PAGES * LONE_KIB, kib);
	ASSERT_EQ(0, vgpu_ggtt_unmap(v, gma, size));
	munmap(memory, size);
}

/* ---- a reset unpins all pages ---- */

/* The register that flushes the GGTT's TLB */
#define FLUSH		"i915_reg_rw: write reg=0x101008,"

#define PROBE		"gvt_dmabuf_test/unpin"
#define UNPIN		": unpin: "

/*
 * The function by which VFIO type 1 or IOMMUFD unpins a page.
 * vfio_unpin_pages() may be in a module without call sites for probes.
 */
static const char *unpin_function(void)
{
	const char *iommu = getenv("VGPU_IOMMU");

	return !iommu || !strcmp(iommu, "type1") ?
	       "unpin_user_pages_dirty_lock" : "iommufd_access_unpin_pages";
}

FIXTURE(reset) {
	struct vgpu v;
	char instance[64];
	void *memory;
};

static int write_at(const char *instance, const char *file, const char *text)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", instance, file);
	return test_write(path, text);
}

/* kprobe_events exists only at the top level, for all instances. */
static int edit_probes(const char *instance, const char *text)
{
	return write_at(instance, "../../kprobe_events", text);
}

static void remove_probe(const char *instance)
{
	/* A probe cannot be removed while its event is enabled. */
	write_at(instance, "events/" PROBE "/enable", "0");
	edit_probes(instance, "-:" PROBE);
}

FIXTURE_SETUP(reset)
{
	char probe[80];
	uint64_t gma;
	int ret;

	if (!test_open_vgpu(_metadata, &self->v))
		return;
	ret = trace_init(self->instance, sizeof(self->instance));
	if (!ret) {
		/* A test that was killed may have left these. */
		remove_probe(self->instance);
		write_at(self->instance, "tracing_on", "1");
		snprintf(probe, sizeof(probe), "p:" PROBE " %s",
			 unpin_function());
		ret = edit_probes(self->instance, probe);
		if (ret)
			rmdir(self->instance);
	}
	if (ret == -ENOENT) {
		test_close(&self->v);
		SKIP(return,
		     "no tracefs: mount it, with CONFIG_KPROBE_EVENTS");
	}
	ASSERT_EQ(0, ret);
	self->memory = mmap(NULL, BYTES, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	ASSERT_NE(MAP_FAILED, self->memory);
	ASSERT_EQ(0, vgpu_map_dma(&self->v, IOVA, self->memory, BYTES));
	ASSERT_EQ(0, vgpu_alloc_gma(&self->v, BYTES, &gma));
	ASSERT_EQ(0, vgpu_ggtt_map(&self->v, gma, IOVA, BYTES));
}

FIXTURE_TEARDOWN(reset)
{
	remove_probe(self->instance);
	rmdir(self->instance);
	test_close(&self->v);
	munmap(self->memory, BYTES);
}

/* Count pages unpinned before and after the first TLB flush: 0 or -errno. */
static int count_unpins(const char *instance, unsigned int *before,
			unsigned int *after)
{
	FILE *f = trace_open(instance, "re");
	bool flushed = false;
	char line[256];

	if (!f)
		return -errno;
	while (fgets(line, sizeof(line), f)) {
		if (strstr(line, FLUSH))
			flushed = true;
		else if (strstr(line, UNPIN))
			++*(flushed ? after : before);
	}
	fclose(f);
	return 0;
}

/*
 * The GGTT's TLB also translates accesses through the aperture, which a VMM can
 * map. A page that is unpinned before the flush could be reused by another
 * process while the VMM still reaches it.
 */
TEST_F(reset, unpins_after_the_tlb_flush)
{
	unsigned int before = 0, after = 0;
	char pid[16];
	FILE *f;

	snprintf(pid, sizeof(pid), "%d", getpid());
	ASSERT_EQ(0, write_at(self->instance, "set_event_pid", pid));
	ASSERT_EQ(0, write_at(self->instance, "events/" PROBE "/enable", "1"));
	ASSERT_EQ(0, write_at(self->instance,
			      "events/i915/i915_reg_rw/enable", "1"));
	f = trace_open(self->instance, "we");
	ASSERT_NE(NULL, f);
	fclose(f);

	ASSERT_EQ(0, vgpu_reset(&self->v));
	ASSERT_EQ(0, write_at(self->instance, "tracing_on", "0"));
	ASSERT_EQ(0, count_unpins(self->instance, &before, &after));
	EXPECT_EQ(0, before);
	EXPECT_LE(PAGES, after);
}

TEST_HARNESS_MAIN
