import torch

from rows import INF, NAN, one


def frexp(x):
    mantissa, exponent = torch.frexp(x)
    return mantissa, exponent.long()  # PyTorch has them in int32


HALVES = [[[0.0, -0.0, 0.5, 1.5, 2.5, -0.5, -1.5, INF]]]

ROWS = {
    "floor": one(torch.floor, kinks=HALVES),
    "ceil": one(torch.ceil, kinks=HALVES),
    "trunc": one(torch.trunc, kinks=HALVES),
    "round": one(torch.round, kinks=HALVES),
    "round_decimals": one(lambda x: torch.round(x, decimals=2)),
    "round_tens": one(lambda x: torch.round(x, decimals=-1), (-200, 200)),
    "frac": one(torch.frac, kinks=[[[0.0, 1.0, -2.5]]]),
    "sign": one(torch.sign, kinks=[[[0.0, -0.0, INF, NAN]]]),
    "sgn": one(torch.sgn, kinks=[[[0.0, -0.0, -INF, NAN]]]),
    "nan_to_num": one(torch.nan_to_num, kinks=[[[0.0, INF, -INF, NAN]]]),
    "nan_to_num_given": one(lambda x: torch.nan_to_num(x, 0.25, 3, -4),
                            kinks=[[[1.0, INF, -INF, NAN]]]),
    "frexp": one(frexp, kinks=[[[0.0, 1.0, 2.0, -1e-310, INF]]]),
}
