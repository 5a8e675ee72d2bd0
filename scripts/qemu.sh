#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# qemu.sh [--path]: build QEMU with the IGD device of qemu/, and the device's qtests.
#
# Builds the QEMU of the base's release, or of the one that QEMU_SUITE in the
# environment names, such as trixie. --path prints the location. After a change of the
# device the build takes seconds: there is a build tree for each QEMU version, and
# each result is cached under a hash of its inputs. qemu/patches are not for this
# QEMU, but for the client: scripts/qemu-patched.sh.

# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=lib/apt.sh
. "$SCRIPTS/lib/apt.sh"
usage_if_asked "$@"
in_qemu_base "$@"
path_wanted "$@"
[ -f "$REPO/qemu/meson.build" ] || die "no qemu/meson.build in $REPO: nothing to build"

CONFIGURE=(
	--target-list=x86_64-softmmu --without-default-features
	--enable-tcg --enable-kvm --enable-fdt=system
	--enable-virtfs --enable-attr --enable-cap-ng
	--disable-docs --disable-install-blobs --disable-debug-info
	--enable-werror
)

TESTS=()
for test in "$REPO"/qemu/tests/*-test.c; do
	[ ! -e "$test" ] || TESTS+=("$(basename "$test" .c)")
done

LOG=$LOGS/qemu-meson.log
[ -f "$VERSIONS" ] || "$SCRIPTS/fetch.sh" --emulator
base_versions
build_key=$QEMU_UPSTREAM-$(hash_words "${CONFIGURE[@]}")
name=qemu-$(hash_words "$build_key" "$(hash_paths qemu)" "$(hash_paths scripts/qemu.sh)")
BUILD=$CACHE/build/qemu-$build_key

# replace FILE: the source tree is hard links into the pristine one, so a file
# is changed by putting a new one in its place. An equal one keeps its time.
replace() {
	cat >"$1.new"
	if cmp -s "$1.new" "$1"; then
		rm "$1.new"
	else
		mv "$1.new" "$1"
	fi
}

prepare_source() {
	local dir=$BUILD/src

	rm -rf "$BUILD"
	mkdir -p "$BUILD"
	cp -al "$QEMU_SRC" "$dir"
	mkdir "$dir/hw/display/igd" "$dir/tests/qtest/igd"
	mkdir "$BUILD/obj"
	touch "$BUILD/prepared"
}

# A release has not the meson that the QEMU of a newer one wants. It needs nothing
# but Python, so that of QEMU's own release runs here.
get_meson() {
	local dir=$BUILD/meson

	mkdir -p "$dir"
	lock fetch	# apt's lists are those of fetch.sh
	ensure_lists
	twice "downloading meson" download "$dir" private_apt apt-get download meson
	unlock fetch
	dpkg-deb -x "$dir"/meson_*.deb "$dir"
	rm "$dir"/meson_*.deb
}

# mirror FROM TO: TO gets just the files of FROM; equal ones keep their time.
mirror() {
	local from=$1 to=$2 file

	for file in "$to"/*; do
		[ -e "$from/${file##*/}" ] || rm -f "$file"
	done
	for file in "$from"/*; do
		cmp -s "$file" "$to/${file##*/}" || cp "$file" "$to/"
	done
}

