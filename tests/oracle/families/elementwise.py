import torch

from rows import INF, POSITIVE, one

UNIT = (-0.9, 0.9)

ROWS = {
    "abs": one(torch.abs, kinks=[[[0.0, -0.0, 1.0]]]),
    "exp": one(torch.exp, kinks=[[[0.0, -INF, -800.0]]]),
    "log": one(torch.log, *POSITIVE, kinks=[[[0.0, 1.0, -1.0, INF]]]),
    "sqrt": one(torch.sqrt, *POSITIVE, kinks=[[[0.0, 1.0, -1.0, INF]]]),
    "square": one(torch.square, kinks=[[[0.0, -3.0]]]),
    "reciprocal": one(torch.reciprocal, *POSITIVE, kinks=[[[0.0, 2.0, INF]]]),
    "sin": one(torch.sin, kinks=[[[0.0, 100.0]]]),
    "cos": one(torch.cos, kinks=[[[0.0, 100.0]]]),
    "tan": one(torch.tan, (-1.2, 1.2), kinks=[[[0.0, -0.0, 100.0]]]),
    "asin": one(torch.asin, UNIT, kinks=[[[0.0, 1.0, -1.0]]]),
    "acos": one(torch.acos, UNIT, kinks=[[[0.0, 1.0, -1.0]]]),
    "atan": one(torch.atan, kinks=[[[0.0, INF, -INF]]]),
    "sinc": one(torch.sinc, kinks=[[[0.0, -0.0]]]),
    "deg2rad": one(torch.deg2rad),
    "rad2deg": one(torch.rad2deg),
    "sinh": one(torch.sinh, kinks=[[[0.0, INF, -INF]]]),
    "cosh": one(torch.cosh, kinks=[[[0.0, INF, -INF]]]),
    "tanh": one(torch.tanh, kinks=[[[0.0, 30.0, -INF]]]),
    "asinh": one(torch.asinh, kinks=[[[0.0, INF]]]),
    "acosh": one(torch.acosh, (1.1, 3), kinks=[[[1.0, INF]]]),
    "atanh": one(torch.atanh, UNIT, kinks=[[[0.0, 1.0, -1.0]]]),
    "exp2": one(torch.exp2, kinks=[[[0.0, -INF, -1100.0]]]),
    "expm1": one(torch.expm1, kinks=[[[0.0, -INF, 800.0]]]),
    "log2": one(torch.log2, *POSITIVE, kinks=[[[0.0, 1.0, -1.0, INF]]]),
    "log10": one(torch.log10, *POSITIVE, kinks=[[[0.0, 1.0, -1.0, INF]]]),
    "log1p": one(torch.log1p, (-0.8, 2), kinks=[[[0.0, -1.0, -2.0, INF]]]),
    "rsqrt": one(torch.rsqrt, *POSITIVE, kinks=[[[0.0, 1.0, -1.0, INF]]]),
    "positive": one(torch.positive),
    "clamp": one(lambda x: x.clamp(-0.5, 0.75), kinks=[[[-0.5, 0.75, 1.0, -1.0]]]),
    "clamp_integers": one(lambda x: x.clamp(-1, 1), kinks=[[[-1.0, 1.0, 2.0]]]),
    "clamp_low": one(lambda x: x.clamp(min=-0.5), kinks=[[[-0.5, -1.0]]]),
    "clamp_high": one(lambda x: x.clamp(max=0.75), kinks=[[[0.75, 1.0]]]),
    "clamp_min": one(lambda x: x.clamp_min(0.25), kinks=[[[0.25, 0.0]]]),
    "clamp_max": one(lambda x: x.clamp_max(0.25), kinks=[[[0.25, 1.0]]]),
}
