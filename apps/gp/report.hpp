#pragma once

#include <iosfwd>
#include <optional>
#include <string>

#include "gp/process.hpp"

namespace apps::gp {

struct Report {
  const Process& process;
  double level = 0.95;
  /// For --predict: the points and what is predicted there.
  std::optional<eigengrad::Tensor> x = {};
  std::optional<Prediction> prediction = {};
};

void write_text(std::ostream& out, const Report& report);
void write_json(std::ostream& out, const Report& report);
/// The predictions for --predict, the hyper-parameters otherwise.
void write_csv(std::ostream& out, const Report& report);
/// Observations, mean and band along the only feature; observed against left-out predictions for several.
void plot(const std::string& file, const Report& report);

}  // namespace apps::gp
