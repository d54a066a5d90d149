#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <vector>

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

inline std::vector<double> to_doubles(const Tensor& t) {
  std::vector<double> elements(static_cast<std::size_t>(t.numel()));
  copy_to(t, elements.data());
  return elements;
}

inline Tensor copy_of(const double* p, IntArrayRef sizes, ScalarType type) {
  Tensor t = empty(sizes, kFloat64);
  std::copy(p, p + t.numel(), t.data_ptr<double>());
  return type == kFloat64 ? t : t.to(type);
}
inline Tensor shaped_like(const Tensor& like, const Eigen::VectorXd& v) {
  return copy_of(v.data(), like.sizes(), like.dtype());
}
/// A contiguous tensor with the elements of the matrix.
inline Tensor tensor_of(const Eigen::MatrixXd& m, ScalarType type) {
  Tensor t = empty({m.rows(), m.cols()}, kFloat64);
  Eigen::Map<Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(
      t.data_ptr<double>(), m.rows(), m.cols()) = m;
  return type == kFloat64 ? t : t.to(type);
}

/// Each element the larger of the two in absolute value; `largest` may be empty.
inline Eigen::VectorXd larger_of(const Eigen::VectorXd& largest, const Eigen::VectorXd& x) {
  if (largest.size() == 0) return x.cwiseAbs();
  return largest.cwiseMax(x.cwiseAbs());
}

}  // namespace eigengrad::optim
