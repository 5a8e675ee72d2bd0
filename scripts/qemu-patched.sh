#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# qemu-patched.sh [--path]: build the client, Debian's QEMU with qemu/patches.
#
# Builds the QEMU of the machine's release, or of the one that ROOT names. For a
# version older than the patches, qemu/patches-VERSION has its own. Only what is
# needed to show a vGPU is built: KVM, vfio-pci, VNC, and as modules the displays that
# show dma-bufs: egl-headless, D-Bus, GTK and SPICE. Each must load, or the build
# fails. Nothing is installed: headers and libraries are unpacked from Debian's
# packages of that release. --path prints the location of the result:
#
#   bin/         QEMU, for the root file system of e2e-root.sh
#   lib/qemu/    its modules, which it finds from there
#   lib/more/    the libraries of the modules that are not in that root
#   displays     what the modules can show a guest with

# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=lib/apt.sh
. "$SCRIPTS/lib/apt.sh"
usage_if_asked "$@"
in_root_base "$@"
path_wanted "$@"

LOG=$LOGS/qemu-patched.log
# With all that they depend on: what QEMU is compiled and linked with
PACKAGES=(libglib2.0-dev libpixman-1-dev libfdt-dev zlib1g-dev libepoxy-dev libgbm-dev
	libegl-dev libgl-dev libgtk-3-dev libspice-server-dev libspice-protocol-dev)
