#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# font.sh [--path]: render Debian's DejaVu Sans for the pictures of the rig.
#
# Makes glyphs.h, which is compiled into the programs that draw: the rig and its guest
# have no fonts. The sizes are listed in rig/demo/font.h. --path prints the location of
# its directory.

# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
usage_if_asked "$@"
path_wanted "$@"

FONT=/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf
[ -f "$FONT" ] || die "no $FONT: run 'make setup' (package fonts-dejavu-core)"
freetype=$(pkg-config --modversion freetype2) ||
	die "no FreeType: run 'make setup' (package libfreetype-dev)"
name=font-$(hash_words "$freetype" "$(sha256sum "$FONT")" \
	"$(hash_paths rig/font rig/demo/font.h rig/demo/util.h scripts/font.sh)")

render() {
	local dir=$1 flags
	read -ra flags <<<"$(pkg-config --cflags --libs freetype2)"

	gcc -std=gnu11 -O2 -Wall -Wextra -Werror -I "$REPO/rig/demo" -o "$dir/render" \
		"$REPO/rig/font/render.c" "${flags[@]}" &&
		"$dir/render" "$FONT" >"$dir/glyphs.h" &&
		rm "$dir/render"
}
build_font() {
	run_logged "rendering the font" "$LOGS/font.log" render "$1"
}
entry "$name" build_font
tell_path "$CACHE/$name"
