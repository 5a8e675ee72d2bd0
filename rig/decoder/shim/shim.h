/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The few kernel macros that the decoder, its tests and i915's register headers
 * use, for a build in user space. Every linux/ header here is this one.
 */

#ifndef DECODER_SHIM_H
#define DECODER_SHIM_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
typedef int64_t s64;

#define U8_MAX		UINT8_MAX
#define U16_MAX		UINT16_MAX
#define U32_MAX		UINT32_MAX

#define SZ_4K		0x1000
#define SZ_32K		0x8000
#define SZ_4G		0x100000000ull

#define __packed	__attribute__((packed))

#define BIT(n)			(1ul << (n))
#define GENMASK(high, low)	((~0ul << (low)) & (~0ul >> (63 - (high))))
#define GENMASK_ULL(high, low)	GENMASK(high, low)
#define BIT_U8(n)		((u8)BIT(n))
#define BIT_U16(n)		((u16)BIT(n))
#define BIT_U32(n)		((u32)BIT(n))
#define BIT_U64(n)		((u64)BIT(n))
#define GENMASK_U8(high, low)	((u8)GENMASK(high, low))
#define GENMASK_U16(high, low)	((u16)GENMASK(high, low))
#define GENMASK_U32(high, low)	((u32)GENMASK(high, low))
#define GENMASK_U64(high, low)	((u64)GENMASK(high, low))
#define __bf_shf(mask)		(__builtin_ffsll(mask) - 1)
#define FIELD_GET(mask, value)	((typeof(mask))(((value) & (mask)) >> __bf_shf(mask)))

/* Build-time checks are the kernel build's; here they must only compile. */
#define __is_constexpr(x)	__builtin_constant_p(x)
#define BUILD_BUG_ON_ZERO(e)	0

#define static_assert(cond)	_Static_assert(cond, #cond)
#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
#define ALIGN_DOWN(x, a)	((x) & ~((typeof(x))(a) - 1))
#define ALIGN(x, a)		ALIGN_DOWN((x) + (typeof(x))(a) - 1, a)
#define IS_ALIGNED(x, a)	(((x) & ((typeof(x))(a) - 1)) == 0)
#define ilog2(n)		(31 - __builtin_clz(n))
#define DIV_ROUND_UP(n, d)	(((n) + (d) - 1) / (d))
#define max(a, b)		((a) > (b) ? (a) : (b))

#define EXPORT_SYMBOL_IF_KUNIT(symbol)
#define MODULE_DESCRIPTION(text)
#define MODULE_LICENSE(text)
#define MODULE_IMPORT_NS(name)

#endif /* DECODER_SHIM_H */
