#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# qemu-patched.sh [--path]: build the client, Debian's QEMU with qemu/patches.
#
# Builds the QEMU of the machine's release, or of the one that ROOT names. For a
# version older than the patches, qemu/patches-VERSION has its own. Only what is
# needed to show a vGPU is built: KVM, vfio-pci, egl-headless and VNC. The result runs
# in the root file system of e2e-root.sh and is linked with its libraries; their
# headers are taken from Debian's packages, which are not installed. --path prints its
# location.

# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=lib/apt.sh
. "$SCRIPTS/lib/apt.sh"
usage_if_asked "$@"
in_root_base "$@"
path_wanted "$@"

LOG=$LOGS/qemu-patched.log
HEADERS=(libepoxy-dev libgbm-dev libegl-dev libgl-dev)
LIBRARIES=(epoxy gbm)
# An older release has not the meson that a newer one's QEMU wants.
[ "$DEBIAN_CODENAME" = "$MACHINE_CODENAME" ] || HEADERS+=(meson)
# And what a PC cannot do without
DEVICES=(I440FX VFIO VFIO_PCI VFIO_IGD)
CONFIGURE=(
	--target-list=x86_64-softmmu --without-default-features
	--without-default-devices --with-devices-x86_64=client
	--enable-kvm --disable-tcg --enable-fdt=system
	--enable-opengl --enable-vnc
	--firmwarepath=/usr/share/qemu:/usr/share/seabios
	--disable-docs --disable-install-blobs --disable-debug-info
	--enable-werror
)

ROOT=$("$SCRIPTS/e2e/e2e-root.sh" --path)
"$SCRIPTS/fetch.sh" --quiet --emulator
base_versions
QEMU_SRC=$CACHE/qemu-source-$QEMU_UPSTREAM
PATCHES=qemu/patches-$(cut -d . -f 1-2 "$QEMU_SRC/VERSION")
if [ ! -d "$REPO/$PATCHES" ]; then
	PATCHES=qemu/patches
	# An older one has pixman in any case. Told which Python, it wants the Meson of
	# its own source, which Debian's lacks; this one finds that of the machine.
	CONFIGURE+=(--enable-pixman --python=/usr/bin/python3)
fi
name=qemu-patched-$(hash_words "$ROOT" "$QEMU_UPSTREAM" "$(hash_paths "$PATCHES" scripts/qemu-patched.sh)")

# The headers, and what pkg-config and the linker look for, of the root's libraries
unpack_headers() {
	local debs=$1 dev=$2 deb library

	for deb in "$debs"/*.deb; do
		dpkg-deb -x "$deb" "$debs/root" || return
	done
	mkdir -p "$dev/lib" "$dev/pkgconfig"
	[ ! -d "$debs/root/usr/lib/python3" ] || mv "$debs/root/usr/lib/python3" "$dev/" || return
	mv "$debs/root/usr/include" "$dev/" || return
	for library in "${LIBRARIES[@]}"; do
		ln -s "$ROOT/usr/lib/x86_64-linux-gnu/lib$library".so.? "$dev/lib/lib$library.so" || return
		sed -e "s|^prefix=.*|prefix=$dev|" -e "s|^libdir=.*|libdir=$dev/lib|" \
			-e "s|^includedir=.*|includedir=$dev/include|" -e '/^Requires/d' \
			"$debs/root/usr/lib/x86_64-linux-gnu/pkgconfig/$library.pc" \
			>"$dev/pkgconfig/$library.pc" || return
	done
}
prepare_source() {
	local dir=$1 patch

	cp -al "$QEMU_SRC" "$dir/src" || return
	for patch in "$REPO/$PATCHES"/*.patch; do
		# git apply writes new files in place of old ones, never into them.
		(cd "$dir/src" && GIT_CEILING_DIRECTORIES=$dir git apply "$patch") || return
	done
	printf 'CONFIG_%s=y\n' "${DEVICES[@]}" >"$dir/src/configs/devices/x86_64-softmmu/client.mak"
	mkdir "$dir/obj"
}
configure_qemu() {
	export PYTHONPATH=$1/dev/python3/dist-packages
	cd "$1/obj" && PKG_CONFIG_PATH=$1/dev/pkgconfig ../src/configure "${CONFIGURE[@]}" \
		--extra-cflags="-isystem $1/dev/include" \
		--extra-ldflags="-Wl,--unresolved-symbols=ignore-in-shared-libs -Wl,-rpath-link,$ROOT/usr/lib/x86_64-linux-gnu:$ROOT/lib/x86_64-linux-gnu"
}
ninja_qemu() {
	export PYTHONPATH=$1/dev/python3/dist-packages
	cd "$1/obj" && ninja -j "$JOBS" qemu-system-x86_64
}
build_qemu() {
	local dir=$1 build=$CACHE/tmp/$name.build

	rm -rf "$build"
	mkdir -p "$build/debs"
	DOOMED+=("$build")
	lock fetch	# apt's lists are those of fetch.sh
	ensure_lists
	twice "downloading ${#HEADERS[@]} packages of headers" \
		download "$build/debs" private_apt apt-get download "${HEADERS[@]}"
	unlock fetch
	run_logged "unpacking them" "$LOG" unpack_headers "$build/debs" "$build/dev"
	run_logged "patching the QEMU source" "$LOG" prepare_source "$build"
	run_logged "configuring the client" "$LOG" configure_qemu "$build"
	run_logged "building the client" "$LOG" ninja_qemu "$build"
	strip -o "$dir/qemu-system-x86_64" "$build/obj/qemu-system-x86_64"
	rm -rf "$build"
}
entry "$name" build_qemu
tell_path "$CACHE/$name"
