#pragma once

#include <Eigen/Core>

namespace hand {

/// f(x) = sum over i of 100 (x[i+1] - x[i]^2)^2 + (1 - x[i])^2, i = 0 .. n-2.
inline double rosenbrock(const Eigen::ArrayXd& x) {
  const Eigen::Index m = x.size() - 1;
  const auto a = x.head(m);
  return (100 * (x.tail(m) - a.square()).square() + (1 - a).square()).sum();
}

/// Fills `gradient`, whose size is x's, and returns the value. One pass.
inline double rosenbrock_gradient(const Eigen::ArrayXd& x, Eigen::ArrayXd& gradient) {
  const Eigen::Index m = x.size() - 1;
  double value = 0;
  double from_left = 0;
  for (Eigen::Index i = 0; i < m; ++i) {
    const double a = x[i];
    const double r = x[i + 1] - a * a;
    const double s = 1 - a;
    value += 100 * r * r + s * s;
    gradient[i] = from_left - 400 * a * r - 2 * s;
    from_left = 200 * r;
  }
  gradient[m] = from_left;
  return value;
}

/// result = H(x) v, H being tridiagonal:
/// H[i][i] = 1200 x[i]^2 - 400 x[i+1] + 2 (i < n-1) + 200 (i > 0), H[i][i+1] = -400 x[i].
inline void rosenbrock_hvp(const Eigen::ArrayXd& x, const Eigen::ArrayXd& v,
                           Eigen::ArrayXd& result) {
  const Eigen::Index m = x.size() - 1;
  result[0] = 0;
  result.tail(m) = 200 * v.tail(m);
  result.head(m) +=
      (1200 * x.head(m).square() - 400 * x.tail(m) + 2) * v.head(m) - 400 * x.head(m) * v.tail(m);
  result.tail(m) -= 400 * x.head(m) * v.head(m);
}

inline void rosenbrock_hessian(const Eigen::ArrayXd& x, Eigen::MatrixXd& h) {
  const Eigen::Index m = x.size() - 1;
  h.setZero(m + 1, m + 1);
  for (Eigen::Index i = 0; i < m; ++i) {
    h(i, i) += 1200 * x[i] * x[i] - 400 * x[i + 1] + 2;
    h(i + 1, i + 1) = 200;
    h(i, i + 1) = h(i + 1, i) = -400 * x[i];
  }
}

}  // namespace hand
