#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# rig.sh: build all parts of the rig, and link them under out/rig.
#
# vmlinuz, qemu-system-x86_64, modules/i915.ko and modules/kvmgt.ko (ours),
# img/ (Debian's unpacked kernel package, with the stock modules), initrd
# and programs/: stable names, for booting by hand.

# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
usage_if_asked "$@"
[ $# -eq 0 ] || die "no argument is known (see --help)"

base_paths
qemu=$("$SCRIPTS/qemu.sh" --path)
modules=$("$SCRIPTS/modules.sh" --path)
programs=$("$SCRIPTS/programs.sh" --path)
initrd=$("$SCRIPTS/initrd.sh" --path ours)

mkdir -p "$OUT/rig/modules"
link() { ln -sfn "$1" "$OUT/rig/$2"; }
link "$BASE_IMG/boot/vmlinuz-$KERNEL_RELEASE" vmlinuz
link "$BASE_IMG" img
link "$qemu/qemu-system-x86_64" qemu-system-x86_64
link "$modules/i915.ko" modules/i915.ko
link "$modules/kvmgt.ko" modules/kvmgt.ko
link "$initrd" initrd
link "$programs" programs
for module in i915 kvmgt; do
	say "$OUT_NAME/rig/modules/$module.ko: srcversion $(/sbin/modinfo -F srcversion "$modules/$module.ko")"
done
