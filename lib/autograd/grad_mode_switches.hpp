#pragma once

#include <cstdint>

namespace eigengrad::detail {

/// How often this thread has turned recording off, or back to off. Tangents do not heed the grad
/// mode: a function during which the number grows may have other derivatives forward than backward.
std::uint64_t grad_mode_switches() noexcept;

}  // namespace eigengrad::detail
