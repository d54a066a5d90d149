#include "kernels/linalg/roots.hpp"

#include <Eigen/Core>
#include <cmath>
#include <complex>
#include <limits>

#include "core/dispatch.hpp"
#include "kernels/linalg/decompose.hpp"
#include "kernels/linalg/general_eigen.hpp"

namespace eigengrad::kernels {
namespace {

using Complex = Eigen::MatrixXcd;

/// The principal square root of an upper triangular matrix; false where there is none, or none that
/// is determined.
/// Source: Bjorck and Hammarling, A Schur method for the square root of a matrix (1983).
bool square_root(const Complex& t, Complex& r) {
  const Eigen::Index n = t.rows();
  r.setZero(n, n);
  for (Eigen::Index j = 0; j < n; ++j) {
    r(j, j) = std::sqrt(t(j, j));
    for (Eigen::Index i = j; i-- > 0;) {
      std::complex<double> rest = t(i, j);
      for (Eigen::Index k = i + 1; k < j; ++k) rest -= r(i, k) * r(k, j);
      const std::complex<double> sum = r(i, i) + r(j, j);
      if (sum != std::complex<double>(0))
        r(i, j) = rest / sum;
      else if (rest != std::complex<double>(0))
        return false;
    }
  }
  return true;
}

/// exp(z) - 1 without cancellation.
std::complex<double> expm1(const std::complex<double>& z) {
  const double s = std::sin(z.imag() / 2);
  return {std::expm1(z.real()) * std::cos(z.imag()) - 2 * s * s,
          std::exp(z.real()) * std::sin(z.imag())};
}

/// How often t is nested in the form [t' e; 0 t'], the form whose function has a derivative above the
/// diagonal.
int derivatives_in(const Complex& t) {
  int count = 0;
  for (Eigen::Index n = t.rows(); n % 2 == 0 && n > 0; n /= 2, ++count)
    if (t.topLeftCorner(n / 2, n / 2) != t.block(n / 2, n / 2, n / 2, n / 2)) break;
  return count;
}

/// The principal logarithm of an upper triangular matrix without zeros on its diagonal: square roots
/// until it is near 1, then the Pade approximant of degree 7 to log(1 + x) in partial fractions, whose
/// poles and weights are those of Gauss and Legendre's quadrature of x / (1 + x s) over [0, 1].
/// Source: Higham, Functions of Matrices (2008), algorithm 11.9; diagonals as in Al-Mohy and Higham,
/// Improved inverse scaling and squaring algorithms for the matrix logarithm (2012), section 2.
bool logarithm(Complex t, Complex& y) {
  constexpr int kModerate = 32;
  constexpr double kNodes[] = {0, 0.405845151377397166, 0.741531185599394439, 0.949107912342758524};
  constexpr double kWeights[] = {0.417959183673469387, 0.381830050505118944, 0.279705391489276667,
                                 0.129484966168869693};
  const Eigen::Index n = t.rows();
  const Eigen::VectorX<std::complex<double>> known = t.diagonal().array().log();
  // log(2^e t) = log(t) + e log(2) I, so scaling changes the diagonal of the logarithm only.
  if (const int e = std::ilogb(t.cwiseAbs().maxCoeff()); std::abs(e) > kModerate)
    t *= power_of_two<double>(-e);
  const Eigen::VectorX<std::complex<double>> logs = t.diagonal().array().log();
  // The radius for degree 7; the remainder counts for more with every derivative.
  const double radius = std::ldexp(0.264, -derivatives_in(t));
  Complex root;
  int roots = 0;
  const auto distance = [&] {
    return (t - Complex::Identity(n, n)).cwiseAbs().colwise().sum().maxCoeff();
  };
  for (; distance() > radius; ++roots) {
    if (roots == 128 || !square_root(t, root)) return false;
    t.swap(root);
  }
  const double scale = std::ldexp(1.0, roots);
  for (Eigen::Index i = 0; i < n; ++i) t(i, i) = expm1(std::complex<double>(logs(i) / scale));
  const Complex x = t;
  y.setZero(n, n);
  const auto add = [&](double node, double weight) {
    root = (1 + node) / 2 * x;
    root.diagonal().array() += 1;
    y += weight / 2 * root.triangularView<Eigen::Upper>().solve(x);
  };
  add(kNodes[0], kWeights[0]);
  for (int k = 1; k < 4; ++k) {
    add(kNodes[k], kWeights[k]);
    add(-kNodes[k], kWeights[k]);
  }
  y *= scale;
  y.diagonal() = known;
  return true;
}

/// complex_schur() that keeps zeros: of [a e; 0 a] it is that of a twice, with u^H e u above the diagonal, so
/// that what it rounds of e is relative to e.
bool structured_schur(const Eigen::MatrixXd& a, Complex& t, Complex& u) {
  const Eigen::Index n = a.rows(), half = n / 2;
  const bool is_twice = n % 2 == 0 && a.bottomLeftCorner(half, half).isZero(0) &&
                        a.topLeftCorner(half, half) == a.bottomRightCorner(half, half);
  if (!is_twice) return complex_schur(a, t, u);
  Complex part, basis;
  if (!structured_schur(a.topLeftCorner(half, half), part, basis)) return false;
  t.setZero(n, n);
  u.setZero(n, n);
  t.topRightCorner(half, half) = change_of_basis(
      basis.adjoint(), a.topRightCorner(half, half).cast<std::complex<double>>(), basis.adjoint());
  for (const Eigen::Index i : {Eigen::Index(0), half}) {
    t.block(i, i, half, half) = part;
    u.block(i, i, half, half) = basis;
  }
  return true;
}

/// y := q f(t) q^H, the function f of a = q t q^H (Schur form); NotReal unless that is real but for rounding.
template <class T, class F>
Breakdown function_by_schur(const Tensor& a, const Tensor& y, F f) {
  const std::int64_t n = a.sizes().back();
  return decompose_each<T>(a, [&] {
    return [&, n, t = Complex(), u = Complex(), result = Complex()](std::int64_t i,
                                                                    const T* data) mutable {
      if (!structured_schur(in_double<Eigen::RowMajor>(data, n, n), t, u))
        return Outcome::NoConvergence;
      constexpr double epsilon = std::numeric_limits<T>::epsilon();
      if (!f(t, epsilon, result)) return Outcome::NotReal;
      result = change_of_basis(u, result, u);
      // Of conjugate eigenvalues rounding leaves this much, and of zeros that rounding made negative
      // their square roots.
      const double rounding = 16 * std::sqrt(epsilon);
      const double real = result.real().cwiseAbs().maxCoeff(),
                   rest = result.imag().cwiseAbs().maxCoeff();
      if (!(rest <= rounding * real) && rest != 0) return Outcome::NotReal;
      using Stored = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
      Eigen::Map<Stored>(matrix_of<T>(y, i), n, n) = result.real().cast<T>();
      return Outcome::Good;
    };
  });
}

bool on_negative_axis(const Complex& t, double epsilon) {
  const double scale = t.cwiseAbs().maxCoeff() * epsilon;
  return ((t.diagonal().array().real() <= 0) && (t.diagonal().array().imag().abs() <= scale)).any();
}

template <class F>
Breakdown function_by_schur(const char* op, const Tensor& a, const Tensor& y, F f) {
  if (a.numel() == 0) return {};
  return detail::dispatch_floating(
      op, a.dtype(), [&]<class T>(std::type_identity<T>) { return function_by_schur<T>(a, y, f); });
}

}  // namespace

Breakdown matrix_sqrt(const Tensor& a, const Tensor& y) {
  return function_by_schur("sqrtm", a, y, [](const Complex& t, double, Complex& result) {
    return square_root(t, result);
  });
}

Breakdown matrix_log(const Tensor& a, const Tensor& y) {
  return function_by_schur("logm", a, y, [](const Complex& t, double epsilon, Complex& result) {
    return !on_negative_axis(t, epsilon) && logarithm(t, result);
  });
}

}  // namespace eigengrad::kernels
