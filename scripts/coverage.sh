#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# coverage.sh [--report] [--short]: what of the series do its tests execute?
#
# Runs KUnit, the mock selftests and the kselftest on kbl and bdw, on a kernel that counts
# with gcov. Prints a table, in which a file that the series creates counts whole, and of
# another one the lines that the series adds or changes. What was not executed is listed
# in out/coverage/missed. Fails unless the files that the series creates have
# 95 % of their lines and 90 % of their branches, without those that rig/coverage/left-out
# names, each with the reason.
#
#   --report   only the tables, from the counts of the last run
#   --short    most tests on kbl only

# shellcheck source=lib/kernel-tree.sh
. "$(dirname "$0")/lib/kernel-tree.sh"
usage_if_asked "$@"

REPORT='' SHORT=()
for arg; do
	case $arg in
	--report) REPORT=1 ;;
	--short) SHORT=(--short) ;;
	*) die "unknown option $arg (see --help)" ;;
	esac
done

[ -n "$REPORT" ] || "$SCRIPTS/check.sh" --coverage "${SHORT[@]}" || say "the counts of failed tests count too"

series_state
kernel=$("$SCRIPTS/kernel-debug.sh" --path coverage)
mapfile -t counts < <(find "$OUT/rig/log" -maxdepth 1 -type d -name 'check-debug-*.gcov' 2>/dev/null | sort)
[ ${#counts[@]} -gt 0 ] || die "no counts in $OUT/rig/log: run it without --report"
mkdir -p "$OUT/coverage"
"$SCRIPTS/series/series.sh" hash >"$OUT/coverage/series"	# for the cover letter
python3 "$SCRIPTS/coverage-report.py" --notes "$kernel/gcov" --base "$BASE_SRC" --files "$STATE/files" \
	--left-out "$REPO/rig/coverage/left-out" --missed "$OUT/coverage/missed" "${counts[@]}" |
	tee "$OUT/coverage/table"
say "what is not executed: $OUT_NAME/coverage/missed"
