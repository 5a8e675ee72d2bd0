#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# never-less.sh [OURS STOCK]: list each kselftest that stock passes and ours does not.
#
# OURS and STOCK are directories of results of check.sh; the default are those of the
# last audit, in out/audit. Tests are compared by platform, program, name and variant.
# A test that ours skips or does not reach counts as not passed. Prints a table of
# these, or the number of tests that stock passed. Fails if the table has a row, or if
# stock passed nothing.

# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
usage_if_asked "$@"
[ $# -eq 0 ] || [ $# -eq 2 ] || die "give both directories or none (see --help)"
OURS=${1-$OUT/audit/ours} STOCK=${2-$OUT/audit/stock}
for dir in "$OURS" "$STOCK"; do
	[ -d "$dir" ] || die "no results in $dir: run 'make audit'"
done

# results DIR: "PLATFORM PROGRAM TEST RESULT" of each kselftest of 64 bits, for the
# platforms that stock is run on.
results() {
	local tap dir

	for tap in "$1"/*/*_test.tap; do
		[ -f "$tap" ] || continue
		dir=$(basename "$(dirname "$tap")")
		awk -v at="${dir%-stock} $(basename "$tap" .tap)" '
			match($0, /^(not )?ok [0-9]+ (- )?/) {
				result = /^not/ ? "fails" : / # SKIP/ ? "skips" : "passes"
				name = substr($0, RLENGTH + 1)
				sub(/ # .*/, "", name)
				gsub(/ /, "_", name)
				print at, name, result
			}' "$tap"
	done
}

awk '
	FILENAME == ARGV[1] { if ($4 == "passes") stock[$1 " " $2 " " $3] = 1; next }
	{ ours[$1 " " $2 " " $3] = $4 }
	END {
		for (test in stock) {
			passed++
			result = test in ours ? ours[test] : "did not come to it"
			if (result == "passes")
				continue
			split(test, part, " ")
			row[++rows] = "| " part[1] " | " part[2] " | `" part[3] "` | " result " |"
		}
		if (!passed) {
			print "stock passed no test: there is nothing to compare with"
			exit 1
		}
		if (!rows) {
			print "none: ours passes each of the " passed " tests that stock passes"
			exit 0
		}
		print "| platform | program | test that stock passes | ours |"
		print "|---|---|---|---|"
		for (i = 1; i <= rows; i++)
			print row[i] | "sort"
		close("sort")
		exit 1
	}' <(results "$STOCK") <(results "$OURS") || exit 1
