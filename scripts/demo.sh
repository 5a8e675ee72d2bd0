#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# demo.sh [--platform P] [--kvm]: save a vGPU's desktop as out/demo/desktop.png.
#
# Builds what is missing, boots the rig and runs the demo program. That draws a
# desktop on a vGPU, exports and imports it, compares every pixel, and writes PNGs.
# Other options are passed to boot.sh.

# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
usage_if_asked "$@"

"$SCRIPTS/rig.sh"
built=$SECONDS
programs=$("$SCRIPTS/programs.sh" --path)

mkdir -p "$OUT"
share=$(mktemp -d "$OUT/demo.XXXXXX")
DOOMED+=("$share")
mkdir "$share/out"
"$SCRIPTS/boot.sh" --name demo --share "$share" --put "$programs/gvt-demo" "$@" -- ./gvt-demo out
[ -s "$share/out/desktop.png" ] ||
	die "the demo ended well but left no desktop.png (its output is above)"
# The pictures of one run replace those of the last as a whole.
mkdir -p "$OUT/demo"
rm -f "$OUT"/demo/desktop*.png
mv "$share"/out/*.png "$OUT/demo/"
for picture in "$OUT"/demo/desktop*.png; do
	say "$OUT_NAME/demo/${picture##*/}"
done
say "demo: $SECONDS s, of which building took $built s"
