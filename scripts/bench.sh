#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# bench.sh [--report]: measure the cost of the export, of ours and of stock.
#
# Boots Debian's modules and ours on Debian's kernel image and the same GPU
# model, side by side, and runs gvt-bench (rig/bench) in both. Prints a table and
# leaves in out/bench:
#
#   bench.md     the table
#   bench.png    bars of stock / ours
#   bench.json   a list of figures, each with
#       name, title, unit
#       goal     in words, or null if the figure is only reported
#       limit    upper bound for the median of ours, or null
#       ours     median, spread ((max - min) / median), inner (the spread without
#                the value farthest from the median), values
#       stock    the same, or null if stock cannot do it
#       ratio    median of stock / median of ours, or null
#       verdict  "reached", "missed" or "reported"
#   ours.txt, stock.txt    the output of gvt-bench
#
# The CPU of the rig is emulated and its clock counts instructions, one nanosecond
# each (-icount shift=0); nothing depends on real time. Each figure is measured nine
# times.
#
# Fails if a goal is missed that docs/performance.md does not list as missed, if
# one is reached that it lists, or if a figure's spread is above 3 % even without
# the value farthest from the median.
#
#   --report     run nothing; evaluate the last results

# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
usage_if_asked "$@"
case ${1-} in
'' | --report) ;;
*) die "unknown argument $1 (see --help)" ;;
esac

RESULTS=$OUT/bench
declare -A SIDE=()	# what runs, by process

# start_side NAME QUERIES BOOT-OPTION...: boot it in the background.
start_side() {
	local name=$1 queries=$2 share=$RESULTS/$1
	shift 2

	while [ ${#SIDE[@]} -ge "$JOBS" ]; do finish_side; done
	rm -rf "$share"
	mkdir -p "$share"
	cp "$PROGRAMS/gvt-bench" "$share/"
	say "measuring $name ..."
	set -m
	# A string instruction counts once each element: eight bytes, not one. Free pages
	# stay in the lists of the CPU, whose length the kernel else adapts all the time.
	# A task that sleeps leaves the run queue at once, and not, if its lag happens to be
	# negative, in the next tick, which then schedules for nothing.
	# Seven vGPUs is all that GVT-g makes, and they need the aperture.
	"$SCRIPTS/boot.sh" --name "bench-$name" --share "$share" --timeout 3600 --shift 0 \
		--cpu -erms,-fsrm --traced --vgpus 7 --type V5_8 --aperture 1024 \
		--append hugepages=32 "$@" -- \
		"set -e; echo 8 >/proc/sys/vm/percpu_pagelist_high_fraction
		echo NO_DELAY_DEQUEUE >/sys/kernel/debug/sched/features
		./gvt-bench $queries >figures" >"$share.log" 2>&1 </dev/null &
	set +m
	SIDE[$!]=$name
	RUNNING=("${!SIDE[@]}")
}
finish_side() {
	local pid rc=0 name

	wait -n -p pid "${!SIDE[@]}" || rc=$?
	name=${SIDE[$pid]}
	unset "SIDE[$pid]"
	RUNNING=("${!SIDE[@]}")
	tail -n 2 "$RESULTS/$name.log" | sed 's/^/  /'
	[ $rc -eq 0 ] || die "measuring $name failed: see $RESULTS/$name.log"
	cp "$RESULTS/$name/figures" "$RESULTS/$name.txt"
	rm -rf "${RESULTS:?}/$name"
}

if [ "${1-}" != --report ]; then
	base_paths
	"$SCRIPTS/qemu.sh"
	PROGRAMS=$("$SCRIPTS/programs.sh" --path)
	"$SCRIPTS/initrd.sh" ours traced
	"$SCRIPTS/initrd.sh" stock traced
	alone "$RESULTS"
	rm -rf "$RESULTS"
	mkdir -p "$RESULTS"
	"$SCRIPTS/series/series.sh" hash >"$RESULTS/series"	# for the cover letter
	# Each query makes stock's next one slower: a hundred thousand take hours.
	start_side stock 4000 --stock
	start_side ours 100000
	while [ ${#SIDE[@]} -gt 0 ]; do finish_side; done
fi
for side in ours stock; do
	[ -s "$RESULTS/$side.txt" ] || die "no results in $RESULTS: run 'make bench'"
done

say
say "Counted, not timed: one emulated CPU, -icount shift=0, an instruction is a nanosecond."
rc=0
"$SCRIPTS/bench-report.py" "$REPO/rig/bench/figures.toml" "$RESULTS/ours.txt" "$RESULTS/stock.txt" \
	"$REPO/docs/performance.md" "$RESULTS" || rc=1
gnuplot -c "$SCRIPTS/bench-chart.gp" "$RESULTS/bench.dat" "$RESULTS/bench.png"
say "$OUT_NAME/bench/bench.json, bench.md and bench.png there; $SECONDS s"
exit $rc
