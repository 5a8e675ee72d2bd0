// SPDX-License-Identifier: GPL-2.0-or-later
/* The CPU reading a picture. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/dma-buf.h>

#include "bench.h"

struct reader {
	int drm, fd;
	__u32 handle;
	const void *map;
	void *to;
	size_t size;
};

static void sync_cpu(int fd, __u64 flags)
{
	struct dma_buf_sync sync = { .flags = flags };

	must(vgpu_ioctl(fd, DMA_BUF_IOCTL_SYNC, &sync), "DMA_BUF_IOCTL_SYNC");
}

static void read_map(const struct reader *r)
{
	sync_cpu(r->fd, DMA_BUF_SYNC_START | DMA_BUF_SYNC_READ);
	memcpy(r->to, r->map, r->size);
	sync_cpu(r->fd, DMA_BUF_SYNC_END | DMA_BUF_SYNC_READ);
}

static void read_pread(const struct reader *r)
{
	must(vgpu_drm_pread(r->drm, r->handle, 0, r->to, r->size), "PREAD");
}

static void measure_read(const char *name, const struct reader *r,
			 void (*read)(const struct reader *r))
{
	double values[RUNS];
	__u64 start;
	int i;

	for (i = -1; i < RUNS; i++) {
		start = now();
		read(r);
		if (i >= 0)
			values[i] = (double)(now() - start) * VGPU_PAGE /
				    r->size;
	}
	figure(name, values);
}

void bench_read(struct bench *b)
{
	struct vgpu_mark mark = vgpu_mark(&b->v);
	struct reader r = { .drm = b->drm };
	struct vgpu_surface s;

	make_screen(&b->v, &s, 1920, 1080);
	r.size = s.size;
	r.fd = export_screen(&b->v, &s);
	must(vgpu_drm_import(b->drm, r.fd, &r.handle), "importing");
	r.to = malloc(r.size);
	if (!r.to)
		must(-ENOMEM, "a picture");
	memset(r.to, 0, r.size);

	measure_read("read_pread", &r, read_pread);
	r.map = mmap(NULL, r.size, PROT_READ, MAP_SHARED, r.fd, 0);
	if (r.map != MAP_FAILED) {	/* stock has no mmap */
		measure_read("read_mmap", &r, read_map);
		munmap((void *)r.map, r.size);
	}

	free(r.to);
	vgpu_drm_close_handle(b->drm, r.handle);
	close(r.fd);
	vgpu_release(&b->v, mark);
}
