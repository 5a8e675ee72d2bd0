/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gvt-fuzz: a guest and its viewers gone mad. What the files share.
 *
 *   main.c      options, threads, totals
 *   call.c      what each call may answer, and what it did
 *   guest.c     guest memory and the vGPU: open, reset, unmap, close
 *   plane.c     operations of the guest: registers and GGTT entries
 *   query.c     operations of the viewer: the two VFIO ioctls
 *   event.c     listeners of the display event
 *   picture.c   exported pictures, and whether they show guest memory
 *   id.c        what each id has stood for
 *   dmabuf.c    operations on a dma-buf
 *   gem.c       operations on the i915 and vgem objects made of it
 *   exec.c      batches with such an object
 */
#ifndef GVT_FUZZ_H
#define GVT_FUZZ_H

#include <pthread.h>
#include <setjmp.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdnoreturn.h>

#include "vgpu.h"

#define BIT(n)		(1u << (n))
#define MAX_THREADS	16
#define MAX_ERRNO	134

/* Guest memory: two banks, and each chunk of it is of one bank or the other */
#define RAM_SIZE	(8u * 1024 * 1024)
#define RAM_PAGES	(RAM_SIZE / VGPU_PAGE)
#define CHUNK_SIZE	(1024u * 1024)
#define CHUNKS		(RAM_SIZE / CHUNK_SIZE)

/* GGTT: a slice for each thread, and one that only op_exact() writes to */
#define SLICE_PAGES	1024u
#define EXACT_PAGES	16u

#define POOL		48	/* exported pictures that all threads see */
#define HANDLES		8	/* GEM handles a thread */
#define RECENT		16	/* answers of QUERY that a thread remembers */

/* ---- call.c ---- */

/* One row of the table in call.c each: a call and what it is given */
enum row {
	REGISTER_WRITE, REGISTER_READ, PTE_WRITE,
	QUERY, QUERY_PROBE, QUERY_ARGSZ, QUERY_FLAGS, QUERY_TYPE,
	QUERY_POINTER, QUERY_READ_ONLY,
	GET, GET_DEAD, GET_UNKNOWN, GET_POINTER,
	EVENT_ARM, EVENT_DISARM, EVENT_MASK, EVENT_UNMASK, EVENT_TRIGGER,
	EVENT_RANGE, EVENT_NO_FD, EVENT_NO_EVENTFD, EVENT_ACTION, EVENT_SIZE,
	IRQ_INFO, IRQ_INFO_SHORT,
	RESET, UNMAP_DMA, UNMAP_DMA_PART, MAP_DMA,
	SYNC_START, SYNC_START_AGAIN, SYNC_END, SYNC_FLAGS, SYNC_POINTER,
	MMAP, MMAP_AGAIN, MMAP_WRITE, MMAP_PRIVATE, MMAP_BEYOND, MPROTECT,
	MEM_WRITE, POLL, SET_NAME,
	EXPORT_SYNC, IMPORT_SYNC, SYNC_FILE_FLAGS,
	IMPORT, IMPORT_VGEM, IMPORT_VGEM_AGAIN, HANDLE_TO_FD, GEM_CLOSE,
	PREAD, PREAD_AGAIN, PREAD_BEYOND, PREAD_POINTER, PREAD_HANDLE, PWRITE,
	GET_TILING, SET_TILING, SET_DOMAIN, SET_DOMAIN_ARGS, SET_CACHING,
	GET_CACHING, MADVISE, SW_FINISH, BUSY, WAIT, GEM_MMAP, MMAP_OFFSET,
	MMAP_OFFSET_FIXED, OFFSET_MMAP, OFFSET_MMAP_WRITE, TOUCH, TOUCH_AGAIN,
	USERPTR, EXEC, EXEC_AGAIN, EXEC_RELOC, EXEC_WAIT,
	VGEM_ATTACH, VGEM_SIGNAL,
	NUM_ROWS
};

struct worker;

/*
 * Note that what @row says answered @ret, 0 or a negative errno, and end the run if the
 * contract does not allow it. Returns @ret.
 */
int called(struct worker *w, enum row what, int ret);
void print_calls(const struct worker *workers, unsigned int count);

/* End the run: one line that says which thread did what, and why it is wrong */
#define fail(w, ...)	(snprintf(why, sizeof(why), __VA_ARGS__), end_run(w))
extern __thread char why[256];
noreturn void end_run(struct worker *w);

