#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# sparse.sh: run sparse and W=1 on the kernel files of the series; results as TAP.
#
# Uses the build tree of modules.sh. Messages about other files of the base are
# ignored.

# shellcheck source=lib/kernel-tree.sh
. "$(dirname "$0")/lib/kernel-tree.sh"
usage_if_asked "$@"

DRIVER=drivers/gpu/drm/i915
LOG=$LOGS/sparse.log

"$SCRIPTS/modules.sh" >&2	# leaves a configured tree
series_state
sync_tree "modules-$KERNEL_VERSION"
# Those below selftests/ are included by others, and only on the debug kernel.
mapfile -t sources < <(cd "$REPO" && find $DRIVER -name '*.c' ! -path '*/tests/*' \
	! -path '*/selftests/*' -printf '%P\n' | sort)
echo "TAP version 13"
echo "1..${#sources[@]}"
# -k: one file that does not compile must not hide the others.
make -k -C "$TREE" -j "$JOBS" M=$DRIVER C=2 CHECK=sparse W=1 \
	"${sources[@]/%.c/.o}" >"$LOG" 2>&1 </dev/null || :
n=0
for source in "${sources[@]}"; do
	n=$((n + 1))
	if said=$(grep -F "$DRIVER/${source%.c}" "$LOG" | grep -E ':[0-9]+(:[0-9]+)?: (warning|error)'); then
		echo "not ok $n $source"
		printf '%s\n' "$said" | sed 's/^/# /'
	elif [ "$BASE" != "$MACHINE_BASE" ] && grep -q 'sparse is not .* up to date' "$LOG"; then
		echo "ok $n $source # SKIP gcc W=1 says nothing; the kernel wants a newer sparse than this release has"
	elif ! grep -qE "CHECK +$DRIVER/$source|CHECK .*$source" "$LOG"; then
		echo "not ok $n $source: sparse did not see it, see $LOG"
	else
		echo "ok $n $source"
	fi
done
unlock "build-modules-$KERNEL_VERSION"
