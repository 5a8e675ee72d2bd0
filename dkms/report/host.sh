# SPDX-License-Identifier: GPL-2.0-or-later
# Checks of the host for gvt-dmabuf-report: kernel, modules, GPU, KVM, vGPUs and VFIO.
# Sourced, never run.

# shellcheck shell=bash
# shellcheck disable=SC2034	# what is set here is used by those who source it

# --- kernel and package -----------------------------------------------------

KERNEL=
LOG=		# the kernel's, what concerns us
LOG_LINES='^(\[[^]]*\] )*(i915 |gvt: |vgpu|kvmgt|intel_vgpu|vfio|mdev|kvm(_intel|_amd)?: |DMAR|iommu|\[drm)'
LOG_LINES+='|RLIMIT_MEMLOCK|[Kk]ey was rejected|unavailable key'
LOG_LINES+='|will enter failsafe mode|guest driver doesn.t support GVT|resource is not enough for the guest|GVT Internal error'
check_kernel() {
	local config

	KERNEL=$(slurp /proc/sys/kernel/osrelease)
	# By what a line begins with: others have command lines and names, and the guests'
	# commands that GVT-g dumps when it refuses them are guest memory.
	LOG=$(dmesg 2>/dev/null | { grep -E "$LOG_LINES" || :; } | { grep -v 'cmd dump' || :; } | tail -n 5000) ||
		note "The kernel's log cannot be read (dmesg fails), so this has not looked for faults there."
	config=$(slurp "/boot/config-$KERNEL")
	heading "kernel"
	fact "release: $KERNEL"
	fact "command line: $(slurp /proc/cmdline | tr ' ' '\n' |
		grep -E '^(i915|kvm|kvmgt|kvm_intel|kvm_amd|vfio[a-z0-9_]*|drm)\.|^(intel_iommu|iommu|nomodeset|modprobe\.blacklist|nopat)' | tr '\n' ' ' || :)"
	fact "$(grep -E '^CONFIG_(DRM_I915_GVT|VFIO_MDEV|KVM_INTEL)' <<<"$config" || echo "no GVT option in /boot/config-$KERNEL")"
	if [ -n "$config" ] && ! grep -q '^CONFIG_DRM_I915_GVT_KVMGT=[my]' <<<"$config"; then
		wrong "The kernel $KERNEL was built without GVT-g." \
			"Boot a kernel with CONFIG_DRM_I915_GVT_KVMGT, such as Debian's 6.12."
	fi
}

DKMS=		# what dkms says of the package, of all kernels
VERSION=	# of the package, if it is there
SOURCE=		# version of the kernel in linux-source
MAKE_LOG=	# of the last build, if it failed and was for this kernel
check_package() {
	local status=

	read -r VERSION status <<<"$(dpkg-query -W -f '${Version} ${db:Status-Status}' "$PACKAGE" 2>/dev/null)" || :
	SOURCE=$(dpkg-query -W -f '${source:Upstream-Version}' linux-source-6.12 2>/dev/null || :)
	DKMS=$(timeout "$PATIENCE" dkms status gvt-dmabuf 2>/dev/null || :)
	MAKE_LOG=/var/lib/dkms/gvt-dmabuf/$VERSION/build/make.log
	head -n 1 "$ROOT$MAKE_LOG" 2>/dev/null | grep -qF " for kernel $KERNEL " || MAKE_LOG=
	heading "package"
	fact "$PACKAGE: ${VERSION:-not installed} $status"
	fact "linux-source-6.12: ${SOURCE:-not installed}"
	fact "dkms: ${DKMS:-nothing}"
	[ -z "$MAKE_LOG" ] || fact "$MAKE_LOG: $(tail -n 5 "$ROOT$MAKE_LOG")"
	case $status in '' | not-installed | config-files) VERSION= ;; esac
}

# --- the GPU ----------------------------------------------------------------

