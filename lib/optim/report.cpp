#include "optim/report.hpp"

#include <algorithm>

#include "core/fail.hpp"
#include "eigengrad/core/dtype.hpp"

namespace eigengrad::optim {

using eigengrad::detail::fail;
using eigengrad::detail::Text;

std::string message_of(const Verdict& verdict, std::int64_t iterations) {
  Text text;
  const char* const unit = iterations == 1 ? " iteration" : " iterations";
  switch (verdict.status) {
    case Status::Converged:
      text << "converged in " << iterations << unit;
      break;
    case Status::RoundingLevel:
      text << "converged to rounding level in " << iterations << unit;
      break;
    case Status::MaxIterations:
      text << "not converged: iteration " << iterations << " was the last one allowed";
      break;
    case Status::Stopped:
      text << "stopped by the callback after " << iterations << unit;
      break;
    default:
      text << "not converged (" << to_string(verdict.status) << ") after " << iterations << unit;
      break;
  }
  if (!verdict.reason.empty()) text << ": " << verdict.reason;
  return text.str();
}

std::string rank_note(std::int64_t rank, std::int64_t n,
                      const std::vector<std::int64_t>& undetermined) {
  if (rank == n) return {};
  Text text;
  text << "; rank " << rank << " of " << n << ", not determined:";
  constexpr std::size_t kMostNamed = 8;
  for (std::size_t i = 0; i < std::min(kMostNamed, undetermined.size()); ++i)
    text << " x[" << undetermined[i] << ']';
  if (undetermined.size() > kMostNamed)
    text << " and " << undetermined.size() - kMostNamed << " more";
  return text.str();
}

void check_start(std::string_view op, const Tensor& x0) {
  if (!x0.defined()) fail<ShapeError>(op, "the start is an undefined tensor; give it a value");
  if (!x0.is_floating_point())
    fail<DtypeError>(op, "the start has dtype ", eigengrad::to_string(x0.dtype()),
                     "; it must be float64 or float32");
  if (x0.numel() == 0)
    fail<ShapeError>(op, "the start has sizes ", x0.sizes(), "; it must have an element");
}

void check_not_negative(std::string_view op, std::string_view name, double value) {
  if (!(value >= 0)) fail<ValueError>(op, name, " is ", value, "; it must be at least 0");
}

void check_enumerator(std::string_view op, std::string_view what, int value, int last,
                      std::string_view type) {
  if (value > last)
    fail<ValueError>(op, "no ", what, " has the number ", value, "; give one of optim::", type);
}

void check_at_least(std::string_view op, std::string_view name, std::int64_t value,
                    std::int64_t least) {
  if (value < least) fail<ValueError>(op, name, " is ", value, "; it must be at least ", least);
}

}  // namespace eigengrad::optim
