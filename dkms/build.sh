#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# build.sh KERNEL HEADERS VERSION: called by dkms, in a copy of this directory.
#
# Unpacks i915 from Debian's linux-source, which must have exactly the version of
# the kernel, applies patches/ and builds i915 and kvmgt. Patches change only i915's
# directory and VFIO's uAPI header, which defines the new interfaces: VFIO and KVM
# stay Debian's.

set -eu

kernel=$1
headers=$2
version=$3
upstream=${kernel%%[!0-9.]*}			# 6.12.117+deb12-amd64 -> 6.12.117
series=${upstream%.*}				# 6.12
name=linux-source-$series
tarball=/usr/src/$name.tar.xz
i915=drivers/gpu/drm/i915
vfio=include/uapi/linux/vfio.h

die() {
	echo "gvt-dmabuf: $*" >&2
	exit 1
}

[ -f "$tarball" ] || die "no $tarball: install the package $name"
rm -rf linux
mkdir linux
# intel_ips.h is the only file that i915 includes from elsewhere in the source.
tar -xf "$tarball" -C linux --strip-components=1 \
	"$name/Makefile" "$name/$i915" "$name/$vfio" \
	"$name/drivers/platform/x86/intel_ips.h"

source=$(sed -n 's/^\(VERSION\|PATCHLEVEL\|SUBLEVEL\) = //p' linux/Makefile | paste -sd.)
[ "$source" = "$upstream" ] ||
	die "$name is $source, the kernel is $upstream: upgrade so that both are of one version"

for patch in patches/*.patch; do
	patch -d linux -p1 --silent --no-backup-if-mismatch --fuzz=0 <"$patch" ||
		die "${patch#patches/} does not fit $name $source"
done

# Debian's modules have no version. Without one here either, dkms would consider them
# identical and not install them.
for main in i915_module.c gvt/kvmgt.c; do
	printf 'MODULE_VERSION("%s");\n' "$version" >>"linux/$i915/$main"
done

# Trace headers include themselves by a path relative to include/trace of the source.
# Debian's configuration does not have the option of the export. VFIO's header is
# included before Debian's, which its include guard then makes empty.
mkdir -p linux/include/trace
make -C "$headers" M="$PWD/linux/$i915" -j"$(nproc)" \
	CONFIG_DRM_I915_GVT_DMABUF=y \
	KCFLAGS="-DCONFIG_DRM_I915_GVT_DMABUF=1 -I$PWD/linux/include/trace -include $PWD/linux/$vfio" modules
