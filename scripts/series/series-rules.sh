#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# series-rules.sh: check the series without a compiler; results as TAP.
#
# Listing, replay, git am, checkpatch, the size of patches, MAINTAINERS, and the
# messages on a different base. series-check.sh has the checks that need a compiler or
# the rig.

# shellcheck source=series-lib.sh
. "$(dirname "$0")/series-lib.sh"
# shellcheck source=../lib/tap-lib.sh
. "$SCRIPTS/lib/tap-lib.sh"
usage_if_asked "$@"

KERNEL_DIRS=(drivers include tools Documentation)	# of the repository
MAX_ADDED=800	# lines that one patch may add, test data aside
MAX_PATCHES=15	# of a series

check_listing() {
	local file twice

	twice=$(all_lines files | sort | uniq -d)
	[ -z "$twice" ] || die "listed more than once: $(tr '\n' ' ' <<<"$twice")"
	# In the base and not removed by a patch: then it is no new file.
	all_lines files | while read -r file; do
		if [ -e "$BASE_SRC/$file" ] && ! all_lines remove | grep -qxF "$file"; then
			die "$file is in the base, and no patch removes it"
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
	local all stray

	all=$(repository_files) || die "git does not list the files of the repository"
	[ -n "$all" ] || die "there are no files in ${KERNEL_DIRS[*]}"
	stray=$(comm -23 - <(all_lines files | sort) <<<"$all")
	[ -z "$stray" ] || die "in no patch of the series: $(tr '\n' ' ' <<<"$stray")"
}
# What a patch creates is a file of the repository, never one of its hunks.
check_created() {
	local all stray

	mapfile -t all < <(patches)
	stray=$(edited "${all[@]}" | grep -vxFf <(all_lines files) | while read -r file; do
		[ -e "$BASE_SRC/$file" ] || echo "$file"
	done)
	[ -z "$stray" ] || die "created by an edit.patch: $(tr '\n' ' ' <<<"$stray")"
}
check_equal() {
	local file

	all_lines files | while read -r file; do
		cmp "$(born_path "$file")" "$WORK/replay/$file" || die "replay differs from the repository in $file"
	done
}
# A new file without a line that a later patch adds: that patch is named.
check_steps() {
	local patch other file line said dir=$WORK/steps

	all_lines files >"$WORK/born"
	for patch in $(patches); do
		file=$(edited "$patch" | grep -xF -m 1 -f "$WORK/born") || continue
		# one that is in no hunk of another patch, which would not apply first
		line=$(edits "$patch" | awk -v name="+++ b/$file" '
			$0 == name { inside = 1; next } /^diff / { inside = 0 } inside && /^\+./ { print substr($0, 2) }' |
			grep -vxF -f <(for other in $(patches); do
				[ "$other" = "$patch" ] || edits "$other"
			done | cut -c 2-) | sed -n 1p) || continue
		mkdir -p "$dir/${file%/*}"
		grep -vxF -- "$line" "$(born_path "$file")" >"$dir/$file"
		if said=$(take_out_later "$(dirname "$(grep -lxF -- "$file" "$SERIES"/*/*/files)")" "$file" "$dir" 2>&1); then
			die "hunks of $(name_of "$patch") were reversed in $file, which lacks one of their lines"
		fi
		grep -F "$(name_of "$patch")" <<<"$said" | grep -qF "$file" || die "the error does not name patch and file: $said"
		return
	done
	die "no patch adds a line to a new file, so nothing was tried"
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
		die "git am and replay give different trees: $(head -n 1 <<<"$why")"
}
# checkpatch would run get_maintainer.pl for each file of each mail, to see whether its
# entry is obsolete, which takes most of its time. Without that script in the tree it
# does not; check_obsolete asks once.
checkpatch_tree() {
	mkdir -p "$WORK/tree/scripts"
	find "$BASE_SRC" -mindepth 1 -maxdepth 1 ! -name scripts ! -name include \
		-exec ln -s -t "$WORK/tree" {} +
	# Directories that find descends into: where names in mixed case are looked up
	cp -rs "$BASE_SRC/include" "$WORK/tree/"
	find "$BASE_SRC/scripts" -mindepth 1 -maxdepth 1 ! -name get_maintainer.pl \
		-exec ln -s -t "$WORK/tree/scripts" {} +
}
check_style() {
	# MAINTAINERS is touched by the patches that fit best, and the history in which
	# checkpatch would look for a commit of Fixes: is not here.
	cd "$WORK"	# where it may drop its notes
	perl "$BASE_SRC/scripts/checkpatch.pl" --strict --no-summary --terse \
		--root="$WORK/tree" --ignore FILE_PATH_CHANGES,UNKNOWN_COMMIT_ID "$1"
}

