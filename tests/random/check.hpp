#pragma once

#include <iosfwd>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "random/program.hpp"

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
  /// The loss's derivatives along directions 0; 0 and 1; 0, 1 and 2, by reverse mode.
  std::vector<double> along;
};

/// On the library, by sweeps up to order `orders`.
Outcome run_library(const Program& p, int orders);

struct Difference {
  std::string check;
  std::string what;
};

/// What is wrong with a program by the checks that need no PyTorch: forward mode, the reference,
/// differences. `ours` comes from run_library().
std::optional<Difference> check_itself(const Program& p, const Outcome& ours);
/// What differs between two outcomes.
std::optional<Difference> compare(const Program& p, const Outcome& ours, const Outcome& theirs);

/// How many programs each check has looked at.
struct Statistics {
  std::map<std::string, std::int64_t> counts;
};
Statistics& statistics();

/// Known differences, each with its reason.
struct Exemption {
  const char* reason;
  bool (*covers)(const Program&, const Difference&);
};
const std::vector<Exemption>& exemptions();

/// Whether an operator occurs in a program.
bool uses(const Program& p, std::string_view name);
}  // namespace random_programs
