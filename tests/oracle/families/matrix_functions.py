import torch

from rows import Row

ROWS = {
    "linalg_matrix_exp": Row(torch.linalg.matrix_exp, [[(3, 3)], [(2, 2, 2)], [(1, 1)]]),
}
