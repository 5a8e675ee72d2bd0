// SPDX-License-Identifier: GPL-2.0
/*
 * A guest without an operating system: it draws into its memory, maps that in
 * its GGTT, turns on a plane and tells the viewer what it shows (hand.h, on
 * the second serial port). No interrupts, no driver: little that can go wrong
 * before the picture does.
 *
 *   tag=N	1 to 14: mark each pixel as of this guest (default 1)
 *   still=N	then show it for N frames of the display, then another picture
 *   lines=N	then write N lines into what is shown, up to nine, then show a
 *		picture without a pixel of it
 *   flips=N	then flip N times in all, among two, three and seven pictures
 *   then=reset	then reset the machine; after that it has the next tag
 *   then=crash	then crash it
 *
 * A multiboot image: 32 bits, no paging, entered with interrupts off and the
 * address of what the loader says in a register.
 */
#include <stddef.h>

#include "hand.h"

#define WIDTH		320
#define HEIGHT		240
#define STRIDE		(WIDTH * 4)
#define PAGE		4096
#define PAGES		((STRIDE * HEIGHT + PAGE - 1) / PAGE)
#define PICTURE		0x1000000u	/* guest-physical, as the others */
#define PICTURE_STEP	0x80000u	/* distance of pictures, also in the GGTT */
#define PICTURES	7		/* more than the five that QEMU keeps */
#define WAS_RESET	0x0f00000u	/* a word that a reset leaves alone */
#define WAS_RESET_MAGIC	0x7e5e7e5eu

/*
 * Flips until one is handed over. It is prime to the numbers of pictures, so
 * that each gets its turn.
 */
#define FLIPS_A_LOOK	71
#define FLIPS_A_FRAME	4	/* until the next vblank is waited for */

/* Lines begin on pages of their own, so they differ in few others. */
#define GLYPH		8	/* pixels, both ways */
#define GLYPHS		20	/* of a line */
#define LINE_LEFT	16
#define LINE_TOP	64
#define LINE_STEP	16	/* five pages */

#define SETTLING	240	/* frames until what is still counts as still */

#define COM2		0x2f8
#define PCI_ADDRESS	0xcf8
#define PCI_DATA	0xcfc
#define RESET_CONTROL	0xcf9
#define  RESET_NOW	0x06

#define MULTIBOOT_FLAGS		0
#define  HAS_COMMAND_LINE	4u
#define MULTIBOOT_COMMAND_LINE	16

/* Offsets in BAR 0 */
#define GGTT		0x800000
#define PVINFO_APERTURE	0x78040		/* where this vGPU's share begins */
#define PIPESRC_A	0x6001c
#define TRANSCONF_A	0x70008
#define PIPE_FRMCNT_A	0x70040
#define PLANE_CTL_1_A	0x70180		/* Broadwell: PRI_CTL */
#define PLANE_STRIDE_1_A	0x70188	/* Broadwell: in bytes */
#define PLANE_SIZE_1_A	0x70190		/* Broadwell: none, the pipe's */
#define PLANE_SURF_1_A	0x7019c

#define ENABLE		0x80000000u
#define XRGB8888	(4u << 24)
#define XRGB8888_BDW	(6u << 26)

#define INTEL		0x8086
#define BDW_DEVICES	0x16		/* the upper byte of their numbers */

