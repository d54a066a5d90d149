#pragma once

#include <map>
#include <string>
#include <vector>

#include "random/program.hpp"

/// Programs on the library: in reverse mode, in forward mode, and at points moved a little.
namespace random_programs {

/// What can be seen of a tensor.
struct Observation {
  std::string what;
  bool defined = false;
  bool requires_grad = false;
  bool is_leaf = false;
  support::Array array = {};
};

/// What a program did: which lines threw, and what was there in the end.
struct Outcome {
  std::map<std::size_t, std::string> errors;
  /// Where the sweeps threw: "first", "second", ...; empty when none did.
  std::string failed_sweep;
  std::string message;
  std::vector<Observation> seen;
  /// The loss's derivatives along direction 0, along 0 and 1, along 0, 1 and 2.
  std::vector<double> along;
};

/// In reverse mode, by sweeps up to order `orders`.
Outcome run_library(const Program& p, int orders);

/// The loss's derivative along direction 0 by tangents, and, over reverse mode, along 0 and 1 by
/// gradients that carry tangents.
struct Forward {
  double first = 0;
  double second = 0;
};
/// Without the lines that threw in reverse mode.
Forward run_forward(const Program& p, const Outcome& ours, bool over_reverse);

/// The loss where the tensors that require grad are moved by h along direction 0.
double moved_loss(const Program& p, const Outcome& ours, double h);

}  // namespace random_programs
