#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# deb-root.sh [--path]: make a Debian system for testing the DKMS package.
#
# Debian's base system with dkms, the kernel image, its headers and its source,
# installed by debootstrap and apt into the cache: 2 GB, never changed afterwards.
# Needs root. --path prints its location.

# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=lib/apt.sh
. "$SCRIPTS/lib/apt.sh"
usage_if_asked "$@"
path_wanted "$@"

LOG=$LOGS/deb-root.log
# What a user has who installed Debian and its headers, and lintian for us
PACKAGES=(dkms lintian)

base_versions
name=deb-root-$(hash_words "$KERNEL_VERSION" "${PACKAGES[@]}" "$(hash_paths scripts/deb-root.sh)")

# The mirror that apt uses for the release itself
mirror() {
	# shellcheck disable=SC2016	# $(...) is apt's
	private_apt apt-get indextargets --format '$(CODENAME) $(REPO_URI)' |
		awk -v codename="$DEBIAN_CODENAME" '$1 == codename { print $2; exit }'
}
install_all() {
	local root=$1 kernel=$KERNEL_ABI-$KERNEL_FLAVOUR

	debootstrap --variant=minbase "$DEBIAN_CODENAME" "$root" "$(mirror)" || return
	rm -f "$root/etc/apt/sources.list"
	cp "$APT"/sources.d/* "$root/etc/apt/sources.list.d/" || return
	cp /etc/resolv.conf "$root/etc/resolv.conf"
	cp "$CACHE/debs-$KERNEL_VERSION"/*.deb "$root/var/cache/apt/archives/" 2>/dev/null
	# Nothing may start, and no initramfs is ever booted.
	printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
	chmod +x "$root/usr/sbin/policy-rc.d"
	chroot "$root" apt-get update || return
	chroot "$root" env DEBIAN_FRONTEND=noninteractive apt-get install -y \
		--no-install-recommends "${PACKAGES[@]}" \
		"linux-image-$kernel-unsigned=$KERNEL_VERSION" \
		"linux-headers-$kernel=$KERNEL_VERSION" \
		"$KERNEL_SOURCE=$KERNEL_VERSION" || return
	chroot "$root" apt-get clean
}
build_root() {
	lock fetch	# apt's lists are those of fetch.sh
	ensure_lists
	run_logged "installing a Debian to try the package in" "$LOG" install_all "$1/root"
	unlock fetch
}

[ "$(id -u)" = 0 ] || die "debootstrap and chroot need root"
"$SCRIPTS/setup.sh" debootstrap
entry "$name" build_root
tell_path "$CACHE/$name/root"
