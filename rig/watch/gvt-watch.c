// SPDX-License-Identifier: GPL-2.0
/*
 * gvt-watch [-d FD] [-q SECONDS] [-c] [-s] [DIRECTORY]: an example of a viewer that
 * sleeps until the vGPU says that its screen may have changed.
 *
 * It lists the planes, waits for the display event of each, asks what the plane
 * shows now, and writes what is new as DIRECTORY/PLANE-N.png. After SECONDS
 * (default 3, with -c 10) in which nothing happened it says how often it woke up,
 * and ends. With -s it also prints how long each stage of a frame took, by the kernel's
 * tracepoints. With -c (--composite) it also draws all planes, in the order that the
 * vGPU says, as DIRECTORY/screen-N.png. The guest that it plays does the same, and if
 * the two do not show the same screens, it fails.
 *
 * Only who has opened the vGPU can watch it, so a VMM hands its device fd over
 * (a UNIX socket can pass one) and -d names it. Without -d the program opens the
 * vGPU whose UUID is in VGPU_UUID, and plays a guest on it.
 */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "composite.h"
#include "event_util.h"
#include "guest.h"
#include "image.h"
#include "pixel.h"
#include "query_util.h"
#include "stages.h"
#include "time_util.h"
#include "vgpu_debugfs.h"

#define QUIET		3	/* seconds */
#define LONG_QUIET	10	/* with -c: its guest takes more time */
#define PLANES		EVENT_PLANES

static const char *const plane_names[PLANES] = {
	[VGPU_OVERLAY] = "overlay",
	[VGPU_PRIMARY] = "primary",
	[VGPU_CURSOR] = "cursor",
};

struct watcher {
	struct vgpu *v;
	const char *dir;
	struct vgpu_event event;
	struct pollfd events[PLANES];	/* by enum vgpu_plane */
	bool caps;			/* this kernel has them */
	unsigned long serial[PLANES];	/* of the damage that was printed */
	struct canvas last[PLANES];	/* what was written of each */
	unsigned int pictures[PLANES];
	unsigned int wakeups, queries, exports;
	double start;
	bool composite;
	__u64 screens[GUEST_SCREENS];	/* that were drawn, by composite_hash() */
	unsigned int num_screens;	/* there may be no room for all */
};

static int complain(const char *what, int err)
{
	fprintf(stderr, "gvt-watch: %s: %s\n", what, strerror(-err));
	return err;
}

/* ---- the ABI: find the event, arm it, ask ---- */

static int arm(struct watcher *w)
{
	int plane, fd, ret = vgpu_event_find(w->v, &w->event);

	if (ret)
		return complain("this vGPU has no display event", ret);
	printf("IRQ index %u tells of %u planes:", w->event.index,
	       w->event.count);
	for (plane = 0; plane < PLANES; plane++) {
		/* Not blocking: a signal may have been taken back by a read. */
		fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		if (fd < 0)
			return complain("eventfd", -errno);
		w->events[plane] = (struct pollfd){ fd, POLLIN, 0 };
		/* From now on it is signaled, and once right away. */
		ret = vgpu_event_arm(w->v, &w->event, plane, fd);
		if (ret)
			return complain("VFIO_DEVICE_SET_IRQS", ret);
		printf(" %s (%u)", plane_names[plane],
		       w->event.of[plane]);
	}
	printf("\n");
	return 0;
}

/* A VMM's device outlives us: nobody is to look at its pixels for us then. */
static void disarm(struct watcher *w)
{
	int plane;

	for (plane = 0; plane < PLANES; plane++) {
		if (w->events[plane].fd < 0)
			continue;
		vgpu_event_arm(w->v, &w->event, plane, -1);
		close(w->events[plane].fd);
	}
}

static int query(struct watcher *w, int plane, union query_answer *answer)
{
	w->queries++;
	if (w->caps)
		return query_caps(w->v, plane, answer);
	*answer = (union query_answer) { };
	return vgpu_query(w->v, plane, &answer->info);
}

static void probe_caps(struct watcher *w)
{
	struct vfio_device_gfx_plane_info info = {
		.argsz = sizeof(info),
		.flags = VFIO_GFX_PLANE_TYPE_PROBE |
			 VFIO_GFX_PLANE_TYPE_DMABUF | VFIO_GFX_PLANE_CAPS,
	};

	w->caps = !vgpu_ioctl(w->v->device, VFIO_DEVICE_QUERY_GFX_PLANE, &info);
}

static void print_flips(const union query_answer *answer)
{
	const struct vfio_gfx_plane_cap_flips *cap =
		query_cap(answer, VFIO_GFX_PLANE_CAP_FLIPS);

	if (cap)
		printf(", flip %llu, %.1f ms ago", (unsigned long long)cap->count,
		       time_s() * 1e3 - cap->time / 1e6);
}

