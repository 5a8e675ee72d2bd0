// SPDX-License-Identifier: GPL-2.0
/*
 * Neither a guest nor its VMM must be able to flood the host's kernel log, or
 * to trigger a warning with a backtrace. Each variant repeats an action.
 */
#include "test_util.h"
#include "log_util.h"
#include "vgpu_regs.h"

#define TIMES		1000
#define ENOUGH_TIMES	200	/* on a kernel that needs ENOUGH_S for them */
#define ENOUGH_S	10

static bool tried_enough(const struct kernel_log *log, unsigned int times)
{
	return times == TIMES || log->lines > kernel_log_allowed(log) ||
	       (times >= ENOUGH_TIMES &&
		time_ms() - log->start >= ENOUGH_S * 1000);
}

/* ---- the actions that are repeated ---- */

/* Show a linear framebuffer, then clear and set bits of its PLANE_CTL. */
static int show_with_ctl(struct vgpu *v, uint32_t clear, uint32_t set)
{
	struct vgpu_surface s;
	int ret = test_show(v, &s, DRM_FORMAT_XRGB8888, DRM_FORMAT_MOD_LINEAR);

	return ret ? ret : vgpu_primary_ctl(v, 0, clear, set);
}

static int show_unknown_format(struct vgpu *v)
{
	const uint32_t none = v->gen == 8 ? BDW_FORMAT(15u) : SKL_FORMAT(15u);

	return show_with_ctl(v, none, none);
}

static int show_reserved_tiling(struct vgpu *v)
{
	return show_with_ctl(v, PLANE_TILING(7u), PLANE_TILING(3u));
}

static int show_nothing(struct vgpu *v)
{
	int ret = show_with_ctl(v, 0, 0);

	return ret ? ret : vgpu_primary_stride(v, 0, 0);
}

static int show_others_memory(struct vgpu *v)
{
	int ret = show_with_ctl(v, 0, 0);

	return ret ? ret : vgpu_primary_flip(v, 0, 0);
}

static int show_unmapped_memory(struct vgpu *v)
{
	struct vgpu_surface s;
	int ret = test_show(v, &s, DRM_FORMAT_XRGB8888, DRM_FORMAT_MOD_LINEAR);

	return ret ? ret : vgpu_ggtt_unmap(v, s.gma, s.size);
}

static int show_odd_cursor(struct vgpu *v)
{
	int ret = show_with_ctl(v, 0, 0);

	return ret ? ret : vgpu_cursor_ctl(v, 0, 0x21);
}

static void query_primary(struct vgpu *v, unsigned int i)
{
	struct vfio_device_gfx_plane_info info;

	(void)i;
	vgpu_query(v, VGPU_PRIMARY, &info);
}

static void query_cursor(struct vgpu *v, unsigned int i)
{
	struct vfio_device_gfx_plane_info info;

	(void)i;
	vgpu_query(v, VGPU_CURSOR, &info);
}

/* QUERY, GET and import of a surface whose pages are unmapped */
static void get_and_read(struct vgpu *v, unsigned int i)
{
	struct vfio_device_gfx_plane_info info;
	char byte;
	int fd = test_export(v, VGPU_PRIMARY, &info);

	(void)i;
	if (fd < 0)
		return;
	test_read(fd, &byte, 1);
	close(fd);
}

static void query_bad_type(struct vgpu *v, unsigned int i)
{
	struct vfio_device_gfx_plane_info info;

	vgpu_query(v, 3 + i, &info);
}

static void get_bad_id(struct vgpu *v, unsigned int i)
{
	vgpu_get_dmabuf(v, 0x40000000 + i);
}

static void map_outside_memory(struct vgpu *v, unsigned int i)
{
	vgpu_ggtt_map(v, v->aperture, (1ull << 38) + i * VGPU_PAGE, VGPU_PAGE);
}

/*
 * Accesses of 1 to 7 bytes at different offsets, which kvmgt splits into
 * aligned ones of 1, 2 or 4 bytes. There are ODD_ACCESSES different ones.
 */
#define ODD_ACCESSES	(5 * 7)

static void access_odd(struct vgpu *v, uint64_t at, unsigned int i)
{
	uint8_t bytes[8] = { };
	const size_t n = 1 + i % 7;

	pread(v->device, bytes, n, at + i % 5);
	pwrite(v->device, bytes, n, at + i % 5);
}

