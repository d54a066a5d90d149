#pragma once

#include <string_view>
#include <vector>

#include "eigengrad/optim/scalar_or_tensor.hpp"

namespace eigengrad::optim {

/// `value` for each of `numel` elements in row-major order; `otherwise` where it is unset.
/// `name` is the option's and `what` the elements' in messages: "lower", "unknowns".
/// Throws: ShapeError for another number of elements; DtypeError; ValueError for NaN.
std::vector<double> values_of(std::string_view op, std::string_view name,
                              const ScalarOrTensor& value, std::int64_t numel,
                              std::string_view what, double otherwise);

/// The bounds on the unknowns, infinite where there are none.
struct Box {
  std::vector<double> lower;
  std::vector<double> upper;
  bool is_bounded = false;

  /// Throws: as values_of(); ValueError where the bounds cross or leave nothing between infinities.
  static Box of(std::string_view op, const ScalarOrTensor& lower, const ScalarOrTensor& upper,
                std::int64_t numel);
  /// Throws: ValueError when `x` has an element outside of the bounds. On a bound is inside.
  void check_start(std::string_view op, const Tensor& x) const;
};

}  // namespace eigengrad::optim
