/* SPDX-License-Identifier: GPL-2.0 */
/* Helpers for tests of a vGPU, and of its dma-buf export */
#ifndef GVT_DMABUF_TEST_UTIL_H
#define GVT_DMABUF_TEST_UTIL_H

#include <fcntl.h>
#include <glob.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "../kselftest_harness.h"
#include "vgpu.h"

#define TEST_RAM	(32u << 20)

/* Not a multiple of a tile's size in either direction */
#define TEST_WIDTH	200
#define TEST_HEIGHT	50

/*
 * Open the vGPU named by VGPU_UUID, with @ram bytes of memory. Skip and return
 * false if the variable is not set; the caller returns. It is a failure if the
 * vGPU cannot be opened.
 */
static inline bool test_open_ram(struct __test_metadata *_metadata,
				 struct vgpu *v, size_t ram)
{
	const char *uuid = getenv("VGPU_UUID");
	char why[256];
	int err;

	if (!uuid || !*uuid)
		SKIP(return false, "no vGPU: set VGPU_UUID to an mdev's UUID");
	err = vgpu_open(v, uuid, ram);
	ASSERT_EQ(0, err)
		TH_LOG("%s", vgpu_explain(v, err, why, sizeof(why)));
	return true;
}

static inline bool test_open_vgpu(struct __test_metadata *_metadata,
				  struct vgpu *v)
{
	return test_open_ram(_metadata, v, TEST_RAM);
}

/* Each CPU has its own timers, and its own list of free pages. */
static inline int test_stay_on_this_cpu(void)
{
	cpu_set_t here;

	CPU_ZERO(&here);
	CPU_SET(sched_getcpu(), &here);
	return sched_setaffinity(0, sizeof(here), &here);
}

/* Skip and return false if there is no export; the caller returns. */
static inline bool test_exports(struct __test_metadata *_metadata,
				const struct vgpu *v)
{
	struct vfio_device_gfx_plane_info probe = {
		.argsz = sizeof(probe),
		.flags = VFIO_GFX_PLANE_TYPE_PROBE | VFIO_GFX_PLANE_TYPE_DMABUF,
	};

	if (vgpu_ioctl(v->device, VFIO_DEVICE_QUERY_GFX_PLANE, &probe) ==
	    -ENOTTY)
		SKIP(return false,
		     "no export: set CONFIG_DRM_I915_GVT_DMABUF in the kernel");
	return true;
}

/* test_open_vgpu() for tests that need the export */
static inline bool test_open(struct __test_metadata *_metadata, struct vgpu *v)
{
	if (!test_open_vgpu(_metadata, v))
		return false;
	if (test_exports(_metadata, v))
		return true;
	vgpu_close(v);
	return false;
}

/*
 * For a test that may crash or hang a kernel that has the defect tested for:
 * skip and return false if GVT_SKIP_UNSAFE is set; the caller returns.
 */
static inline bool test_unsafe(struct __test_metadata *_metadata)
{
	if (getenv("GVT_SKIP_UNSAFE"))
		SKIP(return false,
		     "may crash an unfixed kernel: unset GVT_SKIP_UNSAFE");
	return true;
}

/*
 * KASAN and kmemleak delay freeing, and make shadowing millions of entries take
 * minutes. Skip and return false on such a kernel; the caller returns.
 */
static inline bool test_release_kernel(struct __test_metadata *_metadata)
{
	if (!access("/sys/kernel/debug/kmemleak", F_OK))
		SKIP(return false,
		     "freeing is delayed: boot a kernel without kmemleak");
	return true;
}

/*
 * Close the vGPU. An unfixed kernel crashes if a vGPU is closed while a worker
 * frees its objects. Wait for the worker if unsafe tests are skipped.
 */
static inline void test_close(struct vgpu *v)
{
	if (getenv("GVT_SKIP_UNSAFE"))
		usleep(100000);
	vgpu_close(v);
}

