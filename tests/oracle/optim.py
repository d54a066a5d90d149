#!/usr/bin/env python3
"""Writes tests/optim/torch_trajectories.hpp: where PyTorch's optimizers go, step by step, in float64.

Run with a Python that has torch: python3 tests/oracle/optim.py > tests/optim/torch_trajectories.hpp
"""
import torch

torch.set_default_dtype(torch.float64)


def loss_of(x, b):
    head, tail = x[:-1], x[1:]
    return (10 * (tail - head**2) ** 2 + (1 - head) ** 2).sum() + ((b * x[0] - 2) ** 2).sum()


def trajectory(make, steps):
    x = torch.tensor([-1.2, 1.0, 0.5], requires_grad=True)
    b = torch.tensor([0.7], requires_grad=True)
    optimizer = make([x, b])

    def closure():
        optimizer.zero_grad()
        loss = loss_of(x, b)
        loss.backward()
        return loss

    rows = []
    for _ in range(steps):
        loss = float(optimizer.step(closure))
        rows.append([loss, *x.tolist(), *b.tolist()])
    return rows


SGD, Adam, LBFGS = torch.optim.SGD, torch.optim.Adam, torch.optim.LBFGS
CASES = [
    ("SGD", lambda p: SGD(p, lr=0.01), 6),
    ("SGD with momentum", lambda p: SGD(p, lr=0.005, momentum=0.9, dampening=0.1), 8),
    ("SGD with Nesterov and decay",
     lambda p: SGD(p, lr=0.003, momentum=0.8, weight_decay=0.1, nesterov=True), 8),
    ("Adam", lambda p: Adam(p, lr=0.1), 8),
    ("Adam with decay", lambda p: Adam(p, lr=0.05, betas=(0.7, 0.9), eps=1e-3, weight_decay=0.2), 8),
    ("Adam with amsgrad", lambda p: Adam(p, lr=0.3, betas=(0.8, 0.6), amsgrad=True), 10),
    ("LBFGS", lambda p: LBFGS(p, lr=0.1, max_iter=3), 8),
    ("LBFGS with strong Wolfe", lambda p: LBFGS(p, max_iter=4, line_search_fn="strong_wolfe"), 5),
    ("LBFGS with a long first step",
     lambda p: LBFGS(p, lr=20, max_iter=2, history_size=2, line_search_fn="strong_wolfe"), 5),
    ("LBFGS with few evaluations",
     lambda p: LBFGS(p, lr=0.5, max_iter=6, max_eval=4, history_size=3,
                     line_search_fn="strong_wolfe"), 5),
]

print("""#pragma once

// clang-format off
// Written by tests/oracle/optim.py with PyTorch %s. A row is the loss before the step, then the
// parameters after it.

#include <array>
#include <string_view>
#include <vector>

namespace oracle {

struct Trajectory {
  std::string_view name;
  std::vector<std::array<double, 5>> rows;
};

inline const std::vector<Trajectory> kTrajectories = {""" % torch.__version__)
for name, make, steps in CASES:
    print('  {"%s", {' % name)
    for row in trajectory(make, steps):
        print("    {%s}," % ", ".join(repr(v) for v in row))
    print("  }},")
print("};\n\n}  // namespace oracle\n// clang-format on")
