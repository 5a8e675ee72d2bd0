#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Fetch packages from the machine's own mirrors, without root: apt's lists and files
# are in the cache. Sourced after lib.sh, never run; the caller sets LOG.

APT=$CACHE/apt-$DEBIAN_CODENAME
# A base may take its kernel from a suite that is none of the release's: with
# lists of its own, or the emulator would come from there, too.
KERNEL_APT=$CACHE/apt-${KERNEL_SUITE:-$DEBIAN_CODENAME}

# What is installed here, pinned or preferred must not decide which version is taken.
private_apt() {
	local tool=$1
	shift

	"$tool" -o Dir::Etc::SourceList=/dev/null \
		-o Dir::Etc::SourceParts="$APT/sources.d" \
		-o Dir::State::Lists="$APT/lists" \
		-o Dir::State::status=/dev/null \
		-o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null \
		-o APT::Default-Release= \
		-o Dir::Cache="$APT/cache" \
		-o APT::Sandbox::User="$(id -un)" \
		-o Acquire::Retries=2 -o Acquire::http::Timeout=60 \
		-o Acquire::Languages=none -o APT::Install-Recommends=false "$@"
}

kernel_apt() {
	local APT=$KERNEL_APT

	private_apt "$@"
}
# The entries of the machine's sources that name one of its release's own suites,
# each for binary and source packages. Both formats that apt reads. Backports and
# proposed updates are other versions than the release has, so a machine on which
# they are switched on builds what every other machine builds. Another release is
# taken from where the machine has its own.
# derive_sources RELEASE DIR [ETC]: from those of ETC, /etc/apt, into DIR
derive_sources() {
	local wanted=$1 dir=$2 etc=${3:-/etc/apt} derived
	local release="^$MACHINE_CODENAME(-security|-updates)?\$"

	find "$etc" -maxdepth 2 -path "$etc/sources.list*" -name '*.list' \
		-xtype f -exec cat {} + |
		awk -v release="$release" '
			$1 != "deb" && $1 != "deb-src" { next }
			{
				$1 = ""; sub(/^ /, ""); sub(/ *#.*/, "")
				rest = $0; options = ""
				if (match(rest, /^\[[^]]*\] */)) {
					options = substr(rest, 1, RLENGTH)
					rest = substr(rest, RLENGTH + 1)
				}
				split(rest, f, " ")
				if (f[2] ~ release && !seen[rest]++) {
					print "deb " options rest
					print "deb-src " options rest
				}
			}' >"$dir/derived.list"

	find "$etc" -maxdepth 2 -path "$etc/sources.list.d/*" -name '*.sources' \
		-xtype f -exec sh -c 'for f; do cat "$f"; echo; done' _ {} + |
		sed -e '/^#/d' -e 's/^[[:blank:]]*$//' |
		awk -v release="$release" 'BEGIN { RS = ""; FS = "\n" }
			{
				suites = ""; body = ""; off = 0
				for (i = 1; i <= NF; i++) {
					name = tolower($i); sub(/:.*/, "", name)
					if (name == "suites") {
						n = split(substr($i, 8), s, " ")
						for (j = 1; j <= n; j++)
							if (s[j] ~ release)
								suites = suites " " s[j]
					} else if (name == "enabled") {
						off = tolower($i) ~ /: *(no|without|off|disable|false|0)/
					} else if (name != "types") {
						body = body $i "\n"
					}
				}
				if (suites != "" && !off)
					printf "Types: deb deb-src\nSuites:%s\n%s\n",
						suites, body
			}' >"$dir/derived.sources"

	find "$dir" -type f -size 0 -delete
	[ -n "$(ls "$dir")" ] ||
		die "apt has no sources for Debian $MACHINE_CODENAME: add $DEBIAN_COMPONENT of $MACHINE_CODENAME and $MACHINE_CODENAME-security to /etc/apt/sources.list"
	for derived in "$dir"/*; do
		awk -v from="$MACHINE_CODENAME" -v to="$wanted" '
			/^deb|^Suites:/ {
				for (i = 2; i <= NF; i++)
					if ($i == from || index($i, from "-") == 1)
						$i = to substr($i, length(from) + 1)
			}
			{ print }' "$derived" >"$derived.new"
		mv "$derived.new" "$derived"
	done
}

# The same for the suite that has the kernel: a machine need not have it in its
# own sources, so it is looked for where the release itself comes from.
derive_kernel_sources() {
	local dir=$1 etc=${2:-/etc/apt} derived

	derive_sources "$DEBIAN_CODENAME" "$dir" "$etc"
	for derived in "$dir"/*; do
		awk -v release="$DEBIAN_CODENAME" -v suite="$KERNEL_SUITE" '
			/^deb/ {	# one line: TYPE [OPTIONS] URI SUITE COMPONENT...
				if (match($0, " " release " "))
					print substr($0, 1, RSTART) suite substr($0, RSTART + RLENGTH - 1)
				next
			}
			/^Types:/ { wanted = 0; held = $0; next }
			/^Suites:/ {
				for (i = 2; i <= NF; i++)
					if ($i == release)
						wanted = 1
				if (wanted)
					print held "\nSuites: " suite
				next
			}
			wanted' "$derived" >"$derived.new"
		mv "$derived.new" "$derived"
	done
	find "$dir" -type f -size 0 -delete
	[ -n "$(ls "$dir")" ] ||
		die "apt has no sources for Debian $DEBIAN_CODENAME itself, from where $KERNEL_SUITE would come: add them to /etc/apt/sources.list"
}

# candidate PACKAGE: the version that apt would take of what has to do with the kernel
candidate() {
	kernel_apt apt-cache policy "$1" | awk '$1 == "Candidate:" && $2 != "(none)" { print $2 }'
}
# The base names its source, or the beginning of its name and a star: then the
# newest is taken.
source_package() {
	case $KERNEL_SOURCE in
	*'*') kernel_apt apt-cache pkgnames "${KERNEL_SOURCE%'*'}" | grep -E '^linux-source-[0-9]+\.[0-9]+$' |
		sort -V | tail -n 1 ;;
	*) echo "$KERNEL_SOURCE" ;;
	esac
}

# Of names of packages, those of kernel images of the base's flavour. A point
# release may have a number of its own: 6.12.115+deb13.1. From 7.3 on the image is
# in a package beside its modules.
only_images() {
	local version='[0-9.]+(\+deb[0-9]+(\.[0-9]+)?)?'

	grep -E -- "^linux-(image-$version-$KERNEL_FLAVOUR-unsigned|binary-unsigned-$version-$KERNEL_FLAVOUR)\$" || :
}
# abi_of PACKAGE: of an image, its kernel release without the flavour
abi_of() {
	local name=${1#linux-image-}

	name=${name#linux-binary-unsigned-}
	name=${name%-unsigned}
	echo "${name%-"$KERNEL_FLAVOUR"}"
}
# packages_of IMAGE: it, and those that its modules and its map are in
packages_of() {
	local release=${1#linux-binary-unsigned-}

	echo "$1"
	[ "$release" = "$1" ] || printf '%s\n' "linux-modules-$release" "linux-base-$release"
}

# lists_of DERIVE...: bring apt's lists in $APT up to date, from the sources that
# DERIVE finds.
lists_of() {
	mkdir -p "$APT/lists/partial" "$APT/cache/archives/partial"
	rm -rf "$APT/sources.d"
	mkdir "$APT/sources.d"
	"$@" "$APT/sources.d"
	twice "updating package lists of ${APT##*/apt-}" private_apt apt-get update --error-on=any
}
update_lists() {
	lists_of derive_sources "$DEBIAN_CODENAME"
	if [ "$KERNEL_APT" != "$APT" ]; then
		local APT=$KERNEL_APT

		lists_of derive_kernel_sources
	fi
}

# twice LABEL COMMAND...: networks drop; one more try, said aloud, is enough.
twice() {
	local label=$1
	shift

	logged "$label" "$LOG" "$@"
	if [ -n "$FAILURE" ]; then
		note "$label: failed, trying once more"
		run_logged "$label" "$LOG" "$@"
	fi
}

ensure_lists() {
	[ -z "${LISTS_FRESH-}" ] || return 0
	update_lists
	LISTS_FRESH=1
}
# fetch_with_dependencies DIR PACKAGE...: what apt would install on a machine on which
# nothing is installed yet
fetch_with_dependencies() {
	local dir=$1
	shift

	: >"$dir/status"
	mkdir -p "$dir/partial"
	private_apt apt-get -o Dir::State::status="$dir/status" \
		-o Dir::Cache::archives="$dir" --yes --quiet \
		--no-install-recommends --download-only install "$@"
}
download() {
	local dir=$1
	shift

	(cd "$dir" && "$@")
}