/* Close the vGPU, and open it as its next owner: 0 or a negative errno. */
static inline int test_next_owner(struct vgpu *v)
{
	char uuid[sizeof(v->uuid)];

	memcpy(uuid, v->uuid, sizeof(uuid));
	test_close(v);
	return vgpu_open(v, uuid, TEST_RAM);
}

/* The UUID of a second vGPU, from VGPU_UUIDS; false if there is none */
static inline bool test_second_vgpu(char uuid[40])
{
	const char *uuids = getenv("VGPU_UUIDS");

	return uuids && sscanf(uuids, "%*s %39s", uuid) == 1;
}

/*
 * Write @text to the first file that matches @pattern: 0 or a negative errno.
 */
static inline int test_write(const char *pattern, const char *text)
{
	ssize_t len = strlen(text), n;
	glob_t found;
	int fd;

	if (glob(pattern, 0, NULL, &found))
		return -ENOENT;
	fd = open(found.gl_pathv[0], O_WRONLY | O_CLOEXEC);
	globfree(&found);
	if (fd < 0)
		return -errno;
	n = write(fd, text, len);
	n = n < 0 ? -errno : n == len ? 0 : -EIO;
	close(fd);
	return n;
}

/* Open power/@name of the device of @drm in sysfs. */
static inline FILE *test_open_power(int drm, const char *name,
				    const char *mode)
{
	char path[80];
	struct stat st;

	if (fstat(drm, &st))
		return NULL;
	snprintf(path, sizeof(path), "/sys/dev/char/%u:%u/device/power/%s",
		 major(st.st_rdev), minor(st.st_rdev), name);
	return fopen(path, mode);
}

static inline int test_write_power(int drm, const char *name, const char *value)
{
	FILE *f = test_open_power(drm, name, "we");
	int ret;

	if (!f)
		return -errno;
	ret = fputs(value, f) < 0;
	return fclose(f) || ret ? -errno : 0;
}

/* Is the device of @drm runtime suspended within @seconds? 1, 0 or -errno */
static inline int test_sleeps_within(int drm, int seconds)
{
	char status[16] = "";
	FILE *f;
	int i;

	for (i = 0; i < seconds * 10; i++) {
		f = test_open_power(drm, "runtime_status", "re");
		if (!f)
			return -errno;
		if (fscanf(f, "%15s", status) == 1 &&
		    !strcmp(status, "suspended")) {
			fclose(f);
			return 1;
		}
		fclose(f);
		usleep(100000);
	}
	return 0;
}

/*
 * Enable runtime suspend of the GPU of @drm without a delay. Return 1 once it
 * is suspended, 0 if it stays awake, or -errno.
 */
static inline int test_let_sleep(int drm)
{
	int ret = test_write_power(drm, "control", "auto");

	if (!ret)
		ret = test_write_power(drm, "autosuspend_delay_ms", "0");
	return ret ? ret : test_sleeps_within(drm, 15);
}

static inline int test_keep_awake(int drm)
{
	int ret = test_write_power(drm, "control", "on");

	return ret == -ENOENT || ret == -EIO ? 0 : ret;
}

/* Fill all bytes of the surface, padding included, with pseudorandom data. */
static inline void test_fill(const struct vgpu *v, const struct vgpu_surface *s,
			     uint32_t seed)
{
	uint32_t *word = (uint32_t *)vgpu_surface_bytes(v, s);
	uint32_t state = seed * 2654435761u + 1;
	size_t i;

	for (i = 0; i < s->size / sizeof(*word); i++) {
		state ^= state << 13;
		state ^= state >> 17;
		state ^= state << 5;
		word[i] = state;
	}
}

/* Make a filled surface, without displaying it. */
static inline int test_make(struct vgpu *v, struct vgpu_surface *s,
			    uint32_t fourcc, uint64_t modifier, uint32_t seed)
{
	int ret = vgpu_surface_init(v, s, TEST_WIDTH, TEST_HEIGHT, fourcc,
				    modifier);

	if (!ret)
		test_fill(v, s, seed);
	return ret;
}

