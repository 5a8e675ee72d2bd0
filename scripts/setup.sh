#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# setup.sh [--check] [PACKAGE...]: prepare the machine to build and boot.
#
# Checks disk space and memory, then installs missing Debian packages with apt (as
# root, or through sudo): those that every build needs, and each PACKAGE, which only
# one target needs.
# With --check nothing is installed: missing packages are listed, and the exit status
# is non-zero if there are any.

# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
usage_if_asked "$@"

NEED_DISK_GB=8		# all of the cache, cold
NEED_DISK_WARM_GB=3	# what one changed series or device can add
NEED_MEMORY_MB=5600	# a machine sold as 6 GB; the rig alone takes 2 GB

PACKAGES=(
	# kernel and its modules
	build-essential bc bison flex libelf-dev libssl-dev dwarves rsync cpio
	kmod xz-utils perl gawk
	# QEMU
	python3 python3-venv ninja-build meson pkg-config libglib2.0-dev
	libpixman-1-dev libfdt-dev libattr1-dev libcap-ng-dev
	# the rig: firmware, user space, pictures
	seabios qemu-system-data busybox-static libpng-dev zlib1g-dev
	libfreetype-dev fonts-dejavu-core
	# the animation of demo-linux, the chart of bench
	apngasm gnuplot-nox
	# sources, and the checks; coccinelle loads libpython3.x.so, by that name
	dpkg-dev git shellcheck sparse coccinelle libpython3-dev python3-sphinx
	# the kselftest as a 32-bit program
	gcc-multilib
)

check_debian() {
	local codename

	# shellcheck source=/dev/null
	codename=$(. /etc/os-release 2>/dev/null && echo "${VERSION_CODENAME-}") || :
	command -v dpkg-query >/dev/null ||
		die "no dpkg here: this needs Debian $DEBIAN_CODENAME (a chroot of it is enough)"
	[ "$codename" = "$DEBIAN_CODENAME" ] ||
		note "note: this is '${codename:-unknown}', the base is Debian $DEBIAN_CODENAME; packages may differ"
	[ "$(dpkg --print-architecture)" = amd64 ] ||
		die "the architecture is $(dpkg --print-architecture): the rig needs amd64"
}

check_room() {
	local need=$NEED_DISK_GB free mem

	mkdir -p "$CACHE"
	[ ! -f "$VERSIONS" ] || need=$NEED_DISK_WARM_GB
	free=$(($(df -Pk "$CACHE" | awk 'NR == 2 { print $4 }') / 1024 / 1024))
	[ "$free" -ge "$need" ] ||
		die "$CACHE has $free GB free, $need GB are needed: make room, or set XDG_CACHE_HOME to another disk"
	mem=$(($(awk '/^MemTotal:/ { print $2 }' /proc/meminfo) / 1024))
	[ "$mem" -ge "$NEED_MEMORY_MB" ] ||
		die "this machine has $mem MB of memory, $NEED_MEMORY_MB MB are needed"
}

# dpkg-query fails if it does not know a package; that is one of the answers.
missing_packages() {
	{ dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${PACKAGES[@]}" 2>/dev/null || :; } |
		awk -v wanted="${PACKAGES[*]}" '
			$1 == "installed" { have[$2] = 1 }
			END {
				n = split(wanted, package, " ")
				for (i = 1; i <= n; i++)
					if (!(package[i] in have))
						print package[i]
			}'
}

install_packages() {
	local sudo=()

	command -v apt-get >/dev/null ||
		die "no apt-get here; packages missing: $*"
	if [ "$(id -u)" != 0 ]; then
		command -v sudo >/dev/null ||
			die "not root and no sudo; packages missing: $*"
		sudo=(sudo)
		[ -t 0 ] || sudo+=(-n)
		"${sudo[@]}" true || die "sudo does not let us in; packages missing: $*"
	fi
	run_logged "updating the package lists" "$LOGS/apt-update.log" \
		"${sudo[@]}" apt-get update
	run_logged "installing $# packages" "$LOGS/apt-install.log" \
		"${sudo[@]}" env DEBIAN_FRONTEND=noninteractive \
		apt-get install -y --no-install-recommends "$@"
}

CHECK=
if [ "${1-}" = --check ]; then
	CHECK=1
	shift
fi
case ${1-} in
-*) die "unknown argument $1 (see --help)" ;;
esac
PACKAGES+=("$@")

check_debian
check_room
missing=$(missing_packages | tr '\n' ' ')
[ -n "$missing" ] || exit 0
[ -z "$CHECK" ] || die "packages missing: $missing"
# shellcheck disable=SC2086	# one word a package
install_packages $missing
