/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Framebuffers of several memory planes, VFIO_GFX_PLANE_CAP_LAYOUT, and what
 * i915 says of a layout when it makes a framebuffer with it
 */
#ifndef GVT_DMABUF_LAYOUT_UTIL_H
#define GVT_DMABUF_LAYOUT_UTIL_H

#include <drm/drm.h>
#include <drm/drm_mode.h>
#include <drm/i915_drm.h>

#include "query_util.h"
#include "test_util.h"
#include "vgpu_regs.h"
#include "vgpu_tile.h"

#define CAPS_AND_LAYOUTS	(VFIO_GFX_PLANE_CAPS | VFIO_GFX_PLANE_LAYOUTS)

/**
 * struct layout_part - a memory plane of a format and tiling
 * @cpp: bytes of a sample
 * @hsub: pixels in a line that share it
 * @vsub: lines that share it
 * @tile_width: bytes, also the unit of the stride register
 * @tile_height: lines
 */
struct layout_part {
	uint32_t cpp, hsub, vsub, tile_width, tile_height;
};

/**
 * struct layout_kind - a format and tiling of two memory planes
 * @fourcc: DRM_FORMAT_*
 * @modifier: of the format
 * @ctl: bits of PLANE_CTL
 * @parts: the memory planes
 */
struct layout_kind {
	uint32_t fourcc;
	uint64_t modifier;
	uint32_t ctl;
	struct layout_part parts[2];
};

#define NV12_CTL	SKL_FORMAT(1u)
#define CCS_CTL		(SKL_FORMAT(4u) | PLANE_DECOMPRESS)
/* A byte of the control surface is for 8 by 16 pixels; it has Y tiles. */
#define CCS_PART	{ 1, 8, 16, 128, 32 }

static const struct layout_kind nv12_linear = {
	.fourcc = DRM_FORMAT_NV12, .modifier = DRM_FORMAT_MOD_LINEAR,
	.ctl = NV12_CTL, .parts = { { 1, 1, 1, 64, 1 }, { 2, 2, 2, 64, 1 } },
};

static const struct layout_kind nv12_x = {
	.fourcc = DRM_FORMAT_NV12, .modifier = I915_FORMAT_MOD_X_TILED,
	.ctl = NV12_CTL | PLANE_TILING(1u),
	.parts = { { 1, 1, 1, 512, 8 }, { 2, 2, 2, 512, 8 } },
};

static const struct layout_kind nv12_y = {
	.fourcc = DRM_FORMAT_NV12, .modifier = I915_FORMAT_MOD_Y_TILED,
	.ctl = NV12_CTL | PLANE_TILING(4u),
	.parts = { { 1, 1, 1, 128, 32 }, { 2, 2, 2, 128, 32 } },
};

static const struct layout_kind nv12_yf = {
	.fourcc = DRM_FORMAT_NV12, .modifier = I915_FORMAT_MOD_Yf_TILED,
	.ctl = NV12_CTL | PLANE_TILING(5u),
	.parts = { { 1, 1, 1, 64, 64 }, { 2, 2, 2, 128, 32 } },
};

static const struct layout_kind ccs_y = {
	.fourcc = DRM_FORMAT_XRGB8888, .modifier = I915_FORMAT_MOD_Y_TILED_CCS,
	.ctl = CCS_CTL | PLANE_TILING(4u),
	.parts = { { 4, 1, 1, 128, 32 }, CCS_PART },
};

static const struct layout_kind ccs_yf = {
	.fourcc = DRM_FORMAT_XRGB8888, .modifier = I915_FORMAT_MOD_Yf_TILED_CCS,
	.ctl = CCS_CTL | PLANE_TILING(5u),
	.parts = { { 4, 1, 1, 128, 32 }, CCS_PART },
};

/**
 * struct layout_fb - a framebuffer in guest memory
 * @kind: what it is
 * @width: pixels
 * @height: lines
 * @offset: of each memory plane, from @gma
 * @stride: of each memory plane
 * @bytes: of each memory plane
 * @gma: GGTT address
 * @gpa: guest physical address; pages are contiguous
 * @size: bytes, whole pages
 */
struct layout_fb {
	const struct layout_kind *kind;
	uint32_t width, height;
	uint32_t offset[2], stride[2], bytes[2];
	uint64_t gma, gpa;
	size_t size;
};

/* Lay out and map a framebuffer, @gap bytes between its memory planes. */
static inline int layout_init(struct vgpu *v, struct layout_fb *fb,
			      const struct layout_kind *kind, uint32_t width,
			      uint32_t height, uint32_t gap)
{
	const struct layout_part *part;
	uint32_t lines, end = 0;
	size_t i;

	*fb = (struct layout_fb) {
		.kind = kind, .width = width, .height = height,
	};
	for (i = 0; i < 2; i++) {
		part = &kind->parts[i];
		fb->offset[i] = i ? end + gap : 0;
		fb->stride[i] = vgpu_align((width + part->hsub - 1) /
					   part->hsub * part->cpp,
					   part->tile_width);
		lines = vgpu_align((height + part->vsub - 1) / part->vsub,
				   part->tile_height);
		fb->bytes[i] = fb->stride[i] * lines;
		end = fb->offset[i] + fb->bytes[i];
	}
	fb->size = vgpu_align(end, VGPU_PAGE);
	return vgpu_alloc_mapped(v, fb->size, &fb->gpa, &fb->gma);
}

static inline uint8_t *layout_bytes(const struct vgpu *v,
				    const struct layout_fb *fb)
{
	return v->ram + fb->gpa;
}

