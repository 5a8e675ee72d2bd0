# SPDX-License-Identifier: GPL-2.0-or-later
# Checks for gvt-dmabuf-report of what runs on the host: QEMU, its process that has a
# vGPU, and the planes that the guest shows. Sourced after host.sh, never run.

# shellcheck shell=bash

# --- QEMU -------------------------------------------------------------------

check_qemu() {
	local qemu displays=() display

	heading "QEMU"
	qemu=$(command -v qemu-system-x86_64 || :)
	if [ -z "$qemu" ]; then
		wrong "There is no qemu-system-x86_64." "apt install qemu-system-x86 qemu-system-gui"
		return
	fi
	fact "$("$qemu" --version | head -n 1)"
	for display in $("$qemu" -display help 2>/dev/null | sed 1d); do
		! one_of "$display" gtk sdl egl-headless dbus spice-app || displays+=("$display")
	done
	fact "displays: ${displays[*]:-none}"
	one_of egl-headless "${displays[@]}" || one_of dbus "${displays[@]}" ||
		wrong "This QEMU has no OpenGL, without which it cannot show a dma-buf." \
			"apt install qemu-system-gui (Debian 13: also qemu-system-modules-opengl)."
	if grep -qs 'eglCreateImageKHR failed' "$ROOT"/var/log/libvirt/qemu/*.log; then
		wrong "QEMU could not import a dma-buf (eglCreateImageKHR failed, in /var/log/libvirt/qemu): it renders on a GPU, or with a software renderer, that does not know the tiling of Intel's GPU." \
			"Render on Intel's node: <gl rendernode='$(render_node)'/>, or -display egl-headless,rendernode=$(render_node)."
	fi
}
# The GPU's own render node
render_node() {
	local node

	for node in "$ROOT/sys/bus/pci/devices/$GPU/drm"/renderD*; do
		[ ! -e "$node" ] || echo "/dev/dri/${node##*/}"
	done
}

