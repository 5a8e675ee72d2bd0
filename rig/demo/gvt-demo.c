// SPDX-License-Identifier: GPL-2.0
/*
 * gvt-demo [OUTDIR]: a guest draws its desktop on a vGPU in every tiling and
 * format that the GPU shows; the host takes each out through
 * VFIO_DEVICE_QUERY_GFX_PLANE and VFIO_DEVICE_GET_GFX_DMABUF, imports it into
 * i915 as QEMU would, and compares every pixel with what the guest drew.
 * Leaves PNGs in OUTDIR, with the cursor where the guest put it.
 */
#include <ctype.h>
#include <drm/drm_fourcc.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "desktop.h"
#include "image.h"
#include "pixel.h"
#include "time_util.h"
#include "util.h"
#include "vgpu.h"

#define WIDTH		1920
#define HEIGHT		1080
#define CURSOR_MAX	256
#define RAM_SIZE	(32u << 20)

/* One row a tiling: the cursor also has another size and place in each. */
static const struct tiling {
	__u64 modifier;
	const char *name, *suffix;
	int cursor_size;
	bool at_corner;		/* of the screen, half outside it */
} tilings[] = {
	{ DRM_FORMAT_MOD_LINEAR, "linear", "", 64, false },
	{ I915_FORMAT_MOD_X_TILED, "X-tiled", "-x", 128, true },
	{ I915_FORMAT_MOD_Y_TILED, "Y-tiled", "-y", 256, true },
	{ I915_FORMAT_MOD_Yf_TILED, "Yf-tiled", "-yf", 64, true },
};

struct demo {
	const char *dir;
	struct vgpu v;
	int drm;
	struct canvas base;	/* the desktop without facts */
	struct canvas drawn;	/* what the guest drew last */
	struct canvas seen;	/* what the host got of it */
	struct canvas cursor;	/* what the host got of the cursor, ARGB */
	__u32 *cursor_drawn;
	struct pixel_tables tables;
	__u8 *packed;	/* the same as @drawn, in the plane's format */
	__u8 *raw;		/* an exported surface, byte by byte */
	__u8 *line;
	int planes;
};

/* What taking one plane out cost */
struct costs {
	double query, requery, get, import, read;
	size_t copied;
	bool mapped;
};

static double now_us(void)
{
	return time_ns() / 1e3;
}

