#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""bench-report.py FIGURES OURS STOCK KNOWN OUT: evaluate the figures of make bench.
bench-report.py --beside BASE=BENCH.JSON...: show those of several bases in one table.

FIGURES is rig/bench/figures.toml; OURS and STOCK are outputs of gvt-bench; KNOWN
is docs/performance.md. Prints the table, and writes bench.json, bench.md (the table)
and bench.dat (the bars of the chart) to the directory OUT. The exit status is 0 if
exactly the goals that KNOWN lists are missed, and no figure is too unsteady.
"""
import json
import pathlib
import re
import statistics
import sys
import tomllib

RUNS = 9  # values that a figure needs
STEADY = 0.03  # spread above which it is the benchmark that is wrong


def read_values(path):
    """What gvt-bench printed: {name: values}."""
    values = {}
    for line in pathlib.Path(path).read_text().splitlines():
        name, *numbers = line.split()
        values[name] = [float(number) for number in numbers]
    return values


def side(values):
    """Median and spread, which is (max - min) / median; inner: without one value."""
    if values is None:
        return None
    median = statistics.median(values)

    def spread(some):
        width = max(some) - min(some)
        return round(width / abs(median) if median else float(width != 0), 4)

    inner = sorted(values, key=lambda value: abs(value - median))[:-1] or values
    return {"median": median, "spread": spread(values), "inner": spread(inner), "values": values}


def known_misses(path):
    """The names in the first column of the table under "Goals that are missed"."""
    text = pathlib.Path(path).read_text()
    section = text.partition("## Goals that are missed")[2].partition("\n## ")[0]
    return re.findall(r"^\| `(\w+)`", section, re.M)


def median_of(values, name):
    if name not in values:
        raise SystemExit(f"error: a limit needs figure {name}, which was not measured")
    return statistics.median(values[name])


def judge(name, row, ours, stock):
    """One element of bench.json."""
    if name not in ours:
        raise SystemExit(f"error: ours did not measure {name}")
    figure = {
        "name": name,
        "title": row["title"],
        "unit": row.get("unit", "instructions"),
        "goal": row.get("goal"),
        "limit": None,
        "ours": side(ours[name]),
        "stock": side(stock.get(name)),
        "ratio": None,
        "verdict": "reported",
    }
    mine = figure["ours"]["median"]
    if figure["stock"] and mine > 0 and figure["stock"]["median"] > 0:
        figure["ratio"] = round(figure["stock"]["median"] / mine, 3)
    if "limit" in row:
        figure["limit"] = eval(  # an expression of a file of this repository
            row["limit"],
            {"__builtins__": {}},
            {
                "ours": lambda other: median_of(ours, other),
                "stock": lambda other: median_of(stock, other),
            },
        )
        figure["verdict"] = "reached" if mine <= figure["limit"] else "missed"
    return figure


def complaints(figures, rows, known):
    """What must not be: one sentence each."""
    for f in figures:
        for who in ("ours", "stock"):
            values = f[who]
            if not values:
                continue
            if len(values["values"]) < RUNS:
                yield f"{f['name']}: {who} was measured {len(values['values'])} times, not {RUNS}"
            # One value of nine moves no median: it may be off.
            if values["inner"] > STEADY and rows[f["name"]].get("steady", True):
                yield (
                    f"{f['name']}: the spread of {who} is {values['inner']:.1%}"
                    f" without the value farthest from the median, above {STEADY:.0%}"
                )
        if f["verdict"] == "missed" and f["name"] not in known:
            yield f"{f['name']} misses its goal, and docs/performance.md does not say why"
        if f["verdict"] != "missed" and f["name"] in known:
            yield f"{f['name']} is {f['verdict']}, and docs/performance.md says that it is missed"
    for name in known:
        if name not in rows:
            yield f"{name}: docs/performance.md names a figure that does not exist"


def number(value):
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def cells(values):
    return [number(values["median"]), f"{values['spread']:.1%}"] if values else ["", ""]


def markdown(head, rows, right):
    """A table whose columns RIGHT, by number, are numbers."""
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]

    def line(row):
        return "| " + " | ".join(
            cell.rjust(width) if i in right else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths))
        ) + " |"

    rule = "|" + "|".join("-" * (w + 1) + (":" if i in right else "-") for i, w in enumerate(widths)) + "|"
    return "\n".join([line(head), rule, *map(line, rows)])


def table(figures):
    head = ["figure", "unit", "ours", "spread", "stock", "spread", "stock/ours", "goal", "limit", "verdict"]
    rows = [
        [f["title"], f["unit"], *cells(f["ours"]), *cells(f["stock"])]
        + ["" if f["ratio"] is None else f"{f['ratio']:.2f}"]
        + [f["goal"] or "", number(f["limit"]), f["verdict"]]
        for f in figures
    ]
    return markdown(head, rows, right={2, 3, 4, 5, 6, 8})


def beside(args):
    """Ours and stock of each base, and what the last base has more of than the first."""
    bases = {}
    for arg in args:
        base, _, path = arg.partition("=")
        bases[base] = {f["name"]: f for f in json.loads(pathlib.Path(path).read_text())}
    first, last = [*bases.values()][0], [*bases.values()][-1]
    head = ["figure", "unit"] + [f"{who}, {base}" for who in ("ours", "stock") for base in bases]
    head += ["ours, last/first", "stock, last/first"]
    rows = []
    for name, f in first.items():
        row = [f["title"], f["unit"]]
        for who in ("ours", "stock"):
            for figures in bases.values():
                row.append(cells(figures.get(name, {}).get(who))[0])
        for who in ("ours", "stock"):
            a, b = (figures.get(name, {}).get(who) for figures in (first, last))
            both = a and b and a["median"] > 0
            row.append(f"{b['median'] / a['median']:.2f}" if both else "")
        rows.append(row)
    print(markdown(head, rows, right=set(range(2, len(head)))))


def main(figures_toml, ours_path, stock_path, known_path, out):
    rows = tomllib.loads(pathlib.Path(figures_toml).read_text())
    ours, stock = read_values(ours_path), read_values(stock_path)
    figures = [judge(name, row, ours, stock) for name, row in rows.items()]
    for name in [*ours, *stock]:
        if name not in rows:
            raise SystemExit(f"error: {figures_toml} has no figure {name}")

    out = pathlib.Path(out)
    (out / "bench.json").write_text(json.dumps(figures, indent=1) + "\n")
    text = table(figures)
    (out / "bench.md").write_text(text + "\n")
    bars = [f for f in figures if f["ratio"]]
    (out / "bench.dat").write_text("".join(f'"{f["title"]}" {f["ratio"]}\n' for f in bars))
    print(text)

    said = list(complaints(figures, rows, known_misses(known_path)))
    for sentence in said:
        print(f"error: {sentence}", file=sys.stderr)
    return 1 if said else 0


if __name__ == "__main__":
    if len(sys.argv) > 2 and sys.argv[1] == "--beside":
        sys.exit(beside(sys.argv[2:]))
    if len(sys.argv) != 6:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    sys.exit(main(*sys.argv[1:]))
