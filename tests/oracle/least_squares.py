#!/usr/bin/env python3
"""Writes tests/optim/scipy_fits.hpp: where SciPy's least_squares ends with bounds, losses and weights.

Run with a Python that has SciPy: python3 tests/oracle/least_squares.py > tests/optim/scipy_fits.hpp
The residuals of the rows with bounds are those of apps/data/more_garbow_hillstrom.hpp; the losses fit a + b exp(-c t) to
data with outliers that are written along.
"""

import numpy as np
import scipy
from scipy.optimize import least_squares

INF = np.inf
TIGHT = {"ftol": 1e-15, "xtol": 1e-15, "gtol": 1e-15, "x_scale": "jac", "max_nfev": 20000}


def rosenbrock(x):
    return np.array([10 * (x[1] - x[0] ** 2), 1 - x[0]])


def beale(x):
    return np.array([1.5 - x[0] * (1 - x[1]), 2.25 - x[0] * (1 - x[1] ** 2), 2.625 - x[0] * (1 - x[1] ** 3)])


def bard(x):
    y = np.array([0.14, 0.18, 0.22, 0.25, 0.29, 0.32, 0.35, 0.39, 0.37, 0.58, 0.73, 0.96, 1.34, 2.10, 4.39])
    u = np.arange(1.0, 16)
    v = 16 - u
    return y - (x[0] + u / (v * x[1] + np.minimum(u, v) * x[2]))


def kowalik_osborne(x):
    y = np.array([0.1957, 0.1947, 0.1735, 0.1600, 0.0844, 0.0627, 0.0456, 0.0342, 0.0323, 0.0235, 0.0246])
    u = np.array([4, 2, 1, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625])
    return y - x[0] * (u**2 + u * x[1]) / (u**2 + u * x[2] + x[3])


def wood(x):
    return np.array([10 * (x[1] - x[0] ** 2), 1 - x[0], np.sqrt(90) * (x[3] - x[2] ** 2), 1 - x[2],
                     np.sqrt(10) * (x[1] + x[3] - 2), (x[1] - x[3]) / np.sqrt(10)])


def box(x):
    t = 0.1 * np.arange(1.0, 11)
    return np.exp(-t * x[0]) - np.exp(-t * x[1]) - x[2] * (np.exp(-t) - np.exp(-10 * t))


BOUNDED = [
    ("rosenbrock", "upper bound on x0", rosenbrock, [-1.2, 1], [-INF, -INF], [0.5, INF]),
    ("rosenbrock", "lower bound on x1", rosenbrock, [2, 2], [-INF, 1.5], [INF, INF]),
    ("rosenbrock", "start in a corner that is left", rosenbrock, [-2, 0], [-2, 0], [0.8, 3]),
    ("rosenbrock", "minimum in a corner", rosenbrock, [-1.2, 1], [-2, 0.5], [0.2, 2]),
    ("rosenbrock", "fixed unknown", rosenbrock, [-1.2, 2], [-INF, 2 - 1e-12], [INF, 2 + 1e-12]),
    ("beale", "upper bound on x1", beale, [1, 0.1], [-INF, -INF], [INF, 0.3]),
    ("beale", "no bound is active", beale, [1, 1], [0, 0], [10, 2]),
    ("bard", "upper bound on x1", bard, [1, 1, 1], [0, 0, 0], [2, 1.0, 5]),
    ("kowalik_osborne", "two bounds", kowalik_osborne, [0.25, 0.39, 0.415, 0.1], [0, 0.3, 0, 0], [1, 1, 1, 0.15]),
    ("wood", "box", wood, [-3, -1, -3, -1], [-10, -10, -10, -10], [0.8, 10, 10, 10]),
    ("box", "box", box, [0, 9, 20], [0, 5, 0], [2, 9.5, 20]),
]

T = np.linspace(0, 10, 21)
NOISE = 0.05 * np.sin(7.0 * np.arange(21) ** 1.3)
Y = 0.5 + 2.0 * np.exp(-0.4 * T) + NOISE
Y[3] += 1.5
Y[11] -= 0.9
Y[17] += 2.5


def decay(x):
    return x[0] + x[1] * np.exp(-x[2] * T) - Y


def tukey(z):
    inside = np.minimum(z, 1)
    return np.array([np.where(z < 1, (1 - (1 - inside) ** 3) / 3, 1 / 3), (1 - inside) ** 2, -2 * (1 - inside)])


WEIGHTS = 1 + 0.5 * np.cos(np.arange(21.0))
LOSSES = [("Linear", "linear", 1.0), ("Huber", "huber", 0.1), ("SoftL1", "soft_l1", 0.1), ("Cauchy", "cauchy", 0.1),
          ("Tukey", tukey, 0.4)]


def numbers(values):
    return "{" + ", ".join("inf" if v == INF else "-inf" if v == -INF else repr(float(v)) for v in values) + "}"


def best(residuals, start, **kwargs):
    fits = [least_squares(residuals, start, method=m, jac=jacobian_of(residuals), **TIGHT, **kwargs)
            for m in ("trf", "dogbox")]
    return min(fits, key=lambda f: f.cost)


def jacobian_of(f):
    """Complex steps: exact to rounding."""
    def jacobian(x, *_):
        columns = []
        for k in range(len(x)):
            z = np.array(x, dtype=complex)
            z[k] += 1e-30j
            columns.append(np.imag(f(z)) / 1e-30)
        return np.array(columns).T
    return jacobian


def main():
    print("#pragma once\n\n// clang-format off")
    print(f"// Written by tests/oracle/least_squares.py with SciPy {scipy.__version__}.\n")
    print("#include <limits>\n#include <vector>\n\nnamespace oracle {\n")
    print("inline constexpr double inf = std::numeric_limits<double>::infinity();\n")
    print("struct BoundedFit { const char* problem; const char* what; std::vector<double> start, lower, upper, x; double cost; };")
    print("inline const std::vector<BoundedFit> kBoundedFits = {")
    for problem, what, f, start, lower, upper in BOUNDED:
        fit = best(f, np.array(start, dtype=float), bounds=(lower, upper))
        print(f'    {{"{problem}", "{what}", {numbers(start)}, {numbers(lower)}, {numbers(upper)},\n'
              f"     {numbers(fit.x)}, {float(fit.cost)!r}}},")
    print("};\n")
    print(f"inline const std::vector<double> kTimes = {numbers(T)};")
    print(f"inline const std::vector<double> kResponses = {numbers(Y)};")
    print(f"inline const std::vector<double> kWeights = {numbers(WEIGHTS)};\n")
    print("struct LossFit { const char* loss; double f_scale; bool weighted; std::vector<double> x; double cost; };")
    print("inline const std::vector<LossFit> kLossFits = {")
    for name, loss, f_scale in LOSSES:
        for weighted in (False, True):
            root = np.sqrt(WEIGHTS) if weighted else 1
            fit = best(lambda x: root * decay(x), np.array([0.4, 1.8, 0.5]), loss=loss, f_scale=f_scale)
            print(f'    {{"{name}", {f_scale}, {str(weighted).lower()}, {numbers(fit.x)}, {float(fit.cost)!r}}},')
    print("};\n\n}  // namespace oracle\n// clang-format on")


main()