GPU=		# its PCI address
GPU_STATE=	# "driven" by i915, "unbound", "taken" by another driver, or nothing
# generation ID: the platform of a PCI device ID that GVT-g supports, or nothing
generation() {
	case $1 in
	0x16??) echo Broadwell ;;
	0x19??) echo Skylake ;;
	0x59?? | 0x87c0) echo "Kaby Lake" ;;
	0x0a84 | 0x1a8[45] | 0x5a8[45]) echo Broxton ;;
	0x3e?? | 0x87ca) echo "Coffee Lake" ;;
	0x9b??) echo "Comet Lake" ;;
	esac
}
# Without a GPU for GVT-g, modules and vGPUs are not judged.
check_gpu() {
	local dir id name='' driver start end

	heading "GPU"
	for dir in "$ROOT"/sys/bus/pci/devices/*; do
		[ -r "$dir/class" ] || continue
		dir=${dir#"$ROOT"}
		[[ $(slurp "$dir/class") == 0x03* ]] || continue
		fact "display: ${dir##*/} $(slurp "$dir/vendor"):$(slurp "$dir/device") revision $(slurp "$dir/revision") driver $(target "$dir/driver")"
		if [ "$(slurp "$dir/vendor")" != 0x8086 ] || [ -n "$name" ]; then continue; fi
		# A discrete one may come first.
		name=$(generation "$(slurp "$dir/device")")
		if [ -z "$GPU" ] || [ -n "$name" ]; then GPU=${dir##*/}; fi
	done
	if [ -z "$GPU" ]; then
		wrong "This machine has no Intel GPU that Linux sees." \
			"Turn the processor's graphics on in the firmware setup, even if another card has the monitor."
		return
	fi
	dir=/sys/bus/pci/devices/$GPU
	id=$(slurp "$dir/device")
	fact "generation: ${name:-not one of GVT-g}"
	read -r start end _ <<<"$(slurp "$dir/resource" | sed -n 3p)" || :
	[ -z "$end" ] || fact "aperture: $(((end - start + 1) >> 20)) MB"
	if [ -z "$name" ]; then
		wrong "GVT-g does not support this GPU ($id)." \
			"It supports Broadwell, Skylake, Kaby Lake, Coffee Lake and Comet Lake: Core i of the 5th to the 10th generation, except Ice Lake. Nothing else helps."
		return
	fi
	driver=$(target "$dir/driver")
	case $driver in
	i915) GPU_STATE=driven ;;
	'') GPU_STATE=unbound ;;
	*)
		GPU_STATE=taken
		wrong "The GPU is driven by $driver, not by i915." \
			"Give it back to i915: remove it from the options of $driver in /etc/modprobe.d and on the kernel's command line, and reboot."
		;;
	esac
}

# --- modules ----------------------------------------------------------------

