import torch

from rows import ANY, F64, NAN, R3, Row, SPREAD, of, untracked

TIES = [[[[3.0, 1.0, 3.0], [3.0, 0.0, -1.0]]], [[[1.0, 1.0]]]]
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
