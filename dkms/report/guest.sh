# SPDX-License-Identifier: GPL-2.0-or-later
# Checks for gvt-dmabuf-report of what runs on the host: QEMU, its process that has a
# vGPU, and the planes that the guest shows. Sourced after host.sh, never run.

# shellcheck shell=bash

# --- QEMU -------------------------------------------------------------------

# The GPU's own render node
render_node() {
	local node

	[ -n "$GPU" ] || return 0
	for node in "$ROOT/sys/bus/pci/devices/$GPU/drm"/renderD*; do
		[ ! -e "$node" ] || echo "/dev/dri/${node##*/}"
	done
}
# displays_of PROGRAM: those of a QEMU that matter
displays_of() {
	local display

	for display in $(timeout "$PATIENCE" "$1" -display help 2>/dev/null </dev/null | sed 1d); do
		! one_of "$display" gtk sdl egl-headless dbus spice-app || printf '%s ' "$display"
	done
}
has_opengl() { [[ " $1" == *" egl-headless "* || " $1" == *" dbus "* ]]; }
no_opengl() {
	wrong "This QEMU has no OpenGL, without which it cannot show a dma-buf." \
		"apt install qemu-system-modules-opengl (Debian 13), and qemu-system-gui for gtk and sdl. In Debian 12 qemu-system-x86 has it."
}
# The QEMU that root would start. One that runs is examined instead of it, in check_process.
check_qemu() {
	local program qemu='' displays

	heading "QEMU"
	for program in qemu-system-x86_64 kvm qemu-kvm /usr/libexec/qemu-kvm; do
		qemu=${qemu:-$(command -v "$program" || :)}
	done
	if [ -z "$qemu" ]; then
		fact "none that root would find"
		[ ${#HOLDER[@]} -gt 0 ] ||
			note "No QEMU was found in root's PATH. If there is none at all: apt install qemu-system-x86 qemu-system-gui (Debian 13: also qemu-system-modules-opengl)."
		return
	fi
	displays=$(displays_of "$qemu")
	fact "$(timeout "$PATIENCE" "$qemu" --version 2>/dev/null | sed 1q), displays: ${displays:-none}"
	[ ${#HOLDER[@]} -gt 0 ] || has_opengl "$displays" || no_opengl
}

# --- the process that has a vGPU --------------------------------------------

declare -A HOLDER=()	# its number, by UUID
declare -A STARTED=()	# when it was started, in seconds after the host
# holder_of UUID: the process that has the vGPU open, by its group or, with IOMMUFD, by
# its character device
holder_of() {
	local fd device

	for device in "$ROOT/sys/bus/mdev/devices/$1/vfio-dev"/*; do :; done
	[ -e "$device" ] || device=/none
	fd=$(find "$ROOT"/proc/[0-9]*/fd \( -lname "$(node_of "$1")" -o -lname "/dev/vfio/devices/${device##*/}" \) \
		-print -quit 2>/dev/null || :)
	fd=${fd#"$ROOT/proc/"}
	printf '%s\n' "${fd%%/*}"
}
# start_of PID: in seconds after the host, or nothing
start_of() {
	local stat fields

	# The name before it may have blanks.
	stat=$(slurp "/proc/$1/stat")
	read -ra fields <<<"${stat##*) }"
	[[ ! ${fields[19]-} =~ ^[0-9]+$ ]] || echo $((fields[19] / 100))	# USER_HZ
}
find_holders() {
	local uuid pid

	for uuid in "${VGPUS[@]}"; do
		pid=$(holder_of "$uuid")
		[ -n "$pid" ] || continue
		HOLDER[$uuid]=$pid
		# shellcheck disable=SC2034	# used by host.sh
		STARTED[$uuid]=$(start_of "$pid")
	done
}
# kilobytes SIZE: of QEMU's -m, which is in MB without a unit; 0 if it is not understood
kilobytes() {
	local size=${1#*size=} n

	[[ ${size%%,*} =~ ^([0-9]{1,12})([bBkKmMgGtT]?)$ ]] || { echo 0 && return; }
	n=$((10#${BASH_REMATCH[1]}))
	case ${BASH_REMATCH[2]} in
	[bB]) echo $((n >> 10)) ;;
	[kK]) echo $n ;;
	[gG]) echo $((n << 20)) ;;
	[tT]) echo $((n << 30)) ;;
	*) echo $((n << 10)) ;;
	esac
}

# What check_process finds out of the QEMU that has the vGPU, and check_export judges:
# a display may be missing only where no framebuffer is exported.
NO_DISPLAY=	# its device has no display=on
NO_GL=		# it was started without an OpenGL display
NO_OPENGL=	# it was built without
SOFTWARE=	# it renders with software
OTHER_GPU=	# or on this
NO_NODE=	# or with no file of /dev/dri
IMPORT_FAILED=	# its messages say so

# import_failed NAME: do the messages of that guest of libvirt say so, since its last start?
import_failed() {
	[ -n "$1" ] && [[ $1 != */* ]] || return 1
	awk '/starting up libvirt version/ { n = 0 } /eglCreateImageKHR failed/ { n++ } END { exit !n }' \
		"$ROOT/var/log/libvirt/qemu/$1.log" 2>/dev/null
}
# is_safe PID: may root run the program of that process? Not if it only says that it is QEMU,
# or another user could have written it.
is_safe() {
	local -r exe=/proc/$1/exe
	local owner mode

	[[ $(target "$exe") == @(*qemu*|kvm) ]] || return 1
	read -r owner mode <<<"$(stat -L -c '%u %a' "$ROOT$exe" 2>/dev/null)"
	one_of "$owner" 0 "$EUID" && [[ $mode =~ [0145]{2}$ ]] && [ -x "$ROOT$exe" ]
}
# check_process PID UUID: a process that has the vGPU. Of its command line only the words
# that matter here are printed.
check_process() {
	local pid=$1 words=() program

	NO_DISPLAY='' NO_GL='' NO_OPENGL='' SOFTWARE='' OTHER_GPU='' NO_NODE='' IMPORT_FAILED=''
	mapfile -d '' -t words < <(exec cat "$ROOT/proc/$pid/cmdline" 2>/dev/null)
	program=${words[0]-}
	program=${program##*/}
	if [[ $program != *qemu* && $program != kvm ]]; then
		fact "program: another than QEMU, or it has gone"
		return
	fi
	fact "program: QEMU"
	check_command_line "$@" "${words[@]}"
}
# check_command_line PID UUID WORD...
check_command_line() {
	local pid=$1 uuid=$2 exe=$ROOT/proc/$1/exe word before='' device='' by_fd=() set_by='' gl='' name=''
	local memory=0 displays whole=1
	shift 2

	for word; do
		case ${before/#--/-} in
		-device)
			if [[ $word == *"$uuid"* ]]; then
				device=$word
			elif [[ $word =~ vfio-pci.*[,\"]fd\"?[=:] ]]; then
				by_fd+=("$word")
			fi
			;;
		-set | -global) [[ ! $word =~ [.,]display=(on|auto)$ ]] || set_by=$word ;;
		-readconfig) whole='' ;;
		-display | -spice)
			if [[ $word =~ egl-headless|gl\"?[=:]\ ?\"?(on|es|core|true) ]]; then gl=$word; fi
			fact "$before $(grep -oE '^[a-z-]+|gl"?[=:]"?[a-z]+|rendernode"?[=:]"?[a-zA-Z0-9/]+|"type":"[a-z-]+"' <<<"$word" | tr '\n' ' ')"
			;;
		-vga | -machine) fact "$before ${word%%,*}" ;;
		-m) memory=$(kilobytes "$word") ;;
		-name)
			name=${word//,,/$'\n'}	# a comma of the name
			name=${name#*guest=}
			name=${name%%,*}
			name=${name//$'\n'/,}
			;;
		esac
		before=$word
	done
	[ -n "$device" ] || [ ${#by_fd[@]} -ne 1 ] || device=${by_fd[0]}
	fact "vGPU: $(grep -oE 'vfio-pci[a-z-]*|(display|ramfb|x-igd-opregion)"?[=:]"?[a-z]+' <<<"$device" | tr '\n' ' ' || :)"
	if [ -z "$device" ]; then
		fact "its device was not found in the command line"
	elif [ -z "$set_by" ] && [[ $device != *display* || ! ${device##*display} =~ ^\"?[=:]\ ?\"?(on|auto) ]]; then
		NO_DISPLAY=1
	fi
	if [ -z "$gl$whole" ]; then
		fact "it also reads a file of options"
	elif [ -z "$gl" ]; then
		NO_GL=1
	fi
	if is_safe "$pid"; then
		displays=$(displays_of "$exe")
		fact "it is $(timeout "$PATIENCE" "$exe" --version 2>/dev/null | sed 1q), displays: ${displays:-none}"
		has_opengl "$displays" || NO_OPENGL=1
	else
		fact "its version is not known, as root does not run another user's program"
	fi
	! import_failed "$name" || IMPORT_FAILED=1
	check_renderer "$pid" "$gl"
	check_memory "$pid" "$memory"
}
# check_renderer PID GL: on what does it render?
check_renderer() {
	local files nodes

	files=$(find "$ROOT/proc/$1/fd" -type l -printf '%l\n' 2>/dev/null || :)
	nodes=$(grep -E '^/dev/(dri/|nvidia)' <<<"$files" | sort -u || :)
	fact "renders on: ${nodes//$'\n'/ }"
	if grep -zqE '^(LIBGL_ALWAYS_SOFTWARE=(1|true)|GALLIUM_DRIVER=(llvmpipe|softpipe))$' "$ROOT/proc/$1/environ" 2>/dev/null; then
		SOFTWARE=1
		fact "it renders with software"
	elif [ -n "$2" ] && [ -n "$files" ] && [ -z "$nodes" ]; then
		NO_NODE=1
	fi
	if [ -n "$nodes" ] && ! grep -qxF "$(render_node)" <<<"$nodes" && ! grep -q '^/dev/dri/card' <<<"$nodes"; then
		OTHER_GPU=${nodes//$'\n'/ }
	fi
}
# check_memory PID KILOBYTES: may it lock so much?
check_memory() {
	local limit caps

	limit=$(slurp "/proc/$1/limits" | awk '/^Max locked memory/ { print $4 }')
	caps=$(slurp "/proc/$1/status" | awk '/^CapEff:/ { print $2 }')
	fact "may lock: ${limit:-?} bytes, capabilities: ${caps:-?}, memory of the guest: $2 kB (0: not known)"
	# CAP_IPC_LOCK lifts the limit.
	if [[ $limit =~ ^[0-9]+$ ]] && [ $((16#${caps:-0} >> 14 & 1)) = 0 ] && [ $((limit >> 10)) -lt "$2" ]; then
		wrong "QEMU may lock only $((limit >> 10)) kB, less than the guest's $2 kB: the vGPU cannot reach all of it." \
			"Raise \"memlock\" for the user that runs QEMU in /etc/security/limits.d, and log in again."
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
REMEDY["memory planes begin at different pixels"]=${REMEDY["scaled"]}
REMEDY["rotated or color-keyed"]=${REMEDY["rotated"]}
REMEDY["rotated or mirrored"]=${REMEDY["rotated"]}

DEBUGFS=/sys/kernel/debug
# directory_of N: of vgpuN in debugfs
directory_of() {
	local dir

	for dir in "$ROOT$DEBUGFS"/dri/*/gvt/vgpu"$1"; do
		[ ! -d "$dir" ] || { printf '%s\n' "${dir#"$ROOT"}" && return; }
	done
}
# unreadable WHAT NUMBER
unreadable() {
	wrong "The $1 of vGPU $2 cannot be read." "Shut the guest down and start it again. If that does not help, report it with what is below."
}
check_planes() {
	local uuid number dir mounted=1

	[ ${#VGPUS[@]} -gt 0 ] || return 0
	if ! has "$DEBUGFS/dri"; then
		mounted=
		wrong "debugfs is not mounted, so the state of the planes cannot be found out." \
			"mount -t debugfs none /sys/kernel/debug, and run this again."
	fi
	for uuid in "${VGPUS[@]}"; do
		number=$(number_of "$uuid")
		heading "vGPU $number"
		if [ -z "${HOLDER[$uuid]-}" ]; then
			fact "no process has it open"
			note "No virtual machine uses vGPU $number: start it, and run this again while its screen is black."
			continue
		fi
		check_process "${HOLDER[$uuid]}" "$uuid"
		dir=$(directory_of "$number")
		if [ -n "$dir" ] && has "$dir/planes"; then
			check_planes_of "$number" "$dir" "$(resolution_of "$uuid")"
		else
			fact "no file planes in debugfs"
			# Others have none, which has been said.
			[ -z "$mounted" ] || [ "$I915-$KVMGT" != ours-ours ] || unreadable planes "$number"
		fi
	done
}

# line_of PIPE PLANE PLANES: what the planes' file says of that one
line_of() { sed -n "s/^pipe $1 $2: //p" <<<"$3"; }
# is_exported PLANE DMABUFS: is there a dma-buf of what the plane scans out? Those of others,
# such as the cursor, and those that the guest has given up do not count.
is_exported() {
	local want gma state

	[[ $1 =~ \ gma\ (0x[0-9a-f]+)\  ]] || return 1
	printf -v want '0x%08x' $((BASH_REMATCH[1]))
	while read -r _ _ _ state _ _ _ _ _ gma _; do
		[ "$state-$gma" != "live-$want" ] || return 0
	done <<<"$2"
	return 1
}
# check_planes_of NUMBER DIRECTORY LARGEST-MODE
check_planes_of() {
	local number=$1 dir=$2 largest=$3 planes dmabufs pipe='' primary='' plane text what try

	for try in 1 2; do
		read_timed planes "$dir/planes" || return 0
		read_timed dmabufs "$dir/dmabufs" || return 0
		[[ ! $planes =~ pipe\ ([A-Z]),\ primary\ is\ plane ]] || pipe=${BASH_REMATCH[1]}
		primary=$(line_of "$pipe" primary "$planes")
		# Between two modes a plane is refused for a moment, and what a guest has just
		# flipped to is exported a moment later.
		[ $try = 1 ] || break
		[[ $planes != *refused:* ]] && is_exported "$primary" "$dmabufs" && break
		sleep 1
	done
	fact "$planes"
	fact "dma-bufs:"$'\n'"$dmabufs"
	if [[ ! $planes =~ pipe\ [A-Z],\ primary\ is\ plane\ ([0-9]) ]]; then
		unreadable planes "$number"
		return
	fi
	if [ "${BASH_REMATCH[1]}" != 1 ]; then
		note "vGPU $number shows a plane below its desktop, as Windows does with a video. A client that shows only the primary plane has a black hole there: OverlayTestMode = 5, see \"pixel format\" in hardware.md."
	fi
	if ! grep '^pipe ' <<<"$planes" | grep -v 'off: pipe is off$' >/dev/null; then
		wrong "All pipes of vGPU $number are off: its guest has no driver for the GPU, or the driver has not started yet." \
			"Wait for the guest to boot. See that its i915 (Linux) or Intel's driver (Windows) has found the GPU. To see the guest before that, use vfio-pci-nohotplug,ramfb=on."
		return
	fi
	for plane in primary overlay cursor; do
		text=$(line_of "$pipe" "$plane" "$planes")
		case $text in
		"refused: "*)
			what=${text#refused: }
			what=${what%% (*}
			wrong "The $plane plane of vGPU $number cannot be exported: $what." \
				"${REMEDY[$what]-"The guest's driver has set the plane to what no GPU can show. If that lasts longer than a change of its mode, report it with what is below."}"
			;;
		esac
	done
	case $primary in
	"off: "*) wrong "The guest of vGPU $number has turned its screen off (${primary#off: })." "Wake it up: move its mouse, or press a key." ;;
	[0-9]*)
		if [ -n "$dmabufs" ]; then
			check_export "$number" "$primary" "$dmabufs" "$largest"
		else
			unreadable dma-bufs "$number"
		fi
		;;
	esac
}
# check_export NUMBER PLANE DMABUFS LARGEST-MODE: a framebuffer is there. Is it shown?
check_export() {
	local number=$1 size modifier node
	local -r dmabufs=$3 largest=$4

	[[ $2 =~ ^([0-9]+x[0-9]+)\ .*\ modifier\ (0x[0-9a-f]+) ]] || return 0
	size=${BASH_REMATCH[1]} modifier=${BASH_REMATCH[2]}
	node=$(render_node)
	[ "$size" != "$largest" ] ||
		note "The framebuffer of vGPU $number has $size pixels, the largest mode of its type. For more, create a vGPU of a larger type."
	if [ "$modifier" != 0x0 ] && [ -n "$SOFTWARE$OTHER_GPU" ]; then
		wrong "The framebuffer of vGPU $number is tiled, and QEMU renders ${OTHER_GPU:+on ${OTHER_GPU}}${SOFTWARE:+with software}, which does not know that tiling." \
			"Render on Intel's node: -display egl-headless,rendernode=$node; in libvirt's XML <gl rendernode='$node'/>; or start the viewer with DRI_PRIME of that GPU."
	elif [ -n "$IMPORT_FAILED" ]; then
		wrong "QEMU could not import a dma-buf (eglCreateImageKHR failed, in /var/log/libvirt/qemu): it renders on a GPU, or with a software renderer, that does not know the tiling of Intel's GPU." \
			"Render on Intel's node: <gl rendernode='$node'/>, or -display egl-headless,rendernode=$node."
	elif [ -n "$NO_NODE" ]; then
		wrong "QEMU renders with software, or may not open $node: it has no file of /dev/dri open." \
			"Let the user that runs QEMU open it: adduser USER render, and log in again. Then render on it: -display egl-headless,rendernode=$node, or <gl rendernode='$node'/>."
	elif is_exported "$2" "$dmabufs"; then
		note "The framebuffer of vGPU $number is exported, so the kernel has done its part. If the screen is black, the import or the viewer fails: see QEMU's messages.${modifier:+$(garbled "$modifier")}"
	elif [ -n "$NO_DISPLAY" ]; then
		wrong "QEMU does not show the vGPU: its device has no display=on." \
			"-device vfio-pci,...,display=on; in libvirt's XML <hostdev ... model='vfio-pci' display='on'>."
	elif [ -n "$NO_GL" ] && [ -n "$NO_OPENGL" ]; then
		no_opengl
	elif [ -n "$NO_GL" ]; then
		wrong "QEMU was started without an OpenGL display." \
			"-display gtk,gl=on or egl-headless or dbus,gl=on; in libvirt's XML <gl enable='yes'/> in <graphics>."
	else
		wrong "vGPU $number has a framebuffer, and no client exports it." \
			"QEMU needs display=on at the device and a display with OpenGL. If it has both, see its messages (libvirt: /var/log/libvirt/qemu)."
	fi
}
garbled() {
	[ "$1" = 0x0 ] || echo " If it is garbled, an old Mesa of the host takes it to be compressed: start QEMU with INTEL_DEBUG=norbc in its environment."
}