/* ---- picture.c ---- */

/**
 * struct picture - what one GET returned
 * @refs: one for the pool's slot, one for each handle and each user
 * @has_pages: somebody looked the pages up, so nobody will fail to do so again
 * @opening: &fuzz.opening in which it was exported
 * @info: answer of the QUERY
 *
 * Constant but for the first two.
 */
struct picture {
	atomic_uint refs;
	atomic_bool has_pages;
	unsigned int opening;
	struct vfio_device_gfx_plane_info info;
};

struct slot {
	pthread_mutex_t lock;
	int fd;
	struct picture *picture;
};

/* ---- the fuzzer ---- */

/**
 * struct fuzz - shared by the threads
 * @device: held for reading to use @v, for writing to close and open it
 * @v: the vGPU
 * @opening: how many times it was opened; part of the contents of guest memory
 * @memfd: guest memory, both banks
 * @ram: where it is mapped here
 * @unmapping: held to unmap guest memory, so guards @bank
 * @bank: for each chunk, which of the two the guest has
 * @resetting: held to reset, so that resets can be counted
 * @resets_begun: before each
 * @resets_ended: after each
 * @exact_gma: GGTT space of op_exact(), after the threads' slices
 * @pool: exported framebuffers
 * @stop: the threads are to end
 * @operations: how many each of them may do
 */
struct fuzz {
	__u64 seed, operations;
	unsigned int threads;
	const char *uuid;

	pthread_rwlock_t device;
	struct vgpu v;
	unsigned int opening;
	int memfd;
	__u8 *ram;
	pthread_mutex_t unmapping;
	__u8 bank[CHUNKS];
	pthread_mutex_t resetting;
	atomic_uint resets_begun, resets_ended;
	__u64 exact_gma;

	struct slot pool[POOL];
	atomic_bool stop;
};

struct handle {
	__u32 handle;	/* 0: none */
	struct picture *picture;
};

/**
 * struct worker - one thread
 * @f: what it shares with the others
 * @index: counts from 0
 * @op: operations begun
 * @doing: name of the one that it is at
 * @rng: state of its random numbers, set anew for each operation
 * @slice: its GGTT space
 * @shown: GGTT address of the picture that it showed last
 * @shown_pages: size of that
 * @events: eventfds for the display event
 * @drm: i915's render node, with @handles
 * @vgem: vgem's render node, negative if there is none
 * @vgem_handle: one object there, of @vgem_picture
 * @recent: last answers of QUERY
 * @next_recent: index of the oldest of them
 * @recent_opening: &fuzz.opening in which they were given
 * @buffer: scratch of &BUFFER_SIZE bytes
 * @bus_error: where to go on a SIGBUS, if @expects_bus_error
 * @outcomes: how often each call ended how
 */
struct worker {
	struct fuzz *f;
	pthread_t thread;
	unsigned int index;
	atomic_ullong op;
	const char *doing;
	__u64 rng;
	__u64 slice, shown;
	unsigned int shown_pages;
	int events[3];
	int drm, vgem;
	struct handle handles[HANDLES];
	__u32 vgem_handle;
	struct picture *vgem_picture;
	struct vfio_device_gfx_plane_info recent[RECENT];
	unsigned int next_recent;
	unsigned int recent_opening;
	__u8 *buffer;
	sigjmp_buf bus_error;
	atomic_bool expects_bus_error;
	__u64 outcomes[NUM_ROWS][MAX_ERRNO];
};

#define BUFFER_SIZE	(64u << 10)

/* ---- random numbers ---- */

/* xorshift64*: the state is never 0 */
static inline __u64 random64(struct worker *w)
{
	w->rng ^= w->rng >> 12;
	w->rng ^= w->rng << 25;
	w->rng ^= w->rng >> 27;
	return w->rng * 0x2545f4914f6cdd1dull;
}

static inline __u32 random32(struct worker *w)
{
	return random64(w) >> 32;
}

/* 0 to @n - 1 */
static inline __u32 below(struct worker *w, __u32 n)
{
	return (__u64)random32(w) * n >> 32;
}

static inline bool one_in(struct worker *w, __u32 n)
{
	return !below(w, n);
}

/* An unusual value: 0, the maximum, one bit, a small or a random number */
static inline __u32 odd_value(struct worker *w)
{
	switch (below(w, 5)) {
	case 0:
		return 0;
	case 1:
		return UINT32_MAX;
	case 2:
		return BIT(below(w, 32));
	case 3:
		return below(w, 0x1000);
	default:
		return random32(w);
	}
}

