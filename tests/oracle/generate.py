#!/usr/bin/env python3
"""Writes tests/oracle/ops.txt: what PyTorch gives for the rows of the operator table (tests/ops).

Run with a Python that has torch: python3 tests/oracle/generate.py > tests/oracle/ops.txt

A line is a keyword and what follows it:
  row NAME                        a row of the table begins
  node NAME...                    names of the nodes that computed the tracked outputs
  sample                          one evaluation begins:
    input ARRAY, constant ARRAY     arguments, differentiated or not
    value ARRAY                     an output
    weight ARRAY                    cotangent of an output that is tracked
    gradient ARRAY                  of the weighted sum of the outputs, for each input
    direction ARRAY                 what the gradients are multiplied with, and
    product ARRAY                   the gradient of that, for each input (absent at kinks)
  dtypes IN... = OUT...           result dtypes, or `error`, for arguments of these dtypes
  promote OP A B = OUT            the same for every pair of dtypes and kinds of argument
ARRAY is the number of dimensions, the extents and the elements in row-major order.
"""
import sys

import torch

torch.set_default_dtype(torch.float64)

F64, F32, I64, BOOL = torch.float64, torch.float32, torch.int64, torch.bool
NAMES = {F64: "float64", F32: "float32", I64: "int64", BOOL: "bool"}
INF, NAN = float("inf"), float("nan")


def drawn(shape, low=-2.0, high=2.0):
    return low + (high - low) * torch.rand(shape)


class Row:
    """f takes tensors; shapes lists samples, each a list of shapes drawn from the ranges."""

    def __init__(self, f, shapes, ranges=((-2, 2),), kinks=(), constants=0, tracked=True):
        self.f = f
        self.ranges = ranges
        self.shapes = shapes
        self.kinks = kinks  # given inputs; derivatives of order 1 only
        self.constants = constants  # how many leading arguments are bool and constant
        self.tracked = tracked

    def samples(self):
        for shapes in self.shapes:
            inputs = []
            for i, shape in enumerate(shapes):
                low, high = self.ranges[min(i, len(self.ranges) - 1)]
                x = drawn(shape, low, high)
                inputs.append(x > 0 if i < self.constants else x)
            yield inputs, 2
        for inputs in self.kinks:
            yield [torch.as_tensor(x) for x in inputs], 1


PAIRS = [[(3, 2), (3, 2)], [(2, 3), (3,)], [(3, 1), (1, 2)], [(), (3,)]]
ONE = [[(2, 3)], [(3,)], [()]]
POSITIVE = ((0.3, 2.5),)
R2, R3 = [[(3, 4)], [(4, 3)]], [[(2, 3, 4)], [(3, 1, 2)]]


def pair(f, *ranges, kinks=()):
    return Row(f, PAIRS, ranges or ((-2, 2),), kinks)


def one(f, *ranges, kinks=()):
    return Row(f, ONE, ranges or ((-2, 2),), kinks)


def untracked(f, shapes=None):
    return Row(f, shapes or ONE, tracked=False)


def of(*shapes):
    return [[s] for s in shapes]


def put(indices, accumulate=False):
    return lambda x, v: x.clone().index_put(
        tuple(torch.tensor(i) for i in indices), v, accumulate)


def set_slice(x, v):
    y = x.clone()
    y[1:, ::2] = v
    return y


