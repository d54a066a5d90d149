#include <Eigen/Eigenvalues>
#include <algorithm>
#include <vector>

#include "core/dispatch.hpp"
#include "kernels/blas.hpp"
#include "kernels/decompose.hpp"

namespace eigengrad::kernels {
namespace {

template <class T>
using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;
template <class T>
using ByRows = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Rows from which LAPACK is faster.
constexpr std::int64_t kLapackRows = 32;

enum class Outcome { Good, Complex, NoConvergence };

template <class T>
class ByEigen {
 public:
  ByEigen(std::int64_t n, bool vectors) : n_(n), vectors_(vectors), solver_(n) {}

  Outcome compute(const T* a, T* values, T* vectors) {
    solver_.compute(Eigen::Map<const ByRows<T>>(a, n_, n_), vectors_);
    if (solver_.info() != Eigen::Success) return Outcome::NoConvergence;
    if ((solver_.eigenvalues().imag().array() != T(0)).any()) return Outcome::Complex;
    Eigen::Map<Eigen::VectorX<T>>(values, n_) = solver_.eigenvalues().real();
    if (vectors_)
      Eigen::Map<Matrix<T>>(vectors, n_, n_) = solver_.pseudoEigenvectors().colwise().normalized();
    return Outcome::Good;
  }

 private:
  std::int64_t n_;
  bool vectors_;
  Eigen::EigenSolver<Matrix<T>> solver_;
};

#ifdef EIGENGRAD_USE_BLAS

template <class T>
class ByLapack {
 public:
  ByLapack(const Blas& blas, std::int64_t n, bool vectors)
      : blas_(blas),
        n_(static_cast<int>(n)),
        vectors_(vectors),
        copy_(static_cast<std::size_t>(n * n)),
        imaginary_(static_cast<std::size_t>(n)) {
    T length = 0;
    call(nullptr, nullptr, &length, -1);
    work_.resize(static_cast<std::size_t>(length));
  }

  Outcome compute(const T* a, T* values, T* vectors) {
    const OneBlasThread scope(blas_);
    Eigen::Map<Matrix<T>>(copy_.data(), n_, n_) = Eigen::Map<const ByRows<T>>(a, n_, n_);
    if (call(values, vectors, work_.data(), static_cast<int>(work_.size())) != 0)
      return Outcome::NoConvergence;
    const bool real =
        std::all_of(imaginary_.begin(), imaginary_.end(), [](T v) { return v == T(0); });
    return real ? Outcome::Good : Outcome::Complex;
  }

 private:
  int call(T* values, T* vectors, T* work, int length) {
    const char none = 'N', job = vectors_ ? 'V' : 'N';
    T unused = 0;
    const int one = 1;
    int info = 0;
    blas_.of<T>().geev(&none, &job, &n_, copy_.data(), &n_, values, imaginary_.data(), &unused,
                       &one, vectors, &n_, work, &length, &info);
    return info;
  }
  const Blas& blas_;
  int n_;
  bool vectors_;
  std::vector<T> copy_, imaginary_, work_;
};

#endif

template <class T, class Solver>
Breakdown solve(Solver&& solver, const Tensor& a, const Tensor& values, const Tensor& vectors) {
  const MatrixExtents e(a);
  const std::int64_t size = e.rows * e.rows;
  for (std::int64_t i = 0; i < e.count; ++i) {
    const T* const from = a.impl()->data<T>() + i * size;
    if (!all_finite(from, size)) return {i, false};
    T* const to = vectors.defined() ? vectors.impl()->data<T>() + i * size : nullptr;
    const Outcome y = solver.compute(from, values.impl()->data<T>() + i * e.rows, to);
    if (y != Outcome::Good) return {i, true, y == Outcome::NoConvergence};
  }
  return {};
}

}  // namespace

Breakdown general_eigen(const Tensor& a, const Tensor& values, const Tensor& vectors) {
  const MatrixExtents e(a);
  if (e.count == 0) return {};
  return detail::dispatch_floating(
      "linalg_eig", a.dtype(), [&]<class T>(std::type_identity<T>) -> Breakdown {
#ifdef EIGENGRAD_USE_BLAS
        if (const Blas* blas = e.rows >= kLapackRows ? usable_blas() : nullptr;
            blas != nullptr && blas->of<T>().geev != nullptr)
          return solve<T>(ByLapack<T>(*blas, e.rows, vectors.defined()), a, values, vectors);
#endif
        return solve<T>(ByEigen<T>(e.rows, vectors.defined()), a, values, vectors);
      });
}

}  // namespace eigengrad::kernels
