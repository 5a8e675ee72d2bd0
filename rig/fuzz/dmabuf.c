// SPDX-License-Identifier: GPL-2.0-or-later
/* Operations on a dma-buf, for which nothing else need be open. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/dma-buf.h>

#include "fuzz.h"

/* An fd of our own, and what it shows */
struct use {
	int fd;
	struct picture *picture;
};

static bool begin(struct worker *w, struct use *u)
{
	u->fd = take(w, &u->picture);
	return u->fd >= 0;
}

static void end(struct use *u)
{
	close(u->fd);
	picture_put(u->picture);
}

static int sync_dmabuf(const struct use *u, __u64 flags)
{
	struct dma_buf_sync sync = { .flags = flags };

	return vgpu_ioctl(u->fd, DMA_BUF_IOCTL_SYNC, &sync);
}

/* 0, or a negative errno if there are no pages */
static int start_access(struct worker *w, const struct use *u)
{
	enum row what = u->picture->has_pages ? SYNC_START_AGAIN : SYNC_START;
	int ret = called(w, what, sync_dmabuf(u, DMA_BUF_SYNC_START |
					      DMA_BUF_SYNC_READ));

	if (!ret)
		u->picture->has_pages = true;
	return ret;
}

static __u8 *map_picture(struct worker *w, const struct use *u)
{
	enum row what = u->picture->has_pages ? MMAP_AGAIN : MMAP;
	void *map = mmap(NULL, u->picture->info.size, PROT_READ, MAP_SHARED,
			 u->fd, 0);

	if (called(w, what, map == MAP_FAILED ? -errno : 0))
		return NULL;
	u->picture->has_pages = true;
	return map;
}

void read_picture(struct worker *w, int fd, struct picture *p)
{
	const struct use u = { .fd = fd, .picture = p };
	__u8 *map = map_picture(w, &u);

	if (!map)
		return;
	if (!start_access(w, &u)) {
		check_mapping(w, p, map);
		called(w, SYNC_END, sync_dmabuf(&u, DMA_BUF_SYNC_END |
						DMA_BUF_SYNC_READ));
	}
	munmap(map, p->info.size);
}

void op_read(struct worker *w)
{
	struct use u;

	if (!begin(w, &u))
		return;
	read_picture(w, u.fd, u.picture);
	end(&u);
}

void op_sync(struct worker *w)
{
	__u64 flags = random32(w) & DMA_BUF_SYNC_VALID_FLAGS_MASK;
	struct use u;
	int ret;

	if (!begin(w, &u))
		return;
	switch (below(w, 8)) {
	case 0:
		flags = (__u64)odd_value(w) << 3 | 8;
		called(w, SYNC_FLAGS, sync_dmabuf(&u, flags));
		break;
	case 1:
		called(w, SYNC_POINTER,
		       vgpu_ioctl(u.fd, DMA_BUF_IOCTL_SYNC, NULL));
		break;
	default:
		if (!(flags & DMA_BUF_SYNC_RW)) {
			called(w, SYNC_FLAGS, sync_dmabuf(&u, flags));
		} else if (flags & DMA_BUF_SYNC_END) {
			called(w, SYNC_END, sync_dmabuf(&u, flags));
		} else {
			bool again = u.picture->has_pages;

			ret = sync_dmabuf(&u, flags);
			if (!called(w, again ? SYNC_START_AGAIN : SYNC_START,
				    ret))
				u.picture->has_pages = true;
		}
	}
	end(&u);
}

/* Move a mapping elsewhere; where it is now is in nobody's way. */
static __u8 *move(__u8 *map, size_t size)
{
	void *to = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
			-1, 0);

	if (to == MAP_FAILED)
		return map;
	to = mremap(map, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, to);
	return to == MAP_FAILED ? map : to;
}

