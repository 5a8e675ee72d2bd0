// SPDX-License-Identifier: GPL-2.0
/*
 * Diagnostics of the export: the files planes and dmabufs of a vGPU in debugfs,
 * and the tracepoints. And mmio_diff, which is older.
 */
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "test_util.h"
#include "mdev_util.h"
#include "trace_util.h"

#define TEXT_SIZE	8192

/* The decoder's message for a primary plane with a stride of one unit */
#define NARROW		"line is wider than the stride (-22)"

static int show_narrow(struct vgpu *v)
{
	return vgpu_primary_stride(v, 0, v->gen == 8 ? 64 : 1);
}

/*
 * Find the line of @text that begins with @start. Return the rest of that line.
 */
static const char *line(char *text, const char *start)
{
	char *found = strstr(text, start);

	if (!found || (found != text && found[-1] != '\n'))
		return "missing";
	found += strlen(start);
	found[strcspn(found, "\n")] = 0;
	return found;
}

/* ---- planes ---- */

FIXTURE(planes) {
	struct vgpu v;
	struct vgpu_surface s;
	char text[TEXT_SIZE];
};

FIXTURE_SETUP(planes)
{
	if (!test_open(_metadata, &self->v))
		return;
	ASSERT_EQ(0, test_show(&self->v, &self->s, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR));
}

FIXTURE_TEARDOWN(planes)
{
	test_close(&self->v);
}

static const char *plane(struct vgpu *v, const char *start, char *text)
{
	int ret = vgpu_debugfs_read(v, "planes", text, TEXT_SIZE);

	return ret < 0 ? strerror(-ret) : line(text, start);
}

TEST_F(planes, show_the_same_as_a_query)
{
	struct vfio_device_gfx_plane_info info;
	char want[200];

	ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &info));
	snprintf(want, sizeof(want),
		 "%ux%u at 0,0 stride %u gma 0x%llx size 0x%x modifier 0x%llx format XR24 ",
		 info.width, info.height, info.stride,
		 (unsigned long long)self->s.gma, info.size,
		 (unsigned long long)info.drm_format_mod);
	EXPECT_EQ(0, strncmp(want,
			     plane(&self->v, "pipe A primary: ", self->text),
			     strlen(want)));
}

TEST_F(planes, show_why_a_plane_is_refused)
{
	ASSERT_EQ(0, show_narrow(&self->v));
	EXPECT_STREQ("refused: " NARROW,
		     plane(&self->v, "pipe A primary: ", self->text));
}

TEST_F(planes, show_that_a_page_is_not_mapped)
{
	ASSERT_EQ(0, vgpu_ggtt_unmap(&self->v, self->s.gma, VGPU_PAGE));
	EXPECT_STREQ("refused: page is not mapped (-22)",
		     plane(&self->v, "pipe A primary: ", self->text));
}

/* A VMM may unmap and remap its memory; then the pages are found again. */
TEST_F(planes, show_memory_that_was_mapped_again)
{
	struct vgpu *v = &self->v;

	ASSERT_EQ(0, vgpu_unmap_dma(v, 0, TEST_RAM));
	EXPECT_STREQ("refused: page is not mapped (-22)",
		     plane(v, "pipe A primary: ", self->text));
	ASSERT_EQ(0, vgpu_map_dma(v, 0, v->ram, TEST_RAM));
	EXPECT_EQ(0, strncmp("200x50 at 0,0 ",
			     plane(v, "pipe A primary: ", self->text), 14))
		TH_LOG("%s", plane(v, "pipe A primary: ", self->text));
}

TEST_F(planes, off_plane_differs_from_off_pipe)
{
	EXPECT_STREQ("off: plane is off",
		     plane(&self->v, "pipe A cursor: ", self->text));
	EXPECT_STREQ("off: pipe is off",
		     plane(&self->v, "pipe B primary: ", self->text));
}

