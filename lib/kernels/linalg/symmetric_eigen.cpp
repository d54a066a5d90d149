#include "kernels/linalg/symmetric_eigen.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <vector>

#include "core/dispatch.hpp"
#include "kernels/linalg/blas.hpp"
#include "kernels/linalg/decompose.hpp"

namespace eigengrad::kernels {
namespace {

/// Rows of `a` are read as columns, so its upper triangle is the lower one for the solvers. In double
/// also for float32: Note [Decompositions].
template <class T>
class ByEigen {
 public:
  ByEigen(std::int64_t n, bool vectors)
      : n_(n),
        options_(vectors ? Eigen::ComputeEigenvectors : Eigen::EigenvaluesOnly),
        solver_(n) {}

  bool compute(const T* a, bool upper, T* values, T* vectors) {
    using Matrix = Eigen::MatrixX<T>;
    const Eigen::Map<const Matrix> transposed(a, n_, n_);
    if (upper)
      matrix_ = transposed.template cast<double>();
    else
      matrix_ = transposed.transpose().template cast<double>();
    solver_.compute(matrix_, options_);
    if (solver_.info() != Eigen::Success) return false;
    Eigen::Map<Eigen::VectorX<T>>(values, n_) = solver_.eigenvalues().template cast<T>();
    if (vectors != nullptr)
      Eigen::Map<Matrix>(vectors, n_, n_) = solver_.eigenvectors().template cast<T>();
    return true;
  }

 private:
  std::int64_t n_;
  int options_;
  Eigen::MatrixXd matrix_;
  Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver_;
};

#ifdef EIGENGRAD_USE_BLAS

/// Rows from which LAPACK is faster, also with a BLAS for an older processor: with vectors, by divide
/// and conquer, and without.
constexpr std::int64_t kLapackRows = 256;
constexpr std::int64_t kLapackRowsForValues = 32;

template <class T>
class ByLapack {
 public:
  ByLapack(const Blas& blas, std::int64_t n, bool vectors)
      : blas_(blas), n_(static_cast<int>(n)), vectors_(vectors) {
    T real = 0;
    int integer = 0;
    call('U', nullptr, nullptr, &real, -1, &integer, -1);
    work_.resize(static_cast<std::size_t>(real));
    integers_.resize(static_cast<std::size_t>(integer));
    if (!vectors) copy_.resize(static_cast<std::size_t>(n * n));
  }

  bool compute(const T* a, bool upper, T* values, T* vectors) {
    const OneBlasThread scope(blas_);
    T* const overwritten = vectors_ ? vectors : copy_.data();
    std::copy_n(a, n_ * std::int64_t{n_}, overwritten);
    return call(upper ? 'L' : 'U', overwritten, values, work_.data(),
                static_cast<int>(work_.size()), integers_.data(),
                static_cast<int>(integers_.size())) == 0;
  }

 private:
  int call(char uplo, T* a, T* values, T* work, int length, int* integers, int integer_length) {
    const char job = vectors_ ? 'V' : 'N';
    int info = 0;
    blas_.of<T>().syevd(&job, &uplo, &n_, a, &n_, values, work, &length, integers, &integer_length,
                        &info);
    return info;
  }
  const Blas& blas_;
  int n_;
  bool vectors_;
  std::vector<T> work_, copy_;
  std::vector<int> integers_;
};

#endif

/// Whether the triangle that is read is finite; the other one may hold anything.
template <class T>
bool triangle_finite(const T* a, std::int64_t n, bool upper) noexcept {
  for (std::int64_t i = 0; i < n; ++i)
    if (upper ? !all_finite(a + i * n + i, n - i) : !all_finite(a + i * n, i + 1)) return false;
  return true;
}

template <class T, class Make>
Breakdown solve(Make solver_for, const Tensor& a, bool upper, const Tensor& values,
                const Tensor& vectors) {
  const std::int64_t n = a.sizes().back();
  return decompose_each<T>(
      a, [&](const T* data) { return triangle_finite(data, n, upper); },
      [&] {
        return [&, upper, solver = solver_for()](std::int64_t i, const T* data) mutable {
          return solver.compute(data, upper, vector_of<T>(values, i), matrix_of<T>(vectors, i))
                     ? Outcome::Good
                     : Outcome::NoConvergence;
        };
      });
}

}  // namespace

Breakdown symmetric_eigen(const Tensor& a, bool upper, const Tensor& values,
                          const Tensor& vectors) {
  const BatchExtents e(a);
  if (e.count == 0) return {};
  return detail::dispatch_floating(
      "linalg_eigh", a.dtype(), [&]<class T>(std::type_identity<T>) -> Breakdown {
#ifdef EIGENGRAD_USE_BLAS
        const std::int64_t least = vectors.defined() ? kLapackRows : kLapackRowsForValues;
        if (const Blas* lapack = e.rows >= least ? blas() : nullptr;
            lapack != nullptr && lapack->of<T>().syevd != nullptr)
          return solve<T>([&] { return ByLapack<T>(*lapack, e.rows, vectors.defined()); }, a, upper,
                          values, vectors);
#endif
        return solve<T>([&] { return ByEigen<T>(e.rows, vectors.defined()); }, a, upper, values,
                        vectors);
      });
}

}  // namespace eigengrad::kernels
