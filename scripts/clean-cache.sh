#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# clean-cache.sh: remove everything that was fetched and built.

# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
usage_if_asked "$@"
[ $# -eq 0 ] || die "no argument is known (see --help)"

for held in "$CACHE"/lock/*; do
	[ -e "$held" ] || continue
	flock -n "$held" true || die "another run is making ${held##*/}: let it finish first"
done
rm -rf "$CACHE"
say "removed $CACHE"
