#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "regression/inference.hpp"

namespace apps::regression {

/// What a report says beside the fit itself.
struct Context {
  const Data& data;
  const FitOptions& options;
  /// As the user named them: "logistic", "newton".
  std::string model;
  std::string method;
  /// Whether estimates are shown as exponentials too: odds or rate ratios.
  bool exponentials = false;
  std::vector<AnovaRow> anova;
  std::optional<Predictions> predictions;
  /// For --residuals and --plot.
  std::optional<Diagnostics> diagnostics;
};

/// Everything, for people: what R's summary() shows, and the convergence table.
void write_text(std::ostream& out, const Fit& fit, const Context& context);
/// Everything, for programs.
void write_json(std::ostream& out, const Fit& fit, const Context& context);
/// The predictions, when there are some; the table of coefficients otherwise.
void write_csv(std::ostream& out, const Fit& fit, const Context& context);

/// Files beside the report, as CSV.
void write_covariance(std::ostream& out, const Fit& fit);
void write_fitted(std::ostream& out, const Fit& fit, const Data& data);
void write_residuals(std::ostream& out, const Fit& fit, const Diagnostics& d);

/// Residuals, normal quantiles, scale against location, and leverage.
void plot(const std::string& file, const Fit& fit, const Context& context);

}  // namespace apps::regression
