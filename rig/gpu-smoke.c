// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Does the host's i915 get its work done by the GPU, real or modelled, and is the
 * emulated CPU sound where it once was not?
 *
 * Every engine stores a dword, all of them pass one on to the next, and the
 * copy engine fills and copies rectangles between linear, X-tiled and Y-tiled
 * buffers, each of which is compared with what the CPU says it must hold.
 * Prints KTAP; the exit status is 1 if a test failed.
 *
 * Addresses are chosen here (EXEC_OBJECT_PINNED), above 4 GiB, so that both
 * halves of an address count.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <drm/drm_fourcc.h>
#include <drm/i915_drm.h>

#include "vgpu_tile.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define MI_BATCH_BUFFER_END	(0x0a << 23)
#define MI_STORE_DWORD_IMM	(0x20 << 23 | 2)
#define MI_LOAD_REGISTER_IMM	(0x22 << 23 | 1)
#define MI_FLUSH_DW		(0x26 << 23 | 2)
#define MI_COPY_MEM_MEM		(0x2e << 23 | 3)

#define XY_COLOR_BLT		(2 << 29 | 0x50 << 22 | 5)
#define XY_SRC_COPY_BLT		(2 << 29 | 0x53 << 22 | 8)
#define XY_FAST_COPY_BLT	(2 << 29 | 0x42 << 22 | 8)
#define   BLT_WRITE_RGBA	(3 << 20)
#define   BLT_SRC_TILED		0x8000
#define   BLT_DST_TILED		0x0800
#define   BLT_DEPTH_32		(3 << 24)
#define   BLT_ROP_COPY		(0xcc << 16)
#define   BLT_ROP_PATTERN	(0xf0 << 16)

#define BCS_SWCTRL		0x22200
#define   BCS_SRC_Y		0x1
#define   BCS_DST_Y		0x2

#define BATCH_ADDR		0x123400000ull
#define DST_ADDR		0x567800000ull
#define SRC_ADDR		0x9abc00000ull

#define MAX_ENGINES		8
#define WAIT_NS			10000000000ll

/* Two tiles high and two wide, whatever the tiling */
#define PITCH			1024
#define WIDTH			(PITCH / 4)
#define HEIGHT			64
#define SIZE			(PITCH * HEIGHT)

enum tiling { LINEAR, TILE_X, TILE_Y };

static const char * const tiling_name[] = { "linear", "X", "Y" };

static const __u64 modifiers[] = {
	DRM_FORMAT_MOD_LINEAR, I915_FORMAT_MOD_X_TILED, I915_FORMAT_MOD_Y_TILED,
};

static int drm;
static __u32 context;
static struct i915_engine_class_instance engines[MAX_ENGINES];
static unsigned int nengines;
static unsigned int tests, failures;
static char why[256];

/* Nothing can be tested at all. */
#define bail_out(...) do {		\
	printf("Bail out! ");		\
	printf(__VA_ARGS__);		\
	printf("\n");			\
	exit(1);			\
} while (0)

/* Remember the reason: what a test function returns when it fails */
#define failed(...) (snprintf(why, sizeof(why), __VA_ARGS__), false)

static int drm_ioctl(unsigned long request, void *arg)
{
	int ret;

	do {
		ret = ioctl(drm, request, arg);
	} while (ret && (errno == EINTR || errno == EAGAIN));
	return ret;
}

static __u32 bo_create(__u64 size)
{
	struct drm_i915_gem_create create = { .size = size };

	if (drm_ioctl(DRM_IOCTL_I915_GEM_CREATE, &create))
		bail_out("GEM_CREATE: %s", strerror(errno));
	return create.handle;
}

static void bo_close(__u32 handle)
{
	struct drm_gem_close close = { .handle = handle };

	drm_ioctl(DRM_IOCTL_GEM_CLOSE, &close);
}

static void bo_write(__u32 handle, const void *data, __u64 size)
{
	struct drm_i915_gem_pwrite pwrite = {
		.handle = handle, .size = size, .data_ptr = (uintptr_t)data,
	};

	if (drm_ioctl(DRM_IOCTL_I915_GEM_PWRITE, &pwrite))
		bail_out("GEM_PWRITE: %s", strerror(errno));
}

