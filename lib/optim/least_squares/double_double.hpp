#pragma once

#include <cmath>
#include <cstdint>

namespace eigengrad::optim::fit {

/// An unevaluated sum hi + lo with |lo| at most half a unit in the last place of hi: some 106 bits.
/// Source: Dekker (1971); Ogita, Rump and Oishi, Accurate sum and dot product (2005).
struct DoubleDouble {
  double hi = 0;
  double lo = 0;

  /// Adds a b. TwoProduct by a fused multiply-add, then TwoSum.
  void add_product(double a, double b) noexcept {
    const double product = a * b;
    const double product_error = std::fma(a, b, -product);
    const double sum = hi + product;
    const double part = sum - hi;
    lo += ((hi - (sum - part)) + (product - part)) + product_error;
    hi = sum;
  }
  double value() const noexcept { return hi + lo; }
};

/// a . b as if computed in twice the precision and rounded once.
inline double accurate_dot(const double* a, const double* b, std::int64_t n) noexcept {
  DoubleDouble sum;
  for (std::int64_t i = 0; i < n; ++i) sum.add_product(a[i], b[i]);
  return sum.value();
}

}  // namespace eigengrad::optim::fit
