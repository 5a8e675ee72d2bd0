#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# fetch.sh [--update] [--quiet] [--emulator]: get the base packages and unpack them.
#
# Downloads, with the machine's own apt sources, the kernel source, the kernel
# image and headers built from exactly that source version, and the source of QEMU,
# and unpacks each into the cache. Packages in the cache are not fetched again.
# --update selects the newest available versions instead of those in use. With
# --emulator the kernel is not fetched. No root is needed: apt's lists and files are
# in the cache.

# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=lib/apt.sh
. "$SCRIPTS/lib/apt.sh"
usage_if_asked "$@"

LOG=$LOGS/fetch.log
UPDATE=
QUIET=
KERNEL=1
for arg in "$@"; do
	case $arg in
	--update) UPDATE=1 ;;
	--quiet) QUIET=1 ;;
	--emulator) KERNEL= ;;
	*) die "unknown argument $arg (see --help)" ;;
	esac
done
progress() { [ -n "$QUIET" ] || say "$@"; }

# --- versions ---------------------------------------------------------------

has_version() {
	kernel_apt apt-cache madison "$1" | awk -F '|' -v v="$2" '{ gsub(/ /, "") } $2 == v { found = 1 } END { exit !found }'
}
KERNEL_FROM="component $DEBIAN_COMPONENT of suite ${KERNEL_SUITE:-$DEBIAN_KERNEL_SUITE}"

