// SPDX-License-Identifier: GPL-2.0
/*
 * A vGPU cannot be created on a wedged GPU: its contexts would never run, and
 * if the GPU failed to initialize, their address space does not even exist.
 *
 * i915 declares the GPU wedged if a hang is reported through debugfs while
 * resets are disabled, and recovers it if a hang is reported with resets
 * enabled.
 */
#include "test_util.h"
#include "mdev_util.h"

#define DEBUGFS	"/sys/kernel/debug/dri/*/"

#define NEW_UUID	"00000000-0000-4000-8000-00000000dead"

static int report_hang(const char *reset)
{
	int ret = test_write(DEBUGFS "i915_params/reset", reset);

	return ret ? ret : test_write(DEBUGFS "i915_wedged", "1");
}

TEST(vgpu_is_not_made_on_a_wedged_gpu)
{
	const char *uuid = getenv("VGPU_UUID");
	struct mdev mdev;
	int ret;

	if (!uuid || !*uuid)
		SKIP(return, "no vGPU: set VGPU_UUID to an mdev's UUID");
	ASSERT_EQ(0, mdev_find(&mdev, uuid));
	ret = report_hang("0");
	if (ret == -ENOENT || ret == -EACCES)
		SKIP(return, "cannot wedge the GPU: mount debugfs, run as root");
	ASSERT_EQ(0, ret);

	EXPECT_EQ(-EIO, test_write(mdev.create, NEW_UUID));
	EXPECT_EQ(-ENOENT, test_write(MDEVS "/" NEW_UUID "/remove", "1"));

	ASSERT_EQ(0, report_hang("3"));
}

TEST_HARNESS_MAIN
