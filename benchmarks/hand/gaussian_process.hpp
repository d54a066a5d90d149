#pragma once

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <cmath>
#include <vector>

#if defined(EIGENGRAD_USE_BLAS)
extern "C" {
void dpotri_(const char* uplo, const int* n, double* a, const int* lda, int* info);
}
#endif

namespace hand {

/// Logarithms of amplitude, length and noise, or the gradient by them.
struct GpParameters {
  double amplitude, length, noise;
};

struct GpResult {
  double value;
  GpParameters gradient;
};

/// The negative logarithm of the marginal likelihood of a Gaussian process with
/// K_ij = a^2 exp(-d_ij / (2 l^2)) + s^2 [i = j], without its constant, and its gradient. Only lower
/// triangles are computed; memory is kept from call to call.
/// Source: Rasmussen and Williams 2006, equations 2.30 and 5.9.
class GpLikelihood {
 public:
  /// d: squared distances, n x n.
  GpLikelihood(int n, const double* d, const double* y)
      : n_(n), d_(d, n, n), y_(y, n), k_(n, n), inverse_(n, n) {}

  GpResult operator()(const GpParameters& p) {
    const double a2 = std::exp(2 * p.amplitude);
    const double s2 = std::exp(2 * p.noise);
    const double factor = -0.5 * std::exp(-2 * p.length);
    for (int j = 0; j < n_; ++j) {
      const int rows = n_ - j;
      k_.col(j).tail(rows).array() = a2 * (factor * d_.col(j).tail(rows).array()).exp();
    }
    inverse_.triangularView<Eigen::Lower>() = k_;
    inverse_.diagonal().array() += s2;
    Eigen::LLT<Eigen::Ref<Eigen::MatrixXd>> llt(inverse_);
    const double log_det = 2 * inverse_.diagonal().array().log().sum();
    const Eigen::VectorXd x = llt.solve(y_);
    const double value = 0.5 * (y_.dot(x) + log_det);
    invert();
    double by_amplitude = 0;
    double by_length = 0;
    for (int j = 0; j < n_; ++j) {
      const int below = n_ - j - 1;
      // Off the diagonal twice, for both triangles.
      const auto w = inverse_.col(j).tail(below).array() - x[j] * x.tail(below).array();
      const auto k = k_.col(j).tail(below).array();
      by_amplitude += 2 * (w * k).sum() + (inverse_(j, j) - x[j] * x[j]) * k_(j, j);
      by_length += 2 * (w * k * d_.col(j).tail(below).array()).sum();
    }
    const double trace = inverse_.trace() - x.squaredNorm();
    return {value, {by_amplitude, -by_length * factor, trace * s2}};
  }

 private:
  /// The lower triangle of the inverse from the factor.
  void invert() {
#if defined(EIGENGRAD_USE_BLAS)
    int info = 0;
    dpotri_("L", &n_, inverse_.data(), &n_, &info);
#else
    Eigen::MatrixXd half = Eigen::MatrixXd::Identity(n_, n_);
    inverse_.triangularView<Eigen::Lower>().solveInPlace(half);
    inverse_.setZero();
    inverse_.selfadjointView<Eigen::Lower>().rankUpdate(half.transpose());
#endif
  }

  int n_;
  Eigen::Map<const Eigen::MatrixXd> d_;
  Eigen::Map<const Eigen::VectorXd> y_;
  Eigen::MatrixXd k_;
  Eigen::MatrixXd inverse_;
};

}  // namespace hand
