#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "random/library.hpp"

namespace random_programs {

struct Difference {
  std::string check;
  std::string what;
};

/// What is wrong with a program by the checks that need no PyTorch: the reference, forward mode,
/// differences. `ours` comes from run_library().
std::optional<Difference> check_itself(const Program& p, const Outcome& ours);
/// What differs between two outcomes.
std::optional<Difference> compare(const Program& p, const Outcome& ours, const Outcome& theirs);

/// How many programs each check has looked at.
std::map<std::string, std::int64_t>& checked();

/// Whether the reference comes as near to a kink or a jump as rounding reaches.
bool rounding_decides(const Program& p);
/// Whether an operator occurs in a program.
bool uses(const Program& p, std::string_view name);

/// Known differences, each with its reason. At most ten.
struct Exemption {
  const char* reason;
  bool (*covers)(const Program&, const Difference&);
};
const std::vector<Exemption>& exemptions();

}  // namespace random_programs
