#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# check-deb.sh: test the DKMS package; results as TAP.
#
# Builds it (deb.sh), installs it in a Debian system of its own (deb-root.sh), first beside a
# source and kernels that it cannot be built for, which must not fail apt. When the source
# comes, DKMS builds the modules. Boots the rig on these and runs the kselftest. Then sets
# that system up by the package's examples and boots it three times (rig/deb): the vGPU must
# be there at each boot; and gvt-dmabuf-report must find each fault that is planted.
# Removes the package, boots once more, and checks that nothing is left. The system and
# its kernel are of the machine's release, or of the one that ROOT names. Needs root.
# The last line is "N passed, N failed, N skipped".

# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
usage_if_asked "$@"
in_root_base "$@"
[ $# -eq 0 ] || die "unknown argument $1 (see --help)"

TESTS=(gvt_dmabuf_test gvt_dmabuf_id_test gvt_dmabuf_object_test)
RESULTS=$OUT/check-deb
PASSED=0
FAILED=0

# result NAME COMMAND...: one TAP line; the log is named if it fails.
result() {
	local name=$1 log=$RESULTS/$((PASSED + FAILED + 1)).log
	shift

	if "$@" >"$log" 2>&1; then
		PASSED=$((PASSED + 1))
		say "ok $((PASSED + FAILED)) $name"
	else
		FAILED=$((FAILED + 1))
		say "not ok $((PASSED + FAILED)) $name"
		tail -n 5 "$log" | sed 's/^/# /'
		say "# log: $log"
	fi
}
# With /proc and /dev, which are gone when the command has ended.
in_root() {
	# shellcheck disable=SC2016	# for the shell in the namespace
	ROOT=$ROOT unshare --mount --propagation private sh -c '
		mount -t proc proc "$ROOT/proc" && mount --rbind /dev "$ROOT/dev" || exit
		exec chroot "$ROOT" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C \
			DEBIAN_FRONTEND=noninteractive "$@"' sh "$@"
}
apt_in_root() { in_root apt-get -y --no-install-recommends "$@"; }

# Which file modprobe would load, of i915 and kvmgt
which_modules() {
	in_root modinfo -k "$KERNEL_RELEASE" -F filename i915
	in_root modinfo -k "$KERNEL_RELEASE" -F filename kvmgt
}
# both PATTERN: are both modules from there?
both() {
	which_modules
	[ "$(which_modules | grep -c "/$KERNEL_RELEASE/$1/")" = 2 ]
}
dkms_says_installed() {
	in_root dkms status gvt-dmabuf
	in_root dkms status gvt-dmabuf | grep -q ": installed\$"
}

# --- what it cannot be built for ----------------------------------------------

# stub NAME VERSION: install a package of the files below the root's /tmp/NAME
stub() {
	mkdir -p "$ROOT/tmp/$1/DEBIAN"
	printf '%s\n' "Package: $1" "Version: $2" "Architecture: all" \
		"Maintainer: rig <rig@localhost>" "Description: stands for a package" >"$ROOT/tmp/$1/DEBIAN/control"
	in_root dpkg-deb -b "/tmp/$1" && in_root dpkg -i "/tmp/$1.deb"
}
# A source of another version
other_source() {
	mkdir -p "$ROOT/tmp/$KERNEL_SOURCE/usr/src"
	: >"$ROOT/tmp/$KERNEL_SOURCE/usr/src/$KERNEL_SOURCE.tar.xz"
	stub "$KERNEL_SOURCE" "$KERNEL_SERIES.0-1"
}
# other_kernel RELEASE CONFIG: a kernel, of which there is only what the hooks look at. As that
# of Debian's headers, its postinst fails with them.
OTHER_KERNELS=()
other_kernel() {
	local dir=$ROOT/tmp/linux-headers-$1

	OTHER_KERNELS+=("linux-headers-$1")
	mkdir -p "$dir/DEBIAN" "$dir/lib/modules/$1/kernel" "$dir/lib/modules/$1/build/include"
	echo "$2" >"$dir/lib/modules/$1/build/.config"
	printf '#!/bin/sh -e\nrun-parts --report --exit-on-error --arg=%s /etc/kernel/header_postinst.d\n' "$1" >"$dir/DEBIAN/postinst"
	chmod 755 "$dir/DEBIAN/postinst"
	stub "linux-headers-$1" 1
}
# says_why RELEASE WORDS: is that what the package says, on standard input?
says_why() {
	local said

	said=$(cat)
	printf '%s\n' "$said"
	grep -F "gvt-dmabuf: no modules for $1" <<<"$said" | grep -qF -- "$2"
}
# Once, and again as an upgrade is
installs_beside_other_source() {
	local because="$KERNEL_SOURCE is $KERNEL_SERIES.0;"

	other_source &&
		apt_in_root install "$deb" | says_why "$KERNEL_RELEASE:" "$because" &&
		apt_in_root --reinstall install "$deb" | says_why "$KERNEL_RELEASE:" "$because" &&
		in_root dpkg -s gvt-dmabuf-dkms | grep -x "Status: install ok installed" &&
		both kernel/drivers/gpu/drm/i915
}
source_comes() {
	local debs=$CACHE/debs-$KERNEL_VERSION

	[ ! -d "$debs" ] || cp "$debs/$KERNEL_SOURCE"_*.deb "$ROOT/var/cache/apt/archives/"
	apt_in_root install "$KERNEL_SOURCE=$KERNEL_VERSION" | tee "$RESULTS/source.log"
}
not_built() { says_why "$@" <"$RESULTS/source.log"; }
# version_after COMMAND...: the version of the package that the clone makes then
version_after() { (cd "$RESULTS/clone" && "$@" && scripts/deb.sh --version); }
# A commit, and changes that are not committed
version_grows() {
	local first committed changed

	git clone -q "$REPO" "$RESULTS/clone"
	first=$(version_after true) &&
		committed=$(version_after git -c user.name=rig -c user.email=rig@localhost commit -q --allow-empty -m "A change") &&
		changed=$(version_after tee -a dkms/build.sh <<<"# a change" | tail -n 1) || return
	echo "$first, $committed, $changed"
	dpkg --compare-versions "$first" lt "$committed" && dpkg --compare-versions "$committed" lt "$changed"
}

# --- what it leaves ----------------------------------------------------------

# What the package could leave. The files of set_up_by_the_docs are the admin's.
leftovers() {
	in_root find /usr /etc /var/lib/dkms "/lib/modules/$KERNEL_RELEASE" \
		\( -path '*gvt-dmabuf*' -o -path '*/updates/*' \) ! -path /etc/security/limits.d/gvt-dmabuf.conf \
		! -path /etc/udev/rules.d/70-gvt-dmabuf.rules -print
	# In the initramfs, too, which has a copy of the administrator's rule
	in_root test -s "/boot/initrd.img-$KERNEL_RELEASE" || echo "no initramfs"
	in_root lsinitramfs "/boot/initrd.img-$KERNEL_RELEASE" | grep -E 'gvt-dmabuf|updates/' |
		grep -v '/rules\.d/70-gvt-dmabuf\.rules$' || :
}
nothing_left() {
	leftovers
	[ -z "$(leftovers)" ] && both kernel/drivers/gpu/drm/i915
}
boot_on_modules() {
	local dir=$RESULTS/modules file programs test puts=()

	mkdir -p "$dir"
	programs=$("$SCRIPTS/programs.sh" --path) || return
	for test in "${TESTS[@]}"; do puts+=(--put "$programs/$test"); done
	for file in "$ROOT/lib/modules/$KERNEL_RELEASE"/updates/dkms/*.ko*; do
		case $file in
		*.xz) xz -dc "$file" >"$dir/$(basename "$file" .xz)" ;;
		*) cp "$file" "$dir/" ;;
		esac || return
	done
	"$SCRIPTS/boot.sh" --name check-deb --modules "$dir" "${puts[@]}" -- \
		"for t in ${TESTS[*]}; do cp \$t /tmp/; /tmp/\$t || exit 1; done"
}

# --- the system as the rig boots it ------------------------------------------

EXAMPLES=/usr/share/doc/gvt-dmabuf-dkms/examples
UUID=00000000-0000-4000-8000-000000000001
# What docs/hardware.md says in "A machine that comes back"
set_up_by_the_docs() {
	in_root cp $EXAMPLES/memlock.conf /etc/security/limits.d/gvt-dmabuf.conf &&
		in_root cp $EXAMPLES/70-gvt-dmabuf.rules /etc/udev/rules.d/ &&
		in_root mdevctl define --uuid $UUID --parent 0000:00:02.0 --jsonfile $EXAMPLES/mdevctl.json &&
		in_root mdevctl list --defined
}
# Two users, and what the rig needs to boot the system
make_bootable() {
	in_root useradd --create-home --groups kvm,render tester &&
		in_root useradd --create-home stranger &&
		in_root systemd-machine-id-setup || return
	install -m 755 "$REPO/rig/deb/rig-run" "$ROOT/usr/local/sbin/"
	install -m 644 "$REPO/rig/deb/rig.service" "$ROOT/etc/systemd/system/"
	install -m 644 -D "$REPO/rig/deb/mountroot" "$ROOT/etc/initramfs-tools/scripts/rig"
	ln -sf /etc/systemd/system/rig.service "$ROOT/etc/systemd/system/multi-user.target.wants/"
	ln -sf /dev/null "$ROOT/etc/systemd/system/getty.target"
	in_root update-initramfs -u -k "$KERNEL_RELEASE"
}
# boot_system NAME COMMAND [FILE...]: boot it, run the command of rig/deb, with the files
# beside it; each of its checks is a result.
boot_system() {
	local name=$1 command=$2 share=$RESULTS/boot-$1 verdict rest programs
	shift 2

	programs=$("$SCRIPTS/programs.sh" --path)
	mkdir -p "$share"
	cp "$REPO"/rig/deb/* "$programs/gvt-hold" "$programs/gvt_dmabuf_id_test" "$@" "$share/"
	result "the system boots: $name" "$SCRIPTS/boot.sh" --name "check-deb-$name" --root "$ROOT" \
		--share "$share" --timeout 1800 -- "sh ./$command"
	while read -r verdict rest; do
		case $verdict in
		ok) result "$rest" true ;;
		not) result "${rest#ok }" false ;;
		'#') say "# $rest" ;;
		esac
	done <"$share/output"
}

rm -rf "$RESULTS"
mkdir -p "$RESULTS"
base_paths
base=$("$SCRIPTS/deb-root.sh" --path)
"$SCRIPTS/deb.sh"
DEB=$(find "$OUT/deb" -name 'gvt-dmabuf-dkms_*_all.deb')
ROOT=$CACHE/tmp/deb-root.$$
DOOMED+=("$ROOT")
run_logged "copying the Debian" "$LOGS/deb-root-copy.log" cp -a --reflink=auto "$base" "$ROOT"
cp "$DEB" "$ROOT/tmp/"
deb=/tmp/$(basename "$DEB")

say "TAP version 13"
result "lintian has nothing to say" in_root lintian --tag-display-limit 0 --fail-on error,warning \
	--suppress-tags bogus-mail-host,bogus-mail-host-in-debian-changelog,bad-distribution-in-changes-file "$deb"
result "stock modules are what modprobe takes before" both kernel/drivers/gpu/drm/i915
result "its version grows with each change" version_grows
result "it installs beside a source of another version" installs_beside_other_source
UPSTREAM=${KERNEL_RELEASE%%[!0-9.]*}
result "a kernel that it is not for is installed beside it" other_kernel 6.1.0-0-rig CONFIG_DRM_I915_GVT_KVMGT=m
result "so is one without GVT-g" other_kernel "$UPSTREAM+a-rig" CONFIG_DRM_I915=m
result "so is one that cannot be built for" other_kernel "$UPSTREAM+b-rig" CONFIG_DRM_I915_GVT_KVMGT=m
result "the source comes, and DKMS builds the modules" source_comes
result "it is said why one without GVT-g has none" not_built "$UPSTREAM+a-rig" "not of a kind"
result "it is said where the log of a build is that failed" not_built "$UPSTREAM+b-rig" make.log
result "these kernels are removed" in_root dpkg --purge "${OTHER_KERNELS[@]}"
result "its modules are what modprobe takes" both updates/dkms
result "dkms says that it is installed" dkms_says_installed
result "the rig runs on its modules" boot_on_modules
result "it is set up as docs/hardware.md says" set_up_by_the_docs
result "the rig can boot it" make_bootable
boot_system first "comes-back first"
boot_system again comes-back
boot_system faults faults
result "it is removed" apt_in_root purge gvt-dmabuf-dkms
result "nothing is left, and stock modules are back" nothing_left
boot_system removed gone "$REPO"/dkms/report/*
say "1..$((PASSED + FAILED))"
say "$PASSED passed, $FAILED failed, 0 skipped"
[ "$FAILED" -eq 0 ] || exit 1
