// SPDX-License-Identifier: GPL-2.0
/* Contexts and rings of a guest */
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "vgpu_memory.h"
#include "vgpu_regs.h"
#include "vgpu_ring.h"
#include "vgpu_vfio.h"

/* Bits of a context descriptor: Broadwell PRM, Volume 7, "Execlists" */
#define DESC_VALID		0x001u
#define DESC_48_BIT		0x018u
#define DESC_PRIVILEGED		0x100u
#define CONTEXT_ID		1u

enum { PAGE_STATUS, PAGE_RING, PAGE_IMAGE, PAGE_STATE, PAGES };

/* The size of gen9's image, which is the larger one: Skylake PRM, Volume 7 */
#define RENDER_IMAGE_PAGES	22

int vgpu_ring_make(struct vgpu *v, struct vgpu_ring *r, uint32_t engine)
{
	const size_t size = VGPU_PAGE * (engine == VGPU_RENDER ?
					 PAGE_IMAGE + RENDER_IMAGE_PAGES :
					 PAGES);
	uint64_t gma, gpa;
	uint8_t *ram;
	int ret;

	ret = vgpu_alloc_mapped(v, size, &gpa, &gma);
	if (ret)
		return ret;

	ram = v->ram + gpa;
	memset(ram, 0, size);
	*r = (struct vgpu_ring) {
		.engine = engine,
		.image = gma + PAGE_IMAGE * VGPU_PAGE,
		.state = (uint32_t *)(ram + PAGE_STATE * VGPU_PAGE),
		.ring = (uint32_t *)(ram + PAGE_RING * VGPU_PAGE),
	};
	/* No page tables: the ring itself is in the GGTT. */
	r->state[STATE_START] = gma + PAGE_RING * VGPU_PAGE;
	r->state[STATE_CTL] = CTL_PAGES(1);

	return vgpu_write32(v, engine + RING_HWS_PGA, gma + PAGE_STATUS * VGPU_PAGE);
}

int vgpu_ring_init_on(struct vgpu *v, struct vgpu_ring *r, uint32_t engine)
{
	int ret = vgpu_ring_make(v, r, engine);

	return ret ? ret : vgpu_write32(v, engine + RING_MODE,
					RING_MODE_EXECLISTS);
}

int vgpu_ring_init(struct vgpu *v, struct vgpu_ring *r)
{
	return vgpu_ring_init_on(v, r, VGPU_BLITTER);
}

/* Is the ring empty, according to the image, and is the engine idle? */
static bool done(struct vgpu *v, const struct vgpu_ring *r)
{
	uint32_t head = __atomic_load_n(&r->state[STATE_HEAD],
					__ATOMIC_ACQUIRE);
	uint32_t status;

	return (head & (VGPU_PAGE - 1)) == r->tail &&
	       !vgpu_read32(v, r->engine + RING_EXECLIST_STATUS, &status) &&
	       !(status & EXECLIST_ACTIVE);
}

int vgpu_ring_emit(struct vgpu_ring *r, const uint32_t *commands, size_t count)
{
	if (count % 2)
		return -EINVAL;
	if (r->tail + count * 4 >= VGPU_PAGE)
		return -ENOSPC;
	memcpy((uint8_t *)r->ring + r->tail, commands, count * 4);
	r->tail += count * 4;
	r->state[STATE_TAIL] = r->tail;
	/* The image has no valid engine state to restore. */
	r->state[STATE_CONTROL] = CONTROL_INHIBIT;
	return 0;
}

int vgpu_ring_start(struct vgpu *v, const struct vgpu_ring *first,
		    const struct vgpu_ring *second)
{
	const uint32_t flags = DESC_PRIVILEGED | DESC_48_BIT | DESC_VALID;
	/* Context descriptors, first context last, high dword first */
	const uint32_t elsp[4] = {
		second == first ? CONTEXT_ID : CONTEXT_ID + 1,
		second ? second->image | flags : 0,
		CONTEXT_ID, first->image | flags,
	};
	int ret = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(elsp) && !ret; i++)
		ret = vgpu_write32(v, first->engine + RING_ELSP, elsp[i]);
	return ret;
}

int vgpu_ring_wait(struct vgpu *v, const struct vgpu_ring *r)
{
	int tries;

	for (tries = 0; tries < 2000; tries++) {
		if (done(v, r))
			return 0;
		usleep(1000);
	}
	return -ETIME;
}

int vgpu_ring_submit(struct vgpu *v, struct vgpu_ring *r,
		     const uint32_t *commands, size_t count)
{
	int ret = vgpu_ring_emit(r, commands, count);

	if (!ret)
		ret = vgpu_ring_start(v, r, NULL);
	return ret ? ret : vgpu_ring_wait(v, r);
}