# --- size -------------------------------------------------------------------

# Rows of what a test is given and what must come out, and hardly any code.
is_test_data() { [[ $1 == */gvt/tests/plane_decoder_*_kunit.c ]]; }

check_size() {
	local mail=$1 sum=0 added file counts

	counts=$(git apply --numstat "$mail") || die "git does not count its lines"
	while read -r added _ file; do
		is_test_data "$file" || sum=$((sum + added))
	done <<<"$counts"
	[ "$sum" -le $MAX_ADDED ] || die "it adds $sum lines, the limit is $MAX_ADDED"
}

# --- the letters ------------------------------------------------------------

check_cover() {
	local cover word

	for cover in "$WORK"/mails/*/*-0000-cover-letter.patch; do
		! grep -nE '\*\*\* .* HERE|@[A-Z]+@' "$cover" || die "$cover has placeholders"
	done
	# Without results they must say what makes them, not nothing and not numbers.
	cat "$SERIES"/*/cover "$SERIES/testing.txt" >"$WORK/all"
	"$SCRIPTS/series/cover-letter.py" "$WORK/all" "$WORK/nothing" none none >"$WORK/bare"
	for word in "make audit" "make bench" "make series-check" "make coverage"; do
		grep -q "not measured; $word:" "$WORK/bare" || die "no cover letter says that the results of $word are missing"
	done
}
# Of the audit it has what the base does wrong, and nothing of earlier versions.
check_audit() {
	local out=$WORK/some-results rows=$REPO/docs/audit.md wanted

	mkdir -p "$out/audit"
	awk -f "$SCRIPTS/audit-table.awk" -v ours=/dev/null -v stock=/dev/null "$rows" >"$out/audit/audit.md" || :
	echo @AUDIT@ >"$WORK/audit-only"
	"$SCRIPTS/series/cover-letter.py" "$WORK/audit-only" "$out" none none >"$WORK/audit-letter"
	wanted=$(sed -n '/^## In earlier versions/q; s/^| \([0-9][0-9, ]*\) |.*/\1/p' "$rows" | tr -d ' ')
	[ "$(wc -l <<<"$wanted")" -lt "$(grep -c '^| [0-9]' "$rows")" ] || die "$rows has no rows of earlier versions"
	diff <(printf '%s\n' "$wanted") \
		<(sed -n '/Not shown on stock/q; s/^  \([0-9][0-9,]*\) .*/\1/p' "$WORK/audit-letter") ||
		die "the rows of the cover letter and those of $rows for the base differ"
	! grep -F "of an earlier version" "$WORK/audit-letter"
}
# Fixes: has a hash and a title; what goes to stable kernels says what it fixes.
check_fixes() {
	local message

	for message in $(patches | sed 's|$|/message|'); do
		! grep '^Fixes: ' "$message" | grep -vE '^Fixes: [0-9a-f]{12} \(".+"\)$' ||
			die "$(name_of "${message%/*}"): malformed Fixes: line"
		! grep -q '^Cc: stable@vger.kernel.org$' "$message" || grep -q '^Fixes: ' "$message" ||
			die "$(name_of "${message%/*}"): Cc: stable without a Fixes: line"
	done
}
# A version has a number of its own, and says what it changes.
check_version() {
	local series=$1

	[ "$(version_of "$series")" = 1 ] || [ -s "$SERIES/$series/changes" ] ||
		compgen -G "$SERIES/$series/*/changes" >/dev/null ||
		die "it is version $(version_of "$series"), without a changelog"
	[ ! -e "$SERIES/$series/changes" ] || [ -f "$SERIES/$series/cover" ] ||
		die "its changelog needs a cover letter: put it into those of its patches"
}
# Make version 2 of a copy of the first series with a cover letter.
check_reroll() {
	local cover name patch dir=$WORK/reroll/mails

	cp -r "$SERIES" "$WORK/reroll"
	SERIES=$WORK/reroll
	cover=$(find "$SERIES" -name cover | sort | head -n 1)
	name=${cover%/cover}
	patch=$(find "$name" -mindepth 1 -type d | sort | tail -n 1)
	echo 2 >"$name/version"
	printf 'Changes in v2:\n - the series is another\n' >"$name/changes"
	printf 'v2: the patch is another\n' >"$patch/changes"
	name=${name##*/}
	check_version "$name"
	export_series "$WORK/replay" "$dir" "$name" "base: none" none
	dir+=/$name
	! grep -L '^Subject: \[.*PATCH v2 ' "$dir"/* | grep . || die "not marked as v2: see above"
	compgen -G "$dir/v2-0001-*.patch" >/dev/null || die "the names of the mails lack the version"
	grep -qx ' - the series is another' "$dir"/*-0000-* || die "the cover letter lacks the changelog"
	[ "$(grep -h -A 1 '^---$' "$dir"/* | grep -c '^v2: the patch is another$')" = 1 ] ||
		die "the mail of $(name_of "$patch") lacks its changelog"
	rm "$SERIES/$name/changes" "$patch/changes"
	! (check_version "$name") 2>/dev/null || die "a new version without a changelog is accepted"
}
check_few() {
	local n

	n=$(patches_of "$1" | wc -l)
	[ "$n" -le $MAX_PATCHES ] || die "it has $n patches, the limit is $MAX_PATCHES"
}
# am NAME FROM: apply the mails of series NAME in the repository of check_am.
am() {
	local name=$1 from=$2 dir=$WORK/am mail mails

	mapfile -t mails < <(find "$WORK/mails/$name" -name '*.patch' \
		! -name '*-0000-cover-letter.patch' | sort)
	scratch_git -C "$dir" checkout -q --detach "$from" || die "there is no $from: see above"
	for mail in "${mails[@]}"; do
		if ! scratch_git -C "$dir" am -q --whitespace=nowarn "$mail"; then
			scratch_git -C "$dir" am --abort
			die "${mail##*/} does not apply: see above"
		fi
		[ "${3-}" != alone ] || scratch_git -C "$dir" checkout -q --detach "$from"
	done
}
# A maintainer who has applied what it needs, and nothing else, can apply it; of a
# series without a cover letter, each patch. A tag is what has these series.
check_needs() {
	local series=$1 name need before at=base alone=''

	need=$(needed "$series")
	for name in $(all_series); do
		# One that only the backport has is part of the base.
		[ ! -d "$SERIES/$name" ] || grep -qxF "$name" <<<"$need" || continue
		before=$at
		at=with-$(hash_words "$before" "$name")
		if ! git -C "$WORK/am" rev-parse -q --verify "$at" >/dev/null; then
			am "$name" "$before"
			scratch_git -C "$WORK/am" tag "$at"
		fi
	done
	[ -f "$SERIES/$series/cover" ] || alone=alone
	am "$series" "$at" $alone
}
check_signed() {
	local mail

	for mail in "$WORK"/mails/*/*.patch; do
		[[ $mail != *-0000-cover-letter.patch ]] || continue
		[ "$(grep -c "^Signed-off-by: $IDENTITY_NAME <$IDENTITY_MAIL>\$" "$mail")" = 1 ] ||
			die "${mail##*/} does not have exactly one Signed-off-by of $IDENTITY_NAME"
	done
}

