#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# mutants.sh [OPTION...]: which single changes of the code does no test notice?
#
# Changes drivers/gpu/drm/i915/gvt/plane_decoder*.c in one place at a time (a comparison
# turned, a bound off by one, a statement left out; scripts/mutate.py --help has the
# kinds), runs the KUnit rows on each in user space, with ASan and UBSan, and prints a
# table and the diff of each change that no row notices. Fails if there is one that
# rig/mutants/equivalent does not have, with the reason why no test can.
#
#   --count N       how many mutants, in the order of the seed (default 500); 0: all
#   --seed N        default 1
#   --kinds A,B     only these kinds
#   --match REGEX   only those of which "FILE FUNCTION OLD NEW" matches, the last two
#                   being the changed lines
#   --rig N         N mutants of the other files that the series creates, one rig each:
#                   the programs of the kselftest, those of rig/mutants/programs first,
#                   until one fails
#   --platform P    of these rigs: bdw, skl, kbl (default) or cfl
#   --skip N        pass over the first N, which an earlier run has tried
#   --only FILE     mutants of this file, such as surface.c
#   --list          print the mutants, and try none

# shellcheck source=lib/kernel-tree.sh
. "$(dirname "$0")/lib/kernel-tree.sh"
# shellcheck source=lib/decoder.sh
. "$(dirname "$0")/lib/decoder.sh"
usage_if_asked "$@"

COUNT=500 SEED=1 IN_RIG='' PLATFORM=kbl ONLY=''
ARGS=()
while [ $# -gt 0 ]; do
	value_given "$@"
	case $1 in
	--count) COUNT=$2 && shift ;;
	--seed) SEED=$2 && shift ;;
	--skip) ARGS+=(--skip "$2") && shift ;;
	--match) ARGS+=(--match "$2") && shift ;;
	--kinds) ARGS+=(--kinds "$2") && shift ;;
	--rig) IN_RIG=1 COUNT=$2 && shift ;;
	--platform) PLATFORM=$2 && shift ;;
	--only) ONLY=$2 && shift ;;
	--list) ARGS+=(--list) ;;
	*) die "unknown option $1 (see --help)" ;;
	esac
	shift
done
[[ $COUNT =~ ^[0-9]+$ ]] || die "--count $COUNT is not a number"
[[ $SEED =~ ^[0-9]+$ ]] || die "--seed $SEED is not a number"

# Debian's Python, which has clang's tokens.
PYTHON=/usr/bin/python3
$PYTHON -c 'import clang.cindex' 2>/dev/null || "$SCRIPTS/setup.sh" python3-clang >&2
base_paths
BUILD=$CACHE/tmp/mutants.$$
FILES=()

