#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Kernel build trees that follow the series, and their configurations; sourced, never run.
#
# A tree is hard links into the pristine base, with the files that the series
# touches as copies of its own. It is kept between runs: a change of the series
# rewrites just the files that differ, so that make rebuilds just those.

# shellcheck disable=SC2034	# what is set here is used by those who source it
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# series_state: sets STATE, what the series makes of the base.
series_state() {
	base_paths
	entry "series-$("$SCRIPTS/series/series.sh" hash)" "$SCRIPTS/series/series.sh" state
	STATE=$ENTRY
}

# state_hash FIND-TEST...: one hash over those of the series' files.
state_hash() {
	(cd "$STATE/files" && find . -type f "$@" -print0 | sort -z |
		xargs -0r sha256sum | sha256sum | cut -c1-16)
}

# What of it the kernel is built from: not selftests, not documents.
kernel_hash() {
	hash_words "$KERNEL_VERSION" "$(hash_words "$(cat "$STATE/removed")")" \
		"$(state_hash '(' -path './arch/*' -o -path './drivers/*' -o -path './include/*' -o -path './samples/*' ')')"
}

put_file() {
	mkdir -p "$(dirname "$2")"
	cp "$1" "$2.sync"	# a new time: make must see the change
	mv "$2.sync" "$2"
}

# sync_tree NAME: lock and bring up to date the tree $CACHE/build/NAME; sets TREE.
# The caller unlocks "build-NAME" when it has built.
sync_tree() {
	local name=$1 file

	TREE=$CACHE/build/$name
	lock "build-$name"
	if [ ! -f "$TREE/.synced" ]; then
		rm -rf "$TREE"
		mkdir -p "$CACHE/build"
		cp -al "$BASE_SRC" "$TREE"
		rm "$TREE/.manifest"
		: >"$TREE/.synced"
	fi
	(cd "$STATE/files" && find . -type f -printf '%P\n') >"$TREE/.syncing"
	cat "$STATE/removed" >>"$TREE/.syncing"

	# What an earlier series touched and this one does not.
	sort -u "$TREE/.synced" | comm -23 - <(sort -u "$TREE/.syncing") |
		while read -r file; do
			if [ -f "$BASE_SRC/$file" ]; then
				cmp -s "$BASE_SRC/$file" "$TREE/$file" ||
					put_file "$BASE_SRC/$file" "$TREE/$file"
			else
				rm -f "$TREE/$file"
			fi
		done
	# A run that is killed from here on must still be undone: name both.
	sort -u "$TREE/.synced" "$TREE/.syncing" >"$TREE/.synced.new"
	mv "$TREE/.synced.new" "$TREE/.synced"
	while read -r file; do
		rm -f "$TREE/$file"
	done <"$STATE/removed"
	(cd "$STATE/files" && find . -type f -printf '%P\n') | while read -r file; do
		cmp -s "$STATE/files/$file" "$TREE/$file" ||
			put_file "$STATE/files/$file" "$TREE/$file"
	done
	mv "$TREE/.syncing" "$TREE/.synced"
}

# stamped NAME WORD: was step NAME of TREE last done for WORD?
stamped() { [ "$(cat "$TREE/.stamp-$1" 2>/dev/null)" = "$2" ]; }
stamp() { echo "$2" >"$TREE/.stamp-$1"; }

# configured_tree NAME LABEL COMMAND WORD...: sync_tree NAME, and run COMMAND in it
# unless that was last done for the same COMMAND, WORDs and Kconfig files.
configured_tree() {
	local name=$1 label=$2 command=$3 word
	shift 3

	sync_tree "$name"
	word=$(hash_words "$(state_hash -name 'Kconfig*')" "$(declare -f "$command" \
		configure_as_debian configure_as_debug)" "$@")
	if ! stamped configured "$word"; then
		run_logged "$label" "$LOGS/$name-configure.log" "$command"
		stamp configured "$word"
	fi
}

# configure_as_debian: Debian's configuration and symbol versions. What identifies
# its build must be ours to set, and srcversion tells in a running kernel whose
# modules these are.
configure_as_debian() {
	local headers=$BASE_HDR/usr/src/linux-headers-$KERNEL_RELEASE version

	cd "$TREE"
	cp "$headers/.config" "$headers/Module.symvers" .
	version=$(make -s kernelversion)
	[ "$KERNEL_RELEASE" != "${KERNEL_RELEASE#"$version"}" ] || {
		echo "source is $version, image is $KERNEL_RELEASE: they do not belong together"
		return 1
	}
	scripts/config --set-str SYSTEM_TRUSTED_KEYS "" \
		--set-str LOCALVERSION "${KERNEL_RELEASE#"$version"}" \
		-d LOCALVERSION_AUTO -e MODULE_SRCVERSION_ALL
	make -j "$JOBS" olddefconfig
	make -j "$JOBS" modules_prepare
}
# configure_as_debug [FRAGMENT...]: rig/debug.config over tinyconfig, and FRAGMENTs, paths
# in this repository, over that.
configure_as_debug() {
	cd "$TREE"
	make -j "$JOBS" tinyconfig
	scripts/kconfig/merge_config.sh -m .config "$REPO/rig/debug.config" "${@/#/$REPO/}"
	make -j "$JOBS" olddefconfig
}
