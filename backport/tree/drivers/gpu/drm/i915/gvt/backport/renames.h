/* SPDX-License-Identifier: MIT */
/*
 * Names of newer kernels for what this one has, too. Included before all else
 * in each file of GVT, so nothing but macros is here.
 */

#ifndef _GVT_BACKPORT_RENAMES_H_
#define _GVT_BACKPORT_RENAMES_H_

#define timer_container_of(var, timer, field) from_timer(var, timer, field)

/* Files that give the names of namespaces as strings: i915's Makefile says which. */
#ifdef GVT_NAMESPACES_ARE_STRINGS
#include <linux/module.h>
#undef MODULE_IMPORT_NS
#define MODULE_IMPORT_NS(ns) MODULE_INFO(import_ns, ns)
#endif

#endif
