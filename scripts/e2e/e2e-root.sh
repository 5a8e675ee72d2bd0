#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# e2e-root.sh [--path]: make the root file system in which Debian's QEMU runs, of the
# machine's own release or of the one that ROOT names.
#
# Unpacks Debian's own packages of QEMU, libvirt, Mesa's software renderer and a VNC
# client library, with their dependencies, into the cache. Nothing is installed or
# changed on the machine. The rig mounts the file system by 9p. --path prints its
# location.

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/apt.sh
. "$SCRIPTS/lib/apt.sh"
usage_if_asked "$@"
in_root_base "$@"
path_wanted "$@"

LOG=$LOGS/e2e-root.log

# With all that they depend on
PACKAGES=(qemu-system-x86 seabios libegl1 libopengl0 libgbm1 libgl1-mesa-dri libvncclient1
	libvirt-clients libvirt-daemon-driver-qemu libxml2-utils ${QEMU_DISPLAYS:+"$QEMU_DISPLAYS"})
# By themselves: of the first only the display without a window is wanted, not
# GTK and what comes with it; the others are headers to build the viewer with.
SINGLE=(qemu-system-gui libvncserver-dev libsasl2-dev)
# Most of the bytes, and nobody reads them
UNWANTED=(usr/share/doc usr/share/man usr/share/locale usr/share/info usr/share/iso-codes)
# The renderer is one file under the names of a dozen drivers; from Mesa 24.3 on
# that is a loader, of the name that comes last.
DRIVERS=(kms_swrast swrast libdril)

[ -f "$VERSIONS" ] || "$SCRIPTS/fetch.sh" --emulator
base_versions
name=e2e-root-$(hash_words "$KERNEL_VERSION" "$QEMU_VERSION" "${PACKAGES[@]}" \
	"${SINGLE[@]}" "$(hash_paths scripts/e2e/e2e-root.sh)")

fetch_all() {
	local dir=$1

	fetch_with_dependencies "$dir" "${PACKAGES[@]}" || return
	download "$dir" private_apt apt-get download "${SINGLE[@]}"
}
unpack_all() {
	local debs=$1 root=$2 deb driver dri keep=()

	for deb in "$debs"/*.deb; do
		dpkg-deb -x "$deb" "$root" || return
	done
	# Of what the packages' scripts would do, all that is missed: libvirt wants
	# its user, even where it does not use it.
	printf '%s:x:%d:%d::/:/bin/sh\n' root 0 0 libvirt-qemu 64055 64055 >"$root/etc/passwd"
	printf '%s:x:%d:\n' root 0 libvirt-qemu 64055 >"$root/etc/group"
	(cd "$root" && rm -rf "${UNWANTED[@]}" && mkdir -p dev proc sys tmp share run)
	dri=$root/usr/lib/x86_64-linux-gnu/dri
	for driver in "${DRIVERS[@]}"; do
		keep+=(! -name "${driver}_dri.so")
	done
	find "$dri" -name '*_dri.so' "${keep[@]}" -delete
	[ -f "$dri/${DRIVERS[0]}_dri.so" ] || {
		echo "no ${DRIVERS[0]}_dri.so in the packages"
		return 1
	}
}
build_root() {
	local dir=$1

	lock fetch	# apt's lists are those of fetch.sh
	ensure_lists
	mkdir "$dir/debs" "$dir/root"
	twice "downloading Debian's QEMU and Mesa (about 95 MB)" fetch_all "$dir/debs"
	unlock fetch
	run_logged "unpacking them" "$LOG" unpack_all "$dir/debs" "$dir/root"
	rm -rf "$dir/debs"
}
entry "$name" build_root
tell_path "$CACHE/$name/root"