/* Some pages of it, in a mapping that outlives the fd, moves and is split */
void op_mmap_odd(struct worker *w)
{
	__u64 pages, from, count;
	__u8 *map, *last;
	enum row what;
	struct use u;

	if (!begin(w, &u))
		return;
	pages = u.picture->info.size / VGPU_PAGE;
	from = below(w, pages);
	count = 1 + below(w, pages - from);
	what = u.picture->has_pages ? MMAP_AGAIN : MMAP;
	map = mmap(NULL, count * VGPU_PAGE, PROT_READ, MAP_SHARED, u.fd,
		   from * VGPU_PAGE);
	if (!called(w, what, map == MAP_FAILED ? -errno : 0)) {
		u.picture->has_pages = true;
		close(u.fd);
		u.fd = -1;
		if (one_in(w, 2))
			map = move(map, count * VGPU_PAGE);
		/* In three pieces: another thread may map what is free. */
		last = map + (count - 1) * VGPU_PAGE;
		if (count > 2)
			munmap(map + VGPU_PAGE, (count - 2) * VGPU_PAGE);
		check_bytes(w, u.picture, map, from * VGPU_PAGE, VGPU_PAGE);
		check_bytes(w, u.picture, last, (from + count - 1) * VGPU_PAGE,
			    VGPU_PAGE);
		munmap(map, VGPU_PAGE);
		if (count > 1)
			munmap(last, VGPU_PAGE);
	}
	end(&u);
}

/* ---- doors that must stay shut ---- */

static void door_mmap(struct worker *w, const struct use *u, enum row what,
		      int prot, int flags, off_t offset)
{
	size_t size = u->picture->info.size;
	void *map = mmap(NULL, size, prot, flags, u->fd, offset);

	called(w, what, map == MAP_FAILED ? -errno : 0);
}

/* A debugger's way in: it does not ask for permission to write. */
static void door_mem(struct worker *w, __u8 *map)
{
	const __u64 junk = 0x6b6e756a6b6e756a;
	int fd = open("/proc/self/mem", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		fail(w, "/proc/self/mem: %s", strerror(errno));
	called(w, MEM_WRITE,
	       pwrite(fd, &junk, sizeof(junk), (uintptr_t)map) < 0 ? -errno :
	       0);
	close(fd);
}

void op_doors(struct worker *w)
{
	const int both = PROT_READ | PROT_WRITE;
	struct use u;
	__u8 *map;

	if (!begin(w, &u))
		return;
	switch (below(w, 5)) {
	case 0:
		door_mmap(w, &u, MMAP_WRITE, both, MAP_SHARED, 0);
		break;
	case 1:
		door_mmap(w, &u, MMAP_PRIVATE, one_in(w, 2) ? both : PROT_READ,
			  MAP_PRIVATE, 0);
		break;
	case 2:
		door_mmap(w, &u, MMAP_BEYOND, PROT_READ, MAP_SHARED,
			  (1 + (off_t)below(w, BIT(20))) * VGPU_PAGE);
		break;
	default:
		map = map_picture(w, &u);
		if (!map)
			break;
		called(w, MPROTECT, mprotect(map, u.picture->info.size, both) ?
				    -errno : 0);
		door_mem(w, map);
		munmap(map, u.picture->info.size);
	}
	end(&u);
}

/* ---- the rest ---- */

void op_sync_file(struct worker *w)
{
	struct dma_buf_export_sync_file out = {
		.flags = 1 + below(w, 3),	/* read, write, both */
		.fd = -1,
	};
	struct dma_buf_import_sync_file in = { .flags = 1 + below(w, 3) };
	struct use u;

	if (!begin(w, &u))
		return;
	if (one_in(w, 8)) {
		out.flags = one_in(w, 2) ? 0 : 4 + below(w, 1000);
		called(w, SYNC_FILE_FLAGS,
		       vgpu_ioctl(u.fd, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, &out));
		end(&u);
		return;
	}
	called(w, EXPORT_SYNC,
	       vgpu_ioctl(u.fd, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, &out));
	if (one_in(w, 2)) {
		in.fd = out.fd;
		called(w, IMPORT_SYNC,
		       vgpu_ioctl(u.fd, DMA_BUF_IOCTL_IMPORT_SYNC_FILE, &in));
	}
	close(out.fd);
	end(&u);
}

void op_misc(struct worker *w)
{
	struct pollfd poll_in = { .events = below(w, 0x20) };
	char name[32];
	struct use u;

	if (!begin(w, &u))
		return;
	if (one_in(w, 2)) {
		poll_in.fd = u.fd;
		called(w, POLL, poll(&poll_in, 1, 0) < 0 ? -errno : 0);
	} else {
		snprintf(name, sizeof(name), "%x", random32(w));
		called(w, SET_NAME,
		       vgpu_ioctl(u.fd, DMA_BUF_SET_NAME_B, name));
	}
	end(&u);
}
