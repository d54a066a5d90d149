import torch

from rows import Row, drawn, regular


def of(*shapes):
    return [[regular(*s)] for s in shapes]


def next_rows(lu):
    n = lu.shape[-1]
    return torch.arange(2, n + 2).clamp(2, n).to(torch.int32).expand(lu.shape[:-1]).contiguous()


def solve(left, adjoint):
    return Row(lambda lu, b: torch.linalg.lu_solve(lu, next_rows(lu), b, left=left, adjoint=adjoint),
               [[regular(3, 3), drawn((3, 3))], [regular(2, 3, 3), drawn((2, 3, 3))]])


def indefinite(*shape):
    a = drawn(shape)
    a.diagonal(0, -2, -1).mul_(0.1)
    return a


def ldl_factor(a):
    ld, pivots = torch.linalg.ldl_factor(a)
    return ld, pivots.unsqueeze(-1).to(ld.dtype)


ANY = [[(3, 3)], [(2, 4, 4)], [(2, 4)], [(4, 2)]]
ROWS = {
    "linalg_lu": Row(torch.linalg.lu, ANY),
    "linalg_lu_factor": Row(lambda a: torch.linalg.lu_factor(a)[0], ANY),
    "linalg_ldl_factor": Row(
        ldl_factor, [[indefinite(3, 3)], [indefinite(2, 5, 5)], [indefinite(12, 12)]],
        tracked=False),
    "linalg_ldl_solve_values": Row(
        lambda a, b: torch.linalg.ldl_solve(*torch.linalg.ldl_factor(a), b),
        [[indefinite(3, 3), drawn((3, 2))], [indefinite(2, 5, 5), drawn((2, 5, 1))]],
        tracked=False),
    "lu_unpack": Row(lambda lu: torch.lu_unpack(lu, next_rows(lu)), of((3, 3), (2, 2, 2))),
    "linalg_tensorinv": Row(torch.linalg.tensorinv, [[regular(6, 6).reshape(2, 3, 6)]]),
    "linalg_tensorinv_first": Row(
        lambda a: torch.linalg.tensorinv(a, 1), [[regular(4, 4).reshape(4, 2, 2)]]),
    "linalg_tensorsolve": Row(
        torch.linalg.tensorsolve, [[regular(6, 6).reshape(2, 3, 6), drawn((2, 3))]]),
    "linalg_tensorsolve_moved": Row(
        lambda a, b: torch.linalg.tensorsolve(a, b, (0, 2)),
        [[regular(6, 6).reshape(6, 3, 2).permute(1, 0, 2).contiguous(), drawn((6,))]]),
    "matrix_power_negative": Row(lambda a: torch.linalg.matrix_power(a, -3), of((3, 3), (2, 2, 2))),
}
for left in (True, False):
    for adjoint in (False, True):
        name = "linalg_lu_solve" + ("" if left else "_right") + ("_adjoint" if adjoint else "")
        ROWS[name] = solve(left, adjoint)
