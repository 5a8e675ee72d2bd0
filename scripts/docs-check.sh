#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# docs-check.sh: build the document of the series with Sphinx, check the links of the
# other documents, and that docs/lockless.md is complete; results as TAP.
#
# Builds only Documentation/gpu/gvt-dmabuf.rst, with the kernel's own configuration of
# Sphinx: all of Documentation/gpu takes minutes and has warnings of its own. The
# page is out/docs/gvt-dmabuf.html.

# shellcheck source=lib/kernel-tree.sh
. "$(dirname "$0")/lib/kernel-tree.sh"
# shellcheck source=lib/tap-lib.sh
. "$SCRIPTS/lib/tap-lib.sh"
usage_if_asked "$@"

PAGE=gvt-dmabuf
PLACE=Documentation/gpu
LOG=$OUT/docs/build.log	# of this checkout: others may build theirs
WORK=$(mktemp -d)
DOOMED+=("$WORK")

# What the directives of the page read lies beside it, as in a kernel tree.
build_page() {
	local docs=$WORK/tree/Documentation file

	mkdir -p "$WORK/tree/scripts"
	cp -r "$STATE/files/." "$WORK/tree"
	cp "$BASE_SRC/scripts/kernel-doc" "$WORK/tree/scripts/"
	if [ -d "$BASE_SRC/tools/docs" ]; then	# where newer kernels have it
		for file in docs lib/python net/ynl/pyynl/lib; do
			mkdir -p "$WORK/tree/tools/$(dirname "$file")"
			cp -r "$BASE_SRC/tools/$file" "$WORK/tree/tools/$file"
		done
	fi
	mkdir "$docs/images"
	for file in conf.py sphinx sphinx-static images/logo.svg; do
		cp -r "$BASE_SRC/Documentation/$file" "$docs/$file"
	done
	find "$WORK/tree/$PLACE" -name '*.rst' ! -name "$PAGE.rst" -delete
	cd "$docs"
	srctree=$WORK/tree sphinx-build -b html -c . -d "$WORK/doctrees" \
		-D version="$KERNEL_SERIES" -D release="$KERNEL_SERIES" \
		-D master_doc=$PAGE -D root_doc=$PAGE "$WORK/tree/$PLACE" "$OUT/docs"
}
check_quiet() {
	# The page has no figure that dot would draw.
	! grep -E 'WARNING|ERROR' "$LOG" | grep -v 'dot(1) not found' || return 1
	grep -q '^build \(succeeded\|finished\)' "$LOG" || die "Sphinx did not come to its end: see $LOG"
}
# Each file with kernel-doc that the page should show is named in it.
check_pulled_in() {
	local file page=$STATE/files/$PLACE/$PAGE.rst missing=()

	while read -r file; do
		grep -qxF ".. kernel-doc:: $file" "$page" || missing+=("$file")
	done < <(cd "$REPO" && grep -l '^/\*\*$' \
		drivers/gpu/drm/i915/gem/i915_gem_proxy.[ch] drivers/gpu/drm/i915/gvt/*.[ch])
	[ ${#missing[@]} -eq 0 ] || die "it does not pull in: ${missing[*]}"
}
# What has a heading and no text under it was not found.
check_shown() {
	local function missing=()

	while read -r function; do
		grep -qsF "$function" "$OUT/docs/$PAGE.html" || missing+=("$function")
	done < <(cd "$REPO" && sed -n 's/^ \* \([a-z0-9_]*\) - .*/\1/p' \
		drivers/gpu/drm/i915/gem/i915_gem_proxy.c drivers/gpu/drm/i915/gvt/{surface,gfx_plane,plane_decoder,plane_latch,vgpu_plane}.c)
	[ ${#missing[@]} -eq 0 ] || die "the page does not show: ${missing[*]}"
}
check_scripts() {
	local script missing=()

	for script in "$SCRIPTS"/*.* "$SCRIPTS"/*/*.*; do
		script=${script#"$SCRIPTS/"}
		grep -qF "\`$script\`" "$SCRIPTS/README.md" || missing+=("$script")
	done
	[ "${missing[*]}" = README.md ] || die "scripts/README.md does not name: ${missing[*]/README.md}"
}
# Links between documents of the repository: the file, and the heading if one is named.
check_links() {
	local page target file heading pages bad=()

	# In an exported tree there is no git to ask.
	if [ -e .git ]; then
		pages=$(git ls-files '*.md') || die "git does not list the documents"
	else
		pages=$(find . -name '*.md' ! -path './out/*' -printf '%P\n')
	fi
	[ -n "$pages" ] || die "there are no documents"
	while read -r page target; do
		file=$(dirname "$page")/${target%%#*}
		[ -n "${target%%#*}" ] || file=$page
		if [ ! -e "$file" ]; then
			bad+=("$page: $target")
		elif [[ $target == *'#'* ]]; then
			heading=${target#*#}
			sed -n 's/^#\+ //p' "$file" | tr '[:upper:] ' '[:lower:]-' | tr -cd 'a-z0-9\n-' |
				grep -qxF -- "$heading" || bad+=("$page: $target")
		fi
	done < <(while read -r page; do
		grep -oE '\]\([^)]*\)' "$page" | tr -d ']()' | grep -v '^http' | sed "s|^|$page |" || :
	done <<<"$pages")
	[ ${#bad[@]} -eq 0 ] || die "links to nothing: $(printf '%s; ' "${bad[@]}")"
}
# docs/lockless.md: each access that is not the base's own has a row, and each row is of one.
LOCKLESS='(READ|WRITE)_ONCE\(|smp_[a-z_]+\(|\<atomic_[a-z_]+\(|data_race\(|hrtimer_active\(|\<test_bit\(|xchg\('
lockless_accesses() {
	local file line

	(cd "$STATE/files/drivers/gpu/drm/i915" && find gvt gem -maxdepth 1 -name '*.[ch]') | while read -r file; do
		{ grep -E "$LOCKLESS" "$STATE/files/drivers/gpu/drm/i915/$file" || :; } | while IFS= read -r line; do
			grep -qxF -- "$line" "$BASE_SRC/drivers/gpu/drm/i915/$file" 2>/dev/null ||
				printf '%s %s\n' "${file##*/}" "$line"
		done
	done
}
check_lockless() {
	local file what row bad=()

	lockless_accesses >"$WORK/accesses"
	# shellcheck disable=SC2016	# as Markdown has them
	sed -n 's/^| \([a-z_]*\.[ch]\) | `\([^`]*\)` |.*/\1 \2/p' docs/lockless.md >"$WORK/rows"
	while read -r file what; do
		while read -r row; do
			[ "${row%% *}" != "$file" ] || [[ $what != *"${row#* }"* ]] || continue 2
		done <"$WORK/rows"
		bad+=("no row for $file: $what")
	done <"$WORK/accesses"
	while read -r file what; do
		awk -v file="$file" -v what="$what" '$1 == file && index($0, what) { found = 1 } END { exit !found }' \
			"$WORK/accesses" || bad+=("a row for nothing: $file: $what")
	done <"$WORK/rows"
	[ ${#bad[@]} -eq 0 ] || die "docs/lockless.md: $(printf '%s; ' "${bad[@]}")"
}
check_linked() { grep -qxE " +$PAGE" "$STATE/files/$PLACE/i915.rst"; }

series_state
echo "TAP version 13"
rm -rf "$OUT/docs"
mkdir -p "$OUT/docs"
(build_page) >"$LOG" 2>&1 || :
result "the document builds without a warning" check_quiet
result "the document pulls in each file with kernel-doc" check_pulled_in
result "the document shows each function that has kernel-doc" check_shown
result "i915.rst links the document" check_linked
result "scripts/README.md names each script" check_scripts
cd "$REPO"
result "links between documents lead somewhere" check_links
result "docs/lockless.md has each access without a lock" check_lockless
plan
[ -z "$FAILED" ] || exit 1
