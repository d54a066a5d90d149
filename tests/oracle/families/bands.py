import torch

from rows import R2, Row, of

DIAGONALS = {"": 0, "_above": 1, "_below": -1, "_far": 9, "_farther": -9}


def listing(f):
    return Row(f, [[]], tracked=False)


ROWS = {
    "tril_indices": listing(lambda: torch.tril_indices(3, 4)),
    "tril_indices_offset": listing(lambda: torch.tril_indices(4, 3, -1)),
    "triu_indices": listing(lambda: torch.triu_indices(3, 4)),
    "triu_indices_offset": listing(lambda: torch.triu_indices(4, 3, 1)),
    "triu_indices_of_nothing": listing(lambda: torch.triu_indices(0, 3, -2)),
    "diag": Row(torch.diag, of((3,), (1,))),
    "diag_below": Row(lambda x: torch.diag(x, -2), of((3,))),
    "diag_of_matrix": Row(lambda x: torch.diag(x, 1), R2),
    "diag_embed": Row(torch.diag_embed, of((3,), (2, 3))),
    "diag_embed_elsewhere": Row(lambda x: torch.diag_embed(x, 1, -1, 0), of((3,), (2, 1, 2))),
    "diagflat": Row(lambda x: torch.diagflat(x, 1), of((2, 2), (3,), ())),
}
for name, k in DIAGONALS.items():
    ROWS["tril" + name] = Row(lambda x, k=k: x.tril(k), of((3, 4), (2, 3, 3)))
    ROWS["triu" + name] = Row(lambda x, k=k: x.triu(k), of((3, 4), (2, 3, 3)))
