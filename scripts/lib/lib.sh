#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Shared by all scripts: messages, long steps, locks and cache entries.
# Sourced, never run.

# shellcheck disable=SC2034	# what is set here is used by those who source it

set -Eeuo pipefail

REPO=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/gvt-dmabuf
OUT=$REPO/out
LOGS=$CACHE/log
SCRIPTS=$REPO/scripts
JOBS=${JOBS:-$(nproc)}
export LC_ALL=C

# --- the base ---------------------------------------------------------------

# base_of CODENAME: the base of a release of Debian; debian12 for any other
base_of() {
	local file

	for file in "$REPO"/bases/*; do
		if grep -qx "DEBIAN_CODENAME=$1" "$file"; then
			echo "${file##*/}"
			return
		fi
	done
	echo debian12
}
# The base is that of the release that the machine runs, unless BASE names another.
# shellcheck source=/dev/null
MACHINE_BASE=$(base_of "$(. /etc/os-release 2>/dev/null && echo "${VERSION_CODENAME-}")")
BASE=${BASE:-$MACHINE_BASE}
export BASE
if [ ! -f "$REPO/bases/$BASE" ]; then
	echo "error: no base '$BASE': there are $(cd "$REPO/bases" && echo *)" >&2
	exit 1
fi
KERNEL_SUITE=
# shellcheck source=../../bases/debian12
. "$REPO/bases/$MACHINE_BASE"
MACHINE_CODENAME=$DEBIAN_CODENAME	# whose packages apt has here
# shellcheck source=../../bases/debian12
. "$REPO/bases/$BASE"
[ "$BASE" = "$MACHINE_BASE" ] || OUT=$REPO/out/$BASE
OUT_NAME=${OUT#"$REPO/"}

# The release whose QEMU, Mesa and libvirt run in the rig, and in which the package
# is tested: ROOT=trixie; by default that of the base.
ROOT_RELEASE=${ROOT_RELEASE:-${ROOT:-$DEBIAN_CODENAME}}
export ROOT_RELEASE
if ! grep -qx "DEBIAN_CODENAME=$ROOT_RELEASE" "$REPO"/bases/*; then
	echo "error: no release '$ROOT_RELEASE': there are $(sed -n 's/^DEBIAN_CODENAME=//p' "$REPO"/bases/* | xargs)" >&2
	exit 1
fi

# The release whose QEMU runs the rig: QEMU_SUITE=trixie; by default that of the
# base.
QEMU_RELEASE=${QEMU_SUITE:-$DEBIAN_CODENAME}
if ! grep -qx "DEBIAN_CODENAME=$QEMU_RELEASE" "$REPO"/bases/*; then
	echo "error: no release '$QEMU_RELEASE': there are $(sed -n 's/^DEBIAN_CODENAME=//p' "$REPO"/bases/* | xargs)" >&2
	exit 1
fi

# in_base_of RELEASE "$@": do all that a script does with the base of RELEASE.
in_base_of() {
	local release=$1
	shift

	[ "$release" = "$DEBIAN_CODENAME" ] ||
		exec env BASE="$(base_of "$release")" GVT_BASE_CHECKED= "$0" "$@"
}
# In a script about what the root is made of, and in one about the emulator
in_root_base() { in_base_of "$ROOT_RELEASE" "$@"; }
in_qemu_base() { in_base_of "$QEMU_RELEASE" "$@"; }

say() { printf '%s\n' "$*"; }
note() { printf '%s\n' "$*" >&2; }
die() {
	note "error: $*"
	exit 1
}

# usage: usage_if_asked "$@", in a script whose first comment block is its help.
show_help() {
	sed -n '3,/^$/{s/^# \{0,1\}//p}' "$0"
}
usage_if_asked() {
	case ${1-} in
	-h | --help)
		show_help
		exit 0
		;;
	esac
}

# listed: the words that this help explains, each in a line of its own, such as steps.
listed() { show_help | sed -n 's/^  \([a-z][a-z0-9]*\)  .*/\1/p'; }
# is_one_of WORD WORD...: is the first among the others?
is_one_of() {
	local wanted=$1 word
	shift

	for word; do [ "$word" != "$wanted" ] || return 0; done
	return 1
}
# value_given "$@": an option that the help shows with a value, such as --name NAME,
# needs one.
value_given() {
	! show_help | grep -E -- "^  $1 [A-Z]" >/dev/null || [ $# -gt 1 ] ||
		die "$1 needs a value (see --help)"
}

# path_wanted "$@", in a script that makes one cache entry: with --path, only the
# path goes to standard output, and messages go to standard error.
PATH_FD=
path_wanted() {
	case ${1-} in
	--path) exec {PATH_FD}>&1 1>&2 ;;
	'') ;;
	*) die "unknown argument $1 (see --help)" ;;
	esac
}
tell_path() { [ -z "$PATH_FD" ] || echo "$1" >&"$PATH_FD"; }

