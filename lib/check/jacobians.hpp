#pragma once

#include <cstdint>
#include <vector>

#include "check/subject.hpp"

/// Jacobians of a subject, whole or multiplied by vectors, by differences, sweeps and tangents.

namespace eigengrad::detail {

/// A row-major matrix of doubles.
struct DoubleMatrix {
  DoubleMatrix(std::int64_t r, std::int64_t c)
      : rows(r), cols(c), values(static_cast<std::size_t>(r * c)) {}
  double& operator()(std::int64_t i, std::int64_t j) noexcept {
    return values[static_cast<std::size_t>(i * cols + j)];
  }
  double operator()(std::int64_t i, std::int64_t j) const noexcept {
    return values[static_cast<std::size_t>(i * cols + j)];
  }

  std::int64_t rows;
  std::int64_t cols;
  std::vector<double> values;
};

/// Element [k][i]: output k by input i, one row per output element.
using Jacobians = std::vector<std::vector<DoubleMatrix>>;

Jacobians numerical_jacobians(Subject& subject, double eps);
Jacobians forward_jacobians(const Subject& subject);

struct BackwardJacobians {
  Jacobians jacobians;
  /// The largest difference between two backward sweeps over one graph.
  double repeat_difference = 0;
};
BackwardJacobians backward_jacobians(const Subject& subject);

/// Per output, the derivative of its elements along `direction` of input i.
std::vector<std::vector<double>> numerical_product(Subject& subject, std::size_t i,
                                                   const std::vector<double>& direction,
                                                   double eps);

/// Per output, its tangent; `directions`, one per input, may be empty for none.
std::vector<std::vector<double>> forward_product(
    const Subject& subject, const std::vector<std::vector<double>>& directions);

/// Per input, the gradient of the outputs weighted with `cotangents`, which may be undefined for
/// none; zeros where there is none. The graph stays.
std::vector<std::vector<double>> backward_product(const Evaluation& e,
                                                  const variable_list& cotangents);

/// The largest |a_i - b_i|; infinite where one of the two is NaN and the other is not.
double largest_difference(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace eigengrad::detail
