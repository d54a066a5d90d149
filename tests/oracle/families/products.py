import torch

from rows import Row

MATMULS = [[(3, 4), (4, 2)], [(4,), (4,)], [(3, 4), (4,)], [(4,), (4, 2)], [(2, 3, 2), (2, 2, 2)],
           [(2, 3, 2), (2, 1)], [(3, 2), (2, 2, 1)], [(2, 2, 3), (3,)], [(2,), (2, 2, 3)],
           [(2, 1, 2, 3), (2, 3, 2)]]
ROWS = {
    "matmul": Row(torch.matmul, MATMULS),
    "mm": Row(torch.mm, [[(3, 4), (4, 2)]]),
    "mv": Row(torch.mv, [[(3, 4), (4,)]]),
    "dot": Row(torch.dot, [[(4,), (4,)]]),
    "outer": Row(torch.outer, [[(4,), (3,)]]),
    "bmm": Row(torch.bmm, [[(2, 3, 2), (2, 2, 2)]]),
}