# holder_of UUID: the process that has the vGPU open, by its group or, with IOMMUFD, by
# its character device
holder_of() {
	local fd device

	for device in "$ROOT/sys/bus/mdev/devices/$1/vfio-dev"/*; do :; done
	fd=$(find "$ROOT"/proc/[0-9]*/fd \( -lname "$(node_of "$1")" -o -lname "/dev/vfio/devices/${device##*/}" \) \
		-print -quit 2>/dev/null || :)
	fd=${fd#"$ROOT/proc/"}
	printf '%s\n' "${fd%%/*}"
}
# kilobytes SIZE: of QEMU's -m; without a unit it is in MB
kilobytes() {
	local size=${1#*size=} n

	size=${size%%,*}
	n=${size%%[!0-9]*}
	case $size in
	*[gG]) echo $((n << 20)) ;;
	*[kK]) echo "$n" ;;
	*) echo $((n << 10)) ;;
	esac
}
# check_process PID UUID: a QEMU that has the vGPU. Of its command line only the words
# that matter here are printed.
check_process() {
	local pid=$1 uuid=$2 words word before='' device='' gl='' memory=0 limit caps nodes

	mapfile -d '' -t words <"$ROOT/proc/$pid/cmdline" || :
	fact "program: ${words[0]##*/}"
	[[ ${words[0]##*/} == *qemu* ]] || return 0
	for word in "${words[@]}"; do
		case $before in
		-device) [[ $word != *"$uuid"* ]] || device=$word ;;
		-display | -spice)
			if [[ $word =~ egl-headless|gl\"?[=:]\ ?\"?(on|es|core|true) ]]; then gl=$word; fi
			fact "$before $(grep -oE '^[a-z-]+|gl"?[=:]"?[a-z]+|rendernode"?[=:]"?[a-zA-Z0-9/]+|"type":"[a-z-]+"' <<<"$word" | tr '\n' ' ')"
			;;
		-vga | -machine) fact "$before ${word%%,*}" ;;
		-m) memory=$(kilobytes "$word") ;;
		esac
		before=$word
	done
	fact "vGPU: $(grep -oE 'vfio-pci[a-z-]*|(display|ramfb|x-igd-opregion)"?[=:]"?[a-z]+' <<<"$device" | tr '\n' ' ' || :)"
	nodes=$(find "$ROOT/proc/$pid/fd" -type l -printf '%l\n' 2>/dev/null | grep -E '^/dev/(dri/|nvidia)' | sort -u || :)
	fact "renders on: ${nodes//$'\n'/ }"

	if [[ ! $device =~ display\"?[=:]\"?(on|auto) ]]; then
		wrong "QEMU does not show the vGPU: its device has no display=on." \
			"-device vfio-pci,...,display=on; in libvirt's XML <hostdev ... model='vfio-pci' display='on'>."
	elif [ -z "$gl" ]; then
		wrong "QEMU was started without an OpenGL display." \
			"-display gtk,gl=on or egl-headless or dbus,gl=on; in libvirt's XML <gl enable='yes'/> in <graphics>."
	fi
	if tr '\0' '\n' <"$ROOT/proc/$pid/environ" | grep -qE '^(LIBGL_ALWAYS_SOFTWARE=(1|true)|GALLIUM_DRIVER=(llvmpipe|softpipe))$'; then
		SOFTWARE=1
		fact "it renders with software"
	fi
	if [ -n "$nodes" ] && ! grep -qxF "$(render_node)" <<<"$nodes" && ! grep -q '^/dev/dri/card' <<<"$nodes"; then
		OTHER_GPU=${nodes//$'\n'/ }
	fi
	# Who has CAP_IPC_LOCK may lock all.
	limit=$(slurp "/proc/$pid/limits" | awk '/^Max locked memory/ { print $4 }')
	caps=$(slurp "/proc/$pid/status" | awk '/^CapEff:/ { print $2 }')
	fact "may lock: ${limit:-?} bytes, capabilities: ${caps:-?}, memory of the guest: $memory kB"
	if [[ $limit =~ ^[0-9]+$ ]] && [ $((16#${caps:-0} >> 14 & 1)) = 0 ] && [ $((limit >> 10)) -lt "$memory" ]; then
		wrong "QEMU may lock only $((limit >> 10)) kB, less than the guest's $memory kB: the vGPU cannot reach all of it." \
			"Raise \"memlock\" for who runs QEMU in /etc/security/limits.d, and log in again."
	fi
}

# --- planes -----------------------------------------------------------------

# Reasons why a plane is refused, and what helps. Any other is a value that no driver
# writes on purpose.
declare -A REMEDY=(
	["compressed"]="Start the guest's Mesa with INTEL_DEBUG=noccs (older: norbc), in /etc/environment of the guest."
	["encrypted"]="The guest shows protected content, which cannot be exported. Play it without protection."
	["pixel format"]="The guest shows a format that one dma-buf cannot carry, such as NV12. For a video in Windows: set the DWORD OverlayTestMode = 5 in HKLM\\SOFTWARE\\Microsoft\\Windows\\Dwm of its registry and restart it. In Linux: turn overlay planes off in the compositor."
	["rotated"]="Set the guest's screen to no rotation."
	["first pixel is inside a page"]="The guest pans a framebuffer that is larger than its screen. Make both the same size."
	["first pixel is inside a tile"]="The guest pans a framebuffer that is larger than its screen. Make both the same size."
	["keyed or constant alpha"]="The guest blends this plane by a key. Turn overlay planes off in its compositor or player."
	["cursor is no ARGB, or rotated"]="Only the pointer is missing. Choose another pointer scheme in the guest, or one that the software draws."
	["alpha of the cursor is forced"]="Only the pointer is missing. Choose another pointer scheme in the guest."
	["not in the vGPU's share of the GGTT"]="The guest's driver does not know that it has a vGPU. Use a driver of Linux 4.16 or later, or Intel's for Windows that supports GVT-g."
	["page is not mapped"]="The guest has not mapped its framebuffer. If it stays so, restart the guest."
	["no memory"]="The host is out of memory."
	["no more ids"]="Restart the guest: the ids of its framebuffers are used up."
	["unknown display version"]="The GPU is newer than the modules."
)
REMEDY["scaled"]=${REMEDY["pixel format"]#*such as NV12. }
REMEDY["rotated or colour-keyed"]=${REMEDY["rotated"]}
REMEDY["rotated or mirrored"]=${REMEDY["rotated"]}

DEBUGFS=/sys/kernel/debug
SOFTWARE=	# QEMU renders with software
OTHER_GPU=	# or on this
# directory_of N: of vgpuN in debugfs
directory_of() {
	local dir

	for dir in "$ROOT$DEBUGFS"/dri/*/gvt/vgpu"$1"; do
		[ ! -d "$dir" ] || { printf '%s\n' "${dir#"$ROOT"}" && return; }
	done
}
check_planes() {
	local uuid number holder dir

	[ ${#VGPUS[@]} -gt 0 ] || return 0
	if ! has "$DEBUGFS/dri"; then
		wrong "debugfs is not mounted, so what the planes show cannot be found out." \
			"mount -t debugfs none /sys/kernel/debug, and run this again."
	fi
	for uuid in "${VGPUS[@]}"; do
		number=$(number_of "$uuid")
		SOFTWARE='' OTHER_GPU=''
		heading "vGPU $number"
		holder=$(holder_of "$uuid")
		if [ -z "$holder" ]; then
			fact "no process has it open"
			note "No virtual machine uses vGPU $number: start it, and run this again while its screen is black."
			continue
		fi
		check_process "$holder" "$uuid"
		dir=$(directory_of "$number")
		if [ -z "$dir" ] || ! has "$dir/planes"; then
			fact "no file planes in debugfs"
			continue
		fi
		check_planes_of "$number" "$dir" "$(resolution_of "$uuid")"
	done
}

# check_planes_of NUMBER DIRECTORY LARGEST-MODE
check_planes_of() {
	local number=$1 dir=$2 largest=$3 planes dmabufs pipe primary plane text what

	planes=$(slurp "$dir/planes")
	# Between two modes a plane is refused for a moment.
	if grep -q 'refused:' <<<"$planes"; then
		sleep 1
		planes=$(slurp "$dir/planes")
	fi
	dmabufs=$(slurp "$dir/dmabufs")
	fact "$planes"
	fact "dma-bufs:"$'\n'"$dmabufs"
	[[ $planes =~ pipe\ ([A-Z]),\ primary\ is\ plane\ ([0-9]) ]] || return 0
	pipe=${BASH_REMATCH[1]}
	if [ "${BASH_REMATCH[2]}" != 1 ]; then
		note "vGPU $number shows a plane below its desktop, as Windows does with a video. A client that shows only the primary plane has a black hole there: OverlayTestMode = 5, see \"pixel format\" in hardware.md."
	fi
	if ! grep '^pipe ' <<<"$planes" | grep -qv 'off: pipe is off$'; then
		wrong "All pipes of vGPU $number are off: its guest has no driver for the GPU, or the driver has not started yet." \
			"Wait for the guest to boot. See that its i915 (Linux) or Intel's driver (Windows) has found the GPU. For a picture before that, use vfio-pci-nohotplug,ramfb=on."
		return
	fi
	for plane in primary overlay cursor; do
		text=$(sed -n "s/^pipe $pipe $plane: //p" <<<"$planes")
		case $text in
		"refused: "*)
			what=${text#refused: }
			what=${what%% (*}
			wrong "The $plane plane of vGPU $number cannot be exported: $what." \
				"${REMEDY[$what]-"The guest's driver has set the plane to what no GPU can show. If that lasts longer than a change of its mode, report it with what is below."}"
			;;
		esac
	done
	primary=$(sed -n "s/^pipe $pipe primary: //p" <<<"$planes")
	case $primary in
	"off: "*) wrong "The guest of vGPU $number has turned its screen off (${primary#off: })." "Wake it up: move its mouse, or press a key." ;;
	[0-9]*) check_export "$number" "$primary" "$dmabufs" "$largest" ;;
	esac
}
# check_export NUMBER PLANE DMABUFS LARGEST-MODE: a framebuffer is there. Is it shown?
check_export() {
	local number=$1 size gma modifier
	local -r dmabufs=$3 largest=$4

	[[ $2 =~ ^([0-9]+x[0-9]+)\ .*\ gma\ (0x[0-9a-f]+)\ .*\ modifier\ (0x[0-9a-f]+) ]] || return 0
	size=${BASH_REMATCH[1]} gma=${BASH_REMATCH[2]} modifier=${BASH_REMATCH[3]}
	[ "$size" != "$largest" ] ||
		note "The framebuffer of vGPU $number has $size pixels, the largest mode of its type. For more, create a vGPU of a larger type."
	if [ "$modifier" != 0x0 ] && [ -n "$SOFTWARE$OTHER_GPU" ]; then
		wrong "The framebuffer of vGPU $number is tiled, and QEMU renders ${OTHER_GPU:+on ${OTHER_GPU}}${SOFTWARE:+with software}, which does not know that tiling." \
			"Render on Intel's node: -display egl-headless,rendernode=$(render_node); in libvirt's XML <gl rendernode='$(render_node)'/>; or start the viewer with DRI_PRIME of that GPU."
	elif ! awk -v gma=$((gma)) 'NR > 1 { n++ } END { exit !n }' <<<"$dmabufs"; then
		wrong "vGPU $number has a framebuffer, and no client exports it." \
			"QEMU needs display=on at the device and a display with OpenGL. If it has both, see its messages (libvirt: /var/log/libvirt/qemu)."
	else
		note "The framebuffer of vGPU $number is exported, so the kernel has done its part. If the screen is black, the import or the viewer fails: see QEMU's messages.${modifier:+$(garbled "$modifier")}"
	fi
}
garbled() {
	[ "$1" = 0x0 ] || echo " If it is garbled, an old Mesa of the host takes it to be compressed: start QEMU with INTEL_DEBUG=norbc in its environment."
}
