/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHIM_DRM_PLANE_H
#define SHIM_DRM_PLANE_H

/* Numbers that userspace sees as the property "type" of a plane */
enum drm_plane_type {
	DRM_PLANE_TYPE_OVERLAY,
	DRM_PLANE_TYPE_PRIMARY,
	DRM_PLANE_TYPE_CURSOR,
};

#endif
