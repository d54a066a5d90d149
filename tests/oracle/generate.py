#!/usr/bin/env python3
"""Writes tests/oracle/fixtures/FAMILY.txt: what PyTorch gives for the rows of the operator table (tests/ops).

Run with a Python that has torch: python3 tests/oracle/generate.py [FAMILY...]
A family is a file of tests/oracle/families with a dictionary ROWS of what rows.py defines.

A line is a keyword and what follows it:
  row NAME                        a row of the table begins
  node NAME...                    names of the nodes that computed the tracked outputs
  sample                          one evaluation begins:
    input ARRAY                     an argument that is differentiated
    index ARRAY, mask ARRAY         arguments of int64 and bool
    value ARRAY                     an output
    weight ARRAY                    cotangent of an output that is tracked
    gradient ARRAY                  of the weighted sum of the outputs, for each input
    direction ARRAY                 what the gradients are multiplied with, and
    product ARRAY                   the gradient of that, for each input (absent at kinks)
  dtypes IN... = OUT...           result dtypes, or `error`, for arguments of these dtypes
  promote OP A B = OUT            the same for every pair of dtypes and kinds of argument
ARRAY is the number of dimensions, the extents and the elements in row-major order.
"""
import contextlib
import importlib
import pathlib
import sys

import torch

from rows import BOOL, F32, F64, I64, drawn

NAMES = {F64: "float64", F32: "float32", I64: "int64", BOOL: "bool"}
T = torch.tensor


def listed(y):
    return list(y) if isinstance(y, (tuple, list)) else [y]


def write(keyword, x):
    x = torch.zeros(x.shape) if x._is_zerotensor() else x.detach()
    elements = x.reshape(-1).to(F64).tolist()
    print(keyword, x.dim(), *x.shape, *("%.17g" % v for v in elements))


def write_sample(row, inputs, order, with_node):
    x = [i.clone().requires_grad_(row.tracked) if i.is_floating_point() else i for i in inputs]
    y = listed(row.f(*x))
    live = [v for v in y if v.requires_grad]
    if with_node and live:
        print("node", *(v.grad_fn.name().split("::")[-1] if v.grad_fn else "none" for v in live))
    print("sample")
    for v in inputs:
        write("input" if v.is_floating_point() else "index" if v.dtype == I64 else "mask", v)
    for v in y:
        write("value", v)
    if not live:
        return
    wanted = [v for v in x if v.requires_grad]
    weights = [drawn(v.shape) for v in live]
    for w in weights:
        write("weight", w)
    total = sum((v * w).sum() for v, w in zip(live, weights))
    gradients = [torch.zeros_like(v) if g is None else g for v, g in zip(wanted, torch.autograd.grad(
        total, wanted, create_graph=order > 1, allow_unused=True))]
    for g in gradients:
        write("gradient", g)
    if order < 2:
        return
    directions = [drawn(v.shape) for v in wanted]
    total = sum((g * d).sum() for g, d in zip(gradients, directions))
    products = [None] * len(wanted)
    if total.requires_grad:
        products = torch.autograd.grad(total, wanted, allow_unused=True)
    for d in directions:
        write("direction", d)
    for v, p in zip(wanted, products):
        write("product", torch.zeros_like(v) if p is None else p)


def result_of(f, *arguments):
    try:
        return " ".join(NAMES[v.dtype] for v in listed(f(*arguments)))
    except (RuntimeError, TypeError, IndexError):
        return "error"


def write_dtypes(row):
    for dtype in (F32, I64, BOOL):
        inputs = next(row.samples())[0]
        x = [(v.abs() * 2).to(dtype) if v.is_floating_point() else v for v in inputs]
        print("dtypes", NAMES[dtype], "=", result_of(row.f, *x))


BINARY = {
    "add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div, "pow": torch.pow,
    "eq": torch.eq, "lt": torch.lt, "maximum": torch.maximum, "logical_and": torch.logical_and,
    "where": lambda a, b: torch.where(T([True]), a, b), "cat": lambda a, b: torch.cat((a, b)),
    "stack": lambda a, b: torch.stack((a, b)), "matmul": torch.matmul,
}
NUMBERS = {"bool": True, "int64": 2, "float64": 1.5}


def write_promotion():
    arguments = {}
    for dtype, name in NAMES.items():
        arguments[name + ":dims"] = torch.ones(1, dtype=dtype)
        arguments[name + ":none"] = torch.ones((), dtype=dtype)
    for name, f in BINARY.items():
        for a, x in arguments.items():
            for b, y in arguments.items():
                print("promote", name, a, b, "=", result_of(f, x, y))
            if name in ("add", "sub", "mul", "div", "pow", "eq", "lt"):
                for b, y in NUMBERS.items():
                    print("promote", name, a, b + ":number =", result_of(f, x, y))


def write_family(name):
    torch.manual_seed(7)
    print("# Written by tests/oracle/generate.py with PyTorch %s." % torch.__version__.split("+")[0])
    for row_name, row in importlib.import_module("families." + name).ROWS.items():
        print("row", row_name)
        for n, (inputs, order) in enumerate(row.samples()):
            write_sample(row, inputs, order, n == 0)
        write_dtypes(row)
    if name == "arithmetic":
        write_promotion()


def main():
    here = pathlib.Path(__file__).parent
    families = sys.argv[1:] or sorted(f.stem for f in (here / "families").glob("*.py"))
    for name in families:
        path = here / "fixtures" / (name + ".txt")
        with path.open("w") as file, contextlib.redirect_stdout(file):
            write_family(name)


if __name__ == "__main__":
    sys.exit(main())
