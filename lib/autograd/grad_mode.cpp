#include "eigengrad/autograd/grad_mode.hpp"

#include "autograd/grad_mode_switches.hpp"
#include "core/thread_state.hpp"

namespace eigengrad {

using detail::thread_state;

namespace {

thread_local constinit std::uint64_t switches_off = 0;

}  // namespace

std::uint64_t detail::grad_mode_switches() noexcept { return switches_off; }

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
    : previous_inference_(thread_state.inference_mode), previous_grad_(GradMode::is_enabled()) {
  thread_state.inference_mode = on;
  GradMode::set_enabled(!on);
}
InferenceMode::~InferenceMode() {
  thread_state.inference_mode = previous_inference_;
  GradMode::set_enabled(previous_grad_);
}
bool InferenceMode::is_enabled() noexcept { return thread_state.inference_mode; }

}  // namespace eigengrad
