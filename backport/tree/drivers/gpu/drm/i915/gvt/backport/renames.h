/* SPDX-License-Identifier: MIT */
/*
 * Names of newer kernels for what this one has, too. Included before all else
 * in each file of GVT, so nothing but macros is here.
 */

#ifndef _GVT_BACKPORT_RENAMES_H_
#define _GVT_BACKPORT_RENAMES_H_

#define __gvt_second(first, second, ...) second
/* The flags of an allocation, GFP_KERNEL if none are given */
#define __gvt_gfp(...) __gvt_second(, ##__VA_ARGS__, GFP_KERNEL)

#define kmalloc_obj(obj, ...) kmalloc(sizeof(obj), __gvt_gfp(__VA_ARGS__))
#define kzalloc_obj(obj, ...) kzalloc(sizeof(obj), __gvt_gfp(__VA_ARGS__))
#define kvmalloc_objs(obj, count, ...) \
	kvmalloc_array(count, sizeof(obj), __gvt_gfp(__VA_ARGS__))

#define timer_container_of(var, timer, field) from_timer(var, timer, field)

/* Files that give the names of namespaces as strings: i915's Makefile says which. */
#ifdef GVT_NAMESPACES_ARE_STRINGS
#include <linux/module.h>
#undef MODULE_IMPORT_NS
#define MODULE_IMPORT_NS(ns) MODULE_INFO(import_ns, ns)
#endif

#endif
