import torch

from rows import ANY, F64, INF, R3, Row, of, untracked

ZEROS = [[[[0.0, 2.0, 3.0], [4.0, 5.0, -1.0]]], [[[0.0, 0.0, 3.0], [1.0, 0.0, 2.0]]]]

ROWS = {
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
    "all": untracked(lambda x: x.all(), ANY),
    "all_dim": untracked(lambda x: x.all(0), ANY),
    "any": untracked(lambda x: x.any(), ANY),
    "any_last": untracked(lambda x: x.any(-1, True), ANY),
    "logsumexp": Row(lambda x: x.logsumexp(0), ANY, kinks=[[[-INF, 0.0, 1.0]], [[1000.0, 1000.5]]]),
    "logsumexp_last": Row(lambda x: x.logsumexp(-1, True), ANY),
    "logsumexp_dims": Row(lambda x: x.logsumexp((0, 2)), R3),
    "count_nonzero": untracked(lambda x: x.count_nonzero(), ANY),
    "count_nonzero_dim": untracked(lambda x: x.count_nonzero(-1), ANY),
    "count_nonzero_dims": untracked(lambda x: x.count_nonzero((0, 2)), R3),
    "trace": Row(lambda x: x.trace(), of((3, 4), (4, 3), (1, 1))),
}
