/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Layout of tiled surfaces. Gen8 and gen9 never swizzle bit 6, so the layout
 * depends only on modifier, bytes per pixel and stride.
 */
#ifndef GVT_DMABUF_VGPU_TILE_H
#define GVT_DMABUF_VGPU_TILE_H

#include <stddef.h>
#include <stdint.h>

/**
 * vgpu_tile_width - width of a tile of 4 KiB
 * @modifier: of the format
 * @cpp: bytes per pixel
 *
 * Return: bytes; the unit of the stride register if the modifier is linear; 0
 * for an unknown modifier.
 */
uint32_t vgpu_tile_width(uint64_t modifier, uint32_t cpp);

/**
 * vgpu_tile_height - height of a tile of 4 KiB
 * @modifier: of the format; one that vgpu_tile_width() knows
 * @cpp: bytes per pixel
 *
 * Return: lines.
 */
uint32_t vgpu_tile_height(uint64_t modifier, uint32_t cpp);

/**
 * vgpu_byte_offset - the offset of a byte of a surface
 * @modifier: of the format; one that vgpu_tile_width() knows
 * @cpp: bytes per pixel
 * @stride: bytes from one line to the next, a multiple of the tile width
 * @x: bytes from the left
 * @y: lines from the top
 *
 * Return: the offset from the start of the surface.
 */
size_t vgpu_byte_offset(uint64_t modifier, uint32_t cpp, uint32_t stride,
			uint32_t x, uint32_t y);

#endif /* GVT_DMABUF_VGPU_TILE_H */
