#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "mlp/train.hpp"

namespace apps::mlp {

struct Report {
  const Network& network;
  /// Empty for a network that was loaded.
  const std::vector<Epoch>& history;
  std::int64_t training_rows = 0;
  /// What the scores below are of.
  const Dataset& validation;
  Score score;
  std::vector<std::vector<std::int64_t>> confusion;
};

/// Learning curve, scores, and the table of classes and what they are taken for.
void write_text(std::ostream& out, const Report& report);
void write_json(std::ostream& out, const Report& report);
/// The learning curve.
void write_csv(std::ostream& out, const Report& report);
/// For each row the class and the probabilities of all, as CSV.
void write_predictions(std::ostream& out, const Network& network, const eigengrad::Tensor& x);
/// Likewise, as JSON.
void write_json_predictions(std::ostream& out, const Network& network, const eigengrad::Tensor& x);
/// Losses and accuracies over the epochs, through gnuplot.
void plot(const std::string& file, const Report& report);

}  // namespace apps::mlp
