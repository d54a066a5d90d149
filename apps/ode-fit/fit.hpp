#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "common/estimates.hpp"
#include "ode-fit/system.hpp"

namespace apps::ode_fit {

/// Equations with data.
struct Problem {
  explicit Problem(System equations) : system(std::move(equations)) {}

  System system;
  /// Of the data, for headings.
  std::string source;
  std::int64_t rows_dropped = 0;
  /// Where the integration starts; at or before times[0].
  double t0 = 0;
  eigengrad::Tensor times;
  /// Places of the states that were observed, and their values: one row per time, one column per state.
  std::vector<std::size_t> observed;
  eigengrad::Tensor values;
  /// One per state; those at `free` are where the fit starts.
  std::vector<double> initial;
  std::vector<std::size_t> free;
  /// One per parameter of the system.
  std::vector<double> start;
  /// Bounds, one per parameter and then one per free state; infinite ones are none.
  std::vector<double> lower;
  std::vector<double> upper;
  /// The logarithms of data and solution are compared.
  bool is_logarithmic = false;
  /// By which the residuals of each observed state are divided.
  std::vector<double> scale;
  eigengrad::optim::OdeintOptions integration;

  /// Parameters, then free states as `x(t0)`.
  std::vector<std::string> unknowns() const;
  /// Where they start.
  std::vector<double> unknown_start() const;
};

using Callback = std::function<bool(const eigengrad::optim::LeastSquaresIteration&)>;

/// Throws: BadInput when the start has no solution.
FitSummary fit(const Problem& problem, double level, std::int64_t max_iter,
               const Callback& callback);

/// All states at `times`, one row per time, for the estimates of a fit.
eigengrad::Tensor solution(const Problem& problem, const std::vector<Estimate>& estimates,
                           const eigengrad::Tensor& times);

}  // namespace apps::ode_fit
