#pragma once

#include "eigengrad/core/factories.hpp"
#include "eigengrad/ops/arithmetic.hpp"
#include "eigengrad/ops/compare.hpp"
#include "eigengrad/ops/elementwise.hpp"
#include "kernels/math.hpp"

/// The functions of kernels/math.hpp over Tensor, so that one rule compiles over both.
namespace eigengrad::math {

inline Tensor exp(const Tensor& x) { return eigengrad::exp(x); }
inline Tensor log(const Tensor& x) { return eigengrad::log(x); }
inline Tensor sqrt(const Tensor& x) { return eigengrad::sqrt(x); }
inline Tensor sin(const Tensor& x) { return eigengrad::sin(x); }
inline Tensor cos(const Tensor& x) { return eigengrad::cos(x); }
inline Tensor pow(const Tensor& x, const Tensor& e) { return eigengrad::pow(x, e); }
inline Tensor sign(const Tensor& x) {
  return eigengrad::gt(x, 0).to(x.dtype()) - eigengrad::lt(x, 0).to(x.dtype());
}
inline Tensor where(const Tensor& m, const Tensor& a, const Tensor& b) {
  return eigengrad::where(m, a, b);
}
inline Tensor where(const Tensor& m, const Scalar& a, const Tensor& b) {
  return eigengrad::where(m, a, b);
}
inline Tensor zeros_like(const Tensor& x) { return eigengrad::zeros_like(x); }
inline Tensor ones_like(const Tensor& x) { return eigengrad::ones_like(x); }

}  // namespace eigengrad::math
