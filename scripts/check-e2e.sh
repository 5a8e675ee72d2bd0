#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# check-e2e.sh [--platform P] [--stock [--helped]] [--kvm] [SCENARIO...]: test Debian's QEMU with guests; results as TAP.
#
#   firmware   a guest of a kilobyte that programs the GGTT and a plane itself
#   console    Linux: the text console, pixel for pixel
#   flips      Linux: page flips between two and between three buffers
#   churn      firmware: 2,000 flips among two, three and seven buffers
#   owners     firmware: guests that reset, are killed with their QEMU, or crash
#              with an export in use, one after the other on one vGPU
#   restarts   Linux: reboots, panics and restarts, is killed with its QEMU, and
#              panics without a restart
#   pair       firmware: two vGPUs, two QEMUs and two guests at once
#   planes     Linux: three sizes, down and up; the hardware cursor
#   client     Linux: QEMU's D-Bus display passes the dma-buf, tiled or not, and the
#              hotspot to another process
#   card       Linux: another graphics card imports the dma-buf and displays it
#   libvirt    firmware: as a domain of libvirt
#   event      firmware, Linux: QEMU with qemu/patches sleeps while the picture is still
#   typing     firmware: it updates the line that a guest writes, not the whole picture
#   patched    Linux: client, and the cursor of planes, with it
#
# Without SCENARIO, all of these. This one is run by its name only, as it takes long:
#
#   desktop    Linux: what Debian's programs draw: Xorg and Weston, each with a terminal,
#              dialog, and modetest in five formats. DESKTOPS="xorg weston kms"
#              are its parts.
#
# Guest and viewer synchronize by lines on a serial port (rig/e2e/hand.h), so nothing
# depends on timing; a picture that does not appear fails the test after two minutes
# of the rig. A failure names its log. With --stock the rig has Debian's own i915 and
# kvmgt; --helped works around two defects of these that hide all others, see
# docs/e2e.md. Results are in out/check-e2e, or in the directory that E2E_RESULTS names.
# The last line is "N passed, N failed, N skipped".

# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=e2e/e2e-lib.sh
. "$SCRIPTS/e2e/e2e-lib.sh"
usage_if_asked "$@"

QEMU_CACHE=7	# dma-bufs that QEMU keeps, and two that it may be fetching
FLIPS=${FLIPS:-120}	# in all, half of them between two buffers
SLAB_GROWTH=1024	# kB that the rig's kernel may keep after half of them
STILL=${STILL:-3600}	# frames that a guest shows the same picture, a minute
DESKTOPS=${DESKTOPS:-xorg weston kms}
TYPED=${TYPED:-9}	# lines that a guest writes, nine at most
WHOLE=$((320 * 240 * 4))	# bytes of its picture
CLIENT=		# with which QEMU, Debian's if empty
WITH=		# so do the names of these tests begin
DISK=		# of the guest
PLATFORM=kbl
VARIANT=ours
SCENARIOS=()
OPTIONS=()
while [ $# -gt 0 ]; do
	case $1 in
	--stock)
		VARIANT=stock
		OPTIONS+=("$1")
		;;
	--helped)
		OPTIONS+=(--append nopat)
		E2E_ARGS+=" e2e.drm=timestamp_precision_usec=0"
		;;
	--kvm) OPTIONS+=("$1") ;;
	--platform)
		PLATFORM=${2-}
		OPTIONS+=("$1" "$PLATFORM")
		shift
		;;
	-*) die "unknown option $1 (see --help)" ;;
	*) SCENARIOS+=("$1") ;;
	esac
	shift
