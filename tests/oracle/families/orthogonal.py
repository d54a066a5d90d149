import torch

from rows import Row
from families.spectral import spread

L = torch.linalg


def wide(*shape):
    return spread(*shape, step=0.5, noise=0.4)


ANY = [[wide(4, 3)], [wide(3, 3)], [wide(2, 2, 4)]]
REFLECTORS = [[(4, 3), (3,)], [(3, 3), (2,)], [(2, 3, 2), (2, 2)]]
SYSTEMS = [[wide(4, 3), (4, 2)], [wide(3, 3), (3, 1)], [wide(2, 2, 4), (2, 2, 2)]]
DEFICIENT = [[wide(4, 2), (4, 2)], [wide(2, 3, 2), (2, 3, 1)]]
ROWS = {
    "linalg_qr": Row(L.qr, ANY),
    "qr": Row(torch.qr, ANY),
    "linalg_qr_complete": Row(lambda a: L.qr(a, "complete"), ANY[1:]),
    "linalg_qr_r": Row(lambda a: L.qr(a, "r")[1], ANY, tracked=False),
    "geqrf_values": Row(torch.geqrf, ANY, tracked=False),
    "linalg_householder_product": Row(L.householder_product, REFLECTORS, ((-1, 1),)),
    "orgqr": Row(torch.orgqr, REFLECTORS, ((-1, 1),)),
    # PyTorch has a gradient for matrices only.
    "linalg_lstsq": Row(lambda a, b: L.lstsq(a, b.unsqueeze(-1)).solution.squeeze(-1),
                        [[wide(4, 3), (4,)], [wide(2, 3, 3), (2, 3)], [wide(2, 4), (2,)]]),
    "linalg_lstsq_residuals": Row(lambda a, b: L.lstsq(a, b, driver="gelsd").residuals, SYSTEMS[:1],
                                  tracked=False),
}
for driver in ("gels", "gelsy", "gelsd", "gelss"):
    ROWS["linalg_lstsq_" + driver] = Row(
        lambda a, b, d=driver: L.lstsq(a, b, driver=d).solution, SYSTEMS)
for driver in ("gelsy", "gelsd"):
    ROWS["linalg_lstsq_deficient_" + driver] = Row(
        lambda a, b, d=driver: L.lstsq(a @ a.mT, b, 1e-8, driver=d).solution, DEFICIENT)
