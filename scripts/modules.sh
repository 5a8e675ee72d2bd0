#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# modules.sh [--path]: build i915.ko and kvmgt.ko of the series.
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
	"$(hash_paths scripts/modules.sh scripts/lib/kernel-tree.sh)")

DRIVER=drivers/gpu/drm/i915
LOG=$LOGS/modules.log

# Debian's configuration; what identifies its build must be ours to set, and
# srcversion tells in a running kernel whose modules these are.
configure_tree() {
	local headers=$BASE_HDR/usr/src/linux-headers-$KERNEL_RELEASE version

	cd "$TREE"
	cp "$headers/.config" "$headers/Module.symvers" "$headers/vmlinux" .
	version=$(make -s kernelversion)
	[ "$KERNEL_RELEASE" != "${KERNEL_RELEASE#"$version"}" ] || {
		echo "source is $version, image is $KERNEL_RELEASE: they do not belong together"
		return 1
	}
	scripts/config --set-str SYSTEM_TRUSTED_KEYS "" \
		--set-str LOCALVERSION "${KERNEL_RELEASE#"$version"}" \
		-d LOCALVERSION_AUTO -e MODULE_SRCVERSION_ALL
	make -j "$JOBS" olddefconfig
	make -j "$JOBS" modules_prepare
}
make_modules() {
	make -C "$TREE" -j "$JOBS" M=$DRIVER KCFLAGS=-Werror modules
}

build_modules() {
	local dir=$1 module release kconfig

	sync_tree "modules-$KERNEL_VERSION"
	kconfig=$(hash_words "$(state_hash -name 'Kconfig*')" "$(hash_paths scripts/modules.sh)")
	if ! stamped configured "$kconfig"; then
		run_logged "configuring the kernel as Debian does" "$LOGS/modules-prepare.log" configure_tree
		stamp configured "$kconfig"
	fi
	run_logged "building i915 and kvmgt" "$LOG" make_modules
	! grep -q '^WARNING: modpost' "$LOG" ||
		die "building i915 and kvmgt: $(grep -m 1 '^WARNING: modpost' "$LOG"): see $LOG"
	for module in i915 kvmgt; do
		strip --strip-debug -o "$dir/$module.ko" "$TREE/$DRIVER/$module.ko"
		release=$(/sbin/modinfo -F vermagic "$dir/$module.ko" | cut -d' ' -f1)
		[ "$release" = "$KERNEL_RELEASE" ] ||
			die "$module.ko is for kernel $release, the image is $KERNEL_RELEASE"
	done
	cp "$LOG" "$dir/build.log"
	unlock "build-modules-$KERNEL_VERSION"
}

entry "$name" build_modules
tell_path "$CACHE/$name"