ARITHMETIC = {
    "add": pair(torch.add),
    "add_scaled": pair(lambda a, b: torch.add(a, b, alpha=3)),
    "add_number": one(lambda a: a + 1.5),
    "sub": pair(torch.sub),
    "sub_scaled": pair(lambda a, b: torch.sub(a, b, alpha=3)),
    "sub_number": one(lambda a: a - 1.5),
    "rsub": pair(lambda a, b: torch.rsub(a, b, alpha=2)),
    "rsub_number": one(lambda a: 1.5 - a),
    "neg": one(torch.neg),
    "mul": pair(torch.mul),
    "mul_number": one(lambda a: a * -2.5),
    "div": pair(torch.div, (-2, 2), (0.3, 2.5)),
    "div_number": one(lambda a: a / -2.5),
    "number_div": one(lambda a: torch.div(torch.tensor(-2.5), a), *POSITIVE),
    "pow": pair(torch.pow, (0.3, 2.5), (0.1, 2), kinks=[
        [[0.0, 0.0, 0.0, 2.0, -2.0], [0.0, 1.0, 2.0, 0.0, 2.0]]]),
    "pow_0": one(lambda a: a**0, kinks=[[[0.0, -1.0, INF]]]),
    "pow_1": one(lambda a: a**1, kinks=[[[0.0, -1.0]]]),
    "pow_2": one(lambda a: a**2, kinks=[[[0.0, -1.0]]]),
    "pow_3": one(lambda a: a**3, kinks=[[[0.0, -1.0]]]),
    "pow_4": one(lambda a: a**4, kinks=[[[0.0, -1.0]]]),
    "pow_half": one(lambda a: a**0.5, *POSITIVE, kinks=[[[0.0, 1.0]]]),
    "pow_minus_1": one(lambda a: a**-1, *POSITIVE),
    "pow_minus_2": one(lambda a: a**-2, *POSITIVE),
    "pow_fraction": one(lambda a: a**2.7, *POSITIVE, kinks=[[[0.0, 1.0]]]),
    "number_pow": one(lambda b: torch.pow(torch.tensor(1.7), b)),
    "maximum": pair(torch.maximum, kinks=[[[1.0, 2.0, -1.0], [1.0, 1.0, 3.0]]]),
    "minimum": pair(torch.minimum, kinks=[[[1.0, 2.0, -1.0], [1.0, 1.0, 3.0]]]),
    "where": Row(torch.where, [[(3, 2), (3, 2), (2,)], [(2,), (3, 1), ()]], constants=1),
    "where_or_number": Row(lambda c, a: torch.where(c, a, torch.tensor(0.25)),
                           [[(3, 2), (3, 2)], [(2,), (3, 1)]], constants=1),
    "where_number_or": Row(lambda c, b: torch.where(c, torch.tensor(0.25), b),
                           [[(3, 2), (3, 2)], [(2,), (3, 1)]], constants=1),
}

ELEMENTWISE = {
    "abs": one(torch.abs, kinks=[[[0.0, -0.0, 1.0]]]),
    "exp": one(torch.exp, kinks=[[[0.0, -INF, -800.0]]]),
    "log": one(torch.log, *POSITIVE, kinks=[[[0.0, 1.0, -1.0, INF]]]),
    "sqrt": one(torch.sqrt, *POSITIVE, kinks=[[[0.0, 1.0, -1.0, INF]]]),
    "square": one(torch.square, kinks=[[[0.0, -3.0]]]),
    "reciprocal": one(torch.reciprocal, *POSITIVE, kinks=[[[0.0, 2.0, INF]]]),
    "sin": one(torch.sin, kinks=[[[0.0, 100.0]]]),
    "cos": one(torch.cos, kinks=[[[0.0, 100.0]]]),
    "tanh": one(torch.tanh, kinks=[[[0.0, 30.0, -INF]]]),
    "sigmoid": one(torch.sigmoid, kinks=[[[0.0, 800.0, -800.0]]]),
    "relu": one(torch.relu, kinks=[[[0.0, -0.0, 1.0]]]),
    "clamp": one(lambda x: x.clamp(-0.5, 0.75), kinks=[[[-0.5, 0.75, 1.0, -1.0]]]),
    "clamp_integers": one(lambda x: x.clamp(-1, 1), kinks=[[[-1.0, 1.0, 2.0]]]),
    "clamp_low": one(lambda x: x.clamp(min=-0.5), kinks=[[[-0.5, -1.0]]]),
    "clamp_high": one(lambda x: x.clamp(max=0.75), kinks=[[[0.75, 1.0]]]),
    "clamp_min": one(lambda x: x.clamp_min(0.25), kinks=[[[0.25, 0.0]]]),
    "clamp_max": one(lambda x: x.clamp_max(0.25), kinks=[[[0.25, 1.0]]]),
}

COMPARE = {name: Row(getattr(torch, name), PAIRS, tracked=False) for name in
           ("eq", "ne", "lt", "le", "gt", "ge", "logical_and", "logical_or", "logical_xor")}
COMPARE |= {name + "_number": untracked(lambda a, f=getattr(torch, name): f(a, 0.5)) for name in
            ("eq", "ne", "lt", "le", "gt", "ge")}
COMPARE |= {name: untracked(getattr(torch, name)) for name in
            ("logical_not", "isnan", "isinf", "isfinite")}

