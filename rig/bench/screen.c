// SPDX-License-Identifier: GPL-2.0-or-later
/* Pictures, and how their pages lie in memory; objects without one. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include <drm/i915_drm.h>

#include "bench.h"

#define HUGE_PAGE	(2u << 20)
#define CHUNK		(64u << 10)

/*
 * KVM and VFIO have seen the address of guest memory, and no page of it yet. So
 * huge pages can take the place of those that would have come. What does not
 * begin a huge page is left out.
 */
void solid_ram(struct vgpu *v)
{
	__u64 skip = -(unsigned long)v->ram % HUGE_PAGE;
	size_t size = (v->ram_size - skip) / HUGE_PAGE * HUGE_PAGE;
	void *at = v->ram + skip;

	if (mmap(at, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS |
		 MAP_FIXED | MAP_HUGETLB | MAP_POPULATE, -1, 0) != at)
		must(-errno, "mapping huge pages (hugepages= of the kernel)");
	v->ram_next = skip;
}

void make_screen(struct vgpu *v, struct vgpu_surface *s, unsigned int width,
		 unsigned int height)
{
	must(vgpu_surface_init(v, s, width, height, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR), "making a surface");
}

/*
 * Put chunks of @chunk bytes into another order, in which none follows its
 * neighbour: steps of a prime near half of their number reach each once.
 */
static void shuffle(struct vgpu *v, const struct vgpu_surface *s, size_t chunk)
{
	const unsigned int count = s->size / chunk;
	unsigned int step = count / 2 | 1, i;
	unsigned int a, b, rest;

	/* Until the two have no divisor in common */
	for (;; step += 2) {
		for (a = count, b = step; b; a = b, b = rest)
			rest = a % b;
		if (a == 1)
			break;
	}
	for (i = 0; i < count; i++)
		must(vgpu_ggtt_map(v, s->gma + i * chunk, s->gpa +
				   (__u64)i * step % count * chunk, chunk),
		     "mapping a surface");
}

void lay_out(struct vgpu *v, const struct vgpu_surface *s, enum layout layout)
{
	if (layout == CONTIGUOUS)
		must(vgpu_ggtt_map(v, s->gma, s->gpa, s->size),
		     "mapping a surface");
	else
		shuffle(v, s, layout == SCATTERED ? VGPU_PAGE : CHUNK);
}

__u32 show(struct vgpu *v, const struct vgpu_surface *s)
{
	struct vfio_device_gfx_plane_info info;

	must(vgpu_primary_show(v, 0, s), "showing a surface");
	must(vgpu_query(v, VGPU_PRIMARY, &info), "QUERY");
	return info.dmabuf_id;
}

int export_screen(struct vgpu *v, const struct vgpu_surface *s)
{
	return must(vgpu_get_dmabuf(v, show(v, s)), "GET");
}

__u32 make_object(int drm)
{
	struct drm_i915_gem_create create = { .size = VGPU_PAGE };

	must(vgpu_ioctl(drm, DRM_IOCTL_I915_GEM_CREATE, &create),
	     "making an object");
	return create.handle;
}
