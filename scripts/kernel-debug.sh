#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kernel-debug.sh [--path] [debug|coverage|kcsan]: build a kernel for the rig that watches
# itself.
#
#   debug     KASAN, lockdep, kmemleak, fault injection, KUnit and the i915 selftests
#             (default)
#   coverage  counts what is executed of the files that the series touches, with gcov,
#             instead of looking for faults
#   kcsan     looks for data races in these files, with KCSAN
#
# For the fuzzer, debug and kcsan also tell a task what it executes of these files, by KCOV.
#
# A small kernel from the base with the series, configured by rig/debug.config and, for
# another than debug, the file of its name over that. The first build takes minutes, one
# after a change of the series seconds. --path prints its location.

# shellcheck source=lib/kernel-tree.sh
. "$(dirname "$0")/lib/kernel-tree.sh"
usage_if_asked "$@"
if [ "${1-}" = --path ]; then
	path_wanted --path
	shift
fi
KIND=${1:-debug}
mapfile -t KINDS < <(listed)
is_one_of "$KIND" "${KINDS[@]}" || die "no kernel '$KIND' (see --help)"

FRAGMENTS=(rig/debug.config)
[ "$KIND" = debug ] || FRAGMENTS+=("rig/$KIND.config")
series_state
name=$KIND-$(hash_words "$(kernel_hash)" \
	"$(hash_paths "${FRAGMENTS[@]}" scripts/kernel-debug.sh scripts/lib/kernel-tree.sh)")

# An option may have become part of another, or of all kernels, on a base that is
# not the machine's own; there it is enough that Kconfig has no such name.
gone() {
	[ "$BASE" != "$MACHINE_BASE" ] &&
		! grep -rqE --include='Kconfig*' "^[[:space:]]*(menu)?config ${1#CONFIG_}\$" .
}
# The last word on each option
wanted_options() {
	(cd "$REPO" && cat "${FRAGMENTS[@]}") | awk '
		/^CONFIG_/ { split($1, name, "="); last[name[1]] = $0 }
		/^# CONFIG_.* is not set/ { last[$2] = $0 }
		END { for (option in last) print last[option] }'
}
configure_tree() {
	local wanted

	configure_as_debug "${FRAGMENTS[@]:1}"
	# Kconfig drops silently what it cannot have.
	wanted_options | while read -r wanted; do
		case $wanted in
		'#'*) # gone for good is as well not set
			wanted=${wanted#\# }
			! grep -q "^${wanted%% *}=[ym]" .config && continue
			;;
		*)
			grep -qxF "$wanted" .config && continue
			gone "${wanted%%=*}" && continue
			;;
		esac
		echo "${FRAGMENTS[*]}: asked for '$wanted', and Kconfig does not give it"
		exit 1
	done
}
# DRM_I915_WERROR, which DRM_I915_DEBUG_GEM needs, would also compile each header
# of i915 by itself: as long again as all the rest of i915.
make_kernel() {
	local instrumented=()

	case $KIND in
	debug) mapfile -t instrumented < <(series_files | switches KCOV_INSTRUMENT) ;;
	coverage) mapfile -t instrumented < <(series_files | switches GCOV_PROFILE) ;;
	kcsan) mapfile -t instrumented < <(echo KCSAN_SANITIZE=n && series_files | switches KCSAN_SANITIZE KCOV_INSTRUMENT) ;;
	esac
	make -C "$TREE" -j "$JOBS" 'no-header-test=%.h' "${instrumented[@]}" bzImage modules
}
# switches NAME...: variables of Kbuild for each file, by its name in its Makefile
switches() {
	local file name

	while read -r file; do
		file=${file%.c}
		case $file in
		drivers/gpu/drm/i915/*) file=${file#drivers/gpu/drm/i915/} ;;
		*) file=${file##*/} ;;
		esac
		for name; do echo "${name}_$file.o=y"; done
	done
}
# series_files: what the series touches, except tests
series_files() {
	(cd "$STATE/files" && find drivers samples -name '*.c' ! -path '*/tests/*' ! -path '*/selftests/*') |
		sort
}
# What gcov needs besides the counts: see coverage.sh.
keep_notes() {
	local dir=$1 file

	mkdir "$dir/gcov"
	echo "$TREE" >"$dir/gcov/tree"
	series_files | while read -r file; do
		[ ! -f "$TREE/${file%.c}.gcno" ] ||
			(cd "$TREE" && cp --parents "${file%.c}.gcno" "$dir/gcov")
	done
}
install_kernel() {
	local dir=$1

	cp "$TREE/arch/x86/boot/bzImage" "$dir/vmlinuz"
	make -C "$TREE" -j "$JOBS" INSTALL_MOD_PATH="$dir" INSTALL_MOD_STRIP=1 modules_install
	rm -f "$dir"/lib/modules/*/build
	[ "$KIND" != coverage ] || keep_notes "$dir"
}

build_kernel() {
	local dir=$1

	configured_tree "$KIND-$KERNEL_VERSION" "configuring the $KIND kernel" configure_tree \
		"$(hash_paths "${FRAGMENTS[@]}")"
	run_logged "building the $KIND kernel" "$LOGS/$KIND-build.log" make_kernel
	run_logged "installing the $KIND kernel" "$LOGS/$KIND-install.log" install_kernel "$dir"
	unlock "build-$KIND-$KERNEL_VERSION"
}

entry "$name" build_kernel
tell_path "$CACHE/$name"
