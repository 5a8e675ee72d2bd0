#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# boot.sh [OPTION...] [-- COMMAND...]: boot the rig and run a command in it.
#
# The rig creates a vGPU and runs the command in /share, which is a directory of this
# machine. Its output is printed as it appears, and its exit status is returned. The
# run also fails if the guest hangs, QEMU dies, init finds something missing, or the
# kernel log has a warning or worse.
#
#   --platform P    model: bdw, skl, kbl (default) or cfl
#   --stock         Debian's own i915 and kvmgt instead of ours
#   --debug         the debug kernel: KASAN, lockdep, kmemleak, KUnit
#   --coverage      the kernel that counts what is executed; the counts are left in
#                   NAME.gcov beside the logs
#   --kcsan         the kernel that looks for data races; give it --cpus 2 --slice 2000
#   --modules DIR   i915.ko and kvmgt.ko of DIR, built for Debian's kernel
#   --root DIR      boot the Debian system of DIR, with its own initramfs and modules,
#                   and keep what it changes; see rig/deb
#   --traced        keep the modules' call sites for the function tracer and kprobes
#   --vgpus N       vGPUs to create (default 1)
#   --type T        their type, such as V5_4, or 4 (default: the largest)
#   --aperture MB   size of the GPU's aperture (default 512)
#   --bdf B         PCI address at which the guest looks for the GPU
#   --igd PROPS     more properties of the GPU model, such as pipes=3
#   --iommu         put an IOMMU in front of the GPU, which reaches only what is mapped for
#                   it, until it is unmapped; a fault of the IOMMU fails the run
#   --put FILE      put a copy of FILE into the share; may be repeated
#   --share DIR     use DIR as the share and keep it (default: a new directory,
#                   removed afterwards)
#   --cpus N        virtual CPUs (default 1)
#   --slice N       a virtual CPU runs for at most N instructions before the next one
#                   (default: until the next timer of the guest; QEMU 7.2 only)
#   --cpu FLAGS     flags to add to QEMU's -cpu, such as -avx,-avx2
#   --device D      another device, an argument of QEMU's -device
#   --export T=DIR  make DIR available to the guest by 9p, read-only, with the tag T
#   --append ARGS   add ARGS to the kernel's command line; may be repeated
#   --timeout S     seconds the run may take (default 600; --debug 1800)
#   --name NAME     name of the logs (default: rig)
#   --detached      run the command without the share, on a copy in memory, so that it
#                   may suspend the machine
#   --kvm           run on KVM instead of emulating the CPU
#   --shift N       the guest's clock advances 2^N ns an instruction (default 3)
#   --realtime      the guest's clock follows the host's (see docs/rig.md)
#   --shell         an interactive shell instead of a command
#   --quiet         do not print the line about times at the end

# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
usage_if_asked "$@"

PLATFORM=kbl VARIANT=ours TRACED='' VGPUS=1 TYPE='' APERTURE=512 BDF='' TIMEOUT='' NAME=rig
ACCEL=icount SHIFT=3 SLICE='' CPUS='' MODULES='' SHARE='' SHELL_WANTED='' QUIET='' APPEND='' CPU_FLAGS='' IGD='' SYSTEM=''
PUT=() EXPORTS=() DEVICES=() BOARD=pc
POWER_OFF=${RIG_POWER_OFF:-600}	# seconds of a busy machine
while [ $# -gt 0 ]; do
	value_given "$@"
	case $1 in
	--platform) PLATFORM=$2 && shift ;;
	--root) SYSTEM=$2 VARIANT=root && shift ;;
	--modules) MODULES=$2 VARIANT=stock && shift ;;
	--vgpus) VGPUS=$2 && shift ;;
	--cpus) CPUS=$2 && shift ;;
	--cpu) CPU_FLAGS=,$2 && shift ;;
	--shift) SHIFT=$2 && shift ;;
	--slice) SLICE=$2 && shift ;;
	--device) DEVICES+=(-device "$2") && shift ;;
	--export)
		EXPORTS+=(-virtfs "local,path=${2#*=},mount_tag=${2%%=*},security_model=none,multidevs=remap,readonly=on")
		shift
		;;
	--type) TYPE=$2 && shift ;;
	--aperture) APERTURE=$2 && shift ;;
	--igd) IGD=,$2 && shift ;;
	# Debian's default is to leave integrated GPUs out, and to unmap late.
	--iommu)
		BOARD=q35	# pc has none
		DEVICES+=(-device intel-iommu)
		APPEND+=" intel_iommu=on iommu.strict=1 iommu.passthrough=0"
		;;
	--bdf) BDF=$2 && shift ;;
	--put) PUT+=("$2") && shift ;;
	--share) SHARE=$2 && shift ;;
	--append) APPEND+=" $2" && shift ;;
	--timeout) TIMEOUT=$2 && shift ;;
	--name) NAME=$2 && shift ;;
	--stock) VARIANT=stock ;;
	--debug | --coverage | --kcsan) VARIANT=${1#--} ;;
	--traced) TRACED=traced ;;
	--kvm) ACCEL=kvm ;;
	--realtime) ACCEL=realtime ;;
	--shell) SHELL_WANTED=1 ;;
	--quiet) QUIET=1 ;;
	--detached) APPEND+=" rig.detached" ;;
	--)
		shift
		break
		;;
	*) die "unknown option $1 (see --help)" ;;
	esac
	shift