# --- MAINTAINERS ------------------------------------------------------------

# A tree of links with what get_maintainer.pl wants of one; sets TOP.
maintainers_tree() {
	local file

	TOP=$WORK/top
	mkdir -p "$TOP"
	ln -s "$BASE_SRC"/* "$TOP/"
	rm "$TOP/MAINTAINERS"
	cp "$WORK/replay/MAINTAINERS" "$TOP/"
	# It matches files by name, but they have to exist.
	all_lines files | while read -r file; do
		(
			cd "$TOP"
			unshare_path "$file"
			[ -e "$file" ] || cp "$WORK/replay/$file" "$file"
		)
	done
}
# unshare_path FILE: make the directories above FILE ours, full of links.
unshare_path() {
	local dir='' part target

	IFS=/ read -ra parts <<<"$(dirname "$1")"
	for part in "${parts[@]}"; do
		dir+=${dir:+/}$part
		if [ -L "$dir" ]; then
			target=$(readlink "$dir")
			rm "$dir"
			mkdir "$dir"
			ln -s "$target"/* "$dir/"
		elif [ ! -e "$dir" ]; then
			mkdir "$dir"
		fi
	done
}
check_maintainers() {
	local strays

	# shellcheck disable=SC2016	# for the other shell
	strays=$(cd "$TOP" && all_lines files | xargs -P "$JOBS" -I{} bash -c '
		perl scripts/get_maintainer.pl --no-git --no-git-fallback --sections -f "$1" 2>&1 |
			grep -q "^INTEL GVT-g DRIVERS" || echo "$1"' - {})
	[ -z "$strays" ] ||
		die "get_maintainer.pl does not find the entry for: $(tr '\n' ' ' <<<"$strays")"
}
check_obsolete() {
	local file files said

	cd "$TOP"
	mapfile -t files < <(base_list | while read -r file; do [ ! -e "$file" ] || echo "$file"; done)
	said=$(perl scripts/get_maintainer.pl --no-git --no-git-fallback --status --no-m --no-l \
		-f "${files[@]}")
	grep -qx Supported <<<"$said" || die "get_maintainer.pl does not say that i915 is supported"
	! grep -i obsolete <<<"$said" || die "a file that the series changes is obsolete"
}
check_maintainers_sorted() {
	local entry=$WORK/entry

	awk '/^INTEL GVT-g DRIVERS/ { inside = 1 } inside && /^$/ { exit } inside && /^F:/' \
		"$WORK/replay/MAINTAINERS" >"$entry"
	[ -s "$entry" ] || die "MAINTAINERS has no entry INTEL GVT-g DRIVERS with files"
	sort -c "$entry"
}

# --- another base -----------------------------------------------------------

# unmoved_line PATCH: FILE TAB NUMBER of a line that its first hunk on a file removes,
# and that is where the hunk says: it may have moved since it was made.
unmoved_line() {
	local file line text

	while IFS=$'\t' read -r file line text; do
		[ "$(grep -nxF -- "$text" "$BASE_SRC/$file" | cut -d: -f1)" != "$line" ] || {
			printf '%s\t%s\n' "$file" "$line"
			return
		}
	done < <(edits "$1" | awk -v OFS='\t' '
		/^--- a\// { file = substr($2, 3); hunk = 0 }
		/^@@ / { split($2, at, "[-,]"); n = at[2] - 1; hunk++; next }
		/^[- ]/ && file { n++ }
		/^-/ && !/^---/ && hunk == 1 { print file, n, substr($0, 2) }')
}
# Alter a line that a hunk removes: the error must name it, and what is there instead.
check_mismatch() {
	local patch said file='' line word base=$BASE_SRC

	for patch in $(patches); do
		IFS=$'\t' read -r file line < <(unmoved_line "$patch") || :
		[ -z "$file" ] || break
	done
	[ -n "$file" ] || die "no patch removes a line that can be altered for this check"
	mkdir -p "$WORK/other"
	base_files "$WORK/other"
	sed -i "${line}s/.*/this line is not what it was/" "$WORK/other/$file"
	BASE_SRC=$WORK/other
	if said=$(replay "$WORK/onto-other" 2>&1); then
		die "it applied to a base without line $line of $file"
	fi
	BASE_SRC=$base
	# which patch, which file, which hunk, what is there and what should be
	for word in "$(name_of "$patch")" "$file" "hunk 1 " "line $line" "this line is not what it was"; do
		grep -qF "$word" <<<"$said" || die "the message lacks '$word': $said"
	done
}

