#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "eigengrad/core/tensor.hpp"

namespace apps::optimize {

using Objective = std::function<eigengrad::Tensor(const eigengrad::Tensor&)>;

/// A standard test problem for minimisation.
struct Function {
  std::string name;
  /// The formula, and where its minima lie.
  std::string description;
  std::int64_t default_n;
  /// Which n there are: a rule in words, and as a function.
  std::string sizes;
  std::function<bool(std::int64_t n)> takes;
  /// The usual start, in n dimensions.
  std::function<std::vector<double>(std::int64_t n)> start;
  /// The smallest value; NaN where no formula gives it.
  double minimum;
  /// The problem in n dimensions, as a function of a tensor of n elements.
  std::function<Objective(std::int64_t n)> make;
};

const std::vector<Function>& functions();
/// nullptr when there is none of that name.
const Function* find_function(const std::string& name);

/// Problems in any number of dimensions from physics: clusters of atoms, films of soap, combustion.
std::vector<Function> physical_functions();
/// The problems of More, Garbow and Hillstrom as sums of squares, by their names in small letters.
std::vector<Function> more_garbow_hillstrom_functions();

}  // namespace apps::optimize
