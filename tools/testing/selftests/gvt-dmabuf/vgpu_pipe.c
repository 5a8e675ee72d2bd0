// SPDX-License-Identifier: GPL-2.0
/* Pipes of a vGPU: clocks, timing and vblanks */
#include <string.h>
#include <unistd.h>

#include "vgpu_pipe.h"
#include "vgpu_regs.h"
#include "vgpu_vfio.h"

/*
 * Set the port of the virtual monitor to the slowest DisplayPort clock, which
 * is also the one after a reset. Return this clock in kHz as kvmgt computes it,
 * or 0 on Broxton, whose clocks are not changed.
 */
static int set_port_clock(struct vgpu *v)
{
	uint32_t ctl, port;
	int ret;

	ret = vgpu_read32(v, TRANS_DDI_FUNC_CTL, &ctl);
	if (ret)
		return ret;
	port = DDI_PORT(ctl);
	if (v->gen == 8) {
		ret = vgpu_write32(v, PORT_CLK_SEL(port), PORT_CLK_LCPLL_810);
		return ret ? ret : 162000;
	}
	if (!strcmp(v->platform, "bxt"))
		return 0;
	ret = vgpu_update32(v, DPLL_CTRL1, DPLL0_MASK, DPLL0_OVERRIDE_1620);
	if (!ret)
		ret = vgpu_update32(v, DPLL_CTRL2,
				    DDI_CLK_OFF(port) | DDI_CLK_MASK(port),
				    DDI_CLK_OVERRIDE(port));
	return ret ? ret : 324000;
}

/*
 * kvmgt derives the vblank period from totals and link M/N of transcoder A,
 * whichever pipe is turned on. The pixel clock is the link clock times M / N.
 */
static int set_timing(struct vgpu *v, uint32_t pixel_khz, uint32_t width,
		      uint32_t htotal, uint32_t height, uint32_t vtotal)
{
	const int clock = set_port_clock(v);
	const struct vgpu_reg_write timing[] = {
		{ TRANS_HTOTAL, (htotal - 1) << 16 | (width - 1) },
		{ TRANS_VTOTAL, (vtotal - 1) << 16 | (height - 1) },
		{ TRANS_LINKN1, clock },
		{ TRANS_LINKM1, pixel_khz },
	};

	if (clock <= 0)
		return clock;
	return vgpu_write_all(v, 0, timing, ARRAY_SIZE(timing));
}

int vgpu_pipe_on(struct vgpu *v, int pipe, uint32_t width, uint32_t height)
{
	const uint32_t htotal = width + 280, vtotal = height + 45;
	const struct vgpu_reg_write on[] = {
		{ PIPE_SRCSZ, (width - 1) << 16 | (height - 1) },
		{ TRANS_CONF, TRANS_CONF_ENABLE },
	};
	int ret = set_timing(v, (uint64_t)htotal * vtotal * 60 / 1000, width,
			     htotal, height, vtotal);

	return ret ? ret : vgpu_write_all(v, PIPE_REG(0, pipe), on,
					  ARRAY_SIZE(on));
}

int vgpu_pipe_size(struct vgpu *v, int pipe, uint32_t width, uint32_t height)
{
	return vgpu_write32(v, PIPE_REG(PIPE_SRCSZ, pipe),
			    (width - 1) << 16 | (height - 1));
}

int vgpu_pipe_timing(struct vgpu *v, uint32_t pixel_khz, uint32_t htotal,
		     uint32_t vtotal)
{
	int ret = set_timing(v, pixel_khz, 1, htotal, 1, vtotal);

	return ret ? ret : vgpu_write32(v, TRANS_CONF, TRANS_CONF_ENABLE);
}

int vgpu_pipe_frames(struct vgpu *v, int pipe, uint32_t *count)
{
	return vgpu_read32(v, PIPE_REG(PIPE_FRMCNT, pipe), count);
}

int vgpu_wait_vblank(struct vgpu *v, int pipe)
{
	const int patience_ms = 100;	/* six frames */
	uint32_t conf, last, now, vblanks = 0;
	int ret, ms;

	ret = vgpu_read32(v, PIPE_REG(TRANS_CONF, pipe), &conf);
	if (!ret)
		ret = vgpu_pipe_frames(v, pipe, &last);
	if (ret || !(conf & TRANS_CONF_ENABLE))
		return ret;
	/*
	 * The frame counter follows the clock, and the work of a vblank may be
	 * done later, but before the next vblank. So wait for two.
	 */
	for (ms = 0; ms < patience_ms && vblanks < 2; ms++) {
		usleep(1000);
		ret = vgpu_pipe_frames(v, pipe, &now);
		if (ret)
			return ret;
		vblanks += now != last;
		last = now;
	}
	usleep(1000);
	return 0;
}

int vgpu_pipe_off(struct vgpu *v, int pipe)
{
	return vgpu_write32(v, PIPE_REG(TRANS_CONF, pipe), 0);
}
