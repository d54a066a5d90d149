#pragma once

#include <limits>
#include <span>
#include <string>

#include "eigengrad/eigengrad.hpp"

/// Calls that are wrong, or right but extreme, each in a process of its own: a crash, an endless loop or
/// a foreign exception of one is seen as such and stops no other.
namespace misuse {

namespace eg = eigengrad;
using eg::Tensor;

inline constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
inline constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
/// A product of two of these does not fit in an int64, nor one in the memory of any machine.
inline constexpr std::int64_t kHuge = std::int64_t{1} << 40;

/// A call that must throw an eigengrad::Error whose message names an operator and has `says` in it.
struct Wrong {
  const char* name;
  const char* says;
  void (*call)();
};
/// A call that must work: it returns whether its result is right.
struct Extreme {
  const char* name;
  bool (*call)();
};

/// Adds a test for each row to the suite `name`.
class Table {
 public:
  Table(const char* name, std::span<const Wrong> rows);
  Table(const char* name, std::span<const Extreme> rows);
};

inline Tensor row() { return eg::arange(6).to(eg::kFloat64); }
inline Tensor matrix() { return row().view({2, 3}); }
inline Tensor cube() { return eg::ones({2, 3, 4}); }
inline Tensor square() { return eg::eye(3) * 2; }
inline Tensor indices() { return eg::arange(3); }
inline Tensor tracked() { return eg::ones({3}, eg::requires_grad()); }
inline Tensor undefined() { return Tensor(); }
/// More elements than memory, in the memory of one.
inline Tensor endless(std::int64_t n = kMax) { return eg::ones({1}).expand({n}); }

}  // namespace misuse
