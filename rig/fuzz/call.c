// SPDX-License-Identifier: GPL-2.0-or-later
/* What each call may answer by the contract, and what it did. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"

#define OK	0
#define END	(-1)
#define MAY(...) { __VA_ARGS__, END }

/*
 * The contract: kernel-doc of gvt/gfx_plane.c, gvt/gfx_irq.c, gvt/surface.c and
 * gem/i915_gem_proxy.c, and Documentation/gpu/gvt-dmabuf.rst.
 *
 * Who is the first to need the pages of a picture may get ENODEV, because the
 * vGPU was reset or closed meanwhile, ESTALE, because the guest changed its
 * page table, or ENXIO, because that pointed to nothing. Who comes later does
 * not: these are the rows "again". ENOMEM is never allowed, as there is memory
 * enough.
 */
static const struct {
	const char *name;
	int may[6];
} calls[NUM_ROWS] = {
	[REGISTER_WRITE] = { "write of a register", MAY(OK) },
	[REGISTER_READ] = { "read of a register", MAY(OK) },
	[PTE_WRITE] = { "write of GGTT entries", MAY(OK) },

	[QUERY] = { "QUERY_GFX_PLANE", MAY(OK, EINVAL, EOPNOTSUPP) },
	[QUERY_PROBE] = { "QUERY_GFX_PLANE, probe", MAY(OK) },
	[QUERY_ARGSZ] = { "QUERY_GFX_PLANE, short", MAY(EINVAL) },
	[QUERY_FLAGS] = { "QUERY_GFX_PLANE, bad flags", MAY(EINVAL) },
	[QUERY_TYPE] = { "QUERY_GFX_PLANE, no such plane", MAY(EINVAL) },
	[QUERY_POINTER] = { "QUERY_GFX_PLANE, bad pointer", MAY(EFAULT) },
	[QUERY_READ_ONLY] = { "QUERY_GFX_PLANE, read-only memory",
			      MAY(EFAULT, EINVAL, EOPNOTSUPP) },
	[GET] = { "GET_GFX_DMABUF", MAY(OK, EINVAL, EDQUOT) },
	[GET_DEAD] = { "GET_GFX_DMABUF, id from before a reset", MAY(EINVAL) },
	[GET_UNKNOWN] = { "GET_GFX_DMABUF, no such id", MAY(EINVAL) },
	[GET_POINTER] = { "GET_GFX_DMABUF, bad pointer", MAY(EFAULT) },

	[EVENT_ARM] = { "SET_IRQS, eventfds", MAY(OK) },
	[EVENT_DISARM] = { "SET_IRQS, disarm", MAY(OK) },
	[EVENT_MASK] = { "SET_IRQS, mask", MAY(OK) },
	[EVENT_UNMASK] = { "SET_IRQS, unmask", MAY(OK) },
	[EVENT_TRIGGER] = { "SET_IRQS, trigger", MAY(OK) },
	[EVENT_RANGE] = { "SET_IRQS, no such sub-interrupt", MAY(EINVAL) },
	[EVENT_NO_FD] = { "SET_IRQS, bad fd", MAY(EBADF) },
	[EVENT_NO_EVENTFD] = { "SET_IRQS, no eventfd", MAY(EINVAL) },
	[EVENT_ACTION] = { "SET_IRQS, mask by eventfd", MAY(ENOTTY) },
	[EVENT_SIZE] = { "SET_IRQS, short", MAY(EINVAL) },
	[IRQ_INFO] = { "GET_IRQ_INFO", MAY(OK) },
	[IRQ_INFO_SHORT] = { "GET_IRQ_INFO, short", MAY(EINVAL) },

	[RESET] = { "VFIO_DEVICE_RESET", MAY(OK) },
	[UNMAP_DMA] = { "VFIO_IOMMU_UNMAP_DMA", MAY(OK) },
	[UNMAP_DMA_PART] = { "VFIO_IOMMU_UNMAP_DMA, part of a mapping",
			     MAY(EINVAL) },
	[MAP_DMA] = { "VFIO_IOMMU_MAP_DMA", MAY(OK) },

	[SYNC_START] = { "DMA_BUF_SYNC, start", MAY(OK, ENODEV, ESTALE, ENXIO) },
	[SYNC_START_AGAIN] = { "DMA_BUF_SYNC, start again", MAY(OK) },
	[SYNC_END] = { "DMA_BUF_SYNC, end", MAY(OK) },
	[SYNC_FLAGS] = { "DMA_BUF_SYNC, bad flags", MAY(EINVAL) },
	[SYNC_POINTER] = { "DMA_BUF_SYNC, bad pointer", MAY(EFAULT) },
	[MMAP] = { "mmap", MAY(OK, ENODEV, ESTALE, ENXIO) },
	[MMAP_AGAIN] = { "mmap again", MAY(OK) },
	[MMAP_WRITE] = { "mmap, writable", MAY(EACCES) },
	[MMAP_PRIVATE] = { "mmap, private", MAY(EINVAL) },
	[MMAP_BEYOND] = { "mmap, beyond the end", MAY(EINVAL) },
	[MPROTECT] = { "mprotect, writable", MAY(EACCES) },
	[MEM_WRITE] = { "write through /proc/self/mem", MAY(EIO) },
	[POLL] = { "poll", MAY(OK) },
	[SET_NAME] = { "DMA_BUF_SET_NAME", MAY(OK) },
	[EXPORT_SYNC] = { "EXPORT_SYNC_FILE", MAY(OK) },
	[IMPORT_SYNC] = { "IMPORT_SYNC_FILE", MAY(OK) },
	[SYNC_FILE_FLAGS] = { "EXPORT_SYNC_FILE, bad flags", MAY(EINVAL) },

	[IMPORT] = { "PRIME_FD_TO_HANDLE, i915", MAY(OK) },
	[IMPORT_VGEM] = { "PRIME_FD_TO_HANDLE, vgem", MAY(OK, ENODEV, ESTALE, ENXIO) },
	[IMPORT_VGEM_AGAIN] = { "PRIME_FD_TO_HANDLE, vgem again", MAY(OK) },
	[HANDLE_TO_FD] = { "PRIME_HANDLE_TO_FD", MAY(OK) },
	[GEM_CLOSE] = { "GEM_CLOSE", MAY(OK) },
	[PREAD] = { "GEM_PREAD", MAY(OK, ENODEV, ESTALE, ENXIO) },
	[PREAD_AGAIN] = { "GEM_PREAD again", MAY(OK) },
	[PREAD_BEYOND] = { "GEM_PREAD, beyond the end", MAY(EINVAL) },
	[PREAD_POINTER] = { "GEM_PREAD, bad pointer", MAY(EFAULT, ENODEV, ESTALE, ENXIO) },
	[PREAD_HANDLE] = { "GEM_PREAD, no such handle", MAY(ENOENT) },
	[PWRITE] = { "GEM_PWRITE", MAY(EINVAL) },
	[GET_TILING] = { "GEM_GET_TILING", MAY(OK) },
	[SET_TILING] = { "GEM_SET_TILING", MAY(ENXIO) },
	[SET_DOMAIN] = { "GEM_SET_DOMAIN", MAY(ENXIO) },
	[SET_DOMAIN_ARGS] = { "GEM_SET_DOMAIN, bad domains", MAY(EINVAL) },
	[SET_CACHING] = { "GEM_SET_CACHING", MAY(ENXIO) },
	[GET_CACHING] = { "GEM_GET_CACHING", MAY(OK) },
	[MADVISE] = { "GEM_MADVISE", MAY(OK) },
	[SW_FINISH] = { "GEM_SW_FINISH", MAY(OK) },
	[BUSY] = { "GEM_BUSY", MAY(OK) },
	[WAIT] = { "GEM_WAIT", MAY(OK, ETIME) },
	[GEM_MMAP] = { "GEM_MMAP", MAY(ENXIO) },
	[MMAP_OFFSET] = { "GEM_MMAP_OFFSET", MAY(OK) },
	[MMAP_OFFSET_FIXED] = { "GEM_MMAP_OFFSET, fixed", MAY(ENODEV) },
	[OFFSET_MMAP] = { "mmap of an offset", MAY(OK) },
	[OFFSET_MMAP_WRITE] = { "mmap of an offset, writable", MAY(EINVAL) },
	/* EFAULT stands for a bus error. */
	[TOUCH] = { "page fault", MAY(OK, EFAULT) },
	[TOUCH_AGAIN] = { "page fault again", MAY(OK) },
	[USERPTR] = { "GEM_USERPTR of a mapping", MAY(EFAULT) },
	[EXEC] = { "EXECBUFFER2, a store to it", MAY(OK, ENODEV, ESTALE, ENXIO) },
	[EXEC_AGAIN] = { "EXECBUFFER2, a store to it again", MAY(OK) },
	[EXEC_RELOC] = { "EXECBUFFER2, relocation in it",
			 MAY(EINVAL, ENODEV, ESTALE, ENXIO) },
	[EXEC_WAIT] = { "GEM_WAIT for a batch", MAY(OK) },
	[VGEM_ATTACH] = { "VGEM_FENCE_ATTACH", MAY(OK, EBUSY) },
	[VGEM_SIGNAL] = { "VGEM_FENCE_SIGNAL", MAY(OK, ETIMEDOUT) },
};

