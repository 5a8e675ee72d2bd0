#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Print which lines and branches of the series were executed; see coverage.sh.

COUNTS are directories of .gcda files, as a kernel's debugfs has them; the counts are
added up. gcov reads them. Left out are, in a file of lines "FILE TEXT # REASON", lines of
code that contain TEXT, of files whose path ends in FILE ("*" for any).
"""

import argparse
import collections
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

WANTED_LINES = 95.0
WANTED_BRANCHES = 90.0


class Code:
    """Counts of one source file: of lines, and of branches by line."""

    def __init__(self):
        self.lines = collections.Counter()
        self.branches = collections.Counter()

    def add(self, lines):
        for line in lines:
            number = line["line_number"]
            function = line.get("function_name")
            self.lines[number] += line["count"]
            for i, branch in enumerate(line["branches"]):
                self.branches[number, function, i] += branch["count"]


def read_counts(notes, counts):
    """Run gcov on each directory of counts, and add up by path of the source."""
    tree = (notes / "tree").read_text().strip()
    code = collections.defaultdict(Code)
    for directory in counts:
        for gcda in sorted(directory.rglob("*.gcda")):
            relative = str(gcda.relative_to(directory))
            relative = relative.split(tree.lstrip("/") + "/", 1)[-1]
            gcno = (notes / relative).with_suffix(".gcno")
            if not gcno.is_file():
                sys.exit(f"error: {gcda}: the kernel has no notes for it")
            with tempfile.TemporaryDirectory() as work:
                shutil.copy(gcda, work)
                shutil.copy(gcno, work)
                text = subprocess.run(
                    ["gcov", "--json-format", "--stdout", "--branch-probabilities",
                     gcda.name], cwd=work, check=True, capture_output=True).stdout
            for document in text.splitlines():
                for file in json.loads(document)["files"]:
                    path = file["file"].removeprefix(tree + "/").removeprefix("./")
                    code[path].add(file["lines"])
    return code


def changed_lines(base, new):
    """Numbers of the lines of @new that @base does not have; None if it is new."""
    if not base.is_file():
        return None
    text = subprocess.run(
        ["diff", "--unchanged-line-format=", "--old-line-format=",
         "--new-line-format=%dn\n", str(base), str(new)],
        check=False, capture_output=True, text=True).stdout
    return {int(number) for number in text.split()}


def read_left_out(path):
    rows = []
    for line in path.read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        rule, hash_sign, reason = line.partition(" # ")
        file, _, text = rule.strip().partition(" ")
        if not hash_sign or not text or not reason.strip():
            sys.exit(f"error: {path}: no FILE TEXT # REASON: {line}")
        rows.append((file, text.strip()))
    return rows


class Total:
    def __init__(self):
        self.lines = self.lines_run = self.branches = self.branches_taken = 0

    def add(self, other):
        for name in vars(self):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def row(self, name):
        def share(part, whole):
            return f"{100 * part / whole:6.1f} %" if whole else "       -"
        return (f"{name:<52} {self.lines_run:5}/{self.lines:<5}{share(self.lines_run, self.lines)} "
                f"{self.branches_taken:5}/{self.branches:<5}{share(self.branches_taken, self.branches)}")


def look_at(path, source, code, numbers, left_out, used, missed):
    """Count one file, and write what was not executed to @missed."""
    total = Total()
    text = source.read_text().splitlines()
    rules = [row for row in left_out if row[0] == "*" or path.endswith(row[0])]
    taken = collections.defaultdict(list)
    for (number, _, _), count in sorted(code.branches.items(), key=str):
        taken[number].append(count)
    for number in sorted(code.lines):
        if numbers is not None and number not in numbers:
            continue
        line = text[number - 1]
        hits = [rule for rule in rules if rule[1] in line]
        not_run = code.lines[number] == 0
        not_taken = taken[number].count(0)
        if hits and (not_run or not_taken):
            used.update(hits)
            continue
        total.lines += 1
        total.lines_run += not not_run
        total.branches += len(taken[number])
        total.branches_taken += len(taken[number]) - not_taken
        if not_run:
            missed.write(f"{path}:{number}: not executed: {line.strip()}\n")
        elif not_taken:
            missed.write(f"{path}:{number}: {not_taken} of {len(taken[number])} branches"
                         f" not taken: {line.strip()}\n")
    return total


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--notes", type=pathlib.Path, required=True,
                        help="directory of .gcno files, and of the path of their tree")
    parser.add_argument("--base", type=pathlib.Path, required=True,
                        help="kernel source without the series")
    parser.add_argument("--files", type=pathlib.Path, required=True,
                        help="files of the series")
    parser.add_argument("--left-out", type=pathlib.Path, required=True)
    parser.add_argument("--missed", type=pathlib.Path, required=True,
                        help="where to list what was not executed")
    parser.add_argument("counts", type=pathlib.Path, nargs="+")
    args = parser.parse_args()

    left_out = read_left_out(args.left_out)
    used = set()
    code = read_counts(args.notes, args.counts)
    new, changed = [], []
    with args.missed.open("w") as missed:
        for path in sorted(code):
            source = args.files / path
            # Headers of others, and tests, which are no code of the series to cover
            if not source.is_file() or "/tests/" in path or "/selftests/" in path:
                continue
            numbers = changed_lines(args.base / path, source)
            total = look_at(path, source, code[path], numbers, left_out, used, missed)
            if total.lines:
                (changed if numbers is not None else new).append((path, total))

    sums = []
    print(f"{'':52} {'lines':>11} {'':8}{'branches':>11}")
    for title, rows in (("files of the series", new), ("changes of other files", changed)):
        print(f"{title}:")
        total = Total()
        for path, each in rows:
            print(each.row("  " + path.removeprefix("drivers/gpu/drm/i915/")))
            total.add(each)
        print(total.row("  all of them"))
        sums.append(total)
    for rule in left_out:
        if rule not in used:
            print(f"left-out: nothing is left out by: {' '.join(rule)}")
    first = sums[0]
    if (not first.lines or 100 * first.lines_run < WANTED_LINES * first.lines or
            100 * first.branches_taken < WANTED_BRANCHES * first.branches):
        sys.exit(f"error: less than {WANTED_LINES:.0f} % of the lines or"
                 f" {WANTED_BRANCHES:.0f} % of the branches of the series' files")


if __name__ == "__main__":
    main()
