#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# series-newest.sh [VERSION]: test whether the series applies to the newest source.
#
# Fetches the newest kernel source package of the base (or VERSION of it) from the
# machine's apt sources and replays the series onto its files. If a hunk does not
# apply, it prints patch, file and line. Results as TAP; without network it skips.

# shellcheck source=series-lib.sh
. "$(dirname "$0")/series-lib.sh"
# shellcheck source=../lib/apt.sh
. "$SCRIPTS/lib/apt.sh"
# shellcheck source=../lib/tap-lib.sh
. "$SCRIPTS/lib/tap-lib.sh"
usage_if_asked "$@"

LOG=$LOGS/newest.log
WORK=$(mktemp -d)
DOOMED+=("$WORK")

# Of a gigabyte only the files that the series names.
unpack_named() {
	local deb=$1 dir=$2

	base_list | sed "s|^|$KERNEL_SOURCE/|" >"$WORK/list"
	dpkg-deb --fsys-tarfile "$deb" | tar -xO "./usr/src/$KERNEL_SOURCE.tar.xz" |
		tar -xJ -C "$dir" --strip-components=1 -T "$WORK/list" || :	# some are new
	[ -f "$dir/MAINTAINERS" ]
}
get_source() {
	mkdir -p "$WORK/deb" "$WORK/base"
	run_logged "downloading $KERNEL_SOURCE $VERSION (about 140 MB)" "$LOG" \
		download "$WORK/deb" kernel_apt apt-get download "$KERNEL_SOURCE=$VERSION"
	run_logged "unpacking what the series names" "$LOG" unpack_named "$WORK"/deb/*.deb "$WORK/base"
}

base_paths
# Not the package that is in use: the base may name the newest of several.
# shellcheck source=../../bases/debian12
KERNEL_SOURCE=$(. "$REPO/bases/$BASE" && echo "$KERNEL_SOURCE")
WANTED=$KERNEL_SOURCE
LISTS=
VERSION=${1-}
exec 3>&1 1>&2
if [ -z "$VERSION" ]; then
	if (lock fetch && ensure_lists); then
		LISTS=1
		KERNEL_SOURCE=$(source_package)
		VERSION=$(candidate "${KERNEL_SOURCE:-$WANTED}")
	fi
else
	KERNEL_SOURCE=$(source_package)
fi
if [ -n "$VERSION" ] && [ "$VERSION" != "$KERNEL_VERSION" ]; then
	get_source
	BASE_SRC=$WORK/base
	KERNEL_VERSION=$VERSION
fi
exec 1>&3 3>&-
echo "TAP version 13"
if [ -z "$VERSION" ]; then
	if [ -n "$LISTS" ]; then
		result "the series applies to the newest $WANTED" die "apt has no such package"
	else
		skipped "the series applies to the newest $WANTED" "no package lists: see $LOG"
	fi
else
	result "the series applies to $KERNEL_SOURCE $VERSION" replay "$WORK/replay"
fi
plan
[ -z "$FAILED" ] || exit 1
