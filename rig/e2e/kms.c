// SPDX-License-Identifier: GPL-2.0
/* See kms.h. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include <drm.h>
#include <drm_fourcc.h>

#include "kms.h"

#define MAX_OBJECTS	16
#define MAX_PROPS	64
#define DRM_PLANE_TYPE_CURSOR	2	/* not in the uAPI */
#define FLIP_TIMEOUT	20000	/* ms; a vblank is due in 17 */

/* The name of the ioctl is all that a message needs. */
#define kms_ioctl(k, request, arg)	do_ioctl((k)->fd, request, arg, #request)

static int do_ioctl(int fd, unsigned long request, void *arg, const char *name)
{
	while (ioctl(fd, request, arg) < 0) {
		if (errno == EINTR || errno == EAGAIN)
			continue;
		fprintf(stderr, "kms: %s: %s\n", name, strerror(errno));
		return -errno;
	}
	return 0;
}

static int use_connector(struct kms *k, __u32 id)
{
	static __u64 values[MAX_PROPS];
	static __u32 props[MAX_PROPS], encoders[MAX_OBJECTS];
	struct drm_mode_get_connector c = {
		.connector_id = id,
		.modes_ptr = (uintptr_t)k->modes,
		.count_modes = KMS_MODES,
		.props_ptr = (uintptr_t)props,
		.prop_values_ptr = (uintptr_t)values,
		.count_props = MAX_PROPS,
		.encoders_ptr = (uintptr_t)encoders,
		.count_encoders = MAX_OBJECTS,
	};
	int ret = kms_ioctl(k, DRM_IOCTL_MODE_GETCONNECTOR, &c);
	__u32 i;

	if (ret)
		return ret;
	if (c.connection != 1 || !c.count_modes)
		return -ENODEV;
	k->connector = id;
	k->mode = k->modes[0];
	k->mode_count = c.count_modes < KMS_MODES ? c.count_modes : KMS_MODES;
	for (i = 0; i < k->mode_count; i++)
		if (k->modes[i].type & DRM_MODE_TYPE_PREFERRED)
			k->mode = k->modes[i];
	return 0;
}

int kms_open(struct kms *k, const char *path)
{
	__u32 fbs[MAX_OBJECTS], crtcs[MAX_OBJECTS], connectors[MAX_OBJECTS];
	__u32 encoders[MAX_OBJECTS], i;
	struct drm_mode_card_res r = {
		.fb_id_ptr = (uintptr_t)fbs,
		.crtc_id_ptr = (uintptr_t)crtcs,
		.connector_id_ptr = (uintptr_t)connectors,
		.encoder_id_ptr = (uintptr_t)encoders,
		.count_fbs = MAX_OBJECTS,
		.count_crtcs = MAX_OBJECTS,
		.count_connectors = MAX_OBJECTS,
		.count_encoders = MAX_OBJECTS,
	};
	int ret;

	memset(k, 0, sizeof(*k));
	k->fd = open(path, O_RDWR | O_CLOEXEC);
	if (k->fd < 0) {
		fprintf(stderr, "kms: %s: %s\n", path, strerror(errno));
		return -errno;
	}
	ret = kms_ioctl(k, DRM_IOCTL_MODE_GETRESOURCES, &r);
	if (ret)
		return ret;
	for (i = 0; i < r.count_connectors && i < MAX_OBJECTS; i++)
		if (!use_connector(k, connectors[i]))
			break;
	if (!k->connector || !r.count_crtcs) {
		fprintf(stderr, "kms: no display is connected\n");
		return -ENODEV;
	}
	k->crtc = crtcs[0];
	return 0;
}

int kms_use_mode(struct kms *k, int width, int height)
{
	unsigned int i;

	for (i = 0; i < k->mode_count; i++) {
		if (k->modes[i].hdisplay == width &&
		    k->modes[i].vdisplay == height) {
			k->mode = k->modes[i];
			return 0;
		}
	}
	fprintf(stderr, "kms: no mode of %d x %d\n", width, height);
	return -EINVAL;
}

static int add_fb(struct kms *k, struct kms_buffer *b, __u64 modifier)
{
	struct drm_mode_fb_cmd2 fb = {
		.width = b->width,
		.height = b->height,
		.pixel_format = DRM_FORMAT_XRGB8888,
		.handles = { b->handle },
		.pitches = { b->stride * 4 },
		.modifier = { modifier },
		.flags = modifier ? DRM_MODE_FB_MODIFIERS : 0,
	};
	int ret = kms_ioctl(k, DRM_IOCTL_MODE_ADDFB2, &fb);

	b->fb = fb.fb_id;
	return ret;
}

