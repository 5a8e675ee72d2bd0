/* SPDX-License-Identifier: GPL-2.0 */
/* A client of the display event in its own thread, checked against a model */
#ifndef GVT_DMABUF_MODEL_CLIENT_H
#define GVT_DMABUF_MODEL_CLIENT_H

#include <poll.h>

#include "event_model.h"
#include "event_util.h"
#include "time_util.h"

/* A step of the client: @op for @count planes from @first on */
struct command {
	enum op op;
	uint32_t step, first, count;
};

/*
 * @planes: what the client may expect
 * @before: the answers at the last check
 * @fd: eventfd of each plane, which it is armed with, or was at last
 * @replaced: another one, which gets no signals
 * @since: time of the last check, in ns
 * @signals: number of signals
 * @checked: comparisons of a plane that may signal
 * @changed: those that differ from the one before
 * @broken: the rule that was broken first, with plane and step
 */
struct client {
	struct vgpu *v;
	const struct vgpu_event *e;
	int commands, replies;		/* pipes */
	struct model planes[EVENT_PLANES];
	struct answer before[EVENT_PLANES];
	int32_t fd[EVENT_PLANES], replaced[EVENT_PLANES];
	int64_t since;
	uint32_t step, signals, checked, changed;
	const char *broken;
	int broken_plane;
	uint32_t broken_step;
};

static inline void fails(struct client *c, int plane, const char *rule)
{
	if (__atomic_load_n(&c->broken, __ATOMIC_ACQUIRE))
		return;
	c->broken_plane = plane;
	c->broken_step = c->step;
	__atomic_store_n(&c->broken, rule, __ATOMIC_RELEASE);
}

static inline void query(struct client *c, int plane, struct answer *a)
{
	memset(a, 0, sizeof(*a));
	a->err = vgpu_query(c->v, plane, &a->info);
}

/* Read the eventfd, and query if it was signalled. */
static inline uint64_t read_signals(struct client *c, int plane)
{
	struct model *m = &c->planes[plane];
	uint64_t count = signals(c->fd[plane]);

	if (!count)
		return 0;
	if (!model_may_signal(m))
		fails(c, plane, "signalled while disarmed or masked");
	m->signals += count;
	c->signals += count;
	query(c, plane, &m->known);
	return count;
}

static inline int set_irqs(struct client *c, const struct command *cmd)
{
	const int32_t none[EVENT_PLANES] = { -1, -1, -1 };
	uint32_t count = cmd->count, action = VFIO_IRQ_SET_ACTION_TRIGGER;
	const int32_t *fds = NULL;

	if (cmd->op == ARM)
		fds = &c->fd[cmd->first];
	else if (cmd->op == REPLACE)
		fds = &c->replaced[cmd->first];
	else if (cmd->op == DISARM && count < EVENT_PLANES)
		fds = none;
	else if (cmd->op == DISARM)
		count = 0;	/* another way to disarm all planes */
	else if (cmd->op == MASK)
		action = VFIO_IRQ_SET_ACTION_MASK;
	else if (cmd->op == UNMASK)
		action = VFIO_IRQ_SET_ACTION_UNMASK;
	return vgpu_event_set(c->v, c->e, action | (fds ?
			      VFIO_IRQ_SET_DATA_EVENTFD : VFIO_IRQ_SET_DATA_NONE),
			      cmd->first, count, fds,
			      fds ? count * sizeof(*fds) : 0);
}

static inline void client_step(struct client *c, const struct command *cmd)
{
	const bool silences = cmd->op == DISARM || cmd->op == MASK ||
			      cmd->op == REPLACE;
	const int end = cmd->first + cmd->count;
	int32_t fd;
	int i;

	for (i = cmd->first; i < end; i++)
		read_signals(c, i);
	if (set_irqs(c, cmd))
		fails(c, cmd->first, "VFIO_DEVICE_SET_IRQS failed");
	for (i = cmd->first; i < end; i++) {
		/* What came before the ioctl. From now on there is silence. */
		if (silences)
			read_signals(c, i);
		if (cmd->op == REPLACE) {
			fd = c->fd[i];
			c->fd[i] = c->replaced[i];
			c->replaced[i] = fd;
		}
		if (!model_step(&c->planes[i], cmd->op))
			continue;
		c->planes[i].own++;
		if (!read_signals(c, i))
			fails(c, i, "not signalled immediately");
	}
}

static inline void client_check(struct client *c)
{
	int64_t now = time_ns();
	struct answer a;
	struct model *m;
	int i;

	for (i = 0; i < EVENT_PLANES; i++) {
		m = &c->planes[i];
		read_signals(c, i);
		if (signals(c->replaced[i]))
			fails(c, i, "signalled to an eventfd that is replaced");
		if (model_is_too_often(m, now - c->since))
			fails(c, i, "signalled more often than refreshed");
		m->signals = 0;
		m->own = 0;
		query(c, i, &a);
		if (model_missed(m, &a))
			fails(c, i, "a change was missed");
		c->checked += model_may_signal(m);
		c->changed += model_may_signal(m) &&
			      memcmp(&a, &c->before[i], sizeof(a));
		c->before[i] = a;
	}
	c->since = now;
}

/* Sleep until a plane is signalled, or a step is to be made. */
static inline void *client_thread(void *arg)
{
	struct client *c = arg;
	struct pollfd p[EVENT_PLANES + 1];
	struct command cmd;
	int i;

	for (;;) {
		for (i = 0; i <= EVENT_PLANES; i++) {
			p[i].fd = i < EVENT_PLANES ? c->fd[i] : c->commands;
			p[i].events = POLLIN;
		}
		if (poll(p, ARRAY_SIZE(p), -1) < 0)
			return NULL;
		for (i = 0; i < EVENT_PLANES; i++)
			if (p[i].revents)
				read_signals(c, i);
		if (!p[EVENT_PLANES].revents)
			continue;
		if (read(c->commands, &cmd, sizeof(cmd)) != sizeof(cmd))
			return NULL;
		c->step = cmd.step;
		if (cmd.op != CHECK) {
			client_step(c, &cmd);
			continue;
		}
		client_check(c);
		if (write(c->replies, "", 1) != 1)
			return NULL;
	}
}

#endif /* GVT_DMABUF_MODEL_CLIENT_H */
