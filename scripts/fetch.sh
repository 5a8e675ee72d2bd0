#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# fetch.sh [--update] [--quiet]: get the base packages and unpack them.
#
# Downloads, with the machine's own apt sources, the kernel source, the kernel
# image and headers built from the very same source version, and the source of
# QEMU; unpacks each into the cache. What is there already is not fetched
# again. --update takes the newest versions on offer instead of those in use.
# No root is needed: apt's lists and files live in the cache.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
usage_if_asked "$@"

APT=$CACHE/apt
LOG=$LOGS/fetch.log
UPDATE=
QUIET=
for arg in "$@"; do
	case $arg in
	--update) UPDATE=1 ;;
	--quiet) QUIET=1 ;;
	*) die "unknown argument $arg (see --help)" ;;
	esac
done
progress() { [ -n "$QUIET" ] || say "$@"; }

# --- apt, private to the cache ----------------------------------------------

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

# The entries of the machine's sources that are Debian's release and name it,
# each for binary and source packages. Both formats that apt reads.
derive_sources() {
	local dir=$1 release="^$DEBIAN_CODENAME(-.*)?\$"

	find /etc/apt -maxdepth 2 -path '/etc/apt/sources.list*' -name '*.list' \
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

	find /etc/apt -maxdepth 2 -path '/etc/apt/sources.list.d/*' -name '*.sources' \
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

	if ! try_logged "$label" "$LOG" "$@"; then
		note "$label: failed, trying once more"
		run_logged "$label" "$LOG" "$@"
	fi
}

# --- versions ---------------------------------------------------------------

candidate() {
	private_apt apt-cache policy "$1" | awk '$1 == "Candidate:" && $2 != "(none)" { print $2 }'
}
has_version() {
	private_apt apt-cache madison "$1" | awk -F '|' -v v="$2" '{ gsub(/ /, "") } $2 == v { found = 1 } END { exit !found }'
}

