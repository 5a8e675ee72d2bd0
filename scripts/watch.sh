#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# watch.sh [--composite] [--platform P] [--kvm]: run an example client of the display event.
#
# Boots the rig and runs rig/watch, which plays a guest and its client, and prints a
# line for each action of the guest, a line for each event, and at the end how often
# the client woke up and how long each stage of a frame took. With --composite the client
# also draws all planes of each screen, and fails if that is not what the guest shows. Its
# pictures are in out/watch. Other options are passed to boot.sh.

# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
usage_if_asked "$@"

COMPOSITE=
if [ "${1-}" = --composite ]; then
	COMPOSITE=$1
	shift
fi
"$SCRIPTS/rig.sh"
programs=$("$SCRIPTS/programs.sh" --path)

alone "$OUT/watch"
rm -rf "$OUT/watch"
mkdir -p "$OUT/watch/out"
"$SCRIPTS/boot.sh" --name watch --share "$OUT/watch" --put "$programs/gvt-watch" "$@" -- "./gvt-watch -s $COMPOSITE out"
mv "$OUT"/watch/out/*.png "$OUT/watch/"
rm -r "$OUT/watch/out"
for picture in "$OUT"/watch/*.png; do
	say "$OUT_NAME/watch/${picture##*/}"
done
