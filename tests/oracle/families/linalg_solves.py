import torch

from rows import Row, drawn, regular


def systems(*pairs):
    return [[regular(*a), drawn(b)] for a, b in pairs]


LEFT = (((3, 3), (3, 2)), ((2, 3, 3), (2, 3, 2)), ((2, 2), (3, 2, 3)))
RIGHT = (((3, 3), (2, 3)), ((2, 2), (3, 1, 2)))


def triangular(upper, left, unit):
    return Row(lambda a, b: torch.linalg.solve_triangular(
        a, b, upper=upper, left=left, unitriangular=unit), systems(*(LEFT if left else RIGHT)))


def old_triangular(upper, transpose):
    return Row(lambda a, b: torch.triangular_solve(b, a, upper, transpose)[0],
               systems(((3, 3), (3, 2)), ((2, 3, 3), (2, 3, 2))))


ROWS = {
    "linalg_solve": Row(torch.linalg.solve, systems(*LEFT)),
    "linalg_solve_vector": Row(torch.linalg.solve, systems(
        ((3, 3), (3,)), ((2, 3, 3), (3,)), ((2, 3, 3), (2, 3)))),
    "linalg_solve_right": Row(lambda a, b: torch.linalg.solve(a, b, left=False), systems(*RIGHT)),
    "linalg_inv": Row(torch.linalg.inv, [[regular(3, 3)], [regular(2, 4, 4)]]),
}
for upper in (False, True):
    for left in (True, False):
        for unit in (False, True):
            name = "linalg_solve_triangular" + ("_upper" if upper else "_lower")
            name += ("" if left else "_right") + ("_unit" if unit else "")
            ROWS[name] = triangular(upper, left, unit)
    for transpose in (False, True):
        name = "triangular_solve" + ("_upper" if upper else "_lower")
        ROWS[name + ("_transposed" if transpose else "")] = old_triangular(upper, transpose)
