#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# deb-root.sh [--path]: make a Debian system for testing the DKMS package.
#
# Debian's base system with dkms, the kernel image, its headers and its source,
# installed by mmdebstrap into the cache: 2 GB, never changed afterwards. Needs root.
# --path prints its location.

# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=lib/apt.sh
. "$SCRIPTS/lib/apt.sh"
usage_if_asked "$@"
path_wanted "$@"

LOG=$LOGS/deb-root.log

base_versions
kernel=$KERNEL_ABI-$KERNEL_FLAVOUR
# What a user has who installed Debian and its headers, and lintian for us
PACKAGES=(dkms lintian "linux-image-$kernel-unsigned=$KERNEL_VERSION"
	"linux-headers-$kernel=$KERNEL_VERSION" "$KERNEL_SOURCE=$KERNEL_VERSION")
name=deb-root-$(hash_words "${PACKAGES[@]}" "$(hash_paths scripts/deb-root.sh)")

build_root() {
	local sources=$1/sources archives=$1/root/var/cache/apt/archives
	local debs=$CACHE/debs-$KERNEL_VERSION options=()

	mkdir "$sources"
	derive_sources "$DEBIAN_CODENAME" "$sources"
	# The kernel's packages are here already.
	[ ! -d "$debs" ] ||
		options+=(--setup-hook="mkdir -p '$archives' && cp '$debs'/*.deb '$archives/'")
	# Its mounts are gone whichever way it ends. The lists stay, for what a test installs.
	run_logged "installing a Debian to try the package in" "$LOG" \
		unshare --mount --propagation private \
		mmdebstrap --mode=root --variant=minbase --include="${PACKAGES[*]}" "${options[@]}" \
		--skip=cleanup/apt/lists "$DEBIAN_CODENAME" "$1/root" "$sources"/*
	rm -r "$sources"
}

[ "$(id -u)" = 0 ] || die "mmdebstrap needs root to make a system that chroot can use"
"$SCRIPTS/setup.sh" mmdebstrap
entry "$name" build_root
tell_path "$CACHE/$name/root"
