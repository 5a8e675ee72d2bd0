#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Build the kernel for one step of series-check.sh; sourced, never run.
#
# Two trees follow the steps, one with Debian's configuration and one with that of
# the debug kernel, so a step compiles only what its patch changed. gcc and sparse
# print messages only when they compile. So if a tree is not in the state of the
# previous step, for example after an interrupted run, all relevant files are
# compiled again.

# shellcheck disable=SC2034	# what is set here is used by those who source it
# shellcheck disable=SC2153	# PATCHES and WORK are set by those who source it
# shellcheck source=../lib/kernel-tree.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib/kernel-tree.sh"
# shellcheck source=../lib/messages.sh
. "$SCRIPTS/lib/messages.sh"

DRIVER=drivers/gpu/drm/i915
SAMPLE=samples/vfio-mdev

# state_at STEP: sets STATE, what the first STEP patches make of the base. Needs
# a replay in $WORK/replay.
state_at() {
	local commit

	STATE=$WORK/state
	rm -rf "$STATE"
	mkdir -p "$STATE/files"
	commit=$(git -C "$WORK/replay" rev-list --reverse HEAD | sed -n "$(($1 + 1))p")
	git -C "$WORK/replay" archive "$commit" | tar -x -C "$STATE/files"
	git -C "$WORK/replay" diff --name-only --no-renames --diff-filter=D base "$commit" >"$STATE/removed"
}
# touched_at STEP FIND-PATTERN: files that the patch changes or brings.
touched_at() {
	local commit

	commit=$(git -C "$WORK/replay" rev-list --reverse HEAD | sed -n "$(($1 + 1))p")
	git -C "$WORK/replay" diff --name-only --no-renames --diff-filter=d "$commit^" "$commit" |
		grep -E "$2" || :
}

# --- the tree with Debian's configuration -----------------------------------

