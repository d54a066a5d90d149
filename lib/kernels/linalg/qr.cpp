#include "kernels/linalg/qr.hpp"

#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>

#include "core/dispatch.hpp"
#include "kernels/linalg/decompose.hpp"
#include "kernels/linalg/matrix_batch.hpp"
#include "kernels/linalg/updates.hpp"

// Instantiated for optim/least_squares as well.
template void Eigen::HouseholderQR<Eigen::MatrixXd>::computeInPlace();
template void Eigen::ColPivHouseholderQR<Eigen::MatrixXd>::computeInPlace();

namespace eigengrad::kernels {
namespace {

template <class T>
using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;
template <class T>
using RowMajorMatrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

template <class T>
Eigen::Map<Matrix<T>> column_major(const Tensor& t, std::int64_t i) {
  return {matrix_of<T>(t, i), BatchExtents(t).rows, BatchExtents(t).cols};
}
template <class T>
Eigen::Map<RowMajorMatrix<T>> row_major(const Tensor& t, std::int64_t i) {
  return {matrix_of<T>(t, i), BatchExtents(t).rows, BatchExtents(t).cols};
}

template <class T>
Eigen::Map<Eigen::VectorX<T>> coefficients(const Tensor& t, std::int64_t i) {
  return {vector_of<T>(t, i), t.sizes().back()};
}

/// A column-major matrix that may be a part of a larger one. All reflectors and all that they are applied to
/// have this type, so that Eigen's loops are compiled once.
template <class T>
using Part = Eigen::Map<
    std::conditional_t<std::is_const_v<T>, const Matrix<std::remove_const_t<T>>, Matrix<T>>, 0,
    Eigen::OuterStride<>>;
template <class T>
using Coefficients = Eigen::Map<const Eigen::VectorX<T>>;

template <class T>
Part<const T> whole(const Matrix<T>& m) {
  return {m.data(), m.rows(), m.cols(), Eigen::OuterStride<>(m.rows())};
}
template <class T>
Part<T> whole(Eigen::Map<Matrix<T>> m) {
  return {m.data(), m.rows(), m.cols(), Eigen::OuterStride<>(m.rows())};
}
/// The part from row and column `i` on.
template <class T>
Part<T> corner(Part<T> m, Eigen::Index i) {
  return {m.data() + i * m.outerStride() + i, m.rows() - i, m.cols() - i,
          Eigen::OuterStride<>(m.outerStride())};
}

/// x := h x or h^T x for the product h of reflectors.
template <class T>
void apply_on_the_left(const Part<const T>& v, const Coefficients<T>& tau, bool transposed,
                       Part<T> x) {
  const auto h = Eigen::householderSequence(v, tau);
  if (transposed)
    x.applyOnTheLeft(h.transpose());
  else
    x.applyOnTheLeft(h);
}

/// q = the product of the reflectors, applied to the identity from the last to the first: reflector i leaves
/// rows before i unchanged, and there columns before i are still those of the identity.
template <class T>
void product(const Part<const T>& v, const Coefficients<T>& tau, Part<T> q) {
  constexpr Eigen::Index kBlock = 48;  // from which Eigen makes products of them
  q.setIdentity();
  Eigen::VectorX<T> work(q.cols());
  Eigen::Index i = tau.size();
  while (i > 0) {
    const Eigen::Index width = i < kBlock ? 1 : kBlock;
    i -= width;
    const Part<const T> from = corner<const T>(v, i);
    Part<T> part = corner<T>(q, i);
    if (width == 1)
      part.applyHouseholderOnTheLeft(from.col(0).tail(from.rows() - 1), tau(i), work.data());
    else
      apply_on_the_left<T>(
          {from.data(), from.rows(), width, Eigen::OuterStride<>(from.outerStride())},
          {tau.data() + i, width}, false, part);
  }
}

/// A row-major matrix of a batch, whose columns are scaled by powers of two where their squares would leave
/// the range of T.
template <class T>
class ScaledColumns {
 public:
  Eigen::Map<const RowMajorMatrix<T>> operator()(const T* a, Eigen::Index rows, Eigen::Index cols) {
    const Eigen::Map<const RowMajorMatrix<T>> given(a, rows, cols);
    factors_.setZero(cols);
    for (Eigen::Index i = 0; i < rows; ++i)
      factors_ = factors_.cwiseMax(given.row(i).array().abs());
    for (T& f : factors_)
      f = scale_for_squares<T>(f > T(0) && std::isfinite(f) ? std::ilogb(f) : 0);
    scaled_ = (factors_ != T(1)).any();
    if (!scaled_) return given;
    copy_ = given * factors_.matrix().asDiagonal();
    return {copy_.data(), rows, cols};
  }
  /// Undoes the scaling on and above the diagonal of `r`: from the factor of the scaled matrix to that of the
  /// matrix itself.
  template <class R>
  void restore(R&& r) const {
    if (!scaled_) return;
    for (Eigen::Index j = 0; j < r.cols(); ++j)
      r.col(j).head(std::min(j + 1, r.rows())) /= factors_(j);
  }

