"""Problems of W. Hock and K. Schittkowski, Test Examples for Nonlinear Programming Codes, 1981, in functions that
floats, numbers of mpmath and jets of second order go through. For hock_schittkowski.py.
"""
import math

import numpy as np
from mpmath import mp, mpf

mp.dps = 50
INF = math.inf


class Jet:
    """A number with its gradient and Hessian; the numbers are floats or mpmath's."""

    def __init__(self, v, g, h):
        self.v, self.g, self.h = v, g, h

    def chain(self, v, d, dd):
        return Jet(v, d * self.g, d * self.h + dd * np.outer(self.g, self.g))

    def __add__(self, o):
        return Jet(self.v + o.v, self.g + o.g, self.h + o.h) if isinstance(o, Jet) else Jet(self.v + o, self.g, self.h)

    def __mul__(self, o):
        if not isinstance(o, Jet):
            return Jet(self.v * o, self.g * o, self.h * o)
        cross = np.outer(self.g, o.g)
        return Jet(self.v * o.v, self.v * o.g + o.v * self.g, self.v * o.h + o.v * self.h + cross + cross.T)

    def __pow__(self, p):
        power = lambda q: self.v**q if q else 1
        return self.chain(power(p), p * power(p - 1), p * (p - 1) * power(p - 2) if p != 1 else 0)

    def __neg__(self):
        return self * -1

    def __sub__(self, o):
        return self + -o

    def __rsub__(self, o):
        return -self + o

    def __truediv__(self, o):
        return self * o**-1 if isinstance(o, Jet) else Jet(self.v / o, self.g / o, self.h / o)

    def __rtruediv__(self, o):
        return self**-1 * o

    __radd__, __rmul__ = __add__, __mul__


def elementary(of_float, of_mp, derivatives):
    def f(x):
        if isinstance(x, Jet):
            v = f(x.v)
            return x.chain(v, *derivatives(x.v, v))
        return of_mp(x) if isinstance(x, mpf) else of_float(x)

    return f


exp = elementary(math.exp, mp.exp, lambda x, v: (v, v))
log = elementary(math.log, mp.log, lambda x, v: (1 / x, -1 / x**2))
sqrt = elementary(math.sqrt, mp.sqrt, lambda x, v: (1 / (2 * v), -1 / (4 * v**3)))
sin = elementary(math.sin, mp.sin, lambda x, v: (cos(x), -v))
cos = elementary(math.cos, mp.cos, lambda x, v: (-sin(x), -v))


def jets(x):
    n, one = len(x), mpf(1) if isinstance(x[0], mpf) else 1.0
    unit = np.array([[one if i == j else 0 * one for j in range(n)] for i in range(n)])
    return [Jet(x[i], unit[i], np.zeros((n, n)) * one) for i in range(n)]


def product(xs):
    out = xs[0]
    for x in xs[1:]:
        out = out * x
    return out


class Problem:
    """`constraints`: pairs of what is demanded ("=" zero, ">" not negative, or two sides) and a function that
    returns one element or a list."""

    def __init__(self, book, start, f, constraints, lower=-INF, upper=INF):
        self.book, self.f, self.constraints = book, f, constraints
        self.start = [float(v) for v in start]
        n = len(start)
        self.lower = [float(lower)] * n if np.isscalar(lower) else [float(v) for v in lower]
        self.upper = [float(upper)] * n if np.isscalar(upper) else [float(v) for v in upper]
        self.sides = []
        for kind, c in constraints:
            m = np.size(c(self.start))
            self.sides += [{"=": (0, 0), ">": (0, INF)}.get(kind, kind)] * m

    def c(self, x):
        out = []
        for _, c in self.constraints:
            v = c(x)
            out += list(v) if isinstance(v, (list, tuple)) else [v]
        return out

    def clipped(self):
        return [min(max(v, a), b) for v, a, b in zip(self.start, self.lower, self.upper)]


def dot(a, x):
    return sum(u * v for u, v in zip(a, x) if u)


P = {}


def problem(name, *args, **kwargs):
    P["HS%d" % name] = Problem(*args, **kwargs)


S2, S3 = math.sqrt(2), math.sqrt(3)
rosenbrock = lambda x: 100 * (x[1] - x[0]**2)**2 + (1 - x[0])**2

problem(6, 0, [-1.2, 1], lambda x: (1 - x[0])**2, [("=", lambda x: 10 * (x[1] - x[0]**2))])
problem(7, -S3, [2, 2], lambda x: log(1 + x[0]**2) - x[1], [("=", lambda x: (1 + x[0]**2)**2 + x[1]**2 - 4)])
problem(8, -1, [2, 1], lambda x: x[0] * 0 - 1, [("=", lambda x: [x[0]**2 + x[1]**2 - 25, x[0] * x[1] - 9])])
problem(9, -0.5, [0, 0], lambda x: sin(math.pi * x[0] / 12) * cos(math.pi * x[1] / 16),
        [("=", lambda x: 4 * x[0] - 3 * x[1])])
problem(10, -1, [-10, 10], lambda x: x[0] - x[1], [(">", lambda x: -3 * x[0]**2 + 2 * x[0] * x[1] - x[1]**2 + 1)])
problem(11, -8.498464223, [4.9, 0.1], lambda x: (x[0] - 5)**2 + x[1]**2 - 25, [(">", lambda x: x[1] - x[0]**2)])
problem(12, -30, [0, 0], lambda x: x[0]**2 / 2 + x[1]**2 - x[0] * x[1] - 7 * x[0] - 7 * x[1],
        [((-INF, 25), lambda x: 4 * x[0]**2 + x[1]**2)])
problem(14, 9 - 2.875 * math.sqrt(7), [2, 2], lambda x: (x[0] - 2)**2 + (x[1] - 1)**2,
        [(">", lambda x: -x[0]**2 / 4 - x[1]**2 + 1), ("=", lambda x: x[0] - 2 * x[1] + 1)])
