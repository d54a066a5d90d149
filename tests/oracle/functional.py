#!/usr/bin/env python3
"""Writes tests/functional/torch_func.hpp: derivatives of a small perceptron by torch.func, in float64.

Run with a Python that has torch: python3 tests/oracle/functional.py > tests/functional/torch_func.hpp
"""
import torch
from torch.func import grad, hessian, jacfwd, jacrev, vjp, vmap

torch.set_default_dtype(torch.float64)

W = torch.linspace(-1.0, 1.2, 12).reshape(3, 4).sin()
V = torch.linspace(0.3, -0.8, 8).reshape(4, 2)
X = torch.linspace(-0.9, 1.4, 15).reshape(5, 3)
Y = torch.linspace(0.2, -0.6, 10).reshape(5, 2)


def network(w, x):
    return (x @ w).tanh() @ V


def loss(w, x, y):
    return ((network(w, x) - y) ** 2).sum() + network(w, x).exp().prod()


def values():
    x, y = X[0], Y[0]
    yield "jacrev", jacrev(network)(W, x)
    yield "jacfwd_of_x", jacfwd(network, argnums=1)(W, x)
    yield "hessian_of_x", hessian(loss, argnums=1)(W, x, y)
    yield "jacfwd_of_jacrev", jacfwd(jacrev(network, argnums=1), argnums=1)(W, x)
    yield "jacfwd_of_jacfwd", jacfwd(jacfwd(network, argnums=1), argnums=0)(W, x)
    yield "per_sample", vmap(grad(loss), in_dims=(None, 0, 0))(W, X, Y)
    _, pullback = vjp(lambda w: network(w, x), W)
    yield "vjp_batch", vmap(pullback)(Y)[0]
    directions = torch.stack([W, W * W, 1 - W])
    f = lambda w: loss(w, x, y)
    yield "hvp_batch", vmap(lambda v: torch.func.jvp(grad(f), (W,), (v,))[1])(directions)
    yield "laplacian", torch.trace(hessian(f)(W).reshape(12, 12))
    square = lambda z: ((z - y) ** 2).sum() + z.exp().prod()
    j = jacrev(network)(W, x).reshape(2, 12)
    yield "gauss_newton", (j.T @ hessian(square)(network(W, x)) @ j).reshape(3, 4, 3, 4)


print("#pragma once\n\n// clang-format off")
print(f"// Written by tests/oracle/functional.py with PyTorch {torch.__version__.split('+')[0]}.\n")
print("#include <vector>\n\nnamespace oracle {\n")
for name, t in values():
    print(f"/// Sizes {list(t.shape)}.")
    print(f"inline const std::vector<double> {name}{{" + ", ".join(repr(v) for v in t.flatten().tolist()) + "};")
print("\n}  // namespace oracle")
