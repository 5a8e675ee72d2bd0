#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# uapi.sh [--path]: install the uAPI headers of the kernel with the series.
#
# --path prints their location.

# shellcheck source=lib/kernel-tree.sh
. "$(dirname "$0")/lib/kernel-tree.sh"
usage_if_asked "$@"
path_wanted "$@"

series_state
name=uapi-$(hash_words "$KERNEL_VERSION" "$(state_hash -path '*/uapi/*')" \
	"$(hash_paths scripts/uapi.sh)")

build_uapi() {
	sync_tree "modules-$KERNEL_VERSION"
	run_logged "installing the kernel headers" "$LOGS/uapi.log" \
		make -C "$TREE" -j "$JOBS" headers
	cp -r "$TREE/usr/include" "$1/include"
	unlock "build-modules-$KERNEL_VERSION"
}
entry "$name" build_uapi
tell_path "$CACHE/$name"
