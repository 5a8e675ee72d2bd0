#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# report-check.sh [TEST...]: test gvt-dmabuf-report on machines made of files; results
# as TAP. With patterns, such as "export.*", only those tests.
#
# Each test takes the files of a machine on which all is well, plants one fault, and
# looks for what the command says of it and for its exit status. The rows of the table
# in docs/hardware.md, "The screen stays black", have tests of their name. Faults of a
# kernel are planted by check-deb.sh (rig/deb/faults).

# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=lib/tap-lib.sh
. "$SCRIPTS/lib/tap-lib.sh"
usage_if_asked "$@"
case ${1-} in -*) die "unknown argument $1 (see --help)" ;; esac
WANTED=("$@")

REPORT=$REPO/dkms/report/gvt-dmabuf-report
DECODER=$REPO/drivers/gpu/drm/i915/gvt/plane_decoder.c
UUID=11111111-2222-4333-8444-555555555555
GPU=sys/bus/pci/devices/0000:00:02.0
MDEV=sys/bus/mdev/devices/$UUID
TYPE=$GPU/mdev_supported_types/i915-GVTg_V5_4
VGPU=sys/kernel/debug/dri/0/gvt/vgpu1
QEMU=proc/4242
WORK=$(mktemp -d)
DOOMED+=("$WORK")

# --- a machine on which all is well -----------------------------------------

# put FILE LINE...: below the machine's root
put() {
	local file=$MACHINE/$1
	shift

	mkdir -p "${file%/*}"
	printf '%s\n' "$@" >"$file"
}
link() {
	mkdir -p "$MACHINE/${2%/*}"
	ln -sfn "$1" "$MACHINE/$2"
}
drop() { (cd "$MACHINE" && rm -r "$@"); }
# change FILE SED-SCRIPT
change() { sed -i "$2" "$MACHINE/$1"; }
# program NAME SHELL-TEXT: a command as the machine has it
program() {
	put "bin/$1" '#!/bin/sh' "$2"
	chmod +x "$MACHINE/bin/$1"
}
# planes ROLES PRIMARY OVERLAY: of pipe A; the other pipes are off
planes() {
	put $VGPU/planes "queries: pipe A, $1" "pipe A primary: $2" "pipe A overlay: $3" \
		"pipe A cursor: off: plane is off" "pipe B primary: off: pipe is off" \
		"pipe B overlay: off: pipe is off" "pipe B cursor: off: pipe is off"
}
# Words of a framebuffer
DESKTOP="1920x1080 at 0,0 stride 7680 gma 0x8800000 size 0x7e9000 modifier 0x0 format XR24 little-endian (0x34325258)"
TILED=${DESKTOP/modifier 0x0/modifier 0x100000000000001}
USUAL="primary is plane 1, overlay is plane 2"
OFF="off: plane is off"
DMABUFS="id         dmabufs references state age_ms   pages width  height stride gma        modifier           format"
EXPORTED="1          1       2          live  900      2025  1920   1080   7680   0x08800000 0x0000000000000000 XR24 little-endian (0x34325258)"

# started WORD...: QEMU's command line
started() { printf '%s\0' /usr/bin/qemu-system-x86_64 "$@" >"$MACHINE/$QEMU/cmdline"; }
environment() {
	put $QEMU/environ
	printf '%s\0' "$@" >"$MACHINE/$QEMU/environ"
}
DEVICE="vfio-pci,sysfsdev=/sys/bus/mdev/devices/$UUID,display=on"

