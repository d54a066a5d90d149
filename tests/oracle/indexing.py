#!/usr/bin/env python3
"""Writes tests/ops/indexing/torch_indexing.hpp: what PyTorch picks by 60 lists of indices.

Run with a Python that has torch: python3 tests/oracle/indexing.py > tests/ops/indexing/torch_indexing.hpp
"""
import torch

X = torch.arange(60).reshape(4, 3, 5)
PAIR = "tensor([2, 0])"
OTHER = "tensor([1, 2])"
FIRST = "tensor([True, False, False, True])"
# Python's spelling; the C++ one follows from it.
FORMS = [
    "2", "-1", "1, 2", "1, 2, 3", "...", ":", "1:3", "::2", "-2:", ":, 1", "..., -1", "None",
    ":, None, 1", "..., None", "1, ..., 2", "0:0", "5:", "3:1", "-9:9", "True", "False", "None, True",
    "..., True",
    PAIR, "tensor([-1, 0, -1])", f":, {PAIR}", f"..., {PAIR}", f"{PAIR}, {OTHER}",
    f"{PAIR}, :, {OTHER}", f":, {PAIR}, {OTHER}", f"tensor([[2], [0]]), {OTHER}", f"{PAIR}, 1",
    f"1, :, {PAIR}", f"1, {PAIR}", f"{PAIR}, None", f"{PAIR}, None, {OTHER}", f"None, {PAIR}",
    f":, {PAIR}, None, {OTHER}", f"{PAIR}, ..., None", f"{PAIR}, 1:3", f"1:3, {PAIR}, ::2", f"1:3, :, {PAIR}",
    "tensor([[0, 1], [2, 3]])", ":, tensor([[0, 1], [2, 0]])", "tensor(2)", ":, tensor(1)",
    f"tensor(1), :, {PAIR}", f"tensor([3]), {PAIR}", f"{PAIR}, {OTHER}, tensor([0, 4])",
    f"{PAIR}, {OTHER}, 3", "tensor([], dtype=torch.int64)",
    FIRST, ":, tensor([False, True, True])", "..., tensor([True, False, False, False, True])",
    "X % 7 == 3", "X[:, :, 0] % 2 == 0", ":, X[0] > 7", f"{FIRST}, {OTHER}", f"{FIRST}, :, {OTHER}",
    f"{FIRST}, 1", "torch.zeros(4, dtype=torch.bool)", "tensor(True)", f"True, {PAIR}",
    f"{PAIR}, tensor(True)",
]


def parts(form):
    """The entries between commas that are in no brackets."""
    depth, start = 0, 0
    for i, c in enumerate(form + ","):
        depth += (c in "([") - (c in ")]")
        if c == "," and depth == 0:
            yield form[start:i].strip()
            start = i + 1


def in_cpp(part):
    if part == "...":
        return "Ellipsis"
    if ":" in part and "X" not in part:
        bounds = [b or "None" for b in part.split(":")]
        return "Slice()" if part == ":" else f"Slice({', '.join(bounds)})"
    if part in ("True", "False"):
        return part.lower()
    if part.startswith("tensor") or "X" in part or part.startswith("torch"):
        value = eval(part, {"tensor": torch.tensor, "torch": torch, "X": X})
        kind = "kBool" if value.dtype == torch.bool else "kInt64"
        if value.dim() > 0 and value.numel() == 0:
            return f"eg::zeros({{0}}, eg::{kind})"
        if value.dtype == torch.bool and value.dim() > 0:
            text = ", ".join(str(v) for v in value.long().reshape(-1).tolist())
            sizes = ", ".join(map(str, value.shape))
            return f"eg::tensor({{{text}}}).view({{{sizes}}}).to(eg::{kind})"
        text = str(value.tolist()).replace("[", "{").replace("]", "}").lower()
        return f"eg::tensor({text}, eg::{kind})"
    return part


def braces(numbers):
    return "{" + ", ".join(map(str, numbers)) + "}"


print(f"""#pragma once

// clang-format off
// Written by tests/oracle/indexing.py with PyTorch {torch.__version__}: sizes and elements of what a list of indices
// picks from arange(60) in shape (4, 3, 5). An element is its own position.

#include <functional>
#include <string_view>
#include <vector>

#include "eigengrad/eigengrad.hpp"

namespace oracle {{

namespace eg = eigengrad;
using eg::indexing::Ellipsis;
using eg::indexing::None;
using eg::indexing::Slice;
using Indices = std::vector<eg::indexing::TensorIndex>;

struct IndexForm {{
  std::string_view name;
  std::function<Indices()> indices;
  std::vector<std::int64_t> sizes;
  std::vector<std::int64_t> elements;
}};

inline const std::vector<IndexForm> kIndexForms = {{""")
for form in FORMS:
    picked = eval(f"X[{form}]", {"tensor": torch.tensor, "torch": torch, "X": X})
    entries = ", ".join(in_cpp(p) for p in parts(form))
    name = form.replace("torch.", "")
    print(f'  {{"{name}", [] {{ return Indices{{{entries}}}; }},\n'
          f"   {braces(picked.shape)}, {braces(picked.reshape(-1).tolist())}}},")
print("""};

}  // namespace oracle
// clang-format on""")
