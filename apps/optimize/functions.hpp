#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "eigengrad/core/tensor.hpp"

namespace apps::optimize {

/// A standard test problem for minimisation.
struct Function {
  std::string name;
  /// The formula, and where its minima lie.
  std::string description;
  std::int64_t default_n;
  /// n is `min_n` or more by multiples of `step_n`; exactly `min_n` when `step_n` is 0.
  std::int64_t min_n;
  std::int64_t step_n;
  /// The usual start, in n dimensions.
  std::vector<double> (*start)(std::int64_t n);
  /// The smallest value; NaN where no formula gives it.
  double minimum;
  /// The problem in n dimensions, as a function of a tensor of n elements.
  std::function<eigengrad::Tensor(const eigengrad::Tensor&)> (*make)(std::int64_t n);
};

const std::vector<Function>& functions();
/// nullptr when there is none of that name.
const Function* find_function(const std::string& name);

}  // namespace apps::optimize