HEALTHY=$WORK/template
make_machine() {
	MACHINE=$HEALTHY
	put proc/sys/kernel/osrelease 6.12.117+deb12-amd64
	put proc/sys/kernel/hostname secret-host
	put proc/cmdline "root=UUID=$UUID password=hunter2 i915.enable_gvt=1 intel_iommu=on"
	put proc/cpuinfo "flags : fpu vmx sse"
	put proc/kallsyms "0 t gvt_refusal_text	[kvmgt]" "0 t i915_gem_proxy_put_runs	[i915]"
	put boot/config-6.12.117+deb12-amd64 CONFIG_DRM_I915_GVT_KVMGT=m
	put lib/modules/6.12.117+deb12-amd64/build/include/config/auto.conf ""
	put $GPU/class 0x030000
	put $GPU/vendor 0x8086
	put $GPU/device 0x5912
	put $GPU/revision 0x04
	put $GPU/resource "0x1 0x2 0x0" "0x0 0x0 0x0" "0xc0000000 0xdfffffff 0x0"
	put $GPU/drm/renderD128/dev 226:128
	link ../../../bus/pci/drivers/i915 $GPU/driver
	put sys/kernel/iommu_groups/1/type DMA
	link ../../../../kernel/iommu_groups/1 $GPU/iommu_group
	put sys/class/iommu/dmar0/uevent ""
	put sys/module/i915/parameters/enable_gvt Y
	put sys/module/i915/parameters/enable_guc 0
	put sys/module/kvmgt/initstate live
	put dev/kvm ""
	put dev/dri/renderD128 ""
	put dev/vfio/vfio ""
	put dev/vfio/7 ""
	put $TYPE/available_instances 1
	put $TYPE/description "low_gm_size: 128MB" "resolution: 2560x1600"
	link ../../../kernel/iommu_groups/7 $MDEV/iommu_group
	link "../../../../../$TYPE" $MDEV/mdev_type
	put $MDEV/intel_vgpu/vgpu_id 1
	planes "$USUAL" "$DESKTOP" "$OFF"
	put $VGPU/dmabufs "$DMABUFS" "$EXPORTED"
	environment HOME=/root
	put $QEMU/limits "Max locked memory  unlimited  unlimited  bytes"
	put $QEMU/status "CapEff:	0000000000000000"
	# It was started 600 s after the host.
	put $QEMU/stat "4242 (qemu system) S$(printf ' 0%.0s' {1..18}) 60000 0 0"
	link ../../bin/qemu-system-x86_64 $QEMU/exe
	started -name guest=secret-guest,debug-threads=on -m 4G -device "$DEVICE" -display egl-headless,rendernode=/dev/dri/renderD128 \
		-object secret,id=s,data=hunter2 -netdev user,hostname=secret-host
	link /dev/vfio/7 $QEMU/fd/9
	link /dev/dri/renderD128 $QEMU/fd/10
	put log "[    1.0] i915 0000:00:02.0: on secret-host" \
		"[    2.0] Command line: password=hunter2 i915.enable_gvt=1" \
		"[    3.0] vfio_mdev $UUID: Adding to iommu group 7" \
		"[    4.0] i915 from 02:00:5e:10:00:01" \
		"[    5.0] gvt: vgpu1: cmd dump: deadbeef" \
		"[    6.0] vfio_pin_page_external: Task secret vm (9) RLIMIT_MEMLOCK (65536) exceeded" \
		"[    7.0] i915 0000:00:02.0: [drm] GPU HANG: ecode 9:1:85dffffb, in secret-game [77]"
	# shellcheck disable=SC2016	# for the shell that runs it
	program dmesg 'cat "${0%/bin/*}/log"'
	program dkms 'echo "gvt-dmabuf/0.20261130120000.abcdef12, 6.12.117+deb12-amd64, x86_64: installed"'
	# modinfo -n MODULE, or -F version MODULE
	# shellcheck disable=SC2016
	program modinfo '[ "$1" = -n ] && echo /lib/modules/6.12.117/updates/dkms/i915.ko || echo 0.20261130120000.abcdef12'
	# dpkg-query -W -f FORMAT PACKAGE: versions, as a file has them
	# shellcheck disable=SC2016
	program dpkg-query 'cat "${0%/bin/*}/packages/$4"'
	put packages/gvt-dmabuf-dkms "0.20261130120000.abcdef12 installed"
	put packages/linux-source-6.12 6.12.117
	# shellcheck disable=SC2016
	program qemu-system-x86_64 '[ "$1" = --version ] && echo "QEMU emulator version 7.2" ||
		printf "%s\n" "Available display backend types:" none gtk egl-headless dbus'
	# runuser -u USER -- test -r FILE ..., or -- sh -c "ulimit -l"
	# shellcheck disable=SC2016
	program runuser 'if [ "$4" = test ]; then [ ! -e "$6.denied" ]; else cat "${0%/bin/*}/memlock"; fi'
	put memlock unlimited
	program sleep 'exit 0'
	# For --user: by name or number
	program id '[ "$*" != "-un -- 1000" ] && [ "$*" != "-un -- root" ] || echo secret-user'
}

# --- tests ------------------------------------------------------------------

