// SPDX-License-Identifier: GPL-2.0-or-later
/* What the viewer does: QUERY_GFX_PLANE and GET_GFX_DMABUF. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "query_util.h"
#include "vgpu_regs.h"

#define KERNEL_ADDRESS	((void *)0xffff888000000000ul)

static __u32 bytes_per_pixel(__u32 fourcc)
{
	switch (fourcc) {
	case DRM_FORMAT_C8:
		return 1;
	case DRM_FORMAT_RGB565:
	case DRM_FORMAT_YUYV:
	case DRM_FORMAT_UYVY:
	case DRM_FORMAT_YVYU:
	case DRM_FORMAT_VYUY:
		return 2;
	case DRM_FORMAT_XRGB16161616F:
	case DRM_FORMAT_ARGB16161616F:
	case DRM_FORMAT_XBGR16161616F:
	case DRM_FORMAT_ABGR16161616F:
		return 8;
	default:
		return 4;
	}
}

/* What a viewer may rely on, whatever the guest wrote */
static void check_info(struct worker *w,
		       const struct vfio_device_gfx_plane_info *i)
{
	if (!i->drm_format) {
		if (i->width || i->height || i->size)
			fail(w, "a plane that is off is %ux%u, %u bytes",
			     i->width, i->height, i->size);
		return;
	}
	if (!i->width || !i->height || !i->size || i->size % VGPU_PAGE)
		fail(w, "a picture is %ux%u, %u bytes", i->width, i->height,
		     i->size);
	if (i->width * bytes_per_pixel(i->drm_format) > i->stride)
		fail(w, "%u pixels of %.4s do not fit in a stride of %u",
		     i->width, (const char *)&i->drm_format, i->stride);
	if (i->drm_format_mod != DRM_FORMAT_MOD_LINEAR &&
	    i->drm_format_mod != I915_FORMAT_MOD_X_TILED &&
	    i->drm_format_mod != I915_FORMAT_MOD_Y_TILED &&
	    i->drm_format_mod != I915_FORMAT_MOD_Yf_TILED)
		fail(w, "modifier %#llx",
		     i->drm_format_mod);
	if (i->x_hot == VGPU_HOT_UNKNOWN && i->y_hot == VGPU_HOT_UNKNOWN)
		return;
	if (i->x_hot >= i->width || i->y_hot >= i->height)
		fail(w, "hotspot %u, %u of a cursor of %ux%u", i->x_hot,
		     i->y_hot, i->width, i->height);
}

/* Ids of an earlier opening may be those of other pictures now. */
static void drop_old_ids(struct worker *w)
{
	if (w->recent_opening == w->f->opening)
		return;
	memset(w->recent, 0, sizeof(w->recent));
	w->recent_opening = w->f->opening;
}

/* 0 for a picture, or a negative errno; -ENOENT for a plane that is off */
static int query(struct worker *w, enum vgpu_plane type,
		 struct vfio_device_gfx_plane_info *info)
{
	struct fuzz *f = w->f;
	unsigned int ended = atomic_load(&f->resets_ended);
	int ret = called(w, QUERY, vgpu_query(&f->v, type, info));

	if (ret)
		return ret;
	check_info(w, info);
	if (!info->drm_format)
		return -ENOENT;
	id_seen(w, info, ended, atomic_load(&f->resets_begun));
	drop_old_ids(w);
	w->recent[w->next_recent++ % RECENT] = *info;
	return 0;
}

static enum vgpu_plane any_type(struct worker *w)
{
	switch (below(w, 5)) {
	case 0:
		return VGPU_CURSOR;
	case 1:
		return VGPU_OVERLAY;
	default:
		return VGPU_PRIMARY;
	}
}

/* A dma-buf fd, or a negative errno */
static int get(struct worker *w, const struct vfio_device_gfx_plane_info *info)
{
	struct fuzz *f = w->f;
	unsigned int ended = atomic_load(&f->resets_ended);
	bool dead = id_is_dead(w, info->dmabuf_id, ended);
	int fd = vgpu_get_dmabuf(&f->v, info->dmabuf_id);

	called(w, dead ? GET_DEAD : GET, fd < 0 ? fd : 0);
	if (fd >= 0 && dead)
		fail(w, "id %u was opened after a reset", info->dmabuf_id);
	return fd;
}

void op_query(struct worker *w)
{
	struct vfio_device_gfx_plane_info info;

	query(w, any_type(w), &info);
}

void op_query_get(struct worker *w)
{
	struct vfio_device_gfx_plane_info info;
	struct picture *p;
	int fd;

	if (query(w, any_type(w), &info))
		return;
	fd = get(w, &info);
	if (fd < 0)
		return;
	p = make_picture(w, fd, &info);
	if (one_in(w, 2))
		read_picture(w, fd, p);
	publish(w, fd, p);
}

