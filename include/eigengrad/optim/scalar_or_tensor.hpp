#pragma once

#include <Eigen/Core>
#include <concepts>
#include <string_view>
#include <utility>
#include <vector>

#include "eigengrad/core/eigen.hpp"
#include "eigengrad/core/tensor.hpp"

namespace eigengrad::optim {

/// What an option takes that is one scalar for all unknowns (or residuals) or one value for each:
/// bounds, scales, weights. A scalar, a tensor or an Eigen vector or matrix converts to it; nothing
/// is unset.
class ScalarOrTensor {
 public:
  ScalarOrTensor() = default;
  template <class Value>
  requires std::integral<Value> || std::floating_point<Value> ScalarOrTensor(Value scalar)
      : scalar_(static_cast<double>(scalar)), is_set_(true) {}
  /// An undefined tensor is unset.
  ScalarOrTensor(Tensor values) : values_(std::move(values)), is_set_(values_.defined()) {}
  /// Copies the elements of an Eigen vector or matrix.
  template <class Derived>
  ScalarOrTensor(const Eigen::DenseBase<Derived>& values)
      : ScalarOrTensor(Tensor(from_eigen(values))) {}

  bool is_set() const noexcept { return is_set_; }
  /// Whether one scalar stands for all; then tensor() is undefined.
  bool is_scalar() const noexcept { return is_set_ && !values_.defined(); }
  double scalar() const noexcept { return scalar_; }
  const Tensor& tensor() const noexcept { return values_; }

 private:
  Tensor values_;
  double scalar_ = 0;
  bool is_set_ = false;
};

namespace detail {

/// `value` for each of `numel` elements in row-major order; `otherwise` where it is unset.
/// `name` is the option's and `what` the elements' in messages: "lower", "unknowns".
/// Throws: ShapeError for another number of elements; DtypeError; ValueError for NaN.
EIGENGRAD_API std::vector<double> values_of(std::string_view op, std::string_view name,
                                            const ScalarOrTensor& value, std::int64_t numel,
                                            std::string_view what, double otherwise);

}  // namespace detail

}  // namespace eigengrad::optim