problem(15, 306.5, [-2, 1], rosenbrock, [(">", lambda x: x[0] * x[1] - 1), (">", lambda x: x[0] + x[1]**2)],
        upper=[0.5, INF])
problem(16, 0.25, [-2, 1], rosenbrock, [(">", lambda x: x[0] + x[1]**2), (">", lambda x: x[0]**2 + x[1])],
        lower=[-0.5, -INF], upper=[0.5, 1])
problem(17, 1, [-2, 1], rosenbrock, [(">", lambda x: x[1]**2 - x[0]), (">", lambda x: x[0]**2 - x[1])],
        lower=[-0.5, -INF], upper=[0.5, 1])
problem(18, 5, [2, 2], lambda x: 0.01 * x[0]**2 + x[1]**2,
        [(">", lambda x: x[0] * x[1] - 25), (">", lambda x: x[0]**2 + x[1]**2 - 25)], lower=[2, 0], upper=50)
problem(19, -6961.81381, [20.1, 5.84], lambda x: (x[0] - 10)**3 + (x[1] - 20)**3,
        [(">", lambda x: (x[0] - 5)**2 + (x[1] - 5)**2 - 100),
         (">", lambda x: -(x[1] - 5)**2 - (x[0] - 6)**2 + 82.81)], lower=[13, 0], upper=100)
problem(20, 81.5 - 25 * S3, [-2, 1], rosenbrock,
        [(">", lambda x: [x[0] + x[1]**2, x[0]**2 + x[1], x[0]**2 + x[1]**2 - 1])],
        lower=[-0.5, -INF], upper=[0.5, INF])
problem(21, -99.96, [-1, -1], lambda x: 0.01 * x[0]**2 + x[1]**2 - 100,
        [(">", lambda x: 10 * x[0] - x[1] - 10)], lower=[2, -50], upper=50)
problem(22, 1, [2, 2], lambda x: (x[0] - 2)**2 + (x[1] - 1)**2,
        [(">", lambda x: 2 - x[0] - x[1]), (">", lambda x: x[1] - x[0]**2)])
problem(23, 2, [3, 1], lambda x: x[0]**2 + x[1]**2,
        [(">", lambda x: [x[0] + x[1] - 1, x[0]**2 + x[1]**2 - 1, 9 * x[0]**2 + x[1]**2 - 9, x[0]**2 - x[1],
                          x[1]**2 - x[0]])], lower=-50, upper=50)
problem(24, -1, [1, 0.5], lambda x: ((x[0] - 3)**2 - 9) * x[1]**3 / (27 * S3),
        [(">", lambda x: x[0] / S3 - x[1]), ((0, 6), lambda x: x[0] + S3 * x[1])], lower=0)
problem(26, 0, [-2.6, 2, 2], lambda x: (x[0] - x[1])**2 + (x[1] - x[2])**4,
        [("=", lambda x: (1 + x[1]**2) * x[0] + x[2]**4 - 3)])
problem(27, 0.04, [2, 2, 2], lambda x: 0.01 * (x[0] - 1)**2 + (x[1] - x[0]**2)**2,
        [("=", lambda x: x[0] + x[2]**2 + 1)])
problem(28, 0, [-4, 1, 1], lambda x: (x[0] + x[1])**2 + (x[1] + x[2])**2,
        [("=", lambda x: x[0] + 2 * x[1] + 3 * x[2] - 1)])
problem(29, -16 * S2, [1, 1, 1], lambda x: -x[0] * x[1] * x[2],
        [(">", lambda x: 48 - x[0]**2 - 2 * x[1]**2 - 4 * x[2]**2)])
problem(30, 1, [1, 1, 1], lambda x: x[0]**2 + x[1]**2 + x[2]**2, [(">", lambda x: x[0]**2 + x[1]**2 - 1)],
        lower=[1, -10, -10], upper=10)
problem(31, 6, [1, 1, 1], lambda x: 9 * x[0]**2 + x[1]**2 + 9 * x[2]**2, [(">", lambda x: x[0] * x[1] - 1)],
        lower=[-10, 1, -10], upper=[10, 10, 1])
problem(32, 1, [0.1, 0.7, 0.2], lambda x: (x[0] + 3 * x[1] + x[2])**2 + 4 * (x[0] - x[1])**2,
        [(">", lambda x: 6 * x[1] + 4 * x[2] - x[0]**3 - 3), ("=", lambda x: 1 - x[0] - x[1] - x[2])], lower=0)
problem(33, S2 - 6, [0, 0, 3], lambda x: (x[0] - 1) * (x[0] - 2) * (x[0] - 3) + x[2],
        [(">", lambda x: x[2]**2 - x[1]**2 - x[0]**2), (">", lambda x: x[0]**2 + x[1]**2 + x[2]**2 - 4)],
        lower=0, upper=[INF, INF, 5])
problem(34, -math.log(math.log(10)), [0, 1.05, 2.9], lambda x: -x[0],
        [(">", lambda x: [x[1] - exp(x[0]), x[2] - exp(x[1])])], lower=0, upper=[100, 100, 10])
problem(35, 1 / 9, [0.5] * 3, lambda x: (9 - 8 * x[0] - 6 * x[1] - 4 * x[2] + 2 * x[0]**2 + 2 * x[1]**2 + x[2]**2
                                         + 2 * x[0] * x[1] + 2 * x[0] * x[2]),
        [(">", lambda x: 3 - x[0] - x[1] - 2 * x[2])], lower=0)
problem(36, -3300, [10] * 3, lambda x: -product(x), [(">", lambda x: 72 - x[0] - 2 * x[1] - 2 * x[2])],
        lower=0, upper=[20, 11, 42])
problem(37, -3456, [10] * 3, lambda x: -product(x), [((0, 72), lambda x: x[0] + 2 * x[1] + 2 * x[2])],
        lower=0, upper=42)
problem(39, -1, [2] * 4, lambda x: -x[0],
        [("=", lambda x: x[1] - x[0]**3 - x[2]**2), ("=", lambda x: x[0]**2 - x[1] - x[3]**2)])
