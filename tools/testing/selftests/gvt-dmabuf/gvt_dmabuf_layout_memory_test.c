// SPDX-License-Identifier: GPL-2.0
/*
 * Framebuffers of two memory planes, with a gap between them: what becomes of
 * an id when the memory of the second goes away or is another, and which
 * changes are signalled. An id stands for all pages, those of the gap included.
 */
#include <sys/eventfd.h>
#include <sys/mman.h>

#include "event_test_util.h"
#include "layout_util.h"

#define GAP	(3 * VGPU_PAGE)

/* Guest physical address of a page that is mapped separately */
#define IOVA	0x1000000000ull

FIXTURE(layout_memory) {
	struct vgpu v;
	struct layout_fb fb;
	union query_answer answer;
	const struct vfio_gfx_plane_cap_layout *cap;
	char text[8192];
	int ret;
};

FIXTURE_VARIANT(layout_memory) {
	const struct layout_kind *kind;
};

FIXTURE_VARIANT_ADD(layout_memory, nv12_linear) { .kind = &nv12_linear };
FIXTURE_VARIANT_ADD(layout_memory, nv12_x) { .kind = &nv12_x };
FIXTURE_VARIANT_ADD(layout_memory, nv12_y) { .kind = &nv12_y };
FIXTURE_VARIANT_ADD(layout_memory, nv12_yf) { .kind = &nv12_yf };
FIXTURE_VARIANT_ADD(layout_memory, ccs_y) { .kind = &ccs_y };
FIXTURE_VARIANT_ADD(layout_memory, ccs_yf) { .kind = &ccs_yf };

FIXTURE_SETUP(layout_memory)
{
	layout_open_two(_metadata, &self->v, &self->fb, variant->kind, GAP);
}

FIXTURE_TEARDOWN(layout_memory)
{
	test_close(&self->v);
}

/* A page of neither memory plane, from the first one on */
static uint32_t gap_page(const struct layout_fb *fb)
{
	return vgpu_align(fb->bytes[0], VGPU_PAGE);
}

/* The last page of the second */
static uint32_t last_page(const struct layout_fb *fb)
{
	return fb->size - VGPU_PAGE;
}

/* ---- the memory of an id ---- */

TEST_F(layout_memory, unmapped_page_of_the_gap_is_einval)
{
	const uint64_t gma = self->fb.gma + gap_page(&self->fb);

	ASSERT_LE(gap_page(&self->fb) + VGPU_PAGE, self->fb.offset[1]);
	ASSERT_EQ(0, vgpu_ggtt_unmap(&self->v, gma, VGPU_PAGE));
	EXPECT_EQ(NULL, layout_query(&self->v, &self->answer, &self->ret));
	EXPECT_EQ(-EINVAL, self->ret);
}

/* The VMM takes a page of the second away: as of one memory plane */
TEST_F(layout_memory, unmap_behind_the_second_ends_the_id)
{
	struct vgpu *v = &self->v;
	void *page;
	uint8_t byte;
	int fd;

	page = mmap(NULL, VGPU_PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, page);
	ASSERT_EQ(0, vgpu_map_dma(v, IOVA, page, VGPU_PAGE));
	ASSERT_EQ(0, vgpu_ggtt_map(v, self->fb.gma + last_page(&self->fb), IOVA,
				   VGPU_PAGE));
	ASSERT_NE(NULL, layout_query(v, &self->answer, &self->ret));
	fd = vgpu_get_dmabuf(v, self->answer.info.dmabuf_id);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, vgpu_unmap_dma(v, IOVA, VGPU_PAGE));
	EXPECT_EQ(-EINVAL, vgpu_get_dmabuf(v, self->answer.info.dmabuf_id));
	EXPECT_EQ(-ENODEV, test_read(fd, &byte, 1));
	EXPECT_EQ(NULL, layout_query(v, &self->answer, &self->ret));
	EXPECT_EQ(-EINVAL, self->ret);
	close(fd);
	munmap(page, VGPU_PAGE);
}

/* The guest has put another page there since the query. */
TEST_F(layout_memory, other_page_of_either_is_estale)
{
	const uint32_t at[] = { 0, gap_page(&self->fb), last_page(&self->fb) };
	uint64_t spare;
	uint8_t byte;
	size_t i;
	int fd;

	ASSERT_EQ(0, vgpu_alloc_ram(&self->v, VGPU_PAGE, &spare));
	for (i = 0; i < ARRAY_SIZE(at); i++) {
		ASSERT_NE(NULL, layout_query(&self->v, &self->answer,
					     &self->ret));
		ASSERT_EQ(0, vgpu_ggtt_map(&self->v, self->fb.gma + at[i],
					   spare, VGPU_PAGE));
		fd = vgpu_get_dmabuf(&self->v, self->answer.info.dmabuf_id);
		ASSERT_LE(0, fd);
		EXPECT_EQ(-ESTALE, test_read(fd, &byte, 1))
			TH_LOG("page at 0x%x", at[i]);
		close(fd);
		ASSERT_EQ(0, vgpu_ggtt_map(&self->v, self->fb.gma + at[i],
					   self->fb.gpa + at[i], VGPU_PAGE));
	}
}

