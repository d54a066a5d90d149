#pragma once

#include <memory>
#include <string>

#include "eigengrad/core/config.hpp"

namespace eigengrad {

namespace autograd {
struct Annotation;
}

/// Names what this thread records while the object lives: `eigengrad::Scope label("loss");`. Labels
/// nest ("training/loss"); anomaly reports, to_dot() and graph_summary() show them.
class EIGENGRAD_API Scope {
 public:
  explicit Scope(const std::string& label, const char* file = __builtin_FILE(),
                 int line = __builtin_LINE());
  ~Scope();
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

 private:
  std::shared_ptr<const autograd::Annotation> outer_;
};

namespace autograd {

/// Whether this thread watches for anomalies.
///
/// A backward pass then checks what every node returns: NaN (and, when asked for, infinity) ends it
/// with a GraphError that names the node, the shapes, the label and the calls that led to the forward
/// computation. When a node throws, the same is warned about. Calls recorded in the mode remember
/// the stack that they were made from; those recorded outside it are reported without.
/// Cost: a stack capture per recorded call and a pass over every gradient; for debugging.
class EIGENGRAD_API AnomalyMode {
 public:
  static bool is_enabled() noexcept;
  static bool should_check_nan() noexcept;
  static bool should_check_inf() noexcept;
  static void set_enabled(bool on, bool check_nan = true, bool check_inf = false) noexcept;
};

/// Watches for anomalies until the end of the scope, see AnomalyMode.
class EIGENGRAD_API DetectAnomalyGuard {
 public:
  explicit DetectAnomalyGuard(bool check_nan = true, bool check_inf = false) noexcept;
  ~DetectAnomalyGuard();
  DetectAnomalyGuard(const DetectAnomalyGuard&) = delete;
  DetectAnomalyGuard& operator=(const DetectAnomalyGuard&) = delete;

 private:
  bool was_enabled_;
  bool checked_nan_;
  bool checked_inf_;
};

}  // namespace autograd
}  // namespace eigengrad
