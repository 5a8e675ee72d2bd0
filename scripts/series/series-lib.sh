#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Replay and mail the patch series; sourced, never run.
#
# series/NAME/ is one series, of at most 15 patches; they apply in the order of their
# names. It contains
#   cover        the cover letter: subject, empty line, text (cover-letter.py); the
#                patches of a series without it are mailed one by one
#   needs        series that it depends on, one per line; without it, the series
#                applies to the base
#   prefix       of the subjects, if not PATCH
#   version      of the mails, if not 1
#   changes      what this version changes, for the cover letter
# and a directory NN-name for each patch:
#   message      the commit message, subject first
#   files        files of this repository that the patch creates, one per line
#   edit.patch   hunks on files of the base, and on new files of earlier patches
#                (unified diff, -p1)
#   remove       files of the base that it deletes, one per line
#   tests        tests of the kselftest that fail before it and pass from it on,
#                one per line, without the name of a variant (series-check.sh)
#   platform     the GPU model for these tests, if not kbl
#   changes      what this version of the patch changes, for below its message
# Only message is required. series/testing.txt is appended to each cover letter. Mails
# are generated: to change a file, edit it in place. A new file is in the repository as
# the last patch leaves it. If later patches have hunks on it, these are taken out of it
# where it is created.
#
# The series is written for the base "next". For a base with KERNEL_BACKPORT, the
# directory of that name has the differences, in directories of the same names:
#   edit.patch   hunks for some files of the patch of that name; they replace all
#                hunks of that patch for these files
#   message      a patch that only that base needs, with the same files beside it; it may
#                be in a series of its own
# and in tree/ the files that such patches create.

# shellcheck disable=SC2034	# what is set here is used by those who source it
# shellcheck source=../lib/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib/lib.sh"

SERIES=$REPO/series
BACKPORT=${KERNEL_BACKPORT:+$REPO/$KERNEL_BACKPORT}

