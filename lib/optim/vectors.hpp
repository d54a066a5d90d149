#pragma once

#include <Eigen/Core>
#include <algorithm>

#include "eigengrad/core/factories.hpp"

/// Elements of tensors as vectors of double, and back.

namespace eigengrad::optim {

/// The elements of `t`, in row-major order and in double, as the linear algebra is done.
inline void copy_to(const Tensor& t, double* out) {
  const Tensor dense = t.detach().to(kFloat64).contiguous();
  const double* p = dense.data_ptr<double>();
  std::copy(p, p + dense.numel(), out);
}
inline Eigen::VectorXd vector_of(const Tensor& t) {
  Eigen::VectorXd v(t.numel());
  copy_to(t, v.data());
  return v;
}

inline Tensor copy_of(const double* p, IntArrayRef sizes, ScalarType type) {
  Tensor t = empty(sizes, kFloat64);
  std::copy(p, p + t.numel(), t.data_ptr<double>());
  return type == kFloat64 ? t : t.to(type);
}
inline Tensor shaped_like(const Tensor& like, const Eigen::VectorXd& v) {
  return copy_of(v.data(), like.sizes(), like.dtype());
}

}  // namespace eigengrad::optim
