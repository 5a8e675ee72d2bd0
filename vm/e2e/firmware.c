// SPDX-License-Identifier: GPL-2.0
/*
 * A guest without an operating system: it draws into its memory, maps that in
 * its GGTT, turns on a plane and tells the viewer what it shows (hand.h, on
 * the second serial port). No interrupts, no driver: little that can go wrong
 * before the picture does.
 *
 * A multiboot image: 32 bits, no paging, entered with interrupts off.
 */
#include "hand.h"

#define WIDTH		320
#define HEIGHT		240
#define STRIDE		(WIDTH * 4)
#define PAGE		4096
#define PAGES		((STRIDE * HEIGHT + PAGE - 1) / PAGE)
#define PICTURE		0x1000000u	/* guest-physical */

#define COM2		0x2f8
#define PCI_ADDRESS	0xcf8
#define PCI_DATA	0xcfc

/* Offsets in BAR 0 */
#define GGTT		0x800000
#define PVINFO_APERTURE	0x78040		/* where this vGPU's share begins */
#define PIPESRC_A	0x6001c
#define TRANSCONF_A	0x70008
#define PLANE_CTL_1_A	0x70180
#define PLANE_STRIDE_1_A	0x70188
#define PLANE_SIZE_1_A	0x70190
#define PLANE_SURF_1_A	0x7019c

#define ENABLE		0x80000000u
#define XRGB8888	(4u << 24)

asm(".section .multiboot, \"a\"\n"
	".align 4\n"
	".long 0x1badb002, 0, -0x1badb002\n"
	".text\n"
	".globl start\n"
	"start: mov $0x200000, %esp\n"
	"call show\n"
	"1: hlt\n"
	"jmp 1b\n");

/* ---- ports and registers ---- */

static void port_write8(__u16 port, __u8 value)
{
	asm volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static void port_write16(__u16 port, __u16 value)
{
	asm volatile("outw %0, %1" : : "a"(value), "Nd"(port));
}

static void port_write32(__u16 port, __u32 value)
{
	asm volatile("outl %0, %1" : : "a"(value), "Nd"(port));
}

static __u8 port_read8(__u16 port)
{
	__u8 value;

	asm volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static __u32 port_read32(__u16 port)
{
	__u32 value;

	asm volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static void mmio_write(__u32 address, __u32 value)
{
	asm volatile("movl %0, (%1)" : : "r"(value), "r"(address) : "memory");
}

static __u32 mmio_read(__u32 address)
{
	__u32 value;

	asm volatile("movl (%1), %0" : "=r"(value) : "r"(address) : "memory");
	return value;
}

/* ---- handing over ---- */

static void put_char(char ch)
{
	while (!(port_read8(COM2 + 5) & 0x20))
		;
	port_write8(COM2, ch);
}

static void put_text(const char *text)
{
	while (*text)
		put_char(*text++);
}

static void put_hex(__u64 value)
{
	int shift;

	for (shift = 60; shift >= 0; shift -= 4)
		put_char("0123456789abcdef"[value >> shift & 15]);
}

static void wait_for_answer(void)
{
	do {
		while (!(port_read8(COM2 + 5) & 1))
			;
	} while (port_read8(COM2) != '\n');
}

/* ---- PCI ---- */

static __u32 config_read(__u32 slot, __u32 offset)
{
	port_write32(PCI_ADDRESS, ENABLE | slot << 11 | offset);
	return port_read32(PCI_DATA);
}

/* BAR 0 of Intel's display controller, with memory access on; 0: there is none */
static __u32 find_gpu(void)
{
	__u32 slot;

	for (slot = 0; slot < 32; slot++) {
		if ((config_read(slot, 0) & 0xffff) != 0x8086 ||
		    config_read(slot, 8) >> 16 != 0x0300)
			continue;
		/* GVT-g refuses to have the status register written with it. */
		port_write32(PCI_ADDRESS, ENABLE | slot << 11 | 4);
		port_write16(PCI_DATA, 0x0006);
		return config_read(slot, 0x10) & ~15u;
	}
	return 0;
}

/* ---- the picture ---- */

static __u32 pixel(__u32 x, __u32 y)
{
	if (x == 0 || y == 0 || x == WIDTH - 1 || y == HEIGHT - 1)
		return 0xffffff;
	if (y < HEIGHT / 4)
		return (x & 32 ? 0xff : 0) | (x & 64 ? 0xff00 : 0) |
		       (x & 128 ? 0xff0000 : 0);
	return (x * 255 / WIDTH) << 16 | (y * 255 / HEIGHT) << 8 |
	       ((x ^ y) & 255);
}

void show(void);
void show(void)
{
	static const struct box no_box;
	__u32 *px = (__u32 *)PICTURE;
	__u32 bar = find_gpu(), address, pte, x, y, i;

	if (!bar) {
		put_text("fail firmware: no GPU\nend\n");
		return;
	}
	for (y = 0; y < HEIGHT; y++)
		for (x = 0; x < WIDTH; x++)
			px[y * WIDTH + x] = pixel(x, y);

	/* The first MiB of our share that is all ours */
	address = (mmio_read(bar + PVINFO_APERTURE) + 0xfffff) & ~0xfffffu;
	pte = bar + GGTT + address / PAGE * 8;
	for (i = 0; i < PAGES; i++) {
		mmio_write(pte + 8 * i + 4, 0);
		mmio_write(pte + 8 * i, (PICTURE + i * PAGE) | 1);
	}
	mmio_write(bar + PIPESRC_A, (WIDTH - 1) << 16 | (HEIGHT - 1));
	mmio_write(bar + TRANSCONF_A, ENABLE);
	mmio_write(bar + PLANE_STRIDE_1_A, STRIDE / 64);
	mmio_write(bar + PLANE_SIZE_1_A, (HEIGHT - 1) << 16 | (WIDTH - 1));
	mmio_write(bar + PLANE_CTL_1_A, ENABLE | XRGB8888);
	mmio_write(bar + PLANE_SURF_1_A, address);	/* arms the others */

	put_text("picture firmware ");
	put_hex(frame_hash(px, WIDTH, HEIGHT, WIDTH, &no_box));
	put_text(" 320 240 0 0 0 0\n");
	wait_for_answer();
	put_text("end\n");
}
