#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# series-check.sh [--from N] [--to N] [--series NAME] [--minutes N]: check the series
# after each patch.
#
# A step is the tree after one patch, counted from 1. At each step
#   - i915 and kvmgt must build as modules of Debian's kernel, and the files that the
#     patch touches also for the debug kernel, with W=1 and sparse. Neither these nor
#     kernel-doc may print a message about gvt/, gem/ or a file of the series that
#     they do not print for the base;
#   - the modules must load in the rig on Debian's image, and the kselftest must pass,
#     except for tests that a later patch names in its "tests" and, until the export
#     of the series replaces that of the base, tests that fail on the base. The tests
#     that a patch names must fail before it and pass from it on.
# After the last step: the checks of series-rules.sh, coccicheck on the new files, and
# whether the series applies to the newest source that apt offers.
#
# Without options all steps; --from last is the last step alone, --series NAME the
# steps of one series. Results are kept in the cache under a hash of their inputs, so
# an interrupted run continues where it was. With --minutes no step starts later than
# that. The last line is "N passed, N failed, N skipped"; it is also written to
# out/series-check/summary, which cover letters quote, with the steps. What a run of some
# of the steps leaves is in out/series-check-part.

# shellcheck source=series-lib.sh
. "$(dirname "$0")/series-lib.sh"
# shellcheck source=series-build.sh
. "$SCRIPTS/series/series-build.sh"
# shellcheck source=series-rig.sh
. "$SCRIPTS/series/series-rig.sh"
# shellcheck source=../lib/tap-lib.sh
. "$SCRIPTS/lib/tap-lib.sh"
usage_if_asked "$@"

FROM=1
TO=
ONE=
MINUTES=
while [ $# -gt 0 ]; do
	case $1 in
	--from | --to) [[ ${2-} =~ ^([0-9]+|last)$ ]] || die "$1 needs a number or 'last' (see --help)" ;;
	--series) [ -d "$SERIES/${2:-.}" ] || die "--series needs a directory of series/ (see --help)" ;;
	--minutes) [[ ${2-} =~ ^[0-9]+$ ]] || die "--minutes needs a number (see --help)" ;;
	*) die "unknown argument $1 (see --help)" ;;
	esac
	case $1 in
	--minutes) MINUTES=$2 ;;
	--series) ONE=$2 ;;
	--from) FROM=$2 ;;
	--to) TO=$2 ;;
	esac
	shift 2
done

