#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The plane decoder in user space: what it is compiled from and with; sourced, never
# run.

# shellcheck disable=SC2034	# what is set here is used by those who source it
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

I915=drivers/gpu/drm/i915
SHIM=$REPO/rig/decoder
DECODER=("$REPO/$I915"/gvt/plane_decoder*.c)
TESTS=("$REPO/$I915"/gvt/tests/plane_decoder*.c)

# decoder_in DIR SOURCE: make DIR, with the headers that kernel SOURCE has for it, and
# set FLAGS of the compiler. DIR goes with this script.
decoder_in() {
	local build=$1 source=$2 table=$2/drivers/gpu/drm/drm_fourcc.c

	[ -f "$table" ] || die "$source is no kernel source"
	DOOMED+=("$build")
	mkdir -p "$build/include/drm"
	# Nothing of the kernel's include/ but its uapi, under a name of its own, and what
	# newer register headers include.
	ln -s "$source/include/uapi" "$build/include/base-uapi"
	[ ! -d "$source/include/drm/intel" ] ||
		ln -s "$source/include/drm/intel" "$build/include/drm/intel"
	sed -n '/drm_format_info formats\[\] = {/,/^	};/{//!p}' "$table" >"$build/include/drm_formats.inc"
	grep -q DRM_FORMAT_XRGB8888 "$build/include/drm_formats.inc" ||
		die "$table: no format table found"

	FLAGS=(-std=gnu11 -g -Wall -Wextra -Wno-sign-compare -Wno-missing-field-initializers
		-I "$SHIM/shim" -I "$build/include" -I "$REPO/$I915"
		-idirafter "$source/$I915"
		# On an older kernel a header is one of the backport.
		-idirafter "$REPO/backport/tree/$I915/gvt/backport")
}
