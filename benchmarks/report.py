#!/usr/bin/env python3
"""Turns what the benchmark programs write into one Markdown table of ratios and one plot.

    for program in bench_section_a bench_libtorch_section_a ...; do
      ./$program --benchmark_repetitions=10 --benchmark_enable_random_interleaving=true \\
                 --benchmark_out=$program.json --benchmark_out_format=json
    done
    report.py *.json --plot report.svg

A benchmark is called <case>/<column>, the column being eigengrad, hand (hand-written Eigen) or
libtorch. The two ratios are of times, also where rates are shown. Of all repetitions the best
counts: whatever disturbs a run makes it slower. Times move from machine to machine, so the ratios
inside one run are what to look at; absolute bars are those of the machine that the design was made
on.
"""

import argparse
import json
import math
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace

COLUMNS = ("eigengrad", "hand", "libtorch")
# Shown beside hand, not judged against.
VARIANTS = {"hand_fresh_buffers": "fresh buffers", "hand_eigen": "Eigen's product"}
UNIT_NS = {"ns": 1.0, "us": 1e3, "ms": 1e6, "s": 1e9}


@dataclass(frozen=True)
class Row:
    """One line of the table.

    `quantity` is the counter to read; a tuple is summed. `rule` says how eigengrad is held to `bar`
    (None: reported only):
      value   at most bar in the unit of the row
      hand    at most bar times hand
      rate    at least bar times hand's rate
      short   at most bar times `other_quantity` of the case `other`
      gain    at least bar times faster than `other_quantity` of the case `other`
    """

    case: str
    quantity: object
    unit: str
    rule: str
    bar: float
    moonshot: float = None
    other: str = None
    other_quantity: str = None


def rows():
    yield Row("a/forward_no_grad", "per_op", "ns", "value", 50, 25)
    yield Row("a/forward_recorded_release", "per_op", "ns", "value", 90, 50)
    yield Row("a/forward_backward_release_one_leaf", "per_node", "ns", "value", 180, 90)
    yield Row("a/forward_backward_release_three_leaves", "per_node", "ns", "value", 250, 120)
    yield Row("a/mul_and_grad", "per_call", "ns", "value", 500, 250)
    yield Row("a/second_order_chain", "per_node", "ns", "value", 900, 400)
    for leaves in ("one_leaf", "three_leaves"):
        yield Row("a/long_chain", f"bytes_per_node_{leaves}", "bytes", "value", 350, 250)
    phases = ("build_per_node", "backward_per_node", "release_per_node")
    for phase in phases:
        yield Row("a/long_chain", phase, "ns", "value", None)
    short = "a/forward_backward_release_one_leaf"
    yield Row("a/long_chain", phases, "ns", "short", 2, None, short, "per_node")
    yield Row("a/forward_recorded_release", "allocations_per_op", "", "value", 2, 0)

    yield Row("b/n=100", "per_element", "ns", "value", 30, 15)
    yield Row("b/n=1000", "per_element", "ns", "hand", 3, 2)
    large = [10**k for k in range(4, 8)]
    for n in large:
        yield Row(f"b/n={n}", "per_element", "ns", "hand", 2.5, 1.3)
    for n in [100, 1000] + large:
        case = f"b/n={n}"
        # 0.95: never slower, but for what two runs of the same code differ.
        gain = 1.6 if n >= 10**6 else 0.95
        yield Row(f"{case}/two_threads", "real_time", "us", "gain", gain, None, case, "real_time")

    for dtype in ("f64", "f32"):
        for n in (64, 256, 512, 1024):
            yield Row(f"c/{dtype}/n={n}", "gflops", "GF/s", "rate", 0.95)

    for n in (200, 500, 1000):
        yield Row(f"d/gaussian_process/n={n}", "per_call", "us", "hand", 1.3, 1.0)

    gradient = "e/value_and_gradient"
    yield Row(f"{gradient}/n=10", "per_call", "us", "value", 3, 1.5)
    yield Row(f"{gradient}/n=1000", "per_call", "us", "value", 5, 2.5)
    for n, bar, moonshot in ((10, 8, 4), (1000, 12, 6), (100000, 600, 400)):
        yield Row(f"e/hessian_vector/n={n}", "per_call", "us", "value", bar, moonshot)
    for n, bar, moonshot in ((10, 0.03, 0.015), (100, 0.3, 0.1), (1000, 6, 1.5)):
        yield Row(f"e/dense_hessian/n={n}", "per_call", "ms", "value", bar, moonshot)

    square = ("4x4", "32x32", "100x100", "300x300")
    for f in ("eigh", "eigvalsh", "eig", "matrix_exp", "svd", "svdvals", "qr", "lstsq"):
        for extents in square if f[0] in "em" else square + ("200x50",):
            yield Row(f"spectral/{f}/{extents}", "per_call", "us", "hand", 1.05)

    for f in ("cholesky", "lu", "solve", "inverse"):
        for n in (32, 100, 500):
            yield Row(f"factorizations/{f}/n={n}", "per_call", "us", "hand", 1.05)
    yield Row("factorizations/batched_solve_and_gradient/10000x4x4", "per_call", "us", "hand", None)

    for f in ("exp", "log", "sin", "cos", "tanh", "erf", "sqrt", "pow", "div", "add"):
        for dtype in ("f64", "f32"):
            for n in (1000, 10000):
                yield Row(f"functions/{f}/{dtype}/n={n}", "per_element", "ns", "hand", 1.3)
    for layout in ("transposed", "both_transposed", "row", "column", "every_second"):
        for f in ("exp", "mul"):
            yield Row(f"layouts/{f}/{layout}", "per_element", "ns", "short", 2, None,
                      f"layouts/{f}/contiguous", "per_element")