TIES = [[[[3.0, 1.0, 3.0], [3.0, 0.0, -1.0]]], [[[1.0, 1.0]]]]
ZEROS = [[[[0.0, 2.0, 3.0], [4.0, 5.0, -1.0]]], [[[0.0, 0.0, 3.0], [1.0, 0.0, 2.0]]]]
ANY = of((3, 4), (2, 3, 2), (3,), ())
SPREAD = of((3, 4), (2, 3, 2), (3,))

REDUCTIONS = {
    "sum": Row(lambda x: x.sum(), ANY),
    "sum_dim": Row(lambda x: x.sum(0), ANY),
    "sum_last": Row(lambda x: x.sum(-1, True), ANY),
    "sum_dims": Row(lambda x: x.sum((0, 2)), R3),
    "sum_dims_kept": Row(lambda x: x.sum((1, 2), True), R3),
    "sum_as_double": Row(lambda x: x.sum(0, dtype=F64), ANY),
    "mean": Row(lambda x: x.mean(), ANY),
    "mean_dim": Row(lambda x: x.mean(0), ANY),
    "mean_dims_kept": Row(lambda x: x.mean((0, 2), True), R3),
    "mean_as_double": Row(lambda x: x.mean(dtype=F64), ANY),
    "sum_to_size": Row(lambda x: x.sum_to_size(x.shape[0], 1, 1), R3),
    "sum_to_scalar": Row(lambda x: x.sum_to_size(()), of((3, 4), (3,))),
    "prod": Row(lambda x: x.prod(), ANY, kinks=ZEROS),
    "prod_dim": Row(lambda x: x.prod(0), ANY, kinks=ZEROS),
    "prod_last": Row(lambda x: x.prod(-1, True), ANY, kinks=ZEROS),
    "prod_middle": Row(lambda x: x.prod(1, True), R3),
    "prod_as_double": Row(lambda x: x.prod(dtype=F64), ANY),
    "max": Row(lambda x: x.max(), ANY, kinks=TIES + [[[NAN, 1.0, NAN]]]),
    "min": Row(lambda x: x.min(), ANY, kinks=TIES + [[[NAN, 1.0, NAN]]]),
    "max_dim": Row(lambda x: x.max(0), ANY, kinks=[[[1.0, NAN, 3.0]]]),
    "max_dim_kept": Row(lambda x: x.max(-1, True), ANY),
    "min_dim": Row(lambda x: x.min(0), ANY, kinks=[[[1.0, NAN, 3.0]]]),
    "min_dim_kept": Row(lambda x: x.min(-1, True), ANY),
    "argmax": untracked(lambda x: x.argmax(), ANY),
    "argmin": untracked(lambda x: x.argmin(), ANY),
    "argmax_dim": untracked(lambda x: x.argmax(0), ANY),
    "argmin_dim_kept": untracked(lambda x: x.argmin(-1, True), ANY),
    "var": Row(lambda x: x.var(), SPREAD, kinks=[[[1.0, 1.0, 1.0]]]),
    "var_population": Row(lambda x: x.var(False), ANY),
    "var_dim": Row(lambda x: x.var((0,)), SPREAD),
    "var_dims_kept": Row(lambda x: x.var((0, 2), False, True), R3),
    "std": Row(lambda x: x.std(), SPREAD, kinks=[[[1.0, 1.0, 1.0]]]),
    "std_population": Row(lambda x: x.std(False), SPREAD, kinks=[[[1.0, 1.0, 1.0]]]),
    "std_dim": Row(lambda x: x.std((-1,)), SPREAD),
    "std_dims_kept": Row(lambda x: x.std((0, 2), True, True), R3),
    "all": untracked(lambda x: x.all(), ANY),
    "all_dim": untracked(lambda x: x.all(0), ANY),
    "any": untracked(lambda x: x.any(), ANY),
    "any_last": untracked(lambda x: x.any(-1, True), ANY),
}

