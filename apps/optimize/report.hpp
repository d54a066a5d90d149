#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "eigengrad/optim/minimize.hpp"
#include "optimize/functions.hpp"

namespace apps::optimize {

struct Report {
  const Function& function;
  std::string method;
  double tolerance = 0;
  const eigengrad::optim::MinimizeResult& result;
  std::vector<double> start;
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

}  // namespace apps::optimize
