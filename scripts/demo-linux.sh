#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# demo-linux.sh [--frames N] [BOOT-OPTION...]: show a Linux guest in Debian's QEMU.
#
# Boots the rig, in it Debian's unmodified QEMU, and in that a Linux guest whose
# own i915 drives the vGPU: first its boot console, then a desktop that flips
# between three buffers and moves a hardware cursor. The output of QEMU's display is
# saved as out/demo/linux-console.png, linux-desktop.png and the animation
# linux-desktop-moving.png. Each picture except for the cursor is compared with the
# guest's framebuffer. --frames is the length of the animation. Other options are
# passed to boot.sh.

# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=e2e/e2e-lib.sh
. "$SCRIPTS/e2e/e2e-lib.sh"
usage_if_asked "$@"

FRAMES=24
if [ "${1-}" = --frames ]; then
	[[ ${2-} =~ ^[1-9][0-9]*$ ]] || die "--frames needs a number"
	FRAMES=$2
	shift 2
fi
command -v apngasm >/dev/null || die "no apngasm: run 'make setup'"

e2e_build ours
built=$SECONDS

mkdir -p "$OUT"
share=$(mktemp -d "$OUT/demo-linux.XXXXXX")
DOOMED+=("$share")
e2e_share "$share"

# with_times FILE: pass standard input on; note in FILE when each line came.
with_times() {
	local line

	while IFS= read -r line; do
		say "$line"
		printf '%s %s\n' "$EPOCHREALTIME" "$line" >>"$1"
	done
}
# between FIRST SECOND: seconds from the line that matches the one to the other.
between() {
	awk -v a="$1" -v b="$2" '
		!s && $0 ~ a { s = $1 }
		!e && $0 ~ b { e = $1 }
		END { printf "%.1f", e - s }' "$share/times"
}

echo "$EPOCHREALTIME boot" >"$share/times"
e2e_boot demo-linux "$share" "$@" -- "${E2E_LINUX[@]}" \
	-append "$E2E_ARGS e2e.run=kms-desktop,console,desktop:$FRAMES" |
	with_times "$share/times" ||
	die "demo-linux failed (see above; logs: out/rig/log/demo-linux.*)"

# --- the pictures -----------------------------------------------------------

mkdir -p "$OUT/demo"
out=$share/out
run_logged "joining $FRAMES frames" "$LOGS/apngasm.log" \
	apngasm "$out/moving.png" "$out"/frame-*.png 1 10
mv "$out/linux-console.png" "$out/ioctls.trace" "$OUT/demo/"
mv "$out/moving.png" "$OUT/demo/linux-desktop-moving.png"
mv "$out/frame-$(printf '%03d' $((FRAMES * 2 / 3))).png" "$OUT/demo/linux-desktop.png"
chmod 644 "$OUT"/demo/*
for picture in "$OUT"/demo/linux-*.png; do
	say "$OUT_NAME/demo/${picture##*/}"
done
say "first picture: $(between ' boot$' 'viewer: saw') s after the rig was started, $(between 'host: starting QEMU' 'viewer: saw') s after QEMU"
say "demo-linux: $SECONDS s, of which building took $built s"
