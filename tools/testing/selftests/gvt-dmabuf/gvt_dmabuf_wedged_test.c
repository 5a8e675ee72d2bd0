// SPDX-License-Identifier: GPL-2.0
/*
 * A vGPU cannot be made on a GPU that is wedged: its contexts would be made in
 * an address space that is not there if the GPU never came up, and would never
 * run if it did.
 *
 * i915 wedges the GPU when it is told of a hang and may not reset it, and lets
 * go of that when it is told once more and may.
 */
#include "test_util.h"
#include "mdev_util.h"

#define DEBUGFS	"/sys/kernel/debug/dri/*/"

#define NEW_UUID	"00000000-0000-4000-8000-00000000dead"

static int tell_of_hang(const char *reset)
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
	ret = tell_of_hang("0");
	if (ret == -ENOENT || ret == -EACCES)
		SKIP(return, "cannot wedge the GPU: mount debugfs, run as root");
	ASSERT_EQ(0, ret);

	EXPECT_EQ(-EIO, test_write(mdev.create, NEW_UUID));
	EXPECT_EQ(-ENOENT, test_write(MDEVS "/" NEW_UUID "/remove", "1"));

	ASSERT_EQ(0, tell_of_hang("3"));
}

TEST_HARNESS_MAIN