# The binary packages must come from the source version that we build, or the
# modules will not load; ask apt which of them do.
resolve_versions() {
	local source version image abi package missing=()

	source=$(source_package)
	version=$(candidate "${source:-$KERNEL_SOURCE}")
	[ -n "$version" ] ||
		die "no package $KERNEL_SOURCE in apt's sources: it is in $KERNEL_FROM"

	image=
	for package in $({
		kernel_apt apt-cache pkgnames linux-image-
		kernel_apt apt-cache pkgnames linux-binary-unsigned-
	} | only_images); do
		if has_version "$package" "$version"; then
			image=$package
		fi
	done
	[ -n "$image" ] ||
		die "$source is at $version, but no unsigned kernel image for $KERNEL_FLAVOUR has that version: source and image must match; run 'make fetch UPDATE=1' later, or see that apt has $KERNEL_FROM"
	abi=$(abi_of "$image")
	for package in $(packages_of "$image") "linux-headers-$abi-$KERNEL_FLAVOUR" "linux-headers-$abi-common" "linux-kbuild-$abi"; do
		has_version "$package" "$version" || missing+=("$package (apt has: $(candidate "$package"))")
	done
	[ ${#missing[@]} -eq 0 ] ||
		die "$source is at $version, but in that version there is no ${missing[*]}"

	QEMU_VERSION=$(private_apt apt-cache showsrc --only-source "$QEMU_SOURCE" |
		awk '$1 == "Version:" { print $2 }' | sort -V | tail -n 1)
	[ -n "$QEMU_VERSION" ] ||
		die "no source package $QEMU_SOURCE in apt's sources: it is in component $DEBIAN_COMPONENT of suite $DEBIAN_CODENAME"

	printf '%s\n' "KERNEL_SOURCE=$source" "KERNEL_VERSION=$version" \
		"KERNEL_IMAGE=$image" "KERNEL_ABI=$abi" "QEMU_VERSION=$QEMU_VERSION" >"$VERSIONS.new"
	mv "$VERSIONS.new" "$VERSIONS"
	base_versions
}

# --- downloads --------------------------------------------------------------

fetch_debs() {
	local dir=$1 packages

	ensure_lists
	mapfile -t packages < <(packages_of "$KERNEL_IMAGE")
	packages+=("$KERNEL_SOURCE" "linux-headers-$KERNEL_ABI-$KERNEL_FLAVOUR"
		"linux-headers-$KERNEL_ABI-common" "linux-kbuild-$KERNEL_ABI")
	twice "downloading kernel packages $KERNEL_VERSION (about 300 MB)" \
		download "$dir" kernel_apt apt-get download "${packages[@]/%/=$KERNEL_VERSION}"
}
fetch_dsc() {
	local dir=$1

	ensure_lists
	twice "downloading QEMU source $QEMU_VERSION (about 25 MB)" \
		download "$dir" private_apt apt-get source --download-only \
		--only-source "$QEMU_SOURCE=$QEMU_VERSION"
}

# --- unpacking --------------------------------------------------------------

unpack_deb() {
	local pattern=$1 dir=$2 deb

	deb=$(find "$DEBS" -name "$pattern")
	[ -f "$deb" ] || die "the download left no single $pattern in $DEBS: remove that directory and run again"
	dpkg-deb -x "$deb" "$dir"
}
unpack_image() {
	local package modules

	for package in $(packages_of "$KERNEL_IMAGE"); do
		unpack_deb "${package}_*.deb" "$1"
	done
	# From Debian 13 on modules are below /usr, and newer images lie with them; the
	# rig looks where older ones are.
	modules=usr/lib/modules/$KERNEL_ABI-$KERNEL_FLAVOUR
	[ -d "$1/lib" ] || ln -s usr/lib "$1/lib"
	if [ -f "$1/$modules/vmlinuz.unsigned" ]; then
		mkdir -p "$1/boot"
		ln -s "../$modules/vmlinuz.unsigned" "$1/boot/vmlinuz-$KERNEL_ABI-$KERNEL_FLAVOUR"
	fi
	# The image package carries no modules.dep: its postinst makes it.
	/sbin/depmod -b "$1" "$KERNEL_ABI-$KERNEL_FLAVOUR"
}
unpack_headers() {
	unpack_deb "linux-headers-*-${KERNEL_FLAVOUR}_*.deb" "$1"
}
unpack_source() {
	local dir=$1

	unpack_deb 'linux-source-*.deb' "$dir/deb"
	tar -xf "$dir/deb/usr/src/$KERNEL_SOURCE.tar.xz" -C "$dir" --strip-components=1
	rm -rf "$dir/deb"
}
unpack_qemu() {
	local dir=$1

	rmdir "$dir"	# dpkg-source wants to make it
	dpkg-source --no-check --no-copy -x "$DSC"/*.dsc "$dir"
}
unpack_logged() {
	local what=$1 how=$2 dir=$3

	run_logged "unpacking $what" "$LOGS/unpack.log" "$how" "$dir"
}

# Unpacked is enough: the packages themselves are only needed to unpack.
kernel_whole() {
	[ -n "$KERNEL" ] || return 0
	entry_ok "$CACHE/source-$KERNEL_VERSION" && entry_ok "$CACHE/img-$KERNEL_VERSION" &&
		entry_ok "$CACHE/headers-$KERNEL_VERSION"
}
qemu_whole() { entry_ok "$CACHE/qemu-source-$QEMU_UPSTREAM"; }
tell_done() { progress "base packages are in place: kernel $KERNEL_VERSION, QEMU $QEMU_VERSION"; }

mkdir -p "$CACHE"
if [ -f "$VERSIONS" ] && [ -z "$UPDATE" ]; then
	base_versions
	if kernel_whole && qemu_whole; then
		tell_done
		exit 0
	fi
fi
lock fetch
if [ -f "$VERSIONS" ] && [ -z "$UPDATE" ]; then
	base_versions
else
	ensure_lists
	resolve_versions
	say "base: $KERNEL_SOURCE $KERNEL_VERSION, image $KERNEL_ABI-$KERNEL_FLAVOUR, QEMU $QEMU_VERSION"
fi

if ! kernel_whole; then
	entry "debs-$KERNEL_VERSION" fetch_debs
	DEBS=$ENTRY
	entry "img-$KERNEL_VERSION" unpack_logged "the kernel image" unpack_image
	entry "headers-$KERNEL_VERSION" unpack_logged "the kernel headers" unpack_headers
	entry "source-$KERNEL_VERSION" unpack_logged "the kernel source" unpack_source
fi
if ! qemu_whole; then
	entry "qemu-dsc-$QEMU_UPSTREAM" fetch_dsc
	DSC=$ENTRY
	entry "qemu-source-$QEMU_UPSTREAM" unpack_logged "the QEMU source" unpack_qemu
fi
unlock fetch
tell_done
