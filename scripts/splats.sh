#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# splats.sh CONSOLE-LOG: print what a kernel must not say.
#
# Prints each offending line of the log and exits 1 if there is one. One report
# is let through, by name, and whole: the base reads guest memory, for which VFIO
# takes locks, while it holds the timeline of a request that it makes for a
# guest's workload. It has nothing to do with the export; docs/rig.md.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
usage_if_asked "$@"
[ -f "${1-}" ] || die "no log file ${1-} (see --help)"

SPLAT='WARNING: |BUG: |BUG at |Oops|general protection|KASAN: |UBSAN: |KCSAN: '
SPLAT+='|[*]ERROR[*]|INFO: task .* blocked|detected stall|soft lockup|hard LOCKUP'
SPLAT+='|Kernel panic|suspicious RCU usage|possible recursive locking'
SPLAT+='|possible circular locking|inconsistent lock state|refcount_t: '
SPLAT+='|list_(add|del) corruption|Call Trace:|cut here|unable to handle'
SPLAT+='|Modules tainted'

tr -d '\r' <"$1" | awk -v splat="$SPLAT" '
	# A report of lockdep ends with its stack: keep it until it can be judged.
	function judge() {
		if (!(index(report, "is trying to acquire lock:") &&
		      index(report, "at: vfio_iommu_type1_dma_rw") &&
		      index(report, "(&timeline->mutex){+.+.}-{3:3}, at: i915_request_create"))) {
			print first
			bad = 1
		}
		report = ""
	}
	report == "" && /WARNING: possible circular locking dependency/ {
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