# --- clean-up ---------------------------------------------------------------

RUNNING=()	# process groups of what runs in the background
DOOMED=()	# paths that must not outlive this script

on_exit() {
	local rc=$? pid

	trap - EXIT INT TERM HUP
	for pid in "${RUNNING[@]}"; do kill -TERM -- "-$pid" 2>/dev/null || :; done
	[ ${#DOOMED[@]} -eq 0 ] || rm -rf -- "${DOOMED[@]}"
	exit "$rc"
}
# Anything that fails without a message of its own still says where.
trap '[ "$BASH_SUBSHELL" != 0 ] || note "error: ${0##*/}, line $LINENO: \"$BASH_COMMAND\" failed"' ERR
trap on_exit EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# --- long steps -------------------------------------------------------------

# logged LABEL LOG COMMAND...: say what runs and for how long; on failure show
# the end of the log and say in FAILURE what happened. Never fails itself: where
# a status is looked at, bash turns "set -e" off in all that runs. The command
# gets a process group of its own, so that stopping this script stops all of it.
FAILURE=
logged() {
	local label=$1 log=$2 start=$SECONDS told=$SECONDS pid rc=0 tty=0
	shift 2

	mkdir -p "${log%/*}"
	[ ! -t 1 ] || tty=1
	FAILURE=
	say "$label ..."
	set -m
	"$@" >"$log" 2>&1 </dev/null &
	pid=$!
	set +m
	RUNNING=("$pid")
	while kill -0 "$pid" 2>/dev/null; do
		if [ $((SECONDS - start)) -lt 3 ]; then sleep 0.1; else sleep 0.5; fi
		if [ $tty = 1 ] && [ "$SECONDS" != "$told" ]; then
			printf '\r  %s ... %d s\033[K' "$label" $((SECONDS - start))
			told=$SECONDS
		elif [ $tty = 0 ] && [ $((SECONDS - told)) -ge 15 ]; then
			say "  $label ... $((SECONDS - start)) s"
			told=$SECONDS
		fi
	done
	wait "$pid" || rc=$?
	RUNNING=()
	[ $tty = 0 ] || printf '\r\033[K'
	if [ $rc -ne 0 ]; then
		tail -n 8 "$log" | sed 's/^/  | /' >&2
		FAILURE="$label failed after $((SECONDS - start)) s (status $rc): see $log"
		return
	fi
	say "  $label: done in $((SECONDS - start)) s"
}
run_logged() {
	logged "$@"
	[ -z "$FAILURE" ] || die "$FAILURE"
}

# --- hashes -----------------------------------------------------------------

# hash_paths PATH...: one hash over names and contents of all files below;
# a path that does not exist has no files.
hash_paths() {
	(
		cd "$REPO"
		for path; do
			[ ! -e "$path" ] || find "$path" -type f -print0
		done | sort -z | xargs -0r sha256sum | sha256sum | cut -c1-16
	)
}
# hash_words WORD...: one hash over strings.
hash_words() { printf '%s\0' "$@" | sha256sum | cut -c1-16; }

# --- locks ------------------------------------------------------------------

# lock NAME: hold $CACHE/lock/NAME until unlock or the end. Children inherit it
# on purpose: a build whose parent was killed keeps the next run waiting.
declare -A LOCK_FD=()
lock() {
	local name=$1 fd

	mkdir -p "$CACHE/lock"
	exec {fd}>"$CACHE/lock/$name"
	if ! flock -n "$fd"; then
		note "waiting for another run that is making $name"
		flock "$fd"
	fi
	LOCK_FD[$name]=$fd
}
unlock() {
	local fd=${LOCK_FD[$1]}

	exec {fd}>&-
	unset "LOCK_FD[$1]"
}

# alone PATH: die if another run holds PATH, or hold it until the end. For results and logs
# that a second run of the same name would overwrite.
alone() {
	local fd

	mkdir -p "${1%/*}"
	exec {fd}>"$1.lock"
	flock -w 20 "$fd" ||	# of the last run a process may be about to end
		die "another run is writing ${1#"$REPO/"}: let it finish first"
}

# --- cache entries ----------------------------------------------------------
# An entry is a directory $CACHE/NAME that appears complete, by rename, with a
# manifest of size and time of every file. An entry that differs from its manifest
# is made again.

manifest_of() {
	(cd "$1" && find . -type f ! -path ./.manifest -printf '%s %T@ %p\n' | sort)
}

entry_ok() {
	[ -f "$1/.manifest" ] && manifest_of "$1" | cmp -s - "$1/.manifest"
}

# entry_why DIR: the first difference from the manifest, for a message.
entry_why() {
	[ -f "$1/.manifest" ] || {
		echo "no manifest"
		return
	}
	manifest_of "$1" | diff - "$1/.manifest" |
		awk '/^[<>]/ { print $NF " differs from what was stored"; exit }' || :
}

# entry NAME FUNCTION [ARG...]: set ENTRY to $CACHE/NAME; if it is not there or
# not whole, have FUNCTION ARG... TMPDIR make it.
entry() {
	local name=$1 tmp
	shift

	ENTRY=$CACHE/$name
	if entry_ok "$ENTRY"; then
		touch -c "$ENTRY"
		return
	fi
	lock "$name"
	if entry_ok "$ENTRY"; then
		unlock "$name"
		return
	fi
	if [ -e "$ENTRY" ]; then
		note "cache entry $name is damaged ($(entry_why "$ENTRY")): making it again"
		rm -rf "$ENTRY"
	fi
	tmp=$CACHE/tmp/$name
	rm -rf "$tmp"	# of a run that was killed: we hold the lock
	mkdir -p "$tmp"
	DOOMED+=("$tmp")
	"$@" "$tmp"
	manifest_of "$tmp" >"$tmp.manifest"
	mv "$tmp.manifest" "$tmp/.manifest"
	mv -T "$tmp" "$CACHE/$name"
	ENTRY=$CACHE/$name
	prune "$name"
	unlock "$name"
}

# prune NAME: of the entries KIND-* that differ in their hash only, keep the
# newest few, and any that a run of the last day may still use.
prune() {
	local kind=${1%-*}

	[[ ${1##*-} =~ ^[0-9a-f]{16}$ ]] || return 0
	find "$CACHE" -maxdepth 1 -regextype posix-extended -type d \
		-regex "$CACHE/$kind-[0-9a-f]{16}" -printf '%T@ %p\n' |
		sort -rn | tail -n +7 | while read -r _ old; do
		[ -z "$(find "$old" -maxdepth 0 -mmin +1440)" ] || rm -rf "$old"
	done
}

# --- what fetch.sh settled --------------------------------------------------

# One file a base: of two bases in one cache each has its own versions, and what
# is made of them is named by the versions.
VERSIONS=$CACHE/versions-$BASE

# base_versions: sets KERNEL_SOURCE and KERNEL_SERIES (6.12), KERNEL_VERSION and
# QEMU_VERSION (of the source packages) and KERNEL_ABI.
base_versions() {
	[ -f "$VERSIONS" ] || "$SCRIPTS/fetch.sh"
	# shellcheck source=/dev/null
	. "$VERSIONS"
	KERNEL_SERIES=${KERNEL_SOURCE#linux-source-}
	QEMU_UPSTREAM=${QEMU_VERSION#*:}	# an epoch's colon has no place in a path
}

# base_paths: the unpacked packages, fetched if need be.
base_paths() {
	# Once a run: looking at all files of the source takes a second.
	[ "${GVT_BASE_CHECKED-}" = "$BASE" ] || "$SCRIPTS/fetch.sh" --quiet
	export GVT_BASE_CHECKED=$BASE
	base_versions
	BASE_SRC=$CACHE/source-$KERNEL_VERSION
	BASE_IMG=$CACHE/img-$KERNEL_VERSION
	BASE_HDR=$CACHE/headers-$KERNEL_VERSION
	QEMU_SRC=$CACHE/qemu-source-$QEMU_UPSTREAM
	KERNEL_RELEASE=$KERNEL_ABI-$KERNEL_FLAVOUR
	export BASE_SRC BASE_IMG BASE_HDR QEMU_SRC KERNEL_RELEASE
}
