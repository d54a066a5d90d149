#pragma once

#include "eigengrad/core/config.hpp"

namespace eigengrad {

/// Whether the calling thread records operators. On at the start of every thread.
class EIGENGRAD_API GradMode {
 public:
  static bool is_enabled() noexcept;
  static void set_enabled(bool on) noexcept;
};

/// Sets the grad mode of this thread until the end of the scope.
class EIGENGRAD_API AutoGradMode {
 public:
  explicit AutoGradMode(bool on) noexcept;
  ~AutoGradMode();
  AutoGradMode(const AutoGradMode&) = delete;
  AutoGradMode& operator=(const AutoGradMode&) = delete;

 private:
  bool previous_;
};

/// Stops recording until the end of the scope.
class NoGradGuard : public AutoGradMode {
 public:
  NoGradGuard() noexcept : AutoGradMode(false) {}
};

/// Stops recording and marks the tensors created in the scope as never to be recorded. Tangents of a
/// DualLevel that is open outside do not travel in it.
class EIGENGRAD_API InferenceMode {
 public:
  explicit InferenceMode(bool on = true) noexcept;
  ~InferenceMode();
  InferenceMode(const InferenceMode&) = delete;
  InferenceMode& operator=(const InferenceMode&) = delete;
  static bool is_enabled() noexcept;

 private:
  bool previous_inference_;
  bool previous_grad_;
  bool previous_tangents_;
  bool previous_hidden_;
};

}  // namespace eigengrad
