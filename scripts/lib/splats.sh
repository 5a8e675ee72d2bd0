#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# splats.sh CONSOLE-LOG: find warnings and oopses in a kernel log.
#
# Prints each such line of the log, and exits with 1 if there is any.

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
SPLAT+='|Modules tainted|DMAR: .*fault'
# A checker that disables itself finds nothing from then on.
SPLAT+='|kmemleak: (Cannot|.*disabled)|turning off the locking|lockdep is turned off'

# Harmless messages of checkers about themselves
FINE='DMA-API: (preallocated|debugging enabled|dma_debug_entry pool grown)'
FINE+='|kmemleak: Cannot allocate a scan area'
# Allocations that a test has made fail: what they lead to counts, and not the trace itself
MADE_TO_FAIL='vmalloc error: |__kmem_cache_create_args\\(.*failed with error -(12|22)'

! tr -d '\r' <"$1" | awk -v made="$MADE_TO_FAIL" '
	$0 ~ made { skip = 1 }
	/Call Trace:/ && skip { skip = 0; next }
	{ print }' | grep -E "$SPLAT" | grep -vE "$FINE"
