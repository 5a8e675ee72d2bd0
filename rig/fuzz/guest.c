// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Guest memory and the vGPU.
 *
 * Nobody writes to guest memory after it was filled, so it can be compared
 * with what it must hold at any time, and what an export shows tells where in
 * guest memory it comes from.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"

#define BOTH_BANKS	(2 * RAM_SIZE)

static int map_chunk(struct fuzz *f, unsigned int chunk)
{
	const __u64 iova = (__u64)chunk * CHUNK_SIZE;

	return vgpu_map_dma(&f->v, iova, f->ram + offset_of(f, iova),
			    CHUNK_SIZE);
}

/* Where in the two banks a guest address is at the moment */
__u64 offset_of(const struct fuzz *f, __u64 gpa)
{
	return gpa + (__u64)f->bank[gpa / CHUNK_SIZE] * RAM_SIZE;
}

/*
 * The library gives the guest memory of its own; put ours there instead, of
 * which the kernel can be asked whether anybody still holds a page.
 */
static int make_memory(struct fuzz *f)
{
	__u64 offset, *word;
	unsigned int chunk;
	int ret;

	f->memfd = memfd_create("guest", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (f->memfd < 0)
		return -errno;
	if (ftruncate(f->memfd, BOTH_BANKS))
		return -errno;
	f->ram = mmap(NULL, BOTH_BANKS, PROT_READ | PROT_WRITE, MAP_SHARED,
		      f->memfd, 0);
	if (f->ram == MAP_FAILED)
		return -errno;

	word = (__u64 *)f->ram;
	for (offset = 0; offset < BOTH_BANKS; offset += sizeof(*word))
		*word++ = stamp(f->opening, offset);

	memset(f->bank, 0, sizeof(f->bank));
	ret = vgpu_unmap_dma(&f->v, 0, RAM_SIZE);
	for (chunk = 0; chunk < CHUNKS && !ret; chunk++)
		ret = map_chunk(f, chunk);
	return ret;
}

int open_guest(struct fuzz *f)
{
	__u64 slices = (__u64)f->threads * SLICE_PAGES * VGPU_PAGE;
	int ret;

	ret = vgpu_open(&f->v, f->uuid, RAM_SIZE);
	if (ret)
		return ret;
	f->opening++;
	f->exact_gma = f->v.aperture + slices;
	if (slices + EXACT_PAGES * VGPU_PAGE > f->v.aperture_size)
		return -ENOSPC;
	return make_memory(f);
}

static void verify(struct worker *w, __u64 from, __u64 size)
{
	const struct fuzz *f = w->f;
	const __u64 *word = (const __u64 *)(f->ram + from);
	__u64 offset;

	for (offset = from; offset < from + size; offset += sizeof(*word)) {
		if (*word++ != stamp(f->opening, offset))
			fail(w, "guest memory changed at %#llx: %#llx",
			     offset, word[-1]);
	}
}

void op_verify(struct worker *w)
{
	const __u64 size = 64u << 10;

	verify(w, below(w, BOTH_BANKS / size) * size, size);
}

void close_guest(struct worker *w)
{
	struct fuzz *f = w->f;

	verify(w, 0, BOTH_BANKS);
	if (one_in(w, 2))
		vgpu_leave(&f->v);	/* as when a VMM is killed */
	else
		vgpu_close(&f->v);
	munmap(f->ram, BOTH_BANKS);
}

/*
 * Everything is closed: nobody may hold a page of guest memory any more. The
 * kernel seals a file against writing only if that is so. Objects are freed
 * in the background, so this is tried for a while.
 */
void check_released(struct worker *w)
{
	int tries;

	for (tries = 0; tries < 50; tries++) {
		if (!fcntl(w->f->memfd, F_ADD_SEALS, F_SEAL_WRITE)) {
			close(w->f->memfd);
			return;
		}
		usleep(20000);
	}
	fail(w, "all is closed, and guest pages are still held: %s",
	     strerror(errno));
}

/* Did a whole reset begin and end since resets_begun was @begun? */
bool is_reset_since(const struct fuzz *f, unsigned int begun)
{
	return atomic_load(&f->resets_ended) > begun;
}

void op_reset(struct worker *w)
{
	struct fuzz *f = w->f;

	pthread_mutex_lock(&f->resetting);
	atomic_fetch_add(&f->resets_begun, 1);
	called(w, RESET, vgpu_ioctl(f->v.device, VFIO_DEVICE_RESET, NULL));
	atomic_fetch_add(&f->resets_ended, 1);
	pthread_mutex_unlock(&f->resetting);
}

/* Take memory from the guest and give it the same or other memory there. */
void op_unmap(struct worker *w)
{
	struct fuzz *f = w->f;
	unsigned int chunk = below(w, CHUNKS);
	__u64 iova = (__u64)chunk * CHUNK_SIZE;

	pthread_mutex_lock(&f->unmapping);
	if (one_in(w, 4)) {
		called(w, UNMAP_DMA_PART,
		       vgpu_unmap_dma(&f->v, iova + VGPU_PAGE, VGPU_PAGE));
	} else {
		called(w, UNMAP_DMA, vgpu_unmap_dma(&f->v, iova, CHUNK_SIZE));
		if (one_in(w, 2))
			f->bank[chunk] ^= 1;
		called(w, MAP_DMA, map_chunk(f, chunk));
	}
	pthread_mutex_unlock(&f->unmapping);
}

/* End the VM and start another on the same vGPU, while exports live on. */
void op_reopen(struct worker *w)
{
	struct fuzz *f = w->f;
	char why[256];
	int ret;

	atomic_fetch_add(&f->resets_begun, 1);
	close_guest(w);
	close(f->memfd);
	ret = open_guest(f);
	if (ret)
		fail(w, "%s", vgpu_explain(&f->v, ret, why, sizeof(why)));
	atomic_fetch_add(&f->resets_ended, 1);
}