/* What a client would copy that keeps the pixels of its last query */
static void print_damage(struct watcher *w, int plane,
			 const union query_answer *answer)
{
	const struct vfio_gfx_plane_cap_damage *cap =
		query_cap(answer, VFIO_GFX_PLANE_CAP_DAMAGE);
	int i, new;

	if (!cap)
		return;
	new = query_new_rects(cap, &w->serial[plane]);
	if (new < 0)
		printf(", all of it changed");
	for (i = 0; i < new; i++)
		printf(", %ux%u+%u+%u changed", cap->rects[i].x2 - cap->rects[i].x1,
		       cap->rects[i].y2 - cap->rects[i].y1, cap->rects[i].x1,
		       cap->rects[i].y1);
}

/* ---- pictures ---- */

static const struct pixel_format *format_of(__u32 fourcc)
{
	unsigned int i;

	/* A cursor is written without its alpha. */
	if (fourcc == DRM_FORMAT_ARGB8888)
		fourcc = DRM_FORMAT_XRGB8888;
	for (i = 0; i < pixel_format_count; i++)
		if (pixel_formats[i].fourcc == fourcc)
			return &pixel_formats[i];
	return NULL;
}

static void unpack(const struct vfio_device_gfx_plane_info *info,
		   const struct pixel_format *format, const __u8 *raw,
		   struct canvas *c)
{
	const struct vgpu_surface s = {
		.width = info->width, .height = info->height,
		.fourcc = info->drm_format, .cpp = format->cpp,
		.stride = info->stride, .modifier = info->drm_format_mod,
	};
	struct pixel_tables tables;
	__u8 line[s.width * s.cpp];
	__u32 y;

	pixel_tables_init(&tables, format);
	for (y = 0; y < s.height; y++) {
		vgpu_get_line(&s, raw, y, line);
		pixel_unpack(&tables, line, c->px + y * s.width, s.width);
	}
}

/* What the plane shows, as a canvas to be freed */
static int take(struct watcher *w,
		const struct vfio_device_gfx_plane_info *info, struct canvas *c)
{
	const struct pixel_format *format = format_of(info->drm_format);
	__u8 *raw;
	int ret;

	if (!format)
		return -EOPNOTSUPP;
	w->exports++;
	raw = plane_bytes(w->v, info, &ret);
	if (!raw)
		return ret;
	*c = (struct canvas){
		.width = info->width, .height = info->height,
		.px = calloc((size_t)info->width * info->height, sizeof(*c->px)),
	};
	if (c->px)
		unpack(info, format, raw, c);
	else
		ret = -ENOMEM;
	free(raw);
	return ret;
}

static bool same(const struct canvas *a, const struct canvas *b)
{
	return a->width == b->width && a->height == b->height &&
	       !memcmp(a->px, b->px,
		       (size_t)a->width * a->height * sizeof(*a->px));
}

/* Writes it if it is new. Takes the canvas. */
static int keep(struct watcher *w, int plane, struct canvas *c)
{
	char name[40];
	int ret;

	if (same(c, &w->last[plane])) {
		free(c->px);
		return 0;
	}
	free(w->last[plane].px);
	w->last[plane] = *c;
	snprintf(name, sizeof(name), "%s-%u.png", plane_names[plane],
		 ++w->pictures[plane]);
	ret = image_write(c, w->dir, name);
	if (ret)
		return complain(name, ret);
	printf("; %s", name);
	return 0;
}

/* ---- the screen that all planes make up ---- */

/* Draw it, and write it if it is another one than the last. */
static int look_at_screen(struct watcher *w)
{
	struct canvas screen;
	char name[40];
	__u64 hash;
	int ret = composite_take(w->v, &screen);

	/* If the guest is just changing it, there is another event. */
	if (ret < 0)
		return ret == -ENOMEM ? ret : 0;
	hash = composite_hash(&screen);
	if (w->num_screens &&
	    hash == w->screens[(w->num_screens - 1) % GUEST_SCREENS]) {
		free(screen.px);
		return 0;
	}
	w->screens[w->num_screens++ % GUEST_SCREENS] = hash;
	snprintf(name, sizeof(name), "screen-%u.png", w->num_screens);
	printf("%8.3f screen: %ux%u of %d planes; %s\n", time_s() - w->start,
	       screen.width, screen.height, ret, name);
	ret = image_write(&screen, w->dir, name);
	free(screen.px);
	return ret ? complain(name, ret) : 0;
}

static bool is_among(__u64 hash, const __u64 *screens, unsigned int count)
{
	while (count && screens[count - 1] != hash)
		count--;
	return count;
}

/* Whether what was drawn is what the guest has shown, each of its screens */
static bool same_screens(const struct watcher *w, const struct guest *g)
{
	unsigned int i, found = 0, others = 0;
	const unsigned int drawn =
		w->num_screens < GUEST_SCREENS ? w->num_screens : GUEST_SCREENS;

	for (i = 0; i < g->num_screens; i++)
		found += is_among(g->screens[i], w->screens, drawn);
	for (i = 0; i < drawn; i++)
		others += !is_among(w->screens[i], g->screens, g->num_screens);
	printf("watch: %u of the %u screens of the guest drawn, and %u others\n",
	       found, g->num_screens, others);
	return g->num_screens && found == g->num_screens && !others;
}

