# SPDX-License-Identifier: GPL-2.0-or-later
# audit-table.awk: the rows of docs/audit.md with the results of their tests.
#
#   awk -f audit-table.awk -v ours=FILE -v stock=FILE docs/audit.md
#
# A FILE has lines "TEST RESULT", as results() of audit.sh prints them. Fails if ours
# does not pass a row, or if no test of a row failed on stock and the row does not say
# why.

function load(file, have,   line, f) {
	while ((getline line <file) > 0) {
		split(line, f, " ")
		have[f[1], f[2]]++
	}
}
# The worst result of the tests of a row.
function verdict(have, names, n,   i, seen, worst, t) {
	for (i = 1; i <= n; i++) {
		t = names[i]
		seen = 0
		if ((t, "crash") in have) { worst = "crash"; seen = 1 }
		if ((t, "fail") in have) { if (worst != "crash") worst = "fail"; seen = 1 }
		if ((t, "pass") in have) { if (worst == "") worst = "pass"; seen = 1 }
		if (!seen && !((t, "skip") in have)) missing = missing " " t
	}
	return worst == "" ? "not run" : worst
}
BEGIN {
	FS = "|"
	load(ours, o)
	load(stock, s)
}
# Faults of the base and of earlier versions of the series are tables of their own.
/^\| row/ && $3 != kind {
	if (kind != "")
		print ""
	kind = $3
	print "| row |" kind "| tests | stock | ours |"
	print "|---|---|---|---|---|"
}
/^\| [0-9]/ {
	n = 0
	rest = $4
	while (match(rest, /`[^`]*`/)) {
		name[++n] = substr(rest, RSTART + 1, RLENGTH - 2)
		rest = substr(rest, RSTART + RLENGTH)
	}
	missing = ""
	mine = verdict(o, name, n)
	if (missing != "") mine = "missing:" missing
	theirs = verdict(s, name, n)
	if (theirs == "not run" || theirs == "pass") {
		why = $5
		gsub(/^ +| +$/, "", why)
		if (why != "") theirs = theirs ": " why
		else bad++
	}
	if (mine != "pass") bad++
	print "|" $2 "|" $3 "|" $4 "| " theirs " | " mine " |"
}
END { exit bad > 0 }
