/* SPDX-License-Identifier: GPL-2.0 */
/* Entry points of a vGPU and of its exports, and what each may return */
#ifndef GVT_DMABUF_RACE_OPS_H
#define GVT_DMABUF_RACE_OPS_H

#include "event_util.h"
#include "mdev_util.h"
#include "module_util.h"
#include "random_util.h"
#include "race_guest.h"

#define RACE_ERRNOS	6

/**
 * struct racer - one of two threads
 * @r: the guest, shared by both
 * @op: what it does
 * @other: what the other thread does
 * @random: state of its random numbers
 * @dmabuf: its own fd of an export whose pages have not been looked up
 * @i915: its own render node of i915
 * @vgem: the same of vgem, or -1
 * @eventfds: its own eventfds, one per plane
 * @ret: what @op returned
 */
struct racer {
	struct race_guest *r;
	const struct race_op *op, *other;
	uint32_t random;
	int dmabuf, i915, vgem;
	int32_t eventfds[EVENT_PLANES];
	int ret;
};

/**
 * struct race_op - an entry point, or a few that belong together
 * @name: for messages
 * @run: use it. Return 0, -errno, or %-EILSEQ if the contents are wrong.
 * @may: errnos that it may return besides 0
 * @gone: the same if the other thread closes or removes the vGPU
 * @needs_vgpu: it uses the open vGPU
 * @changes: what the guest displays must be restored after it
 */
struct race_op {
	const char *name;
	int (*run)(struct racer *me);
	int may[RACE_ERRNOS], gone[RACE_ERRNOS];
	bool needs_vgpu, changes;
};

static inline int race_query(struct racer *me)
{
	struct vfio_device_gfx_plane_info info;
	int ret = vgpu_query(&me->r->v, VGPU_PRIMARY, &info);

	if (ret || !info.drm_format)
		return ret;
	return race_describes(&info) ? 0 : -EILSEQ;
}

static inline int race_get(struct racer *me)
{
	struct vfio_device_gfx_plane_info info;
	int ret = vgpu_query(&me->r->v, VGPU_PRIMARY, &info), fd;

	if (ret || !info.drm_format)
		return ret;
	fd = vgpu_get_dmabuf(&me->r->v, info.dmabuf_id);
	if (fd < 0)
		return fd;
	ret = race_mapped(fd);
	close(fd);
	return ret;
}

static inline int race_close(struct racer *me)
{
	int ret = close(me->dmabuf);

	me->dmabuf = -1;
	return ret ? -errno : 0;
}

/* The other thread may close its fd of the same export: the last close. */
static inline int race_mmap(struct racer *me)
{
	int ret = race_mapped(me->dmabuf);

	race_close(me);
	return ret;
}

static inline int race_read(struct racer *me)
{
	uint64_t words[RACE_WORDS];
	uint32_t handle;
	int ret = vgpu_drm_import(me->i915, me->dmabuf, &handle);

	race_close(me);
	if (ret)
		return ret;
	ret = vgpu_drm_pread(me->i915, handle, 0, words, sizeof(words));
	if (!ret)
		ret = race_contents(words);
	return vgpu_drm_close_handle(me->i915, handle) ?: ret;
}

/* Into another device, which maps it for DMA */
static inline int race_import(struct racer *me)
{
	const int drm = me->vgem < 0 ? me->i915 : me->vgem;
	uint32_t handle;
	int ret = vgpu_drm_import(drm, me->dmabuf, &handle);

	race_close(me);
	return ret ? ret : vgpu_drm_close_handle(drm, handle);
}

static inline int race_reset(struct racer *me)
{
	return vgpu_restart(&me->r->v);
}

static inline int race_set_irqs(struct racer *me)
{
	static const int32_t none[EVENT_PLANES] = { -1, -1, -1 };
	static const struct {
		uint32_t flags;
		bool own, data;
	} steps[] = {
		{ VFIO_IRQ_SET_ACTION_TRIGGER, true, true },
		{ VFIO_IRQ_SET_ACTION_MASK, false, false },
		{ VFIO_IRQ_SET_ACTION_UNMASK, false, false },
		{ VFIO_IRQ_SET_ACTION_TRIGGER, false, true },
	};
	struct race_guest *r = me->r;
	size_t i;
	int ret = 0;

	for (i = 0; i < ARRAY_SIZE(steps) && !ret; i++)
		ret = vgpu_event_set(&r->v, &r->e, steps[i].flags |
				     (steps[i].data ? VFIO_IRQ_SET_DATA_EVENTFD :
				      VFIO_IRQ_SET_DATA_NONE),
				     0, EVENT_PLANES,
				     steps[i].own ? me->eventfds : none,
				     steps[i].data ? sizeof(none) : 0);
	return ret;
}

