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

#include "kms.h"

#define MAX_OBJECTS	16
#define MAX_MODES	64
#define MAX_PROPS	64
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
	static struct drm_mode_modeinfo modes[MAX_MODES];
	static __u64 values[MAX_PROPS];
	static __u32 props[MAX_PROPS], encoders[MAX_OBJECTS];
	struct drm_mode_get_connector c = {
		.connector_id = id,
		.modes_ptr = (uintptr_t)modes,
		.count_modes = MAX_MODES,
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
	k->mode = modes[0];
	for (i = 0; i < c.count_modes && i < MAX_MODES; i++)
		if (modes[i].type & DRM_MODE_TYPE_PREFERRED)
			k->mode = modes[i];
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

int kms_buffer_init(struct kms *k, struct kms_buffer *b, int width, int height)
{
	struct drm_mode_create_dumb create = {
		.width = width, .height = height, .bpp = 32,
	};
	struct drm_mode_map_dumb map = { 0 };
	struct drm_mode_fb_cmd fb = {
		.width = width, .height = height, .bpp = 32, .depth = 24,
	};
	int ret = kms_ioctl(k, DRM_IOCTL_MODE_CREATE_DUMB, &create);

	if (ret)
		return ret;
	b->handle = create.handle;
	b->stride = create.pitch / 4;
	b->size = create.size;
	fb.handle = b->handle;
	fb.pitch = create.pitch;
	ret = kms_ioctl(k, DRM_IOCTL_MODE_ADDFB, &fb);
	if (ret)
		return ret;
	b->fb = fb.fb_id;
	map.handle = b->handle;
	ret = kms_ioctl(k, DRM_IOCTL_MODE_MAP_DUMB, &map);
	if (ret)
		return ret;
	b->px = mmap(NULL, b->size, PROT_READ | PROT_WRITE, MAP_SHARED, k->fd,
		     map.offset);
	if (b->px == MAP_FAILED) {
		fprintf(stderr, "kms: mmap: %s\n", strerror(errno));
		return -errno;
	}
	return 0;
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

int kms_cursor_show(struct kms *k, const struct kms_buffer *b, int hot)
{
	struct drm_mode_cursor2 cursor = {
		.flags = DRM_MODE_CURSOR_BO,
		.crtc_id = k->crtc,
		.width = KMS_CURSOR,
		.height = KMS_CURSOR,
		.handle = b->handle,
		.hot_x = hot,
		.hot_y = hot,
	};

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
