#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# series.sh COMMAND: make the patch series from series/ and the files of this repository.
#
#   replay DIR   make a scratch git repository: the base files that the series
#                touches, then one commit per patch
#   export       write the mails to out/series/, one directory per series, with the
#                cover letter and the recipients
#   check        run the checks of series-rules.sh; results as TAP
#   tree         make the whole kernel tree, with one commit per patch, in out/tree
#   state DIR    write the result of all patches, without history, to DIR/files/...
#                and DIR/removed
#   hash         print a word that changes whenever the series does
#
# series-lib.sh describes the contents of series/, docs/rig.md how to add a patch.

# shellcheck source=series-lib.sh
. "$(dirname "$0")/series-lib.sh"
usage_if_asked "$@"

# --- the whole tree ---------------------------------------------------------

import_base() {
	start_repository "$1"
	rsync -a --exclude=/.manifest "$BASE_SRC/" "$1/"
	commit_base "$1"
}
whole_tree() {
	local dir=$OUT/tree

	lock out-tree
	rm -rf "$OUT/tree.new"
	DOOMED+=("$OUT/tree.new")
	run_logged "importing the base into $OUT_NAME/tree" "$LOGS/tree.log" import_base "$OUT/tree.new"
	replay_onto "$OUT/tree.new"
	rm -rf "$dir"
	mv "$OUT/tree.new" "$dir"
	unlock out-tree
	say "$OUT_NAME/tree: $(git -C "$dir" rev-list --count base..HEAD) commits on $KERNEL_SOURCE $KERNEL_VERSION, $SECONDS s"
}

COMMAND=${1-}
case $COMMAND in
replay | state) [ $# -eq 2 ] || die "$COMMAND needs a directory (see --help)" ;;
export | check | tree | hash) [ $# -eq 1 ] || die "$COMMAND takes no argument (see --help)" ;;
*) die "which command? (see --help)" ;;
esac
if [ "$COMMAND" = hash ]; then
	base_versions
	series_hash
	exit 0
fi
base_paths
case $COMMAND in
replay) replay "$2" ;;
state) state "$2" ;;
check) "$SCRIPTS/series/series-rules.sh" || exit 1 ;;
tree) whole_tree ;;
export)
	work=$(mktemp -d)
	DOOMED+=("$work")
	replay "$work/replay"
	export_mails "$work/replay" "$OUT/series"
	for dir in "$OUT/series"/*; do
		(recipients "$dir") >"$dir/recipients"
		say "$OUT_NAME/series/${dir##*/}: $(find "$dir" -name '*.patch' | wc -l) mails"
	done
	say "all on $KERNEL_SOURCE $KERNEL_VERSION"
	;;
esac
