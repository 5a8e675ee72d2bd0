#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Packages from the machine's own apt sources, without root: apt's lists and
# files live in the cache. Sourced after lib.sh, never run; LOG is where it logs.

APT=$CACHE/apt

private_apt() {
	local tool=$1
	shift

	"$tool" -o Dir::Etc::SourceList=/dev/null \
		-o Dir::Etc::SourceParts="$APT/sources.d" \
		-o Dir::State::Lists="$APT/lists" \
		-o Dir::Cache="$APT/cache" \
		-o APT::Sandbox::User="$(id -un)" \
		-o Acquire::Retries=2 -o Acquire::http::Timeout=60 \
		-o Acquire::Languages=none -o APT::Install-Recommends=false "$@"
}

# The entries of the machine's sources that name one of the base's own suites,
# each for binary and source packages. Both formats that apt reads. Backports and
# proposed updates are other versions than the release has, so a machine on which
# they are switched on builds what every other machine builds.
# derive_sources DIR [ETC]: from those of ETC, /etc/apt, into DIR
derive_sources() {
	local dir=$1 etc=${2:-/etc/apt} release="^$DEBIAN_CODENAME(-security|-updates)?\$"

	find "$etc" -maxdepth 2 -path "$etc/sources.list*" -name '*.list' \
		-type f -exec cat {} + |
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
		-type f -exec sh -c 'for f; do cat "$f"; echo; done' _ {} + |
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
						off = $i ~ /: *(no|false|0)/
					} else if (name != "types") {
						body = body $i "\n"
					}
				}
				if (suites != "" && !off)
					printf "Types: deb deb-src\nSuites:%s\n%s\n",
						suites, body
			}' >"$dir/derived.sources"

	[ -s "$dir/derived.list" ] || rm "$dir/derived.list"
	[ -s "$dir/derived.sources" ] || rm "$dir/derived.sources"
	[ -n "$(ls "$dir")" ] ||
		die "apt has no sources for Debian $DEBIAN_CODENAME: add $DEBIAN_COMPONENT of $DEBIAN_CODENAME and $DEBIAN_KERNEL_SUITE to /etc/apt/sources.list"
}

# Of names of packages, those of kernel images of the base's flavour. A point
# release may have a number of its own: 6.12.115+deb13.1.
only_images() {
	grep -E -- "^linux-image-[0-9.]+(\+deb[0-9]+(\.[0-9]+)?)?-$KERNEL_FLAVOUR-unsigned\$" || :
}

update_lists() {
	mkdir -p "$APT/lists/partial" "$APT/cache/archives/partial"
	rm -rf "$APT/sources.d"
	mkdir "$APT/sources.d"
	derive_sources "$APT/sources.d"
	twice "updating package lists" private_apt apt-get update --error-on=any
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
download() {
	local dir=$1
	shift

	(cd "$dir" && "$@")
}
