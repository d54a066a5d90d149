#pragma once

#include <iosfwd>
#include <string>

#include "ode-fit/fit.hpp"

namespace apps::ode_fit {

struct Report {
  const Problem& problem;
  const FitSummary& fit;
  double level = 0.95;
};

/// In the order and the words of R's summary(nls).
void write_text(std::ostream& out, const Report& report);
/// Everything, for programs.
void write_json(std::ostream& out, const Report& report);
/// The table of parameters.
void write_csv(std::ostream& out, const Report& report);
/// All states at 200 times from t0 to the last row, as CSV.
void write_solution(std::ostream& out, const Report& report);
/// Data and solution, through gnuplot.
void plot(const std::string& file, const Report& report);

}  // namespace apps::ode_fit