# patches: the directory of each, in order; one of the backport by its message.
patches() {
	{
		find "$SERIES" -mindepth 2 -maxdepth 2 -type d
		[ -z "$BACKPORT" ] || find "$BACKPORT" -mindepth 3 -maxdepth 3 -name message -printf '%h\n'
	} | awk -F / '{ print $(NF - 1) "/" $NF, $0 }' | sort | cut -d' ' -f2 | grep -vxFf <(not_needed)
}
# not_needed: the patches of the series that the older kernel does without.
not_needed() {
	[ -z "$BACKPORT" ] ||
		find "$BACKPORT" -mindepth 3 -maxdepth 3 -name not-needed -printf "$SERIES/%P\n" | sed 's|/not-needed$||'
}
# name_of PATCH: SERIES/NN-name.
name_of() { echo "${1#"${1%/*/*}/"}"; }
# all_series: the name of each, in order.
all_series() { patches | awk -F / '{ print $(NF - 1) }' | uniq; }
# patches_of SERIES: the directory of each of its patches.
patches_of() { patches | awk -F / -v series="$1" '$(NF - 1) == series'; }
# needed SERIES: all series that it needs, in order.
needed() {
	local name

	while read -r name; do
		[[ -d $SERIES/$name && $name < $1 ]] || die "$1/needs: no series $name comes before it"
		needed "$name"
		echo "$name"
	done < <(lines "$SERIES/$1/needs") | sort -u
}

# lines FILE: its lines, without comments and empty ones; no file, no lines.
lines() { [ ! -f "$1" ] || sed -e '/^#/d' -e '/^[[:blank:]]*$/d' "$1"; }
all_lines() {
	local patch

	for patch in $(patches); do lines "$patch/$1"; done
}

# backported PATCH: its hunks of the backport, if it has any and is not of there itself.
backported() {
	local name=${1#"${1%/*/*}/"}

	[ -z "$BACKPORT" ] || [ "$1" = "$BACKPORT/$name" ] || [ ! -f "$BACKPORT/$name/edit.patch" ] ||
		echo "$BACKPORT/$name/edit.patch"
}
# edited PATCH...: files that their hunks change.
edited() {
	local patch file hunks=()

	for patch; do
		for file in "$patch/edit.patch" "$(backported "$patch")"; do
			[ ! -s "$file" ] || hunks+=("$file")
		done
	done
	[ ${#hunks[@]} -eq 0 ] || git apply --numstat "${hunks[@]}" | cut -f3 | sort -u
}
# edits PATCH: its diff on this base.
edits() {
	local own=$1/edit.patch other

	other=$(backported "$1")
	if [ -z "$other" ]; then
		[ ! -f "$own" ] || cat "$own"
		return
	fi
	[ ! -f "$own" ] || awk 'NR == FNR { other[$0] = 1; next }
		/^diff --git / { out = !(substr($3, 3) in other) }
		out' <(git apply --numstat "$other" | cut -f3) "$own"
	cat "$other"
}
# born_path FILE: where the file of the repository is that the series creates.
born_path() {
	if [ -n "$BACKPORT" ] && [ -f "$BACKPORT/tree/$1" ]; then
		echo "$BACKPORT/tree/$1"
	else
		echo "$REPO/$1"
	fi
}

series_hash() {
	mapfile -t born < <(all_lines files)
	hash_words "$KERNEL_VERSION" \
		"$(hash_paths series ${KERNEL_BACKPORT:+"$KERNEL_BACKPORT"} "${born[@]}" scripts/series/series.sh scripts/series/series-lib.sh)"
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

# why_not EDIT DIR WHY: of a diff that git refuses, the hunk, what it looks for
# and what is there instead.
why_not() {
	awk -v dir="$2" -v said="$3" '
		function tell(text) { print text; told = 1; exit }
		# Does the file have, from line AT on, what the hunk expects?
		function judge(   i, line) {
			if (!hunk)
				return
			for (i = 0; i < n; i++) {
				line = at + i in have ? have[at + i] : "(end of file)"
				if (line != want[i])
					tell(file ", hunk " hunk " " header ": line " at + i \
						" should be \"" want[i] "\", is \"" line "\"")
			}
		}
		# Hunks on other files may have moved, and git has found them.
		BEGIN { if (match(said, /patch failed: [^:]*/)) only = substr(said, RSTART + 14, RLENGTH - 14) }
		/^diff --git / { judge(); hunk = 0; next }
		/^--- a\// {
			file = substr($0, 7)
			if (only && file != only) {
				file = ""
				next
			}
			delete have
			for (lines = 0; (got = (getline line <(dir "/" file))) > 0;)
				have[++lines] = line
			if (got < 0)
				tell(file " does not exist")
			next
		}
		/^@@ / && file {
			judge()
			split($2, from, /[-,]/)
			at = from[2]; n = 0; hunk++
			header = "(" $2 " " $3 ")"
			next
		}
		hunk && /^[- ]/ { want[n++] = substr($0, 2) }
		END { if (!told) { judge(); if (!told) { sub(/^error: /, "", said); print said } } }' "$1" |
		head -n 1
}

# take_out_later PATCH FILE DIR: undo in DIR what patches after PATCH change in FILE,
# the last of them first.
take_out_later() {
	local patch=$1 file=$2 dir=$3 has later why

	has=$(grep -rlxF --include=edit.patch -- "+++ b/$file" "$SERIES" ${BACKPORT:+"$BACKPORT"}) || return 0
	for later in $(patches | awk -F / -v patch="$patch" '
		NR == FNR { has[$(NF - 2) "/" $(NF - 1)] = 1; next }
		after && ($(NF - 1) "/" $NF) in has
		$0 == patch { after = 1 }' <(echo "$has") - | tac); do
		why=$(cd "$dir" && edits "$later" | GIT_CEILING_DIRECTORIES=${dir%/*} \
			git apply -R --include="$file" --whitespace=nowarn - 2>&1) ||
			die "$(name_of "$later"): edit.patch cannot be reversed in $file of the repository: ${why#error: }"
	done
}

# apply_patch PATCH DIR: do to the tree DIR what the patch does; say what fails.
apply_patch() {
	local patch=$1 dir=$2 name=${1#"${1%/*/*}/"} file why diff

	[ -s "$patch/message" ] || die "$name: no message"
	while read -r file; do
		[ -f "$dir/$file" ] || die "$name: remove: $file does not exist"
		rm "$dir/$file"
	done < <(lines "$patch/remove")
	diff=$(edits "$patch" && echo .)
	diff=${diff%.}	# what ends it counts
	if [ -n "$diff" ]; then
		# No fuzz: a hunk that has moved is a hunk to look at again.
		why=$(cd "$dir" && GIT_CEILING_DIRECTORIES=${dir%/*} \
			git apply --whitespace=nowarn - <<<"${diff%$'\n'}" 2>&1) ||
			die "$name: edit.patch does not apply to $KERNEL_SOURCE $KERNEL_VERSION: $(why_not <(printf %s "$diff") "$dir" "$why")"
	fi
	while read -r file; do
		[ -f "$(born_path "$file")" ] || die "$name: files: $file is not in the repository"
		[ ! -e "$dir/$file" ] || die "$name: files: $file exists in the base already"
		mkdir -p "$dir/$(dirname "$file")"
		cp "$(born_path "$file")" "$dir/$file"
		take_out_later "$patch" "$file" "$dir"
	done < <(lines "$patch/files")
}

# base_list: the files that the series names, whether or not the base has them.
base_list() {
	local all

	mapfile -t all < <(patches)
	[ ${#all[@]} -gt 0 ] || die "no patch in $SERIES"
	{
		all_lines remove
		all_lines files	# a check that they are new needs to see the old
		edited "${all[@]}"
	} | sort -u
}
# base_files DIR: copy those of the base into DIR.
base_files() {
	local dir=$1 file

	base_list | while read -r file; do
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
# replay_onto DIR: commit each patch there.
replay_onto() {
	local dir=$1 patch

	for patch in $(patches); do
		apply_patch "$patch" "$dir"
		message_of "$patch" | commit_all "$dir" || die "$(name_of "$patch"): git commit failed"
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

# base_commit: how those who get the mails name the base, as a line of the cover
# letter. Its commit is looked up in KERNEL_TREE, a clone of theirs, in which what
# the series changes must be what it is here: Debian has patches of its own.
base_commit() {
	local tag=v${KERNEL_VERSION%%-*} file commit

	if [ -z "${KERNEL_TREE-}" ]; then
		echo "base: $tag of the stable tree, as $KERNEL_SOURCE $KERNEL_VERSION has it"
		return
	fi
	commit=$(git -C "$KERNEL_TREE" rev-parse -q --verify "$tag^{commit}") ||
		die "KERNEL_TREE=$KERNEL_TREE has no tag $tag: fetch the tags of the stable tree"
	for file in $(base_list); do
		[ ! -f "$BASE_SRC/$file" ] ||
			[ "$(git hash-object "$BASE_SRC/$file")" = "$(git -C "$KERNEL_TREE" rev-parse -q --verify "$commit:$file")" ] ||
			die "$file of $KERNEL_SOURCE $KERNEL_VERSION differs from that of $tag"
	done
	echo "base-commit: $commit"
}

# cover_text SERIES: the text of its cover letter, subject first.
cover_text() {
	local series=$1 name message

	cat "$SERIES/$series/cover"
	echo
	[ ! -s "$SERIES/$series/changes" ] || (cat "$SERIES/$series/changes" && echo)
	cat "$SERIES/testing.txt"
	[ -s "$SERIES/$series/needs" ] || return 0
	printf '\nIt needs, in this order:\n\n'
	for name in $(needed "$series"); do
		if [ -f "$SERIES/$name/cover" ]; then
			sed 's/^/ - /;q' "$SERIES/$name/cover"
		else
			for message in "$SERIES/$name"/*/message; do sed 's/^/ - /;q' "$message"; done
		fi
	done
}
# write_cover LETTER TEXT: fill the cover letter that git has made.
write_cover() {
	awk -v text="$2" '
		BEGIN {
			getline subject <text
			while ((getline line <text) > 0)
				blurb = blurb line "\n"
			sub(/^\n+/, "", blurb); sub(/\n+$/, "", blurb)
		}
		/\*\*\* SUBJECT HERE \*\*\*/ { sub(/\*\*\* SUBJECT HERE \*\*\*/, ""); print $0 subject; next }
		/^\*\*\* BLURB HERE \*\*\*/ { print blurb; next }
		{ print }' "$1" >"$1.new"
	mv "$1.new" "$1"
}
# version_of SERIES: that of its mails.
version_of() {
	local version

	version=$(lines "$SERIES/$1/version")
	[[ ${version:=1} =~ ^[1-9][0-9]*$ ]] || die "$1/version: '$version' is not a number"
	echo "$version"
}
# range_of REPOSITORY SERIES: its commits there; the base comes before the first patch.
range_of() {
	local first last

	read -r first last < <(patches | awk -F / -v series="$2" '
		$(NF - 1) == series { first = first ? first : NR; last = NR }
		END { print first, last + 1 }')
	git -C "$1" rev-list --reverse HEAD | sed -n "${first}p;${last}p" | paste -sd' ' | sed 's/ /../'
}
# put_changes PATCH MAIL: what this version of the patch changes, after the line that
# ends its message.
put_changes() {
	[ ! -f "$1/changes" ] || sed -i '0,/^---$/{
		/^---$/r /dev/stdin
	}' "$2" < <(cat "$1/changes" && echo)
}
# export_series REPOSITORY DIR SERIES BASED HASH: DIR/SERIES/*.patch. BASED is the output
# of base_commit, HASH that of series_hash.
export_series() {
	local repo=$1 dir=$2/$3 series=$3 based=$4 hash=$5 prefix options=() patch mail text

	prefix=$(lines "$SERIES/$series/prefix")
	[ -f "$SERIES/$series/cover" ] && options=(--cover-letter) || options=(--no-numbered)
	mkdir -p "$dir"
	scratch_git -C "$repo" format-patch -q -v"$(version_of "$series")" --full-index --no-signature \
		--subject-prefix="${prefix:-PATCH}" "${options[@]}" -o "$dir" "$(range_of "$repo" "$series")"
	while read -r patch mail; do
		put_changes "$patch" "$mail"
		[ -f "$SERIES/$series/cover" ] || printf '\n%s\n' "$based" >>"$mail"
	done < <(paste -d' ' <(patches_of "$series") <(printf '%s\n' "$dir"/*.patch | grep -v -e '-0000-'))
	[ -f "$SERIES/$series/cover" ] || return 0
	text=$dir/letter
	cover_text "$series" >"$text"
	mail=$(echo "$dir"/*-0000-cover-letter.patch)
	"$SCRIPTS/series/cover-letter.py" "$text" "$OUT" "$hash" \
		"$KERNEL_SOURCE $KERNEL_VERSION" >"$text.filled"
	write_cover "$mail" "$text.filled"
	rm "$text" "$text.filled"
	printf '\n%s\n' "$based" >>"$mail"
}
# export_mails REPOSITORY DIR: DIR/SERIES/*.patch, one directory a series.
export_mails() {
	local repo=$1 dir=$2 series based hash

	based=$(base_commit)
	hash=$(series_hash)
	rm -rf "$dir"
	for series in $(all_series); do export_series "$repo" "$dir" "$series" "$based" "$hash"; done
}
# recipients DIR: who get_maintainer.pl of the base names for the mails there; without a
# cover letter, for each mail.
recipients() {
	local dir=$1 mail mails

	mapfile -t mails < <(find "$dir" -name '*.patch' ! -name '*-0000-*' | sort)
	cd "$BASE_SRC"
	set -- perl scripts/get_maintainer.pl --no-git --no-git-fallback --no-rolestats
	if compgen -G "$dir/*-0000-cover-letter.patch" >/dev/null; then
		"$@" "${mails[@]}"
		return
	fi
	for mail in "${mails[@]}"; do
		printf '%s:\n' "${mail##*/}"
		"$@" "$mail" | sed 's/^/  /'
	done
}