problem(40, -0.25, [0.8] * 4, lambda x: -product(x),
        [("=", lambda x: [x[0]**3 + x[1]**2 - 1, x[0]**2 * x[3] - x[2], x[3]**2 - x[1]])])
problem(41, 52 / 27, [2] * 4, lambda x: 2 - x[0] * x[1] * x[2], [("=", lambda x: x[0] + 2 * x[1] + 2 * x[2] - x[3])],
        lower=0, upper=[1, 1, 1, 2])
problem(42, 28 - 10 * S2, [1] * 4, lambda x: sum((x[i] - i - 1)**2 for i in range(4)),
        [("=", lambda x: x[0] - 2), ("=", lambda x: x[2]**2 + x[3]**2 - 2)])
problem(43, -44, [0] * 4,
        lambda x: x[0]**2 + x[1]**2 + 2 * x[2]**2 + x[3]**2 - 5 * x[0] - 5 * x[1] - 21 * x[2] + 7 * x[3],
        [(">", lambda x: 8 - sum(v**2 for v in x) - x[0] + x[1] - x[2] + x[3]),
         (">", lambda x: 10 - x[0]**2 - 2 * x[1]**2 - x[2]**2 - 2 * x[3]**2 + x[0] + x[3]),
         (">", lambda x: 5 - 2 * x[0]**2 - x[1]**2 - x[2]**2 - 2 * x[0] + x[1] + x[3])])
problem(44, -15, [0] * 4,
        lambda x: x[0] - x[1] - x[2] - x[0] * x[2] + x[0] * x[3] + x[1] * x[2] - x[1] * x[3],
        [(">", lambda x: [8 - x[0] - 2 * x[1], 12 - 4 * x[0] - x[1], 12 - 3 * x[0] - 4 * x[1], 8 - 2 * x[2] - x[3],
                          8 - x[2] - 2 * x[3], 5 - x[2] - x[3]])], lower=0)
problem(45, 1, [2] * 5, lambda x: 2 - product(x) / 120, [], lower=0, upper=[1, 2, 3, 4, 5])
problem(46, 0, [S2 / 2, 1.75, 0.5, 2, 2],
        lambda x: (x[0] - x[1])**2 + (x[2] - 1)**2 + (x[3] - 1)**4 + (x[4] - 1)**6,
        [("=", lambda x: x[0]**2 * x[3] + sin(x[3] - x[4]) - 1), ("=", lambda x: x[1] + x[2]**4 * x[3]**2 - 2)])
problem(48, 0, [3, 5, -3, 2, -2], lambda x: (x[0] - 1)**2 + (x[1] - x[2])**2 + (x[3] - x[4])**2,
        [("=", lambda x: [sum(x) - 5, x[2] - 2 * (x[3] + x[4]) + 3])])
problem(49, 0, [10, 7, 2, -3, 0.8], lambda x: (x[0] - x[1])**2 + (x[2] - 1)**2 + (x[3] - 1)**4 + (x[4] - 1)**6,
        [("=", lambda x: [x[0] + x[1] + x[2] + 4 * x[3] - 7, x[2] + 5 * x[4] - 6])])
problem(50, 0, [35, -31, 11, 5, -5],
        lambda x: (x[0] - x[1])**2 + (x[1] - x[2])**2 + (x[2] - x[3])**4 + (x[3] - x[4])**2,
        [("=", lambda x: [x[i] + 2 * x[i + 1] + 3 * x[i + 2] - 6 for i in range(3)])])
chain_of = lambda total: [("=", lambda x: [x[0] + 3 * x[1] - total, x[2] + x[3] - 2 * x[4], x[1] - x[4]])]
problem(51, 0, [2.5, 0.5, 2, -1, 0.5],
        lambda x: (x[0] - x[1])**2 + (x[1] + x[2] - 2)**2 + (x[3] - 1)**2 + (x[4] - 1)**2, chain_of(4))
problem(52, 1859 / 349, [2] * 5,
        lambda x: (4 * x[0] - x[1])**2 + (x[1] + x[2] - 2)**2 + (x[3] - 1)**2 + (x[4] - 1)**2, chain_of(0))
problem(53, 176 / 43, [2] * 5,
        lambda x: (x[0] - x[1])**2 + (x[1] + x[2] - 2)**2 + (x[3] - 1)**2 + (x[4] - 1)**2, chain_of(0),
        lower=-10, upper=10)
problem(54, -math.exp(-27 / 280), [6e3, 1.5, 4e6, 2, 3e-3, 5e7],
        lambda x: -exp(-(((x[0] - 1e4)**2 / 6.4e7 + (x[0] - 1e4) * (x[1] - 1) / 2e4 + (x[1] - 1)**2) / 0.96
                         + (x[2] - 2e6)**2 / 4.9e13 + (x[3] - 10)**2 / 2.5e3 + (x[4] - 1e-3)**2 / 2.5e-3
                         + (x[5] - 1e8)**2 / 2.5e17) / 2),
        [("=", lambda x: x[0] + 4e3 * x[1] - 1.76e4)], lower=[0, -10, 0, 0, -1, 0], upper=[2e4, 10, 1e7, 20, 1, 2e8])
problem(55, 19 / 3, [1, 2, 0, 0, 0, 2], lambda x: x[0] + 2 * x[1] + 4 * x[4] + exp(x[0] * x[3]),
        [("=", lambda x: [x[0] + 2 * x[1] + 5 * x[4] - 6, x[0] + x[1] + x[2] - 3, x[3] + x[4] + x[5] - 2,
                          x[0] + x[3] - 1, x[1] + x[4] - 2, x[2] + x[5] - 2])],
        lower=0, upper=[1, INF, INF, 1, INF, INF])
