#!/usr/bin/env python3
"""Writes tests/optim/hock_schittkowski_solutions.hpp: minima of problems of W. Hock and K. Schittkowski (Test
Examples for Nonlinear Programming Codes, 1981), with multipliers, from Newton on the KKT system in 50 digits.

SciPy's SLSQP finds the minimum and the constraints that are active there. Newton's result is certified: zero
residual, feasible, multipliers of the right sign, and no negative curvature along the active constraints; its value
is compared with the book's, and no start leads below it.

Run with a Python that has scipy and mpmath, in some minutes:
python3 tests/oracle/hock_schittkowski.py | clang-format > tests/optim/hock_schittkowski_solutions.hpp
With --check it writes values at the start and at the minimum instead, with --report a table for people.
"""
import sys
import warnings
from concurrent.futures import ProcessPoolExecutor

import mpmath
import numpy as np
import scipy
from hock_schittkowski_problems import *  # noqa: F403
from scipy.optimize import Bounds, NonlinearConstraint, minimize, nnls

# ---- Solving.


def derivatives(p, x):
    """f and the constraints as jets. What does not depend on x becomes one too."""
    js = jets(x)
    zero = js[0] * 0
    return zero + p.f(js), [zero + c for c in p.c(js)]


def scipy_minimum(p, start, method="SLSQP", relax=0):
    """`relax` makes equalities inequalities of that width: SLSQP takes no dependent ones."""
    s = np.maximum(1e-3, np.abs(p.clipped()))
    fscale = max(1.0, abs(p.f(p.clipped())))
    value = lambda y: p.f(list(y * s)) / fscale
    slope = lambda y: (derivatives(p, list(y * s))[0].g * s).astype(float) / fscale
    constraints = []
    if p.sides:
        rows = np.array([(c.g * s).astype(float) for c in derivatives(p, p.clipped())[1]])
        r = 1 / np.maximum(1, np.abs(rows).max(axis=1))
        lo, hi = (np.array(v) for v in zip(*p.sides))
        equal = lo == hi
        lo, hi = lo - relax * equal, hi + relax * equal
        jacobian = lambda y: np.array([(c.g * s).astype(float) for c in derivatives(p, list(y * s))[1]]) * r[:, None]
        values = lambda y: np.array(p.c(list(y * s)), float) * r
        constraints = [NonlinearConstraint(values, lo * r, hi * r, jac=jacobian)]
    bounds = Bounds(np.array(p.lower) / s, np.array(p.upper) / s, keep_feasible=True)
    options = {"SLSQP": dict(maxiter=1000, ftol=1e-15), "trust-constr": dict(maxiter=2000, gtol=1e-10, xtol=1e-12)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            r = minimize(value, np.array(start) / s, jac=slope, bounds=bounds, constraints=constraints, method=method,
                         options=options[method])
        except (ValueError, OverflowError, ZeroDivisionError, TypeError, AttributeError, np.linalg.LinAlgError):
            return None
    x = [float(v) for v in np.clip(r.x * s, p.lower, p.upper)]
    return x if all(map(math.isfinite, x)) else None


def violation(p, x):
    return max([0.0] + [max(lo - v, v - hi) for v, (lo, hi) in zip(p.c(x), p.sides)])


class Minimum:
    """`active`: what holds with equality, as (index, side); indices from len(sides) on are bounds. `basis`: as many
    of them as have independent gradients. `lam`: their multipliers, `weak` of them 0. `curvature`: the least along the
    constraints with the others, over the largest element of the Hessian."""


def certified(p, x, name, tol=1e-5, bounds_first=False, independence=1e-4):
    n, m = len(x), len(p.sides)
    sides = p.sides + list(zip(p.lower, p.upper))

    def rows(x):
        f, cs = derivatives(p, x)
        return f, cs + jets(x)

    f, cs = rows([float(v) for v in EXACT.get(name) or x])
    s = np.maximum(1e-3, np.abs(np.array(x, float)))
    active, signs = [], []
    for i, (c, (lo, hi)) in enumerate(zip(cs, sides)):
        size = tol * max(1e-3, float(np.abs(c.g * s).max()))
        if lo == hi:
            active += [(i, lo)]
            signs.append(0)
        else:
            for side, sign in ((lo, 1), (hi, -1)):
                if math.isfinite(side) and abs(c.v - side) < size:
                    active.append((i, side))
                    signs.append(sign)
    # A basis of gradients: those that a solution with few multipliers uses come first.
    J = np.array([(cs[i].g * s).astype(float) for i, _ in active]).reshape(len(active), n)
    norms = np.linalg.norm(J, axis=1) + 1e-300
    J = J / norms[:, None]
    columns, owner = [], []
    for k, sign in enumerate(signs):
        for direction in (sign,) if sign else (1, -1):
            columns.append(direction * J[k])
            owner.append(k)
    order = list(range(len(active)))
    if columns:
        g = (f.g * s).astype(float)
        weights = nnls(np.array(columns).T, g / max(1e-12, np.linalg.norm(g)), maxiter=1000)[0]
        size = [sum(abs(w) for w, o in zip(weights, owner) if o == k) for k in order]
        order.sort(key=lambda k: -size[k])
    if bounds_first:
        order.sort(key=lambda k: active[k][0] < m)
    basis = []
    for k in order:
        if len(basis) < n and np.linalg.svd(J[basis + [k]], compute_uv=False)[-1] > independence:
            basis.append(k)
    basis = sorted(basis)
    r = Minimum()
    r.active, r.basis = active, [active[k] for k in basis]
    r.signs = [signs[k] for k in basis]
    q = len(basis)
    z = [mpf(v) for v in (EXACT.get(name) or x)]
    lam = [mpf(0)] * q
    if q and name in EXACT:
        f, cs = rows(z)
        A = mp.matrix([list(cs[i].g) for i, _ in r.basis])
        lam = list(mp.lu_solve(A * A.T, A * mp.matrix(list(f.g))))
    elif q:
        fitted = np.linalg.lstsq(J[basis].T, (f.g * s).astype(float), rcond=None)[0]
        lam = [mpf(float(v)) for v in fitted / norms[basis]]
    for iteration in range(20):
        f, cs = rows(z)
        grads = [cs[i].g for i, _ in r.basis]
        c = [cs[i].v - mpf(side) for i, side in r.basis]
        residual = f.g - sum((l * g for l, g in zip(lam, grads)), start=0 * f.g)
        hessian = f.h - sum((l * cs[i].h for l, (i, _) in zip(lam, r.basis)), start=0 * f.h)
        grow = max(1, max(abs(v) for v in f.g), max([abs(v) for v in lam] + [0]))
        r.residual = max([abs(v) / grow for v in residual]
                         + [abs(v) / max(1, max(abs(a * b) for a, b in zip(g, z))) for v, g in zip(c, grads)])
        if r.residual < mpf(10)**-46:
            break
        K = mp.zeros(n + q)
        for i in range(n):
            for j in range(n):
                K[i, j] = hessian[i, j]
            for k in range(q):
                K[i, n + k], K[n + k, i] = -grads[k][i], grads[k][i]
        try:
            step = mp.lu_solve(K, mp.matrix([-v for v in residual] + [-v for v in c]))
        except (ZeroDivisionError, TypeError):  # Singular, or not a number.
            r.residual = mpf(1)
            break
        z = [v + step[i] for i, v in enumerate(z)]
        lam = [v + step[n + k] for k, v in enumerate(lam)]
    r.x, r.lam, r.f, r.iterations = z, lam, f.v, iteration
    r.c = [c.v for c in cs[:m]]
    slack = mpf(10)**SLACK.get(name, -35)
    r.feasible = all(lo - slack * max(1, abs(c.v)) <= c.v <= hi + slack * max(1, abs(c.v))
                     for c, (lo, hi) in zip(cs, sides))
    r.signs_hold = all(sign * l >= -slack * max(1, abs(f.v)) for sign, l in zip(r.signs, lam))
    scale_lam = max([abs(l) for l in lam] + [mpf(10)**-10])
    strict = [k for k in range(q) if not r.signs[k] or abs(lam[k]) > mpf(10)**-20 * scale_lam]
    r.weak = q - len(strict)
    H = np.array([[float(v) for v in row] for row in hessian]) * np.outer(s, s)
    T = np.eye(n)
    if strict:
        A = np.array([[float(v) for v in grads[k]] for k in strict]) * s
        T = np.linalg.svd(A)[2][np.linalg.matrix_rank(A, 1e-9 * np.abs(A).max()):].T
    r.curvature = np.linalg.eigvalsh(T.T @ H @ T)[0] / np.abs(H).max() if T.shape[1] and np.abs(H).max() else 1.0
    if not T.shape[1]:
        r.curvature = math.inf  # A vertex.
    r.independent = len(basis) == len(active)
    r.multipliers, r.bounds = [mpf(0)] * m, [mpf(0)] * n
    for (i, _), l in zip(r.basis, lam):
        l = mpf(0) if abs(l) < mpf(10)**-30 * max(1, scale_lam) else l
        if i < m:
            r.multipliers[i] = l
        else:
            r.bounds[i - m] = l
    return r


def close(a, b, tol):
    return abs(a - b) <= tol * max(1, abs(a), abs(b))


def solve(name, p, tries=8):
    """The certified minimum, SciPy's values from the book's start, and other minima with the same value."""
    rng = np.random.default_rng(1)
    clipped = p.clipped()
    n = len(clipped)
    width = np.maximum(1, np.abs(clipped))
    span = [min(b, v + 3 * w) - max(a, v - 3 * w) for a, b, v, w in zip(p.lower, p.upper, clipped, width)]
    starts = [clipped] + [list(np.clip(np.maximum(p.lower, np.array(clipped) - 3 * width) + rng.random(n) * span,
                                       p.lower, p.upper)) for _ in range(tries)]
    found = []
    for start in starts:
        x = scipy_minimum(p, start)
        if x is None or violation(p, x) > 1e-6 * max(1, abs(p.f(x))):
            x = scipy_minimum(p, start, relax=1e-9)
        if x is not None:
            found.append((p.f(x), violation(p, x), x))
        elif start is clipped:
            found.append((math.nan, math.nan, start))
    first = found[0]
    good = [v for v in found if v[1] < 1e-6 * max(1, abs(v[0])) and close(v[0], p.book, 1e-4)]
    below = [v for v in found if v[1] < 1e-8 and v[0] < p.book - 1e-3 * max(1, abs(p.book))]
    best = None
    minima = []
    for v in sorted(good, key=lambda v: v[1] > 1e-9)[:8]:
        for tol, *rest in ((1e-5, False), (1e-5, True), (1e-4, False), (1e-4, True), (1e-6, False), (1e-3, False),
                           (1e-5, False, 1e-9)):
            try:
                r = certified(p, v[2], name, tol, *rest)
            except (TypeError, ValueError):  # Complex numbers: Newton left the domain of f.
                continue
            ok = r.residual < mpf(10)**-40 and r.feasible and r.signs_hold
            if ok and close(float(r.f), p.book, 1e-4):
                minima.append(r)
                break
    best = minima[0] if minima else None
    others = []
    for r in minima:
        # Newton may end at a multiple solution from each start.
        if not all(close(a, b, 1e-8) for a, b in zip(r.x, best.x)) and close(r.f, best.f, 1e-20):
            others.append(r)
    return best, first, others, below, bool(minima)


# ---- Writing.

# Problems with other minima of the same value: signs, periods, a line of minima (HS108, HS116).
MANY = {"HS8", "HS9", "HS26", "HS29", "HS40", "HS56", "HS78", "HS80", "HS81", "HS107", "HS108", "HS116"}


def numbers(values):
    return "{%s}" % ", ".join(repr(float(v) + 0.0 if abs(v) > 1e-30 else 0.0) for v in values)


def solved(name):
    p = P[name]
    r, first, others, below, ok = solve(name, p)
    assert ok, name
    assert not below, (name, below)
    assert not others or name in MANY, name
    assert r.curvature > -1e-12, name
    r.curved = bool(r.curvature > 1e-9)
    r.unique = name not in MANY
    r.first = first
    r.trust = scipy_minimum(p, p.clipped(), "trust-constr") if "--report" in sys.argv else None
    return r


def sized(c, x):
    """A value, and the size of what it is a sum of: rounding errors are measured by it."""
    return float(c.v), float(max([1, abs(c.v)] + [abs(g * v) for g, v in zip(c.g, x)]))


def main():
    with ProcessPoolExecutor() as pool:
        results = dict(zip(P, pool.map(solved, P)))
    if "--report" in sys.argv:
        for name, r in results.items():
            p = P[name]
            trust = "%.10g (violation %.0e)" % (p.f(r.trust), violation(p, r.trust)) if r.trust else "failed"
            print(name, "f* %s, book %.10g, SLSQP from the start %.10g (violation %.0e), trust-constr %s, residual %s, "
                  "curvature %.0e, active %d of %d independent, %d multipliers are zero%s%s%s" % (
                      mp.nstr(r.f, 15), p.book, *r.first[:2], trust, mp.nstr(r.residual, 2), r.curvature, len(r.basis),
                      len(r.active), r.weak, "" if r.unique else ", many x", "" if r.curved else ", NO CURVATURE",
                      "" if p.start == p.clipped() else ", start clipped to " + str(p.clipped())))
        return
    if "--check" in sys.argv:
        for name, r in results.items():
            p = P[name]
            for x in ([mpf(v) for v in p.start], [mpf(float(v)) for v in r.x]):
                f, cs = derivatives(p, x)
                row = [v for c in [f] + cs for v in sized(c, x)]
                print(name, len(cs), *map(repr, row))
        return
    print("""#pragma once

// Generated by tests/oracle/hock_schittkowski.py with SciPy %s and mpmath %s.

#include <vector>

namespace hs {

/// A minimum of the problem of the same name, known to more digits than are given.
/// grad f = sum of multipliers times gradients of the constraints' elements + bound_multipliers: none
/// is negative at a lower side, none positive at an upper one, and all others are 0.
struct Solution {
  const char* name;
  struct {
    /// Whether the active gradients are independent and x is unique; otherwise other multipliers are as
    /// good.
    bool unique_multipliers;
    /// Whether no other point has the value f.
    bool unique_x;
    /// Whether f curves along the active constraints; otherwise a value close to f says little about x.
    bool curved;
  } known;
  double f;
  std::vector<double> x;
  /// One for each element of the constraints, in the order of the problem; one for each unknown.
  std::vector<double> multipliers, bound_multipliers;
};

inline const std::vector<Solution>& solutions() {
  static const std::vector<Solution> all = {""" % (scipy.__version__, mpmath.__version__))
    for name, r in results.items():
        flags = "{%s}" % ", ".join(str(v).lower() for v in (r.independent and r.unique, r.unique, r.curved))
        lists = [numbers(v) for v in (r.x, r.multipliers, r.bounds)]
        print('{"%s", %s},' % (name, ", ".join([flags, numbers([r.f])[1:-1]] + lists)))
    print("};\nreturn all;\n}\n\n}  // namespace hs")


if __name__ == "__main__":
    main()
