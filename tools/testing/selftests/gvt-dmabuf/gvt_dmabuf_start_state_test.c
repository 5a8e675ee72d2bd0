// SPDX-License-Identifier: GPL-2.0
/*
 * vGPUs start from a snapshot of the host's registers ("golden state"). The
 * display state of the host, such as that of a laptop's panel, must not get
 * into vGPUs.
 *
 * kvmgt reads the snapshot from a firmware file if there is one. The tests
 * provide the snapshot that kvmgt exports in sysfs, modified to have the panel
 * and other parts of the display on, and reload kvmgt.
 */
#include <limits.h>
#include <sys/stat.h>

#include "test_util.h"
#include "mdev_util.h"
#include "module_util.h"
#include "vgpu_regs.h"

#define SNAPSHOT	"/sys/bus/pci/devices/*/gvt_firmware"
#define FIRMWARE_DIR	"/lib/firmware/i915/gvt"

/* Header of the file: firmware.c in the kernel */
struct snapshot {
	uint64_t magic;
	uint32_t crc, version;
	uint64_t config_size, config_at, mmio_size, mmio_at;
};

#define ROW(reg, host, guest)	{ #reg, reg, host, guest }

/* @host: value in the file; @guest: value that a vGPU must start with */
static const struct row {
	const char *name;
	uint32_t reg, host, guest;
} rows[] = {
	ROW(PIPE_REG(TRANS_CONF, 1), 0xc0000000, 0),
	ROW(PIPE_REG(TRANS_CONF, 2), 0xc0000000, 0),
	ROW(TRANS_CONF_EDP, 0xc0000000, 0),
	ROW(PIPE_REG(TRANS_DDI_FUNC_CTL, 1), 0x90000000, 0),
	ROW(PIPE_REG(TRANS_DDI_FUNC_CTL, 2), 0xa0000000, 0),
	ROW(TRANS_DDI_FUNC_CTL_EDP, 0x80000000, 0),
	ROW(TRANS_HTOTAL_EDP, 0x081f077f, 0),
	ROW(SRD_CTL_EDP, 0x80000000, 0),
	ROW(PLANE_CTL, 0x84000000, 0),
	ROW(PLANE_REG(PLANE_CTL, 2), 0x84000000, 0),
	ROW(PLANE_REG(PLANE_CTL, 3), 0x84000000, 0),
	ROW(PLANE_REG(PLANE_CTL, 4), 0x84000000, 0),
	ROW(PLANE_SURF, 0x00100000, 0),
	ROW(PIPE_REG(PLANE_CTL, 1), 0x84000000, 0),
	ROW(PIPE_REG(PLANE_REG(PLANE_CTL, 3), 2), 0x84000000, 0),
	ROW(PLANE_REG(PLANE_STRIDE, 3), 0x78, 0),
	ROW(CUR_CTL, 0x04000027, 0),
	ROW(PIPE_REG(CUR_CTL, 1), 0x04000027, 0),
	ROW(PS_REG(PS_CTRL, 0, 1), 0x80000000, 0),
	ROW(PS_REG(PS_CTRL, 0, 2), 0x82000000, 0),
	ROW(PF_CTL, 0x80800000, 0),
	ROW(DDI_BUF_CTL(0), 0x80000011, 0x90),	/* 4 lanes, idle */
	ROW(DDI_BUF_CTL(4), 0x80000000, 0x80),	/* idle */
	ROW(DP_TP_CTL_A, 0x80000300, 0),
	ROW(FBC_CTL, 0x80000000, 0),
	ROW(PP_STATUS, 0x80000008, 0),
	ROW(SBLC_PWM_CTL1, 0x80000000, 0),
	ROW(LGC_PALETTE, 0x00123456, 0),
	/* where the host's engines have page tables, rings and contexts */
	ROW(VGPU_RENDER + RING_PDP0_LDW, 0x12345000, 0),
	ROW(VGPU_RENDER + RING_PDP0_UDW, 0x00000003, 0),
	ROW(VGPU_BLITTER + RING_PDP0_LDW, 0x12345000, 0),
	ROW(VGPU_RENDER + RING_HWS_PGA, 0xfedca000, 0),
	ROW(VGPU_BLITTER + RING_HWS_PGA, 0xfedca000, 0),
	ROW(VGPU_RENDER + RING_START, 0xfedcb000, 0),
	ROW(FENCE(0), 0xfedcc001, 0),
};