A56, B56 = math.asin(math.sqrt(1 / 4.2)), math.asin(math.sqrt(5 / 7.2))
problem(56, -3.456, [1, 1, 1, A56, A56, A56, B56], lambda x: -x[0] * x[1] * x[2],
        [("=", lambda x: [x[i] - 4.2 * sin(x[i + 3])**2 for i in range(3)]),
         ("=", lambda x: x[0] + 2 * x[1] + 2 * x[2] - 7.2 * sin(x[6])**2)])
A57 = [8] * 2 + [10] * 4 + [12] * 4 + [14] * 3 + [16] * 3 + [18] * 2 + [20] * 3 + [22] * 3 + [24] * 3 + [26] * 3 \
    + [28] * 2 + [30] * 3 + [32] * 2 + [34] + [36] * 2 + [38] * 2 + [40, 42]
B57 = [49, 49, 48, 47, 48, 47, 46, 46, 45, 43, 45, 43, 43, 44, 43, 43, 46, 45, 42, 42, 43, 41, 41, 40, 42, 40, 40, 41,
       40, 41, 41, 40, 40, 40, 38, 41, 40, 40, 41, 38, 40, 40, 39, 39]
problem(57, 0.02845966972, [0.42, 5],
        lambda x: sum((b / 100 - x[0] - (0.49 - x[0]) * exp(-x[1] * (a - 8)))**2 for a, b in zip(A57, B57)),
        [(">", lambda x: 0.49 * x[1] - x[0] * x[1] - 0.09)], lower=[0.4, -4])
problem(60, 0.03256820025, [2] * 3, lambda x: (x[0] - 1)**2 + (x[0] - x[1])**2 + (x[1] - x[2])**4,
        [("=", lambda x: x[0] * (1 + x[1]**2) + x[2]**4 - 4 - 3 * S2)], lower=-10, upper=10)
problem(61, -143.6461422, [0] * 3,
        lambda x: 4 * x[0]**2 + 2 * x[1]**2 + 2 * x[2]**2 - 33 * x[0] + 16 * x[1] - 24 * x[2],
        [("=", lambda x: 3 * x[0] - 2 * x[1]**2 - 7), ("=", lambda x: 4 * x[0] - x[2]**2 - 11)])
problem(62, -26272.51448, [0.7, 0.2, 0.1],
        lambda x: -32.174 * (255 * log((x[0] + x[1] + x[2] + 0.03) / (0.09 * x[0] + x[1] + x[2] + 0.03))
                             + 280 * log((x[1] + x[2] + 0.03) / (0.07 * x[1] + x[2] + 0.03))
                             + 290 * log((x[2] + 0.03) / (0.13 * x[2] + 0.03))),
        [("=", lambda x: x[0] + x[1] + x[2] - 1)], lower=0, upper=1)
problem(63, 961.7151721, [2] * 3,
        lambda x: 1000 - x[0]**2 - 2 * x[1]**2 - x[2]**2 - x[0] * x[1] - x[0] * x[2],
        [("=", lambda x: 8 * x[0] + 14 * x[1] + 7 * x[2] - 56), ("=", lambda x: sum(v**2 for v in x) - 25)], lower=0)
problem(64, 6299.842428, [1] * 3,
        lambda x: 5 * x[0] + 50000 / x[0] + 20 * x[1] + 72000 / x[1] + 10 * x[2] + 144000 / x[2],
        [((-INF, 1), lambda x: 4 / x[0] + 32 / x[1] + 120 / x[2])], lower=1e-5)
problem(65, 0.9535288567, [-5, 5, 0], lambda x: (x[0] - x[1])**2 + (x[0] + x[1] - 10)**2 / 9 + (x[2] - 5)**2,
        [(">", lambda x: 48 - sum(v**2 for v in x))], lower=[-4.5, -4.5, -5], upper=[4.5, 4.5, 5])
problem(66, 0.5181632741, [0, 1.05, 2.9], lambda x: 0.2 * x[2] - 0.8 * x[0],
        [(">", lambda x: x[1] - exp(x[0])), (">", lambda x: x[2] - exp(x[1]))], lower=0, upper=[100, 100, 10])
problem(71, 17.0140173, [1, 5, 5, 1], lambda x: x[0] * x[3] * (x[0] + x[1] + x[2]) + x[2],
        [(">", lambda x: product(x) - 25), ("=", lambda x: sum(v**2 for v in x) - 40)], lower=1, upper=5)
problem(72, 727.67937, [1] * 4, lambda x: 1 + sum(x),
        [(">", lambda x: [0.0401 - 4 / x[0] - 2.25 / x[1] - 1 / x[2] - 0.25 / x[3],
                          0.010085 - 0.16 / x[0] - 0.36 / x[1] - 0.64 / x[2] - 0.64 / x[3]])],
        lower=1e-3, upper=[4e5, 3e5, 2e5, 1e5])
problem(73, 29.894378, [1] * 4, lambda x: dot([24.55, 26.75, 39, 40.5], x),
        [(">", lambda x: dot([2.3, 5.6, 11.1, 1.3], x) - 5),
         (">", lambda x: dot([12, 11.9, 41.8, 52.1], x) - 21
          - 1.645 * sqrt(dot([0.28, 0.19, 20.5, 0.62], [v**2 for v in x]))),
         ("=", lambda x: sum(x) - 1)], lower=0)
for name, book, a in ((74, 5126.4981, 0.55), (75, 5174.4129, 0.48)):
    problem(name, book, [0] * 4, lambda x: 3 * x[0] + 1e-6 * x[0]**3 + 2 * x[1] + 2e-6 / 3 * x[1]**3,
            [((-a, a), lambda x: x[3] - x[2]),
             ("=", lambda x: [1000 * sin(-x[2] - 0.25) + 1000 * sin(-x[3] - 0.25) + 894.8 - x[0],
                              1000 * sin(x[2] - 0.25) + 1000 * sin(x[2] - x[3] - 0.25) + 894.8 - x[1],
                              1000 * sin(x[3] - 0.25) + 1000 * sin(x[3] - x[2] - 0.25) + 1294.8])],
            lower=[0, 0, -a, -a], upper=[1200, 1200, a, a])
