#!/usr/bin/env python3
"""Writes tests/optim/scipy_odes.hpp: solutions of ODEs and their derivatives by start and parameters, from
SciPy's solve_ivp on the state together with its variational equations, at rtol 1e-12.

Run with a Python that has SciPy: python3 tests/oracle/odes.py > tests/optim/scipy_odes.hpp
"""
import numpy as np
import scipy
from scipy.integrate import solve_ivp


def lotka_volterra(y, p):
    u, v = y
    a, b, c, d = p
    f = np.array([a * u - b * u * v, c * u * v - d * v])
    fy = np.array([[a - b * v, -b * u], [c * v, c * u - d]])
    fp = np.array([[u, -u * v, 0, 0], [0, 0, u * v, -v]])
    return f, fy, fp


def van_der_pol(y, p):
    (x, v), (mu,) = y, p
    f = np.array([v, mu * (1 - x * x) * v - x])
    fy = np.array([[0, 1], [-2 * mu * x * v - 1, mu * (1 - x * x)]])
    fp = np.array([[0], [(1 - x * x) * v]])
    return f, fy, fp


def robertson(y, p):
    a, b, c = y
    k1, k2, k3 = p
    f = np.array([-k1 * a + k3 * b * c, k1 * a - k3 * b * c - k2 * b * b, k2 * b * b])
    fy = np.array([[-k1, k3 * c, k3 * b], [k1, -k3 * c - 2 * k2 * b, -k3 * b], [0, 2 * k2 * b, 0]])
    fp = np.array([[-a, 0, b * c], [a, -b * b, -b * c], [0, b * b, 0]])
    return f, fy, fp


def lorenz(y, p):
    x, u, z = y
    s, r, b = p
    f = np.array([s * (u - x), x * (r - z) - u, x * u - b * z])
    fy = np.array([[-s, s, 0], [r - z, -1, -x], [u, x, -b]])
    fp = np.array([[u - x, 0, 0], [0, x, 0], [0, 0, -z]])
    return f, fy, fp


PROBLEMS = [
    ("Lotka-Volterra", lotka_volterra, [1.0, 0.5], [1.5, 1.0, 1.0, 3.0], np.linspace(0, 10, 11), "DOP853"),
    ("Van der Pol", van_der_pol, [2.0, 0.0], [1000.0], np.array([0, 100, 500, 800, 850, 1500.0]), "Radau"),
    ("Robertson", robertson, [1.0, 0.0, 0.0], [0.04, 3e7, 1e4],
     np.array([0, 0.4, 4, 40, 400, 4000, 40000, 4e6, 4e8]), "Radau"),
    ("Lorenz", lorenz, [1.0, 2.0, 20.0], [10.0, 28.0, 8 / 3], np.linspace(0, 2, 6), "DOP853"),
]


def solve(model, y0, p, t, method):
    """States and sensitivities, the latter as rows of the state and columns of start and parameters. The
    variational equations of a parameter are scaled by it, so that one tolerance suits all."""
    n, m = len(y0), len(p)
    scale = np.concatenate([np.ones(n), np.array(p)])

    def augmented(_, z):
        y, s = z[:n], z[n:].reshape(n, n + m)
        f, fy, fp = model(y, p)
        ds = fy @ s
        ds[:, n:] += fp * np.array(p)
        return np.concatenate([f, ds.ravel()])

    s0 = np.zeros((n, n + m))
    s0[:, :n] = np.eye(n)
    r = solve_ivp(augmented, (t[0], t[-1]), np.concatenate([y0, s0.ravel()]), method=method, t_eval=t,
                  rtol=1e-12, atol=1e-16 if method == "Radau" else 1e-14)
    assert r.success, r.message
    return r.y[:n].T, [z.reshape(n, n + m) / scale for z in r.y[n:].T]


def braces(values):
    return "{%s}" % ", ".join(repr(float(v)) for v in np.ravel(values))


print("""#pragma once

// clang-format off
// Written by tests/oracle/odes.py with SciPy %s.

#include <string_view>
#include <vector>

namespace oracle {

/// An initial value problem, its solution at the times, and the derivatives of the states at the times by
/// the start, then by the parameters: {times, components, start and parameters}.
struct Ode {
  std::string_view name;
  std::vector<double> start, parameters, times, states, sensitivities;
};

inline const std::vector<Ode> kOdes = {""" % scipy.__version__)
for name, model, y0, p, t, method in PROBLEMS:
    y, s = solve(model, y0, p, t, method)
    print('  {"%s", %s, %s, %s,\n   %s,\n   %s},' % (name, braces(y0), braces(p), braces(t), braces(y), braces(s)))
print("};\n\n}  // namespace oracle\n// clang-format on")
