#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# series.sh COMMAND: the patch series, made from series/ and the files here.
#
#   replay DIR   scratch git repository: the base files that the series touches,
#                then one commit a patch
#   export       mails of the series, with cover letter, to out/series/
#   check        prove listing, replay, git am and style; results as TAP
#   tree         the whole kernel with the series, one commit a patch: out/tree
#   state DIR    what the series makes of the base, without history:
#                DIR/files/... and DIR/removed
#   hash         one word that changes whenever the series does
#
# series/NNNN-name/ is one patch:
#   message      the commit message, subject first
#   files        files of this repository that are born in it, one a line
#   edit.patch   hunks on files of the base (unified diff, -p1)
#   remove       files of the base that it deletes, one a line
# Only message is needed in each. series/cover-letter.txt: subject, empty line,
# text. The series is generated: to change a file, edit it where it lies.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
usage_if_asked "$@"

SERIES=$REPO/series
KERNEL_DIRS=(drivers include tools Documentation)	# of the repository

patches() { find "$SERIES" -mindepth 1 -maxdepth 1 -type d -name '[0-9]*' | sort; }

# lines FILE: its lines, without comments and empty ones; no file, no lines.
lines() { [ ! -f "$1" ] || sed -e '/^#/d' -e '/^[[:blank:]]*$/d' "$1"; }
all_lines() {
	local patch

	for patch in $(patches); do lines "$patch/$1"; done
}

# edited PATCH: files that its hunks change.
edited() { [ ! -f "$1/edit.patch" ] || git apply --numstat "$1/edit.patch" | cut -f3; }

series_hash() {
	mapfile -t born < <(all_lines files)
	hash_words "$KERNEL_VERSION" "$(hash_paths series "${born[@]}" scripts/series.sh)"
}

# --- identity ---------------------------------------------------------------

# Whoever generates the series signs it off. A machine without an identity (a
# fresh chroot that only builds) gets the project's name.
IDENTITY_NAME=$(git -C "$REPO" config user.name || echo gvt-dmabuf)
IDENTITY_MAIL=$(git -C "$REPO" config user.email || echo gvt-dmabuf@localhost)

scratch_git() {
	git -c user.name="$IDENTITY_NAME" -c user.email="$IDENTITY_MAIL" \
		-c commit.gpgsign=false -c core.autocrlf=false -c gc.auto=0 \
		-c core.hooksPath=/dev/null -c core.excludesFile=/dev/null \
		-c advice.detachedHead=false -c init.defaultBranch=series "$@"
}

message_of() {
	local text

	text=$(cat "$1/message")
	if ! grep -q '^Signed-off-by: ' <<<"$text"; then
		# A trailer joins the last paragraph if that is trailers already.
		text=$(git interpret-trailers \
			--trailer "Signed-off-by: $IDENTITY_NAME <$IDENTITY_MAIL>" <<<"$text")
	fi
	printf '%s\n' "$text"
}

# --- replay -----------------------------------------------------------------

