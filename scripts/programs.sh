#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# programs.sh [--path]: build the programs that run in the rig.
#
# The kselftest, the GPU smoke test, the benchmark, the fuzzer, the demo, the example
# client and the guests of check-deb.sh, built with the kernel headers of the series and linked statically,
# as the rig has no libraries. --path prints their location.

# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
usage_if_asked "$@"
path_wanted "$@"

SELFTEST=tools/testing/selftests/gvt-dmabuf

UAPI=$("$SCRIPTS/uapi.sh" --path)/include
FONT=$("$SCRIPTS/font.sh" --path)
base_paths
name=programs-$(hash_words "$UAPI" "$FONT" "$(gcc -dumpfullversion)" \
	"$(hash_paths $SELFTEST rig/bench rig/demo rig/fuzz rig/watch rig/gpu-smoke.c rig/gvt-hold.c scripts/programs.sh)")

# In a kernel tree the harness is one level above the tests; any directory of its
# own there serves to find ../kselftest_harness.h.
CC=(gcc -std=gnu11 -O2 -g0 -Wall -Wextra -Werror -static -isystem "$UAPI"
	-isystem "$BASE_SRC/tools/testing/selftests/kselftest"
	-I "$REPO/$SELFTEST" -D_GNU_SOURCE=)
M32=(-m32 -D_FILE_OFFSET_BITS=64)

# What is not itself a test is the guest-side library, and all get it.
# library DIR OPTION...: its objects in DIR
library() {
	local dir=$1 sources
	shift

	mapfile -t sources < <(find "$REPO/$SELFTEST" -name '*.c' ! -name '*_test.c')
	mkdir "$dir"
	(cd "$dir" && "${CC[@]}" "$@" -c "${sources[@]}")
}
# compile OUTPUT SOURCE-OR-OPTION...: in the background, as many as there are
# processors.
UNDER_WAY=0
compile() {
	local output=$1
	shift

	if [ $UNDER_WAY -ge "$JOBS" ]; then
		wait -n
		UNDER_WAY=$((UNDER_WAY - 1))
	fi
	"${CC[@]}" -o "$output" "$@" &
	UNDER_WAY=$((UNDER_WAY + 1))
}

compile_all() {
	local dir=$1 lib=$1/lib test

	library "$lib"
	library "$lib-32" "${M32[@]}"
	for test in "$REPO/$SELFTEST"/*_test.c; do
		compile "$dir/$(basename "$test" .c)" "$test" "$lib"/*.o
		compile "$dir/$(basename "$test" .c)32" "${M32[@]}" "$test" "$lib-32"/*.o
	done
	compile "$dir/gpu-smoke" "$REPO/rig/gpu-smoke.c" "$lib/vgpu_tile.o"
	compile "$dir/gvt-hold" "$REPO/rig/gvt-hold.c" "$lib"/*.o
	compile "$dir/gvt-fuzz" "$REPO"/rig/fuzz/*.c "$lib"/*.o
	compile "$dir/gvt-bench" "$REPO"/rig/bench/*.c "$lib"/*.o
	compile "$dir/gvt-demo" -I "$FONT" "$REPO"/rig/demo/*.c "$lib"/*.o -lpng -lz -lm
	compile "$dir/gvt-watch" -I "$FONT" -I "$REPO/rig/demo" "$REPO"/rig/watch/*.c \
		"$REPO"/rig/demo/{canvas,desktop,font,image,pixel}.c "$lib"/*.o -lpng -lz -lm
	while [ $UNDER_WAY -gt 0 ]; do
		wait -n
		UNDER_WAY=$((UNDER_WAY - 1))
	done
	rm -r "$lib" "$lib-32"
}
build_programs() {
	run_logged "building the programs of the rig" "$LOGS/programs.log" compile_all "$1"
}
entry "$name" build_programs
tell_path "$CACHE/$name"
