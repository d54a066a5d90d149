#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

namespace eigengrad::detail {

/// How often this thread has turned recording off, or back to off. Grad mode does not stop tangents: a
/// function during which the count grows may have other derivatives in forward mode than in reverse.
std::uint64_t grad_mode_switches() noexcept;
void set_grad_mode_switches(std::uint64_t count) noexcept;

/// A scope of a function that turns recording off for its own ends and has the same derivatives forward
/// and backward for all that: of the switches in it, only those of the user's functions count.
class OwnGradModeSwitches {
 public:
  OwnGradModeSwitches() : before_(grad_mode_switches()) {}
  ~OwnGradModeSwitches() { set_grad_mode_switches(before_ + *of_user_); }
  OwnGradModeSwitches(const OwnGradModeSwitches&) = delete;
  OwnGradModeSwitches& operator=(const OwnGradModeSwitches&) = delete;

  /// The user's function `f`, which may live longer than the scope.
  template <class R, class... A>
  std::function<R(A...)> counted(std::function<R(A...)> f) const {
    if (!f) return f;
    return [f = std::move(f), of_user = of_user_](A... arguments) -> R {
      const std::uint64_t before = grad_mode_switches();
      R result = f(std::forward<A>(arguments)...);
      *of_user += grad_mode_switches() - before;
      return result;
    };
  }

 private:
  std::uint64_t before_;
  std::shared_ptr<std::uint64_t> of_user_ = std::make_shared<std::uint64_t>(0);
};

}  // namespace eigengrad::detail