static inline int race_flip(struct racer *me)
{
	struct race_guest *r = me->r;
	uint32_t n = random_below(&me->random, RACE_SURFACES);
	int ret = vgpu_primary_flip(&r->v, 0, r->s[n].gma);

	return ret ? ret : vgpu_pipe_frames(&r->v, 0, &n);
}

static inline int race_pte(struct racer *me)
{
	struct race_guest *r = me->r;
	int ret = race_swap(r, true);

	return ret ? ret : race_swap(r, false);
}

static inline int race_unmap(struct racer *me)
{
	uint32_t n = random_below(&me->random, RACE_MEMORIES);
	struct race_guest *r = me->r;
	int ret = vgpu_unmap_dma(&r->v, RACE_IOVA, RACE_BYTES);
	int map = vgpu_map_dma(&r->v, RACE_IOVA, r->memory[n], RACE_BYTES);

	return ret ? ret : map;
}

static inline int race_debugfs(struct racer *me)
{
	char text[4096];
	int ret = vgpu_debugfs_read(&me->r->v, "planes", text, sizeof(text));

	if (ret >= 0)
		ret = vgpu_debugfs_read(&me->r->v, "dmabufs", text,
					sizeof(text));
	return ret < 0 ? ret : 0;
}

/* Let the GPU sleep, and wake it. */
static inline int race_sleep(struct racer *me)
{
	int ret = test_write_power(me->i915, "control", "auto");

	usleep(random_below(&me->random, 1000));
	return test_keep_awake(me->i915) ?: ret == -ENOENT ? 0 : ret;
}

static inline int race_reopen(struct racer *me)
{
	struct race_guest *r = me->r;

	vgpu_leave(&r->v);
	return race_open(r, r->mdev.uuid);
}

/* Returns when the vGPU is closed, which the other thread does. */
static inline int race_remove(struct racer *me)
{
	return mdev_remove(&me->r->mdev);
}

static inline int race_unload(struct racer *me)
{
	int tries, ret = -EWOULDBLOCK;

	for (tries = 0; tries < 10 && ret == -EWOULDBLOCK; tries++) {
		ret = unload();
		usleep(random_below(&me->random, 100));
	}
	return ret;
}

enum race_index {
	query, get, import, mapping, reading, closing, reset, set_irqs, flip,
	pte, unmap, debugfs, asleep, reopen, removal, rmmod, RACE_OPS
};

static const struct race_op race_ops[RACE_OPS] = {
	[query] = { "QUERY", race_query, { EINVAL }, .needs_vgpu = true },
	[get] = { "GET", race_get, { EINVAL, ENODEV, ESTALE, ENXIO },
		  .needs_vgpu = true },
	[import] = { "import", race_import, { ENODEV, ESTALE, ENXIO } },
	[mapping] = { "mmap", race_mmap, { ENODEV, ESTALE, ENXIO } },
	[reading] = { "PREAD", race_read, { ENODEV, ESTALE, ENXIO } },
	[closing] = { "close", race_close },
	[reset] = { "reset", race_reset,
		    .needs_vgpu = true, .changes = true },
	[set_irqs] = { "SET_IRQS", race_set_irqs, .needs_vgpu = true },
	[flip] = { "flip", race_flip, .needs_vgpu = true, .changes = true },
	[pte] = { "GGTT write", race_pte, .needs_vgpu = true, .changes = true },
	[unmap] = { "unmap", race_unmap, { EEXIST, ENOENT },
		    .needs_vgpu = true, .changes = true },
	[debugfs] = { "debugfs", race_debugfs, .gone = { ENOENT, ENODEV, EIO } },
	[asleep] = { "runtime suspend", race_sleep },
	[reopen] = { "close and open", race_reopen },
	[removal] = { "removal of the mdev", race_remove },
	[rmmod] = { "rmmod", race_unload, { EWOULDBLOCK } },
};

#endif /* GVT_DMABUF_RACE_OPS_H */
