/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The display event of one plane as vfio.h defines it, without its timing: when
 * it may signal, when it has to, how often, and what a client knows by it.
 */
#ifndef GVT_DMABUF_EVENT_MODEL_H
#define GVT_DMABUF_EVENT_MODEL_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <linux/vfio.h>

#define MODEL_REFRESH_NS	16000000	/* or longer */

/* Steps of the client, and the comparison */
enum op { ARM, REPLACE, DISARM, MASK, UNMASK, TRIGGER, CHECK };

/* The answer to a query: a description, or a refusal */
struct answer {
	int err;
	struct vfio_device_gfx_plane_info info;
};

/**
 * struct model - one plane, as its client sees it
 * @armed: it has a listener
 * @masked: its signals are held back; independent of @armed
 * @known: the answer to the query after the last signal
 * @signals: number of signals since the last check
 * @own: how many of them are due to steps of the client itself
 */
struct model {
	bool armed, masked;
	struct answer known;
	uint64_t signals, own;
};

/* Any other plane is never signalled. */
static inline bool model_may_signal(const struct model *m)
{
	return m->armed && !m->masked;
}

/* The client makes a step. Return whether it is signalled once, immediately. */
static inline bool model_step(struct model *m, enum op op)
{
	const bool was_masked = m->masked;

	switch (op) {
	case ARM:
	case REPLACE:
		/* Also if it is armed already. A mask stays. */
		m->armed = true;
		return !m->masked;
	case DISARM:
		m->armed = false;
		return false;
	case MASK:
		m->masked = true;
		return false;
	case UNMASK:
		/* It may have changed: nothing was recorded meanwhile. */
		m->masked = false;
		return was_masked && m->armed;
	case TRIGGER:
		return model_may_signal(m);
	default:
		return false;
	}
}

/*
 * Other signals come at most once per refresh. An interval may begin and end
 * with one, and a vblank of the interval before may be handled late.
 */
static inline bool model_is_too_often(const struct model *m, int64_t ns)
{
	return m->signals > m->own + ns / MODEL_REFRESH_NS + 2;
}

/* Nothing waits for a vblank: the last signal came after the last change. */
static inline bool model_missed(const struct model *m, const struct answer *now)
{
	return model_may_signal(m) && memcmp(&m->known, now, sizeof(*now));
}

#endif /* GVT_DMABUF_EVENT_MODEL_H */
