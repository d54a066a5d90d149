#pragma once

#include <cstdint>
#include <cstring>
#include <exception>
#include <mutex>
#include <string>
#include <string_view>

#include "eigengrad/core/error.hpp"
#include "eigengrad/core/factories.hpp"
#include "eigengrad/core/tensor.hpp"

/// What the adapters share: tensors of other people's arrays, and what becomes of errors.

namespace eigengrad::adapters::detail {

inline Tensor tensor_from(const double* x, std::int64_t n) {
  Tensor t = empty({n}, kFloat64);
  if (n > 0) std::memcpy(t.data_ptr<double>(), x, static_cast<std::size_t>(n) * sizeof(double));
  return t;
}

/// Throws: ShapeError when `t` has not `n` elements, called `what`.
inline void write(const Tensor& t, std::string_view op, std::string_view what, std::int64_t n,
                  double* to) {
  if (!t.defined() || t.numel() != n)
    throw ShapeError("[" + std::string(op) + "] the function gave " +
                     (t.defined() ? std::to_string(t.numel()) : "an undefined tensor for its") +
                     " " + std::string(what) + "; it must give " + std::to_string(n));
  const Tensor plain = t.detach().to(kFloat64).contiguous();
  if (n > 0)
    std::memcpy(to, plain.data_ptr<double>(), static_cast<std::size_t>(n) * sizeof(double));
}

/// Errors on their way through solvers that know none.
class Errors {
 public:
  /// Calls f; false when it threw. NumericError means "not here", others are kept.
  template <class F>
  bool none_in(F&& f) noexcept {
    try {
      f();
      return true;
    } catch (const NumericError&) {
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!first_) first_ = std::current_exception();
    }
    return false;
  }
  std::exception_ptr first() const {
    const std::lock_guard lock(mutex_);
    return first_;
  }

 private:
  mutable std::mutex mutex_;
  std::exception_ptr first_;
};

}  // namespace eigengrad::adapters::detail
