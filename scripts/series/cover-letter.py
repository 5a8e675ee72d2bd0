#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""cover-letter.py TEMPLATE OUT SERIES BASE: print the text of a cover letter.

TEMPLATE has a subject, an empty line, and text (series/*/cover). A line @AUDIT@,
@BENCH@, @CHECK@ or @COVERAGE@ is replaced by the results of the last run, from the
directory OUT; @BASE@ anywhere is replaced by BASE. If there are no results, the text says so
and names the command that makes them. Results for another state of the series than
SERIES (the output of `series.sh hash`) are marked.
"""
import json
import pathlib
import re
import sys
import textwrap

WIDTH = 72
OF_THE_BASE = "defect of the base"  # the heading of their column in docs/audit.md


def missing(what, command):
    return f"  (not measured; {command}: {what})"


def age(directory, series):
    """A line if the results are of another state of the series, or of an unknown one."""
    stamp = directory / "series"
    if not stamp.exists():
        return ["  (the state of the series that was measured is not recorded)"]
    if stamp.read_text().strip() != series:
        return ["  (measured on an earlier state of the series)"]
    return []


def columns(rows, width):
    """Rows of cells as lines; the cell of column 1 is wrapped, the others are short."""
    lines = []
    for first, text, *rest in rows:
        wrapped = textwrap.wrap(text, width) or [""]
        tail = "".join(f"  {cell:<7}" for cell in rest)
        lines.append(f"  {first:<6} {wrapped[0]:<{width}}{tail}".rstrip())
        lines += [f"  {'':<6} {more}" for more in wrapped[1:]]
    return lines


def audit(out, series):
    """The tables that audit.sh left: row, defect, tests, stock, ours.

    Only faults of the base: whoever gets the letter has not seen earlier versions.
    """
    path = out / "audit" / "audit.md"
    if not path.exists():
        return [missing("what each test does on stock and on this series", "make audit")]
    rows = [("row", OF_THE_BASE, "stock", "ours")]
    reasons = []
    kind = None
    for line in path.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) != 5:
            continue
        if cells[0] == "row":
            kind = cells[1]
        if kind != OF_THE_BASE or not cells[0][:1].isdigit():
            continue
        number, defect, _, stock, ours = cells
        stock, _, why = stock.partition(": ")
        if why:
            reasons.append(f"row {number}: {why}")
        if stock == "not run":
            stock = "-"
        rows.append((number.replace(", ", ","), defect.replace("`", ""), stock, ours.split(":")[0]))
    if len(rows) == 1:
        raise SystemExit(f"error: {path} has no rows")
    lines = age(out / "audit", series) + columns(rows, 44)
    if reasons:
        lines += ["", "  Not shown on stock:"]
        for reason in reasons:
            lines += textwrap.wrap(reason, WIDTH, initial_indent="  ", subsequent_indent="    ")
    return lines


def number(value):
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def bench(out, series):
    """Ratios of the medians, from what bench-report.py left."""
    path = out / "bench" / "bench.json"
    if not path.exists():
        return [missing("stock against this series", "make bench")]
    lines = age(out / "bench", series)
    lines.append(f"  {'':<40} {'ours':>12} {'stock/ours':>11}")
    for figure in json.loads(path.read_text()):
        ratio = figure["ratio"]
        title = textwrap.wrap(f"{figure['title']} ({figure['unit']})", 40)
        lines.append(
            f"  {title[0]:<40} {number(figure['ours']['median']):>12}"
            f" {'-' if ratio is None else f'{ratio:.2f}':>11}"
        )
        lines += [f"  {more}" for more in title[1:]]
    return lines


def check(out, series):
    """The last line of series-check.sh."""
    path = out / "series-check" / "summary"
    if not path.exists():
        return [missing("every step of the series", "make series-check")]
    lines = [f"  make series-check, {line}" for line in path.read_text().splitlines()]
    return age(out / "series-check", series) + lines


def coverage(out, series):
    """The files that the series create, from what coverage.sh left."""
    path = out / "coverage" / "table"
    if not path.exists():
        return [missing("which lines the tests execute", "make coverage")]
    rows = []
    for line in path.read_text().splitlines():
        if line == "changes of other files:":
            break
        share = re.fullmatch(r" +(.*\S) +\d+/\d+ +(\S+) (?:%| ) +\d+/\d+ +(\S+)(?: %)?", line)
        if share:
            rows.append(f"  {share[1]:<40} {share[2]:>8} {share[3]:>10}")
    if not rows:
        raise SystemExit(f"error: {path} has no rows")
    return age(out / "coverage", series) + [f"  {'':<40} {'lines %':>8} {'branches %':>10}"] + rows


TABLES = {"@AUDIT@": audit, "@BENCH@": bench, "@CHECK@": check, "@COVERAGE@": coverage}


def main(template, out, series, base):
    lines = []
    for line in pathlib.Path(template).read_text().splitlines():
        table = TABLES.get(line.strip())
        lines += table(pathlib.Path(out), series) if table else [line.replace("@BASE@", base)]
    print("\n".join(lines))


if __name__ == "__main__":
    if len(sys.argv) != 5:
        print(__doc__)
        sys.exit(0 if sys.argv[1:] in (["-h"], ["--help"]) else 2)
    main(*sys.argv[1:])
