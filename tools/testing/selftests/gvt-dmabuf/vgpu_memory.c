// SPDX-License-Identifier: GPL-2.0
/* Guest memory, GGTT entries and PPGTTs */
#include "vgpu_memory.h"
#include "vgpu_regs.h"
#include "vgpu_vfio.h"

/* ---- allocation ---- */

struct vgpu_mark vgpu_mark(const struct vgpu *v)
{
	return (struct vgpu_mark){ v->ram_next, v->gma_next };
}

void vgpu_release(struct vgpu *v, struct vgpu_mark mark)
{
	v->ram_next = mark.ram;
	v->gma_next = mark.gma;
}

int vgpu_alloc_ram(struct vgpu *v, size_t size, uint64_t *gpa)
{
	size = vgpu_align(size, VGPU_PAGE);
	if (size > v->ram_size - v->ram_next)
		return -ENOMEM;
	*gpa = v->ram_next;
	v->ram_next += size;
	return 0;
}

int vgpu_alloc_gma(struct vgpu *v, size_t size, uint64_t *gma)
{
	size = vgpu_align(size, VGPU_PAGE);
	if (size > v->aperture + v->aperture_size - v->gma_next)
		return -ENOSPC;
	*gma = v->gma_next;
	v->gma_next += size;
	return 0;
}

int vgpu_alloc_mapped(struct vgpu *v, size_t size, uint64_t *gpa,
		      uint64_t *gma)
{
	struct vgpu_mark mark = vgpu_mark(v);
	int ret;

	ret = vgpu_alloc_ram(v, size, gpa);
	if (!ret)
		ret = vgpu_alloc_gma(v, size, gma);
	if (!ret)
		ret = vgpu_ggtt_map(v, *gma, *gpa, size);
	if (ret)
		vgpu_release(v, mark);
	return ret;
}

/* ---- GGTT and PPGTTs ---- */

uint32_t vgpu_ggtt_entry(uint64_t gma)
{
	return GGTT + gma / VGPU_PAGE * sizeof(uint64_t);
}

static int write_ptes(struct vgpu *v, uint64_t gma, uint64_t pte,
		      uint64_t step, size_t size)
{
	uint64_t batch[256], left = vgpu_align(size, VGPU_PAGE) / VGPU_PAGE;
	uint32_t at = vgpu_ggtt_entry(gma);
	size_t i, n, bytes;
	int ret;

	for (; left; left -= n, at += bytes) {
		n = left < ARRAY_SIZE(batch) ? left : ARRAY_SIZE(batch);
		bytes = n * sizeof(pte);
		for (i = 0; i < n; i++, pte += step)
			batch[i] = pte;
		ret = vgpu_write(v, at, batch, bytes);
		if (ret)
			return ret;
	}
	return 0;
}

int vgpu_ggtt_map(struct vgpu *v, uint64_t gma, uint64_t gpa, size_t size)
{
	return write_ptes(v, gma, gpa | PTE_PRESENT, VGPU_PAGE, size);
}

int vgpu_ggtt_unmap(struct vgpu *v, uint64_t gma, size_t size)
{
	return write_ptes(v, gma, 0, 0, size);
}

int vgpu_ggtt_read(struct vgpu *v, uint64_t gma, uint64_t *pte)
{
	return vgpu_read(v, vgpu_ggtt_entry(gma), pte, sizeof(*pte));
}

int vgpu_ppgtt_notify(struct vgpu *v, uint64_t pml4, uint32_t notification)
{
	const struct vgpu_reg_write writes[] = {
		{ PVINFO_PDP0_LO, pml4 },
		{ PVINFO_PDP0_HI, pml4 >> 32 },
		{ PVINFO_G2V_NOTIFY, notification },
	};

	return vgpu_write_all(v, 0, writes, ARRAY_SIZE(writes));
}
