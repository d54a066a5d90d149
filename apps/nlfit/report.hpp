#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "nlfit/fit.hpp"
#include "nlfit/nist.hpp"

namespace apps::nlfit {

/// What a report says beside the fit itself.
struct Report {
  const Problem& problem;
  const FitOptions& options;
  const Fit& fit;
  /// For --predict.
  std::optional<Prediction> prediction;
  /// For --nist: the set, and the fits from both starts, of which `fit` is the first.
  const NistSet* nist = nullptr;
  std::vector<Fit> nist_fits;
};

/// In the order and the words of R's summary(nls).
void write_text(std::ostream& out, const Report& report);
/// Everything, for programs.
void write_json(std::ostream& out, const Report& report);
/// The table of parameters, of both starts for --nist; the predictions for --predict.
void write_csv(std::ostream& out, const Report& report);
/// Row, fitted value and residual, as CSV.
void write_residuals(std::ostream& out, const Fit& fit);

/// Data, fit with its confidence band (where there is one variable), and residuals.
void plot(const std::string& file, const Report& report);

}  // namespace apps::nlfit
