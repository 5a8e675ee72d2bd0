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
write_sparse() {
	cat >"$TREE/.sparse" <<-'EOS'
		#!/bin/sh
		for last; do :; done
		case $last in
		*/gvt/* | */gem/*) ;;
		*) grep -qxF "$last" "${0%/*}/.series-files" || exit 0 ;;
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

# heard ENTRY KIND: warnings and errors about the files that count, without the
# numbers of lines.
heard() {
	case $2 in
	gcc) grep -v '^sparse: ' "$1/gcc.log" ;;
	sparse) sed -n 's/^sparse: //p' "$1/gcc.log" ;;
	kernel-doc) cat "$1/kernel-doc.log" ;;
	esac | sed -nE 's/^(\.\/)?([^ :]+):[0-9]+(:[0-9]+)?: (warning|error)/\2: \4/p' |
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

# --- a step -----------------------------------------------------------------

build_step() {
	local dir=$1 module

	tree series-check configure_debian
	forget_objects
	stamp state begun
	run_logged "step $STEP: building for Debian's kernel" "$LOGS/series-build.log" make_debian
	cp "$LOGS/series-build.log" "$dir/gcc.log"
	(docs) >"$dir/kernel-doc.log"
	for module in $DRIVER/{i915,kvmgt} $SAMPLE/mbochs; do
		strip --strip-debug -o "$dir/${module##*/}.ko" "$TREE/$module.ko"
	done
	stamp state "$(change_at "$STEP")"
	unlock "build-series-check-$KERNEL_VERSION"
	tree series-check-debug configure_debug "$(hash_paths rig/debug.config)"
	if [ "$STEP" -gt 0 ]; then
		run_logged "step $STEP: building for the debug kernel" "$LOGS/series-build.log" make_debug
		cat "$LOGS/series-build.log" >>"$dir/gcc.log"
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
			configure_debian configure_debug configure_as_debian configure_as_debug)")" build_step
}
