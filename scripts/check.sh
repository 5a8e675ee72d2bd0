#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# check.sh [--short] [--stock] [--kvm] [--coverage|--kcsan] [STEP...]: run the tests and count the results.
#
#   shell        shellcheck on the scripts
#   sources      the selection of apt's suites and packages (sources-check.sh)
#   tap          the counting of results (tap-check.sh)
#   report       gvt-dmabuf-report on machines made of files (report-check.sh)
#   series       the patch series: listing, replay, git am, checkpatch
#   style        checkpatch on what is not in the series
#   docs         the document of the series, by Sphinx; links (docs-check.sh)
#   uapi         the uAPI headers compile alone, with the same layout in 32 and 64
#                bits
#   decoder      the decoder in user space: KUnit rows and branch coverage
#   sparse       sparse and W=1 on the kernel files of the series, and its files
#                without the options that they depend on
#   litmus       the order of memory accesses, if there is a herd7 (litmus.sh)
#   qtest        the IGD device
#   igt          the IGT test, if IGT_SRC names a checkout (igt.sh)
#   rig          on each platform: GPU smoke test and kselftest; the test of pipes on a
#                GPU with one fused off; those that use two vGPUs; those of memory with
#                an IOMMU; a suspend of the host; and the kselftest as 32-bit programs
#   firmware     Debian's QEMU in the rig shows a guest (check-e2e.sh)
#   debug        KUnit, mock selftests and kselftest on the debug kernel
#   stress       a minute of the fuzzer on the debug kernel
#   kunit        KUnit and mock selftests alone (part of debug)
#
# Without STEP, all of them but kunit. On a base that is not the machine's own, only
# steps that depend on the kernel, on two platforms, with kunit in place of debug.
#
# --short repeats less: on Debian's kernel each test runs on one platform of each
# generation, on the debug kernel on one, and 32-bit programs on the machine's base; the
# other platforms have only what depends on them.
#
# --stock runs only rig and firmware, on Debian's own i915 and kvmgt. Failures show
# faults of stock there, and the exit status is 0 as long as the tests could run. The
# last line is always "N passed, N failed, N skipped".
#
# --coverage and --kcsan run only debug, on another kernel that watches itself instead of
# the debug kernel: see kernel-debug.sh and coverage.sh.
#
# check.sh --made-of: print the paths of what rig and debug run. If both pass, these
# are also written to out/check/made-of.

# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
usage_if_asked "$@"

PLATFORMS=(kbl bdw skl cfl)
DEBUG_PLATFORMS=(kbl bdw)	# one of each generation
[ "$BASE" = "$MACHINE_BASE" ] || PLATFORMS=("${DEBUG_PLATFORMS[@]}")
declare -A DEBUG_CPUS=([kbl]=2 [bdw]=1)
# What asks how memory goes away, in the ways that Debian's kernels do not offer: no
# platform has its own, so one of them is enough.
declare -A IOMMUFD_TESTS=([bdw]=$(echo gvt_dmabuf_unmap{,_gpu}_test@{iommufd,cdev}))
STRESS_MINUTES=1
ON_RIG=(rig firmware debug stress kunit)	# steps that boot it
PRINT_TAP=(sources tap report series docs uapi decoder sparse litmus)
# Of these the driver has code for single platforms of one generation.
PLATFORM_TESTS=$(echo gvt_dmabuf_{command,flip,guest,model,pipe,plane,submit}_test gvt_dmabuf_test)
# What has the GPU, or another device, access memory
IOMMU_TESTS=$(echo gvt_dmabuf_{context,hidden,import,object,pages,pixels,submit,unmap,unmap_gpu}_test gvt_dmabuf_test)
mapfile -t ALL < <(listed)
STEPS=()
SHORT=
STOCK=
WATCHER=debug
BOOT=()
MADE_OF=
for arg in "$@"; do
	case $arg in
	--made-of) MADE_OF=1 ;;
	--short) SHORT=1 ;;
	--coverage | --kcsan) WATCHER=${arg#--} ;;
	--stock)
		STOCK=1
		BOOT+=(--stock)
		;;
	--kvm) BOOT+=(--kvm) ;;
	*)
		is_one_of "$arg" "${ALL[@]}" || die "unknown step or option $arg (see --help)"
		STEPS+=("$arg")
		;;
	esac