static int complain(const char *fmt, ...)
{
	va_list args;

	fflush(stdout);
	fputs("gvt-demo: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	return -1;
}

static const char *fourcc_name(__u32 fourcc, char name[5])
{
	memcpy(name, &fourcc, 4);
	name[4] = 0;
	return name;
}

/* ---- the guest ---- */

/* Draw the desktop into the surface that will show it. */
static void draw_desktop(struct demo *d, const struct vgpu_surface *s,
			 const struct pixel_format *f, const struct tiling *t)
{
	char platform[40], format[40], address[40], name[5];
	struct desktop_facts facts = {
		.platform = platform, .format = format, .address = address,
		.modifier = t->name, .uuid = d->v.uuid,
		.width = s->width, .height = s->height, .stride = s->stride,
	};
	__u8 *bytes = vgpu_surface_bytes(&d->v, s);
	__u32 y;

	snprintf(platform, sizeof(platform), "%s, gen%u, 8086:%04x",
		 d->v.platform, d->v.gen, d->v.pci_id);
	snprintf(format, sizeof(format), "%s  (%s)", f->name,
		 fourcc_name(s->fourcc, name));
	snprintf(address, sizeof(address), "GGTT 0x%llx",
		 (unsigned long long)s->gma);

	memcpy(d->drawn.px, d->base.px, WIDTH * HEIGHT * sizeof(__u32));
	desktop_draw_facts(&d->drawn, &facts);
	pixel_tables_init(&d->tables, f);
	for (y = 0; y < s->height; y++) {
		__u8 *line = d->packed + y * WIDTH * f->cpp;

		pixel_pack(&d->tables, d->drawn.px + y * WIDTH, line, WIDTH);
		vgpu_put_line(s, bytes, y, line);
	}
}

/* ---- the host ---- */

/*
 * Read the whole export. It must show the guest's own pages, not a copy of
 * them: so before the read the guest inverts a byte of each page, and what does
 * not show that was copied. Where it shows, the byte is inverted back, here and
 * in guest memory.
 */
static int read_export(struct demo *d, __u32 handle,
		       const struct vgpu_surface *s, size_t *copied)
{
	__u8 *bytes = vgpu_surface_bytes(&d->v, s);
	size_t at;
	int ret;

	for (at = 0; at < s->size; at += VGPU_PAGE)
		bytes[at] ^= 0xff;
	ret = vgpu_drm_pread(d->drm, handle, 0, d->raw, s->size);
	*copied = 0;
	for (at = 0; at < s->size; at += VGPU_PAGE) {
		if (d->raw[at] == bytes[at])
			d->raw[at] ^= 0xff;
		else
			*copied += VGPU_PAGE;
		bytes[at] ^= 0xff;
	}
	return ret;
}

static int check_info(const struct vfio_device_gfx_plane_info *info,
		      const struct vgpu_surface *s, const char *what)
{
	const struct {
		const char *name;
		__u64 got, want;
	} fields[] = {
		{ "drm_format", info->drm_format, s->fourcc },
		{ "drm_format_mod", info->drm_format_mod, s->modifier },
		{ "width", info->width, s->width },
		{ "height", info->height, s->height },
		{ "stride", info->stride, s->stride },
		{ "size", info->size, s->size },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(fields); i++)
		if (fields[i].got != fields[i].want)
			return complain("%s: %s is 0x%llx, the guest shows 0x%llx",
					what, fields[i].name,
					(unsigned long long)fields[i].got,
					(unsigned long long)fields[i].want);
	return 0;
}

/* QUERY, GET, import, read: the raw bytes of the plane end up in d->raw. */
static int take_plane(struct demo *d, enum vgpu_plane plane,
		      const struct vgpu_surface *s, const char *what,
		      struct vfio_device_gfx_plane_info *info,
		      struct costs *cost)
{
	struct vfio_device_gfx_plane_info again;
	double t[6];
	__u32 handle;
	__u8 *mapped;
	int fd, ret;

	t[0] = now_us();
	ret = vgpu_query(&d->v, plane, info);
	t[1] = now_us();
	if (!ret)
		ret = vgpu_query(&d->v, plane, &again);
	if (ret)
		return complain("%s: QUERY_GFX_PLANE: %s", what,
				strerror(-ret));
	if (check_info(info, s, what))
		return -1;
	if (again.dmabuf_id != info->dmabuf_id)
		return complain("%s: id %u became %u, though nothing changed",
				what, info->dmabuf_id, again.dmabuf_id);
	t[2] = now_us();
	fd = vgpu_get_dmabuf(&d->v, info->dmabuf_id);
	if (fd < 0)
		return complain("%s: GET_GFX_DMABUF: %s", what, strerror(-fd));
	t[3] = now_us();
	ret = vgpu_drm_import(d->drm, fd, &handle);
	if (ret) {
		close(fd);
		return complain("%s: import: %s", what, strerror(-ret));
	}
	t[4] = now_us();
	ret = read_export(d, handle, s, &cost->copied);
	t[5] = now_us();
	if (ret)
		complain("%s: read: %s", what, strerror(-ret));
	else if (cost->copied)
		ret = complain("%s: %zu bytes do not follow the guest", what,
			       cost->copied);

	/* The other way to read, where the kernel has it: the same bytes */
	mapped = ret ? NULL : malloc(s->size);
	cost->mapped = mapped && !vgpu_dmabuf_read(fd, mapped, s->size);
	if (cost->mapped && memcmp(mapped, d->raw, s->size))
		ret = complain("%s: mmap of the dma-buf shows other bytes",
			       what);
	free(mapped);
	vgpu_drm_close_handle(d->drm, handle);
	close(fd);

	cost->query = t[1] - t[0];
	cost->requery = t[2] - t[1];
	cost->get = t[3] - t[2];
	cost->import = t[4] - t[3];
	cost->read = t[5] - t[4];
	return ret;
}

/*
 * Take one line out of the raw bytes into d->line, and name the first pixel
 * that is not what the guest drew.
 */
static int compare_line(struct demo *d, const struct vgpu_surface *s,
			__u32 y, const void *drawn, const char *what)
{
	const __u8 *wanted = drawn;
	__u32 x, want = 0, got = 0;

	vgpu_get_line(s, d->raw, y, d->line);
	if (!memcmp(d->line, wanted, s->width * s->cpp))
		return 0;
	for (x = 0; x < s->width; x++) {
		memcpy(&want, wanted + x * s->cpp, s->cpp);
		memcpy(&got, d->line + x * s->cpp, s->cpp);
		if (want != got)
			break;
	}
	return complain("%s: pixel %u,%u is 0x%0*x, the guest drew 0x%0*x",
			what, x, y, (int)s->cpp * 2, got, (int)s->cpp * 2,
			want);
}

#define COLUMNS "%-8s %-4s %-8s %-15s %6s %5s %6s %6s %6s %6s %6s %7s  %s\n"

static void print_header(void)
{
	printf(COLUMNS, "", "four", "", "", "", "", "bytes", "QUERY", "again",
	       "GET", "import", "read", "");
	printf(COLUMNS, "plane", "cc", "modifier", "geometry", "stride", "id",
	       "copied", "us", "us", "us", "us", "us", "mmap");
}

static void print_row(const char *plane, const char *tiling,
		      const struct vfio_device_gfx_plane_info *info,
		      const struct costs *c)
{
	char fourcc[5], text[9][40];

	snprintf(text[0], 40, "%ux%u%+d%+d", info->width, info->height,
		 (int)info->x_pos, (int)info->y_pos);
	snprintf(text[1], 40, "%u", info->stride);
	snprintf(text[2], 40, "%u", info->dmabuf_id);
	snprintf(text[3], 40, "%zu", c->copied);
	snprintf(text[4], 40, "%.0f", c->query);
	snprintf(text[5], 40, "%.0f", c->requery);
	snprintf(text[6], 40, "%.0f", c->get);
	snprintf(text[7], 40, "%.0f", c->import);
	snprintf(text[8], 40, "%.0f", c->read);
	printf(COLUMNS, plane, fourcc_name(info->drm_format, fourcc), tiling,
	       text[0], text[1], text[2], text[3], text[4], text[5], text[6],
	       text[7], text[8], c->mapped ? "yes" : "no");
}

/*
 * The desktop in one format and tiling: draw, take out, compare. If it is
 * @wanted, the picture that came out is left in d->seen.
 */
static int do_primary(struct demo *d, const struct pixel_format *f,
		      const struct tiling *t, bool wanted)
{
	struct vfio_device_gfx_plane_info info;
	struct vgpu_surface s;
	struct costs cost;
	char what[64];
	__u32 y;
	int ret;

	snprintf(what, sizeof(what), "primary %s %s", t->name, f->name);
	ret = vgpu_surface_init(&d->v, &s, WIDTH, HEIGHT, f->fourcc,
				t->modifier);
	if (ret)
		return complain("%s: guest memory: %s", what, strerror(-ret));
	draw_desktop(d, &s, f, t);
	ret = vgpu_primary_show(&d->v, 0, &s);
	if (ret)
		return complain("%s: plane registers: %s", what,
				strerror(-ret));
	if (take_plane(d, VGPU_PRIMARY, &s, what, &info, &cost))
		return -1;
	for (y = 0; y < s.height; y++) {
		if (compare_line(d, &s, y, d->packed + y * WIDTH * f->cpp,
				 what))
			return -1;
		if (wanted)
			pixel_unpack(&d->tables, d->line,
				     d->seen.px + y * WIDTH, WIDTH);
	}
	print_row("primary", t->name, &info, &cost);
	d->planes++;

	ret = vgpu_primary_hide(&d->v, 0);
	if (!ret)
		ret = vgpu_ggtt_unmap(&d->v, s.gma, s.size);
	return ret ? complain("%s: hiding it: %s", what, strerror(-ret)) : 0;
}

/* The cursor: draw, put somewhere, take out, compare, and where did it go? */
static int do_cursor(struct demo *d, const struct tiling *t, int *at_x,
		     int *at_y)
{
	struct vfio_device_gfx_plane_info info;
	struct vgpu_surface s;
	struct costs cost;
	int x, y, hot, ret;
	char what[64];
	__u32 line;

	snprintf(what, sizeof(what), "cursor %d", t->cursor_size);
	ret = vgpu_surface_init(&d->v, &s, t->cursor_size, t->cursor_size,
				DRM_FORMAT_ARGB8888, DRM_FORMAT_MOD_LINEAR);
	if (ret)
		return complain("%s: guest memory: %s", what, strerror(-ret));
	desktop_draw_cursor(d->cursor_drawn, t->cursor_size, &hot);
	for (line = 0; line < s.height; line++)
		vgpu_put_line(&s, vgpu_surface_bytes(&d->v, &s), line,
			      d->cursor_drawn + line * s.width);
	desktop_pointer(&d->base, &x, &y);
	if (t->at_corner) {
		x = t->cursor_size / 16;
		y = 1;
	}
	ret = vgpu_cursor_hotspot(&d->v, hot, hot);
	if (!ret)
		ret = vgpu_cursor_move(&d->v, 0, x - hot, y - hot);
	if (!ret)
		ret = vgpu_cursor_show(&d->v, 0, &s);
	if (ret)
		return complain("%s: plane registers: %s", what,
				strerror(-ret));

	if (take_plane(d, VGPU_CURSOR, &s, what, &info, &cost))
		return -1;
	*at_x = (int)info.x_pos;
	*at_y = (int)info.y_pos;
	if (*at_x != x - hot || *at_y != y - hot)
		return complain("%s: reported at %d,%d, the guest put it at %d,%d",
				what, *at_x, *at_y, x - hot, y - hot);
	if (info.x_hot != (__u32)hot || info.y_hot != (__u32)hot)
		return complain("%s: hotspot reported as %u,%u, the guest said %d,%d",
				what, info.x_hot, info.y_hot, hot, hot);
	for (line = 0; line < s.height; line++) {
		if (compare_line(d, &s, line,
				 d->cursor_drawn + line * s.width, what))
			return -1;
		memcpy(d->cursor.px + line * s.width, d->line, s.stride);
	}
	d->cursor.width = s.width;
	d->cursor.height = s.height;
	print_row("cursor", "linear", &info, &cost);
	d->planes++;
	ret = vgpu_cursor_hide(&d->v, 0);
	return ret ? complain("%s: hiding it: %s", what, strerror(-ret)) : 0;
}

/* Lay the cursor over the picture, as the hardware would. */
static void composite(struct demo *d, int at_x, int at_y)
{
	const struct canvas *cursor = &d->cursor;
	__u32 *under, over, out;
	int x, y, shift;

	for (y = 0; y < cursor->height; y++) {
		for (x = 0; x < cursor->width; x++) {
			if (at_x + x < 0 || at_x + x >= WIDTH ||
			    at_y + y < 0 || at_y + y >= HEIGHT)
				continue;
			over = cursor->px[y * cursor->width + x];
			under = &d->seen.px[(at_y + y) * WIDTH + at_x + x];
			out = 0;
			for (shift = 0; shift < 24; shift += 8)
				out |= ((*under >> shift & 0xff) *
					(255 - (over >> 24)) / 255 +
					(over >> shift & 0xff)) << shift;
			*under = out;
		}
	}
}

/* A PNG for each tiling, and of linear one for each depth */
static bool image_name(char *name, size_t len, const struct tiling *t,
		       const struct pixel_format *f)
{
	if (f->fourcc == DRM_FORMAT_XRGB8888)
		snprintf(name, len, "desktop%s.png", t->suffix);
	else
		snprintf(name, len, "desktop-%s.png", f->name);
	for (; *name; name++)
		*name = tolower(*name);
	return f->fourcc == DRM_FORMAT_XRGB8888 ||
	       (!t->modifier && f->bits[1] != 8 && f->shift[0]);
}

static int do_tiling(struct demo *d, const struct tiling *t)
{
	const struct vgpu_mark start = vgpu_mark(&d->v);
	char name[40];
	unsigned int i;
	int x = 0, y = 0, ret;

	ret = do_cursor(d, t, &x, &y);
	for (i = 0; !ret && i < pixel_format_count; i++) {
		const struct pixel_format *f = &pixel_formats[i];
		bool wanted = image_name(name, sizeof(name), t, f);

		vgpu_release(&d->v, start);
		if (!vgpu_can_show(&d->v, f->fourcc, t->modifier))
			continue;
		ret = do_primary(d, f, t, wanted);
		if (ret || !wanted)
			continue;
		composite(d, x, y);
		ret = image_write(&d->seen, d->dir, name);
		if (ret)
			complain("cannot write %s/%s: %s", d->dir, name,
				 strerror(-ret));
	}
	vgpu_release(&d->v, start);
	return ret;
}

static int do_planes(struct demo *d)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < ARRAY_SIZE(tilings); i++)
		if (vgpu_can_show(&d->v, DRM_FORMAT_XRGB8888,
				  tilings[i].modifier))
			ret = do_tiling(d, &tilings[i]);
	return ret;
}