/* ---- debugfs ---- */

/* What the file planes says after "as a layout: " of the primary plane */
static const char *as_a_layout(const struct vgpu *v, char *text, size_t size)
{
	static const char start[] = "pipe A primary: refused: ";
	static const char as[] = "; as a layout: ";
	char *at;

	if (vgpu_debugfs_read(v, "planes", text, size) < 0)
		return "unreadable";
	at = strstr(text, start);
	if (!at)
		return "not refused";
	at[strcspn(at, "\n")] = 0;
	at = strstr(at, as);
	return at ? at + strlen(as) : "missing";
}

TEST_F(layout_memory, debugfs_describes_it)
{
	char want[80];

	snprintf(want, sizeof(want), "%ux%u at 0,0 stride %u gma 0x%llx ",
		 TEST_WIDTH, TEST_HEIGHT, self->fb.stride[0],
		 (unsigned long long)self->fb.gma);
	EXPECT_EQ(0, strncmp(want, as_a_layout(&self->v, self->text,
					       sizeof(self->text)),
			     strlen(want)))
		TH_LOG("%s", self->text);
	snprintf(want, sizeof(want), " second plane at 0x%x stride %u ",
		 self->fb.offset[1], self->fb.stride[1]);
	EXPECT_NE(NULL, strstr(as_a_layout(&self->v, self->text,
					   sizeof(self->text)), want));
}

TEST_F(layout_memory, debugfs_says_why_not)
{
	ASSERT_EQ(0, vgpu_ggtt_unmap(&self->v, self->fb.gma, VGPU_PAGE));
	EXPECT_STREQ("refused: page is not mapped (-22)",
		     as_a_layout(&self->v, self->text, sizeof(self->text)));
}

/* ---- changes of either memory plane ---- */

/* Refreshes that are enough to find all that was drawn */
#define FOUND	12

/* Arm the event with a new eventfd, and wait until nothing is signalled. */
static int watch(struct vgpu *v)
{
	struct vgpu_event e;
	int fd, tries;

	fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (fd < 0 || vgpu_event_find(v, &e) ||
	    vgpu_event_arm(v, &e, VGPU_PRIMARY, fd))
		return -1;
	for (tries = 0; tries < 20; tries++)
		if (refreshes_pass(v, FOUND) && !signals(fd))
			return fd;
	return -1;
}

/*
 * The entry is as before, and so are the pixels, which the scan compares: only
 * the write itself can be signalled.
 */
TEST_F(layout_memory, pte_of_either_is_signalled)
{
	const uint32_t at[] = { 0, gap_page(&self->fb), last_page(&self->fb) };
	size_t i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(at); i++) {
		fd = watch(&self->v);
		ASSERT_LE(0, fd);
		ASSERT_EQ(0, vgpu_ggtt_map(&self->v, self->fb.gma + at[i],
					   self->fb.gpa + at[i], VGPU_PAGE));
		EXPECT_LE(1, next_signal(fd)) TH_LOG("page at 0x%x", at[i]);
		close(fd);
	}
}

static const struct vfio_gfx_plane_cap_damage *
damage(const union query_answer *answer)
{
	return query_cap(answer, VFIO_GFX_PLANE_CAP_DAMAGE);
}

static bool same_rect(const struct vfio_gfx_rect *a,
		      const struct vfio_gfx_rect *b)
{
	return !memcmp(a, b, sizeof(*a));
}

/* What is drawn in the first is there; in the second it may be anywhere. */
TEST_F(layout_memory, drawing_in_either_is_damage)
{
	const uint32_t at[] = { 0, self->fb.size - 1 };
	const struct vfio_gfx_plane_cap_damage *cap;
	uint64_t serial;
	size_t i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(at); i++) {
		fd = watch(&self->v);
		ASSERT_LE(0, fd);
		ASSERT_NE(NULL, layout_query(&self->v, &self->answer,
					     &self->ret));
		ASSERT_NE(NULL, damage(&self->answer));
		serial = damage(&self->answer)->serial;
		layout_bytes(&self->v, &self->fb)[at[i]] ^= 0xff;
		ASSERT_LE(1, next_signal(fd)) TH_LOG("byte at 0x%x", at[i]);
		self->cap = layout_query(&self->v, &self->answer, &self->ret);
		ASSERT_NE(NULL, self->cap);
		cap = damage(&self->answer);
		ASSERT_EQ(1, cap->serial - serial);
		EXPECT_EQ(0, cap->rects[0].x1 | cap->rects[0].y1);
		EXPECT_EQ(i == 1, same_rect(&cap->rects[0], &self->cap->source))
			TH_LOG("to %u, %u", cap->rects[0].x2, cap->rects[0].y2);
		close(fd);
	}
}

TEST_HARNESS_MAIN
