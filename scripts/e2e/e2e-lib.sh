#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Shared by demo-linux.sh and check-e2e.sh: boot the rig and run a guest in Debian's
# QEMU there. Sourced after lib.sh, never run.

# shellcheck disable=SC2034	# what is set here is used by those who source it

# A vGPU big enough for the mode; no AVX, which costs the software renderer more
# than it saves when the CPU is emulated; and the real clock, see docs/e2e.md.
E2E_RIG=(--type 8 --cpu "-avx,-avx2,-fma,-f16c" --realtime --timeout 3600)
E2E_BOUND=120	# seconds of the rig in which a picture must be there

E2E_HOST=()	# for rig/e2e/host-run: E2E_XRES=1024 and the like
# With which of its displays the root's QEMU shows a vGPU
# shellcheck source=../../bases/debian12
E2E_VIEWER=$(. "$REPO/bases/$(base_of "$ROOT_RELEASE")" && echo "$QEMU_VIEWER")

E2E_LINUX=(-kernel /share/vmlinuz -initrd /share/guest-initrd)
E2E_ARGS="console=tty0 console=ttyS0 panic=-1 loglevel=6 mitigations=off nowatchdog"
E2E_ARGS+=" cryptomgr.notests vt.global_cursor_default=0"
# An AMD CPU's kernel looks for an AGP bridge at each address of 256 PCI buses,
# twice; each look is a trap, together they are 5 s.
E2E_ARGS+=" pci=noearly"

# e2e_build ours|stock: with whose modules
e2e_build() {
	[ "$1" = stock ] || "$SCRIPTS/rig.sh"
	E2E_ROOT=$("$SCRIPTS/e2e/e2e-root.sh" --path)
	E2E_GUEST=$("$SCRIPTS/e2e/e2e-guest.sh" --path)
}

# e2e_share DIR [DISK]: what the rig needs of this machine, with a disk of the guest.
e2e_share() {
	mkdir -p "$1"
	cp "$E2E_GUEST"/* "$1/"
	[ -z "${2-}" ] || cp --reflink=auto "$2" "$1/"
}

# e2e_boot NAME SHARE [BOOT-OPTION...] -- QEMU-ARGUMENT...: run a guest until it
# has said that it ends, or E2E_RUN's guests. Pictures and logs are in SHARE/out.
e2e_boot() {
	local name=$1 share=$2 options=() command
	shift 2

	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	printf -v command ' %q' "$@"
	"$SCRIPTS/boot.sh" --name "$name" --share "$share" --export "e2e=$E2E_ROOT" \
		"${E2E_RIG[@]}" "${options[@]}" -- "E2E_BOUND=$E2E_BOUND E2E_VIEWER=$E2E_VIEWER ${E2E_HOST[*]} sh ./${E2E_RUN:-host-run}$command"
}