/* Waits for the GPU; false if it takes too long. */
static bool bo_read(__u32 handle, void *data, __u64 size)
{
	struct drm_i915_gem_wait wait = {
		.bo_handle = handle, .timeout_ns = WAIT_NS,
	};
	struct drm_i915_gem_pread pread = {
		.handle = handle, .size = size, .data_ptr = (uintptr_t)data,
	};

	if (drm_ioctl(DRM_IOCTL_I915_GEM_WAIT, &wait))
		return failed("GEM_WAIT: %s", strerror(errno));
	if (drm_ioctl(DRM_IOCTL_I915_GEM_PREAD, &pread))
		return failed("GEM_PREAD: %s", strerror(errno));
	return true;
}

/* Run a batch on an engine; dst is written, src (0: none) is read. */
static bool execute(unsigned int engine, const __u32 *cs, unsigned int dwords,
		    __u32 dst, __u32 src)
{
	struct drm_i915_gem_exec_object2 objects[3] = {
		{ .handle = dst, .offset = DST_ADDR, .flags = EXEC_OBJECT_WRITE },
		{ .handle = src, .offset = SRC_ADDR },
	};
	unsigned int n = src ? 2 : 1;
	struct drm_i915_gem_execbuffer2 exec = {
		.buffers_ptr = (uintptr_t)objects,
		.buffer_count = n + 1,
		.flags = engine | I915_EXEC_NO_RELOC,
	};
	__u32 batch = bo_create(4096);
	int ret;

	bo_write(batch, cs, dwords * sizeof(*cs));
	objects[n] = (struct drm_i915_gem_exec_object2) {
		.handle = batch, .offset = BATCH_ADDR,
	};
	for (unsigned int i = 0; i <= n; i++)
		objects[i].flags |= EXEC_OBJECT_PINNED |
				    EXEC_OBJECT_SUPPORTS_48B_ADDRESS;
	i915_execbuffer2_set_context_id(exec, context);

	ret = drm_ioctl(DRM_IOCTL_I915_GEM_EXECBUFFER2, &exec);
	bo_close(batch);
	return !ret || failed("GEM_EXECBUFFER2: %s", strerror(errno));
}

static void report(bool ok, const char *name)
{
	tests++;
	printf("%sok %u - %s\n", ok ? "" : "not ", tests, name);
	if (!ok) {
		printf("# %s\n", why);
		failures++;
	}
	fflush(stdout);
}

static const char *engine_name(unsigned int engine)
{
	static const char * const class[] = { "rcs", "bcs", "vcs", "vecs" };
	static char name[16];
	unsigned int c = engines[engine].engine_class;

	snprintf(name, sizeof(name), "%s%u", c < ARRAY_SIZE(class) ? class[c] :
		 "other", engines[engine].engine_instance);
	return name;
}

/* No engine may write a dword more than it was told to. */
static bool store_dword(unsigned int engine)
{
	const __u32 value = 0xc0ffee00 + engine;
	const __u64 addr = DST_ADDR + 8;
	const __u32 cs[] = {
		MI_STORE_DWORD_IMM, (__u32)addr, addr >> 32, value,
		MI_BATCH_BUFFER_END, 0,
	};
	__u32 got[4], dst = bo_create(4096);
	bool ok = execute(engine, cs, ARRAY_SIZE(cs), dst, 0) &&
		  bo_read(dst, got, sizeof(got));

	if (ok && (got[0] || got[1] || got[2] != value || got[3]))
		ok = failed("memory is %08x %08x %08x %08x, expected 0 0 %08x 0",
			    got[0], got[1], got[2], got[3], value);
	bo_close(dst);
	return ok;
}

