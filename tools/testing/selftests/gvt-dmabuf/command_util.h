/* SPDX-License-Identifier: GPL-2.0 */
/* Helpers for tests of rings and commands that the kernel must refuse */
#ifndef GVT_DMABUF_COMMAND_UTIL_H
#define GVT_DMABUF_COMMAND_UTIL_H

#include "test_util.h"
#include "log_util.h"
#include "vgpu_commands.h"
#include "vgpu_regs.h"

/* A guest physical address without memory */
#define NOWHERE			0x4000000000ull

#define PATTERN			0xc0ffee11u

/**
 * struct exec - a guest that executes stores, to test that its engine works
 * @v: the vGPU
 * @ring: a context of the blitter
 * @gma: GGTT address of @written
 * @written: target of the store
 * @store: the command
 */
struct exec {
	struct vgpu v;
	struct vgpu_ring ring;
	uint64_t gma;
	uint32_t *written;
	uint32_t store[4];
};

/*
 * Allocate @pages of guest memory, mapped by the GGTT and filled with MI_NOOP.
 */
static inline int exec_alloc(struct vgpu *v, size_t pages, uint64_t *gma,
			     uint32_t **commands)
{
	uint64_t gpa;
	int ret = vgpu_alloc_mapped(v, pages * VGPU_PAGE, &gpa, gma);

	if (ret)
		return ret;
	*commands = (uint32_t *)(v->ram + gpa);
	memset(*commands, 0, pages * VGPU_PAGE);
	return 0;
}

static inline int exec_init(struct exec *e)
{
	int ret = exec_alloc(&e->v, 1, &e->gma, &e->written);

	if (ret)
		return ret;
	e->store[0] = MI_STORE_TO_GGTT;
	e->store[1] = e->gma;
	e->store[2] = 0;
	e->store[3] = PATTERN;
	return vgpu_ring_init(&e->v, &e->ring);
}

/* The VMM resets the vGPU, and the guest's driver starts again. */
static inline int exec_reset(struct exec *e)
{
	int ret = vgpu_restart(&e->v);

	return ret ? ret : exec_init(e);
}

static inline bool exec_was_stored(const struct exec *e)
{
	return __atomic_load_n(e->written, __ATOMIC_ACQUIRE) == PATTERN;
}

/* Store the pattern by a ring of either engine: 0, -EIO if that fails. */
static inline int exec_store(struct exec *e, struct vgpu_ring *ring)
{
	int ret;

	*e->written = 0;
	ret = vgpu_ring_submit(&e->v, ring, e->store, ARRAY_SIZE(e->store));
	return ret ? ret : exec_was_stored(e) ? 0 : -EIO;
}

/* Have the ring wait at @gate and store the pattern after it. */
static inline int exec_enter_gate(struct exec *e, struct vgpu_gate *gate)
{
	*e->written = 0;
	vgpu_gate_close(gate);
	return vgpu_gate_enter(&e->v, gate, &e->ring, e->store,
			       ARRAY_SIZE(e->store));
}

static inline int exec_leave_gate(struct exec *e, struct vgpu_gate *gate)
{
	int ret;

	vgpu_gate_open(gate);
	ret = vgpu_ring_wait(&e->v, &e->ring);
	return ret ? ret : exec_was_stored(e) ? 0 : -EIO;
}

#define EXEC_LOAD_DWORDS	6

/* The commands by which a ring of @engine loads the address space of @pml4 */
static inline void exec_load_space(uint32_t *commands, uint32_t engine,
				   uint64_t pml4)
{
	const uint32_t load[EXEC_LOAD_DWORDS] = {
		MI_LOAD_REGISTER_IMM(2), engine + RING_PDP0_UDW, pml4 >> 32,
		engine + RING_PDP0_LDW, pml4, MI_NOOP,
	};

	memcpy(commands, load, sizeof(load));
}

/* Have one cacheline of commands at @gma executed at each context restore. */
static inline void exec_set_indirect(struct vgpu *v, struct vgpu_ring *ring,
				     uint64_t gma)
{
	ring->state[STATE_INDIRECT_CTX] = gma | INDIRECT_ONE_LINE;
	ring->state[STATE_INDIRECT_OFFSET] = v->gen == 8 ?
					     BDW_INDIRECT_OFFSET :
					     SKL_INDIRECT_OFFSET;
}

/*
 * In failsafe mode GDRST keeps the value written instead of clearing it. In
 * normal mode this resets the vGPU's blitter.
 */
static inline bool exec_in_failsafe_mode(struct exec *e)
{
	uint32_t val = 0;

	return !vgpu_write32(&e->v, GDRST, GDRST_BLITTER) &&
	       !vgpu_read32(&e->v, GDRST, &val) && val == GDRST_BLITTER;
}

#endif /* GVT_DMABUF_COMMAND_UTIL_H */