base_paths
mapfile -t PATCHES < <(patches)
LAST=${#PATCHES[@]}
if [ -n "$ONE" ]; then
	FROM=$(printf '%s\n' "${PATCHES[@]}" | grep -n "/$ONE/" | sed 's/:.*//;q')
	TO=$((FROM + $(patches_of "$ONE" | wc -l) - 1))
fi
[ "$FROM" != last ] || FROM=$LAST
[ "${TO:-last}" != last ] || TO=$LAST
if [ "$FROM" -lt 1 ] || [ "$TO" -gt "$LAST" ] || [ "$FROM" -gt "$TO" ]; then
	die "steps are 1 to $LAST"
fi

RESULTS_DIR=$OUT/series-check
[ "$FROM-$TO" = "1-$LAST" ] || RESULTS_DIR+=-part
WORK=$(mktemp -d)
DOOMED+=("$WORK")

# --- what must hold of a step ------------------------------------------------

check_tests() {
	local step=$1 dir=$2 base=$3 bad

	bad=$(failed "$dir" | comm -23 - <({
		named $((step + 1)) "$LAST"
		[ "$step" -ge "$FIRST_WHOLE" ] || failed "$base"
	} | sort -u))
	[ -z "$bad" ] || die "fails, and no later patch names it in its tests: $(tr '\n' ' ' <<<"$bad") (see $dir)"
}
check_named() {
	local step=$1 dir=$2 before=$3 bad

	bad=$(comm -23 <(named "$step" "$step") <(tested "$dir" | awk '$2 == "pass" { print $1 }'))
	[ -z "$bad" ] || die "must pass from this patch on, but fails: $(tr '\n' ' ' <<<"$bad") (see $dir)"
	[ -n "$before" ] || return 0
	bad=$(comm -12 <(named "$step" "$step") <(tested "$before" | awk '$2 == "pass" { print $1 }'))
	[ -z "$bad" ] || die "passes without this patch: $(tr '\n' ' ' <<<"$bad")"
}
check_loads() {
	grep -q '^ok 1 rig' "$1/rig.tap" || grep -qx rig < <(named $(($2 + 1)) "$LAST") ||
		die "$(tail -n 1 "$1/rig.log")"
}

# --- coccicheck -------------------------------------------------------------

# One rule at a time: "make coccicheck" stops at the first that does not run, as
# those with parts in OCaml do without a compiler for it. They know other drivers.
cocci() {
	local dir=$1 file rule

	mkdir -p "$dir/new"
	all_lines files | grep '^drivers/.*\.[ch]$' | while read -r file; do
		cp "$(born_path "$file")" "$dir/new/$(tr / _ <<<"$file")"
	done
	# Without a fault that it must report, silence means nothing.
	printf '%s\n' 'int planted(int a)' '{' '	if (a)' '		return 1;;' '	return 0;' '}' >"$dir/new/drivers_planted.c"
	cd "$TREE"
	while read -r rule; do
		echo "rule $rule"
		make coccicheck MODE=report "M=$dir/new" J=1 "COCCI=$rule" 2>&1 || :
	done < <(grep -rLE '(script|initialize|finalize):ocaml' --include='*.cocci' scripts/coccinelle) |
		tee "$dir/report"
	! grep -q '^coccicheck failed' "$dir/report"
}
cocci_entry() {
	local dir=$1

	sync_tree "series-check-$KERNEL_VERSION"
	run_logged "coccicheck on the new files" "$LOGS/cocci.log" cocci "$dir"
	unlock "build-series-check-$KERNEL_VERSION"
}
check_cocci() {
	local said

	[ "$(grep -c '^rule ' "$1/report")" -gt 50 ] || die "coccicheck ran too few rules: see $1/report"
	said=$(grep -E "^(/|\./)?[^ ]*new/[^ ]*:[0-9]+" "$1/report" | sed 's|.*/new/||') || return 0
	printf '%s\n' "$said"
	return 1
}

# --- all of it --------------------------------------------------------------

alone "$RESULTS_DIR"
rm -rf "$RESULTS_DIR"
mkdir -p "$RESULTS_DIR"
series_hash >"$RESULTS_DIR/series"	# of what is replayed, not of what is there hours later
TAP=$RESULTS_DIR/steps.tap
replay "$WORK/replay"
"$SCRIPTS/qemu.sh"
PROGRAMS=$("$SCRIPTS/programs.sh" --path)
# From then on the export of this series answers, in place of that of the base, and
# nothing is left that the tests crash.
FIRST_WHOLE=$LAST
for ((i = LAST; i > 0; i--)); do
	! grep -q '/gfx_plane\.c$' < <(lines "${PATCHES[i - 1]}/files") || FIRST_WHOLE=$i
done

check_step() {
	local step=$1 name base built stock='' before='' after='' fixed platform

	name=$(name_of "${PATCHES[step - 1]}")
	build_at 0
	base=$ENTRY
	build_at "$step"
	built=$ENTRY
	fixed=$(named "$step" "$step")
	if [ -n "$fixed" ]; then
		platform=$(lines "${PATCHES[step - 1]}/platform")
		if [ "$step" -gt 1 ]; then
			rig_at $((step - 1)) "$platform"
			before=$RIG
		fi
		rig_at "$step" "$platform"
		after=$RIG
	fi
	if [ "$step" -lt "$FIRST_WHOLE" ]; then
		rig_at 0
		stock=$RIG
	fi
	rig_at "$step"
	{
		result "$name: gcc W=1 prints no new message" check_said "$built" "$base" gcc
		if sparse_refused "$built"; then
			skipped "$name: sparse prints no new message" "the kernel wants a newer sparse than this release has"
		else
			result "$name: sparse prints no new message" check_said "$built" "$base" sparse
		fi
		result "$name: kernel-doc prints no new message" check_said "$built" "$base" kernel-doc
		result "$name: the modules load, and the kernel logs no error" check_loads "$RIG" "$step"
		result "$name: no test fails but those that a later patch fixes" check_tests "$step" "$RIG" "$stock"
		[ -z "$fixed" ] ||
			result "$name: the tests that it names failed before and pass" check_named "$step" "$after" "$before"
	} >>"$TAP"
	say "step $step of $LAST, $name: done, $SECONDS s since the start"
}

echo "TAP version 13" >"$TAP"
build_at 0
for kind in gcc sparse kernel-doc; do
	if [ $kind = sparse ] && sparse_refused "$ENTRY"; then
		skipped "sparse reports a planted fault" "the kernel wants a newer sparse than this release has"
	else
		result "$kind reports a planted fault" check_planted "$ENTRY" $kind
	fi
done >>"$TAP"
for ((step = FROM; step <= TO; step++)); do
	if [ -n "$MINUTES" ] && [ "$SECONDS" -ge $((MINUTES * 60)) ]; then
		result "steps $step to $TO" die "were not started within $MINUTES minutes: run it again" >>"$TAP"
		TO=$((step - 1))
		break
	fi
	check_step "$step"
done
if [ "$TO" = "$LAST" ]; then
	state_at "$LAST"
	mapfile -t born < <(all_lines files | grep '^drivers/')
	entry "cocci-$(hash_words "$KERNEL_VERSION" "$(hash_paths "${born[@]}")" \
		"$(declare -f cocci)")" cocci_entry
	result "coccicheck reports nothing on the new files" check_cocci "$ENTRY" >>"$TAP"
	say "the rules of the series ..."
	"$SCRIPTS/series/series-rules.sh" >"$RESULTS_DIR/rules.tap" || :
	"$SCRIPTS/series/series-newest.sh" >"$RESULTS_DIR/newest.tap" || :
fi
plan >>"$TAP"

p=0 f=0 s=0
for tap in "$RESULTS_DIR"/*.tap; do
	grep '^#' "$tap" || :
	"$SCRIPTS/lib/ktap.sh" "${tap##*/}" <"$tap" >"$WORK/count"
	read -r passed failed skipped <"$WORK/count"
	p=$((p + passed)) f=$((f + failed)) s=$((s + skipped))
done
say "steps $FROM to $TO of $LAST: $SECONDS s"
say "steps $FROM to $TO of $LAST: $p passed, $f failed, $s skipped" >"$RESULTS_DIR/summary"
say "$p passed, $f failed, $s skipped"
[ "$f" = 0 ] || exit 1