/* Each copies what the one before wrote, so i915 has to order them. */
static bool relay(void)
{
	__u32 got[MAX_ENGINES + 1], dst = bo_create(4096);
	__u32 start[MAX_ENGINES + 1] = { 0x600d0001 };
	bool ok = true;

	bo_write(dst, start, sizeof(start));
	for (unsigned int i = 0; ok && i < nengines; i++) {
		const __u64 from = DST_ADDR + i * 4, to = from + 4;
		const __u32 cs[] = {
			MI_COPY_MEM_MEM, (__u32)to, to >> 32,
			(__u32)from, from >> 32, MI_BATCH_BUFFER_END,
		};

		ok = execute(i, cs, ARRAY_SIZE(cs), dst, 0);
	}
	ok = ok && bo_read(dst, got, sizeof(got));
	for (unsigned int i = 1; ok && i <= nengines; i++) {
		if (got[i] != start[0])
			ok = failed("%s left %08x", engine_name(i - 1), got[i]);
	}
	bo_close(dst);
	return ok;
}

static __u32 *at(void *picture, enum tiling tiling, unsigned int x,
		 unsigned int y)
{
	return (__u32 *)((char *)picture +
			 vgpu_byte_offset(modifiers[tiling], 4, PITCH, x * 4, y));
}

static bool compare(const void *got, const void *want, enum tiling tiling)
{
	for (unsigned int y = 0; y < HEIGHT; y++) {
		for (unsigned int x = 0; x < WIDTH; x++) {
			__u32 g = *at((void *)got, tiling, x, y);
			__u32 w = *at((void *)want, tiling, x, y);

			if (g != w)
				return failed("%s pixel %u,%u is %08x, expected %08x",
					      tiling_name[tiling], x, y, g, w);
		}
	}
	return true;
}

static __u32 *emit_tiling(__u32 *cs, enum tiling dst, enum tiling src)
{
	*cs++ = MI_LOAD_REGISTER_IMM;
	*cs++ = BCS_SWCTRL;
	*cs++ = (BCS_SRC_Y | BCS_DST_Y) << 16 |
		(src == TILE_Y ? BCS_SRC_Y : 0) |
		(dst == TILE_Y ? BCS_DST_Y : 0);
	*cs++ = MI_FLUSH_DW;
	*cs++ = 0;
	*cs++ = 0;
	*cs++ = 0;
	return cs;
}

static __u32 pitch(enum tiling tiling)
{
	return tiling == LINEAR ? PITCH : PITCH / 4;
}

static unsigned int emit_copy(__u32 *cs, bool fast, enum tiling dst,
			      enum tiling src)
{
	__u32 *start = cs;

	if (fast) {
		*cs++ = XY_FAST_COPY_BLT | src << 20 | dst << 13;
		*cs++ = BLT_DEPTH_32 | pitch(dst);
	} else {
		cs = emit_tiling(cs, dst, src);
		*cs++ = XY_SRC_COPY_BLT | BLT_WRITE_RGBA |
			(src == LINEAR ? 0 : BLT_SRC_TILED) |
			(dst == LINEAR ? 0 : BLT_DST_TILED);
		*cs++ = BLT_DEPTH_32 | BLT_ROP_COPY | pitch(dst);
	}
	*cs++ = 0;
	*cs++ = HEIGHT << 16 | WIDTH;
	*cs++ = (__u32)DST_ADDR;
	*cs++ = DST_ADDR >> 32;
	*cs++ = 0;
	*cs++ = pitch(src);
	*cs++ = (__u32)SRC_ADDR;
	*cs++ = SRC_ADDR >> 32;
	*cs++ = MI_BATCH_BUFFER_END;
	return cs - start;
}