done
if [ ${#STEPS[@]} -eq 0 ]; then
	mapfile -t STEPS < <(listed | grep -vx kunit)
	# What does not depend on the kernel is looked at on the machine's own base.
	[ "$BASE" = "$MACHINE_BASE" ] || STEPS=(sources series docs uapi decoder sparse rig kunit)
	[ -z "$STOCK" ] || STEPS=(rig firmware)
	[ "$WATCHER" = debug ] || STEPS=(debug)
fi
made_of() {
	echo "$BASE${SHORT:+, short}"
	hash_paths scripts/check.sh scripts/boot.sh scripts/lib
	"$SCRIPTS/qemu.sh" --path
	"$SCRIPTS/programs.sh" --path
	"$SCRIPTS/initrd.sh" --path ours
	"$SCRIPTS/initrd.sh" --path debug
}
if [ -n "$MADE_OF" ]; then
	made_of
	exit
fi
# wants STEP...: is any of them to be done?
wants() {
	local step

	for step; do ! is_one_of "$step" "${STEPS[@]}" || return 0; done
	return 1
}

RESULTS=$OUT/check
PASSED=0
FAILED=0
SKIPPED=0
declare -A JOB_COUNT=() JOB_NAME=() JOB_TESTS=()	# of those under way, by process
BROKEN=0	# a rig that did not start: nothing was tested

# --- counting ---------------------------------------------------------------

passed() { PASSED=$((PASSED + 1)); }
skip() {
	SKIPPED=$((SKIPPED + 1))
	say "  $1: SKIPPED: $2"
}
failed() {
	FAILED=$((FAILED + 1))
	say "  FAILED: $*" | tee -a "$RESULTS/failed"
}
count_tap() {
	local name=$1 file=$2 p f s

	"$SCRIPTS/lib/ktap.sh" "$name" <"$file" 2>"$RESULTS/said" >"$RESULTS/count"
	cat "$RESULTS/said"
	grep ': FAILED: ' "$RESULTS/said" >>"$RESULTS/failed" || :
	read -r p f s <"$RESULTS/count"
	PASSED=$((PASSED + p))
	FAILED=$((FAILED + f))
	SKIPPED=$((SKIPPED + s))
}
# The end of a long log is what is read first.
summary() {
	if [ "$FAILED" -gt 0 ]; then
		say "what failed:"
		cat "$RESULTS/failed"
	fi
	say "$PASSED passed, $FAILED failed, $SKIPPED skipped"
}
step() {
	local name=$1 start=$SECONDS p=$PASSED f=$FAILED s=$SKIPPED

	say "== $name"
	"step_$name"
	say "   $name: $((PASSED - p)) passed, $((FAILED - f)) failed, $((SKIPPED - s)) skipped, $((SECONDS - start)) s"
}
# each LABEL COMMAND FILE...: one result a file: the command must say nothing.
each() {
	local label=$1 command=$2 file said
	shift 2

	for file; do
		if said=$($command "$file" 2>&1) && [ -z "$said" ]; then
			passed
		else
			failed "$label $file"
			printf '%s\n' "$said" | sed 's/^/    /'
		fi
	done
}

# --- what runs side by side -------------------------------------------------

# launch COUNT NAME TESTS COMMAND...: in the background, with its output in NAME.log.
# When it has ended, "COUNT NAME STATUS TEST..." is called. Each is one busy thread:
# there are as many at once as there are processors.
launch() {
	local count=$1 name=$2 tests=$3
	shift 3

	while [ ${#JOB_NAME[@]} -ge "$JOBS" ]; do finish_job; done
	set -m
	"$@" >"$RESULTS/$name.log" 2>&1 </dev/null &
	set +m
	JOB_COUNT[$!]=$count
	JOB_NAME[$!]=$name
	JOB_TESTS[$!]=$tests
	RUNNING=("${!JOB_NAME[@]}")
}
# finish_job: wait for whichever ends first, and count.
finish_job() {
	local pid rc=0 count name tests p=$PASSED f=$FAILED s=$SKIPPED

	wait -n -p pid "${!JOB_NAME[@]}" || rc=$?
	count=${JOB_COUNT[$pid]}
	name=${JOB_NAME[$pid]}
	tests=${JOB_TESTS[$pid]}
	unset "JOB_COUNT[$pid]" "JOB_NAME[$pid]" "JOB_TESTS[$pid]"
	RUNNING=("${!JOB_NAME[@]}")
	# shellcheck disable=SC2086	# each is a word
	"$count" "$name" $rc $tests
	say "   $name: $((PASSED - p)) passed, $((FAILED - f)) failed, $((SKIPPED - s)) skipped, $SECONDS s since the start"
}
# tap_of NAME COMMAND...: COMMAND prints TAP. If it fails, that is a failure, even if no
# result says so.
tap_of() {
	local name=$1
	shift

	launch count_tap_of "$name" "" write_tap "$RESULTS/$name.tap" "$@"
}
write_tap() {
	local tap=$1
	shift

	"$@" >"$tap"
}
count_tap_of() {
	local name=$1 rc=$2 before=$FAILED tap=$RESULTS/$1.tap

	cat "$RESULTS/$name.log"
	grep '^#' "$tap" || :
	count_tap "$name" "$tap"
	[ "$rc" -eq 0 ] || [ "$FAILED" -gt "$before" ] ||
		failed "$name: status $rc: $(tail -n 1 "$tap")"
}

# --- steps on sources -------------------------------------------------------

step_shell() {
	cd "$REPO"
	each shellcheck "shellcheck -x" scripts/*.sh scripts/*/*.sh .ci/run dkms/report/gvt-dmabuf-report dkms/report/*.sh
	each shellcheck "shellcheck -s dash" rig/init rig/e2e/guest-* rig/e2e/*-run rig/deb/[!r]* rig/deb/rig-run dkms/build.sh dkms/debian/*.p*
}
step_sources() { tap_of sources "$SCRIPTS/sources-check.sh"; }
step_report() { tap_of report "$SCRIPTS/report-check.sh"; }
step_tap() { tap_of tap "$SCRIPTS/tap-check.sh"; }
step_series() { tap_of series "$SCRIPTS/series/series.sh" check; }
step_style() {
	cd "$REPO"
	each "QEMU checkpatch" qemu_style qemu/*.[ch] qemu/tests/*.[ch]
	each "QEMU checkpatch" qemu_patch_style qemu/patches*/*.patch qemu/rig-patches/*/*.patch
	each "checkpatch" kernel_style rig/*.c rig/bench/*.[ch] rig/demo/*.[ch] rig/e2e/*.[ch] rig/font/*.c rig/fuzz/*.[ch] rig/watch/*.[ch] igt/*.[ch]
}
# Below qemu/, so that checkpatch sees that a test is one: g_assert_*() is theirs.
qemu_style() {
	[ ! -f "$REPO/$1" ] ||
		(cd "$REPO/qemu" && perl "$QEMU_SRC/scripts/checkpatch.pl" --no-summary --terse \
			--no-tree -f "${1#qemu/}")
}
# Who sends a patch signs it off.
qemu_patch_style() {
	(cd "$QEMU_SRC" && perl scripts/checkpatch.pl --no-summary --terse --no-signoff "$REPO/$1")
}
# With a tree, where it learns which names in mixed case are the kernel's own;
# those of libvncclient, GLib and FreeType are not.
kernel_style() {
	local ignore=()

	[[ $1 != rig/@(e2e/vnc-shot|e2e/dbus-shot|font/render).c ]] || ignore=(--ignore CAMELCASE)
	# A program of user space, but not below a directory that checkpatch knows
	[[ $1 != igt/* ]] || ignore=(--ignore PREFER_KERNEL_TYPES)
	[ ! -f "$REPO/$1" ] ||
		(cd "$RESULTS" && perl "$BASE_SRC/scripts/checkpatch.pl" --root="$BASE_SRC" \
			--strict --no-summary --terse "${ignore[@]}" -f "$REPO/$1")
}
step_docs() { tap_of docs "$SCRIPTS/docs-check.sh"; }
step_uapi() { tap_of uapi "$SCRIPTS/uapi-check.sh"; }
decoder_rows() { "$SCRIPTS/decoder-user.sh" --source "$BASE_SRC" 2>&1; }
step_decoder() { tap_of decoder decoder_rows; }
step_litmus() {
	if [ -z "${HERD-}" ] && ! command -v herd7 >/dev/null; then
		skip litmus "no herd7: see scripts/litmus.sh --help"
	else
		tap_of litmus "$SCRIPTS/litmus.sh"
	fi
}
step_sparse() { tap_of sparse "$SCRIPTS/sparse.sh"; }

# IGT says what came of a subtest in a line of its own.
igt_tap() {
	awk '
		/^planned: / { planned++ }
		/^Subtest [^ ]*: [A-Z]/ {
			sub(/:$/, "", $2)
			ok = $3 == "SUCCESS" || $3 == "SKIP"
			print (ok ? "ok " : "not ok ") ++n " " $2 ($3 == "SKIP" ? " # SKIP" : "")
		}
		END {
			print "1.." planned + 0
			if (!n)
				print "Bail out! none of them ran"
		}' "$1"
}
step_igt() {
	local rc=0 before=$FAILED

	if [ -z "${IGT_SRC-}" ]; then
		skip igt "no checkout of igt-gpu-tools: see scripts/igt.sh --help"
		return
	fi
	"$SCRIPTS/igt.sh" "$IGT_SRC" >"$RESULTS/igt.log" 2>&1 || rc=$?
	igt_tap "$RESULTS/igt.log" >"$RESULTS/igt.tap"
	count_tap igt "$RESULTS/igt.tap"
	# 77: it has skipped all of them.
	[ $rc -eq 0 ] || [ $rc -eq 77 ] || [ "$FAILED" -gt "$before" ] ||
		failed "igt: status $rc: $(tail -n 1 "$RESULTS/igt.log")"
}

# --- steps on the rig -------------------------------------------------------

step_qtest() {
	local qemu test rc before

	qemu=$("$SCRIPTS/qemu.sh" --path)
	for test in "$qemu"/qtest/*; do
		if [ ! -x "$test" ]; then
			failed "qtest: there is none"
			continue
		fi
		rc=0
		QTEST_QEMU_BINARY="$qemu/qemu-system-x86_64 -L /usr/share/seabios -L /usr/share/qemu" \
			timeout 120 "$test" --tap -k >"$RESULTS/${test##*/}.tap" \
			2>"$RESULTS/${test##*/}.log" </dev/null || rc=$?
		before=$FAILED
		count_tap "${test##*/}" "$RESULTS/${test##*/}.tap"
		[ $rc -eq 0 ] || [ "$FAILED" -gt "$before" ] ||
			failed "${test##*/}: status $rc after its last result: see $RESULTS/${test##*/}.log"
	done
}

# start_rig NAME TESTS BOOT-OPTION...: boot in the background and run each of
# TESTS, with its TAP in a file of its own. PROGRAM@WAY is a program with VGPU_IOMMU
# set to WAY; "kunit" and "mock" are tests that the modules bring.
start_rig() {
	local name=$1 tests=$2 share=$RESULTS/$1 test programs=() unfixed=1 suspend=
	shift 2

	# Only the debug kernel has the series' VFIO, and not Debian's.
	! is_one_of "--$WATCHER" "$@" || unfixed=
	! is_one_of --detached "$@" || suspend=1
	mkdir -p "$share"
	rm -f "$OUT/rig/log/check-$name.console.log"	# an earlier run's says nothing of this one
	for test in $tests; do
		[ -f "$PROGRAMS/${test%@*}" ] || continue
		programs+=("$test")
		cp "$PROGRAMS/${test%@*}" "$share/"
	done
	cat >"$share/run" <<-EOS
		# An oops would end the run: tests that may cause one on stock skip.
		${STOCK:+export GVT_SKIP_UNSAFE=1}
		${unfixed:+export GVT_UNFIXED_VFIO=1}
		${suspend:+export GVT_SUSPEND=1}
		# From memory: while a busy host reads pages of a program from the share, the
		# guest has nothing to do, and its clock jumps past the time that tests have.
		# What a failed test says of its reason is on standard error.
		for t in ${programs[*]}; do
			p=\${t%@*}
			unset VGPU_IOMMU
			[ \$p = \$t ] || export VGPU_IOMMU=\${t#*@}
			cp \$p /tmp/; /tmp/\$p >\$t.tap 2>&1; s=\$?; rm /tmp/\$p
			# From 128 on a signal has ended it.
			[ \$s -lt 128 ] || echo "Bail out! status \$s" >>\$t.tap
		done
		for m in /tests/*.ko; do
			[ ! -f "\$m" ] || insmod "\$m" || echo "Bail out! \$m does not load" >>kunit.bad
		done
		cat /sys/kernel/debug/kunit/*/results kunit.bad 2>/dev/null >kunit.tap
		exit 0
	EOS
	launch_rig "$name" "$tests" \
		"$SCRIPTS/boot.sh" --name "check-$name" --share "$share" --timeout 3600 "$@"
}
# launch_rig NAME TESTS COMMAND...: the run with its kernel log is one result, what
# TESTS print are the others.
launch_rig() {
	local name=$1 tests=$2
	shift 2

	mkdir -p "$RESULTS/$name"
	launch count_rig "$name" "$tests" "$@"
}
count_rig() {
	local name=$1 rc=$2 test verdict
	shift 2

	if [ "$rc" -eq 0 ]; then
		passed
		echo "ok 1 rig.$name" >"$RESULTS/$name/rig.tap"
		say "  $(tail -n 1 "$RESULTS/$name.log")"
	else
		echo "not ok 1 rig.$name" >"$RESULTS/$name/rig.tap"
		verdict=$(tail -n 1 "$RESULTS/$name.log")
		failed "${verdict#error: }"
		[ -n "$STOCK" ] ||
			tail -n 41 "$RESULTS/$name.log" | sed '$d; s/^/    /' | tee -a "$RESULTS/failed"
		grep -q '^rig: ready' "$OUT/rig/log/check-$name.console.log" 2>/dev/null || BROKEN=1
	fi
	for test; do
		[ "$test" != kunit ] || kunit_whole "$RESULTS/$name/kunit.tap"
		[ "$test" != mock ] || mock_tap "$OUT/rig/log/check-$name.console.log" >"$RESULTS/$name/mock.tap"
		touch "$RESULTS/$name/$test.tap"
		# No feature is missing in our own kernels, and so no test of one.
		[ -n "$STOCK" ] || sed -i -E 's/^(ok .*) # SKIP (.*: run a kernel that has)/not \1 # \2/' "$RESULTS/$name/$test.tap"
		count_tap "$test $name" "$RESULTS/$name/$test.tap"
	done
}

# A device that takes DMA segments of any length, for gvt_dmabuf_import_test. No
# console is drawn on it: its driver complains of that while the power goes.
IMPORTER=(--device virtio-gpu-pci --append fbcon=map:9)

# i915 runs the mock selftests that are named before it looks for a device.
start_debug_rigs() {
	local platform i915 mock tests=$1 shift=1

	[ "$WATCHER" = debug ] || shift=3

	i915=$(find "$("$SCRIPTS/kernel-debug.sh" --path "$WATCHER")/lib" -name i915.ko)
	mock=$(/sbin/modinfo -p "$i915" | sed -n 's/^\(igt__[0-9]*__mock_proxy[a-z_]*\):.*/\1=1/p' | paste -sd,)
	[ -n "$mock" ] || die "i915 of the debug kernel has no mock selftests of the proxy"
	for platform in "${DEBUG_PLATFORMS[@]}"; do
		[ -z "$SHORT" ] || [ "$platform" = "${DEBUG_PLATFORMS[0]}" ] || tests=
		# KASAN and the other checks take four times the instructions, and a
		# refresh of the display stays a refresh: so each takes a quarter.
		start_rig "debug-$platform" "$tests ${IOMMUFD_TESTS[$platform]-} kunit mock" "--$WATCHER" --shift $shift --timeout 7200 \
			--platform "$platform" --cpus "${DEBUG_CPUS[$platform]}" --append "rig.i915=mock_selftests=1,$mock" \
			"${IMPORTER[@]}" "${BOOT[@]}"
	done
}
# kunit_whole TAP: a module that is not there has no results, and each suite must have.
kunit_whole() {
	local suite

	while read -r suite; do
		grep -q "# Subtest: $suite\$" "$1" || echo "Bail out! $suite did not run" >>"$1"
	done < <(sed -n 's/^\t\.name = "\(gvt_[a-z_]*\)",$/\1/p' "$REPO"/drivers/gpu/drm/i915/gvt/tests/*_kunit.c)
}
# mock_tap CONSOLE-LOG: what i915 said of its mock selftests, as TAP.
mock_tap() {
	tr -d '\r' <"$1" | awk '
		/ Running [a-z0-9_]*_mock_selftests\// { sub(/.*\//, ""); name[++n] = $1 }
		/_mock_selftests: .* failed with error/ { bad[$(NF - 4)] = 1 }
		END {
			print "TAP version 13"
			print "1.." n + 0
			if (!n)
				print "Bail out! none of them ran"
			for (i = 1; i <= n; i++)
				print (name[i] in bad ? "not ok " : "ok ") i " " name[i]
		}'
}
start_platform_rigs() {
	local platform tests two

	for platform in "${PLATFORMS[@]}"; do
		tests=$KSELFTESTS
		[ -z "$SHORT" ] || is_one_of "$platform" "${DEBUG_PLATFORMS[@]}" || tests=$PLATFORM_TESTS
		start_rig "$platform${STOCK:+-stock}" "gpu-smoke $tests" \
			--platform "$platform" "${IMPORTER[@]}" "${BOOT[@]}"
	done
	# A fuse has disabled the host's pipe C, and no vGPU is to see that.
	start_rig "skl-fused${STOCK:+-stock}" gvt_dmabuf_pipe_test --platform skl --igd pipes=3 "${BOOT[@]}"
	# An IOMMU in front of the GPU, not on Broadwell: Linux leaves that one out.
	start_rig "kbl-iommu${STOCK:+-stock}" "$IOMMU_TESTS" --platform kbl --iommu "${IMPORTER[@]}" "${BOOT[@]}"
	start_rig "kbl-suspend${STOCK:+-stock}" gvt_dmabuf_suspend_test --platform kbl --detached "${BOOT[@]}"
	# The tests that skip with one vGPU.
	two=$(grep -l test_second_vgpu "$REPO"/tools/testing/selftests/gvt-dmabuf/*_test.c | xargs -n 1 basename -s .c)
	start_rig "kbl-two${STOCK:+-stock}" "$two" --platform kbl --vgpus 2 --type 4 "${BOOT[@]}"
	# The ABI of 32-bit programs, which Debian's kernel runs.
	[ -n "$STOCK" ] || { [ -n "$SHORT" ] && [ "$BASE" != "$MACHINE_BASE" ]; } || start_rig kbl-32 "$KSELFTESTS32" --platform kbl "${IMPORTER[@]}" "${BOOT[@]}"
}
start_stress() {
	local platform

	for platform in "${DEBUG_PLATFORMS[@]}"; do
		launch_rig "stress-$platform" "" "$SCRIPTS/fuzz.sh" --minutes "$STRESS_MINUTES" \
			--platform "$platform" --name "check-stress-$platform"
	done
}
# The one VMM that is not ours, in its quickest case
start_firmware() {
	E2E_RESULTS=$RESULTS/e2e-firmware launch_rig e2e-firmware e2e \
		"$SCRIPTS/check-e2e.sh" "${BOOT[@]}" firmware
}
# The longest first, and the others beside them.
run_side_by_side() {
	local name

	if wants debug; then start_debug_rigs "$KSELFTESTS"; elif wants kunit; then start_debug_rigs ""; fi
	for name in "${STEPS[@]}"; do
		! is_one_of "$name" "${PRINT_TAP[@]}" || "step_$name"
	done
	! wants rig || start_platform_rigs
	! wants firmware || start_firmware
	! wants stress || start_stress
	while [ ${#JOB_NAME[@]} -gt 0 ]; do finish_job; done
}

# --- all of it --------------------------------------------------------------

# Called where a failure is looked at, so that "set -e" is off inside.
build() {
	local variant=ours

	[ -z "$STOCK" ] || variant=stock
	if wants qtest igt "${ON_RIG[@]}"; then "$SCRIPTS/qemu.sh" || return; fi
	if wants "${ON_RIG[@]}"; then "$SCRIPTS/programs.sh" || return; fi
	if wants rig firmware; then "$SCRIPTS/initrd.sh" $variant || return; fi
	if wants firmware; then "$SCRIPTS/e2e/e2e-guest.sh" || return; fi
	if wants debug stress kunit; then "$SCRIPTS/initrd.sh" "$WATCHER" || return; fi
}

alone "$RESULTS"
rm -rf "$RESULTS"
mkdir -p "$RESULTS"
base_paths
if ! build; then
	failed "something does not build (see above)"
	summary
	exit 1
fi
MADE=
# Before the run: what is edited meanwhile has not been tested.
if wants rig && wants debug && [ ${#BOOT[@]} -eq 0 ]; then MADE=$(made_of); fi
PROGRAMS=
KSELFTESTS=
KSELFTESTS32=
if wants "${ON_RIG[@]}"; then
	PROGRAMS=$("$SCRIPTS/programs.sh" --path)
	KSELFTESTS=$(cd "$PROGRAMS" && echo *_test)
	# On stock what is submitted after a ring that was refused kills the engine's
	# thread, and with it all that comes after: audit row 40.
	[ -z "$STOCK" ] || KSELFTESTS="${KSELFTESTS/gvt_dmabuf_failsafe_test/} gvt_dmabuf_failsafe_test"
	KSELFTESTS32=$(cd "$PROGRAMS" && echo *_test32)
fi
say "built in $SECONDS s"
for name in "${STEPS[@]}"; do
	is_one_of "$name" "${PRINT_TAP[@]}" "${ON_RIG[@]}" || step "$name"
done
run_side_by_side
say "all steps: $SECONDS s"
if [ -n "$STOCK" ]; then
	say "on Debian's own modules: what failed is what stock lacks"
	summary
	exit $BROKEN
fi
summary
[ "$FAILED" -eq 0 ] || exit 1
[ -z "$MADE" ] || printf '%s\n' "$MADE" >"$RESULTS/made-of"
