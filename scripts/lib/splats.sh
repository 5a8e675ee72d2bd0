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
SPLAT+='|BUG [^ ]+ [(].*[Tt]ainted|[*]ERROR[*]|INFO: task .* blocked|detected stall'
SPLAT+='|soft lockup|hard LOCKUP|Kernel panic|suspicious RCU usage'
SPLAT+='|possible recursive locking|possible circular locking|inconsistent lock state'
SPLAT+='|INFO: trying to register|refcount_t: |list_(add|del) corruption|Call Trace:'
SPLAT+='|cut here|unable to handle|GEM_(BUG|WARN)_ON|ODEBUG: |DMA-API: |nobody cared'
SPLAT+='|Modules tainted'
# A checker that gives up finds nothing from then on.
SPLAT+='|kmemleak: (Cannot|.*disabled)|turning off the locking|lockdep is turned off'

# What the DMA API's checker says of itself when all is well
FINE='DMA-API: (preallocated|debugging enabled|dma_debug_entry pool grown)'

! tr -d '\r' <"$1" | grep -E "$SPLAT" | grep -vE "$FINE"
