#pragma once

#include <Eigen/Dense>

namespace hand {

template <class T>
using RowMatrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
template <class T>
using Vector = Eigen::Matrix<T, Eigen::Dynamic, 1>;

/// Mean of the squares of X w - y, and its gradient.
template <class T>
T linear_regression(const Eigen::Map<const RowMatrix<T>>& x, const Eigen::Map<const Vector<T>>& y,
                    const Vector<T>& w, Vector<T>& gradient) {
  const T scale = T(1) / static_cast<T>(x.rows());
  Vector<T> residual = -y;
  residual.noalias() += x * w;
  gradient.noalias() = x.transpose() * residual;
  gradient *= 2 * scale;
  return residual.squaredNorm() * scale;
}

/// Mean of log(1 + exp(z)) - y z for z = X w, and its derivatives, from one exponential and one
/// logarithm of an element.
class LogisticRegression {
 public:
  LogisticRegression(const Eigen::Map<const RowMatrix<double>>& x,
                     const Eigen::Map<const Vector<double>>& y)
      : x_(x), y_(y), weighted_(x.rows(), x.cols()) {}

  double value_and_gradient(const Vector<double>& w, Vector<double>& gradient) {
    const double scale = 1 / static_cast<double>(x_.rows());
    z_.noalias() = x_ * w;
    e_ = (-z_.array().abs()).exp();
    probability_ = (z_.array() < 0).select(e_, 1.0) / (1 + e_);
    const double value =
        (z_.array().max(0.0) - y_.array() * z_.array() + (1 + e_).log()).sum() * scale;
    residual_ = (probability_ - y_.array()).matrix() * scale;
    gradient.noalias() = x_.transpose() * residual_;
    return value;
  }

  /// The step H^-1 g of Newton's method, with the Hessian X^T diag(p (1 - p)) X / N.
  const Vector<double>& newton_step(const Vector<double>& w) {
    value_and_gradient(w, step_);
    const auto weights = probability_ * (1 - probability_) / static_cast<double>(x_.rows());
    const Eigen::Index d = x_.cols();
    weighted_ = x_.array().colwise() * weights;
    hessian_.setZero(d, d);
    hessian_.triangularView<Eigen::Lower>() += x_.transpose() * weighted_;
    cholesky_.compute(hessian_);
    cholesky_.solveInPlace(step_);
    return step_;
  }

 private:
  Eigen::Map<const RowMatrix<double>> x_;
  Eigen::Map<const Vector<double>> y_;
  Vector<double> z_, residual_, step_;
  Eigen::ArrayXd e_, probability_;
  RowMatrix<double> weighted_;
  Eigen::MatrixXd hessian_;
  Eigen::LLT<Eigen::MatrixXd, Eigen::Lower> cholesky_;
};

}  // namespace hand
