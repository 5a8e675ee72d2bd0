#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# programs.sh [--path]: build the programs that run in the rig.
#
# The kselftest, the GPU smoke test, the benchmark, the fuzzer, the demo and the
# example of a viewer, linked statically (the rig has no libraries) against the
# kernel headers with the series.
# --path prints where they are.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
usage_if_asked "$@"
path_wanted "$@"

SELFTEST=tools/testing/selftests/gvt-dmabuf

UAPI=$("$SCRIPTS/uapi.sh" --path)/include
base_paths
name=programs-$(hash_words "$UAPI" "$(gcc -dumpfullversion)" \
	"$(hash_paths $SELFTEST vm/bench vm/demo vm/fuzz vm/watch vm/gpu-smoke.c scripts/programs.sh)")

# compile OUTPUT SOURCE... -- LIBRARY...
compile() {
	local output=$1 sources=()
	shift

	while [ "$1" != -- ]; do
		sources+=("$1")
		shift
	done
	shift
	# In a kernel tree the harness is one level above the tests; any
	# directory of its own there serves to find ../kselftest_harness.h.
	gcc -std=gnu11 -O2 -g0 -Wall -Wextra -Werror -static -isystem "$UAPI" \
		-isystem "$BASE_SRC/tools/testing/selftests/kselftest" \
		-I "$REPO/$SELFTEST" -D_GNU_SOURCE= \
		-o "$output" "${sources[@]}" "$@"
}

compile_all() {
	local dir=$1 library test

	# What is not itself a test is the guest-side library, and all get it.
	mapfile -t library < <(find "$REPO/$SELFTEST" -name '*.c' ! -name '*_test.c')

	for test in "$REPO/$SELFTEST"/*_test.c; do
		compile "$dir/$(basename "$test" .c)" "$test" "${library[@]}" --
		compile "$dir/$(basename "$test" .c)32" "$test" "${library[@]}" -- -m32 -D_FILE_OFFSET_BITS=64
	done
	compile "$dir/gpu-smoke" "$REPO/vm/gpu-smoke.c" --
	compile "$dir/gvt-fuzz" "$REPO"/vm/fuzz/*.c "${library[@]}" --
	compile "$dir/gvt-bench" "$REPO"/vm/bench/*.c "${library[@]}" --
	compile "$dir/gvt-demo" "$REPO"/vm/demo/*.c "${library[@]}" -- -lpng -lz -lm
	compile "$dir/gvt-watch" "$REPO"/vm/watch/*.c "$REPO"/vm/demo/{canvas,desktop,font,image,pixel}.c "${library[@]}" -- \
		-I "$REPO/vm/demo" -lpng -lz -lm
}
build_programs() {
	run_logged "building the programs of the rig" "$LOGS/programs.log" compile_all "$1"
}
entry "$name" build_programs
tell_path "$CACHE/$name"
