#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# uapi-check.sh: test the uAPI headers of the series; results as TAP.
#
# Each must compile alone as C and as C++, in 32 and in 64 bits. Each structure whose
# definition or comment a patch changes must have the same offsets in both.

# shellcheck source=series/series-lib.sh
. "$(dirname "$0")/series/series-lib.sh"
# shellcheck source=lib/tap-lib.sh
. "$SCRIPTS/lib/tap-lib.sh"
usage_if_asked "$@"

INCLUDE=$("$SCRIPTS/uapi.sh" --path)/include
WORK=$(mktemp -d)
DOOMED+=("$WORK")

compiles() {
	local header=$1 language=$2 standard=$3 bits=$4

	"${CC[$language]}" -x "$language" -std="$standard" "-m$bits" -Wall -Wextra -Werror \
		-I "$INCLUDE" -fsyntax-only -include "$header" /dev/null
}
# layout HEADER STRUCT BITS: fields with their offsets and sizes.
layout() {
	local header=$1 struct=$2 bits=$3 object=$WORK/$2.$3.o

	printf '#include <%s>\nstruct %s it;\n' "$header" "$struct" |
		gcc -x c -g "-m$bits" -isystem "$INCLUDE" -c -o "$object" - &&
		pahole -C "$struct" "$object" | grep -v '^$'
}
same_layout() {
	local header=$1 struct=$2

	layout "$header" "$struct" 32 >"$WORK/32" || return
	layout "$header" "$struct" 64 >"$WORK/64" || return
	[ -s "$WORK/64" ] || die "pahole finds no such structure"
	! grep -q 'XXX .* hole' "$WORK/64" || die "it has a hole: $(grep -m 1 'XXX .* hole' "$WORK/64")"
	# Types of the same size may have other names: what counts are the numbers.
	diff <(grep -oE '^[^;]*;|/\*.*' "$WORK/32") <(grep -oE '^[^;]*;|/\*.*' "$WORK/64")
}
# touched_structs FILE: structures in or right behind the hunks on it.
touched_structs() {
	local patch

	for patch in $(patches); do
		edits "$patch" | awk -v file="$1" '
			/^diff --git / { ours = $3 == "a/" file; next }
			ours && /^[ +]struct [a-z0-9_]+ \{/ { print $2 }'
	done | sort -u
}

declare -A CC=([c]=gcc [c++]=g++)
mapfile -t headers < <(for patch in $(patches); do edited "$patch"; done | grep ^include/uapi/ | sort -u)
echo "TAP version 13"
for path in "${headers[@]}"; do
	header=${path#include/uapi/}
	for bits in 32 64; do
		result "$header compiles alone as C in $bits bits" compiles "$header" c c99 $bits
		result "$header compiles alone as C++ in $bits bits" compiles "$header" c++ c++11 $bits
	done
	for struct in $(touched_structs "$path"); do
		result "struct $struct is the same in 32 and 64 bits" same_layout "$header" "$struct"
	done
done
plan
[ -z "$FAILED" ] || exit 1
