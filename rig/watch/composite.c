// SPDX-License-Identifier: GPL-2.0
/* See composite.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "composite.h"
#include "query_util.h"
#include "vgpu_drm.h"

static __u32 over(__u32 below, __u32 px)
{
	const __u32 rest = 255 - (px >> 24);
	__u32 sum = 0;
	int shift;

	for (shift = 0; shift < 24; shift += 8)
		sum |= ((px >> shift & 255) +
			((below >> shift & 255) * rest + 127) / 255) << shift;
	return sum;
}

void composite_draw(struct canvas *screen, const struct layer *layer)
{
	int x, y, to_x, to_y;
	__u32 px, *to;

	for (y = 0; y < layer->height; y++) {
		for (x = 0; x < layer->width; x++) {
			to_x = layer->x + x;
			to_y = layer->y + y;
			if (to_x < 0 || to_x >= screen->width || to_y < 0 ||
			    to_y >= screen->height)
				continue;
			px = layer->px[y * layer->width + x];
			to = screen->px + to_y * screen->width + to_x;
			*to = layer->alpha ? over(*to, px) : px & 0xffffff;
		}
	}
}

void *plane_bytes(struct vgpu *v, const struct vfio_device_gfx_plane_info *info,
		  int *ret)
{
	const int fd = vgpu_get_dmabuf(v, info->dmabuf_id);
	void *raw;

	*ret = fd;
	if (fd < 0)
		return NULL;
	raw = malloc(info->size);
	*ret = raw ? vgpu_dmabuf_read(fd, raw, info->size) : -ENOMEM;
	close(fd);
	if (!*ret)
		return raw;
	free(raw);
	return NULL;
}

/* The pixels of a plane, to be freed, or NULL and an errno in @ret */
static __u32 *read_plane(struct vgpu *v,
			 const struct vfio_device_gfx_plane_info *info, int *ret)
{
	const struct vgpu_surface s = {
		.width = info->width, .height = info->height,
		.fourcc = info->drm_format, .cpp = 4,
		.stride = info->stride, .modifier = info->drm_format_mod,
	};
	__u32 *px, y;
	void *raw;

	*ret = -EOPNOTSUPP;
	if (s.fourcc != DRM_FORMAT_XRGB8888 && s.fourcc != DRM_FORMAT_ARGB8888)
		return NULL;
	raw = plane_bytes(v, info, ret);
	if (!raw)
		return NULL;
	px = calloc((size_t)s.width * s.height, sizeof(*px));
	if (!px)
		*ret = -ENOMEM;
	for (y = 0; px && y < s.height; y++)
		vgpu_get_line(&s, raw, y, px + (size_t)y * s.width);
	free(raw);
	return px;
}

static int draw_plane(struct vgpu *v, const struct vfio_gfx_screen_plane *plane,
		      struct canvas *screen)
{
	struct vfio_device_gfx_plane_info info;
	int ret = vgpu_query(v, plane->drm_plane_type, &info);
	struct layer layer;
	__u32 *px;

	if (ret)
		return ret;
	if (!info.size)
		return -EAGAIN;		/* turned off since the list was made */
	px = read_plane(v, &info, &ret);
	if (!px)
		return ret;
	layer = (struct layer){
		.px = px, .width = info.width, .height = info.height,
		.x = info.x_pos, .y = info.y_pos,
		.alpha = plane->flags & VFIO_GFX_SCREEN_PLANE_ALPHA,
	};
	composite_draw(screen, &layer);
	free(px);
	return 0;
}

int composite_take(struct vgpu *v, struct canvas *screen)
{
	const struct vfio_gfx_plane_cap_screen *cap;
	union query_answer answer;
	int ret = query_caps(v, VGPU_PRIMARY, &answer);
	__u32 i;

	if (ret)
		return ret;
	cap = query_cap(&answer, VFIO_GFX_PLANE_CAP_SCREEN);
	if (!cap)
		return -ENODATA;
	*screen = (struct canvas){
		.width = cap->width, .height = cap->height,
		.px = calloc((size_t)cap->width * cap->height, sizeof(*screen->px)),
	};
	if (!screen->px)
		return -ENOMEM;
	for (i = 0; !ret && i < cap->nr_planes; i++)
		ret = draw_plane(v, &cap->planes[i], screen);
	if (!ret)
		return cap->nr_planes;
	free(screen->px);
	return ret;
}

__u64 composite_hash(const struct canvas *screen)
{
	const int count = screen->width * screen->height;
	__u64 hash = 0xcbf29ce484222325ull;	/* FNV-1a, by pixels */
	int i;

	for (i = 0; i < count; i++)
		hash = (hash ^ screen->px[i]) * 0x100000001b3ull;
	return hash ^ (__u64)screen->width << 32;
}
