import torch

from rows import ANY, F64, INF, PAIRS, R3, Row

VF = torch._VF  # norm() as C++ has it
ORDERS = {"_0": 0, "_1": 1, "": 2, "_3": 3, "_inf": INF, "_half": 0.5, "_1_5": 1.5, "_4": 4,
          "_least": -INF, "_minus_1": -1, "_minus_2_5": -2.5}
POINTS = [[[0.0, 0.0]], [[3.0, -3.0, 1.0]], [[[0.0, 2.0], [-1.0, 1.0]]]]
ROWS = {}


def add(name, f):
    ROWS[name] = Row(f, ANY, kinks=POINTS)


for end, p in ORDERS.items():
    add("norm" + end, lambda x, p=p: VF.norm(x, p))
    add("norm" + end + "_dim", lambda x, p=p: VF.norm(x, p, (0,), True))
    add("vector_norm" + end, lambda x, p=p: torch.linalg.vector_norm(x, p, -1))

ROWS.update({
    "norm_of_dims": Row(lambda x: VF.norm(x, 3, (0, 2)), R3),
    "norm_as_double": Row(lambda x: VF.norm(x, 3, dtype=F64), ANY),
    "norm_of_dims_as_double": Row(lambda x: VF.norm(x, 2, (0, 2), True, dtype=F64), R3),
    "vector_norm_of_all": Row(lambda x: torch.linalg.vector_norm(x), ANY),
    "vector_norm_as_double": Row(
        lambda x: torch.linalg.vector_norm(x, 2, (0, 1), True, dtype=F64), R3),
    "dist": Row(lambda a, b: torch.dist(a, b), PAIRS),
    "dist_1_5": Row(lambda a, b: torch.dist(a, b, 1.5), PAIRS),
    "renorm": Row(lambda x: x.renorm(2, 0, 1.5), [[(3, 4)], [(2, 3, 2)]]),
    "renorm_last": Row(lambda x: x.renorm(1, -1, 2.5), [[(3, 4)], [(2, 3, 2)]]),
    "renorm_3": Row(lambda x: x.renorm(3, 1, 1), [[(3, 4)], [(2, 3, 2)]]),
})