 private:
  Eigen::Array<T, 1, Eigen::Dynamic> factors_;
  RowMajorMatrix<T> copy_;
  bool scaled_ = false;
};

/// The least squares solution for full rank, by QR of the matrix or, if it is wide, its transpose.
template <class T>
class ByQR {
 public:
  ByQR(std::int64_t rows, std::int64_t cols)
      : tall_(rows >= cols), n_(std::min(rows, cols)), qr_(std::max(rows, cols), n_) {}

  /// Returns the rank, or -1 for a zero pivot.
  std::int64_t solve(const Eigen::Map<const RowMajorMatrix<T>>& a,
                     const Eigen::Map<RowMajorMatrix<T>>& b, Eigen::Map<Matrix<T>> x) {
    if (tall_)
      qr_.compute(a);
    else
      qr_.compute(a.transpose());
    const Matrix<T>& packed = qr_.matrixQR();
    if ((packed.diagonal().array() == T(0)).any()) return -1;
    const MatrixView<const T> r{packed.data(), n_, n_, 1, packed.rows()};
    work_.setZero(packed.rows(), b.cols());
    work_.topRows(b.rows()) = b;
    const MatrixView<T> top{work_.data(), n_, work_.cols(), 1, work_.rows()};
    const Coefficients<T> tau(qr_.hCoeffs().data(), n_);
    const Part<T> all(work_.data(), work_.rows(), work_.cols(), Eigen::OuterStride<>(work_.rows()));
    if (tall_) {
      apply_on_the_left<T>(whole<T>(packed), tau, true, all);
      solve_triangle<T>(r, {.upper = true}, top);
      x = work_.topRows(n_);
    } else {
      solve_triangle<T>(r.transposed(), {.upper = false}, top);
      apply_on_the_left<T>(whole<T>(packed), tau, false, all);
      x = work_;
    }
    return n_;
  }

 private:
  bool tall_;
  Eigen::Index n_;
  Eigen::HouseholderQR<Matrix<T>> qr_;
  Matrix<T> work_;
};

/// The least squares solution of least norm for any rank.
class ByCompleteOrthogonal {
 public:
  ByCompleteOrthogonal(double rcond, std::int64_t rows, std::int64_t cols) : factors_(rows, cols) {
    factors_.setThreshold(rcond);
  }

  template <class T>
  std::int64_t solve(const Eigen::Map<const RowMajorMatrix<T>>& a,
                     const Eigen::Map<RowMajorMatrix<T>>& b, Eigen::Map<Matrix<T>> x) {
    factors_.compute(in_double<Eigen::RowMajor>(a.data(), a.rows(), a.cols()));
    const Eigen::MatrixXd right = b.template cast<double>();
    const Eigen::MatrixXd y = factors_.solve(right);
    x = y.cast<T>();
    return factors_.rank();
  }