static const char *error_name(int err)
{
	return err ? strerrorname_np(err) : "ok";
}

__thread char why[256];

void end_run(struct worker *w)
{
	static pthread_mutex_t once = PTHREAD_MUTEX_INITIALIZER;

	/* Never unlocked: what goes wrong first is what is told. */
	pthread_mutex_lock(&once);
	printf("gvt-fuzz: FAILED: thread %u, operation %llu (%s): %s\n",
	       w->index, w->op, w->doing, why);
	fflush(stdout);
	_exit(1);
}

int called(struct worker *w, enum row what, int ret)
{
	int err = -ret;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(calls[what].may); i++) {
		if (calls[what].may[i] == END)
			break;
		if (calls[what].may[i] == err) {
			w->outcomes[what][err]++;
			return ret;
		}
	}
	fail(w, "%s: %s (%d) is not an answer that the contract allows",
	     calls[what].name, ret > 0 ? "success" : error_name(err), ret);
	return ret;
}

/* Coverage: what was called with which outcome, and what never was. */
void print_calls(const struct worker *workers, unsigned int count)
{
	unsigned int row, thread;
	__u64 sum, total;
	int err;

	for (row = 0; row < NUM_ROWS; row++) {
		total = 0;
		for (err = 0; err < MAX_ERRNO; err++) {
			sum = 0;
			for (thread = 0; thread < count; thread++)
				sum += workers[thread].outcomes[row][err];
			if (sum)
				printf("gvt-fuzz: %-42s %-10s %10llu\n",
				       calls[row].name, error_name(err), sum);
			total += sum;
		}
		if (!total)
			printf("gvt-fuzz: %-42s never called\n",
			       calls[row].name);
	}
}