FIXTURE(start_state) {
	struct vgpu v;
	uint8_t *file;
	size_t size;
	struct mdev mdev;
	char ko[PATH_MAX], path[PATH_MAX];
	bool file_is_used;
};

static uint32_t crc32_le(const uint8_t *bytes, size_t size)
{
	uint32_t crc = 0;
	int bit;

	while (size--) {
		crc ^= *bytes++;
		for (bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
	}
	return crc;
}

/* Read the first file that matches @pattern. The caller frees the result. */
static uint8_t *read_file(const char *pattern, size_t *size)
{
	uint8_t *bytes = NULL;
	struct stat st;
	glob_t found;
	FILE *f;

	if (glob(pattern, 0, NULL, &found))
		return NULL;
	f = fopen(found.gl_pathv[0], "re");
	if (f && !fstat(fileno(f), &st)) {
		bytes = malloc(st.st_size);
		*size = bytes ? fread(bytes, 1, st.st_size, f) : 0;
	}
	if (f)
		fclose(f);
	globfree(&found);
	return bytes;
}

static int write_file(const char *path, const void *bytes, size_t size)
{
	FILE *f;
	size_t n;

	mkdir("/lib", 0755);
	mkdir("/lib/firmware", 0755);
	mkdir("/lib/firmware/i915", 0755);
	mkdir(FIRMWARE_DIR, 0755);
	f = fopen(path, "we");
	if (!f)
		return -errno;
	n = fwrite(bytes, 1, size, f);
	return fclose(f) || n != size ? -EIO : 0;
}

static void turn_on_display(uint8_t *file, size_t size)
{
	struct snapshot *s = (struct snapshot *)file;
	const size_t start = offsetof(struct snapshot, version);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		memcpy(file + s->mmio_at + rows[i].reg, &rows[i].host, 4);
	s->crc = crc32_le(file + start, size - start);
}

/* kvmgt exports its own snapshot only if it has not found a file. */
static bool uses_file(void)
{
	glob_t found;
	bool own = !glob(SNAPSHOT, 0, NULL, &found);

	if (own)
		globfree(&found);
	return !own;
}

static int reload(const char *ko)
{
	int ret = unload_soon();

	return ret ? ret : load(ko);
}

/* Create a vGPU from the file, and open it without a reset. */
FIXTURE_SETUP(start_state)
{
	const struct snapshot *s;
	const uint8_t *config;
	uint64_t size;

	if (!find_module(self->ko, sizeof(self->ko)))
		SKIP(return, "no " MODULE_FILES ": run in the rig");
	if (!test_open_vgpu(_metadata, &self->v))
		return;
	test_close(&self->v);
	if (count_mdevs() != 1)
		SKIP(return, "kvmgt is in use by other vGPUs: remove them");
	self->file = read_file(SNAPSHOT, &self->size);
	if (!self->file)
		SKIP(return, "no " SNAPSHOT ": remove the file in " FIRMWARE_DIR);
	s = (const struct snapshot *)self->file;
	size = s->mmio_at + s->mmio_size;
	ASSERT_EQ(size, self->size);
	config = self->file + s->config_at;
	snprintf(self->path, sizeof(self->path), FIRMWARE_DIR
		 "/vid_0x%02x%02x_did_0x%02x%02x_rid_0x%02x.golden_hw_state",
		 config[1], config[0], config[3], config[2], config[8]);
	turn_on_display(self->file, self->size);

	ASSERT_EQ(0, mdev_find(&self->mdev, self->v.uuid));
	ASSERT_EQ(0, write_file(self->path, self->file, self->size));
	ASSERT_EQ(0, mdev_remove(&self->mdev));
	ASSERT_EQ(0, reload(self->ko));
	ASSERT_EQ(0, mdev_create(&self->mdev));
	ASSERT_EQ(0, vgpu_open_as_left(&self->v, self->mdev.uuid, TEST_RAM));
	self->file_is_used = uses_file();
}

/* Remove the file, and restore kvmgt and the vGPU. */
FIXTURE_TEARDOWN(start_state)
{
	test_close(&self->v);
	free(self->file);
	EXPECT_EQ(0, remove(self->path));
	mdev_remove(&self->mdev);
	EXPECT_EQ(0, reload(self->ko));
	EXPECT_EQ(0, mdev_create(&self->mdev));
}

/* Skip and return false if kvmgt has not read the file; the caller returns. */
static bool test_file(struct __test_metadata *_metadata, bool file_is_used)
{
	if (!file_is_used)
		SKIP(return false,
		     "no firmware loader: set CONFIG_FW_LOADER in the kernel");
	return true;
}

static void expect_guest_state(struct __test_metadata *_metadata,
			       struct vgpu *v)
{
	uint32_t val;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		ASSERT_EQ(0, vgpu_read32(v, rows[i].reg, &val));
		EXPECT_EQ(rows[i].guest, val) TH_LOG("%s", rows[i].name);
	}
}