static void access_ggtt_odd(struct vgpu *v, unsigned int i)
{
	access_odd(v, v->bar0 + vgpu_ggtt_entry(v->aperture), i);
}

static void access_register_odd(struct vgpu *v, unsigned int i)
{
	static const uint32_t regs[] = {
		PLANE_CTL, PLANE_SURF, VGPU_BLITTER + RING_HWS_PGA, MASTER_IRQ,
		FENCE(0), PVINFO_PDP0_LO,
	};

	access_odd(v, v->bar0 + regs[i / ODD_ACCESSES % ARRAY_SIZE(regs)], i);
}

/* Access between registers and GGTT, past both, and across their ends. */
static void access_no_register(struct vgpu *v, unsigned int i)
{
	static const uint32_t ends[] = {
		MMIO_SIZE - 4, MMIO_SIZE, 2 * MMIO_SIZE, GGTT - 4, 2 * GGTT - 4,
		2 * GGTT,
	};

	access_odd(v, v->bar0 + ends[i % ARRAY_SIZE(ends)], i);
}

static void access_config_odd(struct vgpu *v, unsigned int i)
{
	static const uint16_t at[] = {
		0x04, 0x10, 0x11, 0x13, 0x18, 0x1a, 0x30, 0x32, 0xe8, 0xfc,
		0xfd,
	};

	access_odd(v, v->config + at[i % ARRAY_SIZE(at)], i);
}

static void access_after_config(struct vgpu *v, unsigned int i)
{
	uint64_t offset, size;

	if (!vgpu_region(v, VFIO_PCI_CONFIG_REGION_INDEX, &offset, &size))
		access_odd(v, offset + size - 2, i);
}

static void write_pvinfo(struct vgpu *v, unsigned int i)
{
	vgpu_write32(v, PVINFO_VERSION + i % 16 * 4, i);
}

static void read_pvinfo(struct vgpu *v, unsigned int i)
{
	uint32_t val;

	vgpu_read32(v, PVINFO_G2V_NOTIFY + i % 16 * 4, &val);
}

static void notify_unknown(struct vgpu *v, unsigned int i)
{
	vgpu_write32(v, PVINFO_G2V_NOTIFY, 100 + i);
}

/* Page tables outside guest memory */
static void create_bad_tables(struct vgpu *v, unsigned int i)
{
	vgpu_write32(v, PVINFO_PDP0_LO, i * VGPU_PAGE | 1);
	vgpu_write32(v, PVINFO_PDP0_HI, 0x40);
	vgpu_write32(v, PVINFO_G2V_NOTIFY, PPGTT_L4_CREATE);
}

static void destroy_bad_tables(struct vgpu *v, unsigned int i)
{
	vgpu_write32(v, PVINFO_PDP0_LO, i * VGPU_PAGE | 1);
	vgpu_write32(v, PVINFO_G2V_NOTIFY, PPGTT_L4_DESTROY);
}

static void bind_scaler(struct vgpu *v, unsigned int i)
{
	(void)i;
	vgpu_write32(v, PS_CTRL, PS_ENABLE | PS_BINDING(1));
}

static void write_bad_status_page(struct vgpu *v, unsigned int i)
{
	vgpu_write32(v, VGPU_BLITTER + RING_HWS_PGA, -(i + 1) * VGPU_PAGE);
}

static void write_bad_nonpriv(struct vgpu *v, unsigned int i)
{
	vgpu_write32(v, VGPU_RENDER + RING_FORCE_TO_NONPRIV, 0x1234 + i * 4);
}

static void send_long_aux(struct vgpu *v, unsigned int i)
{
	(void)i;
	vgpu_write32(v, DP_AUX_DATA(DP_AUX_CTL_A, 0),
		     DP_AUX_WRITE(0) | (32 - 1));
	vgpu_write32(v, DP_AUX_CTL_A, DP_AUX_SEND);
}

static void write_others_fence(struct vgpu *v, unsigned int i)
{
	vgpu_write32(v, FENCE(15), i);
}

/* Using others' fences before PVINFO shows that a guest ignores GVT-g. */
static void enter_failsafe_mode(struct vgpu *v, unsigned int i)
{
	vgpu_reset(v);
	write_others_fence(v, i);
}

static int be_in_failsafe_mode(struct vgpu *v)
{
	enter_failsafe_mode(v, 0);
	return 0;
}

