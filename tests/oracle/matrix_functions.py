#!/usr/bin/env python3
"""Writes tests/linalg/matrix_functions.hpp: exponentials, square roots and logarithms of matrices that are far
from normal, and their first and second derivatives, from mpmath with 250 digits.

With I the identity, E and F directions, f([[A, E, F, 0], [0, A, 0, F], [0, 0, A, E], [0, 0, 0, A]]) holds f(A), the
derivative along E beside it, and the second derivative along E and F in its last corner.

Run with a Python that has mpmath:
python3 tests/oracle/matrix_functions.py | clang-format > tests/linalg/matrix_functions.hpp
"""
import random

import mpmath as mp

mp.mp.dps = 250


def rotated(a, angle):
    """The double nearest to a similar matrix, which is not triangular."""
    c, s = mp.cos(angle), mp.sin(angle)
    q = mp.eye(len(a))
    q[0, 0], q[0, 1], q[1, 0], q[1, 1] = c, -s, s, c
    m = q * mp.matrix(a) * q.T
    return [[float(m[i, j]) for j in range(len(a))] for i in range(len(a))]


def transposed(a):
    return [list(r) for r in zip(*a)]


def pair(a, b, c):
    return [[a, b], [0.0, c]]


def chain(diagonal, beside):
    n = len(diagonal)
    return [[diagonal[i] if i == j else beside ** (j - i) if j > i else 0.0 for j in range(n)] for i in range(n)]


EXP = [(f"one over minus one, {b:.0e}", pair(1.0, b, -1.0), 1e-14) for b in (1e2, 1e6, 1e8, 1e10, 1e12)]
EXP += [
    ("lower, 1e8", transposed(pair(1.0, 1e8, -1.0)), 1e-14),
    ("two equal, 1e10", pair(0.5, 1e10, 0.5), 1e-14),
    ("two close, 1e10", pair(0.5, 1e10, 0.5000001), 1e-14),
    ("stiff, 1e6", pair(-100.0, 1e6, -0.125), 1e-14),
    ("far apart, 1e6", pair(-40.0, 1e6, 30.0), 1e-14),
    ("nilpotent", [[0.0, 1e5, 3.0], [0.0, 0.0, 1e5], [0.0, 0.0, 0.0]], 1e-14),
    ("chain of four, 100", chain([-1.0, -2.0, 0.5, 1.0], 100.0), 1e-13),
    ("chain of five, 10", chain([3.0, -2.0, 0.5, 1.0, -7.0], 10.0), 1e-13),
    ("rotated, 1e2", rotated(pair(1.0, 1e2, -1.0), 0.7), 1e-12),
    ("rotated, 1e4", rotated(pair(1.0, 1e4, -1.0), 0.7), 1e-7),
    ("rotated chain", rotated(chain([-1.0, -2.0, 0.5], 30.0), 0.4), 1e-12),
    ("normal", [[2.0, -9.0], [9.0, 2.0]], 1e-14),
]
ROOTS = [(f"one over two, {b:.0e}", pair(1.0, b, 2.0), 1e-14) for b in (1e2, 1e6, 1e10)]
ROOTS += [
    ("lower, 1e6", transposed(pair(1.0, 1e6, 2.0)), 1e-14),
    ("two equal, 1e6", pair(2.0, 1e6, 2.0), 1e-14),
    ("two close, 1e6", pair(2.0, 1e6, 2.0000001), 1e-14),
    ("far apart, 1e3", pair(1e-6, 1e3, 1e6), 1e-14),
    ("chain of four, 10", chain([1.0, 2.0, 0.5, 4.0], 10.0), 1e-12),
    ("rotated, 1e2", rotated(pair(1.0, 1e2, 2.0), 0.7), 1e-11),
]


def sqrt_of(m):
    """By Newton's method in the form of Denman and Beavers, scaled by the size."""
    y, z = m, mp.eye(m.rows)
    for _ in range(200):
        new_y, new_z = (y + z ** -1) / 2, (z + y ** -1) / 2
        change = mp.mnorm(new_y - y, 1) / mp.mnorm(new_y, 1)
        y, z = new_y, new_z
        if change < mp.mpf(10) ** -180:
            return y
    raise ArithmeticError("no square root")


def log_of(m):
    roots = 0
    eye = mp.eye(m.rows)
    while mp.mnorm(m - eye, 1) > 1e-4:
        m = sqrt_of(m)
        roots += 1
    x, power, total = m - eye, m - eye, mp.zeros(m.rows)
    for k in range(1, 60):
        total += power * (mp.mpf(-1) ** (k + 1) / k)
        power = power * x
    return total * 2 ** roots


def exp_of(m):
    s = max(0, int(mp.ceil(mp.log(mp.mnorm(m, 1) + 1, 2))) + 10)
    m = m / 2 ** s
    total, term = mp.eye(m.rows), mp.eye(m.rows)
    for k in range(1, 90):
        term = term * m / k
        total += term
    for _ in range(s):
        total = total * total
    return total


def derivatives(f, a, e, g):
    n = len(a)
    zero = mp.zeros(n)
    blocks = [[a, e, g, zero], [zero, a, zero, g], [zero, zero, a, e], [zero, zero, zero, a]]
    m = mp.zeros(4 * n)
    for i in range(4):
        for j in range(4):
            for k in range(n):
                for l in range(n):
                    b = blocks[i][j]
                    m[i * n + k, j * n + l] = b[k][l] if isinstance(b, list) else b[k, l]
    y = f(m)
    return [[rounded(y[i, c * n + j]) for i in range(n) for j in range(n)] for c in (0, 1, 3)]


def rounded(v):
    """What is 0 but for the rounding of so many digits is 0."""
    return 0.0 if abs(v) < mp.mpf(10) ** -100 else float(v)


def numbers(x):
    return "{" + ", ".join(repr(float(v)) for v in x) + "}"


def main():
    random.seed(7)
    print("#pragma once\n\n#include <vector>\n")
    print("/// Written by tests/oracle/matrix_functions.py.")
    print("namespace linalg_test {\n")
    print("struct MatrixFunctionCase {\n  const char* function;\n  const char* name;\n  double tolerance;\n"
          "  std::vector<double> a, e, f, value, first, second;\n};\n")
    print("inline const std::vector<MatrixFunctionCase>& matrix_function_cases() {")
    print("  static const std::vector<MatrixFunctionCase> list{")
    for function, f, cases in (("exp", exp_of, EXP), ("sqrt", sqrt_of, ROOTS), ("log", log_of, ROOTS)):
        for name, a, tolerance in cases:
            n = len(a)
            e, g = ([[random.randint(-8, 8) / 8 for _ in range(n)] for _ in range(n)] for _ in range(2))
            flat = [[v for row in m for v in row] for m in (a, e, g)]
            parts = flat + derivatives(f, a, e, g)
            print(f'      {{"{function}", "{name}", {tolerance!r},')
            print(",\n".join("       " + numbers(p) for p in parts) + "},")
    print("  };\n  return list;\n}\n\n}  // namespace linalg_test")


main()
