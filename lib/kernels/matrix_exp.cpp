#include "kernels/matrix_functions.hpp"

#include <Eigen/LU>
#include <array>
#include <cmath>
#include <limits>

#include "core/dispatch.hpp"

namespace eigengrad::kernels {
namespace {

template <class T>
using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;

/// Numerators of the diagonal Pade approximants to exp, by ascending powers; denominators alternate
/// the signs.
constexpr std::array<double, 4> kPade3{120, 60, 12, 1};
constexpr std::array<double, 6> kPade5{30240, 15120, 3360, 420, 30, 1};
constexpr std::array<double, 8> kPade7{17297280, 8648640, 1995840, 277200, 25200, 1512, 56, 1};
constexpr std::array<double, 10> kPade9{17643225600, 8821612800, 2075673600, 302702400, 30270240,
                                        2162160,     110880,     3960,       90,        1};
constexpr std::array<double, 14> kPade13{64764752532480000,
                                         32382376266240000,
                                         7771770303897600,
                                         1187353796428800,
                                         129060195264000,
                                         10559470521600,
                                         670442572800,
                                         33522128640,
                                         1323241920,
                                         40840800,
                                         960960,
                                         16380,
                                         182,
                                         1};

/// The largest norms for which the approximants of degree 3, 5, 7, 9, 13 have a backward error below
/// the unit roundoff, and so has, for the second list, their derivative.
/// Source: Higham (2005), table 2.3; Al-Mohy and Higham (2009), table 6.1.
constexpr double kValue[] = {1.495585217958292e-2, 2.539398330063230e-1, 9.504178996162932e-1,
                             2.097847961257068, 5.371920351148152};
constexpr double kDerivative[] = {1.08e-2, 2.00e-1, 7.83e-1, 1.78, 4.74};
/// For float: degrees 3, 5, 7.
constexpr double kSingle[] = {4.258730016922831e-1, 1.880152677804762, 3.925724783138660};

/// exp(a) by a Pade approximant r = (v - u)^-1 (v + u) of a scaled, squared again; beside it the
/// derivative in the direction e, from the same polynomials differentiated.
/// Source: Higham, The scaling and squaring method for the matrix exponential revisited (2005);
/// Al-Mohy and Higham, Computing the Frechet derivative of the matrix exponential (2009), 6.4.
template <class T>
class Exponential {
 public:
  /// `e` may be null, and is scaled; so is a.
  void compute(Matrix<T>& a, Matrix<T>* e) {
    const auto norm = static_cast<double>(a.cwiseAbs().colwise().sum().maxCoeff());
    if (!std::isfinite(norm)) {
      r = Matrix<T>::Constant(a.rows(), a.cols(), std::numeric_limits<T>::quiet_NaN());
      l = r;
      return;
    }
    const bool derivative = e != nullptr;
    const double* const bounds = derivative ? kDerivative : sizeof(T) == 4 ? kSingle : kValue;
    const int degrees = !derivative && sizeof(T) == 4 ? 3 : 5;
    int degree = 0;
    while (degree < degrees && norm > bounds[degree]) ++degree;
    int squarings = 0;
    if (degree == degrees) {
      std::frexp(norm / bounds[--degree], &squarings);
      const auto scale = static_cast<T>(std::ldexp(1.0, -squarings));
      a *= scale;
      if (derivative) *e *= scale;
    }
    powers(a, e, degree);
    switch (degree) {
      case 0:
        low_degree(a, e, kPade3);
        break;
      case 1:
        low_degree(a, e, kPade5);
        break;
      case 2:
        low_degree(a, e, kPade7);
        break;
      case 3:
        low_degree(a, e, kPade9);
        break;
      default:
        degree_13(a, e);
    }
    divide(derivative);
    for (; squarings > 0; --squarings) {
      if (derivative) {
        work_.noalias() = r * l;
        work_.noalias() += l * r;
        l.swap(work_);
      }
      work_.noalias() = r * r;
      r.swap(work_);
    }
  }

  /// The results.
  Matrix<T> r, l;

 private:
  /// even_[k] = a^(2k + 2), and its derivative.
  void powers(const Matrix<T>& a, const Matrix<T>* e, int degree) {
    const int count = degree == 4 ? 3 : degree + 1;
    even_[0].noalias() = a * a;
    for (int k = 1; k < count; ++k) even_[k].noalias() = even_[k - 1] * even_[0];
    if (e == nullptr) return;
    moved_[0].noalias() = a * *e;
    moved_[0].noalias() += *e * a;
    for (int k = 1; k < count; ++k) {
      moved_[k].noalias() = even_[k - 1] * moved_[0];
      moved_[k].noalias() += moved_[k - 1] * even_[0];
    }
  }

