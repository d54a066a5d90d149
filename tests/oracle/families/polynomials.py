import torch

from rows import ANY, Row


def values(name):
    f = getattr(torch.ops.aten, "special_" + name)  # torch.special lacks the shifted ones
    return Row(lambda x: f(x, 4), ANY, kinks=[[[0.0, 1.0, -1.0, 0.5, 3.0]]], tracked=False)


ROWS = {"special_" + f + "_values": values(f) for f in (
    "chebyshev_polynomial_t", "chebyshev_polynomial_u", "chebyshev_polynomial_v",
    "chebyshev_polynomial_w", "shifted_chebyshev_polynomial_t", "shifted_chebyshev_polynomial_u",
    "shifted_chebyshev_polynomial_v", "shifted_chebyshev_polynomial_w", "hermite_polynomial_h", "hermite_polynomial_he",
    "laguerre_polynomial_l", "legendre_polynomial_p")}