ARGS=()
run_report() {
	SAID=$(PATH="$MACHINE/bin:$PATH" timeout 60 "$REPORT" --root "$MACHINE" "${ARGS[@]}" 2>&1) && STATUS=0 || STATUS=$?
}
SAID=
STATUS=0
# Above the facts: one fault has one item, as what follows from it is no fault of its own.
verdict() {
	local words=${SAID%%$'\n'Facts,*} items

	items=$(grep -cE '^[0-9]+\. ' <<<"$words") || :
	if [ "$STATUS" != "$1" ] || [ "$items" != "$1" ] || [[ $words != *"$2"* ]]; then
		printf 'status %s, %s items, wanted %s and: %s\n%s\n' "$STATUS" "$items" "$1" "$2" "$SAID"
		return 1
	fi
}
# planted NAME STATUS TEXT [COMMAND...]: with that fault, it says so. Commands are
# separated by a word ":".
planted() {
	local name=$1 status=$2 text=$3 command=()
	shift 3

	wanted "$name" || return 0
	MACHINE=$WORK/$name
	cp -a "$HEALTHY" "$MACHINE"
	while [ $# -gt 0 ]; do
		command=()
		while [ $# -gt 0 ] && [ "$1" != : ]; do
			command+=("$1")
			shift
		done
		[ $# -eq 0 ] || shift
		"${command[@]}"
	done
	run_report
	result "$name" verdict "$status" "$text"
}
# as_user USER NAME...: planted, with --user
as_user() {
	ARGS=(--user "$1")
	planted "${@:2}"
	ARGS=()
}
# wanted NAME: are its results asked for?
wanted() {
	local pattern

	[ ${#WANTED[@]} -gt 0 ] || return 0
	# shellcheck disable=SC2053	# they are patterns
	for pattern in "${WANTED[@]}"; do [[ $1 != $pattern ]] || return 0; done
	return 1
}
# also NAME COMMAND...: a result of its own
also() { ! wanted "$1" || result "$@"; }
no_secret() {
	local word

	for word in secret hunter2 02:00:5e "$UUID" deadbeef; do
		! grep -F -- "$word" <<<"$SAID" || return 1
	done
	grep -q '^i915: enable_gvt=Y' <<<"$SAID" && grep -q "^pipe A primary: 1920x1080" <<<"$SAID" &&
		grep -q '<host>' <<<"$SAID" && grep -q '<MAC>' <<<"$SAID" && grep -qF 'RLIMIT_MEMLOCK (65536)' <<<"$SAID"
}
keeps_other_words() { ! grep -F '<host>' <<<"$SAID"; }
# What a driver of a guest does on purpose has a remedy of its own.
all_reasons_have_words() {
	local reason missing=()

	while read -r reason; do
		grep -qE "^(	|REMEDY)\[\"$reason\"\]=" "$REPO/dkms/report/guest.sh" || missing+=("$reason")
	done < <(sed -nE 's/.*\{ -(EOPNOTSUPP|ENOMEM|ENOSPC), "(.*)" \},$/\2/p' "$DECODER")
	[ ${#missing[@]} -eq 0 ] || die "no remedy for: ${missing[*]}"
}
# And the command knows no reason that the kernel does not give.
no_other_reasons() {
	local reason other=()

	while read -r reason; do
		grep -qF "\"$reason\" }" "$DECODER" || other+=("$reason")
	done < <(sed -nE 's/^(	|REMEDY)\["([^"]*)"\]=.*/\2/p' "$REPO/dkms/report/guest.sh")
	[ ${#other[@]} -eq 0 ] || die "the kernel does not say: ${other[*]}"
}
# fails_in FUNCTION: the command has a fault
fails_in() {
	cp -r "$REPO/dkms/report" "$WORK/report"
	sed -i "s/^$1() {/&\n\tfalse/" "$WORK/report/host.sh"
	alone "$WORK/report/gvt-dmabuf-report" --root "$HEALTHY"
}
put_nothing() { : >"$MACHINE/$1"; }
silent() { ! grep -F "No such file" <<<"$SAID"; }
no_word() { ! grep -F "$1" <<<"$SAID"; }
has_word() { grep -F "$1" <<<"$SAID"; }
facts_of_host() { grep -qF "QEMU emulator version" <<<"$SAID" && grep -qF "/dev/vfio/vfio: " <<<"$SAID"; }
# A file of a driver that waits for ever
hang() {
	drop "$1"
	mkfifo "$MACHINE/$1"
}
# What still waits for one of them gets an end of file.
unhang() {
	local fifo

	for fifo in "$WORK"/*/"$VGPU"/{planes,dmabufs}; do
		[ ! -p "$fifo" ] || : <>"$fifo"
	done
}
# QEMU is not where root looks for it. The text is what it prints of its displays.
elsewhere() {
	program qemu-system-x86_64 "$1"
	mkdir "$MACHINE/opt"
	mv "$MACHINE/bin/qemu-system-x86_64" "$MACHINE/opt/"
	link ../../opt/qemu-system-x86_64 $QEMU/exe
}
of_a_user() {
	elsewhere "touch '$MACHINE/executed'"
	chmod 777 "$MACHINE/opt/qemu-system-x86_64"
}
was_not_run() { [ ! -e "$MACHINE/executed" ]; }
memlock_and_size() {
	put $QEMU/limits "Max locked memory  $1  $1  bytes"
	started -m "$2" -device "$DEVICE" -display egl-headless
}
large_environ() {
	environment LIBGL_ALWAYS_SOFTWARE=1 VARIABLE{1..20000}=1
}
STARTING="2026-11-30 12:00:00.000+0000: starting up libvirt version: 9.0.0"
IMPORT_FAILED="qemu: eglCreateImageKHR failed"
libvirt_log() { put "var/log/libvirt/qemu/$1.log" "${@:2}"; }
long_log() {
	seq -f '[ %.0f.0] gvt: vgpu 1: invalid entry type 0x1 in page table' 300000 >"$MACHINE/log"
	SECONDS=0
}
is_quick() { [ $SECONDS -lt 10 ]; }
chown_node() { chown "$1:$1" "$MACHINE/dev/vfio/7"; }
# Without a machine of files
alone() {
	SAID=$("$@" 2>&1) && STATUS=0 || STATUS=$?
}
said() { [ "$STATUS" = "$1" ] && grep -qF -- "$2" <<<"$SAID"; }
not_root() {
	alone setpriv --reuid 65534 --clear-groups "$REPORT"
	said 2 "only root"
}

echo "TAP version 13"
make_machine
planted healthy 0 "Nothing wrong was found."
also report.has_no_secret no_secret
# "(none)" is no name, and "none" a word of other facts.
planted report.has_no_host_name 0 "Nothing wrong was found." put proc/sys/kernel/hostname "(none)"
also report.keeps_other_words keeps_other_words
planted healthy.debian13_dkms 0 "Nothing wrong was found." \
	drop proc/kallsyms : put sys/module/i915/version 0.20261130120000.abcdef12 : put sys/module/kvmgt/version 0.20261130120000.abcdef12

# No planes in debugfs
planted planes.no_debugfs 1 "debugfs is not mounted" drop sys/kernel/debug
planted planes.no_vgpu 1 "No vGPU exists." drop $MDEV
planted planes.stock_modules 1 "The kernel uses its own i915" drop proc/kallsyms $VGPU/planes
planted planes.stock_not_rebooted 1 "Reboot: " drop proc/kallsyms $VGPU/planes
# DKMS lists a kernel once it has built for it: not after a build that failed.
STOCK=(drop proc/kallsyms "$VGPU/planes" : program modinfo 'echo /lib/modules/6.12.117/kernel/i915.ko' :
	program dkms 'echo "gvt-dmabuf/0.20261130120000.abcdef12: added"' :)
MAKE_LOG=var/lib/dkms/gvt-dmabuf/0.20261130120000.abcdef12/build/make.log
# first lines of dkms 3.0.10 and of 3.2.2
FIRST_LINE_12="DKMS make.log for gvt-dmabuf-0.20261130120000.abcdef12 for kernel 6.12.117+deb12-amd64 (x86_64)"
FIRST_LINE_13="DKMS (dkms-3.2.2) make.log for gvt-dmabuf/0.20261130120000.abcdef12 for kernel 6.12.117+deb12-amd64 (x86_64)"
planted planes.stock_dkms_failed 1 "/$MAKE_LOG" "${STOCK[@]}" put $MAKE_LOG "$FIRST_LINE_12" line{1..20000} "gvt-dmabuf: it does not fit"
also planes.stock_dkms_failed_has_the_log has_word "gvt-dmabuf: it does not fit"
planted planes.stock_dkms_failed_3.2.2 1 "/$MAKE_LOG" "${STOCK[@]}" put $MAKE_LOG "$FIRST_LINE_13" "gvt-dmabuf: it does not fit"
planted planes.stock_dkms_failed_other 1 "dkms install gvt-dmabuf/0.20261130120000.abcdef12 -k 6.12.117+deb12-amd64;" \
	"${STOCK[@]}" put $MAKE_LOG "${FIRST_LINE_12/6.12.117/6.12.116}"
planted planes.stock_source_differs 1 "linux-source-6.12 is 6.12.118" "${STOCK[@]}" put packages/linux-source-6.12 6.12.118
planted planes.stock_no_source 1 "Install linux-source-6.12" "${STOCK[@]}" drop packages/linux-source-6.12
planted planes.stock_no_headers 1 "Install linux-headers-6.12.117+deb12-amd64" "${STOCK[@]}" drop lib/modules
# Another kernel has them; 3.0.10 forgets a package of which the last such kernel is removed.
planted planes.stock_dkms_other_kernel 1 "dkms install" "${STOCK[@]}" \
	program dkms 'echo "gvt-dmabuf/0.20261130120000.abcdef12, 6.12.116+deb12-amd64, x86_64: installed"'
planted planes.stock_dkms_forgot 1 "dkms install" "${STOCK[@]}" program dkms 'exit 0'
planted planes.stock_half_configured 1 "dkms install" "${STOCK[@]}" \
	put packages/gvt-dmabuf-dkms "0.20261130120000.abcdef12 half-configured"
planted planes.stock_removed 1 "Install gvt-dmabuf-dkms" "${STOCK[@]}" program dkms 'exit 0' : \
	put packages/gvt-dmabuf-dkms "0.20261130120000.abcdef12 config-files"
planted planes.stock_not_installed 1 "Install gvt-dmabuf-dkms" "${STOCK[@]}" program dkms 'exit 127' : \
	drop packages/gvt-dmabuf-dkms
planted planes.stock_other_kernel 1 "Boot a 6.12 kernel" drop proc/kallsyms $VGPU/planes : \
	put proc/sys/kernel/osrelease 6.1.0-40-amd64 : program modinfo 'echo kernel/i915.ko'
# ... and no mdev_supported_types
NO_VGPU=(drop "$MDEV" "$GPU/mdev_supported_types" :)
planted types.kvmgt_not_loaded 1 "kvmgt is not loaded" "${NO_VGPU[@]}" drop sys/module/kvmgt
planted types.no_enable_gvt 1 "without enable_gvt=1" "${NO_VGPU[@]}" put sys/module/i915/parameters/enable_gvt N
planted types.guc_submission 1 "enable_guc=3" put sys/module/i915/parameters/enable_guc 3
planted types.gvt_did_not_start 1 "GVT-g has not started" "${NO_VGPU[@]}" put log "[ 1.0] i915 0000:00:02.0: x"
planted types.guest_of_gvt 1 "itself a guest" "${NO_VGPU[@]}" put log "[ 1.0] i915 0000:00:02.0: [drm] GVT-g is disabled for guest"
planted types.no_instance_left 1 "the aperture is too small" drop $MDEV : put $TYPE/available_instances 0
# What the guest shows
planted guest.all_pipes_off 1 "All pipes of vGPU 1 are off" \
	change $VGPU/planes 's/^\(pipe . [a-z]*\): .*/\1: off: pipe is off/'
planted guest.screen_off 1 "has turned its screen off (plane is off)" planes "$USUAL" "$OFF" "$OFF"
planted plane.compressed 1 "INTEL_DEBUG=noccs" planes "$USUAL" "refused: compressed (-95)" "$OFF"
planted plane.rotated 1 "to no rotation" planes "$USUAL" "refused: rotated or mirrored (-95)" "$OFF"
planted plane.pixel_format 1 "cannot be exported: pixel format" planes "$USUAL" "refused: pixel format (-95)" "$OFF"
planted plane.invalid 1 "what no GPU can show" planes "$USUAL" "refused: no such tiling (-22)" "$OFF"
planted video.scaled 1 "OverlayTestMode = 5" planes "$USUAL" "$DESKTOP" "refused: scaled (-95)"
planted video.pixel_format 1 "OverlayTestMode = 5" planes "$USUAL" "$DESKTOP" "refused: pixel format (-95)"
planted video.below_desktop 0 "a plane below its desktop" planes "primary is plane 2, overlay is plane 1" "$DESKTOP" "$DESKTOP"
planted plane.of_largest_mode 0 "the largest mode of its type" change $TYPE/description 's/2560x1600/1920x1080/'
# Whether it is exported
planted export.none 1 "no client exports it" put $VGPU/dmabufs "$DMABUFS"
planted export.cursor_only 1 "no client exports it" put $VGPU/dmabufs "$DMABUFS" "${EXPORTED/0x08800000/0x09900000}"
planted export.ended 1 "no client exports it" put $VGPU/dmabufs "$DMABUFS" "${EXPORTED/live /ended}"
planted export.planes_empty 1 "The planes of vGPU 1 cannot be read." put_nothing $VGPU/planes
planted export.planes_missing 1 "The planes of vGPU 1 cannot be read." drop $VGPU/planes
planted export.dmabufs_missing 1 "The dma-bufs of vGPU 1 cannot be read." drop $VGPU/dmabufs
planted export.planes_hang 1 "planes did not return" hang $VGPU/planes
planted export.dmabufs_hang 1 "dmabufs did not return" hang $VGPU/dmabufs
unhang
NOT_EXPORTED=(put "$VGPU/dmabufs" "$DMABUFS" :)
planted export.no_display_on 1 "no display=on" "${NOT_EXPORTED[@]}" started -device "${DEVICE%,*}" -display egl-headless
planted export.display_off_last 1 "no display=on" "${NOT_EXPORTED[@]}" started -device "$DEVICE,display=off" -display egl-headless
planted export.display_by_set 1 "no client exports it" "${NOT_EXPORTED[@]}" \
	started -device "${DEVICE%,*},id=a" -set device.a.display=on -display egl-headless
planted export.no_opengl 1 "without an OpenGL display" "${NOT_EXPORTED[@]}" started -device "$DEVICE" -display gtk
planted export.two_dashes 1 "no client exports it" "${NOT_EXPORTED[@]}" started --device "$DEVICE" --display gtk,gl=on
planted export.device_by_fd 1 "no client exports it" "${NOT_EXPORTED[@]}" started -device vfio-pci,fd=12,display=on -display gtk,gl=on
planted export.readconfig 1 "no client exports it" "${NOT_EXPORTED[@]}" started -readconfig /etc/vm.cfg
planted export.not_understood 0 "the kernel has done its part" started -readconfig /etc/vm.cfg
planted export.same 0 "the kernel has done its part"
planted export.garbled 0 "INTEL_DEBUG=norbc" planes "$USUAL" "$TILED" "$OFF"
planted export.tiled_software 1 "renders with software" planes "$USUAL" "$TILED" "$OFF" : \
	environment LIBGL_ALWAYS_SOFTWARE=1
planted export.tiled_other_gpu 1 "renders on /dev/nvidia0" planes "$USUAL" "$TILED" "$OFF" : \
	link /dev/nvidia0 $QEMU/fd/10
planted export.tiled_software_early 1 "renders with software" planes "$USUAL" "$TILED" "$OFF" : large_environ
planted export.no_render_node 1 "may not open /dev/dri/renderD128" drop $QEMU/fd/10
planted export.import_failed 1 "eglCreateImageKHR failed" libvirt_log secret-guest "$STARTING" "$IMPORT_FAILED"
planted export.import_failed_once 0 "the kernel has done its part" libvirt_log secret-guest "$STARTING" "$IMPORT_FAILED" "$STARTING"
planted export.import_failed_other 0 "the kernel has done its part" libvirt_log another "$STARTING" "$IMPORT_FAILED"
planted export.libvirt_json 0 "the kernel has done its part" started -m size=4194304k \
	-device "{\"driver\":\"vfio-pci\",\"sysfsdev\":\"/sys/bus/mdev/devices/$UUID\",\"display\":\"on\"}" -spice port=0,gl=on
# The host
planted gpu.none 1 "no Intel GPU" drop $GPU
also gpu.none_has_facts facts_of_host
planted gpu.unsupported 1 "does not support this GPU (0x9a49)" put $GPU/device 0x9a49
planted gpu.discrete_beside_it 0 "Nothing wrong" put sys/bus/pci/devices/0000:00:01.0/class 0x030000 : \
	put sys/bus/pci/devices/0000:00:01.0/vendor 0x8086 : put sys/bus/pci/devices/0000:00:01.0/device 0x56a0
planted gpu.other_driver 1 "driven by vfio-pci" link ../drivers/vfio-pci $GPU/driver
planted gpu.other_driver_no_i915 1 "driven by vfio-pci" "${NO_VGPU[@]}" link ../drivers/vfio-pci $GPU/driver : \
	drop sys/module/i915 sys/module/kvmgt
planted gpu.no_driver 1 "No driver has bound the GPU" "${NO_VGPU[@]}" drop $GPU/driver
planted kernel.no_gvt 1 "built without GVT-g" put boot/config-6.12.117+deb12-amd64 CONFIG_DRM_I915=m
planted modules.no_i915 1 "i915 is not loaded" "${NO_VGPU[@]}" drop sys/module/i915
planted modules.secure_boot 1 "mokutil" "${NO_VGPU[@]}" drop sys/module/i915 sys/module/kvmgt : \
	put log "[ 1.0] Loading of module with unavailable key is rejected"
planted modules.secure_boot_another 0 "Nothing wrong" put log "[ 1.0] Loading of module with unavailable key is rejected"
# shellcheck disable=SC2016
planted modules.another_in_updates 1 "belongs to another package" drop proc/kallsyms : \
	put sys/module/i915/version 2025.07 : program modinfo '[ "$1" = -n ] && echo /lib/modules/6.12.117/updates/dkms/i915.ko || echo 2025.07'
planted types.no_number 0 "Nothing wrong" put $TYPE/available_instances "x y"
planted types.no_description 0 "Nothing wrong" drop $TYPE/description
also types.no_description_is_silent silent
planted iommu.off 0 "The IOMMU is off" drop sys/class/iommu $GPU/iommu_group
planted iommu.not_for_graphics 0 "not for graphics" drop $GPU/iommu_group
planted kvm.none 1 "There is no /dev/kvm" drop dev/kvm
planted kvm.off_in_firmware 1 "offers no VT-x" drop dev/kvm : put proc/cpuinfo "flags : fpu"
planted vfio.none 1 "no /dev/vfio/vfio" drop dev/vfio/vfio
planted vfio.no_group 1 "has no /dev/vfio/7" drop dev/vfio/7
planted memlock.exceeded 1 "RLIMIT_MEMLOCK exceeded" put log "[ 700.0] vfio_pin_page_external: Task qemu (4242) RLIMIT_MEMLOCK (65536) exceeded"
planted memlock.exceeded_once 0 "RLIMIT_MEMLOCK exceeded" put log "[ 700.0] vfio_pin_page_external: Task qemu (9) RLIMIT_MEMLOCK (65536) exceeded"
planted memlock.exceeded_no_guest 0 "RLIMIT_MEMLOCK exceeded" drop $QEMU : \
	put log "[ 700.0] vfio_pin_page_external: Task qemu (4242) RLIMIT_MEMLOCK (65536) exceeded"
planted memlock.below_memory 1 "QEMU may lock only 8192 kB" put $QEMU/limits "Max locked memory  8388608  8388608  bytes"
planted memlock.capable 0 "Nothing wrong" put $QEMU/limits "Max locked memory  8388608  8388608  bytes" : \
	put $QEMU/status "CapEff:	000001ffffffffff"
planted memlock.unit_terabytes 1 "less than the guest's 1073741824 kB" memlock_and_size 8589934592 1T
planted memlock.unit_bytes 0 "Nothing wrong" memlock_and_size 8589934592 4294967296b
planted memlock.unit_unknown 0 "Nothing wrong" memlock_and_size 65536 1.5G
planted memlock.leading_zero 1 "less than the guest's 8388608 kB" memlock_and_size 65536 08G
planted qemu.none 0 "No QEMU was found" drop $QEMU bin/qemu-system-x86_64
planted qemu.elsewhere 0 "the kernel has done its part" elsewhere 'echo egl-headless'
planted qemu.elsewhere_no_opengl 1 "This QEMU has no OpenGL" put $VGPU/dmabufs "$DMABUFS" : elsewhere 'echo none' : \
	started -device "$DEVICE" -display gtk
planted qemu.exe_of_a_user 0 "the kernel has done its part" of_a_user
also qemu.exe_of_a_user_is_not_run was_not_run
planted qemu.no_opengl 1 "This QEMU has no OpenGL" drop $QEMU : program qemu-system-x86_64 'echo none'
planted qemu.no_command_line 0 "the kernel has done its part" put_nothing $QEMU/cmdline
planted qemu.has_gone 0 "the kernel has done its part" drop $QEMU/cmdline $QEMU/environ $QEMU/limits $QEMU/status $QEMU/stat
planted qemu.no_vfio_dev 0 "No virtual machine uses vGPU 1" link /dev/vfio/devices/vfio3 $QEMU/fd/9
planted qemu.with_iommufd 0 "the kernel has done its part" drop $QEMU/fd/9 : \
	put $MDEV/vfio-dev/vfio3/dev 511:3 : link /dev/vfio/devices/vfio3 $QEMU/fd/9
planted qemu.not_started 0 "No virtual machine uses vGPU 1" drop $QEMU
planted log.failsafe 1 "failsafe mode" put log "[ 700.0] gvt: vgpu 1: Now vgpu 1 will enter failsafe mode."
planted log.failsafe_of_stock 1 "failsafe mode" put log "[ 700.0] Now vgpu 1 will enter failsafe mode."
planted log.failsafe_once 0 "failsafe mode" put log "[ 1.0] gvt: vgpu 1: Now vgpu 1 will enter failsafe mode."
planted log.failsafe_of_another 0 "failsafe mode" put log "[ 700.0] gvt: vgpu 2: Now vgpu 2 will enter failsafe mode."
planted log.gpu_hang 1 "The GPU has hung" put log "[ 700.0] i915 0000:00:02.0: [drm] GPU HANG: ecode 9"
planted log.gpu_hang_once 0 "GPU HANG" put log "[ 1.0] i915 0000:00:02.0: [drm] GPU HANG: ecode 9"
planted log.wedged 1 "has given it up" put sys/kernel/debug/dri/0/i915_wedged 1
planted log.not_wedged 0 "Nothing wrong" put sys/kernel/debug/dri/0/i915_wedged 0
planted log.cannot_be_read 0 "The kernel's log cannot be read" program dmesg 'exit 1'
planted log.long 0 "Nothing wrong" long_log
also log.long_is_quick is_quick
as_user root user.may_run_it 0 "Nothing wrong"
as_user 1000 user.by_number 0 "Nothing wrong"
also user.has_no_name no_secret
as_user root user.memlock_low 1 "may lock only 8192 kB" put memlock 8192
as_user root user.memlock_enough 0 "guests of up to 8192 MB" put memlock 8650752
as_user root user.memlock_unknown 0 "Nothing wrong" drop memlock
as_user root user.may_not_open 1 "may not open /dev/vfio/7" put dev/vfio/7.denied ""
as_user root user.may_not_render 1 "adduser USER render" put dev/dri/renderD128.denied ""
# What names a machine or a person, and what only looks like it
planted host.named_like_a_word 1 "There is no /dev/kvm" put proc/sys/kernel/hostname kvm : drop dev/kvm
planted host.named_by_a_pattern 0 "Nothing wrong" put proc/sys/kernel/hostname 'a[.*/b'
if [ "$(id -u)" = 0 ]; then
	planted host.owner_is_no_name 0 "Nothing wrong" chown_node games
	also host.owner_is_not_printed no_word games
else
	skipped host.owner_is_no_name "needs root"
fi
# The command
also reasons.have_remedies all_reasons_have_words
also reasons.are_the_kernels no_other_reasons
if [ "$(id -u)" = 0 ]; then also call.not_root not_root; else skipped call.not_root "needs root"; fi
alone "$REPORT" --root "$WORK/none"
also call.no_such_root said 2 "--root needs a directory"
alone "$REPORT" --bogus
also call.unknown_argument said 2 "unknown argument --bogus"
alone "$REPORT" --user no-such-user --root "$HEALTHY"
also call.no_such_user said 2 "no user of that name or number"
fails_in check_iommu
also call.fails_midway said 2 "could not end"
alone "$REPORT" --help
also call.help said 0 "Exit"
plan
[ -z "$FAILED" ] || exit 1