asm(".section .multiboot, \"a\"\n"
	".align 4\n"
	".long 0x1badb002, 0, -0x1badb002\n"
	".text\n"
	".globl start\n"
	"start: mov $0x200000, %esp\n"
	"push %ebx\n"
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

static void put_number(__u32 n)
{
	if (n >= 10)
		put_number(n / 10);
	put_char('0' + n % 10);
}

static bool has_answer(void)
{
	return port_read8(COM2 + 5) & 1;
}

/* Returns the first letter. */
static char wait_for_answer(void)
{
	char first = 0, ch;

	do {
		while (!has_answer())
			;
		ch = port_read8(COM2);
		if (!first)
			first = ch;
	} while (ch != '\n');
	return first;
}

/* ---- PCI ---- */

static __u32 config_read(__u32 slot, __u32 offset)
{
	port_write32(PCI_ADDRESS, ENABLE | slot << 11 | offset);
	return port_read32(PCI_DATA);
}

struct gpu {
	__u32 bar;	/* BAR 0, or 0 if there is no GPU */
	bool is_bdw;
};

/* Intel's display controller, with memory access on */
static struct gpu find_gpu(void)
{
	__u32 slot, id;

	for (slot = 0; slot < 32; slot++) {
		id = config_read(slot, 0);
		if ((id & 0xffff) != INTEL ||
		    config_read(slot, 8) >> 16 != 0x0300)
			continue;
		/* GVT-g refuses to have the status register written with it. */
		port_write32(PCI_ADDRESS, ENABLE | slot << 11 | 4);
		port_write16(PCI_DATA, 0x0006);
		return (struct gpu){
			.bar = config_read(slot, 0x10) & ~15u,
			.is_bdw = id >> 24 == BDW_DEVICES,
		};
	}
	return (struct gpu){ 0 };
}

/* ---- what to do ---- */

struct orders {
	__u32 tag, flips, still, lines;
	bool reset, crash;
};

/* Where @line has the word @name, behind it; or NULL */
static const char *find(const char *line, const char *name)
{
	const char *at;
	int i;

	for (at = line; *at; at++) {
		for (i = 0; name[i] && at[i] == name[i]; i++)
			;
		if (!name[i])
			return at + i;
	}
	return NULL;
}

static __u32 number(const char *line, const char *name, __u32 otherwise)
{
	const char *at = find(line, name);
	__u32 n = 0;

	if (!at)
		return otherwise;
	for (; *at >= '0' && *at <= '9'; at++)
		n = 10 * n + *at - '0';
	return n;
}

static struct orders orders(const __u8 *multiboot)
{
	const char *line = "";

	if (*(const __u32 *)(multiboot + MULTIBOOT_FLAGS) & HAS_COMMAND_LINE)
		line = *(const char *const *)(multiboot + MULTIBOOT_COMMAND_LINE);
	return (struct orders){
		.tag = number(line, "tag=", 1),
		.flips = number(line, "flips=", 0),
		.still = number(line, "still=", 0),
		.lines = number(line, "lines=", 0),
		.reset = find(line, "then=reset"),
		.crash = find(line, "then=crash"),
	};
}

/* ---- pictures ---- */

struct display {
	struct gpu gpu;
	__u32 surface;		/* the first picture's GGTT address */
	__u32 tag;
	__u64 hash[PICTURES];
};

static __u32 pixel(__u32 x, __u32 y, __u32 which)
{
	if (x == 0 || y == 0 || x == WIDTH - 1 || y == HEIGHT - 1)
		return 0xffffff;
	if (x / 40 == which && y < HEIGHT / 4)
		return 0xf0f000;
	if (y < HEIGHT / 4)
		return (x & 32 ? 0xff : 0) | (x & 64 ? 0xff00 : 0) |
		       (x & 128 ? 0xff0000 : 0);
	return (x * 255 / WIDTH) << 16 | (y * 255 / HEIGHT) << 8 |
	       ((x ^ y) & 255);
}

static __u32 *pixels_of(__u32 which)
{
	return (__u32 *)(PICTURE + which * PICTURE_STEP);
}

static void hash_picture(struct display *d, __u32 which)
{
	static const struct box no_box;

	d->hash[which] = frame_hash(pixels_of(which), WIDTH, HEIGHT, WIDTH,
				    &no_box);
}

static void map_picture(const struct display *d, __u32 which)
{
	const __u32 at = PICTURE + which * PICTURE_STEP;
	const __u32 pte = d->gpu.bar + GGTT +
			  (d->surface + which * PICTURE_STEP) / PAGE * 8;
	__u32 i;

	for (i = 0; i < PAGES; i++) {
		mmio_write(pte + 8 * i + 4, 0);
		mmio_write(pte + 8 * i, (at + i * PAGE) | 1);
	}
}

/* Draw it and map it. */
static void make_picture(struct display *d, __u32 which)
{
	__u32 *px = pixels_of(which);
	__u32 x, y;

	for (y = 0; y < HEIGHT; y++)
		for (x = 0; x < WIDTH; x++)
			px[y * WIDTH + x] = tagged(pixel(x, y, which), d->tag);
	hash_picture(d, which);
	map_picture(d, which);
}

/* The same of one that has no pixel in common with picture 0 */
static void make_negative(struct display *d, __u32 which)
{
	__u32 *px = pixels_of(which);
	__u32 i;

	for (i = 0; i < WIDTH * HEIGHT; i++)
		px[i] = tagged(~pixels_of(0)[i], d->tag);
	hash_picture(d, which);
	map_picture(d, which);
}

/*
 * Into picture 0, each line with other glyphs than the last. Row by row, so that
 * a scan meanwhile finds no page changed that will be changed again, except the one
 * that is being written.
 */
static void write_line(struct display *d, __u32 line, __u32 color)
{
	static const __u8 glyphs[][GLYPH] = {
		{ 0x18, 0x24, 0x42, 0x7e, 0x42, 0x42, 0x42, 0x00 },
		{ 0x7c, 0x42, 0x7c, 0x42, 0x42, 0x42, 0x7c, 0x00 },
		{ 0x3c, 0x42, 0x40, 0x40, 0x40, 0x42, 0x3c, 0x00 },
	};
	__u32 *px = pixels_of(0) + (LINE_TOP + line * LINE_STEP) * WIDTH +
		    LINE_LEFT;
	__u32 i, x, y;

	for (y = 0; y < GLYPH; y++)
		for (i = 0; i < GLYPHS; i++)
			for (x = 0; x < GLYPH; x++)
				if (glyphs[(i + line) % 3][y] << x & 0x80)
					px[y * WIDTH + i * GLYPH + x] =
						tagged(color, d->tag);
	hash_picture(d, 0);
}

/* Arms what the plane's other registers say */
static void flip(const struct display *d, __u32 which)
{
	mmio_write(d->gpu.bar + PLANE_SURF_1_A,
		   d->surface + which * PICTURE_STEP);
}

static void plane_on(const struct display *d)
{
	mmio_write(d->gpu.bar + PIPESRC_A, (WIDTH - 1) << 16 | (HEIGHT - 1));
	mmio_write(d->gpu.bar + TRANSCONF_A, ENABLE);
	if (d->gpu.is_bdw) {
		mmio_write(d->gpu.bar + PLANE_STRIDE_1_A, STRIDE);
		mmio_write(d->gpu.bar + PLANE_CTL_1_A, ENABLE | XRGB8888_BDW);
		return;
	}
	mmio_write(d->gpu.bar + PLANE_STRIDE_1_A, STRIDE / 64);
	mmio_write(d->gpu.bar + PLANE_SIZE_1_A, (HEIGHT - 1) << 16 | (WIDTH - 1));
	mmio_write(d->gpu.bar + PLANE_CTL_1_A, ENABLE | XRGB8888);
}

static void name_it(const struct display *d, const char *what,
		    const char *name, __u32 number, __u32 which)
{
	put_text(what);
	put_text(name);
	put_number(number);
	put_char(' ');
	put_hex(d->hash[which]);
	put_text(" 320 240 0 0 0 0\n");
}

static void name_picture(const struct display *d, const char *name,
			 __u32 number, __u32 which)
{
	name_it(d, "picture ", name, number, which);
}

static void hand_over(const struct display *d, const char *name, __u32 number,
		      __u32 which)
{
	name_picture(d, name, number, which);
	wait_for_answer();
}

static void wait_for_vblank(const struct display *d)
{
	const __u32 frame = mmio_read(d->gpu.bar + PIPE_FRMCNT_A);

	while (mmio_read(d->gpu.bar + PIPE_FRMCNT_A) == frame)
		;
}

/* Seldom looked at: each look is a trap, and the host is to have nothing to do. */
static void wait_for_frames(const struct display *d, __u32 count)
{
	const __u32 first = mmio_read(d->gpu.bar + PIPE_FRMCNT_A);
	__u32 i;

	while (mmio_read(d->gpu.bar + PIPE_FRMCNT_A) - first < count)
		for (i = 0; i < 1000000; i++)
			asm volatile("");
}

/* Show one picture long enough for all clients to sleep, then another. */
static void stay_still(struct display *d, __u32 frames)
{
	wait_for_frames(d, SETTLING);
	put_text("mark still\n");
	wait_for_frames(d, frames);
	put_text("mark moving\n");
	make_picture(d, 1);
	flip(d, 1);
	hand_over(d, "moved-", 1, 1);
	flip(d, 0);
	hand_over(d, "moved-", 2, 0);
}

/* As a console does: the framebuffer stays, and some of its pixels change. */
static void write_lines(struct display *d, __u32 count)
{
	__u32 line, color;

	put_text("parts\n");
	wait_for_answer();
	for (line = 0; line < count; line++) {
		/* Another color each time: none is back before it was noticed. */
		color = 0xffffff;
		do {
			write_line(d, line, color);
			color -= 0x303030;
			name_it(d, "part ", "line-", line + 1, 0);
		} while (wait_for_answer() == 'a');	/* "again" */
	}
	make_negative(d, 1);
	flip(d, 1);
	hand_over(d, "negative-", 1, 1);
}

/* Faster than anybody looks, but slowly enough to be looked at meanwhile */
static void flip_among(const struct display *d, __u32 count, __u32 flips)
{
	__u32 i;

	put_text("among 320 240");
	for (i = 0; i < count; i++) {
		put_char(' ');
		put_hex(d->hash[i]);
	}
	put_char('\n');
	for (i = 0; i < flips; i++) {
		flip(d, i % count);
		if (i % FLIPS_A_FRAME == FLIPS_A_FRAME - 1)
			wait_for_vblank(d);
		if (i % FLIPS_A_LOOK == FLIPS_A_LOOK - 1)
			hand_over(d, "flip-", count, i % count);
	}
	put_text("settled\n");
	wait_for_answer();
}

/*
 * Debian's QEMU forgets its buffers at a reset, but not the address of the one that
 * it showed: should the next one get that address, it is not shown until there
 * was another. So let there be others until the viewer answers.
 */
static void hand_over_after_reset(struct display *d)
{
	int frames;

	make_picture(d, 1);
	name_picture(d, "firmware-", d->tag, 0);
	while (!has_answer()) {
		flip(d, 1);
		for (frames = 0; frames < 30 && !has_answer(); frames++)
			wait_for_vblank(d);
		flip(d, 0);
		for (frames = 0; frames < 60 && !has_answer(); frames++)
			wait_for_vblank(d);
	}
	wait_for_answer();
}

static void flip_all(struct display *d, __u32 flips)
{
	__u32 i;

	for (i = 1; i < PICTURES; i++)
		make_picture(d, i);
	flip_among(d, 2, flips / 3);
	flip_among(d, 3, flips / 3);
	flip_among(d, PICTURES, flips - flips / 3 * 2);
}

/* ---- the end ---- */

/* An interrupt without a table of handlers: the processor shuts down. */
static void crash(void)
{
	static const __u16 limit_and_base[3];

	asm volatile("lidt %0\n\tint3" : : "m"(limit_and_base));
}

void show(const __u8 *multiboot);
void show(const __u8 *multiboot)
{
	struct orders o = orders(multiboot);
	struct display d = { .gpu = find_gpu(), .tag = o.tag };
	const bool was_reset = mmio_read(WAS_RESET) == WAS_RESET_MAGIC;

	if (!d.gpu.bar) {
		put_text("fail firmware: no GPU\nend\n");
		return;
	}
	if (was_reset) {
		d.tag++;
		o.reset = false;
	}
	put_text("mine ");
	put_number(d.tag);
	put_char('\n');

	/* The first MiB of our share that is all ours */
	d.surface = (mmio_read(d.gpu.bar + PVINFO_APERTURE) + 0xfffff) & ~0xfffffu;
	make_picture(&d, 0);
	plane_on(&d);
	flip(&d, 0);
	if (was_reset)
		hand_over_after_reset(&d);
	else
		hand_over(&d, "firmware-", d.tag, 0);
	if (o.still)
		stay_still(&d, o.still);
	if (o.lines)
		write_lines(&d, o.lines);
	if (o.flips)
		flip_all(&d, o.flips);
	if (o.reset) {
		mmio_write(WAS_RESET, WAS_RESET_MAGIC);
		port_write8(RESET_CONTROL, RESET_NOW);
		return;
	}
	put_text("end\n");
	if (o.crash)
		crash();
}