VIEWS = {
    "reshape": Row(lambda x: x.reshape(2, 1, 6), of((3, 4), (2, 3, 2))),
    "reshape_inferred": Row(lambda x: x.reshape(-1, 1), ANY),
    "view": Row(lambda x: x.view(4, 3), of((3, 4), (12,))),
    "flatten": Row(lambda x: x.flatten(), ANY),
    "flatten_some": Row(lambda x: x.flatten(1, -2), of((2, 3, 2, 2))),
    "squeeze": Row(lambda x: x.squeeze(), of((1, 3, 1, 2), (3, 4), (1, 1))),
    "squeeze_dim": Row(lambda x: x.squeeze(1), of((1, 1, 3), (3, 4))),
    "unsqueeze": Row(lambda x: x.unsqueeze(0), ANY),
    "unsqueeze_last": Row(lambda x: x.unsqueeze(-1), ANY),
    "transpose": Row(lambda x: x.transpose(0, -1), of((2, 3, 4), (3, 4), (3,))),
    "permute": Row(lambda x: x.permute(2, 0, -2), R3),
    "t": Row(lambda x: x.t(), of((3, 4), (3,))),
    "mT": Row(lambda x: x.mT, of((3, 4), (2, 3, 2))),
    "numpy_T": Row(lambda x: x.T, R2),
    "expand": Row(lambda x: x.expand(2, 3, 4), of((3, 1), (1, 4), (), (3, 4))),
    "broadcast_to": Row(lambda x: torch.broadcast_to(x, (2, 3, 4)), of((3, 1), (1, 4))),
    "expand_kept": Row(lambda x: x.expand(2, -1, 4), of((3, 1), (3, 4))),
    "expand_to_nothing": Row(lambda x: x.expand(0, 3), of((3,), (1, 3))),
    "select": Row(lambda x: x.select(0, 2), of((3, 4), (4, 2, 3), (3,))),
    "select_last": Row(lambda x: x.select(-1, -1), of((3, 4), (4, 2, 3), (3,))),
    "slice": Row(lambda x: x[1::2], of((3, 4), (5,))),
    "slice_clipped": Row(lambda x: x[..., -3:100], of((3, 4), (2, 2))),
    "slice_nothing": Row(lambda x: x[2:1], of((3, 4), (5,))),
    "narrow": Row(lambda x: x.narrow(0, 1, 2), of((3, 4), (4, 2, 3))),
    "diagonal": Row(lambda x: x.diagonal(), of((3, 4), (4, 3), (3, 2, 2))),
    "diagonal_above": Row(lambda x: x.diagonal(1, -2, -1), of((3, 4), (2, 3, 3))),
    "diagonal_below": Row(lambda x: x.diagonal(-1, 2, 0), of((3, 2, 4))),
    "as_strided": Row(lambda x: x.as_strided((2, 3), (1, 2), 1), of((3, 4), (7,))),
    "unbind": Row(lambda x: x.unbind(), of((3, 4), (2, 3, 2))),
    "split": Row(lambda x: x.split(2), of((3, 4), (5,))),
    "split_with_sizes": Row(lambda x: x.split_with_sizes((1, 0, x.shape[1] - 1), 1),
                            of((3, 4), (2, 2, 3))),
    "chunk": Row(lambda x: x.chunk(3), of((3, 4), (7,))),
}

ASSEMBLY = {
    "cat": Row(lambda *x: torch.cat(x), [[(3, 2), (2, 2), (1, 2)], [(2,), (0,), (3,)]]),
    "cat_last": Row(lambda *x: torch.cat(x, -1), [[(3, 4), (3, 2)], [(2, 1, 2), (2, 1, 3)]]),
    "cat_itself": Row(lambda x: torch.cat((x, x), 1), of((3, 2))),
    "stack": Row(lambda *x: torch.stack(x), [[(3, 2), (3, 2)], [(2,), (2,), (2,)], [(), ()]]),
    "stack_last": Row(lambda *x: torch.stack(x, -1), [[(3, 2), (3, 2)], [(), ()]]),
    "stack_middle": Row(lambda *x: torch.stack(x, 1), [[(3, 2), (3, 2)], [(2, 1, 2), (2, 1, 2)]]),
    "clone": Row(lambda x: x.clone(), ANY),
    "contiguous": Row(lambda x: x.contiguous(), ANY),
    "to_double": Row(lambda x: x.to(F64), ANY),
    "to_int64": untracked(lambda x: x.to(I64), ANY),
    "to_bool": untracked(lambda x: x.to(BOOL), ANY),
}

MATMULS = [[(3, 4), (4, 2)], [(4,), (4,)], [(3, 4), (4,)], [(4,), (4, 2)], [(2, 3, 2), (2, 2, 2)],
           [(2, 3, 2), (2, 1)], [(3, 2), (2, 2, 1)], [(2, 2, 3), (3,)], [(2,), (2, 2, 3)],
           [(2, 1, 2, 3), (2, 3, 2)]]
