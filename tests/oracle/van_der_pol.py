#!/usr/bin/env python3
"""Writes tests/optim/van_der_pol.hpp: the state of Van der Pol's oscillator (mu = 1000) behind its first two
jumps, and its derivatives by start and mu.

SciPy's Radau at rtol 1e-12 knows these derivatives to 2e-8 only: within a jump they are a million times what
they are behind it, and the difference cancels. So here they are integrated in extended precision by the
pair of Dormand and Prince, whose steps stability keeps short where the problem is stiff: a few minutes.

Run with a Python that has NumPy: python3 tests/oracle/van_der_pol.py > tests/optim/van_der_pol.hpp
"""
from fractions import Fraction
import sys
import numpy as np

L = np.longdouble
MU = L(1000)


def number(text):
    f = Fraction(text)
    return L(f.numerator) / L(f.denominator)


A = [np.array([number(x) for x in row.split()], dtype=L) for row in (
    "1/5", "3/40 9/40", "44/45 -56/15 32/9", "19372/6561 -25360/2187 64448/6561 -212/729",
    "9017/3168 -355/33 46732/5247 49/176 -5103/18656", "35/384 0 500/1113 125/192 -2187/6784 11/84")]
ERROR = np.array([number(x) for x in "71/57600 0 -71/16695 71/1920 -17253/339200 22/525 -1/40".split()], dtype=L)


def f(z, out):
    """z: x, then its derivatives by x0, v0 and log mu; then the same of v."""
    x, v = z[0], z[4]
    bend = MU * (1 - x * x)
    out[:4] = z[4:]
    out[4:] = bend * z[4:] - (2 * MU * x * v + 1) * z[:4]
    out[4] = bend * v - x
    out[7] += bend * v


def integrate(times, tolerance):
    z = np.array([2, 1, 0, 0, 0, 0, 1, 0], dtype=L)
    k = np.zeros((7, 8), dtype=L)
    t, h = L(0), L(1e-4)
    f(z, k[0])
    for end in times:
        while t < end:
            last = t + h >= end
            step = L(end) - t if last else h
            for s, row in enumerate(A):
                y = z + step * (row @ k[:s + 1])
                f(y, k[s + 1])
            size = np.maximum(np.abs(z), np.abs(y)) + 1e-6
            error = float(np.max(np.abs(step * (ERROR @ k)) / size)) / tolerance
            factor = min(5.0, max(0.2, 0.9 * max(error, 1e-10) ** -0.2))
            if error <= 1:
                t, z = (L(end) if last else t + step), y
                k[0] = k[6]
            if error > 1 or not last:
                h = step * L(factor)
        yield z


TIMES = [850, 1500]
print("""#pragma once

// clang-format off
// Written by tests/oracle/van_der_pol.py.

namespace oracle {

/// Van der Pol's oscillator from (2, 0), mu = 1000, behind its first jump and far behind: the time, x, v, and
/// their derivatives by x0, v0 and mu, those of x first.
inline constexpr double kVanDerPol[][9] = {""")
for time, z in zip(TIMES, integrate(TIMES, float(sys.argv[1]) if len(sys.argv) > 1 else 1e-14)):
    z = np.concatenate([[z[0], z[4]], z[1:3], [z[3] / MU], z[5:7], [z[7] / MU]])
    print("    {%s}," % ", ".join(repr(float(v)) for v in [time, *z]))
print("};\n\n}  // namespace oracle\n// clang-format on")
