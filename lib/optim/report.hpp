#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/text.hpp"
#include "eigengrad/core/tensor.hpp"
#include "eigengrad/optim/status.hpp"

/// Checks of arguments and messages that minimize(), least_squares() and root() share.

namespace eigengrad::optim {

/// Why a search stopped, and the test or the numbers that this rests on.
struct Verdict {
  Status status = Status::Converged;
  std::string reason = {};
};

template <class... Parts>
std::string text_of(const Parts&... parts) {
  eigengrad::detail::Text text;
  (text << ... << parts);
  return text.str();
}

/// "converged in 5 iterations: <reason>", "not converged (saddle) after 5 iterations: <reason>".
std::string message_of(const Verdict& verdict, std::int64_t iterations);

/// "; rank 2 of 3, not determined: x[1]", empty when all are determined.
std::string rank_note(std::int64_t rank, std::int64_t n,
                      const std::vector<std::int64_t>& undetermined);

/// Throws: ShapeError for an undefined or empty start, DtypeError for one that is not floating-point.
void check_start(std::string_view op, const Tensor& x0);
/// Throws: ValueError for a negative number or NaN.
void check_not_negative(std::string_view op, std::string_view name, double value);
/// Throws: ValueError for a `value` above `last`, the last enumerator of optim::`type`. `what` it names: "method".
void check_enumerator(std::string_view op, std::string_view what, int value, int last,
                      std::string_view type);
template <class Enum>
void check_enumerator(std::string_view op, std::string_view what, Enum value, Enum last,
                      std::string_view type) {
  check_enumerator(op, what, static_cast<int>(value), static_cast<int>(last), type);
}
/// Throws: ValueError for a count below `least`.
void check_at_least(std::string_view op, std::string_view name, std::int64_t value,
                    std::int64_t least);

}  // namespace eigengrad::optim
