import torch

from rows import ANY, F64, NAN, Row, of

ZEROS = [[[[0.0, 2.0, 3.0], [4.0, 5.0, -1.0]]], [[[0.0, 0.0, 3.0], [1.0, 0.0, 2.0]]]]
TIES = [[[1.0, 1.0, 0.0, 1.0, 2.0]], [[2.0, NAN, 3.0, NAN]]]
LINES = of((3, 4), (2, 3, 2), (5,))
PLANES = of((3, 4), (5, 3))
OVER = [[(3, 4), (4,)], [(2, 3, 2), (2,)]]
EDGES = [[(3, 4), torch.tensor([-1.0, -0.5, 1.5]), torch.tensor([0.5, 1.5, 3.0, 3.75])]]


def along(f, shapes=ANY, kinks=()):
    return {"": Row(lambda x: f(x, 0), shapes, kinks=kinks), "_last": Row(lambda x: f(x, -1), shapes, kinks=kinks)}


def named(name, rows):
    return {name + suffix: row for suffix, row in rows.items()}


ROWS = {
    **named("cumsum", along(torch.cumsum)),
    "cumsum_as_double": Row(lambda x: torch.cumsum(x, 0, dtype=F64), ANY),
    **named("cumprod", along(torch.cumprod, kinks=ZEROS)),
    "cumprod_as_double": Row(lambda x: torch.cumprod(x, 0, dtype=F64), ANY),
    **named("logcumsumexp", along(torch.logcumsumexp)),
    **named("cummax", along(torch.cummax, kinks=TIES)),
    **named("cummin", along(torch.cummin, kinks=TIES)),
    "diff": Row(lambda x: torch.diff(x), LINES),
    "diff_first": Row(lambda x: torch.diff(x, dim=0), LINES),
    "diff_twice": Row(lambda x: torch.diff(x, n=2, dim=0), LINES),
    "diff_all": Row(lambda x: torch.diff(x, n=7), LINES),
    "diff_none": Row(lambda x: torch.diff(x, n=0), LINES),
    "diff_of_bools": Row(lambda x: torch.diff(x > 0.4), LINES, tracked=False),
    "diff_prepended": Row(lambda x, p: torch.diff(x, 1, 1, p), [[(3, 4), (3, 2)]]),
    "diff_between": Row(lambda x, p, a: torch.diff(x, 1, -1, p, a), [[(3, 4), (3, 2), (3, 1)]]),
    "trapezoid": Row(lambda y: torch.trapezoid(y, dx=0.5, dim=0), LINES),
    "trapezoid_over": Row(lambda y, x: torch.trapezoid(y, x), OVER),
    "trapezoid_over_lines": Row(lambda y, x: torch.trapezoid(y, x, dim=0), [[(3, 4), (3, 4)], [(3, 4), (3, 1)]]),
    "cumulative_trapezoid": Row(lambda y: torch.cumulative_trapezoid(y, dx=2), LINES),
    "cumulative_trapezoid_over": Row(lambda y, x: torch.cumulative_trapezoid(y, x), OVER),
    "gradient": Row(lambda x: torch.gradient(x), PLANES),
    "gradient_spaced": Row(lambda x: torch.gradient(x, spacing=0.5, dim=-1, edge_order=2), PLANES),
    "gradient_dims": Row(lambda x: torch.gradient(x, dim=(1, 0), edge_order=2), PLANES),
    "gradient_spaced_dims": Row(lambda x: torch.gradient(x, spacing=2, dim=(1, -3)), of((2, 3, 2))),
    "gradient_numbers": Row(lambda x: torch.gradient(x, spacing=(0.5, 2)), PLANES),
    "gradient_numbers_dims": Row(lambda x: torch.gradient(x, spacing=(0.5, 2), dim=(-1, 0), edge_order=2), PLANES),
    "gradient_over": Row(lambda x, *c: torch.gradient(x, spacing=c), EDGES),
    "gradient_over_dims": Row(lambda x, *c: torch.gradient(x, spacing=c, dim=(-2, -1), edge_order=2), EDGES),
}