PRODUCTS = {
    "matmul": Row(torch.matmul, MATMULS),
    "mm": Row(torch.mm, [[(3, 4), (4, 2)]]),
    "mv": Row(torch.mv, [[(3, 4), (4,)]]),
    "dot": Row(torch.dot, [[(4,), (4,)]]),
    "outer": Row(torch.outer, [[(4,), (3,)]]),
    "bmm": Row(torch.bmm, [[(2, 3, 2), (2, 2, 2)]]),
}

T = torch.tensor
INDEXING = {
    "index_integer": Row(lambda x: x[1], of((3, 4), (3,))),
    "index_from_the_end": Row(lambda x: x[-1], of((3, 4), (3,))),
    "index_slices": Row(lambda x: x[::2, 1:-1], of((3, 4), (2, 3, 2))),
    "index_new_axes": Row(lambda x: x[None, :, None, 2], of((3, 4), (2, 3, 2))),
    "index_ellipsis": Row(lambda x: x[..., 0], of((3, 4), (2, 3, 2))),
    "index_dots": Row(lambda x: x[1, ..., 0:1], of((3, 4), (2, 3, 2))),
    "index_without_dims": Row(lambda x: x[None, ...], of((), (3,))),
    "index_list": Row(lambda x: x[T([2, 0, -1, 1])], of((3, 4), (3,))),
    "index_points": Row(lambda x: x[T([0, 2, 2]), T([1, -1, 3])], of((3, 4), (3, 5, 2))),
    "index_grid": Row(lambda x: x[T([[0], [2]]), T([1, 3, 1])], of((3, 4), (3, 5, 2))),
    "index_columns": Row(lambda x: x[:, T([3, 0, 0])], of((3, 4), (2, 4, 2))),
    "index_apart": Row(lambda x: x[T([0, 2]), 1:3, T([1, 0])], of((3, 4, 2))),
    "index_with_integer": Row(lambda x: x[T([0, 2, 0]), 1], of((3, 4), (3, 2, 2))),
    "index_empty_list": Row(lambda x: x[torch.zeros(0, dtype=I64)], of((3, 4))),
    "index_mask": Row(lambda x: x[T([True, False, True])], of((3, 4), (3,))),
    "index_mask_of_two": Row(lambda x: x[T([[True, False], [False, True]])], of((2, 2), (2, 2, 3))),
    "index_mask_of_last": Row(lambda x: x[..., T([False, True, True])], of((2, 3), (2, 2, 3))),
    "index_mask_of_none": Row(lambda x: x[T([False, False, False])], of((3, 4))),
    "index_bool": Row(lambda x: x[True], of((3, 2), ())),
    "index_put": Row(put([[2, 0]]), [[(3, 2), (2, 2)], [(3, 2), (2,)], [(3,), ()]]),
    "index_put_points": Row(put([[0, 2, 1], [1, 0, 1]]), [[(3, 2), (3,)], [(3, 2, 2), (3, 1)]]),
    "index_put_accumulate": Row(put([[2, 0, 2]], True), [[(3, 2), (3, 2)], [(3, 2), (2,)]]),
    "index_put_mask": Row(put([[True, False, True]]), [[(3, 2), (2, 2)], [(3,), ()]]),
    "index_put_slices": Row(set_slice, [[(3, 4), (2, 2)], [(3, 4), ()], [(3, 3, 2), (2, 1)]]),
}

ROWS = (ARITHMETIC | ELEMENTWISE | COMPARE | REDUCTIONS | VIEWS | ASSEMBLY | PRODUCTS | INDEXING)


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
        write("input" if v.is_floating_point() else "constant", v)
    for v in y:
        write("value", v)
    if not live:
        return
    wanted = [v for v in x if v.requires_grad]
    weights = [drawn(v.shape) for v in live]
    for w in weights:
        write("weight", w)
    total = sum((v * w).sum() for v, w in zip(live, weights))
    gradients = torch.autograd.grad(total, wanted, create_graph=True)
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


def main():
    torch.manual_seed(7)
    print("# Written by tests/oracle/generate.py with PyTorch %s." % torch.__version__)
    for name, row in ROWS.items():
        print("row", name)
        for n, (inputs, order) in enumerate(row.samples()):
            write_sample(row, inputs, order, n == 0)
        write_dtypes(row)
    write_promotion()


if __name__ == "__main__":
    sys.exit(main())
