// SPDX-License-Identifier: GPL-2.0
/*
 * dbus-shot QMP-SOCKET DIRECTORY SECONDS [CARD VRAM]: a client of QEMU's D-Bus
 * display that a guest tells what to see (hand.h, on standard input and
 * output). See vnc-shot.c for the pictures and the exit status.
 *
 * QEMU hands the vGPU's dma-buf on to it. What it compares are the pixels that
 * it reads from its own mapping of that, laid out as the modifier says. It reads
 * what QEMU says has changed, not more, and nothing of a dma-buf before QEMU says
 * so. A rectangle that is empty or leaves the dma-buf is a picture missed. With
 * CARD, the node of another graphics card, it imports the dma-buf there, has that
 * card display it, and compares what VRAM, the card's video memory, then holds.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <drm_fourcc.h>

#include <gio/gio.h>
#include <gio/gunixfdlist.h>
#include <glib-unix.h>

#include "dbus-display1.h"	/* from QEMU's description of its interface */
#include "kms.h"
#include "time_util.h"
#include "vgpu_core.h"
#include "vgpu_tile.h"
#include "viewer.h"

#define ROOT		"/org/qemu/Display1"
#define DISPLAY		"org.qemu.Display1"
#define ADD_CLIENT	"{'protocol': '@dbus-display', 'fdname': 'dbus'}"
#define CPP		4	/* bytes of a pixel */

/* The dma-buf that QEMU shows */
struct scanout {
	int fd;
	guint32 width, height, stride, fourcc;
	guint64 modifier;
	size_t size;
	void *map;
	bool told;		/* that pixels have changed, at least once */
};

struct dbus_viewer {
	struct viewer v;
	GDBusConnection *display, *listener;
	struct scanout scanout;
	bool input;		/* standard input can be read */

	bool has_card;
	struct kms card;
	struct kms_buffer shown;	/* the dma-buf, on that card */
	const __u32 *vram;
	const char *vram_path;
};

/* ---- the dma-buf ---- */

static void drop_scanout(struct dbus_viewer *s)
{
	kms_buffer_free(&s->card, &s->shown);
	if (s->scanout.map)
		munmap(s->scanout.map, s->scanout.size);
	if (s->scanout.fd >= 0)
		close(s->scanout.fd);
	s->scanout = (struct scanout){ .fd = -1 };
}

static int map_scanout(struct scanout *o)
{
	o->map = mmap(NULL, o->size, PROT_READ, MAP_SHARED, o->fd, 0);
	if (o->map != MAP_FAILED)
		return 0;
	o->map = NULL;
	return -errno;
}

