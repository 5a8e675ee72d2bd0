/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Registers of a vGPU, by the names of the Skylake PRM, Volume 2c (Command
 * Reference: Registers), and of the Broadwell PRM, Volume 2c, where they
 * differ. They are taken from the PRM, not from the driver under test.
 *
 * vgpu.h does not include this file, as the names may clash with those of a
 * program.
 */
#ifndef GVT_DMABUF_VGPU_REGS_H
#define GVT_DMABUF_VGPU_REGS_H

/*
 * BAR 0 has registers in its first 2 MiB, and the GGTT in its upper half. For
 * entries of the GGTT and of PPGTTs see the Broadwell PRM, Volume 5.
 */
#define MMIO_SIZE		0x200000u
#define GGTT			0x800000u
#define PTE_PRESENT		1u
#define PTE_WRITABLE		2u	/* of a PPGTT */

/* ---- pipes and planes ---- */

/* Offsets are for pipe A and plane 1. Pipes count from 0, planes from 1. */
#define PIPE_STEP		0x1000u
#define PIPE_REG(reg, pipe)	((reg) + PIPE_STEP * (pipe))
#define PLANE_STEP		0x100u		/* to the sprite on Broadwell */
#define PLANE_REG(reg, plane)	((reg) + PLANE_STEP * ((plane) - 1))

#define TRANS_HTOTAL		0x60000u	/* Pipe Horizontal Total */
#define TRANS_HTOTAL_EDP	0x6f000u
#define TRANS_VTOTAL		0x6000cu
#define TRANS_VBLANK		0x60010u
#define PIPE_SRCSZ		0x6001cu
#define TRANS_LINKM1		0x60040u	/* Data/Link M/N values */
#define TRANS_LINKN1		0x60044u
#define TRANS_DDI_FUNC_CTL	0x60400u
#define TRANS_DDI_FUNC_CTL_EDP	0x6f400u
#define  DDI_FUNC_ENABLE	0x80000000u
#define  DDI_PORT(ctl)		((ctl) >> 28 & 7)
#define  DDI_EDP_INPUT(i)	((i) << 12)
#define SRD_CTL_EDP		0x6f800u
#define PIPE_SCANLINE		0x70000u
#define TRANS_CONF		0x70008u
#define TRANS_CONF_EDP		0x7f008u
#define  TRANS_CONF_ENABLE	0x80000000u
#define  TRANS_CONF_STATE	0x40000000u
#define PIPE_FRMCNT		0x70040u	/* Pipe Frame Counter */

#define CUR_CTL			0x70080u
#define  CUR_MODE_128_ARGB	0x22u
#define  CUR_MODE_256_ARGB	0x23u
#define  CUR_MODE_64_ARGB	0x27u
#define CUR_BASE		0x70084u
#define CUR_POS			0x70088u
#define  CUR_POS_SIGN		0x8000u
#define  CUR_POS_MASK		0x7fffu
#define CUR_FBC_CTL		0x700a0u
#define CUR_SURFLIVE		0x700acu

#define PLANE_CTL		0x70180u	/* BDW: PRI_CTL, SPR_CTL */
#define  PLANE_ENABLE		0x80000000u
#define  SKL_FORMAT(f)		((f) << 24)
#define  SPR_FORMAT(f)		((f) << 25)
#define  BDW_FORMAT(f)		((f) << 26)
#define  PLANE_ORDER_RGBX	0x00100000u
#define  PLANE_ORDER_YUV(o)	((o) << 16)
#define  PLANE_TILING(t)	((t) << 10)
#define  PLANE_ALPHA_PREMULT	(2u << 4)
#define  PLANE_DECOMPRESS	0x8000u		/* SKL */
#define  PLANE_ROTATE_180	2u		/* SKL */
#define  BDW_ROTATE_180		0x8000u
#define PLANE_STRIDE		0x70188u	/* BDW: bytes; SKL: units */
#define PLANE_POS		0x7018cu	/* not of Broadwell's primary */
#define PLANE_SIZE		0x70190u	/* the same */
#define PLANE_KEYMSK		0x70198u
#define PLANE_SURF		0x7019cu
#define PLANE_OFFSET		0x701a4u
#define PLANE_SURFLIVE		0x701acu
#define PLANE_AUX_DIST		0x701c0u	/* SKL: bytes, and stride in units */
#define PLANE_AUX_OFFSET	0x701c4u	/* SKL */

