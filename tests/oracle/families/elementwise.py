import torch

from rows import INF, POSITIVE, one

ROWS = {
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