/* Have the other card display it. */
static int show_on_card(struct dbus_viewer *s)
{
	const struct scanout *o = &s->scanout;
	int ret, fd;

	ret = kms_use_mode(&s->card, o->width, o->height);
	if (!ret)
		ret = kms_buffer_import(&s->card, &s->shown, o->fd, o->width,
					o->height, o->stride / 4);
	if (!ret)
		ret = kms_set_mode(&s->card, &s->shown);
	if (ret || s->vram)
		return ret;
	fd = open(s->vram_path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	s->vram = mmap(NULL, o->size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (s->vram != MAP_FAILED)
		return 0;
	s->vram = NULL;
	return -errno;
}

static bool resize(struct canvas *c, int width, int height)
{
	if (c->width != width || c->height != height) {
		free(c->px);
		c->px = calloc((size_t)width * height, sizeof(*c->px));
		c->width = c->px ? width : 0;
		c->height = c->px ? height : 0;
	}
	return c->px;
}

/* Read a part of the dma-buf, or of the card that displays it. */
static void read_pixels(struct dbus_viewer *s, const __u32 *px,
			const struct box *part)
{
	const struct scanout *o = &s->scanout;
	int x, y;

	if (!px || !resize(&s->v.picture, o->width, o->height))
		return;
	for (y = part->y; y < part->y + part->h; y++)
		for (x = part->x; x < part->x + part->w; x++)
			s->v.picture.px[y * o->width + x] =
				px[vgpu_byte_offset(o->modifier, CPP, o->stride,
						    x * CPP, y) / CPP];
}

static void new_scanout(struct dbus_viewer *s, const struct scanout *o)
{
	int ret;

	drop_scanout(s);
	resize(&s->v.picture, 0, 0);
	s->scanout = *o;
	/* A layout that is not known is read as if it was linear. */
	if (!vgpu_tile_width(o->modifier, CPP))
		s->scanout.modifier = DRM_FORMAT_MOD_LINEAR;
	s->scanout.size = o->stride *
		vgpu_align(o->height,
			   vgpu_tile_height(s->scanout.modifier, CPP));
	ret = s->has_card ? show_on_card(s) : map_scanout(&s->scanout);
	fprintf(stderr, "viewer: got a dma-buf of %u x %u, stride %u, %.4s, modifier %#llx: %s\n",
		o->width, o->height, o->stride, (const char *)&o->fourcc,
		(unsigned long long)o->modifier, ret ? strerror(-ret) : "ok");
}

static int look(struct viewer *v)
{
	struct dbus_viewer *s = (struct dbus_viewer *)v;
	const struct scanout *o = &s->scanout;

	if (!s->has_card)
		return v->picture.width ? 0 : -ENODEV;
	if (!s->vram || !s->shown.fb)
		return -ENODEV;
	if (kms_update(&s->card, &s->shown))
		return -EIO;
	read_pixels(s, s->vram, &(struct box){ .w = o->width, .h = o->height });
	return v->picture.width ? 0 : -ENOMEM;
}

/* ---- what QEMU says ---- */

static void on_scanout(struct dbus_viewer *s, GVariant *arg,
		       GDBusMethodInvocation *call)
{
	GDBusMessage *message = g_dbus_method_invocation_get_message(call);
	GUnixFDList *fds = g_dbus_message_get_unix_fd_list(message);
	struct scanout o = { .fd = -1 };
	gboolean bottom_up;
	gint32 handle;

	g_variant_get(arg, "(huuuutb)", &handle, &o.width, &o.height,
		      &o.stride, &o.fourcc, &o.modifier, &bottom_up);
	if (fds)
		o.fd = g_unix_fd_list_get(fds, handle, NULL);
	if (o.fd < 0)
		fprintf(stderr, "viewer: a dma-buf came without a file\n");
	else
		new_scanout(s, &o);
}

static void on_update(struct dbus_viewer *s, GVariant *arg)
{
	struct scanout *o = &s->scanout;
	struct box part;

	g_variant_get(arg, "(iiii)", &part.x, &part.y, &part.w, &part.h);
	/* Before the first dma-buf QEMU has a text of its own, which it keeps. */
	if (o->fd < 0)
		return;
	if (part.x < 0 || part.y < 0 || part.w <= 0 || part.h <= 0 ||
	    (gint64)part.x + part.w > o->width ||
	    (gint64)part.y + part.h > o->height) {
		fprintf(stderr, "viewer: missed pixels: %d x %d at %d, %d of %u x %u\n",
			part.w, part.h, part.x, part.y, o->width, o->height);
		s->v.missed++;
		return;
	}
	if (s->v.by_parts && o->told && part.w == (int)o->width &&
	    part.h == (int)o->height) {
		s->v.unread++;
		return;
	}
	o->told = true;
	viewer_counts(&s->v, (unsigned long)part.w * part.h * CPP);
	if (!s->has_card)
		read_pixels(s, o->map, &part);
}

static void on_cursor(struct pointer *p, GVariant *arg)
{
	gint32 width, height;
	gsize n;
	GVariant *data;
	const __u32 *px;

	g_variant_get(arg, "(iiii@ay)", &width, &height, &p->hot_x, &p->hot_y,
		      &data);
	px = g_variant_get_fixed_array(data, &n, 1);
	if (n == 4ul * width * height && resize(&p->image, width, height)) {
		memcpy(p->image.px, px, n);
		p->at.w = width;
		p->at.h = height;
	}
	g_variant_unref(data);
}

static void on_mouse(struct pointer *p, GVariant *arg)
{
	gint32 on;

	g_variant_get(arg, "(iii)", &p->at.x, &p->at.y, &on);
	p->at.w = on ? p->image.width : 0;
	p->at.h = on ? p->image.height : 0;
}

/*
 * It is not obeyed: Debian's QEMU says so whenever a dma-buf leaves its cache, be
 * it on display or not.
 */
static void on_disable(void)
{
	fprintf(stderr, "viewer: told to show nothing\n");
}

static void on_call(GDBusConnection *bus, const char *sender, const char *path,
		    const char *interface, const char *method, GVariant *arg,
		    GDBusMethodInvocation *call, gpointer data)
{
	struct dbus_viewer *s = data;

	if (!strcmp(method, "ScanoutDMABUF"))
		on_scanout(s, arg, call);
	else if (!strcmp(method, "UpdateDMABUF"))
		on_update(s, arg);
	else if (!strcmp(method, "CursorDefine"))
		on_cursor(&s->v.pointer, arg);
	else if (!strcmp(method, "MouseSet"))
		on_mouse(&s->v.pointer, arg);
	else if (!strcmp(method, "Disable"))
		on_disable();
	if (s->scanout.told)
		viewer_updated(&s->v);
	/* Until now QEMU has kept the picture as it is. */
	g_dbus_method_invocation_return_value(call, NULL);
}

/* ---- waiting ---- */

static gboolean on_input(int fd, GIOCondition condition, gpointer data)
{
	struct dbus_viewer *s = data;

	s->input = true;
	return G_SOURCE_REMOVE;
}

static gboolean on_time(gpointer data)
{
	bool *over = data;

	*over = true;
	return G_SOURCE_CONTINUE;
}

static int wait_for(struct viewer *v, int fd, double seconds)
{
	struct dbus_viewer *s = (struct dbus_viewer *)v;
	unsigned int before = v->updates;
	bool over = false, gone;
	guint timer = g_timeout_add(seconds * 1000, on_time, &over);
	guint input = 0;

	s->input = false;
	if (fd >= 0)
		input = g_unix_fd_add(fd, G_IO_IN | G_IO_HUP, on_input, s);
	do {
		g_main_context_iteration(NULL, TRUE);
		gone = g_dbus_connection_is_closed(s->listener);
	} while (!over && !gone && !s->input &&
		 (fd >= 0 || v->updates == before));
	g_source_remove(timer);
	if (input && !s->input)
		g_source_remove(input);
	if (gone) {
		fprintf(stderr, "viewer: QEMU has gone\n");
		return -EPIPE;
	}
	return s->input;
}

/* ---- connecting ---- */

/* One command of QEMU's monitor, with a file beside it if @fd is one */
static int command(int qmp, const char *text, int fd)
{
	struct iovec iov = { .iov_base = (void *)text, .iov_len = strlen(text) };
	union {
		char space[CMSG_SPACE(sizeof(int))];
		struct cmsghdr header;
	} control = {
		.header = {
			.cmsg_level = SOL_SOCKET,
			.cmsg_type = SCM_RIGHTS,
			.cmsg_len = CMSG_LEN(sizeof(int)),
		},
	};
	struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1 };
	char answer[1024];
	size_t n = 0;

	if (fd >= 0) {
		memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
		message.msg_control = &control;
		message.msg_controllen = sizeof(control);
	}
	if (sendmsg(qmp, &message, MSG_NOSIGNAL) != (ssize_t)iov.iov_len)
		return -EPIPE;
	/* Each line is an event, except for one, the answer. */
	while (n < sizeof(answer) - 1 && read(qmp, answer + n, 1) == 1) {
		if (answer[n++] != '\n')
			continue;
		answer[n] = 0;
		n = 0;
		if (!strncmp(answer, "{\"return\"", 9))
			return 0;
		if (!strncmp(answer, "{\"error\"", 8)) {
			fprintf(stderr, "viewer: QEMU: %s", answer);
			return -EIO;
		}
	}
	return -EPIPE;
}

/* The monitor comes up while we wait. */
static int connect_monitor(const char *path, double bound)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	double end = time_s() + bound;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(to.sun_path, sizeof(to.sun_path), "%s", path);
	while (connect(fd, (struct sockaddr *)&to, sizeof(to))) {
		if (time_s() > end) {
			close(fd);
			return -ETIMEDOUT;
		}
		usleep(50000);
	}
	return fd;
}

