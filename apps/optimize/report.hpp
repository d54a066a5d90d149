#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "eigengrad/optim/minimize.hpp"
#include "optimize/problem.hpp"

namespace apps::optimize {

struct Report {
  const Problem& problem;
  std::string method;
  /// Bound on the gradient, where one was asked for.
  std::optional<double> tolerance;
  const eigengrad::optim::MinimizeResult& result;
  std::vector<double> x;
  /// One point per iteration; empty beyond kMostPathColumns dimensions.
  std::vector<std::vector<double>> path;
};

/// Dimensions up to which the CSV table has the point of every iteration.
inline constexpr std::int64_t kMostPathColumns = 20;

/// The convergence table and the minimum, for people: long tables and long vectors are thinned.
void write_text(std::ostream& out, const Report& report);
/// Everything, for programs.
void write_json(std::ostream& out, const Report& report);
/// The convergence table, with the points where there are few dimensions.
void write_csv(std::ostream& out, const Report& report);

/// Convergence, and for n = 2 contours of the function with the path and the constraints, through gnuplot.
/// Throws: std::runtime_error when gnuplot fails.
void plot(const std::string& file, const Report& report);

}  // namespace apps::optimize
