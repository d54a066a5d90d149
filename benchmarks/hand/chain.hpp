#pragma once

#include <Eigen/Core>
#include <cstdint>

namespace hand {

/// y after n alternating steps y * c and y + d from x, n even. One element leaves Eigen nothing to
/// add to a double.
inline double chain(double x, double c, double d, std::int64_t n) {
  double y = x;
  for (std::int64_t i = 0; i < n; i += 2) y = y * c + d;
  return y;
}

struct ChainGradient {
  double value;
  double x, c, d;
};

/// `factors` keeps what each product was taken of and is reused from call to call.
inline ChainGradient chain_gradient(double x, double c, double d, std::int64_t n,
                                    Eigen::ArrayXd& factors) {
  factors.resize(n / 2);
  double y = x;
  for (std::int64_t i = 0; i < n / 2; ++i) {
    factors[i] = y;
    y = y * c + d;
  }
  ChainGradient r{y, 1, 0, 0};
  for (std::int64_t i = n / 2 - 1; i >= 0; --i) {
    r.d += r.x;
    r.c += r.x * factors[i];
    r.x *= c;
  }
  return r;
}

/// d2y/dx2 of the chain whose c and d are x as well: value, slope and curvature go along together.
inline double chain_second(double x, std::int64_t n) {
  double y = x;
  double slope = 1;
  double curvature = 0;
  for (std::int64_t i = 0; i < n; i += 2) {
    curvature = curvature * x + 2 * slope;
    slope = slope * x + y + 1;
    y = y * x + x;
  }
  return curvature;
}

}  // namespace hand
