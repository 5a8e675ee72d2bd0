#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# splats.sh CONSOLE-LOG [VARIANT]: print what a kernel must not say.
#
# Prints each offending line of the log and exits 1 if there is one. On the
# debug kernel two reports of lockdep are allowed, by name. Both are the base's
# own and have nothing to do with the export:
#
# - a suspicious RCU use in kvm_page_track_register_notifier(), when a vGPU is
#   opened;
# - cache_lock -> iommu->lock -> device_list_lock, closed by
#   intel_vgpu_dma_unmap(), when guest memory is unmapped. kvmgt pins pages
#   under cache_lock; docs/audit.md, row 14.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
usage_if_asked "$@"
[ -f "${1-}" ] || die "no log file ${1-} (see --help)"

tr -d '\r' <"$1" | awk -v debug="$([ "${2-}" = debug ] && echo 1)" '
	BEGIN {
		splat = "WARNING: |BUG: |BUG at |Oops|general protection|KASAN: |" \
			"UBSAN: |KCSAN: |\\*ERROR\\*|INFO: task .* blocked|" \
			"detected stall|soft lockup|hard LOCKUP|Kernel panic|" \
			"suspicious RCU usage|possible recursive locking|" \
			"possible circular locking|inconsistent lock state|" \
			"refcount_t: |list_(add|del) corruption|" \
			"Call Trace:|cut here|unable to handle|Modules tainted"
		rcu = "WARNING: suspicious RCU usage"
		circle = "WARNING: possible circular locking dependency"
		chain = "&vgpu->cache_lock --> &iommu->lock --> &iommu->device_list_lock"
	}
	# A report of lockdep ends with its stack: keep it whole until it is known
	# to be one that is allowed.
	function judge() {
		if (!((index(report, rcu) &&
		       index(report, "kvm_page_track_register_notifier")) ||
		      (index(report, circle) && index(report, chain) &&
		       index(report, "at: intel_vgpu_dma_unmap")))) {
			print first
			bad = 1
		}
		report = ""
	}
	debug && report == "" && (index($0, rcu) || index($0, circle)) {
		report = first = $0
		next
	}
	report != "" {
		report = report "\n" $0
		if (/<\/TASK>/) judge()
		next
	}
	$0 ~ splat { print; bad = 1 }
	END {
		if (report != "") judge()
		exit bad
	}' || exit 1
