#include "kernels/special/polynomials.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

#include "kernels/base/math.hpp"

namespace eigengrad::kernels {
namespace {

struct Recurrence {
  double a, b, c, d;
};

/// DLMF 18.9.1, table 18.9.1, at m >= 1; at 0 the coefficients of p_1.
Recurrence recurrence(PolynomialKind kind, double m) {
  const bool first = m == 0;
  switch (kind) {
    case PolynomialKind::ChebyshevT:
      return {first ? 1.0 : 2.0, 0, 1, 1};
    case PolynomialKind::ChebyshevU:
      return {2, 0, 1, 1};
    case PolynomialKind::ChebyshevV:
      return {2, first ? -1.0 : 0.0, 1, 1};
    case PolynomialKind::ChebyshevW:
      return {2, first ? 1.0 : 0.0, 1, 1};
    case PolynomialKind::HermiteH:
      return {2, 0, 2 * m, 1};
    case PolynomialKind::HermiteHe:
      return {1, 0, m, 1};
    case PolynomialKind::LaguerreL:
      return {-1, 2 * m + 1, m, m + 1};
    case PolynomialKind::LegendreP:
      return {2 * m + 1, 0, m, m + 1};
  }
  return {};
}

/// p[i] becomes derivative i of p_(m+1), from p_m in p and p_(m-1) in q, which becomes p_m:
///   d p_(m+1)^(i) = (a x + b) p_m^(i) + i a p_m^(i-1) - c p_(m-1)^(i).
/// Once p_m is infinite, the last term, of opposite sign, stays smaller for all larger m and is left out.
template <class T>
void step(const Recurrence& r, Pack<T> x, int k, Pack<T>* p, Pack<T>* q) {
  const Pack<T> inf(std::numeric_limits<T>::infinity()), zero(0);
  const Pack<T> line = r.b == 0 ? x * Pack<T>(r.a) : x * Pack<T>(r.a) + Pack<T>(r.b);
  for (int i = k; i >= 0; --i) {
    const Pack<T> older = select(math::abs(p[i]) < inf, q[i] * Pack<T>(r.c), zero);
    Pack<T> next = select(p[i] == zero, zero, line * p[i]) - older;
    if (i > 0) next = next + p[i - 1] * Pack<T>(i * r.a);
    q[i] = p[i];
    p[i] = r.d == 1 ? next : next / Pack<T>(r.d);
  }
}

}  // namespace

template <std::floating_point T>
Pack<T> polynomial(PolynomialKind kind, int k, Pack<T> x, Pack<T> n) {
  constexpr int kFew = 4;
  std::array<Pack<T>, 2 * kFew> few;
  std::vector<Pack<T>> many(k < kFew ? 0 : 2 * (static_cast<std::size_t>(k) + 1));
  Pack<T>* const p = k < kFew ? few.data() : many.data();
  Pack<T>* const q = p + k + 1;
  std::fill(p, q + k + 1, Pack<T>(0));
  p[0] = Pack<T>(1);

  const Pack<T> degree = math::trunc(n);
  T degrees[static_cast<std::size_t>(Pack<T>::size)];
  degree.store(degrees);
  T last = -1;
  const T limit = static_cast<T>(kLargestDegree);
  for (const T e : degrees)
    if (e <= limit) last = std::max(last, e);
  // NaN for a degree that is NaN or too large.
  const Pack<T> nan(std::numeric_limits<T>::quiet_NaN());
  Pack<T> y = select(degree <= Pack<T>(limit), Pack<T>(0), nan);
  for (T m = 0; m <= last; ++m) {
    y = select(degree == Pack<T>(m), p[k], y);
    step(recurrence(kind, static_cast<double>(m)), x, k, p, q);
  }
  return y;
}

template Pack<float> polynomial(PolynomialKind, int, Pack<float>, Pack<float>);
template Pack<double> polynomial(PolynomialKind, int, Pack<double>, Pack<double>);

}  // namespace eigengrad::kernels