problem(76, -4.681818181, [0.5] * 4,
        lambda x: (x[0]**2 + x[1]**2 / 2 + x[2]**2 + x[3]**2 / 2 - x[0] * x[2] + x[2] * x[3] - x[0] - 3 * x[1]
                   + x[2] - x[3]),
        [(">", lambda x: [5 - x[0] - 2 * x[1] - x[2] - x[3], 4 - 3 * x[0] - x[1] - 2 * x[2] + x[3],
                          x[1] + 4 * x[2] - 1.5])], lower=0)
problem(77, 0.24150513, [2] * 5,
        lambda x: (x[0] - 1)**2 + (x[0] - x[1])**2 + (x[2] - 1)**2 + (x[3] - 1)**4 + (x[4] - 1)**6,
        [("=", lambda x: x[0]**2 * x[3] + sin(x[3] - x[4]) - 2 * S2),
         ("=", lambda x: x[1] + x[2]**4 * x[3]**2 - 8 - S2)])
sphere = [("=", lambda x: [sum(v**2 for v in x) - 10, x[1] * x[2] - 5 * x[3] * x[4], x[0]**3 + x[1]**3 + 1])]
problem(78, -2.91970041, [-2, 1.5, 2, -1, -1], product, sphere)
problem(79, 0.0787768209, [2] * 5,
        lambda x: (x[0] - 1)**2 + (x[0] - x[1])**2 + (x[1] - x[2])**2 + (x[2] - x[3])**4 + (x[3] - x[4])**4,
        [("=", lambda x: [x[0] + x[1]**2 + x[2]**3 - 2 - 3 * S2, x[1] - x[2]**2 + x[3] + 2 - 2 * S2,
                          x[0] * x[4] - 2])])
BOX80 = dict(lower=[-2.3, -2.3, -3.2, -3.2, -3.2], upper=[2.3, 2.3, 3.2, 3.2, 3.2])
problem(80, 0.0539498478, [-2, 2, 2, -1, -1], lambda x: exp(product(x)), sphere, **BOX80)
problem(81, 0.0539498478, [-2, 2, 2, -1, -1], lambda x: exp(product(x)) - 0.5 * (x[0]**3 + x[1]**3 + 1)**2, sphere,
        **BOX80)
problem(83, -30665.53867, [78, 33, 27, 27, 27],
        lambda x: 5.3578547 * x[2]**2 + 0.8356891 * x[0] * x[4] + 37.293239 * x[0] - 40792.141,
        [((0, 92), lambda x: 85.334407 + 0.0056858 * x[1] * x[4] + 0.0006262 * x[0] * x[3] - 0.0022053 * x[2] * x[4]),
         ((90, 110), lambda x: 80.51249 + 0.0071317 * x[1] * x[4] + 0.0029955 * x[0] * x[1] + 0.0021813 * x[2]**2),
         ((20, 25), lambda x: 9.300961 + 0.0047026 * x[2] * x[4] + 0.0012547 * x[0] * x[2] + 0.0019085 * x[2] * x[3])],
        lower=[78, 33, 27, 27, 27], upper=[102, 45, 45, 45, 45])
bilinear = lambda a: lambda x: x[0] * (a[0] + dot(a[1:], x[1:]))
problem(84, -5280335.133, [2.52, 2, 37.5, 9.25, 6.8],
        lambda x: 24345 - bilinear([-8720288.849, 150512.5253, -156.6950325, 476470.3222, 729482.8271])(x),
        [((0, 294000), bilinear([-145421.402, 2931.1506, -40.427932, 5106.192, 15711.36])),
         ((0, 294000), bilinear([-155011.1084, 4360.53352, 12.9492344, 10236.884, 13176.786])),
         ((0, 277200), bilinear([-326669.5104, 7390.68412, -27.8986976, 16643.076, 30988.146]))],
        lower=[0, 1.2, 20, 9, 6.5], upper=[1000, 2.4, 60, 9.3, 7])
A86 = [[-16, 2, 0, 1, 0], [0, -2, 0, 4, 2], [-3.5, 0, 2, 0, 0], [0, -2, 0, -4, -1], [0, -9, -2, 1, -2.8],
       [2, 0, -4, 0, 0], [-1] * 5, [-1, -2, -3, -2, -1], [1, 2, 3, 4, 5], [1] * 5]
B86 = [-40, -2, -0.25, -4, -4, -1, -40, -60, 5, 1]
C86 = [[30, -20, -10, 32, -10], [-20, 39, -6, -31, 32], [-10, -6, 10, -6, -10], [32, -31, -6, 39, -20],
       [-10, 32, -10, -20, 30]]
D86, E86 = [4, 8, 10, 6, 2], [-15, -27, -36, -18, -12]
quadratic = lambda x: sum(x[i] * dot(C86[i], x) for i in range(5))
problem(86, -32.34867897, [0, 0, 0, 0, 1], lambda x: dot(E86, x) + quadratic(x) + dot(D86, [v**3 for v in x]),
        [(">", lambda x: [dot(a, x) - b for a, b in zip(A86, B86)])], lower=0)
left = lambda x: x[0] * x[3] * (x[0] + x[1] + x[2])
right = lambda x: x[1] * x[2] * (x[0] + 1.57 * x[1] + x[3])
problem(93, 135.075961, [5.54, 4.4, 12.02, 11.82, 0.702, 0.852],
        lambda x: (0.0204 + 0.0607 * x[4]**2) * left(x) + (0.0187 + 0.0437 * x[5]**2) * right(x),
        [(">", lambda x: 0.001 * product(x) - 2.07),
         (">", lambda x: 1 - 0.00062 * left(x) * x[4]**2 - 0.00058 * right(x) * x[5]**2)], lower=0)