# has_our_form VERSION: is it one of a module of the package?
has_our_form() { [[ $1 =~ ^0\.[0-9]{8}([0-9]{6})?\.[0-9a-f]{8} ]]; }
# build_of MODULE SYMBOL: "ours", "stock" or "absent" for a loaded module
build_of() {
	if ! has "/sys/module/$1"; then
		echo absent
	elif has_our_form "$(slurp "/sys/module/$1/version")" ||
		grep -q " $2" "$ROOT/proc/kallsyms" 2>/dev/null; then
		echo ours
	else
		echo stock
	fi
}
# What to do to get our modules loaded
how_to_get_ours() {
	local file

	file=$(modinfo -n i915 2>/dev/null || :)
	case $file in
	*/updates/*)
		if has_our_form "$(modinfo -F version i915 2>/dev/null || :)"; then
			echo "Reboot: $file is installed, but an older one is loaded. If that does not help: update-initramfs -u, and reboot."
		else
			echo "$file belongs to another package (see \"dkms status\"). Remove that one: both cannot be used. Then: dkms install gvt-dmabuf/$VERSION; update-initramfs -u; reboot."
		fi
		;;
	*)
		if [[ $KERNEL != 6.12.* ]]; then
			echo "Boot a 6.12 kernel of Debian's: the package builds modules for no other."
		elif [ -n "$VERSION" ]; then
			how_to_build
		else
			echo "Install $PACKAGE and linux-headers-$KERNEL, check that \"dkms status\" says \"installed\" for this kernel, and reboot."
		fi
		;;
	esac
}
# What to do if the package is installed, but not its modules for this kernel. dkms status
# then says "added", or nothing of this kernel.
how_to_build() {
	local -r upstream=${KERNEL%%[!0-9.]*}
	local -r again="dkms install gvt-dmabuf/$VERSION -k $KERNEL; update-initramfs -u -k $KERNEL; reboot."

	if [ -z "$SOURCE" ]; then
		echo "Install linux-source-6.12, from which the modules are built; then reboot."
	elif [ "$SOURCE" != "$upstream" ]; then
		echo "The modules cannot be built: linux-source-6.12 is $SOURCE, the kernel is $upstream. Upgrade image, headers and source to one version, and boot that kernel."
	elif ! has "/lib/modules/$KERNEL/build/include"; then
		echo "Install linux-headers-$KERNEL, with which the modules are built; then reboot."
	elif [ -n "$MAKE_LOG" ]; then
		echo "DKMS could not build the modules for $KERNEL: see $MAKE_LOG, which ends as the facts below show. After a remedy: $again"
	else
		echo "DKMS has no modules for $KERNEL. Build them: $again"
	fi
}
secure_boot() {
	local file

	for file in "$ROOT"/sys/firmware/efi/efivars/SecureBoot-*; do
		[ -r "$file" ] || continue
		# Four bytes of attributes come first.
		[ "$(od -An -t u1 -j 4 -N 1 "$file" | tr -d ' ')" = 1 ] && return
	done
	return 1
}
gvt_is_on() { [[ $(slurp /sys/module/i915/parameters/enable_gvt) == [Y1] ]]; }
# Builds of the modules, which check_modules finds out
I915=
KVMGT=
check_modules() {
	local module guc

	I915=$(build_of i915 i915_gem_proxy_)
	KVMGT=$(build_of kvmgt gvt_refusal_text)
	guc=$(slurp /sys/module/i915/parameters/enable_guc)
	heading "modules"
	for module in i915 kvmgt; do
		fact "$module: loaded: $(if [ $module = i915 ]; then echo "$I915"; else echo "$KVMGT"; fi), version: $(slurp /sys/module/$module/version), srcversion: $(slurp /sys/module/$module/srcversion), file: $(modinfo -n $module 2>/dev/null || echo none)"
	done
	fact "i915: enable_gvt=$(slurp /sys/module/i915/parameters/enable_gvt) enable_guc=$guc"
	if secure_boot; then fact "Secure Boot: on"; else fact "Secure Boot: off, or unknown"; fi

	[[ "$GPU_STATE" == driven || $GPU_STATE == unbound ]] || return 0
	# Another's module may be what it refused.
	if [ "$I915-$KVMGT" != ours-ours ] && { logged "[Kk]ey was rejected" || logged "unavailable key"; }; then
		wrong "The kernel has refused a module that is not signed with a key it knows: Secure Boot is on." \
			"Enrol the key of DKMS: mokutil --import /var/lib/dkms/mok.pub, reboot, and confirm it at the start."
		return
	fi
	if [ "$I915" = absent ]; then
		wrong "i915 is not loaded." \
			"Load it: modprobe i915. If it is blacklisted, take it off /etc/modprobe.d and the command line (modprobe.blacklist, nomodeset)."
		return
	fi
	if [ "$I915" = stock ] && [ -n "$(slurp /sys/module/i915/version)" ]; then
		wrong "The i915 of another package is loaded, not that of $PACKAGE." "$(how_to_get_ours)"
	elif [ "$I915" = stock ]; then
		wrong "The kernel uses its own i915, not the one of $PACKAGE." "$(how_to_get_ours)"
	fi
	[ "$I915-$KVMGT" != ours-stock ] ||
		wrong "kvmgt is the kernel's own, i915 is ours." "$(how_to_get_ours)"
	[ "$GPU_STATE" != unbound ] ||
		wrong "No driver has bound the GPU, although i915 is loaded." \
			"See why in the kernel's log below. If i915 was unbound: echo $GPU > /sys/bus/pci/drivers/i915/bind"
	gvt_is_on ||
		wrong "i915 was started without enable_gvt=1." \
			"Put \"options i915 enable_gvt=1\" into a file in /etc/modprobe.d, run update-initramfs -u, and reboot. A running i915 cannot be changed."
	# Bit 0 is submission by the GuC; -1 leaves it to the driver, and off here.
	if [[ $guc =~ ^[0-9]+$ ]] && [ $((guc & 1)) = 1 ]; then
		wrong "i915 was started with enable_guc=$guc: GVT-g does not work with submission by the GuC." \
			"Remove enable_guc from /etc/modprobe.d and the command line, or set it to 0. Then reboot."
	fi
	if [ "$KVMGT" = absent ]; then
		wrong "kvmgt is not loaded." \
			"Load it: modprobe kvmgt. For each start: a line \"kvmgt\" in a file in /etc/modules-load.d."
	fi
}

# --- IOMMU and KVM ----------------------------------------------------------

check_iommu() {
	local unit units=()

	[ -n "$GPU" ] || return 0
	heading "IOMMU"
	for unit in "$ROOT"/sys/class/iommu/*; do
		[ ! -e "$unit" ] || units+=("${unit##*/}")
	done
	fact "units: ${units[*]:-none}"
	if has "/sys/bus/pci/devices/$GPU/iommu_group"; then
		fact "GPU: group $(target "/sys/bus/pci/devices/$GPU/iommu_group"), type $(slurp "/sys/bus/pci/devices/$GPU/iommu_group/type")"
	else
		fact "GPU: not behind an IOMMU"
		if [ ${#units[@]} -gt 0 ]; then
			note "VT-d is on, but not for graphics (intel_iommu=igfx_off?). vGPUs work, but the GPU can reach all memory."
		else
			note "The IOMMU is off (VT-d in the firmware setup, intel_iommu=on on the command line). vGPUs work, but the GPU can reach all memory."
		fi
	fi
}
# access_of FILE: its mode, owner and group, without names of people
access_of() {
	local mode owner group

	read -r mode owner group <<<"$(stat -c '%A %U %G' "$ROOT$1" 2>/dev/null)"
	one_of "$owner" root libvirt-qemu || owner=another
	one_of "$group" root kvm render video vfio libvirt libvirt-qemu || group=another
	echo "${mode:-none}${mode:+ $owner:$group}"
}
check_kvm() {
	local flag

	flag=$(grep -m 1 '^flags' "$ROOT/proc/cpuinfo" 2>/dev/null | grep -owE 'vmx|svm' || :)
	heading "KVM"
	fact "processor: ${flag:-no VT-x}, modules:$(for m in kvm kvm_intel kvm_amd; do ! has /sys/module/$m || printf ' %s' $m; done)"
	if has /dev/kvm; then
		fact "/dev/kvm: $(access_of /dev/kvm)"
	elif [ -z "$flag" ]; then
		wrong "KVM does not work: the processor offers no VT-x." \
			"Turn on VT-x (Intel Virtualization Technology) in the firmware setup."
	else
		wrong "There is no /dev/kvm: KVM is not loaded." "Load it: modprobe kvm_intel. See dmesg if that fails."
	fi
}

# --- vGPUs and VFIO ---------------------------------------------------------

VGPUS=()	# UUIDs
# type_of UUID, resolution_of UUID: of a vGPU
type_of() { target "/sys/bus/mdev/devices/$1/mdev_type"; }
resolution_of() { slurp "/sys/bus/mdev/devices/$1/mdev_type/description" | sed -n 's/^resolution: //p'; }
# number_of UUID: the N of vgpuN
number_of() { slurp "/sys/bus/mdev/devices/$1/intel_vgpu/vgpu_id"; }

check_vgpus() {
	local -r types=/sys/bus/pci/devices/$GPU/mdev_supported_types
	local type uuid free=0 left

	heading "vGPUs"
	for uuid in "$ROOT"/sys/bus/mdev/devices/*; do
		[ -e "$uuid" ] || continue
		uuid=${uuid##*/}
		[[ $(type_of "$uuid") == i915-* ]] || continue
		VGPUS+=("$uuid")
		fact "vGPU $(number_of "$uuid"): type $(type_of "$uuid")"
	done
	[ "$GPU_STATE" = driven ] || return 0
	for type in "$ROOT$types"/*; do
		[ -d "$type" ] || continue
		type=${type#"$ROOT"}
		left=$(slurp "$type/available_instances")
		[[ $left =~ ^[0-9]+$ ]] || left=0
		free=$((free + 10#$left))
		fact "type ${type##*/}: $left left, $(slurp "$type/description" | tr '\n' ' ')"
	done
	if ! has "$types"; then
		fact "no mdev_supported_types"
		# If one of these is missing, that has been said.
		! gvt_is_on || [ "$KVMGT" = absent ] || why_no_types
		return
	fi
	[ ${#VGPUS[@]} -eq 0 ] || return 0
	if [ $free = 0 ]; then
		wrong "No vGPU exists, and no type has an instance left: the aperture is too small." \
			"Set the aperture to 512 MB or more in the firmware setup."
	else
		wrong "No vGPU exists." \
			"Create one: uuidgen > /sys/bus/pci/devices/$GPU/mdev_supported_types/TYPE/create. For each start: mdevctl, see hardware.md in /usr/share/doc/$PACKAGE."
	fi
}
why_no_types() {
	if logged "not yet supported with GuC"; then
		wrong "GVT-g has refused to start, because the GuC submits." "Start i915 with enable_guc=0, and reboot."
	elif logged "GVT-g is disabled for guest"; then
		wrong "This machine is itself a guest with a vGPU, in which GVT-g does not work." "Run this on the host."
	else
		wrong "GVT-g has not started, although i915 has enable_gvt=1 and kvmgt is loaded." \
			"See the lines of i915 and gvt in the kernel's log below."
	fi
}

# node_of UUID: the group's file in /dev
node_of() { echo "/dev/vfio/$(target "/sys/bus/mdev/devices/$1/iommu_group")"; }
check_vfio() {
	local uuid node pid judged=''

	heading "VFIO"
	fact "/dev/vfio/vfio: $(access_of /dev/vfio/vfio)"
	for uuid in "${VGPUS[@]}"; do
		node=$(node_of "$uuid")
		fact "vGPU $(number_of "$uuid"): $node $(access_of "$node")"
		has "$node" ||
			wrong "vGPU $(number_of "$uuid") has no $node." "Load vfio_iommu_type1, and see that /dev is a devtmpfs that udev keeps."
	done
	[ ${#VGPUS[@]} -eq 0 ] || has /dev/vfio/vfio ||
		wrong "There is no /dev/vfio/vfio." "Load VFIO: modprobe vfio_iommu_type1."
	for pid in "${HOLDER[@]}"; do
		seen "Task .* \\($pid\\) RLIMIT_MEMLOCK .*exceeded"
		[ "$COUNT" != 0 ] || continue
		judged=1
		wrong "QEMU was not allowed to lock the guest's memory (RLIMIT_MEMLOCK exceeded, in the kernel's log)." \
			"Raise the limit of the user that runs QEMU above the guest's memory: \"memlock\" in /etc/security/limits.d, or LimitMEMLOCK= of its service. Then log in again."
	done
	seen "RLIMIT_MEMLOCK .*exceeded"
	[ -n "$judged" ] || past "RLIMIT_MEMLOCK exceeded" "$COUNT"
	[ -z "$WHO" ] || check_user
}

may_open() { runuser -u "$WHO" -- test -r "$1" -a -w "$1"; }
may_not() { wrong "The user may not open $1." "$2"; }
# May the user of --user run QEMU with a vGPU?
check_user() {
	local -r spare=256	# MB that QEMU locks besides the guest's memory
	local uuid node limit most

	may_open "$ROOT/dev/kvm" || ! has /dev/kvm ||
		may_not /dev/kvm "Add the user to the group kvm (adduser USER kvm), and log in again."
	may_open "$ROOT/dev/vfio/vfio" || ! has /dev/vfio/vfio ||
		may_not /dev/vfio/vfio "Its mode should be 0666: udevadm trigger /dev/vfio/vfio"
	for uuid in "${VGPUS[@]}"; do
		node=$(node_of "$uuid")
		may_open "$ROOT$node" || ! has "$node" ||
			may_not "$node" "Let the group kvm have vGPUs by 70-gvt-dmabuf.rules (hardware.md in /usr/share/doc/$PACKAGE), add the user to it (adduser USER kvm), and log in again."
	done
	for node in $(render_node); do
		may_open "$ROOT$node" || ! has "$node" ||
			may_not "$node" "Without it, QEMU renders with software. Add the user to the group render (adduser USER render), and log in again."
	done
	limit=$(runuser -u "$WHO" -- sh -c 'ulimit -l' 2>/dev/null) || limit=unknown
	fact "the user may lock: $limit kB"
	[[ $limit =~ ^[0-9]+$ ]] || return 0
	most=$(((limit >> 10) - spare))
	if [ $most -lt $spare ]; then
		wrong "The user may lock only $limit kB of memory, too little for a guest with a vGPU." \
			"Raise \"memlock\" for the group kvm in /etc/security/limits.d above the guest's memory and $spare MB, and log in again."
	else
		note "The user may lock $limit kB of memory: enough for guests of up to $most MB."
	fi
}

# --- the kernel's log -------------------------------------------------------

# Lines stay in the log when what they report is over. So they count against a virtual
# machine only if they are younger than it. Where the host has slept, the log's clock is
# behind: then a line seems older than it is, and becomes a note.

COUNT=0		# of lines that "seen" has found
LAST=		# seconds from the start of the host to the last of them, if known
# seen PATTERN: how often is that in the log, and when last?
seen() {
	local lines

	lines=$(grep -E -- "$1" <<<"$LOG" || :)
	COUNT=$(grep -c . <<<"$lines" || :)
	LAST=
	[[ ! ${lines##*$'\n'} =~ ^\[\ *([0-9]+)\. ]] || LAST=$((10#${BASH_REMATCH[1]}))
}
# past WHAT N: note N lines that concern no virtual machine of now
past() {
	[ "$2" -le 0 ] ||
		note "The kernel's log has \"$1\" (lines: $2${LAST:+, the last $LAST s after the start of the host}), but as far as is known not of a virtual machine that runs now."
}
# concerns UUID: is the last line that "seen" has found younger than its virtual machine?
concerns() { [ -n "$LAST" ] && [ -n "${STARTED[$1]-}" ] && [ "$LAST" -ge "${STARTED[$1]}" ]; }

check_failsafe() {
	local uuid number judged=''

	for uuid in "${VGPUS[@]}"; do
		number=$(number_of "$uuid")
		seen "Now vgpu $number will enter failsafe mode"
		concerns "$uuid" || continue
		judged=1
		wrong "GVT-g has taken vGPU $number from its guest (\"failsafe mode\" in the kernel's log), whose screen then stays as it is." \
			"Shut the guest down and start it again. If it happens again, its driver does something that GVT-g does not know: report it."
	done
	seen "will enter failsafe mode"
	[ -n "$judged" ] || past "failsafe mode" "$COUNT"
}
check_hang() {
	local file uuid wedged

	for file in "$ROOT$DEBUGFS"/dri/*/i915_wedged; do
		[ -e "$file" ] || continue
		read_timed wedged "${file#"$ROOT"}" || return 0
		[ "${wedged:-0}" != 0 ] || continue
		wrong "The GPU has hung, and i915 has given it up (\"wedged\")." "Reboot, and report it with what is below."
		return
	done
	seen "GPU HANG"
	for uuid in "${!STARTED[@]}"; do
		concerns "$uuid" || continue
		wrong "The GPU has hung while a guest ran (GPU HANG in the kernel's log)." \
			"Restart the guest. If it happens again, report it with what is below."
		return
	done
	past "GPU HANG" "$COUNT"
}
check_log() {
	heading "kernel log"
	fact "$(tail -n 80 <<<"$LOG" | scrub_log)"
	check_failsafe
	check_hang
}