done
[ ${#SCENARIOS[@]} -gt 0 ] || mapfile -t SCENARIOS < <(listed | grep -vx desktop)

RESULTS=${E2E_RESULTS:-$OUT/check-e2e}
TAP=$RESULTS/e2e.tap
TESTS=0

# result NAME COMMAND...: one test, passed if the command says so.
result() {
	local name=$WITH$1 verdict=ok
	shift

	TESTS=$((TESTS + 1))
	"$@" || verdict="not ok"
	say "$verdict $TESTS - $name" | tee -a "$TAP"
	[ "$verdict" = ok ] || say "# see $LOG, $OUT/rig/log/check-e2e-${SHARE##*/}.*, $SHARE/out"
}

# run SCENARIO GUEST...: boot the rig with that guest; sets LOG, SHARE, STATUS.
run() {
	local name=$1 start=$SECONDS
	shift

	SHARE=$RESULTS/$name
	LOG=$RESULTS/$name.log
	STATUS=0
	e2e_share "$SHARE" "$DISK"
	[ -z "$CLIENT" ] || cp -r "$CLIENT"/bin "$CLIENT"/lib "$SHARE/"
	e2e_boot "check-e2e-$name" "$SHARE" "${OPTIONS[@]}" -- "$@" >"$LOG" 2>&1 </dev/null || STATUS=$?
	say "# $name: $((SECONDS - start)) s"
}
ended_well() { [ "$STATUS" -eq 0 ]; }
# saw_all COUNT PREFIX: that many pictures of such a name, and none was missed.
saw_all() {
	[ "$(grep -c "^viewer: saw $2" "$LOG")" -eq "$1" ] && ! grep -q "^viewer: missed $2" "$LOG"
}
exports() { sed -n "s/^exports: \([0-9]*\) $1\$/\1/p" "$LOG"; }
old_exports_went() {
	at_least $((QEMU_CACHE + 1)) && [ "$(exports shown)" -le "$QEMU_CACHE" ] &&
		[ "$(exports left)" -eq 0 ]
}
saw() { grep -q "^viewer: saw $1 " "$LOG"; }
# A viewer that has seen no picture at all proves nothing, so that is a failure.
never_saw_another_guest() {
	grep -q '^viewer: never saw ' "$LOG" && ! grep -Eq '^viewer: (saw a pixel |0 pictures seen)' "$LOG"
}
no_ioctl_failed() { grep -q '^ioctls: ' "$LOG" && ! grep '^ioctls: ' "$LOG" | grep -qv ' 0 errors$'; }
ids() { sed -n 's/^ioctls: .* \([0-9]*\) distinct dma-buf ids.*/\1/p' "$LOG"; }
between() { at_least "$1" && [ "$(ids)" -le "$2" ]; }
at_least() { [ "$(ids)" -ge "$1" ]; } 2>/dev/null
slab_is_bounded() {
	awk -v limit="$SLAB_GROWTH" '
		/slab grew by/ { n++; if ($(NF - 1) > limit) bad = 1 }
		END { exit !n || bad }' "$LOG"
}

FIRMWARE=(-kernel /share/firmware.elf)

scenario_firmware() {
	run firmware "${FIRMWARE[@]}"
	result "firmware: the viewer's picture equals the guest's, pixel for pixel" saw firmware-1
	result "firmware: no ioctl failed, the kernel log is clean" ended_well_quietly
}
scenario_console() {
	run console "${E2E_LINUX[@]}" -append "$E2E_ARGS e2e.run=kms-desktop,console"
	result "console: the viewer's picture equals the framebuffer, pixel for pixel" saw linux-console
	result "console: no ioctl failed, the kernel log is clean" ended_well_quietly
}
scenario_flips() {
	run flips "${E2E_LINUX[@]}" \
		-append "$E2E_ARGS e2e.run=kms-desktop,flips:$((FLIPS / 2)):2,flips:$((FLIPS / 2)):3"
	result "flips: between 2 buffers, each picture is one frame and each frame comes" saw "2 frames:"
	result "flips: between 3 buffers, each picture is one frame and each frame comes" saw "3 frames:"
	# Three buffers, and the console if QEMU has looked by then
	result "flips: a buffer keeps its id" between 3 4
	result "flips: the kernel keeps no more memory after them" slab_is_bounded
	result "flips: no ioctl failed, the kernel log is clean" ended_well_quietly
}
scenario_churn() {
	local count

	run churn "${FIRMWARE[@]}" -append flips=2000
	for count in 2 3 7; do
		result "churn: among $count buffers, each picture is one frame and each frame comes" saw "$count frames:"
	done
	# Of seven buffers QEMU keeps five and fetches the others again.
	result "churn: a buffer keeps its id" between 7 7
	result "churn: the kernel keeps no more memory after them" slab_is_bounded
	result "churn: no ioctl failed, no page stays pinned, the kernel log is clean" ended_well_quietly
}
scenario_owners() {
	E2E_RUN=owners-run
	run owners firmware
	E2E_RUN=
	result "owners: a guest that resets its machine shows a picture again" saw firmware-2
	result "owners: after that, the next one shows its picture" saw firmware-3
	result "owners: after QEMU was killed, the next one shows its picture" saw firmware-4
	result "owners: after a guest that crashed, the next one shows its picture" saw firmware-5
	result "owners: no pixel of a guest is shown to the viewer of the next" never_saw_another_guest
	result "owners: no ioctl failed, no page stays pinned, the kernel log is clean" ended_well_quietly
}
scenario_restarts() {
	E2E_RUN=owners-run
	# shellcheck disable=SC2086	# words, and "$@" there
	run restarts linux $E2E_ARGS
	E2E_RUN=
	result "restarts: Linux shows its picture" saw linux-1
	result "restarts: after its reboot it shows a picture again" saw linux-2
	result "restarts: after its panic it shows a picture again" saw linux-3
	result "restarts: after QEMU was killed, the next one shows its picture" saw linux-4
	result "restarts: after a panic that ended QEMU, the next one shows its picture" saw firmware-5
	result "restarts: no pixel of a guest is shown to the viewer of the next" never_saw_another_guest
	result "restarts: no ioctl failed, no page stays pinned, the kernel log is clean" ended_well_quietly
}
scenario_pair() {
	local options=("${OPTIONS[@]}") tag

	OPTIONS+=(--vgpus 2)
	E2E_RUN=pair-run E2E_HOST=(E2E_FLIPS=1500)
	run pair "${FIRMWARE[@]}"
	E2E_RUN='' E2E_HOST=()
	OPTIONS=("${options[@]}")
	for tag in 1 2; do
		result "pair: guest $tag shows its picture" saw "firmware-$tag"
	done
	result "pair: while both flip, each picture is one frame of its guest" both_flipped
	result "pair: no pixel of one guest is shown to the viewer of the other" never_saw_another_guest
	result "pair: the kernel log is clean" ended_well
}
both_flipped() { [ "$(grep -c '^viewer: saw [237] frames: ' "$LOG")" -eq 6 ] && ! grep -q '^viewer: missed ' "$LOG"; }
scenario_planes() {
	E2E_HOST=(E2E_XRES=1024 E2E_YRES=768)
	run planes "${E2E_LINUX[@]}" -append "$E2E_ARGS e2e.run=kms-planes,modes:3,cursor"
	E2E_HOST=()
	result "modes: three sizes, down and up, each picture whole and of that size" saw_all 12 mode-
	result "modes: the exports of old sizes go away" old_exports_went
	saw_cursor
	result "planes: no ioctl failed, the kernel log is clean" ended_well_quietly
}
saw_cursor() {
	result "cursor: shown inside, it is where the guest put it" saw cursor-inside
	result "cursor: partly off an edge, its other part is shown" saw_all 4 cursor-over-
	result "cursor: its picture changes" saw cursor-changed
	result "cursor: its size changes" saw_all 2 cursor-bigger
	result "cursor: hidden, it is gone; shown again, it is back" hidden_and_back
}
# QEMU hands the dma-buf on: it has no part in reading it.
scenario_client() {
	local tiles=,tiles:y

	[ "$PLATFORM" != bdw ] || tiles=	# its planes have none
	E2E_HOST+=(E2E_VIEWER=dbus)
	run "${1:-client}" "${E2E_LINUX[@]}" \
		-append "$E2E_ARGS e2e.run=kms-planes,tiles:none,tiles:x$tiles,tiles:none,${2:-pointer}"
	E2E_HOST=()
	result "client: another process reads the picture from QEMU's dma-buf" saw tiles-none
	result "client: X tiles are said to be X tiles, and hold the picture" saw_tiled x 0x100000000000001
	if [ -n "$tiles" ]; then
		result "client: Y tiles are said to be Y tiles, and hold the picture" saw_tiled y 0x100000000000002
	else
		result "client: Y tiles # SKIP Broadwell does not display them" true
	fi
	result "client: no hotspot is known until the guest says" saw pointer-inside
	result "client: the hotspot is the guest's" saw pointer-hotspot
	result "client: a cursor partly off two edges has a negative position" saw pointer-over-edges
	result "client: another cursor, another hotspot" saw pointer-changed
	result "client: a hidden cursor is hidden" saw pointer-hidden
	result "client: no ioctl failed, the kernel log is clean" ended_well_quietly
}
saw_tiled() { saw "tiles-$1" && grep -q "^viewer: got a dma-buf .* modifier $2: ok" "$LOG"; }
# The importer is another card, with a driver that shares no code with i915.
scenario_card() {
	local options=("${OPTIONS[@]}")

	E2E_HOST=(E2E_VIEWER=cirrus)
	OPTIONS+=(--device cirrus-vga --append iomem=relaxed)
	run card "${E2E_LINUX[@]}" -append "$E2E_ARGS e2e.run=kms-planes,frames:4"
	E2E_HOST=()
	OPTIONS=("${options[@]}")
	result "card: another card imports the dma-buf and displays it, pixel for pixel" saw_all 4 frame-
	result "card: no ioctl failed, the kernel log is clean" ended_well_quietly
}
scenario_libvirt() {
	E2E_HOST=(E2E_VMM=libvirt)
	run libvirt /share/firmware.elf
	E2E_HOST=()
	result "libvirt: virt-xml-validate accepts the domain of docs" \
		grep -q "^qemu: .*libvirt-domain.xml validates$" "$LOG"
	result "libvirt: it starts that domain, and the viewer's picture is right" saw firmware-1
	result "libvirt: no ioctl failed, the kernel log is clean" ended_well_quietly
}
# The client of the display event, and beside it the one that polls
scenario_event() {
	local polls queries displays

	E2E_HOST=(E2E_WAKEUPS=1)
	run polled "${FIRMWARE[@]}" -append still=600
	result "event: Debian's QEMU shows the picture and asks for it all the while" asked_often
	result "event: it shows the next picture after that, and the one before; no ioctl failed" moved_on
	polls=$(still_figures)
	CLIENT=$("$SCRIPTS/qemu-patched.sh" --path)
	displays=$(cat "$CLIENT/displays")
	E2E_HOST+=(E2E_QEMU=/share/bin/qemu-system-x86_64 E2E_VIEWER=vnc "E2E_DISPLAYS='$displays'")
	# With 22 updates one of seven buffers is missed in one run of five, with 90 in 1 of 100,000.
	run event "${FIRMWARE[@]}" -append "still=$STILL,flips=2400"
	result "event: QEMU with qemu/patches loads its displays" grep -qx "displays: $displays" "$LOG"
	result "event: it shows the picture" saw firmware-1
	if [ $VARIANT = stock ]; then
		result "event: it asks as often where the kernel has no event" asked_often
	else
		result "event: while the picture is still, it looks every three seconds at most, and sleeps" slept
	fi
	result "event: it shows the next picture after that, and the one before" saw_all 2 moved-
	for queries in 2 3 7; do
		result "event: among $queries buffers, each picture is one frame and each frame comes" saw "$queries frames:"
	done
	result "event: no ioctl failed, no page stays pinned, the kernel log is clean" ended_well_quietly
	say "# Debian's QEMU: $polls"
	say "# with qemu/patches: $(still_figures)"

	E2E_HOST=(E2E_QEMU=/share/bin/qemu-system-x86_64 E2E_VIEWER=vnc)
	run desktop "${E2E_LINUX[@]}" -append "$E2E_ARGS e2e.run=kms-desktop,flips:$FLIPS:3"
	E2E_HOST=() CLIENT=
	result "event: it shows the desktop of a Linux guest, each picture is one frame and each frame comes" saw "3 frames:"
	result "event: no ioctl failed there, no page stays pinned, the kernel log is clean" ended_well_quietly
}
# What the guest shows is drawn by Debian's programs, and read back by one of ours.
scenario_desktop() {
	local desktop

	DISK=$("$SCRIPTS/e2e/e2e-desktop.sh" --path)
	for desktop in $DESKTOPS; do
		"desktop_$desktop"
		result "$desktop: each picture is another" pictures_differ
		result "$desktop: no ioctl failed, no page stays pinned, the kernel log is clean" ended_well_quietly
	done
	DISK=
}
desktop_xorg() {
	local size

	E2E_HOST=(E2E_XRES=1024 E2E_YRES=768)
	run_desktop xorg
	result "xorg: its first picture, with a window manager, a terminal and a clock" saw xorg-first
	for size in 800x600 640x480; do
		result "xorg: xrandr changes the mode to $size" saw_size $size
	done
	result "xorg: and back, to the same picture" back_at_the_first
	result "xorg: text scrolls in the terminal" saw xorg-scrolled
}
desktop_weston() {
	run_desktop weston
	result "weston: its shell" saw weston-shell
	result "weston: its terminal" saw weston-terminal
	result "weston: text scrolls in the terminal" saw weston-scrolled
}
desktop_kms() {
	local format

	run_desktop kms fbcon,modetest
	result "kms: dialog, as an installer has it" saw_all 2 fbcon-[dp]
	result "kms: text scrolls" saw fbcon-scrolled
	for format in XR24 XB24 RG16 XR30 XB30; do
		result "kms: modetest in $format" saw_format $format
	done
}
saw_size() { saw "xorg-$1" && said "xorg-$1: $1 in XR24.*"; }
back_at_the_first() { saw xorg-back && cmp "$SHARE/out/xorg-first.png" "$SHARE/out/xorg-back.png"; }
said() { grep -q "^guest: say $1\$" "$LOG"; }
saw_format() { saw "modetest-$1" && said "modetest-$1: 640x480 in $1"; }
# run_desktop NAME [DESKTOP,...]: those, or the one of that name
run_desktop() {
	E2E_HOST+=(E2E_NICE=19)
	# QEMU's main thread would let the disk wait until it has rendered a frame.
	run "$1" "${E2E_LINUX[@]}" -object iothread,id=disk \
		-drive file=/share/desktop.squashfs,format=raw,if=none,id=root,readonly=on \
		-device virtio-blk-pci,drive=root,iothread=disk \
		-append "$E2E_ARGS e2e.root=/dev/vda video=640x480 e2e.run=guest-desktop,${2:-$1}"
	E2E_HOST=()
	rm "$SHARE/desktop.squashfs"	# it is big, and in the cache
}
pictures_differ() {
	grep -q '^viewer: [1-9][0-9]* pictures seen, 0 missed' "$LOG" &&
		! find "$SHARE/out" -name '*.png' ! -name '*-back.png' -exec cksum {} + | cut -d' ' -f1 | sort | uniq -d | grep -q .
}
# Lines come in place into a framebuffer that stays. A client of D-Bus reads what it is
# told of, and for each line no update of all. What VNC's clients get says little: QEMU
# compares what has changed with what they have, and the rest of it every three seconds.
# So with VNC it is asked where it has found changes.
scenario_typing() {
	CLIENT=$("$SCRIPTS/qemu-patched.sh" --path)
	E2E_HOST=(E2E_QEMU=/share/bin/qemu-system-x86_64 E2E_TRACE=vfio_display_damage)
	run_typing dbus dbus "$TYPED"
	if [ $VARIANT = stock ]; then
		result "typing: each line costs all bytes where the kernel does not say where it is" lines_cost_all "$TYPED"
	else
		result "typing: each line is there by its own rectangles, pixel for pixel" saw_all_by_parts "$TYPED"
		result "typing: none of these is larger than a twentieth of the picture" parts_are_small
	fi
	result "typing: a picture without a pixel of the last one costs all of its bytes" cost_all negative-1
	result "typing: no ioctl failed, no page stays pinned, the kernel log is clean" ended_well_quietly

	E2E_HOST=(E2E_QEMU=/share/bin/qemu-system-x86_64 E2E_TRACE=vfio_display_damage)
	run_typing vnc vnc "$TYPED"
	result "typing: VNC shows each line, pixel for pixel" saw_all "$TYPED" line-
	[ $VARIANT = stock ] ||
		result "typing: there, QEMU finds changes where the lines are, all of them and nothing else" found_lines
	result "typing: no ioctl failed there, no page stays pinned, the kernel log is clean" ended_well_quietly

	CLIENT=
	run_typing debian dbus 2
	result "typing: with Debian's QEMU each line costs all bytes" lines_cost_all 2
}
# run_typing NAME VIEWER LINES
run_typing() {
	E2E_HOST+=("E2E_VIEWER=$2")
	run "typing-$1" "${FIRMWARE[@]}" -append "lines=$3"
	E2E_HOST=()
	say "# $1: bytes of the lines: $(bytes_of line- | xargs); of a whole picture: $(bytes_of negative-)"
}
# bytes_of PREFIX: what the updates of such pictures brought
bytes_of() { sed -n "s/^viewer: saw $1.* \([0-9]*\) bytes, .*/\1/p" "$LOG"; }
cost_all() { [ "$(bytes_of "$1")" -ge $WHOLE ]; } 2>/dev/null
lines_cost_all() {
	saw_all "$1" line- && [ "$(bytes_of line- | awk -v whole=$WHOLE '$1 >= whole' | wc -l)" -eq "$1" ]
}
saw_all_by_parts() { saw_all "$1" line- && [ "$(grep -c '^viewer: saw line-[0-9]* by parts ' "$LOG")" -eq "$1" ]; }
parts_are_small() {
	sed -n 's/^viewer: saw line-.* bytes, \([0-9]*\) at once$/\1/p' "$LOG" |
		awk -v whole=$WHOLE '!$1 || $1 * 20 > whole { bad = 1 } END { exit bad || !NR }'
}
# In the trace: rectangles, and whether all is updated nevertheless. Line n is in rows
# 64 + 16 n to 72 + 16 n, and its pages end two rows later. Where all was updated,
# VNC's client may have seen a line that QEMU finds with the next one; and none of the
# last may be found any more.
found_lines() {
	sed -nE 's/^qemu: .*vfio_display_damage .* ([0-9]+), ([0-9]+) - ([0-9]+), ([0-9]+), update all: ([01])$/\1 \2 \3 \4 \5/p' "$LOG" |
		awk -v lines="$TYPED" '
			{ all += $5 }
			$1 >= $3 || $1 + $2 == 0 && $3 == 320 && $4 == 240 { next }
			$1 > 16 || $3 < 176 || $2 < 64 { bad = 1; next }
			{
				first = int(($2 - 64) / 16)
				last = int(($4 - 65) / 16)
				if (last >= lines || $4 > 74 + 16 * last) bad = 1
				if (last > first) more++
				for (n = first; n <= last; n++) {
					if (!(n in top) || $2 < top[n]) top[n] = $2
					if (!(n in end) || $4 > end[n]) end[n] = $4
				}
			}
			END {
				for (n = 0; n < lines - 1; n++)
					if (!(n in top) || top[n] > 64 + 16 * n || end[n] < 72 + 16 * n) bad = 1
				exit bad || more > all
			}'
}
# What Debian's QEMU can do, it can still do with qemu/patches.
scenario_patched() {
	CLIENT=$("$SCRIPTS/qemu-patched.sh" --path)
	WITH="with qemu/patches: "
	E2E_HOST=(E2E_QEMU=/share/bin/qemu-system-x86_64)
	scenario_client patched-client pointer:back
	result "client: shown again where it was, it is there" saw pointer-back
	result "client: it is never told to show nothing" never_told_to_show_nothing
	E2E_HOST=(E2E_QEMU=/share/bin/qemu-system-x86_64 E2E_VIEWER=vnc E2E_XRES=1024 E2E_YRES=768)
	run patched-cursor "${E2E_LINUX[@]}" -append "$E2E_ARGS e2e.run=kms-planes,cursor"
	E2E_HOST=() CLIENT=
	saw_cursor
	result "cursor: no ioctl failed, no page stays pinned, the kernel log is clean" ended_well_quietly
	WITH=
}
never_told_to_show_nothing() { ended_well && ! grep -q '^viewer: told to show nothing' "$LOG"; }
still_figures() { sed -n 's/^still: //p' "$LOG"; }
# still NAME: seconds, queries or wakeups while the guest showed the same
still() {
	sed -nE 's/^still: ([0-9]+).* s, ([0-9]+) plane queries, QEMU woke up ([0-9]+) times$/seconds=\1 queries=\2 wakeups=\3/p' \
		"$LOG" | grep -o "$1=[0-9]*" | cut -d= -f2
}
# Without figures they fail: in an expression of bash an empty one would end the script.
asked_often() {
	local queries seconds

	queries=$(still queries) seconds=$(still seconds)
	[ -n "$seconds" ] && saw firmware-1 && [ "$queries" -ge $((2 * seconds)) ]
} 2>/dev/null
# Its displays look after their own clients every 3 s, and it at both planes.
slept() {
	local seconds looks

	seconds=$(still seconds)
	[ -n "$seconds" ] || return
	looks=$((2 * (seconds / 3 + 1)))
	[ "$(still queries)" -le $looks ] &&
		[ "$(still wakeups)" -le $((seconds / 2)) ]
} 2>/dev/null
moved_on() { saw_all 2 moved- && ended_well_quietly; }
hidden_and_back() { saw cursor-hidden && saw cursor-back; }
ended_well_quietly() { ended_well && no_ioctl_failed; }

for SCENARIO in "${SCENARIOS[@]}"; do
	[[ $(type -t "scenario_$SCENARIO") == function ]] || die "unknown scenario $SCENARIO (see --help)"
done
e2e_build $VARIANT
rm -rf "$RESULTS"
mkdir -p "$RESULTS"
say "TAP version 13" >"$TAP"
for SCENARIO in "${SCENARIOS[@]}"; do
	"scenario_$SCENARIO"
done
say "1..$TESTS" | tee -a "$TAP"
"$SCRIPTS/lib/ktap.sh" e2e <"$TAP" >"$RESULTS/count"
read -r passed failed skipped <"$RESULTS/count"
say "check-e2e: $SECONDS s"
say "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] || exit 1
