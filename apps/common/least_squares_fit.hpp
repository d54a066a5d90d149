#pragma once

#include <functional>
#include <string>
#include <vector>

#include "common/estimates.hpp"
#include "common/robust.hpp"

namespace apps {

/// Residuals as a function of parameters with names.
struct LeastSquaresProblem {
  std::function<eigengrad::Tensor(const eigengrad::Tensor&)> residuals;
  std::vector<std::string> names;
  /// One of each per parameter; infinite bounds are none.
  std::vector<double> start;
  std::vector<double> lower;
  std::vector<double> upper;
  /// Undefined: all 1.
  eigengrad::Tensor weights;
  /// That says what the residuals are; it is blamed when they cannot be used.
  std::string option;
};

struct LeastSquaresFit {
  FitSummary summary;
  /// Without weights.
  eigengrad::Tensor residuals;
};

/// Fits, and summarises with intervals of `level`.
///
/// Note [Parameters at their bounds] A parameter that ends at a bound has no interval that is symmetric
/// about it. It is taken as a constant, as SAS does: it has no standard error, the others have those of the
/// model in which it is fixed there, and it uses up no degree of freedom.
/// Throws: BadInput when the residuals have no finite value or derivative at the start.
LeastSquaresFit fit_least_squares(const LeastSquaresProblem& problem,
                                  eigengrad::optim::LeastSquaresOptions options, double level,
                                  Robust robust = Robust::No);

}  // namespace apps
