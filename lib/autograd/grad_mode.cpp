#include "eigengrad/autograd/grad_mode.hpp"

#include "autograd/forward_mode.hpp"
#include "autograd/grad_mode_switches.hpp"

namespace eigengrad {

using detail::thread_state;

namespace {

thread_local constinit std::uint64_t switches_off = 0;
/// Whether a level of forward mode is open whose tangents inference mode hides from operators.
thread_local constinit bool level_hidden = false;

}  // namespace

bool detail::is_level_hidden() noexcept { return level_hidden; }

std::uint64_t detail::grad_mode_switches() noexcept { return switches_off; }

void detail::set_grad_mode_switches(std::uint64_t count) noexcept { switches_off = count; }

bool GradMode::is_enabled() noexcept { return !thread_state.grad_mode_off; }
void GradMode::set_enabled(bool on) noexcept {
  switches_off += static_cast<std::uint64_t>(!on);
  thread_state.grad_mode_off = !on;
}

AutoGradMode::AutoGradMode(bool on) noexcept : previous_(GradMode::is_enabled()) {
  GradMode::set_enabled(on);
}
AutoGradMode::~AutoGradMode() { GradMode::set_enabled(previous_); }

InferenceMode::InferenceMode(bool on) noexcept
    : previous_inference_(thread_state.inference_mode),
      previous_grad_(GradMode::is_enabled()),
      previous_tangents_(thread_state.dual_level),
      previous_hidden_(level_hidden) {
  const bool level = thread_state.dual_level || level_hidden;
  thread_state.inference_mode = on;
  GradMode::set_enabled(!on);
  thread_state.dual_level = level && !on;
  level_hidden = level && on;
}
InferenceMode::~InferenceMode() {
  thread_state.inference_mode = previous_inference_;
  GradMode::set_enabled(previous_grad_);
  thread_state.dual_level = previous_tangents_;
  level_hidden = previous_hidden_;
}
bool InferenceMode::is_enabled() noexcept { return thread_state.inference_mode; }

}  // namespace eigengrad
