// SPDX-License-Identifier: GPL-2.0
/*
 * A VMM that unmaps guest memory and puts other memory at the same place: an id
 * stands for the memory that was there when it was answered, or for nothing. And
 * when pages are unpinned, and what is kept of them while they are not.
 */
#include <pthread.h>
#include <sys/mman.h>

#include "test_util.h"
#include "proc_util.h"
#include "time_util.h"
#include "trace_util.h"

/* The framebuffer has a place of its own, outside of the guest's other memory. */
#define IOVA		0x1000000000ull
#define PAGES		16u
#define BYTES		(PAGES * VGPU_PAGE)

#define ROUNDS		50
#define MAX_ID		65536

/* Pages far apart, for which a guest needs no memory in between */
#define FAR_PAGES	1024u
#define FAR		(256ull << 20)

/* A huge page apart, and the memory that one of them may take */
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

/* Which of the memories a dma-buf shows, or -errno; -EILSEQ if a mixture */
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

	/* Unmapped is what was mapped: in two parts and a page */
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
 * VFIO tells of an unmap only if pages are pinned. The guest has let go of them
 * before, so the frames look the same afterwards, and the memory is another.
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

/* The guest puts its framebuffer where it was: it is the same one. */
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

/* The framebuffer's pages, named by entries outside of it as well */
static int name_again(struct vgpu *v, uint64_t gpa, uint64_t *gma)
{
	int ret = vgpu_alloc_gma(v, BYTES, gma);

	return ret ? ret : vgpu_ggtt_map(v, *gma, gpa, BYTES);
}

/* A reference was found by its DMA address, whichever entry had taken it. */
TEST_F(unmapped, old_entry_releases_nothing)
{
	struct vfio_device_gfx_plane_info info;
	struct vgpu *v = &self->v;
	uint64_t other;

	ASSERT_EQ(0, name_again(v, IOVA, &other));
	ASSERT_EQ(0, vgpu_unmap_dma(v, IOVA, BYTES));
	ASSERT_EQ(0, vgpu_map_dma(v, IOVA, self->memory[A], BYTES));
	ASSERT_EQ(0, vgpu_ggtt_map(v, self->s.gma, IOVA, BYTES));
	ASSERT_EQ(0, vgpu_ggtt_unmap(v, other, BYTES));
	EXPECT_EQ(0, vgpu_query(v, VGPU_PRIMARY, &info));
}

/* The VMM maps the same pages at two places of the guest's memory. */
TEST_F(unmapped, frames_of_one_page_are_two)
{
	const uint64_t again = 2 * IOVA;
	struct vfio_device_gfx_plane_info info;
	struct vgpu *v = &self->v;
	uint64_t other;

	ASSERT_EQ(0, vgpu_map_dma(v, again, self->memory[A], BYTES));
	ASSERT_EQ(0, name_again(v, again, &other));
	ASSERT_EQ(0, vgpu_ggtt_unmap(v, other, BYTES));
	EXPECT_EQ(0, vgpu_query(v, VGPU_PRIMARY, &info));

	/* In the other order */
	ASSERT_EQ(0, vgpu_ggtt_map(v, other, again, BYTES));
	ASSERT_EQ(0, vgpu_ggtt_unmap(v, self->s.gma, BYTES));
	ASSERT_EQ(0, vgpu_ggtt_map(v, self->s.gma, IOVA, BYTES));
	ASSERT_EQ(0, vgpu_ggtt_unmap(v, other, BYTES));
	EXPECT_EQ(0, vgpu_query(v, VGPU_PRIMARY, &info));
}

/* The framebuffer is described only if its own entries hold its pages. */
TEST_F(unmapped, page_survives_another_entry)
{
	struct vfio_device_gfx_plane_info info;
	struct vgpu *v = &self->v;
	uint64_t other;
	int fd;

	ASSERT_EQ(0, vgpu_unmap_dma(v, IOVA, BYTES));
	ASSERT_EQ(0, vgpu_ggtt_map(v, self->s.gma, IOVA, BYTES));
	ASSERT_EQ(0, vgpu_map_dma(v, IOVA, self->memory[B], BYTES));
	ASSERT_EQ(0, name_again(v, IOVA, &other));
	fd = test_export(v, VGPU_PRIMARY, &info);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, vgpu_ggtt_unmap(v, other, BYTES));
	EXPECT_EQ(B, memory_of(fd));
	close(fd);
}

/* A VMM that cuts its memory in other pieces unmaps and maps it. */
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
 * struct asker - a client that queries in a loop
 * @last: id that it got last
 * @rounds: how often it has queried
 * @memory: of each id, the memory that it has shown and 1; 0 if none
 * @mixed: an id has shown two memories, or a mixture
 */
