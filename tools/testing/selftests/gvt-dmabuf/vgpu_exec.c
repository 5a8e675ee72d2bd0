// SPDX-License-Identifier: GPL-2.0
/*
 * A guest driver for vgpu.h that can do one thing: run a few commands on the
 * ring of an engine. GVT-g checks and shadows them like those of any guest.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "vgpu.h"

/*
 * Registers of an engine: Skylake PRM, Volume 2c; submission and the
 * descriptor: Broadwell PRM, Volume 7, "Execlists".
 */
#define HWS_PGA			0x080u
#define ELSP			0x230u
#define EXECLIST_STATUS		0x234u
#define  EXECLIST_ACTIVE	(3u << 17)	/* one bit a slot */
#define GFX_MODE		0x29cu
#define  GFX_MODE_EXECLISTS	0x8000u

#define DESC_VALID		0x001u
#define DESC_48_BIT		0x018u
#define DESC_PRIVILEGED		0x100u
#define CONTEXT_ID		1u

/* Dwords of the second page of a context image */
#define STATE_CONTROL		3
#define  CONTROL_INHIBIT	0x00090009u	/* restore, and syn switch */
#define STATE_HEAD		5
#define STATE_TAIL		7
#define STATE_START		9
#define STATE_CTL		11
#define  CTL_ONE_PAGE		1u

enum { PAGE_STATUS, PAGE_RING, PAGE_IMAGE, PAGE_STATE, PAGES };

/* The largest image, which is that of gen9: Skylake PRM, Volume 7 */
#define RENDER_IMAGE_PAGES	22

int vgpu_ring_init_on(struct vgpu *v, struct vgpu_ring *r, uint32_t engine)
{
	const size_t size = VGPU_PAGE * (engine == VGPU_RENDER ?
					 PAGE_IMAGE + RENDER_IMAGE_PAGES :
					 PAGES);
	uint64_t gma, gpa;
	uint8_t *ram;
	int ret;

	ret = vgpu_alloc_ram(v, size, &gpa);
	if (!ret)
		ret = vgpu_alloc_gma(v, size, &gma);
	if (!ret)
		ret = vgpu_ggtt_map(v, gma, gpa, size);
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
	/* No page tables: nothing that only the ring asks for needs them. */
	r->state[STATE_START] = gma + PAGE_RING * VGPU_PAGE;
	r->state[STATE_CTL] = CTL_ONE_PAGE;

	ret = vgpu_write32(v, engine + HWS_PGA, gma + PAGE_STATUS * VGPU_PAGE);
	if (ret)
		return ret;
	return vgpu_write32(v, engine + GFX_MODE,
			    GFX_MODE_EXECLISTS << 16 | GFX_MODE_EXECLISTS);
}

int vgpu_ring_init(struct vgpu *v, struct vgpu_ring *r)
{
	return vgpu_ring_init_on(v, r, VGPU_BLITTER);
}

/* The image says that the ring is empty, then the engine that it is idle. */
static bool done(struct vgpu *v, const struct vgpu_ring *r)
{
	uint32_t head = __atomic_load_n(&r->state[STATE_HEAD],
					__ATOMIC_ACQUIRE);
	uint32_t status;

	return (head & (VGPU_PAGE - 1)) == r->tail &&
	       !vgpu_read32(v, r->engine + EXECLIST_STATUS, &status) &&
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
	/* The engine's own state is what it happens to be. */
	r->state[STATE_CONTROL] = CONTROL_INHIBIT;
	return 0;
}

int vgpu_ring_start(struct vgpu *v, const struct vgpu_ring *first,
		    const struct vgpu_ring *second)
{
	const uint32_t flags = DESC_PRIVILEGED | DESC_48_BIT | DESC_VALID;
	/* Two descriptors, the high dword first, the first context last */
	const uint32_t elsp[4] = {
		second == first ? CONTEXT_ID : CONTEXT_ID + 1,
		second ? second->image | flags : 0,
		CONTEXT_ID, first->image | flags,
	};
	int ret = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(elsp) && !ret; i++)
		ret = vgpu_write32(v, first->engine + ELSP, elsp[i]);
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
