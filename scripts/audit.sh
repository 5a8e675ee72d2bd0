#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# audit.sh: run the tests of each row of docs/audit.md on stock and on ours.
#
# Runs the tests on Debian's modules and on ours, on all platforms and on the
# debug kernel. Tests that may crash a stock kernel run there in a boot of their
# own. If make check has just passed with the same modules, programs and QEMU, its
# results in out/check are used for ours. Prints the table, then the result of
# never-less.sh for the same runs, and writes both to out/audit: audit.md and
# never-less.md.
#
# Fails if ours does not pass a row; if no test of a row failed on stock and the row
# does not say why; if a test passes on stock and not on ours; or if stock crashes in
# a run of many tests.
#
#   --stock    run stock only, and use the last results of ours
#   --table    run nothing; make the table from the last results

# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
usage_if_asked "$@"
case ${1-} in
'' | --stock | --table) ;;
*) die "unknown argument $1 (see --help)" ;;
esac

ROWS=$REPO/docs/audit.md
RESULTS=$OUT/audit
UNSAFE='may crash an unfixed kernel'
SECONDS_EACH=90	# a stock kernel that hangs is stopped then

# keep NAME CHECK-OPTION...: run check.sh and keep its results.
keep() {
	local name=$1
	shift

	if [ "$name" = ours ] && cmp -s "$OUT/check/made-of" <("$SCRIPTS/check.sh" --made-of); then
		say "== ours: what make check has left, of the same build"
	else
		"$SCRIPTS/check.sh" "$@" || say "(check.sh $*: not all passed)"
	fi
	rm -rf "${RESULTS:?}/$name"
	cp -a "$OUT/check" "$RESULTS/$name"
}

# unsafe_tests: "PLATFORM PROGRAM TEST" of what the stock run skipped as unsafe,
# each on the first platform that has it, in the first of its variants.
unsafe_tests() {
	local tap

	for tap in "$RESULTS"/stock/*/*_test.tap; do
		sed -n "s/^ok [0-9]* \([^ ]*\) # SKIP $UNSAFE.*/\1/p" "$tap" |
			sed "s|^|$(basename "$(dirname "$tap")") $(basename "$tap" .tap) |"
	done | awk '{ sub(/-stock$/, "", $1); n = split($3, part, ".") } !seen[part[1] "." part[n]]++'
}
# went_down LOG SHARE TRY: has the test taken the kernel down? Then the log has more than a
# warning, or the test has not ended in the longest time: a busy machine needs more than the
# first.
went_down() {
	grep -qsE ' (BUG|Oops|general protection fault)[: ]|Kernel panic|unable to handle' "$1.splats" ||
		{ [ "$3" = 4 ] && [ ! -s "$2/status" ]; }
}
# A stock kernel that hangs in the test is stopped; one that a busy machine has not
# booted by then has shown nothing.
run_unsafe() {
	local platform=$1 program=$2 test=$3 share=$RESULTS/unsafe/$3 log=$OUT/rig/log/audit-$3 programs try

	programs=$("$SCRIPTS/programs.sh" --path)
	mkdir -p "$share"
	cp "$programs/$program" "$share/"
	say "  $test on stock, $platform ..."
	for try in 1 2 4; do
		rm -f "$log.splats" "$share/status" "$share/$program.tap"
		"$SCRIPTS/boot.sh" --stock --platform "$platform" --name "audit-$test" \
			--timeout $((try * SECONDS_EACH)) --quiet --share "$share" \
			-- "cp $program /tmp/; /tmp/$program -r $test >$program.tap; true" \
			>"$share/log" 2>&1 </dev/null && return
		tail -n 1 "$share/log" | sed 's/^error: /    /'
		[ -s "$share/$program.tap" ] || continue
		if went_down "$log" "$share" $try; then
			echo "not ok 1 $test # took the kernel down" >"$share/$program.tap"
			return
		fi
		# The test has ended, and says what came of it.
		[ ! -s "$share/status" ] || return 0
	done
	die "$test did not begin on stock: see $share/log"
}

# results SIDE: "TEST RESULT" of everything that ran there; a test without the
# name of its variant, so that all of them count.
results() {
	local tap

	for tap in "$RESULTS/$1"/*/*.tap; do
		sed -nE -e 's/^ *(not ok|ok) [0-9]+ (- )?/\1 /p' "$tap"
	done | awk '{
		result = $1 == "ok" ? "pass" : "fail"
		name = $1 == "not" ? $3 : $2
		if (/# SKIP/) result = "skip"
		if (/took the kernel down/) result = "crash"
		n = split(name, part, ".")
		sub(/^global\./, "", name)
		print (n > 2 ? part[1] "." part[n] : name), result
	}'
}

# stock_went_down: print each platform whose stock kernel crashed where no test may
# crash it. What came after it failed for that, and says nothing.
stock_went_down() {
	local splats

	for splats in "$OUT"/rig/log/check-*-stock.splats; do
		[ -f "$splats" ] || continue
		if grep -m 1 -E ' (BUG|Oops|general protection fault)[: ]' "$splats"; then
			echo "  in ${splats%.splats}.console.log"
		fi
	done
}

table() {
	awk -f "$SCRIPTS/audit-table.awk" -v ours="$RESULTS/ours.txt" -v stock="$RESULTS/stock.txt" "$ROWS"
}

if [ -z "${1-}" ]; then
	rm -rf "$RESULTS"
	mkdir -p "$RESULTS"
	"$SCRIPTS/series/series.sh" hash >"$RESULTS/series"	# for the cover letter
	keep ours rig debug
fi
if [ "${1-}" != --table ]; then
	rm -rf "$RESULTS/unsafe"
	rm -f "$OUT"/rig/log/check-*-stock.splats
	keep stock --stock
	down=$(stock_went_down)
	[ -z "$down" ] || die "stock went down, so the tests after that say nothing: let the one that did it call test_unsafe()
$down"
	say "== what may take a stock kernel down, one boot each"
	while read -r platform program test; do
		run_unsafe "$platform" "$program" "$test"
	done < <(unsafe_tests)
	mkdir -p "$RESULTS/unsafe"
fi
[ -d "$RESULTS/ours" ] || die "no results in $RESULTS: run 'make audit'"
results ours >"$RESULTS/ours.txt"
{
	results stock
	results unsafe
} >"$RESULTS/stock.txt"
rc=0
table >"$RESULTS/audit.md" || rc=1
cat "$RESULTS/audit.md"
say
say "Tests that stock passes and ours does not:"
less=0
"$SCRIPTS/never-less.sh" >"$RESULTS/never-less.md" || less=1
cat "$RESULTS/never-less.md"
[ $rc -eq 0 ] || die "a row is not a pass for ours, or was not shown on stock: see $RESULTS/audit.md"
[ $less -eq 0 ] || die "stock passes what ours does not: see $RESULTS/never-less.md"