WORK=$(mktemp -d)
DOOMED+=("$WORK")
base_paths
mapfile -t names < <(patches)
echo "TAP version 13"
result "each new file is listed once and not in the base" check_listing
result "no kernel file is outside the series" check_unlisted
result "no edit.patch creates a file" check_created
result "the series applies, patch by patch" replay "$WORK/replay"
if [ ! -e "$WORK/replay/.git" ] ||
	[ "$(git -C "$WORK/replay" rev-list --count HEAD)" != $((${#names[@]} + 1)) ]; then
	plan
	echo "Bail out! the series cannot be replayed"
	exit 1
fi
result "replay equals the repository" check_equal
result "the error for a hunk that a new file lacks names patch and file" check_steps
result "the error for a hunk that does not apply names patch, file, hunk and line" check_mismatch
maintainers_tree
result "get_maintainer.pl finds the entry for each new file" check_maintainers
result "no file of the series is obsolete in MAINTAINERS" check_obsolete
result "the files of the MAINTAINERS entry are sorted" check_maintainers_sorted
export_mails "$WORK/replay" "$WORK/mails"
result "cover letters have no placeholders, and say what was not measured" check_cover
result "the cover letter lists defects of the base, and none of earlier versions" check_audit
result "each patch is signed off by the committer" check_signed
result "Fixes: names a commit by hash and title, and stable kernels get fixes only" check_fixes
result "git am of the mails gives the same tree" check_am
result "a new version has its number in the subjects, and a changelog" check_reroll
for series in $(all_series); do
	result "the version of $series is a number, and a new version has a changelog" check_version "$series"
	result "at most $MAX_PATCHES patches are in $series" check_few "$series"
	[ ! -d "$SERIES/$series" ] ||
		result "$series applies to the base with only its prerequisites" check_needs "$series"
done
checkpatch_tree
for mail in "$WORK"/mails/*/*.patch; do
	[[ $mail != *-0000-cover-letter.patch ]] || continue
	name=${mail#"$WORK/mails/"}
	result "checkpatch $name" check_style "$mail"
	result "at most $MAX_ADDED lines are added by $name" check_size "$mail"
done
plan
[ -z "$FAILED" ] || exit 1
