#pragma once

#include <functional>
#include <utility>

#include "eigengrad/core/tensor.hpp"
#include "eigengrad/optim/scalar_or_tensor.hpp"

namespace eigengrad::optim {

/// lower <= f(x) <= upper, element by element: what minimize() has to keep to. `f` takes what the
/// objective takes (the vector of all unknowns where that takes a list or a tuple), is written with
/// recorded operators, and is twice differentiable. A side that is unset or infinite is none; equal
/// sides are an equation.
struct Constraint {
  std::function<Tensor(const Tensor&)> f;
  ScalarOrTensor lower = {};
  ScalarOrTensor upper = {};
};

/// f(x) = 0.
inline Constraint equality(std::function<Tensor(const Tensor&)> f) { return {std::move(f), 0, 0}; }
/// f(x) >= 0.
inline Constraint inequality(std::function<Tensor(const Tensor&)> f) {
  return {std::move(f), 0, {}};
}

}  // namespace eigengrad::optim