# Of these, compiler and C library are the machine's.
UNWANTED='^(libc6-dev|libc-dev-bin|libcrypt-dev|linux-libc-dev|(cpp|gcc|g\+\+|binutils|perl|python3)[^_]*|lib(gcc|stdc\+\+)-[^_]*-dev)_'
# By themselves. An older release has not the meson that a newer one's QEMU wants.
SINGLE=()
[ "$DEBIAN_CODENAME" = "$MACHINE_CODENAME" ] || SINGLE+=(meson)
DISPLAYS=(egl-headless gtk spice-app dbus)
# And what a PC cannot do without
DEVICES=(I440FX VFIO VFIO_PCI VFIO_IGD)
CONFIGURE=(
	--target-list=x86_64-softmmu --without-default-features
	--without-default-devices --with-devices-x86_64=client
	--enable-kvm --disable-tcg --enable-fdt=system
	--enable-modules --libdir=/usr/local/lib --enable-vnc
	--enable-opengl --enable-gio --enable-dbus-display
	--enable-gtk --enable-spice --enable-spice-protocol
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
dev_name=client-dev-$(hash_words "$QEMU_VERSION" "${PACKAGES[@]}" "${SINGLE[@]}" "$UNWANTED")
name=qemu-patched-$(hash_words "$ROOT" "$QEMU_UPSTREAM" "$dev_name" "$(hash_paths "$PATCHES" scripts/qemu-patched.sh)")
MULTIARCH=usr/lib/x86_64-linux-gnu

# --- headers and libraries ---------------------------------------------------

fetch_dev() {
	local dir=$1

	fetch_with_dependencies "$dir" "${PACKAGES[@]}" || return
	[ ${#SINGLE[@]} -eq 0 ] || download "$dir" private_apt apt-get download "${SINGLE[@]}"
}
unpack_dev() {
	local debs=$1 dev=$2 deb

	for deb in "$debs"/*.deb; do
		[[ ${deb##*/} =~ $UNWANTED ]] || dpkg-deb -x "$deb" "$dev" || return
	done
	# What links to it may be absolute, and lead out of here.
	find "$dev" -lname '/*' -printf '%P %l\n' | while read -r link target; do
		ln -sfn "$dev_final$target" "$dev/$link" || return
	done || return
	rm -rf "$dev"/usr/share/{doc,man,locale,icons,info,gir-1.0} "$dev/$MULTIARCH"/*.a
}
build_dev() {
	local dir=$1 debs=$CACHE/tmp/$dev_name.debs dev_final=$CACHE/$dev_name

	rm -rf "$debs"
	mkdir -p "$debs"
	DOOMED+=("$debs")
	lock fetch	# apt's lists are those of fetch.sh
	ensure_lists
	twice "downloading what the client is built with (about 160 MB)" fetch_dev "$debs"
	unlock fetch
	run_logged "unpacking it" "$LOG" unpack_dev "$debs" "$dir"
	rm -rf "$debs"
}

# --- the client --------------------------------------------------------------

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
# What the libraries need of a newer C library, they find where they run.
configure_qemu() {
	cd "$1/obj" && ../src/configure "${CONFIGURE[@]}" \
		--extra-cflags="-isystem $DEV/usr/include -isystem $DEV/usr/include/x86_64-linux-gnu" \
		--extra-ldflags="-L$DEV/$MULTIARCH -Wl,--allow-shlib-undefined -Wl,-rpath-link,$DEV/$MULTIARCH:$DEV/lib/x86_64-linux-gnu"
}
ninja_qemu() {
	cd "$1/obj" && ninja -j "$JOBS" qemu-system-x86_64 modules
}

# in_dev COMMAND...: with the C library and all others of the release
in_dev() {
	local loader=$DEV/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2

	[ -e "$loader" ] || loader=$DEV/$MULTIARCH/ld-linux-x86-64.so.2
	"$loader" --library-path "$DEV/$MULTIARCH:$DEV/lib/x86_64-linux-gnu" "$@"
}
# The libraries of the modules that the root has not
copy_libraries() {
	local dir=$1 name path

	mkdir "$dir/lib/more" || return
	for path in "$dir"/lib/qemu/*.so; do
		in_dev --list "$path" || return
	done | awk '$2 == "=>" && $3 ~ /^\// { print $1, $3 }' | sort -u | while read -r name path; do
		[ -e "$ROOT/$MULTIARCH/$name" ] || [ -e "$ROOT/lib/x86_64-linux-gnu/$name" ] ||
			cp -L "$path" "$dir/lib/more/$name" || return
	done
}
# QEMU loads the module of each display to list it, and says nothing if it is not
# there. A module of another build, or without a library, is an error.
load_displays() {
	local dir=$1 display list

	list=$(QEMU_MODULE_DIR=$dir/lib/qemu in_dev "$dir/bin/qemu-system-x86_64" -display help 2>&1)
	printf '%s\n' "$list"
	! grep -q ' module: ' <<<"$list" || return
	for display in "${DISPLAYS[@]}"; do
		grep -qx "$display" <<<"$list" || {
			echo "the display $display does not load"
			return 1
		}
	done
}
build_qemu() {
	local dir=$1 build=$CACHE/tmp/$name.build module

	rm -rf "$build"
	mkdir -p "$build"
	DOOMED+=("$build")
	export PKG_CONFIG_SYSROOT_DIR=$DEV PKG_CONFIG_LIBDIR=$DEV/$MULTIARCH/pkgconfig:$DEV/usr/share/pkgconfig
	[ ${#SINGLE[@]} -eq 0 ] || export PYTHONPATH=$DEV/usr/lib/python3/dist-packages
	run_logged "patching the QEMU source" "$LOG" prepare_source "$build"
	run_logged "configuring the client" "$LOGS/qemu-patched-configure.log" configure_qemu "$build"
	run_logged "building the client" "$LOG" ninja_qemu "$build"
	mkdir -p "$dir/bin" "$dir/lib/qemu"
	strip -o "$dir/bin/qemu-system-x86_64" "$build/obj/qemu-system-x86_64"
	for module in "$build"/obj/*.so; do
		strip -o "$dir/lib/qemu/${module##*/}" "$module"
	done
	run_logged "collecting the libraries of its displays" "$LOG" copy_libraries "$dir"
	run_logged "loading its displays" "$LOG" load_displays "$dir"
	echo "${DISPLAYS[*]}" >"$dir/displays"
	rm -rf "$build"
}
entry "$dev_name" build_dev
DEV=$ENTRY
entry "$name" build_qemu
tell_path "$CACHE/$name"