static bool frames_stand_still(struct vgpu *v)
{
	uint32_t first, now;

	if (vgpu_pipe_frames(v, 0, &first))
		return false;
	usleep(100000);
	return !vgpu_pipe_frames(v, 0, &now) && first == now;
}

TEST_F(start_state, host_panel_is_not_the_guests)
{
	if (!test_file(_metadata, self->file_is_used))
		return;
	expect_guest_state(_metadata, &self->v);
	EXPECT_TRUE(frames_stand_still(&self->v));
}

TEST_F(start_state, reset_brings_no_host_panel)
{
	if (!test_file(_metadata, self->file_is_used))
		return;
	ASSERT_EQ(0, vgpu_reset(&self->v));
	expect_guest_state(_metadata, &self->v);
	EXPECT_TRUE(frames_stand_still(&self->v));
}

TEST_F(start_state, host_planes_are_not_shown)
{
	struct vfio_device_gfx_plane_info info;
	enum vgpu_plane plane;

	if (!test_file(_metadata, self->file_is_used) ||
	    !test_exports(_metadata, &self->v))
		return;
	for (plane = VGPU_OVERLAY; plane <= VGPU_CURSOR; plane++) {
		EXPECT_EQ(0, vgpu_query(&self->v, plane, &info));
		EXPECT_EQ(0, info.drm_format) TH_LOG("plane type %d", plane);
	}
}

/* The guest can turn the vGPU's pipe on and off, independent of the host's. */
TEST_F(start_state, pipe_is_on_and_off_as_set)
{
	struct vfio_device_gfx_plane_info info;
	struct vgpu_surface s;
	uint32_t val;
	int fd;

	if (!test_file(_metadata, self->file_is_used) ||
	    !test_exports(_metadata, &self->v))
		return;
	ASSERT_EQ(0, test_show(&self->v, &s, DRM_FORMAT_XRGB8888,
			       DRM_FORMAT_MOD_LINEAR));
	fd = test_export(&self->v, VGPU_PRIMARY, &info);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, test_compare(fd, &self->v, &s));
	close(fd);
	EXPECT_FALSE(frames_stand_still(&self->v));

	ASSERT_EQ(0, vgpu_pipe_off(&self->v, 0));
	ASSERT_EQ(0, vgpu_read32(&self->v, TRANS_CONF, &val));
	EXPECT_EQ(0, val & (TRANS_CONF_ENABLE | TRANS_CONF_STATE));
	EXPECT_TRUE(frames_stand_still(&self->v));
	ASSERT_EQ(0, vgpu_query(&self->v, VGPU_PRIMARY, &info));
	EXPECT_EQ(0, info.drm_format);
}

FIXTURE(config) {
	struct vgpu v;
};

FIXTURE_SETUP(config)
{
	if (!test_open_vgpu(_metadata, &self->v))
		return;
}

FIXTURE_TEARDOWN(config)
{
	test_close(&self->v);
}

/* VMMs walk the list of extended capabilities: PCI Express, 7.6.3. */
TEST_F(config, extended_capabilities_are_a_list)
{
	const unsigned int first = 0x100, end = 0x1000, least = 8;
	unsigned int at, left = (end - first) / least;
	uint32_t header;

	for (at = first; at; at = header >> 20) {
		ASSERT_LE(first, at);
		ASSERT_GE(end - least, at);
		ASSERT_NE(0, left--);
		ASSERT_EQ(4, pread(self->v.device, &header, 4,
				   self->v.config + at));
	}
}

TEST_HARNESS_MAIN