/* ---- what to do when an event comes ---- */

static int look(struct watcher *w, int plane)
{
	union query_answer answer;
	int ret = query(w, plane, &answer);
	struct vfio_device_gfx_plane_info info = answer.info;
	struct canvas c;

	printf("%8.3f %s: ", time_s() - w->start, plane_names[plane]);
	if (ret || !info.size) {
		printf("%s\n", ret ? strerror(-ret) : "off");
		return 0;
	}
	printf("%ux%u%+d%+d %.4s, modifier 0x%llx, id %u", info.width,
	       info.height, (int)info.x_pos, (int)info.y_pos,
	       (char *)&info.drm_format,
	       (unsigned long long)info.drm_format_mod, info.dmabuf_id);
	print_flips(&answer);
	print_damage(w, plane, &answer);
	ret = take(w, &info, &c);
	if (!ret)
		ret = keep(w, plane, &c);
	else	/* it may have gone since; then there is another event */
		printf("; %s", strerror(-ret));
	printf("\n");
	return ret == -ENOSPC ? ret : 0;
}

static int watch(struct watcher *w, double quiet)
{
	__u64 count;
	int plane, ret = 0;

	while (!ret) {
		ret = poll(w->events, PLANES, quiet * 1000);
		if (ret <= 0)
			return ret ? complain("poll", -errno) : 0;
		w->wakeups++;
		ret = 0;
		for (plane = 0; !ret && plane < PLANES; plane++) {
			/* Read, then ask: what comes meanwhile is kept. */
			if (read(w->events[plane].fd, &count, 8) != 8)
				continue;
			/* One line, which the guest does not write into. */
			flockfile(stdout);
			ret = look(w, plane);
			funlockfile(stdout);
		}
		if (!ret && w->composite)
			ret = look_at_screen(w);
	}
	return ret;
}

static int run(struct watcher *w, double quiet)
{
	int plane, ret;

	for (plane = 0; plane < PLANES; plane++)
		w->events[plane].fd = -1;
	if (mkdir(w->dir, 0777) && errno != EEXIST)
		return complain(w->dir, -errno);
	w->start = time_s();
	probe_caps(w);
	flockfile(stdout);	/* the guest is already at work */
	ret = arm(w);
	funlockfile(stdout);
	if (!ret)
		ret = watch(w, quiet);
	disarm(w);
	for (plane = 0; plane < PLANES; plane++)
		free(w->last[plane].px);
	printf("watch: %u wake-ups, %u queries, %u dma-bufs fetched, %u pictures\n",
	       w->wakeups, w->queries, w->exports,
	       w->pictures[0] + w->pictures[1] + w->pictures[2]);
	printf("watch: %.1f s, the last %.1f of them asleep\n",
	       time_s() - w->start, quiet);
	return ret;
}

static int misused(void)
{
	fprintf(stderr,
		"usage: VGPU_UUID=<UUID of an mdev> gvt-watch [-q SECONDS] [-c] [-s] [DIRECTORY]\n"
		"       gvt-watch -d FD [-q SECONDS] [-c] [-s] [DIRECTORY]\n");
	return 2;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "composite", no_argument, NULL, 'c' },
		{ },
	};
	struct guest guest = {};
	struct vgpu of_vmm = { .device = -1 };
	struct watcher w = { .dir = "out", .v = &of_vmm };
	double quiet = 0;
	bool stages = false;
	int option, ret;

	while ((option = getopt_long(argc, argv, "cd:q:s", options, NULL)) != -1) {
		if (option == 'd')
			of_vmm.device = atoi(optarg);
		else if (option == 'c')
			w.composite = true;
		else if (option == 's')
			stages = true;
		else if (option == 'q')
			quiet = atof(optarg) > 0 ? atof(optarg) : -1;
		else
			return misused();
	}
	if (optind < argc)
		w.dir = argv[optind++];
	if (optind < argc || quiet < 0)
		return misused();
	if (!quiet)
		quiet = w.composite ? LONG_QUIET : QUIET;

	setlinebuf(stdout);
	guest.composite = w.composite;
	if (of_vmm.device < 0) {
		if (guest_start(&guest, getenv("VGPU_UUID")))
			return 1;
		w.v = &guest.v;
	}
	ret = stages ? stages_begin() : 0;
	if (ret)
		complain("the tracepoints of a frame's stages", ret);
	else
		ret = run(&w, quiet);
	if (stages && !ret)
		stages_print(w.v == &guest.v ? vgpu_number(w.v) : -1);
	if (w.v == &guest.v)
		guest_end(&guest);
	if (!ret && w.composite && w.v == &guest.v)
		ret = !same_screens(&w, &guest);
	return ret ? 1 : 0;
}
