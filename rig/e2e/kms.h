/* SPDX-License-Identifier: GPL-2.0 */
/* A display, buffers on it, flips and a cursor: the legacy KMS ioctls. */
#ifndef E2E_KMS_H
#define E2E_KMS_H

#include <linux/types.h>
#include <drm_mode.h>

#define KMS_CURSOR	64	/* pixels square */
#define KMS_MODES	64

struct kms_buffer {
	int width, height;
	__u32 handle, fb, stride;	/* stride in pixels of 4 bytes */
	__u32 format;			/* if another program made it */
	__u64 size;
	__u32 *px;
};

struct kms {
	int fd;
	__u32 connector, crtc;
	struct drm_mode_modeinfo modes[KMS_MODES], mode;
	unsigned int mode_count;
	__u32 flips;			/* that have taken effect */
};

/* Each returns 0 or -errno, and prints failures to standard error. */

/* The first connected display and its preferred mode */
int kms_open(struct kms *k, const char *path);
/* The mode of kms_set_mode() from now on */
int kms_use_mode(struct kms *k, int width, int height);
/* @modifier says how the caller is going to lay out the pixels. */
int kms_buffer_init(struct kms *k, struct kms_buffer *b, int width, int height,
		    __u64 modifier);
/* A dma-buf of another device, linear; the CPU cannot get at it here. */
int kms_buffer_import(struct kms *k, struct kms_buffer *b, int fd, int width,
		      int height, __u32 stride);
/*
 * What the display shows now, whoever drew it, to be read. -ENODEV if it is off;
 * -EOPNOTSUPP if it is tiled, or does not begin with its first pixel.
 */
int kms_buffer_shown(struct kms *k, struct kms_buffer *b);
/* The same for the cursor, and where it is. Its width is 0 if it is hidden. */
int kms_cursor_shown(struct kms *k, struct kms_buffer *b, int *x, int *y);
void kms_buffer_free(struct kms *k, struct kms_buffer *b);
int kms_set_mode(struct kms *k, const struct kms_buffer *b);
/* Show @b at the next vblank, and wait until it is shown. */
int kms_flip(struct kms *k, const struct kms_buffer *b);
/* The display is one that copies: @b has changed. */
int kms_update(struct kms *k, const struct kms_buffer *b);
/* @b NULL: hide it */
int kms_cursor_show(struct kms *k, const struct kms_buffer *b, int hot);
int kms_cursor_move(struct kms *k, int x, int y);

#endif /* E2E_KMS_H */