def measured_rows(best):
    """The rows of the operator table, which the tests keep, and those of its reductions."""
    for case, column in best:
        if column != "eigengrad":
            continue
        if case.startswith("reductions/"):
            yield Row(case, "per_element", "ns", "hand", 1.5)
        if case.startswith("operators/"):
            per_element = "per_element" in best[case, column]
            yield Row(case, "per_element" if per_element else "per_call",
                      "ns" if per_element else "us", "value", None)


def split_name(name):
    """'b/n=10/eigengrad/real_time' -> ('b/n=10', 'eigengrad'); the options that the library appends go."""
    parts = name.split("/")
    for i in range(len(parts) - 1, 0, -1):
        if parts[i] in COLUMNS or parts[i] in VARIANTS:
            return "/".join(parts[:i]), parts[i]
    return None


def read(paths):
    """{(case, column): {counter: best}}, times in seconds, and the lines that describe the runs."""
    best = {}
    runs = []
    for path in paths:
        with open(path, encoding="utf-8") as file:
            data = json.load(file)
        context = data["context"]
        load = context.get("load_avg") or [0.0]
        runs.append(
            f"{path}: {context['date']}, {context['num_cpus']} processors at "
            f"{context['mhz_per_cpu']} MHz, load {load[0]:.2f}"
        )
        for entry in data["benchmarks"]:
            name = split_name(entry["name"])
            if name is None or entry.get("run_type") == "aggregate":
                continue
            if entry.get("error_occurred"):
                raise ValueError(f"{path}: {entry['name']} failed: {entry['error_message']}")
            found = best.setdefault(name, {})
            scale = UNIT_NS[entry["time_unit"]] * 1e-9
            for key, value in entry.items():
                if isinstance(value, bool) or not isinstance(value, (int, float)):
                    continue
                if key in ("real_time", "cpu_time"):
                    value *= scale
                better = max if key == "gflops" else min
                found[key] = better(value, found.get(key, value))
    return best, runs


def value_of(best, case, column, row):
    """In the unit of the row; None when it was not measured."""
    found = best.get((case, column))
    names = row.quantity if isinstance(row.quantity, tuple) else (row.quantity,)
    if found is None or any(name not in found for name in names):
        return None
    value = sum(found[name] for name in names)
    return value * 1e9 / UNIT_NS[row.unit] if row.unit in UNIT_NS else value


def judge(best, row, ours, hand):
    """How far eigengrad is from the bar, in units of the bar: at most 1 is met. None: not known."""
    if ours is None or row.bar is None:
        return None
    if row.rule == "value":
        return ours / row.bar if row.bar else math.inf
    if row.rule == "hand":
        return ours / hand / row.bar if hand else None
    if row.rule == "rate":
        return row.bar * hand / ours if hand else None
    other = value_of(best, row.other, "eigengrad", replace(row, quantity=row.other_quantity))
    if not other:
        return None
    return ours / other / row.bar if row.rule == "short" else row.bar * ours / other


def time_ratio(row, a, b):
    """How many times longer a takes than b."""
    if not a or not b:
        return None
    return b / a if row.rule == "rate" else a / b


def number(x):
    if x is None:
        return ""
    if x == 0:
        return "0"
    return f"{x:.{max(0, 2 - math.floor(math.log10(abs(x))))}f}"


