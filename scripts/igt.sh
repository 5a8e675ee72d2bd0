#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# igt.sh [--stock] [--platform P] IGT-SOURCE: build igt/ in a checkout of
# igt-gpu-tools and run it in the rig.
#
# The checkout is copied to the cache and not changed itself. igt/gvt_dmabuf.c is put
# beside IGT's own tests, with igt/mdev.c and the kselftest's guest library (vgpu*.[ch]);
# igt/meson.patch adds them to the build. To get a checkout, clone igt-gpu-tools from
# gitlab.freedesktop.org/drm/igt-gpu-tools, or unpack a release of it, and run
#     make igt IGT_SRC=DIRECTORY
# The test creates its vGPU itself. --stock: on Debian's own i915 and kvmgt.

# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
usage_if_asked "$@"

PLATFORM=kbl
STOCK=()
while [ $# -gt 1 ]; do
	case $1 in
	--stock) STOCK=(--stock) ;;
	--platform) PLATFORM=$2 && shift ;;
	*) die "unknown argument $1 (see --help)" ;;
	esac
	shift
done
IGT_SRC=${1-}
[ -n "$IGT_SRC" ] || die "no IGT checkout: clone gitlab.freedesktop.org/drm/igt-gpu-tools and run 'make igt IGT_SRC=DIRECTORY'"
[ -f "$IGT_SRC/lib/igt_core.c" ] || die "$IGT_SRC is no checkout of igt-gpu-tools: there is no lib/igt_core.c"
IGT_SRC=$(cd "$IGT_SRC" && pwd)

NEEDED=(libdrm-dev libkmod-dev libproc2-dev libdw-dev libpciaccess-dev
	libcairo2-dev libudev-dev libpixman-1-dev)
GUEST=tools/testing/selftests/gvt-dmabuf
# Headers of the series' kernel: the machine's own may be too old for IOMMUFD.
UAPI=$("$SCRIPTS/uapi.sh" --path)/include
TREE=$CACHE/build/igt-$(hash_words "$IGT_SRC" "$UAPI")
LOG=$LOGS/igt.log

# What a shallow or partial checkout lacks stops the build with a name of it.
copy_tree() {
	mkdir -p "$TREE/tests/intel/gvt_dmabuf"
	rsync -a --checksum --delete --exclude=/.git --exclude=/build \
		--exclude=/tests/meson.build --exclude=/tests/intel/gvt_dmabuf \
		--exclude=/tests/intel/gvt_dmabuf.c --exclude=/include/drm \
		"$IGT_SRC/" "$TREE/"
	rsync -a --checksum "$REPO/igt/gvt_dmabuf.c" "$TREE/tests/intel/"
	rsync -a --checksum --delete "$REPO"/igt/mdev.[ch] "$REPO/$GUEST"/vgpu*.[ch] "$TREE/tests/intel/gvt_dmabuf/"
	# The names by which the kernel's own headers go everywhere else
	ln -sfn drm-uapi "$TREE/include/drm"
	cp "$IGT_SRC/tests/meson.build" "$TREE/tests/meson.build.new"
	if ! grep -q "'gvt_dmabuf'," "$TREE/tests/meson.build.new"; then
		patch -d "$TREE" -p1 --no-backup-if-mismatch -o tests/meson.build.ours \
			tests/meson.build.new "$REPO/igt/meson.patch"
		mv "$TREE/tests/meson.build.ours" "$TREE/tests/meson.build.new"
	fi
	cmp -s "$TREE/tests/meson.build.new" "$TREE/tests/meson.build" ||
		mv "$TREE/tests/meson.build.new" "$TREE/tests/meson.build"
}
build_test() {
	[ -f "$TREE/build/build.ninja" ] ||
		CFLAGS="-isystem $UAPI" meson setup "$TREE/build" "$TREE" -Dman=disabled -Ddocs=disabled \
			-Drunner=disabled -Doverlay=disabled -Dxe_driver=disabled
	ninja -C "$TREE/build" -j "$JOBS" tests/gvt_dmabuf
}
# The rig has no libraries: the test brings its own, and their loader.
collect() {
	local dir=$1 file

	cp "$TREE/build/tests/gvt_dmabuf" "$dir/"
	ldd "$TREE/build/tests/gvt_dmabuf" |
		awk '$2 == "=>" && $3 ~ /^\// { print $3 } $1 ~ /^\// { print $1 }' |
		while read -r file; do cp -L "$file" "$dir/"; done
}

"$SCRIPTS/setup.sh" "${NEEDED[@]}"
lock "build-igt"
run_logged "copying IGT" "$LOG" copy_tree
run_logged "building its library and the test" "$LOG" build_test
unlock "build-igt"
DIR=$(mktemp -d)
DOOMED+=("$DIR")
run_logged "collecting libraries" "$LOG" collect "$DIR"

# shellcheck disable=SC2016	# for the rig
"$SCRIPTS/boot.sh" --name "igt${STOCK:+-stock}" --platform "$PLATFORM" "${STOCK[@]}" \
	--vgpus 0 --export "igt=$DIR" --timeout 900 -- '
	mkdir /igt
	mount -t 9p -o trans=virtio,version=9p2000.L,ro igt /igt || exit
	# What there is to run, for who counts: a guest that dies runs less.
	/igt/ld-linux-x86-64.so.2 --library-path /igt /igt/gvt_dmabuf --list-subtests | sed "s/^/planned: /"
	/igt/ld-linux-x86-64.so.2 --library-path /igt /igt/gvt_dmabuf 2>/share/err
	status=$?
	cat /share/err
	exit $status'
