import torch

from rows import Row, drawn, regular


def of(*shapes):
    return [[regular(*s)] for s in shapes]


def definite(f, upper):
    def call(a):
        return f(a @ a.mT + torch.eye(a.shape[-1], dtype=a.dtype), upper)
    return call


def part(l, upper):
    return l.triu() if upper else l.tril()


ROWS = {
    "linalg_det": Row(torch.linalg.det, of((3, 3), (2, 4, 4), (1, 1))),
    "linalg_slogdet": Row(torch.linalg.slogdet, of((3, 3), (2, 4, 4), (1, 1))),
    "logdet": Row(torch.logdet, of((3, 3), (2, 2, 2))),
}
for upper in (False, True):
    after = "_upper" if upper else ""
    ROWS["linalg_cholesky" + after] = Row(definite(
        lambda a, u: torch.linalg.cholesky(a, upper=u), upper), of((3, 3), (2, 4, 4)))
    ROWS["cholesky" + after] = Row(definite(torch.cholesky, upper), of((3, 3), (2, 2, 2)))
    ROWS["cholesky_solve" + after] = Row(
        lambda b, l, u=upper: torch.cholesky_solve(b, part(l, u), u),
        [[drawn((3, 2)), regular(3, 3)], [drawn((2, 3, 1)), regular(2, 3, 3)]])
    ROWS["cholesky_inverse" + after] = Row(
        lambda l, u=upper: torch.cholesky_inverse(part(l, u), u), of((3, 3), (2, 2, 2)))