/* A query describes only one pipe, the file all of them. */
TEST_F(planes, show_both_pipes)
{
	ASSERT_EQ(0, vgpu_primary_show(&self->v, 1, &self->s));
	ASSERT_EQ(0, vgpu_pipe_on(&self->v, 1, TEST_WIDTH, TEST_HEIGHT));
	EXPECT_EQ(0, strncmp("200x50 at 0,0 ",
			     plane(&self->v, "pipe A primary: ", self->text),
			     14));
	EXPECT_EQ(0, strncmp("200x50 at 0,0 ",
			     plane(&self->v, "pipe B primary: ", self->text),
			     14));
}

TEST_F(planes, name_the_planes_of_queries)
{
	ASSERT_EQ(0, vgpu_primary_show(&self->v, 1, &self->s));
	ASSERT_EQ(0, vgpu_pipe_on(&self->v, 1, TEST_WIDTH, TEST_HEIGHT));
	EXPECT_STREQ("pipe A, primary is plane 1, overlay is plane 2",
		     plane(&self->v, "queries: ", self->text));
	ASSERT_EQ(0, vgpu_primary_hide(&self->v, 0));
	EXPECT_STREQ("pipe B, primary is plane 1, overlay is plane 2",
		     plane(&self->v, "queries: ", self->text));
	/* The desktop is on plane 2. */
	ASSERT_EQ(0, vgpu_plane_show(&self->v, 0, 2, &self->s, 0, 0));
	EXPECT_STREQ("pipe A, primary is plane 2, overlay is plane 1",
		     plane(&self->v, "queries: ", self->text));
}

TEST_F(planes, show_where_a_cursor_is)
{
	const char *want = "64x64 at -5,7 stride 256 ";
	struct vgpu_surface cursor;

	ASSERT_EQ(0, test_make_cursor(&self->v, &cursor));
	ASSERT_EQ(0, vgpu_cursor_show(&self->v, 0, &cursor));
	ASSERT_EQ(0, vgpu_cursor_move(&self->v, 0, -5, 7));
	EXPECT_EQ(0, strncmp(want,
			     plane(&self->v, "pipe A cursor: ", self->text),
			     strlen(want)))
		TH_LOG("%s", plane(&self->v, "pipe A cursor: ", self->text));
}

TEST_F(planes, make_no_id)
{
	struct vfio_device_gfx_plane_info first, next;
	struct vgpu_surface b, c;

	ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &first));
	ASSERT_EQ(0, test_show(&self->v, &b, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR));
	ASSERT_LT(0, vgpu_debugfs_read(&self->v, "planes", self->text,
				       TEXT_SIZE));
	ASSERT_EQ(0, test_show(&self->v, &c, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR));
	ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &next));
	EXPECT_EQ(first.dmabuf_id + 1, next.dmabuf_id);
}

/* ---- dmabufs ---- */

struct row {
	unsigned int dmabufs, references, pages, width, height, stride;
	char state[8];
	long long age_ms;
};

/* Parse the row of surface @id: 1, 0 if there is none, or -errno. */
static int find_row(struct vgpu *v, uint32_t id, char *text, struct row *r)
{
	int ret = vgpu_debugfs_read(v, "dmabufs", text, TEXT_SIZE);
	char start[16];

	if (ret < 0)
		return ret;
	snprintf(start, sizeof(start), "%-10u ", id);
	return sscanf(line(text, start), "%u %u %7s %lld %u %u %u %u",
		      &r->dmabufs, &r->references, r->state, &r->age_ms,
		      &r->pages, &r->width, &r->height, &r->stride) == 8;
}

FIXTURE(dmabufs) {
	struct vgpu v;
	struct vgpu_surface s;
	struct row row;
	char text[TEXT_SIZE];
};

FIXTURE_SETUP(dmabufs)
{
	if (!test_open(_metadata, &self->v))
		return;
	ASSERT_EQ(0, test_show(&self->v, &self->s, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR));
}

