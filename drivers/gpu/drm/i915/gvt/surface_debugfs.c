// SPDX-License-Identifier: MIT
/*
 * Planes and exported surfaces of a vGPU in debugfs, to find out why a screen is
 * black. Reading a file neither creates an id nor keeps one alive.
 */

#include <linux/debugfs.h>
#include <linux/seq_file.h>

#include <drm/drm_plane.h>

#include "i915_drv.h"

#include "gvt.h"
#include "surface_debugfs.h"
#include "surface_types.h"
#include "vgpu_plane.h"

static const struct {
	const char *name;
	u32 type;
} plane_types[] = {
	{ "primary", DRM_PLANE_TYPE_PRIMARY },
	{ "overlay", DRM_PLANE_TYPE_OVERLAY },
	{ "cursor", DRM_PLANE_TYPE_CURSOR },
};

/* What a query does before it looks for an id; like it, look up missing pages. */
static enum gvt_refusal describe_plane(struct intel_vgpu *vgpu, enum pipe pipe,
				       u32 type, bool layouts,
				       struct gvt_plane *plane)
{
	struct page_summary unused;
	enum gvt_refusal why;

	why = intel_vgpu_decode_plane(vgpu, type, ~BIT(pipe), layouts, plane);
	if (!why)
		why = gvt_plane_find_pages(vgpu, plane);
	if (!why)
		why = gvt_plane_walk_pages(vgpu, plane, &unused);
	return why;
}

static void show_described(struct seq_file *m, const struct gvt_plane *plane)
{
	seq_printf(m, "%ux%u at %d,%d stride %u gma 0x%llx size 0x%llx modifier 0x%llx",
		   plane->width, plane->height, plane->x_pos, plane->y_pos,
		   plane->stride, plane->gma, plane->size, plane->modifier);
	if (plane->x_hot != GVT_HOTSPOT_UNKNOWN)
		seq_printf(m, " hotspot %u,%u", plane->x_hot, plane->y_hot);
	if (plane->aux_stride)
		seq_printf(m, " second plane at 0x%x stride %u",
			   plane->aux_offset, plane->aux_stride);
	if (plane->src_x || plane->src_y)
		seq_printf(m, " from %u,%u", plane->src_x, plane->src_y);
	if (plane->rotated)
		seq_puts(m, " rotated");
	seq_printf(m, " format %p4cc\n", &plane->fourcc);
}

/* If only clients that ask for a layout get a description, show that one as well. */
static void show_plane(struct seq_file *m, struct intel_vgpu *vgpu,
		       enum pipe pipe, u32 type)
{
	struct gvt_plane plane;
	enum gvt_refusal why;
	int ret;

	why = describe_plane(vgpu, pipe, type, false, &plane);
	ret = gvt_refusal_errno(why);
	if (ret == -ENODEV) {
		seq_printf(m, "off: %s\n", gvt_refusal_text(why));
		return;
	}
	if (!ret) {
		show_described(m, &plane);
		return;
	}

	seq_printf(m, "refused: %s (%d)", gvt_refusal_text(why), ret);
	why = describe_plane(vgpu, pipe, type, true, &plane);
	if (!why) {
		seq_puts(m, "; as a layout: ");
		show_described(m, &plane);
	} else if (ret == -EOPNOTSUPP) {
		seq_printf(m, "; as a layout: refused: %s (%d)\n",
			   gvt_refusal_text(why), gvt_refusal_errno(why));
	} else {
		seq_puts(m, "\n");	/* refused regardless of layouts */
	}
}

/*
 * Show one consistent state of all planes, as a flip may touch more than one. Each
 * pipe is shown as if it were the only one. The first line names the pipe that
 * queries describe, and which of its hardware planes, counted from 1, are the
 * primary and the overlay.
 */
static int vgpu_planes_show(struct seq_file *m, void *unused)
{
	struct intel_vgpu *vgpu = m->private;
	struct gvt_plane_roles roles;
	enum pipe pipe;
	unsigned int i;

	/* Scanning guest commands can hold the lock for a long time: be killable. */
	if (mutex_lock_killable(&vgpu->vgpu_lock))
		return -EINTR;
	intel_vgpu_plane_roles(vgpu, &roles);
	seq_printf(m, "queries: pipe %c, primary is plane %d, overlay is plane %d\n",
		   'A' + roles.pipe, roles.primary + 1, roles.overlay + 1);
	for (pipe = PIPE_A; pipe < GVT_NUM_PIPES; pipe++)
		for (i = 0; i < ARRAY_SIZE(plane_types); i++) {
			seq_printf(m, "pipe %c %s: ", 'A' + pipe,
				   plane_types[i].name);
			show_plane(m, vgpu, pipe, plane_types[i].type);
		}
	mutex_unlock(&vgpu->vgpu_lock);

	return 0;
}
DEFINE_SHOW_ATTRIBUTE(vgpu_planes);

static int vgpu_dmabufs_show(struct seq_file *m, void *unused)
{
	struct intel_vgpu *vgpu = m->private;
	struct gvt_surfaces *table = vgpu->surfaces;
	const struct gvt_surface *s;
	ktime_t now = ktime_get();

	seq_printf(m, "%-10s %-7s %-10s %-5s %-8s %-5s %-6s %-6s %-6s %-10s %-18s %s\n",
		   "id", "dmabufs", "references", "state", "age_ms", "pages",
		   "width", "height", "stride", "gma", "modifier", "format");
	mutex_lock(&table->lock);
	list_for_each_entry(s, &table->exported, node)
		seq_printf(m, "%-10u %-7u %-10u %-5s %-8lld %-5llu %-6u %-6u %-6u 0x%08llx 0x%016llx %p4cc\n",
			   s->id, s->exports, kref_read(&s->ref),
			   s->state == GVT_SURFACE_ENDED ? "ended" : "live",
			   ktime_ms_delta(now, s->born),
			   s->plane.size >> PAGE_SHIFT, s->plane.width,
			   s->plane.height, s->plane.stride, s->plane.gma,
			   s->plane.modifier, &s->plane.fourcc);
	mutex_unlock(&table->lock);

	return 0;
}
DEFINE_SHOW_ATTRIBUTE(vgpu_dmabufs);

/**
 * intel_vgpu_debugfs_add_surfaces - add the files planes and dmabufs to debugfs
 * @vgpu: a vGPU that has its debugfs directory; they are removed with that
 *
 * Context: Process context. Removing the directory waits for readers, which take
 * vgpu_lock: it must not be held then.
 */
void intel_vgpu_debugfs_add_surfaces(struct intel_vgpu *vgpu)
{
	debugfs_create_file("planes", 0444, vgpu->debugfs, vgpu,
			    &vgpu_planes_fops);
	debugfs_create_file("dmabufs", 0444, vgpu->debugfs, vgpu,
			    &vgpu_dmabufs_fops);
}
