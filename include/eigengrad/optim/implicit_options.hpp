#pragma once

#include <cstdint>
#include <functional>

#include "eigengrad/autograd/lists.hpp"
#include "eigengrad/core/tensor.hpp"

namespace eigengrad::optim {

/// How the linear equations of an implicit derivative are solved.
enum class LinearSolver : std::uint8_t {
  /// Dense up to 500 unknowns, MatrixFree beyond.
  Auto,
  /// The Jacobian is formed, a sweep for each row, and factored: LU, or Cholesky where it is symmetric.
  Dense,
  /// GMRES, or conjugate gradients where the Jacobian is symmetric, by products: a sweep each.
  MatrixFree
};

/// How the derivatives of implicit_root(), fixed_point() and argmin() are computed.
struct ImplicitOptions {
  LinearSolver linear_solver = LinearSolver::Auto;
  /// Whether the Jacobian of F by y is symmetric and positive definite (argmin() sets it).
  bool symmetric = false;
  /// MatrixFree: bound on the relative residual of the linear equations.
  double linear_tolerance = 1e-13;
  std::int64_t linear_max_iter = 10000;
  /// Whether a y at which the solver stopped before its tolerances were met counts as the solution. It is
  /// an error otherwise, whose message says the residual.
  bool accept_unconverged = false;
};

namespace detail {

using autograd::variable_list;

/// A function of y and parameters as the compiled library sees it.
using ParametricFunction = std::function<Tensor(const Tensor& y, const variable_list& theta)>;

}  // namespace detail
}  // namespace eigengrad::optim
