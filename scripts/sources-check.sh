#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# sources-check.sh: test the selection of apt sources and packages for a base;
# results as TAP. Nothing is fetched.

# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=lib/apt.sh
. "$SCRIPTS/lib/apt.sh"
# shellcheck source=lib/tap-lib.sh
. "$SCRIPTS/lib/tap-lib.sh"
usage_if_asked "$@"
[ $# -eq 0 ] || die "no argument is known (see --help)"

WORK=$(mktemp -d)
DOOMED+=("$WORK")

same() { diff <(printf '%s\n' "$1") <(printf '%s\n' "$2"); }
# expect NAME WANTED GOT
expect() { result "$1" same "$2" "$3"; }
# suites_of DERIVE...: what is taken of the sources in $WORK/etc, a suite a line.
suites_of() {
	rm -rf "$WORK/derived"
	mkdir "$WORK/derived"
	("$@" "$WORK/derived" "$WORK/etc") 2>/dev/null || {
		echo refused
		return
	}
	cat "$WORK/derived"/* | sed -nE \
		-e 's/^deb (\[[^]]*\] )?[^ ]+ ([^ ]+) .*/\2/p' -e 's/^Suites: *//p' | tr ' ' '\n' | sort
}
sources() {
	rm -rf "${WORK:?}/etc"
	mkdir -p "$WORK/etc/sources.list.d"
	cat >"$WORK/etc/$1"
}
own=$(printf '%s\n' "$MACHINE_CODENAME" "$MACHINE_CODENAME-security" "$MACHINE_CODENAME-updates")

sources sources.list <<-EOS
	deb http://mirror.invalid/debian $MACHINE_CODENAME main
	deb [trusted=yes] http://mirror.invalid/debian $MACHINE_CODENAME-updates main
	deb http://mirror.invalid/security $MACHINE_CODENAME-security main
	deb http://mirror.invalid/debian $MACHINE_CODENAME-backports main
	deb http://mirror.invalid/debian $MACHINE_CODENAME-backports-sloppy main
	deb http://mirror.invalid/debian $MACHINE_CODENAME-proposed-updates main
	deb http://mirror.invalid/debian sid main
EOS
expect "sources.list: the base's own suites, no backports" "$own" "$(suites_of derive_sources "$MACHINE_CODENAME")"
expect "sources.list: the suite of the newest kernel, from where the release is" \
	newest "$(KERNEL_SUITE=newest suites_of derive_kernel_sources)"
expect "sources.list: the same suites of another release" "${own//$MACHINE_CODENAME/other}" \
	"$(suites_of derive_sources other)"

sources sources.list.d/debian.sources <<-EOS
	Types: deb
	URIs: http://mirror.invalid/debian
	Suites: $MACHINE_CODENAME $MACHINE_CODENAME-updates $MACHINE_CODENAME-backports
	Components: main

	Types: deb
	URIs: http://mirror.invalid/security
	Suites: $MACHINE_CODENAME-security
	Components: main

	Types: deb
	Enabled: No
	URIs: http://mirror.invalid/other
	Suites: $MACHINE_CODENAME
	Components: main
EOS
expect "deb822: the base's own suites, no backports" "$own" "$(suites_of derive_sources "$MACHINE_CODENAME")"
expect "deb822: the suite of the newest kernel, from where the release is" \
	newest "$(KERNEL_SUITE=newest suites_of derive_kernel_sources)"
expect "deb822: the same suites of another release" "${own//$MACHINE_CODENAME/other}" \
	"$(suites_of derive_sources other)"
mv "$WORK/etc/sources.list.d/debian.sources" "$WORK/elsewhere"
ln -s "$WORK/elsewhere" "$WORK/etc/sources.list.d/debian.sources"
expect "a symbolic link to the sources" "$own" "$(suites_of derive_sources "$MACHINE_CODENAME")"

sources sources.list <<-EOS
	deb http://mirror.invalid/debian $MACHINE_CODENAME-backports main
EOS
expect "a machine with nothing but backports is refused" refused "$(suites_of derive_sources "$MACHINE_CODENAME")"

# What apt's own configuration and the installed packages say must not count.
printf '%s\n' 'APT::Default-Release "elsewhere";' "Dir::State::status \"$WORK/status\";" >"$WORK/apt.conf"
printf '%s\n' 'Package: here-only' 'Status: install ok installed' 'Architecture: all' \
	'Maintainer: x' 'Version: 1' 'Description: x' '' >"$WORK/status"
candidate_here() {
	local KERNEL_APT=$WORK/apt

	mkdir -p "$KERNEL_APT"/{lists/partial,cache/archives/partial,sources.d}
	APT_CONFIG=$WORK/apt.conf candidate here-only 2>&1
}
expect "a package that is only installed is no candidate" "" "$(candidate_here)"

wanted="linux-image-6.12.115+deb13.1-$KERNEL_FLAVOUR-unsigned
linux-image-6.12.117+deb12-$KERNEL_FLAVOUR-unsigned
linux-image-6.12.9-$KERNEL_FLAVOUR-unsigned
linux-binary-unsigned-7.3.4+deb13-$KERNEL_FLAVOUR"
expect "images with and without a number of their own" "$wanted" "$(only_images <<-EOS
	linux-image-6.12.115+deb13.1-$KERNEL_FLAVOUR-unsigned
	linux-image-6.12.115+deb13.1-rt-$KERNEL_FLAVOUR-unsigned
	linux-image-6.12.117+deb12-$KERNEL_FLAVOUR-unsigned
	linux-image-6.12.117+deb12-cloud-$KERNEL_FLAVOUR-unsigned
	linux-image-6.12.117+deb12-$KERNEL_FLAVOUR-dbg
	linux-image-6.12.9-$KERNEL_FLAVOUR-unsigned
	linux-binary-7.3.4+deb13-$KERNEL_FLAVOUR
	linux-binary-unsigned-7.3.4+deb13-$KERNEL_FLAVOUR
	linux-binary-unsigned-7.3.4+deb13-cloud-$KERNEL_FLAVOUR
EOS
)"
expect "an image by itself" "6.12.9
linux-image-6.12.9-$KERNEL_FLAVOUR-unsigned" \
	"$(abi_of "linux-image-6.12.9-$KERNEL_FLAVOUR-unsigned"; packages_of "linux-image-6.12.9-$KERNEL_FLAVOUR-unsigned")"
expect "an image whose modules are a package of their own" "7.3.4+deb13
linux-binary-unsigned-7.3.4+deb13-$KERNEL_FLAVOUR
linux-modules-7.3.4+deb13-$KERNEL_FLAVOUR
linux-base-7.3.4+deb13-$KERNEL_FLAVOUR" \
	"$(abi_of "linux-binary-unsigned-7.3.4+deb13-$KERNEL_FLAVOUR"; packages_of "linux-binary-unsigned-7.3.4+deb13-$KERNEL_FLAVOUR")"
expect "the base is that of the release; of any other it is debian12" "debian12
debian12" "$(base_of bookworm; base_of forky)"
expect "an emulator of a release without a base is refused" \
	"error: no release 'sid': there are $(sed -n 's/^DEBIAN_CODENAME=//p' "$REPO"/bases/* | xargs)" \
	"$(QEMU_SUITE=sid "$SCRIPTS/qemu.sh" --path 2>&1)"
plan
[ -z "$FAILED" ] || exit 1
