#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Run the kselftest for one step of series-check.sh; sourced, never run.

# shellcheck disable=SC2034	# what is set here is used by those who source it
# shellcheck disable=SC2153	# PATCHES, PROGRAMS and WORK are set by those who source it

# The programs are those of the whole series: what they test comes step by step.
# boot_step DIR MODULES PLATFORM UNSAFE
boot_step() {
	local dir=$1 modules=$2 platform=$3 unsafe=$4 share=$WORK/share rc=0 program

	rm -rf "$share"
	mkdir -p "$share"
	cp "$PROGRAMS"/*_test "$share/"
	cat >"$share/run" <<-EOS
		# Tests that may crash the kernel are skipped until all fixes are applied.
		$unsafe
		# VFIO is Debian's.
		export GVT_UNFIXED_VFIO=1
		# From memory into memory: while a busy host reads or writes, the guest has
		# nothing to do, and its clock jumps past the time that tests have.
		for t in *_test; do
			cp \$t /tmp/
			/tmp/\$t >/tmp/\$t.tap 2>/tmp/\$t.err
			cp /tmp/\$t.tap /tmp/\$t.err .
		done
		exit 0
	EOS
	"$SCRIPTS/boot.sh" --name series-check --modules "$modules" --platform "$platform" \
		--share "$share" --timeout 1800 >"$dir/rig.log" 2>&1 </dev/null || rc=$?
	# No kernel, no results: that is not a failure of one test.
	grep -q '^rig: ready' "$OUT/rig/log/series-check.console.log" || return 1
	if [ $rc -eq 0 ]; then echo "ok 1 rig"; else echo "not ok 1 rig"; fi >"$dir/rig.tap"
	cp "$share"/*_test.tap "$share"/*_test.err "$dir/" || :
	# What did not come to its turn, or took the kernel down, has failed.
	for program in "$PROGRAMS"/*_test; do touch "$dir/${program##*/}.tap"; done
}
rig_entry() {
	local dir=$1

	run_logged "step $STEP: the kselftest in the rig, $PLATFORM" "$LOGS/series-rig.log" \
		boot_step "$dir" "$BUILD" "$PLATFORM" "$UNSAFE"
}

# tested DIR: "NAME pass|fail|skip" of a run, the worst of all variants of a test.
# A program that did not come to its end has failed under its own name.
tested() {
	local tap

	{
		for tap in "$1"/*_test.tap; do
			awk -v name="$(basename "$tap" .tap)" '
				/^1\.\./ { planned = substr($1, 4) + 0 }
				/^(not )?ok / { ran++ }
				END { if (planned == "" || planned != ran + 0) print "not ok 0 " name }' "$tap"
		done
		cat "$1"/*.tap
	} | sed -nE 's/^ *(not ok|ok) [0-9]+ (- )?/\1 /p' | awk '
		{
			result = $1 == "ok" ? "pass" : "fail"
			name = $1 == "not" ? $3 : $2
			if (/# SKIP/) result = "skip"
			n = split(name, part, ".")
			sub(/^global\./, "", name)
			if (n > 2) name = part[1] "." part[n]
			if (!(name in worst) || result == "fail" ||
			    (result == "pass" && worst[name] == "skip"))
				worst[name] = result
		}
		END { for (name in worst) print name, worst[name] }' | sort
}
# failed DIR: tests that have failed there.
failed() { tested "$1" | awk '$2 == "fail" { print $1 }' | sort; }
# named FIRST LAST: tests that the patches of these steps are there for.
named() {
	local i

	for ((i = $1; i <= $2; i++)); do lines "${PATCHES[i - 1]}/tests"; done | sort -u
}

# rig_at STEP [PLATFORM]: sets RIG, the results there.
rig_at() {
	STEP=$1
	PLATFORM=${2:-kbl}
	build_at "$1"
	BUILD=$ENTRY
	UNSAFE='export GVT_SKIP_UNSAFE=1'
	[ "$1" -lt "$FIRST_WHOLE" ] || UNSAFE=
	entry "step-rig-$(hash_words "$BUILD" "$PLATFORM" "$UNSAFE" "$("$SCRIPTS/qemu.sh" --path)" \
		"$(sha256sum "$PROGRAMS"/*_test)" "$(declare -f boot_step)" \
		"$(hash_paths rig/init scripts/boot.sh scripts/initrd.sh scripts/lib/splats.sh)")" rig_entry
	RIG=$ENTRY
}