/* ---- guest.c ---- */

/*
 * What every eight bytes of guest memory hold: which opening of the vGPU they
 * belong to and where they are, counted through both banks.
 */
static inline __u64 stamp(unsigned int opening, __u64 offset)
{
	return (__u64)opening << 48 | offset;
}

int open_guest(struct fuzz *f);
void close_guest(struct worker *w);
void check_released(struct worker *w);
__u64 offset_of(const struct fuzz *f, __u64 gpa);
bool is_reset_since(const struct fuzz *f, unsigned int begun);

void op_reset(struct worker *w);
void op_unmap(struct worker *w);
void op_reopen(struct worker *w);
void op_verify(struct worker *w);

/* ---- plane.c ---- */

void op_show(struct worker *w);
void op_mutate(struct worker *w);
void op_scramble(struct worker *w);
void op_cursor(struct worker *w);
void op_pipe(struct worker *w);
void op_neighbours(struct worker *w);
void op_flip(struct worker *w);
void op_map(struct worker *w);
void op_remap(struct worker *w);
void op_junk_pte(struct worker *w);

/* ---- query.c ---- */

void op_query(struct worker *w);
void op_query_get(struct worker *w);
void op_query_odd(struct worker *w);
void op_get(struct worker *w);
void op_get_odd(struct worker *w);
void op_exact(struct worker *w);

/* ---- event.c ---- */

void op_arm(struct worker *w);
void op_arm_and_forget(struct worker *w);
void op_disarm(struct worker *w);
void op_mask(struct worker *w);
void op_event_odd(struct worker *w);
void op_irq_info(struct worker *w);
void op_event_read(struct worker *w);
int open_events(struct worker *w);
void close_events(struct worker *w);

/* ---- id.c ---- */

/*
 * A QUERY answered @info; @ended is resets_ended when it began and @begun
 * resets_begun when it returned.
 */
void id_seen(struct worker *w, const struct vfio_device_gfx_plane_info *info,
	     unsigned int ended, unsigned int begun);
/* Must GET of it fail, if so many resets had ended when it began? */
bool id_is_dead(struct worker *w, __u32 id, unsigned int ended);
/* The pages of @p, summed up, are @digest */
void id_shows(struct worker *w, const struct picture *p, __u64 digest);

/* ---- picture.c ---- */

/* What GET of @info returned as @fd */
struct picture *make_picture(struct worker *w, int fd,
			     const struct vfio_device_gfx_plane_info *info);
/* Show it to all threads: the pool owns @fd and @p from here. */
void publish(struct worker *w, int fd, struct picture *p);
/* A dup of a random export's fd, and a reference on the picture, or -1 */
int take(struct worker *w, struct picture **picture);
void picture_get(struct picture *p);
void picture_put(struct picture *p);
void close_slot(struct slot *slot);
/* A whole picture that is mapped here */
void check_mapping(struct worker *w, const struct picture *p,
		   const __u8 *map);
/* @size bytes from @offset of a picture */
void check_bytes(struct worker *w, const struct picture *p,
		 const __u8 *bytes, __u64 offset, size_t size);

void op_close(struct worker *w);

/* ---- dmabuf.c ---- */

/* Look at it, if it has pages */
void read_picture(struct worker *w, int fd, struct picture *p);
void op_read(struct worker *w);
void op_sync(struct worker *w);
void op_mmap_odd(struct worker *w);
void op_doors(struct worker *w);
void op_sync_file(struct worker *w);
void op_misc(struct worker *w);

/* ---- gem.c ---- */

void op_import(struct worker *w);
void op_gem_close(struct worker *w);
void op_pread(struct worker *w);
void op_pread_odd(struct worker *w);
void op_gem(struct worker *w);
void op_gem_refused(struct worker *w);
void op_gem_mmap(struct worker *w);
void op_vgem(struct worker *w);
void op_drm_reopen(struct worker *w);
int open_nodes(struct worker *w);
void close_nodes(struct worker *w);
int drm_ioctl(struct worker *w, unsigned long request, void *arg);
/* One of the thread's handles that is open, or NULL */
struct handle *any_handle(struct worker *w);

/* ---- exec.c ---- */

void op_exec(struct worker *w);

#endif /* GVT_FUZZ_H */