static int map_buffer(struct kms *k, struct kms_buffer *b)
{
	struct drm_mode_map_dumb map = { .handle = b->handle };
	int ret = kms_ioctl(k, DRM_IOCTL_MODE_MAP_DUMB, &map);

	if (ret)
		return ret;
	b->px = mmap(NULL, b->size, PROT_READ | PROT_WRITE, MAP_SHARED, k->fd,
		     map.offset);
	if (b->px == MAP_FAILED) {
		b->px = NULL;
		fprintf(stderr, "kms: mmap: %s\n", strerror(errno));
		return -errno;
	}
	return 0;
}

int kms_buffer_init(struct kms *k, struct kms_buffer *b, int width, int height,
		    __u64 modifier)
{
	struct drm_mode_create_dumb create = {
		.width = width,
		.height = height,
		.bpp = 32,
	};
	int ret = kms_ioctl(k, DRM_IOCTL_MODE_CREATE_DUMB, &create);

	if (ret)
		return ret;
	*b = (struct kms_buffer){
		.width = width,
		.height = height,
		.handle = create.handle,
		.stride = create.pitch / 4,
		.size = create.size,
	};
	ret = add_fb(k, b, modifier);
	if (!ret)
		ret = map_buffer(k, b);
	if (ret)
		kms_buffer_free(k, b);
	return ret;
}

int kms_buffer_import(struct kms *k, struct kms_buffer *b, int fd, int width,
		      int height, __u32 stride)
{
	struct drm_prime_handle prime = { .fd = fd };
	int ret = kms_ioctl(k, DRM_IOCTL_PRIME_FD_TO_HANDLE, &prime);

	if (ret)
		return ret;
	*b = (struct kms_buffer){
		.width = width,
		.height = height,
		.handle = prime.handle,
		.stride = stride,
	};
	ret = add_fb(k, b, 0);
	if (ret)
		kms_buffer_free(k, b);
	return ret;
}

/* A framebuffer of another program; the object is ours to close, it is not. */
static int use_fb(struct kms *k, struct kms_buffer *b, __u32 id)
{
	struct drm_mode_fb_cmd2 fb = { .fb_id = id };
	int ret = kms_ioctl(k, DRM_IOCTL_MODE_GETFB2, &fb);

	if (ret)
		return ret == -ENOENT ? -ENODEV : ret;	/* it has just gone */
	*b = (struct kms_buffer){
		.width = fb.width,
		.height = fb.height,
		.handle = fb.handles[0],
		.stride = fb.pitches[0] / 4,
		.size = (__u64)fb.pitches[0] * fb.height,
		.format = fb.pixel_format,
	};
	if (fb.modifier[0] || fb.offsets[0]) {
		fprintf(stderr, "kms: a framebuffer with modifier %#llx, offset %u\n",
			fb.modifier[0], fb.offsets[0]);
		ret = -EOPNOTSUPP;
	} else {
		ret = map_buffer(k, b);
	}
	if (ret)
		kms_buffer_free(k, b);
	return ret;
}

int kms_buffer_shown(struct kms *k, struct kms_buffer *b)
{
	struct drm_mode_crtc crtc = { .crtc_id = k->crtc };
	int ret = kms_ioctl(k, DRM_IOCTL_MODE_GETCRTC, &crtc);

	memset(b, 0, sizeof(*b));
	if (ret)
		return ret;
	if (!crtc.mode_valid || !crtc.fb_id)
		return -ENODEV;
	ret = use_fb(k, b, crtc.fb_id);
	if (ret)
		return ret;
	if (crtc.x || crtc.y || crtc.mode.hdisplay > b->width ||
	    crtc.mode.vdisplay > b->height) {
		fprintf(stderr, "kms: the display shows from %u, %u\n",
			crtc.x, crtc.y);
		kms_buffer_free(k, b);
		return -EOPNOTSUPP;
	}
	b->width = crtc.mode.hdisplay;
	b->height = crtc.mode.vdisplay;
	return 0;
}

/* Sets what it finds of @values of the properties of @plane that have these @names. */
static int read_props(struct kms *k, __u32 plane, const char *const *names,
		      __u64 *values)
{
	__u64 all[MAX_PROPS];
	__u32 ids[MAX_PROPS], i, n;
	struct drm_mode_obj_get_properties get = {
		.obj_id = plane,
		.obj_type = DRM_MODE_OBJECT_PLANE,
		.props_ptr = (uintptr_t)ids,
		.prop_values_ptr = (uintptr_t)all,
		.count_props = MAX_PROPS,
	};
	int ret = kms_ioctl(k, DRM_IOCTL_MODE_OBJ_GETPROPERTIES, &get);

	for (i = 0; !ret && i < get.count_props && i < MAX_PROPS; i++) {
		struct drm_mode_get_property prop = { .prop_id = ids[i] };

		ret = kms_ioctl(k, DRM_IOCTL_MODE_GETPROPERTY, &prop);
		for (n = 0; !ret && names[n]; n++)
			if (!strcmp(prop.name, names[n]))
				values[n] = all[i];
	}
	return ret;
}

