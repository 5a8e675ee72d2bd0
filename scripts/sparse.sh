#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# sparse.sh: run sparse, W=1 and kernel-doc on the kernel files of the series; results as
# TAP.
#
# Then compiles the files of the base that the series changes without the option of the
# export, and without GVT-g: each must compile, and use nothing that the other files
# define. Uses the build tree of modules.sh. Messages about other files of the base are
# ignored.

# shellcheck source=lib/kernel-tree.sh
. "$(dirname "$0")/lib/kernel-tree.sh"
# shellcheck source=lib/messages.sh
. "$SCRIPTS/lib/messages.sh"
usage_if_asked "$@"

DRIVER=drivers/gpu/drm/i915

"$SCRIPTS/modules.sh" >&2	# leaves a configured tree
series_state
sync_tree "modules-$KERNEL_VERSION"
LOG=$LOGS/sparse-$KERNEL_VERSION.log	# of this base: both may be tested at once
# Those below selftests/ are included by others, and only on the debug kernel.
mapfile -t sources < <(cd "$REPO" && find $DRIVER -name '*.c' ! -path '*/tests/*' \
	! -path '*/selftests/*' -printf '%P\n' | sort)
mapfile -t headers < <(cd "$REPO" && find $DRIVER -name '*.h' ! -path '*/tests/*' \
	! -path '*/selftests/*' -printf '%P\n' | sort)
echo "TAP version 13"
echo "1..$((${#sources[@]} + 4))"
# What an earlier run has compiled says nothing any more.
(cd "$TREE/$DRIVER" && rm -f "${sources[@]/%.c/.o}")
# -k: one file that does not compile must not hide the others.
make -k -C "$TREE" -j "$JOBS" M=$DRIVER C=2 CHECK=sparse W=1 \
	"${sources[@]/%.c/.o}" >"$LOG" 2>&1 </dev/null || :
# Newer kernels do not run it with M=.
(cd "$TREE/$DRIVER" && "$TREE/scripts/kernel-doc" -none "${sources[@]}" "${headers[@]}") >>"$LOG" 2>&1 || :
SAID=$(mktemp)
DOOMED+=("$SAID")
messages "$TREE" $DRIVER <"$LOG" | sort -u >"$SAID"
n=0
unseen=()
for source in "${sources[@]}"; do
	n=$((n + 1))
	grep -qE "CHECK +($DRIVER/)?$source\$" "$LOG" || unseen+=("$source")
	if said=$(grep -F "$DRIVER/${source%.c}." "$SAID"); then
		echo "not ok $n $source"
		printf '%s\n' "$said" | sed 's/^/# /'
	elif [ ! -f "$TREE/$DRIVER/${source%.c}.o" ]; then
		echo "not ok $n $source: it does not compile, see $LOG"
	else
		echo "ok $n $source"
	fi
done
n=$((n + 1))
if said=$(grep -F -f <(printf '%s:\n' "${headers[@]/#/$DRIVER/}") "$SAID"); then
	echo "not ok $n headers"
	printf '%s\n' "$said" | sed 's/^/# /'
else
	echo "ok $n headers: ${#headers[@]} files"
fi
n=$((n + 1))
if [ ${#unseen[@]} -eq 0 ]; then
	echo "ok $n sparse sees each file"
elif [ "$BASE" != "$MACHINE_BASE" ] && grep -q 'sparse is not .* up to date' "$LOG"; then
	echo "ok $n sparse sees each file # SKIP the kernel wants a newer sparse than this release has"
else
	echo "not ok $n sparse sees each file, see $LOG: not ${unseen[*]}"
fi

# symbols OPTION OBJECT...: those that nm names with it, one per line.
symbols() { (cd "$TREE/$DRIVER" && nm -gj "$@" | grep -v -e ':$' -e '^$' | sort -u); }
# without NAME OPTIONS OBJECTS ABSENT: compile OBJECTS as if OPTIONS were off, and see
# that they do not use what the ABSENT objects define. The options are undefined after
# the kernel's own configuration: nothing else is compiled again.
without() {
	local name=$1 options=$2 objects=$3 absent=$4 log=$LOGS/without-$KERNEL_VERSION.log rc=0 said option

	n=$((n + 1))
	for option in $options; do printf '#undef %s\n#undef %s_MODULE\n' "$option" "$option"; done >"$OFF"
	# shellcheck disable=SC2086	# they are lists
	make -k -C "$TREE" -j "$JOBS" M=$DRIVER W=1 KCFLAGS="-g0 -include $OFF" $objects >"$log" 2>&1 </dev/null || rc=$?
	said=$(grep -E ':[0-9]+:[0-9]+: (warning|error): ' "$log") || :	# gcc's, not kernel-doc's
	# shellcheck disable=SC2086
	[ $rc -ne 0 ] || said+=$(comm -12 <(symbols -u $objects) <(symbols --defined-only $absent) |
		sed 's/$/ is used, and defined with the option only/')
	if [ $rc -eq 0 ] && [ -z "$said" ]; then
		echo "ok $n without $name: $(wc -w <<<"$objects") files"
	else
		echo "not ok $n without $name, see $log"
		printf '%s\n' "${said:-make failed}" | sed 's/^/# /'
	fi
}
# All new files belong to the option; those of GVT-g are in gvt/, and two beside it.
OFF=$(mktemp --suffix=.h)
DOOMED+=("$OFF")
new=${sources[*]/%.c/.o}
changed=$(cd "$STATE/files/$DRIVER" && find . -name '*.c' ! -path '*/tests/*' ! -path '*/selftests/*' -printf '%P\n' |
	grep -vxF -f <(printf '%s\n' "${sources[@]}") | sed 's/c$/o/' | sort | xargs)
gvt=$(xargs -n 1 <<<"$changed" | grep -E '^(gvt/|intel_gvt)' | xargs)
others=$(xargs -n 1 <<<"$changed" | grep -vE '^(gvt/|intel_gvt)' | xargs)
without CONFIG_DRM_I915_GVT_DMABUF CONFIG_DRM_I915_GVT_DMABUF "$changed" "$new"
without CONFIG_DRM_I915_GVT "CONFIG_DRM_I915_GVT CONFIG_DRM_I915_GVT_KVMGT CONFIG_DRM_I915_GVT_DMABUF" \
	"$others" "$new $gvt"
unlock "build-modules-$KERNEL_VERSION"
