#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# watch.sh [--platform P] [--kvm]: an example viewer sleeps until a screen changes.
#
# Boots the rig and lets rig/watch play a guest and watch it: a line for each thing
# that the guest did and for each event that came, then how often the viewer woke
# up. Its pictures are in out/watch. Further options go to boot.sh.

# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
usage_if_asked "$@"

"$SCRIPTS/rig.sh"
programs=$("$SCRIPTS/programs.sh" --path)

rm -rf "$OUT/watch"
mkdir -p "$OUT/watch/out"
"$SCRIPTS/boot.sh" --name watch --share "$OUT/watch" --put "$programs/gvt-watch" "$@" -- ./gvt-watch out
mv "$OUT"/watch/out/*.png "$OUT/watch/"
rm -r "$OUT/watch/out"
for picture in "$OUT"/watch/*.png; do
	say "$OUT_NAME/watch/${picture##*/}"
done