/* linear -> X -> Y -> linear, checked at each stop */
static bool copy(unsigned int bcs, bool fast)
{
	static const enum tiling stops[] = { LINEAR, TILE_X, TILE_Y, LINEAR };
	__u32 *want = malloc(SIZE), *got = malloc(SIZE), cs[32];
	__u32 src = bo_create(SIZE), dst;
	bool ok = true;

	for (unsigned int i = 0; i < SIZE / 4; i++)
		want[i] = i * 2654435761u;
	bo_write(src, want, SIZE);

	for (unsigned int i = 1; ok && i < ARRAY_SIZE(stops); i++) {
		unsigned int n = emit_copy(cs, fast, stops[i], stops[i - 1]);
		__u32 *expected = malloc(SIZE);

		for (unsigned int y = 0; y < HEIGHT; y++)
			for (unsigned int x = 0; x < WIDTH; x++)
				*at(expected, stops[i], x, y) =
					*at(want, LINEAR, x, y);

		dst = bo_create(SIZE);
		ok = execute(bcs, cs, n, dst, src) && bo_read(dst, got, SIZE) &&
		     compare(got, expected, stops[i]);
		free(expected);
		bo_close(src);
		src = dst;
	}
	/* Every byte, and not only through the formula of a tiling */
	if (ok && memcmp(got, want, SIZE))
		ok = failed("the round trip changed bytes");
	bo_close(src);
	free(want);
	free(got);
	return ok;
}

/* A rectangle whose edges are at no boundary of anything */
static bool fill(unsigned int bcs, enum tiling tiling)
{
	const unsigned int x1 = 13, y1 = 7, x2 = 201, y2 = 43;
	const __u32 color = 0x80402010;
	__u32 *want = malloc(SIZE), *got = malloc(SIZE);
	__u32 batch[32], *cs = batch, dst = bo_create(SIZE);
	bool ok;

	for (unsigned int i = 0; i < SIZE / 4; i++)
		want[i] = ~i;
	bo_write(dst, want, SIZE);
	for (unsigned int y = y1; y < y2; y++)
		for (unsigned int x = x1; x < x2; x++)
			*at(want, tiling, x, y) = color;

	cs = emit_tiling(cs, tiling, LINEAR);
	*cs++ = XY_COLOR_BLT | BLT_WRITE_RGBA |
		(tiling == LINEAR ? 0 : BLT_DST_TILED);
	*cs++ = BLT_DEPTH_32 | BLT_ROP_PATTERN | pitch(tiling);
	*cs++ = y1 << 16 | x1;
	*cs++ = y2 << 16 | x2;
	*cs++ = (__u32)DST_ADDR;
	*cs++ = DST_ADDR >> 32;
	*cs++ = color;
	*cs++ = MI_BATCH_BUFFER_END;

	ok = execute(bcs, batch, cs - batch, dst, 0) &&
	     bo_read(dst, got, SIZE) && compare(got, want, tiling);
	bo_close(dst);
	free(want);
	free(got);
	return ok;
}

static bool open_i915(void)
{
	for (int i = 0; i < 16; i++) {
		char path[32], name[8] = "";
		drm_version_t version = {
			.name = name, .name_len = sizeof(name) - 1,
		};

		snprintf(path, sizeof(path), "/dev/dri/renderD%d", 128 + i);
		drm = open(path, O_RDWR | O_CLOEXEC);
		if (drm < 0)
			continue;
		if (!drm_ioctl(DRM_IOCTL_VERSION, &version) &&
		    !strcmp(name, "i915"))
			return true;
		close(drm);
	}
	return false;
}

static void query_engines(void)
{
	struct drm_i915_query_item item = {
		.query_id = DRM_I915_QUERY_ENGINE_INFO,
	};
	struct drm_i915_query query = {
		.num_items = 1, .items_ptr = (uintptr_t)&item,
	};
	struct drm_i915_query_engine_info *info;

	if (drm_ioctl(DRM_IOCTL_I915_QUERY, &query) || item.length <= 0)
		bail_out("no engine info: %s", strerror(errno));
	info = calloc(1, item.length);
	item.data_ptr = (uintptr_t)info;
	if (drm_ioctl(DRM_IOCTL_I915_QUERY, &query) || item.length <= 0)
		bail_out("no engine info: %s", strerror(errno));
	for (unsigned int i = 0; i < info->num_engines && i < MAX_ENGINES; i++)
		engines[nengines++] = info->engines[i].engine;
	free(info);
}

