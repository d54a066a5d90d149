#pragma once

#include <iosfwd>
#include <string>

#include "regression/fit.hpp"

namespace apps::regression {

/// What a report says beside the fit itself.
struct Context {
  const Data& data;
  const FitOptions& options;
  /// "linear" or "logistic", "newton" or "gd".
  std::string model;
  std::string method;
};

/// Everything, for people: coefficients, quality of the fit, convergence table.
void write_text(std::ostream& out, const Fit& fit, const Context& context);
/// Everything, for programs.
void write_json(std::ostream& out, const Fit& fit, const Context& context);
/// The table of coefficients.
void write_csv(std::ostream& out, const Fit& fit);

}  // namespace apps::regression