done
case $PLATFORM in
bdw | skl | kbl | cfl) ;;
*) die "no platform '$PLATFORM': there are bdw, skl, kbl and cfl" ;;
esac
[[ $VGPUS =~ ^[0-9]+$ ]] || die "--vgpus $VGPUS is not a number"
[[ $SHIFT =~ ^[0-9]$ ]] || die "--shift $SHIFT is not a number from 0 to 9"
[[ $SLICE =~ ^([1-9][0-9]*)?$ ]] || die "--slice $SLICE is not a number of instructions"
[ $# -gt 0 ] || [ -n "$SHELL_WANTED" ] || [ -n "$SHARE" ] || die "no command to run (see --help)"

# --- what to boot -----------------------------------------------------------

base_paths
QEMU=$("$SCRIPTS/qemu.sh" --path)/qemu-system-x86_64
MEMORY=2G
KERNEL=$BASE_IMG/boot/vmlinuz-$KERNEL_RELEASE
if [ -n "$SYSTEM" ]; then
	INITRD=$SYSTEM/boot/initrd.img-$KERNEL_RELEASE
	[ -f "$INITRD" ] || die "--root $SYSTEM has no initramfs for $KERNEL_RELEASE"
	APPEND+=" boot=rig rw"
	EXPORTS+=(-virtfs "local,path=$SYSTEM,mount_tag=root,security_model=passthrough,multidevs=remap")
else
	INITRD=$("$SCRIPTS/initrd.sh" --path "$VARIANT" ${TRACED:+"$TRACED"})
fi
if [ -n "$MODULES" ]; then
	# The kernel unpacks one archive after the other, and the last file wins.
	overlay=$(mktemp "$CACHE/tmp/initrd.XXXXXX")
	DOOMED+=("$overlay")
	cp --reflink=auto "$INITRD" "$overlay"
	"$SCRIPTS/initrd.sh" --overlay "$MODULES" "${INITRD%/*}/modules.order" >>"$overlay"
	INITRD=$overlay
	VARIANT=given
fi
case $VARIANT in
debug | coverage | kcsan)
	KERNEL=$("$SCRIPTS/kernel-debug.sh" --path "$VARIANT")/vmlinuz
	MEMORY=3G
	TIMEOUT=${TIMEOUT:-1800}
	;;
esac
CPUS=${CPUS:-1}
TIMEOUT=${TIMEOUT:-600}

# One thread emulates all CPUs: QEMU 7.2 with a thread for each may miss a
# write to code that it is translating, and KVM's static keys are such writes.
case $ACCEL in
icount) MACHINE=(-accel "tcg,thread=single" -icount "shift=$SHIFT,sleep=off${SLICE:+,slice=$SLICE}" -cpu "max,-la57$CPU_FLAGS" -smp "$CPUS") ;;
realtime) MACHINE=(-accel "tcg,thread=single" -cpu "max,-la57$CPU_FLAGS" -smp "$CPUS") ;;
kvm)
	[ -w /dev/kvm ] || die "--kvm: /dev/kvm is missing or not writable; run without it"
	MACHINE=(-accel kvm -cpu host -smp "$CPUS")
	;;
esac

# --- the share --------------------------------------------------------------

LOG=$OUT/rig/log/$NAME
mkdir -p "$OUT/rig/log"
if [ -n "$SHARE" ]; then
	mkdir -p "$SHARE"
else
	SHARE=$(mktemp -d "$OUT/rig/share.$NAME.XXXXXX")
	DOOMED+=("$SHARE")