FIXTURE_TEARDOWN(dmabufs)
{
	test_close(&self->v);
}

/* Objects are freed asynchronously after the last close: retry for two seconds. */
static unsigned int wait_dmabufs(struct vgpu *v, uint32_t id, char *text,
				 unsigned int want)
{
	struct row r;
	int tries;

	for (tries = 0; tries < 200; tries++) {
		memset(&r, 0, sizeof(r));
		if (find_row(v, id, text, &r) < 0)
			return UINT_MAX;
		if (r.dmabufs == want)
			break;
		usleep(10000);
	}
	return r.dmabufs;
}

TEST_F(dmabufs, lists_open_dmabufs_only)
{
	struct vfio_device_gfx_plane_info info;
	int fd;

	ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &info));
	EXPECT_EQ(0, find_row(&self->v, info.dmabuf_id, self->text,
			      &self->row));
	fd = vgpu_get_dmabuf(&self->v, info.dmabuf_id);
	ASSERT_LE(0, fd);
	EXPECT_EQ(1, find_row(&self->v, info.dmabuf_id, self->text,
			      &self->row));
	close(fd);
	EXPECT_EQ(0, wait_dmabufs(&self->v, info.dmabuf_id, self->text, 0));
}

TEST_F(dmabufs, shows_geometry_pages_and_age)
{
	struct vfio_device_gfx_plane_info info;
	int fd = test_export(&self->v, VGPU_PRIMARY, &info);
	long long age;

	ASSERT_LE(0, fd);
	ASSERT_EQ(1, find_row(&self->v, info.dmabuf_id, self->text,
			      &self->row));
	EXPECT_EQ(TEST_WIDTH, self->row.width);
	EXPECT_EQ(TEST_HEIGHT, self->row.height);
	EXPECT_EQ(self->s.stride, self->row.stride);
	EXPECT_EQ(self->s.size / VGPU_PAGE, self->row.pages);
	EXPECT_STREQ("live", self->row.state);
	age = self->row.age_ms;
	usleep(20000);
	ASSERT_EQ(1, find_row(&self->v, info.dmabuf_id, self->text,
			      &self->row));
	EXPECT_LE(age + 20, self->row.age_ms);
	close(fd);
}

/* One reference for the id, and one per dma-buf */
TEST_F(dmabufs, counts_dmabufs_and_references)
{
	struct vfio_device_gfx_plane_info info;
	int first = test_export(&self->v, VGPU_PRIMARY, &info);
	int second = vgpu_get_dmabuf(&self->v, info.dmabuf_id);

	ASSERT_LE(0, first);
	ASSERT_LE(0, second);
	ASSERT_EQ(1, find_row(&self->v, info.dmabuf_id, self->text,
			      &self->row));
	EXPECT_EQ(2, self->row.dmabufs);
	EXPECT_EQ(3, self->row.references);
	close(first);
	EXPECT_EQ(1, wait_dmabufs(&self->v, info.dmabuf_id, self->text, 1));
	close(second);
}

TEST_F(dmabufs, lists_ended_surfaces)
{
	struct vfio_device_gfx_plane_info info;
	int fd = test_export(&self->v, VGPU_PRIMARY, &info);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, vgpu_reset(&self->v));
	ASSERT_EQ(1, find_row(&self->v, info.dmabuf_id, self->text,
			      &self->row));
	EXPECT_STREQ("ended", self->row.state);
	EXPECT_EQ(1, self->row.references);
	close(fd);
	EXPECT_EQ(0, wait_dmabufs(&self->v, info.dmabuf_id, self->text, 0));
}

/* ---- tracepoints ---- */

FIXTURE(trace) {
	struct vgpu v;
	struct vgpu_surface s;
	char instance[64], want[120], text[16 * TEXT_SIZE];
	int number;
};