# apply_patch PATCH DIR: do to the tree DIR what the patch does; say what fails.
apply_patch() {
	local patch=$1 dir=$2 name=${1##*/} file why

	[ -s "$patch/message" ] || die "$name: no message"
	while read -r file; do
		[ -f "$dir/$file" ] || die "$name: remove: $file is not there to be removed"
		rm "$dir/$file"
	done < <(lines "$patch/remove")
	if [ -f "$patch/edit.patch" ]; then
		# No fuzz: a hunk that has moved is a hunk to look at again.
		why=$(cd "$dir" && GIT_CEILING_DIRECTORIES=${dir%/*} \
			git apply --whitespace=nowarn "$patch/edit.patch" 2>&1) ||
			die "$name: edit.patch does not apply: $(head -n 1 <<<"${why#error: }")"
	fi
	while read -r file; do
		[ -f "$REPO/$file" ] || die "$name: files: $file is not in the repository"
		[ ! -e "$dir/$file" ] || die "$name: files: $file exists in the base already"
		mkdir -p "$dir/$(dirname "$file")"
		cp "$REPO/$file" "$dir/$file"
	done < <(lines "$patch/files")
}

# base_files DIR: copy the base files that the series names into DIR.
base_files() {
	local dir=$1 patch file

	[ -n "$(patches)" ] || die "no patch in $SERIES"
	{
		all_lines remove
		all_lines files	# a check that they are new needs to see the old
		for patch in $(patches); do edited "$patch"; done
	} | sort -u | while read -r file; do
		[ ! -f "$BASE_SRC/$file" ] || echo "$file"
	done | rsync -a --files-from=- "$BASE_SRC/" "$dir/"
}

commit_all() {
	local dir=$1

	scratch_git -C "$dir" add -A -f .
	scratch_git -C "$dir" commit -q --allow-empty -F -
}
start_repository() {
	local dir=$1

	rm -rf "$dir"
	mkdir -p "$dir"
	scratch_git -C "$dir" init -q
}
commit_base() {
	echo "$KERNEL_SOURCE $KERNEL_VERSION" | commit_all "$1" || die "git commit of the base failed"
	scratch_git -C "$1" tag base
}
replay_onto() {
	local dir=$1 patch

	for patch in $(patches); do
		apply_patch "$patch" "$dir"
		message_of "$patch" | commit_all "$dir" || die "${patch##*/}: git commit failed"
	done
}
replay() {
	start_repository "$1"
	base_files "$1"
	commit_base "$1"
	replay_onto "$1"
}

# The same without commits: what the builds take.
state() {
	local dir=$1 patch

	mkdir -p "$dir/files"
	base_files "$dir/files"
	(cd "$dir/files" && find . -type f -printf '%P\n' | sort) >"$dir/before"
	for patch in $(patches); do
		apply_patch "$patch" "$dir/files"
	done
	(cd "$dir/files" && find . -type f -printf '%P\n' | sort) |
		comm -23 "$dir/before" - >"$dir/removed"
	rm "$dir/before"
}

# --- mails ------------------------------------------------------------------

# export_mails REPOSITORY DIR
export_mails() {
	local repo=$1 dir=$2 cover=$SERIES/cover-letter.txt options=()

	[ ! -f "$cover" ] || options=(--cover-letter)
	rm -rf "$dir"
	mkdir -p "$dir"
	scratch_git -C "$repo" format-patch -q -v1 --no-signature "${options[@]}" \
		-o "$dir" base
	[ -f "$cover" ] || return 0
	awk -v cover="$cover" '
		BEGIN {
			getline subject <cover
			while ((getline line <cover) > 0)
				text = text line "\n"
			sub(/^\n+/, "", text); sub(/\n+$/, "", text)
		}
		/\*\*\* SUBJECT HERE \*\*\*/ { sub(/\*\*\* SUBJECT HERE \*\*\*/, ""); print $0 subject; next }
		/^\*\*\* BLURB HERE \*\*\*/ { print text; next }
		{ print }' "$dir"/*-0000-cover-letter.patch >"$dir/cover"
	mv "$dir/cover" "$(ls "$dir"/*-0000-cover-letter.patch)"
}

# --- check ------------------------------------------------------------------

check_listing() {
	local file twice

	twice=$(all_lines files | sort | uniq -d)
	[ -z "$twice" ] || die "listed more than once: $(tr '\n' ' ' <<<"$twice")"
	# In the base and not removed by the first patch: then it is no new file.
	all_lines files | while read -r file; do
		if [ -e "$BASE_SRC/$file" ] &&
			! lines "$(patches | head -n 1)/remove" | grep -qxF "$file"; then
			die "$file is in the base, and the first patch does not remove it"
		fi
	done
}
# What git would commit, or in an exported tree what is there.
repository_files() {
	cd "$REPO"
	if [ -e .git ]; then
		git ls-files --cached --others --exclude-standard -- "${KERNEL_DIRS[@]}" |
			while read -r file; do [ ! -f "$file" ] || echo "$file"; done
	else
		for top in "${KERNEL_DIRS[@]}"; do [ ! -d "$top" ] || find "$top" -type f; done
	fi | sort
}
check_unlisted() {
	local stray

	stray=$(repository_files | comm -23 - <(all_lines files | sort))
	[ -z "$stray" ] || die "in no patch of the series: $(tr '\n' ' ' <<<"$stray")"
}
check_equal() {
	local file

	all_lines files | while read -r file; do
		cmp "$REPO/$file" "$WORK/replay/$file" || die "replay differs from the repository in $file"
	done || return 1
	while read -r file; do
		grep -qxF "$file" < <(all_lines files) &&
			die "edit.patch has hunks on $file, which the series creates: edit the file itself"
	done < <(for patch in $(patches); do edited "$patch"; done)
	return 0
}
check_am() {
	local dir=$WORK/am why mails

	mapfile -t mails < <(find "$WORK/mails" -name '*.patch' \
		! -name '*-0000-cover-letter.patch' | sort)
	start_repository "$dir"
	base_files "$dir"
	commit_base "$dir"
	scratch_git -C "$dir" am -q --whitespace=nowarn "${mails[@]}" ||
		die "git am stops: see above"
	why=$(diff -rq --exclude=.git "$dir" "$WORK/replay") ||
		die "git am gives another tree than replay: $(head -n 1 <<<"$why")"
}
check_style() {
	# MAINTAINERS is touched once, by the patch that fits best.
	cd "$WORK"	# where it may drop its notes
	perl "$BASE_SRC/scripts/checkpatch.pl" --strict --no-summary --terse \
		--root="$BASE_SRC" --ignore FILE_PATH_CHANGES "$1"
}

RESULTS=0
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

check() {
	local mail mails FAILED=

	WORK=$(mktemp -d)
	DOOMED+=("$WORK")
	mapfile -t mails < <(patches)
	echo "TAP version 13"
	echo "1..$((5 + ${#mails[@]}))"
	result "each new file is listed once and not in the base" check_listing
	result "no kernel file is outside the series" check_unlisted
	result "the series applies, patch by patch" replay "$WORK/replay"
	if [ ! -e "$WORK/replay/.git" ] ||
		[ "$(git -C "$WORK/replay" rev-list --count HEAD)" != $((${#mails[@]} + 1)) ]; then
		echo "Bail out! the series cannot be replayed"
		return 1
	fi
	result "replay equals the repository" check_equal
	export_mails "$WORK/replay" "$WORK/mails"
	result "git am of the mails gives the same tree" check_am
	for mail in "$WORK"/mails/*.patch; do
		[[ $mail != *-0000-cover-letter.patch ]] || continue
		result "checkpatch ${mail##*/}" check_style "$mail"
	done
	[ -z "$FAILED" ]
}

# --- the whole tree ---------------------------------------------------------

import_base() {
	start_repository "$1"
	rsync -a --exclude=/.manifest "$BASE_SRC/" "$1/"
	commit_base "$1"
}
whole_tree() {
	local dir=$OUT/tree

	lock out-tree
	rm -rf "$OUT/tree.new"
	DOOMED+=("$OUT/tree.new")
	run_logged "importing the base into out/tree" "$LOGS/tree.log" import_base "$OUT/tree.new"
	replay_onto "$OUT/tree.new"
	rm -rf "$dir"
	mv "$OUT/tree.new" "$dir"
	unlock out-tree
	say "out/tree: $(git -C "$dir" rev-list --count base..HEAD) commits on $KERNEL_SOURCE $KERNEL_VERSION, $SECONDS s"
}

COMMAND=${1-}
case $COMMAND in
replay | state) [ $# -eq 2 ] || die "$COMMAND needs a directory (see --help)" ;;
export | check | tree | hash) [ $# -eq 1 ] || die "$COMMAND takes no argument (see --help)" ;;
*) die "which command? (see --help)" ;;
esac
if [ "$COMMAND" = hash ]; then
	base_versions
	series_hash
	exit 0
fi
base_paths
case $COMMAND in
replay) replay "$2" ;;
state) state "$2" ;;
check) check || exit 1 ;;
tree) whole_tree ;;
export)
	work=$(mktemp -d)
	DOOMED+=("$work")
	replay "$work/replay"
	export_mails "$work/replay" "$OUT/series"
	say "out/series: $(find "$OUT/series" -name '*.patch' | wc -l) mails, on $KERNEL_SOURCE $KERNEL_VERSION"
	;;
esac
