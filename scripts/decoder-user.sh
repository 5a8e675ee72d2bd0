#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# decoder-user.sh [--source DIR] [--fuzz SECONDS] [--seed N]: the plane decoder
# in user space.
#
# Without --fuzz: builds drivers/gpu/drm/i915/gvt/plane_decoder*.c and its KUnit
# tests with gcov, runs every row, prints KTAP and the branch coverage of the
# decoder, and fails unless all rows pass and every branch was taken both ways.
#
# With --fuzz: builds the decoder with libFuzzer, ASan and UBSan (clang), feeds
# it random registers for SECONDS and fails at the first violation of its contract.
# The corpus is kept in the cache; a later run continues with it.
#
# DIR is a kernel tree of the base (default: the one that fetch.sh unpacked). Its
# register headers, fourccs and format table are used unmodified.

# shellcheck source=lib/decoder.sh
. "$(dirname "$0")/lib/decoder.sh"
usage_if_asked "$@"

SOURCE=
SECONDS_TO_FUZZ=
SEED=0
while [ $# -gt 0 ]; do
	[ $# -ge 2 ] || die "$1: no value, or unknown argument (see --help)"
	case $1 in
	--source) SOURCE=$2 ;;
	--fuzz) SECONDS_TO_FUZZ=$2 ;;
	--seed) SEED=$2 ;;
	*) die "unknown argument $1 (see --help)" ;;
	esac
	shift 2
done
[[ ${SECONDS_TO_FUZZ:-1} =~ ^[1-9][0-9]*$ ]] || die "--fuzz wants seconds, not $SECONDS_TO_FUZZ"
[[ $SEED =~ ^[0-9]+$ ]] || die "--seed wants a number, not $SEED"

if [ -z "$SOURCE" ]; then
	base_paths
	SOURCE=$BASE_SRC
fi
SOURCE=$(realpath -e "$SOURCE") || die "--source: no such directory"

BUILD=$CACHE/tmp/decoder-user.$$
decoder_in "$BUILD" "$SOURCE"
cd "$BUILD" || exit

need() {
	command -v "$1" >/dev/null || die "$1 not found: install the package $2"
}

# --- rows and coverage ------------------------------------------------------

# uncovered FILE: branches of FILE.gcov that were not taken, as file:line.
uncovered() {
	awk -F: -v file="$1" '
		/^branch/ {
			if ($0 ~ /never executed|taken 0( |$)/)
				print file ":" line ": " $0
			next
		}
		/^(function|call|unconditional)/ { next }
		{ line = $2 + 0 }' "$1.gcov"
}

# Sums up the lines "Taken at least once:NN.NN% of N" of gcov's report.
branch_total() {
	awk '
		/^Taken at least once:/ {
			sub(/.*:/, ""); n = $3; taken += $1 * n / 100; all += n
		}
		END {
			printf "%d of %d (%.2f %%)\n", taken + 0.5, all,
				all ? 100 * taken / all : 0
		}'
}

rows() {
	local src obj objs=() failed=0 missing

	need gcc gcc
	need gcov gcc
	for src in "${DECODER[@]}"; do
		obj=$(basename "$src" .c).o
		gcc "${FLAGS[@]}" -O0 --coverage -c -o "$obj" "$src"
		objs+=("$obj")
	done
	gcc "${FLAGS[@]}" -O0 --coverage -o rows "${TESTS[@]}" "${objs[@]}" \
		"$SHIM/main.c" "$SHIM/drm_format_info.c"
	./rows || failed=1

	gcov -b -c "${objs[@]}" >report
	missing=$(for src in "${DECODER[@]}"; do uncovered "$(basename "$src")"; done)
	say "# branches of the decoder taken: $(branch_total <report)"
	if [ -n "$missing" ]; then
		say "$missing"
		die "not every branch of the decoder is taken by a row"
	fi
	[ $failed = 0 ] || die "rows failed"
}

# --- fuzzing ----------------------------------------------------------------

fuzz() {
	local corpus=$CACHE/decoder-corpus log=$LOGS/decoder-fuzz.log
	local selftest=$REPO/tools/testing/selftests/gvt-dmabuf

	need clang "clang (and libclang-rt-dev)"
	mkdir -p "$corpus" "$OUT" "$LOGS"
	# -fwrapv as in the kernel: its headers have 1 << 31.
	clang "${FLAGS[@]}" -O1 -fwrapv -fsanitize=fuzzer,address,undefined \
		-fno-sanitize-recover=all -o fuzz "${DECODER[@]}" \
		-I "$selftest" "$selftest/vgpu_tile.c" \
		"$SHIM/fuzz.c" "$SHIM/drm_format_info.c"
	say "fuzzing the decoder for $SECONDS_TO_FUZZ s, seed $SEED (0: from the clock)"
	./fuzz -max_total_time="$SECONDS_TO_FUZZ" -seed="$SEED" -max_len=256 \
		-use_value_profile=1 -print_final_stats=1 -verbosity=1 \
		-artifact_prefix="$OUT/decoder-" "$corpus" 2>"$log" ||
		{
			tail -n 40 "$log" >&2
			die "the decoder broke a promise: see $log; the input is $OUT/decoder-*"
		}
	grep -E '^(primary|overlay|cursor) |^Done|^stat::|Seed:' "$log"
	say "no finding"
}

if [ -n "$SECONDS_TO_FUZZ" ]; then
	fuzz
else
	rows
fi