# Run sparse on gvt/, gem/ and the files of the series: the rest of i915 takes minutes.
# make runs it where DIRECTORY of "M=DIRECTORY" is. A file that is not of the tree is what
# make tests sparse with, before it uses it.
write_sparse() {
	cat >"$TREE/.sparse" <<-'EOS'
		#!/bin/sh
		for last; do :; done
		path=$(realpath --relative-to="${0%/*}" "$last")
		case $path in
		../*) exec sparse "$@" ;;
		*/gvt/* | */gem/*) ;;
		*) grep -qxF "$path" "${0%/*}/.series-files" || exit 0 ;;
		esac
		sparse "$@" 2>&1 | sed 's/^/sparse: /' >&2
	EOS
	chmod +x "$TREE/.sparse"
	git -C "$WORK/replay" diff --name-only base HEAD >"$TREE/.series-files"
}
configure_debian() {
	rm -f "$TREE/vmlinux"	# without it no time goes into type information
	configure_as_debian
}
configure_debug() {
	# shellcheck disable=SC2119	# it takes fragments, and there are none
	configure_as_debug
	make -j "$JOBS" modules_prepare
}
# tree NAME COMMAND WORD...: configured_tree of the step, with sparse.
tree() {
	configured_tree "$1-$KERNEL_VERSION" "step $STEP: configuring $1" "${@:2}"
	write_sparse
}
# Unless the tree is what the last step left, compile again all that counts.
forget_objects() {
	! stamped state "$BEFORE" || return 0
	find "$TREE/$DRIVER/gvt" "$TREE/$DRIVER/gem" -name '*.o' -delete
	while read -r file; do rm -f "$TREE/${file%.c}.o"; done < <(grep '\.c$' "$TREE/.series-files")
}

# -g0 saves a third of the time, and these modules are not debugged.
make_in_tree() { make -C "$TREE" -j "$JOBS" KCFLAGS=-g0 W=1 C=1 CHECK="$TREE/.sparse" "$@"; }

make_debian() {
	local others

	make_in_tree M=$DRIVER modules
	make_in_tree M=$SAMPLE CONFIG_SAMPLE_VFIO_MDEV_MBOCHS=m modules
	# Modules of their own: their objects are enough.
	mapfile -t others < <(touched_at "$STEP" '^(arch|drivers/vfio|drivers/gpu/drm/ttm)/.*\.c$')
	[ ${#others[@]} -eq 0 ] || make_in_tree "${others[@]/%.c/.o}"
}
# What the patch touches and only the debug kernel has; a file below selftests/ is
# part of the one that includes it.
debug_objects() {
	local file includer

	touched_at "$STEP" "^$DRIVER/.*\\.c$" | while read -r file; do
		case $file in
		*/selftests/*)
			includer=$(cd "$TREE" && grep -rlE --include='*.c' \
				"#include \"(.*/)?selftests/${file##*/}\"" $DRIVER | head -n 1)
			echo "${includer:-$file}"
			;;
		*) echo "$file" ;;
		esac
	done | sort -u
}
make_debug() {
	local objects

	mapfile -t objects < <(debug_objects)
	(cd "$TREE" && rm -f "${objects[@]/%.c/.o}")
	objects=("${objects[@]#"$DRIVER/"}")
	[ ${#objects[@]} -eq 0 ] || make_in_tree M=$DRIVER "${objects[@]/%.c/.o}"
}
docs() {
	local file

	cd "$TREE"
	while read -r file; do
		[ ! -f "$file" ] || scripts/kernel-doc -none "$file" 2>&1
	done < <(if [ "$STEP" -eq 0 ]; then cat .series-files; else touched_at "$STEP" .; fi |
		grep '\.[ch]$')
}

# --- what they say ----------------------------------------------------------

# hear DIR LOG: add to what gcc and sparse say in DIR what they say in LOG, of TREE.
hear() {
	{ grep -v '^sparse: ' "$2" || :; } | messages "$TREE" $DRIVER $SAMPLE >>"$1/said-gcc"
	sed -n 's/^sparse: //p' "$2" | messages "$TREE" $DRIVER $SAMPLE >>"$1/said-sparse"
}
# heard DIR KIND: warnings and errors about the files that count, without the numbers of
# lines.
heard() {
	sed -E 's/^([^ :]+):[0-9]+: /\1: /' "$1/said-$2" |
		grep -E "^($DRIVER/gvt/|$DRIVER/gem/|$(paste -sd'|' "$WORK/series-files"):)" | sort -u || :
}
check_said() {
	local now=$1 base=$2 kind=$3 new

	new=$(comm -23 <(heard "$now" "$kind") <(heard "$base" "$kind"))
	[ -z "$new" ] || {
		printf '%s\n' "$new"
		return 1
	}
}

# sparse_refused DIR: did make find sparse too old for this kernel? That of the release is
# new enough for the release's own.
sparse_refused() {
	[ "$BASE" != "$MACHINE_BASE" ] && grep -q 'is not available or not up to date' "$1/gcc.log"
}
check_planted() {
	heard "$1/planted" "$2" | grep planted_ || die "a planted fault is not seen: see $1/planted"
}

# --- a step -----------------------------------------------------------------

# make_planted DIR: with a fault for each checker in a file of the series, make what they
# say of it: without that, silence means nothing. The series' own file comes back after it,
# or, after a run that is killed, when the tree is next brought up to date.
make_planted() {
	local dir=$1 file=$DRIVER/gvt/display.c

	{
		cat "$STATE/files/$file"
		cat <<-EOS

			static const int planted_constant = 1;
			/**
			 * planted_function - has a parameter that is not described
			 */
			void *planted_function(int parameter)
			{
				return 0;
			}
		EOS
	} >"$WORK/planted.c"
	mkdir "$dir/planted"
	put_file "$WORK/planted.c" "$TREE/$file"
	run_logged "building a file with planted faults" "$dir/planted/gcc.log" make_in_tree M=$DRIVER gvt/display.o
	hear "$dir/planted" "$dir/planted/gcc.log"
	"$TREE/scripts/kernel-doc" -none "$TREE/$file" >"$dir/planted/kernel-doc.log" 2>&1 || :
	messages "$TREE" <"$dir/planted/kernel-doc.log" >"$dir/planted/said-kernel-doc"
	put_file "$STATE/files/$file" "$TREE/$file"
}

# A log belongs to whoever holds the lock of its tree.
build_step() {
	local dir=$1 module

	tree series-check configure_debian
	forget_objects
	stamp state begun
	[ "$STEP" -gt 0 ] || make_planted "$dir"
	run_logged "step $STEP: building for Debian's kernel" "$LOGS/series-check-$KERNEL_VERSION.log" make_debian
	cp "$LOGS/series-check-$KERNEL_VERSION.log" "$dir/gcc.log"
	hear "$dir" "$dir/gcc.log"
	(docs) >"$dir/kernel-doc.log"
	messages "$TREE" <"$dir/kernel-doc.log" >"$dir/said-kernel-doc"
	for module in $DRIVER/{i915,kvmgt} $SAMPLE/mbochs; do
		strip --strip-debug -o "$dir/${module##*/}.ko" "$TREE/$module.ko"
	done
	stamp state "$(change_at "$STEP")"
	unlock "build-series-check-$KERNEL_VERSION"
	tree series-check-debug configure_debug "$(hash_paths rig/debug.config)"
	if [ "$STEP" -gt 0 ]; then
		run_logged "step $STEP: building for the debug kernel" "$LOGS/series-check-debug-$KERNEL_VERSION.log" make_debug
		cat "$LOGS/series-check-debug-$KERNEL_VERSION.log" >>"$dir/gcc.log"
		hear "$dir" "$LOGS/series-check-debug-$KERNEL_VERSION.log"
	fi
	unlock "build-series-check-debug-$KERNEL_VERSION"
}

# change_at STEP: one word for all that the first STEP patches do to the kernel.
change_at() {
	local commit

	commit=$(git -C "$WORK/replay" rev-list --reverse HEAD | sed -n "$(($1 + 1))p")
	hash_words "$KERNEL_VERSION" \
		"$(git -C "$WORK/replay" diff base "$commit" -- arch drivers include samples | sha256sum)"
}
# build_at STEP: sets ENTRY, with modules and with what was said. What the base
# says is wanted of all files that the series touches.
build_at() {
	local files=''

	STEP=$1
	BEFORE=the-base-is-always-compiled
	git -C "$WORK/replay" diff --name-only base HEAD >"$WORK/series-files"
	if [ "$1" -eq 0 ]; then
		files=$(grep -vE "^$DRIVER/(gvt|gem)/" "$WORK/series-files" | grep '\.[ch]$')
	else
		BEFORE=$(change_at $(($1 - 1)))
	fi
	state_at "$1"
	entry "step-build-$(hash_words "$(change_at "$1")" "$files" "$(hash_paths rig/debug.config)" \
		"$(declare -f build_step make_debian make_debug debug_objects docs write_sparse forget_objects make_in_tree \
			configure_debian configure_debug configure_as_debian configure_as_debug \
			make_planted hear messages)" "$(gcc -dumpfullversion)" "$(sparse --version)")" build_step
}
