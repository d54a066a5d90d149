#pragma once

#include <functional>

#include "eigengrad/core/config.hpp"
#include "eigengrad/core/tensor.hpp"
#include "eigengrad/optim/least_squares.hpp"

namespace eigengrad::optim {

/// least_squares() of Phi(x) c - y, linear in the k coefficients c: they are eliminated, so that only
/// the n nonlinear unknowns x need a start. `basis` makes of a tensor shaped as `x0` the m by k matrix
/// Phi, with recorded operators; y has m elements.
///
/// The result is that of least_squares() for the vector of the n unknowns and, after them, the k
/// coefficients: `x`, `std_errors`, `covariance` and the other statistics. `history` and `counts` are
/// those of the search for x; options on unknowns are about x alone. Weights are those of the m
/// residuals.
/// Domain: m >= k, columns of Phi independent, Phi once differentiable.
/// At the edge: a trial point at which the columns of Phi are dependent is stepped back from.
/// Throws: as least_squares(); ShapeError when Phi is no matrix with m rows and m >= k;
/// NumericError for dependent columns at `x0`; ValueError for a robust loss, which has no coefficients
/// in closed form.
/// Cost: per iteration a QR of Phi and its derivative for each unknown in x, beside what
/// least_squares() does.
/// Source: Golub and Pereyra, The differentiation of pseudo-inverses and nonlinear least squares
/// problems whose variables separate (1973), with the whole derivative.
EIGENGRAD_API LeastSquaresResult
variable_projection(const std::function<Tensor(const Tensor&)>& basis, const Tensor& y,
                    const Tensor& x0, const LeastSquaresOptions& options = {});

}  // namespace eigengrad::optim

namespace eigengrad {

using optim::variable_projection;

}  // namespace eigengrad
