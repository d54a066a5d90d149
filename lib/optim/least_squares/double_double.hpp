#pragma once

#include <cmath>
#include <cstdint>

namespace eigengrad::optim::fit {

/// An unevaluated sum hi + lo, where lo holds the rounding errors of hi: some 106 bits.
/// Source: Dekker (1971); Ogita, Rump and Oishi, Accurate sum and dot product (2005).
struct DoubleDouble {
  double hi = 0;
  double lo = 0;

  /// Adds the product of a and b.
  void add_product(double a, double b) noexcept;
  double value() const noexcept { return hi + lo; }
};

/// a + b exactly: the rounded sum and its error (TwoSum).
inline DoubleDouble two_sum(double a, double b) noexcept {
  const double sum = a + b;
  const double part = sum - a;
  return {sum, (a - (sum - part)) + (b - part)};
}

/// a b exactly: the rounded product and its error, by a fused multiply-add (TwoProduct).
inline DoubleDouble two_product(double a, double b) noexcept {
  const double product = a * b;
  return {product, std::fma(a, b, -product)};
}

inline void DoubleDouble::add_product(double a, double b) noexcept {
  const DoubleDouble product = two_product(a, b);
  const DoubleDouble sum = two_sum(hi, product.hi);
  lo += sum.lo + product.lo;
  hi = sum.hi;
}

/// a . b as if computed in twice the precision and rounded once.
inline double accurate_dot(const double* a, const double* b, std::int64_t n) noexcept {
  DoubleDouble sum;
  for (std::int64_t i = 0; i < n; ++i) sum.add_product(a[i], b[i]);
  return sum.value();
}

}  // namespace eigengrad::optim::fit