/* What was asked for earlier, and may or may not still be known */
void op_get(struct worker *w)
{
	const struct vfio_device_gfx_plane_info *info =
		&w->recent[below(w, RECENT)];
	int fd;

	drop_old_ids(w);
	if (!info->dmabuf_id)
		return;
	fd = get(w, info);
	if (fd >= 0)
		publish(w, fd, make_picture(w, fd, info));
}

/* ---- what no viewer should do ---- */

static int raw_query(struct worker *w, void *arg)
{
	return vgpu_ioctl(w->f->v.device, VFIO_DEVICE_QUERY_GFX_PLANE, arg);
}

/* Room for all capabilities, for some, or for none */
static void query_with_caps(struct worker *w)
{
	union query_answer answer = {
		.info.argsz = sizeof(answer.info) + below(w, 256),
		.info.flags = VFIO_GFX_PLANE_TYPE_DMABUF | VFIO_GFX_PLANE_CAPS,
		.info.drm_plane_type = any_type(w),
	};

	called(w, QUERY, raw_query(w, &answer));
}

static void *read_only_copy(struct worker *w,
			    const struct vfio_device_gfx_plane_info *info)
{
	void *page = mmap(NULL, VGPU_PAGE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		fail(w, "out of memory");
	memcpy(page, info, sizeof(*info));
	mprotect(page, VGPU_PAGE, PROT_READ);
	return page;
}

void op_query_odd(struct worker *w)
{
	const __u32 probe = VFIO_GFX_PLANE_TYPE_PROBE |
			       VFIO_GFX_PLANE_TYPE_DMABUF;
	struct vfio_device_gfx_plane_info info = {
		.argsz = sizeof(info),
		.flags = VFIO_GFX_PLANE_TYPE_DMABUF,
		.drm_plane_type = any_type(w),
	};
	void *page;

	switch (below(w, 7)) {
	case 6:
		query_with_caps(w);
		break;
	case 0:
		info.argsz = below(w, offsetof(typeof(info), dmabuf_id) +
				      sizeof(info.dmabuf_id));
		called(w, QUERY_ARGSZ, raw_query(w, &info));
		break;
	case 1:
		info.flags = odd_value(w);
		if ((info.flags & ~VFIO_GFX_PLANE_CAPS) ==
		    VFIO_GFX_PLANE_TYPE_DMABUF ||
		    (info.flags & ~VFIO_GFX_PLANE_CAPS) == probe)
			info.flags = VFIO_GFX_PLANE_TYPE_REGION;
		called(w, QUERY_FLAGS, raw_query(w, &info));
		break;
	case 2:
		info.drm_plane_type = 3 + (odd_value(w) & ~BIT(31));
		called(w, QUERY_TYPE, raw_query(w, &info));
		break;
	case 3:
		called(w, QUERY_POINTER,
		       raw_query(w, one_in(w, 2) ? NULL : KERNEL_ADDRESS));
		break;
	case 4:
		page = read_only_copy(w, &info);
		called(w, QUERY_READ_ONLY, raw_query(w, page));
		munmap(page, VGPU_PAGE);
		break;
	default:
		info.flags = probe;
		info.drm_plane_type = odd_value(w);
		called(w, QUERY_PROBE, raw_query(w, &info));
	}
}

void op_get_odd(struct worker *w)
{
	const __u32 id = one_in(w, 2) ? 0 : random32(w) | BIT(31);

	switch (below(w, 2)) {
	case 0:
		called(w, GET_POINTER,
		       vgpu_ioctl(w->f->v.device, VFIO_DEVICE_GET_GFX_DMABUF,
				  one_in(w, 2) ? NULL : KERNEL_ADDRESS));
		break;
	default:
		called(w, GET_UNKNOWN, vgpu_get_dmabuf(&w->f->v, id));
	}
}

/* ---- and for once, everything as it should be ---- */

#define EXACT_WIDTH	128u
#define EXACT_HEIGHT	64u
#define EXACT_STRIDE	(EXACT_WIDTH * 4)
#define EXACT_SIZE	(EXACT_STRIDE * EXACT_HEIGHT)
#define EXACT_USED	(EXACT_SIZE / VGPU_PAGE)

static void must(struct worker *w, int ret, const char *what)
{
	if (ret < 0)
		fail(w, "%s: %s", what, strerror(-ret));
}

/* The picture on pipe A is there, and is as it was drawn. */
static void query_exact(struct worker *w,
			struct vfio_device_gfx_plane_info *info)
{
	must(w, query(w, VGPU_PRIMARY, info), "the picture is not there");
	if (info->drm_format != DRM_FORMAT_XRGB8888 || info->drm_format_mod ||
	    info->width != EXACT_WIDTH || info->height != EXACT_HEIGHT ||
	    info->stride != EXACT_STRIDE || info->size != EXACT_SIZE)
		fail(w, "a picture of %ux%u is %.4s, %ux%u, stride %u, %u bytes",
		     EXACT_WIDTH, EXACT_HEIGHT, (const char *)&info->drm_format,
		     info->width, info->height, info->stride, info->size);
}

static void read_exact(struct worker *w, int fd, const __u32 *gfn)
{
	const __u64 *map = mmap(NULL, EXACT_SIZE, PROT_READ, MAP_SHARED,
				   fd, 0);
	unsigned int i;

	must(w, map == MAP_FAILED ? -errno : 0, "mmap of the picture");
	for (i = 0; i < EXACT_SIZE / sizeof(*map); i++) {
		__u64 at = i * sizeof(*map), gpa;

		gpa = (__u64)gfn[at / VGPU_PAGE] * VGPU_PAGE + at % VGPU_PAGE;
		if (map[i] != stamp(w->f->opening, offset_of(w->f, gpa)))
			fail(w, "the picture has %#llx at %#llx",
			     map[i],
			     at);
	}
	munmap((void *)map, EXACT_SIZE);
}

/*
 * Nobody else uses the vGPU for a moment: what the guest shows is what comes
 * out, a page more or less is another picture, and going back is going back.
 */
void op_exact(struct worker *w)
{
	struct vfio_device_gfx_plane_info first, again;
	struct fuzz *f = w->f;
	const struct vgpu_surface s = {
		.width = EXACT_WIDTH, .height = EXACT_HEIGHT,
		.fourcc = DRM_FORMAT_XRGB8888, .cpp = 4,
		.stride = EXACT_STRIDE, .gma = f->exact_gma,
		.size = EXACT_SIZE,
	};
	const unsigned int changed = below(w, EXACT_USED);
	const __u64 changed_gma = s.gma + (__u64)changed * VGPU_PAGE;
	__u32 gfn[EXACT_USED], other, i;
	int fd;

	must(w, vgpu_ggtt_unmap(&f->v, s.gma, s.size), "GGTT");
	for (i = 0; i < EXACT_USED; i++) {
		gfn[i] = below(w, RAM_PAGES);
		must(w, vgpu_ggtt_map(&f->v, s.gma + i * VGPU_PAGE,
				      (__u64)gfn[i] * VGPU_PAGE, VGPU_PAGE),
		     "GGTT");
	}
	/* No plane that covers this one, nor a scaler; a pipe that is off latches. */
	must(w, vgpu_pipe_off(&f->v, 0), "register");
	must(w, vgpu_plane_hide(&f->v, 0, 2), "register");
	must(w, vgpu_plane_hide(&f->v, 0, 3), "register");
	for (i = 1; i <= 2 && f->v.gen > 8; i++) {
		must(w, vgpu_write32(&f->v, PS_REG(PS_CTRL, 0, i), 0),
		     "register");
		must(w, vgpu_write32(&f->v, PS_REG(PS_WIN_SZ, 0, i), 0),
		     "register");
	}
	must(w, vgpu_write32(&f->v, PLANE_KEYMSK, 0), "register");
	must(w, vgpu_primary_show(&f->v, 0, &s), "register");
	must(w, vgpu_pipe_on(&f->v, 0, s.width, s.height), "register");

	query_exact(w, &first);
	query_exact(w, &again);
	if (again.dmabuf_id != first.dmabuf_id)
		fail(w, "one picture has ids %u and %u", first.dmabuf_id,
		     again.dmabuf_id);
	fd = get(w, &first);
	must(w, fd, "GET of what was just asked for");
	read_exact(w, fd, gfn);

	other = (gfn[changed] + 1 + below(w, RAM_PAGES - 1)) % RAM_PAGES;
	must(w, vgpu_ggtt_map(&f->v, changed_gma, (__u64)other * VGPU_PAGE,
			      VGPU_PAGE), "GGTT");
	query_exact(w, &again);
	if (again.dmabuf_id == first.dmabuf_id)
		fail(w, "page %u was remapped, and the id stays %u", changed,
		     first.dmabuf_id);
	read_exact(w, fd, gfn);

	must(w, vgpu_ggtt_map(&f->v, changed_gma,
			      (__u64)gfn[changed] * VGPU_PAGE, VGPU_PAGE),
	     "GGTT");
	query_exact(w, &again);
	if (again.dmabuf_id != first.dmabuf_id)
		fail(w, "id %u is open, and its picture now has id %u",
		     first.dmabuf_id, again.dmabuf_id);
	publish(w, fd, make_picture(w, fd, &first));
}