int kms_cursor_shown(struct kms *k, struct kms_buffer *b, int *x, int *y)
{
	static const char *const names[] = { "type", "CRTC_X", "CRTC_Y", NULL };
	struct drm_set_client_cap all = { DRM_CLIENT_CAP_UNIVERSAL_PLANES, 1 };
	struct drm_set_client_cap place = { DRM_CLIENT_CAP_ATOMIC, 1 };
	__u32 planes[MAX_OBJECTS], i;
	struct drm_mode_get_plane_res r = {
		.plane_id_ptr = (uintptr_t)planes,
		.count_planes = MAX_OBJECTS,
	};
	int ret = kms_ioctl(k, DRM_IOCTL_SET_CLIENT_CAP, &all);

	memset(b, 0, sizeof(*b));
	if (!ret)
		ret = kms_ioctl(k, DRM_IOCTL_SET_CLIENT_CAP, &place);
	if (!ret)
		ret = kms_ioctl(k, DRM_IOCTL_MODE_GETPLANERESOURCES, &r);
	for (i = 0; !ret && i < r.count_planes && i < MAX_OBJECTS; i++) {
		struct drm_mode_get_plane plane = { .plane_id = planes[i] };
		__u64 values[] = { 0, 0, 0 };

		ret = kms_ioctl(k, DRM_IOCTL_MODE_GETPLANE, &plane);
		if (ret || plane.crtc_id != k->crtc || !plane.fb_id)
			continue;
		ret = read_props(k, planes[i], names, values);
		if (ret || values[0] != DRM_PLANE_TYPE_CURSOR)
			continue;
		*x = (__s64)values[1];
		*y = (__s64)values[2];
		return use_fb(k, b, plane.fb_id);
	}
	return ret;
}

void kms_buffer_free(struct kms *k, struct kms_buffer *b)
{
	struct drm_gem_close gem = { .handle = b->handle };

	if (b->px)
		munmap(b->px, b->size);
	if (b->fb)
		kms_ioctl(k, DRM_IOCTL_MODE_RMFB, &b->fb);
	if (b->handle)
		kms_ioctl(k, DRM_IOCTL_GEM_CLOSE, &gem);
	memset(b, 0, sizeof(*b));
}

int kms_set_mode(struct kms *k, const struct kms_buffer *b)
{
	struct drm_mode_crtc set = {
		.crtc_id = k->crtc,
		.fb_id = b->fb,
		.set_connectors_ptr = (uintptr_t)&k->connector,
		.count_connectors = 1,
		.mode = k->mode,
		.mode_valid = 1,
	};

	return kms_ioctl(k, DRM_IOCTL_MODE_SETCRTC, &set);
}

int kms_flip(struct kms *k, const struct kms_buffer *b)
{
	struct drm_mode_crtc_page_flip flip = {
		.crtc_id = k->crtc,
		.fb_id = b->fb,
		.flags = DRM_MODE_PAGE_FLIP_EVENT,
	};
	struct pollfd ready = { .fd = k->fd, .events = POLLIN };
	struct drm_event_vblank event;
	int ret = kms_ioctl(k, DRM_IOCTL_MODE_PAGE_FLIP, &flip);

	if (ret)
		return ret;
	if (poll(&ready, 1, FLIP_TIMEOUT) != 1 ||
	    read(k->fd, &event, sizeof(event)) != sizeof(event) ||
	    event.base.type != DRM_EVENT_FLIP_COMPLETE) {
		fprintf(stderr, "kms: a flip did not complete\n");
		return -ETIMEDOUT;
	}
	k->flips++;
	return 0;
}

int kms_update(struct kms *k, const struct kms_buffer *b)
{
	struct drm_mode_fb_dirty_cmd dirty = { .fb_id = b->fb };

	return kms_ioctl(k, DRM_IOCTL_MODE_DIRTYFB, &dirty);
}

int kms_cursor_show(struct kms *k, const struct kms_buffer *b, int hot)
{
	struct drm_mode_cursor2 cursor = {
		.flags = DRM_MODE_CURSOR_BO,
		.crtc_id = k->crtc,
		.hot_x = hot,
		.hot_y = hot,
	};

	if (b) {
		cursor.width = b->width;
		cursor.height = b->height;
		cursor.handle = b->handle;
	}
	return kms_ioctl(k, DRM_IOCTL_MODE_CURSOR2, &cursor);
}

int kms_cursor_move(struct kms *k, int x, int y)
{
	struct drm_mode_cursor cursor = {
		.flags = DRM_MODE_CURSOR_MOVE,
		.crtc_id = k->crtc,
		.x = x,
		.y = y,
	};

	return kms_ioctl(k, DRM_IOCTL_MODE_CURSOR, &cursor);
}
