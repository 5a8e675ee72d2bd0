#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# pre-commit.sh: run the quick part of `make lint` on the staged changes.
#
# Checks whitespace, shell scripts with shellcheck, C files of the series with the
# kernel's checkpatch --strict, and in new files the SPDX line and the length, 600
# lines at most. To have git run it before each commit:
#     ln -s ../../scripts/pre-commit.sh .git/hooks/pre-commit

# Git runs it as .git/hooks/pre-commit.
# shellcheck source=lib/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib/lib.sh"
usage_if_asked "$@"
[ $# -eq 0 ] || die "no argument is known (see --help)"

WORK=$(mktemp -d)
DOOMED+=("$WORK")
BAD=0
bad() {
	say "$1"
	[ -z "${2-}" ] || printf '%s\n' "$2" | sed 's/^/    /'
	BAD=1
}

cd "$REPO"
said=$(git diff --cached --check -- ':!*.patch') || bad "whitespace:" "$said"
mapfile -t changed < <(git diff --cached --name-only --diff-filter=ACMR)
[ ${#changed[@]} -gt 0 ] || exit 0

# What is staged, which need not be what lies there.
git checkout-index --prefix="$WORK/" -- "${changed[@]}"
for file in "${changed[@]}"; do
	case $file in
	LICENSES/* | *.patch | */message | */files | */tests | */remove | */platform | series/*/cover | series/*/needs | series/*/prefix | series/*/version | */changes | series/testing.txt) continue ;;
	esac
	if ! git cat-file -e "HEAD:$file" 2>/dev/null; then
		head -n 15 "$WORK/$file" | grep -q SPDX-License-Identifier || bad "$file: no SPDX line"
		[ "$(wc -l <"$WORK/$file")" -le 600 ] || bad "$file: above 600 lines"
	fi
	case $file in
	rig/init | rig/e2e/*-init | rig/e2e/*-run | dkms/build.sh | dkms/debian/*.p*)
		said=$(shellcheck -s dash "$WORK/$file") || bad "shellcheck:" "$said"
		;;
	*.py)
		said=$(python3 -m py_compile "$WORK/$file" 2>&1) || bad "python:" "$said"
		;;
	*.sh | .ci/run)
		said=$(cd "$WORK" && shellcheck -x -P "$SCRIPTS:$SCRIPTS/lib:$SCRIPTS/series:$SCRIPTS/e2e" "$file") || bad "shellcheck:" "$said"
		;;
	drivers/*.[ch] | tools/*.[ch] | rig/*.[ch])
		if [ ! -f "$VERSIONS" ]; then
			note "$file: not checked, the kernel's checkpatch is not fetched yet"
			continue
		fi
		base_versions
		BASE_SRC=$CACHE/source-$KERNEL_VERSION
		said=$(cd "$WORK" && perl "$BASE_SRC/scripts/checkpatch.pl" --root="$BASE_SRC" \
			--strict --no-summary --terse -f "$file") || bad "checkpatch:" "$said"
		;;
	esac
done
[ $BAD -eq 0 ] || die "not committed (git commit --no-verify does it all the same)"