# rig_patches: those that this QEMU needs. A directory of them is named by the
# version that does without, and the first that has what they change:
# [from-VERSION-]before-VERSION.
rig_patches() {
	local dir name from version

	version=$(cat "$QEMU_SRC/VERSION")
	for dir in "$REPO"/qemu/rig-patches/*before-*; do
		name=${dir##*/}
		from=${name%before-*}
		from=${from#from-}
		dpkg --compare-versions "$version" lt "${name##*before-}" || continue
		[ -z "$from" ] || dpkg --compare-versions "$version" ge "${from%-}" || continue
		printf '%s\n' "$dir"/*.patch
	done
}

# sync_patched: the files that the rig's patches change, and those that they once did.
sync_patched() {
	local src=$BUILD/src stage=$BUILD/stage/patched file patch patches

	mapfile -t patches < <(rig_patches)
	rm -rf "$stage"
	mkdir -p "$stage"
	touch "$BUILD/patched" "$stage.files"
	[ ${#patches[@]} -eq 0 ] || sed -n 's|^+++ b/||p' "${patches[@]}" | sort -u >"$stage.files"
	while read -r file; do
		mkdir -p "$stage/$(dirname "$file")"
		cp "$QEMU_SRC/$file" "$stage/$file"
	done < <(sort -u "$stage.files" "$BUILD/patched")
	for patch in "${patches[@]}"; do
		(cd "$stage" && GIT_CEILING_DIRECTORIES=$stage git apply "$patch")
	done
	(cd "$stage" && find . -type f -printf '%P\n') | while read -r file; do
		replace "$src/$file" <"$stage/$file"
	done
	mv "$stage.files" "$BUILD/patched"
}

# append FILE: FILE of the pristine source, and standard input at its end
append() {
	cat "$QEMU_SRC/$1" - | replace "$BUILD/src/$1"
}

# register_device: what QEMU's own files say of the device
register_device() {
	append hw/display/Kconfig <"$REPO/qemu/Kconfig"
	append hw/display/meson.build <<<"subdir('igd')"
	append tests/qtest/meson.build <<<"subdir('igd')"
	sed "s|^    'hw/display',|&\n    'hw/display/igd',|" "$QEMU_SRC/meson.build" |
		replace "$BUILD/src/meson.build"
}

sync_device() {
	local src=$BUILD/src stage=$BUILD/stage

	rm -rf "$stage"
	mkdir -p "$stage/device" "$stage/tests"
	find "$REPO/qemu" -maxdepth 1 -type f ! -name '*.rst' ! -name Kconfig \
		-exec cp -t "$stage/device" {} +
	find "$REPO/qemu/tests" -maxdepth 1 -type f -exec cp -t "$stage/tests" {} +
	mirror "$stage/device" "$src/hw/display/igd"
	mirror "$stage/tests" "$src/tests/qtest/igd"
	register_device
}

configure_qemu() {
	cd "$BUILD/obj"
	../src/configure "${CONFIGURE[@]}"
	touch "$BUILD/configured"
}
ninja_qemu() {
	cd "$BUILD/obj"
	ninja -j "$JOBS" qemu-system-x86_64 "${TESTS[@]/#/tests/qtest/igd/}"
}

build_qemu() {
	local dir=$1

	lock "build-qemu-$build_key"
	[ -f "$BUILD/prepared" ] ||
		run_logged "preparing the QEMU source" "$LOGS/qemu-prepare.log" prepare_source
	sync_device
	sync_patched
	if [ "$DEBIAN_CODENAME" != "$MACHINE_CODENAME" ]; then
		[ -f "$BUILD/configured" ] || get_meson
		export PYTHONPATH=$BUILD/meson/usr/lib/python3/dist-packages
	fi
	[ -f "$BUILD/configured" ] ||
		run_logged "configuring QEMU" "$LOGS/qemu-configure.log" configure_qemu
	run_logged "building QEMU" "$LOGS/qemu-build.log" ninja_qemu
	cp "$BUILD/obj/qemu-system-x86_64" "$dir/"
	mkdir "$dir/qtest"
	for test in "${TESTS[@]}"; do
		cp "$BUILD/obj/tests/qtest/igd/$test" "$dir/qtest/"
	done
	unlock "build-qemu-$build_key"
}

if ! entry_ok "$CACHE/$name"; then
	"$SCRIPTS/fetch.sh" --quiet --emulator
	QEMU_SRC=$CACHE/qemu-source-$QEMU_UPSTREAM
	entry "$name" build_qemu
fi
tell_path "$CACHE/$name"
