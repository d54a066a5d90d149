import torch

from rows import F64, Row

L = torch.linalg
ROWS = {}
T = torch.tensor


def spread(*shape, step=1.0, noise=0.3):
    """Matrices whose singular values are well apart, the same whichever family asks for them first."""
    x = noise * (2 * torch.rand(shape, generator=torch.Generator().manual_seed(sum(shape))) - 1)
    n = min(shape[-2:])
    x.diagonal(0, -2, -1).add_(1 + step * torch.arange(n, dtype=F64))
    return x


SQUARE = [[spread(3, 3)], [spread(2, 4, 4)], [spread(1, 1)]]
ANY = [[spread(4, 3)], [spread(3, 3)], [spread(2, 2, 4)]]


def signs(columns):
    return torch.sign(columns.detach()[..., :1, :])


def symmetric(f):
    def g(x):
        l, v = f(x + x.mT)
        return l, v * signs(v)
    return Row(g, SQUARE)


def thin(f):
    def g(x):
        u, s, vh = f(x)
        by = signs(u)
        return u * by, s, by.mT * vh
    return g


def full(x):
    # The columns that complete a basis, of which PyTorch has no gradient, as what the others leave over.
    u, s, vh = thin(lambda x: L.svd(x, False))(x)
    m, n = x.shape[-2:]
    one, other = torch.eye(m, dtype=x.dtype), torch.eye(n, dtype=x.dtype)
    return u, s, vh, 2 * one - u @ u.mT, 2 * other - vh.mT @ vh


def old(x):
    u, s, v = torch.svd(x)
    return u, s, v.mT


ROWS["linalg_eigh"] = symmetric(L.eigh)
ROWS["linalg_eigh_upper"] = symmetric(lambda a: L.eigh(a, "U"))
ROWS["linalg_eigvalsh"] = Row(
    lambda x: L.eigvalsh(x + x.mT), SQUARE, kinks=[[T([[1.0, 0.0], [0.0, 1.0]])]])
ROWS["symeig"] = symmetric(lambda a: torch.symeig(a, True))
ROWS["symeig_values"] = Row(lambda x: torch.symeig(x + x.mT, True)[0], SQUARE)
ROWS["linalg_svd_thin"] = Row(thin(lambda x: L.svd(x, False)), ANY)
ROWS["linalg_svd"] = Row(full, ANY)
ROWS["linalg_svdvals"] = Row(L.svdvals, ANY)
ROWS["svd"] = Row(thin(old), ANY)
ROWS["svd_values"] = Row(lambda x: torch.svd(x, True, False)[1], ANY)


def real_eigen(x):
    # PyTorch's gradient must not depend on the phase of a vector, so its first element is made real.
    l, v = L.eig(x)
    order = l.real.argsort(-1)
    l = l.real.gather(-1, order)
    v = v.gather(-1, order.unsqueeze(-2).expand(v.shape))
    v = v / torch.sgn(v[..., :1, :])
    return l, v.real


def real_values(x):
    l = L.eigvals(x).real
    return l.gather(-1, l.argsort(-1))


REAL = [[spread(3, 3, noise=0.25)], [spread(2, 4, 4, noise=0.25)], [spread(1, 1)]]
ROWS["linalg_eig"] = Row(real_eigen, REAL)
ROWS["linalg_eigvals"] = Row(real_values, REAL)
