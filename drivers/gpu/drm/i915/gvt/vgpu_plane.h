/* SPDX-License-Identifier: MIT */
/*
 * The planes of a vGPU as its latched registers describe them.
 */

#ifndef _GVT_VGPU_PLANE_H_
#define _GVT_VGPU_PLANE_H_

#include <linux/types.h>

#include "plane_decoder.h"

struct intel_vgpu;

enum gvt_refusal intel_vgpu_decode_plane(struct intel_vgpu *vgpu, u32 type,
					 u32 skip_pipes, bool layouts,
					 struct gvt_plane *plane);
enum gvt_refusal intel_vgpu_find_plane(struct intel_vgpu *vgpu, u32 type,
				       bool layouts,
				       const struct gvt_plane **plane);
bool intel_vgpu_find_screen(const struct intel_vgpu *vgpu, struct gvt_screen *screen);

#endif /* _GVT_VGPU_PLANE_H_ */