static void try_all_in_failsafe_mode(struct vgpu *v, unsigned int i)
{
	write_others_fence(v, i);
	write_bad_status_page(v, i);
	write_bad_nonpriv(v, i);
	notify_unknown(v, i);
	access_ggtt_odd(v, i);
}

/* While a vblank is pending, each write of MASTER_IRQ sends an interrupt. */
static int make_odd_interrupt(struct vgpu *v)
{
	uint32_t first, now = 0;
	int ret, tries;

	ret = show_with_ctl(v, 0, 0);
	if (!ret)
		ret = vgpu_vblank_irq_on(v, 0);
	if (!ret)
		ret = vgpu_pipe_frames(v, 0, &first);
	for (tries = 0; tries < 1000 && !ret; tries++) {
		ret = vgpu_pipe_frames(v, 0, &now);
		if (!ret && now != first)
			return vgpu_msi_control(v, 0xfffe | 1);
		usleep(1000);
	}
	return ret ? ret : -ETIME;
}

static void interrupt(struct vgpu *v, unsigned int i)
{
	(void)i;
	vgpu_write32(v, MASTER_IRQ, MASTER_IRQ_ENABLE);
}

/* The offset of a region in the device fd; they are equally spaced. */
static uint64_t region(const struct vgpu *v, unsigned int index)
{
	return v->config / VFIO_PCI_CONFIG_REGION_INDEX * index;
}

static void read_no_region(struct vgpu *v, unsigned int i)
{
	uint32_t val;

	pread(v->device, &val, 4, region(v, 100 + i));
}

static void read_others_aperture(struct vgpu *v, unsigned int i)
{
	uint32_t val;

	pread(v->device, &val, 4, region(v, VFIO_PCI_BAR2_REGION_INDEX) +
	      v->aperture + v->aperture_size + i * 4);
}

static void write_opregion(struct vgpu *v, unsigned int i)
{
	pwrite(v->device, &i, 4, region(v, VFIO_PCI_NUM_REGIONS));
}

/* Valid values are 1 (up) and 2 (down). */
static void write_bad_link_state(struct vgpu *v, unsigned int i)
{
	const uint32_t val = 3 + i;

	pwrite(v->device, &val, 4, region(v, VFIO_PCI_NUM_REGIONS + 1) +
	       offsetof(struct vfio_region_gfx_edid, link_state));
}

static void set_bad_irqs(struct vgpu *v, unsigned int i)
{
	struct {
		struct vfio_irq_set set;
		int32_t fd;
	} arg = {
		.set.argsz = sizeof(arg),
		.set.flags = VFIO_IRQ_SET_DATA_EVENTFD |
			     VFIO_IRQ_SET_ACTION_TRIGGER,
		.set.index = VFIO_PCI_MSI_IRQ_INDEX,
		.set.start = i % 2,
		.set.count = 1,
		.fd = v->device,	/* which is no eventfd */
	};

	vgpu_ioctl(v->device, VFIO_DEVICE_SET_IRQS, &arg);
}

/* ---- the test ---- */

FIXTURE(guest) {
	struct vgpu v;
	struct kernel_log log;
};

FIXTURE_VARIANT(guest) {
	int (*prepare)(struct vgpu *v);
	void (*once)(struct vgpu *v, unsigned int i);
	unsigned int gen;	/* the lowest generation to test */
};

FIXTURE_VARIANT_ADD(guest, query_of_an_unknown_format) {
	.prepare = show_unknown_format, .once = query_primary,
};

FIXTURE_VARIANT_ADD(guest, query_of_a_reserved_tiling) {
	.prepare = show_reserved_tiling, .once = query_primary, .gen = 9,
};

FIXTURE_VARIANT_ADD(guest, query_of_no_stride) {
	.prepare = show_nothing, .once = query_primary,
};

FIXTURE_VARIANT_ADD(guest, query_of_others_memory) {
	.prepare = show_others_memory, .once = query_primary,
};

FIXTURE_VARIANT_ADD(guest, query_of_unmapped_memory) {
	.prepare = show_unmapped_memory, .once = query_primary,
};

FIXTURE_VARIANT_ADD(guest, query_of_an_odd_cursor) {
	.prepare = show_odd_cursor, .once = query_cursor,
};

FIXTURE_VARIANT_ADD(guest, query_of_a_bad_type) { .once = query_bad_type };

