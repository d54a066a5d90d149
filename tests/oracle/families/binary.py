import torch

from rows import INF, NAN, Row, one, pair

TRIPLES = [[(3, 2), (3, 2), (3, 2)], [(2, 3), (3,), (2, 1)]]


def triple(f, third=(-2, 2), kinks=()):
    return Row(f, TRIPLES, ((-2, 2), (-2, 2), third), kinks)


ROWS = {
    "atan2": pair(torch.atan2, kinks=[[[0.0, 0.0, -0.0, 1.0], [0.0, -1.0, -1.0, 0.0]]]),
    "hypot": pair(torch.hypot, kinks=[[[3.0, 0.0, -0.5], [4.0, 2.0, 0.0]]]),
    "copysign": pair(torch.copysign, kinks=[[[0.0, -0.0, 1.0, -1.0], [-1.0, 1.0, 0.0, -0.0]]]),
    "copysign_number": one(lambda a: torch.copysign(a, -0.0)),
    "ldexp": pair(torch.ldexp),
    "logaddexp": pair(torch.logaddexp, (0, 2), (0, 2), kinks=[[[800.0, -800.0, INF, -INF], [0.0, 0.0, 1.0, 2.0]]]),
    "logaddexp2": pair(torch.logaddexp2, (0, 2), (0, 2), kinks=[[[1800.0, -1800.0, INF, -INF], [0.0, 0.0, 1.0, 2.0]]]),
    "fmax": pair(torch.fmax, kinks=[[[1.0, NAN, 1.0, NAN, 1.0], [1.0, 1.0, NAN, NAN, 2.0]]]),
    "fmin": pair(torch.fmin, kinks=[[[1.0, NAN, 1.0, NAN, 1.0], [1.0, 1.0, NAN, NAN, 2.0]]]),
    "nextafter": Row(torch.nextafter, [[(3, 2), (3, 2)], [(2, 3), (3,)]], tracked=False),
    "clamp_tensors": triple(torch.clamp, (0, 2), kinks=[[
        [0.0, 1.0, 2.0, 3.0, 1.0, 0.0], [0.0, 0.0, 2.0, 1.0, 3.0, 1.0], [3.0, 1.0, 2.0, 2.0, 2.0, 1.0]]]),
    "clamp_low_tensor": pair(torch.clamp, kinks=[[[0.0, 1.0, 2.0], [0.0, 0.0, 3.0]]]),
    "clamp_high_tensor": pair(lambda x, b: torch.clamp(x, max=b), kinks=[[[0.0, 1.0, 2.0], [0.0, 0.0, 3.0]]]),
    "clamp_min_tensor": pair(torch.clamp_min, kinks=[[[0.0, 1.0, 2.0], [0.0, 0.0, 3.0]]]),
    "clamp_max_tensor": pair(torch.clamp_max, kinks=[[[0.0, 1.0, 2.0], [0.0, 0.0, 3.0]]]),
    "lerp_low": pair(lambda a, b: torch.lerp(a, b, 0.25), (-2, 2), (3, 6)),
    "lerp_high": pair(lambda a, b: torch.lerp(a, b, 0.75), (-2, 2), (3, 6)),
    "lerp": triple(torch.lerp, (0, 1), kinks=[[[1.0, 2.0], [3.0, 5.0], [0.0, 1.0]]]),
    "addcmul": triple(lambda a, b, c: torch.addcmul(a, b, c, value=2)),
    "addcdiv": triple(lambda a, b, c: torch.addcdiv(a, b, c, value=-0.5), (0.3, 2.5)),
}
