#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# deb-root.sh [--path]: make a Debian system for testing the DKMS package.
#
# Debian's base system with dkms, the kernel image, its headers and its source, and
# with systemd, mdevctl and libvirt, installed by mmdebstrap into the cache: 2 GB, never
# changed afterwards. The rig can boot it (boot.sh --root). Needs root. --path prints its
# location.

# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=lib/apt.sh
. "$SCRIPTS/lib/apt.sh"
usage_if_asked "$@"
path_wanted "$@"

LOG=$LOGS/deb-root.log

base_versions
kernel=$KERNEL_ABI-$KERNEL_FLAVOUR
# What a user has who installed Debian and its headers, what keeps a vGPU over a
# reboot, and lintian for us
PACKAGES=(dkms lintian systemd-sysv mdevctl libvirt-daemon-system
	"linux-image-$kernel-unsigned=$KERNEL_VERSION"
	"linux-headers-$kernel=$KERNEL_VERSION" "$KERNEL_SOURCE=$KERNEL_VERSION")
name=deb-root-$(hash_words "${PACKAGES[@]}" "$(hash_paths scripts/deb-root.sh)")

# The initramfs has what this needs and i915, as that of any machine may have. With all
# modules, Debian's default, it takes minutes each time.
few_modules() {
	mkdir -p "$1/etc/initramfs-tools/conf.d"
	echo "MODULES=list" >"$1/etc/initramfs-tools/conf.d/few-modules"
	printf '%s\n' virtio_pci 9pnet_virtio 9p i915 >"$1/etc/initramfs-tools/modules"
}

build_root() {
	local sources=$1/sources archives=$1/root/var/cache/apt/archives
	local debs=$CACHE/debs-$KERNEL_VERSION options=()

	mkdir "$sources"
	derive_sources "$DEBIAN_CODENAME" "$sources"
	# The kernel's packages are here already.
	[ ! -d "$debs" ] ||
		options+=(--setup-hook="mkdir -p '$archives' && cp '$debs'/*.deb '$archives/'")
	few_modules "$1/few"
	# Its mounts are gone whichever way it ends. The lists stay, for what a test installs.
	run_logged "installing a Debian to try the package in" "$LOG" \
		unshare --mount --propagation private \
		mmdebstrap --mode=root --variant=minbase --include="${PACKAGES[*]}" "${options[@]}" \
		--setup-hook="cp -r '$1/few/.' \"\$1\"" --dpkgopt=force-confold --dpkgopt=force-unsafe-io \
		--skip=cleanup/apt/lists "$DEBIAN_CODENAME" "$1/root" "$sources"/*
	rm -r "$sources" "$1/few"
}

[ "$(id -u)" = 0 ] || die "mmdebstrap needs root to make a system that chroot can use"
"$SCRIPTS/setup.sh" mmdebstrap
entry "$name" build_root
tell_path "$CACHE/$name/root"