# of_interest FILE...: sets FILES to those that --only names
of_interest() {
	local file

	for file; do [ -n "$ONLY" ] && [ "${file##*/}" != "$ONLY" ] || FILES+=("$file"); done
	[ ${#FILES[@]} -gt 0 ] || die "--only $ONLY: not among ${*##*/}"
}

# --- in user space ----------------------------------------------------------

# As the debug kernel has KASAN and UBSan
WATCHERS=('-fsanitize=address,undefined' -fno-sanitize-recover=all)

# try DIR FILE NAME, for mutate.py: the objects of all files, with another one.
prepare_rows() {
	local src obj

	decoder_in "$BUILD" "$BASE_SRC"
	of_interest "${DECODER[@]}"
	# -fwrapv as in any kernel. What the kernel does not compile is no mutant.
	FLAGS+=(-O0 -g0 -fwrapv -I "$REPO/$I915/gvt"
		-Werror=return-type -Werror=incompatible-pointer-types)
	mkdir "$BUILD/plain" "$BUILD/watched" "$BUILD/none"
	for src in "${DECODER[@]}" "${TESTS[@]}" "$SHIM/main.c" "$SHIM/drm_format_info.c"; do
		obj=$(basename "$src" .c).o
		gcc "${FLAGS[@]}" -c -o "$BUILD/plain/$obj" "$src"
		gcc "${FLAGS[@]}" "${WATCHERS[@]}" -c -o "$BUILD/watched/$obj" "$src"
	done
	# What watches takes twice the time, and few mutants need it.
	cat >"$BUILD/try" <<-EOS
		#!/bin/sh
		rows() {
			how=\$1 dir=\$2 file=\$3 obj=\${4%.c}.o
			shift 4
			gcc "\$@" $(printf '%q ' "${FLAGS[@]}") -c -o "\$dir/mutant.o" "\$file" || exit 125
			gcc "\$@" -o "\$dir/rows" "\$dir/mutant.o" \\
				\$(ls "$BUILD/\$how"/*.o | grep -v "/\$obj\$") || exit 125
			(ulimit -t 20 && cd "\$dir" && ./rows) || exit 1
		}
		rows plain "\$@"
		rows watched "\$@" ${WATCHERS[*]}
	EOS
	chmod +x "$BUILD/try"
	"$BUILD/try" "$BUILD/none" "${DECODER[0]}" "${DECODER[0]##*/}" >"$BUILD/rows" 2>&1 ||
		die "the rows fail on the decoder as it is: $(tail -n 1 "$BUILD/rows")"
	# Time is that of the processor: a busy machine kills no mutant.
	ARGS+=(--jobs "$JOBS" --timeout 1200)
}

# --- in the rig -------------------------------------------------------------

# What gvt_dmabuf_import_test imports into: see check.sh.
IMPORTER=(--device virtio-gpu-pci --append fbcon=map:9)
configure_tree() { configure_as_debian; }
make_modules() { make -C "$TREE" -j "$JOBS" M=$I915 modules; }

# try DIR FILE NAME, for mutate.py: build the modules with another file, in a tree that
# this script holds the lock of, and boot the rig with them.
prepare_rigs() {
	local programs order

	mapfile -t FILES < <(cat "$REPO"/series/*/*/files | grep -E "^$I915/.*\.c$" |
		grep -v -e /tests/ -e /selftests/ -e /plane_decoder | sort -u | sed "s|^|$REPO/|")
	set -- "${FILES[@]}"
	FILES=()
	of_interest "$@"
	series_state
	configured_tree "mutants-$KERNEL_VERSION" "configuring the kernel as Debian does" configure_tree
	run_logged "building i915 and kvmgt" "$LOGS/mutants-build.log" make_modules
	programs=$("$SCRIPTS/programs.sh" --path)
	order=$(cd "$programs" && echo *_test)
	mkdir -p "$BUILD/modules"
	DOOMED+=("$BUILD")
	cp "$("$SCRIPTS/modules.sh" --path)/mbochs.ko" "$BUILD/modules/"
	cat >"$BUILD/try" <<-EOS
		#!/bin/bash
		set -eu
		file=\$(cd "$STATE/files" && echo $I915/*/"\$3")
		# A new time each way: make must see the change.
		cp "\$2" "$TREE/\$file"
		make -C "$TREE" -j "$JOBS" M=$I915 modules >"\$1/make" 2>&1 || rc=\$?
		cp "$STATE/files/\$file" "$TREE/\$file"
		[ -z "\${rc-}" ] || exit 125
		for m in i915 kvmgt; do strip --strip-debug -o "$BUILD/modules/\$m.ko" "$TREE/$I915/\$m.ko"; done
		first=\$(sed -n "s/^\${3%.c}: //p" "$REPO/rig/mutants/programs")
		mkdir "\$1/share"
		cp "$programs"/*_test "\$1/share/"
		# Programs are run from memory: see start_rig() in check.sh.
		cat >"\$1/share/run" <<-'EOR'
			export GVT_UNFIXED_VFIO=1	# VFIO is Debian's
			for t in \$(cat order); do
				cp \$t /tmp/ && /tmp/\$t >\$t.tap 2>&1 || exit 1
				rm /tmp/\$t
			done
		EOR
		(cd "$programs" && for t in \$first; do ls gvt_dmabuf_\${t}_test; done) >"\$1/share/order"
		echo $order | tr ' ' '\\n' | grep -vxFf "\$1/share/order" >>"\$1/share/order"
		rm -f "$OUT/rig/log/mutant.console.log"
		"$SCRIPTS/boot.sh" --name mutant --modules "$BUILD/modules" --platform $PLATFORM \\
			--share "\$1/share" --timeout 1500 --quiet $(printf '%q ' "${IMPORTER[@]}") >"\$1/boot" 2>&1 && exit
		# A test or the kernel has noticed, or the guest never came to the tests: the rig's own
		# failures, and the time of a busy machine, kill no mutant.
		! grep -qsE '^ *not ok ' "\$1"/share/*.tap || exit 1
		! grep -q ': the kernel complained: ' "\$1/boot" || exit 1
		! grep -q ' did not finish within ' "\$1/boot" || exit 125
		grep -qs '^rig: ' "$OUT/rig/log/mutant.console.log" || exit 125
		exit 1
	EOS
	chmod +x "$BUILD/try"
	if ! is_one_of --list "${ARGS[@]}"; then
		mkdir "$BUILD/none"
		run_logged "running the tests on the modules as they are" "$LOGS/mutants-none.log" \
			"$BUILD/try" "$BUILD/none" "${FILES[0]}" "${FILES[0]##*/}"
	fi
	ARGS+=(--jobs 1 --timeout 5400)
}

if [ -n "$IN_RIG" ]; then prepare_rigs; else prepare_rows; fi
mkdir "$BUILD/tried"
say "mutants, seed $SEED"
$PYTHON "$SCRIPTS/mutate.py" --try "$BUILD/try" --work "$BUILD/tried" \
	--seed "$SEED" --count "$COUNT" --equivalent "$REPO/rig/mutants/equivalent" \
	"${ARGS[@]}" "${FILES[@]}" || exit