struct asker {
	struct vgpu *v;
	uint32_t last, rounds;
	uint8_t memory[MAX_ID];
	bool stop, mixed;
};

static void look_at(struct asker *a, uint32_t id, int fd)
{
	int memory = memory_of(fd);

	if (memory >= 0 && id < MAX_ID && !a->memory[id])
		a->memory[id] = memory + 1;
	if (memory == -EILSEQ ||
	    (memory >= 0 && id < MAX_ID && a->memory[id] != memory + 1))
		a->mixed = true;
}

static void *ask(void *arg)
{
	struct vfio_device_gfx_plane_info info;
	struct asker *a = arg;
	int fd;

	while (!__atomic_load_n(&a->stop, __ATOMIC_ACQUIRE)) {
		if (!vgpu_query(a->v, VGPU_PRIMARY, &info)) {
			__atomic_store_n(&a->last, info.dmabuf_id,
					 __ATOMIC_RELEASE);
			fd = vgpu_get_dmabuf(a->v, info.dmabuf_id);
			if (fd >= 0) {
				look_at(a, info.dmabuf_id, fd);
				close(fd);
			}
		}
		__atomic_add_fetch(&a->rounds, 1, __ATOMIC_ACQ_REL);
	}
	return NULL;
}

/* Until it has asked once more, from beginning to end */
static void let_it_ask(struct asker *a)
{
	uint32_t from = __atomic_load_n(&a->rounds, __ATOMIC_ACQUIRE);

	while (__atomic_load_n(&a->rounds, __ATOMIC_ACQUIRE) - from < 2)
		usleep(100);
}

TEST_F_TIMEOUT(unmapped, during_a_query_leaves_no_id, 120)
{
	static struct asker asker;
	struct vgpu *v = &self->v;
	pthread_t thread;
	uint32_t id;
	int i, fd, alive = 0;

	asker = (struct asker){ .v = v };
	ASSERT_EQ(0, pthread_create(&thread, NULL, ask, &asker));
	for (i = 0; i < ROUNDS && !alive; i++) {
		EXPECT_EQ(0, vgpu_unmap_dma(v, IOVA, BYTES));
		let_it_ask(&asker);
		id = __atomic_load_n(&asker.last, __ATOMIC_ACQUIRE);
		fd = vgpu_get_dmabuf(v, id);
		if (fd >= 0) {
			close(fd);
			alive++;
		}
		EXPECT_EQ(0, vgpu_map_dma(v, IOVA, self->memory[i % MEMORIES],
					  BYTES));
		EXPECT_EQ(0, vgpu_ggtt_map(v, self->s.gma, IOVA, BYTES));
		let_it_ask(&asker);
	}
	__atomic_store_n(&asker.stop, true, __ATOMIC_RELEASE);
	ASSERT_EQ(0, pthread_join(thread, NULL));
	EXPECT_EQ(0, alive) TH_LOG("in round %d", i);
	EXPECT_FALSE(asker.mixed);
}

/* ---- where the frames are ---- */

/* What the first use of a framebuffer takes whose pages are @stride apart */
static int64_t first_use_ns(struct vgpu *v, struct vgpu_surface *s,
			    uint64_t base, uint64_t stride)
{
	struct vfio_device_gfx_plane_info info;
	int64_t from, took = -EIO;
	uint64_t word;
	size_t i;
	int fd, ret = 0;

	/* No page beside another: 389 is prime to their number. */
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

/* Frames 256 MiB apart were all in one place of a hash. */
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
		TH_LOG("%lld ns, and %lld ns if they are apart",
		       (long long)beside, (long long)apart);
	munmap(memory, size);
}

/* What is kept of the frames was 16 KiB for each page in 2 MiB. */
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

/* ---- a reset unmaps them all ---- */

/* The register that flushes the GGTT's TLB */
#define FLUSH		"i915_reg_rw: write reg=0x101008,"

#define PROBE		"gvt_dmabuf_test/unpin"
#define UNPIN		": unpin: "

/*
 * What is called to unpin a page, by type 1 or IOMMUFD. Not vfio_unpin_pages(), which
 * may be in a module whose functions cannot be probed.
 */
static const char *unpin_function(void)
{
	const char *way = getenv("VGPU_IOMMU");

	return !way || !strcmp(way, "type1") ? "unpin_user_pages_dirty_lock" :
					       "iommufd_access_unpin_pages";
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

/* Probes are of all instances. */
static int edit_probes(const char *instance, const char *text)
{
	return write_at(instance, "../../kprobe_events", text);
}

static void remove_probe(const char *instance)
{
	/* A probe whose event is enabled stays. */
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

/* Pages that were unpinned before the first flush, and after it; 0 or -errno */
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
 * The aperture, which a VMM can map, has its translations in that TLB: a page that
 * is unpinned first can be another process's while it is still reached.
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
