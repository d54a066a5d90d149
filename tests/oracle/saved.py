#!/usr/bin/env python3
"""Writes tests/oracle/fixtures/saved.txt: what PyTorch needs for the gradients of the rows of the operator table.

Run with a Python that has torch: python3 tests/oracle/saved.py
Each row is called on its first sample, one argument or result is written to in place, and the gradient is asked for.

A line is a keyword and what follows it:
  row NAME                a row of the table
  saved TRACKED NEEDED    TRACKED is the number of the only argument that is tracked, or `all`; NEEDED has a digit for each
                          argument, then for each result: 1 if the gradient is refused after a write to it
  recorded DIGITS         for each tracked argument: 1 if its gradient, with all tracked, is itself a function of something
"""
import contextlib
import importlib
import pathlib
import sys

import torch

from generate import listed
from rows import BOOL


def arguments(inputs, tracked):
    leaves, x = [], []
    for k, i in enumerate(inputs):
        i = i.clone()
        if i.is_floating_point() and tracked in ("all", k):
            leaves.append(i.requires_grad_())
            i = i.clone()
        x.append(i)
    return leaves, x


def gradients(leaves, y, **options):
    live = [v for v in y if v.requires_grad]
    return torch.autograd.grad(live, leaves, [torch.ones_like(v) for v in live], allow_unused=True, **options)


def is_needed(row, inputs, tracked, n):
    leaves, x = arguments(inputs, tracked)
    y = listed(row.f(*x))
    written = (x + y)[n]
    with torch.no_grad():
        written.logical_or_(written) if written.dtype == BOOL else written.mul_(1)
    try:
        gradients(leaves, y)
    except RuntimeError as e:
        if "modified by an inplace operation" not in str(e):
            raise
        return True
    return False


def write_row(name, row):
    inputs, _ = next(row.samples())
    lines = []
    for tracked in ["all"] + [k for k, i in enumerate(inputs) if i.is_floating_point()]:
        _, x = arguments(inputs, tracked)
        try:
            y = listed(row.f(*x))
        except (RuntimeError, TypeError) as e:
            if not isinstance(e, TypeError) and "is now removed" not in str(e):
                raise
            return  # PyTorch no longer has the function
        # A result in the memory of an argument has no version of its own.
        memory = [v.untyped_storage().data_ptr() for v in x + y]
        if len(set(memory)) < len(memory) or not any(v.requires_grad for v in y):
            continue
        needed = (is_needed(row, inputs, tracked, n) for n in range(len(x) + len(y)))
        lines.append("saved %s %s" % (tracked, "".join(str(int(n)) for n in needed)))
    if not lines:
        return
    print("row", name)
    print(*lines, sep="\n")
    leaves, x = arguments(inputs, "all")
    try:
        found = gradients(leaves, listed(row.f(*x)), create_graph=True)
    except RuntimeError:  # the second derivative is missing
        return
    print("recorded", "".join(str(int(g is not None and g.requires_grad)) for g in found))


def main():
    here = pathlib.Path(__file__).parent
    torch.manual_seed(7)
    with (here / "fixtures" / "saved.txt").open("w") as file, contextlib.redirect_stdout(file):
        print("# Written by tests/oracle/saved.py with PyTorch %s." % torch.__version__.split("+")[0])
        for path in sorted((here / "families").glob("*.py")):
            for name, row in importlib.import_module("families." + path.stem).ROWS.items():
                if row.tracked:
                    write_row(name, row)


if __name__ == "__main__":
    sys.exit(main())
