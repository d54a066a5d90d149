import torch

from rows import ANY, Row, one

S = torch.special
EDGES = [[[0.0, 1.5]]]  # PyTorch loses digits from 2 on


def values(name, low, high):
    return Row(getattr(S, name), ANY, ((low, high),), kinks=EDGES, tracked=False)


ROWS = {
    "i0": one(torch.i0, kinks=[[[0.0, 20.0, -20.0]]]),
    "special_i1": one(S.i1, kinks=[[[0.0, 20.0, -20.0]]]),
    "special_i0e": one(S.i0e, kinks=[[[0.0, 20.0, -20.0]]]),
    "special_i1e": one(S.i1e, kinks=[[[0.0, 20.0, -20.0]]]),
}
for f in ("bessel_j0", "bessel_j1", "modified_bessel_i0", "modified_bessel_i1",
          "spherical_bessel_j0", "airy_ai"):
    ROWS["special_" + f + "_values"] = values(f, -2, 2)
for f in ("bessel_y0", "bessel_y1", "modified_bessel_k0", "modified_bessel_k1",
          "scaled_modified_bessel_k0", "scaled_modified_bessel_k1"):
    ROWS["special_" + f + "_values"] = values(f, 0.3, 1.8)
