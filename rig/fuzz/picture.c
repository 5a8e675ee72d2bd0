// SPDX-License-Identifier: GPL-2.0-or-later
/* Exported pictures, and whether what they show is guest memory. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"

void picture_get(struct picture *p)
{
	atomic_fetch_add(&p->refs, 1);
}

void picture_put(struct picture *p)
{
	if (atomic_fetch_sub(&p->refs, 1) == 1)
		free(p);
}

/* The caller holds the slot's lock, or is the last thread. */
void close_slot(struct slot *slot)
{
	if (!slot->picture)
		return;
	close(slot->fd);
	picture_put(slot->picture);
	slot->picture = NULL;
}

struct picture *make_picture(struct worker *w, int fd,
			     const struct vfio_device_gfx_plane_info *info)
{
	struct picture *p = calloc(1, sizeof(*p));

	if (!p)
		fail(w, "out of memory");
	p->info = *info;
	p->opening = w->f->opening;
	atomic_init(&p->refs, 1);

	if (lseek(fd, 0, SEEK_END) != info->size)
		fail(w, "the dma-buf has %jd bytes, and QUERY said %u",
		     (intmax_t)lseek(fd, 0, SEEK_END), info->size);
	if ((fcntl(fd, F_GETFL) & O_ACCMODE) != O_RDONLY)
		fail(w, "the dma-buf is open for writing");
	if (fcntl(fd, F_GETFD) != FD_CLOEXEC)
		fail(w, "the dma-buf is not closed by exec");
	return p;
}

void publish(struct worker *w, int fd, struct picture *p)
{
	struct slot *slot = &w->f->pool[below(w, POOL)];

	pthread_mutex_lock(&slot->lock);
	close_slot(slot);
	slot->fd = fd;
	slot->picture = p;
	pthread_mutex_unlock(&slot->lock);
}

int take(struct worker *w, struct picture **picture)
{
	unsigned int first = below(w, POOL), i;
	struct slot *slot;
	int fd = -1;

	for (i = 0; i < POOL && fd < 0; i++) {
		slot = &w->f->pool[(first + i) % POOL];
		pthread_mutex_lock(&slot->lock);
		if (slot->picture) {
			fd = fcntl(slot->fd, F_DUPFD_CLOEXEC, 0);
			if (fd < 0)
				fail(w, "dup: error %d", errno);
			*picture = slot->picture;
			picture_get(*picture);
		}
		pthread_mutex_unlock(&slot->lock);
	}
	return fd;
}

void op_close(struct worker *w)
{
	struct slot *slot = &w->f->pool[below(w, POOL)];

	pthread_mutex_lock(&slot->lock);
	close_slot(slot);
	pthread_mutex_unlock(&slot->lock);
}

/* ---- what is shown ---- */

/* One word at @at of page @index: the page of guest memory that it is from */
static __u64 check_word(struct worker *w, const struct picture *p,
			__u64 word, __u64 index, unsigned int at)
{
	__u64 offset = word & ((1ull << 48) - 1);

	if (word >> 48 != p->opening)
		fail(w, "page %llu of id %u has %#llx, which is not of opening %u",
		     index, p->info.dmabuf_id, word, p->opening);
	if (offset >= 2 * RAM_SIZE || offset % VGPU_PAGE != at)
		fail(w, "page %llu of id %u has %#llx at %#x",
		     index, p->info.dmabuf_id, word, at);
	return offset / VGPU_PAGE;
}

static __u64 load(const __u8 *bytes)
{
	__u64 word;

	memcpy(&word, bytes, sizeof(word));
	return word;
}

/* @bytes are those between @from and @to of page @index. */
static void check_page(struct worker *w, const struct picture *p,
		       const __u8 *bytes, __u64 index, unsigned int from,
		       unsigned int to)
{
	__u64 first = load(bytes);
	unsigned int i;

	check_word(w, p, first, index, from);
	for (i = 0; i < to - from; i += sizeof(first)) {
		if (load(bytes + i) != first + i)
			fail(w, "page %llu of id %u has %#llx at %#x",
			     index, p->info.dmabuf_id, load(bytes + i),
			     from + i);
	}
}

/* Each page is one of guest memory, always the same, and some are so whole. */
void check_mapping(struct worker *w, const struct picture *p,
		   const __u8 *map)
{
	__u64 pages = p->info.size / VGPU_PAGE, i, index, digest = 0;

	for (i = 0; i < pages; i++) {
		digest ^= check_word(w, p, load(map + i * VGPU_PAGE), i, 0);
		digest *= 0x9e3779b97f4a7c15ull;
		digest ^= digest >> 29;
	}
	id_shows(w, p, digest);

	for (i = 0; i < 4; i++) {
		index = below(w, pages);
		check_page(w, p, map + index * VGPU_PAGE, index, 0, VGPU_PAGE);
	}
}

/* Whole words of each page; what is cut off at the ends is not looked at. */
void check_bytes(struct worker *w, const struct picture *p,
		 const __u8 *bytes, __u64 offset, size_t size)
{
	const __u64 word = sizeof(__u64);
	__u64 end = (offset + size) / word * word, at, to;

	for (at = (offset + word - 1) / word * word; at < end; at = to) {
		to = (at / VGPU_PAGE + 1) * VGPU_PAGE;
		if (to > end)
			to = end;
		check_page(w, p, bytes + (at - offset), at / VGPU_PAGE,
			   at % VGPU_PAGE, at % VGPU_PAGE + (to - at));
	}
}
