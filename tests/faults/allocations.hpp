#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "eigengrad/eigengrad.hpp"

/// Memory that is refused: every allocation of a program in turn fails, alone or with all after it.
namespace faults {

namespace eg = eigengrad;
using eg::Tensor;

inline constexpr std::int64_t kNone = std::numeric_limits<std::int64_t>::max();

/// While it lives, allocations of this thread are counted, and those from `first` on to `last` fail.
class Refusal {
 public:
  Refusal(std::int64_t first, std::int64_t last) noexcept;
  ~Refusal();
  Refusal(const Refusal&) = delete;
  Refusal& operator=(const Refusal&) = delete;
  /// How many were asked for.
  static std::int64_t asked() noexcept;
};

/// Blocks of memory in use by the process.
std::int64_t blocks_in_use() noexcept;

/// The elements of what a program computes, compared bit by bit.
using Bits = std::vector<double>;
void put(Bits& bits, const Tensor& t);
inline Bits bits_of(const Tensor& t) {
  Bits bits;
  put(bits, t);
  return bits;
}
bool same(const Bits& a, const Bits& b);

/// Runs `step(k, last)` for every allocation k that `count` allocations have, with last = k and with last =
/// kNone, in a process of its own; a step returns what is wrong, or nothing.
void check_every_failure(const std::string& name, std::function<std::int64_t()> count,
                         std::function<std::string(std::int64_t, std::int64_t)> step);

}  // namespace faults
