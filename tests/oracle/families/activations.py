import torch
from torch.nn import functional as F

from rows import INF, Row, one

BOTH_SIDES = [[[0.0, -0.0, 800.0, -800.0]]]

ROWS = {
    "sigmoid": one(torch.sigmoid, kinks=BOTH_SIDES),
    "log_sigmoid": one(F.logsigmoid, (-4, 4), kinks=BOTH_SIDES),
    "softplus": one(F.softplus, (-4, 4), kinks=BOTH_SIDES),
    "softplus_beta": one(lambda x: F.softplus(x, 1.5, 3), (-4, 4), kinks=[[[2.0, 2.5]]]),
    "softsign": one(F.softsign, (-4, 4), kinks=[[[0.0, -0.0]]]),
    "tanhshrink": one(F.tanhshrink, (1, 4), kinks=[[[0.0, 40.0, -INF]]]),
    "silu": one(F.silu, (-4, 4), kinks=BOTH_SIDES),
    "mish": one(F.mish, (-4, 4), kinks=BOTH_SIDES),
    "gelu": one(F.gelu, (-4, 4), kinks=BOTH_SIDES),
    "gelu_tanh": one(lambda x: F.gelu(x, approximate="tanh"), (-2, 2),
                     kinks=[[[0.0, -0.0, 100.0]]]),
    "glu": Row(F.glu, [[(3, 4)], [(2, 3, 2)], [(6,)]]),
    "glu_first": Row(lambda x: F.glu(x, 0), [[(4, 3)], [(2,)]]),
    "relu": one(torch.relu, kinks=[[[0.0, -0.0, 1.0]]]),
    "relu6": one(F.relu6, (-4, 9), kinks=[[[0.0, -0.0, 6.0, 7.0]]]),
    "hardtanh": one(F.hardtanh, kinks=[[[0.0, 1.0, -1.0, INF]]]),
    "hardtanh_bounds": one(lambda x: F.hardtanh(x, -0.5, 0.75), kinks=[[[-0.5, 0.75]]]),
    "hardswish": one(F.hardswish, (-4, 4), kinks=[[[0.0, 3.0, -3.0, 5.0, -5.0]]]),
    "threshold": one(lambda x: F.threshold(x, 0.25, -3.0), kinks=[[[0.25, 0.5]]]),
    "threshold_integers": one(lambda x: F.threshold(x, 1, 5), kinks=[[[1.0, 2.0]]]),
    "hardshrink": one(F.hardshrink, kinks=[[[0.0, 0.5, -0.5, 0.75]]]),
    "softshrink": one(F.softshrink, kinks=[[[0.0, 0.5, -0.5, 0.75]]]),
    "leaky_relu": one(F.leaky_relu, kinks=[[[0.0, -0.0, -INF]]]),
    "leaky_relu_steep": one(lambda x: F.leaky_relu(x, -1.5), kinks=[[[0.0, -1.0]]]),
    "prelu": Row(torch.prelu, [[(2, 3), (1,)], [(3,), (1,)], [(), (1,)]],
                 kinks=[[[0.0, -1.0], [0.5]]]),
    "prelu_channels": Row(torch.prelu, [[(2, 3), (3,)], [(2, 3, 2), (3,)]]),
    "rrelu": one(F.rrelu, kinks=[[[0.0, -0.0, 1.0]]]),
    "elu": one(F.elu, (-4, 4), kinks=BOTH_SIDES),
    "elu_scales": one(lambda x: torch._C._nn.elu(x, 1.5, 2.0, 0.5), (-4, 4), kinks=BOTH_SIDES),
    "celu": one(F.celu, (-4, 4), kinks=BOTH_SIDES),
    "celu_alpha": one(lambda x: F.celu(x, 0.5), (-4, 4), kinks=BOTH_SIDES),
    "selu": one(F.selu, (-4, 4), kinks=BOTH_SIDES),
}