/* Each page differs from all others, and each byte from its neighbours. */
static inline void layout_fill(const struct vgpu *v, const struct layout_fb *fb)
{
	uint8_t *bytes = layout_bytes(v, fb);
	size_t i;

	for (i = 0; i < fb->size; i++)
		bytes[i] = i * 31 + i / VGPU_PAGE * 7 + (i >> 8);
}

/*
 * PLANE_AUX_DIST, for a second memory plane at @offset. The register has whole
 * pages; what is left is lines, for PLANE_AUX_OFFSET.
 */
static inline uint32_t layout_aux_dist(const struct layout_fb *fb,
				       uint32_t offset)
{
	return offset / VGPU_PAGE * VGPU_PAGE |
	       fb->stride[1] / fb->kind->parts[1].tile_width;
}

static inline uint32_t layout_aux_lines(const struct layout_fb *fb)
{
	return fb->offset[1] % VGPU_PAGE / fb->stride[1];
}

/*
 * Write the registers of plane 1 but PLANE_SURF, which arms it. @flags: further
 * bits of PLANE_CTL
 */
static inline int layout_write(struct vgpu *v, const struct layout_fb *fb,
			       uint32_t flags)
{
	const struct vgpu_reg_write w[] = {
		{ PLANE_STRIDE, fb->stride[0] / fb->kind->parts[0].tile_width },
		{ PLANE_POS, 0 },
		{ PLANE_SIZE, (fb->height - 1) << 16 | (fb->width - 1) },
		{ PLANE_OFFSET, 0 },
		{ PLANE_AUX_DIST, layout_aux_dist(fb, fb->offset[1]) },
		{ PLANE_AUX_OFFSET, layout_aux_lines(fb) << 16 },
		{ PLANE_CTL, PLANE_ENABLE | fb->kind->ctl | flags },
	};

	return vgpu_write_all(v, 0, w, ARRAY_SIZE(w));
}

/* Show it on plane 1 of pipe A, immediately. */
static inline int layout_show(struct vgpu *v, const struct layout_fb *fb)
{
	int ret = vgpu_pipe_size(v, 0, fb->width, fb->height);

	if (!ret)
		ret = layout_write(v, fb, VGPU_ASYNC_FLIP);
	if (!ret)
		ret = vgpu_write32(v, PLANE_SURF, fb->gma);
	return ret ? ret : vgpu_pipe_on(v, 0, fb->width, fb->height);
}

static inline bool layout_taken(struct vgpu *v)
{
	struct vfio_device_gfx_plane_info info = {
		.argsz = sizeof(info),
		.flags = VFIO_GFX_PLANE_TYPE_PROBE |
			 VFIO_GFX_PLANE_TYPE_DMABUF | CAPS_AND_LAYOUTS,
	};

	return !vgpu_ioctl(v->device, VFIO_DEVICE_QUERY_GFX_PLANE, &info);
}

/*
 * test_open() for tests of layouts. Skip and return false without these; the
 * caller returns.
 */
static inline bool layout_open(struct __test_metadata *_metadata,
			       struct vgpu *v)
{
	if (!test_open(_metadata, v))
		return false;
	if (layout_taken(v))
		return true;
	test_close(v);
	SKIP(return false, "no layouts: run a kernel that has them");
}

/* layout_open() for those of two memory planes; shows @fb, which is filled. */
static inline bool layout_open_two(struct __test_metadata *_metadata,
				   struct vgpu *v, struct layout_fb *fb,
				   const struct layout_kind *kind, uint32_t gap)
{
	if (!layout_open(_metadata, v))
		return false;
	if (v->gen == 8) {
		test_close(v);
		SKIP(return false,
		     "one memory plane: use a vGPU of Skylake or later");
	}
	ASSERT_EQ(0, layout_init(v, fb, kind, TEST_WIDTH, TEST_HEIGHT, gap));
	layout_fill(v, fb);
	ASSERT_EQ(0, layout_show(v, fb));
	return true;
}

/* Query with the layout: the capability, or NULL and maybe an errno in @ret */
static inline const struct vfio_gfx_plane_cap_layout *
layout_query(struct vgpu *v, union query_answer *answer, int *ret)
{
	*ret = query_flags(v, VGPU_PRIMARY, CAPS_AND_LAYOUTS, answer);
	return *ret ? NULL : query_cap(answer, VFIO_GFX_PLANE_CAP_LAYOUT);
}

/* Have a card make a framebuffer of @handle, and drop it: 0 or -errno. */
static inline int layout_add_fb(int card, uint32_t handle,
				const struct vfio_device_gfx_plane_info *info,
				const struct vfio_gfx_plane_cap_layout *layout)
{
	struct drm_mode_fb_cmd2 fb = {
		.width = layout->source.x2,
		.height = layout->source.y2,
		.pixel_format = info->drm_format,
		.flags = DRM_MODE_FB_MODIFIERS,
	};
	uint32_t i;
	int ret;

	for (i = 0; i < layout->nr_planes && i < 4; i++) {
		fb.handles[i] = handle;
		fb.offsets[i] = layout->planes[i].offset;
		fb.pitches[i] = layout->planes[i].stride;
		fb.modifier[i] = info->drm_format_mod;
	}
	ret = vgpu_ioctl(card, DRM_IOCTL_MODE_ADDFB2, &fb);
	if (!ret)
		vgpu_ioctl(card, DRM_IOCTL_MODE_RMFB, &fb.fb_id);
	return ret;
}

/* An object of i915 that has nothing to do with a vGPU: 0 or -errno */
static inline int layout_own_object(int card, uint64_t size, uint32_t *handle)
{
	struct drm_i915_gem_create create = { .size = size };
	int ret = vgpu_ioctl(card, DRM_IOCTL_I915_GEM_CREATE, &create);

	*handle = create.handle;
	return ret;
}

#endif /* GVT_DMABUF_LAYOUT_UTIL_H */
