#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <string_view>
#include <vector>

#include "eigengrad/optim/scalar_or_tensor.hpp"

namespace eigengrad::optim {

using detail::values_of;

/// The bounds on the unknowns, infinite where there are none.
struct Box {
  std::vector<double> lower;
  std::vector<double> upper;
  bool is_bounded = false;

  /// For unknowns like `x0`, rounded to its dtype.
  /// Throws: as values_of(); ValueError where the bounds cross or leave nothing between infinities.
  static Box of(std::string_view op, const ScalarOrTensor& lower, const ScalarOrTensor& upper,
                const Tensor& x0);
  /// Throws: ValueError when `x` has an element outside of the bounds. On a bound is inside.
  void check_start(std::string_view op, const Tensor& x) const;
  /// Whether a bound holds unknown i back: x is on it, and the value falls, by the derivative g, beyond it.
  bool holds(std::size_t i, double x, double g) const {
    return (x <= lower[i] && g > 0) || (x >= upper[i] && g < 0) || lower[i] == upper[i];
  }
  /// The unknowns that no bound holds back at `x`, where the gradient is `g`.
  std::vector<Eigen::Index> free_unknowns(const Eigen::VectorXd& x, const Eigen::VectorXd& g) const;
  /// The distance of `x` to the nearer bound of unknown i.
  double room(std::size_t i, double x) const { return std::min(x - lower[i], upper[i] - x); }
  /// `x`, or the bound where x is beyond it or within the rounding error of a step from `from` to it.
  double inside(std::size_t i, double x, double from = 0) const;
};

}  // namespace eigengrad::optim
