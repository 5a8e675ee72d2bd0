#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kernel-debug.sh [--path]: build the debug kernel of the rig.
#
# A small kernel from the base with the series, configured by rig/debug.config:
# KASAN, lockdep, kmemleak, fault injection, KUnit and the i915 selftests. The first
# build takes minutes, one after a change of the series seconds. --path prints its
# location.

# shellcheck source=lib/kernel-tree.sh
. "$(dirname "$0")/lib/kernel-tree.sh"
usage_if_asked "$@"
path_wanted "$@"

FRAGMENT=$REPO/rig/debug.config
series_state
name=debug-$(hash_words "$(kernel_hash)" \
	"$(hash_paths rig/debug.config scripts/kernel-debug.sh scripts/lib/kernel-tree.sh)")

# An option may have become part of another, or of all kernels, on a base that is
# not the machine's own; there it is enough that Kconfig has no such name.
gone() {
	[ "$BASE" != "$MACHINE_BASE" ] &&
		! grep -rqE --include='Kconfig*' "^[[:space:]]*(menu)?config ${1#CONFIG_}\$" .
}
configure_tree() {
	local wanted

	configure_as_debug
	# Kconfig drops silently what it cannot have.
	grep -E '^(CONFIG_|# CONFIG_.* is not set)' "$FRAGMENT" | while read -r wanted; do
		case $wanted in
		'#'*) # gone for good is as well not set
			wanted=${wanted#\# }
			! grep -q "^${wanted%% *}=[ym]" .config && continue
			;;
		*)
			grep -qxF "$wanted" .config && continue
			gone "${wanted%%=*}" && continue
			;;
		esac
		echo "rig/debug.config asks for '$wanted', and Kconfig does not give it"
		exit 1
	done
}
# DRM_I915_WERROR, which DRM_I915_DEBUG_GEM needs, would also compile each header
# of i915 by itself: as long again as all the rest of i915.
make_kernel() {
	make -C "$TREE" -j "$JOBS" 'no-header-test=%.h' bzImage modules
}
install_kernel() {
	local dir=$1

	cp "$TREE/arch/x86/boot/bzImage" "$dir/vmlinuz"
	make -C "$TREE" -j "$JOBS" INSTALL_MOD_PATH="$dir" INSTALL_MOD_STRIP=1 modules_install
	rm -f "$dir"/lib/modules/*/build
}

build_kernel() {
	local dir=$1

	configured_tree "debug-$KERNEL_VERSION" "configuring the debug kernel" configure_tree \
		"$(hash_paths rig/debug.config)"
	run_logged "building the debug kernel" "$LOGS/debug-build.log" make_kernel
	run_logged "installing the debug kernel" "$LOGS/debug-install.log" install_kernel "$dir"
	unlock "build-debug-$KERNEL_VERSION"
}

entry "$name" build_kernel
tell_path "$CACHE/$name"