FIXTURE_VARIANT_ADD(guest, get_of_unmapped_memory) {
	.prepare = show_unmapped_memory, .once = get_and_read,
};

FIXTURE_VARIANT_ADD(guest, get_of_a_bad_id) { .once = get_bad_id };

FIXTURE_VARIANT_ADD(guest, ggtt_entry_outside_memory) {
	.once = map_outside_memory,
};

FIXTURE_VARIANT_ADD(guest, ggtt_access_of_odd_size) { .once = access_ggtt_odd };

FIXTURE_VARIANT_ADD(guest, register_access_of_odd_size) {
	.once = access_register_odd,
};

FIXTURE_VARIANT_ADD(guest, access_to_no_register) {
	.once = access_no_register,
};

FIXTURE_VARIANT_ADD(guest, config_access_of_odd_size) {
	.once = access_config_odd,
};

FIXTURE_VARIANT_ADD(guest, access_after_config_space) {
	.once = access_after_config,
};

FIXTURE_VARIANT_ADD(guest, pvinfo_write) { .once = write_pvinfo };
FIXTURE_VARIANT_ADD(guest, pvinfo_read) { .once = read_pvinfo };
FIXTURE_VARIANT_ADD(guest, unknown_notification) { .once = notify_unknown };

FIXTURE_VARIANT_ADD(guest, creation_of_bad_tables) {
	.once = create_bad_tables,
};

FIXTURE_VARIANT_ADD(guest, destruction_of_bad_tables) {
	.once = destroy_bad_tables,
};

FIXTURE_VARIANT_ADD(guest, scaler_bound_to_a_plane) {
	.once = bind_scaler, .gen = 9,
};

FIXTURE_VARIANT_ADD(guest, bad_status_page) { .once = write_bad_status_page };
FIXTURE_VARIANT_ADD(guest, bad_force_nonpriv) { .once = write_bad_nonpriv };
FIXTURE_VARIANT_ADD(guest, aux_message_too_long) { .once = send_long_aux };

FIXTURE_VARIANT_ADD(guest, others_fence) { .once = write_others_fence };

FIXTURE_VARIANT_ADD(guest, failsafe_mode_again) { .once = enter_failsafe_mode };

FIXTURE_VARIANT_ADD(guest, bad_accesses_in_failsafe_mode) {
	.prepare = be_in_failsafe_mode, .once = try_all_in_failsafe_mode,
};

FIXTURE_VARIANT_ADD(guest, interrupt_with_odd_msi_bits) {
	.prepare = make_odd_interrupt, .once = interrupt,
};

FIXTURE_VARIANT_ADD(guest, read_of_no_region) { .once = read_no_region };
FIXTURE_VARIANT_ADD(guest, others_aperture) { .once = read_others_aperture };
FIXTURE_VARIANT_ADD(guest, write_to_the_opregion) { .once = write_opregion };
FIXTURE_VARIANT_ADD(guest, bad_link_state) { .once = write_bad_link_state };
FIXTURE_VARIANT_ADD(guest, set_irqs_that_is_refused) { .once = set_bad_irqs };

FIXTURE_SETUP(guest)
{
	int ret;

	if (!test_open_vgpu(_metadata, &self->v))
		return;
	if (variant->gen > self->v.gen)
		SKIP(return, "not on Broadwell: use a vGPU of Skylake or later");
	ret = kernel_log_open(&self->log);
	if (ret == -EPERM || ret == -EACCES)
		SKIP(return, "cannot read the kernel log: run as root");
	ASSERT_EQ(0, ret);
	if (variant->prepare)
		ASSERT_EQ(0, variant->prepare(&self->v));
}

FIXTURE_TEARDOWN(guest)
{
	close(self->log.fd);
	test_close(&self->v);
}

/* The limit is per time, so a slow kernel may stop after fewer repetitions. */
TEST_F(guest, cannot_flood_the_log)
{
	unsigned int i;

	for (i = 0; !tried_enough(&self->log, i); i++) {
		variant->once(&self->v, i);
		if (i % 10 == 9)
			kernel_log_read(&self->log);
	}
	kernel_log_read(&self->log);
	EXPECT_GE(kernel_log_allowed(&self->log), self->log.lines)
		TH_LOG("%d lines after %u times: %s", self->log.lines, i,
		       self->log.line);
	EXPECT_FALSE(self->log.warned) TH_LOG("%s", self->log.line);
}

TEST_HARNESS_MAIN