/* Our end of a pair of sockets */
static GDBusConnection *make_connection(int end, GDBusConnectionFlags flags)
{
	GSocket *socket = g_socket_new_from_fd(end, NULL);
	GSocketConnection *stream =
		g_socket_connection_factory_create_connection(socket);
	GDBusConnection *bus;
	GError *error = NULL;

	flags |= G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT;
	bus = g_dbus_connection_new_sync(G_IO_STREAM(stream), NULL, flags, NULL,
					 NULL, &error);
	g_object_unref(stream);
	g_object_unref(socket);
	if (error)
		fprintf(stderr, "viewer: %s\n", error->message);
	return bus;
}

static int connect_display(struct dbus_viewer *s, const char *path)
{
	int qmp = connect_monitor(path, s->v.bound * VIEWER_PATIENCE);
	int ends[2], ret;

	if (qmp < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return -errno;
	ret = command(qmp, "{'execute': 'qmp_capabilities'}", -1);
	if (!ret)
		ret = command(qmp, "{'execute': 'getfd', 'arguments': {'fdname': 'dbus'}}",
			      ends[1]);
	if (!ret)
		ret = command(qmp, "{'execute': 'add_client', 'arguments': "
			      ADD_CLIENT "}", -1);
	close(ends[1]);
	close(qmp);
	if (ret) {
		close(ends[0]);
		return ret;
	}
	s->display = make_connection(ends[0], 0);
	return s->display ? 0 : -EPIPE;
}

static int listen_to_console(struct dbus_viewer *s)
{
	static const GDBusInterfaceVTable vtable = { .method_call = on_call };
	const GDBusConnectionFlags waiting =
		G_DBUS_CONNECTION_FLAGS_DELAY_MESSAGE_PROCESSING;
	GDBusInterfaceInfo *info =
		(GDBusInterfaceInfo *)&org_qemu_display1_listener_interface;
	GUnixFDList *fds = g_unix_fd_list_new();
	GVariant *listener = g_variant_new("(h)", 0), *answer;
	GError *error = NULL;
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return -errno;
	g_unix_fd_list_append(fds, ends[1], NULL);
	close(ends[1]);
	answer = g_dbus_connection_call_with_unix_fd_list_sync(s->display, NULL,
							       ROOT "/Console_0",
							       DISPLAY ".Console",
							       "RegisterListener",
							       listener, NULL, 0,
							       s->v.bound * 1000,
							       fds, NULL, NULL,
							       &error);
	g_object_unref(fds);
	if (!answer) {
		fprintf(stderr, "viewer: %s\n", error->message);
		close(ends[0]);
		return -EIO;
	}
	g_variant_unref(answer);
	s->listener = make_connection(ends[0], waiting);
	if (!s->listener)
		return -EPIPE;
	g_dbus_connection_register_object(s->listener, ROOT "/Listener", info,
					  &vtable, s, NULL, NULL);
	g_dbus_connection_start_message_processing(s->listener);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct display_ops ops = {
		.wait = wait_for,
		.look = look,
	};
	static struct dbus_viewer s = {
		.v = { .ops = &ops, .told_of_cursor = true },
		.scanout.fd = -1,
	};

	if (argc != 4 && argc != 6) {
		fprintf(stderr, "usage: dbus-shot QMP-SOCKET DIRECTORY SECONDS [CARD VRAM]\n");
		return 2;
	}
	s.v.dir = argv[2];
	s.v.bound = atof(argv[3]);
	if (argc == 6) {
		if (kms_open(&s.card, argv[4]))
			return 1;
		s.has_card = true;
		s.vram_path = argv[5];
	}
	/* A card is asked for what it shows only when that is waited for. */
	s.v.sees_tags = !s.has_card;
	s.v.told_of_parts = !s.has_card;
	if (connect_display(&s, argv[1]) || listen_to_console(&s)) {
		fprintf(stderr, "viewer: no D-Bus display at %s\n", argv[1]);
		return 1;
	}
	return viewer_run(&s.v);
}