for name, b in ((95, [4.97, -1.88, -29.08, -78.02]), (96, [4.97, -1.88, -69.08, -118.02])):
    problem(name, 0.01561952524, [0] * 6, lambda x: dot([4.3, 31.8, 63.3, 15.8, 68.5, 4.7], x),
            [(">", lambda x, b=b: [
                dot([17.1, 38.2, 204.2, 212.3, 623.4, 1495.5], x) - 169 * x[0] * x[2] - 3580 * x[2] * x[4]
                - 3810 * x[3] * x[4] - 18500 * x[3] * x[5] - 24300 * x[4] * x[5] - b[0],
                dot([17.9, 36.8, 113.9, 169.7, 337.8, 1385.2], x) - 139 * x[0] * x[2] - 2450 * x[3] * x[4]
                - 16600 * x[3] * x[5] - 17200 * x[4] * x[5] - b[1],
                -273 * x[1] - 70 * x[3] - 819 * x[4] + 26000 * x[3] * x[4] - b[2],
                159.9 * x[0] - 311 * x[1] + 587 * x[3] + 391 * x[4] + 2198 * x[5] - 14000 * x[0] * x[5] - b[3]])],
            lower=0, upper=[0.31, 0.046, 0.068, 0.042, 0.028, 0.0134])
problem(100, 680.6300573, [1, 2, 0, 4, 0, 1, 1],
        lambda x: ((x[0] - 10)**2 + 5 * (x[1] - 12)**2 + x[2]**4 + 3 * (x[3] - 11)**2 + 10 * x[4]**6 + 7 * x[5]**2
                   + x[6]**4 - 4 * x[5] * x[6] - 10 * x[5] - 8 * x[6]),
        [(">", lambda x: [127 - 2 * x[0]**2 - 3 * x[1]**4 - x[2] - 4 * x[3]**2 - 5 * x[4],
                          282 - 7 * x[0] - 3 * x[1] - 10 * x[2]**2 - x[3] + x[4],
                          196 - 23 * x[0] - x[1]**2 - 6 * x[5]**2 + 8 * x[6],
                          -4 * x[0]**2 - x[1]**2 + 3 * x[0] * x[1] - 2 * x[2]**2 - 5 * x[5] + 11 * x[6]])])


def posynomial(coefficients, exponents):
    return lambda x: sum(c * exp(dot(e, [log(v) for v in x])) for c, e in zip(coefficients, exponents))


for name, book, a in ((101, 1809.76476, -0.25), (102, 911.880571, 0.125), (103, 543.667958, 0.5)):
    f = posynomial([10, 15, 20, 25], [[1, -1, 0, 2, 0, -3, a], [-1, -2, 1, 1, -1, 0, -0.5], [-2, 1, 0, -1, -2, 1, 0],
                                      [2, 2, -1, 0, 0.5, -2, 1]])
    problem(name, book, [6] * 7, f, [
        (">", lambda x: [
            1 - posynomial([0.5, 0.7, 0.2], [[0.5, 0, -1, 0, 0, -2, 1], [3, 1, -2, 0, 0, 1, 0.5],
                                             [0, -1, 1, -0.5, 0, 2 / 3, 0.25]])(x),
            1 - posynomial([1.3, 0.8, 3.1], [[-0.5, 1, -1, 0, -1, 1, 0], [0, 0, 1, -1, -1, 2, 0],
                                             [-1, 0.5, 0, -2, -1, 1 / 3, 0]])(x),
            1 - posynomial([2, 0.1, 1, 0.65], [[1, 0, -1.5, 0, 1, -1, 1 / 3], [0, 1, -0.5, 0, 1, -1, -0.5],
                                               [-1, 1, 0.5, 0, 1, 0, 0], [0, -2, 1, 0, 1, -1, 1]])(x),
            1 - posynomial([0.2, 0.3, 0.4, 0.5], [[-2, 1, 0, -1, 0.5, 0, 1 / 3], [0.5, 2, 1, 1 / 3, -2 / 3, 0, 0.25],
                                                  [-3, -2, 1, 0, 1, 0, 0.75], [0, 0, -2, 1, 0, 0, 0.5]])(x)]),
        ((100, 3000), f)], lower=[0.1] * 6 + [0.01], upper=10)
f104 = lambda x: 0.4 * (x[0] / x[6])**0.67 + 0.4 * (x[1] / x[7])**0.67 + 10 - x[0] - x[1]
problem(104, 3.9511634396, [6, 3, 0.4, 0.2, 6, 6, 1, 0.5], f104,
        [(">", lambda x: [1 - 0.0588 * x[4] * x[6] - 0.1 * x[0], 1 - 0.0588 * x[5] * x[7] - 0.1 * (x[0] + x[1])]),
         (">", lambda x: [1 - (4 * x[i] + 2 * x[i]**-0.71) / x[i + 2] - 0.0588 * x[i]**-1.3 * x[i + 4]
                          for i in (2, 3)]),
         ((1, 4.2), f104)], lower=0.1, upper=10)
problem(106, 7049.2480205, [5000, 5000, 5000, 200, 350, 150, 225, 425], lambda x: x[0] + x[1] + x[2],
        [(">", lambda x: [1 - 0.0025 * (x[3] + x[5]), 1 - 0.0025 * (x[4] + x[6] - x[3]), 1 - 0.01 * (x[7] - x[4]),
                          x[0] * x[5] - 833.33252 * x[3] - 100 * x[0] + 83333.333,
                          x[1] * x[6] - 1250 * x[4] - x[1] * x[3] + 1250 * x[3],
                          x[2] * x[7] - 1250000 - x[2] * x[4] + 2500 * x[4]])],
        lower=[100, 1000, 1000] + [10] * 5, upper=[10000] * 3 + [1000] * 5)