# The binary packages must come from the source version that we build, or the
# modules will not load; ask apt which of them do.
resolve_versions() {
	local version image abi package missing=()

	version=$(candidate "$KERNEL_SOURCE")
	[ -n "$version" ] ||
		die "no package $KERNEL_SOURCE in apt's sources: it is in component $DEBIAN_COMPONENT of suite $DEBIAN_KERNEL_SUITE (Debian 12's security suite)"

	image=
	for package in $(private_apt apt-cache pkgnames "linux-image-$KERNEL_SERIES." |
		grep -E -- "^linux-image-[0-9.]+(\+deb[0-9]+)?-$KERNEL_FLAVOUR-unsigned\$"); do
		if has_version "$package" "$version"; then
			image=$package
		fi
	done
	[ -n "$image" ] ||
		die "$KERNEL_SOURCE is at $version, but no linux-image-$KERNEL_SERIES*-$KERNEL_FLAVOUR-unsigned has that version: source and image must match; run 'make fetch UPDATE=1' later, or add suite $DEBIAN_KERNEL_SUITE to apt's sources"
	abi=${image#linux-image-}
	abi=${abi%-"$KERNEL_FLAVOUR"-unsigned}
	for package in "linux-headers-$abi-$KERNEL_FLAVOUR" "linux-headers-$abi-common" "linux-kbuild-$abi"; do
		has_version "$package" "$version" || missing+=("$package (apt has: $(candidate "$package"))")
	done
	[ ${#missing[@]} -eq 0 ] ||
		die "$KERNEL_SOURCE is at $version, but in that version there is no ${missing[*]}"

	QEMU_VERSION=$(private_apt apt-cache showsrc --only-source "$QEMU_SOURCE" |
		awk '$1 == "Version:" { print $2 }' | sort -V | tail -n 1)
	[ -n "$QEMU_VERSION" ] ||
		die "no source package $QEMU_SOURCE in apt's sources: it is in component $DEBIAN_COMPONENT of suite $DEBIAN_CODENAME"

	KERNEL_VERSION=$version
	KERNEL_ABI=$abi
	printf '%s\n' "KERNEL_VERSION=$version" "KERNEL_ABI=$abi" \
		"QEMU_VERSION=$QEMU_VERSION" >"$CACHE/versions.new"
	mv "$CACHE/versions.new" "$CACHE/versions"
	base_versions
}

# --- downloads --------------------------------------------------------------

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

fetch_debs() {
	local dir=$1

	ensure_lists
	twice "downloading kernel packages $KERNEL_VERSION (about 250 MB)" \
		download "$dir" private_apt apt-get download \
		"$KERNEL_SOURCE=$KERNEL_VERSION" \
		"linux-image-$KERNEL_ABI-$KERNEL_FLAVOUR-unsigned=$KERNEL_VERSION" \
		"linux-headers-$KERNEL_ABI-$KERNEL_FLAVOUR=$KERNEL_VERSION" \
		"linux-headers-$KERNEL_ABI-common=$KERNEL_VERSION" \
		"linux-kbuild-$KERNEL_ABI=$KERNEL_VERSION"
}
fetch_dsc() {
	local dir=$1

	ensure_lists
	twice "downloading QEMU source $QEMU_VERSION (about 25 MB)" \
		download "$dir" private_apt apt-get source --download-only \
		--only-source "$QEMU_SOURCE=$QEMU_VERSION"
}

# --- unpacking --------------------------------------------------------------

unpack_deb() {
	local pattern=$1 dir=$2 deb

	deb=$(find "$DEBS" -name "$pattern")
	[ -f "$deb" ] || die "the download left no single $pattern in $DEBS: remove that directory and run again"
	dpkg-deb -x "$deb" "$dir"
}
unpack_image() {
	unpack_deb 'linux-image-*.deb' "$1"
	# The image package carries no modules.dep: its postinst makes it.
	/sbin/depmod -b "$1" "$KERNEL_ABI-$KERNEL_FLAVOUR"
}
unpack_headers() {
	unpack_deb "linux-headers-*-${KERNEL_FLAVOUR}_*.deb" "$1"
}
unpack_source() {
	local dir=$1

	unpack_deb 'linux-source-*.deb' "$dir/deb"
	tar -xf "$dir/deb/usr/src/$KERNEL_SOURCE.tar.xz" -C "$dir" --strip-components=1
	rm -rf "$dir/deb"
}
unpack_qemu() {
	local dir=$1

	rmdir "$dir"	# dpkg-source wants to make it
	dpkg-source --no-check --no-copy -x "$DSC"/*.dsc "$dir"
}
unpack_logged() {
	local what=$1 how=$2 dir=$3

	run_logged "unpacking $what" "$LOGS/unpack.log" "$how" "$dir"
}

# Unpacked is enough: the packages themselves are only needed to unpack.
kernel_whole() {
	entry_ok "$CACHE/source-$KERNEL_VERSION" && entry_ok "$CACHE/img-$KERNEL_VERSION" &&
		entry_ok "$CACHE/headers-$KERNEL_VERSION"
}
qemu_whole() { entry_ok "$CACHE/qemu-source-$QEMU_UPSTREAM"; }
tell_done() { progress "base packages are in place: kernel $KERNEL_VERSION, QEMU $QEMU_VERSION"; }

mkdir -p "$CACHE"
if [ -f "$CACHE/versions" ] && [ -z "$UPDATE" ]; then
	base_versions
	if kernel_whole && qemu_whole; then
		tell_done
		exit 0
	fi
fi
lock fetch
if [ -f "$CACHE/versions" ] && [ -z "$UPDATE" ]; then
	base_versions
else
	ensure_lists
	resolve_versions
	say "base: $KERNEL_SOURCE $KERNEL_VERSION, image $KERNEL_ABI-$KERNEL_FLAVOUR, QEMU $QEMU_VERSION"
fi

if ! kernel_whole; then
	entry "debs-$KERNEL_VERSION" fetch_debs
	DEBS=$ENTRY
	entry "img-$KERNEL_VERSION" unpack_logged "the kernel image" unpack_image
	entry "headers-$KERNEL_VERSION" unpack_logged "the kernel headers" unpack_headers
	entry "source-$KERNEL_VERSION" unpack_logged "the kernel source" unpack_source
fi
if ! qemu_whole; then
	entry "qemu-dsc-$QEMU_UPSTREAM" fetch_dsc
	DSC=$ENTRY
	entry "qemu-source-$QEMU_UPSTREAM" unpack_logged "the QEMU source" unpack_qemu
fi
unlock fetch
tell_done
