#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# e2e-guest.sh [--path]: build the guest that runs in the rig, and its viewers.
#
#   vmlinuz        Debian's kernel, for the guest
#   guest-initrd   busybox, Debian's i915 as it is, rig/e2e/guest-init, the
#                  programs that draw, and what mounts the disk of e2e-desktop.sh
#   vnc-shot, dbus-shot   the viewers, for the root file system of e2e-root.sh
#   cirrus.ko      Debian's, for another graphics card
#   libvirt-run    starts libvirt instead of QEMU, with docs/libvirt-domain.xml
#   host-run       starts QEMU and the viewer in the rig
#   owners-run     the same for several owners of the vGPU in turn
#   pair-run       the same for two vGPUs at once
#   firmware.elf   a guest without Linux
#
# --path prints their location.

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
usage_if_asked "$@"
path_wanted "$@"

LOG=$LOGS/e2e-guest.log
SELFTEST=tools/testing/selftests/gvt-dmabuf
BUSYBOX=/bin/busybox

UAPI=$("$SCRIPTS/uapi.sh" --path)/include
FONT=$("$SCRIPTS/font.sh" --path)
ROOT=$("$SCRIPTS/e2e/e2e-root.sh" --path)
base_paths
name=e2e-guest-$(hash_words "$UAPI" "$FONT" "$ROOT" "$KERNEL_VERSION" "$(gcc -dumpfullversion)" \
	"$(hash_paths rig/e2e rig/demo docs/libvirt-domain.xml scripts/e2e/e2e-guest.sh \
		$SELFTEST/vgpu_core.h $SELFTEST/vgpu_tile.{c,h} $SELFTEST/{proc,time}_util.h)" \
	"$(dpkg-query -W busybox-static 2>/dev/null)")

compile() {
	gcc -std=gnu11 -O2 -g0 -Wall -Wextra -Werror -D_GNU_SOURCE= \
		-isystem "$UAPI" -isystem "$UAPI/drm" -I "$FONT" -I "$REPO/rig/demo" \
		-I "$REPO/rig/e2e" -I "$REPO/$SELFTEST" "$@"
}
# The guest has no libraries; the viewer has those of the root file system. One
# condition: "set -e" is off in what run_logged runs.
compile_all() {
	local dir=$1 lib=$ROOT/usr/lib/x86_64-linux-gnu
	local glib interface=$QEMU_SRC/ui/dbus-display1.xml
	read -ra glib <<<"$(pkg-config --cflags gio-unix-2.0 | sed 's/-I/-isystem /g')"
	# What the root's libraries need of a newer C library, they find there.
	local link=(-L "$lib" "-Wl,-rpath-link,$lib:$ROOT/lib/x86_64-linux-gnu"
		"-Wl,--unresolved-symbols=ignore-in-shared-libs")
	local guest=(e2e/kms.c e2e/scene.c e2e/tell.c demo/canvas.c demo/font.c demo/desktop.c)
	local tile=$REPO/$SELFTEST/vgpu_tile.c

	cd "$REPO/rig" &&
		compile -static -o "$dir/kms-desktop" e2e/kms-desktop.c "${guest[@]}" -lm &&
		compile -static -o "$dir/kms-planes" e2e/kms-planes.c "$tile" "${guest[@]}" -lm &&
		compile -static -o "$dir/kms-restart" e2e/kms-restart.c "${guest[@]}" -lm &&
		compile -static -o "$dir/kms-shown" e2e/kms-shown.c demo/pixel.c "${guest[@]}" -lm &&
		compile -isystem "$ROOT/usr/include" -Wno-unused-parameter -o "$dir/vnc-shot" e2e/vnc-shot.c \
			e2e/viewer.c demo/image.c "${link[@]}" -lvncclient -lpng &&
		gdbus-codegen --interface-info-header --output "$dir/dbus-display1.h" "$interface" &&
		gdbus-codegen --interface-info-body --output "$dir/dbus-display1.c" "$interface" &&
		compile "${glib[@]}" -I "$dir" -Wno-unused-parameter -o "$dir/dbus-shot" \
			e2e/dbus-shot.c "$dir/dbus-display1.c" e2e/viewer.c e2e/kms.c \
			"$tile" demo/image.c "${link[@]}" -lpng \
			-l:libgio-2.0.so.0 -l:libgobject-2.0.so.0 -l:libglib-2.0.so.0 &&
		compile -m32 -march=i686 -Os -ffreestanding -fno-pic -no-pie \
			-fno-stack-protector -nostdlib -Wl,--build-id=none \
			-Wl,-T,e2e/firmware.ld -o "$dir/firmware.elf" e2e/firmware.c
}

# put_modules DIR MODULE...: with those that they need, in the order to load them
put_modules() {
	local dir=$1 n=10 module file base
	shift

	mkdir -p "$dir"
	for module; do
		/sbin/modprobe -d "$BASE_IMG" -S "$KERNEL_RELEASE" --show-depends "$module"
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' >"$dir/order"
	while read -r file; do
		base=${file##*/}
		base=$n-${base%.xz}
		xz -dc "$file" >"$dir/$base"
		# As in initrd.sh: tables that cost most of the time to load it.
		objcopy -R .BTF -R __mcount_loc "$dir/$base"
		n=$((n + 1))
	done <"$dir/order"
	rm "$dir/order"
}
make_initrd() {
	local dir=$1 root=$1/root

	mkdir -p "$root/bin"
	cp "$BUSYBOX" "$root/bin/busybox"
	install -m 755 "$REPO/rig/e2e/guest-init" "$root/init"
	install -m 755 "$REPO/rig/e2e/guest-desktop" "$root/bin/"
	mv "$dir"/kms-* "$root/bin/"
	put_modules "$root/mods" i915
	put_modules "$root/mods/disk" virtio_blk squashfs overlay
	# Not compressed: twice emulated, unpacking takes longer than reading.
	(cd "$root" && find . | sort | cpio --quiet -o -H newc -R 0:0) >"$dir/guest-initrd"
	rm -rf "$root"
}
build_guest() {
	local dir=$1

	run_logged "building the guest and the viewer" "$LOG" compile_all "$dir"
	rm "$dir"/dbus-display1.*
	make_initrd "$dir"
	xz -dc "$BASE_IMG/lib/modules/$KERNEL_RELEASE/kernel/drivers/gpu/drm/tiny/cirrus.ko.xz" >"$dir/cirrus.ko"
	cp "$BASE_IMG/boot/vmlinuz-$KERNEL_RELEASE" "$dir/vmlinuz"
	install -m 755 "$REPO"/rig/e2e/*-run "$dir/"
	cp "$REPO/rig/e2e/ioctls.awk" "$dir/"
	cp "$REPO/docs/libvirt-domain.xml" "$dir/"
}

[ -x "$BUSYBOX" ] || die "no $BUSYBOX: run 'make setup' (package busybox-static)"
entry "$name" build_guest
tell_path "$CACHE/$name"
