#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# deb.sh: build the DKMS package gvt-dmabuf-dkms in out/deb.
#
# It contains the series' changes to i915, patch by patch. On the machine where it is
# installed it builds i915 and kvmgt from Debian's kernel source: docs/hardware.md. The
# maintainer of the package is DEBFULLNAME and DEBEMAIL, or git's identity.

# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
usage_if_asked "$@"
[ $# -eq 0 ] || die "unknown argument $1 (see --help)"

NEEDED=(debhelper)
I915=drivers/gpu/drm/i915
VFIO=include/uapi/linux/vfio.h	# build.sh takes both, and no more

"$SCRIPTS/setup.sh" "${NEEDED[@]}"

NAME=${DEBFULLNAME:-$(git -C "$REPO" config user.name || echo gvt-dmabuf)}
MAIL=${DEBEMAIL:-$(git -C "$REPO" config user.email || echo gvt-dmabuf@localhost)}

[ -n "$KERNEL_BACKPORT" ] || die "the package is for the kernels of Debian's releases, not for base $BASE: build it with another BASE"
base_paths
# Of one day there may be more than one: the second word is the series.
DATE=$(git -C "$REPO" log -1 --format=%cd --date=format:%Y%m%d 2>/dev/null || date +%Y%m%d)
VERSION=0.$DATE.$("$SCRIPTS/series/series.sh" hash | cut -c1-8)

WORK=$(mktemp -d)
DOOMED+=("$WORK")
SOURCE=$WORK/gvt-dmabuf-$VERSION

cp -r "$REPO/dkms" "$SOURCE"
cp "$REPO/docs/hardware.md" "$REPO/docs/libvirt-domain.xml" "$SOURCE/"
sed -i "s/@MAINTAINER@/$NAME <$MAIL>/" "$SOURCE/debian/control"
cat >"$SOURCE/debian/changelog" <<-EOS
	gvt-dmabuf ($VERSION) $DEBIAN_CODENAME; urgency=medium

	  * Built from the series on $KERNEL_SOURCE $KERNEL_VERSION.

	 -- $NAME <$MAIL>  $(date -R)
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
