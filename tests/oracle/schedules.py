#!/usr/bin/env python3
"""Writes tests/optim/torch_schedules.hpp: 100 steps of PyTorch's optimizers with schedules and clipped
gradients, and the learning rates of its schedulers, in float64.

Run with a Python that has torch: python3 tests/oracle/schedules.py > tests/optim/torch_schedules.hpp
"""
import torch
from torch.optim import SGD, Adam, AdamW, Adagrad, RMSprop
from torch.optim.lr_scheduler import CosineAnnealingLR, ExponentialLR, ReduceLROnPlateau, StepLR

torch.set_default_dtype(torch.float64)


def loss_of(x, b):
    head, tail = x[:-1], x[1:]
    return (10 * (tail - head**2) ** 2 + (1 - head) ** 2).sum() + ((b * x[0] - 2) ** 2).sum()


def trajectory(make, schedule=None, clip=None):
    """The parameters after every tenth of 100 steps."""
    x = torch.tensor([-1.2, 1.0, 0.5], requires_grad=True)
    b = torch.tensor([0.7], requires_grad=True)
    optimizer = make([x, b])
    scheduler = schedule(optimizer) if schedule else None
    rows = []
    for step in range(1, 101):
        optimizer.zero_grad()
        loss_of(x, b).backward()
        if clip:
            clip([x, b])
        optimizer.step()
        if scheduler:
            scheduler.step()
        if step % 10 == 0:
            rows.append([*x.tolist(), *b.tolist()])
    return rows


def clip_norm(p):
    torch.nn.utils.clip_grad_norm_(p, 1.5)


def clip_largest(p):
    torch.nn.utils.clip_grad_norm_(p, 2.0, float("inf"))


def clip_value(p):
    torch.nn.utils.clip_grad_value_(p, 0.75)


TRAJECTORIES = [
    ("AdamW", lambda p: AdamW(p, lr=0.05), None, None),
    ("AdamW with decay and amsgrad",
     lambda p: AdamW(p, lr=0.1, betas=(0.8, 0.9), eps=1e-4, weight_decay=0.3, amsgrad=True), None, None),
    ("Adagrad", lambda p: Adagrad(p, lr=0.2), None, None),
    ("Adagrad with decay",
     lambda p: Adagrad(p, lr=0.3, lr_decay=0.02, weight_decay=0.1, initial_accumulator_value=0.5,
                       eps=1e-6), None, None),
    ("RMSprop", lambda p: RMSprop(p, lr=0.01), None, None),
    ("RMSprop with momentum and decay",
     lambda p: RMSprop(p, lr=0.003, alpha=0.9, eps=1e-5, weight_decay=0.2, momentum=0.7), None, None),
    ("RMSprop centered", lambda p: RMSprop(p, lr=0.01, alpha=0.95, centered=True), None, None),
    ("RMSprop centered with momentum",
     lambda p: RMSprop(p, lr=0.005, centered=True, momentum=0.5), None, None),
    ("Adam with steps", lambda p: Adam(p, lr=0.1), lambda o: StepLR(o, 15, 0.5), None),
    ("SGD along a cosine, norm clipped", lambda p: SGD(p, lr=0.02, momentum=0.5),
     lambda o: CosineAnnealingLR(o, 30, 1e-3), clip_norm),
    ("SGD, largest clipped", lambda p: SGD(p, lr=0.01), None, clip_largest),
    ("SGD with exponential decay, values clipped", lambda p: SGD(p, lr=0.05),
     lambda o: ExponentialLR(o, 0.97), clip_value),
]


def rates(schedule, metrics=None):
    p = torch.zeros(1, requires_grad=True)
    optimizer = SGD([p], lr=0.8)
    scheduler = schedule(optimizer)
    out = []
    for epoch in range(40):
        optimizer.step()
        if metrics:
            scheduler.step(metrics(epoch))
        else:
            scheduler.step()
        out.append(optimizer.param_groups[0]["lr"])
    return out


def falling(epoch):
    return 1 / (1 + min(epoch, 7)) + (0.5 if epoch > 30 else 0)


def rising(epoch):
    return min(epoch, 5) * 1.0 + 1e-5 * epoch


SCHEDULES = [
    ("StepLR", lambda o: StepLR(o, 7, 0.3), None),
    ("ExponentialLR", lambda o: ExponentialLR(o, 0.9), None),
    ("CosineAnnealingLR", lambda o: CosineAnnealingLR(o, 12, 0.05), None),
    ("ReduceLROnPlateau", lambda o: ReduceLROnPlateau(o, patience=4), falling),
    ("ReduceLROnPlateau max abs",
     lambda o: ReduceLROnPlateau(o, "max", 0.5, 3, 1e-3, "abs", 2, 0.02, 1e-3), rising),
]

print("""#pragma once

// clang-format off
// Written by tests/oracle/schedules.py with PyTorch %s.

#include <array>
#include <string_view>
#include <vector>

namespace oracle {

/// Parameters after every tenth of 100 steps.
struct LongTrajectory {
  std::string_view name;
  std::array<std::array<double, 4>, 10> rows;
};
/// Learning rates after each of 40 epochs, from 0.8 on.
struct Schedule {
  std::string_view name;
  std::array<double, 40> rates;
};

inline const std::vector<LongTrajectory> kLongTrajectories = {""" % torch.__version__.split("+")[0])
for name, make, schedule, clip in TRAJECTORIES:
    rows = ",\n    ".join("{%s}" % ", ".join(repr(v) for v in row) for row in trajectory(make, schedule, clip))
    print('  {"%s", {{\n    %s}}},' % (name, rows))
print("};\n\ninline const std::vector<Schedule> kSchedules = {")
for name, schedule, metrics in SCHEDULES:
    print('  {"%s", {%s}},' % (name, ", ".join(repr(v) for v in rates(schedule, metrics))))
print("};\n\n}  // namespace oracle\n// clang-format on")
