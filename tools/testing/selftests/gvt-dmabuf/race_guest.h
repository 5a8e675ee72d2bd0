/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A guest whose memory tells what it is: each word of a page contains the
 * number of the page and of the memory that the VMM has mapped.
 */
#ifndef GVT_DMABUF_RACE_GUEST_H
#define GVT_DMABUF_RACE_GUEST_H

#include <sys/mman.h>

#include "event_util.h"
#include "mdev_util.h"
#include "test_util.h"

/* Guest physical address of the framebuffers, outside of v->ram */
#define RACE_IOVA	0x1000000000ull
#define RACE_SURFACES	2
#define RACE_MEMORIES	2
#define RACE_PAGES	16u			/* of a surface */
#define RACE_WORDS	(RACE_PAGES * VGPU_PAGE / sizeof(uint64_t))
#define RACE_SPARE	(RACE_SURFACES * RACE_PAGES)
#define RACE_BYTES	((RACE_SPARE + 1) * VGPU_PAGE)

/* The page of the first surface for which race_swap() puts the spare one */
#define RACE_SWAPPED	5u

/**
 * struct race_guest - the guest, and what its VMM has
 * @v: the vGPU
 * @e: its display event
 * @mdev: its mdev
 * @ko: file of kvmgt, or an empty string
 * @s: two surfaces, of the first pages and of those that follow
 * @memory: two memories, one of which is mapped
 */
struct race_guest {
	struct vgpu v;
	struct vgpu_event e;
	struct mdev mdev;
	char ko[PATH_MAX];
	struct vgpu_surface s[RACE_SURFACES];
	uint64_t *memory[RACE_MEMORIES];
};

static inline int race_make_memory(struct race_guest *r)
{
	const size_t words = VGPU_PAGE / sizeof(uint64_t);
	size_t i, n;

	for (n = 0; n < RACE_MEMORIES; n++) {
		r->memory[n] = mmap(NULL, RACE_BYTES, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (r->memory[n] == MAP_FAILED)
			return -errno;
		for (i = 0; i < RACE_BYTES / sizeof(uint64_t); i++)
			r->memory[n][i] = (uint64_t)n << 32 | i / words;
	}
	return 0;
}

/* Does a surface of the guest have this layout? */
static inline bool
race_describes(const struct vfio_device_gfx_plane_info *info)
{
	return info->width == 128 && info->height == RACE_PAGES * 8 &&
	       info->stride == 512 && info->drm_format == DRM_FORMAT_XRGB8888 &&
	       info->size >= RACE_PAGES * VGPU_PAGE;
}

/*
 * 0 if the words are those of one surface, in one of the memories: an export
 * contains what was displayed at a point in time. -EILSEQ otherwise.
 */
static inline int race_contents(const uint64_t words[RACE_WORDS])
{
	const uint64_t first = words[0];
	const size_t per_page = RACE_WORDS / RACE_PAGES;
	uint64_t want;
	size_t i, page;

	if (first >> 32 >= RACE_MEMORIES ||
	    ((uint32_t)first != 0 && (uint32_t)first != RACE_PAGES))
		return -EILSEQ;
	for (i = 0; i < RACE_WORDS; i++) {
		page = i / per_page;
		want = first + page;
		if (page == RACE_SWAPPED && !(uint32_t)first &&
		    words[page * per_page] != want)
			want = first + RACE_SPARE;
		if (words[i] != want)
			return -EILSEQ;
	}
	return 0;
}

/* Map an export, and look at what it contains. */
static inline int race_mapped(int dmabuf)
{
	uint64_t words[RACE_WORDS];
	int ret = vgpu_dmabuf_read(dmabuf, words, sizeof(words));

	return ret ? ret : race_contents(words);
}

/* Map the spare page in place of one of the first surface, or that one. */
static inline int race_swap(struct race_guest *r, bool spare)
{
	return vgpu_ggtt_map(&r->v, r->s[0].gma + RACE_SWAPPED * VGPU_PAGE,
			     RACE_IOVA + (spare ? RACE_SPARE : RACE_SWAPPED) *
			     VGPU_PAGE, VGPU_PAGE);
}

/* Map both surfaces, and display the first. */
static inline int race_show(struct race_guest *r)
{
	struct vgpu_surface *s;
	size_t i;
	int ret = 0;

	for (i = 0; i < RACE_SURFACES && !ret; i++) {
		s = &r->s[i];
		ret = vgpu_ggtt_map(&r->v, s->gma,
				    RACE_IOVA + i * RACE_PAGES * VGPU_PAGE,
				    s->size);
	}
	if (!ret)
		ret = vgpu_primary_show(&r->v, 0, &r->s[0]);
	return ret ? ret : vgpu_pipe_on(&r->v, 0, r->s[0].width,
					r->s[0].height);
}

/* Open the vGPU, and display the first surface. */
static inline int race_open(struct race_guest *r, const char *uuid)
{
	size_t i;
	int ret = vgpu_open(&r->v, uuid, TEST_RAM);

	if (ret)
		return ret;
	ret = vgpu_event_find(&r->v, &r->e);
	for (i = 0; i < RACE_SURFACES && !ret; i++) {
		r->s[i] = (struct vgpu_surface) {
			.width = 128, .height = RACE_PAGES * 8, .stride = 512,
			.cpp = 4, .fourcc = DRM_FORMAT_XRGB8888,
			.size = RACE_PAGES * VGPU_PAGE,
		};
		ret = vgpu_alloc_gma(&r->v, r->s[i].size, &r->s[i].gma);
	}
	if (!ret)
		ret = vgpu_map_dma(&r->v, RACE_IOVA, r->memory[0], RACE_BYTES);
	if (!ret)
		ret = race_show(r);
	if (ret)
		vgpu_leave(&r->v);
	return ret;
}

#endif /* GVT_DMABUF_RACE_GUEST_H */
