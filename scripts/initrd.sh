#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# initrd.sh [--path] ours|stock|debug|coverage|kcsan [traced]: make the initramfs of the rig.
#
# It contains a static busybox, rig/init, and the modules in loading order:
#   ours    Debian's modules, with i915 and kvmgt of the series
#   stock   Debian's modules, all of them
#   debug, coverage, kcsan
#           modules of that kernel of scripts/kernel-debug.sh
# With "traced" the modules keep the list of call sites of the function tracer. With
# it the kernel patches the calls out when it loads a module, as on a real machine;
# without it the calls stay. --path prints the location of the initramfs.
#
# initrd.sh --overlay DIR ORDER: print an archive to append to the initramfs "stock",
# made with the modules.order ORDER. In it i915.ko and kvmgt.ko of DIR replace
# Debian's, and mbochs.ko is added if DIR has it.

# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
usage_if_asked "$@"

# Two tables that the kernel would spend most of the boot on: type information
# for BPF, which it checks, and the call sites for the function tracer, each of
# which it looks up by walking all symbols.
STRIP=(-R .BTF -R __mcount_loc)
put_module() { objcopy "${STRIP[@]}" "$1" "$2"; }
archive() { (cd "$1" && find . | sort | cpio --quiet -o -H newc -R 0:0); }

# Modules are numbered as they stand in ORDER, from 10.
overlay() {
	local dir=$1 order=$2 tmp n=10 file base

	tmp=$(mktemp -d)
	DOOMED+=("$tmp")
	mkdir "$tmp/mods"
	while read -r file; do
		base=${file##*/}
		base=${base%.xz}
		[ ! -f "$dir/$base" ] || put_module "$dir/$base" "$tmp/mods/$n-$base"
		n=$((n + 1))
	done <"$order"
	# Debian has no such module.
	[ ! -f "$dir/mbochs.ko" ] || put_module "$dir/mbochs.ko" "$tmp/mods/$n-mbochs.ko"
	archive "$tmp"
}
if [ "${1-}" = --overlay ]; then
	[ $# -eq 3 ] || die "--overlay needs a directory and a list (see --help)"
	overlay "$2" "$3"
	exit
fi
if [ "${1-}" = --path ]; then
	path_wanted --path
	shift
fi
VARIANT=${1-}
TRACED=${2-}

# What the rig loads; dependencies are added. kvm-intel is for --kvm on such a
# host, and init passes over the one of the two that does not fit.
ROOTS=(virtio_pci 9pnet_virtio 9p kvm_amd kvm_intel vfio_iommu_type1 vgem virtio_gpu kvmgt mbochs)

BUSYBOX=/bin/busybox
base_paths
RELEASE=$KERNEL_RELEASE
IMG=$BASE_IMG
case $VARIANT in
ours)
	OURS=$("$SCRIPTS/modules.sh" --path)
	made_from=$OURS
	;;
stock) made_from=stock ;;
debug | coverage | kcsan)
	IMG=$("$SCRIPTS/kernel-debug.sh" --path "$VARIANT")
	RELEASE=$(ls "$IMG/lib/modules")
	made_from=$IMG
	;;
*) die "which initramfs: ours, stock, debug, coverage or kcsan? (see --help)" ;;
esac
case $TRACED in
'') ;;
traced) STRIP=(-R .BTF) ;;
*) die "unknown argument $TRACED (see --help)" ;;
esac
name=initrd-$VARIANT${TRACED:+-$TRACED}-$(hash_words "$KERNEL_VERSION" "$made_from" "${ROOTS[@]}" \
	"$(hash_paths rig/init scripts/initrd.sh)" "$(dpkg-query -W busybox-static 2>/dev/null)")

module_order() {
	local root

	for root in "${ROOTS[@]}"; do
		# Built in, in the debug kernel: prints "builtin ..." or nothing.
		/sbin/modprobe -d "$IMG" -S "$RELEASE" --show-depends "$root" 2>/dev/null |
			awk '$1 == "insmod" { print $2 }' || :
	done | awk '!seen[$0]++'
}

build_initrd() {
	local dir=$1 root=$1/root n=10 file base

	mkdir -p "$root/bin" "$root/mods" "$root/tests"
	cp "$BUSYBOX" "$root/bin/busybox"
	install -m 755 "$REPO/rig/init" "$root/init"
	module_order >"$dir/modules.order"
	grep -q /kvmgt.ko "$dir/modules.order" ||
		die "no kvmgt among the modules of $IMG"
	while read -r file; do
		base=${file##*/}
		base=${base%.xz}
		if [ "$VARIANT" = ours ] && [ -f "$OURS/$base" ]; then
			file=$OURS/$base
		fi
		if [ "$file" != "${file%.xz}" ]; then
			xz -dc "$file" >"$dir/module"
			file=$dir/module
		fi
		put_module "$file" "$root/mods/$n-$base"
		n=$((n + 1))
	done <"$dir/modules.order"
	[ "$VARIANT" != ours ] || put_module "$OURS/mbochs.ko" "$root/mods/$n-mbochs.ko"
	# KUnit modules of our driver, for a test to load when it wants them.
	[ "$IMG" = "$BASE_IMG" ] ||
		find "$IMG/lib/modules" -path '*/i915/*' \( -name '*test*.ko' -o -name '*kunit*.ko' \) \
			-exec cp -t "$root/tests" {} +
	# Not compressed: the emulated CPU would spend seconds on it.
	archive "$root" >"$dir/initrd"
	rm -rf "$root" "$dir/module"
}

[ -x "$BUSYBOX" ] || die "no $BUSYBOX: run 'make setup' (package busybox-static)"
entry "$name" build_initrd
tell_path "$CACHE/$name/initrd"
