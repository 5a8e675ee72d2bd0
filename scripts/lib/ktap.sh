#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# ktap.sh [NAME]: count the results in TAP or KTAP on standard input.
#
# Prints "passed failed skipped". On standard error it prints each failure with the
# first message of its test, and the reason of each skip, each prefixed with NAME.
# Only leaves count, not the summary line of a subtest. A plan that is not met, a plan
# of nothing, a missing plan, a result out of order and "Bail out!" each count as a
# failure: a test that dies half-way has not passed. tap-check.sh tests it.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
usage_if_asked "$@"

awk -v name="${1:-tests}" '
	function tell(text) { print "  " name ": " text >"/dev/stderr" }
	# Everything deeper than LEVEL has ended: was it what was planned?
	function close_deeper(level,   d) {
		for (d = deepest; d > level; d--) {
			if ((d in plan) && plan[d] != ran[d])
				fail("planned " plan[d] " results, got " ran[d] + 0)
			delete plan[d]; delete ran[d]; delete broken[d]
		}
		if (deepest > level)
			deepest = level
	}
	function fail(text) {
		failed++
		tell("FAILED: " text (said == "" ? "" : " (" said ")"))
		broken[deepest] = 1
	}

	{ sub(/\r$/, "") }
	{
		match($0, /^ */)
		level = int(RLENGTH / 4)
		line = substr($0, RLENGTH + 1)
	}
	# One stream may follow another, as with several KUnit suites.
	level == 0 && line ~ /^K?TAP version/ && (0 in plan) { close_deeper(-1) }
	line ~ /^# / {
		if (said == "" && line !~ /^# +(RUN|OK|FAIL|SKIP|Starting|FAILED|PASSED|Totals|Subtest|module)/)
			said = substr(line, 3)
		next
	}
	line ~ /^1\.\.[0-9]+/ {
		if (level < deepest) close_deeper(level)
		if (level > deepest) deepest = level
		split(line, f, /\.\.| /)
		plan[level] = f[2] + 0
		if (level == 0) {
			planned = 1
			if (line ~ /# *SKIP/) {
				skipped++; tell("skipped: " substr(line, index(line, "#") + 1))
			} else if (!plan[level]) {
				fail("planned no results")
			}
		}
		next
	}
	line ~ /^(not )?ok [0-9]+/ {
		had = deepest > level		# a summary of subtests
		bad = 0
		if (had) {
			for (d = level + 1; d <= deepest; d++)
				bad += broken[d]
			before = failed
			close_deeper(level)
			bad += failed - before
			broken[level] += bad
		}
		deepest = level
		ran[level]++
		what = number = line
		sub(/^(not )?ok [0-9]+ *(- )?/, "", what)
		sub(/^(not )?ok /, "", number)
		if (number + 0 != ran[level])
			fail("result " ran[level] " has the number " number + 0 ": " what)
		if (had && (line ~ /^ok/ || bad)) {
			said = ""
			next
		}
		if (line ~ /^not ok/) {
			fail(what)
		} else if (line ~ /# *SKIP/) {
			skipped++
			tell("skipped: " what)
		} else if (!had) {
			passed++
		}
		said = ""
		next
	}
	line ~ /^Bail out!/ { fail(line) }
	END {
		close_deeper(-1)
		if (!planned)
			fail("no plan: it did not start or is not TAP")
		print passed + 0, failed + 0, skipped + 0
	}'
