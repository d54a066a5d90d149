#pragma once

#include <cstdint>
#include <iosfwd>
#include <map>
#include <string>
#include <vector>

#include "random/torch.hpp"

namespace random_programs {

/// A difference, its program made as small as it goes.
struct Finding {
  Program program;
  Difference difference;
};

/// Runs programs through all checks and keeps what they find.
class Harness {
 public:
  explicit Harness(Torch* torch) : torch_(torch) {}

  /// The programs of `count` seeds from `first` on.
  void run(std::uint64_t first, std::int64_t count);

  /// Findings by kind: the check and the operators of the smallest program.
  const std::map<std::string, std::vector<Finding>>& findings() const { return findings_; }
  /// How often each exemption was needed.
  const std::vector<std::int64_t>& exempted() const { return exempted_; }
  std::int64_t lines() const { return lines_; }

  /// All checks on one program.
  std::optional<Difference> verdict(const Program& p);

 private:
  bool exempt(const Program& p, const Difference& d);
  void found(const Program& p, const Difference& d);
  Program shrink(Program p, const Difference& d);

  Torch* torch_;
  std::map<std::string, std::vector<Finding>> findings_;
  std::vector<std::int64_t> exempted_ = std::vector<std::int64_t>(exemptions().size());
  std::int64_t lines_ = 0;
};

void print(std::ostream& os, const Finding& f);

}  // namespace random_programs
