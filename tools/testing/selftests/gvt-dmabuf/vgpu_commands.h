/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Commands of rings and batch buffers: Broadwell and Skylake PRM, Volume 2a. If
 * a command has several lengths, comment or name give the encoded one.
 */
#ifndef GVT_DMABUF_VGPU_COMMANDS_H
#define GVT_DMABUF_VGPU_COMMANDS_H

#define MI_NOOP			0u
#define MI_BATCH_BUFFER_END	(0x0au << 23)
#define MI_DISPLAY_FLIP		(0x14u << 23 | 1u)
#define  BDW_FLIP_PLANE(code)	((code) << 19)
#define  SKL_FLIP_PLANE(code)	((code) << 8)
#define MI_MATH			(0x1au << 23)
#define MI_SEMAPHORE_WAIT	(0x1cu << 23 | 2u)
#define  SEMAPHORE_POLL		0x8000u
#define  SEMAPHORE_EQUAL	0x4000u
#define MI_STORE_DATA_IMM	(0x20u << 23 | 2u)	/* a dword */
#define  GLOBAL_GTT		0x00400000u		/* of all stores */
#define MI_STORE_TO_GGTT	(MI_STORE_DATA_IMM | GLOBAL_GTT)
#define MI_LOAD_REGISTER_IMM(n)	(0x22u << 23 | (2u * (n) - 1))
#define MI_STORE_REGISTER_MEM	(0x24u << 23 | 2u)
#define MI_FLUSH_DW		(0x26u << 23 | 1u << 14)	/* a quadword */
#define  FLUSH_TO_GGTT		4u			/* in its address */
#define MI_BATCH_BUFFER_START	(0x31u << 23 | 1u)	/* in the GGTT */
#define  BATCH_IN_PPGTT		0x100u
#define MI_NO_SUCH_COMMAND	(0x3fu << 23)
#define PIPE_CONTROL		0x7a000004u		/* of six dwords */

/* @command with the length field for @n dwords */
#define OF_DWORDS(command, n)	(((command) & ~0xffu) | ((n) - 2))

#endif /* GVT_DMABUF_VGPU_COMMANDS_H */