/* Not in the PRM: writing the surface address here flips a plane of pipe A */
#define FLIP_PLANE_1		0x50080u
#define FLIP_PLANE_2		0x50090u

/* Offsets are for scaler 1 of pipe A; Broadwell cannot scale planes */
#define PS_REG(reg, pipe, scaler) \
	((reg) + 0x800u * (pipe) + 0x100u * ((scaler) - 1))
#define PF_CTL			0x68080u	/* BDW */
#define PS_WIN_POS		0x68170u
#define PS_WIN_SZ		0x68174u
#define PS_CTRL			0x68180u
#define  PS_ENABLE		0x80000000u
#define  PS_BINDING(plane)	((plane) << 25)	/* 0: the pipe */

#define FBC_CTL			0x43208u
#define LGC_PALETTE		0x4a000u

/* ---- ports, clocks and the monitor ---- */

#define WRPLL_CTL1		0x46040u	/* BDW */
#define  WRPLL_ENABLE_LCPLL	(11u << 28)	/* with LCPLL as reference */
#define WRPLL_CTL2		0x46060u
#define PORT_CLK_SEL(port)	(0x46100u + 4 * (port))
#define  PORT_CLK_LCPLL_810	(2u << 29)
#define  PORT_CLK_WRPLL1	(4u << 29)
#define DPLL_CTRL1		0x6c058u	/* SKL and later */
#define  DPLL0_OVERRIDE_1620	(3u << 1 | 1u)
#define  DPLL0_MASK		0x3fu
#define DPLL_CTRL2		0x6c05cu
#define  DDI_CLK_OFF(port)	(0x8000u << (port))
#define  DDI_CLK_MASK(port)	(7u << (port) * 3)
#define  DDI_CLK_OVERRIDE(port)	(1u << (port) * 3)	/* and DPLL0 */
#define DDI_BUF_CTL(port)	(0x64000u + 0x100 * (port))
#define DP_TP_CTL_A		0x64040u
#define PP_STATUS		0xc7200u
#define SBLC_PWM_CTL1		0xc8250u
#define SFUSE_STRAP		0xc2014u
#define  SFUSE_STRAP_PORT_D	1u
#define  SFUSE_STRAP_PORT_B	4u
#define  SFUSE_STRAP_PORTS	7u

/*
 * AUX channels: DDI_AUX_CTL, with five dwords of DDI_AUX_DATA after it. The monitor
 * of a vGPU is on port D of Skylake and later, on port B of Broadwell.
 */
#define DP_AUX_CTL_A		0x64010u
#define SKL_DP_AUX_CTL_D	0x64310u
#define BDW_DP_AUX_CTL_B	0xe4110u
#define  DP_AUX_SEND		0x80000000u
#define  DP_AUX_BYTES(n)	((n) << 20)
#define DP_AUX_DATA(ctl, i)	((ctl) + 4 + 4 * (i))
/* First dword of a message. MOT: middle of transaction, more follow. */
#define  DP_AUX_WRITE(address)	(8u << 28 | (address) << 8)
#define  DP_AUX_READ(address)	(9u << 28 | (address) << 8)
#define  DP_AUX_I2C_READ_MOT(address) (5u << 28 | (address) << 8)

/* ---- interrupts ---- */

#define MASTER_IRQ		0x44200u
#define  MASTER_IRQ_ENABLE	0x80000000u
#define  MASTER_IRQ_PCH		0x00800000u
#define DE_PIPE_IMR(pipe)	(0x44404u + 0x10 * (pipe))
#define DE_PIPE_IIR(pipe)	(0x44408u + 0x10 * (pipe))
#define DE_PIPE_IER(pipe)	(0x4440cu + 0x10 * (pipe))
#define  DE_PIPE_VBLANK		1u
#define  BDW_FLIP_DONE		0x10u		/* of the primary */
#define  SKL_FLIP_DONE(plane)	(8u << ((plane) - 1))

