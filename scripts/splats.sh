#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# splats.sh CONSOLE-LOG [VARIANT]: print what a kernel must not say.
#
# Prints each offending line of the log and exits 1 if there is one. On the
# debug kernel one splat of the base's own is allowed, by name: a suspicious
# RCU use inside KVM when a vGPU is opened.

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
	}
	# lockdep prints the place on the line after the next: keep the block
	# until it is known to be the allowed one.
	debug && /WARNING: suspicious RCU usage/ { held = $0; left = 4; next }
	left > 0 {
		if (/kvm_page_track_register_notifier|page_track\.c/) {
			held = ""; left = 0; allowed = 1; trace = 1; next
		}
		if (--left == 0) { print held; bad = 1; held = "" }
	}
	allowed && trace && /Call Trace:/ { trace = 0; next }
	$0 ~ splat { print; bad = 1 }
	END {
		if (held != "") { print held; bad = 1 }
		exit bad
	}'
