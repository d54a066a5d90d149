#pragma once

#include <vector>

#include "eigengrad/autograd/engine.hpp"
#include "eigengrad/autograd/lists.hpp"
#include "support/array.hpp"

/// Arguments, cotangents and gradients of a function of several tensors.
namespace support {

using eg::autograd::variable_list;

/// The arrays as tensors; those of floating dtypes are tracked when asked.
inline variable_list tensors_of(const std::vector<Array>& arrays, Layout layout = Layout::RowMajor,
                                bool tracked = false) {
  variable_list list;
  for (const Array& a : arrays) {
    list.push_back(to_tensor(a, layout));
    if (tracked && list.back().is_floating_point()) list.back().requires_grad_();
  }
  return list;
}

inline std::vector<Array> arrays_of(const variable_list& list) {
  std::vector<Array> arrays;
  for (const eg::Tensor& t : list) arrays.push_back(to_array(t));
  return arrays;
}

inline variable_list tracked(const variable_list& list) {
  variable_list some;
  for (const eg::Tensor& t : list)
    if (t.requires_grad()) some.push_back(t);
  return some;
}

/// Weights for those outputs that are tracked.
inline variable_list cotangents(const variable_list& y, Layout layout = Layout::RowMajor) {
  variable_list weights;
  for (const eg::Tensor& t : tracked(y))
    weights.push_back(
        to_tensor(as(uniform(t.sizes().vec(), 0.5, 1.5, 77 + weights.size()), t.dtype()), layout));
  return weights;
}

inline variable_list gradients(const variable_list& y, const variable_list& x,
                               const variable_list& weights) {
  return eg::autograd::grad(tracked(y), tracked(x),
                            {.grad_outputs = weights, .retain_graph = true, .allow_unused = true});
}

}  // namespace support
