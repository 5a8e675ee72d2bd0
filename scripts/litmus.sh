#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# litmus.sh: have herd7 check the litmus tests of litmus/; results as TAP.
#
# Each names in its comment the result that it must have: by the kernel's memory model
# (tools/memory-model of the base's source), or by that of x86. "Sometimes without: TEXT"
# and "Sometimes with: TEXT for TEXT" are changes that must break it.
#
# HERD in the environment is the command, by default herd7. Debian has no package of it:
# git clone https://github.com/herd/herdtools7, check out 7.56.3, apt install ocaml-nox
# dune menhir libmenhir-ocaml-dev libzarith-ocaml-dev, dune build --profile release
# herd/herd.exe. Then HERD="DIR/_build/default/herd/herd.exe -set-libdir DIR/herd/libdir".

# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=lib/tap-lib.sh
. "$SCRIPTS/lib/tap-lib.sh"
usage_if_asked "$@"

read -ra HERD <<<"${HERD:-herd7}"
command -v "${HERD[0]}" >/dev/null || die "no ${HERD[0]}: see litmus.sh --help"
base_paths
WORK=$(mktemp -d)
DOOMED+=("$WORK")

# result_of FILE: Never, Sometimes or Always
result_of() {
	local model=()

	! grep -q '^C ' "$1" || model=(-conf linux-kernel.cfg)
	(cd "$BASE_SRC/tools/memory-model" && "${HERD[@]}" "${model[@]}" "$1") |
		sed -n 's/^Observation [^ ]* \([A-Za-z]*\) .*/\1/p'
}
# has_result FILE RESULT
has_result() {
	local result

	[ -n "$2" ] || die "its comment names no result"
	result=$(result_of "$1")
	[ "$result" = "$2" ] || { echo "it is: ${result:-no result}" && return 1; }
}
# said FILE WHAT: what follows WHAT in its comment
said() { sed -n "s/^ \* $2: //p" "$1"; }

for file in "$REPO"/litmus/*.litmus; do
	name=$(basename "$file" .litmus)
	result "$name is $(said "$file" Result)" has_result "$file" "$(said "$file" Result)"
	while read -r kind change; do
		old=${change##* for } new=
		[ "$old" = "$change" ] || new=${change% for *}
		changed=$WORK/$name.litmus
		# The comment has the text as well, and is left alone.
		awk -v old="$old" -v new="$new" '
			/\*\)/ { code = 1 }
			code && (at = index($0, old)) {
				$0 = substr($0, 1, at - 1) new substr($0, at + length(old))
			}
			{ print }' "$file" >"$changed"
		result "$name is Sometimes $kind $change" has_result "$changed" Sometimes
	done < <(sed -n 's/^ \* Sometimes \(with[out]*\): /\1 /p' "$file")
done
plan
[ -z "$FAILED" ] || exit 1
