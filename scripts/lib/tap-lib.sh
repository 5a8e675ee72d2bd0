#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Results as TAP; sourced, never run. The plan goes last, where it is known.

# shellcheck disable=SC2034	# what is set here is used by those who source it

RESULTS=0
FAILED=

# result NAME COMMAND...: one TAP line, and why as comments if it fails.
result() {
	local name=$1 why
	shift

	RESULTS=$((RESULTS + 1))
	if why=$("$@" 2>&1); then
		echo "ok $RESULTS $name"
	else
		echo "not ok $RESULTS $name"
		printf '%s\n' "$why" | sed 's/^/# /'
		FAILED=1
	fi
}
# skipped NAME WHY
skipped() {
	RESULTS=$((RESULTS + 1))
	echo "ok $RESULTS $1 # SKIP $2"
}
plan() { echo "1..$RESULTS"; }
