#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# e2e-desktop.sh [--path]: make the root file system of a guest with Debian's desktops.
#
#   desktop.squashfs   Xorg with twm, xterm and xclock; Weston with its shell and its
#                      terminal; modetest and dialog
#
# Debian's packages, installed by mmdebstrap, of the machine's own release or of the one
# that ROOT names. Not compressed: twice emulated, unpacking takes longer than reading.
# The guest's kernel and i915 are those of e2e-guest.sh. Needs root. --path prints the
# location of the file.

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/apt.sh
. "$SCRIPTS/lib/apt.sh"
usage_if_asked "$@"
in_root_base "$@"
path_wanted "$@"

LOG=$LOGS/e2e-desktop.log

PACKAGES=(xserver-xorg-core x11-xserver-utils x11-utils x11-apps twm xterm xfonts-base
	xfonts-75dpi weston seatd fontconfig fonts-dejavu-core libdrm-tests dialog)
# Most of the bytes: what nobody reads, and the renderers that nothing here uses, as the
# desktops draw by the CPU.
UNWANTED=('/usr/share/doc/*' '/usr/share/man/*' '/usr/share/locale/*' '/usr/share/info/*'
	'/usr/lib/*/dri/*' '/usr/lib/*/libLLVM*' '/usr/lib/*/libz3.*' '/usr/lib/*/libgallium*' '/usr/lib/gcc/*')

[ -f "$VERSIONS" ] || "$SCRIPTS/fetch.sh" --emulator
base_versions
name=e2e-desktop-$(hash_words "$KERNEL_VERSION" "$QEMU_VERSION" "${PACKAGES[@]}" \
	"$(hash_paths scripts/e2e/e2e-desktop.sh)")

pack() { mksquashfs "$1" "$2" -quiet -no-progress -noI -noD -noF -noX; }

build_desktop() {
	local dir=$1 root=$CACHE/tmp/e2e-desktop.$$ options=(--dpkgopt=force-unsafe-io) path

	# Not below the entry: its devices would need more than the entry's checks know.
	DOOMED+=("$root")
	mkdir "$dir/sources"
	derive_sources "$DEBIAN_CODENAME" "$dir/sources"
	for path in "${UNWANTED[@]}"; do
		options+=("--dpkgopt=path-exclude=$path")
	done
	# Its mounts are gone whichever way it ends.
	run_logged "installing Debian's desktops for the guest" "$LOG" \
		unshare --mount --propagation private \
		mmdebstrap --mode=root --variant=essential --include="${PACKAGES[*]}" "${options[@]}" \
		"$DEBIAN_CODENAME" "$root" "$dir"/sources/*
	rm -r "$dir/sources"
	run_logged "packing them" "$LOGS/e2e-desktop-pack.log" pack "$root" "$dir/desktop.squashfs"
	rm -rf "$root"
}

[ "$(id -u)" = 0 ] || die "mmdebstrap needs root to make a system that chroot can use"
"$SCRIPTS/setup.sh" mmdebstrap squashfs-tools
entry "$name" build_desktop
tell_path "$CACHE/$name/desktop.squashfs"