 private:
  Eigen::CompleteOrthogonalDecomposition<Eigen::MatrixXd> factors_;
};

}  // namespace

void qr(const Tensor& a, const Tensor& q, const Tensor& r) {
  const BatchExtents e(a);
  detail::dispatch_floating("linalg_qr", a.dtype(), [&]<class T>(std::type_identity<T>) {
    decompose_ranges(e, [&](std::int64_t begin, std::int64_t end) {
      Eigen::HouseholderQR<Matrix<T>> solver(e.rows, e.cols);
      ScaledColumns<T> scaled;
      for (std::int64_t i = begin; i < end; ++i) {
        solver.compute(scaled(matrix_of<T>(a, i), e.rows, e.cols));
        auto upper = column_major<T>(r, i);
        upper = solver.matrixQR().topRows(upper.rows()).template triangularView<Eigen::Upper>();
        scaled.restore(upper);
        if (q.defined())
          product<T>(whole<T>(solver.matrixQR()),
                     {solver.hCoeffs().data(), solver.hCoeffs().size()},
                     whole<T>(column_major<T>(q, i)));
      }
    });
  });
}

void reflectors(const Tensor& a, const Tensor& packed, const Tensor& tau) {
  const BatchExtents e(a);
  detail::dispatch_floating("geqrf", a.dtype(), [&]<class T>(std::type_identity<T>) {
    decompose_ranges(e, [&](std::int64_t begin, std::int64_t end) {
      Eigen::HouseholderQR<Matrix<T>> solver(e.rows, e.cols);
      ScaledColumns<T> scaled;
      for (std::int64_t i = begin; i < end; ++i) {
        solver.compute(scaled(matrix_of<T>(a, i), e.rows, e.cols));
        auto both = column_major<T>(packed, i);
        both = solver.matrixQR();
        scaled.restore(both);
        coefficients<T>(tau, i) = solver.hCoeffs();
      }
    });
  });
}

void product_of_reflectors(const Tensor& v, const Tensor& tau, const Tensor& q) {
  const BatchExtents e(v);
  const std::int64_t k = tau.sizes().back();
  detail::dispatch_floating("householder_product", v.dtype(), [&]<class T>(std::type_identity<T>) {
    decompose_ranges(e, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        const Matrix<T> columns = row_major<T>(v, i).leftCols(k);
        product<T>(whole<T>(columns), {vector_of<T>(tau, i), k}, whole<T>(column_major<T>(q, i)));
      }
    });
  });
}

std::int64_t least_squares(const Tensor& a, const Tensor& b, const Tensor& x, bool pivoted,
                           double rcond, const Tensor& rank) {
  const BatchExtents e(a);
  return detail::dispatch_floating("linalg_lstsq", a.dtype(), [&]<class T>(std::type_identity<T>) {
    // A matrix that is not finite is no failure: its solution is NaN.
    const auto any = [](const T*) { return true; };
    const auto solve_with = [&](auto method) {
      return [&, method = std::move(method), copy = RowMajorMatrix<T>()](std::int64_t i,
                                                                         const T* data) mutable {
        auto to = column_major<T>(x, i);
        std::int64_t r = 0;
        if (all_finite(data, e.rows * e.cols)) {
          const T scale = scale_for_squares(MatrixView<const T>{data, e.rows, e.cols, e.cols, 1});
          const T* from = data;
          if (scale != T(1)) {
            copy = scale * Eigen::Map<const RowMajorMatrix<T>>(data, e.rows, e.cols);
            from = copy.data();
          }
          r = method.solve({from, e.rows, e.cols}, row_major<T>(b, i), to);
          if (scale != T(1)) to *= scale;
        } else {
          to.setConstant(std::numeric_limits<T>::quiet_NaN());
        }
        if (r < 0) return Outcome::RankDeficient;
        rank.impl()->data<std::int64_t>()[i] = r;
        return Outcome::Good;
      };
    };
    if (pivoted)
      return decompose_each<T>(
                 a, any, [&] { return solve_with(ByCompleteOrthogonal(rcond, e.rows, e.cols)); })
          .matrix;
    return decompose_each<T>(a, any, [&] { return solve_with(ByQR<T>(e.rows, e.cols)); }).matrix;
  });
}

}  // namespace eigengrad::kernels