fi
SHARE=$(cd "$SHARE" && pwd)
rm -rf "$SHARE/status" "$SHARE/output" "$SHARE/.rig"
mkdir "$SHARE/.rig"
: >"$SHARE/output"
[ ${#PUT[@]} -eq 0 ] || cp -L "${PUT[@]}" "$SHARE/"
if [ $# -gt 0 ]; then
	printf '%s\n' "$*" >"$SHARE/run"
fi

# --- the run ----------------------------------------------------------------

# The kernel would test its ciphers first: a third of the way to userspace.
ARGS="console=ttyS0 panic=-1 loglevel=7 cryptomgr.notests rig.vgpus=$VGPUS rig.platform=$PLATFORM"
[ -z "$TYPE" ] || ARGS+=" rig.type=$TYPE"
[ -z "$BDF" ] || ARGS+=" rig.bdf=$BDF"
[ -z "$SHELL_WANTED" ] || ARGS+=" rig.shell"
# Stock kvmgt reads the registers of a GPU that it lets sleep, and warns at each.
# Only Broadwell gets there: the others do not sleep without their firmware.
[ "$VARIANT-$PLATFORM" != stock-bdw ] || ARGS+=" rig.awake"
# Interpreted ACPI code under KASAN takes longer than ACPI allows: _PRT ran into
# its limit of 30 s. The BIOS has tables for the routing of interrupts.
! is_one_of "$VARIANT" debug coverage kcsan || ARGS+=" pci=noacpi"
# The kernel counts ticks in some of its loops, and panics without: "IO-APIC + timer
# doesn't work!" on a host that was busy then.
[ "$ACCEL" != realtime ] || ARGS+=" no_timer_check"
[ -z "$APPEND" ] || ARGS+=$APPEND

COMMAND=("$QEMU" -machine "$BOARD" "${MACHINE[@]}" -m "$MEMORY"
	-L /usr/share/seabios -L /usr/share/qemu
	-nodefaults -vga none -display none -no-reboot
	-kernel "$KERNEL" -initrd "$INITRD" -append "$ARGS"
	-device "igd,platform=$PLATFORM,aperture-mb=$APERTURE,addr=02.0$IGD"
	-virtfs "local,path=$SHARE,mount_tag=share,security_model=none,multidevs=remap"
	"${EXPORTS[@]}" "${DEVICES[@]}")

if [ -n "$SHELL_WANTED" ]; then
	"${COMMAND[@]}" -serial mon:stdio
	exit
fi

alone "$LOG"	# its logs are the verdict
rm -f "$LOG.stuck"
: >"$LOG.console.log"
start=$EPOCHREALTIME
set -m
timeout --kill-after=5 "$TIMEOUT" "${COMMAND[@]}" \
	-D "$LOG.qemu.log" -d guest_errors,unimp \
	-serial "file:$LOG.console.log" </dev/null >"$LOG.stderr.log" 2>&1 &
qemu=$!
# A kernel may hang when it turns the power off.
(
	until grep -q '^rig: done' "$LOG.console.log"; do sleep 2; done
	sleep "$POWER_OFF"
	touch "$LOG.stuck"
	kill "$qemu"
) &
watcher=$!
set +m
RUNNING=("$qemu" "$watcher")
tail -f -n +1 -s 0.2 --pid=$qemu "$SHARE/output" 2>/dev/null || :
rc=0
wait $qemu || rc=$?
kill -- "-$watcher" 2>/dev/null || :
RUNNING=()
end=$EPOCHREALTIME
[ ! -f "$SHARE/.rig/dmesg" ] || mv "$SHARE/.rig/dmesg" "$LOG.dmesg"
rm -rf "$LOG.gcov"
[ ! -d "$SHARE/.rig/gcov" ] || mv "$SHARE/.rig/gcov" "$LOG.gcov"

# --- the verdict ------------------------------------------------------------

fail() { die "$NAME: $*"; }
CONSOLE=$LOG.console.log

inner=$(sed -n 's/^rig: error: //p' "$CONSOLE" | tr -d '\r' | head -n 1)
[ -z "$inner" ] || fail "the rig could not start: $inner (log: $CONSOLE)"
"$SCRIPTS/lib/splats.sh" "$CONSOLE" >"$LOG.splats" || {
	first=$(head -n 1 "$LOG.splats")
	# Where it was, for those who have no more than what is printed
	tr -d '\r' <"$CONSOLE" |
		FIRST=$first awk 'index($0, ENVIRON["FIRST"]) { on = 1 } on && !/ \? / && n++ < 40' >&2
	fail "the kernel complained: $first (log: $CONSOLE)"
}
case $rc in
124 | 137)	# from timeout: it had to end the run
	fail "the guest did not finish within $TIMEOUT s and was stopped; last line: $(tail -n 1 "$CONSOLE" | tr -d '\r' | cut -c1-120) (log: $CONSOLE)"
	;;
esac
[ ! -e "$LOG.stuck" ] ||
	fail "the guest did not power off within $POWER_OFF s and was stopped; last line: $(tail -n 1 "$CONSOLE" | tr -d '\r' | cut -c1-120) (log: $CONSOLE)"
[ $rc -eq 0 ] || fail "QEMU died with status $rc: $(tail -n 1 "$LOG.stderr.log") (log: $LOG.stderr.log)"
[ -s "$SHARE/status" ] || fail "the guest stopped before the command had ended (log: $CONSOLE)"
if [ -s "$SHARE/.rig/kmemleak" ]; then
	mv "$SHARE/.rig/kmemleak" "$LOG.kmemleak"
	fail "kmemleak: $(grep -c '^unreferenced' "$LOG.kmemleak") objects leaked (list: $LOG.kmemleak)"
fi
[ -n "$QUIET" ] || awk -v name="$NAME" -v s="$start" -v e="$end" '
	/^rig: (userspace|ready|done) / { t[$2] = $3 + 0 }
	END {
		printf "%s: userspace %.1f s, vGPU ready %.1f s, command ended %.1f s of guest time; %.1f s in all\n",
			name, t["userspace"], t["ready"], t["done"], e - s
	}' "$CONSOLE"
exit "$(cat "$SHARE/status")"