/* A context whose engine number n is engines[n] */
static void create_context(void)
{
	I915_DEFINE_CONTEXT_PARAM_ENGINES(map, MAX_ENGINES) = { 0 };
	struct drm_i915_gem_context_create_ext_setparam setparam = {
		.base = { .name = I915_CONTEXT_CREATE_EXT_SETPARAM },
		.param = {
			.param = I915_CONTEXT_PARAM_ENGINES,
			.size = sizeof(map.extensions) +
				nengines * sizeof(map.engines[0]),
			.value = (uintptr_t)&map,
		},
	};
	struct drm_i915_gem_context_create_ext create = {
		.flags = I915_CONTEXT_CREATE_FLAGS_USE_EXTENSIONS,
		.extensions = (uintptr_t)&setparam,
	};

	memcpy(map.engines, engines, nengines * sizeof(map.engines[0]));
	if (drm_ioctl(DRM_IOCTL_I915_GEM_CONTEXT_CREATE_EXT, &create))
		bail_out("GEM_CONTEXT_CREATE: %s", strerror(errno));
	context = create.ctx_id;
}

/*
 * QEMU 7.2 used the operand of the addition as the flags, and the next interrupt
 * saved these: see qemu/rig-patches. As flags, the bits of @operand are reserved.
 */
static bool cmpxchg16b_keeps_flags(void)
{
	static __int128 pair;	/* aligned to 16 bytes, as it must be */
	const unsigned long long operand = 0x55400000;
	unsigned long long flags, sum = 0, low = 0, high = 0;

	asm volatile("lea	-128(%%rsp), %%rsp\n\t"
		     "pushfq\n\t"
		     "popfq\n\t"	/* From here on flags are computed late */
		     "addq	%[operand], %[sum]\n\t"
		     "cmpxchg16b %[pair]\n\t"
		     "pushfq\n\t"
		     "popq	%[flags]\n\t"
		     "lea	128(%%rsp), %%rsp"
		     : [flags] "=&r" (flags), [sum] "+&r" (sum),
		       [pair] "+m" (pair), "+a" (low), "+d" (high)
		     : [operand] "r" (operand), "b" (0ull), "c" (0ull)
		     : "cc", "memory");
	if (flags >> 22) {
		printf("# flags are %#llx\n", flags);
		return false;
	}
	return true;
}

static bool is_gen8(void)
{
	int id = 0;
	drm_i915_getparam_t param = {
		.param = I915_PARAM_CHIPSET_ID, .value = &id,
	};

	if (drm_ioctl(DRM_IOCTL_I915_GETPARAM, &param))
		bail_out("GETPARAM: %s", strerror(errno));
	return (id & 0xff00) == 0x1600 || (id & 0xfff0) == 0x22b0;
}

int main(void)
{
	unsigned int bcs = MAX_ENGINES;
	char name[64];

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("TAP version 13\n");
	if (!open_i915())
		bail_out("no render node of i915: is it loaded, and not wedged?");
	query_engines();
	create_context();
	for (unsigned int i = 0; i < nengines; i++)
		if (engines[i].engine_class == I915_ENGINE_CLASS_COPY)
			bcs = i;
	if (bcs == MAX_ENGINES)
		bail_out("no copy engine");

	printf("1..%zu\n", nengines + 4 + ARRAY_SIZE(tiling_name));
	report(cmpxchg16b_keeps_flags(), "CMPXCHG16B of the emulated CPU keeps the flags");
	for (unsigned int i = 0; i < nengines; i++) {
		snprintf(name, sizeof(name), "%s stores a dword", engine_name(i));
		report(store_dword(i), name);
	}
	report(relay(), "engines wait for each other");
	report(copy(bcs, false), "XY_SRC_COPY_BLT linear to X to Y to linear");
	if (is_gen8())
		printf("ok %u - XY_FAST_COPY_BLT # SKIP not on Broadwell: use Skylake or later\n",
		       ++tests);
	else
		report(copy(bcs, true),
		       "XY_FAST_COPY_BLT linear to X to Y to linear");
	for (unsigned int i = 0; i < ARRAY_SIZE(tiling_name); i++) {
		snprintf(name, sizeof(name), "XY_COLOR_BLT %s", tiling_name[i]);
		report(fill(bcs, i), name);
	}
	printf("# pass:%u fail:%u\n", tests - failures, failures);
	return failures ? 1 : 0;
}
