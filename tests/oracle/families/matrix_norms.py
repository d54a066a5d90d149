import torch

from rows import INF, Row
from families.spectral import ANY, SQUARE, spread

L = torch.linalg
VF = torch._VF
T = torch.tensor
ROWS = {}
ORDERS = {"": "fro", "_nuc": "nuc", "_1": 1, "_minus_1": -1, "_2": 2, "_minus_2": -2, "_inf": INF,
          "_minus_inf": -INF}
THREE = [[spread(3, 2, 4)]]
MATRIX = [[spread(3, 4)]]
KINKS = [[T([[0.0, 2.0], [-1.0, 1.0]])]]

for end, p in ORDERS.items():
    ROWS["linalg_matrix_norm" + end] = Row(
        lambda a, p=p: L.matrix_norm(a, p), ANY, kinks=KINKS)
    ROWS["linalg_matrix_norm_dims" + end] = Row(lambda a, p=p: L.matrix_norm(a, p, (2, 0), True), THREE)
    name = end or "_fro"
    # Not linalg.cond(), which overwrites in place what its own gradient needs.
    ROWS["linalg_cond" + name] = Row(
        lambda a, p=p: L.matrix_norm(a, p) * L.matrix_norm(L.inv(a), p), SQUARE[:2])

ROWS.update({
    "linalg_norm": Row(L.norm, ANY),
    "linalg_norm_of_matrix": Row(lambda x: L.norm(x, 1), MATRIX),
    "nuclear_norm": Row(torch.nuclear_norm, MATRIX),
    "nuclear_norm_of_dims": Row(lambda x: torch.nuclear_norm(x, (2, 0), True), THREE),
    "frobenius_norm": Row(VF.frobenius_norm, MATRIX),
    "frobenius_norm_of_dims": Row(lambda x: VF.frobenius_norm(x, (2, 0), True), THREE),
    "linalg_matrix_rank": Row(L.matrix_rank, ANY, tracked=False),
    "linalg_matrix_rank_above": Row(lambda a: L.matrix_rank(a, 1.5), ANY, tracked=False),
    "linalg_matrix_rank_relative": Row(lambda a: L.matrix_rank(a, rtol=0.4), ANY, tracked=False),
    "linalg_pinv": Row(L.pinv, ANY),
    "linalg_pinv_hermitian": Row(lambda a: L.pinv(a + a.mT, hermitian=True), SQUARE),
    "linalg_pinv_deficient": Row(
        lambda a: L.pinv(a @ a.mT, rtol=1e-8), [[spread(4, 2)], [spread(2, 3, 2)]]),
})
