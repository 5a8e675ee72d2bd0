/* SPDX-License-Identifier: MIT */
/*
 * Registers of the panel fitter: newer kernels have them in a header of their own.
 */

#ifndef _GVT_BACKPORT_INTEL_PFIT_REGS_H_
#define _GVT_BACKPORT_INTEL_PFIT_REGS_H_

#include "i915_reg.h"

#endif