def flows107(x):
    c, d = 48.4 / 50.176 * math.sin(0.25), 48.4 / 50.176 * math.cos(0.25)
    v, a, b = x[4:7], x[7], x[8]
    s, t = (sin(a), sin(b), sin(a - b)), (cos(a), cos(b), cos(a - b))
    return [
        0.4 - x[0] + 2 * c * v[0]**2 - v[0] * v[1] * (d * s[0] + c * t[0]) - v[0] * v[2] * (d * s[1] + c * t[1]),
        0.4 - x[1] + 2 * c * v[1]**2 + v[0] * v[1] * (d * s[0] - c * t[0]) + v[1] * v[2] * (d * s[2] - c * t[2]),
        0.8 + 2 * c * v[2]**2 + v[0] * v[2] * (d * s[1] - c * t[1]) - v[1] * v[2] * (d * s[2] + c * t[2]),
        0.2 - x[2] + 2 * d * v[0]**2 + v[0] * v[1] * (c * s[0] - d * t[0]) + v[0] * v[2] * (c * s[1] - d * t[1]),
        0.2 - x[3] + 2 * d * v[1]**2 - v[0] * v[1] * (c * s[0] + d * t[0]) - v[1] * v[2] * (c * s[2] + d * t[2]),
        -0.337 + 2 * d * v[2]**2 - v[0] * v[2] * (c * s[1] + d * t[1]) + v[1] * v[2] * (c * s[2] - d * t[2])]


problem(107, 5055.011803, [0.8, 0.8, 0.2, 0.2, 1.0454, 1.0454, 1.0454, 0, 0],
        lambda x: 3000 * x[0] + 1000 * x[0]**3 + 2000 * x[1] + 666.667 * x[1]**3, [("=", flows107)],
        lower=[0, 0, -INF, -INF] + [0.90909] * 3 + [-INF] * 2, upper=[INF] * 4 + [1.0909] * 3 + [INF] * 2)
problem(108, -S3 / 2, [1] * 9,
        lambda x: -0.5 * (x[0] * x[3] - x[1] * x[2] + x[2] * x[8] - x[4] * x[8] + x[4] * x[7] - x[5] * x[6]),
        [(">", lambda x: [1 - x[2]**2 - x[3]**2, 1 - x[8]**2, 1 - x[4]**2 - x[5]**2, 1 - x[0]**2 - (x[1] - x[8])**2,
                          1 - (x[0] - x[4])**2 - (x[1] - x[5])**2, 1 - (x[0] - x[6])**2 - (x[1] - x[7])**2,
                          1 - (x[2] - x[4])**2 - (x[3] - x[5])**2, 1 - (x[2] - x[6])**2 - (x[3] - x[7])**2,
                          1 - x[6]**2 - (x[7] - x[8])**2, x[0] * x[3] - x[1] * x[2], x[2] * x[8], -x[4] * x[8],
                          x[4] * x[7] - x[5] * x[6]])],
        lower=[-INF] * 8 + [0])
problem(110, -45.77846971, [9] * 10,
        lambda x: sum(log(v - 2)**2 + log(10 - v)**2 for v in x) - product(x)**0.2, [], lower=2.001, upper=9.999)
C111 = [-6.089, -17.164, -34.054, -5.914, -24.721, -14.986, -24.1, -10.708, -26.662, -22.179]
balance = lambda y: [y[0] + 2 * y[1] + 2 * y[2] + y[5] + y[9] - 2, y[3] + 2 * y[4] + y[5] + y[6] - 1,
                     y[2] + y[6] + y[7] + 2 * y[8] + y[9] - 1]


def energy111(x):
    y = [exp(v) for v in x]
    total = log(sum(y))
    return sum(u * (c + v - total) for u, c, v in zip(y, C111, x))


problem(111, -47.76109026, [-2.3] * 10, energy111, [("=", lambda x: balance([exp(v) for v in x]))],
        lower=-100, upper=100)
problem(112, -47.76109086, [0.1] * 10,
        lambda x: sum(v * (c + log(v) - log(sum(x))) for v, c in zip(x, C111)), [("=", balance)], lower=1e-6)
problem(113, 24.3062091, [2, 3, 5, 5, 1, 2, 7, 3, 6, 10],
        lambda x: (x[0]**2 + x[1]**2 + x[0] * x[1] - 14 * x[0] - 16 * x[1] + (x[2] - 10)**2 + 4 * (x[3] - 5)**2
                   + (x[4] - 3)**2 + 2 * (x[5] - 1)**2 + 5 * x[6]**2 + 7 * (x[7] - 11)**2 + 2 * (x[8] - 10)**2
                   + (x[9] - 7)**2 + 45),
        [(">", lambda x: [105 - 4 * x[0] - 5 * x[1] + 3 * x[6] - 9 * x[7], -10 * x[0] + 8 * x[1] + 17 * x[6] - 2 * x[7],
                          8 * x[0] - 2 * x[1] - 5 * x[8] + 2 * x[9] + 12]),
         (">", lambda x: [-3 * (x[0] - 2)**2 - 4 * (x[1] - 3)**2 - 2 * x[2]**2 + 7 * x[3] + 120,
                          -5 * x[0]**2 - 8 * x[1] - (x[2] - 6)**2 + 2 * x[3] + 40,
                          -0.5 * (x[0] - 8)**2 - 2 * (x[1] - 4)**2 - 3 * x[4]**2 + x[5] + 30,
                          -x[0]**2 - 2 * (x[1] - 2)**2 + 2 * x[0] * x[1] - 14 * x[4] + 6 * x[5],
                          3 * x[0] - 6 * x[1] - 12 * (x[8] - 8)**2 + 7 * x[9]])])


def limits114(x):
    g1, g2 = 35.82 - 0.222 * x[9] - 0.9 * x[8], -133 + 3 * x[6] - 0.99 * x[9]
    g5 = 1.12 * x[0] + 0.13167 * x[0] * x[7] - 0.00667 * x[0] * x[7]**2 - 0.99 * x[3]
    g6 = 57.425 + 1.098 * x[7] - 0.038 * x[7]**2 + 0.325 * x[5] - 0.99 * x[6]
    b, a = 1 / 0.9 - 0.9, 1 / 0.99 - 0.99
    return [g1, g2, b * x[8] - g1, a * x[9] - g2, g5, g6, a * x[3] - g5, a * x[6] - g6]


