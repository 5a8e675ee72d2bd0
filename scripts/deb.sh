#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# deb.sh [--version]: build the DKMS package gvt-dmabuf-dkms in out/deb.
#
# It contains the series' changes to i915, patch by patch. On the machine where it is
# installed it builds i915 and kvmgt from Debian's kernel source: docs/hardware.md. The
# maintainer of the package is DEBFULLNAME and DEBEMAIL, or git's identity. --version
# prints its version, which grows with each commit, and no more.

# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
usage_if_asked "$@"
case ${1-} in
'' | --version) ;;
*) die "unknown argument $1 (see --help)" ;;
esac

NEEDED=(debhelper)
I915=drivers/gpu/drm/i915
VFIO=include/uapi/linux/vfio.h	# build.sh takes both, and no more

[ -n "$KERNEL_BACKPORT" ] || die "the package is for the kernels of Debian's releases, not for base $BASE: build it with another BASE"

# When the last commit was made; now if something is not committed, or without git
time_of_inputs() {
	local changed

	if changed=$(git -C "$REPO" status --porcelain 2>/dev/null) && [ -z "$changed" ]; then
		git -C "$REPO" log -1 --format=%ct
	else
		date +%s
	fi
}
TIME=$(time_of_inputs)
# The time lets it grow. What is not of the last commit may have been built in the same
# second: the second word is what the package is made of.
VERSION=0.$(date -u -d "@$TIME" +%Y%m%d%H%M%S).$(hash_words "$("$SCRIPTS/series/series.sh" hash)" \
	"$(hash_paths dkms docs/hardware.md docs/libvirt-domain.xml scripts/deb.sh)" | cut -c1-8)
if [ "${1-}" = --version ]; then
	say "$VERSION"
	exit 0
fi

"$SCRIPTS/setup.sh" "${NEEDED[@]}"
base_paths

NAME=${DEBFULLNAME:-$(git -C "$REPO" config user.name || echo gvt-dmabuf)}
MAIL=${DEBEMAIL:-$(git -C "$REPO" config user.email || echo gvt-dmabuf@localhost)}

WORK=$(mktemp -d)
DOOMED+=("$WORK")
SOURCE=$WORK/gvt-dmabuf-$VERSION

cp -r "$REPO/dkms" "$SOURCE"
cp "$REPO/docs/hardware.md" "$REPO/docs/libvirt-domain.xml" "$SOURCE/"
sed -i "s/@MAINTAINER@/$NAME <$MAIL>/" "$SOURCE/debian/control"
cat >"$SOURCE/debian/changelog" <<-EOS
	gvt-dmabuf ($VERSION) $DEBIAN_CODENAME; urgency=medium

	  * Built from the series on $KERNEL_SOURCE $KERNEL_VERSION.

	 -- $NAME <$MAIL>  $(date -R -d "@$TIME")
EOS

"$SCRIPTS/series/series.sh" replay "$WORK/replay"
git -C "$WORK/replay" format-patch -q --no-signature -o "$SOURCE/patches" base -- "$I915" "$VFIO"

build_package() {
	(cd "$SOURCE" && dpkg-buildpackage -us -uc -b)
}
run_logged "building the package" "$LOGS/deb.log" build_package
mkdir -p "$OUT/deb"
rm -f "$OUT"/deb/*.deb
cp "$WORK"/*.deb "$OUT/deb/"
say "$OUT_NAME/deb/gvt-dmabuf-dkms_${VERSION}_all.deb: $(find "$SOURCE/patches" -name '*.patch' | wc -l) patches, for kernels built from $KERNEL_SOURCE $KERNEL_VERSION"