FIXTURE_SETUP(trace)
{
	int ret;

	if (!test_open(_metadata, &self->v))
		return;
	ret = trace_init(self->instance, sizeof(self->instance));
	if (ret == -ENOENT) {
		test_close(&self->v);
		SKIP(return, NO_TRACEFS);
	}
	ASSERT_EQ(0, ret);
	self->number = vgpu_number(&self->v);
	ASSERT_LE(0, self->number);
	ASSERT_EQ(0, test_show(&self->v, &self->s, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR));
}

FIXTURE_TEARDOWN(trace)
{
	rmdir(self->instance);
	test_close(&self->v);
}

/*
 * Is @want in the trace? A release is asynchronous, so retry for two seconds.
 */
static bool traced(const char *instance, const char *want, char *text,
		   size_t size)
{
	size_t len;
	int tries;
	FILE *f;

	for (tries = 0; tries < 200; tries++) {
		f = trace_open(instance, "re");
		if (!f)
			return false;
		len = fread(text, 1, size - 1, f);
		fclose(f);
		text[len] = 0;
		if (strstr(text, want))
			return true;
		usleep(10000);
	}
	return false;
}

#define EXPECT_TRACED(fmt, ...)						\
	do {								\
		snprintf(self->want, sizeof(self->want), fmt "\n",	\
			 self->number, __VA_ARGS__);			\
		EXPECT_TRUE(traced(self->instance, self->want,		\
				   self->text, sizeof(self->text)))	\
			TH_LOG("no %s in\n%s", self->want, self->text);	\
	} while (0)

#define QUERIED \
	"vgpu%d type 1: id %u 200x50 stride %u gma 0x%llx mod 0x0 format 0x34325258"

TEST_F(trace, query_logs_the_description)
{
	struct vfio_device_gfx_plane_info info;

	ASSERT_EQ(0, trace_on(self->instance, "gvt/gvt_dmabuf_query"));
	ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &info));
	EXPECT_TRACED("gvt_dmabuf_query: " QUERIED,
		      info.dmabuf_id, info.stride,
		      (unsigned long long)self->s.gma);
}

TEST_F(trace, refusal_logs_the_reason)
{
	struct vfio_device_gfx_plane_info info;

	ASSERT_EQ(0, trace_on(self->instance, "gvt/gvt_dmabuf_refuse"));
	ASSERT_EQ(0, show_narrow(&self->v));
	ASSERT_EQ(-EINVAL, vgpu_query(&self->v, VGPU_PRIMARY, &info));
	EXPECT_TRACED("gvt_dmabuf_refuse: vgpu%d type %d: " NARROW,
		      VGPU_PRIMARY);
}

TEST_F(trace, export_logs_fd_or_errno)
{
	struct vfio_device_gfx_plane_info info;
	int fd;

	ASSERT_EQ(0, trace_on(self->instance, "gvt/gvt_dmabuf_export"));
	fd = test_export(&self->v, VGPU_PRIMARY, &info);
	ASSERT_LE(0, fd);
	EXPECT_TRACED("gvt_dmabuf_export: vgpu%d id %u result %d",
		      info.dmabuf_id, fd);
	ASSERT_EQ(-EINVAL, vgpu_get_dmabuf(&self->v, info.dmabuf_id + 1));
	EXPECT_TRACED("gvt_dmabuf_export: vgpu%d id %u result %d",
		      info.dmabuf_id + 1, -EINVAL);
	close(fd);
}

TEST_F(trace, release_counts_dmabufs_left)
{
	struct vfio_device_gfx_plane_info info;
	int first, second;

	ASSERT_EQ(0, trace_on(self->instance, "gvt/gvt_dmabuf_release"));
	first = test_export(&self->v, VGPU_PRIMARY, &info);
	second = vgpu_get_dmabuf(&self->v, info.dmabuf_id);
	ASSERT_LE(0, first);
	ASSERT_LE(0, second);
	close(first);
	EXPECT_TRACED("gvt_dmabuf_release: vgpu%d id %u result %d",
		      info.dmabuf_id, 1);
	close(second);
	EXPECT_TRACED("gvt_dmabuf_release: vgpu%d id %u result %d",
		      info.dmabuf_id, 0);
}