/* Make a surface for the cursor, without displaying it. */
static inline int test_make_cursor(struct vgpu *v, struct vgpu_surface *s)
{
	return vgpu_surface_init(v, s, 64, 64, DRM_FORMAT_ARGB8888,
				 DRM_FORMAT_MOD_LINEAR);
}

/*
 * Allocate an opaque surface of twice the test size, and give pipe A its size: a
 * plane of the test size does not cover it then.
 */
static inline int test_make_desktop(struct vgpu *v, struct vgpu_surface *desktop)
{
	int ret = vgpu_surface_init(v, desktop, 2 * TEST_WIDTH, 2 * TEST_HEIGHT,
				    DRM_FORMAT_XRGB8888, DRM_FORMAT_MOD_LINEAR);

	return ret ? ret : vgpu_pipe_size(v, 0, 2 * TEST_WIDTH, 2 * TEST_HEIGHT);
}

/* Turn pipe A on with a filled surface on its primary plane. */
static inline int test_show(struct vgpu *v, struct vgpu_surface *s,
			    uint32_t fourcc, uint64_t modifier)
{
	int ret = test_make(v, s, fourcc, modifier,
			    fourcc ^ (uint32_t)modifier);

	if (!ret)
		ret = vgpu_primary_show(v, 0, s);
	return ret ? ret : vgpu_pipe_on(v, 0, s->width, s->height);
}

/* QUERY and GET: a dma-buf fd, or a negative errno */
static inline int test_export(struct vgpu *v, enum vgpu_plane plane,
			      struct vfio_device_gfx_plane_info *info)
{
	int ret = vgpu_query(v, plane, info);

	if (ret)
		return ret;
	return info->drm_format ? vgpu_get_dmabuf(v, info->dmabuf_id) : -ENOENT;
}

/*
 * Import the dma-buf into i915, read @size bytes by PREAD, and close the
 * import.
 */
static inline int test_read(int dmabuf, void *bytes, size_t size)
{
	uint32_t handle;
	int drm, ret;

	drm = vgpu_drm_open();
	if (drm < 0)
		return drm;
	ret = vgpu_drm_import(drm, dmabuf, &handle);
	if (!ret)
		ret = vgpu_drm_pread(drm, handle, 0, bytes, size);
	close(drm);
	return ret;
}

/*
 * Mark a page of guest memory as failed (hwpoison), until the next boot. The
 * kernel may kill the process that calls madvise(), so a child does.
 */
static inline int test_fail_memory(void *page)
{
	pid_t pid = fork();
	int status;

	if (!pid)
		_exit(madvise(page, VGPU_PAGE, MADV_HWPOISON) ? errno : 0);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -errno;
	return WIFSIGNALED(status) ? 0 : -WEXITSTATUS(status);
}

/* Compare the dma-buf with @s: 0 if equal, 1 if not, or -errno. */
static inline int test_compare(int dmabuf, const struct vgpu *v,
			       const struct vgpu_surface *s)
{
	uint8_t *bytes = malloc(s->size);
	int ret;

	if (!bytes)
		return -ENOMEM;
	ret = test_read(dmabuf, bytes, s->size);
	if (!ret)
		ret = !!memcmp(bytes, vgpu_surface_bytes(v, s), s->size);
	free(bytes);
	return ret;
}

/* Export @plane and compare with @s: 0 if equal, 1 if not, or -errno. */
static inline int test_shows(struct vgpu *v, enum vgpu_plane plane,
			     const struct vgpu_surface *s)
{
	struct vfio_device_gfx_plane_info info;
	int fd = test_export(v, plane, &info), ret;

	if (fd < 0)
		return fd;
	ret = test_compare(fd, v, s);
	close(fd);
	return ret;
}

#endif /* GVT_DMABUF_TEST_UTIL_H */