/* ---- set-up ---- */

static bool new_canvas(struct canvas *c, int width, int height)
{
	c->width = width;
	c->height = height;
	c->px = calloc((size_t)width * height, sizeof(*c->px));
	return c->px;
}

static int set_up(struct demo *d)
{
	char why[256];
	int ret;

	if (mkdir(d->dir, 0777) && errno != EEXIST)
		return complain("cannot make %s: %s", d->dir, strerror(errno));
	if (access(d->dir, W_OK | X_OK))
		return complain("cannot write to %s: %s", d->dir,
				strerror(errno));
	d->raw = malloc(RAM_SIZE);
	d->packed = malloc(WIDTH * HEIGHT * 4);
	d->line = malloc(WIDTH * 4);
	d->cursor_drawn = malloc(CURSOR_MAX * CURSOR_MAX * 4);
	if (!new_canvas(&d->base, WIDTH, HEIGHT) ||
	    !new_canvas(&d->drawn, WIDTH, HEIGHT) ||
	    !new_canvas(&d->seen, WIDTH, HEIGHT) ||
	    !new_canvas(&d->cursor, CURSOR_MAX, CURSOR_MAX) ||
	    !d->raw || !d->packed || !d->line || !d->cursor_drawn)
		return complain("out of memory");

	ret = vgpu_open(&d->v, getenv("VGPU_UUID"), RAM_SIZE);
	if (ret)
		return complain("%s", vgpu_explain(&d->v, ret, why,
						   sizeof(why)));
	d->drm = vgpu_drm_open();
	if (d->drm < 0)
		return complain("no render node of i915 in /dev/dri");
	ret = vgpu_pipe_on(&d->v, 0, WIDTH, HEIGHT);
	if (ret)
		return complain("cannot turn pipe A on: %s", strerror(-ret));
	desktop_draw(&d->base);
	return 0;
}

int main(int argc, char **argv)
{
	struct demo d = { .drm = -1 };
	double start = now_us();

	if (argc > 2 || (argc == 2 && argv[1][0] == '-')) {
		bool asked = argc == 2 && !strcmp(argv[1], "--help");

		fprintf(asked ? stdout : stderr,
			"usage: VGPU_UUID=<UUID of an mdev> gvt-demo [OUTDIR]\n"
			"OUTDIR, by default out, is made if need be.\n");
		return asked ? 0 : 2;
	}
	d.dir = argc == 2 ? argv[1] : "out";
	if (set_up(&d))
		return 1;
	printf("vGPU %s: %s, gen%u, 8086:%04x\n", d.v.uuid, d.v.platform,
	       d.v.gen, d.v.pci_id);
	print_header();
	if (do_planes(&d))
		return 1;
	close(d.drm);
	vgpu_close(&d.v);
	printf("demo: OK, %d planes, 0 differing pixels (%.1f s)\n", d.planes,
	       (now_us() - start) / 1e6);
	return 0;
}