problem(114, -1768.80696, [1745, 12000, 110, 3048, 1974, 89.2, 92.8, 8, 3.6, 145],
        lambda x: 5.04 * x[0] + 0.035 * x[1] + 10 * x[2] + 3.36 * x[4] - 0.063 * x[3] * x[6],
        [(">", limits114), ("=", lambda x: [1.22 * x[3] - x[0] - x[4],
                                            98000 * x[2] / (x[3] * x[8] + 1000 * x[2]) - x[5],
                                            (x[1] + x[4]) / x[0] - x[7]])],
        lower=[1e-5] * 5 + [85, 90, 3, 1.2, 145], upper=[2000, 16000, 120, 5000, 2000, 93, 95, 12, 4, 162])


def membranes116(x):
    a, b, c, d, e, f = 0.002, 1.262626, 1.231059, 0.03475, 0.975, 0.00975
    return [x[2] - x[1], x[1] - x[0], 1 - a * x[6] + a * x[7], x[12] - b * x[9] + c * x[2] * x[9],
            x[4] - d * x[1] - e * x[1] * x[4] + f * x[1]**2, x[5] - d * x[2] - e * x[2] * x[5] + f * x[2]**2,
            x[3] - d * x[0] - e * x[0] * x[3] + f * x[0]**2, x[11] - b * x[8] + c * x[1] * x[8],
            x[10] - b * x[7] + c * x[0] * x[7], x[4] * x[6] - x[0] * x[7] - x[3] * x[6] + x[3] * x[7],
            1 - a * (x[1] * x[8] + x[4] * x[7] - x[0] * x[7] - x[5] * x[8]) - x[4] - x[5],
            x[1] * x[8] - x[2] * x[9] - x[5] * x[8] - 500 * x[1] + 500 * x[5] + x[1] * x[9],
            x[1] - 0.9 - a * (x[1] * x[9] - x[2] * x[9])]


problem(116, 97.588409, [0.5, 0.8, 0.9, 0.1, 0.14, 0.5, 489, 80, 650, 450, 150, 150, 150],
        lambda x: x[10] + x[11] + x[12], [(">", membranes116), ((50, 250), lambda x: x[10] + x[11] + x[12])],
        lower=[0.1] * 3 + [1e-4] + [0.1] * 4 + [500, 0.1, 1, 1e-4, 1e-4],
        upper=[1] * 3 + [0.1, 0.9, 0.9, 1000, 1000, 1000, 500, 150, 150, 150])
problem(117, 32.348679, [0.001] * 6 + [60] + [0.001] * 8,
        lambda x: -dot(B86, x) + quadratic(x[10:]) + 2 * dot(D86, [v**3 for v in x[10:]]),
        [(">", lambda x: [2 * dot(C86[j], x[10:]) + 3 * D86[j] * x[10 + j]**2 + E86[j]
                          - dot([a[j] for a in A86], x) for j in range(5)])], lower=0)
problem(118, 664.82045, [20, 55, 15] + [20, 60, 20] * 4,
        lambda x: sum(2.3 * x[k] + 1e-4 * x[k]**2 + 1.7 * x[k + 1] + 1e-4 * x[k + 1]**2 + 2.2 * x[k + 2]
                      + 1.5e-4 * x[k + 2]**2 for k in range(0, 15, 3)),
        [((-7, 6), lambda x: [x[k + 3] - x[k] for k in range(0, 12, 3)]),
         ((-7, 7), lambda x: [x[k + 3] - x[k] for k in range(1, 12, 3)]),
         ((-7, 6), lambda x: [x[k + 3] - x[k] for k in range(2, 12, 3)]),
         (">", lambda x: [sum(x[3 * k:3 * k + 3]) - (60, 50, 70, 85, 100)[k] for k in range(5)])],
        lower=[8, 43, 3] + [0] * 12, upper=[21, 57, 16] + [90, 120, 60] * 4)
PAIRS119 = {1: (4, 7, 8, 16), 2: (3, 7, 10), 3: (7, 9, 10, 14), 4: (7, 11, 15), 5: (6, 10, 12, 16), 6: (8, 15),
            7: (11, 13), 8: (10, 15), 9: (12, 16), 10: (14,), 11: (13,), 12: (14,), 13: (14,)}
B119 = [[0.22, 0.2, 0.19, 0.25, 0.15, 0.11, 0.12, 0.13, 1], [-1.46, 0, -1.3, 1.82, -1.15, 0, 0.8, 0, 0],
        [1.29, -0.89, 0, 0, -1.16, -0.96, 0, -0.49, 0], [-1.1, -1.06, 0.95, -0.54, 0, -1.78, -0.41, 0, 0],
        [0, 0, 0, -1.43, 1.51, 0.59, -0.33, -0.43, 0], [0, -1.72, -0.33, 0, 1.62, 1.24, 0.21, -0.26, 0],
        [1.12, 0, 0, 0.31, 0, 0, 1.12, 0, -0.36], [0, 0.45, 0.26, -1.1, 0.58, 0, -1.03, 0.1, 0]]
C119 = [2.5, 1.1, -3.1, -3.5, 1.3, 2.1, 2.3, -1.5]


def pairs119(x):
    y = [v**2 + v + 1 for v in x]
    return sum(v * v for v in y) + sum(y[i - 1] * y[j - 1] for i, js in PAIRS119.items() for j in js)


problem(119, 244.899698, [10] * 16, pairs119,
        [("=", lambda x: [dot(B119[i], x) + (x[8 + i] if i else 0) - C119[i] for i in range(8)])], lower=0, upper=5)

# Minima without curvature along the constraints, where Newton has no steps or bad ones: exact points.
EXACT = {"HS26": [1] * 3, "HS46": [1] * 5, "HS49": [1] * 5,
         "HS108": [f(mp.pi * k / 12) for k in (1, 5, 1, 5) for f in (mp.cos, mp.sin)] + [0]}
# Decimal digits to which active constraints agree where they depend on each other only with decimal fractions, not
# with the doubles closest to them.
SLACK = {"HS116": -15}
