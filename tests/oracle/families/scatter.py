import torch

from rows import INF, Row

T = torch.tensor
I = lambda *v: T(v, dtype=torch.int64)

APART = [[(3, 4), T([[2, 0, 1, 1], [0, 1, 2, 2]]), (2, 4)], [(4,), I(3, 0), (2,)], [(), T(0), ()]]
MEET = [[(3, 4), T([[2, 0, 1, 1], [2, 1, 2, 1], [0, 0, 2, 1]]), (3, 4)],
        [(3,), I(0, 2, 2, 2, 0), (5,)], [(), T(0), ()]]
SLICES = [[(3, 2), I(2, 0, 2), (3, 2)], [(3,), I(1, 1), (2,)], [(), I(0), (1,)]]
# PyTorch knows no gradient of a value at negative indices.
FILLED = [[(3, 2), I(2, 0)], [(4,), I(1, 1)], [(2, 3, 2), T(1)]]
SEGMENTS = [[(6,), I(2, 1, 3)], [(5, 2), I(4, 1)]]
# Near 0, PyTorch's second derivatives of products lose digits.
PRODUCT, ANY_NUMBER = ((0.5, 2),), ((-2, 2),)
# Ties and zeros.
TIES = [[[2.0, 5.0, 1.0], I(0, 0, 2), [2.0, 2.0, 1.0]], [[2.0, 5.0, 1.0], I(0, 0, 0), [3.0, -INF, 3.0]]]
# Self takes no part, yet PyTorch counts it among the ties if it is equal to the result: not here.
OTHER_TIES = [[[7.0, 5.0, 8.0], I(0, 0, 2), [2.0, 2.0, 1.0]]]
ZEROS = [[[2.0, 5.0, 0.0], I(0, 0, 2), [3.0, 0.0, 4.0]], [[2.0, 0.0, 1.0], I(0, 1, 1), [0.0, 0.0, 4.0]],
         [[2.0, 5.0, 1.0], I(0, 0, 0), [0.0, 3.0, 0.0]]]


def scatter_reduce(reduce, include_self):
    kinks = {"prod": ZEROS, "sum": [], "mean": []}.get(reduce, TIES if include_self else OTHER_TIES)
    return Row(lambda x, i, s: x.scatter_reduce(0, i, s, reduce, include_self=include_self), MEET,
               ranges=PRODUCT if reduce == "prod" else ANY_NUMBER,
               kinks=kinks)


def index_reduce(reduce, include_self):
    kinks = {"prod": ZEROS, "mean": []}.get(reduce, TIES if include_self else OTHER_TIES)
    return Row(lambda x, i, s: x.index_reduce(0, i, s, reduce, include_self=include_self), SLICES[:2],
               ranges=PRODUCT if reduce == "prod" else ANY_NUMBER,
               kinks=kinks)


class FirstOrder(Row):
    """PyTorch has no second derivative."""

    def samples(self):
        for inputs, _ in super().samples():
            yield inputs, 1


def segment_reduce(reduce, **more):
    kinks = [[[1.0, 3.0, 3.0, 0.0], I(3, 1)]] if reduce in ("max", "min") else []
    if reduce == "prod":
        kinks = [[[2.0, 3.0, 0.0, 4.0], I(3, 1)], [[2.0, 0.0, 0.0, 4.0], I(3, 1)]]
    return FirstOrder(lambda x, n: torch.segment_reduce(x, reduce, lengths=n, **more), SEGMENTS,
                      kinks=kinks)


ROWS = {
    "scatter": Row(lambda x, i, s: x.scatter(0, i, s), APART),
    "scatter_last": Row(lambda x, i, s: x.scatter(-1, i, s), [[(3, 4), T([[3, 0], [1, 2], [0, 3]]), (3, 2)]]),
    "scatter_value": Row(lambda x, i: x.scatter(0, i, 1.75), [s[:2] for s in APART]),
    "scatter_add": Row(lambda x, i, s: x.scatter_add(0, i, s), MEET),
    "index_add": Row(lambda x, i, s: x.index_add(0, i, s), SLICES),
    "index_add_scaled": Row(lambda x, i, s: x.index_add(-1, i, s, alpha=3),
                            [[(2, 3), I(2, 0, 2), (2, 3)]]),
    "index_copy": Row(lambda x, i, s: x.index_copy(0, i, s),
                      [[(3, 2), I(2, 0), (2, 2)], [(3, 2, 2), T(1), (1, 2, 2)], [(), I(0), (1,)]]),
    "index_fill": Row(lambda x, i: x.index_fill(0, i, 2.5), FILLED),
    "index_fill_tensor": Row(lambda x, i, v: x.index_fill(0, i, v), [s + [()] for s in FILLED]),
    "put": Row(lambda x, i, s: x.put(i, s), [[(3, 2), T([[0, 3], [-1, 1]]), (2, 2)], [(), I(0), (1,)]]),
    "put_accumulate": Row(lambda x, i, s: x.put(i, s, True),
                          [[(3, 2), T([[0, 3], [-1, 3]]), (2, 2)], [(4,), I(3, 3, -1), (3,)]]),
    "segment_reduce_offsets": FirstOrder(lambda x, n: torch.segment_reduce(x, "sum", offsets=n),
                                         [[(6,), I(0, 2, 2, 6)], [(3, 2), I(0, 1, 3)]]),
}
for self_or_not, part in ((True, ""), (False, "_without_self")):
    for name in ("sum", "prod", "mean", "amax", "amin"):
        ROWS["scatter_reduce_" + name + part] = scatter_reduce(name, self_or_not)
        if name != "sum":
            ROWS["index_reduce_" + name + part] = index_reduce(name, self_or_not)
for name in ("sum", "mean", "max", "min", "prod"):
    ROWS["segment_reduce_" + name] = segment_reduce(name)
    ROWS["segment_reduce_" + name + "_from"] = segment_reduce(name, initial=0.25)
