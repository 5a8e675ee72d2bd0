/*
 * Intel IGD: registers that every engine has
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef HW_DISPLAY_IGD_RING_H
#define HW_DISPLAY_IGD_RING_H

/* Relative to the base of the engine */
#define RING_EXCC               0x028
#define RING_TAIL               0x030
#define RING_HEAD               0x034
#define RING_START              0x038
#define RING_CTL                0x03c
#define   RING_CTL_VALID            (1u << 0)
#define   RING_CTL_WAIT_SEMAPHORE   (1u << 10)
#define   RING_CTL_PAGES            0x001ff000
#define RING_ACTHD_UDW          0x05c
#define RING_IPEHR              0x068
#define RING_ACTHD              0x074
#define RING_HWS_PGA            0x080
#define RING_MI_MODE            0x09c
#define   MI_MODE_STOP              (1u << 8)
#define RING_IMR                0x0a8
#define RING_EIR                0x0b0
#define RING_EMR                0x0b4
#define RING_ESR                0x0b8
#define   RING_ERROR_INSTRUCTION    (1u << 0)
#define RING_INSTPM             0x0c0
#define RING_PWR_CLK_STATE      0x0c8
#define RING_BB_STATE           0x110
#define   BB_STATE_PPGTT            (1u << 5)
#define RING_SBB_ADDR           0x114
#define RING_SBB_STATE          0x118
#define RING_SBB_ADDR_UDW       0x11c
#define RING_BB_ADDR            0x140
#define   BB_ADDR_VALID             (1u << 0)
#define RING_BB_ADDR_UDW        0x168
#define RING_BB_PER_CTX_PTR     0x1c0
#define   PER_CTX_VALID             (1u << 0)
#define RING_INDIRECT_CTX       0x1c4
#define   INDIRECT_CTX_LINES        0x3f    /* of 64 bytes */
#define BCS_SWCTRL              0x200
#define   BCS_SWCTRL_SRC_Y          (1u << 0)
#define   BCS_SWCTRL_DST_Y          (1u << 1)
#define BCS_BLIT_CCTL           0x204
#define RING_EXECLIST_STATUS    0x234
#define RING_EXECLIST_STATUS_HI 0x238
#define RING_CONTEXT_CONTROL    0x244
#define   CTX_RESTORE_INHIBIT       (1u << 0)
#define   CTX_SAVE_INHIBIT          (1u << 2)
#define   CTX_INHIBIT_SYN_SWITCH    (1u << 3)
#define RING_PDP(n)             (0x270 + 8 * (n))
#define RING_TIMESTAMP          0x358
#define RING_TIMESTAMP_UDW      0x35c
#define RING_CONTEXT_STATUS(n)  (0x370 + 8 * (n))
#define RING_CONTEXT_STATUS_PTR 0x3a0
#define RING_CTX_TIMESTAMP      0x3a8
#define RING_GPR(n)             (0x600 + 8 * (n))

#endif /* HW_DISPLAY_IGD_RING_H */
