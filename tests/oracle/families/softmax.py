import torch
import torch.nn.functional as F

from rows import ANY, F64, INF, Row

# Weights of 0, rows of nothing but -inf, overflow.
EDGES = [[[[0.0, -INF, 1.0], [-INF, -INF, 2.0]]], [[[-INF, -INF, -INF], [1.0, INF, 2.0]]],
         [[[1000.0, 0.0, -1000.0], [-800.0, -800.0, -900.0]]]]

ROWS = {
    "softmax": Row(lambda x: x.softmax(-1), ANY, kinks=EDGES),
    "softmax_first": Row(lambda x: x.softmax(0), ANY),
    "log_softmax": Row(lambda x: x.log_softmax(-1), ANY, kinks=EDGES),
    "log_softmax_first": Row(lambda x: x.log_softmax(0), ANY),
    "softmin": Row(lambda x: F.softmin(x, -1), ANY),
    "softmax_as_double": Row(lambda x: x.softmax(0, dtype=F64), ANY),
    "log_softmax_as_double": Row(lambda x: x.log_softmax(0, dtype=F64), ANY),
}
