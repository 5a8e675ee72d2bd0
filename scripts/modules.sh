#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# modules.sh [--path]: build i915.ko, kvmgt.ko and mbochs.ko of the series.
#
# They are built in a tree of the base with Debian's configuration, symbol
# versions and type information, so that Debian's own kernel image loads them.
# A compiler warning is an error. --path prints their location.

# shellcheck source=lib/kernel-tree.sh
. "$(dirname "$0")/lib/kernel-tree.sh"
usage_if_asked "$@"
path_wanted "$@"

series_state
name=modules-$(hash_words "$(kernel_hash)" \
	"$(hash_paths scripts/modules.sh scripts/lib/kernel-tree.sh)" "$(gcc -dumpfullversion)")

DRIVER=drivers/gpu/drm/i915
SAMPLE=samples/vfio-mdev
LOG=$LOGS/modules-$KERNEL_VERSION.log	# as the lock of the tree

# With Debian's type information
configure_tree() {
	cp "$BASE_HDR/usr/src/linux-headers-$KERNEL_RELEASE/vmlinux" "$TREE/"
	configure_as_debian
}
make_modules() {
	# modpost warns when it runs, and not of what it has found before.
	rm -f "$TREE/$DRIVER/Module.symvers" "$TREE/$SAMPLE/Module.symvers"
	make -C "$TREE" -j "$JOBS" M=$DRIVER KCFLAGS=-Werror modules
	# Debian builds no samples.
	make -C "$TREE" M=$SAMPLE CONFIG_SAMPLE_VFIO_MDEV_MBOCHS=m KCFLAGS=-Werror modules
}

build_modules() {
	local dir=$1 module release

	configured_tree "modules-$KERNEL_VERSION" "configuring the kernel as Debian does" configure_tree
	run_logged "building i915, kvmgt and mbochs" "$LOG" make_modules
	! grep -q '^WARNING: modpost' "$LOG" ||
		die "building i915, kvmgt and mbochs: $(grep -m 1 '^WARNING: modpost' "$LOG"): see $LOG"
	for module in $DRIVER/{i915,kvmgt} $SAMPLE/mbochs; do
		strip --strip-debug -o "$dir/${module##*/}.ko" "$TREE/$module.ko"
		release=$(/sbin/modinfo -F vermagic "$dir/${module##*/}.ko" | cut -d' ' -f1)
		[ "$release" = "$KERNEL_RELEASE" ] ||
			die "${module##*/}.ko is for kernel $release, the image is $KERNEL_RELEASE"
	done
	cp "$LOG" "$dir/build.log"
	unlock "build-modules-$KERNEL_VERSION"
}

entry "$name" build_modules
tell_path "$CACHE/$name"
