#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# tap-check.sh: test how lib/ktap.sh counts results, rig/e2e/ioctls.awk failed ioctls, and
# lib/messages.sh finds what compilers say; results as TAP.

# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=lib/messages.sh
. "$SCRIPTS/lib/messages.sh"
# shellcheck source=lib/tap-lib.sh
. "$SCRIPTS/lib/tap-lib.sh"
usage_if_asked "$@"
[ $# -eq 0 ] || die "no argument is known (see --help)"

# counted PASSED-FAILED-SKIPPED INPUT
counted() {
	local got

	got=$("$SCRIPTS/lib/ktap.sh" <<<"$2" 2>&1) || return
	[ "$(tail -n 1 <<<"$got")" = "${1//-/ }" ] || {
		printf 'expected %s, got:\n%s\n' "${1//-/ }" "$got"
		return 1
	}
}
# counts NAME PASSED-FAILED-SKIPPED: of the TAP on standard input
counts() { result "$1" counted "$2" "$(cat)"; }

# failed_ioctls COUNT TRACE
failed_ioctls() {
	local got

	got=$(busybox awk -v query=0x3b72 -v get=0x3b73 -f "$REPO/rig/e2e/ioctls.awk" <<<"$2" 2>&1) ||
		return
	grep -q " ids, $1 errors" <<<"$got" || {
		printf 'expected %s errors, got:\n%s\n' "$1" "$got"
		return 1
	}
}
# ioctls NAME COUNT: how many failed, of the lines "TIME: query|get|drm RET" and
# "TIME: REASON OF A REFUSAL" on standard input
ioctls() {
	local trace

	trace=$(awk '
		$2 == "query" { print "qemu-1 [000] ..... " $1 " ioctl: (x) cmd=0x3b72 id=64 ret=" $3; next }
		$2 == "get" { print "qemu-1 [000] ..... " $1 " ioctl: (x) cmd=0x3b73 id=1 ret=" $3; next }
		$2 == "drm" { print "qemu-1 [000] ..... " $1 " ioctl: (x) cmd=0xc00c642d id=1 ret=" $3; next }
		{ print "qemu-1 [000] ..... " $1 " gvt_dmabuf_refuse: vgpu1 type 1: " substr($0, length($1) + 2) " (-22)" }')
	result "$1" failed_ioctls "$2" "$trace"
}
# hears NAME MESSAGE: of one line of output on standard input, in a tree with a driver
hears() { result "$1" same "$2" "$(messages "$TREE" drivers/gpu/i drivers/sample)"; }
same() { diff <(printf '%s\n' "$1") <(printf '%s\n' "$2"); }
TREE=$(mktemp -d)
DOOMED+=("$TREE")
mkdir -p "$TREE"/drivers/{gpu/i/gvt,sample}
touch "$TREE"/drivers/{gpu/i/gvt/a.c,gpu/i/gvt/a.h,sample/b.c}

echo "TAP version 13"
counts "passes, failures and skips" 1-1-1 <<-EOS
	TAP version 13
	1..3
	ok 1 a
	not ok 2 b
	ok 3 c # SKIP no vGPU
EOS
counts "what is printed between results" 2-0-0 <<-EOS
	TAP version 13
	1..2
	# Starting 2 tests
	ls: cannot access 'x'
	ok 1 a
	------------[ cut here ]------------
	ok 2 b
EOS
counts "a program that dies half-way" 1-1-0 <<-EOS
	TAP version 13
	1..3
	ok 1 a
EOS
counts "more results than planned" 1-2-0 <<-EOS
	TAP version 13
	1..1
	ok 1 a
	not ok 2 b
EOS
counts "nothing" 0-1-0 </dev/null
counts "a plan of nothing" 0-1-0 <<-EOS
	TAP version 13
	1..0
EOS
counts "all skipped by the plan" 0-0-1 <<-EOS
	TAP version 13
	1..0 # SKIP no vGPU
EOS
counts "no plan" 2-1-0 <<-EOS
	TAP version 13
	ok 1 a
	ok 2 b
EOS
counts "a plan at the end, without a header" 1-1-0 <<-EOS
	ok 1 a
	not ok 2 b
	1..2
EOS
counts "a plan at the end that is not met" 1-1-0 <<-EOS
	ok 1 a
	1..2
EOS
counts "Bail out! after all that was planned" 1-1-0 <<-EOS
	TAP version 13
	1..1
	ok 1 a
	Bail out! no device
EOS
counts "one result twice and another never" 2-1-0 <<-EOS
	1..2
	ok 1 a
	ok 1 a
EOS
counts "a failure that is marked as skipped or as known" 0-2-0 <<-EOS
	1..2
	not ok 1 a # SKIP no vGPU
	not ok 2 b # TODO
EOS
counts "carriage returns of a console" 1-1-0 <<<$'1..2\r\nok 1 a\r\nnot ok 2 b\r'
# Subtests are indented by four spaces, which <<- leaves.
counts "subtests count, their summaries do not" 3-1-0 <<-EOS
	KTAP version 1
	1..1
	    KTAP version 1
	    # Subtest: suite
	    1..2
	    ok 1 a
	        KTAP version 1
	        # Subtest: rows
	        ok 1 p
	        not ok 2 q
	        ok 3 r
	    not ok 2 rows
	not ok 1 suite
EOS
counts "a suite that fails with all its tests passed" 1-1-0 <<-EOS
	KTAP version 1
	1..1
	    # Subtest: suite
	    1..1
	    ok 1 a
	not ok 1 suite
EOS
counts "a suite that passes with a test failed" 1-1-0 <<-EOS
	KTAP version 1
	1..1
	    # Subtest: suite
	    1..2
	    ok 1 a
	    not ok 2 b
	ok 1 suite
EOS
counts "a suite with a test more than planned" 1-2-0 <<-EOS
	KTAP version 1
	1..1
	    # Subtest: suite
	    1..1
	    ok 1 a
	    not ok 2 b
	ok 1 suite
EOS
counts "a crash in the middle of a suite" 1-2-0 <<-EOS
	KTAP version 1
	1..2
	    # Subtest: suite
	    1..3
	    ok 1 a
EOS
counts "a failure in the second of two streams" 1-1-0 <<-EOS
	KTAP version 1
	1..1
	    # Subtest: one
	    1..1
	    ok 1 a
	ok 1 one
	KTAP version 1
	1..1
	    # Subtest: two
	    1..1
	    not ok 1 b
	not ok 1 two
EOS
ioctls "a plane that is on before its address is written" 0 <<-EOS
	1.000000: query 0
	1.030000: not in the vGPU's share of the GGTT
	1.030010: query -22
	1.030020: not in the vGPU's share of the GGTT
	1.030030: query -22
	1.060000: query 0
	1.060010: get 24
EOS
ioctls "an address that is wrong for more than a refresh" 2 <<-EOS
	1.000000: not in the vGPU's share of the GGTT
	1.000010: query -22
	1.030000: not in the vGPU's share of the GGTT
	1.030010: query -22
	1.060000: query 0
	1.060010: get 24
EOS
ioctls "a wrong address, and then the framebuffer of before" 1 <<-EOS
	1.000000: not in the vGPU's share of the GGTT
	1.000010: query -22
	1.030000: query 0
	1.060000: query 0
	1.060010: get 24
EOS
ioctls "a wrong address at the end" 1 <<-EOS
	1.000000: query 0
	1.030000: not in the vGPU's share of the GGTT
	1.030010: query -22
EOS
ioctls "a query that is refused for another reason" 1 <<-EOS
	1.000000: reserved tiling
	1.000010: query -22
	1.030000: query 0
	1.030010: get 24
EOS
ioctls "a dma-buf that is not given, and a DRM ioctl" 2 <<-EOS
	1.000000: query 0
	1.000010: get -22
	1.000020: drm -22
EOS
hears "a message of gcc, with a path from the top" "drivers/gpu/i/gvt/a.c:3: warning: x" \
	<<<"drivers/gpu/i/gvt/a.c:3:5: warning: x"
hears "a message of gcc that runs in the directory of a module" "drivers/gpu/i/gvt/a.c:3: warning: x" \
	<<<"gvt/a.c:3:5: warning: x"
hears "a message of gcc in the directory of another" "drivers/sample/b.c:3: error: x" <<<"b.c:3:5: error: x"
hears "a header by another path" "drivers/gpu/i/gvt/a.h:3: warning: x" <<<"./gvt/../gvt/a.h:3:5: warning: x"
hears "a header by its whole path" "drivers/gpu/i/gvt/a.h:3: error: x" \
	<<<"$TREE/drivers/gpu/i/gvt/a.h:3:5: fatal error: x"
hears "a message of kernel-doc" "drivers/gpu/i/gvt/a.c:3: warning: x" \
	<<<"drivers/gpu/i/gvt/a.c:3: warning: x"
hears "a message of a newer kernel-doc" "drivers/gpu/i/gvt/a.c:3: warning: x" \
	<<<"Warning: drivers/gpu/i/gvt/a.c:3 x"
hears "no message" "" <<<"  CC [M]  gvt/a.o"
plan
[ -z "$FAILED" ] || exit 1
