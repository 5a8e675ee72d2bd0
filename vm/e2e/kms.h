/* SPDX-License-Identifier: GPL-2.0 */
/* A display, dumb buffers on it, flips and a cursor: the legacy KMS ioctls. */
#ifndef E2E_KMS_H
#define E2E_KMS_H

#include <linux/types.h>
#include <drm_mode.h>

#define KMS_CURSOR	64	/* pixels square */

struct kms_buffer {
	__u32 handle, fb, stride;	/* stride in pixels */
	__u64 size;
	__u32 *px;
};

struct kms {
	int fd;
	__u32 connector, crtc;
	struct drm_mode_modeinfo mode;
	__u32 flips;			/* that have taken effect */
};

/* Each returns 0 or -errno, and has said on standard error what failed. */

/* The first connected display and its preferred mode */
int kms_open(struct kms *k, const char *path);
int kms_buffer_init(struct kms *k, struct kms_buffer *b, int width, int height);
int kms_set_mode(struct kms *k, const struct kms_buffer *b);
/* Show @b at the next vblank, and wait until it is shown. */
int kms_flip(struct kms *k, const struct kms_buffer *b);
int kms_cursor_show(struct kms *k, const struct kms_buffer *b, int hot);
int kms_cursor_move(struct kms *k, int x, int y);

#endif /* E2E_KMS_H */