TEST_F(trace, stale_names_the_surface)
{
	struct vfio_device_gfx_plane_info info;
	uint8_t byte;
	int fd;

	ASSERT_EQ(0, trace_on(self->instance, "gvt/gvt_dmabuf_stale"));
	fd = test_export(&self->v, VGPU_PRIMARY, &info);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, vgpu_ggtt_map(&self->v, self->s.gma,
				   self->s.gpa + VGPU_PAGE, VGPU_PAGE));
	ASSERT_EQ(-ESTALE, test_read(fd, &byte, 1));
	EXPECT_TRACED("gvt_dmabuf_stale: vgpu%d id %u result %d",
		      info.dmabuf_id, -ESTALE);
	close(fd);
}

/* ---- removal of the vGPU ---- */

FIXTURE(mdev) {
	struct vgpu v;
	struct mdev mdev;
	char text[TEXT_SIZE];
	pid_t reader;
};

FIXTURE_SETUP(mdev)
{
	if (!test_open(_metadata, &self->v))
		return;
	ASSERT_EQ(0, mdev_find(&self->mdev, self->v.uuid));
}

/* Create the vGPU again if the test has failed in between. */
FIXTURE_TEARDOWN(mdev)
{
	if (self->reader > 0) {
		kill(self->reader, SIGKILL);
		waitpid(self->reader, NULL, 0);
	}
	test_close(&self->v);
	if (!mdev_exists(&self->mdev))
		EXPECT_EQ(0, mdev_create(&self->mdev));
}

/*
 * A read takes locks of the vGPU, and removing the vGPU waits for readers of
 * its files: this must not deadlock.
 */
TEST_F_TIMEOUT(mdev, removed_while_debugfs_is_read, 90)
{
	int round;

	ASSERT_LT(0, vgpu_debugfs_read(&self->v, "planes", self->text,
				       TEXT_SIZE));
	test_close(&self->v);
	self->reader = fork();
	ASSERT_LE(0, self->reader);
	if (!self->reader) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;) {
			vgpu_debugfs_read(&self->v, "planes", self->text,
					  TEXT_SIZE);
			vgpu_debugfs_read(&self->v, "dmabufs", self->text,
					  TEXT_SIZE);
		}
	}
	for (round = 0; round < 3; round++) {
		ASSERT_EQ(0, mdev_remove(&self->mdev));
		ASSERT_EQ(0, mdev_create(&self->mdev));
	}
}

/* ---- registers ---- */

FIXTURE(registers) {
	struct vgpu v;
};

FIXTURE_SETUP(registers)
{
	if (!test_open(_metadata, &self->v))
		return;
}

FIXTURE_TEARDOWN(registers)
{
	test_close(&self->v);
}

/*
 * Without the fixes: the log has "scheduling while atomic" or, with KASAN,
 * "stack-out-of-bounds".
 */
TEST_F(registers, are_compared_asleep)
{
	int drm = vgpu_drm_open(), asleep, ret;
	char text[TEXT_SIZE];

	ASSERT_LE(0, drm);
	asleep = test_let_sleep(drm);
	ret = vgpu_debugfs_read(&self->v, "mmio_diff", text, sizeof(text));
	ASSERT_EQ(0, test_keep_awake(drm));
	close(drm);
	if (asleep == -ENOENT || asleep == -EIO)
		SKIP(return, "no runtime suspend: set CONFIG_PM in the kernel");
	ASSERT_LE(0, asleep);
	if (!asleep)
		SKIP(return, "the GPU stays awake: give i915 its firmware");
	ASSERT_LT(0, ret);
	EXPECT_EQ(0, strncmp("Offset   HW       vGPU", text, 22));
}

TEST_HARNESS_MAIN
