#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

namespace eigengrad::kernels {

/// A polynomial in two infinitesimals e and d, cut off behind e^n d^m: the value of an expression in
/// a + e and b + d, with all mixed derivatives up to order (n, m) in its coefficients.
class Taylor {
 public:
  Taylor(int n, int m, double value = 0)
      : n_(n), m_(m), c_(static_cast<std::size_t>((n + 1) * (m + 1))) {
    c_[0] = value;
  }
  /// value + in_e e + in_d d.
  Taylor(int n, int m, double value, double in_e, double in_d = 0) : Taylor(n, m, value) {
    if (n > 0) (*this)(1, 0) = in_e;
    if (m > 0) (*this)(0, 1) = in_d;
  }

  int n() const noexcept { return n_; }
  int m() const noexcept { return m_; }
  double& operator()(int i, int j) { return c_[static_cast<std::size_t>(i * (m_ + 1) + j)]; }
  double operator()(int i, int j) const { return c_[static_cast<std::size_t>(i * (m_ + 1) + j)]; }
  /// The mixed derivative of order (i, j).
  double derivative(int i, int j) const {
    return (*this)(i, j) * std::tgamma(i + 1.0) * std::tgamma(j + 1.0);
  }

  friend Taylor operator+(double a, Taylor b) {
    b.c_[0] += a;
    return b;
  }
  friend Taylor operator+(Taylor a, const Taylor& b) {
    for (std::size_t i = 0; i < a.c_.size(); ++i) a.c_[i] += b.c_[i];
    return a;
  }
  friend Taylor operator*(double a, Taylor b) {
    for (double& v : b.c_) v *= a;
    return b;
  }
  friend Taylor operator*(const Taylor& a, const Taylor& b) {
    Taylor r(a.n_, a.m_);
    for (int i = 0; i <= a.n_; ++i)
      for (int j = 0; j <= a.m_; ++j) r(i, j) = convolve(a, b, i, j, 0);
    return r;
  }
  friend Taylor operator/(const Taylor& a, const Taylor& b) {
    Taylor r(a.n_, a.m_);
    for (int i = 0; i <= a.n_; ++i)
      for (int j = 0; j <= a.m_; ++j) r(i, j) = (a(i, j) - convolve(r, b, i, j, 1)) / b(0, 0);
    return r;
  }

  /// exp(f), given the exponential of its value: from E' = f' E.
  friend Taylor exp(const Taylor& f, double of_value) {
    Taylor r(f.n_, f.m_, of_value);
    for (int j = 1; j <= f.m_; ++j) {
      for (int l = 1; l <= j; ++l) r(0, j) += l * f(0, l) * r(0, j - l);
      r(0, j) /= j;
    }
    for (int i = 1; i <= f.n_; ++i)
      for (int j = 0; j <= f.m_; ++j) {
        for (int k = 1; k <= i; ++k)
          for (int l = 0; l <= j; ++l) r(i, j) += k * f(k, l) * r(i - k, j - l);
        r(i, j) /= i;
      }
    return r;
  }

  /// Whether no coefficient differs from that of `o` by more than `tolerance` of it.
  bool close_to(const Taylor& o, double tolerance) const {
    for (std::size_t i = 0; i < c_.size(); ++i)
      if (!(std::abs(c_[i] - o.c_[i]) <= tolerance * std::abs(c_[i]))) return false;
    return true;
  }

 private:
  /// Coefficient (i, j) of a b, without the terms in b(0, 0) when `skip` is 1.
  static double convolve(const Taylor& a, const Taylor& b, int i, int j, int skip) {
    double sum = 0;
    for (int k = 0; k <= i; ++k)
      for (int l = 0; l <= j; ++l)
        if (skip == 0 || k < i || l < j) sum += a(k, l) * b(i - k, j - l);
    return sum;
  }

  int n_;
  int m_;
  std::vector<double> c_;
};

/// 1 / (b(0) + a(1) / (b(1) + a(2) / (b(2) + ...))) by the modified method of Lentz (Numerical
/// Recipes, 5.2).
template <class A, class B>
Taylor continued_fraction(A a, B b) {
  Taylor f = b(0), c = f, d(f.n(), f.m());
  const Taylor one(f.n(), f.m(), 1);
  constexpr int kMost = 1000000;
  for (int i = 1; i < kMost; ++i) {
    const Taylor an = a(i), bn = b(i);
    c = bn + an / c;
    d = one / (bn + an * d);
    const Taylor before = f;
    f = f * (c * d);
    if (f.close_to(before, 4e-16) || !std::isfinite(f(0, 0))) break;
  }
  return one / f;
}

}  // namespace eigengrad::kernels
