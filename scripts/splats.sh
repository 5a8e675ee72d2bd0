#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# splats.sh CONSOLE-LOG: print what a kernel must not say.
#
# Prints each offending line of the log and exits 1 if there is one.

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

! tr -d '\r' <"$1" | grep -E "$SPLAT"
