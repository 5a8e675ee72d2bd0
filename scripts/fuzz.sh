#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# fuzz.sh [OPTION...]: fuzz the export in the rig.
#
# Runs gvt-fuzz (rig/fuzz) on a vGPU: random registers, GGTT entries and ioctl
# arguments, and import, close, reset and unmap in any order, from several threads.
# Prints its output as it appears: at the end each ioctl with its outcomes, and a line
# of totals. The run fails if the program finds a violation of the contract, or if
# the kernel log has a warning.
#
#   --minutes N     how long to fuzz, by the clock of this machine (default 2)
#   --seed S        seed of the random numbers (default: the time)
#   --threads T     threads (default 4)
#   --platform P    model: bdw, skl, kbl (default) or cfl
#   --plain         Debian's kernel with our modules, preemptible: ten times as
#                   many operations, but neither KASAN nor lockdep watches
#                   (default: the debug kernel)
#   --name NAME     names the logs (default: fuzz)
#
# With the same seed each thread does the same operations, but how those of several
# threads interleave depends on timing: to reproduce a failure may take a few runs.

# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
usage_if_asked "$@"

MINUTES=2 SEED=$(date +%s) THREADS=4 NAME=fuzz
KERNEL=(--debug) BOOT=()
BOOTING=600	# seconds for the rig to start and end, at most
while [ $# -gt 0 ]; do
	value_given "$@"
	case $1 in
	--minutes) MINUTES=$2 && shift ;;
	--seed) SEED=$2 && shift ;;
	--threads) THREADS=$2 && shift ;;
	--platform) BOOT+=(--platform "$2") && shift ;;
	--name) NAME=$2 && shift ;;
	--plain) KERNEL=(--append preempt=full) ;;
	*) die "unknown option $1 (see --help)" ;;
	esac
	shift
done
[[ $MINUTES =~ ^[0-9]+$ && $MINUTES -gt 0 ]] || die "--minutes $MINUTES is not a number of minutes"
[[ $SEED =~ ^[0-9]+$ ]] || die "--seed $SEED is not a number"

PROGRAMS=$("$SCRIPTS/programs.sh" --path)
SHARE=$OUT/fuzz/$NAME
alone "$SHARE"
rm -rf "$SHARE"
mkdir -p "$SHARE"

# The guest's clock counts instructions, so it is this machine that says when
# the time is over, by a file that the program looks for.
stop_in_time() {
	while ! grep -qs '^gvt-fuzz: seed' "$SHARE/output"; do sleep 1; done
	sleep $((MINUTES * 60))
	touch "$SHARE/stop"
}

say "fuzzing for $MINUTES minutes, seed $SEED"
set -m
stop_in_time &
RUNNING=($!)
set +m
# i915 never ends its shutdown if that begins while the GPU still works.
"$SCRIPTS/boot.sh" --name "$NAME" --share "$SHARE" --put "$PROGRAMS/gvt-fuzz" \
	--timeout $((MINUTES * 60 + BOOTING)) "${KERNEL[@]}" "${BOOT[@]}" -- \
	"./gvt-fuzz --seed $SEED --threads $THREADS
	status=\$?
	while grep -q 'GT awake? yes' /sys/kernel/debug/dri/*/i915_engine_info; do sleep 1; done
	exit \$status" ||
	die "the fuzzer found something with seed $SEED (see above; log: $OUT/rig/log/$NAME.console.log)"
