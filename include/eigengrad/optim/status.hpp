#pragma once

#include <cstdint>
#include <string_view>

#include "eigengrad/core/config.hpp"

namespace eigengrad::optim {

/// Why minimize(), least_squares() or root() stopped. The message of the result says more: which test was
/// met, by which numbers, and which unknown a complaint is about.
enum class Status : std::uint8_t {
  /// The scaled gradient, the relative step or the predicted relative decrease is below its
  /// tolerance.
  Converged,
  /// What a step could still gain is below the rounding error of the value and of the gradient: a
  /// minimum, or a root, known as well as this arithmetic can tell.
  RoundingLevel,
  MaxIterations,
  /// No step along the direction lowers the value, and none of the causes below was found.
  NoProgress,
  /// No step lowers the value, and differences of values contradict the gradient.
  WrongGradient,
  /// No step lowers the value since the unknowns have units too far apart.
  BadlyScaled,
  /// The value falls, or the unknowns grow, without end.
  Unbounded,
  /// The gradient is zero, but there are directions along which the value falls.
  Saddle,
  /// The gradient is zero, and curvature too: at the start, on a plain around the point, or where the
  /// value has fallen to a limit that it never reaches.
  Plateau,
  /// The constraints contradict each other: near the point none keeps to all of them.
  Infeasible,
  /// A value or gradient became infinite or NaN on the way.
  NotFinite,
  /// The callback asked for it.
  Stopped,
  /// The residuals have a local minimum that is no root.
  NoRoot
};

/// The enumerator in lower-case words: "converged", "rounding level", "max iterations", ...
EIGENGRAD_API std::string_view to_string(Status status) noexcept;

/// Whether the point is a minimum, or a root, within the tolerances or within rounding.
constexpr bool converged(Status status) noexcept {
  return status == Status::Converged || status == Status::RoundingLevel;
}

}  // namespace eigengrad::optim

namespace eigengrad {

using optim::Status;

}  // namespace eigengrad