/* South display engine: hotplug */
#define SDEISR			0xc4000u
#define SDEIMR			0xc4004u
#define SDEIIR			0xc4008u
#define SDEIER			0xc400cu
#define  SDE_PORTB		0x00200000u
#define  SDE_PORTD		0x00800000u
#define  SDE_PORTS		(7u << 21 | 3u << 24)
#define SHOTPLUG_CTL		0xc4030u
#define  SHOTPLUG_STATUS_B	3u
#define  SHOTPLUG_STATUS_D	(3u << 16)

/* ---- engines ---- */

/* Offsets from an engine's register base (VGPU_RENDER, VGPU_BLITTER) */
#define RING_START		0x038u
#define RING_HWS_PGA		0x080u
#define RING_MI_MODE		0x09cu
#define RING_ELSP		0x230u
#define RING_EXECLIST_STATUS	0x234u
#define  EXECLIST_ACTIVE	(3u << 17)	/* one bit per slot */
#define RING_PDP0_LDW		0x270u
#define RING_PDP0_UDW		0x274u
#define RING_PDP1_LDW		0x278u
#define RING_PDP1_UDW		0x27cu
#define RING_MODE		0x29cu		/* GFX_MODE */
#define  RING_MODE_EXECLISTS	(0x8000u << 16 | 0x8000u)	/* and mask */
#define RING_FORCE_TO_NONPRIV	0x4d0u

#define GDRST			0x941cu		/* Graphics Device Reset Control */
#define  GDRST_FULL		1u
#define  GDRST_RENDER		2u
#define  GDRST_MEDIA		4u
#define  GDRST_BLITTER		8u
#define GFX_MOCS_0		0xc800u
#define FENCE(i)		(0x100000u + 8 * (i))

/*
 * Dwords in the second page of a context image, most of them register values:
 * Broadwell PRM, Volume 7, "Execlists"
 */
#define STATE_CONTROL		3
#define  CONTROL_RESTORE	0x00090008u	/* inhibit sync switch */
#define  CONTROL_INHIBIT	0x00090009u	/* and restore */
#define  CONTROL_INHIBIT_BOTH	0x000d000du	/* and restore and save */
#define STATE_HEAD		5
#define STATE_TAIL		7
#define STATE_START		9
#define STATE_CTL		11
#define  CTL_PAGES(n)		(((n) - 1) << 12 | 1u)
#define STATE_PER_CONTEXT	25
#define  PER_CONTEXT_VALID	1u
#define STATE_INDIRECT_CTX	27
#define  INDIRECT_ONE_LINE	1u
#define STATE_INDIRECT_OFFSET	29
#define  BDW_INDIRECT_OFFSET	(0x0du << 6)
#define  SKL_INDIRECT_OFFSET	(0x26u << 6)
#define STATE_PDP0_UDW		49
#define STATE_PDP0_LDW		51
#define STATE_ENGINE		0x50	/* start of the engine state */

/* ---- not in the PRM ---- */

/* Mailbox of the power controller: i915_reg.h in the kernel */
#define PCODE_MAILBOX		0x138124u
#define  PCODE_RUN		0x80000000u
#define  PCODE_SAGV_CONTROL	0x21u
#define PCODE_DATA		0x138128u
#define  SAGV_DISABLE		0u
#define  SAGV_IS_DISABLED	1u

/* Interface of GVT-g to the guest's driver: i915_pvinfo.h in the kernel */
#define PVINFO_MAGIC		0x78000u
#define  PVINFO_MAGIC_VALUE	0x4776544776544776ull	/* "vGTvGTvG" */
#define PVINFO_VERSION		0x78008u
#define PVINFO_APERTURE		0x78040u
#define PVINFO_APERTURE_SIZE	0x78044u
#define PVINFO_HIDDEN_SIZE	0x7804cu	/* GGTT past the aperture */
#define PVINFO_DISPLAY_READY	0x78804u
#define PVINFO_G2V_NOTIFY	0x78818u
#define  PPGTT_L4_CREATE	4u
#define  PPGTT_L4_DESTROY	5u
#define PVINFO_CURSOR_X_HOT	0x78830u
#define PVINFO_CURSOR_Y_HOT	0x78834u
#define PVINFO_PDP0_LO		0x78838u
#define PVINFO_PDP0_HI		0x7883cu

#endif /* GVT_DMABUF_VGPU_REGS_H */