def bar_text(row):
    if row.bar is None:
        return ""
    return {
        "value": "{} " + row.unit,
        "hand": "{} x hand",
        "rate": "{} of hand",
        "short": "{} x the short chain",
        "gain": "{} x one thread's speed",
    }[row.rule].format(f"{row.bar:g}").strip()


def verdict(row, distance):
    if distance is None:
        return ""
    if distance > 1:
        return "**no**"
    reached = row.moonshot is not None and distance * row.bar <= row.moonshot
    return "moonshot" if reached else "yes"


def label(row):
    if isinstance(row.quantity, tuple):
        return f"{row.case}, all phases"
    plain = row.quantity.startswith("per_") or row.quantity in ("real_time", "gflops")
    return row.case if plain else f"{row.case}, {row.quantity.replace('_', ' ')}"


def make_table(best):
    """Markdown lines, and (label, column -> distance from the bar) for the plot."""
    lines = [
        "| case | unit | eigengrad | hand | libtorch | eigengrad / hand | libtorch / eigengrad | bar | met |",
        "|---|---|---:|---:|---:|---:|---:|---|---|",
    ]
    points = []
    for row in [*rows(), *measured_rows(best)]:
        ours, hand, theirs = (value_of(best, row.case, c, row) for c in COLUMNS)
        if ours is None and hand is None and theirs is None:
            continue
        variants = [(c, value_of(best, row.case, c, row)) for c in VARIANTS]
        distance = judge(best, row, ours, hand)
        cells = (
            label(row),
            row.unit,
            number(ours),
            number(hand) + "".join(f" ({VARIANTS[c]} {number(v)})" for c, v in variants if v),
            number(theirs),
            number(time_ratio(row, ours, hand)),
            number(time_ratio(row, theirs, ours)),
            bar_text(row),
            verdict(row, distance),
        )
        lines.append("| " + " | ".join(cells) + " |")
        if distance:
            values = {"eigengrad": ours}
            if row.rule in ("value", "hand", "rate"):
                values["libtorch"] = theirs
            points.append(
                (label(row), {c: distance * time_ratio(row, v, ours) for c, v in values.items() if v})
            )
    return lines, points


def plot(points, path):
    """A dot per case and library on a logarithmic axis in units of the bar."""
    if shutil.which("gnuplot") is None:
        print("report.py: no plot, gnuplot is not installed", file=sys.stderr)
        return
    points = points[::-1]
    ticks = ", ".join(f'"{name}" {i}' for i, (name, _) in enumerate(points))
    script = [
        f'set terminal svg size 1000,{120 + 22 * len(points)} font "sans,12" background "white"',
        f'set output "{path}"',
        'set title "Distance from the bar (left of 1: met)"',
        "set logscale x",
        'set xlabel "in units of the bar"',
        f"set yrange [-1:{len(points)}]",
        f"set ytics noenhanced ({ticks})",
        "set grid",
        "set key outside bottom center horizontal",
        f"set arrow from 1,-1 to 1,{len(points)} nohead lw 2 lc rgb 'black'",
        "$none << EOD\nEOD",
    ]
    curves = []
    for column, style in (("eigengrad", 'pt 7 lc rgb "#1f77b4"'), ("libtorch", 'pt 6 lc rgb "#d62728"')):
        data = [f"{d[column]} {i}" for i, (_, d) in enumerate(points) if column in d]
        if data:
            script += [f"${column} << EOD", *data, "EOD"]
            curves.append(f'${column} using 1:2 with points {style} title "{column}"')
    if not curves:
        print("report.py: no plot, no case with a bar was measured", file=sys.stderr)
        return
    script.append("plot " + ", ".join(curves))
    subprocess.run(["gnuplot"], input="\n".join(script) + "\n", text=True, check=True)


def main():
    parser = argparse.ArgumentParser(description="A table of ratios from benchmark results.")
    parser.add_argument("files", nargs="+", metavar="FILE.json", help="written by --benchmark_out")
    parser.add_argument("--plot", metavar="FILE.svg", help="also draw the distances from the bars")
    options = parser.parse_args()
    try:
        best, runs = read(options.files)
        if not best:
            raise ValueError("no single repetition in the files; do not write aggregates only")
    except (OSError, ValueError, KeyError) as error:
        print(f"report.py: {error}", file=sys.stderr)
        return 2
    lines, points = make_table(best)
    print("\n".join(lines))
    print()
    print("\n".join(f"- {run}" for run in runs))
    if options.plot:
        plot(points, options.plot)
    return 0


if __name__ == "__main__":
    sys.exit(main())