  template <std::size_t N>
  void low_degree(const Matrix<T>& a, const Matrix<T>* e, const std::array<double, N>& b) {
    const auto polynomial = [&](Matrix<T>& y, const Matrix<T>* powers, std::size_t first) {
      y = static_cast<T>(b[first + 2]) * powers[0];
      for (std::size_t k = 2; 2 * k + first < N; ++k)
        y += static_cast<T>(b[2 * k + first]) * powers[k - 1];
    };
    polynomial(w_, even_, 1);
    polynomial(v_, even_, 0);
    w_.diagonal().array() += static_cast<T>(b[1]);
    v_.diagonal().array() += static_cast<T>(b[0]);
    u_.noalias() = a * w_;
    if (e == nullptr) return;
    polynomial(work_, moved_, 1);
    polynomial(lv_, moved_, 0);
    lu_.noalias() = a * work_;
    lu_.noalias() += *e * w_;
  }

  void degree_13(const Matrix<T>& a, const Matrix<T>* e) {
    const auto& b = kPade13;
    const auto part = [&](const Matrix<T>* p, std::size_t k) {
      return static_cast<T>(b[k + 4]) * p[2] + static_cast<T>(b[k + 2]) * p[1] +
             static_cast<T>(b[k]) * p[0];
    };
    const Matrix<T> w1 = part(even_, 9), z1 = part(even_, 8);
    w_ = part(even_, 3);
    w_.noalias() += even_[2] * w1;
    w_.diagonal().array() += static_cast<T>(b[1]);
    u_.noalias() = a * w_;
    v_ = part(even_, 2);
    v_.noalias() += even_[2] * z1;
    v_.diagonal().array() += static_cast<T>(b[0]);
    if (e == nullptr) return;
    Matrix<T> high = part(moved_, 9);
    work_ = part(moved_, 3);
    work_.noalias() += even_[2] * high;
    work_.noalias() += moved_[2] * w1;
    lu_.noalias() = a * work_;
    lu_.noalias() += *e * w_;
    high = part(moved_, 8);
    lv_ = part(moved_, 2);
    lv_.noalias() += even_[2] * high;
    lv_.noalias() += moved_[2] * z1;
  }

  void divide(bool derivative) {
    work_ = v_ - u_;
    const Eigen::PartialPivLU<Matrix<T>> denominator(work_);
    r = denominator.solve(v_ + u_);
    if (!derivative) return;
    work_ = lu_ - lv_;
    lu_ += lv_;
    lu_.noalias() += work_ * r;
    l = denominator.solve(lu_);
  }

  Matrix<T> even_[4], moved_[4], w_, u_, v_, lu_, lv_, work_;
};

}  // namespace

void matrix_exp(const Tensor& a, const Tensor& y) {
  const MatrixExtents e(a);
  detail::dispatch_floating("matrix_exp", a.dtype(), [&]<class T>(std::type_identity<T>) {
    Exponential<T> exponential;
    Matrix<T> copy;
    const std::int64_t n = e.rows, size = n * n;
    for (std::int64_t i = 0; i < e.count; ++i) {
      copy = Eigen::Map<const Matrix<T>>(a.impl()->data<T>() + i * size, n, n);
      exponential.compute(copy, nullptr);
      Eigen::Map<Matrix<T>>(y.impl()->data<T>() + i * size, n, n) = exponential.r;
    }
  });
}

void matrix_exp_derivative(const Tensor& a, const Tensor& t, const Tensor& y) {
  const MatrixExtents e(a);
  detail::dispatch_floating("matrix_exp", a.dtype(), [&]<class T>(std::type_identity<T>) {
    Exponential<T> exponential;
    Matrix<T> copy, direction;
    const std::int64_t n = e.rows, size = n * n;
    for (std::int64_t i = 0; i < e.count; ++i) {
      copy = Eigen::Map<const Matrix<T>>(a.impl()->data<T>() + i * size, n, n);
      direction = Eigen::Map<const Matrix<T>>(t.impl()->data<T>() + i * size, n, n);
      exponential.compute(copy, &direction);
      Eigen::Map<Matrix<T>>(y.impl()->data<T>() + i * size, n, n) = exponential.l;
    }
  });
}

}  // namespace eigengrad::kernels
