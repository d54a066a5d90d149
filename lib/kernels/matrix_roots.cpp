#include <Eigen/Eigenvalues>
#include <cmath>
#include <complex>
#include <limits>

#include "core/dispatch.hpp"
#include "kernels/matrix_functions.hpp"

namespace eigengrad::kernels {
namespace {

template <class T>
using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;
template <class T>
using Complex = Matrix<std::complex<T>>;

/// The principal square root of an upper triangular matrix; false where there is none, or none that
/// is determined.
/// Source: Bjorck and Hammarling, A Schur method for the square root of a matrix (1983).
template <class T>
bool square_root(const Complex<T>& t, Complex<T>& r) {
  const Eigen::Index n = t.rows();
  r.setZero(n, n);
  for (Eigen::Index j = 0; j < n; ++j) {
    r(j, j) = std::sqrt(t(j, j));
    for (Eigen::Index i = j; i-- > 0;) {
      std::complex<T> rest = t(i, j);
      for (Eigen::Index k = i + 1; k < j; ++k) rest -= r(i, k) * r(k, j);
      const std::complex<T> sum = r(i, i) + r(j, j);
      if (sum != std::complex<T>(0))
        r(i, j) = rest / sum;
      else if (rest != std::complex<T>(0))
        return false;
    }
  }
  return true;
}

/// exp(z) - 1 without cancellation.
template <class T>
std::complex<T> expm1(const std::complex<T>& z) {
  const T s = std::sin(z.imag() / 2);
  return {std::expm1(z.real()) * std::cos(z.imag()) - 2 * s * s,
          std::exp(z.real()) * std::sin(z.imag())};
}

/// The principal logarithm of an upper triangular matrix without zeros on its diagonal: square roots
/// until it is near 1, then the Pade approximant of degree 7 to log(1 + x) in partial fractions, whose
/// poles and weights are those of Gauss and Legendre's quadrature of x / (1 + x s) over [0, 1].
/// Source: Higham, Functions of Matrices (2008), algorithm 11.9; diagonals as in Al-Mohy and Higham,
/// Improved inverse scaling and squaring algorithms for the matrix logarithm (2012), section 2.
template <class T>
bool logarithm(Complex<T> t, Complex<T>& y) {
  constexpr T kRadius = T(0.264);
  constexpr T kNodes[] = {T(0), T(0.405845151377397166906606412076961L),
                          T(0.741531185599394439863864773280788L),
                          T(0.949107912342758524526189684047851L)};
  constexpr T kWeights[] = {
      T(0.417959183673469387755102040816327L), T(0.381830050505118944950369775488975L),
      T(0.279705391489276667901467771423780L), T(0.129484966168869693270611432679082L)};
  const Eigen::Index n = t.rows();
  const Eigen::VectorX<std::complex<T>> logs = t.diagonal().array().log();
  Complex<T> root;
  int roots = 0;
  const auto distance = [&] {
    return (t - Complex<T>::Identity(n, n)).cwiseAbs().colwise().sum().maxCoeff();
  };
  for (; distance() > kRadius; ++roots) {
    if (roots == 128 || !square_root(t, root)) return false;
    t.swap(root);
  }
  const T scale = std::ldexp(T(1), roots);
  for (Eigen::Index i = 0; i < n; ++i) t(i, i) = expm1(std::complex<T>(logs(i) / scale));
  const Complex<T> x = t;
  y.setZero(n, n);
  const auto add = [&](T node, T weight) {
    root = (T(1) + node) / 2 * x;
    root.diagonal().array() += T(1);
    y += weight / 2 * root.template triangularView<Eigen::Upper>().solve(x);
  };
  add(kNodes[0], kWeights[0]);
  for (int k = 1; k < 4; ++k) {
    add(kNodes[k], kWeights[k]);
    add(-kNodes[k], kWeights[k]);
  }
  y *= scale;
  y.diagonal() = logs;
  return true;
}

/// f of the triangular factor of a = q t q^H, as a real matrix.
template <class T, class F>
Breakdown of_triangle(const Tensor& a, const Tensor& y, F f) {
  const std::int64_t n = a.sizes().back();
  return decompose_each<T>(a, [&] {
    return [&, n, schur = Eigen::ComplexSchur<Matrix<T>>(n), result = Complex<T>()](
               std::int64_t i, const T* data) mutable {
      schur.compute(Eigen::Map<const Matrix<T>>(data, n, n));
      if (schur.info() != Eigen::Success) return Outcome::NoConvergence;
      const Complex<T> t = schur.matrixT().template triangularView<Eigen::Upper>();
      if (!f(t, result)) return Outcome::NotReal;
      result = schur.matrixU() * result * schur.matrixU().adjoint();
      // Of conjugate eigenvalues rounding leaves this much, and of zeros that rounding made negative
      // their square roots.
      const T rounding = 16 * std::sqrt(std::numeric_limits<T>::epsilon());
      const T real = result.real().cwiseAbs().maxCoeff(),
              rest = result.imag().cwiseAbs().maxCoeff();
      if (!(rest <= rounding * real) && rest != T(0)) return Outcome::NotReal;
      Eigen::Map<Matrix<T>>(matrix_of<T>(y, i), n, n) = result.real();
      return Outcome::Good;
    };
  });
}

template <class T>
bool on_negative_axis(const Complex<T>& t) {
  const T scale = t.cwiseAbs().maxCoeff() * std::numeric_limits<T>::epsilon();
  return ((t.diagonal().array().real() <= T(0)) && (t.diagonal().array().imag().abs() <= scale))
      .any();
}

}  // namespace

Breakdown matrix_sqrt(const Tensor& a, const Tensor& y) {
  if (a.numel() == 0) return {};
  return detail::dispatch_floating("sqrtm", a.dtype(), [&]<class T>(std::type_identity<T>) {
    return of_triangle<T>(a, y, square_root<T>);
  });
}

Breakdown matrix_log(const Tensor& a, const Tensor& y) {
  if (a.numel() == 0) return {};
  return detail::dispatch_floating("logm", a.dtype(), [&]<class T>(std::type_identity<T>) {
    return of_triangle<T>(a, y, [](const Complex<T>& t, Complex<T>& result) {
      return !on_negative_axis<T>(t) && logarithm<T>(t, result);
    });
  });
}

}  // namespace eigengrad::kernels
